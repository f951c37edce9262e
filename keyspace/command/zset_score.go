package command

import (
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/zset"
)

var zincrbySpec = keyspace.Spec{
	Name: "zincrby", Group: keyspace.SortedSet, Since: "1.2.0", Arity: 4,
	Syntax: "key increment member", Flags: keyspace.Write | keyspace.DenyOOM | keyspace.Fast,
	Keys:       keyspace.KeyAt(1, keyspace.RW|keyspace.Access|keyspace.Update),
	Summary:    "Increment the score of a member in a sorted set",
	Complexity: "O(log(N)) where N is the number of elements in the sorted set.",
	Run:        zincrbyCommand,
}

func zincrbyCommand(c *keyspace.Ctx) {
	key, member := c.Args[1], c.Args[3]
	var o zaddOptions
	opts := newCursor(c.Args, 2)
	if o.parseFlags(&opts); opts.At() > 2 { // Redis: an option of ZADD, and then no pair is left
		c.Error(reply.ErrSyntax)
		return
	}
	increment, ok := opts.Float()
	if !ok {
		c.Error(reply.ErrNotFloat)
		return
	}
	e := c.DB.LookupWrite(key)
	var s zset.Set
	switch {
	case !e.Found():
		s = c.DB.NewSortedSet(len(member))
	case e.Type() != keyspace.TypeZSet:
		c.Error(reply.ErrWrongType)
		return
	default:
		s = e.SortedSet()
	}
	result, err := s.Add(member, increment, zset.Incr)
	if err != nil { // of a set that was there: nothing has changed
		c.Error(reply.ErrScoreNaN)
		return
	}
	c.DB.PutSortedSet(e, &s)
	if result.Added || result.Updated {
		c.Changed(keyspace.NotifyZSet, "zincr", key)
	}
	c.Reply.Double(result.Score)
}

var zmscoreSpec = keyspace.Spec{
	Name: "zmscore", Group: keyspace.SortedSet, Since: "6.2.0", Arity: -3,
	Syntax: "key member [member ...]", Flags: keyspace.ReadOnly | keyspace.Fast,
	Keys:       keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary:    "Get the score associated with the given members in a sorted set",
	Complexity: "O(N) where N is the number of members being requested.",
	Run:        zmscoreCommand,
}

func zmscoreCommand(c *keyspace.Ctx) {
	missing := false
	s, ok := lookupZSet(c, c.Args[1], func() { missing = true })
	if !ok && !missing {
		return
	}
	c.Reply.Array(len(c.Args) - 2)
	for _, member := range c.Args[2:] {
		score, found := 0.0, false
		if !missing {
			score, found = s.Score(member)
		}
		if found {
			c.Reply.Double(score)
		} else {
			c.Reply.Null()
		}
	}
}

var zcountSpec = keyspace.Spec{
	Name: "zcount", Group: keyspace.SortedSet, Since: "2.0.0", Arity: 4,
	Syntax: "key min{:double} max{:double}", Flags: keyspace.ReadOnly | keyspace.Fast,
	Keys:       keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary:    "Count the members in a sorted set with scores within the given values",
	Complexity: "O(log(N)) with N being the number of elements in the sorted set.",
	Run:        zcountCommand,
}

func zcountCommand(c *keyspace.Ctx) { zcountGenericCommand(c, byScore) }

var zlexcountSpec = keyspace.Spec{
	Name: "zlexcount", Group: keyspace.SortedSet, Since: "2.8.9", Arity: 4, Syntax: "key min max",
	Flags: keyspace.ReadOnly | keyspace.Fast, Keys: keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary: "Count the number of members in a sorted set between a given " +
		"lexicographical range",
	Complexity: "O(log(N)) with N being the number of elements in the sorted set.",
	Run:        zlexcountCommand,
}

func zlexcountCommand(c *keyspace.Ctx) { zcountGenericCommand(c, byLex) }

// zcountGenericCommand replies with the number of elements in a range.
func zcountGenericCommand(c *keyspace.Ctx, by zrangeBy) {
	o := zrangeOptions{by: by, limit: -1}
	if err := o.parseBounds(c.Args[2], c.Args[3]); err != "" {
		c.Error(err)
		return
	}
	if s, ok := lookupZSet(c, c.Args[1], func() { c.Reply.Int(0) }); ok {
		c.Reply.Int(int64(o.span(&s).Len()))
	}
}

var zrevrankSpec = keyspace.Spec{
	Name: "zrevrank", Group: keyspace.SortedSet, Since: "2.0.0", Arity: -3,
	Syntax: "key member [WITHSCORE]", Flags: keyspace.ReadOnly | keyspace.Fast,
	Keys: keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary: "Determine the index of a member in a sorted set, with scores ordered from " +
		"high to low",
	Complexity: "O(log(N))",
	History: []keyspace.Change{
		{Version: "7.2.0", Text: "Added the optional `WITHSCORE` argument."},
	},
	Run: zrevrankCommand,
}

func zrevrankCommand(c *keyspace.Ctx) { zrankGenericCommand(c, true) }
