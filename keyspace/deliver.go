package keyspace

import (
	"strconv"

	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/glob"
)

// This file is how messages reach those who have subscribed.
//
// A message is encoded once for each protocol that one of its receivers speaks, and then copied to
// the output of each. What a session gets stands behind all that it has been replied so far. The
// one whose command runs gets it before the reply (as from Redis), unless the reply has begun, or
// is a frame, or is not to be sent: then it comes behind it. A transaction is many replies.
//
// A receiver that lets too much pile up is noted, gets nothing more, and is cut off at the end of
// the round: while a message is on its way nobody may leave the lists that it is walking along.

// message is something to be sent to several sessions.
//
// Owned by the keyspace goroutine.
type message struct {
	elements int
	fill     func(w reply.Writer)
	encoded  [reply.Encodings][]byte // made when the first receiver needs it
}

// encode is the bytes of the message in the protocol of a session. They are valid until the next
// message is encoded.
func (e *Engine) encode(s *Session, m *message) []byte {
	k := s.w.Encoding()
	if m.encoded[k] == nil {
		w := e.encoders[k]
		if w == nil {
			w = s.w.Fresh()
			e.encoders[k] = w
		}
		w.BeginPush(m.elements)
		m.fill(w)
		w.End()
		m.encoded[k] = w.Take()
	}
	return m.encoded[k]
}

// reuse gives the buffers of a message to the next one.
func (e *Engine) reuse(m *message) {
	for k, buf := range m.encoded {
		if buf != nil && cap(buf) <= scratchLimit {
			e.encoders[k].Give(buf)
		}
	}
}

// deliver sends a message to a session.
func (e *Engine) deliver(s *Session, m *message) {
	if s.flags&sessionDeaf != 0 {
		return
	}
	encoded := e.encode(s, m)
	if s == e.running && e.mustWait(s) {
		encoded = append([]byte{}, encoded...)
		e.afterReply = append(e.afterReply, func() { e.append(s, encoded) })
		return
	}
	e.append(s, encoded)
	if s == e.running {
		e.elementAt = s.w.Len()
	}
}

// mustWait reports whether a message to the session whose command runs must wait for the end of
// the reply.
func (e *Engine) mustWait(s *Session) bool {
	switch {
	case s.w.Encoding() == reply.Native:
		return true
	case e.unit.open:
		return s.w.Len() > e.elementAt
	case s.flags&sessionUnsaid != 0:
		return true
	}
	return s.w.Replying()
}

// append appends an encoded message to the output of a session.
func (e *Engine) append(s *Session, encoded []byte) {
	s.w.Append(encoded)
	e.pushed(s)
}

// pushed sees to it that what has been pushed to a session is sent, and that it is not too much.
func (e *Engine) pushed(s *Session) {
	if s == e.serving { // runBatch does both
		return
	}
	if e.overLimit(s) {
		e.cutOffLater(s)
		return
	}
	if !s.dirty && s.takesPushes() {
		s.dirty = true
		e.dirtyList = append(e.dirtyList, s)
	}
}

// cutOffLater has a session that lets too much output pile up be cut off at the end of the round.
func (e *Engine) cutOffLater(s *Session) {
	if s.flags&(sessionGone|sessionOverLimit) == 0 {
		s.flags |= sessionOverLimit
		e.cutOff = append(e.cutOff, s)
	}
}

// cutOffSlow cuts off those who are to be.
func (e *Engine) cutOffSlow() {
	for i, s := range e.cutOff {
		e.cutOff[i] = nil
		if s.flags&sessionGone == 0 {
			e.abort(s)
		}
	}
	e.cutOff = e.cutOff[:0]
}

// Publish sends a message to a channel, and returns how many times it has been received.
// O(receivers + patterns). Redis: pubsubPublishMessageInternal.
func (e *Engine) Publish(channel, payload []byte) int {
	receivers := e.publishTo(e.topics[Channel].byName[string(channel)], "message", channel, payload)
	for t := e.topics[Pattern].first; t != nil; t = t.next {
		if glob.Match(t.name, channel, false) {
			receivers += e.publishTo(t, "pmessage", channel, payload)
		}
	}
	return receivers
}

// PublishShard is Publish to a shard channel.
func (e *Engine) PublishShard(channel, payload []byte) int {
	t := e.topics[ShardChannel].byName[string(channel)]
	return e.publishTo(t, "smessage", channel, payload)
}

// publishTo sends a message to those who have subscribed to a topic, if there is one.
func (e *Engine) publishTo(t *topic, word string, channel, payload []byte) int {
	if t == nil {
		return 0
	}
	m := &message{elements: 3}
	if t.kind == Pattern {
		m.elements = 4
	}
	m.fill = func(w reply.Writer) {
		w.BulkString(word)
		if t.kind == Pattern {
			w.Bulk(t.name)
		}
		w.Bulk(channel)
		w.Bulk(payload)
	}
	for sub := t.first; sub != nil; sub = sub.next {
		e.deliver(sub.session, m)
	}
	e.reuse(m)
	return t.n
}

// publishEvent publishes what has happened to a key, on the channel of the key and on that of the
// event. Redis: notifyKeyspaceEvent.
func (e *Engine) publishEvent(ev keyEvent) {
	set := e.config.NotifyEvents
	if set&ev.class == 0 || len(e.topics[Channel].byName)+len(e.topics[Pattern].byName) == 0 {
		return
	}
	if set&notifyKeyspace != 0 {
		e.Publish(e.eventChannel("__keyspace@", ev.db, ev.key), []byte(ev.event))
	}
	if set&notifyKeyevent != 0 {
		e.Publish(e.eventChannel("__keyevent@", ev.db, []byte(ev.event)), ev.key)
	}
}

// eventChannel is the name of a channel of events, valid until the next call.
func (e *Engine) eventChannel(prefix string, db *DB, rest []byte) []byte {
	b := append(e.channelName[:0], prefix...)
	b = strconv.AppendInt(b, int64(db.id), 10)
	b = append(b, "__:"...)
	b = append(b, rest...)
	if cap(b) <= scratchLimit {
		e.channelName = b
	}
	return b
}
