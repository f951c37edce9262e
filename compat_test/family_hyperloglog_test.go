package compat_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

func TestHyperLogLogFamily(t *testing.T) { runTable(t, hyperLogLogCases) }

// TestRandomHyperLogLogFamily holds random scripts of the family against the real server: GET shows
// every byte of what they have made, of sparse ones and of dense ones.
func TestRandomHyperLogLogFamily(t *testing.T) {
	runRandom(t, family{"hyperloglog", hyperLogLogFamily(40), 500})
	runRandom(t, family{"hyperloglog large", hyperLogLogFamily(2000), 250})
}

// TestHyperLogLogLimits does the same with other limits of the sparse encoding.
func TestHyperLogLogLimits(t *testing.T) {
	for _, limit := range []string{"0", "60", "12304", "100000"} {
		p := newPair(t, "--hll-sparse-max-bytes", limit)
		for i := range 3 {
			f := family{"hyperloglog limit " + limit, hyperLogLogFamily(300), 250}
			if !p.agree(t, f.script(lab.seed+uint64(i), 250), i%3) {
				t.Fatalf("RINGER_COMPAT_SEED=%d repeats it", lab.seed)
			}
		}
	}
}

const (
	sparseHead = `HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80`
	denseHead  = `HYLL\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80`
	allZero    = `\x7f\xff`
)

// denseOf is a dense value whose registers are all the same four.
func denseOf(fourRegisters string) string {
	return `"` + denseHead + strings.Repeat(fourRegisters, 4096) + `"`
}

// manyElements are so many that they make a HyperLogLog dense.
var manyElements = func() string {
	var b strings.Builder
	for i := range 4000 {
		fmt.Fprintf(&b, " e%d", i)
	}
	return b.String()
}()

var hyperLogLogCases = []scripted{
	{"PFADD", `
		PFADD
		PFADD k
		GET k
		OBJECT ENCODING k
		PFADD k
		PFADD k a
		GET k
		PFADD k a
		PFADD k b c ""
		GET k
		pfadd k a b c ""
		PFADD new a
		GET new
		SET t v PXAT 4102444800123
		DEL t
		PFADD t a
		PEXPIREAT t 4102444800123
		PFADD t b c d
		PEXPIRETIME t
		PFCOUNT t
		PEXPIRETIME t`},
	{"a HyperLogLog becomes dense", `
		PFADD k` + manyElements[:9000] + `
		PFDEBUG ENCODING k
		GET k
		PFCOUNT k
		PFADD k` + manyElements + `
		PFDEBUG ENCODING k
		STRLEN k
		GET k
		PFCOUNT k
		GET k
		PFADD k e1 e2 e3
		PFADD k new
		GET k
		PFCOUNT k
		OBJECT ENCODING k
		PFADD d` + manyElements + `
		GET d
		PEXPIREAT k 4102444800123
		PFADD k` + strings.ReplaceAll(manyElements, "e", "f") + `
		PFCOUNT k
		GET k
		PEXPIRETIME k`},
	{"PFCOUNT", `
		PFCOUNT
		PFCOUNT none
		PFCOUNT none none
		EXISTS none
		PFADD k a b c d
		PFCOUNT k
		GET k
		PFCOUNT k
		PFADD k a
		GET k
		PFADD k e
		GET k
		PFCOUNT k none
		GET k
		PFADD l a b x y z
		PFCOUNT k l
		PFCOUNT l k k
		PFADD d` + manyElements + `
		PFCOUNT d k
		PFCOUNT k d l
		GET d`},
	{"the encoding of a string that is used as a HyperLogLog", `
		SET k "` + sparseHead + allZero + `"
		OBJECT ENCODING k
		PFADD k
		OBJECT ENCODING k
		SET k "` + sparseHead + allZero + `"
		PFCOUNT k
		OBJECT ENCODING k
		SET k "HYLL\x01\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00` + allZero + `"
		PFCOUNT k
		OBJECT ENCODING k
		PFADD k
		PFCOUNT k
		PFADD k a
		PFCOUNT k
		SET k "` + sparseHead + allZero + `"
		PFCOUNT k k
		OBJECT ENCODING k
		PFMERGE k
		OBJECT ENCODING k
		SET k "` + sparseHead + allZero + `"
		PFDEBUG ENCODING k
		OBJECT ENCODING k
		SET k "` + sparseHead + `"
		PFADD k
		OBJECT ENCODING k`},
	{"PFMERGE", `
		PFMERGE
		PFMERGE d
		GET d
		PFMERGE d none
		GET d
		PFADD a 1 2 3 4 5
		PFADD b 4 5 6 7 8
		PFMERGE d a b
		GET d
		PFCOUNT d
		GET d
		PFMERGE d a
		GET d
		PFMERGE a b a
		GET a
		PFADD dense` + manyElements + `
		PFMERGE d dense
		GET d
		PFMERGE dense a
		GET dense
		PFMERGE new a dense b
		GET new
		PFCOUNT new
		PFADD s1` + manyElements[:8000] + `
		PFADD s2` + strings.ReplaceAll(manyElements[:8000], "e", "f") + `
		PFMERGE u s1 s2
		PFDEBUG ENCODING u
		GET u
		PFMERGE s1 a b
		GET s1
		PEXPIREAT d 4102444800123
		PFMERGE d s1
		PEXPIRETIME d`},
	{"PFDEBUG", `
		PFDEBUG
		PFDEBUG GETREG
		PFDEBUG GETREG none
		PFDEBUG FOO none
		PFDEBUG GETREG k x
		PFADD k a b c
		PFDEBUG decode k
		PFDEBUG DECODE k
		PFDEBUG encoding k
		PFDEBUG FOO k
		PFDEBUG "" k
		PFDEBUG "a\r\nb" k
		PFCOUNT k
		PFDEBUG TODENSE k
		GET k
		PFDEBUG todense k
		PFDEBUG ENCODING k
		PFDEBUG DECODE k
		PFDEBUG GETREG k
		PFADD g a b c d
		PEXPIREAT g 4102444800123
		PFDEBUG GETREG g
		PFDEBUG ENCODING g
		PEXPIRETIME g
		SET s v
		PFDEBUG ENCODING s
		ZADD z 1 a
		PFDEBUG ENCODING z
		PFSELFTEST x`},
	{"PFSELFTEST", "@proto 3\nPFSELFTEST"}, // takes Redis seconds
	{"what is no HyperLogLog", `
		SET s v
		PFADD s a
		PFADD s
		PFCOUNT s
		PFCOUNT s s
		PFMERGE s
		PFMERGE d s
		EXISTS d
		SET i 12345
		PFADD i a
		OBJECT ENCODING i
		PFCOUNT i
		ZADD z 1 a
		PFADD z a
		PFCOUNT z
		PFCOUNT none z
		PFMERGE z
		PFMERGE d z
		PFADD k a
		PFCOUNT k z
		PFMERGE k s z
		SET e "HYLL\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80` + allZero + `"
		PFADD e a
		PFCOUNT e
		OBJECT ENCODING e
		SET e "HYLL\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80` + allZero + `"
		PFADD e a
		SET e "hyll\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80` + allZero + `"
		PFCOUNT e
		SET e "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		PFCOUNT e
		SET e ""
		PFCOUNT e`},
	{"corrupt opcodes: none at all", corruptCase("")},
	{"corrupt opcodes: too few registers", corruptCase(`\x7f\xfe`)},
	{"corrupt opcodes: a VAL too many", corruptCase(allZero + `\x84`)},
	{"corrupt opcodes: a ZERO too many", corruptCase(allZero + `\x00`)},
	// Redis reads what lies behind the string afterwards.
	{"corrupt opcodes: an XZERO that is cut off", `
		SET k "` + sparseHead + `\x7f"
		PFCOUNT k
		PFMERGE d k
		PFDEBUG DECODE k
		PFADD k a
		GET k`},
	{"corrupt opcodes: an XZERO behind the end", corruptCase(allZero + `\x7f\xff\x80`)},
	{"corrupt opcodes: only the last register is missing", corruptCase(`\x7f\xfb\x80\x80\x80`)},
	{"opcodes that Redis would not write: a short XZERO", corruptCase(`\x40\x00\x7f\xfe`)},
	{"opcodes that Redis would not write: a ZERO at the end", corruptCase(`\x7f\xbf\x3f`)},
	{"opcodes that Redis would not write: equal VALs",
		corruptCase(`\x84\x84\x84\x84\x84\x84\x7f\xf9`)},
	{"opcodes that Redis would not write: VALs of all runs",
		corruptCase(`\x87\x87\x80\x80\x83\x7f\xf1`)},
	{"dense registers at their ends", `
		SET k ` + denseOf(`\xff\xff\xff`) + `
		PFCOUNT k
		PFCOUNT k k
		PFADD k a
		GET k
		SET k ` + denseOf(`\xb2,\xcb`) + `
		PFCOUNT k
		PFCOUNT k k
		GET k
		SET k ` + denseOf(`q\x1c\xc7`) + `
		PFCOUNT k
		PFCOUNT k none
		GET k
		SET k ` + denseOf(`A\x10\x04`) + `
		PFCOUNT k
		PFADD k` + manyElements + `
		PFCOUNT k
		GET k
		SET k ` + denseOf(`\x00\x01\x0a`) + `
		PFCOUNT k
		SET k ` + denseOf(`\x3f\x33\x00`) + `
		PFCOUNT k
		PFADD s a b c
		PFMERGE d k s
		GET d`},
	{"HyperLogLogs travel as strings", `
		PFADD k a b c
		COPY k l
		GET l
		RENAME l m
		PFADD m d
		PFCOUNT m k
		APPEND m x
		PFCOUNT m
		SETRANGE k 12 "\xff\xff\xff\x7f"
		PFCOUNT k
		SETRANGE k 15 "\xff"
		PFCOUNT k
		GETRANGE k 0 3
		TYPE k`},
	{"COMMAND GETKEYS", `
		COMMAND GETKEYSANDFLAGS PFADD k a b
		COMMAND GETKEYSANDFLAGS PFCOUNT a b c
		COMMAND GETKEYSANDFLAGS PFMERGE d
		COMMAND GETKEYSANDFLAGS PFMERGE d a b
		COMMAND GETKEYSANDFLAGS PFDEBUG GETREG k
		COMMAND GETKEYSANDFLAGS PFSELFTEST`},
}

// corruptCase does everything with a value of these opcodes.
func corruptCase(opcodes string) string {
	return `
		SET k "` + sparseHead + opcodes + `"
		PFCOUNT k
		PFCOUNT k none
		PFMERGE k
		PFMERGE d k
		EXISTS d
		PFDEBUG ENCODING k
		PFDEBUG DECODE k
		PFDEBUG TODENSE k
		PFADD k a
		GET k
		PFDEBUG DECODE k
		PFADD k b c d e f
		GET k
		PFADD k` + manyElements[:2000] + `
		GET k
		PFCOUNT k
		OBJECT ENCODING k
		DEL k d`
}

// hyperLogLogFamily adds up to so many elements at once.
func hyperLogLogFamily(most int) []weighted {
	return []weighted{
		{12, func(g *gen) []string {
			elements := words()
			for range g.IntN(most) * g.IntN(2) {
				elements = append(elements, "e"+strconv.Itoa(g.IntN(20*most)))
			}
			return g.command("PFADD", words(g.hllKey()), elements, g.maybe(8, g.value()))
		}},
		{6, func(g *gen) []string { return g.command("PFCOUNT", words(g.hllKey())) }},
		{4, func(g *gen) []string { return g.command("PFCOUNT", g.hllKeys()) }},
		{4, func(g *gen) []string { return g.command("PFMERGE", words(g.hllKey()), g.hllKeys()) }},
		{8, func(g *gen) []string { return g.command("GET", words(g.hllKey())) }},
		{1, func(g *gen) []string {
			return g.command("PFDEBUG", words(g.of("ENCODING", "DECODE", "decode", "GETREG", "TODENSE"),
				g.hllKey()))
		}},
		{1, func(g *gen) []string { return g.command("OBJECT", words("ENCODING", g.hllKey())) }},
		{2, func(g *gen) []string { return g.command("DEL", words(g.hllKey())) }},
		{1, func(g *gen) []string {
			return g.command(g.of("COPY", "RENAME"), words(g.hllKey(), g.hllKey()))
		}},
		{1, func(g *gen) []string { return g.command("SET", words("s", g.value())) }},
		{1, func(g *gen) []string {
			return g.command("PEXPIREAT", words(g.hllKey(), "4102444800123"))
		}},
		{1, func(g *gen) []string { return g.command("PEXPIRETIME", words(g.hllKey())) }},
	}
}

func (g *gen) hllKey() string {
	if g.IntN(30) == 0 {
		return "s"
	}
	return g.of("h1", "h2", "h3", "h4", "h5")
}

func (g *gen) hllKeys() []string {
	keys := make([]string, 1+g.IntN(4))
	for i := range keys {
		keys[i] = g.hllKey()
	}
	return keys
}
