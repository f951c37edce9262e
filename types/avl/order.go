package avl

import (
	"math/bits"

	"github.com/ringer-kv/ringer/types/arena"
)

// nearSteps is the largest distance that Offset walks node by node.
const nearSteps = 8

// First returns the first node, or 0. O(log n).
func (t *Tree) First(a *arena.Arena) arena.Ref {
	if t.Root == 0 {
		return 0
	}
	return leftmost(a, t.Root)
}

// Last returns the last node, or 0. O(log n).
func (t *Tree) Last(a *arena.Arena) arena.Ref {
	if t.Root == 0 {
		return 0
	}
	return rightmost(a, t.Root)
}

// leftmost returns the first node of the subtree at r.
func leftmost(a *arena.Arena, r arena.Ref) arena.Ref {
	for {
		left := at(a, r).Left
		if left == 0 {
			return r
		}
		r = left
	}
}

// rightmost returns the last node of the subtree at r.
func rightmost(a *arena.Arena, r arena.Ref) arena.Ref {
	for {
		right := at(a, r).Right
		if right == 0 {
			return r
		}
		r = right
	}
}

// Next returns the node after node, or 0. O(log n), O(1) on average over a walk.
func Next(a *arena.Arena, node arena.Ref) arena.Ref {
	n := at(a, node)
	if n.Right != 0 {
		return leftmost(a, n.Right)
	}
	for parent := n.Parent; parent != 0; {
		p := at(a, parent)
		if p.Left == node {
			return parent
		}
		node, parent = parent, p.Parent
	}
	return 0
}

// Prev returns the node before node, or 0. O(log n), O(1) on average over a walk.
func Prev(a *arena.Arena, node arena.Ref) arena.Ref {
	n := at(a, node)
	if n.Left != 0 {
		return rightmost(a, n.Left)
	}
	for parent := n.Parent; parent != 0; {
		p := at(a, parent)
		if p.Right == node {
			return parent
		}
		node, parent = parent, p.Parent
	}
	return 0
}

// Rank returns how many nodes are before node. O(log n), touching its ancestors only.
func Rank(a *arena.Arena, node arena.Ref) int {
	n := at(a, node)
	rank := int(n.LeftCount())
	for parent := n.Parent; parent != 0; {
		p := at(a, parent)
		if p.Right == node {
			rank += int(p.LeftCount()) + 1
		}
		node, parent = parent, p.Parent
	}
	return rank
}

// Select returns the node with that many nodes before it, or 0 when there is none. O(log n),
// touching only the nodes of the path.
func (t *Tree) Select(a *arena.Arena, rank int) arena.Ref {
	if rank < 0 || rank >= t.Len() {
		return 0
	}
	r := t.Root
	for {
		n := at(a, r)
		left := int(n.LeftCount())
		switch {
		case rank == left:
			return r
		case rank < left:
			r = n.Left
		default:
			rank -= left + 1
			r = n.Right
		}
	}
}

// Offset returns the node delta places after node, before it when delta is negative, or 0 when
// there is none. O(log n).
func (t *Tree) Offset(a *arena.Arena, node arena.Ref, delta int) arena.Ref {
	if delta > nearSteps || delta < -nearSteps {
		rank := Rank(a, node)
		if delta > t.Len() || delta < -t.Len() {
			return 0 // before the sum can overflow
		}
		return t.Select(a, rank+delta)
	}
	for ; delta > 0 && node != 0; delta-- {
		node = Next(a, node)
	}
	for ; delta < 0 && node != 0; delta++ {
		node = Prev(a, node)
	}
	return node
}

// BuildSorted makes an empty tree hold n nodes, which next returns in order. O(n), without a
// comparison; the tree is as low as can be. For bulk loads.
func (t *Tree) BuildSorted(a *arena.Arena, n int, next func() arena.Ref) {
	ensure(t.Root == 0, "a build in a tree that is not empty")
	ensure(n >= 0 && n <= maxNodes, "a build of %d nodes", n)
	t.count = uint32(n)
	t.Root = build(a, n, next)
	if t.Root != 0 {
		at(a, t.Root).Parent = 0
	}
	if invariants {
		t.checkSome(a)
	}
}

// build returns the root of a tree of the next n nodes. Its Parent is left to the caller. The
// halves differ by at most one node, so the height is the number of bits of n.
func build(a *arena.Arena, n int, next func() arena.Ref) arena.Ref {
	if n == 0 {
		return 0
	}
	leftCount := (n - 1) / 2
	left := build(a, leftCount, next)
	node := next()
	right := build(a, n-1-leftCount, next)
	height := uint32(bits.Len(uint(n)))
	*at(a, node) = Node{Left: left, Right: right, bits: uint32(leftCount)*one | height&parity}
	if left != 0 {
		at(a, left).Parent = node
	}
	if right != 0 {
		at(a, right).Parent = node
	}
	return node
}
