package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/ringer-kv/ringer/keyspace/inline"
)

// version is what --version prints.
const version = "0.1.0"

// Exit codes.
const (
	exitOK    = 0
	exitError = 1 // an error reply, no connection, or a wrong option
)

func main() {
	std := streams{
		in: os.Stdin, out: os.Stdout, err: os.Stderr,
		inTTY:  term.IsTerminal(int(os.Stdin.Fd())),
		outTTY: term.IsTerminal(int(os.Stdout.Fd())),
	}
	os.Exit(run(os.Args[1:], os.Getenv, std))
}

// streams are where commands come from and replies go to.
type streams struct {
	in            io.Reader
	out, err      io.Writer
	inTTY, outTTY bool
}

// run is main without the process around it. It returns the exit code.
func run(args []string, env func(string) string, std streams) int {
	o, err := parseOptions(args, env, std.outTTY)
	switch {
	case errors.Is(err, errHelp):
		fmt.Fprint(std.out, usage)
		return exitOK
	case errors.Is(err, errVersion):
		fmt.Fprintf(std.out, "ringer-cli %s\n", version)
		return exitOK
	case err != nil:
		fmt.Fprintln(std.err, err)
		return exitError
	}
	s := &session{options: o, std: std}
	defer s.close()
	if len(o.command) > 0 {
		return once(s)
	}
	if std.inTTY {
		return prompt(s, env)
	}
	return readLines(s)
}

// once runs the command of the command line.
func once(s *session) int {
	args := s.options.command
	if s.options.lastFromInput {
		last, err := io.ReadAll(s.std.in)
		if err != nil {
			fmt.Fprintln(s.std.err, "ringer-cli: reading the last argument:", err)
			return exitError
		}
		args = append(args, string(last))
	}
	if err := s.connect(); err != nil {
		return exitError
	}
	code := exitOK
	for i := 0; s.options.repeat < 0 || i < s.options.repeat; i++ {
		if i > 0 {
			time.Sleep(s.options.interval)
		}
		if !s.run(args) {
			code = exitError
		}
	}
	return code
}

// readLines runs the commands that come from a pipe or a file.
func readLines(s *session) int {
	if s.connect() != nil && s.options.stopUnconnected {
		return exitError
	}
	lines := bufio.NewReader(s.std.in)
	for {
		line, err := lines.ReadString('\n')
		if line != "" && !s.runLine(line) {
			return exitOK
		}
		if err != nil {
			return s.lineCode
		}
	}
}

// runLine runs a line of the prompt or of a pipe. It returns false when the line says to quit.
// Redis: repl.
func (s *session) runLine(line string) (more bool) {
	args, err := split(line)
	if err != nil {
		fmt.Fprintln(s.std.out, "Invalid argument(s)")
		return true
	}
	repeat, args, err := leadingRepeat(args)
	if err != nil {
		fmt.Fprintln(s.std.out, err)
		return true
	}
	if len(args) == 0 {
		return true
	}
	if more, done := s.runOwn(args); done {
		return more
	}
	start := time.Now()
	for i := range repeat {
		if i > 0 {
			time.Sleep(s.options.interval)
		}
		s.run(args)
	}
	const worthTelling = 500 * time.Millisecond
	if took := time.Since(start); took >= worthTelling && !s.options.raw {
		fmt.Fprintf(s.std.out, "(%.2fs)\n", took.Seconds())
	}
	return true
}

// split splits a line into arguments.
func split(line string) ([]string, error) {
	views, err := inline.Split([]byte(line), nil)
	if err != nil {
		return nil, err
	}
	args := make([]string, len(views))
	for i, v := range views {
		args[i] = string(v)
	}
	return args, nil
}
