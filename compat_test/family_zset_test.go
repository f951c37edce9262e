package compat_test

import (
	"strconv"
	"strings"
	"testing"
)

func TestSortedSetFamily(t *testing.T) { runTable(t, zsetFamilyCases) }

// TestRandomSortedSetFamily holds random scripts of the family against the real server: with small
// sets that are listpacks, and with large ones.
func TestRandomSortedSetFamily(t *testing.T) {
	runRandom(t, family{"zset commands", zsetFamilyOf((*gen).member, 5), 500})
	runRandom(t, family{"zset commands large", zsetFamilyOf(func(g *gen) string {
		return "m" + strconv.Itoa(g.IntN(800))
	}, 60), 1000})
}

// someZSets is what most cases work on.
const someZSets = `
		ZADD z 1 a 2 b 2 bb 3 c inf i -inf n 1.5 d
		ZADD l 0 a 0 b 0 c 0 d 0 e 0 "" 0 aa
		ZADD big 1 ` + longMember + ` 2 b 3 c
		SET s v
`

const longMember = "mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm"

var zsetFamilyCases = []scripted{
	{"ZCOUNT and ZLEXCOUNT", someZSets + `
		ZCOUNT
		ZCOUNT z 1
		ZCOUNT z 1 2 3
		ZCOUNT z 1 2
		ZCOUNT z (1 2
		ZCOUNT z (1 (2
		ZCOUNT z -inf +inf
		ZCOUNT z 2 1
		ZCOUNT z 2.5 2.7
		ZCOUNT big 1 2
		ZCOUNT none 1 2
		ZCOUNT none x 2
		ZCOUNT z x 2
		ZCOUNT z 1 nan
		ZCOUNT s 1 2
		ZCOUNT s x 2
		ZLEXCOUNT l
		ZLEXCOUNT l - +
		ZLEXCOUNT l [b [d
		ZLEXCOUNT l (b (d
		ZLEXCOUNT l [d [b
		ZLEXCOUNT l + -
		ZLEXCOUNT none - +
		ZLEXCOUNT l b d
		ZLEXCOUNT none b d
		ZLEXCOUNT s - +
		ZLEXCOUNT s a b`},
	{"ZINCRBY and ZMSCORE", someZSets + `
		ZINCRBY
		ZINCRBY z 1
		ZINCRBY z 1 a b
		ZINCRBY z 1 a
		ZINCRBY z 0 a
		ZINCRBY z -1.5 a
		ZINCRBY z 1e-1 new
		ZINCRBY fresh 5 m
		ZINCRBY z -inf i
		ZINCRBY z inf i
		ZINCRBY z x a
		ZINCRBY z NX a
		ZINCRBY z incr CH
		ZINCRBY z nan a
		ZINCRBY z "" a
		ZINCRBY s 1 a
		ZINCRBY s x a
		ZINCRBY big 1 c
		ZRANGE z 0 -1 WITHSCORES
		ZMSCORE
		ZMSCORE z
		ZMSCORE z a
		ZMSCORE z a none i n a
		ZMSCORE none a b
		ZMSCORE big b x
		ZMSCORE s a`},
	{"ZREVRANK", someZSets + `
		ZREVRANK
		ZREVRANK z
		ZREVRANK z a
		ZREVRANK z i
		ZREVRANK z n
		ZREVRANK z none
		ZREVRANK none a
		ZREVRANK big b
		ZREVRANK s a`},
	{"ZPOPMIN and ZPOPMAX", someZSets + `
		ZPOPMIN
		ZPOPMIN z 1 2
		ZPOPMIN s 1 2
		ZPOPMIN none
		ZPOPMIN none 2
		ZPOPMIN z
		ZPOPMAX z
		ZPOPMIN z 0
		ZPOPMAX z 0
		ZPOPMIN z 2
		ZPOPMAX z 2
		ZRANGE z 0 -1
		ZPOPMIN z 100
		EXISTS z
		ZPOPMAX big 2
		ZPOPMAX big
		EXISTS big
		ZPOPMIN l -1
		ZPOPMIN l x
		ZPOPMIN l ""
		ZPOPMAX l 9223372036854775808
		ZPOPMAX l 9223372036854775807
		EXISTS l
		ZPOPMIN s
		ZPOPMAX s 0
		ZPOPMAX s x`},
	{"ZMPOP", someZSets + `
		ZMPOP
		ZMPOP 1
		ZMPOP 1 z
		ZMPOP 1 z MIN
		ZMPOP 1 z max COUNT 2
		ZMPOP 3 none other z MIN COUNT 2
		ZMPOP 2 none other MIN
		ZMPOP 2 z big MAX COUNT 100
		EXISTS z
		ZMPOP 2 z big MAX COUNT 2
		ZMPOP 0 z MIN
		ZMPOP -1 z MIN
		ZMPOP x z MIN
		ZMPOP 1 z FOO
		ZMPOP 2 z MIN
		ZMPOP 3 z big MIN
		ZMPOP 100 z MIN
		ZMPOP 1 z MIN COUNT
		ZMPOP 1 z MIN COUNT 0
		ZMPOP 1 z MIN COUNT -1
		ZMPOP 1 z MIN COUNT x
		ZMPOP 1 z MIN COUNT 1 COUNT 1
		ZMPOP 1 z MIN MAX
		ZMPOP 1 z MIN FOO 1
		ZMPOP 1 s MIN
		ZMPOP 2 l s MIN
		ZMPOP 2 s l MIN
		ZMPOP 2 none s MIN COUNT 5`},
	{"ZRANGEBYSCORE and ZREVRANGEBYSCORE", someZSets + `
		ZRANGEBYSCORE
		ZRANGEBYSCORE z 1
		ZRANGEBYSCORE z 1 2
		ZRANGEBYSCORE z (1 2 WITHSCORES
		ZRANGEBYSCORE z -inf +inf WITHSCORES LIMIT 1 3
		ZRANGEBYSCORE z -inf +inf LIMIT 1 -1
		ZRANGEBYSCORE z -inf +inf LIMIT -1 3
		ZRANGEBYSCORE z 2 1
		ZREVRANGEBYSCORE z 2 1
		ZREVRANGEBYSCORE z (2 (1 withscores
		ZREVRANGEBYSCORE z +inf -inf LIMIT 2 2 WITHSCORES
		ZREVRANGEBYSCORE z 1 2
		ZRANGEBYSCORE z 1 2 REV
		ZRANGEBYSCORE z 1 2 BYLEX
		ZRANGEBYSCORE z 1 2 BYSCORE
		ZRANGEBYSCORE z 1 2 LIMIT 1
		ZRANGEBYSCORE z 1 2 LIMIT x 1
		ZRANGEBYSCORE z 1 x LIMIT 0 1
		ZRANGEBYSCORE z x 1 FOO
		ZREVRANGEBYSCORE z 1 2 REV
		ZRANGEBYSCORE none 1 2
		ZRANGEBYSCORE none x 2
		ZRANGEBYSCORE s 1 2
		ZREVRANGEBYSCORE s x 2
		ZREVRANGEBYSCORE big 3 2 WITHSCORES`},
	{"ZRANGEBYLEX, ZREVRANGEBYLEX and ZREVRANGE", someZSets + `
		ZRANGEBYLEX l
		ZRANGEBYLEX l - +
		ZRANGEBYLEX l [b (d
		ZRANGEBYLEX l - + LIMIT 1 2
		ZRANGEBYLEX l - + WITHSCORES
		ZRANGEBYLEX l - + REV
		ZRANGEBYLEX l b d
		ZRANGEBYLEX none b d
		ZRANGEBYLEX none - +
		ZRANGEBYLEX s - +
		ZREVRANGEBYLEX l + -
		ZREVRANGEBYLEX l - +
		ZREVRANGEBYLEX l [d (a
		ZREVRANGEBYLEX l + - LIMIT 1 2
		ZREVRANGEBYLEX l + - WITHSCORES
		ZREVRANGEBYLEX l d [a
		ZREVRANGEBYLEX s + -
		ZREVRANGE z
		ZREVRANGE z 0 -1
		ZREVRANGE z 0 1 WITHSCORES
		ZREVRANGE z -2 -1 withscores
		ZREVRANGE z 5 100
		ZREVRANGE z 3 1
		ZREVRANGE z x 1
		ZREVRANGE z 0 1 REV
		ZREVRANGE z 0 1 BYLEX
		ZREVRANGE z 0 1 LIMIT 0 1
		ZREVRANGE z 0 1 LIMIT 0 -1
		ZREVRANGE z 0 x LIMIT 0 1
		ZREVRANGE none 0 1
		ZREVRANGE none x 1
		ZREVRANGE s 0 1`},
	{"ZRANGESTORE of a zero with a sign", `
		CONFIG SET zset-max-listpack-entries 3
		ZADD z 9 ` + longMember + ` -0 a -0 b -0 c
		ZRANGE z 0 -1 WITHSCORES
		ZRANGESTORE d z 0 2
		ZRANGE d 0 -1 WITHSCORES
		ZRANGESTORE d z 0 3
		ZRANGE d 0 -1 WITHSCORES
		ZRANGESTORE d z 0 3 REV
		ZRANGE d 0 -1 WITHSCORES
		ZRANGESTORE d z 1 3
		ZRANGE d 0 -1 WITHSCORES
		ZRANGESTORE d z 1 3 REV
		ZRANGE d 0 -1 WITHSCORES
		OBJECT ENCODING d
		ZRANGESTORE d z -inf +inf BYSCORE
		ZRANGE d 0 -1 WITHSCORES
		ZRANGESTORE d z + - BYLEX REV
		ZRANGE d 0 -1 WITHSCORES
		ZRANGESTORE d z 0 0 BYSCORE LIMIT 1 1
		ZRANGE d 0 -1 WITHSCORES
		OBJECT ENCODING d
		CONFIG SET zset-max-listpack-entries 0
		ZRANGESTORE d z 0 0
		ZRANGE d 0 -1 WITHSCORES
		ZRANGESTORE d z -inf +inf BYSCORE
		ZRANGE d 0 -1 WITHSCORES
		OBJECT ENCODING d
		CONFIG SET zset-max-listpack-entries 128`},
	{"ZRANGESTORE", someZSets + `
		ZRANGESTORE
		ZRANGESTORE d z 0
		ZRANGESTORE d z 0 -1
		OBJECT ENCODING d
		ZRANGE d 0 -1 WITHSCORES
		ZRANGESTORE d z 1 2 REV
		ZRANGE d 0 -1 WITHSCORES
		ZRANGESTORE d z (1 2 BYSCORE LIMIT 1 1
		ZRANGE d 0 -1 WITHSCORES
		ZRANGESTORE d l [b [d BYLEX
		ZRANGE d 0 -1 WITHSCORES
		ZRANGESTORE d l [d [b BYLEX REV LIMIT 0 2
		ZRANGE d 0 -1 WITHSCORES
		ZRANGESTORE d big 0 -1
		OBJECT ENCODING d
		ZRANGESTORE d big 1 2
		OBJECT ENCODING d
		ZRANGESTORE z z 0 1
		ZRANGE z 0 -1
		ZRANGESTORE z z 5 9
		EXISTS z
		ZRANGESTORE d none 0 -1
		EXISTS d
		ZRANGESTORE d none 0 -1
		ZRANGESTORE s big 0 -1
		TYPE s
		SET t v PXAT 4102444800123
		ZRANGESTORE t big 0 0
		TTL t
		SET s v
		ZRANGESTORE d s 0 -1
		ZRANGESTORE d s x -1
		ZRANGESTORE d big x -1
		ZRANGESTORE d big 0 -1 WITHSCORES
		ZRANGESTORE d big 0 -1 FOO WITHSCORES
		ZRANGESTORE d big 0 -1 LIMIT x 1 WITHSCORES
		ZRANGESTORE d big 0 -1 WITHSCORES LIMIT x 1
		ZRANGESTORE d big 0 -1 LIMIT 0 1
		ZRANGESTORE d big 0 -1 BYLEX
		ZRANGESTORE d big a b BYLEX
		ZRANGESTORE d big a b BYSCORE
		ZRANGESTORE d big 0 1 BYLEX BYSCORE`},
	{"ZREMRANGEBYRANK, ZREMRANGEBYSCORE and ZREMRANGEBYLEX", someZSets + `
		ZREMRANGEBYRANK
		ZREMRANGEBYRANK z 0
		ZREMRANGEBYRANK z 0 0
		ZREMRANGEBYRANK z -1 -1
		ZREMRANGEBYRANK z 3 1
		ZREMRANGEBYRANK z 100 200
		ZREMRANGEBYRANK z x 1
		ZREMRANGEBYRANK none x 1
		ZREMRANGEBYRANK none 0 1
		ZREMRANGEBYRANK s 0 1
		ZREMRANGEBYSCORE z (1 (2
		ZREMRANGEBYSCORE z 1 1
		ZREMRANGEBYSCORE z x 1
		ZREMRANGEBYSCORE none 1 2
		ZREMRANGEBYSCORE s 1 2
		ZREMRANGEBYSCORE s x 2
		ZRANGE z 0 -1
		ZREMRANGEBYSCORE z -inf +inf
		EXISTS z
		ZREMRANGEBYLEX l (a [c
		ZREMRANGEBYLEX l a c
		ZREMRANGEBYLEX none a c
		ZREMRANGEBYLEX none - +
		ZREMRANGEBYLEX s - +
		ZRANGE l 0 -1
		ZREMRANGEBYLEX l - +
		EXISTS l
		ZREMRANGEBYRANK big 1 -1
		ZRANGE big 0 -1
		ZREMRANGEBYRANK big 0 -1
		EXISTS big`},
	{"ZRANDMEMBER", someZSets + `
		ZADD one 5 m
		ZRANDMEMBER
		ZRANDMEMBER one
		ZRANDMEMBER none
		ZRANDMEMBER one 0
		ZRANDMEMBER one 1
		ZRANDMEMBER one 5
		ZRANDMEMBER one -3
		ZRANDMEMBER one -3 WITHSCORES
		ZRANDMEMBER one 1 WITHSCORES
		ZRANDMEMBER one 2 withscores
		ZRANDMEMBER none 2
		ZRANDMEMBER none -2 WITHSCORES
		ZRANDMEMBER z 7
		ZRANDMEMBER z 100 WITHSCORES
		ZRANDMEMBER big 3
		ZRANDMEMBER z x
		ZRANDMEMBER z 1 FOO
		ZRANDMEMBER z 1 WITHSCORES FOO
		ZRANDMEMBER z x FOO
		ZRANDMEMBER z -9223372036854775808
		ZRANDMEMBER z -9223372036854775807 WITHSCORES
		ZRANDMEMBER z 9223372036854775807 WITHSCORES
		ZRANDMEMBER z 9223372036854775807
		ZRANDMEMBER s
		ZRANDMEMBER s 1
		ZRANDMEMBER s x`},
	{"ZSCAN", someZSets + `
		ZSCAN
		ZSCAN z
		ZSCAN z 0
		ZSCAN z 0 MATCH b*
		ZSCAN z 0 COUNT 1
		ZSCAN z 5
		ZSCAN z 0 MATCH b* COUNT 1000
		ZSCAN z x
		ZSCAN z 0 COUNT x
		ZSCAN z 0 COUNT 0
		ZSCAN z 0 TYPE string
		ZSCAN z 0 TYPE string COUNT x
		ZSCAN z 0 FOO
		ZSCAN none 0
		ZSCAN none 0 COUNT x
		ZSCAN none x
		ZSCAN s 0
		ZSCAN s x
		ZSCAN s 0 FOO
		~scan ZSCAN big 0 COUNT 100
		~scan ZSCAN big 0 COUNT 100 MATCH m*
		ZADD scores -0 a 1e17 b 1e300 c 0.1 d 123456789012345678 e 3 f
		ZSCAN scores 0
		ZADD scores 1 ` + longMember + `
		~scan ZSCAN scores 0 COUNT 100`},
	{"ZUNION and ZINTER", someZSets + `
		ZADD y 10 a 20 b 30 x inf n -inf i
		ZUNION
		ZUNION 1
		ZUNION 1 z
		ZUNION 2 z y
		ZUNION 2 z y WITHSCORES
		ZUNION 2 z y WEIGHTS 2 0.5 WITHSCORES
		ZUNION 2 z y WEIGHTS 0 1 WITHSCORES
		ZUNION 2 z y AGGREGATE MIN WITHSCORES
		ZUNION 2 z y AGGREGATE MAX WITHSCORES
		ZUNION 2 z y aggregate sum withscores weights 1 -1
		ZUNION 3 z none z WITHSCORES
		ZUNION 1 none
		ZINTER 2 z y
		ZINTER 2 z y WITHSCORES
		ZINTER 2 y z WEIGHTS 2 3 AGGREGATE MIN WITHSCORES
		ZINTER 2 y z WEIGHTS 0 0 AGGREGATE MAX WITHSCORES
		ZINTER 2 z none
		ZINTER 2 z z WITHSCORES
		ZINTER 2 big z WITHSCORES
		ZUNION 2 big big WITHSCORES
		SADD set a b c 1
		ZUNION 2 z set WITHSCORES
		ZINTER 2 set z WITHSCORES WEIGHTS 5 1
		ZINTER 1 set WITHSCORES
		ZDIFF 2 z set WITHSCORES
		ZDIFF 2 set z WITHSCORES`},
	{"ZUNION and ZINTER, refused", someZSets + `
		ZUNION 0 z
		ZUNION -1 z
		ZUNION x z
		ZUNION 2 z
		ZUNION 9223372036854775807 z
		ZUNION 1 s
		ZUNION 2 z s FOO
		ZUNION 1 z FOO
		ZUNION 1 z WEIGHTS
		ZUNION 2 z l WEIGHTS 1
		ZUNION 1 z WEIGHTS x
		ZUNION 1 z WEIGHTS nan
		ZUNION 1 z WEIGHTS 1 2
		ZUNION 1 z AGGREGATE
		ZUNION 1 z AGGREGATE FOO
		ZUNION 1 z AGGREGATE FOO BAR
		ZUNION 1 z LIMIT 1
		ZINTER 0 z
		ZINTER 1 s
		ZINTER 2 none s
		ZDIFF 0 z
		ZDIFF 2 z s
		ZDIFF 1 z WEIGHTS 1
		ZDIFF 1 z AGGREGATE SUM
		ZDIFFSTORE d 1 z WITHSCORES
		ZUNIONSTORE d 1 z WITHSCORES
		ZUNIONSTORE d 0 z
		ZINTERSTORE d x z
		ZINTERSTORE d 2 z
		ZDIFFSTORE d 0 z
		ZINTERCARD 0 z
		ZINTERCARD x z
		ZINTERCARD 2 z
		ZINTERCARD 1 s
		ZINTERCARD 1 z LIMIT
		ZINTERCARD 1 z LIMIT -1
		ZINTERCARD 1 z LIMIT x
		ZINTERCARD 1 z WITHSCORES
		ZINTERCARD 1 z WEIGHTS 1`},
	{"ZUNIONSTORE, ZINTERSTORE, ZDIFFSTORE, ZDIFF and ZINTERCARD", someZSets + `
		ZADD y 10 a 20 b 30 x
		ZUNIONSTORE d 2 z y
		ZRANGE d 0 -1 WITHSCORES
		OBJECT ENCODING d
		ZUNIONSTORE d 2 z big WEIGHTS 1 2
		OBJECT ENCODING d
		ZUNIONSTORE z 2 z z
		ZRANGE z 0 -1 WITHSCORES
		ZINTERSTORE d 2 z y AGGREGATE MAX
		ZRANGE d 0 -1 WITHSCORES
		OBJECT ENCODING d
		ZINTERSTORE d 2 z none
		EXISTS d
		ZINTERSTORE d 2 z none
		ZUNIONSTORE s 1 y
		TYPE s
		SET t v PXAT 4102444800123
		ZUNIONSTORE t 1 y
		TTL t
		ZDIFF 2 z y
		ZDIFF 2 z y WITHSCORES
		ZDIFF 1 z WITHSCORES
		ZDIFF 3 z none z
		ZDIFF 2 none z
		ZDIFFSTORE d 2 z y
		ZRANGE d 0 -1 WITHSCORES
		ZDIFFSTORE d 2 z z
		EXISTS d
		ZINTERCARD 2 z y
		ZINTERCARD 2 z y LIMIT 1
		ZINTERCARD 2 z y LIMIT 0
		ZINTERCARD 2 z y LIMIT 9
		ZINTERCARD 2 z none
		ZINTERCARD 1 z limit 3`},
	{"a sorted set of many members, combined and cut", manyMembers() + `
		ZUNIONSTORE d 2 m big
		OBJECT ENCODING d
		ZCARD d
		ZRANGEBYSCORE d 20 25 WITHSCORES
		ZREMRANGEBYSCORE d (20 +inf
		OBJECT ENCODING d
		ZRANGE d 0 -1 WITHSCORES
		ZRANGESTORE e m 0 127
		OBJECT ENCODING e
		ZRANGESTORE e m 0 128
		OBJECT ENCODING e
		ZPOPMAX m 5
		ZRANDMEMBER m 1000 WITHSCORES
		~scan ZSCAN m 0 COUNT 1000`},
}

func manyMembers() string {
	var b strings.Builder
	b.WriteString("ZADD m")
	for i := range 200 {
		b.WriteString(" " + strconv.Itoa(i/3) + " member" + strconv.Itoa(i*7919%1000))
	}
	return b.String()
}

// zsetFamilyOf draws all commands but those whose reply is random.
func zsetFamilyOf(member func(*gen) string, pairs int) []weighted {
	members := func(g *gen) []string {
		list := words(member(g))
		for range g.IntN(pairs) {
			list = append(list, member(g))
		}
		return list
	}
	return []weighted{
		{12, func(g *gen) []string { return g.zadd(member, 1+g.IntN(pairs)) }},
		{3, func(g *gen) []string {
			return g.command("ZINCRBY", words(g.zkey(), g.score(), member(g)))
		}},
		{2, func(g *gen) []string { return g.command("ZMSCORE", words(g.zkey()), members(g)) }},
		{2, func(g *gen) []string { return g.command("ZREVRANK", words(g.zkey(), member(g))) }},
		{2, func(g *gen) []string { return g.command("ZREM", words(g.zkey()), members(g)) }},
		{3, func(g *gen) []string {
			return g.command("ZCOUNT", words(g.zkey(), g.scoreEnd(), g.scoreEnd()))
		}},
		{3, func(g *gen) []string {
			return g.command("ZLEXCOUNT", words(lexKey, g.lexEnd(), g.lexEnd()))
		}},
		{3, func(g *gen) []string {
			return g.command(g.of("ZPOPMIN", "ZPOPMAX"), words(g.zkey()), g.maybe(2, g.small()))
		}},
		{3, func(g *gen) []string {
			return g.command("ZMPOP", words("2", g.zkey(), g.zkey(), g.of("MIN", "MAX", "min", "x")),
				g.maybe(2, "COUNT", g.small()))
		}},
		{6, (*gen).zrangeByName},
		{4, (*gen).zrangestore},
		{4, (*gen).zremrange},
		{8, (*gen).zcombine},
		{3, func(g *gen) []string {
			return g.command("ZRANGE", words(g.zkey(), "0", "-1", "WITHSCORES"))
		}},
		{2, func(g *gen) []string { return g.command("OBJECT", words("ENCODING", g.zkey())) }},
		{1, func(g *gen) []string {
			g.comparison = "scan"
			return g.command("ZSCAN", words(g.zkey(), "0", "COUNT", "100000"),
				g.maybe(2, "MATCH", g.pattern()))
		}},
		{1, func(g *gen) []string { return g.command("SET", words("s", "v")) }},
		{1, func(g *gen) []string { return g.command("SADD", words("z1"), members(g)) }},
		{1, func(g *gen) []string {
			return g.command("DEL", words(g.of("z1", "z1", "z2", lexKey, "s")))
		}},
	}
}

func (g *gen) zrangeByName() []string {
	withScores := g.maybe(3, g.mixCase("WITHSCORES"))
	limit := g.maybe(2, "LIMIT", g.small(), g.small())
	switch g.IntN(3) {
	case 0:
		return g.command("ZREVRANGE", words(g.zkey(), g.small(), g.small()), withScores)
	case 1:
		return g.command(g.of("ZRANGEBYLEX", "ZREVRANGEBYLEX"),
			words(lexKey, g.lexEnd(), g.lexEnd()), limit)
	}
	return g.command(g.of("ZRANGEBYSCORE", "ZREVRANGEBYSCORE"),
		words(g.zkey(), g.scoreEnd(), g.scoreEnd()), withScores, limit)
}

func (g *gen) zrangestore() []string {
	to, rev := g.of("z1", "z2", "z3", "s"), g.maybe(3, "REV")
	limit := g.maybe(2, "LIMIT", g.small(), g.small())
	switch g.IntN(3) {
	case 0:
		return g.command("ZRANGESTORE", words(to, g.zkey(), g.small(), g.small()), rev)
	case 1:
		return g.command("ZRANGESTORE", words(to, lexKey, g.lexEnd(), g.lexEnd(), "BYLEX"), rev, limit)
	}
	return g.command("ZRANGESTORE", words(to, g.zkey(), g.scoreEnd(), g.scoreEnd(), "BYSCORE"), rev,
		limit)
}

func (g *gen) zremrange() []string {
	switch g.IntN(3) {
	case 0:
		return g.command("ZREMRANGEBYRANK", words(g.zkey(), g.small(), g.small()))
	case 1:
		return g.command("ZREMRANGEBYLEX", words(lexKey, g.lexEnd(), g.lexEnd()))
	}
	return g.command("ZREMRANGEBYSCORE", words(g.zkey(), g.scoreEnd(), g.scoreEnd()))
}

// zcombine draws ZUNION and its relatives. The weights are such that sums are exact.
func (g *gen) zcombine() []string {
	n := 1 + g.IntN(3)
	keys := words(strconv.Itoa(n))
	weights := words("WEIGHTS")
	for range n {
		keys = append(keys, g.of(g.zkey(), "z3", "none"))
		weights = append(weights, g.of("1", "2", "-1", "0", "0.5", "inf", "x"))
	}
	options := append(g.maybe(3, weights...), g.maybe(3, "AGGREGATE", g.of("SUM", "MIN", "MAX"))...)
	withScores := g.maybe(2, g.mixCase("WITHSCORES"))
	to := g.of("z1", "z2", "z3")
	switch g.IntN(7) {
	case 0:
		return g.command("ZDIFF", keys, withScores)
	case 1:
		return g.command("ZDIFFSTORE", words(to), keys)
	case 2:
		return g.command("ZINTERCARD", keys, g.maybe(2, "LIMIT", g.small()))
	case 3, 4:
		return g.command(g.of("ZUNIONSTORE", "ZINTERSTORE"), words(to), keys, options)
	}
	return g.command(g.of("ZUNION", "ZINTER"), keys, options, withScores)
}
