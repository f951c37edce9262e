package command

import (
	"math"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/num"
)

var appendSpec = keyspace.Spec{
	Name: "append", Group: keyspace.String, Since: "2.0.0", Arity: 3, Syntax: "key value",
	Flags: keyspace.Write | keyspace.DenyOOM | keyspace.Fast,
	Keys:  keyspace.KeyAt(1, keyspace.RW|keyspace.Insert), Summary: "Append a value to a key",
	Complexity: "O(1). The amortized time complexity is O(1) assuming the appended value is " +
		"small and the already present value is of any size, since the dynamic string library " +
		"used by Redis will double the free space available on every reallocation.",
	Run: appendCommand,
}

func appendCommand(c *keyspace.Ctx) {
	key, tail := c.Args[1], c.Args[2]
	e := c.DB.LookupWrite(key)
	size := len(tail)
	switch {
	case !e.Found():
		c.DB.SetString(e, tail, false)
	case e.Type() != keyspace.TypeString:
		c.Error(reply.ErrWrongType)
		return
	default:
		old := len(e.StringBytes())
		size += old
		if !checkStringLength(c, int64(old), int64(len(tail))) {
			return
		}
		_, value := c.DB.GrowString(e, size)
		copy(value[old:], tail)
	}
	c.Changed(keyspace.NotifyString, "append", key)
	c.Reply.Int(int64(size))
}

// checkStringLength reports whether a string of the size may get so many bytes more; it replies
// with an error if not.
func checkStringLength(c *keyspace.Ctx, sizeBytes, moreBytes int64) bool {
	switch {
	case moreBytes > math.MaxInt64-sizeBytes,
		sizeBytes+moreBytes > c.Engine.Limits().MaxBulkBytes.Load():
		c.Error(reply.ErrStringTooLong)
	case !c.DB.Fits(sizeBytes + moreBytes):
		c.Error(reply.ErrOOM)
	default:
		return true
	}
	return false
}

var strlenSpec = keyspace.Spec{
	Name: "strlen", Group: keyspace.String, Since: "2.2.0", Arity: 2, Syntax: "key",
	Flags: keyspace.ReadOnly | keyspace.Fast, Keys: keyspace.KeyAt(1, keyspace.RO),
	Summary: "Get the length of the value stored in a key", Complexity: "O(1)",
	Run: strlenCommand,
}

func strlenCommand(c *keyspace.Ctx) {
	if value, ok := lookupString(c, c.Args[1], func() { c.Reply.Int(0) }); ok {
		c.Reply.Int(int64(len(value)))
	}
}

// lookupString looks a string up for a command that only reads it. If it is not ok, the command
// has been answered: with an error for another type, by missing for a key that does not exist.
func lookupString(c *keyspace.Ctx, key []byte, missing func()) (value []byte, ok bool) {
	e := c.DB.LookupRead(key)
	switch {
	case !e.Found():
		missing()
	case e.Type() != keyspace.TypeString:
		c.Error(reply.ErrWrongType)
	default:
		return e.StringBytes(), true
	}
	return nil, false
}

var setrangeSpec = keyspace.Spec{
	Name: "setrange", Group: keyspace.String, Since: "2.2.0", Arity: 4, Syntax: "key offset value",
	Flags: keyspace.Write | keyspace.DenyOOM, Keys: keyspace.KeyAt(1, keyspace.RW|keyspace.Update),
	Summary: "Overwrite part of a string at key starting at the specified offset",
	Complexity: "O(1), not counting the time taken to copy the new string in place. Usually, " +
		"this string is very small so the amortized complexity is O(1). Otherwise, complexity " +
		"is O(M) with M being the length of the value argument.",
	Run: setrangeCommand,
}

func setrangeCommand(c *keyspace.Ctx) {
	key, value := c.Args[1], c.Args[3]
	offset, ok := num.ParseInt(c.Args[2])
	if !ok {
		c.Error(reply.ErrNotInteger)
		return
	}
	if offset < 0 {
		c.Error(reply.ErrOffsetRange)
		return
	}
	e := c.DB.LookupWrite(key)
	if e.Found() && e.Type() != keyspace.TypeString {
		c.Error(reply.ErrWrongType)
		return
	}
	if len(value) == 0 { // changes nothing, and makes no key
		size := 0
		if e.Found() {
			size = len(e.StringBytes())
		}
		c.Reply.Int(int64(size))
		return
	}
	if !checkStringLength(c, offset, int64(len(value))) {
		return
	}
	_, whole := c.DB.GrowString(e, int(offset)+len(value))
	copy(whole[offset:], value)
	c.Changed(keyspace.NotifyString, "setrange", key)
	c.Reply.Int(int64(len(whole)))
}

var getrangeSpec = keyspace.Spec{
	Name: "getrange", Group: keyspace.String, Since: "2.4.0", Arity: 4, Syntax: "key start end",
	Flags: keyspace.ReadOnly, Keys: keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary: "Get a substring of the string stored at a key",
	Complexity: "O(N) where N is the length of the returned string. The complexity is " +
		"ultimately determined by the returned length, but because creating a substring from " +
		"an existing string is very cheap, it can be considered O(1) for small strings.",
	Run: getrangeCommand,
}

func getrangeCommand(c *keyspace.Ctx) { getrangeGenericCommand(c) }

var substrSpec = keyspace.Spec{
	Name: "substr", Group: keyspace.String, Since: "1.0.0", Arity: 4, Syntax: "key start end",
	Flags: keyspace.ReadOnly, Keys: keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary: "Get a substring of the string stored at a key",
	Complexity: "O(N) where N is the length of the returned string. The complexity is " +
		"ultimately determined by the returned length, but because creating a substring from " +
		"an existing string is very cheap, it can be considered O(1) for small strings.",
	Deprecated: "2.0.0", ReplacedBy: "`GETRANGE`",
	Run: substrCommand,
}

func substrCommand(c *keyspace.Ctx) { getrangeGenericCommand(c) }

// getrangeGenericCommand replies with a part of a string; both its ends are inclusive and may
// count from the end of the string.
func getrangeGenericCommand(c *keyspace.Ctx) {
	start, okStart := num.ParseInt(c.Args[2])
	end, okEnd := num.ParseInt(c.Args[3])
	if !okStart || !okEnd {
		c.Error(reply.ErrNotInteger)
		return
	}
	empty := func() { c.Reply.Bulk(nil) }
	value, ok := lookupString(c, c.Args[1], empty)
	if !ok {
		return
	}
	size := int64(len(value))
	if start < 0 && end < 0 && start > end { // Redis: before they are cut to the string
		empty()
		return
	}
	if start, end = rangeWithin(start, end, size); start > end {
		empty()
		return
	}
	c.Reply.Bulk(value[start : end+1])
}

// rangeWithin cuts a range with inclusive ends, of which negative ones count from the end, to a
// size. It is empty if from > to; both lie within -1 and size.
func rangeWithin(start, end, size int64) (from, to int64) {
	if start < 0 {
		start += size
	}
	if end < 0 {
		end += size
	}
	return min(max(start, 0), size), min(max(end, 0), size-1)
}
