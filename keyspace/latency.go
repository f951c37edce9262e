package keyspace

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// latencyMonitor is what LATENCY shows: for each kind of event that kept the server from answering,
// when that happened and for how long, as far as it was longer than latency-monitor-threshold.
//
// Owned by the keyspace goroutine.
type latencyMonitor struct{ events map[string]*LatencyEvent }

// latencySamples is how many samples of an event are kept. Redis: LATENCY_TS_LEN.
const latencySamples = 160

// LatencyEvent is the history of one kind of event.
//
// Owned by the keyspace goroutine.
type LatencyEvent struct {
	Name    string
	MaxMs   int64           // since the last reset
	Samples []LatencySample // the oldest first, at most one for a second
}

// LatencySample is the longest event of a second.
//
// Owned by the keyspace goroutine.
type LatencySample struct{ UnixSec, Ms int64 }

// NoteLatency notes that an event took so long, if that is long enough. Redis:
// latencyAddSampleIfNeeded, latencyAddSample.
func (e *Engine) NoteLatency(event string, ms int64) {
	limit := e.config.LatencyThreshold
	if limit == 0 || ms < limit {
		return
	}
	m := &e.latency
	if m.events == nil {
		m.events = make(map[string]*LatencyEvent)
	}
	ev := m.events[event]
	if ev == nil {
		ev = &LatencyEvent{Name: event}
		m.events[event] = ev
	}
	ev.MaxMs = max(ev.MaxMs, ms)
	second := e.Now().Unix()
	if last := len(ev.Samples) - 1; last >= 0 && ev.Samples[last].UnixSec == second {
		ev.Samples[last].Ms = max(ev.Samples[last].Ms, ms)
		return
	}
	if len(ev.Samples) == latencySamples {
		ev.Samples = slices.Delete(ev.Samples, 0, 1)
	}
	ev.Samples = append(ev.Samples, LatencySample{UnixSec: second, Ms: ms})
}

// LatencyEvents are all events that have samples, by name. O(events log events).
func (e *Engine) LatencyEvents() []*LatencyEvent {
	var all []*LatencyEvent
	for _, name := range slices.Sorted(maps.Keys(e.latency.events)) {
		all = append(all, e.latency.events[name])
	}
	return all
}

// LatencyEvent is the history of one kind of event; nil if there is none.
func (e *Engine) LatencyEvent(name string) *LatencyEvent { return e.latency.events[name] }

// ResetLatency forgets events, all if none is named, and returns how many there were. Redis:
// latencyResetEvent.
func (e *Engine) ResetLatency(names [][]byte) int {
	before := len(e.latency.events)
	if len(names) == 0 {
		clear(e.latency.events)
	}
	for _, name := range names {
		delete(e.latency.events, strings.ToLower(string(name)))
	}
	return before - len(e.latency.events)
}

// LatencyThreshold is how many milliseconds make an event worth noting; 0: none is noted.
func (e *Engine) LatencyThreshold() int64 { return e.config.LatencyThreshold }

// SlowlogThreshold is how many microseconds make a command slow; negative: none is logged.
func (e *Engine) SlowlogThreshold() int64 { return e.config.SlowlogSlowerThan }

// timeEvent notes how long an event took that has begun at a reading of the stopwatch and ends now.
func (e *Engine) timeEvent(event string, from int64) {
	e.NoteLatency(event, e.watch.between(from, e.watch.read())/int64(time.Millisecond))
}
