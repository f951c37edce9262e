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
	enc := hashKeyEncoding(h)
	switch {
	case e.Found():
		e.SetObject(enc, h.Ref())
		if h.Len() == 0 {
			db.Delete(e)
			return true
		}
		if enc.timed() {
			db.scheduleFields(e, h)
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
	e.free(large.MemoryUsage(), large.FreeChain)
}

// hashEncodings are the encodings of keys, by those of their hashes.
var hashEncodings = [...]Encoding{
	hash.Listpack: EncListpack, hash.Hashtable: EncHashtable,
	hash.ListpackTimed: EncListpackTimed, hash.HashtableTimed: EncHashtableTimed,
}

// hashKeyEncoding is the encoding of a key by that of its hash.
func hashKeyEncoding(h *hash.Hash) Encoding { return hashEncodings[h.Encoding()] }

// hashEncoding is the encoding of a hash by that of its key.
func hashEncoding(e Encoding) hash.Encoding {
	switch e {
	case EncListpack:
		return hash.Listpack
	case EncListpackTimed:
		return hash.ListpackTimed
	case EncHashtableTimed:
		return hash.HashtableTimed
	}
	return hash.Hashtable
}
