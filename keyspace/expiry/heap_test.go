package expiry

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/types/arena"
)

// model is a heap together with a map that says what must be in it, and the entries' indexes.
type model struct {
	t        testing.TB
	h        *Heap
	index    map[arena.Ref]uint32
	deadline map[arena.Ref]int64
	refs     []arena.Ref // the keys of deadline
	nextRef  arena.Ref
}

func newModel(t testing.TB) *model {
	m := &model{t: t, index: map[arena.Ref]uint32{}, deadline: map[arena.Ref]int64{}}
	m.h = New(func(r arena.Ref, i uint32) { m.index[r] = i })
	return m
}

const (
	opAdd = iota
	opAddMany
	opMove
	opRemove
	opRemoveMany
	opExpire
	opReallocate
	opSample
	opReset
	opCount
)

// opBytes is the length of an operation in a stream: the operation and an argument of two bytes.
const opBytes = 3

func (m *model) run(stream []byte) {
	for ; len(stream) >= opBytes; stream = stream[opBytes:] {
		m.step(int(stream[0])%opCount, binary.LittleEndian.Uint16(stream[1:]))
		m.check()
	}
}

func (m *model) step(op int, arg uint16) {
	deadlineMs := int64(int16(arg)) / 3 // some of them equal, some in the past
	switch op {
	case opAdd:
		m.add(deadlineMs)
	case opAddMany:
		for i := range int64(arg % 1500) {
			m.add(deadlineMs + i*i%97)
		}
	case opMove:
		if r := m.pick(arg); r != 0 {
			m.h.Set(r, m.index[r], deadlineMs*7)
			m.deadline[r] = deadlineMs * 7
		}
	case opRemove:
		m.remove(m.pick(arg))
	case opRemoveMany:
		for i := range arg % 1500 {
			m.remove(m.pick(arg + 31*i))
		}
	case opExpire:
		m.expire(deadlineMs)
	case opReallocate:
		m.reallocate(m.pick(arg))
	case opSample:
		m.sample(uint64(arg) << 48)
	case opReset:
		if arg%8 == 0 {
			m.h.Reset()
			clear(m.index)
			clear(m.deadline)
			m.refs = nil
		}
	}
}

func (m *model) add(deadlineMs int64) {
	m.nextRef++
	r := m.nextRef
	m.h.Set(r, 0, deadlineMs)
	m.deadline[r] = deadlineMs
	m.refs = append(m.refs, r)
}

// pick is an entry in the heap, or 0 when it is empty.
func (m *model) pick(arg uint16) arena.Ref {
	if len(m.refs) == 0 {
		return 0
	}
	return m.refs[int(arg)%len(m.refs)]
}

func (m *model) remove(r arena.Ref) {
	if r == 0 {
		return
	}
	m.h.Remove(m.index[r])
	m.forget(r)
}

// forget drops what has left the heap, which must have told the entry.
func (m *model) forget(r arena.Ref) {
	if i := m.index[r]; i != 0 {
		m.t.Fatalf("entry %d holds index %d after Remove", r, i)
	}
	delete(m.index, r)
	delete(m.deadline, r)
	i := slices.Index(m.refs, r)
	m.refs[i] = m.refs[len(m.refs)-1]
	m.refs = m.refs[:len(m.refs)-1]
}

// expire removes all that is due at nowMs, earliest first, as the keyspace does.
func (m *model) expire(nowMs int64) {
	last := int64(math.MinInt64)
	for {
		r, deadlineMs, ok := m.h.Min()
		if !ok || deadlineMs > nowMs {
			break
		}
		if deadlineMs < last || m.deadline[r] != deadlineMs {
			m.t.Fatalf("Min = %d at %d after %d, want %d", r, deadlineMs, last, m.deadline[r])
		}
		last = deadlineMs
		m.remove(r)
	}
	for r, deadlineMs := range m.deadline {
		if deadlineMs <= nowMs {
			m.t.Fatalf("entry %d is due at %d and still there at %d", r, deadlineMs, nowMs)
		}
	}
}

// reallocate gives an entry another Ref, as a value that grows does.
func (m *model) reallocate(old arena.Ref) {
	if old == 0 {
		return
	}
	m.nextRef++
	i := m.index[old]
	m.h.Move(i, m.nextRef)
	m.index[m.nextRef], m.deadline[m.nextRef] = i, m.deadline[old]
	m.refs[slices.Index(m.refs, old)] = m.nextRef
	delete(m.index, old)
	delete(m.deadline, old)
}

func (m *model) sample(rnd uint64) {
	r, deadlineMs, ok := m.h.Sample(rnd)
	want, in := m.deadline[r]
	if ok != (len(m.refs) > 0) || in != ok || deadlineMs != want {
		m.t.Fatalf("Sample = %d at %d, %v; the model has %d, %v", r, deadlineMs, ok, want, in)
	}
}

func (m *model) check() {
	m.h.Check(func(r arena.Ref) uint32 { return m.index[r] })
	if m.h.Len() != len(m.refs) {
		m.t.Fatalf("Len = %d, want %d", m.h.Len(), len(m.refs))
	}
	seen := 0
	m.h.Each(func(r arena.Ref, deadlineMs int64) bool {
		if want, in := m.deadline[r]; !in || want != deadlineMs {
			m.t.Fatalf("entry %d is due at %d, want %d, %v", r, deadlineMs, want, in)
		}
		if got := m.h.DeadlineMs(m.index[r]); got != deadlineMs {
			m.t.Fatalf("DeadlineMs of entry %d = %d, want %d", r, got, deadlineMs)
		}
		seen++
		return true
	})
	if seen != len(m.refs) {
		m.t.Fatalf("Each visits %d items of %d", seen, len(m.refs))
	}
}

func stream(seed uint64, ops int) []byte {
	rnd := rand.New(rand.NewPCG(seed, 0))
	b := make([]byte, 0, ops*opBytes)
	for range ops {
		b = append(b, byte(rnd.Uint32()), byte(rnd.Uint32()), byte(rnd.Uint32()))
	}
	return b
}

func TestModel(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			newModel(t).run(stream(seed, 150))
		})
	}
}

func FuzzHeap(f *testing.F) {
	for seed := range uint64(4) {
		f.Add(stream(seed, 40))
	}
	f.Fuzz(func(t *testing.T, ops []byte) {
		if len(ops) <= 200*opBytes {
			newModel(t).run(ops)
		}
	})
}

func TestDeadlinesComeInOrder(t *testing.T) {
	m := newModel(t)
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		m.add(rnd.Int64N(500))
	}
	for _, edge := range []int64{math.MinInt64, math.MaxInt64, 0, -1, math.MaxInt64} {
		m.add(edge)
	}
	last := int64(math.MinInt64)
	for m.h.Len() > 0 {
		r, deadlineMs, _ := m.h.Min()
		if deadlineMs < last {
			t.Fatalf("%d after %d", deadlineMs, last)
		}
		last = deadlineMs
		m.remove(r)
	}
	if r, deadlineMs, ok := m.h.Min(); ok || r != 0 || deadlineMs != 0 {
		t.Errorf("Min = %d, %d, %v in an empty heap", r, deadlineMs, ok)
	}
}

func TestSiblingsShareACacheLine(t *testing.T) {
	if rootSlot%4 != 3 || chunkItems%4 != 0 {
		t.Fatalf("root in slot %d, %d items in a chunk", rootSlot, chunkItems)
	}
	for s := uint32(rootSlot); s < 5000; s++ {
		first := 4*s - 8
		if first%4 != 0 || parentOf(first) != s || parentOf(first+3) != s || first <= s {
			t.Fatalf("slot %d has children from %d, whose parents are %d and %d",
				s, first, parentOf(first), parentOf(first+3))
		}
	}
}

func TestMemoryFollowsTheNumberOfItems(t *testing.T) {
	index := make([]uint32, 1<<20+1)
	h := New(func(r arena.Ref, i uint32) { index[r] = i })
	for r := arena.Ref(1); int(r) < len(index); r++ {
		h.Set(r, 0, int64(r*2654435761))
	}
	if perItem := float64(h.BytesUsed()) / float64(h.Len()); perItem > 12.1 {
		t.Errorf("%.2f bytes an item", perItem)
	}
	for h.Len() > 1000 {
		r, _, _ := h.Min()
		h.Remove(index[r])
	}
	if got := h.BytesUsed(); got > 3*chunkBytes {
		t.Errorf("%d bytes for 1000 items", got)
	}
	h.Check(func(r arena.Ref) uint32 { return index[r] })
	h.Reset()
	if h.BytesUsed() != 0 || h.Len() != 0 {
		t.Errorf("%d bytes, %d items after Reset", h.BytesUsed(), h.Len())
	}
	h.Set(1, 0, 5)
	if r, deadlineMs, ok := h.Min(); r != 1 || deadlineMs != 5 || !ok {
		t.Errorf("Min = %d, %d, %v after Reset and Set", r, deadlineMs, ok)
	}
}

func TestBreathingAtTheEdgeOfAChunkDoesNotAllocate(t *testing.T) {
	index := make([]uint32, 2*chunkItems)
	h := New(func(r arena.Ref, i uint32) { index[r] = i })
	last := arena.Ref(chunkItems - rootSlot + 1)
	for r := arena.Ref(1); r <= last; r++ {
		h.Set(r, 0, int64(r))
	}
	got := testing.AllocsPerRun(100, func() {
		h.Remove(index[last])
		h.Remove(index[last-1])
		h.Set(last-1, 0, 1)
		h.Set(last, 0, 2)
	})
	if got != 0 {
		t.Errorf("%.1f allocations a round", got)
	}
}

func TestSampleIsFair(t *testing.T) {
	const items, draws = 100, 100000
	index := make([]uint32, items+1)
	h := New(func(r arena.Ref, i uint32) { index[r] = i })
	for r := arena.Ref(1); r <= items; r++ {
		h.Set(r, 0, int64(r%7))
	}
	hits := make([]int, items+1)
	rnd := rand.New(rand.NewPCG(3, 4))
	for range draws {
		r, _, _ := h.Sample(rnd.Uint64())
		hits[r]++
	}
	for r, n := range hits[1:] {
		if mean := draws / items; n < mean*8/10 || n > mean*12/10 { // six standard deviations
			t.Errorf("entry %d drawn %d times of %d", r+1, n, mean)
		}
	}
	for _, edge := range []uint64{0, math.MaxUint64} {
		if r, _, ok := h.Sample(edge); !ok || r == 0 {
			t.Errorf("Sample(%d) = %d, %v", edge, r, ok)
		}
	}
}

func TestEachStopsWhenTold(t *testing.T) {
	h := New(func(arena.Ref, uint32) {})
	for r := arena.Ref(1); r < 10; r++ {
		h.Set(r, 0, 1)
	}
	n := 0
	h.Each(func(arena.Ref, int64) bool { n++; return n < 4 })
	if n != 4 {
		t.Errorf("Each went on for %d items after it was told to stop", n-4)
	}
}

func TestMisuseAndDamagePanic(t *testing.T) {
	type indexes = map[arena.Ref]uint32
	build := func() (*Heap, indexes) {
		index := indexes{}
		h := New(func(r arena.Ref, i uint32) { index[r] = i })
		for r := arena.Ref(1); r < 10; r++ {
			h.Set(r, 0, int64(r))
		}
		return h, index
	}
	cases := []struct {
		name string
		want string
		do   func(h *Heap, index indexes)
	}{
		{"Remove of no item", "no item has index 0", func(h *Heap, _ indexes) { h.Remove(0) }},
		{"DeadlineMs beyond the end", "no item has index 12",
			func(h *Heap, _ indexes) { h.DeadlineMs(12) }},
		{"Move before the root", "no item has index 2", func(h *Heap, _ indexes) { h.Move(2, 1) }},
		{"Set with another's index", "index 3 is that of 0x1, not of 0x2",
			func(h *Heap, _ indexes) { h.Set(2, 3, 1) }},
		{"an item due before its parent", "H1",
			func(h *Heap, _ indexes) { h.chunks[0].deadlineMs[8] = -1 }},
		{"an entry with a wrong index", "H2", func(_ *Heap, index indexes) { index[5]++ }},
		{"too many chunks", "H3",
			func(h *Heap, _ indexes) { h.chunks = append(h.chunks, nil, nil) }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h, index := build()
			defer func() {
				if got := fmt.Sprint(recover()); !strings.Contains(got, c.want) {
					t.Errorf("panic %q, want one with %q", got, c.want)
				}
			}()
			c.do(h, index)
			h.Check(func(r arena.Ref) uint32 { return index[r] })
		})
	}
}

const benchItems = 1 << 20

// filled is a heap of a million random deadlines, whose entries keep their indexes in a slice.
func filled(b *testing.B) (*Heap, []uint32) {
	index := make([]uint32, benchItems+1)
	h := New(func(r arena.Ref, i uint32) { index[r] = i })
	rnd := rand.New(rand.NewPCG(1, 2))
	for r := arena.Ref(1); r <= benchItems; r++ {
		h.Set(r, 0, rnd.Int64N(1<<40))
	}
	runtime.GC()
	b.ResetTimer()
	return h, index
}

// BenchmarkSet gives entries that have a deadline another one, as EXPIRE does: any, or a later one,
// as a session that is used again does.
func BenchmarkSet(b *testing.B) {
	b.Run("any", func(b *testing.B) {
		h, index := filled(b)
		rnd := rand.New(rand.NewPCG(5, 6))
		for b.Loop() {
			r := arena.Ref(1 + rnd.IntN(benchItems))
			h.Set(r, index[r], rnd.Int64N(1<<40))
		}
	})
	b.Run("later", func(b *testing.B) {
		h, index := filled(b)
		rnd := rand.New(rand.NewPCG(5, 6))
		nowMs := int64(1 << 40)
		for b.Loop() {
			r := arena.Ref(1 + rnd.IntN(benchItems))
			nowMs++
			h.Set(r, index[r], nowMs)
		}
	})
}

// BenchmarkExpire removes the earliest of a million and adds a late one.
func BenchmarkExpire(b *testing.B) {
	h, index := filled(b)
	for b.Loop() {
		r, deadlineMs, _ := h.Min()
		h.Remove(index[r])
		h.Set(r, 0, deadlineMs+1<<40)
	}
}

// BenchmarkDeadlineMs is TTL.
func BenchmarkDeadlineMs(b *testing.B) {
	h, index := filled(b)
	rnd := rand.New(rand.NewPCG(5, 6))
	sum := int64(0)
	for b.Loop() {
		sum += h.DeadlineMs(index[1+rnd.IntN(benchItems)])
	}
	runtime.KeepAlive(sum)
}
