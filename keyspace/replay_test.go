package keyspace_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/keyspace"
)

// TestRecordsRepeatCollections runs random commands on sets and hashes in one server and what it
// records in another one, whose random numbers are others: both must hold the same in the end.
func TestRecordsRepeatCollections(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { testRecordsRepeat(t, seed) })
	}
}

func testRecordsRepeat(t *testing.T, seed uint64) {
	rec := &recorder{}
	e := newEngine(t, keyspace.Options{Seed: seed + 1, Recorders: []keyspace.Recorder{rec}})
	replica := newEngine(t, keyspace.Options{Seed: seed + 100})
	c, r := newClient(t, e), newClient(t, replica)
	rnd := rand.New(rand.NewPCG(seed, 41))
	for step := range 1500 {
		c.do(collectionCommand(rnd))
		for _, line := range rec.lines {
			_, command, _ := strings.Cut(line, " ") // the number of the database
			if got := r.do(command); got[0] == '-' {
				t.Fatalf("step %d: %s: %s", step, command, got)
			}
		}
		rec.lines = nil
		if step%100 == 0 {
			e.Do(e.Check)
			replica.Do(replica.Check)
		}
	}
	for _, read := range []string{"SMEMBERS s1", "SMEMBERS s2", "HGETALL h1", "HGETALL h2"} {
		want, got := sortedLines(c.do(read)), sortedLines(r.do(read))
		if !slices.Equal(got, want) {
			t.Errorf("%s: the replica has %q, want %q", read, got, want)
		}
	}
	e.Do(e.Check)
	c.do("FLUSHDB")
	waitFor(t, func() bool { return e.UsedBytes() == 0 })
}

// sortedLines are the lines of a reply.
func sortedLines(reply string) []string {
	return slices.Sorted(strings.Lines(reply))
}

// collectionCommand draws a command; large ones make values that are freed in the background.
func collectionCommand(rnd *rand.Rand) string {
	s, h := fmt.Sprintf("s%d", 1+rnd.IntN(2)), fmt.Sprintf("h%d", 1+rnd.IntN(2))
	n := rnd.IntN(200)
	switch rnd.IntN(12) {
	case 0, 1:
		return fmt.Sprintf("SADD %s %d", s, n)
	case 2:
		var members strings.Builder
		for i := range n {
			fmt.Fprintf(&members, " m%d", i)
		}
		return "SADD " + s + " x" + members.String()
	case 3:
		return fmt.Sprintf("SPOP %s", s)
	case 4:
		return fmt.Sprintf("SPOP %s %d", s, n)
	case 5:
		return "SUNIONSTORE s1 s1 s2"
	case 6:
		return fmt.Sprintf("SMOVE s1 s2 %d", n)
	case 7, 8:
		return fmt.Sprintf("HSET %s f%d %d", h, n, n)
	case 9:
		return fmt.Sprintf("HINCRBYFLOAT %s f%d 0.%d", h, n, n)
	case 10:
		return fmt.Sprintf("HDEL %s f%d f%d", h, n, n+1)
	}
	return "DEL " + []string{s, h, s, "none"}[rnd.IntN(4)]
}
