package compat_test

import "testing"

func TestGenericCommands(t *testing.T) { runTable(t, genericCases) }

var genericCases = []scripted{
	{"DEL, UNLINK and EXISTS count each key that is there, each time it is named", `
		DEL a
		UNLINK a
		EXISTS a
		SET a 1
		SET b 1
		ZADD z 1 m
		EXISTS a b z none a a
		DEL a a none
		EXISTS a
		SET a 1
		UNLINK a b z a none
		DBSIZE`},
	{"DEL, UNLINK, EXISTS and TYPE, wrong arity", `
		DEL
		UNLINK
		EXISTS
		TYPE
		TYPE a b
		PERSIST
		PERSIST a b
		DBSIZE a
		KEYS
		KEYS a b`},
	{"TYPE names the type", `
		TYPE none
		SET s 1
		TYPE s
		ZADD z 1 m
		TYPE z
		ZREM z m
		TYPE z`},
	{"KEYS matches as glob does", `
		SET one 1
		SET two 1
		SET three 1
		SET "a*b" 1
		SET "h[llo" 1
		SET hello 1
		SET hallo 1
		SET "" 1
		KEYS *
		KEYS t*
		KEYS ?????
		KEYS h[ae]llo
		KEYS h[^e]llo
		KEYS h[a-e]llo
		KEYS h[e-a]llo
		KEYS h\\[llo
		KEYS "h\\[llo"
		KEYS "a\\*b"
		KEYS ""
		KEYS h[
		KEYS h[e
		KEYS "h[\\e]llo"
		KEYS "hello\\"
		KEYS **o
		KEYS none
		KEYS ONE
		KEYS [^a]*`},
	{"SCAN with a large COUNT returns everything and the cursor 0", `
		SCAN 0
		SET a1 1
		SET a2 1
		SET b1 1
		ZADD z1 1 m
		SCAN 0 COUNT 1000
		SCAN 0 MATCH a* COUNT 1000
		SCAN 0 COUNT 1000 MATCH *1
		SCAN 0 COUNT 1000 TYPE string
		SCAN 0 COUNT 1000 TYPE zset
		SCAN 0 COUNT 1000 TYPE ZSET
		SCAN 0 COUNT 1000 TYPE list
		SCAN 0 COUNT 1000 TYPE nosuch
		SCAN 0 COUNT 1000 TYPE ""
		SCAN 0 TYPE string MATCH *1 COUNT 1000
		SCAN 0 MATCH a* MATCH b* COUNT 1000
		SCAN 0 COUNT 1 COUNT 1000
		scan 0 count 1000 match * type string`},
	{"SCAN refuses what it can't read", `
		SCAN
		SCAN x
		SCAN ""
		SCAN -1
		SCAN "\x00"
		SCAN "\x00" COUNT
		SCAN "0\x00abc"
		SCAN "-\x00"
		SCAN "\t0"
		HSCAN h "\x00x"
		SCAN 1.5
		SCAN " 1"
		SCAN "1 "
		SCAN +0 COUNT 1000
		SCAN 18446744073709551616
		SCAN 99999999999999999999999
		SCAN 0 COUNT
		SCAN 0 MATCH
		SCAN 0 TYPE
		SCAN 0 COUNT 0
		SCAN 0 COUNT -1
		SCAN 0 COUNT x
		SCAN 0 COUNT 9223372036854775808
		SCAN 0 COUNT 1.5
		SCAN 0 NOSUCH 1
		SCAN 0 NOSUCH
		SCAN 0 COUNT x NOSUCH
		SCAN x COUNT 0
		SCAN 0 MATCH a* COUNT`},
	{"SCAN accepts the largest count, and a cursor with leading zeros", `
		SCAN 0 COUNT 9223372036854775807
		SET a 1
		SCAN 0 COUNT 9223372036854775807
		SCAN 00 COUNT 1000`},
	{"DBSIZE, FLUSHDB and FLUSHALL", `
		DBSIZE
		SET a 1
		SET b 1
		DBSIZE
		FLUSHDB
		DBSIZE
		SET a 1
		FLUSHDB SYNC
		SET a 1
		FLUSHDB ASYNC
		EXISTS a
		SET a 1
		SELECT 1
		SET a 2
		FLUSHDB async
		SELECT 0
		GET a
		FLUSHALL sync
		EXISTS a
		FLUSHALL ASYNC
		FLUSHALL NOW
		FLUSHDB NOW
		FLUSHALL SYNC ASYNC
		FLUSHDB SYNC SYNC
		FLUSHALL ""`},
	{"SELECT chooses one of sixteen", `
		SELECT 0
		SELECT 15
		SET k 15
		SELECT 16
		GET k
		SELECT -1
		SELECT 2147483647
		SELECT 2147483648
		SELECT 9223372036854775807
		SELECT 9223372036854775808
		SELECT x
		SELECT ""
		SELECT 1.0
		SELECT " 1"
		SELECT 01
		SELECT
		SELECT 0 1
		GET k
		SELECT 3
		GET k
		DBSIZE
		SELECT 15
		DBSIZE
		GET k`},
}
