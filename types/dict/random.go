package dict

import "github.com/ringer-kv/ringer/types/arena"

// A random node is drawn in two numbers: a bucket, and how deep the node lies in the chain. If
// there is such a node it is the one, else both are drawn anew. So each node has the same chance,
// whatever its neighbours are, and nearly all draws that are in vain read one node or none.
//
// Buckets of two sizes, while rehashing, would be drawn with two chances. So what is drawn is a
// window: all hashes that share the bits which name the smaller kind of bucket. Of a chain that
// holds more, only the nodes in the window count.
const (
	// maxDraws is how often a draw may be in vain. At the smallest load factor, a tenth, 30 are on
	// average, and 400 in a row once in a million.
	maxDraws = 400

	// neighbours is how many nodes the draw is from when all else has failed. Redis:
	// GETFAIR_NUM_ENTRIES.
	neighbours = 15
)

// window is a range of hashes: those whose upper bits are the same.
type window struct {
	bits  uint32
	shift uint8
	whole bool // every chain holds the nodes of one window only
}

// Random returns a node drawn at random, each with the same chance, or 0 from an empty table.
// Expected O(1). The chances are even for a hash that spreads well, but for the nodes at the end of
// one chain in ten thousand. If no draw succeeds, as nearly all nodes share a hash, or right after
// an Expand by far too much, it is one of a few neighbours in the table, as in Redis
// (dictGetFairRandomKey), or one of the first bucket that is not empty, which is O(buckets).
func (t *Table) Random(a *arena.Arena, rnd func() uint64) arena.Ref {
	if t.used == 0 {
		return 0
	}
	w := window{shift: t.shift[0] & 31, whole: t.array[1] == 0}
	if !w.whole {
		w.shift = min(w.shift, t.shift[1]&31)
	}
	depth := t.likelyDepth(w.shift)
	for range maxDraws {
		x := rnd()
		hash, i := uint32(x), int(x>>32*uint64(depth)>>32)
		w.bits = hash >> w.shift
		r := w.skip(a, *t.slot(a, hash))
		for n := i; n > 0 && r != 0; n-- {
			r = w.skip(a, arena.At[Node](a, r).Next)
		}
		if r != 0 && i == depth-1 {
			r = w.oneOf(a, r, rnd)
		}
		if r != 0 {
			return r
		}
	}
	return t.randomNeighbour(a, rnd)
}

// likelyDepth is a length that one window in ten thousand exceeds, at most: the nodes of windows
// follow the Poisson distribution.
func (t *Table) likelyDepth(shift uint8) int {
	windows := uint64(1) << (32 - shift)
	return 2 + int((4*uint64(t.used)+windows-1)/windows)
}

// skip is the first node from r on that is in the window, 0 if none is.
func (w *window) skip(a *arena.Arena, r arena.Ref) arena.Ref {
	if w.whole {
		return r
	}
	for r != 0 {
		n := arena.At[Node](a, r)
		if n.Hash>>w.shift == w.bits {
			break
		}
		r = n.Next
	}
	return r
}

// oneOf is r or one of those behind it in the window: what lies deeper than is likely.
func (w *window) oneOf(a *arena.Arena, r arena.Ref, rnd func() uint64) arena.Ref {
	chosen := r
	for n := uint64(2); ; n++ {
		if r = w.skip(a, arena.At[Node](a, r).Next); r == 0 {
			return chosen
		}
		if rnd()%n == 0 {
			chosen = r
		}
	}
}

// randomNeighbour is the draw of last resort.
func (t *Table) randomNeighbour(a *arena.Arena, rnd func() uint64) arena.Ref {
	var room [groupRefs]arena.Ref
	some := t.Some(a, rnd, neighbours, room[:0])
	for pos := uint32(rnd()); len(some) == 0; {
		some, pos = t.group(a, pos, room[:0])
	}
	return some[rnd()%uint64(len(some))]
}
