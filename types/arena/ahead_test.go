package arena

import (
	"bytes"
	"os"
	"strconv"
	"sync"
	"testing"
)

func TestAheadLeavesASmallArenaAlone(t *testing.T) {
	a, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	for a.top < hugeFromPage {
		if a.Ahead() != nil {
			t.Fatalf("something to make ready at %d pages", a.top)
		}
		a.Alloc(pageBytes)
	}
	if a.mem.mapped && a.Ahead() == nil {
		t.Error("nothing to make ready at 4 MiB")
	}
}

// TestAheadKeepsAhead grows an arena in pieces of all sizes, while a worker makes it ready.
func TestAheadKeepsAhead(t *testing.T) {
	a, err := New(Options{ReserveBytes: 256 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if !a.mem.mapped {
		t.Log("plain memory is never made ready")
		return
	}
	jobs := make(chan func(), 1000)
	var worker sync.WaitGroup
	worker.Go(func() {
		for ready := range jobs {
			ready()
		}
	})
	sizes := []int{48, 4096, 100_000, 48, 3 << 20, 8, 20 << 20}
	for i := 0; a.AvailableBytes() > 64<<20; i++ {
		n := sizes[i/500%len(sizes)]
		a.Bytes(a.Alloc(n), n)[n-1] = 1
		ready := a.Ahead()
		if ready != nil {
			jobs <- ready
		}
		if a.top >= hugeFromPage && a.readied < a.top+aheadPages {
			t.Fatalf("ready up to page %d, in use up to %d", a.readied, a.top)
		}
		if a.readied > a.top+aheadPages+hugePages && a.readied > a.peak+aheadPages+hugePages {
			t.Fatalf("ready up to page %d, although only %d are in use", a.readied, a.top)
		}
	}
	close(jobs)
	worker.Wait()
	for a.top+hugePages < a.limit { // up to the very end
		a.Alloc(1 << 20)
		if ready := a.Ahead(); ready != nil {
			ready()
		}
	}
	a.Check()
}

// TestAheadLeavesALargeBlockAlone: a block of zeros of which nothing is used takes no memory.
func TestAheadLeavesALargeBlockAlone(t *testing.T) {
	a, err := New(Options{ReserveBytes: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	before, ok := residentPages()
	if !ok || !a.mem.mapped {
		t.Skip("the system does not tell what is resident")
	}
	for range 2 {
		a.AllocZeroed(256 << 20)
		if ready := a.Ahead(); ready != nil {
			ready()
		}
	}
	after, _ := residentPages()
	if grown := int64(after-before) * int64(os.Getpagesize()); grown > 64<<20 {
		t.Errorf("512 MiB that nobody has touched made %d MiB resident", grown>>20)
	}
}

// residentPages is how many pages of the process are resident, if the system tells.
func residentPages() (n int, ok bool) {
	text, err := os.ReadFile("/proc/self/statm")
	fields := bytes.Fields(text)
	if err != nil || len(fields) < 2 {
		return 0, false
	}
	n, err = strconv.Atoi(string(fields[1]))
	return n, err == nil
}
