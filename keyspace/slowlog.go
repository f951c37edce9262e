package keyspace

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// slowLog is the last commands that took long, the newest at the end.
//
// Owned by the keyspace goroutine.
type slowLog struct {
	entries []SlowEntry
	nextID  int64
}

// SlowEntry is one command in the slow log.
//
// Nobody changes it. Owned by the keyspace goroutine.
type SlowEntry struct {
	ID      int64
	UnixSec int64
	Usec    int64
	Args    [][]byte // as they are shown: cut to size, without passwords
	Addr    string   // of the client
	Name    []byte   // of the client
}

// What the slow log keeps of a command. Redis: SLOWLOG_ENTRY_MAX_ARGC, SLOWLOG_ENTRY_MAX_STRING.
const (
	slowMaxArgs     = 32
	slowMaxArgBytes = 128
)

// slowThreshold is the time from which on a command is looked at again. Redis has one threshold in
// microseconds and one in milliseconds.
func slowThreshold(c *Config) int64 {
	ns := int64(math.MaxInt64)
	if limit := c.SlowlogSlowerThan; limit >= 0 {
		ns = min(ns, scaled(limit, time.Microsecond))
	}
	if limit := c.LatencyThreshold; limit > 0 {
		ns = min(ns, scaled(limit, time.Millisecond))
	}
	return ns
}

// scaled is n units in nanoseconds, or the longest time that there is.
func scaled(n int64, unit time.Duration) int64 {
	if n > math.MaxInt64/int64(unit) {
		return math.MaxInt64
	}
	return n * int64(unit)
}

// noteSlow puts a command that took long where it belongs.
func (e *Engine) noteSlow(s *Session, spec *Spec, args [][]byte, ns int64) {
	event := "command"
	if spec.Flags&Fast != 0 {
		event = "fast-command"
	}
	e.NoteLatency(event, ns/int64(time.Millisecond))
	usec := ns / int64(time.Microsecond)
	limit := e.config.SlowlogSlowerThan
	if limit < 0 || usec < limit || spec.Flags&SkipSlowlog != 0 {
		return
	}
	l := &e.slowLog
	l.entries = append(l.entries, SlowEntry{
		ID: l.nextID, UnixSec: e.nowMs / 1000, Usec: usec, Args: slowArgs(spec.visible(args)),
		Addr: s.info.RemoteAddr, Name: slices.Clone(s.Name()),
	})
	l.nextID++
	l.trim(e.config.SlowlogMaxLen)
}

// slowArgs is a copy of arguments, cut to what the slow log keeps. Redis: slowlogCreateEntry.
func slowArgs(args [][]byte) [][]byte {
	kept := min(len(args), slowMaxArgs)
	shown := make([][]byte, kept)
	for i := range shown {
		arg := args[i]
		switch more := len(arg) - slowMaxArgBytes; {
		case i == slowMaxArgs-1 && len(args) > slowMaxArgs:
			shown[i] = fmt.Appendf(nil, "... (%d more arguments)", len(args)-slowMaxArgs+1)
		case more > 0:
			shown[i] = fmt.Appendf(nil, "%s... (%d more bytes)", arg[:slowMaxArgBytes], more)
		default:
			shown[i] = slices.Clone(arg)
		}
	}
	return shown
}

// trim drops the oldest entries beyond a number.
func (l *slowLog) trim(most int) {
	over := max(0, len(l.entries)-most)
	clear(l.entries[:over])
	l.entries = l.entries[over:]
}

// SlowLog is what is in the slow log, the oldest entry first. It is valid until the next command.
func (e *Engine) SlowLog() []SlowEntry { return e.slowLog.entries }

// ResetSlowLog empties the slow log; the numbers of its entries go on.
func (e *Engine) ResetSlowLog() { e.slowLog.entries = nil }

// redacted stands for an argument that is not shown. It is never changed.
var redacted = []byte("(redacted)")

// visible is the arguments of a command without what must not be shown. Redis:
// redactClientCommandArgument.
func (s *Spec) visible(args [][]byte) [][]byte {
	if s.Secrets == nil {
		return args
	}
	shown := slices.Clone(args)
	for _, i := range s.Secrets(args) {
		shown[i] = redacted
	}
	return shown
}
