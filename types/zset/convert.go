package zset

import (
	"errors"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/listpack"
	"github.com/ringer-kv/ringer/types/num"
)

// ErrCorrupt says that bytes are not the listpack of a sorted set.
var ErrCorrupt = errors.New("zset: corrupt listpack")

// NewSkiplist makes an empty set as a skiplist with room for n members: for a command that
// collects a result, and calls ToListpackIfNeeded when it is complete.
func NewSkiplist(env *Env, n int) Set {
	s := Set{env: env}
	s.initTree()
	if n > 0 {
		s.header().table.Expand(env.Arena, n)
	}
	return s
}

// FromListpack makes a set of the bytes that Listpack gave, here or in Redis. They are copied.
// Bytes that are no listpack of ordered pairs are refused with ErrCorrupt. A set of more members
// than Limits allow becomes a skiplist.
func FromListpack(env *Env, b []byte) (Set, error) {
	if listpack.Validate(b) != nil || !orderedPairs(b) {
		return Set{}, ErrCorrupt
	}
	a := env.Arena
	s := Set{env: env, enc: Listpack, ref: a.Alloc(len(b))}
	copy(a.Bytes(s.ref, len(b)), b)
	// Redis: rdbLoadObject looks at the number of members, but not at their length.
	if s.packLen() > env.Limits.MaxEntries {
		s.toTree()
	}
	s.checkSmall()
	return s, nil
}

// orderedPairs says whether a valid listpack could be that of a sorted set: I1, I2, I3.
func orderedPairs(b []byte) bool {
	if listpack.Len(b)%2 != 0 {
		return false
	}
	var scratch [2][scratchBytes]byte
	var c cut
	seen := make(map[string]bool)
	n := 0
	for pos := listpack.First(b); pos != 0; pos = nextPair(b, pos) {
		member := listpack.Bytes(b, pos, scratch[n%2][:])
		score, ok := PackedScore(b, listpack.Next(b, pos))
		if !ok || seen[string(member)] || n > 0 && c.isAfter(score, member) {
			return false
		}
		seen[string(member)] = true
		c = cut{by: byPair, score: score, member: member}
		n++
	}
	return true
}

// PackedScore reads the entry at pos of a listpack that came from outside as a score; false if it
// is none.
func PackedScore(b []byte, pos int) (score float64, ok bool) {
	text, n, isInt := listpack.Get(b, pos)
	if isInt {
		return float64(n), true
	}
	return num.ParseFloat(text)
}

// Listpack is the whole of a set in the listpack encoding, for DUMP; nil if it is a skiplist. It
// is the set's own memory.
func (s *Set) Listpack() []byte {
	if s.enc != Listpack {
		return nil
	}
	b := s.pack()
	return b[:len(b):len(b)]
}

// ToSkiplist changes the encoding from listpack to skiplist, whatever Limits say. O(n).
func (s *Set) ToSkiplist() {
	if s.enc == Listpack {
		s.toTree()
	}
}

// toTree changes the encoding from listpack to skiplist. O(n).
func (s *Set) toTree() {
	a, b := s.env.Arena, s.pack()
	old := s.ref
	n := s.packLen()
	s.initTree()
	h := s.header()
	h.table.Expand(a, n+1)
	var scratch [scratchBytes]byte
	last := arena.Ref(0)
	for pos := listpack.First(b); pos != 0; pos = nextPair(b, pos) {
		member := listpack.Bytes(b, pos, scratch[:])
		r := newNode(a, member, packScore(b, pos), s.env.Seed.Hash(member))
		h.nodeBytes += int64(arena.ClassSize(nodeSize(len(member))))
		h.table.Insert(a, r)
		h.tree.Link(a, last, linkOf(r), false) // the last one has no right child
		last = linkOf(r)
	}
	a.Free(old, cap(b))
}

// ToListpackIfNeeded changes a skiplist that is within the limits to a listpack. O(1) if it isn't.
//
// Redis: zsetConvertToListpackIfNeeded, called where a command stores a new set; a set that
// shrinks stays a skiplist.
func (s *Set) ToListpackIfNeeded() {
	if s.enc == Listpack || s.Len() > s.env.Limits.MaxEntries {
		return
	}
	a, size := s.env.Arena, listpack.EmptySize
	var scratch [scratchBytes]byte
	for it := s.Iter(s.Window(0, s.Len()), false); it.Next(); {
		member := it.Member(nil)
		if len(member) > s.env.Limits.MaxValueBytes {
			return
		}
		size += listpack.Size(listpack.String(member))
		size += listpack.Size(scoreValue(it.Score(), scratch[:]))
		if size > listpack.MaxBytes {
			return
		}
	}
	to := Set{env: s.env, enc: Listpack, ref: a.Alloc(size)}
	b := listpack.New(a.Bytes(to.ref, size)[:0])
	for it := s.Iter(s.Window(0, s.Len()), false); it.Next(); {
		member := listpack.String(it.Member(nil))
		b = listpack.Append(b, member, scoreValue(it.Score(), scratch[:]))
	}
	s.Free()
	*s = to
	s.checkSmall()
}
