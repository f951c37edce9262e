package keyspace_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

func (c *testConn) isAborted() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.aborted
}

// TestTimeout: a client that is silent for longer than timeout is closed, at that time; one that
// waits for a key, is a monitor, or speaks now and then, is not.
func TestTimeout(t *testing.T) {
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	e := newEngine(t, keyspace.Options{Clock: clock})
	idle, waits, monitor, speaks := newClient(t, e), newClient(t, e), newClient(t, e), newClient(t, e)
	speaks.do("CONFIG SET timeout 10")
	idle.do("PING")
	monitor.do("MONITOR")
	waits.submit("BLPOP none 0")
	e.Do(func() {})
	for range 3 {
		clock.advance(5 * time.Second)
		if speaks.do("PING") != "+PONG\r\n" {
			t.Fatal("no answer")
		}
		if clock.Now().UnixMilli() <= 1_700_000_010_000 && idle.conn.isAborted() {
			t.Error("closed too early")
		}
	}
	waitFor(t, idle.conn.isAborted)
	if waits.conn.isAborted() || monitor.conn.isAborted() || speaks.conn.isAborted() {
		t.Error("a client is closed that must not be")
	}
	speaks.do("CONFIG SET timeout 0")
	clock.advance(time.Hour)
	if speaks.do("PING") != "+PONG\r\n" || speaks.conn.isAborted() {
		t.Error("closed without a timeout")
	}
}

// TestMaxMemoryClients: while all clients together take too much, the largest goes that may.
func TestMaxMemoryClients(t *testing.T) {
	for _, limit := range []string{"1mb", "1%"} {
		clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
		e := newEngine(t, keyspace.Options{Clock: clock})
		c, small, large, exempt := newClient(t, e), newClient(t, e), newClient(t, e), newClient(t, e)
		c.do("CONFIG SET maxmemory 100mb maxmemory-clients " + limit)
		exempt.do("CLIENT NO-EVICT ON")
		for i, other := range []*client{small, large, exempt} {
			other.conn.mu.Lock()
			other.conn.stuck = true
			other.conn.mu.Unlock()
			text := strings.Repeat("x", []int{300_000, 600_000, 500_000}[i])
			e.Do(func() {
				e.Push(other.s, 1, func(w reply.Writer) { w.BulkString(text) })
			})
		}
		clock.advance(time.Second)
		waitFor(t, large.conn.isAborted)
		clock.advance(time.Second)
		if got := c.do("INFO stats"); !strings.Contains(got, "evicted_clients:1\r\n") {
			t.Errorf("limit %s: INFO has %q", limit, got)
		}
		if small.conn.isAborted() || exempt.conn.isAborted() {
			t.Errorf("limit %s: another client is gone", limit)
		}
		c.do("CONFIG SET maxmemory-clients 0")
	}
}
