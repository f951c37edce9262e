package command

import (
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/num"
)

var setbitSpec = keyspace.Spec{
	Name: "setbit", Group: keyspace.Bitmap, Since: "2.2.0", Arity: 4,
	Syntax: "key offset value{:integer}", Flags: keyspace.Write | keyspace.DenyOOM,
	Keys:       keyspace.KeyAt(1, keyspace.RW|keyspace.Access|keyspace.Update),
	Summary:    "Sets or clears the bit at offset in the string value stored at key",
	Complexity: "O(1)",
	Run:        setbitCommand,
}

func setbitCommand(c *keyspace.Ctx) {
	offset, ok := parseBitOffset(c, c.Args[2], 0)
	if !ok {
		return
	}
	on, ok := num.ParseInt(c.Args[3])
	if !ok || on != 0 && on != 1 {
		c.Error(reply.ErrBitValue)
		return
	}
	value, grown, ok := stringForBits(c, offset)
	if !ok {
		return
	}
	at, mask := offset/8, byte(0x80)>>(offset%8)
	old := value[at] & mask
	if grown || (old != 0) != (on != 0) {
		value[at] &^= mask
		if on != 0 {
			value[at] |= mask
		}
		c.Changed(keyspace.NotifyString, "setbit", c.Args[1])
	}
	replyBit(c, old != 0)
}

// parseBitOffset reads the number of a bit. In BITFIELD, which gives the bits of its type, "#2" is
// the third integer of that type. Redis: getBitOffsetFromArgument.
func parseBitOffset(c *keyspace.Ctx, word []byte, bits int64) (offset int64, ok bool) {
	indexed := bits > 0 && len(word) > 0 && word[0] == '#'
	if indexed {
		word = word[1:]
	}
	if offset, ok = num.ParseInt(word); ok && indexed {
		offset *= bits // Redis: which may wrap around
	}
	if !ok || offset < 0 || offset>>3 >= c.Engine.Limits().MaxBulkBytes.Load() {
		c.Error(reply.ErrBitOffset)
		return 0, false
	}
	return offset, true
}

// stringForBits makes the value of args[1] long enough to have a bit, and gives it for writing.
// Redis: lookupStringForBitCommand.
func stringForBits(c *keyspace.Ctx, bit int64) (value []byte, grown, ok bool) {
	e := c.DB.LookupWrite(c.Args[1])
	before, size := 0, bit/8+1
	if e.Found() {
		if e.Type() != keyspace.TypeString {
			c.Error(reply.ErrWrongType)
			return nil, false, false
		}
		before = len(e.StringBytes())
	}
	if size > int64(before) && !c.DB.Fits(size) {
		c.Error(reply.ErrOOM)
		return nil, false, false
	}
	_, value = c.DB.GrowString(e, int(size))
	return value, len(value) > before, true
}

func replyBit(c *keyspace.Ctx, on bool) {
	if on {
		c.Reply.Int(1)
	} else {
		c.Reply.Int(0)
	}
}

var getbitSpec = keyspace.Spec{
	Name: "getbit", Group: keyspace.Bitmap, Since: "2.2.0", Arity: 3, Syntax: "key offset",
	Flags: keyspace.ReadOnly | keyspace.Fast, Keys: keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary:    "Returns the bit value at offset in the string value stored at key",
	Complexity: "O(1)",
	Run:        getbitCommand,
}

func getbitCommand(c *keyspace.Ctx) {
	offset, ok := parseBitOffset(c, c.Args[2], 0)
	if !ok {
		return
	}
	if value, ok := lookupString(c, c.Args[1], func() { c.Reply.Int(0) }); ok {
		at := offset / 8
		replyBit(c, at < int64(len(value)) && value[at]<<(offset%8)&0x80 != 0)
	}
}
