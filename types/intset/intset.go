package intset

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
)

const (
	// EmptySize is the size of a set without members: the header.
	EmptySize = 8

	// MaxLen is the number of members up to which a set may grow. Redis: intsetMaxEntries's bound,
	// which keeps the size of the block within 32 bits.
	MaxLen = 1 << 30
)

// ErrCorrupt says that bytes are not a set of integers.
var ErrCorrupt = errors.New("intset: corrupt")

// New appends an empty set to dst, which is empty. With a dst of enough capacity nothing is
// allocated.
func New(dst []byte) []byte {
	return append(dst, 2, 0, 0, 0, 0, 0, 0, 0)
}

// Len is the number of members.
func Len(b []byte) int { return int(binary.LittleEndian.Uint32(b[4:])) }

// width is the number of bytes of each member.
func width(b []byte) int { return int(binary.LittleEndian.Uint32(b)) }

// TotalBytes reads the length of the set at the start of b, which may be longer, or be the
// header alone.
func TotalBytes(b []byte) int { return EmptySize + Len(b)*width(b) }

// widthOf is the number of bytes that n needs.
func widthOf(n int64) int {
	switch {
	case math.MinInt16 <= n && n <= math.MaxInt16:
		return 2
	case math.MinInt32 <= n && n <= math.MaxInt32:
		return 4
	}
	return 8
}

// At is the member at an index, which must be below Len.
func At(b []byte, i int) int64 { return get(b, i, width(b)) }

// get reads member i of an array of the given width.
func get(b []byte, i, width int) int64 {
	at := EmptySize + i*width
	switch width {
	case 2:
		return int64(int16(binary.LittleEndian.Uint16(b[at:])))
	case 4:
		return int64(int32(binary.LittleEndian.Uint32(b[at:])))
	}
	return int64(binary.LittleEndian.Uint64(b[at:]))
}

// put writes member i of an array of the given width.
func put(b []byte, i, width int, n int64) {
	at := EmptySize + i*width
	switch width {
	case 2:
		binary.LittleEndian.PutUint16(b[at:], uint16(n))
	case 4:
		binary.LittleEndian.PutUint32(b[at:], uint32(n))
	default:
		binary.LittleEndian.PutUint64(b[at:], uint64(n))
	}
}

// Find is the index of n, or the one that it would have, and whether it is a member. O(log n).
func Find(b []byte, n int64) (i int, ok bool) {
	w := width(b)
	low, high := 0, Len(b)
	for low < high {
		mid := int(uint(low+high) / 2)
		if get(b, mid, w) < n {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low, low < Len(b) && get(b, low, w) == n
}

// Grown is the length of the set after an Add of n, if that is no member yet.
func Grown(b []byte, n int64) int {
	return EmptySize + (Len(b)+1)*max(width(b), widthOf(n))
}

// Add makes n a member. It returns the longer set, in the same block where its capacity allows,
// and false if n was a member already. O(n).
func Add(b []byte, n int64) ([]byte, bool) {
	i, found := Find(b, n)
	if found {
		return b, false
	}
	length, count := len(b), Len(b)
	b = slices.Grow(b, Grown(b, n)-length)[:Grown(b, n)]
	w := width(b)
	if wide := widthOf(n); wide > w {
		widen(b, w, wide, i)
	} else {
		at := EmptySize + i*w
		copy(b[at+w:], b[at:length])
	}
	put(b, i, width(b), n)
	binary.LittleEndian.PutUint32(b[4:], uint32(count+1))
	return b, true
}

// widen rewrites the members in a greater width and leaves out index gap, from the last one
// backwards: none is overwritten before it has been read.
func widen(b []byte, from, to, gap int) {
	for i := Len(b) - 1; i >= 0; i-- {
		j := i
		if i >= gap {
			j++
		}
		put(b, j, to, get(b, i, from))
	}
	binary.LittleEndian.PutUint32(b, uint32(to))
}

// Remove takes n out, and returns false if it is no member. O(n).
func Remove(b []byte, n int64) ([]byte, bool) {
	i, found := Find(b, n)
	if !found {
		return b, false
	}
	w := width(b)
	at := EmptySize + i*w
	copy(b[at:], b[at+w:])
	binary.LittleEndian.PutUint32(b[4:], uint32(Len(b)-1))
	return b[:len(b)-w], true
}

// Validate says whether b is a set through and through: I1 and I2. It reads nothing outside b
// whatever b holds, and after it no other function does. O(len(b)).
func Validate(b []byte) error {
	if len(b) < EmptySize {
		return ErrCorrupt
	}
	w, count := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])
	if w != 2 && w != 4 && w != 8 || uint64(count)*uint64(w) != uint64(len(b)-EmptySize) {
		return ErrCorrupt // I1
	}
	for i := 1; i < int(count); i++ {
		if At(b, i-1) >= At(b, i) {
			return ErrCorrupt // I2
		}
	}
	return nil
}
