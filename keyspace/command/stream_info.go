package command

import (
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/stream"
)

var xinfoSpec = keyspace.Spec{
	Name: "xinfo", Group: keyspace.StreamGroup, Since: "5.0.0", Arity: -2,
	Summary:    "A container for stream introspection commands",
	Complexity: "Depends on subcommand.",
	Sub: []*keyspace.Spec{
		{
			Name: "consumers", Group: keyspace.StreamGroup, Since: "5.0.0", Arity: 4,
			Syntax: "key groupname",
			Flags:  keyspace.ReadOnly, Keys: keyspace.KeyAt(2, keyspace.RO|keyspace.Access),
			Tips:    []string{"nondeterministic_output"},
			Summary: "List the consumers in a consumer group", Complexity: "O(1)",
			Run: xinfoConsumersCommand,
		},
		{
			Name: "groups", Group: keyspace.StreamGroup, Since: "5.0.0", Arity: 3, Syntax: "key",
			Flags: keyspace.ReadOnly, Keys: keyspace.KeyAt(2, keyspace.RO|keyspace.Access),
			Summary: "List the consumer groups of a stream", Complexity: "O(1)",
			History: []keyspace.Change{
				{Version: "7.0.0", Text: "Added the `entries-read` and `lag` fields"},
			},
			Run: xinfoGroupsCommand,
		},
		{
			Name: "help", Group: keyspace.StreamGroup, Since: "5.0.0", Arity: 2,
			Flags: keyspace.Loading | keyspace.Stale, ACL: keyspace.CatStream,
			Summary:    "Show helpful text about the different subcommands",
			Complexity: "O(1)",
			Run:        xinfoHelpCommand,
		},
		{
			Name: "stream", Group: keyspace.StreamGroup, Since: "5.0.0", Arity: -3,
			Syntax: "key [FULL ([COUNT count]){full}]",
			Flags:  keyspace.ReadOnly, Keys: keyspace.KeyAt(2, keyspace.RO|keyspace.Access),
			Summary: "Get information about a stream", Complexity: "O(1)",
			History: []keyspace.Change{
				{Version: "6.0.0", Text: "Added the `FULL` modifier."},
				{Version: "7.0.0", Text: "Added the `max-deleted-entry-id`, `entries-added`, " +
					"`recorded-first-entry-id`, `entries-read` and `lag` fields"},
			},
			Run: xinfoStreamCommand,
		},
	},
}

func xinfoHelpCommand(c *keyspace.Ctx) {
	replyHelp(c,
		"CONSUMERS <key> <groupname>",
		"    Show consumers of <groupname>.",
		"GROUPS <key>",
		"    Show the stream consumer groups.",
		"STREAM <key> [FULL [COUNT <count>]",
		"    Show information about the stream.",
	)
}

// xinfoKey looks the stream of XINFO up. If it is not ok, the command has been answered.
func xinfoKey(c *keyspace.Ctx) (s stream.Stream, ok bool) {
	return lookupStream(c, c.Args[2], func() { c.Error(reply.ErrNoSuchKey) })
}

func xinfoConsumersCommand(c *keyspace.Ctx) {
	s, ok := xinfoKey(c)
	if !ok {
		return
	}
	g, ok := s.Group(c.Args[3])
	if !ok {
		c.Error(reply.NoGroupFor(c.Args[2], c.Args[3]))
		return
	}
	c.Reply.Array(g.Consumers())
	g.EachConsumer(func(consumer stream.Consumer) {
		c.Reply.Map(3)
		c.Reply.BulkString("name")
		c.Reply.Bulk(consumer.Name())
		c.Reply.BulkString("pending")
		c.Reply.Int(int64(consumer.Pending()))
		c.Reply.BulkString("idle")
		c.Reply.Int(max(c.NowMs-consumer.SeenMs(), 0))
	})
}

func xinfoGroupsCommand(c *keyspace.Ctx) {
	s, ok := xinfoKey(c)
	if !ok {
		return
	}
	c.Reply.Array(s.Groups())
	s.EachGroup(func(g stream.Group) {
		c.Reply.Map(6)
		c.Reply.BulkString("name")
		c.Reply.Bulk(g.Name())
		c.Reply.BulkString("consumers")
		c.Reply.Int(int64(g.Consumers()))
		c.Reply.BulkString("pending")
		c.Reply.Int(int64(g.Pending()))
		replyPosition(c, &s, &g)
	})
}

// replyPosition replies with how far a group has read: three pairs of a map.
func replyPosition(c *keyspace.Ctx, s *stream.Stream, g *stream.Group) {
	c.Reply.BulkString("last-delivered-id")
	c.Reply.Bulk(s.Text(g.LastID()))
	c.Reply.BulkString("entries-read")
	replyKnown(c, g.EntriesRead(), g.EntriesRead() != stream.UnknownCount)
	lag, known := g.Lag()
	c.Reply.BulkString("lag")
	replyKnown(c, lag, known)
}

// replyKnown replies with a number, or null if it is not known.
func replyKnown(c *keyspace.Ctx, n int64, known bool) {
	if known {
		c.Reply.Int(n)
		return
	}
	c.Reply.Null()
}

// fullCount is how much of each list XINFO STREAM FULL shows by default.
const fullCount = 10

// parseFull reads the options of XINFO STREAM.
func parseFull(args [][]byte) (full bool, count int64, err reply.Error) {
	opts := newCursor(args, 3)
	count = fullCount
	if !opts.More() {
		return false, 0, ""
	}
	switch full = opts.Is("FULL"); {
	case full && !opts.More():
		return true, count, ""
	case !full || opts.Left() != 2 || !opts.IsWith("COUNT", 1):
		return false, 0, reply.SubcommandSyntax(args[1], "XINFO")
	}
	count, ok := opts.Int()
	if !ok {
		return false, 0, reply.ErrNotInteger
	}
	if count < 0 {
		count = fullCount
	}
	return true, count, ""
}

// xinfoStreamCommand is XINFO STREAM. Redis: xinfoReplyWithStreamInfo.
func xinfoStreamCommand(c *keyspace.Ctx) {
	s, ok := xinfoKey(c)
	if !ok {
		return
	}
	full, count, err := parseFull(c.Args)
	if err != "" {
		c.Error(err)
		return
	}
	const pairs, fullPairs = 10, 9
	if full {
		c.Reply.Map(fullPairs)
	} else {
		c.Reply.Map(pairs)
	}
	c.Reply.BulkString("length")
	c.Reply.Int(int64(s.Len()))
	c.Reply.BulkString("radix-tree-keys")
	c.Reply.Int(int64(s.Blocks()))
	c.Reply.BulkString("radix-tree-nodes")
	c.Reply.Int(int64(s.RadixNodes()))
	c.Reply.BulkString("last-generated-id")
	c.Reply.Bulk(s.Text(s.LastID()))
	c.Reply.BulkString("max-deleted-entry-id")
	c.Reply.Bulk(s.Text(s.MaxDeletedID()))
	c.Reply.BulkString("entries-added")
	c.Reply.Int(int64(s.EntriesAdded()))
	c.Reply.BulkString("recorded-first-entry-id")
	c.Reply.Bulk(s.Text(s.FirstID()))
	if full {
		replyFull(c, &s, count)
		return
	}
	c.Reply.BulkString("groups")
	c.Reply.Int(int64(s.Groups()))
	c.Reply.BulkString("first-entry")
	replyEdge(c, &s, false)
	c.Reply.BulkString("last-entry")
	replyEdge(c, &s, true)
}

// replyEdge replies with the first or the last entry, or null.
func replyEdge(c *keyspace.Ctx, s *stream.Stream, last bool) {
	it := s.Range(stream.ID{}, stream.MaxID, last)
	if !it.Next() {
		c.Reply.Null()
		return
	}
	replyEntry(c, s, &it)
}

// replyFull replies with entries and groups, count of each at most if that is not 0: two pairs of a
// map.
func replyFull(c *keyspace.Ctx, s *stream.Stream, count int64) {
	c.Reply.BulkString("entries")
	replyRange(c, s, s.Range(stream.ID{}, stream.MaxID, false), count)
	c.Reply.BulkString("groups")
	c.Reply.Array(s.Groups())
	s.EachGroup(func(g stream.Group) {
		c.Reply.Map(7)
		c.Reply.BulkString("name")
		c.Reply.Bulk(g.Name())
		replyPosition(c, s, &g)
		c.Reply.BulkString("pel-count")
		c.Reply.Int(int64(g.Pending()))
		c.Reply.BulkString("pending")
		p, ok := g.FirstPending(stream.ID{})
		replyFullPending(c, s, pendingList{p, ok, count, true})
		c.Reply.BulkString("consumers")
		c.Reply.Array(g.Consumers())
		g.EachConsumer(func(consumer stream.Consumer) { replyFullConsumer(c, s, consumer, count) })
	})
}

func replyFullConsumer(c *keyspace.Ctx, s *stream.Stream, consumer stream.Consumer, count int64) {
	c.Reply.Map(4)
	c.Reply.BulkString("name")
	c.Reply.Bulk(consumer.Name())
	c.Reply.BulkString("seen-time")
	c.Reply.Int(consumer.SeenMs())
	c.Reply.BulkString("pel-count")
	c.Reply.Int(int64(consumer.Pending()))
	c.Reply.BulkString("pending")
	p, ok := consumer.FirstPending(stream.ID{})
	replyFullPending(c, s, pendingList{p, ok, count, false})
}

// pendingList is the pending entries that XINFO STREAM FULL shows.
type pendingList struct {
	first stream.Pending
	ok    bool
	count int64 // 0: all
	named bool  // with the names of the consumers
}

func replyFullPending(c *keyspace.Ctx, s *stream.Stream, l pendingList) {
	mark, n := c.Reply.DeferArray(), 0
	for p, ok := l.first, l.ok; ok && (l.count == 0 || int64(n) < l.count); p, ok = p.Next() {
		n++
		if l.named {
			consumer := p.Consumer()
			c.Reply.Array(4)
			c.Reply.Bulk(s.Text(p.ID()))
			c.Reply.Bulk(consumer.Name())
		} else {
			c.Reply.Array(3)
			c.Reply.Bulk(s.Text(p.ID()))
		}
		c.Reply.Int(p.DeliveredMs())
		c.Reply.Int(p.Count())
	}
	c.Reply.Resolve(mark, n)
}
