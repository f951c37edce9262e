package resptest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// Command is a command that a client has sent, whether it could be executed or not.
//
// Nobody changes one that is in use. Safe for concurrent use.
type Command struct {
	Args     []string // the name first, as it was sent
	DB       int      // that was selected when it came
	ClientID int64
	Client   string // the client's name, "" if it has not told one
	Time     time.Time
	Fault    bool // a Fault has hit it
}

// String is the command as one would type it.
func (c Command) String() string {
	words := make([]string, len(c.Args))
	for i, a := range c.Args {
		if words[i] = a; a == "" || strings.ContainsAny(a, " \t\r\n\"'\\") || !printable(a) {
			words[i] = fmt.Sprintf("%q", a)
		}
	}
	return strings.Join(words, " ")
}

func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0xfffd })
}

// maxCommands is how many commands are remembered, the last ones, maxRecordBytes how much memory
// they may take, and maxArgBytes how much is kept of each argument: a load test must not fill the
// memory with what nobody will look at.
const (
	maxCommands    = 10_000
	maxRecordBytes = 16 << 20
	maxArgBytes    = 4 << 10
)

// sizeBytes is what a remembered command takes: its arguments, their headers and its own.
func (c *Command) sizeBytes() int {
	const own, header = 120, 16
	size := own + len(c.Args)*header
	for _, a := range c.Args {
		size += len(a)
	}
	return size
}

// loggedCommands is how many commands are logged when a test has failed.
const loggedCommands = 20

// tap sees all commands of all clients of a server: it remembers them and has them fail.
//
// Safe for concurrent use.
type tap struct {
	role     role // nil: a server of its own
	mu       sync.Mutex
	faults   []*Injection
	commands []Command // the oldest first
	bytes    int       // that commands takes
	sent     int       // since the start, or ResetCommands
}

func newTap() *tap { return new(tap) }

// role answers commands as the part demands that a server plays among others: the node of a
// cluster, a replica, a Sentinel.
//
// Owned by the keyspace goroutine, that of the server; what servers share it locks.
type role interface {
	// play is what becomes of a command; the zero Verdict is that the server executes it.
	play(c keyspace.Call) keyspace.Verdict
}

// scriptRole is a role that has a say in what scripts call.
//
// Owned by the keyspace goroutine.
type scriptRole interface {
	// playScript refuses a command of a script with an error, or tells the slot of its keys; -1 if
	// there is none.
	playScript(c keyspace.Call) (slot int, refusal reply.Error)
}

// InterceptScript is called by the engine for each command that a script calls.
func (t *tap) InterceptScript(c keyspace.Call) (slot int, refusal reply.Error) {
	if r, ok := t.role.(scriptRole); ok {
		return r.playScript(c)
	}
	return -1, ""
}

// Intercept is called by the engine for each command. A fault comes before the role.
func (t *tap) Intercept(c keyspace.Call) keyspace.Verdict {
	fault := t.judge(c)
	if t.role == nil || fault.Error != "" || fault.Cut == keyspace.CutBefore {
		return fault
	}
	v := t.role.play(c)
	v.Delay, v.Cut = fault.Delay, fault.Cut
	return v
}

// judge looks for a fault that hits the command, and remembers the command.
func (t *tap) judge(c keyspace.Call) (v keyspace.Verdict) {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := slices.IndexFunc(t.faults, func(i *Injection) bool { return i.hit(c) })
	if i >= 0 {
		v = t.faults[i].fault.verdict()
	}
	t.remember(c, i >= 0)
	return v
}

// remember keeps a command, and forgets the oldest ones if there are too many. The arguments are
// parts of one string.
func (t *tap) remember(c keyspace.Call, hit bool) {
	r := Command{
		Args: make([]string, len(c.Args)), DB: c.DB, ClientID: c.Session.ID(),
		Client: string(c.Session.Name()), Time: time.UnixMilli(c.NowMs), Fault: hit,
	}
	var all strings.Builder
	for _, a := range c.Args {
		all.Write(a[:min(len(a), maxArgBytes)])
	}
	rest := all.String()
	for i, a := range c.Args {
		n := min(len(a), maxArgBytes)
		r.Args[i], rest = rest[:n], rest[n:]
	}
	t.commands = append(t.commands, r)
	t.bytes += r.sizeBytes()
	t.sent++
	for len(t.commands) > maxCommands || t.bytes > maxRecordBytes && len(t.commands) > 1 {
		t.bytes -= t.commands[0].sizeBytes()
		t.commands[0] = Command{}
		t.commands = t.commands[1:]
	}
}

// Commands are the commands that clients have sent, the oldest first: the last 10,000 since the
// start or ResetCommands, fewer if they take more than 16 MiB, their arguments cut off behind 4
// KiB.
func (s *Server) Commands() []Command {
	t := s.tap
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.commands)
}

// ResetCommands forgets the commands that were sent so far.
func (s *Server) ResetCommands() {
	s.tap.mu.Lock()
	defer s.tap.mu.Unlock()
	s.tap.commands, s.tap.bytes, s.tap.sent = nil, 0, 0
}

// logCommands shows the last commands to who looks for the reason of a failure.
func (s *Server) logCommands(tb testing.TB) {
	tb.Helper()
	all := s.Commands()
	if len(all) == 0 {
		tb.Logf("resptest: the server was sent no command")
		return
	}
	last := all[max(0, len(all)-loggedCommands):]
	s.tap.mu.Lock()
	sent := s.tap.sent
	s.tap.mu.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, "resptest: the last %d of %d commands:", len(last), sent)
	for _, c := range last {
		fmt.Fprintf(&b, "\n\tclient %d", c.ClientID)
		if c.Client != "" {
			b.WriteString(" " + c.Client)
		}
		if c.DB != 0 {
			fmt.Fprintf(&b, " db %d", c.DB)
		}
		b.WriteString(": " + clip(c.String()))
		if c.Fault {
			b.WriteString("   <- fault")
		}
	}
	tb.Log(b.String())
}

// maxLoggedBytes is how much of a command, or of an element, a message shows.
const maxLoggedBytes = 200

// clip is a text of any length as a message shows it.
func clip(text string) string {
	if len(text) > maxLoggedBytes {
		return text[:maxLoggedBytes] + " ..."
	}
	return text
}
