// Package stream is the stream: a log of entries, each a list of fields and values under an id that
// grows, and the groups of consumers that read it together.
//
// # What it is
//
// The value behind XADD and its family. A stream is an arena.Ref in the entry of its key: the
// block of its header, which never moves, so that a change leaves the key's entry alone. Stream is
// a view that binds it to the environment for the length of a command.
//
// # The picture
//
//	header   | length | last id, first id, ... | blocks | groups |
//	                                               v        v
//	                            tree of blocks by id        tree of groups by name
//
//	block    | links | id | listpack: master entry, entry, entry, ... |
//
//	group    | links | last id | pending | consumers | name |
//	                                v          v
//	                      tree by id           tree of consumers by name
//	                                v                     v
//	pending  | links in the group | links in the consumer | id | time | count | consumer |
//
// # Terminology
//
//	id       milliseconds and a sequence number, 128 bits; see ID
//	block    the entries of one listpack, and the id that they count from
//	master   what stands first in a listpack: how many entries live, how many are deleted, and
//	         the fields of the first one, which the others refer to if theirs are the same
//	tombstone  an entry that is marked as deleted
//	group    a position in the stream, and the entries delivered since and not acknowledged
//	pending  such an entry: Redis's NACK. It is in the list of its group and in that of a consumer
//	entries-added, entries-read  logical counters, of which a group's lag is estimated
//
// # The listpack
//
// It is Redis's, byte for byte, so that DUMP writes the blocks as they are:
//
//	master   count, deleted, n, field 1 ... field n, 0
//	entry    flags, ms - block's ms, seq - block's seq, n, field 1, value 1 ... value n, size
//	same     flags, ms - block's ms, seq - block's seq, value 1 ... value n, size
//
// The size counts the elements of the entry before it, so that a walk can go back; the 0 of the
// master ends such a walk. The flags tell whether the entry is deleted, and whether it is of the
// form that leaves its fields to the master.
//
// # Invariants
//
//	I1  a block holds a listpack of the form above, and at least one entry, deleted or
//	    not
//	I2  the ids of blocks grow, and those of the entries that live, none of which is below its
//	    block's id, or above the next block's
//	I3  the header counts the entries that live; no id is above its last one
//	I4  the header's first id is that of the first entry that lives, 0-0 if there is none
//	I5  the tail is the last block
//	I6  an entry pending in a group is in the list of exactly one consumer, of that group
//	I7  the header counts the allocations of the stream and their bytes, a group those of its own
//
// # How it works
//
// An entry goes to the tail, which the header knows: no search. A full block gets a successor.
// A block lies in one allocation with its links, in the smallest size class that holds it, and
// moves when it grows out of that; above 32 KiB it gets an eighth more, so that a block without
// limits, too, is copied a bounded number of times for each of its bytes.
//
// A range begins at the block with the largest id that is not above its start, and walks. XDEL
// marks the entry; a block goes when its last entry does. XTRIM frees whole blocks, and marks
// entries in the one that is left over.
//
// The lag of a group is entries-added minus entries-read, where nothing that the group has still
// to read can have been deleted; else the counters are compared at the first or the last entry, and
// elsewhere it is unknown.
//
// RadixNodes is how many nodes the radix tree of a redis-server would have for the same blocks,
// which XINFO shows. It follows from the ids alone.
//
// # Complexity
//
// Add: O(1) and O(log blocks) for a new one. Delete, the start of a range, Pending: O(log n) and a
// walk in one block. Trim: O(blocks freed). Groups and consumers: O(log n). RadixNodes: O(blocks).
// Free: O(blocks + pending). Len, MemoryUsage, FreeEffort: O(1).
//
// # Limits
//
// The fields and values of an entry have at most MaxEntryBytes, a block at most that and one entry.
//
// # Sources and differences
//
// Redis 7.0.15's t_stream.c by Salvatore Sanfilippo, with the counters of Itamar Haber. Redis keeps
// blocks, groups, consumers and pending entries in radix trees; here they are nodes of AVL trees in
// their own allocations, a pending entry of two at once.
package stream
