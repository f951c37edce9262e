package keyspace

import (
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// This file is how long commands take: what Commandstats, Latencystats, SLOWLOG and LATENCY show.
//
// A batch is a row of boundaries, and a command lasts from one to the next:
//
//	startBatch    command 1    command 2     command 3   flush    command 4
//	   |--------------|------------|-------------|          |---------|
//	  mark         reading      reading       reading      mark    reading
//
// So one reading of a clock serves for the end of one command and the beginning of the next, and
// each command is timed by itself: sums, means, percentiles and the slow log are exact. What lies
// between two commands is counted to the second one: its lookup and its checks, and to the first
// of each window the look ahead at the keys of all of them (see window). Parsing, writing and
// waiting are not.
//
// The clock. Asking the system costs 33 ns on the machine that the README names, which is a
// twentieth of a command in a deep pipeline. The time stamp counter costs 13, and can be trusted
// where Linux itself takes the time from it, also by way of a virtual machine's clock: then it runs
// at one rate, and alike on all processors. Elsewhere, and while a test holds the clock, the
// engine's clock is asked. With the histogram it comes to 23 ns for each command
// (BenchmarkCountCall). To time only a whole batch would be cheaper still, but it would make up the
// time of every command in it.
//
// Redis reads its clock twice for each command, and cuts every time to microseconds.

// stopwatch measures short times.
//
// Owned by the keyspace goroutine.
type stopwatch struct {
	clock  Clock // asked for each reading; nil: the system's time
	cycles bool  // the counter is read
	// nsPerTick is what a tick of a reading lasts, in units of 2^-32 ns.
	nsPerTick uint64
	begin     time.Time // of the process's engine, for monotonic time
	// The last calibration of the counter.
	sinceNs, sinceTick int64
}

const oneNs = 1 << 32 // in units of nsPerTick

// newStopwatch makes a stopwatch for an engine's clock.
func newStopwatch(c Clock) stopwatch {
	w := stopwatch{nsPerTick: oneNs, begin: time.Now()}
	if _, system := c.(systemClock); !system {
		w.clock = c
		return w
	}
	w.cycles = hasCycles && cyclesSteady()
	if w.cycles {
		w.sinceNs, w.sinceTick = int64(time.Since(w.begin)), cycles()
	}
	return w
}

// read is a reading, in ticks since some time.
func (w *stopwatch) read() int64 {
	if w.cycles {
		return cycles()
	}
	return w.ask()
}

// ask is a reading of a clock.
func (w *stopwatch) ask() int64 {
	if w.clock != nil {
		return w.clock.Now().UnixNano()
	}
	return int64(time.Since(w.begin))
}

// between is the time between two readings in nanoseconds; 0 if a clock has been set back.
func (w *stopwatch) between(from, to int64) int64 {
	if to <= from {
		return 0
	}
	high, low := bits.Mul64(uint64(to-from), w.nsPerTick)
	if high >= 1<<31 {
		return math.MaxInt64
	}
	return int64(high<<32 | low>>32)
}

// calibrateAfter is how long the counter is held against the clock, unless it never was.
const calibrateAfter = time.Second

// calibrate finds out how long a tick of the counter lasts. It is called now and then, between
// commands.
func (w *stopwatch) calibrate() {
	if !w.cycles {
		return
	}
	ns := int64(time.Since(w.begin))
	passed := ns - w.sinceNs
	if passed < int64(calibrateAfter) && w.nsPerTick != oneNs {
		return
	}
	tick := cycles()
	nsPerTick := float64(passed) / float64(max(tick-w.sinceTick, 1))
	w.sinceNs, w.sinceTick = ns, tick
	if nsPerTick < 1/maxGHz || nsPerTick > 1/minGHz {
		w.cycles, w.nsPerTick = false, oneNs
		return
	}
	w.nsPerTick = uint64(nsPerTick * oneNs)
}

// The rates that a counter can have. If it seems to have another one, the time is not the world's
// (testing/synctest), and the counter would be wrong by it.
const (
	minGHz = 0.1
	maxGHz = 20
)

// mark begins the time of the next command.
func (e *Engine) mark() { e.lastMark = e.watch.read() }

// systemMark is the last boundary or, if a test holds the engine's clock, the time by the system's.
func (e *Engine) systemMark() int64 {
	if e.watch.clock == nil {
		return e.lastMark
	}
	return int64(time.Since(e.watch.begin))
}

// lap is the time since a boundary, which need not be the last one, in nanoseconds. It makes a new
// boundary.
func (e *Engine) lap(from int64) int64 {
	now := e.watch.read()
	e.lastMark = now
	return e.watch.between(from, now)
}

// countCall counts a command that has run since a boundary; EXEC contains those of its commands.
// One that waits now counts as a call, but its time is not complete. Redis: call.
func (e *Engine) countCall(s *Session, spec *Spec, args [][]byte, from int64) {
	now := e.watch.read()
	e.lastMark = now
	ns := e.watch.between(from, now)
	e.stats.Commands++
	t := &e.counts[spec.id]
	t.Calls++
	t.Ns += ns
	if s.waiter != nil {
		s.waiter.spentNs = ns
		return
	}
	if t.times != nil && e.tracksTimes {
		t.times.add(ns)
		if ns < e.slowNs {
			return
		}
	}
	e.noteTime(s, spec, args, ns)
}

// countAnswer counts the time of a command that has waited and been answered, unless its time was
// over.
// Redis: updateStatsOnUnblock, which counts what was spent before it waited once more.
func (e *Engine) countAnswer(w *waiter) {
	ns := e.lap(e.lastMark)
	if w.cut {
		return
	}
	t := &e.counts[w.spec.id]
	t.Ns += ns
	if t.times != nil && e.tracksTimes {
		t.times.add(w.spentNs + ns)
	}
	e.noteTime(w.session, w.spec, w.args, w.spentNs+ns)
}

// noteTime notes how long one call took, unless countCall has.
func (e *Engine) noteTime(s *Session, spec *Spec, args [][]byte, ns int64) {
	if t := &e.counts[spec.id]; e.tracksTimes && t.times == nil {
		t.times = new(histogram)
		t.times.add(ns)
	}
	if ns >= e.slowNs {
		e.noteSlow(s, spec, args, ns)
	}
}

// infoLatencyStats shows the percentiles of latency-tracking-info-percentiles for each command.
// Redis: genRedisInfoStringLatencyStats.
func (e *Engine) infoLatencyStats(w *infoWriter) {
	if !e.config.LatencyTracking {
		return
	}
	percentiles := strings.Fields(e.config.LatencyPercentiles)
	e.table.each(func(s *Spec) {
		times := e.countsOf(s).times
		if times == nil {
			return
		}
		shown := make([]string, len(percentiles))
		for i, p := range percentiles {
			f, _ := strconv.ParseFloat(p, 64) // checked when it was set
			usec := float64(times.percentile(f)) / 1000
			shown[i] = fmt.Sprintf("p%s=%.3f", trimmedFloat(f), usec)
		}
		w.text("latency_percentiles_usec_"+s.fullName, strings.Join(shown, ","))
	})
}

// CallTimes are the times of a command's calls, as a cumulative histogram with bounds that double,
// and how many calls it counts; none if the command was not called, or its calls were not timed.
func (e *Engine) CallTimes(s *Spec) (calls int64, times []TimeCount) {
	h := e.countsOf(s).times
	if h == nil {
		return 0, nil
	}
	return h.count(), h.cumulative()
}

// trimmedFloat is a number with six digits behind the point, without zeros at the end.
func trimmedFloat(f float64) string {
	return strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(f, 'f', 6, 64), "0"), ".")
}
