// Package lib is the libraries of a script: string, table and math of Lua 5.1, and those that Redis
// adds to them, cjson, cmsgpack, struct and bit. The interpreter is package lua, which has the base
// library and coroutines; what a script asks of the server, package keyspace adds.
//
// # The picture
//
//	          lua.State                          package lib
//	+---------------------------+      +----------------------------------+
//	| _G.string ----------------|----->| string.go        arguments       |
//	| "any string".__index -----|--+   |   string_match.go   matcher      |
//	| _G.table -----------------|- |   |   string_class.go   one byte     |
//	| _G.math ------------------|- |   |   string_format.go  C's printf   |
//	+---------------------------+  |   | table.go         lists, sorting  |
//	                               +-->| math.go          types/libm      |
//	       the server's Rand --------->|   math_random.go    drand48      |
//	                                   | json*.go         cjson           |
//	                                   | msgpack*.go      cmsgpack        |
//	                                   | struct.go bit.go                 |
//	                                   +----------------------------------+
//
// Each Open function makes the table of one library and a global variable for it. A function of a
// library is a lua.GoFunc: it checks its arguments in the order in which Lua 5.1 does, since the
// first one that is wrong is the one that the error names, and returns results or raises an error.
//
// # Terminology
//
//   - subject: the string in which a pattern is looked for.
//   - item: a part of a pattern that matches one byte, perhaps repeated: a byte, ., a class like
//     %a, a set in brackets; and the special ones: (, ), $, %b, %f, %1.
//   - capture: a part of the subject between ( and ), or a position, of ().
//   - layout: what stands between a % and its letter in the format of string.format.
//   - step: the unit of work that lua.State counts, to end a script that takes too long.
//
// # How the hard parts work
//
// Patterns. The matcher is a loop over the items of a pattern; it recurs where there is more than
// one way to go on. A pattern like "a*b" makes a match attempt at each position, and nested ones
// multiply, so that the time has no useful bound; but the work is counted, and ends when the
// script has to. The depth is bounded by maxMatchDepth. As in Lua 5.1, a pattern ends at a zero
// byte.
//
// Sorting. Which pairs a comparator sees, and what becomes of a list under one that contradicts
// itself, is that of Lua 5.1's quicksort; a library function would give other lists.
//
// Numbers. string.format writes what C's printf writes; strconv has the digits, and the rest is
// done here. Integers are converted as x86-64 does it, where C leaves it open. The functions of
// math answer with the digits of glibc: see package libm.
//
// Order. The tables are filled in Lua's order, with Lua's sizes, as this shows in pairs(string).
//
// # Limits
//
// A string of more bytes than the State allows is never begun: the error is that of a full memory.
// Recursion is bounded; no function trusts an index. A step is counted for each item of a list, for
// each item that is matched, and for each KiB of a string. string.dump always fails, as code has no
// form outside the interpreter.
//
// # Sources
//
// The Lua 5.1 reference manual, and what redis-server 7.0.15 answers: the scripts in testdata and
// its answers, which the tests compare with. Redis 7.0.15 has its own math.random, seeded once when
// a server starts, and no os, io or debug. The logarithm to base 10 and the hyperbolic functions
// are computed as in fdlibm, since C's library does so; numbers as sums of two doubles are due to
// Dekker and Knuth.
package lib
