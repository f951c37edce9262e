package lib

import (
	"math"

	"github.com/ringer-kv/ringer/keyspace/lua"
	"github.com/ringer-kv/ringer/types/libm"
)

// OpenMath makes the global table math; r is behind its random numbers.
func OpenMath(s *lua.State, r *Rand) {
	t := open(s, "math", []routine{
		{"abs", ofOne(math.Abs)},
		{"acos", ofOne(libm.Acos)},
		{"asin", ofOne(libm.Asin)},
		{"atan2", ofTwo(libm.Atan2)},
		{"atan", ofOne(libm.Atan)},
		{"ceil", ofOne(math.Ceil)},
		{"cosh", ofOne(libm.Cosh)},
		{"cos", ofOne(libm.Cos)},
		{"deg", ofOne(func(x float64) float64 { return x / (math.Pi / 180) })},
		{"exp", ofOne(libm.Exp)},
		{"floor", ofOne(math.Floor)},
		{"fmod", ofTwo(libm.Fmod)},
		{"frexp", mathFrexp},
		{"ldexp", mathLdexp},
		{"log10", ofOne(libm.Log10)},
		{"log", ofOne(libm.Log)},
		{"max", mathMax},
		{"min", mathMin},
		{"modf", mathModf},
		{"pow", ofTwo(libm.Pow)},
		{"rad", ofOne(func(x float64) float64 { return x * (math.Pi / 180) })},
		{"random", r.random},
		{"randomseed", r.randomseed},
		{"sinh", ofOne(libm.Sinh)},
		{"sin", ofOne(libm.Sin)},
		{"sqrt", ofOne(math.Sqrt)},
		{"tanh", ofOne(libm.Tanh)},
		{"tan", ofOne(libm.Tan)},
	})
	t.SetString("pi", lua.Number(math.Pi))
	t.SetString("huge", lua.Number(math.Inf(1)))
	t.SetString("mod", t.GetString("fmod"))
}

// ofOne is a function of a number.
func ofOne(f func(x float64) float64) lua.GoFunc {
	return func(c *lua.Call) { c.Return(lua.Number(f(c.CheckNumber(1)))) }
}

// ofTwo is a function of two numbers. Lua: the second one is checked first, as gcc evaluates the
// arguments of a C function from the last to the first.
func ofTwo(f func(x, y float64) float64) lua.GoFunc {
	return func(c *lua.Call) {
		y := c.CheckNumber(2)
		c.Return(lua.Number(f(c.CheckNumber(1), y)))
	}
}

func mathFrexp(c *lua.Call) {
	fraction, exponent := math.Frexp(c.CheckNumber(1))
	c.Return(lua.Number(fraction), lua.Int(exponent))
}

func mathLdexp(c *lua.Call) {
	exponent := c.CheckInt32(2)
	c.Return(lua.Number(math.Ldexp(c.CheckNumber(1), exponent)))
}

func mathModf(c *lua.Call) {
	x := c.CheckNumber(1)
	whole := math.Trunc(x)
	fraction := math.Copysign(x-whole, x)
	if math.IsInf(x, 0) {
		fraction = math.Copysign(0, x)
	}
	c.Return(lua.Number(whole), lua.Number(fraction))
}

func mathMax(c *lua.Call) {
	most := c.CheckNumber(1)
	for i := 2; i <= c.Len(); i++ {
		if x := c.CheckNumber(i); x > most {
			most = x
		}
	}
	c.Return(lua.Number(most))
}

func mathMin(c *lua.Call) {
	least := c.CheckNumber(1)
	for i := 2; i <= c.Len(); i++ {
		if x := c.CheckNumber(i); x < least {
			least = x
		}
	}
	c.Return(lua.Number(least))
}
