package command

import (
	"bytes"
	"encoding/binary"
	"math"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/num"
)

var bitfieldSpec = keyspace.Spec{
	Name: "bitfield", Group: keyspace.Bitmap, Since: "3.2.0", Arity: -2,
	Syntax: "key [<GET (encoding offset) | ([OVERFLOW <WRAP | SAT | FAIL>{wrap_sat_fail}] " +
		"<SET (encoding offset value{:integer}) | INCRBY (encoding offset " +
		"increment)>{write_operation}){write}>{operation *}]",
	Flags: keyspace.Write | keyspace.DenyOOM,
	Keys: keyspace.Noted("This command allows both access and modification of the key",
		keyspace.KeyAt(1, keyspace.RW|keyspace.Access|keyspace.Update|keyspace.VariableFlags)),
	GetKeys:    bitfieldGetKeys,
	Summary:    "Perform arbitrary bitfield integer operations on strings",
	Complexity: "O(1) for each subcommand specified",
	Run:        bitfieldCommand,
}

func bitfieldCommand(c *keyspace.Ctx) { bitfieldGeneric(c, false) }

var bitfieldroSpec = keyspace.Spec{
	Name: "bitfield_ro", Group: keyspace.Bitmap, Since: "6.0.0", Arity: -2,
	Syntax: "key [GET (encoding offset){**}]", Flags: keyspace.ReadOnly | keyspace.Fast,
	Keys: keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary: "Perform arbitrary bitfield integer operations on strings. Read-only variant of " +
		"BITFIELD",
	Complexity: "O(1) for each subcommand specified",
	Run:        bitfieldroCommand,
}

func bitfieldroCommand(c *keyspace.Ctx) { bitfieldGeneric(c, true) }

// bitfieldGeneric reads all operations and then executes them, one after the other.
func bitfieldGeneric(c *keyspace.Ctx, readOnly bool) {
	ops, lastBit, ok := parseBitfield(c)
	if !ok {
		return
	}
	var value []byte
	grown := false
	switch {
	case lastBit < 0:
		missing := false
		value, ok = lookupString(c, c.Args[1], func() { missing = true })
		if !ok && !missing {
			return
		}
	case readOnly:
		c.Error(reply.ErrBitfieldReadOnly)
		return
	default:
		if value, grown, ok = stringForBits(c, lastBit); !ok {
			return
		}
	}
	changes := 0
	c.Reply.Array(len(ops))
	for i := range ops {
		old, now, ok := ops[i].execute(value)
		if ok && ops[i].kind != fieldGet && (grown || old != now) {
			changes++
		}
		switch {
		case !ok:
			c.Reply.Null()
		case ops[i].kind == fieldIncrBy:
			c.Reply.Int(now)
		default:
			c.Reply.Int(old)
		}
	}
	switch {
	case changes > 0:
		c.Changed(keyspace.NotifyString, "setbit", c.Args[1])
		c.Dirty(changes - 1)
	case grown:
		// Only zeros have come, since every write has failed. Redis tells nobody.
		c.Dirty(1)
	}
}

// fieldKind is what an operation of BITFIELD does.
type fieldKind uint8

const (
	fieldGet fieldKind = iota
	fieldSet
	fieldIncrBy
)

// overflow is what happens to a number that does not fit.
type overflow uint8

const (
	overflowWrap overflow = iota
	overflowSat
	overflowFail
)

// fieldOp is one operation of BITFIELD.
type fieldOp struct {
	kind     fieldKind
	overflow overflow
	signed   bool
	bits     int64 // 1 to 64, to 63 if not signed
	offset   int64 // of the first bit
	operand  int64
}

// parseBitfield reads the operations; lastBit is the last bit that one writes, -1 if none does.
func parseBitfield(c *keyspace.Ctx) (ops []fieldOp, lastBit int64, ok bool) {
	lastBit = -1
	opts := newCursor(c.Args, 2)
	next := fieldOp{}
	for opts.More() {
		values := 0
		switch {
		case opts.IsWith("GET", 2):
			next.kind, values = fieldGet, 2
		case opts.IsWith("SET", 3):
			next.kind, values = fieldSet, 3
		case opts.IsWith("INCRBY", 3):
			next.kind, values = fieldIncrBy, 3
		case opts.IsWith("OVERFLOW", 1):
			if next.overflow, ok = parseOverflow(&opts); !ok {
				c.Error(reply.ErrBitfieldOverflow)
				return nil, 0, false
			}
			continue
		default:
			c.Error(reply.ErrSyntax)
			return nil, 0, false
		}
		if !next.parseField(c, &opts) {
			return nil, 0, false
		}
		if values == 3 {
			lastBit = max(lastBit, next.offset+next.bits-1)
			if next.operand, ok = opts.Int(); !ok {
				c.Error(reply.ErrNotInteger)
				return nil, 0, false
			}
		}
		ops = append(ops, next)
	}
	return ops, lastBit, true
}

func parseOverflow(opts *cursor) (o overflow, ok bool) {
	switch {
	case opts.Is("WRAP"):
		return overflowWrap, true
	case opts.Is("SAT"):
		return overflowSat, true
	case opts.Is("FAIL"):
		return overflowFail, true
	}
	return 0, false
}

// parseField reads the type, as i16 or u8, and the offset. Redis: getBitfieldTypeFromArgument,
// which does not see what stands behind a NUL byte.
func (o *fieldOp) parseField(c *keyspace.Ctx, opts *cursor) bool {
	word, ok := opts.Arg(), false
	if len(word) > 0 {
		digits, _, _ := bytes.Cut(word[1:], []byte{0})
		o.bits, ok = num.ParseInt(digits)
		o.signed = word[0] == 'i'
		ok = ok && (o.signed || word[0] == 'u')
	}
	if !ok || o.bits < 1 || o.bits > 64 || o.bits == 64 && !o.signed {
		c.Error(reply.ErrBitfieldType)
		return false
	}
	o.offset, ok = parseBitOffset(c, opts.Arg(), o.bits)
	return ok
}

// execute reads the field, and writes it if that is the operation; what is read lies within the
// value or is 0. It is not ok if the number does not fit and is not to be written then.
func (o *fieldOp) execute(value []byte) (old, now int64, ok bool) {
	old = o.read(value)
	switch o.kind {
	case fieldGet:
		return old, old, true
	case fieldSet:
		now, ok = o.fit(o.operand, 0)
	default:
		now, ok = o.fit(old, o.operand)
	}
	if ok {
		o.write(value, uint64(now))
	}
	return old, now, ok
}

// read is the number in the field.
func (o *fieldOp) read(value []byte) int64 {
	var around [9]byte
	if at := o.offset / 8; at < int64(len(value)) {
		copy(around[:], value[at:])
	}
	shift := o.offset % 8
	n := binary.BigEndian.Uint64(around[:])<<shift | uint64(around[8]>>(8-shift))
	if o.signed {
		return int64(n) >> (64 - o.bits)
	}
	return int64(n >> (64 - o.bits))
}

// write sets the field, which lies within the value, to the low bits of n.
func (o *fieldOp) write(value []byte, n uint64) {
	at, left := o.offset, o.bits
	for left > 0 {
		room := min(8-at%8, left) // bits of this byte
		shift := 8 - at%8 - room
		mask := byte(1<<room-1) << shift
		value[at/8] = value[at/8]&^mask | byte(n>>(left-room))<<shift&mask
		at, left = at+room, left-room
	}
}

// fit is n + increment as a number of the field's type. It is not ok if the sum does not fit and
// the operation is to fail then.
func (o *fieldOp) fit(n, increment int64) (fitting int64, ok bool) {
	over, under, least, most := o.overflows(n, increment)
	sum := n + increment
	switch {
	case !over && !under:
		return sum, true
	case o.overflow == overflowFail:
		return 0, false
	case o.overflow == overflowSat && over:
		return most, true
	case o.overflow == overflowSat:
		return least, true
	case o.signed:
		return sum << (64 - o.bits) >> (64 - o.bits), true
	}
	return sum & most, true
}

// overflows reports whether n + increment is above or below what the type can hold. The operand of
// an unsigned SET is taken as a number without a sign, so that -1 is too large.
//
// Redis: checkSignedBitfieldOverflow, checkUnsignedBitfieldOverflow. room wraps around for an n far
// below the least number, which is then said to be above the most.
func (o *fieldOp) overflows(n, increment int64) (over, under bool, least, most int64) {
	if !o.signed {
		most = math.MaxInt64 >> (63 - o.bits)
		over = uint64(n) > uint64(most) || increment > 0 && increment > most-n
		return over, increment < 0 && increment < -n, 0, most
	}
	least, most = math.MinInt64>>(64-o.bits), math.MaxInt64>>(64-o.bits)
	room, depth := most-n, least-n
	narrow := o.bits < 64
	over = n > most || increment > room && (narrow || n >= 0 && increment > 0)
	under = n < least || increment < depth && (narrow || n < 0 && increment < 0)
	return over, under, least, most
}

// bitfieldGetKeys tells whether the key is only read. What can't be read writes.
func bitfieldGetKeys(args [][]byte) []keyspace.KeyRef {
	flags := keyspace.RO | keyspace.Access
	opts := newCursor(args, 2)
	for opts.More() {
		switch {
		case opts.IsWith("GET", 2):
			opts.Arg()
			opts.Arg()
		case opts.IsWith("OVERFLOW", 1):
			opts.Arg()
		default:
			opts.Rest()
			flags = keyspace.RW | keyspace.Access | keyspace.Update
		}
	}
	return []keyspace.KeyRef{{Index: 1, Flags: flags}}
}
