// Package inline splits a line as a person types it into arguments, by the rules that Redis has
// for inline commands, redis.conf and redis-cli (sdssplitargs there). It is for whoever reads
// such lines: both front ends, the configuration file and ringer-cli.
//
//	set  greeting  "hello,\x20world\n"  'it\'s'
//	 |       |             |               |
//	set   greeting   hello, world<LF>    it's
//
// Terminology: a line is the bytes before the line break, an argument is what the command sees.
// A quoted part stands between double quotes, where \n \r \t \b \a and \xHH are escapes and a
// backslash before any other byte stands for that byte; or between single quotes, where \' is
// the only escape.
//
// The rules, each with its test:
//
//	R1  Arguments are separated by runs of white space: blank, \t \n \v \f \r.
//	R2  Outside quotes only blank, \t, \n and \r end an argument: \v and \f are part of it once
//	    it has begun. (Redis: isspace on one side, a switch on the other.)
//	R3  Quotes may open in the middle of an argument: a"b c" is one argument, ab c.
//	R4  A closing quote ends the argument and must be followed by white space, a NUL or the end.
//	R5  An open quote at the end of the line is an error; so is a violation of R4.
//	R6  A NUL ends the line, whatever follows. (Redis: the line is a C string.)
//	R7  "" and '' are one empty argument.
//
// An argument is never longer than the text that it came from, so it is decoded where it stands,
// and splitting allocates nothing but the list.
//
// Source: the behaviour of redis-server 7.0.15.
package inline

import "errors"

// ErrUnbalanced reports a quote that is not closed, or closed in the middle of an argument.
var ErrUnbalanced = errors.New("unbalanced quotes")

// Split appends the arguments of line to dst. The arguments are views of line, which is
// overwritten where it holds quotes: the caller gives the line away until it is done with the
// arguments. On ErrUnbalanced it returns dst as it was. O(len(line)).
func Split(line []byte, dst [][]byte) ([][]byte, error) {
	s := splitter{line: line}
	args := dst
	for s.next() {
		arg, ok := s.argument()
		if !ok {
			return dst, ErrUnbalanced
		}
		args = append(args, arg)
	}
	return args, nil
}

// splitter reads at r and writes what it has decoded at w, which never passes r.
type splitter struct {
	line []byte
	r, w int
}

// peek is the byte n places ahead, 0 beyond the end: a NUL and the end are the same.
func (s *splitter) peek(n int) byte {
	if s.r+n < len(s.line) {
		return s.line[s.r+n]
	}
	return 0
}

// put appends a decoded byte to the argument.
func (s *splitter) put(c byte) {
	s.line[s.w] = c
	s.w++
}

// next moves to the beginning of an argument; false at the end of the line.
func (s *splitter) next() bool {
	for isSpace(s.peek(0)) {
		s.r++
	}
	return s.peek(0) != 0
}

// argument decodes the argument at r; false when its quotes are unbalanced.
func (s *splitter) argument() (arg []byte, ok bool) {
	start := s.r
	s.w = start
	for {
		c := s.peek(0)
		switch c {
		case ' ', '\n', '\r', '\t', 0:
			return s.line[start:s.w:s.w], true
		case '"', '\'':
			s.r++
			if !s.quoted(c) {
				return nil, false
			}
			return s.line[start:s.w:s.w], true
		}
		s.r++
		s.put(c)
	}
}

// quoted decodes up to the closing quote and steps over it; false when there is none, or when it
// does not end the argument.
func (s *splitter) quoted(quote byte) bool {
	for {
		c := s.peek(0)
		switch {
		case c == 0:
			return false
		case c == quote:
			s.r++
			after := s.peek(0)
			return after == 0 || isSpace(after)
		case c == '\\' && quote == '"':
			s.escape()
		case c == '\\' && s.peek(1) == '\'':
			s.r += 2
			s.put('\'')
		default:
			s.r++
			s.put(c)
		}
	}
}

// escape decodes a backslash between double quotes. One at the end of the line stands for itself.
func (s *splitter) escape() {
	c := s.peek(1)
	if c == 0 {
		s.r++
		s.put('\\')
		return
	}
	high, low := unhex(s.peek(2)), unhex(s.peek(3))
	if c == 'x' && high >= 0 && low >= 0 {
		s.r += 4
		s.put(byte(high<<4 | low))
		return
	}
	s.r += 2
	s.put(unescape(c))
}

// unescape is the byte that a letter after a backslash stands for.
func unescape(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'b':
		return '\b'
	case 'a':
		return '\a'
	}
	return c
}

// isSpace is C's isspace in the C locale.
func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// unhex is the value of a hexadecimal digit, -1 for another byte.
func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
