package set

import (
	"errors"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/intset"
	"github.com/ringer-kv/ringer/types/num"
)

// ErrCorrupt says that bytes are not an intset.
var ErrCorrupt = errors.New("set: corrupt intset")

// FromIntset makes a set of the bytes that Intset gave, here or in Redis. They are copied. Bytes
// that are no intset are refused with ErrCorrupt. A set of more members than Limits allow becomes
// a hashtable.
func FromIntset(env *Env, b []byte) (Set, error) {
	if intset.Validate(b) != nil {
		return Set{}, ErrCorrupt
	}
	a := env.Arena
	s := Set{env: env, enc: Intset, ref: a.Alloc(len(b))}
	copy(a.Bytes(s.ref, len(b)), b)
	s.intsLimit()
	s.checkSmall()
	return s, nil
}

// Intset is the whole of a set in the intset encoding, for DUMP; nil if it is a hashtable. It is
// the set's own memory.
func (s *Set) Intset() []byte {
	if s.enc != Intset {
		return nil
	}
	b := s.ints()
	return b[:len(b):len(b)]
}

func (s *Set) initInts() {
	a := s.env.Arena
	s.enc, s.ref = Intset, a.Alloc(intset.EmptySize)
	intset.New(a.Bytes(s.ref, intset.EmptySize)[:0])
}

// ints is the intset, with the capacity of its block.
func (s *Set) ints() []byte {
	a := s.env.Arena
	n := intset.TotalBytes(a.Bytes(s.ref, intset.EmptySize))
	return a.Bytes(s.ref, arena.ClassSize(n))[:n]
}

func (s *Set) intsLen() int {
	return intset.Len(s.env.Arena.Bytes(s.ref, intset.EmptySize))
}

func (s *Set) intsContain(n int64) bool {
	_, found := intset.Find(s.ints(), n)
	return found
}

func (s *Set) intsAdd(n int64) bool {
	b := s.ints()
	if grown := intset.Grown(b, n); grown > cap(b) {
		if _, found := intset.Find(b, n); found {
			return false
		}
		b = s.intsMove(b, grown)
	}
	_, added := intset.Add(b, n)
	if added {
		s.intsLimit()
	}
	return added
}

// intsLimit converts an intset that has grown too large.
//
// Redis: setTypeAdd, intsetMaxEntries, rdbLoadObject.
func (s *Set) intsLimit() {
	if s.intsLen() > min(s.env.Limits.MaxIntsetEntries, intset.MaxLen) {
		s.toTable(0)
	}
}

func (s *Set) intsRemove(n int64) bool {
	b, removed := intset.Remove(s.ints(), n)
	if arena.ClassSize(len(b)) != cap(b) { // I1
		s.intsMove(b, len(b))
	}
	return removed
}

// intsMove copies the intset b of this set into a block for size bytes.
func (s *Set) intsMove(b []byte, size int) []byte {
	a := s.env.Arena
	ref := a.Alloc(size)
	to := a.Bytes(ref, arena.ClassSize(size))[:len(b)]
	copy(to, b)
	a.Free(s.ref, cap(b))
	s.ref = ref
	return to
}

// toTable changes the encoding from intset to hashtable, with room for some more members. O(n).
func (s *Set) toTable(more int) {
	a, b := s.env.Arena, s.ints()
	old := s.ref
	s.initTable(intset.Len(b) + more)
	var scratch [ScratchBytes]byte
	for i := range intset.Len(b) {
		member := num.AppendInt(scratch[:0], intset.At(b, i))
		s.tableInsert(member, s.env.Seed.Hash(member))
	}
	a.Free(old, cap(b))
}
