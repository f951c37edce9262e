package keyspace

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ringer-kv/ringer/keyspace/reply"
)

// RedisVersion is the version of Redis whose behaviour ringer has, as INFO and HELLO tell it:
// clients decide by it what they may ask.
const RedisVersion = "7.0.15"

// Version is ringer's own.
const Version = "0.1.0"

// infoSection is one section of INFO. A new one is one line in infoSections.
type infoSection struct {
	title     string
	byDefault bool // part of a plain INFO
	write     func(e *Engine, w *infoWriter)
}

// infoSections are the sections in the order in which INFO shows them.
var infoSections = [...]infoSection{
	{"Server", true, (*Engine).infoServer},
	{"Clients", true, (*Engine).infoClients},
	{"Memory", true, (*Engine).infoMemory},
	{"Persistence", true, (*Engine).infoPersistence},
	{"Stats", true, (*Engine).infoStats},
	{"Replication", true, (*Engine).infoReplication},
	{"CPU", true, (*Engine).infoCPU},
	{"Modules", true, func(*Engine, *infoWriter) {}},
	{"Commandstats", false, (*Engine).infoCommandStats},
	{"Errorstats", true, (*Engine).infoErrorStats},
	{"Latencystats", false, (*Engine).infoLatencyStats},
	{"Cluster", true, (*Engine).infoCluster},
	{"Keyspace", true, (*Engine).infoKeyspace},
}

// Info is the text of INFO for the sections that are named; none means those that a plain INFO
// shows. Unknown names are no error. Redis: genInfoSectionDict, genRedisInfoString.
func (e *Engine) Info(names [][]byte) string {
	var w infoWriter
	for _, s := range infoSections {
		if !s.wanted(names) {
			continue
		}
		if w.b.Len() > 0 {
			w.b.WriteString("\r\n")
		}
		w.b.WriteString("# " + s.title + "\r\n")
		s.write(e, &w)
	}
	return w.b.String()
}

func (s *infoSection) wanted(names [][]byte) bool {
	if len(names) == 0 {
		return s.byDefault
	}
	for _, name := range names {
		switch n := strings.ToLower(string(name)); {
		case n == "all", n == "everything", strings.EqualFold(n, s.title):
			return true
		case n == "default" && s.byDefault:
			return true
		}
	}
	return false
}

// infoWriter collects lines of "field:value".
//
// Owned by the keyspace goroutine.
type infoWriter struct{ b bytes.Buffer }

func (w *infoWriter) text(field, value string) {
	w.b.WriteString(field)
	w.b.WriteByte(':')
	w.b.WriteString(value)
	w.b.WriteString("\r\n")
}

func (w *infoWriter) int(field string, n int64) { w.text(field, strconv.FormatInt(n, 10)) }

// zero writes fields that are 0 as long as ringer has nothing of the kind.
func (w *infoWriter) zero(fields ...string) {
	for _, f := range fields {
		w.text(f, "0")
	}
}

// bytes writes an amount of memory, and again in the form for people.
func (w *infoWriter) bytes(field string, n int64) {
	w.int(field, n)
	w.text(field+"_human", humanBytes(n))
}

func (w *infoWriter) percent(field string, part, whole int64) {
	p := 0.0
	if whole > 0 {
		p = float64(part) / float64(whole) * 100
	}
	w.text(field, fmt.Sprintf("%.2f%%", p))
}

func (w *infoWriter) ratio(field string, part, whole int64) {
	r := 0.0
	if whole > 0 {
		r = float64(part) / float64(whole)
	}
	w.text(field, fmt.Sprintf("%.2f", r))
}

// humanBytes is an amount of memory for people. Redis: bytesToHuman.
func humanBytes(n int64) string {
	if n < 1024 {
		return strconv.FormatInt(n, 10) + "B"
	}
	value, unit := float64(n)/1024, 0
	for value >= 1024 && unit < len("KMGTP")-1 {
		value /= 1024
		unit++
	}
	return fmt.Sprintf("%.2f%c", value, "KMGTP"[unit])
}

func (e *Engine) infoServer(w *infoWriter) {
	up := (e.nowMs - e.startMs) / 1000
	w.text("redis_version", RedisVersion)
	w.text("redis_git_sha1", "00000000")
	w.text("redis_git_dirty", "0")
	w.text("redis_build_id", "ringer-"+Version)
	w.text("redis_mode", e.Mode())
	w.text("ringer_version", Version)
	w.text("go_version", runtime.Version())
	w.text("os", systemName())
	w.int("arch_bits", strconv.IntSize)
	w.text("monotonic_clock", "Go runtime")
	w.text("multiplexing_api", multiplexer)
	w.text("atomicvar_api", "sync/atomic")
	w.text("gcc_version", "0.0.0") // Redis: of a program that is not gcc's
	w.int("process_id", int64(os.Getpid()))
	w.text("process_supervised", cmp.Or(e.config.Supervisor, "no"))
	w.text("run_id", e.runID)
	w.int("tcp_port", int64(e.config.MainPort()))
	w.int("native_port", int64(e.config.NativePort))
	w.int("server_time_usec", e.Now().UnixMicro())
	w.int("uptime_in_seconds", up)
	w.int("uptime_in_days", up/(24*3600))
	w.int("hz", int64(e.config.HZ))
	w.int("configured_hz", int64(e.config.HZ))
	w.int("lru_clock", int64(e.lruClock))
	w.text("executable", executable())
	w.text("config_file", e.config.File)
	w.zero("io_threads_active")
}

// executable is the path of the program.
func executable() string {
	if path, err := os.Executable(); err == nil {
		return path
	}
	path, _ := filepath.Abs(os.Args[0])
	return path
}

func (e *Engine) infoClients(w *infoWriter) {
	w.int("connected_clients", int64(e.sessions.n))
	w.zero("cluster_connections")
	w.int("maxclients", int64(e.config.MaxClients))
	input, output := e.recentPeaks()
	w.int("client_recent_max_input_buffer", int64(input))
	w.int("client_recent_max_output_buffer", int64(output))
	w.int("blocked_clients", int64(e.blocked))
	w.int("tracking_clients", int64(len(e.tracking.sessions)))
	w.int("clients_in_timeout_table", int64(len(e.timeouts)))
}

// heapMetric is a figure of the runtime about the Go heap.
func heapMetric(name string) int64 {
	s := []metrics.Sample{{Name: name}}
	metrics.Read(s)
	if s[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return int64(s[0].Value.Uint64())
}

func (e *Engine) infoMemory(w *infoWriter) {
	m := e.Memory()
	w.bytes("used_memory", m.Total)
	w.bytes("used_memory_rss", m.Resident)
	w.bytes("used_memory_peak", m.Peak)
	w.percent("used_memory_peak_perc", m.Total, m.Peak)
	w.int("used_memory_overhead", m.overhead())
	w.int("used_memory_startup", m.Startup)
	w.int("used_memory_dataset", m.Total-m.overhead())
	w.percent("used_memory_dataset_perc", m.Total-m.overhead(), max(m.Total-m.Startup, 1))
	w.int("allocator_allocated", m.Total)
	w.int("allocator_active", m.active())
	w.int("allocator_resident", m.Resident)
	w.bytes("total_system_memory", systemMemory())
	e.infoScripts(w)
	w.bytes("maxmemory", clampInt64(e.config.MaxMemory))
	w.text("maxmemory_policy", e.config.MaxMemoryPolicy)
	w.ratio("allocator_frag_ratio", m.active(), m.Total)
	w.int("allocator_frag_bytes", m.active()-m.Total)
	w.ratio("allocator_rss_ratio", m.Resident, m.active())
	w.int("allocator_rss_bytes", m.Resident-m.active())
	w.text("rss_overhead_ratio", "1.00")
	w.zero("rss_overhead_bytes")
	w.ratio("mem_fragmentation_ratio", m.Resident, m.Total)
	w.int("mem_fragmentation_bytes", m.Resident-m.Total)
	w.int("mem_not_counted_for_evict", m.Total-e.countedBytes())
	w.zero("mem_replication_backlog",
		"mem_total_replication_buffers", "mem_clients_slaves")
	w.int("mem_clients_normal", m.Clients)
	w.zero("mem_cluster_links", "mem_aof_buffer")
	w.text("mem_allocator", "ringer-arena")
	w.zero("active_defrag_running")
	w.int("lazyfree_pending_objects", int64(e.space.pending))
	w.int("lazyfreed_objects", e.stats.LazyFreed)
}

// infoScripts is what Memory shows of scripts and functions.
func (e *Engine) infoScripts(w *infoWriter) {
	m := e.scriptMemory()
	w.int("used_memory_lua", m.vmEval)
	w.int("used_memory_vm_eval", m.vmEval)
	w.text("used_memory_lua_human", humanBytes(m.vmEval))
	w.int("used_memory_scripts_eval", m.eval)
	w.int("number_of_cached_scripts", int64(m.scripts))
	w.int("number_of_functions", int64(m.functionCount))
	w.int("number_of_libraries", int64(m.libraryCount))
	w.int("used_memory_vm_functions", m.vmFunctions)
	w.bytes("used_memory_vm_total", m.vmEval+m.vmFunctions)
	w.int("used_memory_functions", m.functions)
	w.bytes("used_memory_scripts", m.eval+m.functions)
}

func (e *Engine) infoPersistence(w *infoWriter) {
	w.zero("loading", "async_loading", "current_cow_peak", "current_cow_size",
		"current_cow_size_age")
	w.text("current_fork_perc", "0.00")
	w.zero("current_save_keys_processed", "current_save_keys_total")
	w.int("rdb_changes_since_last_save", e.dirty)
	w.zero("rdb_bgsave_in_progress")
	w.int("rdb_last_save_time", e.startMs/1000)
	w.text("rdb_last_bgsave_status", "ok")
	w.text("rdb_last_bgsave_time_sec", "-1")
	w.text("rdb_current_bgsave_time_sec", "-1")
	w.zero("rdb_saves", "rdb_last_cow_size", "rdb_last_load_keys_expired",
		"rdb_last_load_keys_loaded", "aof_enabled", "aof_rewrite_in_progress",
		"aof_rewrite_scheduled")
	w.text("aof_last_rewrite_time_sec", "-1")
	w.text("aof_current_rewrite_time_sec", "-1")
	w.text("aof_last_bgrewrite_status", "ok")
	w.zero("aof_rewrites", "aof_rewrites_consecutive_failures")
	w.text("aof_last_write_status", "ok")
	w.zero("aof_last_cow_size", "module_fork_in_progress", "module_fork_last_cow_size")
}

func (e *Engine) infoStats(w *infoWriter) {
	s := &e.stats
	w.int("total_connections_received", s.Connections)
	w.int("total_commands_processed", s.Commands)
	w.int("instantaneous_ops_per_sec", e.info.commands.perSecond())
	w.int("total_net_input_bytes", s.InputBytes)
	w.int("total_net_output_bytes", s.OutputBytes)
	w.zero("total_net_repl_input_bytes", "total_net_repl_output_bytes")
	w.ratio("instantaneous_input_kbps", e.info.input.perSecond(), 1024)
	w.ratio("instantaneous_output_kbps", e.info.output.perSecond(), 1024)
	w.text("instantaneous_input_repl_kbps", "0.00")
	w.text("instantaneous_output_repl_kbps", "0.00")
	w.int("rejected_connections", e.limits.Rejected.Load())
	w.zero("sync_full", "sync_partial_ok", "sync_partial_err")
	w.int("expired_keys", s.Expired)
	w.int("expired_subkeys", s.ExpiredFields)
	w.text("expired_stale_perc", "0.00")
	w.zero("expired_time_cap_reached_count")
	w.int("expire_cycle_cpu_milliseconds", s.ExpireNs/int64(time.Millisecond))
	w.int("evicted_keys", s.Evicted)
	w.int("evicted_clients", s.EvictedClients)
	w.int("total_eviction_exceeded_time", s.ExceededMs+e.exceededMs())
	w.int("current_eviction_exceeded_time", e.exceededMs())
	w.int("keyspace_hits", s.Hits)
	w.int("keyspace_misses", s.Misses)
	w.int("pubsub_channels", int64(e.TopicCount(Channel)))
	w.int("pubsub_patterns", int64(e.TopicCount(Pattern)))
	w.int("pubsubshard_channels", int64(e.TopicCount(ShardChannel)))
	w.zero("latest_fork_usec",
		"total_forks", "migrate_cached_sockets", "slave_expires_tracked_keys",
		"active_defrag_hits", "active_defrag_misses", "active_defrag_key_hits",
		"active_defrag_key_misses", "total_active_defrag_time", "current_active_defrag_time")
	w.int("tracking_total_keys", int64(len(e.tracking.table.all)))
	w.int("tracking_total_items", int64(e.tracking.table.items))
	w.int("tracking_total_prefixes", int64(len(e.tracking.prefixes)))
	w.zero("unexpected_error_replies")
	w.int("total_error_replies", s.ErrorReplies)
	w.zero("dump_payload_sanitizations")
	w.int("total_reads_processed", s.Batches)
	w.int("total_writes_processed", s.Flushes)
	w.zero("io_threaded_reads_processed",
		"io_threaded_writes_processed", "reply_buffer_shrinks", "reply_buffer_expands")
}

func (e *Engine) infoReplication(w *infoWriter) {
	w.text("role", "master")
	w.zero("connected_slaves")
	if e.config.needsReplicas() {
		w.zero("min_slaves_good_slaves")
	}
	w.text("master_failover_state", "no-failover")
	w.text("master_replid", e.info.replID)
	w.text("master_replid2", strings.Repeat("0", len(e.info.replID)))
	w.zero("master_repl_offset")
	w.text("second_repl_offset", "-1")
	w.zero("repl_backlog_active")
	w.text("repl_backlog_size", e.config.get(&parameters[lookupParameter("repl-backlog-size")]))
	w.zero("repl_backlog_first_byte_offset", "repl_backlog_histlen")
}

func (e *Engine) infoCPU(w *infoWriter) {
	user, system := cpuTime()
	seconds := func(d time.Duration) string { return fmt.Sprintf("%.6f", d.Seconds()) }
	w.text("used_cpu_sys", seconds(system))
	w.text("used_cpu_user", seconds(user))
	w.text("used_cpu_sys_children", seconds(0))
	w.text("used_cpu_user_children", seconds(0))
}

// infoCommandStats shows how often each command was called, and how long that took.
func (e *Engine) infoCommandStats(w *infoWriter) {
	e.table.each(func(s *Spec) { w.command(s, e.countsOf(s)) })
}

func (w *infoWriter) command(s *Spec, t *CommandStats) {
	if t.Calls+t.Rejected+t.Failed > 0 {
		per := 0.0
		if t.Calls > 0 {
			per = float64(t.Ns) / 1000 / float64(t.Calls)
		}
		w.text("cmdstat_"+s.fullName, fmt.Sprintf(
			"calls=%d,usec=%d,usec_per_call=%.2f,rejected_calls=%d,failed_calls=%d",
			t.Calls, t.Ns/1000, per, t.Rejected, t.Failed))
	}
}

// maxErrorKinds is how many first words of errors are counted apart: a script can make up more.
const maxErrorKinds = 128

// maxErrorKindBytes is the longest first word of an error that counts as one. Redis:
// afterErrorReply.
const maxErrorKindBytes = 30

// noteError counts an error reply, in all and by its first word. Redis: afterErrorReply.
func (e *Engine) noteError(err reply.Error) {
	e.stats.ErrorReplies++
	kind, _, found := strings.Cut(string(err), " ")
	if !found || len(kind) > maxErrorKindBytes { // Redis: of an error that a script has made up
		kind = "ERR"
	}
	if n, known := e.info.errors[kind]; known || len(e.info.errors) < maxErrorKinds {
		e.info.errors[kind] = n + 1
	}
}

func (e *Engine) infoErrorStats(w *infoWriter) {
	for _, kind := range slices.Sorted(maps.Keys(e.info.errors)) {
		w.text("errorstat_"+kind, "count="+strconv.FormatInt(e.info.errors[kind], 10))
	}
}

func (e *Engine) infoCluster(w *infoWriter) {
	if e.options.Cluster {
		w.int("cluster_enabled", 1)
		return
	}
	w.zero("cluster_enabled")
}

// Mode is what the server is, as INFO and HELLO tell it.
func (e *Engine) Mode() string {
	if e.options.Cluster {
		return "cluster"
	}
	return "standalone"
}

func (e *Engine) infoKeyspace(w *infoWriter) {
	for _, db := range e.dbs {
		if n := db.Len(); n > 0 {
			w.text("db"+strconv.Itoa(db.id), fmt.Sprintf("keys=%d,expires=%d,avg_ttl=%d",
				n, db.ExpiresLen(), db.averageTTL()))
		}
	}
}

// ttlSamples is how many deadlines the average of INFO is taken over.
const ttlSamples = 64

// averageTTL is the average time to live in milliseconds of keys spread over the heap.
func (db *DB) averageTTL() int64 {
	n := db.expires.Len()
	if n == 0 {
		return 0
	}
	count, sum := min(n, ttlSamples), int64(0)
	for i := range uint64(count) {
		_, deadlineMs, _ := db.expires.Sample(i * (math.MaxUint64 / uint64(count)))
		sum += max(0, deadlineMs-db.engine.nowMs)
	}
	return sum / int64(count)
}

// Databases is the number of databases.
func (e *Engine) Databases() int { return len(e.dbs) }

// Now reads the engine's clock, finer than the millisecond that a batch shares.
func (e *Engine) Now() time.Time { return e.clock.Now() }

// infoState is what INFO needs that nothing else does.
//
// Owned by the keyspace goroutine.
type infoState struct {
	commands, input, output rate
	sampleMs                int64 // of the last sample
	peakBytes, startupBytes int64
	startupHeapBytes        int64 // of startupBytes, what is in the Go heap
	replID                  string
	errors                  map[string]int64 // error replies by their first word
}

// startInfo is called once, when the engine stands.
func (e *Engine) startInfo() {
	e.info.replID = e.randomHex(40)
	e.info.errors = make(map[string]int64)
	e.info.startupHeapBytes = heapMetric("/memory/classes/heap/objects:bytes")
	e.info.startupBytes = e.usedBytes() + e.info.startupHeapBytes
	e.info.sampleMs = e.nowMs
}

// sampleRates takes a sample if one is due. It is called in every round, so that a time without
// samples is a time without commands.
func (e *Engine) sampleRates() {
	elapsedMs := e.nowMs - e.info.sampleMs
	if elapsedMs < sampleEveryMs {
		return
	}
	e.info.sampleMs = e.nowMs
	e.watch.calibrate()
	e.info.commands.sample(e.stats.Commands, elapsedMs)
	e.info.input.sample(e.stats.InputBytes, elapsedMs)
	e.info.output.sample(e.stats.OutputBytes, elapsedMs)
	e.samplePeaks(min(max(e.sessions.n/peakShare, minPeakSessions), maxPeakSessions))
}

// Redis: STATS_METRIC_SAMPLES every 100 ms.
const (
	sampleEveryMs = 100
	rateSamples   = 16
)

// rate is how fast a counter grows, averaged over the last samples.
type rate struct {
	samples [rateSamples]int64 // per second
	next    int
	last    int64 // the counter at the last sample
}

// sample notes the counter; elapsedMs have passed since the last sample, and count for as many
// samples as they are.
func (r *rate) sample(counter, elapsedMs int64) {
	perSecond := (counter - r.last) * 1000 / elapsedMs
	r.last = counter
	for range min(rateSamples, elapsedMs/sampleEveryMs) {
		r.samples[r.next] = perSecond
		r.next = (r.next + 1) % rateSamples
	}
}

func (r *rate) perSecond() int64 {
	sum := int64(0)
	for _, s := range r.samples {
		sum += s
	}
	return sum / rateSamples
}
