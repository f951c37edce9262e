package command

import (
	"strings"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// What EVAL and its like have in common.
const (
	evalFlags = keyspace.NoScript | keyspace.Stale | keyspace.SkipMonitor |
		keyspace.NoMandatoryKeys
	evalROFlags    = evalFlags | keyspace.ReadOnly
	evalKeys       = keyspace.RW | keyspace.Access | keyspace.Update
	evalROKeys     = keyspace.RO | keyspace.Access
	evalComplexity = "Depends on the script that is executed."
)

var evalSpec = keyspace.Spec{
	Name: "eval", Group: keyspace.Scripting, Since: "2.6.0", Arity: -3,
	Syntax: "script numkeys [key{*}] [arg{*}]",
	Flags:  evalFlags | keyspace.MayReplicate, CallFlags: (*keyspace.Engine).EvalFlags,
	Keys: keyspace.Noted("We cannot tell how the keys will be used so we assume the worst, RW and"+
		" UPDATE", keyspace.KeyNum(2, evalKeys)),
	Summary: "Execute a Lua script server side", Complexity: evalComplexity,
	Run: evalCommand,
}

func evalCommand(c *keyspace.Ctx) { c.Eval(false, false) }

var evalroSpec = keyspace.Spec{
	Name: "eval_ro", Group: keyspace.Scripting, Since: "7.0.0", Arity: -3,
	Syntax: "script numkeys [key{*}] [arg{*}]",
	Flags:  evalROFlags, CallFlags: (*keyspace.Engine).EvalFlags,
	Keys: keyspace.Noted("We cannot tell how the keys will be used so we assume the worst, RO and"+
		" ACCESS", keyspace.KeyNum(2, evalROKeys)),
	Summary: "Execute a read-only Lua script server side", Complexity: evalComplexity,
	Run: evalRoCommand,
}

func evalRoCommand(c *keyspace.Ctx) { c.Eval(false, true) }

var evalshaSpec = keyspace.Spec{
	Name: "evalsha", Group: keyspace.Scripting, Since: "2.6.0", Arity: -3,
	Syntax: "sha1 numkeys [key{*}] [arg{*}]",
	Flags:  evalFlags | keyspace.MayReplicate, CallFlags: (*keyspace.Engine).EvalFlags,
	Keys:    keyspace.KeyNum(2, evalKeys),
	Summary: "Execute a Lua script server side", Complexity: evalComplexity,
	Run: evalShaCommand,
}

func evalShaCommand(c *keyspace.Ctx) { c.Eval(true, false) }

var evalsharoSpec = keyspace.Spec{
	Name: "evalsha_ro", Group: keyspace.Scripting, Since: "7.0.0", Arity: -3,
	Syntax: "sha1 numkeys [key{*}] [arg{*}]",
	Flags:  evalROFlags, CallFlags: (*keyspace.Engine).EvalFlags,
	Keys:    keyspace.KeyNum(2, evalROKeys),
	Summary: "Execute a read-only Lua script server side", Complexity: evalComplexity,
	Run: evalShaRoCommand,
}

func evalShaRoCommand(c *keyspace.Ctx) { c.Eval(true, true) }

var scriptSpec = keyspace.Spec{
	Name: "script", Group: keyspace.Scripting, Since: "2.6.0", Arity: -2,
	Summary:    "A container for Lua scripts management commands",
	Complexity: "Depends on subcommand.",
	Sub: []*keyspace.Spec{
		{
			Name: "exists", Group: keyspace.Scripting, Since: "2.6.0", Arity: -3,
			Syntax: "sha1{*}", Flags: keyspace.NoScript,
			Tips: []string{
				"request_policy:all_shards", "response_policy:agg_logical_and",
			},
			Summary: "Check existence of scripts in the script cache.",
			Complexity: "O(N) with N being the number of scripts to check (so checking a" +
				" single script is an O(1) operation).",
			Run: scriptExistsCommand,
		},
		{
			Name: "kill", Group: keyspace.Scripting, Since: "2.6.0", Arity: 2,
			Flags:   keyspace.NoScript | keyspace.AllowBusy,
			Tips:    []string{"request_policy:all_shards", "response_policy:one_succeeded"},
			Summary: "Kill the script currently in execution.", Complexity: "O(1)",
			Run: func(c *keyspace.Ctx) { c.KillScript(false) },
		},
		{
			Name: "flush", Group: keyspace.Scripting, Since: "2.6.0", Arity: -2,
			Syntax: "[ASYNC | SYNC]{async @6.2.0}", Flags: keyspace.NoScript,
			History: []keyspace.Change{
				{Version: "6.2.0", Text: "Added the `ASYNC` and `SYNC` flushing mode modifiers."},
			},
			Tips:       []string{"request_policy:all_nodes", "response_policy:all_succeeded"},
			Summary:    "Remove all the scripts from the script cache.",
			Complexity: "O(N) with N being the number of scripts in cache",
			Run:        scriptFlushCommand,
		},
		{
			Name: "help", Group: keyspace.Scripting, Since: "5.0.0", Arity: 2,
			Flags:   keyspace.Loading | keyspace.Stale,
			Summary: "Show helpful text about the different subcommands", Complexity: "O(1)",
			Run: scriptHelpCommand,
		},
		{
			Name: "debug", Group: keyspace.Scripting, Since: "3.2.0", Arity: 3,
			Syntax: "<YES | SYNC | NO>{mode}", Flags: keyspace.NoScript,
			Summary: "Set the debug mode for executed scripts.", Complexity: "O(1)",
			Run: scriptDebugCommand,
		},
		{
			Name: "load", Group: keyspace.Scripting, Since: "2.6.0", Arity: 3,
			Syntax: "script", Flags: keyspace.NoScript | keyspace.Stale,
			Tips:       []string{"request_policy:all_nodes", "response_policy:all_succeeded"},
			Summary:    "Load the specified Lua script into the script cache.",
			Complexity: "O(N) with N being the length in bytes of the script body.",
			Run:        scriptLoadCommand,
		},
	},
}

func scriptExistsCommand(c *keyspace.Ctx) {
	hashes := c.Args[2:]
	c.Reply.Array(len(hashes))
	for _, sha := range hashes {
		known := int64(0)
		if c.Engine.HasScript(sha) {
			known = 1
		}
		c.Reply.Int(known)
	}
}

// scriptFlushCommand forgets all scripts. SYNC and ASYNC are the same here: nobody waits for it.
func scriptFlushCommand(c *keyspace.Ctx) {
	opts := newCursor(c.Args, 2)
	if len(c.Args) > 2 && (len(c.Args) > 3 || !opts.Is("SYNC") && !opts.Is("ASYNC")) {
		c.Error(reply.ErrScriptFlush)
		return
	}
	c.Engine.FlushScripts()
	c.OK()
}

func scriptLoadCommand(c *keyspace.Ctx) {
	sha, problem := c.LoadScript(c.Args[2])
	if problem != "" {
		c.Error(problem)
		return
	}
	c.Reply.BulkString(sha)
}

func scriptDebugCommand(c *keyspace.Ctx) {
	switch mode := strings.ToLower(string(c.Args[2])); {
	case c.Pipelined():
		c.Error(reply.ErrScriptDebugPipe)
	case mode == "no":
		c.DebugScripts(false)
		c.OK()
	case mode == "yes" || mode == "sync":
		c.DebugScripts(true)
		c.OK()
	default:
		c.Error(reply.ErrScriptDebug)
	}
}

func scriptHelpCommand(c *keyspace.Ctx) {
	replyHelp(c,
		"DEBUG (YES|SYNC|NO)",
		"    Set the debug mode for subsequent scripts executed.",
		"EXISTS <sha1> [<sha1> ...]",
		"    Return information about the existence of the scripts in the script cache.",
		"FLUSH [ASYNC|SYNC]",
		"    Flush the Lua scripts cache. Very dangerous on replicas.",
		"    When called without the optional mode argument, the behavior is determined by the",
		"    lazyfree-lazy-user-flush configuration directive. Valid modes are:",
		"    * ASYNC: Asynchronously flush the scripts cache.",
		"    * SYNC: Synchronously flush the scripts cache.",
		"KILL",
		"    Kill the currently executing Lua script.",
		"LOAD <script>",
		"    Load a script into the scripts cache without executing it.",
	)
}
