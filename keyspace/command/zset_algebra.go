package command

import (
	"cmp"
	"slices"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/num"
	"github.com/ringer-kv/ringer/types/set"
	"github.com/ringer-kv/ringer/types/zset"
)

var zunionSpec = keyspace.Spec{
	Name: "zunion", Group: keyspace.SortedSet, Since: "6.2.0", Arity: -3,
	Syntax: "numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN " +
		"| MAX>] [WITHSCORES]",
	Flags: keyspace.ReadOnly, Keys: keyspace.KeyNum(1, keyspace.RO|keyspace.Access),
	Summary: "Add multiple sorted sets",
	Complexity: "O(N)+O(M*log(M)) with N being the sum of the sizes of the input sorted " +
		"sets, and M being the number of elements in the resulting sorted set.",
	Run: zunionCommand,
}

func zunionCommand(c *keyspace.Ctx) { zunionInterDiffGenericCommand(c, zunionOp, 1) }

var zunionstoreSpec = keyspace.Spec{
	Name: "zunionstore", Group: keyspace.SortedSet, Since: "2.0.0", Arity: -4,
	Syntax: "destination numkeys key [key ...] [WEIGHTS weight [weight ...]] " +
		"[AGGREGATE <SUM | MIN | MAX>]",
	Flags: keyspace.Write | keyspace.DenyOOM,
	Keys: slices.Concat(keyspace.KeyAt(1, keyspace.OW|keyspace.Update),
		keyspace.KeyNum(2, keyspace.RO|keyspace.Access)),
	Summary: "Add multiple sorted sets and store the resulting sorted set in a new key",
	Complexity: "O(N)+O(M log(M)) with N being the sum of the sizes of the input sorted " +
		"sets, and M being the number of elements in the resulting sorted set.",
	Run: zunionstoreCommand,
}

func zunionstoreCommand(c *keyspace.Ctx) { zunionInterDiffGenericCommand(c, zunionOp, 2) }

var zinterSpec = keyspace.Spec{
	Name: "zinter", Group: keyspace.SortedSet, Since: "6.2.0", Arity: -3,
	Syntax: "numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN " +
		"| MAX>] [WITHSCORES]",
	Flags: keyspace.ReadOnly, Keys: keyspace.KeyNum(1, keyspace.RO|keyspace.Access),
	Summary: "Intersect multiple sorted sets",
	Complexity: "O(N*K)+O(M*log(M)) worst case with N being the smallest input sorted set, " +
		"K being the number of input sorted sets and M being the number of " +
		"elements in the resulting sorted set.",
	Run: zinterCommand,
}

func zinterCommand(c *keyspace.Ctx) { zunionInterDiffGenericCommand(c, zinterOp, 1) }

var zinterstoreSpec = keyspace.Spec{
	Name: "zinterstore", Group: keyspace.SortedSet, Since: "2.0.0", Arity: -4,
	Syntax: "destination numkeys key [key ...] [WEIGHTS weight [weight ...]] " +
		"[AGGREGATE <SUM | MIN | MAX>]",
	Flags: keyspace.Write | keyspace.DenyOOM,
	Keys: slices.Concat(keyspace.KeyAt(1, keyspace.OW|keyspace.Update),
		keyspace.KeyNum(2, keyspace.RO|keyspace.Access)),
	Summary: "Intersect multiple sorted sets and store the resulting sorted set in a " +
		"new key",
	Complexity: "O(N*K)+O(M*log(M)) worst case with N being the smallest input sorted set, " +
		"K being the number of input sorted sets and M being the number of " +
		"elements in the resulting sorted set.",
	Run: zinterstoreCommand,
}

func zinterstoreCommand(c *keyspace.Ctx) { zunionInterDiffGenericCommand(c, zinterOp, 2) }

var zintercardSpec = keyspace.Spec{
	Name: "zintercard", Group: keyspace.SortedSet, Since: "7.0.0", Arity: -3,
	Syntax: "numkeys key [key ...] [LIMIT limit]", Flags: keyspace.ReadOnly,
	Keys:    keyspace.KeyNum(1, keyspace.RO|keyspace.Access),
	Summary: "Intersect multiple sorted sets and return the cardinality of the result",
	Complexity: "O(N*K) worst case with N being the smallest input sorted set, K being the " +
		"number of input sorted sets.",
	Run: zintercardCommand,
}

func zintercardCommand(c *keyspace.Ctx) { zunionInterDiffGenericCommand(c, zinterCardOp, 1) }

var zdiffSpec = keyspace.Spec{
	Name: "zdiff", Group: keyspace.SortedSet, Since: "6.2.0", Arity: -3,
	Syntax: "numkeys key [key ...] [WITHSCORES]", Flags: keyspace.ReadOnly,
	Keys: keyspace.KeyNum(1, keyspace.RO|keyspace.Access), Summary: "Subtract multiple sorted sets",
	Complexity: "O(L + (N-K)log(N)) worst case where L is the total number of elements in " +
		"all the sets, N is the size of the first set, and K is the size of the " +
		"result set.",
	Run: zdiffCommand,
}

func zdiffCommand(c *keyspace.Ctx) { zunionInterDiffGenericCommand(c, zdiffOp, 1) }

var zdiffstoreSpec = keyspace.Spec{
	Name: "zdiffstore", Group: keyspace.SortedSet, Since: "6.2.0", Arity: -4,
	Syntax: "destination numkeys key [key ...]", Flags: keyspace.Write | keyspace.DenyOOM,
	Keys: slices.Concat(keyspace.KeyAt(1, keyspace.OW|keyspace.Update),
		keyspace.KeyNum(2, keyspace.RO|keyspace.Access)),
	Summary: "Subtract multiple sorted sets and store the resulting sorted set in a new " +
		"key",
	Complexity: "O(L + (N-K)log(N)) worst case where L is the total number of elements in " +
		"all the sets, N is the size of the first set, and K is the size of the " +
		"result set.",
	Run: zdiffstoreCommand,
}

func zdiffstoreCommand(c *keyspace.Ctx) { zunionInterDiffGenericCommand(c, zdiffOp, 2) }

// zsetOp is how sorted sets are combined.
type zsetOp uint8

const (
	zunionOp zsetOp = iota
	zinterOp
	zinterCardOp // only the size of the intersection counts
	zdiffOp
)

// event is the keyspace event of a stored result.
func (op zsetOp) event() string {
	switch op {
	case zunionOp:
		return "zunionstore"
	case zinterOp:
		return "zinterstore"
	}
	return "zdiffstore"
}

// aggregate is what becomes of the scores of a member that several operands have.
type aggregate uint8

const (
	aggregateSum aggregate = iota
	aggregateMin
	aggregateMax
)

// zoperand is one of the keys that are combined: a sorted set, a set, all of whose scores are 1,
// or nothing.
type zoperand struct {
	zset   *zset.Set
	set    *set.Set
	weight float64
}

// zcombination is what ZUNION and its relatives are asked to do.
type zcombination struct {
	op         zsetOp
	store      bool // to args[1]
	withScores bool
	aggregate  aggregate
	limit      int64 // 0: none
	operands   []zoperand
}

// zunionInterDiffGenericCommand combines the keys whose number stands at args[at], and replies
// with the result or, if another key stands in front of the number, stores it there.
func zunionInterDiffGenericCommand(c *keyspace.Ctx, op zsetOp, at int) {
	z := zcombination{op: op, store: at == 2}
	if err := z.parse(c, at); err != "" {
		c.Error(err)
		return
	}
	if op == zinterCardOp {
		c.Reply.Int(z.countCommon())
		return
	}
	room := 0
	for i := range z.operands {
		room += z.operands[i].memoryUsage()
	}
	if !c.DB.HasRoom(int64(room)) {
		c.Error(reply.ErrOOM)
		return
	}
	result := c.DB.NewSortedSetOf(0)
	switch op {
	case zunionOp:
		z.union(&result)
	case zinterOp:
		z.common(func(member []byte, score float64) bool {
			addNumber(&result, member, score)
			return true
		})
	default:
		z.difference(&result)
	}
	if z.store {
		storeZSet(c, &result, op.event())
		return
	}
	all := result.Window(0, result.Len())
	replyElements(c, result.Iter(all, false), all.Len(), z.withScores)
	c.DB.FreeSortedSet(&result)
}

// parse reads the number at args[at], looks the keys up and reads the options behind them.
func (z *zcombination) parse(c *keyspace.Ctx, at int) reply.Error {
	n, ok := num.ParseInt(c.Args[at])
	switch {
	case !ok:
		return reply.ErrNotInteger
	case n < 1:
		return reply.NoInputKey(c.Spec.FullName())
	case n > int64(len(c.Args)-at-1):
		return reply.ErrSyntax
	}
	opts := newCursor(c.Args, at+1)
	z.operands = make([]zoperand, n)
	for i := range z.operands {
		e := c.DB.LookupRead(opts.Arg())
		if !z.operands[i].open(e) {
			return reply.ErrWrongType
		}
	}
	for opts.More() {
		if err := z.parseOption(&opts); err != "" {
			return err
		}
	}
	if z.op != zdiffOp { // the smaller ones first; sums of doubles depend on the order
		slices.SortStableFunc(z.operands, func(a, b zoperand) int {
			return cmp.Compare(a.size(), b.size())
		})
	}
	return ""
}

// parseOption steps over one option.
func (z *zcombination) parseOption(opts *cursor) reply.Error {
	combines := z.op == zunionOp || z.op == zinterOp
	var ok bool
	switch {
	case combines && opts.IsWith("WEIGHTS", len(z.operands)):
		for i := range z.operands {
			if z.operands[i].weight, ok = opts.Float(); !ok {
				return reply.ErrWeight
			}
		}
	case combines && opts.IsWith("AGGREGATE", 1):
		switch {
		case opts.Is("SUM"):
			z.aggregate = aggregateSum
		case opts.Is("MIN"):
			z.aggregate = aggregateMin
		case opts.Is("MAX"):
			z.aggregate = aggregateMax
		default:
			return reply.ErrSyntax
		}
	case z.op != zinterCardOp && !z.store && opts.Is("WITHSCORES"):
		z.withScores = true
	case z.op == zinterCardOp && opts.IsWith("LIMIT", 1):
		if z.limit, ok = opts.Int(); !ok || z.limit < 0 {
			return reply.ErrNegativeLimit
		}
	default:
		return reply.ErrSyntax
	}
	return ""
}

// open takes what the key has. It is not ok if that can't be combined.
func (o *zoperand) open(e keyspace.Entry) (ok bool) {
	o.weight = 1
	if !e.Found() {
		return true
	}
	switch e.Type() {
	case keyspace.TypeZSet:
		s := e.SortedSet()
		o.zset = &s
	case keyspace.TypeSet:
		s := e.Set()
		o.set = &s
	default:
		return false
	}
	return true
}

// size is the number of members.
func (o *zoperand) size() int {
	switch {
	case o.zset != nil:
		return o.zset.Len()
	case o.set != nil:
		return o.set.Len()
	}
	return 0
}

// memoryUsage is about what a copy takes. The bytes of small integers in an intset are spread.
func (o *zoperand) memoryUsage() int {
	const nodeBytes = 64
	switch {
	case o.zset != nil:
		return o.zset.MemoryUsage() + nodeBytes*o.zset.Len()
	case o.set != nil:
		return o.set.MemoryUsage() + nodeBytes*o.set.Len()
	}
	return 0
}

// score is the score of a member, not weighted.
func (o *zoperand) score(member []byte) (score float64, ok bool) {
	switch {
	case o.zset != nil:
		return o.zset.Score(member)
	case o.set != nil:
		return 1, o.set.Contains(member)
	}
	return 0, false
}

// each calls fn for every member with its score, not weighted, until it returns false. The member
// is valid until fn returns.
func (o *zoperand) each(fn func(member []byte, score float64) bool) {
	switch {
	case o.zset != nil:
		var scratch [20]byte
		it := o.zset.Iter(o.zset.Window(0, o.zset.Len()), false)
		for it.Next() && fn(it.Member(scratch[:]), it.Score()) {
		}
	case o.set != nil:
		o.set.Each(func(member []byte) bool { return fn(member, 1) })
	}
}

// weighted is the score times the weight, and 0 for infinity times 0.
func (o *zoperand) weighted(score float64) float64 {
	if score *= o.weight; score != score {
		return 0
	}
	return score
}

// add is the score of a member that another operand has with another score. Infinities of both
// signs make 0. Redis: zunionInterAggregate.
func (a aggregate) add(score, other float64) float64 {
	switch {
	case a == aggregateSum:
		if score += other; score != score {
			return 0
		}
	case a == aggregateMin && other < score, a == aggregateMax && other > score:
		return other
	}
	return score
}

func (z *zcombination) union(result *zset.Set) {
	for i := range z.operands {
		o := &z.operands[i]
		o.each(func(member []byte, score float64) bool {
			score = o.weighted(score)
			old, found := 0.0, false
			if i > 0 {
				old, found = result.Score(member)
			}
			if found {
				score = z.aggregate.add(old, score)
			}
			if found && score == 0 && old == 0 { // else 0 would not replace -0
				result.Remove(member)
			}
			addNumber(result, member, score)
			return true
		})
	}
}

// common calls fn for every member that all operands have, with its score, until it returns false.
func (z *zcombination) common(fn func(member []byte, score float64) bool) {
	first, others := &z.operands[0], z.operands[1:]
	first.each(func(member []byte, score float64) bool {
		score = first.weighted(score)
		for i := range others {
			other, found := others[i].score(member)
			if !found {
				return true
			}
			score = z.aggregate.add(score, other*others[i].weight)
		}
		return fn(member, score)
	})
}

// countCommon counts the members that all operands have, up to the limit.
func (z *zcombination) countCommon() int64 {
	n := int64(0)
	z.common(func([]byte, float64) bool {
		n++
		return n != z.limit
	})
	return n
}

func (z *zcombination) difference(result *zset.Set) {
	first, others := &z.operands[0], z.operands[1:]
	first.each(func(member []byte, score float64) bool {
		for i := range others {
			if _, found := others[i].score(member); found {
				return true
			}
		}
		addNumber(result, member, score)
		return true
	})
}
