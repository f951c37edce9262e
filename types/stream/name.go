package stream

import (
	"bytes"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/avl"
)

// named is the start of a group and of a consumer, which lie in trees by their names. The name
// stands at the end of the allocation.
type named struct {
	link      avl.Node
	nameBytes uint32
	nameAt    uint32 // size of what stands before the name
}

func namedAt(a *arena.Arena, r arena.Ref) *named { return arena.At[named](a, r) }

// size is the size of the allocation.
func (n *named) size() int { return int(n.nameAt + n.nameBytes) }

// nameOf is the name of the group or consumer at r, in the arena.
func nameOf(a *arena.Arena, r arena.Ref) []byte {
	n := namedAt(a, r)
	return a.Bytes(r, n.size())[n.nameAt:]
}

// findNamed is the node with the name, 0 if there is none; and where it would have to be linked.
func findNamed(a *arena.Arena, t *avl.Tree, name []byte) (r, parent arena.Ref, left bool) {
	for at := t.Root; at != 0; {
		c := bytes.Compare(name, nameOf(a, at))
		if c == 0 {
			return at, 0, false
		}
		parent, left = at, c < 0
		at = namedAt(a, at).link.Right
		if left {
			at = namedAt(a, parent).link.Left
		}
	}
	return 0, parent, left
}

// newNamed makes a node with a name, of which all else is zero.
func (s *Stream) newNamed(name []byte, fixedBytes int) arena.Ref {
	a, size := s.env.Arena, fixedBytes+len(name)
	r := s.alloc(size)
	b := a.Bytes(r, size)
	clear(b[:fixedBytes])
	copy(b[fixedBytes:], name)
	n := namedAt(a, r)
	n.nameBytes, n.nameAt = uint32(len(name)), uint32(fixedBytes)
	return r
}
