package keyspace_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// TestSubscriptionsLeaveNothing hangs up at every point of an exchange.
func TestSubscriptionsLeaveNothing(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	stays := newClient(t, e)
	stays.do("SUBSCRIBE a\nPSUBSCRIBE a*")
	exchange := strings.Split("HELLO 3|SUBSCRIBE a b a|PSUBSCRIBE a* b*|SSUBSCRIBE a|PUBLISH a 1|"+
		"UNSUBSCRIBE b|MULTI|SUBSCRIBE c|EXEC|PUNSUBSCRIBE|SUNSUBSCRIBE|UNSUBSCRIBE|SUBSCRIBE d|"+
		"RESET|SUBSCRIBE e|QUIT", "|")
	for n := range len(exchange) + 1 {
		c := newClient(t, e)
		for _, command := range exchange[:n] {
			c.do(command)
			e.Do(e.Check)
		}
		e.Hangup(c.s)
		e.Do(e.Check)
		e.Do(func() {
			left := e.TopicCount(keyspace.Channel)*100 + e.TopicCount(keyspace.Pattern)*10 +
				e.TopicCount(keyspace.ShardChannel)
			if left != 110 || e.Subscribers(keyspace.Channel, []byte("a")) != 1 {
				t.Errorf("after %d steps %d topics are left", n, left)
			}
		})
	}
}

// TestSlowSubscriberIsCutOff has one subscriber of three not read.
func TestSlowSubscriberIsCutOff(t *testing.T) {
	config := keyspace.NewConfig()
	config.OutputLimits[keyspace.OutputPubSub] = keyspace.OutputLimit{HardBytes: 10_000}
	e := newEngine(t, keyspace.Options{Config: config})
	first, slow, last, publisher := newClient(t, e), newClient(t, e), newClient(t, e),
		newClient(t, e)
	for _, c := range []*client{first, slow, last} {
		c.do("SUBSCRIBE c\nPSUBSCRIBE c* *")
	}
	slow.conn.mu.Lock()
	slow.conn.stuck = true
	slow.conn.mu.Unlock()
	payload := strings.Repeat("x", 1000)
	for range 20 {
		publisher.do("PUBLISH c " + payload + "\nPUBLISH c " + payload)
	}
	waitFor(t, func() bool {
		slow.conn.mu.Lock()
		defer slow.conn.mu.Unlock()
		return slow.conn.aborted
	})
	e.Do(e.Check)
	if got := publisher.do("PUBSUB NUMSUB c\nPUBLISH c x"); got != "*2\r\n$1\r\nc\r\n:2\r\n:6\r\n" {
		t.Errorf("the publisher got %q", got)
	}
	for _, c := range []*client{first, last} {
		waitFor(t, func() bool { return strings.Count(string(c.peek()), payload) == 120 })
		if c.conn.aborted {
			t.Error("another subscriber was cut off")
		}
	}
	e.Hangup(slow.s)
	e.Do(e.Check)
}

// TestPublisherObeysItsOwnLimit has a client publish to itself more than it may.
func TestPublisherObeysItsOwnLimit(t *testing.T) {
	config := keyspace.NewConfig()
	config.OutputLimits[keyspace.OutputPubSub] = keyspace.OutputLimit{HardBytes: 5000}
	e := newEngine(t, keyspace.Options{Config: config})
	c, other := newClient(t, e), newClient(t, e)
	c.do("HELLO 3\nSUBSCRIBE c")
	c.do(strings.Repeat("PUBLISH c "+strings.Repeat("x", 1000)+"\nINCR n\n", 20))
	c.conn.mu.Lock()
	aborted := c.conn.aborted
	c.conn.mu.Unlock()
	if !aborted {
		t.Error("not cut off")
	}
	if got := other.do("GET n"); got != "$1\r\n4\r\n" {
		t.Errorf("GET n = %q: commands behind the limit have run", got)
	}
}

// TestMessagesKeepTheirPlace: what a session is pushed stands where it was pushed among the
// replies, whole.
func TestMessagesKeepTheirPlace(t *testing.T) {
	config := keyspace.NewConfig()
	config.NotifyEvents = 1<<14 - 1
	e := newEngine(t, keyspace.Options{Config: config})
	c := newClient(t, e)
	c.do("HELLO 3\nSUBSCRIBE __keyevent@0__:new __keyevent@0__:keymiss")
	push := func(event, key string) string {
		return ">3\r\n" + bulk("message") + bulk("__keyevent@0__:"+event) + bulk(key)
	}
	got := c.do("SET a 1\nMGET a b c\nPING")
	want := push("new", "a") + "+OK\r\n" + "*3\r\n$1\r\n1\r\n_\r\n_\r\n" + push("keymiss", "b") +
		push("keymiss", "c") + "+PONG\r\n"
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	got = c.do("MULTI\nGET none\nMGET a none\nPING\nEXEC")
	want = "+OK\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n*3\r\n" + push("keymiss", "none") +
		"_\r\n*2\r\n$1\r\n1\r\n_\r\n+PONG\r\n" + push("keymiss", "none")
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestExpiredEventIsPublishedWhenDue: nobody has to ask for the key.
func TestExpiredEventIsPublishedWhenDue(t *testing.T) {
	config := keyspace.NewConfig()
	config.NotifyEvents = 1<<14 - 1
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	e := newEngine(t, keyspace.Options{Config: config, Clock: clock})
	c, subscriber := newClient(t, e), newClient(t, e)
	subscriber.do("SUBSCRIBE __keyevent@0__:expired")
	c.do("SET k v PX 50")
	waitFor(t, func() bool { return clock.armed() == 1 })
	clock.advance(50 * time.Millisecond)
	e.Do(func() {})
	if got := subscriber.conn.take(); got != "" {
		t.Errorf("before its time: %q", got)
	}
	clock.advance(time.Millisecond)
	waitFor(t, func() bool { return strings.HasSuffix(string(subscriber.peek()), "k\r\n") })
}

// BenchmarkPublish is a message to many subscribers.
func BenchmarkPublish(b *testing.B) {
	for _, n := range []int{1, 100, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			config := keyspace.NewConfig()
			config.MaxClients = 20_000
			e := newEngine(b, keyspace.Options{Config: config})
			for range n {
				newQuietClient(b, e).run("SUBSCRIBE", "c")
			}
			publisher := newQuietClient(b, e)
			message := strings.Repeat("x", 100)
			b.ReportAllocs()
			for b.Loop() {
				publisher.run("PUBLISH", "c", message)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/message")
		})
	}
}

// quietClient drops what it is sent.
type quietClient struct {
	e    *keyspace.Engine
	s    *keyspace.Session
	conn *benchConn
	b    keyspace.Batch
}

func newQuietClient(t testing.TB, e *keyspace.Engine) *quietClient {
	t.Helper()
	c := &quietClient{e: e, conn: &benchConn{done: make(chan struct{}, 1)}}
	var err error
	if c.s, err = e.Open(c.conn, keyspace.ConnInfo{Writer: &reply.RESP{}}); err != nil {
		t.Fatal(err)
	}
	return c
}

// run runs one command.
func (c *quietClient) run(words ...string) {
	c.b.Reset()
	for _, w := range words {
		c.b.Args = append(c.b.Args, []byte(w))
	}
	c.b.Append()
	c.e.Submit(c.s, &c.b)
	<-c.conn.done
}
