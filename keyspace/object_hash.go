package keyspace

import "github.com/ringer-kv/ringer/types/hash"

// Hash is a view of the value of a key of TypeHash. After a change, PutHash.
func (e Entry) Hash() hash.Hash {
	return hash.Open(&e.db.engine.space.hash, e.Object(), hashEncoding(e.Encoding()))
}

// NewHash is an empty hash that belongs to no key yet.
func (db *DB) NewHash() hash.Hash { return hash.New(&db.engine.space.hash) }

// PutHash stores a hash that is new or has been changed as the value of the key of e, which must
// not exist or be the key that the hash comes from. An empty hash is freed and its key deleted,
// which it reports.
func (db *DB) PutHash(e Entry, h *hash.Hash) (deleted bool) {
	enc := EncHashtable
	if h.Encoding() == hash.Listpack {
		enc = EncListpack
	}
	switch {
	case e.Found():
		e.SetObject(enc, h.Ref())
		if h.Len() == 0 {
			db.Delete(e)
			return true
		}
	case h.Len() == 0:
		h.Free()
	default:
		db.addObject(e, TypeHash, enc, h.Ref())
	}
	return false
}

// releaseHash frees a hash, in the background if that is work.
func (e *Engine) releaseHash(h hash.Hash) {
	if h.FreeEffort() <= lazyFreeElements && h.MemoryUsage() < lazyFreeBytes {
		h.Free()
		return
	}
	large := h // so that h itself need not go to the Go heap
	e.free(large.FreeChain)
}

// hashEncoding is the encoding of a hash by that of its key.
func hashEncoding(e Encoding) hash.Encoding {
	if e == EncListpack {
		return hash.Listpack
	}
	return hash.Hashtable
}
