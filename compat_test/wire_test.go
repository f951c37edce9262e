package compat_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	ioTimeout      = 20 * time.Second // a server that takes longer is said to hang
	maxReplyDepth  = 32
	maxReplyLength = 1 << 30
)

var errMalformed = errors.New("malformed reply")

// value is what a reply means. kind is the first byte of its frame in RESP.
type value struct {
	kind  byte
	text  string  // of a scalar
	null  bool    // $-1, *-1 or _
	elems []value // of an aggregate; of a map, key and value in turn
}

// reply is one complete reply: its exact bytes, and what they mean.
type reply struct {
	raw   []byte
	value value
}

// reader reads one reply at a time, RESP2 or RESP3, and keeps its bytes.
type reader struct {
	in  *bufio.Reader
	raw []byte
}

// next reads one reply, a push included. Each reply's raw bytes are its own.
func (r *reader) next() (reply, error) {
	r.raw = nil
	v, err := r.value(0)
	return reply{r.raw, v}, err
}

func (r *reader) value(depth int) (value, error) {
	line, err := r.line()
	if err != nil {
		return value{}, err
	}
	v := value{kind: line[0], text: line[1:]}
	switch v.kind {
	case '+', '-', ':', ',', '#', '(':
		return v, nil
	case '_':
		v.null = true
		return v, nil
	case '$', '=', '!':
		return v, r.blob(&v)
	case '*', '%', '~', '>':
		return v, r.aggregate(&v, depth)
	}
	return v, fmt.Errorf("%w: line %q", errMalformed, line)
}

// blob reads the bytes that v's length announces.
func (r *reader) blob(v *value) error {
	n, err := length(v.text)
	v.text, v.null = "", n < 0
	if err != nil || n < 0 {
		return err
	}
	start := len(r.raw)
	r.raw = slices.Grow(r.raw, n+2)[:start+n+2]
	if _, err := io.ReadFull(r.in, r.raw[start:]); err != nil {
		return err
	}
	if string(r.raw[start+n:]) != "\r\n" {
		return fmt.Errorf("%w: no CR LF after %d bytes", errMalformed, n)
	}
	v.text = string(r.raw[start : start+n])
	return nil
}

// aggregate reads the elements that v's length announces.
func (r *reader) aggregate(v *value, depth int) error {
	n, err := length(v.text)
	v.text, v.null = "", n < 0
	if err != nil {
		return err
	}
	if depth == maxReplyDepth {
		return fmt.Errorf("%w: nested too deep", errMalformed)
	}
	if v.kind == '%' {
		n *= 2
	}
	for range n {
		elem, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		v.elems = append(v.elems, elem)
	}
	return nil
}

// line reads up to CR LF and returns the line without it: one byte or more.
func (r *reader) line() (string, error) {
	line, err := r.in.ReadString('\n')
	r.raw = append(r.raw, line...)
	if err != nil {
		return "", err
	}
	text, ok := strings.CutSuffix(line, "\r\n")
	if !ok || text == "" || strings.Contains(text, "\r") {
		return "", fmt.Errorf("%w: line %q", errMalformed, line)
	}
	return text, nil
}

// length reads a count as a server prints it: no sign but that of -1, no leading zero.
func length(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < -1 || n > maxReplyLength || strconv.Itoa(n) != text {
		return 0, fmt.Errorf("%w: length %q", errMalformed, text)
	}
	return n, nil
}

// conn is one connection that speaks RESP.
type conn struct {
	net net.Conn
	reader
}

func dial(addr string) (*conn, error) {
	c, err := net.DialTimeout("tcp", addr, ioTimeout)
	if err != nil {
		return nil, err
	}
	return &conn{net: c, reader: reader{in: bufio.NewReader(c)}}, nil
}

// mustDial connects for the length of the test.
func mustDial(t *testing.T, addr string) *conn {
	t.Helper()
	c, err := dial(addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.close)
	return c
}

func (c *conn) close() { _ = c.net.Close() }

func (c *conn) write(p []byte) error {
	if err := c.net.SetWriteDeadline(time.Now().Add(ioTimeout)); err != nil {
		return err
	}
	_, err := c.net.Write(p)
	return err
}

func (c *conn) read() (reply, error) {
	if err := c.net.SetReadDeadline(time.Now().Add(ioTimeout)); err != nil {
		return reply{}, err
	}
	return c.next()
}

func (c *conn) do(args ...string) (reply, error) {
	if err := c.write(appendCommand(nil, args)); err != nil {
		return reply{}, err
	}
	return c.read()
}

// must sends one command, given as a line, and fails the test unless a reply comes.
func (c *conn) must(t *testing.T, line string) value {
	t.Helper()
	args, err := split(line)
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.do(args...)
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return r.value
}

// appendCommand appends a command as a client sends it: an array of bulk strings.
func appendCommand(b []byte, args []string) []byte {
	b = fmt.Appendf(b, "*%d\r\n", len(args))
	for _, arg := range args {
		b = fmt.Appendf(b, "$%d\r\n%s\r\n", len(arg), arg)
	}
	return b
}

func TestReaderKeepsTheBytesOfOneReply(t *testing.T) {
	for _, raw := range []string{
		"+OK\r\n", "-ERR x\r\n", ":-1\r\n", "$-1\r\n", "$0\r\n\r\n", "$4\r\na\r\nb\r\n", "*-1\r\n",
		"*0\r\n", "*2\r\n*1\r\n:1\r\n$1\r\na\r\n", "_\r\n", "#t\r\n", ",inf\r\n", "(12\r\n",
		"%1\r\n+k\r\n~2\r\n:1\r\n:2\r\n", ">2\r\n+a\r\n+b\r\n", "=5\r\ntxt:a\r\n", "!3\r\nE x\r\n",
	} {
		r := reader{in: bufio.NewReader(strings.NewReader(raw + "+NEXT\r\n"))}
		got, err := r.next()
		if err != nil || string(got.raw) != raw {
			t.Errorf("%q: read %q, %v", raw, got.raw, err)
		}
		if got, err = r.next(); err != nil || got.value.text != "NEXT" {
			t.Errorf("%q: then %q, %v", raw, got.raw, err)
		}
	}
	for _, raw := range []string{
		"", "\r\n", "+OK\n", "x\r\n", "$01\r\na\r\n", "$+1\r\na\r\n", "$-2\r\n", "*x\r\n",
		"$1\r\nab\r\n", "$3\r\nab", "*2\r\n:1\r\n", "+a\rb\r\n", strings.Repeat("*1\r\n", 40),
	} {
		r := reader{in: bufio.NewReader(strings.NewReader(raw))}
		if got, err := r.next(); err == nil {
			t.Errorf("%q: read %q, want an error", raw, got.raw)
		}
	}
}
