package compat_test

import (
	"strconv"
	"strings"
	"testing"
)

func TestSortFamily(t *testing.T) { runTable(t, sortFamilyCases) }

// TestRandomSortFamily holds random scripts of SORT against the real server.
func TestRandomSortFamily(t *testing.T) {
	runRandom(t, family{"sort family", sortFamily, 300})
}

// numbersFor makes a list of n elements, and a weight for most of them, many of them the same.
func numbersFor(n int) string {
	var b strings.Builder
	b.WriteString("RPUSH long")
	for i := range n {
		b.WriteString(" e" + strconv.Itoa(i*7919%n))
	}
	b.WriteString("\nMSET")
	for i := range n {
		if i%5 > 0 {
			b.WriteString(" w_e" + strconv.Itoa(i) + " " + strconv.Itoa(i*31%17))
		}
	}
	return b.String() + "\n"
}

const sortData = `
		RPUSH l 3 1 2 10 -5 2.5 1
		SADD s 3 1 2 10 -5
		SADD t b a c 10 9
		ZADD z 3 one 2 two 1 three 0.5 four
		MSET w_1 30 w_2 20 w_3 10 w_10 5 w_-5 1 v_1 one v_2 two v_3 three s_1 b s_2 a s_3 c
		HSET h_1 f 9 g x
		HSET h_2 f 8
		HSET h_3 g y
		SET str v
`

var sortFamilyCases = []scripted{
	{"SORT", sortData + `
		SORT
		SORT l
		SORT l DESC
		SORT l ASC DESC
		SORT l DESC ASC
		SORT l ALPHA
		SORT l ALPHA DESC
		SORT s
		SORT t ALPHA
		SORT t
		SORT z ALPHA
		SORT z ALPHA DESC
		SORT z
		SORT none
		SORT none ALPHA
		SORT str
		SORT h_1
		SORT str FOO
		SORT l FOO
		SORT l BY
		SORT l GET
		SORT l LIMIT
		SORT l LIMIT 1
		SORT l LIMIT 1 x
		SORT l LIMIT x 1
		SORT l LIMIT x 1 FOO
		SORT l FOO LIMIT x 1
		SORT l STORE
		SORT l ALPHA BY
		SORT_RO l
		SORT_RO l STORE d
		SORT_RO l DESC LIMIT 1 2
		SORT_RO`},
	{"LIMIT", sortData + `
		SORT l LIMIT 0 3
		SORT l LIMIT 2 3
		SORT l LIMIT 2 300
		SORT l LIMIT -2 3
		SORT l LIMIT 0 -1
		SORT l LIMIT 3 -5
		SORT l LIMIT 3 0
		SORT l LIMIT 7 1
		SORT l LIMIT 6 5
		SORT l LIMIT 700 1
		SORT l LIMIT 0 9223372036854775807
		SORT l LIMIT 9223372036854775807 9223372036854775807
		SORT l LIMIT -9223372036854775808 -9223372036854775808
		SORT l LIMIT 0 9223372036854775808
		SORT l LIMIT 1 1 LIMIT 0 2
		SORT l DESC LIMIT 1 3
		SORT l ALPHA LIMIT 1 3
		SORT none LIMIT 0 1`},
	{"BY", sortData + `
		SORT l BY w_*
		SORT l BY w_* DESC
		SORT l BY w_* LIMIT 1 2
		SORT s BY w_*
		SORT l BY h_*->f
		SORT l BY h_*->g ALPHA
		SORT l BY h_*->g
		SORT l BY h_*->none
		SORT l BY h_*->
		SORT l BY *
		SORT l BY s_* ALPHA
		SORT l BY s_*
		SORT l BY str_*
		SORT l BY l*
		SORT l BY w_*x*
		SORT l BY nosort
		SORT l BY nosort DESC
		SORT l BY nosort LIMIT 1 3
		SORT l BY nosort DESC LIMIT 1 3
		SORT l BY nosort LIMIT 5 100
		SORT l BY nosort LIMIT 7 1
		SORT l BY nosort LIMIT 2 0
		SORT l BY nosort BY w_*
		SORT l BY w_* BY nosort
		SORT s BY nosort
		SORT s BY nosort LIMIT 1 2
		SORT s BY nosort DESC LIMIT 1 2
		SORT z BY nosort
		SORT z BY nosort DESC
		SORT z BY nosort LIMIT 1 2
		SORT z BY nosort DESC LIMIT 1 2
		SORT z BY nosort DESC LIMIT 1 -2
		SORT z BY nosort LIMIT 4 2
		SORT none BY nosort
		SORT l BY ""
		SORT l BY "x\x00*"
		SORT l BY "w_*\x00"
		SORT none BY nosort DESC LIMIT 1 1`},
	{"GET", sortData + `
		SORT s GET v_*
		SORT s GET # GET v_*
		SORT s GET v_* GET # GET w_* GET h_*->f
		SORT s GET nostar
		SORT s GET #x
		SORT s GET "#\x00x"
		SORT s GET h_*->none
		SORT s GET h_*->
		SORT s GET h_*-
		SORT s GET v_*->f
		SORT s GET h_*
		SORT s GET *
		SORT s BY nosort GET v_*
		SORT l BY w_* GET # LIMIT 0 2
		SORT none GET # GET #
		SORT l GET l GET #
		HSET h_10 f 12345
		SORT s GET h_*->f GET #`},
	{"STORE", sortData + `
		SORT l STORE d
		LRANGE d 0 -1
		TYPE d
		SORT l STORE d DESC LIMIT 0 2
		LRANGE d 0 -1
		EXPIREAT d 4102444800
		SORT s STORE d GET v_* GET #
		LRANGE d 0 -1
		TTL d
		SORT l LIMIT 0 0 STORE d
		EXISTS d
		SORT none STORE d
		SORT none STORE str
		EXISTS str
		SORT z STORE d
		EXISTS d
		SORT z ALPHA STORE z
		TYPE z
		LRANGE z 0 -1
		SORT s BY nosort STORE d
		LRANGE d 0 -1
		SORT s BY nosort DESC STORE d
		LRANGE d 0 -1
		SORT t BY nosort STORE d LIMIT 1 2
		LRANGE d 0 -1
		SORT l STORE a STORE b
		EXISTS a b
		SORT l STORE l
		LRANGE l 0 -1
		OBJECT ENCODING l
		SORT t ALPHA STORE "" GET none_*
		LRANGE "" 0 -1`},
	{"numbers and texts", `
		RPUSH a "" 0 -1
		SORT a
		RPUSH b " 5" 4 "6\x00x"
		SORT b
		RPUSH c inf -inf 1e308 -1e308 0x10 1e-307 0x1p-1074
		SORT c
		SORT c DESC
		RPUSH d nan
		SORT d
		SORT d ALPHA
		RPUSH h "5 "
		SORT h
		RPUSH i " "
		SORT i
		RPUSH j 1 1.0 +1 01 1e0 0x1
		SORT j
		SORT j DESC
		RPUSH k "a\x00c" "a\x00b" a ab "" "\xff" "\x00"
		SORT k ALPHA
		SORT k ALPHA DESC
		SORT k ALPHA STORE k2
		LRANGE k2 0 -1
		MSET w_1 "x\x00b" w_2 "x\x00a" w_3 x w_4 w
		RPUSH m 1 2 3 4 5
		SORT m BY w_* ALPHA
		SORT m BY w_* ALPHA DESC
		SORT m BY w_* ALPHA STORE m2
		LRANGE m2 0 -1`},
	// Redis leaves errno as it is before it reads a number, so that what comes behind one out of range
	// may be refused, too, until a system call fails: there is one in each script, at its end.
	{"a number that is too large", "RPUSH l 1e400\nSORT l"},
	{"a number that is too large for a negative one", "RPUSH l -1e400\nSORT l"},
	{"a number next to 0", "RPUSH l 4.9e-324\nSORT l"},
	{"a number that loses digits", "RPUSH l 0x1.8p-1074\nSORT l"},
	{"a number that is nearly too small", "RPUSH l 2.2250738585072011e-308\nSORT l"},
	{"what is equal, with LIMIT and without", numbersFor(300) + `
		SORT long BY w_* ALPHA
		SORT long BY w_* ALPHA DESC
		SORT long BY w_* ALPHA LIMIT 0 10
		SORT long BY w_* ALPHA LIMIT 100 50
		SORT long BY w_* ALPHA DESC LIMIT 3 200
		SORT long BY w_* LIMIT 3 20
		SORT long BY none_* ALPHA LIMIT 2 30
		SORT long BY none_* ALPHA LIMIT 2 5
		SORT long ALPHA LIMIT 7 9`},
	{"SORT makes a sorted set a skiplist", `
		ZADD z 1 a 2 b
		OBJECT ENCODING z
		SORT_RO z BY nosort
		OBJECT ENCODING z
		SORT none
		ZADD y 1 a
		SORT y FOO
		OBJECT ENCODING y
		SORT y
		OBJECT ENCODING y`},
	{"the keys of SORT", `
		COMMAND GETKEYS SORT k
		COMMAND GETKEYS SORT k STORE a STORE b
		COMMAND GETKEYS SORT k BY STORE a
		COMMAND GETKEYS SORT k GET STORE STORE a
		COMMAND GETKEYS SORT k LIMIT STORE x STORE a
		COMMAND GETKEYS SORT k STORE
		COMMAND GETKEYS SORT k LIMIT
		COMMAND GETKEYSANDFLAGS SORT k LIMIT 1 2 GET x STORE b
		COMMAND GETKEYSANDFLAGS SORT_RO k STORE a`},
}

// sortFamily sorts lists, sets and sorted sets of words and numbers, by weights that are often the
// same or not there. What is unsorted of a set has a hash table's order, and is not asked for.
var sortFamily = []weighted{
	{4, func(g *gen) []string { return g.command("RPUSH", words(g.of("l1", "l2")), g.sortables()) }},
	{3, func(g *gen) []string { return g.command("SADD", words(g.of("s1", "s2")), g.sortables()) }},
	{2, func(g *gen) []string {
		args := g.command("ZADD", words("z1"))
		for _, word := range g.sortables() {
			args = append(args, strconv.Itoa(g.IntN(9)), word)
		}
		return args
	}},
	{4, func(g *gen) []string {
		return g.command("SET", words("w_"+g.sortable(), g.of(g.sortable(), strconv.Itoa(g.IntN(4)))))
	}},
	{3, func(g *gen) []string {
		return g.command("HSET", words("h_"+g.sortable(), g.of("f", "g"), g.sortable()))
	}},
	{1, func(g *gen) []string { return g.command("DEL", words(g.of("l1", "s1", "z1", "w_1", "d"))) }},
	{12, func(g *gen) []string { return g.sort(g.of("l1", "l2", "l2")) }},
	{6, func(g *gen) []string { return g.sortNumbers(g.of("s1", "s2", "z1", "d")) }},
	{2, func(g *gen) []string { return g.command("LRANGE", words("d", "0", "-1")) }},
	{1, func(g *gen) []string {
		return g.command("OBJECT", words("ENCODING", g.of("z1", "d", "s1")))
	}},
	{1, func(g *gen) []string {
		return append(words("COMMAND", "GETKEYS"), g.sort(g.of("l1", "s1"))...)
	}},
}

func (g *gen) sortable() string {
	switch g.IntN(12) {
	case 0:
		return g.of("", "a", "b", "a\x00b", "inf", "-0", "1.0", "01", "x", "h_", "*", "->")
	case 1:
		return g.integer()
	}
	return strconv.Itoa(g.IntN(60) - 10)
}

func (g *gen) sortables() []string {
	list := make([]string, 1+g.IntN(12))
	for i := range list {
		list[i] = g.sortable()
	}
	return list
}

func (g *gen) sortPattern() string {
	return g.of("w_*", "w_*", "h_*->f", "h_*->g", "h_*->", "*", "w_*x", "#", "nosort", "h_*",
		"w_\x00*", "")
}

// sort is a SORT of a list, with any options.
func (g *gen) sort(key string) []string {
	args := g.command(g.of("SORT", "SORT", "SORT_RO"), words(key))
	for range g.IntN(5) {
		args = append(args, g.of2(words(g.mixCase("DESC")), words("ASC"), words(g.mixCase("ALPHA")),
			words("ALPHA"), words("LIMIT", g.small(), g.small()), words("BY", g.sortPattern()),
			words("GET", g.sortPattern()), words("STORE", "d"), words(g.junk()))...)
	}
	return args
}

// sortNumbers is a SORT whose order is defined by the elements and their weights: the members of a
// set and what is equal come in the order of a hash table.
func (g *gen) sortNumbers(key string) []string {
	args := g.command("SORT", words(key), g.maybe(3, "BY", g.of("w_*", "h_*->f")),
		g.maybe(3, "LIMIT", g.small(), g.small()), g.maybe(3, "DESC"))
	if !strings.Contains(strings.Join(args, " "), "BY") {
		args = append(args, g.maybe(2, "ALPHA", "STORE", "d")...)
	}
	return append(args, g.maybe(2, "GET", g.sortPattern())...)
}
