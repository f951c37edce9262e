package resp

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// startServer serves e until the test ends.
func startServer(t testing.TB, e Engine, o Options) *Server {
	t.Helper()
	if o.Port == 0 && o.TLSPort == 0 && o.UnixSocket == "" {
		o.Port, o.Bind = AnyPort, []string{"127.0.0.1"}
	}
	if o.Log == nil {
		o.Log = func(_ keyspace.LogLevel, text string) { t.Log(text) }
	}
	s := NewServer(e, o)
	if err := s.Listen(); err != nil {
		t.Fatal(err)
	}
	served := make(chan error)
	go func() { served <- s.Serve() }()
	t.Cleanup(func() {
		if err := s.Close(); err != nil && !errors.Is(err, ErrServerClosed) {
			t.Error(err)
		}
		if err := <-served; !errors.Is(err, ErrServerClosed) {
			t.Error("Serve returned ", err)
		}
	})
	return s
}

// client is a connection with a deadline, so that a test that fails ends.
type client struct {
	net.Conn
	t testing.TB
	r *bufio.Reader
}

func dial(t testing.TB, a net.Addr) *client {
	t.Helper()
	c, err := net.Dial(a.Network(), a.String())
	if err != nil {
		t.Fatal(err)
	}
	return newClient(t, c)
}

func newClient(t testing.TB, c net.Conn) *client {
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	return &client{Conn: c, t: t, r: bufio.NewReader(c)}
}

func (c *client) send(s string) {
	c.t.Helper()
	if _, err := io.WriteString(c, s); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) expect(want string) {
	c.t.Helper()
	got := make([]byte, len(want))
	if n, err := io.ReadFull(c.r, got); err != nil || string(got) != want {
		c.t.Fatalf("got %.200q, %v, want %.200q", got[:n], err, want)
	}
}

// number is an integer reply.
func (c *client) number() int {
	c.t.Helper()
	line, err := c.r.ReadString('\n')
	n := 0
	if err == nil {
		_, err = fmt.Sscanf(line, ":%d\r\n", &n)
	}
	if err != nil {
		c.t.Fatalf("got %q, %v, want a number", line, err)
	}
	return n
}

// expectEnd wants the rest of what is received to be this, and then the end.
func (c *client) expectEnd(want string) {
	c.t.Helper()
	got, err := io.ReadAll(c.r)
	if err != nil || string(got) != want {
		c.t.Fatalf("got %.200q, %v, want %.200q and the end", got, err, want)
	}
}

// until waits for a condition that has no event.
func until(t testing.TB, what string, cond func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for tick := time.NewTicker(time.Millisecond); !cond(); {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("in vain waited for ", what)
		}
	}
}

// everyWay runs a test over each kind of connection. dial makes one.
func everyWay(t *testing.T, test func(t *testing.T, e *fakeEngine, dial func() *client)) {
	for _, way := range []struct {
		name    string
		options Options
		direct  bool
	}{
		{"epoll", Options{}, true},
		{"epoll, written by the goroutine", Options{}, false},
		{"plain", Options{Plain: true}, true},
		{"unix", Options{UnixSocket: "socket"}, true},
		{"plain unix", Options{UnixSocket: "socket", Plain: true}, true},
	} {
		t.Run(way.name, func(t *testing.T) {
			e := newFakeEngine(t)
			e.limits.DirectWrite.Store(way.direct)
			if way.options.UnixSocket != "" {
				way.options.UnixSocket = filepath.Join(t.TempDir(), "socket")
			}
			s := startServer(t, e, way.options)
			test(t, e, func() *client {
				c := dial(t, s.Addr())
				e.expect(t, "open")
				return c
			})
		})
	}
	t.Run("pipe", func(t *testing.T) {
		e := newFakeEngine(t)
		s := startServer(t, e, Options{UnixSocket: filepath.Join(t.TempDir(), "socket")})
		test(t, e, func() *client {
			ours, theirs := net.Pipe()
			if err := s.ServeConn(theirs); err != nil {
				t.Fatal(err)
			}
			e.expect(t, "open")
			return newClient(t, ours)
		})
	})
}

func TestRequests(t *testing.T) {
	everyWay(t, func(t *testing.T, e *fakeEngine, dial func() *client) {
		c := dial()
		for range 100 {
			c.send("PING\r\n")
			c.expect("+PONG\r\n")
		}
		c.send("*2\r\n$4\r\nEC")
		c.send("HO\r\n$3\r\na")
		c.send("bc\r\n")
		c.expect("$3\r\nabc\r\n")
		_ = c.Close()
		e.expect(t, "hangup")
	})
}

func TestPipeline(t *testing.T) {
	everyWay(t, func(t *testing.T, e *fakeEngine, dial func() *client) {
		c := dial()
		const n = 20_000
		go func() { _, _ = io.WriteString(c, strings.Repeat("*2\r\n$4\r\nECHO\r\n$5\r\nhello\r\n", n)) }()
		c.expect(strings.Repeat("$5\r\nhello\r\n", n))
		e.do(func() {
			if e.most < 10 {
				t.Errorf("at most %d commands at once", e.most)
			}
		})
	})
}

func TestLargeArguments(t *testing.T) {
	everyWay(t, func(t *testing.T, _ *fakeEngine, dial func() *client) {
		c := dial()
		for _, n := range []int{1, readBytes, bigArgBytes, mappedBytes, 5 << 20} {
			go func() {
				_, _ = fmt.Fprintf(c, "*2\r\n$3\r\nLEN\r\n$%d\r\n%s\r\nPING\r\n", n, strings.Repeat("v", n))
			}()
			c.expect(fmt.Sprintf(":%d\r\n+PONG\r\n", n))
		}
	})
}

// TestSlowReader has replies that no socket buffer takes, to a client that reads late.
func TestSlowReader(t *testing.T) {
	everyWay(t, func(t *testing.T, e *fakeEngine, dial func() *client) {
		c, other := dial(), dial()
		const n, size = 10, 3 << 20
		go func() { _, _ = io.WriteString(c, strings.Repeat(fmt.Sprintf("BIG %d\r\n", size), n)) }()
		for range 10 { // nobody else notices
			other.send("PING\r\n")
			other.expect("+PONG\r\n")
		}
		for range n {
			c.expect(fmt.Sprintf("$%d\r\n%s\r\n", size, strings.Repeat("x", size)))
		}
		c.send("PING\r\n")
		c.expect("+PONG\r\n")
		until(t, "the output to be free again", func() (empty bool) {
			e.do(func() {
				empty = true
				for _, s := range e.sessions {
					empty = empty && !s.conn.Busy() && s.conn.(*gate).out.empty()
				}
			})
			return empty
		})
	})
}

// TestReaderThatNeverReads: it can be aborted, and it does not hold up Close.
func TestReaderThatNeverReads(t *testing.T) {
	everyWay(t, func(t *testing.T, e *fakeEngine, dial func() *client) {
		c := dial()
		c.send("BIG 30000000\r\n")
		var conn keyspace.Conn
		until(t, "output to be kept", func() (busy bool) {
			e.do(func() {
				for _, s := range e.sessions {
					conn, busy = s.conn, s.conn.Busy()
				}
			})
			return busy
		})
		e.do(conn.Abort)
		e.expect(t, "hangup")
		dial().send("BIG 30000000\r\n") // for Close
	})
}

func TestCloseAfterReply(t *testing.T) {
	everyWay(t, func(t *testing.T, e *fakeEngine, dial func() *client) {
		c := dial()
		c.send("PING\r\nQUIT\r\n")
		c.expectEnd("+PONG\r\n+OK\r\n")
		e.expect(t, "hangup")
		c = dial() // also when the reply does not fit into the socket
		c.send("BIG 5000000\r\nQUIT\r\n")
		c.expectEnd("$5000000\r\n" + strings.Repeat("x", 5000000) + "\r\n+OK\r\n")
		e.expect(t, "hangup")
	})
}

func TestAbort(t *testing.T) {
	everyWay(t, func(t *testing.T, e *fakeEngine, dial func() *client) {
		c := dial()
		c.send("ABORT\r\n")
		e.expect(t, "hangup")
		if _, err := io.ReadAll(c.r); err != nil && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
	})
}

// TestProtocolError: what stands before the error is executed, then comes the error, then the end.
func TestProtocolError(t *testing.T) {
	everyWay(t, func(t *testing.T, e *fakeEngine, dial func() *client) {
		c := dial()
		c.send("PING\r\nECHO a\r\n*1\r\n$x\r\n")
		c.expectEnd("+PONG\r\n$1\r\na\r\n-" + string(reply.Protocol("invalid bulk length")) + "\r\n")
		e.expect(t, "hangup")
	})
}

// TestQueryBufferLimit has a case on each side. (Redis closes without a reply.)
func TestQueryBufferLimit(t *testing.T) {
	everyWay(t, func(t *testing.T, e *fakeEngine, dial func() *client) {
		const limit = 1 << 20
		e.limits.QueryBufferBytes.Store(limit)
		c := dial()
		send := func(size int) {
			_, _ = fmt.Fprintf(c, "*2\r\n$3\r\nLEN\r\n$%d\r\n%s\r\n", size, strings.Repeat("v", size))
		}
		go send(limit - 2)
		c.expect(fmt.Sprintf(":%d\r\n", limit-2))
		go send(limit - 1)
		e.expect(t, "hangup")
		if got, _ := io.ReadAll(c.r); len(got) > 0 {
			t.Fatalf("got %q", got)
		}
	})
}

// TestBlockedClientThatLeaves: the engine hears of it while the batch is in flight.
func TestBlockedClientThatLeaves(t *testing.T) {
	everyWay(t, func(t *testing.T, e *fakeEngine, dial func() *client) {
		c := dial()
		c.send("PING\r\nBLOCK\r\n")
		c.expect("+PONG\r\n")
		e.expect(t, "blocked")
		_ = c.Close()
		e.expect(t, "hangup")
	})
}

// halfCloser is a connection whose writing half can be closed.
type halfCloser interface{ CloseWrite() error }

// TestHalfClose: a client that sends its commands and closes its half gets all replies.
func TestHalfClose(t *testing.T) {
	everyWay(t, func(t *testing.T, e *fakeEngine, dial func() *client) {
		c := dial()
		half, ok := c.Conn.(halfCloser)
		if !ok {
			return // a pipe has no halves
		}
		const n = 50_000
		replies := make(chan []byte)
		go func() {
			got, _ := io.ReadAll(c.r)
			replies <- got
		}()
		c.send(strings.Repeat("PING\r\n", n) + "PI")
		if err := half.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		if got := <-replies; !bytes.Equal(got, bytes.Repeat([]byte("+PONG\r\n"), n)) {
			t.Fatalf("got %d bytes, want %d replies", len(got), n)
		}
		e.expect(t, "hangup")
	})
}

// TestHalfCloseWithBytesLeft: a blocked client that has sent more and left is noticed.
func TestHalfCloseWithBytesLeft(t *testing.T) {
	e := newFakeEngine(t)
	s := startServer(t, e, Options{})
	c := dial(t, s.Addr())
	e.expect(t, "open")
	c.send("BLOCK\r\n")
	e.expect(t, "blocked")
	c.send("PING\r\n")
	_ = c.Close()
	e.expect(t, "hangup")
}

// TestPanicEndsOneConnection: and is logged.
func TestPanicEndsOneConnection(t *testing.T) {
	e := newFakeEngine(t)
	logged := make(chan string, 10)
	s := startServer(t, e, Options{Log: func(_ keyspace.LogLevel, text string) { logged <- text }})
	c, other := dial(t, s.Addr()), dial(t, s.Addr())
	c.send("PANIC\r\n")
	c.expectEnd("")
	if text := <-logged; !strings.Contains(text, "as asked") {
		t.Fatalf("logged %q", text)
	}
	other.send("PING\r\n")
	other.expect("+PONG\r\n")
}

func TestMaxClients(t *testing.T) {
	for _, plain := range []bool{false, true} {
		e := newFakeEngine(t)
		e.limits.MaxClients.Store(1)
		s := startServer(t, e, Options{Plain: plain})
		first := dial(t, s.Addr())
		e.expect(t, "open")
		dial(t, s.Addr()).expectEnd("-ERR max number of clients reached\r\n")
		_ = first.Close()
		e.expect(t, "hangup")
		third := dial(t, s.Addr())
		third.send("PING\r\n")
		third.expect("+PONG\r\n")
	}
}

// TestProtectedMode needs an address of this machine that is not the loopback's.
func TestProtectedMode(t *testing.T) {
	for _, plain := range []bool{false, true} {
		e := newFakeEngine(t)
		e.limits.Protected.Store(true)
		s := startServer(t, e, Options{Plain: plain, Port: AnyPort, Bind: []string{"*"}})
		port := s.Addr().(*net.TCPAddr).Port
		local := dial(t, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
		local.send("PING\r\n")
		local.expect("+PONG\r\n")
		if ip := strangeAddress(t); ip != nil {
			dial(t, &net.TCPAddr{IP: ip, Port: port}).expectEnd(refuse(reply.ErrProtectedMode))
		}
	}
}

func strangeAddress(t *testing.T) net.IP {
	all, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && !n.IP.IsLoopback() && n.IP.To4() != nil {
			return n.IP
		}
	}
	t.Log("this machine has no address but the loopback's: only that one was tried")
	return nil
}

// TestIdleConnectionRests: it gives up goroutine and memory, and goes on where it stopped.
func TestIdleConnectionRests(t *testing.T) {
	e := newFakeEngine(t)
	s := startServer(t, e, Options{IdleAfter: time.Millisecond})
	c := dial(t, s.Addr())
	var g *gate
	s.table.each(func(found *gate) { g = found })
	dormant := func() bool { return g != nil && g.bits.Load()&stDormant != 0 }
	until(t, "a new connection to rest", func() bool {
		s.table.each(func(found *gate) { g = found })
		return dormant()
	})
	for range 3 {
		c.send("PING\r\n")
		c.expect("+PONG\r\n")
		until(t, "the connection to rest", dormant)
		c.send("PI") // a command in pieces
		until(t, "the connection to rest", dormant)
		c.send("NG\r\n")
		c.expect("+PONG\r\n")
		until(t, "the connection to rest", dormant)
	}
	if g.query.cur != nil || g.batch.Args != nil {
		t.Fatal("it holds a buffer")
	}
	e.do(func() { // a push wakes nobody: the owner writes it
		for _, s := range e.sessions {
			s.conn.Flush([]byte("+push\r\n"), 0)
		}
	})
	c.expect("+push\r\n")
	e.do(func() { // a large one needs the goroutine
		for _, s := range e.sessions {
			s.conn.Flush([]byte("+"+strings.Repeat("x", 8<<20)+"\r\n"), 0)
		}
	})
	c.expect("+" + strings.Repeat("x", 8<<20) + "\r\n")
	until(t, "the connection to rest", dormant)
	_ = c.Close()
	e.expect(t, "open")
	e.expect(t, "hangup")
}

// TestKilledWhileDormant: the owner ends connections that have no goroutine.
func TestKilledWhileDormant(t *testing.T) {
	for _, how := range []func(keyspace.Conn){
		func(c keyspace.Conn) { c.Abort() },
		func(c keyspace.Conn) { c.Flush([]byte("-bye\r\n"), keyspace.CloseAfter) },
	} {
		e := newFakeEngine(t)
		s := startServer(t, e, Options{})
		c := dial(t, s.Addr())
		e.expect(t, "open")
		e.do(func() {
			for _, s := range e.sessions {
				how(s.conn)
			}
		})
		e.expect(t, "hangup")
		_, _ = io.Copy(io.Discard, c.r)
	}
}

// TestManyConnections opens and closes at random, from many goroutines.
func TestManyConnections(t *testing.T) {
	for _, plain := range []bool{false, true} {
		e := newFakeEngine(t)
		s := startServer(t, e, Options{Plain: plain, IdleAfter: time.Millisecond})
		var group sync.WaitGroup
		for worker := range 20 {
			group.Go(func() {
				for i := range 30 {
					c, err := net.Dial("tcp", s.Addr().String())
					if err != nil {
						t.Error(err)
						return
					}
					if (worker+i)%3 == 0 { // reset rather than close
						_ = c.(*net.TCPConn).SetLinger(0)
					}
					want := strings.Repeat("+PONG\r\n", i)
					_, _ = io.WriteString(c, strings.Repeat("PING\r\n", i))
					if (worker+i)%2 == 0 {
						got := make([]byte, len(want))
						if _, err := io.ReadFull(c, got); err != nil || string(got) != want {
							t.Errorf("got %q, %v", got, err)
						}
					}
					_ = c.Close()
				}
			})
		}
		group.Wait()
		until(t, "all sessions to end", func() (none bool) {
			e.do(func() { none = len(e.sessions) == 0 })
			return none
		})
	}
}

func descriptors(t *testing.T) int {
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0 // not here
	}
	return len(files)
}

// occupy makes connections in every state, and returns how many.
func occupy(t *testing.T, e *fakeEngine, a net.Addr) int {
	all := []string{"", "PING\r\n", "BLOCK\r\n", "*3\r\n$3\r\nSET", "BIG 30000000\r\n"}
	for _, send := range all {
		c := dial(t, a)
		e.expect(t, "open")
		c.send(send)
		switch send {
		case "PING\r\n":
			c.expect("+PONG\r\n")
		case "BLOCK\r\n":
			e.expect(t, "blocked")
		}
	}
	return len(all)
}

// TestCloseLeavesNothing: no goroutine, no descriptor, whatever the connections are doing.
func TestCloseLeavesNothing(t *testing.T) {
	for _, plain := range []bool{false, true} {
		e := newFakeEngine(t)
		goroutines, files := runtime.NumGoroutine(), descriptors(t)
		o := Options{Plain: plain, Port: AnyPort, Bind: []string{"127.0.0.1"}}
		o.UnixSocket = filepath.Join(t.TempDir(), "socket")
		s := NewServer(e, o)
		if err := s.Listen(); err != nil {
			t.Fatal(err)
		}
		served := make(chan error)
		go func() { served <- s.Serve() }()
		for _, a := range s.Addrs() {
			files += occupy(t, e, a) // ours
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := <-served; !errors.Is(err, ErrServerClosed) {
			t.Fatal(err)
		}
		if err := s.Close(); !errors.Is(err, ErrServerClosed) {
			t.Fatal("closed twice: ", err)
		}
		until(t, "goroutines to end", func() bool { return runtime.NumGoroutine() <= goroutines })
		if now := descriptors(t); now > files {
			t.Fatalf("plain %v: %d descriptors, %d before", plain, now, files)
		}
		if _, err := os.Stat(o.UnixSocket); !errors.Is(err, os.ErrNotExist) {
			t.Fatal("the Unix socket is left: ", err)
		}
	}
}

func TestPortInUse(t *testing.T) {
	e := newFakeEngine(t)
	taken := startServer(t, e, Options{})
	port := taken.Addr().(*net.TCPAddr).Port
	s := NewServer(e, Options{Bind: []string{"127.0.0.1"}, Port: port})
	if err := s.Listen(); err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Fatal(err)
	}
}

// TestBind: several addresses share a port, and one with a minus may be missing.
func TestBind(t *testing.T) {
	e := newFakeEngine(t)
	s := startServer(t, e, Options{Port: AnyPort, Bind: []string{"127.0.0.1", "-::1", "-192.0.2.77"}})
	port := s.Addr().(*net.TCPAddr).Port
	for _, a := range s.Addrs() {
		if a.(*net.TCPAddr).Port != port {
			t.Fatalf("listening on %v", s.Addrs())
		}
		c := dial(t, a)
		c.send("PING\r\n")
		c.expect("+PONG\r\n")
	}
	missing := NewServer(e, Options{Port: AnyPort, Bind: []string{"192.0.2.77"}})
	if err := missing.Listen(); err == nil {
		t.Fatal("listens on an address that this machine does not have")
	}
}

func TestUnixSocketPermissions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	stale, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	stale.(*net.UnixListener).SetUnlinkOnClose(false)
	_ = stale.Close()
	startServer(t, newFakeEngine(t), Options{UnixSocket: path, UnixSocketPerm: 0o700})
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Fatal(info, err)
	}
}

// TestSynctest: over pipes everything runs on fake time, and the bubble sees that all is at rest.
func TestSynctest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := newFakeEngine(t)
		s := NewServer(e, Options{})
		served := make(chan error)
		go func() { served <- s.Serve() }()
		ours, theirs := net.Pipe()
		if err := s.ServeConn(theirs); err != nil {
			t.Fatal(err)
		}
		c := newClient(t, ours)
		for range 3 {
			c.send("PING\r\n")
			c.expect("+PONG\r\n")
			_ = c.SetDeadline(time.Now().Add(2 * time.Hour))
			time.Sleep(time.Hour)
			synctest.Wait()
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		<-served
	})
}
