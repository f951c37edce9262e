// Package glob matches the patterns of KEYS, SCAN, PSUBSCRIBE, CONFIG GET and ACL.
//
// # The grammar
//
//	?        one byte
//	*        any bytes, none too
//	[abc]    one of these bytes;  [^abc] none of them;  [a-z] a range, its ends in either order
//	\x       the byte x itself, within a class too
//	x        any other byte, itself
//
// Redis's matcher has no syntax error, so every pattern means something. What its loop makes of
// the odd ones is part of the grammar:
//
//	[abc        a class that is not closed ends with the pattern
//	[           matches no byte,  [^  matches every byte
//	[]          the empty class matches no byte,  [^]  every byte
//	[a-]        at the end of the pattern: "a" or "-";  otherwise "]" is the end of the range
//	[a-\]       "\" is the end of the range, not an escape
//	a\          a lone backslash at the end is a backslash
//	*           does not match the empty text: nothing but the empty pattern does (KEYS and SCAN
//	            show the empty key under a lone star because they don't match at all then)
//	[a-\xff]    bytes are signed, so this is \xff to "a"
//
// # How matching works, and how long it takes
//
// Every element but the star matches exactly one byte. So the text between two stars can be
// taken at the first place where it fits: if the rest of the pattern fits behind a later place,
// it fits behind the first one as well, the star in between taking up the difference. It is
// therefore enough to remember the last star and to go on one byte further when its rest fails.
//
//	pattern  a * b c * d      s  a x b c x b c y d
//	             ^star 1          | |tried 1..3   |
//	                   ^star 2    star 1 is never looked at again
//
// That is at most len(pattern) steps for each byte of s, and no recursion: a*a*a*a*b is no worse
// than a*b, where a matcher that backtracks to every star takes exponential time.
//
// # Sources
//
// Redis 7.0.15, stringmatchlen in util.c; Russ Cox, Glob Matching Can Be Simple And Fast Too
// (2017). The tests compare with a plain recursive matcher; testdata holds what the real server
// answered.
package glob
