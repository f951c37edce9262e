package keyspace

import "github.com/ringer-kv/ringer/keyspace/reply"

// outputHighWater is how many bytes of replies a batch may produce before they must have been
// written: past it the rest of the batch waits for the socket.
const outputHighWater = 256 << 10

// scratchLimit is the largest output buffer that is kept for the next session.
const scratchLimit = 1 << 20

// sessionList is the list of all sessions, in the order of their ids.
//
// Owned by the keyspace goroutine.
type sessionList struct {
	first, last *Session
	n           int
}

func (l *sessionList) add(s *Session) {
	s.prev = l.last
	if l.last == nil {
		l.first = s
	} else {
		l.last.next = s
	}
	l.last = s
	l.n++
}

func (l *sessionList) remove(s *Session) {
	if s.prev == nil {
		l.first = s.next
	} else {
		s.prev.next = s.next
	}
	if s.next == nil {
		l.last = s.prev
	} else {
		s.next.prev = s.prev
	}
	s.prev, s.next = nil, nil
	l.n--
}

func (e *Engine) openSession(s *Session) {
	s.db = e.dbs[0]
	s.createdMs, s.lastActiveMs = e.nowMs, e.nowMs
	e.welcome(s)
	e.sessions.add(s)
	e.watchClients()
	e.stats.Connections++
	e.logAccepted(s)
}

// startBatch begins to execute a batch that has just arrived.
func (e *Engine) startBatch(s *Session, b *Batch) {
	s.batch = b
	if b.Writer != nil {
		s.w = b.Writer
	}
	e.noteLife(s)
	e.stats.InputBytes += int64(b.Bytes)
	e.stats.Batches++
	if s.flags&sessionGone != 0 {
		e.dropBatch(s)
		return
	}
	if b.Spare != nil {
		if e.scratch == nil {
			e.scratch = b.Spare[:0]
		}
		b.Spare = nil
	}
	e.runBatch(s)
}

// runBatch executes the commands of the session's batch, from where it stands. It returns before
// the end when the output has to be written first or a command waits; drained and resume go on.
func (e *Engine) runBatch(s *Session) {
	e.lendScratch(s)
	s.flags &^= sessionUnblocked
	e.touchAs(s)
	b := s.batch
	e.mark()
	e.serving = s
	defer e.endServing()
	for b.pos < len(b.Ends) && s.flags&sessionCloseSoon == 0 {
		args := b.command(b.pos)
		spec := e.lookAhead(s, b)
		b.pos++
		s.last = spec
		switch {
		case e.interceptor != nil:
			if !e.runIntercepted(s, spec, args) {
				b.pos-- // once more, later
			}
		case s.flags&sessionMuted != 0:
			e.executeMuted(s, spec, args)
		default:
			e.execute(s, spec, args)
		}
		if len(e.afterReply) > 0 {
			e.pushAfterReply()
		}
		if s.flags&sessionCaching != 0 {
			e.endCaching(s, spec)
		}
		if len(e.readyKeys) > 0 {
			e.serveReady()
			e.mark()
		}
		if s.waiter != nil {
			if s.waiter.paused {
				b.pos-- // once more, later
			}
			e.hold(s)
			return
		}
		if e.overLimit(s) {
			e.abort(s)
			return
		}
		if s.w.Len() >= outputHighWater {
			if !e.flush(s, 0) {
				return
			}
			e.lendScratch(s)
			e.mark()
		}
	}
	e.finishBatch(s)
}

// endServing is called when a batch has come to its end, or waits.
func (e *Engine) endServing() {
	e.ahead.reset()
	e.serving = nil
}

// finishBatch replies what stands behind the last command and tells the front end that the batch
// is done, unless the output must wait: then drained comes back here.
func (e *Engine) finishBatch(s *Session) {
	b := s.batch
	state := BatchDone
	if s.flags&sessionCloseSoon == 0 && b.Fatal != "" {
		s.w.Begin()
		e.noteError(b.Fatal)
		e.logFatal(s, b.Fatal)
		s.w.Error(b.Fatal)
		s.w.End()
		b.Fatal = ""
		s.flags |= sessionCloseSoon
	}
	if b.EOF || s.flags&sessionCloseSoon != 0 {
		state |= CloseAfter
	}
	if s.w.Len() > 0 && !e.ready(s) {
		b.pos = len(b.Ends)
		return
	}
	s.batch = nil
	e.flush(s, state)
}

// ready reports whether the connection takes output now. If not, drained will be called.
func (e *Engine) ready(s *Session) bool {
	if !s.conn.Busy() {
		return true
	}
	if s.drain.Load() == drainQueued {
		return false
	}
	s.drain.Store(drainWanted)
	if s.conn.Busy() || !s.drain.CompareAndSwap(drainWanted, drainIdle) {
		return false
	}
	return true
}

// flush passes the session's output on. It reports whether a batch may go on to produce more.
func (e *Engine) flush(s *Session, state FlushState) bool {
	if s.w.Len() > 0 && !e.ready(s) {
		return false
	}
	out := s.w.Take()
	if len(out) == 0 && state == 0 {
		e.keepScratch(out)
		return true
	}
	e.stats.OutputBytes += int64(len(out))
	e.stats.Flushes++
	e.noteLife(s)
	if !s.conn.Flush(out, state) {
		e.keepScratch(out)
	}
	return true
}

// lendScratch lets the session append to the buffer that goes from one to the next.
func (e *Engine) lendScratch(s *Session) {
	if e.scratch != nil && s.w.Len() == 0 {
		s.w.Give(e.scratch)
		e.scratch = nil
	}
}

// keepScratch keeps a buffer for the next session.
func (e *Engine) keepScratch(buf []byte) {
	if cap(buf) <= scratchLimit && cap(buf) > cap(e.scratch) {
		e.scratch = buf[:0]
	}
}

// drained goes on with a session whose kept output has been written. The call may come late, when
// the next output has been kept already: then it says nothing.
func (e *Engine) drained(s *Session) {
	s.drain.Store(drainIdle)
	if s.flags&sessionGone != 0 || !e.ready(s) {
		return
	}
	if s.batch != nil && s.waiter == nil {
		e.runBatch(s)
		return
	}
	e.flush(s, 0)
}

// sendPushes passes on what was pushed to sessions, and cuts off those who have let it pile up.
func (e *Engine) sendPushes() {
	if e.interest&interestTracked != 0 {
		e.endTrackingRound()
	}
	if len(e.cutOff) > 0 {
		e.cutOffSlow()
	}
	if len(e.dirtyList) > 0 {
		e.flushDirty()
	}
}

// flushDirty passes on what was pushed to sessions outside of their batches.
func (e *Engine) flushDirty() {
	for i, s := range e.dirtyList {
		s.dirty = false
		if s.flags&sessionGone == 0 && s.takesPushes() {
			e.flush(s, 0)
		}
		e.dirtyList[i] = nil
	}
	e.dirtyList = e.dirtyList[:0]
}

// hangup ends a session whose connection is gone.
func (e *Engine) hangup(s *Session) {
	e.logClosed(s)
	e.forget(s)
	if s.batch != nil {
		e.dropBatch(s)
	}
	e.keepScratch(s.w.Take())
}

// forget takes a session out of everything that knows it, when it is cut off or has hung up,
// whichever comes first. Nothing finds it any more.
func (e *Engine) forget(s *Session) {
	if s.flags&sessionGone != 0 {
		return
	}
	s.flags |= sessionGone
	e.endTransaction(s)
	e.unsubscribeAll(s)
	e.forgetTracking(s)
	if s.flags&sessionLocal == 0 {
		e.peaks.skip(s)
		e.sessions.remove(s)
	}
	if s.flags&sessionMonitor != 0 {
		e.unmonitor(s)
	}
}

// dropBatch gives a batch back without executing the rest of it.
func (e *Engine) dropBatch(s *Session) {
	if s.waiter != nil {
		e.unblock(s.waiter)
	}
	s.batch = nil
	s.conn.Flush(nil, BatchDone)
}

// Push appends an out-of-band message of n elements, which fill appends, to a session's output. It
// leaves behind what the session has been replied so far; the message of a command to its own
// session comes after the reply. A session that lets more pile up than client-output-buffer-limit
// allows is cut off at the end of the round.
func (e *Engine) Push(s *Session, n int, fill func(w reply.Writer)) {
	e.push(s, func(w reply.Writer) {
		w.BeginPush(n)
		fill(w)
	})
}

// push is Push for a message that fill begins.
func (e *Engine) push(s *Session, fill func(w reply.Writer)) {
	if s.flags&sessionDeaf != 0 {
		return
	}
	if s == e.running {
		e.afterReply = append(e.afterReply, func() { e.push(s, fill) })
		return
	}
	fill(s.w)
	s.w.End()
	e.pushed(s)
}

// classify finds the limits of the session's output. What a monitor does not read would pile up
// without limit, were it treated as a normal client.
func (s *Session) classify() {
	s.class = OutputNormal
	if s.flags&(sessionSubscribed|sessionMonitor) != 0 {
		s.class = OutputPubSub
	}
}

// overLimit reports whether the output that waits for the session is more than
// client-output-buffer-limit allows. Redis: checkClientOutputBufferLimits.
func (e *Engine) overLimit(s *Session) bool {
	limit := &e.config.OutputLimits[s.class]
	if limit.HardBytes == 0 && limit.SoftBytes == 0 {
		return s.flags&sessionOverLimit != 0
	}
	waiting := uint64(s.w.Len() + s.conn.Waiting())
	if limit.HardBytes != 0 && waiting > limit.HardBytes || s.flags&sessionOverLimit != 0 {
		return true
	}
	if limit.SoftBytes == 0 || waiting <= limit.SoftBytes {
		s.softSinceMs = 0
		return false
	}
	if s.softSinceMs == 0 {
		s.softSinceMs = e.nowMs
		if e.clients.softMs == 0 {
			e.clients.softMs = e.nowMs + softEveryMs
		}
	}
	return e.nowMs-s.softSinceMs > limit.SoftSeconds*1000
}

// abort cuts a session off that lets too much output pile up.
func (e *Engine) abort(s *Session) {
	e.log(LogWarning, "Client "+e.clientLine(s)+
		" scheduled to be closed ASAP for overcoming of output buffer limits.")
	e.drop(s)
}

// drop cuts a session off whose command does not run now: what it has not been sent is dropped,
// and its front end will hang up.
func (e *Engine) drop(s *Session) {
	e.forget(s)
	s.w.Take()
	s.conn.Abort()
	if s.batch != nil {
		e.dropBatch(s)
	}
}
