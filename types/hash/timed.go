package hash

import (
	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/listpack"
)

// MaxDeadlineMs is the latest deadline that a field can have. Redis: HFE_MAX_ABS_TIME_MSEC.
const MaxDeadlineMs = 1<<46 - 1

// noDeadline stands for no deadline in a listpack. Redis: HASH_LP_NO_TTL.
const noDeadline = 0

// Deadline is the time in milliseconds since 1970 at which a field expires: noDeadline's 0 if it
// has none, and false if there is no such field. O(1).
func (h *Hash) Deadline(field []byte) (ms int64, ok bool) {
	if h.enc.Packed() {
		pos := h.packFind(field)
		if pos == 0 {
			return noDeadline, false
		}
		if h.enc.Timed() {
			ms = deadlineAt(h.pack(), pos)
		}
		return ms, true
	}
	r, _ := h.tableFind(field)
	if r == 0 {
		return noDeadline, false
	}
	return deadlineOf(h.env.Arena, r), true
}

// SetDeadline gives a field, which must be there, a deadline from 1 to MaxDeadlineMs in the place
// of the one it may have. The first one makes the hash a timed one, for good. O(log n), but O(n)
// to make a listpack timed.
func (h *Hash) SetDeadline(field []byte, ms int64) {
	ensure(ms > noDeadline && ms <= MaxDeadlineMs, "deadline %d", ms)
	h.makeTimed()
	if h.enc.Packed() {
		h.packSetDeadline(field, ms)
		if h.packLen() > h.env.Limits.MaxEntries { // Redis: hashTypeSetExListpack
			h.toTable(0)
		}
	} else {
		h.tableSetDeadline(field, ms)
	}
	h.checkSmall()
}

// Persist removes the deadline of a field, and reports whether it had one. O(log n).
func (h *Hash) Persist(field []byte) bool {
	if ms, ok := h.Deadline(field); !ok || ms == noDeadline {
		return false
	}
	if h.enc.Packed() {
		h.packSetDeadline(field, noDeadline)
	} else {
		r, _ := h.tableFind(field)
		h.dropDeadline(r)
	}
	h.checkSmall()
	return true
}

// NextDeadline is the earliest deadline of a field; false if none has one. O(log n).
func (h *Hash) NextDeadline() (ms int64, ok bool) {
	if !h.enc.Timed() {
		return noDeadline, false
	}
	if h.enc.Packed() {
		ms = firstDeadline(h.pack())
		return ms, ms != noDeadline
	}
	first := h.timedHeader().tree.First(h.env.Arena)
	if first == 0 {
		return noDeadline, false
	}
	return deadlineOf(h.env.Arena, nodeOf(first)), true
}

// AllDue reports whether every field has a deadline before nowMs. O(log n); of a listpack it is
// false, as there is nothing to be gained by it.
func (h *Hash) AllDue(nowMs int64) bool {
	if h.enc != HashtableTimed {
		return false
	}
	a, head := h.env.Arena, h.timedHeader()
	last := head.tree.Last(a)
	return last != 0 && head.tree.Len() == h.Len() && deadlineOf(a, nodeOf(last)) < nowMs
}

// DeleteDue removes the field with the earliest deadline if that is before nowMs, and calls fn for
// it before. It reports whether there was one. O(log n), O(n) in a listpack.
func (h *Hash) DeleteDue(nowMs int64, fn func(field []byte)) bool {
	ms, ok := h.NextDeadline()
	if !ok || ms >= nowMs {
		return false
	}
	if h.enc.Packed() {
		var scratch Scratch
		b := h.pack()
		field, _ := packPair(b, listpack.First(b), &scratch)
		fn(field)
		h.deleteFirst()
	} else {
		a := h.env.Arena
		r := nodeOf(h.timedHeader().tree.First(a))
		fn(fieldOf(a, r))
		h.tableDelete(r)
	}
	h.checkSmall()
	return true
}

// EachTimed is Each with the deadline of each field, 0 if it has none.
func (h *Hash) EachTimed(fn func(field, value []byte, deadlineMs int64) bool) {
	if !h.enc.Packed() {
		a := h.env.Arena
		h.header().table.Each(a, func(r arena.Ref) bool {
			return fn(fieldOf(a, r), valueOf(a, r), deadlineOf(a, r))
		})
		return
	}
	b := h.pack()
	var scratch Scratch
	for pos := listpack.First(b); pos != 0; pos = h.nextPair(b, pos) {
		ms := int64(noDeadline)
		if h.enc.Timed() {
			ms = deadlineAt(b, pos)
		}
		field, value := packPair(b, pos, &scratch)
		if !fn(field, value, ms) {
			return
		}
	}
}

// Index is a number that the owner of a timed hash keeps with it: its place in the order of those
// that will have fields expire. 0 at first, also of a copy.
func (h *Hash) Index() uint32 {
	switch h.enc {
	case ListpackTimed:
		return arena.At[packHeader](h.env.Arena, h.ref).index
	case HashtableTimed:
		return h.timedHeader().index
	}
	return 0
}

// SetIndex sets what Index returns. The hash must be timed.
func (h *Hash) SetIndex(i uint32) {
	if h.enc.Packed() {
		arena.At[packHeader](h.env.Arena, h.ref).index = i
		return
	}
	h.timedHeader().index = i
}

// makeTimed makes room for deadlines. O(1) for a table, whose nodes stay as they are.
func (h *Hash) makeTimed() {
	if h.enc == Listpack && !h.packTakesDeadlines() {
		h.toTable(0)
	}
	switch h.enc {
	case Listpack:
		h.toTimedPack()
	case Hashtable:
		h.toTimedTable(nil)
	}
}
