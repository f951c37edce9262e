package command

import (
	"math"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/num"
)

var getSpec = keyspace.Spec{
	Name: "get", Group: keyspace.String, Since: "1.0.0", Arity: 2, Syntax: "key",
	Flags: keyspace.ReadOnly | keyspace.Fast, Keys: keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary: "Get the value of a key", Complexity: "O(1)",
	Run: getCommand,
}

func getCommand(c *keyspace.Ctx) {
	getGenericCommand(c)
}

// getGenericCommand replies with the string of the key; false: it has replied with an error.
func getGenericCommand(c *keyspace.Ctx) bool {
	e := c.DB.LookupRead(c.Args[1])
	if !e.Found() {
		c.Reply.Null()
		return true
	}
	if e.Type() != keyspace.TypeString {
		c.Error(reply.ErrWrongType)
		return false
	}
	c.Reply.Bulk(e.StringBytes())
	return true
}

var setSpec = keyspace.Spec{
	Name: "set", Group: keyspace.String, Since: "1.0.0", Arity: -3,
	Syntax: "key value [NX | XX]{condition @2.6.12} [GET{@6.2.0}] [EX seconds{@2.6.12} | " +
		"PX milliseconds{@2.6.12} | EXAT unix-time-seconds{@6.2.0} | " +
		"PXAT unix-time-milliseconds{@6.2.0} | KEEPTTL{@6.0.0}]{expiration}",
	Flags: keyspace.Write | keyspace.DenyOOM,
	Keys: []keyspace.KeySpec{{
		Notes: "RW and ACCESS due to the optional `GET` argument", Index: 1, Step: 1,
		Flags: keyspace.RW | keyspace.Access | keyspace.Update | keyspace.VariableFlags,
	}},
	GetKeys: setGetKeys,
	Summary: "Set the string value of a key", Complexity: "O(1)",
	History: []keyspace.Change{
		{Version: "2.6.12", Text: "Added the `EX`, `PX`, `NX` and `XX` options."},
		{Version: "6.0.0", Text: "Added the `KEEPTTL` option."},
		{Version: "6.2.0", Text: "Added the `GET`, `EXAT` and `PXAT` option."},
		{Version: "7.0.0", Text: "Allowed the `NX` and `GET` options to be used together."},
	},
	Run: setCommand,
}

// setOptions are the options of SET, GETEX and their older relatives.
type setOptions struct {
	nx, xx, get, keepTTL bool
	expire               []byte // the number, nil if there is none
	unitMs               int64  // 1000 for EX and EXAT
	absolute             bool   // EXAT, PXAT
	unit                 string // the option that brought expire
}

func setCommand(c *keyspace.Ctx) {
	o, ok := parseSetOptions(c)
	if !ok {
		return
	}
	deadlineMs := int64(0)
	if o.expire != nil {
		if deadlineMs, ok = parseDeadline(c, o); !ok {
			return
		}
	}
	if o.get && !getGenericCommand(c) {
		return
	}
	e := c.DB.LookupWrite(c.Args[1])
	if o.nx && e.Found() || o.xx && !e.Found() {
		if !o.get {
			c.Reply.Null()
		}
		return
	}
	e = c.DB.SetString(e, c.Args[2], o.keepTTL)
	c.Changed(keyspace.NotifyString, "set", c.Args[1])
	if o.expire != nil {
		c.DB.SetDeadline(e, deadlineMs)
		c.Notify(keyspace.NotifyGeneric, "expire", c.Args[1])
		recordSetWithDeadline(c, deadlineMs)
	}
	if !o.get {
		c.OK()
	}
}

// parseSetOptions reads the options of SET. Redis: parseExtendedStringArgumentsOrReply.
func parseSetOptions(c *keyspace.Ctx) (o setOptions, ok bool) {
	if len(c.Args) == 3 {
		return o, true
	}
	opts := newCursor(c.Args, 3)
	for opts.More() {
		switch {
		case !o.xx && opts.Is("NX"):
			o.nx = true
		case !o.nx && opts.Is("XX"):
			o.xx = true
		case opts.Is("GET"):
			o.get = true
		case o.expire == nil && opts.Is("KEEPTTL"):
			o.keepTTL = true
		case o.keepTTL || !o.parseExpireOption(&opts):
			c.Error(reply.ErrSyntax)
			return o, false
		}
	}
	return o, true
}

// parseExpireOption reads EX, PX, EXAT or PXAT with its number; the same one may stand twice.
func (o *setOptions) parseExpireOption(opts *cursor) bool {
	for _, unit := range [...]string{"EX", "PX", "EXAT", "PXAT"} {
		if (o.unit == "" || o.unit == unit) && opts.IsWith(unit, 1) {
			o.unit, o.expire, o.unitMs = unit, opts.Arg(), 1
			if unit[0] == 'E' {
				o.unitMs = 1000
			}
			o.absolute = len(unit) == 4
			return true
		}
	}
	return false
}

// parseDeadline reads the number of EX, PX, EXAT or PXAT as a deadline.
// Redis: getExpireMillisecondsOrReply.
func parseDeadline(c *keyspace.Ctx, o setOptions) (deadlineMs int64, ok bool) {
	n, ok := num.ParseInt(o.expire)
	if !ok {
		c.Error(reply.ErrNotInteger)
		return 0, false
	}
	if n <= 0 || n > math.MaxInt64/o.unitMs {
		c.Error(reply.InvalidExpire(c.Spec.FullName()))
		return 0, false
	}
	n *= o.unitMs
	if !o.absolute {
		if n > math.MaxInt64-c.NowMs {
			c.Error(reply.InvalidExpire(c.Spec.FullName()))
			return 0, false
		}
		n += c.NowMs
	}
	return n, true
}

// recordSetWithDeadline records SET key value PXAT deadline.
func recordSetWithDeadline(c *keyspace.Ctx, deadlineMs int64) {
	c.Record(setWord, c.Args[1], c.Args[2], pxatWord, c.Digits(deadlineMs))
}

// setGetKeys tells the key of SET with what happens to it: without GET it is overwritten unseen.
func setGetKeys(args [][]byte) []keyspace.KeyRef {
	flags := keyspace.OW | keyspace.Update
	opts := newCursor(args, 3)
	for opts.More() {
		if opts.Is("GET") {
			flags = keyspace.RW | keyspace.Access | keyspace.Update
			break
		}
		opts.Arg()
	}
	return []keyspace.KeyRef{{Index: 1, Flags: flags}}
}
