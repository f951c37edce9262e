package compat_test

import (
	"strconv"
	"strings"
	"testing"
)

func TestStreamFamily(t *testing.T) { runTable(t, streamFamilyCases) }

// TestRandomStreamFamily holds random scripts of the family against the real server. Blocks are
// small, so that they are cut, trimmed and emptied all the time.
func TestRandomStreamFamily(t *testing.T) {
	defer lab.shared.both(t, "CONFIG SET stream-node-max-entries 100 stream-node-max-bytes 4096")
	runRandom(t, family{"stream commands", streamFamily, 500})
	runRandom(t, family{"stream groups", streamGroupFamily, 500})
}

// both sends a command to both servers.
func (p pair) both(t *testing.T, line string) {
	for _, s := range p.each() {
		c := mustDial(t, s.addr)
		c.must(t, line)
		c.close()
	}
}

// someStreams is what most cases work on.
const someStreams = `
		XADD s 1-1 f v
		XADD s 1-2 f w
		XADD s 2-0 g x h 12345
		XADD s 5-7 f v
		XADD s 9-0 "" ""
		XADD one 7-7 a b
		SET str v
		XGROUP CREATE empty g 0 MKSTREAM
`

var streamFamilyCases = []scripted{
	{"XADD", `
		XADD
		XADD s
		XADD s *
		XADD s * f
		XADD s 1-1 f
		XADD s 1-1 f v f
		XADD s 0-0 f v
		XADD s 0 f v
		EXISTS s
		XADD s 0-1 f v
		XADD s 0-1 f v
		XADD s 0-* f v
		XADD s 1 f v
		XADD s 1-* f v
		XADD s 1-* f v
		XADD s 0-* f v
		XADD s 3-18446744073709551615 f v
		XADD s 3-* f v
		XADD s 3 f v
		XADD s 4-0 f v f w
		~autoid XADD s * f v
		~autoid XADD fresh * f v
		XADD s 1-0 f v
		XADD s abc f v
		XADD s - f v
		XADD s + f v
		XADD s 1-x f v
		XADD s -1 f v
		XADD s 1-2-3 f v
		XADD s 18446744073709551616-0 f v
		XADD s "99999999999999 9" f v
		XADD s " 99999999999999" f v
		XADD s "+99999999999999-+1" f v
		XADD s "099999999999999-02" f v
		XADD s "99999999999999-3\x00abc" f v
		XADD s 99999999999999--5 f v
		XADD s 99999999999999--05 f v
		XADD s 18446744073709551615-18446744073709551614 f v
		XADD s * f v
		XADD s * f v
		XADD s 18446744073709551615-* f v
		XADD s 18446744073709551615-18446744073709551615 f v
		XLEN s
		XADD o 18446744073709551615-18446744073709551615 f v
		XADD o 1-1 f v
		XADD o abc f v
		SET str v
		XADD str 1-1 f v
		XADD str 0-0 f v
		XADD str abc f v
		TYPE s
		OBJECT ENCODING s`},
	{"XADD options", `
		XADD s NOMKSTREAM 1-1 f v
		XADD s nomkstream MAXLEN 1 1-1 f v
		EXISTS s
		XADD s MAXLEN 2 1-1 f v
		XADD s NOMKSTREAM MAXLEN = 2 1-2 f v
		XADD s maxlen = 2 nomkstream 1-3 f v
		XRANGE s - +
		XADD s MINID 1-3 1-4 f v
		XADD s MINID = 1-4 1-5 f v
		XADD s MINID 2 1-6 f v
		XLEN s
		XINFO STREAM s
		XADD s MAXLEN 0 1-7 f v
		XLEN s
		XADD s MAXLEN -1 1-8 f v
		XADD s MAXLEN x 1-8 f v
		XADD s MAXLEN 1-8 f v
		XADD s MAXLEN = 1-8 f v
		XADD s MAXLEN ~ 1-8 f v
		XADD s MAXLEN ~ = 1-8 f v
		XADD s MAXLEN ~ -1 1-8 f v
		XADD s MAXLEN 5 MAXLEN 4 1-8 f v
		XADD s MAXLEN 5 MINID 4 1-8 f v
		XADD s MINID 5 MAXLEN x 1-8 f v
		XADD s MINID x 1-8 f v
		XADD s MINID - 1-8 f v
		XADD s MINID 1-* 1-8 f v
		XADD s LIMIT 5 1-8 f v
		XADD s LIMIT 0 1-8 f v
		XADD s LIMIT x 1-9 f v
		XADD s LIMIT -1 1-9 f v
		XADD s MAXLEN 5 LIMIT 5 1-9 f v
		XADD s MAXLEN ~ 5 LIMIT 5 1-9 f v
		XADD s LIMIT 5 MAXLEN ~ 5 1-10 f v
		XADD s MAXLEN = 5 LIMIT 0 1-11 f v
		XADD s MAXLEN ~ 5 LIMIT 0 1-11 f v
		XADD s MAXLEN ~ 5 LIMIT -5 1-12 f v
		XADD s MAXLEN 1
		XADD s MAXLEN 1 *
		XADD s MAXLEN 1 * f
		XADD s MAXLEN 1 1-13
		XADD s NOMKSTREAM
		XADD s NOMKSTREAM NOMKSTREAM MAXLEN
		XADD s FOO 1-13 f v
		XADD s MAXLEN ~ 9223372036854775807 1-13 f v
		XADD s MAXLEN 9223372036854775808 1-14 f v
		XRANGE s - +`},
	{"XADD and its order of checks", `
		SET str v
		XADD str MAXLEN x 1-1 f v
		XADD str 0-0 f v
		XADD str 1-1 f
		XADD none NOMKSTREAM 0-0 f v
		XADD none NOMKSTREAM abc f v
		XADD none MAXLEN 1 LIMIT 1 abc f v
		XADD none LIMIT 1 abc f v
		XADD none LIMIT 1 1-1 f
		XADD none LIMIT 1 0-0 f v
		EXISTS none`},
	{"XLEN", someStreams + `
		XLEN
		XLEN s s
		XLEN s
		XLEN none
		XLEN empty
		XLEN str`},
	{"XRANGE and XREVRANGE", someStreams + `
		XRANGE
		XRANGE s
		XRANGE s -
		XRANGE s - +
		XREVRANGE s + -
		XREVRANGE s - +
		XRANGE s + -
		XRANGE s 1 1
		XREVRANGE s 1 1
		XRANGE s 1-1 1-1
		XRANGE s 1-2 5
		XREVRANGE s 5 1-2
		XRANGE s (1-1 (5-7
		XREVRANGE s (5-7 (1-1
		XRANGE s (1 5
		XRANGE s 1 (5
		XRANGE s ( +
		XRANGE s (- +
		XRANGE s - (+
		XRANGE s (18446744073709551615-18446744073709551615 +
		XRANGE s - (0-0
		XRANGE s (0-18446744073709551615 +
		XRANGE s - (1-0
		XRANGE s (18446744073709551615 +
		XREVRANGE s (0 -
		XREVRANGE s + (18446744073709551615-18446744073709551615
		XRANGE s x +
		XRANGE s - x
		XRANGE s "" +
		XRANGE s 1-* +
		XRANGE s $ +
		XRANGE s 0 18446744073709551616
		XRANGE s - + COUNT
		XRANGE s - + COUNT 2
		XREVRANGE s + - COUNT 2
		XRANGE s - + count 0
		XRANGE s - + COUNT -1
		XRANGE s - + COUNT -5
		XRANGE s - + COUNT x
		XRANGE s - + COUNT 1 COUNT 3
		XRANGE s - + COUNT 1 COUNT
		XRANGE s - + COUNT 0 COUNT 2
		XRANGE s - + FOO
		XRANGE s - + FOO 1
		XRANGE s x + FOO
		XRANGE none - +
		XRANGE none - + COUNT 0
		XRANGE none x +
		XRANGE empty - +
		XRANGE str - +
		XRANGE str - + COUNT 0
		XRANGE str x +
		XREVRANGE str + -
		XREVRANGE str x -
		XREVRANGE str + x
		XREVRANGE s x y COUNT z`},
	{"XDEL", someStreams + `
		XDEL
		XDEL s
		XDEL s 1-1
		XDEL s 1-1
		XDEL s 1-1 1-2 9 77
		XINFO STREAM s
		XDEL s x
		XDEL s 2-0 x
		XDEL s - 2-0
		XLEN s
		XDEL s 2 5-7
		XINFO STREAM s
		EXISTS s
		XDEL s 5-7
		XDEL none x
		XDEL none 1-1
		XDEL str 1-1
		XDEL str x
		XADD s 5-8 f v
		XADD s 9-0 f v
		XADD s 9-1 f v
		XINFO STREAM s`},
	{"XTRIM", someStreams + `
		XTRIM
		XTRIM s
		XTRIM s MAXLEN
		XTRIM s MAXLEN x
		XTRIM s MAXLEN -1
		XTRIM s MAXLEN ~
		XTRIM s MAXLEN = -1
		XTRIM s FOO 1
		XTRIM s 1 MAXLEN
		XTRIM s MAXLEN 3 FOO
		XTRIM s MAXLEN 3 MAXLEN 2
		XTRIM s MAXLEN 3 MINID 2
		XTRIM s MAXLEN 3 LIMIT 5
		XTRIM s LIMIT 5
		XTRIM s LIMIT 0
		XTRIM s LIMIT -1
		XTRIM s LIMIT x
		XTRIM s MAXLEN ~ 3 LIMIT -1
		XTRIM s MAXLEN ~ 3 LIMIT x
		XTRIM s MAXLEN ~ 3 LIMIT 0
		XTRIM s MAXLEN ~ 3 LIMIT 1
		XTRIM s MAXLEN ~ 3
		XTRIM s MAXLEN ~ 0 LIMIT 4
		XLEN s
		XTRIM s MAXLEN 100
		XTRIM s MAXLEN = 4
		XINFO STREAM s
		XTRIM s MINID 5
		XTRIM s MINID = 5-8
		XTRIM s MINID x
		XTRIM s MINID -
		XTRIM s MINID +
		XTRIM s MINID 18446744073709551615-18446744073709551615
		XINFO STREAM s
		XTRIM s MAXLEN 0
		XTRIM one MAXLEN 0
		XINFO STREAM one
		EXISTS one
		XTRIM none MAXLEN 0
		XTRIM none MAXLEN x
		XTRIM str MAXLEN 0
		XTRIM str MAXLEN x
		XTRIM empty MINID 5`},
	{"blocks of four", `
		CONFIG SET stream-node-max-entries 4` + manyEntries(30) + `
		XINFO STREAM s
		XTRIM s MAXLEN ~ 29
		XTRIM s MAXLEN ~ 27
		XTRIM s MAXLEN ~ 10 LIMIT 9
		XTRIM s MAXLEN ~ 10 LIMIT 3
		XINFO STREAM s
		XTRIM s MINID ~ 17
		XINFO STREAM s
		XDEL s 20 21 22 23
		XDEL s 25 28
		XINFO STREAM s
		XTRIM s MAXLEN 6
		XRANGE s - +
		XREVRANGE s + - COUNT 3
		XREVRANGE s 26 19
		XRANGE s 24-1 26
		XINFO STREAM s
		XTRIM s MINID 30
		XADD s 31 a b
		XADD s MAXLEN ~ 1 32 a b
		XADD s MINID ~ 31 33 a b
		XINFO STREAM s FULL
		CONFIG SET stream-node-max-entries 0
		XADD s MAXLEN ~ 1 34 a b
		CONFIG SET stream-node-max-entries 9223372036854775807
		XADD s MAXLEN ~ 1 35 a b
		CONFIG SET stream-node-max-entries 100`},
	{"blocks by size", `
		CONFIG SET stream-node-max-bytes 80` + manyEntries(20) + `
		XADD s 21 field ` + longMember + `
		XADD s 22 f v
		XADD s 23 f v
		XINFO STREAM s
		XTRIM s MAXLEN ~ 5
		XINFO STREAM s
		XRANGE s - +
		CONFIG SET stream-node-max-bytes 0
		XADD s 24 field ` + longMember + `
		XINFO STREAM s
		CONFIG SET stream-node-max-bytes 4096`},
	{"XSETID", someStreams + `
		XSETID
		XSETID s
		XSETID s 9-0
		XSETID s 8-0
		XSETID s 100
		XINFO STREAM s
		XADD s 99-0 f v
		XSETID s x
		XSETID s -
		XSETID s $
		XSETID s 200 FOO
		XSETID s 200 ENTRIESADDED
		XSETID s 200 ENTRIESADDED x
		XSETID s 200 ENTRIESADDED -1
		XSETID s 200 ENTRIESADDED 4
		XSETID s 200 ENTRIESADDED 5
		XSETID s 200 ENTRIESADDED 50 MAXDELETEDID 150-3
		XINFO STREAM s
		XSETID s 200 MAXDELETEDID 200-1
		XSETID s 200 MAXDELETEDID x
		XSETID s 200 MAXDELETEDID 0-0
		XSETID s 200 maxdeletedid 199 entriesadded 60
		XINFO STREAM s
		XSETID s 120
		XSETID s 5
		XSETID none 5
		XSETID none x
		XSETID str 5
		XSETID str x
		XSETID empty 5 ENTRIESADDED 0
		XINFO STREAM empty
		XSETID empty 3
		XADD empty 3-1 f v`},
	{"XSETID back below what was deleted", someStreams + `
		XDEL s 5-7 9-0
		XSETID s 2-0
		XADD s 3-0 f v
		XADD s 9-0 again v
		XRANGE s - +
		XREVRANGE s + -
		XRANGE s 3 3
		XREVRANGE s 3 3
		XREVRANGE s 8 0
		XDEL s 3-0
		XRANGE s - +`},
	{"XINFO", someStreams + `
		XINFO
		XINFO HELP
		XINFO HELP x
		XINFO FOO
		XINFO FOO s
		XINFO STREAM
		XINFO STREAM s
		XINFO STREAM one
		XINFO STREAM empty
		XINFO STREAM none
		XINFO STREAM str
		XINFO STREAM s x
		XINFO STREAM none x
		XINFO STREAM s FULL
		XINFO STREAM s full COUNT 2
		XINFO STREAM s FULL COUNT 0
		XINFO STREAM s FULL COUNT -3
		XINFO STREAM s FULL COUNT x
		XINFO STREAM s FULL COUNT
		XINFO STREAM s FULL x 2
		XINFO STREAM s x COUNT 2
		XINFO STREAM s FULL COUNT 2 x
		XINFO STREAM none FULL
		XINFO STREAM none FULL x
		XINFO GROUPS
		XINFO GROUPS s
		XINFO GROUPS empty
		XINFO GROUPS empty g
		XINFO GROUPS none
		XINFO GROUPS str
		XINFO CONSUMERS
		XINFO CONSUMERS empty
		XINFO CONSUMERS empty g
		XINFO CONSUMERS empty h
		XINFO CONSUMERS none g
		XINFO CONSUMERS str g
		XINFO CONSUMERS empty g x`},
	{"XGROUP", someStreams + `
		XGROUP
		XGROUP HELP
		XGROUP HELP x
		XGROUP FOO
		XGROUP FOO s g
		XGROUP CREATE
		XGROUP CREATE s g
		XGROUP CREATE s g 0
		XGROUP CREATE s g 0
		XGROUP CREATE s g x
		XGROUP CREATE s a $
		XGROUP CREATE s b 2-0 ENTRIESREAD 3
		XGROUP CREATE s c 1 MKSTREAM ENTRIESREAD -1
		XGROUP CREATE s "" 5-7
		XGROUP CREATE s d -
		XGROUP CREATE s d +
		XGROUP CREATE s d x
		XGROUP CREATE s d 0 ENTRIESREAD -2
		XGROUP CREATE s d 0 ENTRIESREAD x
		XGROUP CREATE s d 0 ENTRIESREAD
		XGROUP CREATE s d 0 FOO
		XGROUP CREATE s d 0 MKSTREAM MKSTREAM
		XGROUP CREATE s e 0 MKSTREAM MKSTREAM ENTRIESREAD 5
		XGROUP CREATE s e 0 MKSTREAM MKSTREAM MKSTREAM ENTRIESREAD 5
		XGROUP CREATE s e 0 ENTRIESREAD 9223372036854775807
		XGROUP CREATE none g 0
		XGROUP CREATE none g x
		XGROUP CREATE none g x MKSTREAM
		EXISTS none
		XGROUP CREATE none g $ MKSTREAM
		XGROUP CREATE none g $ MKSTREAM
		XINFO STREAM none FULL
		XGROUP CREATE str g 0
		XGROUP CREATE str g 0 FOO
		XGROUP CREATE str g 0 MKSTREAM
		XINFO GROUPS s
		XGROUP SETID s g 1-1
		XGROUP SETID s g $ ENTRIESREAD 2
		XGROUP SETID s g -
		XGROUP SETID s a +
		XGROUP SETID s b 2-0 ENTRIESREAD -1
		XGROUP SETID s b x
		XGROUP SETID s b 1 MKSTREAM
		XGROUP SETID s b 1 ENTRIESREAD
		XGROUP SETID s b 1 ENTRIESREAD -7
		XGROUP SETID s b 1 ENTRIESREAD 5 ENTRIESREAD 6
		XGROUP SETID s none 0
		XGROUP SETID s none x
		XGROUP SETID nokey g 0
		XGROUP SETID str g 0
		XINFO GROUPS s
		XGROUP CREATECONSUMER s g alice
		XGROUP CREATECONSUMER s g alice
		XGROUP CREATECONSUMER s g ""
		XGROUP CREATECONSUMER s none alice
		XGROUP CREATECONSUMER nokey g alice
		XGROUP CREATECONSUMER str g alice
		XGROUP CREATECONSUMER s g
		~clocks XINFO CONSUMERS s g
		XGROUP DELCONSUMER s g alice
		XGROUP DELCONSUMER s g alice
		XGROUP DELCONSUMER s none alice
		XGROUP DELCONSUMER nokey g alice
		XGROUP DELCONSUMER str g alice
		XGROUP DELCONSUMER s g
		XGROUP DESTROY s g
		XGROUP DESTROY s g
		XGROUP DESTROY nokey g
		XGROUP DESTROY str g
		XGROUP DESTROY s
		XGROUP DESTROY s g x
		XINFO GROUPS s`},
	{"XREAD", someStreams + `
		XREAD
		XREAD STREAMS
		XREAD STREAMS s
		XREAD STREAMS s 0
		XREAD STREAMS s one 0 0
		XREAD streams one s none 7-6 5-7 0
		XREAD STREAMS s 9-0
		XREAD STREAMS s $
		XREAD STREAMS none $
		XREAD STREAMS none 0
		XREAD STREAMS empty 0
		XREAD STREAMS s one 9 0
		XREAD STREAMS s s 0 5
		XREAD COUNT 2 STREAMS s one 0 0
		XREAD COUNT 0 STREAMS s 5
		XREAD COUNT -1 STREAMS s 5
		XREAD COUNT x STREAMS s 5
		XREAD COUNT STREAMS s 5
		XREAD COUNT 1 COUNT 2 STREAMS s 0
		XREAD BLOCK 1 STREAMS s 0
		XREAD BLOCK 1 STREAMS s $
		XREAD BLOCK 1 COUNT 1 STREAMS none empty 0 0
		XREAD BLOCK x STREAMS s 0
		XREAD BLOCK -1 STREAMS s 0
		XREAD BLOCK 1.5 STREAMS s 0
		XREAD BLOCK 9223372036854775807 STREAMS s 0
		XREAD BLOCK 9223372036854775808 STREAMS s 0
		XREAD BLOCK STREAMS s 0
		XREAD STREAMS s >
		XREAD STREAMS s x
		XREAD STREAMS s -
		XREAD STREAMS s +
		XREAD STREAMS s 1-*
		XREAD STREAMS s one 0
		XREAD STREAMS str 0
		XREAD STREAMS s str 0 0
		XREAD STREAMS s str x 0
		XREAD GROUP g c STREAMS s 0
		XREAD GROUP g STREAMS s 0
		XREAD NOACK STREAMS s 0
		XREAD FOO STREAMS s 0
		XREAD COUNT 1 FOO
		XREAD STREAMS COUNT 1
		XREAD STREAMS s 18446744073709551615-18446744073709551615
		XREAD STREAMS s 1-18446744073709551615`},
	{"XREADGROUP", someStreams + `
		XGROUP CREATE s g 0
		XGROUP CREATE one g $
		XREADGROUP
		XREADGROUP GROUP g alice STREAMS s
		XREADGROUP GROUP g alice STREAMS s >
		XREADGROUP GROUP g alice STREAMS s >
		XREADGROUP GROUP g bob STREAMS s one > >
		XREADGROUP GROUP g alice COUNT 2 STREAMS s 0
		XREADGROUP GROUP g alice STREAMS s 1-2
		XREADGROUP GROUP g alice STREAMS s 9
		XREADGROUP GROUP g bob STREAMS s 0
		XREADGROUP GROUP g new STREAMS s 0
		XREADGROUP GROUP g newer BLOCK 1 STREAMS s >
		XREADGROUP GROUP g newest NOACK STREAMS one >
		~clocks XPENDING s g - + 10
		~clocks XINFO STREAM s FULL
		~clocks XINFO STREAM one FULL
		XDEL s 1-2
		XREADGROUP GROUP g alice STREAMS s 0
		XADD s 10 f v
		XADD s 11 f v
		XADD one 8 f v
		XREADGROUP GROUP g bob COUNT 1 STREAMS s one > >
		XREADGROUP GROUP g bob COUNT 1 NOACK STREAMS s one > >
		XINFO GROUPS s
		XREADGROUP GROUP g bob STREAMS s one 0 >
		XGROUP SETID s g 2
		XREADGROUP GROUP g carol STREAMS s >
		~clocks XPENDING s g - + 20
		XREADGROUP GROUP g alice STREAMS s $
		XREADGROUP GROUP g alice STREAMS s x
		XREADGROUP GROUP g alice STREAMS s -
		XREADGROUP GROUP g alice STREAMS s one >
		XREADGROUP GROUP x alice STREAMS s >
		XREADGROUP GROUP g alice STREAMS none >
		XREADGROUP GROUP g alice STREAMS s none > >
		XREADGROUP GROUP g alice STREAMS s none x >
		XREADGROUP GROUP g alice STREAMS str >
		XREADGROUP GROUP g alice COUNT x STREAMS s >
		XREADGROUP GROUP g alice FOO STREAMS s >
		XREADGROUP GROUP g STREAMS s >
		XREADGROUP COUNT 1 BLOCK 1 STREAMS s >
		XREADGROUP COUNT 1 NOACK NOACK STREAMS s >
		XREADGROUP GROUP g a GROUP h b STREAMS s >
		XREADGROUP GROUP g alice BLOCK -1 STREAMS s >
		XREADGROUP GROUP g alice NOACK COUNT 0 STREAMS s 0
		~clocks XINFO STREAM s FULL COUNT 0`},
	{"XACK and XPENDING", someStreams + `
		XGROUP CREATE s g 0
		XPENDING s g
		XREADGROUP GROUP g alice COUNT 3 STREAMS s >
		XREADGROUP GROUP g bob STREAMS s >
		XPENDING
		XPENDING s
		XPENDING s g
		XPENDING s g -
		XPENDING s g - +
		~clocks XPENDING s g - + 10
		~clocks XPENDING s g - + 2
		~clocks XPENDING s g 1-2 5 10
		~clocks XPENDING s g (1-1 (5-7 10
		~clocks XPENDING s g - + 10 alice
		~clocks XPENDING s g - + 10 bob
		~clocks XPENDING s g - + 10 none
		XPENDING s g - + 0
		XPENDING s g - + -1
		XPENDING s g - + x
		XPENDING s g x + 1
		XPENDING s g - x 1
		XPENDING s g (18446744073709551615-18446744073709551615 + 1
		XPENDING s g - (0 1
		XPENDING s g IDLE 0 - + 10 none
		~clocks XPENDING s g IDLE 0 - + 10
		~clocks XPENDING s g IDLE 0 - + 1 bob
		XPENDING s g IDLE 999999999 - + 10
		~clocks XPENDING s g IDLE -5 - + 10
		XPENDING s g IDLE x - + 10
		XPENDING s g IDLE 5 - +
		XPENDING s g IDLE 5 -
		~clocks XPENDING s g - + 10 alice x
		~clocks XPENDING s g - + 10 alice x y
		XPENDING s g - + 10 alice x y z
		XPENDING s g FOO 5 - + 10
		XPENDING s none
		XPENDING none g
		XPENDING none g x + 1
		XPENDING str g
		XPENDING str g - + x
		XACK
		XACK s
		XACK s g
		XACK s g 1-1
		XACK s g 1-1
		XACK s g 1-2 5-7 77 5-7
		XPENDING s g
		XACK s g 2-0 x
		XACK s g -
		XPENDING s g
		XACK s none 1-1
		XACK s none x
		XACK none g 1-1
		XACK none g x
		XACK str g 1-1
		XACK str g x
		XGROUP DELCONSUMER s g alice
		XPENDING s g
		XGROUP DELCONSUMER s g bob
		XPENDING s g`},
	{"XCLAIM", someStreams + `
		XGROUP CREATE s g 0
		XREADGROUP GROUP g alice COUNT 3 STREAMS s >
		XCLAIM
		XCLAIM s g bob 0
		XCLAIM s g bob 0 1-1
		XCLAIM s g bob 0 1-1 1-2 5-7 77
		~clocks XPENDING s g - + 10
		XCLAIM s g bob 999999 2-0
		XCLAIM s g bob -1 2-0
		XCLAIM s g carol 0 5-7
		XCLAIM s g carol 0 5-7 FORCE
		XCLAIM s g carol 0 77 FORCE
		XCLAIM s g carol 999999 9 FORCE JUSTID
		~clocks XINFO STREAM s FULL
		XCLAIM s g dave 0 1-1 JUSTID
		XCLAIM s g dave 0 1-1 IDLE 100000000
		XCLAIM s g dave 0 1-2 TIME 1000000000000
		XCLAIM s g dave 0 2-0 RETRYCOUNT 7
		XCLAIM s g dave 0 5-7 RETRYCOUNT -7
		~clocks XPENDING s g - + 10
		XCLAIM s g erin 50000000 1-1 1-2 2-0
		XCLAIM s g erin 0 1-1 TIME 9000000000000000000
		XCLAIM s g erin 0 1-2 IDLE -5
		XCLAIM s g erin 0 2-0 TIME -1
		XCLAIM s g erin 0 5-7 IDLE 9223372036854775807
		~clocks XPENDING s g - + 10
		XCLAIM s g erin 0 1-1 RETRYCOUNT 9223372036854775807 JUSTID
		~clocks XPENDING s g - + 1
		XCLAIM s g erin 0 1-1 LASTID 9-9
		XINFO GROUPS s
		XCLAIM s g erin 0 1-1 LASTID 1
		XCLAIM s g none 0 77 LASTID 10
		XINFO GROUPS s
		XDEL s 1-1 5-7
		XCLAIM s g erin 0 1-1 5-7
		XPENDING s g
		XCLAIM s g frank 0 5-7 FORCE
		XCLAIM s g frank 0 1-1 FOO
		XCLAIM s g frank x 1-1
		XCLAIM s g frank 0 x
		XCLAIM s g frank 0 -
		XCLAIM s g frank 0 1-2 IDLE
		XCLAIM s g frank 0 1-2 IDLE x
		XCLAIM s g frank 0 1-2 TIME x
		XCLAIM s g frank 0 1-2 RETRYCOUNT x
		XCLAIM s g frank 0 1-2 LASTID x
		XCLAIM s g frank 0 1-2 FORCE 2-0
		XCLAIM s g frank 0 FORCE JUSTID
		XCLAIM s none frank x x
		XCLAIM none g frank 0 1-1
		XCLAIM str g frank x x
		~clocks XINFO STREAM s FULL`},
	{"XAUTOCLAIM", someStreams + `
		XGROUP CREATE s g 0
		XREADGROUP GROUP g alice STREAMS s >
		XAUTOCLAIM
		XAUTOCLAIM s g bob 0
		XAUTOCLAIM s g bob 0 -
		XAUTOCLAIM s g bob 0 0 COUNT 2
		XAUTOCLAIM s g bob 0 2-0 COUNT 2
		XAUTOCLAIM s g bob 0 (5-7 COUNT 2
		XAUTOCLAIM s g bob 0 77
		XAUTOCLAIM s g bob 99999 0
		XAUTOCLAIM s g bob -5 0 JUSTID
		~clocks XPENDING s g - + 10
		XDEL s 1-2 9
		XAUTOCLAIM s g carol 0 0 COUNT 2 JUSTID
		XAUTOCLAIM s g carol 0 0
		XAUTOCLAIM s none carol 0 0
		XAUTOCLAIM none g carol 0 0
		XAUTOCLAIM none g carol x 0
		XAUTOCLAIM none g carol 0 x
		XAUTOCLAIM none g carol 0 (18446744073709551615-18446744073709551615
		XAUTOCLAIM str g carol 0 0
		XAUTOCLAIM str g carol 0 0 FOO
		XAUTOCLAIM s g carol 0 0 COUNT
		XAUTOCLAIM s g carol 0 0 COUNT 0
		XAUTOCLAIM s g carol 0 0 COUNT -1
		XAUTOCLAIM s g carol 0 0 COUNT x
		XAUTOCLAIM s g carol 0 0 COUNT 576460752303423487
		XAUTOCLAIM s g carol 0 0 COUNT 576460752303423488
		XAUTOCLAIM none g carol 0 0 COUNT 576460752303423487
		XAUTOCLAIM s g carol 0 0 JUSTID FOO
		XAUTOCLAIM s g carol 0 0 JUSTID COUNT 1
		~clocks XINFO STREAM s FULL
		XTRIM s MAXLEN 0
		XAUTOCLAIM s g dave 0 0 COUNT 1
		XAUTOCLAIM s g dave 0 0
		XPENDING s g`},
	{"lag and counters", someStreams + `
		XGROUP CREATE s g 0
		XGROUP CREATE s h $
		XGROUP CREATE s i 2 ENTRIESREAD 1
		XGROUP CREATE s j 5-7
		XINFO GROUPS s
		XREADGROUP GROUP g c COUNT 1 STREAMS s >
		XREADGROUP GROUP i c COUNT 1 STREAMS s >
		XINFO GROUPS s
		XDEL s 1-1
		XINFO GROUPS s
		XREADGROUP GROUP g c COUNT 1 STREAMS s >
		XDEL s 5-7
		XINFO GROUPS s
		XREADGROUP GROUP g c COUNT 1 STREAMS s >
		XINFO GROUPS s
		XREADGROUP GROUP g c COUNT 1 STREAMS s >
		XINFO GROUPS s
		XTRIM s MAXLEN 1
		XADD s 20 f v
		XINFO GROUPS s
		XREADGROUP GROUP g c STREAMS s >
		XREADGROUP GROUP j c STREAMS s >
		XTRIM s MAXLEN 0
		XINFO GROUPS s
		XADD s 21 f v
		XINFO GROUPS s
		XGROUP SETID s g 3
		XGROUP SETID s h 100
		XGROUP SETID s i 21
		XINFO GROUPS s
		XINFO GROUPS empty
		XGROUP SETID empty g 5
		XINFO GROUPS empty`},
	{"streams among other keys", someStreams + `
		XGROUP CREATE s g 0
		XREADGROUP GROUP g alice STREAMS s >
		TYPE s
		OBJECT ENCODING s
		OBJECT REFCOUNT s
		SCAN 0 COUNT 1000 TYPE stream
		COPY s t
		RENAME s u
		~clocks XINFO STREAM t FULL
		~clocks XINFO STREAM u FULL
		MOVE u 1
		EXISTS u
		SELECT 1
		~clocks XINFO STREAM u FULL
		SELECT 0
		COPY empty e2
		XINFO STREAM e2 FULL
		SETEX t 100 v
		TYPE t
		GET empty
		LPUSH one x
		SADD one x
		HSET one f v
		ZADD one 1 m
		EXPIRE one 100
		XADD one 100 f v
		TTL one
		DEL one e2
		UNLINK empty
		DBSIZE`},
}

func manyEntries(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("\nXADD s " + strconv.Itoa(i+1) + " f v" + strconv.Itoa(i%3))
	}
	return b.String()
}

func (g *gen) streamKey() string { return g.of("s1", "s1", "s1", "s2", "s2", "str", "none") }

// streamID draws an id; those that entries get are small.
func (g *gen) streamID() string {
	if g.IntN(20) == 0 {
		return g.of("0", "0-0", "0-1", "x", "", "-", "+", "$", ">", "1-*", "-1", "1-", "1--1",
			"18446744073709551615", "18446744073709551615-18446744073709551615",
			"18446744073709551616", "007-1", " 7-1")
	}
	return g.entryID()
}

func (g *gen) entryID() string {
	id := strconv.Itoa(1 + g.IntN(60))
	if g.IntN(3) > 0 {
		id += "-" + strconv.Itoa(g.IntN(3))
	}
	return id
}

func (g *gen) interval() string {
	switch g.IntN(6) {
	case 0:
		return "-"
	case 1:
		return "+"
	case 2:
		return "(" + g.streamID()
	}
	return g.streamID()
}

func (g *gen) pairs() []string {
	switch g.IntN(4) {
	case 0:
		return words("f", g.of("1", "-1", "12345", "x", "", strings.Repeat("y", g.IntN(300))))
	case 1:
		return words("f", "v", "g", g.of("w", "99999"))
	case 2:
		return words(g.of("f", "g", "7"), "v")
	}
	return words("f", "v")
}

func (g *gen) trim() []string {
	return words(append(words(g.of("MAXLEN", "MINID", "maxlen"), g.of("=", "~", "~")),
		append(words(strconv.Itoa(g.IntN(60))),
			g.maybe(6, "LIMIT", g.of("0", "1", "5", "20"))...)...)...)
}

var streamFamily = []weighted{
	{20, func(g *gen) []string {
		return g.command("XADD", words(g.of("s1", "s2")), g.maybe(8, "NOMKSTREAM"),
			g.of2(nil, nil, nil, g.trim()), words(g.streamID()), g.pairs())
	}},
	{6, func(g *gen) []string {
		return g.command("XADD", words(g.of("s1", "s2"), strconv.Itoa(1+g.IntN(60))+"-*"), g.pairs())
	}},
	{6, func(g *gen) []string {
		return g.command("XDEL", words(g.streamKey(), g.streamID()),
			g.maybe(2, g.streamID(), g.entryID()))
	}},
	{4, func(g *gen) []string { return g.command("XTRIM", words(g.streamKey()), g.trim()) }},
	{4, func(g *gen) []string {
		return g.command("XRANGE", words(g.streamKey(), g.interval(), g.interval()),
			g.maybe(3, "COUNT", g.small()))
	}},
	{4, func(g *gen) []string {
		return g.command("XREVRANGE", words(g.streamKey(), g.interval(), g.interval()),
			g.maybe(3, "COUNT", g.small()))
	}},
	{4, func(g *gen) []string { return g.command("XINFO", words("STREAM", g.streamKey())) }},
	{2, func(g *gen) []string { return g.command("XINFO", words("STREAM", g.streamKey(), "FULL")) }},
	{2, func(g *gen) []string { return g.command("XLEN", words(g.streamKey())) }},
	{2, func(g *gen) []string {
		return g.command("XREAD", g.maybe(2, "COUNT", g.small()),
			words("STREAMS", g.streamKey(), g.streamKey(), g.streamID(), g.streamID()))
	}},
	{2, func(g *gen) []string {
		return g.command("XSETID", words(g.streamKey(), strconv.Itoa(50+g.IntN(200))),
			g.maybe(3, "ENTRIESADDED", strconv.Itoa(g.IntN(100))),
			g.maybe(3, "MAXDELETEDID", g.streamID()))
	}},
	{2, func(g *gen) []string {
		return g.command("CONFIG", words("SET", "stream-node-max-entries", g.of("1", "3", "5", "0")))
	}},
	{1, func(g *gen) []string {
		return g.command("CONFIG", words("SET", "stream-node-max-bytes",
			g.of("0", "60", "200", "4096")))
	}},
	{1, func(g *gen) []string { return g.command("COPY", words("s1", "s2", "REPLACE")) }},
	{1, func(g *gen) []string { return g.command("RENAME", words("s2", "s1")) }},
	{1, func(g *gen) []string { return g.command("DEL", words(g.of("s1", "s2", "s2"))) }},
	{1, func(g *gen) []string { return g.command("SET", words("str", "v")) }},
}

func (g *gen) group() string { return g.of("g", "g", "g", "h", "h", "none") }

func (g *gen) consumer() string { return g.of("alice", "bob", "carol", "al", "") }

// streamGroupFamily draws the commands of groups, on streams that are written and trimmed.
var streamGroupFamily = []weighted{
	{14, func(g *gen) []string {
		return g.command("XADD", words(g.of("s1", "s2"), strconv.Itoa(1+g.IntN(200))+"-*"), g.pairs())
	}},
	{3, func(g *gen) []string {
		return g.command("XDEL", words(g.streamKey(), g.entryID(), g.entryID()))
	}},
	{1, func(g *gen) []string { return g.command("XTRIM", words(g.streamKey()), g.trim()) }},
	{2, func(g *gen) []string {
		return g.command("XGROUP", words("CREATE", g.of("s1", "s2"), g.group(),
			g.of("0", "$", g.streamID())), g.maybe(2, "MKSTREAM"),
			g.maybe(3, "ENTRIESREAD", g.of("0", "3", "-1", "x")))
	}},
	{1, func(g *gen) []string {
		return g.command("XGROUP", words("SETID", g.streamKey(), g.group(), g.of("0", "$", g.streamID())),
			g.maybe(3, "ENTRIESREAD", g.of("0", "5", "-1")))
	}},
	{1, func(g *gen) []string {
		return g.command("XGROUP", words(g.of("CREATECONSUMER", "DELCONSUMER"), g.streamKey(), g.group(),
			g.consumer()))
	}},
	{14, func(g *gen) []string {
		return g.command("XREADGROUP", words("GROUP", g.group(), g.consumer()),
			g.maybe(2, "COUNT", g.of("1", "2", "5")), g.maybe(6, "NOACK"),
			words("STREAMS", g.of("s1", "s2"), g.of(">", ">", ">", g.streamID())))
	}},
	{2, func(g *gen) []string {
		return g.command("XREADGROUP", words("GROUP", g.group(), g.consumer(), "STREAMS", "s1", "s2",
			g.of(">", "0"), g.of(">", "0")))
	}},
	{5, func(g *gen) []string {
		return g.command("XACK", words(g.streamKey(), g.group(), g.streamID(), g.entryID(), g.entryID()))
	}},
	{6, func(g *gen) []string {
		// A time that is long past for one minimum, and another one not: none is near a border.
		return g.command("XCLAIM", words(g.streamKey(), g.group(), g.consumer(),
			g.of("0", "3600000"), g.streamID(), g.entryID()), g.maybe(3, "FORCE"), g.maybe(3, "JUSTID"),
			g.maybe(3, "IDLE", g.of("0", "7200000")), g.maybe(4, "RETRYCOUNT", g.of("0", "3", "x")),
			g.maybe(6, "LASTID", g.streamID()))
	}},
	{3, func(g *gen) []string {
		return g.command("XAUTOCLAIM", words(g.streamKey(), g.group(), g.consumer(),
			g.of("0", "3600000"), g.streamID()), g.maybe(2, "COUNT", g.of("1", "2", "0")),
			g.maybe(2, "JUSTID"))
	}},
	{2, func(g *gen) []string { return g.command("XPENDING", words(g.streamKey(), g.group())) }},
	{4, func(g *gen) []string {
		g.comparison = "clocks"
		return g.command("XPENDING", words(g.streamKey(), g.group()), g.maybe(3, "IDLE", "3600000"),
			words(g.interval(), g.interval(), g.of("10", "1", "0")), g.maybe(2, g.consumer()))
	}},
	{3, func(g *gen) []string { return g.command("XINFO", words("GROUPS", g.streamKey())) }},
	{2, func(g *gen) []string {
		g.comparison = "clocks"
		return g.command("XINFO", words("CONSUMERS", g.streamKey(), g.group()))
	}},
	{3, func(g *gen) []string {
		g.comparison = "clocks"
		return g.command("XINFO", words("STREAM", g.streamKey(), "FULL"),
			g.maybe(2, "COUNT", g.of("0", "3")))
	}},
	{1, func(g *gen) []string {
		return g.command("CONFIG", words("SET", "stream-node-max-entries", g.of("1", "3", "5")))
	}},
	{1, func(g *gen) []string { return g.command("COPY", words("s1", "s2", "REPLACE")) }},
	{1, func(g *gen) []string { return g.command("DEL", words(g.of("s1", "s2"))) }},
}
