package command

import (
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// The commands of a cluster, to a server that is in none: clients ask to find out.

var clusterSpec = keyspace.Spec{
	Name: "cluster", Group: keyspace.Cluster, Since: "3.0.0", Arity: -2,
	Summary:    "A container for cluster commands",
	Complexity: "Depends on subcommand.",
	Sub: []*keyspace.Spec{
		{
			Name: "addslots", Group: keyspace.Cluster, Since: "3.0.0", Arity: -3,
			Syntax:     "slot{*}",
			Flags:      keyspace.Admin | keyspace.Stale | keyspace.NoAsyncLoading,
			Summary:    "Assign new hash slots to receiving node",
			Complexity: "O(N) where N is the total number of hash slot arguments",
			Run:        clusterDisabledCommand,
		},
		{
			Name: "addslotsrange", Group: keyspace.Cluster, Since: "7.0.0", Arity: -4,
			Syntax:  "(start-slot end-slot){*}",
			Flags:   keyspace.Admin | keyspace.Stale | keyspace.NoAsyncLoading,
			Summary: "Assign new hash slots to receiving node",
			Complexity: "O(N) where N is the total number of the slots between the start" +
				" slot and end slot arguments.",
			Run: clusterDisabledCommand,
		},
		{
			Name: "bumpepoch", Group: keyspace.Cluster, Since: "3.0.0", Arity: 2,
			Flags:   keyspace.Admin | keyspace.Stale | keyspace.NoAsyncLoading,
			Tips:    []string{"nondeterministic_output"},
			Summary: "Advance the cluster config epoch", Complexity: "O(1)",
			Run: clusterDisabledCommand,
		},
		{
			Name: "count-failure-reports", Group: keyspace.Cluster, Since: "3.0.0", Arity: 3,
			Syntax:     "node-id",
			Flags:      keyspace.Admin | keyspace.Stale,
			Tips:       []string{"nondeterministic_output"},
			Summary:    "Return the number of failure reports active for a given node",
			Complexity: "O(N) where N is the number of failure reports",
			Run:        clusterDisabledCommand,
		},
		{
			Name: "countkeysinslot", Group: keyspace.Cluster, Since: "3.0.0", Arity: 3,
			Syntax:  "slot",
			Flags:   keyspace.Stale,
			Summary: "Return the number of local keys in the specified hash slot", Complexity: "O(1)",
			Run: clusterDisabledCommand,
		},
		{
			Name: "delslots", Group: keyspace.Cluster, Since: "3.0.0", Arity: -3,
			Syntax:     "slot{*}",
			Flags:      keyspace.Admin | keyspace.Stale | keyspace.NoAsyncLoading,
			Summary:    "Set hash slots as unbound in receiving node",
			Complexity: "O(N) where N is the total number of hash slot arguments",
			Run:        clusterDisabledCommand,
		},
		{
			Name: "delslotsrange", Group: keyspace.Cluster, Since: "7.0.0", Arity: -4,
			Syntax:  "(start-slot end-slot){*}",
			Flags:   keyspace.Admin | keyspace.Stale | keyspace.NoAsyncLoading,
			Summary: "Set hash slots as unbound in receiving node",
			Complexity: "O(N) where N is the total number of the slots between the start" +
				" slot and end slot arguments.",
			Run: clusterDisabledCommand,
		},
		{
			Name: "failover", Group: keyspace.Cluster, Since: "3.0.0", Arity: -2,
			Syntax:  "[FORCE | TAKEOVER]{options}",
			Flags:   keyspace.Admin | keyspace.Stale | keyspace.NoAsyncLoading,
			Summary: "Forces a replica to perform a manual failover of its master.", Complexity: "O(1)",
			Run: clusterDisabledCommand,
		},
		{
			Name: "flushslots", Group: keyspace.Cluster, Since: "3.0.0", Arity: 2,
			Flags:   keyspace.Admin | keyspace.Stale | keyspace.NoAsyncLoading,
			Summary: "Delete a node's own slots information", Complexity: "O(1)",
			Run: clusterDisabledCommand,
		},
		{
			Name: "forget", Group: keyspace.Cluster, Since: "3.0.0", Arity: 3,
			Syntax:  "node-id",
			Flags:   keyspace.Admin | keyspace.Stale | keyspace.NoAsyncLoading,
			Summary: "Remove a node from the nodes table", Complexity: "O(1)",
			Run: clusterDisabledCommand,
		},
		{
			Name: "getkeysinslot", Group: keyspace.Cluster, Since: "3.0.0", Arity: 4,
			Syntax:     "slot count",
			Flags:      keyspace.Stale,
			Tips:       []string{"nondeterministic_output"},
			Summary:    "Return local key names in the specified hash slot",
			Complexity: "O(log(N)) where N is the number of requested keys",
			Run:        clusterDisabledCommand,
		},
		{
			Name: "help", Group: keyspace.Cluster, Since: "5.0.0", Arity: 2,
			Flags:   keyspace.Loading | keyspace.Stale,
			Summary: "Show helpful text about the different subcommands", Complexity: "O(1)",
			Run: clusterDisabledCommand,
		},
		{
			Name: "info", Group: keyspace.Cluster, Since: "3.0.0", Arity: 2,
			Flags:   keyspace.Stale,
			Tips:    []string{"nondeterministic_output"},
			Summary: "Provides info about Redis Cluster node state", Complexity: "O(1)",
			Run: clusterDisabledCommand,
		},
		{
			Name: "keyslot", Group: keyspace.Cluster, Since: "3.0.0", Arity: 3,
			Syntax:     "key{:string}",
			Flags:      keyspace.Stale,
			Summary:    "Returns the hash slot of the specified key",
			Complexity: "O(N) where N is the number of bytes in the key",
			Run:        clusterDisabledCommand,
		},
		{
			Name: "links", Group: keyspace.Cluster, Since: "7.0.0", Arity: 2,
			Flags:      keyspace.Stale,
			Tips:       []string{"nondeterministic_output"},
			Summary:    "Returns a list of all TCP links to and from peer nodes in cluster",
			Complexity: "O(N) where N is the total number of Cluster nodes",
			Run:        clusterDisabledCommand,
		},
		{
			Name: "meet", Group: keyspace.Cluster, Since: "3.0.0", Arity: -4,
			Syntax:  "ip port [cluster_bus_port{@4.0.0}]",
			Flags:   keyspace.Admin | keyspace.Stale | keyspace.NoAsyncLoading,
			Summary: "Force a node cluster to handshake with another node", Complexity: "O(1)",
			History: []keyspace.Change{
				{Version: "4.0.0", Text: "Added the optional `cluster_bus_port` argument."},
			},
			Run: clusterDisabledCommand,
		},
		{
			Name: "myid", Group: keyspace.Cluster, Since: "3.0.0", Arity: 2,
			Flags:   keyspace.Stale,
			Summary: "Return the node id", Complexity: "O(1)",
			Run: clusterDisabledCommand,
		},
		{
			Name: "nodes", Group: keyspace.Cluster, Since: "3.0.0", Arity: 2,
			Flags:      keyspace.Stale,
			Tips:       []string{"nondeterministic_output"},
			Summary:    "Get Cluster config for the node",
			Complexity: "O(N) where N is the total number of Cluster nodes",
			Run:        clusterDisabledCommand,
		},
		{
			Name: "replicas", Group: keyspace.Cluster, Since: "5.0.0", Arity: 3,
			Syntax:  "node-id",
			Flags:   keyspace.Admin | keyspace.Stale,
			Tips:    []string{"nondeterministic_output"},
			Summary: "List replica nodes of the specified master node", Complexity: "O(1)",
			Run: clusterDisabledCommand,
		},
		{
			Name: "replicate", Group: keyspace.Cluster, Since: "3.0.0", Arity: 3,
			Syntax:  "node-id",
			Flags:   keyspace.Admin | keyspace.Stale | keyspace.NoAsyncLoading,
			Summary: "Reconfigure a node as a replica of the specified master node", Complexity: "O(1)",
			Run: clusterDisabledCommand,
		},
		{
			Name: "reset", Group: keyspace.Cluster, Since: "3.0.0", Arity: -2,
			Syntax:  "[HARD | SOFT]{hard_soft}",
			Flags:   keyspace.Admin | keyspace.NoScript | keyspace.Stale,
			Summary: "Reset a Redis Cluster node",
			Complexity: "O(N) where N is the number of known nodes. The command may" +
				" execute a FLUSHALL as a side effect.",
			Run: clusterDisabledCommand,
		},
		{
			Name: "saveconfig", Group: keyspace.Cluster, Since: "3.0.0", Arity: 2,
			Flags:   keyspace.Admin | keyspace.Stale | keyspace.NoAsyncLoading,
			Summary: "Forces the node to save cluster state on disk", Complexity: "O(1)",
			Run: clusterDisabledCommand,
		},
		{
			Name: "set-config-epoch", Group: keyspace.Cluster, Since: "3.0.0", Arity: 3,
			Syntax:  "config-epoch",
			Flags:   keyspace.Admin | keyspace.Stale | keyspace.NoAsyncLoading,
			Summary: "Set the configuration epoch in a new node", Complexity: "O(1)",
			Run: clusterDisabledCommand,
		},
		{
			Name: "setslot", Group: keyspace.Cluster, Since: "3.0.0", Arity: -4,
			Syntax: "slot <IMPORTING node-id | MIGRATING node-id | NODE node-id |" +
				" STABLE>{subcommand}",
			Flags:   keyspace.Admin | keyspace.Stale | keyspace.NoAsyncLoading,
			Summary: "Bind a hash slot to a specific node", Complexity: "O(1)",
			Run: clusterDisabledCommand,
		},
		{
			Name: "shards", Group: keyspace.Cluster, Since: "7.0.0", Arity: 2,
			Flags:      keyspace.Stale,
			Tips:       []string{"nondeterministic_output"},
			Summary:    "Get array of cluster slots to node mappings",
			Complexity: "O(N) where N is the total number of cluster nodes",
			Run:        clusterDisabledCommand,
		},
		{
			Name: "slaves", Group: keyspace.Cluster, Since: "3.0.0", Arity: 3,
			Syntax:  "node-id",
			Flags:   keyspace.Admin | keyspace.Stale,
			Tips:    []string{"nondeterministic_output"},
			Summary: "List replica nodes of the specified master node", Complexity: "O(1)",
			Deprecated: "5.0.0", ReplacedBy: "`CLUSTER REPLICAS`",
			Run: clusterDisabledCommand,
		},
		{
			Name: "slots", Group: keyspace.Cluster, Since: "3.0.0", Arity: 2,
			Flags:      keyspace.Stale,
			Tips:       []string{"nondeterministic_output"},
			Summary:    "Get array of Cluster slot to node mappings",
			Complexity: "O(N) where N is the total number of Cluster nodes",
			Deprecated: "7.0.0", ReplacedBy: "`CLUSTER SHARDS`",
			History: []keyspace.Change{
				{Version: "4.0.0", Text: "Added node IDs."},
				{Version: "7.0.0", Text: "Added additional networking metadata field."},
			},
			Run: clusterDisabledCommand,
		},
	},
}

// clusterDisabledCommand is every sub-command of CLUSTER, HELP included, and what a client says to
// a node before it asks for data of another one.
func clusterDisabledCommand(c *keyspace.Ctx) { c.Error(reply.ErrClusterDisabled) }

var readonlySpec = keyspace.Spec{
	Name: "readonly", Group: keyspace.Cluster, Since: "3.0.0", Arity: 1,
	Flags:   keyspace.Loading | keyspace.Stale | keyspace.Fast,
	ACL:     keyspace.CatConnection,
	Summary: "Enables read queries for a connection to a cluster replica node", Complexity: "O(1)",
	Run: clusterDisabledCommand,
}

var readwriteSpec = keyspace.Spec{
	Name: "readwrite", Group: keyspace.Cluster, Since: "3.0.0", Arity: 1,
	Flags:   keyspace.Loading | keyspace.Stale | keyspace.Fast,
	ACL:     keyspace.CatConnection,
	Summary: "Disables read queries for a connection to a cluster replica node", Complexity: "O(1)",
	Run: clusterDisabledCommand,
}

var askingSpec = keyspace.Spec{
	Name: "asking", Group: keyspace.Cluster, Since: "3.0.0", Arity: 1,
	Flags:   keyspace.Fast,
	ACL:     keyspace.CatConnection,
	Summary: "Sent by cluster clients after an -ASK redirect", Complexity: "O(1)",
	Run: clusterDisabledCommand,
}
