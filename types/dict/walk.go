package dict

import (
	"math/bits"

	"github.com/ringer-kv/ringer/types/arena"
)

// Scan calls fn for the nodes of the bucket at the cursor and returns the cursor of the next call,
// 0 when the walk is complete; a walk starts with cursor 0. Between two calls anything may happen
// to the table. A node that is in the table from the first call to the last is given to fn exactly
// once, a node that comes or goes meanwhile at most once for each time it was inserted.
//
// fn may remove and free the node it is given, and may insert others. It may remove others too,
// but must not free them before Scan returns.
func (t *Table) Scan(a *arena.Arena, cursor uint64, fn func(r arena.Ref)) uint64 {
	if t.used == 0 {
		return 0
	}
	var room [groupRefs]arena.Ref
	group, next := t.group(a, bits.Reverse32(uint32(cursor)), room[:0])
	for _, r := range group {
		fn(r)
	}
	return uint64(bits.Reverse32(next))
}

// Passed reports whether a walk that will go on at this cursor is past all nodes of this hash, so
// that it won't meet them any more. Before the first call nothing is passed. For a snapshot in
// pieces: an entry not yet passed is serialized before it is changed.
func Passed(cursor uint64, hash uint32) bool {
	return hash < bits.Reverse32(uint32(cursor))
}

// Each calls fn for every node, until fn returns false. fn may change the table as that of Scan
// may, and the guarantee is the same: a node that is there all the time is given exactly once.
// O(nodes + buckets).
func (t *Table) Each(a *arena.Arena, fn func(r arena.Ref) bool) {
	var room [groupRefs]arena.Ref
	for pos := uint32(0); t.used != 0; {
		group, next := t.group(a, pos, room[:0])
		for _, r := range group {
			if !fn(r) {
				return
			}
		}
		if next == 0 {
			return
		}
		pos = next
	}
}

// Some appends up to n different nodes to dst: neighbours in the table from a random place on. It
// visits at most 10n buckets, so it may find fewer, even none. Redis: dictGetSomeKeys. Good for
// eviction samples, not for draws that must be independent.
func (t *Table) Some(
	a *arena.Arena, rnd func() uint64, n int, dst []arena.Ref,
) []arena.Ref {
	if t.used == 0 {
		return dst
	}
	n = min(n, int(t.used))
	limit := len(dst) + n
	start := t.firstOf(uint32(rnd()))
	pos, wrapped := start, false
	for visits := 10 * n; visits > 0 && len(dst) < limit; visits-- {
		dst, pos = t.group(a, pos, dst)
		wrapped = wrapped || pos == 0
		if wrapped && pos >= start {
			break
		}
	}
	return dst[:min(len(dst), limit)]
}

// The position of a walk is a hash: everything below it has been visited. The chain that holds the
// nodes of a position holds those of a whole range of hashes around it, its span.

// span returns the chain of the nodes at pos, and the last hash up to which that chain holds all.
func (t *Table) span(a *arena.Arena, pos uint32) (head arena.Ref, last uint32) {
	shift := t.shift[0] & 31
	if i := pos >> shift; i >= t.moved {
		return *bucket(a, t.array[0], i), pos | (1<<shift - 1)
	}
	// The bucket of array[1] may cover more hashes than those whose bucket of array[0] is moved.
	border := t.moved<<shift - 1
	shift = t.shift[1] & 31
	return *bucket(a, t.array[1], pos>>shift), min(pos|(1<<shift-1), border)
}

// firstOf returns the first position of the bucket that pos is in.
func (t *Table) firstOf(pos uint32) uint32 {
	shift := t.shift[0] & 31
	if pos>>shift < t.moved {
		shift = t.shift[1] & 31
	}
	return pos >> shift << shift
}

// group appends the nodes from pos to the end of its span to dst, and returns the position after
// them, 0 at the end. They are collected before anybody gets to see one, as whoever does may
// change the table; rehashing never moves a node, so the Refs stay good.
func (t *Table) group(
	a *arena.Arena, pos uint32, dst []arena.Ref,
) (nodes []arena.Ref, next uint32) {
	r, last := t.span(a, pos)
	for r != 0 {
		n := arena.At[Node](a, r)
		if pos <= n.Hash && n.Hash <= last {
			dst = append(dst, r)
		}
		r = n.Next
	}
	return dst, last + 1
}
