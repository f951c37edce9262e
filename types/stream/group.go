package stream

import (
	"math"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/avl"
)

// group is the start of the allocation of a group.
type group struct {
	named
	last      ID
	read      int64 // entries-read
	bytes     int64 // what the group takes from the arena
	pending   avl.Tree
	consumers avl.Tree
}

// consumer is the start of the allocation of a consumer.
type consumer struct {
	named
	seenMs  int64
	pending avl.Tree
}

const (
	groupBytes    = 72 // of group
	consumerBytes = 40 // of consumer
)

func groupAt(a *arena.Arena, r arena.Ref) *group       { return arena.At[group](a, r) }
func consumerAt(a *arena.Arena, r arena.Ref) *consumer { return arena.At[consumer](a, r) }

// Group is a view of a group of consumers. It is valid until the group or the stream is deleted.
//
// Owned by the keyspace goroutine.
type Group struct {
	s   Stream
	ref arena.Ref
}

// Consumer is a view of a consumer. It is valid until the consumer, its group or the stream is
// deleted.
//
// Owned by the keyspace goroutine.
type Consumer struct {
	s          Stream
	group, ref arena.Ref
}

// Groups is the number of groups.
func (s *Stream) Groups() int { return s.header().groups.Len() }

// Group finds a group. O(log groups).
func (s *Stream) Group(name []byte) (g Group, ok bool) {
	r, _, _ := findNamed(s.env.Arena, &s.header().groups, name)
	return Group{*s, r}, r != 0
}

// CreateGroup makes a group, unless there is one with the name; then it reports false. The name is
// copied. O(log groups).
func (s *Stream) CreateGroup(name []byte, last ID, entriesRead int64) (g Group, ok bool) {
	a, h := s.env.Arena, s.header()
	r, parent, left := findNamed(a, &h.groups, name)
	if r != 0 {
		return Group{*s, r}, false
	}
	r = s.newNamed(name, groupBytes)
	n := groupAt(a, r)
	n.last, n.read, n.bytes = last, entriesRead, int64(arena.ClassSize(n.size()))
	h.groups.Link(a, parent, r, left)
	s.checkSmall()
	return Group{*s, r}, true
}

// EachGroup calls fn for every group in the order of their names.
func (s *Stream) EachGroup(fn func(g Group)) {
	a := s.env.Arena
	for r := s.header().groups.First(a); r != 0; r = avl.Next(a, r) {
		fn(Group{*s, r})
	}
}

func (g *Group) node() *group { return groupAt(g.s.env.Arena, g.ref) }

// added counts an allocation as the group's.
func (g *Group) added(size int) { g.node().bytes += int64(arena.ClassSize(size)) }

// free frees an allocation of the group.
func (g *Group) free(r arena.Ref, size int) {
	g.node().bytes -= int64(arena.ClassSize(size))
	g.s.free(r, size)
}

// Name is the name of the group, in the arena.
func (g *Group) Name() []byte { return nameOf(g.s.env.Arena, g.ref) }

// LastID is the id up to which entries have been delivered.
func (g *Group) LastID() ID { return g.node().last }

// SetLastID sets the id up to which entries count as delivered.
func (g *Group) SetLastID(id ID) { g.node().last = id }

// EntriesRead is the number of entries up to LastID that were ever added, or UnknownCount.
func (g *Group) EntriesRead() int64 { return g.node().read }

// SetEntriesRead sets what EntriesRead returns.
func (g *Group) SetEntriesRead(n int64) { g.node().read = n }

// Pending is the number of entries that were delivered and not acknowledged.
func (g *Group) Pending() int { return g.node().pending.Len() }

// Consumers is the number of consumers.
func (g *Group) Consumers() int { return g.node().consumers.Len() }

// Deliver notes that the group has been given an entry above its last id.
//
// Redis: streamReplyWithRange, in its part for groups.
func (g *Group) Deliver(id ID) {
	n := g.node()
	if n.read != UnknownCount && !g.s.hasTombstoneFrom(id) {
		n.read++ // every entry from here on is there
	} else if g.s.header().added > 0 {
		n.read = g.s.Distance(id)
	}
	n.last = id
}

// hasTombstoneFrom reports whether an entry with that id or above it was deleted, from behind the
// first one that lives.
//
// Redis: streamRangeHasTombstones.
func (s *Stream) hasTombstoneFrom(id ID) bool {
	h := s.header()
	return h.length > 0 && !h.maxDeleted.IsZero() && !h.maxDeleted.Less(id) &&
		!h.maxDeleted.Less(h.first)
}

// Distance is the number of entries up to the id that were ever added, as far as that can be told:
// for the first and the last entry, for ids before the first one if none has been deleted behind
// it, and for an empty stream. Else it is UnknownCount.
//
// Redis: streamEstimateDistanceFromFirstEverEntry.
func (s *Stream) Distance(id ID) int64 {
	h := s.header()
	switch c := id.Compare(h.last); {
	case h.added == 0:
		return 0
	case h.length == 0 && c < 1, c == 0:
		return int64(h.added)
	case c > 0:
		return UnknownCount
	}
	if !h.maxDeleted.IsZero() && !h.maxDeleted.Less(h.first) {
		return UnknownCount
	}
	switch c := id.Compare(h.first); {
	case c < 0:
		return int64(h.added - h.length)
	case c == 0:
		return int64(h.added - h.length + 1)
	}
	return UnknownCount
}

// Lag is the number of entries that the group has still to read; false if that is unknown.
//
// Redis: streamReplyWithCGLag.
func (g *Group) Lag() (lag int64, ok bool) {
	n, h := g.node(), g.s.header()
	if h.added == 0 {
		return 0, true
	}
	if n.read != UnknownCount && !g.s.hasTombstoneFrom(n.last) {
		return int64(h.added) - n.read, true
	}
	read := g.s.Distance(n.last)
	return int64(h.added) - read, read != UnknownCount
}

// Consumer finds a consumer. O(log consumers).
func (g *Group) Consumer(name []byte) (c Consumer, ok bool) {
	r, _, _ := findNamed(g.s.env.Arena, &g.node().consumers, name)
	return Consumer{g.s, g.ref, r}, r != 0
}

// CreateConsumer makes a consumer, unless there is one with the name; then it reports false. The
// name is copied. O(log consumers).
func (g *Group) CreateConsumer(name []byte, seenMs int64) (c Consumer, ok bool) {
	a, n := g.s.env.Arena, g.node()
	r, parent, left := findNamed(a, &n.consumers, name)
	if r != 0 {
		return Consumer{g.s, g.ref, r}, false
	}
	r = g.s.newNamed(name, consumerBytes)
	consumerAt(a, r).seenMs = seenMs
	g.added(consumerBytes + len(name))
	n.consumers.Link(a, parent, r, left)
	g.s.checkSmall()
	return Consumer{g.s, g.ref, r}, true
}

// EachConsumer calls fn for every consumer in the order of their names.
func (g *Group) EachConsumer(fn func(c Consumer)) {
	a := g.s.env.Arena
	for r := g.node().consumers.First(a); r != 0; r = avl.Next(a, r) {
		fn(Consumer{g.s, g.ref, r})
	}
}

// DeleteConsumer deletes a consumer with all that is pending for it, and returns how many entries
// these were. O(pending for it * log pending).
func (g *Group) DeleteConsumer(c Consumer) (pending int) {
	a := g.s.env.Arena
	n := consumerAt(a, c.ref)
	pending = n.pending.Len()
	for p, ok := c.FirstPending(ID{}); ok; p, ok = c.FirstPending(ID{}) {
		g.Remove(p)
	}
	g.node().consumers.Unlink(a, c.ref)
	g.free(c.ref, n.size())
	g.s.checkSmall()
	return pending
}

func (c *Consumer) node() *consumer { return consumerAt(c.s.env.Arena, c.ref) }

// Name is the name of the consumer, in the arena.
func (c *Consumer) Name() []byte { return nameOf(c.s.env.Arena, c.ref) }

// Same reports whether both are views of one consumer.
func (c *Consumer) Same(o Consumer) bool { return c.ref == o.ref }

// SeenMs is when the consumer was last heard of.
func (c *Consumer) SeenMs() int64 { return c.node().seenMs }

// SetSeenMs notes when the consumer was last heard of.
func (c *Consumer) SetSeenMs(ms int64) { c.node().seenMs = ms }

// Pending is the number of entries that the consumer has not acknowledged.
func (c *Consumer) Pending() int { return c.node().pending.Len() }

// Detached is a group that is no part of its stream any more, and has to be freed.
//
// Owned by the keyspace goroutine.
type Detached struct {
	env    *Env
	ref    arena.Ref
	pieces int
	bytes  int
}

// CutGroup takes a group out of the stream. O(log groups).
func (s *Stream) CutGroup(g Group) Detached {
	a, h, n := s.env.Arena, s.header(), g.node()
	h.groups.Unlink(a, g.ref)
	d := Detached{s.env, g.ref, 1 + n.pending.Len() + n.consumers.Len(), int(n.bytes)}
	h.bytes -= n.bytes
	h.pieces -= uint32(d.pieces)
	s.checkSmall()
	return d
}

// FreeEffort is the number of allocations that freeing the group takes.
func (d *Detached) FreeEffort() int { return min(d.pieces, math.MaxInt32) }

// MemoryUsage is the number of bytes of the arena that the group takes.
func (d *Detached) MemoryUsage() int { return d.bytes }

// Free gives the memory of the group back. O(pending + consumers).
func (d *Detached) Free() { freeGroup(d.env.Arena, d.ref, d.env.Arena.Free) }

// FreeChain is Free on a worker.
func (d *Detached) FreeChain(c *arena.Chain) { freeGroup(d.env.Arena, d.ref, c.Free) }
