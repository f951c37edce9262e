package inline

import (
	"bytes"
	"errors"
	"slices"
	"testing"
)

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		rule, line string
		want       []string // nil: unbalanced
	}{
		{"R1 an empty line has no arguments", "", []string{}},
		{"R1 a line of white space has none", " \t\r\n\v\f ", []string{}},
		{"R1 runs of blanks separate", "  set   k\t\tv ", []string{"set", "k", "v"}},
		{"R1 vertical tab and form feed separate before an argument", "a \v\f b", []string{"a", "b"}},
		{"R2 but belong to one that has begun", "a\v\fb c", []string{"a\v\fb", "c"}},
		{"R3 quotes in the middle", `a"b c"`, []string{"ab c"}},
		{"R3 single quotes in the middle", `a'b c' d`, []string{"ab c", "d"}},
		{"R3 one kind within the other", `"it's" 'say "hi"'`, []string{"it's", `say "hi"`}},
		{"R4 text after a closing quote", `"a"b`, nil},
		{"R4 a quote after a closing quote", `"a""b"`, nil},
		{"R4 text after a closing single quote", `'a'b`, nil},
		{"R4 a form feed after a closing quote", "\"a\"\fb", []string{"a", "b"}},
		{"R4 a NUL after a closing quote", "\"a\"\x00b", []string{"a"}},
		{"R5 open double quotes", `set k "v`, nil},
		{"R5 open single quotes", `set k 'v`, nil},
		{"R5 a lone quote", `"`, nil},
		{"R5 an escaped closing quote", `"a\"`, nil},
		{"R5 an escaped closing single quote", `'a\'`, nil},
		{"R5 a backslash at the end", `"a\`, nil},
		{"R6 a NUL ends the line", "a b\x00c d", []string{"a", "b"}},
		{"R6 a NUL at the beginning", "\x00a", []string{}},
		{"R6 a NUL between quotes leaves them open", "\"a\x00\"", nil},
		{"R7 empty quotes", `"" ''`, []string{"", ""}},
		{"R7 empty quotes after text", `a"" b''`, []string{"a", "b"}},
		{"the letters", `"\n\r\t\b\a"`, []string{"\n\r\t\b\a"}},
		{"other letters stand for themselves", `"\q\\\"\'"`, []string{`q\"'`}},
		{"hexadecimal digits of both cases", `"\x00\x7f\xAb"`, []string{"\x00\x7f\xab"}},
		{"x without two digits stands for itself", `"\x1g\x\xz1"`, []string{"x1gxxz1"}},
		{"no escapes outside quotes", `a\nb \"`, nil},
		{"a backslash outside quotes is a byte", `a\nb \x41`, []string{`a\nb`, `\x41`}},
		{"no letters between single quotes", `'\n\x41\\ '`, []string{`\n\x41\\ `}},
		{"an escaped single quote", `'it\'s'`, []string{"it's"}},
		{"bytes beyond ASCII", "\xff\xa0 \x85", []string{"\xff\xa0", "\x85"}},
	} {
		t.Run(c.rule, func(t *testing.T) {
			got, err := Split([]byte(c.line), nil)
			if c.want == nil {
				if !errors.Is(err, ErrUnbalanced) || len(got) != 0 {
					t.Fatalf("Split(%q) = %q, %v, want ErrUnbalanced", c.line, got, err)
				}
				return
			}
			if err != nil || !slices.EqualFunc(got, c.want, equal) {
				t.Fatalf("Split(%q) = %q, %v, want %q", c.line, got, err, c.want)
			}
		})
	}
}

func equal(got []byte, want string) bool { return string(got) == want }

func TestSplitAppends(t *testing.T) {
	dst := [][]byte{[]byte("kept")}
	got, err := Split([]byte("a b"), dst)
	if err != nil || len(got) != 3 || string(got[0]) != "kept" {
		t.Fatalf("got %q, %v", got, err)
	}
	got, err = Split([]byte(`a b "`), dst)
	if err == nil || len(got) != 1 {
		t.Fatalf("after an error got %q, %v, want what was there", got, err)
	}
}

// TestSplitKeepsArgumentsApart appends to each argument: its neighbour must not feel it.
func TestSplitKeepsArgumentsApart(t *testing.T) {
	got, err := Split([]byte(`aa bb "c c"`), nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		_ = append(got[i], "XXXX"...)
	}
	if string(bytes.Join(got, []byte("|"))) != "aa|bb|c c" {
		t.Fatalf("got %q", got)
	}
}

func TestSplitAllocatesNothing(t *testing.T) {
	line := []byte(`set key:1 "a\x41\n" 'b c'`)
	buf := make([]byte, len(line))
	dst := make([][]byte, 0, 8)
	n := testing.AllocsPerRun(100, func() {
		copy(buf, line)
		if _, err := Split(buf, dst); err != nil {
			t.Fatal(err)
		}
	})
	if n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

// quote writes an argument so that Split must give it back.
func quote(arg []byte) []byte {
	const hex = "0123456789abcdef"
	out := []byte{'"'}
	for _, c := range arg {
		if c >= 'a' && c <= 'z' || c == ' ' || c == '\'' {
			out = append(out, c)
			continue
		}
		out = append(out, '\\', 'x', hex[c>>4], hex[c&15])
	}
	return append(out, '"')
}

// FuzzSplit: no line breaks it, arguments are inside the line, and quoting what came out gives
// the same arguments again.
func FuzzSplit(f *testing.F) {
	for _, line := range []string{"", `a "b\x41" 'c\'d'`, "a\vb\x00c", `"a"b`, `x"y z`} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		args, err := Split(bytes.Clone(line), nil)
		if err != nil {
			return
		}
		total := 0
		var again []byte
		for _, arg := range args {
			total += len(arg)
			again = append(append(again, quote(arg)...), ' ')
		}
		if total > len(line) {
			t.Fatalf("%q gave %d bytes of arguments", line, total)
		}
		got, err := Split(again, nil)
		if err != nil || !slices.EqualFunc(got, args, bytes.Equal) {
			t.Fatalf("%q gave %q, quoted and split again %q, %v", line, args, got, err)
		}
	})
}

func BenchmarkSplit(b *testing.B) {
	line := []byte(`SET key:000000001 "hello world\n"`)
	buf := make([]byte, len(line))
	dst := make([][]byte, 0, 8)
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		copy(buf, line)
		if _, err := Split(buf, dst); err != nil {
			b.Fatal(err)
		}
	}
}
