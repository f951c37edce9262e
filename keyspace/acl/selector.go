package acl

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/ringer-kv/ringer/keyspace/inline"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// Access is what may be done with keys.
type Access uint8

// The two kinds of access.
const (
	Read Access = 1 << iota
	Write
)

// selector is one set of permissions of a user: what it allows, it allows as a whole.
type selector struct {
	commands set
	// future: +@all has been said and -@all not since. Commands to come are allowed.
	future bool
	// allCommands, allKeys, allChannels: everything goes, without a look at the lists.
	allCommands, allKeys, allChannels bool

	firstArgs map[int][]string // by command: first arguments with which it is allowed
	keys      []keyPattern
	channels  []string
}

// keyPattern is keys and what may be done with them.
type keyPattern struct {
	glob   string
	access Access
}

// newSelector is one that allows nothing, but for the channels that are open by default.
func (r *Rules) newSelector() *selector {
	return &selector{commands: r.Table.newSet(), allChannels: r.AllChannels}
}

func (s *selector) clone() *selector {
	c := *s
	c.commands = slices.Clone(s.commands)
	c.keys, c.channels = slices.Clone(s.keys), slices.Clone(s.channels)
	c.firstArgs = maps.Clone(s.firstArgs)
	for id, list := range c.firstArgs {
		c.firstArgs[id] = slices.Clone(list)
	}
	return &c
}

// selectorOf is the selector that a rule in parentheses describes.
func (r *Rules) selectorOf(rule string) (*selector, reply.Reason) {
	s := r.newSelector()
	// Redis: with unbalanced quotes there are no words, and no error.
	words, _ := inline.Split([]byte(rule[1:len(rule)-1]), nil)
	for _, w := range words {
		if reason := r.applyToSelector(s, string(w)); reason != "" {
			return nil, reason
		}
	}
	return s, ""
}

// applyToSelector changes a selector by one rule. Redis: ACLSetSelector.
func (r *Rules) applyToSelector(s *selector, rule string) reply.Reason {
	word := strings.ToLower(cString(rule))
	switch word {
	case "allkeys", "~*":
		s.allKeys, s.keys = true, nil
	case "resetkeys":
		s.allKeys, s.keys = false, nil
	case "allchannels", "&*":
		s.allChannels, s.channels = true, nil
	case "resetchannels":
		s.allChannels, s.channels = false, nil
	case "allcommands", "+@all":
		s.setAll(r.Table, true)
	case "nocommands", "-@all":
		s.setAll(r.Table, false)
	default:
		return r.applySign(s, rule)
	}
	return ""
}

// applySign is applyToSelector for the rules that begin with a sign.
func (r *Rules) applySign(s *selector, rule string) reply.Reason {
	switch {
	case rule == "":
		return ""
	case rule[0] == '~', rule[0] == '%':
		return s.addKeys(rule)
	case rule[0] == '&':
		return s.addChannel(rule[1:])
	case rule[0] != '+' && rule[0] != '-':
		return reply.ReasonACLSyntax
	}
	allow, name := rule[0] == '+', cString(rule[1:])
	if category, ok := strings.CutPrefix(name, "@"); ok {
		return s.setCategory(r.Table, category, allow)
	}
	if allow && strings.Contains(name, "|") {
		return r.allowPart(s, name)
	}
	return s.setCommand(r.Table, name, allow)
}

func (s *selector) setAll(t *Table, allow bool) {
	s.allCommands, s.future, s.firstArgs = allow, allow, nil
	clear(s.commands)
	if allow {
		for id := range t.commands {
			s.commands.add(id)
		}
	}
}

// setCommand allows or denies a command with all its sub-commands, or one sub-command.
func (s *selector) setCommand(t *Table, name string, allow bool) reply.Reason {
	id := t.lookup(name)
	if id < 0 {
		return reply.ReasonACLUnknown
	}
	s.change(t, id, allow)
	return ""
}

// change is setCommand by id. Redis: ACLChangeSelectorPerm.
func (s *selector) change(t *Table, id int, allow bool) {
	one := s.commands.add
	if !allow {
		one = s.commands.remove
		s.allCommands = false
	}
	one(id)
	for _, sub := range t.commands[id].subs {
		one(sub)
	}
	delete(s.firstArgs, id)
}

func (s *selector) setCategory(t *Table, name string, allow bool) reply.Reason {
	c := t.category(name)
	if c == nil {
		return reply.ReasonACLUnknown
	}
	s.commands.put(c.wide, allow)
	if !allow && slices.ContainsFunc(c.wide, func(w uint64) bool { return w != 0 }) {
		s.allCommands = false
	}
	for id := range s.firstArgs {
		if c.wide.has(id) {
			delete(s.firstArgs, id)
		}
	}
	return ""
}

// allowPart allows a sub-command, or a command with a certain first argument.
func (r *Rules) allowPart(s *selector, name string) reply.Reason {
	cut := strings.LastIndexByte(name, '|')
	id := r.Table.lookup(name[:cut])
	switch {
	case id < 0:
		return reply.ReasonACLUnknown
	case r.Table.commands[id].parent >= 0:
		return reply.ReasonACLFirstArg
	case cut+1 == len(name):
		return reply.ReasonACLSyntax
	case len(r.Table.commands[id].subs) > 0:
		return s.setCommand(r.Table, name, true)
	}
	if s.addFirstArg(id, name[cut+1:]) {
		r.warn("Deprecation warning: Allowing a first arg of an otherwise blocked command is a" +
			" misuse of ACL and may get disabled in the future (offender: +" + name + ")")
	}
	return ""
}

// addFirstArg allows a command with a first argument; false if it was allowed already.
func (s *selector) addFirstArg(id int, arg string) bool {
	known := s.firstArgs[id]
	if slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, arg) }) {
		return false
	}
	if s.firstArgs == nil {
		s.firstArgs = make(map[int][]string)
	}
	s.firstArgs[id] = append(known, arg)
	return true
}

// addKeys adds "~glob" or "%RW~glob".
func (s *selector) addKeys(rule string) reply.Reason {
	if s.allKeys {
		return reply.ReasonACLAllKeys
	}
	access, glob := Read|Write, rule[1:]
	if rule[0] == '%' {
		letters, rest, _ := strings.Cut(rule[1:], "~")
		var ok bool
		if access, ok = parseAccess(letters); !ok {
			return reply.ReasonACLSyntax
		}
		glob = rest
	}
	if HasSpaces(glob) {
		return reply.ReasonACLSyntax
	}
	for i := range s.keys {
		if s.keys[i].glob == glob {
			s.keys[i].access |= access
			return ""
		}
	}
	s.keys = append(s.keys, keyPattern{glob, access})
	return ""
}

// parseAccess reads R and W, each at most once and one of them at least.
func parseAccess(letters string) (a Access, ok bool) {
	for _, c := range []byte(letters) {
		one := Access(0)
		switch c {
		case 'R', 'r':
			one = Read
		case 'W', 'w':
			one = Write
		}
		if one == 0 || a&one != 0 {
			return 0, false
		}
		a |= one
	}
	return a, a != 0
}

func (s *selector) addChannel(glob string) reply.Reason {
	switch {
	case s.allChannels:
		return reply.ReasonACLAllChannels
	case HasSpaces(glob):
		return reply.ReasonACLSyntax
	case !slices.Contains(s.channels, glob):
		s.channels = append(s.channels, glob)
	}
	return ""
}

// HasSpaces reports whether a text holds white space or a NUL, which names and patterns may not:
// they could not be read back. Redis: ACLStringHasSpaces.
func HasSpaces(s string) bool { return strings.ContainsAny(s, " \t\n\v\f\r\x00") }

// cString is a text up to its first NUL: Redis compares words as C strings.
func cString(s string) string {
	before, _, _ := strings.Cut(s, "\x00")
	return before
}

// foldC compares an argument with a text as C strings, whatever the case of letters.
func foldC(arg []byte, text string) bool {
	before, _, _ := bytes.Cut(arg, []byte{0})
	return len(before) == len(text) && strings.EqualFold(string(before), text)
}
