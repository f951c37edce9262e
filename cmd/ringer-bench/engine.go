package main

import (
	"errors"
	"sync/atomic"
	"time"
)

// loadOptions is a load as the command line or the suite describes it.
type loadOptions struct {
	Conns      int           `json:"connections"`
	Pipeline   int           `json:"pipeline"`
	Threads    int           `json:"threads"`
	KeySpace   uint64        `json:"key_space"`
	ValueBytes int           `json:"value_bytes"`
	Count      uint64        `json:"count,omitempty"`
	Duration   time.Duration `json:"duration_ns,omitempty"`
	Warmup     time.Duration `json:"warmup_ns"`
	Rate       float64       `json:"rate,omitempty"`
	Seed       uint64        `json:"seed"`
}

// control connects a run with the goroutines that watch it.
type control struct {
	done atomic.Uint64 // replies so far
	stop atomic.Bool   // ends the run early
}

// runMix makes the load o with requests of mix on t.
func runMix(t target, mix []share, o loadOptions, ctl *control) (*outcome, error) {
	return runSources(t, o, ctl, func(thread int) source {
		threaded := o
		threaded.Seed += uint64(thread) * 0x9e3779b97f4a7c15
		return newMixSource(mix, t.Proto, threaded)
	})
}

// runSources makes the load o on t with one source per thread. Connections, count
// and rate are shared out evenly; the threads start together.
func runSources(
	t target, o loadOptions, ctl *control, sourceOf func(thread int) source,
) (*outcome, error) {
	threads := min(max(o.Threads, 1), o.Conns)
	outs := make([]*outcome, threads)
	errs := make([]error, threads)
	finished := make(chan int, threads)
	for i := range threads {
		p := plan{
			target: t, conns: part(o.Conns, threads, i), pipeline: o.Pipeline,
			duration: o.Duration, warmup: o.Warmup, source: sourceOf(i),
			count: uint64(part(int(o.Count), threads, i)),
			done:  &ctl.done, stop: &ctl.stop,
		}
		p.rate = o.Rate * float64(p.conns) / float64(o.Conns)
		go func() {
			outs[i], errs[i] = runLoop(p)
			if errs[i] != nil {
				ctl.stop.Store(true)
			}
			finished <- i
		}()
	}
	for range threads {
		<-finished
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return mergeOutcomes(outs), nil
}

// part returns the size of part i of total cut into n parts.
func part(total, n, i int) int {
	return total*(i+1)/n - total*i/n
}

// mergeOutcomes adds up what parallel loops have seen.
func mergeOutcomes(outs []*outcome) *outcome {
	sum := outs[0]
	for _, o := range outs[1:] {
		sum.replies += o.replies
		sum.errorCount += o.errorCount
		sum.unsent += o.unsent
		if sum.firstError == "" {
			sum.firstError = o.firstError
		}
		sum.clientBusy = max(sum.clientBusy, o.clientBusy)
		sum.elapsed = max(sum.elapsed, o.elapsed)
		sum.latency.merge(&o.latency)
	}
	return sum
}

// throughput returns replies per second.
func (o *outcome) throughput() float64 {
	return float64(o.replies) / o.elapsed.Seconds()
}
