package keyspace_test

import (
	"fmt"
	"testing"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// benchConn drops what is written to it.
type benchConn struct{ done chan struct{} }

func (c *benchConn) Flush(_ []byte, state keyspace.FlushState) bool {
	if state&keyspace.BatchDone != 0 {
		c.done <- struct{}{}
	}
	return false
}

func (c *benchConn) Waiting() int { return 0 }
func (c *benchConn) Busy() bool   { return false }
func (c *benchConn) Abort()       {}

// BenchmarkBatch is the owner's part of a request: SET and GET in turn, over 100,000 keys, in
// batches of many, which hides what the hand-over costs.
func BenchmarkBatch(b *testing.B) {
	for _, size := range []int{1, 16, 64, 1024} {
		b.Run(fmt.Sprint(size), func(b *testing.B) { benchmarkBatch(b, size) })
	}
}

func benchmarkBatch(b *testing.B, size int) {
	const keys = 100_000
	e := newEngine(b, keyspace.Options{})
	c := &benchConn{done: make(chan struct{}, 1)}
	s, err := e.Open(c, keyspace.ConnInfo{Writer: &reply.RESP{}})
	if err != nil {
		b.Fatal(err)
	}
	names := make([][]byte, keys)
	for i := range names {
		names[i] = fmt.Appendf(nil, "key:%012d", i)
	}
	set, get, value := []byte("SET"), []byte("GET"), []byte("xxxxxxxxxxxxxxxx")
	var batch keyspace.Batch
	b.ReportAllocs()
	next := uint32(1)
	for i := 0; i < b.N; i += size {
		batch.Reset()
		for j := range size {
			next = next*1664525 + 1013904223
			key := names[int(next>>8)%keys]
			if j%2 == 0 {
				batch.Args = append(batch.Args, set, key, value)
			} else {
				batch.Args = append(batch.Args, get, key)
			}
			batch.Append()
		}
		e.Submit(s, &batch)
		<-c.done
	}
}
