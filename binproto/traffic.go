package binproto

import (
	"sync/atomic"

	"github.com/ringer-kv/ringer/keyspace"
)

// traffic is what the keyspace goroutine wants to know of what a connection has read: see
// keyspace.BufferedConn.
//
// Safe for concurrent use.
type traffic struct {
	held  atomic.Int64 // the size of the buffer
	reads atomic.Uint64
}

// QueryBytes is the size of the buffer that holds what has been read.
func (t *traffic) QueryBytes() int { return int(t.held.Load()) }

// Reads is how often something has been read.
func (t *traffic) Reads() uint64 { return t.reads.Load() }

// overLimit reports whether more has been read and is not part of a whole request than
// client-query-buffer-limit allows.
func (in *input) overLimit(limits *keyspace.Limits) bool {
	return int64(in.end-in.start) > limits.QueryBufferBytes.Load()
}

// tooMuch is the log line for it. Redis: readQueryFromClient.
const tooMuch = "Closing client that reached max query buffer length"
