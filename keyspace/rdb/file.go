package rdb

import (
	"encoding/binary"
	"fmt"
	"strconv"
)

// The records of a file that are no keys, by their first byte.
const (
	opSlotInfo    = 0xF4 // of a cluster's slot, a hint
	opFunction2   = 0xF5
	opFunctionOld = 0xF6 // of two release candidates
	opModuleAux   = 0xF7
	opIdle        = 0xF8
	opFreq        = 0xF9
	opAux         = 0xFA
	opResizeDB    = 0xFB
	opDeadlineMs  = 0xFC
	opDeadline    = 0xFD // in seconds, in old files
	opSelectDB    = 0xFE
	opEOF         = 0xFF
)

// magic begins a file, and four digits follow, the version.
const magic = "REDIS"

// headBytes is the length of the magic and the version.
const headBytes = len(magic) + 4

// checksumVersion is the first one whose files end with a checksum.
const checksumVersion = 5

// Head begins a file, in which fields of hashes may have deadlines or not.
func (e *Encoder) Head(timed bool) {
	version := Version
	if timed {
		version = versionTimed
	}
	e.Buf = fmt.Appendf(e.Buf, "%s%04d", magic, version)
}

// Aux writes a remark.
func (e *Encoder) Aux(name, value string) {
	e.Buf = append(e.Buf, opAux)
	e.Text([]byte(name))
	e.Text([]byte(value))
}

// SelectDB begins a database, and tells how many keys it has and how many of them have deadlines.
func (e *Encoder) SelectDB(index, keys, deadlines int) {
	e.Buf = append(e.Buf, opSelectDB)
	e.Length(uint64(index))
	e.Buf = append(e.Buf, opResizeDB)
	e.Length(uint64(keys))
	e.Length(uint64(deadlines))
}

// Deadline writes when the key that follows expires.
func (e *Encoder) Deadline(ms int64) {
	e.Buf = binary.LittleEndian.AppendUint64(append(e.Buf, opDeadlineMs), uint64(ms))
}

// Idle writes how long the key that follows has not been used.
func (e *Encoder) Idle(seconds int64) {
	e.Buf = append(e.Buf, opIdle)
	e.Length(uint64(seconds))
}

// Freq writes how often the key that follows is used.
func (e *Encoder) Freq(counter byte) { e.Buf = append(e.Buf, opFreq, counter) }

// Function writes the code of a library.
func (e *Encoder) Function(code []byte) {
	e.Buf = append(e.Buf, opFunction2)
	e.Text(code)
}

// End ends a file, with the checksum of all that has been written, or with 0 for none.
func (e *Encoder) End(checksum bool) {
	e.Buf = append(e.Buf, opEOF)
	sum := uint64(0)
	if checksum {
		sum = Checksum(e.sum, e.Buf)
	}
	e.Buf = binary.LittleEndian.AppendUint64(e.Buf, sum)
}

// OpenFile checks the head of a file and returns its version, which a Decoder of the whole file
// needs. SkipHead then leads to the first record.
func OpenFile(data []byte) (version int, err error) {
	if len(data) < headBytes || string(data[:len(magic)]) != magic {
		return 0, ErrCorrupt
	}
	version, err = strconv.Atoi(string(data[len(magic):headBytes]))
	if err != nil || version < 1 {
		return 0, ErrCorrupt
	}
	return version, nil
}

// RecordKind is what a record of a file is.
type RecordKind uint8

// The kinds of records that Next gives.
const (
	RecordEnd      RecordKind = iota // of the file; the checksum, if there is one, is right
	RecordKey                        // a key, whose value is to be read next
	RecordDB                         // what follows is in database DB
	RecordSizes                      // that database has Keys keys and Deadlines deadlines
	RecordAux                        // a remark: Name, Text
	RecordFunction                   // Text is the code of a library
)

// Record is what a file says next. Its texts are valid until the value has been read.
//
// Owned by the keyspace goroutine.
type Record struct {
	Kind            RecordKind
	DB              uint64
	Keys, Deadlines uint64
	Name, Text      []byte

	// Of a key.
	Type        Type
	Key         []byte
	Mortal      bool
	DeadlineMs  int64
	IdleSeconds int64 // -1: not told
	Frequency   int64 // -1: not told
}

// SkipHead goes to the first record of a file that OpenFile has taken.
func (d *Decoder) SkipHead() { d.take(uint64(headBytes)) }

// Next reads a record. Of a key, the value must be read before the next one. With an error, the
// record is an end.
func (d *Decoder) Next() Record {
	r := Record{IdleSeconds: -1, Frequency: -1}
	for d.err == nil {
		switch op := d.byte(); op {
		case opDeadlineMs:
			r.Mortal, r.DeadlineMs = true, d.int64()
		case opDeadline:
			r.Mortal, r.DeadlineMs = true, d.seconds()*1000
		case opIdle:
			r.IdleSeconds = int64(d.Length())
		case opFreq:
			r.Frequency = int64(d.byte())
		case opSlotInfo:
			d.Length()
			d.Length()
			d.Length()
		case opModuleAux:
			d.fail(ErrUnsupported)
		case opAux, opSelectDB, opResizeDB, opFunction2, opFunctionOld, opEOF:
			return d.special(op)
		default:
			r.Kind, r.Type = RecordKey, Type(op)
			r.Key = d.key()
			if d.err == nil {
				return r
			}
		}
	}
	return Record{}
}

// special reads a record that is no key.
func (d *Decoder) special(op byte) (r Record) {
	switch op {
	case opAux:
		r.Kind, r.Name = RecordAux, d.key()
		r.Text = d.bytes()
	case opSelectDB:
		r.Kind, r.DB = RecordDB, d.Length()
	case opResizeDB:
		r.Kind, r.Keys = RecordSizes, d.Length()
		r.Deadlines = d.Length()
	case opFunction2, opFunctionOld:
		r.Kind = RecordFunction
		r.Text, _ = d.library(op)
	case opEOF:
		d.checkSum()
	}
	if d.err != nil {
		return Record{}
	}
	return r
}

// key reads a text that stays valid while others are read.
func (d *Decoder) key() []byte {
	if b := d.bytes(); d.err == nil {
		return append([]byte{}, b...)
	}
	return nil
}

func (d *Decoder) int64() int64 {
	if b := d.take(8); b != nil {
		return int64(binary.LittleEndian.Uint64(b))
	}
	return 0
}

func (d *Decoder) seconds() int64 {
	if b := d.take(4); b != nil {
		return int64(int32(binary.LittleEndian.Uint32(b)))
	}
	return 0
}

// checkSum compares the checksum behind the end, which stands for all of the data; 0 says that
// there is none.
func (d *Decoder) checkSum() {
	if d.version < checksumVersion {
		return
	}
	end := d.pos
	if sum := uint64(d.int64()); d.err == nil && sum != 0 && sum != Checksum(0, d.data[:end]) {
		d.fail(ErrCorrupt)
	}
}
