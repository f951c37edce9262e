package keyspace

import (
	"github.com/ringer-kv/ringer/keyspace/rdb"
	"github.com/ringer-kv/ringer/types/arena"
)

// This file is how values go out in Redis's serialization and come in again: for DUMP and RESTORE,
// and for whole data sets.

// Dump is the value of a key as a payload of DUMP. O(size).
func (e Entry) Dump() []byte {
	enc := rdb.Encoder{Compress: e.db.engine.config.RDBCompression}
	e.encode(&enc)
	enc.Seal()
	return enc.Buf
}

// encode writes the value of a key.
func (e Entry) encode(enc *rdb.Encoder) {
	switch e.Type() {
	case TypeString:
		enc.String(e.StringBytes())
	case TypeList:
		l := e.List()
		enc.List(&l)
	case TypeSet:
		s := e.Set()
		enc.Set(&s)
	case TypeZSet:
		s := e.SortedSet()
		enc.SortedSet(&s)
	case TypeHash:
		h := e.Hash()
		enc.Hash(&h)
	case TypeStream:
		s := e.Stream()
		enc.Stream(&s)
	default:
		panic("keyspace: entry of type " + e.Type().String())
	}
}

// Loaded is a value that has been read from outside and belongs to no key yet. Either Add or
// Discard must follow, before the data goes that it was read from.
//
// Owned by the keyspace goroutine.
type Loaded struct {
	typ    Type
	enc    Encoding
	text   rdb.Text // of a string
	object arena.Ref
}

// LoadDump reads the value in a payload of DUMP. The error is rdb.ErrCorrupt or rdb.ErrNoRoom.
//
// Redis: what stands between the value and the footer is not looked at, and a value may even reach
// into the footer.
func (db *DB) LoadDump(payload []byte, version int) (Loaded, error) {
	d := rdb.NewDecoder(payload, version, db.arena, db.room())
	v := db.load(d, d.Type(), version)
	return v, d.Err()
}

// room is what a value may take of the arena.
func (db *DB) room() int64 { return db.arena.AvailableBytes() - db.engine.arenaReserve() }

// RoomToGrow is what a command with the flag Grows may take of the arena, beyond twice its
// arguments; less than nothing if that is too much already.
func (db *DB) RoomToGrow() int64 { return db.arena.AvailableBytes() - db.engine.lastReserve() }

// load reads a value of a type. What it returns is no value if the decoder has an error then.
func (db *DB) load(d *rdb.Decoder, t rdb.Type, version int) Loaded {
	sp := db.engine.space
	switch t.Kind(version) {
	case rdb.KindString:
		return Loaded{typ: TypeString, text: d.StringText()}
	case rdb.KindList:
		l := d.List(t, &sp.list)
		return Loaded{typ: TypeList, enc: listKeyEncoding(&l), object: l.Ref()}
	case rdb.KindSet:
		s := d.Set(t, &sp.set)
		return Loaded{typ: TypeSet, enc: setKeyEncoding(&s), object: s.Ref()}
	case rdb.KindZSet:
		s := d.SortedSet(t, &sp.zset)
		return Loaded{typ: TypeZSet, enc: sortedSetKeyEncoding(&s), object: s.Ref()}
	case rdb.KindHash:
		h := d.Hash(t, &sp.hash)
		return Loaded{typ: TypeHash, enc: hashKeyEncoding(&h), object: h.Ref()}
	case rdb.KindStream:
		s := d.Stream(t, &sp.stream)
		return Loaded{typ: TypeStream, enc: EncStream, object: s.Ref()}
	}
	d.Refuse(rdb.ErrCorrupt)
	return Loaded{}
}

// Add makes a loaded value that of the key of e, which must not exist.
func (db *DB) Add(e Entry, v *Loaded) Entry {
	switch {
	case v.typ != TypeString:
		return db.addObject(e, v.typ, v.enc, v.object)
	case !v.text.Compressed():
		return db.SetString(e, v.text.Bytes(nil), false)
	case v.text.Len() <= maxInlineBytes:
		var scratch [maxInlineBytes]byte
		return db.SetString(e, v.text.Bytes(scratch[:0]), false)
	}
	return db.BuildString(e, v.text.Len(), false, v.text.CopyTo)
}

// Discard frees a loaded value that no key is to have.
func (db *DB) Discard(v *Loaded) {
	if v.typ != TypeString { // it goes as the value of a key that was in no table
		db.engine.release(db.newObject(Entry{db: db}, v.typ, v.enc, v.object))
	}
}
