package lua

import "fmt"

// Kind is the type of a Value, in the order of Lua's own tags.
type Kind uint8

// The kinds.
const (
	KindNil Kind = iota
	KindBool
	KindUserdata
	KindNumber
	KindString
	KindTable
	KindFunction
	KindThread
)

// kindNames are what type() returns.
var kindNames = [...]string{
	"nil", "boolean", "userdata", "number", "string", "table", "function", "thread",
}

// String is what type() returns.
func (k Kind) String() string { return kindNames[k] }

// Value is a Lua value; the zero Value is nil. It is three words: the dynamic type of ref is the
// kind of the value, and its data what the value refers to, so that neither a number nor a boolean
// is ever allocated.
//
// Owned by the keyspace goroutine.
type Value struct {
	ref any // nil, boolean, number, *text, *Table, *Function, *Userdata, *Thread
	num float64
}

type (
	boolean bool
	number  struct{} // the value is in num
)

// text is a string. Lua's strings are bytes of any kind.
type text struct {
	s    string
	hash uint32 // 0: not known yet
}

// Userdata is a value that only Go knows what to do with. Two are equal if they are the same.
//
// Owned by the keyspace goroutine.
type Userdata struct {
	// Name is what tostring shows behind "userdata: ".
	Name string
}

// Nil is the absence of a value.
//
//tidy:table nothing writes to it
var Nil Value

// Bool is a boolean.
func Bool(b bool) Value { return Value{ref: boolean(b)} }

// Number is a number.
func Number(f float64) Value { return Value{ref: number{}, num: f} }

// Int is a number, as a double holds it: exact up to 2^53.
func Int(n int) Value { return Number(float64(n)) }

// String is a string.
func String(s string) Value { return Value{ref: &text{s: s}} }

// TableValue is a table.
func TableValue(t *Table) Value { return Value{ref: t} }

// FunctionValue is a function.
func FunctionValue(f *Function) Value { return Value{ref: f} }

// UserdataValue is a userdata.
func UserdataValue(u *Userdata) Value { return Value{ref: u} }

func textValue(t *text) Value     { return Value{ref: t} }
func threadValue(t *Thread) Value { return Value{ref: t} }

// Kind is the type of the value.
func (v Value) Kind() Kind {
	switch v.ref.(type) {
	case nil:
		return KindNil
	case number:
		return KindNumber
	case *text:
		return KindString
	case *Table:
		return KindTable
	case *Function:
		return KindFunction
	case boolean:
		return KindBool
	case *Thread:
		return KindThread
	}
	return KindUserdata
}

// IsNil reports whether the value is nil.
func (v Value) IsNil() bool { return v.ref == nil }

// Truth is the value as a condition: only nil and false are false.
func (v Value) Truth() bool {
	if b, ok := v.ref.(boolean); ok {
		return bool(b)
	}
	return v.ref != nil
}

// AsBool is the value if it is a boolean.
func (v Value) AsBool() (b, ok bool) {
	is, ok := v.ref.(boolean)
	return bool(is), ok
}

// AsNumber is the value if it is a number. ToNumber converts strings, too.
func (v Value) AsNumber() (f float64, ok bool) {
	_, ok = v.ref.(number)
	return v.num, ok
}

// AsString is the value if it is a string. ToString converts numbers, too.
func (v Value) AsString() (s string, ok bool) {
	if t, is := v.ref.(*text); is {
		return t.s, true
	}
	return "", false
}

// AsTable is the value if it is a table, and nil otherwise.
func (v Value) AsTable() *Table {
	t, _ := v.ref.(*Table)
	return t
}

// AsFunction is the value if it is a function, and nil otherwise.
func (v Value) AsFunction() *Function {
	f, _ := v.ref.(*Function)
	return f
}

// AsUserdata is the value if it is a userdata, and nil otherwise.
func (v Value) AsUserdata() *Userdata {
	u, _ := v.ref.(*Userdata)
	return u
}

// ToNumber is the value as arithmetic takes it: a number, or a string that is the text of one.
func (v Value) ToNumber() (f float64, ok bool) {
	switch x := v.ref.(type) {
	case number:
		return v.num, true
	case *text:
		return ParseNumber(x.s)
	}
	return 0, false
}

// ToString is the value as .. takes it: a string, or the text of a number.
func (v Value) ToString() (s string, ok bool) {
	switch x := v.ref.(type) {
	case *text:
		return x.s, true
	case number:
		return FormatNumber(v.num), true
	}
	return "", false
}

// Equal is rawequal.
func (v Value) Equal(w Value) bool {
	switch x := v.ref.(type) {
	case number:
		_, ok := w.ref.(number)
		return ok && v.num == w.num
	case *text:
		y, ok := w.ref.(*text)
		return ok && (x == y || x.s == y.s)
	}
	return v.ref == w.ref
}

// String is what tostring shows, metatables aside.
func (v Value) String() string {
	switch x := v.ref.(type) {
	case nil:
		return "nil"
	case boolean:
		if x {
			return "true"
		}
		return "false"
	case number:
		return FormatNumber(v.num)
	case *text:
		return x.s
	case *Table:
		return fmt.Sprintf("table: %p", x)
	case *Function:
		return fmt.Sprintf("function: %p", x)
	case *Thread:
		return fmt.Sprintf("thread: %p", x)
	}
	return "userdata: " + v.AsUserdata().Name
}
