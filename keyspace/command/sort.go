package command

import (
	"bytes"
	"math"
	"slices"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/list"
)

const (
	sortSyntax = "key [BY pattern{#1}] [LIMIT (offset count)]" +
		" [GET pattern{#1} [GET pattern ...]] [ASC | DESC]{order} [ALPHA]{sorting}"
	sortComplexity = "O(N+M*log(M)) where N is the number of elements in the list or set to sort," +
		" and M the number of returned elements. When the elements are not sorted, complexity is" +
		" O(N)."
	sortPatternNote = "For the optional BY/GET keyword. It is marked 'unknown' because the key" +
		" names derive from the content of the key we sort"
	sortStoreNote = "For the optional STORE keyword. It is marked 'unknown' because the keyword" +
		" can appear anywhere in the argument array"
)

// sortKeySpecs are the key that is sorted, and those that patterns make of its elements.
func sortKeySpecs() []keyspace.KeySpec {
	return slices.Concat(keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
		keyspace.Noted(sortPatternNote, unknownKeys(keyspace.RO|keyspace.Access)))
}

// unknownKeys are keys that only GetKeys finds.
func unknownKeys(flags keyspace.KeyFlags) []keyspace.KeySpec {
	return []keyspace.KeySpec{{Flags: flags, UnknownBegin: true, Find: keyspace.FindUnknown}}
}

var sortSpec = keyspace.Spec{
	Name: "sort", Group: keyspace.Generic, Since: "1.0.0", Arity: -2,
	Syntax: sortSyntax + " [STORE destination{#2 :key}]",
	Flags:  keyspace.Write | keyspace.DenyOOM,
	ACL: keyspace.CatSet | keyspace.CatSortedSet | keyspace.CatList |
		keyspace.CatDangerous,
	Keys: slices.Concat(sortKeySpecs(),
		keyspace.Noted(sortStoreNote, unknownKeys(keyspace.OW|keyspace.Update))),
	GetKeys: sortGetKeys,
	Summary: "Sort the elements in a list, set or sorted set", Complexity: sortComplexity,
	Run: sortCommand,
}

func sortCommand(c *keyspace.Ctx) { sortCommandGeneric(c, false) }

// sortGetKeys finds the key, and the one that the last STORE names. Redis: an option that is not
// known is passed over.
func sortGetKeys(args [][]byte) []keyspace.KeyRef {
	keys := []keyspace.KeyRef{{Index: 1, Flags: keyspace.RO | keyspace.Access}}
	for a := newCursor(args, 2); a.More(); {
		switch {
		case a.Is("LIMIT"):
			a.i += 2
		case a.Is("GET"), a.Is("BY"):
			a.i++
		case a.IsWith("STORE", 1):
			keys = append(keys[:1],
				keyspace.KeyRef{Index: a.At(), Flags: keyspace.OW | keyspace.Update})
		default:
			a.i++
		}
	}
	return keys
}

var sortroSpec = keyspace.Spec{
	Name: "sort_ro", Group: keyspace.Generic, Since: "7.0.0", Arity: -2, Syntax: sortSyntax,
	Flags: keyspace.ReadOnly,
	ACL: keyspace.CatSet | keyspace.CatSortedSet | keyspace.CatList |
		keyspace.CatDangerous,
	Keys: sortKeySpecs(), GetKeys: sortroGetKeys,
	Summary:    "Sort the elements in a list, set or sorted set. Read-only variant of SORT.",
	Complexity: sortComplexity,
	Run:        sortroCommand,
}

func sortroCommand(c *keyspace.Ctx) { sortCommandGeneric(c, true) }

func sortroGetKeys([][]byte) []keyspace.KeyRef {
	return []keyspace.KeyRef{{Index: 1, Flags: keyspace.RO | keyspace.Access}}
}

// sortOptions are the options of SORT.
type sortOptions struct {
	desc, alpha bool
	unsorted    bool        // BY names one key for all elements, so that they stay as they are
	by          sortPattern // if hasBy
	hasBy       bool
	gets        []sortPattern
	store       []byte // if hasStore
	hasStore    bool
	offset      int64
	count       int64 // negative: all
}

// parse reads the options. Redis: they are checked in the order of the arguments.
func (o *sortOptions) parse(c *keyspace.Ctx, readOnly bool) reply.Error {
	mayRead := c.MayReadAllKeys() // once: it looks through all arguments
	for a := newCursor(c.Args, 2); a.More(); {
		switch {
		case a.Is("ASC"):
			o.desc = false
		case a.Is("DESC"):
			o.desc = true
		case a.Is("ALPHA"):
			o.alpha = true
		case a.IsWith("LIMIT", 2):
			var ok, ok2 bool
			o.offset, ok = a.Int()
			if o.count, ok2 = a.Int(); !ok || !ok2 {
				return reply.ErrNotInteger
			}
		case !readOnly && a.IsWith("STORE", 1):
			o.store, o.hasStore = a.Arg(), true
		case a.IsWith("BY", 1):
			o.by, o.hasBy = parseSortPattern(a.Arg()), true
			if !o.by.varies {
				o.unsorted = true // Redis: also if another BY follows
			} else if !mayRead {
				return reply.ErrSortBy
			}
		case a.IsWith("GET", 1):
			if !mayRead {
				return reply.ErrSortGet
			}
			o.gets = append(o.gets, parseSortPattern(a.Arg()))
		default:
			return reply.ErrSyntax
		}
	}
	return ""
}

// window is the half open range of the sorted elements that is asked for.
func (o *sortOptions) window(n int) (start, end int) {
	start, end = int(min(max(o.offset, 0), int64(n))), n
	if o.count >= 0 {
		end = start + int(min(o.count, int64(n-start)))
	}
	return start, end
}

// sortCommandGeneric is SORT and SORT_RO.
func sortCommandGeneric(c *keyspace.Ctx, readOnly bool) {
	o := sortOptions{count: -1}
	if err := o.parse(c, readOnly); err != "" {
		c.Error(err)
		return
	}
	e := c.DB.LookupRead(c.Args[1])
	if e.Found() && !sortable(e.Type()) {
		c.Error(reply.ErrWrongType)
		return
	}
	s := sorter{c: c, sortOptions: o}
	if e.Found() {
		if err := s.load(e); err != "" {
			c.Error(err)
			return
		}
	}
	if o.hasStore {
		s.storeResult()
		return
	}
	s.replyResult()
}

func sortable(t keyspace.Type) bool {
	return t == keyspace.TypeList || t == keyspace.TypeSet || t == keyspace.TypeZSet
}

// eachResult calls fn with what the command results in, in order, until it returns false; null for
// a GET that finds nothing.
func (s *sorter) eachResult(fn func(value []byte, found bool) bool) {
	for i := range s.items {
		element := s.items[i].element
		if len(s.gets) == 0 && !fn(element, true) {
			return
		}
		for j := range s.gets {
			if !fn(s.lookup(&s.gets[j], element)) {
				return
			}
		}
	}
}

// results is the number of values that the command results in.
func (s *sorter) results() int { return len(s.items) * max(len(s.gets), 1) }

func (s *sorter) replyResult() {
	w, start := s.c.Reply, s.c.Reply.Len()
	tooLong := s.results() > drawsMaxBytes/leastElementBytes
	if !tooLong {
		w.Array(s.results())
		s.eachResult(func(value []byte, found bool) bool {
			if found {
				w.Bulk(value)
			} else {
				w.Null()
			}
			tooLong = len(s.gets) > 0 && w.Len()-start > drawsMaxBytes
			return !tooLong
		})
	}
	if tooLong {
		w.Truncate(start)
		s.c.Error(reply.ErrOutOfRange)
	}
}

// storeResult makes the result a list. Redis: an empty one deletes the key.
func (s *sorter) storeResult() {
	c, n := s.c, s.results()
	l, size, fits := c.DB.NewList(), int64(0), true
	s.eachResult(func(value []byte, _ bool) bool {
		size += int64(len(value)) + sortedBytes
		if fits = c.DB.HasRoom(int64(len(value))+sortedBytes) && size < math.MaxInt64/2; fits {
			l.Push(list.Tail, value)
		}
		return fits
	})
	if !fits {
		l.Free()
		c.Error(reply.ErrOOM)
		return
	}
	e := c.DB.LookupWrite(s.store)
	switch {
	case n > 0:
		c.DB.StoreList(e, &l)
		c.Changed(keyspace.NotifyList, "sortstore", s.store)
		c.Dirty(n - 1)
	default:
		l.Free()
		if e.Found() {
			c.DB.Delete(e)
			c.Changed(keyspace.NotifyGeneric, "del", s.store)
		}
	}
	c.Reply.Int(int64(n))
}

// sortedBytes is about what an element of a list takes beside its own bytes.
const sortedBytes = 16

// sortPattern is the argument of BY or GET: a key, or the field of a hash, in whose name the
// element takes the place of the first *.
type sortPattern struct {
	prefix, suffix []byte
	field          []byte // if isHash
	isHash         bool
	varies         bool // there is a *
	self           bool // #: the element
}

// parseSortPattern takes a pattern apart. Redis: lookupKeyByPattern looks for # and * up to a NUL
// byte, as it does for the -> of a field, which must have a name.
func parseSortPattern(pattern []byte) sortPattern {
	text, _, _ := bytes.Cut(pattern, []byte{0})
	p := sortPattern{self: string(text) == "#"}
	star := bytes.IndexByte(text, '*')
	if star < 0 {
		return p
	}
	p.varies = true
	p.prefix, p.suffix = pattern[:star], pattern[star+1:]
	arrow := bytes.Index(text[star+1:], []byte("->"))
	if arrow >= 0 && star+1+arrow+2 < len(text) {
		p.isHash = true
		p.suffix, p.field = p.suffix[:arrow], p.suffix[arrow+2:]
	}
	return p
}

// lookup is the value that a pattern stands for, with an element in the place of its *. It is valid
// until the next lookup, if it comes from an integer in a listpack, else as long as the database
// keeps it.
func (s *sorter) lookup(p *sortPattern, element []byte) (value []byte, found bool) {
	if p.self {
		return element, true
	}
	if !p.varies {
		return nil, false
	}
	s.key = slices.Concat(p.prefix, element, p.suffix)
	e := s.c.DB.LookupRead(s.key)
	switch {
	case !e.Found():
		return nil, false
	case p.isHash && e.Type() == keyspace.TypeHash:
		h := e.Hash()
		return h.Get(p.field, s.scratch[:])
	case !p.isHash && e.Type() == keyspace.TypeString:
		return e.StringBytes(), true
	}
	return nil, false
}
