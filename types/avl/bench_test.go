package avl

import (
	"math/rand/v2"
	"testing"

	"github.com/ringer-kv/ringer/types/arena"
)

const benchNodes = 1_000_000

// sink keeps results from being optimised away.
var sink int

// benchTree is a tree of a million nodes that were inserted in random order, and their Refs in
// another.
func benchTree(b *testing.B) (a *arena.Arena, t *Tree, refs []arena.Ref) {
	a, err := arena.New(arena.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := a.Close(); err != nil {
			b.Error(err)
		}
	})
	t = &Tree{}
	rnd := rand.New(rand.NewPCG(1, 1))
	refs = make([]arena.Ref, benchNodes)
	for i, key := range rnd.Perm(benchNodes) {
		refs[i] = a.Alloc(itemBytes)
		linkKey(a, t, refs[i], uint64(key))
	}
	rnd.Shuffle(len(refs), func(i, j int) { refs[i], refs[j] = refs[j], refs[i] })
	return a, t, refs
}

func linkKey(a *arena.Arena, t *Tree, r arena.Ref, key uint64) {
	arena.At[item](a, r).key = key
	parent, left, _ := descend(a, t, key)
	t.Link(a, parent, r, left)
}

func BenchmarkUnlinkLink(b *testing.B) {
	a, t, refs := benchTree(b)
	i := 0
	for b.Loop() {
		r := refs[i]
		t.Unlink(a, r)
		linkKey(a, t, r, keyAt(a, r))
		if i++; i == len(refs) {
			i = 0
		}
	}
}

// BenchmarkDescend is the part of BenchmarkUnlinkLink that is the user's: a search.
func BenchmarkDescend(b *testing.B) {
	a, t, refs := benchTree(b)
	i := 0
	for b.Loop() {
		_, _, found := descend(a, t, keyAt(a, refs[i]))
		sink += int(found)
		if i++; i == len(refs) {
			i = 0
		}
	}
}

func BenchmarkRank(b *testing.B) {
	a, _, refs := benchTree(b)
	i := 0
	for b.Loop() {
		sink += Rank(a, refs[i])
		if i++; i == len(refs) {
			i = 0
		}
	}
}

func BenchmarkSelect(b *testing.B) {
	a, t, _ := benchTree(b)
	rnd := rand.New(rand.NewPCG(2, 2))
	for b.Loop() {
		sink += int(t.Select(a, int(rnd.Uint64N(benchNodes))))
	}
}

func BenchmarkOffset(b *testing.B) {
	a, t, refs := benchTree(b)
	i := 0
	for b.Loop() {
		sink += int(t.Offset(a, refs[i], 1000))
		if i++; i == len(refs) {
			i = 0
		}
	}
}

// BenchmarkNext walks the whole tree; the time is that of one step.
func BenchmarkNext(b *testing.B) {
	a, t, _ := benchTree(b)
	r := arena.Ref(0)
	for b.Loop() {
		if r == 0 {
			r = t.First(a)
		}
		r = Next(a, r)
	}
}

func BenchmarkBuildSorted(b *testing.B) {
	a, t, _ := benchTree(b)
	refs := make([]arena.Ref, 0, benchNodes)
	for r := t.First(a); r != 0; r = Next(a, r) {
		refs = append(refs, r)
	}
	for b.Loop() {
		*t = Tree{}
		i := 0
		t.BuildSorted(a, len(refs), func() arena.Ref {
			i++
			return refs[i-1]
		})
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchNodes, "ns/node")
}
