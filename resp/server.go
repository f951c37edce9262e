package resp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tidwall/redcon"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// Engine is what this package needs of keyspace.Engine.
type Engine interface {
	Open(c keyspace.Conn, info keyspace.ConnInfo) (*keyspace.Session, error)
	Submit(s *keyspace.Session, b *keyspace.Batch)
	PeerClosed(s *keyspace.Session)
	Hangup(s *keyspace.Session)
	Limits() *keyspace.Limits
	// Closing tells that the front end waits for its batches to end, in order to close, or waits
	// no longer: a script may have to be ended for it.
	Closing(is bool)
}

// Options say where to listen. The zero value listens nowhere: connections come by ServeConn.
//
// Nobody changes them. Safe for concurrent use.
type Options struct {
	// Bind, Port and TLSPort are the Addresses at the start.
	Bind          []string
	Port, TLSPort int
	TLS           *keyspace.TLSSettings // for TLSPort
	// UnixSocket is the path of a Unix socket, UnixSocketPerm its permissions (0: the umask's).
	UnixSocket     string
	UnixSocketPerm os.FileMode
	Backlog        int // tcp-backlog; 0: the system's
	// Plain listens without epoll.
	Plain bool
	// IdleAfter is when a connection without traffic gives up its goroutine and its memory.
	// 0: a second.
	IdleAfter time.Duration
	// PassedOver is told of an address that there is not, and that may be missing.
	PassedOver func(err error)
	// Log takes log lines; nil drops them.
	Log func(level keyspace.LogLevel, text string)
}

// defaultIdleAfter: a goroutine with redcon's buffers costs 12 KiB and taking it up again about
// 10 microseconds, so it may go quite soon.
const defaultIdleAfter = time.Second

// ErrServerClosed is returned by Serve and ServeConn after Close.
var ErrServerClosed = errors.New("resp: server closed")

// Server speaks RESP with the clients of an engine.
//
// Safe for concurrent use.
type Server struct {
	engine  Engine
	limits  *keyspace.Limits
	options Options
	front   *front
	table   table
	blocks  blocks
	running sync.WaitGroup // goroutines of connections and listeners

	tls     atomic.Pointer[tls.Config] // for connections to come
	shaking atomic.Int64               // handshakes that are under way
	life    context.Context            // ends with Close
	end     context.CancelFunc

	mu      sync.Mutex
	doors   []door
	poller  listener // nil: none needed yet, or none to be had
	serving bool
	closed  bool
}

// listener watches sockets that listen, and the connections that come by them: the poller.
type listener interface {
	// add takes a socket over; shut closes it. On an error it is as it was.
	add(l net.Listener) (shut func(), err error)
	start()
	close() // when no door is open and no connection left
}

// NewServer makes a server that is not listening yet.
func NewServer(e Engine, o Options) *Server {
	if o.IdleAfter == 0 {
		o.IdleAfter = defaultIdleAfter
	}
	s := &Server{engine: e, limits: e.Limits(), options: o, front: newFront()}
	s.life, s.end = context.WithCancel(context.Background())
	return s
}

// Serve serves connections until Close; it then returns ErrServerClosed.
func (s *Server) Serve() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return ErrServerClosed
	}
	s.serving = true
	if s.poller != nil {
		s.poller.start()
	}
	for _, d := range s.doors {
		d.start()
	}
	s.mu.Unlock()
	if err := redcon.Serve(s.front, s.handle, nil, s.handled); err != nil {
		return err
	}
	return ErrServerClosed
}

// handle is redcon's handler. It serves the connection to its end, or until it comes to rest:
// redcon then lets go of it, and gets it again when there is something to do.
func (s *Server) handle(conn redcon.Conn, _ redcon.Command) {
	g := conn.NetConn().(*gate)
	if s.guard(g) == resting {
		conn.Detach()
		return
	}
	g.finish()
	_ = conn.Close() // tells redcon; the socket is closed already
}

// guard serves the connection. A panic ends it, and nothing else.
func (s *Server) guard(g *gate) (v verdict) {
	defer func() {
		if r := recover(); r != nil {
			s.log(keyspace.LogWarning, fmt.Sprintf("Closing client after a panic: %v\n%s", r, debug.Stack()))
			v = ended
		}
	}()
	return g.serve()
}

// handled is called by redcon when it lets go of a connection.
func (s *Server) handled(redcon.Conn, error) { s.running.Done() }

// rest makes a gate dormant, if its socket can wake it up again and nothing is going on.
func (s *Server) rest(g *gate) bool { return g.wire.direct() && g.word.rest() }

// ServeConn serves a connection that has been made elsewhere, like one end of net.Pipe. It
// returns at once.
func (s *Server) ServeConn(c net.Conn) error {
	s.mu.Lock()
	closed := s.closed
	if !closed {
		s.running.Add(1)
	}
	s.mu.Unlock()
	if closed {
		return errors.Join(ErrServerClosed, c.Close())
	}
	defer s.running.Done()
	return s.adopt(c, false)
}

// peer is what is known of a connection before it is let in.
type peer struct {
	remote, local string
	network       string
	strange       bool // not from this machine
	fd            int
}

// refuse is the reply to a connection that is not let in.
func refuse(why reply.Error) string {
	var w reply.RESP
	w.Error(why)
	return string(w.Take())
}

// openYields is how often the goroutines of connections that have just been closed may run before
// a new one is refused for their sake: its place may be about to become free.
const openYields = 3

// newGate makes the gate of a connection. If it may not come in, the text to reply is returned.
func (s *Server) newGate(p peer, w wire) (g *gate, refusal string) {
	if p.strange && s.limits.Protected.Load() {
		s.limits.Rejected.Add(1)
		return nil, refuse(reply.ErrProtectedMode)
	}
	g = &gate{server: s, wire: w, parser: newParser()}
	g.remote, g.local, g.network = p.remote, p.local, p.network
	g.query.from = &s.blocks
	s.table.add(g)
	info := keyspace.ConnInfo{
		RemoteAddr: p.remote, LocalAddr: p.local, Unix: p.network == "unix",
		Writer: &g.writer, FD: p.fd,
	}
	session, err := s.engine.Open(g, info)
	for i := 0; i < openYields && errors.Is(err, keyspace.ErrMaxClients); i++ {
		runtime.Gosched()
		session, err = s.engine.Open(g, info)
	}
	if err != nil {
		s.table.remove(g)
		return nil, refuse(reply.ErrMaxClients)
	}
	g.session = session
	return g, ""
}

func (s *Server) log(level keyspace.LogLevel, text string) {
	if s.options.Log != nil {
		s.options.Log(level, text)
	}
}

// Close closes the sockets and all connections and returns when no goroutine of the server is
// left. The engine must still be running.
func (s *Server) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return ErrServerClosed
	}
	s.closed = true
	for _, d := range s.doors {
		d.shut()
	}
	s.mu.Unlock()
	s.engine.Closing(true)
	defer s.engine.Closing(false)
	s.end()
	_ = s.front.Close()
	s.table.each((*gate).abort)
	s.running.Wait()
	if s.poller != nil {
		s.poller.close()
	}
	return nil
}

// compile-time proof that the engine is one.
var _ Engine = (*keyspace.Engine)(nil)
