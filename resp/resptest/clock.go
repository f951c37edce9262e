package resptest

import (
	"slices"
	"sync"
	"time"

	"github.com/ringer-kv/ringer/keyspace"
)

// Clock is the time of one or several servers: everything in them that depends on time, from the
// TTL of a key to the timeout of a BLPOP, goes by it. It runs with the time of the system, or
// stands still, and a test can move it on. The zero value is one that runs, for several servers to
// share. Servers know no time before 1970.
//
// Safe for concurrent use.
type Clock struct {
	mu      sync.Mutex
	frozen  bool
	now     time.Time // of a clock that stands still; of one that runs, what it showed at since
	since   time.Time // the system's time then; zero: it runs with the system's
	timers  []*timer  // those that are set
	servers []*Server
}

// NewClock is a clock that stands still at t until it is moved.
func NewClock(t time.Time) *Clock { return &Clock{frozen: true, now: t.Round(0)} }

// Now is what the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.read()
}

func (c *Clock) read() time.Time {
	switch {
	case c.frozen:
		return c.now
	case c.since.IsZero():
		return time.Now().Round(0)
	}
	return c.now.Add(time.Since(c.since))
}

// Advance moves the clock on by d and returns when every effect is visible: keys and fields whose
// time has come are gone and their events published, clients that have blocked for long enough are
// answered. A negative d moves it back.
func (c *Clock) Advance(d time.Duration) {
	c.move(func() { c.now = c.read().Add(d) })
}

// Set makes the clock show t, as Advance does. A clock that runs goes on from there.
func (c *Clock) Set(t time.Time) {
	c.move(func() { c.now = t.Round(0) })
}

// move changes the time, lets go off what is due by it, and waits for the servers to catch up.
func (c *Clock) move(change func()) {
	c.mu.Lock()
	change()
	c.since = time.Now()
	now := c.read()
	var due []*timer
	c.timers = slices.DeleteFunc(c.timers, func(t *timer) bool {
		if t.at.After(now) {
			t.startSystem(t.at.Sub(now))
			return false
		}
		t.stopSystem()
		due = append(due, t)
		return true
	})
	servers := slices.Clone(c.servers)
	c.mu.Unlock()
	slices.SortStableFunc(due, func(a, b *timer) int { return a.at.Compare(b.at) })
	for _, t := range due {
		t.f()
	}
	for _, s := range servers {
		s.settle()
	}
}

// attach adds a server that goes by the clock, detach removes it.
func (c *Clock) attach(s *Server) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.servers = append(c.servers, s)
}

func (c *Clock) detach(s *Server) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.servers = slices.DeleteFunc(c.servers, func(t *Server) bool { return t == s })
}

// timer is a call that is to be made at a time of the clock. On a clock that runs a timer of the
// system makes it, unless the clock is moved past it before.
type timer struct {
	clock  *Clock
	at     time.Time
	f      func()
	system *time.Timer // nil: the clock stands still
	round  int         // how often it has been set; a system timer of an earlier round is void
}

// engineClock is the clock as the keyspace wants to have it.
type engineClock struct{ *Clock }

// AfterFunc has f called when the clock has moved on by d.
func (c engineClock) AfterFunc(d time.Duration, f func()) keyspace.Timer {
	t := &timer{clock: c.Clock, f: f}
	t.Reset(d)
	return t
}

// Reset sets the timer anew.
func (t *timer) Reset(d time.Duration) bool {
	c := t.clock
	c.mu.Lock()
	defer c.mu.Unlock()
	was := t.remove()
	t.at = c.read().Add(d)
	c.timers = append(c.timers, t)
	if !c.frozen {
		t.startSystem(d)
	} else if d <= 0 {
		t.remove()
		go t.f()
	}
	return was
}

// Stop takes the timer out.
func (t *timer) Stop() bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	return t.remove()
}

// remove takes the timer out of its clock and reports whether it was there.
func (t *timer) remove() bool {
	t.stopSystem()
	i := slices.Index(t.clock.timers, t)
	if i < 0 {
		return false
	}
	t.clock.timers = slices.Delete(t.clock.timers, i, i+1)
	return true
}

func (t *timer) startSystem(d time.Duration) {
	if t.clock.frozen {
		return
	}
	t.stopSystem()
	round := t.round
	t.system = time.AfterFunc(d, func() { t.fire(round) })
}

func (t *timer) stopSystem() {
	t.round++
	if t.system != nil {
		t.system.Stop()
		t.system = nil
	}
}

// fire is what the timer of the system calls.
func (t *timer) fire(round int) {
	t.clock.mu.Lock()
	valid := round == t.round && t.remove()
	t.clock.mu.Unlock()
	if valid {
		t.f()
	}
}
