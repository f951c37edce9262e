package rdb

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/types/hash"
	"github.com/ringer-kv/ringer/types/listpack"
)

// ms8 is a time of 8 bytes.
func ms8(n byte) string { return string([]byte{n, 0, 0, 0, 0, 0, 0, 0}) }

// packOf is a listpack as a text.
func packOf(texts ...string) string {
	b := listpack.New(nil)
	for _, s := range texts {
		b = listpack.Append(b, listpack.String([]byte(s)))
	}
	return string([]byte{byte(len(b))}) + string(b)
}

// describeTimed is the fields of a hash with their deadlines.
func describeTimed(h *hash.Hash) string {
	var parts []string
	h.EachTimed(func(field, value []byte, ms int64) bool {
		parts = append(parts, fmt.Sprintf("%s=%s@%d", field, value, ms))
		return true
	})
	slices.Sort(parts)
	return fmt.Sprintf("%d: %s", h.Encoding(), strings.Join(parts, " "))
}

// TestTimedHashes reads what rdb.c of Redis 7.4 describes.
func TestTimedHashes(t *testing.T) {
	p := newPlace(t)
	for _, c := range []struct{ name, data, want string }{
		{"a table", "\x18" + ms8(50) + "\x03\x00\x01a\x011\x01\x01b\x012\x0a\x01c\x013",
			"2: a=1@0 b=2@50 c=3@59"},
		{"a table of a release candidate", "\x16\x02\x00\x01a\x011\x32\x01b\x012", "2: a=1@0 b=2@50"},
		{"a listpack", "\x19" + ms8(5) + packOf("a", "1", "5", "b", "2", "0"), "2: a=1@5 b=2@0"},
		{"a listpack of a release candidate", "\x17" + packOf("a", "1", "5"), "2: a=1@5"},
		{"a table without deadlines", "\x18" + ms8(0) + "\x01\x00\x01a\x011", "0: a=1@0"},
		{"a field twice", "\x18" + ms8(50) + "\x02\x00\x01a\x011\x01\x01a\x012", corruptText},
		{"no fields", "\x18" + ms8(50) + "\x00", corruptText},
		{"an empty listpack", "\x19" + ms8(50) + packOf(), corruptText},
		{"more fields than bytes", "\x18" + ms8(50) + "\x09\x00\x01a\x011", corruptText},
		{"a deadline of nothing", "\x18" + ms8(0) + "\x01\x01\x01a\x011", corruptText},
		{"an earliest deadline too late",
			"\x18\x00\x00\x00\x00\x00\x00\x00\x40\x01\x00\x01a\x011", corruptText},
		{"a deadline too late", "\x18" + ms8(50) +
			"\x01\x81\x00\x00\x40\x00\x00\x00\x00\x00\x01a\x011", corruptText},
		{"a deadline beyond all numbers", "\x18" + ms8(50) +
			"\x01\x81\xff\xff\xff\xff\xff\xff\xff\xff\x01a\x011", corruptText},
		{"a listpack out of order", "\x19" + ms8(5) + packOf("a", "1", "6", "b", "2", "5"), corruptText},
		{"a listpack of pairs", "\x19" + ms8(5) + packOf("a", "1"), corruptText},
		{"a cut listpack", "\x19" + ms8(5) + packOf("a", "1", "5")[:9], corruptText},
		{"a cut time", "\x19" + ms8(5)[:5], corruptText},
	} {
		used := p.arena.UsedBytes()
		d := p.decoder([]byte(c.data), versionTimed)
		kind := d.Type()
		if kind.Kind(versionTimed) != KindHash {
			t.Fatalf("%s: no hash", c.name)
		}
		h := d.Hash(kind, &p.hash)
		got := ""
		if err := d.Err(); err != nil {
			got = err.Error()
		} else {
			h.Check()
			got = describeTimed(&h)
			h.Free()
		}
		if got != c.want || p.arena.UsedBytes() != used {
			t.Errorf("%s: %s, want %s; %d bytes left", c.name, got, c.want, p.arena.UsedBytes()-used)
		}
	}
}

// TestTimedRoundTrip holds I1, on both sides of the limits of a listpack, and the version that a
// payload has.
func TestTimedRoundTrip(t *testing.T) {
	p := newPlace(t)
	rnd := rand.New(rand.NewPCG(3, 3))
	for i := range 300 {
		h := hash.New(&p.hash)
		n := 1 + rnd.IntN(14)
		for j := range n {
			field := fmt.Appendf(nil, "f%d", j)
			h.Set(field, bytes.Repeat([]byte("v"), rnd.IntN(12)))
			if rnd.IntN(3) > 0 {
				h.SetDeadline(field, 1+rnd.Int64N(hash.MaxDeadlineMs))
			}
		}
		e := Encoder{Compress: i%2 == 0}
		e.Hash(&h)
		e.Seal()
		version, ok := Open(e.Buf)
		_, timed := h.NextDeadline()
		if want := map[bool]int{true: versionTimed, false: Version}[timed]; !ok || version != want {
			t.Fatalf("%s: version %d, %v", describeTimed(&h), version, ok)
		}
		d := p.decoder(e.Buf[:len(e.Buf)-footerBytes], version)
		got := d.Hash(d.Type(), &p.hash)
		if d.Err() != nil {
			t.Fatalf("%s: %v", describeTimed(&h), d.Err())
		}
		got.Check()
		if timed && describeTimed(&got) != describeTimed(&h) {
			t.Fatalf("%s comes back as %s", describeTimed(&h), describeTimed(&got))
		}
		h.Free()
		got.Free()
	}
	if used := p.arena.UsedBytes(); used != 0 {
		t.Errorf("%d bytes are left", used)
	}
}

// A newer version is taken for such hashes only.
func TestVersionOfTimedHashes(t *testing.T) {
	for _, c := range []struct {
		kind, version byte
		ok            bool
	}{{0, 10, true}, {0, 11, false}, {0, 12, false}, {24, 12, true}, {25, 12, true}, {25, 13, false}} {
		e := Encoder{Buf: []byte{c.kind, 1, 'x', c.version, 0}}
		e.Buf = append(e.Buf, make([]byte, 8)...)
		sum := Checksum(0, e.Buf[:5])
		for i := range 8 {
			e.Buf[5+i] = byte(sum >> (8 * i))
		}
		if _, ok := Open(e.Buf); ok != c.ok {
			t.Errorf("type %d of version %d: %v", c.kind, c.version, ok)
		}
	}
}

func FuzzTimedHash(f *testing.F) {
	f.Add([]byte("\x18" + ms8(50) + "\x03\x00\x01a\x011\x01\x01b\x012\x0a\x01c\x013"))
	f.Add([]byte("\x19" + ms8(5) + packOf("a", "1", "5", "b", "2", "0")))
	f.Add([]byte("\x16\x02\x00\x01a\x011\x32\x01b\x012"))
	p := newPlace(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) == 0 || !Type(data[0]).timed() {
			return
		}
		used := p.arena.UsedBytes()
		d := p.decoder(data, versionTimed)
		h := d.Hash(d.Type(), &p.hash)
		if d.Err() == nil {
			h.Check()
			h.Free()
		}
		if p.arena.UsedBytes() != used {
			t.Fatalf("%d bytes are left", p.arena.UsedBytes()-used)
		}
	})
}
