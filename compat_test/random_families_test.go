package compat_test

import (
	"slices"
	"strconv"
	"strings"
)

var stringsFamily = []weighted{
	{10, func(g *gen) []string { return g.command("GET", words(g.key())) }},
	{10, func(g *gen) []string {
		return g.command("SET", words(g.key(), g.value()), g.maybe(3, "GET"),
			g.maybe(3, g.of("NX", "XX")), g.maybe(5, "KEEPTTL"))
	}},
	{4, func(g *gen) []string { return g.command(g.of("DEL", "UNLINK"), g.keys()) }},
	{3, func(g *gen) []string { return g.command("EXISTS", g.keys()) }},
	{2, func(g *gen) []string { return g.command("TYPE", words(g.key())) }},
	{1, func(g *gen) []string { return g.command("ZADD", words(g.key(), g.score(), g.member())) }},
	{1, func(g *gen) []string { return g.command("KEYS", words(g.pattern())) }},
	{1, func(g *gen) []string { return g.command("DBSIZE") }},
	{2, (*gen).scan},
	{1, func(g *gen) []string { return g.command("SELECT", words(g.of("0", "0", "1", "15", "16"))) }},
	{1, func(g *gen) []string { return g.command("ECHO", words(g.value())) }},
	{1, func(g *gen) []string { return g.command("PING", g.maybe(2, g.value())) }},
}

func (g *gen) pattern() string {
	return g.of("*", "k*", "k[1-3]", "k[^1]", "?", "??", "", "k\\1", "[", "k[",
		"*1*", "k[3-1]", "K?", "k\x00*")
}

func (g *gen) scan() []string {
	return g.command("SCAN", words("0", "COUNT", "10000"), g.maybe(2, "MATCH", g.pattern()),
		g.maybe(3, "TYPE", g.of("string", "zset", "hash", "nope")))
}

// deadlinesFamily uses absolute deadlines only, so that every reply but TTL's is exact.
var deadlinesFamily = []weighted{
	{6, func(g *gen) []string {
		return g.command("SET", words(g.key(), "v"), g.maybe(3, "GET"), g.maybe(4, g.of("NX", "XX")),
			g.of2(words("EXAT", g.deadlineSeconds()), words("PXAT", g.deadlineMs()), words("KEEPTTL"), nil))
	}},
	{6, func(g *gen) []string {
		return g.command("EXPIREAT", words(g.key(), g.deadlineSeconds()), g.expireOptions())
	}},
	{8, func(g *gen) []string {
		return g.command("PEXPIREAT", words(g.key(), g.deadlineMs()), g.expireOptions())
	}},
	{4, func(g *gen) []string { return g.command("EXPIRETIME", words(g.key())) }},
	{8, func(g *gen) []string { return g.command("PEXPIRETIME", words(g.key())) }},
	{3, func(g *gen) []string { return g.command(g.of("TTL", "PTTL"), words(g.key())) }},
	{2, func(g *gen) []string { return g.command("PERSIST", words(g.key())) }},
	{2, func(g *gen) []string { return g.command("ZADD", words(g.key(), g.score(), g.member())) }},
	{1, func(g *gen) []string { return g.command("ZREM", words(g.key(), g.member())) }},
	{2, func(g *gen) []string { return g.command(g.of("GET", "TYPE", "EXISTS"), words(g.key())) }},
	{1, func(g *gen) []string { return g.command(g.of("DEL", "UNLINK"), words(g.key())) }},
	{1, func(g *gen) []string { return g.command("KEYS", words("*")) }},
}

// ttlsFamily uses relative ones. They are drawn from so wide a range that no two are within a
// second of each other, so that GT and LT decide alike on both servers.
var ttlsFamily = []weighted{
	{6, func(g *gen) []string {
		return g.command("SET", words(g.key(), "v"), g.maybe(3, "GET"), g.maybe(4, g.of("NX", "XX")),
			g.of2(words("EX", g.ttlSeconds()), words("PX", g.ttlMs()), words("KEEPTTL"), nil))
	}},
	{6, func(g *gen) []string {
		return g.command("EXPIRE", words(g.key(), g.ttlSeconds()), g.expireOptions())
	}},
	{6, func(g *gen) []string {
		return g.command("PEXPIRE", words(g.key(), g.ttlMs()), g.expireOptions())
	}},
	{6, func(g *gen) []string { return g.command(g.of("TTL", "PTTL"), words(g.key())) }},
	{2, func(g *gen) []string {
		g.comparison = "seconds"
		return g.command("EXPIRETIME", words(g.key()))
	}},
	{2, func(g *gen) []string {
		g.comparison = "millis"
		return g.command("PEXPIRETIME", words(g.key()))
	}},
	{2, func(g *gen) []string { return g.command("PERSIST", words(g.key())) }},
	{2, func(g *gen) []string { return g.command(g.of("GET", "TYPE", "EXISTS"), words(g.key())) }},
	{1, func(g *gen) []string { return g.command(g.of("DEL", "UNLINK"), words(g.key())) }},
}

// of2 draws one of several lists of words.
func (g *gen) of2(lists ...[]string) []string { return lists[g.IntN(len(lists))] }

func (g *gen) deadlineSeconds() string {
	if g.IntN(4) == 0 {
		return g.integer()
	}
	return g.of("1", "4102444800", "4102444801", "4102444802", "4102448400")
}

func (g *gen) deadlineMs() string {
	if g.IntN(4) == 0 {
		return g.integer()
	}
	return g.of("1", "4102444800000", "4102444800001", "4102444800499",
		"4102444800500", "4102444801000")
}

func (g *gen) ttlSeconds() string {
	if g.IntN(6) == 0 {
		return g.of("0", "-1", "-9223372036854775808", "9223372036854775", "9223372036854776",
			"9223372036854775807", "9223372036854775808", "x")
	}
	return strconv.Itoa(100_000 + g.IntN(1_000_000_000))
}

func (g *gen) ttlMs() string {
	if g.IntN(6) == 0 {
		return g.of("0", "-1", "-9223372036854775808", "9223372036854775807", "9223372036854775808", "x")
	}
	return strconv.Itoa(100_000_000 + g.IntN(1_000_000_000_000))
}

func (g *gen) expireOptions() []string {
	var options []string
	for g.IntN(3) > 0 && len(options) < 3 {
		options = append(options, g.mixCase(g.of("NX", "XX", "GT", "LT", "XX")))
	}
	return options
}

var zsetFamily = zsetCommands((*gen).member, 5)

// zsetLargeFamily grows sets past the compact encoding's 128 members, and past several rehashes.
var zsetLargeFamily = zsetCommands((*gen).memberOfMany, 40)

func (g *gen) memberOfMany() string { return "m" + strconv.Itoa(g.IntN(3000)) }

func zsetCommands(member func(*gen) string, pairs int) []weighted {
	return []weighted{
		{12, func(g *gen) []string { return g.zadd(member, 1+g.IntN(pairs)) }},
		{4, func(g *gen) []string {
			members := words()
			for range 1 + g.IntN(pairs) {
				members = append(members, member(g))
			}
			return g.command("ZREM", words(g.zkey()), members)
		}},
		{4, func(g *gen) []string { return g.command("ZSCORE", words(g.zkey(), member(g))) }},
		{4, func(g *gen) []string { return g.command("ZRANK", words(g.zkey(), member(g))) }},
		{2, func(g *gen) []string { return g.command("ZCARD", words(g.zkey())) }},
		{12, (*gen).zrange},
		{1, func(g *gen) []string {
			return g.command("SET", words(g.of("z1", "s"), "v"), g.maybe(2, "GET"))
		}},
		{1, func(g *gen) []string { return g.command(g.of("TYPE", "EXISTS"), words(g.zkey())) }},
		{1, func(g *gen) []string { return g.command(g.of("DEL", "UNLINK"), words(g.of("z1", "s"))) }},
	}
}

func (g *gen) zkey() string { return g.of("z1", "z2", "z2", "z2", "s") }

func (g *gen) zadd(member func(*gen) string, pairs int) []string {
	var options []string
	for g.IntN(3) == 0 && len(options) < 4 {
		options = append(options, g.mixCase(g.of("NX", "XX", "GT", "LT", "CH", "INCR", "CH")))
	}
	var list []string
	key := g.of(g.zkey(), lexKey)
	for range pairs {
		score := g.score()
		if key == lexKey {
			score = "0"
		}
		list = append(list, score, member(g))
	}
	return g.command("ZADD", words(key), options, list)
}

// lexKey is the sorted set whose members all have the score 0. BYLEX asks for that: with mixed
// scores Redis's reply depends on the random heights of its skip list, so that two redis-servers
// differ.
const lexKey = "lex"

func (g *gen) member() string {
	return g.of("a", "b", "c", "d", "e", "f", "g", "aa", "ab", "A", "", "1", "-1", "\x00", "\xff",
		"a\x00", "9223372036854775807", "01", strings.Repeat("m", 64), strings.Repeat("m", 65))
}

func (g *gen) score() string {
	switch g.IntN(6) {
	case 0:
		return g.of("inf", "-inf", "+inf", "1e308", "-1e308", "4.9e-324", "0", "-0", "0.1", "0.2", "3e-1",
			"1e17", "9007199254740993", "123456789012345678", "1e21", "1e22", "0x1p3", "nan", "x", "")
	case 1:
		return strconv.FormatFloat(g.NormFloat64()*1e6, 'g', -1, 64)
	}
	return strconv.Itoa(g.IntN(10) - 3)
}

func (g *gen) zrange() []string {
	var start, stop string
	var options []string
	key := g.of(g.zkey(), lexKey)
	switch g.IntN(4) {
	case 0, 1:
		start, stop = g.small(), g.small()
	case 2:
		start, stop, options = g.scoreEnd(), g.scoreEnd(), words(g.mixCase("BYSCORE"))
	case 3:
		key, start, stop, options = lexKey, g.lexEnd(), g.lexEnd(), words("BYLEX")
	}
	options = append(options, g.maybe(3, g.mixCase("REV"))...)
	options = append(options, g.maybe(3, "WITHSCORES")...)
	options = append(options, g.maybe(3, "LIMIT", g.small(), g.small())...)
	if g.IntN(4) == 0 && !slices.Contains(options, "LIMIT") {
		g.Shuffle(len(options), func(i, j int) { options[i], options[j] = options[j], options[i] })
	}
	return g.command("ZRANGE", words(key, start, stop), options)
}

func (g *gen) scoreEnd() string {
	return g.of("", "", "(") + g.of(g.score(), "-inf", "+inf", "-1", "5")
}

func (g *gen) lexEnd() string {
	if g.IntN(3) == 0 {
		return g.of("-", "+", "-", "+", "", "x")
	}
	return g.of("[", "(") + g.member()
}

// errorsFamily takes a command of any other family and damages it.
var errorsFamily = []weighted{
	{8, func(g *gen) []string { return g.damage(g.sample(stringsFamily)) }},
	{8, func(g *gen) []string { return g.damage(g.sample(deadlinesFamily)) }},
	{8, func(g *gen) []string { return g.damage(g.sample(zsetFamily)) }},
	{2, func(g *gen) []string { return g.damage(words("CLIENT", "SETNAME", g.junk())) }},
	{1, func(g *gen) []string { return g.damage(words("CLIENT", "GETNAME")) }},
	{2, func(g *gen) []string {
		return g.damage(g.command("COMMAND", words("GETKEYS"), g.sample(stringsFamily)))
	}},
	{1, func(g *gen) []string {
		return g.damage(words("CONFIG", "GET", g.of("port?", "save", g.junk())))
	}},
	{2, func(g *gen) []string { return g.intact(stringsFamily) }},
	{2, func(g *gen) []string { return g.intact(zsetFamily) }},
}

// intact is a command of a family, undamaged, whose reply does not depend on what damaged ones may
// have left behind: keys that have expired, which one server has deleted and the other has not.
func (g *gen) intact(commands []weighted) []string {
	for {
		if args := g.sample(commands); !leftOpen(args) {
			return args
		}
	}
}

func (g *gen) sample(commands []weighted) []string {
	args := commands[g.IntN(len(commands))].make(g)
	g.comparison = ""
	return args
}

// damage changes a command in one to three places. What would depend on the clock is drawn again.
func (g *gen) damage(args []string) []string {
	for {
		damaged := slices.Clone(args)
		for range 1 + g.IntN(3) {
			damaged = g.damageOnce(damaged)
		}
		if !leftOpen(damaged) {
			return damaged
		}
	}
}

func (g *gen) damageOnce(args []string) []string {
	i, j := g.IntN(len(args)), g.IntN(len(args))
	switch g.IntN(7) {
	case 0:
		if len(args) > 1 {
			args = slices.Delete(args, i, i+1)
		}
	case 1:
		args = slices.Insert(args, i, args[j])
	case 2:
		args[max(i, 1)%len(args)] = g.junk()
	case 3:
		args[max(i, 1)%len(args)] = g.integer()
	case 4:
		args = append(args, g.junk())
	case 5:
		args[i], args[j] = args[j], args[i]
	case 6:
		args = args[:max(1, i)]
	}
	return args
}

// leftOpen says whether a damaged command's reply may differ between two healthy servers:
// its order or cursor is a hash table's, or its number has become a time to live that is about to
// end.
func leftOpen(args []string) bool {
	name := strings.ToUpper(args[0])
	switch name {
	case "SCAN": // without a large COUNT it may stop half-way
		return !slices.Contains(args, "10000") || !slices.Contains(args, "0")
	case "SET", "EXPIRE", "PEXPIRE", "EXPIREAT", "PEXPIREAT":
		return slices.ContainsFunc(args, endsSoon)
	case "DBSIZE": // counts expired keys until somebody meets them
		return true
	case "ZRANGE", "ZADD": // see lexKey
		return slices.ContainsFunc(args, isByLex) || name == "ZADD" && slices.Contains(args, lexKey)
	case "ZRANK": // has WITHSCORE, and so another arity, since Redis 7.2
		return len(args) > 3
	case "CONFIG", "CLIENT", "COMMAND":
		return len(args) < 2 || slices.Contains(args, "*") || !slices.Contains(
			words("GET", "SETNAME", "GETNAME", "GETKEYS"), strings.ToUpper(args[1]))
	case "FLUSHALL", "QUIT", "SHUTDOWN", "HELLO", "DEBUG", "SAVE":
		return true
	}
	return false
}

func isByLex(arg string) bool { return strings.EqualFold(arg, "BYLEX") }

// endsSoon says whether an argument, as a time to live in any unit, ends within a day, or as a
// deadline has passed: when an expired key goes is the server's own affair.
func endsSoon(arg string) bool {
	n, err := strconv.ParseInt(strings.TrimSpace(arg), 10, 64)
	return err == nil && n > 0 && n < 86_400_000
}
