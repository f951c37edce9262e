package command

import (
	"strings"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/num"
)

var memorySpec = keyspace.Spec{
	Name: "memory", Group: keyspace.Server, Since: "4.0.0", Arity: -2,
	Summary:    "A container for memory diagnostics commands",
	Complexity: "Depends on subcommand.",
	Sub: []*keyspace.Spec{
		{
			Name: "doctor", Group: keyspace.Server, Since: "4.0.0", Arity: 2,
			Tips: []string{
				"nondeterministic_output", "request_policy:all_shards", "response_policy:special",
			},
			Summary: "Outputs memory problems report", Complexity: "O(1)",
			Run: memoryDoctorCommand,
		},
		{
			Name: "help", Group: keyspace.Server, Since: "4.0.0", Arity: 2,
			Flags:   keyspace.Loading | keyspace.Stale,
			Summary: "Show helpful text about the different subcommands", Complexity: "O(1)",
			Run: memoryHelpCommand,
		},
		{
			Name: "malloc-stats", Group: keyspace.Server, Since: "4.0.0", Arity: 2,
			Tips: []string{
				"nondeterministic_output", "request_policy:all_shards", "response_policy:special",
			},
			Summary:    "Show allocator internal stats",
			Complexity: "Depends on how much memory is allocated, could be slow",
			Run:        memoryMallocStatsCommand,
		},
		{
			Name: "purge", Group: keyspace.Server, Since: "4.0.0", Arity: 2,
			Tips:       []string{"request_policy:all_shards", "response_policy:all_succeeded"},
			Summary:    "Ask the allocator to release memory",
			Complexity: "Depends on how much memory is allocated, could be slow",
			Run:        memoryPurgeCommand,
		},
		{
			Name: "stats", Group: keyspace.Server, Since: "4.0.0", Arity: 2,
			Tips: []string{
				"nondeterministic_output", "request_policy:all_shards", "response_policy:special",
			},
			Summary: "Show memory usage details", Complexity: "O(1)",
			Run: memoryStatsCommand,
		},
		{
			Name: "usage", Group: keyspace.Server, Since: "4.0.0", Arity: -3,
			Syntax:     "key [SAMPLES count]",
			Flags:      keyspace.ReadOnly,
			Keys:       keyspace.KeyAt(2, keyspace.RO),
			Summary:    "Estimate the memory usage of a key",
			Complexity: "O(N) where N is the number of samples.",
			Run:        memoryUsageCommand,
		},
	},
}

// memoryUsageCommand replies with what a key and its value take up, exactly and in constant time:
// there is nothing to sample.
func memoryUsageCommand(c *keyspace.Ctx) {
	for a := newCursor(c.Args, 3); a.More(); {
		if !a.IsWith("SAMPLES", 1) {
			c.Error(reply.ErrSyntax)
			return
		}
		n, ok := num.ParseInt(a.Arg())
		if !ok {
			c.Error(reply.ErrNotInteger)
			return
		}
		if n < 0 {
			c.Error(reply.ErrSyntax)
			return
		}
	}
	e := c.DB.Peek(c.Args[2])
	if !e.Found() {
		c.Reply.Null()
		return
	}
	c.Reply.Int(e.MemoryUsage())
}

func memoryPurgeCommand(c *keyspace.Ctx) {
	c.Engine.PurgeMemory()
	c.OK()
}

func memoryMallocStatsCommand(c *keyspace.Ctx) {
	c.Reply.Verbatim("txt", c.Engine.ArenaReport())
}

func memoryStatsCommand(c *keyspace.Ctx) {
	m := c.Engine.Memory()
	fields := m.Stats()
	c.Reply.Map(len(fields) + len(m.DBs))
	for _, f := range fields {
		if f.Name == keyspace.StatsOverhead { // Redis: the databases stand before it
			for _, db := range m.DBs {
				replyTableOverhead(c, db)
			}
		}
		c.Reply.BulkString(f.Name)
		if f.IsRatio {
			c.Reply.Double(f.Ratio)
		} else {
			c.Reply.Int(f.N)
		}
	}
}

// replyTableOverhead is what a database needs beside its entries.
func replyTableOverhead(c *keyspace.Ctx, db keyspace.DBMemory) {
	c.Reply.BulkString(db.Name)
	c.Reply.Map(3)
	c.Reply.BulkString("overhead.hashtable.main")
	c.Reply.Int(db.Table)
	c.Reply.BulkString("overhead.hashtable.expires")
	c.Reply.Int(db.Expires)
	c.Reply.BulkString("overhead.hashtable.slot-to-keys")
	c.Reply.Int(0)
}

// What the doctor says. The texts are Redis's, after the film.
const (
	memoryEmpty = "Hi Sam, this instance is empty or is using very little memory, my issues" +
		" detector can't be used in these conditions. Please, leave for your mission on Earth and" +
		" fill it with some data. The new Sam and I will be back to our programming as soon as I" +
		" finished rebooting.\n"
	memoryFine = "Hi Sam, I can't find any memory issue in your instance. I can only account for" +
		" what occurs on this base.\n"
	memoryIssues = "Sam, I detected a few issues in this Redis instance memory implants:\n\n"
	memoryPeak   = " * Peak memory: In the past this instance used more than 150% the memory that is" +
		" currently using. The allocator is normally not able to release memory after a peak, so" +
		" you can expect to see a big fragmentation ratio, however this is actually harmless and is" +
		" only due to the memory peak, and if the Redis instance Resident Set Size (RSS) is" +
		" currently bigger than expected, the memory will be used as soon as you fill the Redis" +
		" instance with more data. If the memory peak was only occasional and you want to try to" +
		" reclaim memory, please try the MEMORY PURGE command, otherwise the only other option is" +
		" to shutdown and restart the instance.\n\n"
	memoryFragmented = " * High total RSS: This instance has a memory fragmentation and RSS overhead" +
		" greater than 1.4 (this means that the Resident Set Size of the Redis process is much" +
		" larger than the sum of the logical allocations Redis performed). This problem is usually" +
		" due either to a large peak memory (check if there is a peak memory entry above in the" +
		" report) or may result from a workload that causes the allocator to fragment memory a lot." +
		" If the problem is a large peak memory, then there is no issue. Otherwise, make sure you" +
		" are using the Jemalloc allocator and not the default libc malloc. Note: The currently" +
		" used allocator is \"ringer-arena\".\n\n"
	memoryClients = " * Big client buffers: The clients output buffers in this instance are greater" +
		" than 200K per client (on average). This may result from different causes, like Pub/Sub" +
		" clients subscribed to channels bot not receiving data fast enough, so that data piles on" +
		" the Redis instance output buffer, or clients sending commands with large replies or very" +
		" large sequences of commands in the same pipeline. Please use the CLIENT LIST command in" +
		" order to investigate the issue if it causes problems in your instance, or to understand" +
		" better why certain clients are using a big amount of memory.\n\n"
	memoryGoodbye = "I'm here to keep you safe, Sam. I want to help you.\n"
)

// The limits of what is well. Redis: getMemoryDoctorReport.
const (
	doctorEmptyBytes   = 5 << 20
	doctorRatio        = 1.4
	doctorRatioBytes   = 10 << 20
	doctorPeakRatio    = 1.5
	doctorClientsBytes = 200 << 10
)

func memoryDoctorCommand(c *keyspace.Ctx) {
	m := c.Engine.Memory()
	c.Reply.Verbatim("txt", memoryReport(&m))
}

func memoryReport(m *keyspace.Memory) string {
	if m.Total < doctorEmptyBytes {
		return memoryEmpty
	}
	var issues strings.Builder
	note := func(is bool, text string) {
		if is {
			issues.WriteString(text)
		}
	}
	note(float64(m.Peak) > doctorPeakRatio*float64(m.Total), memoryPeak)
	note(float64(m.Resident) > doctorRatio*float64(m.Total) &&
		m.Resident-m.Total > doctorRatioBytes, memoryFragmented)
	note(m.Clients > doctorClientsBytes*int64(max(m.Sessions, 1)), memoryClients)
	if issues.Len() == 0 {
		return memoryFine
	}
	return memoryIssues + issues.String() + memoryGoodbye
}

func memoryHelpCommand(c *keyspace.Ctx) {
	replyHelp(c,
		"DOCTOR",
		"    Return memory problems reports.",
		"MALLOC-STATS",
		"    Return internal statistics report from the memory allocator.",
		"PURGE",
		"    Attempt to purge dirty pages for reclamation by the allocator.",
		"STATS",
		"    Return information about the memory usage of the server.",
		"USAGE <key> [SAMPLES <count>]",
		"    Return memory in bytes used by <key> and its value. Nested values are",
		"    sampled up to <count> times (default: 5, 0 means sample all).",
	)
}
