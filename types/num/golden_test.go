package num

import (
	"bufio"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// The golden files hold what redis-server 7.0.15 answered. To ask again, start one that may lose
// its data, and run: go test ./types/num -run Golden -oracle <port>
var oraclePort = flag.String("oracle", "", "port of a redis-server that rewrites testdata")

const (
	parseGolden  = "testdata/parse.txt"
	formatGolden = "testdata/format.txt"
)

// askRedis sends inline commands, and gives one line of reply for each.
func askRedis(t *testing.T, commands []string) []string {
	t.Helper()
	cli := exec.Command("redis-cli", "-p", *oraclePort)
	cli.Stdin = strings.NewReader(strings.Join(commands, "\n") + "\n")
	out, err := cli.Output()
	if err != nil {
		t.Fatal(err)
	}
	var replies []string
	for line := range strings.Lines(string(out)) {
		if line != "\n" { // redis-cli puts an empty line behind an error
			replies = append(replies, strings.TrimSuffix(line, "\n"))
		}
	}
	if len(replies) != len(commands) {
		t.Fatalf("%d replies to %d commands", len(replies), len(commands))
	}
	return replies
}

// quote writes s as an argument of an inline command.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, `\x%02x`, c)
	}
	b.WriteByte('"')
	return b.String()
}

func readGolden(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var rows [][]string
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		rows = append(rows, strings.Split(lines.Text(), "\t"))
	}
	if err := lines.Err(); err != nil || len(rows) < 100 {
		t.Fatalf("%s: %d rows, error %v", path, len(rows), err)
	}
	return rows
}

func writeGolden(t *testing.T, path string, rows []string) {
	t.Helper()
	err := os.WriteFile(path, []byte(strings.Join(rows, "\n")+"\n"), 0o644)
	if err != nil {
		t.Fatal(err)
	}
}

// oddLiterals are the boundaries of the grammar and of the range.
var oddLiterals = []string{
	"", " ", "+", "-", "+-1", "--5", "5", "+5", "-5", " 5", "\t5", "\v5", "\n 5", "5 ", "5\t",
	"0", "-0", "+0", "00", "-00.0", "00012", "1.", ".5", ".", "-.", "1..2", "1.2.3", "1_000",
	"1,5", "1d", "1f", "0b1", "0o7", "1e", "1e+", "1e-", "1e5", "1E5", "1e+5", "1e-5", "1e5.",
	"1ee5", "e5", ".e5", "inf", "Inf", "+inf", "-INF", "infi", "infinit", "infinity",
	"-iNfInItY", "infinity1", "in", "i", "nan", "NaN", "-nan", "nan(1)", "nan()", "1e308",
	"1e309", "-1e309", "1e400", "-1e400", "1e-400", "-1e-400", "1e-310", "4.9e-324", "5e-324",
	"2.47e-324", "2.48e-324", "2e-324", "1.7976931348623157e308", "1.7976931348623158e308",
	"1.7976931348623159e308", "179769313486231580793e289", "0e999999", "-0e999999",
	"0e99999999999999999999", "1e99999999999999999999", "1e-99999999999999999999",
	"0x", "0x.", "0xg", "0xp3", "0x1p3", "0X1P-3", "0x1p+3", "0x1p", "0x1p-", "0x1.8", "0x.8",
	"0x1.", "0x8.8p1", "-0x10", "+0xff", "0xFfp-4", "0x0p99999", "0x1p1023", "0x1p1024",
	"0x1p-1074", "0x1p-1075", "0x1.8p-1075", "0x1p-1080", "0x1p99999999999999999999",
	"0x1fffffffffffff", "0x3fffffffffffff", "0x20000000000001", "0x200000000000010000001",
	"0x20000000000000000000000000000000001", "0x1.00000000000008p0", "0x1.000000000000080001p0",
	"0x1.0000000000000800000000000000000001p0", "0x0.00000000000000000000000000000001p128",
	"0x1 ", "00x1", "1\x00", "1\x002", "\x00", "\x00a", " \x00", "9007199254740993",
	"9007199254740992.99999999999999999999", "9007199254740993.00000000000000000001",
	"9223372036854775807", "9223372036854775808", "123456789012345678901234567890",
	"0.000000000000000000000000000000000000000000000000000000000000000000000001e72",
	"1" + strings.Repeat("0", 400), "1" + strings.Repeat("0", 400) + "e-400",
	"0." + strings.Repeat("0", 400) + "1", "0." + strings.Repeat("0", 400) + "1e401",
	"0.1" + strings.Repeat("0", 800) + "1", strings.Repeat("9", 308), strings.Repeat("9", 309),
}

// randomLiterals are numbers of every length and size, and damaged ones.
func randomLiterals(rnd *rand.Rand, n int) []string {
	var all []string
	for range n {
		var s string
		f := math.Float64frombits(rnd.Uint64())
		switch rnd.IntN(6) {
		case 0:
			s = strconv.FormatFloat(f, 'e', rnd.IntN(30), 64)
		case 1:
			s = strconv.FormatFloat(f, 'x', rnd.IntN(20), 64)
		case 2:
			s = strconv.FormatFloat(rnd.NormFloat64()*1e6, 'f', rnd.IntN(30), 64)
		case 3:
			s = strconv.FormatInt(rnd.Int64()>>rnd.IntN(64), 10)
		case 4: // the middle between two doubles, a little below, a little above
			whole := uint64(1)<<53 + rnd.Uint64N(1<<53)&^1 + 1
			s = strconv.FormatUint(whole, 10) + "." + strings.Repeat("0", 1+rnd.IntN(30))
			s += strconv.Itoa(rnd.IntN(2))
		case 5: // every character that means something
			const marks = "01259.+-eExXpPaf iInN"
			for range 1 + rnd.IntN(8) {
				s += string(marks[rnd.IntN(len(marks))])
			}
		}
		all = append(all, s)
	}
	return all
}

// updateParse asks for the value of each literal as a score and as a bound. What a bound is
// worth shows in whether it encloses the one score that we take it for.
func updateParse(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 7))
	literals := append(oddLiterals[:len(oddLiterals):len(oddLiterals)],
		randomLiterals(rnd, 1000)...)
	var commands []string
	for _, s := range literals {
		bound, _ := ParseFloatBound([]byte(s))
		commands = append(commands,
			"DEL k", "ZADD k "+quote(s)+" m", "ZINCRBY k 0 m",
			fmt.Sprintf("ZADD b %.17g m", bound), "ZCOUNT b "+quote(s)+" "+quote(s))
	}
	replies := askRedis(t, commands)
	var rows []string
	for i, s := range literals {
		score, bound := "-", "-"
		if got := replies[5*i+1]; got == "1" {
			score = replies[5*i+2]
		}
		if got := replies[5*i+4]; got == "1" {
			f, _ := ParseFloatBound([]byte(s))
			bound = string(AppendFloat17(nil, f))
		} else if got == "0" {
			t.Errorf("%q is a bound, but not the one that we take it for", s)
		}
		rows = append(rows, strconv.Quote(s)+"\t"+score+"\t"+bound)
	}
	writeGolden(t, parseGolden, rows)
}

func TestGoldenParse(t *testing.T) {
	if *oraclePort != "" {
		updateParse(t)
	}
	show := func(f float64, ok bool) string {
		if !ok {
			return "-"
		}
		return string(AppendFloat17(nil, f))
	}
	for _, row := range readGolden(t, parseGolden) {
		s, err := strconv.Unquote(row[0])
		if err != nil {
			t.Fatal(err)
		}
		// A listpack, from which the answer was read, drops the sign of a zero.
		if got := show(ParseFloat([]byte(s))); strings.Replace(got, "-0", "0", 1) != row[1] &&
			got != row[1] {
			t.Errorf("ParseFloat(%q) = %s, redis-server: %s", s, got, row[1])
		}
		if got := show(ParseFloatBound([]byte(s))); got != row[2] {
			t.Errorf("ParseFloatBound(%q) = %s, redis-server: %s", s, got, row[2])
		}
	}
}

// formatSamples are doubles of every kind, many of them where a format changes.
func formatSamples(rnd *rand.Rand, n int) []float64 {
	all := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.MaxFloat64,
		math.SmallestNonzeroFloat64, 0.1, 0.3, 1e-4, 1e-5, 0.00012345, 9.9999e-5, 1e15, 1e16,
		1e17, 1e18, 1e21, 1e22, 1e23, 99999999999999984, 99999999999999999, 123456789012345680,
		1 << 62, -(1 << 62), 1<<62 + 1024, 1 << 63, -(1 << 63), 1<<53 - 1, 1 << 53, 1<<53 + 2}
	for range n {
		var f float64
		switch rnd.IntN(6) {
		case 0:
			f = math.Float64frombits(rnd.Uint64())
		case 1:
			f = rnd.NormFloat64() * math.Pow10(rnd.IntN(40)-20)
		case 2:
			f = float64(rnd.Int64() >> rnd.IntN(64))
		case 3: // 18 digits of which the last is 5: the middle between two texts
			f = float64(rnd.Int64N(1<<53)) / float64(int64(1)<<rnd.IntN(20))
		case 4:
			f = math.Float64frombits(rnd.Uint64N(1 << 52)) // subnormal
		case 5:
			f = float64(rnd.IntN(100000)) / 1000
		}
		if f == f {
			all = append(all, f)
		}
	}
	return all
}

func updateFormat(t *testing.T) {
	samples := formatSamples(rand.New(rand.NewPCG(2, 7)), 30000)
	// Out of a listpack, so that the sign of zero survives.
	commands := []string{"CONFIG SET zset-max-listpack-entries 0"}
	for _, f := range samples {
		// A hexadecimal literal is exact, and is not what is tested here.
		commands = append(commands, "DEL k", "ZADD k "+strconv.FormatFloat(f, 'x', -1, 64)+" m",
			"ZSCORE k m")
	}
	commands = append(commands, "CONFIG SET zset-max-listpack-entries 128")
	replies := askRedis(t, commands)
	var rows []string
	for i, f := range samples {
		want := replies[3*i+3]
		if got := string(AppendFloat17(nil, f)); got != want {
			t.Errorf("AppendFloat17(%x) = %s, redis-server: %s", f, got, want)
		}
		if i < 1500 {
			rows = append(rows, fmt.Sprintf("%016x\t%s", math.Float64bits(f), want))
		}
	}
	writeGolden(t, formatGolden, rows)
}

func TestGoldenFormat(t *testing.T) {
	if *oraclePort != "" {
		updateFormat(t)
	}
	for _, row := range readGolden(t, formatGolden) {
		bits, err := strconv.ParseUint(row[0], 16, 64)
		if err != nil {
			t.Fatal(err)
		}
		f := math.Float64frombits(bits)
		if got := string(AppendFloat17(nil, f)); got != row[1] {
			t.Errorf("AppendFloat17(%x) = %s, redis-server: %s", f, got, row[1])
		}
		if back, ok := ParseFloat([]byte(row[1])); !ok || math.Float64bits(back) != bits {
			t.Errorf("ParseFloat(%s) = %x, %v", row[1], back, ok)
		}
	}
}
