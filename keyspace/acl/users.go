package acl

import (
	"maps"
	"slices"

	"github.com/ringer-kv/ringer/keyspace/reply"
)

// Users is all users of a server. There is always one called default.
//
// Owned by the keyspace goroutine.
type Users struct {
	byName   map[string]*User
	standard *User // default
}

// NewUsers is the users of a server before any rule: default, who may do everything.
func (r *Rules) NewUsers() *Users {
	u := &Users{byName: make(map[string]*User), standard: r.newDefault()}
	u.byName[DefaultUser] = u.standard
	return u
}

// Default is the user that connections begin as.
func (u *Users) Default() *User { return u.standard }

// Lookup finds a user; nil if there is none.
func (u *Users) Lookup(name string) *User { return u.byName[name] }

// Authenticate finds the user if the password is right, nil if not.
func (u *Users) Authenticate(name, pass []byte) *User {
	if user := u.byName[string(name)]; user != nil && user.check(pass) {
		return user
	}
	return nil
}

// Names are the names of all users, in order.
func (u *Users) Names() []string { return slices.Sorted(maps.Keys(u.byName)) }

// Count is the number of users.
func (u *Users) Count() int { return len(u.byName) }

// SetPassword is requirepass: it gives default one password, or none.
func (u *Users) SetPassword(r *Rules, text string) { r.setPlainPassword(u.standard, text) }

// Change is what Set has done.
//
// Owned by the keyspace goroutine.
type Change struct {
	User *User
	// Before is the user as it was; nil if it is new.
	Before *User
}

// Set changes a user by rules, or makes it, all of them or none. O(rules). Redis: ACL SETUSER.
func (u *Users) Set(r *Rules, name string, rules []string) (c Change, refused reply.Error) {
	merged, unmatched := mergeSelectors(rules)
	if unmatched >= 0 {
		return c, reply.ACLUnmatched(rules[unmatched])
	}
	known := u.byName[name]
	staged := r.NewUser(name)
	if known != nil {
		staged = known.clone()
	}
	for _, rule := range merged {
		if reason := r.apply(staged, rule); reason != "" {
			return c, reply.ACLModifier(rule, reason)
		}
	}
	if known == nil {
		u.byName[name] = staged
		return Change{User: staged}, ""
	}
	c = Change{User: known, Before: known.clone()}
	known.become(staged)
	return c, ""
}

// Delete removes a user and returns it; nil if there is none. Default can't be removed.
func (u *Users) Delete(name string) *User {
	user := u.byName[name]
	if user == nil || user == u.standard {
		return nil
	}
	delete(u.byName, name)
	return user
}

// Adopt takes all users of another set in place of its own. Default stays the User that it was, as
// connections stand under it, and becomes what it is there; all others are strangers from then on.
func (u *Users) Adopt(other *Users) {
	u.standard.become(other.standard)
	u.byName = maps.Clone(other.byName)
	u.byName[DefaultUser] = u.standard
}

// Line is a user as a line of an ACL file, or of a configuration file.
func (u *User) Line(t *Table) string { return "user " + u.name + " " + u.Describe(t) }

// Save is the users as an ACL file. Redis: ACLSaveToFile.
func (u *Users) Save(t *Table) []byte {
	var b []byte
	for _, name := range u.Names() {
		b = append(append(b, u.byName[name].Line(t)...), '\n')
	}
	return b
}

// Declare is a user that a configuration file declares, with its rules as it lists them.
//
// Owned by the keyspace goroutine.
type Declare struct {
	Name  string
	Rules []string // selectors are whole
}

// ParseDeclaration reads the words of a "user" line in a configuration file, "user" the first of
// them. A command that does not exist is no error yet. On an error, quoted is the word that Redis
// quotes. Redis: ACLAppendUserForLoading.
func (r *Rules) ParseDeclaration(words []string) (d Declare, quoted string, why reply.Reason) {
	merged, unmatched := mergeSelectors(words[2:])
	if unmatched >= 0 { // Redis: it says what went wrong last
		return d, words[unmatched], reply.ReasonACLUnknown
	}
	probe := r.NewUser(words[1])
	for i, rule := range merged {
		if why = r.apply(probe, rule); why != "" && why != reply.ReasonACLUnknown {
			return d, words[i], why // Redis: the index is that of the rule, not of the word
		}
	}
	return Declare{Name: words[1], Rules: merged}, "", ""
}

// AddDeclared makes the user of a declaration; its rules begin anew if it is default. It returns
// the line that Redis logs if that fails, and whether nobody can log in.
// Redis: ACLLoadConfiguredUsers.
func (u *Users) AddDeclared(r *Rules, d Declare) (failure string, disabled bool) {
	if HasSpaces(d.Name) {
		return "Spaces not allowed in ACL usernames", false
	}
	user := u.byName[d.Name]
	if user == nil {
		user = r.NewUser(d.Name)
		u.byName[d.Name] = user
	} else {
		r.apply(user, "reset")
	}
	for _, rule := range d.Rules {
		if reason := r.apply(user, rule); reason != "" {
			return "Error loading ACL rule '" + rule + "' for the user named '" + d.Name + "': " +
				string(reason), false
		}
	}
	return "", !user.enabled
}
