package command

import (
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/stream"
)

var xlenSpec = keyspace.Spec{
	Name: "xlen", Group: keyspace.StreamGroup, Since: "5.0.0", Arity: 2, Syntax: "key",
	Flags: keyspace.ReadOnly | keyspace.Fast, Keys: keyspace.KeyAt(1, keyspace.RO),
	Summary: "Return the number of entries in a stream", Complexity: "O(1)",
	Run: xlenCommand,
}

func xlenCommand(c *keyspace.Ctx) {
	if s, ok := lookupStream(c, c.Args[1], func() { c.Reply.Int(0) }); ok {
		c.Reply.Int(int64(s.Len()))
	}
}

var xrangeSpec = keyspace.Spec{
	Name: "xrange", Group: keyspace.StreamGroup, Since: "5.0.0", Arity: -4,
	Syntax: "key start{:string} end{:string} [COUNT count]",
	Flags:  keyspace.ReadOnly, Keys: keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary: "Return a range of elements in a stream, with IDs matching the specified IDs " +
		"interval",
	Complexity: "O(N) with N being the number of elements being returned. If N is constant " +
		"(e.g. always asking for the first 10 elements with COUNT), you can consider it O(1).",
	History: []keyspace.Change{{Version: "6.2.0", Text: "Added exclusive ranges."}},
	Run:     func(c *keyspace.Ctx) { xrangeGenericCommand(c, false) },
}

var xrevrangeSpec = keyspace.Spec{
	Name: "xrevrange", Group: keyspace.StreamGroup, Since: "5.0.0", Arity: -4,
	Syntax: "key end{:string} start{:string} [COUNT count]",
	Flags:  keyspace.ReadOnly, Keys: keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary: "Return a range of elements in a stream, with IDs matching the specified IDs " +
		"interval, in reverse order (from greater to smaller IDs) compared to XRANGE",
	Complexity: "O(N) with N being the number of elements returned. If N is constant (e.g. " +
		"always asking for the first 10 elements with COUNT), you can consider it O(1).",
	History: []keyspace.Change{{Version: "6.2.0", Text: "Added exclusive ranges."}},
	Run:     func(c *keyspace.Ctx) { xrangeGenericCommand(c, true) },
}

// xrangeGenericCommand is XRANGE, or XREVRANGE, whose range begins at its end.
func xrangeGenericCommand(c *keyspace.Ctx, reverse bool) {
	startWord, endWord := c.Args[2], c.Args[3]
	if reverse {
		startWord, endWord = endWord, startWord
	}
	start, err := intervalStart(startWord)
	var end stream.ID
	if err == "" {
		end, err = intervalEnd(endWord)
	}
	count, given := int64(0), false
	for opts := newCursor(c.Args, 4); opts.More() && err == ""; {
		if !opts.IsWith("COUNT", 1) {
			err = reply.ErrSyntax
			break
		}
		var ok bool
		if count, ok = opts.Int(); !ok {
			err = reply.ErrNotInteger
		}
		count, given = max(count, 0), true
	}
	if err != "" {
		c.Error(err)
		return
	}
	s, ok := lookupStream(c, c.Args[1], func() { c.Reply.Array(0) })
	switch {
	case !ok:
	case given && count == 0:
		c.Reply.NullArray()
	default:
		replyRange(c, &s, s.Range(start, end, reverse), count)
	}
}

var xdelSpec = keyspace.Spec{
	Name: "xdel", Group: keyspace.StreamGroup, Since: "5.0.0", Arity: -3,
	Syntax: "key id [id ...]",
	Flags:  keyspace.Write | keyspace.Fast,
	Keys:   keyspace.KeyAt(1, keyspace.RW|keyspace.Delete),
	Summary: "Removes the specified entries from the stream. Returns the number of items " +
		"actually deleted, that may be different from the number of IDs passed in case certain " +
		"IDs do not exist.",
	Complexity: "O(1) for each single item to delete in the stream, regardless of the stream " +
		"size.",
	Run: xdelCommand,
}

func xdelCommand(c *keyspace.Ctx) {
	s, ok := streamOf(c, c.DB.LookupWrite(c.Args[1]), func() { c.Reply.Int(0) })
	if !ok {
		return
	}
	ids, ok := strictIDs(c.Args[2:])
	if !ok {
		c.Error(reply.ErrStreamID)
		return
	}
	deleted := 0
	for _, id := range ids {
		if s.Delete(id) {
			deleted++
		}
	}
	if deleted > 0 {
		c.Changed(keyspace.NotifyStream, "xdel", c.Args[1])
		c.Dirty(deleted - 1)
	}
	c.Reply.Int(int64(deleted))
}

var xsetidSpec = keyspace.Spec{
	Name: "xsetid", Group: keyspace.StreamGroup, Since: "5.0.0", Arity: -3,
	Syntax: "key last-id [ENTRIESADDED entries_added{entries_added @7.0.0}] " +
		"[MAXDELETEDID max_deleted_entry_id{max_deleted_entry_id @7.0.0}]",
	Flags:   keyspace.Write | keyspace.DenyOOM | keyspace.Fast,
	Keys:    keyspace.KeyAt(1, keyspace.RW|keyspace.Update),
	Summary: "An internal command for replicating stream values", Complexity: "O(1)",
	History: []keyspace.Change{{
		Version: "7.0.0",
		Text:    "Added the `entries_added` and `max_deleted_entry_id` arguments.",
	}},
	Run: xsetidCommand,
}

// setIDOptions are the arguments of XSETID.
type setIDOptions struct {
	last, maxDeleted stream.ID
	added            int64 // -1: not given
}

func parseSetID(args [][]byte) (o setIDOptions, err reply.Error) {
	var ok bool
	o.added = -1
	if o.last, ok = strictID(args[2]); !ok {
		return o, reply.ErrStreamID
	}
	for opts := newCursor(args, 3); opts.More(); {
		switch {
		case opts.IsWith("ENTRIESADDED", 1):
			if o.added, ok = opts.Int(); !ok {
				return o, reply.ErrNotInteger
			}
			if o.added < 0 {
				return o, reply.ErrEntriesAdded
			}
		case opts.IsWith("MAXDELETEDID", 1):
			if o.maxDeleted, ok = strictID(opts.Arg()); !ok {
				return o, reply.ErrStreamID
			}
			if o.last.Less(o.maxDeleted) {
				return o, reply.ErrSetIDMaxDeleted
			}
		default:
			return o, reply.ErrSyntax
		}
	}
	return o, ""
}

func xsetidCommand(c *keyspace.Ctx) {
	o, err := parseSetID(c.Args)
	if err != "" {
		c.Error(err)
		return
	}
	e := c.DB.LookupWrite(c.Args[1])
	s, ok := streamOf(c, e, func() { c.Error(reply.ErrNoSuchKey) })
	if !ok {
		return
	}
	if s.Len() > 0 {
		if o.last.Less(s.LastEntry()) {
			c.Error(reply.ErrSetIDTopItem)
			return
		}
		if o.added != -1 && o.added < int64(s.Len()) {
			c.Error(reply.ErrSetIDLength)
			return
		}
	}
	s.SetLastID(o.last)
	if o.added != -1 {
		s.SetEntriesAdded(uint64(o.added))
	}
	if !o.maxDeleted.IsZero() {
		s.SetMaxDeletedID(o.maxDeleted)
	}
	c.Event(keyspace.NotifyStream, "xsetid", c.Args[1])
	c.OK()
}
