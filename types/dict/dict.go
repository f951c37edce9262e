package dict

import (
	"bytes"
	"math"
	"math/bits"

	"github.com/ringer-kv/ringer/types/arena"
)

const (
	// minBuckets is the first size of a bucket array. Small, as most tables lie inside small
	// values; Redis: DICT_HT_INITIAL_SIZE.
	minBuckets = 4

	// maxBuckets is the largest size: the shift of a 32-bit hash must stay above 0, and 8 GiB of
	// buckets are a quarter of what an arena can hold anyway. Where an int has 32 bits an arena
	// could not hold as many as an int can count.
	maxBuckets = min(1<<31, math.MaxInt/2+1)

	// stepBuckets and stepEmpty bound the rehash work of one Insert or Remove: it moves at most
	// stepBuckets chains and passes at most stepEmpty empty buckets (4 cache lines of them).
	stepBuckets = 4
	stepEmpty   = 64

	// touchGroup is how many keys TouchAll loads side by side: more gain nothing, a core has only
	// so many loads under way. touchDepth is how far it follows a chain; at a load factor of 1,
	// one key in 40 lies deeper.
	touchGroup = 16
	touchDepth = 3

	// bucketBytes is the size of one bucket, an arena.Ref.
	bucketBytes = 4

	// groupRefs is how many nodes of one chain a walk remembers without using the Go heap. With
	// a load factor of 1 a chain of 12 is already one in a billion.
	groupRefs = 32
)

// Node is the intrusive part of an element: the first field of every node that is in a Table.
type Node struct {
	Next arena.Ref // the next node of the chain, 0 at its end; the table's alone
	Hash uint32    // hash of the key; set by the user before Insert, constant while in the table
}

// KeyFunc returns the key of the node at r. The table only borrows the slice for one comparison.
type KeyFunc func(a *arena.Arena, r arena.Ref) []byte

// Table is a hash table of the nodes linked into it. The zero value is an empty table. It holds no
// Go pointers, so it may lie in arena memory and may be copied as plain bytes to another place,
// as long as only one copy is used from then on. Every method must be given the same arena.
//
// Owned by the keyspace goroutine.
type Table struct {
	array [2]arena.Ref // bucket arrays: the current one and, while rehashing, its successor
	used  uint32       // nodes in the table
	moved uint32       // while rehashing, buckets of array[0] already moved; else 0
	shift [2]uint8     // the bucket of a hash in array[i] is hash >> shift[i]
}

// Len returns the number of nodes.
func (t *Table) Len() int { return int(t.used) }

// Rehashing reports whether nodes are on their way to a new bucket array.
func (t *Table) Rehashing() bool { return t.array[1] != 0 }

// Buckets returns the number of buckets of both arrays, empty ones included.
func (t *Table) Buckets() int { return t.size(0) + t.size(1) }

// size returns the number of buckets of array i, 0 when there is none.
func (t *Table) size(i int) int {
	if t.array[i] == 0 {
		return 0
	}
	return 1 << (32 - t.shift[i])
}

// bucket returns bucket i of the array at ref.
func bucket(a *arena.Arena, ref arena.Ref, i uint32) *arena.Ref {
	return &arena.At[[2]arena.Ref](a, ref+arena.Ref(i>>1))[i&1]
}

// slot returns the one bucket in which a node of this hash lies or will lie (I3). The table must
// have an array.
func (t *Table) slot(a *arena.Arena, hash uint32) *arena.Ref {
	array, shift := t.array[0], t.shift[0]&31
	if hash>>shift < t.moved {
		array, shift = t.array[1], t.shift[1]&31
	}
	return bucket(a, array, hash>>shift)
}

// Find returns the node whose hash and key are given, or 0. It changes nothing. Expected O(1): one
// bucket and one chain, also while the table is rehashing.
func (t *Table) Find(a *arena.Arena, keyOf KeyFunc, hash uint32, key []byte) arena.Ref {
	if t.used == 0 {
		return 0
	}
	r := *t.slot(a, hash)
	for r != 0 {
		n := arena.At[Node](a, r)
		if n.Hash == hash && bytes.Equal(keyOf(a, r), key) {
			return r
		}
		r = n.Next
	}
	return 0
}

// Touch starts loading what a Find of this hash will read: the bucket and the first line of its
// first node. Called for all keys of a batch before the first Find, it lets their cache misses
// overlap. The result means nothing; use it, so that the loads are not optimised away.
func (t *Table) Touch(a *arena.Arena, hash uint32) uint32 {
	if t.used == 0 {
		return 0
	}
	r := *t.slot(a, hash)
	if r == 0 {
		return 0
	}
	return arena.At[Node](a, r).Hash
}

// TouchAll is Touch for the keys of a batch, and better than one by one: the first nodes of all
// chains are on their way before one of them is waited for, and so are the second ones, where the
// first have another hash.
func (t *Table) TouchAll(a *arena.Arena, hashes []uint32) uint32 {
	if t.used == 0 {
		return 0
	}
	var room [touchGroup]arena.Ref
	sum := uint32(0)
	for len(hashes) > 0 {
		group := hashes[:min(len(hashes), touchGroup)]
		hashes = hashes[len(group):]
		refs := room[:len(group)]
		for i, hash := range group {
			refs[i] = *t.slot(a, hash)
		}
		for range touchDepth {
			followAll(a, refs, group)
		}
		for _, r := range refs {
			sum += uint32(r)
		}
	}
	return sum
}

// followAll replaces each of refs whose node has not the wanted hash by the next of its chain.
func followAll(a *arena.Arena, refs []arena.Ref, hashes []uint32) {
	for i, r := range refs {
		if r == 0 {
			continue
		}
		n := arena.At[Node](a, r)
		next := n.Next
		if n.Hash == hashes[i] {
			next = r
		}
		refs[i] = next
	}
}

// Insert links the node at r, whose Hash the caller has set and whose key is not in the table.
// O(1): it may start a rehash, and moves at most stepBuckets chains of a running one.
func (t *Table) Insert(a *arena.Arena, r arena.Ref) {
	if t.array[1] != 0 {
		t.step(a, stepBuckets, stepEmpty)
	} else if int(t.used) >= t.size(0) {
		t.resize(a, int(t.used)+1)
	}
	n := arena.At[Node](a, r)
	slot := t.slot(a, n.Hash)
	n.Next = *slot
	*slot = r
	t.used++
	if invariants {
		t.checkSome(a)
	}
}

// Remove unlinks the node at r, which must be in the table, and does not free it. O(1): it may
// start a rehash to a smaller array, and moves at most stepBuckets chains of a running one. A table
// that becomes empty gives its arrays back at once.
func (t *Table) Remove(a *arena.Arena, r arena.Ref) {
	n := arena.At[Node](a, r)
	*t.link(a, r, n.Hash) = n.Next
	t.used--
	switch size := t.size(0); {
	case t.used == 0:
		t.Free(a)
	case t.array[1] != 0:
		t.step(a, stepBuckets, stepEmpty)
	case size > minBuckets && int(t.used)*10 < size:
		// Redis: htNeedsResize, HASHTABLE_MIN_FILL 10.
		t.resize(a, int(t.used))
	}
	if invariants {
		t.checkSome(a)
	}
}

// Replace puts the node at new in the place of the node at old, for one that was reallocated: the
// keys, and thus the hashes, are equal. Both blocks are still allocated when it is called; new's
// Node need not be filled in. Afterwards old is in no table. O(1), without rehash work.
func (t *Table) Replace(a *arena.Arena, old, new arena.Ref) {
	n := *arena.At[Node](a, old)
	*t.link(a, old, n.Hash) = new
	*arena.At[Node](a, new) = n
	if invariants {
		t.checkSome(a)
	}
}

// link returns the bucket or Next field that holds r.
func (t *Table) link(a *arena.Arena, r arena.Ref, hash uint32) *arena.Ref {
	if t.used == 0 {
		panic("dict: the node is in no chain of an empty table")
	}
	p := t.slot(a, hash)
	for *p != r {
		if *p == 0 {
			panic("dict: the node is not in the chain of its hash")
		}
		p = &arena.At[Node](a, *p).Next
	}
	return p
}

// Expand makes room for n nodes at once, so that a bulk load into an empty table never rehashes.
// A table that holds nodes starts an incremental rehash; while one runs already, or when the table
// is large enough, nothing happens.
func (t *Table) Expand(a *arena.Arena, n int) {
	if t.array[1] == 0 && n > t.size(0) {
		t.resize(a, n)
	}
}

// Rehash does rehash work while there is nothing else to do: it moves at most that many chains and
// passes at most as many empty buckets. It returns true while more is left.
func (t *Table) Rehash(a *arena.Arena, buckets int) bool {
	t.step(a, buckets, buckets)
	if invariants {
		t.checkSome(a)
	}
	return t.array[1] != 0
}

// resize sets out for the smallest array that holds n nodes with a load factor of at most 1. If the
// arena has no room for it the table stays as it is, or makes do with a smaller first array: its
// chains grow longer, and it works on.
func (t *Table) resize(a *arena.Arena, n int) {
	size := minBuckets
	if n > minBuckets {
		size = 1 << bits.Len(uint(n-1))
	}
	size = min(size, maxBuckets)
	for t.array[0] == 0 && size > minBuckets && !a.Fits(size*bucketBytes) {
		size /= 2
	}
	sizeBytes := size * bucketBytes
	if size == t.size(0) || t.array[0] != 0 && !a.Fits(sizeBytes) {
		return
	}
	if t.used == 0 {
		t.Free(a)
	}
	to := 1
	if t.array[0] == 0 {
		to = 0
	}
	t.array[to] = a.AllocZeroed(sizeBytes)
	t.shift[to] = uint8(33 - bits.Len(uint(size)))
}

// step moves chains from array[0] to array[1], in the order of the buckets: at most that many
// non-empty buckets, passing at most that many empty ones. At the end the old array is freed.
func (t *Table) step(a *arena.Arena, nonEmpty, empty int) {
	if t.array[1] == 0 {
		return
	}
	size := t.size(0)
	for int(t.moved) < size {
		r := *bucket(a, t.array[0], t.moved)
		if r == 0 {
			if empty == 0 {
				return
			}
			empty--
		} else {
			if nonEmpty == 0 {
				return
			}
			nonEmpty--
			t.moveChain(a, r)
		}
		t.moved++
	}
	a.Free(t.array[0], size*bucketBytes)
	t.array = [2]arena.Ref{t.array[1], 0}
	t.shift = [2]uint8{t.shift[1], 0}
	t.moved = 0
}

// moveChain links the nodes from r on into their buckets of array[1].
func (t *Table) moveChain(a *arena.Arena, r arena.Ref) {
	array, shift := t.array[1], t.shift[1]&31
	for r != 0 {
		n := arena.At[Node](a, r)
		next := n.Next
		slot := bucket(a, array, n.Hash>>shift)
		n.Next = *slot
		*slot = r
		r = next
	}
}

// BytesUsed returns what the bucket arrays take from the arena; the nodes are the user's.
func (t *Table) BytesUsed() int {
	n := 0
	for i, ref := range t.array {
		if ref != 0 {
			n += arena.ClassSize(t.size(i) * bucketBytes)
		}
	}
	return n
}

// Free gives the bucket arrays back and leaves an empty table. The nodes are not touched: whoever
// wants to free them does so before, with Each.
func (t *Table) Free(a *arena.Arena) { t.FreeTo(a.Free) }

// FreeTo is Free by the given function: Arena.Free, or, on a worker, Chain.Free, for a table that
// the owner has let go of.
func (t *Table) FreeTo(free func(r arena.Ref, n int)) {
	for i, ref := range t.array {
		if ref != 0 {
			free(ref, t.size(i)*bucketBytes)
		}
	}
	*t = Table{}
}
