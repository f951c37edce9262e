package compat_test

import (
	"strconv"
	"strings"
	"testing"
)

func TestListFamily(t *testing.T) { runTable(t, listCases) }

// TestRandomListFamily holds random scripts of the family against the real server, with small
// elements in few blocks and with large ones in many.
func TestRandomListFamily(t *testing.T) {
	runRandom(t, family{"list", listCommands((*gen).element, (*gen).fewElements), 1000})
	runRandom(t, family{"list large", listCommands((*gen).largeElement, (*gen).manyElements), 1000})
}

var listCases = []scripted{
	{"pushing to both ends", `
		LPUSH l a
		RPUSH l b c
		LPUSH l 1 2 3
		LRANGE l 0 -1
		LLEN l
		TYPE l
		LPUSH
		LPUSH l
		RPUSH l ""
		RPUSH l "\x00\xff" 007 -1 9223372036854775807 9223372036854775808
		LRANGE l 0 -1
		SET s x
		LPUSH s a
		RPUSH s a
		LPUSHX none a
		RPUSHX none a
		LPUSHX s a
		RPUSHX l x y
		LPUSHX l x y
		LRANGE l 0 -1
		EXISTS none
		LLEN none
		LLEN s`},
	{"popping", `
		RPUSH l a b c d e f 7 8
		LPOP l
		RPOP l
		LPOP l 0
		LPOP l 2
		RPOP l 2
		LPOP l -1
		LPOP l x
		LPOP l 9223372036854775808
		LPOP l 1 2
		LPOP none
		RPOP none
		LPOP none 0
		LPOP none 2
		LPOP none -1
		SET s x
		LPOP s
		LPOP s 0
		LPOP s -1
		RPOP l 9223372036854775807
		EXISTS l
		LPOP l`},
	{"by index", `
		RPUSH l a b c
		LINDEX l 0
		LINDEX l -1
		LINDEX l 3
		LINDEX l -4
		LINDEX l x
		LINDEX l 9223372036854775807
		LINDEX l -9223372036854775808
		LINDEX none x
		LINDEX none 0
		SET s x
		LINDEX s x
		LSET l 0 A
		LSET l -1 100
		LSET l 3 x
		LSET l -4 x
		LSET l x x
		LSET none x x
		LSET none 0 x
		LSET s 0 x
		LSET s x x
		LRANGE l 0 -1`},
	{"ranges", `
		RPUSH l a b c d e
		LRANGE l 0 -1
		LRANGE l 1 2
		LRANGE l -3 -2
		LRANGE l 3 1
		LRANGE l 5 9
		LRANGE l -100 0
		LRANGE l -9223372036854775808 9223372036854775807
		LRANGE l 9223372036854775807 -9223372036854775808
		LRANGE none 0 -1
		LRANGE none x 0
		LRANGE l 0 x
		SET s x
		LRANGE s 0 x
		LRANGE s 0 1
		LTRIM s 0 x
		LTRIM s 0 1
		LTRIM none 0 1
		LTRIM none x 1
		LTRIM l 1 -2
		LRANGE l 0 -1
		LTRIM l -2 9223372036854775807
		LRANGE l 0 -1
		LTRIM l 0 -1
		LTRIM l 1 0
		EXISTS l`},
	{"inserting", `
		RPUSH l a b a 5
		LINSERT l BEFORE a x
		LINSERT l after a y
		LINSERT l AFTER 5 z
		LINSERT l before 5 w
		LINSERT l BEFORE none x
		LINSERT l BETWEEN a x
		LINSERT none BETWEEN a x
		LINSERT none BEFORE a x
		SET s x
		LINSERT s BETWEEN a x
		LINSERT s BEFORE a x
		LINSERT l BEFORE a
		LRANGE l 0 -1`},
	{"removing", `
		RPUSH l a b a c a 5 5
		LREM l 1 a
		LREM l -1 a
		LRANGE l 0 -1
		LREM l 0 5
		LREM l 0 none
		LREM l x a
		LREM none x a
		LREM none 0 a
		SET s x
		LREM s x a
		LREM s 0 a
		RPUSH l a a
		LREM l -9223372036854775807 a
		LREM l 9223372036854775807 b
		LREM l 0 c
		EXISTS l
		RPUSH l a b a
		LREM l -9223372036854775808 a
		LRANGE l 0 -1`},
	{"LPOS", `
		RPUSH l a b c 1 2 3 c c
		LPOS l c
		LPOS l 1
		LPOS l c RANK 2
		LPOS l c RANK -1
		LPOS l c RANK -2 COUNT 0
		LPOS l c COUNT 2
		LPOS l c COUNT 0
		LPOS l c COUNT 0 MAXLEN 3
		LPOS l c COUNT 0 MAXLEN 0
		LPOS l c RANK -1 MAXLEN 1 COUNT 9
		LPOS l c RANK 4
		LPOS l c RANK 4 COUNT 0
		LPOS l none
		LPOS l none COUNT 1
		LPOS none a
		LPOS none a COUNT 1
		LPOS l c RANK 0
		LPOS l c RANK x
		LPOS l c COUNT -1
		LPOS l c COUNT x
		LPOS l c MAXLEN -1
		LPOS l c MAXLEN x
		LPOS l c RANK
		LPOS l c RANK 1 FOO
		LPOS l c RANK -9223372036854775808
		LPOS l c RANK -9223372036854775808 COUNT 1
		LPOS l c RANK 9223372036854775807 COUNT 0
		LPOS l c RANK -9223372036854775807
		LPOS l c rank 1 rank 2 count 5 count 1 maxlen 1 maxlen 0
		SET s x
		LPOS s a RANK 0
		LPOS s a`},
	{"moving", `
		RPUSH l a b c
		LMOVE l m LEFT RIGHT
		LMOVE l m right left
		LMOVE l l LEFT RIGHT
		LMOVE l m LEFT LEFT
		LMOVE l m LEFT LEFT
		EXISTS l
		LRANGE m 0 -1
		LMOVE m m LEFT RIGHT
		LMOVE m m RIGHT RIGHT
		RPOPLPUSH m m
		RPOPLPUSH m n
		RPOPLPUSH none n
		LRANGE m 0 -1
		LMOVE m n UP LEFT
		LMOVE m n LEFT
		LMOVE none none LEFT UP
		SET s x
		LMOVE none s LEFT LEFT
		LMOVE s none LEFT LEFT
		LMOVE m s LEFT LEFT
		RPOPLPUSH m s
		RPOPLPUSH s m
		LRANGE m 0 -1`},
	{"LMPOP", `
		RPUSH l a b c d 5
		LMPOP 1 l LEFT
		LMPOP 2 none l RIGHT COUNT 2
		LMPOP 1 none LEFT
		LMPOP 1 l LEFT COUNT 9223372036854775807
		RPUSH l a b c d 5
		SET s x
		LMPOP 2 s l LEFT
		LMPOP 2 l s right count 1
		LMPOP 0 l LEFT
		LMPOP -1 l LEFT
		LMPOP x l LEFT
		LMPOP 9223372036854775807 l LEFT
		LMPOP 2 l LEFT
		LMPOP 3 l LEFT
		LMPOP 1 l UP
		LMPOP 1 l
		LMPOP 1 l LEFT COUNT
		LMPOP 1 l LEFT COUNT 0
		LMPOP 1 l LEFT COUNT x
		LMPOP 1 l LEFT COUNT 1 COUNT 1
		LMPOP 1 l LEFT FOO 1
		COMMAND GETKEYS LMPOP 2 a b LEFT`},
	{"list-max-listpack-size takes effect at once", `
		CONFIG SET list-max-listpack-size 2
		CONFIG GET list-max-listpack-size
		RPUSH l 1 2 3 4 5 6 7 8 9
		LINSERT l BEFORE 4 x
		LSET l 3 y
		LREM l 1 6
		LRANGE l 0 -1
		CONFIG SET list-max-listpack-size -2
		CONFIG SET list-compress-depth 1
		RPUSH l 10
		LRANGE l 0 -1
		CONFIG SET list-compress-depth 0`},
}

func listCommands(element func(*gen) string, elements func(*gen) []string) []weighted {
	return []weighted{
		{10, func(g *gen) []string {
			return g.command(g.of("LPUSH", "RPUSH"), words(g.lkey()), elements(g))
		}},
		{2, func(g *gen) []string {
			return g.command(g.of("LPUSHX", "RPUSHX"), words(g.lkey()), elements(g))
		}},
		{6, func(g *gen) []string {
			return g.command(g.of("LPOP", "RPOP"), words(g.lkey()), g.maybe(3, g.small()))
		}},
		{4, func(g *gen) []string { return g.command("LINDEX", words(g.lkey(), g.index())) }},
		{5, func(g *gen) []string {
			return g.command("LSET", words(g.lkey(), g.index(), element(g)))
		}},
		{5, func(g *gen) []string {
			return g.command("LINSERT", words(g.lkey(), g.mixCase(g.of("BEFORE", "AFTER", "AFTER")),
				element(g), element(g)))
		}},
		{3, func(g *gen) []string {
			return g.command("LREM", words(g.lkey(), g.of("0", "1", "-1", "2", "-3", g.small()),
				element(g)))
		}},
		{5, func(g *gen) []string { return g.command("LRANGE", words(g.lkey(), g.index(), g.index())) }},
		{1, func(g *gen) []string { return g.command("LRANGE", words(g.lkey(), "0", "-1")) }},
		{1, func(g *gen) []string { return g.command("LTRIM", words(g.lkey(), g.small(), g.index())) }},
		{1, func(g *gen) []string { return g.command("LTRIM", words(g.lkey(), "-100", "-1")) }},
		{3, func(g *gen) []string { return g.lpos(element(g)) }},
		{4, func(g *gen) []string {
			return g.command("LMOVE", words(g.lkey(), g.lkey(), g.listEnd(), g.listEnd()))
		}},
		{2, func(g *gen) []string { return g.command("RPOPLPUSH", words(g.lkey(), g.lkey())) }},
		{3, func(g *gen) []string {
			keys := words(g.lkey(), g.lkey())[:1+g.IntN(2)]
			return g.command("LMPOP", words(strconv.Itoa(len(keys))), keys, words(g.listEnd()),
				g.maybe(2, "COUNT", g.small()))
		}},
		{3, func(g *gen) []string { return g.command("LLEN", words(g.lkey())) }},
		{1, func(g *gen) []string { return g.command(g.of("TYPE", "EXISTS"), words(g.lkey())) }},
		{1, func(g *gen) []string { return g.command("SET", words(g.of("s", "l1"), "v")) }},
		{1, func(g *gen) []string { return g.command(g.of("DEL", "UNLINK"), words(g.of("s", "l1"))) }},
	}
}

func (g *gen) lkey() string { return g.of("l1", "l2", "l2", "l3", "l3", "l3", "s") }

func (g *gen) listEnd() string { return g.mixCase(g.of("LEFT", "RIGHT")) }

// index draws an index of a list that may be long.
func (g *gen) index() string {
	if g.IntN(2) == 0 {
		return g.small()
	}
	return strconv.Itoa(g.IntN(800) - 400)
}

func (g *gen) element() string {
	return g.of("a", "b", "c", "", "1", "2", "-1", "127", "128", "4095", "4096", "-4097", "65536",
		"9223372036854775807", "9223372036854775808", "01", "\x00", "\xff\xfe",
		strings.Repeat("e", 63), strings.Repeat("e", 64), strings.Repeat("e", 5000))
}

// largeElement draws from many elements, some of which fill a block or more.
func (g *gen) largeElement() string {
	if g.IntN(60) == 0 {
		return strings.Repeat(g.of("x", "y"), 4000+g.IntN(9000))
	}
	return strconv.Itoa(g.IntN(200)) + g.of("", "", "x", strings.Repeat("z", 100))
}

func (g *gen) fewElements() []string {
	list := make([]string, 1+g.IntN(4))
	for i := range list {
		list[i] = g.element()
	}
	return list
}

func (g *gen) manyElements() []string {
	list := make([]string, 1+g.IntN(60))
	for i := range list {
		list[i] = g.largeElement()
	}
	return list
}

func (g *gen) lpos(element string) []string {
	var options []string
	for g.IntN(2) == 0 && len(options) < 6 {
		switch g.IntN(3) {
		case 0:
			options = append(options, g.mixCase("RANK"), g.small())
		case 1:
			options = append(options, "COUNT", g.of("0", "1", "3", g.small()))
		default:
			options = append(options, "MAXLEN", g.of("0", "5", g.small()))
		}
	}
	return g.command("LPOS", words(g.lkey(), element), options)
}
