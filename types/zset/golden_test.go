package zset

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/types/num"
)

// The golden files hold what redis-server 7.0.15 answered. To ask again, start one that may lose
// its data, with rdbcompression no, and run: go test ./types/zset -run Golden -oracle <port>
var oraclePort = flag.String("oracle", "", "port of a redis-server that rewrites testdata")

const (
	dumpGolden = "testdata/dumps.txt" // the listpack of a set after random changes
	lexGolden  = "testdata/lex.txt"   // ranges by member of a listpack with mixed scores
)

// askRedis sends commands and gives the replies as redis-cli shows them to a person, those of
// several lines joined with "|".
func askRedis(t *testing.T, commands []string) []string {
	t.Helper()
	const end = "end of reply"
	var input strings.Builder
	for _, c := range commands {
		input.WriteString(c + "\nECHO \"" + end + "\"\n")
	}
	cli := exec.Command("redis-cli", "--no-raw", "-p", *oraclePort)
	cli.Stdin = strings.NewReader(input.String())
	out, err := cli.Output()
	if err != nil {
		t.Fatal(err)
	}
	replies := strings.Split(string(out), `"`+end+`"`+"\n")
	if len(replies) != len(commands)+1 {
		t.Fatalf("%d replies to %d commands", len(replies)-1, len(commands))
	}
	for i, r := range replies {
		replies[i] = strings.ReplaceAll(strings.TrimSpace(r), "\n", "|")
	}
	return replies[:len(commands)]
}

// change is one command on the key k, and what it does to a set.
type change struct {
	command string
	apply   func(s *Set)
}

// changes are a random stream that leaves at least one member.
func changes(rnd *rand.Rand) []change {
	list := []change{zadd("anchor", "0.5", 0)}
	for range 5 + rnd.IntN(60) {
		member := trialMember(byte(rnd.IntN(40)))
		score := strconv.FormatFloat(rnd.NormFloat64()*1000, 'g', 1+rnd.IntN(17), 64)
		switch rnd.IntN(8) {
		case 0, 1:
			score = strconv.FormatInt(rnd.Int64()>>rnd.IntN(64), 10)
		case 2:
			score = []string{"inf", "-inf", "-0", "1e17", "4611686018427387904", "7"}[rnd.IntN(6)]
		}
		switch rnd.IntN(10) {
		case 0, 1:
			list = append(list, change{"ZREM k " + quote(member),
				func(s *Set) { s.Remove([]byte(member)) }})
		case 2:
			list = append(list, change{"ZREMRANGEBYRANK k 1 1",
				func(s *Set) { s.RemoveSpan(s.RankSpan(1, 1, false)) }})
			list = append(list, zadd("anchor", "1.25", 0))
		case 3:
			list = append(list, zadd(member, score, Incr))
		default:
			list = append(list, zadd(member, score, 0))
		}
	}
	return append(list, zadd("anchor", "2", 0))
}

func zadd(member, score string, f Flags) change {
	word := ""
	if f&Incr != 0 {
		word = "INCR "
	}
	return change{fmt.Sprintf("ZADD k %s%s %s", word, score, quote(member)), func(s *Set) {
		f64, _ := num.ParseFloat([]byte(score))
		s.Add([]byte(member), f64, f)
	}}
}

// quote writes s as an argument of an inline command.
func quote(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, `\x%02x`, c)
	}
	return `"` + b.String() + `"`
}

const goldenStreams = 60

func streamOf(n int) []change {
	return changes(rand.New(rand.NewPCG(uint64(n), 13)))
}

func updateDumps(t *testing.T) {
	commands := []string{"CONFIG SET zset-max-listpack-value 1000"}
	for n := range goldenStreams {
		commands = append(commands, "DEL k")
		for _, c := range streamOf(n) {
			commands = append(commands, c.command)
		}
		commands = append(commands, "DUMP k")
	}
	commands = append(commands, "CONFIG SET zset-max-listpack-value 64")
	replies := askRedis(t, commands)
	var out strings.Builder
	for i, c := range commands {
		if c == "DUMP k" {
			fmt.Fprintf(&out, "%x\n", cutDump(t, replies[i]))
		}
	}
	if err := os.WriteFile(dumpGolden, []byte(out.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// cutDump gives the listpack in the DUMP of a sorted set.
func cutDump(t *testing.T, quoted string) []byte {
	t.Helper()
	s, err := strconv.Unquote(quoted)
	if err != nil {
		t.Fatalf("%.80s: %v", quoted, err)
	}
	b, ok := bytes.CutPrefix([]byte(s), []byte{17}) // a sorted set as a listpack
	switch {
	case !ok:
		t.Fatalf("not a listpack: %.80s", quoted)
	case b[0]>>6 == 0:
		return b[1:][:b[0]]
	case b[0]>>6 == 1:
		return b[2:][:binary.BigEndian.Uint16(b)&0x3FFF]
	}
	return b[5:][:binary.BigEndian.Uint32(b[1:])]
}

func TestGoldenDumps(t *testing.T) {
	if *oraclePort != "" {
		updateDumps(t)
	}
	lines := readLines(t, dumpGolden)
	if len(lines) != goldenStreams {
		t.Fatalf("%d golden dumps", len(lines))
	}
	env := newEnv(t, onlyListpack)
	for n, line := range lines {
		s := New(env, 6)
		for _, c := range streamOf(n) {
			c.apply(&s)
		}
		if got := hex.EncodeToString(s.Listpack()); got != line {
			t.Errorf("stream %d:\n%s\nredis-server:\n%s", n, got, line)
		}
		b, err := hex.DecodeString(line)
		if err != nil {
			t.Fatal(err)
		}
		back, err := FromListpack(env, b)
		if err != nil || !bytes.Equal(back.Listpack(), b) {
			t.Errorf("stream %d: FromListpack: %v", n, err)
		}
	}
}

func readLines(t *testing.T, path string) []string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
}

// mixedMembers have scores that do not go with the order of their names.
var mixedMembers = []pair{
	{"e", 1}, {"a", 2}, {"c", 2}, {"", 3}, {"b", 4}, {"d", 4}, {"f", 5}, {"12", 6}, {"ab", 7},
}

// lexBounds are pairs of bounds, parsable or not.
func lexBounds() [][2]string {
	bounds := []string{"-", "+", "[a", "(a", "[b", "(c", "[e", "(f", "[", "(", "[12", "[zz", "(zz",
		"a", "", "-x", "+-"}
	var all [][2]string
	for _, min := range bounds {
		for _, max := range bounds {
			all = append(all, [2]string{min, max})
		}
	}
	return all
}

// lexReply is what redis-cli prints for the members of a span.
func lexReply(s *Set, p Span, reverse bool) string {
	var lines []string
	for i, e := range collect(s, p, reverse) {
		lines = append(lines, fmt.Sprintf("%d) %q", i+1, e.member))
	}
	if len(lines) == 0 {
		return "(empty array)"
	}
	return strings.Join(lines, "|")
}

func updateLex(t *testing.T) {
	commands := []string{"DEL k"}
	for _, p := range mixedMembers {
		commands = append(commands, fmt.Sprintf("ZADD k %v %q", p.score, p.member))
	}
	skip := len(commands)
	for _, b := range lexBounds() {
		commands = append(commands, fmt.Sprintf("ZRANGEBYLEX k %q %q", b[0], b[1]),
			fmt.Sprintf("ZREVRANGEBYLEX k %q %q", b[1], b[0]),
			fmt.Sprintf("ZLEXCOUNT k %q %q", b[0], b[1]))
	}
	replies := askRedis(t, commands)[skip:]
	var out strings.Builder
	for i := 0; i < len(replies); i += 3 {
		out.WriteString(strings.Join(replies[i:i+3], "\t") + "\n")
	}
	if err := os.WriteFile(lexGolden, []byte(out.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestGoldenLex(t *testing.T) {
	if *oraclePort != "" {
		updateLex(t)
	}
	s := New(newEnv(t, onlyListpack), 1)
	for _, p := range mixedMembers {
		s.Add([]byte(p.member), p.score, 0)
	}
	lines := readLines(t, lexGolden)
	if len(lines) != len(lexBounds()) {
		t.Fatalf("%d golden ranges", len(lines))
	}
	for i, b := range lexBounds() {
		got := "(error) ERR min or max not valid string range item"
		got += "\t" + got + "\t" + got
		if r, ok := ParseLexRange([]byte(b[0]), []byte(b[1])); ok {
			up, down := s.LexSpan(r, false), s.LexSpan(r, true)
			got = fmt.Sprintf("%s\t%s\t(integer) %d", lexReply(&s, up, false),
				lexReply(&s, down, true), up.Len())
		}
		if got != lines[i] {
			t.Errorf("%q:\n%s\nredis-server:\n%s", b, got, lines[i])
		}
	}
}
