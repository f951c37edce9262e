package keyspace

import (
	"encoding/binary"

	"github.com/ringer-kv/ringer/keyspace/expiry"
	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/dict"
	"github.com/ringer-kv/ringer/types/num"
)

// DB is one numbered database: a table of entries and a heap of their deadlines. All changes of
// data go through its methods, here, in db_string.go and in the files called object, which keep
// the two together.
//
// Owned by the keyspace goroutine.
type DB struct {
	engine  *Engine
	arena   *arena.Arena
	id      int
	table   dict.Table
	expires *expiry.Heap
	fields  *expiry.Heap          // hashes by the next deadline of their fields
	waiting map[string]*waitQueue // by the key that is waited for
	watched map[string]*watch     // by the key; the first of those who watch it

	fieldsDueMs int64 // the earliest deadline in fields; math.MaxInt64: there is none
}

func newDB(e *Engine, id int) *DB {
	db := &DB{engine: e, arena: e.arena, id: id}
	db.expires, db.fields = expiry.New(db.setExpireIndex), expiry.New(db.setFieldsIndex)
	db.noteFieldsDue()
	return db
}

func (db *DB) setExpireIndex(r arena.Ref, i uint32) {
	arena.At[entryHead](db.arena, r).Expire = i
}

// ID is the number of the database.
func (db *DB) ID() int { return db.id }

// Len is the number of keys, those included that have expired and not been deleted yet.
func (db *DB) Len() int { return db.table.Len() }

// ExpiresLen is the number of keys with a deadline.
func (db *DB) ExpiresLen() int { return db.expires.Len() }

// find looks a key up without any side effect.
func (db *DB) find(key []byte) Entry {
	hash, ok := db.engine.ahead.hashOf(key)
	if !ok {
		hash = db.engine.seed.Hash(key)
	}
	ref := db.table.Find(db.arena, entryKey, hash, key)
	return Entry{db: db, ref: ref, hash: hash, key: arena.ViewOf(key)}
}

// at is the entry of a reference that a walk has met.
func (db *DB) at(r arena.Ref) Entry {
	h := arena.At[entryHead](db.arena, r)
	from, to := keySpan(h)
	return Entry{db: db, ref: r, hash: h.Hash, key: arena.ViewOf(db.arena.Bytes(r, to)[from:])}
}

// Peek looks a key up for a command that only inspects it (TTL, OBJECT): no access is noted.
// A key whose deadline has passed is deleted on the way, as in every lookup.
func (db *DB) Peek(key []byte) Entry {
	e := db.find(key)
	if e.ref != 0 && db.expired(e) {
		db.lapse(e)
		e.ref = 0
	}
	if db.engine.passed(db.fieldsDueMs) && e.ref != 0 {
		return db.withoutDueFields(e)
	}
	return e
}

// lapse deletes an entry that has been found to be expired. While clients are paused the data must
// stand still, and to a command that does not write the key is gone all the same.
func (db *DB) lapse(e Entry) {
	if db.engine.standsStill() {
		return
	}
	db.deleteExpired(e)
}

// LookupRead looks a key up for reading and counts a hit or a miss.
func (db *DB) LookupRead(key []byte) Entry {
	e := db.Peek(key)
	if e.ref == 0 {
		db.noteMiss(key)
		return e
	}
	db.engine.stats.Hits++
	e.noteAccess()
	return e
}

// LookupNoTouch looks a key up for a command that reads about it (TTL, EXISTS): a hit or a miss is
// counted, but no access noted.
func (db *DB) LookupNoTouch(key []byte) Entry {
	e := db.Peek(key)
	if e.ref == 0 {
		db.noteMiss(key)
	} else {
		db.engine.stats.Hits++
	}
	return e
}

// LookupQuiet is LookupNoTouch without the event of a miss (OBJECT).
func (db *DB) LookupQuiet(key []byte) Entry {
	e := db.Peek(key)
	if e.ref == 0 {
		db.engine.stats.Misses++
	} else {
		db.engine.stats.Hits++
	}
	return e
}

// LookupWrite looks a key up for changing it.
func (db *DB) LookupWrite(key []byte) Entry {
	e := db.Peek(key)
	if e.ref != 0 {
		e.noteAccess()
	}
	return e
}

// stringEncoding is the encoding that Redis would give a new string. Redis: tryObjectEncoding.
func stringEncoding(value []byte) Encoding {
	const embstrLimit = 44 // Redis: OBJ_ENCODING_EMBSTR_SIZE_LIMIT
	if len(value) <= 20 && len(value) > 0 && (value[0] <= '9' && value[0] >= '-') {
		if _, ok := num.ParseInt(value); ok {
			return EncInt
		}
	}
	if len(value) <= embstrLimit {
		return EncEmbstr
	}
	return EncRaw
}

// SetString sets the value of a key to a string, whatever it was. The deadline goes unless it is
// to be kept. value is copied. It returns the entry as it is now.
func (db *DB) SetString(e Entry, value []byte, keepDeadline bool) Entry {
	enc := stringEncoding(value)
	if e.ref != 0 && e.Type() == TypeString && e.Encoding() != EncRawBlob {
		if db.overwriteInline(e, enc, value) {
			if !keepDeadline {
				db.Persist(e)
			}
			return e
		}
	}
	if entryBytes(e.key.Len(), inlineTail(len(value))) > maxInlineBytes {
		return db.setBlobString(e, value, keepDeadline)
	}
	n := db.allocEntry(e, TypeString, enc, inlineTail(len(value)))
	n.putInline(value)
	db.replace(e, n, keepDeadline)
	return n
}

// overwriteInline writes the value over the old one if the block has the right size for it.
func (db *DB) overwriteInline(e Entry, enc Encoding, value []byte) bool {
	old := e.bytes()
	size := entryBytes(e.key.Len(), inlineTail(len(value)))
	if size > maxInlineBytes || arena.ClassSize(size) != arena.ClassSize(old) {
		return false
	}
	e.putInline(value)
	h := e.head()
	h.setKind(TypeString, enc)
	return true
}

// putInline writes an inline string behind the key.
func (e Entry) putInline(value []byte) {
	t := e.tail(inlineTail(len(value)))
	n := binary.PutUvarint(t, uint64(len(value)))
	copy(t[n:], value)
}

// setBlobString stores a large string in a block of its own.
func (db *DB) setBlobString(e Entry, value []byte, keepDeadline bool) Entry {
	n := db.allocEntry(e, TypeString, EncRawBlob, blobTailBytes)
	room := max(len(value), 1) // behind a long key even an empty value is out of line
	ref := db.arena.Alloc(room)
	copy(db.arena.Bytes(ref, room), value)
	n.setBlob(ref, len(value), room)
	db.replace(e, n, keepDeadline)
	return n
}

// addObject makes an object the value of a key, whatever that was, without a deadline.
func (db *DB) addObject(e Entry, t Type, enc Encoding, object arena.Ref) Entry {
	n := db.newObject(e, t, enc, object)
	db.replace(e, n, false)
	if enc.timed() {
		h := n.Hash()
		db.scheduleFields(n, &h)
	}
	return n
}

// newObject makes an entry, in no table yet, with an object as its value.
func (db *DB) newObject(e Entry, t Type, enc Encoding, object arena.Ref) Entry {
	n := db.allocEntry(e, t, enc, objectTailBytes)
	binary.LittleEndian.PutUint32(n.tail(objectTailBytes), uint32(object))
	return n
}

// allocEntry makes the block of an entry for the key of e, with a tail that is still to be filled.
func (db *DB) allocEntry(e Entry, t Type, enc Encoding, tail int) Entry {
	ref := db.arena.Alloc(entryBytes(e.key.Len(), tail))
	h := arena.At[entryHead](db.arena, ref)
	h.Node = dict.Node{Hash: e.hash}
	h.Expire = 0
	h.Meta = db.engine.freshClock << metaClockShift
	h.setKind(t, enc)
	width := varintLen(e.key.Len())
	b := db.arena.Bytes(ref, entryLeadAt+width+e.key.Len())
	binary.PutUvarint(b[entryLeadAt:], uint64(e.key.Len()))
	copy(b[entryLeadAt+width:], e.Key())
	return Entry{db: db, ref: ref, hash: e.hash, key: e.key}
}

// replace puts the new entry into the table, in the place of the old one if there is one.
func (db *DB) replace(old, n Entry, keepDeadline bool) {
	if old.ref == 0 {
		n.SignalReady() // Redis: dbAdd does, dbOverwrite does not
		db.table.Insert(db.arena, n.ref)
		db.noteNew(n.Key())
		return
	}
	db.engine.keepCounter(old.head(), n.head())
	db.signalGone(old)
	db.table.Replace(db.arena, old.ref, n.ref)
	if i := old.head().Expire; i != 0 {
		if keepDeadline {
			n.head().Expire = i
			db.expires.Move(i, n.ref)
		} else {
			db.expires.Remove(i)
		}
	}
	db.engine.release(old)
}

// Delete removes a key and its value; a large value is freed in the background.
func (db *DB) Delete(e Entry) {
	if i := e.head().Expire; i != 0 {
		db.expires.Remove(i)
	}
	db.signalGone(e)
	db.table.Remove(db.arena, e.ref)
	db.engine.release(e)
}

// SetDeadline sets the time at which the key expires.
func (db *DB) SetDeadline(e Entry, deadlineMs int64) {
	db.expires.Set(e.ref, e.head().Expire, deadlineMs)
}

// Persist removes the deadline and reports whether there was one.
func (db *DB) Persist(e Entry) bool {
	i := e.head().Expire
	if i == 0 {
		return false
	}
	db.expires.Remove(i)
	e.head().Expire = 0
	return true
}

// Deadline is the time at which the key expires, if it does. O(1).
func (e Entry) Deadline() (ms int64, ok bool) {
	i := e.head().Expire
	if i == 0 {
		return 0, false
	}
	return e.db.expires.DeadlineMs(i), true
}

// expired reports whether the deadline of the entry has passed.
func (db *DB) expired(e Entry) bool {
	i := e.head().Expire
	return i != 0 && db.engine.passed(db.expires.DeadlineMs(i))
}

// Expired reports whether the deadline of the entry has passed.
func (e Entry) Expired() bool { return e.db.expired(e) }

// DeleteIfExpired deletes an entry that a walk has met if its deadline has passed, or that of all
// its fields.
func (db *DB) DeleteIfExpired(e Entry) bool {
	if !db.expired(e) {
		return db.engine.passed(db.fieldsDueMs) && db.loseFields(e)
	}
	db.lapse(e)
	return true
}

// Each calls fn for every key until it returns false; fn may delete the entry it is given.
func (db *DB) Each(fn func(e Entry) bool) {
	db.table.Each(db.arena, func(r arena.Ref) bool { return fn(db.at(r)) })
}

// Scan calls fn for the keys of one step of SCAN and returns the next cursor, 0 at the end.
func (db *DB) Scan(cursor uint64, fn func(e Entry)) uint64 {
	return db.table.Scan(db.arena, cursor, func(r arena.Ref) { fn(db.at(r)) })
}

// Random is a key chosen at random; the database must not be empty.
func (db *DB) Random() Entry {
	return db.at(db.table.Random(db.arena, db.engine.rand.Uint64))
}
