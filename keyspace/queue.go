package keyspace

import "sync/atomic"

// event is one entry of the owner's queue. That of a batch is embedded in it, so that a request
// allocates nothing; the rare ones are made when they happen, and cost an idle session nothing.
type event struct {
	next *event
	kind eventKind
	s    *Session
	b    *Batch
	run  func()
}

type eventKind uint8

const (
	eventBatch      eventKind = iota // run the commands of b
	eventOpen                        // s has connected
	eventDrained                     // the output that s's front end had kept has been written
	eventHangup                      // s's connection is gone
	eventPeerClosed                  // s's peer has closed its half
	eventRun                         // run the function
	eventNow                         // run the function, also amidst a script that takes long
)

// queue is a lock-free queue of many producers and one consumer, the owner: a stack that
// producers push on with one compare-and-swap, and that the owner takes whole and turns round.
//
// Safe for concurrent use.
type queue struct {
	top    atomic.Pointer[event]
	asleep atomic.Bool   // the owner waits on wake, or is about to
	wake   chan struct{} // capacity 1
}

func newQueue() *queue { return &queue{wake: make(chan struct{}, 1)} }

// push adds one event and wakes the owner if it sleeps.
func (q *queue) push(ev *event) { q.pushChain(ev, ev) }

// pushChain adds a chain whose newest event is first and whose oldest is last.
func (q *queue) pushChain(newest, oldest *event) {
	for {
		top := q.top.Load()
		oldest.next = top
		if q.top.CompareAndSwap(top, newest) {
			break
		}
	}
	q.rouse()
}

// rouse wakes the owner if it sleeps.
func (q *queue) rouse() {
	if q.asleep.Load() && q.asleep.CompareAndSwap(true, false) {
		select {
		case q.wake <- struct{}{}:
		default:
		}
	}
}

// take returns all events, oldest first.
func (q *queue) take() *event {
	if q.top.Load() == nil {
		return nil
	}
	var oldest *event
	for ev := q.top.Swap(nil); ev != nil; {
		next := ev.next
		ev.next = oldest
		oldest, ev = ev, next
	}
	return oldest
}

// empty reports whether nothing waits.
func (q *queue) empty() bool { return q.top.Load() == nil }
