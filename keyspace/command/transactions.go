package command

import (
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// transactionFlags are the flags of the commands around a transaction but EXEC.
const transactionFlags = keyspace.NoScript | keyspace.Loading | keyspace.Stale | keyspace.Fast |
	keyspace.AllowBusy

var multiSpec = keyspace.Spec{
	Name: "multi", Group: keyspace.Transactions, Since: "1.2.0", Arity: 1,
	Flags:   transactionFlags | keyspace.NotQueued,
	Summary: "Mark the start of a transaction block", Complexity: "O(1)",
	Run: multiCommand,
}

func multiCommand(c *keyspace.Ctx) { c.Multi() }

var execSpec = keyspace.Spec{
	Name: "exec", Group: keyspace.Transactions, Since: "1.2.0", Arity: 1,
	Flags: keyspace.NoScript | keyspace.Loading | keyspace.Stale | keyspace.SkipSlowlog |
		keyspace.NotQueued,
	Summary:    "Execute all commands issued after MULTI",
	Complexity: "Depends on commands in the transaction",
	Run:        execCommand,
}

func execCommand(c *keyspace.Ctx) { c.Exec() }

var discardSpec = keyspace.Spec{
	Name: "discard", Group: keyspace.Transactions, Since: "2.0.0", Arity: 1,
	Flags:      transactionFlags | keyspace.NotQueued,
	Summary:    "Discard all commands issued after MULTI",
	Complexity: "O(N), when N is the number of queued commands",
	Run:        discardCommand,
}

func discardCommand(c *keyspace.Ctx) { c.Discard() }

var watchSpec = keyspace.Spec{
	Name: "watch", Group: keyspace.Transactions, Since: "2.2.0", Arity: -2,
	Syntax: "key [key ...]", Flags: transactionFlags | keyspace.NotQueued,
	Keys:       keyspace.KeyRange(1, -1, 1, keyspace.RO),
	Summary:    "Watch the given keys to determine execution of the MULTI/EXEC block",
	Complexity: "O(1) for every key.",
	Run:        watchCommand,
}

func watchCommand(c *keyspace.Ctx) {
	if c.InTransaction() {
		c.Error(reply.ErrWatchInMulti)
		return
	}
	c.Watch(c.Args[1:])
	c.OK()
}

var unwatchSpec = keyspace.Spec{
	Name: "unwatch", Group: keyspace.Transactions, Since: "2.2.0", Arity: 1,
	Flags:   transactionFlags,
	Summary: "Forget about all watched keys", Complexity: "O(1)",
	Run: unwatchCommand,
}

func unwatchCommand(c *keyspace.Ctx) {
	c.Unwatch()
	c.OK()
}
