package set

import (
	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/dict"
	"github.com/ringer-kv/ringer/types/num"
)

// Encoding says how a set lies in memory.
type Encoding uint8

const (
	Intset    Encoding = iota // one block, integers in ascending order
	Hashtable                 // a table of nodes
)

// String is the name that OBJECT ENCODING gives.
func (e Encoding) String() string {
	if e == Intset {
		return "intset"
	}
	return "hashtable"
}

// Limits bound the intset encoding; a set that exceeds them becomes a hashtable.
type Limits struct {
	MaxIntsetEntries int // set-max-intset-entries
}

// Env is what all sets of a keyspace have in common. Limits may change at any time; they are
// looked at when a member is added.
//
// Owned by the keyspace goroutine.
type Env struct {
	Arena  *arena.Arena
	Seed   dict.Seed
	Limits Limits
}

// Set is a view of one set, made for the length of a command. It is small and may be copied, but a
// copy knows nothing of what is done through another one: after each change, store Ref and
// Encoding where the set is kept.
//
// Owned by the keyspace goroutine.
type Set struct {
	env *Env
	ref arena.Ref
	enc Encoding
}

// New makes an empty set in the encoding that suits its first member.
func New(env *Env, first []byte) Set {
	if _, ok := num.ParseInt(first); ok {
		return NewIntset(env)
	}
	return NewHashtable(env, 0)
}

// NewIntset makes an empty set as an intset, which any member that is no integer will convert: for
// a command that collects a result.
func NewIntset(env *Env) Set {
	s := Set{env: env}
	s.initInts()
	return s
}

// NewHashtable makes an empty set as a hashtable with room for n members.
func NewHashtable(env *Env, n int) Set {
	s := Set{env: env}
	s.initTable(n)
	return s
}

// Open is a view of a set by what was stored of it.
func Open(env *Env, ref arena.Ref, enc Encoding) Set {
	return Set{env: env, ref: ref, enc: enc}
}

// Copy is a set of its own with the same members in the same encoding, whatever Limits say. O(n).
func (s *Set) Copy() Set {
	a, to := s.env.Arena, Set{env: s.env, enc: s.enc}
	if s.enc == Intset {
		b := s.ints()
		to.ref = a.Alloc(len(b))
		copy(a.Bytes(to.ref, len(b)), b)
		return to
	}
	to.initTable(s.Len())
	s.header().table.Each(a, func(r arena.Ref) bool {
		to.tableInsert(memberOf(a, r), arena.At[dict.Node](a, r).Hash)
		return true
	})
	return to
}

// Ref is the block of the set. Only a change of the set changes it.
func (s *Set) Ref() arena.Ref { return s.ref }

// Encoding is how the set lies in memory. Only a change of the set changes it.
func (s *Set) Encoding() Encoding { return s.enc }

// Len is the number of members.
func (s *Set) Len() int {
	if s.enc == Intset {
		return s.intsLen()
	}
	return s.header().table.Len()
}

// Contains says whether the member is in the set. O(1).
func (s *Set) Contains(member []byte) bool {
	if s.enc == Intset {
		n, ok := num.ParseInt(member)
		return ok && s.intsContain(n)
	}
	r, _ := s.tableFind(member)
	return r != 0
}

// Add puts the member into the set, and returns false if it was there: then nothing has changed.
// O(1). The member is copied; it must not be a part of the set's own memory.
func (s *Set) Add(member []byte) bool {
	added := s.add(member)
	s.checkSmall()
	return added
}

func (s *Set) add(member []byte) bool {
	if s.enc == Intset {
		if n, ok := num.ParseInt(member); ok {
			return s.intsAdd(n)
		}
		s.toTable(1)
	}
	r, hash := s.tableFind(member)
	if r != 0 {
		return false
	}
	s.tableInsert(member, hash)
	return true
}

// TableBytes is what the set takes at most as a hashtable, as which it is or may be kept before
// long. O(1).
func (s *Set) TableBytes() int {
	if s.enc != Intset {
		return s.MemoryUsage()
	}
	const memberBytes, bucketBytes = 32, 8 // of the longest integer; two arrays in the worst case
	return s.intsLen() * (memberBytes + bucketBytes)
}

// Remove takes the member out, and returns false if it was not there. O(1). An empty set stays
// valid; whoever keeps it will want to Free it. The member may be what Random has returned.
func (s *Set) Remove(member []byte) bool {
	removed := false
	if s.enc == Intset {
		if n, ok := num.ParseInt(member); ok {
			removed = s.intsRemove(n)
		}
	} else if r, _ := s.tableFind(member); r != 0 {
		removed = true
		s.tableRemove(r)
	}
	s.checkSmall()
	return removed
}

// MemoryUsage is the number of bytes of the arena that the set takes. O(1).
func (s *Set) MemoryUsage() int {
	if s.enc == Intset {
		return cap(s.ints())
	}
	h := s.header()
	return arena.ClassSize(headerBytes) + h.table.BytesUsed() + int(h.nodeBytes)
}

// FreeEffort is the number of blocks, about, that freeing the set takes: many are better left to
// a worker.
//
// Redis: lazyfreeGetFreeEffort.
func (s *Set) FreeEffort() int {
	if s.enc == Intset {
		return 1
	}
	return s.header().table.Len()
}

// Free gives the memory of the set back. The set must not be used any more. O(n) as a hashtable.
func (s *Set) Free() { s.freeAll(s.env.Arena.Free) }

// FreeChain is Free on a worker, for a set that the owner has let go of: it touches nothing but
// the set's own blocks and the chain.
func (s *Set) FreeChain(c *arena.Chain) { s.freeAll(c.Free) }

func (s *Set) freeAll(free func(r arena.Ref, n int)) {
	if s.enc == Intset {
		free(s.ref, cap(s.ints()))
		return
	}
	a, h := s.env.Arena, s.header()
	h.table.Each(a, func(r arena.Ref) bool {
		free(r, nodeSize(len(memberOf(a, r))))
		return true
	})
	h.table.FreeTo(free)
	free(s.ref, headerBytes)
}
