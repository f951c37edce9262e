package command

import (
	"bytes"
	"math"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/num"
	"github.com/ringer-kv/ringer/types/stream"
)

// lookupStream looks a stream up for a command that only reads it. If it is not ok, the command has
// been answered: with an error for another type, by missing for a key that does not exist.
func lookupStream(c *keyspace.Ctx, key []byte, missing func()) (s stream.Stream, ok bool) {
	return streamOf(c, c.DB.LookupRead(key), missing)
}

// streamOf is the stream of a key that has been looked up. If it is not ok, the command has been
// answered as lookupStream does.
func streamOf(c *keyspace.Ctx, e keyspace.Entry, missing func()) (s stream.Stream, ok bool) {
	switch {
	case !e.Found():
		missing()
	case e.Type() != keyspace.TypeStream:
		c.Error(reply.ErrWrongType)
	default:
		return e.Stream(), true
	}
	return s, false
}

// groupOf is a group of the stream at a key. If it is not ok, the command has been answered, by
// missing if there is no such key or group.
func groupOf(c *keyspace.Ctx, key, group []byte, missing func()) (
	s stream.Stream, g stream.Group, ok bool,
) {
	if s, ok = lookupStream(c, key, missing); !ok {
		return s, g, false
	}
	if g, ok = s.Group(group); !ok {
		missing()
	}
	return s, g, ok
}

// idForm is what an id may look like.
type idForm struct {
	missingSeq uint64 // that of an id which consists of milliseconds only
	strict     bool   // - and + are no ids
	openSeq    bool   // ms-* is one, whose sequence number is to be chosen
}

// maxIDBytes is the longest text that is looked at. Redis: streamGenericParseIDOrReply.
const maxIDBytes = 127

// parse reads an id; openSeq reports the form ms-*. Redis: streamGenericParseIDOrReply.
func (f idForm) parse(word []byte) (id stream.ID, openSeq, ok bool) {
	if len(word) > maxIDBytes {
		return id, false, false
	}
	text := cutNUL(word)
	if len(text) == 1 && (text[0] == '-' || text[0] == '+') {
		if text[0] == '+' {
			id = stream.MaxID
		}
		return id, false, !f.strict
	}
	ms, seq, both := bytes.Cut(text, []byte("-"))
	if id.Ms, ok = parseIDPart(ms); !ok {
		return id, false, false
	}
	switch {
	case !both:
		id.Seq = f.missingSeq
	case f.openSeq && len(seq) == 1 && seq[0] == '*':
		return id, true, true
	default:
		id.Seq, ok = parseIDPart(seq)
	}
	return id, false, ok
}

// cutNUL is the word up to a NUL byte. Redis: a C string.
func cutNUL(word []byte) []byte {
	before, _, _ := bytes.Cut(word, []byte{0})
	return before
}

// parseIDPart reads one number of an id: an integer that is not negative, or what strtoull takes,
// with blanks and a sign in front. Redis: string2ull.
func parseIDPart(text []byte) (n uint64, ok bool) {
	if small, isInt := num.ParseInt(text); isInt {
		return uint64(small), small >= 0
	}
	text = bytes.TrimLeft(text, " \t\n\v\f\r")
	negative := false
	if len(text) > 0 && (text[0] == '-' || text[0] == '+') {
		negative = text[0] == '-'
		text = text[1:]
	}
	for _, digit := range text {
		if digit < '0' || digit > '9' {
			return 0, false
		}
		d := uint64(digit - '0')
		if n > (math.MaxUint64-d)/10 {
			return 0, false
		}
		n = n*10 + d
	}
	if negative {
		n = -n
	}
	return n, len(text) > 0
}

// strictID reads an id that is given in full, or by its milliseconds. Redis:
// streamParseStrictIDOrReply.
func strictID(word []byte) (id stream.ID, ok bool) {
	id, _, ok = idForm{strict: true}.parse(word)
	return id, ok
}

// strictIDs reads all words as ids.
func strictIDs(words [][]byte) (ids []stream.ID, ok bool) {
	ids = make([]stream.ID, len(words))
	for i, word := range words {
		if ids[i], ok = strictID(word); !ok {
			return nil, false
		}
	}
	return ids, true
}

// intervalStart reads the start of a range, which is exclusive behind a (. Redis:
// streamParseIntervalIDOrReply.
func intervalStart(word []byte) (id stream.ID, err reply.Error) {
	id, exclusive, err := intervalEdge(word, 0)
	if err == "" && exclusive {
		var ok bool
		if id, ok = id.Next(); !ok {
			return id, reply.ErrIntervalStart
		}
	}
	return id, err
}

// intervalEnd reads the end of a range, which is exclusive behind a (.
func intervalEnd(word []byte) (id stream.ID, err reply.Error) {
	id, exclusive, err := intervalEdge(word, math.MaxUint64)
	if err == "" && exclusive {
		var ok bool
		if id, ok = id.Prev(); !ok {
			return id, reply.ErrIntervalEnd
		}
	}
	return id, err
}

func intervalEdge(word []byte, missingSeq uint64) (
	id stream.ID, exclusive bool, err reply.Error,
) {
	form := idForm{missingSeq: missingSeq}
	if len(word) > 1 && word[0] == '(' {
		exclusive, form.strict = true, true
		word = word[1:]
	}
	id, _, ok := form.parse(word)
	if !ok {
		return id, false, reply.ErrStreamID
	}
	return id, exclusive, ""
}

// replyEntry replies with the entry that an iterator stands at.
func replyEntry(c *keyspace.Ctx, s *stream.Stream, it *stream.Iter) {
	c.Reply.Array(2)
	c.Reply.Bulk(s.Text(it.ID()))
	c.Reply.Array(2 * it.Fields())
	for range it.Fields() {
		field, value := it.Pair()
		c.Reply.Bulk(field)
		c.Reply.Bulk(value)
	}
}

// replyEntryAt replies with the entry of an id, if there is one, which it reports.
func replyEntryAt(c *keyspace.Ctx, s *stream.Stream, id stream.ID) bool {
	it := s.Range(id, id, false)
	if !it.Next() {
		return false
	}
	replyEntry(c, s, &it)
	return true
}

// replyRange replies with the entries of a range, count of them at most if that is not 0. Redis:
// streamReplyWithRange.
func replyRange(c *keyspace.Ctx, s *stream.Stream, it stream.Iter, count int64) {
	mark, n := c.Reply.DeferArray(), 0
	for (count == 0 || int64(n) < count) && it.Next() {
		replyEntry(c, s, &it)
		n++
	}
	c.Reply.Resolve(mark, n)
}
