package zset

import (
	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/avl"
	"github.com/ringer-kv/ringer/types/listpack"
)

// Span is a run of neighbours in a set, by rank: Start to End, half open. It may carry what the
// search has found at its ends, and so is valid until the set changes.
type Span struct {
	Start, End  int
	first, last int // elements at Start and at End-1; 0 if not known
}

// Len is the number of elements.
func (p Span) Len() int { return p.End - p.Start }

// Limit narrows the span as LIMIT does: offset elements are skipped, then count are left, from
// the end backwards if reverse. A negative offset leaves nothing, a negative count means all.
func (p Span) Limit(offset, count int, reverse bool) Span {
	if offset < 0 || offset >= p.Len() {
		return Span{Start: p.Start, End: p.Start}
	}
	left := p.Len() - offset
	if count >= 0 {
		left = min(left, count)
	}
	q := p
	if reverse {
		q.End -= offset
		q.Start = q.End - left
	} else {
		q.Start += offset
		q.End = q.Start + left
	}
	if q.Start != p.Start {
		q.first = 0
	}
	if q.End != p.End {
		q.last = 0
	}
	return q
}

// Window is the span of count elements from a rank on, of which either may lie outside the set:
// what is there is left. O(1).
func (s *Set) Window(rank, count int) Span {
	n, count := s.Len(), max(count, 0)
	if rank < 0 {
		rank, count = 0, max(count+rank, 0)
	}
	rank = min(rank, n)
	return Span{Start: rank, End: rank + min(count, n-rank)}
}

// RankSpan is the span of ZRANGE by rank: start and stop are inclusive, a negative one counts
// from the end, and reverse counts both from the other end. O(1).
func (s *Set) RankSpan(start, stop int, reverse bool) Span {
	n := s.Len()
	if start < 0 {
		start = max(start+n, 0)
	}
	if stop < 0 {
		stop += n
	}
	stop = min(stop, n-1)
	if start > stop {
		return Span{}
	}
	if reverse {
		return Span{Start: n - 1 - stop, End: n - start}
	}
	return Span{Start: start, End: stop + 1}
}

// ScoreSpan is the span of the scores within r. O(log n).
func (s *Set) ScoreSpan(r ScoreRange) Span {
	if r.empty() {
		return Span{}
	}
	lower := s.partition(&cut{by: byScore, score: r.Min, behind: r.MinEx})
	upper := s.partition(&cut{by: byScore, score: r.Max, behind: !r.MaxEx})
	return spanBetween(lower, upper)
}

func spanBetween(lower, upper boundary) Span {
	if lower.rank >= upper.rank {
		return Span{}
	}
	return Span{Start: lower.rank, End: upper.rank, first: lower.at, last: upper.before}
}

// LexSpan is the span of the members within r, if all scores are equal. O(log n). If they are not,
// what is in it is not specified, but in a listpack it is what Redis finds.
func (s *Set) LexSpan(r LexRange, reverse bool) Span {
	if r.empty() {
		return Span{}
	}
	lower, upper := r.Min.lower(), r.Max.upper()
	if s.enc == Listpack {
		return packLexSpan(s.pack(), &lower, &upper, reverse)
	}
	return spanBetween(s.partition(&lower), s.partition(&upper))
}

// packLexSpan looks for one end of the span from one end of the listpack, and then for the other
// end from there.
//
// Redis: zzlFirstInLexRange, zzlLastInLexRange and the loops of their callers. With mixed scores
// the directions differ.
func packLexSpan(b []byte, lower, upper *cut, reverse bool) Span {
	var scratch [scratchBytes]byte
	n := listpack.Len(b) / 2
	member := func(pos int) []byte { return listpack.Bytes(b, pos, scratch[:]) }
	if n == 0 || lower.isAfter(0, member(listpack.Seek(b, -2))) ||
		!upper.isAfter(0, member(listpack.First(b))) {
		return Span{} // Redis: zzlIsInLexRange
	}
	var p Span
	if reverse {
		pos := listpack.Seek(b, -2)
		for p.End = n; pos != 0 && !upper.isAfter(0, member(pos)); p.End-- {
			pos = prevPair(b, pos)
		}
		for p.Start = p.End; pos != 0 && !lower.isAfter(0, member(pos)); p.Start-- {
			pos = prevPair(b, pos)
		}
		return p
	}
	pos := listpack.First(b)
	for ; pos != 0 && lower.isAfter(0, member(pos)); p.Start++ {
		pos = nextPair(b, pos)
	}
	for p.End = p.Start; pos != 0 && upper.isAfter(0, member(pos)); p.End++ {
		pos = nextPair(b, pos)
	}
	return p
}

// Random is the span of one element drawn at random, each with the same chance. The set must not
// be empty. Its Iter finds the element in O(log n).
func (s *Set) Random(rnd func() uint64) Span {
	return s.Window(int(rnd()%uint64(s.Len())), 1)
}

// RemoveSpan takes the elements of the span out of the set. O(log n) for each of them.
func (s *Set) RemoveSpan(p Span) {
	if p.Len() <= 0 {
		return
	}
	at := s.atStart(p)
	if s.enc == Listpack {
		s.packDelete(at, p.Len())
	} else {
		for n := p.Len(); n > 0; n-- {
			r := arena.Ref(at)
			at = int(nodeOf(avl.Next(s.env.Arena, linkOf(r))))
			s.treeDelete(r)
		}
	}
	s.checkSmall()
}

// atStart finds the first element of a span that is not empty.
func (s *Set) atStart(p Span) int {
	if p.first != 0 {
		return p.first
	}
	return s.atRank(p.Start)
}

func (s *Set) atRank(rank int) int {
	if s.enc == Listpack {
		return listpack.Seek(s.pack(), 2*rank)
	}
	return int(s.treeAt(rank))
}

// Iter walks over a span. It is a value and needs no allocation; it is valid until the set
// changes.
//
// Owned by the keyspace goroutine.
type Iter struct {
	arena   *arena.Arena
	pack    []byte // nil in a skiplist
	at      int    // the element; before the first Next, the one to start with
	left    int    // elements to come
	started bool
	reverse bool
}

// Iter starts a walk, from the end backwards if reverse. Its first element is reached by the
// first Next. O(log n) if the span doesn't know its end yet.
func (s *Set) Iter(p Span, reverse bool) Iter {
	it := Iter{arena: s.env.Arena, left: max(p.Len(), 0), reverse: reverse}
	if s.enc == Listpack {
		it.pack = s.pack()
	}
	switch {
	case it.left == 0:
	case !reverse:
		it.at = s.atStart(p)
	case p.last != 0:
		it.at = p.last
	default:
		it.at = s.atRank(p.End - 1)
	}
	return it
}

// Next goes to the next element and says whether there is one. O(1) on average.
func (it *Iter) Next() bool {
	if it.left == 0 {
		return false
	}
	it.left--
	if !it.started {
		it.started = true
		return true
	}
	switch {
	case it.pack == nil && it.reverse:
		it.at = int(nodeOf(avl.Prev(it.arena, linkOf(arena.Ref(it.at)))))
	case it.pack == nil:
		it.at = int(nodeOf(avl.Next(it.arena, linkOf(arena.Ref(it.at)))))
	case it.reverse:
		it.at = prevPair(it.pack, it.at)
	default:
		it.at = nextPair(it.pack, it.at)
	}
	return true
}

// Member is the member of the element: a part of the set's memory, or digits written to scratch,
// which should have a capacity of 20 bytes. Valid until the set or the scratch changes.
func (it *Iter) Member(scratch []byte) []byte {
	if it.pack != nil {
		return listpack.Bytes(it.pack, it.at, scratch)
	}
	return memberOf(it.arena, arena.Ref(it.at))
}

// Score is the score of the element.
func (it *Iter) Score() float64 {
	if it.pack != nil {
		return packScore(it.pack, it.at)
	}
	return arena.At[node](it.arena, arena.Ref(it.at)).score
}

// Scan gives some of the elements to fn and returns the cursor for the next call, 0 at the end;
// with the guarantees of dict's Scan. A listpack is given as a whole. fn must not change the set,
// nor keep the member.
func (s *Set) Scan(cursor uint64, fn func(member []byte, score float64)) uint64 {
	if s.enc == Listpack {
		var scratch [scratchBytes]byte
		for it := s.Iter(s.Window(0, s.Len()), false); it.Next(); {
			fn(it.Member(scratch[:]), it.Score())
		}
		return 0
	}
	a := s.env.Arena
	return s.header().table.Scan(a, cursor, func(r arena.Ref) {
		fn(memberOf(a, r), arena.At[node](a, r).score)
	})
}
