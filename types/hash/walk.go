package hash

import (
	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/listpack"
)

// ScratchBytes is room for the digits of any integer, for a scratch buffer.
const ScratchBytes = 20

// Scratch is room for the digits of a field and of a value.
type Scratch [2][ScratchBytes]byte

// Each calls fn for every pair until it returns false: in the order in which they came from a
// listpack. Field and value are valid until fn returns. fn must not change the hash.
func (h *Hash) Each(fn func(field, value []byte) bool) {
	a := h.env.Arena
	if !h.enc.Packed() {
		h.header().table.Each(a, func(r arena.Ref) bool { return fn(fieldOf(a, r), valueOf(a, r)) })
		return
	}
	b := h.pack()
	var scratch Scratch
	for pos := listpack.First(b); pos != 0; pos = h.nextPair(b, pos) {
		if !fn(packPair(b, pos, &scratch)) {
			return
		}
	}
}

// packPair reads the pair at pos.
func packPair(b []byte, pos int, scratch *Scratch) (field, value []byte) {
	return listpack.Bytes(b, pos, scratch[0][:]),
		listpack.Bytes(b, listpack.Next(b, pos), scratch[1][:])
}

// Scan gives some of the pairs to fn and returns the cursor for the next call, 0 at the end; with
// the guarantees of dict's Scan. A listpack is given as a whole. fn must not change the hash, nor
// keep what it is given of a listpack.
func (h *Hash) Scan(cursor uint64, fn func(field, value []byte)) uint64 {
	if h.enc.Packed() {
		h.Each(func(field, value []byte) bool { fn(field, value); return true })
		return 0
	}
	a := h.env.Arena
	return h.header().table.Scan(a, cursor, func(r arena.Ref) { fn(fieldOf(a, r), valueOf(a, r)) })
}

// Random is a pair drawn at random: parts of the hash's memory, or digits written to scratch.
// Valid until the hash or the scratch changes. The hash must not be empty. Expected O(1).
func (h *Hash) Random(rnd func() uint64, scratch *Scratch) (field, value []byte) {
	a := h.env.Arena
	if !h.enc.Packed() {
		r := h.header().table.Random(a, rnd)
		return fieldOf(a, r), valueOf(a, r)
	}
	b := h.pack()
	i := int(rnd() % uint64(h.packLen()))
	return packPair(b, listpack.Seek(b, h.stride()*i), scratch)
}

// sampleWalkShare is the share of a hash from which Sample walks over all of it: a third, where
// drawing again what was drawn before begins to cost as much. Redis: HRANDFIELD_SUB_STRATEGY_MUL.
const sampleWalkShare = 3

// Sample calls fn for n different pairs, at most all. Field and value are valid until fn returns.
// fn must not change the hash. O(n) if n is below a third of the fields, else O(fields).
func (h *Hash) Sample(rnd func() uint64, n int, fn func(field, value []byte)) {
	left := h.Len()
	wanted := min(n, left)
	if !h.enc.Packed() && wanted < left/sampleWalkShare {
		h.sampleDraw(rnd, wanted, fn)
		return
	}
	h.Each(func(field, value []byte) bool {
		if wanted > 0 && int(rnd()%uint64(left)) < wanted {
			wanted--
			fn(field, value)
		}
		left--
		return wanted > 0
	})
}

// sampleDraw draws until there are n different nodes.
func (h *Hash) sampleDraw(rnd func() uint64, n int, fn func(field, value []byte)) {
	a, head := h.env.Arena, h.header()
	seen := make(map[arena.Ref]struct{}, n)
	for len(seen) < n {
		r := head.table.Random(a, rnd)
		before := len(seen)
		seen[r] = struct{}{}
		if len(seen) > before {
			fn(fieldOf(a, r), valueOf(a, r))
		}
	}
}
