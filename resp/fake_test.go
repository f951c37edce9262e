package resp

import (
	"bytes"
	"fmt"
	"strconv"
	"sync"
	"testing"

	"github.com/ringer-kv/ringer/keyspace"
)

// fakeEngine stands for the keyspace: an owner goroutine that executes a few commands.
//
//	ECHO x    replies x            BIG n   replies n bytes
//	BLOCK     never ends           QUIT    replies OK and closes
//	ABORT     aborts               PANIC   panics in Submit, in the connection's goroutine
type fakeEngine struct {
	limits keyspace.Limits
	done   chan struct{}
	events chan string // what a test waits for: "open", "hangup", "blocked"

	mu     sync.Mutex
	more   sync.Cond
	queue  []func()
	closed bool

	// The owner's.
	sessions map[*keyspace.Session]*fakeSession
	most     int // the most commands in a batch
}

type fakeSession struct {
	conn       keyspace.Conn
	blocked    bool
	halfClosed bool
	gone       bool
}

func newFakeEngine(t testing.TB) *fakeEngine {
	e := &fakeEngine{
		done: make(chan struct{}), events: make(chan string, 1<<16),
		sessions: map[*keyspace.Session]*fakeSession{},
	}
	e.more.L = &e.mu
	e.limits.MaxBulkBytes.Store(512 << 20)
	e.limits.QueryBufferBytes.Store(1 << 30)
	e.limits.MaxClients.Store(20_000)
	e.limits.DirectWrite.Store(true)
	go e.run()
	t.Cleanup(func() {
		e.push(func() { e.closed = true })
		<-e.done
	})
	return e
}

func (e *fakeEngine) run() {
	defer close(e.done)
	for !e.closed {
		e.mu.Lock()
		for len(e.queue) == 0 {
			e.more.Wait()
		}
		todo := e.queue
		e.queue = nil
		e.mu.Unlock()
		for _, fn := range todo {
			fn()
		}
	}
}

func (e *fakeEngine) push(fn func()) {
	e.mu.Lock()
	e.queue = append(e.queue, fn)
	e.mu.Unlock()
	e.more.Signal()
}

// do runs fn in the owner goroutine and waits for it.
func (e *fakeEngine) do(fn func()) {
	ran := make(chan struct{})
	e.push(func() { fn(); close(ran) })
	<-ran
}

func (e *fakeEngine) Limits() *keyspace.Limits { return &e.limits }

func (e *fakeEngine) Closing(bool) {}

func (e *fakeEngine) Open(c keyspace.Conn, _ keyspace.ConnInfo) (*keyspace.Session, error) {
	if e.limits.MaxClients.Add(-1) < 0 {
		e.limits.MaxClients.Add(1)
		return nil, keyspace.ErrMaxClients
	}
	s := &keyspace.Session{}
	e.push(func() { e.sessions[s] = &fakeSession{conn: c} })
	e.events <- "open"
	return s, nil
}

func (e *fakeEngine) Hangup(s *keyspace.Session) {
	e.limits.MaxClients.Add(1)
	e.push(func() {
		fs := e.sessions[s]
		if fs.gone {
			panic("a second Hangup")
		}
		fs.gone = true
		if fs.blocked {
			fs.conn.Flush(nil, keyspace.BatchDone)
		}
		delete(e.sessions, s)
	})
	e.events <- "hangup"
}

func (e *fakeEngine) PeerClosed(s *keyspace.Session) {
	e.push(func() {
		fs := e.sessions[s]
		if fs.gone || fs.halfClosed {
			panic("PeerClosed after Hangup, or twice")
		}
		fs.halfClosed = true
		fs.endWait()
	})
}

// endWait ends a session that blocks and whose peer is gone.
func (s *fakeSession) endWait() {
	if s.blocked && s.halfClosed {
		s.blocked = false
		s.conn.Flush(nil, keyspace.BatchDone|keyspace.CloseAfter)
	}
}

func (e *fakeEngine) Submit(s *keyspace.Session, b *keyspace.Batch) {
	if string(b.Args[0]) == "PANIC" {
		// The owner gives the batch back as if it had been executed.
		e.push(func() { e.sessions[s].conn.Flush(nil, keyspace.BatchDone) })
		panic("as asked")
	}
	e.push(func() { e.execute(e.sessions[s], b) })
}

func (e *fakeEngine) execute(s *fakeSession, b *keyspace.Batch) {
	if s == nil {
		panic("a batch after Hangup")
	}
	e.most = max(e.most, b.Len())
	var out []byte
	state := keyspace.BatchDone
	from := int32(0)
	for _, end := range b.Ends {
		args := b.Args[from:end]
		from = end
		switch string(args[0]) {
		case "ECHO":
			out = fmt.Appendf(out, "$%d\r\n%s\r\n", len(args[1]), args[1])
		case "LEN":
			out = fmt.Appendf(out, ":%d\r\n", len(args[1]))
		case "BIG":
			n, _ := strconv.Atoi(string(args[1]))
			out = fmt.Appendf(out, "$%d\r\n%s\r\n", n, bytes.Repeat([]byte{'x'}, n))
		case "BLOCK":
			s.conn.Flush(out, 0)
			s.blocked = true
			e.events <- "blocked"
			s.endWait()
			return
		case "QUIT":
			out = append(out, "+OK\r\n"...)
			state |= keyspace.CloseAfter
		case "ABORT":
			s.conn.Abort()
		default:
			out = append(out, "+PONG\r\n"...)
		}
	}
	if b.Fatal != "" {
		out = fmt.Appendf(out, "-%s\r\n", b.Fatal)
		state |= keyspace.CloseAfter
	}
	s.conn.Flush(out, state)
}

// expect waits for an event.
func (e *fakeEngine) expect(t testing.TB, want string) {
	t.Helper()
	if got := <-e.events; got != want {
		t.Fatalf("the engine was told %q, want %q", got, want)
	}
}
