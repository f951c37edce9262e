package compat_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	luaBatch = 25 // programs in one write
	// luaReports is how many differences a run makes small and reports before it gives up.
	luaReports = 4
)

// TestRandomLua runs random programs on both servers and compares what they return, which is all
// that they have seen on the way. One that makes a difference is made small, reported and kept.
func TestRandomLua(t *testing.T) {
	runPrograms(t, "lua", func(seed uint64) ([]string, func([]string) step) {
		return luaProgramOf(seed), func(statements []string) step {
			return step{args: words("EVAL", luaText(statements), "0")}
		}
	})
}

// TestRandomLuaSyntax damages random programs, and compares what the compiler says.
func TestRandomLuaSyntax(t *testing.T) {
	runPrograms(t, "lua syntax", func(seed uint64) ([]string, func([]string) step) {
		g := newGen(seed, 6)
		return g.damageTokens(luaTokens(luaProgramOf(seed))), func(tokens []string) step {
			return step{args: words("EVAL", luaCompiles, "0", strings.Join(tokens, ""))}
		}
	})
}

// luaCompiles compiles its argument and says whether that went well.
const luaCompiles = `local f,e = loadstring(ARGV[1], '@user_script') return f and 'compiles' or e`

var luaToken = regexp.MustCompile(`\s+|[A-Za-z_]\w*|\d[\w.]*|'[^'\n]*'|"[^"\n]*"|\[\[|\]\]|` +
	`\.\.\.|\.\.|==|~=|<=|>=|(?s:.)`)

func luaTokens(statements []string) []string {
	return luaToken.FindAllString(strings.Join(statements, "\n"), -1)
}

// damageTokens leaves out, doubles, swaps and replaces a few tokens.
func (g *gen) damageTokens(tokens []string) []string {
	for damages := 1 + g.IntN(3); damages > 0 && len(tokens) > 0; damages-- {
		i, j := g.IntN(len(tokens)), g.IntN(len(tokens))
		switch g.IntN(6) {
		case 0:
			tokens = slices.Delete(tokens, i, i+1)
		case 1:
			tokens = slices.Insert(tokens, i, tokens[j])
		case 2:
			tokens[i], tokens[j] = tokens[j], tokens[i]
		case 3:
			tokens = tokens[:max(i, 1)]
		default:
			tokens[i] = g.of(" and ", " break ", " do ", " else ", " elseif ", " end ", " false ", " for ",
				" function ", " if ", " in ", " local ", " nil ", " not ", " or ", " repeat ", " return ",
				" then ",
				" true ", " until ", " while ", "+", "-", "*", "/", "%", "^", "#", "==", "~=", "<=", "=",
				"(", ")",
				"{", "}", "[", "]", ";", ":", ",", ".", "..", "...", "'", "\"", "[[", "]]", "[=[", "--",
				"--[[", "~",
				"!", "@", "$", "&", "|", "\\", "?", "`", "1x", "1e", "0x", "1..2", "\n", "\r", "\x00",
				"\xff", "'\\",
				"'\\300'", " x ", " 5 ", "::", "goto ", "//", "!=", "\t", "'a\nb'")
		}
	}
	return tokens
}

// runPrograms compares the programs that a seed gives; make also says how the pieces of one become
// a command.
func runPrograms(t *testing.T, name string, draw func(uint64) ([]string, func([]string) step)) {
	t.Helper()
	var conns [2]*conn
	for i, server := range lab.shared.each() {
		conns[i] = mustDial(t, server.addr)
		conns[i].must(t, "SCRIPT FLUSH")
	}
	found, programs := 0, max(100, lab.commands/2)
	first := firstProgram(programs)
	for start := 0; start < programs; start += luaBatch {
		var batch []step
		for i := start; i < min(start+luaBatch, programs); i++ {
			pieces, toStep := draw(first + uint64(i))
			batch = append(batch, apart(toStep(pieces))...)
		}
		d := differenceInBatch(conns, batch)
		if d == nil {
			continue
		}
		mustServe(t)
		seed := first + uint64(start+d.index/stepsApart)
		pieces, toStep := draw(seed)
		reportProgram(t, fmt.Sprintf("%s %d", name, seed), pieces, toStep)
		if found++; found == luaReports {
			t.Fatalf("RINGER_COMPAT_SEED=%d repeats it", lab.seed)
		}
		for i, server := range lab.shared.each() { // the rest of the batch is due on these
			conns[i].close()
			conns[i] = mustDial(t, server.addr)
		}
	}
	for _, c := range conns {
		c.must(t, "SCRIPT FLUSH")
	}
}

// Programs with these seeds are known to end; one of some ten thousand others does not, on either
// server.
const (
	firstFinite = 7001
	finite      = 30_000
)

// firstProgram is the seed of the first of so many programs: one of those that are known to end, if
// there are not more of them to run.
func firstProgram(programs int) uint64 {
	if programs >= finite {
		return lab.seed
	}
	return firstFinite + lab.seed%uint64(finite-programs)
}

// stepsApart is the number of commands that stand for one program.
const stepsApart = 2

// apart makes a program independent of the data that the one before has left.
func apart(s step) []step { return []step{{args: words("FLUSHDB")}, s} }

// mustServe fails the test unless both servers serve.
func mustServe(t *testing.T) {
	t.Helper()
	for _, server := range lab.shared.each() {
		server.alive(t)
	}
}

// reportProgram makes a program small, reports it and keeps it.
func reportProgram(t *testing.T, name string, pieces []string, toStep func([]string) step) {
	t.Helper()
	asScript := func(pieces []string) script {
		return script{name: name, proto: 2, pipeline: 1, steps: apart(toStep(pieces))}
	}
	fails := func(pieces []string) *difference {
		d, _ := lab.shared.difference(asScript(pieces)) // a server that is gone ends the shrinking
		return d
	}
	d := fails(pieces)
	if d == nil {
		t.Errorf("%s: a difference that does not come again:\n%s", name, toStep(pieces))
		return
	}
	limit := time.Now().Add(shrinkBudget)
	for size := max(1, len(pieces)/2); ; size /= 2 {
		for start := len(pieces) - size; start >= 0 && time.Now().Before(limit); start -= size {
			shorter := slices.Delete(slices.Clone(pieces), start, start+size)
			if smaller := fails(shorter); smaller != nil && len(shorter) > 0 {
				pieces, d = shorter, smaller
			}
		}
		if size <= 1 {
			break
		}
	}
	small := asScript(pieces)
	at := firstDifference(d.want, d.got)
	t.Errorf("%s\n%s\n  redis:   %s\n  ringer:  %s", name, strings.Join(pieces, "\n"),
		abridge(d.want, at), abridge(d.got, at))
	if !lab.subjectIsRedis {
		saveRegress(t, small, "found by a random program, seed in the name")
	}
}

// newGen draws from a seed; the stream keeps families apart.
func newGen(seed, stream uint64) *gen { return &gen{Rand: rand.New(rand.NewPCG(seed, stream))} }
