package lua

import (
	"hash/maphash"
	"math"
	"math/bits"
)

// Table is a Lua table: an array for the keys 1..n and a hash for the rest.
//
// The order in which next walks a table shows in what a script returns, and in what cjson makes of
// it, so the places of keys are those that Lua 5.1 gives them: the same hashes, the same sizes, a
// chain of collisions that is threaded through the nodes themselves (Brent's variation of chained
// scatter, where a node that is not in its main position gives way), free nodes taken from the end.
// Only tables, functions and userdata as keys have an order of their own, as in Lua, where it is
// that of addresses.
//
// Owned by the keyspace goroutine.
type Table struct {
	array    []Value
	nodes    []node // a power of two; empty: no hash part
	lastFree int    // no node from here on is free
	meta     *Table
	readOnly bool
	owed     int32 // steps of work that have not been counted: see owe
}

// node is a place in the hash. A key stays when its value is set to nil, so that next finds it.
type node struct {
	key, value Value
	next       int32 // distance to the next node of the chain; 0: none
}

// pointerSeed is of the hashes of what is compared by identity.
//
//tidy:table nothing writes to it
var pointerSeed = maphash.MakeSeed()

// NewTable makes a table with room for n items of a list and for fields.
func NewTable(n, fields int) *Table {
	t := &Table{}
	if n > 0 {
		t.array = make([]Value, n)
	}
	t.setNodes(fields)
	return t
}

// SetReadOnly lets scripts change the table no more, or again.
func (t *Table) SetReadOnly(is bool) { t.readOnly = is }

// ReadOnly reports whether scripts may not change the table.
func (t *Table) ReadOnly() bool { return t.readOnly }

// SetMetatable sets the metatable; nil: none.
func (t *Table) SetMetatable(meta *Table) { t.meta = meta }

// Metatable is the metatable; nil: none.
func (t *Table) Metatable() *Table { return t.meta }

// setNodes makes an empty hash part for n keys.
func (t *Table) setNodes(n int) {
	t.nodes, t.lastFree = nil, 0
	if n > 0 {
		t.nodes = make([]node, 1<<bits.Len(uint(n-1)))
		t.lastFree = len(t.nodes)
	}
}

// hashed is the hash of a string. Lua: luaS_newlstr, which skips bytes of long ones; Redis's own
// does not.
func (x *text) hashed() uint32 {
	if x.hash == 0 {
		h := uint32(len(x.s))
		for i := len(x.s) - 1; i >= 0; i-- {
			h ^= h<<5 + h>>2 + uint32(x.s[i])
		}
		x.hash = h
	}
	return x.hash
}

// hashNumber is the hash of a number. Lua: hashnum.
func hashNumber(f float64) uint32 {
	if f == 0 {
		return 0
	}
	b := math.Float64bits(f)
	return uint32(b) + uint32(b>>32)
}

// mainPosition is the index of the node in which a key is if nothing is in its way. There must be
// a hash part.
func (t *Table) mainPosition(key Value) int {
	mask := uint32(len(t.nodes) - 1)
	switch x := key.ref.(type) {
	case *text:
		return int(x.hashed() & mask)
	case number:
		return int(hashNumber(key.num) % (mask | 1))
	case boolean:
		if x {
			return int(1 & mask)
		}
		return 0
	case *Userdata:
		return 0 // the only one that there is, cjson.null, is Lua's pointer to nowhere
	}
	return int(uint32(maphash.Comparable(pointerSeed, key.ref)) % (mask | 1))
}

// arrayIndex is a key as an index of the array part, if there can be one for it.
func arrayIndex(f float64) (i int, ok bool) {
	i = int(f)
	return i, float64(i) == f && i >= 1 && i <= maxArray
}

// maxArray is the largest array part.
const maxArray = 1 << 26

// Get is the value of a key, nil if there is none. Metatables are not asked. O(1).
func (t *Table) Get(key Value) Value {
	switch x := key.ref.(type) {
	case *text:
		return t.getText(x)
	case number:
		return t.getNumber(key.num)
	case nil:
		return Nil
	}
	if n := t.find(key); n != nil {
		return n.value
	}
	return Nil
}

// GetString is Get for a string.
func (t *Table) GetString(key string) Value { return t.getText(&text{s: key}) }

// GetInt is Get for an integer.
func (t *Table) GetInt(i int) Value {
	if uint(i-1) < uint(len(t.array)) {
		return t.array[i-1]
	}
	return t.getNumber(float64(i))
}

func (t *Table) getText(x *text) Value {
	if len(t.nodes) == 0 {
		return Nil
	}
	if len(x.s) > stepBytes {
		return t.getLong(x)
	}
	passed := 0
	for i := int(x.hashed() & uint32(len(t.nodes)-1)); ; passed++ {
		n := &t.nodes[i]
		if y, ok := n.key.ref.(*text); ok && (x == y || x.s == y.s) {
			t.oweWalk(passed)
			return n.value
		}
		if n.next == 0 {
			t.oweWalk(passed)
			return Nil
		}
		i += int(n.next)
	}
}

// getLong is getText for a string that takes time to look at.
func (t *Table) getLong(x *text) Value {
	if n := t.find(textValue(x)); n != nil {
		return n.value
	}
	return Nil
}

// owe counts work that an operation has done beyond a few nanoseconds: a long chain of collisions,
// a long string as the key, many empty places, a new hash part. A table knows no State, so the one
// that has asked for it counts it as steps: see (*State).pay.
func (t *Table) owe(steps int) { t.owed = int32(min(int(t.owed)+steps, math.MaxInt32)) }

// oweWalk counts the nodes passed on a chain.
func (t *Table) oweWalk(passed int) {
	if passed >= shortChain {
		t.owe(passed / shortChain)
	}
}

// oweFind counts a search for a key, which may be a long string, on a chain.
func (t *Table) oweFind(key Value, passed int) {
	t.oweWalk(passed)
	if x, ok := key.ref.(*text); ok && len(x.s) > stepBytes {
		t.owe((passed + 1) * (len(x.s) / stepBytes))
	}
}

const (
	// shortChain is a length of chains that nobody has made on purpose.
	shortChain = 16
	// placesPerStep is how many places of a table a step can look at or move.
	placesPerStep = 32
)

func (t *Table) getNumber(f float64) Value {
	if i := int(f); uint(i-1) < uint(len(t.array)) && float64(i) == f {
		return t.array[i-1]
	}
	if n := t.find(Number(f)); n != nil {
		return n.value
	}
	return Nil
}

// find is the node of a key in the hash part, nil if there is none.
func (t *Table) find(key Value) *node {
	if len(t.nodes) == 0 {
		return nil
	}
	passed := 0
	for i := t.mainPosition(key); ; passed++ {
		n := &t.nodes[i]
		if n.key.Equal(key) {
			t.oweFind(key, passed)
			return n
		}
		if n.next == 0 {
			t.oweFind(key, passed)
			return nil
		}
		i += int(n.next)
	}
}

// place is where the value of a key is, nil if there is no such key.
func (t *Table) place(key Value) *Value {
	switch key.ref.(type) {
	case nil:
		return nil
	case number:
		if i := int(key.num); uint(i-1) < uint(len(t.array)) && float64(i) == key.num {
			return &t.array[i-1]
		}
	}
	if n := t.find(key); n != nil {
		return &n.value
	}
	return nil
}

// Set sets the value of a key, which must not be nil nor NaN. It asks neither metatables nor
// whether the table may be changed. O(1), amortized.
func (t *Table) Set(key, value Value) { *t.slot(key) = value }

// slot is the place of a key, which is put into the table if it is not there. It is valid until
// the next one is put in. Lua: luaH_set.
func (t *Table) slot(key Value) *Value {
	if at := t.place(key); at != nil {
		return at
	}
	return t.insert(key)
}

// SetString is Set for a string.
func (t *Table) SetString(key string, value Value) { t.Set(String(key), value) }

// SetInt is Set for an integer.
func (t *Table) SetInt(i int, value Value) {
	if uint(i-1) < uint(len(t.array)) {
		t.array[i-1] = value
		return
	}
	t.Set(Int(i), value)
}

// Append is SetInt behind the last item of a list that has n.
func (t *Table) Append(n int, value Value) { t.SetInt(n+1, value) }

// insert adds a key that is not there, with nil as its value. Lua: newkey.
func (t *Table) insert(key Value) *Value {
	if len(t.nodes) == 0 {
		t.rehash(key)
		return t.slot(key)
	}
	at := t.mainPosition(key)
	main := &t.nodes[at]
	if !main.value.IsNil() {
		free := t.freeNode()
		if free < 0 {
			t.rehash(key)
			return t.slot(key)
		}
		main = t.makeWay(at, free)
	}
	main.key = key
	return &main.value
}

// makeWay returns the node for a key whose main position is taken: the free one, or the main
// position if what is there belongs elsewhere and can move to the free one.
func (t *Table) makeWay(at, free int) *node {
	main, spare := &t.nodes[at], &t.nodes[free]
	home := t.mainPosition(main.key)
	if home == at {
		if main.next != 0 {
			spare.next = int32(at) + main.next - int32(free)
		} else {
			spare.next = 0
		}
		main.next = int32(free - at)
		return spare
	}
	before, passed := home, 0
	for ; before+int(t.nodes[before].next) != at; passed++ {
		before += int(t.nodes[before].next)
	}
	t.oweWalk(passed)
	t.nodes[before].next = int32(free - before)
	*spare = *main
	if main.next != 0 {
		spare.next += int32(at - free)
	}
	main.next = 0
	main.value = Nil
	return main
}

// freeNode is the index of a node that was never used, from the end; -1: there is none.
func (t *Table) freeNode() int {
	for t.lastFree > 0 {
		t.lastFree--
		if t.nodes[t.lastFree].key.IsNil() {
			return t.lastFree
		}
	}
	return -1
}

// counts says how many integer keys there are: counts[i] in (2^(i-1), 2^i].
type counts [28]int

// add counts a key, and reports whether it is one for the array part.
func (c *counts) add(key Value) bool {
	if _, ok := key.ref.(number); !ok {
		return false
	}
	i, ok := arrayIndex(key.num)
	if ok {
		c[bits.Len(uint(i-1))]++
	}
	return ok
}

// arraySize is the largest n such that more than half of 1..n are in use, and how many are.
// Lua: computesizes.
func (c *counts) arraySize(total int) (n, used int) {
	sum := 0
	for i, size := 0, 1; size/2 < total && i < len(c); i, size = i+1, size*2 {
		sum += c[i]
		if c[i] > 0 && sum > size/2 {
			n, used = size, sum
		}
		if sum == total {
			break
		}
	}
	return n, used
}

// rehash makes room for a key that finds none: it divides all keys anew between array and hash.
// O(keys).
func (t *Table) rehash(extra Value) {
	var c counts
	integers, total := 0, 1
	for i := range t.array {
		if !t.array[i].IsNil() {
			c[bits.Len(uint(i))]++
			integers++
			total++
		}
	}
	for i := range t.nodes {
		if n := &t.nodes[i]; !n.value.IsNil() {
			if c.add(n.key) {
				integers++
			}
			total++
		}
	}
	if c.add(extra) {
		integers++
	}
	size, used := c.arraySize(integers)
	t.Resize(size, total-used)
}

// Resize makes the array part n items long and the hash part as long as fields need. O(keys).
// Lua: resize.
func (t *Table) Resize(n, fields int) {
	array, nodes := t.array, t.nodes
	t.owe((len(array) + len(nodes) + n + fields) / placesPerStep)
	switch {
	case n > len(array):
		grown := make([]Value, n)
		copy(grown, array)
		t.array = grown
	case n < len(array):
		t.array = append([]Value(nil), array[:n]...)
	}
	t.setNodes(fields)
	for i := n; i < len(array); i++ {
		if !array[i].IsNil() {
			t.SetInt(i+1, array[i])
		}
	}
	for i := len(nodes) - 1; i >= 0; i-- {
		if !nodes[i].value.IsNil() {
			*t.slotOfNew(nodes[i].key) = nodes[i].value
		}
	}
}

// slotOfNew is slot for a key that is not there: its chain is not searched.
func (t *Table) slotOfNew(key Value) *Value {
	if i, ok := arrayIndex(key.num); ok && i <= len(t.array) { // the num of what is no number is 0
		return &t.array[i-1]
	}
	return t.insert(key)
}

// growArray makes room for a list of n. Lua: luaH_resizearray.
func (t *Table) growArray(n int) {
	t.Resize(n, len(t.nodes))
}

// Next is the entry behind a key, nil being before the first one. The key that it returns is nil
// at the end; ok is false if the table does not have the given one. O(1), over a whole walk.
func (t *Table) Next(key Value) (next, value Value, ok bool) {
	from := 0
	if !key.IsNil() {
		if from, ok = t.indexOf(key); !ok {
			return Nil, Nil, false
		}
	}
	i := from
	for ; i < len(t.array); i++ {
		if !t.array[i].IsNil() {
			t.owe((i - from) / placesPerStep)
			return Int(i + 1), t.array[i], true
		}
	}
	for i -= len(t.array); i < len(t.nodes); i++ {
		if n := &t.nodes[i]; !n.value.IsNil() {
			t.owe((i + len(t.array) - from) / placesPerStep)
			return n.key, n.value, true
		}
	}
	t.owe((i + len(t.array) - from) / placesPerStep)
	return Nil, Nil, true
}

// Places is how many entries there is room for: as many as a whole walk passes.
func (t *Table) Places() int { return len(t.array) + len(t.nodes) }

// indexOf is how many entries a walk has passed behind a key.
func (t *Table) indexOf(key Value) (i int, ok bool) {
	if _, is := key.ref.(number); is {
		if i, ok := arrayIndex(key.num); ok && i <= len(t.array) {
			return i, true
		}
	}
	if len(t.nodes) == 0 {
		return 0, false
	}
	passed := 0
	for i := t.mainPosition(key); ; passed++ {
		n := &t.nodes[i]
		if n.key.Equal(key) {
			t.oweFind(key, passed)
			return len(t.array) + i + 1, true
		}
		if n.next == 0 {
			t.oweFind(key, passed)
			return 0, false
		}
		i += int(n.next)
	}
}

// Len is a border, as #: an n such that t[n] is not nil and t[n+1] is. O(log n). Lua: luaH_getn.
func (t *Table) Len() int {
	j := len(t.array)
	if j > 0 && t.array[j-1].IsNil() {
		i := 0
		for j-i > 1 {
			if m := (i + j) / 2; t.array[m-1].IsNil() {
				j = m
			} else {
				i = m
			}
		}
		return i
	}
	if len(t.nodes) == 0 {
		return j
	}
	return t.unboundLen(j)
}

// unboundLen is Len where the border is in the hash part, behind i.
func (t *Table) unboundLen(i int) int {
	j := i + 1
	for !t.GetInt(j).IsNil() {
		i = j
		j *= 2
		if j > math.MaxInt32 { // Lua: somebody has built a table to make this slow
			for i = 1; !t.GetInt(i).IsNil(); i++ {
			}
			t.owe(i / placesPerStep)
			return i - 1
		}
	}
	for j-i > 1 {
		if m := (i + j) / 2; t.GetInt(m).IsNil() {
			j = m
		} else {
			i = m
		}
	}
	return i
}
