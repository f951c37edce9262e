package acl

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/ringer-kv/ringer/keyspace/reply"
)

// loader reads an ACL file.
type loader struct {
	rules  *Rules
	users  *Users
	seen   map[string]bool
	file   string
	errors strings.Builder
}

// Load reads an ACL file: one user on each line, as Save writes it. It returns the users, or
// everything that is wrong in Redis's words; file is how the file is called in them. O(bytes).
// Redis: ACLLoadFromFile.
func (r *Rules) Load(file string, text []byte) (users *Users, failure string) {
	l := loader{rules: r, users: r.NewUsers(), seen: make(map[string]bool), file: file}
	for i, line := range strings.Split(dropNULs(text), "\n") {
		if line = strings.Trim(line, " \t\r\n"); line != "" {
			l.line(i+1, line)
		}
	}
	if l.errors.Len() > 0 {
		return nil, l.errors.String() +
			"WARNING: ACL errors detected, no change to the previously active ACL rules was performed"
	}
	return l.users, ""
}

// dropNULs is the text without what stands between a NUL and the beginning of the next line.
// Redis: it reads lines as C strings.
func dropNULs(text []byte) string {
	var b []byte
	for line := range bytes.Lines(text) {
		before, _, _ := bytes.Cut(line, []byte{0})
		b = append(b, before...)
	}
	return string(b)
}

// line reads "user name rule rule ...".
func (l *loader) line(number int, line string) {
	words := strings.Split(line, " ")
	if words[0] != "user" || len(words) < 2 {
		l.fail("%s:%d should start with user keyword followed by the username. ", l.file, number)
		return
	}
	name := words[1]
	switch {
	case HasSpaces(name):
		l.fail("'%s:%d: username '%s' contains invalid characters. ", l.file, number, name)
		return
	case l.seen[name]:
		l.fail("WARNING: Duplicate user '%s' found on line %d. ", name, number)
		return
	}
	l.seen[name] = true
	user := l.rules.NewUser(name)
	l.users.byName[name] = user
	if name == DefaultUser {
		l.users.standard = user
	}
	merged, unmatched := mergeSelectors(words[2:])
	if unmatched >= 0 {
		l.fail("%s:%d: Unmatched parenthesis in selector definition.", l.file, number)
		return
	}
	l.apply(number, user, merged)
}

// apply applies the rules of one line. Of what is wrong, every unknown command is named, and
// otherwise the first thing only: it may be the cause of the rest.
func (l *loader) apply(number int, user *User, rules []string) {
	reported := false
	for _, rule := range rules {
		rule = strings.Trim(rule, "\t\r\n")
		switch reason := l.rules.apply(user, rule); {
		case reason == "":
		case reason == reply.ReasonACLUnknown:
			l.fail("%s:%d: Error in applying operation '%s': %s. ", l.file, number, rule, reason)
		case !reported:
			l.fail("%s:%d: %s. ", l.file, number, reason)
			reported = true
		}
	}
}

func (l *loader) fail(format string, args ...any) { fmt.Fprintf(&l.errors, format, args...) }
