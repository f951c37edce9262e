package command

import (
	"math"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/num"
)

// This file is the sub-commands of CLIENT about other clients, and about what a client gets. What
// a client says of itself is in connection.go.

var clientInfoSpec = keyspace.Spec{
	Name: "info", Group: keyspace.Connection, Since: "6.2.0", Arity: 2, Flags: clientFlags,
	Tips:    []string{"nondeterministic_output"},
	Summary: "Returns information about the current client connection.", Complexity: "O(1)",
	Run: clientInfoCommand,
}

func clientInfoCommand(c *keyspace.Ctx) {
	line := c.Engine.AppendClient(nil, c.Session)
	c.Reply.Verbatim("txt", string(append(line, '\n')))
}

var clientListSpec = keyspace.Spec{
	Name: "list", Group: keyspace.Connection, Since: "2.4.0", Arity: -2,
	Syntax: "[TYPE <NORMAL | MASTER | REPLICA | PUBSUB>{normal_master_replica_pubsub @5.0.0}]" +
		" [ID (client-id{*}){id @6.2.0}]",
	Flags:      adminFlags,
	Tips:       []string{"nondeterministic_output"},
	Summary:    "Get the list of client connections",
	Complexity: "O(N) where N is the number of client connections",
	History: []keyspace.Change{
		{Version: "2.8.12", Text: "Added unique client `id` field."},
		{Version: "5.0.0", Text: "Added optional `TYPE` filter."},
		{Version: "6.0.0", Text: "Added `user` field."},
		{Version: "6.2.0", Text: "Added `argv-mem`, `tot-mem`, `laddr` and `redir` fields and" +
			" the optional `ID` filter."},
		{Version: "7.0.0", Text: "Added `resp`, `multi-mem`, `rbs` and `rbp` fields."},
		{Version: "7.0.3", Text: "Added `ssub` field."},
	},
	Run: clientListCommand,
}

func clientListCommand(c *keyspace.Ctx) {
	all, err := listedClients(c)
	if err != "" {
		c.Error(err)
		return
	}
	var lines []byte
	for _, s := range all {
		lines = append(c.Engine.AppendClient(lines, s), '\n')
	}
	c.Reply.Verbatim("txt", string(lines))
}

// listedClients are the sessions that CLIENT LIST is asked for.
func listedClients(c *keyspace.Ctx) ([]*keyspace.Session, reply.Error) {
	a := newCursor(c.Args, 2)
	switch {
	case len(c.Args) == 4 && a.Is("TYPE"):
		kind, err := clientType(a.Arg())
		if err != "" {
			return nil, err
		}
		var all []*keyspace.Session
		for _, s := range c.Engine.Sessions() {
			if s.Type() == kind {
				all = append(all, s)
			}
		}
		return all, ""
	case a.IsWith("ID", 1):
		var ids []int64
		for a.More() {
			id, ok := a.Int()
			if !ok {
				return nil, reply.ErrClientID
			}
			ids = append(ids, id)
		}
		return c.Engine.SessionsByID(ids), ""
	case a.More():
		return nil, reply.ErrSyntax
	}
	return c.Engine.Sessions(), ""
}

// clientType reads the name of a kind of clients. Redis: getClientTypeByName.
func clientType(name []byte) (keyspace.ClientType, reply.Error) {
	switch {
	case equalFold(name, "NORMAL"):
		return keyspace.ClientNormal, ""
	case equalFold(name, "SLAVE"), equalFold(name, "REPLICA"):
		return keyspace.ClientReplica, ""
	case equalFold(name, "PUBSUB"):
		return keyspace.ClientPubSub, ""
	case equalFold(name, "MASTER"):
		return keyspace.ClientMaster, ""
	}
	return 0, reply.UnknownClientType(name)
}

var clientKillSpec = keyspace.Spec{
	Name: "kill", Group: keyspace.Connection, Since: "2.4.0", Arity: -3,
	Syntax: "<ip:port{-2.8.12} | <[ID client-id{@2.8.12}] | [TYPE <NORMAL | MASTER{@3.2.0} | SLAVE" +
		" | REPLICA{@5.0.0} | PUBSUB>{normal_master_slave_pubsub @2.8.12}] | [USER username] |" +
		" [ADDR ip:port] | [LADDR ip:port{@6.2.0}] | [SKIPME yes/no]>{new-format *}>{filter}",
	Flags:      adminFlags,
	Summary:    "Kill the connection of a client",
	Complexity: "O(N) where N is the number of client connections",
	History: []keyspace.Change{
		{Version: "2.8.12", Text: "Added new filter format."},
		{Version: "2.8.12", Text: "`ID` option."},
		{Version: "3.2.0", Text: "Added `master` type in for `TYPE` option."},
		{Version: "5.0.0", Text: "Replaced `slave` `TYPE` with `replica`. `slave` still supported" +
			" for backward compatibility."},
		{Version: "6.2.0", Text: "`LADDR` option."},
	},
	Run: clientKillCommand,
}

// killFilter is which clients CLIENT KILL closes.
type killFilter struct {
	id                int64 // 0: any
	kind              keyspace.ClientType
	hasKind, self     bool
	user, addr, laddr []byte // nil: any
}

// parseKillFilter reads the options of CLIENT KILL.
func parseKillFilter(c *keyspace.Ctx) (f killFilter, err reply.Error) {
	for a := newCursor(c.Args, 2); a.More(); {
		switch {
		case a.IsWith("ID", 1):
			id, ok := a.Int()
			if !ok || id < 1 {
				return f, reply.ErrClientIDRange
			}
			f.id = id
		case a.IsWith("TYPE", 1):
			f.hasKind = true
			if f.kind, err = clientType(a.Arg()); err != "" {
				return f, err
			}
		case a.IsWith("ADDR", 1):
			f.addr = a.Arg()
		case a.IsWith("LADDR", 1):
			f.laddr = a.Arg()
		case a.IsWith("USER", 1):
			f.user = a.Arg()
			if !c.Engine.UserExists(f.user) {
				return f, reply.NoSuchUser(f.user)
			}
		case a.IsWith("SKIPME", 1):
			word := a.Arg()
			f.self = equalFold(word, "NO")
			if !f.self && !equalFold(word, "YES") {
				return f, reply.ErrSyntax
			}
		default:
			return f, reply.ErrSyntax
		}
	}
	return f, ""
}

// fits reports whether a session is one of those to close.
func (f *killFilter) fits(s, self *keyspace.Session) bool {
	return (f.id == 0 || s.ID() == f.id) &&
		(!f.hasKind || s.Type() == f.kind) &&
		(f.user == nil || s.UserName() == string(f.user)) &&
		(f.addr == nil || s.RemoteAddr() == string(f.addr)) &&
		(f.laddr == nil || s.LocalAddr() == string(f.laddr)) &&
		(f.self || s != self)
}

func clientKillCommand(c *keyspace.Ctx) {
	old := len(c.Args) == 3
	f := killFilter{addr: c.Args[2], self: true}
	if !old {
		var err reply.Error
		if f, err = parseKillFilter(c); err != "" {
			c.Error(err)
			return
		}
	}
	killed := int64(0)
	for _, s := range c.Engine.Sessions() {
		if f.fits(s, c.Session) {
			c.Engine.Kill(s)
			killed++
		}
	}
	switch {
	case !old:
		c.Reply.Int(killed)
	case killed == 0:
		c.Error(reply.ErrNoSuchClient)
	default:
		c.OK()
	}
}

var clientPauseSpec = keyspace.Spec{
	Name: "pause", Group: keyspace.Connection, Since: "2.9.50", Arity: -3,
	Syntax: "timeout{:integer} [WRITE | ALL]{mode @6.2.0}", Flags: adminFlags,
	Summary: "Stop processing commands from clients for some time", Complexity: "O(1)",
	History: []keyspace.Change{{
		Version: "6.2.0", Text: "`CLIENT PAUSE WRITE` mode added along with the `mode` option.",
	}},
	Run: clientPauseCommand,
}

func clientPauseCommand(c *keyspace.Ctx) {
	mode := keyspace.PauseAll
	switch {
	case len(c.Args) > 4:
		c.Error(reply.SubcommandSyntax(c.Args[1], "CLIENT"))
		return
	case len(c.Args) == 4 && equalFold(c.Args[3], "WRITE"):
		mode = keyspace.PauseWrite
	case len(c.Args) == 4 && !equalFold(c.Args[3], "ALL"):
		c.Error(reply.ErrPauseMode)
		return
	}
	ms, ok := num.ParseInt(c.Args[2])
	switch {
	case !ok:
		c.Error(reply.ErrPauseTimeout)
		return
	case ms < 0:
		c.Error(reply.ErrTimeoutNegative)
		return
	}
	c.Engine.Pause(mode, c.NowMs+min(ms, math.MaxInt64-c.NowMs))
	c.OK()
}

var clientUnpauseSpec = keyspace.Spec{
	Name: "unpause", Group: keyspace.Connection, Since: "6.2.0", Arity: 2, Flags: adminFlags,
	Summary:    "Resume processing of clients that were paused",
	Complexity: "O(N) Where N is the number of paused clients",
	Run:        clientUnpauseCommand,
}

func clientUnpauseCommand(c *keyspace.Ctx) {
	c.Engine.Unpause()
	c.OK()
}

var clientReplySpec = keyspace.Spec{
	Name: "reply", Group: keyspace.Connection, Since: "3.2.0", Arity: 3,
	Syntax: "<ON | OFF | SKIP>{on_off_skip}", Flags: clientFlags,
	Summary: "Instruct the server whether to reply to commands", Complexity: "O(1)",
	Run: clientReplyCommand,
}

func clientReplyCommand(c *keyspace.Ctx) {
	switch a := newCursor(c.Args, 2); {
	case a.Is("ON"):
		c.Session.SetReply(true)
		c.OK()
	case a.Is("OFF"):
		c.Session.SetReply(false)
	case a.Is("SKIP"):
		c.Session.SkipReply()
	default:
		c.Error(reply.ErrSyntax)
	}
}

var clientUnblockSpec = keyspace.Spec{
	Name: "unblock", Group: keyspace.Connection, Since: "5.0.0", Arity: -3,
	Syntax: "client-id [TIMEOUT | ERROR]{timeout_error}", Flags: adminFlags,
	Summary:    "Unblock a client blocked in a blocking command from a different connection",
	Complexity: "O(log N) where N is the number of client connections",
	Run:        clientUnblockCommand,
}

func clientUnblockCommand(c *keyspace.Ctx) {
	failed := false
	switch {
	case len(c.Args) > 4:
		c.Error(reply.SubcommandSyntax(c.Args[1], "CLIENT"))
		return
	case len(c.Args) == 4 && equalFold(c.Args[3], "ERROR"):
		failed = true
	case len(c.Args) == 4 && !equalFold(c.Args[3], "TIMEOUT"):
		c.Error(reply.ErrUnblockReason)
		return
	}
	id, ok := num.ParseInt(c.Args[2])
	if !ok {
		c.Error(reply.ErrNotInteger)
		return
	}
	n := int64(0)
	if c.Engine.UnblockClient(id, failed) {
		n = 1
	}
	c.Reply.Int(n)
}

var clientNoEvictSpec = keyspace.Spec{
	Name: "no-evict", Group: keyspace.Connection, Since: "7.0.0", Arity: 3,
	Syntax: "<ON | OFF>{enabled}", Flags: adminFlags,
	Summary: "Set client eviction mode for the current connection", Complexity: "O(1)",
	Run: clientNoEvictCommand,
}

func clientNoEvictCommand(c *keyspace.Ctx) { setSwitch(c, c.Session.SetNoEvict) }

var clientNoTouchSpec = keyspace.Spec{
	Name: "no-touch", Group: keyspace.Connection, Since: "7.2.0", Arity: 3,
	Syntax: "<ON | OFF>{enabled}", Flags: clientFlags,
	Summary:    "Controls whether commands sent by the client affect the LRU/LFU of accessed keys.",
	Complexity: "O(1)",
	Run:        clientNoTouchCommand,
}

func clientNoTouchCommand(c *keyspace.Ctx) { setSwitch(c, c.Session.SetNoTouch) }

// setSwitch does CLIENT NO-EVICT and its kind: ON or OFF.
func setSwitch(c *keyspace.Ctx, set func(on bool)) {
	on := equalFold(c.Args[2], "ON")
	if !on && !equalFold(c.Args[2], "OFF") {
		c.Error(reply.ErrSyntax)
		return
	}
	set(on)
	c.OK()
}
