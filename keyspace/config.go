package keyspace

import (
	"math"
	"slices"
	"strings"
)

// Config is the settings of a server as the code reads them: one field for each parameter that
// has a meaning here. The table of parameters in config_table.go says how each is written, what
// it may be and which field holds it; parameters without a meaning are kept as texts, so that
// tools see them and a redis.conf is accepted as it is.
//
// Before New it is its maker's alone.
//
// Owned by the keyspace goroutine.
type Config struct {
	// Listening and logging, read by ringer-server once.
	Port, TLSPort  int
	Bind           []string
	UnixSocket     string
	UnixSocketPerm int // 0: as the umask says
	TCPBacklog     int
	TCPKeepAlive   int // seconds; 0: off
	NativePort     int
	NativeTLSPort  int // 0: none
	NativeBind     []string
	NativeMaxFrame int64 // bytes
	HTTPPort       int   // 0: none
	HTTPBind       []string
	LogFile        string
	LogLevel       LogLevel
	PIDFile        string
	Dir            string

	// The process.
	Daemonize      bool
	Supervised     string // no, upstart, systemd or auto
	SyslogEnabled  bool
	SyslogFacility string
	SyslogIdent    string
	AlwaysShowLogo bool
	ServerCPUList  string // processors, such as "0,2-3"; "": all
	OOMScoreAdj    string // no, yes, relative or absolute
	// OOMScoreAdjValues are those of a master, a replica and a child.
	OOMScoreAdjValues string

	Databases              int
	MaxClients             int
	ProtoMaxBulkLen        int64 // bytes
	ClientQueryBufferLimit int64 // bytes
	TimeoutSeconds         int   // of idle clients; 0: none
	OutputLimits           [outputClasses]OutputLimit
	NotifyEvents           NotifyClass
	TrackingTableMaxKeys   int64 // 0: no limit
	RequirePass            string
	ACLFile                string
	ACLLogMaxLen           int64
	ACLPubSubDefault       string // allchannels or resetchannels
	ProtectedMode          bool
	EnableDebugCommand     string // no, yes or local
	EnableModuleCommand    string
	EnableProtectedConfigs string
	HZ                     int
	IOThreads              int   // processors that run goroutines
	SlowlogSlowerThan      int64 // microseconds; negative: nothing is logged
	SlowlogMaxLen          int
	LatencyThreshold       int64 // milliseconds; 0: nothing is monitored
	BusyReplyThreshold     int64 // milliseconds; 0: nobody is served while a script runs
	LatencyTracking        bool
	LatencyPercentiles     string // separated by blanks
	MaxMemory              uint64 // bytes; 0: no limit
	MaxMemoryPolicy        string
	MaxMemoryClients       string // bytes, or a percentage of MaxMemory
	MaxMemorySamples       int
	EvictionTenacity       int
	MinReplicas            int // without so many, which are never there, nothing is written
	MinReplicasMaxLag      int // seconds; 0: MinReplicas does not count
	LFULogFactor           int
	LFUDecayMinutes        int
	ActiveRehashing        bool // while idle
	LazyEviction           bool // records evictions as UNLINK
	LazyExpire             bool // likewise expired keys
	HashMaxListpackEntries int
	HashMaxListpackValue   int // bytes
	HLLSparseMaxBytes      int64
	ListMaxListpackSize    int // list.Limits.Fill
	SetMaxIntsetEntries    int
	ZsetMaxListpackEntries int
	ZsetMaxListpackValue   int // bytes
	StreamNodeMaxBytes     int64
	StreamNodeMaxEntries   int64
	RDBCompression         bool

	TLS TLSSettings

	// These are no parameters. ActiveExpire is turned off by DEBUG SET-ACTIVE-EXPIRE; File is the
	// configuration file, an absolute path; FDLimit is how many descriptors the process may have,
	// 0 if unknown.
	// Supervisor is what supervises the process, "" if nothing does.
	// SkipChecksums is set by DEBUG SET-SKIP-CHECKSUM-VALIDATION.
	ActiveExpire, SkipChecksums bool
	// PackedThreshold is list.Limits.PlainBytes, set by DEBUG QUICKLIST-PACKED-THRESHOLD.
	PackedThreshold int
	File            string
	FDLimit         int
	// ModuleSettings says that there are lines for modules, which nobody will read.
	ModuleSettings bool
	Supervisor     string

	kept     []string // by index into parameters; the canonical text
	saveSeen bool     // a save line has been read: the next ones add to it
	renames  []rename // of commands
	users    []userLine
	reading  struct { // the line that is being read
		line int
		text string
	}
}

// TLSSettings are the tls-* parameters of the connections that a server accepts.
//
// Owned by the keyspace goroutine. A copy is its holder's.
type TLSSettings struct {
	CertFile, KeyFile, KeyPassword string
	CAFile, CADir                  string // of the authorities that sign clients' certificates
	AuthClients                    string // no, yes or optional
	Protocols                      string // such as "TLSv1.2 TLSv1.3"; "": both
	Ciphers                        string // of TLS 1.2 and older, as OpenSSL writes them
	CipherSuites                   string // of TLS 1.3
	SessionCaching                 bool
}

// OutputLimit is one class of client-output-buffer-limit.
//
// Owned by the keyspace goroutine.
type OutputLimit struct {
	HardBytes, SoftBytes uint64 // 0: no limit
	SoftSeconds          int64
}

// The classes of client-output-buffer-limit.
const (
	OutputNormal = iota
	OutputReplica
	OutputPubSub
	outputClasses
)

// NewConfig is the configuration that a server has without a file or options.
func NewConfig() *Config {
	c := &Config{ActiveExpire: true, kept: make([]string, len(parameters))}
	for i := range parameters {
		p := &parameters[i]
		if p.field == nil {
			c.kept[i] = p.initial
			continue
		}
		if reason := c.assign(p, p.split(p.initial)); reason != "" {
			panic("keyspace: default of " + p.name + ": " + string(reason))
		}
	}
	return c
}

// MainPort is the port that a server tells of: that for TLS only if there is no other.
func (c *Config) MainPort() int {
	if c.Port != 0 {
		return c.Port
	}
	return c.TLSPort
}

// needsReplicas says whether nothing may be written, since there are too few replicas: none.
func (c *Config) needsReplicas() bool { return c.MinReplicas > 0 && c.MinReplicasMaxLag > 0 }

// clone is a copy that shares nothing with c that set changes.
func (c *Config) clone() *Config {
	d := *c
	d.kept = slices.Clone(c.kept)
	return &d
}

// Ignored are the parameters that have been set to something else than their default and have no
// effect, by name.
func (c *Config) Ignored() []string {
	var names []string
	for i := range parameters {
		p := &parameters[i]
		if p.field == nil && c.kept[i] != p.initial {
			names = append(names, p.name)
		}
	}
	slices.Sort(names)
	return names
}

// KeptParameters are the parameters that have no effect yet: they are checked, kept and shown.
func KeptParameters() []string {
	return parametersWhere(func(p *parameter) bool {
		return p.field == nil && p.flags&paramUnsupported == 0
	})
}

// RefusedParameters are the parameters that can't be set to anything but their default, since a
// server that took them silently would promise what it does not do.
func RefusedParameters() []string {
	return parametersWhere(func(p *parameter) bool { return p.flags&paramUnsupported != 0 })
}

// parametersWhere are the names of the parameters that fit, sorted.
func parametersWhere(fits func(p *parameter) bool) []string {
	var names []string
	for i := range parameters {
		if p := &parameters[i]; fits(p) {
			names = append(names, p.name)
		}
	}
	slices.Sort(names)
	return names
}

// allowed reports whether a session may do what a no, yes or local setting governs.
// Redis: allowProtectedAction.
func allowed(setting string, s *Session) bool {
	return setting == "yes" || setting == "local" && s.info.local()
}

// protectedAllowed reports whether a session may use a Protected command.
func (c *Config) protectedAllowed(spec *Spec, s *Session) bool {
	if spec.Name == "debug" {
		return allowed(c.EnableDebugCommand, s)
	}
	return allowed(c.EnableModuleCommand, s)
}

// local reports whether the peer is on this machine. Redis: islocalClient, which knows no other
// loopback address than these.
func (i *ConnInfo) local() bool {
	return i.Unix || strings.HasPrefix(i.RemoteAddr, "127.0.0.1:") ||
		strings.HasPrefix(i.RemoteAddr, "[::1]:")
}

// HLLSparseMaxBytes is the size up to which a HyperLogLog is sparse.
func (e *Engine) HLLSparseMaxBytes() int {
	return int(min(e.config.HLLSparseMaxBytes, math.MaxInt32))
}
