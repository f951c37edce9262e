package acl

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/ringer-kv/ringer/keyspace/reply"
)

// DefaultUser is the name of the user that connections begin as.
const DefaultUser = "default"

// Rules is how rules are read.
//
// Owned by the keyspace goroutine.
type Rules struct {
	Table *Table
	// AllChannels: new users and selectors may use every channel. Redis: acl-pubsub-default.
	AllChannels bool
	// Warn takes what the server should log; nil drops it.
	Warn func(text string)
}

func (r *Rules) warn(text string) {
	if r.Warn != nil {
		r.Warn(text)
	}
}

// User is a name with passwords and permissions. The same User stands for the name as long as it
// exists: rules change it in place, and with it all who have logged in as it.
//
// Owned by the keyspace goroutine.
type User struct {
	name      string
	enabled   bool
	noPass    bool
	sanitize  sanitizing
	passwords []password
	selectors []*selector // the first one is that of the rules outside of parentheses
	described string      // the canonical form, once somebody has asked
}

type password [sha256.Size]byte

// sanitizing is whether the payload of RESTORE is checked; a new user has said neither.
type sanitizing uint8

const (
	sanitizeUnsaid sanitizing = iota
	sanitizeAlways
	sanitizeSkip
)

// NewUser is a user that may do nothing.
func (r *Rules) NewUser(name string) *User {
	return &User{name: name, selectors: []*selector{r.newSelector()}}
}

// newDefault is the user that there always is, before any rule: it may do everything.
func (r *Rules) newDefault() *User {
	u := r.NewUser(DefaultUser)
	for _, rule := range []string{"+@all", "~*", "&*", "on", "nopass"} {
		r.apply(u, rule)
	}
	return u
}

// Name is the user's name.
func (u *User) Name() string { return u.name }

// Enabled reports whether anybody can log in.
func (u *User) Enabled() bool { return u.enabled }

// NoPass reports whether every password is right.
func (u *User) NoPass() bool { return u.noPass }

// Unrestricted reports whether every command with every key and channel is allowed. O(1).
func (u *User) Unrestricted() bool {
	s := u.selectors[0]
	return s.allCommands && s.allKeys && s.allChannels
}

// clone is a user of the same name that shares nothing with u.
func (u *User) clone() *User {
	c := &User{}
	c.become(u)
	return c
}

// become makes u what the other user is.
func (u *User) become(other *User) {
	*u = *other
	u.passwords = slices.Clone(other.passwords)
	u.selectors = make([]*selector, len(other.selectors))
	for i, s := range other.selectors {
		u.selectors[i] = s.clone()
	}
}

// apply changes a user by one rule; if that fails, nothing has changed. Redis: ACLSetUser.
func (r *Rules) apply(u *User, rule string) reply.Reason {
	u.described = ""
	if rule == "" {
		return ""
	}
	switch strings.ToLower(cString(rule)) {
	case "on":
		u.enabled = true
	case "off":
		u.enabled = false
	case "nopass":
		u.noPass, u.passwords = true, nil
	case "resetpass":
		u.noPass, u.passwords = false, nil
	case "sanitize-payload":
		u.sanitize = sanitizeAlways
	case "skip-sanitize-payload":
		u.sanitize = sanitizeSkip
	case "clearselectors":
		u.selectors = u.selectors[:1:1]
	case "reset":
		*u = *r.NewUser(u.name)
		u.sanitize = sanitizeAlways
	default:
		return r.applyOther(u, rule)
	}
	return ""
}

// applyOther is apply for the rules that are not one word.
func (r *Rules) applyOther(u *User, rule string) reply.Reason {
	switch last := rule[len(rule)-1]; {
	case strings.IndexByte("><#!", rule[0]) >= 0:
		return u.setPassword(rule)
	case rule[0] == '(' && last == ')' && len(rule) > 1:
		s, reason := r.selectorOf(rule)
		if reason == "" {
			u.selectors = append(u.selectors, s)
		}
		return reason
	}
	return r.applyToSelector(u.selectors[0], rule)
}

// setPassword adds or removes a password: ">clear", "#hash", "<clear", "!hash".
func (u *User) setPassword(rule string) reply.Reason {
	var p password
	switch rule[0] {
	case '>', '<':
		p = sha256.Sum256([]byte(rule[1:]))
	default:
		if !parseHash(&p, rule[1:]) {
			return reply.ReasonACLHash
		}
	}
	at := slices.Index(u.passwords, p)
	switch {
	case rule[0] == '<' || rule[0] == '!':
		if at < 0 {
			return reply.ReasonACLNoPassword
		}
		u.passwords = slices.Delete(u.passwords, at, at+1)
		return ""
	case at < 0:
		u.passwords = append(u.passwords, p)
	}
	u.noPass = false
	return ""
}

// parseHash reads a hash in lower-case hexadecimal digits. Redis: ACLCheckPasswordHash.
func parseHash(p *password, digits string) bool {
	if len(digits) != 2*len(p) || digits != strings.ToLower(digits) {
		return false
	}
	_, err := hex.Decode(p[:], []byte(digits))
	return err == nil
}

// check reports whether the password is right, in a time that does not tell how nearly.
func (u *User) check(given []byte) bool {
	if !u.enabled {
		return false
	}
	hash, right := sha256.Sum256(given), 0
	for i := range u.passwords {
		right |= subtle.ConstantTimeCompare(u.passwords[i][:], hash[:])
	}
	return u.noPass || right == 1
}

// setPlainPassword is requirepass: the one password, or none if it is empty.
// Redis: ACLUpdateDefaultUserPassword.
func (r *Rules) setPlainPassword(u *User, text string) {
	r.apply(u, "resetpass")
	if text == "" {
		r.apply(u, "nopass")
		return
	}
	r.apply(u, ">"+text)
}

// mergeSelectors puts the words of one selector together that were sent apart: "(~a", "+get)".
// unmatched is the index of a parenthesis that is never closed, or -1.
//
// Redis: one that opens within another makes the first one forgotten, and what is added ends at a
// NUL.
func mergeSelectors(rules []string) (merged []string, unmatched int) {
	unmatched = -1
	var open []string
	for i, rule := range rules {
		closes := strings.HasSuffix(rule, ")")
		switch {
		case strings.HasPrefix(rule, "(") && !closes:
			open, unmatched = []string{rule}, i
		case unmatched < 0:
			merged = append(merged, rule)
		default:
			open = append(open, cString(rule))
			if closes {
				merged = append(merged, strings.Join(open, " "))
				unmatched = -1
			}
		}
	}
	return merged, unmatched
}
