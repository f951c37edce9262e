package arena

import (
	"math/bits"
	"unsafe"
)

const (
	// hugeBytes is the size of a huge page on the common 64-bit systems, and the unit in which
	// memory is advised and returned.
	hugeBytes = 2 << 20
	hugePages = hugeBytes >> pageShift

	// hugeFromPage: up to 4 MiB an arena is left to ordinary pages, so that a small server stays
	// small.
	hugeFromPage = 4 << 20 >> pageShift

	// returnMin: free runs below 256 KiB stay with us. They are the first to be used again, and
	// returning them would cost a call of the system per run and tear huge pages apart.
	returnMin = 256 << 10 >> pageShift

	// keepPages and keepShift: 4 MiB and an eighth of the live pages may lie free and dirty, so
	// that a value of some MiB set and deleted in turn does not fault its pages in each time.
	keepPages = 4 << 20 >> pageShift
	keepShift = 3

	// cleanFirst: a zeroed block of 256 KiB or more prefers memory that is known to be zero.
	cleanFirst = 256 << 10 >> pageShift
)

// Runs are sorted into bins by length: each doubling is cut in 8, lengths below 16 have their own.
const (
	binSteps = 8
	binCount = (22 - 2) * binSteps // the longest run has 2^22-1 pages
)

// bins holds free runs in doubly linked lists by length.
type bins struct {
	set  [(binCount + 63) / 64]uint64 // bit i: list i is not empty
	head [binCount]uint32
}

// binOf is the bin of runs of n pages.
func binOf(n uint32) int {
	if n < binSteps {
		return int(n)
	}
	double := bits.Len32(n) - 4
	return double*binSteps + int(n>>double)
}

// binFitting is the first bin all of whose runs have at least n pages.
func binFitting(n uint32) int {
	if n < binSteps {
		return int(n)
	}
	return binOf(n + 1<<(bits.Len32(n)-4) - 1)
}

// from is the first bin at or above i that is not empty, or -1.
func (b *bins) from(i int) int {
	if i >= binCount {
		return -1
	}
	w := i / 64
	word := b.set[w] &^ (1<<(i%64) - 1)
	for word == 0 {
		if w++; w == len(b.set) {
			return -1
		}
		word = b.set[w]
	}
	return w*64 + bits.TrailingZeros64(word)
}

// longest is the last bin that is not empty, or -1.
func (b *bins) longest() int {
	for w := len(b.set) - 1; w >= 0; w-- {
		if b.set[w] != 0 {
			return w*64 + 63 - bits.LeadingZeros64(b.set[w])
		}
	}
	return -1
}

func (a *Arena) binsOf(stale bool) *bins {
	if stale {
		return &a.stale
	}
	return &a.clean
}

// pushRun makes the pages [p, p+n) a free run. They have no free neighbours.
func (a *Arena) pushRun(p, n uint32, stale bool) {
	b, i := a.binsOf(stale), binOf(n)
	head := b.head[i]
	*a.span(p + n - 1) = span{pages: n, kind: kindFree}
	*a.span(p) = span{next: head, pages: n, kind: kindFree, stale: stale}
	if head != 0 {
		a.span(head).prev = p
	}
	b.head[i] = p
	b.set[i/64] |= 1 << (i % 64)
}

// popRun takes the free run at p out of its bin.
func (a *Arena) popRun(p uint32) *span {
	s := a.span(p)
	b, i := a.binsOf(s.stale), binOf(s.pages)
	if s.next != 0 {
		a.span(s.next).prev = s.prev
	}
	if s.prev != 0 {
		a.span(s.prev).next = s.next
		return s
	}
	b.head[i] = s.next
	if s.next == 0 {
		b.set[i/64] &^= 1 << (i % 64)
	}
	return s
}

// takeRun takes n pages, marks them dirty and returns the first, or 0 when there is no such run.
// With zeroed they read as zero.
func (a *Arena) takeRun(n uint32, zeroed bool) uint32 {
	p := a.findRun(n, zeroed && n >= cleanFirst)
	if p == 0 {
		return 0
	}
	if zeroed {
		a.zeroDirty(p, p+n)
	}
	a.livePages += n
	a.setDirty(p, p+n)
	a.peak = max(a.peak, p+n)
	return p
}

// findRun looks for n pages where they cost the least: free runs that are resident already, then
// free runs that are not, then the wilderness; in the opposite order when zeroes are wanted.
func (a *Arena) findRun(n uint32, wantClean bool) uint32 {
	first, second := &a.stale, &a.clean
	if wantClean {
		first, second = second, first
	}
	if p := a.cutFrom(first, n); p != 0 {
		return p
	}
	if wantClean {
		if p := a.growTop(n); p != 0 {
			return p
		}
	}
	if p := a.cutFrom(second, n); p != 0 {
		return p
	}
	if p := a.growTop(n); p != 0 {
		return p
	}
	// The bin of n itself may hold runs that are long enough, which the search above passed by.
	if p := a.searchBin(&a.stale, n); p != 0 {
		return a.cut(p, n)
	}
	if p := a.searchBin(&a.clean, n); p != 0 {
		return a.cut(p, n)
	}
	return 0
}

func (a *Arena) cutFrom(b *bins, n uint32) uint32 {
	i := b.from(binFitting(n))
	if i < 0 {
		return 0
	}
	return a.cut(b.head[i], n)
}

// cut takes the first n pages of the free run at p.
func (a *Arena) cut(p, n uint32) uint32 {
	s := a.popRun(p)
	if rest := s.pages - n; rest > 0 {
		a.pushRun(p+n, rest, s.stale)
	}
	return p
}

func (a *Arena) searchBin(b *bins, n uint32) uint32 {
	i := binOf(n)
	if i >= binCount {
		return 0
	}
	p := b.head[i]
	for p != 0 && a.span(p).pages < n {
		p = a.span(p).next
	}
	return p
}

// growTop takes n pages from the wilderness.
func (a *Arena) growTop(n uint32) uint32 {
	if n > a.limit-a.top {
		return 0
	}
	p := a.top
	a.top += n
	if a.top > a.advised {
		a.advise()
	}
	return p
}

// advise asks for huge pages up to the one that the wilderness begins in. It is filled next, so that
// what becomes resident ahead of its use is at most the rest of it.
func (a *Arena) advise() {
	to := min((a.top+hugePages-1)&^(hugePages-1), a.limit&^(hugePages-1))
	if a.mem.mapped && to > a.advised {
		adviseHuge(a.pageSlice(a.advised, to))
	}
	a.advised = max(to, a.top)
}

// freeRun takes the pages [p, p+n) back and joins them with their free neighbours.
func (a *Arena) freeRun(p, n uint32) {
	a.livePages -= n
	stale := a.nextDirty(p, p+n) < p+n
	if last := a.span(p - 1); last.kind == kindFree {
		p -= last.pages
		n += last.pages
		stale = a.popRun(p).stale || stale
	}
	if next := p + n; next < a.top && a.span(next).kind == kindFree {
		s := a.popRun(next)
		n += s.pages
		stale = s.stale || stale
	}
	if p+n == a.top {
		a.top = p
		return
	}
	a.pushRun(p, n, stale)
}

// trim returns one piece of memory to the system when more of it lies idle than we care to keep.
// Called once per operation, it keeps pace with what is freed in small blocks, and works off a
// large one in the pauses that small steps leave.
func (a *Arena) trim() {
	if a.dirtyPages-a.livePages > keepPages+a.livePages>>keepShift {
		a.returnSome()
	}
	if invariants {
		a.auditNow()
	}
}

// returnSome gives the system one piece of free memory, at most a huge page, and reports whether
// there was any: first what was used above the wilderness, then from the longest stale runs.
func (a *Arena) returnSome() bool {
	if !a.mem.mapped {
		return false
	}
	if a.peak > a.top {
		from := max(a.top, (a.peak-1)&^(hugePages-1))
		a.returnPages(from, a.peak)
		a.peak = from
		return true
	}
	i := a.stale.longest()
	if i < binOf(returnMin) {
		return false
	}
	p := a.stale.head[i]
	end := p + a.span(p).pages
	from := a.nextDirty(p, end)
	to := min(end, (from+hugePages)&^(hugePages-1))
	if from < end {
		a.returnPages(from, to)
	}
	if from == end || a.nextDirty(to, end) == end {
		n := a.popRun(p).pages
		a.pushRun(p, n, false)
	}
	return true
}

// returnPages gives the free pages [from, to) back to the system.
func (a *Arena) returnPages(from, to uint32) {
	a.zero(a.pageSlice(from, to))
	a.clearDirty(from, to)
}

// zeroDirty makes the pages [from, to), which are about to be handed out, read as zero.
func (a *Arena) zeroDirty(from, to uint32) {
	for p := a.nextDirty(from, to); p < to; p = a.nextDirty(p, to) {
		end := a.nextClean(p, to)
		b := a.pageSlice(p, end)
		if end-p >= returnMin {
			a.zero(b)
		} else {
			clear(b)
		}
		p = end
	}
}

// allocLarge is Alloc and AllocZeroed for what fits no size class, or is no size.
func (a *Arena) allocLarge(n int, zeroed bool) Ref {
	if n <= 0 {
		badSize(n)
	}
	a.takeIn(takeInPerPageOp)
	pages := pagesOf(n)
	if pages >= uint64(a.limit) {
		exhausted(n)
	}
	p := a.takeRun(uint32(pages), zeroed)
	if p == 0 {
		a.takeIn(takeInAll)
		if p = a.takeRun(uint32(pages), zeroed); p == 0 {
			exhausted(n)
		}
	}
	a.span(p + uint32(pages) - 1).kind = kindInterior
	*a.span(p) = span{pages: uint32(pages), kind: kindLarge}
	a.used += int64(pages) << pageShift
	r := Ref(p << pageUnitShift)
	if invariants {
		a.mustBeBorn(r)
	}
	return r
}

// freeLarge is Free for blocks from allocLarge.
func (a *Arena) freeLarge(r Ref, n int) {
	p := a.mustBeLarge(r, n)
	if invariants {
		a.mustDie(r)
	}
	a.takeIn(takeInPerPageOp)
	s := a.span(p)
	a.used -= int64(s.pages) << pageShift
	a.freeRun(p, s.pages)
	a.trim()
}

// mustBeLarge is the first page of the large block of n bytes at r.
func (a *Arena) mustBeLarge(r Ref, n int) uint32 {
	if n <= 0 {
		badSize(n)
	}
	p := uint32(r) >> pageUnitShift
	s := a.span(p)
	if Ref(p<<pageUnitShift) != r || s.kind != kindLarge || uint64(s.pages) != pagesOf(n) {
		badFree(r, n)
	}
	return p
}

// Fits reports whether an Alloc of n bytes would succeed now.
func (a *Arena) Fits(n int) bool {
	if n <= 0 {
		badSize(n)
	}
	pages := pagesOf(n)
	if n <= smallMax {
		c := classOf(n)
		if a.partial[c] != 0 {
			return true
		}
		pages = uint64(classes[c].pages)
	}
	if pages <= uint64(a.limit-a.top) {
		return true
	}
	if pages >= uint64(a.limit) {
		return false
	}
	i := binFitting(uint32(pages))
	if a.stale.from(i) >= 0 || a.clean.from(i) >= 0 {
		return true
	}
	return a.searchBin(&a.stale, uint32(pages)) != 0 || a.searchBin(&a.clean, uint32(pages)) != 0
}

// Work does idle work in at most the given number of steps, of some ten microseconds each: it takes
// in spliced chains and returns free memory to the system. It reports whether more is left.
func (a *Arena) Work(steps int) bool {
	for ; steps > 0; steps-- {
		if a.queue != nil {
			a.takeIn(takeInPerStep)
		} else if !a.returnSome() {
			return false
		}
	}
	return true
}

// The dirty bitmap: bit p is set while page p may be resident and hold anything but zeroes.

func (a *Arena) dirtyWord(i uint32) *uint64 {
	return (*uint64)(unsafe.Add(a.dirty, uintptr(i)*8))
}

// maskOf is the part of the word of page p that lies in [p, to).
func maskOf(p, to uint32) uint64 {
	mask := ^uint64(0) << (p % 64)
	if end := p&^63 + 64; to < end {
		mask &= 1<<(to%64) - 1
	}
	return mask
}

func (a *Arena) setDirty(from, to uint32) {
	for p := from; p < to; p = p&^63 + 64 {
		w, mask := a.dirtyWord(p/64), maskOf(p, to)
		a.dirtyPages += uint32(bits.OnesCount64(mask &^ *w))
		*w |= mask
	}
}

func (a *Arena) clearDirty(from, to uint32) {
	for p := from; p < to; p = p&^63 + 64 {
		w, mask := a.dirtyWord(p/64), maskOf(p, to)
		a.dirtyPages -= uint32(bits.OnesCount64(mask & *w))
		*w &^= mask
	}
}

// nextDirty is the first dirty page in [from, to), or to.
func (a *Arena) nextDirty(from, to uint32) uint32 {
	for p := from; p < to; p = p&^63 + 64 {
		if set := *a.dirtyWord(p / 64) & maskOf(p, to); set != 0 {
			return p&^63 + uint32(bits.TrailingZeros64(set))
		}
	}
	return to
}

// nextClean is the first page in [from, to) that is not dirty, or to.
func (a *Arena) nextClean(from, to uint32) uint32 {
	for p := from; p < to; p = p&^63 + 64 {
		if clear := ^*a.dirtyWord(p / 64) & maskOf(p, to); clear != 0 {
			return p&^63 + uint32(bits.TrailingZeros64(clear))
		}
	}
	return to
}
