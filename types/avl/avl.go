package avl

import "github.com/ringer-kv/ringer/types/arena"

const (
	// parity is the bit of Node.bits that says whether the height is odd.
	parity = 1

	// one is what Node.bits grows by when the left subtree gains a node.
	one = 2

	// maxNodes is how many nodes fit into a tree. An arena has 2^32 units, the first of which is
	// nil's, and a node takes two: there can't be more.
	maxNodes = 1<<31 - 1
)

// Node is the intrusive part of a tree node. All of it is the tree's; a user reads Left and Right
// to descend, and LeftCount to know the rank on the way. 16 bytes.
type Node struct {
	Left, Right, Parent arena.Ref
	bits                uint32 // nodes in the left subtree << 1 | parity of the height
}

// LeftCount returns how many nodes the left subtree holds.
func (n *Node) LeftCount() uint32 { return n.bits >> 1 }

// Tree is a tree of the nodes linked into it. The zero value is an empty tree. It holds no Go
// pointers, so it may lie in arena memory. Every method must be given the same arena.
//
// Owned by the keyspace goroutine.
type Tree struct {
	Root  arena.Ref // where a descent starts, 0 in an empty tree
	count uint32
}

// Len returns the number of nodes.
func (t *Tree) Len() int { return int(t.count) }

// at returns the node at r.
func at(a *arena.Arena, r arena.Ref) *Node { return arena.At[Node](a, r) }

// odd returns the parity of the height of r, that of no node being 0.
func odd(a *arena.Arena, r arena.Ref) uint32 {
	if r == 0 {
		return 0
	}
	return at(a, r).bits & parity
}

// Link makes node the left or right child of parent, where the user's descent has ended, and
// restores the balance. Parent 0 is for an empty tree. The Node need not be filled in. O(log n).
func (t *Tree) Link(a *arena.Arena, parent, node arena.Ref, left bool) {
	*at(a, node) = Node{Parent: parent, bits: parity}
	switch {
	case t.count == maxNodes:
		panic("avl: the tree is full")
	case parent == 0:
		ensure(t.Root == 0, "a second root")
		t.Root = node
	case left:
		ensure(at(a, parent).Left == 0, "the left child is there already")
		at(a, parent).Left = node
	default:
		ensure(at(a, parent).Right == 0, "the right child is there already")
		at(a, parent).Right = node
	}
	t.count++
	countPath(a, node, one)
	t.grown(a, node)
	if invariants {
		t.checkSome(a)
	}
}

// Unlink takes node, which must be in the tree, out of it, and does not free it. O(log n).
func (t *Tree) Unlink(a *arena.Arena, node arena.Ref) {
	n := at(a, node)
	if n.Left != 0 && n.Right != 0 {
		// The successor has at most one child: it goes, and comes back in the place of node.
		next := leftmost(a, n.Right)
		t.cut(a, next)
		t.substitute(a, node, next)
	} else {
		t.cut(a, node)
	}
	t.count--
	if invariants {
		t.checkSome(a)
	}
}

// Replace puts new in the place of old, for a node that was reallocated. Both blocks are still
// allocated when it is called; new's Node need not be filled in. O(1).
func (t *Tree) Replace(a *arena.Arena, old, new arena.Ref) {
	t.substitute(a, old, new)
	if invariants {
		t.checkSome(a)
	}
}

// substitute is Replace.
func (t *Tree) substitute(a *arena.Arena, old, new arena.Ref) {
	n := *at(a, old)
	*at(a, new) = n
	*t.child(a, n.Parent, old) = new
	if n.Left != 0 {
		at(a, n.Left).Parent = new
	}
	if n.Right != 0 {
		at(a, n.Right).Parent = new
	}
}

// child returns the field that holds node: the Left or Right of its parent, or the Root.
func (t *Tree) child(a *arena.Arena, parent, node arena.Ref) *arena.Ref {
	if parent == 0 {
		return &t.Root
	}
	p := at(a, parent)
	if p.Left == node {
		return &p.Left
	}
	return &p.Right
}

// countPath adds delta, one or -one, to every node that has node in its left subtree.
func countPath(a *arena.Arena, node arena.Ref, delta uint32) {
	for parent := at(a, node).Parent; parent != 0; {
		p := at(a, parent)
		if p.Left == node {
			p.bits += delta
		}
		node, parent = parent, p.Parent
	}
}

// cut takes out a node that has at most one child, which moves up.
func (t *Tree) cut(a *arena.Arena, node arena.Ref) {
	countPath(a, node, ^uint32(one)+1)
	n := *at(a, node)
	below := n.Left | n.Right // one of them is 0
	slot := t.child(a, n.Parent, node)
	*slot = below
	if below != 0 {
		at(a, below).Parent = n.Parent
	}
	if n.Parent != 0 {
		t.shrunk(a, n.Parent, slot == &at(a, n.Parent).Left)
	}
}
