package libm

import (
	"math"
	"math/big"
)

// Numbers of about 104 bits, from which libm.go rounds. As the exponents of both parts are
// those of doubles, numbers below 2^-900 lose some of these bits.

// dd is a number as the sum of two doubles, the second less than half an ulp of the first one.
type dd struct{ hi, lo float64 }

// ddSum is a + b and what rounding took from it. Knuth's TwoSum.
func ddSum(a, b float64) dd {
	s := a + b
	t := s - a
	return dd{s, (a - (s - t)) + (b - t)}
}

// ddProduct is a * b and what rounding took from it.
func ddProduct(a, b float64) dd {
	p := a * b
	return dd{p, math.FMA(a, b, -p)}
}

func (x dd) neg() dd { return dd{-x.hi, -x.lo} }

func (x dd) add(y dd) dd {
	s := ddSum(x.hi, y.hi)
	t := ddSum(x.lo, y.lo)
	s = ddSum(s.hi, s.lo+t.hi)
	return ddSum(s.hi, s.lo+t.lo)
}

func (x dd) mul(y dd) dd {
	p := ddProduct(x.hi, y.hi)
	return ddSum(p.hi, p.lo+math.FMA(x.hi, y.lo, x.lo*y.hi))
}

// scale is x times a double.
func (x dd) scale(f float64) dd {
	p := ddProduct(x.hi, f)
	return ddSum(p.hi, math.FMA(x.lo, f, p.lo))
}

// over is x divided by an integer.
func (x dd) over(n float64) dd {
	q := x.hi / n
	return ddSum(q, (math.FMA(-q, n, x.hi)+x.lo)/n)
}

func (x dd) div(y dd) dd {
	q := x.hi / y.hi
	r := x.add(y.scale(q).neg())
	return ddSum(q, (r.hi+r.lo)/(y.hi+y.lo))
}

// sqrt is the square root of a positive number.
func (x dd) sqrt() dd {
	root := math.Sqrt(x.hi)
	r := x.add(ddProduct(root, root).neg())
	return ddSum(root, r.hi/(2*root))
}

// parts is a constant as the sum of three doubles.
type parts [3]float64

var (
	ln2    = parts{0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56, 0x1.7b57a079a1934p-111}
	halfPi = parts{0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54, -0x1.f1976b7ed8fbcp-110}
)

// minus is x - k*c, for an integer k below 2^20.
func (x dd) minus(k float64, c *parts) dd {
	if k == 0 {
		return x
	}
	x = x.add(ddProduct(-k, c[0]))
	x = x.add(ddProduct(-k, c[1]))
	return x.add(dd{-k * c[2], 0})
}

// How e^x is computed: x is halved so many times, and the result squared as often; and how many
// terms of the power series it takes.
const (
	expHalvings = 6
	expTerms    = 14
)

// exponential is e^x as m * 2^k. x is no further from 0 than 2^19.
func exponential(x dd) (m dd, k int) {
	n := math.RoundToEven(x.hi / math.Ln2)
	r := x.minus(n, &ln2).scale(1.0 / (1 << expHalvings))
	m = dd{1, 0}
	for i := expTerms; i > 0; i-- { // Horner's rule over the power series
		m = m.mul(r).over(float64(i)).add(dd{1, 0})
	}
	for range expHalvings {
		m = m.mul(m)
	}
	return m, int(n)
}

// logarithm is the natural logarithm of a positive finite number.
func logarithm(x float64) dd {
	m, k := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m *= 2
		k--
	}
	var l dd
	if f := m - 1; math.Abs(f) < 1.0/256 {
		l = logarithmNear1(f)
	} else { // a step of Newton's method, which doubles the digits
		guess := math.Log(m)
		e, n := exponential(dd{-guess, 0})
		t := e.scale(math.Ldexp(m, n)).add(dd{-1, 0})
		l = ddSum(guess, t.hi).add(dd{t.lo - t.hi*t.hi/2, 0})
	}
	e := ddProduct(float64(k), ln2[0]).add(ddProduct(float64(k), ln2[1]))
	return e.add(l)
}

// logarithmNear1 is the logarithm of 1 + f, from its power series.
func logarithmNear1(f float64) dd {
	l := dd{0, 0}
	for i := 14.0; i > 0; i-- {
		l = dd{1, 0}.over(i).add(l.scale(-f))
	}
	return l.scale(f)
}

// sinCos is the sine and the cosine of an angle.
func sinCos(x float64) (s, c dd) {
	r, quadrant := reduceAngle(x)
	r2 := r.mul(r)
	s, c = dd{1, 0}, dd{1, 0}
	for i := 27.0; i > 1; i -= 2 { // Horner's rule over the power series
		s = r2.mul(s).over(-i * (i - 1)).add(dd{1, 0})
		c = r2.mul(c).over(-(i - 1) * (i - 2)).add(dd{1, 0})
	}
	s = s.mul(r)
	switch quadrant {
	case 1:
		return c, s.neg()
	case 2:
		return s.neg(), c.neg()
	case 3:
		return c.neg(), s
	}
	return s, c
}

// manyTurns is from where on three doubles are not enough of pi.
const manyTurns = 1 << 17

// reduceAngle is an angle less a multiple of a right one, and that multiple modulo 4.
func reduceAngle(x float64) (r dd, quadrant int) {
	if math.Abs(x) >= manyTurns {
		return reduceManyTurns(x)
	}
	k := math.RoundToEven(x / (math.Pi / 2))
	return dd{x, 0}.minus(k, &halfPi), int(k) & 3
}

// halfPiBits is half of pi with 1280 bits behind the point: more than the 1024 of the largest
// double and the 170 that may be zeros in a remainder and that it should have.
const halfPiBits = "1921fb54442d18469898cc51701b839a252049c1114cf98e804177d4c76273644a29410f" +
	"31c6809bbdf2a33679a748636605614dbe4be286e9fc26adadaa3848bc90b6aecc4bcfd8de89885d" +
	"34c6fdad617feb96de80d6fdbdc70d7f6b5133f4b5d3e4822f8963fcc9250cca3d9c8b67b8400f97" +
	"142c77e0b31b4906c38aba734d22c7f51fa499ebf06caba47b9475b2c38c5e6ac410aa5773daa520" +
	"ee12d2cda"

const halfPiScale = 1280

// reduceManyTurns is reduceAngle in integers, for which the angle is one.
func reduceManyTurns(x float64) (r dd, quadrant int) {
	quarter, _ := new(big.Int).SetString(halfPiBits, 16)
	angle, _ := new(big.Float).SetMantExp(big.NewFloat(math.Abs(x)), halfPiScale).Int(nil)
	turns, rest := new(big.Int).QuoRem(angle, quarter, new(big.Int))
	quadrant = int(turns.Int64() & 3)
	if new(big.Int).Lsh(rest, 1).Cmp(quarter) > 0 {
		rest.Sub(rest, quarter)
		quadrant++
	}
	f := new(big.Float).SetInt(rest)
	f.SetMantExp(f, -halfPiScale)
	r.hi, _ = f.Float64()
	r.lo, _ = f.Sub(f, big.NewFloat(r.hi)).Float64()
	if x < 0 {
		r, quadrant = r.neg(), -quadrant
	}
	return r, quadrant & 3
}
