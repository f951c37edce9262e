package compat_test

import (
	"strings"
	"testing"
)

func TestStringFamily(t *testing.T) { runTable(t, stringFamilyCases) }

// TestRandomStringFamily holds random scripts of the family against the real server.
func TestRandomStringFamily(t *testing.T) {
	runRandom(t, family{"string family", stringFamily, 500})
	runRandom(t, family{"lcs", lcsFamily, 250})
}

// runRandom sends the scripts of one family, as TestRandomScripts does with its own.
func runRandom(t *testing.T, f family) {
	t.Helper()
	t.Run(f.name, func(t *testing.T) {
		scripts := max(3, (lab.commands+f.perScript-1)/f.perScript)
		for i := range scripts {
			s := f.script(lab.seed+uint64(i), min(f.perScript, lab.commands))
			if !lab.shared.agree(t, s, i%3) {
				t.Fatalf("RINGER_COMPAT_SEED=%d repeats it", lab.seed)
			}
		}
	})
}

var stringFamilyCases = []scripted{
	{"APPEND", `
		APPEND
		APPEND k
		APPEND k a b
		APPEND k 12
		OBJECT ENCODING k
		APPEND k 34
		OBJECT ENCODING k
		GET k
		INCR k
		OBJECT ENCODING k
		APPEND k ""
		OBJECT ENCODING k
		APPEND new ""
		EXISTS new
		STRLEN new
		APPEND new2 hello
		OBJECT ENCODING new2
		APPEND new3 ` + strings.Repeat("x", 45) + `
		OBJECT ENCODING new3
		SET t v PXAT 4102444800123
		APPEND t w
		PEXPIRETIME t
		ZADD z 1 a
		APPEND z a
		TYPE z`},
	{"APPEND across the sizes of the encodings", appendSteps()},
	{"INCR, DECR, INCRBY and DECRBY", `
		INCR k
		OBJECT ENCODING k
		OBJECT REFCOUNT k
		INCRBY k 9998
		OBJECT REFCOUNT k
		INCR k
		OBJECT REFCOUNT k
		DECR k
		OBJECT REFCOUNT k
		DECRBY k 10000
		OBJECT REFCOUNT k
		GET k
		INCRBY k 0
		DECRBY k 0
		INCRBY k -5
		DECRBY k -5
		SET k 9223372036854775806
		INCR k
		INCR k
		INCRBY k 9223372036854775807
		DECRBY k -1
		GET k
		SET k -9223372036854775807
		DECR k
		DECR k
		INCRBY k -1
		INCRBY k -9223372036854775808
		DECRBY k -9223372036854775808
		DECRBY k 9223372036854775807
		INCRBY new -9223372036854775808
		DECRBY new2 -9223372036854775808
		EXISTS new2
		SET t 1 PXAT 4102444800123
		INCR t
		INCRBYFLOAT t 1
		PEXPIRETIME t`},
	{"INCR and its relatives, refused", `
		INCR
		INCR k k
		DECR
		DECR k 1
		INCRBY k
		INCRBY k 1 2
		DECRBY k
		SET k 1
		INCRBY k x
		INCRBY k ""
		INCRBY k 1.0
		INCRBY k " 1"
		INCRBY k 01
		INCRBY k +1
		INCRBY k 9223372036854775808
		DECRBY k x
		DECRBY k 9223372036854775808
		SET k "1 "
		INCR k
		SET k 01
		DECR k
		SET k ""
		INCR k
		INCRBY k x
		SET k 1.5
		INCR k
		SET k -0
		INCR k
		SET k 9223372036854775808
		DECR k
		ZADD z 1 a
		INCR z
		DECR z
		INCRBY z 1
		INCRBY z x
		DECRBY z x
		DECRBY z -9223372036854775808
		INCRBYFLOAT z 1
		INCRBYFLOAT z x`},
	{"INCRBYFLOAT", `
		INCRBYFLOAT
		INCRBYFLOAT k
		INCRBYFLOAT k 1 2
		INCRBYFLOAT k 10.50
		OBJECT ENCODING k
		INCRBYFLOAT k 0.1
		INCRBYFLOAT k -5
		INCRBYFLOAT k 5.0e3
		INCRBYFLOAT k 0.4
		OBJECT ENCODING k
		STRLEN k
		SET k 3
		INCRBYFLOAT k 1
		OBJECT ENCODING k
		INCR k
		OBJECT ENCODING k
		INCRBYFLOAT k -0
		SET k 0.1
		INCRBYFLOAT k 0.2
		INCRBYFLOAT k -0.3
		SET k -0
		INCRBYFLOAT k 0
		INCRBYFLOAT k -1e-18
		INCRBYFLOAT k 1e-17
		SET k 18446744073709551615
		INCRBYFLOAT k 1
		INCRBYFLOAT k 1
		INCRBYFLOAT k 1e40
		OBJECT ENCODING k
		INCRBYFLOAT k 1e300
		OBJECT ENCODING k
		INCRBYFLOAT k 1e1500
		OBJECT ENCODING k
		STRLEN k
		INCRBYFLOAT k -1e1500
		INCRBYFLOAT k 0x1p3`},
	{"INCRBYFLOAT, refused", `
		INCRBYFLOAT k x
		INCRBYFLOAT k ""
		INCRBYFLOAT k " 1"
		INCRBYFLOAT k "1 "
		INCRBYFLOAT k nan
		INCRBYFLOAT k 1e5000
		INCRBYFLOAT k 1e-5000
		INCRBYFLOAT k inf
		INCRBYFLOAT k -inf
		EXISTS k
		SET k inf
		INCRBYFLOAT k -inf
		INCRBYFLOAT k 1
		SET k 1.18973149535723176502e4932
		INCRBYFLOAT k 1.18973149535723176502e4932
		SET k x
		INCRBYFLOAT k 1
		INCRBYFLOAT k x
		SET k ""
		INCRBYFLOAT k 1
		SET k " 1"
		INCRBYFLOAT k 1`},
	{"STRLEN", `
		STRLEN
		STRLEN a b
		STRLEN k
		SET k ""
		STRLEN k
		SET k 12345
		STRLEN k
		SET k "a\x00b"
		STRLEN k
		ZADD z 1 a
		STRLEN z`},
	{"SETRANGE", `
		SETRANGE
		SETRANGE k 1
		SETRANGE k 1 a b
		SETRANGE k 3 abc
		GET k
		OBJECT ENCODING k
		SETRANGE k 0 xyz
		SETRANGE k 10 ""
		SETRANGE k 8 !
		GET k
		SETRANGE none 5 ""
		EXISTS none
		SETRANGE k -1 a
		SETRANGE k x a
		SETRANGE k x ""
		SETRANGE k -1 ""
		SETRANGE k 536870911 a
		SETRANGE none 536870912 a
		SETRANGE k 536870912 a
		SETRANGE k 536870912 ""
		SETRANGE k 9223372036854775807 a
		SETRANGE k 9223372036854775808 a
		DEL k
		SET k 12345
		SETRANGE k 1 0
		GET k
		OBJECT ENCODING k
		SET k 5
		SETRANGE k 0 ""
		OBJECT ENCODING k
		SETRANGE k 0 6
		OBJECT ENCODING k
		SET t v PXAT 4102444800123
		SETRANGE t 2000 w
		PEXPIRETIME t
		GET t
		ZADD z 1 a
		SETRANGE z 0 a
		SETRANGE z 0 ""
		SETRANGE z -1 a
		SETRANGE z 536870912 a`},
	{"GETRANGE and SUBSTR", `
		GETRANGE
		GETRANGE k 0
		GETRANGE k 0 1 2
		SUBSTR k 0
		GETRANGE k 0 -1
		GETRANGE k x 0
		GETRANGE k 0 x
		SUBSTR k 1.5 0
		SET k "This is a string"
		GETRANGE k 0 3
		GETRANGE k -3 -1
		GETRANGE k 0 -1
		GETRANGE k 10 100
		GETRANGE k 16 100
		GETRANGE k 5 4
		GETRANGE k -1 -3
		GETRANGE k -100 -50
		GETRANGE k -100 3
		GETRANGE k -100 -100
		GETRANGE k -50 -100
		GETRANGE k 0 -100
		SUBSTR k 8 -1
		GETRANGE k -9223372036854775808 9223372036854775807
		GETRANGE k 9223372036854775807 -9223372036854775808
		GETRANGE k 0 9223372036854775808
		SET k ""
		GETRANGE k 0 -1
		GETRANGE k 0 0
		GETRANGE k -1 -1
		SET k 12345
		GETRANGE k 1 2
		ZADD z 1 a
		GETRANGE z 0 -1
		GETRANGE z x 1
		SUBSTR z 0 -1`},
	{"SETNX, SETEX, PSETEX and GETSET", `
		SETNX
		SETNX k
		SETNX k 1
		SETNX k 2
		GET k
		SETNX k x y
		SETEX k 100000
		SETEX k 100000 v
		TTL k
		SETNX k w
		PSETEX k 100000000 w
		TTL k
		GET k
		GETSET k 12
		TTL k
		OBJECT ENCODING k
		GETSET k v
		GETSET none v
		GETSET k
		SETEX k 0 v
		SETEX k -1 v
		SETEX k x v
		SETEX k 9223372036854775 v
		SETEX k 9223372036854776 v
		SETEX k 9223372036854775807 v
		PSETEX k 0 v
		PSETEX k -1 v
		PSETEX k x v
		PSETEX k 9223372036854775807 v
		GET k
		ZADD z 1 a
		GETSET z v
		SETNX z v
		TYPE z
		SETEX z 100000 v
		TYPE z
		ZADD z2 1 a
		PSETEX z2 100000000 7
		OBJECT ENCODING z2`},
	{"GETDEL", `
		GETDEL
		GETDEL k k
		GETDEL k
		SET k v PXAT 4102444800123
		GETDEL k
		EXISTS k
		GETDEL k
		ZADD z 1 a
		GETDEL z
		EXISTS z`},
	{"GETEX", `
		GETEX
		GETEX k
		SET k v
		GETEX k
		TTL k
		GETEX k EX 100000
		TTL k
		GETEX k
		TTL k
		GETEX k PERSIST
		TTL k
		GETEX k PERSIST
		GETEX k PX 100000000
		TTL k
		GETEX k EXAT 4102444800
		PEXPIRETIME k
		GETEX k PXAT 4102444800123
		PEXPIRETIME k
		GETEX k pxat 4102444800124 pxat 4102444800125
		PEXPIRETIME k
		GETEX k persist persist
		TTL k
		GETEX k EXAT 1
		EXISTS k
		SET k v
		GETEX k PXAT 1
		EXISTS k
		GETEX k EX 0
		ZADD z 1 a
		GETEX z
		GETEX z EX 0
		GETEX z FOO`},
	{"GETEX, refused", `
		GETEX k EX
		GETEX k EX 1 PX 1
		GETEX k EX 1 PERSIST
		GETEX k PERSIST EX 1
		GETEX k KEEPTTL
		GETEX k NX
		GETEX k FOO
		GETEX k EX x
		SET k v
		GETEX k EX x
		GETEX k EX 0
		GETEX k EX -1
		GETEX k PX 0
		GETEX k EXAT 0
		GETEX k PXAT -1
		GETEX k EX 9223372036854775807
		GETEX k PX 9223372036854775807
		GETEX k EXAT 9223372036854775807
		GETEX k KEEPTTL
		GETEX k PERSIST FOO
		TTL k`},
	{"MGET, MSET and MSETNX", `
		MGET
		MGET a
		MSET
		MSET a
		MSET a 1 b
		MSETNX
		MSETNX a
		MSETNX a 1 b
		MSET a 1 b two c ""
		MGET a b c none a
		OBJECT ENCODING a
		MSET a 1 a 2 a 3
		GET a
		MSETNX d 1 a 9
		EXISTS d
		MSETNX d 1 e 2
		MGET d e
		MSETNX f 1 f 2
		GET f
		ZADD z 1 m
		MGET a z b
		MSETNX z v y v
		MSET z v
		TYPE z
		SET t v PXAT 4102444800123
		MSET t w
		TTL t`},
	{"an empty value of a key that is too long to lie beside it", `
		SET ` + strings.Repeat("k", 1100) + ` ""
		GET ` + strings.Repeat("k", 1100) + `
		APPEND ` + strings.Repeat("k", 1100) + ` ""
		SETRANGE ` + strings.Repeat("k", 1100) + ` 1 v
		GETSET ` + strings.Repeat("k", 1100) + ` ""
		COPY ` + strings.Repeat("k", 1100) + ` copy
		RENAME copy ` + strings.Repeat("n", 1200) + `
		STRLEN ` + strings.Repeat("n", 1200) + `
		APPEND ` + strings.Repeat("n", 1200) + ` v
		DEL ` + strings.Repeat("k", 1100) + ` ` + strings.Repeat("n", 1200) + `
		DBSIZE`},
	{"OBJECT ENCODING of strings", `
		SET k 1
		OBJECT ENCODING k
		SET k 9223372036854775807
		OBJECT ENCODING k
		SET k 9223372036854775808
		OBJECT ENCODING k
		SET k -9223372036854775808
		OBJECT ENCODING k
		SET k 01
		OBJECT ENCODING k
		SET k -0
		OBJECT ENCODING k
		SET k ""
		OBJECT ENCODING k
		SET k ` + strings.Repeat("x", 44) + `
		OBJECT ENCODING k
		OBJECT REFCOUNT k
		SET k ` + strings.Repeat("x", 45) + `
		OBJECT ENCODING k
		OBJECT REFCOUNT k
		SET k ` + strings.Repeat("x", 5000) + `
		OBJECT ENCODING k
		OBJECT REFCOUNT k`},
	{"LCS", `
		LCS
		LCS a
		LCS a b
		LCS a b LEN
		LCS a b IDX
		MSET a ohmytext b mynewtext
		LCS a b
		LCS a b LEN
		LCS a b len len
		LCS a b IDX
		LCS a b IDX WITHMATCHLEN
		LCS a b IDX MINMATCHLEN 4
		LCS a b IDX MINMATCHLEN 4 WITHMATCHLEN
		LCS a b IDX MINMATCHLEN 5
		LCS a b IDX MINMATCHLEN -5
		LCS a b MINMATCHLEN 5
		LCS a b WITHMATCHLEN
		LCS a b LEN WITHMATCHLEN MINMATCHLEN 3
		LCS a a
		LCS a a IDX
		LCS a none
		LCS none a IDX
		LCS none none LEN
		MSET x 12345 y 23x45
		LCS x y IDX
		LCS x y
		MSET s ` + strings.Repeat("abcab", 60) + ` t ` + strings.Repeat("bcaxc", 60) + `
		LCS s t
		LCS s t IDX WITHMATCHLEN
		LCS t s LEN`},
	{"LCS, refused", `
		LCS a b LEN IDX
		LCS a b IDX LEN FOO
		LCS a b FOO
		LCS a b MINMATCHLEN
		LCS a b MINMATCHLEN x
		LCS a b MINMATCHLEN 1 MINMATCHLEN x
		LCS a b MINMATCHLEN x FOO
		ZADD z 1 m
		LCS z a
		LCS a z FOO
		LCS z z LEN IDX
		SETRANGE big1 11700 x
		SETRANGE big2 11470 x
		LCS big1 big2 LEN
		SETRANGE big2 11480 x
		LCS big1 big2 LEN
		LCS big1 big2 LEN IDX`},
}

// appendSteps appends in pieces whose sums cross every limit of the encodings.
func appendSteps() string {
	var b strings.Builder
	for _, size := range []int{1, 42, 1, 1, 80, 1, 1, 1, 800, 60, 1, 1, 1, 1000, 20000, 1, 100000, 1} {
		b.WriteString("APPEND k " + strings.Repeat("v", size) + "\nSTRLEN k\nOBJECT ENCODING k\n")
	}
	return b.String() + "GETRANGE k 0 2000\nGETRANGE k -5 -1\nSET k short\nAPPEND k er\nGET k\n"
}

// stringFamily writes strings in every way there is, and looks at what has come of them.
var stringFamily = []weighted{
	{6, func(g *gen) []string { return g.command("SET", words(g.key(), g.stringValue())) }},
	{6, func(g *gen) []string { return g.command("GET", words(g.key())) }},
	{6, func(g *gen) []string { return g.command("OBJECT", words("ENCODING", g.key())) }},
	{1, func(g *gen) []string { return g.command("OBJECT", words("REFCOUNT", g.key())) }},
	{8, func(g *gen) []string { return g.command("APPEND", words(g.key(), g.piece())) }},
	{6, func(g *gen) []string {
		return g.command("SETRANGE", words(g.key(), g.stringOffset(), g.piece()))
	}},
	{6, func(g *gen) []string {
		return g.command(g.of("GETRANGE", "SUBSTR"), words(g.key(), g.small(), g.small()))
	}},
	{2, func(g *gen) []string { return g.command("STRLEN", words(g.key())) }},
	{6, func(g *gen) []string { return g.command(g.of("INCR", "DECR"), words(g.key())) }},
	{6, func(g *gen) []string {
		return g.command(g.of("INCRBY", "DECRBY"), words(g.key(), g.small()))
	}},
	{6, func(g *gen) []string { return g.command("INCRBYFLOAT", words(g.key(), g.longDouble())) }},
	{3, func(g *gen) []string { return g.command("GETSET", words(g.key(), g.stringValue())) }},
	{2, func(g *gen) []string { return g.command("GETDEL", words(g.key())) }},
	{4, func(g *gen) []string {
		return g.command("GETEX", words(g.key()), g.of2(nil, words(g.mixCase("PERSIST")),
			words("EXAT", g.deadlineSeconds()), words("PXAT", g.deadlineMs())), g.maybe(9, g.junk()))
	}},
	{3, func(g *gen) []string {
		g.comparison = "millis" // because of SETEX
		return g.command("PEXPIRETIME", words(g.key()))
	}},
	{2, func(g *gen) []string { return g.command("SETNX", words(g.key(), g.stringValue())) }},
	{2, func(g *gen) []string {
		return g.command("SETEX", words(g.key(), g.ttlSeconds(), g.stringValue()))
	}},
	{2, func(g *gen) []string { return g.command("PERSIST", words(g.key())) }},
	{3, func(g *gen) []string { return g.command("MGET", g.keys()) }},
	{3, func(g *gen) []string {
		var pairs []string
		for range 1 + g.IntN(3) {
			pairs = append(pairs, g.key(), g.stringValue())
		}
		return g.command(g.of("MSET", "MSETNX"), pairs, g.maybe(9, g.key()))
	}},
	{1, func(g *gen) []string { return g.command("ZADD", words(g.key(), "1", "a")) }},
	{2, func(g *gen) []string { return g.command("DEL", words(g.key())) }},
}

// stringValue draws values on both sides of the limits of the encodings.
func (g *gen) stringValue() string {
	if g.IntN(3) > 0 {
		return g.of(g.value(), g.longDouble(), g.small())
	}
	sizes := []int{1, 20, 21, 43, 44, 45, 126, 127, 128, 129, 990, 1000, 1010, 1024, 1100, 5000}
	return strings.Repeat(g.of("v", "7", "\x00"), sizes[g.IntN(len(sizes))])
}

// piece draws what is written into a string.
func (g *gen) piece() string {
	return g.of("", "1", "0", ".5", "e1", "ab", strings.Repeat("p", 1+g.IntN(60)),
		strings.Repeat("q", 1+g.IntN(1200)))
}

func (g *gen) stringOffset() string {
	return g.of("0", "1", "2", "10", "43", "100", "127", "980", "1000", "1020", "3000", "70000", "-1",
		"536870912", "9223372036854775807", "9223372036854775808", "x", "")
}

// longDouble draws numbers whose sums need more digits than a double has.
func (g *gen) longDouble() string {
	return g.of("1", "-1", "0.1", "-0.1", "0.2", "1e-17", "-1e-18", "3.0e3", "1e18", "-1e18", "1e19",
		"18446744073709551615", "0.30000000000000004", "1e40", "-1e40", "1e400", "-1e400", "1e1000",
		"1e4932", "1e-4000", "0x1p-20", "inf", "-inf", "nan", "1e5000", " 1", "", "x")
}

// lcsFamily compares strings of few letters, which have much in common.
var lcsFamily = []weighted{
	{3, func(g *gen) []string { return g.command("SET", words(g.of("a", "b", "c"), g.letters())) }},
	{1, func(g *gen) []string { return g.command("APPEND", words(g.of("a", "b", "c"), g.letters())) }},
	{8, func(g *gen) []string {
		return g.command("LCS", words(g.of("a", "b", "c", "none"), g.of("a", "b", "c")),
			g.maybe(2, g.mixCase("IDX")), g.maybe(4, "LEN"), g.maybe(3, "MINMATCHLEN", g.small()),
			g.maybe(3, "WITHMATCHLEN"), g.maybe(20, g.junk()))
	}},
}

func (g *gen) letters() string {
	b := make([]byte, g.IntN(80))
	for i := range b {
		b[i] = "aabc"[g.IntN(4)]
	}
	return string(b)
}
