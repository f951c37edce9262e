package keyspace_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/keyspace"
)

// TestRecordsRepeatStreams runs random commands on streams in one server and what it records in
// another one, whose blocks are of another size: both must hold the same in the end.
func TestRecordsRepeatStreams(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { testStreamRecordsRepeat(t, seed) })
	}
}

func testStreamRecordsRepeat(t *testing.T, seed uint64) {
	rec := &recorder{}
	e := newEngine(t, keyspace.Options{Seed: seed + 1, Recorders: []keyspace.Recorder{rec}})
	replica := newEngine(t, keyspace.Options{Seed: seed + 100})
	c, r := newClient(t, e), newClient(t, replica)
	c.do("CONFIG SET stream-node-max-entries 4")
	r.do("CONFIG SET stream-node-max-entries 7")
	rnd := rand.New(rand.NewPCG(seed, 43))
	for step := range 1500 {
		c.do(streamCommand(rnd))
		for _, line := range rec.lines {
			_, command, _ := strings.Cut(line, " ") // the number of the database
			if got := r.do(command); got[0] == '-' {
				t.Fatalf("step %d: %s: %s", step, command, got)
			}
		}
		rec.lines = nil
		if step%50 == 0 {
			e.Do(e.Check)
			replica.Do(replica.Check)
		}
	}
	for _, key := range []string{"s1", "s2"} {
		for _, read := range []string{
			"XRANGE %s - +", "XINFO GROUPS %s", "XPENDING %s g", "XPENDING %s h",
			"XPENDING %s g - + 10000", "XPENDING %s h - + 10000",
		} {
			read = fmt.Sprintf(read, key)
			if want, got := c.do(read), r.do(read); got != want {
				t.Errorf("%s: the replica has\n%q, want\n%q", read, got, want)
			}
		}
	}
	c.do("FLUSHDB")
	waitFor(t, func() bool { return e.UsedBytes() == 0 })
}

// streamCommand draws a command on streams and their groups.
func streamCommand(rnd *rand.Rand) string {
	of := func(words ...string) string { return words[rnd.IntN(len(words))] }
	key, group, name := of("s1", "s1", "s2"), of("g", "h"), of("alice", "bob", "carol")
	id := fmt.Sprintf("%d-%d", 1+rnd.IntN(200), rnd.IntN(3))
	switch rnd.IntN(14) {
	case 0, 1, 2, 3:
		return fmt.Sprintf("XADD %s %s %d-* f %d", key, of("", "", "MAXLEN ~ 30", "MINID ~ "+id),
			1+rnd.IntN(200), rnd.IntN(9))
	case 4:
		return fmt.Sprintf("XDEL %s %s", key, id)
	case 5:
		return fmt.Sprintf("XTRIM %s %s", key, of("MAXLEN ~ 20 LIMIT 8", "MINID ~ "+id, "MAXLEN 40"))
	case 6, 7:
		return fmt.Sprintf("XREADGROUP GROUP %s %s COUNT %d %s STREAMS %s %s", group, name,
			1+rnd.IntN(5), of("", "", "NOACK"), key, of(">", ">", "0"))
	case 8:
		return fmt.Sprintf("XACK %s %s %s", key, group, id)
	case 9:
		return fmt.Sprintf("XCLAIM %s %s %s 0 %s %s", key, group, name, id,
			of("", "FORCE", "JUSTID", "IDLE 500", "RETRYCOUNT 9", "LASTID "+id))
	case 10:
		return fmt.Sprintf("XAUTOCLAIM %s %s %s 0 %s COUNT 3", key, group, name, id)
	case 11:
		return fmt.Sprintf("XGROUP %s %s %s %s", of("CREATECONSUMER", "DELCONSUMER"), key, group, name)
	case 12:
		return fmt.Sprintf("XGROUP CREATE %s %s %s MKSTREAM", key, group, of("0", "$", id))
	}
	return of("XGROUP DESTROY s1 g", "DEL s2", "COPY s1 s2 REPLACE", "XGROUP SETID s1 g 5",
		"RENAME s2 s1", "XSETID s1 250", "XSETID s1 300 ENTRIESADDED 400", "XDEL s1 "+id)
}
