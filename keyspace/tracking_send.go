package keyspace

import (
	"maps"
	"slices"
	"strings"

	"github.com/ringer-kv/ringer/keyspace/reply"
)

// invalidation is a message that keys, or all, are no longer what they were: as a push, and as the
// message of a channel for those who redirect to a session that has subscribed to it in RESP2.
//
// Owned by the keyspace goroutine.
type invalidation struct{ push, onChannel message }

// invalidationChannel is the channel that sessions of RESP2 are told through.
const invalidationChannel = "__redis__:invalidate"

// newInvalidation makes the message for keys; for all keys if it is nil. They are borrowed.
func newInvalidation(keys []string) *invalidation {
	list := func(w reply.Writer) {
		if keys == nil {
			w.Null()
			return
		}
		w.Array(len(keys))
		for _, key := range keys {
			w.BulkString(key)
		}
	}
	return &invalidation{
		push: message{elements: 2, fill: func(w reply.Writer) {
			w.BulkString("invalidate")
			list(w)
		}},
		onChannel: message{elements: 3, fill: func(w reply.Writer) {
			w.BulkString("message")
			w.BulkString(invalidationChannel)
			list(w)
		}},
	}
}

// tellTrackers tells those who have read a key, or have asked for its prefix, that a session has
// changed it; nil if none has. Redis: trackingInvalidateKey.
func (e *Engine) tellTrackers(by *Session, key []byte) {
	if len(e.tracking.prefixes) > 0 {
		e.tracking.noteChanged(by, key)
	}
	if k := e.tracking.table.byKey[string(key)]; k != nil {
		e.invalidate(k)
	}
}

// invalidate tells those who have read a key, which leaves the table.
func (e *Engine) invalidate(k *trackedKey) {
	inv := newInvalidation([]string{k.key})
	e.tracking.table.remove(k)
	for _, id := range k.ids {
		s := e.tracking.sessions[id]
		if s == nil || s.tracker.Broadcast || s.tracker.NoLoop && s == e.serving {
			continue
		}
		e.sendInvalidation(s, inv)
	}
	e.reuseInvalidation(inv)
}

// tellFlushed tells everybody that nothing is true any more. Redis: trackingInvalidateKeysOnFlush.
func (e *Engine) tellFlushed() {
	if e.interest&interestTracked == 0 {
		return
	}
	inv := newInvalidation(nil)
	for _, id := range slices.Sorted(maps.Keys(e.tracking.sessions)) {
		e.sendInvalidation(e.tracking.sessions[id], inv)
	}
	e.reuseInvalidation(inv)
	e.tracking.table = trackingTable{}
}

func (e *Engine) reuseInvalidation(inv *invalidation) {
	e.reuse(&inv.push)
	e.reuse(&inv.onChannel)
}

// sendInvalidation tells a session that tracks, or the one that it redirects to. If it is the one
// whose command runs, it is told behind the reply. Redis: sendTrackingMessage.
func (e *Engine) sendInvalidation(s *Session, inv *invalidation) {
	if s == e.running {
		later := *inv // what has been encoded will have been used again
		later.push.encoded, later.onChannel.encoded = [reply.Encodings][]byte{},
			[reply.Encodings][]byte{}
		e.afterReply = append(e.afterReply, func() {
			if s.tracker != nil {
				e.sendInvalidation(s, &later)
			}
		})
		return
	}
	to := s
	if s.tracker.Redirect != 0 {
		if to = s.tracker.redirect; to == nil || to.flags&sessionGone != 0 {
			e.breakRedirect(s)
			return
		}
	}
	switch {
	case to.w.Encoding() != reply.RESP2:
		e.deliver(to, &inv.push)
	case s.tracker.Redirect != 0 && to.flags&sessionSubscribed != 0: // to itself, too
		e.deliver(to, &inv.onChannel)
	}
}

// breakRedirect tells a session that the one it redirects to is gone.
func (e *Engine) breakRedirect(s *Session) {
	s.tracker.broken, s.tracker.redirect = true, nil
	if s.w.Encoding() == reply.RESP2 {
		return
	}
	id := s.tracker.Redirect
	e.Push(s, 2, func(w reply.Writer) {
		w.BulkString("tracking-redir-broken")
		w.Int(id)
	})
}

// noteChanged notes a changed key for the end of the round. O(different lengths of prefixes).
// Redis: trackingRememberKeyToBroadcast.
func (t *tracking) noteChanged(by *Session, key []byte) {
	for _, l := range t.lengths {
		if l.bytes > len(key) {
			continue
		}
		p := t.prefixes[string(key[:l.bytes])]
		if p == nil {
			continue
		}
		if p.keys == nil {
			p.keys = make(map[string]*Session)
			t.changed = append(t.changed, p)
		}
		p.keys[string(key)] = by
	}
}

// broadcast tells of all keys that have changed in this round, prefix by prefix.
// Redis: trackingBroadcastInvalidationMessages.
func (e *Engine) broadcast() {
	changed := e.tracking.changed
	e.tracking.changed = nil
	slices.SortFunc(changed, func(a, b *prefix) int { return strings.Compare(a.name, b.name) })
	for _, p := range changed {
		e.broadcastPrefix(p)
		p.keys = nil
	}
}

func (e *Engine) broadcastPrefix(p *prefix) {
	keys := slices.Sorted(maps.Keys(p.keys))
	all := newInvalidation(keys)
	for _, s := range p.sessions {
		if !s.tracker.NoLoop {
			e.sendInvalidation(s, all)
			continue
		}
		foreign := slices.DeleteFunc(slices.Clone(keys), func(k string) bool { return p.keys[k] == s })
		switch len(foreign) {
		case 0:
		case len(keys):
			e.sendInvalidation(s, all)
		default:
			some := newInvalidation(foreign)
			e.sendInvalidation(s, some)
			e.reuseInvalidation(some)
		}
	}
	e.reuseInvalidation(all)
}

// endTrackingRound sends what has been put off, and keeps the table within its limit.
func (e *Engine) endTrackingRound() {
	if len(e.tracking.changed) > 0 {
		e.broadcast()
	}
	limit := e.config.TrackingTableMaxKeys
	if limit == 0 || int64(len(e.tracking.table.all)) <= limit {
		return
	}
	e.limitTracking(trackingEffort)
	e.queue.push(&event{kind: eventRun, run: func() {}}) // another round
}
