package keyspace_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/command"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

const (
	noPermKey = "-" + string(reply.ErrNoPermKey) + "\r\n"
	noPermGet = "-NOPERM this user has no permissions to run the 'get' command\r\n"
	wrongPass = "-" + string(reply.ErrWrongPass) + "\r\n"
)

// expect runs a command and compares the reply, and checks the engine.
func (c *client) expect(command, want string) {
	c.t.Helper()
	if got := c.do(command); got != want {
		c.t.Errorf("%s: %q, want %q", command, got, want)
	}
	if err := c.e.Do(c.e.Check); err != nil {
		c.t.Fatal(err)
	}
}

// wasAborted reports whether the engine has cut the connection off.
func (c *testConn) wasAborted() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.aborted
}

// TestFrontEndsKnowOfDefault: what front ends read follows default, whichever way it changes.
func TestFrontEndsKnowOfDefault(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	admin, l := newClient(t, e), e.Limits()
	admin.expect("ACL SETUSER root on nopass +@all ~* &*", "+OK\r\n")
	admin.expect("AUTH root x", "+OK\r\n")
	for _, c := range []struct {
		command        string
		auth, guarding bool // AuthRequired, Protected
	}{
		{"PING", false, true},
		{"ACL SETUSER default >p", true, false},
		{"ACL SETUSER default nopass", false, true},
		{"ACL SETUSER default off", true, true}, // Redis: protected mode asks for a password only
		{"ACL SETUSER default on", false, true},
		{"CONFIG SET requirepass p", true, false},
		{"CONFIG SET protected-mode no requirepass p", true, false},
		{"CONFIG SET protected-mode yes", true, false},
		{"ACL SETUSER default nopass", false, true},
		{"ACL SETUSER default reset", true, false},
	} {
		admin.do(c.command)
		if l.AuthRequired.Load() != c.auth || l.Protected.Load() != c.guarding {
			t.Errorf("after %s: %v, %v", c.command, l.AuthRequired.Load(), l.Protected.Load())
		}
	}
}

// TestRulesReachSessions: a change of a user reaches the sessions that have logged in as it.
func TestRulesReachSessions(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	admin, u, stranger := newClient(t, e), newClient(t, e), newClient(t, e)
	admin.expect("ACL SETUSER u on >p +@all ~* &*", "+OK\r\n")
	u.expect("AUTH u q", wrongPass)
	u.expect("AUTH u p", "+OK\r\n")
	u.expect("GET k", "$-1\r\n")
	admin.expect("ACL SETUSER u -get", "+OK\r\n")
	u.expect("GET k", noPermGet)
	admin.expect("ACL SETUSER u +get resetkeys ~a*", "+OK\r\n")
	u.expect("GET k", noPermKey)
	u.expect("MGET a ab b", noPermKey)
	u.expect("MGET a ab", "*2\r\n$-1\r\n$-1\r\n")
	admin.expect("ACL SETUSER u +@all allkeys", "+OK\r\n")
	u.expect("GET k", "$-1\r\n")
	admin.expect("ACL SETUSER default resetpass", "+OK\r\n")
	admin.expect("PING", "+PONG\r\n") // it was in before
	stranger.expect("PING", "+PONG\r\n")
	late := newClient(t, e)
	late.expect("PING", noAuth)
	late.expect("AUTH u p", "+OK\r\n")
	late.expect("RESET", "+RESET\r\n")
	late.expect("PING", noAuth)
	admin.expect("ACL SETUSER default nopass", "+OK\r\n")
	late.expect("PING", "+PONG\r\n")
}

// TestRemovedUsers: the sessions of users that are removed are cut off, all of them.
func TestRemovedUsers(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	admin := newClient(t, e)
	var gone []*client
	for i := range 6 {
		admin.expect(fmt.Sprintf("ACL SETUSER u%d on nopass +@all ~* &*", i/2), "+OK\r\n")
		c := newClient(t, e)
		c.expect(fmt.Sprintf("AUTH u%d x", i/2), "+OK\r\n")
		gone = append(gone, c)
	}
	admin.expect("ACL DELUSER u0 u2 u9", ":2\r\n")
	for i, c := range gone {
		if aborted := c.conn.wasAborted(); aborted != (i/2 != 1) {
			t.Errorf("session %d of u%d: aborted %v", i, i/2, aborted)
		}
	}
	admin.expect("ACL USERS", "*2\r\n$7\r\ndefault\r\n$2\r\nu1\r\n")
}

// TestCallMayDoEverything: the program itself is no user.
func TestCallMayDoEverything(t *testing.T) {
	e := newEngine(t, keyspace.Options{})
	newClient(t, e).expect("ACL SETUSER default reset", "+OK\r\n")
	var w reply.RESP
	if err := e.Call(0, [][]byte{[]byte("SET"), []byte("k"), []byte("v")}, &w); err != nil {
		t.Fatal(err)
	}
	if got := string(w.Take()); got != "+OK\r\n" {
		t.Error(got)
	}
}

// TestUsersOfFiles: New takes the users that a configuration declares, and says what is wrong.
func TestUsersOfFiles(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "users.acl")
	if err := os.WriteFile(file, []byte("user a on nopass +get ~x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ lines, wrong string }{
		{"user a on\nuser b on", ""},
		{"aclfile users.acl", ""},
		{"aclfile " + file, ""},
		{"aclfile nope.acl", "Aborting Redis startup because of ACL errors: Error loading ACLs," +
			" opening file 'nope.acl': No such file or directory"},
		{"user a on\naclfile users.acl", "Configuring Redis with users defined in redis.conf and"},
		{"user a +nope", "Critical error while loading ACLs. Exiting."},
		{"timeout 1\nuser a ~* ~b", "line 2, 'user a ~* ~b': Error in user declaration 'a': "},
		{"user a on\nuser a on", "line 2, 'user a on': Error in user declaration 'a': Duplicate"},
	} {
		config := keyspace.NewConfig()
		if err := config.Load("dir " + dir + "\n" + c.lines); err != nil {
			t.Fatal(err)
		}
		e, err := keyspace.New(keyspace.Options{Commands: command.Table(), Config: config})
		if err == nil {
			e.Close()
		}
		// The line with dir is one more.
		got := strings.NewReplacer("line 3", "line 2").Replace(fmt.Sprint(err))
		if c.wrong == "" && err != nil || !strings.HasPrefix(got, c.wrong) {
			t.Errorf("%s: %v", c.lines, err)
		}
		var access *keyspace.AccessError
		var line *keyspace.ConfigError
		if err != nil && !errors.As(err, &access) && !errors.As(err, &line) {
			t.Errorf("%s: %T", c.lines, err)
		}
	}
}

// TestSaveDoesNotHoldTheOwner: a session that waits for ACL SAVE holds up nobody, and may go.
func TestSaveDoesNotHoldTheOwner(t *testing.T) {
	dir := t.TempDir()
	config := keyspace.NewConfig()
	file := filepath.Join(dir, "users.acl")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := config.Load("aclfile " + file); err != nil {
		t.Fatal(err)
	}
	e := newEngine(t, keyspace.Options{Config: config})
	a, b := newClient(t, e), newClient(t, e)
	for range 50 {
		a.submit("ACL SAVE\nACL LOAD\nPING")
		b.expect("PING", "+PONG\r\n")
		if got := a.wait(); got != "+OK\r\n+OK\r\n+PONG\r\n" {
			t.Fatalf("%q", got)
		}
	}
	a.submit("ACL SAVE")
	e.Hangup(a.s)
	b.expect("ACL SAVE", "+OK\r\n")
	text, err := os.ReadFile(file)
	if err != nil || string(text) != "user default on nopass ~* &* +@all\n" {
		t.Errorf("%q, %v", text, err)
	}
}

// BenchmarkGuarded is BenchmarkBatch's GET by a user whose every command is checked.
func BenchmarkGuarded(b *testing.B) {
	e := newEngine(b, keyspace.Options{Clock: &testClock{now: time.UnixMilli(1)}})
	c := newClient(b, e)
	c.do("ACL SETUSER u on nopass +@read ~user:* ~app:*")
	c.do("AUTH u x")
	script := strings.Repeat("GET app:1\n", 1000)
	b.ReportAllocs()
	for i := 0; i < b.N; i += 1000 {
		c.do(script)
	}
}
