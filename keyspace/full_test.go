package keyspace_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/keyspace"
)

// long is a text of about a megabyte, a different one for each number.
func long(i int) string { return fmt.Sprint(i) + strings.Repeat("n", 1<<20) }

// newFull is a server in which the arena is small and, after the lines, full as far as a SET may
// fill it.
func newFull(t *testing.T, lines ...string) (*keyspace.Engine, *client) {
	t.Helper()
	e := newEngine(t, keyspace.Options{ArenaBytes: 16 << 20, Seed: 1})
	c := newClient(t, e)
	c.do(strings.Join(lines, "\n"))
	c.fill()
	return e, c
}

// fill sets keys until one is refused.
func (c *client) fill() {
	value := strings.Repeat("x", 1000)
	for i := 0; c.do(fmt.Sprint("SET junk", i, " ", value)) == "+OK\r\n"; i++ {
	}
}

// repeated is a line for each number from 0 on.
func repeated(n int, format string) (lines []string) {
	for i := range n {
		lines = append(lines, fmt.Sprintf(format, i))
	}
	return lines
}

// xadds are lines that fill a stream with entries, in front of a group.
func xadds(n int) []string {
	return append(repeated(n, "XADD s 1-%d f v")[1:], "XGROUP CREATE s g 0")
}

// TestFullArena makes commands that Redis lets in when memory is short take more of it than there
// is. They are refused in time, and refused they change nothing.
func TestFullArena(t *testing.T) {
	for _, c := range []struct {
		name  string
		setup []string
		args  func(i int) []string
	}{
		{"RENAME", repeated(9, "SET r%d v"), func(i int) []string {
			return []string{"RENAME", fmt.Sprint("r", i), long(i)}
		}},
		{"RENAMENX", repeated(9, "SET r%d v"), func(i int) []string {
			return []string{"RENAMENX", fmt.Sprint("r", i), long(i)}
		}},
		{"SMOVE", repeated(9, "SADD s r%d"), func(i int) []string {
			return []string{"SMOVE", "s", long(i), fmt.Sprint("r", i)}
		}},
		{"XREADGROUP by new consumers", xadds(10), func(i int) []string {
			return []string{"XREADGROUP", "GROUP", "g", long(i), "COUNT", "1", "STREAMS", "s", ">"}
		}},
		{"XREADGROUP of many streams", append(repeated(9, "XADD s%d 1-1 f v"),
			repeated(9, "XGROUP CREATE s%d g 0")...), func(int) []string {
			return strings.Fields("XREADGROUP GROUP g " + long(0) +
				" STREAMS s0 s1 s2 s3 s4 s5 s6 s7 s8 > > > > > > > > >")
		}},
		{"XCLAIM by new consumers", xadds(10), func(i int) []string {
			return []string{"XCLAIM", "s", "g", long(i), "0", fmt.Sprint("1-", i+1), "FORCE"}
		}},
		{"XCLAIM of many entries", xadds(50000), func(int) []string {
			args := []string{"XCLAIM", "s", "g", "c", "0"}
			for i := range 50000 {
				args = append(args, fmt.Sprint("1-", i+1))
			}
			return append(args, "FORCE", "JUSTID")
		}},
		{"XAUTOCLAIM by new consumers", append(xadds(10), "XREADGROUP GROUP g c STREAMS s >"),
			func(i int) []string { return []string{"XAUTOCLAIM", "s", "g", long(i), "0", "0"} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, cl := newFull(t, c.setup...)
			cl.do("DEL junk0 junk1 junk2 junk3") // so that DEBUG gets in
			refused := false
			for i := range 9 {
				before := cl.do("DEBUG DIGEST")
				if got := cl.ask(c.args(i)...); got != oomReply {
					continue
				}
				refused = true
				if after := cl.do("DEBUG DIGEST"); after != before {
					t.Errorf("it was refused, and has changed %.10q to %.10q", before, after)
				}
			}
			if !refused {
				t.Error("it is never refused")
			}
			e.Do(e.Check)
		})
	}
}

// TestFullArenaOfSets has a large intset become a hashtable, and the union of many small ones.
func TestFullArenaOfSets(t *testing.T) {
	const n = 300000
	add := "SADD s " + strings.Join(repeated(n, "%d"), " ")
	e, c := newFull(t, "CONFIG SET set-max-intset-entries 1000000", add,
		"CONFIG SET set-max-intset-entries 512")
	c.do("DEL " + strings.Join(repeated(100, "junk%d"), " "))
	for _, line := range []string{
		"SADD s x", "SADD s -1", "SUNIONSTORE d s none", "SDIFFSTORE d s none", "SINTERSTORE d s s",
	} {
		if got := c.do(line); got != oomReply {
			t.Errorf("%s: %q", line, got)
		}
	}
	const want = ":300000\r\n$6\r\nintset\r\n:0\r\n"
	if got := c.do("SCARD s\nOBJECT ENCODING s\nEXISTS d"); got != want {
		t.Errorf("after them: %q", got)
	}
	e.Do(e.Check)
}

// TestFullArenaDelivers as many entries to a consumer as there is room to have pending, at least
// one, and goes on where it was.
func TestFullArenaDelivers(t *testing.T) {
	const n = 60000
	e, c := newFull(t, xadds(n)...)
	pending := func() (n int) {
		fmt.Sscanf(c.do("XPENDING s g"), "*4\r\n:%d", &n)
		return n
	}
	before, rounds := 0, 0
	for c.do("XREADGROUP GROUP g c STREAMS s >") != oomReply {
		if rounds++; pending() <= before || rounds > n {
			t.Fatalf("round %d: %d entries are pending", rounds, pending())
		}
		before = pending()
	}
	if before == n-1 || before == 0 {
		t.Errorf("%d entries of %d have been delivered", before, n-1)
	}
	if got := c.do("XREADGROUP GROUP g c NOACK STREAMS s >"); got != oomReply {
		t.Errorf("and one that keeps nothing: %.80q", got)
	}
	c.do("XTRIM s MAXLEN 0\nXGROUP DELCONSUMER s g c\nDEL s")
	if got := c.do("SET k v"); got != "+OK\r\n" {
		t.Errorf("with memory again: %q", got)
	}
	e.Do(e.Check)
}

// TestFullArenaInExec fills the arena by a transaction that there was room for when each of its
// commands was queued.
func TestFullArenaInExec(t *testing.T) {
	e := newEngine(t, keyspace.Options{ArenaBytes: 16 << 20, Seed: 1})
	c := newClient(t, e)
	c.do("MULTI")
	for i := range 30 {
		if got := c.ask("SET", fmt.Sprint("k", i), long(i)); got != "+QUEUED\r\n" {
			t.Fatalf("SET %d: %q", i, got)
		}
	}
	c.do("DBSIZE")
	got := c.do("EXEC")
	if done, refused := strings.Count(got, "+OK"), strings.Count(got, oomReply); done == 0 ||
		refused == 0 || done+refused != 30 || !strings.HasSuffix(got, fmt.Sprintf(":%d\r\n", done)) {
		t.Errorf("EXEC: %.100q", got)
	}
	e.Do(e.Check)
}

// TestFullArenaWakes has clients wait whose answers make more than there is room for.
func TestFullArenaWakes(t *testing.T) {
	e := newEngine(t, keyspace.Options{ArenaBytes: 16 << 20, Seed: 1})
	c := newClient(t, e)
	c.do(strings.Join(repeated(5, "XGROUP CREATE s g%d 0 MKSTREAM"), "\n"))
	c.do("RPUSH other 1 2 3 4 5")
	var waiting []*client
	wait := func(line string) {
		a := newClient(t, e)
		if a.submit(line); !a.waiting() {
			t.Fatalf("it does not wait: %.40q", line)
		}
		waiting = append(waiting, a)
	}
	for i := range 5 {
		wait(fmt.Sprintf("XREADGROUP GROUP g%d %s BLOCK 0 STREAMS s >", i, long(i)))
		wait(fmt.Sprintf("BLMOVE l %s LEFT LEFT 0", long(i)))
	}
	c.fill()
	c.do("DEL " + strings.Join(repeated(2000, "junk%d"), " "))
	if got := c.do("XADD s 1-1 f v\nRENAME other l"); got != bulk("1-1")+"+OK\r\n" {
		t.Fatalf("XADD, RENAME: %q", got)
	}
	refused := 0
	for _, a := range waiting {
		if a.wait() == oomReply {
			refused++
		}
	}
	if refused == 0 || refused == len(waiting) {
		t.Errorf("%d of %d are refused", refused, len(waiting))
	}
	e.Do(e.Check)
}
