package geohash

import "math"

// The sine, cosine and arc sine in this file are those of a double, rounded correctly: computed to
// about 68 bits, so that the nearest double is missed once in 30,000 times. Those of package math
// miss it every few times, and C's once in a thousand.

// dd is a number as the sum of two doubles, the second less than half an ulp of the first one.
type dd struct{ hi, lo float64 }

// sum is a + b and what rounding took from it. Knuth's TwoSum.
func sum(a, b float64) dd {
	s := a + b
	t := s - a
	return dd{s, (a - (s - t)) + (b - t)}
}

// product is a * b and what rounding took from it.
func product(a, b float64) dd {
	p := a * b
	return dd{p, math.FMA(a, b, -p)}
}

func (x dd) add(y dd) dd {
	s := sum(x.hi, y.hi)
	return sum(s.hi, s.lo+(x.lo+y.lo))
}

func (x dd) mul(y dd) dd {
	p := product(x.hi, y.hi)
	return sum(p.hi, p.lo+math.FMA(x.hi, y.lo, float64(x.lo*y.hi)))
}

// div is x / n for a small integer n.
func (x dd) div(n float64) dd {
	q := x.hi / n
	return sum(q, (math.FMA(-q, n, x.hi)+x.lo)/n)
}

// The table has the sine and cosine of every 64th part of 1 up to a bit more than a right angle.
const (
	tableStep = 1.0 / 64
	tableSize = 102
)

// sinCos is a sine and the cosine of the same angle.
type sinCos struct{ sin, cos dd }

// table is computed once, from the power series.
var table = makeTable() //tidy:table constants that are longer than the way to compute them

func makeTable() (t [tableSize]sinCos) {
	for k := range t {
		x := dd{float64(k) * tableStep, 0}
		power := dd{1, 0} // x^n / n!
		for n := 1.0; power.hi > 0x1p-120; n++ {
			switch int(n-1) % 4 {
			case 0:
				t[k].cos = t[k].cos.add(power)
			case 1:
				t[k].sin = t[k].sin.add(power)
			case 2:
				t[k].cos = t[k].cos.add(dd{-power.hi, -power.lo})
			case 3:
				t[k].sin = t[k].sin.add(dd{-power.hi, -power.lo})
			}
			power = power.mul(x).div(n)
		}
	}
	return t
}

// reduce finds the angle of the table next to x, which is from 0 to a right one, and tells of what
// is left, r: r itself, sin(r) - r, and cos(r) - 1 in two parts. The low part of x is not in r.
func reduce(x float64) (base *sinCos, r, sinR, cosHi, cosLo float64) {
	k := int(x/tableStep + 0.5)
	r = x - float64(k)*tableStep
	r2 := r * r
	sinR = r * r2 * (-1.0/6 + r2*(1.0/120-r2*(1.0/5040)))
	cosHi = -0.5 * r2
	cosLo = -0.5*math.FMA(r, r, -r2) + r2*r2*(1.0/24-r2*(1.0/720-r2*(1.0/40320)))
	return &table[k], r, sinR, cosHi, cosLo
}

// sinOf is the sine of x, from 0 to a right angle: sin b cos r + cos b sin r, summed up from the
// greatest term to the smallest. slope is its cosine, as a double.
func sinOf(x dd) (sine dd, slope float64) {
	b, r, sinR, cosHi, cosLo := reduce(x.hi)
	p, q := b.cos.hi*r, b.sin.hi*cosHi
	pLo, qLo := math.FMA(b.cos.hi, r, -p), math.FMA(b.sin.hi, cosHi, -q)
	t := sum(b.sin.hi, p)
	u := sum(t.hi, q)
	slope = b.cos.hi + (b.cos.hi*cosHi - b.sin.hi*(r+sinR))
	small := b.sin.hi*cosLo + b.cos.hi*sinR + (b.sin.lo + b.cos.lo*r + slope*x.lo)
	return sum(u.hi, t.lo+u.lo+(pLo+qLo+small)), slope
}

// cosOf is the cosine of x, from 0 to 1.5: cos b cos r - sin b sin r.
func cosOf(x float64) float64 {
	b, r, sinR, cosHi, cosLo := reduce(x)
	p, q := -b.sin.hi*r, b.cos.hi*cosHi
	pLo, qLo := math.FMA(-b.sin.hi, r, -p), math.FMA(b.cos.hi, cosHi, -q)
	t := sum(b.cos.hi, p)
	u := sum(t.hi, q)
	small := b.cos.hi*cosLo - b.sin.hi*sinR + (b.cos.lo - b.sin.lo*r)
	return u.hi + (t.lo + u.lo + (pLo + qLo + small))
}

// pi has 107 bits.
var pi = dd{math.Pi, 1.2246467991473532e-16} //tidy:table two constants

// sin is the sine of x, from -pi to pi.
func sin(x float64) float64 {
	y := dd{math.Abs(x), 0}
	if y.hi > math.Pi/2 {
		y = sum(pi.hi-y.hi, pi.lo)
	}
	sine, _ := sinOf(y)
	return math.Copysign(sine.hi, x)
}

// cos is the cosine of x, from -1.5 to 1.5.
func cos(x float64) float64 { return cosOf(math.Abs(x)) }

// asin is the arc sine of x, from 0 to 1. Where the sine is flat, it is computed from the half of
// the angle that is left to a right one.
func asin(x float64) float64 {
	if x <= 0.7 {
		y := asinNear(dd{x, 0})
		return y.hi + y.lo
	}
	half := (1 - x) / 2
	if !(half > 0) {
		return math.Asin(x)
	}
	root := math.Sqrt(half)
	y := asinNear(dd{root, math.FMA(-root, root, half) / (2 * root)})
	rest := sum(pi.hi/2, -2*y.hi)
	return rest.hi + (rest.lo + (pi.lo/2 - 2*y.lo))
}

// asinNear is the arc sine of x, from 0 to 0.7: a step of Newton's method, which doubles the
// digits, from a value that need not have more than ten.
func asinNear(x dd) dd {
	y := 0.0
	if x.hi < 0.125 {
		x2 := x.hi * x.hi
		y = x.hi + x.hi*x2*(1.0/6+x2*(3.0/40+x2*(5.0/112+x2*(35.0/1152))))
	} else {
		y = math.Asin(x.hi)
	}
	s, slope := sinOf(dd{y, 0})
	return dd{y, ((x.hi - s.hi) - s.lo + x.lo) / slope}
}
