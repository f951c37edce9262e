package lib

import (
	"math"
	"strconv"

	"github.com/ringer-kv/ringer/keyspace/lua"
)

// jsonEncoder is the state of encode.
//
// Owned by the keyspace goroutine.
type jsonEncoder struct {
	*jsonSettings
	c     *lua.Call
	buf   []byte
	depth int // of tables inside one another
	slots int // of the stack of C's interface that are in use
}

// maxKeptBuffer is the longest text for which the buffer is kept for the next one.
const maxKeptBuffer = 64 << 10

// encode returns the text of a value.
func (j *jsonSettings) encode(c *lua.Call) {
	if c.Len() != 1 {
		c.ArgError(1, "expected 1 argument")
	}
	e := &jsonEncoder{jsonSettings: j, c: c, buf: j.kept[:0], slots: 1}
	e.value(c.Arg(1))
	c.State.CheckSize(len(e.buf))
	if cap(e.buf) <= maxKeptBuffer {
		j.kept = e.buf
	}
	c.Return(lua.String(string(e.buf)))
}

// fail raises the error that a value can't be written.
func (e *jsonEncoder) fail(v lua.Value, reason string) {
	e.c.Errorf("Cannot serialise %s: %s", v.Kind(), reason)
}

// value adds a value.
func (e *jsonEncoder) value(v lua.Value) {
	e.c.State.Step(1)
	e.c.State.CheckSize(len(e.buf))
	switch v.Kind() {
	case lua.KindNil:
		e.buf = append(e.buf, "null"...)
	case lua.KindBool:
		b, _ := v.AsBool()
		e.buf = strconv.AppendBool(e.buf, b)
	case lua.KindNumber:
		e.number(v)
	case lua.KindString:
		s, _ := v.AsString()
		e.text(s)
	case lua.KindTable:
		e.table(v)
	default:
		if v.AsUserdata() != e.null {
			e.fail(v, "type not supported")
		}
		e.buf = append(e.buf, "null"...)
	}
}

// table adds a table: as an array if all its keys are positive integers.
func (e *jsonEncoder) table(v lua.Value) {
	e.depth++
	if e.depth > e.encodeDepth || e.slots+3 > lua.StackSlots {
		e.c.Errorf("Cannot serialise, excessive nesting (%d)", e.depth)
	}
	if n := e.arrayLength(v); n > 0 {
		e.array(v.AsTable(), n)
	} else {
		e.object(v.AsTable())
	}
	e.depth--
}

// arrayLength is the length of a table as an array; 0 or less: it is not one.
//
// Redis: lua_array_length computes with 32 bits: an index that needs more becomes the least of all
// integers, and the product wraps around.
func (e *jsonEncoder) arrayLength(v lua.Value) int32 {
	most, items := int32(0), int32(0)
	t := v.AsTable()
	for key, _, _ := e.c.State.Next(t, lua.Nil); !key.IsNil(); key, _, _ = e.c.State.Next(t, key) {
		e.c.State.Step(1)
		f, ok := key.AsNumber()
		if !ok || f < 1 || f != math.Floor(f) {
			return -1
		}
		if f > float64(most) {
			most = toInt32(f)
		}
		items++
	}
	ratio := int32(e.sparseRatio)
	if ratio == 0 || most <= items*ratio || int(most) <= e.sparseSafe {
		return most
	}
	if e.sparseConvert == switchOff {
		e.fail(v, "excessively sparse array")
	}
	return -1
}

// toInt32 is a number as C converts it to an integer of 32 bits on x86-64.
func toInt32(f float64) int32 {
	if f >= math.MinInt32 && f <= math.MaxInt32 {
		return int32(f)
	}
	return math.MinInt32
}

func (e *jsonEncoder) array(t *lua.Table, n int32) {
	e.slots++
	e.buf = append(e.buf, '[')
	for i := range int(n) {
		if i > 0 {
			e.buf = append(e.buf, ',')
		}
		e.value(t.GetInt(i + 1))
	}
	e.buf = append(e.buf, ']')
	e.slots--
}

func (e *jsonEncoder) object(t *lua.Table) {
	e.slots += 2
	e.buf = append(e.buf, '{')
	first := true
	s := e.c.State
	for key, value, _ := s.Next(t, lua.Nil); !key.IsNil(); key, value, _ = s.Next(t, key) {
		if !first {
			e.buf = append(e.buf, ',')
		}
		first = false
		e.key(key)
		e.buf = append(e.buf, ':')
		e.value(value)
	}
	e.buf = append(e.buf, '}')
	e.slots -= 2
}

func (e *jsonEncoder) key(key lua.Value) {
	switch key.Kind() {
	case lua.KindNumber:
		e.buf = append(e.buf, '"')
		e.number(key)
		e.buf = append(e.buf, '"')
	case lua.KindString:
		s, _ := key.AsString()
		e.text(s)
	default:
		e.fail(key, "table key must be a number or string")
	}
}

func (e *jsonEncoder) number(v lua.Value) {
	f, _ := v.AsNumber()
	if invalid := f != f || math.IsInf(f, 0); invalid {
		e.invalid(v, f)
		return
	}
	if e.precision == maxJSONPrecision {
		e.buf = append(e.buf, lua.FormatNumber(f)...)
		return
	}
	e.buf = strconv.AppendFloat(e.buf, f, 'g', e.precision, 64)
}

// invalid adds a number that JSON does not have.
func (e *jsonEncoder) invalid(v lua.Value, f float64) {
	switch {
	case e.encodeInvalid == switchOff:
		e.fail(v, "must not be NaN or Inf")
	case e.encodeInvalid == switchNull:
		e.buf = append(e.buf, "null"...)
	case f != f:
		e.buf = append(e.buf, "nan"...)
	default:
		e.buf = append(e.buf, lua.FormatNumber(f)...)
	}
}

// text adds a string. It writes escapes for what need not have one, such as "/", as Redis does.
func (e *jsonEncoder) text(s string) {
	e.c.State.CheckSize(len(e.buf) + len(s))
	e.c.State.Step(len(s) / bytesPerStep)
	e.buf = append(e.buf, '"')
	plain := 0 // from here on nothing needs an escape
	for i := range len(s) {
		if !needsEscape(s[i]) {
			continue
		}
		e.c.State.CheckSize(len(e.buf))
		e.buf = appendEscape(append(e.buf, s[plain:i]...), s[i])
		plain = i + 1
	}
	e.buf = append(append(e.buf, s[plain:]...), '"')
}

func needsEscape(c byte) bool {
	return c < ' ' || c == '"' || c == '/' || c == '\\' || c == 0x7f
}

func appendEscape(buf []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch c {
	case '"', '/', '\\':
		return append(buf, '\\', c)
	case '\b':
		return append(buf, `\b`...)
	case '\t':
		return append(buf, `\t`...)
	case '\n':
		return append(buf, `\n`...)
	case '\f':
		return append(buf, `\f`...)
	case '\r':
		return append(buf, `\r`...)
	}
	return append(buf, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}
