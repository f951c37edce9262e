package keyspace

import (
	"crypto/sha256"
	"crypto/subtle"
	"slices"
)

// This file is who a session is: its names, its protocol and its authentication, as CLIENT,
// HELLO, AUTH and RESET see and change them.

// Name is what CLIENT SETNAME has set; nil if nothing.
func (s *Session) Name() []byte { return s.name }

// SetName sets the name; an empty one removes it. The bytes are copied.
func (s *Session) SetName(name []byte) { s.name = slices.Clone(name) }

// SetLibrary sets what CLIENT SETINFO tells of the client library: its name and version, each
// unless nil. The bytes are copied.
func (s *Session) SetLibrary(name, version []byte) {
	if name != nil {
		s.libName = slices.Clone(name)
	}
	if version != nil {
		s.libVer = slices.Clone(version)
	}
}

// mustAuthenticate reports whether commands need authentication first.
func (e *Engine) mustAuthenticate() bool { return e.config.RequirePass != "" }

// Authenticated reports whether the session of the command may run commands. Redis:
// authRequired, turned round.
func (c *Ctx) Authenticated() bool { return !c.Engine.authRequired(c.Session) }

// defaultUser is the only user there is.
const defaultUser = "default"

// PasswordSet reports whether there is a password at all.
func (c *Ctx) PasswordSet() bool { return c.Engine.mustAuthenticate() }

// Authenticate checks the password of a user and, if it is right, lets the session in. Without a
// password set every one is right. Redis: ACLAuthenticateUser.
func (c *Ctx) Authenticate(user, password []byte) bool {
	want := sha256.Sum256([]byte(c.Engine.config.RequirePass))
	got := sha256.Sum256(password)
	right := subtle.ConstantTimeCompare(want[:], got[:]) == 1 || !c.Engine.mustAuthenticate()
	if string(user) != defaultUser || !right {
		return false
	}
	c.Session.authenticated.Store(true)
	return true
}

// ResetSession brings the session back to where it was when it connected: database 0, RESP2, no
// name, not authenticated if a password is set. Redis: clearClientConnectionState.
func (c *Ctx) ResetSession() {
	s := c.Session
	c.Engine.endTransaction(s)
	c.Select(0)
	s.w.SetProto(2)
	s.name = nil
	s.flags &^= sessionMuted | sessionNoEvict | sessionNoTouch
	if s.flags&sessionMonitor != 0 {
		c.Engine.unmonitor(s)
	}
	s.authenticated.Store(!c.Engine.mustAuthenticate())
}

// Abort closes the connection at once, without the reply and with what is unsent.
func (c *Ctx) Abort() {
	c.CloseAfterReply()
	c.Session.conn.Abort()
}

// userName is the user that the session has authenticated as.
func (s *Session) userName() string { return defaultUser }

// UserExists reports whether there is a user of that name.
func (e *Engine) UserExists(name []byte) bool { return string(name) == defaultUser }
