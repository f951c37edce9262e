package keyspace

import "github.com/ringer-kv/ringer/keyspace/reply"

// This file is about transactions. From MULTI on a session's commands are checked, copied and
// queued in place of being run; EXEC runs them one after another, and as there is one owner,
// nothing comes in between. What a session has to do with transactions lies behind one pointer,
// which is nil in those that have nothing to do with them, and in two flags that the router tests.
//
//	        MULTI            a command that passes the checks: QUEUED
//	 none --------> queueing ----+      one that does not: its error, and dirtyExec
//	  ^                |  ^------+
//	  +----------------+
//	   EXEC, DISCARD, RESET, the end of the session
//
// EXEC refuses with EXECABORT when a command could not be queued, and replies null when a key that
// the session watches has been changed: see watch.
//
// What EXEC writes is one unit for the recorders: MULTI, the writes, EXEC, if there are several.

// transaction is what a session has queued and the keys that it watches.
//
// Owned by the keyspace goroutine.
type transaction struct {
	queue     []queued
	flags     Flags // of all commands in the queue together
	sizeBytes int   // of the copies of their arguments
	watched   map[watched]*watch
}

// queued is a command that waits for EXEC. Its arguments are copies.
type queued struct {
	spec *Spec
	args [][]byte
}

// What a queued command, an argument of one and a watched key take beside their bytes, for
// MultiMem: a queued with the block that it points to, a slice header, a watch with its
// place in two maps.
const (
	queuedBytes  = 56
	argBytes     = 24
	watchedBytes = 160
)

// transaction is the session's, which is made if there is none.
func (s *Session) transaction() *transaction {
	if s.tx == nil {
		s.tx = &transaction{}
	}
	return s.tx
}

// Multi begins a transaction. Redis: multiCommand.
func (c *Ctx) Multi() {
	s := c.Session
	if s.flags&sessionMulti != 0 {
		c.Error(reply.ErrNestedMulti)
		return
	}
	s.flags |= sessionMulti
	c.OK()
}

// InTransaction reports whether the command stands between MULTI and EXEC.
func (c *Ctx) InTransaction() bool { return c.Session.flags&sessionMulti != 0 }

// Discard ends a transaction without executing it. Redis: discardCommand.
func (c *Ctx) Discard() {
	if c.Session.flags&sessionMulti == 0 {
		c.Error(reply.ErrDiscardAlone)
		return
	}
	c.Engine.endTransaction(c.Session)
	c.OK()
}

// endTransaction forgets what is queued and what is watched. O(both). Redis: discardTransaction.
func (e *Engine) endTransaction(s *Session) {
	e.unwatch(s)
	s.flags &^= sessionMulti | sessionDirtyExec | sessionDirtyCAS
	if s.tx != nil {
		e.queuedBytes -= int64(s.tx.sizeBytes)
		s.tx = nil
	}
}

// queues reports whether a command of the session is to be queued.
func (s *Session) queues(spec *Spec) bool {
	return s.flags&sessionMulti != 0 && spec.Flags&NotQueued == 0
}

// enqueue queues a command. One that EXEC will not execute anyway is not kept. O(bytes).
// Redis: queueMultiCommand.
func (e *Engine) enqueue(s *Session, spec *Spec, args [][]byte) {
	s.w.Status("QUEUED")
	if s.flags&(sessionDirtyExec|sessionDirtyCAS) != 0 {
		return
	}
	size := 0
	for _, a := range args {
		size += len(a)
	}
	block, copies := make([]byte, 0, size), make([][]byte, len(args))
	for i, a := range args {
		from := len(block)
		block = append(block, a...)
		copies[i] = block[from:len(block):len(block)]
	}
	size += queuedBytes + len(args)*argBytes
	tx := s.transaction()
	tx.queue = append(tx.queue, queued{spec: spec, args: copies})
	tx.flags |= e.FlagsOf(spec, args)
	tx.sizeBytes += size
	e.queuedBytes += int64(size)
}

// mayGrow reports whether a command is one that maxmemory forbids: one that may need memory, or
// one that is queued, since a queue needs it; EXEC is what is in its queue.
func (s *Session) mayGrow(spec *Spec, flags Flags) bool {
	if s.flags&sessionMulti == 0 {
		return flags&DenyOOM != 0
	}
	switch spec.fullName {
	case "exec":
		return s.tx != nil && s.tx.flags&DenyOOM != 0
	case "discard", "quit", "reset":
		return false
	}
	return true
}

// mayWrite reports whether a command is one that min-replicas-to-write forbids: one that writes, or
// EXEC of one.
func (s *Session) mayWrite(spec *Spec, flags Flags) bool {
	if spec.fullName == "exec" && s.tx != nil {
		flags = s.tx.flags
	}
	return flags&Write != 0
}

// reject refuses a command that the router has found fault with. Redis: rejectCommand, which
// spoils the transaction, and ends it if the command is EXEC.
func (e *Engine) reject(s *Session, spec *Spec, args [][]byte, why reply.Error) {
	aborts := spec != nil && spec.fullName == "exec"
	if spec != nil {
		e.countsOf(spec).Rejected++
	}
	if aborts {
		e.endTransaction(s)
		why = reply.ExecAborted(why)
	}
	if s.flags&sessionMulti != 0 {
		s.flags |= sessionDirtyExec
	}
	e.noteError(why)
	s.w.Error(why)
	if aborts && len(e.monitors) > 0 { // Redis: so that they see that the transaction is over
		e.feedMonitors(s, spec, args)
	}
}

// Exec executes the queued commands and replies with an array of their replies.
// Redis: execCommand.
func (c *Ctx) Exec() {
	e, s := c.Engine, c.Session
	if s.flags&sessionMulti == 0 {
		c.Error(reply.ErrExecAlone)
		return
	}
	switch {
	case s.flags&sessionDirtyExec != 0:
		c.Error(reply.ErrExecAbort)
	case s.flags&sessionDirtyCAS != 0 || s.watchesExpired():
		c.Reply.NullArray()
	default:
		e.unwatch(s) // first, so that its own writes find no watcher
		e.runQueue(c)
	}
	e.endTransaction(s)
}

// refusedAtExec replies to a queued command if those before it have left no room for what it makes.
func (e *Engine) refusedAtExec(s *Session, spec *Spec, args [][]byte) bool {
	if !e.lacksRoom(spec, args) {
		return false
	}
	e.countsOf(spec).Rejected++
	e.noteError(reply.ErrOOM)
	s.w.Error(reply.ErrOOM)
	return true
}

// runQueue runs the commands of the queue. They use the engine's Ctx, which is that of EXEC too.
func (e *Engine) runQueue(c *Ctx) {
	outer := *c
	s := outer.Session
	var queue []queued
	if s.tx != nil {
		queue = s.tx.queue
	}
	start := s.w.Len()
	e.elementAt = start
	s.w.Array(len(queue))
	e.unsayElement(s, false)
	e.unit = unit{open: true}
	for i := range queue {
		q := &queue[i]
		e.elementAt = s.w.Len()
		closing := s.flags&sessionCloseSoon != 0
		if !e.deniedAtExec(s, q.spec, q.args) && !e.refusedAtExec(s, q.spec, q.args) {
			e.call(s, q.spec, q.args)
		}
		e.unsayElement(s, closing)
		if e.overLimit(s) { // it will be cut off: no need to keep what it would have read
			s.flags |= sessionOverLimit
			s.w.Truncate(start)
		}
	}
	if s.w.Encoding() != reply.Native {
		e.saidTo = s.w.Len()
	}
	e.closeUnit()
	*c = outer
	c.recorded = true // EXEC itself is no write
}

// unsayElement drops the reply of a command of a transaction if it is not to be sent: one of them
// has said so (CLIENT REPLY), or has ended the session (CLIENT KILL). Redis counts it all the same,
// and sends what comes behind a CLIENT REPLY ON though the beginning is missing. A native frame
// must hold what it says: there EXEC is replied to as a whole or not at all, and no reply is nil.
// Redis: prepareClientToWrite, _addReplyToBuffer.
func (e *Engine) unsayElement(s *Session, closing bool) {
	switch {
	case s.w.Encoding() == reply.Native:
		if s.w.Len() == e.elementAt {
			s.w.Null()
		}
	case closing || s.flags&sessionUnsaid != 0:
		s.w.Truncate(e.elementAt)
	}
}

// MultiLen is how many commands are queued; -1 outside of a transaction.
func (s *Session) MultiLen() int {
	switch {
	case s.flags&sessionMulti == 0:
		return -1
	case s.tx == nil:
		return 0
	}
	return len(s.tx.queue)
}

// EachQueued calls fn for the commands that wait for EXEC, until it returns false. It borrows the
// arguments to it. O(commands).
func (s *Session) EachQueued(fn func(spec *Spec, args [][]byte) bool) {
	if s.tx == nil {
		return
	}
	for _, q := range s.tx.queue {
		if !fn(q.spec, q.args) {
			return
		}
	}
}

// MultiMem is what the queue and the watched keys take. Redis: multiStateMemOverhead.
func (s *Session) MultiMem() int {
	if s.tx == nil {
		return 0
	}
	size := s.tx.sizeBytes
	for _, w := range s.tx.watched {
		size += watchedBytes + len(w.key)
	}
	return size
}

// unit is the writes of a transaction on their way to the recorders. The first one is held back
// until there is a second: one alone needs no MULTI.
//
// Owned by the keyspace goroutine.
type unit struct {
	open  bool     // a transaction runs
	begun bool     // MULTI has been recorded
	db    *DB      // of the last write
	first [][]byte // a copy; nil: no write yet
}

// The words around a unit.
var (
	multiWord = []byte("MULTI")
	execWord  = []byte("EXEC")
)

// addToUnit records a write of a transaction.
func (e *Engine) addToUnit(db *DB, args [][]byte) {
	u := &e.unit
	switch {
	case u.begun:
		e.passOn(db, args)
	case u.first == nil:
		u.first = make([][]byte, len(args))
		for i, a := range args {
			u.first[i] = append([]byte{}, a...)
		}
	default:
		u.begun = true
		e.passOn(u.db, [][]byte{multiWord})
		e.passOn(u.db, u.first)
		e.passOn(db, args)
	}
	u.db = db
}

// closeUnit ends the unit of a transaction, or of a script.
func (e *Engine) closeUnit() {
	u := e.unit
	e.unit = unit{}
	if e.scripts.ran { // maybe for long: what comes next must know what time it is
		e.nowMs = e.clock.Now().UnixMilli()
		e.dueMs = e.nowMs + e.promptMs
		e.scripts.ran = false
	}
	switch {
	case u.begun:
		e.passOn(u.db, [][]byte{execWord})
	case u.first != nil:
		e.passOn(u.db, u.first)
	}
}
