package lua

import (
	"fmt"
	"math"
)

// GoFunc is a function of a library. It reads its arguments from c and hands its results to
// Return; an error ends it by a panic, which Call's methods raise and nothing in it may recover.
type GoFunc func(c *Call)

// Call is one call of a Go function: its arguments, which are counted from 1 as in Lua, and its
// results. It is valid until the function returns.
//
// Owned by the keyspace goroutine.
type Call struct {
	State   *State
	thread  *Thread
	args    []Value
	results []Value
}

// Len is the number of arguments.
func (c *Call) Len() int { return len(c.args) }

// Arg is argument i, nil if there are fewer.
func (c *Call) Arg(i int) Value {
	if i > len(c.args) {
		return Nil
	}
	return c.args[i-1]
}

// Args are all arguments. They are valid until the function returns.
func (c *Call) Args() []Value { return c.args }

// IsNone reports whether there are fewer than i arguments.
func (c *Call) IsNone(i int) bool { return i > len(c.args) }

// Return adds results.
func (c *Call) Return(values ...Value) { c.results = append(c.results, values...) }

// Errorf raises an error with the place of the caller in front of its text.
func (c *Call) Errorf(format string, args ...any) {
	c.State.Throw(String(c.State.where(1) + fmt.Sprintf(format, args...)))
}

// ArgError raises the error for argument i. Lua: luaL_argerror.
func (c *Call) ArgError(i int, problem string) {
	called := c.State.calledAs()
	name := called.name
	if called.kind == "method" {
		i-- // self is not counted
		if i == 0 {
			c.Errorf("calling '%s' on bad self (%s)", name, problem)
		}
	}
	if name == "" {
		name = "?"
	}
	c.Errorf("bad argument #%d to '%s' (%s)", i, name, problem)
}

// TypeError raises the error for argument i, which should have been something else.
// Lua: luaL_typerror.
func (c *Call) TypeError(i int, expected string) {
	got := "no value"
	if !c.IsNone(i) {
		got = c.Arg(i).Kind().String()
	}
	c.ArgError(i, expected+" expected, got "+got)
}

// CheckAny raises an error if there is no argument i.
func (c *Call) CheckAny(i int) Value {
	if c.IsNone(i) {
		c.ArgError(i, "value expected")
	}
	return c.Arg(i)
}

// CheckNumber is argument i, which must be a number or the text of one.
func (c *Call) CheckNumber(i int) float64 {
	f, ok := c.Arg(i).ToNumber()
	if !ok {
		c.TypeError(i, "number")
	}
	return f
}

// CheckInt is argument i as an integer: its fraction is cut off. Lua: luaL_checkinteger.
func (c *Call) CheckInt(i int) int { return ToInt(c.CheckNumber(i)) }

// CheckInt32 is argument i as a C int: of an integer the low 32 bits. Lua: luaL_checkint.
func (c *Call) CheckInt32(i int) int { return int(int32(c.CheckInt(i))) }

// OptInt32 is CheckInt32, or otherwise if the argument is nil or missing.
func (c *Call) OptInt32(i, otherwise int) int { return int(int32(c.OptInt(i, otherwise))) }

// OptNumber is argument i, or otherwise if it is nil or missing.
func (c *Call) OptNumber(i int, otherwise float64) float64 {
	if c.Arg(i).IsNil() {
		return otherwise
	}
	return c.CheckNumber(i)
}

// OptInt is argument i as an integer, or otherwise if it is nil or missing.
func (c *Call) OptInt(i, otherwise int) int {
	if c.Arg(i).IsNil() {
		return otherwise
	}
	return c.CheckInt(i)
}

// CheckString is argument i, which must be a string or a number.
func (c *Call) CheckString(i int) string {
	s, ok := c.Arg(i).ToString()
	if !ok {
		c.TypeError(i, "string")
	}
	return s
}

// OptString is argument i, or otherwise if it is nil or missing.
func (c *Call) OptString(i int, otherwise string) string {
	if c.Arg(i).IsNil() {
		return otherwise
	}
	return c.CheckString(i)
}

// CheckTable is argument i, which must be a table.
func (c *Call) CheckTable(i int) *Table {
	t := c.Arg(i).AsTable()
	if t == nil {
		c.TypeError(i, "table")
	}
	return t
}

// CheckFunction is argument i, which must be a function.
func (c *Call) CheckFunction(i int) Value {
	if c.Arg(i).AsFunction() == nil {
		c.TypeError(i, "function")
	}
	return c.Arg(i)
}

// CheckOption is the index of argument i among words; missing, it is otherwise, unless that is "".
func (c *Call) CheckOption(i int, otherwise string, words ...string) int {
	word := otherwise
	if otherwise == "" || !c.Arg(i).IsNil() {
		word = c.CheckString(i)
	}
	for at, w := range words {
		if w == word {
			return at
		}
	}
	c.ArgError(i, "invalid option '"+word+"'")
	return 0
}

// ToInt is a number as C converts it to an integer of 64 bits on x86-64: the fraction is cut off,
// and what is out of range is the smallest integer.
func ToInt(f float64) int {
	if f >= -math.MaxInt64-1 && f < math.MaxInt64 {
		return int(f)
	}
	return math.MinInt64
}
