package resp

import (
	"net"
	"runtime"
	"testing"
	"time"
)

// BenchmarkIdleConnection opens connections that send one command each, and measures what the
// server's side of one costs when it has come to rest: heap, stacks, and what the collector holds.
// The fake engine's session is the keyspace's own; the clients' ends are bare descriptors.
func BenchmarkIdleConnection(b *testing.B) {
	const n = 2000
	e := newFakeEngine(b)
	s := startServer(b, e, Options{IdleAfter: 20 * time.Millisecond})
	memory := func() uint64 {
		var m runtime.MemStats
		for range 3 { // the pools are emptied in two steps
			runtime.GC()
		}
		runtime.ReadMemStats(&m)
		return m.HeapAlloc + m.StackInuse
	}
	for range b.N {
		clients := make([]net.Conn, n)
		for i := range clients {
			clients[i] = dial(b, s.Addr())
		}
		clientsOnly := memory() // their ends, and gates that nobody has used
		for _, c := range clients {
			c.(*client).send("PING\r\n")
			c.(*client).expect("+PONG\r\n")
		}
		busy := memory()
		until(b, "all to rest", func() bool {
			resting := 0
			s.table.each(func(g *gate) {
				if g.bits.Load()&stDormant != 0 {
					resting++
				}
			})
			return resting == n
		})
		idle := memory()
		b.ReportMetric((float64(busy)-float64(clientsOnly))/n, "B/busy")
		b.ReportMetric((float64(idle)-float64(clientsOnly))/n, "B/idle-again")
		for _, c := range clients {
			_ = c.Close()
		}
	}
}
