package binproto

import (
	"crypto/tls"
	"errors"
	"fmt"
	"math"
	"net"
	"sync"
	"sync/atomic"

	"github.com/ringer-kv/ringer/binproto/frame"
	"github.com/ringer-kv/ringer/keyspace"
)

// DefaultPort is the native protocol's.
const DefaultPort = 1234

// MaxFrameBytes is the largest value of Options.MaxFrame. Below it no four printable bytes are a
// legal length.
const MaxFrameBytes = 512 << 20

// ErrClosed is what Serve returns after Close.
var ErrClosed = errors.New("binproto: server closed")

// Engine is what the front end needs of keyspace.Engine.
type Engine interface {
	Open(c keyspace.Conn, info keyspace.ConnInfo) (*keyspace.Session, error)
	Submit(s *keyspace.Session, b *keyspace.Batch)
	Round(all []keyspace.Submission, f *keyspace.Fence) error
	PeerClosed(s *keyspace.Session)
	Hangup(s *keyspace.Session)
	Limits() *keyspace.Limits
	// Do runs fn in the owner goroutine, behind everything that has been handed over before, and
	// returns when it has run.
	Do(fn func()) error
	// Closing tells that the front end waits for its batches to end, in order to close, or waits
	// no longer: a script may have to be ended for it.
	Closing(is bool)
}

var _ Engine = (*keyspace.Engine)(nil)

// Options configure a Server. The zero value listens on a free port of all addresses.
//
// Safe for concurrent use. The server keeps a copy.
type Options struct {
	// Bind are the addresses to listen on, as in native-bind; one that begins with "-" may be
	// missing. None: all of IPv6 and IPv4 through one socket.
	Bind []string
	// Port is native-port. 0 takes a free one, the same for all addresses.
	Port int
	// TLS is how TLS is spoken, on a port of its own; nil: not at all.
	TLS *TLSOptions
	// TLSOnly: Port is not listened on.
	TLSOnly bool
	// MaxFrame is native-max-frame in bytes; 0 is frame.DefaultMaxFrameBytes.
	MaxFrame int64
	// Backlog is tcp-backlog; 0 is 511, Redis's default.
	Backlog int
	// Log takes a line when accepting fails or sockets run out; nil drops it.
	Log func(line string)
}

// TLSOptions are those of native-tls-port.
//
// Nobody changes them. Safe for concurrent use.
type TLSOptions struct {
	// Port is native-tls-port. 0 takes a free one, the same for all addresses.
	Port int
	// Config is asked for the terms of each connection, so that certificates can be exchanged
	// while the server runs.
	Config func() *tls.Config
}

// Server is the native front end: listeners, connections and the loop that serves them.
//
// Safe for concurrent use.
type Server struct {
	engine  Engine
	options Options

	mu        sync.Mutex
	addrs     []net.Addr
	listening bool
	serving   bool
	closed    atomic.Bool
	done      chan struct{} // closed when Serve has ended

	front  front // what the system's kind of front end needs
	secure plain // the connections with TLS
}

// NewServer makes a server of the engine. It does nothing until Listen.
func NewServer(e Engine, o Options) *Server {
	if o.MaxFrame <= 0 {
		o.MaxFrame = frame.DefaultMaxFrameBytes
	}
	if o.Backlog <= 0 {
		o.Backlog = 511
	}
	o.MaxFrame = min(o.MaxFrame, MaxFrameBytes, math.MaxInt-frame.HeaderBytes)
	return &Server{engine: e, options: o, done: make(chan struct{})}
}

// Listen opens the listening sockets. When it fails none is open.
func (s *Server) Listen() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed.Load() {
		return ErrClosed
	}
	if s.listening {
		return errors.New("binproto: already listening")
	}
	if err := s.listen(); err != nil {
		s.addrs = nil
		return fmt.Errorf("binproto: %w", err)
	}
	s.listening = true
	return nil
}

// listen opens the sockets without TLS, then those with it.
func (s *Server) listen() error {
	if !s.options.TLSOnly {
		if err := s.front.listen(s); err != nil {
			return err
		}
	}
	o := s.options.TLS
	if o == nil {
		return nil
	}
	s.secure.config = o.Config
	addrs, err := s.secure.listen(s.options.Bind, o.Port)
	if err != nil && !s.options.TLSOnly {
		s.front.stop(false)
	}
	s.addrs = append(s.addrs, addrs...)
	return err
}

// Addr is the first address that the server listens on, nil before Listen.
func (s *Server) Addr() net.Addr {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.addrs) == 0 {
		return nil
	}
	return s.addrs[0]
}

// Addrs are the addresses that the server listens on, those for TLS after the others.
func (s *Server) Addrs() []net.Addr {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]net.Addr(nil), s.addrs...)
}

// Serve serves connections, in the calling goroutine, until Close. It returns ErrClosed then, and
// another error when the system refuses to go on.
func (s *Server) Serve() error {
	s.mu.Lock()
	if s.closed.Load() || !s.listening || s.serving {
		defer s.mu.Unlock()
		if s.closed.Load() {
			return ErrClosed
		}
		return errors.New("binproto: Serve needs one Listen before it")
	}
	s.serving = true
	s.mu.Unlock()
	defer close(s.done)
	err := s.serveBoth()
	if s.closed.Load() {
		return ErrClosed
	}
	return err
}

// serveBoth serves the connections without TLS and those with it, until both have ended. When the
// loop gives up, nothing else goes on.
func (s *Server) serveBoth() error {
	if s.options.TLS == nil {
		return s.front.serve(s)
	}
	if s.options.TLSOnly {
		return s.secure.serve(s)
	}
	over := make(chan error, 1)
	go func() { over <- s.secure.serve(s) }()
	err := s.front.serve(s)
	s.secure.stop()
	return errors.Join(err, <-over)
}

// Close closes the listeners and all connections and returns when nothing of the server is left:
// no socket, no goroutine, no session. The engine must still run.
func (s *Server) Close() error {
	s.mu.Lock()
	if s.closed.Swap(true) {
		s.mu.Unlock()
		return ErrClosed
	}
	serving := s.serving
	s.engine.Closing(true)
	defer s.engine.Closing(false)
	if s.listening {
		if !s.options.TLSOnly {
			s.front.stop(serving)
		}
		s.secure.stop()
	}
	s.mu.Unlock()
	if serving {
		<-s.done
	}
	return nil
}

// limitsFor returns the limits of a session's next requests: own, brought up to date, or those of
// a session that has yet to authenticate.
func (s *Server) limitsFor(session *keyspace.Session, own *frame.Limits) *frame.Limits {
	engine := s.engine.Limits()
	if engine.AuthRequired.Load() && !session.Authenticated() {
		return &unauthLimits
	}
	own.FrameBytes, own.Strings = s.options.MaxFrame, frame.MaxStrings
	own.StringBytes = engine.MaxBulkBytes.Load()
	return own
}

func (s *Server) log(line string) {
	if s.options.Log != nil {
		s.options.Log(line)
	}
}
