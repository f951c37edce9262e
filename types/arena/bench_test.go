package arena

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

const benchBlocks = 1 << 20

// filled is an arena with a million blocks of n bytes, in shuffled order when random is set.
func filled(b *testing.B, n int, random bool) (*Arena, []Ref) {
	a := open(b, 0)
	refs := make([]Ref, benchBlocks)
	for i := range refs {
		refs[i] = a.Alloc(n)
		a.Bytes(refs[i], 1)[0] = 1
	}
	if random {
		rnd := rand.New(rand.NewPCG(1, 2))
		rnd.Shuffle(len(refs), func(i, j int) { refs[i], refs[j] = refs[j], refs[i] })
	}
	return a, refs
}

// BenchmarkAllocFree frees and allocates in turn: the latest block, or a random one of a million.
func BenchmarkAllocFree(b *testing.B) {
	b.Run("latest", func(b *testing.B) {
		a := open(b, 0)
		a.Alloc(52)
		for b.Loop() {
			a.Free(a.Alloc(52), 52)
		}
	})
	b.Run("latest with a span each", func(b *testing.B) {
		a := open(b, 0)
		for b.Loop() {
			a.Free(a.Alloc(52), 52)
		}
	})
	b.Run("random", func(b *testing.B) {
		a, refs := filled(b, 52, true)
		i := 0
		for b.Loop() {
			a.Free(refs[i], 52)
			refs[i] = a.Alloc(52)
			i = (i + 1) % len(refs)
		}
	})
	b.Run("mixed sizes", func(b *testing.B) {
		a, refs := filled(b, 52, true)
		refs = refs[:1<<16]
		sizes := make([]int, len(refs))
		rnd := rand.New(rand.NewPCG(1, 2))
		for i := range sizes {
			sizes[i] = 52
		}
		i := 0
		for b.Loop() {
			a.Free(refs[i], sizes[i])
			sizes[i] = 16 + rnd.IntN(500)
			refs[i] = a.Alloc(sizes[i])
			i = (i + 1) % len(refs)
		}
	})
	for _, n := range []int{40 << 10, 1 << 20} {
		b.Run(fmt.Sprintf("large %d KiB", n>>10), func(b *testing.B) {
			a := open(b, 0)
			for b.Loop() {
				a.Free(a.Alloc(n), n)
			}
		})
	}
}

// BenchmarkFill allocates without end, as a growing server does, and leaves the pages untouched.
func BenchmarkFill(b *testing.B) {
	a := open(b, 0)
	for b.Loop() {
		if a.Alloc(52); a.UsedBytes() > 1<<30 {
			b.StopTimer()
			a.Reset()
			b.StartTimer()
		}
	}
}

// BenchmarkNewClose is what a test that starts a server of its own pays.
func BenchmarkNewClose(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		a, err := New(Options{})
		if err != nil {
			b.Fatal(err)
		}
		a.Alloc(52)
		if err := a.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkChain frees a million blocks through a chain: the time per block on the worker, and how
// long the owner is held up by the splice and by the longest piece of what follows.
func BenchmarkChain(b *testing.B) {
	for _, random := range []bool{false, true} {
		b.Run(map[bool]string{false: "in order", true: "random"}[random], func(b *testing.B) {
			var splice, step, all, worker time.Duration
			for range b.N {
				b.StopTimer()
				a, refs := filled(b, 52, random)
				b.StartTimer()
				start := time.Now()
				c := a.NewChain()
				for _, r := range refs {
					c.Free(r, 52)
				}
				worker += time.Since(start)
				start = time.Now()
				a.Splice(c)
				splice = max(splice, time.Since(start))
				for more := true; more; {
					at := time.Now()
					more = a.Work(1)
					step = max(step, time.Since(at))
				}
				all = max(all, time.Since(start))
			}
			b.ReportMetric(float64(worker.Nanoseconds())/float64(b.N)/benchBlocks, "worker-ns/block")
			b.ReportMetric(float64(splice.Nanoseconds()), "splice-ns-max")
			b.ReportMetric(float64(step.Nanoseconds()), "step-ns-max")
			b.ReportMetric(float64(all.Nanoseconds()), "owner-ns-all")
		})
	}
}

// BenchmarkZeroed is the bucket array of a table of 4M keys.
func BenchmarkZeroed(b *testing.B) {
	a := open(b, 0)
	const n = 16 << 20
	worst := time.Duration(0)
	for b.Loop() {
		start := time.Now()
		r := a.AllocZeroed(n)
		worst = max(worst, time.Since(start))
		a.Bytes(r, n)[n/2] = 1
		start = time.Now()
		a.Free(r, n)
		worst = max(worst, time.Since(start))
	}
	b.ReportMetric(float64(worst.Nanoseconds()), "ns-max")
}
