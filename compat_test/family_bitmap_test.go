package compat_test

import (
	"strconv"
	"strings"
	"testing"
)

func TestBitmapFamily(t *testing.T) { runTable(t, bitmapFamilyCases) }

// TestRandomBitmapFamily holds random scripts of the family against the real server.
func TestRandomBitmapFamily(t *testing.T) {
	runRandom(t, family{"bitmap family", bitmapFamily, 500})
	runRandom(t, family{"bitfield", bitfieldFamily, 250})
}

var bitmapFamilyCases = []scripted{
	{"SETBIT and GETBIT", `
		SETBIT
		SETBIT k 1
		SETBIT k 1 1 1
		GETBIT k
		GETBIT k 7
		SETBIT k 7 1
		OBJECT ENCODING k
		GET k
		SETBIT k 7 1
		SETBIT k 7 0
		SETBIT k 0 0
		STRLEN k
		SETBIT k 100 0
		STRLEN k
		SETBIT k 40000 1
		STRLEN k
		GETBIT k 40000
		GETBIT k 40001
		GETBIT k 99999
		GETBIT k 4294967295
		SET n 1
		OBJECT ENCODING n
		GETBIT n 2
		SETBIT n 2 1
		OBJECT ENCODING n
		GET n
		SET t v PXAT 4102444800123
		SETBIT t 5000 1
		PEXPIRETIME t`},
	{"SETBIT and GETBIT, refused", `
		SETBIT k -1 1
		SETBIT k 4294967296 1
		SETBIT k x 1
		SETBIT k #1 1
		SETBIT k "" 1
		SETBIT k 9223372036854775808 1
		SETBIT k 1 2
		SETBIT k 1 -1
		SETBIT k 1 x
		SETBIT k 1 ""
		SETBIT k x x
		EXISTS k
		GETBIT k -1
		GETBIT k 4294967296
		GETBIT k x
		ZADD z 1 a
		SETBIT z 1 1
		SETBIT z 1 2
		SETBIT z x 1
		GETBIT z 1
		GETBIT z x`},
	{"BITCOUNT", `
		BITCOUNT
		BITCOUNT k
		SET k foobar
		BITCOUNT k
		BITCOUNT k 0 0
		BITCOUNT k 1 1
		BITCOUNT k 0 -1
		BITCOUNT k -2 -1
		BITCOUNT k -1 -2
		BITCOUNT k 5 30 BIT
		BITCOUNT k 5 30 bit
		BITCOUNT k 0 0 BIT
		BITCOUNT k 1 1 BIT
		BITCOUNT k -8 -1 BIT
		BITCOUNT k 7 8 BIT
		BITCOUNT k 3 5 BIT
		BITCOUNT k 1 1 BYTE
		BITCOUNT k 100 200
		BITCOUNT k 100 200 BIT
		BITCOUNT k -100 -90
		BITCOUNT k -9223372036854775808 9223372036854775807
		BITCOUNT k -9223372036854775808 9223372036854775807 BIT
		SET k ""
		BITCOUNT k
		BITCOUNT k 0 -1
		BITCOUNT k 0 0 BIT
		SET k 12345
		BITCOUNT k
		SET k ` + strings.Repeat("abcdefg", 40) + `
		BITCOUNT k
		BITCOUNT k 3 -3
		BITCOUNT k 13 -13 BIT`},
	{"BITCOUNT, refused", `
		BITCOUNT k 0
		BITCOUNT k x
		BITCOUNT k x y
		BITCOUNT k 0 0 FOO
		BITCOUNT k 0 0 BIT BIT
		SET k v
		BITCOUNT k 0
		BITCOUNT k x
		BITCOUNT k x 0
		BITCOUNT k 0 x
		BITCOUNT k 0 x FOO
		BITCOUNT k 0 0 FOO
		BITCOUNT k -1 -2 FOO
		BITCOUNT k 0 0 BIT BIT
		BITCOUNT k 0 9223372036854775808
		ZADD z 1 a
		BITCOUNT z
		BITCOUNT z 0
		BITCOUNT z x y`},
	{"BITPOS", `
		BITPOS
		BITPOS k
		BITPOS k 0
		BITPOS k 1
		SET k "\xff\xf0\x00"
		BITPOS k 0
		BITPOS k 1
		BITPOS k 1 2
		BITPOS k 0 2
		BITPOS k 1 1
		BITPOS k 1 -1
		BITPOS k 0 0 0
		BITPOS k 0 0 1
		BITPOS k 0 0 -1 BYTE
		BITPOS k 1 12 15 BIT
		BITPOS k 0 3 9 BIT
		BITPOS k 0 3 12 BIT
		BITPOS k 1 20 -1 BIT
		BITPOS k 0 -1 -1 BIT
		BITPOS k 0 5 4
		BITPOS k 0 5 4 BIT
		BITPOS k 1 100 200
		BITPOS k 0 -100 -50
		SET k "\xff\xff\xff"
		BITPOS k 0
		BITPOS k 0 1
		BITPOS k 0 1 -1
		BITPOS k 0 0 2
		BITPOS k 0 3
		BITPOS k 0 -1
		BITPOS k 0 7 9 BIT
		SET k "\x00\x00\x00"
		BITPOS k 1
		BITPOS k 1 0 -1
		BITPOS k 1 2 17 BIT
		SET k ""
		BITPOS k 0
		BITPOS k 1
		BITPOS k 0 0
		BITPOS k 0 0 -1
		BITPOS k 0 0 -1 BIT
		SETBIT long 5003 1
		BITPOS long 1
		BITPOS long 1 625
		BITPOS long 1 626
		BITPOS long 1 3 5003 BIT
		BITPOS long 1 3 5002 BIT
		SETBIT long 3 1
		BITPOS long 1 4 -1 BIT`},
	{"BITPOS, refused", `
		BITPOS k 2
		BITPOS k -1
		BITPOS k x
		BITPOS k ""
		BITPOS k 1 x
		BITPOS k 1 0 x
		BITPOS k 1 0 0 FOO
		BITPOS k 1 0 0 BIT BIT
		SET k v
		BITPOS k 2 x
		BITPOS k 1 x
		BITPOS k 1 x x
		BITPOS k 1 x x FOO
		BITPOS k 1 0 x
		BITPOS k 1 0 x FOO
		BITPOS k 1 0 x BIT
		BITPOS k 1 0 0 FOO
		BITPOS k 1 0 0 BIT BIT
		ZADD z 1 a
		BITPOS z 1
		BITPOS z 2
		BITPOS z 1 x`},
	{"BITOP", `
		BITOP
		BITOP AND d
		BITOP AND d none
		SET a "foobar"
		SET b "abcdef!!"
		SET c "\x00\xff"
		BITOP AND d a b
		GET d
		OBJECT ENCODING d
		BITOP OR d a b c
		GET d
		BITOP XOR d a b c none
		GET d
		BITOP NOT d a
		GET d
		BITOP not a a
		GET a
		BITOP and d a
		GET d
		BITOP and d none a
		GET d
		STRLEN d
		BITOP or a a b
		GET a
		BITOP or d none none
		EXISTS d
		BITOP or d none none
		SET t v PXAT 4102444800123
		BITOP xor t a c
		TTL t
		ZADD z 1 m
		BITOP or z a b
		TYPE z
		SET x ` + strings.Repeat("abcdefghi", 40) + `
		SET y ` + strings.Repeat("zyx12", 61) + `
		BITOP AND d x y
		GET d
		BITOP OR d x y
		GET d
		BITOP XOR d x y x
		GET d
		BITOP NOT d y
		BITCOUNT d
		SETRANGE x 3000 end
		BITOP OR d x y
		BITCOUNT d`},
	{"BITOP, refused", `
		BITOP FOO d a
		BITOP NOT d a b
		BITOP NOT d a a
		BITOP "" d a
		BITOP A d a
		ZADD z 1 m
		BITOP OR d z
		BITOP OR d none z
		BITOP NOT d z
		BITOP NOT d z z
		EXISTS d`},
	{"BITFIELD", `
		BITFIELD
		BITFIELD k
		EXISTS k
		BITFIELD k GET u8 0
		EXISTS k
		BITFIELD k SET u8 0 255 GET u8 0 GET i8 0 GET u4 2
		OBJECT ENCODING k
		BITFIELD k INCRBY u2 100 1 OVERFLOW SAT INCRBY u2 102 1
		BITFIELD k INCRBY u2 100 1 OVERFLOW SAT INCRBY u2 102 1
		BITFIELD k INCRBY u2 100 1 OVERFLOW SAT INCRBY u2 102 1
		BITFIELD k INCRBY u2 100 1 OVERFLOW SAT INCRBY u2 102 1
		BITFIELD k OVERFLOW FAIL INCRBY u2 102 1
		BITFIELD k overflow fail set u2 102 9 overflow wrap set u2 102 9 get u2 102
		BITFIELD k SET i64 0 -9223372036854775808 GET i64 0
		BITFIELD k OVERFLOW SAT INCRBY i64 0 -1
		BITFIELD k OVERFLOW WRAP INCRBY i64 0 -1
		BITFIELD k OVERFLOW SAT INCRBY i64 0 1
		BITFIELD k OVERFLOW FAIL INCRBY i64 0 9223372036854775807
		BITFIELD k SET u63 1 9223372036854775807 INCRBY u63 1 1 INCRBY u63 1 -1
		BITFIELD k SET i5 3 -1 GET u5 3 SET u5 3 -1 OVERFLOW SAT SET u5 3 -1 SET i5 3 100 SET i5 3 -100
		BITFIELD k GET u8 #1 GET u8 1 SET i16 #2 -300 GET i16 32
		BITFIELD k GET u63 4000000 GET i64 4294967295
		BITFIELD k GET u1 #4611686018427387904
		BITFIELD_RO k
		BITFIELD_RO k GET u8 0 GET i13 77
		BITFIELD_RO none GET u8 0
		EXISTS none
		SET n 12345
		BITFIELD n GET u8 0
		OBJECT ENCODING n
		BITFIELD n INCRBY u8 0 1
		GET n
		OBJECT ENCODING n
		BITFIELD only OVERFLOW SAT
		EXISTS only
		BITFIELD fails OVERFLOW FAIL SET u8 8 256
		EXISTS fails
		GET fails
		SET t v PXAT 4102444800123
		BITFIELD t SET u8 1000 1
		PEXPIRETIME t`},
	{"BITFIELD, refused", `
		BITFIELD k GET
		BITFIELD k GET u8
		BITFIELD k SET u8 0
		BITFIELD k INCRBY u8 0
		BITFIELD k OVERFLOW
		BITFIELD k FOO u8 0
		BITFIELD k OVERFLOW FOO GET u8 0
		BITFIELD k GET u64 0
		BITFIELD k GET i65 0
		BITFIELD k GET u0 0
		BITFIELD k GET i0 0
		BITFIELD k GET u-1 0
		BITFIELD k GET x8 0
		BITFIELD k GET U8 0
		BITFIELD k GET u 0
		BITFIELD k GET "" 0
		BITFIELD k GET "u8\x00x" 0
		BITFIELD k GET u08 0
		BITFIELD k GET u8 -1
		BITFIELD k GET u8 4294967296
		BITFIELD k GET u8 x
		BITFIELD k GET u8 #
		BITFIELD k GET u8 #-1
		BITFIELD k GET u8 #536870912
		BITFIELD k GET u8 #9223372036854775807
		BITFIELD k GET u64 x
		BITFIELD k SET u8 0 x
		BITFIELD k SET u8 x x
		BITFIELD k SET u8 0 1 FOO
		BITFIELD k SET u8 0 1 GET u8
		BITFIELD k SET u8 0 9223372036854775808
		EXISTS k
		BITFIELD_RO k SET u8 0 1
		BITFIELD_RO k GET u8 0 INCRBY u8 0 1
		BITFIELD_RO k OVERFLOW SAT GET u8 0
		BITFIELD_RO k SET u8 0 x
		BITFIELD_RO k FOO
		ZADD z 1 a
		BITFIELD z
		BITFIELD z GET u8 0
		BITFIELD z SET u8 0 1
		BITFIELD z SET u8 0 x
		BITFIELD z FOO
		BITFIELD_RO z GET u8 0
		BITFIELD_RO z SET u8 0 1`},
	{"COMMAND GETKEYSANDFLAGS tells whether BITFIELD writes", `
		COMMAND GETKEYSANDFLAGS BITFIELD k GET u8 0
		COMMAND GETKEYSANDFLAGS BITFIELD k GET u8 0 GET u8 9
		COMMAND GETKEYSANDFLAGS BITFIELD k GET u8 0 SET u8 9 1
		COMMAND GETKEYSANDFLAGS BITFIELD k INCRBY u8 0 1
		COMMAND GETKEYSANDFLAGS BITFIELD k OVERFLOW SAT
		COMMAND GETKEYSANDFLAGS BITFIELD k OVERFLOW SAT GET u8 0
		COMMAND GETKEYSANDFLAGS BITFIELD k GET
		COMMAND GETKEYSANDFLAGS BITFIELD k
		COMMAND GETKEYSANDFLAGS BITFIELD k FOO`},
}

// bitmapFamily works on bits and bytes of the same few strings.
var bitmapFamily = []weighted{
	{3, func(g *gen) []string { return g.command("SET", words(g.key(), g.stringValue())) }},
	{10, func(g *gen) []string {
		return g.command("SETBIT", words(g.key(), g.bitOffset(), g.of("0", "1", "1", "1", "2")))
	}},
	{4, func(g *gen) []string { return g.command("GETBIT", words(g.key(), g.bitOffset())) }},
	{8, func(g *gen) []string { return g.command("BITCOUNT", words(g.key()), g.bitRange()) }},
	{8, func(g *gen) []string {
		return g.command("BITPOS", words(g.key(), g.of("0", "1", "0", "1", "2")), g.bitRange())
	}},
	{8, func(g *gen) []string {
		keys := g.keys()
		op := g.of("AND", "OR", "XOR", "NOT", "NOT", "NAND")
		if op == "NOT" && g.IntN(5) > 0 {
			keys = keys[:1]
		}
		return g.command("BITOP", words(g.mixCase(op), g.key()), keys)
	}},
	{3, func(g *gen) []string { return g.command("APPEND", words(g.key(), g.piece())) }},
	{4, func(g *gen) []string { return g.command("GET", words(g.key())) }},
	{2, func(g *gen) []string { return g.command("OBJECT", words("ENCODING", g.key())) }},
	{1, func(g *gen) []string { return g.command("ZADD", words(g.key(), "1", "a")) }},
	{3, func(g *gen) []string { return g.command("DEL", words(g.key())) }},
}

func (g *gen) bitOffset() string {
	if g.IntN(10) == 0 {
		return g.of("-1", "4294967296", "x", "", "#3", "100000")
	}
	return strconv.Itoa(g.IntN(300))
}

// bitRange draws none to three of start, end and unit.
func (g *gen) bitRange() []string {
	bounds := words(g.small(), g.small(), g.mixCase(g.of("BIT", "BYTE", "BIT", "BIT", "bytes")))
	return bounds[:g.IntN(4)]
}

// bitfieldFamily reads and writes integers of all widths that overlap.
var bitfieldFamily = []weighted{
	{12, func(g *gen) []string {
		args := g.command("BITFIELD", words(g.of("k1", "k2")))
		for range 1 + g.IntN(4) {
			args = append(args, g.bitfieldOp()...)
		}
		return args
	}},
	{2, func(g *gen) []string {
		return g.command("BITFIELD_RO", words(g.of("k1", "k2"), "GET", g.bitfieldType(), g.bitOffset()),
			g.maybe(8, g.bitfieldOp()...))
	}},
	{1, func(g *gen) []string { return g.command("SET", words(g.of("k1", "k2"), g.stringValue())) }},
	{3, func(g *gen) []string { return g.command("GET", words(g.of("k1", "k2"))) }},
	{1, func(g *gen) []string { return g.command("DEL", words(g.of("k1", "k2"))) }},
}

func (g *gen) bitfieldOp() []string {
	where := words(g.bitfieldType(), g.of("", "", "#")+strconv.Itoa(g.IntN(70)))
	if g.IntN(20) == 0 {
		where[1] = g.bitOffset()
	}
	overflow := g.maybe(2, g.mixCase("OVERFLOW"), g.of("WRAP", "SAT", "FAIL", "sat", "Fail"))
	switch g.IntN(4) {
	case 0:
		return append(words(g.mixCase("GET")), where...)
	case 1:
		return append(append(append(overflow, g.mixCase("SET")), where...), g.operand())
	}
	return append(append(append(overflow, g.mixCase("INCRBY")), where...), g.operand())
}

func (g *gen) bitfieldType() string {
	if g.IntN(30) == 0 {
		return g.of("u64", "i65", "u0", "x", "", "i", "u08")
	}
	return g.of("i", "u") + strconv.Itoa(1+g.IntN(63))
}

// operand draws numbers of all sizes.
func (g *gen) operand() string {
	if g.IntN(5) == 0 {
		return g.integer()
	}
	return strconv.FormatInt(g.Int64()>>g.IntN(64)*int64(1-2*g.IntN(2)), 10)
}
