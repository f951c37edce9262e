package keyspace

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ringer-kv/ringer/keyspace/acl"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// AccessError reports users that a server can't start with. Its text is what Redis logs.
//
// Safe for concurrent use.
type AccessError struct{ Text string }

// Error is the text.
func (e *AccessError) Error() string { return e.Text }

// userLine is a "user" line of a configuration file.
type userLine struct {
	line  int
	text  string
	words []string
}

// declareUser notes a user line. What it says can be judged only with the commands at hand: see
// CheckUsers.
func (c *Config) declareUser(words []string) reply.Reason {
	if len(words) < 2 {
		return reply.ReasonDirective
	}
	c.users = append(c.users, userLine{c.reading.line, c.reading.text, words})
	return ""
}

// CheckUsers returns a *ConfigError for the first user line that can't be obeyed.
func (c *Config) CheckUsers(t *Table) error {
	_, err := c.declared(&acl.Rules{Table: t.rules})
	return err
}

// declared reads the user lines of a configuration file; an error is a *ConfigError.
func (c *Config) declared(r *acl.Rules) ([]acl.Declare, error) {
	var declared []acl.Declare
	seen := make(map[string]bool)
	for _, l := range c.users {
		name := l.words[1]
		d, quoted, why := r.ParseDeclaration(l.words)
		if seen[name] {
			quoted, why = name, reply.ReasonACLDuplicate
		}
		if why != "" {
			return nil, &ConfigError{
				Line: l.line, Text: l.text, Reason: reply.ACLDeclaration(quoted, why),
			}
		}
		seen[name] = true
		declared = append(declared, d)
	}
	return declared, nil
}

// loadUsers makes the users that the configuration declares, or those of the ACL file.
// Redis: ACLLoadUsersAtStartup.
func (e *Engine) loadUsers() error {
	c, a := e.config, &e.access
	declared, err := c.declared(&a.rules)
	switch {
	case err != nil:
		return err
	case len(declared) > 0 && c.ACLFile != "":
		return &AccessError{"Configuring Redis with users defined in redis.conf and at the same" +
			" setting an ACL file path is invalid. This setup is very likely to lead to" +
			" configuration errors and security holes, please define either an ACL file or declare" +
			" users directly in your redis.conf, but not both."}
	case c.ACLFile != "":
		users, failure := readUsers(a.rules, c.ACLFile, c.path(c.ACLFile))
		if failure != "" {
			return &AccessError{"Aborting Redis startup because of ACL errors: " + failure}
		}
		a.users = users
		return nil
	}
	for _, d := range declared {
		failure, disabled := a.users.AddDeclared(&a.rules, d)
		if failure != "" {
			e.log(LogWarning, failure)
			return &AccessError{"Critical error while loading ACLs. Exiting."}
		}
		if disabled {
			e.log(LogNotice, "The user '"+d.Name+"' is disabled (there is no 'on' modifier in the"+
				" user description). Make sure this is not a configuration error.")
		}
	}
	return nil
}

// readUsers reads an ACL file; name is what the configuration calls it. It runs where files may be
// read, with rules of its own.
func readUsers(r acl.Rules, name, path string) (users *acl.Users, failure string) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Sprintf("Error loading ACLs, opening file '%s': %s", name, SystemError(err))
	}
	return r.Load(name, text)
}

// LoadUsers replaces all users by those of the ACL file, or none if anything is wrong with it. The
// connections of users but default are closed. Redis: ACL LOAD.
func (c *Ctx) LoadUsers() {
	e := c.Engine
	name, path := e.config.ACLFile, e.config.path(e.config.ACLFile)
	var warnings []string
	rules := e.access.rules
	rules.Warn = func(text string) { warnings = append(warnings, text) }
	asker := c.Session
	foreign := asker.user != nil && asker.user != e.access.users.Default()
	var users *acl.Users
	failure := ""
	c.Await(Job{
		Work: func() { users, failure = readUsers(rules, name, path) },
		Done: func() {
			for _, text := range warnings {
				e.log(LogWarning, text)
			}
			if failure == "" {
				e.adoptUsers(users, asker)
			}
		},
		Answer: func(c *Ctx) {
			if failure != "" {
				c.Error(reply.ACLLoad(failure))
				return
			}
			if foreign {
				e.expel(c.Session)
			}
			c.OK()
		},
	})
}

// adoptUsers takes over the users of a file. The session that has asked for it is dealt with when
// it has been answered.
func (e *Engine) adoptUsers(users *acl.Users, asker *Session) {
	e.access.users.Adopt(users)
	standard := e.access.users.Default()
	e.expelUsers(func(u *acl.User) bool { return u != standard }, asker)
	e.guardAll()
	e.publishAccess()
}

// SaveUsers writes the ACL file, so that it is there as a whole or as it was. Redis: ACL SAVE.
func (c *Ctx) SaveUsers() {
	e := c.Engine
	path := e.config.path(e.config.ACLFile)
	text := string(e.access.users.Save(e.table.rules))
	var err error
	c.Await(Job{
		Work: func() { err = replaceFile(path, text) },
		Answer: func(c *Ctx) {
			if err != nil {
				e.log(LogWarning, saveFailure(err))
				c.Error(reply.ErrACLSave)
				return
			}
			c.OK()
		},
	})
}

// saveFailure is what Redis logs if the ACL file can't be written.
func saveFailure(err error) string {
	var link *os.LinkError
	var path *os.PathError
	what := "Writing ACL file for ACL SAVE: "
	switch {
	case errors.As(err, &link):
		what = "Renaming ACL file for ACL SAVE: "
	case errors.As(err, &path) && path.Op == "open":
		what = "Opening temp ACL file for ACL SAVE: "
	}
	return what + SystemError(err)
}

// path is where a file is that a parameter names: relative names are below dir.
func (c *Config) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(c.Dir, name)
}

// userLines are the users as lines of a configuration file, for CONFIG REWRITE: none where they
// stand in an ACL file. Redis: rewriteConfigUserOption.
func (e *Engine) userLines() []string {
	if e.config.ACLFile != "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(e.access.users.Save(e.table.rules)), "\n"), "\n")
}
