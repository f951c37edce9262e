package command

import (
	"encoding/binary"
	"math/bits"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

var bitcountSpec = keyspace.Spec{
	Name: "bitcount", Group: keyspace.Bitmap, Since: "2.6.0", Arity: -2,
	Syntax: "key [start end [BYTE | BIT]{index_unit @7.0.0}]{index}", Flags: keyspace.ReadOnly,
	Keys: keyspace.KeyAt(1, keyspace.RO|keyspace.Access), Summary: "Count set bits in a string",
	Complexity: "O(N)",
	History: []keyspace.Change{
		{Version: "7.0.0", Text: "Added the `BYTE|BIT` option."},
	},
	Run: bitcountCommand,
}

func bitcountCommand(c *keyspace.Ctx) {
	value, ok := lookupString(c, c.Args[1], func() { c.Reply.Int(0) })
	if !ok { // Redis: and the range has not been looked at
		return
	}
	r := bitRange{end: -1}
	opts := newCursor(c.Args, 2)
	switch {
	case opts.Left() == 1 || opts.Left() > 3:
		c.Error(reply.ErrSyntax)
		return
	case opts.Left() >= 2:
		var okStart, okEnd bool
		r.start, okStart = opts.Int()
		if r.end, okEnd = opts.Int(); !okStart || !okEnd {
			c.Error(reply.ErrNotInteger)
			return
		}
		if r.start < 0 && r.end < 0 && r.start > r.end { // Redis: before the unit is looked at
			c.Reply.Int(0)
			return
		}
	}
	if opts.More() && !r.parseUnit(&opts) {
		c.Error(reply.ErrSyntax)
		return
	}
	from, to := r.within(value)
	c.Reply.Int(countBits(value, from, to))
}

// bitRange is the range of BITCOUNT and BITPOS: ends that are inclusive, that may count from the
// end of the string, in bytes or in bits.
type bitRange struct {
	start, end int64
	inBits     bool
}

// parseUnit steps over BYTE or BIT.
func (r *bitRange) parseUnit(opts *cursor) bool {
	r.inBits = opts.Is("BIT")
	return r.inBits || opts.Is("BYTE")
}

// within is the range as numbers of bits of a value, both inclusive. It is empty if from > to.
func (r *bitRange) within(value []byte) (from, to int64) {
	size := int64(len(value))
	if r.inBits {
		return rangeWithin(r.start, r.end, 8*size)
	}
	from, to = rangeWithin(r.start, r.end, size)
	return 8 * from, 8*to + 7
}

// countBits counts the bits that are set, from one to another, both inclusive.
func countBits(value []byte, from, to int64) int64 {
	if from > to {
		return 0
	}
	first, last := value[from/8]&(0xFF>>(from%8)), byte(0xFF)<<(7-to%8)
	value = value[from/8 : to/8+1]
	if len(value) == 1 {
		return int64(bits.OnesCount8(first & last))
	}
	n := bits.OnesCount8(first) + bits.OnesCount8(value[len(value)-1]&last)
	value = value[1 : len(value)-1]
	for ; len(value) >= 32; value = value[32:] {
		n += bits.OnesCount64(binary.LittleEndian.Uint64(value)) +
			bits.OnesCount64(binary.LittleEndian.Uint64(value[8:])) +
			bits.OnesCount64(binary.LittleEndian.Uint64(value[16:])) +
			bits.OnesCount64(binary.LittleEndian.Uint64(value[24:]))
	}
	for _, b := range value {
		n += bits.OnesCount8(b)
	}
	return int64(n)
}

var bitposSpec = keyspace.Spec{
	Name: "bitpos", Group: keyspace.Bitmap, Since: "2.8.7", Arity: -3,
	Syntax: "key bit [start [end [BYTE | BIT]{index_unit @7.0.0}]{end_index}]{index}",
	Flags:  keyspace.ReadOnly, Keys: keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary: "Find first bit set or clear in a string", Complexity: "O(N)",
	History: []keyspace.Change{
		{Version: "7.0.0", Text: "Added the `BYTE|BIT` option."},
	},
	Run: bitposCommand,
}

func bitposCommand(c *keyspace.Ctx) {
	opts := newCursor(c.Args, 2)
	bit, ok := opts.Int()
	if !ok {
		c.Error(reply.ErrNotInteger)
		return
	}
	if bit != 0 && bit != 1 {
		c.Error(reply.ErrBitArgument)
		return
	}
	// A key that does not exist is zeros without end. Redis: and the range is not looked at.
	value, ok := lookupString(c, c.Args[1], func() { c.Reply.Int(-bit) })
	if !ok {
		return
	}
	r := bitRange{end: -1}
	if err := r.parseOptional(opts); err != "" {
		c.Error(err)
		return
	}
	from, to := r.within(value)
	at := findBit(value, from, to, bit == 1)
	if at < 0 && bit == 0 && from <= to && len(c.Args) < 5 {
		at = to + 1 // without an end, zeros go on behind the string
	}
	c.Reply.Int(at)
}

// parseOptional reads [start [end [BYTE | BIT]]], the unit first as Redis does.
func (r *bitRange) parseOptional(opts cursor) reply.Error {
	if opts.Left() > 3 {
		return reply.ErrSyntax
	}
	var ok bool
	if opts.More() {
		if r.start, ok = opts.Int(); !ok {
			return reply.ErrNotInteger
		}
	}
	if opts.Left() == 2 {
		unit := newCursor(opts.args, opts.At()+1)
		if !r.parseUnit(&unit) {
			return reply.ErrSyntax
		}
	}
	if opts.More() {
		if r.end, ok = opts.Int(); !ok {
			return reply.ErrNotInteger
		}
	}
	return ""
}

// findBit is the first bit that is set, or the first that is not, from one to another, both
// inclusive; -1 if there is none. Eight bytes are passed at a time.
func findBit(value []byte, from, to int64, set bool) int64 {
	if from > to {
		return -1
	}
	passed := uint64(0) // eight bytes without a bit that is looked for
	if !set {
		passed = ^passed
	}
	mask := byte(0xFF) >> (from % 8)
	for at, last := from/8, to/8; at <= last; at++ {
		b := (value[at] ^ byte(passed)) & mask
		if at == last {
			b &= 0xFF << (7 - to%8)
		}
		if b != 0 {
			return 8*at + int64(bits.LeadingZeros8(b))
		}
		mask = 0xFF
		for at+9 <= last && binary.LittleEndian.Uint64(value[at+1:]) == passed {
			at += 8
		}
	}
	return -1
}
