package command

import (
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// pubsubFlags are the flags of the sub-commands of PUBSUB.
const pubsubFlags = keyspace.PubSub | keyspace.Loading | keyspace.Stale

var pubsubSpec = keyspace.Spec{
	Name: "pubsub", Group: keyspace.PubSubGroup, Since: "2.8.0", Arity: -2,
	Summary: "A container for Pub/Sub commands", Complexity: "Depends on subcommand.",
	Sub: []*keyspace.Spec{
		{
			Name: "channels", Group: keyspace.PubSubGroup, Since: "2.8.0", Arity: -2,
			Syntax: "[pattern]", Flags: pubsubFlags, Summary: "List active channels",
			Complexity: "O(N) where N is the number of active channels, and assuming constant " +
				"time pattern matching (relatively short channels and patterns)",
			Run: pubsubChannelsCommand,
		},
		{
			Name: "help", Group: keyspace.PubSubGroup, Since: "6.2.0", Arity: 2,
			Flags:   keyspace.Loading | keyspace.Stale,
			Summary: "Show helpful text about the different subcommands", Complexity: "O(1)",
			Run: pubsubHelpCommand,
		},
		{
			Name: "numpat", Group: keyspace.PubSubGroup, Since: "2.8.0", Arity: 2,
			Flags:   pubsubFlags,
			Summary: "Get the count of unique patterns pattern subscriptions", Complexity: "O(1)",
			Run: pubsubNumpatCommand,
		},
		{
			Name: "numsub", Group: keyspace.PubSubGroup, Since: "2.8.0", Arity: -2,
			Syntax: "[channel [channel ...]]", Flags: pubsubFlags,
			Summary: "Get the count of subscribers for channels",
			Complexity: "O(N) for the NUMSUB subcommand, where N is the number of requested " +
				"channels",
			Run: pubsubNumsubCommand,
		},
		{
			Name: "shardchannels", Group: keyspace.PubSubGroup, Since: "7.0.0", Arity: -2,
			Syntax: "[pattern]", Flags: pubsubFlags,
			Summary: "List active shard channels",
			Complexity: "O(N) where N is the number of active shard channels, and assuming " +
				"constant time pattern matching (relatively short shard channels).",
			Run: pubsubShardchannelsCommand,
		},
		{
			Name: "shardnumsub", Group: keyspace.PubSubGroup, Since: "7.0.0", Arity: -2,
			Syntax: "[shardchannel [shardchannel ...]]", Flags: pubsubFlags,
			Summary: "Get the count of subscribers for shard channels",
			Complexity: "O(N) for the SHARDNUMSUB subcommand, where N is the number of requested " +
				"shard channels",
			Run: pubsubShardnumsubCommand,
		},
	},
}

func pubsubChannelsCommand(c *keyspace.Ctx) { replyTopics(c, keyspace.Channel) }

func pubsubShardchannelsCommand(c *keyspace.Ctx) { replyTopics(c, keyspace.ShardChannel) }

// replyTopics replies with the topics that match a pattern, or all. Redis: channelList.
func replyTopics(c *keyspace.Ctx, kind keyspace.TopicKind) {
	var pattern []byte
	switch len(c.Args) {
	case 2:
	case 3:
		pattern = c.Args[2]
	default:
		c.Error(reply.SubcommandSyntax(c.Args[1], "PUBSUB"))
		return
	}
	n, mark := 0, c.Reply.DeferArray()
	c.Engine.Topics(kind, pattern, func(name []byte) {
		c.Reply.Bulk(name)
		n++
	})
	c.Reply.Resolve(mark, n)
}

func pubsubNumpatCommand(c *keyspace.Ctx) {
	c.Reply.Int(int64(c.Engine.TopicCount(keyspace.Pattern)))
}

func pubsubNumsubCommand(c *keyspace.Ctx) { replyNumsub(c, keyspace.Channel) }

func pubsubShardnumsubCommand(c *keyspace.Ctx) { replyNumsub(c, keyspace.ShardChannel) }

// replyNumsub replies with the topics that are named and how many have subscribed to each.
func replyNumsub(c *keyspace.Ctx, kind keyspace.TopicKind) {
	names := c.Args[2:]
	c.Reply.Array(2 * len(names))
	for _, name := range names {
		c.Reply.Bulk(name)
		c.Reply.Int(int64(c.Engine.Subscribers(kind, name)))
	}
}

func pubsubHelpCommand(c *keyspace.Ctx) {
	replyHelp(c,
		"CHANNELS [<pattern>]",
		"    Return the currently active channels matching a <pattern> (default: '*').",
		"NUMPAT",
		"    Return number of subscriptions to patterns.",
		"NUMSUB [<channel> ...]",
		"    Return the number of subscribers for the specified channels, excluding",
		"    pattern subscriptions(default: no channels).",
		"SHARDCHANNELS [<pattern>]",
		"    Return the currently active shard level channels matching a <pattern> "+
			"(default: '*').",
		"SHARDNUMSUB [<shardchannel> ...]",
		"    Return the number of subscribers for the specified shard level channel(s)",
	)
}
