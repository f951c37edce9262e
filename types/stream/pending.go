package stream

import (
	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/avl"
)

// pending is an entry that was delivered and not acknowledged. It lies in two trees by its id: that
// of its group, and that of the consumer that has it; package avl alone reads the two nodes, by
// where they stand. Redis: streamNACK.
type pending struct {
	_           avl.Node // in the group
	_           avl.Node // in the consumer
	id          ID
	deliveredMs int64
	count       int64
	consumer    arena.Ref
}

const (
	pendingBytes = 72 // of pending

	// ownUnits leads from a pending entry to its node in the tree of its consumer, in units of a
	// Ref.
	ownUnits = 2
)

func pendingAt(a *arena.Arena, r arena.Ref) *pending { return arena.At[pending](a, r) }

// Pending is a view of a pending entry. It is valid until the entry is removed.
//
// Owned by the keyspace goroutine.
type Pending struct {
	s   Stream
	ref arena.Ref
	own bool // Next goes on among those of the consumer
}

// offset leads from the start of a pending entry to its node in the tree.
func (p *Pending) offset() arena.Ref {
	if p.own {
		return ownUnits
	}
	return 0
}

func (p *Pending) node() *pending { return pendingAt(p.s.env.Arena, p.ref) }

// ID is the id of the entry, which may have been deleted.
func (p *Pending) ID() ID { return p.node().id }

// DeliveredMs is when it was last delivered.
func (p *Pending) DeliveredMs() int64 { return p.node().deliveredMs }

// Count is how often it was delivered.
func (p *Pending) Count() int64 { return p.node().count }

// SetDelivered sets the time of the last delivery and the count of all.
func (p *Pending) SetDelivered(ms, count int64) {
	n := p.node()
	n.deliveredMs, n.count = ms, count
}

// Consumer is the consumer that has the entry.
func (p *Pending) Consumer() Consumer { return Consumer{s: p.s, ref: p.node().consumer} }

// Next is the pending entry behind it, of the group or of the consumer, as where p came from. O(1)
// on average over a walk.
func (p *Pending) Next() (Pending, bool) {
	at := avl.Next(p.s.env.Arena, p.ref+p.offset())
	if at == 0 {
		return Pending{}, false
	}
	return Pending{p.s, at - p.offset(), p.own}, true
}

// seekPending finds the first node of a tree whose id is not below the given one, and where a node
// with the id would have to be linked. The nodes stand at an offset in their pending entries.
func seekPending(a *arena.Arena, t *avl.Tree, id ID, offset arena.Ref) (
	found, parent arena.Ref, left bool,
) {
	for at := t.Root; at != 0; {
		n := arena.At[avl.Node](a, at)
		parent, left = at, !pendingAt(a, at-offset).id.Less(id)
		if left {
			found, at = at, n.Left
		} else {
			at = n.Right
		}
	}
	return found, parent, left
}

// FirstPending is the first pending entry of the group whose id is not below the given one; false
// if there is none. O(log pending).
func (g *Group) FirstPending(from ID) (Pending, bool) {
	r, _, _ := seekPending(g.s.env.Arena, &g.node().pending, from, 0)
	return Pending{g.s, r, false}, r != 0
}

// LastPending is the pending entry of the group with the largest id; false if there is none.
func (g *Group) LastPending() (Pending, bool) {
	r := g.node().pending.Last(g.s.env.Arena)
	return Pending{g.s, r, false}, r != 0
}

// FindPending is the pending entry of the group with the id; false if there is none. O(log
// pending).
func (g *Group) FindPending(id ID) (Pending, bool) {
	p, ok := g.FirstPending(id)
	return p, ok && p.ID() == id
}

// FirstPending is the first pending entry of the consumer whose id is not below the given one;
// false if there is none. O(log pending).
func (c *Consumer) FirstPending(from ID) (Pending, bool) {
	at, _, _ := seekPending(c.s.env.Arena, &c.node().pending, from, ownUnits)
	if at == 0 {
		return Pending{}, false
	}
	return Pending{c.s, at - ownUnits, true}, true
}

// AddPending notes that a consumer of the group has the entry, which must not be pending in the
// group, since the given time, after so many deliveries. O(log pending).
func (g *Group) AddPending(id ID, c Consumer, deliveredMs, count int64) Pending {
	a, n := g.s.env.Arena, g.node()
	_, parent, left := seekPending(a, &n.pending, id, 0)
	r := g.s.alloc(pendingBytes)
	g.added(pendingBytes)
	*pendingAt(a, r) = pending{id: id, deliveredMs: deliveredMs, count: count}
	n.pending.Link(a, parent, r, left)
	p := Pending{g.s, r, false}
	p.give(c)
	g.s.checkSmall()
	return p
}

// give puts the entry into the list of a consumer.
func (p *Pending) give(c Consumer) {
	a, n := p.s.env.Arena, p.node()
	n.consumer = c.ref
	t := &consumerAt(a, c.ref).pending
	_, parent, left := seekPending(a, t, n.id, ownUnits)
	t.Link(a, parent, p.ref+ownUnits, left)
}

// Assign gives the entry to another consumer of the group. O(log pending).
func (p *Pending) Assign(c Consumer) {
	if p.node().consumer == c.ref {
		return
	}
	p.take()
	p.give(c)
	p.s.checkSmall()
}

// take takes the entry out of the list of its consumer.
func (p *Pending) take() {
	a := p.s.env.Arena
	consumerAt(a, p.node().consumer).pending.Unlink(a, p.ref+ownUnits)
}

// Remove makes an entry pending no more. O(log pending).
func (g *Group) Remove(p Pending) {
	p.take()
	g.node().pending.Unlink(g.s.env.Arena, p.ref)
	g.free(p.ref, pendingBytes)
	g.s.checkSmall()
}
