package keyspace

import (
	"maps"

	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/glob"
)

// This file is who has subscribed to what. deliver.go is how a message reaches them.
//
//	Engine.topics[kind]                       Session.subs.sets[kind]
//	  "news" --> topic                                 |
//	               |  first                            |  first
//	               v                                   v
//	           subscription <----- the same ----> subscription
//	               |  next                             |  later
//	               v                                   v
//
// A topic is there as long as somebody has subscribed to it. Everything is in the order in which it
// came about: receivers of a message, patterns that match a channel, what UNSUBSCRIBE without
// arguments leaves. (Redis: all but the first in the order of a hash table.)
//
// The three kinds are apart: a channel and a shard channel of one name are two topics.

// TopicKind is a kind of topic.
type TopicKind uint8

// The kinds of topics.
const (
	Channel TopicKind = iota
	Pattern
	ShardChannel
	topicKinds
)

// topic is a channel or a pattern that somebody has subscribed to.
//
// Owned by the keyspace goroutine.
type topic struct {
	kind        TopicKind
	name        []byte
	first, last *subscription
	n           int
	prev, next  *topic
}

// topics are all topics of one kind.
//
// Owned by the keyspace goroutine.
type topics struct {
	byName      map[string]*topic
	first, last *topic
}

// subscription is one session's of one topic.
//
// Owned by the keyspace goroutine.
type subscription struct {
	topic          *topic
	session        *Session
	prev, next     *subscription // in the topic
	earlier, later *subscription // in the session
}

// subscriber is what a session has subscribed to; one that has not subscribed has none.
//
// Owned by the keyspace goroutine.
type subscriber struct {
	sets [topicKinds]subscriptionSet
}

// subscriptionSet is the subscriptions of a session to one kind of topics.
type subscriptionSet struct {
	byTopic     map[*topic]*subscription
	first, last *subscription
}

// subscriptionBytes is about what a subscription takes beside the name of its topic.
const subscriptionBytes = 120

// Subscribe subscribes the session of the command to a topic, if it has not yet. O(1).
// Redis: pubsubSubscribeChannel.
func (c *Ctx) Subscribe(kind TopicKind, name []byte) {
	e, s := c.Engine, c.Session
	t := e.topics[kind].byName[string(name)]
	if t == nil {
		t = e.topics[kind].add(kind, name)
	}
	if s.subs == nil {
		s.subs = &subscriber{}
		s.flags |= sessionSubscribed
		s.classify()
	}
	set := &s.subs.sets[kind]
	if set.byTopic[t] != nil {
		return
	}
	if set.byTopic == nil {
		set.byTopic = make(map[*topic]*subscription)
	}
	sub := &subscription{topic: t, session: s, prev: t.last, earlier: set.last}
	t.n++
	set.byTopic[t] = sub
	if t.first == nil {
		t.first = sub
	} else {
		t.last.next = sub
	}
	if set.first == nil {
		set.first = sub
	} else {
		set.last.later = sub
	}
	t.last, set.last = sub, sub
}

// add makes a topic.
func (l *topics) add(kind TopicKind, name []byte) *topic {
	t := &topic{kind: kind, name: append([]byte{}, name...), prev: l.last}
	if l.byName == nil {
		l.byName = make(map[string]*topic)
	}
	l.byName[string(name)] = t
	if l.first == nil {
		l.first = t
	} else {
		l.last.next = t
	}
	l.last = t
	return t
}

// Unsubscribe ends a subscription, if there is one. O(1). Redis: pubsubUnsubscribeChannel.
func (c *Ctx) Unsubscribe(kind TopicKind, name []byte) {
	t := c.Engine.topics[kind].byName[string(name)]
	if t == nil || c.Session.subs == nil {
		return
	}
	if sub := c.Session.subs.sets[kind].byTopic[t]; sub != nil {
		c.Engine.unsubscribe(sub)
	}
}

// unsubscribe ends a subscription. One who was subscribed to nothing else is no subscriber.
func (e *Engine) unsubscribe(sub *subscription) {
	t, s := sub.topic, sub.session
	set := &s.subs.sets[t.kind]
	delete(set.byTopic, t)
	if sub.earlier == nil {
		set.first = sub.later
	} else {
		sub.earlier.later = sub.later
	}
	if sub.later == nil {
		set.last = sub.earlier
	} else {
		sub.later.earlier = sub.earlier
	}
	if sub.prev == nil {
		t.first = sub.next
	} else {
		sub.prev.next = sub.next
	}
	if sub.next == nil {
		t.last = sub.prev
	} else {
		sub.next.prev = sub.prev
	}
	if t.n--; t.n == 0 {
		e.topics[t.kind].remove(t)
	}
	if s.subs.count() == 0 {
		s.subs = nil
		s.flags &^= sessionSubscribed
		s.classify()
	}
}

// remove forgets a topic.
func (l *topics) remove(t *topic) {
	delete(l.byName, string(t.name))
	if t.prev == nil {
		l.first = t.next
	} else {
		t.prev.next = t.next
	}
	if t.next == nil {
		l.last = t.prev
	} else {
		t.next.prev = t.prev
	}
}

// unsubscribeAll ends all subscriptions of a session. O(subscriptions).
func (e *Engine) unsubscribeAll(s *Session) {
	for kind := range topicKinds {
		for s.subs != nil && s.subs.sets[kind].first != nil {
			e.unsubscribe(s.subs.sets[kind].first)
		}
	}
}

// count is the number of subscriptions of all kinds.
func (s *subscriber) count() int {
	n := 0
	for i := range s.sets {
		n += len(s.sets[i].byTopic)
	}
	return n
}

// Restricted reports whether the session reads messages where a client expects replies: then it may
// only subscribe further, or ping. RESP3 tells the two apart.
func (s *Session) Restricted() bool {
	return s.flags&sessionSubscribed != 0 && s.w.Proto() == 2
}

// Subscriptions is how many topics of a kind the session has subscribed to.
func (s *Session) Subscriptions(kind TopicKind) int {
	if s.subs == nil {
		return 0
	}
	return len(s.subs.sets[kind].byTopic)
}

// EachSubscription calls fn with the topics of a kind that the session has subscribed to, in that
// order, until it returns false. fn may end the subscription. The name is borrowed.
func (s *Session) EachSubscription(kind TopicKind, fn func(name []byte) bool) {
	if s.subs == nil {
		return
	}
	for sub := s.subs.sets[kind].first; sub != nil; {
		later := sub.later
		if !fn(sub.topic.name) {
			return
		}
		sub = later
	}
}

// subscriptionMem is what the session's subscriptions take. O(subscriptions).
func (s *Session) subscriptionMem() int {
	size := 0
	for kind := range topicKinds {
		s.EachSubscription(kind, func(name []byte) bool {
			size += subscriptionBytes + len(name)
			return true
		})
	}
	return size
}

// Topics calls fn with the topics of a kind that match the pattern, or all if it is nil.
func (e *Engine) Topics(kind TopicKind, pattern []byte, fn func(name []byte)) {
	for t := e.topics[kind].first; t != nil; t = t.next {
		if pattern == nil || glob.Match(pattern, t.name, false) {
			fn(t.name)
		}
	}
}

// TopicCount is the number of topics of a kind.
func (e *Engine) TopicCount(kind TopicKind) int { return len(e.topics[kind].byName) }

// Subscribers is how many sessions have subscribed to a topic.
func (e *Engine) Subscribers(kind TopicKind, name []byte) int {
	if t := e.topics[kind].byName[string(name)]; t != nil {
		return t.n
	}
	return 0
}

// Confirm replies that the session has subscribed to a topic, or does no more: with a message, as
// those who wait for messages expect. name is nil if there was nothing to unsubscribe from. In a
// transaction of the native protocol it is a plain value, so that the frame is whole; of several
// is how many such values the command replies with. Redis: addReplyPubsubSubscribed.
func (c *Ctx) Confirm(word string, name []byte, count int) {
	s, w := c.Session, c.Reply
	fill := func(w reply.Writer) {
		w.BulkString(word)
		if name == nil {
			w.Null()
		} else {
			w.Bulk(name)
		}
		w.Int(int64(count))
	}
	switch {
	case w.Encoding() == reply.Native && c.InTransaction():
		w.Array(confirmLen)
		fill(w)
	case s.flags&sessionUnsaid != 0: // Redis: it is a push, and those are never muted
		m := message{elements: confirmLen, fill: fill}
		c.Engine.deliver(s, &m)
		c.Engine.reuse(&m)
	default:
		w.BeginPush(confirmLen)
		fill(w)
		w.End()
	}
}

// confirmLen is how many elements a confirmation has.
const confirmLen = 3

// BeginConfirm announces how many times Confirm will be called.
func (c *Ctx) BeginConfirm(n int) {
	if n != 1 && c.InTransaction() && c.Reply.Encoding() == reply.Native {
		c.Reply.Array(n)
	}
}

// checkTopics checks that every subscription is found from its topic and from its session.
func (e *Engine) checkTopics() {
	bySession := make(map[*subscription]bool)
	for s := e.sessions.first; s != nil; s = s.next {
		ensure((s.subs != nil) == (s.flags&sessionSubscribed != 0), "I11: flag of a subscriber")
		if s.subs == nil {
			continue
		}
		ensure(s.subs.count() > 0, "I11: a subscriber to nothing")
		for kind := range s.subs.sets {
			set := maps.Clone(s.subs.sets[kind].byTopic)
			for sub := s.subs.sets[kind].first; sub != nil; sub = sub.later {
				ensure(set[sub.topic] == sub && sub.session == s, "I11: a subscription of its session")
				delete(set, sub.topic)
				bySession[sub] = true
			}
			ensure(len(set) == 0, "I11: subscriptions that are in no list")
		}
	}
	for kind := range e.topics {
		list := &e.topics[kind]
		left := len(list.byName)
		for t := list.first; t != nil; t = t.next {
			left--
			ensure(list.byName[string(t.name)] == t && t.n > 0, "I11: topic %q", t.name)
			n := t.n
			for sub := t.first; sub != nil; sub = sub.next {
				n--
				ensure(sub.topic == t && bySession[sub], "I11: a subscription of topic %q", t.name)
				delete(bySession, sub)
			}
			ensure(n == 0, "I11: topic %q is miscounted", t.name)
		}
		ensure(left == 0, "I11: topics that are in no list")
	}
	ensure(len(bySession) == 0, "I11: subscriptions in no topic")
}
