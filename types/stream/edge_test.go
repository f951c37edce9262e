package stream

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/rand/v2"
	"testing"
)

func words(text ...string) (pairs [][]byte) {
	for _, w := range text {
		pairs = append(pairs, []byte(w))
	}
	return pairs
}

func TestIDs(t *testing.T) {
	steps := []struct{ id, next ID }{
		{ID{}, ID{0, 1}},
		{ID{1, math.MaxUint64}, ID{2, 0}},
		{ID{math.MaxUint64, math.MaxUint64 - 1}, MaxID},
	}
	for _, step := range steps {
		if next, ok := step.id.Next(); !ok || next != step.next {
			t.Errorf("behind %v comes %v, %v", step.id, next, ok)
		}
		if prev, ok := step.next.Prev(); !ok || prev != step.id {
			t.Errorf("before %v comes %v, %v", step.next, prev, ok)
		}
		if !step.id.Less(step.next) || step.next.Less(step.id) ||
			step.id.Compare(step.next) != -1 || step.next.Compare(step.id) != 1 {
			t.Errorf("%v and %v", step.id, step.next)
		}
	}
	if _, ok := MaxID.Next(); ok {
		t.Error("an id behind the last one")
	}
	if _, ok := (ID{}).Prev(); ok {
		t.Error("an id before the first one")
	}
}

func TestTooLarge(t *testing.T) {
	part := make([]byte, MaxEntryBytes/16)
	pairs := make([][]byte, 16)
	for i := range pairs {
		pairs[i] = part
	}
	if TooLarge(pairs) {
		t.Error("the largest entry is refused")
	}
	if !TooLarge(append(pairs, []byte("a"), nil)) {
		t.Error("one byte more is not refused")
	}
}

// A block without limits is copied a bounded number of times for each of its bytes.
func TestLargeBlock(t *testing.T) {
	s := New(newEnv(t, Limits{}))
	value := bytes.Repeat([]byte("v"), 500)
	moves, last := 0, s.header().tail
	const entries = 20000
	for i := range entries {
		s.Add(ID{1, uint64(i + 1)}, [][]byte{[]byte("f"), value})
		if s.header().tail != last {
			moves++
			last = s.header().tail
		}
	}
	if s.Blocks() != 1 || s.Len() != entries || moves > 200 {
		t.Errorf("%d blocks, %d entries, %d moves", s.Blocks(), s.Len(), moves)
	}
	if s.GrowthBytes([][]byte{[]byte("f"), value}) < len(s.pack(last))+len(value) {
		t.Error("GrowthBytes is less than it takes")
	}
	s.Check()
	s.Trim(Trimming{MaxLen: 1})
	if id := s.FirstID(); id != (ID{1, entries}) {
		t.Errorf("first id %v", id)
	}
	s.Check()
}

// Freed is what a cut group takes, and the stream's books know it.
func TestCutGroupInBackground(t *testing.T) {
	s := New(newEnv(t, Limits{}))
	before := s.MemoryUsage()
	g, _ := s.CreateGroup([]byte("g"), ID{}, 0)
	c, _ := g.CreateConsumer([]byte("c"), 0)
	for i := range 1000 {
		g.AddPending(ID{1, uint64(i)}, c, 0, 1)
	}
	d := s.CutGroup(g)
	if d.FreeEffort() != 1002 || s.FreeEffort() != 1 || s.MemoryUsage() != before {
		t.Errorf("efforts %d and %d, %d bytes", d.FreeEffort(), s.FreeEffort(), s.MemoryUsage())
	}
	a := s.env.Arena
	chain := a.NewChain()
	d.FreeChain(chain)
	a.Splice(chain)
	if used := a.UsedBytes(); used != int64(before) {
		t.Errorf("%d bytes are left, %d expected", used, before)
	}
}

// The number of nodes is that of a tree which is built.
func TestRadixNodes(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		s := New(newEnv(t, Limits{NodeMaxEntries: 1}))
		id := ID{rng.Uint64() >> rng.IntN(64), 0}
		for range rng.IntN(40) {
			id.Ms += rng.Uint64() >> (40 + rng.IntN(24))
			id.Seq += 1 + rng.Uint64()>>(20+rng.IntN(44))
			if !s.LastID().Less(id) {
				continue
			}
			s.Add(id, words("f", "v"))
		}
		var keys []string
		s.EachBlock(func(id ID, _ []byte) {
			b := binary.BigEndian.AppendUint64(nil, id.Ms)
			keys = append(keys, string(binary.BigEndian.AppendUint64(b, id.Seq)))
		})
		want := 1
		if len(keys) > 0 {
			want = radixNodes(keys)
		}
		if got := s.RadixNodes(); got != want {
			t.Fatalf("%d nodes, want %d of %x", got, want, keys)
		}
	}
}

// radixNodes counts the nodes below which all the keys lie, which are sorted and of one length.
func radixNodes(keys []string) int {
	first, last := keys[0], keys[len(keys)-1]
	if first == "" {
		return 1
	}
	run := 0
	for run < len(first) && first[run] == last[run] {
		run++
	}
	nodes := min(run, 1)
	if run == len(first) {
		return nodes + 1
	}
	nodes++
	for from := 0; from < len(keys); {
		to := from
		var below []string
		for to < len(keys) && keys[to][run] == keys[from][run] {
			below = append(below, keys[to][run+1:])
			to++
		}
		nodes += radixNodes(below)
		from = to
	}
	return nodes
}

// What is no block is refused, and changes nothing.
func TestCorruptBlocks(t *testing.T) {
	good, _ := hex.DecodeString(goldenCases[1].blocks[0][1])
	base := ID{1, 1}
	s := New(newEnv(t, Limits{}))
	if err := s.AppendBlock(base, good); err != nil {
		t.Fatal(err)
	}
	if s.AppendBlock(base, good) == nil {
		t.Error("a block with the ids of the one before")
	}
	if s.Finish(State{LastID: base}) == nil {
		t.Error("a last id below that of an entry")
	}
	s.Free()
	for i := range good {
		for _, flip := range []byte{1, 2, 0x80, 0xff} {
			bad := bytes.Clone(good)
			bad[i] ^= flip
			useBlock(t, base, bad)
		}
	}
	for n := range good {
		useBlock(t, base, good[:n])
	}
}

// useBlock loads a block that may be corrupt, and if it is accepted, does everything with it.
func useBlock(t *testing.T, first ID, b []byte) {
	s := New(newEnv(t, Limits{NodeMaxEntries: 100}))
	if err := s.AppendBlock(first, b); err != nil {
		if s.Len() != 0 || s.Blocks() != 0 {
			t.Fatal("a refused block has left something")
		}
		return
	}
	if err := s.Finish(State{LastID: s.LastID()}); err != nil {
		t.Fatal(err)
	}
	s.Check()
	for it := s.Range(ID{}, MaxID, true); it.Next(); {
		for range it.Fields() {
			it.Pair()
		}
	}
	if s.LastID() != MaxID {
		next, _ := s.LastID().Next()
		s.Add(next, words("f", "v"))
	}
	s.Delete(s.FirstID())
	s.Trim(Trimming{MaxLen: 1})
	s.Check()
	s.Free()
	if used := s.env.Arena.UsedBytes(); used != 0 {
		t.Fatalf("%d bytes are left", used)
	}
}

func FuzzAppendBlock(f *testing.F) {
	for _, test := range goldenCases {
		for _, block := range test.blocks {
			b, _ := hex.DecodeString(block[1])
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) { useBlock(t, ID{1, 1}, b) })
}

func TestLag(t *testing.T) {
	s := New(newEnv(t, Limits{}))
	for i := range 5 {
		s.Add(ID{1, uint64(i + 1)}, words("f", "v"))
	}
	g, _ := s.CreateGroup([]byte("g"), ID{}, 0)
	lag := func(want int64, known bool) {
		t.Helper()
		if got, ok := g.Lag(); ok != known || ok && got != want {
			t.Errorf("lag %d, %v; want %d, %v", got, ok, want, known)
		}
	}
	lag(5, true)
	g.Deliver(ID{1, 1})
	lag(4, true)
	s.Delete(ID{1, 4})
	lag(0, false)
	g.Deliver(ID{1, 2})
	if n := g.EntriesRead(); n != UnknownCount {
		t.Errorf("%d entries read", n)
	}
	g.Deliver(ID{1, 3})
	lag(0, false)
	g.Deliver(ID{1, 5})
	lag(0, true)
	if n := g.EntriesRead(); n != 5 {
		t.Errorf("%d entries read", n)
	}
}
