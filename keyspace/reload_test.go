package keyspace_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ringer-kv/ringer/keyspace"
)

// reload runs a reload in the owner and checks the invariants after it.
func reload(t *testing.T, e *keyspace.Engine, o keyspace.ReloadOptions) error {
	t.Helper()
	var err error
	e.Do(func() { err = e.Reload(o) })
	e.Do(e.Check)
	return err
}

func TestReload(t *testing.T) {
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	rec := &recorder{}
	config := keyspace.NewConfig()
	config.EnableDebugCommand = "yes"
	e := newEngine(t, keyspace.Options{
		Clock: clock, Recorders: []keyspace.Recorder{rec}, Config: config,
	})
	c := newClient(t, e)
	err := reload(t, e, keyspace.ReloadOptions{NoSave: true})
	if !errors.Is(err, keyspace.ErrNoImage) {
		t.Errorf("nothing to load: %v", err)
	}
	c.do("SET s " + strings.Repeat("x", 5000) + "\nRPUSH l a b 1\nSADD i 1 2\nZADD z 1 a\n" +
		"HSET h f v\nSELECT 5\nSET mortal v PX 1000\nSET later v PX 5000\nSELECT 0")
	before := c.do("DEBUG DIGEST\nINFO persistence")
	rec.lines = nil
	if err := reload(t, e, keyspace.ReloadOptions{}); err != nil {
		t.Fatal(err)
	}
	if after := c.do("DEBUG DIGEST\nINFO persistence"); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
	c.do("SET s new\nDEL l\nSET other v")
	o := keyspace.ReloadOptions{NoSave: true, NoFlush: true}
	if err := reload(t, e, o); !errors.Is(err, keyspace.ErrDuplicateKey) {
		t.Errorf("a key that is there: %v", err)
	}
	o.Merge = true
	if err := reload(t, e, o); err != nil {
		t.Fatal(err)
	}
	got := c.do("STRLEN s\nLLEN l\nGET other\nDBSIZE")
	if got != ":5000\r\n:3\r\n"+bulk("v")+":6\r\n" {
		t.Errorf("merged: %q", got)
	}
	c.do("DEBUG SET-ACTIVE-EXPIRE 0")
	clock.advance(2 * time.Second)
	if err := reload(t, e, keyspace.ReloadOptions{NoSave: true}); err != nil {
		t.Fatal(err)
	}
	got = c.do("DBSIZE\nSELECT 5\nKEYS *\nPTTL later")
	if got != ":5\r\n+OK\r\n*1\r\n"+bulk("later")+":3000\r\n" {
		t.Errorf("after the deadline: %q", got)
	}
	if got := strings.Join(rec.lines, ", "); got != "0: SET s new, 0: DEL l, 0: SET other v" {
		t.Errorf("recorded: %s", got)
	}
}

// What RELOAD keeps of how often and how lately a key was used depends on the policy, as in Redis.
func TestReloadKeepsTheClock(t *testing.T) {
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	e := newEngine(t, keyspace.Options{Clock: clock})
	c := newClient(t, e)
	c.do("SET k v")
	clock.advance(100 * time.Second)
	c.do("CONFIG SET maxmemory-policy allkeys-lru")
	if err := reload(t, e, keyspace.ReloadOptions{}); err != nil {
		t.Fatal(err)
	}
	if got := c.do("OBJECT IDLETIME k"); got != ":100\r\n" {
		t.Errorf("idle: %q", got)
	}
	c.do("CONFIG SET maxmemory-policy noeviction")
	if err := reload(t, e, keyspace.ReloadOptions{}); err != nil {
		t.Fatal(err)
	}
	if got := c.do("OBJECT IDLETIME k"); got != ":0\r\n" {
		t.Errorf("idle without a policy: %q", got)
	}
	c.do("CONFIG SET maxmemory-policy allkeys-lfu")
	got := c.ask("RESTORE", "f", "0", string(sealed([]byte("\x00\x01v"))), "FREQ", "200")
	if got != "+OK\r\n" {
		t.Fatal(got)
	}
	if err := reload(t, e, keyspace.ReloadOptions{}); err != nil {
		t.Fatal(err)
	}
	if got := c.do("OBJECT FREQ f"); got != ":200\r\n" {
		t.Errorf("frequency: %q", got)
	}
}
