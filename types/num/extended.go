package num

import (
	"math/big"
	"math/bits"
	"strconv"
)

// extended is a long double of moderate size, in machine words: mant * 2^exp, where the top bit of
// mant is set unless it is 0. All that it does is exact but for one rounding to the nearest, from
// the middle to even, as the processor does it.
type extended struct {
	neg  bool
	mant uint64
	exp  int
}

// uint128 is hi * 2^64 + lo.
type uint128 struct{ hi, lo uint64 }

const (
	// extendedDigits is how many digits a decimal literal may have: 10^38 is below 2^127, so that a
	// sum of two has an integral part of at most 128 bits.
	extendedDigits = 38

	// extendedPlaces is how many of them may stand behind the point: 10^19 is below 2^64.
	extendedPlaces = 19

	wordDigits = 19 // digits of which a uint64 holds all
)

// powersOf10 has those that fit into a uint64.
var powersOf10 = [...]uint64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
	1e17, 1e18, 1e19,
}

// parseExtended reads [sign] digits [ "." digits ], if these are not too many. ok is false for
// whatever else there is, be it a number or not.
func parseExtended(b []byte) (x extended, ok bool) {
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		x.neg = b[0] == '-'
		b = b[1:]
	}
	if len(b) == 0 || len(b) > extendedDigits+1 {
		return x, false
	}
	var words [2]uint64 // the first wordDigits digits, and the others
	var count [2]int
	places := -1
	for _, c := range b {
		d := c - '0'
		switch {
		case d <= 9:
			w := 0
			if count[0] == wordDigits {
				w = 1
			}
			words[w] = words[w]*10 + uint64(d)
			count[w]++
			if places >= 0 {
				places++
			}
		case c == '.' && places < 0:
			places = 0
		default:
			return x, false
		}
	}
	if places = max(places, 0); count[0] == 0 || count[1] > wordDigits || places > extendedPlaces {
		return x, false
	}
	var n uint128
	n.hi, n.lo = bits.Mul64(words[0], powersOf10[count[1]])
	var carry uint64
	n.lo, carry = bits.Add64(n.lo, words[1], 0)
	n.hi += carry
	x.mant, x.exp = divide(n, powersOf10[places])
	return x, true
}

// divide is n / d, rounded to 64 bits.
func divide(n uint128, d uint64) (mant uint64, exp int) {
	if n.hi == 0 && n.lo == 0 {
		return 0, 0
	}
	shift := n.leadingZeros()
	n = n.shiftLeft(shift)
	zeros := bits.LeadingZeros64(d)
	d <<= zeros
	// A division of three words by one, whose quotient is q2 q1 q0, q2 being 0 or 1.
	q2, rest := n.hi/d, n.hi%d
	q1, rest := bits.Div64(rest, n.lo, d)
	q0, rest := bits.Div64(rest, 0, d)
	sticky := rest != 0
	exp = zeros - shift - 64
	if q2 != 0 {
		sticky = sticky || q0&1 != 0
		q0 = q0>>1 | q1<<63
		q1 = q1>>1 | 1<<63
		exp++
	}
	return uint128{q1, q0}.round(exp, sticky)
}

func (n uint128) leadingZeros() int {
	if n.hi != 0 {
		return bits.LeadingZeros64(n.hi)
	}
	return 64 + bits.LeadingZeros64(n.lo)
}

// shiftLeft is n << s; s is below 128.
func (n uint128) shiftLeft(s int) uint128 {
	if s >= 64 {
		return uint128{n.lo << (s - 64), 0}
	}
	return uint128{n.hi<<s | n.lo>>(64-s), n.lo << s}
}

// shiftRight is n >> s, and whether a bit got lost.
func (n uint128) shiftRight(s int) (m uint128, lost bool) {
	switch {
	case s >= 128:
		return uint128{}, n.hi|n.lo != 0
	case s >= 64:
		m.lo = n.hi >> (s - 64)
		return m, n.lo != 0 || m.lo<<(s-64) != n.hi
	}
	m = uint128{n.hi >> s, n.hi<<(64-s) | n.lo>>s}
	return m, m.lo<<s != n.lo
}

// round is n * 2^exp in 64 bits. n is not 0; sticky says that there is a little more of it.
func (n uint128) round(exp int, sticky bool) (mant uint64, rounded int) {
	shift := n.leadingZeros()
	n = n.shiftLeft(shift)
	exp += 64 - shift
	const half = 1 << 63
	up := n.lo > half || n.lo == half && (sticky || n.hi&1 != 0)
	if !up {
		return n.hi, exp
	}
	if n.hi++; n.hi == 0 {
		return half, exp + 1
	}
	return n.hi, exp
}

// add is x + y.
func (x extended) add(y extended) extended {
	if x.mant == 0 || y.mant != 0 && y.exp > x.exp {
		x, y = y, x
	}
	if y.mant == 0 {
		return x
	}
	// Both as 128 bits in units of 2^(x.exp - 62), which leaves room for a carry.
	const guard = 62
	a := uint128{x.mant >> (64 - guard), x.mant << guard}
	b, sticky := uint128{y.mant >> (64 - guard), y.mant << guard}.shiftRight(x.exp - y.exp)
	sum := extended{neg: x.neg}
	var carry uint64
	var n uint128
	if x.neg == y.neg {
		n.lo, carry = bits.Add64(a.lo, b.lo, 0)
		n.hi, _ = bits.Add64(a.hi, b.hi, carry)
	} else {
		if b.hi > a.hi || b.hi == a.hi && b.lo > a.lo {
			a, b = b, a
			sum.neg = !sum.neg
		}
		if sticky { // b is a little more than it says: what is left is that much less
			carry = 1
		}
		n.lo, carry = bits.Sub64(a.lo, b.lo, carry)
		n.hi, _ = bits.Sub64(a.hi, b.hi, carry)
	}
	if n.hi|n.lo == 0 {
		return extended{}
	}
	sum.mant, sum.exp = n.round(x.exp-guard, sticky)
	return sum
}

// append appends x with at most 17 digits behind the point, the zeros at their end left out. It
// reports false, and has appended nothing, if the integral part has more than 128 bits.
func (x extended) append(dst []byte) (_ []byte, ok bool) {
	whole, fraction, ok := x.split()
	if !ok {
		return dst, false
	}
	if x.neg && (whole.hi|whole.lo|fraction) != 0 {
		dst = append(dst, '-')
	}
	dst = whole.appendDecimal(dst)
	if fraction == 0 {
		return dst, true
	}
	dst = append(dst, '.')
	places := longDoublePlaces
	for fraction%10 == 0 {
		fraction /= 10
		places--
	}
	return appendPadded(dst, fraction, places), true
}

// split is the integral part of x and its first 17 digits behind the point, rounded.
func (x extended) split() (whole uint128, fraction uint64, ok bool) {
	const scale = 1e17
	switch n := -x.exp; {
	case n <= 0:
		return uint128{0, x.mant}.shiftLeft(-n & 127), 0, -n <= 64
	case n < 64:
		whole.lo = x.mant >> n
		fraction = scaled(x.mant&(1<<n-1), scale, n)
	default:
		fraction = scaled(x.mant, scale, n)
	}
	if fraction == scale {
		whole.lo++ // from at most 2^63
		fraction = 0
	}
	return whole, fraction, true
}

// scaled is mant * scale / 2^n, rounded.
func scaled(mant, scale uint64, n int) uint64 {
	var p uint128
	p.hi, p.lo = bits.Mul64(mant, scale) // below 2^121
	if n > 122 {
		return 0 // less than the half of 1
	}
	q, _ := p.shiftRight(n)
	twice, low := p.shiftRight(n - 1)
	if twice.lo&1 != 0 && (low || q.lo&1 != 0) {
		return q.lo + 1
	}
	return q.lo
}

// appendDecimal appends n in digits.
func (n uint128) appendDecimal(dst []byte) []byte {
	const word = 1e19
	if n.hi == 0 {
		return strconv.AppendUint(dst, n.lo, 10)
	}
	quotient, low := bits.Div64(n.hi%word, n.lo, word)
	high, middle := bits.Div64(n.hi/word, quotient, word)
	if high == 0 {
		dst = strconv.AppendUint(dst, middle, 10)
	} else {
		dst = strconv.AppendUint(dst, high, 10)
		dst = appendPadded(dst, middle, wordDigits)
	}
	return appendPadded(dst, low, wordDigits)
}

// appendPadded appends so many digits of n.
func appendPadded(dst []byte, n uint64, digits int) []byte {
	var b [wordDigits]byte
	for i := digits - 1; i >= 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
	return append(dst, b[:digits]...)
}

// big is x as a big.Float.
func (x extended) big() *big.Float {
	f := new(big.Float).SetPrec(longDoubleBits).SetUint64(x.mant)
	f.SetMantExp(f, x.exp)
	if x.neg {
		f.Neg(f)
	}
	return f
}
