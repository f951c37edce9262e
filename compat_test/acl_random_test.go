package compat_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// equalUsers compares ACL LIST and ACL GETUSER but for the order of single commands.
func equalUsers(want, got value, same matcher) bool {
	return same(canonicalAll(want), canonicalAll(got))
}

func canonicalAll(v value) value {
	if v.kind == '$' {
		v.text = canonical(v.text)
	}
	v.elems = slices.Clone(v.elems)
	for i := range v.elems {
		v.elems[i] = canonicalAll(v.elems[i])
	}
	return v
}

// allNames are the full names of all commands of a server.
func allNames(t *testing.T, s *server) []string {
	t.Helper()
	return commandNames(t, mustDial(t, s.addr))
}

// accessFamily makes users, and has them try commands. Nobody changes default: a script begins as
// it, and as it ends so does the next one begin.
func accessFamily(r *ruleGen) []weighted {
	user := func(g *gen) string { return g.of("u", "u", "v") }
	attempt := func(g *gen) []string {
		one := slices.Concat(accessAttempts, setFamily, zsetFamily)
		return family{commands: one}.pick(g.IntN(totalWeight(one))).make(g)
	}
	return []weighted{
		{10, func(g *gen) []string {
			r.Rand = g.Rand
			return append(words("ACL", "SETUSER", user(g)), r.rules()...)
		}},
		{4, func(g *gen) []string {
			return words("ACL", "SETUSER", user(g), "on", "nopass", "+@all", "-@dangerous", "+acl",
				g.of("~k1", "%R~*", "allkeys", "%W~k[2-4]"))
		}},
		{3, func(g *gen) []string { return g.command("ACL", words("LIST")) }},
		{3, func(g *gen) []string { return g.command("ACL", words("GETUSER", user(g))) }},
		{5, func(g *gen) []string { return words("AUTH", user(g), "foo") }},
		{5, func(g *gen) []string { return words("RESET") }},
		{1, func(g *gen) []string { return words("ACL", "DELUSER", "v", "nope") }},
		{2, func(g *gen) []string { return g.command("ACL", words(g.of("WHOAMI", "USERS"))) }},
		{2, func(g *gen) []string { return words("ACL", "LOG") }},
		{20, func(g *gen) []string {
			args := append(words("ACL", "DRYRUN", user(g)), attempt(g)...)
			g.comparison = ""
			return args
		}},
		{30, attempt},
		{2, func(g *gen) []string { return words("SELECT", g.of("0", "1", "2", "a")) }},
	}
}

// accessAttempts are commands that use keys in different ways, and none.
var accessAttempts = []weighted{
	{20, func(g *gen) []string {
		return g.command(g.of("GET", "STRLEN", "TYPE", "GETDEL", "INCR", "PERSIST"), words(g.key()))
	}},
	{10, func(g *gen) []string { return g.command("SET", words(g.key(), "v"), g.maybe(3, "GET")) }},
	{10, func(g *gen) []string {
		return g.command(g.of("MGET", "DEL", "EXISTS", "TOUCH", "UNLINK", "PFCOUNT"), g.keys())
	}},
	{10, func(g *gen) []string {
		return g.command(g.of("COPY", "RENAME", "RENAMENX", "LCS"), words(g.key(), g.key()))
	}},
	{10, func(g *gen) []string {
		return g.command("LMOVE", words(g.key(), g.key(), "LEFT", g.of("LEFT", "RIGHT")))
	}},
	{5, func(g *gen) []string {
		return g.command("BITFIELD", words(g.key()), g.of2(words("GET", "u8", "0"),
			words("SET", "u8", "0", "1"), words("GET", "u8")))
	}},
	{5, func(g *gen) []string { return g.command("BITOP", words("NOT", g.key(), g.key())) }},
	{5, func(g *gen) []string {
		return g.command("OBJECT", words(g.of("ENCODING", "NOPE"), g.key()))
	}},
	{5, func(g *gen) []string { return g.command(g.of("ECHO", "NOPE", "GET", "CONFIG")) }},
}

func totalWeight(list []weighted) (total int) {
	for _, w := range list {
		total += w.weight
	}
	return total
}

// TestRandomUsers: both servers take the same rules, describe users alike, allow and deny the same
// commands and log them alike.
func TestRandomUsers(t *testing.T) {
	p := newPair(t)
	redis := mustDial(t, p.redis.addr)
	r := &ruleGen{categories: aclCategories(t, redis), commands: allNames(t, p.redis)}
	for i := range max(10, lab.commands/500) {
		seed := lab.seed + uint64(i)
		f := family{"users", accessFamily(r), 500}
		s := f.script(seed, 500)
		for _, server := range p.each() {
			mustDial(t, server.addr).must(t, "ACL DELUSER u v w")
			mustDial(t, server.addr).must(t, "ACL LOG RESET")
		}
		run := p.difference
		if s.proto = 2 + i%2; i%3 == 2 && p.ringer.nativeAddr != "" {
			run, s.proto = p.nativeDifference, 2
		}
		d, err := run(s)
		if p.check(t, s, d, err); d != nil {
			t.Fatalf("RINGER_COMPAT_SEED=%d repeats it", seed)
		}
	}
}

// TestRulesKnowEveryCommand: rules take each command and category that they take in Redis, and
// describe it alike; ACL CAT lists the same commands, as far as they are here.
func TestRulesKnowEveryCommand(t *testing.T) {
	p := newPair(t)
	redis, ringer := mustDial(t, p.redis.addr), mustDial(t, p.ringer.addr)
	same := func(line string) {
		t.Helper()
		want, got := redis.must(t, line), ringer.must(t, line)
		if !equalUsers(want, got, identical) {
			t.Errorf("%s:\nredis:  %s\nringer: %s", line, describe(want), describe(got))
		}
	}
	for _, name := range allNames(t, p.redis) {
		same("ACL SETUSER u reset +" + name)
		same("ACL GETUSER u")
		same("ACL SETUSER u reset +@all -" + name)
		same("ACL GETUSER u")
	}
	here := map[string]bool{}
	for _, name := range allNames(t, p.ringer) {
		here[name] = true
	}
	for _, category := range aclCategories(t, redis) {
		same("ACL SETUSER u reset +@" + category)
		same("ACL GETUSER u")
		same("ACL SETUSER u reset +@all -@" + category)
		same("ACL GETUSER u")
		var want, got []string
		for _, v := range redis.must(t, "ACL CAT "+category).elems {
			if here[v.text] {
				want = append(want, v.text)
			}
		}
		for _, v := range ringer.must(t, "ACL CAT "+category).elems {
			if onlyInRinger[v.text] == "" {
				got = append(got, v.text)
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if fmt.Sprint(want) != fmt.Sprint(got) {
			t.Errorf("ACL CAT %s:\nredis:  %v\nringer: %v", category, want, got)
		}
	}
}

// TestAccessFamilyIsSeeded: the same seed gives the same script.
func TestAccessFamilyIsSeeded(t *testing.T) {
	r := &ruleGen{
		Rand: rand.New(rand.NewPCG(1, 1)), categories: words("read"), commands: words("get"),
	}
	f := family{"users", accessFamily(r), 500}
	if a, b := f.script(1, 300).String(), f.script(1, 300).String(); a != b {
		t.Error("it does not")
	}
}
