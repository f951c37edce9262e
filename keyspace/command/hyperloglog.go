package command

import (
	"slices"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/hll"
)

var pfaddSpec = keyspace.Spec{
	Name: "pfadd", Group: keyspace.HyperLogLog, Since: "2.8.9", Arity: -2,
	Syntax:     "key [element [element ...]]",
	Flags:      keyspace.Write | keyspace.DenyOOM | keyspace.Fast,
	Keys:       keyspace.KeyAt(1, keyspace.RW|keyspace.Insert),
	Summary:    "Adds the specified elements to the specified HyperLogLog.",
	Complexity: "O(1) to add every element.",
	Run:        pfaddCommand,
}

func pfaddCommand(c *keyspace.Ctx) {
	e := c.DB.LookupWrite(c.Args[1])
	if e.Found() && !checkHLL(c, e) {
		return
	}
	var updated int
	var err error
	if e.Found() && hll.Dense(e.StringBytes()) {
		_, value := unshareString(c, e)
		_, updated, err = addElements(c, value)
	} else {
		updated, err = addToSparse(c, e)
	}
	if updated > 0 {
		c.Changed(keyspace.NotifyString, "pfadd", c.Args[1])
		c.Dirty(updated - 1)
	}
	if err != nil { // Redis: what has been added before stays
		c.Error(reply.ErrCorruptHLL)
		return
	}
	replyBit(c, updated > 0)
}

// addElements adds the elements of a PFADD to a HyperLogLog and counts those that have changed it.
func addElements(c *keyspace.Ctx, value []byte) (_ []byte, updated int, err error) {
	maxSparseBytes := c.Engine.HLLSparseMaxBytes()
	for _, element := range c.Args[2:] {
		index, zeros := hll.Place(element)
		var changed bool
		if value, changed, err = hll.Set(value, index, zeros, maxSparseBytes); err != nil {
			break
		}
		if changed {
			updated++
		}
	}
	if updated > 0 {
		hll.Invalidate(value)
	}
	return value, updated, err
}

// sparseRoomBytes is room on the stack for what is sparse as a rule: hll-sparse-max-bytes.
const sparseRoomBytes = 4096

// addToSparse is addElements for a key that does not exist or is sparse: its length changes, so it
// is worked on in a copy.
func addToSparse(c *keyspace.Ctx, e keyspace.Entry) (updated int, err error) {
	var room [sparseRoomBytes]byte
	b, made := room[:0], 0
	switch {
	case !e.Found():
		b, made = hll.New(b), 1
		hll.Invalidate(b)
	case len(e.StringBytes()) <= hll.MaxBytes:
		b = append(b, e.StringBytes()...)
	default:
		return 0, hll.ErrCorrupt
	}
	b, updated, err = addElements(c, b)
	storeHLL(c, e, b, updated+made > 0)
	return updated + made, err
}

// storeHLL makes b the value of the key of e, if it is new or has changed. A key that is there
// becomes raw at least.
func storeHLL(c *keyspace.Ctx, e keyspace.Entry, b []byte, changed bool) {
	switch {
	case !changed:
		if e.Encoding() == keyspace.EncEmbstr {
			unshareString(c, e)
		}
	case e.Found() && len(e.StringBytes()) == len(b):
		_, value := unshareString(c, e)
		copy(value, b)
	default:
		c.DB.PutString(e, keyspace.EncRaw, b, true)
	}
}

// unshareString gives an existing string for writing within its length; it is raw from now on.
//
// Redis: dbUnshareStringValue, also where nothing is written in the end.
func unshareString(c *keyspace.Ctx, e keyspace.Entry) (keyspace.Entry, []byte) {
	return c.DB.GrowString(e, len(e.StringBytes()))
}

// checkHLL reports whether the value of a key looks like a HyperLogLog; it replies with an error if
// not.
//
// Redis: isHLLObjectOrReply.
func checkHLL(c *keyspace.Ctx, e keyspace.Entry) bool {
	switch {
	case e.Type() != keyspace.TypeString:
		c.Error(reply.ErrWrongType)
	case hll.Check(e.StringBytes()) != nil:
		c.Error(reply.ErrNotHLL)
	default:
		return true
	}
	return false
}

var pfcountSpec = keyspace.Spec{
	Name: "pfcount", Group: keyspace.HyperLogLog, Since: "2.8.9", Arity: -2, Syntax: "key [key ...]",
	Flags: keyspace.ReadOnly | keyspace.MayReplicate,
	Keys: keyspace.Noted("RW because it may change the internal representation of the key, and "+
		"propagate to replicas", keyspace.KeyRange(1, -1, 1, keyspace.RW|keyspace.Access)),
	Summary: "Return the approximated cardinality of the set(s) observed by the HyperLogLog at " +
		"key(s).",
	Complexity: "O(1) with a very small average constant time when called with a single key. " +
		"O(N) with N being the number of keys, and much bigger constant times, when called with " +
		"multiple keys.",
	Run: pfcountCommand,
}

func pfcountCommand(c *keyspace.Ctx) {
	if len(c.Args) == 2 {
		countOne(c)
		return
	}
	var all hll.Array
	if mergeKeys(c, &all) {
		c.Reply.Int(int64(all.Count()))
	}
}

// countOne replies with the cardinality of one key, which keeps it in its header.
func countOne(c *keyspace.Ctx) {
	key := c.Args[1]
	e := c.DB.LookupRead(key)
	switch {
	case !e.Found():
		c.Reply.Int(0)
		return
	case !checkHLL(c, e):
		return
	}
	n, cached := hll.Cached(e.StringBytes())
	if !cached || e.Encoding() == keyspace.EncEmbstr {
		_, value := unshareString(c, e)
		if !cached {
			var err error
			if n, err = hll.Count(value); err != nil {
				c.Error(reply.ErrCorruptHLL)
				return
			}
			hll.Cache(value, n)
			c.Changed(keyspace.NotifyNone, "", key)
		}
	}
	c.Reply.Int(int64(n))
}

// mergeKeys merges the keys at args[1] and behind, of which some may not exist. It replies with an
// error if one is no HyperLogLog.
func mergeKeys(c *keyspace.Ctx, all *hll.Array) bool {
	for _, key := range c.Args[1:] {
		e := c.DB.LookupRead(key)
		if !e.Found() {
			continue
		}
		if !checkHLL(c, e) {
			return false
		}
		if all.Merge(e.StringBytes()) != nil {
			c.Error(reply.ErrCorruptHLL)
			return false
		}
	}
	return true
}

var pfmergeSpec = keyspace.Spec{
	Name: "pfmerge", Group: keyspace.HyperLogLog, Since: "2.8.9", Arity: -2,
	Syntax: "destkey sourcekey [sourcekey ...]",
	Flags:  keyspace.Write | keyspace.DenyOOM,
	Keys: slices.Concat(keyspace.KeyAt(1, keyspace.RW|keyspace.Access|keyspace.Insert),
		keyspace.KeyRange(2, -1, 1, keyspace.RO|keyspace.Access)),
	Summary:    "Merge N different HyperLogLogs into a single one.",
	Complexity: "O(N) to merge N HyperLogLogs, but with high constant times.",
	Run:        pfmergeCommand,
}

func pfmergeCommand(c *keyspace.Ctx) {
	var all hll.Array
	if !mergeKeys(c, &all) {
		return
	}
	key := c.Args[1]
	e := c.DB.LookupWrite(key)
	var room [hll.DenseBytes]byte
	b := room[:0]
	if e.Found() {
		b = append(b, e.StringBytes()...)
	} else {
		b = hll.New(b)
	}
	b, err := hll.SetAll(b, &all, c.Engine.HLLSparseMaxBytes())
	if err != nil { // the key has been merged, so it is none
		panic("command: " + err.Error())
	}
	storeHLL(c, e, b, true)
	c.Changed(keyspace.NotifyString, "pfadd", key) // Redis: not "pfmerge"
	c.OK()
}
