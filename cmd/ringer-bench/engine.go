package main

import (
	"errors"
	"sync"
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
// and rate are shared out evenly; the threads start when all connections stand.
func runSources(
	t target, o loadOptions, ctl *control, sourceOf func(thread int) source,
) (*outcome, error) {
	fds, err := t.dialAll(o.Conns)
	if err != nil {
		return nil, err
	}
	defer closeAll(fds)
	threads := min(max(o.Threads, 1), o.Conns)
	if o.Count > 0 { // no thread without a request: to a plan, 0 means no limit
		threads = int(min(uint64(threads), o.Count))
	}
	outs := make([]*outcome, threads)
	errs := make([]error, threads)
	var running sync.WaitGroup
	for i := range threads {
		p := plan{
			target: t, fds: fds[cut(o.Conns, threads, i):cut(o.Conns, threads, i+1)],
			pipeline: o.Pipeline, duration: o.Duration, warmup: o.Warmup, source: sourceOf(i),
			done: &ctl.done, stop: &ctl.stop,
		}
		p.count = uint64(cut(int(o.Count), threads, i+1) - cut(int(o.Count), threads, i))
		p.rate = o.Rate * float64(len(p.fds)) / float64(o.Conns)
		running.Go(func() {
			if outs[i], errs[i] = runLoop(p); errs[i] != nil {
				ctl.stop.Store(true)
			}
		})
	}
	running.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return mergeOutcomes(outs), nil
}

// cut returns where part i begins when total is cut into n even parts.
func cut(total, n, i int) int { return total * i / n }

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
