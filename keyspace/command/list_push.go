package command

import (
	"slices"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/list"
	"github.com/ringer-kv/ringer/types/num"
)

var lpushSpec = keyspace.Spec{
	Name: "lpush", Group: keyspace.List, Since: "1.0.0", Arity: -3,
	Syntax:  "key element [element ...]",
	Flags:   keyspace.Write | keyspace.DenyOOM | keyspace.Fast,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Insert),
	Summary: "Prepend one or multiple elements to a list",
	Complexity: "O(1) for each element added, so O(N) to add N elements when the command " +
		"is called with multiple arguments.",
	History: []keyspace.Change{
		{Version: "2.4.0", Text: "Accepts multiple `element` arguments."},
	},
	Run: lpushCommand,
}

func lpushCommand(c *keyspace.Ctx) { pushGenericCommand(c, list.Head, true) }

var rpushSpec = keyspace.Spec{
	Name: "rpush", Group: keyspace.List, Since: "1.0.0", Arity: -3,
	Syntax:  "key element [element ...]",
	Flags:   keyspace.Write | keyspace.DenyOOM | keyspace.Fast,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Insert),
	Summary: "Append one or multiple elements to a list",
	Complexity: "O(1) for each element added, so O(N) to add N elements when the command " +
		"is called with multiple arguments.",
	History: []keyspace.Change{
		{Version: "2.4.0", Text: "Accepts multiple `element` arguments."},
	},
	Run: rpushCommand,
}

func rpushCommand(c *keyspace.Ctx) { pushGenericCommand(c, list.Tail, true) }

var lpushxSpec = keyspace.Spec{
	Name: "lpushx", Group: keyspace.List, Since: "2.2.0", Arity: -3,
	Syntax:  "key element [element ...]",
	Flags:   keyspace.Write | keyspace.DenyOOM | keyspace.Fast,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Insert),
	Summary: "Prepend an element to a list, only if the list exists",
	Complexity: "O(1) for each element added, so O(N) to add N elements when the command " +
		"is called with multiple arguments.",
	History: []keyspace.Change{
		{Version: "4.0.0", Text: "Accepts multiple `element` arguments."},
	},
	Run: lpushxCommand,
}

func lpushxCommand(c *keyspace.Ctx) { pushGenericCommand(c, list.Head, false) }

var rpushxSpec = keyspace.Spec{
	Name: "rpushx", Group: keyspace.List, Since: "2.2.0", Arity: -3,
	Syntax:  "key element [element ...]",
	Flags:   keyspace.Write | keyspace.DenyOOM | keyspace.Fast,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Insert),
	Summary: "Append an element to a list, only if the list exists",
	Complexity: "O(1) for each element added, so O(N) to add N elements when the command " +
		"is called with multiple arguments.",
	History: []keyspace.Change{
		{Version: "4.0.0", Text: "Accepts multiple `element` arguments."},
	},
	Run: rpushxCommand,
}

func rpushxCommand(c *keyspace.Ctx) { pushGenericCommand(c, list.Tail, false) }

// pushGenericCommand adds elements at an end, to a list that is made if it may be.
func pushGenericCommand(c *keyspace.Ctx, end list.End, create bool) {
	e := c.DB.LookupWrite(c.Args[1])
	var l list.List
	switch {
	case !e.Found() && !create:
		c.Reply.Int(0)
		return
	case !e.Found():
		l = c.DB.NewList()
	case e.Type() != keyspace.TypeList:
		c.Error(reply.ErrWrongType)
		return
	default:
		l = e.List()
	}
	for _, value := range c.Args[2:] {
		l.Push(end, value)
	}
	c.DB.PutList(e, &l)
	c.Changed(keyspace.NotifyList, pushEvent(end), c.Args[1])
	c.Dirty(len(c.Args) - 3)
	c.Reply.Int(int64(l.Len()))
}

// pushEvent and popEvent are the keyspace events of an end.
func pushEvent(end list.End) string { return [...]string{"lpush", "rpush"}[end] }
func popEvent(end list.End) string  { return [...]string{"lpop", "rpop"}[end] }

// popWord is the command that a pop is recorded as.
func popWord(end list.End) []byte {
	if end == list.Head {
		return lpopWord
	}
	return rpopWord
}

var lpopSpec = keyspace.Spec{
	Name: "lpop", Group: keyspace.List, Since: "1.0.0", Arity: -2,
	Syntax:     "key [count{@6.2.0}]",
	Flags:      keyspace.Write | keyspace.Fast,
	Keys:       keyspace.KeyAt(1, keyspace.RW|keyspace.Access|keyspace.Delete),
	Summary:    "Remove and get the first elements in a list",
	Complexity: "O(N) where N is the number of elements returned",
	History: []keyspace.Change{
		{Version: "6.2.0", Text: "Added the `count` argument."},
	},
	Run: lpopCommand,
}

func lpopCommand(c *keyspace.Ctx) { popGenericCommand(c, list.Head) }

var rpopSpec = keyspace.Spec{
	Name: "rpop", Group: keyspace.List, Since: "1.0.0", Arity: -2,
	Syntax:     "key [count{@6.2.0}]",
	Flags:      keyspace.Write | keyspace.Fast,
	Keys:       keyspace.KeyAt(1, keyspace.RW|keyspace.Access|keyspace.Delete),
	Summary:    "Remove and get the last elements in a list",
	Complexity: "O(N) where N is the number of elements returned",
	History: []keyspace.Change{
		{Version: "6.2.0", Text: "Added the `count` argument."},
	},
	Run: rpopCommand,
}

func rpopCommand(c *keyspace.Ctx) { popGenericCommand(c, list.Tail) }

// popGenericCommand takes one element from an end, or as many as are asked for.
func popGenericCommand(c *keyspace.Ctx, end list.End) {
	one := len(c.Args) == 2
	count, missing := int64(1), c.Reply.Null
	if len(c.Args) > 3 {
		c.Error(reply.WrongArity(c.Spec.FullName()))
		return
	}
	if !one {
		var ok bool
		if count, ok = num.ParseInt(c.Args[2]); !ok || count < 0 {
			c.Error(reply.ErrNotPositive)
			return
		}
		missing = c.Reply.NullArray
	}
	k, ok := lookupListWrite(c, c.Args[1], missing)
	switch {
	case !ok:
	case one:
		c.Reply.Bulk(k.list.Pop(end))
		k.putShorter(c, popEvent(end), 1)
	case count == 0:
		c.Reply.Array(0)
	default:
		k.popRange(c, end, count)
	}
}

// popRange takes up to count elements from an end of the list, replies with them, and returns how
// many there were. Redis: addListRangeReply, listTypeDelRange.
func (k *listKey) popRange(c *keyspace.Ctx, end list.End, count int64) int {
	l := &k.list
	had := l.Len()
	n := int(min(count, int64(had)))
	if end == list.Head {
		replyElementsOf(c, l.Iter(0, n, list.Tail), n)
		l.Delete(0, n)
	} else {
		replyElementsOf(c, l.Iter(had-1, n, list.Head), n)
		l.Delete(had-n, n)
	}
	k.putShorter(c, popEvent(end), n)
	return n
}

var lmpopSpec = keyspace.Spec{
	Name: "lmpop", Group: keyspace.List, Since: "7.0.0", Arity: -4,
	Syntax:  "numkeys key [key ...] <LEFT | RIGHT>{where} [COUNT count]",
	Flags:   keyspace.Write,
	Keys:    keyspace.KeyNum(1, keyspace.RW|keyspace.Access|keyspace.Delete),
	Summary: "Pop elements from a list",
	Complexity: "O(N+M) where N is the number of provided keys and M is the number of " +
		"elements returned.",
	Run: lmpopCommand,
}

func lmpopCommand(c *keyspace.Ctx) {
	o, err := parseLMPop(c.Args, 1)
	if err != "" {
		c.Error(err)
		return
	}
	if !o.popFirst(c) {
		c.Reply.NullArray()
	}
}

// mpopOptions are the arguments of the commands that take elements from the first of several
// lists that is not empty.
type mpopOptions struct {
	keys  [][]byte
	end   list.End
	count int64 // 0: one element, replied as such (BLPOP)
}

// parseLMPop reads the arguments from numkeys on. Redis: lmpopGenericCommand.
func parseLMPop(args [][]byte, at int) (o mpopOptions, err reply.Error) {
	n, ok := num.ParseInt(args[at])
	if !ok || n <= 0 {
		return o, reply.ErrNumKeys
	}
	if n >= int64(len(args)-at-1) {
		return o, reply.ErrSyntax
	}
	opts := newCursor(args, at+1+int(n))
	o.keys = args[at+1 : opts.At()]
	if o.end, ok = parseEnd(opts.Arg()); !ok {
		return o, reply.ErrSyntax
	}
	for opts.More() {
		if o.count != 0 || !opts.IsWith("COUNT", 1) {
			return o, reply.ErrSyntax
		}
		if o.count, ok = opts.Int(); !ok || o.count <= 0 {
			return o, reply.ErrCountNotPositive
		}
	}
	o.count = max(o.count, 1)
	return o, ""
}

// parseEnd reads LEFT or RIGHT. Redis: getListPositionFromObjectOrReply.
func parseEnd(word []byte) (end list.End, ok bool) {
	if equalFold(word, "RIGHT") {
		return list.Tail, true
	}
	return list.Head, equalFold(word, "LEFT")
}

// popFirst takes elements from the first of the lists that exists, and replies, also to a key of
// another type. False if there was none.
func (o *mpopOptions) popFirst(c *keyspace.Ctx) bool {
	for _, key := range o.keys {
		e := c.DB.LookupWrite(key)
		if !e.Found() {
			continue
		}
		if e.Type() != keyspace.TypeList {
			c.Error(reply.ErrWrongType)
			return true
		}
		o.pop(c, e)
		return true
	}
	return false
}

// pop takes elements from the list at e and replies with its key and them. What it does is
// recorded as LPOP or RPOP.
func (o *mpopOptions) pop(c *keyspace.Ctx, e keyspace.Entry) {
	key, k := e.Key(), listKey{e, e.List()}
	c.Reply.Array(2)
	c.Reply.Bulk(key)
	if o.count == 0 {
		c.Reply.Bulk(k.list.Pop(o.end))
		k.putShorter(c, popEvent(o.end), 1)
		c.Record(popWord(o.end), key)
		return
	}
	n := k.popRange(c, o.end, o.count)
	c.Record(popWord(o.end), key, c.Digits(int64(n)))
}

var lmoveSpec = keyspace.Spec{
	Name: "lmove", Group: keyspace.List, Since: "6.2.0", Arity: 5,
	Syntax: "source destination <LEFT | RIGHT>{wherefrom} <LEFT | RIGHT>{whereto}",
	Flags:  keyspace.Write | keyspace.DenyOOM,
	Keys: slices.Concat(
		keyspace.KeyAt(1, keyspace.RW|keyspace.Access|keyspace.Delete),
		keyspace.KeyAt(2, keyspace.RW|keyspace.Insert),
	),
	Summary:    "Pop an element from a list, push it to another list and return it",
	Complexity: "O(1)",
	Run:        lmoveCommand,
}

func lmoveCommand(c *keyspace.Ctx) {
	from, okFrom := parseEnd(c.Args[3])
	to, okTo := parseEnd(c.Args[4])
	if !okFrom || !okTo {
		c.Error(reply.ErrSyntax)
		return
	}
	lmoveGenericCommand(c, from, to)
}

var rpoplpushSpec = keyspace.Spec{
	Name: "rpoplpush", Group: keyspace.List, Since: "1.2.0", Arity: 3,
	Syntax: "source destination",
	Flags:  keyspace.Write | keyspace.DenyOOM,
	Keys: slices.Concat(
		keyspace.KeyAt(1, keyspace.RW|keyspace.Access|keyspace.Delete),
		keyspace.KeyAt(2, keyspace.RW|keyspace.Insert),
	),
	Summary: "Remove the last element in a list, prepend it to another list and return " +
		"it",
	Complexity: "O(1)",
	Deprecated: "6.2.0",
	ReplacedBy: "`LMOVE` with the `RIGHT` and `LEFT` arguments",
	Run:        rpoplpushCommand,
}

func rpoplpushCommand(c *keyspace.Ctx) { lmoveGenericCommand(c, list.Tail, list.Head) }

// lmoveGenericCommand moves one element from the list at args[1] to that at args[2].
func lmoveGenericCommand(c *keyspace.Ctx, from, to list.End) {
	if k, ok := lookupListWrite(c, c.Args[1], c.Reply.Null); ok {
		moveElement(c, k.entry, from, to)
	}
}

// moveElement moves one element from an end of the list at e to one of the list at args[2], and
// replies with it. It reports whether it could: the other key may be of another type. The events
// come in Redis's order, the push first.
func moveElement(c *keyspace.Ctx, e keyspace.Entry, from, to list.End) bool {
	target := c.DB.LookupWrite(c.Args[2])
	if target.Found() && target.Type() != keyspace.TypeList {
		c.Error(reply.ErrWrongType)
		return false
	}
	source := listKey{e, e.List()}
	value := source.list.Pop(from)
	c.Reply.Bulk(value)
	switch {
	case string(c.Args[1]) == string(c.Args[2]):
		source.list.Push(to, value) // Pop has copied it
		c.DB.PutList(e, &source.list)
		c.Changed(keyspace.NotifyList, pushEvent(to), c.Args[2])
		c.Changed(keyspace.NotifyList, popEvent(from), c.Args[1])
		c.Dirty(-1)
		return true
	case target.Found():
		l := target.List()
		l.Push(to, value)
		c.DB.PutList(target, &l)
	default:
		l := c.DB.NewList()
		l.Push(to, value)
		c.DB.PutList(target, &l)
	}
	c.Changed(keyspace.NotifyList, pushEvent(to), c.Args[2])
	source.putShorter(c, popEvent(from), 1)
	c.Dirty(-1)
	return true
}
