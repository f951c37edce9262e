package main

import (
	"fmt"
	"go/token"
	"strings"
	"testing"
)

// TestRepository is the lint itself: the repository that this package is part of
// has no finding.
func TestRepository(t *testing.T) {
	tr, err := load("../..")
	if err != nil {
		t.Fatal(err)
	}
	if len(tr.files) < 10 {
		t.Fatalf("only %d files found: is this the root?", len(tr.files))
	}
	for _, f := range check(tr) {
		t.Error(f)
	}
}

// checkSource runs every rule on files given as path and text and returns the
// names of the rules that found something.
func checkSource(t *testing.T, files map[string]string) []string {
	t.Helper()
	tr := &tree{fset: token.NewFileSet()}
	for name, text := range files {
		if err := tr.parse(name, text); err != nil {
			t.Fatal(err)
		}
	}
	tr.resolve()
	var rules []string
	for _, f := range check(tr) {
		rules = append(rules, f.rule)
	}
	return rules
}

// lines returns a function body of n lines.
func lines(n int) string { return strings.Repeat("\tprintln()\n", n) }

// cases returns the clauses of a switch that takes 2n lines.
func cases(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "\tcase %d:\n\t\tprintln()\n", i)
	}
	return b.String()
}

// snippet is one file and the rule that must find it, "" for none.
type snippet struct {
	name string
	path string
	rule string
	text string
}

func runSnippets(t *testing.T, snippets []snippet) {
	t.Helper()
	for _, s := range snippets {
		t.Run(s.name, func(t *testing.T) {
			got := checkSource(t, map[string]string{s.path: s.text})
			want := []string{s.rule}
			if s.rule == "" {
				want = nil
			}
			if strings.Join(got, " ") != strings.Join(want, " ") {
				t.Errorf("found %q, want %q", got, want)
			}
		})
	}
}

const own = modulePath + "/"

func importing(name, path string) string {
	return "package " + name + "\n\nimport _ \"" + path + "\"\n"
}

func TestArrows(t *testing.T) {
	runSnippets(t, []snippet{
		{"a leaf may import the standard library", "types/arena/a.go", "",
			importing("arena", "encoding/binary")},
		{"a leaf may not import another leaf", "types/avl/a.go", "arrow",
			importing("avl", own+"types/dict")},
		{"a structure may import the arena", "types/avl/a.go", "",
			importing("avl", own+"types/arena")},
		{"a type may import the structures", "types/zset/a.go", "",
			importing("zset", own+"types/avl")},
		{"a type knows nothing of the keyspace", "types/zset/a.go", "arrow",
			importing("zset", own+"keyspace")},
		{"the keyspace knows no command", "keyspace/a.go", "arrow",
			importing("keyspace", own+"keyspace/command")},
		{"the keyspace may import its leaves", "keyspace/a.go", "",
			importing("keyspace", own+"keyspace/expiry")},
		{"a leaf of the keyspace does not import it", "keyspace/reply/a.go", "arrow",
			importing("reply", own+"keyspace")},
		{"a command may import the keyspace", "keyspace/command/a.go", "",
			importing("command", own+"keyspace")},
		{"the front ends never import each other", "resp/a.go", "arrow",
			importing("resp", own+"binproto")},
		{"nor the other way", "binproto/a.go", "arrow", importing("binproto", own+"resp")},
		{"a front end sees no data structure", "resp/a.go", "arrow",
			importing("resp", own+"types/zset")},
		{"a front end may parse numbers", "resp/a.go", "", importing("resp", own+"types/num")},
		{"a front end may import the commands", "resp/a.go", "",
			importing("resp", own+"keyspace/command")},
		{"resptest may import resp", "resp/resptest/a.go", "",
			importing("resptest", own+"resp")},
		{"a command line imports front ends", "cmd/ringer-server/a.go", "",
			importing("main", own+"binproto")},
		{"but no other command line", "cmd/ringer-cli/a.go", "arrow",
			importing("main", own+"cmd/ringer-bench")},
		{"a folder outside the picture", "server/a.go", "arrow",
			importing("server", own+"resp")},
		{"redcon in resp", "resp/a.go", "", importing("resp", "github.com/tidwall/redcon")},
		{"redcon elsewhere", "binproto/a.go", "arrow",
			importing("binproto", "github.com/tidwall/redcon")},
		{"redcon in a test elsewhere", "compat_test/a_test.go", "arrow",
			importing("compat", "github.com/tidwall/redcon")},
		{"a foreign module in the keyspace", "keyspace/a.go", "arrow",
			importing("keyspace", "example.com/thing")},
		{"a foreign module in a test", "keyspace/a_test.go", "",
			importing("keyspace", "example.com/thing")},
		{"the system in a type", "types/zset/a.go", "arrow",
			importing("zset", "golang.org/x/sys/unix")},
		{"unsafe in the arena", "types/arena/a.go", "", importing("arena", "unsafe")},
		{"unsafe elsewhere", "types/dict/a.go", "unsafe", importing("dict", "unsafe")},
		{"unsafe in a test elsewhere", "resp/a_test.go", "unsafe", importing("resp", "unsafe")},
	})
}

func TestLayout(t *testing.T) {
	runSnippets(t, []snippet{
		{"a folder that says nothing", "keyspace/util/a.go", "layout", "package words\n"},
		{"a package that says nothing", "keyspace/a.go", "layout", "package helpers\n"},
		{"a name that only contains such a word", "keyspace/commonality/a.go", "",
			"package commonality\n"},
	})
	tr := &tree{entries: []string{"go.mod", ".git", "types", "main.go", "internal"}}
	tr.checkLayout()
	if len(tr.found) != 2 || tr.found[0].file != "main.go" || tr.found[1].file != "internal" {
		t.Errorf("found %v, want main.go and internal", tr.found)
	}
}

func TestSize(t *testing.T) {
	nested := func(depth int) string {
		return "package a\n\nfunc f() {\n" + strings.Repeat("for {\n", depth) +
			strings.Repeat("}\n", depth) + "}\n"
	}
	long := func(n int, comment string) string {
		return "package a\n\n" + comment + "func f() {\n" + lines(n-2) + "}\n"
	}
	switching := "package a\n\n//tidy:long one case per byte\nfunc f(n int) {\n\tswitch n {\n" +
		cases(40) + "\t}\n}\n"
	runSnippets(t, []snippet{
		{"a function of 70 lines", "types/a/a.go", "", long(70, "")},
		{"a function of 71 lines", "types/a/a.go", "long", long(71, "")},
		{"a test of 71 lines", "types/a/a_test.go", "long", long(71, "")},
		{"a reason without a switch", "types/a/a.go", "long", long(71, "//tidy:long dull\n")},
		{"a flat switch with a reason", "types/a/a.go", "", switching},
		{"a flat switch without a reason", "types/a/a.go", "long",
			strings.Replace(switching, " one case per byte", "", 1)},
		{"three deep", "types/a/a.go", "", nested(3)},
		{"four deep", "types/a/a.go", "nesting", nested(4)},
		{"five deep is one finding", "types/a/a.go", "nesting", nested(5)},
		{"else if is no deeper", "types/a/a.go", "",
			"package a\n\nfunc f(n int) {\n\tfor {\n\tfor {\n" +
				"if n == 1 {\n} else if n == 2 {\n} else if n == 3 {\n} else {\n}\n}\n}\n}\n"},
		{"a function literal begins anew", "types/a/a.go", "",
			"package a\n\nfunc f() {\nfor {\nfor {\nfor {\nfunc() { for {\n} }()\n}\n}\n}\n}\n"},
		{"four parameters and a receiver", "types/a/a.go", "",
			"package a\n\ntype t int\n\nfunc (t) f(a, b, c, d int) {}\n"},
		{"five parameters", "types/a/a.go", "params",
			"package a\n\nfunc f(a, b int, c, d, e string) {}\n"},
		{"100 columns", "types/a/a.go", "", "package a\n\n// " + strings.Repeat("x", 97) + "\n"},
		{"101 columns", "types/a/a.go", "columns",
			"package a\n\n// " + strings.Repeat("x", 98) + "\n"},
		{"100 columns of two bytes each", "types/a/a.go", "",
			"package a\n\n// " + strings.Repeat("é", 97) + "\n"},
		{"a generated file", "types/a/a.go", "",
			"// Code generated by hand. DO NOT EDIT.\n\npackage a\n\n// " +
				strings.Repeat("x", 98) + "\n"},
		{"work put off", "types/a/a.go", "todo", "package a\n\n// TO" + "DO: more\n"},
		{"a word that only contains it", "types/a/a.go", "", "package a\n\n// TO" + "DOs\n"},
	})
}

func TestCalls(t *testing.T) {
	body := func(imports, text string) string {
		return "package a\n\nimport (\n" + imports + "\n)\n\nfunc f() {\n" + text + "\n}\n"
	}
	runSnippets(t, []snippet{
		{"sync in a type", "types/a/a.go", "calls", importing("a", "sync")},
		{"atomics in a type", "types/a/a.go", "calls", importing("a", "sync/atomic")},
		{"net in a command", "keyspace/command/a.go", "calls", importing("command", "net")},
		{"a logger in a command", "keyspace/command/a.go", "calls",
			importing("command", "log/slog")},
		{"sync in the keyspace", "keyspace/a.go", "", importing("keyspace", "sync")},
		{"sync in a type's test", "types/a/a_test.go", "", importing("a", "sync")},
		{"a goroutine", "types/a/a.go", "calls", "package a\n\nfunc f() { go f() }\n"},
		{"a channel", "types/a/a.go", "calls", "package a\n\nfunc f(c chan int) {}\n"},
		{"the clock", "types/a/a.go", "calls", body(`"time"`, "_ = time.Now()")},
		{"the clock under another name", "types/a/a.go", "calls",
			body(`clock "time"`, "_ = clock.Now()")},
		{"the clock as a value", "types/a/a.go", "calls", body(`"time"`, "_ = time.Since")},
		{"a duration", "types/a/a.go", "", body(`"time"`, "_ = time.Second")},
		{"a variable called time", "types/a/a.go", "",
			"package a\n\nfunc f(time interface{ Now() int }) int { return time.Now() }\n"},
		{"a shared random number", "types/a/a.go", "calls",
			body(`"math/rand/v2"`, "_ = rand.IntN(3)")},
		{"a generator of one's own", "types/a/a.go", "",
			body(`"math/rand/v2"`, "_ = rand.New(rand.NewPCG(1, 2))")},
	})
}

func TestState(t *testing.T) {
	const head = "package a\n\nimport (\n\t\"errors\"\n\t\"sync\"\n)\n\n"
	runSnippets(t, []snippet{
		{"an init function", "resp/a.go", "state", "package a\n\nfunc init() {}\n"},
		{"a method called init", "resp/a.go", "", "package a\n\ntype t int\n\nfunc (t) init() {}\n"},
		{"an error sentinel", "resp/a.go", "", head + "var errGone = errors.New(\"gone\")\n"},
		{"a table", "resp/a.go", "", "package a\n\nvar sizes = [...]int{1, 2, 4}\n"},
		{"a map that is only read", "resp/a.go", "", "package a\n\nvar m = map[int]int{1: 2}\n\n" +
			"func f() int { return m[1] }\n"},
		{"a table made by a function", "resp/a.go", "",
			"package a\n\nvar sizes = makeSizes()\n\nfunc makeSizes() [4]int { return [4]int{} }\n"},
		{"a pointer made by a function", "resp/a.go", "state",
			"package a\n\nvar p = makeP()\n\nfunc makeP() *int { return new(int) }\n"},
		{"a variable without a value", "resp/a.go", "state", "package a\n\nvar n int\n"},
		{"a lock", "resp/a.go", "state", head + "var mu sync.Mutex\n"},
		{"a map with a lock in it", "resp/a.go", "state", head + "var m = sync.Map{}\n"},
		{"a struct with a lock in it", "resp/a.go", "state",
			head + "var m = struct{ mu sync.Mutex }{}\n"},
		{"a pointer to a struct", "resp/a.go", "state", "package a\n\nvar p = &struct{ n int }{}\n"},
		{"a map made empty", "resp/a.go", "state", "package a\n\nvar m = make(map[int]int)\n"},
		{"a counter", "resp/a.go", "state", "package a\n\nvar n = 0\n\nfunc f() { n++ }\n"},
		{"a map that is written to", "resp/a.go", "state",
			"package a\n\nvar m = map[int]int{}\n\nfunc f() { m[1] = 2 }\n"},
		{"a map that is deleted from", "resp/a.go", "state",
			"package a\n\nvar m = map[int]int{}\n\nfunc f() { delete(m, 1) }\n"},
		{"a local variable of the same name", "resp/a.go", "",
			"package a\n\nvar n = 0\n\nfunc f() int { n := 1; n++; return n }\n"},
		{"an interface assertion", "resp/a.go", "", "package a\n\nvar _ error = (*E)(nil)\n\n" +
			"// E is an error.\ntype E int\n\n// Error is its text.\n" +
			"func (*E) Error() string { return \"\" }\n"},
		{"what the rule can't see through", "resp/a.go", "",
			"package a\n\n//tidy:table read only\nvar p = makeP()\n\nfunc makeP() *int { return nil }\n"},
		{"a marked table that is written to", "resp/a.go", "state",
			"package a\n\n//tidy:table read only\nvar m = make(map[int]int)\n\n" +
				"func f() { m[1] = 2 }\n"},
		{"state of a test", "resp/a_test.go", "", "package a\n\nvar n int\n"},
	})
}

func TestWire(t *testing.T) {
	const stray = "package a\n\nconst text = \"ERR syntax error\"\n"
	runSnippets(t, []snippet{
		{"a stray text", "keyspace/command/a.go", "wire", stray},
		{"with the dash of the protocol", "resp/a.go", "wire",
			"package a\n\nconst text = `-NOAUTH Authentication required.`\n"},
		{"the place for them", "keyspace/reply/errors.go", "", stray},
		{"a test", "keyspace/command/a_test.go", "", stray},
		{"a client", "cmd/ringer-cli/a.go", "", stray},
		{"a word alone", "resp/a.go", "", "package a\n\nconst name = \"ASK\"\n"},
		{"a word that goes on", "resp/a.go", "", "package a\n\nconst name = \"ERROR in it\"\n"},
	})
}

func TestDocs(t *testing.T) {
	runSnippets(t, []snippet{
		{"a function without a comment", "types/a/a.go", "doc", "package a\n\nfunc F() {}\n"},
		{"a function with one", "types/a/a.go", "", "package a\n\n// F does it.\nfunc F() {}\n"},
		{"a comment about something else", "types/a/a.go", "doc",
			"package a\n\n// Does it.\nfunc F() {}\n"},
		{"a method that nobody sees", "types/a/a.go", "",
			"package a\n\ntype t int\n\nfunc (t) F() {}\n"},
		{"a method that is seen", "types/a/a.go", "doc",
			"package a\n\n// T is one.\ntype T int\n\nfunc (*T) F() {}\n"},
		{"a type with an article", "types/a/a.go", "", "package a\n\n// A T is one.\ntype T int\n"},
		{"constants under one comment", "types/a/a.go", "",
			"package a\n\n// Sizes in bytes.\nconst (\n\tA = 1\n\tB = 2\n)\n"},
		{"constants without any", "types/a/a.go", "doc", "package a\n\nconst (\n\tA = 1\n)\n"},
		{"package main", "cmd/x/a.go", "", "package main\n\nfunc F() {}\n"},
		{"a struct without an owner", "keyspace/a.go", "owner",
			"package keyspace\n\n// T is one.\ntype T struct{}\n"},
		{"a struct with an owner", "keyspace/a.go", "",
			"package keyspace\n\n// T is one. Owned by the keyspace\n// goroutine.\ntype T struct{}\n"},
		{"a struct for everybody", "binproto/a.go", "",
			"package binproto\n\n// T is one. Safe for concurrent use.\ntype T struct{}\n"},
		{"a struct that knows no goroutine", "types/a/a.go", "",
			"package a\n\n// T is one.\ntype T struct{}\n"},
	})
}
