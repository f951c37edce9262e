package rdb

import (
	"encoding/binary"
	"math"

	"github.com/ringer-kv/ringer/types/hash"
	"github.com/ringer-kv/ringer/types/list"
	"github.com/ringer-kv/ringer/types/listpack"
	"github.com/ringer-kv/ringer/types/num"
	"github.com/ringer-kv/ringer/types/set"
	"github.com/ringer-kv/ringer/types/zset"
)

// The forms of a length, by the two upper bits of the first byte; the last one is no length, but
// says in the other bits how the text that follows is encoded.
const (
	length6  = 0x00
	length14 = 0x40
	length32 = 0x80 // all of the byte: four bytes follow, the highest first
	length64 = 0x81 // all of the byte: eight bytes
	encoded  = 0xC0

	encodedInt8  = 0
	encodedInt16 = 1
	encodedInt32 = 2
	encodedLZF   = 3
)

// How the elements of a node of a quicklist lie.
const (
	nodePlain  = 1 // one element, as it is
	nodePacked = 2 // a listpack
)

const (
	intMaxBytes   = 11 // "-2147483648": texts up to it may be written as integers
	compressBytes = 20 // texts above it may be compressed. Redis: rdbSaveRawString
)

// Encoder appends Redis's serialization to Buf. Between any two calls what is in Buf may be taken
// out with Take; a value can be written in pieces, too, with Begin, Length, Text and Double.
//
// Owned by the keyspace goroutine.
type Encoder struct {
	Buf      []byte
	Compress bool // rdbcompression: long texts by LZF, where that saves something

	lzf   *compressor // made when it is needed
	sum   uint64      // of what has been taken
	key   []byte
	keyed bool
}

// Key is written behind the type of the next value, as in a file. It is borrowed until then.
func (e *Encoder) Key(key []byte) { e.key, e.keyed = key, true }

// Begin writes the type of a value, and its key if there is one; the value itself must follow.
func (e *Encoder) Begin(t Type) {
	e.Buf = append(e.Buf, byte(t))
	if e.keyed {
		e.Text(e.key)
		e.key, e.keyed = nil, false
	}
}

// Length writes a length or another number that is not negative. Redis: rdbSaveLen.
func (e *Encoder) Length(n uint64) {
	switch {
	case n < 1<<6:
		e.Buf = append(e.Buf, length6|byte(n))
	case n < 1<<14:
		e.Buf = append(e.Buf, length14|byte(n>>8), byte(n))
	case n <= math.MaxUint32:
		e.Buf = binary.BigEndian.AppendUint32(append(e.Buf, length32), uint32(n))
	default:
		e.Buf = binary.BigEndian.AppendUint64(append(e.Buf, length64), n)
	}
}

// Text writes a string: as an integer if it is one that fits into 32 bits, or compressed if that is
// wanted and saves something, or as it is. Redis: rdbSaveRawString.
func (e *Encoder) Text(s []byte) {
	if len(s) <= intMaxBytes {
		if n, ok := num.ParseInt(s); ok && e.integer(n) {
			return
		}
	}
	if e.Compress && len(s) > compressBytes && e.compressed(s) {
		return
	}
	e.Length(uint64(len(s)))
	e.Buf = append(e.Buf, s...)
}

// integer writes a text that is an integer; false if that is too large. Redis: rdbEncodeInteger.
func (e *Encoder) integer(n int64) bool {
	switch {
	case n == int64(int8(n)):
		e.Buf = append(e.Buf, encoded|encodedInt8, byte(n))
	case n == int64(int16(n)):
		e.Buf = binary.LittleEndian.AppendUint16(append(e.Buf, encoded|encodedInt16), uint16(n))
	case n == int64(int32(n)):
		e.Buf = binary.LittleEndian.AppendUint32(append(e.Buf, encoded|encodedInt32), uint32(n))
	default:
		return false
	}
	return true
}

// compressed writes a text compressed; false if that saves nothing. The lengths stand before what
// they count, so that is made behind the room that they take at most, and moved then.
func (e *Encoder) compressed(s []byte) bool {
	if e.lzf == nil {
		e.lzf = new(compressor)
	}
	const head = 1 + 2*9
	start := len(e.Buf)
	var room [head]byte
	buf, ok := e.lzf.compress(append(e.Buf, room[:]...), s)
	if e.Buf = buf[:start]; !ok {
		return false
	}
	body := buf[start+head:]
	e.Buf = append(e.Buf, encoded|encodedLZF)
	e.Length(uint64(len(body)))
	e.Length(uint64(len(s)))
	e.Buf = append(e.Buf, body...)
	return true
}

// Double writes a double in binary. Redis: rdbSaveBinaryDoubleValue.
func (e *Encoder) Double(f float64) {
	e.Buf = binary.LittleEndian.AppendUint64(e.Buf, math.Float64bits(f))
}

// String writes a string as a value.
func (e *Encoder) String(value []byte) {
	e.Begin(TypeString)
	e.Text(value)
}

// List writes a list. O(n).
func (e *Encoder) List(l *list.List) {
	e.Begin(TypeListQuicklist2)
	e.Length(uint64(l.Blocks()))
	var scratch [20]byte
	l.EachPack(func(b []byte) {
		if l.IsPlain(b) {
			e.Length(nodePlain)
			e.Text(listpack.Bytes(b, listpack.First(b), scratch[:]))
			return
		}
		e.Length(nodePacked)
		e.Text(b)
	})
}

// Set writes a set. O(n).
func (e *Encoder) Set(s *set.Set) {
	if b := s.Intset(); b != nil {
		e.Begin(TypeSetIntset)
		e.Text(b)
		return
	}
	e.Begin(TypeSet)
	e.Length(uint64(s.Len()))
	s.Each(func(member []byte) bool { e.Text(member); return true })
}

// SortedSet writes a sorted set. O(n). Redis: the greatest score comes first, so that a skip list
// is built from its end.
func (e *Encoder) SortedSet(s *zset.Set) {
	if b := s.Listpack(); b != nil {
		e.Begin(TypeZSetListpack)
		e.Text(b)
		return
	}
	e.Begin(TypeZSet2)
	e.Length(uint64(s.Len()))
	for it := s.Iter(s.Window(0, s.Len()), true); it.Next(); {
		e.Text(it.Member(nil))
		e.Double(it.Score())
	}
}

// Hash writes a hash: as Redis 7.4 does if a field has a deadline, else so that 7.0 can read it.
// O(n).
func (e *Encoder) Hash(h *hash.Hash) {
	if first, ok := h.NextDeadline(); ok {
		e.timedHash(h, first)
		return
	}
	if b := h.Listpack(); b != nil {
		e.Begin(TypeHashListpack)
		e.Text(b)
		return
	}
	e.Begin(TypeHash)
	e.Length(uint64(h.Len()))
	h.Each(func(field, value []byte) bool {
		e.Text(field)
		e.Text(value)
		return true
	})
}

// timedHash writes a hash of which a field has a deadline, first the earliest one. In a table the
// others count from it, and 0 is none.
func (e *Encoder) timedHash(h *hash.Hash, first int64) {
	if b := h.TimedListpack(); b != nil {
		e.Begin(TypeHashListpackEx)
		e.milliseconds(first)
		e.Text(b)
		return
	}
	e.Begin(TypeHashTimed)
	e.milliseconds(first)
	e.Length(uint64(h.Len()))
	h.EachTimed(func(field, value []byte, deadlineMs int64) bool {
		after := uint64(0)
		if deadlineMs != 0 {
			after = uint64(deadlineMs - first + 1)
		}
		e.Length(after)
		e.Text(field)
		e.Text(value)
		return true
	})
}

// milliseconds writes a time. Redis: rdbSaveMillisecondTime.
func (e *Encoder) milliseconds(ms int64) {
	e.Buf = binary.LittleEndian.AppendUint64(e.Buf, uint64(ms))
}

// Take returns what has been appended, which is the caller's then, and begins a new Buf.
func (e *Encoder) Take() []byte {
	b := e.Buf
	e.sum, e.Buf = Checksum(e.sum, b), nil
	return b
}
