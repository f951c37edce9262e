package command_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/command"
	"github.com/ringer-kv/ringer/keyspace/inline"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// recordedNowMs is the time at which the commands of a record test run.
const recordedNowMs = 1_700_000_000_000

// stillClock does not move.
type stillClock struct{}

func (stillClock) Now() time.Time { return time.UnixMilli(recordedNowMs) }

func (stillClock) AfterFunc(time.Duration, func()) keyspace.Timer { return stillTimer{} }

type stillTimer struct{}

func (stillTimer) Reset(time.Duration) bool { return true }
func (stillTimer) Stop() bool               { return true }

// quietConn drops what is written to it.
type quietConn struct{ done chan struct{} }

func (c quietConn) Flush(_ []byte, state keyspace.FlushState) bool {
	if state&keyspace.BatchDone != 0 {
		c.done <- struct{}{}
	}
	return false
}
func (c quietConn) Busy() bool   { return false }
func (c quietConn) Waiting() int { return 0 }
func (c quietConn) Abort()       {}

// journal keeps what it is told, one line for each write.
type journal struct{ lines []string }

func (j *journal) Record(_ int, args [][]byte) {
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = string(a)
	}
	j.lines = append(j.lines, strings.Join(words, " "))
}

// recordCase is a command and what redis-server 7.0.15 writes to its append-only file for it.
type recordCase struct{ command, record string }

// testRecords runs the commands, one after the other on one engine, and compares their records;
// "=" stands for the command as it is, several lines for several writes.
func testRecords(t *testing.T, cases []recordCase) {
	t.Helper()
	j := &journal{}
	e, err := keyspace.New(keyspace.Options{
		Commands: command.Table(), Clock: stillClock{}, Seed: 1,
		Recorders: []keyspace.Recorder{j},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	conn := quietConn{make(chan struct{}, 1)}
	s, err := e.Open(conn, keyspace.ConnInfo{Writer: &reply.RESP{}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		var b keyspace.Batch
		if b.Args, err = inline.Split([]byte(c.command), nil); err != nil {
			t.Fatal(err)
		}
		b.Append()
		j.lines = nil
		e.Submit(s, &b)
		<-conn.done
		want := strings.Split(c.record, "\n")
		switch c.record {
		case "":
			want = nil
		case "=":
			want = []string{c.command}
		}
		if !slices.Equal(j.lines, want) {
			t.Errorf("%s\nis recorded as %q\nwant           %q", c.command, j.lines, want)
		}
		if err := e.Do(e.Check); err != nil {
			t.Fatal(err)
		}
	}
}

func TestStringRecords(t *testing.T) {
	testRecords(t, []recordCase{
		{"APPEND k 12", "="},
		{"INCR k", "="},
		{"INCRBYFLOAT k 1.5", "SET k 14.5 KEEPTTL"},
		{"INCRBYFLOAT k 0", "SET k 14.5 KEEPTTL"},
		{"INCRBYFLOAT k x", ""},
		{`SETRANGE k 0 ""`, ""},
		{"SETRANGE k 2 x", "="},
		{"GETSET k v", "SET k v"},
		{"GETSET none v", "SET none v"},
		{"GETEX k", ""},
		{"GETEX k PERSIST", ""},
		{"GETEX k EX 100", "PEXPIREAT k 1700000100000"},
		{"GETEX k PERSIST", "PERSIST k"},
		{"GETEX k PXAT 1800000000000", "PEXPIREAT k 1800000000000"},
		{"GETEX k PXAT 1", "DEL k"},
		{"GETDEL k", ""},
		{"GETDEL none", "DEL none"},
		{"SETEX e 100 v", "SET e v PXAT 1700000100000"},
		{"PSETEX e 100 v", "SET e v PXAT 1700000000100"},
		{"SETNX e v", ""},
		{"SETNX f v", "="},
		{"MSET a 1 b 2", "="},
		{"MSETNX a 1 c 3", ""},
		{"MSETNX d 1 d 3", "="},
		{"SET k v EX 100 GET", "SET k v PXAT 1700000100000"},
		{"LCS a b", ""},
	})
}
