package resp

import "sync"

// The sizes of the blocks that queries are read into.
const (
	readBytes    = 16 << 10 // what one read asks for, as Redis (PROTO_IOBUF_LEN)
	blockBytes   = readBytes
	bigBlock     = 64 << 10 // for connections whose reads fill a block
	bigArgBytes  = 32 << 10 // PROTO_MBULK_BIG_ARG: such an argument gets a block of its own
	mappedBytes  = 1 << 20  // a block of this size or more is mapped, not allocated
	minReadBytes = 1 << 10  // with less room than this another block is taken
)

// block is a piece of memory that a query is read into.
type block struct {
	b       []byte
	addr    uintptr // of b, for raw system calls
	pool    *sync.Pool
	release func([]byte) error // of mapped ones
}

// blocks hands out blocks. The usual sizes are pooled.
//
// Safe for concurrent use.
type blocks struct{ small, big sync.Pool }

// get returns a block of n bytes or a little more.
func (s *blocks) get(n int) *block {
	switch {
	case n <= blockBytes:
		return fromPool(&s.small, blockBytes)
	case n <= bigBlock:
		return fromPool(&s.big, bigBlock)
	case n >= mappedBytes:
		if b, release, err := mapBytes(n); err == nil {
			return &block{b: b, addr: address(b), release: release}
		}
	}
	b := make([]byte, n)
	return &block{b: b, addr: address(b)}
}

func fromPool(pool *sync.Pool, size int) *block {
	if b, ok := pool.Get().(*block); ok {
		return b
	}
	b := make([]byte, size)
	return &block{b: b, addr: address(b), pool: pool}
}

// free takes a block back. Nobody may look at its bytes any more.
func (k *block) free() {
	switch {
	case k.pool != nil:
		k.pool.Put(k)
	case k.release != nil:
		_ = k.release(k.b) // fails only for memory that is not mapped, which this is
		k.b = nil
	}
}
