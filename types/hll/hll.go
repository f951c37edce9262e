package hll

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

const (
	// indexBits of a hash name the register; valueBits are left for the value. Redis: HLL_P, HLL_Q.
	indexBits = 14
	valueBits = 64 - indexBits

	// Registers is the number of registers.
	Registers = 1 << indexBits

	// registerBits of the dense encoding hold any value up to registerMax.
	registerBits = 6
	registerMax  = 1<<registerBits - 1

	// MaxValue is the greatest value that a register can hold.
	MaxValue = registerMax

	// HeaderBytes is what stands before the registers.
	HeaderBytes = 16

	// EmptyBytes is the size of a new one: the header and one XZERO.
	EmptyBytes = HeaderBytes + 2

	// DenseBytes is the size of every dense one.
	DenseBytes = HeaderBytes + Registers*registerBits/8

	// MaxBytes is the size of the longest sparse one: an XZERO for each single register.
	MaxBytes = HeaderBytes + 2*Registers
)

// Where the parts of the header stand.
const (
	magic      = "HYLL"
	encodingAt = 4
	cardAt     = 8
	staleAt    = 15 // the last byte of the cardinality
	staleBit   = 0x80
	dense      = 0 // encodings
	sparse     = 1
)

// ErrForeign says that a string is no HyperLogLog.
var ErrForeign = errors.New("hll: not a HyperLogLog")

// ErrCorrupt says that the opcodes do not stand for all registers.
var ErrCorrupt = errors.New("hll: corrupt")

// New appends a HyperLogLog of nothing, a sparse one, to dst, which is empty.
func New(dst []byte) []byte {
	dst = append(dst, magic...)
	dst = append(dst, sparse, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	return appendZeros(dst, Registers)
}

// Check says whether b looks like a HyperLogLog: with ErrForeign, if it doesn't. O(1).
//
// Redis: isHLLObjectOrReply.
func Check(b []byte) error {
	if len(b) < HeaderBytes || string(b[:len(magic)]) != magic || b[encodingAt] > sparse ||
		b[encodingAt] == dense && len(b) != DenseBytes {
		return ErrForeign
	}
	return nil
}

// Dense says whether b, which Check has accepted, is in the dense encoding. All functions below
// ask for such a b.
func Dense(b []byte) bool { return b[encodingAt] == dense }

// Cached is the cardinality as it was last counted; ok is false if b has changed since.
func Cached(b []byte) (n uint64, ok bool) {
	return binary.LittleEndian.Uint64(b[cardAt:]), b[staleAt]&staleBit == 0
}

// Cache stores a cardinality that was counted. A top bit that is set makes it out of date at once.
func Cache(b []byte, n uint64) { binary.LittleEndian.PutUint64(b[cardAt:], n) }

// Invalidate says that the cardinality in the header is out of date.
func Invalidate(b []byte) { b[staleAt] |= staleBit }

// Place is the register that an element belongs to and the value that it asks for, from 1 to
// valueBits+1.
//
// Redis: hllPatLen.
func Place(element []byte) (index int, value byte) {
	hash := murmur64A(element)
	index = int(hash & (Registers - 1))
	rest := hash>>indexBits | 1<<valueBits
	return index, byte(bits.TrailingZeros64(rest) + 1)
}

// murmur64A is MurmurHash64A with the seed of Redis.
func murmur64A(b []byte) uint64 {
	const (
		seed = 0xadc83b19
		m    = 0xc6a4a7935bd1e995
		r    = 47
	)
	h := uint64(seed) ^ uint64(len(b))*m
	for ; len(b) >= 8; b = b[8:] {
		k := binary.LittleEndian.Uint64(b) * m
		k ^= k >> r
		h = (h ^ k*m) * m
	}
	if len(b) > 0 {
		tail := uint64(0)
		for i, c := range b {
			tail |= uint64(c) << (8 * i)
		}
		h = (h ^ tail) * m
	}
	h ^= h >> r
	h *= m
	return h ^ h>>r
}

// Set raises a register to a value, if it is lower, and says whether it was. A sparse b that would
// grow and be longer than maxSparseBytes becomes dense. With ErrCorrupt nothing has changed. The
// cardinality in the header is left to the caller.
func Set(b []byte, index int, value byte, maxSparseBytes int) (_ []byte, changed bool, err error) {
	if Dense(b) {
		return b, denseSet(b[HeaderBytes:], index, value), nil
	}
	e, changed, err := sparseEdit(b, maxSparseBytes).set(index, value)
	return e.b, changed, err
}

// ToDense changes the encoding to dense. The header stays as it is otherwise.
//
// Redis: hllSparseToDense.
func ToDense(b []byte) ([]byte, error) {
	if Dense(b) {
		return b, nil
	}
	var all Array
	if err := all.Merge(b); err != nil {
		return b, err
	}
	b = append(b[:HeaderBytes], make([]byte, DenseBytes-HeaderBytes)...)
	b[encodingAt] = dense
	all.pack(b[HeaderBytes:])
	return b, nil
}

// SetAll raises all registers to those of an array, which are raised to those of b, and invalidates
// the cardinality. If one of those that were merged into the array was dense, b becomes so.
func SetAll(b []byte, all *Array, maxSparseBytes int) ([]byte, error) {
	err := all.Merge(b)
	if err != nil {
		return b, err
	}
	if all.dense {
		if b, err = ToDense(b); err != nil {
			return b, err
		}
		all.pack(b[HeaderBytes:])
	} else if b, err = setAllSparse(b, all, maxSparseBytes); err != nil {
		return b, err
	}
	Invalidate(b)
	return b, nil
}

// setAllSparse is SetAll for opcodes, which may become dense on the way.
func setAllSparse(b []byte, all *Array, maxSparseBytes int) ([]byte, error) {
	e := sparseEdit(b, maxSparseBytes)
	for i, value := range all.registers {
		if value == 0 {
			continue
		}
		if Dense(e.b) {
			denseSet(e.b[HeaderBytes:], i, value)
			continue
		}
		var err error
		if e, _, err = e.set(i, value); err != nil {
			return e.b, err
		}
	}
	return e.b, nil
}

// Validate says whether b is a HyperLogLog through and through: I1 to I3. O(registers).
func Validate(b []byte) error {
	if err := Check(b); err != nil {
		return err // I1
	}
	n, err := Count(b)
	if err != nil {
		return err // I1, I2
	}
	if !Dense(b) && !whole(b) {
		return ErrCorrupt // I2
	}
	if cached, ok := Cached(b); ok && cached != n {
		return ErrCorrupt // I3
	}
	return nil
}
