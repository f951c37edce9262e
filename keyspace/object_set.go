package keyspace

import "github.com/ringer-kv/ringer/types/set"

// Set is a view of the value of a key of TypeSet. After a change, PutSet.
func (e Entry) Set() set.Set {
	return set.Open(&e.db.engine.space.set, e.Object(), setEncoding(e.Encoding()))
}

// NewSet is an empty set that belongs to no key yet; the encoding suits the first member.
func (db *DB) NewSet(first []byte) set.Set {
	return set.New(&db.engine.space.set, first)
}

// NewIntset is an empty set that belongs to no key yet, as an intset as long as its members allow.
func (db *DB) NewIntset() set.Set { return set.NewIntset(&db.engine.space.set) }

// PutSet stores a set that is new or has been changed as the value of the key of e, which must not
// exist or be the key that the set comes from. An empty set is freed and its key deleted, which it
// reports.
func (db *DB) PutSet(e Entry, s *set.Set) (deleted bool) {
	switch {
	case e.Found():
		e.SetObject(setKeyEncoding(s), s.Ref())
		if s.Len() == 0 {
			db.Delete(e)
			return true
		}
	case s.Len() == 0:
		s.Free()
	default:
		db.addObject(e, TypeSet, setKeyEncoding(s), s.Ref())
	}
	return false
}

// StoreSet makes a new set that is not empty the value of the key of e, whatever that was, without
// a deadline.
func (db *DB) StoreSet(e Entry, s *set.Set) {
	db.addObject(e, TypeSet, setKeyEncoding(s), s.Ref())
}

// FreeSet frees a set that belongs to no key.
func (db *DB) FreeSet(s set.Set) { db.engine.releaseSet(s) }

// releaseSet frees a set, in the background if that is work.
func (e *Engine) releaseSet(s set.Set) {
	if s.FreeEffort() <= lazyFreeElements && s.MemoryUsage() < lazyFreeBytes {
		s.Free()
		return
	}
	large := s // so that s itself need not go to the Go heap
	e.free(large.MemoryUsage(), large.FreeChain)
}

// setEncoding is the encoding of a set by that of its key.
func setEncoding(e Encoding) set.Encoding {
	if e == EncIntset {
		return set.Intset
	}
	return set.Hashtable
}

// setKeyEncoding is the encoding of a key by that of its set.
func setKeyEncoding(s *set.Set) Encoding {
	if s.Encoding() == set.Intset {
		return EncIntset
	}
	return EncHashtable
}
