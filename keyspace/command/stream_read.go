package command

import (
	"bytes"
	"math"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/stream"
)

// streamsKeys are the keys behind the word STREAMS.
func streamsKeys(from int) []keyspace.KeySpec {
	return []keyspace.KeySpec{{
		Flags: keyspace.RO | keyspace.Access, Keyword: "STREAMS", Index: from,
		Last: -1, Step: 1, Limit: 2,
	}}
}

var xreadSpec = keyspace.Spec{
	Name: "xread", Group: keyspace.StreamGroup, Since: "5.0.0", Arity: -4,
	Syntax: "[COUNT count] [BLOCK milliseconds{milliseconds}] " +
		"STREAMS (key{*} id{*}){streams}",
	Flags: keyspace.ReadOnly | keyspace.Blocking, Keys: streamsKeys(1),
	Summary: "Return never seen elements in multiple streams, with IDs greater than the ones " +
		"reported by the caller for each stream. Can block.",
	Complexity: "For each stream mentioned: O(N) with N being the number of elements being " +
		"returned, it means that XREAD-ing with a fixed COUNT is O(1). Note that when the BLOCK " +
		"option is used, XADD will pay O(M) time in order to serve the M clients blocked on the " +
		"stream getting new data.",
	Run: xreadCommand,
}

var xreadgroupSpec = keyspace.Spec{
	Name: "xreadgroup", Group: keyspace.StreamGroup, Since: "5.0.0", Arity: -7,
	Syntax: "GROUP (group consumer){group_consumer} [COUNT count] " +
		"[BLOCK milliseconds{milliseconds}] [NOACK] STREAMS (key{*} id{*}){streams}",
	Flags: keyspace.Write | keyspace.Blocking | keyspace.Grows, Keys: streamsKeys(4),
	Summary: "Return new entries from a stream using a consumer group, or access the history of " +
		"the pending entries for a given consumer. Can block.",
	Complexity: "For each stream mentioned: O(M) with M being the number of elements returned. If " +
		"M is constant (e.g. always asking for the first 10 elements with COUNT), you can consider " +
		"it O(1). On the other side when XREADGROUP blocks, XADD will pay the O(N) time in order " +
		"to serve the N clients blocked on the stream getting new data.",
	Run: xreadCommand,
}

// readOptions are the arguments of XREAD and XREADGROUP.
type readOptions struct {
	grouped    bool // XREADGROUP
	group      []byte
	consumer   []byte
	count      int64 // 0: any number
	blocks     bool
	deadlineMs int64
	noAck      bool
	keys       [][]byte
	ids        []stream.ID // behind which to read; of XREADGROUP, MaxID for >
	groups     []stream.Group
}

// parse reads the arguments up to the ids, which need the keys, and returns these as words.
// Redis: xreadCommand.
func (o *readOptions) parse(c *keyspace.Ctx) (ids [][]byte, err reply.Error) {
	o.grouped = c.Spec.Name == "xreadgroup"
	opts := newCursor(c.Args, 1)
	for err == "" && opts.More() && !opts.IsWith("STREAMS", 1) {
		err = o.parseOption(c, &opts)
	}
	streams := opts.Rest()
	switch {
	case err != "":
		return nil, err
	case len(streams) == 0:
		return nil, reply.ErrSyntax
	case len(streams)%2 != 0:
		return nil, reply.ErrUnbalancedXread
	case o.grouped && o.group == nil:
		return nil, reply.ErrXreadNoGroup
	}
	o.keys = streams[:len(streams)/2]
	return streams[len(streams)/2:], ""
}

// parseOption reads the option that the cursor stands at.
func (o *readOptions) parseOption(c *keyspace.Ctx, opts *cursor) (err reply.Error) {
	var ok bool
	switch {
	case opts.IsWith("BLOCK", 1):
		if c.InScript() {
			return reply.BlockInScript(c.Args[0])
		}
		o.blocks = true
		o.deadlineMs, err = parseTimeoutMs(c, opts)
		return err
	case opts.IsWith("COUNT", 1):
		if o.count, ok = opts.Int(); !ok {
			return reply.ErrNotInteger
		}
		o.count = max(o.count, 0)
	case opts.IsWith("GROUP", 2):
		if !o.grouped {
			return reply.ErrXreadGroup
		}
		o.group, o.consumer = opts.Arg(), opts.Arg()
	case opts.Is("NOACK"):
		if !o.grouped {
			return reply.ErrXreadNoAck
		}
		o.noAck = true
	default:
		return reply.ErrSyntax
	}
	return ""
}

// parseTimeoutMs reads the milliseconds that a command may wait and gives the end of that time, 0
// if it may wait for ever. Redis: getTimeoutFromObjectOrReply.
func parseTimeoutMs(c *keyspace.Ctx, opts *cursor) (deadlineMs int64, err reply.Error) {
	ms, ok := opts.Int()
	switch {
	case !ok:
		return 0, reply.ErrTimeoutNotInteger
	case ms < 0:
		return 0, reply.ErrTimeoutNegative
	case ms == 0:
		return 0, ""
	case ms > math.MaxInt64-c.NowMs:
		return 1, "" // Redis: the sum overflows, and the wait is over soon
	}
	return c.NowMs + ms, ""
}

// parseIDs reads where to read from, which may depend on the streams.
func (o *readOptions) parseIDs(c *keyspace.Ctx, words [][]byte) reply.Error {
	o.ids = make([]stream.ID, len(words))
	if o.grouped {
		o.groups = make([]stream.Group, len(words))
	}
	for i, word := range words {
		e := c.DB.LookupRead(o.keys[i])
		if e.Found() && e.Type() != keyspace.TypeStream {
			return reply.ErrWrongType
		}
		if o.grouped {
			if err := o.parseGroupID(e, i, word); err != "" {
				return err
			}
			continue
		}
		if err := o.parseID(e, i, word); err != "" {
			return err
		}
	}
	return ""
}

// parseGroupID reads the id of XREADGROUP for the key i.
func (o *readOptions) parseGroupID(e keyspace.Entry, i int, word []byte) reply.Error {
	ok := e.Found()
	if ok {
		s := e.Stream()
		o.groups[i], ok = s.Group(o.group)
	}
	if !ok {
		return reply.NoGroupToRead(o.keys[i], o.group)
	}
	switch string(cutNUL(word)) {
	case "$":
		return reply.ErrXreadGroupDollar
	case ">":
		o.ids[i] = stream.MaxID // behind which there is nothing
		return ""
	}
	if o.ids[i], ok = strictID(word); !ok {
		return reply.ErrStreamID
	}
	return ""
}

// parseID reads the id of XREAD for the key i.
func (o *readOptions) parseID(e keyspace.Entry, i int, word []byte) reply.Error {
	switch string(cutNUL(word)) {
	case "$":
		if e.Found() {
			s := e.Stream()
			o.ids[i] = s.LastID()
		}
		return ""
	case ">":
		return reply.ErrXreadNewID
	}
	var ok bool
	if o.ids[i], ok = strictID(word); !ok {
		return reply.ErrStreamID
	}
	return ""
}

// xreadCommand is XREAD and XREADGROUP, as in Redis.
func xreadCommand(c *keyspace.Ctx) {
	var o readOptions
	words, err := o.parse(c)
	if err == "" {
		err = o.parseIDs(c, words)
	}
	if err == "" && o.grouped && c.DB.RoomToGrow() < int64(len(o.keys))*int64(len(o.consumer)) {
		err = reply.ErrOOM // each stream keeps the name
	}
	if err != "" {
		c.Error(err)
		return
	}
	if o.grouped {
		c.RecordNothing() // but what is done below
	}
	switch {
	case o.readNow(c):
	case o.blocks:
		o.wait(c)
	default:
		c.Reply.NullArray()
	}
}

// readNow replies with what is there to be read, unless that is nothing, which it reports.
func (o *readOptions) readNow(c *keyspace.Ctx) bool {
	var mark reply.Mark
	served := 0
	for i, key := range o.keys {
		e := c.DB.LookupRead(key)
		if !e.Found() {
			continue
		}
		s := e.Stream()
		from, history, serves := o.position(&s, i)
		if !serves {
			continue
		}
		var consumer stream.Consumer
		if o.grouped {
			consumer = lookupConsumer(c, &o.groups[i], key, o.consumer)
		}
		if served++; served == 1 {
			mark = deferStreams(c)
		}
		replyStreamName(c, key)
		switch {
		case history:
			replyHistory(c, &s, readFrom{&o.groups[i], consumer, key, from}, o.count)
		case o.grouped:
			o.replyNew(c, &s, readFrom{&o.groups[i], consumer, key, from}, o.count)
		default:
			replyRange(c, &s, s.Range(behind(from), stream.MaxID, false), o.count)
		}
	}
	if served > 0 {
		c.Reply.Resolve(mark, served)
	}
	return served > 0
}

// behind is the id behind another one that is not the last.
func behind(id stream.ID) stream.ID {
	next, _ := id.Next()
	return next
}

// position is the id behind which the key i is to be read, whether that is the history of a
// consumer, and whether there is anything to reply.
func (o *readOptions) position(s *stream.Stream, i int) (from stream.ID, history, serves bool) {
	from = o.ids[i]
	if o.grouped {
		if from != stream.MaxID {
			return from, true, true
		}
		from = o.groups[i].LastID()
	}
	return from, false, s.Len() > 0 && from.Less(s.LastEntry())
}

// deferStreams begins a reply of streams by their names.
func deferStreams(c *keyspace.Ctx) reply.Mark {
	if c.Reply.Proto() == 3 {
		return c.Reply.DeferMap()
	}
	return c.Reply.DeferArray()
}

// replyStreamName begins one stream of these.
func replyStreamName(c *keyspace.Ctx, key []byte) {
	if c.Reply.Proto() != 3 {
		c.Reply.Array(2)
	}
	c.Reply.Bulk(key)
}

// lookupConsumer is the consumer of that name, which is made if there is none. Redis:
// streamLookupConsumer, streamCreateConsumer.
func lookupConsumer(c *keyspace.Ctx, g *stream.Group, key, name []byte) stream.Consumer {
	consumer, created := g.CreateConsumer(name, c.NowMs)
	if !created {
		consumer.SetSeenMs(c.NowMs)
		return consumer
	}
	c.Event(keyspace.NotifyStream, "xgroup-createconsumer", key)
	c.Record(xgroupWord, createconsumerWord, key, g.Name(), name)
	return consumer
}

// readFrom is where a consumer reads in a stream.
type readFrom struct {
	group    *stream.Group
	consumer stream.Consumer
	key      []byte
	from     stream.ID // behind it
}

// pendingBytes is about what a pending entry takes.
const pendingBytes = 96

// replyNew delivers new entries to a consumer, no more of them than may be pending for it where
// memory is short. Redis: streamReplyWithRange.
func (o *readOptions) replyNew(c *keyspace.Ctx, s *stream.Stream, r readFrom, count int64) {
	if most := max(c.DB.RoomToGrow()/pendingBytes, 1); !o.noAck && (count == 0 || count > most) {
		count = most
	}
	mark, n := c.Reply.DeferArray(), 0
	for it := s.Range(behind(r.from), stream.MaxID, false); it.Next(); {
		id := it.ID()
		r.group.Deliver(id)
		replyEntry(c, s, &it)
		if !o.noAck {
			p, ok := r.group.FindPending(id)
			if ok { // XGROUP SETID has gone back
				p.Assign(r.consumer)
				p.SetDelivered(c.NowMs, 1)
			} else {
				p = r.group.AddPending(id, r.consumer, c.NowMs, 1)
			}
			recordClaim(c, r.group, r.key, p)
		}
		if n++; int64(n) == count {
			break
		}
	}
	c.Reply.Resolve(mark, n)
	c.Dirty(1)
	if n > 0 {
		recordGroupID(c, r.group, r.key)
	}
}

// replyHistory replies with what is pending for a consumer. Redis:
// streamReplyWithRangeFromConsumerPEL.
func replyHistory(c *keyspace.Ctx, s *stream.Stream, r readFrom, count int64) {
	mark, n := c.Reply.DeferArray(), 0
	p, ok := r.consumer.FirstPending(behind(r.from))
	for ; ok && (count == 0 || int64(n) < count); p, ok = p.Next() {
		n++
		if !replyEntryAt(c, s, p.ID()) { // it has been deleted
			c.Reply.Array(2)
			c.Reply.Bulk(s.Text(p.ID()))
			c.Reply.NullArray()
			continue
		}
		p.SetDelivered(c.NowMs, p.Count()+1)
		recordClaim(c, r.group, r.key, p)
	}
	c.Reply.Resolve(mark, n)
	c.Dirty(1)
}

// recordClaim records the state of a pending entry. Redis: streamPropagateXCLAIM.
func recordClaim(c *keyspace.Ctx, g *stream.Group, key []byte, p stream.Pending) {
	if !c.Recording() {
		return
	}
	consumer := p.Consumer()
	ms := bytes.Clone(c.Digits(p.DeliveredMs()))
	c.Record(xclaimWord, key, g.Name(), consumer.Name(), zeroWord, p.ID().Append(nil),
		timeWord, ms, retrycountWord, c.Digits(p.Count()), forceWord, justidWord,
		lastidWord, g.LastID().Append(nil))
}

// recordGroupID records how far a group has read. Redis: streamPropagateGroupID.
func recordGroupID(c *keyspace.Ctx, g *stream.Group, key []byte) {
	if c.Recording() {
		c.Record(xgroupWord, setidWord, key, g.Name(), g.LastID().Append(nil),
			entriesreadWord, c.Digits(g.EntriesRead()))
	}
}

// blockedCount is how many entries one wait is answered with unless COUNT says otherwise. Redis:
// XREAD_BLOCKED_DEFAULT_COUNT.
const blockedCount = 1000

// wait has the session wait for new entries.
func (o *readOptions) wait(c *keyspace.Ctx) {
	w := *o // what the closures keep
	if w.count == 0 {
		w.count = blockedCount
	}
	wait := keyspace.Wait{
		Keys: w.keys, Type: keyspace.TypeStream, DeadlineMs: w.deadlineMs,
		Ready: w.ready, Serve: w.serve,
	}
	if w.grouped {
		wait.Gone = reply.ErrBlockedKeyGone
	}
	c.Block(wait)
}

// blockedAt is the id behind which a waiting session reads the stream of e; false if its group does
// not exist any more.
func (o *readOptions) blockedAt(e keyspace.Entry) (g stream.Group, from stream.ID, ok bool) {
	if o.grouped {
		s := e.Stream()
		if g, ok = s.Group(o.group); ok {
			from = g.LastID()
		}
		return g, from, ok
	}
	for i, key := range o.keys {
		if bytes.Equal(key, e.Key()) {
			return g, o.ids[i], true
		}
	}
	return g, from, false
}

// ready reports whether there is an answer to a session that waits.
func (o *readOptions) ready(e keyspace.Entry) bool {
	_, from, ok := o.blockedAt(e)
	s := e.Stream()
	return !ok || from.Less(s.LastID())
}

// serve answers a session that has waited. Redis: serveClientsBlockedOnStreamKey.
func (o *readOptions) serve(c *keyspace.Ctx, e keyspace.Entry) {
	g, from, ok := o.blockedAt(e)
	if !ok {
		c.Error(reply.ErrBlockedGroupGone)
		return
	}
	s, key := e.Stream(), e.Key()
	var consumer stream.Consumer
	if o.grouped {
		consumer = lookupConsumer(c, &g, key, o.consumer)
	}
	mark := deferStreams(c)
	replyStreamName(c, key)
	if o.grouped {
		o.replyNew(c, &s, readFrom{&g, consumer, key, from}, o.count)
	} else {
		replyRange(c, &s, s.Range(behind(from), stream.MaxID, false), o.count)
	}
	c.Reply.Resolve(mark, 1)
}
