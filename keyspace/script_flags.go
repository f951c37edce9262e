package keyspace

import (
	"strings"

	"github.com/ringer-kv/ringer/keyspace/inline"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// scriptFlags are what a script says of itself, in its shebang or when it registers a function.
type scriptFlags uint8

// The flags of scripts, in the order in which FUNCTION LIST shows them.
const (
	scriptNoWrites scriptFlags = 1 << iota
	scriptAllowOOM
	scriptAllowStale
	scriptNoCluster
	scriptAllowCrossSlot
	// scriptCompat is of a script without a shebang: what it does shows as it does it.
	scriptCompat
)

// scriptFlagNames are the flags as scripts name them, the first one's name first.
var scriptFlagNames = [...]string{
	"no-writes", "allow-oom", "allow-stale", "no-cluster", "allow-cross-slot-keys",
}

// names are the names of the flags that are set.
func (f scriptFlags) names() []string { return namesOf(uint32(f), scriptFlagNames[:]) }

// parseScriptFlag is the flag with a name; 0: there is none.
func parseScriptFlag(name string) scriptFlags {
	for i, known := range scriptFlagNames {
		if known == name {
			return 1 << i
		}
	}
	return 0
}

// commandFlags are the flags of a command that runs a script which says what it does. Redis:
// scriptFlagsToCmdFlags.
func (f scriptFlags) commandFlags(flags Flags) Flags {
	if f&scriptCompat != 0 {
		return flags
	}
	flags &^= Stale | DenyOOM | Write | MayReplicate
	if f&(scriptAllowOOM|scriptNoWrites) == 0 {
		flags |= DenyOOM
	}
	if f&scriptNoWrites == 0 {
		flags |= Write
	}
	if f&scriptAllowStale != 0 {
		flags |= Stale
	}
	return flags
}

// parseShebang reads the first line of a script, if it is one that says what the script does. code
// is the script without it; the end of the line stays, so that lines have their numbers. Redis:
// evalExtractShebangFlags.
func parseShebang(body string) (flags scriptFlags, code string, problem reply.Error) {
	if !strings.HasPrefix(body, "#!") {
		return scriptCompat, body, ""
	}
	at := strings.IndexByte(body, '\n')
	if zero := strings.IndexByte(body, 0); at < 0 || zero >= 0 && zero < at { // Redis: strchr
		return 0, "", reply.ErrShebang
	}
	line, code := body[:at], body[at:]
	parts, err := inline.Split([]byte(line), nil)
	switch {
	case err != nil || len(parts) == 0:
		return 0, "", reply.ErrShebangEngine
	case string(parts[0]) != "#!lua":
		return 0, "", reply.ShebangEngine(parts[0])
	}
	for _, part := range parts[1:] {
		names, found := strings.CutPrefix(string(part), "flags=")
		if !found {
			return 0, "", reply.ShebangOption(part)
		}
		if names == "" {
			continue
		}
		for name := range strings.SplitSeq(names, ",") {
			flag := parseScriptFlag(name)
			if flag == 0 {
				return 0, "", reply.ShebangFlag(name)
			}
			flags |= flag
		}
	}
	return flags, code, ""
}
