package keyspace_test

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ringer-kv/ringer/keyspace"
)

// quoted are the Go strings of a line.
func quoted(t *testing.T, line string) (words []string) {
	t.Helper()
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		prefix, err := strconv.QuotedPrefix(line)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		word, err := strconv.Unquote(prefix)
		if err != nil {
			t.Fatalf("%s: %v", prefix, err)
		}
		words, line = append(words, word), line[len(prefix):]
	}
	return words
}

// TestFunctions replays what redis-server 7.0.15 was asked.
func TestFunctions(t *testing.T) {
	config := keyspace.NewConfig()
	config.EnableDebugCommand = "yes"
	e := newEngine(t, keyspace.Options{Config: config})
	c := newClient(t, e)
	file, err := os.ReadFile("testdata/functions.txt")
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for line := range strings.Lines(string(file)) {
		switch {
		case strings.TrimSpace(line) == "" || line[0] == '#':
		case line[0] != '\t':
			words = quoted(t, line)
		default:
			want := quoted(t, line)[0]
			if got := c.cmd(words...); got != want && want != "" {
				t.Errorf("%q\ngot  %q\nwant %q", words, got, want)
			}
		}
	}
	e.Do(e.Check)
}

// library is a library with one function, which returns a number.
func library(name, function, number string) string {
	return "#!lua name=" + name + "\nredis.register_function('" + function +
		"', function() return " + number + " end)"
}

// TestFunctionsInOneLibrary has names that differ in case alone. Redis 7.0.15 takes them, and ends
// when such a library is deleted.
func TestFunctionsInOneLibrary(t *testing.T) {
	c := newClient(t, newEngine(t, keyspace.Options{}))
	load := library("lib", "f", "1") + library("", "F", "2")[len("#!lua name="):]
	steps := []struct {
		words []string
		want  string
	}{
		{[]string{"FUNCTION", "LOAD", load}, bulk("lib")},
		{[]string{"FCALL", "F", "0"}, ":1\r\n"},
		{[]string{"FUNCTION", "LOAD", library("other", "F", "3")}, "-ERR Function F already exists\r\n"},
		{[]string{"FUNCTION", "DELETE", "lib"}, ok},
		{[]string{"FCALL", "F", "0"}, "-ERR Function not found\r\n"},
		{[]string{"FUNCTION", "LOAD", library("other", "F", "3")}, bulk("other")},
		{[]string{"FCALL", "f", "0"}, ":3\r\n"},
	}
	for _, s := range steps {
		if got := c.cmd(s.words...); got != s.want {
			t.Errorf("%q: got %q, want %q", s.words, got, s.want)
		}
	}
}

// TestFunctionRecords: what changes libraries is for the log, as it is; of a call, what it writes.
func TestFunctionRecords(t *testing.T) {
	rec := &recorder{}
	e := newEngine(t, keyspace.Options{Recorders: []keyspace.Recorder{rec}})
	c := newClient(t, e)
	code := "#!lua name=lib\nredis.register_function('f',function(keys)" +
		" redis.call('set',keys[1],1) redis.call('incr',keys[1]) end)"
	c.cmd("FUNCTION", "LOAD", code)
	c.cmd("FUNCTION", "LOAD", code) // is there already
	c.do("FCALL f 1 k\nFUNCTION LIST\nFUNCTION DELETE nope\nFUNCTION DELETE lib")
	c.cmd("FUNCTION", "RESTORE", string(sealed(nil)), "FLUSH")
	c.do("FUNCTION FLUSH\nFUNCTION FLUSH nope")
	want := []string{
		"0: FUNCTION LOAD " + code, "0: MULTI", "0: set k 1", "0: incr k", "0: EXEC",
		"0: FUNCTION DELETE lib", "0: FUNCTION RESTORE " + string(sealed(nil)) + " FLUSH",
		"0: FUNCTION FLUSH",
	}
	e.Do(func() {
		if !slices.Equal(rec.lines, want) {
			t.Errorf("got  %q\nwant %q", rec.lines, want)
		}
	})
}

// TestReloadKeepsLibraries: a library that is there already is an error, unless it is to be
// replaced.
func TestReloadKeepsLibraries(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	c := newClient(t, e)
	c.cmd("FUNCTION", "LOAD", library("lib", "f", "1"))
	if err := reload(t, e, keyspace.ReloadOptions{}); err != nil {
		t.Fatal(err)
	}
	if got := c.do("FCALL f 0"); got != ":1\r\n" {
		t.Errorf("a function after a reload: %q", got)
	}
	o := keyspace.ReloadOptions{NoFlush: true}
	if err := reload(t, e, o); err != keyspace.ErrBadLibrary {
		t.Errorf("a library that is there: %v", err)
	}
	o.Merge = true
	if err := reload(t, e, o); err != nil {
		t.Error(err)
	}
}

// TestLibraryThatTakesTooLong: such a library is not loaded, and what was there stays.
func TestLibraryThatTakesTooLong(t *testing.T) {
	c := newClient(t, newEngine(t, keyspace.Options{}))
	c.cmd("FUNCTION", "LOAD", library("lib", "f", "1"))
	const want = "-ERR Error registering functions: ERR FUNCTION LOAD timeout\r\n"
	slow := library("lib", "g", "2") + " while true do end"
	if got := c.cmd("FUNCTION", "LOAD", "REPLACE", slow); got != want {
		t.Errorf("got %q", got)
	}
	if got := c.do("FCALL f 0\nFCALL g 0"); got != ":1\r\n-ERR Function not found\r\n" {
		t.Errorf("after it: %q", got)
	}
}

// TestSlowFunction: while a function runs for too long, FUNCTION STATS shows it, FUNCTION KILL ends
// it, and what is about scripts does not.
func TestSlowFunction(t *testing.T) {
	config := keyspace.NewConfig()
	config.BusyReplyThreshold = 1
	e := newEngine(t, keyspace.Options{Config: config})
	c, other := newClient(t, e), newClient(t, e)
	c.cmd("FUNCTION", "LOAD", "#!lua name=lib\nredis.register_function('loop',"+
		" function() while true do end end)")
	c.submit("FCALL loop 1 k v")
	const busy = "-BUSY Redis is busy running a script. You can only call FUNCTION KILL or" +
		" SHUTDOWN NOSAVE.\r\n"
	for deadline := time.Now().Add(10 * time.Second); other.do("PING") != busy; {
		if time.Now().After(deadline) {
			t.Fatal("the function is never found to be slow")
		}
	}
	if got := other.do("SCRIPT KILL\nFUNCTION LIST\nFCALL loop 0"); got != busy+busy+busy {
		t.Errorf("meanwhile: %q", got)
	}
	stats := other.do("FUNCTION STATS")
	const running = "*4\r\n$14\r\nrunning_script\r\n*6\r\n$4\r\nname\r\n$4\r\nloop\r\n" +
		"$7\r\ncommand\r\n*5\r\n$5\r\nFCALL\r\n$4\r\nloop\r\n$1\r\n1\r\n$1\r\nk\r\n$1\r\nv\r\n" +
		"$11\r\nduration_ms\r\n:"
	if !strings.HasPrefix(stats, running) {
		t.Errorf("FUNCTION STATS: %q", stats)
	}
	if got := other.do("FUNCTION KILL"); got != ok {
		t.Errorf("FUNCTION KILL: %q", got)
	}
	const killed = "-ERR Script killed by user with SCRIPT KILL... script: loop," +
		" on @user_function:2.\r\n"
	if got := c.wait(); got != killed {
		t.Errorf("killed: %q", got)
	}
	e.Do(e.Check)
}

// TestFunctionsInInfo: libraries are counted, and given back.
func TestFunctionsInInfo(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	c := newClient(t, e)
	c.cmd("FUNCTION", "LOAD", library("lib", "f", "1"))
	for _, line := range []string{"number_of_functions:1", "number_of_libraries:1"} {
		if got := c.do("INFO memory"); !strings.Contains(got, line+"\r\n") {
			t.Errorf("no %s in %s", line, got)
		}
	}
	empty := []string{
		"number_of_functions:0", "number_of_libraries:0", "used_memory_vm_functions:0",
		"used_memory_functions:0",
	}
	c.do("FUNCTION FLUSH")
	for _, line := range empty {
		if got := c.do("INFO memory"); !strings.Contains(got, line+"\r\n") {
			t.Errorf("no %s in %s", line, got)
		}
	}
}

// FuzzLibraryMetadata loads libraries that have a first line alone, which registers nothing.
func FuzzLibraryMetadata(f *testing.F) {
	for _, line := range []string{
		"", "#!", "#!lua", "#!lua name=lib", `#!"lua" 'name=lib'`, "#!lua name=lib name=", "#!\x00",
	} {
		f.Add(line)
	}
	c := newClient(f, newEngine(f, keyspace.Options{}))
	f.Fuzz(func(t *testing.T, line string) {
		c.t = t
		line, _, _ = strings.Cut(line, "\n")
		got := c.cmd("FUNCTION", "LOAD", line+"\n")
		if !strings.HasPrefix(got, "-ERR ") || strings.Count(got, "\r\n") != 1 {
			t.Errorf("%q: %q", line, got)
		}
	})
}
