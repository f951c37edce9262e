package compat_test

import "testing"

func TestStringCommands(t *testing.T) { runTable(t, stringCases) }

var stringCases = []scripted{
	{"GET and SET, the plain way", `
		GET k
		SET k v
		GET k
		SET k ""
		GET k
		SET "" empty-key
		GET ""
		SET "a\x00b\r\n" "\x00\xff\r\n"
		GET "a\x00b\r\n"
		sEt k mixed-case
		gEt k`},
	{"GET and SET, wrong arity", `
		GET
		GET a b
		SET
		SET k
		set k
		GeT`},
	{"GET of a sorted set is a wrong type, SET replaces it", `
		ZADD z 1 a
		GET z
		SET z v GET
		TYPE z
		SET z v
		TYPE z
		GET z`},
	{"SET NX and XX", `
		SET k 1 XX
		EXISTS k
		SET k 1 NX
		SET k 2 NX
		GET k
		SET k 3 XX
		GET k
		set k 4 xX
		SET k 5 NX XX
		SET k 5 XX NX
		SET k 5 NX NX
		SET k 6 XX XX
		GET k`},
	{"SET GET returns the old value, together with every condition", `
		SET k 1 GET
		SET k 2 GET
		SET k 3 GET NX
		SET k 4 NX GET
		GET k
		SET k 5 GET XX
		SET none 1 XX GET
		EXISTS none
		SET new 1 NX GET
		GET new
		SET k 6 GET GET
		SET k 7 GET EX 100000
		SET k 8 GET KEEPTTL
		TTL k`},
	{"SET with a time to live", `
		SET k v EX 100000
		TTL k
		PTTL k
		SET k v PX 100000000
		TTL k
		SET k v EXAT 4102444800
		EXPIRETIME k
		PEXPIRETIME k
		SET k v PXAT 4102444800123
		EXPIRETIME k
		PEXPIRETIME k
		SET k v
		TTL k
		SET k v ex 100000 nx
		SET k v pxat 4102444800123 xx
		PEXPIRETIME k`},
	{"SET KEEPTTL keeps the deadline, a plain SET drops it", `
		SET k v KEEPTTL
		TTL k
		SET k v PXAT 4102444800123
		SET k w KEEPTTL
		PEXPIRETIME k
		SET k x XX KEEPTTL GET
		PEXPIRETIME k
		SET k y
		PEXPIRETIME k
		GET k`},
	{"SET refuses two ways to say the time", `
		SET k v EX 10 PX 10
		SET k v EX 10 EX 10
		SET k v EX 10 KEEPTTL
		SET k v KEEPTTL EX 10
		SET k v PX 10 EXAT 10
		SET k v PXAT 10 EXAT 10
		SET k v KEEPTTL KEEPTTL
		SET k v PERSIST
		EXISTS k`},
	{"SET refuses a time that is no time", `
		SET k v EX
		SET k v PX
		SET k v EXAT
		SET k v PXAT
		SET k v EX 0
		SET k v EX -1
		SET k v PX 0
		SET k v PX -1
		SET k v EXAT 0
		SET k v EXAT -1
		SET k v PXAT 0
		SET k v PXAT -1
		SET k v EX 1.5
		SET k v EX x
		SET k v EX ""
		SET k v EX " 1"
		SET k v EX "1 "
		SET k v EX +1
		SET k v EX 01
		SET k v EX 0x10
		SET k v EX -0
		SET k v EX 9223372036854775808
		SET k v EX -9223372036854775809
		SET k v EX NX
		EXISTS k`},
	{"SET refuses a time that overflows, in the words of the command", `
		SET k v EX 9223372036854775807
		SET k v EX 9223372036854775
		SET k v EX 9223372036854776
		SET k v EX -9223372036854775808
		SET k v PX 9223372036854775807
		SET k v PX 9223370000000000000
		SET k v EXAT 9223372036854775807
		SET k v EXAT 9223372036854776
		EXISTS k
		SET k v EXAT 9223372036854775
		PEXPIRETIME k
		SET k v PXAT 9223372036854775807
		PEXPIRETIME k
		EXPIRETIME k`},
	{"SET checks the syntax, then the type for GET, then the condition, then the time", `
		ZADD z 1 a
		SET z v GET EX 0
		SET z v GET EX x
		SET z v NX EX 0
		SET z v NX EX x
		SET z v EX 0 FOO
		SET z v GET FOO
		SET z v FOO
		SET z v NX GET
		SET z v XX GET
		TYPE z`},
	{"SET with a deadline in the past", `
		SET k v EXAT 1
		GET k
		EXISTS k
		TTL k
		SET k v PXAT 1
		TYPE k
		SET k v
		SET k w PXAT 1 GET
		GET k
		SET k v
		SET k w PXAT 1 XX
		SET k x KEEPTTL
		TTL k
		GET k`},
	{"SET stores a number as it was written", `
		SET k 12345678901234567890
		GET k
		SET k 0001
		GET k
		SET k -0
		GET k
		SET k 9223372036854775807
		GET k
		SET k -9223372036854775808
		GET k
		SET k 9999
		GET k
		SET k " 1"
		GET k`},
}
