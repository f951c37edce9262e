package keyspace

import "github.com/ringer-kv/ringer/types/dict"

// This file is what DEBUG looks at and does beside what commands do.

// TableStats is how the keys are spread over the hash table. O(keys).
func (db *DB) TableStats() []dict.Stats { return db.table.Stats(db.arena) }

// TableStats is how what is in the value is spread over its hash table, if it has one. O(n).
func (e Entry) TableStats() (stats []dict.Stats, ok bool) {
	if e.Type() == TypeString {
		return nil, false
	}
	if o, has := e.object().(interface {
		TableStats() ([]dict.Stats, bool)
	}); has {
		return o.TableStats()
	}
	return nil, false
}

// ChangeReplicationID gives the data set a new name.
func (e *Engine) ChangeReplicationID() { e.info.replID = e.randomHex(len(e.info.replID)) }

// SetSkipChecksums lets RESTORE take payloads with a wrong checksum, for those who look for
// damaged ones that do harm.
func (e *Engine) SetSkipChecksums(on bool) { e.config.SkipChecksums = on }

// SkipsChecksums reports what SetSkipChecksums has set.
func (e *Engine) SkipsChecksums() bool { return e.config.SkipChecksums }

// MaxStringBytes is how long a string may be (proto-max-bulk-len).
func (e *Engine) MaxStringBytes() int64 { return e.config.ProtoMaxBulkLen }
