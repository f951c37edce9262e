package compat_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// family is a kind of random script: weighted commands over a small key space.
type family struct {
	name     string
	commands []weighted
	// perScript is the number of commands in one script; a family's total is cut into such scripts.
	perScript int
}

// weighted is a generator of one command. It returns the arguments and the comparison's name.
type weighted struct {
	weight int
	make   func(g *gen) []string
}

var families = []family{
	{"strings", stringsFamily, 500},
	{"deadlines", deadlinesFamily, 500},
	{"ttls", ttlsFamily, 500},
	{"zset", zsetFamily, 1000},
	{"zset large", zsetLargeFamily, 2500},
	{"errors", errorsFamily, 250},
}

// TestRandomScripts sends seeded random scripts to both servers, under RESP2, RESP3 and through
// the native port in turn. A script that finds a difference is made small, reported and kept.
func TestRandomScripts(t *testing.T) {
	for _, f := range families {
		t.Run(f.name, func(t *testing.T) {
			scripts := max(3, (lab.commands+f.perScript-1)/f.perScript)
			for i := range scripts {
				seed := lab.seed + uint64(i)
				s := f.script(seed, min(f.perScript, lab.commands))
				if !lab.shared.agree(t, s, i%3) {
					t.Fatalf("RINGER_COMPAT_SEED=%d repeats it", lab.seed)
				}
			}
		})
	}
}

// agree runs s under one of the three protocols and says whether no difference was found.
func (p pair) agree(t *testing.T, s script, turn int) bool {
	t.Helper()
	run := p.difference
	s.proto = 2
	switch {
	case turn == 1:
		s.proto = 3
	case turn == 2 && p.ringer.nativeAddr != "":
		run, s.name = p.nativeDifference, s.name+" native"
	}
	d, err := run(s)
	if err != nil {
		p.check(t, s, nil, err)
	}
	if d == nil {
		return true
	}
	length := len(s.steps)
	small, smallest := shrink(s, *d, func(s script) *difference {
		d, _ := run(s) // a server that can't be asked any more ends the shrinking
		return d
	})
	t.Errorf("made small from %d commands. %s", length, smallest.report(small))
	if lab.subjectIsRedis {
		return false // the generator is at fault, not ringer
	}
	small.name = fmt.Sprintf("%s RESP%d", small.name, small.proto)
	saveRegress(t, small, "found by a random script, seed in the name")
	return false
}

// script builds the family's script of this seed.
func (f family) script(seed uint64, commands int) script {
	g := &gen{Rand: rand.New(rand.NewPCG(seed, uint64(len(f.name))))}
	s := script{name: fmt.Sprintf("%s %d", f.name, seed), pipeline: g.pipeline()}
	total := 0
	for _, w := range f.commands {
		total += w.weight
	}
	for range commands {
		args := f.pick(g.IntN(total)).make(g)
		name := g.comparison
		g.comparison = ""
		if err := s.add(name, args); err != nil {
			panic(err) // a generator named a comparison that is not there
		}
	}
	return s
}

func (f family) pick(n int) weighted {
	for _, w := range f.commands {
		if n -= w.weight; n < 0 {
			return w
		}
	}
	panic("n is beyond the sum of the weights")
}

// gen draws the arguments of random commands. Small spaces, so that commands meet; and the
// numbers at which implementations break.
type gen struct {
	*rand.Rand
	comparison string // of the command being made, if not the default one
}

// pipeline draws the number of commands in one write: one at a time, a few, or many.
func (g *gen) pipeline() int { return []int{1, 4, 64, 256}[g.IntN(4)] }

func (g *gen) of(words ...string) string { return words[g.IntN(len(words))] }

// maybe returns the words with a chance of one in n.
func (g *gen) maybe(n int, words ...string) []string {
	if g.IntN(n) == 0 {
		return words
	}
	return nil
}

func (g *gen) key() string { return g.of("k1", "k2", "k3", "k4", "k5", "k6", "", "k\x00\xff") }

func (g *gen) keys() []string {
	keys := make([]string, 1+g.IntN(4))
	for i := range keys {
		keys[i] = g.key()
	}
	return keys
}

func (g *gen) value() string {
	switch g.IntN(4) {
	case 0:
		return g.integer()
	case 1:
		return strings.Repeat(g.of("x", "\r\n", "\x00"), g.IntN(70))
	case 2:
		return strings.Repeat("long", 1+g.IntN(4000))
	}
	return g.of("", "a", "b", "3.0", "nan", "OK", "$-1\r\n")
}

// integer draws from the edges of what fits: a byte, 16, 32, 64 bits, seconds as milliseconds.
// None lies between 1 and 99,999, which as a time to live would end while a script runs.
func (g *gen) integer() string {
	return g.of("0", "-1", "-0", "00", "100000", "2147483647", "2147483648", "-2147483649",
		"4294967296", "9223372036854775", "9223372036854776", "-9223372036854775", "9223372036854775806",
		"9223372036854775807", "9223372036854775808", "-9223372036854775808",
		"-9223372036854775809", "18446744073709551615", "18446744073709551616")
}

// small draws a count or an index around the size of a collection.
func (g *gen) small() string {
	if g.IntN(8) == 0 {
		return g.integer()
	}
	return strconv.Itoa(g.IntN(24) - 12)
}

// junk draws what is no valid argument anywhere, or only by chance.
func (g *gen) junk() string {
	return g.of("", " ", "x", "nan", "inf", "-inf", "1e400", "0x10", "1.5", "+0", " 0", "0 ",
		"(", "[", "-", "+", "(a", "[b", "\x00", "\r\n", "NX", "XX", "GT", "LT", "GET", "EX", "PXAT",
		"KEEPTTL", "LIMIT", "BYSCORE", "BYLEX", "REV", "WITHSCORES", "MATCH", "COUNT", "TYPE", "*",
		"INCR", "CH", strings.Repeat("y", 300))
}

// mixCase returns the word in one of the ways people type it.
func (g *gen) mixCase(word string) string {
	switch g.IntN(6) {
	case 0:
		return strings.ToLower(word)
	case 1:
		return word[:1] + strings.ToLower(word[1:])
	}
	return word
}

// command joins words and lists of words, the first in mixed case.
func (g *gen) command(name string, parts ...[]string) []string {
	args := []string{g.mixCase(name)}
	for _, part := range parts {
		args = append(args, part...)
	}
	return args
}

func words(w ...string) []string { return w }

// TestScriptsComeFromTheirSeed makes sure that a printed seed repeats the script.
func TestScriptsComeFromTheirSeed(t *testing.T) {
	for _, f := range families {
		a, b, c := f.script(1, 200).String(), f.script(1, 200).String(), f.script(2, 200).String()
		if a != b || a == c {
			t.Errorf("%s: the same seed must give the same script, another seed another one", f.name)
		}
		if s, err := parseScript(f.name, a); err != nil || s.String() != a {
			t.Errorf("%s: a script does not read back: %v", f.name, err)
		}
	}
}
