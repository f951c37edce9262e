package resp

import (
	"errors"
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/ringer-kv/ringer/keyspace"
)

// absent reports that an address does not exist on this machine, as its whole family doesn't or,
// for an optional one, it alone, so that listening goes without it. Redis: listenToPort.
func absent(err error, optional bool) bool {
	for _, e := range []error{
		syscall.EAFNOSUPPORT, syscall.EPFNOSUPPORT, syscall.EPROTONOSUPPORT, syscall.ENOPROTOOPT,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	return optional && errors.Is(err, syscall.EADDRNOTAVAIL)
}

// plain gets connections from a net.Listener.
type plain struct {
	server *Server
	from   net.Listener
	secure bool // TLS
}

func (p *plain) start() { p.server.running.Go(p.accept) }
func (p *plain) stop()  { _ = p.from.Close() }

// The waits after an accept that failed.
const (
	minAcceptWait = 5 * time.Millisecond
	maxAcceptWait = time.Second
)

// accept lets connections in. When the system refuses, mostly because there are too many open
// files, it tries again after a wait that doubles.
func (p *plain) accept() {
	wait := minAcceptWait
	for {
		c, err := p.from.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			p.server.log(keyspace.LogWarning, "Accepting client connection: "+err.Error())
			time.Sleep(wait)
			wait = min(2*wait, maxAcceptWait)
			continue
		}
		wait = minAcceptWait
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetKeepAliveConfig(p.server.keepAlive())
		}
		if p.secure {
			p.server.secure(c)
			continue
		}
		_ = p.server.adopt(c, true)
	}
}

// keepAlive is the setting tcp-keepalive, as Redis spreads it.
func (s *Server) keepAlive() net.KeepAliveConfig {
	d := time.Duration(s.limits.KeepAliveSeconds.Load()) * time.Second
	return net.KeepAliveConfig{Enable: d > 0, Idle: d, Interval: max(d/3, time.Second), Count: 3}
}

// adopt lets a connection in and serves it. Protected mode holds for those that came through a
// listener.
func (s *Server) adopt(c net.Conn, listened bool) error {
	p := peer{
		remote: c.RemoteAddr().String(), local: c.LocalAddr().String(),
		network: c.RemoteAddr().Network(), fd: -1,
	}
	if tcp, ok := c.RemoteAddr().(*net.TCPAddr); ok {
		p.strange = listened && !tcp.IP.IsLoopback()
	}
	if p.network == "unix" {
		p.remote, p.local = s.options.UnixSocket+":0", s.options.UnixSocket+":0"
	}
	w := &stream{conn: c, taken: make(chan struct{}, 1)}
	g, refusal := s.newGate(p, w)
	if g == nil {
		// Best effort and no waiting, as in Redis.
		_ = c.SetWriteDeadline(time.Now().Add(refusalWait))
		_, err := c.Write([]byte(refusal))
		return errors.Join(errRefused, err, c.Close())
	}
	w.gate = g
	s.running.Go(w.pump)
	s.front.hand(g)
	return nil
}

// refusalWait is how long a connection that is not let in may take to hear it.
const refusalWait = 100 * time.Millisecond

// errRefused means that a connection was not let in, and closed.
var errRefused = errors.New("resp: connection refused")

// stream is the wire over any net.Conn. A goroutine of its own, the pump, reads ahead, so that
// the end of the connection is noticed while a batch is in flight.
//
// Safe for concurrent use.
type stream struct {
	conn net.Conn
	gate *gate

	mu    sync.Mutex
	ahead []byte // read, and not taken by the gate
	err   error  // after those
	taken chan struct{}
	over  bool

	sending  bool // a goroutine writes
	sent     int  // what it has written when it has ended, and why it ended early
	sendErr  error
	finished bool // sent and sendErr are to be fetched
}

// maxAheadBytes is where the pump stops reading ahead.
const maxAheadBytes = 64 << 10

// pump reads until the connection ends.
func (s *stream) pump() {
	buf := make([]byte, readBytes)
	for {
		n, err := s.conn.Read(buf)
		s.mu.Lock()
		s.ahead = append(s.ahead, buf[:n]...)
		s.err = err
		s.mu.Unlock()
		if err != nil {
			s.gate.change(evReadable|evHangup, 0)
			return
		}
		s.gate.change(evReadable, 0)
		for !s.mayRead() {
			<-s.taken
		}
	}
}

// mayRead reports whether there is room to read ahead, or no use in waiting for it.
func (s *stream) mayRead() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.over || len(s.ahead) < maxAheadBytes
}

func (s *stream) read(k *block, from int) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.ahead) == 0 {
		if s.err == nil {
			return 0, errAgain
		}
		return 0, nil
	}
	n := copy(k.b[from:], s.ahead)
	s.ahead = s.ahead[:copy(s.ahead, s.ahead[n:])]
	s.release()
	return n, nil
}

// release lets the pump go on.
func (s *stream) release() {
	select {
	case s.taken <- struct{}{}:
	default:
	}
}

func (s *stream) ended() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.ahead) == 0 && s.err != nil
}

// write has a goroutine of its own write p, which may take as long as the peer likes, while the
// gate goes on to read: else both would wait for ever if the peer sends a long pipeline before it
// reads. The next call, which is with the same p, fetches the result.
func (s *stream) write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.finished:
		s.finished = false
		return s.sent, s.sendErr
	case !s.sending:
		s.sending = true
		s.gate.server.running.Go(func() { s.send(p) })
	}
	return 0, errAgain
}

// send writes p and tells the gate.
func (s *stream) send(p []byte) {
	n, err := s.conn.Write(p)
	s.mu.Lock()
	s.sending, s.finished, s.sent, s.sendErr = false, true, n, err
	s.mu.Unlock()
	s.gate.change(evWritable, 0)
}

func (s *stream) armWrite()    {} // send does it
func (s *stream) direct() bool { return false }
func (s *stream) interrupt()   { s.close() }

func (s *stream) close() {
	s.mu.Lock()
	s.over = true
	s.mu.Unlock()
	_ = s.conn.Close()
	s.release()
}
