package command

import (
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// subscribeFlags are the flags of the commands that begin and end subscriptions.
const subscribeFlags = keyspace.PubSub | keyspace.NoScript | keyspace.Loading | keyspace.Stale |
	keyspace.Subscribing

// publishFlags are the flags of the commands that publish.
const publishFlags = keyspace.PubSub | keyspace.Loading | keyspace.Stale | keyspace.Fast |
	keyspace.MayReplicate

var subscribeSpec = keyspace.Spec{
	Name: "subscribe", Group: keyspace.PubSubGroup, Since: "2.0.0", Arity: -2,
	Syntax: "channel [channel ...]", Flags: subscribeFlags,
	Summary:    "Listen for messages published to the given channels",
	Complexity: "O(N) where N is the number of channels to subscribe to.",
	Run:        subscribeCommand,
}

func subscribeCommand(c *keyspace.Ctx) {
	if mayNotSubscribe(c) {
		return
	}
	subscribeGenericCommand(c, keyspace.Channel, "subscribe")
}

var psubscribeSpec = keyspace.Spec{
	Name: "psubscribe", Group: keyspace.PubSubGroup, Since: "2.0.0", Arity: -2,
	Syntax: "(pattern){pattern *}", Flags: subscribeFlags,
	Summary:    "Listen for messages published to channels matching the given patterns",
	Complexity: "O(N) where N is the number of patterns the client is already subscribed to.",
	Run:        psubscribeCommand,
}

func psubscribeCommand(c *keyspace.Ctx) {
	if mayNotSubscribe(c) {
		return
	}
	subscribeGenericCommand(c, keyspace.Pattern, "psubscribe")
}

var ssubscribeSpec = keyspace.Spec{
	Name: "ssubscribe", Group: keyspace.PubSubGroup, Since: "7.0.0", Arity: -2,
	Syntax: "shardchannel [shardchannel ...]", Flags: subscribeFlags,
	Keys:       keyspace.KeyRange(1, -1, 1, keyspace.NotKey),
	Summary:    "Listen for messages published to the given shard channels",
	Complexity: "O(N) where N is the number of shard channels to subscribe to.",
	Run:        ssubscribeCommand,
}

func ssubscribeCommand(c *keyspace.Ctx) {
	if !c.MayBlock() {
		c.Error(reply.NoSubscribe("SSUBSCRIBE"))
		return
	}
	subscribeGenericCommand(c, keyspace.ShardChannel, "ssubscribe")
}

// mayNotSubscribe refuses a SUBSCRIBE or PSUBSCRIBE whose confirmations nobody would read.
//
// Redis: in a transaction they are allowed, for compatibility, though the array of the replies is
// then longer than it says if there are several channels.
func mayNotSubscribe(c *keyspace.Ctx) bool {
	if c.MayBlock() || c.InTransaction() {
		return false
	}
	name := "SUBSCRIBE"
	if c.Spec.Name == "psubscribe" {
		name = "PSUBSCRIBE"
	}
	c.Error(reply.NoSubscribe(name))
	return true
}

// subscribeGenericCommand subscribes to all topics that are named, and confirms each.
func subscribeGenericCommand(c *keyspace.Ctx, kind keyspace.TopicKind, word string) {
	c.BeginConfirm(len(c.Args) - 1)
	for _, name := range c.Args[1:] {
		c.Subscribe(kind, name)
		c.Confirm(word, name, subscriptions(c, kind))
	}
}

// subscriptions is the number that a confirmation tells: those to channels and patterns together,
// or those to shard channels.
func subscriptions(c *keyspace.Ctx, kind keyspace.TopicKind) int {
	if kind == keyspace.ShardChannel {
		return c.Session.Subscriptions(kind)
	}
	return c.Session.Subscriptions(keyspace.Channel) + c.Session.Subscriptions(keyspace.Pattern)
}

var unsubscribeSpec = keyspace.Spec{
	Name: "unsubscribe", Group: keyspace.PubSubGroup, Since: "2.0.0", Arity: -1,
	Syntax: "[channel [channel ...]]", Flags: subscribeFlags,
	Summary:    "Stop listening for messages posted to the given channels",
	Complexity: "O(N) where N is the number of clients already subscribed to a channel.",
	Run:        unsubscribeCommand,
}

func unsubscribeCommand(c *keyspace.Ctx) {
	unsubscribeGenericCommand(c, keyspace.Channel, "unsubscribe")
}

var punsubscribeSpec = keyspace.Spec{
	Name: "punsubscribe", Group: keyspace.PubSubGroup, Since: "2.0.0", Arity: -1,
	Syntax: "[pattern [pattern ...]]", Flags: subscribeFlags,
	Summary: "Stop listening for messages posted to channels matching the given patterns",
	Complexity: "O(N+M) where N is the number of patterns the client is already subscribed and M " +
		"is the number of total patterns subscribed in the system (by any client).",
	Run: punsubscribeCommand,
}

func punsubscribeCommand(c *keyspace.Ctx) {
	unsubscribeGenericCommand(c, keyspace.Pattern, "punsubscribe")
}

var sunsubscribeSpec = keyspace.Spec{
	Name: "sunsubscribe", Group: keyspace.PubSubGroup, Since: "7.0.0", Arity: -1,
	Syntax: "[shardchannel [shardchannel ...]]", Flags: subscribeFlags,
	Keys:       keyspace.KeyRange(1, -1, 1, keyspace.NotKey),
	Summary:    "Stop listening for messages posted to the given shard channels",
	Complexity: "O(N) where N is the number of clients already subscribed to a shard channel.",
	Run:        sunsubscribeCommand,
}

func sunsubscribeCommand(c *keyspace.Ctx) {
	unsubscribeGenericCommand(c, keyspace.ShardChannel, "sunsubscribe")
}

// unsubscribeGenericCommand ends the subscriptions that are named, or all, and confirms each; if
// there are none to end, it confirms that.
func unsubscribeGenericCommand(c *keyspace.Ctx, kind keyspace.TopicKind, word string) {
	end := func(name []byte) bool {
		c.Unsubscribe(kind, name)
		c.Confirm(word, name, subscriptions(c, kind))
		return true
	}
	if len(c.Args) > 1 {
		c.BeginConfirm(len(c.Args) - 1)
		for _, name := range c.Args[1:] {
			end(name)
		}
		return
	}
	n := c.Session.Subscriptions(kind)
	if n == 0 {
		c.Confirm(word, nil, subscriptions(c, kind))
		return
	}
	c.BeginConfirm(n)
	c.Session.EachSubscription(kind, end)
}

var publishSpec = keyspace.Spec{
	Name: "publish", Group: keyspace.PubSubGroup, Since: "2.0.0", Arity: 3,
	Syntax: "channel message", Flags: publishFlags,
	Summary: "Post a message to a channel",
	Complexity: "O(N+M) where N is the number of clients subscribed to the receiving channel and " +
		"M is the total number of subscribed patterns (by any client).",
	Run: publishCommand,
}

func publishCommand(c *keyspace.Ctx) {
	c.Reply.Int(int64(c.Engine.Publish(c.Args[1], c.Args[2])))
}

var spublishSpec = keyspace.Spec{
	Name: "spublish", Group: keyspace.PubSubGroup, Since: "7.0.0", Arity: 3,
	Syntax: "shardchannel message", Flags: publishFlags,
	Keys:    keyspace.KeyAt(1, keyspace.NotKey),
	Summary: "Post a message to a shard channel",
	Complexity: "O(N) where N is the number of clients subscribed to the receiving shard " +
		"channel.",
	Run: spublishCommand,
}

func spublishCommand(c *keyspace.Ctx) {
	c.Reply.Int(int64(c.Engine.PublishShard(c.Args[1], c.Args[2])))
}
