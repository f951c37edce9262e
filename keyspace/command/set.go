package command

import (
	"bytes"
	"slices"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/set"
)

// lookupSet looks a set up for a command that only reads it. If it is not ok, the command has been
// answered: with an error for another type, by missing for a key that does not exist.
func lookupSet(c *keyspace.Ctx, key []byte, missing func()) (s set.Set, ok bool) {
	return setOf(c, c.DB.LookupRead(key), missing)
}

// setOf is the set of a key that has been looked up. If it is not ok, the command has been
// answered as lookupSet does.
func setOf(c *keyspace.Ctx, e keyspace.Entry, missing func()) (s set.Set, ok bool) {
	switch {
	case !e.Found():
		missing()
	case e.Type() != keyspace.TypeSet:
		c.Error(reply.ErrWrongType)
	default:
		return e.Set(), true
	}
	return s, false
}

var saddSpec = keyspace.Spec{
	Name: "sadd", Group: keyspace.SetGroup, Since: "1.0.0", Arity: -3,
	Syntax:  "key member [member ...]",
	Flags:   keyspace.Write | keyspace.DenyOOM | keyspace.Fast,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Insert),
	Summary: "Add one or more members to a set",
	Complexity: "O(1) for each element added, so O(N) to add N elements when the command is " +
		"called with multiple arguments.",
	History: []keyspace.Change{
		{Version: "2.4.0", Text: "Accepts multiple `member` arguments."},
	},
	Run: saddCommand,
}

func saddCommand(c *keyspace.Ctx) {
	e := c.DB.LookupWrite(c.Args[1])
	var s set.Set
	switch {
	case !e.Found():
		s = c.DB.NewSet(c.Args[2])
	case e.Type() != keyspace.TypeSet:
		c.Error(reply.ErrWrongType)
		return
	default:
		s = e.Set()
	}
	if e.Found() && !growsSafely(c, &s) {
		c.Error(reply.ErrOOM)
		return
	}
	added := 0
	for _, member := range c.Args[2:] {
		if s.Add(member) {
			added++
		}
	}
	if added > 0 {
		c.DB.PutSet(e, &s)
		c.Changed(keyspace.NotifySet, "sadd", c.Args[1])
		c.Dirty(added - 1)
	}
	c.Reply.Int(int64(added))
}

// growsSafely reports whether there is room for a set to become a hashtable if a member is added. A
// small one needs no more than what is always left.
func growsSafely(c *keyspace.Ctx, s *set.Set) bool {
	const small = 1 << 14 // members
	return s.Encoding() != set.Intset || s.Len() < small || c.DB.HasRoom(int64(s.TableBytes()))
}

var sremSpec = keyspace.Spec{
	Name: "srem", Group: keyspace.SetGroup, Since: "1.0.0", Arity: -3,
	Syntax: "key member [member ...]", Flags: keyspace.Write | keyspace.Fast,
	Keys:       keyspace.KeyAt(1, keyspace.RW|keyspace.Delete),
	Summary:    "Remove one or more members from a set",
	Complexity: "O(N) where N is the number of members to be removed.",
	History: []keyspace.Change{
		{Version: "2.4.0", Text: "Accepts multiple `member` arguments."},
	},
	Run: sremCommand,
}

func sremCommand(c *keyspace.Ctx) {
	e := c.DB.LookupWrite(c.Args[1])
	s, ok := setOf(c, e, func() { c.Reply.Int(0) })
	if !ok {
		return
	}
	removed := 0
	for _, member := range c.Args[2:] {
		if s.Remove(member) {
			removed++
		}
	}
	if removed > 0 {
		putSmallerSet(c, e, &s, "srem")
		c.Dirty(removed - 1)
	}
	c.Reply.Int(int64(removed))
}

// putSmallerSet stores a set that has lost members to a command, and tells so.
func putSmallerSet(c *keyspace.Ctx, e keyspace.Entry, s *set.Set, event string) {
	deleted := c.DB.PutSet(e, s)
	c.Changed(keyspace.NotifySet, event, c.Args[1])
	if deleted {
		c.Notify(keyspace.NotifyGeneric, "del", c.Args[1])
	}
}

var smoveSpec = keyspace.Spec{
	Name: "smove", Group: keyspace.SetGroup, Since: "1.0.0", Arity: 4,
	Syntax: "source destination member", Flags: keyspace.Write | keyspace.Fast | keyspace.Grows,
	Keys: slices.Concat(keyspace.KeyAt(1, keyspace.RW|keyspace.Access|keyspace.Delete),
		keyspace.KeyAt(2, keyspace.RW|keyspace.Insert)),
	Summary: "Move a member from one set to another", Complexity: "O(1)",
	Run: smoveCommand,
}

func smoveCommand(c *keyspace.Ctx) {
	source, destination, member := c.Args[1], c.Args[2], c.Args[3]
	to := c.DB.LookupWrite(destination)
	from := c.DB.LookupWrite(source)
	s, ok := setOf(c, from, func() { c.Reply.Int(0) })
	switch {
	case !ok:
		return
	case to.Found() && to.Type() != keyspace.TypeSet:
		c.Error(reply.ErrWrongType)
		return
	case bytes.Equal(source, destination):
		c.Reply.Int(toInt(s.Contains(member)))
		return
	case !s.Remove(member):
		c.Reply.Int(0)
		return
	}
	putSmallerSet(c, from, &s, "srem")
	to = c.DB.LookupWrite(destination) // the database has changed
	var d set.Set
	if to.Found() {
		d = to.Set()
	} else {
		d = c.DB.NewSet(member)
	}
	if d.Add(member) {
		c.DB.PutSet(to, &d)
		c.Changed(keyspace.NotifySet, "sadd", destination)
	}
	c.Reply.Int(1)
}

// toInt is how Redis tells true from false in RESP2 and RESP3 alike.
func toInt(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

var scardSpec = keyspace.Spec{
	Name: "scard", Group: keyspace.SetGroup, Since: "1.0.0", Arity: 2, Syntax: "key",
	Flags: keyspace.ReadOnly | keyspace.Fast, Keys: keyspace.KeyAt(1, keyspace.RO),
	Summary: "Get the number of members in a set", Complexity: "O(1)",
	Run: scardCommand,
}

func scardCommand(c *keyspace.Ctx) {
	if s, ok := lookupSet(c, c.Args[1], func() { c.Reply.Int(0) }); ok {
		c.Reply.Int(int64(s.Len()))
	}
}

var sismemberSpec = keyspace.Spec{
	Name: "sismember", Group: keyspace.SetGroup, Since: "1.0.0", Arity: 3, Syntax: "key member",
	Flags: keyspace.ReadOnly | keyspace.Fast, Keys: keyspace.KeyAt(1, keyspace.RO),
	Summary: "Determine if a given value is a member of a set", Complexity: "O(1)",
	Run: sismemberCommand,
}

func sismemberCommand(c *keyspace.Ctx) {
	if s, ok := lookupSet(c, c.Args[1], func() { c.Reply.Int(0) }); ok {
		c.Reply.Int(toInt(s.Contains(c.Args[2])))
	}
}

var smismemberSpec = keyspace.Spec{
	Name: "smismember", Group: keyspace.SetGroup, Since: "6.2.0", Arity: -3,
	Syntax: "key member [member ...]", Flags: keyspace.ReadOnly | keyspace.Fast,
	Keys:       keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary:    "Returns the membership associated with the given elements for a set",
	Complexity: "O(N) where N is the number of elements being checked for membership",
	Run:        smismemberCommand,
}

func smismemberCommand(c *keyspace.Ctx) {
	e := c.DB.LookupRead(c.Args[1])
	if e.Found() && e.Type() != keyspace.TypeSet {
		c.Error(reply.ErrWrongType)
		return
	}
	var s set.Set
	if e.Found() {
		s = e.Set()
	}
	c.Reply.Array(len(c.Args) - 2)
	for _, member := range c.Args[2:] {
		c.Reply.Int(toInt(e.Found() && s.Contains(member)))
	}
}

var smembersSpec = keyspace.Spec{
	Name: "smembers", Group: keyspace.SetGroup, Since: "1.0.0", Arity: 2, Syntax: "key",
	Flags: keyspace.ReadOnly, Keys: keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Tips:    []string{"nondeterministic_output_order"},
	Summary: "Get all the members in a set", Complexity: "O(N) where N is the set cardinality.",
	Run: smembersCommand,
}

func smembersCommand(c *keyspace.Ctx) {
	if s, ok := lookupSet(c, c.Args[1], func() { c.Reply.Set(0) }); ok {
		c.Reply.Set(s.Len())
		replyMembers(c, &s)
	}
}

// replyMembers replies with the members of a set, whose number has been announced.
func replyMembers(c *keyspace.Ctx, s *set.Set) {
	s.Each(func(member []byte) bool {
		c.Reply.Bulk(member)
		return true
	})
}

var sscanSpec = keyspace.Spec{
	Name: "sscan", Group: keyspace.SetGroup, Since: "2.8.0", Arity: -3,
	Syntax: "key cursor [MATCH pattern] [COUNT count]", Flags: keyspace.ReadOnly,
	Keys:    keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Tips:    []string{"nondeterministic_output"},
	Summary: "Incrementally iterate Set elements",
	Complexity: "O(1) for every call. O(N) for a complete iteration, including enough command " +
		"calls for the cursor to return back to 0. N is the number of elements inside the " +
		"collection..",
	Run: sscanCommand,
}

func sscanCommand(c *keyspace.Ctx) {
	var s set.Set
	o, ok := parseElementScan(c, func(missing func()) (ok bool) {
		s, ok = lookupSet(c, c.Args[1], missing)
		return ok
	})
	if !ok {
		return
	}
	if s.Encoding() == set.Intset { // all at once
		r := beginScanReply(c, 0)
		s.Scan(0, func(member []byte) {
			if o.wants(member) {
				r.add(member)
			}
		})
		r.end()
		return
	}
	var found [][]byte
	cursor := o.walk(func(cursor uint64) uint64 {
		return s.Scan(cursor, func(member []byte) { found = append(found, member) })
	}, func() int { return len(found) })
	r := beginScanReply(c, cursor)
	for _, member := range found {
		if o.wants(member) {
			r.add(member)
		}
	}
	r.end()
}
