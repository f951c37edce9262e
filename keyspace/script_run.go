package keyspace

import (
	"errors"
	"runtime/debug"
	"time"

	"github.com/ringer-kv/ringer/keyspace/lua"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// This file is how a script or a function runs, whichever engine it comes from.
//
//	EVAL, FCALL -> runScript -> may it run? -> lua.State.CallHandled -> reply
//	                                             |
//	                        redis.call -> callFromScript -> call, in a session of the script's own
//	                                             |
//	                        hook, every so many steps -> tendScript: time, memory, SCRIPT KILL
//
// The session of a script has the database and the user of its caller, and a RESP writer whose
// bytes become Lua values. It is in no list: nothing but the script finds it.
//
// What a script writes is one unit for the recorders, as what a transaction writes. No key expires
// in the midst of it, though the commands that it calls see the time pass.

// scriptCall is one run of a script or function.
//
// Owned by the keyspace goroutine.
type scriptCall struct {
	state    *lua.State // the interpreter to run in
	fn       *lua.Function
	name     string // the SHA1 of a script, the name of a function
	function bool   // it is a function, called by FCALL
	keys     [][]byte
	args     [][]byte
	flags    scriptFlags
	readOnly bool // called by EVAL_RO, EVALSHA_RO or FCALL_RO
}

// scriptRun is a script that runs.
//
// Owned by the keyspace goroutine.
type scriptRun struct {
	scriptCall
	caller     *Session // whose batch it belongs to
	callerSpec *Spec
	callerArgs [][]byte
	mayWrite   bool // it may call commands that write, as far as it has said itself
	mayGrow    bool // it may call those that maxmemory forbids
	wrote      bool // it has called one that writes
	replicate  int  // what set_repl says
	slot       int  // of a cluster, to which its keys belong; -1: none yet

	begin     time.Time
	heapBytes int64  // of the Go heap, when it began
	slow      bool   // it has run for too long: others are served meanwhile
	killed    bool   // SCRIPT KILL
	held      *event // for the caller, or for when the script has ended; the oldest
	heldLast  *event
	source    string // where it was when it was killed
	line      string
}

// runsScript reports whether a script runs.
func (e *Engine) runsScript() bool { return e.scripts.run != nil }

// runScript checks whether the script may run, runs it and replies. Until it has replied the script
// still runs, since to read what it returns may call its metatables, which may call commands.
// Redis: scriptPrepareForRun, luaCallFunction, scriptResetRun.
func (e *Engine) runScript(c *Ctx, call scriptCall) {
	if refusal := e.refuseScript(c, &call); refusal != "" {
		c.Error(refusal)
		return
	}
	outer := *c
	run := e.beginScript(c, call)
	ownUnit := !e.unit.open
	if ownUnit {
		e.unit = unit{open: true}
	}
	call.state.SetHook(hookSteps, e.scripts.tend)
	results, err := call.state.CallHandled(e.scripts.locate, lua.FunctionValue(call.fn),
		run.params()...)
	if err != nil {
		e.replyFailure(&outer, run, err)
	} else {
		e.replyResult(&outer, run, results)
	}
	call.state.SetHook(0, nil)
	if ownUnit {
		e.closeUnit()
	}
	*c = outer
	c.recorded = true // what it has called is recorded, and not the script
	e.endScript(run)
}

// refuseScript is the error with which a script is refused before it runs, or "". Redis:
// scriptPrepareForRun.
func (e *Engine) refuseScript(c *Ctx, call *scriptCall) reply.Error {
	f := call.flags
	switch {
	case f&scriptCompat != 0:
	case f&scriptNoCluster != 0 && e.options.Cluster:
		return reply.ErrScriptNoCluster
	case f&scriptNoWrites == 0 && call.readOnly:
		return reply.ErrScriptWrites
	case f&scriptNoWrites == 0 && e.config.needsReplicas():
		return reply.ErrFewReplicas
	case f&(scriptNoWrites|scriptAllowOOM) == 0 && e.lacksMemory():
		return reply.ErrScriptOOM
	}
	return ""
}

// lacksMemory reports whether the command that a client has sent found no room below maxmemory.
// Redis: pre_command_oom_state.
func (e *Engine) lacksMemory() bool { return e.config.MaxMemory != 0 && e.evict.lacking }

// beginScript makes a script the one that runs.
func (e *Engine) beginScript(c *Ctx, call scriptCall) *scriptRun {
	f := call.flags
	b := &e.scripts
	if b.session == nil {
		b.session, b.words = e.newScriptSession(), newScriptWords()
		b.tend, b.locate = e.tendScript, e.locateError
	}
	b.spare = scriptRun{
		scriptCall: call, caller: c.Session, callerSpec: c.Spec, callerArgs: c.Args,
		mayWrite:  !call.readOnly && (f&scriptCompat != 0 || f&scriptNoWrites == 0),
		mayGrow:   f&scriptCompat == 0 && f&scriptAllowOOM != 0,
		replicate: replicateAll, slot: -1, begin: time.Now(), heapBytes: -1,
	}
	b.run, b.ran = &b.spare, true
	b.session.lend(c.Session)
	if !call.function {
		g := call.state.Globals()
		g.Set(b.words.keys, lua.TableValue(tableOf(call.keys)))
		g.Set(b.words.argv, lua.TableValue(tableOf(call.args)))
	}
	return b.run
}

// endScript ends the run of a script. What has come for its caller meanwhile is next.
func (e *Engine) endScript(run *scriptRun) {
	e.scripts.run = nil
	e.scripts.session.giveBack()
	if run.held != nil {
		run.heldLast.next = e.round
		e.round = run.held
	}
	*run = scriptRun{}
}

// params are what a function is called with; a script finds it in global variables.
func (r *scriptRun) params() []lua.Value {
	if !r.function {
		return nil
	}
	return []lua.Value{lua.TableValue(tableOf(r.keys)), lua.TableValue(tableOf(r.args))}
}

// tableOf is a list of strings. Redis: luaCreateArray.
func tableOf(items [][]byte) *lua.Table {
	t := lua.NewTable(len(items), 0)
	for i, item := range items {
		t.SetInt(i+1, lua.String(string(item)))
	}
	return t
}

// locateError is the handler of errors of scripts: it notes where the error was raised.
func (e *Engine) locateError(v lua.Value) lua.Value { return locateError(e.scripts.run.state, v) }

// locateError notes where an error is raised, and makes it a table if it is none. Redis:
// __redis__err__handler.
func locateError(s *lua.State, v lua.Value) lua.Value {
	t := v.AsTable()
	if t == nil {
		t = lua.NewTable(0, 0)
		t.SetString("err", lua.String("ERR "+v.String()))
	}
	if source, line, ok := errorPlace(s); ok {
		t.SetString("source", lua.String(source))
		t.SetString("line", lua.Int(line))
	}
	return lua.TableValue(t)
}

// errorPlace is where an error is raised: in the function that runs or, if that is none of Lua's,
// in its caller, if it has one.
func errorPlace(s *lua.State) (source string, line int, ok bool) {
	if source, line, ok = s.Position(0); ok && line >= 0 {
		return source, line, true
	}
	return s.Position(1)
}

// replyFailure replies with the error that has ended a script. Redis: luaCallFunction.
func (e *Engine) replyFailure(c *Ctx, run *scriptRun, err error) {
	var raised *lua.Error
	switch {
	case errors.Is(err, errClosing):
		c.Session.flags |= sessionCloseSoon
		c.Session.conn.Abort()
	case errors.As(err, &raised) && raised.Value.AsTable() != nil:
		info := readError(run.state, raised.Value.AsTable())
		if run.killed { // while its error was read
			info = run.killing()
		}
		e.replyScriptError(c, info.placed(run.name), !info.counted)
	case errors.As(err, &raised):
		e.replyScriptError(c, reply.ScriptFailed(run.name, cut(raised.Error())), true)
	case errors.Is(err, errScriptKilled):
		info := run.killing()
		e.replyScriptError(c, info.placed(run.name), true)
	default: // not enough memory
		e.worker.do(debug.FreeOSMemory) // what it has made is garbage
		e.replyScriptError(c, reply.ScriptFailed(run.name, err.Error()), true)
	}
}

// killing is the error of a script that was killed.
func (r *scriptRun) killing() errorInfo {
	return errorInfo{text: string(reply.ErrScriptKilled), source: r.source, line: r.line}
}

// replyScriptError replies with an error of a script, which is counted unless the command that has
// failed in the script was. The command that runs the script has failed in any case.
func (e *Engine) replyScriptError(c *Ctx, err reply.Error, count bool) {
	e.countsOf(c.Spec).Failed++
	if count {
		e.noteError(err)
	}
	c.Reply.Error(err)
}
