package keyspace_test

import (
	"fmt"
	"reflect"
	"strconv"
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

// TestMaxMemoryClientsOfPrefixes: what a client asks to be told about is memory that it takes.
func TestMaxMemoryClientsOfPrefixes(t *testing.T) {
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	e := newEngine(t, keyspace.Options{Clock: clock})
	c, greedy := newClient(t, e), newClient(t, e)
	c.do("CONFIG SET maxmemory-clients 200000")
	const prefixes, nameBytes = 2000, 12
	for i := range prefixes {
		got := greedy.do(fmt.Sprintf("CLIENT TRACKING ON PREFIX %0*d BCAST", nameBytes, i))
		if got != "+OK\r\n" {
			t.Fatal(got)
		}
	}
	want := "-ERR Prefix '00000000' overlaps with an existing prefix '000000000000'. " +
		"Prefixes for a single client must not overlap.\r\n"
	if got := greedy.do("CLIENT TRACKING ON PREFIX 00000000 BCAST"); got != want {
		t.Errorf("%q", got)
	}
	clock.advance(time.Second)
	waitFor(t, greedy.conn.isAborted)
	if c.conn.isAborted() {
		t.Error("the other client is gone")
	}
}

// TestManyTimeouts: those who have become idle at the same time are closed at the same time.
func TestManyTimeouts(t *testing.T) {
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	e := newEngine(t, keyspace.Options{Clock: clock})
	speaks := newClient(t, e)
	speaks.do("CONFIG SET timeout 10")
	idle := make([]*client, 5)
	for i := range idle {
		idle[i] = newClient(t, e)
		idle[i].do("PING")
	}
	clock.advance(9 * time.Second)
	speaks.do("PING")
	clock.advance(2 * time.Second)
	for _, c := range idle {
		waitFor(t, c.conn.isAborted)
	}
	if speaks.do("PING") != "+PONG\r\n" || speaks.conn.isAborted() {
		t.Error("one that has spoken is closed, too")
	}
}

// stick has the client read nothing more.
func (c *client) stick() {
	c.conn.mu.Lock()
	defer c.conn.mu.Unlock()
	c.conn.stuck = true
}

// TestSoftLimitWithoutMessages: who has been over the soft limit for too long is cut off though he
// is sent nothing more, and not who has read in time.
func TestSoftLimitWithoutMessages(t *testing.T) {
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	config := keyspace.NewConfig()
	config.OutputLimits[keyspace.OutputPubSub] = keyspace.OutputLimit{
		SoftBytes: 10_000, SoftSeconds: 5,
	}
	e := newEngine(t, keyspace.Options{Clock: clock, Config: config})
	c, slow, late := newClient(t, e), newClient(t, e), newClient(t, e)
	for _, other := range []*client{slow, late} {
		other.do("SUBSCRIBE c")
		other.stick()
	}
	c.do("PUBLISH c " + strings.Repeat("x", 20_000))
	for range 4 {
		clock.advance(time.Second)
		e.Do(func() {})
	}
	if slow.conn.isAborted() {
		t.Error("cut off too early")
	}
	late.conn.drain(late.s, false)
	for range 4 {
		clock.advance(time.Second)
		e.Do(func() {})
	}
	waitFor(t, slow.conn.isAborted)
	if late.conn.isAborted() {
		t.Error("one that has read is cut off")
	}
	for range 3 {
		clock.advance(time.Second)
		e.Do(func() {})
	}
	waitFor(t, func() bool { return clock.armed() == 0 }) // nothing is left to look for
	e.Do(e.Check)
}

// TestRecentBuffers: INFO tells of the largest buffers of the last seconds.
func TestRecentBuffers(t *testing.T) {
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	e := newEngine(t, keyspace.Options{Clock: clock})
	c, slow := newClient(t, e), newClient(t, e)
	expect := func(when, output string) {
		t.Helper()
		if got := c.do("INFO clients"); !strings.Contains(got, "max_output_buffer:"+output+"\r\n") {
			t.Errorf("%s: %s", when, got)
		}
	}
	expect("at first", "0")
	slow.do("SUBSCRIBE c")
	slow.stick()
	c.do("PUBLISH c " + strings.Repeat("x", 50_000))
	message := strconv.Itoa(len("*3\r\n"+bulk("message")+bulk("c")+"$50000\r\n\r\n") + 50_000)
	expect("while it waits", message)
	slow.conn.drain(slow.s, false)
	clock.advance(5 * time.Second)
	expect("a little later", message)
	clock.advance(2 * time.Second)
	expect("later", "0")

	slow.stick()
	c.do("PUBLISH c " + strings.Repeat("x", 50_000))
	clock.advance(100 * time.Millisecond)
	c.do("PING") // a round like any other takes samples
	slow.conn.drain(slow.s, false)
	clock.advance(100 * time.Millisecond)
	expect("what nobody has asked for", message)
	e.Hangup(slow.s)
	for range 30 {
		clock.advance(100 * time.Millisecond)
		c.do("PING")
	}
}

// TestSessionSize: a server may have very many that do nothing.
func TestSessionSize(t *testing.T) {
	if size := reflect.TypeFor[keyspace.Session]().Size(); size > 256 {
		t.Errorf("a session is %d bytes", size)
	}
}
