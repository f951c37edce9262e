package rdb

import (
	"github.com/ringer-kv/ringer/types/hash"
	"github.com/ringer-kv/ringer/types/intset"
	"github.com/ringer-kv/ringer/types/list"
	"github.com/ringer-kv/ringer/types/listpack"
	"github.com/ringer-kv/ringer/types/set"
	"github.com/ringer-kv/ringer/types/zset"
)

// Each of the functions in this file reads the value behind its type and makes it, in the encoding
// that the limits in force ask for, as Redis's rdbLoadObject does. A value that is not sound,
// empty, or too large is given back, and Err says why; what is returned then must not be used.

// StringText reads a string.
func (d *Decoder) StringText() Text {
	t := d.Text()
	d.spend(t.Len())
	return t
}

// List reads a list of a type of KindList.
func (d *Decoder) List(t Type, env *list.Env) list.List {
	l := list.New(env)
	switch t {
	case TypeList:
		for n := d.count(1); n > 0 && d.err == nil; n-- {
			d.push(&l, d.bytes())
		}
	case TypeListZiplist:
		d.eachZiplistEntry(d.block(), func(element []byte) { d.push(&l, element) })
	default:
		for n := d.count(1); n > 0 && d.err == nil; n-- {
			d.listNode(t, &l)
		}
	}
	if d.err == nil && l.Len() == 0 {
		d.fail(ErrCorrupt)
	}
	if d.err != nil {
		l.Free()
	}
	return l
}

func (d *Decoder) push(l *list.List, element []byte) {
	if d.err == nil && d.spendElement(len(element)) {
		l.Push(list.Tail, element)
	}
}

// listNode reads one node of a quicklist and puts it at the end of the list. Redis: nodes without
// elements are passed over.
func (d *Decoder) listNode(t Type, l *list.List) {
	container := uint64(nodePacked)
	if t == TypeListQuicklist2 {
		container = d.Length()
	}
	b := d.block()
	switch {
	case d.err != nil:
		return
	case container == nodePlain:
		v := listpack.String(b)
		b = listpack.Append(listpack.New(make([]byte, 0, listpack.EmptySize+listpack.Size(v))), v)
	case container != nodePacked:
		d.fail(ErrCorrupt)
	case t == TypeListQuicklist:
		b = d.fromZiplist(b)
	case listpack.Validate(b) != nil:
		d.fail(ErrCorrupt)
	}
	if d.err == nil && d.spend(len(b)+len(b)/8+elementBytes) {
		l.AppendPack(b)
	}
}

// Set reads a set of a type of KindSet.
func (d *Decoder) Set(t Type, env *set.Env) set.Set {
	var s set.Set
	switch t {
	case TypeSetIntset:
		s = d.intset(env)
	case TypeSetListpack:
		s = d.packedSet(env)
	default:
		n := d.count(1)
		s = d.newSet(env, n)
		for ; n > 0 && d.err == nil; n-- {
			d.addMember(&s, d.bytes())
		}
	}
	if d.err == nil && s.Len() == 0 {
		d.fail(ErrCorrupt)
	}
	if d.err != nil && s != (set.Set{}) {
		s.Free()
	}
	return s
}

// newSet is an empty set for n members. Redis: one that may become an intset starts as one.
func (d *Decoder) newSet(env *set.Env, n int) set.Set {
	if n > env.Limits.MaxIntsetEntries {
		if !d.fits(n) {
			n = 0
		}
		return set.NewHashtable(env, n)
	}
	return set.NewIntset(env)
}

// fits reports whether there is room for a table of n elements, which there can't be if their
// number is a lie.
func (d *Decoder) fits(n int) bool {
	if int64(n) > d.room/elementBytes {
		d.fail(ErrNoRoom)
	}
	return d.err == nil
}

func (d *Decoder) addMember(s *set.Set, member []byte) {
	if d.err == nil && d.spendElement(len(member)) && !s.Add(member) {
		d.fail(ErrCorrupt) // twice
	}
}

func (d *Decoder) intset(env *set.Env) set.Set {
	b := d.block()
	if d.err != nil || intset.Validate(b) != nil {
		d.fail(ErrCorrupt)
		return set.Set{}
	}
	if n := intset.Len(b); n > env.Limits.MaxIntsetEntries && !d.fits(n) || !d.spend(len(b)+len(b)/8) {
		return set.Set{}
	}
	s, err := set.FromIntset(env, b)
	if err != nil {
		d.fail(ErrCorrupt)
	}
	return s
}

// packedSet reads a set that is a listpack, which Redis has had since 7.2.
func (d *Decoder) packedSet(env *set.Env) set.Set {
	b := d.block()
	if d.err != nil || listpack.Validate(b) != nil {
		d.fail(ErrCorrupt)
		return set.Set{}
	}
	s := d.newSet(env, listpack.Len(b))
	var scratch [set.ScratchBytes]byte
	for pos := listpack.First(b); pos != 0 && d.err == nil; pos = listpack.Next(b, pos) {
		d.addMember(&s, listpack.Bytes(b, pos, scratch[:]))
	}
	return s
}

// SortedSet reads a sorted set of a type of KindZSet.
func (d *Decoder) SortedSet(t Type, env *zset.Env) zset.Set {
	var s zset.Set
	switch t {
	case TypeZSet, TypeZSet2:
		n := d.count(2)
		if !d.fits(n) {
			return s
		}
		s = zset.NewSkiplist(env, n)
		for ; n > 0 && d.err == nil; n-- {
			member := d.bytes()
			if t == TypeZSet2 {
				d.addScore(&s, member, d.double())
			} else {
				d.addScore(&s, member, d.textDouble())
			}
		}
		if d.err == nil {
			s.ToListpackIfNeeded()
		}
	default:
		b := d.block()
		if t == TypeZSetZiplist {
			b = d.fromZiplist(b)
		}
		s = d.packedSortedSet(b, env)
	}
	if d.err != nil && s != (zset.Set{}) {
		s.Free()
	}
	return s
}

func (d *Decoder) addScore(s *zset.Set, member []byte, score float64) {
	if d.err != nil || !d.spendElement(len(member)) {
		return
	}
	if r, err := s.Add(member, score, 0); err != nil || !r.Added {
		d.fail(ErrCorrupt) // no number, or twice
	}
}

// packedSortedSet makes a sorted set of a listpack. What is too long for one now is put into a tree
// element by element, which finds members that are there twice.
func (d *Decoder) packedSortedSet(b []byte, env *zset.Env) zset.Set {
	n := d.pairs(b)
	switch {
	case d.err != nil:
		return zset.Set{}
	case n > env.Limits.MaxEntries:
		if !d.fits(n) {
			return zset.Set{}
		}
		s := zset.NewSkiplist(env, n)
		d.eachPair(b, func(member []byte, at int) {
			d.addScore(&s, member, d.packedScore(b, at))
		})
		return s
	case !d.spend(len(b) + len(b)/8):
		return zset.Set{}
	}
	s, err := zset.FromListpack(env, b)
	if err != nil {
		d.fail(ErrCorrupt)
	}
	return s
}

// packedScore reads the entry of a listpack at a position as a score.
func (d *Decoder) packedScore(b []byte, at int) float64 {
	score, ok := zset.PackedScore(b, at)
	if !ok {
		d.fail(ErrCorrupt)
	}
	return score
}

// pairs is the number of pairs in a listpack, if it is one, with room for a table of them.
func (d *Decoder) pairs(b []byte) int {
	if d.err != nil || listpack.Validate(b) != nil || listpack.Len(b)%2 != 0 || listpack.Len(b) == 0 {
		d.fail(ErrCorrupt)
		return 0
	}
	return listpack.Len(b) / 2
}

// eachPair calls fn with the first entry of each pair and the position of the second.
func (d *Decoder) eachPair(b []byte, fn func(first []byte, second int)) {
	var scratch [hash.ScratchBytes]byte
	for pos := listpack.First(b); pos != 0 && d.err == nil; {
		second := listpack.Next(b, pos)
		fn(listpack.Bytes(b, pos, scratch[:]), second)
		pos = listpack.Next(b, second)
	}
}

// Hash reads a hash of a type of KindHash.
func (d *Decoder) Hash(t Type, env *hash.Env) hash.Hash {
	var h hash.Hash
	switch t {
	case TypeHash:
		n := d.count(2)
		h = d.newHash(env, n)
		for ; n > 0 && d.err == nil; n-- {
			field := d.bytes()
			d.addField(&h, field, d.bytes())
		}
	case TypeHashZipmap:
		h = hash.New(env)
		d.eachZipmapPair(d.block(), func(field, value []byte) { d.addField(&h, field, value) })
	case TypeHashZiplist:
		h = d.packedHash(d.fromZiplist(d.block()), env)
	case TypeHashTimed, TypeHashTimedOld:
		h = d.timedHash(t, env)
	case TypeHashListpackEx, TypeHashListpackOld:
		if t == TypeHashListpackEx {
			d.milliseconds() // the earliest deadline, which the listpack tells as well
		}
		h = d.timedPack(d.block(), env)
	default:
		h = d.packedHash(d.block(), env)
	}
	if d.err == nil && h.Len() == 0 {
		d.fail(ErrCorrupt)
	}
	if d.err != nil && h != (hash.Hash{}) {
		h.Free()
	}
	return h
}

// newHash is an empty hash for n fields.
func (d *Decoder) newHash(env *hash.Env, n int) hash.Hash {
	if n > env.Limits.MaxEntries && d.fits(n) {
		return hash.NewHashtable(env, n)
	}
	return hash.New(env)
}

func (d *Decoder) addField(h *hash.Hash, field, value []byte) {
	if d.err == nil && d.spendElement(len(field)+len(value)) && !h.Set(field, value) {
		d.fail(ErrCorrupt) // twice
	}
}

// packedHash makes a hash of a listpack, as packedSortedSet does.
func (d *Decoder) packedHash(b []byte, env *hash.Env) hash.Hash {
	n := d.pairs(b)
	switch {
	case d.err != nil:
		return hash.Hash{}
	case n > env.Limits.MaxEntries:
		h := d.newHash(env, n)
		var scratch [hash.ScratchBytes]byte
		d.eachPair(b, func(field []byte, at int) {
			d.addField(&h, field, listpack.Bytes(b, at, scratch[:]))
		})
		return h
	case !d.spend(len(b) + len(b)/8):
		return hash.Hash{}
	}
	h, err := hash.FromListpack(env, b)
	if err != nil {
		d.fail(ErrCorrupt)
	}
	return h
}
