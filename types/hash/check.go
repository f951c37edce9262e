package hash

import (
	"fmt"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/dict"
	"github.com/ringer-kv/ringer/types/listpack"
)

// checkWholeFields is the largest hash that is checked whole after every change under the tag
// invariants; a test of a million fields would never end otherwise.
const checkWholeFields = 256

func (h *Hash) checkSmall() {
	if invariants && h.Len() <= checkWholeFields {
		h.Check()
	}
}

// Check panics when one of the invariants I1 to I7 of doc.go does not hold. O(n), for a listpack
// O(n^2).
func (h *Hash) Check() {
	if h.enc.Packed() {
		h.checkPack()
	} else {
		h.checkTable()
	}
}

func (h *Hash) checkPack() {
	// I1's last part, the size of the block, is what pack reads off the length.
	b := h.pack()
	ensure(listpack.Validate(b) == nil, "I1: not a listpack: %x", b)
	ensure(listpack.Len(b)%h.stride() == 0, "I1: %d entries", listpack.Len(b))
	h.Each(func(field, _ []byte) bool {
		pos := h.packFind(field)
		after := h.nextPair(b, pos)
		again := listpack.Find(b, after, listpack.String(field), h.stride()-1)
		ensure(pos != 0 && again == 0, "I2: %q twice", field)
		return true
	})
	if h.enc.Timed() {
		ensure(inOrder(b), "I6: deadlines out of order: %x", b)
	}
}

func (h *Hash) checkTable() {
	a, head := h.env.Arena, h.header()
	head.table.Check(a)
	size, timed := 0, 0
	head.table.Each(a, func(r arena.Ref) bool {
		field := fieldOf(a, r)
		hash := h.env.Seed.Hash(field)
		ensure(arena.At[dict.Node](a, r).Hash == hash, "I4: hash of %q", field)
		ensure(head.table.Find(a, fieldOf, hash, field) == r, "I3: %q twice", field)
		bytes := nodeSize(len(field), len(valueOf(a, r)))
		if isTimed(a, r) {
			bytes += timedBytes
			timed++
		}
		size += arena.ClassSize(bytes)
		return true
	})
	h.checkTree(timed)
	ensure(int64(size) == head.nodeBytes, "I5: nodes of %d bytes, %d counted", size, head.nodeBytes)
}

// checkTree checks the tree of deadlines, which must hold the given number of nodes.
func (h *Hash) checkTree(timed int) {
	if !h.enc.Timed() {
		ensure(timed == 0, "I7: %d nodes with deadlines in a table without a tree", timed)
		return
	}
	a, tree := h.env.Arena, &h.timedHeader().tree
	tree.Check(a, func(x, y arena.Ref) bool {
		return deadlineOf(a, nodeOf(x)) <= deadlineOf(a, nodeOf(y))
	})
	ensure(tree.Len() == timed, "I7: %d nodes in the tree, %d with deadlines", tree.Len(), timed)
}

// ensure panics unless ok: a broken invariant is our own mistake, and nothing can go on from
// there.
func ensure(ok bool, format string, args ...any) {
	if !ok {
		panic("hash: " + fmt.Sprintf(format, args...))
	}
}
