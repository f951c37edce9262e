package hash

import (
	"encoding/binary"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/dict"
)

// header is the block of a hash in the hashtable encoding.
type header struct {
	table     dict.Table
	nodeBytes int64 // what the nodes take from the arena
}

// Behind the dict.Node of a field stand its length, the field, the length of the value, and the
// value. A length is one byte or, if that is longLength, the four bytes behind it.
const (
	nodeBytes  = 8    // of dict.Node
	longLength = 0xFF // says that four bytes of length follow
	timedMark  = 0xFE // in the place of the first length: a deadline follows, see timed_table.go
)

// headerBytes is the size of the header of each encoding.
var headerBytes = [...]uint8{Hashtable: 32, ListpackTimed: 8, HashtableTimed: 48}

// lengthSize is the number of bytes of the length n.
func lengthSize(n int) int {
	if n < timedMark {
		return 1
	}
	return 5
}

// putLength writes the length n at the start of b and returns what is behind it.
func putLength(b []byte, n int) []byte {
	if n < timedMark {
		b[0] = byte(n)
		return b[1:]
	}
	b[0] = longLength
	binary.LittleEndian.PutUint32(b[1:], uint32(n))
	return b[5:]
}

// lengthAt reads the length at an offset of the node at r: the span of what it belongs to. A
// deadline in its place is passed over.
func lengthAt(a *arena.Arena, r arena.Ref, at int) (from, to int) {
	n := int(a.Bytes(r, at+1)[at])
	if n < timedMark {
		return at + 1, at + 1 + n
	}
	if n == timedMark {
		return lengthAt(a, r, at+timedBytes)
	}
	n = int(binary.LittleEndian.Uint32(a.Bytes(r, at+5)[at+1:]))
	return at + 5, at + 5 + n
}

// nodeSize is the size of the block of a pair.
func nodeSize(fieldBytes, valueBytes int) int {
	return nodeBytes + lengthSize(fieldBytes) + fieldBytes + lengthSize(valueBytes) + valueBytes
}

// fieldOf is the field of the node at r; a dict.KeyFunc.
func fieldOf(a *arena.Arena, r arena.Ref) []byte {
	from, to := lengthAt(a, r, nodeBytes)
	return a.Bytes(r, to)[from:]
}

// valueOf is the value of the node at r.
func valueOf(a *arena.Arena, r arena.Ref) []byte {
	_, at := lengthAt(a, r, nodeBytes)
	from, to := lengthAt(a, r, at)
	return a.Bytes(r, to)[from:]
}

// sizeOf is the size of the node at r.
func sizeOf(a *arena.Arena, r arena.Ref) int {
	_, at := lengthAt(a, r, nodeBytes)
	_, end := lengthAt(a, r, at)
	return end
}

func (h *Hash) initTable(n int) {
	a := h.env.Arena
	h.enc, h.ref = Hashtable, a.Alloc(int(headerBytes[Hashtable]))
	head := h.header()
	*head = header{}
	if n > 0 {
		head.table.Expand(a, n)
	}
}

func (h *Hash) header() *header {
	return arena.At[header](h.env.Arena, h.ref)
}

func (h *Hash) tableFind(field []byte) (r arena.Ref, hash uint32) {
	hash = h.env.Seed.Hash(field)
	return h.header().table.Find(h.env.Arena, fieldOf, hash, field), hash
}

func (h *Hash) tableSet(field, value []byte, keepDeadline bool) (added bool) {
	r, hash := h.tableFind(field)
	if r == 0 {
		h.tableInsert(field, value, hash)
		return true
	}
	a, extra := h.env.Arena, 0
	if isTimed(a, r) {
		if !keepDeadline {
			r = h.dropDeadline(r)
		} else {
			extra = timedBytes
		}
	}
	old, size := sizeOf(a, r), nodeSize(len(field), len(value))+extra
	if arena.ClassSize(size) == arena.ClassSize(old) {
		tail := a.Bytes(r, size)[size-lengthSize(len(value))-len(value):]
		copy(putLength(tail, len(value)), value)
		return false
	}
	n := h.newNode(field, value, extra)
	if extra > 0 {
		h.moveDeadline(r, n)
	}
	h.tableReplace(r, n)
	return false
}

// tableReplace puts the node at n in the place of the one at r, which is freed.
func (h *Hash) tableReplace(r, n arena.Ref) {
	a, head := h.env.Arena, h.header()
	head.table.Replace(a, r, n)
	old := sizeOf(a, r)
	head.nodeBytes += int64(arena.ClassSize(sizeOf(a, n)) - arena.ClassSize(old))
	a.Free(r, old)
}

// newNode makes the block of a pair, but for its dict.Node, with room for a deadline if extra is
// timedBytes and not 0.
func (h *Hash) newNode(field, value []byte, extra int) arena.Ref {
	a, size := h.env.Arena, nodeSize(len(field), len(value))+extra
	r := a.Alloc(size)
	b := a.Bytes(r, size)[nodeBytes:]
	if extra > 0 {
		b[0] = timedMark
	}
	tail := putLength(b[extra:], len(field))
	tail = tail[copy(tail, field):]
	copy(putLength(tail, len(value)), value)
	return r
}

// tableInsert adds a field that is not there.
func (h *Hash) tableInsert(field, value []byte, hash uint32) {
	a, head := h.env.Arena, h.header()
	r := h.newNode(field, value, 0)
	arena.At[dict.Node](a, r).Hash = hash
	head.nodeBytes += int64(arena.ClassSize(nodeSize(len(field), len(value))))
	head.table.Insert(a, r)
}

func (h *Hash) tableDelete(r arena.Ref) {
	a, head := h.env.Arena, h.header()
	size := sizeOf(a, r)
	if isTimed(a, r) {
		h.timedHeader().tree.Unlink(a, treeNode(r))
	}
	head.table.Remove(a, r)
	head.nodeBytes -= int64(arena.ClassSize(size))
	a.Free(r, size)
}
