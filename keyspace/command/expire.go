package command

import (
	"math"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/num"
)

const expireSyntax = " [NX | XX | GT | LT]{condition @7.0.0}"

// expireHistory is the history of EXPIRE and its three relatives.
func expireHistory() []keyspace.Change {
	return []keyspace.Change{
		{Version: "7.0.0", Text: "Added options: `NX`, `XX`, `GT` and `LT`."},
	}
}

var expireSpec = keyspace.Spec{
	Name: "expire", Group: keyspace.Generic, Since: "1.0.0", Arity: -3,
	Syntax: "key seconds" + expireSyntax, Flags: keyspace.Write | keyspace.Fast,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Update),
	Summary: "Set a key's time to live in seconds", Complexity: "O(1)",
	History: expireHistory(),
	Run:     expireCommand,
}

func expireCommand(c *keyspace.Ctx) { expireGenericCommand(c, c.NowMs, 1000) }

var pexpireSpec = keyspace.Spec{
	Name: "pexpire", Group: keyspace.Generic, Since: "2.6.0", Arity: -3,
	Syntax: "key milliseconds" + expireSyntax, Flags: keyspace.Write | keyspace.Fast,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Update),
	Summary: "Set a key's time to live in milliseconds", Complexity: "O(1)",
	History: expireHistory(),
	Run:     pexpireCommand,
}

func pexpireCommand(c *keyspace.Ctx) { expireGenericCommand(c, c.NowMs, 1) }

var expireatSpec = keyspace.Spec{
	Name: "expireat", Group: keyspace.Generic, Since: "1.2.0", Arity: -3,
	Syntax: "key unix-time-seconds" + expireSyntax, Flags: keyspace.Write | keyspace.Fast,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Update),
	Summary: "Set the expiration for a key as a UNIX timestamp", Complexity: "O(1)",
	History: expireHistory(),
	Run:     expireatCommand,
}

func expireatCommand(c *keyspace.Ctx) { expireGenericCommand(c, 0, 1000) }

var pexpireatSpec = keyspace.Spec{
	Name: "pexpireat", Group: keyspace.Generic, Since: "2.6.0", Arity: -3,
	Syntax: "key unix-time-milliseconds" + expireSyntax, Flags: keyspace.Write | keyspace.Fast,
	Keys:       keyspace.KeyAt(1, keyspace.RW|keyspace.Update),
	Summary:    "Set the expiration for a key as a UNIX timestamp specified in milliseconds",
	Complexity: "O(1)", History: expireHistory(),
	Run: pexpireatCommand,
}

func pexpireatCommand(c *keyspace.Ctx) { expireGenericCommand(c, 0, 1) }

// expireOptions are the conditions of EXPIRE.
type expireOptions struct{ nx, xx, gt, lt bool }

// expireGenericCommand sets the deadline of a key to the number in the arguments, in the given
// unit, from the base on; a deadline that has passed deletes the key.
func expireGenericCommand(c *keyspace.Ctx, baseMs, unitMs int64) {
	o, ok := parseExpireOptions(c)
	if !ok {
		return
	}
	n, ok := num.ParseInt(c.Args[2])
	if !ok {
		c.Error(reply.ErrNotInteger)
		return
	}
	if n > math.MaxInt64/unitMs || n < math.MinInt64/unitMs || n*unitMs > math.MaxInt64-baseMs {
		c.Error(reply.InvalidExpire(c.Spec.FullName()))
		return
	}
	deadlineMs := n*unitMs + baseMs
	key := c.Args[1]
	e := c.DB.LookupWrite(key)
	switch {
	case !e.Found() || !o.allow(e, deadlineMs):
		c.Reply.Int(0)
	case deadlineMs <= c.NowMs:
		c.DB.Delete(e)
		c.Changed(keyspace.NotifyGeneric, "del", key)
		c.Record(delWord, key)
		c.Reply.Int(1)
	default:
		c.DB.SetDeadline(e, deadlineMs)
		c.Changed(keyspace.NotifyGeneric, "expire", key)
		c.Record(pexpireatWord, key, c.Digits(deadlineMs))
		c.Reply.Int(1)
	}
}

// parseExpireOptions reads NX, XX, GT and LT. Redis: parseExtendedExpireArgumentsOrReply.
func parseExpireOptions(c *keyspace.Ctx) (o expireOptions, ok bool) {
	opts := newCursor(c.Args, 3)
	for opts.More() {
		switch {
		case opts.Is("NX"):
			o.nx = true
		case opts.Is("XX"):
			o.xx = true
		case opts.Is("GT"):
			o.gt = true
		case opts.Is("LT"):
			o.lt = true
		default:
			c.Error(reply.UnsupportedOption(opts.Arg()))
			return o, false
		}
	}
	switch {
	case o.nx && (o.xx || o.gt || o.lt):
		c.Error(reply.ErrExpireNX)
		return o, false
	case o.gt && o.lt:
		c.Error(reply.ErrExpireGTLT)
		return o, false
	}
	return o, true
}

// allow reports whether the conditions let the deadline be set. To have none is to live for ever:
// no deadline is greater.
func (o expireOptions) allow(e keyspace.Entry, deadlineMs int64) bool {
	current, has := e.Deadline()
	return o.allowFrom(current, has, deadlineMs)
}

// allowFrom is allow for what has a deadline, or not.
func (o expireOptions) allowFrom(current int64, has bool, deadlineMs int64) bool {
	switch {
	case o.nx && has, o.xx && !has:
		return false
	case o.gt && (!has || deadlineMs <= current):
		return false
	case o.lt && has && deadlineMs >= current:
		return false
	}
	return true
}

// ttlHistory is the history of TTL and PTTL.
func ttlHistory() []keyspace.Change {
	return []keyspace.Change{{Version: "2.8.0", Text: "Added the -2 reply."}}
}

var ttlSpec = keyspace.Spec{
	Name: "ttl", Group: keyspace.Generic, Since: "1.0.0", Arity: 2, Syntax: "key",
	Flags: keyspace.ReadOnly | keyspace.Fast, Keys: keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary: "Get the time to live for a key in seconds", Complexity: "O(1)",
	History: ttlHistory(), Tips: []string{"nondeterministic_output"},
	Run: ttlCommand,
}

func ttlCommand(c *keyspace.Ctx) { ttlGenericCommand(c, c.NowMs, 1000) }

var pttlSpec = keyspace.Spec{
	Name: "pttl", Group: keyspace.Generic, Since: "2.6.0", Arity: 2, Syntax: "key",
	Flags: keyspace.ReadOnly | keyspace.Fast, Keys: keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary: "Get the time to live for a key in milliseconds", Complexity: "O(1)",
	History: ttlHistory(), Tips: []string{"nondeterministic_output"},
	Run: pttlCommand,
}

func pttlCommand(c *keyspace.Ctx) { ttlGenericCommand(c, c.NowMs, 1) }

var expiretimeSpec = keyspace.Spec{
	Name: "expiretime", Group: keyspace.Generic, Since: "7.0.0", Arity: 2, Syntax: "key",
	Flags: keyspace.ReadOnly | keyspace.Fast, Keys: keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary: "Get the expiration Unix timestamp for a key", Complexity: "O(1)",
	Run: expiretimeCommand,
}

func expiretimeCommand(c *keyspace.Ctx) { ttlGenericCommand(c, 0, 1000) }

var pexpiretimeSpec = keyspace.Spec{
	Name: "pexpiretime", Group: keyspace.Generic, Since: "7.0.0", Arity: 2, Syntax: "key",
	Flags: keyspace.ReadOnly | keyspace.Fast, Keys: keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary: "Get the expiration Unix timestamp for a key in milliseconds", Complexity: "O(1)",
	Run: pexpiretimeCommand,
}

func pexpiretimeCommand(c *keyspace.Ctx) { ttlGenericCommand(c, 0, 1) }

// ttlGenericCommand replies with the time from the base to the deadline of a key in the given
// unit, -1 if it has none and -2 if there is no such key.
func ttlGenericCommand(c *keyspace.Ctx, baseMs, unitMs int64) {
	e := c.DB.LookupNoTouch(c.Args[1])
	if !e.Found() {
		c.Reply.Int(-2)
		return
	}
	deadlineMs, ok := e.Deadline()
	if !ok {
		c.Reply.Int(-1)
		return
	}
	ms := deadlineMs
	if baseMs != 0 {
		ms = max(deadlineMs-baseMs, 0)
	}
	if unitMs == 1 {
		c.Reply.Int(ms)
		return
	}
	c.Reply.Int(int64((uint64(ms) + uint64(unitMs)/2) / uint64(unitMs))) // may pass MaxInt64
}

var persistSpec = keyspace.Spec{
	Name: "persist", Group: keyspace.Generic, Since: "2.2.0", Arity: 2, Syntax: "key",
	Flags: keyspace.Write | keyspace.Fast, Keys: keyspace.KeyAt(1, keyspace.RW|keyspace.Update),
	Summary: "Remove the expiration from a key", Complexity: "O(1)",
	Run: persistCommand,
}

func persistCommand(c *keyspace.Ctx) {
	e := c.DB.LookupWrite(c.Args[1])
	if !e.Found() || !c.DB.Persist(e) {
		c.Reply.Int(0)
		return
	}
	c.Changed(keyspace.NotifyGeneric, "persist", c.Args[1])
	c.Reply.Int(1)
}
