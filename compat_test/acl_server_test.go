package compat_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A script about users is text, one step a line:
//
//	a GET k          client a sends a command and takes the reply, or sees that it is closed
//	= "user a on\n"  the ACL file is written
//	-                the ACL file is removed
//	?                the ACL file is read, and what else lies beside it
//
// What is taken must be the same for both servers.

// aclTranscript runs a script on a server.
func aclTranscript(t *testing.T, s *server, proto, text string) string {
	t.Helper()
	r := aclRun{t: t, server: s, proto: proto, clients: map[string]*conn{}}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			r.step(line)
		}
	}
	for _, c := range r.clients {
		c.close()
	}
	return r.taken.String()
}

type aclRun struct {
	t       *testing.T
	server  *server
	proto   string
	clients map[string]*conn
	taken   strings.Builder
}

func (r *aclRun) step(line string) {
	name, command, _ := strings.Cut(line, " ")
	args, err := split(command)
	if err != nil {
		r.t.Fatal(err)
	}
	file := filepath.Join(r.server.dir, "users.acl")
	switch name {
	case "=":
		err = os.WriteFile(file, []byte(args[0]), 0o644)
	case "-":
		err = os.Remove(file)
	case "?":
		r.look(file)
	default:
		r.send(name, args)
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

// look notes the contents of the file, and the names in its folder.
func (r *aclRun) look(file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		r.t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		r.taken.WriteString("file: " + canonical(strings.TrimSuffix(line, "\n")) + "\n")
	}
	entries, err := os.ReadDir(r.server.dir)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, e := range entries {
		r.taken.WriteString("there is " + e.Name() + "\n")
	}
}

func (r *aclRun) send(name string, args []string) {
	c := r.clients[name]
	if c == nil {
		c = mustDial(r.t, r.server.addr)
		r.clients[name] = c
		if r.proto == "3" {
			r.send(name, []string{"HELLO", "3"})
		}
	}
	_ = c.write(appendCommand(nil, args)) // a failing write shows as a failing read
	got := c.answer()
	shown := got.gone
	if shown == "" {
		shown = fmt.Sprintf("%q", describe(canonicalAll(maskClients(got.value))))
	}
	fmt.Fprintf(&r.taken, "%s %s => %s\n", name, join(args), shown)
}

// maskClients masks what differs in the entries of ACL LOG, and the id in HELLO.
func maskClients(v value) value {
	if len(v.elems) > 0 && v.elems[0].text == "server" {
		return maskAfter(v, "id")
	}
	for i, e := range v.elems {
		v.elems[i] = maskField(maskField(e, "age-seconds"), "client-info")
	}
	return v
}

// compareACL runs a script under both protocols on servers of its own.
func compareACL(t *testing.T, text string, options ...string) {
	t.Helper()
	for _, proto := range []string{"2", "3"} {
		p := newPair(t, options...)
		want := aclTranscript(t, p.redis, proto, text)
		if got := aclTranscript(t, p.ringer, proto, text); want != got {
			t.Errorf("RESP%s\nredis:\n%s\nringer:\n%s", proto, want, got)
		}
	}
}

// TestUsersAndSessions: what becomes of the connections of users that change or go.
func TestUsersAndSessions(t *testing.T) {
	for _, c := range userCases {
		t.Run(c.name, func(t *testing.T) { compareACL(t, c.text) })
	}
}

var userCases = []scripted{
	{"a user that is removed", `
		a ACL SETUSER u on nopass +@all ~*
		a ACL SETUSER v on nopass +@all ~*
		b AUTH u x
		c AUTH u x
		d AUTH v x
		b SET k 1
		a ACL DELUSER u nope
		b PING
		c PING
		d PING
		d ACL DELUSER v
		d PING
		a ACL USERS`},
	{"rules that change between a command and EXEC", `
		a ACL SETUSER u on nopass ~* &* +@all
		b AUTH u x
		b MULTI
		b SET k 1
		b GET k
		b SET other 1
		b PUBLISH c x
		a ACL SETUSER u -get resetkeys ~k resetchannels
		b EXEC
		b ACL WHOAMI
		a ACL LOG
		b MULTI
		b SET k 2
		a ACL SETUSER u -exec
		b EXEC
		b SET k 3
		b DISCARD`},
	{"a user that removes itself in a transaction", `
		a ACL SETUSER u on nopass ~* &* +@all
		b AUTH u x
		b MULTI
		b SET k 1
		b ACL DELUSER u
		b EXEC
		b PING
		a GET k`},
	{"a user that loses everything goes on with nothing", `
		a ACL SETUSER u on >p +@all ~* &*
		b AUTH u p
		b GET k
		a ACL SETUSER u -get
		b GET k
		a ACL SETUSER u resetkeys ~q
		b SET k 1
		b SET q 1
		a ACL SETUSER u off
		b SET q 2
		c AUTH u p
		a ACL SETUSER u reset
		b SET q 2
		b AUTH u p
		b ACL WHOAMI
		b RESET
		b ACL WHOAMI
		a ACL LOG`},
	{"default changes", `
		a ACL SETUSER admin on nopass +@all ~* &*
		a AUTH admin x
		b PING
		a ACL SETUSER default off
		b PING
		c PING
		c AUTH x
		c AUTH default x
		c HELLO
		c QUIT
		a ACL SETUSER default on >p
		b PING
		d PING
		d AUTH p
		d PING
		a ACL SETUSER default -ping
		b PING
		d PING
		e PING
		e AUTH p
		e PING
		a ACL SETUSER default nopass +ping
		f PING
		f RESET
		f PING
		a ACL SETUSER default reset
		g PING
		g ACL WHOAMI
		b PING`},
	{"transactions", `
		a ACL SETUSER u on nopass +@all ~*
		b AUTH u x
		b MULTI
		b SET k 1
		b GET k
		b GET q
		a ACL SETUSER u -get
		b EXEC
		b MULTI
		b GET k
		b SET k 2
		b EXEC
		a ACL SETUSER u +get resetkeys ~k
		b MULTI
		b GET q
		b DISCARD
		b MULTI
		b AUTH default x
		b ACL WHOAMI
		b GET q
		b EXEC
		b ACL WHOAMI
		b MULTI
		b AUTH u x
		b GET q
		b ACL WHOAMI
		b AUTH u bad
		b AUTH nope bad
		b EXEC
		a ACL LOG
		a ACL SETUSER u allkeys
		b MULTI
		b GET k
		a ACL SETUSER u resetkeys
		b EXEC
		a ACL SETUSER u allkeys
		c AUTH u x
		c MULTI
		c SET k 3
		a ACL DELUSER u
		c EXEC
		a GET k
		a ACL LOG`},
	{"a user that loses channels", `
		a ACL SETUSER u on nopass +@all ~* &a* &b*
		b AUTH u x
		b SUBSCRIBE a1
		c AUTH u x
		c PSUBSCRIBE b*
		d AUTH u x
		d SSUBSCRIBE a2
		e AUTH u x
		a ACL SETUSER u &c
		b PING
		c PING
		a ACL SETUSER u resetchannels &a* &b*
		b PING
		a ACL SETUSER u resetchannels &b*
		b PING
		c PING
		d PING
		e PING
		a ACL SETUSER u &*
		c PING
		f AUTH u x
		f SUBSCRIBE z
		a ACL SETUSER u -get
		f PING
		a ACL SETUSER u resetchannels (&z)
		c PING
		f PING
		a ACL SETUSER u clearselectors
		f PING
		g SUBSCRIBE q
		g PING
		a PUBSUB CHANNELS`},
	{"a subscriber that logs in as somebody else", `
		a ACL SETUSER u on nopass +@all ~* &x
		b SUBSCRIBE q
		b UNSUBSCRIBE q
		b HELLO 3
		b SUBSCRIBE q
		b AUTH u x
		a ACL SETUSER u +get
		b PING
		a ACL SETUSER u resetchannels &y
		b PING`},
	{"a subscriber that logs in as somebody without channels", `
		a ACL SETUSER u on nopass +@all ~*
		b HELLO 3
		b SUBSCRIBE q
		b AUTH u x
		a ACL SETUSER u +get
		b PING
		a ACL SETUSER u &y
		b PING
		a ACL SETUSER u resetchannels
		b PING`},
	{"MULTI before a login that is needed", `
		a MULTI
		a SET k 1
		b CONFIG SET requirepass foo
		a GET k
		a EXEC
		c MULTI
		c EXEC
		c AUTH foo
		c MULTI
		c PING
		c RESET
		c PING
		c AUTH foo
		b CONFIG SET requirepass ""
		d PING`},
}

// TestACLFile: ACL LOAD and ACL SAVE.
func TestACLFile(t *testing.T) {
	const script = `
		a ACL LIST
		a ACL LOAD
		= "user b on >p ~* &* +@all\nuser c on nopass +@read -get %R~x (+set ~y)\n"
		a ACL LOAD
		a ACL LIST
		b AUTH b p
		c AUTH c p
		a ACL SETUSER d on
		a ACL SAVE
		?
		b ACL WHOAMI
		a ACL LOAD
		b ACL WHOAMI
		c ACL WHOAMI
		a ACL WHOAMI
		b2 AUTH b p
		b2 ACL LOAD
		b2 PING
		= "user b +nope\nuser b\nuser c (~a\nuser c\nuser d ~*\tx\nuser e  \t~a \t on\nfoo\nuser g\ton\n"
		a ACL LOAD
		a ACL LIST
		= "user f ~a ~b ~* ~c +nope\nuser g +nope ~* ~c +config|get|x +nope\nuser h\x00x on\nuser i on"
		a ACL LOAD
		-
		a ACL LOAD
		a ACL LIST
		a ACL SAVE
		?
		= "user default on +@all ~* &* >secret\n"
		a ACL LOAD
		a PING
		x PING
		x AUTH secret
		x CONFIG GET requirepass
		x CONFIG SET aclfile other
		x CONFIG GET aclfile
		= ""
		a MULTI
		a ACL SAVE
		a ACL LOAD
		a EXEC
		?
		= "user default off"
		a ACL LOAD
		a PING
		y PING
		z AUTH x`
	for _, proto := range []string{"2", "3"} {
		redis, ringer := startWithACL(t, lab.redisPath, ""), startWithACL(t, lab.subjectPath, "")
		want := aclTranscript(t, redis, proto, script)
		if got := aclTranscript(t, ringer, proto, script); want != got {
			t.Errorf("RESP%s\nredis:\n%s\nringer:\n%s", proto, want, got)
		}
	}
}

// startWithACL starts a server with an ACL file of this text in its folder.
func startWithACL(t *testing.T, path, text string, options ...string) *server {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "users.acl"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	s := &server{name: filepath.Base(path), addr: "127.0.0.1:" + port}
	args := []string{"--port", port, "--dir", dir, "--aclfile", "users.acl", "--save", ""}
	if !isRedis(path) {
		args = append(args, "--native-port", "0")
	}
	if err := s.launch(path, append(args, options...)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	_ = os.RemoveAll(s.dir)
	s.dir = dir
	return s
}

// TestServersThatDoNotStart: what they say of their users, and the exit code.
func TestServersThatDoNotStart(t *testing.T) {
	for _, c := range []struct{ name, conf, file string }{
		{"a missing ACL file", "aclfile nope.acl\n", ""},
		{"users in both places", "user a on\naclfile users.acl\n", "user b on\n"},
		{"an ACL file with errors", "aclfile users.acl\n", "user a +nope\nfoo\nuser a\nuser (~a\n"},
		{"an unknown command", "user a on +nope\n", ""},
		{"an unknown command in a selector", "user a on (+nope)\n", ""},
		{"a user twice", "user a on\nuser a off\n", ""},
		{"default twice", "user default on\nuser default off\n", ""},
		{"no name", "user\n", ""},
		{"a name with a blank", "user \"a b\" on\n", ""},
		{"a pattern behind all", "user a ~* ~b\n", ""},
		{"a hash that is none", "user a on #xyz\n", ""},
		{"a password that is not there", "user a <x\n", ""},
		{"a parenthesis", "user a on (~a\n", ""},
		{"quotes in a selector", "user u on (~a \"b) +get\"\n", ""},
		{"renamed commands keep their names", "rename-command GET fetch\nuser u on +fetch\n", ""},
	} {
		want := startToFail(t, lab.redisPath, c.conf, c.file)
		got := startToFail(t, lab.subjectPath, c.conf, c.file)
		if want != got || want.code == 0 {
			t.Errorf("%s\nredis:  %d %s\nringer: %d %s", c.name, want.code, want.output, got.code,
				got.output)
		}
	}
}

// startToFail runs a server with a configuration and an ACL file, and keeps what it says about
// them.
func startToFail(t *testing.T, path, conf, file string) result {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"redis.conf": conf, "users.acl": file} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	args := []string{filepath.Join(dir, "redis.conf"), "--port", port, "--dir", dir, "--save", ""}
	if !isRedis(path) {
		args = append(args, "--native-port", "0")
	}
	r := runServer(t, path, "", args...)
	said := regexp.MustCompile(`(?i)acl|user|>>>|rule|critical|\bconfig file\b`)
	var lines []string
	for line := range strings.Lines(maskLog(r.output)) {
		if said.MatchString(line) {
			lines = append(lines, line)
		}
	}
	return result{strings.Join(lines, ""), r.code}
}

// TestUsersInConfiguration: users that a configuration declares, and what CONFIG REWRITE makes of
// them.
func TestUsersInConfiguration(t *testing.T) {
	for _, c := range []struct{ name, conf, script string }{
		{"declared users", "user a on +get ~x\nuser b on (~a +get)\nuser c on ( ~b +set )\nuser d\n", `
			a ACL LIST
			a CONFIG GET requirepass`},
		{"default and requirepass", "user default on >z +@all ~*\nrequirepass foo\n", `
			a AUTH foo
			a AUTH z
			a ACL LIST
			a CONFIG GET requirepass`},
		{"requirepass and default", "requirepass foo\nuser default on nopass +@all ~*\n", `
			a ACL LIST
			a CONFIG GET requirepass
			a AUTH foo`},
		{"open channels", "user u on (~a)\nacl-pubsub-default allchannels\n", `
			a ACL LIST`},
		{"quotes", "user a on \">foo bar\" '~x'\nuser '' on\naclfile \"\"\n", `
			a ACL LIST
			a AUTH a "foo bar"
			a CONFIG GET aclfile`},
		{"a first argument", "user a +select|0 -debug\n", `
			a ACL LIST`},
		{"renamed commands", "rename-command GET fetch\nuser u on nopass ~y +get\n", `
			a ACL LIST
			a ACL DRYRUN u SET x 1
			a ACL DRYRUN u GET x
			a ACL DRYRUN u FETCH x
			a ACL DRYRUN u FETCH y
			a ACL SETUSER u +fetch
			a ACL SETUSER u -get
			a AUTH u x
			a FETCH y
			a GET y`},
	} {
		t.Run(c.name, func(t *testing.T) {
			conf := "save \"\"\nbind 127.0.0.1\n" + c.conf
			redis, _ := startWithFile(t, lab.redisPath, conf)
			ringer, _ := startWithFile(t, lab.subjectPath, conf)
			want := aclTranscript(t, redis, "2", c.script)
			if got := aclTranscript(t, ringer, "2", c.script); want != got {
				t.Errorf("redis:\n%s\nringer:\n%s", want, got)
			}
		})
	}
}

// TestRewriteUsers: CONFIG REWRITE writes users in the place of their lines, unless they stand in
// an ACL file.
func TestRewriteUsers(t *testing.T) {
	const base = "save \"\"\nbind 127.0.0.1\n"
	for _, c := range []struct{ name, conf string }{
		{"no line yet", ""},
		{"lines in between", "user u off\n# here\ntimeout 5\nuser v on\nuser w on\n# end\n"},
	} {
		var files [2]string
		for i, path := range []string{lab.redisPath, lab.subjectPath} {
			s, file := startWithFile(t, path, base+c.conf)
			a := mustDial(t, s.addr)
			a.must(t, "ACL SETUSER u on >p ~x +get")
			a.must(t, "ACL SETUSER x on nopass (+@read ~y)")
			a.must(t, "ACL DELUSER w")
			if got := a.must(t, "CONFIG REWRITE"); got.text != "OK" {
				t.Fatal(got.text)
			}
			head, tail := rewritten(t, file)
			files[i] = head + strings.Join(tail, "")
		}
		if files[0] != files[1] {
			t.Errorf("%s\nredis:\n%s\nringer:\n%s", c.name, files[0], files[1])
		}
	}
}

// TestSlowLogHidesUsers: no name, password or rule of a user is in the slow log.
func TestSlowLogHidesUsers(t *testing.T) {
	p := newPair(t, "--slowlog-log-slower-than", "0")
	var logs [2]string
	for i, s := range p.each() {
		c := mustDial(t, s.addr)
		for _, line := range []string{
			"ACL SETUSER u on >secret +@all ~k", "ACL SETUSER u (on)", "ACL GETUSER u", "AUTH u secret",
			"AUTH u wrong", "HELLO 3 AUTH u secret", "ACL DELUSER v", "AUTH default x",
			"CONFIG SET requirepass secret hz 10", "ACL DRYRUN u GET k",
		} {
			c.must(t, line)
		}
		for _, entry := range c.must(t, "SLOWLOG GET 100").elems {
			logs[i] += describe(entry.elems[3]) + "\n"
		}
	}
	if logs[0] != logs[1] || strings.Contains(logs[1], "secret") {
		t.Errorf("redis:\n%s\nringer:\n%s", logs[0], logs[1])
	}
}
