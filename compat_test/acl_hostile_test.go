package compat_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// patience is how long a server may take for what a hostile or careless administrator asks.
const patience = 10 * time.Second

// ringerAlone starts a server of its own that is given no redis-server beside it.
func ringerAlone(t *testing.T, options ...string) *server {
	t.Helper()
	onlyRinger(t)
	s, err := startRinger(options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	return s
}

// timed fails the test if the command takes longer than patience.
func timed(t *testing.T, c *conn, args ...string) value {
	t.Helper()
	start := time.Now()
	r, err := c.do(args...)
	if err != nil {
		t.Fatalf("%s: %v", abridge(join(args), 0), err)
	}
	if took := time.Since(start); took > patience {
		t.Errorf("%s took %v", abridge(join(args), 0), took)
	}
	return r.value
}

// TestManyUsers: 10,000 users are made, listed, used and removed, and leave nothing behind.
func TestManyUsers(t *testing.T) {
	const users = 10_000
	s := ringerAlone(t, "--aclfile", "/dev/null")
	c := mustDial(t, s.addr)
	for range 2 {
		var batch []byte
		for i := range users {
			batch = appendCommand(batch, words("ACL", "SETUSER", fmt.Sprint("user", i), "on",
				fmt.Sprint(">p", i), fmt.Sprintf("~%d:*", i), "+@read", "-get", "(+set ~x)"))
		}
		if err := c.write(batch); err != nil {
			t.Fatal(err)
		}
		for range users {
			if r, err := c.read(); err != nil || r.value.text != "OK" {
				t.Fatalf("%q, %v", r.raw, err)
			}
		}
		if got := len(timed(t, c, "ACL", "LIST").elems); got != users+1 {
			t.Fatalf("%d users", got)
		}
		u := mustDial(t, s.addr)
		if got := u.must(t, "AUTH user9999 p9999").text; got != "OK" {
			t.Fatal(got)
		}
		args := words("ACL", "DELUSER")
		for i := range users {
			args = append(args, fmt.Sprint("user", i))
		}
		if got := timed(t, c, args...).text; got != fmt.Sprint(users) {
			t.Fatalf("%s removed", got)
		}
		if a := u.answer(); a.gone == "" {
			t.Errorf("a session of a user that is gone reads %s", a)
		}
	}
	if got := c.must(t, "ACL USERS"); len(got.elems) != 1 {
		t.Errorf("left: %s", describe(got))
	}
}

// TestHugeRules: rules without end are refused or taken, in bounded time, by a server that goes on.
func TestHugeRules(t *testing.T) {
	s := ringerAlone(t)
	c := mustDial(t, s.addr)
	long := strings.Repeat("a", 8<<20)
	for _, rule := range []string{
		"+" + long, "+@" + long, "+get|" + long, "~" + long, "%RW~" + long, "&" + long, "#" + long,
		">" + long, "<" + long, long, "(" + long + ")", "(~" + long + ")", "(+@" + long + ")",
		strings.Repeat("(", 1<<20), strings.Repeat("(", 1<<20) + ")", "(" + strings.Repeat(")", 1<<20),
		"(" + strings.Repeat("+get ", 1<<20) + ")", "(" + strings.Repeat("~* ", 1<<20) + ")",
		"(" + strings.Repeat("\"", 1<<20) + ")", strings.Repeat("|", 1<<20),
	} {
		timed(t, c, "ACL", "SETUSER", "u", rule)
	}
	many := func(rule string, n int) {
		t.Helper()
		args := words("ACL", "SETUSER", "u")
		for range n {
			args = append(args, rule)
		}
		if got := timed(t, c, args...); got.text != "OK" && got.kind != '-' {
			t.Errorf("%d times %s: %s", n, rule, describe(got))
		}
	}
	for _, rule := range []string{"+@all", "-get", "+select|0", "on", "reset", ">p", "~a", "(", ")"} {
		many(rule, 100_000)
	}
	timed(t, c, "ACL", "SETUSER", "u", "reset")
	many("(+get ~a)", 10_000)
	unclosed := words("ACL", "SETUSER", "v", "(")
	distinct := words("ACL", "SETUSER", "v")
	for i := range 100_000 {
		unclosed = append(unclosed, "+get")
		if i < 10_000 { // each is compared with those before it, as in Redis
			distinct = append(distinct, fmt.Sprint("~", i), fmt.Sprint("+select|", i))
		}
	}
	timed(t, c, unclosed...)
	timed(t, c, append(unclosed, ")")...)
	timed(t, c, distinct...)
	timed(t, c, "ACL", "GETUSER", "u")
	timed(t, c, "ACL", "LIST")
	timed(t, c, "ACL", "DRYRUN", "u", "GET", "b")
	if got := c.must(t, "ACL DELUSER u").text; got != "1" {
		t.Error(got)
	}
	s.alive(t)
}

// TestLogStaysSmall: what clients are denied can't fill the memory, however long it is.
func TestLogStaysSmall(t *testing.T) {
	s := ringerAlone(t)
	admin := mustDial(t, s.addr)
	admin.must(t, "ACL SETUSER u on nopass +get ~nothing")
	c := mustDial(t, s.addr)
	long := strings.Repeat("x", 8<<20)
	for i := range 20 {
		timed(t, c, "AUTH", fmt.Sprint(i)+long, "p")
	}
	c.must(t, "AUTH u x")
	for i := range 20 {
		timed(t, c, "GET", fmt.Sprint(i)+long)
	}
	entries := admin.must(t, "ACL LOG 100").elems
	if len(entries) != 40 {
		t.Fatalf("%d entries", len(entries))
	}
	for _, e := range entries {
		for _, v := range e.elems {
			if len(v.text) > 16<<10 {
				t.Errorf("%d bytes in an entry", len(v.text))
			}
		}
	}
}

// TestPatternsTakeLinearTime: patterns that make a matcher that backtracks take for ever.
func TestPatternsTakeLinearTime(t *testing.T) {
	s := ringerAlone(t)
	admin := mustDial(t, s.addr)
	admin.must(t, "ACL SETUSER u on nopass +get +publish ~"+strings.Repeat("*a", 40)+"b &"+
		strings.Repeat("*a", 40)+"b")
	c := mustDial(t, s.addr)
	c.must(t, "AUTH u x")
	if got := timed(t, c, "GET", strings.Repeat("a", 4<<20)); !strings.HasPrefix(got.text, "NOPERM ") {
		t.Error(got.text)
	}
}

// TestNativeUsers: the native port asks for passwords and obeys rules.
func TestNativeUsers(t *testing.T) {
	s := ringerAlone(t)
	admin := mustDial(t, s.addr)
	admin.must(t, "ACL SETUSER u on >p +@all -keys ~x* %R~r")
	admin.must(t, "ACL SETUSER default resetpass")
	c, err := dialNative(s.nativeAddr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	for _, step := range []struct{ call, want string }{
		{"GET x", "NOAUTH Authentication required."},
		{"AUTH default x", "WRONGPASS invalid username-password pair or user is disabled."},
		{"AUTH u p", "OK"},
		{"ACL WHOAMI", "u"},
		{"SET x 1", "OK"},
		{"GET x", "1"},
		{"SET y 1", "NOPERM this user has no permissions to access one of the keys used as arguments"},
		{"SET r 1", "NOPERM this user has no permissions to access one of the keys used as arguments"},
		{"KEYS", "NOPERM this user has no permissions to run the 'keys' command"},
		{"ZQUERY y 0 a 0 1",
			"NOPERM this user has no permissions to access one of the keys used as arguments"},
		{"RESET", "RESET"},
		{"GET x", "NOAUTH Authentication required."},
	} {
		v, err := c.do(strings.Fields(step.call)...)
		if err != nil || v.text != step.want {
			t.Errorf("%s: %q, %v, want %q", step.call, v.text, err, step.want)
		}
	}
	long := make([]string, 100) // more than a stranger may send
	if v, err := c.do(long...); err == nil && v.code != codeTooBig {
		t.Errorf("100 arguments before a login: %+v", v)
	}
	if got := admin.must(t, "ACL SETUSER default nopass"); got.text != "OK" {
		t.Error(got.text)
	}
	stranger, err := dialNative(s.nativeAddr)
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.close()
	if v, err := stranger.do("PING"); err != nil || v.text != "PONG" {
		t.Errorf("%+v, %v", v, err)
	}
}
