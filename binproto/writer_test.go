package binproto

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/binproto/frame"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// frames decodes all frames in b and shows their values.
func frames(t testing.TB, b []byte) []string {
	t.Helper()
	list := []string{}
	for len(b) > 0 {
		if len(b) < frame.HeaderBytes {
			t.Fatalf("%d bytes of a header", len(b))
		}
		size := frame.HeaderBytes + int(binary.LittleEndian.Uint32(b))
		if size > len(b) {
			t.Fatalf("a frame of %d bytes, of which %d are there", size, len(b))
		}
		v, err := frame.ParseReply(b[frame.HeaderBytes:size])
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, v.String())
		b = b[size:]
	}
	return list
}

func TestWriter(t *testing.T) {
	cases := []struct {
		name  string
		write func(w *Writer)
		want  string
	}{
		{"a status", func(w *Writer) { w.Status("OK") }, `"OK"`},
		{"an error", func(w *Writer) { w.Error(reply.ErrSyntax) }, `error "ERR syntax error"`},
		{"an integer", func(w *Writer) { w.Int(math.MinInt64) }, "-9223372036854775808"},
		{"a double", func(w *Writer) { w.Double(-0.5) }, "-0.5"},
		{"a human double", func(w *Writer) { w.HumanDouble(-0.5) }, "-0.5"},
		{"true and false", func(w *Writer) { w.Array(2); w.Bool(true); w.Bool(false) }, "[1 0]"},
		{"a big number", func(w *Writer) { w.BigNumber("123") }, `"123"`},
		{"a verbatim text", func(w *Writer) { w.Verbatim("txt", "hi") }, `"hi"`},
		{"a string", func(w *Writer) { w.Bulk([]byte("a\x00b")) }, `"a\x00b"`},
		{"nulls", func(w *Writer) { w.Array(2); w.Null(); w.NullArray() }, "[nil nil]"},
		{"a set", func(w *Writer) { w.Set(1); w.Int(1) }, "[1]"},
		{"a map", func(w *Writer) { w.Map(1); w.Int(1); w.Int(2) }, "[1 2]"},
		{"a deferred array", func(w *Writer) { m := w.DeferArray(); w.Int(1); w.Resolve(m, 1) }, "[1]"},
		{"a deferred set of none", func(w *Writer) { m := w.DeferSet(); w.Resolve(m, 0) }, "[]"},
		{"nested deferred maps", func(w *Writer) {
			outer := w.DeferMap()
			w.Int(1)
			inner := w.DeferMap()
			w.Int(2)
			w.Int(3)
			w.Resolve(inner, 1)
			w.Resolve(outer, 1)
		}, "[1 [2 3]]"},
	}
	var w Writer
	want := []string{}
	for _, c := range cases {
		w.Begin()
		c.write(&w)
		w.End()
		want = append(want, c.want)
	}
	if w.Proto() != 2 {
		t.Error("the protocol's shapes are not RESP2's")
	}
	n := w.Len()
	b := w.Take()
	if len(b) != n || w.Len() != 0 {
		t.Errorf("Len is %d, Take has %d bytes and leaves %d", n, len(b), w.Len())
	}
	if got := frames(t, b); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestErrorsCarryTheirCode(t *testing.T) {
	var w Writer
	w.Begin()
	w.Error(reply.ErrWrongType)
	w.End()
	b := w.Take()
	if code := binary.LittleEndian.Uint32(b[5:]); b[4] != 1 || code != uint32(reply.CodeWrongType) {
		t.Errorf("tag %d, code %d", b[4], code)
	}
}

func TestAFrameWithoutAValueIsDropped(t *testing.T) {
	var w Writer
	w.Begin()
	w.End()
	w.Begin()
	w.Int(1)
	w.End()
	w.End() // nothing is open
	if got := frames(t, w.Take()); fmt.Sprint(got) != "[1]" {
		t.Error(got)
	}
}

func TestPushes(t *testing.T) {
	cases := []struct {
		name  string
		write func(w *Writer)
		want  string
	}{
		{"alone", func(w *Writer) {
			w.BeginPush(1)
			w.Int(9)
			w.End()
		}, "[[9]]"},
		{"as the replies of a command", func(w *Writer) {
			w.Begin()
			for i := range 2 {
				w.BeginPush(1)
				w.Int(int64(i))
				w.End()
			}
			w.End()
		}, "[[0] [1]]"},
		{"in the midst of a reply", func(w *Writer) {
			w.Begin()
			m := w.DeferArray()
			w.Int(1)
			w.BeginPush(1)
			w.BulkString("push")
			w.End()
			w.Int(2)
			w.Resolve(m, 2)
			w.End()
		}, `[["push"] [1 2]]`},
	}
	for _, c := range cases {
		var w Writer
		c.write(&w)
		if got := frames(t, w.Take()); fmt.Sprint(got) != c.want {
			t.Errorf("%s: %v, want %s", c.name, got, c.want)
		}
	}
}

func TestTruncate(t *testing.T) {
	var w Writer
	w.Begin()
	w.Int(1)
	w.End()
	whole := w.Len()
	w.Begin()
	w.Array(1)
	w.Truncate(whole + frame.HeaderBytes) // within the frame: it stays open
	w.Int(2)
	w.End()
	before := w.Len()
	w.Begin()
	w.Int(3)
	w.Truncate(before) // the frame goes as well
	w.End()
	if got := frames(t, w.Take()); fmt.Sprint(got) != "[1 2]" {
		t.Error(got)
	}
}

func TestAReplyThatNoFrameHoldsIsAnError(t *testing.T) {
	for _, c := range []struct {
		limit int
		want  string
	}{{25, `"` + strings.Repeat("x", 20) + `"`}, {24, `error "ERR too big reply"`}} {
		var w Writer
		w.Begin()
		w.BulkString(strings.Repeat("x", 20))
		w.close(c.limit)
		if got := frames(t, w.Take()); got[0] != c.want {
			t.Errorf("limit %d: %v, want %s", c.limit, got, c.want)
		}
	}
}

func BenchmarkWriter(b *testing.B) {
	var w Writer
	value := []byte("xxxxxxxxxxxxxxxx")
	w.Give(make([]byte, 0, 4096))
	b.ReportAllocs()
	for b.Loop() {
		w.Begin()
		w.Bulk(value)
		w.End()
		w.Truncate(0)
	}
}
