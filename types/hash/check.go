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

// Check panics when one of the invariants I1 to I5 of doc.go does not hold. O(n), for a listpack
// O(n^2).
func (h *Hash) Check() {
	if h.enc == Listpack {
		h.checkPack()
	} else {
		h.checkTable()
	}
}

func (h *Hash) checkPack() {
	// I1's last part, the size of the block, is what pack reads off the length.
	b := h.pack()
	ensure(listpack.Validate(b) == nil, "I1: not a listpack: %x", b)
	ensure(listpack.Len(b)%2 == 0, "I1: %d entries", listpack.Len(b))
	h.Each(func(field, _ []byte) bool {
		pos := h.packFind(field)
		after := nextPair(b, pos)
		again := listpack.Find(b, after, listpack.String(field), 1)
		ensure(pos != 0 && again == 0, "I2: %q twice", field)
		return true
	})
}

func (h *Hash) checkTable() {
	a, head := h.env.Arena, h.header()
	head.table.Check(a)
	size := 0
	head.table.Each(a, func(r arena.Ref) bool {
		field := fieldOf(a, r)
		hash := h.env.Seed.Hash(field)
		ensure(arena.At[dict.Node](a, r).Hash == hash, "I4: hash of %q", field)
		ensure(head.table.Find(a, fieldOf, hash, field) == r, "I3: %q twice", field)
		size += arena.ClassSize(nodeSize(len(field), len(valueOf(a, r))))
		return true
	})
	ensure(int64(size) == head.nodeBytes, "I5: nodes of %d bytes, %d counted", size, head.nodeBytes)
}

// ensure panics unless ok: a broken invariant is our own mistake, and nothing can go on from
// there.
func ensure(ok bool, format string, args ...any) {
	if !ok {
		panic("hash: " + fmt.Sprintf(format, args...))
	}
}
