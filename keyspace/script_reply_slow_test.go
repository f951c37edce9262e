package keyspace_test

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ringer-kv/ringer/keyspace"
)

// TestErrorThatCalls has a script end with an error whose fields are what a function returns that
// calls commands, as in redis-server 7.0.15. What that writes belongs to the script.
func TestErrorThatCalls(t *testing.T) {
	log := &recorder{}
	c := newClient(t, newEngine(t, keyspace.Options{Recorders: []keyspace.Recorder{log}}))
	const meta = "setmetatable({}, {__index = function() redis.call('incr', 'n') return 'x' end})"
	got := c.eval("redis.call('set', 'k', 1) error(" + meta + ")")
	if !strings.HasPrefix(got, "-x script: ") || !strings.HasSuffix(got, ", on @user_script:1.\r\n") {
		t.Errorf("got %q", got)
	}
	if got := c.eval("return {1, setmetatable({err = 'A b'}, getmetatable(" + meta + "))}"); got !=
		"*2\r\n:1\r\n-A b\r\n" {
		t.Errorf("as a reply: %q", got)
	}
	recorded := ""
	c.e.Do(func() { recorded = strings.Join(log.lines, ", ") })
	if want := "0: MULTI, 0: set k 1, 0: incr n, 0: incr n"; !strings.HasPrefix(recorded, want) ||
		strings.Count(recorded, "MULTI") != strings.Count(recorded, "EXEC") {
		t.Errorf("recorded: %s", recorded)
	}
	if got := c.do("PING"); got != "+PONG\r\n" {
		t.Errorf("afterwards: %q", got)
	}
}

// TestEndlessError has scripts that have ended, but for what is to be read of the error, or of what
// they have returned. They are killed all the same.
func TestEndlessError(t *testing.T) {
	const forever = "setmetatable({err = E}, {__index = function() while true do end end})"
	const empty = "local m = {} for i = 1, 1e5 do m['k' .. i] = 1 end" +
		" for i = 1, 1e5 do m['k' .. i] = nil end "
	const many = " local t = {} for i = 1, 1e6 do t[i] = e end return t"
	for script, want := range map[string]string{
		"local E error(" + forever + ")":          "-ERR Script killed by user",
		"local E = 'A b' return " + forever:       "-A b\r\n",
		empty + "local e = {map = m}" + many:      "-ERR Script killed by user",
		empty + "local e = {set = m}" + many:      "-ERR Script killed by user",
		"local t = {} t[1] = t t[2] = t return t": "-ERR Script killed by user",
	} {
		e := newEngine(t, keyspace.Options{})
		c, other := newClient(t, e), newClient(t, e)
		other.do("CONFIG SET busy-reply-threshold 1")
		c.submitWords("EVAL", script, "0")
		untilBusy(other)
		time.Sleep(100 * time.Millisecond)
		if got := other.do("SCRIPT KILL"); got != "+OK\r\n" {
			t.Errorf("%s: SCRIPT KILL: %q", script, got)
		}
		if got := c.wait(); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %.80q", script, got)
		}
		if got := c.do("PING"); got != "+PONG\r\n" {
			t.Errorf("%s: afterwards: %q", script, got)
		}
		e.Do(e.Check)
	}
}

// TestTimeAfterAScript has the command that was sent together with a script see what time it is
// when that has ended, as in redis-server 7.0.15; a transaction is one moment.
func TestTimeAfterAScript(t *testing.T) {
	const script = "redis.call('set', 'k', 'v', 'px', 100) while redis.call('pttl', 'k') > 0 do end"
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	e := newEngine(t, keyspace.Options{Clock: clock})
	c, other := newClient(t, e), newClient(t, e)
	other.do("CONFIG SET busy-reply-threshold 1")
	for _, k := range []struct{ before, after, want string }{
		{"", "GET k", "$-1\r\n$-1\r\n"},
		{"MULTI", "GET k\nEXEC\nGET k",
			"+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n$-1\r\n$1\r\nv\r\n$-1\r\n"},
	} {
		c.b.Reset()
		for _, line := range []string{k.before, "EVAL", k.after} {
			c.addWords(line, script)
		}
		e.Submit(c.s, &c.b)
		untilBusy(other)
		clock.advance(time.Second)
		if got := c.wait(); got != k.want {
			t.Errorf("%s EVAL %s: %q", k.before, k.after, got)
		}
	}
}

// addWords appends commands to the batch, in which EVAL stands for that of a script.
func (c *client) addWords(lines, script string) {
	for line := range strings.SplitSeq(lines, "\n") {
		words := strings.Fields(line)
		if line == "EVAL" {
			words = []string{line, script, "0"}
		}
		for _, w := range words {
			c.b.Args = append(c.b.Args, []byte(w))
		}
		if len(words) > 0 {
			c.b.Append()
		}
	}
}

// TestSlowCommandsOfAScript has commands that take long, each of which is but a few steps of the
// script, and what takes long in Lua without a step of its own.
func TestSlowCommandsOfAScript(t *testing.T) {
	const large = "local s = string.rep('x', 3e7) local t = string.rep('x', 3e7) local m = {[s] = 1}" +
		" while true do "
	for _, script := range []string{
		"while true do redis.call('bitcount', 'k') end",
		large + "redis.sha1hex(s) end", large + "local z = s < t end", large + "local z = s == t end",
		large + "local z = m[t] end", large + "redis.error_reply(s) end",
		large + "tonumber(s, 36) end",
		"local m = {} for i = 1, 1e5 do m['k' .. i] = 1 end for i = 1, 1e5 do m['k' .. i] = nil end" +
			" while true do next(m) for k in pairs(m) do end end",
		"local s = string.rep('x = 1 ', 1e4) while true do loadstring(s) end",
	} {
		e := newEngine(t, keyspace.Options{})
		c, other := newClient(t, e), newClient(t, e)
		other.do("CONFIG SET busy-reply-threshold 1\nSETBIT k 200000000 1")
		c.submitWords("EVAL", script, "0")
		untilBusy(other)
		time.Sleep(200 * time.Millisecond)
		begin := time.Now()
		if got := other.do("SCRIPT KILL"); got != "+OK\r\n" {
			t.Errorf("%s: SCRIPT KILL: %q", script, got)
		}
		c.wait()
		if took := time.Since(begin); took > 3*time.Second {
			t.Errorf("%s: killed after %v", script, took)
		}
	}
}

// TestCodeThatEatsMemory is not compiled, as a tree takes many times the memory of its text.
func TestCodeThatEatsMemory(t *testing.T) {
	e := newEngine(t, keyspace.Options{ScriptHeapBytes: 8 << 20})
	c := newClient(t, e)
	code := strings.Repeat("a.b.c() ", 1<<17)
	const problem = "-ERR Error compiling script (new function): not enough memory\r\n"
	for _, k := range []struct {
		words []string
		want  string
	}{
		{[]string{"EVAL", code, "0"}, problem},
		{[]string{"SCRIPT", "LOAD", code}, problem},
		{[]string{"FUNCTION", "LOAD", "#!lua name=l\n" + code},
			"-ERR Error compiling function: not enough memory\r\n"},
		{[]string{"EVAL", "return 1", "0"}, ":1\r\n"},
	} {
		runtime.GC() // or what other tests have left hides how the heap grows
		if got := c.cmd(k.words...); got != k.want {
			t.Errorf("got %q, want %q", got, k.want)
		}
	}
	runtime.GC()
	got := c.eval("return pcall(loadstring, string.rep('a.b.c() ', 2^17))")
	if !strings.HasPrefix(got, "-ERR Error running script ") ||
		!strings.HasSuffix(got, ", not enough memory\r\n") {
		t.Errorf("in a script: %q", got)
	}
	e.Do(e.Check)
}
