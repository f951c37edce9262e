package arena

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// block is a live block in the model: what was asked for and what was written to it.
type block struct {
	r    Ref
	n    int
	fill byte
}

// model runs a stream of operations on an arena and knows what every live block must hold.
type model struct {
	t     testing.TB
	a     *Arena
	live  []block
	chain *Chain
	inUse int64 // ClassSize over live and over what is in the open chain
	fill  byte
}

// The operations of a stream. Each takes an argument of two bytes.
const (
	opAllocSmall = iota
	opAllocNode
	opAllocLarge
	opAllocZeroed
	opFree
	opFreeMany
	opFreeSameClass
	opChainFree
	opSplice
	opWork
	opReset
	opCount
)

// opBytes is the length of an operation in a stream.
const opBytes = 3

func newModel(t testing.TB, a *Arena) *model {
	return &model{t: t, a: a}
}

// run decodes and executes a stream, checking the arena after each operation.
func (m *model) run(stream []byte) {
	for ; len(stream) >= opBytes; stream = stream[opBytes:] {
		m.step(int(stream[0])%opCount, uint32(binary.LittleEndian.Uint16(stream[1:])))
		m.a.Check()
		if got := m.a.UsedBytes(); got != m.inUse {
			m.t.Fatalf("UsedBytes = %d, want %d", got, m.inUse)
		}
	}
	m.drain()
}

func (m *model) step(op int, pick uint32) {
	arg := int(pick)
	switch op {
	case opAllocSmall:
		m.alloc(arg%4096+1, false)
	case opAllocNode:
		for range arg % 64 {
			m.alloc(arg%9*8+arg%7+8, false)
		}
	case opAllocLarge:
		m.alloc(arg*13+1, false)
	case opAllocZeroed:
		m.alloc(arg*9+1, true)
	case opFree:
		m.free(pick, 1, false)
	case opFreeMany:
		m.free(pick, arg%256, false)
	case opFreeSameClass:
		m.free(pick, 1, true)
	case opChainFree:
		m.chainFree(pick, arg%512)
	case opSplice:
		m.splice()
	case opWork:
		m.a.Work(arg % 8)
	case opReset:
		if arg%16 == 0 {
			m.reset()
		}
	}
}

func (m *model) alloc(n int, zeroed bool) {
	if !m.a.Fits(n) {
		mustPanic(m.t, "exhausted", func() { m.a.Alloc(n) })
		return
	}
	var r Ref
	if zeroed {
		r = m.a.AllocZeroed(n)
		if zeroes := bytes.Count(m.a.Bytes(r, n), []byte{0}); zeroes != n {
			m.t.Fatalf("AllocZeroed(%d): %d bytes are zero", n, zeroes)
		}
	} else {
		r = m.a.Alloc(n)
	}
	m.fill++
	b := block{r, n, m.fill}
	m.each(b, func(p *byte) { *p = b.fill })
	m.live = append(m.live, b)
	m.inUse += int64(ClassSize(n))
}

// each visits the bytes of b that the model looks at: all of a node, else both ends and one byte in
// 512, which touches each page.
func (m *model) each(b block, visit func(*byte)) {
	s := m.a.Bytes(b.r, b.n)
	const end = 64
	for i := 0; i < len(s); i++ {
		if i == end && len(s) > 4*end {
			for ; i < len(s)-end; i += 512 {
				visit(&s[i])
			}
			i = len(s) - end
		}
		visit(&s[i])
	}
}

// take removes a live block from the model after verifying it.
func (m *model) take(pick uint32) block {
	i := pick % uint32(len(m.live))
	b := m.live[i]
	m.live[i] = m.live[len(m.live)-1]
	m.live = m.live[:len(m.live)-1]
	m.each(b, func(p *byte) {
		if *p != b.fill {
			m.t.Fatalf("block %#x of %d bytes holds %#x, want %#x", b.r, b.n, *p, b.fill)
		}
	})
	return b
}

func (m *model) free(pick uint32, count int, sameClass bool) {
	for range min(count, len(m.live)) {
		b := m.take(pick)
		n := b.n
		if sameClass {
			n = ClassSize(n)
		}
		m.a.Free(b.r, n)
		m.inUse -= int64(ClassSize(n))
		pick = pick*31 + 7
	}
}

func (m *model) chainFree(pick uint32, count int) {
	if m.chain == nil {
		m.chain = m.a.NewChain()
	}
	for range min(count, len(m.live)) {
		b := m.take(pick)
		m.chain.Free(b.r, b.n)
		pick = pick*31 + 7
	}
}

func (m *model) splice() {
	if m.chain == nil {
		return
	}
	m.inUse -= m.chain.bytes
	m.a.Splice(m.chain)
	m.chain = nil
}

func (m *model) reset() {
	m.splice()
	m.a.Reset()
	m.live, m.inUse = nil, 0
}

// drain frees what is left and expects the arena to be as it was when it was new.
func (m *model) drain() {
	m.free(5, len(m.live), false)
	m.splice()
	for m.a.Work(1) {
		m.a.Check()
	}
	m.a.Check()
	mustBeEmpty(m.t, m.a)
}

func mustBeEmpty(t testing.TB, a *Arena) {
	t.Helper()
	if a.UsedBytes() != 0 || a.AvailableBytes() != a.CapacityBytes() {
		t.Fatalf("%d bytes used, %d of %d available, in an empty arena",
			a.UsedBytes(), a.AvailableBytes(), a.CapacityBytes())
	}
	if a.top != firstPage {
		t.Fatalf("the wilderness begins at page %d of an empty arena", a.top)
	}
	if a.mem.mapped && a.MappedBytes() != 0 {
		t.Fatalf("%d bytes mapped in an empty arena", a.MappedBytes())
	}
}

func mustPanic(t testing.TB, want string, fn func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if got := fmt.Sprint(recover()); !strings.Contains(got, want) {
			t.Fatalf("panic %q, want one with %q", got, want)
		}
	}()
	fn()
}

func open(t testing.TB, reserveBytes int64) *Arena {
	t.Helper()
	a, err := New(Options{ReserveBytes: reserveBytes})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			a.chains = 0
		}
		a.Close()
	})
	return a
}

// stream is a seeded stream of so many operations, with the given odds to allocate rather than to
// free.
func stream(seed uint64, ops, growPercent int) []byte {
	rnd := rand.New(rand.NewPCG(seed, 0))
	var b []byte
	for range ops {
		op := opFree + rnd.IntN(opCount-opFree)
		if rnd.IntN(100) < growPercent {
			op = rnd.IntN(opFree)
		}
		b = append(b, byte(op))
		b = binary.LittleEndian.AppendUint16(b, uint16(rnd.Uint32()))
	}
	return b
}

func TestModel(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprintf("seed %d in room to spare", seed), func(t *testing.T) {
			newModel(t, open(t, 0)).run(stream(seed, 300, 60))
		})
		t.Run(fmt.Sprintf("seed %d at the edge of exhaustion", seed), func(t *testing.T) {
			newModel(t, open(t, 8<<20)).run(stream(seed, 300, 75))
		})
	}
}

func TestModelOnPlainMemory(t *testing.T) {
	for seed := range uint64(4) {
		a, err := newOn(Options{ReserveBytes: 16 << 20}, reservePlain)
		if err != nil {
			t.Fatal(err)
		}
		newModel(t, a).run(stream(seed, 400, 60))
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func FuzzArena(f *testing.F) {
	for seed := range uint64(4) {
		f.Add(stream(seed, 60, 60))
	}
	f.Add([]byte{opAllocZeroed, 0xff, 0xff, opFree, 0, 0, opAllocZeroed, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, ops []byte) {
		if len(ops) > 400*opBytes {
			return
		}
		newModel(t, open(t, 8<<20)).run(ops)
	})
}
