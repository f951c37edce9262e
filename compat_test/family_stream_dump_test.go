package compat_test

import (
	"encoding/binary"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/keyspace/rdb"
)

// makeStream makes a random stream on the servers, with groups if that is asked for: the payload
// then holds times, which are each server's own.
func makeStream(t *testing.T, g *gen, groups bool, servers ...*conn) {
	t.Helper()
	commands := family{"dump", streamFamily, 1}
	if groups {
		commands = family{"dump", streamGroupFamily, 1}
	}
	total := 0
	for _, w := range commands.commands {
		total += w.weight
	}
	for range 20 + g.IntN(100) {
		args := commands.pick(g.IntN(total)).make(g)
		if name := strings.ToUpper(args[0]); name == "DEL" || name == "SET" || name == "XINFO" {
			continue
		}
		for _, c := range servers {
			c.ask(t, args...)
		}
	}
}

// fullInfo is all that can be seen of a stream.
func fullInfo(t *testing.T, c *conn, key string) string {
	t.Helper()
	return describe(c.ask(t, "XINFO", "STREAM", key, "FULL", "COUNT", "0"))
}

// TestStreamDumpCrosses makes random streams on both servers, and passes the payload of each to the
// other one. Where no time is in it, the two payloads are the same bytes.
func TestStreamDumpCrosses(t *testing.T) {
	redis, ringer := newDumpPair(t)
	g := &gen{Rand: rand.New(rand.NewPCG(lab.seed, 5))}
	seen := 0
	for i := range 150 {
		makeStream(t, g, i%2 == 1, redis, ringer)
		if redis.ask(t, "TYPE", "s1").text != "stream" {
			continue
		}
		seen++
		theirs, ours := redis.ask(t, "DUMP", "s1").text, ringer.ask(t, "DUMP", "s1").text
		if i%2 == 0 && theirs != ours {
			t.Fatalf("seed %d, stream %d: payloads differ:\n%.400q\n%.400q\n%s", lab.seed, i, theirs,
				ours, fullInfo(t, redis, "s1"))
		}
		for _, c := range []*conn{redis, ringer} {
			restoreStream(t, c, theirs, fullInfo(t, redis, "s1"))
			restoreStream(t, c, ours, fullInfo(t, ringer, "s1"))
		}
		redis.ask(t, "FLUSHALL")
		ringer.ask(t, "FLUSHALL")
	}
	if seen < 50 {
		t.Errorf("only %d streams", seen)
	}
}

// restoreStream restores a payload and compares what comes of it.
func restoreStream(t *testing.T, c *conn, payload, want string) {
	t.Helper()
	if r := c.ask(t, "RESTORE", "copy", "0", payload, "REPLACE"); r.text != "OK" {
		t.Fatalf("seed %d: RESTORE: %s\n%.400q", lab.seed, r.text, payload)
	}
	if got := fullInfo(t, c, "copy"); got != want {
		t.Fatalf("seed %d:\n%.900s\nis restored as\n%.900s", lab.seed, want, got)
	}
}

// TestDamagedStreams changes bytes in payloads of streams and mends the checksum. What ringer takes
// redis-server takes as well, and makes the same of it; what it refuses changes nothing.
func TestDamagedStreams(t *testing.T) {
	redis, ringer := newDumpPair(t)
	g := &gen{Rand: rand.New(rand.NewPCG(lab.seed, 6))}
	taken, refused := 0, 0
	for range max(lab.commands/5, 500) {
		makeStream(t, g, g.IntN(2) == 0, ringer)
		if ringer.ask(t, "TYPE", "s1").text != "stream" {
			continue
		}
		payload := []byte(ringer.ask(t, "DUMP", "s1").text)
		b := payload[:len(payload)-10]
		for range 1 + g.IntN(2) {
			b[1+g.IntN(len(b)-1)] += byte(1 + g.IntN(255))
		}
		b = append(b, 10, 0)
		damaged := string(binary.LittleEndian.AppendUint64(b, rdb.Checksum(0, b)))
		ringer.ask(t, "DEL", "copy")
		if r := ringer.ask(t, "RESTORE", "copy", "0", damaged); r.text != "OK" {
			refused++
			if r.text != "ERR Bad data format" || ringer.ask(t, "EXISTS", "copy").text != "0" {
				t.Fatalf("seed %d: %q: %s", lab.seed, damaged, r.text)
			}
			continue
		}
		taken++
		if r := redis.ask(t, "RESTORE", "copy", "0", damaged, "REPLACE"); r.text != "OK" {
			t.Fatalf("seed %d: redis-server refuses what ringer takes: %s\n%q", lab.seed, r.text, damaged)
		}
		want, got := fullInfo(t, redis, "copy"), fullInfo(t, ringer, "copy")
		if want != got && firstID(want) == firstID(got) {
			t.Fatalf("seed %d: %q is\n%.900s\n%.900s", lab.seed, damaged, want, got)
		}
	}
	if taken < 20 || refused < 20 {
		t.Errorf("%d taken and %d refused: the damage is of the wrong size", taken, refused)
	}
}

// firstID is recorded-first-entry-id, which redis-server takes from the payload, and ringer from
// the entries. Where they differ, the lags of groups may differ, too.
func firstID(info string) string {
	_, rest, _ := strings.Cut(info, "recorded-first-entry-id")
	id, _, _ := strings.Cut(rest, "entries")
	return id
}
