package hll

import "encoding/binary"

// A group is 8 registers of the dense encoding, which are 6 whole bytes.
const (
	groupRegisters = 8
	groupBytes     = groupRegisters * registerBits / 8
)

// Array is the registers in a byte each, and the zero value that of nothing: the union of several
// HyperLogLogs is made in it.
type Array struct {
	registers [Registers]byte
	dense     bool // one of those that were merged was
}

// denseGet is the value of a register.
func denseGet(b []byte, index int) byte {
	at, shift := index*registerBits/8, index*registerBits%8
	pair := uint16(b[at])
	if shift > 8-registerBits {
		pair |= uint16(b[at+1]) << 8
	}
	return byte(pair>>shift) & registerMax
}

// denseSet raises a register to a value, if it is lower.
func denseSet(b []byte, index int, value byte) (changed bool) {
	if denseGet(b, index) >= value {
		return false
	}
	at, shift := index*registerBits/8, index*registerBits%8
	b[at] = b[at]&^(registerMax<<shift) | value<<shift
	if shift > 8-registerBits {
		b[at+1] = b[at+1]&^(registerMax>>(8-shift)) | value>>(8-shift)
	}
	return true
}

// group reads the registers of a group as one number, the first one in the lowest bits. b begins
// with it.
func group(b []byte) uint64 {
	return uint64(binary.LittleEndian.Uint32(b)) | uint64(binary.LittleEndian.Uint16(b[4:]))<<32
}

// pack writes all registers to the dense b.
func (a *Array) pack(b []byte) {
	for i := 0; i < Registers; i += groupRegisters {
		g := uint64(0)
		for j, value := range a.registers[i : i+groupRegisters] {
			g |= uint64(value) << (j * registerBits)
		}
		binary.LittleEndian.PutUint32(b, uint32(g))
		binary.LittleEndian.PutUint16(b[4:], uint16(g>>32))
		b = b[groupBytes:]
	}
}

// Merge raises all registers to those of b. With ErrCorrupt, some may have been.
//
// Redis: hllMerge.
func (a *Array) Merge(b []byte) error {
	if Dense(b) {
		a.dense = true
		a.mergeDense(b[HeaderBytes:])
		return nil
	}
	return a.mergeSparse(b)
}

func (a *Array) mergeDense(b []byte) {
	for i := 0; i < Registers; i += groupRegisters {
		g := group(b)
		b = b[groupBytes:]
		if g == 0 {
			continue
		}
		r := (*[groupRegisters]byte)(a.registers[i:])
		r[0] = max(r[0], byte(g)&registerMax)
		r[1] = max(r[1], byte(g>>6)&registerMax)
		r[2] = max(r[2], byte(g>>12)&registerMax)
		r[3] = max(r[3], byte(g>>18)&registerMax)
		r[4] = max(r[4], byte(g>>24)&registerMax)
		r[5] = max(r[5], byte(g>>30)&registerMax)
		r[6] = max(r[6], byte(g>>36)&registerMax)
		r[7] = max(r[7], byte(g>>42)&registerMax)
	}
}

// mergeSparse is Merge for opcodes.
func (a *Array) mergeSparse(b []byte) error {
	if len(b) > MaxBytes {
		return ErrCorrupt
	}
	index := 0
	for at := HeaderBytes; at < len(b); {
		o := opcodeAt(b, at)
		if index+o.run > Registers {
			return ErrCorrupt
		}
		if o.value > 0 {
			for i := range o.run {
				a.registers[index+i] = max(a.registers[index+i], o.value)
			}
		}
		index += o.run
		at += o.bytes
	}
	if index != Registers {
		return ErrCorrupt
	}
	return nil
}

// Each calls fn for the registers in turn.
func (a *Array) Each(fn func(value byte)) {
	for _, value := range a.registers {
		fn(value)
	}
}
