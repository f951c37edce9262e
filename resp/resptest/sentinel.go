package resptest

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// MasterName is the name under which a Sentinel knows its master.
const MasterName = "mymaster"

// Sentinel is a master, a replica that follows it, and the Sentinel that tells clients which is
// which, all in this process. They change roles when a test says so.
//
// Safe for concurrent use.
type Sentinel struct {
	sentinel *Server
	servers  [2]*follower
	bus      *bus
	failing  sync.Mutex     // held by a failover
	asked    sync.WaitGroup // the failovers that clients have asked for

	mu     sync.Mutex
	master int  // in servers
	idle   bool // nobody is the master: it is giving its role away
	epoch  int  // failovers
}

// follower is one of the two data servers, in the role that it has.
//
// Owned by the keyspace goroutine, that of its server; the Sentinel's state is locked.
type follower struct {
	*Server
	group *Sentinel
	index int
	addr  string
}

// StartSentinel starts a master, a replica and a Sentinel that live as long as the test. The
// options are those of master and replica.
func StartSentinel(tb testing.TB, opts ...Option) *Sentinel {
	tb.Helper()
	s, err := NewSentinel(opts...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if tb.Failed() {
			s.Master().logCommands(tb)
		}
		s.Close()
	})
	for _, f := range s.servers {
		f.tb = tb
	}
	return s
}

// NewSentinel is StartSentinel outside of a test. The caller closes it. All three have one clock.
func NewSentinel(opts ...Option) (*Sentinel, error) {
	s := &Sentinel{bus: newBus()}
	opts = append([]Option{WithClock(new(Clock))}, opts...)
	for i := range s.servers {
		f := &follower{group: s, index: i}
		server, err := New(append(slices.Clone(opts), withRecorder(f))...)
		if err != nil {
			s.Close()
			return nil, err
		}
		f.Server, f.addr = server, server.Addr()
		s.servers[i] = f
	}
	sentinel, err := New(WithClock(s.Clock()))
	if err != nil {
		s.Close()
		return nil, err
	}
	s.sentinel = sentinel
	errs := sentinel.engine.Do(func() { sentinel.tap.role = s })
	for _, f := range s.servers {
		errs = errors.Join(errs, f.engine.Do(func() { f.tap.role = f }))
	}
	return s, errs
}

// Close ends all three.
func (s *Sentinel) Close() {
	s.bus.close()
	if s.sentinel != nil {
		s.sentinel.Close()
	}
	for _, f := range s.servers {
		if f != nil {
			f.Close()
		}
	}
	s.asked.Wait()
}

// Clock is the time that all go by.
func (s *Sentinel) Clock() *Clock { return s.servers[0].Clock() }

// Addr is the address of the Sentinel, for redis.FailoverOptions.
func (s *Sentinel) Addr() string { return s.sentinel.Addr() }

// Master is the server that is the master now.
func (s *Sentinel) Master() *Server { return s.servers[s.masterIndex()].Server }

// Replica is the server that follows it. What has been written to the master is there a moment
// later; Sync waits for it.
func (s *Sentinel) Replica() *Server { return s.servers[1-s.masterIndex()].Server }

func (s *Sentinel) masterIndex() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.master
}

// Sync returns when the replica has all that has been written to the master so far.
func (s *Sentinel) Sync() { s.bus.idle() }

// Failover makes the replica the master and the master its replica. Both have all data then that
// the old master has replied to. Its connections are closed, and subscribers of the Sentinel are
// told (+switch-master), as after a failover of Redis.
func (s *Sentinel) Failover() {
	s.failing.Lock()
	defer s.failing.Unlock()
	from := s.servers[s.masterIndex()]
	to := s.servers[1-from.index]
	_ = from.engine.Do(func() { // between two commands; if it is closed, the rest does nothing
		s.change(func() { s.idle = true })
		for _, client := range from.engine.Sessions() {
			from.engine.Kill(client)
		}
	})
	s.Sync()
	s.change(func() { s.idle, s.master, s.epoch = false, to.index, s.epoch+1 })
	s.sentinel.read("PUBLISH", "+switch-master",
		fmt.Sprintf("%s %s %s", MasterName, spaced(from.addr), spaced(to.addr)))
}

// change changes the state.
func (s *Sentinel) change(fn func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fn()
}

// spaced is an address as Sentinels write it: "127.0.0.1 6379".
func spaced(addr string) string {
	host, port, _ := net.SplitHostPort(addr)
	return host + " " + port
}

// Record takes what has been written to the server, and passes it on if it is the master.
func (f *follower) Record(db int, args [][]byte) {
	s := f.group
	if s.masterIndex() != f.index {
		return
	}
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = string(a)
	}
	other := s.servers[1-f.index]
	s.bus.send(func() { other.DB(db).read(words...) })
}

// play refuses writes to the replica.
func (f *follower) play(c keyspace.Call) keyspace.Verdict {
	f.group.mu.Lock()
	master, idle := f.group.master, f.group.idle
	f.group.mu.Unlock()
	switch name := strings.ToLower(string(c.Args[0])); {
	case master == f.index && !idle:
		return keyspace.Verdict{}
	case c.Spec != nil && c.Spec.Takes(len(c.Args)) &&
		f.engine.FlagsOf(c.Spec, c.Args)&keyspace.Write != 0:
		return keyspace.Verdict{Error: reply.ErrReadOnly}
	case master == f.index:
		return keyspace.Verdict{}
	case name == "role" && len(c.Args) == 1:
		host, port, _ := net.SplitHostPort(f.group.servers[master].addr)
		return keyspace.Verdict{Reply: func(w reply.Writer) {
			w.Array(5)
			w.BulkString("slave")
			w.BulkString(host)
			w.Int(int64(portNumber(port)))
			w.BulkString("connected")
			w.Int(0)
		}}
	}
	return keyspace.Verdict{}
}

// playScript refuses what a script writes to the replica.
func (f *follower) playScript(c keyspace.Call) (slot int, refusal reply.Error) {
	return -1, f.play(c).Error
}

// play answers the commands of a Sentinel.
func (s *Sentinel) play(c keyspace.Call) keyspace.Verdict {
	name := strings.ToLower(string(c.Args[0]))
	switch {
	case name == "role" && len(c.Args) == 1:
		return keyspace.Verdict{Reply: func(w reply.Writer) {
			w.Array(2)
			w.BulkString("sentinel")
			w.Array(1)
			w.BulkString(MasterName)
		}}
	case name != "sentinel":
		return keyspace.Verdict{}
	case len(c.Args) < 2:
		return keyspace.Verdict{Error: reply.WrongArity("sentinel")}
	}
	sub := strings.ToLower(string(c.Args[1]))
	switch {
	case sub == "masters" && len(c.Args) == 2:
		return keyspace.Verdict{Reply: func(w reply.Writer) {
			w.Array(1)
			s.masterFields(w)
		}}
	case sub == "myid" && len(c.Args) == 2:
		return keyspace.Verdict{Reply: func(w reply.Writer) { w.BulkString(sentinelID) }}
	case len(c.Args) == 3:
		return s.aboutMaster(sub, string(c.Args[2]))
	}
	return keyspace.Verdict{Error: reply.UnknownSubcommand(c.Args[1], "SENTINEL")}
}

// sentinelID is the run id of the Sentinel.
const sentinelID = "5e0000000000000000000000000000000000005e"

// aboutMaster answers a sub-command whose argument is the name of a master.
func (s *Sentinel) aboutMaster(sub, name string) keyspace.Verdict {
	known := name == MasterName
	if sub == "get-master-addr-by-name" {
		return keyspace.Verdict{Reply: func(w reply.Writer) {
			if !known {
				w.NullArray()
				return
			}
			host, port, _ := net.SplitHostPort(s.servers[s.masterIndex()].addr)
			w.Array(2)
			w.BulkString(host)
			w.BulkString(port)
		}}
	}
	answers := map[string]func(w reply.Writer){
		"master":    s.masterFields,
		"replicas":  s.replicaFields,
		"slaves":    s.replicaFields,
		"sentinels": func(w reply.Writer) { w.Array(0) },
		"ckquorum": func(w reply.Writer) {
			w.Status("OK 1 usable Sentinels. Quorum and failover authorization can be reached")
		},
		"failover": func(w reply.Writer) {
			s.asked.Go(s.Failover)
			w.Status("OK")
		},
	}
	answer := answers[sub]
	switch {
	case answer == nil:
		return keyspace.Verdict{Error: reply.UnknownSubcommand([]byte(sub), "SENTINEL")}
	case !known:
		return keyspace.Verdict{Error: reply.ErrNoSuchMaster}
	}
	return keyspace.Verdict{Reply: answer}
}

// masterFields describes the master. Redis: addReplySentinelRedisInstance, the fields that clients
// read.
func (s *Sentinel) masterFields(w reply.Writer) {
	s.mu.Lock()
	master, epoch := s.servers[s.master], s.epoch
	s.mu.Unlock()
	host, port, _ := net.SplitHostPort(master.addr)
	writeFields(w, "name", MasterName, "ip", host, "port", port, "runid", master.runID(),
		"flags", "master", "link-pending-commands", "0", "link-refcount", "1",
		"last-ping-sent", "0", "last-ok-ping-reply", "0", "last-ping-reply", "0",
		"down-after-milliseconds", "30000", "role-reported", "master",
		"config-epoch", fmt.Sprint(epoch), "num-slaves", "1", "num-other-sentinels", "0",
		"quorum", "1", "failover-timeout", "180000", "parallel-syncs", "1")
}

// replicaFields lists the one replica.
func (s *Sentinel) replicaFields(w reply.Writer) {
	s.mu.Lock()
	master, replica := s.servers[s.master], s.servers[1-s.master]
	s.mu.Unlock()
	host, port, _ := net.SplitHostPort(replica.addr)
	masterHost, masterPort, _ := net.SplitHostPort(master.addr)
	w.Array(1)
	writeFields(w, "name", replica.addr, "ip", host, "port", port, "runid", replica.runID(),
		"flags", "slave", "link-pending-commands", "0", "link-refcount", "1",
		"last-ping-sent", "0", "last-ok-ping-reply", "0", "last-ping-reply", "0",
		"down-after-milliseconds", "30000", "role-reported", "slave",
		"master-link-down-time", "0", "master-link-status", "ok",
		"master-host", masterHost, "master-port", masterPort,
		"slave-priority", "100", "slave-repl-offset", "0", "replica-announced", "1")
}

// portNumber is a port that is known to be one.
func portNumber(port string) int {
	n, _ := strconv.Atoi(port)
	return n
}

// runID tells the server apart from others.
func (f *follower) runID() string { return fmt.Sprintf("%040x", f.index+1) }

// writeFields replies with a map of texts.
func writeFields(w reply.Writer, pairs ...string) {
	w.Map(len(pairs) / 2)
	for _, text := range pairs {
		w.BulkString(text)
	}
}
