package zset

import (
	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/listpack"
	"github.com/ringer-kv/ringer/types/num"
)

// scratchBytes is room for the digits of any integer and of any score: "%.17g" takes at most 24.
const scratchBytes = 32

func (s *Set) initPack() {
	a := s.env.Arena
	s.enc, s.ref = Listpack, a.Alloc(listpack.EmptySize)
	listpack.New(a.Bytes(s.ref, listpack.EmptySize)[:0])
}

// pack is the listpack, with the capacity of its block.
func (s *Set) pack() []byte {
	a := s.env.Arena
	n := listpack.TotalBytes(a.Bytes(s.ref, listpack.EmptySize))
	return a.Bytes(s.ref, arena.ClassSize(n))[:n]
}

func (s *Set) packLen() int {
	return listpack.Len(s.pack()) / 2
}

// packScore reads the score of the pair at pos.
func packScore(b []byte, pos int) float64 {
	return scoreAt(b, listpack.Next(b, pos))
}

// scoreAt reads the entry at pos as a score.
func scoreAt(b []byte, pos int) float64 {
	text, n, isInt := listpack.Get(b, pos)
	if isInt {
		return float64(n)
	}
	f, _ := num.ParseFloat(text)
	return f
}

// nextPair is the position behind the pair at pos, 0 if it was the last one.
func nextPair(b []byte, pos int) int {
	return listpack.Next(b, listpack.Next(b, pos))
}

// prevPair is the position before the pair at pos, 0 if it was the first one.
func prevPair(b []byte, pos int) int {
	if pos = listpack.Prev(b, pos); pos == 0 {
		return 0
	}
	return listpack.Prev(b, pos)
}

// scoreValue is how a score is stored; scratch takes its digits.
func scoreValue(score float64, scratch []byte) listpack.Value {
	if n, ok := num.FloatToInt(score); ok {
		return listpack.Int(n)
	}
	return listpack.String(num.AppendScore(scratch[:0], score))
}

func (s *Set) packFind(member []byte) element {
	b := s.pack()
	pos := listpack.Find(b, listpack.First(b), listpack.String(member), 1)
	if pos == 0 {
		return element{}
	}
	return element{at: pos, score: packScore(b, pos)}
}

// packHasRoom says whether the listpack may take another member.
func (s *Set) packHasRoom(member []byte) bool {
	b, l := s.pack(), &s.env.Limits
	return listpack.Len(b)/2 < l.MaxEntries && len(member) <= l.MaxValueBytes &&
		len(b)+len(member) <= listpack.MaxBytes
}

// packMove copies the listpack b of this set into a block for size bytes.
func (s *Set) packMove(b []byte, size int) []byte {
	a := s.env.Arena
	ref := a.Alloc(size)
	to := a.Bytes(ref, arena.ClassSize(size))[:len(b)]
	copy(to, b)
	a.Free(s.ref, cap(b))
	s.ref = ref
	return to
}

// packRoom provides the capacity for size bytes.
func (s *Set) packRoom(b []byte, size int) []byte {
	if size <= cap(b) {
		return b
	}
	return s.packMove(b, size)
}

// packFit gives back what a shorter listpack doesn't need of its block (I2).
func (s *Set) packFit(b []byte) {
	if arena.ClassSize(len(b)) != cap(b) {
		s.packMove(b, len(b))
	}
}

func (s *Set) packInsert(member []byte, score float64) {
	var scratch [scratchBytes]byte
	m, v := listpack.String(member), scoreValue(score, scratch[:])
	b := s.pack()
	b = s.packRoom(b, len(b)+listpack.Size(m)+listpack.Size(v))
	packPut(b, m, v, &cut{by: byPair, score: score, member: member})
}

// packPut inserts a pair at its place.
func packPut(b []byte, m, v listpack.Value, place *cut) []byte {
	if p := packPartition(b, place); p.at != 0 {
		return listpack.Insert(b, p.at, m, v)
	}
	return listpack.Append(b, m, v)
}

// packRescore moves the pair at pos to where its new score belongs.
func (s *Set) packRescore(pos int, member []byte, score float64) {
	var scratch [scratchBytes]byte
	m, v := listpack.String(member), scoreValue(score, scratch[:])
	b := s.pack()
	oldSize := listpack.SizeAt(b, listpack.Next(b, pos))
	b = s.packRoom(b, len(b)-oldSize+listpack.Size(v))
	b = listpack.DeleteRange(b, pos, 2)
	b = packPut(b, m, v, &cut{by: byPair, score: score, member: member})
	s.packFit(b)
}

// packDelete removes count pairs from pos on.
func (s *Set) packDelete(pos, count int) {
	s.packFit(listpack.DeleteRange(s.pack(), pos, 2*count))
}

func (s *Set) packRank(at int) int {
	b, rank := s.pack(), 0
	for pos := listpack.First(b); pos != at; pos = nextPair(b, pos) {
		rank++
	}
	return rank
}

// packPartition finds where the cut goes through the listpack. O(n).
func packPartition(b []byte, c *cut) boundary {
	var scratch [scratchBytes]byte
	var p boundary
	for pos := listpack.First(b); pos != 0; {
		scorePos := listpack.Next(b, pos)
		score := 0.0
		if c.by != byMember {
			score = scoreAt(b, scorePos)
		}
		var member []byte
		if c.needsMember(score) {
			member = listpack.Bytes(b, pos, scratch[:])
		}
		if !c.isAfter(score, member) {
			p.at = pos
			return p
		}
		p.before = pos
		p.rank++
		pos = listpack.Next(b, scorePos)
	}
	return p
}
