package keyspace_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ringer-kv/ringer/keyspace"
)

func TestTransactionIsOneUnit(t *testing.T) {
	r := &recorder{}
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	e := newEngine(t, keyspace.Options{Recorders: []keyspace.Recorder{r}, Clock: clock})
	c, waiter := newClient(t, e), newClient(t, e)
	cases := []struct {
		name, script string
		want         []string
	}{
		{"several writes", "MULTI\nSET a 1\nGET a\nSELECT 2\nEXPIRE a 1\nSET b 2 EX 1\nEXEC\nSELECT 0",
			[]string{"0: MULTI", "0: SET a 1", "2: SET b 2 PXAT 1700000001000", "2: EXEC"}},
		{"one write", "MULTI\nINCR n\nGET n\nEXEC", []string{"0: INCR n"}},
		{"no write", "MULTI\nGET n\nDEL none\nEXEC", nil},
		{"one command that is two writes", "RPUSH l x\nMULTI\nRPUSH l y\nDEL l\nEXEC",
			[]string{"0: RPUSH l x", "0: MULTI", "0: RPUSH l y", "0: DEL l", "0: EXEC"}},
		{"discarded", "MULTI\nSET a 1\nDISCARD", nil},
		{"aborted", "MULTI\nSET a 1\nNOPE\nEXEC", nil},
		{"writes that fail", "MULTI\nLPUSH a x\nINCR n\nLPUSH a x\nEXEC", []string{"0: INCR n"}},
		{"and behind it", "MULTI\nSET a 1\nSET b 1\nEXEC\nSET c 1",
			[]string{"0: MULTI", "0: SET a 1", "0: SET b 1", "0: EXEC", "0: SET c 1"}},
	}
	for _, tt := range cases {
		r.lines = nil
		c.do(tt.script)
		if !slices.Equal(r.lines, tt.want) {
			t.Errorf("%s:\ngot  %q\nwant %q", tt.name, r.lines, tt.want)
		}
	}
	waiter.submit("BLPOP q 0")
	waiter.waiting()
	r.lines = nil
	c.do("MULTI\nRPUSH q v w\nSET x 1\nEXEC")
	waiter.wait()
	want := []string{"0: MULTI", "0: RPUSH q v w", "0: SET x 1", "0: EXEC", "0: LPOP q"}
	if !slices.Equal(r.lines, want) {
		t.Errorf("a client that is served:\ngot  %q\nwant %q", r.lines, want)
	}
}

// TestTransactionsRepeat runs random transactions in one server and what it records in another.
func TestTransactionsRepeat(t *testing.T) {
	rec := &recorder{}
	e := newEngine(t, keyspace.Options{Seed: 1, Recorders: []keyspace.Recorder{rec}})
	replica := newEngine(t, keyspace.Options{Seed: 100})
	c, r := newClient(t, e), newClient(t, replica)
	rnd := rand.New(rand.NewPCG(5, 41))
	for range 400 {
		var script strings.Builder
		script.WriteString("MULTI\n")
		for range rnd.IntN(6) {
			script.WriteString(collectionCommand(rnd) + "\n")
		}
		script.WriteString([]string{"EXEC", "EXEC", "DISCARD", "NOPE\nEXEC"}[rnd.IntN(4)])
		c.do(script.String())
		if n := len(rec.lines); n > 1 && (rec.lines[0] != "0: MULTI" || rec.lines[n-1] != "0: EXEC") {
			t.Fatalf("not one unit: %q", rec.lines)
		}
		for _, line := range rec.lines {
			_, command, _ := strings.Cut(line, " ")
			if got := r.do(command); got[0] == '-' {
				t.Fatalf("%s: %s", command, got)
			}
		}
		rec.lines = nil
	}
	e.Do(e.Check)
	replica.Do(replica.Check)
	for _, read := range []string{"SMEMBERS s1", "SMEMBERS s2", "HGETALL h1", "HGETALL h2"} {
		want, got := sortedLines(c.do(read)), sortedLines(r.do(read))
		if !slices.Equal(got, want) {
			t.Errorf("%s: the replica has %q, want %q", read, got, want)
		}
	}
}

// TestTransactionsLeaveNothing hangs up at every point of an exchange.
func TestTransactionsLeaveNothing(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	other := newClient(t, e)
	exchange := strings.Split("WATCH a b c|SELECT 1|WATCH a|MULTI|SET a 1|NOPE|SET b 2|EXEC|MULTI|"+
		"SET a "+strings.Repeat("x", 1000)+"|EXEC|WATCH a", "|")
	for n := range len(exchange) + 1 {
		for _, touched := range []bool{false, true} {
			c := newClient(t, e)
			for _, command := range exchange[:n] {
				c.do(command)
			}
			if touched {
				other.do("SET a 2\nFLUSHALL")
			}
			e.Do(e.Check)
			e.Hangup(c.s)
			e.Do(e.Check)
			e.Do(func() {
				if len(c.s.Name()) != 0 || c.s.MultiLen() >= 0 || c.s.MultiMem() != 0 {
					t.Errorf("after %d steps %d bytes are left", n, c.s.MultiMem())
				}
			})
		}
	}
}

func TestQueuedArgumentsAreCopies(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	c := newClient(t, e)
	c.do("MULTI")
	c.submit("SET key value")
	<-c.conn.done
	for _, a := range c.b.Args {
		copy(a, "XXXXXXXXX")
	}
	c.conn.take()
	if got := c.do("EXEC\nGET key"); got != "*1\r\n+OK\r\n$5\r\nvalue\r\n" {
		t.Errorf("got %q", got)
	}
}

// TestQueueNeedsMemory has a queue alone reach maxmemory: what is queued counts, and the commands
// that end a transaction are never refused for it.
func TestQueueNeedsMemory(t *testing.T) {
	config := keyspace.NewConfig()
	config.MaxMemory = 100 << 10
	e := newEngine(t, keyspace.Options{Config: config})
	c, other := newClient(t, e), newClient(t, e)
	c.do("MULTI")
	refused := 0
	for i := range 40 {
		if got := c.do(fmt.Sprintf("GET %d%s", i, strings.Repeat("x", 4<<10))); got[0] == '-' {
			refused++
		}
	}
	if refused < 10 || refused > 20 {
		t.Errorf("%d of 40 commands of 4 KiB were refused above 100 KiB", refused)
	}
	if got := other.do("SET k v"); !strings.HasPrefix(got, "-OOM ") {
		t.Errorf("another client: %q", got)
	}
	if got := c.do("EXEC"); !strings.HasPrefix(got, "-EXECABORT Transaction discarded because of "+
		"previous errors.") {
		t.Errorf("EXEC: %q", got)
	}
	if got := other.do("SET k v"); got != "+OK\r\n" {
		t.Errorf("when the queue is gone: %q", got)
	}
	e.Do(e.Check)
}

// TestExecObeysOutputLimit: the replies of a transaction are not kept for a client that is to be
// cut off anyway; but all of it is executed.
func TestExecObeysOutputLimit(t *testing.T) {
	config := keyspace.NewConfig()
	config.OutputLimits[keyspace.OutputNormal] = keyspace.OutputLimit{HardBytes: 10_000}
	e := newEngine(t, keyspace.Options{Config: config})
	c, other := newClient(t, e), newClient(t, e)
	script := "SET big " + strings.Repeat("x", 3000) + "\nMULTI"
	for range 100 {
		script += "\nGET big\nINCR n"
	}
	c.do(script)
	c.do("EXEC\nINCR n")
	c.conn.mu.Lock()
	aborted := c.conn.aborted
	c.conn.mu.Unlock()
	if !aborted {
		t.Error("the client was not cut off")
	}
	if got := other.do("GET n"); got != "$3\r\n100\r\n" {
		t.Errorf("GET n = %q", got)
	}
	e.Hangup(c.s)
	e.Do(e.Check)
}
