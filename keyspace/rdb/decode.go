package rdb

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/num"
)

// ErrCorrupt says that bytes are not what Redis's serialization could be.
var ErrCorrupt = errors.New("rdb: corrupt")

// ErrNoRoom says that a value is sound as far as it was read, but needs more memory than there is.
var ErrNoRoom = errors.New("rdb: no room")

// ErrUnsupported says that a file holds what only a module can read.
var ErrUnsupported = errors.New("rdb: unsupported")

// Decoder reads Redis's serialization. The first thing that is wrong ends it: from then on all its
// methods give zeros, and Err says why. It never allocates for a length that the bytes that follow
// can't hold.
//
// Owned by the keyspace goroutine.
type Decoder struct {
	data    []byte
	pos     int
	version int
	err     error

	// room is what the values that are read may still take of the arena.
	arena *arena.Arena
	room  int64

	scratch [2][]byte // of texts that were compressed, or integers, in turn
	turn    int
}

// NewDecoder reads data, which is of the given version. What it makes lies in the arena, of which
// it takes no more than about roomBytes.
func NewDecoder(data []byte, version int, a *arena.Arena, roomBytes int64) *Decoder {
	return &Decoder{data: data, version: version, arena: a, room: roomBytes}
}

// Err is what was wrong first, or nil.
func (d *Decoder) Err() error { return d.err }

// Pos is how many bytes have been read.
func (d *Decoder) Pos() int { return d.pos }

// Refuse ends the decoder for a reason that its user has found.
func (d *Decoder) Refuse(err error) { d.fail(err) }

func (d *Decoder) fail(err error) {
	if d.err == nil {
		d.err = err
	}
	d.pos = len(d.data) // so that everything that follows fails, too
}

// take is the next n bytes, nil if there are not so many.
func (d *Decoder) take(n uint64) []byte {
	if n > uint64(len(d.data)-d.pos) {
		d.fail(ErrCorrupt)
		return nil
	}
	b := d.data[d.pos : d.pos+int(n)]
	d.pos += int(n)
	return b
}

// left is how many bytes have not been read.
func (d *Decoder) left() uint64 { return uint64(len(d.data) - d.pos) }

// Type reads the type of a value.
func (d *Decoder) Type() Type { return Type(d.byte()) }

func (d *Decoder) byte() byte {
	if b := d.take(1); b != nil {
		return b[0]
	}
	return 0
}

// Length reads a length.
//
// Redis: rdbLoadLen without isencoded takes the encoding of a text for a length.
func (d *Decoder) Length() uint64 {
	n, _ := d.lengthOrEncoding()
	return n
}

func (d *Decoder) lengthOrEncoding() (n uint64, isEncoding bool) {
	c := d.byte()
	switch c & 0xC0 {
	case length6:
		return uint64(c), false
	case length14:
		return uint64(c&0x3F)<<8 | uint64(d.byte()), false
	case encoded:
		return uint64(c & 0x3F), true
	}
	switch c {
	case length32:
		if b := d.take(4); b != nil {
			return uint64(binary.BigEndian.Uint32(b)), false
		}
	case length64:
		if b := d.take(8); b != nil {
			return binary.BigEndian.Uint64(b), false
		}
	}
	d.fail(ErrCorrupt)
	return 0, false
}

// count reads the number of elements of a value, which is not 0. Each of them has so many bytes at
// least, so that there can't be more of them than the rest of the data holds.
func (d *Decoder) count(leastBytes uint64) int {
	n := d.Length()
	if n == 0 || n > d.left()/leastBytes {
		d.fail(ErrCorrupt) // Redis: RDB_LOAD_ERR_EMPTY_KEY for 0
		return 0
	}
	return int(n)
}

// Text is a string that has been found sound, but perhaps not been decompressed yet.
//
// Owned by the keyspace goroutine.
type Text struct {
	raw        []byte
	sizeBytes  int
	compressed bool
}

// Len is the length of the string.
func (t *Text) Len() int { return t.sizeBytes }

// Compressed reports whether Bytes has to make the string first.
func (t *Text) Compressed() bool { return t.compressed }

// CopyTo writes the string to dst, which has its length.
func (t *Text) CopyTo(dst []byte) {
	if t.compressed {
		decompress(dst, t.raw)
		return
	}
	copy(dst, t.raw)
}

// Bytes is the string: as it lies in the data, or appended to scratch.
func (t *Text) Bytes(scratch []byte) []byte {
	if !t.compressed {
		return t.raw
	}
	scratch = grown(scratch, t.sizeBytes)
	decompress(scratch, t.raw)
	return scratch
}

// grown is a buffer of n bytes, in the place of another one if that is large enough.
func grown(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n)
	}
	return b[:n]
}

// Text reads a string. It is a part of the data, or, of an integer, of a buffer that is used again
// by the next but one. Redis: rdbGenericLoadStringObject.
func (d *Decoder) Text() Text {
	n, isEncoding := d.lengthOrEncoding()
	if !isEncoding {
		b := d.take(n)
		return Text{raw: b, sizeBytes: len(b)}
	}
	switch n {
	case encodedInt8, encodedInt16, encodedInt32:
		return d.integerText(n)
	case encodedLZF:
		return d.compressedText()
	}
	d.fail(ErrCorrupt)
	return Text{}
}

func (d *Decoder) integerText(encoding uint64) Text {
	var n int64
	switch b := d.take(1 << encoding); {
	case b == nil:
		return Text{}
	case encoding == encodedInt8:
		n = int64(int8(b[0]))
	case encoding == encodedInt16:
		n = int64(int16(binary.LittleEndian.Uint16(b)))
	default:
		n = int64(int32(binary.LittleEndian.Uint32(b)))
	}
	d.turn = 1 - d.turn
	b := num.AppendInt(d.scratch[d.turn][:0], n)
	d.scratch[d.turn] = b
	return Text{raw: b, sizeBytes: len(b)}
}

func (d *Decoder) compressedText() Text {
	packed, size := d.Length(), d.Length()
	b := d.take(packed)
	switch {
	case d.err != nil, size == 0: // Redis: whatever it is, 0 bytes come out, as they should
		return Text{}
	case size/lzfMaxGrowth > packed || !lzfSound(b, int(size)):
		d.fail(ErrCorrupt)
		return Text{}
	case int64(size) > d.room:
		d.fail(ErrNoRoom)
		return Text{}
	}
	return Text{raw: b, sizeBytes: int(size), compressed: true}
}

// bytes is Text as bytes, which are valid until the next call but one.
func (d *Decoder) bytes() []byte {
	t := d.Text()
	if !t.compressed {
		return t.raw
	}
	d.turn = 1 - d.turn
	d.scratch[d.turn] = t.Bytes(d.scratch[d.turn])
	return d.scratch[d.turn]
}

// block is the bytes of a whole compact encoding, which are never an integer. An empty one is
// corrupt whatever it should be.
func (d *Decoder) block() []byte {
	b := d.bytes()
	if len(b) == 0 {
		d.fail(ErrCorrupt)
	}
	return b
}

// double reads a score in binary.
func (d *Decoder) double() float64 {
	if b := d.take(8); b != nil {
		return math.Float64frombits(binary.LittleEndian.Uint64(b))
	}
	return 0
}

// The lengths that stand for a score which is no text, in old files. Redis: rdbLoadDoubleValue.
const (
	textNaN         = 253
	textInfinite    = 254
	textNegInfinite = 255
)

// textDouble reads a score that is written as text.
func (d *Decoder) textDouble() float64 {
	switch n := d.byte(); n {
	case textNaN:
		return math.NaN()
	case textInfinite:
		return math.Inf(1)
	case textNegInfinite:
		return math.Inf(-1)
	default:
		f, ok := num.ScanFloat(d.take(uint64(n)))
		if !ok {
			d.fail(ErrCorrupt)
		}
		return f
	}
}

const (
	// elementBytes is about what an element takes in a table or a tree, beside its own bytes and an
	// eighth of them for rounding up.
	elementBytes = 64

	// pieceBytes is the size from which a block must be looked for in one piece: the keyspace sees
	// to it that there is room for smaller ones.
	pieceBytes = 1 << 20
)

// spend takes the bytes of one block or element off the room; false if there is none left.
func (d *Decoder) spend(n int) bool {
	d.room -= int64(n)
	if d.room < 0 || n >= pieceBytes && !d.arena.Fits(n+n/8) {
		d.fail(ErrNoRoom)
	}
	return d.err == nil
}

// spendElement is spend for an element with texts of so many bytes.
func (d *Decoder) spendElement(n int) bool { return d.spend(elementBytes + n + n/8) }
