package command

import (
	"bytes"
	"math"
	"slices"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/num"
)

var renameSpec = keyspace.Spec{
	Name: "rename", Group: keyspace.Generic, Since: "1.0.0", Arity: 3, Syntax: "key newkey",
	Flags: keyspace.Write | keyspace.Grows, ACL: keyspace.CatKeyspace,
	Keys: slices.Concat(keyspace.KeyAt(1, keyspace.RW|keyspace.Access|keyspace.Delete),
		keyspace.KeyAt(2, keyspace.OW|keyspace.Update)),
	Summary: "Rename a key", Complexity: "O(1)",
	Run: renameCommand,
}

func renameCommand(c *keyspace.Ctx) {
	if renameGenericCommand(c, false) {
		c.OK()
	}
}

var renamenxSpec = keyspace.Spec{
	Name: "renamenx", Group: keyspace.Generic, Since: "1.0.0", Arity: 3, Syntax: "key newkey",
	Flags: keyspace.Write | keyspace.Fast | keyspace.Grows, ACL: keyspace.CatKeyspace,
	Keys: slices.Concat(keyspace.KeyAt(1, keyspace.RW|keyspace.Access|keyspace.Delete),
		keyspace.KeyAt(2, keyspace.OW|keyspace.Insert)),
	Summary: "Rename a key, only if the new key does not exist", Complexity: "O(1)",
	History: []keyspace.Change{
		{Version: "3.2.0", Text: "The command no longer returns an error when source and " +
			"destination names are the same."},
	},
	Run: renamenxCommand,
}

func renamenxCommand(c *keyspace.Ctx) {
	if renameGenericCommand(c, true) {
		c.Reply.Int(1)
	}
}

// renameGenericCommand gives the value of a key, with its deadline, to another one. If it returns
// false, it has replied.
func renameGenericCommand(c *keyspace.Ctx, onlyNew bool) bool {
	key, newKey := c.Args[1], c.Args[2]
	e := c.DB.LookupWrite(key)
	if !e.Found() {
		c.Error(reply.ErrNoSuchKey)
		return false
	}
	same := bytes.Equal(key, newKey)
	to := c.DB.LookupWrite(newKey)
	if onlyNew && to.Found() {
		c.Reply.Int(0)
		return false
	}
	if same {
		return true
	}
	e.MoveTo(to)
	c.Changed(keyspace.NotifyGeneric, "rename_from", key)
	c.Notify(keyspace.NotifyGeneric, "rename_to", newKey)
	return true
}

var moveSpec = keyspace.Spec{
	Name: "move", Group: keyspace.Generic, Since: "1.0.0", Arity: 3, Syntax: "key db",
	Flags: keyspace.Write | keyspace.Fast | keyspace.Grows, ACL: keyspace.CatKeyspace,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Access|keyspace.Update),
	Summary: "Move a key to another database", Complexity: "O(1)",
	Run: moveCommand,
}

func moveCommand(c *keyspace.Ctx) {
	key := c.Args[1]
	db, err := parseDB(c, c.Args[2])
	switch {
	case err != "":
		c.Error(err)
		return
	case db == c.DB:
		c.Error(reply.ErrSameObject)
		return
	}
	e := c.DB.LookupWrite(key)
	if !e.Found() {
		c.Reply.Int(0)
		return
	}
	to := db.LookupWrite(key)
	if to.Found() {
		c.Reply.Int(0)
		return
	}
	e.MoveTo(to)
	c.Changed(keyspace.NotifyGeneric, "move_from", key)
	notifyIn(c, db, "move_to", key)
	c.Reply.Int(1)
}

// parseDB reads the number of a database. Redis: getIntFromObjectOrReply, selectDb.
func parseDB(c *keyspace.Ctx, word []byte) (*keyspace.DB, reply.Error) {
	index, ok := num.ParseInt(word)
	switch {
	case !ok:
		return nil, reply.ErrNotInteger
	case index < math.MinInt32 || index > math.MaxInt32:
		return nil, reply.IntegerRange(math.MinInt32, math.MaxInt32)
	case index < 0 || index >= int64(c.Engine.Databases()):
		return nil, reply.ErrDBIndexRange
	}
	return c.Engine.DB(int(index)), ""
}

// notifyIn publishes an event of a key in another database.
func notifyIn(c *keyspace.Ctx, db *keyspace.DB, event string, key []byte) {
	own := c.DB
	c.DB = db
	c.Notify(keyspace.NotifyGeneric, event, key)
	c.DB = own
}

var copySpec = keyspace.Spec{
	Name: "copy", Group: keyspace.Generic, Since: "6.2.0", Arity: -3,
	Syntax: "source destination [DB destination-db] [REPLACE]",
	Flags:  keyspace.Write | keyspace.DenyOOM, ACL: keyspace.CatKeyspace,
	Keys: slices.Concat(keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
		keyspace.KeyAt(2, keyspace.OW|keyspace.Update)),
	Summary: "Copy a key",
	Complexity: "O(N) worst case for collections, where N is the number of nested items. O(1) " +
		"for string values.",
	Run: copyCommand,
}

func copyCommand(c *keyspace.Ctx) {
	key, newKey := c.Args[1], c.Args[2]
	db, replace := c.DB, false
	opts := newCursor(c.Args, 3)
	for opts.More() {
		switch {
		case opts.Is("REPLACE"):
			replace = true
		case opts.IsWith("DB", 1):
			var err reply.Error
			if db, err = parseDB(c, opts.Arg()); err != "" {
				c.Error(err)
				return
			}
		default:
			c.Error(reply.ErrSyntax)
			return
		}
	}
	if db == c.DB && bytes.Equal(key, newKey) {
		c.Error(reply.ErrSameObject)
		return
	}
	e := c.DB.LookupRead(key)
	if !e.Found() {
		c.Reply.Int(0)
		return
	}
	to := db.LookupWrite(newKey)
	if to.Found() && !replace {
		c.Reply.Int(0)
		return
	}
	if !e.CopyTo(to) {
		c.Error(reply.ErrOOM)
		return
	}
	c.Dirty(1)
	notifyIn(c, db, "copy_to", newKey)
	c.Reply.Int(1)
}

var swapdbSpec = keyspace.Spec{
	Name: "swapdb", Group: keyspace.Server, Since: "4.0.0", Arity: 3, Syntax: "index1 index2",
	Flags: keyspace.Write | keyspace.Fast, ACL: keyspace.CatKeyspace | keyspace.CatDangerous,
	Summary: "Swaps two Redis databases",
	Complexity: "O(N) where N is the count of clients watching or blocking on keys from both " +
		"databases.",
	Run: swapdbCommand,
}

func swapdbCommand(c *keyspace.Ctx) {
	first, ok := num.ParseInt(c.Args[1])
	if !ok || first < math.MinInt32 || first > math.MaxInt32 {
		c.Error(reply.ErrFirstDB)
		return
	}
	second, ok := num.ParseInt(c.Args[2])
	if !ok || second < math.MinInt32 || second > math.MaxInt32 {
		c.Error(reply.ErrSecondDB)
		return
	}
	n := int64(c.Engine.Databases())
	if first < 0 || first >= n || second < 0 || second >= n {
		c.Error(reply.ErrDBIndexRange)
		return
	}
	c.Engine.SwapDBs(int(first), int(second))
	c.Dirty(1)
	c.OK()
}
