package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"

	"github.com/ringer-kv/ringer/binproto/client"
)

// prompt reads commands from a terminal until the user leaves with quit, Ctrl-C or Ctrl-D.
func prompt(s *session, env func(string) string) int {
	h := openHistory(historyPath(env))
	_ = s.connect() // it has said so; the prompt shows it, and each command tries again
	var screen struct {
		io.Reader
		io.Writer
	}
	screen.Reader, screen.Writer = s.std.in, s.std.out
	t := term.NewTerminal(screen, "")
	t.History = h
	for {
		t.SetPrompt(s.prompt())
		line, err := readLine(t)
		if err != nil {
			fmt.Fprintln(s.std.out)
			if errors.Is(err, io.EOF) {
				return exitOK
			}
			return exitError
		}
		if err := h.save(); err != nil {
			fmt.Fprintln(s.std.err, "ringer-cli:", err)
		}
		if !s.runLine(line) {
			return exitOK
		}
	}
}

// readLine reads a line with the terminal in raw mode, which ends before the command runs, so
// that Ctrl-C then ends a command that takes for ever.
func readLine(t *term.Terminal) (string, error) {
	fd := int(os.Stdin.Fd())
	state, err := term.MakeRaw(fd)
	if err != nil {
		return "", err
	}
	defer term.Restore(fd, state)
	if width, height, err := term.GetSize(fd); err == nil && width > 0 {
		if err := t.SetSize(width, height); err != nil {
			return "", err
		}
	}
	line, err := t.ReadLine()
	if errors.Is(err, term.ErrPasteIndicator) {
		err = nil
	}
	return line, err
}

// prompt is what stands before the cursor. Redis: cliRefreshPrompt.
func (s *session) prompt() string {
	if s.conn == nil {
		return "not connected> "
	}
	p := s.address()
	if s.db != 0 {
		p += "[" + strconv.Itoa(s.db) + "]"
	}
	if s.inTx {
		p += "(TX)"
	}
	return p + "> "
}

const promptHelp = `ringer-cli ` + version + `
To get help about a command type:
      "help <command>" for what the server tells of it
      "quit" or "exit", Ctrl-C or Ctrl-D to leave, "clear" to clear the screen
      "<n> <command>" to run a command n times
`

// runOwn runs what is the prompt's own and not the server's. done is false if args is not that.
func (s *session) runOwn(args []string) (more, done bool) {
	switch name := strings.ToLower(args[0]); {
	case len(args) == 1 && (name == "quit" || name == "exit"):
		return false, true
	case len(args) == 1 && name == "clear":
		fmt.Fprint(s.std.out, "\x1b[H\x1b[2J")
		return true, true
	case name == "help" || name == "?":
		s.help(args[1:])
		return true, true
	case name == "connect" && len(args) == 3:
		return true, s.reconnect(args[1], args[2])
	}
	return true, false
}

// reconnect goes to another server.
func (s *session) reconnect(host, port string) bool {
	n, err := strconv.Atoi(port)
	if err != nil {
		fmt.Fprintln(s.std.out, "Invalid argument(s)")
		return true
	}
	s.options.host, s.options.port, s.db = host, n, 0
	_ = s.connect() // it has said so, and the prompt shows it
	return true
}

// help prints what the server tells of a command.
func (s *session) help(words []string) {
	if len(words) == 0 {
		fmt.Fprint(s.std.out, promptHelp)
		return
	}
	name := strings.ToLower(strings.Join(words, "|"))
	v, err := s.roundTrip([]string{"COMMAND", "DOCS", name})
	if err != nil {
		return
	}
	elems, err := v.Array()
	if err != nil || len(elems) < 2 {
		fmt.Fprintf(s.std.out, "No help for %q\n", strings.Join(words, " "))
		return
	}
	doc := fields(elems[1])
	fmt.Fprintf(s.std.out, "\n  %s\n", strings.ToUpper(strings.ReplaceAll(name, "|", " ")))
	for _, field := range []string{"summary", "since", "group", "complexity"} {
		if doc[field] != "" {
			fmt.Fprintf(s.std.out, "  %s: %s\n", field, doc[field])
		}
	}
	fmt.Fprintln(s.std.out)
}

// fields are the texts of a map that came as an array of key and value.
func fields(v client.Value) map[string]string {
	m := make(map[string]string)
	elems, _ := v.Array() // nil if it is none
	for i := 0; i+1 < len(elems); i += 2 {
		if text, err := elems[i+1].Text(); err == nil {
			m[string(elems[i].Bytes())] = text
		}
	}
	return m
}

// leadingRepeat splits off the number in "5 PING". Redis: repl.
func leadingRepeat(args []string) (repeat int, rest []string, err error) {
	if len(args) < 2 {
		return 1, args, nil
	}
	n, err := strconv.Atoi(args[0])
	if err != nil {
		return 1, args, nil
	}
	if n <= 0 {
		return 0, nil, complaint("Invalid ringer-cli repeat command option value.")
	}
	return n, args[1:], nil
}
