package list

import (
	"fmt"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/listpack"
)

// checkWholeBlocks is the longest list that is checked whole after every change under the tag
// invariants; a test of a million elements would never end otherwise.
const checkWholeBlocks = 64

func (l *List) checkSmall() {
	if invariants && (l.enc == Packed || l.header().blocks <= checkWholeBlocks) {
		l.Check()
	}
}

// Check panics when one of the invariants I1 to I6 of doc.go does not hold. O(n).
func (l *List) Check() {
	if l.enc == Packed {
		l.checkPack(l.ref)
		return
	}
	h := l.header()
	ensure(h.height >= 1 && h.height <= maxHeight, "I4: a tree of height %d", h.height)
	ensure(h.blocks >= 2, "I3: %d blocks", h.blocks)
	root := innerAt(l.env.Arena, h.root)
	ensure(h.height == 1 || root.n >= 2, "I4: a root with %d children", root.n)
	all := l.checkInner(h.root, int(h.height), true, true)
	ensure(all.elements == h.elements, "I5: %d elements, %d counted", all.elements, h.elements)
	ensure(all.blocks == h.blocks, "I6: %d blocks, %d counted", all.blocks, h.blocks)
	ensure(all.bytes == h.bytes, "I6: %d bytes, %d counted", all.bytes, h.bytes)
}

// totals is what is found below a node.
type totals struct{ elements, blocks, bytes int64 }

// checkPack checks a block.
func (l *List) checkPack(r arena.Ref) totals {
	b := packAt(l.env.Arena, r)
	ensure(listpack.Validate(b) == nil, "I1: not a listpack: %x", b)
	n := listpack.Len(b)
	ensure(n > 0 || l.enc == Packed, "I2: an empty block")
	return totals{int64(n), 1, int64(cap(b))}
}

// checkInner checks the subtree at r with so many levels; head and tail say on which edges of the
// tree it lies.
func (l *List) checkInner(r arena.Ref, height int, head, tail bool) totals {
	if height == 0 {
		return l.checkPack(r)
	}
	n := innerAt(l.env.Arena, r)
	least := minChildren
	if head || tail {
		least = 1
	}
	ensure(int(n.n) >= least && n.n <= fanout, "I4: %d children", n.n)
	all := totals{bytes: int64(arena.ClassSize(innerBytes))}
	for i := range int(n.n) {
		t := l.checkInner(n.child[i], height-1, head && i == 0, tail && i == int(n.n)-1)
		ensure(t.elements == n.elements[i], "I5: %d elements in a child, %d counted", t.elements,
			n.elements[i])
		all.elements += t.elements
		all.blocks += t.blocks
		all.bytes += t.bytes
	}
	return all
}

// ensure panics unless ok: a broken invariant is our own mistake, and nothing can go on from
// there.
func ensure(ok bool, format string, args ...any) {
	if !ok {
		panic("list: " + fmt.Sprintf(format, args...))
	}
}
