package resp

import "sync/atomic"

// The bits of a gate's event word. Events are set by whoever sees them; the gate's goroutine
// consumes them when it stops waiting. States are set and cleared.
const (
	// Events.
	evReadable uint32 = 1 << iota // the socket has something to read since the last look
	evWritable                    // kept output may be written
	evHangup                      // the peer has closed its half, or all
	evReset                       // the connection is broken: nothing can be delivered
	evIdle                        // nothing has happened for long: the goroutine may go
	evClose                       // close the connection; never consumed

	// States.
	stInFlight // a batch has been submitted and is not done
	stKept     // output is kept
	stWaiting  // the goroutine waits on the channel
	stDormant  // there is no goroutine; the one who clears this must start one
	stOwner    // the owner uses the descriptor
	stShut     // the descriptor is closed, or closed as soon as the owner lets go of it
	stQuiet    // the last sweep saw the gate waiting; cleared by any event
)

// events are consumed when the goroutine goes on.
const events = evReadable | evWritable | evHangup | evReset | evIdle | stQuiet

// due reports whether the goroutine has something to do: this is the one place that says what
// wakes it. Reading waits for the batch in flight, so a request costs one wake-up: the reply is
// written by the owner, and the next request is what wakes.
func due(w uint32) bool {
	switch {
	case w&stShut != 0:
		return w&stInFlight == 0
	case w&(evClose|evHangup|evReset|evIdle) != 0:
		return true
	case w&(evWritable|stKept) == evWritable|stKept:
		return true
	}
	return w&(evReadable|stInFlight) == evReadable
}

// word is the event word of a gate, and the way to wake it.
//
// Safe for concurrent use.
type word struct {
	bits atomic.Uint32
	wake chan struct{} // capacity 1: one token for each time stWaiting is cleared; nil at rest
}

// change sets and clears bits. It wakes the goroutine that waits if it now has something to do;
// it returns the bits before, and dormant says that there was no goroutine to wake, and that it
// is the caller who must start one.
func (e *word) change(set, clear uint32) (before uint32, dormant bool) {
	for {
		before = e.bits.Load()
		after := before&^clear | set
		if after&(stWaiting|stDormant) != 0 && due(after) {
			after &^= stWaiting | stDormant
		}
		if before != after && !e.bits.CompareAndSwap(before, after) {
			continue
		}
		gone := before &^ after
		if gone&stWaiting != 0 {
			e.wake <- struct{}{}
		}
		return before, gone&stDormant != 0
	}
}

// wait returns, and consumes, the events of which one was due. Readability is left alone while a
// batch is in flight.
func (e *word) wait() uint32 {
	for {
		w := e.bits.Load()
		if !due(w) {
			if e.wake == nil {
				e.wake = make(chan struct{}, 1)
			}
			if e.bits.CompareAndSwap(w, w|stWaiting) {
				<-e.wake
			}
			continue
		}
		eaten := uint32(events)
		if w&stInFlight != 0 {
			eaten &^= evReadable
		}
		if w&eaten == 0 || e.bits.CompareAndSwap(w, w&^eaten) {
			return w
		}
	}
}

// rest makes the gate dormant unless something is due. Nobody can be about to send on wake: that
// is for a goroutine that waits.
func (e *word) rest() bool {
	e.wake = nil
	for {
		w := e.bits.Load()
		if due(w) || w&(stInFlight|stKept) != 0 {
			return false
		}
		if e.bits.CompareAndSwap(w, w|stDormant) {
			return true
		}
	}
}

// sweep marks a gate that waits for its peer; the second sweep that finds the mark still there
// makes it idle.
func (e *word) sweep() {
	w := e.bits.Load()
	switch {
	case w&stWaiting == 0 || w&(stInFlight|stKept) != 0:
	case w&stQuiet != 0:
		e.change(evIdle, 0)
	default:
		e.change(stQuiet, 0)
	}
}
