package arena

import "math/bits"

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
