package command

import (
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/zset"
)

var zaddSpec = keyspace.Spec{
	Name: "zadd", Group: keyspace.SortedSet, Since: "1.2.0", Arity: -4,
	Syntax: "key [NX | XX]{condition @3.0.2} [GT | LT]{comparison @6.2.0} [CH{change @3.0.2}] " +
		"[INCR{increment @3.0.2}] score member [score member ...]",
	Flags: keyspace.Write | keyspace.DenyOOM | keyspace.Fast,
	Keys:  keyspace.KeyAt(1, keyspace.RW|keyspace.Update),
	Summary: "Add one or more members to a sorted set, or update its score if it already " +
		"exists",
	Complexity: "O(log(N)) for each item added, where N is the number of elements in the " +
		"sorted set.",
	History: []keyspace.Change{
		{Version: "2.4.0", Text: "Accepts multiple elements."},
		{Version: "3.0.2", Text: "Added the `XX`, `NX`, `CH` and `INCR` options."},
		{Version: "6.2.0", Text: "Added the `GT` and `LT` options."},
	},
	Run: zaddCommand,
}

func zaddCommand(c *keyspace.Ctx) {
	var few [8]float64
	o, err := parseZAdd(c, few[:0])
	if err != "" {
		c.Error(err)
		return
	}
	zaddGenericCommand(c, &o)
}

// zaddGenericCommand adds the members to the sorted set at args[1], and replies.
func zaddGenericCommand(c *keyspace.Ctx, o *zaddOptions) {
	e := c.DB.LookupWrite(c.Args[1])
	var s zset.Set
	switch {
	case !e.Found() && o.flags&zset.XX != 0:
		o.reply(c, 0, 0, zset.AddResult{Nop: true})
		return
	case !e.Found():
		s = c.DB.NewSortedSet(len(o.member(0)))
	case e.Type() != keyspace.TypeZSet:
		c.Error(reply.ErrWrongType)
		return
	default:
		s = e.SortedSet()
	}
	added, updated := 0, 0
	var result zset.AddResult
	for i, score := range o.scores {
		var nan error
		if result, nan = s.Add(o.member(i), score, o.flags); nan != nil {
			c.Error(reply.ErrScoreNaN)
			return // of a single pair: nothing has changed
		}
		if result.Added {
			added++
		} else if result.Updated {
			updated++
		}
	}
	c.DB.PutSortedSet(e, &s)
	if added+updated > 0 {
		c.Changed(keyspace.NotifyZSet, o.event(), c.Args[1])
		c.Dirty(added + updated - 1)
	}
	o.reply(c, added, updated, result)
}

// zaddOptions are the arguments of ZADD and ZINCRBY.
type zaddOptions struct {
	flags   zset.Flags
	changed bool     // CH
	members [][]byte // score, member, score, member ...
	scores  []float64
	extra   int // words for each member in members beyond those two
}

// member is the member of that index.
func (o *zaddOptions) member(i int) []byte {
	width := 2 + o.extra
	return o.members[width*i+width-1]
}

// parseZAdd reads the options and scores of ZADD; the scores are appended to buf.
// Redis: zaddGenericCommand.
func parseZAdd(c *keyspace.Ctx, buf []float64) (o zaddOptions, err reply.Error) {
	opts := newCursor(c.Args, 2)
	o.parseFlags(&opts)
	o.members = opts.Rest()
	pairs := len(o.members) / 2
	switch {
	case pairs == 0 || len(o.members)%2 != 0:
		return o, reply.ErrSyntax
	case o.flags&zset.NX != 0 && o.flags&zset.XX != 0:
		return o, reply.ErrZAddNXXX
	case o.flags&zset.GT != 0 && o.flags&(zset.NX|zset.LT) != 0,
		o.flags&zset.LT != 0 && o.flags&zset.NX != 0:
		return o, reply.ErrZAddGTLTNX
	case o.flags&zset.Incr != 0 && pairs > 1:
		return o, reply.ErrZAddIncrPairs
	}
	scores := newCursor(o.members, 0)
	for scores.More() {
		score, ok := scores.Float()
		if !ok {
			return o, reply.ErrNotFloat
		}
		buf = append(buf, score)
		scores.Arg()
	}
	o.scores = buf
	return o, ""
}

// parseFlags steps over the options in front of the first score.
func (o *zaddOptions) parseFlags(opts *cursor) {
	for opts.More() {
		switch {
		case opts.Is("NX"):
			o.flags |= zset.NX
		case opts.Is("XX"):
			o.flags |= zset.XX
		case opts.Is("CH"):
			o.changed = true
		case opts.Is("INCR"):
			o.flags |= zset.Incr
		case opts.Is("GT"):
			o.flags |= zset.GT
		case opts.Is("LT"):
			o.flags |= zset.LT
		default:
			return
		}
	}
}

// event is the keyspace event of the change.
func (o *zaddOptions) event() string {
	if o.flags&zset.Incr != 0 {
		return "zincr"
	}
	return "zadd"
}

// reply replies with the counts, or with the new score for INCR.
func (o *zaddOptions) reply(c *keyspace.Ctx, added, updated int, last zset.AddResult) {
	switch {
	case o.flags&zset.Incr != 0 && last.Nop:
		c.Reply.Null()
	case o.flags&zset.Incr != 0:
		c.Reply.Double(last.Score)
	case o.changed:
		c.Reply.Int(int64(added + updated))
	default:
		c.Reply.Int(int64(added))
	}
}

// lookupZSet looks a sorted set up for a command that only reads it. If it is not ok, the command
// has been answered: with an error for another type, by missing for a key that does not exist.
func lookupZSet(c *keyspace.Ctx, key []byte, missing func()) (s zset.Set, ok bool) {
	e := c.DB.LookupRead(key)
	switch {
	case !e.Found():
		missing()
	case e.Type() != keyspace.TypeZSet:
		c.Error(reply.ErrWrongType)
	default:
		return e.SortedSet(), true
	}
	return s, false
}

var zremSpec = keyspace.Spec{
	Name: "zrem", Group: keyspace.SortedSet, Since: "1.2.0", Arity: -3,
	Syntax: "key member [member ...]", Flags: keyspace.Write | keyspace.Fast,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Delete),
	Summary: "Remove one or more members from a sorted set",
	Complexity: "O(M*log(N)) with N being the number of elements in the sorted set and M the " +
		"number of elements to be removed.",
	History: []keyspace.Change{{Version: "2.4.0", Text: "Accepts multiple elements."}},
	Run:     zremCommand,
}

func zremCommand(c *keyspace.Ctx) {
	e := c.DB.LookupWrite(c.Args[1])
	switch {
	case !e.Found():
		c.Reply.Int(0)
		return
	case e.Type() != keyspace.TypeZSet:
		c.Error(reply.ErrWrongType)
		return
	}
	s := e.SortedSet()
	removed := 0
	for _, member := range c.Args[2:] {
		if s.Remove(member) {
			removed++
		}
	}
	if removed > 0 {
		deleted := c.DB.PutSortedSet(e, &s)
		c.Changed(keyspace.NotifyZSet, "zrem", c.Args[1])
		c.Dirty(removed - 1)
		if deleted {
			c.Notify(keyspace.NotifyGeneric, "del", c.Args[1])
		}
	}
	c.Reply.Int(int64(removed))
}

var zscoreSpec = keyspace.Spec{
	Name: "zscore", Group: keyspace.SortedSet, Since: "1.2.0", Arity: 3, Syntax: "key member",
	Flags: keyspace.ReadOnly | keyspace.Fast, Keys: keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary: "Get the score associated with the given member in a sorted set", Complexity: "O(1)",
	Run: zscoreCommand,
}

func zscoreCommand(c *keyspace.Ctx) {
	s, ok := lookupZSet(c, c.Args[1], c.Reply.Null)
	if !ok {
		return
	}
	score, ok := s.Score(c.Args[2])
	if !ok {
		c.Reply.Null()
		return
	}
	c.Reply.Double(score)
}

var zcardSpec = keyspace.Spec{
	Name: "zcard", Group: keyspace.SortedSet, Since: "1.2.0", Arity: 2, Syntax: "key",
	Flags: keyspace.ReadOnly | keyspace.Fast, Keys: keyspace.KeyAt(1, keyspace.RO),
	Summary: "Get the number of members in a sorted set", Complexity: "O(1)",
	Run: zcardCommand,
}

func zcardCommand(c *keyspace.Ctx) {
	if s, ok := lookupZSet(c, c.Args[1], func() { c.Reply.Int(0) }); ok {
		c.Reply.Int(int64(s.Len()))
	}
}

var zrankSpec = keyspace.Spec{
	Name: "zrank", Group: keyspace.SortedSet, Since: "2.0.0", Arity: -3,
	Syntax: "key member [WITHSCORE]", Flags: keyspace.ReadOnly | keyspace.Fast,
	Keys:       keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary:    "Determine the index of a member in a sorted set",
	Complexity: "O(log(N))",
	History: []keyspace.Change{
		{Version: "7.2.0", Text: "Added the optional `WITHSCORE` argument."},
	},
	Run: zrankCommand,
}

func zrankCommand(c *keyspace.Ctx) { zrankGenericCommand(c, false) }

// zrankGenericCommand replies with the rank of a member, counted from either end.
func zrankGenericCommand(c *keyspace.Ctx, reverse bool) {
	withScore := false
	missing := c.Reply.Null
	if len(c.Args) > 4 {
		c.Error(reply.WrongArity(c.Spec.FullName()))
		return
	}
	if len(c.Args) == 4 {
		opts := newCursor(c.Args, 3)
		if !opts.Is("WITHSCORE") {
			c.Error(reply.ErrSyntax)
			return
		}
		withScore, missing = true, c.Reply.NullArray
	}
	s, ok := lookupZSet(c, c.Args[1], missing)
	if !ok {
		return
	}
	rank, score, ok := s.Rank(c.Args[2])
	if !ok {
		missing()
		return
	}
	if reverse {
		rank = s.Len() - 1 - rank
	}
	if withScore {
		c.Reply.Array(2)
	}
	c.Reply.Int(int64(rank))
	if withScore {
		c.Reply.Double(score)
	}
}
