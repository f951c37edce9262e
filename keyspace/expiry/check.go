package expiry

import (
	"fmt"

	"github.com/ringer-kv/ringer/types/arena"
)

// Check panics, naming the invariant of the package comment, unless the heap is sound. indexOf is
// the index that the entry at r holds. O(n).
func (h *Heap) Check(indexOf func(r arena.Ref) uint32) {
	must(h.end >= rootSlot, "H3: the slots end at %d", h.end)
	need := (h.end + chunkItems - 1) >> chunkShift
	spare := uint64(len(h.chunks)) - need
	must(h.end == rootSlot || spare <= 1, "H3: %d chunks for slots to %d", len(h.chunks), h.end)
	for s := uint32(rootSlot); uint64(s) < h.end; s++ {
		it := h.get(s)
		must(indexOf(it.ref) == s, "H2: entry %#x in slot %d holds %d", it.ref, s, indexOf(it.ref))
		if s > rootSlot {
			parent := h.deadline(parentOf(s))
			must(parent <= it.deadlineMs, "H1: slot %d is due before its parent", s)
		}
	}
}

func must(ok bool, format string, args ...any) {
	if !ok {
		panic("expiry: " + fmt.Sprintf(format, args...))
	}
}
