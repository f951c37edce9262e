package command

import (
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/glob"
)

var delSpec = keyspace.Spec{
	Name: "del", Group: keyspace.Generic, Since: "1.0.0", Arity: -2, Syntax: "key [key ...]",
	Flags: keyspace.Write, Keys: keyspace.KeyRange(1, -1, 1, keyspace.RM|keyspace.Delete),
	Summary: "Delete a key",
	Complexity: "O(N) where N is the number of keys that will be removed. When a key to remove " +
		"holds a value other than a string, the individual complexity for this key is O(M) where " +
		"M is the number of elements in the list, set, sorted set or hash. Removing a single key " +
		"that holds a string value is O(1).",
	Tips: []string{"request_policy:multi_shard", "response_policy:agg_sum"},
	Run:  delCommand,
}

func delCommand(c *keyspace.Ctx) { delGenericCommand(c) }

var unlinkSpec = keyspace.Spec{
	Name: "unlink", Group: keyspace.Generic, Since: "4.0.0", Arity: -2, Syntax: "key [key ...]",
	Flags: keyspace.Write | keyspace.Fast,
	Keys:  keyspace.KeyRange(1, -1, 1, keyspace.RM|keyspace.Delete),
	Summary: "Delete a key asynchronously in another thread. Otherwise it is just as DEL, but " +
		"non blocking.",
	Complexity: "O(1) for each key removed regardless of its size. Then the command does O(N) " +
		"work in a different thread in order to reclaim memory, where N is the number of " +
		"allocations the deleted objects where composed of.",
	Tips: []string{"request_policy:multi_shard", "response_policy:agg_sum"},
	Run:  unlinkCommand,
}

func unlinkCommand(c *keyspace.Ctx) { delGenericCommand(c) }

// delGenericCommand deletes keys. DEL and UNLINK are the same here: what is large is always freed
// in the background.
func delGenericCommand(c *keyspace.Ctx) {
	deleted := int64(0)
	for _, key := range c.Args[1:] {
		e := c.DB.Peek(key)
		if !e.Found() {
			continue
		}
		c.DB.Delete(e)
		c.Changed(keyspace.NotifyGeneric, "del", key)
		deleted++
	}
	c.Reply.Int(deleted)
}

var existsSpec = keyspace.Spec{
	Name: "exists", Group: keyspace.Generic, Since: "1.0.0", Arity: -2, Syntax: "key [key ...]",
	Flags: keyspace.ReadOnly | keyspace.Fast, Keys: keyspace.KeyRange(1, -1, 1, keyspace.RO),
	Summary:    "Determine if a key exists",
	Complexity: "O(N) where N is the number of keys to check.",
	History:    []keyspace.Change{{Version: "3.0.3", Text: "Accepts multiple `key` arguments."}},
	Tips:       []string{"request_policy:multi_shard", "response_policy:agg_sum"},
	Run:        existsCommand,
}

func existsCommand(c *keyspace.Ctx) {
	n := int64(0)
	for _, key := range c.Args[1:] {
		if c.DB.LookupNoTouch(key).Found() {
			n++
		}
	}
	c.Reply.Int(n)
}

var typeSpec = keyspace.Spec{
	Name: "type", Group: keyspace.Generic, Since: "1.0.0", Arity: 2, Syntax: "key",
	Flags: keyspace.ReadOnly | keyspace.Fast, Keys: keyspace.KeyAt(1, keyspace.RO),
	Summary: "Determine the type stored at key", Complexity: "O(1)",
	Run: typeCommand,
}

func typeCommand(c *keyspace.Ctx) {
	e := c.DB.LookupNoTouch(c.Args[1])
	if !e.Found() {
		c.Reply.Status("none")
		return
	}
	c.Reply.Status(e.Type().String())
}

var keysSpec = keyspace.Spec{
	Name: "keys", Group: keyspace.Generic, Since: "1.0.0", Arity: 2, Syntax: "pattern",
	Flags: keyspace.ReadOnly, ACL: keyspace.CatKeyspace | keyspace.CatDangerous,
	Summary: "Find all keys matching the given pattern",
	Complexity: "O(N) with N being the number of keys in the database, under the assumption that " +
		"the key names in the database and the given pattern have limited length.",
	Tips: []string{"request_policy:all_shards", "nondeterministic_output_order"},
	Run:  keysCommand,
}

func keysCommand(c *keyspace.Ctx) {
	pattern := c.Args[1]
	all := len(pattern) == 1 && pattern[0] == '*'
	n, mark := 0, c.Reply.DeferArray()
	c.DB.Each(func(e keyspace.Entry) bool {
		if (all || glob.Match(pattern, e.Key(), false)) && !e.Expired() {
			c.Reply.Bulk(e.Key())
			n++
		}
		return true
	})
	c.Reply.Resolve(mark, n)
}

var scanSpec = keyspace.Spec{
	Name: "scan", Group: keyspace.Generic, Since: "2.8.0", Arity: -2,
	Syntax: "cursor [MATCH pattern] [COUNT count] [TYPE type{@6.0.0}]",
	Flags:  keyspace.ReadOnly, ACL: keyspace.CatKeyspace,
	Summary: "Incrementally iterate the keys space",
	Complexity: "O(1) for every call. O(N) for a complete iteration, including enough command " +
		"calls for the cursor to return back to 0. N is the number of elements inside the " +
		"collection.",
	History: []keyspace.Change{{Version: "6.0.0", Text: "Added the `TYPE` subcommand."}},
	Tips:    []string{"nondeterministic_output", "request_policy:special"},
	Run:     scanCommand,
}

func scanCommand(c *keyspace.Ctx) {
	var o scanOptions
	var ok bool
	if o.cursor, ok = parseScanCursor(c.Args[1]); !ok {
		c.Error(reply.ErrInvalidCursor)
		return
	}
	if err := o.parse(newCursor(c.Args, 2)); err != "" {
		c.Error(err)
		return
	}
	var found []keyspace.Entry
	cursor := o.walk(func(cursor uint64) uint64 {
		return c.DB.Scan(cursor, func(e keyspace.Entry) { found = append(found, e) })
	}, func() int { return len(found) })
	replyScan(c, &o, cursor, found)
}

// replyScan replies with the cursor and those keys that the options ask for; it deletes those
// that have expired.
func replyScan(c *keyspace.Ctx, o *scanOptions, cursor uint64, found []keyspace.Entry) {
	r := beginScanReply(c, cursor)
	for _, e := range found {
		switch {
		case !o.wants(e.Key()):
		case o.typ != nil && string(o.typ) != e.Type().String():
		case c.DB.DeleteIfExpired(e):
		default:
			r.add(e.Key())
		}
	}
	r.end()
}
