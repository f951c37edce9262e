package arena

import (
	"errors"
	"fmt"
	"math/bits"
	"unsafe"
)

// Ref names a block: its distance from the start of the arena in units of 8 bytes. 0 is nil.
type Ref uint32

const (
	// pageShift: runs are counted in pages of 8 KiB. A span of nodes is one page, so small pages
	// come free sooner; below 8 KiB the tails of the spans and the page table (0.3%) would weigh.
	pageShift = 13
	pageBytes = 1 << pageShift

	// pageUnitShift turns a page's number into the Ref of its first byte.
	pageUnitShift = pageShift - unitShift

	// MaxBytes is what a 32-bit Ref in units of 8 bytes can address.
	MaxBytes = 1 << (32 + unitShift)

	// cacheLine is the size on all common machines but a few, where it is only a matter of speed.
	cacheLine = 64

	// reserveMinBytes: with less than this a server is of no use, so New gives up asking.
	reserveMinBytes = 64 << 20

	// firstPage: page 0 is never handed out, since Ref 0 means nil.
	firstPage = 1
)

// ErrReserve is returned by New for a size that no arena can have.
var ErrReserve = errors.New("arena: size to reserve is not between 64 KiB and 32 GiB")

// Options of New; the zero value is right for a server.
type Options struct {
	// ReserveBytes is the address space to reserve and with it the limit of the arena; 0 stands
	// for MaxBytes. When the system refuses, halves are tried down to 64 MiB.
	ReserveBytes int64
}

// Arena is memory outside the Go heap, handed out in blocks. See the package comment.
//
// Owned by the keyspace goroutine.
type Arena struct {
	// Constant. Workers read these while the owner writes the rest, which the gap keeps in other
	// cache lines wherever the arena lies.
	base  unsafe.Pointer // of page 0, aligned to a huge page
	spans unsafe.Pointer // of the page table: one span per page
	dirty unsafe.Pointer // of the dirty bitmap: one bit per page
	idle  unsafe.Pointer // of the idle bitmap: one bit per huge page
	alive unsafe.Pointer // with -tags invariants: one bit per unit, set where a live block starts
	mem   memory         // what these point into
	limit uint32         // pages in the arena
	_     [cacheLine]byte

	top        uint32 // first page of the wilderness: no live page lies at or above it
	peak       uint32 // no page at or above it is dirty; top <= peak
	advised    uint32 // pages below it were considered for huge pages
	readied    uint32 // pages below it were given to Ahead's caller, or are in use
	livePages  uint32 // in spans and large blocks
	dirtyPages uint32 // pages whose dirty bit is set
	idleHuge   uint32 // huge pages whose idle bit is set

	used    int64 // sum of ClassSize over the live blocks
	pending int64 // bytes in spliced chains that are not taken in yet

	partial [classCount]uint32 // first span with room, per class; 0: none
	stale   bins               // free runs that may hold dirty pages
	clean   bins               // free runs that hold none

	queue    *Chain // spliced, not yet taken in; the oldest
	queueEnd *Chain // the newest of them
	spare    *Chain // taken in, ready for another use
	chains   int    // handed out by NewChain, not yet spliced
	auditIn  int    // with -tags invariants: check after so many page operations
}

// New reserves the address space of an arena: a few microseconds and a few KiB, as nothing of it is
// resident before it is used. The error is the system's when it grants not even 64 MiB.
func New(o Options) (*Arena, error) {
	return newOn(o, reserve)
}

// newOn is New over memory that comes from reserve.
func newOn(o Options, reserve func(int) (memory, error)) (*Arena, error) {
	want := o.ReserveBytes
	if want == 0 {
		want = MaxBytes
	}
	if want < 64<<10 || want > MaxBytes {
		return nil, ErrReserve
	}
	if bits.UintSize == 32 {
		want = min(want, 1<<30) // half of what the process can address
	}
	for {
		a := &Arena{limit: uint32(want >> pageShift)}
		mem, err := reserve(a.layoutBytes())
		if err == nil {
			a.place(mem)
			return a, nil
		}
		if want /= 2; want < reserveMinBytes {
			return nil, fmt.Errorf("arena: reserving memory: %w", err)
		}
	}
}

// tables lists the bytes of the page table, the dirty bitmap, the idle bitmap and the bitmap of
// live blocks, which lie behind the pages in this order. Each is rounded up to pages, so that they
// share none.
func (a *Arena) tables() [4]int {
	pages := int(a.limit)
	t := [4]int{pages * spanBytes, bitmapBytes(pages), bitmapBytes(pages/hugePages + 1)}
	if invariants {
		t[3] = bitmapBytes(pages << pageUnitShift)
	}
	for i := range t {
		t[i] = (t[i] + pageBytes - 1) &^ (pageBytes - 1)
	}
	return t
}

// layoutBytes is what the pages, the tables and the alignment to a huge page take together.
func (a *Arena) layoutBytes() int {
	t := a.tables()
	return int(a.limit)<<pageShift + t[0] + t[1] + t[2] + t[3] + hugeBytes
}

// bitmapBytes is the size of a bitmap, which consists of words of 64 bits.
func bitmapBytes(bits int) int { return (bits + 63) / 64 * 8 }

// place lays the empty arena out in mem.
func (a *Arena) place(mem memory) {
	start := unsafe.Pointer(unsafe.SliceData(mem.bytes))
	skew := -uintptr(start) & (hugeBytes - 1)
	t := a.tables()
	a.mem = mem
	a.base = unsafe.Add(start, skew)
	a.spans = unsafe.Add(a.base, int(a.limit)<<pageShift)
	a.dirty = unsafe.Add(a.spans, t[0])
	a.idle = unsafe.Add(a.dirty, t[1])
	a.alive = unsafe.Add(a.idle, t[2])
	a.top, a.peak = firstPage, firstPage
	a.advised = hugeFromPage
}

// Close returns everything to the system. No Ref, view or slice of the arena may be used any more.
// It panics while a chain is out, whose worker would touch what is gone. The goroutine that calls
// it may be a worker to which the owner has left the whole arena.
func (a *Arena) Close() error {
	a.mustHaveAllChains("Close")
	mem := a.mem
	*a = Arena{}
	return unreserve(mem)
}

// Reset frees every block and returns the memory to the system, at the cost of the latter: tens of
// milliseconds per GiB. (Who can't wait takes a New arena and leaves the old one to a worker to
// Close.) It panics while a chain is out.
func (a *Arena) Reset() {
	a.mustHaveAllChains("Reset")
	t := a.tables()
	touched := int(a.wholeHuge(a.peak)) // the system has no use for the rest of a huge page
	a.zero(unsafe.Slice((*byte)(a.base), touched<<pageShift))
	a.zero(unsafe.Slice((*byte)(a.spans), touched*spanBytes))
	a.zero(unsafe.Slice((*byte)(a.dirty), bitmapBytes(touched)))
	a.zero(unsafe.Slice((*byte)(a.idle), t[2]))
	if invariants {
		a.zero(unsafe.Slice((*byte)(a.alive), bitmapBytes(touched<<pageUnitShift)))
	}
	mem, limit, advised := a.mem, a.limit, a.advised
	*a = Arena{limit: limit}
	a.place(mem)
	a.advised = advised // the system does not forget
}

// zero makes b read as zero and, where that is possible, not resident.
func (a *Arena) zero(b []byte) {
	if !a.mem.mapped || len(b) == 0 || giveBack(b) != nil {
		clear(b)
	}
}

func (a *Arena) mustHaveAllChains(caller string) {
	if a.chains != 0 {
		panic(fmt.Sprintf("arena: %s with %d chains not spliced", caller, a.chains))
	}
}

// At is a typed view of the block at r, valid until the block is freed. T must not hold Go pointers
// and must fit into the block.
func At[T any](a *Arena, r Ref) *T {
	if invariants {
		a.mustBeInside(r, 1)
	}
	return (*T)(unsafe.Add(a.base, uintptr(r)<<unitShift))
}

// Bytes is the first n bytes of the block at r as a slice with no capacity beyond them, valid until
// the block is freed.
func (a *Arena) Bytes(r Ref, n int) []byte {
	if invariants && n > 0 {
		a.mustBeInside(r, n)
	}
	return unsafe.Slice((*byte)(unsafe.Add(a.base, uintptr(r)<<unitShift)), n)
}

// UsedBytes is the sum of ClassSize over all live blocks, exactly.
func (a *Arena) UsedBytes() int64 { return a.used }

// MappedBytes is how much of the system's memory the blocks, live and free, may be holding. The
// page table (0.3% of it) comes on top.
func (a *Arena) MappedBytes() int64 { return int64(a.dirtyPages) << pageShift }

// CapacityBytes is what the arena can hold at most.
func (a *Arena) CapacityBytes() int64 { return int64(a.limit-firstPage) << pageShift }

// AvailableBytes is what is left of CapacityBytes in whole pages. While it is well above the sizes
// asked for, Alloc succeeds; see Fits for a single large block.
func (a *Arena) AvailableBytes() int64 { return a.CapacityBytes() - int64(a.livePages)<<pageShift }

// word reads and writes the first word of a block that is free: its link.
func (a *Arena) word(r Ref) *Ref {
	return (*Ref)(unsafe.Add(a.base, uintptr(r)<<unitShift))
}

// pageSlice is the memory of the pages [from, to).
func (a *Arena) pageSlice(from, to uint32) []byte {
	at := unsafe.Add(a.base, uintptr(from)<<pageShift)
	return unsafe.Slice((*byte)(at), int(to-from)<<pageShift)
}
