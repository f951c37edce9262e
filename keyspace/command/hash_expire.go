package command

import (
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/hash"
	"github.com/ringer-kv/ringer/types/num"
)

// This file is the commands that give fields of a hash deadlines, as Redis 7.4 has them. What they
// reply for each field:
const (
	noSuchField  = -2
	noDeadline   = -1 // it has no deadline to tell or to remove
	conditionNot = 0  // NX, XX, GT or LT is not met
	deadlineSet  = 1
	fieldDeleted = 2 // the deadline has passed already
)

const (
	hexpireSyntax = " [NX | XX | GT | LT]{condition}" + fieldsSyntax
	fieldsSyntax  = " FIELDS (numfields field [field ...]){fields}"
)

var hexpireSpec = keyspace.Spec{
	Name: "hexpire", Group: keyspace.HashGroup, Since: "7.4.0", Arity: -6,
	Syntax:     "key seconds" + hexpireSyntax,
	Flags:      keyspace.Write | keyspace.DenyOOM | keyspace.Fast,
	Keys:       keyspace.KeyAt(1, keyspace.RW|keyspace.Update),
	Summary:    "Set expiry for hash field using relative time to expire (seconds)",
	Complexity: "O(N) where N is the number of specified fields",
	Run:        hexpireCommand,
}

func hexpireCommand(c *keyspace.Ctx) { hexpireGenericCommand(c, c.NowMs, 1000) }

var hpexpireSpec = keyspace.Spec{
	Name: "hpexpire", Group: keyspace.HashGroup, Since: "7.4.0", Arity: -6,
	Syntax:     "key milliseconds" + hexpireSyntax,
	Flags:      keyspace.Write | keyspace.DenyOOM | keyspace.Fast,
	Keys:       keyspace.KeyAt(1, keyspace.RW|keyspace.Update),
	Summary:    "Set expiry for hash field using relative time to expire (milliseconds)",
	Complexity: "O(N) where N is the number of specified fields",
	Run:        hpexpireCommand,
}

func hpexpireCommand(c *keyspace.Ctx) { hexpireGenericCommand(c, c.NowMs, 1) }

var hexpireatSpec = keyspace.Spec{
	Name: "hexpireat", Group: keyspace.HashGroup, Since: "7.4.0", Arity: -6,
	Syntax:     "key unix-time-seconds" + hexpireSyntax,
	Flags:      keyspace.Write | keyspace.DenyOOM | keyspace.Fast,
	Keys:       keyspace.KeyAt(1, keyspace.RW|keyspace.Update),
	Summary:    "Set expiry for hash field using an absolute Unix timestamp (seconds)",
	Complexity: "O(N) where N is the number of specified fields",
	Run:        hexpireatCommand,
}

func hexpireatCommand(c *keyspace.Ctx) { hexpireGenericCommand(c, 0, 1000) }

var hpexpireatSpec = keyspace.Spec{
	Name: "hpexpireat", Group: keyspace.HashGroup, Since: "7.4.0", Arity: -6,
	Syntax:     "key unix-time-milliseconds" + hexpireSyntax,
	Flags:      keyspace.Write | keyspace.DenyOOM | keyspace.Fast,
	Keys:       keyspace.KeyAt(1, keyspace.RW|keyspace.Update),
	Summary:    "Set expiry for hash field using an absolute Unix timestamp (milliseconds)",
	Complexity: "O(N) where N is the number of specified fields",
	Run:        hpexpireatCommand,
}

func hpexpireatCommand(c *keyspace.Ctx) { hexpireGenericCommand(c, 0, 1) }

// timedFieldBytes is about what a deadline takes of the memory.
const timedFieldBytes = 64

// hexpireGenericCommand gives fields a deadline: the number in the arguments, in the given unit,
// from the base on. A field whose deadline has passed is deleted.
func hexpireGenericCommand(c *keyspace.Ctx, baseMs, unitMs int64) {
	e := c.DB.LookupWrite(c.Args[1])
	if e.Found() && e.Type() != keyspace.TypeHash {
		c.Error(reply.ErrWrongType)
		return
	}
	deadlineMs, ok := parseFieldDeadline(c, baseMs, unitMs)
	if !ok {
		return
	}
	o, fields, ok := parseHexpireOptions(c)
	switch {
	case !ok:
	case !e.Found():
		replyNoFields(c, len(fields))
	case !c.DB.HasRoom(int64(len(fields)) * timedFieldBytes):
		c.Error(reply.ErrOOM)
	default:
		h := e.Hash()
		x := hexpire{c: c, hash: &h, o: o, deadlineMs: deadlineMs}
		x.each(fields)
		x.done(e)
	}
}

// parseFieldDeadline reads the deadline. If it is not ok, the command has been answered.
func parseFieldDeadline(c *keyspace.Ctx, baseMs, unitMs int64) (ms int64, ok bool) {
	n, ok := num.ParseInt(c.Args[2])
	switch {
	case !ok:
		c.Error(reply.ErrNotInteger)
	case n < 0:
		c.Error(reply.ErrFieldExpireTime)
	case n > hash.MaxDeadlineMs/unitMs || n*unitMs > hash.MaxDeadlineMs-baseMs:
		c.Error(reply.InvalidExpire(c.Spec.FullName()))
	default:
		return n*unitMs + baseMs, true
	}
	return 0, false
}

// parseHexpireOptions reads a condition, of which there is at most one, and the fields. If it is
// not ok, the command has been answered.
func parseHexpireOptions(c *keyspace.Ctx) (o expireOptions, fields [][]byte, ok bool) {
	opts := newCursor(c.Args, 3)
	switch {
	case opts.Is("NX"):
		o.nx = true
	case opts.Is("XX"):
		o.xx = true
	case opts.Is("GT"):
		o.gt = true
	case opts.Is("LT"):
		o.lt = true
	}
	fields, ok = parseFields(c, opts.At(), reply.ErrNumFields)
	return o, fields, ok
}

// parseFields reads FIELDS, how many there are, and the fields, which must be the last arguments.
// If it is not ok, the command has been answered, with none if there are none.
func parseFields(c *keyspace.Ctx, at int, none reply.Error) (fields [][]byte, ok bool) {
	opts := newCursor(c.Args, at)
	if !opts.Is("FIELDS") {
		c.Error(reply.ErrFieldsMissing)
		return nil, false
	}
	if !opts.More() { // Redis: the arity does not let it come so far
		c.Error(none)
		return nil, false
	}
	n, ok := opts.Int()
	switch {
	case !ok || n < 1:
		c.Error(none)
	case n != int64(opts.Left()):
		c.Error(reply.ErrFieldsMismatch)
	default:
		return opts.Rest(), true
	}
	return nil, false
}

// replyNoFields replies that there is none of n fields.
func replyNoFields(c *keyspace.Ctx, n int) {
	c.Reply.Array(n)
	for range n {
		c.Reply.Int(noSuchField)
	}
}

// hexpire is a HEXPIRE at work.
//
// Owned by the keyspace goroutine.
type hexpire struct {
	c          *keyspace.Ctx
	hash       *hash.Hash
	o          expireOptions
	deadlineMs int64
	updated    [][]byte
	deleted    [][]byte
}

// each gives the fields their deadline, and replies.
func (x *hexpire) each(fields [][]byte) {
	x.c.Reply.Array(len(fields))
	for _, field := range fields {
		current, found := x.hash.Deadline(field)
		switch {
		case !found:
			x.c.Reply.Int(noSuchField)
		case !x.o.allowFrom(current, current != 0, x.deadlineMs):
			x.c.Reply.Int(conditionNot)
		case x.deadlineMs <= x.c.NowMs:
			x.hash.Delete(field)
			x.deleted = append(x.deleted, field)
			x.c.Reply.Int(fieldDeleted)
		default:
			x.hash.SetDeadline(field, x.deadlineMs)
			x.updated = append(x.updated, field)
			x.c.Reply.Int(deadlineSet)
		}
	}
}

// done stores what has been done, and tells of it. Redis: hashTypeSetExDone.
func (x *hexpire) done(e keyspace.Entry) {
	c, key := x.c, x.c.Args[1]
	gone := c.DB.PutHash(e, x.hash)
	changes := len(x.updated) + len(x.deleted)
	if changes == 0 {
		return
	}
	event := "hexpire"
	if len(x.deleted) > 0 {
		event = "hdel"
	}
	c.Changed(keyspace.NotifyHash, event, key)
	c.Dirty(changes - 1)
	if gone {
		c.Notify(keyspace.NotifyGeneric, "del", key)
	}
	if len(x.deleted) > 0 {
		c.Record(append([][]byte{hdelWord, key}, x.deleted...)...)
	}
	if n := len(x.updated); n > 0 {
		ms := num.AppendInt(nil, x.deadlineMs)
		head := [][]byte{hpexpireatWord, key, ms, fieldsWord, c.Digits(int64(n))}
		c.Record(append(head, x.updated...)...)
	}
}
