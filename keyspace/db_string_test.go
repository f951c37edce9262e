package keyspace_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/keyspace"
)

// TestStringsAgainstAModel writes strings in place, lets them grow over every limit and shrink, and
// checks the invariants all along.
func TestStringsAgainstAModel(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			e := newEngine(t, keyspace.Options{Seed: seed + 1})
			c := newClient(t, e)
			m := stringModel{}
			rnd := rand.New(rand.NewPCG(seed, 7))
			for step := range 3000 {
				script, want := m.step(rnd)
				if got := c.do(script); got != want {
					t.Fatalf("step %d: %.80s\ngot  %.80q\nwant %.80q", step, script, got, want)
				}
				if step%20 == 0 {
					e.Do(e.Check)
				}
			}
			for k, v := range m {
				if got := c.do("GET " + k); got != bulk(v) {
					t.Errorf("%s has %d bytes in place of %d", k, len(got), len(bulk(v)))
				}
			}
			e.Do(e.Check)
			c.do("FLUSHDB")
			waitFor(t, func() bool { return e.UsedBytes() == 0 })
		})
	}
}

// stringModel is what the strings should be. No value has a blank, which the scripts split at.
type stringModel map[string]string

func (m stringModel) step(rnd *rand.Rand) (script, want string) {
	k := strings.Repeat("k", 1+rnd.IntN(3)) + strconv.Itoa(rnd.IntN(6))
	piece := strings.Repeat("x", 1+valueSizes[rnd.IntN(len(valueSizes)-1)]>>rnd.IntN(8))
	old := m[k]
	switch rnd.IntN(8) {
	case 0, 1, 2:
		m[k] = old + piece
		return "APPEND " + k + " " + piece, intOf(len(m[k]))
	case 3, 4:
		at := rnd.IntN(len(old) + 1 + rnd.IntN(200))
		padded := old + strings.Repeat("\x00", max(0, at+len(piece)-len(old)))
		m[k] = padded[:at] + piece + padded[at+len(piece):]
		return fmt.Sprintf("SETRANGE %s %d %s", k, at, piece), intOf(len(m[k]))
	case 5:
		m[k] = piece
		return "SET " + k + " " + piece, "+OK\r\n"
	case 6:
		n := rnd.Int64() >> rnd.IntN(64)
		m[k] = strconv.FormatInt(n, 10)
		return "MSET " + k + " " + m[k] + " other 1", "+OK\r\n"
	}
	if n, err := strconv.ParseInt(old, 10, 64); err == nil && n < 1<<62 {
		m[k] = strconv.FormatInt(n+1000, 10)
		return "INCRBY " + k + " 1000", fmt.Sprintf(":%d\r\n", n+1000)
	}
	delete(m, k)
	return "DEL " + k, intReply(old != "")
}

func intOf(n int) string { return fmt.Sprintf(":%d\r\n", n) }

// TestAppendIsLinear lets a string grow to a few MiB by small pieces: the memory that it is copied
// to in total stays in proportion to its size, and what it keeps as room is bounded.
func TestAppendIsLinear(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	c := newClient(t, e)
	line := "APPEND k " + strings.Repeat("x", 1<<10) + "\n"
	for range 40 {
		c.do(strings.Repeat(line, 100))
	}
	const size = 40 * 100 << 10
	if got := c.do("STRLEN k"); got != intOf(size) {
		t.Fatalf("STRLEN = %q", got)
	}
	waitFor(t, func() bool { return e.UsedBytes() < size*5/4 })
	e.Do(e.Check)
}

// TestSetrangeRefusesWhatDoesNotFit: far beyond the memory there is, and nothing has changed.
func TestSetrangeRefusesWhatDoesNotFit(t *testing.T) {
	e := newEngine(t, keyspace.Options{ArenaBytes: 64 << 20})
	c := newClient(t, e)
	const oom = "-OOM command not allowed when used memory > 'maxmemory'.\r\n"
	script := "SETRANGE k 200000000 x\nSETBIT k 4000000000 1\nEXISTS k"
	if got := c.do(script); got != oom+oom+":0\r\n" {
		t.Errorf("got %q", got)
	}
	if got := c.do("SETRANGE k 1000000 x"); got != ":1000001\r\n" {
		t.Errorf("got %q", got)
	}
}

// TestSetrangeRefusesWhatFitsInPiecesOnly: half of the memory is free, but nowhere two megabytes of
// it together.
func TestSetrangeRefusesWhatFitsInPiecesOnly(t *testing.T) {
	e := newEngine(t, keyspace.Options{ArenaBytes: 64 << 20})
	c := newClient(t, e)
	n := 0
	for c.do(fmt.Sprintf("SETRANGE k%d 900000 x", n)) == ":900001\r\n" {
		n++
	}
	full := e.UsedBytes()
	for i := 0; i < n; i += 2 {
		c.do(fmt.Sprintf("DEL k%d", i))
	}
	waitFor(t, func() bool { return e.UsedBytes() < full*2/3 })
	const oom = "-OOM command not allowed when used memory > 'maxmemory'.\r\n"
	script := "SETRANGE big 8000000 x\nSETBIT big 64000000 1\nEXISTS big"
	if got := c.do(script); got != oom+oom+":0\r\n" {
		t.Errorf("got %q", got)
	}
	if got := c.do("SETRANGE small 100000 x"); got != ":100001\r\n" {
		t.Errorf("got %q", got)
	}
	e.Do(e.Check)
}

// TestCopyRefusesWhatFitsInPiecesOnly: commands that are let in, as a megabyte is free here and
// there, but whose results would need more in one piece.
func TestCopyRefusesWhatFitsInPiecesOnly(t *testing.T) {
	e := newEngine(t, keyspace.Options{ArenaBytes: 64 << 20})
	c := newClient(t, e)
	const members = 40_000
	padding := strings.Repeat("m", 200)
	for i := 0; i < members; i += 1000 {
		var zadd, sadd strings.Builder
		for j := i; j < i+1000; j++ {
			fmt.Fprintf(&zadd, " %d %s%d", j, padding, j)
			fmt.Fprintf(&sadd, " %s%d", padding, j)
		}
		c.do("ZADD z" + zadd.String() + "\nSADD s" + sadd.String())
	}
	c.do("SETRANGE string 10000000 x")
	n := 0
	for c.do(fmt.Sprintf("SETRANGE k%d 1500000 x", n)) == ":1500001\r\n" {
		n++
	}
	full := e.UsedBytes()
	for i := 0; i < n; i += 2 {
		c.do(fmt.Sprintf("DEL k%d", i))
	}
	waitFor(t, func() bool { return e.UsedBytes() < full-int64(n/2)*1_500_000 })
	const oom = "-OOM command not allowed when used memory > 'maxmemory'.\r\n"
	for _, line := range []string{
		"COPY string d", "COPY z d", "COPY s d", "ZRANGESTORE d z 0 -1", "SUNIONSTORE d s none",
		"ZUNIONSTORE d 1 z", "SINTERSTORE d s", "SDIFFSTORE d s",
		"GEOSEARCHSTORE d z FROMLONLAT 0 0 BYBOX inf inf km",
	} {
		if got := c.do(line); got != oom {
			t.Errorf("%s: got %q", line, got)
		}
	}
	script := "EXISTS d\nSETRANGE small 100000 x\nCOPY small d"
	if got := c.do(script); got != ":0\r\n:100001\r\n:1\r\n" {
		t.Errorf("got %q", got)
	}
	e.Do(e.Check)
}

// TestRefusesWhatFitsInPiecesOnly: the same for what the arguments bring, large or many.
func TestRefusesWhatFitsInPiecesOnly(t *testing.T) {
	e := newEngine(t, keyspace.Options{ArenaBytes: 64 << 20})
	c := newClient(t, e)
	const oom = "-OOM command not allowed when used memory > 'maxmemory'.\r\n"
	n := 0
	for c.do(fmt.Sprintf("SETRANGE k%d 40000 x", n)) == ":40001\r\n" {
		n++
	}
	for i := 0; i < n; i += 2 {
		c.do(fmt.Sprintf("DEL k%d", i))
	}
	value := strings.Repeat("v", 60_000)
	for i := range n {
		c.do(fmt.Sprintf("SET v%d %s", i, value))
	}
	if got := c.do("SET d " + value); got != oom {
		t.Errorf("got %q", got)
	}
	e.Do(e.Check)
}

func BenchmarkIncr(b *testing.B) {
	c := newClient(b, newEngine(b, keyspace.Options{}))
	script := strings.Repeat("INCR counter\n", 100)
	for n := 0; n < b.N; n += 100 {
		c.do(script)
	}
}

func BenchmarkAppend(b *testing.B) {
	c := newClient(b, newEngine(b, keyspace.Options{}))
	script := strings.Repeat("APPEND k 0123456789abcdef\n", 100) + "DEL k"
	for n := 0; n < b.N; n += 100 {
		c.do(script)
	}
}

// TestValuesMoveAndAreCopied sends values of all sizes and types through RENAME, MOVE, COPY and
// SWAPDB, with deadlines, and checks that nothing is lost, doubled or kept.
func TestValuesMoveAndAreCopied(t *testing.T) {
	e := newEngine(t, keyspace.Options{Seed: 1})
	c := newClient(t, e)
	rnd := rand.New(rand.NewPCG(1, 9))
	key := func() string {
		return strings.Repeat("key", 1+rnd.IntN(2)*300) + strconv.Itoa(rnd.IntN(5))
	}
	for step := range 4000 {
		k, other, db := key(), key(), rnd.IntN(3)
		script := [...]string{
			"SET " + k + " " + strings.Repeat("x", 1+valueSizes[rnd.IntN(len(valueSizes))]),
			"ZADD " + k + strings.Repeat(fmt.Sprintf(" %d m%d", step, step), 1+rnd.IntN(200)),
			fmt.Sprintf("ZADD %s 1 %d 2 %s", k, step, strings.Repeat("m", 1+rnd.IntN(100))),
			fmt.Sprintf("SADD %s %d %d", k, step, rnd.Int()),
			"RPUSH " + k + strings.Repeat(" element", 1+rnd.IntN(2000)),
			"RENAME " + k + " " + other,
			fmt.Sprintf("MOVE %s %d", k, db),
			fmt.Sprintf("COPY %s %s DB %d REPLACE", k, other, db),
			fmt.Sprintf("COPY %s %s REPLACE", k, other),
			"PEXPIRE " + k + " 1000000",
			fmt.Sprintf("SWAPDB 0 %d", db),
			fmt.Sprintf("SELECT %d", db),
			"UNLINK " + k,
		}[rnd.IntN(13)]
		c.do(script)
		if step%20 == 0 {
			e.Do(e.Check)
		}
	}
	e.Do(e.Check)
	for db := range 3 {
		c.do(fmt.Sprintf("SELECT %d\nFLUSHDB", db))
	}
	waitFor(t, func() bool { return e.UsedBytes() == 0 })
}
