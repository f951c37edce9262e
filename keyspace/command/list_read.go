package command

import (
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/list"
	"github.com/ringer-kv/ringer/types/listpack"
	"github.com/ringer-kv/ringer/types/num"
)

// lookupList looks a list up for a command that only reads it. If it is not ok, the command has
// been answered: with an error for another type, by missing for a key that does not exist.
func lookupList(c *keyspace.Ctx, key []byte, missing func()) (l list.List, ok bool) {
	e := c.DB.LookupRead(key)
	switch {
	case !e.Found():
		missing()
	case e.Type() != keyspace.TypeList:
		c.Error(reply.ErrWrongType)
	default:
		return e.List(), true
	}
	return l, false
}

var llenSpec = keyspace.Spec{
	Name: "llen", Group: keyspace.List, Since: "1.0.0", Arity: 2,
	Syntax:     "key",
	Flags:      keyspace.ReadOnly | keyspace.Fast,
	Keys:       keyspace.KeyAt(1, keyspace.RO),
	Summary:    "Get the length of a list",
	Complexity: "O(1)",
	Run:        llenCommand,
}

func llenCommand(c *keyspace.Ctx) {
	if l, ok := lookupList(c, c.Args[1], func() { c.Reply.Int(0) }); ok {
		c.Reply.Int(int64(l.Len()))
	}
}

var lindexSpec = keyspace.Spec{
	Name: "lindex", Group: keyspace.List, Since: "1.0.0", Arity: 3,
	Syntax:  "key index",
	Flags:   keyspace.ReadOnly,
	Keys:    keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary: "Get an element from a list by its index",
	Complexity: "O(N) where N is the number of elements to traverse to get to the element " +
		"at index. This makes asking for the first or the last element of the list " +
		"O(1).",
	Run: lindexCommand,
}

func lindexCommand(c *keyspace.Ctx) {
	l, ok := lookupList(c, c.Args[1], c.Reply.Null)
	if !ok {
		return
	}
	n, ok := num.ParseInt(c.Args[2])
	if !ok {
		c.Error(reply.ErrNotInteger)
		return
	}
	i, ok := elementAt(n, l.Len())
	if !ok {
		c.Reply.Null()
		return
	}
	var scratch [20]byte
	c.Reply.Bulk(l.Get(i, scratch[:]))
}

// elementAt is an index that counts from the end if it is negative; false if there is no such
// element among n.
func elementAt(index int64, n int) (i int, ok bool) {
	if index < 0 {
		index += int64(n)
	}
	return int(index), index >= 0 && index < int64(n)
}

// elementRange is the range of elements between two inclusive ends, which count from the end if
// they are negative. start is within the list if count is not 0.
func elementRange(start, stop int64, n int) (from, count int) {
	if start < 0 {
		start = max(start+int64(n), 0)
	}
	if stop < 0 {
		stop += int64(n)
	}
	stop = min(stop, int64(n)-1)
	if start > stop {
		return 0, 0
	}
	return int(start), int(stop - start + 1)
}

// parseRange reads the two ends of a range.
func parseRange(start, stop []byte) (from, to int64, ok bool) {
	from, ok = num.ParseInt(start)
	to, okStop := num.ParseInt(stop)
	return from, to, ok && okStop
}

var lrangeSpec = keyspace.Spec{
	Name: "lrange", Group: keyspace.List, Since: "1.0.0", Arity: 4,
	Syntax:  "key start stop",
	Flags:   keyspace.ReadOnly,
	Keys:    keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary: "Get a range of elements from a list",
	Complexity: "O(S+N) where S is the distance of start offset from HEAD for small lists, " +
		"from nearest end (HEAD or TAIL) for large lists; and N is the number of " +
		"elements in the specified range.",
	Run: lrangeCommand,
}

func lrangeCommand(c *keyspace.Ctx) {
	start, stop, ok := parseRange(c.Args[2], c.Args[3])
	if !ok {
		c.Error(reply.ErrNotInteger)
		return
	}
	l, ok := lookupList(c, c.Args[1], func() { c.Reply.Array(0) })
	if !ok {
		return
	}
	from, n := elementRange(start, stop, l.Len())
	replyElementsOf(c, l.Iter(from, n, list.Tail), n)
}

// replyElementsOf replies with n elements.
func replyElementsOf(c *keyspace.Ctx, it list.Iter, n int) {
	var scratch [20]byte
	c.Reply.Array(n)
	for it.Next() {
		c.Reply.Bulk(it.Value(scratch[:]))
	}
}

var lposSpec = keyspace.Spec{
	Name: "lpos", Group: keyspace.List, Since: "6.0.6", Arity: -3,
	Syntax:  "key element [RANK rank] [COUNT num-matches] [MAXLEN len]",
	Flags:   keyspace.ReadOnly,
	Keys:    keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary: "Return the index of matching elements on a list",
	Complexity: "O(N) where N is the number of elements in the list, for the average case. " +
		"When searching for elements near the head or the tail of the list, or " +
		"when the MAXLEN option is provided, the command may run in constant time.",
	Run: lposCommand,
}

func lposCommand(c *keyspace.Ctx) {
	o := lposOptions{rank: 1, count: -1, towards: list.Tail}
	if err := o.parse(c.Args); err != "" {
		c.Error(err)
		return
	}
	missing := c.Reply.Null
	if o.count >= 0 {
		missing = func() { c.Reply.Array(0) }
	}
	l, ok := lookupList(c, c.Args[1], missing)
	if !ok {
		return
	}
	if o.count < 0 {
		at := -1
		if o.each(&l, c.Args[2], func(index int) bool { at = index; return false }); at < 0 {
			c.Reply.Null()
		} else {
			c.Reply.Int(int64(at))
		}
		return
	}
	n := 0
	mark := c.Reply.DeferArray()
	o.each(&l, c.Args[2], func(index int) bool {
		n++
		c.Reply.Int(int64(index))
		return true
	})
	c.Reply.Resolve(mark, n)
}

// lposOptions are the options of LPOS.
type lposOptions struct {
	rank    int64 // of the first match to report
	count   int64 // matches to report; 0: all, -1: one, as such
	maxLen  int64 // elements to compare; 0: all
	towards list.End
}

func (o *lposOptions) parse(args [][]byte) reply.Error {
	opts := newCursor(args, 3)
	for opts.More() {
		var ok bool
		switch {
		case opts.IsWith("RANK", 1):
			if o.rank, ok = opts.Int(); !ok {
				return reply.ErrNotInteger
			}
			if o.rank == 0 {
				return reply.ErrRankZero
			}
		case opts.IsWith("COUNT", 1):
			if o.count, ok = opts.Int(); !ok || o.count < 0 {
				return reply.ErrCountNegative
			}
		case opts.IsWith("MAXLEN", 1):
			if o.maxLen, ok = opts.Int(); !ok || o.maxLen < 0 {
				return reply.ErrMaxLenNegative
			}
		default:
			return reply.ErrSyntax
		}
	}
	if o.rank < 0 { // Redis: the smallest integer stays as it is, and every match counts
		o.rank, o.towards = -o.rank, list.Head
	}
	return ""
}

// each calls fn for the index of each match that is to be reported, until it returns false.
func (o *lposOptions) each(l *list.List, value []byte, fn func(index int) bool) {
	n := l.Len()
	at, step := 0, 1
	if o.towards == list.Head {
		at, step = n-1, -1
	}
	if o.maxLen != 0 {
		n = int(min(int64(n), o.maxLen))
	}
	v, matches := listpack.String(value), int64(0)
	for it := l.Iter(at, n, o.towards); it.Next(); at += step {
		if !it.Equal(v) {
			continue
		}
		if matches++; matches < o.rank {
			continue
		}
		if !fn(at) || o.count > 0 && matches-o.rank+1 >= o.count {
			return
		}
	}
}
