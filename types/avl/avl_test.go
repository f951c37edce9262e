package avl

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ringer-kv/ringer/types/arena"
)

// item is a user's node: the tree orders items by key.
type item struct {
	node Node
	key  uint64
}

const itemBytes = 24

// model is a tree next to the sorted slice of the nodes it must hold.
type model struct {
	t     testing.TB
	a     *arena.Arena
	tree  Tree
	items []arena.Ref
}

func newModel(t testing.TB) *model {
	a, err := arena.New(arena.Options{ReserveBytes: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return &model{t: t, a: a}
}

func keyAt(a *arena.Arena, r arena.Ref) uint64 { return arena.At[item](a, r).key }

func (m *model) alloc(key uint64) arena.Ref {
	r := m.a.Alloc(itemBytes)
	arena.At[item](m.a, r).key = key
	return r
}

// descend returns where a node of this key belongs, or the node that has the key already.
func descend(a *arena.Arena, t *Tree, key uint64) (parent arena.Ref, left bool, found arena.Ref) {
	for r := t.Root; r != 0; {
		it := arena.At[item](a, r)
		if it.key == key {
			return 0, false, r
		}
		parent, left = r, key < it.key
		r = it.node.Right
		if left {
			r = it.node.Left
		}
	}
	return parent, left, 0
}

// search returns the place of key in the model.
func (m *model) search(key uint64) (int, bool) {
	return slices.BinarySearchFunc(m.items, key, func(r arena.Ref, key uint64) int {
		switch k := keyAt(m.a, r); {
		case k < key:
			return -1
		case k > key:
			return 1
		}
		return 0
	})
}

func (m *model) insert(key uint64) {
	parent, left, found := descend(m.a, &m.tree, key)
	i, known := m.search(key)
	if known != (found != 0) {
		m.t.Fatalf("key %d: found %d, the model says %v", key, found, known)
	}
	if known {
		return
	}
	r := m.alloc(key)
	m.tree.Link(m.a, parent, r, left)
	m.items = slices.Insert(m.items, i, r)
}

func (m *model) remove(i int) {
	r := m.items[i]
	m.items = slices.Delete(m.items, i, i+1)
	m.tree.Unlink(m.a, r)
	m.a.Free(r, itemBytes)
}

func (m *model) replace(i int) {
	old := m.items[i]
	m.items[i] = m.alloc(keyAt(m.a, old))
	m.tree.Replace(m.a, old, m.items[i])
	m.a.Free(old, itemBytes)
}

// rebuild puts the nodes, and n more at the end, into a new tree at once.
func (m *model) rebuild(n int) {
	last := uint64(0)
	if len(m.items) > 0 {
		last = keyAt(m.a, m.items[len(m.items)-1])
	}
	for i := range n {
		m.items = append(m.items, m.alloc(last+1+uint64(i)))
	}
	m.tree = Tree{}
	i := 0
	m.tree.BuildSorted(m.a, len(m.items), func() arena.Ref {
		i++
		return m.items[i-1]
	})
}

// expect is what Select must answer.
func (m *model) expect(rank int) arena.Ref {
	if rank < 0 || rank >= len(m.items) {
		return 0
	}
	return m.items[rank]
}

// check compares the whole tree with the model.
func (m *model) check() {
	m.t.Helper()
	a := m.a
	m.tree.Check(a, func(x, y arena.Ref) bool { return keyAt(a, x) < keyAt(a, y) })
	if m.tree.Len() != len(m.items) {
		m.t.Fatalf("Len %d, want %d", m.tree.Len(), len(m.items))
	}
	if got, want := m.tree.First(a), m.expect(0); got != want {
		m.t.Fatalf("First %d, want %d", got, want)
	}
	if got, want := m.tree.Last(a), m.expect(len(m.items)-1); got != want {
		m.t.Fatalf("Last %d, want %d", got, want)
	}
	for rank := -1; rank <= len(m.items); rank++ {
		if got, want := m.tree.Select(a, rank), m.expect(rank); got != want {
			m.t.Fatalf("Select(%d) %d, want %d", rank, got, want)
		}
	}
	for rank, r := range m.items {
		m.checkNode(rank, r)
	}
}

func (m *model) checkNode(rank int, r arena.Ref) {
	m.t.Helper()
	if got := Rank(m.a, r); got != rank {
		m.t.Fatalf("Rank %d, want %d", got, rank)
	}
	if got, want := Next(m.a, r), m.expect(rank+1); got != want {
		m.t.Fatalf("Next of rank %d: %d, want %d", rank, got, want)
	}
	if got, want := Prev(m.a, r), m.expect(rank-1); got != want {
		m.t.Fatalf("Prev of rank %d: %d, want %d", rank, got, want)
	}
	for _, delta := range []int{0, 1, -1, 5, -7, nearSteps, nearSteps + 1, -nearSteps - 1, 40, -40} {
		if got, want := m.tree.Offset(m.a, r, delta), m.expect(rank+delta); got != want {
			m.t.Fatalf("Offset of rank %d by %d: %d, want %d", rank, delta, got, want)
		}
	}
}

// step does one operation, chosen by op, on the key or rank that arg stands for.
func (m *model) step(op byte, arg uint64) {
	n := uint64(len(m.items))
	switch {
	case op < 110 || n == 0:
		m.insert(arg)
	case op < 230:
		m.remove(int(arg % n))
	case op < 250:
		m.replace(int(arg % n))
	default:
		m.rebuild(int(arg % 4))
	}
}

func TestTreeAgreesWithSortedSlice(t *testing.T) {
	for _, seed := range []uint64{1, 2, 3, 4} {
		rnd := rand.New(rand.NewPCG(seed, 0))
		m := newModel(t)
		for i := range 1500 {
			op := byte(rnd.Uint32())
			if i%500 < 200 {
				op %= 110 // phases of growth, so that the tree gets some height
			}
			m.step(op, rnd.Uint64()%400)
			m.check()
		}
	}
}

func TestSortedInsertsAndRemovalsFromEitherEnd(t *testing.T) {
	m := newModel(t)
	for i := range uint64(300) {
		m.insert(1000 + i)
		m.check()
		m.insert(999 - i)
		m.check()
	}
	for len(m.items) > 0 {
		m.remove(0)
		m.check()
		if n := len(m.items); n > 0 {
			m.remove(n / 2)
			m.check()
		}
	}
	if m.tree != (Tree{}) {
		t.Fatalf("the emptied tree is %+v", m.tree)
	}
	if used := m.a.UsedBytes(); used != 0 {
		t.Fatalf("%d bytes leaked", used)
	}
}

func TestBuildSortedOfEverySize(t *testing.T) {
	for n := range 130 {
		m := newModel(t)
		m.rebuild(n)
		m.check()
	}
}

// TestEveryShapeSurvivesEveryRemoval builds trees in all insertion orders of up to six keys and
// takes each key out of each: no case of the rebalancing is left to chance.
func TestEveryShapeSurvivesEveryRemoval(t *testing.T) {
	m := newModel(t)
	for n := 1; n <= 6; n++ {
		permute(n, func(order []uint64) {
			for victim := range n {
				m.tree, m.items = Tree{}, m.items[:0]
				for _, key := range order {
					m.insert(key)
				}
				m.remove(victim)
				m.tree.Check(m.a, func(x, y arena.Ref) bool { return keyAt(m.a, x) < keyAt(m.a, y) })
				for len(m.items) > 0 {
					m.remove(0)
				}
			}
		})
	}
}

// permute calls fn with every order of 0..n-1.
func permute(n int, fn func([]uint64)) {
	order := make([]uint64, n)
	for i := range order {
		order[i] = uint64(i)
	}
	var place func(i int)
	place = func(i int) {
		if i == n {
			fn(order)
			return
		}
		for j := i; j < n; j++ {
			order[i], order[j] = order[j], order[i]
			place(i + 1)
			order[i], order[j] = order[j], order[i]
		}
	}
	place(0)
}

func TestOffsetBeyondEitherEndIsNil(t *testing.T) {
	m := newModel(t)
	m.rebuild(20)
	for _, delta := range []int{20, -20, 1 << 62, -1 << 62, -1 << 63, 1<<63 - 1} {
		for _, r := range m.items {
			if got := m.tree.Offset(m.a, r, delta); got != 0 {
				t.Fatalf("Offset(%d) = %d", delta, got)
			}
		}
	}
}

// broken runs fn, which must panic with a message about the invariant.
func broken(t *testing.T, invariant string, fn func()) {
	t.Helper()
	defer func() {
		t.Helper()
		got := fmt.Sprint(recover())
		if want := "avl: " + invariant + ":"; len(got) < len(want) || got[:len(want)] != want {
			t.Fatalf("got %q, want a panic about %s", got, invariant)
		}
	}()
	fn()
}

func TestCheckSeesEachBrokenInvariant(t *testing.T) {
	cases := []struct {
		invariant string
		harm      func(m *model)
	}{
		{"I1", func(m *model) { at(m.a, m.items[0]).Parent = m.items[3] }},
		{"I2", func(m *model) { at(m.a, m.tree.Root).Left = 0 }},
		{"I3", func(m *model) { at(m.a, m.items[5]).bits += one }},
		{"I3", func(m *model) { m.tree.count++ }},
		{"I3", func(m *model) { m.tree.count-- }},
		{"I4", func(m *model) { at(m.a, m.items[5]).bits ^= parity }},
		{"I5", func(m *model) { arena.At[item](m.a, m.items[4]).key = 0 }},
	}
	for _, c := range cases {
		t.Run(c.invariant, func(t *testing.T) {
			m := newModel(t)
			m.rebuild(12)
			c.harm(m)
			broken(t, c.invariant, func() {
				m.tree.Check(m.a, func(x, y arena.Ref) bool {
					return keyAt(m.a, x) < keyAt(m.a, y)
				})
			})
		})
	}
}

func TestMisusePanics(t *testing.T) {
	cases := []struct {
		want string
		do   func(m *model, r arena.Ref)
	}{
		{"avl: the tree is full", func(m *model, r arena.Ref) {
			m.tree.count = maxNodes
			m.tree.Link(m.a, m.items[0], r, true)
		}},
		{"avl: a second root", func(m *model, r arena.Ref) { m.tree.Link(m.a, 0, r, true) }},
		{"avl: the left child is there already", func(m *model, r arena.Ref) {
			m.tree.Link(m.a, m.tree.Root, r, true)
		}},
		{"avl: the right child is there already", func(m *model, r arena.Ref) {
			m.tree.Link(m.a, m.tree.Root, r, false)
		}},
		{"avl: a build in a tree that is not empty", func(m *model, r arena.Ref) {
			m.tree.BuildSorted(m.a, 1, func() arena.Ref { return r })
		}},
		{"avl: a build of -1 nodes", func(m *model, _ arena.Ref) {
			m.tree = Tree{}
			m.tree.BuildSorted(m.a, -1, func() arena.Ref { return 0 })
		}},
	}
	for _, c := range cases {
		m := newModel(t)
		m.rebuild(3)
		r := m.alloc(99)
		func() {
			defer func() {
				if got := recover(); got != c.want {
					t.Errorf("got %v, want %q", got, c.want)
				}
			}()
			c.do(m, r)
		}()
	}
}

func FuzzTree(f *testing.F) {
	f.Add([]byte("\x00\x01\x00\x02\x00\x03\xc8\x01\xf0\x00\xff\x03"))
	f.Add([]byte("\x00\x09\x00\x08\x00\x07\x00\x06\x00\x05\x00\x04\x80\x00\x80\x00\x80\x00"))
	f.Fuzz(func(t *testing.T, ops []byte) {
		m := newModel(t)
		for ; len(ops) >= 2; ops = ops[2:] {
			m.step(ops[0], uint64(ops[1]))
			m.tree.Check(m.a, func(x, y arena.Ref) bool {
				return keyAt(m.a, x) < keyAt(m.a, y)
			})
		}
		m.check()
	})
}
