package hash

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/ringer-kv/ringer/types/dict"
)

const million = 1000000

var standard = Limits{MaxEntries: 512, MaxValueBytes: 64}

// bigHash has a million fields field:0 and so on, with values of 16 bytes.
func bigHash(b testing.TB) *Hash {
	env := newEnv(b, standard)
	env.Seed = dict.MakeSeed()
	h := New(env)
	var field, value []byte
	for i := range million {
		field = fmt.Appendf(field[:0], "field:%d", i)
		value = fmt.Appendf(value[:0], "v%015d", i)
		h.Set(field, value)
	}
	return &h
}

// Memory takes at most 0.6 of what redis-server 7.0.15 says of the same hash (MEMORY USAGE, 80.4
// bytes per field).
func TestMillionMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("a million fields")
	}
	const redisBytes = 80388712
	h := bigHash(t)
	used := h.env.Arena.UsedBytes()
	if used != int64(h.MemoryUsage()) || h.Len() != million || h.FreeEffort() != million {
		t.Fatalf("%d bytes used, MemoryUsage %d, %d fields", used, h.MemoryUsage(), h.Len())
	}
	t.Logf("%.1f bytes per field, %.2f of redis-server's", float64(used)/million,
		float64(used)/redisBytes)
	if float64(used) > 0.6*redisBytes {
		t.Errorf("%d bytes", used)
	}
}

func BenchmarkMillion(b *testing.B) {
	h := bigHash(b)
	rnd := rand.New(rand.NewPCG(1, 12))
	var field, value []byte
	var scratch Scratch
	random := func() []byte {
		field = fmt.Appendf(field[:0], "field:%d", rnd.IntN(million))
		return field
	}
	b.Run("get", func(b *testing.B) {
		for b.Loop() {
			h.Get(random(), nil)
		}
	})
	b.Run("set", func(b *testing.B) {
		for b.Loop() {
			value = fmt.Appendf(value[:0], "w%015d", rnd.IntN(million))
			h.Set(random(), value)
		}
	})
	b.Run("random", func(b *testing.B) {
		for b.Loop() {
			h.Random(rnd.Uint64, &scratch)
		}
	})
	b.Run("deleteset", func(b *testing.B) {
		for b.Loop() {
			f := random()
			h.Delete(f)
			h.Set(f, value)
		}
	})
}

func BenchmarkListpack(b *testing.B) {
	h := New(newEnv(b, standard))
	var field []byte
	value := []byte("a value of 16 by")
	for i := range 32 {
		field = fmt.Appendf(field[:0], "field:%d", i)
		h.Set(field, value)
	}
	rnd := rand.New(rand.NewPCG(1, 12))
	b.ReportAllocs()
	for b.Loop() {
		field = fmt.Appendf(field[:0], "field:%d", rnd.IntN(32))
		h.Set(field, value)
		h.Get(field, nil)
	}
}
