package keyspace

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/ringer-kv/ringer/types/arena"
)

// This file is about what happens above maxmemory: keys are evicted, by the policy, before a
// command runs that might need memory, and in idle moments if the limit has been lowered.
//
//	command -> check -> makeRoom: used > maxmemory?
//	                       |
//	                       v   again, until it is not, or the time is over
//	   entries -- sample --> pool of 16, the best at the end -- take --> delete, tell, record
//
// # Terminology
//
//   - used: the data, without what is on its way back from the worker, and with what transactions
//     have queued. The Go heap beside it, with connections, buffers and garbage, is not counted:
//     INFO's mem_not_counted_for_evict says how much that is.
//   - score: how good it is to evict a key; under LRU the seconds that it has been idle, under LFU
//     255 minus its counter.
//   - pool: the best keys of all samples so far. An approximation of the true order that gets
//     better with every sample, as the good ones that were not taken stay. Antirez's idea; Redis:
//     evictionPoolEntry.
//
// # How it works
//
// LRU and LFU take maxmemory-samples keys from each database, those with a deadline only if the
// policy is volatile, put them into the pool, and evict the best. The pool holds copies of keys.
// One that has gone meanwhile is a ghost, and the next one is taken; one that has been used since
// goes back to the place that it has now. That costs a lookup, while a pool of references would
// have to be told of every change.
//
// volatile-ttl needs no sample: the heap of deadlines has the earliest one at its root.
//
// A large value is freed in the background, and its bytes count as free at once: else the next
// commands would evict more and more until the worker is done. While a whole database is on its way
// back, whose size nobody knows, nothing is evicted.
//
// One command evicts for at most some time, by maxmemory-eviction-tenacity, and then runs although
// there is no room yet, as in Redis; idle moments go on with it. Only if nothing can be evicted is
// it refused.
//
// # Complexity
//
// O(maxmemory-samples) for each key that is evicted, O(log n) under volatile-ttl. A server with
// room to spare compares two numbers for each command, and one without maxmemory tests one.
//
// # Limits and differences
//
// Redis evicts the member of the sample with the earliest deadline under volatile-ttl; here it is
// the earliest of all. Redis counts its clients' buffers, but those of replicas, against maxmemory.

// poolSize is how many keys the pool holds. Redis: EVPOOL_SIZE.
const poolSize = 16

// evictCheckKeys is after how many keys the clock is looked at. Redis: performEvictions.
const evictCheckKeys = 16

// evictSliceKeys is how many keys idle moments evict at a time.
const evictSliceKeys = 16

// policy is maxmemory-policy, taken apart.
type policy struct {
	volatile bool // only keys with a deadline
	by       evictBy
}

// evictBy is how a policy chooses among the keys.
type evictBy uint8

const (
	evictNone evictBy = iota
	evictLRU
	evictLFU
	evictRandom
	evictTTL
)

// parsePolicy takes the name of a policy apart.
func parsePolicy(name string) policy {
	keys, by, _ := strings.Cut(name, "-")
	p := policy{volatile: keys == "volatile"}
	switch by {
	case "lru":
		p.by = evictLRU
	case "lfu":
		p.by = evictLFU
	case "random":
		p.by = evictRandom
	case "ttl":
		p.by = evictTTL
	}
	return p
}

// candidate is a key in the pool.
//
// Owned by the keyspace goroutine.
type candidate struct {
	score uint32
	db    int
	key   []byte // its own
}

// evictor is the state of eviction.
//
// Owned by the keyspace goroutine.
type evictor struct {
	policy     policy
	pool       []candidate // in ascending order of score
	spare      [][]byte    // room for keys of the pool
	sample     []arena.Ref
	nextDB     int   // where a random choice begins
	exceededMs int64 // since when there has been no room; 0: there is
	lacking    bool  // the command that a client has sent last found none
	indexBytes int64 // of the heaps of deadlines, at the beginning of the round
}

// applyEviction takes up the settings.
func (e *Engine) applyEviction() {
	before := e.evict.policy
	if e.evict.policy = parsePolicy(e.config.MaxMemoryPolicy); e.evict.policy != before {
		e.evict.pool = e.evict.pool[:0] // the scores are of another kind
	}
}

// warnMaxMemory logs that a limit which has been set is below what is used. The keys go in idle
// moments. Redis: updateMaxmemory.
func (e *Engine) warnMaxMemory() {
	if !e.roomy() {
		e.log(LogWarning, fmt.Sprintf("WARNING: the new maxmemory value set via CONFIG SET (%d) is"+
			" smaller than the current memory usage (%d). This will result in key eviction and/or"+
			" the inability to accept new write commands depending on the maxmemory-policy.",
			e.config.MaxMemory, e.countedBytes()))
	}
}

// tickEviction refreshes what is counted once a round.
func (e *Engine) tickEviction() {
	if e.config.MaxMemory != 0 {
		e.evict.indexBytes = e.indexBytes()
	}
}

// countedBytes is what maxmemory limits.
func (e *Engine) countedBytes() int64 {
	return e.arena.UsedBytes() - e.space.pendingBytes + e.evict.indexBytes + e.queuedBytes +
		e.scripts.bytes
}

// roomy reports whether there is no need to evict anything.
func (e *Engine) roomy() bool {
	return uint64(max(e.countedBytes(), 0)) <= e.config.MaxMemory || e.config.MaxMemory == 0 ||
		e.space.pendingFlushes > 0 || e.frozen() // Redis: isSafeToPerformEvictions
}

// makeRoom evicts keys while the data takes more than maxmemory, for a limited time. It reports
// false if there is no room and nothing to evict. Redis: performEvictions.
func (e *Engine) makeRoom() bool {
	if e.roomy() {
		e.noteRoom(true)
		return true
	}
	if e.config.LatencyThreshold > 0 {
		defer e.timeEvent("eviction-cycle", e.watch.read())
	}
	begin := time.Time{}
	limit := evictTime(e.config.EvictionTenacity)
	for n := 1; !e.roomy(); n++ {
		if !e.evictOne() {
			e.noteRoom(false)
			return false
		}
		if n%evictCheckKeys != 0 {
			continue
		}
		if now := time.Now(); begin.IsZero() {
			begin = now
		} else if now.Sub(begin) > limit {
			e.noteRoom(false)
			return true
		}
	}
	e.noteRoom(true)
	return true
}

// evictTime is how long one command evicts. Redis: evictionTimeLimitUs.
func evictTime(tenacity int) time.Duration {
	switch {
	case tenacity <= 10:
		return time.Duration(50*tenacity) * time.Microsecond
	case tenacity < 100: // a geometric progression, to two minutes
		return time.Duration(500 * math.Pow(1.15, float64(tenacity)-10) * float64(time.Microsecond))
	}
	return math.MaxInt64
}

// noteRoom notes since when there has been no room, for INFO.
func (e *Engine) noteRoom(room bool) {
	switch {
	case !room && e.evict.exceededMs == 0:
		e.evict.exceededMs = e.nowMs
	case room && e.evict.exceededMs != 0:
		e.stats.ExceededMs += e.nowMs - e.evict.exceededMs
		e.evict.exceededMs = 0
	}
}

// exceededMs is for how long there has been no room.
func (e *Engine) exceededMs() int64 {
	if e.evict.exceededMs == 0 {
		return 0
	}
	return e.nowMs - e.evict.exceededMs
}

// evictSlice evicts some keys in an idle moment. It reports whether more may have to go.
func (e *Engine) evictSlice() (more bool) {
	for range evictSliceKeys {
		if e.roomy() {
			e.noteRoom(true)
			return false
		}
		if !e.evictOne() {
			return false
		}
	}
	return true
}

// evictOne evicts the key that the policy chooses. It reports false if there is none.
func (e *Engine) evictOne() bool {
	en := Entry{}
	switch e.evict.policy.by {
	case evictLRU, evictLFU:
		en = e.chooseByScore()
	case evictRandom:
		en = e.chooseRandom()
	case evictTTL:
		en = e.chooseEarliest()
	}
	if !en.Found() {
		return false
	}
	e.evictEntry(en)
	return true
}

// evictEntry deletes a key for lack of memory, and tells so.
func (e *Engine) evictEntry(en Entry) {
	db, told := en.db, e.interest != 0 || len(e.recorders) > 0
	var key []byte
	if told {
		key = append(key, en.Key()...) // it goes with the entry
	}
	db.Delete(en)
	e.stats.Evicted++
	if told {
		e.notify(NotifyEvicted, "evicted", key, db)
		e.record(db, [][]byte{deletionWord(e.config.LazyEviction), key})
	}
}

// deletionWord is the name under which a deletion of the server's own is recorded. Redis:
// propagateDeletion.
func deletionWord(lazy bool) []byte {
	if lazy {
		return unlinkWord
	}
	return delWord
}

// chooseByScore fills the pool and takes the best key out of it.
func (e *Engine) chooseByScore() Entry {
	for {
		found := false
		for _, db := range e.dbs {
			found = db.samplePool() || found
		}
		if !found {
			return Entry{}
		}
		for len(e.evict.pool) > 0 {
			if en := e.takeBest(); en.Found() {
				return en
			}
		}
	}
}

// samplePool puts a sample of the keys into the pool. It reports false if there are none to choose
// from. Redis: evictionPoolPopulate.
func (db *DB) samplePool() bool {
	e, v := db.engine, &db.engine.evict
	v.sample = v.sample[:0]
	if v.policy.volatile {
		for range min(e.config.MaxMemorySamples, db.expires.Len()) {
			r, _, _ := db.expires.Sample(e.rand.Uint64())
			v.sample = append(v.sample, r)
		}
	} else {
		v.sample = db.table.Some(db.arena, e.rand.Uint64, e.config.MaxMemorySamples, v.sample)
	}
	for _, r := range v.sample {
		e.considerForPool(db.at(r))
	}
	if v.policy.volatile {
		return db.expires.Len() > 0
	}
	return db.table.Len() > 0
}

// score is how good it is to evict an entry.
func (e *Engine) score(h *entryHead) uint32 {
	if e.evict.policy.by == evictLFU {
		return lfuMost - e.frequency(h)
	}
	return e.idleSeconds(h)
}

// considerForPool puts a key into the pool, unless that is full of better ones.
func (e *Engine) considerForPool(en Entry) {
	v, score := &e.evict, e.score(en.head())
	at := len(v.pool)
	for at > 0 && v.pool[at-1].score >= score {
		at--
	}
	if at == 0 && len(v.pool) == poolSize {
		return
	}
	if len(v.pool) == poolSize { // the worst one goes
		v.keepKey(v.pool[0].key)
		copy(v.pool, v.pool[1:at])
		at--
	} else {
		v.pool = append(v.pool, candidate{})
		copy(v.pool[at+1:], v.pool[at:])
	}
	v.pool[at] = candidate{score: score, db: en.db.id, key: append(v.takeKey(), en.Key()...)}
}

// spareKeyBytes is the longest key whose room is kept. Redis: EVPOOL_CACHED_SDS_SIZE.
const spareKeyBytes = 256

// takeKey is room for a key.
func (v *evictor) takeKey() []byte {
	if n := len(v.spare); n > 0 {
		b := v.spare[n-1]
		v.spare = v.spare[:n-1]
		return b
	}
	return nil
}

// keepKey keeps the room of a key for another.
func (v *evictor) keepKey(b []byte) {
	if cap(b) <= spareKeyBytes {
		v.spare = append(v.spare, b[:0])
	}
}

// takeBest takes the best key out of the pool: what it is the key of now, if it still is one.
func (e *Engine) takeBest() Entry {
	v := &e.evict
	last := len(v.pool) - 1
	c := v.pool[last]
	v.pool = v.pool[:last]
	db := e.dbs[c.db]
	en := db.find(c.key)
	switch {
	case !en.Found(), v.policy.volatile && en.head().Expire == 0:
		en = Entry{}
	case e.score(en.head()) < c.score: // it has been used meanwhile
		e.considerForPool(en)
		en = Entry{}
	default:
		en = db.at(en.ref) // with a key that is not the pool's
	}
	v.keepKey(c.key)
	return en
}

// chooseRandom is a key drawn from the next database that has one.
func (e *Engine) chooseRandom() Entry {
	for range e.dbs {
		db := e.dbs[e.evict.nextDB%len(e.dbs)]
		e.evict.nextDB++
		switch {
		case e.evict.policy.volatile && db.expires.Len() > 0:
			r, _, _ := db.expires.Sample(e.rand.Uint64())
			return db.at(r)
		case !e.evict.policy.volatile && db.table.Len() > 0:
			return db.at(db.table.Random(db.arena, e.rand.Uint64))
		}
	}
	return Entry{}
}

// chooseEarliest is the key with the earliest deadline of all.
func (e *Engine) chooseEarliest() Entry {
	best, bestMs := Entry{}, int64(math.MaxInt64)
	for _, db := range e.dbs {
		if r, ms, ok := db.expires.Min(); ok && (ms < bestMs || !best.Found()) {
			best, bestMs = db.at(r), ms
		}
	}
	return best
}
