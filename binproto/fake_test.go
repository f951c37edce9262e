//go:build unix && !ringer_plain

package binproto

import (
	"fmt"
	"sync"
	"testing"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// fakeEngine executes a few commands of its own: ECHO replies its arguments, BLOCK replies when
// the test says so, QUIT closes, BIG replies so many bytes. It counts what the front end does.
//
// Safe for concurrent use.
type fakeEngine struct {
	t      *testing.T
	limits keyspace.Limits

	mu       sync.Mutex
	cond     *sync.Cond
	queue    []func()
	ended    bool
	max      int
	sessions map[*keyspace.Session]*fakeSession
	opened   int
	hungUp   int
	rounds   []int // batches of each Round

	events chan string // "blocked", "hangup"
}

// fakeSession is what the engine knows of a session.
//
// Owned by the engine's goroutine.
type fakeSession struct {
	conn    keyspace.Conn
	w       reply.Writer
	blocked *keyspace.Batch
	half    bool // the peer has closed its half
	gone    bool
}

func newFakeEngine(t *testing.T, direct bool) *fakeEngine {
	e := &fakeEngine{
		t: t, max: 1 << 20, sessions: make(map[*keyspace.Session]*fakeSession),
		events: make(chan string, 1000),
	}
	e.limits.MaxBulkBytes.Store(1 << 30)
	e.limits.QueryBufferBytes.Store(1 << 30)
	e.limits.DirectWrite.Store(direct)
	e.cond = sync.NewCond(&e.mu)
	done := make(chan struct{})
	go func() {
		defer close(done)
		e.run()
	}()
	t.Cleanup(func() {
		e.mu.Lock()
		e.ended = true
		e.cond.Signal()
		e.mu.Unlock()
		<-done
	})
	return e
}

func (e *fakeEngine) run() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for {
		for len(e.queue) == 0 && !e.ended {
			e.cond.Wait()
		}
		if len(e.queue) == 0 {
			return
		}
		fn := e.queue[0]
		e.queue = e.queue[1:]
		e.mu.Unlock()
		fn()
		e.mu.Lock()
	}
}

func (e *fakeEngine) push(fn func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.queue = append(e.queue, fn)
	e.cond.Signal()
}

func (e *fakeEngine) Do(fn func()) error {
	ran := make(chan struct{})
	e.push(func() { fn(); close(ran) })
	<-ran
	return nil
}

func (e *fakeEngine) Limits() *keyspace.Limits { return &e.limits }

func (e *fakeEngine) Closing(bool) {}

func (e *fakeEngine) Open(c keyspace.Conn, info keyspace.ConnInfo) (*keyspace.Session, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.opened-e.hungUp >= e.max {
		return nil, keyspace.ErrMaxClients
	}
	e.opened++
	s := &keyspace.Session{}
	e.sessions[s] = &fakeSession{conn: c, w: info.Writer}
	return s, nil
}

func (e *fakeEngine) session(s *keyspace.Session) *fakeSession {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.sessions[s]
}

func (e *fakeEngine) Hangup(s *keyspace.Session) {
	e.mu.Lock()
	e.hungUp++
	e.mu.Unlock()
	e.push(func() {
		fs := e.session(s)
		if fs == nil || fs.gone {
			e.t.Error("a session was hung up twice")
			return
		}
		fs.gone = true
		if fs.blocked != nil {
			fs.conn.Flush(nil, keyspace.BatchDone)
		}
		e.mu.Lock()
		delete(e.sessions, s)
		e.mu.Unlock()
		e.events <- "hangup"
	})
}

func (e *fakeEngine) PeerClosed(s *keyspace.Session) {
	e.push(func() {
		fs := e.session(s)
		if fs == nil || fs.gone || fs.half {
			e.t.Error("PeerClosed after the hang-up, or twice")
			return
		}
		fs.half = true
		fs.endWait()
	})
}

// endWait ends a session that blocks and whose peer is gone.
func (s *fakeSession) endWait() {
	if s.blocked != nil && s.half {
		s.blocked = nil
		s.conn.Flush(s.w.Take(), keyspace.BatchDone|keyspace.CloseAfter)
	}
}

func (e *fakeEngine) Submit(s *keyspace.Session, b *keyspace.Batch) {
	e.push(func() { e.execute(e.session(s), b) })
}

func (e *fakeEngine) Round(all []keyspace.Submission, _ *keyspace.Fence) error {
	if len(all) > 0 {
		e.mu.Lock()
		e.rounds = append(e.rounds, len(all))
		e.mu.Unlock()
	}
	for _, sub := range all {
		e.Submit(sub.Session, sub.Batch)
	}
	return e.Do(func() {})
}

func (e *fakeEngine) execute(s *fakeSession, b *keyspace.Batch) {
	if s == nil || s.gone {
		e.t.Error("a batch was submitted after the hang-up")
		return
	}
	if b.Writer != nil {
		s.w = b.Writer
	}
	state := keyspace.BatchDone
	from := int32(0)
	for _, to := range b.Ends {
		args := b.Args[from:to]
		from = to
		s.w.Begin()
		switch string(args[0]) {
		case "BLOCK":
			s.blocked = b
			s.w.End()
			e.events <- "blocked"
			s.endWait()
			return
		case "BIG":
			n := 0
			fmt.Sscan(string(args[1]), &n)
			s.w.Bulk(make([]byte, n))
		case "QUIT":
			s.w.Status("OK")
			state |= keyspace.CloseAfter
		default:
			s.w.Array(len(args))
			for _, a := range args {
				s.w.Bulk(a)
			}
		}
		s.w.End()
	}
	if b.Fatal != "" {
		s.w.Begin()
		s.w.Error(b.Fatal)
		s.w.End()
	}
	if b.Fatal != "" || b.EOF {
		state |= keyspace.CloseAfter
	}
	s.conn.Flush(s.w.Take(), state)
}

// unblock replies to all blocked sessions.
func (e *fakeEngine) unblock() {
	e.push(func() {
		e.mu.Lock()
		list := make([]*fakeSession, 0, len(e.sessions))
		for _, s := range e.sessions {
			list = append(list, s)
		}
		e.mu.Unlock()
		for _, s := range list {
			if s.blocked == nil {
				continue
			}
			s.blocked = nil
			s.w.Begin()
			s.w.Status("unblocked")
			s.w.End()
			s.conn.Flush(s.w.Take(), keyspace.BatchDone)
		}
	})
}

// each calls fn with all connections in the engine's goroutine.
func (e *fakeEngine) each(fn func(s *fakeSession)) {
	e.push(func() {
		e.mu.Lock()
		list := make([]*fakeSession, 0, len(e.sessions))
		for _, s := range e.sessions {
			list = append(list, s)
		}
		e.mu.Unlock()
		for _, s := range list {
			fn(s)
		}
	})
}

// await waits for an event.
func (e *fakeEngine) await(want string) {
	e.t.Helper()
	for {
		select {
		case got := <-e.events:
			if got == want {
				return
			}
		case <-timeout():
			e.t.Fatalf("no %q has come", want)
		}
	}
}

// counts returns how many sessions have been opened and hung up.
func (e *fakeEngine) counts() (opened, hungUp int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.opened, e.hungUp
}
