package resptest

import (
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/glob"
)

// Fault is something that goes wrong. The first group of fields says for which commands, all of
// them for those that are set; the second says what happens to those.
//
// Nobody changes one that is in use. Safe for concurrent use.
type Fault struct {
	// Command is the name of a command, in any case: "get", "config set"; "" is any.
	Command string
	// Key is a glob pattern that one of the command's keys matches.
	Key string
	// Client is a glob pattern that the name of the client matches, as set with CLIENT SETNAME.
	Client string
	// Nth hits the nth of the commands only that the fields above fit; 1 is the first.
	Nth int
	// Times is how often the fault hits at most; 0: always.
	Times int
	// Probability is how likely it hits, drawn anew for each command; 0: always. The draws are
	// the same for the same Seed.
	Probability float64
	Seed        uint64

	// Error is replied in place of executing the command: Loading, ReadOnly, OOM, Moved(...), or
	// any other text, of which clients look at the first word.
	Error Error
	// Delay is how long the command waits before that, on the server's clock. Other clients do
	// not wait.
	Delay time.Duration
	// Drop closes the connection.
	Drop Drop
}

// Drop is when a fault closes the connection. The replies to earlier commands are sent. A command
// that blocks is not waited for: it has found nothing.
type Drop uint8

// The moments of a Drop.
const (
	DropNever   Drop = iota
	DropBefore       // the command is not executed
	DropAfter        // it is executed, and nothing of its reply is sent
	DropPartial      // it is executed, and half of its reply is sent
)

// The errors that servers reply with for reasons of their own.
const (
	Loading     = Error(reply.ErrLoading)
	ReadOnly    = Error(reply.ErrReadOnly)
	OOM         = Error(reply.ErrOOM)
	ClusterDown = Error(reply.ErrClusterDown)
	TryAgain    = Error(reply.ErrTryAgain)
	MasterDown  = Error(reply.ErrMasterDown)
	CrossSlot   = Error(reply.ErrCrossSlot)
)

// Moved is the error that sends a cluster client to another node for good.
func Moved(slot int, addr string) Error { return Error(reply.Moved(slot, addr)) }

// Ask is the error that sends a cluster client to another node for one command.
func Ask(slot int, addr string) Error { return Error(reply.Ask(slot, addr)) }

// redirects reports whether the error is one that the node of a cluster replies with when it can't
// execute a command itself.
func (e Error) redirects() bool {
	word, _, _ := strings.Cut(string(e), " ")
	switch word {
	case "MOVED", "ASK", "TRYAGAIN", "CROSSSLOT", "CLUSTERDOWN":
		return true
	}
	return false
}

// Injection is a fault that has been injected into a server.
//
// Safe for concurrent use.
type Injection struct {
	tap    *tap
	fault  Fault
	rand   *rand.Rand
	fitted int // commands that Command, Key and Client fit
	hits   int
}

// Inject makes the server have a fault from now on. If several fit a command, the one that was
// injected first is it.
func (s *Server) Inject(f Fault) *Injection {
	i := &Injection{tap: s.tap, fault: f, rand: rand.New(rand.NewPCG(f.Seed, f.Seed))}
	s.tap.mu.Lock()
	defer s.tap.mu.Unlock()
	s.tap.faults = append(s.tap.faults, i)
	return i
}

// Remove ends the fault.
func (i *Injection) Remove() {
	i.tap.mu.Lock()
	defer i.tap.mu.Unlock()
	i.tap.faults = slices.DeleteFunc(i.tap.faults, func(j *Injection) bool { return j == i })
}

// Count is how many commands the fault has hit.
func (i *Injection) Count() int {
	i.tap.mu.Lock()
	defer i.tap.mu.Unlock()
	return i.hits
}

// RemoveFaults ends all faults of the server.
func (s *Server) RemoveFaults() {
	s.tap.mu.Lock()
	defer s.tap.mu.Unlock()
	s.tap.faults = nil
}

// hits reports whether the fault hits a command, and counts.
func (i *Injection) hit(c keyspace.Call) bool {
	f := &i.fault
	if !f.fits(c) {
		return false
	}
	i.fitted++
	switch {
	case f.Nth > 0 && i.fitted != f.Nth, f.Times > 0 && i.hits >= f.Times,
		f.Probability > 0 && i.rand.Float64() >= f.Probability:
		return false
	}
	i.hits++
	return true
}

// fits reports whether the fault is for commands as this one.
func (f *Fault) fits(c keyspace.Call) bool {
	if f.Command != "" && !f.named(c) {
		return false
	}
	if f.Client != "" && !glob.Match([]byte(f.Client), c.Session.Name(), false) {
		return false
	}
	if f.Key == "" {
		return true
	}
	return slices.ContainsFunc(keysOf(c.Spec, c.Args), func(key []byte) bool {
		return glob.Match([]byte(f.Key), key, false)
	})
}

// named reports whether the command is the one that the fault names.
func (f *Fault) named(c keyspace.Call) bool {
	words := strings.FieldsFunc(f.Command, func(r rune) bool { return r == ' ' || r == '|' })
	for i, word := range words {
		if i >= len(c.Args) || !strings.EqualFold(word, string(c.Args[i])) {
			return false
		}
	}
	return true
}

// keysOf are the keys of a command, none if it is malformed.
func keysOf(spec *keyspace.Spec, args [][]byte) (keys [][]byte) {
	if spec == nil || !spec.Takes(len(args)) {
		return nil
	}
	refs, _ := spec.KeysOf(args)
	for _, r := range refs {
		keys = append(keys, args[r.Index])
	}
	return keys
}

// verdict is what the fault does, as the engine wants to know it.
func (f *Fault) verdict() keyspace.Verdict {
	return keyspace.Verdict{
		Delay: f.Delay, Error: reply.Error(f.Error), Cut: keyspace.Cut(f.Drop),
		Plain: f.Error.redirects(),
	}
}
