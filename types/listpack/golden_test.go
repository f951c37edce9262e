package listpack

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The golden file holds listpacks of redis-server 7.0.15, cut out of DUMP of a list. To ask
// again, start one that may lose its data, with rdbcompression no, and run:
// go test ./types/listpack -run Golden -oracle <port>
var oraclePort = flag.String("oracle", "", "port of a redis-server that rewrites testdata")

const golden = "testdata/listpacks.txt"

// askRedis sends commands and gives a line of reply, as redis-cli shows it to a person, for each.
func askRedis(t *testing.T, commands []string) []string {
	t.Helper()
	cli := exec.Command("redis-cli", "--no-raw", "-p", *oraclePort)
	cli.Stdin = strings.NewReader(strings.Join(commands, "\n") + "\n")
	out, err := cli.Output()
	if err != nil {
		t.Fatal(err)
	}
	replies := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(replies) != len(commands) {
		t.Fatalf("%d replies to %d commands", len(replies), len(commands))
	}
	return replies
}

// step is one change of a list, for both sides.
type step struct {
	op   byte
	at   int
	text string
}

// command is the step as a command on the list k.
func (s step) command() string {
	switch s.op {
	case 'a':
		return fmt.Sprintf("RPUSH k %q", s.text)
	case 'p':
		return fmt.Sprintf("LPUSH k %q", s.text)
	case 'r':
		return fmt.Sprintf("LSET k %d %q", s.at, s.text)
	case 't':
		return fmt.Sprintf("LTRIM k %d -1", s.at)
	}
	return fmt.Sprintf("LREM k 1 %q", s.text)
}

func (s step) apply(b []byte) []byte {
	v := String([]byte(s.text))
	switch s.op {
	case 'a':
		return Append(b, v)
	case 'p':
		return Prepend(b, v)
	case 'r':
		return Replace(b, Seek(b, s.at), v)
	case 't':
		return DeleteRange(b, First(b), s.at)
	}
	if pos := Find(b, First(b), v, 0); pos != 0 {
		return Delete(b, pos)
	}
	return b
}

// goldenCases are one list for each boundary of the format, and random streams of steps.
func goldenCases() [][]step {
	var cases [][]step
	for _, n := range boundaryInts {
		cases = append(cases, []step{{'a', 0, strconv.FormatInt(n, 10)}})
	}
	for _, n := range boundaryLengths {
		cases = append(cases, []step{{'a', 0, strings.Repeat("x", n)}})
	}
	for _, s := range []string{"-", "+1", "01", "-0", "1.0", "9223372036854775808", "-01"} {
		cases = append(cases, []step{{'a', 0, s}})
	}
	rnd := rand.New(rand.NewPCG(1, 10))
	text := func() string {
		switch rnd.IntN(3) {
		case 0:
			return strconv.FormatInt(rnd.Int64()>>rnd.IntN(64), 10)
		case 1:
			return strings.Repeat("y", rnd.IntN(150))
		}
		return strconv.Itoa(rnd.IntN(20))
	}
	for range 40 {
		steps, length := []step{{'a', 0, "0"}, {'a', 0, "first"}}, 2
		for range rnd.IntN(80) {
			s := step{"aaprrtd"[rnd.IntN(7)], rnd.IntN(length), text()}
			switch s.op {
			case 'a', 'p':
				length++
			case 't':
				s.at = min(s.at, 3)
				length -= s.at
			case 'd': // the length may shrink: start anew from one that can't be missed
				steps = append(steps, s)
				s = step{'r', -1, text()}
				length = max(length-1, 1)
			}
			steps = append(steps, s)
			if length < 3 {
				steps = append(steps, step{'a', 0, "more"}, step{'a', 0, "and more"})
				length += 2
			}
		}
		cases = append(cases, steps)
	}
	return cases
}

// show is a short listpack in hexadecimal, or the sum of a long one.
func show(b []byte) string {
	if len(b) <= 600 {
		return hex.EncodeToString(b)
	}
	sum := sha256.Sum256(b)
	return fmt.Sprintf("%d %x", len(b), sum[:8])
}

func updateGolden(t *testing.T) {
	commands := []string{"CONFIG SET list-max-listpack-size -5"}
	cases := goldenCases()
	for _, steps := range cases {
		commands = append(commands, "DEL k")
		for _, s := range steps {
			commands = append(commands, s.command())
		}
		commands = append(commands, "DUMP k")
	}
	replies := askRedis(t, commands)
	var lines []string
	i := 0
	for n, steps := range cases {
		i += len(steps) + 2
		lines = append(lines, fmt.Sprintf("%d\t%s", n, show(cutDump(t, replies[i]))))
	}
	data := []byte(strings.Join(lines, "\n") + "\n")
	if err := os.WriteFile(golden, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// cutDump gives the listpack in the DUMP of a list with one node.
func cutDump(t *testing.T, quoted string) []byte {
	t.Helper()
	s, err := strconv.Unquote(quoted)
	if err != nil {
		t.Fatalf("%.80s: %v", quoted, err)
	}
	// The type (quicklist 2), one node, its container (packed), a string.
	b, ok := bytes.CutPrefix([]byte(s), []byte{18, 1, 2})
	if !ok {
		t.Fatalf("not a list with one node: %.80s", quoted)
	}
	switch b[0] >> 6 {
	case 0:
		b = b[1:][:b[0]]
	case 1:
		b = b[2:][:binary.BigEndian.Uint16(b)&0x3FFF]
	default:
		b = b[5:][:binary.BigEndian.Uint32(b[1:])]
	}
	return b
}

func TestGoldenListpacks(t *testing.T) {
	if *oraclePort != "" {
		updateGolden(t)
	}
	data, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	cases := goldenCases()
	if len(lines) != len(cases) {
		t.Fatalf("%d golden listpacks, %d cases", len(lines), len(cases))
	}
	for n, steps := range cases {
		b := New(nil)
		for _, s := range steps {
			b = s.apply(b)
		}
		_, want, _ := strings.Cut(lines[n], "\t")
		if got := show(b); got != want {
			t.Errorf("case %d, %.200v\n%s\nredis-server:\n%s", n, steps, got, want)
		}
		if back, err := hex.DecodeString(want); err == nil && Validate(slices.Clip(back)) != nil {
			t.Errorf("case %d: the server's bytes are refused", n)
		}
	}
}
