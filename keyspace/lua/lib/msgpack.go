package lib

import (
	"encoding/binary"
	"math"

	"github.com/ringer-kv/ringer/keyspace/lua"
)

// OpenMsgpack makes the global table cmsgpack: MessagePack as lua-cmsgpack 0.4.0 has it.
func OpenMsgpack(s *lua.State) {
	t := lua.NewTable(0, 0)
	register(s, t, []routine{
		{"pack", msgpackPack},
		{"unpack", msgpackUnpack},
		{"unpack_one", msgpackUnpackOne},
		{"unpack_limit", msgpackUnpackLimit},
	})
	t.SetString("_NAME", lua.String("cmsgpack"))
	t.SetString("_VERSION", lua.String("lua-cmsgpack 0.4.0"))
	t.SetString("_COPYRIGHT", lua.String("Copyright (C) 2012, Salvatore Sanfilippo"))
	t.SetString("_DESCRIPTION", lua.String("MessagePack C implementation for Lua"))
	s.Globals().SetString("cmsgpack", lua.TableValue(t))
}

// maxMsgpackNesting is how deep pack looks into tables; what is deeper becomes nil.
// Redis: LUACMSGPACK_MAX_NESTING.
const maxMsgpackNesting = 16

// msgpackEncoder is the state of pack.
//
// Owned by the keyspace goroutine.
type msgpackEncoder struct {
	c   *lua.Call
	buf []byte
}

// msgpackPack joins the encodings of all its arguments.
func msgpackPack(c *lua.Call) {
	n := c.Len()
	if n == 0 {
		c.ArgError(0, "MessagePack pack needs input.")
	}
	if 2*n > lua.StackSlots {
		c.ArgError(0, "Too many arguments for MessagePack pack.")
	}
	e := &msgpackEncoder{c: c}
	for i, v := range c.Args() {
		e.value(v, 0, n+i+1)
	}
	c.State.CheckSize(len(e.buf))
	c.Return(lua.String(string(e.buf)))
}

// value adds a value inside so many tables, which is the last of so many slots of the stack.
func (e *msgpackEncoder) value(v lua.Value, level, slots int) {
	e.c.State.Step(1)
	e.c.State.CheckSize(len(e.buf))
	switch v.Kind() {
	case lua.KindString:
		s, _ := v.AsString()
		e.text(s)
	case lua.KindBool:
		if v.Truth() {
			e.buf = append(e.buf, 0xc3)
		} else {
			e.buf = append(e.buf, 0xc2)
		}
	case lua.KindNumber:
		f, _ := v.AsNumber()
		e.number(f)
	case lua.KindTable:
		if level == maxMsgpackNesting {
			e.buf = append(e.buf, 0xc0)
			return
		}
		e.table(v.AsTable(), level, slots)
	default:
		e.buf = append(e.buf, 0xc0)
	}
}

// number adds a number: an integer in the least room; and a float if that changes nothing.
func (e *msgpackEncoder) number(f float64) {
	if n := lua.ToInt(f); float64(n) == f {
		e.integer(n)
		return
	}
	if short := float32(f); float64(short) == f {
		e.buf = binary.BigEndian.AppendUint32(append(e.buf, 0xca), math.Float32bits(short))
		return
	}
	e.buf = binary.BigEndian.AppendUint64(append(e.buf, 0xcb), math.Float64bits(f))
}

func (e *msgpackEncoder) integer(n int) {
	switch {
	case n >= -32 && n <= 0x7f:
		e.buf = append(e.buf, byte(n))
	case n >= 0:
		e.unsigned(uint64(n))
	case n >= math.MinInt8:
		e.buf = append(e.buf, 0xd0, byte(n))
	case n >= math.MinInt16:
		e.buf = binary.BigEndian.AppendUint16(append(e.buf, 0xd1), uint16(n))
	case n >= math.MinInt32:
		e.buf = binary.BigEndian.AppendUint32(append(e.buf, 0xd2), uint32(n))
	default:
		e.buf = binary.BigEndian.AppendUint64(append(e.buf, 0xd3), uint64(n))
	}
}

func (e *msgpackEncoder) unsigned(n uint64) {
	switch {
	case n <= math.MaxUint8:
		e.buf = append(e.buf, 0xcc, byte(n))
	case n <= math.MaxUint16:
		e.buf = binary.BigEndian.AppendUint16(append(e.buf, 0xcd), uint16(n))
	case n <= math.MaxUint32:
		e.buf = binary.BigEndian.AppendUint32(append(e.buf, 0xce), uint32(n))
	default:
		e.buf = binary.BigEndian.AppendUint64(append(e.buf, 0xcf), n)
	}
}

func (e *msgpackEncoder) text(s string) {
	e.c.State.CheckSize(len(e.buf) + len(s))
	e.c.State.Step(len(s) / bytesPerStep)
	switch n := len(s); {
	case n < 32:
		e.buf = append(e.buf, 0xa0|byte(n))
	case n <= math.MaxUint8:
		e.buf = append(e.buf, 0xd9, byte(n))
	default:
		e.length(n, 0xda)
	}
	e.buf = append(e.buf, s...)
}

// length adds a length of 16 bits behind a tag, or one of 32 bits behind the next tag.
func (e *msgpackEncoder) length(n int, tag byte) {
	if n <= math.MaxUint16 {
		e.buf = binary.BigEndian.AppendUint16(append(e.buf, tag), uint16(n))
		return
	}
	e.buf = binary.BigEndian.AppendUint32(append(e.buf, tag+1), uint32(n))
}

// count adds the number of items of an array or a map.
func (e *msgpackEncoder) count(n int, short, tag byte) {
	if n < 16 {
		e.buf = append(e.buf, short|byte(n))
		return
	}
	e.length(n, tag)
}

// table adds a table: an array if its keys are 1..n, so if it is empty, too.
func (e *msgpackEncoder) table(t *lua.Table, level, slots int) {
	checkSlots(e.c, slots, 2, "in function table_is_an_array")
	n, isArray := e.survey(t)
	if isArray {
		e.count(n, 0x90, 0xdc)
		for i := 1; i <= n; i++ {
			e.value(t.GetInt(i), level+1, slots+1)
		}
		return
	}
	checkSlots(e.c, slots, 3, "in function mp_encode_lua_table_as_map")
	e.count(n, 0x80, 0xde)
	s := e.c.State
	for key, value, _ := s.Next(t, lua.Nil); !key.IsNil(); key, value, _ = s.Next(t, key) {
		e.value(key, level+1, slots+3)
		e.value(value, level+1, slots+2)
	}
}

// survey counts the entries of a table, and says whether their keys are 1..n.
func (e *msgpackEncoder) survey(t *lua.Table) (n int, isArray bool) {
	last, positive := 0.0, true
	for key, _, _ := e.c.State.Next(t, lua.Nil); !key.IsNil(); key, _, _ = e.c.State.Next(t, key) {
		n++
		e.c.State.Step(1)
		f, ok := key.AsNumber()
		positive = positive && ok && f >= 1 && f == math.Floor(f)
		last = max(last, f)
	}
	return n, positive && last == float64(n)
}
