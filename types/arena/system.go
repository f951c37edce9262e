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

	// aheadPages: 256 KiB take some 5 ms to fill at the greatest speed, which is the longest that
	// a huge page has been seen to take.
	aheadPages = hugePages / 8
)

// advise asks for huge pages up to the one that the wilderness begins in. It is filled next, so
// that what becomes resident ahead of its use is at most the rest of it.
func (a *Arena) advise() {
	to := a.wholeHuge(a.top) &^ (hugePages - 1)
	if a.mem.mapped && to > a.advised {
		adviseHuge(a.pageSlice(a.advised, to))
	}
	a.advised = max(to, a.top)
}

// Ahead returns what makes the memory resident that will be taken into use next, or nil if that is
// done already. The owner calls it now and then and leaves the call of the result to a worker: the
// first touch of a huge page takes 0.1 ms, or several where a hypervisor has to find the memory,
// and the owner then never waits for one. The arena must not be closed before the worker is done.
//
// At most one huge page more becomes resident than is used. A small arena is left as it is.
func (a *Arena) Ahead() (ready func()) {
	if a.top+aheadPages <= a.readied || !a.mem.mapped || a.top < hugeFromPage {
		return nil
	}
	// What a large block has left behind it is in use, and not to be touched before its owner does.
	from := max(a.readied, hugeFromPage, a.top&^(hugePages-1))
	to := a.wholeHuge(a.top+aheadPages) &^ (hugePages - 1)
	a.readied = max(to, a.top+aheadPages) // at the end of the range there is no whole one
	if to <= from {
		return nil
	}
	piece := a.pageSlice(from, to)
	a.advised = max(a.advised, to)
	return func() {
		adviseHuge(piece)
		populate(piece)
	}
}

// trim returns a huge page to the system when more memory lies idle than we care to keep. Called
// once per operation it keeps pace with what is freed in small blocks, and works off a large one
// bit by bit.
func (a *Arena) trim() {
	if a.idleHuge > 0 && a.dirtyPages-a.livePages > keepPages+a.livePages>>keepShift {
		a.returnIdle()
	}
	if invariants {
		a.auditNow()
	}
}

// returnIdle gives the system one of the huge pages that are wholly free. This takes the system
// 10 us, or 130 us when it has made it up of ordinary pages.
func (a *Arena) returnIdle() {
	w := uint32(0)
	for *a.idleWord(w) == 0 {
		w++
	}
	h := w*64 + uint32(bits.TrailingZeros64(*a.idleWord(w)))
	a.returnPages(h*hugePages, (h+1)*hugePages)
	a.clearIdle(h*hugePages, (h+1)*hugePages)
}

// returnSome gives the system one piece of free memory, at most a huge page, and reports whether
// there was any: a huge page that is wholly free, then what was used above the wilderness, then
// from the longest stale runs. The last two tear huge pages apart, and are left to idle times.
func (a *Arena) returnSome() bool {
	switch {
	case !a.mem.mapped:
		return false
	case a.idleHuge > 0:
		a.returnIdle()
		return true
	case a.peak > a.top:
		from := max(a.top, (a.peak-1)&^(hugePages-1))
		a.returnPages(from, a.wholeHuge(a.peak))
		a.peak = from
		return true
	}
	i := a.stale.longest()
	if i < binOf(returnMin) {
		return false
	}
	a.returnFrom(a.stale.head[i])
	return true
}

// returnFrom gives the system a piece of the stale run at p.
func (a *Arena) returnFrom(p uint32) {
	n := a.span(p).pages
	if from := a.nextDirty(p, p+n); from < p+n {
		to := min(p+n, (from+hugePages)&^(hugePages-1))
		a.returnPages(from, to)
		if a.nextDirty(to, p+n) < p+n {
			return
		}
	}
	a.popRun(p)
	a.pushRun(p, n, false)
}

// wholeHuge is the end of the huge page that the wilderness from p on begins in.
func (a *Arena) wholeHuge(p uint32) uint32 {
	return min((p+hugePages-1)&^(hugePages-1), a.limit)
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

// Work does idle work in at most the given number of steps, of some 10 to 100 us each: it takes
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

// The idle bitmap: bit h is set while huge page h is wholly free and holds a dirty page.

func (a *Arena) idleWord(i uint32) *uint64 {
	return (*uint64)(unsafe.Add(a.idle, uintptr(i)*8))
}

// setIdle looks at the huge pages that the pages [from, to), just freed, have a part in, and marks
// those that lie within the free run. The first one is never wholly free, because of page 0.
func (a *Arena) setIdle(from, to uint32, run [2]uint32) {
	if !a.mem.mapped {
		return
	}
	for h := from / hugePages; h*hugePages < to; h++ {
		first, end := h*hugePages, (h+1)*hugePages
		if first < run[0] || end > run[1] || a.nextDirty(first, end) == end {
			continue
		}
		if w, bit := a.idleWord(h/64), uint64(1)<<(h%64); *w&bit == 0 {
			*w |= bit
			a.idleHuge++
		}
	}
}

// clearIdle takes the huge pages that the pages [from, to) have a part in off the bitmap.
func (a *Arena) clearIdle(from, to uint32) {
	if a.idleHuge == 0 {
		return
	}
	for h := from / hugePages; h*hugePages < to; h++ {
		if w, bit := a.idleWord(h/64), uint64(1)<<(h%64); *w&bit != 0 {
			*w &^= bit
			a.idleHuge--
		}
	}
}
