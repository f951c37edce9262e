package keyspace

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestHistogramAgainstSortedTimes holds percentiles and cumulative counts against all the times,
// kept and sorted.
func TestHistogramAgainstSortedTimes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		var h histogram
		times := make([]int64, 1+r.IntN(500))
		for i := range times {
			times[i] = int64(math.Exp(r.Float64() * math.Log(histogramMaxNs)))
			h.add(times[i])
		}
		slices.Sort(times)
		for _, p := range []float64{0, 1, 50, 90, 99, 99.9, 100} {
			rank := max(int(p/100*float64(len(times))+0.5), 1)
			exact, got := times[rank-1], h.percentile(p)
			if off := float64(got-exact) / float64(exact); off > 1.0/128 || off < -1.0/128 {
				t.Fatalf("p%v of %d times is %d, not about %d", p, len(times), got, exact)
			}
		}
		last := int64(0)
		for _, c := range h.cumulative() {
			if c.Count <= last {
				t.Fatalf("cumulative counts do not grow: %v", h.cumulative())
			}
			last = c.Count
		}
		if last != int64(len(times)) {
			t.Fatalf("cumulative counts end at %d of %d", last, len(times))
		}
	}
}

// TestHistogramClasses makes sure that each class ends where the next one begins.
func TestHistogramClasses(t *testing.T) {
	next := int64(0)
	for octave := range histogramOctaves {
		for class := range histogramClasses {
			bound := histogramBound(octave, class)
			firstOctave, firstClass := histogramClass(next)
			lastOctave, lastClass := histogramClass(bound)
			if firstOctave != octave || lastOctave != octave ||
				firstClass != class || lastClass != class {
				t.Fatalf("%d..%d ns are not in class %d/%d", next, bound, octave, class)
			}
			next = bound + 1
		}
	}
	if next <= histogramMaxNs {
		t.Fatalf("the classes end at %d ns", next)
	}
	var h histogram
	for _, ns := range []int64{-5, 0, histogramMaxNs, math.MaxInt64} {
		h.add(ns) // what is out of range counts at its end
	}
	if h.count() != 4 || h.percentile(50) != 1 || h.percentile(100) < histogramMaxNs {
		t.Errorf("out of range: %d times, p50 %d, p100 %d", h.count(), h.percentile(50),
			h.percentile(100))
	}
}

// TestStopwatchAgreesWithTheClock holds the counter of the processor, if it is used, against the
// system's clock.
func TestStopwatchAgreesWithTheClock(t *testing.T) {
	w := newStopwatch(systemClock{})
	begin, from := time.Now(), w.read()
	for time.Since(begin) < 20*time.Millisecond {
	}
	w.calibrate()
	got, want := w.between(from, w.read()), time.Since(begin).Nanoseconds()
	if got > want*11/10 || got < want*9/10 {
		t.Errorf("the stopwatch says %d ns, the clock %d (cycles: %v)", got, want, w.cycles)
	}
	if w.between(10, 5) != 0 {
		t.Error("a clock that is set back gives a time")
	}
	if w.nsPerTick = math.MaxUint64; w.between(0, math.MaxInt64) != math.MaxInt64 {
		t.Error("a time that does not fit is not the longest")
	}
}

// TestSlowThreshold: the lower one of the two counts, and none if both are off.
func TestSlowThreshold(t *testing.T) {
	for _, c := range []struct{ slowerUsec, latencyMs, ns int64 }{
		{-1, 0, math.MaxInt64}, {0, 0, 0}, {10_000, 0, 10_000_000}, {-1, 5, 5_000_000},
		{10_000, 5, 5_000_000}, {math.MaxInt64, 0, math.MaxInt64}, {-1, math.MaxInt64, math.MaxInt64},
	} {
		got := slowThreshold(&Config{SlowlogSlowerThan: c.slowerUsec, LatencyThreshold: c.latencyMs})
		if got != c.ns {
			t.Errorf("slower than %d us, %d ms: %d ns, want %d", c.slowerUsec, c.latencyMs, got, c.ns)
		}
	}
}

func BenchmarkStopwatch(b *testing.B) {
	w := newStopwatch(systemClock{})
	for range b.N {
		w.read()
	}
}

// BenchmarkCountCall is what timing adds to every command.
func BenchmarkCountCall(b *testing.B) {
	e := &Engine{
		watch: newStopwatch(systemClock{}), config: NewConfig(), counts: make([]CommandStats, 8),
		slowNs: math.MaxInt64, tracksTimes: true,
	}
	e.watch.calibrate()
	specs := [2]Spec{{id: 1}, {id: 5}}
	s := &Session{}
	for i := range b.N {
		e.countCall(s, &specs[i&1], nil, e.lastMark)
	}
}
