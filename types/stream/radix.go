package stream

import "math/bits"

// idBytes is the length of an id as a key of Redis's radix tree.
const idBytes = 16

// RadixNodes is the number of nodes of a radix tree with the ids of the blocks as keys, big-endian:
// what XINFO shows as radix-tree-nodes. O(blocks).
//
// Such a tree has a leaf for each key, a node where keys part, and one for each run of bytes
// between these that is not empty. Where neighbours part is where keys part, so a stack of the
// depths at which the keys so far do is all that is needed. Redis: rax.c.
func (s *Stream) RadixNodes() int {
	nodes, keys := 0, 0
	var forks []int // depths, growing: where the last key parts from those before it
	var last ID
	s.EachBlock(func(id ID, _ []byte) {
		keys++
		if keys == 1 {
			last = id
			return
		}
		depth := commonBytes(last, id)
		last = id
		nodes += leaf(max(depth, top(forks)))
		for len(forks) > 0 && top(forks) > depth {
			fork := top(forks)
			forks = forks[:len(forks)-1]
			nodes += branch(fork, max(depth, top(forks)))
		}
		if top(forks) < depth {
			forks = append(forks, depth)
		}
	})
	if keys == 0 {
		return 1 // the root
	}
	nodes += leaf(top(forks))
	for len(forks) > 0 {
		fork := top(forks)
		forks = forks[:len(forks)-1]
		nodes += branch(fork, top(forks))
	}
	return nodes
}

// top is the deepest of the forks, -1 if there is none.
func top(forks []int) int {
	if len(forks) == 0 {
		return -1
	}
	return forks[len(forks)-1]
}

// branch is the number of nodes for a fork below another one, or below the root if that is -1.
func branch(depth, above int) int {
	if depth-above-1 > 0 {
		return 2
	}
	return 1
}

// leaf is the number of nodes for the end of a key below a fork.
func leaf(above int) int { return branch(idBytes, above) }

// commonBytes is the number of bytes at which two ids begin alike.
func commonBytes(a, b ID) int {
	if d := a.Ms ^ b.Ms; d != 0 {
		return bits.LeadingZeros64(d) / 8
	}
	return idBytes/2 + bits.LeadingZeros64(a.Seq^b.Seq)/8
}
