package rdb

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/types/hash"
	"github.com/ringer-kv/ringer/types/list"
	"github.com/ringer-kv/ringer/types/listpack"
	"github.com/ringer-kv/ringer/types/set"
	"github.com/ringer-kv/ringer/types/zset"
)

const hugeLength = "\x81\x7f\xff\xff\xff\xff\xff\xff\xff"

func TestCorrupt(t *testing.T) {
	p := newPlace(t)
	for _, c := range []struct{ name, data string }{
		{"nothing", ""},
		{"an unknown type", "\x08\x01a"},
		{"a module's type", "\x07\x01a"},
		{"a hash with a deadline, before its time", "\x16\x01\x02\x01f\x01v"},
		{"an unknown length", "\x00\x82\x00\x00\x00\x00\x01x"},
		{"an unknown encoding", "\x00\xc4\x00"},
		{"a string of 2^63-1 bytes", "\x00" + hugeLength},
		{"LZF that promises too much", "\x00\xc3\x03" + hugeLength + "\x01aa"},
		{"LZF that promises more than it could", "\x00\xc3\x03\x80\x10\x00\x00\x00\x20\x00\x00"},
		{"LZF that is damaged", "\x00\xc3\x02\x05\x20\x00"},
		{"a list without elements", "\x01\x00"},
		{"a list of 2^63-1 elements", "\x01" + hugeLength + "\x01a"},
		{"a set without members", "\x02\x00"},
		{"a member twice", "\x02\x02\x01a\x01a"},
		{"an integer twice", "\x02\x02\xc0\x01\x011"},
		{"a member twice in a large set", "\x02\x09\x01a\x01b\x01c\x01d\x01e\x01f\x01g\x01h\x01a"},
		{"a set of 2^63-1 members", "\x02" + hugeLength + "\x01a"},
		{"a sorted set without members", "\x05\x00"},
		{"a score of NaN", "\x05\x01\x01a\x00\x00\x00\x00\x00\x00\xf8\x7f"},
		{"a score of NaN as text", "\x03\x01\x01a\xfd"},
		{"a score that is no number", "\x03\x01\x01a\x02xx"},
		{"a score without text", "\x03\x01\x01a\x00"},
		{"a member of a sorted set twice", "\x03\x02\x01a\x011\x01a\x012"},
		{"a sorted set of 2^63-1 members", "\x05" + hugeLength + "\x01a\x00\x00\x00\x00\x00\x00\xf8\x3f"},
		{"a hash without fields", "\x04\x00"},
		{"a field twice", "\x04\x02\x01a\x01b\x01a\x01c"},
		{"a hash of 2^63-1 fields", "\x04" + hugeLength + "\x01a\x01b"},
		{"an empty zipmap", "\x09\x02\x00\xff"},
		{"a zipmap with a wrong count", "\x09\x09\x02\x01a\x03\x00123\xff"},
		{"a zipmap with a field twice", "\x09\x0c\x02\x01a\x01\x00x\x01a\x01\x00y\xff"},
		{"an intset of width 3", "\x0b\x0a\x03\x00\x00\x00\x01\x00\x00\x00\x01\x00"},
		{"an empty intset", "\x0b\x08\x02\x00\x00\x00\x00\x00\x00\x00"},
		{"an intset out of order", "\x0b\x0c\x02\x00\x00\x00\x02\x00\x00\x00\x02\x00\x01\x00"},
		{"an empty ziplist", "\x0a" + emptyZiplist[:]},
		{"a ziplist with a wrong tail",
			"\x0a\x0e\x0e\x00\x00\x00\x0b\x00\x00\x00\x01\x00\x00\x01a\xff"},
		{"a ziplist with a wrong count",
			"\x0a\x0e\x0e\x00\x00\x00\x0a\x00\x00\x00\x02\x00\x00\x01a\xff"},
		{"a ziplist with a wrong size of the entry before",
			"\x0a\x0e\x0e\x00\x00\x00\x0a\x00\x00\x00\x01\x00\x01\x01a\xff"},
		{"a ziplist whose entry is too long",
			"\x0a\x0e\x0e\x00\x00\x00\x0a\x00\x00\x00\x01\x00\x00\x02a\xff"},
		{"a quicklist without nodes", "\x12\x00"},
		{"a quicklist of empty nodes", "\x12\x01\x02\x07\x07\x00\x00\x00\x00\x00\xff"},
		{"a quicklist of a node of nothing", "\x12\x01\x02\x00"},
		{"an empty plain node", "\x12\x01\x01\x00"},
		{"an unknown container", "\x12\x01\x03\x01a"},
		{"a hash listpack of 3 entries",
			"\x10\x10\x10\x00\x00\x00\x03\x00\x81a\x02\x81b\x02\x81c\x02\xff"},
		{"a hash listpack with a field twice",
			"\x10\x13\x13\x00\x00\x00\x04\x00\x81a\x02\x81b\x02\x81a\x02\x81c\x02\xff"},
		{"an empty hash listpack", "\x10\x07\x07\x00\x00\x00\x00\x00\xff"},
		{"a sorted set listpack out of order",
			"\x11\x11\x11\x00\x00\x00\x04\x00\x81a\x02\x02\x01\x81b\x02\x01\x01\xff"},
		{"a sorted set listpack with a score that is no number",
			"\x11\x0d\x0d\x00\x00\x00\x02\x00\x81a\x02\x81x\x02\xff"},
	} {
		if got := p.load(t, []byte(c.data), Version); got != corruptText {
			t.Errorf("%s: %s", c.name, got)
		}
	}
}

// A value that is too large for the room is given up, whatever its form.
func TestNoRoom(t *testing.T) {
	p := newPlace(t)
	var e Encoder
	e.Compress = true
	l := list.New(&p.list)
	s, z, h := set.NewHashtable(&p.set, 0), zset.NewSkiplist(&p.zset, 0), hash.New(&p.hash)
	for i := range 3000 {
		word := []byte("word" + strconv.Itoa(i))
		l.Push(list.Tail, word)
		s.Add(word)
		z.Add(word, float64(i), 0)
		h.Set(word, word)
	}
	for i, write := range []func(){
		func() { e.String(make([]byte, 1<<20)) },
		func() { e.List(&l) }, func() { e.Set(&s) }, func() { e.SortedSet(&z) }, func() { e.Hash(&h) },
	} {
		e.Buf = nil
		write()
		used := p.arena.UsedBytes()
		d := NewDecoder(e.Buf, Version, p.arena, 5000)
		if p.describe(d, Version); !errors.Is(d.Err(), ErrNoRoom) {
			t.Errorf("value %d: %v", i, d.Err())
		}
		if p.arena.UsedBytes() != used {
			t.Errorf("value %d: I4: %d bytes are lost", i, p.arena.UsedBytes()-used)
		}
	}
}

// The table for a listpack too long for a sorted set is asked for before it is made, however
// small the payload.
func TestNoRoomForTable(t *testing.T) {
	p := newPlace(t)
	const pairs = 1000
	b := listpack.New(nil)
	for range 2 * pairs {
		b = listpack.Append(b, listpack.Int(1))
	}
	e := Encoder{Compress: true}
	e.Begin(TypeZSetListpack)
	e.Text(b)
	used := p.arena.UsedBytes()
	d := NewDecoder(e.Buf, Version, p.arena, elementBytes*pairs-1)
	if p.describe(d, Version); !errors.Is(d.Err(), ErrNoRoom) {
		t.Errorf("%d bytes are refused for %v", len(e.Buf), d.Err())
	}
	if p.arena.UsedBytes() != used {
		t.Errorf("I4: %d bytes are lost", p.arena.UsedBytes()-used)
	}
}

// TestRoundTrip holds I1 for values at the limits of the encodings.
func TestRoundTrip(t *testing.T) {
	p := newPlace(t)
	rnd := rand.New(rand.NewPCG(2, 2))
	word := func() []byte {
		if rnd.IntN(2) == 0 {
			return strconv.AppendInt(nil, int64(rnd.Uint64())>>rnd.IntN(64), 10)
		}
		return bytes.Repeat([]byte{byte('a' + rnd.IntN(26))}, rnd.IntN(40))
	}
	for i := range 300 {
		e := Encoder{Compress: i%2 == 0}
		n := 1 + rnd.IntN(30)
		l, z, h := list.New(&p.list), zset.New(&p.zset, 1), hash.New(&p.hash)
		s, text := set.NewIntset(&p.set), bytes.Repeat(word(), 1+rnd.IntN(3))
		for range n {
			l.Push(list.Tail, word())
			s.Add(word())
			z.Add(word(), []float64{0, math.Inf(1), math.Inf(-1), 0.1, 3, rnd.NormFloat64()}[rnd.IntN(6)], 0)
			h.Set(word(), word())
		}
		for _, write := range []func(){
			func() { e.String(text) },
			func() { e.List(&l) }, func() { e.Set(&s) }, func() { e.SortedSet(&z) },
			func() { e.Hash(&h) },
		} {
			e.Buf = nil
			write()
			first := p.load(t, e.Buf, Version)
			if strings.HasPrefix(first, "rdb:") {
				t.Fatalf("%s: %q", first, e.Buf)
			}
			if i%2 == 0 {
				continue
			}
			e.Buf, e.Compress = nil, true
			write()
			if second := p.load(t, e.Buf, Version); second != first {
				t.Fatalf("compressed:\n%s\nas it is:\n%s", second, first)
			}
			e.Compress = false
		}
		l.Free()
		s.Free()
		z.Free()
		h.Free()
	}
}

func TestLengths(t *testing.T) {
	for _, n := range []uint64{0, 63, 64, 16383, 16384, 1<<32 - 1, 1 << 32, 1<<64 - 1} {
		var e Encoder
		e.Length(n)
		d := NewDecoder(e.Buf, Version, nil, 0)
		if got := d.Length(); got != n || d.Err() != nil || d.Pos() != len(e.Buf) {
			t.Errorf("%d is %x, which is read as %d, %v", n, e.Buf, got, d.Err())
		}
	}
	for n, want := range map[string]string{
		"127": "\xc0\x7f", "-128": "\xc0\x80", "128": "\xc1\x80\x00", "-32769": "\xc2\xff\x7f\xff\xff",
		"2147483647": "\xc2\xff\xff\xff\x7f", "2147483648": "\x0a2147483648", "01": "\x0201", "": "\x00",
		"-2147483648": "\xc2\x00\x00\x00\x80", "-2147483649": "\x0b-2147483649",
	} {
		var e Encoder
		if e.Text([]byte(n)); string(e.Buf) != want {
			t.Errorf("%q is %q, want %q", n, e.Buf, want)
		}
	}
}

func TestFooter(t *testing.T) {
	// Redis: the value that crc64.c's own test expects.
	if got := Checksum(0, []byte("123456789")); got != 0xe9c6d914c4b8d9ca {
		t.Errorf("checksum %x", got)
	}
	var e Encoder
	e.String([]byte("hello"))
	e.Seal()
	if v, ok := Open(e.Buf); v != Version || !ok {
		t.Errorf("version %d, %v", v, ok)
	}
	for i := range e.Buf {
		b := bytes.Clone(e.Buf)
		b[i]++
		if _, ok := Open(b); ok {
			t.Errorf("byte %d may be changed", i)
		}
		if _, ok := Open(b[:i]); ok {
			t.Errorf("%d bytes are taken", i)
		}
	}
	for version := range 13 {
		e.Buf = []byte(fmt.Sprintf("\x00\x01a%c\x00", version))
		sum := Checksum(0, e.Buf)
		for range 8 {
			e.Buf = append(e.Buf, byte(sum))
			sum >>= 8
		}
		if _, ok := Open(e.Buf); ok != (version <= Version) {
			t.Errorf("version %d: %v", version, ok)
		}
	}
}

// FuzzDecode holds I2 to I4, and I1 for what could be read.
func FuzzDecode(f *testing.F) {
	for _, c := range golden {
		f.Add([]byte(c.data))
	}
	for _, c := range goldenStreams {
		f.Add([]byte(c.data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		newPlace(t).load(t, data, versionTimed)
	})
}
