// Package resp is the front end that speaks RESP, the protocol of Redis, with real Redis clients.
// It knows bytes: it takes commands apart, hands them to the keyspace in batches, and carries the
// replies back. What a command means, it does not know.
//
// The connections are served by redcon, which owns accepting, the life of a connection and the
// dispatch to our handler. It is given a net.Listener whose connections are gates, and a gate
// keeps from redcon everything that a hostile or just a busy peer could do to it.
//
//	   sockets                      one epoll set, edge-triggered
//	 -----------  readiness  +------------------------------------------+
//	  | | | | |  ----------> | poller: the harvester takes the events,  |
//	 -----------             | accepts, sets bits, wakes                |
//	  ^ | read               +------------------------------------------+
//	  | v                      | bits of the event word        | dormant gates
//	+----------------------+   |                               v
//	| gate                 | <-+     +--------+   Accept   +--------+
//	|  query -> parser     |         | front  | ---------> | redcon | goroutine, handler
//	|  -> batch            | <-------+--------+------------+--------+
//	+----------------------+   serve
//	  | Submit       ^ Flush
//	  v              | written by the owner itself, or kept and written by the goroutine
//	+---------------------------+
//	| keyspace: the owner       |
//	+---------------------------+
//
// # Terminology
//
// A gate is one connection: a net.Conn for redcon, a keyspace.Conn for the owner. Its query is
// what the peer has sent and nobody has executed, in blocks; its parser turns that into commands,
// views of the blocks; a run of whole commands is a batch, which is in flight from Submit until
// the owner reports it done. A wire is the socket under a gate: a socket in the epoll set, or a
// stream, any net.Conn. The harvester is the goroutine that takes events from the epoll set. A
// gate without a goroutine is dormant. The owner is the goroutine of the keyspace.
//
// # Invariants
//
//	I1  Each descriptor is closed once, and nobody uses it after that: the goroutine that ends
//	    the gate sets stShut, and closes unless stOwner is set; then the owner does, when it
//	    has let go.
//	I2  Engine.Hangup is called once for each session, and no batch is submitted after it.
//	I3  While a batch is in flight nothing is parsed, and no block that it views is moved, freed
//	    or read into where it is viewed.
//	I4  A gate has one goroutine, or it is dormant. Who clears stDormant, and nobody else, starts
//	    or finishes it.
//	I5  For each time that stWaiting is cleared there is one token in the channel: sending it
//	    never waits.
//	I6  An event of a connection that is gone never reaches another: events carry slot and
//	    generation, not the descriptor.
//	I7  What is kept of the output is written in order, before anything that comes later.
//	I8  The memory of a query is bounded by what has really arrived, whatever a header promises.
//	    (Mapped blocks reserve addresses, which cost nothing until they are written to.)
//	I9  redcon sees one constant command of 11 bytes, and nothing else.
//
// # How a request goes, and what it costs
//
// The peer's bytes make the socket readable. The harvester, which looks at the epoll set without
// waiting and parks in the runtime's own poller when there is nothing (the set's descriptor is
// itself pollable), sets evReadable in the event words of all gates that are concerned, and wakes
// their goroutines. Each reads once, parses everything that is there, submits one batch and waits
// again. The owner executes all batches, and writes each reply with one call, which cannot wait;
// then it clears stInFlight. That wakes nobody: the goroutine has something to do only when there
// is more to read, and due is the one function that says so. So a request that comes alone costs
// one read, one write, one goroutine wake-up, and a share of one epoll_wait; a pipeline costs the
// same as a whole. There is no allocation. Read and write are system calls that the scheduler is
// not told of, as they never wait; and a read that does not fill its room has emptied the socket,
// so that no second one is needed to learn it. (With an edge-triggered set the order matters:
// evReadable is cleared before the read.)
//
// With many cores the owner should rather execute than write: then Flush keeps the output and
// wakes the goroutine, which writes. Limits.DirectWrite says which.
//
// The handler stays in gate.serve for as long as the connection is busy, rather than returning
// after each batch, which saves redcon's three allocations.
//
// # Connections that do nothing
//
// A new connection is in the epoll set and nowhere else: redcon gets it when its first bytes are
// there. When two sweeps of IdleAfter have seen nothing happen, the handler detaches the
// connection from redcon, and the goroutine, redcon's 12 KiB and the block go away. What stays is
// the gate and its session. When there is something to do again, front hands the gate to redcon
// anew, as if it had just been accepted. Measured with 9,000 connections that had sent one
// command each: 2.2 KiB each, redis-server 7.0.15 16.4 KiB.
//
// # The end of a connection
//
// A peer may close its half and still want the replies, and it may be gone. Redis reads until the
// end, and then closes, blocked or not. We do the same without having executed anything too
// early: when the set reports a hang-up the engine is told (Engine.PeerClosed), and everything
// before it is read, executed, replied and delivered, however slowly the peer reads. That is kinder
// than Redis, which drops what the socket has not taken. Only the owner can tell a batch that
// waits for the socket from one that waits for a key; the latter it ends, so that a blocked BLPOP
// does not take an element for a client that has left.
//
// # Limits
//
// A line without its end: 64 KiB. Arguments of a command: 2^31-1. An argument:
// proto-max-bulk-len. Bytes that are not executed yet: client-query-buffer-limit, then the
// connection is closed without a reply. Before AUTH: 10 arguments of 16 KiB; each command is then
// a batch of its own, as it may be AUTH. Output that is kept: 16 MiB, then the owner waits. Each
// with Redis's words (parser.go), and in Redis's order of checks. As in Redis, whether a line of a
// little over 64 KiB is refused depends on the pieces it comes in.
//
// # TLS
//
// A connection that comes to tls-port agrees on the terms in a goroutine of its own, within ten
// seconds, and is a stream from then on, as described below. LoadTLS turns the tls-* parameters,
// which are OpenSSL's, into what crypto/tls has; what crypto/tls can't do is refused. Rebind
// exchanges certificates and moves the sockets that listen, while connections stay.
//
// # Where there is no epoll
//
// On other systems, over TLS, and for connections that are no sockets (ServeConn: in-memory ones,
// which work in testing/synctest), a stream stands for the socket: a second goroutine reads ahead
// and sets the same bits, and while there is something to write, a third one writes. Such gates do
// not become dormant.
//
// # Sources
//
// Redis's networking.c for the protocol's limits and their words, asked of redis-server 7.0.15
// byte by byte; redcon for everything around; the idea of a gate per connection is ours.
package resp
