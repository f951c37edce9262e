package command

import (
	"math"
	"math/big"
	"slices"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/list"
	"github.com/ringer-kv/ringer/types/num"
)

// parseTimeout reads the seconds that a command may wait and gives the end of that time, 0 if it
// may wait for ever. Redis: getTimeoutFromObjectOrReply, which makes the smallest integer of what
// is too large for one.
func parseTimeout(c *keyspace.Ctx, word []byte) (deadlineMs int64, err reply.Error) {
	if _, ok := num.ParseLongDouble(word); !ok {
		return 0, reply.ErrTimeoutNotFloat
	}
	ms, ok := timeoutMs(word)
	switch {
	case !ok || ms < 0:
		return 0, reply.ErrTimeoutNegative
	case ms == 0:
		return 0, ""
	case ms > math.MaxInt64-c.NowMs:
		return math.MaxInt64, ""
	}
	return c.NowMs + ms, ""
}

// timeoutMs is a valid number of seconds in milliseconds, rounded up; false if that is too large.
// It calculates with the 64 bits of a long double, so that -0.001 becomes 0, as in Redis.
func timeoutMs(word []byte) (ms int64, ok bool) {
	const longDoubleBits = 64
	f, _, err := big.ParseFloat(string(word), 0, longDoubleBits, big.ToNearestEven)
	if err != nil || f.IsInf() { // what is valid and not read here is a long word for infinity
		return 0, false
	}
	f.Mul(f, big.NewFloat(1000))
	ms, side := f.Int64()
	if f.Sign() > 0 && side == big.Below {
		if ms == math.MaxInt64 {
			return 0, false
		}
		ms++
	}
	return ms, true
}

var blpopSpec = keyspace.Spec{
	Name: "blpop", Group: keyspace.List, Since: "2.0.0", Arity: -3,
	Syntax: "key [key ...] timeout",
	Flags:  keyspace.Write | keyspace.NoScript | keyspace.Blocking,
	Keys:   keyspace.KeyRange(1, -2, 1, keyspace.RW|keyspace.Access|keyspace.Delete),
	Summary: "Remove and get the first element in a list, or block until one is " +
		"available",
	Complexity: "O(N) where N is the number of provided keys.",
	History: []keyspace.Change{
		{Version: "6.0.0", Text: "`timeout` is interpreted as a double instead of an integer."},
	},
	Run: blpopCommand,
}

func blpopCommand(c *keyspace.Ctx) { blockingPop(c, list.Head) }

var brpopSpec = keyspace.Spec{
	Name: "brpop", Group: keyspace.List, Since: "2.0.0", Arity: -3,
	Syntax:     "key [key ...] timeout",
	Flags:      keyspace.Write | keyspace.NoScript | keyspace.Blocking,
	Keys:       keyspace.KeyRange(1, -2, 1, keyspace.RW|keyspace.Access|keyspace.Delete),
	Summary:    "Remove and get the last element in a list, or block until one is available",
	Complexity: "O(N) where N is the number of provided keys.",
	History: []keyspace.Change{
		{Version: "6.0.0", Text: "`timeout` is interpreted as a double instead of an integer."},
	},
	Run: brpopCommand,
}

func brpopCommand(c *keyspace.Ctx) { blockingPop(c, list.Tail) }

// blockingPop is BLPOP or BRPOP.
func blockingPop(c *keyspace.Ctx, end list.End) {
	last := len(c.Args) - 1
	blockingPopGenericCommand(c, mpopOptions{keys: c.Args[1:last], end: end}, c.Args[last])
}

// blockingPopGenericCommand takes elements from the first of several lists that exists, or waits
// for one that does.
func blockingPopGenericCommand(c *keyspace.Ctx, o mpopOptions, timeout []byte) {
	deadlineMs, err := parseTimeout(c, timeout)
	if err != "" {
		c.Error(err)
		return
	}
	if o.popFirst(c) {
		return
	}
	c.Block(keyspace.Wait{
		Keys: o.keys, Type: keyspace.TypeList, DeadlineMs: deadlineMs,
		Serve: func(c *keyspace.Ctx, e keyspace.Entry) { o.pop(c, e) },
	})
}

var blmpopSpec = keyspace.Spec{
	Name: "blmpop", Group: keyspace.List, Since: "7.0.0", Arity: -5,
	Syntax:  "timeout numkeys key [key ...] <LEFT | RIGHT>{where} [COUNT count]",
	Flags:   keyspace.Write | keyspace.Blocking,
	Keys:    keyspace.KeyNum(2, keyspace.RW|keyspace.Access|keyspace.Delete),
	Summary: "Pop elements from a list, or block until one is available",
	Complexity: "O(N+M) where N is the number of provided keys and M is the number of " +
		"elements returned.",
	Run: blmpopCommand,
}

func blmpopCommand(c *keyspace.Ctx) {
	o, err := parseLMPop(c.Args, 2)
	if err != "" {
		c.Error(err)
		return
	}
	blockingPopGenericCommand(c, o, c.Args[1])
}

var blmoveSpec = keyspace.Spec{
	Name: "blmove", Group: keyspace.List, Since: "6.2.0", Arity: 6,
	Syntax: "source destination <LEFT | RIGHT>{wherefrom} <LEFT | RIGHT>{whereto} " +
		"timeout",
	Flags: keyspace.Write | keyspace.DenyOOM | keyspace.NoScript | keyspace.Blocking,
	Keys: slices.Concat(
		keyspace.KeyAt(1, keyspace.RW|keyspace.Access|keyspace.Delete),
		keyspace.KeyAt(2, keyspace.RW|keyspace.Insert),
	),
	Summary: "Pop an element from a list, push it to another list and return it; or " +
		"block until one is available",
	Complexity: "O(1)",
	Run:        blmoveCommand,
}

func blmoveCommand(c *keyspace.Ctx) {
	from, okFrom := parseEnd(c.Args[3])
	to, okTo := parseEnd(c.Args[4])
	if !okFrom || !okTo {
		c.Error(reply.ErrSyntax)
		return
	}
	blmoveGenericCommand(c, c.Args[5], func(c *keyspace.Ctx, e keyspace.Entry) {
		if moveElement(c, e, from, to) {
			c.Record(lmoveWord, c.Args[1], c.Args[2], c.Args[3], c.Args[4])
		}
	})
}

var brpoplpushSpec = keyspace.Spec{
	Name: "brpoplpush", Group: keyspace.List, Since: "2.2.0", Arity: 4,
	Syntax: "source destination timeout",
	Flags:  keyspace.Write | keyspace.DenyOOM | keyspace.NoScript | keyspace.Blocking,
	Keys: slices.Concat(
		keyspace.KeyAt(1, keyspace.RW|keyspace.Access|keyspace.Delete),
		keyspace.KeyAt(2, keyspace.RW|keyspace.Insert),
	),
	Summary: "Pop an element from a list, push it to another list and return it; or " +
		"block until one is available",
	Complexity: "O(1)",
	History: []keyspace.Change{
		{Version: "6.0.0", Text: "`timeout` is interpreted as a double instead of an integer."},
	},
	Deprecated: "6.2.0",
	ReplacedBy: "`BLMOVE` with the `RIGHT` and `LEFT` arguments",
	Run:        brpoplpushCommand,
}

func brpoplpushCommand(c *keyspace.Ctx) {
	blmoveGenericCommand(c, c.Args[3], func(c *keyspace.Ctx, e keyspace.Entry) {
		if moveElement(c, e, list.Tail, list.Head) {
			c.Record(rpoplpushWord, c.Args[1], c.Args[2])
		}
	})
}

// blmoveGenericCommand has move move an element from the list at args[1], at once or when there is
// one.
func blmoveGenericCommand(
	c *keyspace.Ctx, timeout []byte, move func(*keyspace.Ctx, keyspace.Entry),
) {
	deadlineMs, err := parseTimeout(c, timeout)
	if err != "" {
		c.Error(err)
		return
	}
	e := c.DB.LookupWrite(c.Args[1])
	switch {
	case e.Found() && e.Type() != keyspace.TypeList:
		c.Error(reply.ErrWrongType)
	case e.Found():
		move(c, e)
	case !c.MayBlock(): // Redis: not the null of a wait that has ended
		c.Reply.Null()
	default:
		c.Block(keyspace.Wait{
			Keys: c.Args[1:2], Type: keyspace.TypeList, DeadlineMs: deadlineMs, Serve: move,
		})
	}
}
