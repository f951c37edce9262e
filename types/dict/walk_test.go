package dict

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ringer-kv/ringer/types/arena"
)

// checkWalks lets Scan, Each and Some tell what is in the table.
func (m *model) checkWalks() {
	m.t.Helper()
	seen := map[uint64]int{}
	calls := 0
	for cursor := uint64(0); ; calls++ {
		cursor = m.table.Scan(m.a, cursor, func(r arena.Ref) { seen[keyNumber(m.a, r)]++ })
		if cursor == 0 {
			break
		}
	}
	m.mustBeAll("Scan", seen)
	if calls > m.table.Buckets() {
		m.t.Fatalf("%d calls of Scan for %d buckets", calls, m.table.Buckets())
	}
	clear(seen)
	m.table.Each(m.a, func(r arena.Ref) bool { seen[keyNumber(m.a, r)]++; return true })
	m.mustBeAll("Each", seen)
}

func (m *model) mustBeAll(what string, seen map[uint64]int) {
	m.t.Helper()
	if len(seen) != len(m.known) {
		m.t.Fatalf("%s gave %d nodes of %d", what, len(seen), len(m.known))
	}
	for key, times := range seen {
		if times != 1 || m.known[key] == 0 {
			m.t.Fatalf("%s gave key %d %d times", what, key, times)
		}
	}
}

func TestWalksSeeEverythingOnceInEveryStateOfARehash(t *testing.T) {
	for name, hash := range hashes {
		t.Run(name, func(t *testing.T) {
			m := newModel(t, hash)
			m.checkWalks()
			for key := range uint64(600) {
				m.insert(key)
				m.checkWalks()
			}
			for len(m.order) > 0 {
				m.removeAt(0)
				m.checkWalks()
			}
			m.insert(1)
			m.table.Expand(m.a, 4000)
			for key := range uint64(20) {
				m.insert(key)
				m.checkWalks()
			}
		})
	}
}

// tide lets a table grow and shrink between the calls of a walk. It never touches the first keep
// keys of order.
type tide struct {
	*model
	rnd    *rand.Rand
	keep   int
	target int // number of nodes to go for
}

// turn does some operations, now and then towards another target.
func (m *tide) turn() {
	switch m.rnd.Uint32() % 16 {
	case 0:
		m.target = m.keep
	case 1:
		m.target = m.keep + int(m.rnd.Uint32()%3000)
	}
	for range m.rnd.Uint32() % 128 {
		if len(m.order) < m.target {
			m.insert(1<<32 | m.rnd.Uint64()%10000)
		} else if len(m.order) > m.keep {
			m.removeAt(m.keep + int(m.rnd.Uint64()%uint64(len(m.order)-m.keep)))
		}
	}
}

// TestScanGuarantee scans while the table grows and shrinks, often in the middle of a rehash: what
// is there from begin to end comes exactly once, and Passed tells at any time what has come.
func TestScanGuarantee(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 0))
	grown, shrunk, rehashing := 0, 0, 0
	for range 30 {
		keep := 1 + int(rnd.Uint32()%100)
		m := &tide{model: filled(t, uint64(keep)), rnd: rnd, keep: keep}
		for range 40 {
			m.turn()
		}
		seen := map[uint64]int{}
		for cursor := uint64(0); ; {
			cursor = m.table.Scan(m.a, cursor, func(r arena.Ref) { seen[keyNumber(m.a, r)]++ })
			if cursor == 0 {
				break
			}
			m.mustHavePassed(cursor, seen)
			before := m.table.size(0)
			m.turn()
			switch after := m.table.size(0); {
			case after > before:
				grown++
			case after < before:
				shrunk++
			}
			if m.table.Rehashing() {
				rehashing++
			}
		}
		for key := range keep {
			if seen[uint64(key)] != 1 {
				t.Fatalf("key %d was given %d times", key, seen[uint64(key)])
			}
		}
	}
	if grown < 20 || shrunk < 20 || rehashing < 20 {
		t.Errorf("grown %d, shrunk %d, rehashing %d times: not a test", grown, shrunk, rehashing)
	}
}

func (m *tide) mustHavePassed(cursor uint64, seen map[uint64]int) {
	m.t.Helper()
	for _, key := range m.order[:m.keep] {
		passed := Passed(cursor, m.seed.Hash(keyBytes(key)))
		if passed != (seen[key] == 1) {
			m.t.Fatalf("cursor %d, key %d: passed %v, given %d times", cursor, key, passed, seen[key])
		}
	}
}

func TestNothingIsPassedBeforeTheFirstCall(t *testing.T) {
	for _, hash := range []uint32{0, 1, 1 << 31, 1<<32 - 1} {
		if Passed(0, hash) {
			t.Errorf("hash %#x is passed", hash)
		}
	}
}

// TestScanCursorIsReverseBinary pins what a client sees: the cursors of a table of 8 buckets are
// those of Redis.
func TestScanCursorIsReverseBinary(t *testing.T) {
	m := newModel(t, hashSpread)
	for key := range uint64(8) {
		m.insert(key)
	}
	for m.table.Rehash(m.a, 8) {
		continue
	}
	var cursors []uint64
	for cursor := uint64(0); ; {
		cursor = m.table.Scan(m.a, cursor, func(arena.Ref) {})
		cursors = append(cursors, cursor)
		if cursor == 0 {
			break
		}
	}
	if want := []uint64{4, 2, 6, 1, 5, 3, 7, 0}; !slices.Equal(cursors, want) {
		t.Errorf("cursors %v, want %v", cursors, want)
	}
}

func TestScanTakesAnyCursor(t *testing.T) {
	m := newModel(t, hashSpread)
	for key := range uint64(100) {
		m.insert(key)
	}
	rnd := rand.New(rand.NewPCG(1, 0))
	for i := range 1000 {
		cursor := rnd.Uint64() >> (i % 64)
		for calls := 0; ; calls++ {
			cursor = m.table.Scan(m.a, cursor, func(arena.Ref) {})
			if cursor == 0 {
				break
			}
			if calls > m.table.Buckets() {
				t.Fatalf("a scan from %d does not end", cursor)
			}
		}
	}
}

// forget removes the node at r from the table and the model, and frees it.
func (m *model) forget(r arena.Ref) {
	m.removeAt(slices.Index(m.order, keyNumber(m.a, r)))
}

func TestCallbackMayRemoveTheNodeItIsGiven(t *testing.T) {
	for _, keepEvery := range []uint64{0, 2, 20} {
		for _, size := range []uint64{1, 5, 64, 1000, 1500} {
			t.Run(fmt.Sprintf("keep 1 of %d, %d keys", keepEvery, size), func(t *testing.T) {
				m := newModel(t, hashSpread)
				for key := range size {
					m.insert(key)
				}
				seen := map[uint64]int{}
				m.table.Each(m.a, func(r arena.Ref) bool {
					key := keyNumber(m.a, r)
					seen[key]++
					if keepEvery == 0 || key%keepEvery != 0 {
						m.forget(r)
					}
					return true
				})
				if len(seen) != int(size) {
					t.Fatalf("%d of %d keys seen", len(seen), size)
				}
				for key, times := range seen {
					if times != 1 {
						t.Fatalf("key %d seen %d times", key, times)
					}
				}
				m.check()
				m.drain()
			})
		}
	}
}

func TestScanCallbackMayRemoveAndInsert(t *testing.T) {
	m := newModel(t, hashSpread)
	for key := range uint64(2000) {
		m.insert(key)
	}
	seen := map[uint64]int{}
	for cursor := uint64(0); ; {
		cursor = m.table.Scan(m.a, cursor, func(r arena.Ref) {
			key := keyNumber(m.a, r)
			if key >= 1<<32 {
				return
			}
			seen[key]++
			m.forget(r)
			if key%3 == 0 {
				m.insert(1<<32 | key)
			}
		})
		if cursor == 0 {
			break
		}
	}
	for key := range uint64(2000) {
		if seen[key] != 1 {
			t.Fatalf("key %d seen %d times", key, seen[key])
		}
	}
	m.check()
	m.drain()
}

func TestEachStopsWhenToldTo(t *testing.T) {
	m := newModel(t, hashSpread)
	for key := range uint64(100) {
		m.insert(key)
	}
	calls := 0
	m.table.Each(m.a, func(arena.Ref) bool { calls++; return calls < 7 })
	if calls != 7 {
		t.Errorf("%d calls, want 7", calls)
	}
}

// TestRandomIsFair draws from tables in several states and compares the frequencies with the even
// ones by the chi-square sum, whose mean is the number of keys less one: six standard deviations
// above it are never seen if the chances are even.
func TestRandomIsFair(t *testing.T) {
	const draws = 200
	for _, size := range []uint64{1, 2, 3, 10, 15, 16, 17, 31, 32, 100, 500, 600, 1100, 20_000} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			m := newModel(t, hashSpread)
			for key := range size {
				m.insert(key)
			}
			rnd := rand.New(rand.NewPCG(3, 0))
			count := map[uint64]float64{}
			for range draws * size {
				count[keyNumber(m.a, m.table.Random(m.a, rnd.Uint64))]++
			}
			sum := 0.0
			for key := range size {
				d := count[key] - draws
				sum += d * d / draws
			}
			freedom := float64(size - 1)
			if sum > freedom+6*math.Sqrt(2*freedom)+1e-9 {
				t.Errorf("chi-square %.1f of %v degrees of freedom", sum, freedom)
			}
		})
	}
}

// TestRandomOfSparseTables: while a table shrinks, and with hashes that don't spread.
func TestRandomOfSparseTables(t *testing.T) {
	rnd := rand.New(rand.NewPCG(4, 0))
	m := newModel(t, hashSpread)
	for key := range uint64(5000) {
		m.insert(key)
	}
	for len(m.order) > 1 {
		m.removeAt(rnd.IntN(len(m.order)))
		r := m.table.Random(m.a, rnd.Uint64)
		if m.known[keyNumber(m.a, r)] != r {
			t.Fatalf("with %d keys left, Random has drawn a node that is gone", len(m.order))
		}
	}
}

func TestRandomFindsTheOnlyNodeOfALargeArray(t *testing.T) {
	m := newModel(t, hashSpread)
	if r := m.table.Random(m.a, rand.New(rand.NewPCG(1, 0)).Uint64); r != 0 {
		t.Fatalf("an empty table has node %d", r)
	}
	m.table.Expand(m.a, 1<<16)
	if r := m.table.Random(m.a, rand.New(rand.NewPCG(1, 0)).Uint64); r != 0 {
		t.Fatalf("an expanded empty table has node %d", r)
	}
	m.insert(42)
	rnd := rand.New(rand.NewPCG(2, 0))
	for range 20 {
		if r := m.table.Random(m.a, rnd.Uint64); r != m.known[42] {
			t.Fatalf("Random = %d, want %d", r, m.known[42])
		}
	}
}

func TestSomeGivesDifferentNodes(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 0))
	m := newModel(t, hashSpread)
	for i := range 3000 {
		m.step(byte(rnd.Uint32())%200, rnd.Uint64()%700)
		if i%1000 > 700 && len(m.order) > 0 {
			m.removeAt(int(rnd.Uint64() % uint64(len(m.order))))
		}
		n := int(rnd.Uint32() % 40)
		some := m.table.Some(m.a, rnd.Uint64, n, []arena.Ref{1})
		if len(some) > n+1 || some[0] != 1 {
			t.Fatalf("asked for %d, got %d after %d", n, len(some)-1, some[0])
		}
		slices.Sort(some)
		if len(slices.Compact(slices.Clone(some))) != len(some) {
			t.Fatalf("the same node twice: %v", some)
		}
		if 10*len(m.order) >= m.table.Buckets() && n >= len(m.order) && len(some)-1 != len(m.order) {
			t.Fatalf("asked for %d of %d nodes, got %d", n, len(m.order), len(some)-1)
		}
	}
}

// TestSomeVisitsAShrinkingTableOnce pins a wrap-around within one bucket of the smaller array.
func TestSomeVisitsAShrinkingTableOnce(t *testing.T) {
	m := newModel(t, hashSpread)
	for key := range uint64(512) {
		m.insert(key)
	}
	for m.table.Rehash(m.a, 512) {
		continue
	}
	for !m.table.Rehashing() {
		m.removeAt(0)
	}
	m.table.Rehash(m.a, 200)
	if m.table.size(0) != 512 || m.table.size(1) != 64 || m.table.moved < 200 {
		t.Fatalf("not the state to test: %+v", m.table)
	}
	for i := range uint32(512) {
		pos := bits.Reverse32(i)
		some := m.table.Some(m.a, func() uint64 { return uint64(pos) }, 1000, nil)
		slices.Sort(some)
		if len(slices.Compact(slices.Clone(some))) != len(some) {
			t.Fatalf("the same node twice from %#x: %v", pos, some)
		}
	}
}
