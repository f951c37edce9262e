package client

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ringer-kv/ringer/binproto/frame"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

var serverLimits = frame.Limits{FrameBytes: 1 << 26, StringBytes: 1 << 26, Strings: 1 << 20}

// serve answers each request on a pipe with the payloads that handle returns, one frame each,
// until the client closes.
func serve(t *testing.T, o Options, handle func(args []string) []string) *Conn {
	t.Helper()
	near, far := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer far.Close()
		var b []byte
		chunk := make([]byte, 1<<16)
		for {
			n, err := far.Read(chunk)
			if err != nil {
				return
			}
			b = append(b, chunk[:n]...)
			for {
				args, size, err := frame.ParseRequest(b, &serverLimits, nil)
				if err != nil {
					t.Error("the client sent", b, err)
					return
				}
				if size > len(b) {
					break
				}
				list := make([]string, len(args))
				for i, a := range args {
					list[i] = string(a)
				}
				b = b[size:]
				var out []byte
				for _, payload := range handle(list) {
					out = binary.LittleEndian.AppendUint32(out, uint32(len(payload)))
					out = append(out, payload...)
				}
				if _, err := far.Write(out); err != nil {
					return
				}
			}
		}
	}()
	c := NewConn(near, o)
	t.Cleanup(func() {
		c.Close()
		<-done
	})
	return c
}

func str(s string) string {
	return string(binary.LittleEndian.AppendUint32([]byte{2}, uint32(len(s)))) + s
}

func failure(code reply.Code, s string) string {
	b := binary.LittleEndian.AppendUint32([]byte{1}, uint32(code))
	return string(binary.LittleEndian.AppendUint32(b, uint32(len(s)))) + s
}

func array(elems ...string) string {
	b := binary.LittleEndian.AppendUint32([]byte{5}, uint32(len(elems)))
	return string(b) + strings.Join(elems, "")
}

// echo replies the arguments joined.
func echo(args []string) []string { return []string{str(strings.Join(args, "|"))} }

func TestArgumentsOfAllTypes(t *testing.T) {
	c := serve(t, Options{}, echo)
	v, err := c.Do("X", []byte("b\x00"), -1, int32(2), int64(3), uint32(4), uint64(1<<63), 1.5,
		float32(0.1), true, false, "")
	want := "X|b\x00|-1|2|3|4|9223372036854775808|1.5|0.1|1|0|"
	if got, _ := v.Text(); got != want || err != nil {
		t.Errorf("sent %q, %v, want %q", got, err, want)
	}
	if _, err := c.Do("X", struct{}{}); err == nil {
		t.Error("a struct is taken as an argument")
	}
	if err := c.Send(); err == nil {
		t.Error("a command without a name is taken")
	}
	if v, err := c.Do("still"); err != nil || v.String() != `"still"` {
		t.Error("a wrong argument has hurt the connection:", v, err)
	}
}

func TestErrorReplies(t *testing.T) {
	c := serve(t, Options{}, func([]string) []string {
		return []string{failure(reply.CodeWrongType, "WRONGTYPE no")}
	})
	for range 2 { // the connection goes on
		v, err := c.Do("GET", "k")
		var e *Error
		if !errors.As(err, &e) || e.Code != reply.CodeWrongType || e.Text != "WRONGTYPE no" {
			t.Error(err)
		}
		if v.Kind() != frame.Err {
			t.Error(v)
		}
	}
}

func TestPipeline(t *testing.T) {
	c := serve(t, Options{}, echo)
	go func() { // a pipe holds nothing: the replies must be taken meanwhile
		for _, name := range []string{"a", "b", "c"} {
			if err := c.Send(name); err != nil {
				t.Error(err)
			}
		}
		if err := c.Flush(); err != nil {
			t.Error(err)
		}
	}()
	for _, want := range []string{`"a"`, `"b"`, `"c"`} {
		if v, err := c.Receive(); err != nil || v.String() != want {
			t.Fatal(v, err)
		}
	}
}

func TestDoDropsTheRepliesThatNobodyReceived(t *testing.T) {
	c := serve(t, Options{}, echo)
	for _, name := range []string{"a", "b"} {
		if err := c.SendStrings(name, name); err != nil {
			t.Fatal(err)
		}
	}
	if v, err := c.Do("c"); err != nil || v.String() != `"c"` {
		t.Error(v, err)
	}
}

func TestPushesAreToldApart(t *testing.T) {
	c := serve(t, Options{}, func([]string) []string {
		return []string{
			array(str("subscribe"), str("ch")), array(str("message"), str("ch"), str("hi")),
			array(str("a"), str("b")), str("message"), array(),
		}
	})
	if err := errors.Join(c.Send("SUBSCRIBE", "ch"), c.Flush()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"subscribe", "message", "", "", ""} {
		v, err := c.Receive()
		if kind := Push(v); kind != want || err != nil {
			t.Errorf("%v is %q, %v, want %q", v, kind, err, want)
		}
	}
}

func TestDeadlines(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	late, cancelLate := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancelLate()
	cases := []struct {
		name   string
		o      Options
		ctx    context.Context
		during func()
		want   error
	}{
		{"the option", Options{Timeout: time.Millisecond}, context.Background(), nil,
			os.ErrDeadlineExceeded},
		{"the context's deadline", Options{}, late, nil, context.DeadlineExceeded},
		{"the context's end", Options{}, ctx, cancel, context.Canceled},
		{"a context that has ended", Options{}, ctx, nil, context.Canceled},
	}
	for _, want := range cases {
		c := serve(t, want.o, func([]string) []string { // replies nothing
			if want.during != nil {
				want.during()
			}
			return nil
		})
		if _, err := c.DoContext(want.ctx, "BLPOP", "k", 0); !errors.Is(err, want.want) {
			t.Errorf("%s: %v", want.name, err)
		}
		if _, err := c.Do("PING"); !errors.Is(err, ErrClosed) {
			t.Errorf("after %s: %v", want.name, err)
		}
	}
}

func TestADeadlineHoldsForOneCall(t *testing.T) {
	c := serve(t, Options{}, echo)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	if _, err := c.DoContext(ctx, "a"); err != nil {
		t.Fatal(err)
	}
	<-ctx.Done()
	cancel()
	if v, err := c.Do("b"); err != nil || v.String() != `"b"` {
		t.Error(v, err)
	}
}

// TestHostileServer sends what no server may.
func TestHostileServer(t *testing.T) {
	cases := []struct {
		name string
		sent string
		want error
	}{
		{"nothing", "", io.EOF},
		{"half a header", "\x01\x00", io.ErrUnexpectedEOF},
		{"half a payload", "\x05\x00\x00\x00\x02", io.ErrUnexpectedEOF},
		{"a payload of nothing", "\x00\x00\x00\x00", frame.ErrMalformed},
		{"two values in a frame", "\x02\x00\x00\x00\x00\x00", frame.ErrMalformed},
		{"a reply above the limit", "\x65\x00\x00\x00", ErrReplyTooBig},
	}
	for _, want := range cases {
		near, far := net.Pipe()
		go func() {
			io.WriteString(far, want.sent) // fails where the client has seen enough
			far.Close()
		}()
		c := NewConn(near, Options{MaxReplyBytes: 100})
		if _, err := c.Receive(); !errors.Is(err, want.want) {
			t.Errorf("%s: %v, want %v", want.name, err, want.want)
		}
		if _, err := c.Receive(); !errors.Is(err, ErrClosed) {
			t.Errorf("%s, and then: %v", want.name, err)
		}
	}
}

func TestLargeReply(t *testing.T) {
	value := strings.Repeat("v", 3<<20)
	c := serve(t, Options{}, func([]string) []string { return []string{str(value)} })
	if v, err := c.Do("GET", "k"); err != nil || string(v.Bytes()) != value {
		t.Errorf("%d bytes, %v", len(v.Bytes()), err)
	}
}

func TestGreeting(t *testing.T) {
	var got []string
	c := serve(t, Options{Username: "u", Password: "p", DB: 3}, func(args []string) []string {
		got = append(got, strings.Join(args, " "))
		return []string{str("OK")}
	})
	if err := c.greet(context.Background()); err != nil {
		t.Fatal(err)
	}
	if want := "AUTH u p,SELECT 3"; strings.Join(got, ",") != want {
		t.Errorf("sent %q, want %q", got, want)
	}
}

func TestDialNobody(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	if _, err := Dial(context.Background(), address); err == nil {
		t.Error("no error")
	}
}
