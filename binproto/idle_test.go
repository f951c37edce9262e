//go:build unix && !ringer_plain

package binproto_test

import (
	"io"
	"net"
	"runtime"
	"testing"

	"github.com/ringer-kv/ringer/binproto"
)

// TestIdleConnectionsAreCheap measures what many connections that have been used hold.
func TestIdleConnectionsAreCheap(t *testing.T) {
	address := serve(t, true, nil, binproto.Options{})
	const conns, mostBytes = 1000, 4 << 10
	before := heap()
	list := make([]net.Conn, conns)
	for i := range list {
		list[i] = dial(t, address)
		if _, err := io.WriteString(list[i], request("GET", "k")); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(list[i], make([]byte, 5)); err != nil {
			t.Fatal(err)
		}
	}
	each := (heap() - before) / conns
	t.Logf("%d bytes of heap for each connection, the client's half included", each)
	if each > mostBytes {
		t.Errorf("%d bytes for an idle connection", each)
	}
	runtime.KeepAlive(list)
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
