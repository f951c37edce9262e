package command

import (
	"math"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/hash"
)

var hrandfieldSpec = keyspace.Spec{
	Name: "hrandfield", Group: keyspace.HashGroup, Since: "6.2.0", Arity: -2,
	Syntax: "key [count [WITHVALUES]]{options}", Flags: keyspace.ReadOnly,
	Keys:       keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Tips:       []string{"nondeterministic_output"},
	Summary:    "Get one or multiple random fields from a hash",
	Complexity: "O(N) where N is the number of fields returned",
	Run:        hrandfieldCommand,
}

func hrandfieldCommand(c *keyspace.Ctx) {
	if len(c.Args) > 2 {
		hrandfieldWithCountCommand(c)
		return
	}
	if h, ok := lookupHash(c, c.Args[1], c.Reply.Null); ok {
		var scratch hash.Scratch
		field, _ := h.Random(c.Rand.Uint64, &scratch)
		c.Reply.Bulk(field)
	}
}

func hrandfieldWithCountCommand(c *keyspace.Ctx) {
	count, withValues, err := parseRandField(c.Args)
	if err != "" {
		c.Error(err)
		return
	}
	h, ok := lookupHash(c, c.Args[1], func() { c.Reply.Array(0) })
	if !ok {
		return
	}
	pairs := withValues && c.Reply.Proto() == 3
	length := func(n int) int {
		if withValues && !pairs {
			return 2 * n
		}
		return n
	}
	add := func(field, value []byte) {
		if pairs {
			c.Reply.Array(2)
		}
		c.Reply.Bulk(field)
		if withValues {
			c.Reply.Bulk(value)
		}
	}
	if count >= 0 {
		n := int(min(count, int64(h.Len())))
		c.Reply.Array(length(n))
		h.Sample(c.Rand.Uint64, n, add)
		return
	}
	var scratch hash.Scratch
	n := int(-count)
	replyDraws(c, n, length(n), func() { add(h.Random(c.Rand.Uint64, &scratch)) })
}

// parseRandField reads the count of HRANDFIELD and what stands behind it. Redis:
// hrandfieldCommand.
func parseRandField(args [][]byte) (count int64, withValues bool, err reply.Error) {
	if count, err = parseDraws(args[2]); err != "" {
		return 0, false, err
	}
	opts := newCursor(args, 3)
	if opts.More() {
		if withValues = opts.Is("WITHVALUES"); !withValues || opts.More() {
			return 0, false, reply.ErrSyntax
		}
	}
	if withValues && (count < -math.MaxInt64/2 || count > math.MaxInt64/2) {
		return 0, false, reply.ErrOutOfRange
	}
	return count, withValues, ""
}
