package command

import (
	"math"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/num"
	"github.com/ringer-kv/ringer/types/set"
)

var spopSpec = keyspace.Spec{
	Name: "spop", Group: keyspace.SetGroup, Since: "1.0.0", Arity: -2,
	Syntax: "key [count{@3.2.0}]", Flags: keyspace.Write | keyspace.Fast,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Access|keyspace.Delete),
	Tips:    []string{"nondeterministic_output"},
	Summary: "Remove and return one or multiple random members from a set",
	Complexity: "Without the count argument O(1), otherwise O(N) where N is the value of the " +
		"passed count.",
	History: []keyspace.Change{{Version: "3.2.0", Text: "Added the `count` argument."}},
	Run:     spopCommand,
}

func spopCommand(c *keyspace.Ctx) {
	switch {
	case len(c.Args) == 3:
		spopWithCountCommand(c)
		return
	case len(c.Args) > 3:
		c.Error(reply.ErrSyntax)
		return
	}
	e := c.DB.LookupWrite(c.Args[1])
	s, ok := setOf(c, e, c.Reply.Null)
	if !ok {
		return
	}
	popRandom(c, &s)
	putSmallerSet(c, e, &s, "spop")
}

// popRandom takes a random member out of the set and replies with it; what will be repeated
// elsewhere is its removal by name.
func popRandom(c *keyspace.Ctx, s *set.Set) {
	member := s.Random(c.Rand.Uint64, nil)
	c.Reply.Bulk(member)
	c.Record(sremWord, c.Args[1], member)
	s.Remove(member)
}

// spopMoveShare is the share of a set that must be left for members to be taken out one by one;
// if it is smaller, what is left moves to a new set. Redis: SPOP_MOVE_STRATEGY_MUL.
const spopMoveShare = 5

func spopWithCountCommand(c *keyspace.Ctx) {
	count, ok := num.ParseInt(c.Args[2])
	if !ok || count < 0 {
		c.Error(reply.ErrNotPositive)
		return
	}
	e := c.DB.LookupWrite(c.Args[1])
	s, ok := setOf(c, e, func() { c.Reply.Set(0) })
	if !ok {
		return
	}
	if count == 0 {
		c.Reply.Set(0)
		return
	}
	n := int(min(count, int64(s.Len())))
	c.Reply.Set(n)
	left := s.Len() - n
	switch {
	case left == 0:
		replyMembers(c, &s)
		c.Record(delWord, c.Args[1])
		c.DB.Delete(e)
		c.Changed(keyspace.NotifySet, "spop", c.Args[1])
		c.Notify(keyspace.NotifyGeneric, "del", c.Args[1])
	case left*spopMoveShare > n:
		for range n {
			popRandom(c, &s)
		}
		putSmallerSet(c, e, &s, "spop")
	default:
		rest := spopMove(c, &s, left)
		c.DB.PutSet(e, &rest)
		c.DB.FreeSet(s)
		c.Changed(keyspace.NotifySet, "spop", c.Args[1])
	}
	c.Dirty(n - 1)
}

// spopMove draws the members that are left in a set, at least one, as a set of their own, and
// replies with the other ones.
func spopMove(c *keyspace.Ctx, s *set.Set, left int) (rest set.Set) {
	s.Split(c.Rand.Uint64, left, func(member []byte, stays bool) {
		if !stays {
			c.Reply.Bulk(member)
			c.Record(sremWord, c.Args[1], member)
			return
		}
		if rest.Ref() == 0 { // Redis: so the rest may be an intset again
			rest = c.DB.NewSet(member)
		}
		rest.Add(member)
	})
	return rest
}

var srandmemberSpec = keyspace.Spec{
	Name: "srandmember", Group: keyspace.SetGroup, Since: "1.0.0", Arity: -2,
	Syntax: "key [count{@2.6.0}]", Flags: keyspace.ReadOnly,
	Keys:    keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Tips:    []string{"nondeterministic_output"},
	Summary: "Get one or multiple random members from a set",
	Complexity: "Without the count argument O(1), otherwise O(N) where N is the absolute value of " +
		"the passed count.",
	History: []keyspace.Change{{Version: "2.6.0", Text: "Added the optional `count` argument."}},
	Run:     srandmemberCommand,
}

func srandmemberCommand(c *keyspace.Ctx) {
	switch {
	case len(c.Args) == 3:
		srandmemberWithCountCommand(c)
		return
	case len(c.Args) > 3:
		c.Error(reply.ErrSyntax)
		return
	}
	s, ok := lookupSet(c, c.Args[1], c.Reply.Null)
	if !ok {
		return
	}
	c.Reply.Bulk(s.Random(c.Rand.Uint64, nil))
}

func srandmemberWithCountCommand(c *keyspace.Ctx) {
	count, err := parseDraws(c.Args[2])
	if err != "" {
		c.Error(err)
		return
	}
	s, ok := lookupSet(c, c.Args[1], func() { c.Reply.Array(0) })
	if !ok {
		return
	}
	if count >= 0 {
		n := int(min(count, int64(s.Len())))
		c.Reply.Array(n)
		s.Sample(c.Rand.Uint64, n, c.Reply.Bulk)
		return
	}
	var scratch [set.ScratchBytes]byte
	n := int(-count)
	replyDraws(c, n, n, func() { c.Reply.Bulk(s.Random(c.Rand.Uint64, scratch[:])) })
}

// parseDraws reads the count of SRANDMEMBER and its relatives, negative for draws that may repeat.
func parseDraws(word []byte) (count int64, err reply.Error) {
	count, ok := num.ParseInt(word)
	switch {
	case !ok:
		return 0, reply.ErrNotInteger
	case count < -math.MaxInt64:
		return 0, reply.IntegerRange(-math.MaxInt64, math.MaxInt64)
	}
	return count, ""
}

// drawsMaxBytes bounds the reply to a negative count. Redis has no bound: it goes on until it has
// no memory left.
const drawsMaxBytes = 1 << 30

// leastElementBytes is the size of the smallest reply to one element, an empty string in the native
// protocol: a length that can't come to an end well is not begun.
const leastElementBytes = 5

// replyDraws calls draw, which replies with an element, n times, in an array of the given length.
// A reply that becomes too large is an error.
func replyDraws(c *keyspace.Ctx, n, length int, draw func()) {
	if !boundedDraws(c.Reply, n, length, draw) {
		c.Error(reply.ErrOutOfRange)
	}
}

// boundedDraws is replyDraws without the error: it takes back a reply that becomes too large, and
// returns false.
func boundedDraws(w reply.Writer, n, length int, draw func()) bool {
	if length > drawsMaxBytes/leastElementBytes {
		return false
	}
	start := w.Len()
	w.Array(length)
	for range n {
		draw()
		if w.Len()-start > drawsMaxBytes {
			w.Truncate(start)
			return false
		}
	}
	return true
}
