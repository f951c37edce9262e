package keyspace

import (
	"fmt"

	"github.com/ringer-kv/ringer/types/arena"
)

// Check tests the invariants of the package comment that concern data and panics with the label
// of one that does not hold. O(keys). The owner must have nothing on its worker for I3.
func (e *Engine) Check() {
	e.checkWaiting()
	e.checkWatches()
	e.checkTopics()
	e.checkTracking()
	e.checkAccess()
	e.checkScripts()
	e.functions.libraries.check()
	used := int64(0)
	for _, db := range e.dbs {
		db.table.Check(db.arena)
		used += int64(db.table.BytesUsed())
		used += db.checkEntries()
	}
	for _, s := range e.pause.shadows.byEntry {
		used += int64(arena.ClassSize(s.bytes())) + s.checkValue()
	}
	if e.space.pending == 0 {
		ensure(used == e.arena.UsedBytes(), "I3: %d bytes in use, the entries have %d",
			e.arena.UsedBytes(), used)
	}
}

// checkEntries checks the entries of a database and returns the bytes that they take.
func (db *DB) checkEntries() (used int64) {
	deadlines, timed := 0, 0
	db.table.Each(db.arena, func(r arena.Ref) bool {
		en := db.at(r)
		ensure(db.engine.seed.Hash(en.Key()) == en.hash, "I1: hash of %q", en.Key())
		ensure(db.find(en.Key()).ref == r, "I1: %q is not found under its hash", en.Key())
		if en.head().Expire != 0 {
			deadlines++
		}
		if en.Encoding().timed() {
			h := en.Hash()
			if _, ok := h.NextDeadline(); ok {
				timed++
			}
		}
		used += int64(arena.ClassSize(en.bytes())) + en.checkValue()
		return true
	})
	ensure(deadlines == db.expires.Len(), "I2: %d deadlines, %d in the heap", deadlines,
		db.expires.Len())
	db.expires.Check(func(r arena.Ref) uint32 { return db.at(r).head().Expire })
	db.expires.Each(func(r arena.Ref, deadlineMs int64) bool {
		en := db.at(r)
		ms, ok := en.Deadline()
		ensure(ok && ms == deadlineMs, "I2: %q has deadline %d, its item %d", en.Key(), ms, deadlineMs)
		ensure(db.find(en.Key()).ref == r, "I2: %q is in the heap and not in the table", en.Key())
		return true
	})
	db.checkFields(timed)
	return used
}

// checkValue checks a value and returns the bytes that it takes beside the entry.
func (e Entry) checkValue() int64 {
	if e.Type() == TypeString {
		if e.Encoding() == EncRawBlob {
			_, room := e.blobBlock()
			return int64(arena.ClassSize(room))
		}
		return 0
	}
	return e.checkObject()
}

// object is what the value types have in common.
type object interface {
	Check()
	Len() int
	MemoryUsage() int
}

// object is the value of an entry that is no string.
func (e Entry) object() (o object) {
	switch e.Type() {
	case TypeZSet:
		s := e.SortedSet()
		o = &s
	case TypeList:
		l := e.List()
		o = &l
	case TypeSet:
		s := e.Set()
		o = &s
	case TypeHash:
		h := e.Hash()
		o = &h
	case TypeStream:
		s := e.Stream()
		o = &s
	default:
		panic("keyspace: entry of type " + e.Type().String())
	}
	return o
}

// checkObject checks a value that is no string and returns the bytes that it takes.
func (e Entry) checkObject() int64 {
	o := e.object()
	o.Check()
	ensure(o.Len() > 0 || e.Type() == TypeStream, "I4: %q is empty", e.Key())
	return int64(o.MemoryUsage())
}

func ensure(ok bool, format string, args ...any) {
	if !ok {
		panic("keyspace: " + fmt.Sprintf(format, args...))
	}
}
