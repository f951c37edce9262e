package num

import (
	"math"
	"strconv"
	"strings"
	"testing"
)

func TestParseInt(t *testing.T) {
	accepted := map[string]int64{
		"0": 0, "1": 1, "-1": -1, "10": 10, "1234567890": 1234567890,
		"9223372036854775807": math.MaxInt64, "-9223372036854775808": math.MinInt64,
		"-9223372036854775807": math.MinInt64 + 1, "999999999999999999": 999999999999999999,
	}
	for s, want := range accepted {
		if n, ok := ParseInt([]byte(s)); !ok || n != want {
			t.Errorf("ParseInt(%q) = %d, %v", s, n, ok)
		}
	}
	refused := []string{
		"", "-", "+", "+1", "-0", "00", "01", "-01", " 1", "1 ", "1.0", "1e3", "0x1", "--1",
		"1-", "a", "1\x00", "\x00", "9223372036854775808", "-9223372036854775809",
		"18446744073709551616", "18446744073709551617", "99999999999999999999", "1/", "1:",
		"-99999999999999999999", strings.Repeat("1", 100),
	}
	for _, s := range refused {
		if n, ok := ParseInt([]byte(s)); ok {
			t.Errorf("ParseInt(%q) = %d", s, n)
		}
	}
}

// Where double2ll ends: every double within is an integer or has a fraction, none is refused for
// its size.
// What redis-server 7.0.15 sorts by, one element alone in its list.
func TestScanFloat(t *testing.T) {
	for text, want := range map[string]float64{
		"1": 1, " \t\n\v\f\r1": 1, "-1h": -1, "+1e": 1, "1e+": 1, "1ex": 1, "1e+x": 1, "1 2": 1,
		"1..2": 1, "1.x": 1, "1_0": 1, "1,5": 1, "1\x0002": 1, "1p3": 1, "1f": 1, "1i": 1,
		"1e5x": 1e5, ".5.": .5, "0b1": 0, "00x1": 0, "0e": 0, "-0x.": 0, "0x.8": .5, "0x1p": 1,
		"0X1p+": 1, "0x1p3": 8, "1x": 1, "1e400i": math.Inf(1), "1e400": math.Inf(1), "1e-400": 0,
		"inf": math.Inf(1), "INFx": math.Inf(1), "-infinity": math.Inf(-1),
		"infinityi": math.Inf(1),
	} {
		if got, ok := ScanFloat([]byte(text)); !ok || got != want {
			t.Errorf("%q: %v, %v", text, got, ok)
		}
	}
	for _, text := range []string{
		"", " ", ".", "..", ".e5", "e5", "-", "+-1", "- 1", "\x001", "x", "nan", "-nan", "in", "infi",
		"-infinit", "infinitx", "0x", "-0xg", "0xp1",
	} {
		if got, ok := ScanFloat([]byte(text)); ok {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestParseWeight(t *testing.T) {
	for text, want := range map[string]float64{
		"": 0, " 5": 5, "5\x006": 5, "\x00x": 0, "+5": 5, "inf": math.Inf(1), "-Infinity": math.Inf(-1),
		"0x10": 16, "0x1p-1074": 0x1p-1074, "2.2250738585072014e-308": 0x1p-1022,
		"2.2250738585072013e-308": 0x1p-1022, "-0": 0, "1e308": 1e308,
	} {
		if got, ok := ParseWeight([]byte(text)); !ok || got != want {
			t.Errorf("%q: %v, %v", text, got, ok)
		}
	}
	for _, text := range []string{
		" ", "5 ", "nan", "-nan", "x", "1e", "1e+", ".", "0x", "1_0", "1e400", "-1e400", "1e-400",
		"4.9e-324", "1e-310", "0x1.8p-1074", "0x1p-1075", "2.2250738585072011e-308",
		"0." + strings.Repeat("0", 320) + "1" + strings.Repeat("0", 5000),
	} {
		if got, ok := ParseWeight([]byte(text)); ok {
			t.Errorf("%.30q: %v", text, got)
		}
	}
}

func TestFloatToIntBounds(t *testing.T) {
	const bound = 1 << 62
	above := math.Nextafter(bound, math.Inf(1))
	for _, test := range []struct {
		f  float64
		n  int64
		ok bool
	}{
		{0, 0, true}, {math.Copysign(0, -1), 0, true}, {1.5, 0, false}, {-3, -3, true},
		{bound, bound, true}, {-bound, -bound, true}, {above, 0, false}, {-above, 0, false},
		{math.Nextafter(bound, 0), bound - 512, true}, {1e300, 0, false},
		{math.Inf(1), 0, false}, {math.Inf(-1), 0, false}, {math.NaN(), 0, false},
		{math.SmallestNonzeroFloat64, 0, false}, {1<<53 + 2, 1<<53 + 2, true},
	} {
		if n, ok := FloatToInt(test.f); ok != test.ok || ok && n != test.n {
			t.Errorf("FloatToInt(%g) = %d, %v", test.f, n, ok)
		}
	}
}

func TestAppendScore(t *testing.T) {
	for _, test := range []struct {
		f    float64
		want string
	}{
		{0, "0"}, {math.Copysign(0, -1), "-0"}, {3, "3"}, {-3, "-3"}, {1.5, "1.5"},
		{0.1, "0.10000000000000001"}, {1e17, "100000000000000000"},
		{1 << 62, "4611686018427387904"}, {1 << 63, "9.2233720368547758e+18"},
		{math.Inf(1), "inf"}, {math.Inf(-1), "-inf"}, {math.NaN(), "nan"},
	} {
		if got := string(AppendScore([]byte("x"), test.f)); got != "x"+test.want {
			t.Errorf("AppendScore(%g) = %s", test.f, got)
		}
	}
}

func TestNothingAllocates(t *testing.T) {
	var sink float64
	dst := make([]byte, 0, 64)
	texts := make([][]byte, 0, len(oddLiterals))
	for _, s := range oddLiterals {
		// The kinds of literal that doc.go excepts.
		if !strings.HasPrefix(s, "9007199254740993.0") &&
			!strings.HasPrefix(s, "1.7976931348623159") && !strings.HasPrefix(s, "1797") &&
			!strings.HasPrefix(s, "9999999") {
			texts = append(texts, []byte(s))
		}
	}
	allocations := testing.AllocsPerRun(100, func() {
		for _, b := range texts {
			f, _ := ParseFloat(b)
			g, _ := ParseFloatBound(b)
			n, _ := ParseInt(b)
			sink += f + g
			dst = AppendFloat17(dst[:0], f)
			dst = AppendScore(dst, g)
			dst = AppendInt(dst, n)
		}
	})
	if allocations != 0 {
		t.Errorf("%v allocations", allocations)
	}
}

// FuzzParse compares with strconv, whose grammar is nearly that of C: it takes underscores and
// NaN, asks for the exponent of a hexadecimal literal, and has no verdict on underflow.
func FuzzParse(f *testing.F) {
	for _, s := range oddLiterals {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s := string(b)
		if n, ok := ParseInt(b); ok {
			if back := strconv.FormatInt(n, 10); back != s {
				t.Fatalf("ParseInt(%q) = %s", s, back)
			}
		} else if n, err := strconv.ParseInt(s, 10, 64); err == nil &&
			strconv.FormatInt(n, 10) == s {
			t.Fatalf("ParseInt refuses %s", s)
		}
		got, v := parse(b)
		text := s
		if strings.Contains(strings.ToLower(s), "0x") && !strings.ContainsAny(s, "pP") {
			text += "p0"
		}
		want, err := strconv.ParseFloat(text, 64)
		if want != want || strings.Contains(s, "_") || err != nil &&
			err.(*strconv.NumError).Err == strconv.ErrSyntax {
			if v != invalid {
				t.Fatalf("parse(%q) = %g, %d", s, got, v)
			}
			return
		}
		if v == invalid || math.Float64bits(got) != math.Float64bits(want) {
			t.Fatalf("parse(%q) = %x, %d, want %x", s, got, v, want)
		}
		if out := AppendFloat17(nil, got); v == exact {
			if back, ok := ParseFloat(out); !ok || back != got {
				t.Fatalf("%s reads as %g", out, back)
			}
		}
	})
}

func BenchmarkParseInt(b *testing.B) {
	text := []byte("1234567890")
	for b.Loop() {
		ParseInt(text)
	}
}

func BenchmarkParseFloat(b *testing.B) {
	for _, s := range []string{"42", "3.25", "0.30000000000000004", "1.7976931348623157e308"} {
		text := []byte(s)
		b.Run(s, func(b *testing.B) {
			for b.Loop() {
				ParseFloat(text)
			}
		})
	}
}

func BenchmarkAppendFloat17(b *testing.B) {
	dst := make([]byte, 0, 32)
	for _, f := range []float64{42, 3.25, 0.1} {
		b.Run(strconv.FormatFloat(f, 'g', -1, 64), func(b *testing.B) {
			for b.Loop() {
				dst = AppendFloat17(dst[:0], f)
			}
		})
	}
}

func TestAppendFixed17(t *testing.T) {
	for f, want := range map[float64]string{
		0: "0", math.Copysign(0, -1): "0", 1: "1", -180: "-180", 0.5: "0.5", 100: "100", 1e20: "1" +
			"00000000000000000000", 13.361389338970184: "13.36138933897018433", -1e-18: "0",
		2.682209014892578e-06: "0.00000268220901489", 85.05112878: "85.0511287799999991",
	} {
		if got := string(AppendFixed17([]byte("10.0"), f)); got != "10.0"+want {
			t.Errorf("%v: %s, want %s", f, got, want)
		}
	}
}

func TestAtoi(t *testing.T) {
	for _, c := range []struct {
		text string
		want int
	}{
		{"0", 0}, {"1", 1}, {"-1", -1}, {"+7", 7}, {"007", 7}, {" \t\n12", 12}, {"1.5", 1},
		{"12x", 12}, {"x", 0}, {"", 0}, {"-", 0}, {"--1", 0}, {"- 1", 0},
		{"2147483647", math.MaxInt32}, {"2147483648", math.MinInt32}, {"4294967297", 1},
		{"9223372036854775807", -1}, {"9223372036854775808", -1}, {"99999999999999999999", -1},
		{"-9223372036854775808", 0}, {"-99999999999999999999", 0},
	} {
		if got := Atoi([]byte(c.text)); got != c.want {
			t.Errorf("%q: %d, want %d", c.text, got, c.want)
		}
	}
}
