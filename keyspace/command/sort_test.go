package command

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestPartialSortOfARange: the elements of a range are those of a full sort, wherever it lies, and
// cost little if it is small.
func TestPartialSortOfARange(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 5))
	for range 2000 {
		a := make([]int, 1+rnd.IntN(300))
		for i := range a {
			a[i] = rnd.IntN(1 + rnd.IntN(400))
		}
		want := slices.Sorted(slices.Values(a))
		start := rnd.IntN(len(a))
		end := start + rnd.IntN(len(a)-start) + 1
		partialSort(a, cmp.Compare[int], start, end)
		if !slices.Equal(a[start:end], want[start:end]) {
			t.Fatalf("%d to %d: %v, want %v", start, end, a[start:end], want[start:end])
		}
		if slices.Sort(a); !slices.Equal(a, want) {
			t.Fatal("elements were lost")
		}
	}
	const n = 1 << 16
	a, compared := rnd.Perm(n), 0
	partialSort(a, func(a, b int) int { compared++; return cmp.Compare(a, b) }, n/2, n/2+10)
	if compared > 6*n || a[n/2] != n/2 {
		t.Errorf("%d comparisons for 10 of %d elements", compared, n)
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
