package stream

import (
	"math/bits"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/avl"
	"github.com/ringer-kv/ringer/types/listpack"
)

// block is the start of the allocation of a block. Behind it stands the listpack.
type block struct {
	link  avl.Node
	first ID // that the ids in the listpack are counted from
}

const (
	blockBytes = 32 // of block

	// smoothBytes is the size up to which the arena's classes are near enough to each other that a
	// block takes the smallest one; above, an eighth of its size is the step.
	smoothBytes = 32 << 10

	// The flags of an entry. Redis: STREAM_ITEM_FLAG_DELETED, STREAM_ITEM_FLAG_SAMEFIELDS.
	flagDeleted    = 1
	flagSameFields = 2

	// fixedElements are the flags and the two parts of the id.
	fixedElements = 3
)

func blockAt(a *arena.Arena, r arena.Ref) *block { return arena.At[block](a, r) }

// room is the size of the allocation for a block of n bytes.
func room(n int) int {
	if n > smoothBytes {
		step := 1 << (bits.Len(uint(n-1)) - 4)
		n = (n + step - 1) &^ (step - 1)
	}
	return arena.ClassSize(n)
}

// pack is the listpack of the block at r, with the capacity of its allocation.
func (s *Stream) pack(r arena.Ref) []byte {
	return packAt(s.env.Arena, r)
}

func packAt(a *arena.Arena, r arena.Ref) []byte {
	n := blockBytes + listpack.TotalBytes(a.Bytes(r, blockBytes+listpack.EmptySize)[blockBytes:])
	return a.Bytes(r, room(n))[blockBytes:n]
}

// allocBlock makes a block that is linked nowhere yet, for a listpack of the given size.
func (s *Stream) allocBlock(first ID, size int) arena.Ref {
	r := s.alloc(room(blockBytes + size))
	blockAt(s.env.Arena, r).first = first
	return r
}

// linkLast puts a block behind all others.
func (s *Stream) linkLast(r arena.Ref) {
	h := s.header()
	h.blocks.Link(s.env.Arena, h.tail, r, false)
	h.tail = r
}

// unlink takes a block out and frees it.
func (s *Stream) unlink(r arena.Ref) {
	a, h := s.env.Arena, s.header()
	if h.tail == r {
		h.tail = avl.Prev(a, r)
	}
	h.blocks.Unlink(a, r)
	s.free(r, blockBytes+cap(packAt(a, r)))
}

// resize moves the block to an allocation that suits a listpack of n bytes, if its own does not.
func (s *Stream) resize(r arena.Ref, b []byte, n int) (arena.Ref, []byte) {
	have, want := blockBytes+cap(b), room(blockBytes+n)
	if have == want {
		return r, b
	}
	a, h := s.env.Arena, s.header()
	to := s.alloc(want)
	copy(a.Bytes(to, want), a.Bytes(r, blockBytes+len(b)))
	h.blocks.Replace(a, r, to)
	if h.tail == r {
		h.tail = to
	}
	s.free(r, have)
	return to, a.Bytes(to, want)[blockBytes : blockBytes+len(b)]
}

// setNumber replaces the element at pos of a block's listpack by an integer.
func (s *Stream) setNumber(r arena.Ref, b []byte, pos int, n int64) (arena.Ref, []byte) {
	v := listpack.Int(n)
	size := len(b) + listpack.Size(v) - listpack.SizeAt(b, pos)
	if size > len(b) {
		r, b = s.resize(r, b, size)
	}
	b = listpack.Replace(b, pos, v)
	return s.resize(r, b, len(b))
}

// addCounts adds to the numbers of entries that the master of a block tells.
func (s *Stream) addCounts(r arena.Ref, live, deleted int64) arena.Ref {
	b := s.pack(r)
	m := readCounts(b)
	r, b = s.setNumber(r, b, countPos(b), m.count+live)
	r, _ = s.setNumber(r, b, listpack.Next(b, countPos(b)), m.deleted+deleted)
	return r
}

// floor is the last block whose id is not above the given one, 0 if there is none. O(log n).
func (s *Stream) floor(id ID) arena.Ref {
	found := arena.Ref(0)
	for at := s.header().blocks.Root; at != 0; {
		b := blockAt(s.env.Arena, at)
		if id.Less(b.first) {
			at = b.link.Left
		} else {
			found, at = at, b.link.Right
		}
	}
	return found
}

// master is what the master entry of a listpack says.
type master struct {
	count, deleted int64
	fields         int // their number
	firstField     int // where the first one is, or the terminator
	firstEntry     int // where the first entry is, 0 if there is none
}

// countPos is where the master's count of entries is.
func countPos(b []byte) int { return listpack.First(b) }

// number reads an integer of a listpack.
func number(b []byte, pos int) int64 {
	_, n, _ := listpack.Get(b, pos)
	return n
}

// readCounts reads the counts of a master entry. O(1).
func readCounts(b []byte) (m master) {
	pos := countPos(b)
	m.count = number(b, pos)
	m.deleted = number(b, listpack.Next(b, pos))
	return m
}

// readMaster reads a master entry. O(fields).
func readMaster(b []byte) (m master) {
	m = readCounts(b)
	pos := listpack.Next(b, listpack.Next(b, countPos(b)))
	m.fields = int(number(b, pos))
	pos = listpack.Next(b, pos)
	m.firstField = pos
	for range m.fields {
		pos = listpack.Next(b, pos)
	}
	m.firstEntry = listpack.Next(b, pos)
	return m
}

// hasFields reports whether the fields of pairs are the master's.
func (m *master) hasFields(b []byte, pairs [][]byte) bool {
	if len(pairs) != 2*m.fields {
		return false
	}
	pos := m.firstField
	for i := 0; i < len(pairs); i += 2 {
		if !listpack.Equal(b, pos, listpack.String(pairs[i])) {
			return false
		}
		pos = listpack.Next(b, pos)
	}
	return true
}

// entry is an entry in a listpack.
type entry struct {
	pos    int // of the flags
	flags  int64
	id     ID
	fields int // their number
	data   int // where the first field is, or the first value if the fields are the master's
}

// readEntry reads the entry at pos of a block that counts from first.
func readEntry(b []byte, pos int, first ID, m *master) entry {
	e := entry{pos: pos, flags: number(b, pos), fields: m.fields}
	pos = listpack.Next(b, pos)
	e.id.Ms = first.Ms + uint64(number(b, pos))
	pos = listpack.Next(b, pos)
	e.id.Seq = first.Seq + uint64(number(b, pos))
	pos = listpack.Next(b, pos)
	if e.flags&flagSameFields == 0 {
		e.fields = int(number(b, pos))
		pos = listpack.Next(b, pos)
	}
	e.data = pos
	return e
}

// sizePos is where the last element of the entry is. O(fields).
func (e *entry) sizePos(b []byte) int {
	pos, n := e.data, e.fields
	if e.flags&flagSameFields == 0 {
		n *= 2
	}
	for range n {
		pos = listpack.Next(b, pos)
	}
	return pos
}

// next is where the next entry is, 0 if there is none. O(fields).
func (e *entry) next(b []byte) int { return listpack.Next(b, e.sizePos(b)) }
