package frame

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/keyspace/reply"
)

var testLimits = Limits{FrameBytes: 1000, StringBytes: 500, Strings: 20}

// u32 is numbers as they stand in a frame.
func u32(numbers ...uint32) []byte {
	var b []byte
	for _, n := range numbers {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	return b
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func toStrings(args [][]byte) []string {
	list := []string{}
	for _, a := range args {
		list = append(list, string(a))
	}
	return list
}

func TestRequestOnTheWire(t *testing.T) {
	got := AppendRequest(nil, "GET", "k")
	want := "\x10\x00\x00\x00" + "\x02\x00\x00\x00" + "\x03\x00\x00\x00GET" + "\x01\x00\x00\x00k"
	if string(got) != want {
		t.Errorf("GET k is %q, want %q", got, want)
	}
}

func TestParseRequestRoundTrip(t *testing.T) {
	cases := [][]string{
		{"PING"},
		{"SET", "key", "value"},
		{"SET", "", ""},
		{""},
		{"SET", "k", strings.Repeat("v", 500)},
		strings.Split("MGET a b c d e f g h i j k l m n o p q r s", " "),
		{"\x00\xff", "\r\n"},
	}
	for _, want := range cases {
		b := AppendRequest(nil, want...)
		behind := append(bytes.Clone(b), "next"...)
		for n := range len(b) { // I5
			args, size, err := ParseRequest(b[:n], &testLimits, nil)
			if err != nil || size <= n || size > len(b) || len(args) != 0 {
				t.Fatalf("%d of %d bytes of %q: size %d, %q, %v", n, len(b), want, size, args, err)
			}
		}
		args, size, err := ParseRequest(behind, &testLimits, nil)
		if err != nil || size != len(b) || !reflect.DeepEqual(toStrings(args), want) {
			t.Errorf("%q became %q, size %d of %d, %v", want, args, size, len(b), err)
		}
	}
}

func TestEmptyRequestIsACommandWithoutName(t *testing.T) {
	args, size, err := ParseRequest(u32(4, 0), &testLimits, nil)
	if err != nil || size != 8 || len(args) != 1 || len(args[0]) != 0 {
		t.Errorf("got %q, size %d, %v", args, size, err)
	}
}

func TestViewsDoNotReachEachOther(t *testing.T) {
	b := AppendRequest(nil, "SET", "key", "value")
	args, _, err := ParseRequest(b, &testLimits, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range args {
		if cap(a) != len(a) {
			t.Errorf("argument %d can be appended to over its neighbour", i)
		}
	}
}

func TestHostileRequests(t *testing.T) {
	cases := []struct {
		name string
		in   []byte
		want error
	}{
		{"a length of 0", u32(0), ErrMalformed},
		{"a length below that of the count", u32(3), ErrMalformed},
		{"a length at the limit", u32(1000), nil},
		{"a length above the limit", u32(1001), ErrTooBig},
		{"the largest length", u32(math.MaxUint32), ErrTooBig},
		{"text", []byte("GET a\r\n"), ErrTooBig},
		{"more strings than the frame has room for", u32(8, 2), ErrMalformed},
		{"the largest count", u32(8, math.MaxUint32), ErrMalformed},
		{"a count whose size overflows 32 bits", u32(8, 0x40000000), ErrMalformed},
		{"strings at the limit", join(u32(84, 20), make([]byte, 80)), nil},
		{"strings above the limit", u32(88, 21), ErrTooManyStrings},
		{"a string beyond the frame", join(u32(9, 1, 2), []byte("x")), ErrMalformed},
		{"the longest string", join(u32(9, 1, math.MaxUint32), []byte("x")), ErrMalformed},
		{"a string at the limit", join(u32(508, 1, 500), make([]byte, 500)), nil},
		{"a string above the limit", join(u32(509, 1, 501), make([]byte, 501)), ErrStringTooBig},
		{"a byte behind the strings", join(u32(10, 1, 1), []byte("xy")), ErrMalformed},
		{"bytes behind no strings", join(u32(5, 0), []byte("x")), ErrMalformed},
		{"a string that eats the next one's length", join(u32(13, 2, 5), []byte("xxxxx")), ErrMalformed},
		{"a next length that is cut", join(u32(14, 2, 3), []byte("xxx"), []byte("yyy")), ErrMalformed},
	}
	for _, c := range cases {
		if _, _, err := ParseRequest(c.in, &testLimits, nil); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

func TestParseRequestAllocatesNothing(t *testing.T) {
	b := AppendRequest(nil, "SET", "key", "value")
	args := make([][]byte, 0, 8)
	n := testing.AllocsPerRun(100, func() {
		if _, _, err := ParseRequest(b, &testLimits, args); err != nil {
			t.Fatal(err)
		}
	})
	if n != 0 {
		t.Errorf("%v allocations per request", n)
	}
}

// FuzzParseRequest checks the invariants of doc.go on any bytes.
func FuzzParseRequest(f *testing.F) {
	f.Add(AppendRequest(nil, "SET", "key", "value"))
	f.Add(u32(4, 0))
	f.Add(join(u32(14, 2, 3), []byte("xxx"), []byte("yyy")))
	f.Add([]byte("GET a\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		args, size, err := ParseRequest(b, &testLimits, nil)
		for n := range min(len(b), 64) { // I5, and that more bytes do not change the verdict
			_, before, early := ParseRequest(b[:n], &testLimits, nil)
			if early != nil && err == nil {
				t.Fatalf("%d bytes are %v, all of them are good", n, early)
			}
			if early == nil && err == nil && before <= n && before != size {
				t.Fatalf("of %d bytes the size is %d, of all %d", n, before, size)
			}
		}
		if err != nil || size > len(b) {
			return
		}
		if len(args) == 1 && len(args[0]) == 0 && size == 8 {
			return // the empty request, which is written as a request of one empty string
		}
		if again := AppendRequest(nil, args...); !bytes.Equal(again, b[:size]) { // I1
			t.Fatalf("%q was parsed from %q", args, b[:size])
		}
	})
}

func TestParseReply(t *testing.T) {
	f64 := binary.LittleEndian.AppendUint64(nil, math.Float64bits(1.5))
	i64 := binary.LittleEndian.AppendUint64(nil, uint64(math.MaxUint64)) // -1
	cases := []struct {
		name string
		in   []byte
		want string
	}{
		{"nil", []byte{0}, "nil"},
		{"an error", join([]byte{1}, u32(3, 4), []byte("ERR!")), `error "ERR!"`},
		{"a string", join([]byte{2}, u32(2), []byte("\x00x")), `"\x00x"`},
		{"an empty string", join([]byte{2}, u32(0)), `""`},
		{"an integer", join([]byte{3}, i64), "-1"},
		{"a double", join([]byte{4}, f64), "1.5"},
		{"an empty array", join([]byte{5}, u32(0)), "[]"},
		{"an array", join([]byte{5}, u32(2), []byte{0, 5}, u32(1), []byte{0}), "[nil [nil]]"},
	}
	for _, c := range cases {
		v, err := ParseReply(c.in)
		if err != nil || v.String() != c.want {
			t.Errorf("%s: %v, %v, want %s", c.name, v, err, c.want)
		}
		for n := range c.in {
			if _, err := ParseReply(c.in[:n]); !errors.Is(err, ErrMalformed) {
				t.Errorf("%s: %d of %d bytes: %v", c.name, n, len(c.in), err)
			}
		}
		if _, err := ParseReply(append(c.in[:len(c.in):len(c.in)], 0)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s with a byte behind it: %v", c.name, err)
		}
	}
}

func TestHostileReplies(t *testing.T) {
	deep := func(n int) []byte {
		return append(bytes.Repeat(join([]byte{5}, u32(1)), n), 0)
	}
	cases := []struct {
		name string
		in   []byte
		good bool
	}{
		{"an unknown tag", []byte{6}, false},
		{"an array of the largest count", join([]byte{5}, u32(math.MaxUint32), []byte{0, 0}), false},
		{"a string of the largest length", join([]byte{2}, u32(math.MaxUint32), []byte("x")), false},
		{"an error of the largest length", join([]byte{1}, u32(1, math.MaxUint32), []byte("x")), false},
		{"arrays as deep as they may be", deep(MaxDepth), true},
		{"arrays that are too deep", deep(MaxDepth + 1), false},
		{"a bomb of arrays", bytes.Repeat(join([]byte{5}, u32(1)), 1<<20), false},
	}
	for _, c := range cases {
		if _, err := ParseReply(c.in); (err == nil) != c.good {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestValueAccessors(t *testing.T) {
	str := func(s string) Value { return Value{tag: String, bytes: []byte(s)} }
	integer := Value{tag: Int, bits: uint64(math.MaxUint64)}
	double := Value{tag: Double, bits: math.Float64bits(2.5)}
	wrong := Value{tag: Err, bits: uint64(reply.CodeWrongType), bytes: []byte("WRONGTYPE no")}

	if n, err := integer.Int(); n != -1 || err != nil {
		t.Error("Int of an integer:", n, err)
	}
	if n, err := str("42").Int(); n != 42 || err != nil {
		t.Error("Int of a string:", n, err)
	}
	if _, err := double.Int(); err == nil {
		t.Error("Int of a double is no error")
	}
	for _, v := range []Value{double, str("2.5")} {
		if f, err := v.Float64(); f != 2.5 || err != nil {
			t.Error("Float64:", f, err)
		}
	}
	if f, err := integer.Float64(); f != -1 || err != nil {
		t.Error("Float64 of an integer:", f, err)
	}
	inf := Value{tag: Double, bits: math.Float64bits(math.Inf(-1))}
	for v, want := range map[*Value]string{&integer: "-1", &double: "2.5", &inf: "-inf"} {
		if s, err := v.Text(); s != want || err != nil {
			t.Error("Text:", s, err)
		}
	}
	list := Value{tag: Array, elems: []Value{str("a"), {}, integer}}
	if got, err := list.Strings(); err != nil || !reflect.DeepEqual(got, []string{"a", "", "-1"}) {
		t.Error("Strings:", got, err)
	}
	if _, err := str("a").Array(); err == nil {
		t.Error("Array of a string is no error")
	}
	var e *Error
	if _, err := wrong.Int(); !errors.As(err, &e) || e.Code != reply.CodeWrongType {
		t.Error("Int of an error reply:", err)
	}
	if !(Value{}).IsNil() || (Value{}).Err() != nil {
		t.Error("the zero value is not nil")
	}
}

func FuzzParseReply(f *testing.F) {
	f.Add([]byte{0})
	f.Add(join([]byte{5}, u32(2), []byte{0, 5}, u32(1), []byte{0}))
	f.Add(join([]byte{1}, u32(3, 4), []byte("ERR!")))
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := ParseReply(b)
		if err != nil {
			return
		}
		if again := appendValue(nil, v); !bytes.Equal(again, b) { // I1
			t.Fatalf("%v was parsed from %q", v, b)
		}
	})
}

// appendValue is the reverse of ParseReply.
func appendValue(b []byte, v Value) []byte {
	b = append(b, byte(v.tag))
	switch v.tag {
	case Err:
		b = binary.LittleEndian.AppendUint32(b, uint32(v.bits))
		b = binary.LittleEndian.AppendUint32(b, uint32(len(v.bytes)))
		b = append(b, v.bytes...)
	case String:
		b = binary.LittleEndian.AppendUint32(b, uint32(len(v.bytes)))
		b = append(b, v.bytes...)
	case Int, Double:
		b = binary.LittleEndian.AppendUint64(b, v.bits)
	case Array:
		b = binary.LittleEndian.AppendUint32(b, uint32(len(v.elems)))
		for _, e := range v.elems {
			b = appendValue(b, e)
		}
	}
	return b
}

func BenchmarkParseRequest(b *testing.B) {
	in := AppendRequest(nil, "SET", "key:000000012345", "xxxxxxxxxxxxxxxx")
	args := make([][]byte, 0, 8)
	lim := Limits{FrameBytes: DefaultMaxFrameBytes, StringBytes: 1 << 29, Strings: MaxStrings}
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := ParseRequest(in, &lim, args); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseReply(b *testing.B) {
	in := join([]byte{2}, u32(16), []byte("xxxxxxxxxxxxxxxx"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseReply(in); err != nil {
			b.Fatal(err)
		}
	}
}
