package command

import (
	"encoding/hex"
	"slices"
	"strings"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/acl"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// aclFlags are the flags of the sub-commands of ACL that everybody may call.
const aclFlags = keyspace.NoScript | keyspace.Loading | keyspace.Stale

var aclSpec = keyspace.Spec{
	Name: "acl", Group: keyspace.Server, Since: "6.0.0", Arity: -2,
	Summary:    "A container for Access List Control commands ",
	Complexity: "Depends on subcommand.",
	Sub: []*keyspace.Spec{
		&aclCatSpec, &aclDeluserSpec, &aclDryrunSpec, &aclGenpassSpec, &aclGetuserSpec,
		&aclHelpSpec, &aclListSpec, &aclLoadSpec, &aclLogSpec, &aclSaveSpec, &aclSetuserSpec,
		&aclUsersSpec, &aclWhoamiSpec,
	},
}

var aclCatSpec = keyspace.Spec{
	Name: "cat", Group: keyspace.Server, Since: "6.0.0", Arity: -2, Syntax: "[categoryname]",
	Flags: aclFlags, Summary: "List the ACL categories or the commands inside a category",
	Complexity: "O(1) since the categories and commands are a fixed set.",
	Run:        aclCatCommand,
}

func aclCatCommand(c *keyspace.Ctx) {
	var names []string
	switch len(c.Args) {
	case 2:
		names = keyspace.Categories()
	case 3:
		category, ok := keyspace.ParseCategory(strings.ToLower(string(c.Args[2])))
		if !ok {
			c.Error(reply.ACLNoCategory(c.Args[2]))
			return
		}
		names = c.Engine.CommandsIn(category)
	default:
		c.Error(reply.UnknownACL(c.Args[1]))
		return
	}
	replyTexts(c, names)
}

// replyTexts replies with an array of texts.
func replyTexts(c *keyspace.Ctx, texts []string) {
	c.Reply.Array(len(texts))
	for _, text := range texts {
		c.Reply.BulkString(text)
	}
}

var aclDryrunSpec = keyspace.Spec{
	Name: "dryrun", Group: keyspace.Server, Since: "7.0.0", Arity: -4,
	Syntax: "username command [arg [arg ...]]", Flags: adminFlags,
	Summary: "Returns whether the user can execute the given command without executing the" +
		" command.",
	Complexity: "O(1).",
	Run:        aclDryrunCommand,
}

func aclDryrunCommand(c *keyspace.Ctx) {
	user := c.Engine.Users().Lookup(string(c.Args[2]))
	if user == nil {
		c.Error(reply.ACLNoUser(c.Args[2]))
		return
	}
	args := c.Args[3:]
	spec := c.Engine.Lookup(args)
	switch {
	case spec == nil:
		c.Error(reply.ACLNoCommand(args[0]))
		return
	case !spec.Takes(len(args)):
		c.Error(reply.WrongArity(spec.FullName()))
		return
	}
	switch why, at := c.Engine.MayCall(user, spec, args); why {
	case acl.Allowed:
		c.OK()
	case acl.DeniedCommand:
		c.Reply.BulkString(reply.ACLDryRun("command", []byte(spec.FullName())))
	default:
		c.Reply.BulkString(reply.ACLDryRun(why.String(), args[at]))
	}
}

var aclGenpassSpec = keyspace.Spec{
	Name: "genpass", Group: keyspace.Server, Since: "6.0.0", Arity: -2, Syntax: "[bits]",
	Flags: aclFlags, Summary: "Generate a pseudorandom secure password to use for ACL users",
	Complexity: "O(1)",
	Run:        aclGenpassCommand,
}

// The number of bits of a password. Redis: GENPASS_MAX_BITS.
const (
	passwordBits    = 256
	maxPasswordBits = 4096
	bitsPerDigit    = 4
)

func aclGenpassCommand(c *keyspace.Ctx) {
	bits := int64(passwordBits)
	switch a := newCursor(c.Args, 2); len(c.Args) {
	case 2:
	case 3:
		n, ok := a.Int()
		if !ok {
			c.Error(reply.ErrNotInteger)
			return
		}
		bits = n
	default:
		c.Error(reply.UnknownACL(c.Args[1]))
		return
	}
	if bits <= 0 || bits > maxPasswordBits {
		c.Error(reply.ErrACLGenpass)
		return
	}
	digits := int(bits+bitsPerDigit-1) / bitsPerDigit
	secret := make([]byte, (digits+1)/2)
	c.Secret(secret)
	c.Reply.BulkString(hex.EncodeToString(secret)[:digits])
}

var aclListSpec = keyspace.Spec{
	Name: "list", Group: keyspace.Server, Since: "6.0.0", Arity: 2, Flags: adminFlags,
	Summary:    "List the current ACL rules in ACL config file format",
	Complexity: "O(N). Where N is the number of configured users.",
	Run:        aclListCommand,
}

func aclListCommand(c *keyspace.Ctx) {
	users, table := c.Engine.Users(), c.Engine.RuleTable()
	names := users.Names()
	c.Reply.Array(len(names))
	for _, name := range names {
		c.Reply.BulkString(users.Lookup(name).Line(table))
	}
}

var aclUsersSpec = keyspace.Spec{
	Name: "users", Group: keyspace.Server, Since: "6.0.0", Arity: 2, Flags: adminFlags,
	Summary:    "List the username of all the configured ACL rules",
	Complexity: "O(N). Where N is the number of configured users.",
	Run:        aclUsersCommand,
}

func aclUsersCommand(c *keyspace.Ctx) { replyTexts(c, c.Engine.Users().Names()) }

var aclWhoamiSpec = keyspace.Spec{
	Name: "whoami", Group: keyspace.Server, Since: "6.0.0", Arity: 2, Flags: aclFlags,
	Summary:    "Return the name of the user associated to the current connection",
	Complexity: "O(1)",
	Run:        aclWhoamiCommand,
}

func aclWhoamiCommand(c *keyspace.Ctx) {
	name, ok := c.Session.Username()
	if !ok {
		c.Reply.Null()
		return
	}
	c.Reply.BulkString(name)
}

var aclLogSpec = keyspace.Spec{
	Name: "log", Group: keyspace.Server, Since: "6.0.0", Arity: -2,
	Syntax: "[count | RESET]{operation}", Flags: adminFlags,
	Summary:    "List latest events denied because of ACLs in place",
	Complexity: "O(N) with N being the number of entries shown.",
	Run:        aclLogCommand,
}

// aclLogShown is how many entries ACL LOG shows unless told.
const aclLogShown = 10

func aclLogCommand(c *keyspace.Ctx) {
	count := int64(aclLogShown)
	switch a := newCursor(c.Args, 2); len(c.Args) {
	case 2:
	case 3:
		if a.Is("RESET") {
			c.Engine.AccessLog().Reset()
			c.OK()
			return
		}
		n, ok := a.Int()
		if !ok {
			c.Error(reply.ErrNotInteger)
			return
		}
		count = n
	default:
		c.Error(reply.UnknownACL(c.Args[1]))
		return
	}
	entries := c.Engine.AccessLog().Newest(count)
	c.Reply.Array(len(entries))
	for _, e := range slices.Backward(entries) {
		replyLogEntry(c, e)
	}
}

func replyLogEntry(c *keyspace.Ctx, e acl.Entry) {
	w := c.Reply
	w.Map(7)
	w.BulkString("count")
	w.Int(e.Count)
	w.BulkString("reason")
	w.BulkString(e.Reason.String())
	w.BulkString("context")
	w.BulkString(e.Context)
	w.BulkString("object")
	w.BulkString(e.Object)
	w.BulkString("username")
	w.BulkString(e.Username)
	w.BulkString("age-seconds")
	w.Double(float64(c.NowMs-e.TimeMs) / 1000)
	w.BulkString("client-info")
	w.BulkString(e.Client)
}

var aclHelpSpec = keyspace.Spec{
	Name: "help", Group: keyspace.Server, Since: "6.0.0", Arity: 2,
	Flags:   keyspace.Loading | keyspace.Stale,
	Summary: "Show helpful text about the different subcommands", Complexity: "O(1)",
	Run: aclHelpCommand,
}

func aclHelpCommand(c *keyspace.Ctx) {
	replyHelp(c,
		"CAT [<category>]",
		"    List all commands that belong to <category>, or all command categories",
		"    when no category is specified.",
		"DELUSER <username> [<username> ...]",
		"    Delete a list of users.",
		"DRYRUN <username> <command> [<arg> ...]",
		"    Returns whether the user can execute the given command without executing the command.",
		"GETUSER <username>",
		"    Get the user's details.",
		"GENPASS [<bits>]",
		"    Generate a secure 256-bit user password. The optional `bits` argument can",
		"    be used to specify a different size.",
		"LIST",
		"    Show users details in config file format.",
		"LOAD",
		"    Reload users from the ACL file.",
		"LOG [<count> | RESET]",
		"    Show the ACL log entries.",
		"SAVE",
		"    Save the current config to the ACL file.",
		"SETUSER <username> <attribute> [<attribute> ...]",
		"    Create or modify a user with the specified attributes.",
		"USERS",
		"    List all the registered usernames.",
		"WHOAMI",
		"    Return the current connection username.",
	)
}
