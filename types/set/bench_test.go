package set

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/ringer-kv/ringer/types/dict"
)

const million = 1000000

// bigSet has a million members element:000000 and so on.
func bigSet(b testing.TB) *Set {
	env := newEnv(b, 512)
	env.Seed = dict.MakeSeed()
	s := New(env, []byte("element"))
	var member []byte
	for i := range million {
		member = fmt.Appendf(member[:0], "element:%06d", i)
		s.Add(member)
	}
	return &s
}

// Memory takes at most 0.6 of what redis-server 7.0.15 says of the same set (MEMORY USAGE, 48.4
// bytes per member).
func TestMillionMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("a million members")
	}
	const redisBytes = 48388712
	s := bigSet(t)
	used := s.env.Arena.UsedBytes()
	if used != int64(s.MemoryUsage()) || s.Len() != million || s.FreeEffort() != million {
		t.Fatalf("%d bytes used, MemoryUsage %d, %d members", used, s.MemoryUsage(), s.Len())
	}
	t.Logf("%.1f bytes per member, %.2f of redis-server's", float64(used)/million,
		float64(used)/redisBytes)
	if float64(used) > 0.6*redisBytes {
		t.Errorf("%d bytes", used)
	}
}

func BenchmarkAdd(b *testing.B) {
	env := newEnv(b, 512)
	env.Seed = dict.MakeSeed()
	s := New(env, []byte("element"))
	var member []byte
	for i := 0; b.Loop(); i++ {
		member = fmt.Appendf(member[:0], "element:%06d", i%million)
		s.Add(member)
	}
}

func BenchmarkMillion(b *testing.B) {
	s := bigSet(b)
	rnd := rand.New(rand.NewPCG(1, 12))
	var member []byte
	var scratch [ScratchBytes]byte
	random := func() []byte {
		member = fmt.Appendf(member[:0], "element:%06d", rnd.IntN(million))
		return member
	}
	b.Run("contains", func(b *testing.B) {
		for b.Loop() {
			s.Contains(random())
		}
	})
	b.Run("random", func(b *testing.B) {
		for b.Loop() {
			s.Random(rnd.Uint64, scratch[:])
		}
	})
	b.Run("removeadd", func(b *testing.B) {
		for b.Loop() {
			m := random()
			s.Remove(m)
			s.Add(m)
		}
	})
}

func BenchmarkIntset(b *testing.B) {
	s := bothEncodings(b, 512)[0]
	rnd := rand.New(rand.NewPCG(1, 12))
	var digits []byte
	b.ReportAllocs()
	for b.Loop() {
		digits = fmt.Appendf(digits[:0], "%d", rnd.IntN(512))
		s.Remove(digits)
		s.Add(digits)
	}
}
