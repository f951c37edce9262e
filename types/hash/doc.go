// Package hash is the hash: fields, each with a value.
//
// # What it is
//
// The value behind HSET and its family. A small hash is a listpack, the very bytes of Redis; a
// larger one is a hash table. What is asked of a hash is answered the same way by both.
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
// # Terminology
//
//	pair     a field and its value
//	limits   how many fields a listpack may have, and how long they and the values may be
//
// # Invariants
//
//	I1  a listpack is valid, has an even number of entries, and lies in the smallest block for it
//	I2  no field stands in a listpack twice
//	I3  the table of a hashtable holds each field once
//	I4  a node's hash is that of its field under the Seed of the environment
//	I5  the header counts the bytes of the nodes
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
// # Room for the deadlines of fields
//
// Redis 7.4 can give a field a deadline. The first byte of a node's field length has a value that
// says "a deadline follows" (timedMark), which no length uses: an index of 4 bytes into a heap of
// the hash's deadlines would stand there, and then the length as usual. So a field without a
// deadline pays nothing for those that have one. Giving a deadline moves the node, as a longer
// value does. In a listpack, a third entry behind each value holds the deadline, as in Redis
// (listpackex), under an Encoding of its own; and the header of the table has room for the heap,
// which a hash without deadlines leaves empty.
//
// # Complexity
//
// As a hashtable: Get, Set, Delete, Random O(1); Each and Free O(n); Sample O(k) for k much
// smaller than n, else O(n); Len, MemoryUsage O(1). As a listpack everything is O(n), with an n
// that Limits bound.
//
// # Limits
//
// A field and a value have less than 4 GiB each, a listpack at most listpack.MaxBytes. The Go heap
// is used by a Sample of few pairs, for what was drawn already, by a walk over a listpack, for
// digits, and by FromListpack.
//
// # Sources and differences
//
// Redis 7.0.15's t_hash.c by Salvatore Sanfilippo, for behaviour and names. There field and value
// are blocks of their own beside the dictionary's entry.
package hash
