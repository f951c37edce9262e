package main

import (
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// returnInterval is how often the Go heap is looked at.
	returnInterval = time.Second
	// returnBytes is from how much on that the heap holds for nothing it is given back.
	returnBytes = 8 << 20
	// collectAfter is how many looks without a collection make one due: what connections have
	// left behind is not known to be garbage before.
	collectAfter = 1
	// collectRarely is what that grows to while such collections find nothing, and clients stay.
	collectRarely = 60
)

// janitor gives memory of the Go heap back to the system soon after it has become free. The data
// isn't there, but the buffers of connections are: the reply to a GET of 64 MiB, the stacks and
// buffers of 10,000 clients that have gone or fallen silent. Left to itself, the collector would
// keep their memory until the next collection, which in an idle server is minutes away.
//
// Owned by the goroutine of returnMemory.
type janitor struct {
	samples []metrics.Sample
	cycles  uint64 // collections at the last look
	quiet   int    // looks since the last collection
	after   int    // looks that make one due
	clients func() int64
	most    int64 // clients at any look since the last one before a collection
	last    int64 // clients at the last look
}

func newJanitor(clients func() int64) *janitor {
	return &janitor{after: collectAfter, clients: clients, samples: []metrics.Sample{
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/heap/free:bytes"},
		{Name: "/memory/classes/heap/unused:bytes"},
		{Name: "/gc/heap/live:bytes"},
		{Name: "/gc/cycles/total:gc-cycles"},
	}}
}

// look reads how much the heap holds, and how much of it the last collection found in use.
func (j *janitor) look() (held, live int64, cycles uint64) {
	metrics.Read(j.samples)
	for i := range j.samples[:3] {
		held += int64(j.samples[i].Value.Uint64())
	}
	return held, int64(j.samples[3].Value.Uint64()), j.samples[4].Value.Uint64()
}

// tidy is one look at the heap.
func (j *janitor) tidy() {
	held, live, cycles := j.look()
	if cycles != j.cycles {
		j.cycles, j.quiet, j.most = cycles, 0, j.last // it may have been before they left
	}
	j.quiet++
	now := j.clients()
	if j.most = max(j.most, now); now <= j.most/2 && j.most > 0 { // many have left something behind
		j.after = collectAfter
	}
	j.last = now
	switch {
	case held-live > returnBytes:
		debug.FreeOSMemory()
	case held > returnBytes && j.quiet >= j.after:
		debug.FreeOSMemory()
		if left, _, _ := j.look(); held-left < returnBytes {
			j.after = min(2*j.after, collectRarely)
		} else {
			j.after = collectAfter
		}
	}
}

// returnMemory looks after the heap until stop is closed. clients is how many there are.
func returnMemory(stop <-chan struct{}, clients func() int64) {
	ticker := time.NewTicker(returnInterval)
	defer ticker.Stop()
	for j := newJanitor(clients); ; {
		select {
		case <-stop:
			return
		case <-ticker.C:
			j.tidy()
		}
	}
}
