package hash

import (
	"encoding/binary"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/avl"
)

// This file is about tables some of whose nodes have a deadline. Such a node is longer:
//
//	| Next Hash | 0xFE deadline | Left Right Parent .. | length field | length value |
//	  dict.Node   1    7          avl.Node
//
// and stands in a tree of those nodes by their deadlines. A node without one is as in any table.

// timedHeader is the block of a hash in the encoding HashtableTimed. Its header comes first, so
// that what deals with tables need not know.
type timedHeader struct {
	header
	tree  avl.Tree // of the nodes with deadlines; equal ones in any order
	index uint32   // Hash.Index
}

// timedBytes is how much longer a node with a deadline is.
const timedBytes = 8 + 16 // the mark with the deadline, avl.Node

func (h *Hash) timedHeader() *timedHeader { return arena.At[timedHeader](h.env.Arena, h.ref) }

// treeUnits is where the avl.Node lies in a node, in the units of a Ref.
const treeUnits = 2

// treeNode is the avl.Node of the node at r.
func treeNode(r arena.Ref) arena.Ref { return r + treeUnits }

// nodeOf is the node that an avl.Node is part of.
func nodeOf(t arena.Ref) arena.Ref { return t - treeUnits }

// isTimed reports whether the node at r has a deadline.
func isTimed(a *arena.Arena, r arena.Ref) bool {
	return a.Bytes(r, nodeBytes+1)[nodeBytes] == timedMark
}

// deadlineOf is the deadline of the node at r, 0 if it has none.
func deadlineOf(a *arena.Arena, r arena.Ref) int64 {
	if !isTimed(a, r) {
		return noDeadline
	}
	return int64(binary.LittleEndian.Uint64(a.Bytes(r, nodeBytes+8)[nodeBytes:]) >> 8)
}

// putDeadline writes the deadline of the node at r, which must have room for it.
func putDeadline(a *arena.Arena, r arena.Ref, ms int64) {
	binary.LittleEndian.PutUint64(a.Bytes(r, nodeBytes+8)[nodeBytes:], uint64(ms)<<8|timedMark)
}

// toTimedTable makes room for a tree. The deadlines of from, if that is not nil, and its index are
// taken over; it holds the same fields.
func (h *Hash) toTimedTable(from *Hash) {
	a, old := h.env.Arena, h.ref
	ref := a.Alloc(int(headerBytes[HashtableTimed]))
	*arena.At[timedHeader](a, ref) = timedHeader{header: *h.header()}
	h.enc, h.ref = HashtableTimed, ref
	a.Free(old, int(headerBytes[Hashtable]))
	if from != nil {
		h.SetIndex(from.Index())
		h.takeDeadlines(from)
	}
}

// copyDeadlines makes the table timed and gives it the deadlines of from, which holds the same
// fields.
func (h *Hash) copyDeadlines(from *Hash) {
	h.toTimedTable(nil)
	h.takeDeadlines(from)
}

// takeDeadlines gives the fields their deadlines in from.
func (h *Hash) takeDeadlines(from *Hash) {
	from.EachTimed(func(field, _ []byte, ms int64) bool {
		if ms != noDeadline {
			h.tableSetDeadline(field, ms)
		}
		return true
	})
}

// tableSetDeadline gives a field another deadline, or its first one, for which its node moves.
func (h *Hash) tableSetDeadline(field []byte, ms int64) {
	a, head := h.env.Arena, h.timedHeader()
	r, _ := h.tableFind(field)
	if isTimed(a, r) {
		head.tree.Unlink(a, treeNode(r))
	} else {
		n := h.newNode(fieldOf(a, r), valueOf(a, r), timedBytes)
		h.tableReplace(r, n)
		r = n
	}
	putDeadline(a, r, ms)
	h.link(r, ms)
}

// link puts the node at r into the tree.
func (h *Hash) link(r arena.Ref, ms int64) {
	a, tree := h.env.Arena, &h.timedHeader().tree
	parent, left := arena.Ref(0), false
	for at := tree.Root; at != 0; {
		parent, left = at, ms < deadlineOf(a, nodeOf(at))
		n := arena.At[avl.Node](a, at)
		if at = n.Right; left {
			at = n.Left
		}
	}
	tree.Link(a, parent, treeNode(r), left)
}

// dropDeadline takes the deadline off the node at r, which moves, and returns where it is then.
func (h *Hash) dropDeadline(r arena.Ref) arena.Ref {
	a := h.env.Arena
	h.timedHeader().tree.Unlink(a, treeNode(r))
	n := h.newNode(fieldOf(a, r), valueOf(a, r), 0)
	h.tableReplace(r, n)
	return n
}

// moveDeadline gives the deadline of the node at r, and its place in the tree, to the one at n.
func (h *Hash) moveDeadline(r, n arena.Ref) {
	a := h.env.Arena
	putDeadline(a, n, deadlineOf(a, r))
	h.timedHeader().tree.Replace(a, treeNode(r), treeNode(n))
}
