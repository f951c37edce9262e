package keyspace

import (
	"slices"
	"strings"

	"github.com/ringer-kv/ringer/keyspace/acl"
)

// ruleTable is the commands as ACL rules see them: those of the table, and those of Redis that are
// not there.
func (t *Table) ruleTable() *acl.Table {
	var commands []acl.Command
	for _, s := range t.specs {
		c := s.ruleCommand()
		for _, sub := range s.Sub {
			c.Sub = append(c.Sub, sub.ruleCommand())
		}
		commands = append(commands, c)
	}
	rules := acl.NewTable(categoryNames[:], withAbsent(commands))
	t.each(func(s *Spec) { s.ruleID = rules.ID(s.fullName) })
	return rules
}

func (s *Spec) ruleCommand() acl.Command {
	return acl.Command{
		Name: s.Name, Categories: uint32(s.Categories()), Exempt: s.Flags&NoAuth != 0,
		Uncounted: s.foreign(),
	}
}

// foreign reports whether redis-server 7.0 does not have the command.
func (s *Spec) foreign() bool { return s.Since >= "7.1" || s.fullName == "zquery" }

// withAbsent adds the commands of Redis 7.0 that are not among those given. Rules may name them, as
// in an ACL file that redis-server has written, and a category sums up a user as it does there.
func withAbsent(commands []acl.Command) []acl.Command {
	at := make(map[string]int, len(commands))
	for i, c := range commands {
		at[c.Name] = i
	}
	for line := range strings.Lines(absentCommands) {
		words := strings.Fields(line)
		name, sub, isSub := strings.Cut(words[0], "|")
		c := acl.Command{Name: name}
		for _, word := range words[1:] {
			category, _ := ParseCategory(word)
			c.Categories |= uint32(category)
		}
		switch _, known := at[name]; {
		case !isSub && !known:
			at[name] = len(commands)
			commands = append(commands, c)
		case isSub:
			addSub(&commands[at[name]], sub, c.Categories)
		}
	}
	return commands
}

// addSub adds a sub-command unless the container has it.
func addSub(container *acl.Command, name string, categories uint32) {
	if !slices.ContainsFunc(container.Sub, func(c acl.Command) bool { return c.Name == name }) {
		container.Sub = append(container.Sub, acl.Command{Name: name, Categories: categories})
	}
}
