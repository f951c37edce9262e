// Package num reads and writes numbers exactly as Redis does.
//
// # What it is
//
// A number that a client sends is text, and which texts are numbers is part of the protocol:
// "012" is a score but not an integer, " 5" is a bound of a range but not a score, "0x1p3" is
// both a score and a bound. A number that ringer sends back is text again and has to come out
// with the same digits. This package holds the grammars and the formats, for commands and for
// the compact encodings alike.
//
// # The grammars
//
//	ParseInt         string2ll      0 | -?[1-9][0-9]*, within int64
//	ParseFloat       string2d       one strtod literal: no space, no NaN, no overflow to
//	                                infinity, no underflow to zero
//	ParseFloatBound  zslParseRange  one strtod literal, or nothing, which is 0; leading space
//	                                is skipped, a NUL byte ends the text, 1e400 is infinity and
//	                                1e-400 is zero
//	ParseWeight      SORT           as ParseFloatBound, but only what a double can hold
//	ScanFloat        sscanf "%lg"   the longest strtod literal that the text begins with
//
// A strtod literal, that of C's locale "C", is, case ignored:
//
//	sign    = "+" | "-"
//	decimal = sign? (digits [ "." digits? ] | "." digits) [ "e" sign? digits ]
//	hex     = sign? "0x" (xdigits [ "." xdigits? ] | "." xdigits) [ "p" sign? digits ]
//	special = sign? ("inf" | "infinity")
//
// strtod knows NaN as well, but all callers refuse it, so here it is not part of the grammar.
//
// # The formats
//
//	AppendInt      ll2string   decimal
//	AppendFloat17  "%.17g"     what a client sees of a double in 7.0; inf and -inf as words
//	AppendScore    d2string    what a listpack stores: an integer where FloatToInt gives one
//	AppendFixed17  "%.17f" without zeros at the end: a longitude
//	LongDouble     ld2string   "%.17Lf" without zeros at the end: what INCRBYFLOAT stores
//
// # How reading a float works
//
// The literal becomes the first 19 significant digits, an exponent of ten, and a bit that says
// whether a later digit was not zero. Then the cheapest sound path is taken:
//
//  1. up to 2^53 and an exponent of at most 22: one exact multiplication or division;
//  2. otherwise the 19 digits are written into a small text that strconv rounds correctly and
//     without allocation, since a string of 32 bytes or less stays on the stack;
//  3. digits beyond 19 lie between that text and its successor: when both round to the same
//     double, it is the answer. Only when they don't (one in some thousand of such literals)
//     does strconv read the literal itself.
//
// A hexadecimal literal keeps 15 digits and ORs everything that follows into the last bit, as
// rounding asks no more than whether the rest is zero.
//
// # How a long double works
//
// A literal of up to 38 digits, 19 of them behind the point, without an exponent, is an integer of
// 128 bits divided by a power of ten; so one long division gives its 64 bits, and a sum and the 17
// digits of a text are found in 128 bits as well: see extended. This is what a counter is made of.
// Everything else goes through big.Float, twenty times as slow, to the same result.
//
// # Limits
//
// Nothing here allocates, but for a LongDouble of a long literal or one with an exponent, and for
// two kinds of literal: one of more than 19 digits that lies next to the middle between two doubles
// (step 3), and one that overflows by less than a power of its base, where strconv builds an error.
// Each function is linear in its argument; exponents saturate, so a literal of many megabytes is no
// danger.
//
// # Sources
//
// Redis 7.0.15: util.c (string2ll, string2d, d2string, double2ll, string2ld, ld2string), t_zset.c
// (zslParseRange), networking.c (addReplyDouble); C11 7.22.1.3. William Clinger, How to Read
// Floating Point Numbers Accurately (1990), for step 1. testdata holds what the real server
// answered.
package num
