package compat_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"
)

// infoInt is a number of INFO.
func infoInt(t *testing.T, c *conn, field string) int64 {
	t.Helper()
	for line := range strings.Lines(c.must(t, "INFO everything").text) {
		if value, ok := strings.CutPrefix(line, field+":"); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
			if err != nil {
				t.Fatalf("%s is %q", field, value)
			}
			return n
		}
	}
	t.Fatalf("INFO has no %s", field)
	return 0
}

// zipfLoad is what a cache is asked for: keys drawn with Zipf's distribution, the popular ones of
// which change in the middle.
type zipfLoad struct {
	rnd     *rand.Rand
	zipf    *rand.Zipf
	keys    uint64
	shifted uint64
}

const (
	zipfKeys     = 200_000
	zipfValue    = "a value of forty bytes, as a cache has it"
	zipfBatch    = 64
	zipfRequests = 240_000
)

func newZipfLoad() *zipfLoad {
	rnd := rand.New(rand.NewPCG(1, 2))
	return &zipfLoad{rnd: rnd, zipf: rand.NewZipf(rnd, 1.02, 10, zipfKeys-1), keys: zipfKeys}
}

func (l *zipfLoad) key() string {
	return fmt.Sprintf("key:%d", (l.zipf.Uint64()*2_654_435_761+l.shifted)%l.keys)
}

// hitRatio uses a server as a cache, and returns the share of requests that it could answer, not
// counting the first third, in which it fills. The clocks of eviction count seconds, so the load is
// spread over some.
func hitRatio(t *testing.T, c *conn) float64 {
	t.Helper()
	l, hits, asked := newZipfLoad(), 0, 0
	pause := 5 * time.Second / (zipfRequests / zipfBatch)
	for n := 0; n < zipfRequests; n += zipfBatch {
		if n == zipfRequests/2 {
			l.shifted = 12_345
		}
		keys := make([]string, zipfBatch)
		for i := range keys {
			keys[i] = l.key()
		}
		missed := askAll(t, c, keys)
		setAll(t, c, missed)
		if n > zipfRequests/3 {
			asked += len(keys)
			hits += len(keys) - len(missed)
		}
		time.Sleep(pause)
	}
	return float64(hits) / float64(asked)
}

// askAll gets keys in one pipeline, and returns those that are not there.
func askAll(t *testing.T, c *conn, keys []string) (missed []string) {
	t.Helper()
	var script strings.Builder
	for _, key := range keys {
		fmt.Fprintf(&script, "*2\r\n$3\r\nGET\r\n$%d\r\n%s\r\n", len(key), key)
	}
	sendScript(t, c, script.String())
	for _, key := range keys {
		r, err := c.read()
		if err != nil {
			t.Fatal(err)
		}
		if string(r.raw) == "$-1\r\n" {
			missed = append(missed, key)
		}
	}
	return missed
}

func setAll(t *testing.T, c *conn, keys []string) {
	t.Helper()
	var script strings.Builder
	for _, key := range keys {
		fmt.Fprintf(&script, "*3\r\n$3\r\nSET\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n", len(key), key,
			len(zipfValue), zipfValue)
	}
	sendScript(t, c, script.String())
	for range keys {
		if r, err := c.read(); err != nil || string(r.raw) != "+OK\r\n" {
			t.Fatalf("SET: %q, %v", r.raw, err)
		}
	}
}

func sendScript(t *testing.T, c *conn, script string) {
	t.Helper()
	if err := c.write([]byte(script)); err != nil {
		t.Fatal(err)
	}
}

// TestEvictionHitRatio compares the servers as caches. Under the same maxmemory ringer, which
// stores more keys in it, must be at least as good; and with as many keys as redis-server holds, it
// must be as good but for two points.
func TestEvictionHitRatio(t *testing.T) {
	for _, policy := range []string{"allkeys-lru", "allkeys-lfu"} {
		t.Run(policy, func(t *testing.T) {
			t.Parallel()
			p := newPair(t, "--maxmemory-policy", policy, "--lfu-log-factor", "1")
			redis, ringer := mustDial(t, p.redis.addr), mustDial(t, p.ringer.addr)
			const limit = 5 * mib
			for _, c := range []*conn{redis, ringer} {
				c.must(t, fmt.Sprintf("CONFIG SET maxmemory %d", limit))
			}
			want, same := bothRatios(t, redis, ringer)
			held := infoKeys(t, redis)
			t.Logf("maxmemory 5mb: redis %.2f%% with %d keys, ringer %.2f%% with %d",
				100*want, held, 100*same, infoKeys(t, ringer))
			if same < want-0.005 {
				t.Errorf("under the same maxmemory ringer has %.2f%%, redis %.2f%%", 100*same, 100*want)
			}
			alike := ratioWithKeys(t, ringer, held)
			t.Logf("as many keys: ringer %.2f%% with %d", 100*alike, infoKeys(t, ringer))
			if alike < want-0.02 {
				t.Errorf("with %d keys ringer has %.2f%%, redis %.2f%%", held, 100*alike, 100*want)
			}
		})
	}
}

// bothRatios runs the load against both servers at the same time.
func bothRatios(t *testing.T, redis, ringer *conn) (want, got float64) {
	t.Helper()
	done := make(chan float64)
	go func() { done <- hitRatio(t, redis) }()
	got = hitRatio(t, ringer)
	return <-done, got
}

func infoKeys(t *testing.T, c *conn) int {
	t.Helper()
	n, err := strconv.Atoi(c.must(t, "DBSIZE").text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// ratioWithKeys gives the server the memory that so many keys take, and then the load.
func ratioWithKeys(t *testing.T, c *conn, keys int) float64 {
	t.Helper()
	c.must(t, "CONFIG SET maxmemory 0")
	c.must(t, "FLUSHALL")
	var some []string
	for i := range keys {
		some = append(some, fmt.Sprintf("key:%d", 100_000+i))
		if len(some) == 1000 || i == keys-1 {
			setAll(t, c, some)
			some = some[:0]
		}
	}
	limit := infoInt(t, c, "used_memory") - infoInt(t, c, "mem_not_counted_for_evict")
	c.must(t, "FLUSHALL")
	c.must(t, fmt.Sprintf("CONFIG SET maxmemory %d", limit))
	return hitRatio(t, c)
}

// oomScript is what is refused above maxmemory, and what is not, in the order of Redis's checks.
const oomScript = `
SET k v
HSET h a 1
SET t v EX 1000
CONFIG SET maxmemory 1
SET x 1
GET k
APPEND k v
INCR
INCR n
NOSUCH
EXPIRE k 100
PERSIST k
DEL h
SETRANGE k 0 x
RENAME k k2
COPY k2 k3
GETDEL none
LPUSH l a
LPOP none
PFADD p a
MULTI
SET q 1
EXEC
MULTI
GET k2
DISCARD
MULTI
EXEC
WATCH k2
UNWATCH
PING
EXISTS k2 t
CONFIG SET maxmemory-policy volatile-lru
SET y 1
EXISTS t
SET y 1
OBJECT IDLETIME k2
CONFIG SET maxmemory-policy volatile-lfu
OBJECT FREQ none
OBJECT IDLETIME k2
SET y 1
CONFIG SET maxmemory-policy noeviction
CONFIG SET maxmemory 0
SET y 1
DBSIZE`

// TestOutOfMemory compares the replies above maxmemory.
func TestOutOfMemory(t *testing.T) {
	p := newPair(t)
	redis, ringer := mustDial(t, p.redis.addr), mustDial(t, p.ringer.addr)
	for line := range strings.Lines(strings.TrimSpace(oomScript)) {
		args, err := split(strings.TrimSpace(line))
		if err != nil {
			t.Fatal(err)
		}
		want, err := redis.do(args...)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ringer.do(args...)
		if err != nil || string(got.raw) != string(want.raw) {
			t.Errorf("%s = %q, %v; want %q", strings.TrimSpace(line), got.raw, err, want.raw)
		}
	}
}

// TestEvictedIsTold: the event of an eviction, and what a client that watches the key learns.
func TestEvictedIsTold(t *testing.T) {
	p := newPair(t, "--maxmemory-policy", "volatile-ttl", "--notify-keyspace-events", "KEAe")
	for _, s := range p.each() {
		c, sub := mustDial(t, s.addr), mustDial(t, s.addr)
		sub.must(t, "PSUBSCRIBE __key*__:*")
		c.must(t, "SET first v EX 100")
		c.must(t, "WATCH first")
		c.must(t, "MULTI")
		other := mustDial(t, s.addr)
		other.must(t, "CONFIG SET maxmemory 1")
		if got := other.must(t, "DBSIZE").text; got != "0" {
			other.must(t, "PING") // redis-server may need another command
			got = other.must(t, "DBSIZE").text
			if got != "0" {
				t.Errorf("%s: DBSIZE is %s", s.name, got)
			}
		}
		other.must(t, "CONFIG SET maxmemory 0")
		if v := c.must(t, "EXEC"); describe(v) != "nil" {
			t.Errorf("%s: EXEC after the eviction of a watched key: %s", s.name, describe(v))
		}
		var events []string
		for len(events) < 6 {
			r, err := sub.read()
			if err != nil {
				t.Fatalf("%s: %q, then %v", s.name, events, err)
			}
			events = append(events, elem(r.value, 2).text+" "+elem(r.value, 3).text)
		}
		want := "__keyspace@0__:first evicted"
		if !strings.Contains(strings.Join(events, "\n"), want) {
			t.Errorf("%s: events %q lack %q", s.name, events, want)
		}
	}
}

// TestUsedMemory: used_memory is of what is there, so that a limit can be set relative to it, and
// not of what commands and connections have left behind.
func TestUsedMemory(t *testing.T) {
	const slack = 256 << 10 // Redis has caches and buffers of its own
	for _, s := range newPair(t).each() {
		c := mustDial(t, s.addr)
		c.must(t, "PING")
		before := infoInt(t, c, "used_memory")
		for range 50 {
			other := mustDial(t, s.addr)
			other.must(t, "INFO everything")
			other.close()
		}
		if now := infoInt(t, c, "used_memory"); now > before+slack {
			t.Errorf("%s: %d bytes used, and %d when 50 clients have looked", s.name, before, now)
		}
		keys := make([]string, 10_000)
		for i := range keys {
			keys[i] = fmt.Sprintf("key:%d", i)
		}
		setAll(t, c, keys)
		if now := infoInt(t, c, "used_memory"); now < before+2*slack {
			t.Errorf("%s: %d bytes used, and %d with 10,000 keys", s.name, before, now)
		}
		c.must(t, "FLUSHALL")
		if now := infoInt(t, c, "used_memory"); now > before+slack {
			t.Errorf("%s: %d bytes used, and %d with all keys gone", s.name, before, now)
		}
	}
}
