package list

import (
	"cmp"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/listpack"
)

// What a block may hold by its fill factor. Redis: optimization_level, SIZE_SAFETY_LIMIT.
const (
	smallestFillBytes = 4 << 10
	maxNegativeFill   = 5 // -5 is 64 KiB, and what is below it counts as -5
	safetyBytes       = 8 << 10

	// entryEstimate is what an element is taken to need beside its own bytes.
	//
	// Redis: SIZE_ESTIMATE_OVERHEAD.
	entryEstimate = 8
)

// maxBytes is the size that a block may grow to.
func (l *Limits) maxBytes() int {
	if l.Fill >= 0 {
		return safetyBytes
	}
	return smallestFillBytes << (min(-l.Fill, maxNegativeFill) - 1)
}

// fits reports whether a block may have so many bytes.
func (l *Limits) fits(size int) bool { return size <= l.maxBytes() }

// accepts reports whether a block may take another element. An empty one takes any.
//
// Redis: _quicklistNodeAllowInsert.
func (l *Limits) accepts(b []byte, value []byte) bool {
	n := listpack.Len(b)
	if n == 0 {
		return true
	}
	if l.PlainBytes > 0 && (len(value) >= l.PlainBytes || l.isPlain(b)) {
		return false
	}
	return l.fits(len(b)+len(value)+entryEstimate) && (l.Fill < 0 || n < l.Fill)
}

// isPlain reports whether a block is one that nothing else may be put into, for the size of its
// only element. Redis: a node without a listpack.
func (l *Limits) isPlain(b []byte) bool {
	var scratch [20]byte
	return listpack.Len(b) == 1 &&
		len(listpack.Bytes(b, listpack.First(b), scratch[:])) >= cmp.Or(l.PlainBytes, plainBytes)
}

// movesPlain reports whether an element of a block that gets another value must leave it, as one of
// the two is plain.
func (l *Limits) movesPlain(b []byte, value []byte) bool {
	return l.PlainBytes > 0 && (len(value) >= l.PlainBytes) != l.isPlain(b)
}

// plainBytes is the size from which Redis's nodes have no listpack. Redis: packed_threshold.
const plainBytes = 1 << 30

// packAt is the listpack at r, with the capacity of its block.
func packAt(a *arena.Arena, r arena.Ref) []byte {
	n := listpack.TotalBytes(a.Bytes(r, listpack.EmptySize))
	return a.Bytes(r, arena.ClassSize(n))[:n]
}

// copyPack makes a block with a copy of a listpack.
func copyPack(a *arena.Arena, b []byte) arena.Ref {
	r := a.Alloc(len(b))
	copy(a.Bytes(r, len(b)), b)
	return r
}

// pack is the listpack of the block that the path leads to.
func (l *List) pack(p *path) []byte { return packAt(l.env.Arena, l.block(p)) }

// resize moves the listpack b of the block to a block that suits the given size, if its own does
// not, and returns it with the capacity that it has then.
func (l *List) resize(p *path, b []byte, size int) []byte {
	class := arena.ClassSize(size)
	if class == cap(b) {
		return b
	}
	a := l.env.Arena
	r := a.Alloc(size)
	to := a.Bytes(r, class)[:len(b)]
	copy(to, b)
	a.Free(l.block(p), cap(b))
	l.setBlock(p, r)
	if l.enc == Blocks {
		l.header().bytes += int64(class - cap(b))
	}
	return to
}

// put adds a value to a block that may take it, before the entry with an index within the block,
// or at its end.
func (l *List) put(p *path, at int, value []byte) {
	v := listpack.String(value)
	b := l.pack(p)
	b = l.resize(p, b, len(b)+listpack.Size(v))
	if at == 0 {
		listpack.Prepend(b, v)
	} else if pos := listpack.Seek(b, at); pos != 0 {
		listpack.Insert(b, pos, v)
	} else {
		listpack.Append(b, v)
	}
	l.addElements(p, 1)
}

// insertAt adds a value before the entry at of a block, or at its end: in the block itself, in the
// one before if it goes between the two, or in a new one if the place is at an edge of the block.
// False if there is no other way than to split the block. The path is no longer valid.
func (l *List) insertAt(p *path, at int, value []byte) bool {
	limits := &l.env.Limits
	b := l.pack(p)
	if limits.accepts(b, value) {
		l.put(p, at, value)
		return true
	}
	if n := listpack.Len(b); at > 0 && at < n {
		return false
	}
	end := Tail
	if at == 0 {
		end = Head
		if q := *p; l.stepBlock(&q, Head) && limits.accepts(l.pack(&q), value) {
			l.put(&q, listpack.Len(l.pack(&q)), value)
			return true
		}
	}
	v := listpack.String(value)
	size := listpack.EmptySize + listpack.Size(v)
	r := l.env.Arena.Alloc(size)
	listpack.Append(listpack.New(l.env.Arena.Bytes(r, size)[:0]), v)
	l.addBlock(p, end, r, 1)
	return true
}

// split cuts a block of two or more elements in the middle. The path is no longer valid.
func (l *List) split(p *path) {
	b := l.pack(p)
	n := listpack.Len(b)
	r := copyPack(l.env.Arena, b)
	upper := packAt(l.env.Arena, r)
	upper = listpack.DeleteRange(upper, listpack.First(upper), n/2)
	if arena.ClassSize(len(upper)) != cap(upper) {
		fit := copyPack(l.env.Arena, upper)
		l.env.Arena.Free(r, cap(upper))
		r = fit
	}
	b = listpack.DeleteRange(b, listpack.Seek(b, n/2), n-n/2)
	l.resize(p, b, len(b))
	l.addElements(p, n/2-n)
	l.addBlock(p, Tail, r, n-n/2)
}

// deleteAt takes up to n elements from the entry at on out of a block, and the block out of the
// list if it is then empty. It returns how many. The path is no longer valid.
func (l *List) deleteAt(p *path, at, n int) int {
	b := l.pack(p)
	n = min(n, listpack.Len(b)-at)
	if at > 0 || n < listpack.Len(b) || l.enc == Packed {
		b = listpack.DeleteRange(b, listpack.Seek(b, at), n)
		l.shortened(p, b, n)
	} else {
		l.removeBlock(p)
	}
	return n
}

// shortened keeps the books after removed elements have gone from the listpack b of a block. The
// path is no longer valid.
func (l *List) shortened(p *path, b []byte, removed int) {
	l.addElements(p, -removed)
	b = l.resize(p, b, len(b))
	if l.enc == Blocks && listpack.Len(b) == 0 {
		l.removeBlock(p)
	}
}
