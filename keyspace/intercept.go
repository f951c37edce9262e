package keyspace

import (
	"container/heap"
	"math"
	"time"

	"github.com/ringer-kv/ringer/keyspace/reply"
)

// Interceptor is told of every command that a client sends, before it is checked or executed, and
// may have it fail: so that a test can see what a client does then (package resptest). What a
// transaction has queued is not told of again when it is executed.
//
// Owned by the keyspace goroutine.
type Interceptor interface {
	Intercept(c Call) Verdict
}

// ScriptInterceptor is an Interceptor that is asked about what scripts call, too, if the caller of
// the script is a client. The slot is the one of the cluster that the keys belong to, -1 if there
// is no key or no cluster.
//
// Owned by the keyspace goroutine.
type ScriptInterceptor interface {
	Interceptor
	InterceptScript(c Call) (slot int, refusal reply.Error)
}

// Call is a command that a client has sent, or a script of the client.
//
// Owned by the keyspace goroutine.
type Call struct {
	Session *Session
	Spec    *Spec    // nil: there is no such command
	Args    [][]byte // they lie in the connection's buffer
	DB      int
	NowMs   int64
}

// Verdict is what becomes of a command; the zero value is that it is executed.
//
// Owned by the keyspace goroutine.
type Verdict struct {
	// Delay is how long the command waits first, on the engine's clock; nobody else waits for it.
	Delay time.Duration
	// Error, when not empty, is replied in place of executing the command; Reply, when not nil,
	// makes another reply in its place: exactly one value.
	Error reply.Error
	Reply func(w reply.Writer)
	// Plain has an EXEC that gets the Error reply with it as it is, as Redis does with redirections
	// of a cluster; other errors are told as the reason of an EXECABORT.
	Plain bool
	Cut   Cut
}

// Cut is when a connection is closed because of a command.
type Cut uint8

// The places to cut a connection at. What was replied to earlier commands is sent in all cases.
const (
	CutNever   Cut = iota
	CutBefore      // the command is not executed
	CutAfter       // it is executed, and nothing of its reply is sent
	CutPartial     // it is executed, and half of its reply is sent
)

// runIntercepted is execute for a command that somebody may want to fail. It reports whether the
// batch may go on: not while the command is delayed, which then comes here again.
func (e *Engine) runIntercepted(s *Session, spec *Spec, args [][]byte) bool {
	v := s.verdict
	s.verdict = nil
	if v == nil {
		judged := e.interceptor.Intercept(Call{
			Session: s, Spec: spec, Args: args, DB: s.db.id, NowMs: e.nowMs,
		})
		v = &judged
		if v.Delay > 0 {
			s.verdict = v
			e.delay(s, v.Delay)
			return false
		}
	}
	if v.Cut == CutBefore {
		s.flags |= sessionCloseSoon
		return true
	}
	before := s.w.Len()
	if v.Error != "" || v.Reply != nil {
		e.replyInstead(s, spec, args, v)
	} else if e.executeMuted(s, spec, args); s.waiter != nil && s.waiter.paused {
		s.verdict = v
		return true
	}
	e.cut(s, v.Cut, before)
	return true
}

// replyInstead replies what the verdict says. An error spoils a transaction, as each that a server
// has before it queues a command.
func (e *Engine) replyInstead(s *Session, spec *Spec, args [][]byte, v *Verdict) {
	s.w.Begin()
	switch {
	case v.Error == "":
		v.Reply(s.w)
	case v.Plain && spec != nil && spec.fullName == "exec": // Redis: processCommand
		e.countsOf(spec).Rejected++
		e.endTransaction(s)
		e.noteError(v.Error)
		s.w.Error(v.Error)
	default:
		e.reject(s, spec, args, v.Error)
	}
	s.w.End()
}

// cut has the connection closed behind a part of the last reply.
func (e *Engine) cut(s *Session, c Cut, before int) {
	if c == CutNever {
		return
	}
	if s.waiter != nil {
		e.unblock(s.waiter)
	}
	keep := 0
	if c == CutPartial {
		keep = (s.w.Len() - before) / 2
	}
	s.w.Truncate(before + keep)
	s.flags |= sessionCloseSoon
}

// delay makes the session wait before its next command.
func (e *Engine) delay(s *Session, d time.Duration) {
	w := &waiter{session: s, db: s.db, index: -1, again: true}
	w.DeadlineMs = e.nowMs + min(d.Milliseconds(), math.MaxInt64/2)
	s.waiter = w
	e.blocked++
	heap.Push(&e.timeouts, w)
}

// Settle returns when everything is done that is due by the clock, however much that is: keys are
// deleted, and sessions that have waited for long enough are answered. For a script that takes too
// long the time stands still, and Settle returns at once.
func (e *Engine) Settle() error {
	settled := false
	err := e.DoAmidst(func() {
		if settled = e.runsScript(); settled {
			return
		}
		e.readClock()
		for e.expire() {
		}
	})
	if err != nil || settled {
		return err
	}
	return e.DoAmidst(func() {}) // behind the end of the round in which the first one ran
}
