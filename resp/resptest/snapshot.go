package resptest

import (
	"fmt"
	"strconv"

	"github.com/ringer-kv/ringer/keyspace"
)

// Snapshot is all data of a server at one moment.
//
// Nobody changes it. Safe for concurrent use.
type Snapshot struct{ keys []savedKey }

// savedKey is one key with its value, as DUMP makes it.
type savedKey struct {
	db         int
	key        string
	payload    string
	deadlineMs int64 // 0: none
}

// Snapshot takes a copy of all data, at one moment. O(data).
func (s *Server) Snapshot() *Snapshot {
	snap := new(Snapshot)
	_ = s.engine.Do(func() { // of a server that has been closed, nothing
		for i := range s.engine.Databases() {
			s.engine.DB(i).Each(func(e keyspace.Entry) bool {
				deadlineMs, _ := e.Deadline()
				snap.keys = append(snap.keys, savedKey{
					db: i, key: string(e.Key()), payload: string(e.Dump()), deadlineMs: deadlineMs,
				})
				return true
			})
		}
	})
	return snap
}

// Restore makes the data of the server that of a snapshot, which may be another server's. Clients
// stay connected; that none of them works meanwhile is for the test to see to. Deadlines are
// points in time: a key whose deadline the clock has passed since does not come back.
func (s *Server) Restore(snap *Snapshot) {
	s.FlushAll()
	for _, k := range snap.keys {
		s.DB(k.db).write("RESTORE", k.key, strconv.FormatInt(k.deadlineMs, 10), k.payload, "ABSTTL")
	}
}

// Len is the number of keys.
func (snap *Snapshot) Len() int { return len(snap.keys) }

// String says what a snapshot is, for logs.
func (snap *Snapshot) String() string { return fmt.Sprintf("snapshot of %d keys", len(snap.keys)) }
