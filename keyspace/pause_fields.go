package keyspace

import (
	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/hash"
)

// This file is what becomes of fields of hashes that expire while clients are paused: nothing, as
// the data stands still, but nobody sees them. A lookup of a command that does not write finds, in
// the place of such a hash, a copy without them: its shadow, which is in no table. It is made once
// and serves until something is written, or the pause is over.
//
// Making one is O(fields). It takes a pause, a field that expires in it, and somebody who reads the
// hash then. Where there is no room for one the fields are deleted after all: what a reader is told
// counts for more than that the data stands still.

// shadows are the copies of hashes, by their entries.
//
// Owned by the keyspace goroutine.
type shadows struct {
	byEntry map[arena.Ref]Entry
	dirty   int64 // Engine.dirty when they were made
}

// shadow is an entry without its fields that have expired: not found, if those are all. It reports
// false if there is no room for it.
func (db *DB) shadow(e Entry, h *hash.Hash) (shadow Entry, ok bool) {
	en := db.engine
	if h.AllDue(en.dueMs) {
		e.ref = 0
		return e, true
	}
	all := &en.pause.shadows
	if all.dirty != en.dirty {
		en.dropShadows()
	}
	s, made := all.byEntry[e.ref]
	if !made {
		if !db.HasRoom(int64(h.MemoryUsage())) {
			return e, false
		}
		enc, object := e.copyObject()
		s = db.newObject(e, TypeHash, enc, object)
		if all.byEntry == nil {
			all.byEntry = make(map[arena.Ref]Entry)
		}
		all.byEntry[e.ref], all.dirty = s, en.dirty
	}
	s.key = e.key
	s.head().Expire, s.head().Meta = e.head().Expire, e.head().Meta
	fields := s.Hash()
	for fields.DeleteDue(en.dueMs, func([]byte) {}) {
	}
	s.SetObject(hashKeyEncoding(&fields), fields.Ref())
	if fields.Len() == 0 {
		delete(all.byEntry, e.ref)
		s.drop()
		e.ref = 0
		return e, true
	}
	return s, true
}

// drop frees a shadow.
func (e Entry) drop() {
	e.head().Expire = 0 // it is that of the entry
	e.db.engine.release(e)
}

// dropShadows frees all shadows.
func (e *Engine) dropShadows() {
	all := &e.pause.shadows
	for _, s := range all.byEntry {
		s.drop()
	}
	*all = shadows{}
}
