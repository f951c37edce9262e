package compat_test

import (
	"encoding/binary"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/keyspace/rdb"
)

// newDumpPair starts a pair that checks payloads as thoroughly as ringer always does.
func newDumpPair(t *testing.T, options ...string) (redis, ringer *conn) {
	t.Helper()
	options = append([]string{"--sanitize-dump-payload", "yes"}, options...)
	p := newPair(t, options...)
	return mustDial(t, p.redis.addr), mustDial(t, p.ringer.addr)
}

// ask sends one command given as words and returns its reply.
func (c *conn) ask(t *testing.T, args ...string) value {
	t.Helper()
	r, err := c.do(args...)
	if err != nil {
		t.Fatalf("%q: %v", args[:min(len(args), 3)], err)
	}
	return r.value
}

// makeValue is a command that gives a key a value of one of the types and encodings.
func makeValue(g *rand.Rand, key string) []string {
	word := func() string {
		switch g.IntN(5) {
		case 0:
			return strconv.Itoa(g.IntN(300) - 150)
		case 1:
			return strconv.FormatInt(int64(g.Uint64()), 10)
		case 2:
			return strings.Repeat(string(rune('a'+g.IntN(3))), g.IntN(90))
		case 3:
			b := make([]byte, g.IntN(40))
			for i := range b {
				b[i] = byte(g.IntN(256))
			}
			return string(b)
		}
		return "w" + strconv.Itoa(g.IntN(5000))
	}
	many := []int{1, 3, 10, 40, 200, 700}[g.IntN(6)]
	args := []string{"", key}
	switch g.IntN(8) {
	case 0:
		return []string{"SET", key, word()}
	case 1:
		return []string{"SET", key, strings.Repeat(word()+word(), 1+g.IntN(400))}
	case 2:
		args[0] = "RPUSH"
		for range many {
			args = append(args, word())
		}
	case 3:
		args[0] = "SADD"
		for range many {
			args = append(args, word())
		}
	case 4:
		args[0] = "SADD"
		for range many {
			args = append(args, strconv.FormatInt(int64(g.Uint64())>>g.IntN(63), 10))
		}
	case 5:
		args[0] = "ZADD"
		for range many {
			args = append(args, randomScore(g), word())
		}
	default:
		args[0] = "HSET"
		for range many {
			args = append(args, word(), word())
		}
	}
	return args
}

func randomScore(g *rand.Rand) string {
	switch g.IntN(5) {
	case 0:
		return []string{"inf", "-inf", "0", "-0", "1e300", "4.9e-324", "0.1"}[g.IntN(7)]
	case 1:
		return strconv.FormatFloat(g.NormFloat64(), 'g', -1, 64)
	}
	return strconv.Itoa(g.IntN(20))
}

// fingerprint is everything that a client can see of a value, whatever order its table has.
func fingerprint(t *testing.T, c *conn, key string) string {
	t.Helper()
	kind := c.ask(t, "TYPE", key).text
	text := kind + " " + c.ask(t, "OBJECT", "ENCODING", key).text + " "
	switch kind {
	case "string":
		return text + strconv.Quote(c.ask(t, "GET", key).text)
	case "list":
		return text + describe(c.ask(t, "LRANGE", key, "0", "-1"))
	case "zset":
		return text + describe(c.ask(t, "ZRANGE", key, "0", "-1", "WITHSCORES"))
	case "set":
		v := c.ask(t, "SMEMBERS", key)
		v.elems = sortedByText(v.elems)
		return text + describe(v)
	case "hash":
		v := inPairs(c.ask(t, "HGETALL", key))
		v.elems = sortedByText(v.elems)
		return text + describe(v)
	}
	return text
}

// crossing holds the two servers of a pair against each other, by payloads.
type crossing struct {
	redis, ringer *conn
	same, all     int // payloads that were the same bytes
}

// TestDumpCrosses makes random values on both servers, and passes the payload of each to the other
// one. Where the order of the elements is defined, the two payloads are the same bytes.
func TestDumpCrosses(t *testing.T) {
	var x crossing
	x.redis, x.ringer = newDumpPair(t, "--hash-max-listpack-entries", "50",
		"--zset-max-listpack-entries", "50", "--set-max-intset-entries", "100")
	g := rand.New(rand.NewPCG(lab.seed, 3))
	const rounds = 400
	for range rounds {
		x.both(t, makeValue(g, "k")...)
		x.both(t, "CONFIG", "SET", "rdbcompression", []string{"yes", "no"}[g.IntN(2)])
		x.cross(t)
		x.both(t, "FLUSHALL")
	}
	if x.same < rounds/2 {
		t.Errorf("seed %d: only %d of %d payloads are the same bytes", lab.seed, x.same, x.all)
	}
}

// both sends a command to both servers, which must reply the same.
func (x *crossing) both(t *testing.T, args ...string) {
	t.Helper()
	want, got := describe(x.redis.ask(t, args...)), describe(x.ringer.ask(t, args...))
	if want != got {
		t.Fatalf("seed %d: %.100q: redis %.200s, ringer %.200s", lab.seed, args, want, got)
	}
}

// cross restores the payloads that both servers make of the key k on both of them.
func (x *crossing) cross(t *testing.T) {
	t.Helper()
	want := fingerprint(t, x.redis, "k")
	theirs, ours := x.redis.ask(t, "DUMP", "k").text, x.ringer.ask(t, "DUMP", "k").text
	x.all++
	if theirs == ours {
		x.same++
	} else if !strings.Contains(want[:min(20, len(want))], " hashtable ") {
		t.Fatalf("seed %d: %.200s: payloads differ:\n%.400q\n%.400q", lab.seed, want, theirs, ours)
	}
	for _, payload := range []string{theirs, ours} {
		for _, c := range []*conn{x.redis, x.ringer} {
			if r := c.ask(t, "RESTORE", "copy", "0", payload, "REPLACE"); r.text != "OK" {
				t.Fatalf("seed %d: RESTORE of %.100s: %s", lab.seed, want, r.text)
			}
			if got := fingerprint(t, c, "copy"); got != want {
				t.Fatalf("seed %d:\n%.400s\nis restored as\n%.400s", lab.seed, want, got)
			}
		}
	}
}

// TestDamagedPayloads changes bytes in payloads of all kinds, mends the checksum, and has both
// servers restore them: they must take the same ones, and make the same of them, but for what is
// disordered.
func TestDamagedPayloads(t *testing.T) {
	redis, ringer := newDumpPair(t)
	g := rand.New(rand.NewPCG(lab.seed, 4))
	taken, refused := 0, 0
	for range max(lab.commands/2, 500) {
		redis.ask(t, makeValue(g, "k")...)
		payload := damagedPayload(g, redis.ask(t, "DUMP", "k").text)
		redis.ask(t, "DEL", "k")
		want := redis.ask(t, "RESTORE", "copy", "0", payload, "REPLACE")
		got := ringer.ask(t, "RESTORE", "copy", "0", payload, "REPLACE")
		switch {
		case want.text == "OK" && got.text == "OK":
			taken++
			if a, b := fingerprint(t, redis, "copy"), fingerprint(t, ringer, "copy"); a != b {
				t.Fatalf("seed %d: %q is\n%.300s\n%.300s", lab.seed, payload, a, b)
			}
		case want.text != got.text && !isDisordered(t, redis, "copy"):
			t.Fatalf("seed %d: %q: redis %s, ringer %s", lab.seed, payload, want.text, got.text)
		default:
			refused++
		}
	}
	if taken < 20 || refused < 20 {
		t.Errorf("%d taken and %d refused: the damage is of the wrong size", taken, refused)
	}
}

// damagedPayload changes up to three bytes of a payload.
func damagedPayload(g *rand.Rand, payload string) string {
	b := []byte(payload[:len(payload)-10])
	for range 1 + g.IntN(3) {
		i := g.IntN(len(b))
		if g.IntN(2) == 0 {
			i = g.IntN(min(len(b), 24)) // where the heads are
		}
		switch g.IntN(3) {
		case 0:
			b[i] = byte(g.Uint32())
		case 1:
			b[i] += byte(g.IntN(5)) - 2
		default:
			b[i] ^= 1 << g.IntN(8)
		}
	}
	if b[0] == 15 || b[0] == 19 {
		b[0] = 0
	}
	b = append(b, 10, 0)
	return string(binary.LittleEndian.AppendUint64(b, rdb.Checksum(0, b)))
}

// isDisordered reports whether a key is a sorted set that redis-server has taken without looking at
// its order, or at whether its scores are numbers: ringer does not take it.
func isDisordered(t *testing.T, c *conn, key string) bool {
	t.Helper()
	return c.ask(t, "TYPE", key).text == "zset" &&
		c.ask(t, "OBJECT", "ENCODING", key).text == "listpack"
}

func TestDumpFamily(t *testing.T) { runTable(t, dumpFamilyCases) }

// Payloads of redis-server 7.0.15: the string "v", the list a b, the sorted set with a at 1, an
// intset, and the hash with f at v.
const (
	dumpOfString = `"\x00\x01v\n\x00\x91\b\xce\xb2\x198\x8a\xce"`
	dumpOfList   = `"\x12\x01\x02\r\r\x00\x00\x00\x02\x00\x81a\x02\x81b\x02\xff\n\x00` +
		`h\xeb\n\x89\x13A\xbb\xb1"`
	dumpOfZSet = `"\x11\x0c\x0c\x00\x00\x00\x02\x00\x81a\x02\x01\x01\xff\n\x00` +
		`\xa8\x05\xce\xb8\xd7\xa93\x02"`
	dumpOfSet  = `"\x0b\x0c\x02\x00\x00\x00\x02\x00\x00\x00\x01\x00\x02\x00\n\x00oy8\xb14\xeb ."`
	dumpOfHash = `"\x10\r\r\x00\x00\x00\x02\x00\x81f\x02\x81v\x02\xff\n\x00 \xf1=D#T\b\x9d"`
)

var dumpFamilyCases = []scripted{
	{"DUMP", `
		DUMP
		DUMP a b
		DUMP none
		SET s v
		DUMP s
		SET s 12
		DUMP s
		SET s -70000
		DUMP s
		SET s 9223372036854775807
		DUMP s
		SET s 0012
		DUMP s
		SET s ""
		DUMP s
		APPEND s 12
		OBJECT ENCODING s
		DUMP s
		SET s ` + strings.Repeat("a", 20) + `
		DUMP s
		SET s ` + strings.Repeat("a", 21) + `
		DUMP s
		SET s ` + strings.Repeat("abcdefg", 3000) + `
		DUMP s
		CONFIG SET rdbcompression no
		DUMP s
		CONFIG SET rdbcompression yes
		RPUSH l a b
		DUMP l
		RPUSH l ` + strings.Repeat("x", 9000) + ` c
		DUMP l
		ZADD z 1 a
		DUMP z
		ZADD z inf b -inf c 0.1 d -0 e
		DUMP z
		ZADD z 1 ` + strings.Repeat("m", 65) + `
		DUMP z
		SADD i 1 2
		DUMP i
		SADD i 100000 -1
		DUMP i
		HSET h f v
		DUMP h
		HSET h g 12 12 g
		DUMP h
		HSET t f ` + strings.Repeat("v", 100) + `
		DUMP t`},
	{"RESTORE of each kind", `
		RESTORE s 0 ` + dumpOfString + `
		GET s
		TTL s
		RESTORE l 0 ` + dumpOfList + `
		LRANGE l 0 -1
		RESTORE z 0 ` + dumpOfZSet + `
		ZRANGE z 0 -1 WITHSCORES
		RESTORE i 0 ` + dumpOfSet + `
		SMEMBERS i
		OBJECT ENCODING i
		RESTORE h 0 ` + dumpOfHash + `
		HGETALL h
		OBJECT ENCODING h
		DBSIZE`},
	{"RESTORE refuses", `
		RESTORE
		RESTORE k 0
		RESTORE k 0 ""
		RESTORE k 0 x
		RESTORE k 0 ` + dumpOfString + ` FOO
		RESTORE k 0 ` + dumpOfString + ` IDLETIME
		RESTORE k 0 ` + dumpOfString + ` FREQ
		RESTORE k 0 ` + dumpOfString + ` IDLETIME x
		RESTORE k 0 ` + dumpOfString + ` IDLETIME -1
		RESTORE k 0 ` + dumpOfString + ` IDLETIME 9223372036854775808
		RESTORE k 0 ` + dumpOfString + ` FREQ x
		RESTORE k 0 ` + dumpOfString + ` FREQ -1
		RESTORE k 0 ` + dumpOfString + ` FREQ 256
		RESTORE k 0 ` + dumpOfString + ` FREQ 1 IDLETIME 2
		RESTORE k 0 ` + dumpOfString + ` IDLETIME 2 FREQ 1
		RESTORE k 0 ` + dumpOfString + ` FREQ 1 FREQ 300
		RESTORE k x ` + dumpOfString + `
		RESTORE k -1 ` + dumpOfString + `
		RESTORE k 9223372036854775808 ` + dumpOfString + `
		EXISTS k
		SET k old
		RESTORE k 0 ` + dumpOfString + `
		RESTORE k x ` + dumpOfString + `
		RESTORE k 0 x
		RESTORE k 0 x FREQ 256
		RESTORE k 0 x REPLACE
		RESTORE k x x REPLACE
		RESTORE k -1 x REPLACE
		RESTORE k 0 "\x00\x01v\x0b\x00\x91\b\xce\xb2\x198\x8a\xce" REPLACE
		RESTORE k 0 "\x00\x01v\n\x00\x91\b\xce\xb2\x198\x8a\xcf" REPLACE
		RESTORE k 0 "\x00\x02v\n\x00\x91\b\xce\xb2\x198\x8a\xce" REPLACE
		GET k
		RESTORE k 0 ` + dumpOfString + ` replace
		GET k`},
	{"RESTORE with a time to live", `
		RESTORE k 100000 ` + dumpOfString + `
		TTL k
		RESTORE k 0 ` + dumpOfString + ` REPLACE
		TTL k
		RESTORE k 4102444800123 ` + dumpOfList + ` REPLACE ABSTTL
		PEXPIRETIME k
		RESTORE k 1 ` + dumpOfList + ` ABSTTL
		RESTORE k 1 ` + dumpOfString + ` ABSTTL REPLACE
		EXISTS k
		RESTORE k 1 ` + dumpOfZSet + ` ABSTTL
		EXISTS k
		RESTORE k 9223372036854775807 ` + dumpOfString + `
		EXISTS k
		RESTORE k 9223372036854775807 ` + dumpOfString + ` ABSTTL
		PEXPIRETIME k
		RESTORE k 0 ` + dumpOfString + ` ABSTTL REPLACE
		TTL k`},
	{"RESTORE with a time of the last access", `
		RESTORE k 0 ` + dumpOfString + ` IDLETIME 1000
		~seconds OBJECT IDLETIME k
		GET k
		~seconds OBJECT IDLETIME k
		RESTORE k 0 ` + dumpOfString + ` REPLACE IDLETIME 1000 IDLETIME 0
		~seconds OBJECT IDLETIME k
		RESTORE k 0 ` + dumpOfString + ` REPLACE FREQ 100
		~seconds OBJECT IDLETIME k
		RESTORE k 0 ` + dumpOfString + ` REPLACE IDLETIME 10000000
		~seconds OBJECT IDLETIME k`},
	{"RESTORE goes by the limits in force", `
		CONFIG SET zset-max-listpack-entries 0 hash-max-listpack-entries 0 set-max-intset-entries 1
		RESTORE z 0 ` + dumpOfZSet + `
		OBJECT ENCODING z
		RESTORE h 0 ` + dumpOfHash + `
		OBJECT ENCODING h
		RESTORE i 0 ` + dumpOfSet + `
		OBJECT ENCODING i
		CONFIG SET zset-max-listpack-entries 128 hash-max-listpack-entries 512 set-max-intset-entries 512
		DUMP z
		DUMP h
		CONFIG SET zset-max-listpack-value 0 hash-max-listpack-value 0
		RESTORE z 0 ` + dumpOfZSet + ` REPLACE
		OBJECT ENCODING z
		RESTORE h 0 ` + dumpOfHash + ` REPLACE
		OBJECT ENCODING h
		CONFIG SET zset-max-listpack-value 64 hash-max-listpack-value 64`},
}
