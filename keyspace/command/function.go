package command

import (
	"bytes"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/glob"
)

// What FCALL and FCALL_RO have in common.
const (
	fcallSyntax     = "function numkeys [key{*}] [arg{*}]"
	fcallComplexity = "Depends on the function that is executed."
)

var fcallSpec = keyspace.Spec{
	Name: "fcall", Group: keyspace.Scripting, Since: "7.0.0", Arity: -3, Syntax: fcallSyntax,
	Flags: evalFlags | keyspace.MayReplicate, CallFlags: (*keyspace.Engine).FunctionFlags,
	Keys: keyspace.Noted("We cannot tell how the keys will be used so we assume the worst, RW and"+
		" UPDATE", keyspace.KeyNum(2, evalKeys)),
	Summary: "Invoke a function", Complexity: fcallComplexity,
	Run: fcallCommand,
}

func fcallCommand(c *keyspace.Ctx) { c.CallFunction(false) }

var fcallroSpec = keyspace.Spec{
	Name: "fcall_ro", Group: keyspace.Scripting, Since: "7.0.0", Arity: -3, Syntax: fcallSyntax,
	Flags: evalROFlags, CallFlags: (*keyspace.Engine).FunctionFlags,
	Keys: keyspace.Noted("We cannot tell how the keys will be used so we assume the worst, RO and"+
		" ACCESS", keyspace.KeyNum(2, evalROKeys)),
	Summary: "Invoke a read-only function", Complexity: fcallComplexity,
	Run: fcallroCommand,
}

func fcallroCommand(c *keyspace.Ctx) { c.CallFunction(true) }

// functionWriteTips are the tips of what changes the libraries.
func functionWriteTips() []string {
	return []string{"request_policy:all_shards", "response_policy:all_succeeded"}
}

var functionSpec = keyspace.Spec{
	Name: "function", Group: keyspace.Scripting, Since: "7.0.0", Arity: -2,
	Summary: "A container for function commands", Complexity: "Depends on subcommand.",
	Sub: []*keyspace.Spec{
		{
			Name: "delete", Group: keyspace.Scripting, Since: "7.0.0", Arity: 3,
			Syntax: "library-name", Flags: keyspace.Write | keyspace.NoScript,
			Tips:    functionWriteTips(),
			Summary: "Delete a function by name", Complexity: "O(1)",
			Run: functionDeleteCommand,
		},
		{
			Name: "dump", Group: keyspace.Scripting, Since: "7.0.0", Arity: 2,
			Flags:      keyspace.NoScript,
			Summary:    "Dump all functions into a serialized binary payload",
			Complexity: "O(N) where N is the number of functions",
			Run:        functionDumpCommand,
		},
		{
			Name: "flush", Group: keyspace.Scripting, Since: "7.0.0", Arity: -2,
			Syntax: "[ASYNC | SYNC]{async}", Flags: keyspace.Write | keyspace.NoScript,
			Tips:       functionWriteTips(),
			Summary:    "Deleting all functions",
			Complexity: "O(N) where N is the number of functions deleted",
			Run:        functionFlushCommand,
		},
		{
			Name: "help", Group: keyspace.Scripting, Since: "7.0.0", Arity: 2,
			Flags:   keyspace.Loading | keyspace.Stale,
			Summary: "Show helpful text about the different subcommands", Complexity: "O(1)",
			Run: functionHelpCommand,
		},
		{
			Name: "kill", Group: keyspace.Scripting, Since: "7.0.0", Arity: 2,
			Flags:   keyspace.NoScript | keyspace.AllowBusy,
			Tips:    []string{"request_policy:all_shards", "response_policy:one_succeeded"},
			Summary: "Kill the function currently in execution.", Complexity: "O(1)",
			Run: functionKillCommand,
		},
		{
			Name: "list", Group: keyspace.Scripting, Since: "7.0.0", Arity: -2,
			Syntax:     "[LIBRARYNAME library-name-pattern{:string}] [WITHCODE]",
			Flags:      keyspace.NoScript,
			Tips:       []string{"nondeterministic_output_order"},
			Summary:    "List information about all the functions",
			Complexity: "O(N) where N is the number of functions",
			Run:        functionListCommand,
		},
		{
			Name: "load", Group: keyspace.Scripting, Since: "7.0.0", Arity: -3,
			Syntax:     "[REPLACE] function-code",
			Flags:      keyspace.Write | keyspace.DenyOOM | keyspace.NoScript,
			Tips:       functionWriteTips(),
			Summary:    "Create a function with the given arguments (name, code, description)",
			Complexity: "O(1) (considering compilation time is redundant)",
			Run:        functionLoadCommand,
		},
		{
			Name: "restore", Group: keyspace.Scripting, Since: "7.0.0", Arity: -3,
			Syntax:     "serialized-value [FLUSH | APPEND | REPLACE]{policy}",
			Flags:      keyspace.Write | keyspace.DenyOOM | keyspace.NoScript,
			Tips:       functionWriteTips(),
			Summary:    "Restore all the functions on the given payload",
			Complexity: "O(N) where N is the number of functions on the payload",
			Run:        functionRestoreCommand,
		},
		{
			Name: "stats", Group: keyspace.Scripting, Since: "7.0.0", Arity: 2,
			Flags: keyspace.NoScript | keyspace.AllowBusy,
			Tips: []string{
				"nondeterministic_output", "request_policy:all_shards", "response_policy:special",
			},
			Summary: "Return information about the function currently running (name," +
				" description, duration)",
			Complexity: "O(1)",
			Run:        functionStatsCommand,
		},
	},
}

func functionLoadCommand(c *keyspace.Ctx) {
	last := len(c.Args) - 1
	for _, option := range c.Args[2:last] {
		if !bytes.EqualFold(option, replaceWord) {
			c.Error(reply.FunctionLoadOption(option))
			return
		}
	}
	name, problem := c.Engine.LoadLibrary(c.Args[last], last > 2)
	if problem != "" {
		c.Error(problem)
		return
	}
	c.Dirty(1)
	c.Reply.BulkString(name)
}

var replaceWord = []byte("REPLACE")

func functionDeleteCommand(c *keyspace.Ctx) {
	if !c.Engine.DeleteLibrary(c.Args[2]) {
		c.Error(reply.ErrNoSuchLibrary)
		return
	}
	c.Dirty(1)
	c.OK()
}

// functionFlushCommand removes all libraries. SYNC and ASYNC are the same here: nobody waits for
// it.
func functionFlushCommand(c *keyspace.Ctx) {
	opts := newCursor(c.Args, 2)
	switch {
	case len(c.Args) > 3:
		c.Error(reply.SubcommandSyntax(c.Args[1], "FUNCTION"))
		return
	case len(c.Args) == 3 && !opts.Is("SYNC") && !opts.Is("ASYNC"):
		c.Error(reply.ErrFunctionFlush)
		return
	}
	c.Engine.FlushLibraries()
	c.Dirty(1)
	c.OK()
}

func functionDumpCommand(c *keyspace.Ctx) { c.Reply.Bulk(c.Engine.DumpLibraries()) }

func functionRestoreCommand(c *keyspace.Ctx) {
	opts := newCursor(c.Args, 3)
	policy := keyspace.RestoreAppend
	switch {
	case len(c.Args) > 4:
		c.Error(reply.SubcommandSyntax(c.Args[1], "FUNCTION"))
		return
	case len(c.Args) == 3, opts.Is("APPEND"):
	case opts.Is("REPLACE"):
		policy = keyspace.RestoreReplace
	case opts.Is("FLUSH"):
		policy = keyspace.RestoreFlush
	default:
		c.Error(reply.ErrRestorePolicy)
		return
	}
	if problem := c.Engine.RestoreLibraries(c.Args[2], policy); problem != "" {
		c.Error(problem)
		return
	}
	c.Dirty(1)
	c.OK()
}

func functionKillCommand(c *keyspace.Ctx) { c.KillScript(true) }

// functionListOptions are the options of FUNCTION LIST.
type functionListOptions struct {
	pattern  []byte
	filtered bool
	withCode bool
}

func functionListCommand(c *keyspace.Ctx) {
	var o functionListOptions
	if problem := o.parse(c.Args); problem != "" {
		c.Error(problem)
		return
	}
	mark, n := c.Reply.DeferArray(), 0
	for _, lib := range c.Engine.Libraries() {
		if o.filtered && !glob.Match(o.pattern, []byte(lib.Name), true) {
			continue
		}
		replyLibrary(c, lib, o.withCode)
		n++
	}
	c.Reply.Resolve(mark, n)
}

// parse reads the options, each of which may be there once.
func (o *functionListOptions) parse(args [][]byte) reply.Error {
	for opts := newCursor(args, 2); opts.More(); {
		switch {
		case !o.withCode && opts.Is("WITHCODE"):
			o.withCode = true
		case !o.filtered && opts.IsWith("LIBRARYNAME", 1):
			o.pattern, o.filtered = opts.Arg(), true
		case !o.filtered && opts.Is("LIBRARYNAME"):
			return reply.ErrListLibraryName
		default:
			return reply.FunctionListOption(opts.Arg())
		}
	}
	return ""
}

func replyLibrary(c *keyspace.Ctx, lib *keyspace.Library, withCode bool) {
	fields := 3
	if withCode {
		fields++
	}
	c.Reply.Map(fields)
	c.Reply.BulkString("library_name")
	c.Reply.BulkString(lib.Name)
	c.Reply.BulkString("engine")
	c.Reply.BulkString(keyspace.FunctionEngine)
	c.Reply.BulkString("functions")
	c.Reply.Array(len(lib.Functions))
	for _, f := range lib.Functions {
		replyFunction(c, f)
	}
	if withCode {
		c.Reply.BulkString("library_code")
		c.Reply.BulkString(lib.Code)
	}
}

func replyFunction(c *keyspace.Ctx, f *keyspace.Function) {
	c.Reply.Map(3)
	c.Reply.BulkString("name")
	c.Reply.BulkString(f.Name)
	c.Reply.BulkString("description")
	if f.Described {
		c.Reply.BulkString(f.Description)
	} else {
		c.Reply.Null()
	}
	c.Reply.BulkString("flags")
	flags := f.Flags()
	c.Reply.Set(len(flags))
	for _, flag := range flags {
		c.Reply.Status(flag)
	}
}

// functionStatsCommand tells of the function that runs. It can't tell while a script does.
func functionStatsCommand(c *keyspace.Ctx) {
	running := c.Engine.RunningFunction()
	if busy := c.Engine.Busy(); busy != "" && running == nil {
		c.Error(busy)
		return
	}
	c.Reply.Map(2)
	c.Reply.BulkString("running_script")
	if running == nil {
		c.Reply.Null()
	} else {
		replyRunning(c, running)
	}
	c.Reply.BulkString("engines")
	c.Reply.Map(1)
	c.Reply.BulkString(keyspace.FunctionEngine)
	c.Reply.Map(2)
	c.Reply.BulkString("libraries_count")
	c.Reply.Int(int64(len(c.Engine.Libraries())))
	c.Reply.BulkString("functions_count")
	c.Reply.Int(int64(c.Engine.FunctionCount()))
}

func replyRunning(c *keyspace.Ctx, f *keyspace.RunningFunction) {
	c.Reply.Map(3)
	c.Reply.BulkString("name")
	c.Reply.BulkString(f.Name)
	c.Reply.BulkString("command")
	c.Reply.Array(len(f.Args))
	for _, arg := range f.Args {
		c.Reply.Bulk(arg)
	}
	c.Reply.BulkString("duration_ms")
	c.Reply.Int(f.DurationMs)
}

func functionHelpCommand(c *keyspace.Ctx) {
	replyHelp(c,
		"LOAD [REPLACE] <FUNCTION CODE>",
		"    Create a new library with the given library name and code.",
		"DELETE <LIBRARY NAME>",
		"    Delete the given library.",
		"LIST [LIBRARYNAME PATTERN] [WITHCODE]",
		"    Return general information on all the libraries:",
		"    * Library name",
		"    * The engine used to run the Library",
		"    * Library description",
		"    * Functions list",
		"    * Library code (if WITHCODE is given)",
		"    It also possible to get only function that matches a pattern using"+
			" LIBRARYNAME argument.",
		"STATS",
		"    Return information about the current function running:",
		"    * Function name",
		"    * Command used to run the function",
		"    * Duration in MS that the function is running",
		"    If no function is running, return nil",
		"    In addition, returns a list of available engines.",
		"KILL",
		"    Kill the current running function.",
		"FLUSH [ASYNC|SYNC]",
		"    Delete all the libraries.",
		"    When called without the optional mode argument, the behavior is determined"+
			" by the",
		"    lazyfree-lazy-user-flush configuration directive. Valid modes are:",
		"    * ASYNC: Asynchronously flush the libraries.",
		"    * SYNC: Synchronously flush the libraries.",
		"DUMP",
		"    Return a serialized payload representing the current libraries, can be"+
			" restored using FUNCTION RESTORE command",
		"RESTORE <PAYLOAD> [FLUSH|APPEND|REPLACE]",
		"    Restore the libraries represented by the given payload, it is possible to"+
			" give a restore policy to",
		"    control how to handle existing libraries (default APPEND):",
		"    * FLUSH: delete all existing libraries.",
		"    * APPEND: appends the restored libraries to the existing libraries. On"+
			" collision, abort.",
		"    * REPLACE: appends the restored libraries to the existing libraries, On"+
			" collision, replace the old",
		"      libraries with the new libraries (notice that even on this option there"+
			" is a chance of failure",
		"      in case of functions name collision with another library).",
	)
}
