package avl

import (
	"fmt"

	"github.com/ringer-kv/ringer/types/arena"
)

// checkWholeNodes is the largest tree that is checked whole after every mutation under the tag
// invariants; a test of a million nodes would never end otherwise.
const checkWholeNodes = 256

// checkSome checks what a mutation can afford to have checked.
func (t *Tree) checkSome(a *arena.Arena) {
	if t.count <= checkWholeNodes {
		t.Check(a, nil)
	}
}

// Check panics when one of the invariants I1 to I5 of doc.go does not hold; I5 is left out when
// before, which says whether node x must stand before node y, is nil. O(n).
func (t *Tree) Check(a *arena.Arena, before func(x, y arena.Ref) bool) {
	c := checker{arena: a, before: before, budget: int(t.count)}
	nodes, _ := c.subtree(0, t.Root)
	ensure(nodes == int(t.count), "I3: %d nodes, %d counted", nodes, t.count)
}

// checker walks a tree in order.
type checker struct {
	arena  *arena.Arena
	before func(x, y arena.Ref) bool
	last   arena.Ref // the node visited last
	budget int       // nodes that may still come; a ring would never end
}

// subtree checks everything from r down and returns how many nodes there are, and their height.
func (c *checker) subtree(parent, r arena.Ref) (nodes, height int) {
	if r == 0 {
		return 0, 0
	}
	ensure(c.budget > 0, "I3: more nodes than counted")
	c.budget--
	n := at(c.arena, r)
	ensure(n.Parent == parent, "I1: parent of %d is %d, not %d", r, n.Parent, parent)
	leftNodes, leftHeight := c.subtree(r, n.Left)
	if c.before != nil && c.last != 0 {
		ensure(c.before(c.last, r), "I5: %d does not stand before %d", c.last, r)
	}
	c.last = r
	rightNodes, rightHeight := c.subtree(r, n.Right)
	lean := leftHeight - rightHeight
	ensure(lean >= -1 && lean <= 1, "I2: heights below %d: %d and %d", r, leftHeight, rightHeight)
	ensure(int(n.LeftCount()) == leftNodes,
		"I3: %d nodes left of %d, not %d", leftNodes, r, n.LeftCount())
	height = max(leftHeight, rightHeight) + 1
	ensure(n.bits&parity == uint32(height)&parity, "I4: parity of %d at height %d", r, height)
	return leftNodes + 1 + rightNodes, height
}

// ensure panics unless ok: a broken invariant is our own mistake, and nothing can go on from there.
func ensure(ok bool, format string, args ...any) {
	if !ok {
		panic("avl: " + fmt.Sprintf(format, args...))
	}
}
