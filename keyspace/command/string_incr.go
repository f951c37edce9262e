package command

import (
	"math"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/num"
)

var incrSpec = keyspace.Spec{
	Name: "incr", Group: keyspace.String, Since: "1.0.0", Arity: 2, Syntax: "key",
	Flags:   keyspace.Write | keyspace.DenyOOM | keyspace.Fast,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Access|keyspace.Update),
	Summary: "Increment the integer value of a key by one", Complexity: "O(1)",
	Run: incrCommand,
}

func incrCommand(c *keyspace.Ctx) { incrDecrCommand(c, 1) }

var decrSpec = keyspace.Spec{
	Name: "decr", Group: keyspace.String, Since: "1.0.0", Arity: 2, Syntax: "key",
	Flags:   keyspace.Write | keyspace.DenyOOM | keyspace.Fast,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Access|keyspace.Update),
	Summary: "Decrement the integer value of a key by one", Complexity: "O(1)",
	Run: decrCommand,
}

func decrCommand(c *keyspace.Ctx) { incrDecrCommand(c, -1) }

var incrbySpec = keyspace.Spec{
	Name: "incrby", Group: keyspace.String, Since: "1.0.0", Arity: 3, Syntax: "key increment",
	Flags:   keyspace.Write | keyspace.DenyOOM | keyspace.Fast,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Access|keyspace.Update),
	Summary: "Increment the integer value of a key by the given amount", Complexity: "O(1)",
	Run: incrbyCommand,
}

func incrbyCommand(c *keyspace.Ctx) {
	increment, ok := num.ParseInt(c.Args[2])
	if !ok {
		c.Error(reply.ErrNotInteger)
		return
	}
	incrDecrCommand(c, increment)
}

var decrbySpec = keyspace.Spec{
	Name: "decrby", Group: keyspace.String, Since: "1.0.0", Arity: 3, Syntax: "key decrement",
	Flags:   keyspace.Write | keyspace.DenyOOM | keyspace.Fast,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Access|keyspace.Update),
	Summary: "Decrement the integer value of a key by the given number", Complexity: "O(1)",
	Run: decrbyCommand,
}

func decrbyCommand(c *keyspace.Ctx) {
	decrement, ok := num.ParseInt(c.Args[2])
	switch {
	case !ok:
		c.Error(reply.ErrNotInteger)
	case decrement == math.MinInt64: // has no opposite
		c.Error(reply.ErrDecrOverflow)
	default:
		incrDecrCommand(c, -decrement)
	}
}

// incrDecrCommand adds to an integer and replies with the sum.
func incrDecrCommand(c *keyspace.Ctx, increment int64) {
	key := c.Args[1]
	e := c.DB.LookupWrite(key)
	old := int64(0)
	if e.Found() {
		if e.Type() != keyspace.TypeString {
			c.Error(reply.ErrWrongType)
			return
		}
		var ok bool
		if old, ok = num.ParseInt(e.StringBytes()); !ok {
			c.Error(reply.ErrNotInteger)
			return
		}
	}
	sum := old + increment
	if (sum < old) != (increment < 0) {
		c.Error(reply.ErrIncrOverflow)
		return
	}
	var digits [20]byte
	c.DB.PutString(e, keyspace.EncInt, num.AppendInt(digits[:0], sum), true)
	c.Changed(keyspace.NotifyString, "incrby", key)
	c.Reply.Int(sum)
}

var incrbyfloatSpec = keyspace.Spec{
	Name: "incrbyfloat", Group: keyspace.String, Since: "2.6.0", Arity: 3,
	Syntax: "key increment{:double}", Flags: keyspace.Write | keyspace.DenyOOM | keyspace.Fast,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Access|keyspace.Update),
	Summary: "Increment the float value of a key by the given amount", Complexity: "O(1)",
	Run: incrbyfloatCommand,
}

func incrbyfloatCommand(c *keyspace.Ctx) {
	key := c.Args[1]
	e := c.DB.LookupWrite(key)
	var sum num.LongDouble
	okOld := true
	if e.Found() {
		if e.Type() != keyspace.TypeString {
			c.Error(reply.ErrWrongType)
			return
		}
		sum, okOld = num.ParseLongDouble(e.StringBytes())
	}
	increment, ok := num.ParseLongDouble(c.Args[2])
	if !ok || !okOld {
		c.Error(reply.ErrNotFloat)
		return
	}
	if !sum.Add(&increment) {
		c.Error(reply.ErrIncrNaN)
		return
	}
	var few [64]byte
	// Redis: an integral sum is no EncInt.
	e = c.DB.PutString(e, keyspace.EncEmbstr, sum.Append(few[:0]), true)
	text := e.StringBytes()
	c.Changed(keyspace.NotifyString, "incrbyfloat", key)
	c.Record(setWord, key, text, keepttlWord) // others may round in another way
	c.Reply.Bulk(text)
}
