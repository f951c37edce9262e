package dict

import (
	"fmt"

	"github.com/ringer-kv/ringer/types/arena"
)

// checkWholeNodes is the largest table that is checked whole after every mutation under the tag
// invariants; of a larger one only the fields are, else a test of a million nodes would never end.
const checkWholeNodes = 256

// checkSome checks what a mutation can afford to have checked.
func (t *Table) checkSome(a *arena.Arena) {
	t.checkFields()
	if t.used <= checkWholeNodes && t.Buckets() <= 16*checkWholeNodes {
		t.Check(a)
	}
}

// Check panics when one of the invariants I1 to I4 of doc.go does not hold. O(nodes + buckets).
func (t *Table) Check(a *arena.Arena) {
	t.checkFields()
	nodes := 0
	for i := range t.array {
		first := 0
		if i == 0 {
			first = int(t.moved)
		}
		for b := first; b < t.size(i); b++ {
			nodes += t.checkChain(a, i, uint32(b))
		}
	}
	ensure(nodes == int(t.used), "I4: %d nodes in the chains, %d counted", nodes, t.used)
}

// checkFields checks what can be told without looking at a bucket.
func (t *Table) checkFields() {
	if t.array[0] == 0 {
		ensure(*t == Table{}, "I1: a table without an array is not the zero value: %+v", *t)
		return
	}
	for i, ref := range t.array {
		size := t.size(i)
		ensure(ref == 0 && t.shift[i] == 0 || size >= minBuckets && size <= maxBuckets,
			"I2: array %d at %d with shift %d", i, ref, t.shift[i])
	}
	if t.array[1] == 0 {
		ensure(t.moved == 0, "I2: %d buckets moved without a rehash", t.moved)
		return
	}
	ensure(t.used != 0, "I1: an empty table is rehashing")
	ensure(t.shift[0] != t.shift[1], "I2: a rehash from %d buckets to as many", t.size(0))
	ensure(int(t.moved) < t.size(0), "I2: all %d buckets moved, and still rehashing", t.moved)
}

// checkChain checks the chain of bucket b of array i and returns its length.
func (t *Table) checkChain(a *arena.Arena, i int, b uint32) int {
	length := 0
	for r := *bucket(a, t.array[i], b); r != 0; {
		n := arena.At[Node](a, r)
		ensure(n.Hash>>t.shift[i] == b, "I3: hash %#x in bucket %d of array %d", n.Hash, b, i)
		moved := n.Hash>>t.shift[0] < t.moved
		ensure(moved == (i == 1), "I3: hash %#x in array %d, %d moved", n.Hash, i, t.moved)
		length++
		ensure(length <= int(t.used), "I4: bucket %d of array %d holds a ring", b, i)
		r = n.Next
	}
	return length
}

// ensure panics unless ok: a broken invariant is our own mistake, and nothing can go on from there.
func ensure(ok bool, format string, args ...any) {
	if !ok {
		panic("dict: " + fmt.Sprintf(format, args...))
	}
}
