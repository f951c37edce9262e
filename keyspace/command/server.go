package command

import (
	"strconv"

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
	case !noSave && c.Engine.Busy() != "":
		c.Error(c.Engine.Busy())
	case !c.Engine.Shutdown():
		c.Error(reply.ErrShutdown)
	default:
		c.Abort()
	}
}
