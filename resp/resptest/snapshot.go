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

// Restore makes the data of the server that of a snapshot, which may be another server's, at one
// moment. Clients stay connected, and find all their keys changed. Deadlines are points in time: a
// key whose deadline the clock has passed since does not come back. O(data).
func (s *Server) Restore(snap *Snapshot) {
	steps := make([]step, 1, len(snap.keys)+1)
	steps[0] = step{args: []string{"FLUSHALL"}}
	for _, k := range snap.keys {
		if n := s.engine.Databases(); k.db >= n {
			panic(fmt.Sprintf("resptest: the snapshot has database %d of %d", k.db, n))
		}
		deadlineMs := strconv.FormatInt(k.deadlineMs, 10)
		steps = append(steps, step{k.db, []string{"RESTORE", k.key, deadlineMs, k.payload, "ABSTTL"}})
	}
	s.must(steps...)
}

// Len is the number of keys.
func (snap *Snapshot) Len() int { return len(snap.keys) }

// String says what a snapshot is, for logs.
func (snap *Snapshot) String() string { return fmt.Sprintf("snapshot of %d keys", len(snap.keys)) }
