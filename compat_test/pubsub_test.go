package compat_test

import (
	"strings"
	"testing"
)

// TestPubSub compares subscribers and publishers, in the format of the blocking clients. What Redis
// gives in the order of a hash table is asked for one at a time.
func TestPubSub(t *testing.T) { runClientCases(t, pubsubCases) }

var pubsubCases = []scripted{
	{"a message and its receivers", `
		a SUBSCRIBE news
		b SUBSCRIBE news
		c PUBLISH news hello
		a ?
		b ?
		c PUBLISH other hello
		c PUBLISH news ""
		a ?
		b ?`},
	{"several channels at once, and one of them twice", `
		a SUBSCRIBE x y x
		a ?
		a ?
		b PUBLISH x 1
		b PUBLISH y 2
		a ?
		a ?
		a UNSUBSCRIBE y
		b PUBLISH y 3
		b PUBLISH x 4
		a ?
		a UNSUBSCRIBE x nothing
		a ?
		a PING`},
	{"patterns", `
		a PSUBSCRIBE n?ws.*
		a PSUBSCRIBE [ab]\*
		b PUBLISH news.it 1
		a ?
		b PUBLISH nws.it 1
		b PUBLISH b* 2
		a ?
		b PUBLISH bx 3
		b PUBSUB NUMPAT
		a PUNSUBSCRIBE n?ws.*
		a PUNSUBSCRIBE n?ws.*
		b PUBLISH news.it 4
		b PUBSUB NUMPAT`},
	{"a channel and a pattern of one name are two", `
		a SUBSCRIBE x
		a PSUBSCRIBE x
		b PUBLISH x 1
		a ?
		a ?
		a UNSUBSCRIBE x
		b PUBLISH x 2
		a ?
		a PUNSUBSCRIBE x
		b PUBLISH x 3`},
	{"shard channels", `
		a SSUBSCRIBE s
		a SUBSCRIBE s
		b SPUBLISH s 1
		a ?
		b PUBLISH s 2
		a ?
		b PUBSUB SHARDNUMSUB s t
		b PUBSUB SHARDCHANNELS
		b PUBSUB SHARDCHANNELS t*
		b PUBSUB NUMSUB s
		a SUNSUBSCRIBE s
		b SPUBLISH s 3
		a UNSUBSCRIBE s`},
	{"nothing to unsubscribe from", `
		a UNSUBSCRIBE
		a PUNSUBSCRIBE
		a SUNSUBSCRIBE
		a UNSUBSCRIBE x
		a PUNSUBSCRIBE x y
		a ?
		a SUNSUBSCRIBE ""
		a PING
		a SUBSCRIBE c
		a UNSUBSCRIBE
		a UNSUBSCRIBE`},
	{"what a subscriber may ask", `
		a SUBSCRIBE c
		a PING
		a PING hello
		a PING a b
		a GET k
		a CONFIG GET save
		a NOPE
		a GET
		a MULTI
		a EXEC
		a EXEC x
		a ECHO x
		a CLIENT ID x
		a SUBSCRIBE d
		a PSUBSCRIBE p
		a SSUBSCRIBE s
		a UNSUBSCRIBE c
		a UNSUBSCRIBE d
		a GET k
		a PUNSUBSCRIBE p
		a GET k
		a SUNSUBSCRIBE s
		a GET k
		a PING`},
	{"RESET and QUIT", `
		a SUBSCRIBE c
		b PUBSUB NUMSUB c
		a RESET
		b PUBSUB NUMSUB c
		a GET k
		a PSUBSCRIBE p
		a QUIT
		b PUBSUB NUMPAT`},
	{"to oneself", `
		a SUBSCRIBE c
		a PSUBSCRIBE c*
		a PUBLISH c 1
		a PUBLISH x 1`},
	{"in a transaction", `
		a MULTI
		a SUBSCRIBE c
		a GET k
		a PUBLISH c x
		a SSUBSCRIBE s
		a EXEC
		b PUBSUB NUMSUB c
		a ?
		a PING
		a UNSUBSCRIBE c
		a MULTI
		a UNSUBSCRIBE c
		a PUNSUBSCRIBE
		a SUNSUBSCRIBE
		a PING
		a EXEC
		b SUBSCRIBE c
		a MULTI
		a PUBLISH c 1
		a PUBLISH c 2
		a EXEC
		b ?
		b ?`},
	{"a pipeline", `
		a > SUBSCRIBE c
		a > PING
		a > SUBSCRIBE d
		a > UNSUBSCRIBE c
		a > PING x
		a > UNSUBSCRIBE d
		a > PING y
		a ?
		a ?
		a ?
		a ?
		a ?
		a ?
		a ?`},
	{"who is muted still gets messages", `
		a SUBSCRIBE c
		a UNSUBSCRIBE c
		a > CLIENT REPLY OFF
		a > GET k
		a SUBSCRIBE c
		b PUBLISH c 1
		a ?
		a UNSUBSCRIBE c
		a CLIENT REPLY ON`},
	{"CLIENT REPLY in a transaction mutes no messages, nor delays them", `
		a HELLO 3
		a SUBSCRIBE c
		a > CLIENT REPLY SKIP
		a > MULTI
		a > GET k
		a > CLIENT REPLY SKIP
		a > SUBSCRIBE d
		a > PUBLISH c x
		a > HELLO 2
		a > PUNSUBSCRIBE p
		a > CLIENT REPLY ON
		a > PUBLISH c y
		a > EXEC
		a > ECHO skipped
		a > PING end
		a ?
		a ?
		a ?
		a ?
		a ?
		a ?
		a ?
		a ?
		a ?
		a ?
		a ?`},
	{"HELLO changes how messages look", `
		a SUBSCRIBE c
		a HELLO 3
		b PUBLISH c 1
		a ?`},
	{"NUMSUB counts each", `
		a SUBSCRIBE c
		b SUBSCRIBE c
		c PSUBSCRIBE c
		w PUBSUB NUMSUB
		w PUBSUB NUMSUB c c nothing ""
		w PUBSUB CHANNELS
		w PUBSUB CHANNELS d*
		w PUBSUB CHANNELS c?
		w PUBSUB CHANNELS c
		w PUBSUB NUMPAT`},
	{"arguments", `
		a PUBSUB
		a PUBSUB NOPE
		a PUBSUB CHANNELS a b
		a PUBSUB SHARDCHANNELS a b
		a PUBSUB NUMPAT x
		a PUBSUB HELP
		a PUBSUB HELP x
		a SUBSCRIBE
		a PSUBSCRIBE
		a SSUBSCRIBE
		a PUBLISH x
		a PUBLISH x y z
		a SPUBLISH x`},
	{"strange names", `
		a SUBSCRIBE ""
		b PUBLISH "" "\r\n$-1\r\n"
		a ?
		a SUBSCRIBE "\x00\xff"
		b PUBLISH "\x00\xff" ` + longWord(20000) + `
		a ?
		a PSUBSCRIBE ""
		b PUBLISH "" 1
		a ?
		a ?`},
	{"a client that hangs up", `
		a SUBSCRIBE c
		a PSUBSCRIBE p*
		a SSUBSCRIBE s
		b BLPOP l 0 &
		a > QUIT
		a ?
		w PUBSUB NUMSUB c
		w PUBSUB NUMPAT
		w PUBSUB SHARDNUMSUB s
		w RPUSH l x
		b ?`},
	{"a client that waits", `
		a HELLO 3
		a SUBSCRIBE c
		a BLPOP l 0 &
		b PUBLISH c 1
		a ?
		b RPUSH l x
		a ?`},
	{"keyspace events", `
		w CONFIG SET notify-keyspace-events KEA
		a PSUBSCRIBE __key*__:*
		b SET k v
		a ?
		a ?
		b SELECT 5
		b LPUSH l x
		a ?
		a ?
		b DEL l nothing
		a ?
		a ?
		w CONFIG SET notify-keyspace-events ""
		b SET k v
		w PUBLISH __keyevent@0__:end x
		a ?`},
	{"events of one class, to one kind of channel", `
		w CONFIG SET notify-keyspace-events K$
		a SUBSCRIBE __keyspace@0__:k
		a SUBSCRIBE __keyevent@0__:set
		b SET k v
		a ?
		b SADD s v
		b DEL k
		w CONFIG SET notify-keyspace-events Eg
		b SET k v
		b DEL k
		w PUBLISH __keyevent@0__:set end
		a ?
		w CONFIG SET notify-keyspace-events ""`},
	{"events without a kind of channel are none", `
		w CONFIG SET notify-keyspace-events A
		a PSUBSCRIBE *
		b SET k v
		w PUBLISH end x
		a ?
		w CONFIG SET notify-keyspace-events K
		b SET k v
		w PUBLISH end x
		a ?
		w CONFIG SET notify-keyspace-events ""`},
	{"new keys and missing keys", `
		w CONFIG SET notify-keyspace-events Enm
		a PSUBSCRIBE __key*
		b SET k v
		a ?
		b SET k w
		b GET nothing
		a ?
		b EXISTS nothing
		a ?
		b TTL nothing
		a ?
		b DEL nothing
		b TYPE nothing
		a ?
		b RENAME k l
		a ?
		w CONFIG SET notify-keyspace-events ""`},
	{"the parameter", `
		w CONFIG SET notify-keyspace-events KEA
		w CONFIG GET notify-keyspace-events
		w CONFIG SET notify-keyspace-events AKEnm
		w CONFIG GET notify-keyspace-events
		w CONFIG SET notify-keyspace-events mE$n
		w CONFIG GET notify-keyspace-events
		w CONFIG SET notify-keyspace-events g$lshzxetdnK
		w CONFIG GET notify-keyspace-events
		w CONFIG SET notify-keyspace-events q
		w CONFIG SET notify-keyspace-events ""
		w CONFIG GET notify-keyspace-events`},
	{"events of what a transaction and a waiting client do", `
		w CONFIG SET notify-keyspace-events EA
		a PSUBSCRIBE *
		b BLPOP l 0 &
		c MULTI
		c RPUSH l x y
		c SET k v
		c EXEC
		b ?
		a ?
		a ?
		a ?
		w CONFIG SET notify-keyspace-events ""`},
}

// TestExpiredEventsComeWhenDue has keys expire that nobody asks for.
func TestExpiredEventsComeWhenDue(t *testing.T) {
	runClientCases(t, []scripted{{"expired", `
		w CONFIG SET notify-keyspace-events Ex
		a PSUBSCRIBE *
		b SET k v PX 10
		a ?
		b SADD s x
		b PEXPIRE s 30
		a ?
		b SET k v PX 1
		w DEBUG SLEEP 0.01
		b GET k
		a ?
		w CONFIG SET notify-keyspace-events ""`}})
}

// TestPubSubNative has a client of the native port subscribe: a message is a frame of its own, and
// in a transaction the confirmation is an element of the reply.
func TestPubSubNative(t *testing.T) {
	onlyRinger(t)
	publisher := mustDial(t, lab.shared.ringer.addr)
	c := mustDialNative(t)
	defer c.close()
	ask := func(command string, want ...string) {
		t.Helper()
		if err := c.write(appendFrame(nil, strings.Fields(command))); err != nil {
			t.Fatal(err)
		}
		expectFrames(t, c, command, want)
	}
	ask("SUBSCRIBE a b", "[subscribe a 1]", "[subscribe b 2]")
	ask("PSUBSCRIBE a*", "[psubscribe a* 3]")
	publisher.must(t, "PUBLISH a hello")
	expectFrames(t, c, "a message", []string{"[message a hello]", "[pmessage a* a hello]"})
	ask("PING", "[pong ]")
	ask("GET k", "ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT /"+
		" RESET are allowed in this context")
	ask("UNSUBSCRIBE", "[unsubscribe a 2]", "[unsubscribe b 1]")
	ask("PUNSUBSCRIBE", "[punsubscribe a* 0]")
	ask("MULTI", "OK")
	ask("SUBSCRIBE x", "QUEUED")
	ask("SUBSCRIBE y z", "QUEUED")
	ask("PUBLISH x 1", "QUEUED")
	ask("UNSUBSCRIBE", "QUEUED")
	ask("EXEC", "[[subscribe x 1] [[subscribe y 2] [subscribe z 3]] 1 "+
		"[[unsubscribe x 2] [unsubscribe y 1] [unsubscribe z 0]]]", "[message x 1]")
	ask("PING", "PONG")
}

// expectFrames reads as many frames as there are texts, and compares them.
func expectFrames(t *testing.T, c *nativeConn, what string, want []string) {
	t.Helper()
	for _, w := range want {
		v, err := c.read()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if got := showValue(v.value); got != w {
			t.Errorf("%s: %s, want %s", what, got, w)
		}
	}
}

// showValue is a value as text.
func showValue(v value) string {
	if v.elems == nil {
		return v.text
	}
	words := make([]string, len(v.elems))
	for i, e := range v.elems {
		words[i] = showValue(e)
	}
	return "[" + strings.Join(words, " ") + "]"
}
