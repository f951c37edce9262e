package resp

import (
	"sync"
	"sync/atomic"
	"testing"
)

// TestDue says in full what wakes a connection's goroutine.
func TestDue(t *testing.T) {
	for _, c := range []struct {
		name string
		bits uint32
		want bool
	}{
		{"nothing", 0, false},
		{"bytes to read", evReadable, true},
		{"bytes to read while a batch is in flight", evReadable | stInFlight, false},
		{"a batch in flight", stInFlight, false},
		{"the peer is gone", evHangup, true},
		{"the peer is gone while a batch is in flight", evHangup | stInFlight, true},
		{"a socket that takes output, but none is kept", evWritable, false},
		{"kept output", stKept, false},
		{"kept output that may be written", stKept | evWritable, true},
		{"the same while a batch is in flight", stKept | evWritable | stInFlight, true},
		{"close", evClose | stInFlight, true},
		{"broken", evReset, true},
		{"idle", evIdle, true},
		{"closed already", stShut | evClose | evHangup | stInFlight, false},
		{"closed and the batch is back", stShut, true},
	} {
		if got := due(c.bits); got != c.want {
			t.Errorf("%s: due is %v", c.name, got)
		}
	}
}

func newTestWord() *word { return &word{wake: make(chan struct{}, 1)} }

// TestWaitLeavesReadabilityToTheNextRound: what comes in during a batch is not lost.
func TestWaitLeavesReadabilityToTheNextRound(t *testing.T) {
	w := newTestWord()
	w.change(evReadable|evHangup|stInFlight, 0)
	if got := w.wait(); got&evHangup == 0 {
		t.Fatalf("got %b", got)
	}
	w.change(0, stInFlight)
	if got := w.wait(); got != evReadable {
		t.Fatalf("got %b, want readable", got)
	}
	if left := w.bits.Load(); left != 0 {
		t.Fatalf("%b is left", left)
	}
}

// TestOneWakeUp: a reply and the next request wake the goroutine once, whichever is first.
func TestOneWakeUp(t *testing.T) {
	for _, replyFirst := range []bool{true, false} {
		w := newTestWord()
		w.bits.Store(stInFlight | stWaiting)
		steps := [][2]uint32{{evReadable, 0}, {0, stInFlight}}
		if replyFirst {
			steps[0], steps[1] = steps[1], steps[0]
		}
		w.change(steps[0][0], steps[0][1])
		if len(w.wake) != 0 {
			t.Fatalf("reply first %v: woken by the first event", replyFirst)
		}
		w.change(steps[1][0], steps[1][1])
		if len(w.wake) != 1 {
			t.Fatalf("reply first %v: not woken", replyFirst)
		}
	}
}

// TestDormantIsStartedOnce: of all who wake a dormant gate one is told to start it.
func TestDormantIsStartedOnce(t *testing.T) {
	for range 200 {
		w := newTestWord()
		if !w.rest() {
			t.Fatal("it does not rest")
		}
		var started atomic.Int32
		var group sync.WaitGroup
		for _, bit := range []uint32{evReadable, evHangup, evClose} {
			group.Go(func() {
				if _, dormant := w.change(bit, 0); dormant {
					started.Add(1)
				}
			})
		}
		group.Wait()
		if started.Load() != 1 {
			t.Fatalf("started %d times", started.Load())
		}
	}
}

func TestRestRefuses(t *testing.T) {
	for _, bits := range []uint32{evReadable, evHangup, evClose, stInFlight, stKept} {
		w := newTestWord()
		w.bits.Store(bits)
		if w.rest() {
			t.Errorf("rests with %b", bits)
		}
	}
}

// TestNoWakeUpIsLost plays requests and replies from two goroutines against one that waits.
func TestNoWakeUpIsLost(t *testing.T) {
	const rounds = 20_000
	w := newTestWord()
	inFlight := make(chan struct{}, 1)
	var group sync.WaitGroup
	group.Go(func() { // the owner
		for range inFlight {
			w.change(0, stInFlight)
		}
	})
	seen := make(chan struct{})
	group.Go(func() { // the peer
		for range rounds {
			w.change(evReadable, 0)
			<-seen
		}
	})
	for range rounds {
		for w.wait()&evReadable == 0 {
			t.Error("woken without a reason")
		}
		seen <- struct{}{}
		w.change(stInFlight, 0)
		inFlight <- struct{}{}
	}
	close(inFlight)
	group.Wait()
}

// TestSweep: two sweeps without an event in between make a gate idle.
func TestSweep(t *testing.T) {
	for _, c := range []struct {
		name  string
		bits  uint32
		event uint32 // between the two sweeps, consumed
		idle  bool
	}{
		{"waits for its peer", stWaiting, 0, true},
		{"is at work", 0, 0, false},
		{"waits for the owner", stWaiting | stInFlight, 0, false},
		{"waits to write", stWaiting | stKept, 0, false},
		{"has had a request in between", stWaiting, evReadable, false},
	} {
		w := newTestWord()
		w.bits.Store(c.bits)
		w.sweep()
		if c.event != 0 {
			w.change(c.event, 0)
			w.wait()
			w.bits.Or(stWaiting)
		}
		w.sweep()
		if idle := w.bits.Load()&evIdle != 0; idle != c.idle {
			t.Errorf("a gate that %s: idle is %v", c.name, idle)
		}
	}
}
