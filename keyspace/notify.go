package keyspace

// NotifyClass is a class of keyspace events, the letters of notify-keyspace-events.
type NotifyClass uint16

// The classes of keyspace events.
const (
	NotifyGeneric NotifyClass = 1 << iota // g
	NotifyString                          // $
	NotifyList                            // l
	NotifySet                             // s
	NotifyHash                            // h
	NotifyZSet                            // z
	NotifyExpired                         // x
	NotifyEvicted                         // e
	NotifyStream                          // t
	NotifyKeyMiss                         // m
	NotifyNew                             // n
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

// notify tells the observers of a change.
func (e *Engine) notify(class NotifyClass, event string, key []byte, db *DB) {
	for _, o := range e.observers {
		o.KeyChanged(class, event, key, db.id)
	}
}

// Recorder takes the deterministic record of writes: replaying it, in order, on an empty server
// gives the same data at any time. args are borrowed until Record returns.
//
// Owned by the keyspace goroutine.
type Recorder interface {
	Record(db int, args [][]byte)
}

// record hands one write to the recorders.
func (e *Engine) record(db *DB, args [][]byte) {
	for _, r := range e.recorders {
		r.Record(db.id, args)
	}
}
