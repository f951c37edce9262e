package lua

import (
	"math"
	"strconv"
	"strings"

	"github.com/ringer-kv/ringer/types/num"
)

// FormatNumber is a number as tostring shows it: C's "%.14g".
func FormatNumber(f float64) string {
	if i := int64(f); float64(i) == f && i > -1e14 && i < 1e14 {
		if i == 0 && math.Signbit(f) {
			return "-0"
		}
		return strconv.FormatInt(i, 10)
	}
	switch {
	case math.IsNaN(f):
		if math.Signbit(f) {
			return "-nan"
		}
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	}
	return formatG(f, 14)
}

// formatG is C's "%.<digits>g" of a finite number.
func formatG(f float64, digits int) string {
	s := strconv.FormatFloat(f, 'e', digits-1, 64)
	mantissa, exponent, _ := strings.Cut(s, "e")
	e, _ := strconv.Atoi(exponent)
	if e < -4 || e >= digits {
		if strings.Contains(mantissa, ".") {
			mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
		}
		if len(exponent) == 2 { // C writes at least two digits
			exponent = exponent[:1] + "0" + exponent[1:]
		}
		return mantissa + "e" + exponent
	}
	s = strconv.FormatFloat(f, 'f', digits-1-e, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// spaces are what C's isspace takes.
const spaces = " \t\n\v\f\r"

// ParseNumber is the number that a text stands for, as tonumber reads it: what strtod takes, with
// spaces around it, and what strtoul takes in base 16. Like C, it sees nothing behind a zero byte.
// Lua: luaO_str2d.
func ParseNumber(s string) (f float64, ok bool) {
	s, _, _ = strings.Cut(s, "\x00")
	s = strings.Trim(s, spaces)
	if s == "" {
		return 0, false
	}
	if f, ok := shortInteger(s); ok {
		return f, true
	}
	if word := strings.TrimLeft(s, "+-"); len(s)-len(word) <= 1 && isNaNWord(word) {
		return parseNaN(s, strings.ToLower(word))
	}
	return num.ParseFloatBound([]byte(s))
}

// isNaNWord reports whether a text is nan or begins with nan(, in any case.
func isNaNWord(s string) bool {
	const word = "nan"
	return len(s) >= len(word) && strings.EqualFold(s[:len(word)], word) &&
		(len(s) == len(word) || s[len(word)] == '(')
}

// shortInteger reads the numbers that there are most of.
func shortInteger(s string) (f float64, ok bool) {
	if len(s) > 15 {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		c := s[i] - '0'
		if c > 9 {
			return 0, false
		}
		n = n*10 + int(c)
	}
	return float64(n), true
}

// parseNaN reads strtod's nan and nan(chars).
func parseNaN(s, word string) (f float64, ok bool) {
	if word != "nan" {
		inside, closed := strings.CutSuffix(word[len("nan("):], ")")
		for _, c := range inside {
			closed = closed && (c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z')
		}
		if !closed {
			return 0, false
		}
	}
	if s[0] == '-' {
		return math.Float64frombits(0xfff8 << 48), true
	}
	return math.Float64frombits(0x7ff8 << 48), true // math.NaN has another bit set
}
