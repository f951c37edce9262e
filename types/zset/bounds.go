package zset

import (
	"bytes"

	"github.com/ringer-kv/ringer/types/num"
)

// ScoreRange is an interval of scores.
type ScoreRange struct {
	Min, Max     float64
	MinEx, MaxEx bool // the bound itself is not included
}

// ParseScoreRange reads the bounds of ZRANGEBYSCORE: a number, exclusive behind a "(".
//
// Redis: zslParseRange.
func ParseScoreRange(min, max []byte) (r ScoreRange, ok bool) {
	var okMin, okMax bool
	r.Min, r.MinEx, okMin = parseScoreBound(min)
	r.Max, r.MaxEx, okMax = parseScoreBound(max)
	return r, okMin && okMax
}

func parseScoreBound(b []byte) (f float64, exclusive, ok bool) {
	b, exclusive = bytes.CutPrefix(b, []byte("("))
	f, ok = num.ParseFloatBound(b)
	return f, exclusive, ok
}

func (r *ScoreRange) empty() bool {
	return r.Min > r.Max || r.Min == r.Max && (r.MinEx || r.MaxEx)
}

// LexBound is one end of an interval of members.
type LexBound struct {
	Member    []byte
	Exclusive bool
	Infinite  int // -1 stands before every member, 1 behind every one, 0 is Member
}

// LexRange is an interval of members.
type LexRange struct {
	Min, Max LexBound
}

// ParseLexRange reads the bounds of ZRANGEBYLEX: "-", "+", "[member" or "(member". The result
// borrows min and max.
//
// Redis: zslParseLexRange, which compares "-" and "+" up to a NUL byte.
func ParseLexRange(min, max []byte) (r LexRange, ok bool) {
	var okMin, okMax bool
	r.Min, okMin = parseLexBound(min)
	r.Max, okMax = parseLexBound(max)
	return r, okMin && okMax
}

func parseLexBound(b []byte) (bound LexBound, ok bool) {
	if len(b) == 0 {
		return bound, false
	}
	switch b[0] {
	case '-':
		return LexBound{Infinite: -1}, len(b) == 1 || b[1] == 0
	case '+':
		return LexBound{Infinite: 1}, len(b) == 1 || b[1] == 0
	case '(', '[':
		return LexBound{Member: b[1:], Exclusive: b[0] == '('}, true
	}
	return bound, false
}

// compare orders two bounds, or a bound and a member, as sdscmplex does.
func (b *LexBound) compare(c *LexBound) int {
	if b.Infinite != 0 || c.Infinite != 0 {
		return b.Infinite - c.Infinite
	}
	return bytes.Compare(b.Member, c.Member)
}

func (r *LexRange) empty() bool {
	order := r.Min.compare(&r.Max)
	return order > 0 || order == 0 && (r.Min.Exclusive || r.Max.Exclusive)
}

// cut is a place between two neighbours in the order of a set.
type cut struct {
	by     order
	score  float64
	member []byte
	behind bool // elements that are equal lie before the cut
	end    int  // byMember: -1 before all, 1 behind all
}

// order is what a cut compares.
type order uint8

const (
	byPair   order = iota // score, then member
	byScore               // score alone
	byMember              // member alone: for sets whose scores are all equal
)

// boundary is what a partition finds: the elements on both sides of the cut, 0 for none, and how
// many lie before it.
type boundary struct {
	before, at int
	rank       int
}

// needsMember says whether isAfter looks at the member of an element with that score.
func (c *cut) needsMember(score float64) bool {
	return c.by == byMember || c.by == byPair && score == c.score
}

// isAfter says whether the cut lies behind an element. Where needsMember is false, the member may
// be nil.
func (c *cut) isAfter(score float64, member []byte) bool {
	order := 0
	switch {
	case c.by == byMember && c.end != 0:
		return c.end > 0
	case c.by == byMember:
		order = bytes.Compare(member, c.member)
	case score != c.score:
		return score < c.score
	case c.by == byPair:
		order = bytes.Compare(member, c.member)
	}
	return order < 0 || order == 0 && c.behind
}

// lower is the cut at the lower end of a range: what lies behind it is not too small.
func (b *LexBound) lower() cut {
	return cut{by: byMember, member: b.Member, behind: b.Exclusive, end: b.Infinite}
}

// upper is the cut at the upper end of a range: what lies before it is not too large.
func (b *LexBound) upper() cut {
	return cut{by: byMember, member: b.Member, behind: !b.Exclusive, end: b.Infinite}
}

func (s *Set) partition(c *cut) boundary {
	if s.enc == Listpack {
		return packPartition(s.pack(), c)
	}
	return s.treePartition(c)
}
