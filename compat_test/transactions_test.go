package compat_test

import (
	"regexp"
	"testing"
)

// TestTransactions compares transactions of one client and of several. Scripts are in the format
// of the blocking clients.
func TestTransactions(t *testing.T) { runClientCases(t, transactionCases) }

// runClientCases runs scripts of several clients on both servers, under RESP2 and under RESP3.
func runClientCases(t *testing.T, cases []scripted) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for _, proto := range []string{"2", "3"} {
				want := runClients(t, lab.shared.redis, proto, c.text)
				got := runClients(t, lab.shared.ringer, proto, c.text)
				if maskIDs(want) != maskIDs(got) {
					t.Errorf("RESP%s\nredis:\n%s\nringer:\n%s", proto, want, got)
				}
			}
		})
	}
}

// maskIDs hides the ids of clients in replies and messages: each server counts its own.
func maskIDs(s string) string {
	return idPattern().ReplaceAllString(s, "$1:id")
}

func idPattern() *regexp.Regexp {
	return regexp.MustCompile(`(\$2\\r\\nid\\r\\n|redirect\\r\\n|redir-broken\\r\\n` +
		`|GETREDIR => "):\d+`)
}

var transactionCases = []scripted{
	{"commands are queued and then executed in order", `
		a MULTI
		a SET k 1
		a INCR k
		a GET k
		b GET k
		a EXEC
		a GET k
		a MULTI
		a EXEC`},
	{"an error at run time stops nothing", `
		a SET k x
		a MULTI
		a INCR k
		a LPUSH k y
		a SET k z
		a HGETALL h
		a EXEC
		a GET k`},
	{"an unknown command spoils it", `
		a MULTI
		a SET k 1
		a NOPE a b
		a SET k 2
		a EXEC
		a GET k
		a CONFIG NOPE`},
	{"an unknown sub-command spoils it", `
		a MULTI
		a CONFIG NOPE
		a PING
		a EXEC`},
	{"a wrong number of arguments spoils it", `
		a MULTI
		a GET
		a GET k
		a EXEC
		a MULTI
		a CONFIG GET
		a EXEC
		a MULTI
		a CLIENT
		a EXEC`},
	{"wrong arguments that only the command sees do not", `
		a MULTI
		a PING a b
		a SET k v NX XX
		a EXPIRE k x
		a SELECT 99
		a EXEC`},
	{"commands of transactions within one", `
		a MULTI
		a MULTI
		a WATCH k
		a UNWATCH
		a SET k v
		a EXEC
		a GET k`},
	{"and with the wrong number of arguments", `
		a EXEC x
		a DISCARD x
		a MULTI x
		a UNWATCH x
		a WATCH
		a MULTI
		a EXEC x
		a EXEC
		a MULTI
		a DISCARD x
		a EXEC
		a MULTI
		a MULTI x
		a EXEC
		a MULTI
		a WATCH
		a DISCARD`},
	{"one that ends its own connection: what comes behind runs and is not replied to", `
		a MULTI
		a SET k 1
		a PUBLISH c x
		a CLIENT KILL ID {a} SKIPME no
		a SET k 2
		a GET k
		a > EXEC
		w DEBUG SLEEP 0.02
		b GET k`},
	{"without MULTI", `
		a EXEC
		a DISCARD
		a UNWATCH`},
	{"DISCARD forgets the queue, the errors and the watched keys", `
		a SET k 1
		a WATCH k
		a MULTI
		a SET k 2
		a NOPE
		a DISCARD
		b SET k 3
		a MULTI
		a GET k
		a EXEC
		a WATCH k
		b SET k 4
		a MULTI
		a DISCARD
		a MULTI
		a EXEC`},
	{"SELECT within and behind", `
		a MULTI
		a SET k 0
		a SELECT 3
		a SET k 3
		a EXEC
		a GET k
		b GET k
		a MULTI
		a SELECT 0
		a DISCARD
		a GET k`},
	{"commands that may wait do not", `
		a MULTI
		a BLPOP l 0
		a BRPOP l 1
		a BLMOVE l m LEFT LEFT 0
		a BRPOPLPUSH l m 0
		a BLMPOP 0 1 l LEFT
		a BZPOPMIN z 0
		a BZPOPMAX z 0
		a BZMPOP 0 1 z MIN
		a BLPOP l x
		a RPUSH l v w
		a BLPOP l 0
		a BLMOVE l m LEFT LEFT 0
		a EXEC
		w LRANGE m 0 -1`},
	{"those who wait are served behind it, not within", `
		b BLPOP l 0 &
		a MULTI
		a RPUSH l 1 2
		a LLEN l
		a LPOP l
		a EXEC
		b ?
		a EXISTS l
		b BLPOP l 0 &
		a MULTI
		a RPUSH l 1
		a DEL l
		a EXEC
		a RPUSH l 3
		b ?`},
	{"a cascade of those who wait", `
		b BLMOVE l m LEFT LEFT 0 &
		c BLPOP m 0 &
		a MULTI
		a RPUSH l 1
		a RPUSH l 2
		a EXEC
		b ?
		c ?
		a LRANGE l 0 -1`},
	{"HELLO and names within", `
		a MULTI
		a CLIENT SETNAME x
		a CLIENT GETNAME
		a HGETALL h
		a HELLO 2
		a HGETALL h
		a EXEC
		a HGETALL h`},
	{"RESET and QUIT within", `
		a MULTI
		a SET k v
		a RESET
		a EXEC
		a GET k
		a MULTI
		a SET k v
		a QUIT
		b GET k`},
	{"a queue of large arguments", `
		a MULTI
		a SET k ` + longWord(5000) + `
		a APPEND k ` + longWord(50) + `
		a SET empty ""
		a STRLEN k
		a GET empty
		a EXEC`},
	{"a watched key that nobody touches", `
		a SET k 1
		a WATCH k
		b GET k
		b SET other 1
		a MULTI
		a INCR k
		a EXEC`},
	{"a watched key that is changed", `
		a WATCH k
		b SET k 1
		a MULTI
		a SET k 2
		a EXEC
		a GET k
		a MULTI
		a SET k 2
		a EXEC`},
	{"changed behind MULTI", `
		a WATCH k
		a MULTI
		a SET k 2
		b SET k 1
		a EXEC
		a GET k`},
	{"changed by the watcher itself", `
		a WATCH k
		a SET k 1
		a MULTI
		a PING
		a EXEC
		a WATCH k
		a MULTI
		a SET k 3
		a EXEC
		a MULTI
		a PING
		a EXEC`},
	{"one of several", `
		a WATCH x y z
		b SET y 1
		a WATCH w
		a MULTI
		a PING
		a EXEC`},
	{"UNWATCH", `
		a WATCH k
		b SET k 1
		a UNWATCH
		a MULTI
		a PING
		a EXEC
		a WATCH k
		a UNWATCH
		b SET k 2
		a MULTI
		a PING
		a EXEC`},
	{"the same key twice, and by two clients", `
		a WATCH k k
		a WATCH k
		b WATCH k
		c SET k 1
		a MULTI
		a EXEC
		b MULTI
		b EXEC
		a MULTI
		a EXEC`},
	{"an error counts more than a change", `
		a WATCH k
		b SET k 1
		a MULTI
		a NOPE
		a EXEC`},
	{"what is no change", `
		a SET k 1
		a SADD s a
		a ZADD z 1 a
		a HSET h f v
		a WATCH k s z h none
		b SADD s a
		b ZADD z 1 a
		b ZADD z NX 5 a
		b HSETNX h f w
		b SETNX k 2
		b SET k 2 NX
		b DEL none
		b PERSIST k
		b SREM s x
		b ZREM z x
		b HDEL h x
		b LPUSHX none x
		b EXPIRE none 100
		b EXPIRE k 100 XX
		b RENAMENX k s
		b GETEX k
		b SMOVE s none x
		a MULTI
		a PING
		a EXEC`},
	{"EXPIRE, PERSIST and TOUCH", `
		a SET k 1
		a WATCH k
		b EXPIRE k 100
		a MULTI
		a EXEC
		a WATCH k
		b PERSIST k
		a MULTI
		a EXEC
		a WATCH k
		b TOUCH k
		b TTL k
		a MULTI
		a EXEC`},
	{"both ends of RENAME, MOVE, COPY, SMOVE, LMOVE", `
		w SET x 1
		a WATCH x
		c WATCH y
		b RENAME x y
		a MULTI
		a EXEC
		c MULTI
		c EXEC
		c SELECT 1
		a WATCH y
		c WATCH y
		b MOVE y 1
		a MULTI
		a EXEC
		c MULTI
		c EXEC
		w SET y 1
		a WATCH y
		c SELECT 0
		c WATCH z
		b COPY y z
		a MULTI
		a EXEC
		c MULTI
		c EXEC
		w SADD s 1 2
		a WATCH s
		c WATCH t
		b SMOVE s t 1
		a MULTI
		a EXEC
		c MULTI
		c EXEC
		w RPUSH l 1 2
		a WATCH l
		c WATCH m
		b LMOVE l m LEFT LEFT
		a MULTI
		a EXEC
		c MULTI
		c EXEC`},
	{"FLUSHALL and FLUSHDB touch what was there", `
		a WATCH none
		b FLUSHALL
		a MULTI
		a EXEC
		a SET k 1
		a WATCH k
		b FLUSHALL
		a MULTI
		a EXEC
		a SET k 1
		a WATCH k none
		b FLUSHDB ASYNC
		a MULTI
		a EXEC
		a SET k 1
		a WATCH k
		b SELECT 1
		b FLUSHDB
		a MULTI
		a EXEC`},
	{"SWAPDB touches what is in either", `
		a WATCH k
		b SWAPDB 0 1
		a MULTI
		a EXEC
		b SET k 1
		a WATCH k
		b SWAPDB 0 1
		a MULTI
		a EXEC
		a WATCH k
		b SWAPDB 0 1
		a MULTI
		a EXEC
		a WATCH k
		b SWAPDB 1 2
		b SWAPDB 0 0
		a MULTI
		a EXEC`},
	{"a watched key of another database", `
		a SELECT 2
		a WATCH k
		a SELECT 0
		b SET k 1
		a MULTI
		a EXEC
		a SELECT 2
		a WATCH k
		a SELECT 0
		b SELECT 2
		b SET k 1
		a MULTI
		a EXEC`},
	{"a key that a waiting client takes", `
		b BLPOP l 0 &
		a WATCH l
		c RPUSH l v
		b ?
		a MULTI
		a EXEC
		a WATCH m
		b BLMOVE l m LEFT LEFT 0 &
		c RPUSH l v
		b ?
		a MULTI
		a EXEC`},
	{"changed within the transaction of another", `
		a WATCH k
		b MULTI
		b SET k 1
		b EXEC
		a MULTI
		a EXEC
		a WATCH k
		b MULTI
		b SET k 1
		b DISCARD
		a MULTI
		a EXEC`},
	{"a client that hangs up within", `
		a WATCH k
		a MULTI
		a SET k 1
		b BLPOP l 0 &
		a > BLPOP l 0
		b > PING
		c SET k 2
		c RPUSH l x
		b ?
		b ?
		c GET k`},
	{"errors that EXEC itself meets", `
		a MULTI
		a SET k 1
		a EXEC x
		a GET k
		a EXEC`},
	{"AUTH within", `
		a MULTI
		a AUTH nobody nothing
		a AUTH x
		a EXEC`},
}

// longWord is a word of n letters.
func longWord(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('a' + i%26)
	}
	return string(b)
}

// TestTransactionsAfterExpiry is about keys that expire between WATCH and EXEC, while nothing
// deletes them by itself.
func TestTransactionsAfterExpiry(t *testing.T) { runClientCases(t, expiredWatchCases) }

var expiredWatchCases = []scripted{
	{"a key that expires behind WATCH", `
			w DEBUG SET-ACTIVE-EXPIRE 0
			a SET k 1 PX 5
			a WATCH k
			w DEBUG SLEEP 0.02
			a MULTI
			a PING
			a EXEC
			w DEBUG SET-ACTIVE-EXPIRE 1`},
	{"a key that has expired before", `
			w DEBUG SET-ACTIVE-EXPIRE 0
			a SET k 1 PX 1
			w DEBUG SLEEP 0.02
			a WATCH k
			a MULTI
			a PING
			a EXEC
			w DEBUG SET-ACTIVE-EXPIRE 1`},
	{"that is deleted meanwhile", `
			w DEBUG SET-ACTIVE-EXPIRE 0
			a SET k 1 PX 1
			w DEBUG SLEEP 0.02
			a WATCH k
			b GET k
			b DEL k
			a MULTI
			a PING
			a EXEC
			w DEBUG SET-ACTIVE-EXPIRE 1`},
	{"that is written anew", `
			w DEBUG SET-ACTIVE-EXPIRE 0
			a SET k 1 PX 1
			w DEBUG SLEEP 0.02
			a WATCH k
			b SET k 2
			a MULTI
			a PING
			a EXEC
			w DEBUG SET-ACTIVE-EXPIRE 1`},
	{"that is flushed", `
			w DEBUG SET-ACTIVE-EXPIRE 0
			a SET k 1 PX 1
			w DEBUG SLEEP 0.02
			a WATCH k
			b FLUSHALL
			a MULTI
			a PING
			a EXEC
			a SET k 1 PX 1
			w DEBUG SLEEP 0.02
			a WATCH k
			b FLUSHDB
			b SET k 2
			a MULTI
			a PING
			a EXEC
			w DEBUG SET-ACTIVE-EXPIRE 1`},
	{"SWAPDB with keys that have expired", `
			w DEBUG SET-ACTIVE-EXPIRE 0
			a SET k 1 PX 1
			w DEBUG SLEEP 0.02
			a WATCH k
			b SWAPDB 0 1
			a MULTI
			a PING
			a EXEC
			a WATCH k
			b SWAPDB 0 1
			a MULTI
			a PING
			a EXEC
			a WATCH k
			b SELECT 1
			b SET k 2 PX 1
			w DEBUG SLEEP 0.02
			b SWAPDB 0 1
			a MULTI
			a PING
			a EXEC
			w DEBUG SET-ACTIVE-EXPIRE 1`},
}
