package resptest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"syscall"
	"testing"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/command"
	"github.com/ringer-kv/ringer/resp"
)

// Server is a whole ringer in this process. Its methods for data are those of database 0; DB gives
// the others.
//
// Safe for concurrent use.
type Server struct {
	*Database
	engine  *keyspace.Engine
	clock   *Clock
	tap     *tap
	host    string
	tb      testing.TB // nil: made by New
	options options

	mu     sync.Mutex
	port   int          // 0: not known yet
	net    *resp.Server // serves the network; nil: nobody has asked for an address yet, or down
	memory *resp.Server // serves Dial; nil: nobody has dialed yet, or down
	down   bool
	closed bool
}

// ErrDown is what Dial returns while the server is down or closed. It is a "connection refused" to
// errors.Is.
var ErrDown = fmt.Errorf("resptest: the server is down: %w", syscall.ECONNREFUSED)

// commands is the table of all commands, which all servers of the process share.
//
//tidy:table it is made once and never changed
var commands = sync.OnceValues(func() (*keyspace.Table, error) {
	return keyspace.NewTable(command.Table())
})

// Start starts a server that lives as long as the test: it is closed by tb.Cleanup, and if the test
// fails, the last commands that it was sent are logged.
func Start(tb testing.TB, opts ...Option) *Server {
	tb.Helper()
	s, err := New(opts...)
	if err != nil {
		tb.Fatal(err)
	}
	s.tb = tb
	tb.Cleanup(func() {
		if tb.Failed() {
			s.logCommands(tb)
		}
		s.Close()
	})
	return s
}

// New starts a server. The caller closes it.
func New(opts ...Option) (*Server, error) {
	o := options{config: keyspace.NewConfig(), host: "127.0.0.1"}
	for _, opt := range opts {
		if err := opt(&o); err != nil {
			return nil, fmt.Errorf("resptest: %w", err)
		}
	}
	table, err := commands()
	if err != nil {
		return nil, fmt.Errorf("resptest: %w", err)
	}
	s := &Server{clock: o.clock, host: o.host, port: o.port, options: o, tap: newTap()}
	s.Database = &Database{server: s}
	if s.clock == nil {
		s.clock = new(Clock)
	}
	s.engine, err = keyspace.New(keyspace.Options{
		Table: table, Config: o.config, Clock: engineClock{s.clock}, Seed: o.seed,
		ArenaBytes: reserveBytes, Prompt: true, Interceptor: s.tap, Log: o.log,
		Recorders: o.record, Cluster: o.node,
	})
	if err != nil {
		return nil, fmt.Errorf("resptest: %w", err)
	}
	s.clock.attach(s)
	if o.listen {
		if err := s.listen(); err != nil {
			s.Close()
			return nil, fmt.Errorf("resptest: %w", err)
		}
	}
	return s, nil
}

// reserveBytes is the address space of one server's data, and so the most that it can hold: what is
// not used takes no memory. A thousand servers take 4 of the 128 TiB that a process has.
const reserveBytes = 4 << 30

// Clock is the time that the server goes by.
func (s *Server) Clock() *Clock { return s.clock }

// Addr is the address that clients connect to, as "127.0.0.1:40123". The server listens from the
// first call of Addr, URL, Host or Port on, or from the start if there is a WithAddr; it panics if
// it can't. A server that was closed before has port 0.
func (s *Server) Addr() string { return net.JoinHostPort(s.host, s.Port()) }

// URL is the address as clients parse it: "redis://127.0.0.1:40123".
func (s *Server) URL() string { return "redis://" + s.Addr() }

// Host is the host of Addr.
func (s *Server) Host() string {
	s.Port()
	return s.host
}

// Port is the port of Addr.
func (s *Server) Port() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.port == 0 && !s.closed {
		if err := s.listen(); err != nil {
			panic("resptest: " + err.Error())
		}
		if s.down { // the address is known now, and refuses
			s.hangUp()
		}
	}
	return strconv.Itoa(s.port)
}

// listen opens the port, the one that the server has had before if there is one.
func (s *Server) listen() error {
	port := s.port
	if port == 0 {
		port = resp.AnyPort
	}
	front := resp.NewServer(s.engine, resp.Options{
		Bind: []string{s.host}, Port: port, Log: s.options.log,
	})
	if err := front.Listen(); err != nil {
		return err
	}
	s.port = front.Addr().(*net.TCPAddr).Port
	s.net = front
	go serve(front)
	return nil
}

// serve runs a front end, which ends by Close only.
func serve(front *resp.Server) {
	if err := front.Serve(); !errors.Is(err, resp.ErrServerClosed) {
		panic("resptest: serving ended: " + err.Error())
	}
}

// Dial connects to the server within the process. The connection never touches the network, so it
// works where there is none and in the bubbles of testing/synctest; the server then never listens,
// unless it is asked for its address.
func (s *Server) Dial() (net.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down || s.closed {
		return nil, ErrDown
	}
	if s.memory == nil {
		s.memory = resp.NewServer(s.engine, resp.Options{Log: s.options.log})
		go serve(s.memory)
	}
	client, server := newPipe()
	if err := s.memory.ServeConn(server); err != nil {
		return nil, errors.Join(err, client.Close())
	}
	return client, nil
}

// DialContext is Dial in the shape that clients want for a dialer, as redis.Options.Dialer.
// Network and address are ignored.
func (s *Server) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.Dial()
}

// Down closes all connections and refuses new ones until Up. The data stays.
func (s *Server) Down() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = true
	s.hangUp()
}

// hangUp closes both front ends.
func (s *Server) hangUp() {
	for _, front := range []*resp.Server{s.net, s.memory} {
		if front != nil {
			_ = front.Close() // it is the only Close, and that is all that it could complain of
		}
	}
	s.net, s.memory = nil, nil
}

// Up ends what Down has begun: the server is back at its old address. It panics if another process
// has taken the port meanwhile.
func (s *Server) Up() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.down || s.closed {
		return
	}
	s.down = false
	if s.port != 0 {
		if err := s.listen(); err != nil {
			panic("resptest: " + err.Error())
		}
	}
}

// Restart closes all connections and is back at once, at the same address and with the same data,
// as a server that had saved it.
func (s *Server) Restart() {
	s.Down()
	s.Up()
}

// Close ends the server and all its connections, also those of clients that are blocked. When it
// returns, no goroutine, descriptor or memory of the server is left. A second Close does nothing.
func (s *Server) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.closed = true
	s.hangUp()
	s.clock.detach(s)
	_ = s.engine.Close() // likewise
}

// isClosed reports whether Close has been called; it waits for the end of one.
func (s *Server) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// settle returns when all is done that is due.
func (s *Server) settle() {
	_ = s.engine.Settle() // a server that has been closed has nothing to do any more
}
