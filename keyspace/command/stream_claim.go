package command

import (
	"math"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/stream"
)

var xclaimSpec = keyspace.Spec{
	Name: "xclaim", Group: keyspace.StreamGroup, Since: "5.0.0", Arity: -6,
	Syntax: "key group consumer min-idle-time id [id ...] [IDLE ms{ms}] " +
		"[TIME unix-time-milliseconds{unix-time-milliseconds}] [RETRYCOUNT count{count}] " +
		"[FORCE] [JUSTID] [LASTID id{id}]",
	Flags: keyspace.Write | keyspace.Fast | keyspace.Grows,
	Keys:  keyspace.KeyAt(1, keyspace.RW|keyspace.Update),
	Tips:  []string{"nondeterministic_output"},
	Summary: "Changes (or acquires) ownership of a message in a consumer group, as if the message " +
		"was delivered to the specified consumer.",
	Complexity: "O(log N) with N being the number of messages in the PEL of the consumer group.",
	Run:        xclaimCommand,
}

// claim is what XCLAIM and XAUTOCLAIM do with a pending entry.
type claim struct {
	key, name   []byte // of the stream and of the consumer
	group       stream.Group
	consumer    stream.Consumer
	known       bool // consumer has been looked up
	minIdle     int64
	deliveredMs int64
	retryCount  int64 // -1: one more than before
	justID      bool
}

// tooFresh reports whether an entry has not been pending for long enough.
func (cl *claim) tooFresh(c *keyspace.Ctx, p stream.Pending) bool {
	return cl.minIdle > 0 && c.NowMs-p.DeliveredMs() < cl.minIdle
}

// owner is the consumer that claims, which is looked up, or made, for the first entry.
func (cl *claim) owner(c *keyspace.Ctx) stream.Consumer {
	if !cl.known {
		cl.known = true
		cl.consumer = lookupConsumer(c, &cl.group, cl.key, cl.name)
	}
	return cl.consumer
}

// take gives the entry to the consumer.
func (cl *claim) take(c *keyspace.Ctx, p stream.Pending) {
	p.Assign(cl.owner(c))
	count := p.Count()
	switch {
	case cl.retryCount >= 0:
		count = cl.retryCount
	case !cl.justID:
		count++
	}
	p.SetDelivered(cl.deliveredMs, count)
	recordClaim(c, &cl.group, cl.key, p)
	c.Dirty(1)
}

// drop makes an entry that has been deleted pending no more.
func (cl *claim) drop(c *keyspace.Ctx, p stream.Pending) {
	id := p.ID()
	cl.group.Remove(p)
	c.Dirty(1)
	if c.Recording() {
		c.Record(xackWord, cl.key, cl.group.Name(), id.Append(nil))
	}
}

// reply replies with an entry that has been claimed.
func (cl *claim) reply(c *keyspace.Ctx, s *stream.Stream, id stream.ID) {
	if cl.justID {
		c.Reply.Bulk(s.Text(id))
		return
	}
	replyEntryAt(c, s, id)
}

// claimOptions are the arguments of XCLAIM behind the names.
type claimOptions struct {
	ids         []stream.ID
	minIdle     int64
	deliveredMs int64 // -1: not given
	retryCount  int64
	lastID      stream.ID
	force       bool
	justID      bool
}

// parseClaim reads the arguments of XCLAIM behind the names.
func parseClaim(c *keyspace.Ctx) (o claimOptions, err reply.Error) {
	opts := newCursor(c.Args, 4)
	o.deliveredMs, o.retryCount = -1, -1
	var ok bool
	if o.minIdle, ok = opts.Int(); !ok {
		return o, reply.ErrClaimMinIdle
	}
	for opts.More() {
		id, ok := strictID(opts.Peek())
		if !ok {
			break
		}
		o.ids = append(o.ids, id)
		opts.Arg()
	}
	for err == "" && opts.More() {
		err = o.parseOption(c, &opts)
	}
	return o, err
}

// parseOption reads the option that the cursor stands at.
func (o *claimOptions) parseOption(c *keyspace.Ctx, opts *cursor) reply.Error {
	var ok bool
	switch {
	case opts.Is("FORCE"):
		o.force = true
	case opts.Is("JUSTID"):
		o.justID = true
	case opts.IsWith("IDLE", 1):
		if o.deliveredMs, ok = opts.Int(); !ok {
			return reply.ErrClaimIdle
		}
		o.deliveredMs = c.NowMs - o.deliveredMs
	case opts.IsWith("TIME", 1):
		if o.deliveredMs, ok = opts.Int(); !ok {
			return reply.ErrClaimTime
		}
	case opts.IsWith("RETRYCOUNT", 1):
		if o.retryCount, ok = opts.Int(); !ok {
			return reply.ErrClaimRetryCount
		}
	case opts.IsWith("LASTID", 1):
		if o.lastID, ok = strictID(opts.Arg()); !ok {
			return reply.ErrStreamID
		}
	default:
		return reply.UnrecognizedClaim(opts.Peek())
	}
	return ""
}

func xclaimCommand(c *keyspace.Ctx) {
	key := c.Args[1]
	s, g, ok := groupOf(c, key, c.Args[2], func() { c.Error(reply.NoGroup(key, c.Args[2])) })
	if !ok {
		return
	}
	o, err := parseClaim(c)
	if err == "" && o.force && c.DB.RoomToGrow() < int64(len(o.ids))*pendingBytes {
		err = reply.ErrOOM
	}
	if err != "" {
		c.Error(err)
		return
	}
	cl := claim{
		key: key, name: c.Args[3], group: g, minIdle: o.minIdle, deliveredMs: o.deliveredMs,
		retryCount: o.retryCount, justID: o.justID,
	}
	if cl.deliveredMs < 0 || cl.deliveredMs > c.NowMs { // Redis: clocks of clients may be ahead
		cl.deliveredMs = c.NowMs
	}
	c.RecordNothing() // but what is done below
	if g.LastID().Less(o.lastID) {
		g.SetLastID(o.lastID)
		recordGroupID(c, &g, key)
		c.Dirty(1)
	}
	mark, n := c.Reply.DeferArray(), 0
	for _, id := range o.ids {
		if cl.one(c, &s, id, o.force) {
			cl.reply(c, &s, id)
			n++
		}
	}
	c.Reply.Resolve(mark, n)
}

// one claims the entry with the id, if it is pending, or if that may be forced. It reports whether
// it could.
func (cl *claim) one(c *keyspace.Ctx, s *stream.Stream, id stream.ID, force bool) bool {
	p, pending := cl.group.FindPending(id)
	switch {
	case !s.Has(id):
		if pending {
			cl.drop(c, p)
		}
		return false
	case pending && cl.tooFresh(c, p), !pending && !force:
		return false
	case !pending:
		p = cl.group.AddPending(id, cl.owner(c), c.NowMs, 1)
	}
	cl.take(c, p)
	return true
}

var xautoclaimSpec = keyspace.Spec{
	Name: "xautoclaim", Group: keyspace.StreamGroup, Since: "6.2.0", Arity: -6,
	Syntax: "key group consumer min-idle-time start{:string} [COUNT count] [JUSTID]",
	Flags:  keyspace.Write | keyspace.Fast | keyspace.Grows,
	Keys:   keyspace.KeyAt(1, keyspace.RW|keyspace.Delete),
	Tips:   []string{"nondeterministic_output"},
	Summary: "Changes (or acquires) ownership of messages in a consumer group, as if the messages " +
		"were delivered to the specified consumer.",
	Complexity: "O(1) if COUNT is small.",
	History: []keyspace.Change{{
		Version: "7.0.0",
		Text: "Added an element to the reply array, containing deleted entries the command " +
			"cleared from the PEL",
	}},
	Run: xautoclaimCommand,
}

// Limits of XAUTOCLAIM. Redis: attempts_factor, and the memory for so many ids.
const (
	claimAttempts     = 10 // pending entries to look at, for each one to claim
	autoClaimMaxCount = math.MaxInt64 / 16
	autoClaimMaxBytes = 1 << 47 // what a process can address at all
	autoClaimCount    = 100     // by default
)

// autoClaimOptions are the arguments of XAUTOCLAIM behind the names.
type autoClaimOptions struct {
	minIdle int64
	start   stream.ID
	count   int64
	justID  bool
}

func parseAutoClaim(args [][]byte) (o autoClaimOptions, err reply.Error) {
	opts := newCursor(args, 4)
	o.count = autoClaimCount
	var ok bool
	if o.minIdle, ok = opts.Int(); !ok {
		return o, reply.ErrAutoClaimMinIdle
	}
	if o.start, err = intervalStart(opts.Arg()); err != "" {
		return o, err
	}
	for opts.More() {
		switch {
		case opts.IsWith("COUNT", 1):
			if o.count, ok = opts.Int(); !ok || o.count < 1 || o.count > autoClaimMaxCount {
				return o, reply.ErrAutoClaimCount
			}
		case opts.Is("JUSTID"):
			o.justID = true
		default:
			return o, reply.ErrSyntax
		}
	}
	return o, ""
}

func xautoclaimCommand(c *keyspace.Ctx) {
	o, err := parseAutoClaim(c.Args)
	if err != "" {
		c.DB.LookupRead(c.Args[1]) // Redis: it looks the key up first
		c.Error(err)
		return
	}
	key := c.Args[1]
	s, g, ok := groupOf(c, key, c.Args[2], func() { c.Error(reply.NoGroup(key, c.Args[2])) })
	if !ok {
		return
	}
	if o.count > autoClaimMaxBytes/16 {
		c.Error(reply.ErrAutoClaimMemory)
		return
	}
	cl := claim{
		key: key, name: c.Args[3], group: g, minIdle: o.minIdle, deliveredMs: c.NowMs,
		retryCount: -1, justID: o.justID,
	}
	c.RecordNothing() // but what is done below
	claimed, deleted, next := cl.many(c, &s, o)
	c.Reply.Array(3)
	c.Reply.Bulk(s.Text(next))
	c.Reply.Array(len(claimed))
	for _, id := range claimed {
		cl.reply(c, &s, id)
	}
	c.Reply.Array(len(deleted))
	for _, id := range deleted {
		c.Reply.Bulk(s.Text(id))
	}
}

// many claims pending entries from an id on. It returns their ids, those of entries that have been
// deleted, and where to go on.
func (cl *claim) many(c *keyspace.Ctx, s *stream.Stream, o autoClaimOptions) (
	claimed, deleted []stream.ID, next stream.ID,
) {
	p, ok := cl.group.FirstPending(o.start)
	for left := o.count * claimAttempts; ok && left > 0 && o.count > 0; left-- {
		this, id := p, p.ID()
		p, ok = p.Next()
		switch {
		case !s.Has(id):
			cl.drop(c, this)
			deleted = append(deleted, id)
			o.count--
		case !cl.tooFresh(c, this):
			cl.take(c, this)
			claimed = append(claimed, id)
			o.count--
		}
	}
	if ok {
		next = p.ID()
	}
	return claimed, deleted, next
}

var xpendingSpec = keyspace.Spec{
	Name: "xpending", Group: keyspace.StreamGroup, Since: "5.0.0", Arity: -3,
	Syntax: "key group [[IDLE min-idle-time{min-idle-time :integer @6.2.0}] start{:string} " +
		"end{:string} count [consumer]]{filters}",
	Flags: keyspace.ReadOnly, Keys: keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Tips: []string{"nondeterministic_output"},
	Summary: "Return information and entries from a stream consumer group pending entries list, " +
		"that are messages fetched but never acknowledged.",
	Complexity: "O(N) with N being the number of elements returned, so asking for a small fixed " +
		"number of entries per call is O(1). O(M), where M is the total number of entries scanned " +
		"when used with the IDLE filter. When the command returns just the summary and the list " +
		"of consumers is small, it runs in O(1) time; otherwise, an additional O(N) time for " +
		"iterating every consumer.",
	History: []keyspace.Change{
		{Version: "6.2.0", Text: "Added the `IDLE` option and exclusive range intervals."},
	},
	Run: xpendingCommand,
}

// pendingOptions are the arguments of XPENDING behind the names.
type pendingOptions struct {
	minIdle    int64
	start, end stream.ID
	count      int64
	consumer   []byte // nil: all
}

func parsePending(args [][]byte) (o pendingOptions, err reply.Error) {
	if n := len(args); n < 6 || n > 9 {
		return o, reply.ErrSyntax
	}
	opts := newCursor(args, 3)
	var ok bool
	if opts.Is("IDLE") {
		if o.minIdle, ok = opts.Int(); !ok {
			return o, reply.ErrNotInteger
		}
		if opts.Left() < 3 {
			return o, reply.ErrSyntax
		}
	}
	startWord, endWord := opts.Arg(), opts.Arg()
	if o.count, ok = opts.Int(); !ok {
		return o, reply.ErrNotInteger
	}
	if o.start, err = intervalStart(startWord); err != "" {
		return o, err
	}
	if o.end, err = intervalEnd(endWord); err != "" {
		return o, err
	}
	if opts.More() {
		o.consumer = opts.Arg()
	}
	return o, ""
}

func xpendingCommand(c *keyspace.Ctx) {
	const summaryArgs = 3
	var o pendingOptions
	if len(c.Args) != summaryArgs {
		var err reply.Error
		if o, err = parsePending(c.Args); err != "" {
			c.Error(err)
			return
		}
	}
	s, g, ok := groupOf(c, c.Args[1], c.Args[2],
		func() { c.Error(reply.NoGroup(c.Args[1], c.Args[2])) })
	switch {
	case !ok:
	case len(c.Args) == summaryArgs:
		replyPendingSummary(c, &s, &g)
	default:
		o.reply(c, &s, &g)
	}
}

// replyPendingSummary replies with how much is pending in a group, and for whom.
func replyPendingSummary(c *keyspace.Ctx, s *stream.Stream, g *stream.Group) {
	c.Reply.Array(4)
	c.Reply.Int(int64(g.Pending()))
	first, ok := g.FirstPending(stream.ID{})
	if !ok {
		c.Reply.Null()
		c.Reply.Null()
		c.Reply.NullArray()
		return
	}
	last, _ := g.LastPending()
	c.Reply.Bulk(s.Text(first.ID()))
	c.Reply.Bulk(s.Text(last.ID()))
	mark, n := c.Reply.DeferArray(), 0
	g.EachConsumer(func(consumer stream.Consumer) {
		if pending := consumer.Pending(); pending > 0 {
			c.Reply.Array(2)
			c.Reply.Bulk(consumer.Name())
			c.Reply.Bulk(c.Digits(int64(pending)))
			n++
		}
	})
	c.Reply.Resolve(mark, n)
}

// reply replies with the pending entries of a group, or of one of its consumers.
func (o *pendingOptions) reply(c *keyspace.Ctx, s *stream.Stream, g *stream.Group) {
	p, ok := g.FirstPending(o.start)
	if o.consumer != nil {
		var consumer stream.Consumer
		if consumer, ok = g.Consumer(o.consumer); ok {
			p, ok = consumer.FirstPending(o.start)
		}
	}
	mark, n := c.Reply.DeferArray(), int64(0)
	for ; ok && n < o.count && !o.end.Less(p.ID()); p, ok = p.Next() {
		idleMs := c.NowMs - p.DeliveredMs()
		if o.minIdle != 0 && idleMs < o.minIdle {
			continue
		}
		n++
		consumer := p.Consumer()
		c.Reply.Array(4)
		c.Reply.Bulk(s.Text(p.ID()))
		c.Reply.Bulk(consumer.Name())
		c.Reply.Int(max(idleMs, 0))
		c.Reply.Int(p.Count())
	}
	c.Reply.Resolve(mark, int(n))
}
