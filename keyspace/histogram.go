package keyspace

import "math/bits"

// histogram counts times by their length, with a precision of two digits: up to 128 ns each length
// by itself, and above, 128 classes between each power of two and the next. Its memory grows with
// the powers that occur; that of one command is 3 to 6 KiB. These are the classes of an
// HdrHistogram of two significant digits, which Redis uses; only so do both servers name the same
// bounds.
//
// Owned by the keyspace goroutine.
type histogram struct {
	octave [histogramOctaves]*[histogramClasses]int64
}

const (
	histogramBits    = 7
	histogramClasses = 1 << histogramBits
	// Redis: LATENCY_HISTOGRAM_MAX_VALUE: what takes longer than a second counts as a second.
	histogramMaxNs   = 1_000_000_000
	histogramOctaves = 30 - histogramBits + 1 // a second is below 2^30 ns
)

// histogramClass is where a time is counted.
func histogramClass(ns int64) (octave, class int) {
	if ns < histogramClasses {
		return 0, int(ns)
	}
	octave = bits.Len64(uint64(ns)) - histogramBits
	return octave, int(ns>>(octave-1)) & (histogramClasses - 1)
}

// histogramBound is the longest time that is counted in a class.
func histogramBound(octave, class int) int64 {
	if octave == 0 {
		return int64(class)
	}
	return int64(histogramClasses+class+1)<<(octave-1) - 1
}

// add counts a time.
func (h *histogram) add(ns int64) {
	octave, class := histogramClass(min(max(ns, 1), histogramMaxNs))
	classes := h.octave[octave]
	if classes == nil {
		classes = new([histogramClasses]int64)
		h.octave[octave] = classes
	}
	classes[class]++
}

// count is how many times have been counted. O(classes).
func (h *histogram) count() (n int64) {
	h.each(func(_, count int64) bool {
		n += count
		return true
	})
	return n
}

// each calls fn for every class in which something was counted, the shortest times first, with its
// longest time, until it returns false. O(classes).
func (h *histogram) each(fn func(boundNs, count int64) bool) {
	for octave, classes := range h.octave {
		if classes == nil {
			continue
		}
		for class, n := range classes {
			if n > 0 && !fn(histogramBound(octave, class), n) {
				return
			}
		}
	}
}

// percentile is the time that so many percent of all do not exceed. Redis:
// hdr_value_at_percentile.
func (h *histogram) percentile(p float64) int64 {
	want := max(int64(p/100*float64(h.count())+0.5), 1)
	seen, bound := int64(0), int64(0)
	h.each(func(boundNs, count int64) bool {
		seen, bound = seen+count, boundNs
		return seen < want
	})
	if octave, class := histogramClass(bound); p == 0 && octave > 0 {
		return int64(histogramClasses+class) << (octave - 1) // the shortest time of the class
	}
	return bound
}

// TimeCount is how many calls took no longer than a time.
//
// Owned by the keyspace goroutine.
type TimeCount struct{ Usec, Count int64 }

// cumulative is the histogram in powers of two, from 1.024 us on; those that add nothing are left
// out. Redis: fillCommandCDF, with its bounds in whole microseconds.
func (h *histogram) cumulative() []TimeCount {
	const firstBits = 10 // Redis: LATENCY_HISTOGRAM... iter_log from 1024 ns
	var all []TimeCount
	seen, total := int64(0), h.count()
	for power := firstBits; seen < total; power++ {
		limit, sum := histogramBound(power-histogramBits+1, 0), int64(0)
		h.each(func(boundNs, count int64) bool {
			if boundNs > limit {
				return false
			}
			sum += count
			return true
		})
		if sum > seen {
			all = append(all, TimeCount{Usec: limit / 1000, Count: sum})
			seen = sum
		}
	}
	return all
}
