package keyspace

import "github.com/ringer-kv/ringer/types/stream"

// Stream is a view of the value of a key of TypeStream. A change needs no put: the value stays
// where it is, and an empty stream is a value like any other.
func (e Entry) Stream() stream.Stream {
	return stream.Open(&e.db.engine.space.stream, e.Object())
}

// AddStream makes an empty stream the value of the key of e, which must not exist. Who waits for
// the key is told at once.
func (db *DB) AddStream(e Entry) Entry {
	s := stream.New(&db.engine.space.stream)
	return db.addObject(e, TypeStream, EncStream, s.Ref())
}

// PutStream makes a stream that belongs to no key yet the value of the key of e, whatever that was.
func (db *DB) PutStream(e Entry, s *stream.Stream) Entry {
	return db.addObject(e, TypeStream, EncStream, s.Ref())
}

// NewStream is an empty stream that belongs to no key yet.
func (db *DB) NewStream() stream.Stream { return stream.New(&db.engine.space.stream) }

// ReleaseGroup frees a group that has been cut out of its stream, in the background if that is
// work.
func (db *DB) ReleaseGroup(d stream.Detached) {
	if d.FreeEffort() <= lazyFreeElements {
		d.Free()
		return
	}
	db.engine.free(d.MemoryUsage(), d.FreeChain)
}

// releaseStream frees a stream, in the background if that is work.
func (e *Engine) releaseStream(s stream.Stream) {
	if s.FreeEffort() <= lazyFreeElements && s.MemoryUsage() < lazyFreeBytes {
		s.Free()
		return
	}
	large := s // so that s itself need not go to the Go heap
	e.free(large.MemoryUsage(), large.FreeChain)
}

// streamLimits are the settings that streams read.
func (c *Config) streamLimits() stream.Limits {
	return stream.Limits{
		NodeMaxBytes: c.StreamNodeMaxBytes, NodeMaxEntries: c.StreamNodeMaxEntries,
	}
}

// StreamLimits are the limits of streams as they are configured now.
func (db *DB) StreamLimits() stream.Limits { return db.engine.space.stream.Limits }
