package frame

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"

	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/num"
)

// Tag is the first byte of a value and tells its kind.
type Tag byte

// The tags of values.
const (
	Nil    Tag = 0
	Err    Tag = 1
	String Tag = 2
	Int    Tag = 3
	Double Tag = 4
	Array  Tag = 5
)

// String is the name of the kind.
func (t Tag) String() string {
	names := [...]string{"nil", "error", "string", "integer", "double", "array"}
	if int(t) < len(names) {
		return names[t]
	}
	return "tag " + strconv.Itoa(int(t))
}

// MaxDepth is how deep arrays may nest in a value. Redis's own replies nest six deep at most
// (COMMAND DOCS), so that this bounds the stack and nothing else.
const MaxDepth = 64

// Error is an error reply.
//
// Safe for concurrent use. Nothing changes it.
type Error struct {
	Code reply.Code
	Text string // with its prefix: "WRONGTYPE Operation against ..."
}

// Error is the text.
func (e *Error) Error() string { return e.Text }

// Value is a decoded reply. The zero value is nil.
//
// Safe for concurrent use. Nothing changes it.
type Value struct {
	tag   Tag
	bits  uint64 // of the integer or the double; the code of an error
	bytes []byte // of the string or the error's text
	elems []Value
}

// Kind tells what the value is.
func (v Value) Kind() Tag { return v.tag }

// IsNil reports whether the value is nil.
func (v Value) IsNil() bool { return v.tag == Nil }

// Err is the error reply as an *Error, or nil if the value is something else.
func (v Value) Err() error {
	if v.tag != Err {
		return nil
	}
	return &Error{Code: reply.Code(v.bits), Text: string(v.bytes)}
}

// Bytes are those of a string or of an error's text, and nil for anything else. They are the
// value's own and must not be changed.
func (v Value) Bytes() []byte { return v.bytes }

// Int is the integer; a string is converted if it is one in decimal.
func (v Value) Int() (int64, error) {
	switch v.tag {
	case Int:
		return int64(v.bits), nil
	case String:
		return strconv.ParseInt(string(v.bytes), 10, 64)
	}
	return 0, v.unexpected(Int)
}

// Float64 is the double; an integer, and a string that is a number, are converted.
func (v Value) Float64() (float64, error) {
	switch v.tag {
	case Double:
		return math.Float64frombits(v.bits), nil
	case Int:
		return float64(int64(v.bits)), nil
	case String:
		return strconv.ParseFloat(string(v.bytes), 64)
	}
	return 0, v.unexpected(Double)
}

// Text is the string; a number is printed, a double with 17 digits as Redis 7.0 does.
func (v Value) Text() (string, error) {
	switch v.tag {
	case String:
		return string(v.bytes), nil
	case Int:
		return strconv.FormatInt(int64(v.bits), 10), nil
	case Double:
		return string(num.AppendFloat17(nil, math.Float64frombits(v.bits))), nil
	}
	return "", v.unexpected(String)
}

// Array are the elements of an array. They must not be changed.
func (v Value) Array() ([]Value, error) {
	if v.tag != Array {
		return nil, v.unexpected(Array)
	}
	return v.elems, nil
}

// Strings are the elements of an array as Text has them; nil elements are empty strings.
func (v Value) Strings() ([]string, error) {
	elems, err := v.Array()
	if err != nil {
		return nil, err
	}
	list := make([]string, len(elems))
	for i, e := range elems {
		if e.IsNil() {
			continue
		}
		if list[i], err = e.Text(); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// unexpected is the error of an accessor for another kind.
func (v Value) unexpected(want Tag) error {
	if err := v.Err(); err != nil {
		return err
	}
	return fmt.Errorf("frame: the value is %s, not %s", v.tag, want)
}

// String shows the value to a person who debugs.
func (v Value) String() string {
	switch v.tag {
	case Nil:
		return "nil"
	case Err:
		return "error " + strconv.Quote(string(v.bytes))
	case Array:
		return fmt.Sprint(v.elems)
	case String:
		return strconv.Quote(string(v.bytes))
	}
	text, _ := v.Text() // a number, which has one
	return text
}

// ParseReply decodes the payload of a reply frame, which must be one value and no more. Strings
// are views of payload: the value keeps it. O(len(payload)) in time and memory: an array is
// allocated for as many elements as there are bytes left at most.
func ParseReply(payload []byte) (Value, error) {
	d := decoder{rest: payload}
	v, err := d.value(0)
	if err != nil {
		return Value{}, err
	}
	if len(d.rest) != 0 {
		return Value{}, fmt.Errorf("%w reply: %d bytes behind the value", ErrMalformed, len(d.rest))
	}
	return v, nil
}

// decoder is what is left to decode.
type decoder struct{ rest []byte }

// value decodes one value that stands depth arrays deep.
func (d *decoder) value(depth int) (Value, error) {
	if len(d.rest) == 0 {
		return Value{}, fmt.Errorf("%w reply: no value", ErrMalformed)
	}
	v := Value{tag: Tag(d.rest[0])}
	d.rest = d.rest[1:]
	var err error
	switch v.tag {
	case Nil:
	case Err:
		if v.bits, err = d.number(4); err == nil {
			v.bytes, err = d.string()
		}
	case String:
		v.bytes, err = d.string()
	case Int, Double:
		v.bits, err = d.number(8)
	case Array:
		v.elems, err = d.array(depth)
	default:
		err = fmt.Errorf("%w reply: unknown %v", ErrMalformed, v.tag)
	}
	return v, err
}

// number decodes an unsigned number of 4 or 8 bytes.
func (d *decoder) number(size int) (uint64, error) {
	if len(d.rest) < size {
		return 0, fmt.Errorf("%w reply: a number is cut short", ErrMalformed)
	}
	b := d.rest[:size]
	d.rest = d.rest[size:]
	if size == 4 {
		return uint64(binary.LittleEndian.Uint32(b)), nil
	}
	return binary.LittleEndian.Uint64(b), nil
}

func (d *decoder) string() ([]byte, error) {
	n, err := d.number(4)
	if err != nil {
		return nil, err
	}
	if n > uint64(len(d.rest)) {
		return nil, fmt.Errorf("%w reply: a string is cut short", ErrMalformed)
	}
	s := d.rest[:n:n]
	d.rest = d.rest[n:]
	return s, nil
}

// firstElems is the number of elements for which room is made before any has been decoded.
const firstElems = 1024

func (d *decoder) array(depth int) ([]Value, error) {
	n, err := d.number(4)
	if err != nil {
		return nil, err
	}
	if n > uint64(len(d.rest)) { // an element takes a byte at least
		return nil, fmt.Errorf("%w reply: an array is cut short", ErrMalformed)
	}
	if depth == MaxDepth {
		return nil, fmt.Errorf("%w reply: arrays nest deeper than %d", ErrMalformed, MaxDepth)
	}
	elems := make([]Value, 0, min(n, firstElems))
	for range n {
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		elems = append(elems, v)
	}
	return elems, nil
}
