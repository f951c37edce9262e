package arena

import "errors"

// plainMaxBytes bounds a range that comes from the Go heap, where the system may charge for memory
// which nobody has touched: 1 GiB, its page table, and the alignment.
const plainMaxBytes = 1<<30 + 1<<25

var errPlainTooLarge = errors.New("arena: too large for a range in the Go heap")

// memory is the address space under an arena.
type memory struct {
	bytes []byte

	// mapped tells that the range is ours page by page: parts of it can go back to the system.
	mapped bool
}

// reservePlain is reserve without the help of an operating system.
func reservePlain(size int) (memory, error) {
	if size > plainMaxBytes {
		return memory{}, errPlainTooLarge
	}
	return memory{bytes: make([]byte, size)}, nil
}
