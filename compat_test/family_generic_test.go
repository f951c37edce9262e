package compat_test

import (
	"strconv"
	"strings"
	"testing"
)

func TestGenericFamily(t *testing.T) { runTable(t, genericFamilyCases) }

// TestRandomGenericFamily holds random scripts of the family against the real server.
func TestRandomGenericFamily(t *testing.T) {
	runRandom(t, family{"generic family", genericFamily, 500})
}

var genericFamilyCases = []scripted{
	{"RENAME and RENAMENX", `
		RENAME
		RENAME a
		RENAME a b c
		RENAMENX a
		RENAME a b
		RENAME a a
		RENAMENX a b
		RENAMENX a a
		SET a 1
		RENAME a a
		RENAMENX a a
		RENAME a b
		MGET a b
		OBJECT ENCODING b
		SET c 2
		RENAMENX b c
		RENAMENX b d
		MGET b c d
		RENAME c d
		GET d
		SET t ` + strings.Repeat("x", 2000) + ` PXAT 4102444800123
		RENAME t d
		PEXPIRETIME d
		STRLEN d
		SET u v
		RENAME u d
		TTL d
		ZADD z 1 a 2 b
		RENAME z z2
		ZRANGE z2 0 -1 WITHSCORES
		RENAME z2 d
		TYPE d
		SET s v
		RENAME s d
		TYPE d
		RENAME d ` + strings.Repeat("longname", 200) + `
		DBSIZE
		RENAME ` + strings.Repeat("longname", 200) + ` d
		GET d`},
	{"MOVE", `
		MOVE
		MOVE k
		MOVE k 1 2
		MOVE k 0
		MOVE k 1
		MOVE k x
		MOVE k 16
		MOVE k -1
		MOVE k 2147483648
		MOVE k 9223372036854775808
		SET k v PXAT 4102444800123
		MOVE k 0
		MOVE k 1
		EXISTS k
		SET k w
		MOVE k 1
		GET k
		SELECT 1
		GET k
		PEXPIRETIME k
		MOVE k 2
		DBSIZE
		SELECT 2
		ZADD z 1 a
		MOVE z 0
		SELECT 0
		ZRANGE z 0 -1
		DBSIZE`},
	{"COPY", `
		COPY
		COPY a
		COPY a b
		COPY a a
		COPY a b FOO
		COPY a b DB
		COPY a b DB x
		COPY a b DB 16
		COPY a b DB -1
		COPY a b DB 2147483648
		COPY a a DB 0
		COPY a a DB 1
		COPY a b DB 16 FOO
		SET a 12345678
		COPY a b
		OBJECT ENCODING b
		GET b
		COPY a b
		SET a 13
		APPEND a ""
		COPY a b REPLACE
		OBJECT ENCODING b
		COPY a b replace REPLACE db 1 DB 2
		SELECT 2
		GET b
		SELECT 0
		SET t v PXAT 4102444800123
		COPY t b REPLACE
		PEXPIRETIME b
		SET t w
		COPY t b REPLACE
		TTL b
		SET big ` + strings.Repeat("x", 3000) + `
		COPY big copy
		APPEND copy y
		STRLEN big
		STRLEN copy
		ZADD z 1 a 2 b 3 c
		COPY z y
		ZADD y 9 new
		ZRANGE z 0 -1 WITHSCORES
		ZRANGE y 0 -1 WITHSCORES
		OBJECT ENCODING y
		ZADD z 4 ` + strings.Repeat("m", 65) + `
		COPY z y REPLACE
		ZREM z a
		ZRANGE y 0 -1
		OBJECT ENCODING y
		COPY z a REPLACE
		TYPE a
		COPY a a`},
	{"COPY of sets and lists", `
		SADD i 1 2 3
		COPY i j
		SADD j 4
		SCARD i
		OBJECT ENCODING j
		SADD i x
		COPY i k
		~sorted SMEMBERS k
		OBJECT ENCODING k
		RPUSH l a b c 1
		COPY l m
		RPUSH m d
		LRANGE l 0 -1
		LRANGE m 0 -1
		OBJECT ENCODING m
		RENAME m n
		LRANGE n 0 -1`},
	{"SWAPDB", `
		SWAPDB
		SWAPDB 0
		SWAPDB 0 1 2
		SWAPDB x 1
		SWAPDB 0 x
		SWAPDB x x
		SWAPDB 0 16
		SWAPDB -1 0
		SWAPDB 16 0
		SWAPDB 2147483648 0
		SWAPDB 0 2147483648
		SET k zero PXAT 4102444800123
		SWAPDB 0 0
		GET k
		SWAPDB 0 3
		DBSIZE
		SET k other
		SELECT 3
		GET k
		PEXPIRETIME k
		PERSIST k
		SWAPDB 3 0
		GET k
		EXPIREAT k 4102444800
		SWAPDB 0 3
		TTL k
		SELECT 0
		PEXPIRETIME k`},
	{"TOUCH and RANDOMKEY", `
		TOUCH
		TOUCH a
		RANDOMKEY
		RANDOMKEY x
		SET a 1
		RANDOMKEY
		ZADD z 1 a
		TOUCH a z none a
		SET e 1 PXAT 1
		DEL a z
		RANDOMKEY
		DBSIZE`},
	{"OBJECT", `
		OBJECT
		OBJECT HELP
		OBJECT HELP x
		OBJECT FOO
		OBJECT FOO k
		OBJECT ENCODING
		OBJECT ENCODING a b
		OBJECT ENCODING none
		OBJECT REFCOUNT none
		OBJECT IDLETIME none
		OBJECT FREQ none
		SET k v
		object encoding k
		OBJECT REFCOUNT k
		OBJECT IDLETIME k
		OBJECT FREQ k
		SET n 9999
		OBJECT REFCOUNT n
		SET n 10000
		OBJECT REFCOUNT n
		SET n -1
		OBJECT REFCOUNT n
		SET n 01
		OBJECT REFCOUNT n
		ZADD z 1 a
		OBJECT ENCODING z
		OBJECT REFCOUNT z
		CONFIG SET maxmemory-policy allkeys-lfu
		OBJECT IDLETIME k
		SET f v
		OBJECT FREQ f
		SET n 1
		OBJECT REFCOUNT n
		CONFIG SET maxmemory-policy noeviction`},
}

// genericFamily moves strings and sorted sets about, in three databases.
var genericFamily = []weighted{
	{6, func(g *gen) []string {
		return g.command("SET", words(g.key(), g.stringValue()), g.maybe(3, "PXAT", g.deadlineMs()))
	}},
	{3, func(g *gen) []string { return g.zaddTo(g.key(), 1+g.IntN(6)) }},
	{1, func(g *gen) []string { return g.zaddTo(g.key(), 150) }},
	{6, func(g *gen) []string { return g.command("RENAME", words(g.key(), g.key())) }},
	{3, func(g *gen) []string { return g.command("RENAMENX", words(g.key(), g.key())) }},
	{4, func(g *gen) []string { return g.command("MOVE", words(g.key(), g.db())) }},
	{6, func(g *gen) []string {
		return g.command("COPY", words(g.key(), g.key()), g.maybe(3, g.mixCase("DB"), g.db()),
			g.maybe(2, g.mixCase("REPLACE")), g.maybe(30, g.junk()))
	}},
	{2, func(g *gen) []string { return g.command("SWAPDB", words(g.db(), g.db())) }},
	{2, func(g *gen) []string { return g.command("SELECT", words(g.of("0", "1", "2"))) }},
	{2, func(g *gen) []string { return g.command("TOUCH", g.keys()) }},
	{4, func(g *gen) []string { return g.command("GET", words(g.key())) }},
	{4, func(g *gen) []string {
		return g.command("ZRANGE", words(g.key(), "0", "-1", "WITHSCORES"))
	}},
	{4, func(g *gen) []string { return g.command("OBJECT", words("ENCODING", g.key())) }},
	{4, func(g *gen) []string { return g.command("PEXPIRETIME", words(g.key())) }},
	{2, func(g *gen) []string { return g.command("APPEND", words(g.key(), g.piece())) }},
	{2, func(g *gen) []string { return g.command("KEYS", words("*")) }},
	{2, func(g *gen) []string { return g.command("DEL", g.keys()) }},
}

func (g *gen) db() string { return g.of("0", "1", "2", "0", "1", "2", "0", "1", "2", "16", "x") }

func (g *gen) zaddTo(key string, members int) []string {
	args := g.command("ZADD", words(key))
	for range members {
		args = append(args, strconv.Itoa(g.IntN(10)), g.member()+strconv.Itoa(g.IntN(members)))
	}
	return args
}
