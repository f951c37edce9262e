package compat_test

import (
	"errors"
	"strings"
	"testing"
)

var errQuotes = errors.New("unbalanced quotes")

// split cuts a line into arguments as redis-cli's prompt does: "..." with \n \r \t \b \a \xHH,
// '...' with \' only, else up to white space.
func split(line string) ([]string, error) {
	var args []string
	for {
		line = strings.TrimLeft(line, " \t\r\n")
		if line == "" {
			return args, nil
		}
		arg, rest, err := splitOne(line)
		if err != nil {
			return nil, err
		}
		args, line = append(args, arg), rest
	}
}

func splitOne(line string) (arg, rest string, err error) {
	switch line[0] {
	case '"':
		arg, rest, err = splitDouble(line[1:])
	case '\'':
		arg, rest, err = splitSingle(line[1:])
	default:
		end := strings.IndexAny(line, " \t\r\n")
		if end < 0 {
			end = len(line)
		}
		return line[:end], line[end:], nil
	}
	if err == nil && rest != "" && !strings.ContainsAny(rest[:1], " \t\r\n") {
		err = errQuotes // a closing quote must be followed by white space
	}
	return arg, rest, err
}

func splitSingle(line string) (arg, rest string, err error) {
	var b strings.Builder
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '\\' && i+1 < len(line) && line[i+1] == '\'':
			b.WriteByte('\'')
			i++
		case line[i] == '\'':
			return b.String(), line[i+1:], nil
		default:
			b.WriteByte(line[i])
		}
	}
	return "", "", errQuotes
}

func splitDouble(line string) (arg, rest string, err error) {
	var b strings.Builder
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '"':
			return b.String(), line[i+1:], nil
		case line[i] == '\\' && i+1 < len(line):
			c, used := unescape(line[i+1:])
			b.WriteByte(c)
			i += used
		default:
			b.WriteByte(line[i])
		}
	}
	return "", "", errQuotes
}

// unescape reads what follows a backslash and says how many bytes that was.
func unescape(s string) (c byte, used int) {
	if s[0] == 'x' && len(s) >= 3 {
		high, low := strings.IndexByte(hexDigits, s[1]|0x20), strings.IndexByte(hexDigits, s[2]|0x20)
		if high >= 0 && low >= 0 {
			return byte(high<<4 | low), 3
		}
	}
	if i := strings.IndexByte("nrtba", s[0]); i >= 0 {
		return "\n\r\t\b\a"[i], 1
	}
	return s[0], 1
}

const hexDigits = "0123456789abcdef"

// join is the inverse of split.
func join(args []string) string {
	var b strings.Builder
	for i, arg := range args {
		if i > 0 {
			b.WriteByte(' ')
		}
		quoteTo(&b, arg)
	}
	return b.String()
}

func quoteTo(b *strings.Builder, arg string) {
	plain := arg != "" && !strings.ContainsAny(arg[:1], "~@#")
	for i := 0; i < len(arg); i++ {
		c := arg[i]
		plain = plain && c > ' ' && c < 0x7f && c != '"' && c != '\'' && c != '\\'
	}
	if plain {
		b.WriteString(arg)
		return
	}
	b.WriteByte('"')
	for i := 0; i < len(arg); i++ {
		switch c := arg[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c >= ' ' && c < 0x7f:
			b.WriteByte(c)
		default:
			b.WriteString(`\x`)
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
		}
	}
	b.WriteByte('"')
}

func TestSplitIsTheInverseOfJoin(t *testing.T) {
	for _, args := range [][]string{
		{"GET", "k"}, {"", " "}, {"~seconds", "#", "@proto"}, {`a"b`, `c\d`, `'`},
		{"\x00\xff\r\n\t\a\b", "caf\u00e9"}, {`\x41`},
	} {
		got, err := split(join(args))
		if err != nil || strings.Join(got, "|") != strings.Join(args, "|") {
			t.Errorf("split(join(%q)) = %q, %v", args, got, err)
		}
	}
	for _, line := range []string{`"a`, `'a`, `"a"b`, `'a'b`} {
		if got, err := split(line); err == nil {
			t.Errorf("split(%s) = %q, want an error", line, got)
		}
	}
	got, err := split(`a 'it\'s' "\x41\n" b"c`)
	if want := "a|it's|A\n|b\"c"; err != nil || strings.Join(got, "|") != want {
		t.Errorf("split = %q, %v; want %q", got, err, want)
	}
}
