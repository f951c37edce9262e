// Package binproto is the native front end: it serves length-prefixed frames, and lines of text,
// on a port of its own. It knows bytes and connections; commands are the keyspace's.
//
// # The picture
//
//	 sockets                    loop goroutine                       keyspace goroutine
//	+-------+   poll(2)   +------------------------+
//	| busy  |-----------> | read, parse: input     |  one Round       +----------------+
//	+-------+             |   every whole request  | ---------------> | execute; Writer|
//	+-------+   epoll     |   of every ready       |                  |   or RESP      |
//	| idle  |-----------> |   connection           | <--------------- | Flush          |
//	+-------+             | write what is left     |  posted, Do      +----------------+
//	                      +------------------------+        |
//	    ^------- replies, written by whoever is told to ----+
//
// # Terminology
//
// A round is what the loop does between two polls: it harvests readiness, reads and parses, has
// the owner execute all batches together, and settles what the owner has posted. A connection is
// hot if it stands in the poll set, and parked if it waits in the epoll set. Output is kept when
// the socket did not take it, or when the loop is to write it. A dialect is what a connection
// speaks: frames or text; it is undecided until its first bytes have come.
//
// # Invariants
//
//	I1  A connection has at most one batch in flight. From its submission to BatchDone nothing
//	    moves the bytes that its arguments are views of, and nothing more is read.
//	I2  A session is hung up exactly once, and its connection is not written to afterwards.
//	I3  A descriptor is closed at the end of the round in which its connection was, behind every
//	    event that was harvested with it. Its number is therefore never used again within the
//	    round, and an event meets the connection that it was for. In the epoll set, which outlives
//	    rounds, an event carries the connection's id and generation.
//	I4  A batch that blocks, or whose output waits, holds up no other connection: the loop waits
//	    until the owner has had its turn, not until every batch is done.
//	I5  Replies leave in the order of the requests, and a push never splits one: all output of a
//	    session passes through Flush, and Flush keeps one buffer at a time.
//	I6  A connection that holds no part of a request holds no read buffer. What a request holds is
//	    less than twice what has been sent of it, and 4 KiB, whatever it announces.
//	I7  Neither a request nor a round allocates in the loop.
//
// # Poll and epoll
//
// poll(2) costs time in proportion to the descriptors that it is given, which is little for the
// few that are busy and ruin for ten thousand that are not. So on Linux a connection begins in the
// epoll set. When it was ready hotStreak times in a row with hardly a round in between, the loop
// not having slept, it moves to the poll set, where a harvest costs no bookkeeping in the kernel
// for each packet; when it was not ready for coldRounds rounds, or when the loop is going to
// sleep, it moves back. Listeners and the wake-up descriptor are in the epoll set as well, and the
// epoll descriptor is the first one in the poll set. Elsewhere everything is in the poll set.
//
// The loop sleeps in Go's own poller, in which the epoll descriptor is. To block in poll(2) itself
// took the same CPU for each request or up to 12% less, but goroutines that are ready on the
// processor of a thread that blocks wait until the scheduler notices, while one that sleeps in Go's
// poller leaves it to them at once. Before it sleeps the loop does not spin: with 50 connections
// and no pipeline, yielding twice and polling again took a quarter more CPU for each request.
//
// # A round and the owner
//
// Engine.Round pushes all batches with one atomic operation, a fence behind them, and returns when
// the owner has come to the fence. The owner writes each batch's replies itself if
// Limits.DirectWrite says so, that is with few cores, where waking another thread costs more than
// the write; else the loop writes them when the round is over. In both cases only what the socket
// refuses waits for POLLOUT.
//
// The owner and the loop meet in two places: conn.mu guards what Flush leaves for the loop and,
// together with conn.gone, keeps the owner from writing to a descriptor that is being closed; and
// loop.posted lists the connections for which something was left. The loop is woken, by the
// wake-up descriptor, only if it sleeps.
//
// # Hang-ups
//
// While a batch is in flight the loop does not read, but it watches for the end of the peer. A
// reset ends the session at once. A peer that has merely closed its half may still read, so it
// gets the replies to all that it sent, however slowly it reads. The engine is told
// (Engine.PeerClosed), as only the owner can tell a batch that waits for the socket from one that
// waits for a key: the latter it ends, as Redis ends a blocked client.
//
// # What is refused, and how
//
// The good requests before it are answered, then an error is sent and the connection closes:
//
//	a frame, or its strings, above the limits   code 2, "ERR Protocol error: too big frame", ...
//	a malformed frame                           code 4, "ERR Protocol error: malformed frame"
//	a line of 64 KiB without an end             -ERR Protocol error: too big inline request
//	quotes that do not close                    -ERR Protocol error: unbalanced quotes in ...
//	beyond maxclients                           code 5, "ERR max number of clients reached"
//	another machine's, in protected mode        code 5, "DENIED ..."
//
// A request of no strings is answered as an unknown command with an empty name, and the connection
// goes on. Before the loop closes a connection for what it sent it reads, and drops, a little of
// what is unread: closing with unread input would reset the connection, and might destroy the error
// on its way.
//
// # Text
//
// The first four bytes of a connection are a length; if they make one above the limit of a frame
// and are printable or white space, the connection speaks text: each line is an inline command by
// Redis's rules, answered in RESP2. A RESP request ("*1\r\n$4\r\nPING\r\n") is lines like any other
// here and gets an error for each; RESP has a port of its own. A command shorter than four
// bytes with its line end is answered when more bytes come, or the end.
//
// # Complexity
//
// A round costs O(hot connections + ready ones + bytes read). A wake-up by epoll costs O(ready
// connections). Adding, parking and closing a connection are O(1), but for a closed one in the
// poll set, which is closed up once in the round.
//
// # Limits
//
// A frame holds native-max-frame bytes, 64 MiB by default and 512 MiB at most, so that printable
// text is never a legal length. A request has 1,048,576 strings at most, and strings of
// proto-max-bulk-len. A reply is a frame of less than 4 GiB; one that is larger is replaced by an
// error.
//
// # TLS
//
// A connection by TLS is served by goroutines of its own, over package net and with the same codec
// (plain.go): the loop is for sockets whose bytes are the protocol's. Where there is no poll(2) all
// connections are. The goroutine that serves agrees on the terms first, and has ten seconds for it;
// as many may do so at a time as there may be clients. It costs two goroutines and the buffers of
// crypto/tls for each connection, and a submission to the owner for each batch instead of for each
// round. Certificates are asked for with each connection, so they can be exchanged at run time.
//
// # Sources
//
// The state machine of a connection and the frames grew from the educational server that ringer
// descends from. The wake-up by a nested epoll descriptor is ringer's RESP front end's.
package binproto
