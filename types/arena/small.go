package arena

import (
	"fmt"
	"unsafe"
)

// What a page is, as its entry in the page table tells.
const (
	kindNone     = iota // in the wilderness
	kindSmall           // first page of a span
	kindLarge           // first page of a large block
	kindInterior        // last page of a large block, any other page but the first of a span
	kindFree            // first or last page of a free run
)

// span is an entry of the page table. What its fields mean depends on kind.
type span struct {
	next   uint32 // span, free run: next in its list, 0 at the end
	prev   uint32 // span, free run: previous in its list, 0 at the head. Interior: first page
	pages  uint32 // length, in the first page of each and in the last page of a free run
	free   Ref    // span: first of the freed blocks, linked through their first words
	live   uint16 // span: blocks handed out
	carved uint16 // span: blocks ever handed out; behind them all is untouched
	class  uint8  // span: its size class
	kind   uint8
	stale  bool // free run: it is in the stale bins
}

const spanBytes = int(unsafe.Sizeof(span{}))

// span is the entry of page p.
func (a *Arena) span(p uint32) *span {
	return (*span)(unsafe.Add(a.spans, uintptr(p)*unsafe.Sizeof(span{})))
}

// Alloc returns a block of n bytes, aligned to 8, with undefined contents. It panics when n is not
// positive or the arena is exhausted. O(1).
func (a *Arena) Alloc(n int) Ref {
	if uint(n)-1 >= smallMax {
		return a.allocLarge(n, false)
	}
	c := classOf(n)
	p := a.partial[c]
	if p == 0 {
		p = a.refill(c)
	}
	s, k := a.span(p), &classes[c]
	r := s.free
	if r != 0 {
		s.free = *a.word(r)
		if invariants {
			a.mustBePoisoned(r, int(k.sizeBytes))
		}
	} else {
		r = Ref(p<<pageUnitShift + uint32(s.carved)*k.units)
		s.carved++
	}
	s.live++
	if s.live == k.blocks {
		a.unlinkPartial(s, c)
	}
	a.used += int64(k.sizeBytes)
	if invariants {
		a.mustBeBorn(r)
	}
	return r
}

// AllocZeroed is Alloc with the contents zero. A large block comes untouched from the system where
// that is possible, and then costs no more than Alloc.
func (a *Arena) AllocZeroed(n int) Ref {
	if uint(n)-1 >= smallMax {
		return a.allocLarge(n, true)
	}
	r := a.Alloc(n)
	clear(a.Bytes(r, n))
	return r
}

// Free takes back the block at r, which Alloc gave for n bytes or for any number of the same
// ClassSize. It panics when r is visibly not such a block. O(1), and at most one call of the system
// for a bounded piece of memory.
func (a *Arena) Free(r Ref, n int) {
	if uint(n)-1 >= smallMax {
		a.freeLarge(r, n)
		return
	}
	c := classOf(n)
	p := uint32(r) >> pageUnitShift
	if classes[c].pages > 1 {
		p = a.spanStart(p)
	}
	s, k := a.span(p), &classes[c]
	if s.kind != kindSmall || uint(s.class) != c || s.live == 0 {
		badFree(r, n)
	}
	if invariants {
		a.mustDie(r)
		a.poison(r, int(k.sizeBytes))
	}
	*a.word(r) = s.free
	s.free = r
	s.live--
	a.used -= int64(k.sizeBytes)
	if s.live+1 == k.blocks || s.live == 0 {
		a.settle(p, s.live+1)
		a.trim()
	}
}

// spanStart is the first page of the span that page p belongs to.
func (a *Arena) spanStart(p uint32) uint32 {
	if s := a.span(p); s.kind == kindInterior {
		return s.prev
	}
	return p
}

// refill makes a span of class c with room the first of its list.
func (a *Arena) refill(c uint) uint32 {
	if a.takeIn(takeInPerPageOp); a.partial[c] != 0 {
		return a.partial[c] // a chain brought blocks
	}
	k := &classes[c]
	p := a.takeRun(uint32(k.pages), false)
	if p == 0 {
		if a.takeIn(takeInAll); a.partial[c] != 0 {
			return a.partial[c]
		}
		if p = a.takeRun(uint32(k.pages), false); p == 0 {
			exhausted(int(k.sizeBytes))
		}
	}
	for i := p + 1; i < p+uint32(k.pages); i++ {
		s := a.span(i)
		s.kind, s.prev = kindInterior, p
	}
	*a.span(p) = span{pages: uint32(k.pages), class: uint8(c), kind: kindSmall}
	a.linkPartial(p, c)
	return p
}

// settle puts the span at p where it belongs after blocks of it were freed: into the list of its
// class when it was full, back to the page heap when it is empty. before is what live was.
func (a *Arena) settle(p uint32, before uint16) {
	s := a.span(p)
	c := uint(s.class)
	wasFull := before == classes[c].blocks
	switch {
	case s.live == 0:
		if !wasFull {
			a.unlinkPartial(s, c)
		}
		a.freeRun(p, s.pages)
	case wasFull:
		a.linkPartial(p, c)
	}
}

func (a *Arena) linkPartial(p uint32, c uint) {
	s, head := a.span(p), a.partial[c]
	s.next, s.prev = head, 0
	if head != 0 {
		a.span(head).prev = p
	}
	a.partial[c] = p
}

func (a *Arena) unlinkPartial(s *span, c uint) {
	if s.prev != 0 {
		a.span(s.prev).next = s.next
	} else {
		a.partial[c] = s.next
	}
	if s.next != 0 {
		a.span(s.next).prev = s.prev
	}
}

func badSize(n int) {
	panic(fmt.Sprintf("arena: %d bytes is no size of a block", n))
}

func badFree(r Ref, n int) {
	panic(fmt.Sprintf("arena: no live block of %d bytes at %#x", n, uint32(r)))
}

func exhausted(n int) {
	panic(fmt.Sprintf("arena: exhausted: no room for %d bytes", n))
}
