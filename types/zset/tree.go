package zset

import (
	"encoding/binary"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/avl"
	"github.com/ringer-kv/ringer/types/dict"
)

// header is the block of a set in the skiplist encoding.
type header struct {
	table     dict.Table
	tree      avl.Tree
	nodeBytes int64 // what the nodes take from the arena
}

// node is the start of the block of one element. Behind it stand the length of the member, in
// one byte or, from longLength on, that byte and four more; then the member.
type node struct {
	entry dict.Node
	link  avl.Node
	score float64
}

const (
	headerBytes = 40   // of header
	nodeBytes   = 32   // of node
	longLength  = 0xFF // says that four bytes of length follow

	// linkUnits leads from a node to its avl.Node, in units of a Ref.
	linkUnits = 1
)

func linkOf(r arena.Ref) arena.Ref { return r + linkUnits }

// nodeOf leads back from an avl.Node. From 0 it stays 0.
func nodeOf(link arena.Ref) arena.Ref {
	if link == 0 {
		return 0
	}
	return link - linkUnits
}

// nodeSize is the size of the block of an element.
func nodeSize(memberBytes int) int {
	if memberBytes < longLength {
		return nodeBytes + 1 + memberBytes
	}
	return nodeBytes + 5 + memberBytes
}

// memberOf is the member of the node at r; a dict.KeyFunc.
func memberOf(a *arena.Arena, r arena.Ref) []byte {
	n := int(a.Bytes(r, nodeBytes+1)[nodeBytes])
	if n < longLength {
		return a.Bytes(r, nodeBytes+1+n)[nodeBytes+1:]
	}
	n = int(binary.LittleEndian.Uint32(a.Bytes(r, nodeBytes+5)[nodeBytes+1:]))
	return a.Bytes(r, nodeBytes+5+n)[nodeBytes+5:]
}

// newNode makes the block of an element that is linked nowhere yet.
func newNode(a *arena.Arena, member []byte, score float64, hash uint32) arena.Ref {
	size := nodeSize(len(member))
	r := a.Alloc(size)
	n := arena.At[node](a, r)
	n.entry.Hash = hash
	n.score = score
	tail := a.Bytes(r, size)[nodeBytes:]
	if len(member) < longLength {
		tail[0] = byte(len(member))
	} else {
		tail[0] = longLength
		binary.LittleEndian.PutUint32(tail[1:], uint32(len(member)))
	}
	copy(tail[len(tail)-len(member):], member)
	return r
}

func (s *Set) initTree() {
	a := s.env.Arena
	s.enc, s.ref = Skiplist, a.Alloc(headerBytes)
	*s.header() = header{}
}

func (s *Set) header() *header {
	return arena.At[header](s.env.Arena, s.ref)
}

func (s *Set) treeFind(member []byte) element {
	a, h := s.env.Arena, s.header()
	e := element{hash: s.env.Seed.Hash(member)}
	if r := h.table.Find(a, memberOf, e.hash, member); r != 0 {
		e.at, e.score = int(r), arena.At[node](a, r).score
	}
	return e
}

func (s *Set) treeInsert(member []byte, score float64, hash uint32) {
	a, h := s.env.Arena, s.header()
	r := newNode(a, member, score, hash)
	h.nodeBytes += int64(arena.ClassSize(nodeSize(len(member))))
	h.table.Insert(a, r)
	h.link(a, r)
}

// link puts the node at r, whose score and member are set, into the tree.
func (h *header) link(a *arena.Arena, r arena.Ref) {
	c := cut{by: byPair, score: arena.At[node](a, r).score, member: memberOf(a, r)}
	parent, left := arena.Ref(0), false
	for at := h.tree.Root; at != 0; {
		parent = at
		n := arena.At[node](a, nodeOf(at))
		if left = !c.isAfterNode(a, at); left {
			at = n.link.Left
		} else {
			at = n.link.Right
		}
	}
	h.tree.Link(a, parent, linkOf(r), left)
}

// treeRescore gives the node at r another score. It moves only if a neighbour is in the way.
func (s *Set) treeRescore(r arena.Ref, score float64) {
	a, h := s.env.Arena, s.header()
	n := arena.At[node](a, r)
	c := cut{by: byPair, score: score, member: memberOf(a, r)}
	before, after := avl.Prev(a, linkOf(r)), avl.Next(a, linkOf(r))
	stays := (before == 0 || c.isAfterNode(a, before)) && (after == 0 || !c.isAfterNode(a, after))
	if stays {
		n.score = score
		return
	}
	h.tree.Unlink(a, linkOf(r))
	n.score = score
	h.link(a, r)
}

func (s *Set) treeDelete(r arena.Ref) {
	a, h := s.env.Arena, s.header()
	size := nodeSize(len(memberOf(a, r)))
	h.tree.Unlink(a, linkOf(r))
	h.table.Remove(a, r)
	h.nodeBytes -= int64(arena.ClassSize(size))
	a.Free(r, size)
}

func (s *Set) treeRank(r arena.Ref) int {
	return avl.Rank(s.env.Arena, linkOf(r))
}

// treeAt is the node of that rank, 0 if there is none.
func (s *Set) treeAt(rank int) arena.Ref {
	return nodeOf(s.header().tree.Select(s.env.Arena, rank))
}

// treePartition finds where the cut goes through the tree. O(log n).
func (s *Set) treePartition(c *cut) boundary {
	a := s.env.Arena
	var p boundary
	for at := s.header().tree.Root; at != 0; {
		r := nodeOf(at)
		n := arena.At[node](a, r)
		if c.isAfterNode(a, at) {
			p.rank += int(n.link.LeftCount()) + 1
			p.before = int(r)
			at = n.link.Right
		} else {
			p.at = int(r)
			at = n.link.Left
		}
	}
	return p
}

// isAfterNode says whether the cut lies behind the element whose avl.Node is at link. It leaves
// the member alone where the score decides: that is another cache line as often as not.
func (c *cut) isAfterNode(a *arena.Arena, link arena.Ref) bool {
	r := nodeOf(link)
	score := arena.At[node](a, r).score
	if c.needsMember(score) {
		return c.isAfter(score, memberOf(a, r))
	}
	return c.isAfter(score, nil)
}
