package command

import (
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/num"
)

var zpopminSpec = keyspace.Spec{
	Name: "zpopmin", Group: keyspace.SortedSet, Since: "5.0.0", Arity: -2, Syntax: "key [count]",
	Flags:   keyspace.Write | keyspace.Fast,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Access|keyspace.Delete),
	Summary: "Remove and return members with the lowest scores in a sorted set",
	Complexity: "O(log(N)*M) with N being the number of elements in the sorted set, and M " +
		"being the number of elements popped.",
	Run: zpopminCommand,
}

func zpopminCommand(c *keyspace.Ctx) { zpopMinMaxCommand(c, zpopOptions{}) }

var zpopmaxSpec = keyspace.Spec{
	Name: "zpopmax", Group: keyspace.SortedSet, Since: "5.0.0", Arity: -2, Syntax: "key [count]",
	Flags:   keyspace.Write | keyspace.Fast,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Access|keyspace.Delete),
	Summary: "Remove and return members with the highest scores in a sorted set",
	Complexity: "O(log(N)*M) with N being the number of elements in the sorted set, and M " +
		"being the number of elements popped.",
	Run: zpopmaxCommand,
}

func zpopmaxCommand(c *keyspace.Ctx) { zpopMinMaxCommand(c, zpopOptions{max: true}) }

// zpopOptions say what is taken out of a sorted set, and how that is replied.
type zpopOptions struct {
	max    bool  // from the end
	count  int64 // at most so many elements
	nested bool  // reply with pairs
	keyed  bool  // the key is the first element of the reply
}

// word is the command that a pop is recorded as.
func (o *zpopOptions) word() []byte {
	if o.max {
		return zpopmaxWord
	}
	return zpopminWord
}

// event is the keyspace event.
func (o *zpopOptions) event() string {
	if o.max {
		return "zpopmax"
	}
	return "zpopmin"
}

func zpopMinMaxCommand(c *keyspace.Ctx, o zpopOptions) {
	o.count = 1
	if len(c.Args) > 3 {
		c.Error(reply.ErrSyntax)
		return
	}
	if len(c.Args) == 3 {
		var ok bool
		if o.count, ok = num.ParseInt(c.Args[2]); !ok || o.count < 0 {
			c.Error(reply.ErrNotPositive)
			return
		}
		o.nested = c.Reply.Proto() == 3
	}
	e := c.DB.LookupWrite(c.Args[1])
	switch {
	case e.Found() && e.Type() != keyspace.TypeZSet:
		c.Error(reply.ErrWrongType)
	case !e.Found(), o.count == 0:
		c.Reply.Array(0)
	default:
		o.pop(c, c.Args[1], e)
	}
}

// pop takes elements out of the sorted set of a key, replies with them and returns how many there
// were. Redis: genericZpopCommand.
func (o *zpopOptions) pop(c *keyspace.Ctx, key []byte, e keyspace.Entry) (popped int) {
	s := e.SortedSet()
	popped = int(min(o.count, int64(s.Len())))
	p := s.Window(0, popped)
	if o.max {
		p = s.Window(s.Len()-popped, popped)
	}
	elements := popped
	if !o.nested {
		elements *= 2
	}
	if o.keyed {
		c.Reply.Array(elements + 1)
		c.Reply.Bulk(key)
	} else {
		c.Reply.Array(elements)
	}
	var scratch [20]byte
	for it := s.Iter(p, o.max); it.Next(); {
		if o.nested {
			c.Reply.Array(2)
		}
		c.Reply.Bulk(it.Member(scratch[:]))
		c.Reply.Double(it.Score())
	}
	s.RemoveSpan(p)
	deleted := c.DB.PutSortedSet(e, &s)
	c.Changed(keyspace.NotifyZSet, o.event(), key)
	c.Dirty(popped - 1)
	if deleted {
		c.Notify(keyspace.NotifyGeneric, "del", key)
	}
	return popped
}

var zmpopSpec = keyspace.Spec{
	Name: "zmpop", Group: keyspace.SortedSet, Since: "7.0.0", Arity: -4,
	Syntax: "numkeys key [key ...] <MIN | MAX>{where} [COUNT count]", Flags: keyspace.Write,
	Keys:    keyspace.KeyNum(1, keyspace.RW|keyspace.Access|keyspace.Delete),
	Summary: "Remove and return members with scores in a sorted set",
	Complexity: "O(K) + O(M*log(N)) where K is the number of provided keys, N being the " +
		"number of elements in the sorted set, and M being the number of elements " +
		"popped.",
	Run: zmpopCommand,
}

func zmpopCommand(c *keyspace.Ctx) {
	keys, o, err := parseZMPop(c.Args, 1)
	if err != "" {
		c.Error(err)
		return
	}
	if !popFirstZSet(c, keys, func(key []byte, e keyspace.Entry) { zmpopKey(c, key, e, o) }) {
		c.Reply.NullArray()
	}
}

// popFirstZSet calls pop for the first of several sorted sets that exists, or replies to a key of
// another type. False if there was none.
func popFirstZSet(
	c *keyspace.Ctx, keys [][]byte, pop func(key []byte, e keyspace.Entry),
) bool {
	for _, key := range keys {
		e := c.DB.LookupWrite(key)
		if !e.Found() {
			continue
		}
		if e.Type() != keyspace.TypeZSet {
			c.Error(reply.ErrWrongType)
			return true
		}
		pop(key, e)
		return true
	}
	return false
}

// zmpopKey takes elements out of the first key that has some.
func zmpopKey(c *keyspace.Ctx, key []byte, e keyspace.Entry, o zpopOptions) {
	c.Reply.Array(2)
	c.Reply.Bulk(key)
	popped := o.pop(c, key, e)
	c.Record(o.word(), key, c.Digits(int64(popped)))
}

// parseZMPop reads numkeys at args[at], the keys, MIN or MAX, and COUNT.
func parseZMPop(args [][]byte, at int) (keys [][]byte, o zpopOptions, err reply.Error) {
	o = zpopOptions{count: -1, nested: true}
	n, ok := num.ParseInt(args[at])
	if !ok || n < 1 {
		return nil, o, reply.ErrNumKeys
	}
	if n >= int64(len(args)-at-1) {
		return nil, o, reply.ErrSyntax
	}
	opts := newCursor(args, at+1+int(n))
	keys = args[at+1 : opts.At()]
	if o.max = opts.Is("MAX"); !o.max && !opts.Is("MIN") {
		return nil, o, reply.ErrSyntax
	}
	for opts.More() {
		if o.count != -1 || !opts.IsWith("COUNT", 1) {
			return nil, o, reply.ErrSyntax
		}
		if o.count, ok = opts.Int(); !ok || o.count < 1 {
			return nil, o, reply.ErrCountNotPositive
		}
	}
	if o.count == -1 {
		o.count = 1
	}
	return keys, o, ""
}
