package rdb

import (
	"encoding/binary"

	"github.com/ringer-kv/ringer/types/listpack"
	"github.com/ringer-kv/ringer/types/num"
)

// This file reads the compact encodings that Redis had before the listpack. The ziplist:
//
//	+--------+------+-------+---------+-----+---------+------+
//	| total  | tail | count | entry 0 | ... | entry n | 0xFF |     total, tail 4 bytes, count 2, all
//	+--------+------+-------+---------+-----+---------+------+     little-endian; tail is the offset
//	                                                               of the last entry
//	entry:   | size of the one before | header | data |
//	size:    one byte up to 253, or 254 and four bytes
//	header:  00LLLLLL                          a string of up to 63 bytes follows
//	         01LLLLLL LLLLLLLL                 a string of up to 16383 bytes
//	         10xxxxxx and 4 bytes, big-endian  a string of up to 2^32-1 bytes
//	         11000000, 11010000, 11100000      an integer of 16, 32, 64 bits
//	         11110000, 11111110                an integer of 24, 8 bits
//	         11110001 .. 11111101              the integers 0 to 12, no data
//
// and the zipmap of a hash:
//
//	| count | length field | length free value | ... | 0xFF |
//	length:  one byte up to 253, or 254 and four bytes, little-endian
//	free:    bytes behind the value that hold nothing
//	count:   one byte; 254 says "count them"

const (
	ziplistHead     = 10 // bytes before the first entry
	ziplistEnd      = 0xFF
	ziplistLong     = 254 // says that four bytes of size follow
	ziplistCountAll = 1<<16 - 1
	zipmapCountAll  = 254
)

// zipEntry is the entry of a ziplist: a string, or an integer.
type zipEntry struct {
	text  []byte // nil for an integer
	n     int64
	size  int // of the whole entry
	prev  uint32
	sound bool
}

// eachZiplistEntry checks a ziplist through and through and calls fn with the text of each entry,
// which is valid until fn returns. Redis: ziplistValidateIntegrity.
func (d *Decoder) eachZiplistEntry(b []byte, fn func(text []byte)) {
	if d.err != nil || len(b) <= ziplistHead || b[len(b)-1] != ziplistEnd ||
		uint64(binary.LittleEndian.Uint32(b)) != uint64(len(b)) {
		d.fail(ErrCorrupt)
		return
	}
	var scratch [20]byte
	end := len(b) - 1
	pos, last, lastSize, n := ziplistHead, ziplistHead, 0, 0
	for ; pos < end && b[pos] != ziplistEnd && d.err == nil; n++ {
		e := readZipEntry(b[pos:end])
		if !e.sound || int(e.prev) != lastSize {
			d.fail(ErrCorrupt)
			return
		}
		text := e.text
		if text == nil {
			text = num.AppendInt(scratch[:0], e.n)
		}
		fn(text)
		last, lastSize = pos, e.size
		pos += e.size
	}
	tail, count := binary.LittleEndian.Uint32(b[4:]), binary.LittleEndian.Uint16(b[8:])
	if pos != end || n > 0 && uint64(tail) != uint64(last) || uint64(tail) > uint64(end) ||
		count != ziplistCountAll && int(count) != n {
		d.fail(ErrCorrupt)
	}
}

// readZipEntry reads the entry at the start of b. Redis: zipEntrySafe.
func readZipEntry(b []byte) (e zipEntry) {
	head := 1
	if e.prev = uint32(b[0]); b[0] == ziplistLong {
		if head = 5; len(b) < head {
			return e
		}
		e.prev = binary.LittleEndian.Uint32(b[1:])
	}
	if len(b) == head {
		return e
	}
	width, size, isString := zipLayout(b[head:])
	if width == 0 || uint64(head+width)+size > uint64(len(b)) {
		return e
	}
	data := b[head+width:][:size]
	e.size, e.sound = head+width+int(size), true
	if isString {
		e.text = data[:size:size]
		return e
	}
	e.n = zipInteger(b[head], data)
	return e
}

// zipLayout is the width of the header at the start of b and the size of the data behind it. A
// width of 0 says that there is no such header.
func zipLayout(b []byte) (width int, size uint64, isString bool) {
	c := b[0]
	switch {
	case c < 0x40:
		return 1, uint64(c), true
	case c < 0x80 && len(b) >= 2:
		return 2, uint64(c&0x3F)<<8 | uint64(b[1]), true
	case c >= 0x80 && c < 0xC0 && len(b) >= 5:
		return 5, uint64(binary.BigEndian.Uint32(b[1:])), true
	case c == 0xC0:
		return 1, 2, false
	case c == 0xD0:
		return 1, 4, false
	case c == 0xE0:
		return 1, 8, false
	case c == 0xF0:
		return 1, 3, false
	case c == 0xFE:
		return 1, 1, false
	case c > 0xF0 && c < 0xFE:
		return 1, 0, false
	}
	return 0, 0, false
}

// zipInteger reads an integer by its header.
func zipInteger(header byte, data []byte) int64 {
	switch len(data) {
	case 0:
		return int64(header&0x0F) - 1
	case 1:
		return int64(int8(data[0]))
	case 2:
		return int64(int16(binary.LittleEndian.Uint16(data)))
	case 3:
		return int64(int8(data[2]))<<16 | int64(binary.LittleEndian.Uint16(data))
	case 4:
		return int64(int32(binary.LittleEndian.Uint32(data)))
	}
	return int64(binary.LittleEndian.Uint64(data))
}

// fromZiplist makes a listpack of a ziplist, on the Go heap.
func (d *Decoder) fromZiplist(b []byte) []byte {
	to := listpack.New(make([]byte, 0, listpack.EmptySize))
	if int64(len(b)) <= d.room {
		to = listpack.New(make([]byte, 0, len(b)+len(b)/2))
	}
	d.eachZiplistEntry(b, func(text []byte) {
		if len(to)+len(text) > listpack.MaxBytes {
			d.fail(ErrCorrupt) // Redis: lpSafeToAdd
			return
		}
		to = listpack.Append(to, listpack.String(text))
	})
	return to
}

// eachZipmapPair checks a zipmap through and through and calls fn with each field and its value.
// Redis: zipmapValidateIntegrity, for which the first end mark ends it, whatever follows.
func (d *Decoder) eachZipmapPair(b []byte, fn func(field, value []byte)) {
	if d.err != nil || len(b) < 2 || b[len(b)-1] != ziplistEnd {
		d.fail(ErrCorrupt)
		return
	}
	end := len(b) - 1
	pos, n := 1, 0
	for pos < end && b[pos] != ziplistEnd && d.err == nil {
		field, next := zipmapText(b[:end], pos, 0)
		value, after := zipmapText(b[:end], next, 1)
		if next == 0 || after == 0 {
			d.fail(ErrCorrupt)
			return
		}
		fn(field, value)
		pos = after
		n++
	}
	if n == 0 || b[0] != zipmapCountAll && int(b[0]) != n {
		d.fail(ErrCorrupt)
	}
}

// zipmapText reads a field, or a value, which has a byte that says how much of the room behind it
// is free. A next of 0 says that it does not lie within b.
func zipmapText(b []byte, pos, freeByte int) (text []byte, next int) {
	if pos == 0 || pos >= len(b) {
		return nil, 0
	}
	width, size := 1, uint64(b[pos])
	if b[pos] >= ziplistLong { // Redis: zipmapDecodeLength, which takes the end mark like 254
		if width = 5; pos+width > len(b) {
			return nil, 0
		}
		// Redis: zipmapNext takes a short size for one that was written in one byte, and the text
		// from the wrong place.
		if size = uint64(binary.LittleEndian.Uint32(b[pos+1:])); size < ziplistLong {
			return nil, 0
		}
	}
	from := pos + width + freeByte
	if from > len(b) || size > uint64(len(b)-from) {
		return nil, 0
	}
	end := from + int(size)
	if freeByte > 0 {
		free := int(b[from-1])
		if free > len(b)-end {
			return nil, 0
		}
		return b[from:end], end + free
	}
	return b[from:end], end
}
