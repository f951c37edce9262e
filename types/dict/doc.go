// Package dict is the hash table of every keyspace, hash, set and sorted set.
package dict
