package listpack

import (
	"bytes"
	"encoding/binary"

	"github.com/ringer-kv/ringer/types/num"
)

const (
	headerSize   = 6
	terminator   = 0xFF
	unknownCount = 1<<16 - 1 // the count doesn't fit: walk

	// EmptySize is the size of a listpack without entries.
	EmptySize = headerSize + 1

	// MaxBytes is the size up to which a listpack may grow.
	//
	// Redis: LISTPACK_MAX_SAFETY_LIMIT.
	MaxBytes = 1 << 30
)

// New appends an empty listpack to dst, which is empty. With a dst of enough capacity nothing is
// allocated.
func New(dst []byte) []byte {
	return append(dst, EmptySize, 0, 0, 0, 0, 0, terminator)
}

// TotalBytes reads the length of the listpack at the start of b, which may be longer.
func TotalBytes(b []byte) int {
	return int(binary.LittleEndian.Uint32(b))
}

// Len is the number of entries. O(1) below 65535 entries, O(n) from there on.
func Len(b []byte) int {
	if n := headerCount(b); n != unknownCount {
		return n
	}
	n := 0
	for pos := First(b); pos != 0; pos = Next(b, pos) {
		n++
	}
	return n
}

func headerCount(b []byte) int {
	return int(binary.LittleEndian.Uint16(b[4:]))
}

// setHeader writes the total of b and adds to its count.
func setHeader(b []byte, added int) {
	binary.LittleEndian.PutUint32(b, uint32(len(b)))
	n := headerCount(b)
	if n == unknownCount {
		return // Redis: lpInsert and lpDeleteRange leave it so
	}
	binary.LittleEndian.PutUint16(b[4:], uint16(min(n+added, unknownCount)))
}

// First is the position of the first entry, 0 if there is none.
func First(b []byte) int {
	return orNone(b, headerSize)
}

// Last is the position of the last entry, 0 if there is none.
func Last(b []byte) int {
	return Prev(b, len(b)-1)
}

// Next is the position behind the entry at pos, 0 if that is the last one.
func Next(b []byte, pos int) int {
	return orNone(b, entryEnd(b, pos))
}

// Prev is the position before pos, 0 if the entry at pos is the first one. pos may be that of
// the terminator.
func Prev(b []byte, pos int) int {
	if pos == headerSize {
		return 0
	}
	length, width := readBacklen(b, pos)
	return pos - length - width
}

// orNone turns the position of the terminator into 0.
func orNone(b []byte, pos int) int {
	if b[pos] == terminator {
		return 0
	}
	return pos
}

// Seek is the position of an entry by its index, counted from the last one, -1, if negative; 0
// if there is none. O(n), from the nearer end.
func Seek(b []byte, index int) int {
	if n := headerCount(b); n != unknownCount {
		if index < -n || index >= n {
			return 0
		}
		if index >= n/2 {
			index -= n
		} else if index < -n/2 {
			index += n
		}
	}
	if index < 0 {
		pos := Last(b)
		for ; index < -1 && pos != 0; index++ {
			pos = Prev(b, pos)
		}
		return pos
	}
	pos := First(b)
	for ; index > 0 && pos != 0; index-- {
		pos = Next(b, pos)
	}
	return pos
}

// Get reads the entry at pos: an integer n, or a string s that is a part of b.
func Get(b []byte, pos int) (s []byte, n int64, isInt bool) {
	start, size := data(b, pos)
	d := b[start : start+size]
	c := b[pos]
	switch kindOf(c) {
	case kindInt7:
		return nil, int64(c), true
	case kindInt13:
		return nil, int64(c&0x1F)<<59>>51 | int64(b[pos+1]), true
	case kindInt16:
		return nil, int64(int16(binary.LittleEndian.Uint16(d))), true
	case kindInt24:
		return nil, int64(int8(d[2]))<<16 | int64(binary.LittleEndian.Uint16(d)), true
	case kindInt32:
		return nil, int64(int32(binary.LittleEndian.Uint32(d))), true
	case kindInt64:
		return nil, int64(binary.LittleEndian.Uint64(d)), true
	}
	return d, 0, false
}

// Bytes reads the entry at pos as text: a part of b if it is a string, or digits in scratch if it
// is an integer. A scratch with a capacity of 20 or more is not reallocated.
func Bytes(b []byte, pos int, scratch []byte) []byte {
	s, n, isInt := Get(b, pos)
	if isInt {
		return num.AppendInt(scratch[:0], n)
	}
	return s
}

// Equal says whether the entry at pos holds v.
func Equal(b []byte, pos int, v Value) bool {
	if n := int(b[pos]) - tagString6; 0 <= n && n < 1<<6 && n != len(v.s) {
		return false // a short string of another length
	}
	s, n, isInt := Get(b, pos)
	if isInt {
		return v.isInt && n == v.n
	}
	return v.s != nil && bytes.Equal(s, v.s)
}

// Find is the first position from pos on whose entry holds v, 0 if there is none. It compares
// one entry, then passes over skip: with skip 1, every other entry counts. O(n).
func Find(b []byte, pos int, v Value, skip int) int {
	if pos == 0 {
		return 0
	}
	for b[pos] != terminator {
		if Equal(b, pos, v) {
			return pos
		}
		for i := 0; i <= skip && b[pos] != terminator; i++ {
			pos = entryEnd(b, pos)
		}
	}
	return 0
}
