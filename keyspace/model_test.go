package keyspace_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ringer-kv/ringer/keyspace"
)

// model is what a database should hold: values and deadlines.
type model struct {
	now    int64
	values map[string]string // of a sorted set: its number of members behind a 'z'
	until  map[string]int64
}

func (m *model) expire() {
	for k, ms := range m.until {
		if ms < m.now {
			m.del(k)
		}
	}
}

func (m *model) del(k string) {
	delete(m.values, k)
	delete(m.until, k)
}

// TestAgainstAModel runs a stream of operations, which the model follows, and checks the
// invariants all along.
func TestAgainstAModel(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { testAgainstAModel(t, seed+1) })
	}
}

func testAgainstAModel(t *testing.T, seed uint64) {
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	e := newEngine(t, keyspace.Options{Clock: clock, Seed: seed})
	c := newClient(t, e)
	m := &model{now: clock.Now().UnixMilli(), values: map[string]string{}, until: map[string]int64{}}
	rnd := rand.New(rand.NewPCG(seed, 1))
	for step := range 4000 {
		script, want := m.step(rnd)
		if script == "" {
			d := time.Duration(rnd.IntN(300)) * time.Millisecond
			clock.advance(d)
			m.now += d.Milliseconds()
			m.expire()
			continue
		}
		if got := c.do(script); want != "" && got != want {
			t.Fatalf("step %d: %.80s\ngot  %.80q\nwant %.80q", step, script, got, want)
		}
		if step%50 == 0 {
			e.Do(e.Check)
		}
	}
	n := len(m.values)
	waitFor(t, func() bool { return c.do("DBSIZE") == fmt.Sprintf(":%d\r\n", n) })
	for k, v := range m.values {
		if v[0] != 'z' && c.do("GET "+k) != bulk(v) {
			t.Errorf("%s is not as it should be", k)
		}
	}
	e.Do(e.Check)
	c.do("FLUSHDB")
	waitFor(t, func() bool { return e.UsedBytes() == 0 })
}

func bulk(s string) string { return fmt.Sprintf("$%d\r\n%s\r\n", len(s), s) }

// step draws an operation and the reply that it must get; "" stands for a step of the clock, or
// for any reply.
func (m *model) step(rnd *rand.Rand) (script, want string) {
	k := "k" + strconv.Itoa(rnd.IntN(60))
	old, found := m.values[k]
	_, mortal := m.until[k]
	switch op := rnd.IntN(20); {
	case op < 6:
		v := "v" + strings.Repeat("x", valueSizes[rnd.IntN(len(valueSizes))])
		m.del(k)
		m.values[k] = v
		return "SET " + k + " " + v, "+OK\r\n"
	case op < 8:
		v := strconv.Itoa(rnd.Int())
		m.values[k] = v
		return "SET " + k + " " + v + " KEEPTTL", "+OK\r\n"
	case op < 11:
		if !found {
			return "GET " + k, "$-1\r\n"
		}
		if old[0] == 'z' {
			return "GET " + k, "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"
		}
		return "GET " + k, bulk(old)
	case op < 13:
		ms := int64(rnd.IntN(1000))
		if found {
			m.until[k] = m.now + ms
			if ms == 0 {
				m.del(k)
			}
		}
		return fmt.Sprintf("PEXPIRE %s %d", k, ms), intReply(found)
	case op < 14:
		delete(m.until, k)
		return "PERSIST " + k, intReply(mortal)
	case op < 15:
		m.del(k)
		return "UNLINK " + k, intReply(found)
	case op < 17:
		return m.grow(k, rnd)
	case op < 18:
		return "EXISTS " + k, intReply(found)
	}
	return "", ""
}

// valueSizes lie on both sides of the limits of embstr, of a varint and of an inline string.
var valueSizes = []int{0, 1, 10, 43, 44, 126, 127, 128, 900, 990, 1010, 1100, 5000, 300_000}

// grow adds to a sorted set, up to well beyond a listpack.
func (m *model) grow(k string, rnd *rand.Rand) (script, want string) {
	old, found := m.values[k]
	if found && old[0] != 'z' {
		return "TYPE " + k, "+string\r\n"
	}
	had, _ := strconv.Atoi(strings.TrimPrefix(old, "z"))
	add := 1 + rnd.IntN(100)
	var b strings.Builder
	fmt.Fprintf(&b, "ZADD %s", k)
	for i := range add {
		fmt.Fprintf(&b, " %d member:%d", rnd.IntN(50), had+i)
	}
	m.values[k] = "z" + strconv.Itoa(had+add)
	return b.String(), fmt.Sprintf(":%d\r\n", add)
}

func intReply(b bool) string {
	if b {
		return ":1\r\n"
	}
	return ":0\r\n"
}
