package acl

import (
	"slices"

	"github.com/ringer-kv/ringer/types/glob"
)

// Reason is why something was denied.
type Reason uint8

// The reasons, in the order in which they outdo each other when several selectors deny a command.
const (
	Allowed Reason = iota
	DeniedCommand
	DeniedKey
	DeniedAuth // a password was wrong
	DeniedChannel
)

// String is the word of ACL LOG.
func (r Reason) String() string {
	return [...]string{"", "command", "key", "auth", "channel"}[r]
}

// Request is a command with what it uses. The slices are borrowed.
//
// Owned by the keyspace goroutine.
type Request struct {
	Command  int // its ID
	Args     [][]byte
	Keys     []Key
	Channels []Channel
}

// Key is an argument that is a key, and what the command does with its data: nothing, if it only
// asks for its type.
//
// Owned by the keyspace goroutine.
type Key struct {
	Index  int
	Access Access
}

// Channel is an argument that is a channel, or a pattern of channels.
//
// Owned by the keyspace goroutine.
type Channel struct {
	Index   int
	Pattern bool
}

// NeedsKeys reports whether Check will look at keys; if not, the request needs none.
func (u *User) NeedsKeys() bool {
	return slices.ContainsFunc(u.selectors, func(s *selector) bool { return !s.allKeys })
}

// Check reports whether the user may, and if not, why and on account of which argument; that is 0
// where it is the command itself. One selector must allow everything. If none does, what they
// object to last decides: a channel rather than a key, a key rather than the command.
// O(selectors * patterns * arguments). Redis: ACLCheckAllUserCommandPerm.
func (u *User) Check(t *Table, q *Request) (why Reason, at int) {
	why = DeniedCommand
	for _, s := range u.selectors {
		w, a := s.check(t, q)
		if w == Allowed {
			return Allowed, 0
		}
		if w > why || w == why && a > at {
			why, at = w, a
		}
	}
	return why, at
}

// check is Check for one selector. Redis: ACLSelectorCheckCmd.
func (s *selector) check(t *Table, q *Request) (why Reason, at int) {
	if !s.allCommands && !t.commands[q.Command].exempt && !s.allowsCommand(q) {
		return DeniedCommand, 0
	}
	if !s.allKeys {
		for _, k := range q.Keys {
			if !s.allowsKey(q.Args[k.Index], k.Access) {
				return DeniedKey, k.Index
			}
		}
	}
	if !s.allChannels {
		for _, c := range q.Channels {
			if !allowsChannel(s.channels, q.Args[c.Index], c.Pattern) {
				return DeniedChannel, c.Index
			}
		}
	}
	return Allowed, 0
}

func (s *selector) allowsCommand(q *Request) bool {
	if s.commands.has(q.Command) {
		return true
	}
	return len(q.Args) > 1 && slices.ContainsFunc(s.firstArgs[q.Command], func(a string) bool {
		return foldC(q.Args[1], a)
	})
}

func (s *selector) allowsKey(key []byte, access Access) bool {
	return slices.ContainsFunc(s.keys, func(k keyPattern) bool {
		return k.access&access == access && matches(k.glob, key)
	})
}

// allowsChannel matches a channel with the patterns; a pattern must be among them as it is.
func allowsChannel(globs []string, channel []byte, pattern bool) bool {
	return slices.ContainsFunc(globs, func(g string) bool {
		if pattern {
			return cString(string(channel)) == g // Redis: strcmp
		}
		return matches(g, channel)
	})
}

func matches(pattern string, text []byte) bool { return glob.Match([]byte(pattern), text, false) }

// MayAccessAllKeys reports whether a selector that allows the command gives this access to all
// keys there are: what SORT needs for its BY and GET. Redis: ACLUserCheckCmdWithUnrestrictedPerms.
func (u *User) MayAccessAllKeys(t *Table, q *Request, access Access) bool {
	return slices.ContainsFunc(u.selectors, func(s *selector) bool {
		all := s.allKeys || slices.ContainsFunc(s.keys, func(k keyPattern) bool {
			return k.access&access == access && k.glob == "*"
		})
		why, _ := s.check(t, q)
		return all && why == Allowed
	})
}

// Narrowed is the channels that a user may use after a change, in all selectors together; false if
// no subscription can be against the rules: the user may use every channel, or might use none
// before. Otherwise a subscription that Subscribed does not allow ends.
//
// Redis: getUpcomingChannelList means to look whether a channel has gone, but finds that of any.
func Narrowed(before, after *User) (globs []string, narrowed bool) {
	for _, s := range after.selectors {
		if s.allChannels {
			return nil, false
		}
		globs = append(globs, s.channels...)
	}
	return globs, slices.ContainsFunc(before.selectors, func(s *selector) bool {
		return s.allChannels || len(s.channels) > 0
	})
}

// Subscribed reports whether a subscription is within the channels that Narrowed has returned.
func Subscribed(globs []string, channel []byte, pattern bool) bool {
	return allowsChannel(globs, channel, pattern)
}
