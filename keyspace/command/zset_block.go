package command

import "github.com/ringer-kv/ringer/keyspace"

var bzpopminSpec = keyspace.Spec{
	Name: "bzpopmin", Group: keyspace.SortedSet, Since: "5.0.0", Arity: -3,
	Syntax: "key [key ...] timeout",
	Flags:  keyspace.Write | keyspace.NoScript | keyspace.Blocking | keyspace.Fast,
	Keys:   keyspace.KeyRange(1, -2, 1, keyspace.RW|keyspace.Access|keyspace.Delete),
	Summary: "Remove and return the member with the lowest score from one or more " +
		"sorted sets, or block until one is available",
	Complexity: "O(log(N)) with N being the number of elements in the sorted set.",
	History: []keyspace.Change{
		{Version: "6.0.0", Text: "`timeout` is interpreted as a double instead of an integer."},
	},
	Run: bzpopminCommand,
}

func bzpopminCommand(c *keyspace.Ctx) { bzpopMinMaxCommand(c, zpopOptions{}) }

var bzpopmaxSpec = keyspace.Spec{
	Name: "bzpopmax", Group: keyspace.SortedSet, Since: "5.0.0", Arity: -3,
	Syntax: "key [key ...] timeout",
	Flags:  keyspace.Write | keyspace.NoScript | keyspace.Blocking | keyspace.Fast,
	Keys:   keyspace.KeyRange(1, -2, 1, keyspace.RW|keyspace.Access|keyspace.Delete),
	Summary: "Remove and return the member with the highest score from one or more " +
		"sorted sets, or block until one is available",
	Complexity: "O(log(N)) with N being the number of elements in the sorted set.",
	History: []keyspace.Change{
		{Version: "6.0.0", Text: "`timeout` is interpreted as a double instead of an integer."},
	},
	Run: bzpopmaxCommand,
}

func bzpopmaxCommand(c *keyspace.Ctx) { bzpopMinMaxCommand(c, zpopOptions{max: true}) }

// bzpopMinMaxCommand is BZPOPMIN or BZPOPMAX.
func bzpopMinMaxCommand(c *keyspace.Ctx, o zpopOptions) {
	o.count, o.keyed = 1, true
	last := len(c.Args) - 1
	w := zsetWait{keys: c.Args[1:last], timeout: c.Args[last]}
	w.pop = func(c *keyspace.Ctx, key []byte, e keyspace.Entry) {
		o.pop(c, key, e)
		c.Record(o.word(), key)
	}
	w.run(c)
}

var bzmpopSpec = keyspace.Spec{
	Name: "bzmpop", Group: keyspace.SortedSet, Since: "7.0.0", Arity: -5,
	Syntax: "timeout numkeys key [key ...] <MIN | MAX>{where} [COUNT count]",
	Flags:  keyspace.Write | keyspace.Blocking,
	Keys:   keyspace.KeyNum(2, keyspace.RW|keyspace.Access|keyspace.Delete),
	Summary: "Remove and return members with scores in a sorted set or block until one " +
		"is available",
	Complexity: "O(K) + O(M*log(N)) where K is the number of provided keys, N being the " +
		"number of elements in the sorted set, and M being the number of elements " +
		"popped.",
	Run: bzmpopCommand,
}

func bzmpopCommand(c *keyspace.Ctx) {
	keys, o, err := parseZMPop(c.Args, 2)
	if err != "" {
		c.Error(err)
		return
	}
	w := zsetWait{keys: keys, timeout: c.Args[1]}
	w.pop = func(c *keyspace.Ctx, key []byte, e keyspace.Entry) { zmpopKey(c, key, e, o) }
	w.run(c)
}

// zsetWait is a pop from the first of several sorted sets that exists, or that comes to exist.
type zsetWait struct {
	keys    [][]byte
	timeout []byte
	pop     func(c *keyspace.Ctx, key []byte, e keyspace.Entry)
}

// run pops at once, or waits. Redis: blockingGenericZpopCommand.
func (w *zsetWait) run(c *keyspace.Ctx) {
	deadlineMs, err := parseTimeout(c, w.timeout)
	if err != "" {
		c.Error(err)
		return
	}
	if popFirstZSet(c, w.keys, func(key []byte, e keyspace.Entry) { w.pop(c, key, e) }) {
		return
	}
	c.Block(keyspace.Wait{
		Keys: w.keys, Type: keyspace.TypeZSet, DeadlineMs: deadlineMs,
		Serve: func(c *keyspace.Ctx, e keyspace.Entry) { w.pop(c, e.Key(), e) },
	})
}
