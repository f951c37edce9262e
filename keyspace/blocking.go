package keyspace

import (
	"container/heap"
	"math"
	"slices"

	"github.com/ringer-kv/ringer/keyspace/reply"
)

// This file is about commands that wait for a key. A session that waits keeps its batch: the rest
// of its commands run when it has been answered, by a key that has become ready, by its deadline,
// or by another client. Its arguments stay where they are until then, so nothing is copied.
//
//	DB.waiting   key -> waitQueue:  place <-> place <-> place    in the order of arrival
//	                                  |                  |
//	                                waiter             waiter --> session, timeouts
//
// A key becomes ready when it comes to be in a table, whoever does it: then its queue is noted in
// Engine.readyKeys, and served as soon as the command that did it has ended. What is served may
// make other keys ready (BLMOVE), which are served in turn.

// Wait is what a command waits for.
//
// Owned by the keyspace goroutine.
type Wait struct {
	Keys       [][]byte // arguments of the command; the first of them that is ready serves
	Type       Type     // that a key must have
	DeadlineMs int64    // 0: none
	// Ready, unless it is nil, tells whether a key of the right type has what is waited for: that
	// the key is there is not enough then.
	Ready func(e Entry) bool
	// Serve does what the command does, once, with a key of the right type. It has a Ctx with the
	// arguments of the command, must reply and must record what it writes.
	Serve func(c *Ctx, e Entry)
	// TimeOver replies when the time is over, or another client ends the wait; nil: a null array.
	TimeOver func(c *Ctx)
	// Gone, unless it is empty, answers when a key that is waited for is deleted or gets another
	// type. Without it the wait goes on.
	Gone reply.Error
}

// waiter is a session that waits.
//
// Owned by the keyspace goroutine.
type waiter struct {
	Wait
	session *Session
	db      *DB
	spec    *Spec
	args    [][]byte
	places  []place
	index   int   // in the heap of timeouts; -1: not there
	away    bool  // it waits for a Job, and neither for keys nor for a time
	cut     bool  // its wait has been ended, by its deadline or by another client
	again   bool  // it waits to run its command then: see delay, postpone
	paused  bool  // by CLIENT PAUSE
	spentNs int64 // by the command before it waited
}

// place is a waiter in the queue of one key.
type place struct {
	waiter     *waiter
	queue      *waitQueue
	key        []byte
	prev, next *place
}

// waitQueue is those who wait for a key, in the order of their arrival.
type waitQueue struct {
	db          *DB
	key         string
	first, last *place
	ready       bool // stands in Engine.readyKeys
	guarding    int  // waiters with a Gone
}

// MayBlock reports whether the command may wait. In a transaction or a script it may not.
func (c *Ctx) MayBlock() bool { return !c.DenyBlocking }

// Block makes the session wait; the command must return then without a reply. Where the command
// may not wait, Block replies as if the time were over. O(keys).
// Redis: blockForKeys.
func (c *Ctx) Block(wait Wait) {
	if !c.MayBlock() {
		c.Reply.NullArray()
		return
	}
	e, s := c.Engine, c.Session
	w := &waiter{
		Wait: wait, session: s, db: c.DB, spec: c.Spec, args: c.Args, index: -1,
		places: make([]place, 0, len(wait.Keys)), // never moved: the queues point into it
	}
	for _, key := range wait.Keys {
		q := c.DB.queueOf(key)
		if q.last == nil || q.last.waiter != w { // Redis: the same key twice counts once
			w.places = append(w.places, place{waiter: w, queue: q, key: key})
			q.add(&w.places[len(w.places)-1])
		}
	}
	if wait.DeadlineMs != 0 && wait.DeadlineMs != math.MaxInt64 {
		heap.Push(&e.timeouts, w)
	}
	s.waiter = w
	e.blocked++
}

// queueOf is the queue of a key, which is made if there is none.
func (db *DB) queueOf(key []byte) *waitQueue {
	q := db.waiting[string(key)]
	if q == nil {
		if db.waiting == nil {
			db.waiting = make(map[string]*waitQueue)
		}
		q = &waitQueue{db: db, key: string(key)}
		db.waiting[q.key] = q
	}
	return q
}

func (q *waitQueue) add(p *place) {
	p.prev = q.last
	if q.last == nil {
		q.first = p
	} else {
		q.last.next = p
	}
	q.last = p
	if p.waiter.Gone != "" {
		q.guarding++
	}
}

// remove takes a place out of its queue. A queue that nobody stands in is forgotten.
func (q *waitQueue) remove(p *place) {
	if p.prev == nil {
		q.first = p.next
	} else {
		p.prev.next = p.next
	}
	if p.next == nil {
		q.last = p.prev
	} else {
		p.next.prev = p.prev
	}
	if p.waiter.Gone != "" {
		q.guarding--
	}
	if q.first == nil {
		delete(q.db.waiting, q.key)
	}
}

// unblock makes a session wait no longer and leaves no trace of it. O(keys).
func (e *Engine) unblock(w *waiter) {
	for i := range w.places {
		w.places[i].queue.remove(&w.places[i])
	}
	if w.index >= 0 {
		heap.Remove(&e.timeouts, w.index)
	}
	w.session.waiter = nil
	if !w.away {
		e.blocked--
	}
}

// SignalReady tells those who wait for the key of an entry that it has what they may be waiting
// for. A key that comes into its table does so by itself; it takes a call when something has been
// added to what was there already (XADD) or has taken its place. O(1). Redis: signalKeyAsReady.
func (e Entry) SignalReady() {
	if len(e.db.waiting) == 0 {
		return
	}
	if t := e.Type(); t != TypeList && t != TypeZSet && t != TypeStream {
		return
	}
	if q := e.db.waiting[string(e.Key())]; q != nil {
		e.db.engine.noteReady(q)
	}
}

// signalGone tells those who wait for the key of an entry that the entry is about to go, if it is
// one whose end answers them. O(1). Redis: dbGenericDelete, dbOverwrite.
func (db *DB) signalGone(en Entry) {
	if len(db.waiting) == 0 || en.Type() != TypeStream {
		return
	}
	if q := db.waiting[string(en.Key())]; q != nil && q.guarding > 0 {
		db.engine.noteReady(q)
	}
}

func (e *Engine) noteReady(q *waitQueue) {
	if !q.ready {
		q.ready = true
		e.readyKeys = append(e.readyKeys, q)
	}
}

// signalAll is SignalReady for every key that is waited for and there, and signalGone for those
// that are not. Redis: scanDatabaseForReadyKeys, scanDatabaseForDeletedStreams.
func (db *DB) signalAll() {
	keys := make([]string, 0, len(db.waiting))
	for key := range db.waiting {
		keys = append(keys, key)
	}
	slices.Sort(keys) // the same order in every run
	for _, key := range keys {
		if en := db.Peek([]byte(key)); en.Found() {
			en.SignalReady()
		} else if q := db.waiting[key]; q.guarding > 0 {
			db.engine.noteReady(q)
		}
	}
}

// serveReady serves the keys that have become ready, in that order, and those that become ready by
// it. Redis: handleClientsBlockedOnKeys.
func (e *Engine) serveReady() {
	for i := 0; i < len(e.readyKeys); i++ {
		q := e.readyKeys[i]
		e.readyKeys[i] = nil
		q.ready = false
		e.serveQueue(q)
	}
	e.readyKeys = e.readyKeys[:0]
}

// serveQueue serves those who wait for a key while it is there, and answers those who wait no
// longer when it is not.
func (e *Engine) serveQueue(q *waitQueue) {
	var next *place
	for p := q.first; p != nil; p = next {
		next = p.next
		w, en := p.waiter, q.db.Peek(p.key)
		switch {
		case !en.Found() && q.guarding == 0:
			return
		case en.Found() && en.Type() == w.Type:
			if w.Ready == nil || w.Ready(en) {
				e.unblock(w)
				e.answer(w, func(c *Ctx) { w.serve(c, en) })
			}
		case w.Gone != "":
			e.unblock(w)
			e.answer(w, func(c *Ctx) { c.Error(w.Gone) })
		}
	}
}

// serve answers a waiter with a key that is ready, if there is room for what its command makes.
func (w *waiter) serve(c *Ctx, en Entry) {
	if c.Engine.lacksRoom(w.spec, w.args) {
		c.Error(reply.ErrOOM)
		return
	}
	w.Serve(c, en)
}

// answer runs what answers a waiter that has been unblocked. The session goes on with its batch
// when the round is over. Redis: processUnblockedClients.
func (e *Engine) answer(w *waiter, fn func(c *Ctx)) {
	s := w.session
	e.ctx.begin(s, w.spec, w.db, w.args)
	e.mark()
	before := s.w.Len()
	s.w.Begin()
	e.running = s
	fn(&e.ctx)
	e.running = nil
	e.countAnswer(w)
	s.w.End()
	if s.flags&sessionMuted != 0 {
		s.unsay(before)
	}
	if len(e.afterReply) > 0 {
		e.pushAfterReply()
	}
	s.flags |= sessionUnblocked
	e.unblocked = append(e.unblocked, s)
}

// EachWaitedKey calls fn for the keys that the session waits for, until it returns false. It
// borrows them to it. O(keys).
func (s *Session) EachWaitedKey(fn func(key []byte) bool) {
	if s.waiter == nil {
		return
	}
	for i := range s.waiter.places {
		if !fn(s.waiter.places[i].key) {
			return
		}
	}
}

// Unblock answers a session that waits, as if its time were over, or with an error if there is
// one. It reports whether the session did wait. Redis: CLIENT UNBLOCK.
func (e *Engine) Unblock(s *Session, failure reply.Error) bool {
	w := s.waiter
	if w == nil || w.away {
		return false
	}
	e.unblock(w)
	w.cut = true
	if w.again {
		s.flags |= sessionUnblocked
		e.unblocked = append(e.unblocked, s)
		return true
	}
	e.answer(w, func(c *Ctx) {
		if failure != "" {
			c.Error(failure)
			return
		}
		if w.TimeOver != nil {
			w.TimeOver(c)
			return
		}
		c.Reply.NullArray()
	})
	return true
}

// endWaits answers those whose time is over. Redis: handleBlockedClientsTimeout.
func (e *Engine) endWaits() {
	for len(e.timeouts) > 0 && e.passed(e.timeouts[0].DeadlineMs) {
		e.Unblock(e.timeouts[0].session, "")
	}
}

// resume goes on with the batches of sessions that have been answered, which may answer others.
func (e *Engine) resume() {
	for i := 0; i < len(e.unblocked); i++ {
		s := e.unblocked[i]
		e.unblocked[i] = nil
		if s.flags&sessionUnblocked != 0 && s.batch != nil {
			e.runBatch(s)
		}
	}
	e.unblocked = e.unblocked[:0]
}

// hold leaves a batch whose last command waits. What has been replied before goes out.
func (e *Engine) hold(s *Session) {
	if !s.waiter.away && (s.batch.EOF || s.flags&sessionHalfClosed != 0) {
		e.endWait(s)
		return
	}
	e.flush(s, 0)
}

// peerClosed notes that a session's peer sends nothing more.
func (e *Engine) peerClosed(s *Session) {
	s.flags |= sessionHalfClosed
	if s.Blocked() {
		e.endWait(s)
	}
}

// endWait ends a session that waits, behind what it has been replied. Redis: it reads the end of
// the connection while the client is blocked, and frees it.
func (e *Engine) endWait(s *Session) {
	e.unblock(s.waiter)
	s.flags |= sessionCloseSoon
	e.finishBatch(s)
}

// takesPushes reports whether output outside of a batch has to be passed on by itself.
func (s *Session) takesPushes() bool { return s.batch == nil || s.waiter != nil }

// Blocked reports whether the session waits for keys.
func (s *Session) Blocked() bool { return s.waiter != nil && !s.waiter.away }

// timeouts is a heap of waiters by their deadlines.
//
// Owned by the keyspace goroutine.
type timeouts []*waiter

func (t timeouts) Len() int           { return len(t) }
func (t timeouts) Less(i, j int) bool { return t[i].DeadlineMs < t[j].DeadlineMs }

func (t timeouts) Swap(i, j int) {
	t[i], t[j] = t[j], t[i]
	t[i].index, t[j].index = i, j
}

// Push adds a waiter at the end, for package heap.
func (t *timeouts) Push(x any) {
	w := x.(*waiter)
	w.index = len(*t)
	*t = append(*t, w)
}

// Pop removes the last waiter, for package heap.
func (t *timeouts) Pop() any {
	last := len(*t) - 1
	w := (*t)[last]
	(*t)[last] = nil
	*t = (*t)[:last]
	w.index = -1
	return w
}

// checkWaiting checks that every waiter is found from where it must be, and nothing else is.
func (e *Engine) checkWaiting() {
	blocked, places := 0, 0
	for s := e.sessions.first; s != nil; s = s.next {
		if w := s.waiter; w != nil {
			if !w.away {
				blocked++
			}
			places += len(w.places)
			ensure(w.session == s && s.batch != nil, "I8: a waiter without a batch")
			ensure(w.index < 0 || e.timeouts[w.index] == w, "I8: a waiter not in the heap")
		}
	}
	ensure(blocked == e.blocked, "I8: %d sessions wait, %d counted", blocked, e.blocked)
	for _, db := range e.dbs {
		for key, q := range db.waiting {
			ensure(q.first != nil && q.db == db && q.key == key, "I8: the queue of %q", key)
			for p := q.first; p != nil; p = p.next {
				places--
				ensure(p.queue == q && p.waiter.session.waiter == p.waiter, "I8: in %q's queue", key)
			}
		}
	}
	ensure(places == 0, "I8: %d places in no queue", places)
	ensure(len(e.readyKeys) == 0, "I8: %d ready keys are left", len(e.readyKeys))
	for _, s := range e.unblocked { // in the midst of a round: they go on at its end
		ensure(s.waiter == nil || s.flags&sessionUnblocked == 0,
			"I8: session %d is to go on and waits", s.id)
	}
}
