package rdb

import (
	"encoding/binary"

	"github.com/ringer-kv/ringer/types/hash"
	"github.com/ringer-kv/ringer/types/listpack"
)

// This file reads hashes whose fields have deadlines, as Redis 7.4 writes them:
//
//	| earliest deadline, 8 bytes | text |                                a listpack, see types/hash
//	| earliest deadline | fields | deadline, text, text | ...            a table
//
// A deadline of the table is a length: 0 is none, n is n-1 milliseconds after the earliest one. The
// release candidates of 7.4 wrote no earliest one, and deadlines from 1970 on.

// timedFieldBytes is about what a deadline takes.
const timedFieldBytes = 32

// milliseconds reads a time. Redis: rdbLoadMillisecondTime.
func (d *Decoder) milliseconds() uint64 {
	if b := d.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// timedHash reads a table.
func (d *Decoder) timedHash(t Type, env *hash.Env) hash.Hash {
	first := uint64(1) // so that a deadline of n is n
	if t == TypeHashTimed {
		first = d.milliseconds()
		if first > hash.MaxDeadlineMs {
			d.fail(ErrCorrupt)
		}
	}
	n := d.count(3)
	h := d.newHash(env, n)
	for ; n > 0 && d.err == nil; n-- {
		after := d.Length()
		field := d.bytes()
		d.addField(&h, field, d.bytes())
		d.addDeadline(&h, field, first, after)
	}
	return h
}

// addDeadline gives a field that has just been added a deadline: after - 1 behind first, none if
// after is 0.
func (d *Decoder) addDeadline(h *hash.Hash, field []byte, first, after uint64) {
	if d.err != nil || after == 0 {
		return
	}
	ms := first + after - 1
	if after > hash.MaxDeadlineMs || ms == 0 || ms > hash.MaxDeadlineMs {
		d.fail(ErrCorrupt)
		return
	}
	if d.spend(timedFieldBytes) {
		h.SetDeadline(field, int64(ms))
	}
}

// timedPack makes a hash of a listpack with deadlines.
func (d *Decoder) timedPack(b []byte, env *hash.Env) hash.Hash {
	if d.err != nil || listpack.Validate(b) != nil {
		d.fail(ErrCorrupt)
		return hash.Hash{}
	}
	if n := listpack.Len(b) / 3; n > env.Limits.MaxEntries {
		d.spend(n * (elementBytes + timedFieldBytes)) // it becomes a table
	}
	if !d.spend(len(b) + len(b)/8) {
		return hash.Hash{}
	}
	h, err := hash.FromTimedListpack(env, b)
	if err != nil {
		d.fail(ErrCorrupt)
	}
	return h
}
