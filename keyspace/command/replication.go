package command

import (
	"math"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/num"
)

// The commands of replication, to a server without replicas that is nobody's replica.

var roleSpec = keyspace.Spec{
	Name: "role", Group: keyspace.Server, Since: "2.8.12", Arity: 1,
	Flags:      keyspace.NoScript | keyspace.Loading | keyspace.Stale | keyspace.Fast,
	ACL:        keyspace.CatAdmin | keyspace.CatDangerous,
	Summary:    "Return the role of the instance in the context of replication",
	Complexity: "O(1)",
	Run:        roleCommand,
}

func roleCommand(c *keyspace.Ctx) {
	c.Reply.Array(3)
	c.Reply.BulkString("master")
	c.Reply.Int(0)
	c.Reply.Array(0)
}

var replicaofSpec = keyspace.Spec{
	Name: "replicaof", Group: keyspace.Server, Since: "5.0.0", Arity: 3,
	Syntax:     "<(host port){host-port} | (NO ONE){no-one}>{args}",
	Flags:      keyspace.Admin | keyspace.NoScript | keyspace.Stale | keyspace.NoAsyncLoading,
	Summary:    "Make the server a replica of another instance, or promote it as master.",
	Complexity: "O(1)",
	Run:        replicaofCommand,
}

var slaveofSpec = keyspace.Spec{
	Name: "slaveof", Group: keyspace.Server, Since: "1.0.0", Arity: 3,
	Syntax:     "<(host port){host-port} | (NO ONE){no-one}>{args}",
	Flags:      keyspace.Admin | keyspace.NoScript | keyspace.Stale | keyspace.NoAsyncLoading,
	Summary:    "Make the server a replica of another instance, or promote it as master.",
	Complexity: "O(1)",
	Deprecated: "5.0.0", ReplacedBy: "`REPLICAOF`",
	Run: replicaofCommand,
}

// replicaofCommand is REPLICAOF and SLAVEOF. The server is a master already; to become a replica is
// refused.
func replicaofCommand(c *keyspace.Ctx) {
	if equalFold(c.Args[1], "NO") && equalFold(c.Args[2], "ONE") {
		c.OK()
		return
	}
	port, ok := num.ParseInt(c.Args[2])
	if !ok || port < 0 || port > math.MaxUint16 {
		c.Error(reply.ErrMasterPort)
		return
	}
	c.Error(reply.ErrNoReplication)
}

var failoverSpec = keyspace.Spec{
	Name: "failover", Group: keyspace.Server, Since: "6.2.0", Arity: -1,
	Syntax:     "[TO (host port [FORCE]){target}] [ABORT] [TIMEOUT milliseconds]",
	Flags:      keyspace.Admin | keyspace.NoScript | keyspace.Stale,
	Summary:    "Start a coordinated failover between this server and one of its replicas.",
	Complexity: "O(1)",
	Run:        failoverCommand,
}

func failoverCommand(c *keyspace.Ctx) {
	abort, hasTarget, hasTimeout := false, false, false
	for a := newCursor(c.Args, 1); a.More(); {
		switch {
		case len(c.Args) == 2 && a.Is("ABORT"):
			abort = true
		case !hasTimeout && a.IsWith("TIMEOUT", 1):
			hasTimeout = true
			ms, ok := a.Int()
			if !ok {
				c.Error(reply.ErrNotInteger)
				return
			}
			if ms <= 0 {
				c.Error(reply.ErrFailoverTimeout)
				return
			}
		case !hasTarget && a.IsWith("TO", 2):
			hasTarget = true
			a.Arg()
			if _, ok := a.Int(); !ok {
				c.Error(reply.ErrNotInteger)
				return
			}
		case a.Is("FORCE"):
		default:
			c.Error(reply.ErrSyntax)
			return
		}
	}
	if abort {
		c.Error(reply.ErrNoFailover)
		return
	}
	c.Error(reply.ErrNoReplicas)
}

var syncSpec = keyspace.Spec{
	Name: "sync", Group: keyspace.Server, Since: "1.0.0", Arity: 1,
	Flags:   keyspace.Admin | keyspace.NoScript | keyspace.NoAsyncLoading | keyspace.NoMulti,
	Summary: "Internal command used for replication",
	Run:     syncCommand,
}

var psyncSpec = keyspace.Spec{
	Name: "psync", Group: keyspace.Server, Since: "2.8.0", Arity: -3,
	Syntax:  "replicationid offset",
	Flags:   keyspace.Admin | keyspace.NoScript | keyspace.NoAsyncLoading | keyspace.NoMulti,
	Summary: "Internal command used for replication",
	Run:     syncCommand,
}

// syncCommand is SYNC and PSYNC: the data can't be had this way.
func syncCommand(c *keyspace.Ctx) { c.Error(reply.ErrNoReplication) }

var replconfSpec = keyspace.Spec{
	Name: "replconf", Group: keyspace.Server, Since: "3.0.0", Arity: -1,
	Flags:   adminFlags | keyspace.AllowBusy,
	Summary: "An internal command for configuring the replication stream", Complexity: "O(1)",
	Syscmd: true,
	Run:    replconfCommand,
}

// replconfCommand takes what a replica tells of itself before it asks for the data. The
// acknowledgements of a replica are not replied to.
func replconfCommand(c *keyspace.Ctx) {
	if len(c.Args)%2 == 0 {
		c.Error(reply.ErrSyntax)
		return
	}
	for a := newCursor(c.Args, 1); a.More(); {
		name := a.Arg()
		value := a.Arg()
		switch {
		case equalFold(name, "ACK"), equalFold(name, "GETACK"):
			return
		case equalFold(name, "IP-ADDRESS"), equalFold(name, "CAPA"):
		case equalFold(name, "LISTENING-PORT"), equalFold(name, "RDB-ONLY"):
			if _, ok := num.ParseInt(value); !ok {
				c.Error(reply.ErrNotInteger)
				return
			}
		case equalFold(name, "RDB-FILTER-ONLY"):
			if len(value) > 0 && !equalFold(value, "FUNCTIONS") {
				c.Error(reply.UnsupportedFilter(value))
				return
			}
		default:
			c.Error(reply.UnrecognizedReplconf(name))
			return
		}
	}
	c.OK()
}

var waitSpec = keyspace.Spec{
	Name: "wait", Group: keyspace.Generic, Since: "3.0.0", Arity: 3,
	Syntax: "numreplicas timeout{:integer}",
	Flags:  keyspace.NoScript,
	ACL:    keyspace.CatConnection,
	Tips:   []string{"request_policy:all_shards", "response_policy:agg_min"},
	Summary: "Wait for the synchronous replication of all the write commands sent in the" +
		" context of the current connection", Complexity: "O(1)",
	Run: waitCommand,
}

// waitCommand waits for the end of its timeout, unless it asks for no replica.
func waitCommand(c *keyspace.Ctx) {
	replicas, ok := num.ParseInt(c.Args[1])
	if !ok {
		c.Error(reply.ErrNotInteger)
		return
	}
	ms, err := parseAcksTimeout(c.Args[2])
	if err != "" {
		c.Error(err)
		return
	}
	waitForAcks(c, replicas, ms, func(c *keyspace.Ctx) { c.Reply.Int(0) })
}

var waitaofSpec = keyspace.Spec{
	Name: "waitaof", Group: keyspace.Generic, Since: "7.2.0", Arity: 4,
	Syntax: "numlocal{:integer} numreplicas{:integer} timeout{:integer}",
	Flags:  keyspace.NoScript,
	ACL:    keyspace.CatConnection,
	Tips:   []string{"request_policy:all_shards", "response_policy:agg_min"},
	Summary: "Blocks until all of the preceding write commands sent by the connection are" +
		" written to the append-only file of the master and/or replicas.", Complexity: "O(1)",
	Run: waitaofCommand,
}

// waitaofCommand waits as WAIT does. There is no append-only file here, which only one who asks for
// no local one may ignore.
func waitaofCommand(c *keyspace.Ctx) {
	local, ok := num.ParseInt(c.Args[1])
	switch {
	case !ok:
		c.Error(reply.ErrNotInteger)
		return
	case local < 0 || local > 1:
		c.Error(reply.IntegerRange(0, 1))
		return
	}
	replicas, ok := num.ParseInt(c.Args[2])
	if !ok || replicas < 0 {
		c.Error(reply.ErrNotPositive)
		return
	}
	ms, err := parseAcksTimeout(c.Args[3])
	if err != "" {
		c.Error(err)
		return
	}
	if local > 0 {
		c.Error(reply.ErrNoAppendOnly)
		return
	}
	waitForAcks(c, replicas, ms, func(c *keyspace.Ctx) {
		c.Reply.Array(2)
		c.Reply.Int(0)
		c.Reply.Int(0)
	})
}

// parseAcksTimeout parses the milliseconds that WAIT and WAITAOF wait at most; 0 is for ever.
func parseAcksTimeout(arg []byte) (ms int64, err reply.Error) {
	ms, ok := num.ParseInt(arg)
	switch {
	case !ok:
		return 0, reply.ErrPauseTimeout
	case ms < 0:
		return 0, reply.ErrTimeoutNegative
	}
	return ms, ""
}

// waitForAcks waits for a number of replicas, of which none will ever answer.
func waitForAcks(c *keyspace.Ctx, replicas, ms int64, answer func(c *keyspace.Ctx)) {
	if replicas <= 0 || !c.MayBlock() {
		answer(c)
		return
	}
	wait := keyspace.Wait{TimeOver: answer}
	if ms > 0 {
		wait.DeadlineMs = c.NowMs + min(ms, math.MaxInt64-c.NowMs)
	}
	c.Block(wait)
}

var lastsaveSpec = keyspace.Spec{
	Name: "lastsave", Group: keyspace.Server, Since: "1.0.0", Arity: 1,
	Flags:   keyspace.Loading | keyspace.Stale | keyspace.Fast,
	ACL:     keyspace.CatAdmin | keyspace.CatDangerous,
	Tips:    []string{"nondeterministic_output"},
	Summary: "Get the UNIX time stamp of the last successful save to disk", Complexity: "O(1)",
	Run: lastsaveCommand,
}

// lastsaveCommand replies with the time of the start: nothing has been saved since.
func lastsaveCommand(c *keyspace.Ctx) { c.Reply.Int(c.Engine.LastSave()) }
