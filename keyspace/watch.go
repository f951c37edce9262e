package keyspace

// This file is about WATCH. A watched key is found from two sides: from its session, which forgets
// it, and from its database, when the key is changed.
//
//	session.tx.watched --> watch <--> watch <--- DB.watched["key"]
//	                                 (of another session)
//
// Whoever changes a key says so through notify, which comes here only while there is a watch at
// all (interestWatched). The first change of any of its keys spoils the transaction of a session,
// which then watches nothing any more.
//
// A key that had expired when WATCH saw it, and had not been deleted yet, does not count as there:
// its deletion is no change. A key that expires later spoils the transaction, deleted or not.

// watch is a key that a session watches.
//
// Owned by the keyspace goroutine.
type watch struct {
	watched
	session    *Session
	expired    bool // it had expired when WATCH was called, and is still there
	prev, next *watch
}

// watched is a key in a database.
type watched struct {
	db  *DB
	key string
}

// Watch watches keys until the next EXEC, DISCARD or UNWATCH. O(keys). Redis: watchForKey.
func (c *Ctx) Watch(keys [][]byte) {
	s := c.Session
	if s.flags&sessionDirtyCAS != 0 { // Redis: in vain
		return
	}
	for _, key := range keys {
		c.Engine.watchKey(s, key)
	}
}

// watchKey has the session watch one key.
func (e *Engine) watchKey(s *Session, key []byte) {
	tx := s.transaction()
	what := watched{db: s.db, key: string(key)}
	if tx.watched[what] != nil {
		return
	}
	en := s.db.find(key)
	w := &watch{watched: what, session: s, expired: en.ref != 0 && s.db.expired(en)}
	if w.next = s.db.watched[w.key]; w.next != nil {
		w.next.prev = w
	}
	if s.db.watched == nil {
		s.db.watched = make(map[string]*watch)
	}
	if tx.watched == nil {
		tx.watched = make(map[watched]*watch)
	}
	s.db.watched[w.key] = w
	tx.watched[what] = w
	e.watches++
	e.setInterest(interestWatched, true)
}

// Unwatch watches nothing any more, and lets what has happened be. Redis: unwatchCommand.
func (c *Ctx) Unwatch() {
	c.Engine.unwatch(c.Session)
	c.Session.flags &^= sessionDirtyCAS
}

// unwatch forgets all keys that the session watches. O(keys). Redis: unwatchAllKeys.
func (e *Engine) unwatch(s *Session) {
	if s.tx == nil || s.tx.watched == nil {
		return
	}
	for _, w := range s.tx.watched {
		w.remove()
	}
	e.watches -= len(s.tx.watched)
	s.tx.watched = nil
	e.setInterest(interestWatched, e.watches > 0)
	if s.flags&sessionMulti == 0 {
		s.tx = nil
	}
}

// remove takes the watch out of the list of its key.
func (w *watch) remove() {
	if w.next != nil {
		w.next.prev = w.prev
	}
	switch {
	case w.prev != nil:
		w.prev.next = w.next
	case w.next != nil:
		w.db.watched[w.key] = w.next
	default:
		delete(w.db.watched, w.key)
	}
}

// touch spoils the transactions of those who watch a key that has been changed.
// Redis: touchWatchedKey.
func (db *DB) touch(key []byte) {
	var next *watch
	for w := db.watched[string(key)]; w != nil; w = next {
		next = w.next
		if w.expired && db.find(key).ref == 0 {
			w.expired = false // that it is deleted is no change
			continue
		}
		db.engine.spoil(w.session)
	}
}

// spoil makes the next EXEC of a session reply null.
func (e *Engine) spoil(s *Session) {
	s.flags |= sessionDirtyCAS
	e.unwatch(s)
}

// touchAll is touch for all watched keys that are in the database, or in the data that is about to
// take the place of its own, if it is not nil. O(watches). Redis: touchAllWatchedKeysInDb.
func (db *DB) touchAll(other *DB) {
	if len(db.watched) == 0 {
		return
	}
	spoiled := make(map[*Session]struct{})
	for key, w := range db.watched {
		was := db.find([]byte(key)).ref != 0
		will, willExpired := false, false
		if other != nil {
			en := other.find([]byte(key))
			will = en.ref != 0
			willExpired = will && other.expired(en)
		}
		for ; (was || will) && w != nil; w = w.next {
			switch {
			case w.expired && !will: // the key is gone: no change
				w.expired = false
			case w.expired && willExpired: // nor is that one expired key takes another's place
			case !was && willExpired:
				w.expired = true
			default:
				spoiled[w.session] = struct{}{}
			}
		}
	}
	for s := range spoiled {
		db.engine.spoil(s)
	}
}

// watchesExpired reports whether a key that the session watches has expired since.
// Redis: isWatchedKeyExpired.
func (s *Session) watchesExpired() bool {
	if s.tx == nil {
		return false
	}
	for _, w := range s.tx.watched {
		if w.expired {
			continue
		}
		if en := w.db.find([]byte(w.key)); en.ref != 0 && w.db.expired(en) {
			return true
		}
	}
	return false
}

// checkWatches checks that every watch is found from where it must be, and nothing else is.
func (e *Engine) checkWatches() {
	watches, queuedBytes := 0, int64(0)
	for s := e.sessions.first; s != nil; s = s.next {
		if s.tx == nil {
			continue
		}
		queuedBytes += int64(s.tx.sizeBytes)
		watches += len(s.tx.watched)
		ensure(s.flags&sessionMulti != 0 || len(s.tx.watched) > 0, "I10: a transaction of nothing")
	}
	ensure(watches == e.watches, "I10: sessions watch %d keys, %d counted", watches, e.watches)
	ensure(queuedBytes == e.queuedBytes, "I10: sessions have queued %d bytes, %d counted",
		queuedBytes, e.queuedBytes)
	for _, db := range e.dbs {
		for key, w := range db.watched {
			ensure(w.prev == nil, "I10: the first watch of %q has one before it", key)
			for ; w != nil; w = w.next {
				watches--
				ensure(w.key == key && w.db == db, "I10: the watch of %q", key)
			}
		}
	}
	ensure(watches == 0, "I10: %d watches in no list", watches)
}
