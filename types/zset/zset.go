package zset

import (
	"errors"
	"math"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/dict"
)

// ErrNaN says that a score is, or by an increment would become, not a number.
var ErrNaN = errors.New("zset: the score is not a number")

// Encoding says how a set lies in memory.
type Encoding uint8

const (
	Listpack Encoding = iota // one block, members and scores in turn
	Skiplist                 // a table and a tree over the same nodes
)

// String is the name that OBJECT ENCODING gives. The tools expect "skiplist", which the tree
// stands for.
func (e Encoding) String() string {
	if e == Listpack {
		return "listpack"
	}
	return "skiplist"
}

// Limits bound the listpack encoding; a set that exceeds one becomes a skiplist.
type Limits struct {
	MaxEntries    int // zset-max-listpack-entries
	MaxValueBytes int // zset-max-listpack-value: the longest member
}

// Env is what all sorted sets of a keyspace have in common. Limits may change at any time; they
// are looked at when a member is added.
//
// Owned by the keyspace goroutine.
type Env struct {
	Arena  *arena.Arena
	Seed   dict.Seed
	Limits Limits
}

// Set is a view of one sorted set, made for the length of a command. It is small and may be
// copied, but a copy knows nothing of what is done through another one: after each change, store
// Ref and Encoding where the set is kept.
//
// Owned by the keyspace goroutine.
type Set struct {
	env *Env
	ref arena.Ref
	enc Encoding
}

// New makes an empty set in the encoding that suits its first member.
//
// Redis: zaddGenericCommand looks at the first member only.
func New(env *Env, firstMemberBytes int) Set {
	s := Set{env: env}
	if env.Limits.MaxEntries == 0 || firstMemberBytes > env.Limits.MaxValueBytes {
		s.initTree()
	} else {
		s.initPack()
	}
	return s
}

// Open is a view of a set by what was stored of it.
func Open(env *Env, ref arena.Ref, enc Encoding) Set {
	return Set{env: env, ref: ref, enc: enc}
}

// Ref is the block of the set. Only a change of the set changes it.
func (s *Set) Ref() arena.Ref { return s.ref }

// Encoding is how the set lies in memory. Only a change of the set changes it.
func (s *Set) Encoding() Encoding { return s.enc }

// Len is the number of members.
func (s *Set) Len() int {
	if s.enc == Listpack {
		return s.packLen()
	}
	return s.header().table.Len()
}

// Flags are the options of ZADD.
type Flags uint8

const (
	NX   Flags = 1 << iota // only add
	XX                     // only update
	GT                     // only update to a greater score
	LT                     // only update to a smaller score
	Incr                   // add to the old score
)

// AddResult says what Add has done. At most one of the three is true; none is when the member had
// the score already.
type AddResult struct {
	Added   bool
	Updated bool
	Nop     bool    // a flag forbade it
	Score   float64 // the score that the member has now, unless Nop
}

// Add gives the member a score. O(log n). The member is copied; it must not be a part of the
// set's own memory. The error is ErrNaN, and nothing has changed then.
func (s *Set) Add(member []byte, score float64, flags Flags) (AddResult, error) {
	if math.IsNaN(score) {
		return AddResult{}, ErrNaN
	}
	e := s.find(member)
	if e.at == 0 {
		if flags&XX != 0 {
			return AddResult{Nop: true}, nil
		}
		s.insert(member, score, e.hash)
		s.checkSmall()
		return AddResult{Added: true, Score: score}, nil
	}
	if flags&NX != 0 {
		return AddResult{Nop: true}, nil
	}
	if flags&Incr != 0 {
		if score += e.score; math.IsNaN(score) {
			return AddResult{}, ErrNaN
		}
	}
	if flags&LT != 0 && score >= e.score || flags&GT != 0 && score <= e.score {
		return AddResult{Nop: true}, nil
	}
	if score == e.score { // Redis: so 0 stays -0
		return AddResult{Score: score}, nil
	}
	if s.enc == Listpack {
		s.packRescore(e.at, member, score)
	} else {
		s.treeRescore(arena.Ref(e.at), score)
	}
	s.checkSmall()
	return AddResult{Updated: true, Score: score}, nil
}

// element is where a member stands: an offset in the listpack, or a node's Ref; 0 for none.
type element struct {
	at    int
	score float64
	hash  uint32 // of the member looked for; skiplist only
}

func (s *Set) find(member []byte) element {
	if s.enc == Listpack {
		return s.packFind(member)
	}
	return s.treeFind(member)
}

// insert adds a member that is not in the set, whose hash is known if the set is a skiplist.
func (s *Set) insert(member []byte, score float64, hash uint32) {
	if s.enc == Listpack {
		if s.packHasRoom(member) {
			s.packInsert(member, score)
			return
		}
		s.toTree()
		hash = s.env.Seed.Hash(member)
	}
	s.treeInsert(member, score, hash)
}

// Remove takes the member out. O(log n). An empty set stays valid; whoever keeps it will want to
// Free it.
func (s *Set) Remove(member []byte) bool {
	e := s.find(member)
	if e.at == 0 {
		return false
	}
	if s.enc == Listpack {
		s.packDelete(e.at, 1)
	} else {
		s.treeDelete(arena.Ref(e.at))
	}
	s.checkSmall()
	return true
}

// Score is the score of the member. O(1).
func (s *Set) Score(member []byte) (score float64, ok bool) {
	e := s.find(member)
	return e.score, e.at != 0
}

// Rank is the number of members before the given one. O(log n). That from the other end is
// Len() - 1 - rank.
func (s *Set) Rank(member []byte) (rank int, score float64, ok bool) {
	e := s.find(member)
	if e.at == 0 {
		return 0, 0, false
	}
	if s.enc == Listpack {
		return s.packRank(e.at), e.score, true
	}
	return s.treeRank(arena.Ref(e.at)), e.score, true
}

// SeekPair is the rank of the first element at or after the pair (score, member), Len() if there
// is none. O(log n).
func (s *Set) SeekPair(score float64, member []byte) int {
	return s.partition(&cut{by: byPair, score: score, member: member}).rank
}

// MemoryUsage is the number of bytes of the arena that the set takes. O(1).
func (s *Set) MemoryUsage() int {
	if s.enc == Listpack {
		return cap(s.pack())
	}
	h := s.header()
	return arena.ClassSize(headerBytes) + h.table.BytesUsed() + int(h.nodeBytes)
}

// FreeEffort is the number of blocks, about, that freeing the set takes: many are better left to
// a worker.
//
// Redis: lazyfreeGetFreeEffort.
func (s *Set) FreeEffort() int {
	if s.enc == Listpack {
		return 1
	}
	return s.header().table.Len()
}

// Free gives the memory of the set back. The set must not be used any more. O(n) as a skiplist.
func (s *Set) Free() { s.freeAll(s.env.Arena.Free) }

// FreeChain is Free on a worker, for a set that the owner has let go of: it touches nothing but
// the set's own blocks and the chain.
func (s *Set) FreeChain(c *arena.Chain) { s.freeAll(c.Free) }

func (s *Set) freeAll(free func(r arena.Ref, n int)) {
	if s.enc == Listpack {
		free(s.ref, cap(s.pack()))
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
