package command

import (
	"strings"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/glob"
)

// commandFlags are the flags of COMMAND and its sub-commands.
const commandFlags = keyspace.Loading | keyspace.Stale

var commandSpec = keyspace.Spec{
	Name: "command", Group: keyspace.Server, Since: "2.8.13", Arity: -1,
	Flags: commandFlags, ACL: keyspace.CatConnection,
	Tips:       []string{"nondeterministic_output_order"},
	Summary:    "Get array of Redis command details",
	Complexity: "O(N) where N is the total number of Redis commands",
	Run:        commandCommand,
	Sub: []*keyspace.Spec{
		{
			Name: "count", Group: keyspace.Server, Since: "2.8.13", Arity: 2,
			Flags: commandFlags, ACL: keyspace.CatConnection,
			Summary: "Get total number of Redis commands", Complexity: "O(1)",
			Run: commandCountCommand,
		},
		{
			Name: "docs", Group: keyspace.Server, Since: "7.0.0", Arity: -2,
			Syntax: "[command-name [command-name ...]]",
			Flags:  commandFlags, ACL: keyspace.CatConnection,
			Tips:       []string{"nondeterministic_output_order"},
			Summary:    "Get array of specific Redis command documentation",
			Complexity: "O(N) where N is the number of commands to look up",
			Run:        commandDocsCommand,
		},
		{
			Name: "getkeys", Group: keyspace.Server, Since: "2.8.13", Arity: -4,
			Flags: commandFlags, ACL: keyspace.CatConnection,
			Summary:    "Extract keys given a full Redis command",
			Complexity: "O(N) where N is the number of arguments to the command",
			Run:        commandGetKeysCommand,
		},
		{
			Name: "getkeysandflags", Group: keyspace.Server, Since: "7.0.0", Arity: -4,
			Flags: commandFlags, ACL: keyspace.CatConnection,
			Summary:    "Extract keys and access flags given a full Redis command",
			Complexity: "O(N) where N is the number of arguments to the command",
			Run:        commandGetKeysAndFlagsCommand,
		},
		{
			Name: "help", Group: keyspace.Server, Since: "5.0.0", Arity: 2,
			Flags: commandFlags, ACL: keyspace.CatConnection,
			Summary: "Show helpful text about the different subcommands", Complexity: "O(1)",
			Run: commandHelpCommand,
		},
		{
			Name: "info", Group: keyspace.Server, Since: "2.8.13", Arity: -2,
			Syntax: "[command-name [command-name ...]]",
			Flags:  commandFlags, ACL: keyspace.CatConnection,
			Tips: []string{"nondeterministic_output_order"},
			Summary: "Get array of specific Redis command details, or all when no argument is" +
				" given.",
			Complexity: "O(N) where N is the number of commands to look up",
			History: []keyspace.Change{{
				Version: "7.0.0",
				Text:    "Allowed to be called with no argument to get info on all commands.",
			}},
			Run: commandInfoCommand,
		},
		{
			Name: "list", Group: keyspace.Server, Since: "7.0.0", Arity: -2,
			Syntax: "[FILTERBY <MODULE module-name | ACLCAT category | PATTERN pattern>]",
			Flags:  commandFlags, ACL: keyspace.CatConnection,
			Tips:       []string{"nondeterministic_output_order"},
			Summary:    "Get an array of Redis command names",
			Complexity: "O(N) where N is the total number of Redis commands",
			Run:        commandListCommand,
		},
	},
}

func commandCommand(c *keyspace.Ctx) {
	all := c.Engine.Commands()
	c.Reply.Array(len(all))
	for _, s := range all {
		replyCommandInfo(c.Reply, s)
	}
}

func commandCountCommand(c *keyspace.Ctx) { c.Reply.Int(int64(len(c.Engine.Commands()))) }

func commandInfoCommand(c *keyspace.Ctx) {
	names := c.Args[2:]
	if len(names) == 0 {
		commandCommand(c)
		return
	}
	c.Reply.Array(len(names))
	for _, name := range names {
		if s := c.Engine.LookupFullName(name); s != nil {
			replyCommandInfo(c.Reply, s)
		} else {
			c.Reply.Null()
		}
	}
}

// replyCommandInfo describes a command to clients that route by it. Redis: addReplyCommandInfo.
func replyCommandInfo(w reply.Writer, s *keyspace.Spec) {
	first, last, step, movable := s.KeyPositions()
	flags := s.Flags
	if movable {
		flags |= keyspace.MovableKeys
	}
	w.Array(10)
	w.BulkString(s.FullName())
	w.Int(int64(s.Arity))
	replyStatusSet(w, flags.Names(), "")
	w.Int(int64(first))
	w.Int(int64(last))
	w.Int(int64(step))
	replyStatusSet(w, s.Categories().Names(), "@")
	w.Set(len(s.Tips))
	for _, tip := range s.Tips {
		w.BulkString(tip)
	}
	w.Set(len(s.Keys))
	for i := range s.Keys {
		replyKeySpec(w, &s.Keys[i])
	}
	if len(s.Sub) == 0 {
		w.Set(0) // Redis: a set if there are none, and an array if there are
		return
	}
	w.Array(len(s.Sub))
	for _, sub := range s.Sub {
		replyCommandInfo(w, sub)
	}
}

func replyStatusSet(w reply.Writer, names []string, prefix string) {
	w.Set(len(names))
	for _, name := range names {
		w.Status(prefix + name)
	}
}

// replyKeySpec describes where keys stand. Redis: addReplyCommandKeySpecs.
func replyKeySpec(w reply.Writer, k *keyspace.KeySpec) {
	if k.Notes == "" {
		w.Map(3)
	} else {
		w.Map(4)
		w.BulkString("notes")
		w.BulkString(k.Notes)
	}
	w.BulkString("flags")
	replyStatusSet(w, k.Flags.Names(), "")
	w.BulkString("begin_search")
	switch {
	case k.UnknownBegin:
		replyStep(w, "unknown", nil)
	case k.Keyword != "":
		w.Map(2)
		w.BulkString("type")
		w.BulkString("keyword")
		w.BulkString("spec")
		w.Map(2)
		w.BulkString("keyword")
		w.BulkString(k.Keyword)
		w.BulkString("startfrom")
		w.Int(int64(k.Index))
	default:
		replyStep(w, "index", []stepField{{"index", k.Index}})
	}
	w.BulkString("find_keys")
	switch k.Find {
	case keyspace.FindRange:
		replyStep(w, "range", []stepField{
			{"lastkey", k.Last}, {"keystep", k.Step}, {"limit", k.Limit},
		})
	case keyspace.FindKeyNum:
		replyStep(w, "keynum", []stepField{
			{"keynumidx", k.NumIndex}, {"firstkey", k.First}, {"keystep", k.Step},
		})
	default:
		replyStep(w, "unknown", nil)
	}
}

// stepField is a number in the description of a step towards the keys.
type stepField struct {
	name  string
	value int
}

func replyStep(w reply.Writer, kind string, fields []stepField) {
	w.Map(2)
	w.BulkString("type")
	w.BulkString(kind)
	w.BulkString("spec")
	w.Map(len(fields))
	for _, f := range fields {
		w.BulkString(f.name)
		w.Int(int64(f.value))
	}
}

func commandGetKeysCommand(c *keyspace.Ctx) {
	if keys, ok := getKeys(c); ok {
		c.Reply.Array(len(keys))
		for _, k := range keys {
			c.Reply.Bulk(c.Args[2+k.Index])
		}
	}
}

func commandGetKeysAndFlagsCommand(c *keyspace.Ctx) {
	if keys, ok := getKeys(c); ok {
		c.Reply.Array(len(keys))
		for _, k := range keys {
			c.Reply.Array(2)
			c.Reply.Bulk(c.Args[2+k.Index])
			replyStatusSet(c.Reply, k.Flags.Names(), "")
		}
	}
}

// getKeys finds the keys of the command in the arguments; false: it has replied with an error.
// Redis: getKeysSubcommandImpl.
func getKeys(c *keyspace.Ctx) (keys []keyspace.KeyRef, ok bool) {
	args := c.Args[2:]
	s := c.Engine.Lookup(args)
	switch {
	case s == nil:
		c.Error(reply.ErrInvalidCommand)
		return nil, false
	case !s.HasKeys():
		c.Error(reply.ErrNoKeyArguments)
		return nil, false
	case s.Arity > 0 && len(args) != s.Arity, len(args) < -s.Arity:
		c.Error(reply.ErrInvalidArity)
		return nil, false
	}
	keys, ok = s.KeysOf(args)
	if !ok && s.Flags&keyspace.NoMandatoryKeys == 0 {
		c.Error(reply.ErrInvalidArguments)
		return nil, false
	}
	return keys, true
}

func commandListCommand(c *keyspace.Ctx) {
	wanted := func(*keyspace.Spec) bool { return true }
	if len(c.Args) > 2 {
		a := newCursor(c.Args, 2)
		if len(c.Args) != 5 || !a.Is("FILTERBY") {
			c.Error(reply.ErrSyntax)
			return
		}
		if wanted = listFilter(&a); wanted == nil {
			c.Error(reply.ErrSyntax)
			return
		}
	}
	list := c.Reply.DeferArray()
	n := 0
	for _, s := range c.Engine.Commands() {
		n += replyNames(c.Reply, s, wanted)
	}
	c.Reply.Resolve(list, n)
}

// listFilter reads what COMMAND LIST is filtered by; nil: a syntax error.
func listFilter(a *cursor) func(s *keyspace.Spec) bool {
	switch {
	case a.Is("MODULE"):
		return func(*keyspace.Spec) bool { return false } // there are no modules
	case a.Is("ACLCAT"):
		c, _ := keyspace.ParseCategory(strings.ToLower(string(a.Arg())))
		return func(s *keyspace.Spec) bool { return s.Categories()&c != 0 }
	case a.Is("PATTERN"):
		pattern := a.Arg()
		return func(s *keyspace.Spec) bool {
			return glob.Match(pattern, []byte(s.FullName()), true)
		}
	}
	return nil
}

// replyNames replies with the names of a command and its sub-commands that are wanted, and
// returns how many they are.
func replyNames(w reply.Writer, s *keyspace.Spec, wanted func(s *keyspace.Spec) bool) int {
	n := 0
	if wanted(s) {
		w.BulkString(s.FullName())
		n++
	}
	for _, sub := range s.Sub {
		n += replyNames(w, sub, wanted)
	}
	return n
}

func commandHelpCommand(c *keyspace.Ctx) {
	replyHelp(c,
		"(no subcommand)",
		"    Return details about all Redis commands.",
		"COUNT",
		"    Return the total number of commands in this Redis server.",
		"LIST",
		"    Return a list of all commands in this Redis server.",
		"INFO [<command-name> ...]",
		"    Return details about multiple Redis commands.",
		"    If no command names are given, documentation details for all",
		"    commands are returned.",
		"DOCS [<command-name> ...]",
		"    Return documentation details about multiple Redis commands.",
		"    If no command names are given, documentation details for all",
		"    commands are returned.",
		"GETKEYS <full-command>",
		"    Return the keys from a full Redis command.",
		"GETKEYSANDFLAGS <full-command>",
		"    Return the keys and the access flags from a full Redis command.",
	)
}
