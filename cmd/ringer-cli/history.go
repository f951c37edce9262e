package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxHistory is how many lines are kept. Redis: linenoiseHistorySetMaxLen in redis-cli leaves
// linenoise's default of 100; a line costs nothing.
const maxHistory = 1000

// history is the lines that have been typed, the newest last, and the file that keeps them. It
// implements term.History.
type history struct {
	path  string // "" keeps nothing
	lines []string
	fresh int // lines at the end that are not in the file yet
}

// historyPath is where the history is kept: RINGERCLI_HISTFILE, which may be /dev/null for
// nowhere, or a file in the home directory.
func historyPath(env func(string) string) string {
	if path := env("RINGERCLI_HISTFILE"); path != "" {
		if path == os.DevNull {
			return ""
		}
		return path
	}
	if home := env("HOME"); home != "" {
		return filepath.Join(home, ".ringercli_history")
	}
	return ""
}

// openHistory reads the file. One that cannot be read is an empty history.
func openHistory(path string) *history {
	h := &history{path: path}
	if path == "" {
		return h
	}
	data, err := os.ReadFile(path)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			h.path = "" // do not write over what we could not read
		}
		return h
	}
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimRight(line, "\r\n"); line != "" {
			h.lines = append(h.lines, line)
		}
	}
	h.trim()
	return h
}

func (h *history) trim() {
	if extra := len(h.lines) - maxHistory; extra > 0 {
		h.lines = append(h.lines[:0], h.lines[extra:]...)
	}
}

// Len is the number of lines.
func (h *history) Len() int { return len(h.lines) }

// At is a line, 0 the newest.
func (h *history) At(i int) string { return h.lines[len(h.lines)-1-i] }

// Add adds a line, unless it is the newest already or holds a password.
func (h *history) Add(line string) {
	if strings.TrimSpace(line) == "" || secret(line) {
		return
	}
	if n := len(h.lines); n > 0 && h.lines[n-1] == line {
		return
	}
	h.lines = append(h.lines, line)
	h.fresh++
	h.trim()
}

// save appends the new lines to the file, which nobody else may read.
func (h *history) save() error {
	if h.fresh == 0 || h.path == "" {
		return nil
	}
	fresh := h.lines[len(h.lines)-min(h.fresh, len(h.lines)):]
	h.fresh = 0
	f, err := os.OpenFile(h.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		h.path = ""
		return err
	}
	_, err = f.WriteString(strings.Join(fresh, "\n") + "\n")
	return errors.Join(err, f.Close())
}

// secret reports whether a line may hold a password. Redis: isSensitiveCommand.
func secret(line string) bool {
	args, err := split(line)
	if err != nil {
		args = strings.Fields(line)
	}
	if _, rest, err := leadingRepeat(args); err == nil {
		args = rest
	}
	if len(args) < 2 {
		return false
	}
	sub := strings.ToLower(args[1])
	switch strings.ToLower(args[0]) {
	case "auth":
		return true
	case "acl":
		return sub == "setuser" || sub == "deluser"
	case "config":
		return sub == "set" && mentions(args[2:], "masterauth", "masteruser", "requirepass")
	case "hello":
		return mentions(args[2:], "auth")
	case "migrate":
		return mentions(args[2:], "auth", "auth2")
	}
	return false
}

// mentions reports whether one of the words is among the arguments.
func mentions(args []string, words ...string) bool {
	for _, a := range args {
		for _, w := range words {
			if strings.EqualFold(a, w) {
				return true
			}
		}
	}
	return false
}
