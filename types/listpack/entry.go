package listpack

import (
	"encoding/binary"
	"math"

	"github.com/ringer-kv/ringer/types/num"
)

// A Value is what an entry is to hold. It borrows the string that it was made of.
type Value struct {
	s     []byte // nil when made of an integer
	n     int64
	isInt bool
}

// String makes a value of text, which is an integer if num.ParseInt takes it for one.
func String(s []byte) Value {
	if s == nil {
		s = []byte{}
	}
	n, isInt := num.ParseInt(s)
	return Value{s: s, n: n, isInt: isInt}
}

// Int makes a value of an integer.
func Int(n int64) Value {
	return Value{n: n, isInt: true}
}

// kind is the form of an entry.
type kind uint8

const (
	kindInvalid kind = iota
	kindInt7
	kindInt13
	kindInt16
	kindInt24
	kindInt32
	kindInt64
	kindString6
	kindString12
	kindString32
)

// First bytes, or their fixed high bits.
const (
	tagString6  = 0x80
	tagInt13    = 0xC0
	tagString12 = 0xE0
	tagString32 = 0xF0
	tagInt16    = 0xF1
	tagInt24    = 0xF2
	tagInt32    = 0xF3
	tagInt64    = 0xF4
)

// kindOf reads the form of an entry from its first byte.
func kindOf(c byte) kind {
	switch {
	case c < tagString6:
		return kindInt7
	case c < tagInt13:
		return kindString6
	case c < tagString12:
		return kindInt13
	case c < tagString32:
		return kindString12
	}
	switch c {
	case tagString32:
		return kindString32
	case tagInt16:
		return kindInt16
	case tagInt24:
		return kindInt24
	case tagInt32:
		return kindInt32
	case tagInt64:
		return kindInt64
	}
	return kindInvalid
}

// layouts gives for each kind the bytes of its header and, of an integer, those of its data.
var layouts = [...]struct{ header, data int }{
	kindInt7:     {1, 0},
	kindInt13:    {2, 0},
	kindInt16:    {1, 2},
	kindInt24:    {1, 3},
	kindInt32:    {1, 4},
	kindInt64:    {1, 8},
	kindString6:  {1, 0},
	kindString12: {2, 0},
	kindString32: {5, 0},
}

// data says where the data of the entry at pos starts, and its size.
func data(b []byte, pos int) (start, size int) {
	c := b[pos]
	k := kindOf(c)
	switch k {
	case kindString6:
		return pos + 1, int(c & 0x3F)
	case kindString12:
		return pos + 2, int(c&0x0F)<<8 | int(b[pos+1])
	case kindString32:
		return pos + 5, int(binary.LittleEndian.Uint32(b[pos+1:]))
	}
	return pos + layouts[k].header, layouts[k].data
}

// entryEnd is the offset behind the entry at pos. Most entries have one byte of header and one of
// backlen, and are told apart without leaving the caller's code.
func entryEnd(b []byte, pos int) int {
	c := b[pos]
	if c < tagString6 {
		return pos + 2
	}
	if c < tagInt13 {
		return pos + int(c&0x3F) + 2
	}
	return entryEndLong(b, pos)
}

// entryEndLong is entryEnd for all other forms.
func entryEndLong(b []byte, pos int) int {
	start, size := data(b, pos)
	end := start + size
	return end + backlenWidth(end-pos)
}

// form is the shortest form for v, and the length of header and data in it.
func (v *Value) form() (k kind, length int) {
	if !v.isInt {
		switch n := len(v.s); {
		case n < 1<<6:
			return kindString6, 1 + n
		case n < 1<<12:
			return kindString12, 2 + n
		default:
			return kindString32, 5 + n
		}
	}
	switch n := v.n; {
	case 0 <= n && n < 1<<7:
		k = kindInt7
	case -1<<12 <= n && n < 1<<12:
		k = kindInt13
	case math.MinInt16 <= n && n <= math.MaxInt16:
		k = kindInt16
	case -1<<23 <= n && n < 1<<23:
		k = kindInt24
	case math.MinInt32 <= n && n <= math.MaxInt32:
		k = kindInt32
	default:
		k = kindInt64
	}
	return k, layouts[k].header + layouts[k].data
}

// Size is what an entry with v takes.
func Size(v Value) int {
	_, length := v.form()
	return length + backlenWidth(length)
}

// SizeAt is what the entry at pos takes.
func SizeAt(b []byte, pos int) int {
	return entryEnd(b, pos) - pos
}

// put writes an entry with v at the start of b and gives its size.
func (v *Value) put(b []byte) int {
	k, length := v.form()
	u := uint64(v.n)
	switch k {
	case kindInt7:
		b[0] = byte(u)
	case kindInt13:
		b[0], b[1] = tagInt13|byte(u>>8)&0x1F, byte(u)
	case kindInt16:
		b[0] = tagInt16
		binary.LittleEndian.PutUint16(b[1:], uint16(u))
	case kindInt24:
		b[0], b[3] = tagInt24, byte(u>>16)
		binary.LittleEndian.PutUint16(b[1:], uint16(u))
	case kindInt32:
		b[0] = tagInt32
		binary.LittleEndian.PutUint32(b[1:], uint32(u))
	case kindInt64:
		b[0] = tagInt64
		binary.LittleEndian.PutUint64(b[1:], u)
	case kindString6:
		b[0] = tagString6 | byte(len(v.s))
		copy(b[1:], v.s)
	case kindString12:
		b[0], b[1] = tagString12|byte(len(v.s)>>8), byte(len(v.s))
		copy(b[2:], v.s)
	case kindString32:
		b[0] = tagString32
		binary.LittleEndian.PutUint32(b[1:], uint32(len(v.s)))
		copy(b[5:], v.s)
	}
	return length + putBacklen(b[length:], length)
}

// maxBacklenWidth is the width of the largest backlen: 5 groups of 7 bits hold 2^32+4.
const maxBacklenWidth = 5

// backlenWidth is the number of bytes that the backlen of an entry takes.
//
// Redis: lpEncodeBacklen has "l <= 127" for one byte, but "l < 16383" and so on for more, so a
// length whose bits are all ones takes a byte more than it would need.
func backlenWidth(length int) int {
	switch {
	case length < 1<<7:
		return 1
	case length < 1<<14-1:
		return 2
	case length < 1<<21-1:
		return 3
	case length < 1<<28-1:
		return 4
	}
	return maxBacklenWidth
}

// putBacklen writes a backlen at the start of b and gives its width.
func putBacklen(b []byte, length int) int {
	width := backlenWidth(length)
	for i := width - 1; i > 0; i-- {
		b[i] = byte(length) | 0x80
		length >>= 7
	}
	b[0] = byte(length)
	return width
}

// readBacklen reads the backlen that ends before end. The width counts the bytes read, which are
// at most 5 and never lie before the start of b.
func readBacklen(b []byte, end int) (length, width int) {
	for shift := 0; width < maxBacklenWidth && width < end; shift += 7 {
		width++
		c := b[end-width]
		length |= int(c&0x7F) << shift
		if c < 0x80 {
			break
		}
	}
	return length, width
}
