package command

import (
	"bytes"
	"math"
	"strconv"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/num"
)

// parseScanOptions reads the cursor at args[at] and the options behind it. Redis:
// parseScanCursorOrReply, scanGenericCommand.
func parseScanOptions(c *keyspace.Ctx, at int) (o scanOptions, ok bool) {
	o.count = 10
	if o.cursor, ok = parseScanCursor(c.Args[at]); !ok {
		c.Error(reply.ErrInvalidCursor)
		return o, false
	}
	opts := newCursor(c.Args, at+1)
	for opts.More() {
		switch {
		case opts.IsWith("COUNT", 1):
			if o.count, ok = num.ParseInt(opts.Arg()); !ok {
				c.Error(reply.ErrNotInteger)
				return o, false
			}
			if o.count < 1 {
				c.Error(reply.ErrSyntax)
				return o, false
			}
		case opts.IsWith("MATCH", 1):
			if o.pattern = opts.Arg(); len(o.pattern) == 1 && o.pattern[0] == '*' {
				o.pattern = nil
			}
		case opts.IsWith("TYPE", 1):
			o.typ = bytes.ToLower(opts.Arg())
		default:
			c.Error(reply.ErrSyntax)
			return o, false
		}
	}
	return o, true
}

// parseScanCursor reads a cursor. Redis: strtoul, which takes a sign and wraps a negative number
// round, and refuses leading space by a check of its own.
func parseScanCursor(word []byte) (uint64, bool) {
	digits := word
	negative := len(word) > 0 && word[0] == '-'
	if negative || len(word) > 0 && word[0] == '+' {
		digits = word[1:]
	}
	if len(word) == 0 { // strtoul makes 0 of nothing
		return 0, true
	}
	n := uint64(0)
	for _, d := range digits {
		d -= '0'
		if d > 9 || n > math.MaxUint64/10 || n*10 > math.MaxUint64-uint64(d) {
			return 0, false
		}
		n = n*10 + uint64(d)
	}
	if len(digits) == 0 {
		return 0, false
	}
	if negative {
		n = -n
	}
	return n, true
}

// replyCursor replies with a cursor.
func replyCursor(c *keyspace.Ctx, cursor uint64) {
	var digits [20]byte
	c.Reply.Bulk(strconv.AppendUint(digits[:0], cursor, 10))
}
