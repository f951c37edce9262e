package num

import (
	"bytes"
	"math"
	"math/big"
	"math/bits"
	"strconv"
)

// ParseFloat reads a double where a command takes one: a score, an increment. Refused are space
// anywhere, NaN, a finite literal that rounds to infinity, and one other than 0 that rounds to 0.
func ParseFloat(b []byte) (f float64, ok bool) {
	f, v := parse(b)
	return f, v == exact
}

// ParseFloatBound reads a bound of a score range, without its leading "(".
//
// Redis: zslParseRange checks nothing but that strtod stopped at a NUL byte. So the empty text
// is 0, leading space is skipped, what follows a NUL byte is ignored, and a literal beyond the
// range of a double is infinity or 0.
func ParseFloatBound(b []byte) (f float64, ok bool) {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	if len(b) == 0 {
		return 0, true
	}
	for len(b) > 0 && isSpace(b[0]) {
		b = b[1:]
	}
	f, v := parse(b)
	return f, v != invalid
}

// ParseWeight reads what SORT sorts by.
//
// Redis: sortCommandGeneric checks that strtod stopped at a NUL byte, and its errno. So the empty
// text is 0, leading space is skipped, what follows a NUL byte is ignored, and a literal that is
// beyond the range of a double, or loses digits as it is next to 0, is no number.
func ParseWeight(b []byte) (f float64, ok bool) {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	if len(b) == 0 {
		return 0, true
	}
	for len(b) > 0 && isSpace(b[0]) {
		b = b[1:]
	}
	f, v := parse(b)
	if v == exact && f != 0 && math.Abs(f) < leastNormal {
		return f, denotes(b, f)
	}
	return f, v == exact
}

// ScanFloat reads the longest literal that a short text begins with: a score of an old RDB file.
//
// Redis: rdbLoadDoubleValue asks sscanf for a "%lg". So leading space is skipped, what follows the
// literal is ignored, and a literal beyond the range of a double is infinity or 0. But sscanf never
// gives back what it has taken: "infi" has begun an "infinity" and "0x" a hexadecimal number, so
// neither is one.
func ScanFloat(b []byte) (f float64, ok bool) {
	for len(b) > 0 && isSpace(b[0]) {
		b = b[1:]
	}
	for n := len(b); n > 0; n-- {
		f, v := parse(b[:n])
		if v == invalid {
			continue
		}
		literal, rest := bytes.TrimLeft(b[:n], "+-"), b[n:]
		switch {
		case len(rest) == 0:
			return f, true
		case rest[0]|0x20 == 'i':
			return f, len(literal) != len("inf") || !math.IsInf(f, 0)
		case rest[0]|0x20 == 'x':
			return f, string(literal) != "0" || bytes.HasPrefix(rest[1:], []byte{'.'})
		}
		return f, true
	}
	return 0, false
}

// leastNormal is the least double with all its bits. What is smaller loses some, which C calls an
// underflow.
const leastNormal = 0x1p-1022

// longestDenormal is more than the number of digits that tell a double below leastNormal exactly.
const longestDenormal = 1200

// denotes reports whether a literal is the number f and not only near it.
func denotes(b []byte, f float64) bool {
	if len(b) > longestDenormal {
		return false
	}
	x, ok := new(big.Rat).SetString(string(b))
	return ok && x.Cmp(new(big.Rat).SetFloat64(f)) == 0
}

// verdict says what strtod would have said of a literal.
type verdict uint8

const (
	invalid    verdict = iota // not a literal from end to end
	exact                     // the nearest double
	outOfRange                // ERANGE: became infinity, or became 0 without being 0
)

// isSpace is C's isspace in the locale "C".
func isSpace(c byte) bool {
	return c == ' ' || '\t' <= c && c <= '\r'
}

// parse reads a whole strtod literal, NaN excepted.
func parse(b []byte) (float64, verdict) {
	neg := false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		neg = b[0] == '-'
		b = b[1:]
	}
	if len(b) == 0 {
		return 0, invalid
	}
	var f float64
	var v verdict
	switch {
	case b[0]|0x20 == 'i':
		f, v = parseInf(b)
	case len(b) > 1 && b[0] == '0' && b[1]|0x20 == 'x':
		f, v = parseHex(b[2:])
	default:
		f, v = parseDecimal(b)
	}
	if neg {
		f = -f
	}
	return f, v
}

func parseInf(b []byte) (float64, verdict) {
	const word = "infinity"
	if len(b) != len("inf") && len(b) != len(word) {
		return 0, invalid
	}
	for i, c := range b {
		if c|0x20 != word[i] {
			return 0, invalid
		}
	}
	return math.Inf(1), exact
}

// literal is a number as digits: mant * base^exp, and a little more when sticky.
type literal struct {
	mant   uint64
	exp    int64 // decimal: power of 10; hexadecimal: power of 2
	digits int   // significant digits in mant
	sticky bool  // a digit that is not 0 did not fit into mant
}

// Digits that are kept. 19 decimal digits are the most that always fit into a uint64; 15
// hexadecimal ones are at least 57 bits, more than a double's 53 and the bit that decides.
const (
	maxDecimalDigits = 19
	maxHexDigits     = 15
)

// maxExponent is where reading an exponent saturates: far beyond what the digits of the longest
// argument could make up for, far below overflow.
const maxExponent = 1 << 40

// exponent reads [sign] digits, all of b.
func exponent(b []byte) (e int64, ok bool) {
	neg := false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		neg = b[0] == '-'
		b = b[1:]
	}
	if len(b) == 0 {
		return 0, false
	}
	for _, c := range b {
		d := c - '0'
		if d > 9 {
			return 0, false
		}
		if e < maxExponent {
			e = e*10 + int64(d)
		}
	}
	if neg {
		e = -e
	}
	return e, true
}

// scanDecimal reads digits [ "." digits ] [ "e" exponent ], all of b.
func scanDecimal(b []byte) (l literal, ok bool) {
	point, any := false, false
	for i, c := range b {
		switch d := c - '0'; {
		case d <= 9:
			any = true
			l.addDecimal(d, point)
		case c == '.' && !point:
			point = true
		case c|0x20 == 'e' && any:
			e, ok := exponent(b[i+1:])
			l.exp += e
			return l, ok
		default:
			return l, false
		}
	}
	return l, any
}

// addDecimal takes the next digit, which stands behind the point or before it.
func (l *literal) addDecimal(d byte, point bool) {
	if l.digits == maxDecimalDigits {
		l.sticky = l.sticky || d != 0
		if !point {
			l.exp++
		}
		return
	}
	l.mant = l.mant*10 + uint64(d)
	if l.mant != 0 {
		l.digits++
	}
	if point {
		l.exp--
	}
}

// Powers of ten that a double holds exactly.
var exactPowers = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

const maxExactMant = 1 << 53 // every integer up to this is a double

func parseDecimal(b []byte) (float64, verdict) {
	l, ok := scanDecimal(b)
	if !ok {
		return 0, invalid
	}
	if l.mant == 0 {
		return 0, exact
	}
	if !l.sticky && l.mant <= maxExactMant {
		if 0 <= l.exp && l.exp < int64(len(exactPowers)) {
			return float64(l.mant) * exactPowers[l.exp], exact
		}
		if l.exp < 0 && -l.exp < int64(len(exactPowers)) {
			return float64(l.mant) / exactPowers[-l.exp], exact
		}
	}
	f := l.round()
	if l.sticky {
		above := l
		above.mant++
		if above.round() != f {
			// Allocates for the string; a value so close to the middle between two
			// doubles needs all of its digits.
			f, _ = strconv.ParseFloat(string(b), 64)
		}
	}
	return f, rangeOf(f)
}

// rangeOf is the verdict on a literal other than 0.
func rangeOf(f float64) verdict {
	if f == 0 || math.IsInf(f, 0) {
		return outOfRange
	}
	return exact
}

// round gives the double nearest to mant * 10^exp.
func (l *literal) round() float64 {
	// The value lies in [10^(magnitude-1), 10^magnitude). Doubles end at 1.8e308 and 4.9e-324;
	// deciding here keeps exponents short, and strconv from building an error.
	switch magnitude := int64(l.digits) + l.exp; {
	case magnitude > 309:
		return math.Inf(1)
	case magnitude < -330:
		return 0
	}
	var buf [32]byte
	text := strconv.AppendUint(buf[:0], l.mant, 10)
	text = append(text, 'e')
	text = strconv.AppendInt(text, l.exp, 10)
	f, _ := strconv.ParseFloat(string(text), 64) // at most 19+1+5 bytes: stays on the stack
	return f
}

// scanHex reads xdigits [ "." xdigits ] [ "p" exponent ], all of b.
func scanHex(b []byte) (l literal, ok bool) {
	point, any := false, false
	for i, c := range b {
		d, isDigit := hexDigit(c)
		switch {
		case isDigit:
			any = true
			l.addHex(d, point)
		case c == '.' && !point:
			point = true
		case c|0x20 == 'p' && any:
			e, ok := exponent(b[i+1:])
			l.exp += e
			return l, ok
		default:
			return l, false
		}
	}
	return l, any
}

func hexDigit(c byte) (d byte, ok bool) {
	if d = c - '0'; d <= 9 {
		return d, true
	}
	if d = c | 0x20 - 'a'; d <= 5 {
		return d + 10, true
	}
	return 0, false
}

// addHex takes the next digit, which stands behind the point or before it.
func (l *literal) addHex(d byte, point bool) {
	if l.digits == maxHexDigits {
		l.sticky = l.sticky || d != 0
		if !point {
			l.exp += 4
		}
		return
	}
	l.mant = l.mant<<4 | uint64(d)
	if l.mant != 0 {
		l.digits++
	}
	if point {
		l.exp -= 4
	}
}

func parseHex(b []byte) (float64, verdict) {
	l, ok := scanHex(b)
	if !ok {
		return 0, invalid
	}
	if l.mant == 0 {
		return 0, exact
	}
	if l.sticky {
		l.mant |= 1
	}
	// The value lies in [2^(magnitude-1), 2^magnitude). Doubles end at 2^1024 and 2^-1074.
	switch magnitude := int64(bits.Len64(l.mant)) + l.exp; {
	case magnitude > 1024:
		return math.Inf(1), outOfRange
	case magnitude < -1080:
		return 0, outOfRange
	}
	var buf [32]byte
	text := append(buf[:0], '0', 'x')
	text = strconv.AppendUint(text, l.mant, 16)
	text = append(text, 'p')
	text = strconv.AppendInt(text, l.exp, 10)
	f, _ := strconv.ParseFloat(string(text), 64) // at most 2+15+1+5 bytes
	return f, rangeOf(f)
}

// maxPlain bounds the integers that "%.17g" prints without an exponent.
const maxPlain = 1e17

// AppendFloat17 appends f as C's "%.17g" does: 17 significant digits, trailing zeros dropped,
// an exponent below 1e-4 and from 1e17 on. Infinities are inf and -inf, negative zero is -0.
func AppendFloat17(dst []byte, f float64) []byte {
	switch {
	case f != f && math.Signbit(f): // C: of x86-64's 0/0
		return append(dst, "-nan"...)
	case f != f:
		return append(dst, "nan"...)
	case f > math.MaxFloat64:
		return append(dst, "inf"...)
	case f < -math.MaxFloat64:
		return append(dst, "-inf"...)
	case f == 0 && math.Signbit(f):
		return append(dst, "-0"...)
	}
	if -maxPlain < f && f < maxPlain && f == float64(int64(f)) {
		return strconv.AppendInt(dst, int64(f), 10)
	}
	return strconv.AppendFloat(dst, f, 'g', 17, 64)
}

// AppendFixed17 appends a finite f as C's "%.17f" does, without the zeros at the end and the point
// if nothing is left behind it. There is no "-0".
//
// Redis: ld2string with LD_STR_HUMAN, of what was a double.
func AppendFixed17(dst []byte, f float64) []byte {
	from := len(dst)
	dst = strconv.AppendFloat(dst, f, 'f', longDoublePlaces, 64)
	dst = bytes.TrimSuffix(bytes.TrimRight(dst, "0"), []byte("."))
	if string(dst[from:]) == "-0" {
		dst = append(dst[:from], '0')
	}
	return dst
}

// FloatToInt gives the integer that f is, if it is one within half the range of an int64. The
// sign of a negative zero gets lost.
//
// Redis: double2ll, whose bounds are LLONG_MAX/2 as doubles, 2^62 included on both sides.
func FloatToInt(f float64) (n int64, ok bool) {
	if !(-1<<62 <= f && f <= 1<<62) {
		return 0, false
	}
	n = int64(f)
	return n, float64(n) == f
}

// AppendScore appends f as d2string writes it, the form that a listpack and an RDB file keep:
// an integer where FloatToInt gives one, "%.17g" otherwise.
func AppendScore(dst []byte, f float64) []byte {
	if n, ok := FloatToInt(f); ok && (n != 0 || !math.Signbit(f)) {
		return strconv.AppendInt(dst, n, 10)
	}
	return AppendFloat17(dst, f)
}
