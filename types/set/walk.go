package set

import (
	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/intset"
	"github.com/ringer-kv/ringer/types/num"
)

// ScratchBytes is room for the digits of any integer, for a scratch buffer.
const ScratchBytes = 20

// Each calls fn for every member until it returns false: in ascending order from an intset. The
// member is valid until fn returns. fn may remove the member that it is given from a hashtable,
// and must not change an intset.
func (s *Set) Each(fn func(member []byte) bool) {
	a := s.env.Arena
	if s.enc == Hashtable {
		s.header().table.Each(a, func(r arena.Ref) bool { return fn(memberOf(a, r)) })
		return
	}
	b := s.ints()
	var scratch [ScratchBytes]byte
	for i := range intset.Len(b) {
		if !fn(num.AppendInt(scratch[:0], intset.At(b, i))) {
			return
		}
	}
}

// Scan gives some of the members to fn and returns the cursor for the next call, 0 at the end;
// with the guarantees of dict's Scan. An intset is given as a whole. fn must not change the set,
// nor keep a member of an intset.
func (s *Set) Scan(cursor uint64, fn func(member []byte)) uint64 {
	if s.enc == Intset {
		s.Each(func(member []byte) bool { fn(member); return true })
		return 0
	}
	a := s.env.Arena
	return s.header().table.Scan(a, cursor, func(r arena.Ref) { fn(memberOf(a, r)) })
}

// Random is a member drawn at random: a part of the set's memory, or digits written to scratch,
// which should have a capacity of ScratchBytes, else they go to the heap. Valid until the set or
// the scratch changes. The set must not be empty. Expected O(1).
func (s *Set) Random(rnd func() uint64, scratch []byte) []byte {
	a := s.env.Arena
	if s.enc == Hashtable {
		return memberOf(a, s.header().table.Random(a, rnd))
	}
	b := s.ints()
	i := int(rnd() % uint64(intset.Len(b)))
	return num.AppendInt(scratch[:0], intset.At(b, i))
}

// sampleWalkShare is the share of a set from which Sample walks over all of it: a third, where
// drawing again what was drawn before begins to cost as much. Redis: SRANDMEMBER_SUB_STRATEGY_MUL.
const sampleWalkShare = 3

// Sample calls fn for n different members, at most all. The member is valid until fn returns. fn
// must not change the set. O(n) if n is below a third of the members, else O(members).
func (s *Set) Sample(rnd func() uint64, n int, fn func(member []byte)) {
	n = min(n, s.Len())
	if s.enc == Hashtable && n < s.Len()/sampleWalkShare {
		s.sampleDraw(rnd, n, fn)
		return
	}
	s.Split(rnd, n, func(member []byte, drawn bool) {
		if drawn {
			fn(member)
		}
	})
}

// sampleDraw draws until there are n different nodes.
func (s *Set) sampleDraw(rnd func() uint64, n int, fn func(member []byte)) {
	a, h := s.env.Arena, s.header()
	seen := make(map[arena.Ref]struct{}, n)
	for len(seen) < n {
		r := h.table.Random(a, rnd)
		before := len(seen)
		seen[r] = struct{}{}
		if len(seen) > before {
			fn(memberOf(a, r))
		}
	}
}

// Split calls fn for every member and says of n of them, at most all, that they are drawn: each
// combination of n has the same chance. The member is valid until fn returns. fn must not change
// the set. O(members).
func (s *Set) Split(rnd func() uint64, n int, fn func(member []byte, drawn bool)) {
	left := s.Len()
	wanted := min(n, left)
	s.Each(func(member []byte) bool {
		drawn := wanted > 0 && int(rnd()%uint64(left)) < wanted
		if drawn {
			wanted--
		}
		left--
		fn(member, drawn)
		return true
	})
}
