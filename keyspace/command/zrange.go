package command

import (
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/num"
	"github.com/ringer-kv/ringer/types/zset"
)

var zrangeSpec = keyspace.Spec{
	Name: "zrange", Group: keyspace.SortedSet, Since: "1.2.0", Arity: -4,
	Syntax: "key start{:string} stop{:string} [BYSCORE | BYLEX]{sortby @6.2.0} [REV{@6.2.0}] " +
		"[LIMIT (offset count){@6.2.0}] [WITHSCORES]",
	Flags: keyspace.ReadOnly, Keys: keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary: "Return a range of members in a sorted set",
	Complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M the " +
		"number of elements returned.",
	History: []keyspace.Change{
		{Version: "6.2.0", Text: "Added the `REV`, `BYSCORE`, `BYLEX` and `LIMIT` options."},
	},
	Run: zrangeCommand,
}

func zrangeCommand(c *keyspace.Ctx) { zrangeGenericCommand(c, 1, zrangeOptions{limit: -1}) }

// zrangeBy is what the two ends of a range are.
type zrangeBy uint8

const (
	byRank zrangeBy = iota
	byScore
	byLex
)

// zrangeOptions are the options of ZRANGE and its relatives, and the range itself.
type zrangeOptions struct {
	fixed         bool // the name of the command says by and reverse, no option may
	by            zrangeBy
	reverse       bool
	withScores    bool
	offset, limit int64 // limit -1: all

	start, stop int64
	scores      zset.ScoreRange
	lex         zset.LexRange
}

// zrangeGenericCommand replies with a range of the sorted set at args[key]. What the name of the
// command says already stands in o.
func zrangeGenericCommand(c *keyspace.Ctx, key int, o zrangeOptions) {
	if err := o.parse(c.Args, key+1); err != "" {
		c.Error(err)
		return
	}
	s, ok := lookupZSet(c, c.Args[key], func() { c.Reply.Array(0) })
	if ok {
		p := o.span(&s)
		replyElements(c, s.Iter(p, o.reverse), p.Len(), o.withScores)
	}
}

// parse reads the bounds at args[at] and at+1 and the options behind them.
func (o *zrangeOptions) parse(args [][]byte, at int) reply.Error {
	opts := newCursor(args, at+2)
	for opts.More() {
		if err := o.parseOption(&opts); err != "" {
			return err
		}
	}
	switch {
	case o.limit != -1 && o.by == byRank: // Redis: LIMIT 0 -1 passes
		return reply.ErrLimitAlone
	case o.withScores && o.by == byLex:
		return reply.ErrLexWithScores
	}
	min, max := args[at], args[at+1]
	if o.reverse && o.by != byRank {
		min, max = max, min
	}
	return o.parseBounds(min, max)
}

// parseOption steps over one option.
func (o *zrangeOptions) parseOption(opts *cursor) reply.Error {
	switch {
	case opts.Is("WITHSCORES"):
		o.withScores = true
	case opts.IsWith("LIMIT", 2):
		var ok bool
		if o.offset, ok = opts.Int(); !ok {
			return reply.ErrNotInteger
		}
		if o.limit, ok = opts.Int(); !ok {
			return reply.ErrNotInteger
		}
	case !o.fixed && !o.reverse && opts.Is("REV"):
		o.reverse = true
	case !o.fixed && o.by == byRank && opts.Is("BYLEX"):
		o.by = byLex
	case !o.fixed && o.by == byRank && opts.Is("BYSCORE"):
		o.by = byScore
	default:
		return reply.ErrSyntax
	}
	return ""
}

func (o *zrangeOptions) parseBounds(min, max []byte) reply.Error {
	var ok, okStop bool
	switch o.by {
	case byScore:
		if o.scores, ok = zset.ParseScoreRange(min, max); !ok {
			return reply.ErrMinMaxNotFloat
		}
	case byLex:
		if o.lex, ok = zset.ParseLexRange(min, max); !ok {
			return reply.ErrMinMaxNotLex
		}
	default:
		o.start, ok = num.ParseInt(min)
		o.stop, okStop = num.ParseInt(max)
		if !ok || !okStop {
			return reply.ErrNotInteger
		}
	}
	return ""
}

// span is the range in a set.
func (o *zrangeOptions) span(s *zset.Set) zset.Span {
	switch o.by {
	case byScore:
		return s.ScoreSpan(o.scores).Limit(int(o.offset), int(o.limit), o.reverse)
	case byLex:
		return s.LexSpan(o.lex, o.reverse).Limit(int(o.offset), int(o.limit), o.reverse)
	}
	return s.RankSpan(int(o.start), int(o.stop), o.reverse)
}

// replyElements replies with the n elements of a walk; with scores, RESP3 has pairs.
func replyElements(c *keyspace.Ctx, it zset.Iter, n int, withScores bool) {
	pairs := withScores && c.Reply.Proto() == 3
	if withScores && !pairs {
		n *= 2
	}
	c.Reply.Array(n)
	var scratch [20]byte
	for it.Next() {
		if pairs {
			c.Reply.Array(2)
		}
		c.Reply.Bulk(it.Member(scratch[:]))
		if withScores {
			c.Reply.Double(it.Score())
		}
	}
}

var zquerySpec = keyspace.Spec{
	Name: "zquery", Group: keyspace.SortedSet, Since: "1.0.0", Arity: 6,
	Syntax: "key score member offset limit", Flags: keyspace.ReadOnly,
	Keys: keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary: "Return members with their scores from a (score, member) pair on, skipping offset " +
		"of them; ringer's own",
	Complexity: "O(log(N)+M) with N being the number of elements in the sorted set and M the " +
		"number of elements returned.",
	Run: zqueryCommand,
}

// zqueryCommand seeks the first element at or after the pair, goes offset elements on, or back if
// it is negative, and replies with at most limit elements from there, all if it is negative. A
// place before the first element or behind the last is answered with nothing.
func zqueryCommand(c *keyspace.Ctx) {
	score, ok := num.ParseFloat(c.Args[2])
	if !ok {
		c.Error(reply.ErrNotFloat)
		return
	}
	offset, okOffset := num.ParseInt(c.Args[4])
	limit, okLimit := num.ParseInt(c.Args[5])
	if !okOffset || !okLimit {
		c.Error(reply.ErrNotInteger)
		return
	}
	s, ok := lookupZSet(c, c.Args[1], func() { c.Reply.Array(0) })
	if !ok {
		return
	}
	n := int64(s.Len())
	rank := int64(s.SeekPair(score, c.Args[3]))
	if offset < -rank || offset >= n-rank {
		c.Reply.Array(0)
		return
	}
	rank += offset
	if limit < 0 || limit > n-rank {
		limit = n - rank
	}
	it := s.Iter(s.Window(int(rank), int(limit)), false)
	c.Reply.Array(2 * int(limit))
	var scratch [20]byte
	for it.Next() {
		c.Reply.Bulk(it.Member(scratch[:]))
		c.Reply.Double(it.Score())
	}
}
