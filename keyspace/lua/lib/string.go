package lib

import (
	"strings"

	"github.com/ringer-kv/ringer/keyspace/lua"
)

// OpenString makes the global table string, and gives all strings a metatable whose __index it is.
func OpenString(s *lua.State) {
	t := open(s, "string", []routine{
		{"byte", stringByte},
		{"char", stringChar},
		{"dump", stringDump},
		{"find", stringFind},
		{"format", stringFormat},
		{"gfind", nil},
		{"gmatch", stringGmatch},
		{"gsub", stringGsub},
		{"len", stringLen},
		{"lower", stringLower},
		{"match", stringMatch},
		{"rep", stringRep},
		{"reverse", stringReverse},
		{"sub", stringSub},
		{"upper", stringUpper},
	})
	t.SetString("gfind", t.GetString("gmatch"))
	meta := lua.NewTable(0, 1)
	meta.SetString("__index", lua.TableValue(t))
	s.SetStringMetatable(meta)
}

// relative is a position in a string of the given length: a negative one counts from the end.
// Lua: posrelat.
func relative(pos, length int) int {
	if pos < 0 {
		pos += length + 1
	}
	return max(pos, 0)
}

func stringLen(c *lua.Call) { c.Return(lua.Int(len(c.CheckString(1)))) }

func stringSub(c *lua.Call) {
	s := c.CheckString(1)
	from := max(relative(c.CheckInt(2), len(s)), 1)
	to := min(relative(c.OptInt(3, -1), len(s)), len(s))
	if from > to {
		c.Return(lua.String(""))
		return
	}
	c.Return(part(c, s, from-1, to))
}

// part is a part of a string. One that is much shorter is copied: it would hold on to all of it.
func part(c *lua.Call, s string, from, to int) lua.Value {
	if n := to - from; n < len(s)/4 {
		c.State.Step(n >> 10)
		return lua.String(strings.Clone(s[from:to]))
	}
	return lua.String(s[from:to])
}

func stringReverse(c *lua.Call) {
	s := c.CheckString(1)
	c.State.Step(len(s) >> 10)
	var b strings.Builder
	b.Grow(len(s))
	for i := len(s) - 1; i >= 0; i-- {
		b.WriteByte(s[i])
	}
	c.Return(lua.String(b.String()))
}

func stringLower(c *lua.Call) {
	c.Return(lua.String(mapBytes(c, func(b byte) byte {
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		return b
	})))
}

func stringUpper(c *lua.Call) {
	c.Return(lua.String(mapBytes(c, func(b byte) byte {
		if 'a' <= b && b <= 'z' {
			b -= 'a' - 'A'
		}
		return b
	})))
}

// mapBytes is argument 1 with each byte replaced.
func mapBytes(c *lua.Call, replace func(byte) byte) string {
	s := c.CheckString(1)
	c.State.Step(len(s) >> 10)
	var b strings.Builder
	b.Grow(len(s))
	for i := range len(s) {
		b.WriteByte(replace(s[i]))
	}
	return b.String()
}

func stringRep(c *lua.Call) {
	s := c.CheckString(1)
	n := max(c.CheckInt32(2), 0)
	c.State.CheckSize(len(s) * n) // n has 31 bits
	c.State.Step(len(s) * n >> 10)
	c.Return(lua.String(strings.Repeat(s, n)))
}

func stringByte(c *lua.Call) {
	s := c.CheckString(1)
	from := relative(c.OptInt(2, 1), len(s))
	to := relative(c.OptInt(3, from), len(s))
	from, to = max(from, 1), min(to, len(s))
	if from > to {
		return
	}
	n := to - from + 1
	if c.Len()+n > lua.StackSlots {
		c.Errorf("stack overflow (%s)", "string slice too long")
	}
	values := make([]lua.Value, n)
	for i := range values {
		values[i] = lua.Int(int(s[from-1+i]))
	}
	c.Return(values...)
}

func stringChar(c *lua.Call) {
	b := make([]byte, c.Len())
	for i := range b {
		code := c.CheckInt32(i + 1)
		if code < 0 || code > 255 {
			c.ArgError(i+1, "invalid value")
		}
		b[i] = byte(code)
	}
	c.Return(lua.String(string(b)))
}

// stringDump refuses: code has no form in which it could be loaded again.
func stringDump(c *lua.Call) {
	c.CheckFunction(1)
	c.Errorf("unable to dump given function")
}

// findSpecials are the bytes that make a text a pattern. Lua: SPECIALS.
const findSpecials = "^$*+?.([%-"

func stringFind(c *lua.Call) { findOrMatch(c, true) }

func stringMatch(c *lua.Call) { findOrMatch(c, false) }

// findOrMatch is find and match. Lua: str_find_aux.
func findOrMatch(c *lua.Call, find bool) {
	s, pattern := c.CheckString(1), c.CheckString(2)
	from := min(max(relative(c.OptInt(3, 1), len(s))-1, 0), len(s))
	visible, _, _ := strings.Cut(pattern, "\x00")
	if find && (c.Arg(4).Truth() || !strings.ContainsAny(visible, findSpecials)) {
		c.State.Step((len(s) - from) >> 8)
		at := strings.Index(s[from:], pattern)
		if at < 0 {
			c.Return(lua.Nil)
			return
		}
		c.Return(lua.Int(from+at+1), lua.Int(from+at+len(pattern)))
		return
	}
	m := newMatcher(c, s, pattern)
	anchored := m.anchor()
	for ; from <= len(s); from++ {
		end := m.try(from)
		if end >= 0 && find {
			c.Return(lua.Int(from+1), lua.Int(end))
			m.returnCaptures(noMatch, noMatch)
			return
		}
		if end >= 0 {
			m.returnCaptures(from, end)
			return
		}
		if anchored {
			break
		}
	}
	c.Return(lua.Nil)
}

func stringGmatch(c *lua.Call) {
	s, pattern := c.CheckString(1), c.CheckString(2)
	m := newMatcher(c, s, pattern)
	from := 0
	next := func(c *lua.Call) {
		m.call = c
		for ; from <= len(s); from++ {
			end := m.try(from)
			if end < 0 {
				continue
			}
			start := from
			from = max(end, start+1) // behind an empty match, too
			m.returnCaptures(start, end)
			return
		}
	}
	c.Return(lua.FunctionValue(c.State.NewFunction(next)))
}

func stringGsub(c *lua.Call) {
	s, pattern := c.CheckString(1), c.CheckString(2)
	most := c.OptInt32(4, len(s)+1)
	switch c.Arg(3).Kind() {
	case lua.KindNumber, lua.KindString, lua.KindFunction, lua.KindTable:
	default:
		c.ArgError(3, "string/function/table expected")
	}
	m := newMatcher(c, s, pattern)
	anchored := m.anchor()
	b := &builder{call: c}
	at, n := 0, 0
	for n < most {
		end := m.try(at)
		if end >= 0 {
			n++
			m.addReplacement(b, at, end)
		}
		if end > at {
			at = end
		} else if at < len(s) {
			b.addByte(s[at])
			at++
		} else {
			break
		}
		if anchored {
			break
		}
	}
	b.addString(s[at:])
	c.Return(b.value(), lua.Int(n))
}

// addReplacement appends what argument 3 of gsub makes of a match. Lua: add_value.
func (m *matcher) addReplacement(b *builder, start, end int) {
	c := m.call
	var v lua.Value
	switch with := c.Arg(3); with.Kind() {
	case lua.KindFunction:
		if results := c.Call(with, m.captured(start, end)...); len(results) > 0 {
			v = results[0]
		}
	case lua.KindTable:
		v = c.Index(with, m.capture(0, start, end))
	default:
		template, _ := with.ToString()
		m.addTemplate(b, template, start, end)
		return
	}
	if !v.Truth() {
		b.addString(m.src[start:end])
		return
	}
	text, ok := v.ToString()
	if !ok {
		c.Errorf("invalid replacement value (a %s)", v.Kind())
	}
	b.addString(text)
}

// addTemplate appends a text in which %1 stands for a capture. Lua: add_s.
func (m *matcher) addTemplate(b *builder, template string, start, end int) {
	for {
		m.spend(1)
		plain, rest, found := strings.Cut(template, "%")
		b.addString(plain)
		if !found {
			return
		}
		// Lua: a % at the end stands for the zero byte behind a C string.
		char := byte(0)
		if rest != "" {
			char, rest = rest[0], rest[1:]
		}
		switch {
		case char == '0':
			b.addString(m.src[start:end])
		case '1' <= char && char <= '9':
			text, _ := m.capture(int(char-'1'), start, end).ToString()
			b.addString(text)
		default:
			b.addByte(char)
		}
		template = rest
	}
}
