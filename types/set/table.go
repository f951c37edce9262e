package set

import (
	"encoding/binary"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/dict"
)

// header is the block of a set in the hashtable encoding.
type header struct {
	table     dict.Table
	nodeBytes int64 // what the nodes take from the arena
}

// Behind the dict.Node of a member stand its length, in one byte or, from longLength on, that byte
// and four more; then the member.
const (
	headerBytes = 32   // of header
	nodeBytes   = 8    // of dict.Node
	longLength  = 0xFF // says that four bytes of length follow
)

// nodeSize is the size of the block of a member.
func nodeSize(memberBytes int) int {
	if memberBytes < longLength {
		return nodeBytes + 1 + memberBytes
	}
	return nodeBytes + 5 + memberBytes
}

// memberOf is the member of the node at r; a dict.KeyFunc.
func memberOf(a *arena.Arena, r arena.Ref) []byte {
	n := int(a.Bytes(r, nodeBytes+1)[nodeBytes])
	if n < longLength {
		return a.Bytes(r, nodeBytes+1+n)[nodeBytes+1:]
	}
	n = int(binary.LittleEndian.Uint32(a.Bytes(r, nodeBytes+5)[nodeBytes+1:]))
	return a.Bytes(r, nodeBytes+5+n)[nodeBytes+5:]
}

func (s *Set) initTable(n int) {
	a := s.env.Arena
	s.enc, s.ref = Hashtable, a.Alloc(headerBytes)
	h := s.header()
	*h = header{}
	if n > 0 {
		h.table.Expand(a, n)
	}
}

func (s *Set) header() *header {
	return arena.At[header](s.env.Arena, s.ref)
}

func (s *Set) tableFind(member []byte) (r arena.Ref, hash uint32) {
	hash = s.env.Seed.Hash(member)
	return s.header().table.Find(s.env.Arena, memberOf, hash, member), hash
}

func (s *Set) tableInsert(member []byte, hash uint32) {
	a, h := s.env.Arena, s.header()
	size := nodeSize(len(member))
	r := a.Alloc(size)
	arena.At[dict.Node](a, r).Hash = hash
	tail := a.Bytes(r, size)[nodeBytes:]
	if len(member) < longLength {
		tail[0] = byte(len(member))
	} else {
		tail[0] = longLength
		binary.LittleEndian.PutUint32(tail[1:], uint32(len(member)))
	}
	copy(tail[len(tail)-len(member):], member)
	h.nodeBytes += int64(arena.ClassSize(size))
	h.table.Insert(a, r)
}

func (s *Set) tableRemove(r arena.Ref) {
	a, h := s.env.Arena, s.header()
	size := nodeSize(len(memberOf(a, r)))
	h.table.Remove(a, r)
	h.nodeBytes -= int64(arena.ClassSize(size))
	a.Free(r, size)
}
