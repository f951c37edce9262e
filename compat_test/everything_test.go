package compat_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestRandomEverything mixes the commands of all families, with deadlines, and with settings that
// change all the time, so that encodings convert. After each script the two servers are compared
// as a whole, by DEBUG DIGEST; every value crosses over to the other server, as a payload of DUMP,
// and both data sets are passed through their serialization: whatever got lost or distorted on the
// way would change the digests.
func TestRandomEverything(t *testing.T) {
	p := newPair(t, "--sanitize-dump-payload", "yes")
	f := family{"everything", everything(), 400}
	scripts := max(3, (lab.commands+f.perScript-1)/f.perScript)
	for i := range scripts {
		s := f.script(lab.seed+uint64(i), min(f.perScript, lab.commands))
		s.steps = append(firstSettings(), s.steps...)
		if !p.agree(t, s, i%3) {
			t.Fatalf("RINGER_COMPAT_SEED=%d repeats it", lab.seed)
		}
		p.crossEverything(t)
		if t.Failed() {
			t.Fatalf("RINGER_COMPAT_SEED=%d repeats it, in script %d", lab.seed, i)
		}
	}
}

// everyFamily is the families, each with the weight of one.
func everyFamily() [][]weighted {
	return [][]weighted{
		stringFamily, bitmapFamily, genericFamily, deadlinesFamily, setFamily, sortFamily,
		listCommands((*gen).element, (*gen).fewElements), hashFamily,
		zsetFamilyOf((*gen).member, 5), geoFamily(12, 40), streamFamily, streamGroupFamily,
		hyperLogLogFamily(40),
	}
}

// settings are the parameters on which encodings depend, and values between which they go to and
// fro.
var settings = []struct {
	name   string
	values []string
}{
	{"hash-max-listpack-entries", []string{"0", "2", "8", "512"}},
	{"hash-max-listpack-value", []string{"0", "3", "64"}},
	{"zset-max-listpack-entries", []string{"0", "2", "8", "128"}},
	{"zset-max-listpack-value", []string{"0", "1", "64"}},
	{"set-max-intset-entries", []string{"0", "2", "6", "512"}},
	{"list-max-listpack-size", []string{"-1", "-2", "1", "3", "100"}},
	{"stream-node-max-entries", []string{"1", "3", "100"}},
	{"stream-node-max-bytes", []string{"50", "4096"}},
	{"hll-sparse-max-bytes", []string{"0", "100", "3000"}},
	{"rdbcompression", []string{"yes", "no"}},
}

// firstSettings makes a script independent of the one before.
func firstSettings() []step {
	var steps []step
	for _, s := range settings {
		steps = append(steps, step{args: words("CONFIG", "SET", s.name, s.values[1])})
	}
	return steps
}

func everything() []weighted {
	all := []weighted{
		{2, func(g *gen) []string {
			s := settings[g.IntN(len(settings))]
			return g.command("CONFIG", words("SET", s.name, g.of(s.values...)))
		}},
		{2, func(g *gen) []string {
			return g.command("COPY", words(g.anyKey(), g.copied(), "REPLACE"))
		}},
		{1, func(g *gen) []string { return g.command("RENAME", words(g.anyKey(), g.copied())) }},
		{2, func(g *gen) []string {
			return g.command("PEXPIREAT", words(g.anyKey(), g.of("1", "4102444800000", "4102444800001")))
		}},
		{1, func(g *gen) []string { return g.command("PERSIST", words(g.anyKey())) }},
		{2, func(g *gen) []string { return g.command("OBJECT", words("ENCODING", g.anyKey())) }},
		{1, func(g *gen) []string { return g.command("DEL", words(g.anyKey())) }},
	}
	for _, commands := range everyFamily() {
		f := family{commands: commands}
		all = append(all, weighted{4, func(g *gen) []string {
			args := f.pick(g.IntN(totalWeight(f.commands))).make(g)
			for sortsNumbers(args) {
				g.comparison = ""
				args = f.pick(g.IntN(totalWeight(f.commands))).make(g)
			}
			switch strings.ToUpper(args[0]) {
			case "PEXPIRETIME": // of what another family has given a time to live
				g.comparison = "millis"
			case "EXPIRETIME":
				g.comparison = "seconds"
			case "XINFO", "XPENDING": // of a stream that the other family of streams has a group on
				g.comparison = "clocks"
			case "OBJECT": // Redis's COPY of a small integer is not the one that all keys share
				if strings.EqualFold(args[1], "REFCOUNT") {
					g.comparison = "shape"
				}
			}
			return args
		}})
	}
	return all
}

// sortsNumbers says whether a command may be a SORT by numbers. In Redis it fails if a command of
// another family has left ERANGE in errno.
func sortsNumbers(args []string) bool {
	sorts := strings.EqualFold(args[0], "SORT") || strings.EqualFold(args[0], "SORT_RO")
	return sorts && !slices.ContainsFunc(args, func(arg string) bool {
		return strings.EqualFold(arg, "ALPHA")
	})
}

// copied is a key that no family uses: what comes there from another one may be in an order that is
// left open (see lexKey).
func (g *gen) copied() string { return "copy" + strconv.Itoa(g.IntN(4)) }

// anyKey is one of the keys that the families use.
func (g *gen) anyKey() string {
	return g.of(g.copied(), g.key(), g.key(), "l1", "l2", "s1", "s2", "z1", "z2", "h1", "h2", "lex",
		"x", "s", "hll1", "g1")
}

// databases is how many there are.
const databases = 16

// crossEverything compares the data of both servers, and does so again after all values have
// crossed.
func (p pair) crossEverything(t *testing.T) {
	t.Helper()
	redis, ringer := mustDial(t, p.redis.addr), mustDial(t, p.ringer.addr)
	defer redis.close()
	defer ringer.close()
	x := crossing{redis: redis, ringer: ringer}
	for db := range databases {
		for _, c := range []*conn{redis, ringer} {
			c.ask(t, "SELECT", strconv.Itoa(db))
			c.ask(t, "DEL", "q") // what is popped from it is drawn
		}
	}
	sameDigests(t, redis, ringer, "after the script")
	for db := range databases {
		for _, c := range []*conn{redis, ringer} {
			c.ask(t, "SELECT", strconv.Itoa(db))
		}
		keys := redis.ask(t, "KEYS", "*")
		for i, key := range keys.elems {
			to := fmt.Sprintf("crossed:%d", i)
			x.crossOne(t, key.text, to)
		}
	}
	sameDigests(t, redis, ringer, "after crossing")
	for _, c := range []*conn{redis, ringer} { // both, as a small set loses the sign of a score of -0
		if got := c.ask(t, "DEBUG", "RELOAD"); got.text != "OK" {
			t.Errorf("DEBUG RELOAD: %s", got.text)
		}
	}
	sameDigests(t, redis, ringer, "after DEBUG RELOAD")
}

// crossOne has each server restore the other's payload of a key.
func (x *crossing) crossOne(t *testing.T, key, to string) {
	t.Helper()
	redis, ringer := x.redis, x.ringer
	theirs, ours := redis.ask(t, "DUMP", key), ringer.ask(t, "DUMP", key)
	if theirs.null != ours.null {
		t.Errorf("DUMP %q: %s and %s", key, describe(theirs), describe(ours))
		return
	}
	if theirs.null {
		return // it has expired
	}
	want := redis.ask(t, "RESTORE", to, "0", ours.text)
	got := ringer.ask(t, "RESTORE", to, "0", theirs.text)
	if want.text != "OK" || got.text != "OK" {
		t.Errorf("RESTORE of %q: redis %s %q, ringer %s %q", key, want.text, ours.text, got.text,
			theirs.text)
	}
	want, got = redis.ask(t, "OBJECT", "ENCODING", to), ringer.ask(t, "OBJECT", "ENCODING", to)
	if want.text != got.text {
		t.Errorf("%q is restored as %s and %s", key, want.text, got.text)
	}
}

// sameDigests waits until the digests agree: what has expired may be there for a while.
func sameDigests(t *testing.T, redis, ringer *conn, when string) {
	t.Helper()
	const patience = 3 * time.Second
	var want, got string
	for begin := time.Now(); time.Since(begin) < patience; time.Sleep(20 * time.Millisecond) {
		want, got = redis.ask(t, "DEBUG", "DIGEST").text, ringer.ask(t, "DEBUG", "DIGEST").text
		if want == got {
			return
		}
	}
	t.Errorf("%s: digest %s, ringer %s", when, want, got)
	for db := range databases {
		redis.ask(t, "SELECT", strconv.Itoa(db))
		ringer.ask(t, "SELECT", strconv.Itoa(db))
		a, b := keysAndDigests(t, redis), keysAndDigests(t, ringer)
		for _, line := range a {
			if !slices.Contains(b, line) {
				t.Errorf("db %d, only in redis: %s", db, line)
			}
		}
		for _, line := range b {
			if !slices.Contains(a, line) {
				t.Errorf("db %d, only in ringer: %s", db, line)
			}
		}
	}
}

func keysAndDigests(t *testing.T, c *conn) (lines []string) {
	t.Helper()
	for _, key := range c.ask(t, "KEYS", "*").elems {
		digest := c.ask(t, "DEBUG", "DIGEST-VALUE", key.text)
		lines = append(lines, fmt.Sprintf("%q %s %s %s", key.text, c.ask(t, "TYPE", key.text).text,
			c.ask(t, "PEXPIRETIME", key.text).text, digest.elems[0].text))
	}
	return lines
}
