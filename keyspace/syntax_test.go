package keyspace_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/keyspace"
)

// dump writes an argument tree in one line: name:type =token #keyspec @since -deprecated ? * +.
func dump(args []keyspace.Argument) string {
	var b strings.Builder
	for i, a := range args {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(a.Name + ":" + a.Type)
		if a.HasToken {
			b.WriteString("=" + a.Token)
		}
		if a.KeySpec >= 0 {
			fmt.Fprintf(&b, "#%d", a.KeySpec)
		}
		if a.Since != "" {
			b.WriteString("@" + a.Since)
		}
		if a.Deprecated != "" {
			b.WriteString("-" + a.Deprecated)
		}
		for _, f := range []struct {
			set  bool
			mark string
		}{{a.Optional, "?"}, {a.Multiple, "*"}, {a.MultipleToken, "+"}} {
			if f.set {
				b.WriteString(f.mark)
			}
		}
		if len(a.Args) > 0 {
			b.WriteString("(" + dump(a.Args) + ")")
		}
	}
	return b.String()
}

// syntaxCase is a command of redis-server 7.0.15: its line in the notation of ParseSyntax, and
// the tree that COMMAND DOCS shows for it.
type syntaxCase struct{ command, line, tree string }

func syntaxCases(t testing.TB) []syntaxCase {
	f, err := os.Open("testdata/syntax.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var cases []syntaxCase
	for s := bufio.NewScanner(f); s.Scan(); {
		c := syntaxCase{command: s.Text()}
		for _, p := range []*string{&c.line, &c.tree} {
			if !s.Scan() {
				t.Fatal("testdata/syntax.txt ends within a case")
			}
			*p = strings.TrimPrefix(s.Text(), "\t")
		}
		cases = append(cases, c)
	}
	return cases
}

// TestParseSyntax reads the line of every command of Redis: the notation can say all of them.
func TestParseSyntax(t *testing.T) {
	cases := syntaxCases(t)
	if len(cases) < 250 {
		t.Fatalf("only %d cases", len(cases))
	}
	for _, c := range cases {
		args, err := keyspace.ParseSyntax(c.line)
		if err != nil {
			t.Errorf("%s: %v", c.command, err)
			continue
		}
		if got := dump(args); got != c.tree {
			t.Errorf("%s: %s\n got %s\nwant %s", c.command, c.line, got, c.tree)
		}
	}
}

func TestParseSyntaxPieces(t *testing.T) {
	for _, c := range []struct{ line, tree string }{
		{"", ""},
		{"key", "key:key#0"},
		{"key key", "key:key#0 key:key#1"},
		{"key{#3} destination", "key:key#3 destination:key#4"},
		{"value{:integer}", "value:integer"},
		{"WITHSCORES", "withscores:pure-token=WITHSCORES"},
		{"COUNT count", "count:integer=COUNT"},
		{"COUNT{} count", "count:pure-token=COUNT count:integer"},
		{"COUNT [count]", "count:pure-token=COUNT count:integer?"},
		{"NO ONE", "no:pure-token=NO one:pure-token=ONE"},
		{"[a | B c]{x}", "x:oneof?(a:string c:string=B)"},
		{"[a b]", "a_b:block?(a:string b:string)"},
		{"a b [a b ...]", "a_b:block*(a:string b:string)"},
		{"x a b [a b ...]", "x:string a_b:block*(a:string b:string)"},
		{"ID id [id ...]", "id:string=ID*"},
		{"ID id [ID id ...]", "id:string=ID*+"},
		{"(a)", "a:block(a:string)"},
		{"(a){b *}", "b:block*(a:string)"},
		{`<a | "">{b}`, "b:oneof(a:string :pure-token=)"},
		{"a{@1.2.3 -4.5.6 b}", "b:string@1.2.3-4.5.6"},
	} {
		args, err := keyspace.ParseSyntax(c.line)
		if got := dump(args); err != nil || got != c.tree {
			t.Errorf("%q: %v, got %s, want %s", c.line, err, got, c.tree)
		}
	}
}

func TestParseSyntaxRefuses(t *testing.T) {
	for _, line := range []string{
		"[a", "a]", "<a", "(a", "[]", "[a |]", "[| a]", "a | b", "{x}", "a{x", "a{#x}", "a{#-1}",
		"[a ...]", "a [a b ...]", "a [a | b ...]", "a }", "a ...",
	} {
		if args, err := keyspace.ParseSyntax(line); !errors.Is(err, keyspace.ErrSyntaxLine) {
			t.Errorf("%q: %v, %s", line, err, dump(args))
		}
	}
}

// FuzzParseSyntax looks for lines that never end or panic, and for trees that no line can mean.
func FuzzParseSyntax(f *testing.F) {
	for _, c := range syntaxCases(f) {
		f.Add(c.line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		args, err := keyspace.ParseSyntax(line)
		if err != nil {
			return
		}
		var check func(args []keyspace.Argument)
		check = func(args []keyspace.Argument) {
			for _, a := range args {
				group := a.Type == "oneof" || a.Type == "block"
				if group != (len(a.Args) > 0) && !strings.Contains(line, ":") {
					t.Fatalf("%q: %s has %d parts", line, a.Type, len(a.Args))
				}
				check(a.Args)
			}
		}
		check(args)
	})
}
