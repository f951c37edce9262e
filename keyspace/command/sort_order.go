package command

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/list"
	"github.com/ringer-kv/ringer/types/num"
)

// sorter is one SORT. Elements and weights lie in the database where they can, which changes
// nothing but expired keys meanwhile.
type sorter struct {
	sortOptions
	c         *keyspace.Ctx
	items     []sortItem
	notNumber bool // a weight was none
	digits    []byte
	key       []byte
	scratch   [20]byte
}

// sortItem is an element and what it is sorted by.
type sortItem struct {
	element []byte
	text    []byte // with ALPHA and BY; nil: there is none
	score   float64
	index   int // where it stood
}

// load fills items with the elements that are asked for, in order.
func (s *sorter) load(e keyspace.Entry) reply.Error {
	if s.unsorted && (s.hasStore || s.c.InScript()) && e.Type() == keyspace.TypeSet {
		s.unsorted, s.alpha, s.hasBy = false, true, false // Redis: so that a replay stores the same
	}
	switch e.Type() {
	case keyspace.TypeList:
		s.loadList(e)
	case keyspace.TypeSet:
		s.loadSet(e)
	default:
		if !s.loadSortedSet(e) {
			return reply.ErrOOM
		}
	}
	if s.unsorted {
		return ""
	}
	s.weigh()
	start, end := s.window(len(s.items))
	s.sort(start, end)
	s.items = s.items[start:end]
	if s.notNumber {
		return reply.ErrSortNumber
	}
	return ""
}

// keep adds an element. One that lies in the scratch buffer is copied.
func (s *sorter) keep(element []byte) {
	s.items = append(s.items, sortItem{element: s.stable(element), index: len(s.items)})
}

// stable is a text that may be digits in the scratch buffer, at a place where it stays.
func (s *sorter) stable(text []byte) []byte {
	if len(text) == 0 || &text[0] != &s.scratch[0] {
		return text
	}
	start := len(s.digits)
	s.digits = append(s.digits, text...)
	return s.digits[start:len(s.digits):len(s.digits)]
}

// loadList takes the elements of a list; what stays unsorted, in the direction that is asked for.
func (s *sorter) loadList(e keyspace.Entry) {
	l := e.List()
	from, to, direction := 0, l.Len(), list.Tail
	if s.unsorted {
		from, to = s.window(l.Len())
	}
	s.items = make([]sortItem, 0, to-from)
	first := from
	if s.unsorted && s.desc {
		first, direction = l.Len()-1-from, list.Head
	}
	for it := l.Iter(first, to-from, direction); it.Next(); {
		s.keep(it.Value(s.scratch[:]))
	}
}

// loadSet takes the members of a set, which have no direction.
func (s *sorter) loadSet(e keyspace.Entry) {
	members := e.Set()
	isIntset := e.Encoding() == keyspace.EncIntset
	s.items = make([]sortItem, 0, members.Len())
	members.Each(func(member []byte) bool {
		if isIntset {
			member = s.scratch[:copy(s.scratch[:], member)]
		}
		s.keep(member)
		return true
	})
	if s.unsorted {
		start, end := s.window(len(s.items))
		s.items = s.items[start:end]
	}
}

// loadSortedSet takes the members of a sorted set; false if there is no room. Redis: it is made a
// skiplist for good.
func (s *sorter) loadSortedSet(e keyspace.Entry) bool {
	z := e.SortedSet()
	if e.Encoding() == keyspace.EncListpack {
		const nodeShare = 16 // the largest node is that many times the smallest pair
		if !s.c.DB.HasRoom(int64(nodeShare * z.MemoryUsage())) {
			return false
		}
		z.ToSkiplist()
		s.c.DB.PutSortedSet(e, &z)
	}
	n := z.Len()
	span := z.Window(0, n)
	if s.unsorted {
		start, end := s.window(n)
		span = z.Window(start, end-start)
		if s.desc {
			span = z.Window(n-end, end-start)
		}
	}
	s.items = make([]sortItem, 0, span.Len())
	for it := z.Iter(span, s.unsorted && s.desc); it.Next(); {
		s.keep(it.Member(s.scratch[:]))
	}
	return true
}

// weigh finds what each element is sorted by. Redis: one without a weight has 0, or, with ALPHA,
// comes first.
func (s *sorter) weigh() {
	for i := range s.items {
		item := &s.items[i]
		text := item.element
		if s.hasBy {
			var found bool
			if text, found = s.lookup(&s.by, item.element); !found {
				continue
			}
		}
		switch {
		case !s.alpha:
			var ok bool
			item.score, ok = num.ParseWeight(text)
			s.notNumber = s.notNumber || !ok
		case s.hasBy:
			item.text = s.stable(text)
		}
	}
}

// sort orders items, at least those from start to end.
func (s *sorter) sort(start, end int) {
	if start >= end {
		return
	}
	order := s.compare()
	total := func(a, b sortItem) int { return cmp.Or(order(a, b), cmp.Compare(a.index, b.index)) }
	switch {
	case start == 0 && end == len(s.items):
		slices.SortFunc(s.items, total) // as nothing is equal, it is as good as stable
	case s.hasBy: // Redis: what is equal then comes in the order of pqsort
		partialSort(s.items, order, start, end)
	default:
		partialSort(s.items, total, start, end)
	}
}

// sortOrder compares two items.
type sortOrder func(a, b sortItem) int

// compare is the order of the items, in which two may be equal. Redis: sortCompare, which looks at
// texts up to a NUL byte, unless the result is stored, since it uses strcoll; here it is always
// that of the locale C.
func (s *sorter) compare() sortOrder {
	text := bytes.Compare
	if !s.hasStore {
		text = compareCStrings
	}
	var order sortOrder
	switch {
	case !s.alpha:
		order = func(a, b sortItem) int {
			return cmp.Or(cmp.Compare(a.score, b.score), bytes.Compare(a.element, b.element))
		}
	case s.hasBy:
		order = func(a, b sortItem) int {
			if a.text == nil || b.text == nil {
				return compareBools(a.text != nil, b.text != nil)
			}
			return text(a.text, b.text)
		}
	default:
		order = func(a, b sortItem) int { return text(a.element, b.element) }
	}
	if s.desc {
		return func(a, b sortItem) int { return order(b, a) }
	}
	return order
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// compareCStrings compares up to the first NUL byte.
func compareCStrings(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return cmp.Compare(a[i], b[i])
		}
		if a[i] == 0 {
			return 0
		}
	}
	switch {
	case len(a) > n && a[n] != 0:
		return 1
	case len(b) > n && b[n] != 0:
		return -1
	}
	return 0
}
