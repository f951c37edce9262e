package zset

import (
	"bytes"
	"errors"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/dict"
)

// newEnv is an environment whose hashes are the same in every run.
func newEnv(t testing.TB, l Limits) *Env {
	t.Helper()
	a, err := arena.New(arena.Options{ReserveBytes: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	seed := dict.SeedFunc(func(key []byte) uint32 {
		h := fnv.New32a()
		h.Write(key)
		return h.Sum32()
	})
	return &Env{Arena: a, Seed: seed, Limits: l}
}

var (
	onlyListpack = Limits{MaxEntries: 1 << 30, MaxValueBytes: 1 << 30}
	onlySkiplist = Limits{}
	mixed        = Limits{MaxEntries: 12, MaxValueBytes: 40}
)

func TestLayout(t *testing.T) {
	if n := reflect.TypeFor[header]().Size(); n != headerBytes {
		t.Errorf("a header takes %d bytes", n)
	}
	if n := reflect.TypeFor[node]().Size(); n != nodeBytes {
		t.Errorf("a node takes %d bytes", n)
	}
	link, _ := reflect.TypeFor[node]().FieldByName("link")
	if link.Offset != linkUnits*8 {
		t.Errorf("link at offset %d", link.Offset)
	}
}

// pair is an element of the model, which is a slice in order.
type pair struct {
	member string
	score  float64
}

type model []pair

func compare(a, b pair) int {
	switch {
	case a.score < b.score:
		return -1
	case a.score > b.score:
		return 1
	}
	return bytes.Compare([]byte(a.member), []byte(b.member))
}

func (m model) index(member string) int {
	return slices.IndexFunc(m, func(p pair) bool { return p.member == member })
}

// add is ZADD as its documentation has it.
func (m *model) add(member string, score float64, f Flags) (AddResult, error) {
	i := m.index(member)
	switch {
	case math.IsNaN(score):
		return AddResult{}, ErrNaN
	case i < 0 && f&XX != 0 || i >= 0 && f&NX != 0:
		return AddResult{Nop: true}, nil
	case i < 0:
		*m = append(*m, pair{member, score})
		slices.SortFunc(*m, compare)
		return AddResult{Added: true, Score: score}, nil
	}
	old := (*m)[i].score
	if f&Incr != 0 {
		score += old
	}
	switch {
	case math.IsNaN(score):
		return AddResult{}, ErrNaN
	case f&GT != 0 && score <= old || f&LT != 0 && score >= old:
		return AddResult{Nop: true}, nil
	}
	(*m)[i].score = score
	slices.SortFunc(*m, compare)
	return AddResult{Updated: score != old, Score: score}, nil
}

// spanOf is the run of elements that match.
func (m model) spanOf(match func(p pair) bool) (start, end int) {
	start = slices.IndexFunc(m, match)
	if start < 0 {
		return 0, 0
	}
	for end = start; end < len(m) && match(m[end]); end++ {
	}
	return start, end
}

func (m model) uniform() bool {
	return len(m) == 0 || m[0].score == m[len(m)-1].score
}

// trial runs the same operations on several sets, which must agree with the model all the time.
type trial struct {
	t     *testing.T
	sets  []*Set
	model model
}

func newTrial(t *testing.T) *trial {
	tr := &trial{t: t}
	for _, l := range []Limits{onlyListpack, onlySkiplist, mixed} {
		s := New(newEnv(t, l), 1)
		tr.sets = append(tr.sets, &s)
	}
	return tr
}

var trialScores = []float64{
	0, 1, 1, 1, 2, -1, 0.5, math.Copysign(0, -1), 1e17, -1e300, 1 << 62, 3.25, 100, 127, 128,
	math.Inf(1), math.Inf(-1), math.NaN(), 0.1, math.SmallestNonzeroFloat64,
}

// trialMember makes members of which many are integers, empty, long or prefixes of others.
func trialMember(c byte) string {
	switch c % 8 {
	case 0:
		return strconv.Itoa(int(c))
	case 1:
		return string(bytes.Repeat([]byte("a"), int(c)/16))
	case 2:
		return "-" + strconv.Itoa(int(c)*1000)
	case 3:
		return string(bytes.Repeat([]byte{c}, 30+int(c)/8))
	case 4:
		return "long" + string(bytes.Repeat([]byte("x"), int(c)*2))
	}
	return "m" + string(c)
}

func trialBound(c byte) LexBound {
	switch c % 9 {
	case 0:
		return LexBound{Infinite: -1}
	case 1:
		return LexBound{Infinite: 1}
	}
	return LexBound{Member: []byte(trialMember(c)), Exclusive: c%2 == 0}
}

func trialRange(x, y byte) ScoreRange {
	min, max := trialScores[int(x)%len(trialScores)], trialScores[int(y)%len(trialScores)]
	if min != min || max != max {
		return ScoreRange{Min: math.Inf(-1), Max: math.Inf(1)}
	}
	return ScoreRange{Min: min, Max: max, MinEx: x >= 128, MaxEx: y >= 128}
}

// step decodes one operation.
func (tr *trial) step(op, x, y, z byte) {
	switch op % 16 {
	default:
		score := trialScores[int(y)%len(trialScores)]
		if y >= 160 {
			score = float64(y) / 8
		}
		tr.add(trialMember(x), score, Flags(z)&(NX|XX|GT|LT|Incr))
	case 6:
		tr.add(trialMember(x), 1, 0)
	case 7, 8:
		tr.remove(trialMember(x))
	case 9:
		start, count := int(x)%32, int(y)%4
		tr.removeSpans(start, start+count,
			func(s *Set) Span { return s.Window(start, count) })
	case 10:
		r := trialRange(x, y)
		start, end := tr.model.spanOf(func(p pair) bool { return inRange(r, p.score) })
		tr.sameSpan("ScoreSpan", start, end, func(s *Set) Span { return s.ScoreSpan(r) })
		if z < 30 {
			tr.removeSpans(start, end, func(s *Set) Span { return s.ScoreSpan(r) })
		}
	case 11:
		tr.lex(LexRange{Min: trialBound(x), Max: trialBound(y)}, z)
	case 12:
		tr.ranks(int(int8(x))/4, int(int8(y))/4, z)
	case 13:
		tr.seek(trialMember(x), trialScores[int(y)%len(trialScores)])
	case 14:
		tr.sets[2].ToListpackIfNeeded()
	case 15:
		if z < 20 { // all scores equal, so that ranges by member mean something
			for _, p := range slices.Clone(tr.model) {
				tr.add(p.member, 7, 0)
			}
		}
	}
	tr.verify()
}

func inRange(r ScoreRange, f float64) bool {
	return (f > r.Min || f == r.Min && !r.MinEx) && (f < r.Max || f == r.Max && !r.MaxEx)
}

func (tr *trial) add(member string, score float64, f Flags) {
	tr.t.Helper()
	want, wantErr := tr.model.add(member, score, f)
	for _, s := range tr.sets {
		got, err := s.Add([]byte(member), score, f)
		if got != want || !errors.Is(err, wantErr) {
			tr.t.Fatalf("%v: Add(%q, %v, %b) = %+v, %v, want %+v, %v",
				s.Encoding(), member, score, f, got, err, want, wantErr)
		}
	}
}

func (tr *trial) remove(member string) {
	tr.t.Helper()
	i := tr.model.index(member)
	for _, s := range tr.sets {
		if got := s.Remove([]byte(member)); got != (i >= 0) {
			tr.t.Fatalf("%v: Remove(%q) = %v", s.Encoding(), member, got)
		}
	}
	if i >= 0 {
		tr.model = slices.Delete(tr.model, i, i+1)
	}
}

func (tr *trial) sameSpan(what string, start, end int, span func(s *Set) Span) {
	tr.t.Helper()
	for _, s := range tr.sets {
		p := span(s)
		if p.Len() != end-start || p.Len() > 0 && p.Start != start {
			tr.t.Fatalf("%v: %s = %+v, want %d to %d", s.Encoding(), what, p, start, end)
		}
		for _, reverse := range []bool{false, true} {
			want := slices.Clone(tr.model[start:end])
			if reverse {
				slices.Reverse(want)
			}
			if got := collect(s, p, reverse); !slices.Equal(got, want) {
				tr.t.Fatalf("%v: %s = %v, want %v", s.Encoding(), what, got, want)
			}
		}
	}
}

func (tr *trial) removeSpans(start, end int, span func(s *Set) Span) {
	start, end = min(start, len(tr.model)), min(end, len(tr.model))
	for _, s := range tr.sets {
		s.RemoveSpan(span(s))
	}
	tr.model = slices.Delete(tr.model, start, end)
}

func (tr *trial) lex(r LexRange, z byte) {
	tr.t.Helper()
	if !tr.model.uniform() {
		return
	}
	start, end := tr.model.spanOf(func(p pair) bool {
		b := LexBound{Member: []byte(p.member)}
		low, high := r.Min.compare(&b), b.compare(&r.Max)
		return low <= 0 && (low < 0 || !r.Min.Exclusive) &&
			high <= 0 && (high < 0 || !r.Max.Exclusive)
	})
	reverse := z&1 != 0
	tr.sameSpan("LexSpan", start, end, func(s *Set) Span { return s.LexSpan(r, reverse) })
	if z < 30 {
		tr.removeSpans(start, end, func(s *Set) Span { return s.LexSpan(r, reverse) })
	}
}

// ranks compares ZRANGE by rank with what its definition says of each rank, then LIMIT.
func (tr *trial) ranks(from, to int, z byte) {
	tr.t.Helper()
	n := len(tr.model)
	reverse := z&1 != 0
	low, high := from, to
	if low < 0 {
		low += n
	}
	if high < 0 {
		high += n
	}
	var picked []int
	for i := range n {
		fromThatEnd := i
		if reverse {
			fromThatEnd = n - 1 - i
		}
		if low <= fromThatEnd && fromThatEnd <= high {
			picked = append(picked, i)
		}
	}
	start, end := 0, 0
	if len(picked) > 0 {
		start, end = picked[0], picked[len(picked)-1]+1
	}
	tr.sameSpan("RankSpan", start, end,
		func(s *Set) Span { return s.RankSpan(from, to, reverse) })
	offset, count := int(z>>1)%5-1, int(z>>4)%6-1
	if offset < 0 || offset >= end-start {
		start, end = 0, 0
	} else if reverse {
		end -= offset
		start = end - limited(end-start, count)
	} else {
		start += offset
		end = start + limited(end-start, count)
	}
	tr.sameSpan("Limit", start, end, func(s *Set) Span {
		return s.RankSpan(from, to, reverse).Limit(offset, count, reverse)
	})
}

func limited(n, count int) int {
	if count < 0 {
		return n
	}
	return min(n, count)
}

func (tr *trial) seek(member string, score float64) {
	tr.t.Helper()
	if score != score {
		return
	}
	want := 0
	for want < len(tr.model) && compare(tr.model[want], pair{member, score}) < 0 {
		want++
	}
	i := tr.model.index(member)
	for _, s := range tr.sets {
		if got := s.SeekPair(score, []byte(member)); got != want {
			tr.t.Fatalf("%v: SeekPair(%v, %q) = %d, want %d", s.Encoding(), score, member, got, want)
		}
		rank, score, ok := s.Rank([]byte(member))
		again, ok2 := s.Score([]byte(member))
		if ok != (i >= 0) || ok2 != ok || ok && (rank != i || score != tr.model[i].score ||
			again != score) {
			tr.t.Fatalf("%v: Rank(%q) = %d, %v, %v", s.Encoding(), member, rank, score, ok)
		}
	}
}

func collect(s *Set, p Span, reverse bool) []pair {
	var scratch [scratchBytes]byte
	all := []pair{}
	for it := s.Iter(p, reverse); it.Next(); {
		all = append(all, pair{string(it.Member(scratch[:])), it.Score()})
	}
	return all
}

// verify compares everything, and lets each set check itself.
func (tr *trial) verify() {
	tr.t.Helper()
	for _, s := range tr.sets {
		s.Check()
		if got := collect(s, s.Window(0, s.Len()), false); !slices.Equal(got, tr.model) {
			tr.t.Fatalf("%v: %v, want %v", s.Encoding(), got, tr.model)
		}
		if used := s.env.Arena.UsedBytes(); used != int64(s.MemoryUsage()) {
			tr.t.Fatalf("%v: MemoryUsage is %d, used %d", s.Encoding(), s.MemoryUsage(), used)
		}
	}
	if tr.sets[0].Encoding() != Listpack || tr.sets[1].Encoding() != Skiplist {
		tr.t.Fatal("an encoding changed without need")
	}
	if s := tr.sets[2]; s.Encoding() == Listpack && s.Len() > mixed.MaxEntries {
		tr.t.Fatalf("a listpack of %d members", s.Len())
	}
}

// finish frees the sets, one half inline, the other through a chain.
func (tr *trial) finish() {
	tr.t.Helper()
	for i, s := range tr.sets {
		a := s.env.Arena
		if i%2 == len(tr.model)%2 {
			s.Free()
		} else {
			c := a.NewChain()
			s.FreeChain(c)
			a.Splice(c)
			for a.Work(1000) {
			}
		}
		if used := a.UsedBytes(); used != 0 {
			tr.t.Fatalf("%v: %d bytes are left", s.Encoding(), used)
		}
	}
}

func (tr *trial) run(ops []byte) {
	for ; len(ops) >= 4; ops = ops[4:] {
		tr.step(ops[0], ops[1], ops[2], ops[3])
	}
	tr.finish()
}

func TestModel(t *testing.T) {
	for seed := range uint64(30) {
		rnd := rand.New(rand.NewPCG(seed, 11))
		ops := make([]byte, 4*400)
		for i := range ops {
			ops[i] = byte(rnd.Uint32())
		}
		newTrial(t).run(ops)
	}
}

func FuzzOps(f *testing.F) {
	f.Add([]byte{0, 5, 1, 0, 0, 6, 1, 0, 0, 13, 9, 0, 9, 0, 2, 0, 10, 0, 4, 9, 11, 1, 2, 3})
	f.Fuzz(func(t *testing.T, ops []byte) {
		newTrial(t).run(ops[:min(len(ops), 400)])
	})
}
