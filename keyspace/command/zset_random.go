package command

import (
	"math"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/num"
	"github.com/ringer-kv/ringer/types/zset"
)

var zrandmemberSpec = keyspace.Spec{
	Name: "zrandmember", Group: keyspace.SortedSet, Since: "6.2.0", Arity: -2,
	Syntax: "key [count [WITHSCORES]]{options}", Flags: keyspace.ReadOnly,
	Keys: keyspace.KeyAt(1, keyspace.RO|keyspace.Access), Tips: []string{"nondeterministic_output"},
	Summary:    "Get one or multiple random elements from a sorted set",
	Complexity: "O(N) where N is the number of elements returned",
	Run:        zrandmemberCommand,
}

func zrandmemberCommand(c *keyspace.Ctx) {
	if len(c.Args) > 2 {
		zrandmemberWithCountCommand(c)
		return
	}
	s, ok := lookupZSet(c, c.Args[1], c.Reply.Null)
	if !ok {
		return
	}
	var scratch [20]byte
	it := s.Iter(s.Random(c.Rand.Uint64), false)
	it.Next()
	c.Reply.Bulk(it.Member(scratch[:]))
}

func zrandmemberWithCountCommand(c *keyspace.Ctx) {
	count, err := parseDraws(c.Args[2])
	opts := newCursor(c.Args, 3)
	withScores := opts.Is("WITHSCORES")
	switch {
	case err != "":
	case opts.More():
		err = reply.ErrSyntax
	case withScores && (count < -math.MaxInt64/2 || count > math.MaxInt64/2):
		err = reply.ErrOutOfRange
	}
	if err != "" {
		c.Error(err)
		return
	}
	s, ok := lookupZSet(c, c.Args[1], func() { c.Reply.Array(0) })
	if !ok {
		return
	}
	r := zelementReply{c: c, withScores: withScores}
	n := int(count)
	switch {
	case count < 0:
		replyDraws(c, -n, r.length(-n), func() { r.element(&s, s.Random(c.Rand.Uint64)) })
	case count >= int64(s.Len()): // Redis: from the end on
		replyElements(c, s.Iter(s.Window(0, s.Len()), true), s.Len(), withScores)
	default:
		c.Reply.Array(r.length(n))
		sampleRanks(c, s.Len(), n, func(rank int) { r.element(&s, s.Window(rank, 1)) })
	}
}

// zelementReply replies with single elements of sorted sets.
type zelementReply struct {
	c          *keyspace.Ctx
	withScores bool
	scratch    [20]byte
}

// length is the length of an array of n elements: in RESP3 they are pairs.
func (r *zelementReply) length(n int) int {
	if r.withScores && r.c.Reply.Proto() != 3 {
		return 2 * n
	}
	return n
}

// element replies with the element of a span of one.
func (r *zelementReply) element(s *zset.Set, p zset.Span) {
	it := s.Iter(p, false)
	it.Next()
	if r.withScores && r.c.Reply.Proto() == 3 {
		r.c.Reply.Array(2)
	}
	r.c.Reply.Bulk(it.Member(r.scratch[:]))
	if r.withScores {
		r.c.Reply.Double(it.Score())
	}
}

// sampleRanks calls fn for n different ranks below size, each choice of n as likely as any other.
// O(n): Floyd's way (Bentley and Floyd, A Sample of Brilliance, 1987).
func sampleRanks(c *keyspace.Ctx, size, n int, fn func(rank int)) {
	drawn := make(map[int]struct{}, n)
	for last := size - n; last < size; last++ {
		rank := c.Rand.IntN(last + 1)
		if _, twice := drawn[rank]; twice {
			rank = last
		}
		drawn[rank] = struct{}{}
		fn(rank)
	}
}

var zscanSpec = keyspace.Spec{
	Name: "zscan", Group: keyspace.SortedSet, Since: "2.8.0", Arity: -3,
	Syntax: "key cursor [MATCH pattern] [COUNT count]", Flags: keyspace.ReadOnly,
	Keys: keyspace.KeyAt(1, keyspace.RO|keyspace.Access), Tips: []string{"nondeterministic_output"},
	Summary: "Incrementally iterate sorted sets elements and associated scores",
	Complexity: "O(1) for every call. O(N) for a complete iteration, including enough " +
		"command calls for the cursor to return back to 0. N is the number of " +
		"elements inside the collection..",
	Run: zscanCommand,
}

func zscanCommand(c *keyspace.Ctx) {
	var s zset.Set
	o, ok := parseElementScan(c, func(missing func()) (ok bool) {
		s, ok = lookupZSet(c, c.Args[1], missing)
		return ok
	})
	if !ok {
		return
	}
	var digits [32]byte
	if s.Encoding() == zset.Listpack { // all at once, scores as they stand there
		r := beginScanReply(c, 0)
		s.Scan(0, func(member []byte, score float64) {
			if o.wants(member) {
				r.add(member, num.AppendScore(digits[:0], score))
			}
		})
		r.end()
		return
	}
	type element struct {
		member []byte
		score  float64
	}
	var found []element
	cursor := o.walk(func(cursor uint64) uint64 {
		return s.Scan(cursor, func(member []byte, score float64) {
			found = append(found, element{member, score})
		})
	}, func() int { return 2 * len(found) }) // Redis: counts members and scores
	r := beginScanReply(c, cursor)
	for _, e := range found {
		if o.wants(e.member) {
			r.add(e.member, num.AppendFloat17(digits[:0], e.score))
		}
	}
	r.end()
}
