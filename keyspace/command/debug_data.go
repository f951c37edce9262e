package command

import (
	"fmt"
	"math"
	"strings"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/listpack"
	"github.com/ringer-kv/ringer/types/num"
)

// This file is what DEBUG does with data: showing it, digesting it, and passing it through Redis's
// serialization.

// debugDigest replies with a digest of the whole data set.
func debugDigest(c *keyspace.Ctx) { c.Reply.Status(datasetDigest(c.Engine).String()) }

// debugDigestValue replies with a digest of each of the values, zeros for a key that is not there.
func debugDigestValue(c *keyspace.Ctx) {
	keys := c.Args[2:]
	c.Reply.Array(len(keys))
	for _, key := range keys {
		var d digest
		if e := c.DB.Peek(key); e.Found() {
			d.value(e)
		}
		c.Reply.Status(d.String())
	}
}

func debugReloadHelp() []string {
	return []string{
		"RELOAD [option ...]",
		"    Save the RDB on disk and reload it back to memory. Valid <option> values:",
		"    * MERGE: conflicting keys will be loaded from RDB.",
		"    * NOFLUSH: the existing database will not be removed before load, but",
		"      conflicting keys will generate an exception and kill the server.",
		"    * NOSAVE: the database will be loaded from an existing RDB file.",
		"    Examples:",
		"    * DEBUG RELOAD: verify that the server is able to persist, flush and reload",
		"      the database.",
		"    * DEBUG RELOAD NOSAVE: replace the current database with the contents of an",
		"      existing RDB file.",
		"    * DEBUG RELOAD NOSAVE NOFLUSH MERGE: add the contents of an existing RDB",
		"      file to the database.",
	}
}

// debugReload passes the data set through Redis's serialization. Redis: a key that is there, with
// NOFLUSH and without MERGE, ends the server; here it ends the loading.
func debugReload(c *keyspace.Ctx) {
	var o keyspace.ReloadOptions
	for a := newCursor(c.Args, 2); a.More(); {
		switch {
		case a.Is("MERGE"):
			o.Merge = true
		case a.Is("NOFLUSH"):
			o.NoFlush = true
		case a.Is("NOSAVE"):
			o.NoSave = true
		default:
			c.Error(reply.ErrReloadOptions)
			return
		}
	}
	if err := c.Engine.Reload(o); err != nil {
		c.Engine.Log(keyspace.LogWarning, "DEBUG RELOAD: "+err.Error())
		c.Error(reply.ErrReload)
		return
	}
	c.Engine.Log(keyspace.LogWarning, "DB reloaded by DEBUG RELOAD")
	c.OK()
}

// lookupDebug looks up the key that a sub-command is about; if there is none, it has replied.
func lookupDebug(c *keyspace.Ctx) (e keyspace.Entry, ok bool) {
	if e = c.DB.Peek(c.Args[2]); !e.Found() {
		c.Error(reply.ErrNoSuchKey)
	}
	return e, e.Found()
}

// debugObject replies with what there is to know of a value. Redis: the address is that of the
// object; here it is the entry's place in the arena.
func debugObject(c *keyspace.Ctx) {
	e, ok := lookupDebug(c)
	if !ok {
		return
	}
	o, refs := e.DebugObject(), 1
	if e.IsSharedInt() {
		refs = math.MaxInt32
	}
	text := fmt.Sprintf("Value at:0x%x refcount:%d encoding:%s serializedlength:%d lru:%d"+
		" lru_seconds_idle:%d", o.Address, refs, e.Encoding(), o.SerializedBytes, o.Clock,
		e.IdleSeconds())
	if e.Type() == keyspace.TypeList {
		text += debugQuicklistFields(c, e)
	}
	c.Reply.Status(text)
}

// debugQuicklistFields are those of DEBUG OBJECT that only a list has. No node is compressed.
func debugQuicklistFields(c *keyspace.Ctx, e keyspace.Entry) string {
	l, size := e.List(), 0
	l.EachPack(func(b []byte) { size += len(b) })
	fill := c.Engine.ConfigGet([][]byte{[]byte("list-max-listpack-size")})[0].Value
	return fmt.Sprintf(" ql_nodes:%d ql_avg_node:%.2f ql_listpack_max:%s ql_compressed:0"+
		" ql_uncompressed_size:%d", l.Blocks(), float64(l.Len())/float64(l.Blocks()), fill, size)
}

// debugListpack writes a listpack to the log, which is the standard output as a rule.
func debugListpack(c *keyspace.Ctx) {
	e, ok := lookupDebug(c)
	if !ok {
		return
	}
	b := listpackOf(e)
	if b == nil {
		c.Error(reply.ErrNoListpack)
		return
	}
	logListpack(c, b)
	c.Reply.Status("Listpack structure printed on stdout")
}

// listpackOf is the value of a key if it is one listpack, else nil.
func listpackOf(e keyspace.Entry) []byte {
	switch {
	case e.Encoding() != keyspace.EncListpack:
	case e.Type() == keyspace.TypeHash:
		h := e.Hash()
		return h.Listpack()
	case e.Type() == keyspace.TypeZSet:
		s := e.SortedSet()
		return s.Listpack()
	}
	return nil
}

func logListpack(c *keyspace.Ctx, b []byte) {
	var text strings.Builder
	fmt.Fprintf(&text, "listpack of %d bytes with %d entries:", len(b), listpack.Len(b))
	for pos := listpack.First(b); pos != 0; pos = listpack.Next(b, pos) {
		if s, n, isInt := listpack.Get(b, pos); isInt {
			fmt.Fprintf(&text, " %d", n)
		} else {
			fmt.Fprintf(&text, " %q", s)
		}
	}
	c.Engine.Log(keyspace.LogWarning, text.String())
}

// debugQuicklist writes the nodes of a list to the log, with a further argument of 1 their
// elements, too.
func debugQuicklist(c *keyspace.Ctx) {
	e, ok := lookupDebug(c)
	if !ok {
		return
	}
	if e.Type() != keyspace.TypeList {
		c.Error(reply.ErrNoQuicklist)
		return
	}
	whole := len(c.Args) == 4 && num.Atoi(c.Args[3]) != 0
	l, node := e.List(), 0
	l.EachPack(func(b []byte) {
		if whole {
			logListpack(c, b)
		} else {
			c.Engine.Log(keyspace.LogWarning, fmt.Sprintf("node %d: %d bytes, %d entries", node,
				len(b), listpack.Len(b)))
		}
		node++
	})
	c.Reply.Status("Quicklist structure printed on stdout")
}

// packedThresholdMax leaves some room below 4 GiB. Redis: quicklistisSetPackedThreshold.
const packedThresholdMax = 1<<32 - 1<<20

// debugPackedThreshold sets the size from which an element of a list has a node of its own.
func debugPackedThreshold(c *keyspace.Ctx) {
	n, ok := keyspace.ParseMemory(string(c.Args[2]))
	if !ok || n > packedThresholdMax {
		c.Error(reply.ErrPackedThreshold)
		return
	}
	c.Engine.SetPackedThreshold(int(n))
	c.OK()
}

// debugStringmatch says what it says in Redis, where it looks for a crash with random patterns:
// here a fuzz target of package glob does.
func debugStringmatch(c *keyspace.Ctx) {
	c.Reply.Status("Apparently Redis did not crash: test passed")
}
