package command

import (
	"math"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

var objectSpec = keyspace.Spec{
	Name: "object", Group: keyspace.Generic, Since: "2.2.3", Arity: -2,
	Summary: "A container for object introspection commands", Complexity: "Depends on subcommand.",
	Sub: []*keyspace.Spec{
		{
			Name: "encoding", Group: keyspace.Generic, Since: "2.2.3", Arity: 3, Syntax: "key",
			Flags: keyspace.ReadOnly, ACL: keyspace.CatKeyspace,
			Keys: keyspace.KeyAt(2, keyspace.RO), Tips: []string{"nondeterministic_output"},
			Summary: "Inspect the internal encoding of a Redis object", Complexity: "O(1)",
			Run: objectEncodingCommand,
		},
		{
			Name: "freq", Group: keyspace.Generic, Since: "4.0.0", Arity: 3, Syntax: "key",
			Flags: keyspace.ReadOnly, ACL: keyspace.CatKeyspace,
			Keys: keyspace.KeyAt(2, keyspace.RO), Tips: []string{"nondeterministic_output"},
			Summary:    "Get the logarithmic access frequency counter of a Redis object",
			Complexity: "O(1)",
			Run:        objectFreqCommand,
		},
		{
			Name: "help", Group: keyspace.Generic, Since: "6.2.0", Arity: 2,
			Flags: keyspace.Loading | keyspace.Stale, ACL: keyspace.CatKeyspace,
			Summary:    "Show helpful text about the different subcommands",
			Complexity: "O(1)",
			Run:        objectHelpCommand,
		},
		{
			Name: "idletime", Group: keyspace.Generic, Since: "2.2.3", Arity: 3, Syntax: "key",
			Flags: keyspace.ReadOnly, ACL: keyspace.CatKeyspace,
			Keys: keyspace.KeyAt(2, keyspace.RO), Tips: []string{"nondeterministic_output"},
			Summary: "Get the time since a Redis object was last accessed", Complexity: "O(1)",
			Run: objectIdletimeCommand,
		},
		{
			Name: "refcount", Group: keyspace.Generic, Since: "2.2.3", Arity: 3, Syntax: "key",
			Flags: keyspace.ReadOnly, ACL: keyspace.CatKeyspace,
			Keys: keyspace.KeyAt(2, keyspace.RO), Tips: []string{"nondeterministic_output"},
			Summary:    "Get the number of references to the value of the key",
			Complexity: "O(1)",
			Run:        objectRefcountCommand,
		},
	},
}

func objectHelpCommand(c *keyspace.Ctx) {
	replyHelp(c,
		"ENCODING <key>",
		"    Return the kind of internal representation used in order to store the value",
		"    associated with a <key>.",
		"FREQ <key>",
		"    Return the access frequency index of the <key>. The returned integer is",
		"    proportional to the logarithm of the recent access frequency of the key.",
		"IDLETIME <key>",
		"    Return the idle time of the <key>, that is the approximated number of",
		"    seconds elapsed since the last access to the key.",
		"REFCOUNT <key>",
		"    Return the number of references of the value associated with the specified",
		"    <key>.",
	)
}

// lookupObject looks the key up that OBJECT asks about, which is no access; if there is none, the
// command has been answered.
func lookupObject(c *keyspace.Ctx) (e keyspace.Entry, ok bool) {
	e = c.DB.LookupQuiet(c.Args[2])
	if !e.Found() {
		c.Reply.Null()
	}
	return e, e.Found()
}

func objectEncodingCommand(c *keyspace.Ctx) {
	if e, ok := lookupObject(c); ok {
		c.Reply.BulkString(e.Encoding().String())
	}
}

// objectRefcountCommand replies with 1, and for a small integer as Redis, where all keys share
// one: with the largest number there is.
func objectRefcountCommand(c *keyspace.Ctx) {
	e, ok := lookupObject(c)
	switch {
	case !ok:
	case e.IsSharedInt():
		c.Reply.Int(math.MaxInt32) // Redis: OBJ_SHARED_REFCOUNT
	default:
		c.Reply.Int(1)
	}
}

func objectIdletimeCommand(c *keyspace.Ctx) {
	e, ok := lookupObject(c)
	switch {
	case !ok:
	case c.Engine.CountsAccesses():
		c.Error(reply.ErrIdleTimeLFU)
	default:
		c.Reply.Int(e.IdleSeconds())
	}
}

func objectFreqCommand(c *keyspace.Ctx) {
	e, ok := lookupObject(c)
	switch {
	case !ok:
	case !c.Engine.CountsAccesses():
		c.Error(reply.ErrFreqLRU)
	default:
		c.Reply.Int(e.AccessFrequency())
	}
}

var touchSpec = keyspace.Spec{
	Name: "touch", Group: keyspace.Generic, Since: "3.2.1", Arity: -2, Syntax: "key [key ...]",
	Flags: keyspace.ReadOnly | keyspace.Fast, ACL: keyspace.CatKeyspace,
	Keys: keyspace.KeyRange(1, -1, 1, keyspace.RO),
	Tips: []string{"request_policy:multi_shard", "response_policy:agg_sum"},
	Summary: "Alters the last access time of a key(s). Returns the number of existing keys " +
		"specified.",
	Complexity: "O(N) where N is the number of keys that will be touched.",
	Run:        touchCommand,
}

func touchCommand(c *keyspace.Ctx) {
	n := int64(0)
	for _, key := range c.Args[1:] {
		if c.DB.Touch(key).Found() {
			n++
		}
	}
	c.Reply.Int(n)
}

var randomkeySpec = keyspace.Spec{
	Name: "randomkey", Group: keyspace.Generic, Since: "1.0.0", Arity: 1, Flags: keyspace.ReadOnly,
	ACL:     keyspace.CatKeyspace,
	Tips:    []string{"request_policy:all_shards", "nondeterministic_output"},
	Summary: "Return a random key from the keyspace", Complexity: "O(1)",
	Run: randomkeyCommand,
}

// randomTries is how many expired keys RANDOMKEY meets at most: while clients are paused they are
// not deleted.
const randomTries = 100

func randomkeyCommand(c *keyspace.Ctx) {
	for tries := 0; c.DB.Len() > 0 && tries < randomTries; tries++ {
		if e := c.DB.Random(); !c.DB.DeleteIfExpired(e) {
			c.Reply.Bulk(e.Key())
			return
		}
	}
	c.Reply.Null()
}
