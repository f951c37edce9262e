package compat_test

import (
	"strconv"
	"strings"
	"testing"
)

func TestHashFamily(t *testing.T) { runTable(t, hashFamilyCases) }

// TestRandomHashFamily holds random scripts of the family against the real server. They change the
// thresholds of the listpack, so that hashes convert all the time.
func TestRandomHashFamily(t *testing.T) {
	defer runTable(t, []scripted{{"settings go back", hashDefaults}})
	runRandom(t, family{"hash family", hashFamily, 1000})
	runRandom(t, family{"hash family large", hashLargeFamily, 2500})
}

const hashDefaults = "CONFIG SET hash-max-listpack-entries 512 hash-max-listpack-value 64"

var hashFamilyCases = []scripted{
	{"HSET, HMSET, HSETNX, HDEL", `
		HSET
		HSET h
		HSET h a
		HSET h a 1
		HSET h a 1 b
		HSET h a 2 b 3 c 4 a 5
		HSET h a 5
		HGETALL h
		HMSET
		HMSET h
		HMSET h a
		HMSET h a 1 b
		HMSET h a 6 d 7
		HMSET h a 6
		HGETALL h
		HSETNX h
		HSETNX h a
		HSETNX h a 1 b 2
		HSETNX h a 9
		HSETNX h e 9
		HSETNX new e 9
		HGETALL h
		HDEL
		HDEL h
		HDEL h x
		HDEL none x
		HDEL h a x a b
		HGETALL h
		HDEL h c d e f
		EXISTS h
		TYPE new
		HSET h "" "" "\x00\xff" "\r\n" 1 -1 01 007 9223372036854775808 x
		HGETALL h
		HGET h ""
		HGET h "\x00\xff"
		HGET h 1
		HGET h 01
		HDEL h 01
		HDEL h 1
		HGETALL h`},
	{"HGET, HMGET, HEXISTS, HLEN, HSTRLEN, HKEYS, HVALS, HGETALL", `
		HSET h a 1 b xyz c ""
		HGET h a
		HGET h x
		HGET none a
		HGET h
		HGET h a b
		HMGET h
		HMGET h a x c a
		HMGET none a b
		HEXISTS h a
		HEXISTS h x
		HEXISTS none a
		HEXISTS h
		HLEN h
		HLEN none
		HLEN
		HLEN h a
		HSTRLEN h a
		HSTRLEN h b
		HSTRLEN h c
		HSTRLEN h x
		HSTRLEN none a
		HSTRLEN h
		HSET h i -9223372036854775808 p 12345
		HSTRLEN h i
		HSTRLEN h p
		HKEYS h
		HKEYS none
		HKEYS
		HVALS h
		HVALS none
		HGETALL h
		HGETALL none
		HGETALL
		HGETALL h h`},
	{"hash commands on another type", `
		SET k v
		HSET k a 1
		HSET k a 1 b
		HMSET k a 1
		HSETNX k a 1
		HDEL k a
		HGET k a
		HMGET k a b
		HEXISTS k a
		HLEN k
		HSTRLEN k a
		HKEYS k
		HVALS k
		HGETALL k
		HINCRBY k a 1
		HINCRBY k a x
		HINCRBYFLOAT k a 1
		HINCRBYFLOAT k a x
		HINCRBYFLOAT k a inf
		HRANDFIELD k
		HRANDFIELD k 1
		HRANDFIELD k 0
		HRANDFIELD k x
		HRANDFIELD k 1 x
		HSCAN k 0
		HSCAN k x
		HSCAN k 0 x
		GET k`},
	{"HINCRBY", `
		HINCRBY
		HINCRBY h f
		HINCRBY h f 1 2
		HINCRBY h f 5
		HINCRBY h f -15
		HINCRBY h f 0
		HINCRBY h zero 0
		HGET h zero
		HINCRBY h f x
		HINCRBY h f 1.5
		HINCRBY h f ""
		HINCRBY h f " 1"
		HINCRBY h f 01
		HINCRBY h f +1
		HINCRBY h f 9223372036854775808
		HINCRBY none f x
		EXISTS none
		HSET h max 9223372036854775807 min -9223372036854775808 s x e "" sp " 1" o 01 fl 1.5
		HINCRBY h max 1
		HINCRBY h max 9223372036854775807
		HINCRBY h max -1
		HINCRBY h min -1
		HINCRBY h min -9223372036854775808
		HINCRBY h min 1
		HINCRBY h max -9223372036854775808
		HINCRBY h s 1
		HINCRBY h e 1
		HINCRBY h sp 1
		HINCRBY h o 1
		HINCRBY h fl 1
		HSET t f 1
		PEXPIREAT t 4102444800123
		HINCRBY t f 1
		PEXPIRETIME t`},
	{"HINCRBYFLOAT", `
		HINCRBYFLOAT
		HINCRBYFLOAT h f
		HINCRBYFLOAT h f 1 2
		HINCRBYFLOAT h f 0.1
		HINCRBYFLOAT h f 0.2
		HINCRBYFLOAT h f -0.3
		HINCRBYFLOAT h f 5.0e3
		HINCRBYFLOAT h f 0x10
		HINCRBYFLOAT h zero 0
		HGET h zero
		HINCRBYFLOAT h neg -0
		HINCRBYFLOAT h third 0.33333333333333333333
		HINCRBYFLOAT h third 0.33333333333333333333
		HINCRBYFLOAT h big 1e17
		HINCRBYFLOAT h big 0.5
		HINCRBYFLOAT h tiny 1e-17
		HINCRBYFLOAT h tiny2 1e-18
		HINCRBYFLOAT h f x
		HINCRBYFLOAT h f ""
		HINCRBYFLOAT h f " 1"
		HINCRBYFLOAT h f "1 "
		HINCRBYFLOAT h f nan
		HINCRBYFLOAT h f inf
		HINCRBYFLOAT h f -inf
		HINCRBYFLOAT h f 1e400
		HINCRBYFLOAT h f 1e5000
		HINCRBYFLOAT none f inf
		HINCRBYFLOAT none f nan
		EXISTS none
		HSET h i inf n -inf x y e "" sp " 1" o 01 b 1e4932
		HINCRBYFLOAT h i 1
		HINCRBYFLOAT h n 1
		HINCRBYFLOAT h x 1
		HINCRBYFLOAT h e 1
		HINCRBYFLOAT h sp 1
		HINCRBYFLOAT h o 1
		HINCRBYFLOAT h b 1e4932
		HSET h nul "1\x00"
		HINCRBYFLOAT h nul 1
		HSET h int 10
		HINCRBYFLOAT h int 1.5
		HINCRBY h int 1
		HINCRBYFLOAT h int 0.5
		HINCRBY h int 1
		~pairs HGETALL h`},
	{"encodings by the number of fields", `
		CONFIG SET hash-max-listpack-entries 2
		HSET h a 1
		OBJECT ENCODING h
		HSET h a 2 b 2 a 3
		OBJECT ENCODING h
		HSET h c 3
		OBJECT ENCODING h
		HDEL h b c
		OBJECT ENCODING h
		HSET i a 1 b 2
		CONFIG SET hash-max-listpack-entries 1
		HGET i a
		HDEL i x
		HSETNX i a 2
		OBJECT ENCODING i
		HSET i a 1
		OBJECT ENCODING i
		HSET j a 1 a 2 a 3
		OBJECT ENCODING j
		CONFIG SET hash-max-listpack-entries 0
		HSET k a 1
		OBJECT ENCODING k
		HINCRBY l a 1
		OBJECT ENCODING l
		CONFIG SET hash-max-ziplist-entries 5
		CONFIG GET hash-max-listpack-entries
		` + hashDefaults},
	{"encodings by the length of fields and values", `
		CONFIG SET hash-max-listpack-value 4
		HSET a f 1234
		OBJECT ENCODING a
		HSET a f 12345
		OBJECT ENCODING a
		HSET b field 1
		OBJECT ENCODING b
		HSET c f x
		HSETNX c f 12345
		OBJECT ENCODING c
		HSETNX c g 12345
		OBJECT ENCODING c
		HINCRBY d f 1234
		OBJECT ENCODING d
		HINCRBY d f 12345
		OBJECT ENCODING d
		HINCRBYFLOAT e f 1.25
		OBJECT ENCODING e
		HINCRBYFLOAT e f 1.125
		OBJECT ENCODING e
		HSET f a 1 b 2 long1 3 d 4
		OBJECT ENCODING f
		CONFIG SET hash-max-listpack-value 0
		HSET g "" ""
		OBJECT ENCODING g
		HSET g a ""
		OBJECT ENCODING g
		CONFIG SET hash-max-ziplist-value 64
		HSET h f ` + strings.Repeat("x", 64) + `
		OBJECT ENCODING h
		HSET h f ` + strings.Repeat("x", 65) + `
		OBJECT ENCODING h
		HSTRLEN h f
		` + hashDefaults},
	{"a hashtable answers as a listpack does", `
		CONFIG SET hash-max-listpack-entries 0
		HSET h a 1 b xyz c ""
		HSET h a 2 d 3
		HGET h a
		HGET h x
		HMGET h a x c
		HSETNX h a 9
		HSETNX h e 9
		HSTRLEN h b
		HEXISTS h c
		HLEN h
		~pairs HGETALL h
		~sorted HKEYS h
		~sorted HVALS h
		HINCRBY h a 5
		HINCRBY h b 5
		HINCRBYFLOAT h a 0.5
		HINCRBYFLOAT h b 0.5
		HSET h a ` + strings.Repeat("y", 253) + `
		HSET h a ` + strings.Repeat("y", 254) + `
		HSTRLEN h a
		HGET h a
		HSET h a ""
		HGET h a
		~pairscan HSCAN h 0 COUNT 100
		~pairscan HSCAN h 0 COUNT 100 MATCH [a-b]
		~sorted HRANDFIELD h 100
		HDEL h a b c d
		HGETALL h
		HRANDFIELD h 5 WITHVALUES
		HRANDFIELD h -3 WITHVALUES
		HDEL h e
		EXISTS h
		` + hashDefaults},
	{"HRANDFIELD", `
		HRANDFIELD
		HRANDFIELD none
		HRANDFIELD none 0
		HRANDFIELD none 5
		HRANDFIELD none -5
		HRANDFIELD none 5 WITHVALUES
		HRANDFIELD none x
		HRANDFIELD none x y
		HRANDFIELD none 1 y
		HRANDFIELD none x WITHVALUES
		HRANDFIELD none 1 WITHVALUES x
		HRANDFIELD none -9223372036854775808
		HRANDFIELD none -9223372036854775808 x
		HRANDFIELD none -9223372036854775807
		HRANDFIELD none -9223372036854775807 WITHVALUES
		HRANDFIELD none 4611686018427387903 WITHVALUES
		HRANDFIELD none 4611686018427387904 WITHVALUES
		HRANDFIELD none -4611686018427387903 WITHVALUES
		HRANDFIELD none -4611686018427387904 WITHVALUES
		HRANDFIELD none 9223372036854775808
		HRANDFIELD none 9223372036854775808 WITHVALUES
		HSET one f 1
		HRANDFIELD one
		HRANDFIELD one 0
		HRANDFIELD one 0 WITHVALUES
		HRANDFIELD one 1
		HRANDFIELD one 9223372036854775807
		HRANDFIELD one -3
		HRANDFIELD one 5 withvalues
		HRANDFIELD one -2 WithValues
		HSET h a 1 b 2 c 3
		HRANDFIELD h 3
		HRANDFIELD h 10 WITHVALUES
		~shape HRANDFIELD h
		~shape HRANDFIELD h 2
		~shape HRANDFIELD h 2 WITHVALUES
		~shape HRANDFIELD h -7
		~shape HRANDFIELD h -7 WITHVALUES`},
	{"HSCAN", `
		HSCAN
		HSCAN h
		HSCAN none 0
		HSCAN none x
		HSCAN none 0 FOO
		HSCAN none 0 COUNT
		HSET h a 1 b 2 ab 3
		HSCAN h 0
		HSCAN h 5
		HSCAN h -1
		HSCAN h x
		HSCAN h ""
		HSCAN h 0 COUNT 1
		HSCAN h 0 MATCH a*
		HSCAN h 0 MATCH 1
		HSCAN h 0 match * count 100
		HSCAN h 0 COUNT 0
		HSCAN h 0 COUNT x
		HSCAN h 0 COUNT
		HSCAN h 0 MATCH
		HSCAN h 0 TYPE hash
		HSCAN h 0 NOVALUES
		HSCAN h 0 FOO bar`},
	{"COPY of a hash", `
		HSET h a 1 b 2
		COPY h h2
		HSET h a 3
		HGETALL h2
		OBJECT ENCODING h2
		CONFIG SET hash-max-listpack-entries 1
		COPY h h3
		OBJECT ENCODING h3
		HSET h a 1
		OBJECT ENCODING h
		COPY h h4
		OBJECT ENCODING h4
		~pairs HGETALL h4
		COPY h4 h2 REPLACE
		~pairs HGETALL h2
		` + hashDefaults},
	{"a hash within its deadline", `
		HSET h a 1
		PEXPIREAT h 4102444800123
		HSET h b 2
		HDEL h a
		HMSET h c 3
		PEXPIRETIME h
		HDEL h b c
		HSET h d 4
		PEXPIRETIME h
		PEXPIREAT h 1
		HSETNX h d 5
		HGETALL h`},
}

// hashFamily keeps its hashes small, so that commands meet.
var hashFamily = append(hashCommands((*gen).field), []weighted{
	{2, func(g *gen) []string {
		return g.command("CONFIG", words("SET",
			"hash-max-listpack-entries", g.of("0", "1", "4", "8", "512"),
			"hash-max-listpack-value", g.of("0", "3", "8", "64")))
	}},
	{8, func(g *gen) []string {
		args := g.damage(g.sample(hashDamaged))
		g.comparison = "sorted"
		return args
	}},
}...)

var hashLargeFamily = hashCommands(func(g *gen) string { return "f" + strconv.Itoa(g.IntN(1500)) })

func hashCommands(field func(*gen) string) []weighted {
	pairs := func(g *gen) []string {
		var list []string
		for range 1 + g.IntN(1+g.IntN(20)) {
			list = append(list, field(g), g.fieldValue())
		}
		return list
	}
	fields := func(g *gen) []string {
		var list []string
		for range 1 + g.IntN(1+g.IntN(12)) {
			list = append(list, field(g))
		}
		return list
	}
	return []weighted{
		{14, func(g *gen) []string {
			return g.command(g.of("HSET", "HSET", "HMSET"), words(g.hkey()), pairs(g))
		}},
		{3, func(g *gen) []string {
			return g.command("HSETNX", words(g.hkey(), field(g), g.fieldValue()))
		}},
		{8, func(g *gen) []string { return g.command("HDEL", words(g.hkey()), fields(g)) }},
		{6, func(g *gen) []string { return g.command("HGET", words(g.hkey(), field(g))) }},
		{3, func(g *gen) []string { return g.command("HMGET", words(g.hkey()), fields(g)) }},
		{2, func(g *gen) []string { return g.command("HEXISTS", words(g.hkey(), field(g))) }},
		{2, func(g *gen) []string { return g.command("HSTRLEN", words(g.hkey(), field(g))) }},
		{2, func(g *gen) []string { return g.command("HLEN", words(g.hkey())) }},
		{2, func(g *gen) []string { return g.sorted(g.of("HKEYS", "HVALS"), words(g.hkey())) }},
		{2, func(g *gen) []string {
			g.comparison = "pairs"
			return g.command("HGETALL", words(g.hkey()))
		}},
		{5, func(g *gen) []string {
			return g.command("HINCRBY",
				words(g.hkey(), field(g), g.of("1", "-1", "7", "100000", g.integer())))
		}},
		{4, hincrbyfloat(field)},
		{2, func(g *gen) []string {
			return g.shape("HRANDFIELD", words(g.hkey()), g.of2(nil, words(strconv.Itoa(g.IntN(30)-15)),
				words(strconv.Itoa(g.IntN(30)-15), "WITHVALUES")))
		}},
		{1, func(g *gen) []string { return g.sorted("HRANDFIELD", words(g.hkey(), "100000")) }},
		{2, func(g *gen) []string {
			g.comparison = "pairscan"
			return g.command("HSCAN", words(g.hkey(), "0", "COUNT", "100000"),
				g.maybe(2, "MATCH", g.of("*1*", "-*", "[a-f]", "f*", "*")))
		}},
		{4, func(g *gen) []string { return g.command("OBJECT", words("ENCODING", g.hkey())) }},
		{1, func(g *gen) []string { return g.command(g.of("DEL", "UNLINK"), words(g.hkey())) }},
		{1, func(g *gen) []string { return g.command("SET", words(g.hkey(), "v")) }},
		{1, func(g *gen) []string { return g.command("TYPE", words(g.hkey())) }},
		{1, func(g *gen) []string { return g.command("PEXPIREAT", words(g.hkey(), "4102444800123")) }},
		{1, func(g *gen) []string { return g.command("PEXPIRETIME", words(g.hkey())) }},
	}
}

// hincrbyfloat keeps to fields that hold numbers of few digits, most of the time: sums of long
// doubles are exact then.
func hincrbyfloat(field func(*gen) string) func(*gen) []string {
	return func(g *gen) []string {
		return g.command("HINCRBYFLOAT", words(g.hkey(), field(g), g.of("0.5", "-0.25", "3", "1e3",
			"0.1", "-0.3", "x", "", "nan", "inf", "1e-3", "12345678.125")))
	}
}

// hashDamaged are the commands that are damaged: those whose replies and effects stay determined
// whatever becomes of their arguments.
var hashDamaged = []weighted{
	{3, func(g *gen) []string {
		return g.command(g.of("HSET", "HSETNX"), words(g.hkey(), g.field(), g.fieldValue()))
	}},
	{1, func(g *gen) []string { return g.command("HDEL", words(g.hkey(), g.field())) }},
	{1, func(g *gen) []string { return g.command("HMGET", words(g.hkey(), g.field())) }},
	{2, func(g *gen) []string {
		return g.command(g.of("HINCRBY", "HINCRBYFLOAT"), words(g.hkey(), g.field(), g.integer()))
	}},
}

func (g *gen) hkey() string { return g.of("h1", "h2", "h3", "h3", "none") }

func (g *gen) field() string {
	if g.IntN(4) == 0 {
		return g.member()
	}
	return g.of("", "1", "2", "-3", "100") + g.of("", "", "a", "b", "0")
}

// fieldValue is a number half of the time, so that increments meet some.
func (g *gen) fieldValue() string {
	switch g.IntN(8) {
	case 0:
		return g.integer()
	case 1:
		return strings.Repeat("v", g.IntN(70))
	case 2, 3, 4:
		return g.of("0", "1", "-1", "127", "128", "4096", "70000", "1.5", "-0.25", "0.1")
	}
	return g.of("", "a", "b", "value", " 1", "01")
}
