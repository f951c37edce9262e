package command

import (
	"math/bits"
	"slices"
)

// A reply to COUNT or LIMIT holds a few of many, and where several are alike it is the way they are
// sorted that decides which. So that way is Redis's pqsort: the quicksort of Bentley and McIlroy
// (Engineering a Sort Function, 1993), which leaves alone the parts that are not wanted.

// Lengths of a part: below smallPart it is not divided; above mediumPart the pivot is the median of
// three medians of three, above smallPart that of three elements.
const (
	smallPart  = 7
	mediumPart = 40
)

// partialSort sorts a so far that the elements from start to end are those of the whole when it is
// sorted. O(n + k log k) for k elements as a rule, O(n log² n) at worst.
func partialSort[T any](a []T, compare func(a, b T) int, start, end int) {
	p := partialSorter[T]{compare: compare, budget: 4 * len(a) * bits.Len(uint(len(a)))}
	p.sort(a, start, end)
}

// partialSorter is the state of a partialSort. budget is how many elements may still be divided
// before it gives up on good pivots.
type partialSorter[T any] struct {
	compare func(a, b T) int
	budget  int
}

// sort sorts a part, in which start and end may lie outside.
func (p *partialSorter[T]) sort(a []T, start, end int) {
	for start < len(a) && end > 0 {
		p.budget -= len(a)
		if len(a) < smallPart || p.budget < 0 {
			slices.SortStableFunc(a, p.compare) // what an insertion sort gives, in less time
			return
		}
		p.choosePivot(a)
		below, above := p.divide(a)
		if below > 1 {
			p.sort(a[:below], start, end)
		}
		if above <= 1 {
			return
		}
		passed := len(a) - above
		start, end, a = start-passed, end-passed, a[passed:]
	}
}

// choosePivot brings the pivot to the front.
func (p *partialSorter[T]) choosePivot(a []T) {
	first, middle, last := 0, len(a)/2, len(a)-1
	if len(a) > mediumPart {
		d := len(a) / 8
		first = p.median(a, first, first+d, first+2*d)
		middle = p.median(a, middle-d, middle, middle+d)
		last = p.median(a, last-2*d, last-d, last)
	}
	if len(a) > smallPart {
		middle = p.median(a, first, middle, last)
	}
	a[0], a[middle] = a[middle], a[0]
}

// median is which of three elements lies between the others.
func (p *partialSorter[T]) median(a []T, i, j, k int) int {
	if p.compare(a[i], a[j]) < 0 {
		switch {
		case p.compare(a[j], a[k]) < 0:
			return j
		case p.compare(a[i], a[k]) < 0:
			return k
		}
		return i
	}
	switch {
	case p.compare(a[j], a[k]) > 0:
		return j
	case p.compare(a[i], a[k]) < 0:
		return i
	}
	return k
}

// divide moves what is less than the first element to the front and what is greater to the end, and
// returns how many these are. What is equal is collected at both ends on the way:
//
//	| equal | less | not looked at | greater | equal |
//	        ^ left ^ i           j ^   right ^
func (p *partialSorter[T]) divide(a []T) (below, above int) {
	left, i := 1, 1
	j, right := len(a)-1, len(a)-1
	for {
		for ; i <= j; i++ {
			order := p.compare(a[i], a[0])
			if order > 0 {
				break
			}
			if order == 0 {
				a[left], a[i] = a[i], a[left]
				left++
			}
		}
		for ; i <= j; j-- {
			order := p.compare(a[j], a[0])
			if order < 0 {
				break
			}
			if order == 0 {
				a[j], a[right] = a[right], a[j]
				right--
			}
		}
		if i > j {
			break
		}
		a[i], a[j] = a[j], a[i]
		i++
		j--
	}
	below, above = i-left, right-j
	swapEnds(a[:i], min(left, below))
	swapEnds(a[i:], min(above, len(a)-1-right))
	return below, above
}

// swapEnds exchanges the first n elements and the last n.
func swapEnds[T any](a []T, n int) {
	from := a[len(a)-n:]
	for i := range from {
		a[i], from[i] = from[i], a[i]
	}
}
