package acl

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// The categories and commands of the tests.
var testCategories = []string{"read", "write", "fast", "slow", "admin", "pubsub", "connection"}

const (
	catRead = 1 << iota
	catWrite
	catFast
	catSlow
	catAdmin
	catPubSub
	catConnection
)

func testTable() *Table {
	return NewTable(testCategories, []Command{
		{Name: "get", Categories: catRead | catFast},
		{Name: "mget", Categories: catRead | catFast},
		{Name: "keys", Categories: catRead | catSlow},
		{Name: "set", Categories: catWrite | catSlow},
		{Name: "del", Categories: catWrite | catSlow},
		{Name: "publish", Categories: catPubSub | catFast},
		{Name: "auth", Categories: catConnection | catFast, Exempt: true},
		{Name: "select", Categories: catConnection | catFast},
		{Name: "newer", Categories: catRead | catFast, Uncounted: true},
		{Name: "config", Categories: catSlow, Sub: []Command{
			{Name: "set", Categories: catAdmin | catSlow},
			{Name: "get", Categories: catAdmin | catSlow},
			{Name: "help", Categories: catSlow},
		}},
	})
}

// check tests I1 to I5.
func check(t *testing.T, r *Rules, u *User) {
	t.Helper()
	if len(u.selectors) == 0 {
		t.Fatal("I1: no selector")
	}
	for _, s := range u.selectors {
		globs := make([]string, len(s.keys))
		for i, k := range s.keys {
			globs[i] = k.glob
		}
		if s.allKeys && len(s.keys) > 0 || s.allChannels && len(s.channels) > 0 ||
			twice(globs) || twice(s.channels) {
			t.Fatalf("I2: %+v", s)
		}
		for id := range r.Table.commands {
			if s.allCommands && !s.commands.has(id) {
				t.Fatalf("I3: not %s", r.Table.commands[id].name)
			}
		}
	}
	if u.noPass && len(u.passwords) > 0 {
		t.Fatal("I4: passwords that need not be given")
	}
	checkCanonical(t, r, u)
}

func twice(list []string) bool {
	return len(slices.Compact(slices.Sorted(slices.Values(list)))) != len(list)
}

// checkCanonical tests I5, where no glob has parentheses or quotes, which selectors can't hold.
func checkCanonical(t *testing.T, r *Rules, u *User) {
	t.Helper()
	line := u.Describe(r.Table)
	users := r.NewUsers()
	if _, refused := users.Set(r, "again", strings.Fields(line)); refused != "" {
		t.Fatalf("I5: %s: %s", line, refused)
	}
	again := users.Lookup("again")
	if got := again.Describe(r.Table); got != line {
		t.Fatalf("I5: %s comes back as %s", line, got)
	}
	for i, s := range u.selectors {
		if !slices.Equal(s.commands, again.selectors[i].commands) {
			t.Fatalf("I5: the commands of %s differ", line)
		}
	}
}

// state is all there is to a user, for I6.
func state(r *Rules, u *User) string {
	if u == nil {
		return "none"
	}
	return u.Describe(r.Table) + strings.Join(u.Flags(), " ")
}

// FuzzSetUser: any rules leave a user that keeps the invariants, or as it was.
func FuzzSetUser(f *testing.F) {
	for _, seed := range []string{
		"on\n>p\n+@all\n~*\n&*", "+@read\n-mget\n%R~a\n(~b\n+get)", "+select|0\n-select\n+config|get",
		"reset\nnopass\n#00\n!00\n<p", "(\n((\n)\n()", "%RW~x\n%r~x\n~x y", "+newer\n-@fast",
	} {
		f.Add(seed)
	}
	r := &Rules{Table: testTable()}
	f.Fuzz(func(t *testing.T, text string) {
		users := r.NewUsers()
		for _, rules := range strings.Split(text, "\n\n") {
			before := state(r, users.Lookup("u"))
			_, refused := users.Set(r, "u", strings.Split(rules, "\n"))
			u := users.Lookup("u")
			if refused != "" {
				if got := state(r, u); got != before {
					t.Fatalf("I6: %q: %s was %s", rules, got, before)
				}
				continue
			}
			if strings.ContainsAny(text, "\"'() \t\r\v\f\x00") {
				return // Redis: a glob or first argument may hold what can't be read back
			}
			check(t, r, u)
		}
	})
}

// TestRandomRules: as FuzzSetUser, with rules that mostly make sense, and selectors.
func TestRandomRules(t *testing.T) {
	g := rand.New(rand.NewPCG(1, 2))
	r := &Rules{Table: testTable()}
	words := []string{
		"on", "off", "nopass", "resetpass", ">a", ">b", "<a", "sanitize-payload", "reset",
		"clearselectors", "~a", "~b*", "%R~a", "%W~c", "~*", "resetkeys", "&a", "&b*", "&*",
		"resetchannels", "+@all", "-@all", "+@read", "-@read", "+@slow", "-@slow", "+@fast",
		"-@fast", "+@admin", "-@admin", "+get", "-get", "+set", "-set", "+config", "-config",
		"+config|get", "-config|get", "+select|0", "+select|1", "+newer", "-newer", "+nope",
		"(~a +get)", "(%R~b +@read &x)", "(+@all)", "(nope)",
	}
	users := r.NewUsers()
	for range 20_000 {
		rules := make([]string, 1+g.IntN(5))
		for i := range rules {
			rules[i] = words[g.IntN(len(words))]
		}
		before := state(r, users.Lookup("u"))
		if _, refused := users.Set(r, "u", rules); refused != "" {
			if got := state(r, users.Lookup("u")); got != before {
				t.Fatalf("I6: %q: %s was %s", rules, got, before)
			}
			continue
		}
		check(t, r, users.Lookup("u"))
		if g.IntN(20) == 0 {
			users.Delete("u")
		}
	}
}

// words makes the arguments of a call.
func words(line string) [][]byte {
	var args [][]byte
	for _, w := range strings.Fields(line) {
		args = append(args, []byte(w))
	}
	return args
}

func TestCheck(t *testing.T) {
	r := &Rules{Table: testTable()}
	read, write := []Key{{1, Read}}, []Key{{1, Write}}
	channel := func(pattern bool) []Channel { return []Channel{{1, pattern}} }
	for _, c := range []struct {
		rules, call string
		keys        []Key
		channels    []Channel
		want        Reason
		at          int
	}{
		{"", "get a", read, nil, DeniedCommand, 0},
		{"", "auth x", nil, nil, Allowed, 0},
		{"+get", "get a", read, nil, DeniedKey, 1},
		{"+get ~a*", "get ab", read, nil, Allowed, 0},
		{"+get %R~a*", "get ab", read, nil, Allowed, 0},
		{"+get %W~a*", "get ab", read, nil, DeniedKey, 1},
		{"+get %W~a*", "get ab", []Key{{1, 0}}, nil, Allowed, 0},
		{"+get %W~a %R~a", "get a", []Key{{1, Read | Write}}, nil, Allowed, 0},
		{"+@write ~*", "set a 1", write, nil, Allowed, 0},
		{"+@write allkeys", "get a", read, nil, DeniedCommand, 0},
		{"+mget ~a ~b", "mget a b c", []Key{{1, Read}, {2, Read}, {3, Read}}, nil, DeniedKey, 3},
		{"+select|0", "select 0", nil, nil, Allowed, 0},
		{"+select|A", "select a", nil, nil, Allowed, 0},
		{"+select|0", "select 1", nil, nil, DeniedCommand, 0},
		{"+select|0", "select", nil, nil, DeniedCommand, 0},
		{"+select|0 -select", "select 0", nil, nil, DeniedCommand, 0},
		{"+publish", "publish c x", nil, channel(false), DeniedChannel, 1},
		{"+publish &c*", "publish cd x", nil, channel(false), Allowed, 0},
		{"+publish &c*", "publish cd* x", nil, channel(true), DeniedChannel, 1},
		{"+publish &c*", "publish c* x", nil, channel(true), Allowed, 0},
		{"(+get ~a)", "get a", read, nil, Allowed, 0},
		{"+get (~a)", "get a", read, nil, DeniedKey, 1},
		{"(+get ~a) (+get ~b)", "get b", read, nil, Allowed, 0},
		{"(+mget ~a) (+mget ~a ~b)", "mget a b c", []Key{{1, Read}, {2, Read}, {3, Read}}, nil,
			DeniedKey, 3},
		{"(+publish ~a) (+get ~a)", "publish a", nil, channel(false), DeniedChannel, 1},
	} {
		users := r.NewUsers()
		if _, refused := users.Set(r, "u", mustMerge(c.rules)); refused != "" {
			t.Fatalf("%s: %s", c.rules, refused)
		}
		args := words(c.call)
		why, at := users.Lookup("u").Check(r.Table, &Request{
			Command: r.Table.ID(string(args[0])), Args: args, Keys: c.keys, Channels: c.channels,
		})
		if why != c.want || at != c.at {
			t.Errorf("%q, %q: %q %d, want %q %d", c.rules, c.call, why, at, c.want, c.at)
		}
	}
}

func mustMerge(rules string) []string {
	merged, _ := mergeSelectors(strings.Fields(rules))
	return merged
}

func TestPasswords(t *testing.T) {
	r := &Rules{Table: testTable()}
	const hash = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae" // of foo
	for _, c := range []struct {
		rules, right, wrong string
	}{
		{"on >foo", "foo", "bar"},
		{"on >foo >bar", "bar", ""},
		{"on >foo >bar <foo", "bar", "foo"},
		{"on #" + hash, "foo", hash},
		{"on >foo >bar !" + hash, "bar", "foo"},
		{"on nopass", "whatever", ""},
		{"on nopass >foo", "foo", "bar"},
		{"on >foo resetpass", "", "foo"},
		{"off >foo", "", "foo"},
		{"on", "", "x"},
	} {
		users := r.NewUsers()
		users.Set(r, "u", strings.Fields(c.rules))
		if c.right != "" && users.Authenticate([]byte("u"), []byte(c.right)) == nil {
			t.Errorf("%s: %q is wrong", c.rules, c.right)
		}
		if c.wrong != "" && users.Authenticate([]byte("u"), []byte(c.wrong)) != nil {
			t.Errorf("%s: %q is right", c.rules, c.wrong)
		}
	}
	if r.NewUsers().Authenticate([]byte("nobody"), nil) != nil {
		t.Error("nobody has logged in")
	}
}

func TestNarrowed(t *testing.T) {
	r := &Rules{Table: testTable()}
	for _, c := range []struct {
		before, after string
		lost          bool
	}{
		{"&a", "&a &b", true}, {"&a &b", "&a", true}, {"&*", "&a", true}, {"&a", "&*", false},
		{"&a (&b)", "&a", true}, {"", "", false}, {"", "&a", false}, {"&a", "(&*)", false},
		{"(&*)", "&a", true},
	} {
		users := r.NewUsers()
		users.Set(r, "b", strings.Fields(c.before))
		users.Set(r, "a", strings.Fields(c.after))
		if _, lost := Narrowed(users.Lookup("b"), users.Lookup("a")); lost != c.lost {
			t.Errorf("from %q to %q: %v", c.before, c.after, lost)
		}
	}
}

func TestLog(t *testing.T) {
	var l Log
	add := func(object string, atMs int64) {
		l.Add(Entry{Reason: DeniedKey, Context: "toplevel", Object: object, TimeMs: atMs}, 12)
	}
	show := func() string {
		var b strings.Builder
		for _, e := range slices.Backward(l.Newest(100)) {
			b.WriteString(e.Object + strings.Repeat("'", int(e.Count-1)) + " ")
		}
		return strings.TrimSpace(b.String())
	}
	for _, c := range []struct {
		object string
		atMs   int64
		want   string
	}{
		{"a", 0, "a"}, {"b", 1, "b a"}, {"a", 2, "a' b"}, {"b", 1 + LogGroupingMs, "b' a'"},
		{"a", 3 + LogGroupingMs, "a b' a'"}, {"a", 4 + LogGroupingMs, "a' b' a'"},
	} {
		add(c.object, c.atMs)
		if got := show(); got != c.want {
			t.Fatalf("%s at %d ms: %s, want %s", c.object, c.atMs, got, c.want)
		}
	}
	for _, object := range strings.Fields("c d e f g h i j k l m n") {
		add(object, 4+LogGroupingMs)
	}
	if got := show(); got != "n m l k j i h g f e d c" {
		t.Errorf("after twelve more: %s", got)
	}
	add("c", 4+LogGroupingMs) // the eleventh is not looked at
	if got := show(); got != "c n m l k j i h g f e d" {
		t.Errorf("after a repetition far back: %s", got)
	}
	if len(l.Newest(-1)) != 0 || len(l.Newest(3)) != 3 || l.Newest(1)[0].Object != "c" {
		t.Error("Newest is not the newest")
	}
	l.Reset()
	if show() != "" {
		t.Error("something is left")
	}
}

// TestLoad: every error of a file is named as redis-server 7.0.15 names it.
func TestLoad(t *testing.T) {
	r := &Rules{Table: testTable()}
	const end = "WARNING: ACL errors detected, no change to the previously active ACL rules was" +
		" performed"
	const unknown = "Unknown command or category name in ACL"
	for _, c := range []struct{ text, want string }{
		{"", "default"},
		{"user a on +get ~x\n\n  user b off  +set \t\r\nuser c on (+get ~a) ( ~b +set )\n",
			"a b c default"},
		{"user default off", "default"},
		{"# c\nuser a on", "f:1 should start with user keyword followed by the username. " + end},
		{"user", "f:1 should start with user keyword followed by the username. " + end},
		{"user a\nuser a on", "WARNING: Duplicate user 'a' found on line 2. " + end},
		{"user a +nope ~* ~a +nope2 ~b", "f:1: Error in applying operation '+nope': " + unknown +
			". f:1: Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does" +
			" not have any effect. Try 'resetkeys' to start with an empty list of patterns. f:1: Error in" +
			" applying operation '+nope2': " + unknown + ". " + end},
		{"user a (~a\nuser a", "f:1: Unmatched parenthesis in selector definition.WARNING: Duplicate" +
			" user 'a' found on line 2. " + end},
		{"user g\ton", "'f:1: username 'g\ton' contains invalid characters. " + end},
		{"user a\x00b on\nuser c", "f:1: Syntax error. " + end}, // user auser c
	} {
		users, failure := r.Load("f", []byte(c.text))
		got := failure
		if users != nil {
			got = strings.Join(users.Names(), " ")
		}
		if got != c.want {
			t.Errorf("%q:\n%s, want\n%s", c.text, got, c.want)
		}
	}
}

// TestSaveReadsBack: what Save writes, Load reads.
func TestSaveReadsBack(t *testing.T) {
	r := &Rules{Table: testTable()}
	users := r.NewUsers()
	users.Set(r, "a", strings.Fields("on >p +@read -get ~x %R~y &c (+get ~z) skip-sanitize-payload"))
	users.Set(r, "default", strings.Fields("off +select|0"))
	text := users.Save(r.Table)
	again, failure := r.Load("f", text)
	if failure != "" || string(again.Save(r.Table)) != string(text) {
		t.Errorf("%s\n%s", text, failure)
	}
	standard := users.Default()
	users.Adopt(again)
	if users.Default() != standard || standard.Enabled() || users.Lookup("a") == nil {
		t.Error("default is another user, or not what the file says")
	}
}

func TestDeclarations(t *testing.T) {
	r := &Rules{Table: testTable()}
	for _, c := range []struct{ line, quoted, want string }{
		{"user a on +nope", "", ""},
		{"user a ~* ~b", "a", "Adding a pattern after"},
		{"user a #xyz", "user", "The password hash must"},
		{"user a on (~a", "a", "Unknown command"},
	} {
		_, quoted, why := r.ParseDeclaration(strings.Fields(c.line))
		if quoted != c.quoted || !strings.HasPrefix(string(why), c.want) {
			t.Errorf("%s: %q %q", c.line, quoted, why)
		}
	}
	users := r.NewUsers()
	for _, c := range []struct {
		d        Declare
		failure  string
		disabled bool
	}{
		{Declare{"a b", nil}, "Spaces not allowed in ACL usernames", false},
		{Declare{"a", []string{"on", "+get"}}, "", false},
		{Declare{"b", nil}, "", true},
		{Declare{"c", []string{"+nope"}}, "Error loading ACL rule '+nope' for the user named 'c': " +
			"Unknown command or category name in ACL", false},
		{Declare{"default", nil}, "", true},
	} {
		if failure, disabled := users.AddDeclared(r, c.d); failure != c.failure ||
			disabled != c.disabled {
			t.Errorf("%+v: %q, %v", c.d, failure, disabled)
		}
	}
	if users.Default().Unrestricted() {
		t.Error("default has kept what it might do")
	}
}

// TestUncountedCommands: a command that Redis does not have changes no description but by itself.
func TestUncountedCommands(t *testing.T) {
	r := &Rules{Table: testTable()}
	users := r.NewUsers()
	for _, c := range []struct{ rules, want string }{
		{"+get +mget +keys", "-@all +@read -newer"},
		{"+@read", "-@all +@read"},
		{"+@all -@read", "+@all -@read"},
		{"+newer", "-@all +newer"},
	} {
		users.Delete("u")
		users.Set(r, "u", strings.Fields(c.rules))
		if got := users.Lookup("u").Selectors(r.Table)[0].Commands; got != c.want {
			t.Errorf("%s: %s, want %s", c.rules, got, c.want)
		}
	}
}

func BenchmarkDescribe(b *testing.B) {
	r := &Rules{Table: testTable()}
	users := r.NewUsers()
	users.Set(r, "u", strings.Fields("+@all -@read +get -config|get"))
	u := users.Lookup("u")
	for b.Loop() {
		u.described = ""
		u.Describe(r.Table)
	}
}

func BenchmarkCheck(b *testing.B) {
	r := &Rules{Table: testTable()}
	users := r.NewUsers()
	users.Set(r, "u", strings.Fields("+@read ~user:* ~app:*"))
	u, q := users.Lookup("u"), &Request{
		Command: r.Table.ID("get"), Args: words("get app:1"), Keys: []Key{{1, Read}},
	}
	b.ReportAllocs()
	for b.Loop() {
		if why, _ := u.Check(r.Table, q); why != Allowed {
			b.Fatal(why)
		}
	}
}
