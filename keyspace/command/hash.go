package command

import (
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/hash"
)

// lookupHash looks a hash up for a command that only reads it. If it is not ok, the command has
// been answered: with an error for another type, by missing for a key that does not exist.
func lookupHash(c *keyspace.Ctx, key []byte, missing func()) (h hash.Hash, ok bool) {
	return hashOf(c, c.DB.LookupRead(key), missing)
}

// hashOf is the hash of a key that has been looked up. If it is not ok, the command has been
// answered as lookupHash does.
func hashOf(c *keyspace.Ctx, e keyspace.Entry, missing func()) (h hash.Hash, ok bool) {
	switch {
	case !e.Found():
		missing()
	case e.Type() != keyspace.TypeHash:
		c.Error(reply.ErrWrongType)
	default:
		return e.Hash(), true
	}
	return h, false
}

// hashToWrite looks the key at args[1] up to set fields. If there is none, the hash is new, and
// empty: the command must set a field. If it is not ok, the command has been answered with an
// error. Redis: hashTypeLookupWriteOrCreate.
func hashToWrite(c *keyspace.Ctx) (e keyspace.Entry, h hash.Hash, ok bool) {
	e = c.DB.LookupWrite(c.Args[1])
	switch {
	case !e.Found():
		return e, c.DB.NewHash(), true
	case e.Type() != keyspace.TypeHash:
		c.Error(reply.ErrWrongType)
		return e, h, false
	}
	return e, e.Hash(), true
}

var hsetSpec = keyspace.Spec{
	Name: "hset", Group: keyspace.HashGroup, Since: "2.0.0", Arity: -4,
	Syntax:  "key field value [field value ...]",
	Flags:   keyspace.Write | keyspace.DenyOOM | keyspace.Fast,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Update),
	Summary: "Set the string value of a hash field",
	Complexity: "O(1) for each field/value pair added, so O(N) to add N field/value pairs when " +
		"the command is called with multiple field/value pairs.",
	History: []keyspace.Change{
		{Version: "4.0.0", Text: "Accepts multiple `field` and `value` arguments."},
	},
	Run: hsetCommand,
}

func hsetCommand(c *keyspace.Ctx) {
	if added, ok := hsetFields(c); ok {
		c.Reply.Int(added)
	}
}

var hmsetSpec = keyspace.Spec{
	Name: "hmset", Group: keyspace.HashGroup, Since: "2.0.0", Arity: -4,
	Syntax:     "key field value [field value ...]",
	Flags:      keyspace.Write | keyspace.DenyOOM | keyspace.Fast,
	Keys:       keyspace.KeyAt(1, keyspace.RW|keyspace.Update),
	Summary:    "Set multiple hash fields to multiple values",
	Complexity: "O(N) where N is the number of fields being set.",
	Deprecated: "4.0.0", ReplacedBy: "`HSET` with multiple field-value pairs",
	Run: hmsetCommand,
}

func hmsetCommand(c *keyspace.Ctx) {
	if _, ok := hsetFields(c); ok {
		c.OK()
	}
}

// hsetFields sets the pairs from args[2] on and returns the number of new fields. If it is not ok,
// the command has been answered.
func hsetFields(c *keyspace.Ctx) (added int64, ok bool) {
	pairs := c.Args[2:]
	if len(pairs)%2 != 0 {
		c.Error(reply.WrongArity(c.Spec.FullName()))
		return 0, false
	}
	e, h, ok := hashToWrite(c)
	if !ok {
		return 0, false
	}
	for i := 0; i < len(pairs); i += 2 {
		if h.Set(pairs[i], pairs[i+1]) {
			added++
		}
	}
	c.DB.PutHash(e, &h)
	c.Changed(keyspace.NotifyHash, "hset", c.Args[1])
	c.Dirty(len(pairs)/2 - 1)
	return added, true
}

var hsetnxSpec = keyspace.Spec{
	Name: "hsetnx", Group: keyspace.HashGroup, Since: "2.0.0", Arity: 4,
	Syntax:  "key field value",
	Flags:   keyspace.Write | keyspace.DenyOOM | keyspace.Fast,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Insert),
	Summary: "Set the value of a hash field, only if the field does not exist", Complexity: "O(1)",
	Run: hsetnxCommand,
}

func hsetnxCommand(c *keyspace.Ctx) {
	e, h, ok := hashToWrite(c)
	if !ok {
		return
	}
	if h.Has(c.Args[2]) {
		c.Reply.Int(0)
		return
	}
	h.Set(c.Args[2], c.Args[3])
	c.DB.PutHash(e, &h)
	c.Changed(keyspace.NotifyHash, "hset", c.Args[1])
	c.Reply.Int(1)
}

var hdelSpec = keyspace.Spec{
	Name: "hdel", Group: keyspace.HashGroup, Since: "2.0.0", Arity: -3,
	Syntax: "key field [field ...]", Flags: keyspace.Write | keyspace.Fast,
	Keys:       keyspace.KeyAt(1, keyspace.RW|keyspace.Delete),
	Summary:    "Delete one or more hash fields",
	Complexity: "O(N) where N is the number of fields to be removed.",
	History: []keyspace.Change{
		{Version: "2.4.0", Text: "Accepts multiple `field` arguments."},
	},
	Run: hdelCommand,
}

func hdelCommand(c *keyspace.Ctx) {
	e := c.DB.LookupWrite(c.Args[1])
	h, ok := hashOf(c, e, func() { c.Reply.Int(0) })
	if !ok {
		return
	}
	deleted := 0
	for _, field := range c.Args[2:] {
		if h.Delete(field) {
			deleted++
		}
	}
	if deleted > 0 {
		gone := c.DB.PutHash(e, &h)
		c.Changed(keyspace.NotifyHash, "hdel", c.Args[1])
		c.Dirty(deleted - 1)
		if gone {
			c.Notify(keyspace.NotifyGeneric, "del", c.Args[1])
		}
	}
	c.Reply.Int(int64(deleted))
}

var hgetSpec = keyspace.Spec{
	Name: "hget", Group: keyspace.HashGroup, Since: "2.0.0", Arity: 3, Syntax: "key field",
	Flags: keyspace.ReadOnly | keyspace.Fast, Keys: keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary: "Get the value of a hash field", Complexity: "O(1)",
	Run: hgetCommand,
}

func hgetCommand(c *keyspace.Ctx) {
	if h, ok := lookupHash(c, c.Args[1], c.Reply.Null); ok {
		replyField(c, &h, c.Args[2])
	}
}

// replyField replies with the value of a field, or null. Digits that a listpack keeps as an
// integer go through the heap, anything else does not.
func replyField(c *keyspace.Ctx, h *hash.Hash, field []byte) {
	value, ok := h.Get(field, nil)
	if !ok {
		c.Reply.Null()
		return
	}
	c.Reply.Bulk(value)
}

var hmgetSpec = keyspace.Spec{
	Name: "hmget", Group: keyspace.HashGroup, Since: "2.0.0", Arity: -3,
	Syntax: "key field [field ...]", Flags: keyspace.ReadOnly | keyspace.Fast,
	Keys:       keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary:    "Get the values of all the given hash fields",
	Complexity: "O(N) where N is the number of fields being requested.",
	Run:        hmgetCommand,
}

func hmgetCommand(c *keyspace.Ctx) {
	e := c.DB.LookupRead(c.Args[1])
	if e.Found() && e.Type() != keyspace.TypeHash {
		c.Error(reply.ErrWrongType)
		return
	}
	fields := c.Args[2:]
	c.Reply.Array(len(fields))
	if !e.Found() {
		for range fields {
			c.Reply.Null()
		}
		return
	}
	h := e.Hash()
	for _, field := range fields {
		replyField(c, &h, field)
	}
}

var hexistsSpec = keyspace.Spec{
	Name: "hexists", Group: keyspace.HashGroup, Since: "2.0.0", Arity: 3, Syntax: "key field",
	Flags: keyspace.ReadOnly | keyspace.Fast, Keys: keyspace.KeyAt(1, keyspace.RO),
	Summary: "Determine if a hash field exists", Complexity: "O(1)",
	Run: hexistsCommand,
}

func hexistsCommand(c *keyspace.Ctx) {
	if h, ok := lookupHash(c, c.Args[1], func() { c.Reply.Int(0) }); ok {
		c.Reply.Int(toInt(h.Has(c.Args[2])))
	}
}

var hlenSpec = keyspace.Spec{
	Name: "hlen", Group: keyspace.HashGroup, Since: "2.0.0", Arity: 2, Syntax: "key",
	Flags: keyspace.ReadOnly | keyspace.Fast, Keys: keyspace.KeyAt(1, keyspace.RO),
	Summary: "Get the number of fields in a hash", Complexity: "O(1)",
	Run: hlenCommand,
}

func hlenCommand(c *keyspace.Ctx) {
	if h, ok := lookupHash(c, c.Args[1], func() { c.Reply.Int(0) }); ok {
		c.Reply.Int(int64(h.Len()))
	}
}

var hstrlenSpec = keyspace.Spec{
	Name: "hstrlen", Group: keyspace.HashGroup, Since: "3.2.0", Arity: 3, Syntax: "key field",
	Flags: keyspace.ReadOnly | keyspace.Fast, Keys: keyspace.KeyAt(1, keyspace.RO),
	Summary: "Get the length of the value of a hash field", Complexity: "O(1)",
	Run: hstrlenCommand,
}

func hstrlenCommand(c *keyspace.Ctx) {
	if h, ok := lookupHash(c, c.Args[1], func() { c.Reply.Int(0) }); ok {
		var scratch [hash.ScratchBytes]byte
		value, _ := h.Get(c.Args[2], scratch[:])
		c.Reply.Int(int64(len(value)))
	}
}

var hkeysSpec = keyspace.Spec{
	Name: "hkeys", Group: keyspace.HashGroup, Since: "2.0.0", Arity: 2, Syntax: "key",
	Flags: keyspace.ReadOnly, Keys: keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Tips:    []string{"nondeterministic_output_order"},
	Summary: "Get all the fields in a hash", Complexity: "O(N) where N is the size of the hash.",
	Run: hkeysCommand,
}

func hkeysCommand(c *keyspace.Ctx) {
	if h, ok := lookupHash(c, c.Args[1], func() { c.Reply.Array(0) }); ok {
		c.Reply.Array(h.Len())
		h.Each(func(field, _ []byte) bool {
			c.Reply.Bulk(field)
			return true
		})
	}
}

var hvalsSpec = keyspace.Spec{
	Name: "hvals", Group: keyspace.HashGroup, Since: "2.0.0", Arity: 2, Syntax: "key",
	Flags: keyspace.ReadOnly, Keys: keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Tips:    []string{"nondeterministic_output_order"},
	Summary: "Get all the values in a hash", Complexity: "O(N) where N is the size of the hash.",
	Run: hvalsCommand,
}

func hvalsCommand(c *keyspace.Ctx) {
	if h, ok := lookupHash(c, c.Args[1], func() { c.Reply.Array(0) }); ok {
		c.Reply.Array(h.Len())
		h.Each(func(_, value []byte) bool {
			c.Reply.Bulk(value)
			return true
		})
	}
}

var hgetallSpec = keyspace.Spec{
	Name: "hgetall", Group: keyspace.HashGroup, Since: "2.0.0", Arity: 2, Syntax: "key",
	Flags: keyspace.ReadOnly, Keys: keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Tips:       []string{"nondeterministic_output_order"},
	Summary:    "Get all the fields and values in a hash",
	Complexity: "O(N) where N is the size of the hash.",
	Run:        hgetallCommand,
}

func hgetallCommand(c *keyspace.Ctx) {
	if h, ok := lookupHash(c, c.Args[1], func() { c.Reply.Map(0) }); ok {
		c.Reply.Map(h.Len())
		h.Each(func(field, value []byte) bool {
			c.Reply.Bulk(field)
			c.Reply.Bulk(value)
			return true
		})
	}
}

var hscanSpec = keyspace.Spec{
	Name: "hscan", Group: keyspace.HashGroup, Since: "2.8.0", Arity: -3,
	Syntax: "key cursor [MATCH pattern] [COUNT count]", Flags: keyspace.ReadOnly,
	Keys:    keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Tips:    []string{"nondeterministic_output"},
	Summary: "Incrementally iterate hash fields and associated values",
	Complexity: "O(1) for every call. O(N) for a complete iteration, including enough command " +
		"calls for the cursor to return back to 0. N is the number of elements inside the " +
		"collection..",
	Run: hscanCommand,
}

func hscanCommand(c *keyspace.Ctx) {
	var h hash.Hash
	o, ok := parseElementScan(c, func(missing func()) (ok bool) {
		h, ok = lookupHash(c, c.Args[1], missing)
		return ok
	})
	if !ok {
		return
	}
	if h.Encoding().Packed() { // all at once
		r := beginScanReply(c, 0)
		h.Scan(0, func(field, value []byte) {
			if o.wants(field) {
				r.add(field, value)
			}
		})
		r.end()
		return
	}
	var found [][2][]byte
	cursor := o.walk(func(cursor uint64) uint64 {
		return h.Scan(cursor, func(field, value []byte) {
			found = append(found, [2][]byte{field, value})
		})
	}, func() int { return len(found) })
	r := beginScanReply(c, cursor)
	for _, pair := range found {
		if o.wants(pair[0]) {
			r.add(pair[:]...)
		}
	}
	r.end()
}
