package arena

import (
	"errors"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"unsafe"
)

func TestNewTakesHalvesWhenTheSystemRefuses(t *testing.T) {
	refusal := errors.New("no room")
	var asked []int
	a, err := newOn(Options{}, func(size int) (memory, error) {
		asked = append(asked, size)
		if len(asked) < 7 {
			return memory{}, refusal
		}
		return reservePlain(size)
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := int64(MaxBytes>>6 - pageBytes); a.CapacityBytes() != want {
		t.Errorf("CapacityBytes = %d after 6 refusals, want %d", a.CapacityBytes(), want)
	}
	asked = nil
	_, err = newOn(Options{}, func(size int) (memory, error) {
		asked = append(asked, size)
		return memory{}, refusal
	})
	if !errors.Is(err, refusal) {
		t.Errorf("error %v, want the system's", err)
	}
	last := asked[len(asked)-1]
	if last < reserveMinBytes || last >= 2*reserveMinBytes {
		t.Errorf("the last attempt was for %d bytes", last)
	}
}

func TestNewRefusesSizesThatNoArenaCanHave(t *testing.T) {
	for _, size := range []int64{-1, 1, 64<<10 - 1, MaxBytes + 1, 1 << 62} {
		if _, err := New(Options{ReserveBytes: size}); !errors.Is(err, ErrReserve) {
			t.Errorf("New of %d bytes: %v, want ErrReserve", size, err)
		}
	}
	for _, size := range []int64{64 << 10, MaxBytes} {
		a := open(t, size)
		if got := a.CapacityBytes(); got != size-pageBytes {
			t.Errorf("CapacityBytes = %d of %d", got, size)
		}
	}
}

func TestTheLastPageCanBeUsed(t *testing.T) {
	a := open(t, MaxBytes)
	n := int(a.CapacityBytes())
	if !a.Fits(n) || a.Fits(n+1) {
		t.Fatalf("Fits(%d) = %v, Fits(%d) = %v", n, a.Fits(n), n+1, a.Fits(n+1))
	}
	r := a.AllocZeroed(n)
	b := a.Bytes(r, n)
	b[n-1] = 7
	if a.AvailableBytes() != 0 || a.Fits(1) || a.UsedBytes() != int64(n) {
		t.Fatalf("%d available, %d used of %d", a.AvailableBytes(), a.UsedBytes(), n)
	}
	mustPanic(t, "exhausted: no room for 8 bytes", func() { a.Alloc(1) })
	mustPanic(t, "exhausted", func() { a.Alloc(smallMax + 1) })
	a.Check()
	a.Free(r, n)
	a.Check()
	for a.Work(1) {
	}
	mustBeEmpty(t, a)
}

func TestAbsurdSizesPanicAndChangeNothing(t *testing.T) {
	a := open(t, 1<<20)
	r := a.Alloc(100)
	maxInt := int(^uint(0) >> 1)
	for _, n := range []int{0, -1, -maxInt - 1} {
		mustPanic(t, "is no size of a block", func() { a.Alloc(n) })
		mustPanic(t, "is no size of a block", func() { a.AllocZeroed(n) })
		mustPanic(t, "is no size of a block", func() { a.Free(r, n) })
		mustPanic(t, "is no size of a block", func() { a.Fits(n) })
		mustPanic(t, "is no size of a block", func() { ClassSize(n) })
	}
	for _, n := range []int{1 << 20, maxInt - pageBytes, maxInt} {
		mustPanic(t, "exhausted", func() { a.Alloc(n) })
		mustPanic(t, "exhausted", func() { a.AllocZeroed(n) })
		mustPanic(t, "no live block", func() { a.Free(r, n) })
		if a.Fits(n) {
			t.Errorf("Fits(%d) in an arena of 1 MiB", n)
		}
	}
	a.Check()
	if got := a.UsedBytes(); got != 104 {
		t.Errorf("UsedBytes = %d after calls that failed, want 104", got)
	}
}

func TestWrongFreesPanic(t *testing.T) {
	a := open(t, 1<<20)
	small, large := a.Alloc(48), a.Alloc(100<<10)
	many := a.Alloc(20 << 10) // in a span of several pages
	cases := []struct {
		name string
		r    Ref
		n    int
	}{
		{"nil", 0, 48},
		{"a small block as one of another class", small, 64},
		{"a small block as a large one", small, 100 << 10},
		{"a large block as a small one", large, 48},
		{"a large block as a longer one", large, 200 << 10},
		{"the inside of a large block", large + 1, 100 << 10},
		{"the second page of a large block", large + pageBytes/8, 100 << 10},
		{"a block in the wilderness", 1 << 16, 48},
		{"a large block in the wilderness", 1 << 16, 100 << 10},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			mustPanic(t, "no live block", func() { a.Free(c.r, c.n) })
			chain := a.NewChain()
			mustPanic(t, "no live block", func() { chain.Free(c.r, c.n) })
			a.Splice(chain)
			a.Check()
		})
	}
	a.Free(small, 48)
	a.Free(large, 100<<10)
	a.Free(many, 20<<10)
	mustPanic(t, "no live block", func() { a.Free(small, 48) })
	mustPanic(t, "no live block", func() { a.Free(large, 100<<10) })
	a.Check()
}

func TestInvariantsTagFindsMisuse(t *testing.T) {
	if !invariants {
		t.Skip("built without -tags invariants")
	}
	a := open(t, 1<<20)
	keep, r := a.Alloc(48), a.Alloc(48)
	a.Free(r, 48)
	mustPanic(t, "I7", func() { a.Free(r, 48) })
	mustPanic(t, "I7", func() { a.Free(keep+1, 48) })
	a.Bytes(r, 48)[20] = 1
	mustPanic(t, "I7: block", func() { a.Alloc(48) })
	mustPanic(t, "no live block", func() { At[int](a, 0) })

	a = open(t, 1<<20)
	keep, r = a.Alloc(48), a.Alloc(48)
	c := a.NewChain()
	c.Free(r, 48)
	a.Free(r, 48)
	mustPanic(t, "I7", func() { a.Splice(c) })
	_ = keep
}

func TestReset(t *testing.T) {
	a := open(t, 0)
	for round := range 3 {
		var refs []Ref
		for i := range 20000 {
			r := a.Alloc(i%300 + 1)
			a.Bytes(r, 1)[0] = 1
			refs = append(refs, r)
		}
		a.Bytes(a.Alloc(9<<20), 9<<20)[5<<20] = 1
		c := a.NewChain()
		for i, r := range refs[:10000] {
			c.Free(r, i%300+1)
		}
		mustPanic(t, "Reset with 1 chains not spliced", a.Reset)
		mustPanic(t, "Close with 1 chains not spliced", func() { a.Close() })
		a.Splice(c)
		a.Reset()
		a.Check()
		mustBeEmpty(t, a)
		for _, b := range a.Bytes(a.AllocZeroed(9<<20), 9<<20) {
			if b != 0 {
				t.Fatalf("round %d: memory is not zero after Reset", round)
			}
		}
		a.Reset()
	}
}

func TestFreeingInRandomOrderLeavesOneRun(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	a := open(t, 0)
	type live struct {
		r Ref
		n int
	}
	var all []live
	for range 30000 {
		n := 1 + rnd.IntN(128)
		if rnd.IntN(10) == 0 {
			n = 1 + rnd.IntN(100<<10)
		}
		all = append(all, live{a.Alloc(n), n})
	}
	rnd.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for _, b := range all {
		a.Free(b.r, b.n)
	}
	a.Check()
	for a.Work(1) {
	}
	mustBeEmpty(t, a)
}

func TestSmallBlocksHaveNoOverhead(t *testing.T) {
	for _, n := range []int{40, 48, 52, 56, 64} {
		a := open(t, 0)
		const count = 200000
		for range count {
			a.Alloc(n)
		}
		live := float64(int64(a.livePages)*(pageBytes+int64(spanBytes))) / count
		if want := float64(ClassSize(n)) * 1.01; live > want {
			t.Errorf("a block of %d bytes costs %.2f, want at most %.2f", n, live, want)
		}
	}
}

func TestAllocAndFreeDontAllocate(t *testing.T) {
	a := open(t, 0)
	sizes := []int{16, 52, 700, 20 << 10, 100 << 10, 3 << 20}
	got := testing.AllocsPerRun(100, func() {
		var refs [6]Ref
		for i, n := range sizes {
			refs[i] = a.Alloc(n)
		}
		for i, n := range sizes {
			a.Free(refs[i], n)
		}
		c := a.NewChain()
		for _, n := range sizes {
			c.Free(a.Alloc(n), n)
		}
		a.Splice(c)
	})
	if got != 0 {
		t.Errorf("%.1f Go allocations a round, want 0", got)
	}
}

func TestAThousandArenas(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	arenas := make([]*Arena, 1000)
	for i := range arenas {
		a, err := New(Options{})
		if err != nil {
			t.Fatalf("arena %d: %v", i, err)
		}
		*At[int64](a, a.Alloc(8)) = int64(i)
		arenas[i] = a
	}
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / 1000; each > 4<<10 {
		t.Errorf("an arena takes %d bytes of the Go heap, want 4 KiB at most", each)
	}
	for i, a := range arenas {
		if got := *At[int64](a, firstPage<<pageUnitShift); got != int64(i) {
			t.Fatalf("arena %d holds %d", i, got)
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAtIsATypedView(t *testing.T) {
	type node struct {
		next  Ref
		hash  uint32
		score float64
	}
	a := open(t, 1<<20)
	r := a.Alloc(int(unsafe.Sizeof(node{})))
	*At[node](a, r) = node{next: 5, hash: 6, score: 1.5}
	if got := *At[node](a, r); got != (node{5, 6, 1.5}) {
		t.Errorf("view holds %+v", got)
	}
	b := a.Bytes(r, 16)
	if len(b) != 16 || cap(b) != 16 || b[0] != 5 {
		t.Errorf("bytes %v with capacity %d", b, cap(b))
	}
}

func TestCheckNamesWhatIsBroken(t *testing.T) {
	cases := []struct {
		label string
		spoil func(a *Arena)
	}{
		{"I1", func(a *Arena) { a.span(firstPage).pages = 3 }},
		{"I2", func(a *Arena) { a.stale.set[0] ^= 1 << 6 }},
		{"I3", func(a *Arena) { a.dirtyPages++ }},
		{"I3", func(a *Arena) { a.clearDirty(firstPage, firstPage+1); a.dirtyPages++ }},
		{"I4", func(a *Arena) { a.span(firstPage).live++ }},
		{"I5", func(a *Arena) { a.partial[classOf(48)] = 0 }},
		{"I6", func(a *Arena) { a.used-- }},
		{"I6", func(a *Arena) { a.livePages++ }},
	}
	for i, c := range cases {
		a := open(t, 1<<20)
		first := a.Alloc(48)
		a.Alloc(48)
		large := a.Alloc(48 << 10)
		a.Alloc(48 << 10)
		a.Free(first, 48)
		a.Free(large, 48<<10)
		a.Check()
		c.spoil(a)
		mustPanic(t, "arena: "+c.label, a.Check)
		if t.Failed() {
			t.Fatalf("case %d", i)
		}
	}
}

func TestOwnerAndWorkersShareNoCacheLine(t *testing.T) {
	var a Arena
	constant := unsafe.Offsetof(a.limit) + unsafe.Sizeof(a.limit)
	if gap := unsafe.Offsetof(a.top) - constant; gap < cacheLine {
		t.Errorf("%d bytes between what is constant and what is not", gap)
	}
	if size := unsafe.Sizeof(a); size > 2048 {
		t.Errorf("an Arena has %d bytes", size)
	}
}

// chainOf frees blocks on a goroutine of its own, as a worker does.
func chainOf(a *Arena, refs []Ref, n int) <-chan *Chain {
	c, done := a.NewChain(), make(chan *Chain)
	go func() {
		for _, r := range refs {
			if a.Bytes(r, n)[0] != 1 {
				panic("a detached block has changed")
			}
			c.Free(r, n)
		}
		done <- c
	}()
	return done
}

func TestWorkersFreeWhileTheOwnerGoesOn(t *testing.T) {
	a := open(t, 0)
	rnd := rand.New(rand.NewPCG(5, 6))
	var kept []Ref
	for round := range 6 {
		n := []int{24, 52, 52, 900, 20 << 10, 300 << 10}[round]
		refs := make([]Ref, 40000*24/max(n, 24)+10)
		for i := range refs {
			refs[i] = a.Alloc(n)
			a.Bytes(refs[i], n)[0] = 1
			if i%8 == 0 {
				kept = append(kept, a.Alloc(52))
			}
		}
		rnd.Shuffle(len(refs), func(i, j int) { refs[i], refs[j] = refs[j], refs[i] })
		used := a.UsedBytes()
		first, second := chainOf(a, refs[:len(refs)/2], n), chainOf(a, refs[len(refs)/2:], n)
		var busy []Ref
		for range 20000 { // the owner's own work in the very same spans
			busy = append(busy, a.Alloc(n%1024+8))
		}
		for _, r := range busy {
			a.Free(r, n%1024+8)
		}
		a.Splice(<-first)
		a.Splice(<-second)
		if want := used - int64(len(refs)*ClassSize(n)); a.UsedBytes() != want {
			t.Fatalf("UsedBytes = %d right after Splice, want %d", a.UsedBytes(), want)
		}
		a.Check()
	}
	for _, r := range kept {
		a.Free(r, 52)
	}
	for a.Work(1) {
	}
	a.Check()
	mustBeEmpty(t, a)
}

func TestSplicedMemoryIsUsedBeforeMoreIsTaken(t *testing.T) {
	a := open(t, 4<<20)
	for range 3 {
		var refs []Ref
		for a.Fits(52) {
			r := a.Alloc(52)
			a.Bytes(r, 1)[0] = 1
			refs = append(refs, r)
		}
		a.Splice(<-chainOf(a, refs, 52))
		if !a.Fits(int(a.CapacityBytes())) {
			t.Fatal("a spliced chain left no room")
		}
		a.Check()
	}
}

func TestSpliceOfAnotherArenasChainPanics(t *testing.T) {
	a, b := open(t, 1<<20), open(t, 1<<20)
	c := a.NewChain()
	mustPanic(t, "another arena", func() { b.Splice(c) })
	a.Splice(c)
}

func TestPlainMemoryHasALimit(t *testing.T) {
	if strings.Contains(runtime.GOARCH, "wasm") {
		t.Skip("too large an allocation")
	}
	a, err := newOn(Options{}, reservePlain)
	if err != nil {
		t.Fatal(err)
	}
	if got := a.CapacityBytes(); got < 512<<20-pageBytes || got > 1<<30 {
		t.Errorf("%d bytes in the Go heap", got)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
}
