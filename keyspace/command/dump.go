package command

import (
	"errors"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/rdb"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/num"
)

var dumpSpec = keyspace.Spec{
	Name: "dump", Group: keyspace.Generic, Since: "2.6.0", Arity: 2, Syntax: "key",
	Flags: keyspace.ReadOnly, ACL: keyspace.CatKeyspace,
	Keys:    keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Tips:    []string{"nondeterministic_output"},
	Summary: "Return a serialized version of the value stored at the specified key.",
	Complexity: "O(1) to access the key and additional O(N*M) to serialize it, where N is the" +
		" number of Redis objects composing the value and M their average size. For small string" +
		" values the time complexity is thus O(1)+O(1*M) where M is small, so simply O(1).",
	Run: dumpCommand,
}

func dumpCommand(c *keyspace.Ctx) {
	e := c.DB.LookupRead(c.Args[1])
	if !e.Found() {
		c.Reply.Null()
		return
	}
	c.Reply.Bulk(e.Dump())
}

var restoreSpec = keyspace.Spec{
	Name: "restore", Group: keyspace.Generic, Since: "2.6.0", Arity: -4,
	Syntax: "key ttl serialized-value [REPLACE{@3.0.0}] [ABSTTL{@5.0.0}]" +
		" [IDLETIME seconds{@5.0.0}] [FREQ frequency{@5.0.0}]",
	Flags:   keyspace.Write | keyspace.DenyOOM,
	ACL:     keyspace.CatKeyspace | keyspace.CatDangerous,
	Keys:    keyspace.KeyAt(1, keyspace.OW|keyspace.Update),
	Summary: "Create a key using the provided serialized value, previously obtained using DUMP.",
	Complexity: "O(1) to create the new key and additional O(N*M) to reconstruct the serialized" +
		" value, where N is the number of Redis objects composing the value and M their average" +
		" size. For small string values the time complexity is thus O(1)+O(1*M) where M is small," +
		" so simply O(1). However for sorted set values the complexity is O(N*M*log(N)) because" +
		" inserting values into sorted sets is O(log(N)).",
	History: []keyspace.Change{
		{Version: "3.0.0", Text: "Added the `REPLACE` modifier."},
		{Version: "5.0.0", Text: "Added the `ABSTTL` modifier."},
		{Version: "5.0.0", Text: "Added the `IDLETIME` and `FREQ` options."},
	},
	Run: restoreCommand,
}

// restoreOptions are the options of RESTORE.
type restoreOptions struct {
	replace, absTTL bool
	idleSeconds     int64 // -1: not given
	frequency       int64 // -1: not given
}

func restoreCommand(c *keyspace.Ctx) {
	o := restoreOptions{idleSeconds: -1, frequency: -1}
	if err := o.parse(c.Args); err != "" {
		c.Error(err)
		return
	}
	key, payload := c.Args[1], c.Args[3]
	e := c.DB.LookupWrite(key)
	if e.Found() && !o.replace {
		c.Error(reply.ErrBusyKey)
		return
	}
	ttlMs, ok := num.ParseInt(c.Args[2])
	if !ok || ttlMs < 0 {
		c.Error(restoreTTLError(ok))
		return
	}
	open := rdb.Open
	if c.Engine.SkipsChecksums() {
		open = rdb.OpenUnsummed
	}
	version, ok := open(payload)
	if !ok {
		c.Error(reply.ErrDumpFooter)
		return
	}
	v, err := c.DB.LoadDump(payload, version)
	if err != nil {
		c.Error(restoreFailure(err))
		return
	}
	o.store(c, e, &v, ttlMs)
}

// restoreTTLError is what is wrong with a ttl, which is a number or not.
func restoreTTLError(isNumber bool) reply.Error {
	if isNumber {
		return reply.ErrRestoreTTL
	}
	return reply.ErrNotInteger
}

func restoreFailure(err error) reply.Error {
	if errors.Is(err, rdb.ErrNoRoom) {
		return reply.ErrOOM
	}
	return reply.ErrDumpFormat
}

// parse reads the options. Redis: IDLETIME and FREQ behind each other is an error of syntax.
func (o *restoreOptions) parse(args [][]byte) reply.Error {
	for opts := newCursor(args, 4); opts.More(); {
		ok := true
		switch {
		case opts.Is("REPLACE"):
			o.replace = true
		case opts.Is("ABSTTL"):
			o.absTTL = true
		case o.frequency < 0 && opts.IsWith("IDLETIME", 1):
			if o.idleSeconds, ok = opts.Int(); ok && o.idleSeconds < 0 {
				return reply.ErrRestoreIdleTime
			}
		case o.idleSeconds < 0 && opts.IsWith("FREQ", 1):
			if o.frequency, ok = opts.Int(); ok && (o.frequency < 0 || o.frequency > 255) {
				return reply.ErrRestoreFreq
			}
		default:
			return reply.ErrSyntax
		}
		if !ok {
			return reply.ErrNotInteger
		}
	}
	return ""
}

// store makes a loaded value that of the key, in the place of what it has.
//
// Redis: a deadline that has passed deletes the key and stores nothing; a time to live that passes
// the end of time has passed.
func (o *restoreOptions) store(c *keyspace.Ctx, e keyspace.Entry, v *keyspace.Loaded, ttlMs int64) {
	key := c.Args[1]
	deleted := e.Found()
	if deleted {
		c.DB.Delete(e)
		e = c.DB.Peek(key)
	}
	deadlineMs := ttlMs
	if ttlMs != 0 && !o.absTTL {
		deadlineMs += c.NowMs
	}
	if ttlMs != 0 && deadlineMs < c.NowMs {
		c.DB.Discard(v)
		if deleted {
			c.Changed(keyspace.NotifyGeneric, "del", key)
			c.Record(delWord, key)
		}
		c.OK()
		return
	}
	e = c.DB.Add(e, v)
	e.SetAccess(o.idleSeconds, o.frequency)
	if ttlMs != 0 {
		c.DB.SetDeadline(e, deadlineMs)
		o.record(c, deadlineMs)
	}
	c.Changed(keyspace.NotifyGeneric, "restore", key)
	c.OK()
}

// record tells the deadline as a time, which a replay must not count from its own.
func (o *restoreOptions) record(c *keyspace.Ctx, deadlineMs int64) {
	if o.absTTL {
		return
	}
	args := append([][]byte{c.Args[0], c.Args[1], c.Digits(deadlineMs)}, c.Args[3:]...)
	c.Record(append(args, []byte("ABSTTL"))...)
}
