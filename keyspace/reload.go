package keyspace

import (
	"errors"
	"strings"

	"github.com/ringer-kv/ringer/keyspace/rdb"
	"github.com/ringer-kv/ringer/types/arena"
)

// ErrNoImage means that a data set was to be loaded that has never been saved.
var ErrNoImage = errors.New("keyspace: there is no saved data set")

// ErrDuplicateKey means that a data set to be loaded has a key that is there already.
var ErrDuplicateKey = errors.New("keyspace: a key to be loaded exists")

// ErrBadLibrary means that a data set to be loaded has a library of functions that can't be made,
// or is there already.
var ErrBadLibrary = errors.New("keyspace: a library can't be loaded")

// ReloadOptions are the options of DEBUG RELOAD.
//
// Owned by the keyspace goroutine.
type ReloadOptions struct {
	NoSave  bool // load what the last reload has saved
	NoFlush bool // keep what is there
	Merge   bool // what is loaded takes the place of keys that are there, else it is an error
}

// Reload writes the whole data set and the libraries of functions in Redis's serialization, in
// memory, empties the server and reads it again: whatever does not survive that is lost. O(data).
func (e *Engine) Reload(o ReloadOptions) error {
	dirty := e.dirty // nothing has changed
	defer func() { e.dirty = dirty }()
	if !o.NoSave {
		e.image = e.encodeAll()
	}
	if !o.NoFlush {
		e.FlushLibraries()
		if err := e.FlushAll(); err != nil {
			return err
		}
	}
	if e.image == nil {
		return ErrNoImage
	}
	return e.loadAll(e.image, o.Merge)
}

// encodeAll is the whole data set as a file would hold it.
func (e *Engine) encodeAll() []byte {
	enc := rdb.Encoder{Compress: e.config.RDBCompression}
	enc.Head(e.anyTimedFields())
	enc.Aux("redis-ver", RedisVersion)
	enc.Aux("redis-bits", "64")
	e.encodeLibraries(&enc)
	for _, db := range e.dbs {
		if db.Len() > 0 {
			enc.SelectDB(db.id, db.Len(), db.ExpiresLen())
			db.Each(func(en Entry) bool { en.encodeKey(&enc); return true })
		}
	}
	enc.End(true)
	return enc.Buf
}

// encodeKey writes a key with its value and what else there is to know of it. Redis:
// rdbSaveKeyValuePair.
func (e Entry) encodeKey(enc *rdb.Encoder) {
	if deadlineMs, ok := e.Deadline(); ok {
		enc.Deadline(deadlineMs)
	}
	switch en := e.db.engine; {
	case en.CountsAccesses():
		enc.Freq(byte(e.AccessFrequency()))
	case strings.HasSuffix(en.config.MaxMemoryPolicy, "lru"):
		enc.Idle(e.IdleSeconds())
	}
	enc.Key(e.Key())
	e.encode(enc)
}

// loadAll adds what a file holds to the data. Keys whose deadlines have passed are left out. With
// an error, what comes before it stays. Redis: rdbLoadRio.
func (e *Engine) loadAll(data []byte, merge bool) error {
	version, err := rdb.OpenFile(data)
	if err != nil {
		return err
	}
	d := rdb.NewDecoder(data, version, e.arena, e.dbs[0].room())
	d.SkipHead()
	db := e.dbs[0]
	for {
		switch r := d.Next(); r.Kind {
		case rdb.RecordEnd:
			return d.Err()
		case rdb.RecordDB:
			if r.DB >= uint64(len(e.dbs)) {
				return rdb.ErrCorrupt
			}
			db = e.dbs[r.DB]
		case rdb.RecordFunction:
			if err := e.loadLibrary(r.Text, merge); err != nil {
				return err
			}
		case rdb.RecordKey:
			v := db.load(d, r.Type, version)
			if err := d.Err(); err != nil {
				return err
			}
			if err := db.addLoaded(&r, &v, merge); err != nil {
				return err
			}
		}
	}
}

// addLoaded makes a value that of a key of a file.
func (db *DB) addLoaded(r *rdb.Record, v *Loaded, merge bool) error {
	if r.Mortal && r.DeadlineMs < db.engine.nowMs {
		db.Discard(v)
		return nil
	}
	en := db.Peek(r.Key)
	if en.Found() {
		if !merge {
			db.Discard(v)
			return ErrDuplicateKey
		}
		db.Delete(en)
		en = db.Peek(r.Key)
	}
	en = db.Add(en, v)
	if r.Mortal {
		db.SetDeadline(en, r.DeadlineMs)
	}
	en.SetAccess(r.IdleSeconds, r.Frequency)
	return nil
}

// DebugObject is what DEBUG OBJECT tells of a value besides its encoding.
//
// Owned by the keyspace goroutine.
type DebugObject struct {
	Address         uint64 // within the arena
	Clock           uint32 // of the last access
	SerializedBytes int
}

// DebugObject looks at a value from inside. O(size).
func (e Entry) DebugObject() DebugObject {
	enc := rdb.Encoder{Compress: e.db.engine.config.RDBCompression}
	e.encode(&enc)
	const unitBytes = arena.MaxBytes >> 32
	return DebugObject{
		Address: uint64(e.ref) * unitBytes, Clock: e.head().Meta >> metaClockShift,
		SerializedBytes: len(enc.Buf) - 1, // without the type
	}
}

// SetPackedThreshold sets the size from which an element of a list has a node of its own, which is
// no listpack; 0: as it was at first. Redis: quicklistisSetPackedThreshold.
func (e *Engine) SetPackedThreshold(sizeBytes int) {
	e.config.PackedThreshold = sizeBytes
	e.applyLimits()
}
