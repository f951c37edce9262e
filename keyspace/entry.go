package keyspace

import (
	"encoding/binary"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/dict"
)

// Type is the type of a value, as TYPE names it.
type Type uint8

// The value types.
const (
	TypeString Type = iota
	TypeList
	TypeSet
	TypeZSet
	TypeHash
	TypeStream
)

// String is the name that TYPE and SCAN's TYPE option use.
func (t Type) String() string {
	return [...]string{"string", "list", "set", "zset", "hash", "stream"}[t]
}

// Encoding is how a value is stored, as OBJECT ENCODING names it.
type Encoding uint8

// The encodings. EncRawBlob is raw with the bytes in a block of their own: a large string.
// EncQuicklistPacked is a quicklist of a single listpack: a small list.
const (
	EncInt Encoding = iota
	EncEmbstr
	EncRaw
	EncRawBlob
	EncListpack
	EncIntset
	EncHashtable
	EncQuicklist
	EncSkiplist
	EncStream
	EncQuicklistPacked
	EncListpackTimed  // a hash whose fields may have deadlines
	EncHashtableTimed // likewise
)

// String is the name that OBJECT ENCODING replies with.
func (e Encoding) String() string {
	return [...]string{
		"int", "embstr", "raw", "raw", "listpack", "intset", "hashtable", "quicklist",
		"skiplist", "stream", "quicklist", "listpackex", "hashtable",
	}[e]
}

// entryHead is the fixed part of an entry. What follows it in the same block is the length of the
// key as a varint, the key, and the value:
//
//	+-----------+--------+--------+---------+-----+------------------------------------+
//	| dict.Node | Expire | Meta   | keyLen  | key | value                              |
//	| 8         | 4      | 4      | 1..5    |     |                                    |
//	+-----------+--------+--------+---------+-----+------------------------------------+
//	                                               string inline: valueLen varint, bytes
//	                                               string blob:   ref, len, room  3 x u32
//	                                               object:        ref u32
//
// Lead holds the first bytes of what follows; a block has them always, as its size is at least
// the size of entryHead.
type entryHead struct {
	dict.Node
	Expire uint32 // index in the database's expiry heap; 0: no deadline
	Meta   uint32 // access clock << 8 | type << 5 | encoding << 1 | snapshot epoch
	Lead   [8]byte
}

const (
	entryLeadAt     = 16 // offset of Lead
	entryMinBytes   = 24 // size of entryHead
	maxInlineBytes  = 1024
	blobTailBytes   = 12
	objectTailBytes = 4
	metaClockShift  = 8
	metaTypeShift   = 5
	metaEncShift    = 1
	metaEncMask     = 15
	metaLowMask     = 1<<metaClockShift - 1
)

// Entry is the result of looking a key up: a key with its value, or the place where one would go.
// It is valid until the next change of its database.
//
// Owned by the keyspace goroutine.
type Entry struct {
	db   *DB
	ref  arena.Ref
	hash uint32
	key  arena.View
}

// Found reports whether the key exists.
func (e Entry) Found() bool { return e.ref != 0 }

// Key is the key. It lies in the arena if the entry came from a walk, else in the arguments.
func (e Entry) Key() []byte { return e.key.Bytes() }

func (e Entry) head() *entryHead { return arena.At[entryHead](e.db.arena, e.ref) }

// Type is the type of the value.
func (e Entry) Type() Type { return Type(e.head().Meta >> metaTypeShift & 7) }

// Encoding is the encoding of the value.
func (e Entry) Encoding() Encoding { return Encoding(e.head().Meta >> metaEncShift & metaEncMask) }

func (h *entryHead) setKind(t Type, enc Encoding) {
	h.Meta = h.Meta&^(metaLowMask&^1) | uint32(t)<<metaTypeShift | uint32(enc)<<metaEncShift
}

// keySpan is where the key of an entry begins and ends within its block.
func keySpan(h *entryHead) (from, to int) {
	if n := h.Lead[0]; n < 0x80 {
		return entryLeadAt + 1, entryLeadAt + 1 + int(n)
	}
	n, size := binary.Uvarint(h.Lead[:])
	return entryLeadAt + size, entryLeadAt + size + int(n)
}

// entryKey is the dict.KeyFunc of a database's table.
func entryKey(a *arena.Arena, r arena.Ref) []byte {
	from, to := keySpan(arena.At[entryHead](a, r))
	return a.Bytes(r, to)[from:]
}

// varintLen is the size of n as a varint.
func varintLen(n int) int {
	size := 1
	for ; n >= 0x80; n >>= 7 {
		size++
	}
	return size
}

// entryBytes is the size of the block of an entry with a tail of so many bytes behind its key.
func entryBytes(keyLen, tail int) int {
	return max(entryMinBytes, entryLeadAt+varintLen(keyLen)+keyLen+tail)
}

// inlineTail is the size of the tail of an inline string.
func inlineTail(valueLen int) int { return varintLen(valueLen) + valueLen }

// tail is the part of the block behind the key, of the given size.
func (e Entry) tail(size int) []byte {
	_, to := keySpan(e.head())
	return e.db.arena.Bytes(e.ref, to+size)[to:]
}

// inlineString is the value of an inline string and the size of its tail.
func (e Entry) inlineString() (value []byte, tail int) {
	_, to := keySpan(e.head())
	n, size := int(e.db.arena.Bytes(e.ref, to+1)[to]), 1
	if n >= 0x80 { // then at least 128 bytes follow
		long, width := binary.Uvarint(e.db.arena.Bytes(e.ref, to+binary.MaxVarintLen32)[to:])
		n, size = int(long), width
	}
	return e.db.arena.Bytes(e.ref, to+size+n)[to+size:], size + n
}

// StringBytes is the value of a string, in the arena. O(1).
func (e Entry) StringBytes() []byte {
	if e.Encoding() != EncRawBlob {
		value, _ := e.inlineString()
		return value
	}
	ref, size, _ := e.blob()
	return e.db.arena.Bytes(ref, size)
}

// blob is the block of a large string, the length of the string and of the block.
func (e Entry) blob() (ref arena.Ref, size, room int) {
	t := e.tail(blobTailBytes)
	return arena.Ref(binary.LittleEndian.Uint32(t)),
		int(binary.LittleEndian.Uint32(t[4:])), int(binary.LittleEndian.Uint32(t[8:]))
}

func (e Entry) setBlob(ref arena.Ref, size, room int) {
	t := e.tail(blobTailBytes)
	binary.LittleEndian.PutUint32(t, uint32(ref))
	binary.LittleEndian.PutUint32(t[4:], uint32(size))
	binary.LittleEndian.PutUint32(t[8:], uint32(room))
}

// Object is the value of an entry that is not a string.
func (e Entry) Object() arena.Ref {
	return arena.Ref(binary.LittleEndian.Uint32(e.tail(objectTailBytes)))
}

// SetObject changes the value of an entry that is not a string, after the value has moved or has
// been converted.
func (e Entry) SetObject(enc Encoding, ref arena.Ref) {
	binary.LittleEndian.PutUint32(e.tail(objectTailBytes), uint32(ref))
	h := e.head()
	h.setKind(e.Type(), enc)
}

// bytes is the size of the entry's own block.
func (e Entry) bytes() int {
	from, to := keySpan(e.head())
	keyLen := to - from
	switch {
	case e.Type() != TypeString:
		return entryBytes(keyLen, objectTailBytes)
	case e.Encoding() == EncRawBlob:
		return entryBytes(keyLen, blobTailBytes)
	}
	_, tail := e.inlineString()
	return entryBytes(keyLen, tail)
}
