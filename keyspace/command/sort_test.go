package command

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

func inOrder(a, b *sortItem) int { return cmp.Compare(a.score, b.score) }

func inTotal(a, b *sortItem) int {
	return cmp.Or(inOrder(a, b), cmp.Compare(a.index, b.index))
}

// itemsOf makes items with the scores that next gives.
func itemsOf(n int, next func(i int) int) []sortItem {
	items := make([]sortItem, n)
	for i := range items {
		items[i] = sortItem{score: float64(next(i)), index: i}
	}
	return items
}

// TestPartialSort holds the range that is asked for against that of a whole sort, for orders in
// which nothing is equal and in which much is.
func TestPartialSort(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 5))
	for range 2000 {
		n := 1 + rnd.IntN(300)
		items := itemsOf(n, func(int) int { return rnd.IntN(1 + rnd.IntN(400)) })
		want := slices.Clone(items)
		sortAll(want, inTotal)
		start := rnd.IntN(n)
		end := start + rnd.IntN(n-start+1)
		p := partialSort{order: inTotal, total: inTotal, start: start, end: end}
		exact, loose := slices.Clone(items), slices.Clone(items)
		p.sort(exact)
		p.order = inOrder
		p.sort(loose)
		for i := start; i < end; i++ {
			if exact[i].index != want[i].index || loose[i].score != want[i].score {
				t.Fatalf("%d items, %d to %d: item %d", n, start, end, i)
			}
		}
		seen := make([]bool, n)
		for i := range loose {
			seen[loose[i].index] = true
		}
		if slices.Contains(seen, false) {
			t.Fatal("an item is lost")
		}
	}
}

// TestPartialSortIsPartial makes sure that a small range of much costs little, and that an order of
// bad will costs no more than sorting does.
func TestPartialSortIsPartial(t *testing.T) {
	const n = 1 << 16
	rnd := rand.New(rand.NewPCG(2, 5))
	compared := 0
	counted := func(a, b *sortItem) int { compared++; return inTotal(a, b) }
	items := itemsOf(n, func(int) int { return rnd.Int() })
	p := partialSort{order: counted, total: counted, start: n / 2, end: n/2 + 10}
	p.sort(items)
	if compared > 6*n {
		t.Errorf("%d comparisons for 10 of %d items", compared, n)
	}
	// McIlroy's adversary (A Killer Adversary for Quicksort, 1999) decides on the values as they are
	// compared, so that the pivot is always among the smallest.
	gas := float64(n)
	solid, candidate := 0.0, 0
	values := make([]float64, n)
	for i := range values {
		values[i] = gas
	}
	compared = 0
	adversary := func(a, b *sortItem) int {
		compared++
		x, y := a.index, b.index
		if values[x] == gas && values[y] == gas {
			if x == candidate {
				values[x] = solid
			} else {
				values[y] = solid
			}
			solid++
		}
		if values[x] == gas {
			candidate = x
		} else if values[y] == gas {
			candidate = y
		}
		return cmp.Compare(values[x], values[y])
	}
	p = partialSort{order: adversary, total: adversary, start: n - 5, end: n}
	p.sort(itemsOf(n, func(i int) int { return i }))
	if limit := 3 * budgetFactor * n * 17; compared > limit {
		t.Errorf("%d comparisons of %d items against an adversary", compared, n)
	}
}

func TestCompareCStrings(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"", "a", -1}, {"a", "b", -1}, {"ab", "a", 1}, {"a", "a", 0},
		{"a\x00b", "a\x00c", 0}, {"a\x00b", "a", 0}, {"a", "a\x00", 0}, {"\x00", "", 0},
		{"a\x00", "ab", -1}, {"\xff", "a", 1},
	} {
		if got := compareCStrings([]byte(c.a), []byte(c.b)); got != c.want {
			t.Errorf("%q and %q: %d", c.a, c.b, got)
		}
	}
}
