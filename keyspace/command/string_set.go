package command

import (
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

var setnxSpec = keyspace.Spec{
	Name: "setnx", Group: keyspace.String, Since: "1.0.0", Arity: 3, Syntax: "key value",
	Flags:   keyspace.Write | keyspace.DenyOOM | keyspace.Fast,
	Keys:    keyspace.KeyAt(1, keyspace.OW|keyspace.Insert),
	Summary: "Set the value of a key, only if the key does not exist", Complexity: "O(1)",
	Run: setnxCommand,
}

func setnxCommand(c *keyspace.Ctx) {
	e := c.DB.LookupWrite(c.Args[1])
	if e.Found() {
		c.Reply.Int(0)
		return
	}
	c.DB.SetString(e, c.Args[2], false)
	c.Changed(keyspace.NotifyString, "set", c.Args[1])
	c.Reply.Int(1)
}

var setexSpec = keyspace.Spec{
	Name: "setex", Group: keyspace.String, Since: "2.0.0", Arity: 4, Syntax: "key seconds value",
	Flags: keyspace.Write | keyspace.DenyOOM, Keys: keyspace.KeyAt(1, keyspace.OW|keyspace.Update),
	Summary: "Set the value and expiration of a key", Complexity: "O(1)",
	Run: setexCommand,
}

func setexCommand(c *keyspace.Ctx) { setexGenericCommand(c, 1000) }

var psetexSpec = keyspace.Spec{
	Name: "psetex", Group: keyspace.String, Since: "2.6.0", Arity: 4,
	Syntax: "key milliseconds value", Flags: keyspace.Write | keyspace.DenyOOM,
	Keys:    keyspace.KeyAt(1, keyspace.OW|keyspace.Update),
	Summary: "Set the value and expiration in milliseconds of a key", Complexity: "O(1)",
	Run: psetexCommand,
}

func psetexCommand(c *keyspace.Ctx) { setexGenericCommand(c, 1) }

// setexGenericCommand sets a key that lives for args[2] units.
func setexGenericCommand(c *keyspace.Ctx, unitMs int64) {
	key, value := c.Args[1], c.Args[3]
	deadlineMs, ok := parseDeadline(c, setOptions{expire: c.Args[2], unitMs: unitMs})
	if !ok {
		return
	}
	e := c.DB.SetString(c.DB.LookupWrite(key), value, false)
	c.DB.SetDeadline(e, deadlineMs)
	c.Changed(keyspace.NotifyString, "set", key)
	c.Notify(keyspace.NotifyGeneric, "expire", key)
	c.Record(setWord, key, value, pxatWord, c.Digits(deadlineMs))
	c.OK()
}

var getsetSpec = keyspace.Spec{
	Name: "getset", Group: keyspace.String, Since: "1.0.0", Arity: 3, Syntax: "key value",
	Flags:   keyspace.Write | keyspace.DenyOOM | keyspace.Fast,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Access|keyspace.Update),
	Summary: "Set the string value of a key and return its old value", Complexity: "O(1)",
	Deprecated: "6.2.0", ReplacedBy: "`SET` with the `!GET` argument",
	Run: getsetCommand,
}

func getsetCommand(c *keyspace.Ctx) {
	if !getGenericCommand(c) {
		return
	}
	c.DB.SetString(c.DB.LookupWrite(c.Args[1]), c.Args[2], false)
	c.Changed(keyspace.NotifyString, "set", c.Args[1])
	c.Record(setWord, c.Args[1], c.Args[2])
}

var getdelSpec = keyspace.Spec{
	Name: "getdel", Group: keyspace.String, Since: "6.2.0", Arity: 2, Syntax: "key",
	Flags:   keyspace.Write | keyspace.Fast,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Access|keyspace.Delete),
	Summary: "Get the value of a key and delete the key", Complexity: "O(1)",
	Run: getdelCommand,
}

func getdelCommand(c *keyspace.Ctx) {
	if !getGenericCommand(c) {
		return
	}
	e := c.DB.Peek(c.Args[1])
	if !e.Found() {
		return
	}
	c.DB.Delete(e)
	c.Changed(keyspace.NotifyGeneric, "del", c.Args[1])
	c.Record(delWord, c.Args[1])
}

var getexSpec = keyspace.Spec{
	Name: "getex", Group: keyspace.String, Since: "6.2.0", Arity: -2,
	Syntax: "key [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT " +
		"unix-time-milliseconds | PERSIST]{expiration}",
	Flags: keyspace.Write | keyspace.Fast,
	Keys: keyspace.Noted("RW and UPDATE because it changes the TTL",
		keyspace.KeyAt(1, keyspace.RW|keyspace.Access|keyspace.Update)),
	Summary: "Get the value of a key and optionally set its expiration", Complexity: "O(1)",
	Run: getexCommand,
}

func getexCommand(c *keyspace.Ctx) {
	var o setOptions
	persist := false
	opts := newCursor(c.Args, 2)
	for opts.More() {
		switch {
		case o.expire == nil && opts.Is("PERSIST"):
			persist = true
		case persist || !o.parseExpireOption(&opts):
			c.Error(reply.ErrSyntax)
			return
		}
	}
	key := c.Args[1]
	e := c.DB.LookupRead(key)
	if !e.Found() {
		c.Reply.Null()
		return
	}
	if e.Type() != keyspace.TypeString {
		c.Error(reply.ErrWrongType)
		return
	}
	deadlineMs, ok := int64(0), true
	if o.expire != nil {
		if deadlineMs, ok = parseDeadline(c, o); !ok {
			return
		}
	}
	c.Reply.Bulk(e.StringBytes())
	switch {
	case o.absolute && deadlineMs <= c.NowMs:
		c.DB.Delete(e)
		c.Changed(keyspace.NotifyGeneric, "del", key)
		c.Record(delWord, key)
	case o.expire != nil:
		c.DB.SetDeadline(e, deadlineMs)
		c.Changed(keyspace.NotifyGeneric, "expire", key)
		c.Record(pexpireatWord, key, c.Digits(deadlineMs))
	case persist && c.DB.Persist(e):
		c.Changed(keyspace.NotifyGeneric, "persist", key)
		c.Record(persistWord, key)
	}
}

var mgetSpec = keyspace.Spec{
	Name: "mget", Group: keyspace.String, Since: "1.0.0", Arity: -2, Syntax: "key [key ...]",
	Flags: keyspace.ReadOnly | keyspace.Fast,
	Keys:  keyspace.KeyRange(1, -1, 1, keyspace.RO|keyspace.Access),
	Tips:  []string{"request_policy:multi_shard"}, Summary: "Get the values of all the given keys",
	Complexity: "O(N) where N is the number of keys to retrieve.",
	Run:        mgetCommand,
}

func mgetCommand(c *keyspace.Ctx) {
	c.Reply.Array(len(c.Args) - 1)
	for _, key := range c.Args[1:] {
		e := c.DB.LookupRead(key)
		if !e.Found() || e.Type() != keyspace.TypeString {
			c.Reply.Null()
			continue
		}
		c.Reply.Bulk(e.StringBytes())
	}
}

var msetSpec = keyspace.Spec{
	Name: "mset", Group: keyspace.String, Since: "1.0.1", Arity: -3,
	Syntax: "key value [key value ...]", Flags: keyspace.Write | keyspace.DenyOOM,
	Keys:       keyspace.KeyRange(1, -1, 2, keyspace.OW|keyspace.Update),
	Tips:       []string{"request_policy:multi_shard", "response_policy:all_succeeded"},
	Summary:    "Set multiple keys to multiple values",
	Complexity: "O(N) where N is the number of keys to set.",
	Run:        msetCommand,
}

func msetCommand(c *keyspace.Ctx) {
	if len(c.Args)%2 == 0 {
		c.Error(reply.WrongArity(c.Spec.FullName()))
		return
	}
	msetPairs(c)
	c.OK()
}

// msetPairs sets all pairs of the arguments; of a key that stands there twice, the last value
// stays.
func msetPairs(c *keyspace.Ctx) {
	for i := 1; i < len(c.Args); i += 2 {
		c.DB.SetString(c.DB.LookupWrite(c.Args[i]), c.Args[i+1], false)
		c.Changed(keyspace.NotifyString, "set", c.Args[i])
	}
}

var msetnxSpec = keyspace.Spec{
	Name: "msetnx", Group: keyspace.String, Since: "1.0.1", Arity: -3,
	Syntax: "key value [key value ...]", Flags: keyspace.Write | keyspace.DenyOOM,
	Keys:       keyspace.KeyRange(1, -1, 2, keyspace.OW|keyspace.Insert),
	Tips:       []string{"request_policy:multi_shard", "response_policy:agg_min"},
	Summary:    "Set multiple keys to multiple values, only if none of the keys exist",
	Complexity: "O(N) where N is the number of keys to set.",
	Run:        msetnxCommand,
}

func msetnxCommand(c *keyspace.Ctx) {
	if len(c.Args)%2 == 0 {
		c.Error(reply.WrongArity(c.Spec.FullName()))
		return
	}
	for i := 1; i < len(c.Args); i += 2 {
		if c.DB.LookupWrite(c.Args[i]).Found() {
			c.Reply.Int(0)
			return
		}
	}
	msetPairs(c)
	c.Reply.Int(1)
}
