package keyspace

import (
	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/hash"
	"github.com/ringer-kv/ringer/types/list"
	"github.com/ringer-kv/ringer/types/set"
	"github.com/ringer-kv/ringer/types/stream"
	"github.com/ringer-kv/ringer/types/zset"
)

// SortedSet is a view of the value of a key of TypeZSet. After a change, PutSortedSet.
func (e Entry) SortedSet() zset.Set {
	return zset.Open(&e.db.engine.space.zset, e.Object(), zsetEncoding(e.Encoding()))
}

// NewSortedSet is an empty sorted set that belongs to no key yet; the encoding suits a first
// member of the given length.
func (db *DB) NewSortedSet(firstMemberBytes int) zset.Set {
	return zset.New(&db.engine.space.zset, firstMemberBytes)
}

// PutSortedSet stores a sorted set that is new or has been changed as the value of the key of e,
// which must not exist or be the key that the set comes from. An empty set is freed and its key
// deleted, which it reports.
func (db *DB) PutSortedSet(e Entry, s *zset.Set) (deleted bool) {
	enc := EncSkiplist
	if s.Encoding() == zset.Listpack {
		enc = EncListpack
	}
	switch {
	case e.Found():
		e.SetObject(enc, s.Ref())
		if s.Len() == 0 {
			db.Delete(e)
			return true
		}
	case s.Len() == 0:
		s.Free()
	default:
		db.addObject(e, TypeZSet, enc, s.Ref())
	}
	return false
}

// zsetEncoding is the encoding of a sorted set by that of its key.
func zsetEncoding(e Encoding) zset.Encoding {
	if e == EncListpack {
		return zset.Listpack
	}
	return zset.Skiplist
}

// releaseObject frees the value of an entry that is no string, in the background if that is work.
func (e *Engine) releaseObject(en Entry) {
	switch en.Type() {
	case TypeZSet:
		s := en.SortedSet()
		if s.FreeEffort() <= lazyFreeElements && s.MemoryUsage() < lazyFreeBytes {
			s.Free()
			return
		}
		e.free(s.MemoryUsage(), s.FreeChain)
	case TypeList:
		l := en.List()
		if l.FreeEffort() <= lazyFreeElements && l.MemoryUsage() < lazyFreeBytes {
			l.Free()
			return
		}
		e.free(l.MemoryUsage(), l.FreeChain)
	case TypeSet:
		e.releaseSet(en.Set())
	case TypeHash:
		if en.Encoding().timed() {
			en.db.unscheduleFields(en)
		}
		e.releaseHash(en.Hash())
	case TypeStream:
		e.releaseStream(en.Stream())
	default:
		panic("keyspace: entry of type " + en.Type().String())
	}
}

// freeObject frees the value of an entry that is no string on a worker. sp is the space that the
// entry lies in, which the worker must not ask the engine for.
func (e Entry) freeObject(sp *space, c *arena.Chain) {
	switch e.Type() {
	case TypeZSet:
		s := zset.Open(&sp.zset, e.Object(), zsetEncoding(e.Encoding()))
		s.FreeChain(c)
	case TypeList:
		l := list.Open(&sp.list, e.Object(), listEncoding(e.Encoding()))
		l.FreeChain(c)
	case TypeSet:
		s := set.Open(&sp.set, e.Object(), setEncoding(e.Encoding()))
		s.FreeChain(c)
	case TypeHash:
		h := hash.Open(&sp.hash, e.Object(), hashEncoding(e.Encoding()))
		h.FreeChain(c)
	case TypeStream:
		s := stream.Open(&sp.stream, e.Object())
		s.FreeChain(c)
	default:
		panic("keyspace: entry of type " + e.Type().String())
	}
}
