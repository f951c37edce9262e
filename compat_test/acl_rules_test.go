package compat_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/keyspace/acl"
)

// aclCategories are the categories in the order of ACL CAT.
func aclCategories(t *testing.T, redis *conn) []string {
	t.Helper()
	var names []string
	for _, c := range redis.must(t, "ACL CAT").elems {
		names = append(names, c.text)
	}
	return names
}

// aclCommands are the commands of a server as package acl wants them.
func aclCommands(categories []string, entries []value) []acl.Command {
	var all []acl.Command
	for _, e := range entries {
		c := acl.Command{Name: e.elems[0].text}
		if i := strings.IndexByte(c.Name, '|'); i >= 0 {
			c.Name = c.Name[i+1:]
		}
		for _, flag := range e.elems[2].elems {
			c.Exempt = c.Exempt || flag.text == "no_auth"
		}
		for _, cat := range e.elems[6].elems {
			c.Categories |= 1 << slices.Index(categories, cat.text[1:])
		}
		if len(e.elems) > 9 {
			c.Sub = aclCommands(categories, e.elems[9].elems)
		}
		all = append(all, c)
	}
	return all
}

// TestRulesAgainstRedis: package acl, given the commands that the real server has, takes and
// refuses the same rules, and describes the users that they make as the real server does. Only the
// order of single commands is not compared: redis-server has that of a hash table.
func TestRulesAgainstRedis(t *testing.T) {
	p := lab.shared
	redis := mustDial(t, p.redis.addr)
	defer redis.must(t, "ACL DELUSER t")
	categories := aclCategories(t, redis)
	commands := aclCommands(categories, redis.must(t, "COMMAND").elems)
	rules := &acl.Rules{Table: acl.NewTable(categories, commands)}
	users := rules.NewUsers()
	redis.must(t, "ACL SETUSER t")
	users.Set(rules, "t", nil)
	g := &ruleGen{Rand: rand.New(rand.NewPCG(lab.seed, 9)), categories: categories}
	for _, c := range commands {
		g.commands = append(g.commands, c.Name)
		for _, sub := range c.Sub {
			g.commands = append(g.commands, c.Name+"|"+sub.Name)
		}
	}
	var history []string
	for range max(300, lab.commands/4) {
		args := g.rules()
		history = append(history, join(args))
		want := redis.must(t, join(append([]string{"ACL", "SETUSER", "t"}, args...)))
		_, got := users.Set(rules, "t", args)
		if want.kind == '-' && want.text != string(got) || want.kind == '+' && got != "" {
			t.Fatalf("redis: %s\nringer: %q\nRINGER_COMPAT_SEED=%d, rules so far:\n%s", want.text,
				got, lab.seed, strings.Join(history, "\n"))
		}
		list := redis.must(t, "ACL LIST").elems
		wantLine := list[slices.IndexFunc(list, func(v value) bool {
			return strings.HasPrefix(v.text, "user t ")
		})].text
		if gotLine := users.Lookup("t").Line(rules.Table); canonical(wantLine) != canonical(gotLine) {
			t.Fatalf("redis:  %s\nringer: %s\nRINGER_COMPAT_SEED=%d, rules so far:\n%s", wantLine,
				gotLine, lab.seed, strings.Join(history, "\n"))
		}
		if g.IntN(12) == 0 {
			redis.must(t, "ACL SETUSER t reset")
			users.Set(rules, "t", []string{"reset"})
			history = history[:0]
		}
	}
}

// canonical sorts the single commands, which end each selector of a user's line, and leaves out
// those that redis-server does not have.
func canonical(line string) string {
	selectors := strings.Split(line, " (")
	for i, selector := range selectors {
		inner, closed := strings.CutSuffix(selector, ")")
		words := strings.Fields(inner)
		single := len(words)
		for single > 0 && strings.ContainsAny(words[single-1][:1], "+-") &&
			!strings.HasPrefix(words[single-1][1:], "@") {
			single--
		}
		words = append(words[:single], slices.DeleteFunc(words[single:], func(w string) bool {
			return onlyInRinger[w[1:]] != ""
		})...)
		slices.Sort(words[single:])
		selectors[i] = strings.Join(words, " ")
		if closed {
			selectors[i] += ")"
		}
	}
	return strings.Join(selectors, " (")
}

// ruleGen draws rules of ACL SETUSER.
type ruleGen struct {
	*rand.Rand
	categories, commands []string
}

func (g *ruleGen) of(words ...string) string { return words[g.IntN(len(words))] }

// rules are those of one command; a long list now and then, as it calls for folding.
func (g *ruleGen) rules() []string {
	n := 1 + g.IntN(4)
	if g.IntN(8) == 0 {
		n = 1 + g.IntN(60)
	}
	rules := make([]string, n)
	for i := range rules {
		rules[i] = g.rule()
	}
	return rules
}

func (g *ruleGen) rule() string {
	switch g.IntN(40) {
	case 0:
		return g.userRule()
	case 1:
		return g.of("(", "((", ")", "(~a", "+get)", "x", "", "()", "+", "-", "~", "%", "&", ">", "<",
			"#", "!", "+@", "@all", "-|", "+get|", "+config|", "+get|get|get", "+config|get|x", "-get|x",
			"+nope", "+@nope", "-config|nope", "+\x00", "on\x00x", "~a\x00", "~a b", "&a\tb", "%X~a",
			"%RR~a", "%r~z", "%", "%R", "%RW~", "+get\x00x", "\n", ">\x00", "(nope)", "(>p)")
	case 2, 3:
		return "(" + strings.Join([]string{g.selectorRule(), g.selectorRule(), g.selectorRule()}, " ") +
			")"
	}
	return g.selectorRule()
}

func (g *ruleGen) userRule() string {
	const hash = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
	return g.of("on", "OFF", "nopass", "resetpass", ">foo", ">bar", "<foo", "<bar", "#"+hash, "!"+hash,
		"#"+strings.ToUpper(hash), "#abc", "!"+hash[1:], "reset", "clearselectors", "sanitize-payload",
		"skip-sanitize-payload")
}

func (g *ruleGen) selectorRule() string {
	sign := g.of("+", "+", "-")
	switch g.IntN(12) {
	case 0:
		return g.of("~x", "~y*", "%R~x", "%W~y*", "%RW~z", "%r~q", "~*", "allkeys", "resetkeys")
	case 1:
		return g.of("&x", "&y*", "&*", "allchannels", "resetchannels")
	case 2:
		return g.of("allcommands", "nocommands", "+@all", "-@all", "+@ALL")
	case 3, 4, 5:
		return sign + "@" + g.of(g.categories...)
	case 6:
		return "+" + g.of("select", "get", "GET", "debug", "ping") + "|" +
			g.of("a", "A", "b", strconv.Itoa(g.IntN(3)))
	}
	return sign + g.of(g.commands...)
}
