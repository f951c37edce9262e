package keyspace_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ringer-kv/ringer/keyspace"
)

// fieldModel is what some hashes should hold: values, and deadlines in until.
type fieldModel struct {
	now    int64
	values map[string]map[string]string
	until  map[string]map[string]int64
}

func (m *fieldModel) del(k, f string) {
	delete(m.values[k], f)
	delete(m.until[k], f)
	if len(m.values[k]) == 0 {
		m.drop(k)
	}
}

func (m *fieldModel) drop(k string) {
	delete(m.values, k)
	delete(m.until, k)
}

func (m *fieldModel) expire() {
	for k, fields := range m.until {
		for f, ms := range fields {
			if ms < m.now {
				m.del(k, f)
			}
		}
	}
}

func (m *fieldModel) set(k, f, v string) {
	if m.values[k] == nil {
		m.values[k], m.until[k] = map[string]string{}, map[string]int64{}
	}
	m.values[k][f] = v
	delete(m.until[k], f)
}

// rename gives what k holds to another key.
func (m *fieldModel) rename(k, to string, copied bool) {
	values, until := maps.Clone(m.values[k]), maps.Clone(m.until[k])
	if !copied {
		m.drop(k)
	}
	m.values[to], m.until[to] = values, until
}

// hgetall is the reply to HGETALL with the pairs sorted.
func (m *fieldModel) hgetall(k string) []string {
	var pairs []string
	for f, v := range m.values[k] {
		pairs = append(pairs, f+"="+v)
	}
	slices.Sort(pairs)
	return pairs
}

// pairsOf are the sorted pairs of a reply to HGETALL.
func pairsOf(reply string) []string {
	lines := strings.Split(strings.TrimSuffix(reply, "\r\n"), "\r\n")[1:]
	var pairs []string
	for i := 0; i+3 < len(lines); i += 4 {
		pairs = append(pairs, lines[i+1]+"="+lines[i+3])
	}
	slices.Sort(pairs)
	return pairs
}

// TestFieldsAgainstAModel runs a stream of operations on hashes, small ones and large ones, whose
// fields expire, actively or when they are looked at. A second server, for which no time passes,
// is fed with what the first one records, and must hold the same in the end.
func TestFieldsAgainstAModel(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { testFieldsAgainstAModel(t, seed+1) })
	}
}

func testFieldsAgainstAModel(t *testing.T, seed uint64) {
	start := time.UnixMilli(1_700_000_000_000)
	clock, rec := &testClock{now: start}, &recorder{}
	e := newEngine(t, keyspace.Options{
		Clock: clock, Seed: seed, Recorders: []keyspace.Recorder{rec},
	})
	replica := newEngine(t, keyspace.Options{Clock: &testClock{now: start}, Seed: seed + 50})
	c, r := newClient(t, e), newClient(t, replica)
	if seed%2 == 0 {
		c.do("CONFIG SET hash-max-listpack-entries 5")
	}
	if seed%3 == 0 {
		e.Do(func() { e.SetActiveExpire(false) })
	}
	m := &fieldModel{
		now:    start.UnixMilli(),
		values: map[string]map[string]string{}, until: map[string]map[string]int64{},
	}
	rnd := rand.New(rand.NewPCG(seed, 5))
	for step := range 3000 {
		script, want := m.step(rnd)
		if script == "" {
			d := time.Duration(rnd.IntN(60)) * time.Millisecond
			clock.advance(d)
			m.now += d.Milliseconds()
			m.expire()
			continue
		}
		if got := c.do(script); want != "" && got != want {
			t.Fatalf("step %d: %.80s\ngot  %.80q\nwant %.80q", step, script, got, want)
		}
		if step%20 == 0 {
			k := fmt.Sprintf("h%d", rnd.IntN(4))
			if got := pairsOf(c.do("HGETALL " + k)); !slices.Equal(got, m.hgetall(k)) {
				t.Fatalf("step %d: %s holds %q, want %q", step, k, got, m.hgetall(k))
			}
			e.Do(e.Check)
		}
	}
	for k := range 4 {
		c.do(fmt.Sprintf("HLEN h%d", k))
	}
	for _, line := range rec.lines {
		_, command, _ := strings.Cut(line, " ")
		if got := r.do(command); got[0] == '-' {
			t.Fatalf("%s: %s", command, got)
		}
	}
	for k := range 4 {
		key := fmt.Sprintf("h%d", k)
		if got := pairsOf(r.do("HGETALL " + key)); !slices.Equal(got, m.hgetall(key)) {
			t.Errorf("the replica's %s holds %q, want %q", key, got, m.hgetall(key))
		}
		for f := range m.values[key] {
			ask := "HPEXPIRETIME " + key + " FIELDS 1 " + f
			if got, want := r.do(ask), c.do(ask); got != want {
				t.Errorf("the replica says %q to %s, not %q", got, ask, want)
			}
		}
	}
	replica.Do(replica.Check)
	c.do("FLUSHDB")
	waitFor(t, func() bool { return e.UsedBytes() == 0 })
	e.Do(e.Check)
}

// step draws an operation and its reply; "" stands for a step of the clock.
func (m *fieldModel) step(rnd *rand.Rand) (script, want string) {
	k, f := fmt.Sprintf("h%d", rnd.IntN(4)), fmt.Sprintf("f%d", rnd.IntN(12))
	v := fmt.Sprint(rnd.IntN(1_000_000))
	old, found := m.values[k][f]
	ms, mortal := m.until[k][f]
	switch op := rnd.IntN(24); {
	case op < 5:
		m.set(k, f, v)
		return "HSET " + k + " " + f + " " + v, intReply(!found)
	case op < 12:
		return m.stepExpire(rnd, k, f)
	case op < 13:
		delete(m.until[k], f)
		return "HPERSIST " + k + " FIELDS 1 " + f, oneReply(found, mortal, 1)
	case op < 14:
		m.del(k, f)
		return "HDEL " + k + " " + f, intReply(found)
	case op < 15:
		if !found {
			return "HGET " + k + " " + f, "$-1\r\n"
		}
		return "HGET " + k + " " + f, bulk(old)
	case op < 16:
		return "HLEN " + k, fmt.Sprintf(":%d\r\n", len(m.values[k]))
	case op < 17:
		return "HPEXPIRETIME " + k + " FIELDS 1 " + f, oneReply(found, mortal, ms)
	case op < 18:
		until := m.until[k][f]
		m.set(k, f, fmt.Sprint(atoi(old)+1))
		if mortal {
			m.until[k][f] = until
		}
		return "HINCRBY " + k + " " + f + " 1", fmt.Sprintf(":%d\r\n", atoi(old)+1)
	case op < 19:
		return m.stepMove(rnd, k)
	}
	return "", ""
}

func (m *fieldModel) stepExpire(rnd *rand.Rand, k, f string) (script, want string) {
	ms := int64(rnd.IntN(300))
	_, found := m.values[k][f]
	script = fmt.Sprintf("HPEXPIRE %s %d FIELDS 2 %s none", k, ms, f)
	switch {
	case !found:
		return script, "*2\r\n:-2\r\n:-2\r\n"
	case ms == 0:
		m.del(k, f)
		return script, "*2\r\n:2\r\n:-2\r\n"
	}
	m.until[k][f] = m.now + ms
	return script, "*2\r\n:1\r\n:-2\r\n"
}

func (m *fieldModel) stepMove(rnd *rand.Rand, k string) (script, want string) {
	to := fmt.Sprintf("h%d", rnd.IntN(4))
	switch _, found := m.values[k]; {
	case to == k:
		return "EXISTS " + k, intReply(found)
	case rnd.IntN(2) == 0:
		if found {
			m.rename(k, to, true)
		}
		return "COPY " + k + " " + to + " REPLACE", intReply(found)
	case !found:
		return "DEL " + k, ":0\r\n"
	}
	m.rename(k, to, false)
	return "RENAME " + k + " " + to, "+OK\r\n"
}

// oneReply is an array of -2, -1 or n.
func oneReply(found, mortal bool, n int64) string {
	switch {
	case !found:
		n = -2
	case !mortal:
		n = -1
	}
	return fmt.Sprintf("*1\r\n:%d\r\n", n)
}

func atoi(s string) (n int) {
	fmt.Sscan(s, &n)
	return n
}

// fieldEvents notes the events of hashes.
type fieldEvents struct{ lines []string }

func (o *fieldEvents) KeyChanged(_ keyspace.NotifyClass, event string, key []byte, db int) {
	o.lines = append(o.lines, fmt.Sprintf("%d:%s:%s", db, event, key))
}

// TestFieldEvents: what is published, and recorded, when fields expire on their own.
func TestFieldEvents(t *testing.T) {
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	events, rec := &fieldEvents{}, &recorder{}
	e := newEngine(t, keyspace.Options{
		Clock: clock, Observers: []keyspace.Observer{events}, Recorders: []keyspace.Recorder{rec},
	})
	c := newClient(t, e)
	c.do("SELECT 2\nHSET h a 1 b 2 c 3\nHPEXPIRE h 10 FIELDS 2 a b\nHPEXPIRE h 20 FIELDS 1 c\n" +
		"HPERSIST h FIELDS 1 b\nHEXPIRE h 0 FIELDS 1 b")
	clock.advance(11 * time.Millisecond)
	waitFor(t, func() bool { return strings.Contains(c.do("INFO stats"), "expired_subkeys:1\r") })
	clock.advance(10 * time.Millisecond)
	waitFor(t, func() bool { return c.do("DBSIZE") == ":0\r\n" })
	wantEvents := []string{
		"2:hset:h", "2:hexpire:h", "2:hexpire:h", "2:hpersist:h", "2:hdel:h",
		"2:hexpired:h", "2:hexpired:h", "2:del:h",
	}
	wantRecords := []string{
		"2: HSET h a 1 b 2 c 3", "2: HPEXPIREAT h 1700000000010 FIELDS 2 a b",
		"2: HPEXPIREAT h 1700000000020 FIELDS 1 c", "2: HPERSIST h FIELDS 1 b", "2: HDEL h b",
		"2: HDEL h a", "2: HDEL h c",
	}
	e.Do(func() {
		if !slices.Equal(events.lines, wantEvents) {
			t.Errorf("events %q, want %q", events.lines, wantEvents)
		}
		if !slices.Equal(rec.lines, wantRecords) {
			t.Errorf("recorded %q, want %q", rec.lines, wantRecords)
		}
	})
}

// TestManyFieldsExpireAtOnce: a large hash whose fields have all expired goes in one step, one of
// which only most have expired goes in slices, or when it is asked for.
func TestManyFieldsExpireAtOnce(t *testing.T) {
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	e := newEngine(t, keyspace.Options{Clock: clock})
	c := newClient(t, e)
	const n = 3000
	var fields, pairs strings.Builder
	for i := range n {
		fmt.Fprintf(&fields, " f%d", i)
		fmt.Fprintf(&pairs, " f%d v", i)
	}
	e.Do(func() { e.SetActiveExpire(false) })
	for _, key := range []string{"all", "most"} {
		c.do("HSET " + key + pairs.String())
		c.do(fmt.Sprintf("HPEXPIRE %s 10 FIELDS %d%s", key, n, fields.String()))
	}
	c.do("HSET most left 1\nCOPY most other\nRENAME most again")
	clock.advance(time.Minute)
	if got := c.do("HLEN all\nHLEN again\nEXISTS all again"); got != ":0\r\n:1\r\n:1\r\n" {
		t.Errorf("got %q", got)
	}
	e.Do(func() { e.SetActiveExpire(true) })
	waitFor(t, func() bool {
		return strings.Contains(c.do("INFO stats"), fmt.Sprintf("expired_subkeys:%d\r", 3*n))
	})
	e.Do(e.Check)
	c.do("SWAPDB 0 1\nFLUSHALL")
	waitFor(t, func() bool { return e.UsedBytes() == 0 })
}
