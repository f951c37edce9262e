package keyspace

import (
	"bufio"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/keyspace/reply"
)

// otherDefaults are the parameters whose default is not Redis's, and why.
var otherDefaults = map[string]string{
	"save": "", // there is no snapshot yet: nothing may be promised
	"dir":  "", // the program fills it in
	"port": "6379",
}

// TestConfigDefaults compares names and defaults with CONFIG GET * of redis-server 7.0.15.
func TestConfigDefaults(t *testing.T) {
	f, err := os.Open("testdata/config_defaults.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, known := NewConfig(), 0
	for s := bufio.NewScanner(f); s.Scan(); {
		name, want, _ := strings.Cut(s.Text(), "\t")
		i := lookupParameter(name)
		if i < 0 {
			t.Errorf("%s is missing", name)
			continue
		}
		known++
		if other, ok := otherDefaults[name]; ok {
			want = other
		}
		if got := c.get(&parameters[i]); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	own := 0
	for i := range parameters {
		if parameters[i].flags&paramHidden != 0 {
			continue
		}
		own++
		if parameters[i].alias != "" {
			own++
		}
	}
	// native-port, native-tls-port, native-bind, native-max-frame, http-port, http-bind
	if own-known != 6 {
		t.Errorf("%d names, of which Redis has %d", own, known)
	}
}

// TestConfigTable checks what NewConfig takes for granted: each default of a kept parameter is
// one that could be set, and shown as it is.
func TestConfigTable(t *testing.T) {
	names := map[string]bool{}
	for i := range parameters {
		p := &parameters[i]
		for _, name := range []string{p.name, p.alias} {
			if names[name] && name != "" {
				t.Errorf("%s stands in the table twice", name)
			}
			names[name] = true
		}
		c := NewConfig()
		c.saveSeen = false
		if reason := c.set(p, p.split(p.initial)); reason != "" || c.get(p) != p.initial {
			t.Errorf("%s: %q is shown as %q, %s", p.name, p.initial, c.get(p), reason)
		}
	}
	if ignored := NewConfig().Ignored(); len(ignored) > 0 {
		t.Errorf("defaults count as set: %v", ignored)
	}
}

// TestConfigSetWords covers what depends on the machine or would harm a server that is asked.
func TestConfigSetWords(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"port", "-1", "argument must be between 0 and 65535 inclusive"},
		{"port", "65536", "argument must be between 0 and 65535 inclusive"},
		{"port", "0", ""},
		{"port", "65535", ""},
		{"bind", "127.0.0.1 -::1", ""},
		{"unixsocketperm", "777", ""},
		{"unixsocketperm", "1000", "argument must be between 0 and 777 inclusive"},
		{"unixsocketperm", "8", "argument couldn't be parsed as an octal number"},
		{"maxclients", "0", "argument must be between 1 and 4294967295 inclusive"},
		{"maxclients", "69", "The operating system is not able to handle the specified number of" +
			" clients, try with 68"},
		{"maxclients", "68", ""},
		{"dir", "/nonexistent", "No such file or directory"},
		{"dir", "/dev/null", "Not a directory"},
		{"dir", "/", ""},
		{"dir", "", ""},
		{"appendonly", "no", ""},
		{"appendonly", "yes", "not supported by ringer"},
		{"cluster-enabled", "yes", "not supported by ringer"},
		{"replicaof", "no one", ""},
		{"replicaof", "host 1", "not supported by ringer"},
		{"replicaof", "host x", "Invalid master port"},
		{"replicaof", "host", "wrong number of arguments"},
		{"native-port", "65536", "argument must be between 0 and 65535 inclusive"},
		{"native-max-frame", "65535", "argument must be between 65536 and 1073741824 inclusive"},
		{"native-max-frame", "1gb", ""},
		{"cluster-announce-hostname", strings.Repeat("a", 255), ""},
		{"cluster-announce-hostname", strings.Repeat("a", 256),
			"Hostnames must be less than 256 characters"},
	} {
		config := NewConfig()
		config.FDLimit = 100
		p := &parameters[lookupParameter(c.name)]
		before := config.get(p)
		reason := config.set(p, p.split(c.value))
		if string(reason) != c.want {
			t.Errorf("%s %q: %q, want %q", c.name, c.value, reason, c.want)
		}
		if reason != "" && config.get(p) != before {
			t.Errorf("%s %q was refused, but is %q now", c.name, c.value, config.get(p))
		}
	}
}

// configSet is CONFIG SET, in the owner goroutine.
func configSet(e *Engine, pairs ...[]byte) reply.Error {
	next, _, refusal := e.planChange(&Session{}, pairs)
	if refusal == "" {
		e.adopt(next)
	}
	return refusal
}

func TestConfigSetIsAllOrNothing(t *testing.T) {
	for _, c := range []struct {
		pairs []string
		want  reply.Error
	}{
		{[]string{"timeout", "5", "hz", "20"}, ""},
		{[]string{"timeout", "5", "hz", "x"}, reply.ConfigRefused("hz", reply.ReasonNotInteger)},
		{[]string{"timeout", "x", "hz", "x"}, reply.ConfigRefused("timeout", reply.ReasonNotInteger)},
		{[]string{"timeout", "x", "no", "x"}, reply.ConfigUnknown("no")},
		{[]string{"timeout", "5", "TimeOut", "6"}, reply.ConfigRefused("TimeOut", reply.ReasonDuplicate)},
		{[]string{"lua-time-limit", "5", "busy-reply-threshold", "6"},
			reply.ConfigRefused("busy-reply-threshold", reply.ReasonDuplicate)},
		{[]string{"timeout", "5", "databases", "6"},
			reply.ConfigRefused("databases", reply.ReasonImmutable)},
		{[]string{"timeout", "5", "dir", "/"}, reply.ConfigRefused("dir", reply.ReasonProtected)},
		{[]string{"timeout", "5", "port", "1"}, reply.ConfigRefused("port", reply.ReasonListen)},
		{[]string{"timeout", "5", "port", "6379"}, ""},
		{[]string{"timeout", "5", "bind", "::1"}, reply.ConfigRefused("bind", reply.ReasonBind)},
	} {
		e := newConfigEngine(t)
		args := make([][]byte, len(c.pairs))
		for i, word := range c.pairs {
			args[i] = []byte(word)
		}
		err := e.Do(func() {
			if got := configSet(e, args...); got != c.want {
				t.Errorf("%q: %q, want %q", c.pairs, got, c.want)
			}
			if changed := e.config.TimeoutSeconds != 0; changed != (c.want == "") {
				t.Errorf("%q: timeout is %d", c.pairs, e.config.TimeoutSeconds)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestConfigSetReachesTheFrontEnds: what they read without asking the owner is up to date.
func TestConfigSetReachesTheFrontEnds(t *testing.T) {
	e := newConfigEngine(t)
	set := func(name, value string) {
		t.Helper()
		err := e.Do(func() {
			if err := configSet(e, []byte(name), []byte(value)); err != "" {
				t.Error(err)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	l := e.Limits()
	if !l.Protected.Load() || l.AuthRequired.Load() {
		t.Error("without a password the server is protected")
	}
	set("requirepass", "secret")
	if l.Protected.Load() || !l.AuthRequired.Load() {
		t.Error("with a password it asks for it")
	}
	set("proto-max-bulk-len", "2mb")
	set("maxclients", "7")
	set("loglevel", "warning")
	if l.MaxBulkBytes.Load() != 2<<20 || l.MaxClients.Load() != 7 ||
		l.LogLevel.Load() != int32(LogWarning) {
		t.Error("limits were not published")
	}
}

func TestConfigGet(t *testing.T) {
	e := newConfigEngine(t)
	for _, c := range []struct {
		patterns []string
		want     []string
	}{
		{[]string{"maxclients"}, []string{"maxclients"}},
		{[]string{"MaxClients"}, []string{"MaxClients"}},
		{[]string{"MAXCLIENT?"}, []string{"maxclients"}},
		{[]string{"nosuch"}, nil},
		{[]string{"maxclients", "maxclients"}, []string{"maxclients"}},
		{[]string{"hz", "maxclients", "h[z]"}, []string{"hz", "maxclients"}},
		{[]string{"set-max-*"}, []string{"set-max-intset-entries"}},
		{[]string{"zset-max-ziplist-*"}, []string{"zset-max-ziplist-entries", "zset-max-ziplist-value"}},
	} {
		args := make([][]byte, len(c.patterns))
		for i, p := range c.patterns {
			args[i] = []byte(p)
		}
		var got []string
		err := e.Do(func() {
			for _, s := range e.ConfigGet(args) {
				got = append(got, s.Name)
			}
		})
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, %v", c.patterns, got, err)
		}
	}
}

// TestConfigLoad covers files; the outcomes are those of redis-server 7.0.15.
func TestConfigLoad(t *testing.T) {
	dir := t.TempDir()
	write := func(name, lines string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(lines), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	included := write("included.conf", "timeout 3\n\n  hz 50\n")
	broken := write("broken.conf", "# a comment\nnosuch 1\n")
	itself := filepath.Join(dir, "itself.conf")
	write("itself.conf", "include "+itself)
	for _, c := range []struct {
		lines   string
		line    int // of the error; 0: none
		reason  reply.Reason
		timeout int
	}{
		{"", 0, "", 0},
		{"timeout 5\ntimeout 6", 0, "", 6},
		{"  TimeOut\t5 \r\n#timeout 7\n\t# timeout 8", 0, "", 5},
		{`timeout "5"`, 0, "", 5},
		{`timeout '5'`, 0, "", 5},
		{"timeout", 1, reply.ReasonArguments, 0},
		{"timeout 1 2", 1, reply.ReasonArguments, 0},
		{"timeout 1\ntimeout x", 2, reply.ReasonNotInteger, 1},
		{"timeout 1\n\nnosuch 1", 3, reply.ReasonDirective, 1},
		{"timeout 1\nnosuch", 2, reply.ReasonDirective, 1},
		{`timeout "5`, 1, reply.ReasonUnbalanced, 0},
		{"databases 3\ndatabases 4", 0, "", 0},
		{"bind 127.0.0.1 -::1", 0, "", 0},
		{`client-output-buffer-limit "normal 1 2 3"`, 0, "", 0},
		{"client-output-buffer-limit normal 1 2 3 pubsub 1 2 3", 0, "", 0},
		{"include " + included, 0, "", 3},
		{"include " + filepath.Join(dir, "inc*.conf"), 0, "", 3},
		{"include " + filepath.Join(dir, "none*.conf") + "\ntimeout 1", 0, "", 1},
		{"timeout 1\ninclude " + included + "\ntimeout 9", 0, "", 9},
		{"timeout 1\n\n\ninclude " + broken, 2, reply.ReasonDirective, 1},
		{"include " + itself, 1, reply.ReasonIncludes, 0},
		{"include a b", 1, reply.ReasonDirective, 0},
		{"timeout 1\nbind\nsave\nclient-output-buffer-limit\nlatency-tracking-info-percentiles",
			0, "", 1},
		{"shutdown-on-sigterm", 1,
			reply.ReasonEnum(strings.Fields("default save nosave now force")), 0},
		{"oom-score-adj-values", 1, reply.ReasonArguments, 0},
		{"list-max-ziplist-entries 5\nlua-replicate-commands yes", 0, "", 0},
		{"list-max-ziplist-entries 5 6", 1, reply.ReasonDirective, 0},
		{"sentinel monitor a b c d", 1, reply.ReasonSentinel, 0},
		{"rename-command FLUSHALL \"\"", 0, "", 0},
		{"rename-command a", 1, reply.ReasonDirective, 0},
		{"user alice on", 0, "", 0},
		{"user", 1, reply.ReasonDirective, 0},
		{"save 60 1 30", 1, reply.ReasonSave, 0},
		{"\"\" 1", 1, reply.ReasonDirective, 0},
	} {
		config := NewConfig()
		err := config.Load(c.lines)
		var at *ConfigError
		switch {
		case err == nil && c.line != 0, err != nil && !errors.As(err, &at):
			t.Errorf("%q: %v", c.lines, err)
		case err != nil && (at.Line != c.line || at.Reason != c.reason):
			t.Errorf("%q: %v, want %s in line %d", c.lines, err, c.reason, c.line)
		}
		if config.TimeoutSeconds != c.timeout {
			t.Errorf("%q: timeout is %d, want %d", c.lines, config.TimeoutSeconds, c.timeout)
		}
	}
}

func TestConfigFileMissing(t *testing.T) {
	var missing *ConfigFileError
	err := NewConfig().Load("include /nonexistent/x.conf")
	want := "can't open config file '/nonexistent/x.conf': No such file or directory"
	if !errors.As(err, &missing) || err.Error() != want || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v, want %s", err, want)
	}
}

// TestConfigSave covers save lines, which add up in a file and replace each other in CONFIG SET.
func TestConfigSave(t *testing.T) {
	for _, c := range []struct{ lines, want string }{
		{"save 60 1", "60 1"},
		{"save 60 1\nsave 30 2", "60 1 30 2"},
		{"save 60 1 30 2", "60 1 30 2"},
		{`save "60 1 30 2"`, "60 1 30 2"},
		{"save 60 1\nsave \"\"", ""},
		{"save \"\"\nsave 60 1", "60 1"},
	} {
		config := NewConfig()
		if err := config.Load(c.lines); err != nil {
			t.Errorf("%q: %v", c.lines, err)
		}
		if got := config.get(&parameters[lookupParameter("save")]); got != c.want {
			t.Errorf("%q: %q, want %q", c.lines, got, c.want)
		}
	}
}

func TestConfigIgnored(t *testing.T) {
	config := NewConfig()
	if err := config.Load("save 60 1\ntimeout 5\nrdbcompression yes\nrepl-timeout 4"); err != nil {
		t.Fatal(err)
	}
	if got := config.Ignored(); !slices.Equal(got, []string{"repl-timeout", "save"}) {
		t.Errorf("ignored: %v", got)
	}
}

// TestQuotesWithinAValue: those that are not closed are an error.
func TestQuotesWithinAValue(t *testing.T) {
	for _, line := range []string{"save \"60 '1\"", "bind \"'127.0.0.1\""} {
		err := NewConfig().Load(line)
		if err == nil || !strings.Contains(err.Error(), string(reply.ReasonUnbalanced)) {
			t.Errorf("%s: %v", line, err)
		}
	}
}

// TestParameterLists: each parameter is one of used, kept and refused; the last are few.
func TestParameterLists(t *testing.T) {
	kept, refused := KeptParameters(), RefusedParameters()
	want := []string{
		"activedefrag", "appendonly", "cluster-enabled", "replicaof",
	}
	if !slices.Equal(refused, want) {
		t.Errorf("refused: %v", refused)
	}
	for _, name := range kept {
		p := &parameters[lookupParameter(name)]
		if p.field != nil || slices.Contains(refused, name) {
			t.Errorf("%s is kept, and something else", name)
		}
	}
	if !slices.Contains(kept, "save") || slices.Contains(kept, "maxclients") {
		t.Errorf("kept: %v", kept)
	}
}

// TestParseCommandLine: the lines are those that redis-server 7.0.15 quotes in its errors.
func TestParseCommandLine(t *testing.T) {
	for _, c := range []struct {
		args []string
		want CommandLine
	}{
		{nil, CommandLine{}},
		{[]string{"a.conf"}, CommandLine{File: "a.conf"}},
		{[]string{"-"}, CommandLine{Stdin: true}},
		{[]string{"a.conf", "-"}, CommandLine{File: "a.conf", Stdin: true}},
		{[]string{"a.conf", "--port", "1", "-"},
			CommandLine{File: "a.conf", Stdin: true, Lines: `port "1" `}},
		{[]string{"-", "--port", "1"}, CommandLine{Stdin: true, Lines: `port "1" `}},
		{[]string{"--port", "1", "--hz", "2"}, CommandLine{Lines: "port \"1\" \nhz \"2\" "}},
		{[]string{"--port", "1", "extra"}, CommandLine{Lines: `port "1" "extra" `}},
		{[]string{"--port"}, CommandLine{Lines: "port "}},
		{[]string{"--port", "--hz", "1"}, CommandLine{Lines: `port "--hz" "1" `}},
		{[]string{"--port 1", "--hz", "2"}, CommandLine{Lines: "port 1 \nhz \"2\" "}},
		{[]string{"--requirepass", "--x", "--hz", "2"},
			CommandLine{Lines: "requirepass \"--x\" \nhz \"2\" "}},
		{[]string{"--SAVE", "--hz", "2"}, CommandLine{Lines: "SAVE \"\"\nhz \"2\" "}},
		{[]string{"-", "-"}, CommandLine{Stdin: true}},
		{[]string{"--save"}, CommandLine{Lines: `save ""`}},
		{[]string{"--save", "--port", "1"}, CommandLine{Lines: "save \"\"\nport \"1\" "}},
		{[]string{"--save", ""}, CommandLine{Lines: `save "" `}},
		{[]string{"--save", "60", "1"}, CommandLine{Lines: `save "60" "1" `}},
		{[]string{"-x"}, CommandLine{Lines: `"-x" `}},
		{[]string{"--a", "\"\\\n\x01é"}, CommandLine{Lines: `a "\"\\\n\x01\xc3\xa9" `}},
	} {
		if got := ParseCommandLine(c.args); got != c.want {
			t.Errorf("%q: %+v, want %+v", c.args, got, c.want)
		}
	}
}

// TestActiveRehashing: an idle owner moves a table along, unless activerehashing says no.
func TestActiveRehashing(t *testing.T) {
	e := newConfigEngine(t)
	err := e.Do(func() {
		db := e.dbs[0]
		for i := range 1000 {
			db.SetString(db.find([]byte(strconv.Itoa(i))), []byte("value"), false)
		}
		db.table.Expand(db.arena, 1<<16)
		for _, on := range []bool{false, true} {
			e.config.ActiveRehashing = on
			for range 10_000 {
				if !e.idle() {
					break
				}
			}
			if db.table.Rehashing() == on {
				t.Errorf("activerehashing %t: rehashing is %t", on, db.table.Rehashing())
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestZeroBytes: values end at the first one, as in redis-server 7.0.15, but for numbers and
// passwords.
func TestZeroBytes(t *testing.T) {
	for _, c := range []struct{ name, value, want, shown string }{
		{"maxmemory", "1kb\x00x", "", "1024"}, {"maxmemory", "\x00", "", "0"},
		{"maxmemory-clients", "\x00", "", "0"}, {"replica-announce-ip", "a\x00b", "", "a"},
		{"masterauth", "a\x00b", "", "a\x00b"}, {"requirepass", "\x00", "", "\x00"},
		{"notify-keyspace-events", "K\x00q", "", "K"}, {"loglevel", "debug\x00x", "", "debug"},
		{"timeout", "1\x00", "argument couldn't be parsed into an integer", "0"},
		{"rdbcompression", "no\x00", "", "no"}, {"save", "\x00", "", ""},
		{"cluster-announce-hostname", "a\x00_", "", "a"}, {"unixsocketperm", "\x00", "", "0"},
		{"appendfilename", "\x00", "appendfilename can't be empty", "appendonly.aof"},
		{"proc-title-template", "\x00", "template format is invalid or contains unknown variables",
			"{title} {listen-addr} {server-mode}"},
	} {
		config := NewConfig()
		p := &parameters[lookupParameter(c.name)]
		reason := config.set(p, p.split(c.value))
		if got := config.get(p); string(reason) != c.want || got != c.shown {
			t.Errorf("%s %q: %q and %q, want %q and %q", c.name, c.value, reason, got, c.want, c.shown)
		}
	}
}

func TestParseMemory(t *testing.T) {
	for _, c := range []struct {
		text string
		want uint64
		ok   bool
	}{
		{"0", 0, true}, {"1", 1, true}, {"1b", 1, true}, {"1k", 1000, true}, {"1kb", 1024, true},
		{"2M", 2000000, true}, {"2Mb", 2 << 20, true}, {"3g", 3000000000, true},
		{"3GB", 3 << 30, true}, {"", 0, true}, {"k", 0, true}, {"01", 1, true},
		{"18446744073709551615", math.MaxUint64, true},
		{"18446744073709551616", math.MaxUint64, true},
		{"-1", 0, false}, {"1.5gb", 0, false}, {"1 kb", 0, false}, {"1tb", 0, false},
		{"x", 0, false}, {"1kbb", 0, false}, {"+1", 0, false},
	} {
		if got, ok := ParseMemory(c.text); ok != c.ok || ok && got != c.want {
			t.Errorf("%q: %d, %v, want %d, %v", c.text, got, ok, c.want, c.ok)
		}
	}
}

func TestLocal(t *testing.T) {
	for _, c := range []struct {
		info ConnInfo
		want bool
	}{
		{ConnInfo{RemoteAddr: "127.0.0.1:5"}, true},
		{ConnInfo{RemoteAddr: "[::1]:5"}, true},
		{ConnInfo{RemoteAddr: "/tmp/sock:0", Unix: true}, true},
		{ConnInfo{RemoteAddr: "127.0.0.2:5"}, false},
		{ConnInfo{RemoteAddr: "10.0.0.1:5"}, false},
		{ConnInfo{}, false},
	} {
		if got := c.info.local(); got != c.want {
			t.Errorf("%+v: %v", c.info, got)
		}
	}
}

// FuzzConfigLoad loads any lines: no panic, and what has been accepted can be shown and set again
// to the same.
func FuzzConfigLoad(f *testing.F) {
	for _, c := range configCases {
		f.Add(c[0] + " " + c[1])
	}
	f.Add("# comment\nport 1\nbind \"a\\x20b\" 'c'\nsave 1 2\nmaxmemory 1gb\nmaxmemory-clients 5%")
	f.Add("timeout \"5\nreplicaof a 1\nunixsocketperm 777\nloglevel debug")
	f.Fuzz(func(t *testing.T, lines string) {
		if strings.Contains(strings.ToLower(lines), "include") {
			return // it would read whatever the machine has
		}
		c := NewConfig()
		_ = c.Load(lines)
		d := NewConfig()
		for i := range parameters {
			p := &parameters[i]
			value := c.get(p)
			if strings.Contains(value, "  ") || p.kind == kindList {
				continue
			}
			if reason := d.set(p, p.split(value)); reason != "" || d.get(p) != value {
				t.Fatalf("%q: %s is %q, which gives %q, %s", lines, p.name, value, d.get(p), reason)
			}
		}
	})
}
