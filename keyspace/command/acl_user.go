package command

import (
	"slices"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/acl"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

var aclSetuserSpec = keyspace.Spec{
	Name: "setuser", Group: keyspace.Server, Since: "6.0.0", Arity: -3,
	Syntax: "username [rule [rule ...]]", Flags: adminFlags,
	Summary:    "Modify or create the rules for a specific ACL user",
	Complexity: "O(N). Where N is the number of rules provided.",
	History: []keyspace.Change{
		{Version: "6.2.0", Text: "Added Pub/Sub channel patterns."},
		{Version: "7.0.0", Text: "Added selectors and key based permissions."},
	},
	Secrets: func(args [][]byte) []int { return indexes(2, len(args)) },
	Run:     aclSetuserCommand,
}

func aclSetuserCommand(c *keyspace.Ctx) {
	name := string(c.Args[2])
	if acl.HasSpaces(name) {
		c.Error(reply.ErrACLUsername)
		return
	}
	rules := make([]string, len(c.Args)-3)
	for i, arg := range c.Args[3:] {
		rules[i] = string(arg)
	}
	if refused := c.SetUser(name, rules); refused != "" {
		c.Error(refused)
		return
	}
	c.OK()
}

var aclDeluserSpec = keyspace.Spec{
	Name: "deluser", Group: keyspace.Server, Since: "6.0.0", Arity: -3,
	Syntax: "username [username ...]", Flags: adminFlags,
	Summary:    "Remove the specified ACL users and the associated rules",
	Complexity: "O(1) amortized time considering the typical user.",
	Run:        aclDeluserCommand,
}

// aclDeluserCommand removes the users before default, if that is named, all the same.
func aclDeluserCommand(c *keyspace.Ctx) {
	names := c.Args[2:]
	standard := slices.IndexFunc(names, func(name []byte) bool {
		return string(name) == acl.DefaultUser
	})
	if standard >= 0 {
		c.DeleteUsers(names[:standard])
		c.Error(reply.ErrACLDefault)
		return
	}
	c.Reply.Int(int64(c.DeleteUsers(names)))
}

var aclGetuserSpec = keyspace.Spec{
	Name: "getuser", Group: keyspace.Server, Since: "6.0.0", Arity: 3, Syntax: "username",
	Flags: adminFlags, Summary: "Get the rules for a specific ACL user",
	Complexity: "O(N). Where N is the number of password, command and pattern rules that the" +
		" user has.",
	History: []keyspace.Change{
		{Version: "6.2.0", Text: "Added Pub/Sub channel patterns."},
		{Version: "7.0.0", Text: "Added selectors and changed the format of key and channel" +
			" patterns from a list to their rule representation."},
	},
	Run: aclGetuserCommand,
}

func aclGetuserCommand(c *keyspace.Ctx) {
	user := c.Engine.Users().Lookup(string(c.Args[2]))
	if user == nil {
		c.Reply.Null()
		return
	}
	w := c.Reply
	w.Map(6)
	w.BulkString("flags")
	flags := user.Flags()
	w.Set(len(flags))
	for _, flag := range flags {
		w.BulkString(flag)
	}
	w.BulkString("passwords")
	replyTexts(c, user.Passwords())
	selectors := user.Selectors(c.Engine.RuleTable())
	replySelector(c, selectors[0])
	w.BulkString("selectors")
	w.Array(len(selectors) - 1)
	for _, s := range selectors[1:] {
		w.Map(3)
		replySelector(c, s)
	}
}

// replySelector appends three fields and their values.
func replySelector(c *keyspace.Ctx, s acl.SelectorView) {
	c.Reply.BulkString("commands")
	c.Reply.BulkString(s.Commands)
	c.Reply.BulkString("keys")
	c.Reply.BulkString(s.Keys)
	c.Reply.BulkString("channels")
	c.Reply.BulkString(s.Channels)
}

var aclLoadSpec = keyspace.Spec{
	Name: "load", Group: keyspace.Server, Since: "6.0.0", Arity: 2, Flags: adminFlags,
	Summary:    "Reload the ACLs from the configured ACL file",
	Complexity: "O(N). Where N is the number of configured users.",
	Run:        aclLoadCommand,
}

func aclLoadCommand(c *keyspace.Ctx) {
	if !c.Engine.HasACLFile() {
		c.Error(reply.ErrACLNoFile)
		return
	}
	c.LoadUsers()
}

var aclSaveSpec = keyspace.Spec{
	Name: "save", Group: keyspace.Server, Since: "6.0.0", Arity: 2, Flags: adminFlags,
	Summary:    "Save the current ACL rules in the configured ACL file",
	Complexity: "O(N). Where N is the number of configured users.",
	Run:        aclSaveCommand,
}

func aclSaveCommand(c *keyspace.Ctx) {
	if !c.Engine.HasACLFile() {
		c.Error(reply.ErrACLNoFile)
		return
	}
	c.SaveUsers()
}
