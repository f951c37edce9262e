package stream

import (
	"cmp"
	"math"
	"strconv"
)

// ID names an entry of a stream: the milliseconds since 1970 in which it was added, and a sequence
// number within these.
type ID struct{ Ms, Seq uint64 }

// MaxID is the largest id there can be.
var MaxID = ID{math.MaxUint64, math.MaxUint64}

// Compare orders ids: -1 if d comes before o, 1 if it comes after.
func (d ID) Compare(o ID) int {
	if c := cmp.Compare(d.Ms, o.Ms); c != 0 {
		return c
	}
	return cmp.Compare(d.Seq, o.Seq)
}

// Less reports whether d comes before o.
func (d ID) Less(o ID) bool { return d.Ms < o.Ms || d.Ms == o.Ms && d.Seq < o.Seq }

// IsZero reports whether the id is 0-0, which no entry has.
func (d ID) IsZero() bool { return d == ID{} }

// Next is the id after d; false if d is the last one.
func (d ID) Next() (next ID, ok bool) {
	switch {
	case d.Seq < math.MaxUint64:
		return ID{d.Ms, d.Seq + 1}, true
	case d.Ms < math.MaxUint64:
		return ID{d.Ms + 1, 0}, true
	}
	return ID{}, false
}

// Prev is the id before d; false if d is the first one.
func (d ID) Prev() (prev ID, ok bool) {
	switch {
	case d.Seq > 0:
		return ID{d.Ms, d.Seq - 1}, true
	case d.Ms > 0:
		return ID{d.Ms - 1, math.MaxUint64}, true
	}
	return MaxID, false
}

// Append appends the id as text, ms-seq.
func (d ID) Append(b []byte) []byte {
	b = strconv.AppendUint(b, d.Ms, 10)
	b = append(b, '-')
	return strconv.AppendUint(b, d.Seq, 10)
}

// String is the id as text.
func (d ID) String() string { return string(d.Append(nil)) }
