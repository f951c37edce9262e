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
	headerBytes = 32   // of header
	nodeBytes   = 8    // of dict.Node
	longLength  = 0xFF // says that four bytes of length follow
	timedMark   = 0xFE // reserved in the place of a length: a deadline follows, see doc.go
)

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

// lengthAt reads the length at an offset of the node at r: the span of what it belongs to.
func lengthAt(a *arena.Arena, r arena.Ref, at int) (from, to int) {
	n := int(a.Bytes(r, at+1)[at])
	if n < timedMark {
		return at + 1, at + 1 + n
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
	h.enc, h.ref = Hashtable, a.Alloc(headerBytes)
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

func (h *Hash) tableSet(field, value []byte) (added bool) {
	r, hash := h.tableFind(field)
	if r == 0 {
		h.tableInsert(field, value, hash)
		return true
	}
	a, head := h.env.Arena, h.header()
	old, size := sizeOf(a, r), nodeSize(len(field), len(value))
	oldClass, class := arena.ClassSize(old), arena.ClassSize(size)
	if class == oldClass {
		tail := a.Bytes(r, size)[size-lengthSize(len(value))-len(value):]
		copy(putLength(tail, len(value)), value)
		return false
	}
	n := h.newNode(field, value)
	head.table.Replace(a, r, n)
	a.Free(r, old)
	head.nodeBytes += int64(class - oldClass)
	return false
}

// newNode makes the block of a pair, but for its dict.Node.
func (h *Hash) newNode(field, value []byte) arena.Ref {
	a, size := h.env.Arena, nodeSize(len(field), len(value))
	r := a.Alloc(size)
	tail := putLength(a.Bytes(r, size)[nodeBytes:], len(field))
	tail = tail[copy(tail, field):]
	copy(putLength(tail, len(value)), value)
	return r
}

// tableInsert adds a field that is not there.
func (h *Hash) tableInsert(field, value []byte, hash uint32) {
	a, head := h.env.Arena, h.header()
	r := h.newNode(field, value)
	arena.At[dict.Node](a, r).Hash = hash
	head.nodeBytes += int64(arena.ClassSize(nodeSize(len(field), len(value))))
	head.table.Insert(a, r)
}

func (h *Hash) tableDelete(r arena.Ref) {
	a, head := h.env.Arena, h.header()
	size := sizeOf(a, r)
	head.table.Remove(a, r)
	head.nodeBytes -= int64(arena.ClassSize(size))
	a.Free(r, size)
}
