package dict

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/ringer-kv/ringer/types/arena"
)

// sink keeps results from being optimised away.
var sink uint64

// benchEntryBytes is a node, a key of 16 bytes and a value of 16.
const benchEntryBytes = 40

type benchEntry struct {
	node Node
	key  [16]byte
	_    [16]byte
}

func benchKey(a *arena.Arena, r arena.Ref) []byte { return arena.At[benchEntry](a, r).key[:] }

// shuffledKeys returns n keys in random order, one after the other in memory, so that reading the
// next one costs a benchmark nothing.
func shuffledKeys(n int) [][]byte {
	keys := make([][]byte, n)
	room := make([]byte, 0, 16*n)
	for i, k := range rand.New(rand.NewPCG(1, 1)).Perm(n) {
		room = fmt.Appendf(room, "key:%012d", k)
		keys[i] = room[16*i:]
	}
	return keys
}

func benchArena(b testing.TB) *arena.Arena {
	a, err := arena.New(arena.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := a.Close(); err != nil {
			b.Error(err)
		}
	})
	return a
}

// fill makes a table of n keys, inserted in another order than that in which they are returned.
func fill(b testing.TB, n int) (a *arena.Arena, t *Table, seed Seed, keys [][]byte) {
	a, t, seed = benchArena(b), &Table{}, MakeSeed()
	for i := range n {
		t.Insert(a, newBenchEntry(a, seed, fmt.Appendf(nil, "key:%012d", i)))
	}
	return a, t, seed, shuffledKeys(n)
}

func newBenchEntry(a *arena.Arena, seed Seed, key []byte) arena.Ref {
	r := a.Alloc(benchEntryBytes)
	e := arena.At[benchEntry](a, r)
	copy(e.key[:], key)
	e.node.Hash = seed.Hash(e.key[:])
	return r
}

var benchSizes = []int{1000, 1_000_000, 5_000_000}

func BenchmarkFind(b *testing.B) {
	for _, n := range benchSizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			a, t, seed, keys := fill(b, n)
			i := 0
			for b.Loop() {
				key := keys[i]
				sink += uint64(t.Find(a, benchKey, seed.Hash(key), key))
				if i++; i == n {
					i = 0
				}
			}
		})
	}
}

// BenchmarkFindGoMap is BenchmarkFind with what a Go program would use.
func BenchmarkFindGoMap(b *testing.B) {
	for _, n := range benchSizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			m := make(map[string][]byte)
			for i := range n {
				m[fmt.Sprintf("key:%012d", i)] = make([]byte, 16)
			}
			keys := shuffledKeys(n)
			i := 0
			for b.Loop() {
				sink += uint64(len(m[string(keys[i])]))
				if i++; i == n {
					i = 0
				}
			}
		})
	}
}

// BenchmarkFindBatch touches 16 keys before it looks them up. The time is that of one key.
func BenchmarkFindBatch(b *testing.B) {
	const batch = 16
	for _, n := range benchSizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			a, t, seed, keys := fill(b, n)
			var hashes [batch]uint32
			i := 0
			for b.Loop() {
				j := i % batch
				if j == 0 {
					if i+batch > n {
						i = 0
					}
					for k := range hashes {
						hashes[k] = seed.Hash(keys[i+k])
					}
					sink += uint64(t.TouchAll(a, hashes[:]))
				}
				sink += uint64(t.Find(a, benchKey, hashes[j], keys[i]))
				i++
			}
		})
	}
}

func BenchmarkInsertRemove(b *testing.B) {
	for _, n := range benchSizes {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			a, t, seed, keys := fill(b, n)
			i := 0
			for b.Loop() {
				key := keys[i]
				r := t.Find(a, benchKey, seed.Hash(key), key)
				t.Remove(a, r)
				t.Insert(a, r)
				if i++; i == n {
					i = 0
				}
			}
		})
	}
}

func BenchmarkInsert(b *testing.B) {
	a, t, seed := benchArena(b), &Table{}, MakeSeed()
	var key [16]byte
	i := uint64(0)
	for b.Loop() {
		binary.LittleEndian.PutUint64(key[:], i)
		i++
		t.Insert(a, newBenchEntry(a, seed, key[:]))
	}
}

func BenchmarkEach(b *testing.B) {
	const n = 1_000_000
	a, t, _, _ := fill(b, n)
	b.ReportAllocs()
	for b.Loop() {
		t.Each(a, func(r arena.Ref) bool { sink += uint64(r); return true })
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/node")
}

func BenchmarkRandom(b *testing.B) {
	a, t, _, _ := fill(b, 1_000_000)
	rnd := rand.New(rand.NewPCG(1, 2))
	b.ReportAllocs()
	for b.Loop() {
		sink += uint64(t.Random(a, rnd.Uint64))
	}
}

func BenchmarkHash(b *testing.B) {
	seed := MakeSeed()
	for _, n := range []int{8, 16, 24, 40} {
		key := bytes.Repeat([]byte("k"), n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				sink += uint64(seed.Hash(key))
			}
		})
	}
}

// BenchmarkGrowthTail inserts 4M keys into an empty table and reports the slowest inserts: no
// single one may pay for the growth. The nodes lie ready, so that nothing of their allocation is
// in it; a reading of the clock is. Whatever else runs on the machine stops us for milliseconds now
// and then, and a virtual machine gets its memory from the host only when it is touched for the
// first time. So the same inserts are done in several rounds and the best time of each one counts.
func BenchmarkGrowthTail(b *testing.B) {
	const n, rounds = 4_000_000, 3
	took := make([]time.Duration, n)
	for b.Loop() {
		for i := range took {
			took[i] = time.Hour
		}
		for range rounds {
			growOnce(b, took)
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[n/2].Nanoseconds()), "p50-ns")
		b.ReportMetric(float64(took[n-n/1000].Nanoseconds()), "p99.9-ns")
		b.ReportMetric(float64(took[n-n/10_000].Nanoseconds()), "p99.99-ns")
		b.ReportMetric(float64(took[n-1].Nanoseconds()), "max-ns")
	}
}

// growOnce lowers took[i] to the time of the i-th insert into a new table.
func growOnce(b *testing.B, took []time.Duration) {
	a, err := arena.New(arena.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = a.Close() }() // before the next round, which gets the same memory
	t, seed := &Table{}, SeedFunc(hashSpread)
	nodes := make([]arena.Ref, len(took))
	var key [16]byte
	for i := range nodes {
		binary.LittleEndian.PutUint64(key[:], uint64(i))
		nodes[i] = newBenchEntry(a, seed, key[:])
	}
	for i, r := range nodes {
		start := time.Now()
		t.Insert(a, r)
		took[i] = min(took[i], time.Since(start))
	}
}
