package compat_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

// A script that does not end: what other clients get meanwhile, and how it is ended.

// busyCase is what client a runs, which does not end by itself, and what client b sends meanwhile,
// line by line. The last line ends it.
type busyCase struct {
	name, runs, others string
}

const endless = `EVAL "while true do end" 0`

var busyCases = []busyCase{
	{"SCRIPT KILL", endless, `
		PING
		GET k
		SET k v
		EVAL "return 1" 0
		FCALL f 0
		SCRIPT EXISTS x
		SCRIPT FLUSH
		SCRIPT NOPE
		SCRIPT
		NOSUCH
		GET
		FUNCTION LIST
		FUNCTION STATS
		CONFIG GET maxmemory
		CLIENT ID
		INFO
		TIME
		COMMAND COUNT
		ACL WHOAMI
		DEBUG SLEEP 0
		SUBSCRIBE ch
		PUBLISH ch m
		AUTH x
		HELLO 3
		HELLO 2
		WATCH k
		UNWATCH
		MULTI
		PING
		EXEC
		MULTI
		DISCARD
		RESET
		ASKING
		READONLY
		FUNCTION KILL
		SCRIPT KILL x
		SCRIPT KILL`},
	{"what pcall does not catch", `EVAL "while true do pcall(function() while true do end end) end" 0`,
		"PING\nSCRIPT KILL"},
	{"a coroutine", `EVAL "coroutine.wrap(function() while true do end end)()" 0`,
		"PING\nSCRIPT KILL"},
	{"a loop of reads", `EVAL "while true do redis.call('get','k') end" 0`, "PING\nSCRIPT KILL"},
	{"a loop of failing calls", `EVAL "while true do redis.pcall('incr') end" 0`, "PING\nSCRIPT KILL"},
	{"a loop of metamethods", `EVAL "local t=setmetatable({},{__index=function(t,k) return k end}) ` +
		`local i=0 repeat i=i+t[1] until false" 0`, "PING\nSCRIPT KILL"},
	{"a loop in gsub", `EVAL "while true do ('x'):gsub('x',function() return 'y' end) end" 0`,
		"PING\nSCRIPT KILL"},
	{"a loop in sort", `EVAL "while true do table.sort({3,2,1},function(a,b) return a<b end) end" 0`,
		"PING\nSCRIPT KILL"},
	{"read only", `EVAL_RO "while true do end" 0`, "PING\nSCRIPT KILL"},
	{"no writes", `EVAL "#!lua flags=no-writes\nwhile true do end" 2 k1 k2`,
		"PING\nFUNCTION STATS\nSCRIPT KILL"},
	{"in a transaction", "MULTI\nSET t 1\n" + endless + "\nSET t 2\nEXEC", "PING\nSCRIPT KILL"},
	{"a function", `FCALL endless 1 key arg`, `
		PING
		FUNCTION STATS
		SCRIPT KILL
		FUNCTION LIST
		FUNCTION FLUSH
		FUNCTION KILL x
		FUNCTION KILL`},
	{"a function that catches", `FCALL catching 0`, "PING\nFUNCTION KILL"},
}

const endlessLibrary = `FUNCTION LOAD REPLACE "#!lua name=endless\nredis.register_function(` +
	`'endless',function(k,a) while true do end end)\nredis.register_function('catching',` +
	`function(k,a) ` +
	`while true do pcall(function() while true do end end) end end)\n` +
	`redis.register_function('writing',` +
	`function(k,a) redis.call('set','k','v') while true do end end)"`

// TestScriptsThatDoNotEnd compares what is said while a script runs too long.
func TestScriptsThatDoNotEnd(t *testing.T) {
	p := newPair(t, "--busy-reply-threshold", "20")
	for _, c := range busyCases {
		t.Run(c.name, func(t *testing.T) {
			redis, ringer := runBusy(t, p.redis, c), runBusy(t, p.ringer, c)
			if redis != ringer {
				t.Errorf("redis:\n%s\nringer:\n%s", redis, ringer)
			}
		})
	}
}

var busyDuration = regexp.MustCompile(`(duration_ms\\r\\n):\d+`)

// runBusy returns what a server says to everybody.
func runBusy(t *testing.T, s *server, c busyCase) string {
	t.Helper()
	a := mustDial(t, s.addr)
	a.must(t, "FLUSHALL")
	a.must(t, endlessLibrary)
	a.sendLast(t, c.runs)
	a.send(t, "ECHO behind") // in the pipeline behind it
	var said strings.Builder
	b := mustDial(t, s.addr)
	b.untilBusy(t)
	for line := range strings.Lines(c.others) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		b.send(t, line)
		r, err := b.read()
		if err != nil {
			t.Fatalf("%s: %s: %v after\n%s", s.name, line, err, said.String())
		}
		fmt.Fprintf(&said, "%s => %s\n", line, maskBusy(r))
	}
	for range 2 {
		r, err := a.read()
		if err != nil {
			t.Fatalf("%s: %v after\n%s", s.name, err, said.String())
		}
		fmt.Fprintf(&said, "the script => %s\n", maskBusy(r))
	}
	fmt.Fprintf(&said, "afterwards => %s, %s\n", describe(b.must(t, "PING")),
		describe(b.must(t, "FUNCTION STATS")))
	a.close()
	b.close()
	return said.String()
}

// sendLast sends lines and takes the replies of all but the last one.
func (c *conn) sendLast(t *testing.T, text string) {
	t.Helper()
	lines := strings.Split(text, "\n")
	for _, line := range lines[:len(lines)-1] {
		c.must(t, line)
	}
	c.send(t, lines[len(lines)-1])
}

// untilBusy waits until the script of another client runs too long.
func (c *conn) untilBusy(t *testing.T) {
	t.Helper()
	for limit := time.Now().Add(ioTimeout); !strings.HasPrefix(c.must(t, "PING").text, "BUSY "); {
		if time.Now().After(limit) {
			t.Fatal("a script that does not end makes nobody wait")
		}
	}
}

func maskBusy(r reply) string {
	text := busyDuration.ReplaceAllString(fmt.Sprintf("%q", r.raw), "$1:n")
	return regexp.MustCompile(`(\$2\\r\\nid\\r\\n):\d+`).ReplaceAllString(text, "$1:id")
}

// TestScriptThatHasWritten can't be killed: only SHUTDOWN NOSAVE ends it, and the server.
func TestScriptThatHasWritten(t *testing.T) {
	for _, c := range []busyCase{
		{"a script", `EVAL "redis.call('set','k','v') while true do end" 0`,
			"PING\nSCRIPT KILL\nFUNCTION KILL\nSHUTDOWN SAVE x\nSHUTDOWN\nSHUTDOWN SAVE\nGET k"},
		{"a function", `FCALL writing 0`, "PING\nFUNCTION KILL\nSCRIPT KILL\nSHUTDOWN\nGET k"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPair(t, "--busy-reply-threshold", "20")
			var said [2]string
			for i, s := range p.each() {
				said[i] = s.untilShutdown(t, c)
			}
			if said[0] != said[1] {
				t.Errorf("redis:\n%s\nringer:\n%s", said[0], said[1])
			}
		})
	}
}

// untilShutdown is what b is told, and how both connections end.
func (s *server) untilShutdown(t *testing.T, c busyCase) string {
	t.Helper()
	a, b := mustDial(t, s.addr), mustDial(t, s.addr)
	a.must(t, endlessLibrary)
	a.send(t, c.runs)
	b.untilBusy(t)
	var said strings.Builder
	for line := range strings.Lines(c.others) {
		line = strings.TrimSpace(line)
		b.send(t, line)
		r, err := b.read()
		if err != nil {
			t.Fatalf("%s: %s: %v after\n%s", s.name, line, err, said.String())
		}
		fmt.Fprintf(&said, "%s => %s\n", line, maskBusy(r))
	}
	b.send(t, "SHUTDOWN NOSAVE")
	fmt.Fprintf(&said, "b: %s\n", b.answer())
	fmt.Fprintf(&said, "a: %s\n", a.answer())
	select {
	case <-s.exited:
		fmt.Fprintf(&said, "exit code %d\n", s.cmd.ProcessState.ExitCode())
	case <-time.After(stopTimeout):
		t.Fatalf("%s: still there after SHUTDOWN NOSAVE", s.name)
	}
	return said.String()
}

// TestServerIsBusyOnlyForAWhile: clients that come before, during and after a long script.
func TestServerIsBusyOnlyForAWhile(t *testing.T) {
	p := newPair(t, "--busy-reply-threshold", "20")
	const clock = `EVAL "local n=0 for i=1,ARGV[1] do n=n+1 end return n" 0 60000000`
	var said [2]string
	for i, s := range p.each() {
		a, b := mustDial(t, s.addr), mustDial(t, s.addr)
		b.must(t, "SUBSCRIBE news")
		a.send(t, clock)
		c := mustDial(t, s.addr)
		c.send(t, "SET k v")
		text := fmt.Sprintf("c: %s\n", c.answer())
		text += fmt.Sprintf("a: %s\n", a.answer())
		text += fmt.Sprintf("c: %s\n", describe(c.must(t, "SET k v")))
		c.must(t, "PUBLISH news hello")
		said[i] = text + fmt.Sprintf("b: %s\n", b.answer())
	}
	if said[0] != said[1] {
		t.Errorf("redis:\n%s\nringer:\n%s", said[0], said[1])
	}
}
