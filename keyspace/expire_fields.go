package keyspace

import (
	"math"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/hash"
)

// This file is about fields of hashes that have deadlines. A hash knows the order of its own
// (package hash); each database has a heap of its hashes by the earliest of them:
//
//	DB.fields   earliest deadline, entry  ->  timed hash  ->  field, deadline
//	   ^                                         |
//	   +------------------ Index ----------------+
//
// What has expired goes when the clock says so, as keys do; and a lookup of a hash in which
// something has expired deletes that first, so nobody ever sees it. A lookup of anything else only
// compares the clock with fieldsDueMs.

// fieldsPerRecord is how many fields one recorded HDEL deletes at most.
const fieldsPerRecord = 64

// hdelWord is the name under which the deletion of expired fields is recorded.
var hdelWord = []byte("HDEL")

// timed reports whether the value is a hash whose fields may have deadlines.
func (e Encoding) timed() bool { return e == EncListpackTimed || e == EncHashtableTimed }

// setFieldsIndex stores the index in the heap of a database in the hash of an entry.
func (db *DB) setFieldsIndex(r arena.Ref, i uint32) {
	h := db.at(r).Hash()
	h.SetIndex(i)
}

// scheduleFields puts a key with a timed hash where the earliest deadline of its fields belongs.
// O(log n).
func (db *DB) scheduleFields(e Entry, h *hash.Hash) {
	deadlineMs, ok := h.NextDeadline()
	if i := h.Index(); ok {
		db.fields.Set(e.ref, i, deadlineMs)
	} else if i != 0 {
		db.fields.Remove(i)
	}
	db.noteFieldsDue()
}

// unscheduleFields takes a key with a timed hash out of the heap, for its value goes.
func (db *DB) unscheduleFields(e Entry) {
	h := e.Hash()
	if i := h.Index(); i != 0 {
		db.fields.Remove(i)
		db.noteFieldsDue()
	}
}

// noteFieldsDue notes when the next field of a hash expires.
func (db *DB) noteFieldsDue() {
	db.fieldsDueMs = math.MaxInt64
	if _, deadlineMs, ok := db.fields.Min(); ok {
		db.fieldsDueMs = deadlineMs
	}
}

// resetFields forgets all deadlines of fields, for the data is gone.
func (db *DB) resetFields() {
	db.fields.Reset()
	db.noteFieldsDue()
}

// expireFieldsSlice deletes expired fields, at most budget of them, and returns what is left of it.
func (db *DB) expireFieldsSlice(budget int) int {
	for budget > 0 && db.engine.passed(db.fieldsDueMs) {
		db.engine.beginExpiring()
		ref, _, _ := db.fields.Min()
		_, n := db.expireFields(db.at(ref), budget)
		budget -= n
	}
	return max(budget, 0)
}

// withoutDueFields is the entry after its fields that have expired have been deleted: it may be not
// found then. O(expired fields), and O(1) if all have expired.
func (db *DB) withoutDueFields(e Entry) Entry {
	if !e.Encoding().timed() {
		return e
	}
	h := e.Hash()
	if deadlineMs, ok := h.NextDeadline(); !ok || !db.engine.passed(deadlineMs) {
		return e
	}
	if db.engine.standsStill() {
		if s, ok := db.shadow(e, &h); ok {
			return s
		}
	}
	if gone, _ := db.expireFields(e, math.MaxInt); gone {
		e.ref = 0
	}
	return e
}

// loseFields deletes the fields of an entry that have expired, and reports whether it is gone with
// them.
func (db *DB) loseFields(e Entry) bool {
	if db.engine.standsStill() && e.Encoding() == EncHashtableTimed {
		h := e.Hash() // a walk must not make a shadow of what is large
		return h.AllDue(db.engine.dueMs)
	}
	return !db.withoutDueFields(e).Found()
}

// expireFields deletes at most most fields of a hash whose deadlines have passed, and the key if
// none is left. It returns whether that has happened, and what of its budget it has used.
// Redis: hashTypeExpire.
func (db *DB) expireFields(e Entry, most int) (gone bool, n int) {
	en, h := db.engine, e.Hash()
	told := en.interest != 0 || len(en.recorders) > 0
	key := e.Key()
	if told {
		key = append([]byte(nil), key...) // it may go with the entry
	}
	if h.AllDue(en.dueMs) && h.FreeEffort() > lazyFreeElements {
		en.stats.ExpiredFields += int64(h.Len())
		db.Delete(e)
		en.record(db, [][]byte{deletionWord(en.config.LazyExpire), key})
		gone, n = true, 1
	} else {
		n = db.deleteDueFields(key, &h, most)
		en.stats.ExpiredFields += int64(n)
		gone = db.PutHash(e, &h)
	}
	en.dirty++
	if told {
		en.notify(NotifyHash, "hexpired", key, db)
		if gone {
			en.notify(NotifyGeneric, "del", key, db)
		}
	}
	return gone, n
}

// deleteDueFields deletes at most most fields whose deadlines have passed, and records it.
func (db *DB) deleteDueFields(key []byte, h *hash.Hash, most int) (n int) {
	en := db.engine
	var words [][]byte
	note := func(field []byte) {
		if len(en.recorders) > 0 {
			words = append(words, append([]byte(nil), field...))
		}
	}
	flush := func() {
		if len(words) > 0 {
			en.record(db, append([][]byte{hdelWord, key}, words...))
			words = words[:0]
		}
	}
	for n < most && h.DeleteDue(en.dueMs, note) {
		if n++; len(words) == fieldsPerRecord {
			flush()
		}
	}
	flush()
	return n
}

// anyTimedFields reports whether a field of any hash has a deadline.
func (e *Engine) anyTimedFields() bool {
	for _, db := range e.dbs {
		if db.fields.Len() > 0 {
			return true
		}
	}
	return false
}

// checkFields checks that the heap of a database holds its hashes with deadlines, and no others.
func (db *DB) checkFields(hashes int) {
	ensure(db.fields.Len() == hashes, "I9: %d hashes with deadlines, %d in the heap", hashes,
		db.fields.Len())
	db.fields.Check(func(r arena.Ref) uint32 {
		h := db.at(r).Hash()
		return h.Index()
	})
	first := int64(math.MaxInt64)
	db.fields.Each(func(r arena.Ref, deadlineMs int64) bool {
		en := db.at(r)
		h := en.Hash()
		ms, ok := h.NextDeadline()
		ensure(ok && ms == deadlineMs, "I9: %q is due at %d, its item at %d", en.Key(), ms, deadlineMs)
		ensure(db.find(en.Key()).ref == r, "I9: %q is in the heap and not in the table", en.Key())
		first = min(first, ms)
		return true
	})
	ensure(first == db.fieldsDueMs, "I9: next due at %d, noted %d", first, db.fieldsDueMs)
}
