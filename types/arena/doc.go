// Package arena is memory outside the Go heap, handed out in blocks that are named by 32-bit Refs.
//
// Everything that a keyspace stores lies in one arena: keys, values, the nodes and tables of every
// structure. To the garbage collector this is nothing at all; a link costs 4 bytes instead of 8; a
// block costs its size rounded up and no header; and the memory of a deleted object is back at
// once. The price: who allocates also frees, and no Go pointer may lie inside.
//
// # The picture
//
//	one anonymous private mapping, 32 GiB of address space, resident only where it was touched
//
//	page 0   1      2      3             7             10            top           peak
//	+------+------+------+-------------+-------------+-------------+- - - - - - -+- - - - -+
//	| nil  | span | span | large block | free run    | span of 3   | wilderness             |
//	+------+--|---+------+-------------+-------------+-------------+- - - - - - -+- - - - -+
//	          |                        stale or clean, in a bin    maybe dirty     all zero
//	          |
//	       +--v----+-------+-------+-------+-----------------------+
//	       | live  | free  | live  | free  | not carved yet        |  blocks of one class
//	       +-------+---|---+-------+---^---+-----------------------+
//	                   +---------------+  free blocks link through their first 4 bytes
//
//	behind the pages, in the same mapping and just as lazily resident:
//	page table (24 bytes a page) | dirty bitmap (1 bit a page) | idle bitmap (1 bit per 2 MiB)
//
// # Terminology
//
//   - unit: 8 bytes, what a Ref counts and every block is aligned to.
//   - block: what Alloc returns. A small block, up to 32 KiB, is rounded up to its size class and
//     carved from a span; a large block is rounded up to pages and is a run of its own.
//   - page: 8 KiB. Run: neighbouring pages. Span: a run that is cut into blocks of one class.
//   - live: handed out and not freed. Partial: of a span, that it has room for another block.
//   - wilderness: the pages from top on, none of them live. Peak: the end of those ever used there.
//   - dirty: of a page, that it may be resident and hold something. A page that is not dirty reads
//     as zero. Stale: of a free run, that it may hold dirty pages. Clean: that it does not.
//   - huge page: 2 MiB, aligned. Idle: of a huge page, that it is wholly free and partly dirty.
//   - chain: blocks that a worker has freed. Spliced: given back to the owner. Taken in: its blocks
//     can be handed out again.
//
// # Invariants
//
//	I1  Spans, large blocks and free runs tile the pages from 1 to top. The page table tells at the
//	    first page of each what it is and how long, at the last page of a free run too, and at each
//	    further page of a span where it starts. No two free runs touch each other or the wilderness.
//	I2  Each free run is in the list of its length, in the bins that its stale flag names; the bit
//	    of a list is set while it is not empty.
//	I3  Live pages are dirty. Pages of clean runs and those from peak on are not. The idle bits are
//	    set for those huge pages that are wholly free and hold a dirty page. Both are counted right.
//	I4  In a span, 0 < live <= carved <= blocks; its list holds carved - live blocks, all of them
//	    carved from it. (Blocks in a chain count as live until they are taken in.)
//	I5  A span is in the list of its class if and only if it has room.
//	I6  used plus pending is the sum of ClassSize over the live blocks, livePages that of the pages
//	    of spans and large blocks; used leaves out what has been spliced, taken in or not.
//	I7  With -tags invariants: a bit per unit tells where a live block starts, and freed blocks hold
//	    nothing but poison behind their link.
//
// Check tests them. With -tags invariants it also runs every now and then by itself, a second Free
// of a block panics, a Free of what is no block panics, and so does an Alloc that meets a block
// which was written to after its Free. Without the tag, a Free that disagrees with the page table
// panics, as that costs nothing.
//
// # How spans work
//
// Classes go in steps of 8 bytes up to 128, where the nodes are, and from there in eight steps per
// doubling, so that rounding wastes an eighth at most. The free list belongs to the span and not to
// the class, with a count of live blocks: when the last one is freed, the span goes back to the
// pages in O(1), however its list is ordered. Free finds the span from the page of the block, which
// for blocks up to 512 bytes is the span itself. Carving is lazy, so a new span touches no memory
// ahead of its use, and a class that holds one block costs the system one page.
//
// # How runs work
//
// Free runs are in lists by length, eight lists per doubling, with a bitmap over the lists: the
// shortest list whose runs are all long enough is two instructions away (this is TLSF), and
// neighbours are found through the page table, so both taking and freeing are O(1). Resident runs
// are preferred; for large zeroed blocks, clean ones and the wilderness, which are zero already.
//
// # How memory goes back to the system
//
// Returning memory too eagerly is slow twice: ordinary pages take 0.3 us each to return and 1.3 us
// to fault in again, and tearing a part out of a huge page turns the rest into ordinary ones, while
// a whole one goes in 10 us and returns in 35 (measured under virtualisation). So
//   - up to 4 MiB, and an eighth of what is live, may lie dirty and free;
//   - above that each Free that frees pages returns one idle huge page, if there is one. That
//     bounds what a Free costs, and keeps pace, since a huge page holds at least as much as was
//     freed, except after a large block, which is worked off by later calls;
//   - Work, in idle time, returns all free runs of 256 KiB and more;
//   - Chain.Free returns the pages of large blocks on the worker.
//
// Huge pages are asked for in steps as the wilderness is taken into use, from 4 MiB on: below, a
// server is to stay small, and a huge page would be resident whole for its first byte.
//
// # How chains work
//
// A worker that frees an object of a million nodes may not touch the page table. It collects the
// blocks in a Chain instead, in one list per span, found through a private hash table by page. It
// may read what is constant while a block lives: the contents, and the kind, class and length of
// its span or run. The owner's Splice then corrects UsedBytes and queues the chain; each span's
// list is taken in as a whole, one pointer and one subtraction, or not at all when the span is
// empty now. As a million nodes may lie in ten thousand spans, which is a millisecond, only 256
// spans are taken in at once, and the rest along with later calls that take or free pages, with
// Work, or when memory runs out.
//
// # Complexity
//
//	Alloc, Free, Splice, At, Bytes      O(1)
//	AllocZeroed                         O(n) small; large: O(dirty pages in the run)
//	Chain.Free                          O(1) expected; large: the system's time to take the pages
//	New, Close                          some microseconds, and the system's time to take the pages
//	Reset                               the system's time to take the pages
//	Check                               O(pages + free blocks)
//
// Measured on one core of a virtual EPYC: 3 ns to allocate 52 bytes while growing, 5 ns for Alloc
// and Free together, 60 ns when each Free is of a random block among a million (the cache misses),
// 25 ns for a span or a large block; 18 us for New, Alloc and Close; a chain of a million random
// blocks takes its worker 32 ns a block and the owner 10 us in Splice and 1.2 ms of later work. A
// block of 52 bytes takes 56.3 bytes in all.
//
// # Limits
//
//   - 32 GiB: 2^32 units. The address space is reserved at once, without a claim to memory; where
//     the system refuses that, New settles for half, and half again. 1 GiB where pointers have 32
//     bits.
//   - Alloc panics when no run is left that is long enough. The owner looks at AvailableBytes or
//     Fits before it lets a client have more.
//   - Blocks never move. A span with one live block stays a span, so an arena of which a random
//     tenth is left keeps most of its pages, for blocks of the same classes only.
//   - Where there is no mmap, the range is one slice of the Go heap of 512 MiB that is never
//     returned in part.
//   - FLUSHALL on a large arena: Reset waits for the system. A New arena in its place, and the old
//     one left to a worker to Close when its chains are back, does not.
//
// # Sources
//
// Size classes, spans and the page table by page number are TCMalloc's, and Go's own heap's. The
// count of live objects per slab is from Bonwick's slab allocator, the free list per page instead
// of per class from mimalloc, the bins from TLSF (Masmano et al.), and keeping some dirty pages
// for a while from jemalloc. We differ from all of them in having one thread and 32-bit names,
// which leaves no locks, no thread caches and no headers; in knowing the size at Free; and in
// chains.
package arena
