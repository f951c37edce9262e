package libm

import "math"

// tiny is from where on down the sine of x, and everything like it, is x.
const tiny = 0x1p-28

// invalid is what the processor answers where there is no answer: on x86-64 it has a sign.
func invalid() float64 { return math.Float64frombits(0xfff8 << 48) }

// missing is what glibc answers in other cases. math.NaN has another bit set.
func missing() float64 { return math.Float64frombits(0x7ff8 << 48) }

// Exp is C's exp.
func Exp(x float64) float64 {
	if !(x > -746 && x < 710) {
		return math.Exp(x)
	}
	m, k := exponential(dd{x, 0})
	return scaled(m, k)
}

// scaled is m * 2^k, rounded once even where a double has fewer bits.
func scaled(m dd, k int) float64 {
	const smallestNormal, shift = 0x1p-22, 1000
	high := math.Ldexp(m.hi, k+shift)
	if math.Abs(high) >= smallestNormal {
		return math.Ldexp(m.hi, k)
	}
	s := ddSum(smallestNormal, high) // its last bit is that of the smallest numbers
	rounded := s.hi + (s.lo + math.Ldexp(m.lo, k+shift))
	return math.Ldexp(rounded-smallestNormal, -shift)
}

// Log is C's log.
func Log(x float64) float64 {
	switch {
	case x > 0 && !math.IsInf(x, 1):
		return logarithm(x).hi
	case x < 0:
		return invalid()
	case x != x:
		return x
	}
	return math.Log(x)
}

// Log10 is C's log10, in fdlibm's way: the logarithm of the mantissa in base e, and that of 2 in
// base 10 in two parts.
func Log10(x float64) float64 {
	if x != x {
		return x
	}
	if !(x > 0) || math.IsInf(x, 1) {
		return math.Log10(x)
	}
	const log10Of2Hi, log10Of2Lo = 3.01029995663611771306e-01, 3.69423907715893078616e-13
	m, k := math.Frexp(x)
	m, k = 2*m, k-1
	if k < 0 { // a mantissa below 1, so that the parts do not cancel out
		m, k = m/2, k+1
	}
	low := float64(float64(k)*log10Of2Lo) + float64(math.Log10E*Log(m))
	return low + float64(float64(k)*log10Of2Hi)
}

// exactPowers is up to where a power is computed by multiplication, which is exact where the
// result has no more than 104 bits.
const exactPowers = 32

// Pow is C's pow.
func Pow(x, y float64) float64 {
	switch {
	case x == 1 || y == 0:
		return 1
	case x != x && math.Signbit(x) && isOdd(y):
		return -x
	case x != x || y != y:
		return firstNaN(x, y)
	case x == 0 || math.IsInf(x, 0) || math.IsInf(y, 0):
		return math.Pow(x, y)
	case x < 0 && y != math.Trunc(y):
		return invalid()
	}
	result := powPositive(math.Abs(x), y)
	if x < 0 && isOdd(y) {
		result = -result
	}
	return result
}

// isOdd reports whether a number is an odd integer.
func isOdd(y float64) bool { return math.Abs(math.Mod(y, 2)) == 1 }

// firstNaN is the first of two numbers that is none.
func firstNaN(x, y float64) float64 {
	if x != x {
		return x
	}
	return y
}

// powPositive is x^y of finite numbers, x above 0.
func powPositive(x, y float64) float64 {
	if y == math.Trunc(y) && math.Abs(y) <= exactPowers {
		p := multiplied(x, int(y)).hi
		if p > 0x1p-900 && p < 0x1p1000 { // not where bits are lost on the way
			return p
		}
	}
	l := logarithm(x)
	switch p := l.hi * y; {
	case p > 710:
		return math.Inf(1)
	case p < -746:
		return 0
	}
	return scaled(exponential(l.scale(y)))
}

// multiplied is x^n.
func multiplied(x float64, n int) dd {
	power := dd{1, 0}
	for range max(n, -n) {
		power = power.scale(x)
	}
	if n < 0 {
		power = dd{1, 0}.div(power)
	}
	return power
}

// Sin is C's sin.
func Sin(x float64) float64 {
	if !(math.Abs(x) > tiny) || math.IsInf(x, 0) {
		return orNaN(x)
	}
	s, _ := sinCos(x)
	return s.hi
}

// orNaN is x, if it is finite, and otherwise what C makes of it where a function has no value.
func orNaN(x float64) float64 {
	if math.IsInf(x, 0) {
		return invalid()
	}
	return x
}

// Cos is C's cos.
func Cos(x float64) float64 {
	if x != x || math.IsInf(x, 0) {
		return orNaN(x)
	}
	_, c := sinCos(x)
	return c.hi
}

// Tan is C's tan.
func Tan(x float64) float64 {
	if !(math.Abs(x) > tiny) || math.IsInf(x, 0) {
		return orNaN(x)
	}
	s, c := sinCos(x)
	return s.div(c).hi
}

// angle is the angle whose tangent is y/x, from a step of Newton's method. Neither is much larger
// than 1, nor both much smaller.
func angle(y, x dd) float64 {
	guess := math.Atan2(y.hi, x.hi)
	s, c := sinCos(guess)
	off := y.mul(c).add(x.mul(s).neg())
	rest := off.div(x.mul(c).add(y.mul(s)))
	return ddSum(guess, rest.hi).hi
}

// Atan is C's atan.
func Atan(x float64) float64 {
	if !(math.Abs(x) > tiny) || math.Abs(x) > 0x1p60 {
		return math.Atan(x)
	}
	if math.Abs(x) > 1 {
		return angle(dd{math.Copysign(1, x), 0}, dd{1, 0}.div(dd{math.Abs(x), 0}))
	}
	return angle(dd{x, 0}, dd{1, 0})
}

// Atan2 is C's atan2.
func Atan2(y, x float64) float64 {
	if x != x || y != y {
		return firstNaN(x, y)
	}
	if x == 0 || y == 0 || math.IsInf(x, 0) || math.IsInf(y, 0) {
		return math.Atan2(y, x)
	}
	_, k := math.Frexp(x)
	_, n := math.Frexp(y)
	if k-n > 60 && x > 0 {
		return y / x
	}
	if k-n > 60 || n-k > 60 {
		return math.Atan2(y, x)
	}
	k = max(k, n)
	return angle(dd{math.Ldexp(y, -k), 0}, dd{math.Ldexp(x, -k), 0})
}

// cofactor is the cosine of the angle whose sine is x, and the other way round.
func cofactor(x float64) dd { return ddSum(1, -x).mul(ddSum(1, x)).sqrt() }

// Asin is C's asin.
func Asin(x float64) float64 {
	switch a := math.Abs(x); {
	case a < tiny || x != x:
		return x
	case a < 1:
		return angle(dd{x, 0}, cofactor(x))
	case a == 1:
		return math.Copysign(math.Pi/2, x)
	}
	return missing()
}

// Acos is C's acos.
func Acos(x float64) float64 {
	switch a := math.Abs(x); {
	case x != x:
		return x
	case a < 1:
		return angle(cofactor(x), dd{x, 0})
	case x == 1:
		return 0
	case x == -1:
		return math.Pi
	}
	return missing()
}

// steep is from where on e^-x does not count beside e^x, and highest up to where e^x is finite.
const steep, highest = 22, 709.78

// Sinh is C's sinh.
func Sinh(x float64) float64 {
	half, a := math.Copysign(0.5, x), math.Abs(x)
	switch {
	case a < tiny || x != x || math.IsInf(x, 0):
		return x
	case a < 1:
		t := math.Expm1(a)
		return half * (2*t - t*t/(t+1))
	case a < steep:
		t := math.Expm1(a)
		return half * (t + t/(t+1))
	case a < highest:
		return half * Exp(a)
	}
	root := Exp(a / 2)
	return half * root * root
}

// Cosh is C's cosh.
func Cosh(x float64) float64 {
	a := math.Abs(x)
	switch {
	case x != x:
		return x
	case math.IsInf(x, 0):
		return a
	case a < math.Ln2/2:
		t := math.Expm1(a)
		return 1 + t*t/(2*(1+t))
	case a < steep:
		t := Exp(a)
		return t/2 + 0.5/t
	case a < highest:
		return Exp(a) / 2
	}
	root := Exp(a / 2)
	return root / 2 * root
}

// Tanh is C's tanh.
func Tanh(x float64) float64 {
	a := math.Abs(x)
	var t float64
	switch {
	case a < 0x1p-55 || x != x:
		return x
	case a >= steep:
		t = 1
	case a >= 1:
		t = 1 - 2/(math.Expm1(2*a)+2)
	default:
		t = math.Expm1(-2 * a)
		t = -t / (t + 2)
	}
	return math.Copysign(t, x)
}

// Fmod is C's fmod.
func Fmod(x, y float64) float64 {
	switch {
	case x != x || y != y:
		return firstNaN(x, y)
	case math.IsInf(x, 0) || y == 0:
		return invalid()
	}
	return math.Mod(x, y)
}
