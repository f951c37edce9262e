package keyspace_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ringer-kv/ringer/keyspace"
)

// TestExpiryTakesTime: INFO tells how long the deletion of expired keys has taken.
func TestExpiryTakesTime(t *testing.T) {
	clock := &slowClock{testClock: testClock{now: time.UnixMilli(1_700_000_000_000)}}
	c := newClient(t, newEngine(t, keyspace.Options{Clock: clock}))
	c.do("SET a 1 PX 10\nSET b 1 PX 10")
	if got := c.do("INFO stats"); !strings.Contains(got, "expire_cycle_cpu_milliseconds:0\r\n") {
		t.Errorf("at first: %s", got)
	}
	clock.slow.Store(true)
	clock.advance(20 * time.Millisecond)
	c.do("PING")
	clock.slow.Store(false)
	got := c.do("INFO stats")
	if !strings.Contains(got, "expired_keys:2\r\n") ||
		strings.Contains(got, "expire_cycle_cpu_milliseconds:0\r\n") {
		t.Errorf("later: %s", got)
	}
}

// slowClock is a clock that goes on by itself, a millisecond each time it is looked at.
type slowClock struct {
	testClock
	slow atomic.Bool
}

func (c *slowClock) Now() time.Time {
	if c.slow.Load() {
		c.mu.Lock()
		c.now = c.now.Add(time.Millisecond)
		c.mu.Unlock()
	}
	return c.testClock.Now()
}
