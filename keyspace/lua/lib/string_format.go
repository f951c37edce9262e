package lib

import (
	"math"
	"strconv"
	"strings"

	"github.com/ringer-kv/ringer/keyspace/lua"
)

const (
	formatFlags = "-+ #0"
	// longText is how long a string must be for %s to take it whole, without a precision.
	longText = 100
)

// layout is an item of a format, as C's printf reads it: %[flags][width][.precision].
type layout struct {
	left, plus, space, alternate, zero bool

	width, precision int // precision -1: none
}

func stringFormat(c *lua.Call) {
	rest := c.CheckString(1)
	b := &builder{call: c}
	for arg := 1; ; {
		plain, behind, found := strings.Cut(rest, "%")
		b.addString(plain)
		if !found {
			break
		}
		c.State.Step(1)
		if strings.HasPrefix(behind, "%") {
			b.addByte('%')
			rest = behind[1:]
			continue
		}
		if arg++; arg > c.Len() {
			c.ArgError(arg, "no value")
		}
		l, length := parseLayout(c, behind)
		verb := byte(0) // Lua: the zero byte behind a C string
		if behind = behind[length:]; behind != "" {
			verb, behind = behind[0], behind[1:]
		}
		rest = behind
		b.addString(formatItem(c, arg, l, verb))
	}
	c.Return(b.value())
}

// parseLayout reads what stands between a % and its letter, and how long it is. Lua: scanformat.
func parseLayout(c *lua.Call, s string) (l layout, length int) {
	i := 0
	for i < len(s) && strings.IndexByte(formatFlags, s[i]) >= 0 {
		l.setFlag(s[i])
		i++
	}
	if i > len(formatFlags) {
		c.Errorf("invalid format (repeated flags)")
	}
	l.width, i = twoDigits(s, i)
	l.precision = -1
	if i < len(s) && s[i] == '.' {
		l.precision, i = twoDigits(s, i+1)
	}
	if i < len(s) && inLowerClass(s[i], 'd') {
		c.Errorf("invalid format (width or precision too long)")
	}
	return l, i
}

func (l *layout) setFlag(flag byte) {
	switch flag {
	case '-':
		l.left = true
	case '+':
		l.plus = true
	case ' ':
		l.space = true
	case '#':
		l.alternate = true
	case '0':
		l.zero = true
	}
}

// twoDigits reads a number of at most two digits at i, and where it ends.
func twoDigits(s string, i int) (n, end int) {
	for end = i; end < len(s) && end < i+2 && inLowerClass(s[end], 'd'); end++ {
		n = n*10 + int(s[end]-'0')
	}
	return n, end
}

// formatItem is an argument in the form of an item.
func formatItem(c *lua.Call, arg int, l layout, verb byte) string {
	switch verb {
	case 'c':
		return l.char(byte(toCInt(c.CheckNumber(arg))))
	case 'd', 'i':
		return l.signed(int64(lua.ToInt(c.CheckNumber(arg))))
	case 'o', 'u', 'x', 'X':
		return l.unsigned(toUnsigned(c.CheckNumber(arg)), verb)
	case 'e', 'E', 'f', 'g', 'G':
		return l.float(c.CheckNumber(arg), verb)
	case 'q':
		return quoted(c, c.CheckString(arg))
	case 's':
		return l.string(c.CheckString(arg))
	}
	letter := string([]byte{verb})
	if verb == 0 {
		letter = ""
	}
	c.Errorf("invalid option '%%%s' to 'format'", letter)
	return ""
}

// toCInt is a number as x86-64 converts it to an int: what is out of range is the smallest one.
func toCInt(f float64) int32 {
	if f > math.MinInt32-1 && f < math.MaxInt32+1 {
		return int32(f)
	}
	return math.MinInt32
}

// toUnsigned is a number as x86-64 converts it to an unsigned long: in two halves.
func toUnsigned(f float64) uint64 {
	if f >= 1<<63 {
		return uint64(lua.ToInt(f-1<<63)) ^ 1<<63
	}
	return uint64(lua.ToInt(f))
}

// pad fills s up to the width with spaces, and after a sign or 0x with zeros if it is a number.
func (l layout) pad(s string, zeros bool) string {
	n := l.width - len(s)
	if n <= 0 {
		return s
	}
	if l.left {
		return s + strings.Repeat(" ", n)
	}
	if !zeros {
		return strings.Repeat(" ", n) + s
	}
	digits := strings.TrimLeft(s, "+- ")
	if len(digits) > 1 && digits[0] == '0' && digits[1]|0x20 == 'x' {
		digits = digits[2:]
	}
	return s[:len(s)-len(digits)] + strings.Repeat("0", n) + digits
}

// char is %c. Lua: the result is a C string, so a zero byte ends it.
func (l layout) char(char byte) string {
	s, _, _ := strings.Cut(l.pad(string([]byte{char}), false), "\x00")
	return s
}

// string is %s. Lua: only a long string without a precision is more than a C string.
func (l layout) string(s string) string {
	if l.precision < 0 && len(s) >= longText {
		return s
	}
	if l.precision >= 0 && len(s) > l.precision {
		s = s[:l.precision]
	}
	s, _, _ = strings.Cut(s, "\x00")
	return l.pad(s, false)
}

// sign is what stands in front of a number.
func (l layout) sign(negative bool) string {
	switch {
	case negative:
		return "-"
	case l.plus:
		return "+"
	case l.space:
		return " "
	}
	return ""
}

// atLeast puts zeros in front of digits, up to the precision.
func (l layout) atLeast(digits string) string {
	if l.precision == 0 && digits == "0" {
		return ""
	}
	if n := l.precision - len(digits); n > 0 {
		return strings.Repeat("0", n) + digits
	}
	return digits
}

// signed is %d.
func (l layout) signed(n int64) string {
	magnitude := uint64(n)
	if n < 0 {
		magnitude = -magnitude
	}
	digits := l.atLeast(strconv.FormatUint(magnitude, 10))
	return l.pad(l.sign(n < 0)+digits, l.zero && l.precision < 0)
}

// unsigned is %o, %u, %x and %X.
func (l layout) unsigned(n uint64, verb byte) string {
	base := map[byte]int{'o': 8, 'u': 10, 'x': 16, 'X': 16}[verb]
	digits := l.atLeast(strconv.FormatUint(n, base))
	if l.alternate {
		switch {
		case verb == 'o' && !strings.HasPrefix(digits, "0"):
			digits = "0" + digits
		case base == 16 && n != 0:
			digits = "0x" + digits
		}
	}
	if verb == 'X' {
		digits = strings.ToUpper(digits)
	}
	return l.pad(digits, l.zero && l.precision < 0)
}

// float is %e, %E, %f, %g and %G.
func (l layout) float(f float64, verb byte) string {
	sign := l.sign(math.Signbit(f))
	var digits string
	switch {
	case math.IsNaN(f):
		digits = "nan"
	case math.IsInf(f, 0):
		digits = "inf"
	case verb == 'f':
		digits = l.digits(math.Abs(f), 'f', l.orSix())
	case verb|0x20 == 'e':
		digits = l.digits(math.Abs(f), 'e', l.orSix())
	default:
		digits = l.general(math.Abs(f))
	}
	if verb < 'a' {
		digits = strings.ToUpper(digits)
	}
	return l.pad(sign+digits, l.zero && !math.IsNaN(f) && !math.IsInf(f, 0))
}

// orSix is the precision, which is 6 where none is given.
func (l layout) orSix() int {
	if l.precision < 0 {
		return 6
	}
	return l.precision
}

// digits is a finite number with so many digits behind the point, which # keeps without any.
func (l layout) digits(f float64, form byte, precision int) string {
	s := strconv.FormatFloat(f, form, precision, 64)
	if l.alternate && precision == 0 {
		mantissa, exponent, found := strings.Cut(s, "e")
		if s = mantissa + "."; found {
			s += "e" + exponent
		}
	}
	return s
}

// general is %g: the shorter of %e and %f, without zeros at the end unless # keeps them.
func (l layout) general(f float64) string {
	precision := max(l.orSix(), 1)
	s := l.digits(f, 'e', precision-1)
	mantissa, exponent, _ := strings.Cut(s, "e")
	if e, _ := strconv.Atoi(exponent); e >= -4 && e < precision {
		mantissa, exponent = l.digits(f, 'f', precision-1-e), ""
	} else {
		exponent = "e" + exponent
	}
	if !l.alternate && strings.Contains(mantissa, ".") {
		mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
	}
	return mantissa + exponent
}

// quoted is %q: a string as Lua reads it back. Lua: addquoted.
func quoted(c *lua.Call, s string) string {
	c.State.Step(len(s) >> 8)
	b := &builder{call: c}
	b.addByte('"')
	plain := 0 // from here on nothing needs an escape
	for i := range len(s) {
		if escape := quotedByte(s[i]); escape != "" {
			b.addString(s[plain:i])
			b.addString(escape)
			plain = i + 1
		}
	}
	b.addString(s[plain:])
	b.addByte('"')
	return b.text.String()
}

// quotedByte is the escape of a byte, "" if it needs none.
func quotedByte(c byte) string {
	switch c {
	case '"':
		return `\"`
	case '\\':
		return `\\`
	case '\n':
		return "\\\n"
	case '\r':
		return `\r`
	case 0:
		return `\000`
	}
	return ""
}
