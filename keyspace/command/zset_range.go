package command

import (
	"slices"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/zset"
)

var zrevrangeSpec = keyspace.Spec{
	Name: "zrevrange", Group: keyspace.SortedSet, Since: "1.2.0", Arity: -4,
	Syntax: "key start stop [WITHSCORES]", Flags: keyspace.ReadOnly,
	Keys: keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary: "Return a range of members in a sorted set, by index, with scores ordered " +
		"from high to low",
	Complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M " +
		"the number of elements returned.",
	Deprecated: "6.2.0", ReplacedBy: "`ZRANGE` with the `REV` argument",
	Run: zrevrangeCommand,
}

func zrevrangeCommand(c *keyspace.Ctx) {
	zrangeGenericCommand(c, 1, zrangeOptions{fixed: true, reverse: true, limit: -1})
}

var zrangebyscoreSpec = keyspace.Spec{
	Name: "zrangebyscore", Group: keyspace.SortedSet, Since: "1.0.5", Arity: -4,
	Syntax: "key min{:double} max{:double} [WITHSCORES{@2.0.0}] [LIMIT (offset count)]",
	Flags:  keyspace.ReadOnly, Keys: keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary: "Return a range of members in a sorted set, by score",
	Complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M " +
		"the number of elements being returned. If M is constant (e.g. always " +
		"asking for the first 10 elements with LIMIT), you can consider it " +
		"O(log(N)).",
	History: []keyspace.Change{
		{Version: "2.0.0", Text: "Added the `WITHSCORES` modifier."},
	},
	Deprecated: "6.2.0", ReplacedBy: "`ZRANGE` with the `BYSCORE` argument",
	Run: zrangebyscoreCommand,
}

func zrangebyscoreCommand(c *keyspace.Ctx) {
	zrangeGenericCommand(c, 1, zrangeOptions{fixed: true, by: byScore, limit: -1})
}

var zrevrangebyscoreSpec = keyspace.Spec{
	Name: "zrevrangebyscore", Group: keyspace.SortedSet, Since: "2.2.0", Arity: -4,
	Syntax: "key max{:double} min{:double} [WITHSCORES] [LIMIT (offset count)]",
	Flags:  keyspace.ReadOnly, Keys: keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary: "Return a range of members in a sorted set, by score, with scores ordered " +
		"from high to low",
	Complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M " +
		"the number of elements being returned. If M is constant (e.g. always " +
		"asking for the first 10 elements with LIMIT), you can consider it " +
		"O(log(N)).",
	History: []keyspace.Change{
		{Version: "2.1.6", Text: "`min` and `max` can be exclusive."},
	},
	Deprecated: "6.2.0", ReplacedBy: "`ZRANGE` with the `REV` and `BYSCORE` arguments",
	Run: zrevrangebyscoreCommand,
}

func zrevrangebyscoreCommand(c *keyspace.Ctx) {
	zrangeGenericCommand(c, 1, zrangeOptions{fixed: true, by: byScore, reverse: true, limit: -1})
}

var zrangebylexSpec = keyspace.Spec{
	Name: "zrangebylex", Group: keyspace.SortedSet, Since: "2.8.9", Arity: -4,
	Syntax: "key min max [LIMIT (offset count)]", Flags: keyspace.ReadOnly,
	Keys:    keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary: "Return a range of members in a sorted set, by lexicographical range",
	Complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M " +
		"the number of elements being returned. If M is constant (e.g. always " +
		"asking for the first 10 elements with LIMIT), you can consider it " +
		"O(log(N)).",
	Deprecated: "6.2.0", ReplacedBy: "`ZRANGE` with the `BYLEX` argument",
	Run: zrangebylexCommand,
}

func zrangebylexCommand(c *keyspace.Ctx) {
	zrangeGenericCommand(c, 1, zrangeOptions{fixed: true, by: byLex, limit: -1})
}

var zrevrangebylexSpec = keyspace.Spec{
	Name: "zrevrangebylex", Group: keyspace.SortedSet, Since: "2.8.9", Arity: -4,
	Syntax: "key max min [LIMIT (offset count)]", Flags: keyspace.ReadOnly,
	Keys: keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary: "Return a range of members in a sorted set, by lexicographical range, " +
		"ordered from higher to lower strings.",
	Complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M " +
		"the number of elements being returned. If M is constant (e.g. always " +
		"asking for the first 10 elements with LIMIT), you can consider it " +
		"O(log(N)).",
	Deprecated: "6.2.0", ReplacedBy: "`ZRANGE` with the `REV` and `BYLEX` arguments",
	Run: zrevrangebylexCommand,
}

func zrevrangebylexCommand(c *keyspace.Ctx) {
	zrangeGenericCommand(c, 1, zrangeOptions{fixed: true, by: byLex, reverse: true, limit: -1})
}

var zrangestoreSpec = keyspace.Spec{
	Name: "zrangestore", Group: keyspace.SortedSet, Since: "6.2.0", Arity: -5,
	Syntax: "dst src min max [BYSCORE | BYLEX]{sortby} [REV] [LIMIT (offset count)]",
	Flags:  keyspace.Write | keyspace.DenyOOM,
	Keys: slices.Concat(keyspace.KeyAt(1, keyspace.OW|keyspace.Update),
		keyspace.KeyAt(2, keyspace.RO|keyspace.Access)),
	Summary: "Store a range of members from sorted set into another key",
	Complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M " +
		"the number of elements stored into the destination key.",
	Run: zrangestoreCommand,
}

func zrangestoreCommand(c *keyspace.Ctx) {
	o := zrangeOptions{limit: -1}
	err := o.refuseScores(c.Args, 5)
	if err == "" {
		err = o.parse(c.Args, 3)
	}
	if err != "" {
		c.Error(err)
		return
	}
	missing := false
	s, ok := lookupZSet(c, c.Args[2], func() { missing = true })
	switch {
	case missing:
		s = c.DB.NewSortedSetOf(0)
		storeZSet(c, &s, "zrangestore")
	case ok && !c.DB.HasRoom(int64(s.MemoryUsage())):
		c.Error(reply.ErrOOM)
	case ok:
		p := o.span(&s)
		n := p.Len()
		if o.by != byRank {
			n = -1 // Redis doesn't know it beforehand
		}
		result := c.DB.NewSortedSetFor(n)
		var scratch [20]byte
		for it := s.Iter(p, o.reverse); it.Next(); {
			addNumber(&result, it.Member(scratch[:]), it.Score())
		}
		storeZSet(c, &result, "zrangestore")
	}
}

// refuseScores steps over the options from args[at] on, which may not be WITHSCORES, up to the
// first that is wrong. Those that it returns nothing for are for parse.
func (o zrangeOptions) refuseScores(args [][]byte, at int) reply.Error {
	opts := newCursor(args, at)
	for opts.More() {
		if opts.Is("WITHSCORES") {
			return reply.ErrSyntax
		}
		if err := o.parseOption(&opts); err != "" {
			return err
		}
	}
	return ""
}

// addNumber adds a member with a score that is a number.
func addNumber(s *zset.Set, member []byte, score float64) {
	if _, err := s.Add(member, score, 0); err != nil {
		panic("command: a score of NaN")
	}
}

// storeZSet makes a new sorted set the value of the key at args[1] and replies with its size. An
// empty one is freed, and the key goes.
func storeZSet(c *keyspace.Ctx, s *zset.Set, event string) { storeZSetAt(c, c.Args[1], s, event) }

// storeZSetAt is storeZSet for another key.
func storeZSetAt(c *keyspace.Ctx, key []byte, s *zset.Set, event string) {
	n := s.Len()
	deleted := c.DB.StoreSortedSet(c.DB.LookupWrite(key), s)
	switch {
	case n > 0:
		c.Changed(keyspace.NotifyZSet, event, key)
	case deleted:
		c.Changed(keyspace.NotifyGeneric, "del", key)
	}
	c.Reply.Int(int64(n))
}
