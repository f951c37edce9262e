package keyspace

import "slices"

// trackingTable is the keys that sessions have read, whatever the database (as in Redis), and for
// each the ids of those who have. An id may be that of a session that is gone.
//
// Owned by the keyspace goroutine.
type trackingTable struct {
	byKey map[string]*trackedKey
	all   []*trackedKey // in no order, to draw one at random from
	items int           // ids of all keys together
}

// trackedKey is one key of the table.
type trackedKey struct {
	key string
	ids []int64 // sorted
	at  int     // in all
}

// trackKeys notes which keys a command of a session has read. Redis: trackingRememberKeys.
func (e *Engine) trackKeys(s *Session, spec *Spec, args [][]byte) {
	t, caching := s.tracker, s.flags&sessionCaching != 0
	if t == nil || t.OptIn && !caching || t.OptOut && caching || spec.Flags&PubSub != 0 {
		return
	}
	keys, _ := spec.KeysOf(args)
	for _, k := range keys {
		e.tracking.table.add(args[k.Index], s.id)
	}
	e.limitTracking(len(keys) + trackingEffort)
}

// add notes that a session has read a key. O(log of the sessions that have), but for moving ids.
func (t *trackingTable) add(key []byte, id int64) {
	k := t.byKey[string(key)]
	if k == nil {
		if t.byKey == nil {
			t.byKey = make(map[string]*trackedKey)
		}
		k = &trackedKey{key: string(key), at: len(t.all)}
		t.byKey[k.key] = k
		t.all = append(t.all, k)
	}
	if at, found := slices.BinarySearch(k.ids, id); !found {
		k.ids = slices.Insert(k.ids, at, id)
		t.items++
	}
}

// remove takes a key out of the table. O(1).
func (t *trackingTable) remove(k *trackedKey) {
	delete(t.byKey, k.key)
	last := len(t.all) - 1
	t.all[k.at] = t.all[last]
	t.all[k.at].at = k.at
	t.all[last] = nil
	t.all = t.all[:last]
	t.items -= len(k.ids)
}

// trackingEffort is how many keys more than have been added are taken from the table at once, when
// there are too many. Redis: the effort of trackingLimitUsedSlots.
const trackingEffort = 100

// limitTracking takes keys out of a table that has too many, at most so many, drawn at random.
// Redis: trackingLimitUsedSlots.
func (e *Engine) limitTracking(effort int) {
	t, limit := &e.tracking.table, e.config.TrackingTableMaxKeys
	if limit == 0 {
		return
	}
	for ; effort > 0 && int64(len(t.all)) > limit; effort-- {
		k := t.all[e.rand.IntN(len(t.all))]
		e.invalidate(k)
	}
}

// checkTracking checks that the parts of what is tracked belong together.
func (e *Engine) checkTracking() {
	t := &e.tracking
	items := 0
	for i, k := range t.table.all {
		items += len(k.ids)
		ensure(k.at == i && t.table.byKey[k.key] == k, "I12: tracked key %q", k.key)
		ensure(len(k.ids) > 0 && slices.IsSorted(k.ids), "I12: who tracks %q", k.key)
	}
	ensure(items == t.table.items && len(t.table.byKey) == len(t.table.all), "I12: the tracked keys")
	trackers, lengths := 0, 0
	for s := e.sessions.first; s != nil; s = s.next {
		if s.tracker == nil {
			ensure(s.flags&(sessionTracking|sessionCaching) == 0, "I12: flags of no tracker")
			continue
		}
		trackers++
		ensure(t.sessions[s.id] == s, "I12: a tracker that is not known")
		ensure(s.tracker.Broadcast == (len(s.tracker.prefixes) > 0), "I12: prefixes of a tracker")
		bytes := 0
		for _, p := range s.tracker.prefixes {
			bytes += prefixBytes + len(p.name)
			ensure(slices.Contains(p.sessions, s) && t.prefixes[p.name] == p, "I12: %q", p.name)
		}
		ensure(bytes == s.tracker.bytes, "I12: the bytes of prefixes")
	}
	ensure(trackers == len(t.sessions), "I12: %d trackers, %d known", trackers, len(t.sessions))
	for name, p := range t.prefixes {
		ensure(p.name == name && len(p.sessions) > 0, "I12: prefix %q of nobody", name)
		for _, s := range p.sessions {
			ensure(slices.Contains(s.tracker.prefixes, p), "I12: prefix %q is not the session's", name)
		}
	}
	for _, l := range t.lengths {
		lengths += l.n
	}
	ensure(lengths == len(t.prefixes), "I12: the lengths of prefixes")
}
