package arena

// cleanFirst: a zeroed block of 256 KiB or more prefers memory that is known to be zero.
const cleanFirst = 256 << 10 >> pageShift

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
	a.clearIdle(p, p+n)
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

// freeRun takes the pages [p, p+n) back and joins them with their free neighbours.
func (a *Arena) freeRun(p, n uint32) {
	from, to := p, p+n
	a.livePages -= n
	a.span(p).kind = kindNone // so that freeing it again is noticed
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
		a.setIdle(from, to, [2]uint32{p, a.limit})
		return
	}
	a.pushRun(p, n, stale)
	a.setIdle(from, to, [2]uint32{p, p + n})
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

// Fits reports whether an Alloc of n bytes would succeed now. It panics unless n is positive. O(1),
// except near exhaustion, when all spliced chains are taken in first.
func (a *Arena) Fits(n int) bool {
	if n <= 0 {
		badSize(n)
	}
	if a.fits(n) {
		return true
	}
	a.takeIn(takeInAll)
	return a.fits(n)
}

func (a *Arena) fits(n int) bool {
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
	return pages < uint64(a.limit) && a.hasRun(uint32(pages))
}

// hasRun reports whether there is a free run of n pages.
func (a *Arena) hasRun(n uint32) bool {
	i := binFitting(n)
	return a.stale.from(i) >= 0 || a.clean.from(i) >= 0 ||
		a.searchBin(&a.stale, n) != 0 || a.searchBin(&a.clean, n) != 0
}
