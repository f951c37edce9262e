package arena

import (
	"fmt"
	"os"
	"testing"
	"unsafe"
)

// residentBytes is how much of the arena's pages, without its tables, is in memory as the system
// sees it, page by page: the lines of smaps may hold a neighbour's as well.
func residentBytes(t *testing.T, a *Arena) int64 {
	t.Helper()
	f, err := os.Open("/proc/self/pagemap")
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	pageBytes := int64(os.Getpagesize())
	first := int64(uintptr(a.base)) / pageBytes
	used := (int64(a.peak)<<pageShift + 2*hugeBytes) / pageBytes // nothing further up is touched
	entries := make([]byte, 8*min(used, int64(uintptr(a.spans))/pageBytes-first))
	if _, err := f.ReadAt(entries, 8*first); err != nil {
		t.Fatal(err)
	}
	sum := int64(0)
	for ; len(entries) > 0; entries = entries[8:] {
		if entries[7]&0x80 != 0 { // present. Linux: Documentation/admin-guide/mm/pagemap.rst
			sum += pageBytes
		}
	}
	return sum
}

// fillNodes allocates blocks of 48 bytes, as many as fill the given size, and touches them.
func fillNodes(a *Arena, sizeBytes int) []Ref {
	refs := make([]Ref, sizeBytes/48)
	for i := range refs {
		refs[i] = a.Alloc(48)
		a.Bytes(refs[i], 1)[0] = 1
	}
	return refs
}

// tableBytes is what the page table and the bitmaps of an arena may add where they share a mapping
// with its last pages.
func tableBytes(a *Arena) int64 {
	table := int64(a.peak) * int64(spanBytes)
	if invariants {
		table += int64(a.peak) << pageUnitShift / 8
	}
	return table + 64<<10
}

func TestResidentMemoryFollowsUse(t *testing.T) {
	for _, size := range []int{16 << 10, 1 << 20, 3 << 20, 20 << 20, 100 << 20} {
		t.Run(fmt.Sprintf("%d KiB", size>>10), func(t *testing.T) {
			a := open(t, 0)
			refs := fillNodes(a, size)
			slack := tableBytes(a)
			if size > 4<<20 {
				slack += hugeBytes
			}
			if got := residentBytes(t, a); got < int64(size) || got > int64(size)+slack {
				t.Errorf("%d bytes resident for %d used", got, size)
			}
			if got := a.MappedBytes(); got < int64(size) || got > int64(size)+slack {
				t.Errorf("MappedBytes = %d for %d used", got, size)
			}
			c := <-chainOf(a, refs, 48)
			a.Splice(c)
			for a.Work(1) {
			}
			if got := residentBytes(t, a); got > slack {
				t.Errorf("%d bytes resident after all was freed", got)
			}
		})
	}
}

func TestFreedMemoryGoesBackWithoutIdleWork(t *testing.T) {
	a := open(t, 0)
	refs := fillNodes(a, 100<<20)
	for _, r := range refs {
		a.Free(r, 48)
	}
	keep := int64(keepPages<<pageShift + 2*hugeBytes)
	if got := residentBytes(t, a); got > keep+tableBytes(a) {
		t.Errorf("%d bytes resident after all was freed", got)
	}
	if got := a.MappedBytes(); got > keep {
		t.Errorf("MappedBytes = %d after all was freed", got)
	}
}

func TestZeroedBlocksCostNothingUntilTouched(t *testing.T) {
	a := open(t, 0)
	const n = 1 << 30
	for range 3 {
		before := residentBytes(t, a)
		r := a.AllocZeroed(n)
		if got := residentBytes(t, a); got > before+hugeBytes {
			t.Fatalf("%d bytes resident for 1 GiB that nobody touched", got)
		}
		for at := 0; at < n; at += n / 16 {
			if b := a.Bytes(r, n)[at]; b != 0 {
				t.Fatalf("byte %d is %#x", at, b)
			}
			a.Bytes(r, n)[at] = 1
		}
		a.Free(r, n)
	}
	for a.Work(1) {
	}
	if got := residentBytes(t, a); got > hugeBytes {
		t.Errorf("%d bytes resident after all was freed", got)
	}
}

func TestWorkerReturnsLargeBlocksItself(t *testing.T) {
	a := open(t, 0)
	const n = 50 << 20
	r := a.Alloc(n)
	clear(a.Bytes(r, n))
	c := a.NewChain()
	c.Free(r, n)
	if got := residentBytes(t, a); got > 2*hugeBytes { // it shares one at each end
		t.Errorf("%d bytes resident before the splice", got)
	}
	a.Splice(c)
	if got := a.MappedBytes(); got != 0 {
		t.Errorf("MappedBytes = %d after the splice", got)
	}
	a.Check()
}

func TestResetReturnsMemory(t *testing.T) {
	a := open(t, 0)
	fillNodes(a, 30<<20)
	a.Reset()
	if got := residentBytes(t, a); got > 64<<10 {
		t.Errorf("%d bytes resident after Reset", got)
	}
}

func TestPagesStartAtAHugePage(t *testing.T) {
	a := open(t, 0)
	if uintptr(a.base)%hugeBytes != 0 || uintptr(unsafe.Pointer(a.span(0)))%pageBytes != 0 {
		t.Errorf("pages at %p, table at %p", a.base, a.spans)
	}
}
