package compat_test

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

func TestDebugData(t *testing.T) { runTable(t, debugDataCases) }

var debugDataCases = []scripted{
	{"DEBUG DIGEST", `
		DEBUG DIGEST
		DEBUG DIGEST x
		SET s 123
		DEBUG DIGEST
		SET t text
		RPUSH l a b 1 2
		SADD i 1 2 3
		SADD h a b c 1
		HSET f a b c 1 2 d
		ZADD z 1 a 2.5 b inf c -inf 17
		XADD x 1-1 a b c 17
		XADD x 2-1 a b c 18
		DEBUG DIGEST
		EXPIREAT s 4102444800
		DEBUG DIGEST
		SELECT 3
		SET s 123
		DEBUG DIGEST
		SELECT 0
		DEBUG DIGEST-VALUE
		DEBUG DIGEST-VALUE s t l i h f z x none s
		EXPIREAT l 4102444800
		DEBUG DIGEST-VALUE l
		LPUSH l ` + strings.Repeat("x", 9000) + `
		ZADD z 3 ` + strings.Repeat("m", 65) + `
		HSET f ` + strings.Repeat("f", 65) + ` 5
		DEBUG DIGEST-VALUE l z f`},
	// Redis waits for the disk each time it saves: once is enough.
	{"DEBUG RELOAD", `
		@proto 3
		DEBUG RELOAD x
		DEBUG RELOAD NOSAVE x
		SET s 123
		EXPIREAT s 4102444800
		RPUSH l a b c
		SELECT 2
		ZADD z 1 a
		HSET h f v
		DEBUG DIGEST
		DEBUG RELOAD
		DEBUG DIGEST
		DEL z
		SET n new
		DEBUG RELOAD NOSAVE
		DBSIZE
		ZRANGE z 0 -1 WITHSCORES
		SET n new
		SET h changed
		DEBUG RELOAD nosave noflush merge
		DBSIZE
		GET n
		HGETALL h
		SELECT 0
		PEXPIRETIME s
		LRANGE l 0 -1`},
	{"DEBUG about listpacks and quicklists", `
		DEBUG LISTPACK
		DEBUG LISTPACK none
		DEBUG QUICKLIST none
		SET s v
		DEBUG LISTPACK s
		DEBUG QUICKLIST s
		RPUSH l a b 1
		DEBUG LISTPACK l
		DEBUG QUICKLIST l
		DEBUG QUICKLIST l 1
		DEBUG QUICKLIST l 1 2
		HSET h f v
		ZADD z 1 a
		SADD i 1
		DEBUG LISTPACK h
		DEBUG LISTPACK z
		DEBUG LISTPACK i
		DEBUG QUICKLIST h
		DEBUG STRINGMATCH-TEST x
		DEBUG OBJECT
		DEBUG OBJECT none
		DEBUG OBJECT a b`},
	{"DEBUG SET-SKIP-CHECKSUM-VALIDATION", `
		RESTORE s 0 "\x00\xc0\x11\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		DEBUG SET-SKIP-CHECKSUM-VALIDATION
		DEBUG SET-SKIP-CHECKSUM-VALIDATION 1 1
		DEBUG SET-SKIP-CHECKSUM-VALIDATION 1
		RESTORE s 0 "\x00\xc0\x11\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		GET s
		RESTORE t 0 "\x00\xc0\x11\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		RESTORE t 0 "\x00\xc0\x11"
		RESTORE t 0 "\x00\x05abc\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		DEBUG SET-SKIP-CHECKSUM-VALIDATION x
		RESTORE t 0 "\x00\xc0\x11\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		EXISTS t`},
	{"DEBUG QUICKLIST-PACKED-THRESHOLD", `
		DEBUG QUICKLIST-PACKED-THRESHOLD
		DEBUG QUICKLIST-PACKED-THRESHOLD x
		DEBUG QUICKLIST-PACKED-THRESHOLD -1
		DEBUG QUICKLIST-PACKED-THRESHOLD 4gb
		DEBUG QUICKLIST-PACKED-THRESHOLD 4294967295
		DEBUG QUICKLIST-PACKED-THRESHOLD 4293918721
		DEBUG QUICKLIST-PACKED-THRESHOLD 4293918720
		DEBUG QUICKLIST-PACKED-THRESHOLD 1
		DEBUG QUICKLIST-PACKED-THRESHOLD 10b
		RPUSH l a b 0123456789 c d
		DUMP l
		LPUSH l 01234567890 x
		DUMP l
		LRANGE l 0 -1
		LINSERT l BEFORE b abcdefghijkl
		DUMP l
		LRANGE l 0 -1
		LSET l 1 9876543210987
		DUMP l
		LREM l 1 0123456789
		DUMP l
		LPOP l
		RPOP l
		DUMP l
		RPUSH m 0123456789
		DUMP m
		RPUSH n 12345678901234
		DUMP n
		DEBUG QUICKLIST-PACKED-THRESHOLD 0
		RPUSH o a 0123456789
		DUMP o`},
}

var addressAndTimes = regexp.MustCompile(`0x[0-9a-f]+|lru:\d+|idle:\d+`)

// TestDebugObject compares what DEBUG OBJECT tells, but for addresses and times.
func TestDebugObject(t *testing.T) {
	redis, ringer := newDumpPair(t)
	g := rand.New(rand.NewPCG(lab.seed, 7))
	for range 200 {
		args := makeValue(g, "k")
		redis.ask(t, args...)
		ringer.ask(t, args...)
		want, got := redis.ask(t, "DEBUG", "OBJECT", "k").text, ringer.ask(t, "DEBUG", "OBJECT", "k").text
		want = addressAndTimes.ReplaceAllString(want, "*")
		got = addressAndTimes.ReplaceAllString(got, "*")
		if want != got && !strings.Contains(want, "hashtable") {
			t.Fatalf("seed %d: %.100q\nredis:  %s\nringer: %s", lab.seed, args, want, got)
		}
		redis.ask(t, "DEL", "k")
		ringer.ask(t, "DEL", "k")
	}
}
