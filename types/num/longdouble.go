package num

import (
	"bytes"
	"math/big"
)

// LongDouble is a long double as C has it on x86: a float with a mantissa of 64 bits. Redis adds
// the increments of INCRBYFLOAT and HINCRBYFLOAT in it, so that 0.1 and 0.2 make 0.3. The zero
// value is 0.
//
// What is below the smallest normal number keeps all 64 bits here: that lies thousands of digits
// behind the last one that Append writes.
//
// It is an extended as a rule, and a big.Float where that would not do: of a literal that is long,
// or has an exponent.
type LongDouble struct {
	short extended
	f     *big.Float // nil: short has the value
}

// big is x as a big.Float, which may be changed.
func (x *LongDouble) big() *big.Float {
	if x.f == nil {
		return x.short.big()
	}
	return x.f
}

const (
	longDoubleBits = 64
	// Every number is below 2^longDoubleMaxExp. 2^longDoubleMinExp is half of the smallest one,
	// and rounds to 0.
	longDoubleMaxExp = 16384
	longDoubleMinExp = -16446
	// longDoubleDigits is the power of ten that is out of range for certain, either way.
	longDoubleDigits = 5000
	// longDoublePlaces is the number of digits behind the point. Redis: "%.17Lf".
	longDoublePlaces = 17
	// maxLongDoubleText is the longest text. Redis: MAX_LONG_DOUBLE_CHARS, with a NUL byte.
	maxLongDoubleText = 5*1024 - 1
)

// ParseLongDouble reads a number by the grammar of ParseFloat, rounded to the nearest long
// double. Infinity is one. Refused is what rounds to infinity or to 0 and is neither.
//
// Redis: string2ld.
func ParseLongDouble(b []byte) (x LongDouble, ok bool) {
	if x.short, ok = parseExtended(b); ok {
		return x, true
	}
	return parseLongDouble(b)
}

// parseLongDouble is ParseLongDouble for all that there is.
func parseLongDouble(b []byte) (x LongDouble, ok bool) {
	x.f = new(big.Float)
	if len(b) > maxLongDoubleText {
		return x, false
	}
	if _, v := parse(b); v == invalid {
		return x, false
	}
	digits, neg := b, b[0] == '-'
	if neg || b[0] == '+' {
		digits = b[1:]
	}
	switch {
	case digits[0]|0x20 == 'i':
		x.f.SetInf(false)
		ok = true
	case len(digits) > 1 && digits[1]|0x20 == 'x':
		ok = x.setHex(digits[2:])
	default:
		ok = x.setDecimal(digits)
	}
	if neg {
		x.f.Neg(x.f)
	}
	return x, ok
}

// setDecimal sets x to digits [ "." digits ] [ "e" exponent ].
func (x *LongDouble) setDecimal(b []byte) (ok bool) {
	l, _ := scanDecimal(b)
	x.f.SetPrec(longDoubleBits).SetUint64(l.mant)
	magnitude := int64(l.digits) + l.exp
	switch {
	case l.mant == 0:
		return true
	case magnitude > longDoubleDigits, magnitude < -longDoubleDigits:
		return false
	case !l.sticky && l.exp <= 0 && -l.exp <= maxDecimalDigits: // one exact division
		power := uint64(1)
		for range -l.exp {
			power *= 10
		}
		var divisor big.Float
		x.f.Quo(x.f, divisor.SetUint64(power))
		return true
	}
	n, exp := bigLiteral(b, 'e', 10)
	ten := big.NewInt(10)
	if exp >= 0 {
		x.f.SetInt(n.Mul(n, ten.Exp(ten, big.NewInt(exp), nil)))
	} else {
		ten.Exp(ten, big.NewInt(-exp), nil)
		x.f.SetRat(new(big.Rat).SetFrac(n, ten))
	}
	return x.inRange(x.f.Acc())
}

// setHex sets x to xdigits [ "." xdigits ] [ "p" exponent ].
func (x *LongDouble) setHex(b []byte) (ok bool) {
	n, exp := bigLiteral(b, 'p', 16)
	x.f.SetPrec(longDoubleBits).SetInt(n)
	if n.Sign() == 0 {
		return true
	}
	bits := int64(n.BitLen())
	if bits+exp > longDoubleMaxExp || bits+exp < longDoubleMinExp {
		return false
	}
	acc := x.f.Acc()
	x.f.SetMantExp(x.f, int(exp))
	return x.inRange(acc)
}

// bigLiteral reads a literal without a sign that parse has found valid: its digits as an integer,
// and the power of ten, or of two, to multiply it with. A decimal exponent saturates.
func bigLiteral(b []byte, mark byte, base int) (n *big.Int, exp int64) {
	isMark := func(r rune) bool { return r|0x20 == rune(mark) }
	if i := bytes.IndexFunc(b, isMark); i >= 0 {
		exp, _ = exponent(b[i+1:])
		b = b[:i]
	}
	before, behind, _ := bytes.Cut(b, []byte("."))
	n, _ = new(big.Int).SetString(string(before)+string(behind), base)
	places := int64(len(behind))
	if base == 16 {
		places *= 4
	}
	return n, exp - places
}

// inRange reports whether the positive x, which is exact or lies to that side of the number it was
// made of, is a long double.
func (x *LongDouble) inRange(side big.Accuracy) bool {
	exp := x.f.MantExp(nil) // x is in [2^(exp-1), 2^exp)
	if exp-1 == longDoubleMinExp && x.f.MinPrec() == 1 {
		return side == big.Below
	}
	return exp <= longDoubleMaxExp && exp-1 >= longDoubleMinExp
}

// Add adds y to x, correctly rounded. When the sum is infinite or NaN, it is not ok, and x is lost.
func (x *LongDouble) Add(y *LongDouble) (ok bool) {
	if x.f == nil && y.f == nil {
		x.short = x.short.add(y.short)
		return true
	}
	f, g := x.big(), y.big()
	if f.IsInf() || g.IsInf() {
		return false
	}
	f.SetPrec(longDoubleBits)
	x.f = f.Add(f, g)
	return f.MantExp(nil) <= longDoubleMaxExp
}

// Append appends x, which must be finite, with at most 17 digits behind the point and no zeros at
// their end; never with an exponent, so it can be long: up to 4933 digits. There is no "-0".
//
// Redis: ld2string with LD_STR_HUMAN.
func (x *LongDouble) Append(dst []byte) []byte {
	if x.f == nil {
		if longer, ok := x.short.append(dst); ok {
			return longer
		}
	}
	return appendLongDouble(dst, x.big())
}

// appendLongDouble is Append for all that there is.
func appendLongDouble(dst []byte, f *big.Float) []byte {
	from := len(dst)
	dst = f.Append(dst, 'f', longDoublePlaces)
	dst = bytes.TrimRight(dst, "0")
	dst = bytes.TrimSuffix(dst, []byte("."))
	if string(dst[from:]) == "-0" {
		dst = append(dst[:from], '0')
	}
	return dst
}
