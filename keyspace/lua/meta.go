package lua

import (
	"math"
	"strings"
)

// event is something that a metatable can define.
type event uint8

const (
	metaIndex event = iota
	metaNewIndex
	metaCall
	metaEq
	metaLt
	metaLe
	metaConcat
	metaLen
	metaNeg
	metaAdd
	metaSub
	metaMul
	metaDiv
	metaMod
	metaPow
	metaToString
	metaMetatable
	metaEvents
)

var metaWords = [metaEvents]string{
	"__index", "__newindex", "__call", "__eq", "__lt", "__le", "__concat", "__len", "__unm",
	"__add", "__sub", "__mul", "__div", "__mod", "__pow", "__tostring", "__metatable",
}

// maxLoop bounds a chain of __index or __newindex. Lua: MAXTAGLOOP.
const maxLoop = 100

// metatable is the metatable of a value, nil if it has none.
func (s *State) metatable(v Value) *Table {
	switch x := v.ref.(type) {
	case *Table:
		return x.meta
	case *text:
		return s.strings
	}
	return nil
}

// metamethod is what the metatable of a value says of an event; nil: nothing.
func (s *State) metamethod(v Value, e event) Value {
	if meta := s.metatable(v); meta != nil {
		return meta.getText(s.words[e])
	}
	return Nil
}

// getTable is index for an instruction.
func (s *State) getTable(object, key *Value) Value {
	if t, ok := object.ref.(*Table); ok {
		v := t.Get(*key)
		if s.pay(t); !v.IsNil() || t.meta == nil {
			return v
		}
	}
	return s.index(*object, *key)
}

// getField is getTable for a key that is a string.
func (s *State) getField(object, key *Value) Value {
	if t, ok := object.ref.(*Table); ok {
		v := t.getText(key.ref.(*text))
		if s.pay(t); !v.IsNil() || t.meta == nil {
			return v
		}
	}
	return s.index(*object, *key)
}

// index is object[key]. Lua: luaV_gettable.
func (s *State) index(object, key Value) Value {
	v, side := object, uint8(0)
	for range maxLoop {
		var how Value
		if t, ok := v.ref.(*Table); ok {
			found := t.Get(key)
			if s.pay(t); !found.IsNil() || t.meta == nil {
				return found
			}
			if how = t.meta.getText(s.words[metaIndex]); how.IsNil() {
				return Nil
			}
		} else if how = s.metamethod(v, metaIndex); how.IsNil() {
			s.typeError(v, "index", side)
		}
		if how.AsFunction() != nil {
			return first(s.callValue(how, v, key))
		}
		s.Step(1)
		v, side = how, noSide
	}
	s.runError("loop in gettable")
	return Nil
}

func first(values []Value) Value {
	if len(values) == 0 {
		return Nil
	}
	return values[0]
}

// setTable is setIndex for an instruction.
func (s *State) setTable(object, key, value *Value) {
	t, ok := object.ref.(*Table)
	if ok && !t.readOnly {
		at := t.place(*key)
		if s.pay(t); at != nil && !at.IsNil() {
			*at = *value
			return
		}
	}
	s.setIndex(*object, *key, *value)
}

// setIndex is object[key] = value. Lua: luaV_settable, where the key is in the table, with nil as
// its value, before a metatable is asked: the order of the keys that come later shows it.
func (s *State) setIndex(object, key, value Value) {
	v, side := object, uint8(0)
	for range maxLoop {
		var how Value
		if t, ok := v.ref.(*Table); ok {
			s.checkWritable(t)
			at := s.slot(t, key)
			if !at.IsNil() || t.meta == nil {
				*at = value
				return
			}
			if how = t.meta.getText(s.words[metaNewIndex]); how.IsNil() {
				*at = value
				return
			}
		} else if how = s.metamethod(v, metaNewIndex); how.IsNil() {
			s.typeError(v, "index", side)
		}
		if how.AsFunction() != nil {
			s.callValue(how, v, key, value)
			return
		}
		s.Step(1)
		v, side = how, noSide
	}
	s.runError("loop in settable")
}

// checkWritable raises an error if scripts may not change a table.
func (s *State) checkWritable(t *Table) {
	if t.readOnly {
		s.runError("Attempt to modify a readonly table")
	}
}

// slot is the place of a key, which is put into the table if it is not there. It is valid until the
// next one is put in.
func (s *State) slot(t *Table, key Value) *Value {
	switch {
	case key.IsNil():
		s.runError("table index is nil")
	case math.IsNaN(key.num): // the num of what is no number is 0
		s.runError("table index is NaN")
	}
	at := t.slot(key)
	s.pay(t)
	return at
}

// RawSet is rawset: it raises an error for a key that can't be one, and for a table that scripts
// may not change.
func (s *State) RawSet(t *Table, key, value Value) {
	s.checkWritable(t)
	*s.slot(t, key) = value
}

// arith is an arithmetic operation on any values.
func (s *State) arith(op opcode, b, c Value) Value {
	s.stepLong(&b)
	s.stepLong(&c)
	x, ok := b.ToNumber()
	if ok {
		var y float64
		if y, ok = c.ToNumber(); ok {
			return Number(arithmetic(op, x, y))
		}
	}
	e := metaAdd + event(op-opAdd)
	how := s.metamethod(b, e)
	if how.IsNil() {
		how = s.metamethod(c, e)
	}
	if !how.IsNil() {
		return first(s.callValue(how, b, c))
	}
	if _, ok := b.ToNumber(); ok {
		s.typeError(c, "perform arithmetic on", 1)
	}
	s.typeError(b, "perform arithmetic on", 0)
	return Nil
}

func (s *State) negate(v Value) Value {
	s.stepLong(&v)
	if n, ok := v.ToNumber(); ok {
		return Number(-n)
	}
	how := s.metamethod(v, metaNeg)
	if how.IsNil() {
		s.typeError(v, "perform arithmetic on", 0)
	}
	return first(s.callValue(how, v, v))
}

func (s *State) length(v Value) Value {
	switch x := v.ref.(type) {
	case *Table:
		return Int(s.Length(x))
	case *text:
		return Int(len(x.s))
	}
	how := s.metamethod(v, metaLen)
	if how.IsNil() {
		s.typeError(v, "get length of", 0)
	}
	return first(s.callValue(how, v, v))
}

// concat is values[0] .. values[1] .. ..., from the right, and uses values up. Lua: luaV_concat.
func (s *State) concat(values []Value) Value {
	result := values[len(values)-1]
	rest := values[:len(values)-1]
	for len(rest) > 0 {
		n := concatenable(rest)
		right, ok := result.ToString()
		if n == len(rest) || !ok {
			result = s.concatMeta(rest[len(rest)-1], result, len(rest))
			rest = rest[:len(rest)-1]
			continue
		}
		result = s.join(rest[n:], right)
		rest = rest[:n]
	}
	return result
}

// concatenable is the index from which on all values are strings or numbers.
func concatenable(values []Value) int {
	n := len(values)
	for n > 0 {
		switch values[n-1].ref.(type) {
		case *text, number:
			n--
		default:
			return n
		}
	}
	return n
}

// join makes one string of many.
func (s *State) join(values []Value, right string) Value {
	size := len(right)
	for _, v := range values {
		part, _ := v.ToString()
		size += len(part)
	}
	s.CheckSize(size)
	s.Step(size / stepBytes)
	var b strings.Builder
	b.Grow(size)
	for _, v := range values {
		part, _ := v.ToString()
		b.WriteString(part)
	}
	b.WriteString(right)
	return String(b.String())
}

// CheckSize raises an error if a string of n bytes would be too long.
func (s *State) CheckSize(n int) {
	if n > s.longest {
		s.Throw(String(ErrMemory.Error()))
	}
}

// stepBytes is how many bytes that are written, or looked at one by one, count as a step.
const stepBytes = 1 << 10

// concatMeta is left .. right by a metatable. at is the index of right among the operands.
func (s *State) concatMeta(left, right Value, at int) Value {
	how := s.metamethod(left, metaConcat)
	if how.IsNil() {
		how = s.metamethod(right, metaConcat)
	}
	if !how.IsNil() {
		return first(s.callValue(how, left, right))
	}
	if _, ok := left.ToString(); ok {
		s.typeError(right, "concatenate", uint8(at))
	}
	s.typeError(left, "concatenate", uint8(at-1))
	return Nil
}

// equal is b == c.
func (s *State) equal(b, c *Value) bool {
	s.stepLong(b)
	if b.Equal(*c) {
		return true
	}
	x, ok := b.ref.(*Table)
	y, too := c.ref.(*Table)
	if !ok || !too || x.meta == nil || y.meta == nil {
		return false
	}
	how := s.common(*b, *c, metaEq)
	return !how.IsNil() && first(s.callValue(how, *b, *c)).Truth()
}

// common is the metamethod of two values if it is the same one. Lua: get_compTM.
func (s *State) common(b, c Value, e event) Value {
	how := s.metamethod(b, e)
	if !how.IsNil() && how.Equal(s.metamethod(c, e)) {
		return how
	}
	return Nil
}

// less is b < c.
func (s *State) less(b, c *Value) bool {
	switch x := b.ref.(type) {
	case number:
		if _, ok := c.ref.(number); ok {
			return b.num < c.num
		}
	case *text:
		if y, ok := c.ref.(*text); ok {
			s.stepLong(b)
			return x.s < y.s
		}
	}
	is, ok := s.compareMeta(*b, *c, metaLt)
	if !ok {
		s.orderError(*b, *c)
	}
	return is
}

// lessEqual is b <= c.
func (s *State) lessEqual(b, c *Value) bool {
	switch x := b.ref.(type) {
	case number:
		if _, ok := c.ref.(number); ok {
			return b.num <= c.num
		}
	case *text:
		if y, ok := c.ref.(*text); ok {
			s.stepLong(b)
			return x.s <= y.s
		}
	}
	if is, ok := s.compareMeta(*b, *c, metaLe); ok {
		return is
	}
	is, ok := s.compareMeta(*c, *b, metaLt)
	if !ok {
		s.orderError(*b, *c)
	}
	return !is
}

func (s *State) compareMeta(b, c Value, e event) (is, ok bool) {
	if b.Kind() != c.Kind() {
		return false, false
	}
	how := s.common(b, c, e)
	if how.IsNil() {
		return false, false
	}
	return first(s.callValue(how, b, c)).Truth(), true
}
