package lib

import (
	"math"
	"math/bits"

	"github.com/ringer-kv/ringer/keyspace/lua"
)

// checkSlots raises an error if a stack of used values has no room for more.
// Lua: luaL_checkstack.
func checkSlots(c *lua.Call, used, more int, message string) {
	if used+more > lua.StackSlots {
		c.Errorf("stack overflow (%s)", message)
	}
}

// OpenBit makes the global table bit: the operations on 32 bits of Lua BitOp 1.0.2.
func OpenBit(s *lua.State) {
	open(s, "bit", []routine{
		{"tobit", func(c *lua.Call) { returnBits(c, bitArgument(c, 1)) }},
		{"bnot", func(c *lua.Call) { returnBits(c, ^bitArgument(c, 1)) }},
		{"band", bitFold(func(a, b uint32) uint32 { return a & b })},
		{"bor", bitFold(func(a, b uint32) uint32 { return a | b })},
		{"bxor", bitFold(func(a, b uint32) uint32 { return a ^ b })},
		{"lshift", bitShift(func(a uint32, n int) uint32 { return a << n })},
		{"rshift", bitShift(func(a uint32, n int) uint32 { return a >> n })},
		{"arshift", bitShift(func(a uint32, n int) uint32 { return uint32(int32(a) >> n) })},
		{"rol", bitShift(bits.RotateLeft32)},
		{"ror", bitShift(func(a uint32, n int) uint32 { return bits.RotateLeft32(a, -n) })},
		{"bswap", func(c *lua.Call) { returnBits(c, bits.ReverseBytes32(bitArgument(c, 1))) }},
		{"tohex", bitHex},
	})
}

// bitShifter brings the integers that a double holds exactly to its low bits: 2^52 + 2^51.
const bitShifter = 1<<52 + 1<<51

// bitArgument is argument i modulo 2^32, rounded to even.
//
// Redis: barg adds 2^52 + 2^51 and takes the low half of the double, whatever that is for what is
// beyond 2^51.
func bitArgument(c *lua.Call, i int) uint32 {
	f, ok := c.Arg(i).ToNumber()
	if !ok {
		c.TypeError(i, "number")
	}
	return uint32(math.Float64bits(f + bitShifter))
}

func returnBits(c *lua.Call, b uint32) { c.Return(lua.Number(float64(int32(b)))) }

// bitFold is a function that joins all its arguments. Redis: it reads the first, then the others
// from the last one on, so that is the order of complaints.
func bitFold(join func(a, b uint32) uint32) lua.GoFunc {
	return func(c *lua.Call) {
		b := bitArgument(c, 1)
		c.State.Step(c.Len())
		for i := c.Len(); i > 1; i-- {
			b = join(b, bitArgument(c, i))
		}
		returnBits(c, b)
	}
}

// bitShift is a function that shifts by the low five bits of its second argument.
func bitShift(shift func(a uint32, n int) uint32) lua.GoFunc {
	return func(c *lua.Call) {
		b := bitArgument(c, 1)
		returnBits(c, shift(b, int(bitArgument(c, 2)&31)))
	}
}

// bitHex writes the last n digits of a number in base 16; in capitals, if n is negative.
func bitHex(c *lua.Call) {
	b, n := bitArgument(c, 1), 8
	if !c.IsNone(2) {
		n = int(int32(bitArgument(c, 2)))
	}
	digits := "0123456789abcdef"
	if n < 0 {
		n, digits = -n, "0123456789ABCDEF"
	}
	n = min(n, 8)
	var text [8]byte
	for i := n - 1; i >= 0; i-- {
		text[i] = digits[b&15]
		b >>= 4
	}
	c.Return(lua.String(string(text[:n])))
}
