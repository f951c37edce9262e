// Package listpack is Redis's compact encoding of a short list: strings and integers one behind
// the other in one block of bytes.
//
// # What it is
//
// A small hash, set, list, sorted set or stream node is not worth a table or a tree: a scan over
// a few hundred bytes that lie side by side is faster, and takes a fraction of the memory. The
// format is also part of the outside world, since DUMP, RDB files and replication carry the
// bytes as they are. So it is exactly that of Redis: the same operations give the same bytes.
//
// All functions are pure functions on a []byte that the caller owns. The block may lie in the
// arena or on the Go heap; the functions that change it work in place, within its capacity, and
// return the slice with its new length.
//
// # The picture
//
//	+--------+-------+---------+---------+-----+---------+------+
//	| total  | count | entry 0 | entry 1 | ... | entry n | 0xFF |
//	+--------+-------+---------+---------+-----+---------+------+
//	  4 bytes  2 bytes, both little-endian
//
//	entry:   | header | data | backlen |
//	header:  0xxxxxxx                       integer 0..127, no data
//	         110xxxxx yyyyyyyy              integer of 13 bits, no more data
//	         11110001 .. 11110100           integer of 16, 24, 32, 64 bits follows
//	         10xxxxxx                       string of up to 63 bytes follows
//	         1110xxxx yyyyyyyy              string of up to 4095 bytes
//	         11110000 and 4 bytes           string of up to 2^32-1 bytes
//	backlen: length of header and data in groups of 7 bits, to be read from its end backwards:
//	         a byte with the high bit set has another one before it
//
// # Terminology
//
//	position  offset of an entry in the block; 0, which lies in the header, is no position
//	value     what an entry holds: a string or an integer
//	size      bytes of an entry, its backlen included
//
// # Invariants
//
//	I1  the block is at least 7 bytes, its total is its length, its last byte is 0xFF
//	I2  the entries fill exactly the bytes between the header and the terminator
//	I3  each backlen is that of its entry, in the one form that the writer gives it
//	I4  count is the number of entries, or 65535, which says "count them"
//
// Validate proves them for bytes that came from outside; every other function relies on them.
// What the format allows but this package would not write (a string that is an integer, a long
// header for a short string) is read like anything else.
//
// # How it works
//
// A string that num.ParseInt accepts is stored as an integer, in the shortest form that holds
// it. As ParseInt accepts one spelling of each number, the string can be restored, and a search
// compares integers with integers.
//
// An edit is one move of the tail: the bytes behind the position go up or down by the difference
// in size, then the entries are written and the header updated. Size says beforehand what an
// entry will take, so that a caller can provide the capacity; where it is missing, the block is
// reallocated on the Go heap, as by append.
//
// # Complexity
//
// Next, Prev, Get, Append: O(1) and the size of the value. Insert, Replace, Delete: a move of
// the tail. Seek, Find: O(n). Len: O(1), O(n) from 65535 entries on.
//
// # Limits
//
// MaxBytes for a whole listpack, as in Redis, where a caller is expected to have converted to
// another encoding long before; the functions do not check it.
//
// # Sources and differences
//
// Redis 7.0.15's listpack.c, listpack.h, and listpack.md by Salvatore Sanfilippo, who invented
// the format. Redis repairs a count of 65535 when it has counted fewer entries; here, reading
// never writes.
package listpack
