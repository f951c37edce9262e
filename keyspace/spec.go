package keyspace

// Spec is everything there is to know of a command: the router reads its arity and flags, COMMAND,
// COMMAND DOCS, COMMAND GETKEYS, ACL and the README read the rest. It stands directly above the
// function that runs the command, and nowhere else.
//
// Owned by the keyspace goroutine; never changed after New.
type Spec struct {
	Name       string // lower case; of a sub-command, its own name only
	Group      Group
	Since      string // the Redis version that brought it
	Summary    string
	Complexity string
	// Syntax is the line of arguments as the documentation shows it, parsed by ParseSyntax:
	// "key value [NX | XX] [GET] [EX seconds | PX milliseconds]".
	Syntax  string
	Arity   int // with the name; negative: at least
	Flags   Flags
	ACL     ACLCategory // beyond what is derived from Flags and Group
	Keys    []KeySpec
	GetKeys func(args [][]byte) []KeyRef // where KeySpecs cannot say it all
	Tips    []string
	History []Change
	// Deprecated is the version since which ReplacedBy stands in for the command.
	Deprecated string
	ReplacedBy string
	// Run executes the command; nil in a container, which has only sub-commands.
	Run func(c *Ctx)
	Sub []*Spec

	fullName string // "config|get"
	parent   *Spec
	sub      map[string]*Spec
	stats    CommandStats
}

// Change is one line of a command's history.
type Change struct{ Version, Text string }

// CommandStats counts a command's calls.
//
// Owned by the keyspace goroutine.
type CommandStats struct {
	Calls, Usec, Rejected, Failed int64
}

// Flags of a command, Redis's.
type Flags uint32

// The command flags that COMMAND INFO shows, in its order.
const (
	Write Flags = 1 << iota
	ReadOnly
	DenyOOM
	Module
	Admin
	PubSub
	NoScript
	Random
	Blocking
	Loading
	Stale
	SkipMonitor
	SkipSlowlog
	Asking
	Fast
	NoAuth
	MayReplicate
	MovableKeys
	NoMandatoryKeys
	AllowBusy
	OnlySentinel
	NoAsyncLoading
	NoMulti
	// Protected commands run only where a setting allows it (DEBUG).
	Protected
)

// Group is the family a command is documented in.
type Group string

// Redis's command groups.
const (
	Generic      Group = "generic"
	String       Group = "string"
	List         Group = "list"
	SetGroup     Group = "set"
	SortedSet    Group = "sorted-set"
	HashGroup    Group = "hash"
	PubSubGroup  Group = "pubsub"
	Transactions Group = "transactions"
	Connection   Group = "connection"
	Server       Group = "server"
	Scripting    Group = "scripting"
	HyperLogLog  Group = "hyperloglog"
	Cluster      Group = "cluster"
	Geo          Group = "geo"
	StreamGroup  Group = "stream"
	Bitmap       Group = "bitmap"
)
