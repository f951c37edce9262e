package keyspace_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// blockedClients is blocked_clients of INFO, after the invariants have been checked.
func blockedClients(c *client) int {
	c.t.Helper()
	if err := c.e.Do(c.e.Check); err != nil {
		c.t.Fatal(err)
	}
	_, rest, ok := strings.Cut(c.do("INFO clients"), "blocked_clients:")
	n := -1
	if _, err := fmt.Sscan(rest, &n); !ok || err != nil {
		c.t.Fatalf("INFO clients: %q", rest)
	}
	return n
}

// waiting reports whether the client's batch has not been answered yet.
func (c *client) waiting() bool {
	c.e.Do(func() {}) // what was submitted has been executed
	return len(c.conn.done) == 0
}

func pair(key, value string) string {
	return "*2\r\n" + bulk(key) + bulk(value)
}

func TestBlockedAreServedInOrder(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	a, b, c, w := newClient(t, e), newClient(t, e), newClient(t, e), newClient(t, e)
	a.submit("BLPOP x k 0")
	a.waiting()
	b.submit("BRPOP k k 0")
	b.waiting()
	c.submit("BLPOP k 0")
	c.waiting()
	if n := blockedClients(w); n != 3 {
		t.Fatalf("%d clients wait", n)
	}
	if got := w.do("RPUSH k 1 2"); got != ":2\r\n" {
		t.Errorf("RPUSH: %q", got)
	}
	if got := a.wait(); got != pair("k", "1") {
		t.Errorf("the first got %q", got)
	}
	if got := b.wait(); got != pair("k", "2") {
		t.Errorf("the second got %q", got)
	}
	if !c.waiting() || blockedClients(w) != 1 || w.do("EXISTS k") != ":0\r\n" {
		t.Error("the third must wait")
	}
	w.do("SET k string")
	if !c.waiting() {
		t.Error("a string must not wake it")
	}
	w.do("RPUSH l v")
	w.do("RENAME l k")
	if got := c.wait(); got != pair("k", "v") {
		t.Errorf("the third got %q", got)
	}
	if n := blockedClients(w); n != 0 {
		t.Errorf("%d clients wait", n)
	}
}

// What a client has sent behind the command that waits runs later, and what stands before it is
// answered at once.
func TestBlockedPipeline(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	a, w := newClient(t, e), newClient(t, e)
	a.submit("SET s 1\nBLPOP k 0\nGET s\nBLPOP k2 0\nPING")
	if !a.waiting() || a.conn.take() != "+OK\r\n" {
		t.Error("what stands before is not answered")
	}
	w.do("SET s 2\nRPUSH k v\nSET s 3")
	if !a.waiting() || a.conn.take() != pair("k", "v")+bulk("3") {
		t.Error("the batch goes on before the others of the round")
	}
	w.do("LPUSH k2 v2")
	if got := a.wait(); got != pair("k2", "v2")+"+PONG\r\n" {
		t.Errorf("at the end: %q", got)
	}
}

// One push sets off a chain of moves.
func TestBlockedCascade(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	var c [4]*client
	for i := range c {
		c[i] = newClient(t, e)
	}
	c[2].submit("BLPOP k2 0")
	c[2].waiting()
	c[1].submit("BRPOPLPUSH k1 k2 0")
	c[1].waiting()
	c[0].submit("BLMOVE k0 k1 LEFT RIGHT 0")
	c[0].waiting()
	c[3].do("RPUSH k0 v")
	for i, want := range []string{bulk("v"), bulk("v"), pair("k2", "v")} {
		if got := c[i].wait(); got != want {
			t.Errorf("client %d got %q, want %q", i, got, want)
		}
	}
	if got := c[3].do("DBSIZE"); got != ":0\r\n" {
		t.Errorf("DBSIZE: %q", got)
	}
}

func TestBlockedUntilDeadline(t *testing.T) {
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	e := newEngine(t, keyspace.Options{Clock: clock})
	a, b, w := newClient(t, e), newClient(t, e), newClient(t, e)
	a.submit("BLPOP k 0.5\nPING")
	a.waiting()
	b.submit("BLMOVE k l LEFT LEFT 9223372036854774")
	b.waiting()
	clock.advance(500 * time.Millisecond)
	if blockedClients(w) != 2 {
		t.Error("too early")
	}
	clock.advance(time.Millisecond)
	if got := a.wait(); got != "*-1\r\n+PONG\r\n" {
		t.Errorf("at the deadline: %q", got)
	}
	clock.advance(1000 * time.Hour)
	if !b.waiting() || blockedClients(w) != 1 {
		t.Error("the second waits for ever")
	}
	if ok := false; e.Do(func() { ok = e.Unblock(b.s, "UNBLOCKED x") }) != nil || !ok {
		t.Error("Unblock finds nobody")
	}
	if got := b.wait(); got != "-UNBLOCKED x\r\n" {
		t.Errorf("unblocked: %q", got)
	}
	if ok := true; e.Do(func() { ok = e.Unblock(b.s, reply.ErrSyntax) }) != nil || ok {
		t.Error("Unblock finds somebody")
	}
}

// A client that goes leaves nothing, and the element to the next one.
func TestBlockedHangup(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	a, b, w := newClient(t, e), newClient(t, e), newClient(t, e)
	a.submit("BLPOP k j 100")
	a.waiting()
	b.submit("BLPOP j k 100")
	b.waiting()
	e.Hangup(a.s)
	a.wait()
	if blockedClients(w) != 1 {
		t.Error("a client that has gone still waits")
	}
	w.do("RPUSH k v")
	if got := b.wait(); got != pair("k", "v") {
		t.Errorf("the next one got %q", got)
	}
	c := newClient(t, e)
	c.b.Reset()
	c.b.Args, c.b.EOF = [][]byte{[]byte("BLPOP"), []byte("k"), []byte("0")}, true
	c.b.Append()
	e.Submit(c.s, &c.b)
	if got := c.wait(); got != "" || !c.conn.closed {
		t.Errorf("after half a close: %q", got)
	}
	if blockedClients(w) != 0 {
		t.Error("it waits all the same")
	}
}

// A client that has closed its half gets what it is owed, and is not waited for.
func TestBlockedPeerClosed(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	before, after, w := newClient(t, e), newClient(t, e), newClient(t, e)
	before.submit("PING\nBLPOP k 0\nPING")
	before.waiting()
	e.PeerClosed(before.s)
	if got := before.wait(); got != "+PONG\r\n" || !before.conn.closed {
		t.Errorf("one that waits: %q, closed: %v", got, before.conn.closed)
	}
	e.PeerClosed(after.s)
	if got := after.do("PING"); got != "+PONG\r\n" || after.conn.closed {
		t.Errorf("one that does not: %q, closed: %v", got, after.conn.closed)
	}
	if got := after.do("PING\nBLPOP k 0\nPING"); got != "+PONG\r\n" || !after.conn.closed {
		t.Errorf("one that comes to wait: %q, closed: %v", got, after.conn.closed)
	}
	if blockedClients(w) != 0 {
		t.Error("somebody waits all the same")
	}
}

// A blocked client whose socket is full gets what it is owed when it reads again.
func TestBlockedBehindAStuckPeer(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	a, w := newClient(t, e), newClient(t, e)
	a.conn.stuck = true
	a.submit("PING\nBLPOP k 0\nPING")
	a.waiting()
	w.do("RPUSH k v")
	if !a.waiting() {
		t.Error("answered before the socket takes it")
	}
	a.conn.drain(a.s, false)
	if got := a.wait(); got != "+PONG\r\n"+pair("k", "v")+"+PONG\r\n" {
		t.Errorf("got %q", got)
	}
}

// What is recorded gives the same data without waiting.
func TestBlockedRecords(t *testing.T) {
	r := &listRecorder{}
	e := newEngine(t, keyspace.Options{Recorders: []keyspace.Recorder{r}})
	a, w := newClient(t, e), newClient(t, e)
	for _, test := range []struct{ blocked, want string }{
		{"BLPOP k 0", "LPOP k"},
		{"BRPOP k 0", "RPOP k"},
		{"BLMPOP 0 2 x k RIGHT COUNT 5", "RPOP k 2"},
		{"BLMOVE k l RIGHT LEFT 0", "LMOVE k l RIGHT LEFT"},
		{"BRPOPLPUSH k l 0", "RPOPLPUSH k l"},
	} {
		r.lines = nil
		w.do("DEL k")
		a.submit(test.blocked)
		a.waiting()
		w.do("RPUSH k 1 2")
		a.wait()
		w.do("DEL k\nRPUSH k 1 2")
		a.do(test.blocked)
		all := strings.Join(r.lines, "\n")
		want := "RPUSH k 1 2\n" + test.want
		if strings.Count(all, want) != 2 {
			t.Errorf("%s is recorded as\n%s", test.blocked, all)
		}
	}
}

type listRecorder struct{ lines []string }

func (r *listRecorder) Record(_ int, args [][]byte) {
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = string(a)
	}
	r.lines = append(r.lines, strings.Join(words, " "))
}

// TestBlockingStream runs clients that wait, push, swap databases and go at random, and holds the
// number of elements and the invariants against a count.
func TestBlockingStream(t *testing.T) {
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	e := newEngine(t, keyspace.Options{Clock: clock, Seed: 7})
	rnd := rand.New(rand.NewPCG(7, 7))
	w := newClient(t, e)
	var waiters []*client
	pushed, popped := 0, 0
	for range 3000 {
		switch k := rnd.IntN(4); rnd.IntN(8) {
		case 0, 1:
			c := newClient(t, e)
			c.submit(fmt.Sprintf("SELECT %d\nBLPOP k%d k%d %d", rnd.IntN(2), k, rnd.IntN(4), rnd.IntN(3)))
			waiters = append(waiters, c)
		case 2:
			c := newClient(t, e)
			c.submit(fmt.Sprintf("BLMOVE k%d k%d LEFT LEFT %d", k, rnd.IntN(4), rnd.IntN(3)))
			waiters = append(waiters, c)
		case 3, 4:
			w.do(fmt.Sprintf("RPUSH k%d a b", k))
			pushed += 2
		case 5:
			w.do("SWAPDB 0 1")
		case 6:
			clock.advance(time.Duration(rnd.IntN(900)) * time.Millisecond)
		case 7:
			if len(waiters) > 0 {
				i := rnd.IntN(len(waiters))
				e.Hangup(waiters[i].s)
				popped += strings.Count(waiters[i].wait(), "*2\r\n")
				waiters = append(waiters[:i], waiters[i+1:]...)
			}
		}
		e.Do(e.Check)
	}
	for _, c := range waiters {
		e.Hangup(c.s)
		popped += strings.Count(c.wait(), "*2\r\n")
	}
	left := 0
	for db := range 2 {
		w.do(fmt.Sprintf("SELECT %d", db))
		for k := range 4 {
			n := 0
			fmt.Sscanf(w.do(fmt.Sprintf("LLEN k%d", k)), ":%d", &n)
			left += n
		}
	}
	if pushed != popped+left || popped < 100 {
		t.Errorf("%d pushed, %d popped, %d left", pushed, popped, left)
	}
	if n := blockedClients(w); n != 0 {
		t.Errorf("%d clients wait", n)
	}
}
