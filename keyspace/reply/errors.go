package reply

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Error is the whole text of an error reply, its prefix included, as it goes over the wire.
type Error string

// Error makes an Error usable where Go wants one.
func (e Error) Error() string { return string(e) }

// The texts of Redis 7.0.15. Each is named after what went wrong.
const (
	ErrWrongType      Error = "WRONGTYPE Operation against a key holding the wrong kind of value"
	ErrSyntax         Error = "ERR syntax error"
	ErrNotInteger     Error = "ERR value is not an integer or out of range"
	ErrNotFloat       Error = "ERR value is not a valid float"
	ErrNoSuchKey      Error = "ERR no such key"
	ErrOutOfRange     Error = "ERR value is out of range"
	ErrNotPositive    Error = "ERR value is out of range, must be positive"
	ErrInvalidDBIndex Error = "ERR invalid DB index"
	ErrDBIndexRange   Error = "ERR DB index is out of range"
	ErrOOM            Error = "OOM command not allowed when used memory > 'maxmemory'."
	ErrNoAuth         Error = "NOAUTH Authentication required."
	ErrInvalidCursor  Error = "ERR invalid cursor"
	ErrExpireNX       Error = "ERR NX and XX, GT or LT options at the same time are not compatible"
	ErrExpireGTLT     Error = "ERR GT and LT options at the same time are not compatible"
	ErrZAddNXXX       Error = "ERR XX and NX options at the same time are not compatible"
	ErrZAddGTLTNX     Error = "ERR GT, LT, and/or NX options at the same time are not compatible"
	ErrZAddIncrPairs  Error = "ERR INCR option supports a single increment-element pair"
	ErrScoreNaN       Error = "ERR resulting score is not a number (NaN)"
	ErrMinMaxNotFloat Error = "ERR min or max is not a float"
	ErrMinMaxNotLex   Error = "ERR min or max not valid string range item"
	ErrLexWithScores  Error = "ERR syntax error, WITHSCORES not supported in combination with BYLEX"
	ErrLimitAlone     Error = "ERR syntax error, LIMIT is only supported in combination with " +
		"either BYSCORE or BYLEX"
)

// errorf makes the text of an error that quotes what a client has sent. What is quoted ends at a
// NUL byte, line ends at the end of the text go, and those within it become blanks.
// Redis: addReplyErrorFormat, whose arguments are C strings.
func errorf(format string, args ...any) Error {
	for i, arg := range args {
		switch a := arg.(type) {
		case []byte:
			args[i] = cString(a)
		case string:
			before, _, _ := strings.Cut(a, "\x00")
			args[i] = before
		}
	}
	text := strings.Trim(fmt.Sprintf(format, args...), "\r\n")
	return Error(strings.NewReplacer("\r", " ", "\n", " ").Replace(text))
}

// cString is the bytes before the first NUL.
func cString(b []byte) []byte {
	before, _, _ := bytes.Cut(b, []byte{0})
	return before
}

// WrongArity is the reply to a wrong number of arguments of a command ("get", "config|get").
func WrongArity(command string) Error {
	return errorf("ERR wrong number of arguments for '%s' command", command)
}

// UnknownCommand quotes the command and the beginning of its arguments, as Redis cuts them.
func UnknownCommand(args [][]byte) Error {
	const quoted = 128 // bytes of the arguments that are shown
	var list []byte
	for i := 1; i < len(args) && len(list) < quoted; i++ {
		room := quoted - len(list)
		arg := cString(args[i])
		if len(arg) > room {
			arg = arg[:room]
		}
		list = append(list, '\'')
		list = append(list, arg...)
		list = append(list, "' "...)
	}
	name := args[0]
	if len(name) > quoted {
		name = name[:quoted]
	}
	return errorf("ERR unknown command '%s', with args beginning with: %s", name, list)
}

// UnknownSubcommand is the reply to "CONFIG NOPE".
func UnknownSubcommand(sub []byte, command string) Error {
	const quoted = 128
	if len(sub) > quoted {
		sub = sub[:quoted]
	}
	return errorf("ERR unknown subcommand '%s'. Try %s HELP.", sub, command)
}

// InvalidExpire is the reply to a deadline that does not fit.
func InvalidExpire(command string) Error {
	return errorf("ERR invalid expire time in '%s' command", command)
}

// UnsupportedOption is the reply to an option of EXPIRE that does not exist.
func UnsupportedOption(option []byte) Error {
	return errorf("ERR Unsupported option %s", option)
}

// Failure is the reply when the server could not do what it was asked to, for a reason of its own.
func Failure(err error) Error { return Error("ERR " + err.Error()) }

// Protocol is the reply to bytes that are not the protocol, after which the connection closes.
func Protocol(what string) Error { return Error("ERR Protocol error: " + what) }

// Code is the number of an error in the native protocol.
type Code uint32

// The codes of the native protocol.
const (
	CodeUnknownCommand Code = 1
	CodeTooBig         Code = 2
	CodeWrongType      Code = 3
	CodeBadArgument    Code = 4
	CodeOther          Code = 5
)

// ProtectedCommand refuses a command that a setting switches off. Redis: rejectCommand in
// processCommand, for CMD_PROTECTED.
func ProtectedCommand(name string) Error {
	option := "enable-" + name + "-command"
	return Error("ERR " + strings.ToUpper(name) + " command not allowed. If the " + option +
		" option is set to \"local\", you can run it from a local connection, otherwise you need" +
		" to set this option in the configuration file, and then restart the server.")
}

// Reason says why a configuration parameter can't have a value. It goes to the client within
// ConfigRefused, or to the log at the start.
type Reason string

// The reasons of Redis 7.0.15, and ReasonUnsupported, which is ringer's own.
const (
	ReasonArguments          Reason = "wrong number of arguments"
	ReasonBool               Reason = "argument must be 'yes' or 'no'"
	ReasonNotInteger         Reason = "argument couldn't be parsed into an integer"
	ReasonNotOctal           Reason = "argument couldn't be parsed as an octal number"
	ReasonNotMemory          Reason = "argument must be a memory value"
	ReasonNotMemoryOrPercent Reason = "argument must be a memory or percent value"
	ReasonPercent            Reason = "percentage argument must be less or equal to 100"
	ReasonSave               Reason = "Invalid save parameters"
	ReasonOutputLimitCount   Reason = "Wrong number of arguments in buffer limit configuration."
	ReasonOutputLimitClass   Reason = "Invalid client class specified in buffer limit configuration."
	ReasonOutputLimitValue   Reason = "Error in hard, soft or soft_seconds setting in buffer limit" +
		" configuration."
	ReasonEvents Reason = "Invalid event class character. Use 'Ag$lshzxeKEtmdn'."
	ReasonScores Reason = "Invalid oom-score-adj-values, elements must be between -2000" +
		" and 2000."
	ReasonPercentiles     Reason = "Invalid latency-tracking-info-percentiles parameters"
	ReasonPercentileRange Reason = "latency-tracking-info-percentiles parameters should sit between" +
		" [0.0,100.0]"
	ReasonHostname    Reason = "Hostnames may only contain alphanumeric characters, hyphens or dots"
	ReasonMasterPort  Reason = "Invalid master port"
	ReasonImmutable   Reason = "can't set immutable config"
	ReasonProtected   Reason = "can't set protected config"
	ReasonDuplicate   Reason = "duplicate parameter"
	ReasonListen      Reason = "Unable to listen on this port. Check server logs."
	ReasonBind        Reason = "Failed to bind to specified addresses."
	ReasonDirective   Reason = "Bad directive or wrong number of arguments"
	ReasonUnbalanced  Reason = "Unbalanced quotes in configuration line"
	ReasonSentinel    Reason = "sentinel directive while not in sentinel mode"
	ReasonUnsupported Reason = "not supported by ringer"
	ReasonNoCommand   Reason = "No such command in rename-command"
	ReasonNameTaken   Reason = "Target command name already exists"
	ReasonIncludes    Reason = "includes are nested too deeply"
	ReasonModule      Reason = "Module config specified without value"
	ReasonSaveNoSave  Reason = "shutdown options SAVE and NOSAVE can't be used simultaneously"
	ReasonDefrag      Reason = "Active defragmentation cannot be enabled: it requires a Redis" +
		" server compiled with a modified Jemalloc like the one shipped by default with the Redis" +
		" source distribution"
)

// ReasonTLS is the reason for tls-* parameters that do not fit together.
const ReasonTLS Reason = "Unable to update TLS configuration. Check server logs."

// ReasonTitle is the reason for a proc-title-template that can't be filled in.
const ReasonTitle Reason = "template format is invalid or contains unknown variables"

// ReasonEmpty is the reason for a name that is empty.
func ReasonEmpty(name string) Reason { return Reason(name + " can't be empty") }

// ReasonPath is the reason for a name ("filename", "dirname") that is a path.
func ReasonPath(name, what string) Reason {
	return Reason(name + " can't be a path, just a " + what)
}

// ReasonOOMScore is the reason for an oom-score-adj that the system does not take.
const ReasonOOMScore Reason = "Failed to set current oom_score_adj. Check server logs."

// ReasonApply is the reason for a parameter that the front ends can't take up.
func ReasonApply(name string) Reason {
	switch {
	case name == "bind":
		return ReasonBind
	case name == "port", name == "tls-port":
		return ReasonListen
	case strings.HasPrefix(name, "oom-"):
		return ReasonOOMScore
	}
	return ReasonTLS
}

// ErrNoConfigFile is the reply to CONFIG REWRITE of a server without a configuration file.
const ErrNoConfigFile Error = "ERR The server is running without a config file"

// ConfigNotWritten is the reply to CONFIG REWRITE when the file can't be written.
func ConfigNotWritten(why string) Error { return errorf("ERR Rewriting config file: %s", why) }

// ConfigNotForced is the same for DEBUG CONFIG-REWRITE-FORCE-ALL.
func ConfigNotForced(why string) Error {
	return errorf("ERR CONFIG-REWRITE-FORCE-ALL failed: %s", why)
}

// ReasonRange is the reason for a number that is too small or too large.
func ReasonRange(least, most int64) Reason {
	return Reason(fmt.Sprintf("argument must be between %d and %d inclusive", least, most))
}

// ReasonOctalRange is ReasonRange for numbers that are written in octal.
func ReasonOctalRange(least, most int64) Reason {
	return Reason(fmt.Sprintf("argument must be between %o and %o inclusive", least, most))
}

// ReasonEnum is the reason for a word that is none of those that are allowed.
func ReasonEnum(words []string) Reason {
	return Reason("argument(s) must be one of the following: " + strings.Join(words, ", "))
}

// ReasonMaxClients is the reason for more clients than the process may have descriptors.
func ReasonMaxClients(possible int) Reason {
	return Reason(fmt.Sprintf("The operating system is not able to handle the specified number of"+
		" clients, try with %d", possible))
}

// ReasonHostnameLength is the reason for the name of a host that is too long.
func ReasonHostnameLength(limit int) Reason {
	return Reason(fmt.Sprintf("Hostnames must be less than %d characters", limit))
}

// ConfigRefused is the reply to a CONFIG SET that changes nothing, because of one parameter.
func ConfigRefused(parameter string, why Reason) Error {
	return errorf("ERR CONFIG SET failed (possibly related to argument '%s') - %s",
		parameter, why)
}

// ConfigUnknown is the reply to a CONFIG SET of a parameter that does not exist.
func ConfigUnknown(parameter string) Error {
	return errorf("ERR Unknown option or number of arguments for CONFIG SET - '%s'",
		parameter)
}

// The texts of the handshake: AUTH, HELLO, CLIENT.
const (
	ErrNoPassword Error = "ERR AUTH <password> called without any password configured for the" +
		" default user. Are you sure your configuration is correct?"
	ErrWrongPass    Error = "WRONGPASS invalid username-password pair or user is disabled."
	ErrHelloVersion Error = "ERR Protocol version is not an integer or out of range"
	ErrNoProto      Error = "NOPROTO unsupported protocol version"
	ErrHelloNoAuth  Error = "NOAUTH HELLO must be called with the client already authenticated," +
		" otherwise the HELLO AUTH <user> <pass> option can be used to authenticate the" +
		" client and select the RESP protocol version at the same time"
	ErrClientName Error = "ERR Client names cannot contain spaces, newlines or special characters."
)

// HelloSyntax quotes the argument of HELLO that can't be read.
func HelloSyntax(option []byte) Error {
	return errorf("ERR Syntax error in HELLO option '%s'", option)
}

// UnrecognizedOption is the reply to an attribute that CLIENT SETINFO does not know.
func UnrecognizedOption(option []byte) Error {
	return errorf("ERR Unrecognized option '%s'", option)
}

// ClientAttribute is the reply to a value of CLIENT SETINFO that CLIENT LIST could not show.
func ClientAttribute(option []byte) Error {
	return errorf("ERR %s cannot contain spaces, newlines or special characters.",
		option)
}

// IntegerRange is the reply to an integer outside of what the command takes.
func IntegerRange(least, most int64) Error {
	return errorf("ERR value is out of range, value must between %d and %d",
		least, most)
}

// The texts of CLIENT and MONITOR.
const (
	ErrReplicaKeyspace Error = "ERR Replica can't interact with the keyspace"
	ErrNoSuchClient    Error = "ERR No such client"
	ErrClientIDRange   Error = "ERR client-id should be greater than 0"
	ErrClientID        Error = "ERR Invalid client ID"
	ErrPauseMode       Error = "ERR CLIENT PAUSE mode must be WRITE or ALL"
	ErrPauseTimeout    Error = "ERR timeout is not an integer or out of range"
	ErrUnblockReason   Error = "ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR"
	ErrUnblocked       Error = "UNBLOCKED client unblocked via CLIENT UNBLOCK"
	ErrMonitorDenied   Error = "ERR MONITOR isn't allowed for DENY BLOCKING client"
)

// The texts of what needs other servers, or modules. ErrNoReplication is ringer's own.
const (
	ErrClusterDisabled Error = "ERR This instance has cluster support disabled"
	ErrMasterPort      Error = "ERR Invalid master port"
	ErrNoReplication   Error = "ERR Replication is not supported by this server"
	ErrFailoverTimeout Error = "ERR FAILOVER timeout must be greater than 0"
	ErrNoFailover      Error = "ERR No failover in progress."
	ErrFewReplicas     Error = "NOREPLICAS Not enough good replicas to write."
	ErrNoReplicas      Error = "ERR FAILOVER requires connected replicas."
	ErrNoAppendOnly    Error = "ERR WAITAOF cannot be used when numlocal is set but " +
		"appendonly is disabled."
	ErrModuleLoad   Error = "ERR Error loading the extension. Please check the server logs."
	ErrModuleUnload Error = "ERR Error unloading module: no such module with that name"
)

// UnrecognizedReplconf is the reply to what no replica says of itself.
func UnrecognizedReplconf(option []byte) Error {
	return errorf("ERR Unrecognized REPLCONF option: %s", option)
}

// UnsupportedFilter is the reply to a part of the data that can't be asked for alone.
func UnsupportedFilter(name []byte) Error {
	return errorf("ERR Unsupported rdb-filter-only option: %s", name)
}

// The texts of DEBUG.
const (
	ErrDebugDB     Error = "ERR Out of range database"
	ErrNotSDS      Error = "ERR Not an sds encoded string."
	ErrNoHashTable Error = "ERR The value stored at the specified key is not represented using an" +
		" hash table"
	ErrNeedsRESP3    Error = "ERR RESP2 is not supported by this command"
	ErrDebugProtocol Error = "ERR Wrong protocol type name. Please use one of the following:" +
		" string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false"
)

// ErrSlowlogCount is the reply to a number of entries that can't be shown.
const ErrSlowlogCount Error = "ERR count should be greater than or equal to -1"

// NoLatencySamples is the reply to a graph of an event that has not happened.
func NoLatencySamples(event []byte) Error {
	return errorf("ERR No samples available for event '%s'", event)
}

// UnknownClientType is the reply to a TYPE that no client has.
func UnknownClientType(name []byte) Error { return errorf("ERR Unknown client type '%s'", name) }

// NoSuchUser is the reply to a name that no user has.
func NoSuchUser(name []byte) Error { return errorf("ERR No such user '%s'", name) }

// SubcommandSyntax is the reply to a sub-command with arguments that fit none of its forms.
// Redis: addReplySubcommandSyntaxError.
func SubcommandSyntax(sub []byte, command string) Error {
	const quoted = 128
	if len(sub) > quoted {
		sub = sub[:quoted]
	}
	return errorf("ERR unknown subcommand or wrong number of arguments for '%s'. Try %s HELP.",
		sub, command)
}

// The texts of SHUTDOWN.
const (
	ErrNoShutdown Error = "ERR No shutdown in progress."
	ErrShutdown   Error = "ERR Errors trying to SHUTDOWN. Check logs."
)

// UnknownDebug is the reply to a sub-command of DEBUG that does not exist, or not with so many
// arguments. Redis: addReplySubcommandSyntaxError.
func UnknownDebug(sub []byte) Error {
	return SubcommandSyntax(sub, "DEBUG")
}

// The texts of COMMAND.
const (
	ErrInvalidCommand   Error = "ERR Invalid command specified"
	ErrNoKeyArguments   Error = "ERR The command has no key arguments"
	ErrInvalidArity     Error = "ERR Invalid number of arguments specified for command"
	ErrInvalidArguments Error = "ERR Invalid arguments specified for command"
)

// The reasons why an ACL rule can't be applied. Redis: ACLSetUserStringError.
const (
	ReasonACLSyntax  Reason = "Syntax error"
	ReasonACLUnknown Reason = "Unknown command or category name in ACL"
	ReasonACLAllKeys Reason = "Adding a pattern after the * pattern (or the 'allkeys' flag) is not" +
		" valid and does not have any effect. Try 'resetkeys' to start with an empty list of" +
		" patterns"
	ReasonACLAllChannels Reason = "Adding a pattern after the * pattern (or the 'allchannels' flag)" +
		" is not valid and does not have any effect. Try 'resetchannels' to start with an empty" +
		" list of channels"
	ReasonACLNoPassword Reason = "The password you are trying to remove from the user does not exist"
	ReasonACLHash       Reason = "The password hash must be exactly 64 characters and contain only" +
		" lowercase hexadecimal characters"
	ReasonACLFirstArg  Reason = "Allowing first-arg of a subcommand is not supported"
	ReasonACLDuplicate Reason = "Duplicate user found. A user can only be defined once in config" +
		" files"
)

// The texts of ACL, and of the commands that it forbids.
const (
	ErrNoPermKey Error = "NOPERM this user has no permissions to access one of the keys used as" +
		" arguments"
	ErrNoPermChannel Error = "NOPERM this user has no permissions to access one of the channels" +
		" used as arguments"
	ErrACLUsername Error = "ERR Usernames can't contain spaces or null characters"
	ErrACLDefault  Error = "ERR The 'default' user cannot be removed"
	ErrACLGenpass  Error = "ERR ACL GENPASS argument must be the number of bits for the output" +
		" password, a positive number up to 4096"
	ErrACLNoFile Error = "ERR This Redis instance is not configured to use an ACL file. You may" +
		" want to specify users via the ACL SETUSER command and then issue a CONFIG REWRITE" +
		" (assuming you have a Redis configuration file set) in order to store users in the" +
		" Redis configuration."
	ErrACLSave Error = "ERR There was an error trying to save the ACLs. Please check the server" +
		" logs for more information"
)

// NoPermCommand refuses a command that the user may not run ("get", "config|get").
func NoPermCommand(command string) Error {
	return errorf("NOPERM this user has no permissions to run the '%s' command", command)
}

// ACLRulesChanged refuses a command at EXEC that was allowed when it was queued; why is one of
// ACLDeniedCommand and its like.
func ACLRulesChanged(why string) Error {
	return errorf("NOPERM ACLs rules changed between the moment the transaction was accumulated and"+
		" the EXEC call. This command is no longer allowed for the following reason: %s", why)
}

// Why a command is not allowed any more, for ACLRulesChanged.
const (
	ACLDeniedCommand = "no permission to execute the command or subcommand"
	ACLDeniedKey     = "no permission to touch the specified keys"
	ACLDeniedChannel = "no permission to access one of the channels used as arguments"
)

// ACLDryRun is what ACL DRYRUN replies, in place of OK, of a user that may not do something with
// what: run a "command", access a "key" or a "channel".
func ACLDryRun(kind string, what []byte) string {
	verb := "access"
	if kind == "command" {
		verb = "run"
	}
	return fmt.Sprintf("This user has no permissions to %s the '%s' %s", verb, cString(what), kind)
}

// ACLModifier is the reply to a rule that ACL SETUSER can't apply.
func ACLModifier(rule string, why Reason) Error {
	return errorf("ERR Error in ACL SETUSER modifier '%s': %s", rule, why)
}

// ACLUnmatched is the reply to a selector that is not closed.
func ACLUnmatched(rule string) Error {
	return errorf("ERR Unmatched parenthesis in acl selector starting at '%s'.", rule)
}

// ACLNoUser is the reply to the name of a user that does not exist.
func ACLNoUser(name []byte) Error { return errorf("ERR User '%s' not found", name) }

// ACLNoCommand is the reply to an ACL DRYRUN of a command that does not exist.
func ACLNoCommand(name []byte) Error { return errorf("ERR Command '%s' not found", name) }

// ACLNoCategory is the reply to an ACL CAT of a category that does not exist.
func ACLNoCategory(name []byte) Error { return errorf("ERR Unknown category '%s'", name) }

// ACLDeclaration is the reason for a user line that can't be read.
func ACLDeclaration(word string, why Reason) Reason {
	return Reason(fmt.Sprintf("Error in user declaration '%s': %s", word, why))
}

// ACLLoad is the reply to an ACL LOAD of a file that is not right.
func ACLLoad(why string) Error { return errorf("ERR %s", why) }

// UnknownACL is the reply to a sub-command of ACL with too many arguments.
// Redis: addReplySubcommandSyntaxError.
func UnknownACL(sub []byte) Error {
	const quoted = 128
	if len(sub) > quoted {
		sub = sub[:quoted]
	}
	return errorf("ERR unknown subcommand or wrong number of arguments for '%s'. Try ACL HELP.", sub)
}

// The texts of the string commands.
const (
	ErrOffsetRange   Error = "ERR offset is out of range"
	ErrStringTooLong Error = "ERR string exceeds maximum allowed size (proto-max-bulk-len)"
	ErrIncrOverflow  Error = "ERR increment or decrement would overflow"
	ErrDecrOverflow  Error = "ERR decrement would overflow"
	ErrIncrNaN       Error = "ERR increment would produce NaN or Infinity"
	ErrLCSType       Error = "ERR The specified keys must contain string values"
	ErrLCSMemory     Error = "ERR Insufficient memory, transient memory for LCS exceeds" +
		" proto-max-bulk-len"
	ErrLCSBoth Error = "ERR If you want both the length and indexes, please just use IDX."
)

// The texts of OBJECT, for the one policy and the other.
const (
	ErrIdleTimeLFU Error = "ERR An LFU maxmemory policy is selected, idle time not tracked." +
		lfuNote
	ErrFreqLRU Error = "ERR An LFU maxmemory policy is not selected, access frequency not" +
		" tracked." + lfuNote
	lfuNote = " Please note that when switching between policies at runtime LRU and LFU data will" +
		" take some time to adjust."
)

// The texts of the bitmap commands.
const (
	ErrBitOffset    Error = "ERR bit offset is not an integer or out of range"
	ErrBitValue     Error = "ERR bit is not an integer or out of range"
	ErrBitArgument  Error = "ERR The bit argument must be 1 or 0."
	ErrBitNot       Error = "ERR BITOP NOT must be called with a single source key."
	ErrBitfieldType Error = "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is" +
		" not supported but i64 is."
	ErrBitfieldOverflow Error = "ERR Invalid OVERFLOW type specified"
	ErrBitfieldReadOnly Error = "ERR BITFIELD_RO only supports the GET subcommand"
)

// The texts of SINTERCARD and its relatives.
const (
	ErrNumKeys       Error = "ERR numkeys should be greater than 0"
	ErrTooManyKeys   Error = "ERR Number of keys can't be greater than number of args"
	ErrNegativeLimit Error = "ERR LIMIT can't be negative"
)

// The texts of transactions.
const (
	ErrNestedMulti  Error = "ERR MULTI calls can not be nested"
	ErrWatchInMulti Error = "ERR WATCH inside MULTI is not allowed"
	ErrDiscardAlone Error = "ERR DISCARD without MULTI"
	ErrExecAlone    Error = "ERR EXEC without MULTI"
	ErrExecAbort    Error = "EXECABORT Transaction discarded because of previous errors."
	ErrNoMulti      Error = "ERR Command not allowed inside a transaction"
)

// ExecAborted is the reply to an EXEC that is itself refused.
func ExecAborted(why Error) Error {
	return "EXECABORT Transaction discarded because of: " +
		Error(strings.TrimPrefix(string(why), "ERR "))
}

// OnlyPubSub refuses a command to a RESP2 session that has subscribed to something.
func OnlyPubSub(command string) Error {
	return errorf("ERR Can't execute '%s': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT /"+
		" RESET are allowed in this context", command)
}

// NoSubscribe refuses to subscribe a session to something that must be replied to at once.
func NoSubscribe(command string) Error {
	return errorf("ERR %s isn't allowed for a DENY BLOCKING client", command)
}

// The texts of client tracking.
const (
	ErrRedirectTwice   Error = "ERR A client can only redirect to a single other client"
	ErrRedirectTo      Error = "ERR The client ID you want redirect to does not exist"
	ErrPrefixAlone     Error = "ERR PREFIX option requires BCAST mode to be enabled"
	ErrSwitchBroadcast Error = "ERR You can't switch BCAST mode on/off before disabling tracking" +
		" for this client, and then re-enabling it with a different mode."
	ErrBroadcastOpt Error = "ERR OPTIN and OPTOUT are not compatible with BCAST"
	ErrOptInOptOut  Error = "ERR You can't specify both OPTIN mode and OPTOUT mode"
	ErrSwitchOpt    Error = "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for" +
		" this client, and then re-enabling it with a different mode."
	ErrCachingAlone Error = "ERR CLIENT CACHING can be called only when the client is in tracking" +
		" mode with OPTIN or OPTOUT mode enabled"
	ErrCachingYes Error = "ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN" +
		" mode."
	ErrCachingNo Error = "ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT" +
		" mode."
)

// PrefixOverlap is the reply to a prefix of CLIENT TRACKING that begins another one, or the other
// way round. which says which other one it is: "an existing", "another provided".
func PrefixOverlap(name []byte, other, which string) Error {
	return errorf("ERR Prefix '%s' overlaps with %s prefix '%s'. Prefixes for a single client must"+
		" not overlap.", name, which, other)
}

// The texts of MOVE, COPY and SWAPDB.
const (
	ErrSameObject Error = "ERR source and destination objects are the same"
	ErrFirstDB    Error = "ERR invalid first DB index"
	ErrSecondDB   Error = "ERR invalid second DB index"
)

// The texts of the list commands, and of those that wait.
const (
	ErrIndexRange Error = "ERR index out of range"
	ErrRankZero   Error = "ERR RANK can't be zero: use 1 to start from the first match, 2 from the" +
		" second ... or use negative to start from the end of the list"
	ErrCountNegative    Error = "ERR COUNT can't be negative"
	ErrMaxLenNegative   Error = "ERR MAXLEN can't be negative"
	ErrCountNotPositive Error = "ERR count should be greater than 0"
	ErrTimeoutNotFloat  Error = "ERR timeout is not a float or out of range"
	ErrTimeoutNegative  Error = "ERR timeout is negative"
)

// The texts of the hash commands.
const (
	ErrHashNotInteger Error = "ERR hash value is not an integer"
	ErrHashNotFloat   Error = "ERR hash value is not a float"
	ErrInfinite       Error = "ERR value is NaN or Infinity"
)

// The texts of HEXPIRE and its relatives, Redis 7.4's. HTTL and HPERSIST word it in another way
// when there are no fields.
const (
	ErrFieldsMissing Error = "ERR Mandatory argument FIELDS is missing or not at the right" +
		" position"
	ErrNumFields         Error = "ERR Parameter `numFields` should be greater than 0"
	ErrFieldsNotPositive Error = "ERR Number of fields must be a positive integer"
	ErrFieldsMismatch    Error = "ERR The `numfields` parameter must match the number of arguments"
	ErrFieldExpireTime   Error = "ERR invalid expire time, must be >= 0"
)

// The replies to a connection that is not let in.
const (
	ErrMaxClients    Error = "ERR max number of clients reached"
	ErrProtectedMode Error = "DENIED Redis is running in protected mode because protected mode is" +
		" enabled and no password is set for the default user. In this mode connections are only" +
		" accepted from the loopback interface. If you want to connect from external computers to" +
		" Redis you may adopt one of the following solutions: 1) Just disable protected mode" +
		" sending the command 'CONFIG SET protected-mode no' from the loopback interface by" +
		" connecting to Redis from the same host the server is running, however MAKE SURE Redis is" +
		" not publicly accessible from internet if you do so. Use CONFIG REWRITE to make this" +
		" change permanent. 2) Alternatively you can just disable the protected mode by editing" +
		" the Redis configuration file, and setting the protected mode option to 'no', and then" +
		" restarting the server. 3) If you started the server manually just for testing, restart" +
		" it with the '--protected-mode no' option. 4) Setup a an authentication password for the" +
		" default user. NOTE: You only need to do one of the above things in order for the server" +
		" to start accepting connections from the outside."
)

// The texts of ZUNION and its relatives.
const ErrWeight Error = "ERR weight value is not a float"

// NoInputKey is the reply to a ZUNION of no keys.
func NoInputKey(command string) Error {
	return Error(fmt.Sprintf("ERR at least 1 input key is needed for '%s' command", command))
}

// The texts of the geo commands.
const (
	ErrGeoUnit        Error = "ERR unsupported unit provided. please use M, KM, FT, MI"
	ErrGeoRadius      Error = "ERR need numeric radius"
	ErrGeoWidth       Error = "ERR need numeric width"
	ErrGeoHeight      Error = "ERR need numeric height"
	ErrGeoNegative    Error = "ERR radius cannot be negative"
	ErrGeoBoxNegative Error = "ERR height or width cannot be negative"
	ErrGeoMember      Error = "ERR could not decode requested zset member"
	ErrGeoCount       Error = "ERR COUNT must be > 0"
	ErrGeoAny         Error = "ERR the ANY argument requires COUNT argument"
	ErrGeoStore       Error = "ERR STORE option in GEORADIUS" + geoStoreNote
	ErrGeoSearchStore Error = "ERR GEOSEARCHSTORE" + geoStoreNote
	geoStoreNote            = " is not compatible with WITHDIST, WITHHASH and WITHCOORD options"
)

// GeoPoint is the reply to a longitude or latitude that is out of range.
func GeoPoint(lon, lat float64) Error {
	return errorf("ERR invalid longitude,latitude pair %s,%s", sixPlaces(lon), sixPlaces(lat))
}

// sixPlaces is a double as C's "%f" has it.
func sixPlaces(f float64) string {
	if math.IsInf(f, 0) {
		return strings.ToLower(strings.TrimPrefix(strconv.FormatFloat(f, 'f', -1, 64), "+"))
	}
	return strconv.FormatFloat(f, 'f', 6, 64)
}

// GeoNoCenter is the reply to a search that does not say where.
func GeoNoCenter(command []byte) Error {
	return errorf("ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for %s", command)
}

// GeoNoShape is the reply to a search that does not say how far.
func GeoNoShape(command []byte) Error {
	return errorf("ERR exactly one of BYRADIUS and BYBOX can be specified for %s", command)
}

// The texts of the HyperLogLog commands.
const (
	ErrNotHLL     Error = "WRONGTYPE Key is not a valid HyperLogLog string value."
	ErrCorruptHLL Error = "INVALIDOBJ Corrupted HLL object detected"

	// PFDEBUG and PFSELFTEST.
	ErrNoSpecifiedKey Error = "ERR The specified key does not exist"
	ErrHLLNotSparse   Error = "ERR HLL encoding is not sparse"
	ErrSelfTestDense  Error = "ERR TESTFAILED sparse encoding not used"
	ErrSelfTestDiffer Error = "ERR TESTFAILED dense/sparse disagree"
)

// UnknownPFDebug is the reply to a sub-command of PFDEBUG that does not exist.
func UnknownPFDebug(sub []byte) Error {
	return errorf("ERR Unknown PFDEBUG subcommand '%s'", sub)
}

// SelfTestRegister says that a register does not hold what was written to it.
func SelfTestRegister(index int, want, got byte) Error {
	return errorf("ERR TESTFAILED Register %d should be %d but is %d", index, want, got)
}

// SelfTestError says that a cardinality is too far off.
func SelfTestError(cardinality, off uint64) Error {
	return errorf("ERR TESTFAILED Too big error. card:%d abserr:%d", cardinality, off)
}

// The texts of RESTORE.
const (
	ErrBusyKey         Error = "BUSYKEY Target key name already exists."
	ErrDumpFooter      Error = "ERR DUMP payload version or checksum are wrong"
	ErrDumpFormat      Error = "ERR Bad data format"
	ErrRestoreTTL      Error = "ERR Invalid TTL value, must be >= 0"
	ErrRestoreIdleTime Error = "ERR Invalid IDLETIME value, must be >= 0"
	ErrRestoreFreq     Error = "ERR Invalid FREQ value, must be >= 0 and <= 255"
)

// The texts of the stream commands.
const (
	ErrStreamID       Error = "ERR Invalid stream ID specified as stream command argument"
	ErrIntervalStart  Error = "ERR invalid start ID for the interval"
	ErrIntervalEnd    Error = "ERR invalid end ID for the interval"
	ErrTrimStrategies Error = "ERR syntax error, MAXLEN and MINID options at the same time are not" +
		" compatible"
	ErrTrimMaxLen     Error = "ERR The MAXLEN argument must be >= 0."
	ErrTrimLimit      Error = "ERR The LIMIT argument must be >= 0."
	ErrTrimLimitAlone Error = "ERR syntax error, LIMIT cannot be used without specifying a" +
		" trimming strategy"
	ErrTrimNoStrategy Error = "ERR syntax error, XTRIM must be called with a trimming strategy"
	ErrTrimLimitExact Error = "ERR syntax error, LIMIT cannot be used without the special ~" +
		" option"
	ErrAddZeroID       Error = "ERR The ID specified in XADD must be greater than 0-0"
	ErrStreamExhausted Error = "ERR The stream has exhausted the last possible ID, unable to" +
		" add more items"
	ErrAddSmallID Error = "ERR The ID specified in XADD is equal or smaller than the target" +
		" stream top item"
	ErrEntryTooLarge   Error = "ERR Elements are too large to be stored"
	ErrUnbalancedXread Error = "ERR Unbalanced XREAD list of streams: for each stream key an" +
		" ID or '$' must be specified."
	ErrXreadGroup Error = "ERR The GROUP option is only supported by XREADGROUP. You called" +
		" XREAD instead."
	ErrXreadNoAck Error = "ERR The NOACK option is only supported by XREADGROUP. You called" +
		" XREAD instead."
	ErrXreadNoGroup     Error = "ERR Missing GROUP option for XREADGROUP"
	ErrXreadGroupDollar Error = "ERR The $ ID is meaningless in the context of XREADGROUP:" +
		" you want to read the history of this consumer by specifying a proper ID, or use the >" +
		" ID to get new messages. The $ ID would just return an empty result set."
	ErrXreadNewID Error = "ERR The > ID can be specified only when calling XREADGROUP using" +
		" the GROUP <group> <consumer> option."
	ErrTimeoutNotInteger Error = "ERR timeout is not an integer or out of range"
	ErrBlockedGroupGone  Error = "NOGROUP the consumer group this client was blocked on no" +
		" longer exists"
	ErrBlockedKeyGone Error = "UNBLOCKED the stream key no longer exists"
	ErrEntriesRead    Error = "ERR value for ENTRIESREAD must be positive or -1"
	ErrXgroupNoKey    Error = "ERR The XGROUP subcommand requires the key to exist. Note that" +
		" for CREATE you may want to use the MKSTREAM option to create an empty stream" +
		" automatically."
	ErrBusyGroup       Error = "BUSYGROUP Consumer Group name already exists"
	ErrEntriesAdded    Error = "ERR entries_added must be positive"
	ErrSetIDMaxDeleted Error = "ERR The ID specified in XSETID is smaller than the provided" +
		" max_deleted_entry_id"
	ErrSetIDTopItem Error = "ERR The ID specified in XSETID is smaller than the target stream" +
		" top item"
	ErrSetIDLength Error = "ERR The entries_added specified in XSETID is smaller than the" +
		" target stream length"
	ErrClaimMinIdle     Error = "ERR Invalid min-idle-time argument for XCLAIM"
	ErrClaimIdle        Error = "ERR Invalid IDLE option argument for XCLAIM"
	ErrClaimTime        Error = "ERR Invalid TIME option argument for XCLAIM"
	ErrClaimRetryCount  Error = "ERR Invalid RETRYCOUNT option argument for XCLAIM"
	ErrAutoClaimMinIdle Error = "ERR Invalid min-idle-time argument for XAUTOCLAIM"
	ErrAutoClaimCount   Error = "ERR COUNT must be > 0"
	ErrAutoClaimMemory  Error = "ERR Insufficient memory, failed allocating transient memory," +
		" COUNT too high."
)

// NoGroup is the reply of a command that needs a group which does not exist, or its key does not.
func NoGroup(key, group []byte) Error {
	return errorf("NOGROUP No such key '%s' or consumer group '%s'", key, group)
}

// NoGroupToRead is NoGroup for XREADGROUP.
func NoGroupToRead(key, group []byte) Error {
	return errorf("NOGROUP No such key '%s' or consumer group '%s' in XREADGROUP with GROUP option",
		key, group)
}

// NoGroupFor is the reply of XGROUP and XINFO for a group which does not exist.
func NoGroupFor(key, group []byte) Error {
	return errorf("NOGROUP No such consumer group '%s' for key name '%s'", group, key)
}

// UnrecognizedClaim is the reply to an option of XCLAIM that does not exist.
func UnrecognizedClaim(option []byte) Error {
	return errorf("ERR Unrecognized XCLAIM option '%s'", option)
}

// The texts of SORT.
const (
	ErrSortNumber Error = "ERR One or more scores can't be converted into double"
	ErrSortBy     Error = "ERR BY option of SORT denied due to insufficient ACL permissions."
	ErrSortGet    Error = "ERR GET option of SORT denied due to insufficient ACL permissions."
)

// The texts of DEBUG about data.
const (
	ErrReloadOptions Error = "ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options."
	ErrReload        Error = "ERR Error trying to load the RDB dump"
	ErrNoListpack    Error = "ERR Not a listpack encoded object."
	ErrNoQuicklist   Error = "ERR Not a quicklist encoded object."

	ErrPackedThreshold Error = "ERR argument must be a memory value bigger than 1 and smaller than" +
		" 4gb"
)
