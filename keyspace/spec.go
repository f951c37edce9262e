package keyspace

import "bytes"

// Spec is everything there is to know of a command: the router reads its arity and flags, COMMAND,
// COMMAND DOCS, COMMAND GETKEYS, ACL and the README read the rest. It stands directly above the
// function that runs the command, and nowhere else.
//
// Nobody changes one that is in a Table. Safe for concurrent use.
type Spec struct {
	Name       string // lower case; of a sub-command, its own name only
	Group      Group
	Since      string // the Redis version that brought it
	Summary    string
	Complexity string
	// Syntax is the line of arguments as the documentation shows it, with what it leaves unsaid
	// in braces: "key value [NX | XX]{condition @2.6.12}". ParseSyntax says how to write it.
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
	// Syscmd marks a command that is for the system's own use, as COMMAND DOCS does.
	Syscmd bool
	// Secrets are the arguments that MONITOR and SLOWLOG must not show, by their indexes: passwords.
	Secrets func(args [][]byte) []int
	// CallFlags are the flags of a call, where they depend on what it calls: a script.
	CallFlags func(e *Engine, spec *Spec, args [][]byte) Flags
	// Run executes the command; nil in a container, which has only sub-commands. COMMAND is a
	// container that can be called without one: it has both.
	Run func(c *Ctx)
	Sub []*Spec

	fullName string // "config|get"
	firstKey int    // index of the argument that is the first key; 0: none, or it must be searched
	parent   *Spec
	sub      map[string]*Spec
	id       int // its place in what an engine counts of each command
	ruleID   int // its number in acl.Table
	channels channelArgs
}

// Change is one line of a command's history.
//
// Owned by the keyspace goroutine.
type Change struct{ Version, Text string }

// Flags of a command, Redis's.
type Flags uint32

// The command flags. Those up to AllowBusy are shown by COMMAND INFO, in this order.
const (
	Write           Flags = 1 << iota // may change data
	ReadOnly                          // reads data
	DenyOOM                           // may need memory: refused above maxmemory
	Module                            // comes from a module
	Admin                             // administers the server
	PubSub                            // belongs to pub/sub
	NoScript                          // refused in scripts
	Blocking                          // may wait
	Loading                           // allowed while a data set is loaded
	Stale                             // allowed on a replica with stale data
	SkipMonitor                       // not shown by MONITOR
	SkipSlowlog                       // not in the slow log
	Asking                            // implies ASKING in a cluster
	Fast                              // O(1) or O(log n)
	NoAuth                            // allowed before authentication
	NoMandatoryKeys                   // may be called without any key
	NoAsyncLoading                    // refused while a replica loads asynchronously
	NoMulti                           // refused in a transaction
	MovableKeys                       // derived: first, last and step don't find all keys
	AllowBusy                         // allowed while a script runs too long
	MayReplicate                      // may reach replicas though it is no Write (PUBLISH)
	Protected                         // runs only where a setting allows it (DEBUG)
	NotQueued                         // runs at once in a transaction (EXEC, WATCH)
	Subscribing                       // allowed to a RESP2 session that has subscribed
	Grows                             // needs memory, though maxmemory does not forbid it
)

// flagNames are the flags as COMMAND INFO shows them, the first one's name first.
var flagNames = [...]string{
	"write", "readonly", "denyoom", "module", "admin", "pubsub", "noscript", "blocking",
	"loading", "stale", "skip_monitor", "skip_slowlog", "asking", "fast", "no_auth",
	"no_mandatory_keys", "no_async_loading", "no_multi", "movablekeys", "allow_busy",
}

// Names are the flags that COMMAND INFO shows, in its order.
func (f Flags) Names() []string { return namesOf(uint32(f), flagNames[:]) }

// namesOf are the names of the bits that are set; bits without a name are left out.
func namesOf(bits uint32, names []string) []string {
	set := make([]string, 0, len(names))
	for i, name := range names {
		if bits>>i&1 != 0 {
			set = append(set, name)
		}
	}
	return set
}

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

// LookupFullName finds a command by the name that COMMAND shows: "get", "config|get".
func (e *Engine) LookupFullName(name []byte) *Spec {
	container, sub, isSub := bytes.Cut(name, []byte("|"))
	spec := e.lookupCached(container)
	if spec == nil || !isSub {
		return spec
	}
	return lookupName(spec.sub, sub)
}
