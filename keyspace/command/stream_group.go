package command

import (
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/stream"
)

var xgroupSpec = keyspace.Spec{
	Name: "xgroup", Group: keyspace.StreamGroup, Since: "5.0.0", Arity: -2,
	Summary: "A container for consumer groups commands", Complexity: "Depends on subcommand.",
	Sub: []*keyspace.Spec{
		{
			Name: "create", Group: keyspace.StreamGroup, Since: "5.0.0", Arity: -5,
			Syntax: "key groupname <id | ${new_id}>{id} [MKSTREAM] [ENTRIESREAD " +
				"entries_read{entries_read}]",
			Flags:   keyspace.Write | keyspace.DenyOOM,
			Keys:    keyspace.KeyAt(2, keyspace.RW|keyspace.Insert),
			Summary: "Create a consumer group.", Complexity: "O(1)",
			History: []keyspace.Change{
				{Version: "7.0.0", Text: "Added the `entries_read` named argument."},
			},
			Run: xgroupCreateCommand,
		},
		{
			Name: "createconsumer", Group: keyspace.StreamGroup, Since: "6.2.0", Arity: 5,
			Syntax:  "key groupname consumername",
			Flags:   keyspace.Write | keyspace.DenyOOM,
			Keys:    keyspace.KeyAt(2, keyspace.RW|keyspace.Insert),
			Summary: "Create a consumer in a consumer group.", Complexity: "O(1)",
			Run: xgroupCreateConsumerCommand,
		},
		{
			Name: "delconsumer", Group: keyspace.StreamGroup, Since: "5.0.0", Arity: 5,
			Syntax: "key groupname consumername",
			Flags:  keyspace.Write, Keys: keyspace.KeyAt(2, keyspace.RW|keyspace.Delete),
			Summary: "Delete a consumer from a consumer group.", Complexity: "O(1)",
			Run: xgroupDelConsumerCommand,
		},
		{
			Name: "destroy", Group: keyspace.StreamGroup, Since: "5.0.0", Arity: 4,
			Syntax: "key groupname",
			Flags:  keyspace.Write, Keys: keyspace.KeyAt(2, keyspace.RW|keyspace.Delete),
			Summary: "Destroy a consumer group.",
			Complexity: "O(N) where N is the number of entries in the group's pending entries " +
				"list (PEL).",
			Run: xgroupDestroyCommand,
		},
		{
			Name: "help", Group: keyspace.StreamGroup, Since: "5.0.0", Arity: 2,
			Flags: keyspace.Loading | keyspace.Stale, ACL: keyspace.CatStream,
			Summary:    "Show helpful text about the different subcommands",
			Complexity: "O(1)",
			Run:        xgroupHelpCommand,
		},
		{
			Name: "setid", Group: keyspace.StreamGroup, Since: "5.0.0", Arity: -5,
			Syntax: "key groupname <id | ${new_id}>{id} [ENTRIESREAD entries_read{entries_read}]",
			Flags:  keyspace.Write, Keys: keyspace.KeyAt(2, keyspace.RW|keyspace.Update),
			Summary:    "Set a consumer group to an arbitrary last delivered ID value.",
			Complexity: "O(1)",
			History: []keyspace.Change{
				{Version: "7.0.0", Text: "Added the optional `entries_read` argument."},
			},
			Run: xgroupSetIDCommand,
		},
	},
}

func xgroupHelpCommand(c *keyspace.Ctx) {
	replyHelp(c,
		"CREATE <key> <groupname> <id|$> [option]",
		"    Create a new consumer group. Options are:",
		"    * MKSTREAM",
		"      Create the empty stream if it does not exist.",
		"    * ENTRIESREAD entries_read",
		"      Set the group's entries_read counter (internal use).",
		"CREATECONSUMER <key> <groupname> <consumer>",
		"    Create a new consumer in the specified group.",
		"DELCONSUMER <key> <groupname> <consumer>",
		"    Remove the specified consumer.",
		"DESTROY <key> <groupname>",
		"    Remove the specified group.",
		"SETID <key> <groupname> <id|$> [ENTRIESREAD entries_read]",
		"    Set the current group ID and entries_read counter.",
	)
}

// groupOptions are the options of XGROUP CREATE and XGROUP SETID.
type groupOptions struct {
	mkStream bool
	read     int64
}

// parseGroup reads the options of XGROUP CREATE, or of SETID, which has but one.
func parseGroup(c *keyspace.Ctx, create bool) (o groupOptions, err reply.Error) {
	o.read = stream.UnknownCount
	for opts := newCursor(c.Args, 5); opts.More(); {
		switch {
		case create && opts.Is("MKSTREAM"):
			o.mkStream = true
		case opts.IsWith("ENTRIESREAD", 1):
			var ok bool
			if o.read, ok = opts.Int(); !ok {
				return o, reply.ErrNotInteger
			}
			if o.read < 0 && o.read != stream.UnknownCount {
				return o, reply.ErrEntriesRead
			}
		default:
			return o, reply.SubcommandSyntax(c.Args[1], "XGROUP")
		}
	}
	return o, ""
}

// xgroupKey looks the key of XGROUP up. If it is not ok, the command has been answered; it need not
// exist if it may be made.
func xgroupKey(c *keyspace.Ctx, mkStream bool) (e keyspace.Entry, ok bool) {
	e = c.DB.LookupWrite(c.Args[2])
	switch {
	case !e.Found() && !mkStream:
		c.Error(reply.ErrXgroupNoKey)
	case e.Found() && e.Type() != keyspace.TypeStream:
		c.Error(reply.ErrWrongType)
	default:
		return e, true
	}
	return e, false
}

// xgroupGroup looks the group of XGROUP up. If it is not ok, the command has been answered.
func xgroupGroup(c *keyspace.Ctx) (s stream.Stream, g stream.Group, ok bool) {
	e, ok := xgroupKey(c, false)
	if !ok {
		return s, g, false
	}
	s = e.Stream()
	if g, ok = s.Group(c.Args[3]); !ok {
		c.Error(reply.NoGroupFor(c.Args[2], c.Args[3]))
	}
	return s, g, ok
}

func xgroupCreateCommand(c *keyspace.Ctx) {
	o, err := parseGroup(c, true)
	if err != "" {
		c.Error(err)
		return
	}
	e, ok := xgroupKey(c, o.mkStream)
	if !ok {
		return
	}
	const mostArgs = 8
	if len(c.Args) > mostArgs {
		c.Error(reply.SubcommandSyntax(c.Args[1], "XGROUP"))
		return
	}
	id := stream.ID{}
	if !isDollar(c.Args[4]) {
		if id, ok = strictID(c.Args[4]); !ok {
			c.Error(reply.ErrStreamID)
			return
		}
	} else if e.Found() {
		s := e.Stream()
		id = s.LastID()
	}
	made := !e.Found()
	if made {
		e = c.DB.AddStream(e)
	}
	s := e.Stream()
	if _, ok := s.CreateGroup(c.Args[3], id, o.read); !ok {
		c.Error(reply.ErrBusyGroup)
		return
	}
	if made {
		c.Changed(keyspace.NotifyNone, "", c.Args[2])
		c.Dirty(-1)
	}
	c.Event(keyspace.NotifyStream, "xgroup-create", c.Args[2])
	c.OK()
}

// isDollar reports whether an id is $, the last one of the stream.
func isDollar(word []byte) bool { return string(cutNUL(word)) == "$" }

func xgroupSetIDCommand(c *keyspace.Ctx) {
	o, err := parseGroup(c, false)
	if err != "" {
		c.Error(err)
		return
	}
	s, g, ok := xgroupGroup(c)
	if !ok {
		return
	}
	if n := len(c.Args); n != 5 && n != 7 {
		c.Error(reply.SubcommandSyntax(c.Args[1], "XGROUP"))
		return
	}
	id := s.LastID()
	if !isDollar(c.Args[4]) {
		if id, _, ok = (idForm{}).parse(c.Args[4]); !ok {
			c.Error(reply.ErrStreamID)
			return
		}
	}
	g.SetLastID(id)
	g.SetEntriesRead(o.read)
	c.Event(keyspace.NotifyStream, "xgroup-setid", c.Args[2])
	c.OK()
}

func xgroupDestroyCommand(c *keyspace.Ctx) {
	e, ok := xgroupKey(c, false)
	if !ok {
		return
	}
	s := e.Stream()
	g, ok := s.Group(c.Args[3])
	if !ok {
		c.Reply.Int(0)
		return
	}
	c.DB.ReleaseGroup(s.CutGroup(g))
	c.Event(keyspace.NotifyStream, "xgroup-destroy", c.Args[2])
	e.SignalReady() // whoever waits for the group waits in vain
	c.Reply.Int(1)
}

func xgroupCreateConsumerCommand(c *keyspace.Ctx) {
	_, g, ok := xgroupGroup(c)
	if !ok {
		return
	}
	if _, created := g.CreateConsumer(c.Args[4], c.NowMs); !created {
		c.Reply.Int(0)
		return
	}
	c.Event(keyspace.NotifyStream, "xgroup-createconsumer", c.Args[2])
	c.Reply.Int(1)
}

func xgroupDelConsumerCommand(c *keyspace.Ctx) {
	_, g, ok := xgroupGroup(c)
	if !ok {
		return
	}
	consumer, ok := g.Consumer(c.Args[4])
	if !ok {
		c.Reply.Int(0)
		return
	}
	pending := g.DeleteConsumer(consumer)
	c.Event(keyspace.NotifyStream, "xgroup-delconsumer", c.Args[2])
	c.Reply.Int(int64(pending))
}

var xackSpec = keyspace.Spec{
	Name: "xack", Group: keyspace.StreamGroup, Since: "5.0.0", Arity: -4,
	Syntax: "key group id [id ...]",
	Flags:  keyspace.Write | keyspace.Fast, Keys: keyspace.KeyAt(1, keyspace.RW|keyspace.Update),
	Summary: "Marks a pending message as correctly processed, effectively removing it from the " +
		"pending entries list of the consumer group. Return value of the command is the number " +
		"of messages successfully acknowledged, that is, the IDs we were actually able to " +
		"resolve in the PEL.",
	Complexity: "O(1) for each message ID processed.",
	Run:        xackCommand,
}

func xackCommand(c *keyspace.Ctx) {
	_, g, ok := groupOf(c, c.Args[1], c.Args[2], func() { c.Reply.Int(0) })
	if !ok {
		return
	}
	ids, ok := strictIDs(c.Args[3:])
	if !ok {
		c.Error(reply.ErrStreamID)
		return
	}
	acknowledged := 0
	for _, id := range ids {
		if p, ok := g.FindPending(id); ok {
			g.Remove(p)
			acknowledged++
		}
	}
	c.Dirty(acknowledged)
	c.Reply.Int(int64(acknowledged))
}
