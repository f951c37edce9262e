// Package hll is Redis's HyperLogLog: an estimate of how many different elements a set had, from
// 12 KiB at most, with a standard error of 0.81%.
//
// # What it is
//
// A HyperLogLog is a string, and GET shows it: clients copy it with SET, DUMP carries it, replicas
// get it. So the bytes are exactly those of Redis, register by register and, as long as few
// registers are in use, opcode by opcode: the same PFADDs and PFMERGEs give the same string.
//
// All functions are pure functions on a []byte that the caller owns. Those that change it work in
// place where its capacity allows, and return it, as append does.
//
// # The picture
//
//	+------+----------+----------+-------------+------------------------------------+
//	| HYLL | encoding | not used | cardinality | registers                          |
//	+------+----------+----------+-------------+------------------------------------+
//	 4 bytes  1 byte    3 bytes    8 bytes, little-endian; the top bit says: out of date
//
//	dense (0)    16384 registers of 6 bits, the first one in the lowest bits of the first byte
//
//	             |11000000|22221111|33333322|55444444| ...
//
//	sparse (1)   opcodes, each for a run of registers
//
//	             00nnnnnn           ZERO   n+1 registers that are 0
//	             01nnnnnn nnnnnnnn  XZERO  n+1 registers that are 0, the upper bits of n first
//	             1vvvvvnn           VAL    n+1 registers that are v+1
//
// # Terminology
//
//	register  the greatest value that any element of its share has asked for; 0 for none
//	place     the register that an element belongs to, and the value that it asks for
//	run       neighbouring registers with the same value
//
// # Invariants
//
//	I1  there is the header, and a dense one has exactly DenseBytes, a sparse one at most MaxBytes
//	I2  the opcodes of a sparse one are whole and stand for 16384 registers together
//	I3  a cardinality that is not out of date is that of the registers
//
// Check looks at the header only, as Redis does before each command. What a client has SET may
// violate I2 and I3: every function bears it, and says ErrCorrupt where Redis notices. Validate
// tests all three.
//
// # How it works
//
// The hash of an element, 64 bits of MurmurHash64A, is cut in two: 14 bits name a register, and
// the zeros at the lower end of the other 50 are counted. A run of n zeros comes once in 2^n
// different elements, so the longest one tells how many there have been; duplicates change nothing;
// 16384 such witnesses are averaged.
//
// The average is that of Otmar Ertl: the histogram of the registers goes into one sum, with a
// correction tau for registers that are full and sigma for those that are empty, and no range needs
// a table or a switch-over. Sums are formed in the order of Redis and never fused, so that the last
// bit, and with it the integer, comes out the same on every machine.
//
// A new value in a sparse one splits the run around its register into up to three; then equal
// neighbours among the next five opcodes are merged. What is larger than a VAL can say, or would
// make the string longer than the caller wants sparse ones to be, makes it dense. It stays so.
//
// # Complexity
//
// Set: O(1) dense, O(length) sparse. Count, Merge, ToDense: O(registers).
//
// # Limits
//
// A sparse one of more than MaxBytes can't be valid and is ErrCorrupt at once; Redis would read
// through all of it first.
//
// # Sources and differences
//
// Redis 7.0.15's hyperloglog.c by Salvatore Sanfilippo, who invented the sparse format. P. Flajolet
// and others, HyperLogLog (2007); S. Heule and others, HyperLogLog in Practice (2013); O. Ertl, New
// cardinality estimation algorithms for HyperLogLog sketches (2017); A. Appleby's MurmurHash.
package hll
