package set

import (
	"fmt"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/dict"
	"github.com/ringer-kv/ringer/types/intset"
)

// checkWholeMembers is the largest set that is checked whole after every change under the tag
// invariants; a test of a million members would never end otherwise.
const checkWholeMembers = 256

func (s *Set) checkSmall() {
	if invariants && s.Len() <= checkWholeMembers {
		s.Check()
	}
}

// Check panics when one of the invariants I1 to I4 of doc.go does not hold. O(n).
func (s *Set) Check() {
	a := s.env.Arena
	if s.enc == Intset {
		// I1's other half, the size of the block, is what ints reads off the length.
		b := s.ints()
		ensure(intset.Validate(b) == nil, "I1: not an intset: %x", b)
		return
	}
	h := s.header()
	h.table.Check(a)
	size := 0
	h.table.Each(a, func(r arena.Ref) bool {
		member := memberOf(a, r)
		hash := s.env.Seed.Hash(member)
		ensure(arena.At[dict.Node](a, r).Hash == hash, "I3: hash of %q", member)
		ensure(h.table.Find(a, memberOf, hash, member) == r, "I2: %q twice", member)
		size += arena.ClassSize(nodeSize(len(member)))
		return true
	})
	ensure(int64(size) == h.nodeBytes, "I4: nodes of %d bytes, %d counted", size, h.nodeBytes)
}

// ensure panics unless ok: a broken invariant is our own mistake, and nothing can go on from
// there.
func ensure(ok bool, format string, args ...any) {
	if !ok {
		panic("set: " + fmt.Sprintf(format, args...))
	}
}
