package compat_test

import "testing"

// TestTracking compares client tracking, in the format of the blocking clients.
func TestTracking(t *testing.T) {
	runClientCases(t, trackingCases)
	runClientCases(t, trackingArguments)
}

var trackingCases = []scripted{
	{"a key that was read is changed", `
		a HELLO 3
		a CLIENT TRACKING ON
		a GET k
		a GET k
		b SET k 1
		a ?
		b SET k 2
		a PING
		a GET k
		b DEL k
		a ?`},
	{"several keys", `
		a HELLO 3
		a CLIENT TRACKING ON
		a MGET x y z
		a SINTER s t
		a EXISTS e
		a OBJECT ENCODING o
		a TTL t
		a TOUCH u
		b MSET x 1 z 1
		a ?
		a ?
		b SADD s 1
		a ?
		b SET e 1
		a ?
		b SET o 1
		a ?
		b SET t 1
		a ?
		b SET u 1
		a ?
		b SET y 1
		a ?`},
	{"by the client itself, behind the reply", `
		a HELLO 3
		a CLIENT TRACKING ON
		a GET k
		a SET k 1
		a ?
		a GET k
		a APPEND k x
		a ?
		a CLIENT TRACKING ON NOLOOP
		a GET k
		a SET k 1
		b SET k 1
		a PING
		a GET k
		b SET k 1
		a ?`},
	{"in a transaction", `
		a HELLO 3
		a CLIENT TRACKING ON
		a GET k
		a MULTI
		a SET k 1
		a GET k
		a SET k 2
		a EXEC
		a ?
		a ?
		a MULTI
		a GET k
		a EXEC
		b MULTI
		b SET k 1
		b SET k 2
		b EXEC
		a ?
		a PING`},
	{"FLUSHALL and FLUSHDB", `
		a HELLO 3
		a CLIENT TRACKING ON
		a GET k
		b FLUSHALL
		a ?
		b SET k 1
		a PING
		b FLUSHDB
		a ?
		a FLUSHALL
		a ?`},
	{"RESP2 has no pushes", `
		a HELLO 2
		a CLIENT TRACKING ON
		a GET k
		b SET k 1
		a PING
		a HELLO 3
		a GET k
		b SET k 1
		a ?`},
	{"expiry", `
		a HELLO 3
		a CLIENT TRACKING ON
		b SET k 1 PX 200
		a GET k
		a ?
		b SET k 1 PX 1
		w DEBUG SLEEP 0.01
		a GET k
		b SET k 1
		a ?`},
	{"databases are not told apart", `
		a HELLO 3
		a CLIENT TRACKING ON
		a GET k
		b SELECT 5
		b SET k 1
		a ?`},
	{"RENAME, MOVE, COPY and SWAPDB", `
		a HELLO 3
		a CLIENT TRACKING ON
		b SET x 1
		a MGET x y
		b RENAME x y
		a ?
		a ?
		a MGET y z
		b COPY y z
		a ?
		b MOVE y 1
		a ?
		a GET z
		b SWAPDB 0 1
		a PING`},
	{"redirected in RESP2", `
		b HELLO 2
		b CLIENT GETNAME
		a CLIENT TRACKING ON REDIRECT {b}
		a CLIENT GETREDIR
		a CLIENT TRACKINGINFO
		a GET k
		w SET k 1
		b PING
		b SUBSCRIBE __redis__:invalidate
		a GET k
		w SET k 2
		b ?
		a GET k
		a SET k 3
		b ?
		w SET k 4
		b PING`},
	{"redirected to itself", `
		a HELLO 2
		a CLIENT TRACKING ON REDIRECT {a}
		a GET k
		a SUBSCRIBE __redis__:invalidate
		w SET k 1
		a ?
		a PING`},
	{"a flush, redirected in RESP2", `
		b HELLO 2
		a HELLO 2
		a CLIENT TRACKING ON REDIRECT {b}
		b SUBSCRIBE __redis__:invalidate
		w FLUSHALL
		b ?`},
	{"redirected in RESP3", `
		a HELLO 3
		b HELLO 3
		a CLIENT TRACKING ON REDIRECT {b}
		a GET k
		w SET k 1
		b ?
		a GET k
		b SET k 1
		b ?
		w FLUSHALL
		b ?`},
	{"the one that is redirected to is gone", `
		b HELLO 3
		a HELLO 3
		a CLIENT TRACKING ON REDIRECT {b}
		b QUIT
		a GET k
		w DEBUG SLEEP 0.05
		w SET k 1
		a ?
		a CLIENT TRACKINGINFO
		a CLIENT GETREDIR
		a GET k
		w SET k 2
		a ?
		a CLIENT TRACKING ON
		a CLIENT TRACKINGINFO
		a GET k
		w SET k 3
		a ?`},
	{"OPTIN", `
		a HELLO 3
		a CLIENT TRACKING ON OPTIN
		a GET k
		b SET k 1
		a CLIENT CACHING YES
		a CLIENT TRACKINGINFO
		a GET k
		a GET l
		b MSET k 1 l 1
		a ?
		a PING
		a CLIENT CACHING YES
		a NOPE
		a GET k
		b SET k 1
		a CLIENT CACHING YES
		a MULTI
		a GET k
		a GET l
		a EXEC
		a GET m
		b MSET k 1 l 1 m 1
		a ?
		a ?
		a PING
		a MULTI
		a CLIENT CACHING YES
		a GET k
		a GET l
		a EXEC
		b MSET k 1 l 1
		a ?
		a ?
		a PING`},
	{"as a caching client does", `
		a HELLO 3
		a CLIENT TRACKING ON OPTIN
		a > CLIENT CACHING YES
		a > MULTI
		a > PTTL k
		a > GET k
		a > EXEC
		a ?
		a ?
		a ?
		a ?
		a ?
		b SET k 1
		a ?
		b SET k 2
		a PING`},
	{"OPTOUT", `
		a HELLO 3
		a CLIENT TRACKING ON OPTOUT
		a GET k
		b SET k 1
		a ?
		a CLIENT CACHING NO
		a CLIENT TRACKINGINFO
		a GET k
		b SET k 1
		a GET k
		b SET k 1
		a ?`},
	{"BCAST", `
		a HELLO 3
		a CLIENT TRACKING ON BCAST PREFIX p: PREFIX a
		b MSET p:2 1 p:1 2 q 1 abc 1
		a ?
		a ?
		a SET p:3 1
		a ?
		b MULTI
		b SET p:z 1
		b SET p:y 1
		b EXEC
		a ?
		b GET p:3
		b SET q 1
		a PING
		w FLUSHALL
		a ?
		a CLIENT TRACKING ON BCAST NOLOOP
		a CLIENT TRACKINGINFO
		a SET p:3 1
		a SET x 1
		b SET p:3 1
		a ?
		a ?
		a PING`},
	{"BCAST of everything, redirected", `
		b HELLO 2
		b SUBSCRIBE __redis__:invalidate
		a CLIENT TRACKING ON BCAST REDIRECT {b}
		w SET k 1
		b ?
		a SET k 1
		b ?
		w SET "\x00\xff" 1
		b ?`},
	{"OFF", `
		a HELLO 3
		a CLIENT TRACKING OFF
		a CLIENT TRACKING ON
		a GET k
		a CLIENT TRACKING OFF
		b SET k 1
		a PING
		a CLIENT TRACKING ON BCAST
		a CLIENT TRACKING OFF
		b SET k 1
		a PING
		a CLIENT TRACKINGINFO`},
	{"RESET", `
		a HELLO 3
		a CLIENT TRACKING ON OPTOUT
		a GET k
		a RESET
		a CLIENT TRACKINGINFO
		b SET k 1
		a PING
		`},
	{"what a client that waits takes", `
		a HELLO 3
		a CLIENT TRACKING ON
		a LLEN l
		b BLPOP l 0 &
		c RPUSH l x
		b ?
		a ?
		a PING`},
	{"a table of one key", `
		w CONFIG SET tracking-table-max-keys 1
		a HELLO 3
		a CLIENT TRACKING ON
		a MGET x x x
		a PING
		w CONFIG SET tracking-table-max-keys 0
		a GET y
		a GET z
		a PING
		w CONFIG SET tracking-table-max-keys 1000000`},
}

var trackingArguments = []scripted{
	{"arguments", `
		a CLIENT TRACKING
		a CLIENT TRACKING MAYBE
		a CLIENT TRACKING MAYBE NOPE
		a CLIENT TRACKING ON REDIRECT
		a CLIENT TRACKING ON REDIRECT x
		a CLIENT TRACKING ON REDIRECT 0
		a CLIENT TRACKING ON REDIRECT -5
		a CLIENT TRACKING ON REDIRECT 123456789
		a CLIENT TRACKING ON REDIRECT {a} REDIRECT {a}
		a CLIENT TRACKING ON PREFIX
		a CLIENT TRACKING ON PREFIX x
		a CLIENT TRACKING ON OPTIN OPTOUT
		a CLIENT TRACKING ON BCAST OPTIN
		a CLIENT TRACKING ON BCAST OPTOUT
		a CLIENT TRACKING OFF BCAST OPTIN OPTOUT PREFIX x NOLOOP
		a CLIENT TRACKING OFF NOPE
		a CLIENT TRACKINGINFO x
		a CLIENT TRACKINGINFO
		a CLIENT GETREDIR
		a CLIENT CACHING
		a CLIENT CACHING YES
		a CLIENT CACHING MAYBE`},
	{"switching", `
		a CLIENT TRACKING ON
		a CLIENT TRACKING ON BCAST
		a CLIENT TRACKING ON BCAST OPTIN
		a CLIENT TRACKING ON OPTIN
		a CLIENT TRACKING ON OPTOUT
		a CLIENT TRACKING ON
		a CLIENT TRACKINGINFO
		a CLIENT TRACKING ON OPTOUT
		a CLIENT CACHING YES
		a CLIENT CACHING NO
		a CLIENT CACHING MAYBE
		a CLIENT TRACKING ON OPTIN
		a CLIENT TRACKING OFF
		a CLIENT TRACKING ON BCAST PREFIX x
		a CLIENT TRACKING ON
		a CLIENT CACHING YES`},
	{"prefixes", `
		a CLIENT TRACKING ON BCAST PREFIX foo PREFIX foo
		a CLIENT TRACKING ON BCAST PREFIX foobar PREFIX x PREFIX foo
		a CLIENT TRACKING ON BCAST PREFIX a PREFIX "" PREFIX b
		a CLIENT TRACKING ON BCAST PREFIX foo PREFIX bar
		a CLIENT TRACKINGINFO
		a CLIENT TRACKING ON BCAST PREFIX z PREFIX foobar
		a CLIENT TRACKING ON BCAST PREFIX z PREFIX b PREFIX zz
		a CLIENT TRACKING ON BCAST PREFIX zz PREFIX b
		a CLIENT TRACKING ON BCAST PREFIX z PREFIX y
		a CLIENT TRACKING ON BCAST PREFIX q PREFIX c PREFIX qq PREFIX f
		a CLIENT TRACKINGINFO
		a CLIENT TRACKING ON BCAST
		a CLIENT TRACKINGINFO
		a HELLO 3
		a CLIENT TRACKINGINFO`},
}
