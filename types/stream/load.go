package stream

import (
	"github.com/ringer-kv/ringer/types/avl"
	"github.com/ringer-kv/ringer/types/listpack"
)

// State is what is known of a stream beside its entries and groups.
type State struct {
	LastID       ID
	MaxDeletedID ID
	EntriesAdded uint64
}

// AppendBlock adds a block behind all others: the listpack, which is copied, and the id that it
// counts from. What is no block, or does not come behind the others, is refused with ErrCorrupt.
// O(len(b)).
func (s *Stream) AppendBlock(first ID, b []byte) error {
	a, h := s.env.Arena, s.header()
	span, err := validate(b, first)
	if err != nil || h.tail != 0 && !blockAt(a, h.tail).first.Less(first) ||
		!h.last.Less(first) {
		return ErrCorrupt
	}
	r := s.allocBlock(first, len(b))
	copy(a.Bytes(r, blockBytes+len(b))[blockBytes:], b)
	s.linkLast(r)
	if span.live > 0 {
		if h.length == 0 {
			h.first = span.first
		}
		h.length += uint64(span.live)
		h.last = span.last
	}
	return nil
}

// Finish sets what is known of a stream whose blocks have been appended. A last id below that of an
// entry is refused with ErrCorrupt.
func (s *Stream) Finish(t State) error {
	h := s.header()
	if t.LastID.Less(h.last) {
		return ErrCorrupt
	}
	h.maxDeleted, h.added = t.MaxDeletedID, t.EntriesAdded
	s.SetLastID(t.LastID)
	return nil
}

// span is the entries of a block that live: their number, and the first and the last id.
type span struct {
	live        int64
	first, last ID
}

// validate checks a block of which nothing is known, but for what stands before and behind it: I1
// and I2.
//
// Redis: streamValidateListpackIntegrity, which lets ids in any order pass.
func validate(b []byte, first ID) (all span, err error) {
	if listpack.Validate(b) != nil {
		return span{}, ErrCorrupt
	}
	v := validator{b: b, pos: listpack.First(b)}
	count, deleted, fields := v.number(), v.number(), v.number()
	v.skip(fields)
	if v.number() != 0 || v.bad || count < 0 || deleted < 0 {
		return span{}, ErrCorrupt
	}
	dead := int64(0)
	for v.pos != 0 {
		id, flags := v.entry(first, fields)
		if v.bad {
			return span{}, ErrCorrupt
		}
		if flags&flagDeleted != 0 {
			dead++
			continue
		}
		if all.live == 0 {
			all.first = id
		}
		if id.Less(first) || id.IsZero() || all.live > 0 && !all.last.Less(id) {
			return span{}, ErrCorrupt
		}
		all.last = id
		all.live++
	}
	if all.live != count || dead != deleted || count+deleted == 0 {
		return span{}, ErrCorrupt
	}
	return all, nil
}

// validator reads a valid listpack of unknown contents.
type validator struct {
	b   []byte
	pos int // 0 behind the last element
	bad bool
}

// number reads an element that must be an integer.
func (v *validator) number() int64 {
	if v.pos == 0 {
		v.bad = true
		return 0
	}
	_, n, isInt := listpack.Get(v.b, v.pos)
	v.bad = v.bad || !isInt
	v.pos = listpack.Next(v.b, v.pos)
	return n
}

// skip passes over n elements of any kind.
func (v *validator) skip(n int64) {
	if n < 0 {
		v.bad = true
		return
	}
	for ; n > 0 && !v.bad; n-- {
		if v.pos == 0 {
			v.bad = true
			return
		}
		v.pos = listpack.Next(v.b, v.pos)
	}
}

// entry reads an entry of a block that counts from first, with so many fields in its master.
func (v *validator) entry(first ID, masterFields int64) (id ID, flags int64) {
	flags = v.number()
	id.Ms = first.Ms + uint64(v.number())
	id.Seq = first.Seq + uint64(v.number())
	size := int64(fixedElements)
	if flags&flagSameFields != 0 {
		v.skip(masterFields)
		size += masterFields
	} else {
		n := v.number()
		if n < 0 || n > int64(len(v.b)) {
			v.bad = true
			return id, flags
		}
		v.skip(2 * n)
		size += 2*n + 1
	}
	if v.number() != size || flags&^(flagDeleted|flagSameFields) != 0 {
		v.bad = true
	}
	return id, flags
}

// Copy makes a copy of the stream, groups and pending entries included, in an environment over the
// same arena. O(size).
//
// Redis: streamDup.
func (s *Stream) Copy() Stream {
	a, h := s.env.Arena, s.header()
	to := New(s.env)
	for r := h.blocks.First(a); r != 0; r = avl.Next(a, r) {
		b := s.pack(r)
		c := to.allocBlock(blockAt(a, r).first, len(b))
		copy(a.Bytes(c, blockBytes+len(b))[blockBytes:], b)
		to.linkLast(c)
	}
	t := to.header()
	t.length, t.added = h.length, h.added
	t.last, t.first, t.maxDeleted = h.last, h.first, h.maxDeleted
	s.EachGroup(func(g Group) {
		copied, _ := to.CreateGroup(g.Name(), g.LastID(), g.EntriesRead())
		g.copyConsumers(&copied)
	})
	to.checkSmall()
	return to
}

// copyConsumers copies the consumers, and what is pending for them, to an empty group.
func (g *Group) copyConsumers(to *Group) {
	g.EachConsumer(func(c Consumer) {
		copied, _ := to.CreateConsumer(c.Name(), c.SeenMs())
		for p, ok := c.FirstPending(ID{}); ok; p, ok = p.Next() {
			to.AddPending(p.ID(), copied, p.DeliveredMs(), p.Count())
		}
	})
}
