//go:build unix && !ringer_plain

package binproto

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/ringer-kv/ringer/binproto/frame"
	"github.com/ringer-kv/ringer/keyspace"
)

const patience = 20 * time.Second

func timeout() <-chan time.Time { return time.After(patience) }

// start serves the engine until the test ends, and checks that nothing is left then.
func start(t testing.TB, e Engine, o Options) *Server {
	t.Helper()
	if o.Bind == nil {
		o.Bind = []string{"127.0.0.1"}
	}
	s := NewServer(e, o)
	if err := s.Listen(); err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()
	t.Cleanup(func() {
		if err := s.Close(); err != nil && !errors.Is(err, ErrClosed) {
			t.Error("closing:", err)
		}
		if err := <-served; !errors.Is(err, ErrClosed) {
			t.Error("serving:", err)
		}
	})
	return s
}

// peer is a client of the tests.
type peer struct {
	t testing.TB
	net.Conn
	r *bufio.Reader
}

func dial(t testing.TB, s *Server) *peer {
	t.Helper()
	c, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return &peer{t: t, Conn: c, r: bufio.NewReader(c)}
}

func (p *peer) send(parts ...any) {
	p.t.Helper()
	if _, err := p.Write(cat(parts...)); err != nil {
		p.t.Fatal(err)
	}
}

// value receives a frame.
func (p *peer) value() frame.Value {
	p.t.Helper()
	v, err := p.tryValue()
	if err != nil {
		p.t.Fatal("receiving:", err)
	}
	return v
}

func (p *peer) tryValue() (frame.Value, error) {
	var head [frame.HeaderBytes]byte
	if _, err := io.ReadFull(p.r, head[:]); err != nil {
		return frame.Value{}, err
	}
	payload := make([]byte, binary.LittleEndian.Uint32(head[:]))
	if _, err := io.ReadFull(p.r, payload); err != nil {
		return frame.Value{}, err
	}
	return frame.ParseReply(payload)
}

func (p *peer) want(values ...string) {
	p.t.Helper()
	for _, want := range values {
		if got := p.value().String(); got != want {
			p.t.Fatalf("received %s, want %s", got, want)
		}
	}
}

// wantEnd checks that the server closes, and by a FIN.
func (p *peer) wantEnd() {
	p.t.Helper()
	if b, err := io.ReadAll(p.r); err != nil || len(b) > 0 {
		p.t.Fatalf("instead of the end there is %q, %v", b, err)
	}
}

// inBothModes runs a test with the owner writing itself, and with the loop writing.
func inBothModes(t *testing.T, test func(t *testing.T, e *fakeEngine)) {
	for _, direct := range []bool{true, false} {
		t.Run(fmt.Sprintf("direct=%t", direct), func(t *testing.T) { test(t, newFakeEngine(t, direct)) })
	}
}

func TestRequestsAreAnsweredInOrder(t *testing.T) {
	inBothModes(t, func(t *testing.T, e *fakeEngine) {
		p := dial(t, start(t, e, Options{}))
		for i := range 3 {
			for j := range 100 {
				p.send(request("ECHO", fmt.Sprint(i*100+j)))
			}
			for j := range 100 {
				p.want(fmt.Sprintf(`["ECHO" "%d"]`, i*100+j))
			}
		}
	})
}

func TestAllReadyConnectionsAreOneRound(t *testing.T) {
	inBothModes(t, func(t *testing.T, e *fakeEngine) {
		s := start(t, e, Options{})
		const peers = 20
		list := make([]*peer, peers)
		for i := range list {
			list[i] = dial(t, s)
			list[i].send(request("ECHO", "x"))
			list[i].want(`["ECHO" "x"]`)
		}
		release := make(chan struct{})
		e.push(func() { <-release }) // the owner is busy
		list[0].send(request("ECHO", "first"))
		for waiting := false; !waiting; runtime.Gosched() { // until the loop waits for it
			e.mu.Lock()
			waiting = len(e.rounds) == peers+1
			e.mu.Unlock()
		}
		for _, p := range list[1:] {
			p.send(request("ECHO", "later"))
		}
		close(release)
		for _, p := range list {
			p.value()
		}
		e.mu.Lock()
		defer e.mu.Unlock()
		if last := e.rounds[len(e.rounds)-1]; last != peers-1 {
			t.Errorf("the rounds were %v, want %d at the end", e.rounds, peers-1)
		}
	})
}

func TestABlockedBatchHoldsNobodyUp(t *testing.T) {
	inBothModes(t, func(t *testing.T, e *fakeEngine) {
		s := start(t, e, Options{})
		blocked, other := dial(t, s), dial(t, s)
		blocked.send(request("BLOCK"), request("ECHO", "dropped by the fake"))
		e.await("blocked")
		blocked.send(request("ECHO", "behind")) // not read until the batch is done
		for range 200 {
			other.send(request("ECHO", "x"))
			other.want(`["ECHO" "x"]`)
		}
		e.unblock()
		blocked.want(`"unblocked"`, `["ECHO" "behind"]`)
	})
}

func TestHangupIsTheEndOnce(t *testing.T) {
	endings := []struct {
		name string
		end  func(t *testing.T, e *fakeEngine, p *peer)
	}{
		{"the peer closes", func(_ *testing.T, _ *fakeEngine, p *peer) { p.Close() }},
		{"the peer resets", func(t *testing.T, _ *fakeEngine, p *peer) {
			if err := p.Conn.(*net.TCPConn).SetLinger(0); err != nil {
				t.Fatal(err)
			}
			p.Close()
		}},
		{"the peer closes with a batch in flight", func(_ *testing.T, e *fakeEngine, p *peer) {
			p.send(request("BLOCK"))
			e.await("blocked")
			p.Close()
		}},
		{"the peer resets with a batch in flight", func(t *testing.T, e *fakeEngine, p *peer) {
			p.send(request("BLOCK"))
			e.await("blocked")
			if err := p.Conn.(*net.TCPConn).SetLinger(0); err != nil {
				t.Fatal(err)
			}
			p.Close()
		}},
		{"the peer closes in the midst of a frame", func(_ *testing.T, _ *fakeEngine, p *peer) {
			p.send("\x10\x00\x00\x00\x01\x00")
			p.Close()
		}},
		{"the engine closes", func(_ *testing.T, _ *fakeEngine, p *peer) {
			p.send(request("QUIT"))
			p.want(`"OK"`)
			p.wantEnd()
		}},
		{"the engine aborts", func(_ *testing.T, e *fakeEngine, p *peer) {
			e.each(func(s *fakeSession) { s.conn.Abort(); s.conn.Abort() })
			p.wantEnd()
		}},
		{"the engine aborts with a batch in flight", func(_ *testing.T, e *fakeEngine, p *peer) {
			p.send(request("BLOCK"))
			e.await("blocked")
			e.each(func(s *fakeSession) { s.conn.Abort() })
			p.wantEnd()
		}},
		{"the protocol is broken", func(_ *testing.T, _ *fakeEngine, p *peer) {
			p.send("\x00\x00\x00\x00")
			p.value()
			p.wantEnd()
		}},
	}
	for _, c := range endings {
		t.Run(c.name, func(t *testing.T) {
			inBothModes(t, func(t *testing.T, e *fakeEngine) {
				p := dial(t, start(t, e, Options{}))
				p.send(request("ECHO"))
				p.want(`["ECHO"]`)
				c.end(t, e, p)
				e.await("hangup")
				if opened, hungUp := e.counts(); opened != 1 || hungUp != 1 {
					t.Errorf("%d sessions were opened, %d hung up", opened, hungUp)
				}
			})
		})
	}
}

func TestHalfCloseDeliversTheReplies(t *testing.T) {
	inBothModes(t, func(t *testing.T, e *fakeEngine) {
		p := dial(t, start(t, e, Options{}))
		p.send(request("ECHO", "a"), request("BIG", "3000000"), request("ECHO", "b"))
		if err := p.Conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		p.want(`["ECHO" "a"]`)
		if v := p.value(); len(v.Bytes()) != 3000000 {
			t.Errorf("%d bytes have come", len(v.Bytes()))
		}
		p.want(`["ECHO" "b"]`)
		p.wantEnd()
	})
}

func TestPushesComeWithoutARequest(t *testing.T) {
	inBothModes(t, func(t *testing.T, e *fakeEngine) {
		p := dial(t, start(t, e, Options{}))
		p.send(request("ECHO"))
		p.want(`["ECHO"]`)
		for i := range 50 {
			e.each(func(s *fakeSession) {
				for s.conn.Busy() { // the owner waits for Drained, which the fake cannot
					runtime.Gosched()
				}
				s.w.BeginPush(1)
				s.w.Int(int64(i))
				s.w.End()
				s.conn.Flush(s.w.Take(), 0)
			})
			p.want(fmt.Sprintf("[%d]", i))
			p.send(request("ECHO")) // so that what was kept has been written
			p.want(`["ECHO"]`)
		}
	})
}

func TestTextIsAnsweredAsRESP(t *testing.T) {
	inBothModes(t, func(t *testing.T, e *fakeEngine) {
		p := dial(t, start(t, e, Options{}))
		p.send("ECHO \"hello world\"\r\nQUIT\n")
		b, err := io.ReadAll(p)
		if want := "*2\r\n$4\r\nECHO\r\n$11\r\nhello world\r\n+OK\r\n"; string(b) != want || err != nil {
			t.Errorf("received %q, %v, want %q", b, err, want)
		}
	})
}

func TestMaxClients(t *testing.T) {
	e := newFakeEngine(t, true)
	e.max = 2
	s := start(t, e, Options{})
	first, second, third := dial(t, s), dial(t, s), dial(t, s)
	third.want(`error "ERR max number of clients reached"`)
	third.wantEnd()
	first.send(request("ECHO"))
	first.want(`["ECHO"]`)
	second.Close()
	e.await("hangup")
	fourth := dial(t, s)
	fourth.send(request("ECHO"))
	fourth.want(`["ECHO"]`)
}

func TestProtectedMode(t *testing.T) {
	e := newFakeEngine(t, true)
	e.limits.Protected.Store(true)
	p := dial(t, start(t, e, Options{})) // from this machine
	p.send(request("ECHO"))
	p.want(`["ECHO"]`)
}

// TestDescriptorsRunOut takes all descriptors of the process.
func TestDescriptorsRunOut(t *testing.T) {
	var lines sync.Map
	e := newFakeEngine(t, true)
	s := start(t, e, Options{Log: func(line string) { lines.Store(time.Now(), line) }})
	first := dial(t, s)
	first.send(request("ECHO"))
	first.want(`["ECHO"]`)
	waiting := dialRaw(t, s)

	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	low := before
	low.Cur = 64
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &low); err != nil {
		t.Fatal(err)
	}
	defer unix.Setrlimit(unix.RLIMIT_NOFILE, &before)
	var taken []int
	defer func() {
		for _, fd := range taken {
			unix.Close(fd)
		}
	}()
	for {
		fd, err := unix.Dup(waiting)
		if err != nil {
			break
		}
		taken = append(taken, fd)
	}
	if err := unix.Connect(waiting, sockaddr(t, s)); err != nil && err != unix.EINPROGRESS {
		t.Fatal(err)
	}
	for logged := 0; logged == 0; runtime.Gosched() {
		lines.Range(func(any, any) bool { logged++; return true })
	}
	first.send(request("ECHO")) // who is there is served
	first.want(`["ECHO"]`)
	first.Close() // makes room for the one that waits
	if _, err := unix.Write(waiting, request("QUIT")); err != nil {
		t.Fatal(err)
	}
	e.await("hangup") // of the first
	e.await("hangup") // of the one that waited
	tries := 0
	lines.Range(func(_, line any) bool { tries++; return true })
	if tries > int(patience/acceptPause) {
		t.Errorf("accepting failed %d times", tries)
	}
}

func dialRaw(t *testing.T, s *Server) int {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	return fd
}

func sockaddr(t *testing.T, s *Server) unix.Sockaddr {
	return &unix.SockaddrInet4{Port: s.Addr().(*net.TCPAddr).Port, Addr: [4]byte{127, 0, 0, 1}}
}

// TestChurn opens and closes connections while others work, so that descriptor numbers are used
// again all the time; nobody may see what was meant for another.
func TestChurn(t *testing.T) {
	inBothModes(t, func(t *testing.T, e *fakeEngine) {
		s := start(t, e, Options{})
		var wg sync.WaitGroup
		for worker := range 8 {
			wg.Go(func() {
				for i := range 60 {
					c, err := net.Dial("tcp", s.Addr().String())
					if err != nil {
						t.Error(err)
						return
					}
					p := &peer{t: t, Conn: c, r: bufio.NewReader(c)}
					name := fmt.Sprintf("%d-%d", worker, i)
					for range i % 4 {
						if _, err := p.Write(request("ECHO", name)); err != nil {
							t.Error(err)
						}
						v, err := p.tryValue()
						if want := fmt.Sprintf(`["ECHO" %q]`, name); err != nil || v.String() != want {
							t.Errorf("received %v, %v, want %s", v, err, want)
						}
					}
					if i%2 == 0 {
						p.Write(request("ECHO", name)) // and does not wait for the reply
					}
					c.Close()
				}
			})
		}
		wg.Wait()
		for range 480 {
			e.await("hangup")
		}
	})
}

func TestBusyConnectionsMoveIntoThePollSetAndOut(t *testing.T) {
	e := newFakeEngine(t, true)
	s := start(t, e, Options{})
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			p := dial(t, s)
			for i := range 2000 {
				p.send(request("ECHO", fmt.Sprint(i)))
				p.want(fmt.Sprintf(`["ECHO" "%d"]`, i))
			}
		})
	}
	wg.Wait()
}

func TestListening(t *testing.T) {
	e := newFakeEngine(t, true)
	t.Run("all addresses through one socket", func(t *testing.T) {
		s := start(t, e, Options{Bind: []string{"*"}})
		if n := len(s.Addrs()); n != 1 {
			t.Errorf("%d addresses", n)
		}
		port := fmt.Sprint(s.Addr().(*net.TCPAddr).Port)
		for _, host := range []string{"127.0.0.1", "::1"} {
			c, err := net.Dial("tcp", net.JoinHostPort(host, port))
			if err != nil {
				if host == "::1" {
					t.Log("the system has no IPv6:", err)
					continue
				}
				t.Fatal(err)
			}
			c.Close()
		}
	})
	t.Run("two addresses on one port, one missing", func(t *testing.T) {
		s := start(t, e, Options{Bind: []string{"127.0.0.1", "127.0.0.2", "-192.0.2.1"}})
		if a := s.Addrs(); len(a) != 2 || a[0].(*net.TCPAddr).Port != a[1].(*net.TCPAddr).Port {
			t.Errorf("the addresses are %v", a)
		}
	})
	t.Run("a port in use", func(t *testing.T) {
		s := start(t, e, Options{})
		other := NewServer(e, Options{
			Bind: []string{"127.0.0.1"}, Port: s.Addr().(*net.TCPAddr).Port,
		})
		if err := other.Listen(); !errors.Is(err, unix.EADDRINUSE) {
			t.Error(err)
		}
	})
	t.Run("an address that is missing", func(t *testing.T) {
		if err := NewServer(e, Options{Bind: []string{"192.0.2.1"}}).Listen(); err == nil {
			t.Error("no error")
		}
	})
	t.Run("out of turn", func(t *testing.T) {
		s := NewServer(e, Options{Bind: []string{"127.0.0.1"}})
		if err := s.Serve(); err == nil || errors.Is(err, ErrClosed) {
			t.Error("Serve before Listen:", err)
		}
		if err := s.Listen(); err != nil {
			t.Fatal(err)
		}
		if err := s.Listen(); err == nil {
			t.Error("Listen twice is no error")
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		for _, err := range []error{s.Close(), s.Serve(), s.Listen()} {
			if !errors.Is(err, ErrClosed) {
				t.Error("after Close:", err)
			}
		}
	})
}

// TestNothingIsLeft counts goroutines and descriptors before and after.
func TestNothingIsLeft(t *testing.T) {
	e := newFakeEngine(t, true)
	dialOnce := func() {
		s := NewServer(e, Options{Bind: []string{"127.0.0.1"}})
		if err := s.Listen(); err != nil {
			t.Fatal(err)
		}
		served := make(chan error, 1)
		go func() { served <- s.Serve() }()
		for i := range 50 {
			c, err := net.Dial("tcp", s.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			p := &peer{t: t, Conn: c, r: bufio.NewReader(c)}
			switch i % 3 {
			case 0:
				p.send(request("ECHO"))
				p.want(`["ECHO"]`)
			case 1:
				p.send(request("BLOCK"))
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		<-served
	}
	dialOnce() // starts what the runtime keeps
	goroutines, files := runtime.NumGoroutine(), descriptors(t)
	for range 5 {
		dialOnce()
	}
	for late := timeout(); runtime.NumGoroutine() > goroutines; runtime.Gosched() {
		select {
		case <-late:
			t.Fatalf("%d goroutines became %d", goroutines, runtime.NumGoroutine())
		default:
		}
	}
	if n := descriptors(t); n > files {
		t.Errorf("%d descriptors became %d", files, n)
	}
	if opened, hungUp := e.counts(); opened != hungUp {
		t.Errorf("%d sessions were opened, %d hung up", opened, hungUp)
	}
}

// descriptors counts the open descriptors of the process.
func descriptors(t *testing.T) int {
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("no /proc to count descriptors in")
	}
	return len(list)
}

// TestALoopRoundAllocatesNothing measures the loop's own part of a request.
func TestALoopRoundAllocatesNothing(t *testing.T) {
	e := newFakeEngine(t, true)
	s := NewServer(e, Options{})
	l := newLoop(s)
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.SetNonblock(fds[0], true); err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fds[0])
	defer unix.Close(fds[1])
	session := &keyspace.Session{}
	c := &conn{loop: l, fd: fds[0], slot: notPolled, session: session}
	c.armed = c.interest()
	in := request("SET", "key:000000012345", strings.Repeat("x", 16))
	out := request("OK")
	buf := make([]byte, 4096)
	l.direct.Store(true)
	n := testing.AllocsPerRun(200, func() {
		if _, err := unix.Write(fds[1], in); err != nil {
			t.Fatal(err)
		}
		c.handle(unix.POLLIN)
		clear(l.subs)
		l.subs = l.subs[:0]
		if c.Flush(out, keyspace.BatchDone) {
			t.Fatal("the socket is full")
		}
		l.settle()
		if _, err := unix.Read(fds[1], buf); err != nil {
			t.Fatal(err)
		}
	})
	if n != 0 {
		t.Errorf("%v allocations per request", n)
	}
}
