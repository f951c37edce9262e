package keyspace

import (
	"strconv"
	"testing"
	"time"
)

// TestFlushesBehindABusyWorker: however many flushes there are while the worker is busy, the
// address space does not fill up with arenas that wait for it.
func TestFlushesBehindABusyWorker(t *testing.T) {
	e, err := New(Options{ArenaBytes: 64 << 20, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	gate := make(chan struct{})
	e.Do(func() { e.worker.do(func() { <-gate }) })
	for i := range 10 * maxRetired {
		e.Do(func() {
			db := e.dbs[i%len(e.dbs)]
			db.SetString(db.find([]byte(strconv.Itoa(i))), []byte("value"), false)
			if err := e.FlushAll(); err != nil {
				t.Error(err)
			}
			if e.retired > maxRetired || db.Len() != 0 {
				t.Errorf("%d arenas retired, %d keys left", e.retired, db.Len())
			}
		})
	}
	close(gate)
	retired, used := 1, int64(1)
	for limit := time.Now().Add(10 * time.Second); retired > 0 || used > 0; {
		if time.Now().After(limit) {
			t.Fatalf("%d arenas retired, %d bytes used", retired, used)
		}
		e.Do(func() { retired, used = e.retired, e.usedBytes() })
		time.Sleep(time.Millisecond)
	}
}
