package num

import (
	"math"
	"strconv"
)

// maxIntLen is the length of the longest integer: 19 digits and a sign.
const maxIntLen = 20

// ParseInt reads an integer in its only canonical form: "0", or an optional minus sign and
// digits of which the first is not 0. No plus sign, no space, no leading zero, no "-0". So
// AppendInt gives back the same bytes, which the compact encodings rely on.
func ParseInt(b []byte) (n int64, ok bool) {
	if len(b) == 0 || len(b) > maxIntLen {
		return 0, false
	}
	digits, neg := b, b[0] == '-'
	if neg {
		digits = b[1:]
	}
	if len(digits) == 0 || len(digits) > maxIntLen-1 {
		return 0, false
	}
	if digits[0] == '0' {
		return 0, len(b) == 1
	}
	var u uint64 // 19 digits stay below 2^64
	for _, c := range digits {
		d := c - '0'
		if d > 9 {
			return 0, false
		}
		u = u*10 + uint64(d)
	}
	if neg {
		return -int64(u), u <= -math.MinInt64
	}
	return int64(u), u <= math.MaxInt64
}

// Atoi is C's, where Redis asks no more of a text: the integer that it begins with, behind spaces
// and a sign, 0 if there is none, and of one too large for 64 bits the largest, in 32 bits.
func Atoi(b []byte) int {
	for len(b) > 0 && isSpace(b[0]) {
		b = b[1:]
	}
	neg := len(b) > 0 && b[0] == '-'
	if neg || len(b) > 0 && b[0] == '+' {
		b = b[1:]
	}
	most := uint64(math.MaxInt64)
	if neg {
		most++
	}
	u := uint64(0)
	for ; len(b) > 0 && b[0] >= '0' && b[0] <= '9'; b = b[1:] {
		d := uint64(b[0] - '0')
		if u > (most-d)/10 {
			u = most
			break
		}
		u = u*10 + d
	}
	if neg {
		u = -u
	}
	return int(int32(u))
}

// AppendInt appends n in decimal.
func AppendInt(dst []byte, n int64) []byte {
	return strconv.AppendInt(dst, n, 10)
}
