package command

import (
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/hash"
	"github.com/ringer-kv/ringer/types/num"
)

var hincrbySpec = keyspace.Spec{
	Name: "hincrby", Group: keyspace.HashGroup, Since: "2.0.0", Arity: 4,
	Syntax:  "key field increment",
	Flags:   keyspace.Write | keyspace.DenyOOM | keyspace.Fast,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Access|keyspace.Update),
	Summary: "Increment the integer value of a hash field by the given number", Complexity: "O(1)",
	Run: hincrbyCommand,
}

func hincrbyCommand(c *keyspace.Ctx) {
	increment, ok := num.ParseInt(c.Args[3])
	if !ok {
		c.Error(reply.ErrNotInteger)
		return
	}
	e, h, ok := hashToWrite(c)
	if !ok {
		return
	}
	var digits [hash.ScratchBytes]byte
	old := int64(0)
	if value, found := h.Get(c.Args[2], digits[:]); found {
		if old, ok = num.ParseInt(value); !ok {
			c.Error(reply.ErrHashNotInteger)
			return
		}
	}
	sum := old + increment
	if (sum < old) != (increment < 0) {
		c.Error(reply.ErrIncrOverflow)
		return
	}
	h.Update(c.Args[2], num.AppendInt(digits[:0], sum))
	c.DB.PutHash(e, &h)
	c.Changed(keyspace.NotifyHash, "hincrby", c.Args[1])
	c.Reply.Int(sum)
}

var hincrbyfloatSpec = keyspace.Spec{
	Name: "hincrbyfloat", Group: keyspace.HashGroup, Since: "2.6.0", Arity: 4,
	Syntax:  "key field increment{:double}",
	Flags:   keyspace.Write | keyspace.DenyOOM | keyspace.Fast,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Access|keyspace.Update),
	Summary: "Increment the float value of a hash field by the given amount", Complexity: "O(1)",
	Run: hincrbyfloatCommand,
}

func hincrbyfloatCommand(c *keyspace.Ctx) {
	key, field := c.Args[1], c.Args[2]
	increment, ok := num.ParseLongDouble(c.Args[3])
	if !ok {
		c.Error(reply.ErrNotFloat)
		return
	}
	var zero num.LongDouble
	if !zero.Add(&increment) {
		c.Error(reply.ErrInfinite)
		return
	}
	e, h, ok := hashToWrite(c)
	if !ok {
		return
	}
	var sum num.LongDouble
	if value, found := h.Get(field, nil); found {
		if sum, ok = num.ParseLongDouble(value); !ok {
			c.Error(reply.ErrHashNotFloat)
			return
		}
	}
	if !sum.Add(&increment) {
		c.Error(reply.ErrIncrNaN)
		return
	}
	var few [64]byte
	text := sum.Append(few[:0])
	h.Update(field, text)
	c.DB.PutHash(e, &h)
	c.Changed(keyspace.NotifyHash, "hincrbyfloat", key)
	c.Record(hsetWord, key, field, text) // others may round in another way
	if deadlineMs, _ := h.Deadline(field); deadlineMs != 0 {
		c.Record(hpexpireatWord, key, c.Digits(deadlineMs), fieldsWord, oneWord, field)
	}
	c.Reply.Bulk(text)
}
