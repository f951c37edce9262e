package command

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestPartialSort: the first elements are those of a full sort, for arrays of all kinds.
func TestPartialSort(t *testing.T) {
	for seed := range uint64(3000) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		a := make([]int, 1+rnd.IntN(200))
		for i := range a {
			a[i] = rnd.IntN(1 + rnd.IntN(300))
		}
		switch seed % 4 {
		case 1:
			slices.Sort(a)
		case 2:
			slices.SortFunc(a, func(a, b int) int { return b - a })
		}
		want := slices.Sorted(slices.Values(a))
		wanted := 1 + rnd.IntN(len(a))
		partialSort(a, cmp.Compare[int], 0, wanted)
		if !slices.Equal(a[:wanted], want[:wanted]) {
			t.Fatalf("seed %d: %v, want %v", seed, a[:wanted], want[:wanted])
		}
		slices.Sort(a)
		if !slices.Equal(a, want) {
			t.Fatalf("seed %d: elements were lost", seed)
		}
	}
}

// TestPartialSortOrderOfEquals pins orders that the real server has given.
func TestPartialSortOrderOfEquals(t *testing.T) {
	type place struct {
		distance float64
		name     string
	}
	places := []place{
		{1.1, "m4"}, {1.1, "m6"}, {2.4, "m3"}, {4.4, "m0"}, {6.7, "m2"}, {7.7, "m1"}, {13.3, "m5"},
	}
	partialSort(places, func(a, b place) int { return cmp.Compare(a.distance, b.distance) }, 0, 1)
	if places[0].name != "m4" {
		t.Errorf("%v", places)
	}
}

// TestPartialSortOfAKiller: an adversary that answers comparisons so that each pivot is a bad one
// (M. D. McIlroy, A Killer Adversary for Quicksort, 1999) costs no quadratic time.
func TestPartialSortOfAKiller(t *testing.T) {
	const n = 100_000
	const gas = n
	value := make([]int, n)
	for i := range value {
		value[i] = gas
	}
	solid, candidate, compares := 0, 0, 0
	freeze := func(i int) { value[i] = solid; solid++ }
	indexes := make([]int, n)
	for i := range indexes {
		indexes[i] = i
	}
	start := time.Now()
	partialSort(indexes, func(a, b int) int {
		compares++
		if value[a] == gas && value[b] == gas {
			if a == candidate {
				freeze(a)
			} else {
				freeze(b)
			}
		}
		if value[a] == gas {
			candidate = a
		} else if value[b] == gas {
			candidate = b
		}
		return cmp.Compare(value[a], value[b])
	}, 0, n-1)
	if compares > 40_000_000 {
		t.Errorf("%d comparisons of %d elements, %v", compares, n, time.Since(start))
	}
}
