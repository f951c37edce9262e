package command

import (
	"bytes"
	"math"
	"strconv"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/glob"
)

// scanOptions are the options of SCAN and its relatives.
type scanOptions struct {
	cursor   uint64
	count    int64
	pattern  []byte // nil: all
	typ      []byte // nil: all
	elements bool   // of SSCAN and its relatives, which have no TYPE
}

// parse reads the options behind the cursor. Redis: scanGenericCommand.
func (o *scanOptions) parse(opts cursor) reply.Error {
	o.count = 10
	for opts.More() {
		switch {
		case opts.IsWith("COUNT", 1):
			var ok bool
			if o.count, ok = opts.Int(); !ok {
				return reply.ErrNotInteger
			}
			if o.count < 1 {
				return reply.ErrSyntax
			}
		case opts.IsWith("MATCH", 1):
			if o.pattern = opts.Arg(); len(o.pattern) == 1 && o.pattern[0] == '*' {
				o.pattern = nil
			}
		case !o.elements && opts.IsWith("TYPE", 1):
			o.typ = bytes.ToLower(opts.Arg())
		default:
			return reply.ErrSyntax
		}
	}
	return ""
}

// wants reports whether the pattern lets a key or an element through.
func (o *scanOptions) wants(key []byte) bool {
	return o.pattern == nil || glob.Match(o.pattern, key, false)
}

// scanRoundsPerKey bounds the empty buckets that one SCAN visits. Redis: scanGenericCommand.
const scanRoundsPerKey = 10

// walk takes steps of a scan until count elements have been found, and returns the next cursor.
func (o *scanOptions) walk(step func(cursor uint64) uint64, found func() int) uint64 {
	rounds := o.count * scanRoundsPerKey
	if rounds/scanRoundsPerKey != o.count {
		rounds = o.count // a count so large that it stands for everything
	}
	cursor := o.cursor
	for {
		cursor = step(cursor)
		rounds--
		if cursor == 0 || rounds < 0 || int64(found()) >= o.count {
			return cursor
		}
	}
}

// parseElementScan reads the arguments of SSCAN and its relatives: the cursor at args[2], then the
// options, but only if lookup finds something to scan. Else lookup answers, with missing for a key
// that does not exist. Redis: sscanCommand, hscanCommand, zscanCommand.
func parseElementScan(
	c *keyspace.Ctx, lookup func(missing func()) bool,
) (o scanOptions, ok bool) {
	o.elements = true
	if o.cursor, ok = parseScanCursor(c.Args[2]); !ok {
		c.Error(reply.ErrInvalidCursor)
		return o, false
	}
	if !lookup(func() { beginScanReply(c, 0).end() }) {
		return o, false
	}
	if err := o.parse(newCursor(c.Args, 3)); err != "" {
		c.Error(err)
		return o, false
	}
	return o, true
}

// scanReply is the reply to a scan, while it is being written.
type scanReply struct {
	c    *keyspace.Ctx
	mark reply.Mark
	n    int
}

// beginScanReply replies with the cursor; the elements follow.
func beginScanReply(c *keyspace.Ctx, cursor uint64) *scanReply {
	c.Reply.Array(2)
	replyCursor(c, cursor)
	return &scanReply{c: c, mark: c.Reply.DeferArray()}
}

// add replies with a key or an element that the options want, and the other parts of the element.
func (r *scanReply) add(parts ...[]byte) {
	for _, b := range parts {
		r.c.Reply.Bulk(b)
	}
	r.n += len(parts)
}

// end closes the reply.
func (r *scanReply) end() { r.c.Reply.Resolve(r.mark, r.n) }

// parseScanCursor reads a cursor. Redis: strtoul, which takes a sign, wraps a negative number round
// and reads as far as a NUL, and refuses leading space by a check of its own.
func parseScanCursor(word []byte) (uint64, bool) {
	word, _, _ = bytes.Cut(word, []byte{0})
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
