package stream

import (
	"github.com/ringer-kv/ringer/types/arena"
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
	after := ID{}
	if h := s.header(); h.tail != 0 {
		after = s.lastOf(h.tail)
	}
	live, firstLive, err := validate(first, b, after)
	if err != nil {
		return err
	}
	a, h := s.env.Arena, s.header()
	r := s.allocBlock(first, len(b))
	copy(a.Bytes(r, blockBytes+len(b))[blockBytes:], b)
	s.linkLast(r)
	if h.length == 0 && live > 0 {
		h.first = firstLive
	}
	h.length += uint64(live)
	h.last = s.lastOf(r)
	return nil
}

// lastOf is the id of the last entry of a block, deleted or not.
func (s *Stream) lastOf(r arena.Ref) ID {
	b := s.pack(r)
	pos := listpack.Last(b)
	for range number(b, pos) {
		pos = listpack.Prev(b, pos)
	}
	m := readMaster(b)
	e := readEntry(b, pos, blockAt(s.env.Arena, r).first, &m)
	return e.id
}

// Finish sets what is known of a stream whose blocks have been appended. A last id below that of an
// entry is refused with ErrCorrupt.
func (s *Stream) Finish(t State) error {
	h := s.header()
	if t.LastID.Less(h.last) {
		return ErrCorrupt
	}
	h.last, h.maxDeleted, h.added = t.LastID, t.MaxDeletedID, t.EntriesAdded
	s.checkSmall()
	return nil
}

// validate checks a block of which nothing is known: I1 and I2. It returns how many entries live in
// it, and the id of the first of them.
//
// Redis: streamValidateListpackIntegrity, which lets ids in any order pass.
func validate(first ID, b []byte, after ID) (live int, firstLive ID, err error) {
	if listpack.Validate(b) != nil {
		return 0, ID{}, ErrCorrupt
	}
	v := validator{b: b, pos: listpack.First(b)}
	count, deleted, fields := v.number(), v.number(), v.number()
	v.skip(fields)
	if v.number() != 0 || v.bad || count < 0 || deleted < 0 {
		return 0, ID{}, ErrCorrupt
	}
	dead := 0
	for n := int64(0); v.pos != 0; n++ {
		id, flags := v.entry(first, fields)
		if v.bad || !after.Less(id) || n == 0 && id.Less(first) {
			return 0, ID{}, ErrCorrupt
		}
		after = id
		switch {
		case flags&flagDeleted != 0:
			dead++
		case live == 0:
			firstLive = id
			live++
		default:
			live++
		}
	}
	if int64(live) != count || int64(dead) != deleted || live+dead == 0 {
		return 0, ID{}, ErrCorrupt
	}
	return live, firstLive, nil
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
