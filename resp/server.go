package resp

import (
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
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
}

// AnyPort asks for a TCP port that is free.
const AnyPort = -1

// Options say where to listen. The zero value listens nowhere: connections come by ServeConn.
//
// Nobody changes them. Safe for concurrent use.
type Options struct {
	// Bind are the addresses to listen on, as in redis.conf: "*" is all of IPv4, "::*" all of
	// IPv6, and one with a "-" in front may be missing. Empty: all of both.
	Bind []string
	// Port is the TCP port; 0: none, AnyPort: one that is free.
	Port int
	// UnixSocket is the path of a Unix socket, UnixSocketPerm its permissions (0: the umask's).
	UnixSocket     string
	UnixSocketPerm os.FileMode
	Backlog        int           // tcp-backlog; 0: the system's
	KeepAlive      time.Duration // tcp-keepalive; 0: off
	// Plain listens without epoll.
	Plain bool
	// IdleAfter is when a connection without traffic gives up its goroutine and its memory.
	// 0: a second.
	IdleAfter time.Duration
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

	mu        sync.Mutex
	listeners []listener
	closed    bool
}

// listener is one way to get connections: the epoll set with all its sockets, or a net.Listener.
type listener interface {
	addrs() []net.Addr
	start()
	stop()  // no new connections
	close() // when no connection is left
}

// NewServer makes a server that is not listening yet.
func NewServer(e Engine, o Options) *Server {
	if o.IdleAfter == 0 {
		o.IdleAfter = defaultIdleAfter
	}
	return &Server{engine: e, limits: e.Limits(), options: o, front: newFront()}
}

// Listen opens the sockets. Clients can connect from then on; they are served by Serve.
func (s *Server) Listen() error {
	sockets, err := s.open()
	if err != nil || len(sockets) == 0 {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.options.Plain {
		p, err := newPoller(s, sockets)
		if err == nil {
			s.listeners = append(s.listeners, p)
			return nil
		}
		s.log(keyspace.LogWarning, "No epoll, serving without: "+err.Error())
	}
	for _, l := range sockets {
		s.listeners = append(s.listeners, &plain{server: s, from: l})
	}
	return nil
}

// open opens all sockets, or none.
func (s *Server) open() (sockets []net.Listener, err error) {
	defer func() {
		if err == nil {
			return
		}
		for _, l := range sockets {
			err = errors.Join(err, l.Close())
		}
	}()
	port := s.options.Port
	for _, bind := range s.binds() {
		l, err := listenTCP(bind, port)
		if optional := strings.HasPrefix(bind, "-"); err != nil && optional && absent(err) {
			continue
		}
		if err != nil {
			return sockets, fmt.Errorf("listening on %s port %d: %w", bind, max(port, 0), err)
		}
		sockets = append(sockets, l)
		port = l.Addr().(*net.TCPAddr).Port
	}
	if s.options.UnixSocket == "" {
		return sockets, nil
	}
	l, err := s.listenUnix()
	if err != nil {
		return sockets, fmt.Errorf("listening on %s: %w", s.options.UnixSocket, err)
	}
	return append(sockets, l), nil
}

// binds are the addresses to bind TCP sockets to.
func (s *Server) binds() []string {
	switch {
	case s.options.Port == 0:
		return nil
	case len(s.options.Bind) == 0:
		return []string{"*", "-::*"}
	}
	return s.options.Bind
}

// listenTCP opens a socket for one address of redis.conf's bind.
func listenTCP(bind string, port int) (net.Listener, error) {
	host := strings.TrimPrefix(bind, "-")
	network := "tcp"
	switch host {
	case "*":
		network, host = "tcp4", ""
	case "::*", "::":
		network, host = "tcp6", ""
	}
	return net.Listen(network, net.JoinHostPort(host, strconv.Itoa(max(port, 0))))
}

// listenUnix opens the Unix socket, over one that a dead server has left behind.
func (s *Server) listenUnix() (net.Listener, error) {
	path := s.options.UnixSocket
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil || s.options.UnixSocketPerm == 0 {
		return l, err
	}
	if err := os.Chmod(path, s.options.UnixSocketPerm); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// Addr is the first address that is listened on, nil if there is none.
func (s *Server) Addr() net.Addr {
	if all := s.Addrs(); len(all) > 0 {
		return all[0]
	}
	return nil
}

// Addrs are all addresses that are listened on.
func (s *Server) Addrs() (all []net.Addr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.listeners {
		all = append(all, l.addrs()...)
	}
	return all
}

// Serve serves connections until Close; it then returns ErrServerClosed.
func (s *Server) Serve() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return ErrServerClosed
	}
	for _, l := range s.listeners {
		l.start()
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
	listeners := s.listeners
	s.mu.Unlock()
	for _, l := range listeners {
		l.stop()
	}
	_ = s.front.Close()
	s.table.each((*gate).abort)
	s.running.Wait()
	for _, l := range listeners {
		l.close()
	}
	return nil
}

// compile-time proof that the engine is one.
var _ Engine = (*keyspace.Engine)(nil)
