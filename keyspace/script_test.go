package keyspace_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// submitWords hands over one command, whose words may be anything.
func (c *client) submitWords(words ...string) {
	c.b.Reset()
	for _, w := range words {
		c.b.Args = append(c.b.Args, []byte(w))
	}
	c.b.Append()
	c.e.Submit(c.s, &c.b)
}

// cmd runs one command and returns the bytes that answer it.
func (c *client) cmd(words ...string) string {
	c.t.Helper()
	c.submitWords(words...)
	return c.wait()
}

// eval runs a script without keys.
func (c *client) eval(script string) string {
	c.t.Helper()
	return c.cmd("EVAL", script, "0")
}

// TestEval has scripts and what redis-server 7.0.15 replies to them.
func TestEval(t *testing.T) {
	cases := []struct{ script, want string }{
		{"return 1", ":1\r\n"},
		{"return {1.9, -1.9, 'a', true, false, 7}", "*6\r\n:1\r\n:-1\r\n$1\r\na\r\n:1\r\n$-1\r\n:7\r\n"},
		{"return {1, 2, nil, 4}", "*2\r\n:1\r\n:2\r\n"},
		{"return {[2]=1}", "*0\r\n"},
		{"return 2^63", ":-9223372036854775808\r\n"},
		{"return function() end", "$-1\r\n"},
		{"", "$-1\r\n"},
		{"return {ok='a\\nb'}", "+a b\r\n"},
		{"return {err='a\\nb'}", "-a b\r\n"},
		{"return {err=''}", "-\r\n"},
		{"return {err=1}", "*0\r\n"},
		{"return {double=3.1}", "$18\r\n3.1000000000000001\r\n"},
		{"return {big_number='12\\n3'}", "$4\r\n12 3\r\n"},
		{"return {map={a=1}}", "*2\r\n$1\r\na\r\n:1\r\n"},
		{"return {set={a=true}}", "*1\r\n$1\r\na\r\n"},
		{"return {verbatim_string={string='a', format='txt'}}", "$1\r\na\r\n"},
		{"return redis.error_reply('a')", "-ERR a\r\n"},
		{"return redis.error_reply('-a b')", "-a b\r\n"},
		{"return redis.error_reply(' a')", "- a\r\n"},
		{"return redis.error_reply('-')", "-ERR \r\n"},
		{"return redis.error_reply()", "-ERR wrong number or type of arguments\r\n"},
		{"return redis.status_reply('x')", "+x\r\n"},
		{"return redis.sha1hex('')", "$40\r\nda39a3ee5e6b4b0d3255bfef95601890afd80709\r\n"},
		{"return redis.sha1hex({})", "$40\r\nda39a3ee5e6b4b0d3255bfef95601890afd80709\r\n"},
		{"return redis.call('set', 'k', 3.1)", "+OK\r\n"},
		{"redis.call('set', 'k', 1e20) return redis.call('get', 'k')", "$5\r\n1e+20\r\n"},
		{"return redis.call('get', 'nokey')", "$-1\r\n"},
		{"return type(redis.call('get', 'nokey'))", "$7\r\nboolean\r\n"},
		{"redis.setresp(3) return type(redis.call('get', 'nokey'))", "$3\r\nnil\r\n"},
		{"redis.setresp(3) return {true, false, 1}", "*3\r\n:1\r\n:0\r\n:1\r\n"},
		{"return redis.pcall('nope')", "-ERR Unknown Redis command called from script\r\n"},
		{"return redis.pcall()", "-ERR Please specify at least one argument for this redis lib call\r\n"},
		{
			"return redis.pcall('lpush', KEYS[1], {})",
			"-ERR Lua redis lib command arguments must be strings or integers\r\n",
		},
		{"local ok, e = pcall(redis.call, 'nope') return e",
			"$44\r\nERR Unknown Redis command called from script\r\n"},
		{"local ok, e = xpcall(function() error({err='x'}) end, function(e) return e end) return e",
			"-x\r\n"},
		{"return {pcall()}", "*2\r\n$-1\r\n$31\r\nattempt to call a boolean value\r\n"},
		{"local a = {} a[1] = a local ok = pcall(function() return a end) return 1", ":1\r\n"},
		{"redis.call('select', 5) return redis.call('set', 'in5', 1)", "+OK\r\n"},
		{"return redis.call('exists', 'in5')", ":0\r\n"},
		{"return {redis.breakpoint(), redis.debug(1), 3}", "*1\r\n$-1\r\n"},
		{"return redis.replicate_commands()", ":1\r\n"},
		{"return redis.acl_check_cmd('get')", ":1\r\n"},
		{"return redis.log(redis.LOG_DEBUG, 'x')", "$-1\r\n"},
		{"return redis.REDIS_VERSION_NUM", ":458767\r\n"},
		{"return {KEYS[1], ARGV[1], #KEYS, #ARGV}", "*0\r\n"},
		{"local r = redis.call('command', 'getkeys', 'eval', 'x', 1, 'k') return r",
			"*1\r\n$1\r\nk\r\n"},
	}
	for _, c := range cases {
		client := newClient(t, newEngine(t, keyspace.Options{}))
		if got := client.eval(c.script); got != c.want {
			t.Errorf("%s\ngot  %q\nwant %q", c.script, got, c.want)
		}
		client.e.Do(client.e.Check)
	}
}

// TestScriptErrors has scripts and the errors with which redis-server 7.0.15 ends them. @ stands
// for their SHA1.
func TestScriptErrors(t *testing.T) {
	c := newClient(t, newEngine(t, keyspace.Options{}))
	for _, k := range scriptErrors() {
		got := c.eval(k.script)
		got = got[strings.LastIndexByte(got[:len(got)-2], '\n')+1:] // of a reply that nests
		sha := strings.Fields(c.cmd("EVAL", "return redis.sha1hex(ARGV[1])", "0", k.script))[1]
		want := "-" + strings.Replace(k.want, "@,", sha+",", 1) + "\r\n"
		if got != want {
			t.Errorf("%s\ngot  %q\nwant %q", k.script, got, want)
		}
	}
	c.e.Do(c.e.Check)
}

// scriptError is a script and the error that it ends with.
type scriptError struct{ script, want string }

func scriptErrors() []scriptError {
	const at = " script: @, on @user_script:1."
	return []scriptError{
		{"return x", "ERR user_script:1: Script attempted to access nonexistent global variable 'x'" +
			at},
		{"x=1", "ERR user_script:1: Attempt to modify a readonly table" + at},
		{"redis.x=1", "ERR user_script:1: Attempt to modify a readonly table" + at},
		{"setmetatable(_G, {})", "ERR Attempt to modify a readonly table" + at},
		{"rawset(_G, 'x', 1)", "ERR Attempt to modify a readonly table" + at},
		{"getmetatable(_G).__index = nil",
			"ERR user_script:1: Attempt to modify a readonly table" + at},
		{"return _G[{}]", "ERR user_script:1: Second argument to luaProtectedTableError must be a" +
			" string or number" + at},
		{"error('boom')", "ERR user_script:1: boom" + at},
		{"error('boom', 0)", "ERR boom" + at},
		{"error()", "ERR nil" + at},
		{"error({err='MY thing'})", "MY thing" + at},
		{"error({err=5})", "5" + at},
		{"error({err='A b', line=5, source='zz'})", "A b" + at},
		{"error('a\\nb\\0c')", "ERR user_script:1: a b" + at},
		{"return redis.call('nope')", "ERR Unknown Redis command called from script" + at},
		{"return redis.call('get')", "ERR Wrong number of args calling Redis command from script" + at},
		{"return redis.call('object', 'nope', 'x')",
			"ERR Unknown Redis command called from script" + at},
		{"return redis.call('subscribe', 'a')",
			"ERR This Redis command is not allowed from script" + at},
		{"return redis.call('eval', 'return 1', 0)",
			"ERR This Redis command is not allowed from script" + at},
		{"return redis.call('config', 'get', 'a')",
			"ERR This Redis command is not allowed from script" + at},
		{"return redis.call('xread', 'block', 0, 'streams', 'k', '$')",
			"ERR xread command is not allowed with BLOCK option from scripts" + at},
		{"redis.call('set', 'k', 'v') return redis.call('lpush', 'k', 1)",
			"WRONGTYPE Operation against a key holding the wrong kind of value" + at},
		{"redis.log()", "ERR redis.log() requires two arguments or more." + at},
		{"redis.log('x', 'a')", "ERR First argument must be a number (log level)." + at},
		{"redis.log(9, 'a')", "ERR Invalid debug level." + at},
		{"redis.setresp()", "ERR redis.setresp() requires one argument." + at},
		{"redis.setresp(4)", "ERR RESP version must be 2 or 3." + at},
		{"redis.set_repl()", "ERR redis.set_repl() requires two arguments." + at},
		{"redis.set_repl(9)", "ERR Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL" +
			" or REPL_NONE." + at},
		{"redis.acl_check_cmd('nope')", "ERR Invalid command passed to redis.acl_check_cmd()" + at},
		{"local f = function() redis.call('nope') end\ncoroutine.wrap(f)()",
			"ERR Unknown Redis command called from script script: @, on @user_script:2."},
		{"local a = 1 for i = 1, 7995 do a = {a} end return a", "ERR reached lua stack limit"},
		{"bad bad", "ERR Error compiling script (new function): user_script:1: '=' expected near 'bad'"},
		{"#!lua", "ERR Invalid script shebang"},
		{"#!lua flags=a\nreturn 1", "ERR Unexpected flag in script shebang: a"},
		{"#!lua flags=no-writes,\nreturn 1", "ERR Unexpected flag in script shebang: "},
		{"#!lua name=a\nreturn 1", "ERR Unknown lua shebang option: name=a"},
		{"#!foo a\nreturn 1", "ERR Unexpected engine in script shebang: #!foo"},
		{"#!\nreturn 1", "ERR Unexpected engine in script shebang: #!"},
		{"#!lua \"\nreturn 1", "ERR Invalid engine in script shebang"},
		{"#!lua\nreturn bad", "ERR user_script:2: Script attempted to access nonexistent global" +
			" variable 'bad' script: @, on @user_script:2."},
		{"#!lua flags=no-writes\nreturn redis.call('set', 'a', 1)",
			"ERR Write commands are not allowed from read-only scripts. script: @," +
				" on @user_script:2."},
	}
}

// TestScriptCommands is EVAL's and SCRIPT's own replies, those of redis-server 7.0.15.
func TestScriptCommands(t *testing.T) {
	c := newClient(t, newEngine(t, keyspace.Options{}))
	const sha = "e0e1f9fabfc9d4800c877a703b823ac0578ff8db" // of return 1
	const noScript = "-NOSCRIPT No matching script. Please use EVAL.\r\n"
	steps := []struct{ command, want string }{
		{"EVAL return x", "-ERR value is not an integer or out of range\r\n"},
		{"EVAL return -1", "-ERR Number of keys can't be negative\r\n"},
		{"EVAL return 1", "-ERR Number of keys can't be greater than number of args\r\n"},
		{"EVALSHA abc x", noScript},
		{"EVALSHA " + sha + " x", "-ERR value is not an integer or out of range\r\n"},
		{"EVALSHA " + sha + " 0", noScript},
		{"SCRIPT LOAD return(1)", "$40\r\n930269f31393d0be681588b6ab08dccee7d6bb67\r\n"},
		{"SCRIPT EXISTS a " + sha, "*2\r\n:0\r\n:0\r\n"},
		{"SCRIPT FLUSH foo", "-ERR SCRIPT FLUSH only support SYNC|ASYNC option\r\n"},
		{"SCRIPT FLUSH sync a", "-ERR SCRIPT FLUSH only support SYNC|ASYNC option\r\n"},
		{"SCRIPT FLUSH async", "+OK\r\n"},
		{"SCRIPT KILL", "-NOTBUSY No scripts in execution right now.\r\n"},
		{"SCRIPT DEBUG foo", "-ERR Use SCRIPT DEBUG YES/SYNC/NO\r\n"},
		{"SCRIPT DEBUG no", "+OK\r\n"},
		{"SCRIPT DEBUG yes", "+OK\r\n"},
		{"EVALSHA " + sha + " 0", "-ERR Please use EVAL instead of EVALSHA for debugging\r\n"},
		{"SCRIPT DEBUG no", "+OK\r\n"},
		{"EVAL_RO redis.call('set',KEYS[1],1) 1 k", "-ERR Write commands are not allowed from" +
			" read-only scripts. script: c84ad0afc9ea3bd988026c3e00e58c92a3251088," +
			" on @user_script:1.\r\n"},
		{"EVALSHA_RO " + sha + " 0", noScript},
	}
	for _, s := range steps {
		got := c.do(s.command)
		if got != s.want {
			t.Errorf("%s\ngot  %q\nwant %q", s.command, got, s.want)
		}
	}
	c.cmd("SCRIPT", "LOAD", "return 1")
	for _, words := range [][]string{
		{"EVALSHA", sha, "0"}, {"EVALSHA", strings.ToUpper(sha), "0"}, {"EVALSHA_RO", sha, "0"},
	} {
		if got := c.cmd(words...); got != ":1\r\n" {
			t.Errorf("%q: %q", words, got)
		}
	}
	if got := c.cmd("EVAL", "return {KEYS[2], ARGV[1], #KEYS, #ARGV}", "2", "a", "b", "c"); got !=
		"*4\r\n$1\r\nb\r\n$1\r\nc\r\n:2\r\n:1\r\n" {
		t.Errorf("keys and arguments: %q", got)
	}
}

func TestScriptRecords(t *testing.T) {
	cases := []struct {
		name, script string
		want         []string
	}{
		{"nothing", "return redis.call('get', 'k')", nil},
		{"one write", "redis.call('set', 'k', 'v')", []string{"0: set k v"}},
		{"a unit", "redis.call('set', 'a', 1) redis.call('expire', 'a', 10)", []string{
			"0: MULTI", "0: set a 1", "0: PEXPIREAT a 1700000010000", "0: EXEC",
		}},
		{"what is hidden", "redis.set_repl(redis.REPL_NONE) redis.call('set', 'a', 1)" +
			" redis.set_repl(redis.REPL_ALL) redis.call('set', 'b', 1)", []string{"0: set b 1"}},
		{"another database", "redis.call('select', 3) redis.call('set', 'a', 1)",
			[]string{"3: set a 1"}},
		{"a script that fails", "redis.call('set', 'a', 1) error('x')", []string{"0: set a 1"}},
		{"another one hides nothing", "redis.call('set', 'a', 1)", []string{"0: set a 1"}},
	}
	rec := &recorder{}
	c := newClient(t, newEngine(t, keyspace.Options{Recorders: []keyspace.Recorder{rec}}))
	check := func(name string, want []string) {
		t.Helper()
		if got := strings.Join(rec.lines, "\n"); got != strings.Join(want, "\n") {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, strings.Join(want, "\n"))
		}
		rec.lines = nil
	}
	for _, k := range cases {
		c.eval(k.script)
		check(k.name, k.want)
	}
	c.do("MULTI\nSET x 1")
	c.eval("redis.call('set', 'y', 1) redis.call('set', 'z', 1)")
	c.do("EXEC")
	check("within a transaction", []string{
		"0: MULTI", "0: SET x 1", "0: set y 1", "0: set z 1", "0: EXEC",
	})
}

// TestScriptIsAtomic has a client that waits for a key, and one that watches it: the former is
// served when the script has ended, with what the script has left.
func TestScriptIsAtomic(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	c, waits, watches := newClient(t, e), newClient(t, e), newClient(t, e)
	waits.submit("BLPOP list 0")
	watches.do("WATCH list\nMULTI\nPING")
	if got := c.eval("redis.call('rpush', 'list', 'a') redis.call('lpush', 'list', 'b')" +
		" return redis.call('llen', 'list')"); got != ":2\r\n" {
		t.Errorf("the script saw %q", got)
	}
	if got := waits.wait(); got != "*2\r\n$4\r\nlist\r\n$1\r\nb\r\n" {
		t.Errorf("BLPOP: %q", got)
	}
	if got := watches.do("EXEC"); got != "*-1\r\n" {
		t.Errorf("EXEC: %q", got)
	}
	waits.submit("BLPOP gone 0")
	c.eval("redis.call('rpush', 'gone', 'a') redis.call('del', 'gone')")
	if got := c.do("RPUSH gone b\nLLEN gone"); got != ":1\r\n:0\r\n" {
		t.Errorf("after it: %q", got)
	}
	waits.wait()
	e.Do(e.Check)
}

// TestTimeStandsStillInScripts has a key that expires while a script runs: the script does not see
// it.
func TestTimeStandsStillInScripts(t *testing.T) {
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	e := newEngine(t, keyspace.Options{Clock: clock})
	c := newClient(t, e)
	c.do("SET k v PX 100")
	c.do("CONFIG SET busy-reply-threshold 1")
	c.submitWords("EVAL", "local n = 0 while redis.call('exists', 'k') == 1 do n = n + 1 end", "0")
	other := newClient(t, e)
	untilBusy(other)
	clock.advance(time.Second)
	untilBusy(other)
	// What the commands see of the time is another matter: see TestTimePassesForCommands.
	if got := other.do("SCRIPT KILL"); got != "+OK\r\n" {
		t.Errorf("SCRIPT KILL: %q", got)
	}
	if got := c.wait(); !strings.HasPrefix(got, string("-"+reply.ErrScriptKilled)) {
		t.Errorf("the script has seen the end of the key: %q", got)
	}
	if got := c.do("EXISTS k"); got != ":0\r\n" {
		t.Errorf("afterwards: %q", got)
	}
}

// TestTimePassesForCommands has a script that runs on while time passes: a key that has expired
// stays, with nothing left to live, as in redis-server 7.0.15.
func TestTimePassesForCommands(t *testing.T) {
	clock := &testClock{now: time.UnixMilli(1_700_000_000_000)}
	e := newEngine(t, keyspace.Options{Clock: clock})
	c, other := newClient(t, e), newClient(t, e)
	other.do("CONFIG SET busy-reply-threshold 1")
	c.submitWords("EVAL", "redis.call('set', 'k', 'v', 'px', 100)"+
		" while redis.call('pttl', 'k') > 0 do end redis.call('set', 'l', 'v', 'px', 100)"+
		" return {redis.call('exists', 'k'), redis.call('pexpiretime', 'l')}", "0")
	untilBusy(other)
	clock.advance(time.Second)
	if got := c.wait(); got != "*2\r\n:1\r\n:1700000001100\r\n" {
		t.Errorf("got %q", got)
	}
	if got := c.do("EXISTS k"); got != ":0\r\n" {
		t.Errorf("afterwards: %q", got)
	}
}

// untilBusy sends a command, which is answered as the script before it runs for too long.
func untilBusy(c *client) {
	c.t.Helper()
	if got := c.do("GET k"); got != "-"+string(reply.ErrBusyScript)+"\r\n" {
		c.t.Fatalf("GET while a script runs: %q", got)
	}
}

// endless is a script that ends only if somebody ends it.
const endless = "while true do pcall(function() while true do end end) end"

// TestSlowScript is what others see of a script that runs for too long, as in redis-server 7.0.15.
func TestSlowScript(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	c, other, waits := newClient(t, e), newClient(t, e), newClient(t, e)
	other.do("CONFIG SET busy-reply-threshold 1\nSET k v")
	waits.submit("BLPOP list 0")
	c.submitWords("EVAL", endless, "0")
	untilBusy(other)
	busy := "-" + string(reply.ErrBusyScript) + "\r\n"
	steps := []struct{ command, want string }{
		{"PING", busy},
		{"NOPE", "-ERR unknown command 'NOPE', with args beginning with: \r\n"},
		{"GET", "-ERR wrong number of arguments for 'get' command\r\n"},
		{"EVAL return 0", busy},
		{"SHUTDOWN", busy},
		{"WATCH k\nMULTI", "+OK\r\n+OK\r\n"},
		{"GET k", busy},
		{"EXEC", "-EXECABORT Transaction discarded because of: " + busy[1:]},
		{"MULTI\nEXEC", "+OK\r\n-EXECABORT Transaction discarded because of: " + busy[1:]},
	}
	for _, s := range steps {
		if got := other.do(s.command); got != s.want {
			t.Errorf("%s\ngot  %q\nwant %q", s.command, got, s.want)
		}
	}
	if got := call(t, e, "GET", "k"); got != busy {
		t.Errorf("the program itself: %q", got)
	}
	if err := e.Settle(); err != nil {
		t.Error(err)
	}
	did := make(chan error)
	go func() { did <- e.Do(func() {}) }()
	if got := other.do("SCRIPT KILL"); got != "+OK\r\n" {
		t.Errorf("SCRIPT KILL: %q", got)
	}
	if got := c.wait(); !strings.HasPrefix(got, "-ERR Script killed by user with SCRIPT KILL... "+
		"script: ") || !strings.HasSuffix(got, ", on @user_script:1.\r\n") {
		t.Errorf("the script ended with %q", got)
	}
	if err := <-did; err != nil {
		t.Error(err)
	}
	if got := other.do("GET k\nRPUSH list x"); got != "$1\r\nv\r\n:1\r\n" {
		t.Errorf("afterwards: %q", got)
	}
	waits.wait()
	e.Do(e.Check)
}

// TestSlowScriptInATransaction ends as one of several replies.
func TestSlowScriptInATransaction(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	c, other := newClient(t, e), newClient(t, e)
	c.do("CONFIG SET busy-reply-threshold 1\nMULTI\nSET k v")
	c.cmd("EVAL", endless, "0")
	c.do("GET k")
	c.submit("EXEC")
	untilBusy(other)
	other.do("SCRIPT KILL")
	got := c.wait()
	if !strings.HasPrefix(got, "*3\r\n+OK\r\n-ERR Script killed") || !strings.HasSuffix(got,
		"\r\n$1\r\nv\r\n") {
		t.Errorf("EXEC: %q", got)
	}
	e.Do(e.Check)
}

// TestUnkillable is a script that has written.
func TestUnkillable(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	c, other := newClient(t, e), newClient(t, e)
	other.do("CONFIG SET busy-reply-threshold 1")
	c.submitWords("EVAL", "redis.call('set', 'k', 'v') "+endless, "0")
	untilBusy(other)
	if got := other.do("SCRIPT KILL"); got != "-"+string(reply.ErrUnkillable)+"\r\n" {
		t.Errorf("SCRIPT KILL: %q", got)
	}
	e.Close()
	c.wait()
}

// TestHangupInASlowScript has the caller go, and its next command run all the same.
func TestHangupInASlowScript(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	c, other := newClient(t, e), newClient(t, e)
	other.do("CONFIG SET busy-reply-threshold 1")
	c.submitWords("EVAL", endless, "0")
	untilBusy(other)
	e.PeerClosed(c.s)
	e.Hangup(c.s)
	gone := newClient(t, e)
	gone.submit("MULTI")
	e.Hangup(gone.s)
	untilBusy(other)
	other.do("SCRIPT KILL")
	c.wait()
	e.Do(func() {
		if n := len(e.Sessions()); n != 1 {
			t.Errorf("%d sessions are left", n)
		}
		e.Check()
	})
}

// TestCloseEndsScripts closes an engine, and a front end, in the midst of a script, whose
// connection is closed without a reply, as that of a redis-server that exits.
func TestCloseEndsScripts(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	c := newClient(t, e)
	c.submitWords("EVAL", endless, "0")
	e.Closing(true)
	if got := c.wait(); got != "" || !c.conn.aborted {
		t.Errorf("the script ended with %q", got)
	}
	e.Closing(false)
	c = newClient(t, e)
	if got := c.eval("for i = 1, 1e6 do end return 1"); got != ":1\r\n" {
		t.Errorf("another script: %q", got)
	}
	c.submitWords("EVAL", endless, "0")
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	c.wait()
}

func TestScriptThatEatsMemory(t *testing.T) {
	e := newEngine(t, keyspace.Options{ScriptHeapBytes: 8 << 20})
	c := newClient(t, e)
	got := c.eval("local t = {} while true do t[#t + 1] = {#t} end")
	if !strings.HasPrefix(got, "-ERR Error running script ") || !strings.HasSuffix(got,
		", not enough memory\r\n") {
		t.Errorf("got %q", got)
	}
	got = c.eval("local s = '' for i = 1, 1e6 do s = i .. 'a longer string than that' end return 1")
	if got != ":1\r\n" {
		t.Errorf("garbage: %q", got)
	}
	got = c.eval("local t = {} t[1] = t t[2] = t return t")
	if got != "-"+string(reply.ErrReplyTooBig)+"\r\n" {
		t.Errorf("a reply without end: %.80q", got)
	}
	got = c.eval("local s = string.rep('x', 1e6) local t = {} for i = 1, 100 do t[i] = s end" +
		" return redis.call('rpush', 'l', unpack(t))")
	if !strings.HasPrefix(got, "-ERR not enough memory script: ") {
		t.Errorf("the same text over and over: %.80q", got)
	}
	c.eval("redis.call('set', 'k', string.rep('x', 1e6))")
	got = c.eval("local t = {} while true do t[#t + 1] = redis.call('get', 'k') end")
	if !strings.HasSuffix(got, ", not enough memory\r\n") {
		t.Errorf("large replies: %.80q", got)
	}
}

// TestScriptOfAUser may do what its user may, as in redis-server 7.0.15.
func TestScriptOfAUser(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	c, admin := newClient(t, e), newClient(t, e)
	admin.do("ACL SETUSER u on nopass +@all -get ~k*")
	c.do("AUTH u x")
	cases := []struct {
		script string
		want   reply.Error
	}{
		{"return redis.pcall('get', 'k')", reply.ErrLuaNoPermCommand},
		{"return redis.pcall('set', 'x', 1)", reply.ErrLuaNoPermKey},
		{"return redis.pcall('publish', 'k', 1)", reply.ErrLuaNoPermChannel},
	}
	for _, k := range cases {
		if got := c.eval(k.script); got != "-"+string(k.want)+"\r\n" {
			t.Errorf("%s: %q", k.script, got)
		}
	}
	if got := c.eval("return {redis.acl_check_cmd('get', 'k'), redis.acl_check_cmd('set', 'x', 1)," +
		" redis.acl_check_cmd('set', 'k', 1)}"); got != "*3\r\n$-1\r\n$-1\r\n:1\r\n" {
		t.Errorf("acl_check_cmd: %q", got)
	}
	if got := admin.do("ACL LOG"); strings.Count(got, "$7\r\ncontext\r\n$3\r\nlua\r\n") != 3 {
		t.Errorf("ACL LOG: %q", got)
	}
	if got := c.cmd("EVAL", "return 1", "1", "x"); got != "-"+string(reply.ErrNoPermKey)+"\r\n" {
		t.Errorf("a key of the script itself: %q", got)
	}
}

// TestScriptAboveMaxmemory is as in redis-server 7.0.15.
func TestScriptAboveMaxmemory(t *testing.T) {
	const at = " script: "
	oom := "-" + string(reply.ErrOOM)
	cases := []struct{ script, want string }{
		{"return redis.call('set', 'k', 1)", oom + at},
		{"redis.call('del', 'k') return redis.call('set', 'k', 1)", "+OK\r\n"},
		{"#!lua\nreturn 1", oom + "\r\n"},
		{"#!lua flags=allow-oom\nreturn redis.call('set', 'k', 1)", "+OK\r\n"},
		{"#!lua flags=no-writes\nreturn redis.call('get', 'k')", "$1\r\n1\r\n"},
		{"return redis.call('get', 'k')", "$1\r\n1\r\n"},
	}
	c := newClient(t, newEngine(t, keyspace.Options{}))
	c.do("SET k v\nCONFIG SET maxmemory 1")
	for _, k := range cases {
		if got := c.eval(k.script); !strings.HasPrefix(got, k.want) {
			t.Errorf("%s: %q", k.script, got)
		}
	}
}

// TestScriptWithoutReplicas is as in redis-server 7.0.15.
func TestScriptWithoutReplicas(t *testing.T) {
	refused := "-" + string(reply.ErrFewReplicas)
	c := newClient(t, newEngine(t, keyspace.Options{}))
	c.do("CONFIG SET min-replicas-to-write 1")
	for script, want := range map[string]string{
		"return redis.call('set', 'k', 1)": refused + " script: ",
		"return redis.call('get', 'k')":    "$-1\r\n",
		"#!lua\nreturn 1":                  refused + "\r\n",
		"#!lua flags=no-writes\nreturn 1":  ":1\r\n",
	} {
		if got := c.eval(script); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q", script, got)
		}
	}
}

// TestScriptStats counts as redis-server 7.0.15: an error is counted once, and every command that
// it has passed through has failed.
func TestScriptStats(t *testing.T) {
	c := newClient(t, newEngine(t, keyspace.Options{}))
	c.do("SET s x")
	for _, script := range []string{
		"return redis.call('lpush', 's', '1')", "return redis.pcall('lpush', 's', '1')",
		"redis.pcall('lpush', 's', '1') return redis.error_reply('MINE x')", "error('x')",
		"return {{err='A a'}, {err='B b'}, {err='noblank'}}", "return redis.call('nope')",
		"return redis.call('get')", "return redis.call('subscribe', 'x')",
		"return redis.error_reply('-')", "bad bad",
	} {
		c.eval(script)
	}
	c.do("EVALSHA ffffffffffffffffffffffffffffffffffffffff 0")
	got := c.do("INFO commandstats errorstats")
	for _, want := range []string{
		"cmdstat_subscribe:calls=0,usec=0,usec_per_call=0.00,rejected_calls=1,failed_calls=0",
		"rejected_calls=0,failed_calls=10", "cmdstat_get:calls=0", "errorstat_A:count=1",
		"errorstat_B:count=1", "errorstat_ERR:count=7", "errorstat_MINE:count=1",
		"errorstat_NOSCRIPT:count=1", "errorstat_WRONGTYPE:count=3",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("INFO without %q:\n%s", want, got)
		}
	}
}

// TestScriptIsShown is what MONITOR shows.
func TestScriptIsShown(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	c, m := newClient(t, e), newClient(t, e)
	m.do("MONITOR")
	c.eval("redis.call('set', 'a', 'b') redis.call('select', 3) redis.pcall('nope')")
	e.Do(func() {})
	got := m.conn.take()
	for _, want := range []string{
		`[0 127.0.0.1:1] "EVAL" `, `[0 lua] "set" "a" "b"`, `[3 lua] "select" "3"`,
	} {
		at := strings.Index(got, want)
		if at < 0 {
			t.Fatalf("MONITOR without %q: %q", want, got)
		}
		got = got[at:]
	}
}

// TestScriptOfATrackingClient has all keys of a script be tracked that has read one.
func TestScriptOfATrackingClient(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	c, other := newClient(t, e), newClient(t, e)
	c.do("HELLO 3\nCLIENT TRACKING on")
	c.cmd("EVAL", "return redis.call('get', 'a')", "2", "a", "b")
	other.do("SET b 1")
	e.Do(func() {})
	if got := c.conn.take(); got != ">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nb\r\n" {
		t.Errorf("got %q", got)
	}
	c.cmd("EVAL", "return 1", "1", "c")
	other.do("SET c 1")
	e.Do(func() {})
	if got := c.conn.take(); got != "" {
		t.Errorf("a script that reads nothing: %q", got)
	}
}
