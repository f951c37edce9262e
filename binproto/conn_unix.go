//go:build unix && !ringer_plain

package binproto

import (
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// readAheadBytes is how much output may be unsent while more requests are still read.
const readAheadBytes = 64 << 10

// notPolled is the slot of a connection that is not in the poll set.
const notPolled = -1

// conn is one connection. It implements keyspace.Conn.
//
// Owned by the loop goroutine, but for the fields behind mu and what the methods of keyspace.Conn
// do, which the keyspace goroutine calls.
type conn struct {
	loop    *loop
	fd      int
	id      int32 // index in loop.conns
	gen     int32 // tells this connection from an earlier one of the same id
	slot    int   // index in loop.hot, or notPolled
	armed   int16 // the events that are watched for
	streak  uint8 // how often in a row the parked connection was soon ready again
	ready   uint32
	session *keyspace.Session
	in      input
	batch   keyspace.Batch
	spare   []byte // written output, to be handed back with the next batch

	inFlight   bool // the batch is the keyspace goroutine's
	stopped    bool // nothing more is read: the end has been read, or what is not the protocol
	fatal      bool // the connection ends because of what it has sent
	peerClosed bool // the peer has closed its half while a batch was in flight
	closed     bool

	mu        sync.Mutex
	posted    bool // stands in loop.posted
	batchDone bool
	finish    bool // close when everything has been written
	broken    bool // close now
	gone      bool // closed: nothing may be written to fd any more
	out       []byte
	sent      int // out[:sent] has been written

	busy atomic.Bool  // out is the loop's until it has been written
	left atomic.Int64 // bytes of out that have not been written
}

var _ keyspace.BufferedConn = (*conn)(nil)

// QueryBytes is the size of the buffer that holds what has been read.
func (c *conn) QueryBytes() int { return c.in.traffic.QueryBytes() }

// Reads is how often something has been read.
func (c *conn) Reads() uint64 { return c.in.traffic.Reads() }

// Flush takes the replies of a batch, or pushes, from the keyspace goroutine.
func (c *conn) Flush(out []byte, state keyspace.FlushState) (kept bool) {
	c.mu.Lock()
	if len(out) > 0 && !c.gone && !c.broken {
		kept = c.deliver(out)
	}
	c.batchDone = c.batchDone || state&keyspace.BatchDone != 0
	c.finish = c.finish || state&keyspace.CloseAfter != 0
	post := !c.posted && (kept || c.broken || state != 0)
	c.posted = c.posted || post
	c.mu.Unlock()
	if post {
		c.loop.post(c)
	}
	return kept
}

// deliver writes what the socket takes, if the owner is to write itself, and keeps the rest.
func (c *conn) deliver(out []byte) (kept bool) {
	n := 0
	if c.loop.direct.Load() {
		var err error
		if n, err = writeSome(c.fd, out); err != nil {
			c.broken = true
			return false
		}
		if n == len(out) {
			return false
		}
	}
	c.out, c.sent = out, n
	c.left.Store(int64(len(out) - n))
	c.busy.Store(true)
	return true
}

// Waiting is how many bytes have not been written yet.
func (c *conn) Waiting() int { return int(c.left.Load()) }

// Busy reports whether kept output is still being written.
func (c *conn) Busy() bool { return c.busy.Load() }

// Abort closes the connection at once.
func (c *conn) Abort() {
	c.mu.Lock()
	c.broken = true
	post := !c.posted && !c.gone
	c.posted = c.posted || post
	c.mu.Unlock()
	if post {
		c.loop.post(c)
	}
}

// writeSome writes what the socket takes now. A full socket is no error.
func writeSome(fd int, b []byte) (n int, err error) {
	for n < len(b) {
		m, err := unix.Write(fd, b[n:])
		if err == unix.EINTR {
			continue
		}
		if err == unix.EAGAIN {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		n += m
	}
	return n, nil
}

// interest is what the connection is to be watched for.
func (c *conn) interest() int16 {
	var events int16
	if c.busy.Load() {
		events |= unix.POLLOUT
	}
	switch {
	case c.reads():
		events |= unix.POLLIN
	case !c.peerClosed:
		events |= pollRDHUP
	}
	return events
}

// reads reports whether more requests are taken now.
func (c *conn) reads() bool {
	if c.inFlight || c.stopped {
		return false
	}
	return !c.busy.Load() || len(c.out)-c.sent <= readAheadBytes
}

// write goes on with kept output.
func (c *conn) write() {
	n, err := writeSome(c.fd, c.out[c.sent:])
	c.sent += n
	c.left.Add(-int64(n))
	if err != nil {
		c.loop.close(c)
		return
	}
	if c.sent < len(c.out) {
		return
	}
	c.spare, c.out, c.sent = c.out, nil, 0
	c.busy.Store(false)
	c.session.Drained()
}

// read reads once, parses, and adds what is whole to the round.
func (c *conn) read() {
	l := c.loop
	n, err := unix.Read(c.fd, c.in.reserve(&l.pool))
	switch {
	case n > 0:
		c.in.filled(n)
		if c.in.overLimit(l.server.engine.Limits()) {
			l.server.log(tooMuch)
			l.close(c)
			return
		}
	case err == unix.EAGAIN || err == unix.EINTR:
		c.in.release(&l.pool)
		return
	case err != nil:
		l.close(c)
		return
	}
	eof := n <= 0
	knew := c.in.speaks
	c.in.parse(&c.batch, l.server.limitsFor(c.session, &l.limits), eof)
	if c.in.speaks == text && knew != text {
		c.batch.Writer = &reply.RESP{}
	}
	c.fatal = c.batch.Fatal != ""
	c.stopped = eof || c.fatal
	if c.batch.Len() == 0 && !c.fatal {
		if !eof {
			c.in.release(&l.pool)
			return
		}
		if !c.busy.Load() {
			l.close(c)
			return
		}
	}
	c.batch.EOF = eof
	c.batch.Spare, c.spare = c.spare, nil
	c.inFlight = true
	l.running = append(l.running, c)
	l.subs = append(l.subs, keyspace.Submission{Session: c.session, Batch: &c.batch})
}

// handle deals with the events of the connection.
func (c *conn) handle(events int16) {
	const gone = unix.POLLHUP | unix.POLLERR | unix.POLLNVAL
	was := c.inFlight
	if events&unix.POLLOUT != 0 && c.busy.Load() {
		c.write()
	}
	switch {
	case c.closed:
		return
	case c.reads():
		if events&(unix.POLLIN|gone) != 0 {
			c.read()
		}
	case events&gone != 0:
		c.loop.close(c)
		return
	case events&pollRDHUP != 0 && !c.peerClosed:
		c.peerClosed = true
		c.loop.engine.PeerClosed(c.session)
	}
	if !c.closed && c.inFlight == was { // else the end of the round does it
		c.loop.rearm(c)
	}
}

// maxIdleArgs is the number of arguments for which a connection keeps room between batches.
const maxIdleArgs = 1024

// settle deals with what the keyspace goroutine has posted.
func (c *conn) settle() {
	c.mu.Lock()
	c.posted = false
	done, finish, broken := c.batchDone, c.finish, c.broken
	c.batchDone = false
	c.mu.Unlock()
	l := c.loop
	if done {
		c.inFlight = false
		c.batch.Reset()
		if cap(c.batch.Args) > maxIdleArgs {
			c.batch.Args, c.batch.Ends = nil, nil
		}
		if c.closed {
			c.in.drop(&l.pool)
		} else {
			c.in.release(&l.pool)
		}
	}
	if c.closed {
		return
	}
	if broken {
		l.close(c)
		return
	}
	if c.busy.Load() {
		c.write()
	}
	if finish && !c.closed && !c.busy.Load() {
		l.close(c)
	}
	if !c.closed {
		l.rearm(c)
	}
}
