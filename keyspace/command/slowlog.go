package command

import (
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/num"
)

var slowlogSpec = keyspace.Spec{
	Name: "slowlog", Group: keyspace.Server, Since: "2.2.12", Arity: -2,
	Summary:    "A container for slow log commands",
	Complexity: "Depends on subcommand.",
	Sub: []*keyspace.Spec{
		{
			Name: "get", Group: keyspace.Server, Since: "2.2.12", Arity: -2,
			Syntax:     "[count]",
			Flags:      keyspace.Admin | keyspace.Loading | keyspace.Stale,
			Tips:       []string{"request_policy:all_nodes", "nondeterministic_output"},
			Summary:    "Get the slow log's entries",
			Complexity: "O(N) where N is the number of entries returned",
			History: []keyspace.Change{
				{Version: "4.0.0", Text: "Added client IP address, port and name to the" +
					" reply."},
			},
			Run: slowlogGetCommand,
		},
		{
			Name: "help", Group: keyspace.Server, Since: "6.2.0", Arity: 2,
			Flags:   keyspace.Loading | keyspace.Stale,
			Summary: "Show helpful text about the different subcommands", Complexity: "O(1)",
			Run: slowlogHelpCommand,
		},
		{
			Name: "len", Group: keyspace.Server, Since: "2.2.12", Arity: 2,
			Flags: keyspace.Admin | keyspace.Loading | keyspace.Stale,
			Tips: []string{
				"request_policy:all_nodes", "response_policy:agg_sum", "nondeterministic_output",
			},
			Summary: "Get the slow log's length", Complexity: "O(1)",
			Run: slowlogLenCommand,
		},
		{
			Name: "reset", Group: keyspace.Server, Since: "2.2.12", Arity: 2,
			Flags:      keyspace.Admin | keyspace.Loading | keyspace.Stale,
			Tips:       []string{"request_policy:all_nodes", "response_policy:all_succeeded"},
			Summary:    "Clear all entries from the slow log",
			Complexity: "O(N) where N is the number of entries in the slowlog",
			Run:        slowlogResetCommand,
		},
	},
}

// slowlogDefaultCount is how many entries SLOWLOG GET shows.
const slowlogDefaultCount = 10

func slowlogGetCommand(c *keyspace.Ctx) {
	if len(c.Args) > 3 {
		c.Error(reply.SubcommandSyntax(c.Args[1], "SLOWLOG"))
		return
	}
	entries := c.Engine.SlowLog()
	count := slowlogDefaultCount
	if len(c.Args) == 3 {
		n, ok := num.ParseInt(c.Args[2])
		if !ok || n < -1 {
			c.Error(reply.ErrSlowlogCount)
			return
		}
		count = len(entries)
		if n >= 0 {
			count = int(min(n, int64(count)))
		}
	}
	count = min(count, len(entries))
	c.Reply.Array(count)
	for i := range count {
		replySlowEntry(c, &entries[len(entries)-1-i])
	}
}

func replySlowEntry(c *keyspace.Ctx, e *keyspace.SlowEntry) {
	c.Reply.Array(6)
	c.Reply.Int(e.ID)
	c.Reply.Int(e.UnixSec)
	c.Reply.Int(e.Usec)
	c.Reply.Array(len(e.Args))
	for _, arg := range e.Args {
		c.Reply.Bulk(arg)
	}
	c.Reply.BulkString(e.Addr)
	c.Reply.Bulk(e.Name)
}

func slowlogLenCommand(c *keyspace.Ctx) { c.Reply.Int(int64(len(c.Engine.SlowLog()))) }

func slowlogResetCommand(c *keyspace.Ctx) {
	c.Engine.ResetSlowLog()
	c.OK()
}

func slowlogHelpCommand(c *keyspace.Ctx) {
	replyHelp(c,
		"GET [<count>]",
		"    Return top <count> entries from the slowlog (default: 10, -1 mean all).",
		"    Entries are made of:",
		"    id, timestamp, time in microseconds, arguments array, client IP and port,",
		"    client name",
		"LEN",
		"    Return the length of the slowlog.",
		"RESET",
		"    Reset the slowlog.",
	)
}
