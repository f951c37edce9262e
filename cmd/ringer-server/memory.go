package main

import (
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// returnInterval is how often the Go heap is looked at, returnBytes from how much on what it
// holds for nothing is given back.
const (
	returnInterval = time.Second
	returnBytes    = 16 << 20
)

// returnMemory gives memory of the Go heap back to the system soon after it has become free. The
// data isn't there, but the buffers of connections are: the reply to a GET of 64 MiB, the stacks
// and buffers of 10,000 clients that have gone. Left to itself, the collector would keep their
// memory until the next collection, which in an idle server is minutes away.
func returnMemory(stop <-chan struct{}) {
	ticker := time.NewTicker(returnInterval)
	defer ticker.Stop()
	samples := []metrics.Sample{
		{Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/memory/classes/heap/free:bytes"},
		{Name: "/memory/classes/heap/unused:bytes"},
		{Name: "/gc/heap/live:bytes"},
	}
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
		}
		metrics.Read(samples)
		held := int64(0)
		for i := range samples[:3] {
			held += int64(samples[i].Value.Uint64())
		}
		if idle := held - int64(samples[3].Value.Uint64()); idle > returnBytes {
			debug.FreeOSMemory()
		}
	}
}
