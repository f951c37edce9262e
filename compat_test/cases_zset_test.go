package compat_test

import "testing"

func TestSortedSetCommands(t *testing.T) { runTable(t, zsetCases) }

var zsetCases = []scripted{
	{"ZADD adds and updates", `
		ZADD z 1 a
		ZADD z 1 a
		ZADD z 2 a
		ZADD z 1 b 2 c 3 d
		ZADD z 9 d 8 e 7 d
		ZCARD z
		ZRANGE z 0 -1 WITHSCORES
		ZADD z 5 ""
		ZADD z 5 "\x00\xff"
		ZRANGE z 0 -1 WITHSCORES
		zadd z 1 A`},
	{"ZADD, wrong arity and syntax", `
		ZADD
		ZADD z
		ZADD z 1
		ZADD z 1 a 2
		ZADD z NX
		ZADD z NX 1
		ZADD z NX XX
		ZADD z NX XX 1
		ZADD z CH
		ZADD z CH NX a
		ZADD z FOO 1 a
		ZADD z 1 a NX
		ZADD z 1 a NX 2
		ZADD z INCR
		ZADD z INCR 1
		EXISTS z`},
	{"ZADD options that exclude each other", `
		ZADD z NX XX 1 a
		ZADD z XX NX 1 a
		ZADD z GT NX 1 a
		ZADD z LT NX 1 a
		ZADD z GT LT 1 a
		ZADD z LT GT XX 1 a
		ZADD z GT LT NX 1 a
		ZADD z NX XX GT LT 1 a
		ZADD k GT NX
		ZADD z NX XX x a
		ZADD z INCR 1 a 2 b
		ZADD z INCR NX XX 1 a
		ZADD z NX XX 1 a 2
		EXISTS z`},
	{"ZADD NX, XX and CH", `
		ZADD z XX 1 a
		EXISTS z
		ZADD z NX 1 a 2 b
		ZADD z NX 5 a 3 c
		ZADD z NX CH 5 a 4 d
		ZADD z XX 6 a 6 none
		ZADD z XX CH 7 a 7 none
		ZADD z CH 7 a 8 b 9 new
		ZADD z ch xx 7 a
		ZADD z NX NX CH CH 1 y
		ZRANGE z 0 -1 WITHSCORES`},
	{"ZADD GT and LT", `
		ZADD z 5 a
		ZADD z GT 4 a
		ZADD z GT CH 6 a
		ZADD z LT CH 7 a
		ZADD z LT CH 3 a
		ZADD z GT CH 3 a 1 new
		ZADD z LT CH 1 new2
		ZADD z XX GT CH 9 a 9 none
		ZADD z XX LT CH 8 a 8 none
		ZADD z GT CH inf a
		ZADD z LT CH -inf a
		ZRANGE z 0 -1 WITHSCORES`},
	{"ZADD INCR", `
		ZADD z INCR 1 a
		ZADD z INCR 1.5 a
		ZADD z INCR -10 a
		ZADD z INCR 0 a
		ZADD z NX INCR 1 a
		ZADD z XX INCR 1 none
		ZADD z XX INCR 1 a
		ZADD z GT INCR -1 a
		ZADD z GT INCR 1 a
		ZADD z LT INCR 1 a
		ZADD z LT INCR -1 a
		ZADD z GT INCR 5 new
		ZADD z CH INCR 5 a
		ZADD z INCR inf a
		ZADD z INCR -inf a
		ZADD z INCR inf a
		ZADD z INCR 1e308 b
		ZADD z INCR 1e308 b
		ZADD z incr x a
		ZADD none XX INCR 1 a
		EXISTS none
		ZRANGE z 0 -1 WITHSCORES`},
	{"scores that are numbers", `
		ZADD z 1.5 a -1.5 b 0 c -0 d 1e3 e 1E-3 f +5 g 0x10 h .5 i 5. j
		ZADD z inf k -inf l +inf m Infinity n -INFINITY o INF p
		ZADD z 1e400 q
		ZADD z -1e400 q
		ZADD z 1e-400 r
		ZADD z 4.9e-324 s 1.7976931348623157e308 t
		ZADD z 3.141592653589793 u 0.1 v 0.30000000000000004 w 100000000000000000000 x
		ZADD z 9007199254740993 y 1e17 y2 123456789012345678 y3 1e21 y4 1e22 y5
		ZRANGE z 0 -1 WITHSCORES
		ZSCORE z a
		ZSCORE z d
		ZSCORE z h
		ZSCORE z k
		ZSCORE z l
		ZSCORE z v
		ZSCORE z w
		ZSCORE z x
		ZSCORE z y`},
	{"scores that are none", `
		ZADD z nan a
		ZADD z NaN a
		ZADD z -nan a
		ZADD z x a
		ZADD z "" a
		ZADD z " 1" a
		ZADD z "1 " a
		ZADD z 1x a
		ZADD z 1,5 a
		ZADD z "1\x00" a
		ZADD z 0x a
		ZADD z 1e a
		ZADD z -- a
		ZADD z (1 a
		ZADD z infinit a
		ZADD z 1 a x b
		EXISTS z`},
	{"ZADD, ZREM and the readers refuse a string", `
		SET s v
		ZADD s 1 a
		ZADD s x a
		ZADD s NX XX 1 a
		ZADD s INCR 1 a
		ZADD s 1
		ZREM s a
		ZSCORE s a
		ZCARD s
		ZRANK s a
		ZRANGE s 0 -1
		ZRANGE s x y
		ZRANGE s 0 1 FOO
		ZRANGE s (x y BYSCORE
		GET s`},
	{"ZREM", `
		ZREM z a
		ZREM
		ZREM z
		ZADD z 1 a 2 b 3 c
		ZREM z none
		ZREM z a a none b
		ZCARD z
		ZREM z c
		EXISTS z
		TYPE z
		ZADD z 1 ""
		ZREM z ""
		DBSIZE`},
	{"ZSCORE, ZCARD and ZRANK", `
		ZSCORE z a
		ZCARD z
		ZRANK z a
		ZADD z 3 c 1 a 2 b 2 bb
		ZSCORE z a
		ZSCORE z none
		ZCARD z
		ZRANK z a
		ZRANK z b
		ZRANK z bb
		ZRANK z c
		ZRANK z none
		ZSCORE
		ZSCORE z
		ZSCORE z a b
		ZCARD
		ZCARD z z
		ZRANK
		ZRANK z`},
	{"equal scores are ordered by bytes", `
		ZADD z 0 b 0 a 0 B 0 ab 0 "" 0 "\xff" 0 "\x00" 0 aa -0 Z
		ZRANGE z 0 -1
		ZRANK z ""
		ZRANK z "\xff"
		ZRANGE z 0 -1 REV
		ZRANGE z - + BYLEX
		ZRANGE z [a (b BYLEX`},
	{"ZRANGE by rank", `
		ZRANGE z 0 -1
		ZADD z 1 a 2 b 3 c 4 d 5 e
		ZRANGE z 0 -1
		ZRANGE z 0 0
		ZRANGE z 1 3
		ZRANGE z -2 -1
		ZRANGE z -100 100
		ZRANGE z 3 1
		ZRANGE z 5 10
		ZRANGE z 4 4
		ZRANGE z -6 -6
		ZRANGE z -5 -5
		ZRANGE z 0 -6
		ZRANGE z 0 -1 REV
		ZRANGE z 1 2 REV
		ZRANGE z -1 -1 REV
		ZRANGE z 0 1 WITHSCORES
		ZRANGE z 0 1 REV WITHSCORES
		ZRANGE z 0 1 withscores rev
		ZRANGE z 0 1 WITHSCORES WITHSCORES REV REV
		ZRANGE z -9223372036854775808 9223372036854775807
		ZRANGE z 9223372036854775807 -9223372036854775808
		ZRANGE none 0 -1 WITHSCORES`},
	{"ZRANGE by rank, refused", `
		ZADD z 1 a
		ZRANGE
		ZRANGE z
		ZRANGE z 0
		ZRANGE z x 1
		ZRANGE z 0 x
		ZRANGE z 1.5 2
		ZRANGE z (0 1
		ZRANGE z - +
		ZRANGE z 0 9223372036854775808
		ZRANGE z 0 1 FOO
		ZRANGE z 0 1 LIMIT
		ZRANGE z 0 1 LIMIT 0
		ZRANGE z 0 1 LIMIT 0 1
		ZRANGE z 0 1 LIMIT 0 -1
		ZRANGE z 0 1 LIMIT 1 -1
		ZRANGE z 0 1 LIMIT x 1
		ZRANGE z 0 1 REV LIMIT 0 5
		ZRANGE z 0 x LIMIT 0 5
		ZRANGE none x y
		ZRANGE none 0 1 LIMIT 0 5`},
	{"ZRANGE BYSCORE", `
		ZRANGE z 0 1 BYSCORE
		ZADD z 1 a 2 b 2 bb 3 c inf i -inf n
		ZRANGE z 1 2 BYSCORE
		ZRANGE z (1 2 BYSCORE
		ZRANGE z 1 (2 BYSCORE
		ZRANGE z (1 (2 BYSCORE
		ZRANGE z (2 2 BYSCORE
		ZRANGE z 2 1 BYSCORE
		ZRANGE z -inf +inf BYSCORE
		ZRANGE z (-inf (+inf BYSCORE
		ZRANGE z -inf inf BYSCORE WITHSCORES
		ZRANGE z inf -inf BYSCORE REV WITHSCORES
		ZRANGE z 3 1 BYSCORE REV
		ZRANGE z 1 3 BYSCORE REV
		ZRANGE z (3 (1 REV BYSCORE
		ZRANGE z 1.5 2.5 BYSCORE
		ZRANGE z 1e0 0x2 BYSCORE
		ZRANGE z 100 200 BYSCORE
		ZRANGE z -200 -100 BYSCORE`},
	{"ZRANGE BYSCORE with LIMIT", `
		ZADD z 1 a 2 b 3 c 4 d 5 e
		ZRANGE z -inf inf BYSCORE LIMIT 0 2
		ZRANGE z -inf inf BYSCORE LIMIT 1 2
		ZRANGE z -inf inf BYSCORE LIMIT 4 2
		ZRANGE z -inf inf BYSCORE LIMIT 5 2
		ZRANGE z -inf inf BYSCORE LIMIT 2 -1
		ZRANGE z -inf inf BYSCORE LIMIT 0 -5
		ZRANGE z -inf inf BYSCORE LIMIT 0 0
		ZRANGE z -inf inf BYSCORE LIMIT -1 2
		ZRANGE z -inf inf BYSCORE LIMIT -1 -1
		ZRANGE z -inf inf LIMIT 1 2 BYSCORE WITHSCORES
		ZRANGE z inf -inf BYSCORE REV LIMIT 1 2
		ZRANGE z (1 (5 BYSCORE LIMIT 1 1
		ZRANGE z -inf inf BYSCORE LIMIT 0 9223372036854775807
		ZRANGE z -inf inf BYSCORE LIMIT 9223372036854775807 1
		ZRANGE z -inf inf BYSCORE LIMIT 1 1 LIMIT 2 2
		ZRANGE z -inf inf BYSCORE LIMIT 1
		ZRANGE z -inf inf BYSCORE LIMIT
		ZRANGE z -inf inf BYSCORE LIMIT x 1
		ZRANGE z -inf inf BYSCORE LIMIT 1 x
		ZRANGE z -inf inf BYSCORE LIMIT 1.5 1
		ZRANGE z -inf inf BYSCORE LIMIT 9223372036854775808 1
		ZRANGE none -inf inf BYSCORE LIMIT 0 1`},
	{"ZRANGE BYSCORE, refused", `
		ZADD z 1 a
		ZRANGE z x 1 BYSCORE
		ZRANGE z 1 x BYSCORE
		ZRANGE z nan 1 BYSCORE
		ZRANGE z 1 nan BYSCORE
		ZRANGE z ( 1 BYSCORE
		ZRANGE z "" 1 BYSCORE
		ZRANGE z "1 " 1 BYSCORE
		ZRANGE z [1 2 BYSCORE
		ZRANGE z (1x 2 BYSCORE
		ZRANGE z ((1 2 BYSCORE
		ZRANGE z - + BYSCORE
		ZRANGE none x y BYSCORE
		ZRANGE z 0 1 BYSCORE BYLEX
		ZRANGE z 0 1 BYLEX BYSCORE
		ZRANGE z 0 1 BYSCORE FOO
		ZRANGE z 0 1 BYSCORE BYSCORE`},
	{"ZRANGE BYLEX", `
		ZRANGE z - + BYLEX
		ZADD z 0 a 0 b 0 c 0 d 0 e 0 "" 0 aa
		ZRANGE z - + BYLEX
		ZRANGE z + - BYLEX
		ZRANGE z + - BYLEX REV
		ZRANGE z - + BYLEX REV
		ZRANGE z [b [d BYLEX
		ZRANGE z (b [d BYLEX
		ZRANGE z [b (d BYLEX
		ZRANGE z (b (d BYLEX
		ZRANGE z (b (b BYLEX
		ZRANGE z [b [b BYLEX
		ZRANGE z [d [b BYLEX
		ZRANGE z [d (b BYLEX REV
		ZRANGE z - [b BYLEX
		ZRANGE z [ + BYLEX
		ZRANGE z ( + BYLEX
		ZRANGE z - ( BYLEX
		ZRANGE z - - BYLEX
		ZRANGE z + + BYLEX
		ZRANGE z [x [z BYLEX
		ZRANGE z - + BYLEX LIMIT 1 2
		ZRANGE z + - BYLEX REV LIMIT 1 2
		ZRANGE z - + BYLEX LIMIT 0 -1
		ZRANGE z - + BYLEX LIMIT -1 1
		ZRANGE z - + BYLEX LIMIT 10 1
		ZRANGE z [a [b LIMIT 0 1 BYLEX`},
	{"ZRANGE BYLEX, refused", `
		ZADD z 0 a
		ZRANGE z a b BYLEX
		ZRANGE z [a b BYLEX
		ZRANGE z "" [b BYLEX
		ZRANGE z -x + BYLEX
		ZRANGE z - +x BYLEX
		ZRANGE z 0 1 BYLEX
		ZRANGE z - + BYLEX WITHSCORES
		ZRANGE z - + WITHSCORES BYLEX
		ZRANGE z a b BYLEX WITHSCORES
		ZRANGE none a b BYLEX
		ZRANGE z - + BYLEX LIMIT 0 x
		SET s v
		ZRANGE s - + BYLEX
		ZRANGE s a b BYLEX
		ZRANGE s - + BYLEX WITHSCORES`},
	{"a sorted set grows from the compact encoding to the large one and back to nothing", `
		ZADD z 1 a 2 b
		ZADD z 3 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
		ZRANGE z 0 -1 WITHSCORES
		ZADD z 4 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
		ZRANGE z 0 -1 WITHSCORES
		ZADD z 0.5 a 9 b
		ZRANGE z 0 -1 REV WITHSCORES
		ZRANK z b
		ZREM z a b
		ZRANGE z 0 -1 WITHSCORES
		DEL z
		EXISTS z`},
}
