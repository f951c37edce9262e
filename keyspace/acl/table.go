package acl

import (
	"math/bits"
	"slices"
	"strings"
)

// Command is a command as rules see it.
//
// Owned by the keyspace goroutine. Until NewTable it is the caller's.
type Command struct {
	Name       string // lower case; of a sub-command, its own name only
	Categories uint32 // a bit for each category, by its place in the list
	Sub        []Command
	// Exempt: everybody may call it, whatever the rules say (AUTH).
	Exempt bool
	// Uncounted: the canonical form takes no notice of it when it looks for the categories that
	// sum up a user, so that a command which Redis does not have changes no description.
	Uncounted bool
}

// Table is the commands and categories that rules can name. Nobody changes it.
//
// Safe for concurrent use.
type Table struct {
	categories []category
	commands   []command // by id, a container before its sub-commands
	byName     map[string]int
	byOrder    []int // the ids of commands and containers, by name
	counted    set
}

type command struct {
	name   string // "get", "config|get"
	parent int    // the id of the container; -1: none
	subs   []int
	exempt bool
}

// category is a name with the commands that bear it, and those that a rule about it reaches: the
// sub-commands of its containers, too.
type category struct {
	name          string
	members, wide set
}

// set is a set of commands, by id.
type set []uint64

func (s set) has(id int) bool { return s[id/64]>>(id%64)&1 != 0 }
func (s set) add(id int)      { s[id/64] |= 1 << (id % 64) }
func (s set) remove(id int)   { s[id/64] &^= 1 << (id % 64) }

// common is how many elements two sets have in common.
func (s set) common(t set) (n int) {
	for i := range s {
		n += bits.OnesCount64(s[i] & t[i])
	}
	return n
}

// put adds all elements of t, or removes them.
func (s set) put(t set, in bool) {
	for i := range s {
		if in {
			s[i] |= t[i]
		} else {
			s[i] &^= t[i]
		}
	}
}

// NewTable makes a table. A name must not occur twice.
func NewTable(categories []string, commands []Command) *Table {
	t := &Table{byName: make(map[string]int)}
	for i := range commands {
		t.add(&commands[i], -1)
	}
	t.counted = t.newSet()
	for i, name := range categories {
		t.categories = append(t.categories, category{name, t.newSet(), t.newSet()})
		t.collect(&t.categories[i], 1<<i, commands)
	}
	t.count(commands)
	for id := range t.commands {
		if t.commands[id].parent < 0 {
			t.byOrder = append(t.byOrder, id)
		}
		slices.SortFunc(t.commands[id].subs, t.compare)
	}
	slices.SortFunc(t.byOrder, t.compare)
	return t
}

func (t *Table) compare(a, b int) int {
	return strings.Compare(t.commands[a].name, t.commands[b].name)
}

func (t *Table) newSet() set { return make(set, (len(t.commands)+63)/64) }

// add numbers a command and its sub-commands.
func (t *Table) add(c *Command, parent int) {
	id, name := len(t.commands), c.Name
	if parent >= 0 {
		name = t.commands[parent].name + "|" + name
		t.commands[parent].subs = append(t.commands[parent].subs, id)
	}
	t.commands = append(t.commands, command{name: name, parent: parent, exempt: c.Exempt})
	t.byName[name] = id
	for i := range c.Sub {
		t.add(&c.Sub[i], id)
	}
}

// collect finds the members of a category. Rules reach them in the order of the table, so that
// what counts for a sub-command is that it is reached at all.
func (t *Table) collect(c *category, bit uint32, commands []Command) {
	for i := range commands {
		id := t.byName[commands[i].Name]
		all := commands[i].Categories&bit != 0
		if all {
			c.members.add(id)
			t.reach(c.wide, id)
		}
		for j, sub := range commands[i].Sub {
			if sub.Categories&bit != 0 {
				c.members.add(id + 1 + j)
				c.wide.add(id + 1 + j)
			}
		}
	}
}

// reach adds a command and its sub-commands.
func (t *Table) reach(s set, id int) {
	s.add(id)
	for _, sub := range t.commands[id].subs {
		s.add(sub)
	}
}

// count finds the commands that the canonical form takes notice of.
func (t *Table) count(commands []Command) {
	for i := range commands {
		id := t.byName[commands[i].Name]
		if !commands[i].Uncounted {
			t.counted.add(id)
		}
		for j, sub := range commands[i].Sub {
			if !sub.Uncounted && !commands[i].Uncounted {
				t.counted.add(id + 1 + j)
			}
		}
	}
	for i := range t.categories {
		c := &t.categories[i]
		for j := range c.members {
			c.members[j] &= t.counted[j]
		}
	}
}

// ID is the number of a command by its full name, "get" or "config|get"; -1 if there is none.
func (t *Table) ID(name string) int {
	if id, ok := t.byName[name]; ok {
		return id
	}
	return -1
}

// lookup is ID whatever the case of the name.
func (t *Table) lookup(name string) int { return t.ID(strings.ToLower(name)) }

// category finds a category by its name, whatever the case; nil if there is none.
func (t *Table) category(name string) *category {
	i := slices.IndexFunc(t.categories, func(c category) bool {
		return strings.EqualFold(c.name, name)
	})
	if i < 0 {
		return nil
	}
	return &t.categories[i]
}
