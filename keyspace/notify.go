package keyspace

// NotifyClass is a set of classes of keyspace events, the letters of notify-keyspace-events.
type NotifyClass uint16

// The classes of keyspace events, and the two kinds of channel, in the order in which CONFIG GET
// shows their letters.
const (
	NotifyGeneric  NotifyClass = 1 << iota // g
	NotifyString                           // $
	NotifyList                             // l
	NotifySet                              // s
	NotifyHash                             // h
	NotifyZSet                             // z
	NotifyExpired                          // x
	NotifyEvicted                          // e
	NotifyStream                           // t
	NotifyModule                           // d
	NotifyNew                              // n
	notifyKeyspace                         // K: to the channel of the key
	notifyKeyevent                         // E: to the channel of the event
	NotifyKeyMiss                          // m
)

// NotifyNone is the class of a change without an event: clients that watch the key learn of it, and
// nobody else.
const NotifyNone NotifyClass = 0

// Observer is told of every change of a key, after it has happened, in the order of execution.
//
// Owned by the keyspace goroutine.
type Observer interface {
	KeyChanged(class NotifyClass, event string, key []byte, db int)
}

// interest is who is to be told when a key is changed. Mostly it is nobody, and a command that
// changes something sees so by one test.
type interest uint8

const (
	interestObserved interest = 1 << iota // there are observers
	interestWatched                       // keys are watched
	interestEvents                        // notify-keyspace-events asks for some
	interestTracked                       // sessions track what they have read
)

// setInterest says whether somebody is interested.
func (e *Engine) setInterest(who interest, on bool) {
	if on {
		e.interest |= who
	} else {
		e.interest &^= who
	}
}

// keyEvent is something that has happened to a key.
//
// Owned by the keyspace goroutine.
type keyEvent struct {
	class NotifyClass
	event string
	key   []byte // borrowed
	db    *DB
}

// notify tells everybody of a change that no client has made: a key has expired, or was evicted.
func (e *Engine) notify(class NotifyClass, event string, key []byte, db *DB) {
	if e.interest != 0 {
		e.tell(nil, keyEvent{class, event, key, db})
	}
}

// tell tells everybody of a change that a session has made, nil if none has.
// Redis: signalModifiedKey and notifyKeyspaceEvent.
func (e *Engine) tell(by *Session, ev keyEvent) {
	if e.interest&interestWatched != 0 {
		ev.db.touch(ev.key)
	}
	if e.interest&interestTracked != 0 {
		e.tellTrackers(by, ev.key)
	}
	e.announce(ev)
}

// announce tells observers, and those who have subscribed to events. Redis: notifyKeyspaceEvent.
func (e *Engine) announce(ev keyEvent) {
	for _, o := range e.observers {
		o.KeyChanged(ev.class, ev.event, ev.key, ev.db.id)
	}
	if e.interest&interestEvents != 0 {
		e.publishEvent(ev)
	}
}

// noteNew publishes that a key has come to be. Redis: dbAdd.
func (db *DB) noteNew(key []byte) {
	if db.engine.interest&interestEvents != 0 {
		db.engine.publishEvent(keyEvent{NotifyNew, "new", key, db})
	}
}

// noteMiss counts, and publishes, that a key that was to be read is not there. Redis: lookupKey.
func (db *DB) noteMiss(key []byte) {
	db.engine.stats.Misses++
	if db.engine.interest&interestEvents != 0 {
		db.engine.publishEvent(keyEvent{NotifyKeyMiss, "keymiss", key, db})
	}
}

// Recorder takes the deterministic record of writes: replaying it, in order, on an empty server
// gives the same data at any time. The writes of a transaction stand between MULTI and EXEC, if
// there are several. args are borrowed until Record returns.
//
// Owned by the keyspace goroutine.
type Recorder interface {
	Record(db int, args [][]byte)
}

// record hands one write to the recorders.
func (e *Engine) record(db *DB, args [][]byte) {
	if len(e.recorders) == 0 {
		return
	}
	if e.unit.open {
		e.addToUnit(db, args)
		return
	}
	e.passOn(db, args)
}

// passOn is record for what is complete.
func (e *Engine) passOn(db *DB, args [][]byte) {
	for _, r := range e.recorders {
		r.Record(db.id, args)
	}
}
