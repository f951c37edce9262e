package compat_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
)

// A script of several clients is text, one step a line, beginning with the name of a client:
//
//	a BLPOP k 0 &     sends a command that will wait, and goes on when the server says it does
//	b RPUSH k 1       sends a command and takes its reply
//	a ?               takes a reply that is due
//	a !               hangs up, and goes on when the server has noticed
//	a > PING          sends a command and takes no reply yet
//	a GET {b}         {b} stands for the id of client b
//
// What is taken, and the number of clients that wait at the end, must be the same for both, under
// RESP2 and under RESP3.

func TestBlockingClients(t *testing.T) {
	for _, c := range blockingCases {
		t.Run(c.name, func(t *testing.T) {
			for _, proto := range []string{"2", "3"} {
				want := runClients(t, lab.shared.redis, proto, c.text)
				got := runClients(t, lab.shared.ringer, proto, c.text)
				if want != got {
					t.Errorf("RESP%s\nredis:\n%s\nringer:\n%s", proto, want, got)
				}
			}
		})
	}
}

// runClients runs a script of several clients and returns what was taken.
func runClients(t *testing.T, s *server, proto, script string) string {
	t.Helper()
	watch := mustDial(t, s.addr)
	watch.must(t, "FLUSHALL")
	r := clientsRun{t: t, server: s, proto: proto, watch: watch, clients: map[string]*conn{},
		ids: map[string]string{}}
	for line := range strings.Lines(script) {
		if line = strings.TrimSpace(line); line != "" {
			r.step(line)
		}
	}
	fmt.Fprintf(&r.taken, "%d clients wait\n", r.blocked())
	for _, c := range r.clients {
		c.close()
	}
	r.until(0)
	return r.taken.String()
}

type clientsRun struct {
	t       *testing.T
	server  *server
	proto   string
	watch   *conn
	clients map[string]*conn
	ids     map[string]string
	taken   strings.Builder
}

func (r *clientsRun) step(line string) {
	name, command, _ := strings.Cut(line, " ")
	c := r.clients[name]
	if c == nil {
		c = mustDial(r.t, r.server.addr)
		c.must(r.t, "HELLO "+r.proto)
		r.ids[name] = c.must(r.t, "CLIENT ID").text
		r.clients[name] = c
	}
	before := r.blocked()
	command, waits := strings.CutSuffix(command, " &")
	command, noReply := strings.CutPrefix(command, "> ")
	switch {
	case command == "!":
		c.close()
		delete(r.clients, name)
		r.until(before - 1)
		return
	case command != "?":
		args, err := split(r.withIDs(command))
		if err != nil {
			r.t.Fatal(err)
		}
		if err := c.write(appendCommand(nil, args)); err != nil {
			r.t.Fatal(err)
		}
	}
	switch {
	case waits:
		r.until(before + 1)
	case !noReply:
		answer, err := c.read()
		if err != nil {
			r.t.Fatalf("%s: %s: %v\nso far:\n%s", r.server.name, line, err, r.taken.String())
		}
		fmt.Fprintf(&r.taken, "%s %s => %q\n", name, command, answer.raw)
	}
}

// withIDs replaces {a} by the id of client a.
func (r *clientsRun) withIDs(command string) string {
	for name, id := range r.ids {
		command = strings.ReplaceAll(command, "{"+name+"}", id)
	}
	return command
}

// blocked is the number of clients that wait.
func (r *clientsRun) blocked() int {
	_, rest, _ := strings.Cut(r.watch.must(r.t, "INFO clients").text, "blocked_clients:")
	text, _, _ := strings.Cut(rest, "\r\n")
	n, err := strconv.Atoi(text)
	if err != nil {
		r.t.Fatalf("%s: INFO clients: %v", r.server.name, err)
	}
	return n
}

// until waits until so many clients wait.
func (r *clientsRun) until(n int) {
	r.t.Helper()
	for limit := time.Now().Add(ioTimeout); r.blocked() != n; {
		if time.Now().After(limit) {
			r.t.Fatalf("%s: %d clients wait, want %d\nso far:\n%s", r.server.name, r.blocked(), n,
				r.taken.String())
		}
		time.Sleep(time.Millisecond)
	}
}

var blockingCases = []scripted{
	{"in order of arrival", `
		a BLPOP k 0 &
		b BRPOP k 0 &
		c BLPOP k 0 &
		w RPUSH k 1 2 3 4
		a ?
		b ?
		c ?
		w LRANGE k 0 -1`},
	{"fewer elements than clients", `
		a BLPOP k 0 &
		b BLPOP k 0 &
		w RPUSH k 1
		a ?
		w EXISTS k
		w RPUSH k 2
		b ?`},
	{"several keys, the one that is ready", `
		a BLPOP k1 k2 k3 0 &
		w RPUSH k3 v
		a ?
		a BLPOP k1 k1 k2 0 &
		w RPUSH k1 v w
		a ?
		w RPUSH k2 x
		a BLPOP k2 k1 0
		a BLPOP k2 k1 0
		w DBSIZE`},
	{"another type is no reason to wake", `
		a BLPOP k 0 &
		w SET k v
		b BLPOP k 0
		w DEL k
		w ZADD k 1 m
		w SADD s x
		w DEL k
		w RPUSH k v
		a ?`},
	{"by RENAME, COPY, MOVE and SWAPDB", `
		a BLPOP k 0 &
		w RPUSH x 1
		w RENAME x k
		a ?
		a BLPOP k 0 &
		w RPUSH x 2
		w COPY x k
		a ?
		w DEL x
		a BLPOP k 0 &
		w SELECT 1
		w RPUSH k 3
		w MOVE k 0
		a ?
		a BLPOP k 0 &
		w RPUSH k 4
		w SWAPDB 0 1
		a ?
		w DBSIZE`},
	{"RENAME over another type", `
		a BLPOP k 0 &
		w SET k v
		w RPUSH x 1
		w RENAME x k
		a ?
		a BLPOP k 0 &
		w SET k v
		w RPUSH x 1 2
		w COPY x k REPLACE
		a ?
		w LRANGE k 0 -1`},
	{"databases are apart", `
		a SELECT 3
		a BLPOP k 0 &
		w RPUSH k 1
		w SELECT 3
		w RPUSH k 2
		a ?`},
	{"moves", `
		a BLMOVE k l LEFT RIGHT 0 &
		b BRPOPLPUSH k m 0 &
		w RPUSH k 1 2 3
		a ?
		b ?
		w LRANGE k 0 -1
		w LRANGE l 0 -1
		w LRANGE m 0 -1
		w DEL k
		a BLMOVE k k LEFT RIGHT 0 &
		w RPUSH k 1 2
		a ?
		w LRANGE k 0 -1`},
	{"a cascade of moves", `
		c BLPOP k2 0 &
		b BLMOVE k1 k2 LEFT LEFT 0 &
		a BLMOVE k0 k1 LEFT LEFT 0 &
		w RPUSH k0 v
		a ?
		b ?
		c ?
		w DBSIZE`},
	{"a move to a key of another type", `
		a BLMOVE k s LEFT LEFT 0 &
		b BLPOP k 0 &
		w SET s x
		w RPUSH k 1
		a ?
		b ?
		w EXISTS k`},
	{"BLMPOP", `
		a BLMPOP 0 2 k j LEFT COUNT 2 &
		b BLMPOP 0 1 j RIGHT &
		w RPUSH j 1 2 3 4
		a ?
		b ?
		w LRANGE j 0 -1`},
	{"LPUSH of several, and LINSERT and LPUSHX do not matter", `
		a BLPOP k 0 &
		w LPUSHX k 1
		w LPUSH k a b c
		a ?
		w LRANGE k 0 -1`},
	{"a pipeline behind the wait", `
		a BLPOP k 0 &
		a > RPUSH l 1
		a > BLPOP m 0
		a > PING
		w RPUSH k v
		a ?
		a ?
		w RPUSH m w
		a ?
		a ?
		w LRANGE l 0 -1`},
	{"a client that hangs up", `
		a BLPOP k j 0 &
		b BLPOP k 0 &
		a !
		w RPUSH k 1 2
		b ?
		w LRANGE k 0 -1`},
	{"timeouts", `
		a BLPOP k 0.02
		a BRPOP k j 0.02
		a BLMPOP 0.02 1 k LEFT
		a BLMOVE k l LEFT LEFT 0.02
		a BRPOPLPUSH k l 0.02
		a BLPOP k 0.001
		w RPUSH k v
		a BLPOP k 0.02`},
	{"timeouts as they are written", `
		w BLPOP k x
		w BLPOP k -1
		w BLPOP k inf
		w BLPOP k -inf
		w BLPOP k nan
		w BLPOP k 1e400
		w BLPOP k " 1"
		w BLPOP k ""
		w BLPOP k 1e-400
		w BLPOP k 0x0.1
		w BLPOP k 9223372036854775.808
		a BLPOP k 9223372036854775.807 &
		b BLPOP k 9223372036854774.807 &
		c BLPOP k -0.001 &
		d BLPOP k -0 &
		w BLPOP k -0.002`},
	{"arguments and their order", `
		w SET s x
		w BLPOP s 0
		w BLPOP s x
		w BLPOP k s 0
		w BLMOVE k l UP LEFT x
		w BLMOVE k l LEFT LEFT x
		w BLMOVE s l LEFT LEFT x
		w BLMOVE s l LEFT LEFT 0
		w BLMOVE k s LEFT LEFT 0.01
		w BRPOPLPUSH k l x
		w BRPOPLPUSH s l 0
		w BLMPOP x 0 k UP
		w BLMPOP x 1 k UP
		w BLMPOP x 1 k LEFT
		w BLMPOP -1 1 k LEFT
		w BLMPOP 0 2 k LEFT
		w BLMPOP 0 1 k LEFT COUNT 0
		w BLMPOP 0 1 s LEFT
		w BLPOP k
		w BLPOP 0
		w BLMPOP 0 1 k`},
	{"sorted sets", `
		a BZPOPMIN k 0 &
		b BZPOPMAX k j 0 &
		c BZMPOP 0 2 j k MIN COUNT 2 &
		w ZADD k 1 a 2.5 b 3 c 4 d 5 e
		a ?
		b ?
		c ?
		w ZRANGE k 0 -1 WITHSCORES
		a BZPOPMIN j k 0
		w ZADD k 7 x
		a BZMPOP 0 1 k MAX
		a BZPOPMAX j k 0.01
		a BZMPOP 0.01 1 k MAX
		w EXISTS k`},
	{"sorted sets that are stored", `
		a BZPOPMIN k 0 &
		w ZADD x 1 m 2 n
		w ZUNIONSTORE k 1 x
		a ?
		w DEL k
		a BZPOPMIN k 0 &
		w ZRANGESTORE k x 0 0
		a ?
		a BZPOPMIN k 0 &
		w RPUSH k v
		b BZPOPMIN k 0
		w DEL k
		w ZINCRBY k 1 m
		a ?
		w DBSIZE`},
	{"lists and sorted sets wait for the same key", `
		a BZPOPMIN k 0 &
		b BLPOP k 0 &
		c BZPOPMIN k 0 &
		w RPUSH k v
		b ?
		w ZADD k 1 m 2 n
		a ?
		c ?
		w EXISTS k`},
	{"sorted sets, arguments and their order", `
		w SET s x
		w BZPOPMIN s 0
		w BZPOPMIN s x
		w BZPOPMAX k s 0
		w BZPOPMAX k -1
		w BZPOPMAX k
		w BZMPOP x 0 k UP
		w BZMPOP x 1 k UP
		w BZMPOP x 1 k MIN
		w BZMPOP -1 1 k MIN
		w BZMPOP 0 2 k MIN
		w BZMPOP 0 1 k MIN COUNT 0
		w BZMPOP 0 1 s MIN
		w BZMPOP 0 1 k`},
	{"a key that is written over", `
		a BLPOP k 0 &
		b BZPOPMIN k 0 &
		w SET k x
		w ZADD z 1 m
		w ZUNIONSTORE k 1 z
		w EXISTS k
		w RPUSH l v
		w COPY l k REPLACE
		a ?`},
}

// TestBlockingNative has a client of the native port wait: it is served, what it has sent behind
// the command comes after, and when it hangs up it leaves nothing.
func TestBlockingNative(t *testing.T) {
	onlyRinger(t)
	watch := mustDial(t, lab.shared.ringer.addr)
	watch.must(t, "FLUSHALL")
	r := clientsRun{t: t, server: lab.shared.ringer, watch: watch}
	c := mustDialNative(t)
	var batch []byte
	for _, line := range []string{"BLPOP k 0", "RPUSH l 1", "BZPOPMIN z 100"} {
		batch = appendFrame(batch, strings.Fields(line))
	}
	if err := c.write(batch); err != nil {
		t.Fatal(err)
	}
	r.until(1)
	if n := watch.must(t, "EXISTS l").text; n != "0" {
		t.Errorf("EXISTS l = %s while the command before still waits", n)
	}
	watch.must(t, "RPUSH k v")
	v, err := c.read()
	if err != nil || len(v.elems) != 2 || v.elems[1].text != "v" {
		t.Fatalf("BLPOP: %+v, %v", v, err)
	}
	if v, err = c.read(); err != nil || v.text != "1" {
		t.Fatalf("RPUSH: %+v, %v", v, err)
	}
	r.until(1)
	c.close()
	r.until(0)
	watch.must(t, "ZADD z 1 m")
	if n := watch.must(t, "ZCARD z").text; n != "1" {
		t.Errorf("ZCARD z = %s after the client that waited has gone", n)
	}
}
