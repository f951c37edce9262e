package keyspace

import (
	"fmt"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/ringer-kv/ringer/types/arena"
)

// Memory is where the memory of the process is, in bytes, as INFO and MEMORY tell it. What Redis
// counts as used is the live blocks of the arena, the expiry heaps and what is in use of the Go
// heap: sessions, buffers and the program's own. That is known after a collection alone, as what
// commands leave behind is there until then, INFO's own scraps among it. So it is what the last
// collection found in use, and at least what there was at the start and what sessions have now.
//
// Owned by the keyspace goroutine.
type Memory struct {
	Total    int64 // data and heap
	Peak     int64 // of Total, as far as anybody has looked
	Startup  int64 // of Total, when the server was empty
	Data     int64 // of Total: entries, values, tables and deadlines
	Mapped   int64 // that the arena has of the system, with what is free in it
	Resident int64 // in RAM, of the process
	Clients  int64 // of sessions: buffers, arguments, names
	Sessions int
	Eval     int64 // of scripts that the server has seen
	Function int64 // of libraries of functions
	Keys     int64
	DBs      []DBMemory // that have keys
}

// DBMemory is what a database needs beside its entries.
//
// Owned by the keyspace goroutine.
type DBMemory struct {
	Name           string // "db.0"
	Table, Expires int64
}

// Memory measures. O(sessions).
func (e *Engine) Memory() Memory {
	m := Memory{
		Data: e.usedBytes(), Startup: e.info.startupBytes,
		Mapped: e.arena.MappedBytes(), Resident: residentBytes(), Sessions: e.sessions.n,
	}
	scripts := e.scriptMemory()
	m.Eval, m.Function = scripts.eval, scripts.functions
	for s := e.sessions.first; s != nil; s = s.next {
		m.Clients += int64(s.memory().total)
	}
	live := heapMetric("/gc/heap/live:bytes")
	m.Total = m.Data + max(live, e.info.startupHeapBytes+m.Clients)
	e.info.peakBytes = max(e.info.peakBytes, m.Total)
	m.Peak = e.info.peakBytes
	for _, db := range e.dbs {
		if db.Len() > 0 {
			m.Keys += int64(db.Len())
			m.DBs = append(m.DBs, DBMemory{
				Name: "db." + strconv.Itoa(db.id), Table: int64(db.table.BytesUsed()),
				Expires: int64(db.expires.BytesUsed()),
			})
		}
	}
	return m
}

// overhead is what is used beside entries and values.
func (m *Memory) overhead() int64 {
	sum := m.Total - m.Data
	for _, db := range m.DBs {
		sum += db.Table + db.Expires
	}
	return sum
}

// MemoryStat is a line of MEMORY STATS.
//
// Owned by the keyspace goroutine.
type MemoryStat struct {
	Name    string
	N       int64
	Ratio   float64
	IsRatio bool
}

// StatsOverhead is the line before which MEMORY STATS shows the databases.
const StatsOverhead = "overhead.total"

// Stats are the lines of MEMORY STATS without those of the databases. Redis:
// getMemoryOverheadData.
func (m *Memory) Stats() []MemoryStat {
	number := func(name string, n int64) MemoryStat { return MemoryStat{Name: name, N: n} }
	quotient := func(name string, part, whole int64) MemoryStat {
		return MemoryStat{Name: name, Ratio: float64(part) / float64(max(whole, 1)), IsRatio: true}
	}
	dataset := m.Total - m.overhead()
	net := max(m.Total-m.Startup, 1)
	active := m.active()
	return []MemoryStat{
		number("peak.allocated", m.Peak), number("total.allocated", m.Total),
		number("startup.allocated", m.Startup), number("replication.backlog", 0),
		number("clients.slaves", 0), number("clients.normal", m.Clients),
		number("cluster.links", 0), number("aof.buffer", 0), number("lua.caches", m.Eval),
		number("functions.caches", m.Function), number(StatsOverhead, m.overhead()),
		number("keys.count", m.Keys), number("keys.bytes-per-key", net/max(m.Keys, 1)),
		number("dataset.bytes", dataset), quotient("dataset.percentage", 100*dataset, net),
		quotient("peak.percentage", 100*m.Total, m.Peak),
		number("allocator.allocated", m.Total), number("allocator.active", active),
		number("allocator.resident", m.Resident),
		quotient("allocator-fragmentation.ratio", active, m.Total),
		number("allocator-fragmentation.bytes", active-m.Total),
		quotient("allocator-rss.ratio", m.Resident, active),
		number("allocator-rss.bytes", m.Resident-active),
		quotient("rss-overhead.ratio", m.Resident, m.Resident), number("rss-overhead.bytes", 0),
		quotient("fragmentation", m.Resident, m.Total),
		number("fragmentation.bytes", m.Resident-m.Total),
	}
}

// active is the pages that hold what is used, and what is free between it.
func (m *Memory) active() int64 { return max(m.Total, m.Mapped+m.Total-m.Data) }

// MemoryUsage is what a key, its value and its deadline take up, in bytes of the arena. The share
// that it has of the table is not counted. O(1).
func (e Entry) MemoryUsage() int64 {
	n := int64(arena.ClassSize(e.bytes()))
	if _, has := e.Deadline(); has {
		n += int64(e.db.expires.BytesUsed() / max(e.db.expires.Len(), 1))
	}
	if e.Type() != TypeString {
		return n + int64(e.object().MemoryUsage())
	}
	if e.Encoding() == EncRawBlob {
		_, room := e.blobBlock()
		n += int64(arena.ClassSize(room))
	}
	return n
}

// PurgeMemory gives pages that are free back to the system: those of the arena that are to be
// looked at, at once, and the rest when the owner has nothing else to do.
func (e *Engine) PurgeMemory() {
	const slices = 64 // of a bounded size, so that nobody waits for long
	for i := 0; i < slices && e.arena.Work(1); i++ {
	}
	e.worker.do(debug.FreeOSMemory)
}

// ArenaReport describes the memory of the data for people.
func (e *Engine) ArenaReport() string {
	var b strings.Builder
	b.WriteString("___ Begin ringer-arena statistics ___\n")
	fmt.Fprintf(&b, "Used: %d, mapped: %d, available: %d, capacity: %d\n", e.arena.UsedBytes(),
		e.arena.MappedBytes(), e.arena.AvailableBytes(), e.arena.CapacityBytes())
	for _, db := range e.dbs {
		if db.Len() > 0 {
			fmt.Fprintf(&b, "db%d: keys: %d, table: %d, deadlines: %d\n", db.id, db.Len(),
				db.table.BytesUsed(), db.expires.BytesUsed())
		}
	}
	fmt.Fprintf(&b, "Go heap: %d\n", heapMetric("/memory/classes/heap/objects:bytes"))
	b.WriteString("--- End ringer-arena statistics ---\n")
	return b.String()
}

// LastSave is when the data was saved last, in seconds since 1970: never, so the start stands for
// it, as in Redis.
func (e *Engine) LastSave() int64 { return e.startMs / 1000 }
