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

// FromTimedListpack is FromListpack for the bytes that TimedListpack gave, here or in Redis 7.4. A
// listpack that is not sorted by deadlines is refused, too.
func FromTimedListpack(env *Env, b []byte) (Hash, error) {
	h := Hash{env: env, enc: ListpackTimed}
	if listpack.Validate(b) != nil || listpack.Len(b)%h.stride() != 0 || !inOrder(b) ||
		!distinctFields(b, h) {
		return Hash{}, ErrCorrupt
	}
	a := env.Arena
	h.ref = h.newPackHeader()
	ref := a.Alloc(len(b))
	copy(a.Bytes(ref, len(b)), b)
	h.setPackRef(ref)
	if h.packLen() > env.Limits.MaxEntries {
		h.toTable(0)
	}
	h.checkSmall()
	return h, nil
}

// TimedListpack is Listpack for a hash in the encoding ListpackTimed.
func (h *Hash) TimedListpack() []byte {
	if h.enc != ListpackTimed {
		return nil
	}
	b := h.pack()
	return b[:len(b):len(b)]
}

// distinctPairs says whether a valid listpack could be that of a hash: I1, I2.
func distinctPairs(b []byte) bool {
	if listpack.Len(b)%2 != 0 {
		return false
	}
	return distinctFields(b, Hash{enc: Listpack})
}

// distinctFields says whether no field stands twice in a valid listpack of a hash like h.
func distinctFields(b []byte, h Hash) bool {
	var scratch [ScratchBytes]byte
	seen := make(map[string]struct{})
	n := 0
	for pos := listpack.First(b); pos != 0; pos = h.nextPair(b, pos) {
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

// stride is how many entries of the listpack belong to one field.
func (h *Hash) stride() int {
	if h.enc.Timed() {
		return 3
	}
	return 2
}

func (h *Hash) initPack() {
	a := h.env.Arena
	h.enc, h.ref = Listpack, a.Alloc(listpack.EmptySize)
	listpack.New(a.Bytes(h.ref, listpack.EmptySize)[:0])
}

// pack is the listpack, with the capacity of its block.
func (h *Hash) pack() []byte {
	a, ref := h.env.Arena, h.packRef()
	n := listpack.TotalBytes(a.Bytes(ref, listpack.EmptySize))
	return a.Bytes(ref, arena.ClassSize(n))[:n]
}

// packRef is the block of the listpack.
func (h *Hash) packRef() arena.Ref {
	if h.enc.Timed() {
		return arena.At[packHeader](h.env.Arena, h.ref).pack
	}
	return h.ref
}

// setPackRef tells that the listpack lies in another block now.
func (h *Hash) setPackRef(r arena.Ref) {
	if h.enc.Timed() {
		arena.At[packHeader](h.env.Arena, h.ref).pack = r
		return
	}
	h.ref = r
}

func (h *Hash) packLen() int { return listpack.Len(h.pack()) / h.stride() }

// nextPair is the position behind the pair at pos, and its deadline, 0 if it was the last one.
func (h *Hash) nextPair(b []byte, pos int) int {
	pos = listpack.Next(b, listpack.Next(b, pos))
	if h.enc.Timed() {
		pos = listpack.Next(b, pos)
	}
	return pos
}

// packFind is the position of a field, 0 if it is not there.
func (h *Hash) packFind(field []byte) int {
	b := h.pack()
	return listpack.Find(b, listpack.First(b), listpack.String(field), h.stride()-1)
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

func (h *Hash) packSet(field, value []byte, keepDeadline bool) (added bool) {
	f, v := listpack.String(field), listpack.String(value)
	b := h.pack()
	pos := listpack.Find(b, listpack.First(b), f, h.stride()-1)
	if h.enc.Timed() && (pos == 0 || !keepDeadline && deadlineAt(b, pos) != noDeadline) {
		return h.packSetTimeless(pos, f, v)
	}
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
	h.packFit(listpack.DeleteRange(h.pack(), pos, h.stride()))
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
	a.Free(h.packRef(), cap(b))
	h.setPackRef(ref)
	return to
}

// toTable changes the encoding from listpack to hashtable, with room for some more fields. O(n).
func (h *Hash) toTable(more int) {
	a, b, from, pack := h.env.Arena, h.pack(), *h, h.packRef()
	h.initTable(h.packLen() + more)
	var scratch Scratch
	for pos := listpack.First(b); pos != 0; pos = from.nextPair(b, pos) {
		field, value := packPair(b, pos, &scratch)
		h.tableInsert(field, value, h.env.Seed.Hash(field))
	}
	if from.enc.Timed() {
		h.toTimedTable(&from)
		a.Free(from.ref, int(headerBytes[ListpackTimed]))
	}
	a.Free(pack, cap(b))
}
