package keyspace_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

const (
	ok     = "+OK\r\n"
	noAuth = "-" + string(reply.ErrNoAuth) + "\r\n"
	denied = "-" + string(reply.ErrWrongPass) + "\r\n"
)

// exchange is one command and its whole reply, or what it begins with.
type exchange struct {
	who         *client
	send, reply string
}

func runExchanges(t *testing.T, steps []exchange) {
	t.Helper()
	for i, s := range steps {
		if got := s.who.do(s.send); !strings.HasPrefix(got, s.reply) || s.reply == "" && got != "" {
			t.Fatalf("step %d: %s: %q, want %q", i, s.send, got, s.reply)
		}
	}
}

// TestPasswordComesLater: who is in stays in when a password is set; who comes later must
// authenticate, and RESET means coming again.
func TestPasswordComesLater(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	early := newClient(t, e)
	runExchanges(t, []exchange{{early, "PING", "+PONG\r\n"}, {early, "CONFIG SET requirepass pw", ok}})
	late := newClient(t, e)
	runExchanges(t, []exchange{
		{early, "GET k", "$-1\r\n"},
		{late, "GET k", noAuth},
		{late, "HELLO 3", "-" + string(reply.ErrHelloNoAuth)},
		{late, "AUTH nopw", denied},
		{late, "AUTH default nopw", denied},
		{late, "AUTH other pw", denied},
		{late, "HELLO 2 AUTH default nopw", denied},
		{late, "GET k", noAuth},
		{late, "HELLO 2 AUTH default pw", "*14\r\n"},
		{late, "GET k", "$-1\r\n"},
		{late, "AUTH wrong", denied},
		{late, "GET k", "$-1\r\n"},
		{early, "RESET", "+RESET\r\n"},
		{early, "GET k", noAuth},
		{early, "AUTH pw", ok},
		{early, "GET k", "$-1\r\n"},
		{early, "AUTH default pw", ok},
	})
}

func TestResetForgets(t *testing.T) {
	c := newClient(t, newEngine(t, keyspace.Options{}))
	runExchanges(t, []exchange{
		{c, "SELECT 3", ok},
		{c, "SET k 3", ok},
		{c, "CLIENT SETNAME me", ok},
		{c, "HELLO 3", "%7\r\n"},
		{c, "GET nosuch", "_\r\n"},
		{c, "RESET", "+RESET\r\n"},
		{c, "GET k", "$-1\r\n"},
		{c, "CLIENT GETNAME", "$-1\r\n"},
		{c, "SELECT 3", ok},
		{c, "GET k", "$1\r\n3\r\n"},
	})
}

func TestShutdown(t *testing.T) {
	var calls atomic.Int32
	asked := make(chan struct{}, 2)
	e := newEngine(t, keyspace.Options{Shutdown: func() {
		calls.Add(1)
		asked <- struct{}{}
	}})
	c, d := newClient(t, e), newClient(t, e)
	runExchanges(t, []exchange{
		{c, "SHUTDOWN ABORT", "-" + string(reply.ErrNoShutdown)},
		{c, "SHUTDOWN SAVE NOSAVE", "-" + string(reply.ErrSyntax)},
		{c, "SHUTDOWN NOW ABORT", "-" + string(reply.ErrSyntax)},
		{c, "SHUTDOWN LATER", "-" + string(reply.ErrSyntax)},
	})
	if calls.Load() != 0 {
		t.Fatal("a refused SHUTDOWN shuts down")
	}
	runExchanges(t, []exchange{{c, "SHUTDOWN NOSAVE NOW FORCE\nPING", ""}, {d, "SHUTDOWN", ""}})
	<-asked
	if n := calls.Load(); n != 1 {
		t.Errorf("Options.Shutdown was called %d times", n)
	}
	if !c.conn.closed || !d.conn.closed {
		t.Error("the connection stays open")
	}
}

func TestShutdownWithNobodyToTell(t *testing.T) {
	c := newClient(t, newEngine(t, keyspace.Options{}))
	runExchanges(t, []exchange{{c, "SHUTDOWN", "-" + string(reply.ErrShutdown)}})
}

// TestDebugSleep stops the whole server, on its own clock.
func TestDebugSleep(t *testing.T) {
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	config := keyspace.NewConfig()
	config.EnableDebugCommand = "local"
	e := newEngine(t, keyspace.Options{Clock: clock, Config: config})
	c, d := newClient(t, e), newClient(t, e)
	c.submit("DEBUG SLEEP 1.5")
	d.submit("PING")
	waitFor(t, func() bool { return clock.pending() > 0 }) // until the owner sleeps
	select {
	case <-d.conn.done:
		t.Fatal("the server works in its sleep")
	default:
	}
	clock.advance(1500 * time.Millisecond)
	if got := c.wait(); got != ok {
		t.Errorf("DEBUG SLEEP: %q", got)
	}
	if got := d.wait(); got != "+PONG\r\n" {
		t.Errorf("PING: %q", got)
	}
}

// pending is the number of timers that are to go off.
func (c *testClock) pending() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, t := range c.timers {
		if !t.at.IsZero() {
			n++
		}
	}
	return n
}

func TestDebugIsProtected(t *testing.T) {
	for _, c := range []struct{ setting, addr, want string }{
		{"no", "127.0.0.1:1", "-ERR DEBUG command not allowed."},
		{"local", "10.0.0.1:1", "-ERR DEBUG command not allowed."},
		{"local", "127.0.0.1:1", ok},
		{"yes", "10.0.0.1:1", ok},
	} {
		config := keyspace.NewConfig()
		config.EnableDebugCommand = c.setting
		e := newEngine(t, keyspace.Options{Config: config})
		d := &client{t: t, e: e, conn: newTestConn()}
		s, err := e.Open(d.conn, keyspace.ConnInfo{Writer: &reply.RESP{}, RemoteAddr: c.addr})
		if err != nil {
			t.Fatal(err)
		}
		d.s = s
		runExchanges(t, []exchange{{d, "DEBUG SET-ACTIVE-EXPIRE 1", c.want}})
	}
}

// TestInfoCounts checks the fields whose value follows from what was done.
func TestInfoCounts(t *testing.T) {
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	c := newClient(t, newEngine(t, keyspace.Options{Clock: clock}))
	runExchanges(t, []exchange{
		{c, "SET a 1 EX 100\nSET b 2\nGET a\nGET b\nGET nosuch\nGET", ok},
		{c, "ZADD a 1 x", "-WRONGTYPE "},
		{c, "SELECT 2\nSET c 3", ok},
	})
	clock.advance(90 * time.Second)
	info := c.do("INFO everything")
	for _, line := range []string{
		"db0:keys=2,expires=1,avg_ttl=10000", "db2:keys=1,expires=0,avg_ttl=0",
		"keyspace_hits:2", "keyspace_misses:1", "total_connections_received:1",
		"connected_clients:1", "uptime_in_seconds:90", "rdb_changes_since_last_save:3",
		"total_error_replies:2", "total_commands_processed:8", "instantaneous_ops_per_sec:0",
		"errorstat_ERR:count=1", "errorstat_WRONGTYPE:count=1",
		"cmdstat_zadd:calls=1,usec=0,usec_per_call=0.00,rejected_calls=0,failed_calls=1",
		"cmdstat_get:calls=3,usec=0,usec_per_call=0.00,rejected_calls=1,failed_calls=0",
		"cmdstat_set:calls=3,", "redis_version:" + keyspace.RedisVersion,
		"maxmemory_policy:noeviction", "role:master", "cluster_enabled:0", "loading:0",
	} {
		if !strings.Contains(info, "\r\n"+line) {
			t.Errorf("INFO lacks %q", line)
		}
	}
	runExchanges(t, []exchange{{c, "CONFIG RESETSTAT", ok}})
	info = c.do("INFO everything")
	for _, line := range []string{
		"keyspace_hits:0", "total_connections_received:0", "db0:keys=2,", "cmdstat_config|resetstat:",
	} {
		if !strings.Contains(info, "\r\n"+line) {
			t.Errorf("INFO lacks %q after CONFIG RESETSTAT", line)
		}
	}
	if strings.Contains(info, "cmdstat_get:") || strings.Contains(info, "errorstat_") {
		t.Error("CONFIG RESETSTAT keeps the calls of commands")
	}
}

func TestTimeIsTheClocks(t *testing.T) {
	clock := &testClock{now: time.UnixMicro(1_700_000_000_123_456)}
	c := newClient(t, newEngine(t, keyspace.Options{Clock: clock}))
	runExchanges(t, []exchange{{c, "TIME", "*2\r\n$10\r\n1700000000\r\n$6\r\n123456\r\n"}})
}

// TestSyntaxOfTheTable: every line of every command can be read, so that COMMAND DOCS is complete.
func TestSyntaxOfTheTable(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	var check func(s *keyspace.Spec)
	check = func(s *keyspace.Spec) {
		if _, err := s.Arguments(); err != nil {
			t.Errorf("%s: %v", s.FullName(), err)
		}
		for _, sub := range s.Sub {
			check(sub)
		}
	}
	for _, s := range e.Commands() {
		check(s)
	}
}

// TestHTTPIsCutOff: a browser that was talked into sending a request gets nothing and does
// nothing.
func TestHTTPIsCutOff(t *testing.T) {
	for _, line := range []string{"POST / HTTP/1.1", "post", "Host: x", "hOST:"} {
		e := newEngine(t, keyspace.Options{})
		c, d := newClient(t, e), newClient(t, e)
		c.do(line + "\nSET k v")
		if !c.conn.closed || !c.conn.aborted {
			t.Errorf("%s: the connection stays open", line)
		}
		runExchanges(t, []exchange{{d, "GET k", "$-1\r\n"}})
	}
}
