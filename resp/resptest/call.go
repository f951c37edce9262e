package resptest

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"strconv"

	"github.com/ringer-kv/ringer/keyspace/reply"
)

// Error is an error reply of the server, as "WRONGTYPE Operation against a key holding the wrong
// kind of value".
//
// Safe for concurrent use.
type Error string

// Error is the whole text.
func (e Error) Error() string { return string(e) }

// errClosed is what is left to say of a server after Close.
var errClosed = errors.New("resptest: the server is closed")

// Do executes a command for the test itself, without a connection: Faults do not hit it and
// Commands does not show it. It replies with what RESP3 has: string, int64, float64, bool,
// *big.Int, nil, []any, map[any]any for a map whose keys can be such, or an error of type Error.
// A command that would block replies as if its time were over. Each is a client of its own: what
// MULTI, SELECT or CLIENT begin ends with it.
func (d *Database) Do(args ...string) (any, error) {
	if len(args) == 0 {
		return nil, errors.New("resptest: no command")
	}
	var v any
	err := d.server.engine.DoAmidst(func() { v = d.server.call(step{d.index, args}) })
	if err != nil {
		return nil, errClosed
	}
	if err, failed := v.(Error); failed {
		return nil, err
	}
	if v == nil && d.server.isClosed() { // maybe in the midst of a script, which has no reply then
		return nil, errClosed
	}
	return v, nil
}

// step is a command that is executed for the test.
type step struct {
	db   int
	args []string
}

// call executes a step in the owner's goroutine.
func (s *Server) call(c step) any {
	words := make([][]byte, len(c.args))
	for i, a := range c.args {
		words[i] = []byte(a)
	}
	var w reply.RESP
	w.SetProto(3)
	s.engine.CallNow(c.db, words, &w)
	out := w.Take()
	if len(out) == 0 { // CLIENT REPLY OFF
		return nil
	}
	v, _ := parse(out)
	return v
}

// run executes steps with nothing in between, up to the first that fails, and returns the last
// reply.
func (s *Server) run(steps ...step) (v any, err error) {
	closed := s.engine.Do(func() {
		for _, c := range steps {
			v = s.call(c)
			if why, failed := v.(Error); failed {
				err = fmt.Errorf("resptest: %s: %w", clip(Command{Args: c.args}.String()), why)
				return
			}
		}
	})
	if closed != nil {
		return nil, errClosed
	}
	return v, err
}

// parse takes one RESP3 value off b, which the server has made: it is always well-formed.
func parse(b []byte) (v any, rest []byte) {
	end := bytes.IndexByte(b, '\n')
	kind, line, rest := b[0], string(b[1:end-1]), b[end+1:]
	switch kind {
	case '+':
		return line, rest
	case '-':
		return Error(line), rest
	case ':':
		n, _ := strconv.ParseInt(line, 10, 64)
		return n, rest
	case ',':
		f, _ := strconv.ParseFloat(line, 64)
		return f, rest
	case '#':
		return line == "t", rest
	case '(':
		n, _ := new(big.Int).SetString(line, 10)
		return n, rest
	case '_':
		return nil, rest
	}
	n, _ := strconv.Atoi(line)
	return parseSized(kind, n, rest)
}

// parseSized takes off a value whose header says how long it is.
func parseSized(kind byte, n int, b []byte) (any, []byte) {
	switch kind {
	case '$':
		return string(b[:n]), b[n+2:]
	case '=':
		const format = len("txt:")
		return string(b[format:n]), b[n+2:]
	case '%':
		m := make(map[any]any, n)
		for range n {
			var key, value any
			key, b = parse(b)
			value, b = parse(b)
			m[hashable(key)] = value
		}
		return m, b
	}
	list := make([]any, n)
	for i := range list {
		list[i], b = parse(b)
	}
	return list, b
}

// hashable is a key of a map as one that Go takes.
func hashable(key any) any {
	switch key.(type) {
	case []any, map[any]any:
		return fmt.Sprint(key)
	}
	return key
}
