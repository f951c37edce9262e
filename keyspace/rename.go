package keyspace

import (
	"maps"
	"strings"

	"github.com/ringer-kv/ringer/keyspace/reply"
)

// rename is a rename-command line of the configuration.
type rename struct {
	from, to string // to "": the command is taken away
	line     int
	text     string
}

// setRename notes a rename-command line. What it says can be judged only with the commands at
// hand: see renamed.
func (c *Config) setRename(words []string) reply.Reason {
	if len(words) != 2 {
		return reply.ReasonDirective
	}
	c.renames = append(c.renames, rename{
		from: strings.ToLower(words[0]), to: strings.ToLower(words[1]),
		line: c.reading.line, text: c.reading.text,
	})
	return ""
}

// CheckRenames returns a *ConfigError for the first rename-command line that can't be obeyed.
func (c *Config) CheckRenames(t *Table) error {
	_, err := c.renamed(t)
	return err
}

// renamed is the commands by the names that clients have to call them by. Redis: it carries the
// lines out in their order, so that a name that has become free can be given away.
func (c *Config) renamed(t *Table) (map[string]*Spec, error) {
	if len(c.renames) == 0 {
		return t.names, nil
	}
	names := maps.Clone(t.names)
	for _, r := range c.renames {
		spec := names[r.from]
		if spec == nil {
			return nil, &ConfigError{Line: r.line, Text: r.text, Reason: reply.ReasonNoCommand}
		}
		delete(names, r.from)
		if r.to == "" {
			continue
		}
		if names[r.to] != nil {
			return nil, &ConfigError{Line: r.line, Text: r.text, Reason: reply.ReasonNameTaken}
		}
		names[r.to] = spec
	}
	return names, nil
}

// rename makes the engine's list of commands.
func (e *Engine) rename() error {
	var err error
	if e.commands, err = e.config.renamed(e.table); err != nil {
		return err
	}
	e.specs = e.table.specs
	if len(e.config.renames) == 0 {
		return nil
	}
	left := make(map[*Spec]bool, len(e.commands))
	for name, spec := range e.commands {
		left[spec] = true
		e.longestName = max(e.longestName, len(name))
	}
	e.specs = nil
	for _, s := range e.table.specs {
		if left[s] {
			e.specs = append(e.specs, s)
		}
	}
	return nil
}

// Commands are all commands that can be called, in the order of the table.
func (e *Engine) Commands() []*Spec { return e.specs }

// lookupRenamed finds a command by a name that is longer than any in the table.
func (e *Engine) lookupRenamed(name []byte) *Spec {
	if len(name) > e.longestName {
		return nil
	}
	return e.commands[strings.ToLower(string(name))]
}
