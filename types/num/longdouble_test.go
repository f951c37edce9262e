package num

import (
	"fmt"
	"hash/crc32"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// incrGolden holds sums as INCRBYFLOAT of the real server made them: SET k <first>, then
// INCRBYFLOAT k <second>.
const incrGolden = "testdata/incrbyfloat.txt"

// oddLongDoubles are where a long double begins and ends, and where rounding decides.
var oddLongDoubles = []string{
	"0", "-0", "1", "-1", "3", "0.1", "0.2", "0.3", "-0.1", "1.1", "5.0e3", "200", "1e17", "1e18",
	"1e19", "1e20", "-1e20", "1e-17", "4e-18", "5e-18", "-5e-18", "5.0000000001e-18", "1e-18",
	"15e-18", "25e-18", "9223372036854775807", "9223372036854775808", "18446744073709551615",
	"18446744073709551616", "18446744073709551617", "36893488147419103231", "36893488147419103233",
	"0.99999999999999999", "0.999999999999999999", "0.9999999999999999999", "123456789.123456789",
	"1.7976931348623157e308", "1e400", "1e4000", "1.18973149535723176502e4932",
	"1.18973149535723176503e4932", "1.18973149535723176508575932662800702e4932",
	"1.18973149535723176506e4932", "1.1897314953572317651e4932", "-1.18973149535723176502e4932",
	"1e4933", "-1e4933", "3.6451995318824746025e-4951", "1.8225997659412373e-4951",
	"1.8225997659412373012e-4951", "1.8225997659412373013e-4951", "1.9e-4951", "1e-4951",
	"-1e-4952", "1e-5000", "1e-99999", "0e99999", "0e-99999", "1e99999999999999999999",
	"0x1p16383", "0x1p16384", "0x1.fffffffffffffffep16383", "0x1.ffffffffffffffffp16383",
	"0x1.fffffffffffffffeffffp16383", "0x1p-16445", "0x1p-16446", "0x1.8p-16446",
	"0x1.00000000000000000001p-16446", "0x1p-16447", "0x0p99999", "0x1p-99999", "0xffffffffffffffff",
	"0x1ffffffffffffffff", "0x1p-60", "0x.8p1", "-0x1.8p3", "0x1f", "0xinf", "inf", "-inf",
	"+Infinity", "infinit", "nan", "-nan", "", " 1", "1 ", "1\x00", "1x", "+", "-", ".", "1e", "0x",
	"+5", ".5", "5.", "1_0", "1,5", strings.Repeat("1", 5000), strings.Repeat("0", 5119),
	strings.Repeat("0", 5120), strings.Repeat("0", 5118) + "7", "0." + strings.Repeat("3", 3000),
	"1" + strings.Repeat("0", 4932), "1" + strings.Repeat("0", 4933),
}

// randomSummand is a number of any size, and now and then one that is damaged.
func randomSummand(rnd *rand.Rand) string {
	switch rnd.IntN(8) {
	case 0:
		if s := oddLongDoubles[rnd.IntN(len(oddLongDoubles))]; len(s) < 60 { // keeps the file short
			return s
		}
	case 1:
		return strconv.FormatInt(rnd.Int64()>>rnd.IntN(64), 10)
	case 2:
		return strconv.FormatFloat(math.Float64frombits(rnd.Uint64()), 'g', rnd.IntN(30)-1, 64)
	case 3:
		return fmt.Sprintf("%d.%0*de%d", rnd.IntN(10), 1+rnd.IntN(25), rnd.Uint32(), rnd.IntN(80)-40)
	case 4:
		return fmt.Sprintf("0x%x.%xp%d", rnd.Uint64(), rnd.Uint64(), rnd.IntN(200)-130)
	case 5: // the middle between two long doubles of 2^63 and more, or next to it
		return fmt.Sprintf("%d.%s", rnd.Uint64()|1<<63, []string{"5", "50001", "49999"}[rnd.IntN(3)])
	}
	return strconv.FormatFloat(float64(rnd.IntN(2000)-1000)/1000, 'f', -1, 64)
}

// TestLongDoubleGolden compares sums with those of the real server.
func TestLongDoubleGolden(t *testing.T) {
	if *oraclePort != "" {
		askForSums(t)
	}
	for _, row := range readGolden(t, incrGolden) {
		a, errA := strconv.Unquote(row[0])
		b, errB := strconv.Unquote(row[1])
		if errA != nil || errB != nil {
			t.Fatalf("%s: %v, %v", row, errA, errB)
		}
		if got := abridged(sum(a, b)); got != row[2] {
			t.Errorf("%.60q + %.60q = %s, redis says %s", a, b, got, row[2])
		}
	}
}

// sum is the reply of INCRBYFLOAT.
func sum(a, b string) string {
	x, okX := ParseLongDouble([]byte(a))
	y, okY := ParseLongDouble([]byte(b))
	switch {
	case !okX || !okY:
		return "ERR value is not a valid float"
	case !x.Add(&y):
		return "ERR increment would produce NaN or Infinity"
	}
	return string(x.Append(nil))
}

// abridged keeps the golden file short: of thousands of digits the first ones, and a sum of all.
func abridged(text string) string {
	if len(text) <= 100 {
		return text
	}
	return fmt.Sprintf("%s...%d:%08x", text[:50], len(text), crc32.ChecksumIEEE([]byte(text)))
}

func askForSums(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 5))
	var pairs [][2]string
	for i, a := range oddLongDoubles {
		pairs = append(pairs, [2]string{a, "0"}, [2]string{"1", a},
			[2]string{a, oddLongDoubles[(i*7+1)%len(oddLongDoubles)]})
	}
	for range 1500 {
		pairs = append(pairs, [2]string{randomSummand(rnd), randomSummand(rnd)})
	}
	var commands []string
	for _, p := range pairs {
		commands = append(commands, "SET k "+quote(p[0]), "INCRBYFLOAT k "+quote(p[1]))
	}
	replies := askRedis(t, commands)
	var rows []string
	for i, p := range pairs {
		rows = append(rows, fmt.Sprintf("%q\t%q\t%s", p[0], p[1], abridged(replies[2*i+1])))
	}
	writeGolden(t, incrGolden, rows)
}

// TestLongDoubleZeroValue: what no key holds counts as 0, and what is appended to stays.
func TestLongDoubleZeroValue(t *testing.T) {
	var x LongDouble
	if y, ok := ParseLongDouble([]byte("-2.50")); !ok || !x.Add(&y) {
		t.Fatal("0 + -2.50 must be a number")
	}
	if got := string(x.Append([]byte("000."))); got != "000.-2.5" {
		t.Errorf("Append to %q = %q", "000.", got)
	}
	var zero LongDouble
	if got := string(zero.Append([]byte("a0"))); got != "a00" {
		t.Errorf("Append of 0 = %q", got)
	}
}

func FuzzParseLongDouble(f *testing.F) {
	for _, s := range oddLongDoubles {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		x, ok := ParseLongDouble(b)
		if !ok || x.big().IsInf() {
			return
		}
		text := x.Append(nil)
		y, ok := ParseLongDouble(text)
		if !ok && string(text) != "0" {
			t.Fatalf("%q is written as %q, which can't be read", b, text)
		}
		if again := y.Append(nil); string(again) != string(text) {
			t.Fatalf("%q is written as %q, and that as %q", b, text, again)
		}
	})
}

func BenchmarkLongDoubleSum(b *testing.B) {
	b.ReportAllocs()
	var buf [64]byte
	for b.Loop() {
		x, _ := ParseLongDouble([]byte("10.5"))
		y, _ := ParseLongDouble([]byte("0.1"))
		x.Add(&y)
		x.Append(buf[:0])
	}
}

// sameSum compares the sum of two literals in machine words with that in big.Floats.
func sameSum(t *testing.T, a, b string) {
	t.Helper()
	x, okX := parseExtended([]byte(a))
	y, okY := parseExtended([]byte(b))
	if !okX || !okY {
		return
	}
	f, okF := parseLongDouble([]byte(a))
	g, okG := parseLongDouble([]byte(b))
	if !okF || !okG {
		t.Fatalf("%q and %q: numbers for the one, %v and %v for the other", a, b, okF, okG)
	}
	if x.big().Cmp(f.f) != 0 || y.big().Cmp(g.f) != 0 {
		t.Fatalf("%q is %v or %v, %q is %v or %v", a, x.big(), f.f, b, y.big(), g.f)
	}
	if one, other := appendShort(t, x), appendLongDouble(nil, f.f); one != string(other) {
		t.Fatalf("%q is written as %s or %s", a, one, other)
	}
	z := x.add(y)
	if !f.Add(&g) || z.big().Cmp(f.f) != 0 {
		t.Fatalf("%q + %q = %v or %v", a, b, z.big(), f.f)
	}
	if one, other := appendShort(t, z), appendLongDouble(nil, f.f); one != string(other) {
		t.Fatalf("%q + %q = %s or %s", a, b, one, other)
	}
}

func appendShort(t *testing.T, x extended) string {
	t.Helper()
	text, ok := x.append(nil)
	if !ok {
		t.Fatalf("%+v can't be written", x)
	}
	return string(text)
}

// randomShort is a literal of at most so many digits, of all sizes, with runs of zeros and nines.
func randomShort(rnd *rand.Rand) string {
	var b strings.Builder
	b.WriteString([]string{"", "", "-", "+"}[rnd.IntN(4)])
	n := 1 + rnd.IntN(extendedDigits)
	point := rnd.IntN(n+2) - 1
	for i := range n {
		if i == point {
			b.WriteByte('.')
		}
		b.WriteByte([]byte("0123456789" + "0000099999")[rnd.IntN(10+10*rnd.IntN(2))])
	}
	return b.String()
}

// TestExtendedIsLongDouble: sums in machine words are those in big.Floats, to the last bit.
func TestExtendedIsLongDouble(t *testing.T) {
	short := []string{"0", "-0", "1", "0.5", "-0.5", "9223372036854775807.5", "18446744073709551615",
		"18446744073709551616", "36893488147419103233", "0.00000000000000000500000000000",
		"0.000000000000000005", "-0.000000000000000005", "0.0000000000000000049999999",
		"0.99999999999999999", "0.999999999999999995", "99999999999999999999999999999999999999",
		"-99999999999999999999999999999999999999", "0.0000000000000000001", "5.", ".5", "-.5",
		"1.0000000000000000001", "0.1", "0.2", "-0.3", "4611686018427387904.5", "1e5", "."}
	for _, a := range short {
		for _, b := range short {
			sameSum(t, a, b)
		}
	}
	rnd := rand.New(rand.NewPCG(11, 12))
	for range 60_000 {
		a := randomShort(rnd)
		sameSum(t, a, randomShort(rnd))
		if x, ok := parseExtended([]byte(a)); ok { // nearly the opposite: what is left is small
			x.neg = !x.neg
			sameSum(t, a, appendShort(t, x))
		}
	}
}

func FuzzExtended(f *testing.F) {
	f.Add("0.1", "-0.2")
	f.Add("99999999999999999999999999999999999999", ".000000000000000005")
	f.Fuzz(sameSum)
}

func BenchmarkLongDoubleSumOfLiteralsWithExponents(b *testing.B) {
	var buf [64]byte
	for b.Loop() {
		x, _ := ParseLongDouble([]byte("105e-1"))
		y, _ := ParseLongDouble([]byte("1e-1"))
		x.Add(&y)
		x.Append(buf[:0])
	}
}

func BenchmarkLongDoubleSumOfManyDigits(b *testing.B) {
	b.ReportAllocs()
	var buf [64]byte
	for b.Loop() {
		x, _ := ParseLongDouble([]byte("1234.56789012345678901"))
		y, _ := ParseLongDouble([]byte("3.14159"))
		x.Add(&y)
		x.Append(buf[:0])
	}
}
