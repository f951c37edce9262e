package stream

import (
	"bytes"
	"fmt"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/avl"
)

// checkWholePieces and checkWholeBytes are the largest stream that is checked whole after every
// change under the tag invariants; a test of a million entries would never end otherwise.
const (
	checkWholePieces = 64
	checkWholeBytes  = 64 << 10
)

func (s *Stream) checkSmall() {
	if !invariants {
		return
	}
	if h := s.header(); h.pieces <= checkWholePieces && h.bytes <= checkWholeBytes {
		s.Check()
	}
}

// Check panics when one of the invariants I1 to I7 of doc.go does not hold. O(n).
func (s *Stream) Check() {
	h := s.header()
	all := totals{bytes: int64(arena.ClassSize(headerBytes)), pieces: 1}
	all.add(s.checkBlocks())
	h.groups.Check(s.env.Arena, s.beforeByName)
	s.EachGroup(func(g Group) {
		t := g.check()
		ensure(t.bytes == g.node().bytes, "I7: %q takes %d bytes, %d counted", g.Name(), t.bytes,
			g.node().bytes)
		all.add(t)
	})
	ensure(all.bytes == h.bytes, "I7: %d bytes, %d counted", all.bytes, h.bytes)
	ensure(all.pieces == int(h.pieces), "I7: %d allocations, %d counted", all.pieces, h.pieces)
}

// totals is what is found in a part of the stream.
type totals struct {
	bytes  int64
	pieces int
}

func (t *totals) add(o totals) {
	t.bytes += o.bytes
	t.pieces += o.pieces
}

// count adds an allocation.
func (t *totals) count(size int) { t.add(totals{int64(arena.ClassSize(size)), 1}) }

func (s *Stream) beforeByName(x, y arena.Ref) bool {
	return bytes.Compare(nameOf(s.env.Arena, x), nameOf(s.env.Arena, y)) < 0
}

// checkBlocks checks I1 to I5.
func (s *Stream) checkBlocks() (t totals) {
	a, h := s.env.Arena, s.header()
	h.blocks.Check(a, func(x, y arena.Ref) bool {
		return blockAt(a, x).first.Less(blockAt(a, y).first)
	})
	var all span
	tail := arena.Ref(0)
	for r := h.blocks.First(a); r != 0; r = avl.Next(a, r) {
		b, first := s.pack(r), blockAt(a, r).first
		t.count(blockBytes + cap(b))
		live, err := validate(b, first)
		ensure(err == nil, "I1, I2: a block of %v: %x", first, b)
		ensure(tail == 0 || all.live == 0 || all.last.Less(first), "I2: %v before a block of %v",
			all.last, first)
		tail = r
		if live.live == 0 {
			continue
		}
		if all.live == 0 {
			all.first = live.first
		}
		all.live += live.live
		all.last = live.last
	}
	ensure(all.live == int64(h.length), "I3: %d entries, %d counted", all.live, h.length)
	ensure(!h.last.Less(all.last), "I3: an entry %v above the last id %v", all.last, h.last)
	ensure(h.first == all.first, "I4: the first entry is %v, not %v", all.first, h.first)
	ensure(h.tail == tail, "I5: the tail is %d, not %d", tail, h.tail)
	return t
}

// check checks I6.
func (g *Group) check() (t totals) {
	a, n := g.s.env.Arena, g.node()
	t.count(n.size())
	before := func(offset arena.Ref) func(x, y arena.Ref) bool {
		return func(x, y arena.Ref) bool {
			return pendingAt(a, x-offset).id.Less(pendingAt(a, y-offset).id)
		}
	}
	n.pending.Check(a, before(0))
	n.consumers.Check(a, g.s.beforeByName)
	pending := 0
	g.EachConsumer(func(c Consumer) {
		t.count(c.node().size())
		c.node().pending.Check(a, before(ownUnits))
		pending += c.Pending()
		for p, ok := c.FirstPending(ID{}); ok; p, ok = p.Next() {
			t.count(pendingBytes)
			ensure(p.node().consumer == c.ref, "I6: %v in the list of %q", p.ID(), c.Name())
			of, found := g.FindPending(p.ID())
			ensure(found && of.ref == p.ref, "I6: %v is not pending in the group", p.ID())
		}
	})
	ensure(pending == g.Pending(), "I6: %d pending, of consumers %d", g.Pending(), pending)
	return t
}

// ensure panics unless ok: a broken invariant is our own mistake, and nothing can go on from
// there.
func ensure(ok bool, format string, args ...any) {
	if !ok {
		panic("stream: " + fmt.Sprintf(format, args...))
	}
}
