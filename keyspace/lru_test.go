package keyspace

import (
	"strconv"
	"sync"
	"testing"
	"time"
)

// stepClock is a clock that stands still unless it is stepped on.
type stepClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *stepClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *stepClock) AfterFunc(time.Duration, func()) Timer { return time.NewTimer(time.Hour) }

func (c *stepClock) step(d time.Duration) {
	c.mu.Lock()
	c.now = c.now.Add(d)
	c.mu.Unlock()
}

// lruEngine is an engine with a policy and a key k.
func lruEngine(t *testing.T, policy string) (*Engine, *stepClock) {
	t.Helper()
	config := NewConfig()
	config.MaxMemoryPolicy = policy
	clock := &stepClock{now: time.UnixMilli(1_700_000_000_000)}
	e, err := New(Options{Config: config, Clock: clock, Seed: 1, ArenaBytes: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	e.Do(func() { e.dbs[0].setTestKey("k") })
	return e, clock
}

func (db *DB) setTestKey(key string) Entry {
	return db.SetString(db.LookupWrite([]byte(key)), []byte("value"), false)
}

func TestIdleTime(t *testing.T) {
	e, clock := lruEngine(t, "allkeys-lru")
	idle := func() (seconds int64) {
		e.Do(func() { seconds = e.dbs[0].Peek([]byte("k")).IdleSeconds() })
		return seconds
	}
	clock.step(100 * time.Second)
	if n := idle(); n != 100 {
		t.Errorf("idle for %d s after 100", n)
	}
	e.Do(func() { e.dbs[0].LookupNoTouch([]byte("k")) })
	if n := idle(); n != 100 {
		t.Errorf("a lookup that is no access leaves it idle for %d s", n)
	}
	e.Do(func() { e.dbs[0].LookupRead([]byte("k")) })
	if n := idle(); n != 0 {
		t.Errorf("a read leaves it idle for %d s", n)
	}
	clock.step((1<<24 + 7) * time.Second) // the clock goes round
	if n := idle(); n != 7 {
		t.Errorf("idle for %d s after a whole round", n)
	}
	e.Do(func() { e.dbs[0].Peek([]byte("k")).SetAccess(5000, 3) })
	if n := idle(); n != 5000 {
		t.Errorf("set to 5000 s, it is idle for %d", n)
	}
	e.Do(func() { e.dbs[0].Peek([]byte("k")).SetAccess(-1, 3) })
	if n := idle(); n != 5000 {
		t.Errorf("a frequency has changed the idle time to %d", n)
	}
}

// frequency is the counter of k.
func frequency(e *Engine) (n int64) {
	e.Do(func() { n = e.dbs[0].Peek([]byte("k")).AccessFrequency() })
	return n
}

func TestFrequency(t *testing.T) {
	e, clock := lruEngine(t, "volatile-lfu")
	if n := frequency(e); n != lfuInitial {
		t.Errorf("a new key has been used %d times", n)
	}
	read := func(times int) {
		e.Do(func() {
			for range times {
				e.dbs[0].LookupRead([]byte("k"))
			}
		})
	}
	if read(1); frequency(e) != lfuInitial+1 {
		t.Errorf("the first access makes it %d", frequency(e)) // it counts with a chance of 1
	}
	read(100_000)
	high := frequency(e)
	if high < 100 || high > 180 { // Redis: redis.conf's table has 142 for 100K hits
		t.Errorf("100,000 accesses make it %d", high)
	}
	e.Do(func() { e.dbs[0].setTestKey("k") })
	if n := frequency(e); n < high || n > high+1 {
		t.Errorf("another value makes it %d, it was %d", n, high)
	}
	clock.step(10 * time.Minute)
	if n := frequency(e); n < high-10 || n > high-9 {
		t.Errorf("after ten minutes it is %d, it was %d", n, high)
	}
	e.Do(func() { e.config.LFUDecayMinutes = 0 })
	if n := frequency(e); n < high || n > high+1 {
		t.Errorf("without decay it is %d, it was %d", n, high)
	}
	e.Do(func() { e.config.LFUDecayMinutes = 1 })
	if clock.step(1000 * time.Minute); frequency(e) != 0 {
		t.Errorf("after a thousand minutes it is %d", frequency(e))
	}
	for _, n := range []int64{0, 7, 255, 256} {
		e.Do(func() { e.dbs[0].Peek([]byte("k")).SetAccess(3, n) })
		if got := frequency(e); got != min(n, lfuMost) {
			t.Errorf("set to %d it is %d", n, got)
		}
	}
	if read(1000); frequency(e) != lfuMost {
		t.Errorf("the counter has gone beyond its end: %d", frequency(e))
	}
}

// The minutes go round after 45 days; Redis counts one too few then.
func TestFrequencyDecaysAcrossTheRound(t *testing.T) {
	e, clock := lruEngine(t, "allkeys-lfu")
	now := clock.Now().Unix() / 60
	clock.step(time.Duration(lfuMinutes-now&lfuMinutes) * time.Minute) // the last minute of a round
	e.Do(func() { e.dbs[0].Peek([]byte("k")).SetAccess(0, 100) })
	clock.step(3 * time.Minute)
	if n := frequency(e); n != 98 {
		t.Errorf("three minutes across the end of the round leave %d of 100", n)
	}
}

func TestLogFactor(t *testing.T) {
	for factor, want := range map[int][2]int64{0: {255, 255}, 1: {30, 60}, 100: {5, 15}} {
		e, _ := lruEngine(t, "allkeys-lfu")
		e.Do(func() {
			e.config.LFULogFactor = factor
			for range 1000 {
				e.dbs[0].LookupRead([]byte("k"))
			}
		})
		if n := frequency(e); n < want[0] || n > want[1] {
			t.Errorf("factor %d: a thousand accesses make it %d", factor, n)
		}
	}
}

// A policy that is chosen at run time holds from then on.
func TestPolicySwitch(t *testing.T) {
	e, _ := lruEngine(t, "noeviction")
	for _, policy := range []string{"allkeys-lfu", "allkeys-random", "volatile-lfu", "volatile-ttl"} {
		e.Do(func() {
			next, refusal := e.config.with([][]byte{[]byte("maxmemory-policy"), []byte(policy)})
			if refusal != "" {
				t.Fatal(refusal)
			}
			e.adopt(next)
			counts := policy[len(policy)-3:] == "lfu"
			if e.CountsAccesses() != counts {
				t.Errorf("%s: counts accesses: %v", policy, !counts)
			}
			if n := e.dbs[0].setTestKey(policy).AccessFrequency(); counts && n != lfuInitial {
				t.Errorf("%s: a new key has been used %d times", policy, n)
			}
		})
	}
}

// A session that wants no access noted reads without a trace, but for TOUCH.
func TestNoTouch(t *testing.T) {
	for _, policy := range []string{"allkeys-lru", "allkeys-lfu"} {
		e, clock := lruEngine(t, policy)
		clock.step(50 * time.Second)
		quiet, loud := &Session{flags: sessionNoTouch}, &Session{}
		db := e.dbs[0]
		idle := func() (s string) {
			h := db.Peek([]byte("k")).head()
			return strconv.Itoa(int(e.idleSeconds(h))) + " " + strconv.Itoa(int(e.frequency(h)))
		}
		e.Do(func() {
			before := idle()
			e.touchAs(quiet)
			db.LookupRead([]byte("k"))
			db.LookupWrite([]byte("k"))
			if idle() != before {
				t.Errorf("%s: a quiet session has left a trace: %s, was %s", policy, idle(), before)
			}
			db.Touch([]byte("k"))
			if idle() == before {
				t.Errorf("%s: TOUCH leaves no trace", policy)
			}
			clock.step(time.Second)
			e.readClock()
			before = idle()
			e.touchAs(loud)
			db.LookupRead([]byte("k"))
			if policy == "allkeys-lru" && idle() == before {
				t.Errorf("%s: another session leaves no trace", policy)
			}
		})
	}
}
