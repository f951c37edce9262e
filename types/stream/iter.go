package stream

import (
	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/avl"
	"github.com/ringer-kv/ringer/types/listpack"
)

// Iter walks over the entries with ids in a range. It is valid until the stream changes.
//
//	for it := s.Range(start, end, false); it.Next(); {
//		use(it.ID())
//		for range it.Fields() {
//			field, value := it.Pair()
//		}
//	}
//
// Owned by the keyspace goroutine.
type Iter struct {
	s          Stream
	start, end ID
	reverse    bool
	block      arena.Ref
	first      ID
	pack       []byte
	master     master
	pos        int // forward: of the next entry; in reverse: of the size of the next one. 0: none
	entry      entry
	field      int // where the next field is
	value      int // where the next value is, if the fields are the master's
}

// Range is an iterator over the entries from start to end, both included, in the order of their
// ids or in reverse. O(log n).
func (s *Stream) Range(start, end ID, reverse bool) Iter {
	it := Iter{s: *s, start: start, end: end, reverse: reverse}
	from := start
	if reverse {
		from = end
	}
	r := s.floor(from)
	if r == 0 && !reverse {
		r = s.header().blocks.First(s.env.Arena)
	}
	it.enter(r)
	return it
}

// enter begins with a block.
func (it *Iter) enter(r arena.Ref) {
	it.block, it.pos = r, 0
	if r == 0 {
		return
	}
	it.first, it.pack = blockAt(it.s.env.Arena, r).first, it.s.pack(r)
	it.master = readMaster(it.pack)
	it.pos = it.master.firstEntry
	if it.reverse {
		it.pos = listpack.Last(it.pack)
	}
}

// leave goes on with the next block.
func (it *Iter) leave() {
	if it.reverse {
		it.enter(avl.Prev(it.s.env.Arena, it.block))
		return
	}
	it.enter(avl.Next(it.s.env.Arena, it.block))
}

// Next steps to the next entry and reports whether there is one.
func (it *Iter) Next() bool {
	for it.block != 0 {
		if it.pos == 0 {
			it.leave()
			continue
		}
		if it.reverse {
			it.readBack()
		} else {
			it.read()
		}
		e := &it.entry
		switch {
		case e.flags&flagDeleted != 0: // whatever its id
		case e.id.Less(it.start):
			if it.reverse {
				it.block = 0
			}
		case it.end.Less(e.id):
			if !it.reverse {
				it.block = 0
			}
		default:
			it.field, it.value = e.data, 0
			if e.flags&flagSameFields != 0 {
				it.field, it.value = it.master.firstField, e.data
			}
			return true
		}
	}
	return false
}

// read reads the entry at pos.
func (it *Iter) read() {
	it.entry = readEntry(it.pack, it.pos, it.first, &it.master)
	it.pos = it.entry.next(it.pack)
}

// readBack reads the entry whose size is at pos.
func (it *Iter) readBack() {
	b, pos := it.pack, it.pos
	for range number(b, pos) {
		pos = listpack.Prev(b, pos)
	}
	it.entry = readEntry(b, pos, it.first, &it.master)
	it.pos = listpack.Prev(b, pos)
	if number(b, it.pos) == 0 { // the end of the master entry
		it.pos = 0
	}
}

// ID is the id of the entry.
func (it *Iter) ID() ID { return it.entry.id }

// Fields is the number of fields of the entry.
func (it *Iter) Fields() int { return it.entry.fields }

// Pair is the next field and its value; it may be called once for each field. The slices are parts
// of the stream, or digits that are valid until the next call for any stream.
func (it *Iter) Pair() (field, value []byte) {
	b, scratch := it.pack, &it.s.env.scratch
	field = listpack.Bytes(b, it.field, scratch[0][:])
	it.field = listpack.Next(b, it.field)
	if it.value != 0 {
		value = listpack.Bytes(b, it.value, scratch[1][:])
		it.value = listpack.Next(b, it.value)
		return field, value
	}
	value = listpack.Bytes(b, it.field, scratch[1][:])
	it.field = listpack.Next(b, it.field)
	return field, value
}

// Has reports whether there is an entry with the id. O(log n) and a walk in its block.
//
// Redis: streamEntryExists.
func (s *Stream) Has(id ID) bool {
	it := s.Range(id, id, false)
	return it.Next()
}

// LastEntry is the id of the last entry, 0-0 if there is none.
//
// Redis: streamLastValidID.
func (s *Stream) LastEntry() ID {
	if it := s.Range(ID{}, MaxID, true); it.Next() {
		return it.ID()
	}
	return ID{}
}

// firstEntry is the id of the first entry, 0-0 if there is none.
func (s *Stream) firstEntry() ID {
	if it := s.Range(ID{}, MaxID, false); it.Next() {
		return it.ID()
	}
	return ID{}
}

// EachBlock calls fn for every block, in order, with the id that it counts from and its listpack,
// which is the stream's own memory.
func (s *Stream) EachBlock(fn func(first ID, b []byte)) {
	a := s.env.Arena
	for r := s.header().blocks.First(a); r != 0; r = avl.Next(a, r) {
		fn(blockAt(a, r).first, s.pack(r))
	}
}
