package acl

import (
	"encoding/hex"
	"slices"
	"strings"
)

// SelectorView is a set of permissions as ACL GETUSER shows it.
//
// Owned by the keyspace goroutine.
type SelectorView struct{ Commands, Keys, Channels string }

// Flags are the words that say how the user stands. Redis: ACLUserFlags.
func (u *User) Flags() []string {
	flags := []string{"off"}
	if u.enabled {
		flags[0] = "on"
	}
	if u.noPass {
		flags = append(flags, "nopass")
	}
	switch u.sanitize {
	case sanitizeSkip:
		flags = append(flags, "skip-sanitize-payload")
	case sanitizeAlways:
		flags = append(flags, "sanitize-payload")
	}
	return flags
}

// Passwords are the hashes of the passwords, in hexadecimal digits, in the order in which they
// were given.
func (u *User) Passwords() []string {
	hashes := make([]string, len(u.passwords))
	for i := range u.passwords {
		hashes[i] = hex.EncodeToString(u.passwords[i][:])
	}
	return hashes
}

// Selectors are the user's sets of permissions, that of the rules outside of parentheses first.
func (u *User) Selectors(t *Table) []SelectorView {
	views := make([]SelectorView, len(u.selectors))
	for i, s := range u.selectors {
		views[i] = SelectorView{s.describeCommands(t), s.describeKeys(), s.describeChannels()}
	}
	return views
}

// Describe is the rules that make the user what it is, in Redis's canonical form: a line of an ACL
// file without "user" and the name. Redis: ACLDescribeUser.
func (u *User) Describe(t *Table) string {
	if u.described != "" {
		return u.described
	}
	words := u.Flags()
	for _, hash := range u.Passwords() {
		words = append(words, "#"+hash)
	}
	for i, s := range u.selectors {
		text := s.describe(t)
		if i > 0 {
			text = "(" + text + ")"
		}
		words = append(words, text)
	}
	u.described = strings.Join(words, " ")
	return u.described
}

// describe is the selector as rules. Redis: ACLDescribeSelector.
func (s *selector) describe(t *Table) string {
	var words []string
	if keys := s.describeKeys(); keys != "" {
		words = append(words, keys)
	}
	if !s.allChannels {
		words = append(words, "resetchannels")
	}
	if channels := s.describeChannels(); channels != "" {
		words = append(words, channels)
	}
	return strings.Join(append(words, s.describeCommands(t)), " ")
}

func (s *selector) describeKeys() string {
	if s.allKeys {
		return "~*"
	}
	signs := [...]string{Read: "%R~", Write: "%W~", Read | Write: "~"}
	words := make([]string, len(s.keys))
	for i, k := range s.keys {
		words[i] = signs[k.access] + k.glob
	}
	return strings.Join(words, " ")
}

func (s *selector) describeChannels() string {
	if s.allChannels {
		return "&*"
	}
	words := make([]string, len(s.channels))
	for i, c := range s.channels {
		words[i] = "&" + c
	}
	return strings.Join(words, " ")
}

// describeCommands sums the allowed commands up: it starts with all or nothing, takes the
// categories that come closest to what is left, one after the other, and mends by single commands
// what is not right yet. Redis: ACLDescribeSelectorCommandRules.
func (s *selector) describeCommands(t *Table) string {
	d := describer{table: t, want: s, have: &selector{commands: t.newSet()}}
	start := "-@all"
	if s.future {
		start = "+@all"
	}
	d.have.setAll(t, s.future)
	d.words = []string{start}
	d.sumUp()
	for _, id := range t.byOrder {
		d.mend(id)
	}
	return strings.Join(d.words, " ")
}

type describer struct {
	table *Table
	want  *selector
	have  *selector // what words say up to now
	words []string
}

// sumUp takes categories while there is one in which more commands fit than don't.
//
// What is left shrinks by each category taken, so that one is not chosen for what another one has
// said. Commands that are not counted neither call for a category nor stand against it.
func (d *describer) sumUp() {
	left := slices.Clone(d.want.commands)
	taken := make([]bool, len(d.table.categories))
	sign := "+@"
	if d.want.future {
		sign = "-@"
	}
	for {
		best := d.closest(left, taken)
		if best < 0 {
			return
		}
		c := &d.table.categories[best]
		taken[best] = true
		d.have.commands.put(c.wide, !d.want.future)
		left.put(c.wide, d.want.future)
		d.words = append(d.words, sign+c.name)
	}
}

// closest is the category with the fewest differences among those that have more in common with
// what is left, and of those with as few the one that has the most in common; -1: none.
func (d *describer) closest(left set, taken []bool) int {
	best, bestSame, bestDiff := -1, 0, 0
	for i := range d.table.categories {
		if taken[i] {
			continue
		}
		members := d.table.categories[i].members
		same := members.common(left)
		diff := members.common(d.table.counted) - same
		if d.want.future {
			same, diff = diff, same
		}
		better := best < 0 || diff < bestDiff || diff == bestDiff && same > bestSame
		if same > diff && better {
			best, bestSame, bestDiff = i, same, diff
		}
	}
	return best
}

// mend says of one command, and then of each of its sub-commands, what has not been said right.
func (d *describer) mend(id int) {
	name, want := d.table.commands[id].name, d.want.commands.has(id)
	if want != d.have.commands.has(id) {
		sign := "-"
		if want {
			sign = "+"
		}
		d.words = append(d.words, sign+name)
		d.have.change(d.table, id, want)
	}
	for _, sub := range d.table.commands[id].subs {
		d.mend(sub)
	}
	if want {
		return
	}
	for _, arg := range d.want.firstArgs[id] {
		d.words = append(d.words, "+"+name+"|"+arg)
	}
}
