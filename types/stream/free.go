package stream

import (
	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/avl"
)

// Free gives the memory of the stream back. The stream must not be used any more. O(blocks +
// pending).
func (s *Stream) Free() { s.freeAll(s.env.Arena.Free) }

// FreeChain is Free on a worker, for a stream that the owner has let go of: it touches nothing but
// the stream's own allocations and the chain.
func (s *Stream) FreeChain(c *arena.Chain) { s.freeAll(c.Free) }

// freeFunc is Arena.Free or Chain.Free.
type freeFunc func(r arena.Ref, n int)

func (s *Stream) freeAll(free freeFunc) {
	a, h := s.env.Arena, s.header()
	eachFreed(a, h.blocks.Root, func(r arena.Ref) {
		free(r, blockBytes+cap(packAt(a, r)))
	})
	eachFreed(a, h.groups.Root, func(r arena.Ref) { freeGroup(a, r, free) })
	free(s.ref, headerBytes)
}

// freeGroup frees a group with its consumers and pending entries.
func freeGroup(a *arena.Arena, r arena.Ref, free freeFunc) {
	g := groupAt(a, r)
	eachFreed(a, g.pending.Root, func(r arena.Ref) { free(r, pendingBytes) })
	eachFreed(a, g.consumers.Root, func(r arena.Ref) { free(r, namedAt(a, r).size()) })
	free(r, g.size())
}

// eachFreed calls fn, which may free it, for each node of a tree: first for all that is below it.
func eachFreed(a *arena.Arena, r arena.Ref, fn func(r arena.Ref)) {
	if r == 0 {
		return
	}
	n := *arena.At[avl.Node](a, r)
	eachFreed(a, n.Left, fn)
	eachFreed(a, n.Right, fn)
	fn(r)
}
