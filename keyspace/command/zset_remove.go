package command

import (
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

var zremrangebyrankSpec = keyspace.Spec{
	Name: "zremrangebyrank", Group: keyspace.SortedSet, Since: "2.0.0", Arity: 4,
	Syntax: "key start stop", Flags: keyspace.Write,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Delete),
	Summary: "Remove all members in a sorted set within the given indexes",
	Complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M " +
		"the number of elements removed by the operation.",
	Run: zremrangebyrankCommand,
}

func zremrangebyrankCommand(c *keyspace.Ctx) { zremrangeGenericCommand(c, byRank) }

var zremrangebyscoreSpec = keyspace.Spec{
	Name: "zremrangebyscore", Group: keyspace.SortedSet, Since: "1.2.0", Arity: 4,
	Syntax: "key min{:double} max{:double}", Flags: keyspace.Write,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Delete),
	Summary: "Remove all members in a sorted set within the given scores",
	Complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M " +
		"the number of elements removed by the operation.",
	Run: zremrangebyscoreCommand,
}

func zremrangebyscoreCommand(c *keyspace.Ctx) { zremrangeGenericCommand(c, byScore) }

var zremrangebylexSpec = keyspace.Spec{
	Name: "zremrangebylex", Group: keyspace.SortedSet, Since: "2.8.9", Arity: 4,
	Syntax: "key min max", Flags: keyspace.Write,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Delete),
	Summary: "Remove all members in a sorted set between the given lexicographical range",
	Complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M " +
		"the number of elements removed by the operation.",
	Run: zremrangebylexCommand,
}

func zremrangebylexCommand(c *keyspace.Ctx) { zremrangeGenericCommand(c, byLex) }

// zremrangeGenericCommand removes the elements of a range.
func zremrangeGenericCommand(c *keyspace.Ctx, by zrangeBy) {
	key := c.Args[1]
	o := zrangeOptions{by: by, limit: -1}
	if err := o.parseBounds(c.Args[2], c.Args[3]); err != "" {
		c.Error(err)
		return
	}
	e := c.DB.LookupWrite(key)
	switch {
	case !e.Found():
		c.Reply.Int(0)
		return
	case e.Type() != keyspace.TypeZSet:
		c.Error(reply.ErrWrongType)
		return
	}
	s := e.SortedSet()
	p := o.span(&s)
	if p.Len() > 0 {
		s.RemoveSpan(p)
		deleted := c.DB.PutSortedSet(e, &s)
		c.Changed(keyspace.NotifyZSet, by.removeEvent(), key)
		c.Dirty(p.Len() - 1)
		if deleted {
			c.Notify(keyspace.NotifyGeneric, "del", key)
		}
	}
	c.Reply.Int(int64(p.Len()))
}

// removeEvent is the keyspace event of a removed range.
func (by zrangeBy) removeEvent() string {
	switch by {
	case byScore:
		return "zremrangebyscore"
	case byLex:
		return "zremrangebylex"
	}
	return "zremrangebyrank"
}
