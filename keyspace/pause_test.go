package keyspace_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ringer-kv/ringer/keyspace"
)

// TestPauseByTheClock: a pause ends with its last millisecond, on the engine's clock, and no key
// expires before that.
func TestPauseByTheClock(t *testing.T) {
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	e := newEngine(t, keyspace.Options{Clock: clock})
	c, other := newClient(t, e), newClient(t, e)
	runExchanges(t, []exchange{
		{c, "SET k v PX 10", ok}, {c, "CLIENT PAUSE 100 WRITE", ok},
	})
	clock.advance(50 * time.Millisecond)
	runExchanges(t, []exchange{
		{c, "GET k", "$-1\r\n"}, {c, "DBSIZE", ":1\r\n"}, {c, "RANDOMKEY", "$-1\r\n"},
		{c, "SCAN 0", "*2\r\n$1\r\n0\r\n*0\r\n"},
	})
	other.submit("SET a 1\nPING")
	if !other.waiting() {
		t.Fatal("a write does not wait")
	}
	if info := c.do("INFO clients"); !strings.Contains(info, "blocked_clients:1") {
		t.Errorf("INFO clients: %s", info)
	}
	clock.advance(51 * time.Millisecond)
	if got := other.wait(); got != "+OK\r\n+PONG\r\n" {
		t.Errorf("after the pause: %q", got)
	}
	runExchanges(t, []exchange{{c, "DBSIZE", ":1\r\n"}, {c, "EXISTS a k", ":1\r\n"}})
	e.Do(e.Check)
}

// TestPauseHoldsFieldsToo: while clients are paused no field of a hash expires, either: it is not
// seen any more, and goes when the pause is over, alone or with its key.
func TestPauseHoldsFieldsToo(t *testing.T) {
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	r := &recorder{}
	e := newEngine(t, keyspace.Options{Clock: clock, Recorders: []keyspace.Recorder{r}})
	c := newClient(t, e)
	runExchanges(t, []exchange{
		{c, "HSET one f 1", ":1\r\n"}, {c, "HPEXPIRE one 10 FIELDS 1 f", "*1\r\n:1\r\n"},
		{c, "HSET two f 1 g 2", ":2\r\n"}, {c, "HPEXPIRE two 10 FIELDS 1 f", "*1\r\n:1\r\n"},
		{c, "CLIENT PAUSE 100 WRITE", ok},
	})
	recorded := len(r.lines)
	clock.advance(50 * time.Millisecond)
	e.Do(func() {})
	runExchanges(t, []exchange{
		{c, "HGET two f", "$-1\r\n"}, {c, "HGETALL two", "*2\r\n$1\r\ng\r\n$1\r\n2\r\n"},
		{c, "HLEN two", ":1\r\n"}, {c, "HKEYS two", "*1\r\n$1\r\ng\r\n"},
		{c, "HEXISTS two f", ":0\r\n"}, {c, "HTTL two FIELDS 1 f", "*1\r\n:-2\r\n"},
		{c, "HMGET two f g", "*2\r\n$-1\r\n$1\r\n2\r\n"}, {c, "HSTRLEN two f", ":0\r\n"},
		{c, "HVALS two", "*1\r\n$1\r\n2\r\n"},
		{c, "HSCAN two 0", "*2\r\n$1\r\n0\r\n*2\r\n$1\r\ng\r\n$1\r\n2\r\n"},
		{c, "HRANDFIELD two 5", "*1\r\n$1\r\ng\r\n"},
		{c, "EXISTS one", ":0\r\n"}, {c, "HGETALL one", "*0\r\n"}, {c, "TYPE one", "+none\r\n"},
		{c, "DBSIZE", ":2\r\n"},
	})
	if info := c.do("INFO stats"); !strings.Contains(info, "expired_subkeys:0\r\n") {
		t.Errorf("INFO stats: %s", info)
	}
	if len(r.lines) != recorded {
		t.Errorf("recorded in the pause: %q", r.lines[recorded:])
	}
	clock.advance(51 * time.Millisecond)
	e.Do(func() {})
	runExchanges(t, []exchange{{c, "DBSIZE", ":1\r\n"}, {c, "HLEN two", ":1\r\n"}})
	if info := c.do("INFO stats"); !strings.Contains(info, "expired_subkeys:2\r\n") {
		t.Errorf("INFO stats: %s", info)
	}
	e.Do(e.Check)
}

// TestPauseWithoutRoom: a hash that there is no room to copy is read rightly in a pause, all the
// same.
func TestPauseWithoutRoom(t *testing.T) {
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	e := newEngine(t, keyspace.Options{Clock: clock, ArenaBytes: 16 << 20})
	c := newClient(t, e)
	const fields = 90
	for i := range fields {
		c.do(fmt.Sprintf("HSET h f%d %s", i, strings.Repeat("x", 100_000)))
	}
	runExchanges(t, []exchange{
		{c, "HLEN h", fmt.Sprintf(":%d\r\n", fields)},
		{c, "HPEXPIRE h 10 FIELDS 1 f7", "*1\r\n:1\r\n"}, {c, "CLIENT PAUSE 100 WRITE", ok},
	})
	clock.advance(50 * time.Millisecond)
	runExchanges(t, []exchange{
		{c, "HEXISTS h f7", ":0\r\n"}, {c, "HLEN h", fmt.Sprintf(":%d\r\n", fields-1)},
	})
	e.Do(e.Check)
}

// TestPauseAndExec: an EXEC waits if one of its commands would, and is run once when the pause is
// over; one that only reads does not wait, and nothing expires in it.
func TestPauseAndExec(t *testing.T) {
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	e := newEngine(t, keyspace.Options{Clock: clock})
	c, reads, writes, watches := newClient(t, e), newClient(t, e), newClient(t, e), newClient(t, e)
	runExchanges(t, []exchange{
		{c, "SET gone 1 PX 10", ok},
		{writes, "MULTI\nGET k\nSET k 1", ok}, {reads, "MULTI\nGET gone\nDBSIZE", ok},
		{watches, "WATCH gone\nMULTI\nSET l 1", ok},
		{c, "CLIENT PAUSE 100 WRITE", ok},
	})
	clock.advance(50 * time.Millisecond)
	runExchanges(t, []exchange{{reads, "EXEC", "*2\r\n$-1\r\n:1\r\n"}})
	writes.submit("EXEC\nGET k")
	watches.submit("EXEC")
	if !writes.waiting() || !watches.waiting() {
		t.Fatal("an EXEC that writes does not wait")
	}
	runExchanges(t, []exchange{{c, "EXISTS k l", ":0\r\n"}})
	clock.advance(51 * time.Millisecond)
	if got := writes.wait(); got != "*2\r\n$-1\r\n+OK\r\n$1\r\n1\r\n" {
		t.Errorf("after the pause: %q", got)
	}
	if got := watches.wait(); got != "*-1\r\n" {
		t.Errorf("after the pause, with a key that has expired in it: %q", got)
	}
	e.Do(e.Check)
}

// TestSlowLogByTheClock: what a command takes is measured on the engine's clock.
func TestSlowLogByTheClock(t *testing.T) {
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	config := keyspace.NewConfig()
	config.EnableDebugCommand = "yes"
	c := newClient(t, newEngine(t, keyspace.Options{Clock: clock, Config: config}))
	runExchanges(t, []exchange{
		{c, "CONFIG SET latency-monitor-threshold 500", ok}, {c, "PING", "+PONG\r\n"},
		{c, "SLOWLOG LEN", ":0\r\n"},
	})
	c.submit("DEBUG SLEEP 1\nPING")
	waitFor(t, func() bool { return clock.pending() > 0 }) // until the owner sleeps
	clock.advance(time.Second)
	if got := c.wait(); got != "+OK\r\n+PONG\r\n" {
		t.Fatalf("DEBUG SLEEP: %q", got)
	}
	want := "*1\r\n*6\r\n:0\r\n:1700000001\r\n:1000000\r\n*3\r\n$5\r\nDEBUG\r\n$5\r\nSLEEP\r\n" +
		"$1\r\n1\r\n"
	if got := c.do("SLOWLOG GET"); !strings.HasPrefix(got, want) {
		t.Errorf("SLOWLOG GET: %q", got)
	}
	want = "*1\r\n*4\r\n$7\r\ncommand\r\n:1700000001\r\n:1000\r\n:1000\r\n"
	if got := c.do("LATENCY LATEST"); got != want {
		t.Errorf("LATENCY LATEST: %q", got)
	}
}
