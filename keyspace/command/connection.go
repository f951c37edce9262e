package command

import (
	"math"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/acl"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/num"
)

// handshakeFlags are the flags of the commands that a client may send at any time.
const handshakeFlags = keyspace.NoScript | keyspace.Loading | keyspace.Stale | keyspace.Fast |
	keyspace.NoAuth | keyspace.AllowBusy

var pingSpec = keyspace.Spec{
	Name: "ping", Group: keyspace.Connection, Since: "1.0.0", Arity: -1, Syntax: "[message]",
	Flags:   keyspace.Fast | keyspace.Subscribing,
	Tips:    []string{"request_policy:all_shards", "response_policy:all_succeeded"},
	Summary: "Ping the server", Complexity: "O(1)",
	Run: pingCommand,
}

func pingCommand(c *keyspace.Ctx) {
	if len(c.Args) > 2 {
		c.Error(reply.WrongArity("ping"))
		return
	}
	var message []byte
	if len(c.Args) == 2 {
		message = c.Args[1]
	}
	switch {
	case c.Session.Restricted(): // Redis: in the shape of the messages among which it comes
		c.Reply.Array(2)
		c.Reply.BulkString("pong")
		c.Reply.Bulk(message)
	case len(c.Args) == 2:
		c.Reply.Bulk(message)
	default:
		c.Reply.Status("PONG")
	}
}

var echoSpec = keyspace.Spec{
	Name: "echo", Group: keyspace.Connection, Since: "1.0.0", Arity: 2, Syntax: "message",
	Flags:   keyspace.Loading | keyspace.Stale | keyspace.Fast,
	Summary: "Echo the given string", Complexity: "O(1)",
	Run: echoCommand,
}

func echoCommand(c *keyspace.Ctx) { c.Reply.Bulk(c.Args[1]) }

var selectSpec = keyspace.Spec{
	Name: "select", Group: keyspace.Connection, Since: "1.0.0", Arity: 2, Syntax: "index",
	Flags:   keyspace.Loading | keyspace.Stale | keyspace.Fast,
	Summary: "Change the selected database for the current connection", Complexity: "O(1)",
	Run: selectCommand,
}

func selectCommand(c *keyspace.Ctx) {
	index, ok := num.ParseInt(c.Args[1])
	switch {
	case !ok:
		c.Error(reply.ErrNotInteger)
	case index < math.MinInt32 || index > math.MaxInt32:
		c.Error(reply.IntegerRange(math.MinInt32, math.MaxInt32))
	case index < 0 || index >= int64(c.Engine.Databases()):
		c.Error(reply.ErrDBIndexRange)
	default:
		c.Select(int(index))
		c.OK()
	}
}

var quitSpec = keyspace.Spec{
	Name: "quit", Group: keyspace.Connection, Since: "1.0.0", Arity: -1,
	Flags:   handshakeFlags | keyspace.NotQueued | keyspace.Subscribing,
	Summary: "Close the connection", Complexity: "O(1)",
	Run: quitCommand,
}

func quitCommand(c *keyspace.Ctx) {
	c.OK()
	c.CloseAfterReply()
}

var resetSpec = keyspace.Spec{
	Name: "reset", Group: keyspace.Connection, Since: "6.2.0", Arity: 1,
	Flags:   handshakeFlags | keyspace.NotQueued | keyspace.Subscribing,
	Summary: "Reset the connection", Complexity: "O(1)",
	Run: resetCommand,
}

func resetCommand(c *keyspace.Ctx) {
	c.ResetSession()
	c.Reply.Status("RESET")
}

var authSpec = keyspace.Spec{
	Name: "auth", Group: keyspace.Connection, Since: "1.0.0", Arity: -2,
	Syntax: "[username{@6.0.0}] password", Flags: handshakeFlags,
	Summary:    "Authenticate to the server",
	Complexity: "O(N) where N is the number of passwords defined for the user",
	History: []keyspace.Change{
		{Version: "6.0.0", Text: "Added ACL style (username and password)."},
	},
	Secrets: func(args [][]byte) []int { return indexes(1, len(args)) },
	Run:     authCommand,
}

func authCommand(c *keyspace.Ctx) {
	user, password := []byte(acl.DefaultUser), c.Args[1]
	switch {
	case len(c.Args) > 3:
		c.Error(reply.ErrSyntax)
		return
	case len(c.Args) == 3:
		user, password = c.Args[1], c.Args[2]
	case !c.PasswordSet():
		c.Error(reply.ErrNoPassword)
		return
	}
	if !c.Authenticate(user, password) {
		c.Error(reply.ErrWrongPass)
		return
	}
	c.OK()
}

var helloSpec = keyspace.Spec{
	Name: "hello", Group: keyspace.Connection, Since: "6.0.0", Arity: -1,
	Syntax: "[protover [AUTH (username password)] [SETNAME clientname]]{arguments}",
	Flags:  handshakeFlags, Summary: "Handshake with Redis", Complexity: "O(1)",
	History: []keyspace.Change{{Version: "6.2.0", Text: "`protover` made optional; when called " +
		"without arguments the command reports the current connection's context."}},
	Secrets: helloSecrets,
	Run:     helloCommand,
}

// helloSecrets are the user and the password.
func helloSecrets(args [][]byte) []int {
	for a := newCursor(args, 2); a.More(); a.Arg() {
		if a.IsWith("AUTH", 2) {
			return indexes(a.At(), a.At()+2)
		}
	}
	return nil
}

func helloCommand(c *keyspace.Ctx) {
	proto, err := parseHello(c)
	switch {
	case err != "":
		c.Error(err)
		return
	case !c.Authenticated():
		c.Error(reply.ErrHelloNoAuth)
		return
	case proto != 0:
		c.Reply.SetProto(proto)
	}
	replyHello(c)
}

// parseHello reads the arguments; proto is 0 if there are none.
//
// Redis: AUTH and SETNAME take effect as they are read, whatever is wrong with what follows.
func parseHello(c *keyspace.Ctx) (proto int, err reply.Error) {
	a := newCursor(c.Args, 1)
	if a.More() {
		version, ok := a.Int()
		switch {
		case !ok:
			return 0, reply.ErrHelloVersion
		case version != 2 && version != 3:
			return 0, reply.ErrNoProto
		}
		proto = int(version)
	}
	for a.More() {
		switch {
		case a.IsWith("AUTH", 2):
			if !c.Authenticate(a.Arg(), a.Arg()) {
				return 0, reply.ErrWrongPass
			}
		case a.IsWith("SETNAME", 1):
			if !validName(a.Peek()) {
				return 0, reply.ErrClientName
			}
			c.Session.SetName(a.Arg())
		default:
			return 0, reply.HelloSyntax(a.Arg())
		}
	}
	return proto, ""
}

func replyHello(c *keyspace.Ctx) {
	w := c.Reply
	w.Map(7)
	w.BulkString("server")
	w.BulkString("redis")
	w.BulkString("version")
	w.BulkString(keyspace.RedisVersion)
	w.BulkString("proto")
	w.Int(int64(w.Proto()))
	w.BulkString("id")
	w.Int(c.Session.ID())
	w.BulkString("mode")
	w.BulkString(c.Engine.Mode())
	w.BulkString("role")
	w.BulkString("master")
	w.BulkString("modules")
	w.Array(0)
}

// validName reports whether a client's name, or that of its library, may stand in CLIENT LIST.
// Redis: validateClientAttr.
func validName(name []byte) bool {
	for _, b := range name {
		if b < '!' || b > '~' {
			return false
		}
	}
	return true
}

// clientFlags are the flags of most sub-commands of CLIENT.
const clientFlags = keyspace.NoScript | keyspace.Loading | keyspace.Stale

var clientSpec = keyspace.Spec{
	Name: "client", Group: keyspace.Connection, Since: "2.4.0", Arity: -2,
	Summary: "A container for client connection commands", Complexity: "Depends on subcommand.",
	Sub: []*keyspace.Spec{
		&clientInfoSpec, &clientKillSpec, &clientListSpec, &clientNoEvictSpec, &clientNoTouchSpec,
		&clientPauseSpec, &clientReplySpec, &clientUnblockSpec, &clientUnpauseSpec,
		&clientTrackingSpec, &clientCachingSpec, &clientGetredirSpec, &clientTrackinginfoSpec,
		{
			Name: "getname", Group: keyspace.Connection, Since: "2.6.9", Arity: 2,
			Flags: clientFlags, Summary: "Get the current connection name", Complexity: "O(1)",
			Run: clientGetnameCommand,
		},
		{
			Name: "help", Group: keyspace.Connection, Since: "5.0.0", Arity: 2,
			Flags:   keyspace.Loading | keyspace.Stale,
			Summary: "Show helpful text about the different subcommands", Complexity: "O(1)",
			Run: clientHelpCommand,
		},
		{
			Name: "id", Group: keyspace.Connection, Since: "5.0.0", Arity: 2,
			Flags:   clientFlags,
			Summary: "Returns the client ID for the current connection", Complexity: "O(1)",
			Run: clientIDCommand,
		},
		{
			Name: "setinfo", Group: keyspace.Connection, Since: "7.2.0", Arity: 4,
			Syntax: "<LIB-NAME libname | LIB-VER libver>{attr}", Flags: clientFlags,
			Tips:    []string{"request_policy:all_nodes", "response_policy:all_succeeded"},
			Summary: "Sets information specific to the client or connection.", Complexity: "O(1)",
			Run: clientSetinfoCommand,
		},
		{
			Name: "setname", Group: keyspace.Connection, Since: "2.6.9", Arity: 3,
			Syntax: "connection-name", Flags: clientFlags,
			Summary: "Set the current connection name", Complexity: "O(1)",
			Run: clientSetnameCommand,
		},
	},
}

func clientIDCommand(c *keyspace.Ctx) { c.Reply.Int(c.Session.ID()) }

func clientGetnameCommand(c *keyspace.Ctx) {
	name := c.Session.Name()
	if len(name) == 0 {
		c.Reply.Null()
		return
	}
	c.Reply.Bulk(name)
}

func clientSetnameCommand(c *keyspace.Ctx) {
	if !validName(c.Args[2]) {
		c.Error(reply.ErrClientName)
		return
	}
	c.Session.SetName(c.Args[2])
	c.OK()
}

func clientSetinfoCommand(c *keyspace.Ctx) {
	option, value := c.Args[2], c.Args[3]
	isName := equalFold(option, "LIB-NAME")
	switch {
	case !isName && !equalFold(option, "LIB-VER"):
		c.Error(reply.UnrecognizedOption(option))
		return
	case !validName(value):
		c.Error(reply.ClientAttribute(option))
		return
	case isName:
		c.Session.SetLibrary(value, nil)
	default:
		c.Session.SetLibrary(nil, value)
	}
	c.OK()
}
