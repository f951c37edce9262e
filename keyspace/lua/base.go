package lua

import (
	"math"
	"strings"
)

// openBase adds the base library, but for what reads files, prints, or changes environments: no
// script of Redis has that.
func (s *State) openBase() {
	g := s.globals
	g.SetString("_G", TableValue(g))
	g.SetString("_VERSION", String("Lua 5.1"))
	s.register(g, []routine{
		{"assert", baseAssert}, {"collectgarbage", baseCollect}, {"error", baseError},
		{"gcinfo", baseGCInfo}, {"getmetatable", baseGetMetatable}, {"load", baseLoad},
		{"loadstring", baseLoadString}, {"next", baseNext}, {"pcall", basePCall},
		{"rawequal", baseRawEqual}, {"rawget", baseRawGet}, {"rawset", baseRawSet},
		{"select", baseSelect}, {"setmetatable", baseSetMetatable}, {"tonumber", baseToNumber},
		{"tostring", baseToString}, {"type", baseType}, {"unpack", baseUnpack},
		{"xpcall", baseXPCall},
	})
	s.next = g.GetString("next").AsFunction()
	step := s.NewFunction(ipairsStep)
	s.register(g, []routine{
		{"ipairs", func(c *Call) {
			c.Return(FunctionValue(step), TableValue(c.CheckTable(1)), Int(0))
		}},
		{"pairs", func(c *Call) {
			c.Return(FunctionValue(s.next), TableValue(c.CheckTable(1)), Nil)
		}},
	})
}

func ipairsStep(c *Call) {
	i := c.CheckInt32(2) + 1
	if v := c.CheckTable(1).GetInt(i); !v.IsNil() {
		c.Return(Int(i), v)
		return
	}
	c.Return(Nil) // Lua: ipairsaux returns nothing then, and a for does not mind
}

func baseNext(c *Call) {
	key, value, ok := c.State.Next(c.CheckTable(1), c.Arg(2))
	if !ok {
		c.State.runError("invalid key to 'next'")
	}
	c.Return(key)
	if !key.IsNil() {
		c.Return(value)
	}
}

func baseAssert(c *Call) {
	c.CheckAny(1)
	if !c.Arg(1).Truth() {
		c.Errorf("%s", c.OptString(2, "assertion failed!"))
	}
	c.Return(c.Args()...)
}

func baseError(c *Call) {
	level := c.OptInt32(2, 1)
	v := c.Arg(1)
	if s, ok := v.ToString(); ok && level > 0 {
		v = String(c.State.where(level) + s)
	}
	c.State.Throw(v)
}

func baseType(c *Call) { c.Return(String(c.CheckAny(1).Kind().String())) }

// baseToString is tostring, which returns whatever a metatable does.
func baseToString(c *Call) {
	v := c.CheckAny(1)
	if how := c.State.metamethod(v, metaToString); !how.IsNil() {
		c.Return(first(c.Call(how, v)))
		return
	}
	c.Return(String(v.String()))
}

func baseToNumber(c *Call) {
	base := c.OptInt32(2, 10)
	if base == 10 {
		c.CheckAny(1)
		if n, ok := c.Arg(1).ToNumber(); ok {
			c.Return(Number(n))
			return
		}
		c.Return(Nil)
		return
	}
	s := c.CheckString(1)
	if base < 2 || base > 36 {
		c.ArgError(2, "base out of range")
	}
	if n, ok := parseUnsigned(s, base); ok {
		c.Return(Number(n))
		return
	}
	c.Return(Nil)
}

// parseUnsigned reads a number as C's strtoul does, which wraps a negative one round and stops at
// the largest. Spaces around it are passed over.
func parseUnsigned(s string, base int) (n float64, ok bool) {
	s, _, _ = strings.Cut(s, "\x00")
	s = strings.Trim(s, spaces)
	minus := strings.HasPrefix(s, "-")
	if minus || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	if base == 16 && len(s) > 2 && strings.EqualFold(s[:2], "0x") && digit(s[2]) < 16 {
		s = s[2:]
	}
	value, over := uint64(0), false
	for i := range len(s) {
		d := digit(s[i])
		if d >= base {
			return 0, false
		}
		if value > (math.MaxUint64-uint64(d))/uint64(base) {
			over = true
		}
		value = value*uint64(base) + uint64(d)
	}
	switch {
	case over:
		value = math.MaxUint64
	case minus:
		value = -value
	}
	return float64(value), s != ""
}

// digit is the value of a digit in bases up to 36; 36: it is none.
func digit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'z':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'Z':
		return int(c-'A') + 10
	}
	return 36
}

func baseRawEqual(c *Call) { c.Return(Bool(c.CheckAny(1).Equal(c.CheckAny(2)))) }

func baseRawGet(c *Call) {
	t := c.CheckTable(1)
	c.Return(t.Get(c.CheckAny(2)))
}

func baseRawSet(c *Call) {
	t := c.CheckTable(1)
	c.CheckAny(2)
	c.CheckAny(3)
	c.State.RawSet(t, c.Arg(2), c.Arg(3))
	c.Return(c.Arg(1))
}

func baseGetMetatable(c *Call) {
	meta := c.State.metatable(c.CheckAny(1))
	switch {
	case meta == nil:
		c.Return(Nil)
	case !meta.getText(c.State.words[metaMetatable]).IsNil():
		c.Return(meta.getText(c.State.words[metaMetatable]))
	default:
		c.Return(TableValue(meta))
	}
}

func baseSetMetatable(c *Call) {
	t := c.CheckTable(1)
	meta := c.Arg(2).AsTable()
	if c.IsNone(2) || meta == nil && !c.Arg(2).IsNil() {
		c.ArgError(2, "nil or table expected")
	}
	if t.meta != nil && !t.meta.getText(c.State.words[metaMetatable]).IsNil() {
		c.Errorf("cannot change a protected metatable")
	}
	c.State.checkWritable(t)
	t.meta = meta
	c.Return(c.Arg(1))
}

func baseSelect(c *Call) {
	if s, ok := c.Arg(1).AsString(); ok && strings.HasPrefix(s, "#") {
		c.Return(Int(c.Len() - 1))
		return
	}
	i := c.CheckInt32(1)
	switch {
	case i < 0:
		i = c.Len() + i
	case i > c.Len():
		i = c.Len()
	}
	if i < 1 {
		c.ArgError(1, "index out of range")
	}
	c.Return(c.Args()[i:]...)
}

func baseUnpack(c *Call) {
	t := c.CheckTable(1)
	from := c.OptInt32(2, 1)
	to := 0
	if c.Arg(3).IsNil() {
		to = c.State.Length(t)
	} else {
		to = c.CheckInt32(3)
	}
	if from > to {
		return
	}
	n := to - from + 1
	if n+c.Len() > StackSlots {
		c.Errorf("too many results to unpack")
	}
	for i := range n {
		c.Return(t.GetInt(from + i))
	}
}

func basePCall(c *Call) {
	fn, args := c.CheckAny(1), c.Args()[1:]
	c.protected(nil, fn, args)
}

func baseXPCall(c *Call) {
	c.CheckAny(2)
	fn, handler := c.Arg(1), c.Arg(2)
	c.protected(func(v Value) Value {
		return first(c.State.callValue(handler, v))
	}, fn, nil)
}

// protected calls a function and returns whether it has ended well, and its results or the error.
func (c *Call) protected(handler func(v Value) Value, fn Value, args []Value) {
	values, err := c.State.protect(handler, func() []Value {
		return c.State.callValue(fn, args...)
	})
	if err != nil {
		c.Return(Bool(false), err.Value)
		return
	}
	c.Return(Bool(true))
	c.Return(values...)
}

func baseLoadString(c *Call) {
	s := c.CheckString(1)
	c.load(s, c.OptString(2, s))
}

func baseLoad(c *Call) {
	fn := c.CheckFunction(1)
	name := c.OptString(2, "=(load)")
	var source strings.Builder
	_, err := c.State.protect(c.thread.handler, func() []Value { // Lua: f_parser keeps the handler
		c.readPieces(fn, &source)
		return nil
	})
	if err != nil {
		c.Return(Nil, err.Value)
		return
	}
	c.load(source.String(), name)
}

// readPieces calls a function until it returns nothing more.
func (c *Call) readPieces(fn Value, source *strings.Builder) {
	for {
		piece := first(c.Call(fn))
		s, ok := piece.ToString()
		switch {
		case piece.IsNil() || ok && s == "":
			return
		case !ok:
			c.Errorf("reader function must return a string")
		}
		c.State.CheckSize(source.Len() + len(s))
		source.WriteString(s)
	}
}

func (c *Call) load(source, chunk string) {
	fn, err := c.State.load(source, chunk)
	if err != nil {
		c.Return(Nil, err.(*Error).Value)
		return
	}
	c.Return(FunctionValue(fn))
}

// baseCollect is collectgarbage. Go collects on its own, so it only answers.
func baseCollect(c *Call) {
	words := []string{
		"stop", "restart", "collect", "count", "step", "setpause", "setstepmul",
	}
	option := c.CheckOption(1, "collect", words...)
	c.OptInt32(2, 0)
	switch words[option] {
	case "count":
		c.Return(Number(float64(c.State.HeapBytes()) / 1024))
	case "step":
		c.Return(Bool(false)) // the cycle has not come to its end
	case "setpause", "setstepmul":
		c.Return(Int(200))
	default:
		c.Return(Int(0))
	}
}

func baseGCInfo(c *Call) { c.Return(Int(c.State.HeapBytes() / 1024)) }

// HeapBytes is about what an interpreter takes without the data of what runs.
func (s *State) HeapBytes() int {
	const perString = 64
	s.Step(len(s.interned) / valuesPerStep)
	size := 16 << 10
	for word := range s.interned {
		size += len(word) + perString
	}
	for _, chunk := range s.main.chunks {
		size += len(chunk) * 24
	}
	return size
}
