package dict

import (
	"slices"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/types/arena"
)

// filled returns a model with the keys 0..n-1.
func filled(t testing.TB, n uint64) *model {
	m := newModel(t, hashSpread)
	for key := range n {
		m.insert(key)
	}
	return m
}

// settle finishes a rehash.
func (m *model) settle() {
	for m.table.Rehash(m.a, 100) {
		continue
	}
}

func TestGrowsWhenThereAreAsManyNodesAsBuckets(t *testing.T) {
	m := filled(t, 4)
	if m.table.Buckets() != 4 || m.table.Rehashing() {
		t.Fatalf("4 nodes lie in %d buckets", m.table.Buckets())
	}
	m.insert(4)
	if m.table.Buckets() != 4+8 || !m.table.Rehashing() {
		t.Fatalf("the fifth node made it %d buckets", m.table.Buckets())
	}
	m.settle()
	if m.table.Buckets() != 8 {
		t.Fatalf("%d buckets after the rehash", m.table.Buckets())
	}
	m.check()
}

func TestShrinksBelowATenth(t *testing.T) {
	m := filled(t, 1000)
	m.settle()
	for len(m.order) > 103 {
		m.removeAt(0)
	}
	if m.table.Buckets() != 1024 {
		t.Fatalf("103 nodes lie in %d buckets", m.table.Buckets())
	}
	m.removeAt(0)
	if m.table.Buckets() != 1024+128 {
		t.Fatalf("on the way with 102 nodes: %d buckets", m.table.Buckets())
	}
	m.settle()
	if m.table.Buckets() != 128 {
		t.Fatalf("102 nodes lie in %d buckets", m.table.Buckets())
	}
	m.check()
}

// TestWorkPerOperationIsBounded pins the bound of doc.go: what one operation may move.
func TestWorkPerOperationIsBounded(t *testing.T) {
	m := filled(t, 4096)
	m.settle()
	m.insert(4096)
	for next := uint64(4097); m.table.Rehashing(); next++ {
		before := m.table.moved
		m.insert(next)
		if after := m.table.moved; after > before+stepBuckets+stepEmpty {
			t.Fatalf("one insert moved the border from %d to %d", before, after)
		}
		if next > 4096+4096/stepBuckets {
			t.Fatalf("%d inserts did not finish the rehash of 4096 buckets", next-4096)
		}
	}
	m.check()
}

func TestExpandSavesTheRehash(t *testing.T) {
	m := newModel(t, hashSpread)
	m.table.Expand(m.a, 1000)
	if m.table.Buckets() != 1024 {
		t.Fatalf("%d buckets for 1000 nodes", m.table.Buckets())
	}
	for key := range uint64(1024) {
		m.insert(key)
		if m.table.Rehashing() {
			t.Fatalf("rehashing at %d nodes", m.table.Len())
		}
	}
	m.table.Expand(m.a, 10)
	m.table.Expand(m.a, -1)
	if m.table.Buckets() != 1024 {
		t.Fatalf("an Expand below the size made it %d buckets", m.table.Buckets())
	}
	m.table.Expand(m.a, 5000)
	if m.table.Buckets() != 1024+8192 {
		t.Fatalf("%d buckets on the way to 5000 nodes", m.table.Buckets())
	}
	m.check()
}

// TestATableThatCannotGrowWorksOn fills an arena so that no larger array fits into it any more.
func TestATableThatCannotGrowWorksOn(t *testing.T) {
	a, err := arena.New(arena.Options{ReserveBytes: 96 << 10})
	if err != nil {
		t.Fatal(err)
	}
	m := newModel(t, hashSpread)
	m.a = a
	for key := uint64(0); a.Fits(entryBytes); key++ {
		m.insert(key)
	}
	if m.table.Len() <= m.table.Buckets() {
		t.Fatalf("%d nodes in %d buckets: the arena is too large for this test",
			m.table.Len(), m.table.Buckets())
	}
	m.check()
	m.checkWalks()
	m.drain()
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}

func TestFreeLeavesAnEmptyTable(t *testing.T) {
	m := filled(t, 530)
	if !m.table.Rehashing() {
		t.Fatal("the table has to be rehashing")
	}
	nodes := int64(530 * entryBytes)
	if got := m.a.UsedBytes() - nodes; got != int64(m.table.BytesUsed()) {
		t.Fatalf("BytesUsed %d, the arena says %d", m.table.BytesUsed(), got)
	}
	m.table.Free(m.a)
	if m.table != (Table{}) || m.a.UsedBytes() != nodes {
		t.Fatalf("%d bytes left, table %+v", m.a.UsedBytes()-nodes, m.table)
	}
}

func TestFreeToChainGivesAllBackAtTheSplice(t *testing.T) {
	m := filled(t, 530)
	chain := m.a.NewChain()
	m.table.Each(m.a, func(r arena.Ref) bool { chain.Free(r, entryBytes); return true })
	m.table.FreeTo(chain.Free)
	if m.table != (Table{}) {
		t.Fatalf("table %+v", m.table)
	}
	m.a.Splice(chain)
	for m.a.Work(100) {
		continue
	}
	if used := m.a.UsedBytes(); used != 0 {
		t.Fatalf("%d bytes left", used)
	}
}

func TestTouchChangesNothing(t *testing.T) {
	m := newModel(t, hashSpread)
	m.table.Touch(m.a, 1)
	m.table.TouchAll(m.a, []uint32{1, 2})
	var hashes [100]uint32
	for key := range uint64(600) {
		m.insert(key)
		before := m.table
		for i := range hashes {
			hashes[i] = m.seed.Hash(keyBytes(uint64(i) * 7))
		}
		m.table.TouchAll(m.a, hashes[:key%100])
		for hash := uint32(0); hash < 1<<31; hash += 1 << 25 {
			m.table.Touch(m.a, hash)
		}
		if m.table != before {
			t.Fatalf("%+v became %+v", before, m.table)
		}
	}
	m.check()
}

func TestNothingHereUsesTheGoHeap(t *testing.T) {
	if invariants {
		t.Skip("the checks format their messages on the Go heap")
	}
	m := filled(t, 600)
	keep := uint64(0)
	key := keyBytes(77)
	hash := m.seed.Hash(key)
	if n := testing.AllocsPerRun(10, func() {
		keep += uint64(m.table.Find(m.a, entryKey, hash, key))
		keep += m.table.Scan(m.a, 0, func(r arena.Ref) { keep += uint64(r) })
		m.table.Each(m.a, func(r arena.Ref) bool { keep += uint64(r); return true })
		keep += uint64(m.table.Random(m.a, func() uint64 { keep++; return keep }))
		m.table.Remove(m.a, m.known[5])
		m.table.Insert(m.a, m.known[5])
	}); n != 0 {
		t.Errorf("%.0f allocations", n)
	}
}

func TestSeeds(t *testing.T) {
	a, b := MakeSeed(), MakeSeed()
	same := 0
	for key := range uint64(100) {
		k := keyBytes(key)
		if again := a.Hash(slices.Clone(k)); again != a.Hash(k) {
			t.Fatalf("key %d: hash %#x, then another", key, again)
		}
		if a.Hash(k) == b.Hash(k) {
			same++
		}
	}
	if same > 5 {
		t.Errorf("two seeds agree on %d of 100 keys", same)
	}
	injected := SeedFunc(func(key []byte) uint32 { return uint32(len(key)) })
	if got := injected.Hash(keyBytes(1)); got != 8 {
		t.Errorf("hash of an injected function: %d", got)
	}
}

// mustPanic runs fn and wants a panic whose message begins so.
func mustPanic(t *testing.T, want string, fn func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if got, _ := recover().(string); !strings.HasPrefix(got, want) {
			t.Errorf("got the panic %q, want %q", got, want)
		}
	}()
	fn()
}

func TestRemovingAStrangerPanics(t *testing.T) {
	m := newModel(t, hashSpread)
	r := m.alloc(9)
	mustPanic(t, "dict: the node is in no chain", func() { m.table.Remove(m.a, r) })
	m.insert(1)
	mustPanic(t, "dict: the node is not in the chain", func() { m.table.Remove(m.a, r) })
	mustPanic(t, "dict: the node is not in the chain", func() { m.table.Replace(m.a, r, r) })
}

func TestCheckSeesEachBrokenInvariant(t *testing.T) {
	cases := []struct {
		want string
		harm func(m *model)
	}{
		{"dict: I1", func(m *model) { m.table.array[0] = 0 }},
		{"dict: I1", func(m *model) { m.table.used = 0 }},
		{"dict: I2", func(m *model) { m.table.shift[1] = m.table.shift[0] }},
		{"dict: I2", func(m *model) { m.table.shift[0] = 31 }},
		{"dict: I2", func(m *model) { m.table.moved = 1 << 20 }},
		{"dict: I2", func(m *model) { m.table.array[1] = 0 }},
		{"dict: I3", func(m *model) { arena.At[Node](m.a, m.known[3]).Hash ^= 1 << 31 }},
		{"dict: I3", func(m *model) { m.table.moved = 0 }},
		{"dict: I4", func(m *model) { m.table.moved = 60 }},
		{"dict: I4", func(m *model) { m.table.used++ }},
		{"dict: I4", func(m *model) { m.table.used-- }},
		{"dict: I4", func(m *model) { arena.At[Node](m.a, m.known[3]).Next = m.known[3] }},
	}
	for _, c := range cases {
		m := filled(t, 64)
		m.settle()
		m.table.Expand(m.a, 1000)
		m.table.Rehash(m.a, 2)
		if !m.table.Rehashing() || m.table.moved == 0 {
			t.Fatalf("the table has to be rehashing: %+v", m.table)
		}
		c.harm(m)
		mustPanic(t, c.want, func() { m.table.Check(m.a) })
	}
}

// TestExpandOfAFullArena: a table that finds no room for its array takes a smaller one, and works.
func TestExpandOfAFullArena(t *testing.T) {
	a, err := arena.New(arena.Options{ReserveBytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	const blockBytes = 64 << 10
	var blocks []arena.Ref
	for a.Fits(blockBytes) {
		blocks = append(blocks, a.Alloc(blockBytes))
	}
	for i := 0; i < len(blocks); i += 2 { // half of it is free, but no two blocks together
		a.Free(blocks[i], blockBytes)
	}
	var table Table
	const nodes = 5000
	table.Expand(a, 100_000)
	if size := table.Buckets() * bucketBytes; size != blockBytes {
		t.Fatalf("an array of %d bytes", size)
	}
	for key := range uint64(nodes) {
		r := a.Alloc(entryBytes)
		n := arena.At[Node](a, r)
		n.Hash = uint32(key * 0x9e3779b1)
		table.Insert(a, r)
	}
	seen := 0
	table.Each(a, func(arena.Ref) bool { seen++; return true })
	if seen != nodes || table.Len() != nodes {
		t.Fatalf("%d nodes, %d of them found", table.Len(), seen)
	}
}
