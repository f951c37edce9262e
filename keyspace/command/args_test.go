package command

import (
	"testing"
)

func words(texts ...string) [][]byte {
	args := make([][]byte, len(texts))
	for i, s := range texts {
		args[i] = []byte(s)
	}
	return args
}

func TestCursor(t *testing.T) {
	c := newCursor(words("SET", "k", "v", "nX", "Ex", "10", "GET"), 3)
	if c.Is("XX") || !c.Is("NX") || c.At() != 4 {
		t.Fatalf("stands at %d after NX", c.At())
	}
	if c.IsWith("PX", 1) || !c.IsWith("EX", 1) {
		t.Fatal("EX is not found")
	}
	if n, ok := c.Int(); !ok || n != 10 {
		t.Fatalf("EX is %d, %v", n, ok)
	}
	if c.IsWith("GET", 1) || c.Left() != 1 || !c.More() {
		t.Fatal("GET has no value here")
	}
	if string(c.Peek()) != "GET" || string(c.Arg()) != "GET" || c.More() || c.Is("GET") {
		t.Fatal("the end is not the end")
	}
}

func TestCursorNumbers(t *testing.T) {
	c := newCursor(words("1", "x", "1.5", "y", "rest", "of it"), 0)
	if n, ok := c.Int(); !ok || n != 1 {
		t.Errorf("%d, %v", n, ok)
	}
	if _, ok := c.Int(); ok {
		t.Error("x is an integer")
	}
	if f, ok := c.Float(); !ok || f != 1.5 {
		t.Errorf("%v, %v", f, ok)
	}
	if _, ok := c.Float(); ok {
		t.Error("y is a double")
	}
	if rest := c.Rest(); len(rest) != 2 || string(rest[0]) != "rest" || c.More() {
		t.Errorf("rest is %q", rest)
	}
}

func TestEqualFold(t *testing.T) {
	for _, c := range []struct {
		arg, word string
		want      bool
	}{
		{"", "", true}, {"nx", "NX", true}, {"NX", "NX", true}, {"nX", "NX", true},
		{"n", "NX", false}, {"nxx", "NX", false}, {"xx", "NX", false},
		{"set-info", "SET-INFO", true}, {"\x0eX", "NX", false}, {"N\x38", "NX", false},
		{"{x", "[X", false},
	} {
		if got := equalFold([]byte(c.arg), c.word); got != c.want {
			t.Errorf("%q is %q: %v", c.arg, c.word, got)
		}
	}
}

func TestCursorDoesNotAllocate(t *testing.T) {
	args := words("SET", "k", "v", "ex", "10", "keepttl")
	if n := testing.AllocsPerRun(100, func() {
		c := newCursor(args, 3)
		for c.More() {
			if !c.IsWith("EX", 1) && !c.Is("KEEPTTL") {
				c.Arg()
			}
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestSleepTime(t *testing.T) {
	for _, c := range []struct {
		arg  string
		want float64
	}{
		{"0", 0}, {"1.5", 1.5}, {"x", 0}, {"", 0}, {"-1", 0}, {"0.25x", 0.25}, {"nan", 0},
		{"1e-1", 0.1}, {"inf", maxSleep.Seconds()}, {"1e300", maxSleep.Seconds()},
	} {
		if got := sleepTime([]byte(c.arg)).Seconds(); got != c.want {
			t.Errorf("%q: %v s, want %v s", c.arg, got, c.want)
		}
	}
}
