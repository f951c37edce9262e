package command

import (
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/list"
	"github.com/ringer-kv/ringer/types/listpack"
	"github.com/ringer-kv/ringer/types/num"
)

// listKey is a key with the list that is its value, for a command that changes the list.
//
// Owned by the keyspace goroutine.
type listKey struct {
	entry keyspace.Entry
	list  list.List
}

// lookupListWrite is lookupList for a command that changes the list.
func lookupListWrite(c *keyspace.Ctx, key []byte, missing func()) (k listKey, ok bool) {
	e := c.DB.LookupWrite(key)
	switch {
	case !e.Found():
		missing()
	case e.Type() != keyspace.TypeList:
		c.Error(reply.ErrWrongType)
	default:
		return listKey{e, e.List()}, true
	}
	return k, false
}

// putShorter stores a list from which n elements have gone, and tells of it.
// Redis: listElementsRemoved.
func (k *listKey) putShorter(c *keyspace.Ctx, event string, n int) {
	key := k.entry.Key()
	deleted := c.DB.PutList(k.entry, &k.list)
	c.Changed(keyspace.NotifyList, event, key)
	c.Dirty(n - 1)
	if deleted {
		c.Notify(keyspace.NotifyGeneric, "del", key)
	}
}

var linsertSpec = keyspace.Spec{
	Name: "linsert", Group: keyspace.List, Since: "2.2.0", Arity: 5,
	Syntax:  "key <BEFORE | AFTER>{where} pivot element",
	Flags:   keyspace.Write | keyspace.DenyOOM,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Insert),
	Summary: "Insert an element before or after another element in a list",
	Complexity: "O(N) where N is the number of elements to traverse before seeing the " +
		"value pivot. This means that inserting somewhere on the left end on the " +
		"list (head) can be considered O(1) and inserting somewhere on the right " +
		"end (tail) is O(N).",
	Run: linsertCommand,
}

func linsertCommand(c *keyspace.Ctx) {
	before := equalFold(c.Args[2], "BEFORE")
	if !before && !equalFold(c.Args[2], "AFTER") {
		c.Error(reply.ErrSyntax)
		return
	}
	k, ok := lookupListWrite(c, c.Args[1], func() { c.Reply.Int(0) })
	if !ok {
		return
	}
	at, found := -1, false
	pivot := listpack.String(c.Args[3])
	for it := k.list.Iter(0, k.list.Len(), list.Tail); !found && it.Next(); at++ {
		found = it.Equal(pivot)
	}
	if !found {
		c.Reply.Int(-1)
		return
	}
	if !before {
		at++
	}
	k.list.Insert(at, c.Args[4])
	c.DB.PutList(k.entry, &k.list)
	c.Changed(keyspace.NotifyList, "linsert", c.Args[1])
	c.Reply.Int(int64(k.list.Len()))
}

var lsetSpec = keyspace.Spec{
	Name: "lset", Group: keyspace.List, Since: "1.0.0", Arity: 4,
	Syntax:  "key index element",
	Flags:   keyspace.Write | keyspace.DenyOOM,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Update),
	Summary: "Set the value of an element in a list by its index",
	Complexity: "O(N) where N is the length of the list. Setting either the first or the " +
		"last element of the list is O(1).",
	Run: lsetCommand,
}

func lsetCommand(c *keyspace.Ctx) {
	k, ok := lookupListWrite(c, c.Args[1], func() { c.Error(reply.ErrNoSuchKey) })
	if !ok {
		return
	}
	n, ok := num.ParseInt(c.Args[2])
	if !ok {
		c.Error(reply.ErrNotInteger)
		return
	}
	i, ok := elementAt(n, k.list.Len())
	if !ok {
		c.Error(reply.ErrIndexRange)
		return
	}
	k.list.Set(i, c.Args[3])
	c.DB.PutList(k.entry, &k.list)
	c.Changed(keyspace.NotifyList, "lset", c.Args[1])
	c.OK()
}

var lremSpec = keyspace.Spec{
	Name: "lrem", Group: keyspace.List, Since: "1.0.0", Arity: 4,
	Syntax:  "key count element",
	Flags:   keyspace.Write,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Delete),
	Summary: "Remove elements from a list",
	Complexity: "O(N+M) where N is the length of the list and M is the number of elements " +
		"removed.",
	Run: lremCommand,
}

func lremCommand(c *keyspace.Ctx) {
	n, ok := num.ParseInt(c.Args[2])
	if !ok {
		c.Error(reply.ErrNotInteger)
		return
	}
	k, ok := lookupListWrite(c, c.Args[1], func() { c.Reply.Int(0) })
	if !ok {
		return
	}
	limit, from := k.list.Len(), list.Head
	if n < 0 {
		n, from = -n, list.Tail
	}
	if n > 0 { // Redis: 0, and the smallest integer, which stays as it is, mean all
		limit = int(min(int64(limit), n))
	}
	removed := k.list.Remove(c.Args[3], limit, from)
	if removed > 0 {
		k.putShorter(c, "lrem", removed)
	}
	c.Reply.Int(int64(removed))
}

var ltrimSpec = keyspace.Spec{
	Name: "ltrim", Group: keyspace.List, Since: "1.0.0", Arity: 4,
	Syntax:     "key start stop",
	Flags:      keyspace.Write,
	Keys:       keyspace.KeyAt(1, keyspace.RW|keyspace.Delete),
	Summary:    "Trim a list to the specified range",
	Complexity: "O(N) where N is the number of elements to be removed by the operation.",
	Run:        ltrimCommand,
}

func ltrimCommand(c *keyspace.Ctx) {
	start, stop, ok := parseRange(c.Args[2], c.Args[3])
	if !ok {
		c.Error(reply.ErrNotInteger)
		return
	}
	k, ok := lookupListWrite(c, c.Args[1], c.OK)
	if !ok {
		return
	}
	had := k.list.Len()
	from, n := elementRange(start, stop, had)
	k.list.Delete(from+n, had-from-n)
	k.list.Delete(0, from)
	k.putShorter(c, "ltrim", had-n)
	c.OK()
}
