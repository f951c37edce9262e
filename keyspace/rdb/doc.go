// Package rdb is Redis's serialization: the form that values have in the payloads of DUMP and
// RESTORE, in snapshot files, and on the way to a replica.
//
// # What it is
//
// An Encoder appends values to a buffer, and a Decoder makes values of bytes, perhaps of a
// stranger's. Both know the value types and nothing of databases, clients or disks. What is written
// is what Redis 7.0 writes, version 10, but for hashes whose fields have deadlines, which are
// written as by Redis 7.4, version 12: for lists, sorted sets, compact encodings and strings, the
// very bytes. What is read is all that a Redis has ever written, and what 7.2 adds to it.
//
// # The picture
//
//	payload of DUMP   | type | value ... | version | checksum |
//	                     1                  2         8           bytes, little-endian
//
//	file              | REDIS0010 | record | record | ... | 0xFF | checksum |
//
//	record            | 0xFA | name | value |        a remark
//	                  | 0xFE | number |              the database that follows
//	                  | 0xFB | keys | deadlines |    how many of each it has
//	                  | 0xF5 | code |                a library of functions
//	                  [ 0xFC | ms, 8 bytes ] [ 0xF8 | seconds idle ] [ 0xF9 | frequency, 1 byte ]
//	                  | type | key | value ... |     a key
//
//	length            00LLLLLL
//	                  01LLLLLL LLLLLLLL              big-endian, all of these
//	                  10000000 and 4 bytes, 10000001 and 8 bytes
//
//	text              | length | bytes |
//	                  11000000, 11000001, 11000010   an integer in 1, 2, 4 bytes, little-endian
//	                  11000011 | length compressed | length | bytes |     LZF
//
//	value             text                           a string
//	                  text                           a whole listpack or intset
//	                  | nodes | container, text | container, text | ...   a list
//	                  | members | text | text | ...                       a set
//	                  | members | text, double | ...                      a sorted set
//	                  | fields | text, text | ...                         a hash
//	                  | ms | fields | deadline, text, text | ...          with deadlines: timed.go
//	                  see stream.go                                       a stream
//
// # Terminology
//
//	type     the first byte of a value: what it is and in which form it follows
//	kind     what it is alone: string, list, set, sorted set, hash, stream
//	text     a string of bytes in one of the forms above; keys, members and fields are texts
//	block    a text that is a compact encoding as a whole: listpack, intset, ziplist, zipmap
//	version  of the format, in the footer of a payload and at the start of a file
//	room     what a value that is read may still take of the arena
//
// # Invariants
//
//	I1  what the Encoder writes, the Decoder reads as an equal value in the encoding that the limits
//	    ask for
//	I2  a Decoder reads nothing outside of its data, and panics for no data
//	I3  a value that the Decoder gives without an error is sound: its Check passes, it is not empty
//	    unless it is a stream, no member or field is there twice, no score is NaN
//	I4  with an error, what was made so far has been freed
//	I5  before memory is allocated for a length, the data has been found to hold that much, or, of
//	    what is compressed, to decompress to it; and the room to suffice
//
// The tests hold I1 against golden payloads, fuzz targets I2 to I4; compat_test passes payloads
// to a real redis-server and back.
//
// # How it works
//
// A Decoder's first error is final: it moves to the end of its data, where whatever is asked for
// fails, so the code that reads a value asks Err once, and frees what it has made. A number of
// elements is compared with the bytes that are left, of which each element needs one; a string
// that was compressed is followed through to its end without writing a byte before it gets its
// memory; and what goes into the arena is counted against the room that the caller gives. So the
// largest lie costs no more than its own bytes.
//
// What Redis checks only if sanitize-dump-payload asks for it is checked always: here a listpack
// that is not sound could not be kept out of the arena later. Two checks go further: that the pairs
// of a sorted set are in order, and that each of its scores is a number.
//
// Encodings are chosen as Redis does when it loads a value: by the number of elements of a compact
// encoding, but not their length; of a table, both.
//
// The compression is LZF with Redis's choices, see lzf.go, so that payloads can be compared.
//
// # Complexity
//
// Everything is linear in the bytes, but for sorted sets in a tree, O(n log n).
//
// # Limits
//
// Payloads and files are in memory as a whole. Module types are refused.
//
// # Sources and differences
//
// Redis 7.0.15's rdb.c, rdb.h, ziplist.c and zipmap.c, for the format; the files that redis-server
// writes. LZF is by Marc Lehmann, the checksum's polynomial by David Jones.
package rdb
