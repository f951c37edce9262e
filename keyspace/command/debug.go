package command

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/dict"
	"github.com/ringer-kv/ringer/types/num"
)

var debugSpec = keyspace.Spec{
	Name: "debug", Group: keyspace.Server, Since: "1.0.0", Arity: -2,
	Flags:   adminFlags | keyspace.Protected,
	Summary: "A container for debugging commands", Complexity: "Depends on subcommand.",
	Syscmd: true,
	Run:    debugCommand,
}

// debugSub is a sub-command of DEBUG. Redis: they are in no table, and HELP is the only place where
// they are described.
type debugSub struct {
	name        string
	least, most int // arguments behind the name
	run         func(c *keyspace.Ctx)
	help        []string
}

// manyArgs is the most of a sub-command that takes any number of arguments.
const manyArgs = math.MaxInt

// debugSubs is all of them, in the order of HELP: those that public test suites and people use,
// and that have a meaning here. What crashes Redis on purpose is left out.
func debugSubs() []debugSub { return slices.Concat(debugSubsToObject(), debugSubsFromPopulate()) }

func debugSubsToObject() []debugSub {
	return []debugSub{
		{"CHANGE-REPL-ID", 0, 0, debugChangeReplID, []string{
			"CHANGE-REPL-ID",
			"    Change the replication IDs of the instance.",
			"    Dangerous: should be used only for testing the replication subsystem.",
		}},
		{"CONFIG-REWRITE-FORCE-ALL", 0, 0, (*keyspace.Ctx).ConfigRewriteAll, []string{
			"CONFIG-REWRITE-FORCE-ALL",
			"    Like CONFIG REWRITE but writes all configuration options, including",
			"    keywords not listed in original configuration file or default values.",
		}},
		{"DIGEST", 0, 0, debugDigest, []string{
			"DIGEST",
			"    Output a hex signature representing the current DB content.",
		}},
		{"DIGEST-VALUE", 0, manyArgs, debugDigestValue, []string{
			"DIGEST-VALUE <key> [<key> ...]",
			"    Output a hex signature of the values of all the specified keys.",
		}},
		{"ERROR", 1, 1, debugError, []string{
			"ERROR <string>",
			"    Return a Redis protocol error with <string> as message. Useful for clients",
			"    unit tests to simulate Redis errors.",
		}},
		{"LOG", 1, 1, debugLog, []string{
			"LOG <message>",
			"    Write <message> to the server log.",
		}},
		{"HTSTATS", 1, 1, debugHTStats, []string{
			"HTSTATS <dbid>",
			"    Return hash table statistics of the specified Redis database.",
		}},
		{"HTSTATS-KEY", 1, 1, debugHTStatsKey, []string{
			"HTSTATS-KEY <key>",
			"    Like HTSTATS but for the hash table stored at <key>'s value.",
		}},
		{"REPLICATE", 1, manyArgs, debugReplicate, []string{
			"REPLICATE <string>",
			"    Replicates the provided string to replicas, allowing data divergence.",
		}},
		{"OBJECT", 1, 1, debugObject, []string{
			"OBJECT <key>",
			"    Show low level info about `key` and associated value.",
		}},
	}
}

func debugSubsFromPopulate() []debugSub {
	return []debugSub{
		{"POPULATE", 1, 3, debugPopulate, []string{
			"POPULATE <count> [<prefix>] [<size>]",
			"    Create <count> string keys named key:<num>. If <prefix> is specified then",
			"    it is used instead of the 'key' prefix. These are not propagated to",
			"    replicas. Cluster slots are not respected so keys not belonging to the",
			"    current node can be created in cluster mode.",
		}},
		{"PROTOCOL", 1, 1, debugProtocol, []string{
			"PROTOCOL <type>",
			"    Reply with a test value of the specified type. <type> can be: string,",
			"    integer, double, bignum, null, array, set, map, attrib, push, verbatim,",
			"    true, false.",
		}},
		{"RELOAD", 0, manyArgs, debugReload, debugReloadHelp()},
		{"SDSLEN", 1, 1, debugSDSLen, []string{
			"SDSLEN <key>",
			"    Show low level SDS string info representing `key` and value.",
		}},
		{"SET-ACTIVE-EXPIRE", 1, 1, debugSetActiveExpire, []string{
			"SET-ACTIVE-EXPIRE <0|1>",
			"    Setting it to 0 disables expiring keys in background when they are not",
			"    accessed (otherwise the Redis behavior). Setting it to 1 reenables back the",
			"    default.",
		}},
		{"QUICKLIST-PACKED-THRESHOLD", 1, 1, debugPackedThreshold, []string{
			"QUICKLIST-PACKED-THRESHOLD <size>",
			"    Sets the threshold for elements to be inserted as plain vs packed nodes",
			"    Default value is 1GB, allows values up to 4GB. Setting to 0 restores to default.",
		}},
		{"SET-DISABLE-DENY-SCRIPTS", 1, 1, debugLetScriptsBlock, nil},
		{"SET-SKIP-CHECKSUM-VALIDATION", 1, 1, debugSetSkipChecksum, []string{
			"SET-SKIP-CHECKSUM-VALIDATION <0|1>",
			"    Enables or disables checksum checks for RDB files and RESTORE's payload.",
		}},
		{"SLEEP", 1, 1, debugSleep, []string{
			"SLEEP <seconds>",
			"    Stop the server for <seconds>. Decimals allowed.",
		}},
		{"STRINGMATCH-TEST", 0, 0, debugStringmatch, []string{
			"STRINGMATCH-TEST",
			"    Run a fuzz tester against the stringmatchlen() function.",
		}},
		{"LISTPACK", 1, 1, debugListpack, []string{
			"LISTPACK <key>",
			"    Show low level info about the listpack encoding of <key>.",
		}},
		{"QUICKLIST", 1, 2, debugQuicklist, []string{
			"QUICKLIST <key> [<0|1>]",
			"    Show low level info about the quicklist encoding of <key>.",
			"    The optional argument (0 by default) sets the level of detail",
		}},
		{"PAUSE-CRON", 1, 1, debugNothing, []string{
			"PAUSE-CRON <0|1>",
			"    Stop periodic cron job processing.",
		}},
		{"REPLYBUFFER", 2, 2, debugReplyBuffer, []string{
			"REPLYBUFFER PEAK-RESET-TIME <NEVER||RESET|time>",
			"    Sets the time (in milliseconds) to wait between client reply buffer peak resets.",
			"    In case NEVER is provided the last observed peak will never be reset",
			"    In case RESET is provided the peak reset time will be restored to the default value",
			"REPLYBUFFER RESIZING <0|1>",
			"    Enable or disable the reply buffer resize cron job",
		}},
	}
}

// debugCommand is one command with its own sub-commands.
func debugCommand(c *keyspace.Ctx) {
	arguments := len(c.Args) - 2
	for _, sub := range debugSubs() {
		if equalFold(c.Args[1], sub.name) && arguments >= sub.least && arguments <= sub.most {
			sub.run(c)
			return
		}
	}
	if arguments == 0 && equalFold(c.Args[1], "HELP") {
		var lines []string
		for _, sub := range debugSubs() {
			lines = append(lines, sub.help...)
		}
		replyHelp(c, lines...)
		return
	}
	c.Error(reply.UnknownDebug(c.Args[1]))
}

// debugNothing is what turns something on or off that does not exist here: the periodic jobs of
// Redis.
func debugNothing(c *keyspace.Ctx) { c.OK() }

func debugChangeReplID(c *keyspace.Ctx) {
	c.Engine.Log(keyspace.LogWarning, "Changing replication IDs after receiving DEBUG change-repl-id")
	c.Engine.ChangeReplicationID()
	c.OK()
}

func debugError(c *keyspace.Ctx) {
	text := strings.NewReplacer("\r", " ", "\n", " ").Replace(string(c.Args[2]))
	c.Error(reply.Error(text))
}

func debugLog(c *keyspace.Ctx) {
	c.Engine.Log(keyspace.LogWarning, "DEBUG LOG: "+string(c.Args[2]))
	c.OK()
}

// debugReplicate records what it is given, whatever that is.
func debugReplicate(c *keyspace.Ctx) {
	c.Record(c.Args[2:]...)
	c.OK()
}

func debugSetActiveExpire(c *keyspace.Ctx) {
	c.Engine.SetActiveExpire(num.Atoi(c.Args[2]) != 0)
	c.OK()
}

func debugLetScriptsBlock(c *keyspace.Ctx) {
	c.Engine.LetScriptsBlock(num.Atoi(c.Args[2]) != 0)
	c.OK()
}

func debugSetSkipChecksum(c *keyspace.Ctx) {
	c.Engine.SetSkipChecksums(num.Atoi(c.Args[2]) != 0)
	c.OK()
}

func debugSleep(c *keyspace.Ctx) {
	c.Engine.Sleep(sleepTime(c.Args[2]))
	c.OK()
}

// maxSleep bounds DEBUG SLEEP so that the sum fits.
const maxSleep = 365 * 24 * time.Hour

// maxNumberBytes is how much of an argument is looked at for a number at its beginning.
const maxNumberBytes = 64

// sleepTime reads seconds with decimals. Redis: strtod, so that what is no number is 0.
func sleepTime(arg []byte) time.Duration {
	seconds := 0.0
	for end := min(len(arg), maxNumberBytes); end > 0; end-- {
		f, err := strconv.ParseFloat(string(arg[:end]), 64)
		if err == nil && !math.IsNaN(f) {
			seconds = f
			break
		}
	}
	return time.Duration(min(max(seconds, 0), maxSleep.Seconds()) * float64(time.Second))
}

// debugReplyBuffer takes the settings of Redis's reply buffers: a session has none of its own.
func debugReplyBuffer(c *keyspace.Ctx) {
	a := newCursor(c.Args, 2)
	switch {
	case a.Is("RESIZING"):
		c.OK()
	case !a.Is("PEAK-RESET-TIME"):
		c.Error(reply.UnknownDebug(c.Args[1]))
	case a.Is("NEVER"), a.Is("RESET"):
		c.OK()
	default:
		if _, ok := num.ParseInt(c.Args[3]); !ok {
			c.Error(reply.ErrNotInteger)
			return
		}
		c.OK()
	}
}

// debugPopulate makes keys of no interest. Those that are there are left alone.
func debugPopulate(c *keyspace.Ctx) {
	count, ok := num.ParseInt(c.Args[2])
	if !ok || count < 0 {
		c.Error(reply.ErrNotPositive)
		return
	}
	prefix, size := []byte("key"), int64(0)
	if len(c.Args) > 3 {
		prefix = c.Args[3]
	}
	if len(c.Args) > 4 {
		if size, ok = num.ParseInt(c.Args[4]); !ok || size < 0 {
			c.Error(reply.ErrNotPositive)
			return
		}
	}
	if size > c.Engine.MaxStringBytes() {
		c.Error(reply.ErrStringTooLong)
		return
	}
	for i := range count {
		key := fmt.Appendf(nil, "%s:%d", prefix, i)
		e := c.DB.LookupWrite(key)
		if e.Found() {
			continue
		}
		if !c.DB.HasRoom(int64(len(key)) + size) {
			c.Error(reply.ErrOOM)
			return
		}
		c.DB.SetString(e, populateValue(i, int(size)), false)
		c.Changed(keyspace.NotifyGeneric, "set", key)
	}
	c.OK()
}

// populateValue is the value of key number i: of a size, or as long as it comes out.
func populateValue(i int64, size int) []byte {
	value := fmt.Appendf(nil, "value:%d", i)
	if size == 0 {
		return value
	}
	sized := make([]byte, size)
	copy(sized, value)
	return sized
}

// debugSDSLen describes a key and its string value as if they were the strings of Redis: how long,
// how much room behind it, how much memory.
func debugSDSLen(c *keyspace.Ctx) {
	e := c.DB.Peek(c.Args[2])
	switch {
	case !e.Found():
		c.Error(reply.ErrNoSuchKey)
	case e.Type() != keyspace.TypeString || e.Encoding() == keyspace.EncInt:
		c.Error(reply.ErrNotSDS)
	default:
		value := e.StringBytes()
		c.Reply.Status(fmt.Sprintf("key_sds_len:%d, key_sds_avail:0, key_zmalloc: %d,"+
			" val_sds_len:%d, val_sds_avail:0, val_zmalloc: %d", len(c.Args[2]), len(c.Args[2]),
			len(value), e.MemoryUsage()))
	}
}

func debugHTStats(c *keyspace.Ctx) {
	id, ok := num.ParseInt(c.Args[2])
	switch {
	case !ok:
		c.Error(reply.ErrNotInteger)
	case id < 0 || id >= int64(c.Engine.Databases()):
		c.Error(reply.ErrDebugDB)
	default:
		db := c.Engine.DB(int(id))
		c.Reply.Verbatim("txt", "[Dictionary HT]\n"+tableReport(db.TableStats())+
			fmt.Sprintf("[Expires HT]\nNo hash table: %d deadlines in a heap\n", db.ExpiresLen()))
	}
}

func debugHTStatsKey(c *keyspace.Ctx) {
	e := c.DB.Peek(c.Args[2])
	if !e.Found() {
		c.Error(reply.ErrNoSuchKey)
		return
	}
	stats, ok := e.TableStats()
	if !ok {
		c.Error(reply.ErrNoHashTable)
		return
	}
	c.Reply.Verbatim("txt", tableReport(stats))
}

// tableReport describes a hash table, and the one that it is moving to if it is. Redis:
// dictGetStats.
func tableReport(all []dict.Stats) string {
	var b strings.Builder
	for i, s := range all {
		fmt.Fprintf(&b, "Hash table %d stats (%s):\n", i,
			[]string{"main hash table", "rehashing target"}[i])
		if s.Nodes == 0 {
			b.WriteString("No stats available for empty dictionaries\n")
			continue
		}
		average := float64(s.Nodes) / float64(s.Slots)
		fmt.Fprintf(&b, " table size: %d\n number of elements: %d\n different slots: %d\n"+
			" max chain length: %d\n avg chain length (counted): %.2f\n"+
			" avg chain length (computed): %.2f\n Chain length distribution:\n",
			s.Buckets, s.Nodes, s.Slots, s.LongestChain, average, average)
		for length, n := range s.Chains {
			if n > 0 {
				fmt.Fprintf(&b, "   %d: %d (%.2f%%)\n", length, n, 100*float64(n)/float64(s.Buckets))
			}
		}
	}
	return b.String()
}

// debugProtocol replies with one value of each kind that the protocol has.
func debugProtocol(c *keyspace.Ctx) {
	w := c.Reply
	switch a := newCursor(c.Args, 2); {
	case a.Is("STRING"):
		w.BulkString("Hello World")
	case a.Is("INTEGER"):
		w.Int(12345)
	case a.Is("DOUBLE"):
		w.Double(3.141)
	case a.Is("NULL"):
		w.Null()
	case a.Is("ARRAY"):
		w.Array(3)
		replyFirst(w, 3)
	case a.Is("SET"):
		w.Set(3)
		replyFirst(w, 3)
	case a.Is("MAP"):
		w.Map(3)
		for i := range 3 {
			w.Int(int64(i))
			w.Bool(i == 1)
		}
	case a.Is("ATTRIB"):
		debugAttribute(w)
	case a.Is("PUSH"):
		debugPush(c)
	case a.Is("VERBATIM"):
		w.Verbatim("txt", "This is a verbatim\nstring")
	case a.Is("BIGNUM"):
		w.BigNumber("1234567999999999999999999999999999999")
	case a.Is("TRUE"):
		w.Bool(true)
	case a.Is("FALSE"):
		w.Bool(false)
	default:
		c.Error(reply.ErrDebugProtocol)
	}
}

// replyFirst appends the first n integers.
func replyFirst(w reply.Writer, n int) {
	for i := range n {
		w.Int(int64(i))
	}
}

// debugAttribute replies with a value that has an attribute, where the protocol knows them.
func debugAttribute(w reply.Writer) {
	if a, ok := w.(reply.AttributeWriter); ok && w.Proto() > 2 {
		a.Attribute(1)
		w.BulkString("key-popularity")
		w.Array(2)
		w.BulkString("key:123")
		w.Int(90)
	}
	w.BulkString("Some real reply following the attribute")
}

// debugPush replies behind a push, where the protocol knows them.
func debugPush(c *keyspace.Ctx) {
	w := c.Reply
	if w.Proto() < 3 {
		c.Error(reply.ErrNeedsRESP3)
		return
	}
	w.BeginPush(2)
	w.BulkString("server-cpu-usage")
	w.Int(42)
	w.End()
	w.BulkString("Some real reply following the push reply")
}
