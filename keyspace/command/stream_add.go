package command

import (
	"math"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/stream"
)

// trimOptions are the options that XADD and XTRIM share.
type trimOptions struct {
	stream.Trimming
	given bool
}

// parse reads the option that the cursor stands at, if it is one of these. Redis:
// streamParseAddOrTrimArgsOrReply.
func (o *trimOptions) parse(opts *cursor, limit *int64) (taken bool, err reply.Error) {
	switch {
	case opts.IsWith("MAXLEN", 1), opts.IsWith("MINID", 1):
	case opts.IsWith("LIMIT", 1):
		n, ok := opts.Int()
		switch *limit = n; {
		case !ok:
			return true, reply.ErrNotInteger
		case n < 0:
			return true, reply.ErrTrimLimit
		}
		return true, ""
	default:
		return false, ""
	}
	if o.given {
		return true, reply.ErrTrimStrategies
	}
	o.given, o.ByID = true, equalFold(opts.args[opts.i-1], "MINID")
	if opts.IsWith("~", 1) {
		o.Approx = true
	} else {
		opts.IsWith("=", 1)
	}
	return true, o.parseThreshold(opts.Arg())
}

// parseThreshold reads what MAXLEN or MINID is to be.
func (o *trimOptions) parseThreshold(word []byte) reply.Error {
	if o.ByID {
		var ok bool
		if o.MinID, ok = strictID(word); !ok {
			return reply.ErrStreamID
		}
		return ""
	}
	one := newCursor([][]byte{word}, 0)
	n, ok := one.Int()
	switch o.MaxLen = n; {
	case !ok:
		return reply.ErrNotInteger
	case n < 0:
		return reply.ErrTrimMaxLen
	}
	return ""
}

// noLimit says that LIMIT has not been given.
const noLimit = -1

// finish checks what goes together, and sets the limit of approximate trimming.
func (o *trimOptions) finish(c *keyspace.Ctx, limit int64) reply.Error {
	switch {
	case limit > 0 && !o.given:
		return reply.ErrTrimLimitAlone
	case !o.given && c.Spec.Name == "xtrim":
		return reply.ErrTrimNoStrategy
	case limit != noLimit && !o.Approx:
		return reply.ErrTrimLimitExact
	case limit != noLimit:
		o.Limit = limit
	case o.Approx:
		// Redis: a hundred blocks, within limits.
		const blocks, otherwise, most = 100, 10000, 1000000
		entries := c.DB.StreamLimits().NodeMaxEntries
		o.Limit = min(entries, most) * blocks
		if o.Limit <= 0 || entries > math.MaxInt64/blocks {
			o.Limit = otherwise // Redis: the product overflows
		}
		o.Limit = min(o.Limit, most)
	}
	return ""
}

// run trims a stream. Redis: xaddCommand, xtrimCommand.
func (o *trimOptions) run(c *keyspace.Ctx, s *stream.Stream) int64 {
	if !o.given {
		return 0
	}
	deleted := s.Trim(o.Trimming)
	if deleted > 0 {
		c.Notify(keyspace.NotifyStream, "xtrim", c.Args[1])
	}
	return deleted
}

// words are the options that trim another stream of the same entries just like this one was: where
// the blocks of the stream have a say, by what is left. Redis: streamRewriteTrimArgument.
func (o *trimOptions) words(c *keyspace.Ctx, s *stream.Stream) [][]byte {
	switch {
	case !o.given:
		return nil
	case !o.ByID && o.Approx:
		return [][]byte{maxlenWord, exactWord, c.Digits(int64(s.Len()))}
	case !o.ByID:
		return [][]byte{maxlenWord, exactWord, c.Digits(o.MaxLen)}
	case !o.Approx:
		return [][]byte{minidWord, exactWord, o.MinID.Append(nil)}
	case s.Len() == 0:
		return [][]byte{minidWord, exactWord, stream.MaxID.Append(nil)}
	}
	return [][]byte{minidWord, exactWord, s.FirstID().Append(nil)}
}

var xaddSpec = keyspace.Spec{
	Name: "xadd", Group: keyspace.StreamGroup, Since: "5.0.0", Arity: -5,
	Syntax: "key [NOMKSTREAM{@6.2.0}] [<MAXLEN{} | MINID{@6.2.0}>{strategy} " +
		"[={equal} | ~{approximately}]{operator} threshold [LIMIT count{@6.2.0}]]{trim} " +
		"<*{auto_id} | id>{id_or_auto} field value [field value ...]",
	Flags: keyspace.Write | keyspace.DenyOOM | keyspace.Fast,
	Keys: keyspace.Noted("UPDATE instead of INSERT because of the optional trimming feature",
		keyspace.KeyAt(1, keyspace.RW|keyspace.Update)),
	Tips:    []string{"nondeterministic_output"},
	Summary: "Appends a new entry to a stream",
	Complexity: "O(1) when adding a new entry, O(N) when trimming where N being the number of " +
		"entries evicted.",
	History: []keyspace.Change{
		{Version: "6.2.0", Text: "Added the `NOMKSTREAM` option, `MINID` trimming strategy and the " +
			"`LIMIT` option."},
		{Version: "7.0.0", Text: "Added support for the `<ms>-*` explicit ID form."},
	},
	Run: xaddCommand,
}

// addOptions are the arguments of XADD.
type addOptions struct {
	trim       trimOptions
	noMkStream bool
	auto       bool // the id is *
	openSeq    bool // it is ms-*
	id         stream.ID
	pairs      [][]byte
}

// parseAdd reads the arguments of XADD.
func parseAdd(c *keyspace.Ctx) (o addOptions, err reply.Error) {
	opts, limit, ok := newCursor(c.Args, 2), int64(noLimit), false
	for opts.More() && !ok {
		if opts.Is("*") {
			o.auto, ok = true, true
			continue
		}
		taken, err := o.trim.parse(&opts, &limit)
		switch {
		case err != "":
			return o, err
		case taken:
		case opts.Is("NOMKSTREAM"):
			o.noMkStream = true
		default:
			if o.id, o.openSeq, ok = (idForm{strict: true, openSeq: true}).parse(opts.Arg()); !ok {
				return o, reply.ErrStreamID
			}
		}
	}
	if err := o.trim.finish(c, limit); err != "" {
		return o, err
	}
	o.pairs = opts.Rest()
	switch {
	case !ok || len(o.pairs) == 0 || len(o.pairs)%2 == 1:
		return o, reply.WrongArity(c.Spec.FullName())
	case !o.auto && !o.openSeq && o.id.IsZero():
		return o, reply.ErrAddZeroID
	}
	return o, ""
}

// nextID is the id of the entry to add behind the last one. Redis: streamAppendItem, streamNextID.
func (o *addOptions) nextID(nowMs int64, last stream.ID) (id stream.ID, err reply.Error) {
	if last == stream.MaxID {
		return id, reply.ErrStreamExhausted
	}
	switch {
	case o.auto && uint64(nowMs) > last.Ms:
		return stream.ID{Ms: uint64(nowMs)}, ""
	case o.auto:
		id, _ = last.Next()
		return id, ""
	case o.openSeq && o.id.Ms == last.Ms && last.Seq == math.MaxUint64:
		return id, reply.ErrEntryTooLarge // Redis: for want of an error of its own
	case o.openSeq && o.id.Ms == last.Ms:
		return stream.ID{Ms: last.Ms, Seq: last.Seq + 1}, ""
	}
	if !last.Less(o.id) {
		return id, reply.ErrAddSmallID
	}
	return o.id, ""
}

func xaddCommand(c *keyspace.Ctx) {
	o, err := parseAdd(c)
	if err != "" {
		c.Error(err)
		return
	}
	key := c.Args[1]
	e := c.DB.LookupWrite(key)
	switch {
	case e.Found() && e.Type() != keyspace.TypeStream:
		c.Error(reply.ErrWrongType)
		return
	case !e.Found() && o.noMkStream:
		c.Reply.Null()
		return
	}
	id, err := o.idFor(c, e)
	if err != "" {
		c.Error(err)
		return
	}
	if !e.Found() {
		e = c.DB.AddStream(e)
	}
	s := e.Stream()
	s.Add(id, o.pairs)
	c.Changed(keyspace.NotifyStream, "xadd", key)
	o.trim.run(c, &s)
	if (o.auto || o.openSeq || o.trim.Approx) && c.Recording() {
		words := append([][]byte{xaddWord, key}, o.trim.words(c, &s)...)
		c.Record(append(append(words, id.Append(nil)), o.pairs...)...)
	}
	e.SignalReady()
	c.Reply.Bulk(s.Text(id))
}

// idFor is the id under which the entry will be added to the stream of e, or to a new one.
func (o *addOptions) idFor(c *keyspace.Ctx, e keyspace.Entry) (id stream.ID, err reply.Error) {
	last := stream.ID{}
	if e.Found() {
		s := e.Stream()
		last = s.LastID()
		// The router has seen to the arguments, but not to the block that they make grow.
		if !c.DB.Fits(int64(s.GrowthBytes(o.pairs))) {
			return id, reply.ErrOOM
		}
	}
	if id, err = o.nextID(c.NowMs, last); err == "" && stream.TooLarge(o.pairs) {
		err = reply.ErrEntryTooLarge
	}
	return id, err
}

var xtrimSpec = keyspace.Spec{
	Name: "xtrim", Group: keyspace.StreamGroup, Since: "5.0.0", Arity: -4,
	Syntax: "key (<MAXLEN{} | MINID{@6.2.0}>{strategy} " +
		"[={equal} | ~{approximately}]{operator} threshold [LIMIT count{@6.2.0}]){trim}",
	Flags: keyspace.Write, Keys: keyspace.KeyAt(1, keyspace.RW|keyspace.Delete),
	Tips:    []string{"nondeterministic_output"},
	Summary: "Trims the stream to (approximately if '~' is passed) a certain size",
	Complexity: "O(N), with N being the number of evicted entries. Constant times are very small " +
		"however, since entries are organized in macro nodes containing multiple entries that can " +
		"be released with a single deallocation.",
	History: []keyspace.Change{
		{Version: "6.2.0", Text: "Added the `MINID` trimming strategy and the `LIMIT` option."},
	},
	Run: xtrimCommand,
}

func xtrimCommand(c *keyspace.Ctx) {
	var o trimOptions
	opts, limit := newCursor(c.Args, 2), int64(noLimit)
	for opts.More() {
		taken, err := o.parse(&opts, &limit)
		if err == "" && !taken {
			err = reply.ErrSyntax
		}
		if err != "" {
			c.Error(err)
			return
		}
	}
	if err := o.finish(c, limit); err != "" {
		c.Error(err)
		return
	}
	s, ok := streamOf(c, c.DB.LookupWrite(c.Args[1]), func() { c.Reply.Int(0) })
	if !ok {
		return
	}
	deleted := o.run(c, &s)
	if deleted > 0 {
		c.Dirty(int(deleted))
		if o.Approx && c.Recording() {
			c.Record(append([][]byte{xtrimWord, c.Args[1]}, o.words(c, &s)...)...)
		}
	}
	c.Reply.Int(deleted)
}
