package keyspace

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/ringer-kv/ringer/keyspace/inline"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// maxIncludes is how deep include lines may lead. Redis recurses until the stack ends.
const maxIncludes = 16

// ConfigError reports a line of a configuration that can't be accepted.
//
// Safe for concurrent use.
type ConfigError struct {
	Line   int    // from 1
	Text   string // the line, without surrounding blanks
	Reason reply.Reason
}

// Error is the one-line form; ringer-server prints the parts as Redis does.
func (e *ConfigError) Error() string {
	return fmt.Sprintf("line %d, '%s': %s", e.Line, e.Text, e.Reason)
}

// ConfigFileError reports a configuration file that can't be read.
//
// Safe for concurrent use.
type ConfigFileError struct {
	Path string
	Err  error
}

// Error is the text that Redis logs.
func (e *ConfigFileError) Error() string {
	return fmt.Sprintf("can't open config file '%s': %s", e.Path, SystemError(e.Err))
}

// Unwrap is the error of the operating system.
func (e *ConfigFileError) Unwrap() error { return e.Err }

// Load reads configuration lines, from a file, standard input or CommandLine. Later lines replace
// earlier ones. On an error, a *ConfigError or *ConfigFileError, the lines before it count.
func (c *Config) Load(lines string) error { return c.load(lines, 0) }

// ReadConfigFile is the contents of a configuration file.
func ReadConfigFile(path string) (string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", &ConfigFileError{Path: path, Err: err}
	}
	return string(b), nil
}

func (c *Config) load(lines string, depth int) error {
	for i, line := range strings.Split(lines, "\n") {
		line = strings.Trim(line, " \t\r\n")
		if line == "" || line[0] == '#' {
			continue
		}
		c.reading.line, c.reading.text = i+1, line
		reason, err := c.line(line, depth)
		if err != nil {
			return err
		}
		if reason != "" {
			return &ConfigError{Line: i + 1, Text: line, Reason: reason}
		}
	}
	return nil
}

// line applies one line; err is that of a file which it includes.
func (c *Config) line(line string, depth int) (reason reply.Reason, err error) {
	words, err := splitLine(line)
	switch {
	case err != nil:
		return reply.ReasonUnbalanced, nil
	case len(words) == 0:
		return "", nil
	case words[0] == "include" && len(words) == 2 && depth < maxIncludes:
		return "", c.include(words[1], depth+1)
	}
	return c.directive(words), nil
}

// splitLine cuts a line into words; the first one, the name, is in lower case.
func splitLine(line string) ([]string, error) {
	words, err := splitWords(line)
	if len(words) > 0 {
		words[0] = strings.ToLower(words[0])
	}
	return words, err
}

// splitWords cuts a text into words, which may be quoted. Redis: sdssplitargs.
func splitWords(text string) ([]string, error) {
	split, err := inline.Split([]byte(text), nil)
	if err != nil {
		return nil, err
	}
	words := make([]string, len(split))
	for i, w := range split {
		words[i] = string(w)
	}
	return words, nil
}

// include loads the files that a pattern stands for, as one text, so that lines are counted
// through them. Redis: loadServerConfig.
func (c *Config) include(pattern string, depth int) error {
	paths := []string{pattern}
	if strings.ContainsAny(pattern, "*?[") {
		paths, _ = filepath.Glob(pattern) // Redis: a pattern without matches is no error
	}
	var all strings.Builder
	for _, path := range paths {
		lines, err := ReadConfigFile(path)
		if err != nil {
			return err
		}
		all.WriteString(lines)
	}
	return c.load(all.String(), depth)
}

// directive applies one line.
func (c *Config) directive(words []string) reply.Reason {
	name, values := words[0], words[1:]
	if i := lookupParameter(name); i >= 0 {
		p := &parameters[i]
		if reason := p.refuses(values); reason != "" {
			return reason
		}
		if len(values) == 0 && p.takesNone() {
			values = []string{""}
		}
		if len(values) == 1 && values[0] != "" && p.takesSeveral() {
			words, err := splitWords(values[0]) // CONFIG SET cuts at each blank
			if err != nil {
				return reply.ReasonUnbalanced
			}
			values = words
		}
		return c.set(p, values)
	}
	switch name {
	case "list-max-ziplist-entries", "list-max-ziplist-value", "lua-replicate-commands":
		if len(values) == 1 { // Redis: deprecated, without effect
			return ""
		}
	case "include":
		if len(values) == 1 {
			return reply.ReasonIncludes
		}
	case "sentinel":
		if len(values) > 0 {
			return reply.ReasonSentinel
		}
	case "rename-command":
		return c.setRename(values)
	case "user":
		return c.declareUser(words)
	case "loadmodule":
		if len(values) > 0 {
			return reply.ReasonUnsupported
		}
	}
	if strings.Contains(name, ".") {
		c.ModuleSettings = true
		if len(values) == 0 {
			return reply.ReasonModule
		}
		return ""
	}
	return reply.ReasonDirective
}

// refuses is why a line can't have these values, though CONFIG SET, or a parameter that has never
// been set, has their like.
func (p *parameter) refuses(values []string) reply.Reason {
	if len(values) != 1 {
		return ""
	}
	switch empty := values[0] == ""; {
	case p.kind == kindReplicaOf:
		return reply.ReasonArguments
	case empty && p.kind == kindDir:
		return reply.Reason(SystemError(syscall.ENOENT))
	case empty && p.kind == kindOutputLimits:
		return reply.ReasonOutputLimitCount // Redis: "" is no words at all, and then too few
	}
	return ""
}

// CommandLine is what the arguments of a server ask for.
//
// Safe for concurrent use.
type CommandLine struct {
	File  string // "" if there is none
	Stdin bool   // "-": read lines from standard input too
	// Lines are the options as configuration lines.
	Lines string
}

// ParseCommandLine reads the arguments of a server, those behind the name of the program:
// [file] [--option value ...]... [-]. Redis: main in server.c, which takes "-" first or last.
func ParseCommandLine(args []string) CommandLine {
	var l CommandLine
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		l.File, args = args[0], args[1:]
	} else if len(args) > 0 && args[0] == "-" {
		l.Stdin, args = true, args[1:]
	}
	if last := len(args) - 1; last >= 0 && args[last] == "-" {
		l.Stdin, args = true, args[:last]
	}
	var lines strings.Builder
	bare := false // the option that came last has had no value yet, and takes what comes
	for i, arg := range args {
		name, isOption := strings.CutPrefix(arg, "--")
		if !isOption || bare {
			lines.WriteString(quote(arg))
			lines.WriteByte(' ')
			bare = false
			continue
		}
		if lines.Len() > 0 {
			lines.WriteByte('\n')
		}
		lines.WriteString(name)
		lines.WriteByte(' ')
		words, err := inline.Split([]byte(arg), nil)
		bare = err == nil && len(words) == 1 // else the value stands in the same argument
		last := i == len(args)-1
		if bare && strings.EqualFold(arg, "--save") && (last || strings.HasPrefix(args[i+1], "--")) {
			lines.WriteString(`""`) // Redis: "--save" alone turns saving off
			bare = false
		}
	}
	l.Lines = lines.String()
	return l
}

// quote is a word in double quotes as inline.Split reads them. Redis: sdscatrepr.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range []byte(s) {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case strings.IndexByte("\n\r\t\a\b", c) >= 0:
			b.WriteByte('\\')
			b.WriteByte("nrtab"[strings.IndexByte("\n\r\t\a\b", c)])
		case c < ' ' || c > '~':
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
