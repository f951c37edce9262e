package hash

import (
	"errors"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/listpack"
)

// ErrCorrupt says that bytes are not the listpack of a hash.
var ErrCorrupt = errors.New("hash: corrupt listpack")

// FromListpack makes a hash of the bytes that Listpack gave, here or in Redis. They are copied.
// Bytes that are no listpack of pairs are refused with ErrCorrupt. A hash of more fields than
// Limits allow becomes a hashtable.
func FromListpack(env *Env, b []byte) (Hash, error) {
	if listpack.Validate(b) != nil || !distinctPairs(b) {
		return Hash{}, ErrCorrupt
	}
	a := env.Arena
	h := Hash{env: env, enc: Listpack, ref: a.Alloc(len(b))}
	copy(a.Bytes(h.ref, len(b)), b)
	// Redis: rdbLoadObject looks at the number of fields, but not at their length.
	if h.packLen() > env.Limits.MaxEntries {
		h.toTable(0)
	}
	h.checkSmall()
	return h, nil
}

// distinctPairs says whether a valid listpack could be that of a hash: I1, I2.
func distinctPairs(b []byte) bool {
	if listpack.Len(b)%2 != 0 {
		return false
	}
	var scratch [ScratchBytes]byte
	seen := make(map[string]struct{})
	n := 0
	for pos := listpack.First(b); pos != 0; pos = nextPair(b, pos) {
		seen[string(listpack.Bytes(b, pos, scratch[:]))] = struct{}{}
		if n++; len(seen) != n {
			return false
		}
	}
	return true
}

// Listpack is the whole of a hash in the listpack encoding, for DUMP; nil if it is a hashtable. It
// is the hash's own memory.
func (h *Hash) Listpack() []byte {
	if h.enc != Listpack {
		return nil
	}
	b := h.pack()
	return b[:len(b):len(b)]
}

func (h *Hash) initPack() {
	a := h.env.Arena
	h.enc, h.ref = Listpack, a.Alloc(listpack.EmptySize)
	listpack.New(a.Bytes(h.ref, listpack.EmptySize)[:0])
}

// pack is the listpack, with the capacity of its block.
func (h *Hash) pack() []byte {
	a := h.env.Arena
	n := listpack.TotalBytes(a.Bytes(h.ref, listpack.EmptySize))
	return a.Bytes(h.ref, arena.ClassSize(n))[:n]
}

func (h *Hash) packLen() int { return listpack.Len(h.pack()) / 2 }

// nextPair is the position behind the pair at pos, 0 if it was the last one.
func nextPair(b []byte, pos int) int {
	return listpack.Next(b, listpack.Next(b, pos))
}

// packFind is the position of a field, 0 if it is not there.
func (h *Hash) packFind(field []byte) int {
	b := h.pack()
	return listpack.Find(b, listpack.First(b), listpack.String(field), 1)
}

func (h *Hash) packGet(field, scratch []byte) (value []byte, ok bool) {
	pos := h.packFind(field)
	if pos == 0 {
		return nil, false
	}
	b := h.pack()
	return listpack.Bytes(b, listpack.Next(b, pos), scratch), true
}

// packTakes says whether the listpack may take the pair.
func (h *Hash) packTakes(field, value []byte) bool {
	l := &h.env.Limits
	return len(field) <= l.MaxValueBytes && len(value) <= l.MaxValueBytes &&
		len(h.pack())+len(field)+len(value) <= listpack.MaxBytes
}

func (h *Hash) packSet(field, value []byte) (added bool) {
	f, v := listpack.String(field), listpack.String(value)
	b := h.pack()
	pos := listpack.Find(b, listpack.First(b), f, 1)
	if pos == 0 {
		b = h.packRoom(b, len(b)+listpack.Size(f)+listpack.Size(v))
		listpack.Append(b, f, v)
		return true
	}
	pos = listpack.Next(b, pos)
	b = h.packRoom(b, len(b)-listpack.SizeAt(b, pos)+listpack.Size(v))
	h.packFit(listpack.Replace(b, pos, v))
	return false
}

func (h *Hash) packDelete(field []byte) bool {
	pos := h.packFind(field)
	if pos == 0 {
		return false
	}
	h.packFit(listpack.DeleteRange(h.pack(), pos, 2))
	return true
}

// packRoom provides the capacity for size bytes.
func (h *Hash) packRoom(b []byte, size int) []byte {
	if size <= cap(b) {
		return b
	}
	return h.packMove(b, size)
}

// packFit gives back what a shorter listpack doesn't need of its block (I1).
func (h *Hash) packFit(b []byte) {
	if arena.ClassSize(len(b)) != cap(b) {
		h.packMove(b, len(b))
	}
}

// packMove copies the listpack b of this hash into a block for size bytes.
func (h *Hash) packMove(b []byte, size int) []byte {
	a := h.env.Arena
	ref := a.Alloc(size)
	to := a.Bytes(ref, arena.ClassSize(size))[:len(b)]
	copy(to, b)
	a.Free(h.ref, cap(b))
	h.ref = ref
	return to
}

// toTable changes the encoding from listpack to hashtable, with room for some more fields. O(n).
func (h *Hash) toTable(more int) {
	a, b := h.env.Arena, h.pack()
	old := h.ref
	h.initTable(listpack.Len(b)/2 + more)
	var scratch [2][ScratchBytes]byte
	for pos := listpack.First(b); pos != 0; pos = nextPair(b, pos) {
		field := listpack.Bytes(b, pos, scratch[0][:])
		value := listpack.Bytes(b, listpack.Next(b, pos), scratch[1][:])
		h.tableInsert(field, value, h.env.Seed.Hash(field))
	}
	a.Free(old, cap(b))
}
