package hash

import (
	"bytes"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/listpack"
)

// This file is about listpacks with deadlines. As in Redis (listpackex), a third entry behind each
// value is the deadline, an integer, 0 for none; and the fields stand in the order of their
// deadlines, those without one at the end. So the first field is the next one to expire.

// packHeader is the block of a hash in the encoding ListpackTimed.
type packHeader struct {
	pack  arena.Ref
	index uint32 // Hash.Index
}

// deadlineBytes is the largest size of an entry that holds a deadline.
const deadlineBytes = 10

// newPackHeader makes the header of a listpack that is still to be set.
func (h *Hash) newPackHeader() arena.Ref {
	a := h.env.Arena
	ref := a.Alloc(int(headerBytes[ListpackTimed]))
	*arena.At[packHeader](a, ref) = packHeader{}
	return ref
}

// deadlineAt is the deadline of the field at pos of a listpack with deadlines.
func deadlineAt(b []byte, pos int) int64 {
	_, ms, _ := listpack.Get(b, listpack.Next(b, listpack.Next(b, pos)))
	return ms
}

// firstDeadline is the earliest deadline, that of the first field.
func firstDeadline(b []byte) int64 {
	if pos := listpack.First(b); pos != 0 {
		return deadlineAt(b, pos)
	}
	return noDeadline
}

// inOrder reports whether every third entry is a deadline, and these are in order.
func inOrder(b []byte) bool {
	last, timeless := int64(0), false
	h := Hash{enc: ListpackTimed}
	for pos := listpack.First(b); pos != 0; pos = h.nextPair(b, pos) {
		_, ms, isInt := listpack.Get(b, listpack.Next(b, listpack.Next(b, pos)))
		switch {
		case !isInt, ms < 0, ms > MaxDeadlineMs:
			return false
		case ms == noDeadline:
			timeless = true
		case timeless, ms < last:
			return false
		}
		last = ms
	}
	return true
}

// packTakesDeadlines says whether the listpack has room for the deadlines of all its fields.
func (h *Hash) packTakesDeadlines() bool {
	return len(h.pack())+h.packLen()*deadlineBytes <= listpack.MaxBytes
}

// toTimedPack puts a deadline of none behind each value. O(n).
func (h *Hash) toTimedPack() {
	a, old, b := h.env.Arena, h.ref, h.pack()
	none := listpack.Int(noDeadline)
	size := len(b) + h.packLen()*listpack.Size(none)
	ref := a.Alloc(size)
	to := listpack.New(a.Bytes(ref, arena.ClassSize(size))[:0])
	for pos := listpack.First(b); pos != 0; pos = h.nextPair(b, pos) {
		to = listpack.Append(to, valueAt(b, pos), valueAt(b, listpack.Next(b, pos)), none)
	}
	h.enc, h.ref = ListpackTimed, h.newPackHeader()
	h.setPackRef(ref)
	a.Free(old, cap(b))
}

// valueAt is the entry at pos, a part of b if it is a string.
func valueAt(b []byte, pos int) listpack.Value {
	s, n, isInt := listpack.Get(b, pos)
	if isInt {
		return listpack.Int(n)
	}
	return listpack.String(s)
}

// packSetTimeless adds a field without a deadline at the end. If pos is not 0, the field stands
// there and is removed. It reports whether the field is new.
func (h *Hash) packSetTimeless(pos int, field, value listpack.Value) (added bool) {
	if pos != 0 {
		h.packFit(listpack.DeleteRange(h.pack(), pos, 3))
	}
	h.packInsert(0, field, value, listpack.Int(noDeadline))
	return pos == 0
}

// packSetDeadline gives a field another deadline, perhaps none, and the place that it has then.
// O(n).
func (h *Hash) packSetDeadline(field []byte, ms int64) {
	b, pos := h.pack(), h.packFind(field)
	value := valueAt(b, listpack.Next(b, pos))
	if s, _, isInt := listpack.Get(b, listpack.Next(b, pos)); !isInt {
		value = listpack.String(bytes.Clone(s)) // it will be overwritten
	}
	h.packFit(listpack.DeleteRange(b, pos, 3))
	h.packInsert(h.packPlace(ms), listpack.String(field), value, listpack.Int(ms))
}

// packPlace is the position of the field before which one with that deadline belongs, 0 for the
// end.
func (h *Hash) packPlace(ms int64) int {
	if ms == noDeadline {
		return 0
	}
	b := h.pack()
	for pos := listpack.First(b); pos != 0; pos = h.nextPair(b, pos) {
		if other := deadlineAt(b, pos); other == noDeadline || other >= ms {
			return pos
		}
	}
	return 0
}

// packInsert inserts a field with its value and deadline before pos, at the end if that is 0.
func (h *Hash) packInsert(pos int, triplet ...listpack.Value) {
	b := h.pack()
	size := len(b)
	for _, v := range triplet {
		size += listpack.Size(v)
	}
	if b = h.packRoom(b, size); pos == 0 {
		pos = len(b) - 1
	}
	listpack.Insert(b, pos, triplet...)
}

// deleteFirst removes the first field.
func (h *Hash) deleteFirst() {
	b := h.pack()
	h.packFit(listpack.DeleteRange(b, listpack.First(b), 3))
}
