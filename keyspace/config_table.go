package keyspace

import (
	"math"
	"strings"

	"github.com/ringer-kv/ringer/keyspace/reply"
)

// parameter is one line of redis.conf: its name, what it may be, and where its value lies.
type parameter struct {
	name, alias string
	kind        paramKind
	flags       paramFlags
	initial     string // the default as CONFIG GET shows it
	min, max    int64  // of integers and memory; max < min: all of uint64
	words       []string
	// field is the place of the value: a *bool, *int, *int64, *uint64, *string, *[]string,
	// *LogLevel, *NotifyClass or *[outputClasses]OutputLimit. nil: the value has no meaning yet,
	// and is kept.
	field func(c *Config) any
	check func(word string) reply.Reason // of a text, beside its kind; nil: any will do
}

// paramKind is how a parameter's value is written.
type paramKind uint8

const (
	kindText paramKind = iota
	kindBool
	kindInt
	kindMemory
	kindOctal
	kindEnum    // one of words
	kindEnums   // some of words
	kindList    // words separated by blanks
	kindPercent // memory, or a percentage of maxmemory
	kindSave
	kindOutputLimits
	kindEvents      // notify-keyspace-events
	kindScores      // oom-score-adj-values
	kindPercentiles // latency-tracking-info-percentiles
	kindDir
	kindReplicaOf
	kindHostname
)

type paramFlags uint16

const (
	paramImmutable   paramFlags = 1 << iota // CONFIG SET is refused
	paramProtected                          // CONFIG SET needs enable-protected-configs
	paramSensitive                          // the value must not be logged
	paramUnsupported                        // anything but the default is refused: it would be a lie
	paramApplied                            // the front ends have to take it up: Options.Apply
	paramReread                             // names a file: set again, it is read again
	paramEmpty                              // a text that is empty, rather than not set at all
	paramHidden                             // CONFIG GET shows it by its name only, not by a pattern
)

const (
	minInt32  = math.MinInt32
	maxInt32  = math.MaxInt32
	maxInt64  = math.MaxInt64
	maxUint32 = math.MaxUint32
	maxPort   = 65535
	mib       = 1 << 20
)

func text(name, initial string) parameter {
	return parameter{name: name, kind: kindText, initial: initial}
}

func special(name string, kind paramKind, initial string) parameter {
	return parameter{name: name, kind: kind, initial: initial}
}

func boolean(name, initial string) parameter {
	return parameter{name: name, kind: kindBool, initial: initial}
}

func integer(name, initial string, least, most int64) parameter {
	return parameter{name: name, kind: kindInt, initial: initial, min: least, max: most}
}

func port(name, initial string) parameter { return integer(name, initial, 0, maxPort) }

func memory(name, initial string) parameter { return memoryFrom(name, initial, 0, maxInt64) }

func memoryFrom(name, initial string, least, most int64) parameter {
	return parameter{name: name, kind: kindMemory, initial: initial, min: least, max: most}
}

func enum(name, initial, words string) parameter {
	return parameter{name: name, kind: kindEnum, initial: initial, words: strings.Fields(words)}
}

// or gives the parameter its older name, which CONFIG GET shows beside the new one.
func (p parameter) or(alias string) parameter {
	p.alias = alias
	return p
}

// into says which field holds the value.
func (p parameter) into(field func(c *Config) any) parameter {
	p.field = field
	return p
}

func (p parameter) with(f paramFlags) parameter {
	p.flags |= f
	return p
}

func (p parameter) immutable() parameter   { return p.with(paramImmutable) }
func (p parameter) protected() parameter   { return p.with(paramProtected) }
func (p parameter) sensitive() parameter   { return p.with(paramSensitive) }
func (p parameter) unsupported() parameter { return p.with(paramUnsupported) }
func (p parameter) applied() parameter     { return p.with(paramApplied) }
func (p parameter) reread() parameter      { return p.with(paramApplied | paramReread) }
func (p parameter) empty() parameter       { return p.with(paramEmpty) }
func (p parameter) hidden() parameter      { return p.with(paramHidden) }

func (p parameter) several() parameter {
	p.kind = kindEnums
	return p
}

// takesSeveral reports whether a value is any number of words, which may be given as one text.
func (p *parameter) takesSeveral() bool {
	switch p.kind {
	case kindEnums, kindList, kindSave, kindOutputLimits, kindScores, kindPercentiles, kindReplicaOf:
		return true
	}
	return false
}

// split cuts a value that is given as one text into the words that the parameter takes.
func (p *parameter) split(value string) []string {
	if value != "" && p.takesSeveral() {
		return strings.Split(value, " ")
	}
	return []string{value}
}

// takesNone reports whether a line of a file may have nothing behind the name, which stands for an
// empty value then.
func (p *parameter) takesNone() bool {
	switch p.kind {
	case kindList, kindSave, kindOutputLimits, kindPercentiles, kindEnums:
		return true
	}
	return false
}

// that gives the parameter a check of its own.
func (p parameter) that(check func(word string) reply.Reason) parameter {
	p.check = check
	return p
}

// isDBName refuses what is no name of a file, but a path: the folder is dir.
func isDBName(word string) reply.Reason {
	if strings.Contains(word, "/") {
		return reply.ReasonPath("dbfilename", "filename")
	}
	return ""
}

// isAppendName is the check of a name of the append only file.
func isAppendName(name, what string) func(word string) reply.Reason {
	return func(word string) reply.Reason {
		switch {
		case word == "":
			return reply.ReasonEmpty(name)
		case strings.Contains(word, "/"):
			return reply.ReasonPath(name, what)
		}
		return ""
	}
}

// titleWords are what may stand in braces in proc-title-template.
const titleWords = " title listen-addr server-mode port tls-port unixsocket config-file "

// isTitle refuses a template with an unknown word, or an open brace. Two braces stand for one.
// Redis: validateProcTitleTemplate.
func isTitle(word string) reply.Reason {
	if word == "" {
		return reply.ReasonTitle
	}
	for rest := word; ; {
		_, after, found := strings.Cut(rest, "{")
		if !found {
			return ""
		}
		if rest, found = strings.CutPrefix(after, "{"); found {
			continue
		}
		name, after, found := strings.Cut(after, "}")
		if !found || name == "" || !strings.Contains(titleWords, " "+name+" ") {
			return reply.ReasonTitle
		}
		rest = after
	}
}

// lookupParameter finds a parameter by its name or alias, whatever the case; -1 if there is none.
// O(parameters).
func lookupParameter(name string) int {
	for i := range parameters {
		p := &parameters[i]
		if strings.EqualFold(p.name, name) || p.alias != "" && strings.EqualFold(p.alias, name) {
			return i
		}
	}
	return -1
}

// SensitiveParameter reports whether the parameter of that name holds a password.
func SensitiveParameter(name string) bool {
	i := lookupParameter(name)
	return i >= 0 && parameters[i].flags&paramSensitive != 0
}

// parameters is every parameter of redis-server 7.0.15, and those that only ringer has. It is
// never changed. Those without into have no meaning here yet: they are kept.
var parameters = [...]parameter{
	// Listening. native-* and http-* are ringer's own.
	port("port", "6379").applied().into(func(c *Config) any { return &c.Port }),
	special("bind", kindList, "* -::*").applied().into(func(c *Config) any { return &c.Bind }),
	text("bind-source-addr", ""),
	text("unixsocket", "").immutable().into(func(c *Config) any { return &c.UnixSocket }),
	special("unixsocketperm", kindOctal, "0").immutable().
		into(func(c *Config) any { return &c.UnixSocketPerm }),
	integer("tcp-backlog", "511", 0, maxInt32).immutable().
		into(func(c *Config) any { return &c.TCPBacklog }),
	integer("tcp-keepalive", "300", 0, maxInt32).
		into(func(c *Config) any { return &c.TCPKeepAlive }),
	integer("socket-mark-id", "0", 0, maxUint32).immutable(),
	boolean("protected-mode", "yes").into(func(c *Config) any { return &c.ProtectedMode }),
	port("native-port", "1234").immutable().into(func(c *Config) any { return &c.NativePort }),
	port("native-tls-port", "0").immutable().
		into(func(c *Config) any { return &c.NativeTLSPort }),
	special("native-bind", kindList, "").immutable().
		into(func(c *Config) any { return &c.NativeBind }),
	memoryFrom("native-max-frame", "67108864", 64<<10, 1<<30).immutable().
		into(func(c *Config) any { return &c.NativeMaxFrame }),
	port("http-port", "0").immutable().into(func(c *Config) any { return &c.HTTPPort }),
	special("http-bind", kindList, "127.0.0.1 -::1").immutable().
		into(func(c *Config) any { return &c.HTTPBind }),

	// TLS. Those of connections that the server would make, to other servers, are kept.
	port("tls-port", "0").applied().into(func(c *Config) any { return &c.TLSPort }),
	enum("tls-auth-clients", "yes", "no yes optional").applied().
		into(func(c *Config) any { return &c.TLS.AuthClients }),
	text("tls-ca-cert-dir", "").reread().into(func(c *Config) any { return &c.TLS.CADir }),
	text("tls-ca-cert-file", "").reread().into(func(c *Config) any { return &c.TLS.CAFile }),
	text("tls-cert-file", "").reread().into(func(c *Config) any { return &c.TLS.CertFile }),
	text("tls-ciphers", "").applied().into(func(c *Config) any { return &c.TLS.Ciphers }),
	text("tls-ciphersuites", "").applied().
		into(func(c *Config) any { return &c.TLS.CipherSuites }),
	text("tls-client-cert-file", ""),
	text("tls-client-key-file", ""),
	text("tls-client-key-file-pass", "").sensitive(),
	boolean("tls-cluster", "no"),
	text("tls-dh-params-file", ""),
	text("tls-key-file", "").reread().into(func(c *Config) any { return &c.TLS.KeyFile }),
	text("tls-key-file-pass", "").sensitive().applied().
		into(func(c *Config) any { return &c.TLS.KeyPassword }),
	boolean("tls-prefer-server-ciphers", "no"),
	text("tls-protocols", "").applied().into(func(c *Config) any { return &c.TLS.Protocols }),
	boolean("tls-replication", "no"),
	integer("tls-session-cache-size", "20480", 0, maxInt32),
	integer("tls-session-cache-timeout", "300", 0, maxInt32),
	boolean("tls-session-caching", "yes").applied().
		into(func(c *Config) any { return &c.TLS.SessionCaching }),

	// The process.
	boolean("daemonize", "no").immutable().into(func(c *Config) any { return &c.Daemonize }),
	enum("supervised", "no", "upstart systemd auto no").immutable().
		into(func(c *Config) any { return &c.Supervised }),
	text("pidfile", "").immutable().into(func(c *Config) any { return &c.PIDFile }),
	special("dir", kindDir, "").protected().into(func(c *Config) any { return &c.Dir }),
	enum("loglevel", "notice", "debug verbose notice warning").
		into(func(c *Config) any { return &c.LogLevel }),
	text("logfile", "").empty().immutable().into(func(c *Config) any { return &c.LogFile }),
	boolean("syslog-enabled", "no").immutable().
		into(func(c *Config) any { return &c.SyslogEnabled }),
	enum("syslog-facility", "local0",
		"user local0 local1 local2 local3 local4 local5 local6 local7").immutable().
		into(func(c *Config) any { return &c.SyslogFacility }),
	text("syslog-ident", "redis").immutable().
		into(func(c *Config) any { return &c.SyslogIdent }),
	boolean("always-show-logo", "no").immutable().
		into(func(c *Config) any { return &c.AlwaysShowLogo }),
	boolean("set-proc-title", "yes").immutable(),
	text("proc-title-template", "{title} {listen-addr} {server-mode}").that(isTitle),
	boolean("crash-log-enabled", "yes"),
	boolean("use-exit-on-panic", "no").hidden(),
	integer("watchdog-period", "0", 0, maxInt32).hidden(),
	boolean("crash-memcheck-enabled", "yes"),
	text("server_cpulist", "").immutable().into(func(c *Config) any { return &c.ServerCPUList }),
	text("bio_cpulist", "").immutable(),
	text("aof_rewrite_cpulist", "").immutable(),
	text("bgsave_cpulist", "").immutable(),
	boolean("disable-thp", "yes").immutable(),
	boolean("jemalloc-bg-thread", "yes"),
	enum("oom-score-adj", "no", "no yes relative absolute").applied().
		into(func(c *Config) any { return &c.OOMScoreAdj }),
	special("oom-score-adj-values", kindScores, "0 200 800").applied().
		into(func(c *Config) any { return &c.OOMScoreAdjValues }),
	text("ignore-warnings", "").empty(),
	enum("shutdown-on-sigint", "default", "default save nosave now force").several(),
	enum("shutdown-on-sigterm", "default", "default save nosave now force").several(),
	integer("shutdown-timeout", "10", 0, maxInt32),

	// The event loop and the limits of clients.
	integer("databases", "16", 1, maxInt32).immutable().
		into(func(c *Config) any { return &c.Databases }),
	integer("hz", "10", 0, maxInt32).into(func(c *Config) any { return &c.HZ }),
	boolean("dynamic-hz", "yes"),
	integer("io-threads", "1", 1, 128).immutable().
		into(func(c *Config) any { return &c.IOThreads }),
	boolean("io-threads-do-reads", "no").immutable(),
	integer("maxclients", "10000", 1, maxUint32).into(func(c *Config) any { return &c.MaxClients }),
	integer("timeout", "0", 0, maxInt32).into(func(c *Config) any { return &c.TimeoutSeconds }),
	memoryFrom("client-query-buffer-limit", "1073741824", mib, maxInt64).
		into(func(c *Config) any { return &c.ClientQueryBufferLimit }),
	memoryFrom("proto-max-bulk-len", "536870912", mib, maxInt64).
		into(func(c *Config) any { return &c.ProtoMaxBulkLen }),
	special("client-output-buffer-limit", kindOutputLimits,
		"normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60").
		into(func(c *Config) any { return &c.OutputLimits }),
	integer("tracking-table-max-keys", "1000000", 0, maxInt64).
		into(func(c *Config) any { return &c.TrackingTableMaxKeys }),
	special("notify-keyspace-events", kindEvents, "").
		into(func(c *Config) any { return &c.NotifyEvents }),

	// Access.
	text("requirepass", "").sensitive().into(func(c *Config) any { return &c.RequirePass }),
	text("aclfile", "").empty().immutable().into(func(c *Config) any { return &c.ACLFile }),
	integer("acllog-max-len", "128", 0, maxInt64).
		into(func(c *Config) any { return &c.ACLLogMaxLen }),
	enum("acl-pubsub-default", "resetchannels", "allchannels resetchannels").
		into(func(c *Config) any { return &c.ACLPubSubDefault }),
	enum("enable-debug-command", "no", "no yes local").immutable().
		into(func(c *Config) any { return &c.EnableDebugCommand }),
	enum("enable-module-command", "no", "no yes local").immutable().
		into(func(c *Config) any { return &c.EnableModuleCommand }),
	enum("enable-protected-configs", "no", "no yes local").immutable().
		into(func(c *Config) any { return &c.EnableProtectedConfigs }),

	// Memory.
	memoryFrom("maxmemory", "0", 0, -1).into(func(c *Config) any { return &c.MaxMemory }),
	enum("maxmemory-policy", "noeviction", "volatile-lru volatile-lfu volatile-random "+
		"volatile-ttl allkeys-lru allkeys-lfu allkeys-random noeviction").
		into(func(c *Config) any { return &c.MaxMemoryPolicy }),
	integer("maxmemory-samples", "5", 1, maxInt32).
		into(func(c *Config) any { return &c.MaxMemorySamples }),
	integer("maxmemory-eviction-tenacity", "10", 0, 100).
		into(func(c *Config) any { return &c.EvictionTenacity }),
	special("maxmemory-clients", kindPercent, "0").
		into(func(c *Config) any { return &c.MaxMemoryClients }),
	integer("lfu-log-factor", "10", 0, maxInt32).
		into(func(c *Config) any { return &c.LFULogFactor }),
	integer("lfu-decay-time", "1", 0, maxInt32).
		into(func(c *Config) any { return &c.LFUDecayMinutes }),
	integer("active-expire-effort", "1", 1, 10),
	boolean("activerehashing", "yes").into(func(c *Config) any { return &c.ActiveRehashing }),
	boolean("activedefrag", "no").unsupported(),
	integer("active-defrag-cycle-max", "25", 1, 99),
	integer("active-defrag-cycle-min", "1", 1, 99),
	memoryFrom("active-defrag-ignore-bytes", "104857600", 1, maxInt64),
	integer("active-defrag-max-scan-fields", "1000", 1, maxInt64),
	integer("active-defrag-threshold-lower", "10", 0, 1000),
	integer("active-defrag-threshold-upper", "100", 0, 1000),
	boolean("lazyfree-lazy-eviction", "no").into(func(c *Config) any { return &c.LazyEviction }),
	boolean("lazyfree-lazy-expire", "no").into(func(c *Config) any { return &c.LazyExpire }),
	boolean("lazyfree-lazy-server-del", "no"),
	boolean("lazyfree-lazy-user-del", "no"),
	boolean("lazyfree-lazy-user-flush", "no"),

	// Encodings.
	integer("hash-max-listpack-entries", "512", 0, maxInt64).or("hash-max-ziplist-entries").
		into(func(c *Config) any { return &c.HashMaxListpackEntries }),
	memory("hash-max-listpack-value", "64").or("hash-max-ziplist-value").
		into(func(c *Config) any { return &c.HashMaxListpackValue }),
	integer("list-max-listpack-size", "-2", math.MinInt32, maxInt32).or("list-max-ziplist-size").
		into(func(c *Config) any { return &c.ListMaxListpackSize }),
	integer("list-compress-depth", "0", 0, maxInt32),
	integer("set-max-intset-entries", "512", 0, maxInt64).
		into(func(c *Config) any { return &c.SetMaxIntsetEntries }),
	integer("zset-max-listpack-entries", "128", 0, maxInt64).or("zset-max-ziplist-entries").
		into(func(c *Config) any { return &c.ZsetMaxListpackEntries }),
	memory("zset-max-listpack-value", "64").or("zset-max-ziplist-value").
		into(func(c *Config) any { return &c.ZsetMaxListpackValue }),
	memory("hll-sparse-max-bytes", "3000").
		into(func(c *Config) any { return &c.HLLSparseMaxBytes }),
	memory("stream-node-max-bytes", "4096").
		into(func(c *Config) any { return &c.StreamNodeMaxBytes }),
	integer("stream-node-max-entries", "100", 0, maxInt64).
		into(func(c *Config) any { return &c.StreamNodeMaxEntries }),
	enum("sanitize-dump-payload", "no", "no yes clients"),

	// Introspection.
	integer("slowlog-log-slower-than", "10000", -1, maxInt64).
		into(func(c *Config) any { return &c.SlowlogSlowerThan }),
	integer("slowlog-max-len", "128", 0, maxInt64).
		into(func(c *Config) any { return &c.SlowlogMaxLen }),
	integer("latency-monitor-threshold", "0", 0, maxInt64).
		into(func(c *Config) any { return &c.LatencyThreshold }),
	boolean("latency-tracking", "yes").
		into(func(c *Config) any { return &c.LatencyTracking }),
	special("latency-tracking-info-percentiles", kindPercentiles, "50 99 99.9").
		into(func(c *Config) any { return &c.LatencyPercentiles }),
	integer("busy-reply-threshold", "5000", 0, maxInt64).or("lua-time-limit").
		into(func(c *Config) any { return &c.BusyReplyThreshold }),

	// Persistence. Redis has the save points "3600 1 300 100 60 10000" by default.
	special("save", kindSave, ""),
	text("dbfilename", "dump.rdb").protected().that(isDBName),
	boolean("rdbcompression", "yes").into(func(c *Config) any { return &c.RDBCompression }),
	boolean("rdbchecksum", "yes").immutable(),
	boolean("rdb-del-sync-files", "no"),
	boolean("rdb-save-incremental-fsync", "yes"),
	integer("rdb-key-save-delay", "0", minInt32, maxInt32).hidden(),
	integer("key-load-delay", "0", minInt32, maxInt32).hidden(),
	integer("loading-process-events-interval-bytes", "2097152", 1024, maxInt32).hidden(),
	boolean("stop-writes-on-bgsave-error", "yes"),
	boolean("appendonly", "no").unsupported(),
	text("appendfilename", "appendonly.aof").immutable().
		that(isAppendName("appendfilename", "filename")),
	text("appenddirname", "appendonlydir").immutable().
		that(isAppendName("appenddirname", "dirname")),
	enum("appendfsync", "everysec", "everysec always no"),
	boolean("no-appendfsync-on-rewrite", "no"),
	integer("auto-aof-rewrite-percentage", "100", 0, maxInt32),
	memory("auto-aof-rewrite-min-size", "67108864"),
	boolean("aof-disable-auto-gc", "no"),
	boolean("aof-load-truncated", "yes"),
	boolean("aof-rewrite-incremental-fsync", "yes"),
	boolean("aof-timestamp-enabled", "no"),
	boolean("aof-use-rdb-preamble", "yes"),

	// Replication.
	special("replicaof", kindReplicaOf, "").or("slaveof").immutable().unsupported(),
	text("masterauth", "").sensitive(),
	text("masteruser", "").sensitive(),
	integer("min-replicas-max-lag", "10", 0, maxInt32).or("min-slaves-max-lag").
		into(func(c *Config) any { return &c.MinReplicasMaxLag }),
	integer("min-replicas-to-write", "0", 0, maxInt32).or("min-slaves-to-write").
		into(func(c *Config) any { return &c.MinReplicas }),
	enum("propagation-error-behavior", "ignore", "ignore panic panic-on-replicas"),
	memoryFrom("repl-backlog-size", "1048576", 1, maxInt64),
	integer("repl-backlog-ttl", "3600", 0, maxInt64),
	boolean("repl-disable-tcp-nodelay", "no"),
	enum("repl-diskless-load", "disabled", "disabled on-empty-db swapdb"),
	boolean("repl-diskless-sync", "yes"),
	integer("repl-diskless-sync-delay", "5", 0, maxInt32),
	integer("repl-diskless-sync-max-replicas", "0", 0, maxInt32),
	integer("repl-ping-replica-period", "10", 1, maxInt32).or("repl-ping-slave-period"),
	integer("repl-timeout", "60", 1, maxInt32),
	text("replica-announce-ip", "").or("slave-announce-ip"),
	port("replica-announce-port", "0").or("slave-announce-port"),
	boolean("replica-announced", "yes"),
	boolean("replica-ignore-disk-write-errors", "no"),
	boolean("replica-ignore-maxmemory", "yes").or("slave-ignore-maxmemory"),
	boolean("replica-lazy-flush", "no").or("slave-lazy-flush"),
	integer("replica-priority", "100", 0, maxInt32).or("slave-priority"),
	boolean("replica-read-only", "yes").or("slave-read-only"),
	boolean("replica-serve-stale-data", "yes").or("slave-serve-stale-data"),

	// Cluster.
	boolean("cluster-enabled", "no").immutable().unsupported(),
	boolean("cluster-allow-pubsubshard-when-down", "yes"),
	boolean("cluster-allow-reads-when-down", "no"),
	boolean("cluster-allow-replica-migration", "yes"),
	port("cluster-announce-bus-port", "0"),
	special("cluster-announce-hostname", kindHostname, ""),
	text("cluster-announce-ip", ""),
	port("cluster-announce-port", "0"),
	port("cluster-announce-tls-port", "0"),
	text("cluster-config-file", "nodes.conf").immutable(),
	memoryFrom("cluster-link-sendbuf-limit", "0", 0, -1),
	integer("cluster-migration-barrier", "1", 0, maxInt32),
	integer("cluster-node-timeout", "15000", 0, maxInt64),
	port("cluster-port", "0").immutable(),
	enum("cluster-preferred-endpoint-type", "ip", "ip hostname unknown-endpoint"),
	boolean("cluster-replica-no-failover", "no").or("cluster-slave-no-failover"),
	integer("cluster-replica-validity-factor", "10", 0, maxInt32).
		or("cluster-slave-validity-factor"),
	boolean("cluster-require-full-coverage", "yes"),
}
