package hll

import (
	"slices"
	"strconv"
)

// The first byte of an opcode, and what it can say.
const (
	kindMask    = 0xC0
	xzeroKind   = 0x40
	valKind     = 0x80
	zeroMaxRun  = 64
	valMaxRun   = 4
	valMaxValue = 32

	// splitBytes is the longest that an opcode becomes: XZERO VAL XZERO.
	splitBytes = 5

	// mergeOpcodes is how many opcodes are looked at for equal neighbours after a change.
	mergeOpcodes = 5
)

// opcode is a run of registers with the same value.
type opcode struct {
	value byte // 0 for ZERO and XZERO
	run   int
	bytes int
}

// opcodeAt reads the opcode at an offset. Of an XZERO that is cut off the second byte is 0, and
// its bytes lead behind the end of b.
//
// Redis: which reads the NUL behind the string.
func opcodeAt(b []byte, at int) opcode {
	c := b[at]
	switch {
	case c&valKind != 0:
		return opcode{value: c>>2&(valMaxValue-1) + 1, run: int(c&(valMaxRun-1)) + 1, bytes: 1}
	case c&kindMask == xzeroKind:
		run := int(c&^kindMask) << 8
		if at+1 < len(b) {
			run |= int(b[at+1])
		}
		return opcode{run: run + 1, bytes: 2}
	}
	return opcode{run: int(c) + 1, bytes: 1}
}

// appendZeros appends the opcode for so many registers that are 0, if any.
func appendZeros(b []byte, run int) []byte {
	switch {
	case run == 0:
		return b
	case run <= zeroMaxRun:
		return append(b, byte(run-1))
	}
	return append(b, xzeroKind|byte((run-1)>>8), byte(run-1))
}

// appendValue appends the opcode for so many registers with a value, if any.
func appendValue(b []byte, value byte, run int) []byte {
	if run == 0 {
		return b
	}
	return append(b, valKind|(value-1)<<2|byte(run-1))
}

// appendRun appends the opcode for a run of either kind.
func appendRun(b []byte, value byte, run int) []byte {
	if value == 0 {
		return appendZeros(b, run)
	}
	return appendValue(b, value, run)
}

// edit is what sets registers of a sparse HyperLogLog. at is an opcode to start looking from, and
// first its first register; unless it is the very first one, it does not stand for the register to
// be set. Ascending registers are found by looking once.
type edit struct {
	b         []byte
	maxBytes  int
	at, first int
}

// sparseEdit is an edit that looks from the start.
func sparseEdit(b []byte, maxBytes int) edit {
	return edit{b: b, maxBytes: maxBytes, at: HeaderBytes}
}

// set is Set for opcodes. The result is for the next register, behind this one, unless b is dense
// by then. (A receiver that is a pointer would drive what b lies in to the heap.)
//
// Redis: hllSparseSet.
func (e edit) set(index int, value byte) (_ edit, changed bool, err error) {
	if len(e.b) > MaxBytes {
		return e, false, ErrCorrupt
	}
	if value > valMaxValue {
		return e.promote(index, value)
	}
	e, at, first := e.locate(index)
	if at >= len(e.b) {
		return e, false, ErrCorrupt
	}
	o := opcodeAt(e.b, at)
	if o.value >= value {
		return e, false, nil
	}
	var room [splitBytes]byte
	split := appendRun(room[:0], o.value, index-first)
	split = appendValue(split, value, 1)
	split = appendRun(split, o.value, first+o.run-1-index)
	grown := len(split) - o.bytes
	if grown > 0 && len(e.b)+grown > e.maxBytes {
		return e.promote(index, value)
	}
	if end := at + o.bytes; end <= len(e.b) {
		e.b = slices.Replace(e.b, at, end, split...)
	} else { // Redis: of an XZERO that is cut off, the split is, too
		e.b = append(e.b[:at], split...)[:len(e.b)+grown]
	}
	e.b = mergeRuns(e.b, e.at)
	return e, true, nil
}

// locate finds the opcode that stands for a register and its first register, and e at the one
// before it, if there is one. The offset is not below len(b) if there is no such opcode. It is most
// of the time that a sparse HyperLogLog costs: so a run is computed without asking whether it is a
// ZERO or a VAL, which no processor could guess. O(length).
func (e edit) locate(index int) (_ edit, at, first int) {
	b := e.b
	at, first = e.at, e.first
	for at < len(b) {
		c := b[at]
		run, size := int(c&((zeroMaxRun-1)>>(c>>7<<2)))+1, 1
		if c&kindMask == xzeroKind {
			o := opcodeAt(b, at)
			run, size = o.run, o.bytes
		}
		if index < first+run {
			break
		}
		e.at, e.first = at, first
		at += size
		first += run
	}
	return e, at, first
}

// mergeRuns merges equal VALs that are neighbours, among a few opcodes from an offset on.
func mergeRuns(b []byte, at int) []byte {
	for left := mergeOpcodes; left > 0 && at < len(b); left-- {
		o := opcodeAt(b, at)
		if next := at + o.bytes; o.value > 0 && next < len(b) {
			n := opcodeAt(b, next)
			if n.value == o.value && o.run+n.run <= valMaxRun {
				b = slices.Delete(b, at, next)
				appendValue(b[:at], o.value, o.run+n.run)
				continue
			}
		}
		at += o.bytes
	}
	return b
}

// promote makes b dense to set a register.
func (e edit) promote(index int, value byte) (_ edit, changed bool, err error) {
	if e.b, err = ToDense(e.b); err != nil {
		return e, false, err
	}
	return e, denseSet(e.b[HeaderBytes:], index, value), nil
}

// whole says whether the last opcode is.
func whole(b []byte) bool {
	at := HeaderBytes
	for at < len(b) {
		at += opcodeAt(b, at).bytes
	}
	return at == len(b)
}

// AppendOpcodes appends the opcodes of a sparse b in words: z:run, Z:run for an XZERO, v:value,run.
//
// Redis: PFDEBUG DECODE.
func AppendOpcodes(dst, b []byte) []byte {
	for at := HeaderBytes; at < len(b); {
		o := opcodeAt(b, at)
		if at > HeaderBytes {
			dst = append(dst, ' ')
		}
		dst = o.appendWord(dst)
		at += o.bytes
	}
	return dst
}

func (o opcode) appendWord(dst []byte) []byte {
	switch {
	case o.value > 0:
		dst = append(dst, "v:"...)
		dst = strconv.AppendInt(dst, int64(o.value), 10)
		dst = append(dst, ',')
	case o.bytes == 2:
		dst = append(dst, "Z:"...)
	default:
		dst = append(dst, "z:"...)
	}
	return strconv.AppendInt(dst, int64(o.run), 10)
}
