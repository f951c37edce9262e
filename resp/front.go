package resp

import (
	"net"
	"sync"
)

// front is the net.Listener that redcon accepts from: it hands out gates that have something to
// do, new ones and those that were dormant.
//
// Safe for concurrent use.
type front struct {
	mu     sync.Mutex
	queue  []*gate
	closed bool
	wake   chan struct{} // capacity 1: the queue is not empty, or closed
}

func newFront() *front { return &front{wake: make(chan struct{}, 1)} }

// hand queues a gate that needs a goroutine. After Close its connection just ends.
func (f *front) hand(g *gate) {
	f.mu.Lock()
	closed := f.closed
	if !closed {
		f.queue = append(f.queue, g)
		g.server.running.Add(1)
	}
	f.mu.Unlock()
	if closed {
		g.finish()
		return
	}
	f.rouse()
}

func (f *front) rouse() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// Accept waits for a gate to serve.
func (f *front) Accept() (net.Conn, error) {
	for {
		f.mu.Lock()
		if len(f.queue) > 0 {
			g := f.queue[0]
			f.queue[0] = nil
			f.queue = f.queue[1:]
			if len(f.queue) == 0 {
				f.queue = nil
			}
			f.mu.Unlock()
			return g, nil
		}
		closed := f.closed
		f.mu.Unlock()
		if closed {
			return nil, net.ErrClosed
		}
		<-f.wake
	}
}

// Close makes Accept fail. Gates that nobody has accepted end here.
func (f *front) Close() error {
	f.mu.Lock()
	left := f.queue
	f.queue, f.closed = nil, true
	f.mu.Unlock()
	f.rouse()
	for _, g := range left {
		g.finish()
		g.server.running.Done()
	}
	return nil
}

// Addr is for redcon only; the addresses are the server's.
func (f *front) Addr() net.Addr { return addr{"tcp", "ringer"} }
