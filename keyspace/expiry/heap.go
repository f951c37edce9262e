package expiry

import (
	"fmt"
	"math/bits"

	"github.com/ringer-kv/ringer/types/arena"
)

const (
	// chunkItems: a chunk of 1024 items is 12 KiB, a size class of the Go heap, allocated and
	// cleared in under a microsecond, and a multiple of 4 items, so that siblings share a chunk.
	chunkShift = 10
	chunkItems = 1 << chunkShift

	// rootSlot: with the root in slot 3 the children of slot s are 4s-8 to 4s-5 and the parent is
	// s/4+2. Siblings then begin at a multiple of 4, and their deadlines lie in one cache line.
	rootSlot = 3

	// maxLen is what slot numbers of 32 bits leave room for.
	maxLen = 1<<32 - rootSlot
)

// chunkBytes is the size of a chunk: a deadline and a Ref for each item.
const chunkBytes = chunkItems * (8 + 4)

// chunk holds the items of neighbouring slots. Deadlines, which every comparison reads, and
// Refs, which only a move reads, lie apart: so an item takes 12 bytes, not 16.
type chunk struct {
	deadlineMs [chunkItems]int64
	ref        [chunkItems]arena.Ref
}

// item is what a slot holds.
type item struct {
	deadlineMs int64
	ref        arena.Ref
}

// Heap orders entries by deadline. See the package comment.
//
// Owned by the keyspace goroutine.
type Heap struct {
	chunks   []*chunk
	end      uint64 // slots in use are [rootSlot, end)
	setIndex func(r arena.Ref, i uint32)
}

// New returns an empty heap. Whenever an item comes to lie at another index, or leaves, setIndex
// is called with its new index, 0 for none; it must store the index in the entry at r and must not
// call the heap.
func New(setIndex func(r arena.Ref, i uint32)) *Heap {
	return &Heap{end: rootSlot, setIndex: setIndex}
}

// Len is the number of items.
func (h *Heap) Len() int { return int(h.end - rootSlot) }

// Set gives the entry at r, whose index is idx, the deadline deadlineMs: it enters the heap if idx
// is 0, and else moves to its new place, whichever way. O(log n).
func (h *Heap) Set(r arena.Ref, idx uint32, deadlineMs int64) {
	it := item{deadlineMs, r}
	if idx == 0 {
		h.grow()
		h.up(uint32(h.end-1), it)
		return
	}
	if old := h.mustGet(idx); old.ref != r {
		panic(fmt.Sprintf("expiry: index %d is that of %#x, not of %#x", idx, old.ref, r))
	}
	h.place(idx, it)
}

// Remove takes the item at idx out. O(log n).
func (h *Heap) Remove(idx uint32) {
	gone := h.mustGet(idx)
	last := uint32(h.end - 1)
	moved := h.get(last)
	h.shrink()
	h.setIndex(gone.ref, 0)
	if idx != last {
		h.place(idx, moved)
	}
}

// DeadlineMs is the deadline of the item at idx.
func (h *Heap) DeadlineMs(idx uint32) int64 { return h.mustGet(idx).deadlineMs }

// Min is the item with the earliest deadline, any of them when there are several; ok is false when
// the heap is empty.
func (h *Heap) Min() (r arena.Ref, deadlineMs int64, ok bool) {
	if h.end == rootSlot {
		return 0, 0, false
	}
	it := h.get(rootSlot)
	return it.ref, it.deadlineMs, true
}

// Move tells that the entry of the item at idx lies at r now. Its index is the same, so setIndex is
// not called.
func (h *Heap) Move(idx uint32, r arena.Ref) {
	h.mustGet(idx)
	h.chunks[idx>>chunkShift].ref[idx%chunkItems] = r
}

// Sample is an item picked with equal chances by the random number rnd, of which all 64 bits
// count; ok is false when the heap is empty.
func (h *Heap) Sample(rnd uint64) (r arena.Ref, deadlineMs int64, ok bool) {
	n := h.end - rootSlot
	if n == 0 {
		return 0, 0, false
	}
	pick, _ := bits.Mul64(rnd, n) // rnd is a fraction of 2^64, pick that fraction of n
	it := h.get(uint32(rootSlot + pick))
	return it.ref, it.deadlineMs, true
}

// Each calls fn for all items, in no useful order, until it returns false. fn must not change the
// heap. O(n).
func (h *Heap) Each(fn func(r arena.Ref, deadlineMs int64) bool) {
	for s := uint64(rootSlot); s < h.end; s++ {
		if it := h.get(uint32(s)); !fn(it.ref, it.deadlineMs) {
			return
		}
	}
}

// Reset forgets all items and gives their memory back, without a call of setIndex. O(1).
func (h *Heap) Reset() {
	h.chunks, h.end = nil, rootSlot
}

// BytesUsed is the memory that the heap takes.
func (h *Heap) BytesUsed() int {
	return len(h.chunks)*chunkBytes + cap(h.chunks)*8
}

func (h *Heap) get(s uint32) item {
	c, i := h.chunks[s>>chunkShift], s%chunkItems
	return item{c.deadlineMs[i], c.ref[i]}
}

// mustGet is get for an index that comes from outside.
func (h *Heap) mustGet(idx uint32) item {
	if idx < rootSlot || uint64(idx) >= h.end {
		panic(fmt.Sprintf("expiry: no item has index %d", idx))
	}
	return h.get(idx)
}

// put stores it in slot s and tells the entry.
func (h *Heap) put(s uint32, it item) {
	c, i := h.chunks[s>>chunkShift], s%chunkItems
	c.deadlineMs[i], c.ref[i] = it.deadlineMs, it.ref
	h.setIndex(it.ref, s)
}

// grow adds a slot, whose content is left to the caller.
func (h *Heap) grow() {
	if h.end == rootSlot+maxLen {
		panic("expiry: heap is full")
	}
	if h.end>>chunkShift >= uint64(len(h.chunks)) {
		h.chunks = append(h.chunks, new(chunk))
	}
	h.end++
}

// shrink drops the last slot. One empty chunk stays, so that a heap that breathes at the edge of a
// chunk doesn't allocate; the directory is halved when three quarters of it are unused.
func (h *Heap) shrink() {
	h.end--
	keep := int((h.end+chunkItems-1)>>chunkShift) + 1
	if len(h.chunks) <= keep {
		return
	}
	h.chunks[keep] = nil
	h.chunks = h.chunks[:keep]
	if cap(h.chunks) > 16 && keep < cap(h.chunks)/4 {
		h.chunks = append(make([]*chunk, 0, cap(h.chunks)/2), h.chunks...)
	}
}

// place puts it where its deadline belongs, starting at slot s, whose own item is gone.
func (h *Heap) place(s uint32, it item) {
	if s > rootSlot && it.deadlineMs < h.deadline(parentOf(s)) {
		h.up(s, it)
	} else {
		h.down(s, it)
	}
}

// parentOf is the slot above s, which is not the root.
func parentOf(s uint32) uint32 { return s/4 + 2 }

// up moves later parents down until it fits into the hole at s.
func (h *Heap) up(s uint32, it item) {
	for s > rootSlot {
		parent := parentOf(s)
		p := h.get(parent)
		if p.deadlineMs <= it.deadlineMs {
			break
		}
		h.put(s, p)
		s = parent
	}
	h.put(s, it)
}

// down moves earlier children up until it fits into the hole at s.
func (h *Heap) down(s uint32, it item) {
	for {
		first := 4*uint64(s) - 8
		if first >= h.end {
			break
		}
		child := h.earliest(uint32(first), uint32(min(first+4, h.end)))
		c := h.get(child)
		if it.deadlineMs <= c.deadlineMs {
			break
		}
		h.put(s, c)
		s = child
	}
	h.put(s, it)
}

// earliest is the slot in [from, to), a group of siblings, with the earliest deadline.
func (h *Heap) earliest(from, to uint32) uint32 {
	siblings := h.chunks[from>>chunkShift].deadlineMs[from%chunkItems:][:to-from]
	best := 0
	for i, d := range siblings {
		if d < siblings[best] {
			best = i
		}
	}
	return from + uint32(best)
}

func (h *Heap) deadline(s uint32) int64 {
	return h.chunks[s>>chunkShift].deadlineMs[s%chunkItems]
}
