package command

import (
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

var httlSpec = keyspace.Spec{
	Name: "httl", Group: keyspace.HashGroup, Since: "7.4.0", Arity: -5,
	Syntax: "key" + fieldsSyntax, Flags: keyspace.ReadOnly | keyspace.Fast,
	Keys:       keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Tips:       []string{"nondeterministic_output"},
	Summary:    "Returns the TTL in seconds of a hash field.",
	Complexity: "O(N) where N is the number of specified fields",
	Run:        httlCommand,
}

func httlCommand(c *keyspace.Ctx) { httlGenericCommand(c, c.NowMs, 1000) }

var hpttlSpec = keyspace.Spec{
	Name: "hpttl", Group: keyspace.HashGroup, Since: "7.4.0", Arity: -5,
	Syntax: "key" + fieldsSyntax, Flags: keyspace.ReadOnly | keyspace.Fast,
	Keys:       keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Tips:       []string{"nondeterministic_output"},
	Summary:    "Returns the TTL in milliseconds of a hash field.",
	Complexity: "O(N) where N is the number of specified fields",
	Run:        hpttlCommand,
}

func hpttlCommand(c *keyspace.Ctx) { httlGenericCommand(c, c.NowMs, 1) }

var hexpiretimeSpec = keyspace.Spec{
	Name: "hexpiretime", Group: keyspace.HashGroup, Since: "7.4.0", Arity: -5,
	Syntax: "key" + fieldsSyntax, Flags: keyspace.ReadOnly | keyspace.Fast,
	Keys:       keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary:    "Returns the expiration time of a hash field as a Unix timestamp, in seconds.",
	Complexity: "O(N) where N is the number of specified fields",
	Run:        hexpiretimeCommand,
}

func hexpiretimeCommand(c *keyspace.Ctx) { httlGenericCommand(c, 0, 1000) }

var hpexpiretimeSpec = keyspace.Spec{
	Name: "hpexpiretime", Group: keyspace.HashGroup, Since: "7.4.0", Arity: -5,
	Syntax: "key" + fieldsSyntax, Flags: keyspace.ReadOnly | keyspace.Fast,
	Keys:       keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary:    "Returns the expiration time of a hash field as a Unix timestamp, in msec.",
	Complexity: "O(N) where N is the number of specified fields",
	Run:        hpexpiretimeCommand,
}

func hpexpiretimeCommand(c *keyspace.Ctx) { httlGenericCommand(c, 0, 1) }

// httlGenericCommand replies for each field with the time from the base to its deadline in the
// given unit, rounded up.
func httlGenericCommand(c *keyspace.Ctx, baseMs, unitMs int64) {
	e := c.DB.LookupRead(c.Args[1])
	if e.Found() && e.Type() != keyspace.TypeHash {
		c.Error(reply.ErrWrongType)
		return
	}
	fields, ok := parseFields(c, 2, reply.ErrFieldsNotPositive)
	switch {
	case !ok:
		return
	case !e.Found():
		replyNoFields(c, len(fields))
		return
	}
	h := e.Hash()
	c.Reply.Array(len(fields))
	for _, field := range fields {
		deadlineMs, found := h.Deadline(field)
		switch {
		case !found:
			c.Reply.Int(noSuchField)
		case deadlineMs == 0:
			c.Reply.Int(noDeadline)
		default:
			c.Reply.Int((max(deadlineMs-baseMs, 0) + unitMs - 1) / unitMs)
		}
	}
}

var hpersistSpec = keyspace.Spec{
	Name: "hpersist", Group: keyspace.HashGroup, Since: "7.4.0", Arity: -5,
	Syntax: "key" + fieldsSyntax, Flags: keyspace.Write | keyspace.Fast,
	Keys:       keyspace.KeyAt(1, keyspace.RW|keyspace.Update),
	Summary:    "Removes the expiration time for each specified field",
	Complexity: "O(N) where N is the number of specified fields",
	Run:        hpersistCommand,
}

func hpersistCommand(c *keyspace.Ctx) {
	key := c.Args[1]
	e := c.DB.LookupWrite(key)
	if e.Found() && e.Type() != keyspace.TypeHash {
		c.Error(reply.ErrWrongType)
		return
	}
	fields, ok := parseFields(c, 2, reply.ErrFieldsNotPositive)
	switch {
	case !ok:
		return
	case !e.Found():
		replyNoFields(c, len(fields))
		return
	}
	h, changed := e.Hash(), false
	c.Reply.Array(len(fields))
	for _, field := range fields {
		switch {
		case h.Persist(field):
			changed = true
			c.Reply.Int(deadlineSet)
		case h.Has(field):
			c.Reply.Int(noDeadline)
		default:
			c.Reply.Int(noSuchField)
		}
	}
	c.DB.PutHash(e, &h)
	if changed {
		c.Changed(keyspace.NotifyHash, "hpersist", key)
	}
}
