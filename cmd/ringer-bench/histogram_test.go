package main

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// relativeError is what histogram.go promises for a reported value.
const relativeError = 0.004

func near(got, want int64) bool {
	diff := float64(got - want)
	if diff < 0 {
		diff = -diff
	}
	return diff <= relativeError*float64(want)
}

func TestBucketsAreContiguousAndNarrow(t *testing.T) {
	last := -1
	for shift := range maxBits {
		for _, v := range []uint64{1 << shift, 1<<shift + 1<<shift/3, 2<<shift - 1} {
			i := bucketOf(v)
			if i < last || i >= bucketCount {
				t.Fatalf("bucketOf(%d) = %d after %d of %d", v, i, last, bucketCount)
			}
			last = i
			if !near(bucketMiddle(i), int64(v)) {
				t.Errorf("%d is counted as %d", v, bucketMiddle(i))
			}
		}
	}
	if last != bucketCount-1 {
		t.Errorf("the largest value is in bucket %d of %d", last, bucketCount)
	}
	for v := range uint64(1 << 16) {
		if step := bucketOf(v+1) - bucketOf(v); step < 0 || step > 1 {
			t.Fatalf("from %d to %d it is %d buckets", v, v+1, step)
		}
	}
}

// TestQuantilesAgainstSorted compares with the exact order of the same values.
func TestQuantilesAgainstSorted(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 1))
		var h, half histogram
		var values []int64
		for range 1 + rng.IntN(5000) {
			v := rng.Int64N(1 << (1 + rng.IntN(maxBits-1)))
			n := 1 + rng.IntN(3)
			for range n {
				values = append(values, v)
			}
			if rng.IntN(2) == 0 {
				half.recordN(v, uint64(n))
			} else {
				h.recordN(v, uint64(n))
			}
		}
		h.merge(&half)
		slices.Sort(values)
		for _, q := range []float64{0, 0.01, 0.5, 0.9, 0.99, 0.999, 1} {
			rank := max(int(float64(len(values))*q+0.9999999)-1, 0)
			if got := h.quantile(q); !near(got, values[rank]) {
				t.Errorf("seed %d: quantile %v is %d, want %d", seed, q, got, values[rank])
			}
		}
		if h.maxNs != values[len(values)-1] || h.minNs != values[0] {
			t.Errorf("seed %d: %d..%d, want the exact ends", seed, h.minNs, h.maxNs)
		}
	}
}

func TestHistogramEdges(t *testing.T) {
	var h histogram
	if h.quantile(0.5) != 0 || h.meanNs() != 0 {
		t.Error("an empty histogram is not all zero")
	}
	h.recordN(5, 0)
	if h.total != 0 {
		t.Error("no request was counted as one")
	}
	h.recordN(-7, 1)
	h.recordN(1<<62, 1)
	if h.minNs != 0 || h.maxNs != 1<<maxBits-1 {
		t.Errorf("out of range became %d and %d", h.minNs, h.maxNs)
	}
	h.reset()
	h.recordN(10, 1)
	h.recordN(20, 3)
	if h.meanNs() != 17.5 {
		t.Errorf("mean %v, want 17.5", h.meanNs())
	}
}

func BenchmarkRecord(b *testing.B) {
	var h histogram
	v := int64(1)
	for b.Loop() {
		h.recordN(v, 16)
		v = v*5%(1<<30) + 1
	}
}
