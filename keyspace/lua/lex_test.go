package lua

import (
	"bufio"
	"bytes"
	_ "embed"
	"errors"
	"strconv"
	"strings"
	"testing"
)

// syntaxGolden is what the Lua of redis-server 7.0.15 says about texts, one a line: the text and
// the error, quoted, as EVAL with loadstring(ARGV[1], "=c") gave them. No error is "".
//
//go:embed testdata/syntax.txt
var syntaxGolden []byte

// goldenSyntax calls f for each line of syntaxGolden.
func goldenSyntax(t testing.TB, f func(source, want string)) {
	lines := bufio.NewScanner(bytes.NewReader(syntaxGolden))
	for lines.Scan() {
		quoted, err := strconv.QuotedPrefix(lines.Text())
		if err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		source, _ := strconv.Unquote(quoted)
		want, err := strconv.Unquote(strings.TrimSpace(lines.Text()[len(quoted):]))
		if err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		f(source, want)
	}
}

// syntaxErrorOf parses as loadstring does in a script: one call deep.
func syntaxErrorOf(source string) string {
	if _, err := New().parse(source, "c", 1); err != nil {
		return err.Error()
	}
	return ""
}

func TestSyntaxIsThatOfRedis(t *testing.T) {
	goldenSyntax(t, func(source, want string) {
		if got := syntaxErrorOf(source); got != want {
			t.Errorf("%q:\n got %q\nwant %q", source, got, want)
		}
	})
}

// numbered is n words with their numbers and commas between them.
func numbered(word string, n int) string {
	words := make([]string, n)
	for i := range words {
		words[i] = word + strconv.Itoa(i)
	}
	return strings.Join(words, ",")
}

// around is inside within n openings and closings.
func around(n int, opening, inside, closing string) string {
	return strings.Repeat(opening, n) + inside + strings.Repeat(closing, n)
}

const (
	tooComplex = "function or expression too complex"
	tooDeep    = "chunk has too many syntax levels"
)

// The expectations are those of redis-server 7.0.15, asked as for syntaxGolden; but the errors
// without a line by EVAL, as a script that catches one gets a table.
var limitCases = []struct{ name, source, want string }{
	{"blocks", around(198, "do ", "", "end "), ""},
	{"a block more", around(199, "do ", "", "end "), "c:1: " + tooDeep},
	{"parentheses", "return " + around(197, "(", "1", ")"), ""},
	{"a parenthesis more", "return " + around(198, "(", "1", ")"), "c:1: " + tooDeep},
	{"minus", "return " + around(197, "- ", "1", ""), ""},
	{"a minus more", "return " + around(198, "- ", "1", ""), "c:1: " + tooDeep},
	{"tables", "return " + around(197, "{", "1", "}"), ""},
	{"a table more", "return " + around(198, "{", "1", "}"), "c:1: " + tooDeep},
	{"functions", around(99, "f(function() ", "", " end)"), ""},
	{"a function more", around(100, "f(function() ", "", " end)"), "c:1: " + tooDeep},
	{"joined", "return " + around(197, "a..", "a", ""), ""},
	{"a join more", "return " + around(198, "a..", "a", ""), "c:1: " + tooDeep},
	{"a long sum", "return " + around(20000, "a+", "a", ""), ""},
	{"a long chain", "return " + around(20000, "a.", "a", ""), ""},
	{"many calls", "return " + around(20000, "", "a", "()"), ""},
	{"many statements", around(20000, "a=1;", "", ""), ""},
	{"locals", "local " + numbered("a", 200), ""},
	{"a local more", "local " + numbered("a", 201),
		"c:1: main function has more than 200 local variables"},
	{"a local more in a function", "\nfunction f()\nlocal " + numbered("a", 201),
		"c:3: function at line 2 has more than 200 local variables"},
	{"parameters", "\n\nlocal function f\n(" + numbered("a", 200) + ", ...) end",
		"c:4: function at line 4 has more than 200 local variables"},
	{"a for with 196 locals", "local " + numbered("a", 196) + " for i = 1, 2 do end", ""},
	{"a for with 197 locals", "local " + numbered("a", 197) + " for i = 1, 2 do end",
		"c:1: main function has more than 200 local variables"},
	{"pairs with 195 locals", "local " + numbered("a", 195) + " for k, v in p do end", ""},
	{"pairs with 196 locals", "local " + numbered("a", 196) + " for k, v in p do end",
		"c:1: main function has more than 200 local variables"},
	{"all locals", around(32767, "do local a end ", "", ""), ""},
	{"all locals and one", around(32768, "do local a end ", "", ""), "too many local variables"},
	{"upvalues", "local " + numbered("a", 60) + " function f() return " + numbered("a", 60) + " end",
		""},
	{"an upvalue more",
		"local " + numbered("a", 61) + " \nfunction f() \nreturn " + numbered("a", 61) + " end",
		"c:3: function at line 2 has more than 60 upvalues"},
	{"an upvalue more on the way",
		"local " + numbered("a", 61) + "\nfunction f() return function()\nreturn " +
			numbered("a", 61) + " end end",
		"c:3: function at line 2 has more than 60 upvalues"},
	{"targets", numbered("a", 198) + " = 1", ""},
	{"targets and two more", numbered("a", 200) + " = 1",
		"c:1: main function has more than 198 variables in assignment"},
	{"arguments", "f(" + numbered("", 248) + ")", ""},
	{"an argument more", "f(" + numbered("", 249) + ")", "c:1: " + tooComplex + " near '<eof>'"},
	{"arguments of a method", "a:f(" + numbered("", 248) + ")",
		"c:1: " + tooComplex + " near '<eof>'"},
	{"arguments behind locals", "local " + numbered("a", 200) + "\nf(" + numbered("", 60) + ")",
		"c:2: " + tooComplex + " near '49'"},
	{"values returned", "return " + numbered("", 249), ""},
	{"a value more", "return " + numbered("", 250), "c:1: " + tooComplex + " near '<eof>'"},
	{"the list of a table", "return {" + numbered("", 2000) + "}", ""},
	{"tables in one another", "local " + numbered("a", 200) + " return " +
		around(60, "{1, ", "1", "}"), "c:1: " + tooComplex + " near '{'"},
	{"constants", "local t = {" + numbered("", 262143) + "}", ""},
	{"constants and one", "local t = {" + numbered("", 262144) + "}", "constant table overflow"},
}

func TestLimits(t *testing.T) {
	for _, c := range limitCases {
		if got := syntaxErrorOf(c.source); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// The expectations are those of redis-server 7.0.15, from the errors of loadstring.
func TestChunkDisplay(t *testing.T) {
	path := strings.Repeat("/abcdefgh", 11)
	for _, c := range []struct{ name, want, syntax string }{
		{"@user_script", "user_script", "user_script"},
		{"=c", "c", "c"},
		{"=", "", ""},
		{"@", "", ""},
		{"", `[string ""]`, `[string ""]`},
		{"x = 1", `[string "x = 1"]`, `[string "x = 1"]`},
		{"x\ny", `[string "x..."]`, `[string "x..."]`},
		{"x\ry", `[string "x..."]`, `[string "x..."]`},
		{"\nx", `[string "..."]`, `[string "..."]`},
		{"x\x00y", `[string "x"]`, `[string "x"]`},
		{"@" + path, "..." + path[99-52:], "..." + path[99-72:]},
		{"@" + path[:51], path[:51], path[:51]},
		{"@" + path[:52], path[:52], path[:52]},
		{"@" + path[:53], "..." + path[1:53], path[:53]},
		{"@" + path[:72], "..." + path[20:72], path[:72]},
		{"@" + path[:73], "..." + path[21:73], "..." + path[1:73]},
		{"=" + path, path[:59], path[:79]},
		{path[:43], `[string "` + path[:43] + `"]`, `[string "` + path[:43] + `"]`},
		{path[:44], `[string "` + path[:43] + `..."]`, `[string "` + path[:44] + `"]`},
		{path[:63], `[string "` + path[:43] + `..."]`, `[string "` + path[:63] + `"]`},
		{path[:64], `[string "` + path[:43] + `..."]`, `[string "` + path[:63] + `..."]`},
	} {
		if got := chunkDisplay(c.name); got != c.want {
			t.Errorf("chunkDisplay(%q) = %q, want %q", c.name, got, c.want)
		}
		if got := chunkDisplaySyntax(c.name); got != c.syntax {
			t.Errorf("chunkDisplaySyntax(%q) = %q, want %q", c.name, got, c.syntax)
		}
	}
}

func FuzzParse(f *testing.F) {
	goldenSyntax(f, func(source, _ string) { f.Add(source) })
	f.Fuzz(func(t *testing.T, source string) {
		fn, err := New().parse(source, "c", 0)
		var e *Error
		if err != nil && (!errors.As(err, &e) || e.Value.Kind() != KindString) {
			t.Fatalf("%T: %v", err, err)
		}
		if (err == nil) != (fn != nil) {
			t.Fatal("neither a function nor an error, or both")
		}
	})
}
