// Package hash is the hash: fields, each with a value.
//
// # What it is
//
// The value behind HSET and its family. A small hash is a listpack, the very bytes of Redis; a
// larger one is a hash table. What is asked of a hash is answered the same way by both. A field may
// have a deadline; a hash that has had one is a timed hash, which is a bit larger.
//
// A hash is an arena.Ref and an Encoding byte in the entry of its key. Hash is a view that binds
// these two to the environment for the length of a command; a command that changes the hash
// stores both back.
//
// # The picture
//
//	listpack   one block     | header | field | value | field | value | ... | 0xFF |
//
//	hashtable  header block  | dict.Table | bytes of the nodes |
//	                              |
//	                           buckets
//	                              v
//	           node block    | Next Hash | length field | length value |
//	                           dict.Node
//
// A node is one block. One with a field of 12 bytes and a value of 16 takes 40 bytes and a bucket
// of 4; Redis needs a dictionary entry, two strings and a bucket of 8 for it, 80 bytes.
//
//	listpackex  header | listpack, Index |  ->  | field value deadline | ... | 0xFF |
//
//	timed       header | dict.Table | bytes of the nodes | avl.Tree | Index |
//	hashtable                                                 v
//	            node   | Next Hash | 0xFE deadline | avl.Node | length field | length value |
//
// # Terminology
//
//	pair     a field and its value
//	deadline when a field expires, in milliseconds since 1970; 0: never
//	timed    of a hash: its fields may have deadlines. Of a node: it has one
//	limits   how many fields a listpack may have, and how long they and the values may be
//
// # Invariants
//
//	I1  a listpack is valid, has an even number of entries, and lies in the smallest block for it
//	I2  no field stands in a listpack twice
//	I3  the table of a hashtable holds each field once
//	I4  a node's hash is that of its field under the Seed of the environment
//	I5  the header counts the bytes of the nodes
//	I6  a timed listpack has an integer behind each value, the fields stand in the order of these,
//	    and those without a deadline at the end
//	I7  the timed nodes of a table are those in its tree, in the order of their deadlines
//
// # How it works
//
// A new value is written over the old one if the node's size class stays the same; else the node
// moves, and takes its own place in the chain.
//
// A hash starts as a listpack, and becomes a hashtable when a field or a value is too long for
// Limits, or when there are too many fields after a Set, and stays one. Redis: hashTypeSet, which
// counts the fields also when it has only changed a value: a limit that has become smaller is
// noticed then.
//
// Fields and values go in and out as text. A listpack stores what is spelled as an integer as
// one, and writes the digits into a scratch buffer of the caller when asked for it.
//
// Random draws one pair, each with the same chance from a listpack, and as dict.Random does it
// from a table. Sample draws several different ones, every combination with the same chance: if
// many are asked for, by one walk over the hash in which each pair is taken with the chance
// (still wanted) / (still to come), Knuth's algorithm S; if few, by drawing and drawing again
// what was drawn before.
//
// # Deadlines
//
// A field without a deadline pays nothing for those that have one, and a hash that never had one
// pays nothing at all: it has the encodings, and the very bytes, of a hash that knows no deadlines.
// The first deadline makes it timed, which is O(1) for a table, as only the header moves, and a
// walk for a listpack. It stays timed when the last deadline is gone.
//
// A timed listpack is Redis's listpackex. A node of a table with a deadline is 24 bytes longer: the
// first byte of its field length is timedMark, which is no length, seven bytes hold the deadline,
// and an avl.Node follows. So the code that reads a node passes over a deadline where it would have
// met a long field, and not on its way to a short one. A heap would take 16 bytes for each, but
// lie in a block of its own, that grows by copying; a tree gives the earliest deadline in O(log n)
// too, and grows with the nodes.
//
// What has expired is still there until DeleteDue: this package knows no clock. NextDeadline says
// when to call it, and Index is where the caller keeps the place of the hash among its like.
//
// # Complexity
//
// As a hashtable: Get, Set, Delete, Random O(1); Each and Free O(n); Sample O(k) for k much
// smaller than n, else O(n); Len, MemoryUsage O(1). As a listpack everything is O(n), with an n
// that Limits bound. As a timed hashtable SetDeadline, Persist, NextDeadline, DeleteDue and Delete
// of a timed field are O(log n). Measured with a million fields, on a shared core of an EPYC:
// 1.4 us to give a random field a deadline, 0.5 us to delete the next one that is due.
//
// # Limits
//
// Deadlines are from 1 to MaxDeadlineMs, Redis's limit.
// A field and a value have less than 4 GiB each, a listpack at most listpack.MaxBytes. The Go heap
// is used by a Sample of few pairs, for what was drawn already, by a walk over a listpack, for
// digits, and by FromListpack.
//
// # Sources and differences
//
// Redis 7.0.15's t_hash.c by Salvatore Sanfilippo, for behaviour and names. There field and value
// are blocks of their own beside the dictionary's entry. Redis 7.4 for deadlines; it keeps those of
// a table in buckets of 16 (ebuckets), and its length counts fields that have expired and have not
// been deleted.
package hash
