package arena

import "math"

// How many records of spliced chains one call takes in. A record costs some 20 to 100 ns.
const (
	takeInPerSplice = 256 // so that most chains need no second look
	takeInPerStep   = 256
	takeInPerPageOp = 16 // an Alloc that needs a span may find it here
	takeInAll       = math.MaxInt

	// spareRecords bounds what a Chain kept for another use holds on to.
	spareRecords = 1024
)

// Chain collects blocks that a worker frees, apart from the arena: see the package comment.
//
// Owned by one goroutine at a time: the worker between NewChain and Splice, else the owner.
type Chain struct {
	a     *Arena
	bytes int64 // sum of ClassSize over the blocks

	records []record
	slots   []uint32 // hash table over records by page: number of the record + 1
	last    int      // the record of the latest block: the next is often its neighbour

	pause      func() // called every pauseEvery blocks, nil if never
	untilPause int

	next  *Chain // in the queue of the arena
	taken int    // records that the arena has taken in
}

// record is a span with some of its blocks freed, linked through their first words, or a large
// block: then first and last are 0, and blocks tells whether the system has its memory back.
type record struct {
	page        uint32
	first, last Ref
	blocks      uint32
}

const (
	slotsMin = 64
	// returned and kept are what blocks says of a large block.
	kept     = 0
	returned = 1
)

// pauseEvery is how many blocks a worker frees between two pauses: some 50 to 100 us.
const pauseEvery = 1024

// PauseWith has Free call pause now and then, so that a worker that walks a large object lets
// others use its processor.
func (c *Chain) PauseWith(pause func()) { c.pause, c.untilPause = pause, pauseEvery }

// NewChain returns an empty Chain for a worker, which has to come back through Splice.
func (a *Arena) NewChain() *Chain {
	a.chains++
	c := a.spare
	if c == nil {
		return &Chain{a: a}
	}
	a.spare = nil
	return c
}

// Free is Arena.Free for a worker. It may read and write the block at r, which must be out of
// anyone else's reach, and what is true of it for as long as it lives, but nothing that the owner
// changes. The memory can be used again some time after the Splice. O(1) expected, except that it
// waits for the system to take a large block's memory.
func (c *Chain) Free(r Ref, n int) {
	if c.untilPause--; c.untilPause == 0 {
		c.untilPause = pauseEvery
		c.pause()
	}
	if uint(n)-1 >= smallMax {
		c.freeLarge(r, n)
		return
	}
	class := classOf(n)
	p := uint32(r) >> pageUnitShift
	if classes[class].pages > 1 {
		p = c.a.spanStart(p)
	}
	if s := c.a.span(p); s.kind != kindSmall || uint(s.class) != class {
		badFree(r, n)
	}
	if invariants {
		c.a.poison(r, int(classes[class].sizeBytes))
	}
	f := c.recordOf(p)
	*c.a.word(r) = f.first
	if f.first == 0 {
		f.last = r
	}
	f.first = r
	f.blocks++
	c.bytes += int64(classes[class].sizeBytes)
}

func (c *Chain) freeLarge(r Ref, n int) {
	p := c.a.mustBeLarge(r, n)
	f := record{page: p, blocks: kept}
	pages := c.a.span(p).pages
	if c.a.mem.mapped && pages >= returnMin {
		c.a.zero(c.a.pageSlice(p, p+pages))
		f.blocks = returned
	}
	c.records = append(c.records, f)
	c.bytes += int64(pages) << pageShift
}

// recordOf is the record of the span at page p, which it makes if need be.
func (c *Chain) recordOf(p uint32) *record {
	if c.last < len(c.records) && c.records[c.last].page == p {
		return &c.records[c.last]
	}
	if 2*len(c.records) >= len(c.slots) {
		c.growSlots()
	}
	at := slotOf(p, len(c.slots))
	for c.slots[at] != 0 {
		c.last = int(c.slots[at]) - 1
		if c.records[c.last].page == p {
			return &c.records[c.last]
		}
		at = (at + 1) & (len(c.slots) - 1)
	}
	c.last = len(c.records)
	c.records = append(c.records, record{page: p})
	c.slots[at] = uint32(len(c.records))
	return &c.records[c.last]
}

// growSlots doubles the hash table.
func (c *Chain) growSlots() {
	size := max(slotsMin, 2*len(c.slots))
	for size <= 2*len(c.records) {
		size *= 2
	}
	c.slots = make([]uint32, size)
	for i, f := range c.records {
		if f.first == 0 {
			continue // a large block is never looked up
		}
		at := slotOf(f.page, size)
		for c.slots[at] != 0 {
			at = (at + 1) & (size - 1)
		}
		c.slots[at] = uint32(i) + 1
	}
}

// slotOf spreads neighbouring pages over a table whose size is a power of two (Knuth's
// multiplicative hashing).
func slotOf(p uint32, size int) int {
	return int(p*2654435769>>7) & (size - 1)
}

// Splice takes back a chain whose worker is done. UsedBytes is right at once; the blocks follow in
// pieces, a bounded number now and the rest along with later calls or Work. O(1).
func (a *Arena) Splice(c *Chain) {
	if c.a != a {
		panic("arena: Splice of another arena's chain")
	}
	a.chains--
	a.used -= c.bytes
	a.pending += c.bytes
	if a.queue == nil {
		a.queue = c
	} else {
		a.queueEnd.next = c
	}
	a.queueEnd = c
	a.takeIn(takeInPerSplice)
}

// takeIn moves up to the given number of records from the queue into the arena.
func (a *Arena) takeIn(records int) {
	if a.queue == nil {
		return
	}
	for c := a.queue; c != nil && records > 0; c = a.queue {
		n := min(records, len(c.records)-c.taken)
		for _, f := range c.records[c.taken : c.taken+n] {
			a.takeRecord(f)
		}
		records -= n
		c.taken += n
		if c.taken < len(c.records) {
			break
		}
		a.queue = c.next
		a.recycle(c)
	}
	a.trim()
}

func (a *Arena) takeRecord(f record) {
	if f.first == 0 {
		a.takeLarge(f)
		return
	}
	s := a.span(f.page)
	before := s.live
	if f.blocks > uint32(before) {
		badFree(f.first, int(classes[s.class].sizeBytes))
	}
	if invariants {
		a.checkChain(f)
	}
	s.live -= uint16(f.blocks)
	a.pending -= int64(f.blocks) * int64(classes[s.class].sizeBytes)
	if s.live > 0 { // else the links don't matter, and a cache miss is saved
		*a.word(f.last) = s.free
		s.free = f.first
	}
	if s.live == 0 || before == classes[s.class].blocks {
		a.settle(f.page, before)
	}
}

func (a *Arena) takeLarge(f record) {
	s := a.span(f.page)
	if s.kind != kindLarge {
		badFree(Ref(f.page<<pageUnitShift), int(s.pages)<<pageShift)
	}
	if invariants {
		a.mustDie(Ref(f.page << pageUnitShift))
	}
	a.pending -= int64(s.pages) << pageShift
	if f.blocks == returned {
		a.clearDirty(f.page, f.page+s.pages)
	}
	a.freeRun(f.page, s.pages)
}

// recycle keeps one empty chain for NewChain.
func (a *Arena) recycle(c *Chain) {
	if a.spare != nil {
		return
	}
	if cap(c.records) > spareRecords {
		*c = Chain{a: a}
	}
	clear(c.slots)
	*c = Chain{a: a, records: c.records[:0], slots: c.slots}
	a.spare = c
}
