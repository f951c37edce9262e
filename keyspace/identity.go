package keyspace

import (
	"slices"

	"github.com/ringer-kv/ringer/keyspace/acl"
)

// This file is who a session is: its names, its protocol and its authentication, as CLIENT,
// HELLO, AUTH and RESET see and change them.

// labels are what a client has told of itself. Those that only wait have mostly told nothing.
//
// Owned by the keyspace goroutine.
type labels struct{ name, libName, libVer []byte }

// noLabels are those of a session that has told nothing.
//
//tidy:table nothing writes to it
var noLabels labels

// told are the session's labels, for reading.
func (s *Session) told() *labels {
	if s.labels == nil {
		return &noLabels
	}
	return s.labels
}

// label are the session's labels, for writing.
func (s *Session) label() *labels {
	if s.labels == nil {
		s.labels = new(labels)
	}
	return s.labels
}

// Name is what CLIENT SETNAME has set; nil if nothing.
func (s *Session) Name() []byte { return s.told().name }

// SetName sets the name; an empty one removes it. The bytes are copied.
func (s *Session) SetName(name []byte) { s.label().name = slices.Clone(name) }

// SetLibrary sets what CLIENT SETINFO tells of the client library: its name and version, each
// unless nil. The bytes are copied.
func (s *Session) SetLibrary(name, version []byte) {
	if name != nil {
		s.label().libName = slices.Clone(name)
	}
	if version != nil {
		s.label().libVer = slices.Clone(version)
	}
}

// Authenticated reports whether the session of the command may run commands. Redis:
// authRequired, turned round.
func (c *Ctx) Authenticated() bool { return !c.Engine.authRequired(c.Session) }

// PasswordSet reports whether there is a password at all.
func (c *Ctx) PasswordSet() bool { return !c.Engine.access.users.Default().NoPass() }

// Username is the user that the session has logged in as; false if it is none, but the program
// itself.
func (s *Session) Username() (name string, ok bool) {
	if s.user == nil {
		return "", false
	}
	return s.user.Name(), true
}

// Authenticate checks the password of a user and, if it is right, lets the session in as that
// user. Redis: ACLAuthenticateUser.
func (c *Ctx) Authenticate(user, password []byte) bool {
	e, s := c.Engine, c.Session
	u := e.access.users.Authenticate(user, password)
	if u == nil {
		e.noteDenied(s, acl.Entry{
			Reason: acl.DeniedAuth, Object: string(c.Args[0]), Username: string(user),
		})
		return false
	}
	s.user = u
	s.authenticated.Store(true)
	e.guardSession(s)
	return true
}

// ResetSession brings the session back to where it was when it connected: database 0, RESP2, no
// name, default as its user, not authenticated if a password is set.
// Redis: clearClientConnectionState.
func (c *Ctx) ResetSession() {
	s := c.Session
	c.Engine.endTransaction(s)
	c.Engine.unsubscribeAll(s)
	c.Engine.stopTracking(s)
	c.Select(0)
	s.w.SetProto(2)
	if s.labels != nil {
		s.labels.name = nil
	}
	s.flags &^= sessionReplyOff | sessionSkipNext | sessionNoEvict | sessionNoTouch
	if s.flags&sessionMonitor != 0 {
		c.Engine.unmonitor(s)
	}
	c.Engine.welcome(s)
}

// Abort closes the connection at once, without the reply and with what is unsent.
func (c *Ctx) Abort() {
	c.CloseAfterReply()
	c.Session.conn.Abort()
}

// userName is the user that the session has authenticated as. Redis: catClientInfoString.
func (s *Session) userName() string {
	if s.user == nil {
		return "(superuser)"
	}
	return s.user.Name()
}

// UserExists reports whether there is a user of that name.
func (e *Engine) UserExists(name []byte) bool { return e.access.users.Lookup(string(name)) != nil }
