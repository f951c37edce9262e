package avl

import "github.com/ringer-kv/ringer/types/arena"

// Heights are known by their parity only: two that differ by 1 have different parities, two that
// differ by 0 or 2 the same. Which of the cases is at hand follows from what was true before.

// grown restores the balance above node, whose height has just risen by 1.
func (t *Tree) grown(a *arena.Arena, node arena.Ref) {
	for {
		n := at(a, node)
		if n.Parent == 0 {
			return
		}
		p := at(a, n.Parent)
		if p.bits&parity != n.bits&parity {
			return // parent was 2 higher, now 1: its own height is unchanged
		}
		// Parent was 1 higher and is now as high as node.
		left := p.Left == node
		sibling := p.Left
		if left {
			sibling = p.Right
		}
		if odd(a, sibling) == p.bits&parity {
			t.lean(a, n.Parent, left) // 2 lower than parent, so node must come up
			return
		}
		p.bits ^= parity
		node = n.Parent
	}
}

// lean ends an insertion: top's child on the side of left is as high as top, the other one 2 lower.
// Afterwards the subtree is as high as it was before the insertion.
func (t *Tree) lean(a *arena.Arena, top arena.Ref, left bool) {
	high := side(a, top, left)
	inner := side(a, high, !left)
	if odd(a, inner) == odd(a, high) {
		// inner is 2 lower than high, the outer child made it grow.
		t.rotate(a, top, left)
		at(a, top).bits ^= parity
		return
	}
	t.rotate(a, high, !left)
	t.rotate(a, top, left)
	at(a, top).bits ^= parity
	at(a, high).bits ^= parity
	at(a, inner).bits ^= parity
}

// shrunk restores the balance from top on, whose subtree on the side of left is now 1 lower.
func (t *Tree) shrunk(a *arena.Arena, top arena.Ref, left bool) {
	for {
		p := at(a, top)
		if odd(a, side(a, top, left)) != p.bits&parity {
			var lower bool
			top, lower = t.lift(a, top, !left) // the low child was 2 lower, is now 3
			if !lower {
				return
			}
		} else {
			if odd(a, side(a, top, !left)) != p.bits&parity {
				return // the other child, 1 lower than top, keeps its height
			}
			p.bits ^= parity // both are 2 lower
		}
		// The subtree at top is now 1 lower: go on with its parent.
		parent := at(a, top).Parent
		if parent == 0 {
			return
		}
		left = at(a, parent).Left == top
		top = parent
	}
}

// lift restores the balance at top, whose child on the side of left is 1 lower and the other one 3.
// It returns the new root of the subtree, and whether that is 1 lower than top was.
func (t *Tree) lift(a *arena.Arena, top arena.Ref, left bool) (root arena.Ref, lower bool) {
	high := side(a, top, left)
	outer, inner := side(a, high, left), side(a, high, !left)
	highParity := odd(a, high)
	if odd(a, outer) != highParity {
		// outer is 1 lower than high: one rotation. inner goes below top.
		innerHigh := odd(a, inner) != highParity
		t.rotate(a, top, left)
		if innerHigh {
			at(a, top).bits ^= parity
			at(a, high).bits ^= parity
		}
		return high, !innerHigh
	}
	t.rotate(a, high, !left)
	t.rotate(a, top, left)
	at(a, high).bits ^= parity
	at(a, inner).bits ^= parity
	return inner, true
}

// side returns the left or the right child.
func side(a *arena.Arena, r arena.Ref, left bool) arena.Ref {
	if left {
		return at(a, r).Left
	}
	return at(a, r).Right
}

// rotate lets the child on the side of left take the place of top, which becomes its child on the
// other side. The counts stay true, the parities are the caller's.
func (t *Tree) rotate(a *arena.Arena, top arena.Ref, left bool) {
	up := side(a, top, left)
	p, n := at(a, top), at(a, up)
	*t.child(a, p.Parent, top) = up
	n.Parent, p.Parent = p.Parent, up
	var moved arena.Ref
	if left {
		moved = n.Right
		p.Left, n.Right = moved, top
		p.bits -= n.LeftCount()*one + one // what moves along stays: only up and its left go
	} else {
		moved = n.Left
		p.Right, n.Left = moved, top
		n.bits += p.LeftCount()*one + one
	}
	if moved != 0 {
		at(a, moved).Parent = top
	}
}
