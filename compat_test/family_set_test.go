package compat_test

import (
	"strconv"
	"strings"
	"testing"
)

func TestSetFamily(t *testing.T) { runTable(t, setFamilyCases) }

// TestRandomSetFamily holds random scripts of the family against the real server. They change the
// threshold of the intset, so that sets convert all the time.
func TestRandomSetFamily(t *testing.T) {
	defer runTable(t, []scripted{{"settings go back", intsetDefault}})
	runRandom(t, family{"set family", setFamily, 1000})
	runRandom(t, family{"set family large", setLargeFamily, 2500})
}

const intsetDefault = "CONFIG SET set-max-intset-entries 512"

var setFamilyCases = []scripted{
	{"SADD, SREM and their relatives", `
		SADD
		SADD s
		SADD s a
		SADD s a b c a
		SADD s
		SREM s
		SREM
		SREM s x
		SREM none x
		SREM s a x b a
		SMEMBERS s
		SCARD s
		SCARD none
		SCARD
		SCARD s s
		SISMEMBER s c
		SISMEMBER s x
		SISMEMBER none c
		SISMEMBER s
		SISMEMBER s a b
		SMISMEMBER s
		SMISMEMBER s c x c
		SMISMEMBER none c x
		SREM s c c
		EXISTS s
		TYPE s
		SADD s "" "\x00\xff" "` + strings.Repeat("m", 300) + `"
		~sorted SMEMBERS s
		TYPE s`},
	{"SADD on another type", `
		SET k v
		SADD k a
		SREM k a
		SCARD k
		SISMEMBER k a
		SMISMEMBER k a
		SMEMBERS k
		SMEMBERS
		SMEMBERS k k
		SPOP k
		SPOP k 1
		SPOP k 0
		SRANDMEMBER k
		SRANDMEMBER k 1
		SRANDMEMBER k 0
		SSCAN k 0
		SINTER k
		SUNION k
		SDIFF k
		SINTER none k
		SUNION none k
		SDIFF none k
		SINTERSTORE d none k
		SUNIONSTORE d none k
		SDIFFSTORE d none k
		SINTERCARD 1 k
		SINTERCARD 2 none k
		SMOVE k s a
		GET k`},
	{"encodings", `
		SADD i 3 1 2 -5 9223372036854775807 -9223372036854775808
		OBJECT ENCODING i
		SMEMBERS i
		SISMEMBER i 01
		SISMEMBER i +1
		SISMEMBER i x
		SISMEMBER i 1
		SISMEMBER i 9223372036854775808
		SREM i 01 x "" 1
		SREM i 9223372036854775807 -9223372036854775808
		SMEMBERS i
		SADD i 01
		OBJECT ENCODING i
		SREM i 01
		OBJECT ENCODING i
		~sorted SMEMBERS i
		SADD t a
		OBJECT ENCODING t
		SADD t2 " 1"
		OBJECT ENCODING t2
		SADD t3 9223372036854775808
		OBJECT ENCODING t3
		SADD t4 -0
		OBJECT ENCODING t4
		SADD t5 1 2 3 a
		OBJECT ENCODING t5
		SADD t6 -9223372036854775809
		OBJECT ENCODING t6`},
	{"set-max-intset-entries", `
		CONFIG SET set-max-intset-entries 3
		SADD i 1 2 3
		OBJECT ENCODING i
		SADD i 3
		OBJECT ENCODING i
		SADD i 4
		OBJECT ENCODING i
		SREM i 4 3
		OBJECT ENCODING i
		SADD j 1 2 3
		CONFIG SET set-max-intset-entries 1
		OBJECT ENCODING j
		SADD j 1
		OBJECT ENCODING j
		SREM j 1
		OBJECT ENCODING j
		SADD j 5
		OBJECT ENCODING j
		CONFIG SET set-max-intset-entries 0
		SADD k 1
		OBJECT ENCODING k
		CONFIG SET set-max-intset-entries -1
		CONFIG SET set-max-intset-entries x
		CONFIG GET set-max-intset-entries
		SUNIONSTORE d k
		OBJECT ENCODING d
		` + intsetDefault + `
		SUNIONSTORE d k
		OBJECT ENCODING d
		SINTERSTORE d k
		OBJECT ENCODING d
		SDIFFSTORE d k
		OBJECT ENCODING d`},
	{"SMOVE", `
		SMOVE
		SMOVE a b
		SMOVE a b c d
		SADD a 1 2 x
		SADD b 2
		SET st v
		SMOVE a b 1
		OBJECT ENCODING b
		SMOVE a b 2
		SMOVE a b none
		SMOVE a b x
		OBJECT ENCODING b
		EXISTS a
		~sorted SMEMBERS b
		SMOVE a b 1
		SMOVE b new 1
		OBJECT ENCODING new
		SMOVE b b 2
		SMOVE b b none
		SMOVE none none 1
		SMOVE none st 1
		SMOVE b st 1
		SMOVE b st none
		SMOVE st b 1
		SMOVE st st 1
		PEXPIREAT b 4102444800123
		SMOVE b new 2
		SMOVE b new x
		EXISTS b
		~sorted SMEMBERS new`},
	{"SINTER, SUNION, SDIFF", `
		SADD a 1 2 3 4 5
		SADD b 3 4 5 6
		SADD c 5 4 9
		SADD t x 4 5
		SINTER a
		SINTER a b
		SINTER a b c
		SINTER b a c
		SINTER a a
		~sorted SINTER a t
		~sorted SINTER t a b
		SINTER a none
		SINTER none
		SINTER none none
		SUNION a b c
		SUNION a
		SUNION none a none
		SUNION none
		~sorted SUNION a t
		SDIFF a
		SDIFF a b
		SDIFF a b c
		SDIFF b a
		SDIFF a a
		SDIFF a b a
		SDIFF none a
		SDIFF none
		SDIFF a none
		SDIFF a none none b
		~sorted SDIFF t a
		SDIFF a t
		SINTER
		SUNION
		SDIFF`},
	{"SINTERSTORE, SUNIONSTORE, SDIFFSTORE", `
		SADD a 1 2 3 4 5
		SADD b 3 4 5 6
		SADD t x 4 5
		SINTERSTORE d a b
		OBJECT ENCODING d
		SMEMBERS d
		SUNIONSTORE d a t
		OBJECT ENCODING d
		~sorted SMEMBERS d
		SDIFFSTORE d t a
		OBJECT ENCODING d
		SMEMBERS d
		SINTERSTORE d t a
		OBJECT ENCODING d
		SDIFFSTORE a a b
		SMEMBERS a
		SUNIONSTORE a a b
		SMEMBERS a
		SINTERSTORE a a none
		EXISTS a
		SET st v PXAT 4102444800123
		SUNIONSTORE st b
		TYPE st
		PEXPIRETIME st
		SET st v
		SUNIONSTORE st none
		EXISTS st
		SET st v
		SDIFFSTORE st b b
		EXISTS st
		SDIFFSTORE none2 b b
		SINTERSTORE d st
		SINTERSTORE d
		SUNIONSTORE d
		SDIFFSTORE d
		SDIFFSTORE
		SET w v
		SUNIONSTORE b w
		SMEMBERS b`},
	{"the way of SDIFF decides the encoding", `
		CONFIG SET set-max-intset-entries 4
		SADD a 1 2 3 4 5 6 7 8
		SADD one 1 2 3 4 5 6
		SADD two 1
		SADD three 2
		SADD four 3
		SDIFFSTORE d a one
		OBJECT ENCODING d
		SDIFFSTORE d a two three four
		OBJECT ENCODING d
		SDIFFSTORE d a one two three four
		OBJECT ENCODING d
		SDIFFSTORE d a two one none four
		OBJECT ENCODING d
		SMEMBERS d
		SINTERSTORE d a one
		OBJECT ENCODING d
		~sorted SDIFF a two three
		` + intsetDefault},
	{"SINTERCARD", `
		SADD a 1 2 3 4 5
		SADD b 3 4 5 6
		SADD c 4 x
		SINTERCARD
		SINTERCARD 1
		SINTERCARD 1 a
		SINTERCARD 2 a b
		SINTERCARD 3 a b c
		SINTERCARD 2 a none
		SINTERCARD 2 a a
		SINTERCARD 2 a b LIMIT 0
		SINTERCARD 2 a b LIMIT 1
		SINTERCARD 2 a b LIMIT 3
		SINTERCARD 2 a b limit 99
		SINTERCARD 2 a b LIMIT 1 LIMIT 2
		SINTERCARD 2 a b LIMIT
		SINTERCARD 2 a b LIMIT -1
		SINTERCARD 2 a b LIMIT x
		SINTERCARD 2 a b LIMIT 9223372036854775807
		SINTERCARD 2 a b LIMIT 9223372036854775808
		SINTERCARD 2 a b FOO
		SINTERCARD 2 a b FOO 1
		SINTERCARD 1 a b
		SINTERCARD 0 a
		SINTERCARD -1 a
		SINTERCARD x a
		SINTERCARD 3 a b
		SINTERCARD 3 a LIMIT 1
		SINTERCARD 9223372036854775807 a
		SINTERCARD 9223372036854775808 a
		SINTERCARD 2 LIMIT LIMIT`},
	{"SPOP of what has no choice", `
		SPOP
		SPOP none
		SPOP none 0
		SPOP none 5
		SPOP none x
		SPOP none -1
		SPOP none 9223372036854775808
		SPOP none 1 2
		SPOP none x y
		SADD s a
		SPOP s 0
		SPOP s
		EXISTS s
		SADD s 7
		SPOP s
		SADD s 1 2 3
		SPOP s 3
		EXISTS s
		SADD s 3 2 1
		SPOP s 9223372036854775807
		SADD s a b
		~sorted SPOP s 5
		SADD s a b
		SPOP s -9223372036854775808
		SPOP s 1 2
		SPOP s ""`},
	{"SPOP of some", `
		SADD s 1 2 3 4 5 6 7 8 9 10
		~shape SPOP s
		SCARD s
		~shape SPOP s 2
		SCARD s
		OBJECT ENCODING s
		~shape SPOP s 6
		SCARD s
		SADD t a b c d e f g h i j
		~shape SPOP t
		~shape SPOP t 2
		~shape SPOP t 6
		SCARD t
		OBJECT ENCODING t`},
	{"SPOP of most of a hashtable of integers leaves an intset", `
		SADD s x 1 2 3 4 5 6 7 8 9 10
		SREM s x
		OBJECT ENCODING s
		PEXPIREAT s 4102444800123
		~shape SPOP s 4
		OBJECT ENCODING s
		~shape SPOP s 5
		OBJECT ENCODING s
		PEXPIRETIME s
		SCARD s
		SADD t x 1 2 3 4 5
		SREM t x
		~shape SPOP t
		~shape SPOP t
		~shape SPOP t
		~shape SPOP t
		OBJECT ENCODING t`},
	{"SRANDMEMBER", `
		SRANDMEMBER
		SRANDMEMBER none
		SRANDMEMBER none 0
		SRANDMEMBER none 5
		SRANDMEMBER none -5
		SRANDMEMBER none x
		SRANDMEMBER none -9223372036854775808
		SRANDMEMBER none -9223372036854775807
		SRANDMEMBER none 9223372036854775808
		SRANDMEMBER none 1 2
		SRANDMEMBER none x y
		SADD one 1
		SRANDMEMBER one
		SRANDMEMBER one 0
		SRANDMEMBER one 1
		SRANDMEMBER one 9223372036854775807
		SRANDMEMBER one -1
		SRANDMEMBER one -4
		SADD s a b c
		~shape SRANDMEMBER s
		~shape SRANDMEMBER s 2
		~shape SRANDMEMBER s -10
		~sorted SRANDMEMBER s 3
		~sorted SRANDMEMBER s 10
		SADD i 3 2 1
		SRANDMEMBER i 3
		SRANDMEMBER i 4
		~shape SRANDMEMBER i 2
		SADD x a
		SRANDMEMBER x -3`},
	{"SSCAN", `
		SSCAN
		SSCAN s
		SSCAN none 0
		SSCAN none x
		SSCAN none 0 FOO
		SSCAN none 0 COUNT
		SADD i 1 2 3 10
		SSCAN i 0
		SSCAN i 5
		SSCAN i -1
		SSCAN i x
		SSCAN i ""
		SSCAN i 18446744073709551616
		SSCAN i 0 COUNT 1
		SSCAN i 0 MATCH 1*
		SSCAN i 0 match * count 100
		SSCAN i 0 COUNT 0
		SSCAN i 0 COUNT -1
		SSCAN i 0 COUNT x
		SSCAN i 0 COUNT
		SSCAN i 0 MATCH
		SSCAN i 0 TYPE set
		SSCAN i 0 FOO bar
		SSCAN i 0 COUNT x MATCH
		SADD s a b c aa
		~scan SSCAN s 0 COUNT 100
		~scan SSCAN s 0 COUNT 100 MATCH a*
		~scan SSCAN s 0 COUNT 9223372036854775807 MATCH [bc]
		SET k v
		SSCAN k 0 FOO
		SSCAN k x`},
	{"COPY of a set", `
		SADD i 1 2 3
		SADD s a b
		COPY i i2
		COPY s s2
		OBJECT ENCODING i2
		OBJECT ENCODING s2
		SREM i 1
		SREM s a
		SMEMBERS i2
		~sorted SMEMBERS s2
		CONFIG SET set-max-intset-entries 1
		COPY i i3
		OBJECT ENCODING i3
		COPY i s2 REPLACE
		SMEMBERS s2
		` + intsetDefault + `
		RENAME s2 s3
		SMEMBERS s3`},
	{"a set within its deadline", `
		SADD s a
		PEXPIREAT s 4102444800123
		SADD s b
		SREM s a
		PEXPIRETIME s
		SREM s b
		SADD s c
		PEXPIRETIME s
		PEXPIREAT s 1
		SADD s d
		SMEMBERS s`},
}

// setFamily keeps its sets small, so that commands meet; q is a set of which members are drawn at
// random, and is only filled as a whole.
var setFamily = append(setCommands((*gen).setMember), []weighted{
	{2, func(g *gen) []string {
		return g.command("CONFIG",
			words("SET", "set-max-intset-entries", g.of("0", "2", "4", "8", "512")))
	}},
	{4, func(g *gen) []string {
		return g.command("SUNIONSTORE", words("q"), g.skeys())
	}},
	{3, func(g *gen) []string {
		return g.shape("SPOP", words("q"), g.maybe(2, strconv.Itoa(g.IntN(6))))
	}},
	{3, func(g *gen) []string {
		return g.shape("SRANDMEMBER", words("q"), g.maybe(2, strconv.Itoa(g.IntN(20)-10)))
	}},
	{1, func(g *gen) []string { return g.command("SCARD", words("q")) }},
	{8, func(g *gen) []string {
		args := g.sample(setDamaged)
		args = g.damage(args)
		g.comparison = "sorted"
		return args
	}},
}...)

var setLargeFamily = setCommands(func(g *gen) string {
	return g.of("", "", "", "", "", "", "", "m") + strconv.Itoa(g.IntN(2000))
})

func setCommands(member func(*gen) string) []weighted {
	members := func(g *gen) []string {
		list := make([]string, 1+g.IntN(1+g.IntN(30)))
		for i := range list {
			list[i] = member(g)
		}
		return list
	}
	return []weighted{
		{14, func(g *gen) []string { return g.command("SADD", words(g.skey()), members(g)) }},
		{8, func(g *gen) []string { return g.command("SREM", words(g.skey()), members(g)) }},
		{3, func(g *gen) []string { return g.command("SMOVE", words(g.skey(), g.skey(), member(g))) }},
		{2, func(g *gen) []string { return g.command("SCARD", words(g.skey())) }},
		{2, func(g *gen) []string { return g.command("SISMEMBER", words(g.skey(), member(g))) }},
		{2, func(g *gen) []string { return g.command("SMISMEMBER", words(g.skey()), members(g)) }},
		{2, func(g *gen) []string { return g.sorted("SMEMBERS", words(g.skey())) }},
		{6, func(g *gen) []string {
			return g.sorted(g.of("SINTER", "SUNION", "SDIFF"), g.skeys())
		}},
		{6, func(g *gen) []string {
			return g.command(g.of("SINTERSTORE", "SUNIONSTORE", "SDIFFSTORE"), words(g.skey()),
				g.skeys())
		}},
		{3, (*gen).sintercard},
		{4, func(g *gen) []string { return g.command("OBJECT", words("ENCODING", g.skey())) }},
		{2, func(g *gen) []string { return g.sorted("SPOP", words(g.skey(), "100000")) }},
		{1, func(g *gen) []string { return g.sorted("SRANDMEMBER", words(g.skey(), "100000")) }},
		{2, func(g *gen) []string {
			g.comparison = "scan"
			return g.command("SSCAN", words(g.skey(), "0", "COUNT", "100000"),
				g.maybe(2, "MATCH", g.of("*1*", "-*", "[a-f]", "m*", "*")))
		}},
		{1, func(g *gen) []string { return g.command(g.of("DEL", "UNLINK"), words(g.skey())) }},
		{1, func(g *gen) []string { return g.command("SET", words(g.skey(), "v")) }},
		{1, func(g *gen) []string { return g.command("TYPE", words(g.skey())) }},
		{1, func(g *gen) []string { return g.command("PEXPIREAT", words(g.skey(), "4102444800123")) }},
		{1, func(g *gen) []string { return g.command("PEXPIRETIME", words(g.skey())) }},
	}
}

// setDamaged are the commands that are damaged: those whose replies and effects stay determined
// whatever becomes of their arguments.
var setDamaged = []weighted{
	{1, func(g *gen) []string {
		return g.command("SADD", words(g.skey(), g.setMember(), g.setMember()))
	}},
	{1, func(g *gen) []string { return g.command("SREM", words(g.skey(), g.setMember())) }},
	{1, func(g *gen) []string { return g.command("SMOVE", words(g.skey(), g.skey(), g.setMember())) }},
	{1, func(g *gen) []string { return g.command("SINTER", g.skeys()) }},
	{1, func(g *gen) []string { return g.command("SDIFFSTORE", words(g.skey()), g.skeys()) }},
	{3, (*gen).sintercard},
}

func (g *gen) skey() string { return g.of("s1", "s2", "s3", "s4", "s5", "s5", "none") }

func (g *gen) skeys() []string {
	keys := make([]string, 1+g.IntN(4))
	for i := range keys {
		keys[i] = g.skey()
	}
	return keys
}

// setMember is an integer most of the time, as else there would be no intsets.
func (g *gen) setMember() string {
	switch g.IntN(40) {
	case 0:
		return g.member()
	case 1, 2:
		return g.integer()
	}
	return strconv.Itoa(g.IntN(24) - 8)
}

func (g *gen) sintercard() []string {
	keys := g.skeys()
	return g.command("SINTERCARD", words(strconv.Itoa(len(keys))), keys,
		g.maybe(2, "LIMIT", strconv.Itoa(g.IntN(6))))
}

// sorted is command for a reply in the order of a hash table.
func (g *gen) sorted(name string, parts ...[]string) []string {
	g.comparison = "sorted"
	return g.command(name, parts...)
}

// shape is command for a reply that is drawn at random.
func (g *gen) shape(name string, parts ...[]string) []string {
	g.comparison = "shape"
	return g.command(name, parts...)
}
