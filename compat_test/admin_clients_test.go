package compat_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// everyProto runs a test with each server under RESP2 and RESP3 and compares what it returns.
func everyProto(t *testing.T, test func(t *testing.T, s *server, proto string) string) {
	t.Helper()
	for _, proto := range []string{"2", "3"} {
		var said []string
		for _, s := range lab.shared.each() {
			mustDial(t, s.addr).must(t, "FLUSHALL")
			said = append(said, test(t, s, proto))
		}
		if said[0] != said[1] {
			t.Errorf("RESP%s\nredis:\n%s\nringer:\n%s", proto, said[0], said[1])
		}
	}
}

// newConn connects under a protocol.
func newConn(t *testing.T, s *server, proto string) *conn {
	t.Helper()
	c := mustDial(t, s.addr)
	c.must(t, "HELLO "+proto)
	return c
}

// send sends a command as redis-cli splits it.
func (c *conn) send(t *testing.T, line string) {
	t.Helper()
	args, err := split(line)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.write(appendCommand(nil, args)); err != nil {
		t.Fatal(err)
	}
}

// monitored are commands of a client that a monitor watches, and END at the end.
const monitored = `SET a b
	SeT A B ex 10
	get a
	SELECT 3
	auth x
	auth default secret
	hello 3 auth default x setname foo
	hello 2 setname
	client setname x
	client list
	config get save
	config set masterauth ""
	debug sleep 0
	blpop nolist 0.01
	nosuch a
	get
	slowlog len
	latency latest
	memory usage a
	client reply off
	client reply on
	time
	role
	replicaof no one
	cluster info
	readonly
	object freq a
	multi
	set a 1
	incr a
	config get save
	exec
	multi
	nosuch
	exec
	multi
	exec x
	exec y
	multi
	rpush mylist x
	exec
	watch a
	unwatch
	publish ch x
	acl whoami
	acl setuser bob on >secret
	acl deluser bob
	xadd x * f v
	client tracking off
	wait 0 0
	lolwut
	command count
	subscribe ch
	unsubscribe ch
	SET "\x00\xff\"\\\n\r\t\a\b x\x7f" "'\x80"
	reset
	echo END`

// TestMonitor compares every line that a monitor sees, of a client and of itself.
func TestMonitor(t *testing.T) {
	everyProto(t, func(t *testing.T, s *server, proto string) string {
		monitor, other := newConn(t, s, proto), newConn(t, s, "2")
		monitor.must(t, "MONITOR")
		seen := watchLines(t, monitor, other, monitored)
		for _, line := range []string{
			"PING", "GET a", "SET a b", "SADD s a", "CLIENT ID", "ECHO x", "SELECT 0", "RESET", "TIME x",
			"GET a",
		} {
			monitor.send(t, line)
			expectReplies(t, monitor, seen, repliesInMonitor(line))
		}
		return seen.String()
	})
}

// repliesInMonitor is how many replies a monitor gets to its own command: what may run is shown to
// itself, too.
func repliesInMonitor(line string) int {
	switch line {
	case "PING", "CLIENT ID", "ECHO x", "SELECT 0":
		return 2
	}
	return 1
}

func expectReplies(t *testing.T, c *conn, seen *strings.Builder, n int) {
	t.Helper()
	for range n {
		r, err := c.read()
		if err != nil {
			t.Fatalf("%v after\n%s", err, seen.String())
		}
		text := maskMonitor(r.raw)
		if strings.HasPrefix(text, ":") {
			text = ":id\r\n"
		}
		seen.WriteString(text)
	}
}

// watchLines sends lines on one connection, and returns what a monitor sees of them up to an END.
func watchLines(t *testing.T, monitor, other *conn, lines string) *strings.Builder {
	t.Helper()
	for line := range strings.Lines(lines) {
		other.send(t, strings.TrimSpace(line))
	}
	var seen strings.Builder
	for !strings.Contains(seen.String(), "END") {
		r, err := monitor.read()
		if err != nil {
			t.Fatalf("%v after\n%s", err, seen.String())
		}
		seen.WriteString(maskMonitor(r.raw))
	}
	return &seen
}

// maskMonitor hides what is each server's own in a line of MONITOR.
func maskMonitor(raw []byte) string {
	return regexp.MustCompile(`\d+\.\d{6} \[(\d+) \S+:\d+\]`).ReplaceAllString(string(raw), "T [$1 A]")
}

// TestMonitorThatIsMuted: to a monitor that has turned replies off lines are replies.
func TestMonitorThatIsMuted(t *testing.T) {
	everyProto(t, func(t *testing.T, s *server, proto string) string {
		monitor, other := newConn(t, s, proto), newConn(t, s, proto)
		monitor.must(t, "MONITOR")
		monitor.send(t, "CLIENT REPLY OFF")
		waitUntil(t, func() bool {
			list := other.must(t, "CLIENT LIST").text
			return strings.Contains(list, " flags=O ") && strings.Contains(list, " cmd=client|reply ")
		})
		other.must(t, "SET a hidden")
		monitor.send(t, "CLIENT REPLY ON")
		var seen strings.Builder
		expectReplies(t, monitor, &seen, 1)
		other.must(t, "SET a shown")
		monitor.send(t, "ECHO END")
		for !strings.Contains(seen.String(), "$3\r\nEND") {
			expectReplies(t, monitor, &seen, 1)
		}
		return seen.String()
	})
}

// TestTypeOfMonitors: a monitor is a normal client, until it subscribes to something.
func TestTypeOfMonitors(t *testing.T) {
	everyProto(t, func(t *testing.T, s *server, proto string) string {
		monitor, other := newConn(t, s, "3"), newConn(t, s, proto)
		monitor.must(t, "MONITOR")
		said := ""
		for _, line := range []string{"PING", "SUBSCRIBE c", "UNSUBSCRIBE c"} {
			monitor.send(t, line)
			var seen strings.Builder
			expectReplies(t, monitor, &seen, 2)
			list := other.must(t, "CLIENT LIST TYPE pubsub").text
			said += fmt.Sprintf("%s: %d of type pubsub\n", line, strings.Count(list, " flags=O"))
		}
		return said
	})
}

// TestMonitorEnds makes sure that a monitor that is gone is forgotten, and that QUIT and RESET
// end it.
func TestMonitorEnds(t *testing.T) {
	for _, s := range lab.shared.each() {
		for _, end := range []string{"", "QUIT", "RESET"} {
			c := newConn(t, s, "2")
			c.must(t, "MONITOR")
			watch := mustDial(t, s.addr)
			c.send(t, "PING") // that it is a monitor has reached the server
			if end == "" {
				c.close()
			} else {
				c.send(t, end)
			}
			waitUntil(t, func() bool {
				return !strings.Contains(watch.must(t, "CLIENT LIST").text, " flags=O ")
			})
		}
	}
}

// waitUntil waits for something that comes true soon.
func waitUntil(t *testing.T, is func() bool) {
	t.Helper()
	for limit := time.Now().Add(ioTimeout); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatal("it does not come true")
		}
	}
}

// TestSlowMonitorIsCutOff makes sure that a monitor that does not read ends, and nobody else.
func TestSlowMonitorIsCutOff(t *testing.T) {
	onlyRinger(t)
	s := lab.shared.ringer
	monitor, other := newConn(t, s, "2"), newConn(t, s, "2")
	monitor.must(t, "MONITOR")
	args := appendCommand(nil, []string{"SET", "k", strings.Repeat("x", 64<<10)})
	for sent := 0; strings.Contains(other.must(t, "CLIENT LIST").text, " flags=O "); sent++ {
		if sent > 2000 {
			t.Fatal("a monitor lets more than 128 MiB pile up")
		}
		if err := other.write(args); err != nil {
			t.Fatal(err)
		}
		if r, err := other.read(); err != nil || string(r.raw) != "+OK\r\n" {
			t.Fatalf("%q, %v", r.raw, err)
		}
	}
}

// replyScripts are commands in one pipeline, whose replies are compared as a whole. A PING is their
// end.
var replyScripts = []string{
	"CLIENT REPLY OFF|SET a 1|GET a|NOSUCH|GET|CLIENT REPLY ON|GET a|ECHO END",
	"CLIENT REPLY SKIP|SET a 2|GET a|ECHO END",
	"CLIENT REPLY SKIP|CLIENT REPLY SKIP|SET a 3|GET a|ECHO END",
	"CLIENT REPLY SKIP|NOSUCH|GET a|ECHO END",
	"CLIENT REPLY SKIP|GET|GET a|ECHO END",
	"CLIENT REPLY SKIP|CLIENT REPLY ON|GET a|ECHO END",
	"CLIENT REPLY SKIP|CLIENT REPLY OFF|GET a|CLIENT REPLY ON|ECHO END",
	"CLIENT REPLY OFF|CLIENT REPLY SKIP|GET a|CLIENT REPLY ON|GET a|ECHO END",
	"CLIENT REPLY OFF|CLIENT REPLY OFF|CLIENT REPLY x|CLIENT REPLY ON|ECHO END",
	"CLIENT REPLY OFF|RESET|PING|ECHO END",
	"CLIENT REPLY SKIP|RESET|PING|ECHO END",
	"CLIENT REPLY OFF|BLPOP nosuch 0.01|CLIENT REPLY ON|ECHO END",
	"CLIENT REPLY SKIP|BLPOP nosuch 0.01|PING|ECHO END",
	"CLIENT REPLY SKIP|SELECT 1|PING|ECHO END",
	"CLIENT REPLY OFF|HELLO 3|HELLO 2|CLIENT REPLY ON|ECHO END",
	"CLIENT REPLY OFF|MULTI|SET a 1|EXEC|CLIENT REPLY ON|GET a|ECHO END",
	"CLIENT REPLY SKIP|MULTI|SET a 2|EXEC|ECHO END",
	"MULTI|CLIENT REPLY OFF|SET a 3|EXEC|CLIENT REPLY ON|ECHO END",
	"MULTI|CLIENT REPLY SKIP|EXEC|GET a|ECHO END",
	"MULTI|CLIENT REPLY SKIP|CLIENT REPLY ON|EXEC|GET a|ECHO END",
	"MULTI|CLIENT REPLY SKIP|CLIENT REPLY OFF|EXEC|GET a|CLIENT REPLY ON|GET a|ECHO END",
	"CLIENT REPLY OFF|MULTI|GET a|CLIENT REPLY ON|GET a|EXEC|ECHO END",
	"CLIENT REPLY OFF|EXEC|MULTI|NOSUCH|EXEC|CLIENT REPLY ON|ECHO END",
	"CLIENT REPLY OFF|MGET a b c|CLIENT LIST|CLIENT REPLY ON|ECHO END",
}

func TestClientReply(t *testing.T) {
	for _, script := range replyScripts {
		everyProto(t, func(t *testing.T, s *server, proto string) string {
			c := newConn(t, s, proto)
			var batch []byte
			for line := range strings.SplitSeq(script, "|") {
				args, err := split(line)
				if err != nil {
					t.Fatal(err)
				}
				batch = appendCommand(batch, args)
			}
			if err := c.write(batch); err != nil {
				t.Fatal(err)
			}
			seen := script + "\n"
			for !strings.HasSuffix(seen, "END\r\n") {
				r, err := c.read()
				if err != nil {
					t.Fatalf("%s: %v after %q", s.name, err, seen)
				}
				seen += string(r.raw)
			}
			return seen
		})
	}
}

var pauseCases = []scripted{
	{"of writes", `
		w SET a 1
		p CLIENT PAUSE 100000 WRITE
		a SET a 2 &
		r GET a
		b GET a
		c INCR a &
		p CLIENT UNPAUSE
		a ?
		c ?
		r GET a`},
	{"ends in time", `
		p CLIENT PAUSE 50 WRITE
		a SET a 2 &
		a ?
		r GET a`},
	{"of a pipeline stops where the first write is", `
		p CLIENT PAUSE 100000 WRITE
		a > PING
		a > SET a 2
		a > GET a
		a ?
		r GET a
		p CLIENT UNPAUSE
		a ?
		a ?
		r GET a`},
	{"made longer and stricter, never less", `
		p CLIENT PAUSE 100000 WRITE
		p CLIENT PAUSE 1 WRITE
		a SET a 2 &
		r GET a
		p CLIENT UNPAUSE
		a ?`},
	{"and a client that leaves", `
		p CLIENT PAUSE 100000 WRITE
		a SET a 2 &
		b SET b 2 &
		a !
		p CLIENT UNPAUSE
		b ?
		r EXISTS a b`},
	{"and one that is wrong: it is told at once", `
		p CLIENT PAUSE 100000 WRITE
		a SET a
		a NOSUCH
		b SET a b &
		p CLIENT UNPAUSE
		b ?`},
	{"keys do not expire meanwhile, but are gone", `
		w SET a 1 PX 30
		w SET b 1 PX 30
		p CLIENT PAUSE 100000 WRITE
		w DEBUG SLEEP 0.05
		r GET a
		r EXISTS a b
		r TTL a
		r DBSIZE
		r SCAN 0
		p CLIENT UNPAUSE
		r GET a
		r GET b
		r DBSIZE`},
	{"a blocked client that is served when it is over", `
		a BLPOP k 0 &
		p CLIENT PAUSE 100000 WRITE
		w RPUSH k 1 &
		p CLIENT UNPAUSE
		w ?
		a ?`},
	{"the timeout of a blocked client passes", `
		a BLPOP k 0.05 &
		p CLIENT PAUSE 100000 WRITE
		a ?
		p CLIENT UNPAUSE`},
	{"FLUSHALL is a write, PFCOUNT may be", `
		p CLIENT PAUSE 100000 WRITE
		a FLUSHALL &
		b PFCOUNT a &
		p CLIENT UNPAUSE
		a ?
		b ?`},
	{"EXEC waits if one of its commands would", `
		w MULTI
		w SET a 1
		r MULTI
		r GET a
		p CLIENT PAUSE 100000 WRITE
		r EXEC
		w EXEC &
		r MULTI
		r SET b 1 &
		p CLIENT UNPAUSE
		w ?
		r ?
		r EXEC`},
	{"FLAGS of one that waits", `
		p CLIENT PAUSE 100000 WRITE
		a > CLIENT SETNAME waiter
		a > SET a 2
		a ?
		p CLIENT UNPAUSE
		a ?`},
}

func TestClientPause(t *testing.T) {
	for _, c := range pauseCases {
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

// TestPauseOfAll makes sure that nobody but a monitor goes on, and everybody does when it is over.
func TestPauseOfAll(t *testing.T) {
	everyProto(t, func(t *testing.T, s *server, proto string) string {
		monitor := newConn(t, s, proto)
		monitor.must(t, "MONITOR")
		p, a := newConn(t, s, proto), newConn(t, s, proto)
		begin := time.Now()
		const pause = 150 * time.Millisecond
		p.must(t, "CLIENT PAUSE "+strconv.Itoa(int(pause.Milliseconds()))+" ALL")
		for _, c := range []*conn{p, a} {
			c.send(t, "PING")
		}
		monitor.send(t, "ECHO END")
		var seen strings.Builder
		for !strings.Contains(seen.String(), "$3\r\nEND") {
			r, err := monitor.read()
			if err != nil {
				t.Fatal(err)
			}
			seen.WriteString(maskMonitor(r.raw))
		}
		if early := time.Since(begin); early > pause {
			t.Errorf("%s: the monitor waited for %v", s.name, early)
		}
		for _, c := range []*conn{p, a} {
			r, err := c.read()
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&seen, "%q", r.raw)
		}
		if early := time.Since(begin); early < pause {
			t.Errorf("%s: the pause of %v was over after %v", s.name, pause, early)
		}
		return seen.String()
	})
}

// TestClientKill compares which connections end, and how.
func TestClientKill(t *testing.T) {
	everyProto(t, func(t *testing.T, s *server, proto string) string {
		var said strings.Builder
		for _, how := range []string{
			"ID $id", "ADDR $addr", "$addr", "LADDR $laddr TYPE normal ID $id", "USER default ID $id",
			"TYPE pubsub ID $id", "SKIPME yes ID $id", "SKIPME no ID $id ADDR $addr", "ID $id ID $id",
			"ID $own", "ID $own SKIPME no", "$own-addr", "ADDR $own-addr", "ADDR $own-addr SKIPME no",
		} {
			killer, victim := newConn(t, s, proto), newConn(t, s, proto)
			fields := strings.NewReplacer(
				"$own-addr", killer.net.LocalAddr().String(), "$own", killer.must(t, "CLIENT ID").text,
				"$id", victim.must(t, "CLIENT ID").text, "$addr", victim.net.LocalAddr().String(),
				"$laddr", s.addr)
			killer.send(t, "CLIENT KILL "+fields.Replace(how))
			fmt.Fprintf(&said, "KILL %s: %s", how, killer.answer())
			for _, c := range []*conn{killer, victim} {
				c.send(t, "PING")
				fmt.Fprintf(&said, ", %s", c.answer())
				c.close()
			}
			said.WriteString("\n")
		}
		return said.String()
	})
}

// TestKillBlockedClients makes sure that killing clients that wait leaves nothing behind.
func TestKillBlockedClients(t *testing.T) {
	for _, s := range lab.shared.each() {
		killer := newConn(t, s, "2")
		killer.must(t, "FLUSHALL")
		killer.must(t, "CLIENT PAUSE 100000 WRITE")
		var conns []*conn
		for _, line := range []string{"BLPOP k 0", "SET a b"} {
			c := newConn(t, s, "2")
			c.send(t, line)
			conns = append(conns, c)
		}
		waitUntil(t, func() bool {
			return strings.Contains(killer.must(t, "INFO clients").text, "blocked_clients:2")
		})
		for _, c := range conns {
			killer.must(t, "CLIENT KILL ADDR "+c.net.LocalAddr().String())
		}
		if info := killer.must(t, "INFO clients").text; !strings.Contains(info, "blocked_clients:0") {
			t.Errorf("%s: after the kill: %s", s.name, info)
		}
		killer.must(t, "CLIENT UNPAUSE")
		killer.must(t, "RPUSH k 1")
		if n := killer.must(t, "EXISTS a k").text; n != "1" {
			t.Errorf("%s: %s of a and k exist, want k alone", s.name, n)
		}
	}
}

// TestClientUnblock compares what a client that is unblocked is replied.
func TestClientUnblock(t *testing.T) {
	for _, how := range []string{"", " TIMEOUT", " ERROR", " timeout", " error"} {
		everyProto(t, func(t *testing.T, s *server, proto string) string {
			said := ""
			for _, line := range []string{
				"BLPOP k 0", "BLMOVE k l LEFT RIGHT 0", "BZMPOP 0 1 z MIN", "WAIT 1 0", "PING",
			} {
				a, b := newConn(t, s, proto), newConn(t, s, proto)
				id := a.must(t, "CLIENT ID").text
				a.send(t, line)
				if line != "PING" {
					waitUntil(t, func() bool {
						return strings.Contains(b.must(t, "INFO clients").text, "blocked_clients:1")
					})
				}
				said += fmt.Sprintf("%s: %s", line, b.must(t, "CLIENT UNBLOCK "+id+how).text)
				said += a.answer().String() + "\n"
				a.close()
				b.close()
			}
			return said
		})
	}
}

// TestClientListOfOthers compares the lines of clients in every state.
func TestClientListOfOthers(t *testing.T) {
	for _, proto := range []string{"2", "3"} {
		var lists []value
		for _, s := range lab.shared.each() {
			lists = append(lists, listInEveryState(t, s, proto))
		}
		if !equalClients(lists[0], lists[1], identical) {
			t.Errorf("RESP%s\nredis:\n%s\nringer:\n%s", proto, lists[0].text, lists[1].text)
		}
	}
}

// listInEveryState is CLIENT LIST of clients that each have done something else.
func listInEveryState(t *testing.T, s *server, proto string) value {
	t.Helper()
	watch := newConn(t, s, proto)
	defer watch.close()
	watch.must(t, "FLUSHALL")
	ids := ""
	for _, lines := range []string{
		"SELECT 9|PING", "SUBSCRIBE a b", "PSUBSCRIBE a*", "SSUBSCRIBE s", "MULTI|SET a b|GET a",
		"WATCH w|MULTI", "CLIENT SETNAME named|GET x", "NOSUCH", "BLPOP nokey 0", "MONITOR",
		"CLIENT NO-EVICT ON", "HELLO 3|CLIENT TRACKING ON BCAST", "GET", "CONFIG GET save",
	} {
		c := newConn(t, s, proto)
		defer c.close()
		ids += " " + c.must(t, "CLIENT ID").text
		for line := range strings.SplitSeq(lines, "|") {
			c.send(t, line)
		}
	}
	watch.must(t, "SET w 1")
	waitUntil(t, func() bool {
		return strings.Contains(watch.must(t, "INFO clients").text, "blocked_clients:1") &&
			strings.Contains(watch.must(t, "CLIENT LIST").text, "cmd=config|get")
	})
	return watch.must(t, "CLIENT LIST ID"+ids)
}
