package keyspace

import (
	"math"
	"time"
)

// An active expire slice ends after so many keys; the owner looks at its queue between slices.
const expireSliceKeys = 64

// rehashSliceBuckets is how many buckets an idle owner moves between two looks at its queue.
const rehashSliceBuckets = 512

// The names under which the deletion of an expired or evicted key is recorded.
var (
	delWord    = []byte("DEL")
	unlinkWord = []byte("UNLINK")
)

// Idle work is done for idleBudget at a time, with pauses of idlePause, which the scheduler makes a
// millisecond. While the owner runs or yields, on a single processor, nobody asks the system for
// requests; so the budget is what idle work can add to the latency of one.
const (
	idleBudget = 300 * time.Microsecond
	idlePause  = 100 * time.Microsecond
)

// expire deletes keys, and fields of hashes, whose time has come, between rounds. Each call is
// short. It reports whether more may be left.
func (e *Engine) expire() (more bool) {
	if !e.config.ActiveExpire || e.frozen() {
		return false
	}
	if e.config.LatencyThreshold > 0 {
		defer e.timeEvent("expire-cycle", e.watch.read())
	}
	budget := expireSliceKeys
	for _, db := range e.dbs {
		budget = db.expireFieldsSlice(db.expireSlice(budget))
	}
	if e.expiring {
		e.expiring = false
		e.stats.ExpireNs += e.watch.between(e.expireFrom, e.watch.read())
	}
	if len(e.readyKeys) > 0 { // of those who waited for a key that has expired
		e.serveReady()
		e.resume()
		e.flushDirty()
	}
	return budget == 0
}

// beginExpiring begins to measure what expiry takes, in a slice that has something to do.
func (e *Engine) beginExpiring() {
	if !e.expiring {
		e.expiring, e.expireFrom = true, e.watch.read()
	}
}

// idleWork does what can wait until the owner has nothing else to do, until it has, or its budget
// is used up. It reports whether more is left.
func (e *Engine) idleWork() (more bool) {
	if !e.idle() {
		return false
	}
	defer e.sendPushes() // of keys that have expired
	for begin := time.Now(); e.queue.empty() && time.Since(begin) < idleBudget; {
		if !e.idle() {
			return false
		}
	}
	return true
}

// idle does a little idle work: it deletes expired keys, evicts what is above maxmemory, moves
// tables along and gives free memory back to the system. It reports whether more is left.
func (e *Engine) idle() (more bool) {
	if e.expire() {
		return true
	}
	if e.config.MaxMemory != 0 && e.evictSlice() {
		return true
	}
	return e.config.ActiveRehashing && e.rehash() || e.arena.Work(1)
}

// rehash moves some buckets of one table that is being rehashed, if there is one.
func (e *Engine) rehash() (found bool) {
	for _, db := range e.dbs {
		if db.table.Rehashing() {
			db.table.Rehash(db.arena, rehashSliceBuckets)
			return true
		}
	}
	return false
}

// expireSlice deletes expired keys, at most budget of them, and returns what is left of it.
func (db *DB) expireSlice(budget int) int {
	for budget > 0 {
		ref, deadlineMs, ok := db.expires.Min()
		if !ok || !db.engine.passed(deadlineMs) {
			return budget
		}
		db.engine.beginExpiring()
		db.deleteExpired(db.at(ref))
		budget--
	}
	return budget
}

// deleteExpired deletes a key whose deadline has passed. Redis: deleteExpiredKeyAndPropagate.
func (db *DB) deleteExpired(e Entry) {
	en := db.engine
	told := en.interest != 0 || len(en.recorders) > 0
	var key []byte
	if told {
		key = append(key, e.Key()...) // it goes with the entry
	}
	db.Delete(e)
	en.stats.Expired++
	en.dirty++
	if told {
		en.notify(NotifyExpired, "expired", key, db)
		en.record(db, [][]byte{deletionWord(en.config.LazyExpire), key})
	}
}

// passed reports whether a deadline has passed. Redis: it has not yet in its own millisecond.
func (e *Engine) passed(deadlineMs int64) bool { return deadlineMs < e.dueMs }

// nextDueMs is when the next key expires or the next wait ends; 0: never.
func (e *Engine) nextDueMs() int64 {
	first := e.nextPauseMs() // a deadline at the end of time never passes
	if len(e.timeouts) > 0 {
		first = min(first, e.timeouts[0].DeadlineMs)
	}
	if e.clients.nextMs != 0 {
		first = min(first, e.clients.nextMs-1)
	}
	if e.clients.softMs != 0 {
		first = min(first, e.clients.softMs-1)
	}
	for _, db := range e.dbs {
		if !e.config.ActiveExpire || e.frozen() {
			break
		}
		if _, deadlineMs, ok := db.expires.Min(); ok {
			first = min(first, deadlineMs)
		}
		first = min(first, db.fieldsDueMs)
	}
	if first == math.MaxInt64 {
		return 0
	}
	return first + 1 - e.promptMs
}
