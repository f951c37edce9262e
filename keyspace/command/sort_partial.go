package command

import (
	"math/bits"
	"slices"
)

// sortAll sorts by an order in which no two items are equal, so that it is as good as stable.
// O(n log n).
func sortAll(items []sortItem, total sortOrder) {
	slices.SortFunc(items, func(a, b sortItem) int { return total(&a, &b) })
}

// partialSort is a quicksort that leaves alone what lies wholly outside of the range that is asked
// for: O(n + k log k) on average for k of n items. It is that of Bentley and McIlroy (Engineering a
// Sort Function, 1993), which Redis has as pqsort: it is not stable, and as clients can see the
// order of what is equal, the same pivots are taken here. Where these turn out too badly, as
// somebody may have arranged, sortAll does the rest.
type partialSort struct {
	order, total sortOrder
	start, end   int // of the range that is asked for
	budget       int // comparisons that are left
}

// What Bentley and McIlroy measured, and Redis has.
const (
	insertionItems = 7  // fewer are sorted by insertion
	ninthItems     = 40 // of more, the pivot is the median of three medians
)

// budgetFactor is how many times n log n comparisons are enough: random input needs less than two.
const budgetFactor = 8

func (p *partialSort) sort(items []sortItem) {
	p.budget = budgetFactor * len(items) * bits.Len(uint(len(items)))
	if !p.run(items, 0) {
		sortAll(items, p.total)
	}
}

// run sorts items that stand from an index on; false if the budget did not suffice.
func (p *partialSort) run(items []sortItem, at int) bool {
	for len(items) >= insertionItems {
		if p.budget -= len(items); p.budget < 0 {
			return false
		}
		smaller, greater := p.split(items)
		if smaller > 1 && p.wants(at, smaller) && !p.run(items[:smaller], at) {
			return false
		}
		at += len(items) - greater
		if greater <= 1 || !p.wants(at, greater) {
			return true
		}
		items = items[len(items)-greater:]
	}
	for i := 1; i < len(items); i++ {
		for j := i; j > 0 && p.order(&items[j-1], &items[j]) > 0; j-- {
			items[j-1], items[j] = items[j], items[j-1]
		}
	}
	return true
}

// wants reports whether n items from an index on reach into the range that is asked for.
func (p *partialSort) wants(at, n int) bool { return p.start < at+n && p.end > at }

// split puts the items that are smaller than a pivot first and those that are greater last, and
// returns how many they are.
//
//	| equal | smaller | not seen yet | greater | equal |
//	0       a         b              c         d       n
func (p *partialSort) split(s []sortItem) (smaller, greater int) {
	n, pivot := len(s), p.pivot(s)
	s[0], s[pivot] = s[pivot], s[0]
	a, b, c, d := 1, 1, n-1, n-1
	for {
		for ; b <= c; b++ {
			order := p.order(&s[b], &s[0])
			if order > 0 {
				break
			}
			if order == 0 {
				s[a], s[b] = s[b], s[a]
				a++
			}
		}
		for ; b <= c; c-- {
			order := p.order(&s[c], &s[0])
			if order < 0 {
				break
			}
			if order == 0 {
				s[c], s[d] = s[d], s[c]
				d--
			}
		}
		if b > c {
			break
		}
		s[b], s[c] = s[c], s[b]
		b++
		c--
	}
	swapRanges(s, 0, b, min(a, b-a))
	swapRanges(s, b, n, min(d-c, n-d-1))
	return b - a, d - c
}

// swapRanges exchanges n items from a place on with the n before another place.
func swapRanges(s []sortItem, from, end, n int) {
	for i := range n {
		s[from+i], s[end-n+i] = s[end-n+i], s[from+i]
	}
}

// pivot is the index of an item that is likely to be in the middle.
func (p *partialSort) pivot(s []sortItem) int {
	low, middle, high := 0, len(s)/2, len(s)-1
	if len(s) == insertionItems {
		return middle
	}
	if len(s) > ninthItems {
		d := len(s) / 8
		low = p.median(s, low, low+d, low+2*d)
		middle = p.median(s, middle-d, middle, middle+d)
		high = p.median(s, high-2*d, high-d, high)
	}
	return p.median(s, low, middle, high)
}

// median is the index of the second of three items.
func (p *partialSort) median(s []sortItem, a, b, c int) int {
	if p.order(&s[a], &s[b]) < 0 {
		switch {
		case p.order(&s[b], &s[c]) < 0:
			return b
		case p.order(&s[a], &s[c]) < 0:
			return c
		}
		return a
	}
	switch {
	case p.order(&s[b], &s[c]) > 0:
		return b
	case p.order(&s[a], &s[c]) < 0:
		return a
	}
	return c
}
