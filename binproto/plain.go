package binproto

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ringer-kv/ringer/binproto/frame"
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// plain is the front end for what the loop can't serve: TLS, and everything where there is no
// poll(2). Goroutines for each connection read and write over package net, with the same codec.
//
// Safe for concurrent use.
type plain struct {
	config    func() *tls.Config // for the next connection; nil: no TLS
	listeners []net.Listener
	running   sync.WaitGroup
	shaking   atomic.Int64    // handshakes that are under way
	life      context.Context // ends with stop
	end       context.CancelFunc

	mu    sync.Mutex
	conns map[*plainConn]struct{} // nil once the server is closed
}

// listen opens a socket for each address; a port of 0 is a free one, the same for all.
func (f *plain) listen(bind []string, port int) (addrs []net.Addr, err error) {
	if len(bind) == 0 {
		bind = []string{"*"}
	}
	for _, address := range bind {
		name, optional := strings.CutPrefix(address, "-")
		if name == "*" {
			name = "" // IPv6 and IPv4 through one socket
		}
		l, err := net.Listen("tcp", net.JoinHostPort(name, strconv.Itoa(port)))
		if err != nil && optional {
			continue
		}
		if err != nil {
			f.closeListeners()
			f.listeners = nil
			return nil, err
		}
		f.listeners = append(f.listeners, l)
		addrs = append(addrs, l.Addr())
		port = l.Addr().(*net.TCPAddr).Port
	}
	if len(f.listeners) == 0 {
		return nil, errors.New("none of the addresses to bind to is there")
	}
	f.conns = make(map[*plainConn]struct{})
	f.life, f.end = context.WithCancel(context.Background())
	return addrs, nil
}

// serve accepts at all listeners until they are closed, and waits for the connections to end.
func (f *plain) serve(s *Server) error {
	for _, l := range f.listeners {
		f.running.Go(func() { f.accept(s, l) })
	}
	f.running.Wait()
	return s.engine.Do(func() {}) // behind it the owner knows no connection any more
}

// stop closes everything that listen has opened, and the connections.
func (f *plain) stop() {
	f.closeListeners()
	if f.end != nil {
		f.end()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for c := range f.conns {
		c.Abort()
	}
	f.conns = nil
}

func (f *plain) closeListeners() {
	for _, l := range f.listeners {
		l.Close()
	}
}

// The waits after an accept that failed, mostly because there are too many open files: each is
// twice the one before.
const (
	minAcceptWait = 5 * time.Millisecond
	maxAcceptWait = time.Second
)

// accept lets in the connections of one listener, each served in goroutines of its own.
func (f *plain) accept(s *Server, l net.Listener) {
	wait := minAcceptWait
	for {
		nc, err := l.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			s.log("Accepting client connection: " + err.Error())
			select {
			case <-time.After(wait):
			case <-f.life.Done():
			}
			wait = min(2*wait, maxAcceptWait)
			continue
		}
		wait = minAcceptWait
		if tcp, ok := nc.(*net.TCPConn); ok {
			_ = tcp.SetKeepAliveConfig(keepAlive(s.engine.Limits()))
		}
		if f.config == nil {
			f.welcome(s, nc, nc)
			continue
		}
		f.secure(s, nc)
	}
}

// keepAlive is the setting tcp-keepalive, as Redis spreads it.
func keepAlive(limits *keyspace.Limits) net.KeepAliveConfig {
	d := time.Duration(limits.KeepAliveSeconds.Load()) * time.Second
	return net.KeepAliveConfig{Enable: d > 0, Idle: d, Interval: max(d/3, time.Second), Count: 3}
}

// handshakeTimeout is how long a client may take to agree on the terms of TLS. One that is not
// done by then holds a place and is none.
const handshakeTimeout = 10 * time.Second

// secure agrees with a new client on the terms of TLS, in a goroutine of its own, and lets it in.
// As many at a time as there may be clients; one beyond is dropped, unheard.
func (f *plain) secure(s *Server, nc net.Conn) {
	limits := s.engine.Limits()
	if f.shaking.Add(1) > limits.MaxClients.Load() {
		f.shaking.Add(-1)
		limits.Rejected.Add(1)
		nc.Close()
		return
	}
	f.running.Go(func() {
		defer f.shaking.Add(-1)
		t := tls.Server(nc, f.config())
		ctx, cancel := context.WithTimeout(f.life, handshakeTimeout)
		defer cancel()
		if err := t.HandshakeContext(ctx); err != nil {
			s.log("Error accepting a client connection: " + err.Error() + " (addr=" +
				nc.RemoteAddr().String() + " laddr=" + nc.LocalAddr().String() + ")")
			nc.Close()
			return
		}
		f.welcome(s, t, nc)
	})
}

// welcome opens the session of a new connection and starts to serve it. What is read and written
// may pass through TLS, over the socket.
func (f *plain) welcome(s *Server, nc, socket net.Conn) {
	c := &plainConn{server: s, conn: nc, socket: socket, wake: make(chan struct{}, 1)}
	peer, _ := nc.RemoteAddr().(*net.TCPAddr)
	limits := s.engine.Limits()
	if limits.Protected.Load() && (peer == nil || !peer.IP.IsLoopback()) {
		limits.Rejected.Add(1)
		c.refuse(reply.ErrProtectedMode)
		return
	}
	session, err := s.engine.Open(c, keyspace.ConnInfo{
		RemoteAddr: nc.RemoteAddr().String(), LocalAddr: nc.LocalAddr().String(),
		Native: true, Writer: &Writer{}, FD: -1,
	})
	if err != nil {
		c.refuse(reply.ErrMaxClients)
		return
	}
	c.session = session
	f.mu.Lock()
	closed := f.conns == nil
	if !closed {
		f.conns[c] = struct{}{}
	}
	f.mu.Unlock()
	if closed {
		c.Abort()
	}
	f.running.Go(func() {
		c.serve()
		f.mu.Lock()
		delete(f.conns, c)
		f.mu.Unlock()
	})
}

// plainConn is one connection. It implements keyspace.Conn.
//
// Owned by the goroutine that serves it, but for the fields behind mu and what the methods of
// keyspace.Conn do, which the keyspace goroutine calls.
type plainConn struct {
	server  *Server
	conn    net.Conn
	socket  net.Conn // below conn, or conn itself
	session *keyspace.Session
	in      input
	pool    pool
	limits  frame.Limits
	batch   keyspace.Batch

	inFlight bool
	stopped  bool // nothing more is read
	told     bool // the engine knows that the peer has closed
	ended    bool

	mu        sync.Mutex
	out       []byte
	batchDone bool
	finish    bool // close when out has been written
	broken    bool // close now

	busy atomic.Bool
	left atomic.Int64  // bytes of kept output; all of them until all have been written
	wake chan struct{} // capacity 1
}

var _ keyspace.BufferedConn = (*plainConn)(nil)

// QueryBytes is the size of the buffer that holds what has been read.
func (c *plainConn) QueryBytes() int { return c.in.traffic.QueryBytes() }

// Reads is how often something has been read.
func (c *plainConn) Reads() uint64 { return c.in.traffic.Reads() }

// refuse tells the client why it is not let in, and closes.
func (c *plainConn) refuse(why reply.Error) {
	var w Writer
	w.Begin()
	w.Error(why)
	w.End()
	// A new connection has room for it; TLS may wait all the same.
	_ = c.conn.SetWriteDeadline(time.Now().Add(refusalWait))
	c.conn.Write(w.Take())
	c.conn.Close()
}

// refusalWait is how long a connection that is not let in may take to hear it.
const refusalWait = 100 * time.Millisecond

// Flush takes the replies of a batch, or pushes, from the keyspace goroutine.
func (c *plainConn) Flush(out []byte, state keyspace.FlushState) (kept bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(out) > 0 && !c.broken {
		c.out, kept = out, true
		c.busy.Store(true)
		c.left.Store(int64(len(out)))
	}
	c.batchDone = c.batchDone || state&keyspace.BatchDone != 0
	c.finish = c.finish || state&keyspace.CloseAfter != 0
	c.rouse()
	return kept
}

// Waiting is how many bytes have not been written yet.
func (c *plainConn) Waiting() int { return int(c.left.Load()) }

// Busy reports whether kept output is still being written.
func (c *plainConn) Busy() bool { return c.busy.Load() }

// Abort closes the connection at once: the socket, since TLS would say good-bye first, which may
// have to wait.
func (c *plainConn) Abort() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.broken = true
	c.socket.Close()
	c.rouse()
}

func (c *plainConn) rouse() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// chunk is what one read has brought.
type chunk struct {
	b   []byte
	err error
}

// serve runs the connection: a goroutine reads ahead by one chunk, so that the end of the
// connection is noticed while a batch is in flight.
func (c *plainConn) serve() {
	chunks, stop := make(chan chunk), make(chan struct{})
	var reader sync.WaitGroup
	reader.Go(func() { c.read(chunks, stop) })
	for !c.ended {
		ready := chunks
		var held *chunk
		for !c.ended && (held == nil || c.inFlight) {
			select {
			case in := <-ready:
				held, ready = &in, nil
			case <-c.wake:
				c.settle()
			}
			if held != nil && held.err != nil && c.inFlight && !c.told {
				c.told = true
				c.server.engine.PeerClosed(c.session)
			}
		}
		if !c.ended && !c.stopped {
			c.take(held)
		}
	}
	c.server.engine.Hangup(c.session)
	c.mu.Lock()
	c.broken = true
	c.mu.Unlock()
	c.conn.Close()
	close(stop)
	reader.Wait()
}

// read sends what comes.
func (c *plainConn) read(chunks chan<- chunk, stop <-chan struct{}) {
	for {
		b := make([]byte, smallestBuffer)
		n, err := c.conn.Read(b)
		select {
		case chunks <- chunk{b[:n], err}:
		case <-stop:
			return
		}
		if err != nil {
			return
		}
	}
}

// take parses a chunk and submits what is whole.
func (c *plainConn) take(in *chunk) {
	for rest := in.b; len(rest) > 0; {
		n := copy(c.in.reserve(&c.pool), rest)
		c.in.filled(n)
		rest = rest[n:]
	}
	if c.in.overLimit(c.server.engine.Limits()) {
		c.server.log(tooMuch)
		c.stopped, c.ended = true, true
		return
	}
	eof := in.err != nil
	knew := c.in.speaks
	c.in.parse(&c.batch, c.server.limitsFor(c.session, &c.limits), eof)
	if c.in.speaks == text && knew != text {
		c.batch.Writer = &reply.RESP{}
	}
	fatal := c.batch.Fatal != ""
	c.stopped = eof || fatal
	if c.batch.Len() == 0 && !c.stopped {
		c.in.release(&c.pool)
		return
	}
	c.batch.EOF = eof
	c.inFlight = true
	c.server.engine.Submit(c.session, &c.batch)
}

// settle deals with what the keyspace goroutine has passed on.
func (c *plainConn) settle() {
	c.mu.Lock()
	out, done, finish, broken := c.out, c.batchDone, c.finish, c.broken
	c.out, c.batchDone = nil, false
	c.mu.Unlock()
	if done {
		c.inFlight = false
		c.batch.Reset()
		c.in.release(&c.pool)
	}
	if len(out) > 0 {
		_, err := c.conn.Write(out)
		broken = broken || err != nil
		c.left.Store(0)
		c.busy.Store(false)
		c.session.Drained()
	}
	c.ended = c.ended || broken || finish
}
