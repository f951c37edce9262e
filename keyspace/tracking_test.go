package keyspace_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/keyspace"
)

// TestTrackingLeavesNothing hangs up at every point of an exchange.
func TestTrackingLeavesNothing(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	other := newClient(t, e)
	exchange := strings.Split("HELLO 3|CLIENT TRACKING ON|GET a|MGET a b c|SET a 1|FLUSHDB|GET b|"+
		"CLIENT TRACKING OFF|CLIENT TRACKING ON BCAST PREFIX a PREFIX b|SET a1 1|"+
		"CLIENT TRACKING OFF|CLIENT TRACKING ON OPTIN|CLIENT CACHING YES|GET x|RESET|"+
		"CLIENT TRACKING ON BCAST|SET b 1", "|")
	for n := range len(exchange) + 1 {
		c := newClient(t, e)
		for _, command := range exchange[:n] {
			c.do(command)
			e.Do(e.Check)
		}
		other.do("SET a 1\nDEL a1")
		e.Hangup(c.s)
		e.Do(e.Check)
		info := other.do("INFO")
		for _, field := range []string{"tracking_clients:0\r\n", "tracking_total_keys:0\r\n",
			"tracking_total_items:0\r\n", "tracking_total_prefixes:0\r\n"} {
			if !strings.Contains(info, field) {
				t.Errorf("after %d steps not %q", n, field)
			}
		}
	}
}

// TestTrackingTableIsBounded: whoever is told of too little is told of too much.
func TestTrackingTableIsBounded(t *testing.T) {
	config := keyspace.NewConfig()
	config.TrackingTableMaxKeys = 100
	e := newEngine(t, keyspace.Options{Config: config, Seed: 3})
	c, other := newClient(t, e), newClient(t, e)
	c.do("HELLO 3\nCLIENT TRACKING ON")
	told := 0
	for i := range 500 {
		told += strings.Count(c.do(fmt.Sprintf("GET k%d", i)), "invalidate")
	}
	if told != 400 {
		t.Errorf("told of %d keys, of 500 with room for 100", told)
	}
	many := "MGET"
	for i := range 3000 {
		many += fmt.Sprintf(" m%d", i)
	}
	told = strings.Count(c.do(many), "invalidate")
	if told != 3000 {
		t.Errorf("told of %d keys, when 3000 more were read", told)
	}
	e.Do(e.Check)
	c.do("CLIENT GETNAME")
	other.do("CONFIG SET tracking-table-max-keys 3")
	waitFor(t, func() bool { return strings.Contains(other.do("INFO"), "tracking_total_keys:3\r\n") })
	if told = strings.Count(c.conn.take(), "invalidate"); told != 97 {
		t.Errorf("told of %d keys when the limit went from 100 to 3", told)
	}
}

// TestPrefixesOverlapAsWhenComparedOneByOne holds the fast check against the plain one.
func TestPrefixesOverlapAsWhenComparedOneByOne(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	rnd := rand.New(rand.NewPCG(1, 2))
	draw := func(n int) []string {
		list := make([]string, n)
		for i := range list {
			b := make([]byte, 1+rnd.IntN(5))
			for j := range b {
				b[j] = "abc"[rnd.IntN(3)]
			}
			list[i] = string(b)
		}
		return list
	}
	for range 2000 {
		c := newClient(t, e)
		var existing []string
		for _, p := range draw(rnd.IntN(4)) {
			if c.do("CLIENT TRACKING ON BCAST PREFIX "+p) == "+OK\r\n" {
				existing = append(existing, p)
			}
		}
		names := draw(1 + rnd.IntN(4))
		want := overlapError(names, existing)
		got := c.do("CLIENT TRACKING ON BCAST PREFIX " + strings.Join(names, " PREFIX "))
		if !strings.HasPrefix(got, want) {
			t.Fatalf("%q beside %q: %q, want %q", names, existing, got, want)
		}
		e.Hangup(c.s)
	}
	e.Do(e.Check)
}

// overlapError is the beginning of the reply, found by comparing each with each.
func overlapError(names, existing []string) string {
	for i, name := range names {
		for _, other := range slices.Concat(existing, names[i+1:]) {
			if strings.HasPrefix(name, other) || strings.HasPrefix(other, name) {
				return "-ERR Prefix '" + name + "' overlaps"
			}
		}
	}
	return "+OK"
}

// TestManyPrefixesAreCheckedInTime has a client name as many prefixes as fit into one command.
func TestManyPrefixesAreCheckedInTime(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	c := newClient(t, e)
	var b strings.Builder
	b.WriteString("CLIENT TRACKING ON BCAST")
	for i := range 20_000 {
		fmt.Fprintf(&b, " PREFIX %06d", i)
	}
	if got := c.do(b.String() + " PREFIX 019999x"); !strings.HasPrefix(got, "-ERR Prefix '019999' ") {
		t.Errorf("got %q", got)
	}
	if got := c.do(b.String()); got != "+OK\r\n" {
		t.Errorf("got %q", got)
	}
	e.Do(e.Check)
	e.Hangup(c.s)
	e.Do(e.Check)
}

// TestSlowTrackerIsCutOff: invalidations pile up as any output does.
func TestSlowTrackerIsCutOff(t *testing.T) {
	config := keyspace.NewConfig()
	config.OutputLimits[keyspace.OutputNormal] = keyspace.OutputLimit{HardBytes: 5000}
	e := newEngine(t, keyspace.Options{Config: config})
	slow, other := newClient(t, e), newClient(t, e)
	slow.do("HELLO 3\nCLIENT TRACKING ON BCAST")
	slow.conn.mu.Lock()
	slow.conn.stuck = true
	slow.conn.mu.Unlock()
	for i := range 300 {
		other.do(fmt.Sprintf("SET key:%d v", i))
	}
	waitFor(t, func() bool {
		slow.conn.mu.Lock()
		defer slow.conn.mu.Unlock()
		return slow.conn.aborted
	})
	e.Hangup(slow.s)
	e.Do(e.Check)
}
