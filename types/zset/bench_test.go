package zset

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/ringer-kv/ringer/types/dict"
)

const million = 1000000

// bigSet has a million members element:000000 and so on, with random scores.
func bigSet(b testing.TB) (*Set, *rand.Rand) {
	env := newEnv(b, Limits{MaxEntries: 128, MaxValueBytes: 64})
	env.Seed = dict.MakeSeed()
	s := New(env, 14)
	rnd := rand.New(rand.NewPCG(1, 12))
	var member []byte
	for i := range million {
		member = fmt.Appendf(member[:0], "element:%06d", i)
		s.Add(member, float64(rnd.IntN(million)), 0)
	}
	return &s, rnd
}

// Memory takes at most 0.6 of what redis-server 7.0.15 says of the same set (MEMORY USAGE, 101.7
// bytes per member).
func TestMillionMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("a million members")
	}
	const redisBytes = 101717848
	s, _ := bigSet(t)
	used := s.env.Arena.UsedBytes()
	if used != int64(s.MemoryUsage()) || s.Len() != million {
		t.Fatalf("%d bytes used, MemoryUsage %d, %d members", used, s.MemoryUsage(), s.Len())
	}
	t.Logf("%.1f bytes per member, %.2f of redis-server's", float64(used)/million,
		float64(used)/redisBytes)
	if float64(used) > 0.6*redisBytes {
		t.Errorf("%d bytes", used)
	}
	a, c := s.env.Arena, s.env.Arena.NewChain()
	if s.FreeEffort() != million {
		t.Errorf("FreeEffort %d", s.FreeEffort())
	}
	s.FreeChain(c)
	a.Splice(c)
	for a.Work(1000) {
	}
	if used := a.UsedBytes(); used != 0 {
		t.Errorf("%d bytes are left", used)
	}
}

func BenchmarkAdd(b *testing.B) {
	env := newEnv(b, Limits{MaxEntries: 128, MaxValueBytes: 64})
	env.Seed = dict.MakeSeed()
	s := New(env, 14)
	rnd := rand.New(rand.NewPCG(1, 12))
	var member []byte
	for i := 0; b.Loop(); i++ {
		member = fmt.Appendf(member[:0], "element:%06d", i%million)
		s.Add(member, float64(rnd.IntN(million)), 0)
	}
}

func BenchmarkMillion(b *testing.B) {
	s, rnd := bigSet(b)
	var member []byte
	var scratch [scratchBytes]byte
	random := func() []byte {
		member = fmt.Appendf(member[:0], "element:%06d", rnd.IntN(million))
		return member
	}
	b.Run("score", func(b *testing.B) {
		for b.Loop() {
			s.Score(random())
		}
	})
	b.Run("rank", func(b *testing.B) {
		for b.Loop() {
			s.Rank(random())
		}
	})
	b.Run("rescore", func(b *testing.B) {
		for b.Loop() {
			s.Add(random(), float64(rnd.IntN(million)), 0)
		}
	})
	b.Run("incr", func(b *testing.B) {
		for b.Loop() {
			s.Add(random(), 1, Incr)
		}
	})
	b.Run("range100", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for it := s.Iter(s.Window(rnd.IntN(million), 100), false); it.Next(); {
				it.Member(scratch[:])
				it.Score()
			}
		}
	})
	b.Run("scorespan", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			low := float64(rnd.IntN(million))
			s.ScoreSpan(ScoreRange{Min: low, Max: low + 100})
		}
	})
	b.Run("removeadd", func(b *testing.B) {
		for b.Loop() {
			m := random()
			score, _ := s.Score(m)
			s.Remove(m)
			s.Add(m, score, 0)
		}
	})
}

func BenchmarkListpack(b *testing.B) {
	env := newEnv(b, Limits{MaxEntries: 128, MaxValueBytes: 64})
	s := New(env, 14)
	var member []byte
	for i := range 64 {
		member = fmt.Appendf(member[:0], "element:%06d", i)
		s.Add(member, float64(i), 0)
	}
	rnd := rand.New(rand.NewPCG(1, 12))
	b.ReportAllocs()
	for b.Loop() {
		member = fmt.Appendf(member[:0], "element:%06d", rnd.IntN(64))
		s.Add(member, float64(rnd.IntN(1000)), 0)
	}
}
