package keyspace

import (
	"encoding/binary"
	"math"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/list"
	"github.com/ringer-kv/ringer/types/num"
	"github.com/ringer-kv/ringer/types/zset"
)

// This file is what strings and bitmaps need of a DB beyond SetString: values that are written in
// place, that grow with room to spare, and that are built where they will lie. A string is inline
// in its entry up to maxInlineBytes of both; from there on it has a block of its own, the blob,
// which may have room behind the string. That room is always zero.

// embstrMaxBytes is the longest string that is embstr. Redis: OBJ_ENCODING_EMBSTR_SIZE_LIMIT.
const embstrMaxBytes = 44

// PutString is SetString with the encoding given, where Redis does not look for the best one: INCR
// makes an EncInt, INCRBYFLOAT an EncEmbstr of what may look like an integer, COPY the encoding of
// its source. What is too long for EncEmbstr is raw. value is copied; it may lie in the arena, but
// not in the entry of e.
func (db *DB) PutString(e Entry, enc Encoding, value []byte, keepDeadline bool) Entry {
	if enc == EncEmbstr && len(value) > embstrMaxBytes {
		enc = EncRaw
	}
	if e.isInlineString() && db.overwriteInline(e, enc, value) {
		if !keepDeadline {
			db.Persist(e)
		}
		return e
	}
	if entryBytes(e.key.Len(), inlineTail(len(value))) > maxInlineBytes {
		return db.setBlobString(e, value, keepDeadline)
	}
	n := db.allocEntry(e, TypeString, enc, inlineTail(len(value)))
	n.putInline(value)
	db.replace(e, n, keepDeadline)
	return n
}

// BuildString makes the value of a key a raw string of the given size, whatever it was, and drops
// the deadline. fill gets the string's own memory, with undefined contents, and must write all of
// it; the values of other keys are there to be read, and so is the old one, unless overOld says
// that it may be written over. Large strings that are built again and again then need no fresh
// memory.
func (db *DB) BuildString(e Entry, sizeBytes int, overOld bool, fill func(value []byte)) Entry {
	if overOld && e.Found() && e.Type() == TypeString && e.Encoding() == EncRawBlob {
		if ref, size, room := e.blob(); sizeBytes <= room && room/2 <= sizeBytes {
			clear(db.arena.Bytes(ref, max(size, sizeBytes))[sizeBytes:])
			e.setBlob(ref, sizeBytes, room)
			fill(e.StringBytes())
			db.Persist(e)
			return e
		}
	}
	n := db.newRawString(e, sizeBytes, sizeBytes)
	fill(n.StringBytes())
	db.replace(e, n, false)
	return n
}

// GrowString makes the value of a key a raw string of at least the given size, zeros behind what
// it held, and returns the string's own memory, to be written until the next change of the
// database. A key that does not exist is made; of another type it must not be. The deadline
// stays. O(growth), and now and then O(size): a string that grows in steps is copied a bounded
// number of times for each of its bytes.
func (db *DB) GrowString(e Entry, sizeBytes int) (Entry, []byte) {
	if !e.Found() {
		n := db.newRawString(e, sizeBytes, sizeBytes)
		db.replace(e, n, true)
		return n, n.StringBytes()
	}
	old := e.StringBytes()
	sizeBytes = max(sizeBytes, len(old))
	switch {
	case e.Encoding() == EncRawBlob:
		db.growBlob(e, sizeBytes)
	case !db.growInline(e, sizeBytes):
		n := db.newRawString(e, sizeBytes, roomFor(sizeBytes))
		copy(n.StringBytes(), old)
		db.replace(e, n, true)
		return n, n.StringBytes()
	}
	return e, e.StringBytes()
}

// isInlineString reports whether the key exists and is a string without a blob.
func (e Entry) isInlineString() bool {
	return e.Found() && e.Type() == TypeString && e.Encoding() != EncRawBlob
}

// newRawString makes an entry, in no table yet, with a string of zeros; in a blob it has the room.
func (db *DB) newRawString(e Entry, sizeBytes, roomBytes int) Entry {
	if tail := inlineTail(sizeBytes); entryBytes(e.key.Len(), tail) <= maxInlineBytes {
		n := db.allocEntry(e, TypeString, EncRaw, tail)
		t := n.tail(tail)
		clear(t[binary.PutUvarint(t, uint64(sizeBytes)):])
		return n
	}
	roomBytes = max(roomBytes, 1) // a key so long that even the empty string is not inline
	n := db.allocEntry(e, TypeString, EncRawBlob, blobTailBytes)
	n.setBlob(db.arena.AllocZeroed(roomBytes), sizeBytes, roomBytes)
	return n
}

// growInline grows an inline string within its block, if that has the right size, and reports
// whether it could.
func (db *DB) growInline(e Entry, sizeBytes int) bool {
	tail := inlineTail(sizeBytes)
	total := entryBytes(e.key.Len(), tail)
	if total > maxInlineBytes || arena.ClassSize(total) != arena.ClassSize(e.bytes()) {
		return false
	}
	old := e.StringBytes()
	t := e.tail(tail)
	width := tail - sizeBytes
	copy(t[width:], old) // first: a longer length moves the string
	binary.PutUvarint(t, uint64(sizeBytes))
	clear(t[width+len(old):])
	e.head().setKind(TypeString, EncRaw)
	return true
}

// growBlob grows a string that has a blob, in place if there is room.
func (db *DB) growBlob(e Entry, sizeBytes int) {
	ref, size, room := e.blob()
	if sizeBytes <= room {
		e.setBlob(ref, sizeBytes, room)
		return
	}
	newRoom := roomFor(sizeBytes)
	grown := db.arena.AllocZeroed(newRoom)
	copy(db.arena.Bytes(grown, size), db.arena.Bytes(ref, size))
	e.setBlob(grown, sizeBytes, newRoom)
	db.engine.releaseBlock(ref, room)
}

// greedyRoomBytes is the size up to which a growing string gets as much room again. Redis:
// SDS_MAX_PREALLOC, from where on it adds a constant; an eighth of the size keeps a long series
// of appends linear, and costs address space more than memory: room is not touched before it is
// written.
const greedyRoomBytes = 1 << 20

// roomFor is the room for a string that has grown to a size and may go on to.
func roomFor(sizeBytes int) int {
	if sizeBytes < greedyRoomBytes {
		return 2 * sizeBytes
	}
	return int(min(int64(sizeBytes)+int64(sizeBytes)/8, math.MaxUint32))
}

// Fits reports whether the memory left has room for a value to grow to the given size, in one
// piece. The router looks at the arguments only; a command whose value may be much larger than
// these (SETBIT, SETRANGE, BITOP) asks here, and refuses with reply.ErrOOM.
func (db *DB) Fits(sizeBytes int64) bool {
	need := sizeBytes + sizeBytes/8 + 2*greedyRoomBytes
	return sizeBytes <= math.MaxUint32 &&
		need < db.arena.AvailableBytes()-db.engine.arenaReserve() && db.arena.Fits(int(need))
}

// sharedInts is how many small integers Redis has one object each for. Redis:
// OBJ_SHARED_INTEGERS.
const sharedInts = 10000

// IsSharedInt reports whether the value is a string that Redis would keep no object of its own
// for: a small integer, unless eviction goes by the objects' clocks.
func (e Entry) IsSharedInt() bool {
	if e.Type() != TypeString || e.Encoding() != EncInt {
		return false
	}
	c := e.db.engine.config
	by := e.db.engine.evict.policy.by
	byClock := by == evictLRU || by == evictLFU
	n, _ := num.ParseInt(e.StringBytes())
	return n >= 0 && n < sharedInts && (c.MaxMemory == 0 || !byClock)
}

// What follows is of values of all types: how they go to another key, and into another database.
// All databases share one arena.

// DB is the database of that number, which must be below Databases.
func (e *Engine) DB(index int) *DB { return e.dbs[index] }

// SwapDBs exchanges the data of two databases, which sessions see at once. O(1).
func (e *Engine) SwapDBs(i, j int) {
	a, b := e.dbs[i], e.dbs[j]
	if i != j {
		a.touchAll(b)
		b.touchAll(a)
	}
	a.table, b.table = b.table, a.table
	a.expires, b.expires = b.expires, a.expires
	a.fields, b.fields = b.fields, a.fields
	a.noteFieldsDue()
	b.noteFieldsDue()
	a.signalAll()
	b.signalAll()
}

// MoveTo gives the value of a key, with its deadline and access clock, to another key, perhaps of
// another database, in the place of what that had; the first one is no more. Both entries become
// invalid. O(1): an object or a blob stays where it is.
func (e Entry) MoveTo(dst Entry) Entry {
	from, to := e.db, dst.db
	deadlineMs, mortal := e.Deadline()
	tail := e.bytesOfTail()
	n := to.allocEntry(dst, e.Type(), e.Encoding(), tail)
	copy(n.tail(tail), e.tail(tail))
	meta := e.head().Meta
	from.Persist(e)
	timed := e.Encoding().timed()
	if timed {
		from.unscheduleFields(e)
	}
	from.signalGone(e)
	from.table.Remove(from.arena, e.ref)
	from.arena.Free(e.ref, e.bytes())
	to.replace(dst, n, false)
	n.head().Meta = meta
	to.noteSuccessor(dst, n)
	if mortal {
		to.SetDeadline(n, deadlineMs)
	}
	if timed {
		h := n.Hash()
		to.scheduleFields(n, &h)
	}
	return n
}

// noteSuccessor tells of an entry that has taken the place of another one, perhaps, as of a new
// one. Redis: RENAME and COPY delete what was there before.
func (db *DB) noteSuccessor(old, n Entry) {
	n.SignalReady()
	if old.Found() {
		db.noteNew(n.Key())
	}
}

// bytesOfTail is the size of what stands behind the key in the entry's block.
func (e Entry) bytesOfTail() int {
	switch {
	case e.Type() != TypeString:
		return objectTailBytes
	case e.Encoding() == EncRawBlob:
		return blobTailBytes
	}
	_, tail := e.inlineString()
	return tail
}

// CopyTo gives a copy of the value of a key, with its deadline, to another key, perhaps of another
// database, in the place of what that had. It reports false, and has changed nothing, if there is
// no room for the copy. O(size).
func (e Entry) CopyTo(dst Entry) bool {
	if !e.db.HasRoom(int64(e.valueBytes())) {
		return false
	}
	deadlineMs, mortal := e.Deadline()
	to := dst.db
	var n Entry
	if e.Type() == TypeString {
		enc := e.Encoding()
		if enc == EncRawBlob { // perhaps the key is so short that the value is inline
			enc = EncRaw
		}
		n = to.PutString(dst, enc, e.StringBytes(), false)
	} else {
		enc, object := e.copyObject()
		n = to.addObject(dst, e.Type(), enc, object)
	}
	to.noteSuccessor(dst, n)
	n.SetAccess(0, lfuInitial)
	if mortal {
		to.SetDeadline(n, deadlineMs)
	}
	return true
}

// HasRoom reports whether the memory left has room for a value of about that size in one piece, as
// a value, or one of its members, may be one. (What is made of small parts might find room where
// that is not so; it is refused all the same.) See Fits for strings that grow.
func (db *DB) HasRoom(sizeBytes int64) bool {
	need := sizeBytes + sizeBytes/8
	return need < db.arena.AvailableBytes()-db.engine.arenaReserve() &&
		db.arena.Fits(int(need+arenaPieceBytes))
}

// valueBytes is about what a copy of the value takes.
func (e Entry) valueBytes() int {
	switch e.Type() {
	case TypeString:
		return len(e.StringBytes())
	case TypeZSet:
		s := e.SortedSet()
		return s.MemoryUsage()
	case TypeSet:
		s := e.Set()
		return s.MemoryUsage()
	case TypeHash:
		h := e.Hash()
		return h.MemoryUsage()
	case TypeStream:
		s := e.Stream()
		return s.MemoryUsage()
	case TypeList:
		l := e.List()
		return l.MemoryUsage()
	}
	panic("keyspace: entry of type " + e.Type().String())
}

// copyObject copies the value of an entry that is no string. Redis: the encoding stays, unless the
// limits have been lowered since.
func (e Entry) copyObject() (Encoding, arena.Ref) {
	switch e.Type() {
	case TypeZSet:
		s := e.copySortedSet()
		return sortedSetKeyEncoding(&s), s.Ref()
	case TypeSet:
		s := e.Set()
		to := s.Copy()
		return setKeyEncoding(&to), to.Ref()
	case TypeHash:
		h := e.Hash()
		to := h.Copy()
		return e.Encoding(), to.Ref()
	case TypeStream:
		s := e.Stream()
		to := s.Copy()
		return EncStream, to.Ref()
	case TypeList:
		l, to := e.List(), e.db.NewList()
		l.EachPack(to.AppendPack)
		if to.Encoding() == list.Packed {
			return EncQuicklistPacked, to.Ref()
		}
		return EncQuicklist, to.Ref()
	}
	panic("keyspace: entry of type " + e.Type().String())
}

func (e Entry) copySortedSet() zset.Set {
	env, s := &e.db.engine.space.zset, e.SortedSet()
	if b := s.Listpack(); b != nil {
		to, err := zset.FromListpack(env, b)
		ensure(err == nil, "the listpack of %q is no sorted set: %v", e.Key(), err)
		return to
	}
	to := zset.NewSkiplist(env, s.Len())
	for it := s.Iter(s.Window(0, s.Len()), false); it.Next(); {
		_, err := to.Add(it.Member(nil), it.Score(), 0)
		ensure(err == nil, "a score of %q: %v", e.Key(), err)
	}
	return to
}

// NewSortedSetOf is an empty sorted set that belongs to no key yet, with room for n members: for a
// command that collects a result for StoreSortedSet.
func (db *DB) NewSortedSetOf(n int) zset.Set {
	return zset.NewSkiplist(&db.engine.space.zset, n)
}

// NewSortedSetFor is the same in the encoding that suits n members, or any number of them if that
// is negative. What passes through a listpack loses the sign of a zero: so it must where Redis
// begins with one. Redis: zrangeResultBeginStore.
func (db *DB) NewSortedSetFor(n int) zset.Set {
	if env := &db.engine.space.zset; n > env.Limits.MaxEntries {
		return zset.NewSkiplist(env, n)
	}
	return db.NewSortedSet(0)
}

// StoreSortedSet makes a new sorted set the value of the key of e, whatever that was, without a
// deadline, in the encoding that suits its size. An empty one is freed and the key deleted, if
// there is one, which it reports.
func (db *DB) StoreSortedSet(e Entry, s *zset.Set) (deleted bool) {
	if s.Len() > 0 {
		s.ToListpackIfNeeded()
		db.addObject(e, TypeZSet, sortedSetKeyEncoding(s), s.Ref())
		return false
	}
	s.Free()
	if e.Found() {
		db.Delete(e)
	}
	return e.Found()
}

// FreeSortedSet frees a sorted set that belongs to no key, in the background if that is work.
func (db *DB) FreeSortedSet(s *zset.Set) {
	if s.FreeEffort() <= lazyFreeElements {
		s.Free()
		return
	}
	detached := *s
	db.engine.free(detached.MemoryUsage(), detached.FreeChain)
}

// sortedSetKeyEncoding is the encoding of a key by that of its sorted set.
func sortedSetKeyEncoding(s *zset.Set) Encoding {
	if s.Encoding() == zset.Listpack {
		return EncListpack
	}
	return EncSkiplist
}
