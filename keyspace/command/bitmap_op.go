package command

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

var bitopSpec = keyspace.Spec{
	Name: "bitop", Group: keyspace.Bitmap, Since: "2.6.0", Arity: -4,
	Syntax: "operation destkey key [key ...]", Flags: keyspace.Write | keyspace.DenyOOM,
	Keys: slices.Concat(keyspace.KeyAt(2, keyspace.OW|keyspace.Update),
		keyspace.KeyRange(3, -1, 1, keyspace.RO|keyspace.Access)),
	Summary: "Perform bitwise operations between strings", Complexity: "O(N)",
	Run: bitopCommand,
}

func bitopCommand(c *keyspace.Ctx) {
	op, err := parseBitOp(c.Args)
	if err != "" {
		c.Error(err)
		return
	}
	sources, size := make([][]byte, 0, len(c.Args)-3), 0
	for _, key := range c.Args[3:] {
		missing := false
		value, ok := lookupString(c, key, func() { missing = true })
		if !ok && !missing {
			return
		}
		sources = append(sources, value)
		size = max(size, len(value))
	}
	if size > 0 && !c.DB.Fits(int64(size)) {
		c.Error(reply.ErrOOM)
		return
	}
	key := c.Args[2]
	switch e := c.DB.LookupWrite(key); {
	case size > 0:
		isSource := slices.ContainsFunc(c.Args[3:], func(k []byte) bool { return bytes.Equal(k, key) })
		c.DB.BuildString(e, size, !isSource, func(value []byte) { op.combine(value, sources) })
		c.Changed(keyspace.NotifyString, "set", key)
	case e.Found():
		c.DB.Delete(e)
		c.Changed(keyspace.NotifyGeneric, "del", key)
	}
	c.Reply.Int(int64(size))
}

// bitOp is an operation of BITOP.
type bitOp uint8

const (
	bitAnd bitOp = iota
	bitOr
	bitXor
	bitNot
)

// parseBitOp reads the operation at args[1].
func parseBitOp(args [][]byte) (op bitOp, err reply.Error) {
	opts := newCursor(args, 1)
	switch {
	case opts.Is("AND"):
		return bitAnd, ""
	case opts.Is("OR"):
		return bitOr, ""
	case opts.Is("XOR"):
		return bitXor, ""
	case !opts.Is("NOT"):
		return 0, reply.ErrSyntax
	case len(args) != 4:
		return 0, reply.ErrBitNot
	}
	return bitNot, ""
}

// combine writes the result of the operation over dst, which is as long as the longest source; the
// shorter ones count as filled up with zeros.
func (op bitOp) combine(dst []byte, sources [][]byte) {
	clear(dst[copy(dst, sources[0]):])
	if op == bitNot {
		op.apply(dst, dst)
	}
	for _, source := range sources[1:] {
		op.apply(dst, source)
		if op == bitAnd {
			clear(dst[len(source):])
		}
	}
}

// apply combines dst with a source that is not longer, 32 bytes at a time.
func (op bitOp) apply(dst, source []byte) {
	dst = dst[:len(source)]
	at := 0
	for ; at+32 <= len(source); at += 32 {
		d, s := (*[32]byte)(dst[at:]), (*[32]byte)(source[at:])
		for i := 0; i < len(d); i += 8 {
			a, b := binary.LittleEndian.Uint64(d[i:]), binary.LittleEndian.Uint64(s[i:])
			binary.LittleEndian.PutUint64(d[i:], op.word(a, b))
		}
	}
	for ; at < len(source); at++ {
		dst[at] = byte(op.word(uint64(dst[at]), uint64(source[at])))
	}
}

func (op bitOp) word(a, b uint64) uint64 {
	switch op {
	case bitAnd:
		return a & b
	case bitOr:
		return a | b
	case bitXor:
		return a ^ b
	}
	return ^a
}
