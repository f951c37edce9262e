package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/ringer-kv/ringer/binproto/client"
	"github.com/ringer-kv/ringer/binproto/frame"
)

// connectTimeout is how long a server may take to answer.
const connectTimeout = 30 * time.Second

// session is the connection and what is known of it.
type session struct {
	options  *options
	std      streams
	conn     *client.Conn
	db       int
	inTx     bool
	lineCode int // the exit code of a run that reads lines
	buf      []byte
}

func (s *session) close() {
	if s.conn != nil {
		s.conn.Close()
		s.conn = nil
	}
}

// address is the server's.
func (s *session) address() string {
	return net.JoinHostPort(s.options.host, strconv.Itoa(s.options.port))
}

// connect connects anew, authenticates and selects the database. It says on the error stream what
// went wrong.
func (s *session) connect() error {
	s.close()
	s.inTx = false
	ctx, cancel := context.WithTimeout(context.Background(), connectTimeout)
	defer cancel()
	terms, err := s.options.tls.config()
	var c *client.Conn
	if err == nil {
		c, err = client.DialOptions(ctx, s.address(), client.Options{TLS: terms})
	}
	if err != nil {
		fmt.Fprintf(s.std.err, "Could not connect to ringer at %s: %s\n", s.address(), cause(err))
		return err
	}
	s.conn = c
	s.authenticate()
	if db := s.wantedDB(); db != 0 {
		if _, err := c.Do("SELECT", db); err != nil {
			fmt.Fprintf(s.std.err, "SELECT %d failed: %v\n", db, err)
		} else {
			s.db = db
		}
	}
	return nil
}

// wantedDB is the database that a new connection has to select.
func (s *session) wantedDB() int {
	if s.db != 0 {
		return s.db
	}
	return s.options.db
}

// authenticate sends the password, if there is one. Redis: cliAuth.
func (s *session) authenticate() {
	o := s.options
	if o.password == "" {
		return
	}
	if o.passwordShown && !o.noAuthWarning {
		fmt.Fprintln(s.std.err, "Warning: Using a password with '-a' or '-u' option on the "+
			"command line interface may not be safe.")
		o.noAuthWarning = true
	}
	auth := []any{"AUTH", o.password}
	if o.user != "" {
		auth = []any{"AUTH", o.user, o.password}
	}
	if _, err := s.conn.Do(auth...); err != nil {
		fmt.Fprintf(s.std.err, "AUTH failed: %v\n", err)
	}
}

// cause is the system's word for an error, as C's strerror has it.
func cause(err error) string {
	var errno syscall.Errno
	text := err.Error()
	switch {
	case errors.As(err, &errno):
		text = errno.Error()
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		text = "connection timed out"
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// run sends a command, prints what is replied, and reports whether that is no error. A connection
// that was lost since the command before is made anew.
func (s *session) run(args []string) bool {
	v, err := s.roundTrip(args)
	if err != nil {
		s.lineCode = exitError
		return false
	}
	s.print(v, formOf(args, s.options.raw))
	s.follow(args, v)
	if listens(args) && v.Err() == nil {
		return s.listen()
	}
	return v.Err() == nil
}

// roundTrip sends the command and receives its reply, over a new connection if the old one turns
// out to be gone.
func (s *session) roundTrip(args []string) (client.Value, error) {
	old := s.conn != nil
	if !old {
		if err := s.connect(); err != nil {
			return client.Value{}, err
		}
	}
	v, err := s.exchange(args)
	if err != nil && old {
		if err = s.connect(); err != nil {
			return client.Value{}, err
		}
		v, err = s.exchange(args)
	}
	if err != nil {
		s.close()
		fmt.Fprintln(s.std.err, "Error: Server closed the connection")
	}
	return v, err
}

// exchange is one command and its reply on the connection that is there.
func (s *session) exchange(args []string) (client.Value, error) {
	err := s.conn.SendStrings(args...)
	if err == nil {
		err = s.conn.Flush()
	}
	if err != nil {
		return client.Value{}, err
	}
	return s.conn.Receive()
}

func (s *session) print(v client.Value, f form) {
	s.buf = appendReply(s.buf[:0], v, f)
	if _, err := s.std.out.Write(s.buf); err != nil {
		s.lineCode = exitError // the reader has gone; there is nobody to tell
	}
}

// follow keeps track of the database and of the transaction.
func (s *session) follow(args []string, v client.Value) {
	failed := v.Err() != nil
	switch strings.ToLower(args[0]) {
	case "select":
		if len(args) == 2 && !failed {
			s.db, _ = strconv.Atoi(args[1]) // the server has taken it as a number
		}
	case "multi":
		s.inTx = s.inTx || !failed
	case "exec", "discard":
		s.inTx = s.inTx && failed && v.Kind() == frame.Err && keepsTx(v)
	case "reset":
		if !failed {
			s.inTx, s.db = false, 0
		}
	}
}

// keepsTx reports whether an error of EXEC or DISCARD leaves the transaction open: only one that
// says that the arguments are wrong does.
func keepsTx(v client.Value) bool {
	return strings.HasPrefix(string(v.Bytes()), "ERR wrong number")
}

// listens reports whether the connection does nothing but listen after the command.
func listens(args []string) bool {
	switch strings.ToLower(args[0]) {
	case "subscribe", "psubscribe", "ssubscribe", "monitor":
		return true
	}
	return false
}

// listen prints what the server pushes, until the connection or the process ends.
func (s *session) listen() bool {
	if !s.options.raw {
		fmt.Fprintln(s.std.out, "Reading messages... (press Ctrl-C to quit)")
	}
	for {
		v, err := s.conn.Receive()
		if err != nil {
			s.close()
			fmt.Fprintln(s.std.err, "Error: Server closed the connection")
			return false
		}
		s.print(v, form{raw: s.options.raw})
	}
}
