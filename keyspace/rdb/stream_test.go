package rdb

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/types/stream"
)

// The parts of a stream's payload, as redis-server 7.0.15 writes them, of the entries 1-1 and 2-0
// with 1-2 deleted between them, and of a group that has 1-1 pending.
const (
	streamBlocks = "\x01\x10\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01" +
		"88\x00\x00\x00\x16\x00\x02\x01\x01\x01\x01\x01\x81f\x02\x00\x01" +
		"\x02\x01\x00\x01\x00\x01\x81v\x02\x04\x01" + "\x03\x01\x00\x01\x01\x01M\x01\x04\x01" +
		"\x00\x01\x01\x01\xdf\xff\x02\x01\x01\x81g\x02\x81w\x02\x06\x01\xff"
	streamEnd    = "\x02\x02\x00"            // length and last id
	streamCounts = "\x01\x01\x01\x02\x03"    // first id, largest deleted id, entries added
	streamGroup  = "\x01\x01g\x01\x01"       // one group and its last id
	unknownRead  = "\x81" + allOnes + "\x01" // entries read, pending
	allOnes      = "\xff\xff\xff\xff\xff\xff\xff\xff"
	oneOne       = "\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01"
	twoZero      = "\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00"
	delivered    = "\xe8\x03\x00\x00\x00\x00\x00\x00\x03"
	consumerC    = "\x01c\x51\x05\x58\x12\xa2\x01\x00\x00"
	streamWhole  = "\x13" + streamBlocks + streamEnd + streamCounts + streamGroup + unknownRead +
		oneOne + delivered + "\x01" + consumerC + "\x01" + oneOne
	streamText = `stream in 1, last 2-0, first 1-1, deleted 1-2, added 3, 1-1 "f"="v", 2-0 "g"="w",` +
		` group "g" at 1-1 after -1, 1-1 of "c" at 1000, 3 times, "c" seen 1795604088145 with 1`
)

var goldenStreams = []struct{ name, data, want string }{
	{"a stream of 7.0", streamWhole, streamText},
	{"a stream of 7.2", "\x15" + streamBlocks + streamEnd + streamCounts + streamGroup +
		unknownRead + oneOne + delivered + "\x01" + consumerC + "\x01\x00\x00\x00\x00\x00\x00\x00" +
		"\x01" + oneOne, streamText},
	{"a stream of 5.0", "\x0f" + streamBlocks + streamEnd + streamGroup + "\x01" + oneOne +
		delivered + "\x01" + consumerC + "\x01" + oneOne,
		strings.NewReplacer("deleted 1-2, added 3", "deleted 0-0, added 2", "after -1", "after 1").
			Replace(streamText)},
	{"an empty stream", "\x13\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x01g\x05\x00\x81" + allOnes +
		"\x00\x00",
		`stream in 0, last 0-0, first 0-0, deleted 0-0, added 0, group "g" at 5-0 after -1`},
}

func TestGoldenStreams(t *testing.T) {
	p := newPlace(t)
	for _, c := range goldenStreams {
		if got := p.load(t, []byte(c.data), versionSetListpack); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
		for n := range len(c.data) {
			if got := p.load(t, []byte(c.data[:n]), versionSetListpack); got != corruptText {
				t.Errorf("%s, the first %d bytes: %s", c.name, n, got)
			}
		}
	}
	if got := p.load(t, []byte(goldenStreams[1].data), Version); got != corruptText {
		t.Errorf("a stream of 7.2 before its time: %s", got)
	}
}

func TestCorruptStreams(t *testing.T) {
	p := newPlace(t)
	replaced := func(old, by string) string { return strings.Replace(streamWhole, old, by, 1) }
	for _, c := range []struct{ name, data string }{
		{"2^63-1 blocks", "\x13" + hugeLength + streamWhole},
		{"an id of 15 bytes", replaced("\x01\x10\x00\x00", "\x01\x0f\x00")},
		{"a wrong length", replaced(streamEnd, "\x03\x02\x00")},
		{"a last id below that of an entry", replaced(streamEnd, "\x02\x01\x05")},
		{"a block twice", replaced("\x13"+streamBlocks, "\x13\x02"+streamBlocks[1:]+streamBlocks[1:])},
		{"a block behind a later one", replaced(streamBlocks, "\x02"+streamBlocks[1:]+
			"\x10\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00"+
			streamBlocks[18:])},
		{"a wrong count of entries", replaced("\x16\x00\x02\x01", "\x16\x00\x03\x01")},
		{"an entry with a wrong size", replaced("\x81w\x02\x06\x01", "\x81w\x02\x05\x01")},
		{"a group twice", replaced(streamGroup, "\x02\x01g\x00\x00\x00\x00\x00\x01g\x01\x01")},
		{"2^63-1 groups", "\x13" + streamBlocks + streamEnd + streamCounts + hugeLength + "\x01g"},
		{"2^63-1 pending", replaced(unknownRead, "\x00"+hugeLength)},
		{"pending for nobody", "\x13" + streamBlocks + streamEnd + streamCounts + streamGroup +
			unknownRead + oneOne + delivered + "\x00"},
		{"pending for a consumer, not in the group", strings.TrimSuffix(streamWhole, oneOne) + twoZero},
		{"pending twice in the group", replaced("\x01"+oneOne+delivered,
			"\x02"+oneOne+delivered+oneOne+delivered)},
		{"pending twice for a consumer", strings.TrimSuffix(streamWhole, "\x01"+oneOne) +
			"\x02" + oneOne + oneOne},
		{"a consumer twice", strings.TrimSuffix(streamWhole, "\x01"+consumerC+"\x01"+oneOne) +
			"\x02" + consumerC + "\x00" + consumerC + "\x01" + oneOne},
	} {
		if c.data == streamWhole {
			t.Errorf("%s: nothing has been replaced", c.name)
		}
		if got := p.load(t, []byte(c.data), Version); got != corruptText {
			t.Errorf("%s: %s", c.name, got)
		}
	}
}

// TestStreamRoundTrip holds I1 for streams of all kinds of blocks and groups.
func TestStreamRoundTrip(t *testing.T) {
	p := newPlace(t)
	rnd := rand.New(rand.NewPCG(5, 5))
	for i := range 100 {
		s := randomStream(rnd, p)
		e := Encoder{Compress: i%2 == 0}
		e.Stream(&s)
		if got, want := p.load(t, e.Buf, Version), describeStream(&s); got != want {
			t.Fatalf("%s\nwant\n%s", got, want)
		}
		d := NewDecoder(e.Buf, Version, p.arena, 100)
		used := p.arena.UsedBytes()
		p.describe(d, Version)
		if s.Len() > 0 && !errors.Is(d.Err(), ErrNoRoom) || s.Len() > 0 && p.arena.UsedBytes() != used {
			t.Fatalf("without room: %v, %d bytes lost", d.Err(), p.arena.UsedBytes()-used)
		}
		s.Free()
	}
}

func randomStream(rnd *rand.Rand, p *place) stream.Stream {
	s := stream.New(&p.stream)
	for range rnd.IntN(40) {
		id := stream.ID{Ms: s.LastID().Ms + rnd.Uint64N(3), Seq: rnd.Uint64() >> rnd.IntN(64)}
		if s.LastID().Less(id) {
			s.Add(id, [][]byte{[]byte("field"), fmt.Append(nil, rnd.IntN(9000))})
		}
	}
	for i := range rnd.IntN(3) {
		g, _ := s.CreateGroup(fmt.Appendf(nil, "group%d", i), s.FirstID(), int64(rnd.IntN(5)-1))
		for it := s.Range(stream.ID{}, stream.MaxID, false); it.Next(); {
			c, _ := g.CreateConsumer(fmt.Appendf(nil, "%d", rnd.IntN(4)), 1000)
			if rnd.IntN(2) == 0 {
				g.AddPending(it.ID(), c, rnd.Int64N(1<<40), 1+rnd.Int64N(3))
			}
		}
	}
	s.Delete(s.FirstID())
	s.Delete(s.LastEntry())
	s.Trim(stream.Trimming{MaxLen: 30})
	return s
}
