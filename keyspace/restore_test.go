package keyspace_test

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/rdb"
)

// restorable are values as redis-server writes them, or wrote them, without their footers.
var restorable = []string{
	"\x00\x03abc",
	"\x00\xc2\xff\xff\xff\x7f",
	"\x00\xc3\x09\x40\x64\x01aa\xe0\x57\x00\x01aa",
	"\x01\x02\x01a\xc0\x05",
	"\x02\x02\xc0\x02\x01b",
	"\x03\x03\x01a\x011\x01b\xfe\x01c\xff",
	"\x04\x01\x01f\x01v",
	"\x05\x01\x01a\x00\x00\x00\x00\x00\x00\xf8\x3f",
	"\x09\x10\x02\x01a\x03\x00123\x01b\x01\x02x..\xff",
	"\x0a\x0e\x0e\x00\x00\x00\x0a\x00\x00\x00\x01\x00\x00\x01a\xff",
	"\x0b\x0c\x02\x00\x00\x00\x02\x00\x00\x00\x01\x00\x02\x00",
	"\x0d\x12\x12\x00\x00\x00\x0d\x00\x00\x00\x02\x00\x00\x01a\x03\x02vv\xff",
	"\x10\x0d\x0d\x00\x00\x00\x02\x00\x81f\x02\x81v\x02\xff",
	"\x11\x0c\x0c\x00\x00\x00\x02\x00\x81a\x02\x01\x01\xff",
	"\x12\x02\x02\x0a\x0a\x00\x00\x00\x01\x00\x81a\x02\xff\x01\x05plain",
}

func sealed(value []byte) []byte {
	b := append(value[:len(value):len(value)], rdb.Version, 0)
	return binary.LittleEndian.AppendUint64(b, rdb.Checksum(0, b))
}

// ask runs one command whose arguments may be any bytes.
func (c *client) ask(args ...string) string {
	c.t.Helper()
	c.b.Reset()
	for _, a := range args {
		c.b.Args = append(c.b.Args, []byte(a))
	}
	c.b.Append()
	c.e.Submit(c.s, &c.b)
	return c.wait()
}

// TestRestorable makes sure that what the fuzz target begins with is taken.
func TestRestorable(t *testing.T) {
	e := newEngine(t, keyspace.Options{Seed: 1})
	c := newClient(t, e)
	for _, value := range restorable {
		got := c.ask("RESTORE", "k", "0", string(sealed([]byte(value))), "REPLACE")
		if e.Do(e.Check); got != "+OK\r\n" {
			t.Errorf("%q: %s", value, got)
		}
	}
}

// FuzzRestore restores what it is given, with the checksum mended. The server must hold its
// invariants after it, and a value that was taken must survive being dumped and restored.
func FuzzRestore(f *testing.F) {
	for _, value := range restorable {
		f.Add([]byte(value))
	}
	e := newEngine(f, keyspace.Options{Seed: 1, ArenaBytes: 256 << 20})
	c := newClient(f, e)
	f.Fuzz(func(t *testing.T, value []byte) {
		c.t = t
		if len(value) > 1<<14 {
			return
		}
		got := c.ask("RESTORE", "k", "0", string(sealed(value)), "REPLACE")
		e.Do(e.Check)
		if got != "+OK\r\n" {
			if got[0] != '-' || c.do("EXISTS k") != ":0\r\n" {
				t.Fatalf("%q: %q, and there is a key", value, got)
			}
			return
		}
		again := c.do("DUMP k")
		payload := again[strings.Index(again, "\n")+1 : len(again)-2]
		if got := c.ask("RESTORE", "k2", "0", payload, "REPLACE"); got != "+OK\r\n" {
			t.Fatalf("%q is dumped as %q, which is refused: %s", value, payload, got)
		}
		e.Do(e.Check)
		if kind := c.do("TYPE k"); kind != c.do("TYPE k2") || c.do("DEL k k2") != ":2\r\n" {
			t.Fatalf("%q: a %s changes its type", value, kind)
		}
	})
}
