package glob

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
)

// naive is the textbook matcher: it tries every length of every star.
func naive(p, s []byte, nocase bool) bool {
	if len(p) == 0 {
		return len(s) == 0
	}
	if p[0] == '*' {
		return naive(p[1:], s, nocase) || len(s) > 0 && naive(p, s[1:], nocase)
	}
	if len(s) == 0 {
		return false
	}
	set, rest := element(p, nocase)
	return set[s[0]] && naive(rest, s[1:], nocase)
}

// element gives the set of bytes that the first element of p matches, and the pattern behind it.
func element(p []byte, nocase bool) (set [256]bool, rest []byte) {
	fold := func(c byte) byte {
		if nocase && strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZ", c) >= 0 {
			return c + 32
		}
		return c
	}
	add := func(from, to byte) {
		for c := range 256 {
			x := int8(fold(byte(c)))
			if int8(fold(from)) <= x && x <= int8(fold(to)) {
				set[c] = true
			}
		}
	}
	switch {
	case p[0] == '?':
		for c := range set {
			set[c] = true
		}
		return set, p[1:]
	case p[0] == '\\' && len(p) > 1:
		add(p[1], p[1])
		return set, p[2:]
	case p[0] != '[':
		add(p[0], p[0])
		return set, p[1:]
	}
	p, not := bytes.CutPrefix(p[1:], []byte("^"))
	for len(p) > 0 && p[0] != ']' {
		switch {
		case p[0] == '\\' && len(p) > 1:
			set[p[1]] = true
			p = p[2:]
		case len(p) > 2 && p[1] == '-':
			if int8(p[0]) <= int8(p[2]) {
				add(p[0], p[2])
			} else {
				add(p[2], p[0])
			}
			p = p[3:]
		default:
			add(p[0], p[0])
			p = p[1:]
		}
	}
	for c := range set {
		set[c] = set[c] != not
	}
	return set, bytes.TrimPrefix(p, []byte("]"))
}

// reference is naive with Redis's exception for the empty text.
func reference(p, s []byte, nocase bool) bool {
	if len(s) == 0 {
		return len(p) == 0
	}
	return naive(p, s, nocase)
}

func TestMatch(t *testing.T) {
	for _, test := range []struct {
		pattern, s string
		want       bool
	}{
		{"", "", true}, {"", "a", false}, {"*", "", false}, {"*", "a", true}, {"a*", "a", true},
		{"h?llo", "hello", true}, {"h?llo", "hllo", false}, {"h*llo", "heeeello", true},
		{"h[ae]llo", "hallo", true}, {"h[^e]llo", "hello", false}, {"h[a-b]llo", "hbllo", true},
		{"key:*", "key:1", true}, {"key:*", "keys:1", false}, {`\*`, "*", true},
		{`\*`, "a", false}, {"*abc", "ababc", true}, {"*ab*ab", "abab", true},
		{"*ab*ab", "abb", false}, {"HELLO", "hello", false},
	} {
		if got := Match([]byte(test.pattern), []byte(test.s), false); got != test.want {
			t.Errorf("Match(%q, %q) = %v", test.pattern, test.s, got)
		}
	}
	if !Match([]byte("H[A-Z]L*o"), []byte("hellO"), true) {
		t.Error("nocase")
	}
}

func TestMatchAgainstReference(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 8))
	matches := 0
	for range 60000 {
		p := []byte(randomText(rnd, "aAbz*?*[]^-\\\xff", 9))
		s := []byte(randomText(rnd, "aAbz]-\\\xff", 7))
		nocase := rnd.IntN(2) == 0
		got := Match(p, s, nocase)
		if got != reference(p, s, nocase) {
			t.Fatalf("Match(%q, %q, %v) = %v", p, s, nocase, got)
		}
		if got {
			matches++
		}
		if IsLiteral(p) && got && !nocase && !bytes.Equal(p, s) {
			t.Fatalf("the literal %q matches %q", p, s)
		}
		if got && !nocase && !bytes.HasPrefix(s, Prefix(p)) {
			t.Fatalf("%q matches %q without the prefix %q", p, s, Prefix(p))
		}
	}
	if matches < 2000 {
		t.Errorf("only %d matches", matches)
	}
}

func TestPrefix(t *testing.T) {
	for pattern, want := range map[string]string{
		"": "", "abc": "abc", "ab*": "ab", "*": "", "a?b": "a", "a[b]": "a", `a\*`: "a", "a]": "a]",
	} {
		p := []byte(pattern)
		if got := Prefix(p); string(got) != want || IsLiteral(p) != (pattern == want) {
			t.Errorf("%q: prefix %q, literal %v", pattern, got, IsLiteral(p))
		}
	}
}

// A matcher that backtracks to every star would not come back within the age of the universe.
func TestHostilePatterns(t *testing.T) {
	s := bytes.Repeat([]byte("a"), 20000)
	for _, pattern := range []string{
		strings.Repeat("a*", 500) + "b", strings.Repeat("*a", 500) + "b",
		strings.Repeat("*?", 500) + "b", strings.Repeat("*[a-z]", 500) + "[^a]",
	} {
		if Match([]byte(pattern), s, false) {
			t.Errorf("%.10q... matches", pattern)
		}
	}
	if !Match([]byte(strings.Repeat("a*", 500)), s, false) {
		t.Error("a*a*a*... does not match")
	}
}

func FuzzMatch(f *testing.F) {
	for _, p := range oddPatterns {
		f.Add([]byte(p), []byte("abc"), true)
	}
	f.Fuzz(func(t *testing.T, p, s []byte, nocase bool) {
		if len(p) > 12 || len(s) > 12 { // the reference takes exponential time
			Match(p, s, nocase)
			return
		}
		if got := Match(p, s, nocase); got != reference(p, s, nocase) {
			t.Fatalf("Match(%q, %q, %v) = %v", p, s, nocase, got)
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	for _, pattern := range []string{"key:*", "*1234", "key:[0-9]*5?", "a*a*a*a*a*b"} {
		s := []byte("key:00001234")
		if pattern[0] == 'a' {
			s = bytes.Repeat([]byte("a"), 64)
		}
		b.Run(pattern, func(b *testing.B) {
			for b.Loop() {
				Match([]byte(pattern), s, false)
			}
		})
	}
}
