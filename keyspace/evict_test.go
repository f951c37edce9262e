package keyspace_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ringer-kv/ringer/keyspace"
)

// evictBench is a server with a limit, and a client.
type evictBench struct {
	t     *testing.T
	e     *keyspace.Engine
	c     *client
	clock *testClock
}

func newEvictBench(t *testing.T, policy string, o keyspace.Options) *evictBench {
	t.Helper()
	b := &evictBench{t: t, clock: &testClock{now: time.UnixMilli(1_700_000_000_000)}}
	o.Clock, o.Seed = b.clock, 7
	b.e = newEngine(t, o)
	b.c = newClient(t, b.e)
	b.c.do("CONFIG SET maxmemory-policy " + policy + " maxmemory-eviction-tenacity 100")
	return b
}

// limit sets maxmemory to what is used now, plus some.
func (b *evictBench) limit(plus int64) {
	b.t.Helper()
	limit := strconv.FormatInt(b.e.UsedBytes()+plus, 10)
	if got := b.c.do("CONFIG SET maxmemory " + limit); got != "+OK\r\n" {
		b.t.Fatalf("maxmemory %s: %q", limit, got)
	}
}

// info is a number that INFO tells.
func (b *evictBench) info(field string) int {
	b.t.Helper()
	for line := range strings.Lines(b.c.do("INFO everything")) {
		if value, ok := strings.CutPrefix(line, field+":"); ok {
			return atoi(value)
		}
	}
	b.t.Fatalf("INFO has no %s", field)
	return 0
}

// left is how many of the keys prefix0 to prefix(n-1) are there.
func (b *evictBench) left(prefix string, n int) (count int) {
	for i := range n {
		count += atoi(b.c.do(fmt.Sprintf("EXISTS %s%d", prefix, i))[1:])
	}
	return count
}

func (b *evictBench) fill(prefix string, n int, options string) {
	b.t.Helper()
	for i := range n {
		line := fmt.Sprintf("SET %s%d 0123456789 %s", prefix, i, options)
		if got := b.c.do(line); got != "+OK\r\n" {
			b.t.Fatalf("%s: %q", line, got)
		}
	}
}

const oomReply = "-OOM command not allowed when used memory > 'maxmemory'.\r\n"

// TestEviction: with each policy, what keys go, and that the limit holds.
func TestEviction(t *testing.T) {
	for _, policy := range []string{
		"allkeys-lru", "allkeys-lfu", "allkeys-random",
		"volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl",
	} {
		t.Run(policy, func(t *testing.T) {
			b := newEvictBench(t, policy, keyspace.Options{})
			b.fill("keep", 500, "")
			b.fill("mortal", 500, "EX 100000")
			b.c.do("SELECT 1")
			b.fill("other", 500, "EX 200000")
			b.c.do("SELECT 0")
			b.limit(0)
			b.fill("new", 500, "EX 300000")
			if b.e.UsedBytes() > int64(b.info("maxmemory"))+256 {
				t.Errorf("%d bytes used of %d", b.e.UsedBytes(), b.info("maxmemory"))
			}
			evicted := b.info("evicted_keys")
			if evicted < 400 || evicted > 700 {
				t.Errorf("500 new keys have driven out %d", evicted)
			}
			kept := b.left("keep", 500)
			if strings.HasPrefix(policy, "volatile") && kept != 500 {
				t.Errorf("%d keys without a deadline are gone", 500-kept)
			}
			if strings.HasPrefix(policy, "allkeys") && kept == 500 {
				t.Error("no key without a deadline is gone")
			}
			if n := b.left("mortal", 500); policy == "volatile-ttl" && n != max(500-evicted, 0) {
				t.Errorf("%d keys of the earliest deadline are left, %d evicted", n, evicted)
			}
			b.e.Do(b.e.Check)
		})
	}
}

// TestEvictionKeepsWhatIsUsed: keys that are read survive those that are not.
func TestEvictionKeepsWhatIsUsed(t *testing.T) {
	for _, policy := range []string{"allkeys-lru", "allkeys-lfu"} {
		b := newEvictBench(t, policy, keyspace.Options{})
		b.fill("hot", 500, "")
		b.fill("cold", 500, "")
		b.clock.advance(time.Minute)
		for range 5 {
			for i := range 500 {
				b.c.do(fmt.Sprintf("GET hot%d", i))
			}
		}
		b.limit(0)
		b.clock.advance(time.Second)
		b.fill("new", 300, "")
		hot, cold := b.left("hot", 500), b.left("cold", 500)
		if hot < 480 || cold > 320 {
			t.Errorf("%s: %d hot and %d cold keys of 500 are left", policy, hot, cold)
		}
	}
}

// TestEvictionIsRefused: without a policy, or without a key that it allows, writes that may need
// memory are refused, and nothing else is.
func TestEvictionIsRefused(t *testing.T) {
	for _, policy := range []string{
		"noeviction", "volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl",
	} {
		b := newEvictBench(t, policy, keyspace.Options{})
		b.fill("k", 100, "")
		b.limit(-1)
		b.clock.advance(time.Second)
		got := b.c.do("SET new 1\nGET k0\nDEL k1\nSET new 1\nEXPIRE k2 100\nPING")
		want := oomReply + bulk("0123456789") + ":1\r\n+OK\r\n:1\r\n+PONG\r\n"
		if got != want {
			t.Errorf("%s: got %q", policy, got)
		}
		b.c.do("CONFIG SET maxmemory 1")
		if got := b.c.do("SET new 1\nHSET h a 1"); !strings.HasSuffix(got, oomReply) {
			t.Errorf("%s: got %q", policy, got)
		}
		b.clock.advance(time.Second)
		if b.info("current_eviction_exceeded_time") < 1000 {
			t.Errorf("%s: there has been room", policy)
		}
		b.c.do("CONFIG SET maxmemory 0\nSET new 1")
	}
}

// TestEvictionWhenTheLimitIsLowered: the keys go without any command that would need memory.
func TestEvictionWhenTheLimitIsLowered(t *testing.T) {
	b := newEvictBench(t, "allkeys-random", keyspace.Options{})
	b.fill("k", 5000, "")
	before := b.e.UsedBytes()
	b.c.do(fmt.Sprintf("CONFIG SET maxmemory %d", before/4))
	waitFor(t, func() bool { return b.e.UsedBytes() <= before/4 })
	if n := atoi(b.c.do("DBSIZE")[1:]); n == 0 || n > 2000 {
		t.Errorf("%d keys are left", n)
	}
}

// TestEvictionOfLargeValues: what is on its way back from the worker counts as free, so no more
// goes than must.
func TestEvictionOfLargeValues(t *testing.T) {
	b := newEvictBench(t, "volatile-ttl", keyspace.Options{})
	value := strings.Repeat("v", 1<<20)
	for i := range 20 {
		b.c.do(fmt.Sprintf("SET large%d %s EX %d", i, value, 1000+i))
	}
	b.limit(100 << 10)
	for i := range 5 {
		if got := b.c.do(fmt.Sprintf("SET new%d %s", i, value)); got != "+OK\r\n" {
			t.Fatalf("got %.80q", got)
		}
	}
	if n := b.info("evicted_keys"); n < 4 || n > 6 {
		t.Errorf("5 values have driven out %d", n)
	}
	if got := b.c.do("EXISTS large19 large10 large0"); got != ":2\r\n" {
		t.Errorf("large0, large10 and large19: %q", got)
	}
	waitFor(t, func() bool { return b.info("lazyfree_pending_objects") == 0 })
	b.e.Do(b.e.Check)
}

// TestEvictionOfAnObject: likewise for a collection that is freed in the background.
func TestEvictionOfAnObject(t *testing.T) {
	b := newEvictBench(t, "volatile-ttl", keyspace.Options{})
	for i := range 5 {
		var members strings.Builder
		for j := range 3000 {
			fmt.Fprintf(&members, " member%d", j)
		}
		b.c.do(fmt.Sprintf("SADD s%d%s\nEXPIRE s%d %d", i, members.String(), i, 1000+i))
	}
	b.limit(0)
	b.fill("new", 200, "")
	if n := b.info("evicted_keys"); n != 1 {
		t.Errorf("%d sets are gone", n)
	}
}

// TestEvictionIsTold: events and records of it, and the settings that change these.
func TestEvictionIsTold(t *testing.T) {
	for lazy, word := range map[string]string{"no": "DEL", "yes": "UNLINK"} {
		events, rec := &fieldEvents{}, &recorder{}
		b := newEvictBench(t, "volatile-ttl", keyspace.Options{
			Observers: []keyspace.Observer{events}, Recorders: []keyspace.Recorder{rec},
		})
		b.c.do("CONFIG SET lazyfree-lazy-eviction " + lazy + " lazyfree-lazy-expire " + lazy)
		b.c.do("SELECT 3\nSET first 1 EX 5\nSET second 1 EX 50")
		b.limit(-1)
		b.c.do("SET x 1") // the first one to expire makes room for it
		b.c.do("CONFIG SET maxmemory 0\nSET third 1 PX 5")
		b.clock.advance(time.Second)
		b.c.do("GET third")
		b.e.Do(func() {
			for _, want := range []string{"3:evicted:first", "3:expired:third"} {
				if !slices.Contains(events.lines, want) {
					t.Errorf("events %q lack %q", events.lines, want)
				}
			}
			for _, want := range []string{"3: " + word + " first", "3: " + word + " third"} {
				if !slices.Contains(rec.lines, want) {
					t.Errorf("records %q lack %q", rec.lines, want)
				}
			}
		})
	}
}

// TestEvictionTenacity: a command that has evicted for long enough runs, though there is no room.
func TestEvictionTenacity(t *testing.T) {
	b := newEvictBench(t, "allkeys-random", keyspace.Options{})
	b.fill("k", 3000, "")
	got := b.c.do("CONFIG SET maxmemory 1000 maxmemory-eviction-tenacity 0\nSET new 1\nDBSIZE")
	if !strings.HasPrefix(got, "+OK\r\n+OK\r\n:") {
		t.Fatalf("got %q", got)
	}
	if n := atoi(strings.Split(got, ":")[1]); n < 2900 {
		t.Errorf("one command has evicted %d keys", 3000-n)
	}
	waitFor(t, func() bool { return atoi(b.c.do("DBSIZE")[1:]) < 100 })
}

func BenchmarkSetWithEviction(b *testing.B) {
	for _, policy := range []string{"allkeys-lru", "allkeys-lfu", "allkeys-random"} {
		b.Run(policy, func(b *testing.B) {
			e := newEngine(b, keyspace.Options{})
			c := newClient(b, e)
			c.do("CONFIG SET maxmemory 4mb maxmemory-policy " + policy)
			var script strings.Builder
			for i := range b.N {
				fmt.Fprintf(&script, "SET key:%d 0123456789abcdef\n", i)
				if i%64 == 63 {
					c.do(script.String())
					script.Reset()
				}
			}
		})
	}
}
