package keyspace_test

import (
	"testing"
	"time"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// judge is an Interceptor that has a verdict for a command's name, and counts what it is asked.
type judge struct {
	verdicts map[string]keyspace.Verdict
	asked    map[string]int
}

func (j *judge) Intercept(c keyspace.Call) keyspace.Verdict {
	j.asked[string(c.Args[0])]++
	return j.verdicts[string(c.Args[0])]
}

func newJudge(name string, v keyspace.Verdict) *judge {
	return &judge{
		verdicts: map[string]keyspace.Verdict{name: v}, asked: make(map[string]int),
	}
}

func TestInterceptedCommands(t *testing.T) {
	cases := []struct {
		name    string
		verdict keyspace.Verdict
		want    string
		closed  bool
		stored  bool
	}{
		{"executed", keyspace.Verdict{}, "+PONG\r\n+OK\r\n+PONG\r\n", false, true},
		{
			"an error", keyspace.Verdict{Error: reply.ErrNoAuth},
			"+PONG\r\n-NOAUTH Authentication required.\r\n+PONG\r\n", false, false,
		},
		{"cut before", keyspace.Verdict{Cut: keyspace.CutBefore}, "+PONG\r\n", true, false},
		{"cut after", keyspace.Verdict{Cut: keyspace.CutAfter}, "+PONG\r\n", true, true},
		{"cut in the reply", keyspace.Verdict{Cut: keyspace.CutPartial}, "+PONG\r\n+O", true, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			j := newJudge("SET", c.verdict)
			client := newClient(t, newEngine(t, keyspace.Options{Interceptor: j}))
			if got := client.do("PING\nSET k v\nPING"); got != c.want {
				t.Errorf("replied %q, want %q", got, c.want)
			}
			if client.conn.closed != c.closed {
				t.Errorf("closed: %v, want %v", client.conn.closed, c.closed)
			}
			if stored := call(t, client.e, "EXISTS", "k") == ":1\r\n"; stored != c.stored {
				t.Errorf("executed: %v, want %v", stored, c.stored)
			}
			if n := j.asked["EXISTS"]; n != 0 {
				t.Errorf("a command of the program itself was intercepted")
			}
		})
	}
}

// call runs one command for the program itself.
func call(t *testing.T, e *keyspace.Engine, words ...string) string {
	t.Helper()
	var w reply.RESP
	args := make([][]byte, len(words))
	for i, word := range words {
		args[i] = []byte(word)
	}
	if err := e.Call(0, args, &w); err != nil {
		t.Fatal(err)
	}
	return string(w.Take())
}

func TestDelayedCommand(t *testing.T) {
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	j := newJudge("SET", keyspace.Verdict{Delay: time.Second})
	e := newEngine(t, keyspace.Options{Interceptor: j, Clock: clock})
	slow, fast := newClient(t, e), newClient(t, e)
	slow.submit("PING\nSET k v\nGET k")
	if got := fast.do("GET k"); got != "$-1\r\n" {
		t.Errorf("another client got %q: it has been delayed, or the command was not", got)
	}
	clock.advance(999 * time.Millisecond)
	if got := fast.do("GET k"); got != "$-1\r\n" {
		t.Errorf("the command ran before its time: %q", got)
	}
	clock.advance(2 * time.Millisecond)
	if got, want := slow.wait(), "+PONG\r\n+OK\r\n$1\r\nv\r\n"; got != want {
		t.Errorf("replied %q, want %q", got, want)
	}
	if j.asked["SET"] != 1 {
		t.Errorf("asked %d times about one command", j.asked["SET"])
	}
}

func TestDelayedCommandOfAClientThatLeaves(t *testing.T) {
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	j := newJudge("SET", keyspace.Verdict{Delay: time.Second})
	e := newEngine(t, keyspace.Options{Interceptor: j, Clock: clock})
	c := newClient(t, e)
	c.submit("SET k v")
	e.Hangup(c.s)
	c.wait()
	clock.advance(2 * time.Second)
	if got := call(t, e, "EXISTS", "k"); got != ":0\r\n" {
		t.Errorf("a command that was delayed ran for a client that is gone: %q", got)
	}
	if err := e.Do(func() { e.Check() }); err != nil {
		t.Fatal(err)
	}
}

func TestPromptDeadlines(t *testing.T) {
	for _, prompt := range []bool{false, true} {
		clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
		e := newEngine(t, keyspace.Options{Clock: clock, Prompt: prompt})
		c := newClient(t, e)
		c.do("SET k v PX 1000")
		c.submit("BLPOP l 1")
		call(t, e, "PING")
		clock.advance(time.Second)
		if err := e.Settle(); err != nil {
			t.Fatal(err)
		}
		gone := call(t, e, "EXISTS", "k") == ":0\r\n"
		if gone != prompt {
			t.Errorf("prompt %v: at its deadline the key is gone: %v", prompt, gone)
		}
		if answered := len(c.conn.done) == 1; answered != prompt {
			t.Errorf("prompt %v: at its deadline BLPOP is answered: %v", prompt, answered)
		}
		clock.advance(time.Millisecond)
		c.wait()
	}
}

func TestSettleDoesAllThatIsDue(t *testing.T) {
	const keys = 5000 // far more than one slice of active expiry
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	e := newEngine(t, keyspace.Options{Clock: clock})
	for i := range keys {
		call(t, e, "SET", "k"+string(rune('a'+i%26))+string(rune('a'+i/26%26))+
			string(rune('a'+i/676)), "v", "EX", "10")
	}
	clock.advance(11 * time.Second)
	if err := e.Settle(); err != nil {
		t.Fatal(err)
	}
	if got := call(t, e, "DBSIZE"); got != ":0\r\n" {
		t.Errorf("left after Settle: %q", got)
	}
}

func TestCallNeverWaits(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	if got := call(t, e, "BLPOP", "l", "0"); got != "*-1\r\n" {
		t.Errorf("BLPOP replied %q", got)
	}
	c := newClient(t, e)
	c.submit("BLPOP l 0")
	if got := call(t, e, "RPUSH", "l", "x"); got != ":1\r\n" {
		t.Errorf("RPUSH replied %q", got)
	}
	if got := c.wait(); got != "*2\r\n$1\r\nl\r\n$1\r\nx\r\n" {
		t.Errorf("who waited for it got %q", got)
	}
}
