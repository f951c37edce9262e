package main

import "math/bits"

// The histogram is log-linear, as HdrHistogram is: values below 256 ns have a
// bucket each, and every power of two above is cut into 128 equal buckets. A
// bucket is therefore never wider than 1/128 of its lower end, and a reported
// value, the middle of its bucket, is off by less than 0.4 %.
const (
	subBits     = 7
	subCount    = 1 << subBits
	maxBits     = 40 // 2^40 ns is 18 minutes; what is longer counts as that
	bucketCount = (maxBits-subBits-1)*subCount + 2*subCount
)

// histogram counts durations in nanoseconds. The zero value is empty and ready.
// One goroutine at a time may use it.
type histogram struct {
	counts [bucketCount]uint64
	total  uint64
	sumNs  uint64
	minNs  int64
	maxNs  int64
}

// bucketOf returns the index of the bucket that holds v, 0 <= v < 2^maxBits.
func bucketOf(v uint64) int {
	if v < 2*subCount {
		return int(v)
	}
	shift := bits.Len64(v) - subBits - 1
	return shift*subCount + int(v>>shift)
}

// bucketMiddle returns the value that stands for bucket i.
func bucketMiddle(i int) int64 {
	if i < 2*subCount {
		return int64(i)
	}
	shift := i/subCount - 1
	low := int64(i-shift*subCount) << shift
	return low + int64(1)<<shift/2
}

// recordN counts n requests that took valueNs each.
func (h *histogram) recordN(valueNs int64, n uint64) {
	if n == 0 {
		return
	}
	valueNs = min(max(valueNs, 0), 1<<maxBits-1)
	h.counts[bucketOf(uint64(valueNs))] += n
	if h.total == 0 || valueNs < h.minNs {
		h.minNs = valueNs
	}
	h.maxNs = max(h.maxNs, valueNs)
	h.total += n
	h.sumNs += uint64(valueNs) * n
}

// merge adds what o has counted.
func (h *histogram) merge(o *histogram) {
	if o.total == 0 {
		return
	}
	if h.total == 0 || o.minNs < h.minNs {
		h.minNs = o.minNs
	}
	for i, n := range o.counts {
		h.counts[i] += n
	}
	h.maxNs = max(h.maxNs, o.maxNs)
	h.total += o.total
	h.sumNs += o.sumNs
}

// reset forgets everything. O(buckets).
func (h *histogram) reset() { *h = histogram{} }

// quantile returns the smallest recorded duration that at least the share q of
// all requests did not exceed, within the bucket error. quantile(1) is the exact
// maximum. O(buckets).
func (h *histogram) quantile(q float64) int64 {
	if h.total == 0 {
		return 0
	}
	need := uint64(q * float64(h.total))
	if float64(need) < q*float64(h.total) || need == 0 {
		need++
	}
	if need >= h.total {
		return h.maxNs
	}
	var seen uint64
	for i, n := range h.counts {
		seen += n
		if seen >= need {
			return min(max(bucketMiddle(i), h.minNs), h.maxNs)
		}
	}
	return h.maxNs
}

// meanNs returns the exact mean.
func (h *histogram) meanNs() float64 {
	if h.total == 0 {
		return 0
	}
	return float64(h.sumNs) / float64(h.total)
}
