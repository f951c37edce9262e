package keyspace

import (
	"github.com/ringer-kv/ringer/keyspace/acl"
	"github.com/ringer-kv/ringer/keyspace/lua"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// scriptAddr is the address of what a script calls, as the slow log shows it.
const scriptAddr = "?:0"

// newScriptSession makes the session that scripts run their commands in.
func (e *Engine) newScriptSession() *Session {
	return &Session{
		engine: e, conn: nowhere{}, w: &reply.RESP{}, flags: sessionScript,
		info: ConnInfo{RemoteAddr: scriptAddr, FD: -1},
	}
}

// lend gives the session of scripts the database and the rights of a caller.
func (s *Session) lend(caller *Session) {
	s.db, s.user = caller.db, caller.user
	s.flags = sessionScript | caller.flags&sessionGuarded
	s.createdMs, s.lastActiveMs = caller.createdMs, caller.lastActiveMs
	s.w.SetProto(2)
}

// giveBack is called when a script has ended: nothing of its caller stays.
func (s *Session) giveBack() {
	s.db, s.user, s.last = nil, nil, nil
	if buf := s.w.Take(); cap(buf) <= scratchLimit {
		s.w.Give(buf)
	}
}

// InScript reports whether the command was called by a script.
func (c *Ctx) InScript() bool { return c.Session.flags&sessionScript != 0 }

// stepNs is how long a command takes that counts as one step of the script: hookSteps of them are a
// millisecond.
const stepNs = 50

// callFromScript runs a command for a script, and returns the reply as a Lua value, an error as a
// table with failed true, and as how many steps it counts. Redis: scriptCall.
func (e *Engine) callFromScript(
	run *scriptRun, args [][]byte,
) (v lua.Value, steps int, failed bool) {
	s := e.scripts.session
	spec := e.Lookup(args)
	refusal := e.checkFromScript(run, spec, args)
	if refusal == "" && spec.Flags&Write != 0 {
		run.wrote = true
	}
	if refusal == "" && e.interceptor != nil {
		refusal = e.interceptScript(run, spec, args)
	}
	if refusal != "" {
		if spec != nil {
			e.countsOf(spec).Rejected++
		}
		e.noteError(refusal)
		return lua.TableValue(countedError(refusal)), 1, true
	}
	s.last = spec
	e.mark()
	from := e.systemMark()
	e.call(s, spec, args)
	steps = int(e.watch.between(from, e.systemMark()) / stepNs)
	caller := run.caller
	if caller.flags&sessionTracking != 0 && spec.Flags&ReadOnly != 0 {
		e.trackKeys(caller, run.callerSpec, run.callerArgs) // Redis: the keys of the script
	}
	out := s.w.Take()
	v, failed = readReply(out, &e.scripts.words)
	if cap(out) <= scratchLimit {
		s.w.Give(out)
	}
	return v, steps + len(out)/bytesPerStep, failed
}

// LetScriptsBlock lets scripts call commands that may wait, which do not wait there, or not (DEBUG
// SET-DISABLE-DENY-SCRIPTS). Redis lets them call everything then, and crashes for some of it.
func (e *Engine) LetScriptsBlock(is bool) { e.scripts.mayBlock = is }

// checkFromScript is the error with which a command of a script is refused, or "". Redis:
// scriptCall.
func (e *Engine) checkFromScript(run *scriptRun, spec *Spec, args [][]byte) reply.Error {
	switch {
	case spec == nil:
		return reply.ErrLuaUnknown
	case spec.Run == nil, !spec.Takes(len(args)):
		return reply.ErrLuaArity
	case spec.Flags&NoScript != 0 && !(e.scripts.mayBlock && spec.Flags&Blocking != 0):
		return reply.ErrLuaDenied
	}
	if denial := e.guardScript(run.caller, spec, args); denial != "" {
		return denial
	}
	switch {
	case !run.mayWrite && spec.Flags&(Write|MayReplicate) != 0:
		return reply.ErrLuaWrite
	case spec.Flags&Write != 0 && !run.wrote && e.config.needsReplicas():
		return reply.ErrFewReplicas
	case spec.Flags&DenyOOM != 0 && !run.mayGrow && !run.wrote && e.lacksMemory():
		return reply.ErrOOM
	case spec.Flags&DenyOOM != 0 && e.outOfMemory(args, e.arenaReserve()),
		spec.Flags&Grows != 0 && e.outOfMemory(args, e.lastReserve()):
		return reply.ErrOOM // also of a script that has written: there is no room at all
	}
	return ""
}

// guardScript is the error with which a command of a script is refused since the caller may not
// call it, or "". Redis: scriptVerifyACL.
func (e *Engine) guardScript(caller *Session, spec *Spec, args [][]byte) reply.Error {
	switch e.aclCheck(caller, spec, args) {
	case acl.DeniedCommand:
		return reply.ErrLuaNoPermCommand
	case acl.DeniedKey:
		return reply.ErrLuaNoPermKey
	case acl.DeniedChannel:
		return reply.ErrLuaNoPermChannel
	}
	return ""
}

// interceptScript is the error with which the Interceptor, if it is one for scripts, refuses what a
// script calls, or "". A script that has not said that it may use keys of several slots of a
// cluster must not. Redis: scriptVerifyClusterState.
func (e *Engine) interceptScript(run *scriptRun, spec *Spec, args [][]byte) reply.Error {
	i, ok := e.interceptor.(ScriptInterceptor)
	if !ok || run.caller.flags&sessionLocal != 0 {
		return ""
	}
	judge := func(spec *Spec, args [][]byte) (slot int, refusal reply.Error) {
		return i.InterceptScript(Call{
			Session: run.caller, Spec: spec, Args: args, DB: e.scripts.session.db.id, NowMs: e.nowMs,
		})
	}
	slot, refusal := judge(spec, args)
	if refusal != "" || slot < 0 || run.flags&(scriptCompat|scriptAllowCrossSlot) != 0 {
		return refusal
	}
	if run.slot < 0 {
		run.slot, _ = judge(run.callerSpec, run.callerArgs)
	}
	if run.slot < 0 {
		run.slot = slot
	}
	if run.slot != slot {
		return reply.ErrLuaCrossSlot
	}
	return ""
}
