package keyspace

import "math"

// This file is CLIENT PAUSE: clients that must not go on for a time, while a data set is being
// moved to another server, say. A command that must wait makes its session a waiter without keys
// (see waiter); when the pause is over the command runs from the beginning, with all its checks.
// The data stands still meanwhile: no key expires that is not written to, and none is evicted.

// PauseMode is which commands must wait.
type PauseMode uint8

// The modes, each of which holds back more than the one before.
const (
	PauseNone  PauseMode = iota
	PauseWrite           // those that change data, or reach replicas
	PauseAll
)

// pause is the pause that is in force, if any.
//
// Owned by the keyspace goroutine.
type pause struct {
	mode    PauseMode
	untilMs int64 // the last millisecond of it
	waiters []*waiter
	shadows shadows
}

// Pause makes clients wait until a time. A pause that is in force is made longer or stricter by
// it, and never less. Redis: pauseClients.
func (e *Engine) Pause(mode PauseMode, untilMs int64) {
	p := &e.pause
	p.mode = max(p.mode, mode)
	p.untilMs = max(p.untilMs, untilMs)
}

// Unpause ends the pause. Those who waited go on when the round is over. O(waiting clients).
// Redis: unpauseClients.
func (e *Engine) Unpause() {
	waiters := e.pause.waiters
	e.dropShadows()
	e.pause = pause{}
	for _, w := range waiters {
		if w.session.waiter == w {
			e.Unblock(w.session, "")
		}
	}
}

// endPause ends the pause if its time is over.
func (e *Engine) endPause() {
	if e.pause.mode != PauseNone && e.passed(e.pause.untilMs) {
		e.Unpause()
	}
}

// frozen reports whether the data must stand still but for what a running command writes.
func (e *Engine) frozen() bool { return e.pause.mode != PauseNone }

// standsStill reports whether a lookup has to leave what has expired where it is. To a command that
// does not write it is gone all the same.
func (e *Engine) standsStill() bool {
	return e.frozen() && (e.running == nil || e.ctx.Spec.Flags&Write == 0)
}

// nextPauseMs is when the pause ends; math.MaxInt64: never.
func (e *Engine) nextPauseMs() int64 {
	if e.pause.mode == PauseNone {
		return math.MaxInt64
	}
	return e.pause.untilMs
}

// postpone makes a session wait for the end of the pause if its command must. It reports whether
// it does. A monitor never waits: to Redis it is a kind of replica.
func (e *Engine) postpone(s *Session, spec *Spec, args [][]byte) bool {
	if s.flags&(sessionMonitor|sessionLocal) != 0 ||
		e.pause.mode == PauseWrite && !s.mayReplicate(spec, e.FlagsOf(spec, args)) {
		return false
	}
	w := &waiter{session: s, db: s.db, index: -1, again: true, paused: true}
	s.waiter = w
	e.blocked++
	e.pause.waiters = append(e.pause.waiters, w)
	return true
}

// mayReplicate reports whether a command may change data or reach replicas.
func (s *Session) mayReplicate(spec *Spec, flags Flags) bool {
	if spec.fullName == "exec" && s.tx != nil {
		flags |= s.tx.flags
	}
	return flags&(Write|MayReplicate) != 0
}
