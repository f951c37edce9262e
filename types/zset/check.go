package zset

import (
	"bytes"
	"fmt"
	"math"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/avl"
	"github.com/ringer-kv/ringer/types/listpack"
)

// checkWholeMembers is the largest set that is checked whole after every change under the tag
// invariants; a test of a million members would never end otherwise.
const checkWholeMembers = 256

func (s *Set) checkSmall() {
	if invariants && s.Len() <= checkWholeMembers {
		s.Check()
	}
}

// Check panics when one of the invariants I1 to I6 of doc.go does not hold. O(n log n).
func (s *Set) Check() {
	s.checkOrder()
	if s.enc == Listpack {
		s.checkPack()
	} else {
		s.checkTree()
	}
}

// checkOrder walks in order.
func (s *Set) checkOrder() {
	var scratch [2][scratchBytes]byte
	var last []byte
	lastScore, n := math.Inf(-1), 0
	for it := s.Iter(s.Window(0, s.Len()), false); it.Next(); n++ {
		member, score := it.Member(scratch[n%2][:]), it.Score()
		ensure(score == score, "I1: the score of %q is NaN", member)
		ensure(n == 0 || lastScore < score ||
			lastScore == score && bytes.Compare(last, member) < 0,
			"I1: (%v, %q) before (%v, %q)", lastScore, last, score, member)
		last, lastScore = member, score
	}
	ensure(n == s.Len(), "I1: %d elements in order, %d counted", n, s.Len())
}

func (s *Set) checkPack() {
	b := s.pack()
	ensure(listpack.Validate(b) == nil, "I2: not a listpack: %x", b)
	ensure(listpack.Len(b)%2 == 0, "I2: %d entries", listpack.Len(b))
	var scratch [scratchBytes]byte
	for pos := listpack.First(b); pos != 0; pos = nextPair(b, pos) {
		member := listpack.Bytes(b, pos, scratch[:])
		found := listpack.Find(b, listpack.First(b), listpack.String(member), 1)
		ensure(found == pos, "I3: %q twice", member)
	}
}

func (s *Set) checkTree() {
	a, h := s.env.Arena, s.header()
	h.table.Check(a)
	h.tree.Check(a, nil)
	ensure(h.table.Len() == h.tree.Len(), "I4: %d nodes in the table, %d in the tree",
		h.table.Len(), h.tree.Len())
	size := 0
	for link := h.tree.First(a); link != 0; link = avl.Next(a, link) {
		r := nodeOf(link)
		member := memberOf(a, r)
		hash := s.env.Seed.Hash(member)
		ensure(arena.At[node](a, r).entry.Hash == hash, "I5: hash of %q", member)
		ensure(h.table.Find(a, memberOf, hash, member) == r, "I4: %q is not in the table", member)
		size += arena.ClassSize(nodeSize(len(member)))
	}
	ensure(int64(size) == h.nodeBytes, "I6: nodes of %d bytes, %d counted", size, h.nodeBytes)
}

// ensure panics unless ok: a broken invariant is our own mistake, and nothing can go on from
// there.
func ensure(ok bool, format string, args ...any) {
	if !ok {
		panic("zset: " + fmt.Sprintf(format, args...))
	}
}
