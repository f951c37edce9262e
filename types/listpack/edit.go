package listpack

import "slices"

// Append adds entries at the end. It returns the longer listpack, in the same block where its
// capacity allows. O(size of the values).
func Append(b []byte, values ...Value) []byte {
	return splice(b, len(b)-1, values)
}

// Prepend adds entries at the beginning, in the order given. O(len(b)).
func Prepend(b []byte, values ...Value) []byte {
	return splice(b, headerSize, values)
}

// Insert adds entries before the one at pos; the first of them is at pos then. O(len(b)).
func Insert(b []byte, pos int, values ...Value) []byte {
	return splice(b, pos, values)
}

// InsertAfter adds entries behind the one at pos. O(len(b)).
func InsertAfter(b []byte, pos int, values ...Value) []byte {
	return splice(b, entryEnd(b, pos), values)
}

// Replace puts v in the place of the entry at pos. O(len(b)) when the size changes.
func Replace(b []byte, pos int, v Value) []byte {
	size := SizeAt(b, pos)
	newSize := Size(v)
	b = resize(b, pos+size, newSize-size)
	v.put(b[pos:])
	setHeader(b, 0)
	return b
}

// Delete removes the entry at pos, where the one behind it, or the terminator, is then. O(len(b)).
func Delete(b []byte, pos int) []byte {
	return DeleteRange(b, pos, 1)
}

// DeleteRange removes count entries, or as many as there are, from pos on. O(len(b)).
func DeleteRange(b []byte, pos, count int) []byte {
	end, deleted := pos, 0
	for deleted < count && b[end] != terminator {
		end = entryEnd(b, end)
		deleted++
	}
	b = resize(b, end, pos-end)
	setHeader(b, -deleted)
	return b
}

// splice writes values at an offset.
func splice(b []byte, at int, values []Value) []byte {
	size := 0
	for i := range values {
		size += Size(values[i])
	}
	b = resize(b, at, size)
	for i := range values {
		at += values[i].put(b[at:])
	}
	setHeader(b, len(values))
	return b
}

// resize moves the tail from an offset on by delta bytes, up or down.
func resize(b []byte, at, delta int) []byte {
	if delta == 0 {
		return b
	}
	length := len(b)
	if delta > 0 {
		b = slices.Grow(b, delta)[:length+delta]
	}
	copy(b[at+delta:], b[at:length])
	return b[:length+delta]
}
