package listpack

import (
	"encoding/binary"
	"errors"
)

// ErrCorrupt says that bytes are not a listpack.
var ErrCorrupt = errors.New("listpack: corrupt")

// Validate says whether b is a listpack through and through: I1 to I4. It reads nothing outside b
// whatever b holds, and after it no other function does. O(len(b)).
func Validate(b []byte) error {
	if len(b) < EmptySize || TotalBytes(b) != len(b) || b[len(b)-1] != terminator {
		return ErrCorrupt // I1
	}
	count, pos, end := 0, headerSize, len(b)-1
	for pos < end {
		next, ok := validEntry(b[:end], pos)
		if !ok {
			return ErrCorrupt // I2, I3
		}
		pos = next
		count++
	}
	if n := headerCount(b); n != unknownCount && n != count {
		return ErrCorrupt // I4
	}
	return nil
}

// validEntry says whether an entry at pos lies within b, and where the next one starts.
func validEntry(b []byte, pos int) (next int, ok bool) {
	rest := len(b) - pos
	k := kindOf(b[pos])
	if k == kindInvalid || layouts[k].header > rest {
		return 0, false
	}
	length := int64(layouts[k].header + layouts[k].data)
	switch k {
	case kindString6:
		length += int64(b[pos] & 0x3F)
	case kindString12:
		length += int64(b[pos]&0x0F)<<8 | int64(b[pos+1])
	case kindString32:
		length += int64(binary.LittleEndian.Uint32(b[pos+1:]))
	}
	if length >= int64(rest) {
		return 0, false // not even one byte of backlen
	}
	width := backlenWidth(int(length))
	if int(length)+width > rest {
		return 0, false
	}
	next = pos + int(length) + width
	gotLength, gotWidth := readBacklen(b, next)
	return next, gotLength == int(length) && gotWidth == width
}
