package keyspace_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/command"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// testConn is a connection that keeps what is written to it. While stuck, it keeps the output it
// is given without writing it, as a socket whose peer does not read.
type testConn struct {
	mu      sync.Mutex
	out     []byte
	held    []byte
	stuck   bool
	busy    bool
	closed  bool
	aborted bool
	done    chan struct{} // one value for each batch that is done
}

func newTestConn() *testConn { return &testConn{done: make(chan struct{}, 16)} }

func (c *testConn) Flush(out []byte, state keyspace.FlushState) (kept bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(out) > 0 {
		if c.busy {
			panic("Flush with bytes while Busy")
		}
		if c.stuck {
			c.held, c.busy, kept = out, true, true
		} else {
			c.out = append(c.out, out...)
		}
	}
	if state&keyspace.CloseAfter != 0 {
		c.closed = true
	}
	if state&keyspace.BatchDone != 0 {
		c.done <- struct{}{}
	}
	return kept
}

func (c *testConn) Busy() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.busy
}

func (c *testConn) Waiting() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.held)
}

func (c *testConn) Abort() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.aborted = true
}

// drain writes what is held, as a peer that reads again.
func (c *testConn) drain(s *keyspace.Session, stuck bool) int {
	c.mu.Lock()
	n := len(c.held)
	c.out = append(c.out, c.held...)
	c.held, c.busy, c.stuck = nil, false, stuck
	c.mu.Unlock()
	s.Drained()
	return n
}

func (c *testConn) take() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := string(c.out)
	c.out = nil
	return out
}

// testClock stands still until it is advanced.
type testClock struct {
	mu     sync.Mutex
	now    time.Time
	reads  int
	timers []*testTimer
}

type testTimer struct {
	clock *testClock
	at    time.Time
	f     func()
}

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reads++
	return c.now
}

// readings is how often the time has been asked for.
func (c *testClock) readings() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reads
}

// armed is the number of timers that have yet to go off.
func (c *testClock) armed() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range c.timers {
		if !t.at.IsZero() {
			n++
		}
	}
	return n
}

// fireEarly lets all timers go off before their time.
func (c *testClock) fireEarly() {
	c.mu.Lock()
	for _, t := range c.timers {
		t.at = time.Time{}
	}
	c.mu.Unlock()
	for _, t := range c.timers {
		t.f()
	}
}

func (c *testClock) AfterFunc(d time.Duration, f func()) keyspace.Timer {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &testTimer{clock: c, at: c.now.Add(d), f: f}
	c.timers = append(c.timers, t)
	return t
}

func (t *testTimer) Reset(d time.Duration) bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	t.at = t.clock.now.Add(d)
	return true
}

func (t *testTimer) Stop() bool {
	t.clock.mu.Lock()
	defer t.clock.mu.Unlock()
	t.at = time.Time{}
	return true
}

func (c *testClock) advance(d time.Duration) {
	c.mu.Lock()
	c.now = c.now.Add(d)
	var due []*testTimer
	for _, t := range c.timers {
		if !t.at.IsZero() && !t.at.After(c.now) {
			t.at = time.Time{}
			due = append(due, t)
		}
	}
	c.mu.Unlock()
	for _, t := range due {
		t.f()
	}
}

// client is one session of a test.
type client struct {
	t    testing.TB
	e    *keyspace.Engine
	conn *testConn
	s    *keyspace.Session
	b    keyspace.Batch
}

func newEngine(t testing.TB, o keyspace.Options) *keyspace.Engine {
	t.Helper()
	o.Commands = command.Table()
	if o.Clock == nil {
		o.Clock = &testClock{now: time.UnixMilli(1_700_000_000_000)}
	}
	e, err := keyspace.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

func newClient(t testing.TB, e *keyspace.Engine) *client {
	t.Helper()
	c := &client{t: t, e: e, conn: newTestConn()}
	s, err := e.Open(c.conn, keyspace.ConnInfo{Writer: &reply.RESP{}, RemoteAddr: "127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	c.s = s
	return c
}

// submit hands over a pipeline, one command a line, without waiting.
func (c *client) submit(script string) {
	c.b.Reset()
	for line := range strings.Lines(script) {
		for _, w := range strings.Fields(line) {
			c.b.Args = append(c.b.Args, []byte(w))
		}
		c.b.Append()
	}
	c.e.Submit(c.s, &c.b)
}

func (c *client) wait() string {
	c.t.Helper()
	select {
	case <-c.conn.done:
	case <-time.After(10 * time.Second):
		c.t.Fatal("the batch is never done")
	}
	return c.conn.take()
}

// do runs a pipeline and returns the bytes that answer it.
func (c *client) do(script string) string {
	c.t.Helper()
	c.submit(script)
	return c.wait()
}

func TestPipelineAnswersInOrder(t *testing.T) {
	c := newClient(t, newEngine(t, keyspace.Options{}))
	got := c.do("SET a 1\nGET a\nget A\nDEL a b\nEXISTS a a\nNOPE x y\nGET")
	want := "+OK\r\n$1\r\n1\r\n$-1\r\n:1\r\n:0\r\n" +
		"-ERR unknown command 'NOPE', with args beginning with: 'x' 'y' \r\n" +
		"-ERR wrong number of arguments for 'get' command\r\n"
	if got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestManySessionsAtOnce(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	var wg sync.WaitGroup
	for i := range 20 {
		c := newClient(t, e)
		wg.Go(func() {
			for j := range 200 {
				script := fmt.Sprintf("SET k%d %d\nGET k%d\n", i, j, i)
				v := fmt.Sprint(j)
				want := fmt.Sprintf("+OK\r\n$%d\r\n%s\r\n", len(v), v)
				if got := c.do(script); got != want {
					t.Errorf("session %d: got %q, want %q", i, got, want)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestRoundKeepsTheOrder(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	a, b := newClient(t, e), newClient(t, e)
	fill := func(c *client, words ...string) keyspace.Submission {
		c.b.Reset()
		for _, w := range words {
			c.b.Args = append(c.b.Args, []byte(w))
		}
		c.b.Append()
		return keyspace.Submission{Session: c.s, Batch: &c.b}
	}
	f := keyspace.NewFence()
	for range 3 {
		round := []keyspace.Submission{fill(a, "SET", "k", "first"), fill(b, "GET", "k")}
		if err := e.Round(round, f); err != nil {
			t.Fatal(err)
		}
		select { // behind the fence both are done
		case <-a.conn.done:
		default:
			t.Fatal("Round has returned before its batch was executed")
		}
		if got := b.wait(); got != "$5\r\nfirst\r\n" {
			t.Errorf("the second of the round saw %q", got)
		}
	}
	if err := e.Round(nil, f); err != nil {
		t.Errorf("an empty round: %v", err)
	}
}

func TestReplyWaitsForAStuckPeer(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	c := newClient(t, e)
	big := strings.Repeat("x", 100<<10)
	c.do("SET k " + big)
	c.conn.stuck = true
	c.submit(strings.Repeat("GET k\n", 50))
	other := newClient(t, e)
	if got := other.do("PING"); got != "+PONG\r\n" {
		t.Errorf("another session got %q", got)
	}
	select {
	case <-c.conn.done:
		t.Fatal("done, although 5 MB of replies cannot have been written")
	case <-time.After(20 * time.Millisecond):
	}
	most := 0
	for i := 0; ; i++ {
		select {
		case <-c.conn.done:
			c.conn.drain(c.s, false)
			if n := len(c.conn.take()); n != 50*(len(big)+len("$102400\r\n\r\n")) {
				t.Errorf("%d bytes of replies", n)
			}
			if most > 1<<20 {
				t.Errorf("%d bytes were given at once", most)
			}
			return
		default:
			most = max(most, c.conn.drain(c.s, true))
		}
	}
}

func TestHangupInTheMiddleOfABatch(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	c := newClient(t, e)
	c.do("SET k " + strings.Repeat("x", 100<<10))
	c.conn.stuck = true
	c.submit(strings.Repeat("GET k\n", 50) + "SET after 1\n")
	e.Do(func() {})
	e.Hangup(c.s)
	c.wait()
	if got := newClient(t, e).do("EXISTS after\nEXISTS k"); got != ":0\r\n:1\r\n" {
		t.Errorf("after the hang-up: %q", got)
	}
}

func TestFatalComesAfterTheGoodPrefix(t *testing.T) {
	c := newClient(t, newEngine(t, keyspace.Options{}))
	c.b.Args = [][]byte{[]byte("PING")}
	c.b.Append()
	c.b.Fatal = reply.Protocol("invalid bulk length")
	c.e.Submit(c.s, &c.b)
	want := "+PONG\r\n-ERR Protocol error: invalid bulk length\r\n"
	if got := c.wait(); got != want || !c.conn.closed {
		t.Errorf("got %q, closed %v", got, c.conn.closed)
	}
}

func TestCommandsBehindQuitAreNotRun(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	c := newClient(t, e)
	if got := c.do("QUIT\nSET k v"); got != "+OK\r\n" || !c.conn.closed {
		t.Errorf("got %q, closed %v", got, c.conn.closed)
	}
	if got := newClient(t, e).do("EXISTS k"); got != ":0\r\n" {
		t.Errorf("EXISTS k: %q", got)
	}
}

func TestMaxClients(t *testing.T) {
	config := keyspace.NewConfig()
	config.MaxClients = 2
	e := newEngine(t, keyspace.Options{Config: config})
	first := newClient(t, e)
	newClient(t, e)
	if _, err := e.Open(newTestConn(), keyspace.ConnInfo{}); err != keyspace.ErrMaxClients {
		t.Errorf("the third client: %v", err)
	}
	e.Hangup(first.s)
	e.Do(func() {})
	newClient(t, e)
}

func TestActiveExpiryNeedsNoAccess(t *testing.T) {
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	e := newEngine(t, keyspace.Options{Clock: clock})
	c := newClient(t, e)
	c.do("SET a 1 PX 1000\nSET b 1 PX 2000\nSET c 1")
	clock.advance(time.Second)
	if got := c.do("DBSIZE\nPTTL a"); got != ":3\r\n:0\r\n" {
		t.Errorf("in the last millisecond: %q", got)
	}
	clock.advance(time.Millisecond)
	waitFor(t, func() bool { return c.do("DBSIZE") == ":2\r\n" })
	clock.advance(time.Hour)
	waitFor(t, func() bool { return c.do("DBSIZE") == ":1\r\n" })
}

// TestTimerThatGoesOffEarly: a timer does not see that the clock is slowed down or set back. A key
// that is not due when it goes off expires at its time all the same, with nobody asking for it.
func TestTimerThatGoesOffEarly(t *testing.T) {
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	e := newEngine(t, keyspace.Options{Clock: clock})
	c := newClient(t, e)
	c.do("SET a 1 PX 1000")
	waitFor(t, func() bool { return clock.armed() == 1 })
	clock.fireEarly()
	waitFor(t, func() bool { return clock.armed() == 1 })
	clock.advance(2 * time.Second)
	waitFor(t, func() bool { return clock.armed() == 0 })
	if got := c.do("DBSIZE"); got != ":0\r\n" {
		t.Errorf("DBSIZE = %q", got)
	}
}

// TestDeadlineAtTheEndOfTime: the owner sleeps in spite of a key that expires when time overflows.
func TestDeadlineAtTheEndOfTime(t *testing.T) {
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	e := newEngine(t, keyspace.Options{Clock: clock})
	c := newClient(t, e)
	if got := c.do("SET a 1\nPEXPIREAT a 9223372036854775807\nDBSIZE"); got != "+OK\r\n:1\r\n:1\r\n" {
		t.Errorf("got %q", got)
	}
	before := clock.readings()
	time.Sleep(50 * time.Millisecond) // nothing tells of what must not happen
	if n := clock.readings() - before; n > 100 {
		t.Errorf("the idle owner read the clock %d times", n)
	}
}

// waitFor waits for something that a goroutine is about to do.
func waitFor(t testing.TB, cond func() bool) {
	t.Helper()
	for limit := time.Now().Add(10 * time.Second); !cond(); {
		if time.Now().After(limit) {
			t.Fatal("waited in vain")
		}
		time.Sleep(time.Millisecond)
	}
}

// recorder keeps the deterministic record of writes.
type recorder struct{ lines []string }

func (r *recorder) Record(db int, args [][]byte) {
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = string(a)
	}
	r.lines = append(r.lines, fmt.Sprintf("%d: %s", db, strings.Join(words, " ")))
}

func TestRecordIsDeterministic(t *testing.T) {
	r := &recorder{}
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	e := newEngine(t, keyspace.Options{Recorders: []keyspace.Recorder{r}, Clock: clock})
	c := newClient(t, e)
	c.do("SET a 1 EX 10\nSET b 2\nGET b\nEXPIRE b 5\nEXPIRE nokey 5\nSET b 3 NX\nPERSIST b\n" +
		"SELECT 1\nSET c 1\nPEXPIRE c -1\nSET d 1 PX 1\nDEL nokey")
	clock.advance(time.Second)
	c.do("GET d\nFLUSHDB")
	want := []string{
		"0: SET a 1 PXAT 1700000010000", "0: SET b 2", "0: PEXPIREAT b 1700000005000",
		"0: PERSIST b", "1: SET c 1", "1: DEL c", "1: SET d 1 PXAT 1700000000001", "1: DEL d",
		"1: FLUSHDB",
	}
	var got []string
	e.Do(func() { got = r.lines })
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("recorded\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestFlushAllGivesTheMemoryBack(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	c := newClient(t, e)
	for i := range 2000 {
		c.do(fmt.Sprintf("SET key:%d %s PX 100000", i, strings.Repeat("v", i)))
	}
	c.do("SELECT 3\nSET other 1\nSELECT 0\nFLUSHDB")
	if got := c.do("DBSIZE\nSELECT 3\nDBSIZE\nFLUSHALL ASYNC\nDBSIZE\nSET x 1\nGET x"); got !=
		":0\r\n+OK\r\n:1\r\n+OK\r\n:0\r\n+OK\r\n$1\r\n1\r\n" {
		t.Errorf("got %q", got)
	}
	waitFor(t, func() bool { return e.UsedBytes() < 4096 })
}

func TestPushesAreInOrderWithReplies(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	c := newClient(t, e)
	push := func(text string) {
		e.Do(func() { e.Push(c.s, 1, func(w reply.Writer) { w.BulkString(text) }) })
	}
	c.do("SET k v")
	push("one")
	c.conn.mu.Lock()
	c.conn.stuck = true
	c.conn.mu.Unlock()
	push("two")
	push("three")
	c.submit("GET k")
	e.Do(func() {})
	push("four")
	c.conn.drain(c.s, false)
	<-c.conn.done
	waitFor(t, func() bool { return strings.Count(string(c.peek()), "*1") == 4 })
	want := "*1\r\n$3\r\none\r\n*1\r\n$3\r\ntwo\r\n*1\r\n$5\r\nthree\r\n$1\r\nv\r\n" +
		"*1\r\n$4\r\nfour\r\n"
	if got := c.conn.take(); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func (c *client) peek() []byte {
	c.conn.mu.Lock()
	defer c.conn.mu.Unlock()
	return c.conn.out
}

func TestSlowReaderOfPushesIsCutOff(t *testing.T) {
	config := keyspace.NewConfig()
	config.OutputLimits[keyspace.OutputNormal] = keyspace.OutputLimit{HardBytes: 1000}
	e := newEngine(t, keyspace.Options{Config: config})
	slow, other := newClient(t, e), newClient(t, e)
	slow.conn.stuck = true
	push := func(c *client, bytes int) {
		text := strings.Repeat("x", bytes)
		e.Do(func() { e.Push(c.s, 1, func(w reply.Writer) { w.BulkString(text) }) })
	}
	aborted := func() bool {
		slow.conn.mu.Lock()
		defer slow.conn.mu.Unlock()
		return slow.conn.aborted
	}
	const frame = len("*1\r\n$400\r\n\r\n")
	push(slow, 400)
	push(slow, 1000-400-2*frame)
	if aborted() {
		t.Error("cut off with 1000 bytes waiting, which is the limit")
	}
	push(slow, 0)
	waitFor(t, aborted) // above the limit
	e.Hangup(slow.s)
	push(other, 100)
	if got := other.do("EXISTS k"); !strings.HasSuffix(got, ":0\r\n") {
		t.Errorf("the other client got %q", got)
	}
}

func TestWritesAboveMaxmemoryAreRefused(t *testing.T) {
	config := keyspace.NewConfig()
	config.MaxMemory = 100 << 10
	e := newEngine(t, keyspace.Options{Config: config})
	c := newClient(t, e)
	fill := "SET big " + strings.Repeat("x", 120<<10)
	if got := c.do(fill); got != "+OK\r\n" {
		t.Errorf("the write that passes the limit: %q", got)
	}
	want := "-OOM command not allowed when used memory > 'maxmemory'.\r\n$-1\r\n:1\r\n"
	if got := c.do("SET k v\nGET k\nDEL big"); got != want {
		t.Errorf("above the limit: %q", got)
	}
	waitFor(t, func() bool { return c.do("SET k v") == "+OK\r\n" })
}

func TestWritesAreRefusedBeforeTheArenaIsFull(t *testing.T) {
	e := newEngine(t, keyspace.Options{ArenaBytes: 16 << 20})
	c := newClient(t, e)
	value := strings.Repeat("x", 1<<20)
	refused := 0
	for i := range 40 {
		switch got := c.do(fmt.Sprintf("SET k%d %s", i, value)); {
		case strings.HasPrefix(got, "-OOM "):
			refused++
		case got != "+OK\r\n":
			t.Fatalf("SET %d: %.80q", i, got)
		}
	}
	if refused == 0 {
		t.Error("40 MiB went into 16 MiB")
	}
	if got := c.do("SET k0 small"); !strings.HasPrefix(got, "-OOM ") && got != "+OK\r\n" {
		t.Errorf("a small write: %q", got)
	}
	if got := c.do("FLUSHALL\nSET k v\nGET k"); got != "+OK\r\n+OK\r\n$1\r\nv\r\n" {
		t.Errorf("after a flush: %q", got)
	}
}
