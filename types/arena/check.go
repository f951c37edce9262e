package arena

import (
	"bytes"
	"fmt"
	"math/bits"
	"unsafe"
)

const (
	poisonByte = 0xdb

	// auditGap: with -tags invariants, so many page operations pass between two checks, plus one
	// per page in use, so that checking stays in proportion to working.
	auditGap = 256
)

// Check panics, naming the invariant of the package comment, unless the arena is sound. O(pages and
// free blocks).
func (a *Arena) Check() {
	t := a.checkTiling()
	a.checkBins(&a.stale, true, &t)
	a.checkBins(&a.clean, false, &t)
	must(t.freeRuns == 0, "I2: %d free runs are in no bin", t.freeRuns)
	a.checkDirty()
	a.checkIdle()
	a.checkPartial(&t)
	must(t.bytes == a.used+a.pending, "I6: %d bytes live, %d used, %d to take in",
		t.bytes, a.used, a.pending)
	must(t.livePages == a.livePages, "I6: %d pages live, %d counted", t.livePages, a.livePages)
}

// totals is what the walk over the pages finds.
type totals struct {
	bytes     int64
	livePages uint32
	freeRuns  int
	roomy     [classCount]int // spans with room
}

func must(ok bool, format string, args ...any) {
	if !ok {
		panic("arena: " + fmt.Sprintf(format, args...))
	}
}

func (a *Arena) checkTiling() (t totals) {
	must(firstPage <= a.top && a.top <= a.limit, "I1: the wilderness begins at %d", a.top)
	before := uint8(kindNone)
	for p := uint32(firstPage); p < a.top; {
		s := a.span(p)
		must(s.pages > 0 && s.pages <= a.top-p, "I1: page %d begins a run of %d", p, s.pages)
		switch s.kind {
		case kindFree:
			must(before != kindFree, "I1: free runs meet at page %d", p)
			end := a.span(p + s.pages - 1)
			must(end.kind == kindFree && end.pages == s.pages, "I1: no end of free run %d", p)
			t.freeRuns++
		case kindSmall:
			a.checkSpan(p, &t)
		case kindLarge:
			must(a.span(p+s.pages-1).kind == kindInterior, "I1: no end of large block %d", p)
			t.bytes += int64(s.pages) << pageShift
			t.livePages += s.pages
		default:
			must(false, "I1: page %d begins nothing (kind %d)", p, s.kind)
		}
		before = s.kind
		p += s.pages
	}
	must(before != kindFree, "I1: a free run borders on the wilderness")
	return t
}

func (a *Arena) checkSpan(p uint32, t *totals) {
	s := a.span(p)
	k := &classes[s.class]
	must(s.pages == uint32(k.pages), "I1: span %d has %d pages", p, s.pages)
	for i := p + 1; i < p+s.pages; i++ {
		in := a.span(i)
		must(in.kind == kindInterior && in.prev == p, "I1: page %d is not inside span %d", i, p)
	}
	must(0 < s.live && s.live <= s.carved && s.carved <= k.blocks,
		"I4: span %d: %d live, %d carved", p, s.live, s.carved)
	free := int(s.carved - s.live)
	for r := s.free; r != 0; r = *a.word(r) {
		at := uint32(r) - p<<pageUnitShift
		must(at%k.units == 0 && at/k.units < uint32(s.carved), "I4: %#x in span %d", r, p)
		if free--; free < 0 {
			break
		}
	}
	must(free == 0, "I4: span %d: %d blocks missing from its list", p, free)
	if invariants {
		live := a.countAlive(p, p+s.pages)
		must(live == int(s.live), "I7: span %d: %d alive, %d live", p, live, s.live)
	}
	if s.live < k.blocks {
		t.roomy[s.class]++
	}
	t.bytes += int64(s.live) * int64(k.sizeBytes)
	t.livePages += s.pages
}

func (a *Arena) checkBins(b *bins, stale bool, t *totals) {
	for i := range b.head {
		set := b.set[i/64]>>(i%64)&1 == 1
		must(set == (b.head[i] != 0), "I2: bit of bin %d is %v", i, set)
		before := uint32(0)
		for p := b.head[i]; p != 0; p = a.span(p).next {
			s := a.span(p)
			must(s.kind == kindFree && s.stale == stale, "I2: page %d in bin %d", p, i)
			must(binOf(s.pages) == i, "I2: run of %d pages in bin %d", s.pages, i)
			must(s.prev == before, "I2: run %d follows %d, not %d", p, s.prev, before)
			must(stale || a.nextDirty(p, p+s.pages) == p+s.pages, "I3: run %d is dirty", p)
			before = p
			t.freeRuns--
		}
	}
}

func (a *Arena) checkDirty() {
	must(a.top <= a.peak && a.peak <= a.limit, "I3: peak at %d, top at %d", a.peak, a.top)
	must(a.nextDirty(a.peak, a.limit) == a.limit, "I3: a dirty page above the peak")
	n := uint32(0)
	for w := uint32(0); w <= a.peak/64 && w < (a.limit+63)/64; w++ {
		n += uint32(bits.OnesCount64(*a.dirtyWord(w)))
	}
	must(n == a.dirtyPages, "I3: %d pages dirty, %d counted", n, a.dirtyPages)
	for p := uint32(firstPage); p < a.top; p += a.span(p).pages {
		s := a.span(p)
		must(s.kind == kindFree || a.nextClean(p, p+s.pages) == p+s.pages,
			"I3: a page of %d is in use and not dirty", p)
	}
}

func (a *Arena) checkIdle() {
	if !a.mem.mapped {
		return
	}
	n := a.checkIdleIn(a.top, a.limit)
	for p := uint32(firstPage); p < a.top; p += a.span(p).pages {
		if s := a.span(p); s.kind == kindFree {
			n += a.checkIdleIn(p, p+s.pages)
		}
	}
	must(n == a.idleHuge, "I3: %d huge pages idle, %d counted", n, a.idleHuge)
	set := 0
	for w := range a.limit/hugePages/64 + 1 {
		set += bits.OnesCount64(*a.idleWord(w))
	}
	must(set == int(n), "I3: %d huge pages idle, %d marked", n, set)
}

// checkIdleIn counts the idle huge pages in the free pages [from, to).
func (a *Arena) checkIdleIn(from, to uint32) (n uint32) {
	to = min(to, a.wholeHuge(a.peak))
	for h := (from + hugePages - 1) / hugePages; (h+1)*hugePages <= to; h++ {
		idle := *a.idleWord(h / 64)>>(h%64)&1 == 1
		dirty := a.nextDirty(h*hugePages, (h+1)*hugePages) < (h+1)*hugePages
		must(idle == dirty, "I3: huge page %d: idle %v, dirty %v", h, idle, dirty)
		if idle {
			n++
		}
	}
	return n
}

func (a *Arena) checkPartial(t *totals) {
	for c, p := range a.partial {
		before := uint32(0)
		for ; p != 0; p = a.span(p).next {
			s := a.span(p)
			must(s.kind == kindSmall && int(s.class) == c && s.live < classes[c].blocks,
				"I5: page %d in the list of class %d", p, c)
			must(s.prev == before, "I5: span %d follows %d, not %d", p, s.prev, before)
			before = p
			t.roomy[c]--
		}
		must(t.roomy[c] == 0, "I5: %d spans of class %d are not in its list", t.roomy[c], c)
	}
}

// What follows runs with -tags invariants only.

// auditNow runs Check every now and then.
func (a *Arena) auditNow() {
	if a.auditIn--; a.auditIn > 0 {
		return
	}
	a.auditIn = auditGap + int(a.top)
	a.Check()
}

func (a *Arena) mustBeInside(r Ref, n int) {
	at := uint64(r) << unitShift
	if at < firstPage<<pageShift || at+uint64(n) > uint64(a.limit)<<pageShift {
		badFree(r, n)
	}
}

// aliveWord is the word of the bitmap of live blocks that holds the bit of unit u.
func (a *Arena) aliveWord(u uint32) *uint64 {
	return (*uint64)(unsafe.Add(a.alive, uintptr(u/64)*8))
}

func (a *Arena) mustBeBorn(r Ref) {
	w, bit := a.aliveWord(uint32(r)), uint64(1)<<(r%64)
	if *w&bit != 0 {
		must(false, "I7: block %#x handed out twice", uint32(r))
	}
	*w |= bit
}

func (a *Arena) mustDie(r Ref) {
	w, bit := a.aliveWord(uint32(r)), uint64(1)<<(r%64)
	if *w&bit == 0 {
		must(false, "I7: block %#x freed twice, or not the start of a block", uint32(r))
	}
	*w &^= bit
}

func (a *Arena) countAlive(from, to uint32) (n int) {
	for u := uint64(from) << pageUnitShift; u < uint64(to)<<pageUnitShift; u += 64 {
		n += bits.OnesCount64(*a.aliveWord(uint32(u)))
	}
	return n
}

// checkChain is mustDie for all blocks of a record, and sees to it that they are what it says.
func (a *Arena) checkChain(f record) {
	n, r, last := uint32(0), f.first, Ref(0)
	for ; r != 0 && n < f.blocks; r = *a.word(r) {
		a.mustDie(r)
		last = r
		n++
	}
	must(r == 0 && n == f.blocks && last == f.last, "I7: chain over span %d is torn", f.page)
}

// poison fills a free block behind its link.
func (a *Arena) poison(r Ref, size int) {
	b := a.Bytes(r, size)[4:]
	for i := range b {
		b[i] = poisonByte
	}
}

func (a *Arena) mustBePoisoned(r Ref, size int) {
	b := a.Bytes(r, size)[4:]
	n := bytes.Count(b, []byte{poisonByte})
	if n != len(b) {
		must(false, "I7: block %#x was written to after it was freed", uint32(r))
	}
}
