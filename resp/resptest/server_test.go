package resptest_test

import (
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/ringer-kv/ringer/resp/resptest"
)

// client is a go-redis client of a server, closed with the test.
func client(t testing.TB, srv *resptest.Server) *redis.Client {
	t.Helper()
	rdb := redis.NewClient(&redis.Options{Addr: srv.Addr(), MaxRetries: -1})
	t.Cleanup(func() { rdb.Close() })
	return rdb
}

// inMemory is a go-redis client that dials within the process.
func inMemory(t testing.TB, srv *resptest.Server) *redis.Client {
	t.Helper()
	rdb := redis.NewClient(&redis.Options{
		Addr: "127.0.0.1:6379", Dialer: srv.DialContext, MaxRetries: -1,
	})
	t.Cleanup(func() { rdb.Close() })
	return rdb
}

func TestServesOverTCPAndInMemory(t *testing.T) {
	ctx := t.Context()
	srv := resptest.Start(t)
	tcp, mem := client(t, srv), inMemory(t, srv)
	if err := tcp.Set(ctx, "k", "v", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if got := mem.Get(ctx, "k").Val(); got != "v" {
		t.Errorf("read %q", got)
	}
	srv.RequireString(t, "k", "v")
	opts, err := redis.ParseURL(srv.URL())
	if err != nil || opts.Addr != srv.Addr() || srv.Addr() != srv.Host()+":"+srv.Port() {
		t.Errorf("URL %q, Addr %q: %v", srv.URL(), srv.Addr(), err)
	}
}

func TestLongPipelineInMemory(t *testing.T) {
	const commands = 20_000 // far more than any buffer takes, both ways
	value := strings.Repeat("x", 100)
	srv := resptest.Start(t)
	rdb := inMemory(t, srv)
	p := rdb.Pipeline()
	for range commands {
		p.Set(t.Context(), "k", value, 0)
		p.Get(t.Context(), "k")
	}
	replies, err := p.Exec(t.Context())
	if err != nil || len(replies) != 2*commands {
		t.Fatalf("%d replies, %v", len(replies), err)
	}
}

func TestAdvanceExpiresKeys(t *testing.T) {
	for _, frozen := range []bool{false, true} {
		var opts []resptest.Option
		if frozen {
			opts = append(opts, resptest.WithClock(resptest.NewClock(time.UnixMilli(1_000_000))))
		}
		srv := resptest.Start(t, opts...)
		rdb := client(t, srv)
		rdb.Set(t.Context(), "k", "v", 30*time.Minute)
		srv.Clock().Advance(29 * time.Minute)
		srv.RequireTTL(t, "k", time.Minute)
		srv.Clock().Advance(time.Minute)
		srv.RequireMissing(t, "k")
		if n := rdb.DBSize(t.Context()).Val(); n != 0 {
			t.Errorf("frozen %v: %d keys are left", frozen, n)
		}
	}
}

func TestFrozenClockTellsTheTime(t *testing.T) {
	at := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	clock := resptest.NewClock(at)
	srv := resptest.Start(t, resptest.WithClock(clock))
	rdb := client(t, srv)
	if got := rdb.Time(t.Context()).Val(); !got.Equal(at) {
		t.Errorf("TIME is %v", got)
	}
	clock.Set(at.Add(time.Hour))
	if got := rdb.Time(t.Context()).Val(); !got.Equal(at.Add(time.Hour)) {
		t.Errorf("TIME is %v", got)
	}
}

func TestEverythingGoesByTheClock(t *testing.T) {
	clock := resptest.NewClock(time.UnixMilli(1_000_000))
	srv := resptest.Start(t, resptest.WithClock(clock),
		resptest.WithConfig("maxmemory-policy", "allkeys-lfu"))
	if id := srv.AddEntry("stream", "*", "f", "v"); id != "1000000-0" {
		t.Errorf("the id of an entry is %s", id)
	}
	for range 200 {
		srv.Do("GET", "stream") // an error, and no access
		srv.Do("XLEN", "stream")
	}
	freq := func() int64 {
		n, err := srv.Do("OBJECT", "FREQ", "stream")
		if err != nil {
			t.Fatal(err)
		}
		return n.(int64)
	}
	before := freq()
	clock.Advance(5 * time.Minute)
	if after := freq(); after != before-5 {
		t.Errorf("LFU counter %d, and five minutes later %d", before, after)
	}
	srv.Do("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
	srv.SetString("k", "v")
	clock.Advance(10 * time.Minute)
	if n, err := srv.Do("OBJECT", "IDLETIME", "k"); n != int64(600) {
		t.Errorf("idle for %v s, %v", n, err)
	}
	srv.Do("HSET", "h", "f", "v", "g", "w")
	srv.Do("HEXPIRE", "h", "60", "FIELDS", "1", "f")
	clock.Advance(time.Minute)
	srv.RequireHash(t, "h", map[string]string{"g": "w"})
}

func TestAdvanceEndsBlocking(t *testing.T) {
	clock := resptest.NewClock(time.UnixMilli(1_000_000))
	srv := resptest.Start(t, resptest.WithClock(clock))
	rdb := client(t, srv)
	done := make(chan error)
	go func() { done <- rdb.BLPop(context.Background(), time.Minute, "list").Err() }()
	waitBlocked(t, srv, 1)
	clock.Advance(time.Minute)
	if err := <-done; !errors.Is(err, redis.Nil) {
		t.Errorf("BLPOP ended with %v", err)
	}
}

// waitBlocked returns when so many clients wait for keys.
func waitBlocked(t testing.TB, srv *resptest.Server, n int) {
	t.Helper()
	for range 5000 {
		info, err := srv.Do("INFO", "clients")
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(info.(string), "blocked_clients:"+string(rune('0'+n))) {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("nobody blocks")
}

func TestSynctest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := resptest.Start(t)
		rdb := inMemory(t, srv)
		begin := time.Now()
		rdb.Set(t.Context(), "k", "v", time.Hour)
		if err := rdb.BLPop(t.Context(), 90*time.Second, "list").Err(); !errors.Is(err, redis.Nil) {
			t.Errorf("BLPOP ended with %v", err)
		}
		if d := time.Since(begin); d < 90*time.Second || d > 91*time.Second {
			t.Errorf("it took %v of the bubble's time", d)
		}
		time.Sleep(time.Hour)
		srv.RequireMissing(t, "k")
		rdb.Close()
		srv.Close()
	})
}

func TestDownAndUp(t *testing.T) {
	srv := resptest.Start(t)
	rdb := client(t, srv)
	rdb.Set(t.Context(), "k", "v", 0)
	addr := srv.Addr()
	srv.Down()
	err := rdb.Get(t.Context(), "k").Err()
	if errors.Is(err, io.EOF) { // a busy kernel was late to show the client that it is closed
		err = rdb.Get(t.Context(), "k").Err()
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("down: %v", err)
	}
	if _, err := srv.Dial(); !errors.Is(err, resptest.ErrDown) {
		t.Errorf("down: Dial: %v", err)
	}
	srv.Up()
	if srv.Addr() != addr {
		t.Errorf("up again at %s, not at %s", srv.Addr(), addr)
	}
	if got := rdb.Get(t.Context(), "k").Val(); got != "v" {
		t.Errorf("up again, and the data is %q", got)
	}
	srv.Restart()
	if got := client(t, srv).Get(t.Context(), "k").Val(); got != "v" {
		t.Errorf("restarted, and the data is %q", got)
	}
}

func TestCloseWhileClientsBlock(t *testing.T) {
	srv, err := resptest.New()
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 2)
	for _, rdb := range []*redis.Client{client(t, srv), inMemory(t, srv)} {
		go func() { done <- rdb.BLPop(context.Background(), 0, "list").Err() }()
	}
	waitBlocked(t, srv, 2)
	srv.Close()
	for range 2 {
		if err := <-done; err == nil || errors.Is(err, redis.Nil) {
			t.Errorf("BLPOP ended with %v", err)
		}
	}
	srv.Close() // does nothing
}

func TestNothingIsLeft(t *testing.T) {
	before := leftovers(t)
	for range 50 {
		srv, err := resptest.New()
		if err != nil {
			t.Fatal(err)
		}
		tcp := redis.NewClient(&redis.Options{Addr: srv.Addr()})
		mem := redis.NewClient(&redis.Options{Dialer: srv.DialContext})
		for _, rdb := range []*redis.Client{tcp, mem} {
			rdb.Set(t.Context(), "k", strings.Repeat("x", 1<<20), time.Hour)
			rdb.Close()
		}
		srv.FlushAll()
		srv.Close()
	}
	for range 2000 {
		if after := leftovers(t); after.goroutines <= before.goroutines &&
			after.descriptors <= before.descriptors && after.mappings <= before.mappings {
			return
		}
		time.Sleep(time.Millisecond)
	}
	stacks := make([]byte, 1<<20)
	t.Errorf("before %+v, after %+v\n%s", before, leftovers(t), stacks[:runtime.Stack(stacks, true)])
}
