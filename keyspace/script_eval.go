package keyspace

import (
	"bytes"
	"errors"
	"runtime/debug"
	"strings"

	"github.com/ringer-kv/ringer/keyspace/lua"
	"github.com/ringer-kv/ringer/keyspace/lua/lib"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/num"
)

// This file is EVAL's engine: the scripts that the server has seen, by their SHA1, and the
// interpreter that they share. It is made for the first script, and again after SCRIPT FLUSH.

// script is a script that the server has seen.
//
// Owned by the keyspace goroutine.
type script struct {
	sha   string
	body  string
	flags scriptFlags
	fn    *lua.Function
}

// scriptOverheadBytes is what a script takes up beside twice its text, about: what it is compiled
// to, and its places in two tables.
const scriptOverheadBytes = 512

// bytes is what the script takes up, about.
func (s *script) bytes() int64 { return int64(scriptOverheadBytes + 2*len(s.body)) }

// scriptState is what an engine has for scripts, and for functions in common with them.
//
// Owned by the keyspace goroutine.
type scriptState struct {
	state  *lua.State // of EVAL; nil: there was no script yet
	bySHA  map[string]*script
	byBody map[string]*script
	bytes  int64 // of all scripts

	run     *scriptRun // what runs, a script or a function
	spare   scriptRun  // the room for it
	ran     bool       // one has run since the clock was read
	session *Session   // in which it calls commands

	mayBlock bool // scripts may call what may wait
	words    scriptWords
	tend     func() error              // Engine.tendScript
	locate   func(lua.Value) lua.Value // Engine.locateError

	random lib.Rand

	argBytes []byte // the arguments of the command that a script calls
	argEnds  []int
	args     [][]byte
}

// evalState is the interpreter of scripts. Redis: scriptingInit.
func (e *Engine) evalState() *lua.State {
	b := &e.scripts
	if b.state != nil {
		return b.state
	}
	s := e.newScriptState(
		named{"breakpoint", func(c *lua.Call) { c.Return(lua.Bool(false)) }},
		named{"debug", func(*lua.Call) {}},
		named{"replicate_commands", func(c *lua.Call) { c.Return(lua.Bool(true)) }},
	)
	s.Globals().SetString("__redis__err__handler", lua.FunctionValue(s.NewFunction(
		func(c *lua.Call) { c.Return(locateError(c.State, c.Arg(1))) })))
	s.Globals().SetString("KEYS", lua.Nil)
	protectGlobals(s)
	b.state = s
	b.bySHA, b.byBody, b.bytes = make(map[string]*script), make(map[string]*script), 0
	return s
}

// Eval is EVAL and its like: the script is given by its text, or by its SHA1. Redis:
// evalGenericCommand.
func (c *Ctx) Eval(bySHA, readOnly bool) {
	e := c.Engine
	if len(e.monitors) > 0 { // Redis: before what the script calls
		e.showMonitors(c.Session, c.Spec, c.Args)
	}
	debugs := c.Session.flags&sessionDebugsScripts != 0
	switch {
	case bySHA && len(c.Args[1]) != shaDigits:
		c.Error(reply.ErrNoScript)
		return
	case bySHA && debugs:
		c.Error(reply.ErrDebugEvalSHA)
		return
	case debugs:
		c.Session.flags &^= sessionDebugsScripts
		c.Error(reply.ErrNoDebugger)
		return
	}
	n, ok := num.ParseInt(c.Args[2])
	switch {
	case !ok:
		c.Error(reply.ErrNotInteger)
		return
	case n > int64(len(c.Args)-3):
		c.Error(reply.ErrNumKeysArgs)
		return
	case n < 0:
		c.Error(reply.ErrNumKeysNegative)
		return
	}
	s, problem := e.scriptFor(c.Args[1], bySHA)
	if problem != "" {
		c.Error(problem)
		return
	}
	keys := 3 + int(n)
	e.runScript(c, scriptCall{
		state: e.scripts.state, fn: s.fn, name: s.sha, flags: s.flags, readOnly: readOnly,
		keys: c.Args[3:keys], args: c.Args[keys:],
	})
}

// shaDigits is the length of a SHA1 in hexadecimal.
const shaDigits = 40

// scriptFor is the script that EVAL or EVALSHA calls.
func (e *Engine) scriptFor(arg []byte, bySHA bool) (*script, reply.Error) {
	if s := e.knownScript(arg, bySHA); s != nil {
		return s, ""
	}
	if bySHA {
		return nil, reply.ErrNoScript
	}
	return e.addScript(string(arg))
}

// knownScript is a script that the server has seen already, nil if there is none. O(bytes).
func (e *Engine) knownScript(arg []byte, bySHA bool) *script {
	if !bySHA {
		return e.scripts.byBody[string(arg)]
	}
	if s := e.scripts.bySHA[string(arg)]; s != nil {
		return s
	}
	return e.scripts.bySHA[string(bytes.ToLower(arg))]
}

// addScript compiles a script and keeps it. Redis: luaCreateFunction.
func (e *Engine) addScript(body string) (*script, reply.Error) {
	flags, code, problem := parseShebang(body)
	if problem != "" {
		return nil, problem
	}
	state := e.evalState()
	fn, err := e.compile(state, code, "@user_script")
	if err != nil {
		return nil, reply.ScriptCompile(err.Error())
	}
	s := &script{sha: sha1Hex(body), body: body, flags: flags, fn: fn}
	e.scripts.bySHA[s.sha], e.scripts.byBody[body] = s, s
	e.scripts.bytes += s.bytes()
	return s, ""
}

// compile makes a function of code, unless that takes too much memory: many times that of the code.
func (e *Engine) compile(state *lua.State, code, chunk string) (*lua.Function, error) {
	startBytes := int64(-1)
	state.SetHook(hookSteps, func() error {
		switch {
		case e.overgrown(&startBytes):
			return lua.ErrMemory
		case e.closers.Load() > 0:
			return errClosing
		}
		return nil
	})
	fn, err := state.Load(code, chunk)
	state.SetHook(0, nil)
	if errors.Is(err, lua.ErrMemory) {
		e.worker.do(debug.FreeOSMemory) // what it has made is garbage
	}
	return fn, err
}

// EvalFlags are the flags of a call of EVAL and its like, as the script says. Redis:
// evalGetCommandFlags.
func (e *Engine) EvalFlags(spec *Spec, args [][]byte) Flags {
	bySHA := strings.HasPrefix(spec.Name, "evalsha")
	if s := e.knownScript(args[1], bySHA); s != nil {
		return s.flags.commandFlags(spec.Flags)
	}
	if bySHA || !bytes.HasPrefix(args[1], []byte("#!")) {
		return spec.Flags
	}
	flags, _, problem := parseShebang(string(args[1]))
	if problem != "" {
		return spec.Flags
	}
	return flags.commandFlags(spec.Flags)
}

// LoadScript keeps a script for EVALSHA, and returns its SHA1.
func (c *Ctx) LoadScript(body []byte) (sha string, problem reply.Error) {
	s, problem := c.Engine.scriptFor(body, false)
	if problem != "" {
		return "", problem
	}
	return s.sha, ""
}

// HasScript reports whether the server knows a script by its SHA1.
func (e *Engine) HasScript(sha []byte) bool { return e.knownScript(sha, true) != nil }

// FlushScripts forgets all scripts, and what they have left in their interpreter.
func (e *Engine) FlushScripts() {
	b := &e.scripts
	b.state, b.bySHA, b.byBody, b.bytes = nil, nil, nil, 0
}

// DebugScripts has the scripts of the session be debugged, or not. As no debugger can be had, EVAL
// then says so. Redis: ldbEnable, ldbDisable.
func (c *Ctx) DebugScripts(on bool) { c.Session.setFlag(sessionDebugsScripts, on) }

// Pipelined reports whether replies wait to be sent before that of the command. Redis:
// clientHasPendingReplies.
func (c *Ctx) Pipelined() bool {
	s := c.Session
	return s.batch != nil && s.batch.pos > 1 || s.conn.Waiting() > 0
}

// scriptMemory is what scripts and functions take up, about.
//
// Owned by the keyspace goroutine.
type scriptMemory struct {
	vmEval, vmFunctions         int64 // the interpreters, with what is in them
	eval, functions             int64 // scripts, libraries
	scripts                     int
	functionCount, libraryCount int
}

func (e *Engine) scriptMemory() scriptMemory {
	m := scriptMemory{eval: e.scripts.bytes, scripts: len(e.scripts.bySHA)}
	e.functions.measure(&m)
	if e.scripts.state != nil {
		m.vmEval = int64(e.scripts.state.HeapBytes()) + m.eval
	}
	return m
}

// checkScripts checks I14.
func (e *Engine) checkScripts() {
	b, bytes := &e.scripts, int64(0)
	for sha, s := range b.bySHA {
		ensure(s.sha == sha && b.byBody[s.body] == s, "I14: the script %s", sha)
		bytes += s.bytes()
	}
	ensure(bytes == b.bytes, "I14: scripts take up %d bytes, %d counted", bytes, b.bytes)
	ensure(len(b.byBody) == len(b.bySHA), "I14: %d texts of %d scripts", len(b.byBody), len(b.bySHA))
	s := b.session
	ensure(b.run != nil || s == nil || s.db == nil && s.user == nil, "I14: a session is left")
}
