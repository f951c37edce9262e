package rdb

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/dict"
	"github.com/ringer-kv/ringer/types/hash"
	"github.com/ringer-kv/ringer/types/list"
	"github.com/ringer-kv/ringer/types/set"
	"github.com/ringer-kv/ringer/types/stream"
	"github.com/ringer-kv/ringer/types/zset"
)

// place is where values are made.
type place struct {
	arena *arena.Arena
	list  list.Env
	set   set.Env
	zset  zset.Env
	hash  hash.Env

	stream stream.Env
}

func newPlace(t testing.TB) *place {
	a, err := arena.New(arena.Options{ReserveBytes: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	seed := dict.SeedFunc(func(key []byte) uint32 {
		h := fnv.New32a()
		h.Write(key)
		return h.Sum32()
	})
	return &place{
		arena: a,
		list:  list.Env{Arena: a, Limits: list.Limits{Fill: -2}},
		set:   set.Env{Arena: a, Seed: seed, Limits: set.Limits{MaxIntsetEntries: 8}},
		zset:  zset.Env{Arena: a, Seed: seed, Limits: zset.Limits{MaxEntries: 8, MaxValueBytes: 16}},
		hash:  hash.Env{Arena: a, Seed: seed, Limits: hash.Limits{MaxEntries: 8, MaxValueBytes: 16}},

		stream: stream.Env{Arena: a, Limits: stream.Limits{NodeMaxEntries: 4}},
	}
}

func (p *place) decoder(data []byte, version int) *Decoder {
	return NewDecoder(data, version, p.arena, p.arena.AvailableBytes())
}

// object is what the value types have in common.
type object interface {
	Check()
	Free()
	Len() int
}

// load reads a value, checks it (I3) and describes it; it is freed then. An error is described,
// too.
func (p *place) load(t testing.TB, data []byte, version int) string {
	t.Helper()
	used := p.arena.UsedBytes()
	d := p.decoder(data, version)
	text, o := p.describe(d, version)
	if err := d.Err(); err != nil {
		if p.arena.UsedBytes() != used {
			t.Fatalf("I4: %d bytes are lost: %q", p.arena.UsedBytes()-used, data)
		}
		return err.Error()
	}
	if o != nil {
		o.Check()
		if _, isStream := o.(*stream.Stream); o.Len() == 0 && !isStream {
			t.Fatalf("I3: an empty value: %q", data)
		}
		o.Free()
	}
	return text
}

func (p *place) describe(d *Decoder, version int) (string, object) {
	var parts []string
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	ordered := true
	var o object
	switch t := d.Type(); t.Kind(version) {
	case KindString:
		s := d.StringText()
		b := make([]byte, s.Len())
		s.CopyTo(b)
		return fmt.Sprintf("string %q", b), nil
	case KindList:
		l := d.List(t, &p.list)
		if o = &l; d.err == nil {
			add("list in %d", l.Blocks())
			for it := l.Iter(0, l.Len(), list.Tail); it.Next(); {
				add("%q", it.Value(nil))
			}
		}
	case KindSet:
		s := d.Set(t, &p.set)
		if o, ordered = &s, false; d.err == nil {
			add("%s", s.Encoding())
			s.Each(func(m []byte) bool { add("%q", m); return true })
		}
	case KindZSet:
		s := d.SortedSet(t, &p.zset)
		if o = &s; d.err == nil {
			add("%s", s.Encoding())
			for it := s.Iter(s.Window(0, s.Len()), false); it.Next(); {
				add("%q %v", it.Member(nil), it.Score())
			}
		}
	case KindHash:
		h := d.Hash(t, &p.hash)
		if o, ordered = &h, h.Encoding() == hash.Listpack; d.err == nil {
			add("%s", h.Encoding())
			h.Each(func(f, v []byte) bool { add("%q=%q", f, v); return true })
		}
	case KindStream:
		s := d.Stream(t, &p.stream)
		if o = &s; d.err == nil {
			add("%s", describeStream(&s))
		}
	default:
		d.Refuse(ErrCorrupt)
	}
	if !ordered && len(parts) > 0 {
		slices.Sort(parts[1:])
	}
	return strings.Join(parts, " "), o
}

// describeStream is all that there is to a stream.
func describeStream(s *stream.Stream) string {
	var b strings.Builder
	fmt.Fprintf(&b, "stream in %d, last %v, first %v, deleted %v, added %d", s.Blocks(), s.LastID(),
		s.FirstID(), s.MaxDeletedID(), s.EntriesAdded())
	for it := s.Range(stream.ID{}, stream.MaxID, false); it.Next(); {
		fmt.Fprintf(&b, ", %v", it.ID())
		for range it.Fields() {
			field, value := it.Pair()
			fmt.Fprintf(&b, " %q=%q", field, value)
		}
	}
	s.EachGroup(func(g stream.Group) {
		fmt.Fprintf(&b, ", group %q at %v after %d", g.Name(), g.LastID(), g.EntriesRead())
		for p, ok := g.FirstPending(stream.ID{}); ok; p, ok = p.Next() {
			c := p.Consumer()
			fmt.Fprintf(&b, ", %v of %q at %d, %d times", p.ID(), c.Name(), p.DeliveredMs(), p.Count())
		}
		g.EachConsumer(func(c stream.Consumer) {
			fmt.Fprintf(&b, ", %q seen %d with %d", c.Name(), c.SeenMs(), c.Pending())
		})
	})
	return b.String()
}

// golden are payloads of real servers, without their footers, and what they hold. The old ones are
// what Redis 2.4 to 6.2 wrote; the format's documentation and redis-server's own reader agree.
var golden = []struct{ name, data, want string }{
	{"a string", "\x00\x03abc", `string "abc"`},
	{"an empty string", "\x00\x00", `string ""`},
	{"8 bits", "\x00\xc0\x80", `string "-128"`},
	{"16 bits", "\x00\xc1\x00\x80", `string "-32768"`},
	{"32 bits", "\x00\xc2\xff\xff\xff\x7f", `string "2147483647"`},
	{"a length of 14 bits", "\x00\x40\x41" + strings.Repeat("x", 65),
		`string "` + strings.Repeat("x", 65) + `"`},
	{"a length of 32 bits", "\x00\x80\x00\x00\x00\x01x", `string "x"`},
	{"a length of 64 bits", "\x00\x81\x00\x00\x00\x00\x00\x00\x00\x01x", `string "x"`},
	{"LZF", "\x00\xc3\x09\x40\x64\x01aa\xe0\x57\x00\x01aa",
		`string "` + strings.Repeat("a", 100) + `"`},
	{"a list of 1.0", "\x01\x02\x01a\xc0\x05", `list in 1 "a" "5"`},
	{"a set", "\x02\x02\x01a\x01b", `hashtable "a" "b"`},
	{"a set of integers that was a hashtable", "\x02\x02\xc0\x02\xc0\x01", `intset "1" "2"`},
	{"a sorted set with scores as text", "\x03\x03\x01a\x011\x01b\xfe\x01c\xff",
		`listpack "c" -Inf "a" 1 "b" +Inf`},
	{"a sorted set with more than scores as text", "\x03\x02\x01a\x031e+\x01b\x05 -0x.",
		`listpack "b" 0 "a" 1`},
	{"a hash", "\x04\x01\x01f\x01v", `listpack "f"="v"`},
	{"a sorted set in binary", "\x05\x01\x01a\x00\x00\x00\x00\x00\x00\xf8\x3f", `listpack "a" 1.5`},
	{"a zipmap", "\x09\x10\x02\x01a\x03\x001231b\x01\x02x..\xff", corruptText},
	{"a zipmap with free bytes", "\x09\x10\x02\x01a\x03\x00123\x01b\x01\x02x..\xff",
		`listpack "a"="123" "b"="x"`},
	{"a zipmap with bytes behind its end", "\x09\x0a\x02\x00\x00\x00\x01\x00\x00\x00\xff\xff",
		`listpack ""="" "\x00"=""`},
	{"a zipmap with 255 for a long size",
		"\x09\x41\x08\x01\x01a\xff\xfe\x00\x00\x00\x00" + strings.Repeat("v", 254) + "\xff",
		`hashtable "a"="` + strings.Repeat("v", 254) + `"`},
	{"a zipmap with a short size in five bytes",
		"\x09\x0b\x01\x01a\xfe\x01\x00\x00\x00\x00v\xff", corruptText},
	{"a ziplist", "\x0a\x19\x19\x00\x00\x00\x16\x00\x00\x00\x05\x00" + zipEntries + "\xff",
		`list in 1 "a" "12" "-2" "1024" "7"`},
	{"an intset", "\x0b\x0c\x02\x00\x00\x00\x02\x00\x00\x00\x01\x00\x02\x00", `intset "1" "2"`},
	{"a ziplist of a sorted set",
		"\x0c\x12\x12\x00\x00\x00\x0d\x00\x00\x00\x02\x00\x00\x01a\x03\x021.\xff", `listpack "a" 1`},
	{"a ziplist of a hash",
		"\x0d\x12\x12\x00\x00\x00\x0d\x00\x00\x00\x02\x00\x00\x01a\x03\x02vv\xff",
		`listpack "a"="vv"`},
	{"a quicklist of ziplists", "\x0e\x02" + smallZiplist + smallZiplist, `list in 2 "a" "a"`},
	{"a quicklist with an empty ziplist", "\x0e\x02" + emptyZiplist + smallZiplist, `list in 1 "a"`},
	{"a listpack of a hash", "\x10\x0d\x0d\x00\x00\x00\x02\x00\x81f\x02\x81v\x02\xff",
		`listpack "f"="v"`},
	{"a listpack of a sorted set", "\x11\x0c\x0c\x00\x00\x00\x02\x00\x81a\x02\x01\x01\xff",
		`listpack "a" 1`},
	{"a quicklist of listpacks",
		"\x12\x02\x02\x0a\x0a\x00\x00\x00\x01\x00\x81a\x02\xff\x01\x05plain", `list in 2 "a" "plain"`},
	{"a listpack of a set", "\x14\x0d\x0d\x00\x00\x00\x02\x00\x81a\x02\x81b\x02\xff",
		`hashtable "a" "b"`},
}

const (
	zipEntries   = "\x00\x01a\x03\xfd\x02\xfe\xfe\x03\xc0\x00\x04\x04\xf8"
	smallZiplist = "\x0e\x0e\x00\x00\x00\x0a\x00\x00\x00\x01\x00\x00\x01a\xff"
	emptyZiplist = "\x0b\x0b\x00\x00\x00\x0a\x00\x00\x00\x00\x00\xff"
	corruptText  = "rdb: corrupt"
)

func TestGolden(t *testing.T) {
	p := newPlace(t)
	for _, c := range golden {
		if got := p.load(t, []byte(c.data), versionSetListpack); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if c.want == corruptText {
			continue
		}
		for n := range len(c.data) { // I2
			if got := p.load(t, []byte(c.data[:n]), versionSetListpack); got != corruptText {
				t.Errorf("%s, the first %d bytes: %s", c.name, n, got)
			}
		}
	}
	if got := p.load(t, []byte(golden[len(golden)-1].data), Version); got != corruptText {
		t.Errorf("a listpack of a set before its time: %s", got)
	}
}
