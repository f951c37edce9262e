package lib

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"

	"github.com/ringer-kv/ringer/keyspace/lua"
)

// OpenStruct makes the global table struct: pack, unpack and size of Lua's library struct 0.2, for
// the sizes and alignments of x86-64.
func OpenStruct(s *lua.State) {
	open(s, "struct", []routine{
		{"pack", structPack}, {"unpack", structUnpack}, {"size", structSize},
	})
}

// maxIntegerBytes is the longest integer of a format. Redis: MAXINTSIZE.
const maxIntegerBytes = 32

// nativeAlign is what "!" without a number aligns to.
const nativeAlign = 8

// structFormat is a format that is being read, and what its control options have set.
//
// Owned by the keyspace goroutine.
type structFormat struct {
	c     *lua.Call
	rest  string
	big   bool // the high byte first
	align int
}

// structOption is one option of a format.
type structOption struct {
	letter byte
	size   int // in bytes; 0: it depends, or it takes no room
}

// newStructFormat reads the format in argument 1. Like C, it sees nothing behind a zero byte.
func newStructFormat(c *lua.Call) *structFormat {
	format, _, _ := strings.Cut(c.CheckString(1), "\x00")
	return &structFormat{c: c, rest: format, align: 1}
}

// next is the next option; ok is false at the end.
func (f *structFormat) next() (o structOption, ok bool) {
	if f.rest == "" {
		return o, false
	}
	f.c.State.Step(1)
	o.letter = f.rest[0]
	f.rest = f.rest[1:]
	switch o.letter {
	case 'b', 'B', 'x':
		o.size = 1
	case 'h', 'H':
		o.size = 2
	case 'f':
		o.size = 4
	case 'l', 'L', 'T', 'd':
		o.size = 8
	case 'c':
		o.size = f.number(1)
	case 'i', 'I':
		o.size = f.number(4)
		if o.size > maxIntegerBytes {
			f.c.Errorf("integral size %d is larger than limit of %d", o.size, maxIntegerBytes)
		}
	}
	return o, true
}

// number reads the number behind an option; otherwise is what it is if there is none.
func (f *structFormat) number(otherwise int) int {
	n, digits := 0, 0
	for ; digits < len(f.rest) && '0' <= f.rest[digits] && f.rest[digits] <= '9'; digits++ {
		n = n*10 + int(f.rest[digits]-'0')
		if n > math.MaxInt32 {
			f.c.Errorf("integral size overflow")
		}
	}
	if digits == 0 {
		return otherwise
	}
	f.rest = f.rest[digits:]
	return n
}

// padding is how many bytes there are before an option whose place would be at.
//
// Redis: gettoalign takes any size for a power of two.
func (f *structFormat) padding(o structOption, at int) int {
	if o.size == 0 || o.letter == 'c' {
		return 0
	}
	size := min(o.size, f.align)
	return (size - at&(size-1)) & (size - 1)
}

// control obeys an option that stands for no value.
func (f *structFormat) control(letter byte) {
	switch letter {
	case ' ':
	case '>':
		f.big = true
	case '<':
		f.big = false
	case '!':
		align := f.number(nativeAlign)
		if align <= 0 || align&(align-1) != 0 {
			f.c.Errorf("alignment %d is not a power of 2", align)
		}
		f.align = align
	default:
		f.c.ArgError(1, "invalid format option '"+string([]byte{letter})+"'")
	}
}

// order is the order of the bytes of a float.
func (f *structFormat) order() binary.ByteOrder {
	if f.big {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// structPacker is the state of pack.
//
// Owned by the keyspace goroutine.
type structPacker struct {
	*structFormat
	buf []byte
	arg int // the last argument that was read
}

func structPack(c *lua.Call) {
	p := &structPacker{structFormat: newStructFormat(c), arg: 1}
	for o, ok := p.next(); ok; o, ok = p.next() {
		p.grow(p.padding(o, len(p.buf)))
		p.option(o)
	}
	c.Return(lua.String(string(p.buf)))
}

// grow adds n zero bytes, and returns them.
func (p *structPacker) grow(n int) []byte {
	p.c.State.CheckSize(len(p.buf) + n)
	for range n {
		p.buf = append(p.buf, 0)
	}
	return p.buf[len(p.buf)-n:]
}

// option adds what an option stands for.
func (p *structPacker) option(o structOption) {
	switch o.letter {
	case 'b', 'B', 'h', 'H', 'l', 'L', 'T', 'i', 'I':
		putStructInt(p.grow(o.size), structUint(p.number()), p.big)
	case 'x':
		p.grow(1)
	case 'f':
		v := p.number()
		p.order().PutUint32(p.grow(4), math.Float32bits(float32(v)))
	case 'd':
		v := p.number()
		p.order().PutUint64(p.grow(8), math.Float64bits(v))
	case 'c':
		s := p.text()
		if o.size == 0 {
			o.size = len(s)
		}
		if len(s) < o.size {
			// Redis: b_pack has counted the argument already.
			p.c.ArgError(p.arg+1, "string too short")
		}
		p.add(s[:o.size])
	case 's':
		p.add(p.text())
		p.grow(1)
	default:
		p.control(o.letter)
	}
}

// add adds a text.
func (p *structPacker) add(s string) {
	p.c.State.CheckSize(len(p.buf) + len(s))
	p.c.State.Step(len(s) / bytesPerStep)
	p.buf = append(p.buf, s...)
}

// bytesPerStep is how many bytes that are copied make a step of work.
const bytesPerStep = 64

// number is the next argument, a number.
func (p *structPacker) number() float64 {
	p.arg++
	f, ok := p.c.Arg(p.arg).ToNumber()
	if !ok {
		p.wrong("number")
	}
	return f
}

// text is the next argument, a string.
func (p *structPacker) text() string {
	p.arg++
	s, ok := p.c.Arg(p.arg).ToString()
	if !ok {
		p.wrong("string")
	}
	return s
}

// wrong raises the error for the argument that was read last.
//
// Redis: b_pack puts a nil behind its arguments, so one that is missing is a nil.
func (p *structPacker) wrong(expected string) {
	got := p.c.Arg(p.arg).Kind()
	p.c.ArgError(p.arg, fmt.Sprintf("%s expected, got %s", expected, got))
}

// structUint is a number as C on x86-64 converts it to an integer of 64 bits: what is negative
// wraps around, and what is out of range is 0 or 2^63.
func structUint(f float64) uint64 {
	if f >= 1<<63 {
		return uint64(lua.ToInt(f-1<<63)) ^ 1<<63
	}
	return uint64(lua.ToInt(f))
}

// putStructInt writes an integer of any length.
//
// Redis: putinteger does not extend the sign beyond 64 bits.
func putStructInt(dst []byte, n uint64, big bool) {
	for i := range dst {
		at := i
		if big {
			at = len(dst) - 1 - i
		}
		dst[at] = byte(n)
		n >>= 8
	}
}

// structInt reads an integer of any length, of which the last 64 bits count.
//
// Redis: getinteger looks for the sign at the bit that the length says, modulo 64, and from there
// on sets all bits.
func structInt(src string, big, signed bool) float64 {
	n := uint64(0)
	for i := range len(src) { // bytes, not characters
		at := len(src) - 1 - i
		if big {
			at = i
		}
		n = n<<8 | uint64(src[at])
	}
	if !signed {
		return float64(n)
	}
	mask := ^uint64(0) << ((len(src)*8 - 1) & 63)
	if n&mask != 0 {
		n |= mask
	}
	return float64(int64(n))
}

// structUnpacker is the state of unpack.
//
// Owned by the keyspace goroutine.
type structUnpacker struct {
	*structFormat
	data    string
	at      int
	results []lua.Value
}

func structUnpack(c *lua.Call) {
	u := &structUnpacker{structFormat: newStructFormat(c), data: c.CheckString(2)}
	offset := c.OptInt(3, 1)
	if offset == 0 {
		c.ArgError(3, "offset must be 1 or greater")
	}
	from := offset - 1
	if offset < 0 {
		from = math.MaxInt // Redis: the offset is unsigned
	}
	u.at = from
	for o, ok := u.next(); ok; o, ok = u.next() {
		u.need(o.size, u.padding(o, u.at))
		checkSlots(c, c.Len()+len(u.results), 2, "too many results")
		u.option(o)
	}
	c.Return(append(u.results, lua.Int(offset+u.at-from))...)
}

// need skips padding, and raises an error if size bytes do not follow.
func (u *structUnpacker) need(size, padding int) {
	if u.at > len(u.data) || padding+size > len(u.data)-u.at {
		u.c.ArgError(2, "data string too short")
	}
	u.at += padding
}

// take is the next n bytes.
func (u *structUnpacker) take(n int) string {
	u.at += n
	return u.data[u.at-n : u.at]
}

func (u *structUnpacker) add(v lua.Value) { u.results = append(u.results, v) }

// option reads what an option stands for, for which there is room.
func (u *structUnpacker) option(o structOption) {
	switch o.letter {
	case 'b', 'h', 'l', 'i':
		u.add(lua.Number(structInt(u.take(o.size), u.big, true)))
	case 'B', 'H', 'L', 'T', 'I':
		u.add(lua.Number(structInt(u.take(o.size), u.big, false)))
	case 'x':
		u.at++
	case 'f':
		bits := u.order().Uint32([]byte(u.take(4)))
		u.add(lua.Number(float64(math.Float32frombits(bits))))
	case 'd':
		bits := u.order().Uint64([]byte(u.take(8)))
		u.add(lua.Number(math.Float64frombits(bits)))
	case 'c':
		if o.size == 0 {
			o.size = u.sizeBefore()
		}
		u.text(o.size)
	case 's':
		n := strings.IndexByte(u.data[u.at:], 0)
		if n < 0 {
			u.c.Errorf("unfinished string in data")
		}
		u.text(n)
		u.at++
	default:
		u.control(o.letter)
	}
}

// text reads a text of n bytes.
func (u *structUnpacker) text(n int) {
	u.c.State.Step(n / bytesPerStep)
	u.add(lua.String(strings.Clone(u.take(n))))
}

// sizeBefore takes the length of a text from the result before it.
func (u *structUnpacker) sizeBefore() int {
	last := len(u.results) - 1
	if last < 0 {
		u.noSize()
	}
	f, ok := u.results[last].ToNumber()
	if !ok {
		u.noSize()
	}
	u.results = u.results[:last]
	size := structUint(f)
	if size > uint64(len(u.data)-u.at) {
		u.c.ArgError(2, "data string too short")
	}
	return int(size)
}

func (u *structUnpacker) noSize() { u.c.Errorf("format 'c0' needs a previous size") }

func structSize(c *lua.Call) {
	f, size := newStructFormat(c), 0
	for o, ok := f.next(); ok; o, ok = f.next() {
		size += f.padding(o, size) + o.size
		switch {
		case o.letter == 's':
			c.ArgError(1, "option 's' has no fixed size")
		case o.letter == 'c' && o.size == 0:
			c.ArgError(1, "option 'c0' has no fixed size")
		case !isAlphanumeric(o.letter): // Redis: b_size counts letters that it does not know as 0
			f.control(o.letter)
		}
	}
	c.Return(lua.Int(size))
}

// isAlphanumeric is C's isalnum.
func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}
