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

// sparseSet is Set for opcodes.
//
// Redis: hllSparseSet.
func sparseSet(b []byte, index int, value byte, maxBytes int) (_ []byte, changed bool, err error) {
	if len(b) > MaxBytes {
		return b, false, ErrCorrupt
	}
	if value > valMaxValue {
		return promote(b, index, value)
	}
	at, before, first := locate(b, index)
	if at >= len(b) {
		return b, false, ErrCorrupt
	}
	o := opcodeAt(b, at)
	if o.value >= value {
		return b, false, nil
	}
	var room [splitBytes]byte
	split := appendRun(room[:0], o.value, index-first)
	split = appendValue(split, value, 1)
	split = appendRun(split, o.value, first+o.run-1-index)
	grown := len(split) - o.bytes
	if grown > 0 && len(b)+grown > maxBytes {
		return promote(b, index, value)
	}
	if end := at + o.bytes; end <= len(b) {
		b = slices.Replace(b, at, end, split...)
	} else { // Redis: of an XZERO that is cut off, the split is, too
		b = append(b[:at], split...)[:len(b)+grown]
	}
	return mergeRuns(b, before), true, nil
}

// locate finds the opcode that stands for a register: its offset, that of the one before it or its
// own, and its first register. The offset is not below len(b) if there is none. O(length), and most
// of the time that a sparse one costs, so it computes a run without asking whether it is a ZERO or
// a VAL, which no processor could guess.
func locate(b []byte, index int) (at, before, first int) {
	at, before = HeaderBytes, HeaderBytes
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
		before = at
		at += size
		first += run
	}
	return at, before, first
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
func promote(b []byte, index int, value byte) (_ []byte, changed bool, err error) {
	b, err = ToDense(b)
	if err != nil {
		return b, false, err
	}
	return b, denseSet(b[HeaderBytes:], index, value), nil
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
