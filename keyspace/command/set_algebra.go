package command

import (
	"cmp"
	"slices"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/num"
	"github.com/ringer-kv/ringer/types/set"
)

// operand is one of the sets that a command combines.
type operand struct {
	set   set.Set
	found bool // a key that does not exist is an empty set
}

// size is the number of members.
func (o *operand) size() int {
	if !o.found {
		return 0
	}
	return o.set.Len()
}

// tableBytes is the number of bytes that a result with all of its members takes at most.
func (o *operand) tableBytes() int {
	if !o.found {
		return 0
	}
	return o.set.TableBytes()
}

// contains reports whether the set has the member.
func (o *operand) contains(member []byte) bool { return o.found && o.set.Contains(member) }

// each calls fn for every member until it returns false.
func (o *operand) each(fn func(member []byte) bool) {
	if o.found {
		o.set.Each(fn)
	}
}

// bySize compares two sets by their number of members.
func bySize(a, b operand) int { return cmp.Compare(a.size(), b.size()) }

// lookupOperands looks the sets up. If it is not ok, the command has been answered, as a key has
// another type.
func lookupOperands(c *keyspace.Ctx, keys [][]byte) (all []operand, ok bool) {
	all = make([]operand, 0, len(keys))
	for _, key := range keys {
		e := c.DB.LookupRead(key)
		if !e.Found() {
			all = append(all, operand{})
			continue
		}
		if e.Type() != keyspace.TypeSet {
			c.Error(reply.ErrWrongType)
			return nil, false
		}
		all = append(all, operand{set: e.Set(), found: true})
	}
	return all, true
}

// storeMembers makes a new set the value of the key at args[1] and replies with its size. An empty
// one is freed, and the key goes.
func storeMembers(c *keyspace.Ctx, s *set.Set, event string) {
	destination := c.Args[1]
	e := c.DB.LookupWrite(destination)
	if n := s.Len(); n > 0 {
		c.DB.StoreSet(e, s)
		c.Changed(keyspace.NotifySet, event, destination)
		c.Reply.Int(int64(n))
		return
	}
	s.Free()
	if e.Found() {
		c.DB.Delete(e)
		c.Changed(keyspace.NotifyGeneric, "del", destination)
	}
	c.Reply.Int(0)
}

var sinterSpec = keyspace.Spec{
	Name: "sinter", Group: keyspace.SetGroup, Since: "1.0.0", Arity: -2,
	Syntax: "key [key ...]", Flags: keyspace.ReadOnly,
	Keys:    keyspace.KeyRange(1, -1, 1, keyspace.RO|keyspace.Access),
	Tips:    []string{"nondeterministic_output_order"},
	Summary: "Intersect multiple sets",
	Complexity: "O(N*M) worst case where N is the cardinality of the smallest set and M is the " +
		"number of sets.",
	Run: sinterCommand,
}

func sinterCommand(c *keyspace.Ctx) {
	all, ok := lookupOperands(c, c.Args[1:])
	if !ok {
		return
	}
	n, mark := 0, c.Reply.DeferSet()
	intersect(all, func(member []byte) bool {
		c.Reply.Bulk(member)
		n++
		return true
	})
	c.Reply.Resolve(mark, n)
}

// intersect calls fn for every member that all sets have, until it returns false. It sorts the
// sets: those of the smallest one are looked for in the others. Redis: sinterGenericCommand.
func intersect(all []operand, fn func(member []byte) bool) {
	slices.SortStableFunc(all, bySize)
	others := all[1:]
	all[0].each(func(member []byte) bool {
		for i := range others {
			if !others[i].contains(member) {
				return true
			}
		}
		return fn(member)
	})
}

var sinterstoreSpec = keyspace.Spec{
	Name: "sinterstore", Group: keyspace.SetGroup, Since: "1.0.0", Arity: -3,
	Syntax: "destination key [key ...]", Flags: keyspace.Write | keyspace.DenyOOM,
	Keys: slices.Concat(keyspace.KeyAt(1, keyspace.RW|keyspace.Update),
		keyspace.KeyRange(2, -1, 1, keyspace.RO|keyspace.Access)),
	Summary: "Intersect multiple sets and store the resulting set in a key",
	Complexity: "O(N*M) worst case where N is the cardinality of the smallest set and M is the " +
		"number of sets.",
	Run: sinterstoreCommand,
}

func sinterstoreCommand(c *keyspace.Ctx) {
	all, ok := lookupOperands(c, c.Args[2:])
	if !ok {
		return
	}
	smallest := slices.MinFunc(all, bySize)
	if !c.DB.HasRoom(int64(smallest.tableBytes())) {
		c.Error(reply.ErrOOM)
		return
	}
	result := c.DB.NewIntset()
	intersect(all, func(member []byte) bool {
		result.Add(member)
		return true
	})
	storeMembers(c, &result, "sinterstore")
}

var sintercardSpec = keyspace.Spec{
	Name: "sintercard", Group: keyspace.SetGroup, Since: "7.0.0", Arity: -3,
	Syntax: "numkeys key [key ...] [LIMIT limit]", Flags: keyspace.ReadOnly,
	Keys:    keyspace.KeyNum(1, keyspace.RO|keyspace.Access),
	Summary: "Intersect multiple sets and return the cardinality of the result",
	Complexity: "O(N*M) worst case where N is the cardinality of the smallest set and M is the " +
		"number of sets.",
	Run: sintercardCommand,
}

func sintercardCommand(c *keyspace.Ctx) {
	keys, limit, err := parseInterCard(c.Args)
	if err != "" {
		c.Error(err)
		return
	}
	all, ok := lookupOperands(c, keys)
	if !ok {
		return
	}
	n := int64(0)
	intersect(all, func([]byte) bool {
		n++
		return n != limit
	})
	c.Reply.Int(n)
}

// parseInterCard reads the arguments of SINTERCARD; a limit of 0 is none. Redis: sinterCardCommand.
func parseInterCard(args [][]byte) (keys [][]byte, limit int64, err reply.Error) {
	n, ok := num.ParseInt(args[1])
	switch {
	case !ok || n < 1:
		return nil, 0, reply.ErrNumKeys
	case n > int64(len(args)-2):
		return nil, 0, reply.ErrTooManyKeys
	}
	keys = args[2 : 2+n]
	opts := newCursor(args, 2+int(n))
	for opts.More() {
		if !opts.IsWith("LIMIT", 1) {
			return nil, 0, reply.ErrSyntax
		}
		if limit, ok = opts.Int(); !ok || limit < 0 {
			return nil, 0, reply.ErrNegativeLimit
		}
	}
	return keys, limit, ""
}

var sunionSpec = keyspace.Spec{
	Name: "sunion", Group: keyspace.SetGroup, Since: "1.0.0", Arity: -2,
	Syntax: "key [key ...]", Flags: keyspace.ReadOnly,
	Keys:       keyspace.KeyRange(1, -1, 1, keyspace.RO|keyspace.Access),
	Tips:       []string{"nondeterministic_output_order"},
	Summary:    "Add multiple sets",
	Complexity: "O(N) where N is the total number of elements in all given sets.",
	Run:        sunionCommand,
}

func sunionCommand(c *keyspace.Ctx) { sunionDiffGenericCommand(c, unite, "") }

var sunionstoreSpec = keyspace.Spec{
	Name: "sunionstore", Group: keyspace.SetGroup, Since: "1.0.0", Arity: -3,
	Syntax: "destination key [key ...]", Flags: keyspace.Write | keyspace.DenyOOM,
	Keys: slices.Concat(keyspace.KeyAt(1, keyspace.OW|keyspace.Update),
		keyspace.KeyRange(2, -1, 1, keyspace.RO|keyspace.Access)),
	Summary:    "Add multiple sets and store the resulting set in a key",
	Complexity: "O(N) where N is the total number of elements in all given sets.",
	Run:        sunionstoreCommand,
}

func sunionstoreCommand(c *keyspace.Ctx) { sunionDiffGenericCommand(c, unite, "sunionstore") }

var sdiffSpec = keyspace.Spec{
	Name: "sdiff", Group: keyspace.SetGroup, Since: "1.0.0", Arity: -2,
	Syntax: "key [key ...]", Flags: keyspace.ReadOnly,
	Keys:       keyspace.KeyRange(1, -1, 1, keyspace.RO|keyspace.Access),
	Tips:       []string{"nondeterministic_output_order"},
	Summary:    "Subtract multiple sets",
	Complexity: "O(N) where N is the total number of elements in all given sets.",
	Run:        sdiffCommand,
}

func sdiffCommand(c *keyspace.Ctx) { sunionDiffGenericCommand(c, subtract, "") }

var sdiffstoreSpec = keyspace.Spec{
	Name: "sdiffstore", Group: keyspace.SetGroup, Since: "1.0.0", Arity: -3,
	Syntax: "destination key [key ...]", Flags: keyspace.Write | keyspace.DenyOOM,
	Keys: slices.Concat(keyspace.KeyAt(1, keyspace.OW|keyspace.Update),
		keyspace.KeyRange(2, -1, 1, keyspace.RO|keyspace.Access)),
	Summary:    "Subtract multiple sets and store the resulting set in a key",
	Complexity: "O(N) where N is the total number of elements in all given sets.",
	Run:        sdiffstoreCommand,
}

func sdiffstoreCommand(c *keyspace.Ctx) { sunionDiffGenericCommand(c, subtract, "sdiffstore") }

// sunionDiffGenericCommand combines sets into a new one. Without an event it replies with the
// members, else it stores the set at args[1] and tells of that event.
func sunionDiffGenericCommand(
	c *keyspace.Ctx, combine func(result *set.Set, all []operand), event string,
) {
	keys := c.Args[1:]
	if event != "" {
		keys = c.Args[2:]
	}
	all, ok := lookupOperands(c, keys)
	if !ok {
		return
	}
	room := 0
	for i := range all {
		room += all[i].tableBytes()
	}
	if !c.DB.HasRoom(int64(room)) {
		c.Error(reply.ErrOOM)
		return
	}
	result := c.DB.NewIntset()
	combine(&result, all)
	if event != "" {
		storeMembers(c, &result, event)
		return
	}
	c.Reply.Set(result.Len())
	replyMembers(c, &result)
	c.DB.FreeSet(result)
}

// unite adds the members of all sets to the result.
func unite(result *set.Set, all []operand) {
	for i := range all {
		all[i].each(func(member []byte) bool {
			result.Add(member)
			return true
		})
	}
}

// subtract makes the result the members of the first set that no other set has. Of the two ways
// it takes the one with less work, as Redis does: that decides the encoding, since a result that
// was too large for an intset once stays a hashtable.
func subtract(result *set.Set, all []operand) {
	first, others := &all[0], all[1:]
	lookups, edits := 0, first.size()
	for i := range others {
		if others[i].found && first.found && others[i].set.Ref() == first.set.Ref() {
			return
		}
		if others[i].found {
			lookups += first.size()
		}
		edits += others[i].size()
	}
	lookups += first.size()
	if lookups/2 <= edits {
		subtractByLookup(result, first, others)
	} else {
		subtractByRemoving(result, first, others)
	}
}

// subtractByLookup looks each member of the first set up in the others, the largest ones first,
// as they are the likeliest to have it. O(members of the first set times sets).
func subtractByLookup(result *set.Set, first *operand, others []operand) {
	slices.SortStableFunc(others, func(a, b operand) int { return bySize(b, a) })
	first.each(func(member []byte) bool {
		for i := range others {
			if others[i].contains(member) {
				return true
			}
		}
		result.Add(member)
		return true
	})
}

// subtractByRemoving takes a copy of the first set and removes the members of the others from it.
// O(members of all sets).
func subtractByRemoving(result *set.Set, first *operand, others []operand) {
	unite(result, []operand{*first})
	for i := range others {
		others[i].each(func(member []byte) bool {
			result.Remove(member)
			return result.Len() > 0
		})
	}
}
