package stream

import (
	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/listpack"
)

// Trimming says which entries Trim is to delete: all but the last MaxLen, or, if ByID is set, those
// below MinID.
type Trimming struct {
	ByID   bool
	MaxLen int64
	MinID  ID
	// Approx leaves a block alone unless all of it can go.
	Approx bool
	// Limit, if it is not 0, ends the work before more entries have been deleted than that.
	Limit int64
}

// Trim deletes entries from the start of the stream and returns how many. O(blocks that go), and
// the entries of one block.
//
// Redis: streamTrim.
func (s *Stream) Trim(t Trimming) (deleted int64) {
	a, h := s.env.Arena, s.header()
	for r := h.blocks.First(a); r != 0; r = h.blocks.First(a) {
		if !t.ByID && int64(h.length) <= t.MaxLen {
			break
		}
		live := readCounts(s.pack(r)).count
		if t.Limit != 0 && deleted+live > t.Limit {
			break
		}
		if s.goesWhole(r, live, &t) {
			s.unlink(r)
			h.length -= uint64(live)
			deleted += live
			continue
		}
		if !t.Approx {
			deleted += s.trimBlock(r, &t)
		}
		break
	}
	if deleted > 0 {
		h.first = s.firstEntry()
	}
	s.checkSmall()
	return deleted
}

// goesWhole reports whether all entries of a block are to be deleted.
func (s *Stream) goesWhole(r arena.Ref, live int64, t *Trimming) bool {
	if !t.ByID {
		return int64(s.header().length)-live >= t.MaxLen
	}
	b := s.pack(r)
	pos := listpack.Last(b)
	for range number(b, pos) {
		pos = listpack.Prev(b, pos)
	}
	m := readMaster(b)
	last := readEntry(b, pos, blockAt(s.env.Arena, r).first, &m) // Redis: deleted or not
	return last.id.Less(t.MinID)
}

// trimBlock deletes entries at the start of a block.
func (s *Stream) trimBlock(r arena.Ref, t *Trimming) (deleted int64) {
	b, h, first := s.pack(r), s.header(), blockAt(s.env.Arena, r).first
	m := readMaster(b)
	for pos := m.firstEntry; pos != 0; {
		e := readEntry(b, pos, first, &m)
		if t.ByID && !e.id.Less(t.MinID) || !t.ByID && int64(h.length) <= t.MaxLen {
			break
		}
		pos = e.next(b)
		if e.flags&flagDeleted == 0 {
			before := len(b)
			r, b = s.setNumber(r, b, e.pos, e.flags|flagDeleted)
			if pos != 0 {
				pos += len(b) - before
			}
			deleted++
			h.length--
		}
	}
	s.addCounts(r, -deleted, deleted)
	return deleted
}

// Delete deletes the entry with the id and reports whether there was one. O(log n) and a walk in
// its block.
//
// Redis: streamDeleteItem, and what XDEL does besides.
func (s *Stream) Delete(id ID) bool {
	it := s.Range(id, id, false)
	if !it.Next() {
		return false
	}
	h := s.header()
	if it.master.count == 1 {
		s.unlink(it.block)
	} else {
		r, _ := s.setNumber(it.block, it.pack, it.entry.pos, it.entry.flags|flagDeleted)
		s.addCounts(r, -1, 1)
	}
	h.length--
	if h.maxDeleted.Less(id) {
		h.maxDeleted = id
	}
	if h.length == 0 {
		h.first = ID{}
	} else if id == h.first {
		h.first = s.firstEntry()
	}
	s.checkSmall()
	return true
}
