package resptest_test

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/ringer-kv/ringer/resp/resptest"
)

func TestAThousandServersAtOnce(t *testing.T) {
	const servers = 1000
	all := make([]*resptest.Server, servers)
	for i := range all {
		all[i] = resptest.Start(t)
	}
	var running sync.WaitGroup
	for worker := range 8 {
		running.Go(func() {
			for i := worker; i < servers; i += 8 {
				rdb := redis.NewClient(&redis.Options{Addr: all[i].Addr()})
				rdb.Set(t.Context(), "k", i, 0)
				rdb.Close()
			}
		})
	}
	running.Wait()
	for i, srv := range all {
		srv.RequireString(t, "k", fmt.Sprint(i))
	}
}

// TestStartIsLight holds what a server costs that nobody has talked to yet. It is the best of
// several, as other work on the machine adds to the time.
func TestStartIsLight(t *testing.T) {
	const (
		rounds       = 50
		maxTime      = time.Millisecond
		maxHeapBytes = 100 << 10
	)
	best := time.Hour
	heap := allocated(func() {
		for range rounds {
			begin := time.Now()
			srv, err := resptest.New()
			if err != nil {
				t.Fatal(err)
			}
			srv.Addr()
			srv.Close()
			best = min(best, time.Since(begin))
		}
	}) / rounds
	t.Logf("start and close: %v, %d bytes of heap", best, heap)
	if best > maxTime || heap > maxHeapBytes {
		t.Errorf("start and close: %v and %d bytes, want at most %v and %d",
			best, heap, maxTime, maxHeapBytes)
	}
}

func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
