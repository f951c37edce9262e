// Package intset is Redis's compact encoding of a set of integers: a sorted array in one block.
//
// # What it is
//
// A small set whose members are all integers needs no hash table: a binary search over an array
// finds a member in a few steps, and nothing is stored but the integers, each in 2, 4 or 8 bytes.
// The format is part of the outside world, since DUMP, RDB files and replication carry the bytes
// as they are. So it is exactly that of Redis: the same operations give the same bytes.
//
// All functions are pure functions on a []byte that the caller owns. The block may lie in the
// arena or on the Go heap; the functions that change it work in place, within its capacity, and
// return the slice with its new length.
//
// # The picture
//
//	+-------+-------+----------+----------+-----+--------------+
//	| width | count | member 0 | member 1 | ... | member n - 1 |
//	+-------+-------+----------+----------+-----+--------------+
//	 4 bytes 4 bytes  width bytes each; everything is little-endian
//
// # Terminology
//
//	width  bytes of each member: 2, 4 or 8
//	index  place of a member in the order, from 0 on
//
// # Invariants
//
//	I1  the block has the 8 bytes of the header and count times width more, and width is 2, 4 or 8
//	I2  the members ascend strictly
//
// Validate proves them for bytes that came from outside; every other function relies on them.
//
// # How it works
//
// A member that is too wide for the array makes all of it wider first, from the end backwards, so
// that it can be done in place. Such a member is smaller or greater than all others, hence the
// first or the last one.
//
// Redis: intsetUpgradeAndAdd; the width never shrinks, also if the wide members go.
//
// Grown says beforehand how long an Add would make the block, so that a caller can provide the
// capacity; where it is missing, the block is reallocated on the Go heap, as by append.
//
// # Complexity
//
// Len, At: O(1). Find: O(log n). Add, Remove: a move of the tail, O(n).
//
// # Limits
//
// MaxLen members, as in Redis, where a caller is expected to have converted to a hash table long
// before; the functions do not check it.
//
// # Sources and differences
//
// Redis 7.0.15's intset.c by Pieter Noordhuis, who invented the format.
package intset
