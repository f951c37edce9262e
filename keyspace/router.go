package keyspace

import (
	"bytes"
	"strings"

	"github.com/ringer-kv/ringer/keyspace/reply"
)

// FullName is the name as errors and COMMAND show it: "get", "config|get".
func (s *Spec) FullName() string { return s.fullName }

// container is the command that a sub-command belongs to, and any other command itself.
func (s *Spec) container() *Spec {
	if s.parent != nil {
		return s.parent
	}
	return s
}

// lookupName finds a name in a table whatever its case.
func lookupName(table map[string]*Spec, name []byte) *Spec {
	var lower [maxNameBytes]byte
	if len(name) > len(lower) {
		return nil
	}
	for i, c := range name {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[i] = c
	}
	return table[string(lower[:len(name)])]
}

// Lookup finds the Spec that the arguments call, that of the sub-command in a container; nil if
// there is none. Redis: lookupCommandLogic.
func (e *Engine) Lookup(args [][]byte) *Spec {
	spec := e.lookupCached(args[0])
	if spec == nil || len(spec.Sub) == 0 || len(args) == 1 {
		return spec
	}
	return lookupName(spec.sub, args[1])
}

// nameCacheSize is how many spellings of command names are remembered. A power of two.
const nameCacheSize = 64

// cachedName is a name as some client spells it, and what it stands for.
type cachedName struct {
	name string
	spec *Spec
}

// lookupCached finds a command by its name. The few names that a load consists of are found
// without folding their case and hashing them.
func (e *Engine) lookupCached(name []byte) *Spec {
	if len(name) == 0 || len(name) > maxNameBytes {
		return e.lookupRenamed(name)
	}
	slot := &e.names[(uint(name[0])*31+uint(name[len(name)-1])+uint(len(name)))%nameCacheSize]
	if string(name) == slot.name {
		return slot.spec
	}
	spec := lookupName(e.commands, name)
	if spec != nil {
		*slot = cachedName{name: string(name), spec: spec}
	}
	return spec
}

// execute runs one command of a session and appends its reply. Redis: processCommand, call.
func (e *Engine) execute(s *Session, spec *Spec, args [][]byte) {
	w := s.w
	if spec == nil && isHTTP(args[0]) {
		e.abortHTTP(s)
		return
	}
	w.Begin()
	if rejection := e.check(s, spec, args); rejection != "" {
		e.reject(s, spec, args, rejection)
		w.End()
		return
	}
	if e.pause.mode != PauseNone && e.postpone(s, spec, args) {
		w.End()
		return
	}
	if s.queues(spec) {
		e.enqueue(s, spec, args)
		w.End()
		return
	}
	e.running = s
	e.call(s, spec, args)
	e.running = nil
	w.End()
}

// call runs a command that may be run, alone or as one of a transaction. Redis: call.
func (e *Engine) call(s *Session, spec *Spec, args [][]byte) {
	c := &e.ctx
	c.begin(s, spec, s.db, args)
	dirty, from := e.dirty, e.lastMark
	spec.Run(c)
	e.countCall(s, spec, args, from)
	if e.dirty != dirty && !c.recorded && c.Recording() {
		e.record(c.DB, args)
	}
	if s.flags&sessionTracking != 0 && spec.Flags&ReadOnly != 0 && spec.Group != Scripting {
		e.trackKeys(s, spec, args)
	}
	if len(e.monitors) > 0 {
		e.feedMonitors(s, spec, args)
	}
}

// executeMuted is execute for a session that is not to be replied to (CLIENT REPLY). Pushes reach
// it all the same: those of the command come after the reply.
func (e *Engine) executeMuted(s *Session, spec *Spec, args [][]byte) {
	if s.flags&sessionSkipNext != 0 {
		s.flags = s.flags&^sessionSkipNext | sessionReplySkip
	}
	before := s.w.Len()
	e.saidTo = 0
	e.execute(s, spec, args)
	if s.waiter == nil {
		s.unsay(max(before, e.saidTo))
	}
}

// unsay drops what a muted session has been replied by a command that has ended.
func (s *Session) unsay(before int) {
	if s.flags&sessionUnsaid != 0 {
		s.w.Truncate(before)
	}
	s.flags &^= sessionReplySkip // Redis: resetClient
}

// pushAfterReply makes the pushes that a command has made to its own session.
func (e *Engine) pushAfterReply() {
	for i, push := range e.afterReply {
		push()
		e.afterReply[i] = nil
	}
	e.afterReply = e.afterReply[:0]
}

// check returns the error with which a command is refused before it runs, or "".
func (e *Engine) check(s *Session, spec *Spec, args [][]byte) reply.Error {
	switch {
	case spec == nil:
		return e.unknown(args)
	case spec.Run == nil, !spec.Takes(len(args)):
		return reply.WrongArity(spec.fullName)
	case spec.Flags&Protected != 0 && !e.config.protectedAllowed(spec, s):
		return reply.ProtectedCommand(spec.container().Name)
	case s.flags&sessionGuarded != 0 && spec.Flags&NoAuth == 0 && e.authRequired(s):
		return reply.ErrNoAuth
	case s.flags&sessionMulti != 0 && spec.Flags&NoMulti != 0:
		return reply.ErrNoMulti
	}
	if s.flags&sessionGuarded != 0 {
		if denial := e.guard(s, spec, args); denial != "" {
			return denial
		}
	}
	flags := e.FlagsOf(spec, args)
	grows := s.mayGrow(spec, flags)
	switch {
	case e.config.MaxMemory != 0 && !e.runsScript() && !e.makeRoomFor(s) && grows:
		return reply.ErrOOM
	case grows && e.outOfMemory(args, e.arenaReserve()),
		flags&Grows != 0 && e.outOfMemory(args, e.lastReserve()):
		return reply.ErrOOM
	case e.config.needsReplicas() && s.mayWrite(spec, flags):
		return reply.ErrFewReplicas
	case s.flags&sessionRestricted != 0:
		if refusal := s.restriction(spec, flags); refusal != "" {
			return refusal
		}
	}
	if flags&AllowBusy == 0 {
		return e.Busy()
	}
	return ""
}

// FlagsOf are the flags of a call: a script says what it does.
func (e *Engine) FlagsOf(spec *Spec, args [][]byte) Flags {
	if spec.CallFlags == nil {
		return spec.Flags
	}
	return spec.CallFlags(e, spec, args)
}

// makeRoomFor is makeRoom before a command of a session, which may be told itself of what has been
// evicted: before the reply, where that can be. Redis: processCommand.
func (e *Engine) makeRoomFor(s *Session) bool {
	e.running = s
	is := e.makeRoom()
	e.evict.lacking = !is
	e.running = nil
	if len(e.afterReply) > 0 && s.w.Encoding() != reply.Native && s.flags&sessionUnsaid == 0 {
		e.pushAfterReply()
	}
	return is
}

// restriction is the error for what a session may not do in the state that it is in, or "".
func (s *Session) restriction(spec *Spec, flags Flags) reply.Error {
	if s.Restricted() && spec.Flags&Subscribing == 0 {
		return reply.OnlyPubSub(spec.fullName)
	}
	if s.flags&sessionMonitor != 0 && flags&(Write|ReadOnly|MayReplicate) != 0 {
		return reply.ErrReplicaKeyspace
	}
	return ""
}

// unknown is the error for a command or sub-command that does not exist.
func (e *Engine) unknown(args [][]byte) reply.Error {
	if container := e.lookupCached(args[0]); container != nil {
		return reply.UnknownSubcommand(args[1], strings.ToUpper(string(args[0])))
	}
	return reply.UnknownCommand(args)
}

// isHTTP reports whether a command is a line of an HTTP request that a web page has made a browser
// send, in the hope that its next line is taken for a command.
func isHTTP(name []byte) bool {
	return bytes.EqualFold(name, []byte("post")) || bytes.EqualFold(name, []byte("host:"))
}

// httpWarningEveryMs is how often an attack is logged at most.
const httpWarningEveryMs = 60_000

// abortHTTP ends the session without a word to it. Redis: securityWarningCommand.
func (e *Engine) abortHTTP(s *Session) {
	if e.httpWarnedMs == 0 || e.nowMs-e.httpWarnedMs > httpWarningEveryMs {
		e.httpWarnedMs = e.nowMs
		e.log(LogWarning, "Possible SECURITY ATTACK detected. It looks like somebody is sending"+
			" POST or Host: commands to Redis. This is likely due to an attacker attempting to"+
			" use Cross Protocol Scripting to compromise your Redis instance. Connection from "+
			s.info.RemoteAddr+" aborted.")
	}
	s.w.Truncate(0) // Redis: what was replied before is not sent either
	s.flags |= sessionCloseSoon
	s.conn.Abort()
}

// What must be left in the arena for a command to be let in, beside twice its own arguments: room
// for rehashing, for the copy that a growing value is moved to, and for what only the command
// itself knows that it will make. A gigabyte of 32.
const (
	arenaReserveShare    = 32
	arenaReserveMinBytes = 4 << 20
)

// arenaPieceBytes is what must be left in one piece, beside twice the arguments: no page run that a
// structure asks for unseen is longer, as arrays of tables grow only where there is room.
const arenaPieceBytes = 1 << 20

// arenaReserve is what commands must leave in the arena.
func (e *Engine) arenaReserve() int64 {
	return max(e.arena.CapacityBytes()/arenaReserveShare, arenaReserveMinBytes)
}

// lastReserve is what commands must leave that only move things, or deliver them: they go on for
// a while when those that add something are refused already, as above maxmemory.
func (e *Engine) lastReserve() int64 { return e.arenaReserve() / 2 }

// outOfMemory reports whether a command that may need memory must be refused, since it would not
// leave so much in the arena.
func (e *Engine) outOfMemory(args [][]byte, reserveBytes int64) bool {
	need := int64(0)
	for _, a := range args {
		need += 2 * int64(len(a))
	}
	return need+reserveBytes > e.arena.AvailableBytes() ||
		!e.arena.Fits(int(need+arenaPieceBytes))
}

// lacksRoom reports whether a command that has passed check long ago, because it was queued or
// has waited, must be refused since the arena might not hold what it makes.
func (e *Engine) lacksRoom(spec *Spec, args [][]byte) bool {
	return spec.Flags&(DenyOOM|Grows) != 0 && e.outOfMemory(args, e.lastReserve())
}
