package keyspace

import (
	"fmt"
	"strings"

	"github.com/ringer-kv/ringer/keyspace/acl"
)

// maxNameBytes is the longest command name, "container|sub" apart, that can be in the table.
const maxNameBytes = 32

// Table is all commands, compiled: checked, their sub-commands numbered and found by name. It
// takes tens of KiB and some time to make, so engines of one process share it; what an engine
// counts of a command is its own.
//
// Nobody changes it. Safe for concurrent use.
type Table struct {
	specs []*Spec // in the order of the list it was made of
	names map[string]*Spec
	size  int // commands and sub-commands
	rules *acl.Table
}

// NewTable compiles commands. The Specs themselves are copied.
func NewTable(commands []*Spec) (*Table, error) {
	t := &Table{names: make(map[string]*Spec, len(commands))}
	for _, c := range commands {
		s := *c
		if err := t.compile(&s, nil); err != nil {
			return nil, err
		}
		if _, twice := t.names[s.Name]; twice {
			return nil, fmt.Errorf("keyspace: command %q stands in the table twice", s.Name)
		}
		t.names[s.Name] = &s
		t.specs = append(t.specs, &s)
	}
	t.rules = t.ruleTable()
	return t, nil
}

// compile checks a Spec, numbers it and prepares its sub-commands, as copies of its own.
func (t *Table) compile(s *Spec, parent *Spec) error {
	s.id = t.size
	t.size++
	s.parent, s.fullName = parent, s.Name
	s.channels = channelsOf(s.Name)
	if len(s.Keys) > 0 && s.Keys[0].Keyword == "" && !s.Keys[0].UnknownBegin {
		s.firstKey = s.Keys[0].Index
	}
	if parent != nil {
		s.fullName = parent.Name + "|" + s.Name
	}
	if s.Name == "" || len(s.Name) > maxNameBytes || s.Name != strings.ToLower(s.Name) {
		return fmt.Errorf("keyspace: command name %q", s.fullName)
	}
	if s.Arity == 0 || s.Run == nil && len(s.Sub) == 0 {
		return fmt.Errorf("keyspace: command %q has no arity, or neither Run nor Sub", s.Name)
	}
	subs := s.Sub
	s.Sub, s.sub = nil, make(map[string]*Spec, len(subs))
	for _, c := range subs {
		sub := *c
		if err := t.compile(&sub, s); err != nil {
			return err
		}
		s.Sub = append(s.Sub, &sub)
		s.sub[sub.Name] = &sub
	}
	return nil
}

// each calls fn for all commands, sub-commands behind their containers.
func (t *Table) each(fn func(s *Spec)) {
	for _, s := range t.specs {
		fn(s)
		for _, sub := range s.Sub {
			fn(sub)
		}
	}
}

// CommandStats counts an engine's calls of one command.
//
// Owned by the keyspace goroutine.
type CommandStats struct {
	Calls, Rejected, Failed int64
	Ns                      int64 // that all calls took
	times                   *histogram
}

// countsOf are the engine's counts of a command.
func (e *Engine) countsOf(s *Spec) *CommandStats { return &e.counts[s.id] }
