// Package set is the set: members without an order, each once.
//
// # What it is
//
// The value behind SADD and its family. A small set of integers is an intset, the very bytes of
// Redis; any other one is a hash table. What is asked of a set is answered the same way by both.
//
// A set is an arena.Ref and an Encoding byte in the entry of its key. Set is a view that binds
// these two to the environment for the length of a command; a command that changes the set stores
// both back.
//
// # The picture
//
//	intset     one block     | width | count | member | member | ... |
//
//	hashtable  header block  | dict.Table | bytes of the nodes |
//	                              |
//	                           buckets
//	                              v
//	           node block    | Next Hash | length member |
//	                           dict.Node
//
// A node of a 14-byte member takes 24 bytes and a bucket of 4. Redis needs a dictionary entry, a
// string and a bucket of 8 for it, 48 bytes.
//
// # Terminology
//
//	member   a string; in an intset one that is an integer in its canonical spelling
//	limits   how many members an intset may have
//
// # Invariants
//
//	I1  an intset is valid, and lies in the smallest block for it
//	I2  the table of a hashtable holds each member once
//	I3  a node's hash is that of its member under the Seed of the environment
//	I4  the header counts the bytes of the nodes
//
// # How it works
//
// A set starts as an intset if its first member is an integer. It becomes a hashtable with the
// first member that is none, or when it has more members than Limits allow, and stays one. Redis:
// setTypeCreate, setTypeAdd.
//
// Members go in and out as text. An intset compares numbers, and writes the digits of a member
// that is asked for into a scratch buffer of the caller; as num.ParseInt accepts one spelling of
// each integer, these are the bytes that were added.
//
// Random draws one member, each with the same chance. Sample draws several different ones, every
// combination with the same chance: if many are asked for, by one walk over the set in which each
// member is taken with the chance (still wanted) / (still to come), Knuth's algorithm S; if few, by
// drawing and drawing again what was drawn before.
//
// # Complexity
//
// As a hashtable: Add, Remove, Contains, Random O(1); Each and Free O(n); Sample O(k) for k much
// smaller than n, else O(n); Len, MemoryUsage O(1). As an intset: Contains O(log n), Add and
// Remove a move of at most n integers, with an n that Limits bound.
//
// # Limits
//
// A member has less than 4 GiB. An intset has at most intset.MaxLen members, whatever Limits say.
// The Go heap is used by a Sample of few members, for what was drawn already, and by a walk over
// an intset, for the digits.
//
// # Sources and differences
//
// Redis 7.0.15's t_set.c by Salvatore Sanfilippo, for behaviour and names. There a large sample is
// a copy of the set from which members are thrown out at random.
package set
