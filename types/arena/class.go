package arena

import "math/bits"

const (
	// unitShift: a Ref counts units of 8 bytes, the alignment of every block.
	unitShift = 3

	// linearMax ends the classes in steps of 8 bytes. Below it lie the nodes of every structure,
	// where each byte is paid a million times.
	linearMax = 128

	// smallMax is the largest block carved from a span. Above it, rounding up to whole pages wastes
	// no more than a step between two classes would.
	smallMax = 32 << 10

	// stepsPerDouble: each doubling above linearMax is cut in 8, so that rounding wastes at most
	// 12.5% and half of that on average.
	stepsPerDouble = 8

	linearClasses = linearMax >> unitShift
	doublings     = 8 // from 128 to 32768
	classCount    = linearClasses + doublings*stepsPerDouble

	// spanPagesMax and tailShift: a span is the shortest run of pages, up to 16, that loses at most
	// 1/32 of itself to the tail which is too short for one more block.
	spanPagesMax = 16
	tailShift    = 5
)

// class describes the blocks and the spans of one size class.
type class struct {
	sizeBytes uint32
	units     uint32 // sizeBytes in units of a Ref
	pages     uint16 // length of a span
	blocks    uint16 // blocks in a span
}

// classes is fixed at start-up and never written again.
var classes = makeClasses()

func makeClasses() (t [classCount]class) {
	for c := range t {
		size := classSize(c)
		t[c].sizeBytes = uint32(size)
		t[c].units = uint32(size >> unitShift)
		pages := 1
		for pages < spanPagesMax && !spanFits(size, pages<<pageShift) {
			pages++
		}
		t[c].pages = uint16(pages)
		t[c].blocks = uint16(pages << pageShift / size)
	}
	return t
}

// spanFits reports whether a span of spanBytes is used well by blocks of size bytes.
func spanFits(size, spanBytes int) bool {
	return spanBytes >= size && spanBytes%size <= spanBytes>>tailShift
}

// classSize is the size in bytes of the blocks of class c.
func classSize(c int) int {
	if c < linearClasses {
		return (c + 1) << unitShift
	}
	c -= linearClasses
	step := linearMax / stepsPerDouble << (c / stepsPerDouble)
	return (stepsPerDouble + c%stepsPerDouble + 1) * step
}

// classOf is the class of the smallest blocks that hold n bytes; 0 < n <= smallMax.
func classOf(n int) uint {
	last := uint(n) - 1
	if last < linearMax {
		return last >> unitShift
	}
	// The position of the leading bit says which doubling, the three bits below it which step.
	double := uint(bits.Len(last)) - 8
	return linearClasses + double*stepsPerDouble + last>>(double+4) - stepsPerDouble
}

// pagesOf is the number of pages of a large block of n bytes.
func pagesOf(n int) uint64 {
	return (uint64(n) + pageBytes - 1) >> pageShift
}

// ClassSize is the number of usable bytes in an allocation of n bytes, and what UsedBytes counts
// for it. It panics unless n is positive.
func ClassSize(n int) int {
	if n <= 0 {
		badSize(n)
	}
	if n <= smallMax {
		return int(classes[classOf(n)].sizeBytes)
	}
	return int(pagesOf(n) << pageShift)
}
