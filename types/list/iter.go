package list

import "github.com/ringer-kv/ringer/types/listpack"

// Iter walks over neighbours in a list, in either direction. It is a value and needs no
// allocation; it is valid until the list changes.
//
// Owned by the keyspace goroutine.
type Iter struct {
	list    List
	path    path
	pack    []byte
	pos     int // of the element; before the first Next, of the one to start with
	left    int // elements to come
	towards End
	started bool
}

// Iter starts a walk over n elements from the one with an index on, towards an end; all of them
// must exist. The first one is reached by the first Next. O(log n).
func (l *List) Iter(index, n int, towards End) Iter {
	it := Iter{list: *l, left: max(n, 0), towards: towards}
	if it.left == 0 {
		return it
	}
	var at int
	it.path, at = l.seek(index)
	it.pack = l.pack(&it.path)
	it.pos = listpack.Seek(it.pack, at)
	return it
}

// Next goes to the next element; false after the last one. O(1) on average.
func (it *Iter) Next() bool {
	if it.left == 0 {
		return false
	}
	it.left--
	if !it.started {
		it.started = true
		return true
	}
	if it.pos = step(it.pack, it.pos, it.towards == Tail); it.pos == 0 {
		it.list.stepBlock(&it.path, it.towards)
		it.pack = it.list.pack(&it.path)
		if it.towards == Tail {
			it.pos = listpack.First(it.pack)
		} else {
			it.pos = listpack.Last(it.pack)
		}
	}
	return true
}

// Value is the element: a part of the list, or, of an integer, its digits in scratch, whose
// capacity should be 20 or more.
func (it *Iter) Value(scratch []byte) []byte { return listpack.Bytes(it.pack, it.pos, scratch) }

// Equal reports whether the element is v.
func (it *Iter) Equal(v listpack.Value) bool { return listpack.Equal(it.pack, it.pos, v) }
