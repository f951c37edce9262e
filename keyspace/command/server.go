package command

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// adminFlags are the flags of commands that administer the server.
const adminFlags = keyspace.Admin | keyspace.NoScript | keyspace.Loading | keyspace.Stale

var timeSpec = keyspace.Spec{
	Name: "time", Group: keyspace.Server, Since: "2.6.0", Arity: 1,
	Flags:   keyspace.Loading | keyspace.Stale | keyspace.Fast,
	Tips:    []string{"nondeterministic_output"},
	Summary: "Return the current server time", Complexity: "O(1)",
	Run: timeCommand,
}

func timeCommand(c *keyspace.Ctx) {
	us := c.Engine.Now().UnixMicro()
	c.Reply.Array(2)
	c.Reply.BulkString(strconv.FormatInt(us/1e6, 10))
	c.Reply.BulkString(strconv.FormatInt(us%1e6, 10))
}

var infoSpec = keyspace.Spec{
	Name: "info", Group: keyspace.Server, Since: "1.0.0", Arity: -1,
	Syntax: "[section [section ...]]",
	Flags:  keyspace.Loading | keyspace.Stale, ACL: keyspace.CatDangerous,
	Tips: []string{
		"nondeterministic_output", "request_policy:all_shards", "response_policy:special",
	},
	Summary: "Get information and statistics about the server", Complexity: "O(1)",
	History: []keyspace.Change{
		{Version: "7.0.0", Text: "Added support for taking multiple section arguments."},
	},
	Run: infoCommand,
}

func infoCommand(c *keyspace.Ctx) { c.Reply.Verbatim("txt", c.Engine.Info(c.Args[1:])) }

var shutdownSpec = keyspace.Spec{
	Name: "shutdown", Group: keyspace.Server, Since: "1.0.0", Arity: -1,
	Syntax:  "[NOSAVE | SAVE]{nosave_save} [NOW{@7.0.0}] [FORCE{@7.0.0}] [ABORT{@7.0.0}]",
	Flags:   adminFlags | keyspace.NoMulti | keyspace.AllowBusy,
	Summary: "Synchronously save the dataset to disk and then shut down the server",
	Complexity: "O(N) when saving, where N is the total number of keys in all databases when" +
		" saving data, otherwise O(1)",
	History: []keyspace.Change{
		{Version: "7.0.0", Text: "Added the `NOW`, `FORCE` and `ABORT` modifiers."},
	},
	Run: shutdownCommand,
}

func shutdownCommand(c *keyspace.Ctx) {
	save, noSave, modified, abort := false, false, false, false
	for a := newCursor(c.Args, 1); a.More(); {
		switch {
		case a.Is("SAVE"):
			save = true
		case a.Is("NOSAVE"):
			noSave = true
		case a.Is("NOW"), a.Is("FORCE"):
			modified = true
		case a.Is("ABORT"):
			abort = true
		default:
			c.Error(reply.ErrSyntax)
			return
		}
	}
	switch {
	case save && noSave, abort && (save || noSave || modified):
		c.Error(reply.ErrSyntax)
	case abort:
		c.Error(reply.ErrNoShutdown) // it is over at once: there is nothing to wait for
	case !c.Engine.Shutdown():
		c.Error(reply.ErrShutdown)
	default:
		c.Abort()
	}
}

var debugSpec = keyspace.Spec{
	Name: "debug", Group: keyspace.Server, Since: "1.0.0", Arity: -2,
	Flags:   adminFlags | keyspace.Protected,
	Summary: "A container for debugging commands", Complexity: "Depends on subcommand.",
	Syscmd: true,
	Run:    debugCommand,
}

// debugCommand is one command with its own sub-commands, as in Redis: they are in no table.
func debugCommand(c *keyspace.Ctx) {
	a := newCursor(c.Args, 1)
	switch {
	case len(c.Args) == 2 && a.Is("HELP"):
		debugHelp(c)
	case len(c.Args) == 3 && a.Is("SLEEP"):
		c.Engine.Sleep(sleepTime(a.Arg()))
		c.OK()
	case len(c.Args) == 3 && a.Is("SET-ACTIVE-EXPIRE"):
		c.Engine.SetActiveExpire(atoi(a.Arg()) != 0)
		c.OK()
	case len(c.Args) == 3 && a.Is("ERROR"):
		c.Error(reply.Error(strings.TrimPrefix(string(a.Arg()), "-")))
	default:
		c.Error(reply.UnknownDebug(c.Args[1]))
	}
}

// maxSleep bounds DEBUG SLEEP so that the sum fits.
const maxSleep = 365 * 24 * time.Hour

// sleepTime reads seconds with decimals. Redis: strtod, so that what is no number is 0.
func sleepTime(arg []byte) time.Duration {
	seconds := 0.0
	for end := len(arg); end > 0; end-- {
		f, err := strconv.ParseFloat(string(arg[:end]), 64)
		if err == nil && !math.IsNaN(f) {
			seconds = f
			break
		}
	}
	return time.Duration(min(max(seconds, 0), maxSleep.Seconds()) * float64(time.Second))
}

// atoi is C's: the integer that the text begins with, 0 if there is none.
func atoi(arg []byte) int {
	end := 0
	for end < len(arg) && (arg[end] >= '0' && arg[end] <= '9' || end == 0 && arg[0] == '-') {
		end++
	}
	n, _ := strconv.Atoi(string(arg[:end]))
	return n
}

func debugHelp(c *keyspace.Ctx) {
	replyHelp(c,
		"ERROR <string>",
		"    Return a Redis protocol error with <string> as message. Useful for clients",
		"    unit tests to simulate Redis errors.",
		"SET-ACTIVE-EXPIRE <0|1>",
		"    Setting it to 0 disables expiring keys in background when they are not",
		"    accessed (otherwise the Redis behavior). Setting it to 1 reenables back the",
		"    default.",
		"SLEEP <seconds>",
		"    Stop the server for <seconds>. Decimals allowed.",
	)
}
