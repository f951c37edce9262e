package keyspace

import (
	"crypto/rand"

	"github.com/ringer-kv/ringer/keyspace/acl"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// This file is what ACL reads and changes of the users.

// Users are all users of the server, to read.
func (e *Engine) Users() *acl.Users { return e.access.users }

// RuleTable is the commands that rules can name.
func (e *Engine) RuleTable() *acl.Table { return e.table.rules }

// AccessLog is what was denied lately.
func (e *Engine) AccessLog() *acl.Log { return &e.access.log }

// HasACLFile reports whether the configuration names an ACL file.
func (e *Engine) HasACLFile() bool { return e.config.ACLFile != "" }

// Categories are all ACL categories, in the order of ACL CAT.
func Categories() []string { return ACLCategory(1<<len(categoryNames) - 1).Names() }

// CommandsIn are the full names of the commands of a category, whatever clients call them.
func (e *Engine) CommandsIn(c ACLCategory) []string {
	var names []string
	e.table.each(func(s *Spec) {
		if s.Categories()&c != 0 {
			names = append(names, s.fullName)
		}
	})
	return names
}

// Takes reports whether a call may have so many arguments, the name included.
func (s *Spec) Takes(argc int) bool { return argc == s.Arity || s.Arity < 0 && argc >= -s.Arity }

// SetUser changes a user by rules, or makes it, all of them or none. It returns the error reply,
// or "". Redis: ACL SETUSER.
func (c *Ctx) SetUser(name string, rules []string) reply.Error {
	e := c.Engine
	change, refused := e.access.users.Set(&e.access.rules, name, rules)
	if refused != "" || change.Before == nil {
		return refused
	}
	e.guardAll()
	e.publishAccess()
	if globs, narrowed := acl.Narrowed(change.Before, change.User); narrowed {
		e.expelSubscribers(change.User, globs)
	}
	return ""
}

// expelSubscribers closes the connections of a user that have subscribed to a channel which it may
// not use any more. Redis: ACLKillPubsubClientsIfNeeded.
func (e *Engine) expelSubscribers(u *acl.User, globs []string) {
	var next *Session
	for s := e.sessions.first; s != nil; s = next {
		next = s.next // one that is cut off leaves the list
		if s.user == u && s.subs != nil && s.flags&sessionGone == 0 && !s.subs.within(globs) {
			e.expel(s)
		}
	}
}

// within reports whether all subscriptions are to channels that the patterns allow.
func (b *subscriber) within(globs []string) bool {
	for kind := range topicKinds {
		for sub := b.sets[kind].first; sub != nil; sub = sub.later {
			if !acl.Subscribed(globs, sub.topic.name, kind == Pattern) {
				return false
			}
		}
	}
	return true
}

// DeleteUsers removes users and closes their connections. It returns how many there were.
func (c *Ctx) DeleteUsers(names [][]byte) int {
	gone := make(map[*acl.User]bool)
	for _, name := range names {
		if u := c.Engine.access.users.Delete(string(name)); u != nil {
			gone[u] = true
		}
	}
	if len(gone) > 0 {
		c.Engine.expelUsers(func(u *acl.User) bool { return gone[u] }, nil)
	}
	return len(gone)
}

// Secret fills b with random bytes that nobody can foresee, unless the engine has been given a
// seed.
func (c *Ctx) Secret(b []byte) {
	if c.Engine.options.Seed == 0 {
		_, _ = rand.Read(b) // it never fails
		return
	}
	for i := range b {
		b[i] = byte(c.Rand.Uint32())
	}
}
