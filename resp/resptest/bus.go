package resptest

import "sync"

// bus carries from one server to others what servers tell each other: messages, writes, in order.
// A server must not wait for another, which may be waiting for it; the goroutine of the bus does.
//
// Safe for concurrent use.
type bus struct {
	mu     sync.Mutex
	change sync.Cond
	queue  []func()
	busy   bool // a task has been taken and is not done
	closed bool
	done   chan struct{}
}

func newBus() *bus {
	b := &bus{done: make(chan struct{})}
	b.change.L = &b.mu
	go b.run()
	return b
}

// send has a task done after those that were sent before.
func (b *bus) send(task func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed {
		b.queue = append(b.queue, task)
		b.change.Broadcast()
	}
}

func (b *bus) run() {
	defer close(b.done)
	for task := b.next(); task != nil; task = b.next() {
		task()
	}
}

// next waits for a task; nil: the bus has been closed.
func (b *bus) next() func() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.busy = false
	b.change.Broadcast()
	for len(b.queue) == 0 && !b.closed {
		b.change.Wait()
	}
	if b.closed {
		return nil
	}
	task := b.queue[0]
	b.queue = b.queue[1:]
	b.busy = true
	return task
}

// idle returns when everything that was sent has been done.
func (b *bus) idle() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for (len(b.queue) > 0 || b.busy) && !b.closed {
		b.change.Wait()
	}
}

// close ends the goroutine; what it has not begun is not done.
func (b *bus) close() {
	b.mu.Lock()
	b.closed, b.queue = true, nil
	b.change.Broadcast()
	b.mu.Unlock()
	<-b.done
}
