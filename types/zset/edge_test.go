package zset

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/listpack"
)

// bothEncodings gives the same members as a listpack and as a skiplist.
func bothEncodings(t testing.TB, pairs ...pair) []*Set {
	t.Helper()
	var sets []*Set
	for _, l := range []Limits{onlyListpack, onlySkiplist} {
		s := New(newEnv(t, l), 1)
		for _, p := range pairs {
			if _, err := s.Add([]byte(p.member), p.score, 0); err != nil {
				t.Fatal(err)
			}
		}
		sets = append(sets, &s)
	}
	return sets
}

func numbered(n int) []pair {
	var all []pair
	for i := range n {
		all = append(all, pair{fmt.Sprintf("m%03d", i), float64(i / 3)})
	}
	return all
}

// Both sides of each limit.
func TestLimits(t *testing.T) {
	env := newEnv(t, Limits{MaxEntries: 3, MaxValueBytes: 5})
	for _, test := range []struct {
		members []string
		want    Encoding
	}{
		{[]string{"a", "b", "c"}, Listpack},
		{[]string{"a", "b", "c", "d"}, Skiplist},
		{[]string{"a", "12345"}, Listpack},
		{[]string{"a", "123456"}, Skiplist},
		{[]string{"123456", "a"}, Skiplist},
	} {
		s := New(env, len(test.members[0]))
		for _, m := range test.members {
			s.Add([]byte(m), 1, 0)
		}
		if s.Encoding() != test.want {
			t.Errorf("%q: %v", test.members, s.Encoding())
		}
		again := Open(env, s.Ref(), s.Encoding())
		if again.Len() != len(test.members) {
			t.Errorf("%q: opened again, %d members", test.members, again.Len())
		}
	}
	if s := New(newEnv(t, Limits{MaxValueBytes: 64}), 1); s.Encoding().String() != "skiplist" {
		t.Error("no entries allowed, and still a listpack")
	}
	if s := New(env, 0); s.Encoding().String() != "listpack" || s.FreeEffort() != 1 {
		t.Error("a short first member does not make a listpack")
	}
}

// Redis: a listpack drops the sign of a zero, a skiplist keeps it; an equal score is no change.
func TestNegativeZero(t *testing.T) {
	negative := math.Copysign(0, -1)
	for _, s := range bothEncodings(t, pair{"a", negative}) {
		score, _ := s.Score([]byte("a"))
		if math.Signbit(score) != (s.Encoding() == Skiplist) {
			t.Errorf("%v: %v", s.Encoding(), score)
		}
		r, _ := s.Add([]byte("a"), 0, 0)
		if r.Updated || r.Added || r.Nop {
			t.Errorf("%v: %+v", s.Encoding(), r)
		}
	}
}

func TestNaN(t *testing.T) {
	for _, s := range bothEncodings(t, pair{"inf", math.Inf(1)}) {
		if _, err := s.Add([]byte("x"), math.NaN(), XX); err != ErrNaN {
			t.Error("NaN is taken")
		}
		if _, err := s.Add([]byte("inf"), math.Inf(-1), Incr); err != ErrNaN {
			t.Error("the sum of infinities is taken")
		}
		if score, ok := s.Score([]byte("inf")); !ok || !math.IsInf(score, 1) || s.Len() != 1 {
			t.Errorf("changed: %v", score)
		}
	}
}

func TestParseScoreRange(t *testing.T) {
	inf := math.Inf(1)
	for _, test := range []struct {
		min, max string
		want     ScoreRange
		ok       bool
	}{
		{"1", "2", ScoreRange{Min: 1, Max: 2}, true},
		{"(1.5", "(0x10", ScoreRange{Min: 1.5, Max: 16, MinEx: true, MaxEx: true}, true},
		{"-inf", "+inf", ScoreRange{Min: -inf, Max: inf}, true},
		{"(-inf", "(1e999", ScoreRange{Min: -inf, Max: inf, MinEx: true, MaxEx: true}, true},
		{"", "(", ScoreRange{MaxEx: true}, true},
		{" 1", "1\x00x", ScoreRange{Min: 1, Max: 1}, true},
		{"1 ", "2", ScoreRange{}, false}, {"1", "nan", ScoreRange{}, false},
		{"((1", "2", ScoreRange{}, false}, {"[1", "2", ScoreRange{}, false},
	} {
		r, ok := ParseScoreRange([]byte(test.min), []byte(test.max))
		if ok != test.ok || ok && r != test.want {
			t.Errorf("%q %q: %+v, %v", test.min, test.max, r, ok)
		}
	}
}

func TestWindow(t *testing.T) {
	for _, s := range bothEncodings(t, numbered(10)...) {
		for _, test := range []struct{ rank, count, start, length int }{
			{0, 10, 0, 10}, {0, 11, 0, 10}, {3, 2, 3, 2}, {9, 5, 9, 1}, {10, 1, 10, 0},
			{-2, 5, 0, 3}, {-5, 5, 0, 0}, {4, -1, 4, 0}, {math.MinInt, 5, 0, 0},
			{math.MaxInt, 5, 10, 0}, {2, math.MaxInt, 2, 8}, {math.MinInt, math.MaxInt, 0, 0},
			{-1, math.MaxInt, 0, 10}, {-1, math.MinInt, 0, 0},
		} {
			p := s.Window(test.rank, test.count)
			if p.Start != test.start || p.Len() != test.length {
				t.Errorf("Window(%d, %d) = %+v", test.rank, test.count, p)
			}
		}
		for _, p := range []Span{s.RankSpan(math.MinInt, math.MaxInt, true), s.RankSpan(0, -1, false)} {
			if p.Len() != 10 {
				t.Errorf("%+v is not all", p)
			}
		}
	}
}

// A set in which every member is as likely as any other: 5 standard deviations are allowed.
func TestRandomIsFair(t *testing.T) {
	const draws, members = 20000, 20
	for _, s := range bothEncodings(t, numbered(members)...) {
		rnd := rand.New(rand.NewPCG(1, 14))
		seen := make(map[string]int)
		for range draws {
			seen[collect(s, s.Random(rnd.Uint64), false)[0].member]++
		}
		const mean = draws / members
		for _, n := range seen {
			if math.Abs(float64(n-mean)) > 5*math.Sqrt(mean) {
				t.Errorf("%v: %v", s.Encoding(), seen)
				break
			}
		}
	}
}

func TestScan(t *testing.T) {
	for _, s := range bothEncodings(t, numbered(300)...) {
		var got []pair
		cursor, calls := uint64(0), 0
		for {
			cursor = s.Scan(cursor, func(member []byte, score float64) {
				got = append(got, pair{string(member), score})
			})
			calls++
			if cursor == 0 {
				break
			}
		}
		slices.SortFunc(got, compare)
		if !slices.Equal(got, numbered(300)) {
			t.Errorf("%v: %d elements", s.Encoding(), len(got))
		}
		if (calls == 1) != (s.Encoding() == Listpack) {
			t.Errorf("%v: %d calls", s.Encoding(), calls)
		}
	}
}

func TestToListpackIfNeeded(t *testing.T) {
	env := newEnv(t, Limits{MaxEntries: 3, MaxValueBytes: 5})
	for _, test := range []struct {
		pairs []pair
		want  Encoding
	}{
		{nil, Listpack},
		{[]pair{{"a", 1.5}, {"7", 2}, {"12345", -1}}, Listpack},
		{[]pair{{"a", 1.5}, {"123456", 2}}, Skiplist},
		{[]pair{{"a", 1}, {"b", 2}, {"c", 3}, {"d", 4}}, Skiplist},
	} {
		s := NewSkiplist(env, len(test.pairs))
		direct := New(newEnv(t, onlyListpack), 1)
		for _, p := range test.pairs {
			s.insert([]byte(p.member), p.score, env.Seed.Hash([]byte(p.member)))
			direct.Add([]byte(p.member), p.score, 0)
		}
		s.ToListpackIfNeeded()
		s.Check()
		if s.Encoding() != test.want {
			t.Errorf("%v: %v", test.pairs, s.Encoding())
		}
		if test.want == Listpack && !bytes.Equal(s.Listpack(), direct.Listpack()) {
			t.Errorf("%x, added one by one: %x", s.Listpack(), direct.Listpack())
		}
		if test.want == Skiplist && s.Listpack() != nil {
			t.Error("a skiplist has a listpack")
		}
		s.Free()
		if used := env.Arena.UsedBytes(); used != 0 {
			t.Errorf("%d bytes are left", used)
		}
	}
}

func pack(values ...listpack.Value) []byte {
	return listpack.Append(listpack.New(nil), values...)
}

func TestFromListpack(t *testing.T) {
	text := func(s string) listpack.Value { return listpack.String([]byte(s)) }
	env := newEnv(t, Limits{MaxEntries: 2, MaxValueBytes: 1})
	for _, test := range []struct {
		b    []byte
		ok   bool
		want Encoding
	}{
		{pack(), true, Listpack},
		{pack(text("long member"), text("1.5")), true, Listpack}, // Redis: length is not checked
		{pack(text("a"), text("-inf"), text("b"), text("1")), true, Listpack},
		{pack(text("a"), text("1"), text("b"), text("1"), text("c"), text("1")), true, Skiplist},
		{pack(text("a")), false, 0},
		{pack(text("a"), text("x")), false, 0},
		{pack(text("a"), text("nan")), false, 0},
		{pack(text("b"), text("1"), text("a"), text("1")), false, 0},
		{pack(text("b"), text("2"), text("a"), text("1")), false, 0},
		{pack(text("a"), text("1"), text("a"), text("2")), false, 0},
		{pack(text("a"), text("1"))[:7], false, 0},
		{nil, false, 0},
	} {
		s, err := FromListpack(env, test.b)
		if (err == nil) != test.ok || test.ok && s.Encoding() != test.want {
			t.Errorf("%x: %v, %v", test.b, s.Encoding(), err)
		}
		if err == nil {
			s.Check()
		}
	}
}

func FuzzFromListpack(f *testing.F) {
	f.Add(pack(listpack.String([]byte("a")), listpack.Int(1)))
	f.Add(pack(listpack.Int(5), listpack.String([]byte("1.5")), listpack.Int(6), listpack.Int(2)))
	env := newEnv(f, mixed)
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := FromListpack(env, slices.Clip(b))
		if err != nil {
			return
		}
		s.Check()
		s.Add([]byte("new"), 1.5, 0)
		s.RemoveSpan(s.Window(0, 2))
		s.Check()
		s.Free()
		if used := env.Arena.UsedBytes(); used != 0 {
			t.Fatalf("%d bytes are left", used)
		}
	})
}

// Members around the change of the length's form, and very long ones.
func TestLongMembers(t *testing.T) {
	for _, n := range []int{0, 1, 254, 255, 256, 4095, 4096, 70000, 16 << 20} {
		member := bytes.Repeat([]byte("x"), n)
		for _, s := range bothEncodings(t, pair{"a", 1}, pair{string(member), 2}, pair{"z", 3}) {
			s.Check()
			if rank, score, ok := s.Rank(member); !ok || rank != 1 || score != 2 {
				t.Errorf("%v: %d bytes: rank %d, score %v", s.Encoding(), n, rank, score)
			}
			if got := collect(s, s.Window(1, 1), false)[0].member; got != string(member) {
				t.Errorf("%v: %d bytes read as %d", s.Encoding(), n, len(got))
			}
			if !s.Remove(member) || s.Len() != 2 {
				t.Errorf("%v: %d bytes: not removed", s.Encoding(), n)
			}
		}
	}
}

func TestNothingAllocates(t *testing.T) {
	if invariants {
		t.Skip("the checks allocate")
	}
	for _, s := range bothEncodings(t, numbered(100)...) {
		var scratch [scratchBytes]byte
		member, other := []byte("m050"), []byte("12345")
		lex := LexRange{Min: LexBound{Member: member}, Max: LexBound{Infinite: 1}}
		if n := testing.AllocsPerRun(100, func() {
			s.Add(member, 1.75, 0)
			s.Add(member, 16.25, 0)
			s.Add(other, 3, GT)
			s.Score(member)
			s.Rank(member)
			s.SeekPair(3, member)
			s.LexSpan(lex, true)
			p := s.ScoreSpan(ScoreRange{Min: 2, Max: 20, MinEx: true}).Limit(2, 20, true)
			for it := s.Iter(p, true); it.Next(); {
				it.Member(scratch[:])
				it.Score()
			}
			s.Remove(other)
			s.MemoryUsage()
		}); n != 0 {
			t.Errorf("%v: %v allocations", s.Encoding(), n)
		}
	}
}

// A worker frees a set while the owner goes on with others.
func TestFreeChain(t *testing.T) {
	env := newEnv(t, onlySkiplist)
	keep := New(env, 1)
	detached := New(env, 1)
	for _, p := range numbered(5000) {
		detached.Add([]byte(p.member), p.score, 0)
	}
	c := env.Arena.NewChain()
	done := make(chan *arena.Chain)
	go func() {
		detached.FreeChain(c)
		done <- c
	}()
	for _, p := range numbered(5000) {
		keep.Add([]byte(p.member), p.score, 0)
	}
	env.Arena.Splice(<-done)
	for env.Arena.Work(100) {
	}
	keep.Check()
	if used := env.Arena.UsedBytes(); used != int64(keep.MemoryUsage()) {
		t.Errorf("%d bytes used, %d in the set that is left", used, keep.MemoryUsage())
	}
}

func TestToSkiplist(t *testing.T) {
	for i, s := range bothEncodings(t, numbered(20)...) {
		s.ToSkiplist()
		s.Check()
		if s.Encoding() != Skiplist || s.Len() != 20 {
			t.Errorf("set %d: %s of %d", i, s.Encoding(), s.Len())
		}
	}
}
