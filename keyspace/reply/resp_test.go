package reply

import (
	"fmt"
	"math"
	"testing"
)

func TestRESPBytes(t *testing.T) {
	tests := []struct {
		name   string
		write  func(w Writer)
		v2, v3 string
	}{
		{"status", func(w Writer) { w.Status("OK") }, "+OK\r\n", "+OK\r\n"},
		{"error", func(w Writer) { w.Error("ERR a\r\nb") }, "-ERR a  b\r\n", "-ERR a  b\r\n"},
		{"one digit", func(w Writer) { w.Int(7) }, ":7\r\n", ":7\r\n"},
		{"two digits", func(w Writer) { w.Int(42) }, ":42\r\n", ":42\r\n"},
		{"three digits", func(w Writer) { w.Int(100) }, ":100\r\n", ":100\r\n"},
		{"negative", func(w Writer) { w.Int(-1) }, ":-1\r\n", ":-1\r\n"},
		{"least", func(w Writer) { w.Int(math.MinInt64) }, ":-9223372036854775808\r\n",
			":-9223372036854775808\r\n"},
		{"double", func(w Writer) { w.Double(0.1) }, "$19\r\n0.10000000000000001\r\n",
			",0.10000000000000001\r\n"},
		{"infinity", func(w Writer) { w.Double(math.Inf(-1)) }, "$4\r\n-inf\r\n", ",-inf\r\n"},
		{"human double", func(w Writer) { w.HumanDouble(-2.50) }, "$4\r\n-2.5\r\n", ",-2.5\r\n"},
		{"true", func(w Writer) { w.Bool(true) }, ":1\r\n", "#t\r\n"},
		{"false", func(w Writer) { w.Bool(false) }, ":0\r\n", "#f\r\n"},
		{"big number", func(w Writer) { w.BigNumber("123") }, "$3\r\n123\r\n", "(123\r\n"},
		{"verbatim", func(w Writer) { w.Verbatim("txt", "hi") }, "$2\r\nhi\r\n", "=6\r\ntxt:hi\r\n"},
		{"bulk", func(w Writer) { w.Bulk([]byte("a\r\nb")) }, "$4\r\na\r\nb\r\n", "$4\r\na\r\nb\r\n"},
		{"empty bulk", func(w Writer) { w.BulkString("") }, "$0\r\n\r\n", "$0\r\n\r\n"},
		{"null", func(w Writer) { w.Null() }, "$-1\r\n", "_\r\n"},
		{"null array", func(w Writer) { w.NullArray() }, "*-1\r\n", "_\r\n"},
		{"array", func(w Writer) { w.Array(3) }, "*3\r\n", "*3\r\n"},
		{"set", func(w Writer) { w.Set(12) }, "*12\r\n", "~12\r\n"},
		{"map", func(w Writer) { w.Map(2) }, "*4\r\n", "%2\r\n"},
		{"push", func(w Writer) { w.BeginPush(3) }, "*3\r\n", ">3\r\n"},
	}
	for _, tt := range tests {
		for version, want := range map[int]string{2: tt.v2, 3: tt.v3} {
			w := &RESP{}
			w.SetProto(version)
			if w.Proto() != version {
				t.Errorf("Proto() = %d", w.Proto())
			}
			tt.write(w)
			if got := string(w.Take()); got != want {
				t.Errorf("%s in RESP%d: %q, want %q", tt.name, version, got, want)
			}
		}
	}
}

// aggregate is the two ways to write one.
type aggregate struct {
	announce func(w Writer, n int)
	deferred func(w Writer) Mark
}

func TestDeferredIsAsAnnounced(t *testing.T) {
	kinds := map[string]aggregate{
		"array": {func(w Writer, n int) { w.Array(n) }, func(w Writer) Mark { return w.DeferArray() }},
		"set":   {func(w Writer, n int) { w.Set(n) }, func(w Writer) Mark { return w.DeferSet() }},
		"map":   {func(w Writer, n int) { w.Map(n) }, func(w Writer) Mark { return w.DeferMap() }},
	}
	for name, kind := range kinds {
		for _, n := range []int{0, 1, 10, 1000} {
			kind.compare(t, fmt.Sprintf("%s of %d in RESP2", name, n), 2, n)
			kind.compare(t, fmt.Sprintf("%s of %d in RESP3", name, n), 3, n)
		}
	}
}

// compare writes an aggregate of n in both ways.
func (a aggregate) compare(t *testing.T, name string, version, n int) {
	w := &RESP{}
	w.SetProto(version)
	a.announce(w, n)
	fill(w, n)
	announced := string(w.Take())
	w.Status("before")
	m := a.deferred(w)
	fill(w, n)
	w.Resolve(m, n)
	if got := string(w.Take()); got != "+before\r\n"+announced {
		t.Errorf("%s: %.40q, announced %.40q", name, got, announced)
	}
}

// fill appends the elements of an aggregate of n, or of n pairs.
func fill(w Writer, n int) {
	for range 2 * n {
		w.BulkString("x")
	}
}

func TestTruncateLeavesNothing(t *testing.T) {
	w := &RESP{}
	w.Give(make([]byte, 0, 64))
	w.Int(1)
	n := w.Len()
	w.Array(2)
	w.Bulk([]byte("gone"))
	w.Truncate(n)
	if got := string(w.Take()); got != ":1\r\n" {
		t.Errorf("left %q", got)
	}
	if w.Len() != 0 || w.Take() != nil {
		t.Error("Take left something behind")
	}
}

func TestUnknownCommandQuotesItsArguments(t *testing.T) {
	long := make([]byte, 200)
	for i := range long {
		long[i] = 'x'
	}
	x := func(n int) string { return string(long[:n]) }
	tests := []struct {
		args []string
		want string
	}{
		{[]string{"foo"}, "ERR unknown command 'foo', with args beginning with: "},
		{[]string{"foo", "a", "b"}, "ERR unknown command 'foo', with args beginning with: 'a' 'b' "},
		{[]string{x(200)}, "ERR unknown command '" + x(128) + "', with args beginning with: "},
		{[]string{"foo", x(200), "b"},
			"ERR unknown command 'foo', with args beginning with: '" + x(128) + "' "},
		{[]string{"foo", x(100), x(100), "c"},
			"ERR unknown command 'foo', with args beginning with: '" + x(100) + "' '" + x(25) + "' "},
	}
	for _, tt := range tests {
		args := make([][]byte, len(tt.args))
		for i, a := range tt.args {
			args[i] = []byte(a)
		}
		if got := UnknownCommand(args); string(got) != tt.want {
			t.Errorf("got  %q\nwant %q", got, tt.want)
		}
	}
}
