package list

import (
	"math"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/listpack"
)

// Encoding says how a list lies in memory.
type Encoding uint8

const (
	Packed Encoding = iota // one listpack
	Blocks                 // many of them, in a tree
)

// String is the name that OBJECT ENCODING gives, in Redis 7.0 to every list.
func (e Encoding) String() string { return "quicklist" }

// End is one of the two ends of a list.
type End uint8

const (
	Head End = iota // where LPUSH adds and index 0 is
	Tail            // where RPUSH adds and index -1 is
)

// Limits bound a block; an element that a full block would take goes to another one.
type Limits struct {
	// Fill is list-max-listpack-size: -1 to -5 are 4, 8, 16, 32 and 64 KiB in a block, a positive
	// number is that many elements in at most 8 KiB.
	Fill int

	// PlainBytes is the size from which an element has a block of its own, even if a block could
	// take it beside others; 0: there is no such size. Redis: packed_threshold, for tests.
	PlainBytes int
}

// Env is what all lists of a keyspace have in common. Limits may change at any time; they are
// looked at when an element is added.
//
// Owned by the keyspace goroutine.
type Env struct {
	Arena  *arena.Arena
	Limits Limits

	popped []byte // what Pop returned last
}

// poppedBytes is the largest buffer that is kept for Pop.
const poppedBytes = 64 << 10

// List is a view of one list, made for the length of a command. It is small and may be copied,
// but a copy knows nothing of what is done through another one: after each change, store Ref and
// Encoding where the list is kept.
//
// Owned by the keyspace goroutine.
type List struct {
	env *Env
	ref arena.Ref
	enc Encoding
}

// New makes an empty list.
func New(env *Env) List {
	r := env.Arena.Alloc(listpack.EmptySize)
	listpack.New(env.Arena.Bytes(r, listpack.EmptySize)[:0])
	return List{env: env, ref: r}
}

// Open is a view of a list by what was stored of it.
func Open(env *Env, ref arena.Ref, enc Encoding) List {
	return List{env: env, ref: ref, enc: enc}
}

// Ref is the block of the list. Only a change of the list changes it.
func (l *List) Ref() arena.Ref { return l.ref }

// Encoding is how the list lies in memory. Only a change of the list changes it.
func (l *List) Encoding() Encoding { return l.enc }

// Len is the number of elements.
func (l *List) Len() int {
	if l.enc == Packed {
		return listpack.Len(packAt(l.env.Arena, l.ref))
	}
	return int(l.header().elements)
}

// Get is the element with an index, which must exist: a part of the list, or, of an integer, its
// digits in scratch, whose capacity should be 20 or more. Valid until the list changes. O(log n).
func (l *List) Get(index int, scratch []byte) []byte {
	p, at := l.seek(index)
	b := l.pack(&p)
	return listpack.Bytes(b, listpack.Seek(b, at), scratch)
}

// Push adds an element at an end. The value is copied; it must not be a part of the list's own
// memory. O(1).
func (l *List) Push(end End, value []byte) {
	p, at := l.edge(end)
	l.insertAt(&p, at, value) // at an edge there is always room, if need be in a new block
	l.checkSmall()
}

// Pop takes the element at an end out of the list, which must not be empty. It is valid until the
// next Pop of any list of the environment. O(1).
func (l *List) Pop(end End) []byte {
	p, at := l.edge(end)
	b := l.pack(&p)
	pos, buf := listpack.First(b), l.env.popped[:0]
	if end == Tail {
		pos, at = listpack.Last(b), at-1
	}
	var scratch [20]byte
	buf = append(buf, listpack.Bytes(b, pos, scratch[:])...)
	if cap(buf) <= poppedBytes {
		l.env.popped = buf
	}
	l.deleteAt(&p, at, 1)
	l.checkSmall()
	return buf
}

// Insert adds an element, which then has the index; those from there on move up. O(log n). The
// value is copied; it must not be a part of the list's own memory.
func (l *List) Insert(index int, value []byte) {
	for {
		p, at := l.seek(index)
		if l.insertAt(&p, at, value) {
			break
		}
		l.split(&p)
	}
	l.checkSmall()
}

// Set gives the element with an index, which must exist, another value, which is copied and must
// not be a part of the list's own memory. O(log n).
func (l *List) Set(index int, value []byte) {
	p, at := l.seek(index)
	b, v := l.pack(&p), listpack.String(value)
	pos := listpack.Seek(b, at)
	grown := listpack.Size(v) - listpack.SizeAt(b, pos)
	moves := grown > 0 && listpack.Len(b) > 1 && !l.env.Limits.fits(len(b)+grown)
	if moves || l.env.Limits.movesPlain(b, value) {
		l.Delete(index, 1)
		l.Insert(index, value)
		return
	}
	if grown > 0 {
		b = l.resize(&p, b, len(b)+grown)
	}
	b = listpack.Replace(b, pos, v)
	l.resize(&p, b, len(b))
	l.checkSmall()
}

// Delete takes n elements from an index on out of the list; they must exist. An empty list stays
// valid; whoever keeps it will want to Free it. O(log n) and the blocks that go.
func (l *List) Delete(index, n int) {
	for n > 0 {
		p, at := l.seek(index)
		n -= l.deleteAt(&p, at, n)
	}
	l.checkSmall()
}

// Remove takes the first elements that equal value out of the list, counted from an end, at most
// limit of them, and returns how many there were. O(n).
func (l *List) Remove(value []byte, limit int, from End) (removed int) {
	v := listpack.String(value)
	index := 0
	if from == Tail {
		index = l.Len() - 1
	}
	for removed < limit && index >= 0 && index < l.Len() {
		p, at := l.seek(index)
		old := l.pack(&p)
		n := listpack.Len(old)
		b := removeEqual(old, v, limit-removed, from)
		kept := listpack.Len(b)
		if kept < n {
			l.shortened(&p, b, n-kept)
			removed += n - kept
		}
		if from == Tail {
			index -= at + 1 // to the last element of the block before
		} else {
			index += kept
		}
	}
	l.checkSmall()
	return removed
}

// removeEqual takes entries that equal v out of a listpack. Neighbours go together, so that a
// listpack of nothing else is not moved once for each of them.
func removeEqual(b []byte, v listpack.Value, limit int, from End) []byte {
	forward := from == Head
	pos := listpack.First(b)
	if !forward {
		pos = listpack.Last(b)
	}
	for pos != 0 && limit > 0 {
		first, run := pos, 0
		for pos != 0 && run < limit && listpack.Equal(b, pos, v) {
			first, run = min(first, pos), run+1
			pos = step(b, pos, forward)
		}
		switch {
		case run == 0:
			pos = step(b, pos, forward)
			continue
		case pos != 0 && forward:
			pos = first // where the entry at pos moves to
		}
		b = listpack.DeleteRange(b, first, run)
		limit -= run
	}
	return b
}

// step is the position of the next entry in a direction, 0 if there is none.
func step(b []byte, pos int, forward bool) int {
	if forward {
		return listpack.Next(b, pos)
	}
	return listpack.Prev(b, pos)
}

// AppendPack adds all elements of a valid listpack, which is copied, at the tail, as a block of
// their own if the list has elements already. O(len(b)).
func (l *List) AppendPack(b []byte) {
	n := listpack.Len(b)
	if n == 0 {
		return
	}
	a := l.env.Arena
	r := copyPack(a, b)
	if l.Len() == 0 {
		a.Free(l.ref, cap(packAt(a, l.ref)))
		l.ref = r
		return
	}
	p, _ := l.edge(Tail)
	l.addBlock(&p, Tail, r, n)
	l.checkSmall()
}

// IsPlain reports whether a block that EachPack gives is one that Redis would keep without a
// listpack around its only element.
func (l *List) IsPlain(b []byte) bool { return l.env.Limits.isPlain(b) }

// EachPack calls fn for every listpack of the list, in order. The bytes are the list's own.
func (l *List) EachPack(fn func(b []byte)) {
	p, _ := l.edge(Head)
	for fn(l.pack(&p)); l.stepBlock(&p, Tail); {
		fn(l.pack(&p))
	}
}

// Blocks is the number of listpacks that EachPack gives. O(1).
func (l *List) Blocks() int {
	if l.enc == Packed {
		return 1
	}
	return int(l.header().blocks)
}

// MemoryUsage is the number of bytes of the arena that the list takes. O(1).
func (l *List) MemoryUsage() int {
	if l.enc == Packed {
		return cap(packAt(l.env.Arena, l.ref))
	}
	return arena.ClassSize(headerBytes) + int(l.header().bytes)
}

// FreeEffort is the number of blocks, about, that freeing the list takes: many are better left to
// a worker.
//
// Redis: lazyfreeGetFreeEffort.
func (l *List) FreeEffort() int {
	if l.enc == Packed {
		return 1
	}
	return int(min(l.header().blocks, math.MaxInt32))
}

// Free gives the memory of the list back. The list must not be used any more. O(blocks).
func (l *List) Free() { l.freeAll(l.env.Arena.Free) }

// FreeChain is Free on a worker, for a list that the owner has let go of: it touches nothing but
// the list's own blocks and the chain.
func (l *List) FreeChain(c *arena.Chain) { l.freeAll(c.Free) }

func (l *List) freeAll(free func(r arena.Ref, n int)) {
	if l.enc == Packed {
		free(l.ref, cap(packAt(l.env.Arena, l.ref)))
		return
	}
	h := l.header()
	freeTree(l.env.Arena, h.root, int(h.height), free)
	free(l.ref, headerBytes)
}
