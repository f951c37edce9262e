package keyspace

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/ringer-kv/ringer/keyspace/lua"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// This file is what becomes of a script that takes too long. The owner runs it, so everybody waits;
// but every so many steps the interpreter calls tendScript, which looks at the time, on the
// system's clock whatever the engine's shows. Once a script has run for busy-reply-threshold,
// tendScript also serves others, from within the script:
//
//	run -> handle -> runBatch -> EVAL -> script
//	                                       |  hook
//	                                       v
//	                             tendScript -> serveMeanwhile -> handle -> runBatch of others: BUSY
//
// Nothing may come between the commands of a script but what the flag allow_busy of a command lets
// through, none of which changes data. What else there is to do is held until the script has ended:
//
//   - what concerns the caller, whose batch is half done: that it hangs up, that its socket has
//     room again. Nobody touches its session;
//   - what functions from outside do (Do, and what the worker has brought back), unless they say
//     that they may run at any time;
//   - whoever waits for a key that the script has made ready, and whose time is over: the script
//     might undo it.
//
// The engine has one of many things that are about the command that runs. serveMeanwhile puts them
// aside and back: see aside.

// hookSteps is how many steps of a script are between two looks at the time: less than a
// millisecond.
const hookSteps = 20_000

// maxScriptHeapBytes is how much a script may let the heap grow if Options do not say it: twice the
// longest string that there can be.
const maxScriptHeapBytes = 1 << 30

// What ends a script that is to run no longer.
var (
	errScriptKilled = errors.New("killed by SCRIPT KILL")
	errClosing      = errors.New("the server is closing") // nobody will read a reply
)

// Closing tells that a front end waits for its batches to end, in order to close, or waits no
// longer. A script that runs is ended then, as it might run for ever.
//
// Safe for concurrent use.
func (e *Engine) Closing(is bool) {
	if is {
		e.closers.Add(1)
		return
	}
	e.closers.Add(-1)
}

// tendScript is called every hookSteps of a script. The error that it returns ends the script.
func (e *Engine) tendScript() error {
	run := e.scripts.run
	if e.overgrown(&run.heapBytes) {
		return lua.ErrMemory
	}
	return e.tendTime(run)
}

// tendTime is tendScript for what a script's reply takes, whose size has a limit of its own.
func (e *Engine) tendTime(run *scriptRun) error {
	if run.slow || e.becomesSlow(run) {
		e.serveMeanwhile(run)
	}
	switch {
	case run.killed:
		e.log(LogWarning, "Lua script killed by user with SCRIPT KILL.")
	case e.closers.Load() > 0 || e.shutdownAsked:
		e.log(LogWarning, "A script was ended, as the server is closing.")
		return errClosing
	default:
		return nil
	}
	source, line, _ := errorPlace(run.state)
	run.source, run.line = source, fmt.Sprint(line)
	return errScriptKilled
}

// becomesSlow notes that a script has run for too long, when it has. Redis: scriptInterrupt.
func (e *Engine) becomesSlow(run *scriptRun) bool {
	limitMs, ms := e.config.BusyReplyThreshold, time.Since(run.begin).Milliseconds()
	if limitMs == 0 || ms < limitMs {
		return false
	}
	run.slow = true
	kill := "SCRIPT KILL"
	if run.function {
		kill = "FUNCTION KILL"
	}
	e.log(LogWarning, fmt.Sprintf("Slow script detected: still in execution after %d milliseconds."+
		" You can try killing the script using the %s command. Script name is: %s.",
		ms, kill, run.name))
	return true
}

// overgrown reports whether a script has made the heap grow too much since it began, which the
// first call notes: startBytes is negative before it. Garbage does not count: when the heap is over
// the limit it is collected first.
func (e *Engine) overgrown(startBytes *int64) bool {
	const objects = "/memory/classes/heap/objects:bytes"
	bytes := heapMetric(objects)
	if *startBytes < 0 {
		*startBytes = bytes
	}
	limit := e.scriptHeapLimit()
	if bytes-*startBytes <= limit {
		return false
	}
	runtime.GC()
	return heapMetric(objects)-*startBytes > limit
}

// scriptHeapLimit is how much a script may let the heap grow. No reply of it, and nothing else that
// it has put together at once, may be larger.
func (e *Engine) scriptHeapLimit() int64 {
	return cmp.Or(e.options.ScriptHeapBytes, maxScriptHeapBytes)
}

// Busy is the error for what can't be done while a script runs for too long; "" if none does.
func (e *Engine) Busy() reply.Error {
	switch run := e.scripts.run; {
	case run == nil:
		return ""
	case run.function:
		return reply.ErrBusyFunction
	}
	return reply.ErrBusyScript
}

// aside is what belongs to the command that runs, while others are served.
//
// Owned by the keyspace goroutine.
type aside struct {
	ctx       Ctx      // of the command that runs
	serving   *Session // whose batch runs; a batch that ends forgets it
	running   *Session // whose pushes wait for the end of its command
	pushes    []func() // these
	ready     []*waitQueue
	elementAt int // of a transaction that the script is part of
	saidTo    int
	lacking   bool // whether the script began above maxmemory
}

// serveMeanwhile serves what has come in since, while a script runs.
func (e *Engine) serveMeanwhile(run *scriptRun) {
	a := aside{
		ctx: e.ctx, serving: e.serving, running: e.running, pushes: e.afterReply,
		ready: e.readyKeys, elementAt: e.elementAt, saidTo: e.saidTo, lacking: e.evict.lacking,
	}
	e.serving, e.running, e.afterReply, e.readyKeys = nil, nil, nil, nil
	e.ahead.reset() // the rest of the caller's batch is looked at again
	runtime.Gosched()
	if e.round == nil {
		e.round = e.queue.take()
	}
	for e.round != nil {
		ev := e.round
		e.round = ev.next
		if ev.kind == eventRun || ev.s == run.caller && ev.s != nil {
			run.hold(ev)
			continue
		}
		e.handle(ev)
	}
	if len(e.dirtyList) > 0 {
		e.flushDirty()
	}
	e.ctx, e.serving, e.running, e.afterReply = a.ctx, a.serving, a.running, a.pushes
	e.readyKeys, e.elementAt, e.saidTo = append(a.ready, e.readyKeys...), a.elementAt, a.saidTo
	e.evict.lacking = a.lacking
	e.touchAs(run.caller)
}

// hold keeps an event until the script has ended.
func (r *scriptRun) hold(ev *event) {
	ev.next = nil
	if r.held == nil {
		r.held, r.heldLast = ev, ev
		return
	}
	r.heldLast.next = ev
	r.heldLast = ev
}

// KillScript ends the script that runs, or, if function says so, the function. Redis: scriptKill.
func (c *Ctx) KillScript(function bool) {
	run := c.Engine.scripts.run
	switch {
	case run == nil:
		c.Error(reply.ErrNotBusy)
	case run.wrote:
		c.Error(reply.ErrUnkillable)
	case run.function && !function:
		c.Error(reply.ErrBusyFunction)
	case !run.function && function:
		c.Error(reply.ErrBusyScript)
	default:
		run.killed = true
		c.OK()
	}
}
