package command

import (
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

var dbsizeSpec = keyspace.Spec{
	Name: "dbsize", Group: keyspace.Server, Since: "1.0.0", Arity: 1,
	Flags: keyspace.ReadOnly | keyspace.Fast, ACL: keyspace.CatKeyspace,
	Summary: "Return the number of keys in the selected database", Complexity: "O(1)",
	Tips: []string{"request_policy:all_shards", "response_policy:agg_sum"},
	Run:  dbsizeCommand,
}

func dbsizeCommand(c *keyspace.Ctx) { c.Reply.Int(int64(c.DB.Len())) }

// flushHistory is the history of FLUSHDB and FLUSHALL.
func flushHistory() []keyspace.Change {
	return []keyspace.Change{
		{Version: "4.0.0", Text: "Added the `ASYNC` flushing mode modifier."},
		{Version: "6.2.0", Text: "Added the `SYNC` flushing mode modifier."},
	}
}

var flushdbSpec = keyspace.Spec{
	Name: "flushdb", Group: keyspace.Server, Since: "1.0.0", Arity: -1,
	Syntax: "[ASYNC{@4.0.0} | SYNC{@6.2.0}]{async}",
	Flags:  keyspace.Write, ACL: keyspace.CatKeyspace | keyspace.CatDangerous,
	Summary:    "Remove all keys from the current database",
	Complexity: "O(N) where N is the number of keys in the selected database",
	History:    flushHistory(),
	Tips:       []string{"request_policy:all_shards", "response_policy:all_succeeded"},
	Run:        flushdbCommand,
}

func flushdbCommand(c *keyspace.Ctx) {
	if !parseFlushMode(c) {
		return
	}
	c.DB.Flush()
	c.Dirty(1)
	c.OK()
}

var flushallSpec = keyspace.Spec{
	Name: "flushall", Group: keyspace.Server, Since: "1.0.0", Arity: -1,
	Syntax: "[ASYNC{@4.0.0} | SYNC{@6.2.0}]{async}",
	Flags:  keyspace.Write, ACL: keyspace.CatKeyspace | keyspace.CatDangerous,
	Summary:    "Remove all keys from all databases",
	Complexity: "O(N) where N is the total number of keys in all databases",
	History:    flushHistory(),
	Tips:       []string{"request_policy:all_shards", "response_policy:all_succeeded"},
	Run:        flushallCommand,
}

func flushallCommand(c *keyspace.Ctx) {
	if !parseFlushMode(c) {
		return
	}
	if err := c.Engine.FlushAll(); err != nil {
		c.Error(reply.Failure(err))
		return
	}
	c.Dirty(1)
	c.OK()
}

// parseFlushMode reads SYNC or ASYNC, which are the same here: a flush never keeps anybody
// waiting, and what it leaves is freed in the background. Redis: getFlushCommandFlags.
func parseFlushMode(c *keyspace.Ctx) bool {
	opts := newCursor(c.Args, 1)
	if len(c.Args) == 1 || len(c.Args) == 2 && (opts.Is("SYNC") || opts.Is("ASYNC")) {
		return true
	}
	c.Error(reply.ErrSyntax)
	return false
}
