package keyspace

import (
	"cmp"
	"strings"

	"github.com/ringer-kv/ringer/keyspace/acl"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// This file is what sessions may do: users and their rules are package acl's, who asks and for what
// is found here. Sessions of a user that may do everything, once they have logged in, are not
// asked: they lack sessionGuarded, which is brought up to date whenever a user changes.

// access is users and what they were denied.
//
// Owned by the keyspace goroutine.
type access struct {
	rules acl.Rules
	users *acl.Users
	log   acl.Log
	// password is the requirepass that default has been given last. ACL SETUSER may have given
	// default another one since.
	password string
	request  acl.Request // of the command that is being checked
	keys     []KeyRef    // of that command
}

// setUpAccess makes the users of a new server: default, as requirepass says, and those that a file
// declares.
func (e *Engine) setUpAccess() error {
	a := &e.access
	a.rules = acl.Rules{
		Table: e.table.rules,
		Warn:  func(text string) { e.log(LogWarning, text) },
	}
	a.rules.AllChannels = e.config.ACLPubSubDefault == "allchannels"
	a.users = a.rules.NewUsers()
	a.password = e.config.RequirePass
	a.users.SetPassword(&a.rules, a.password)
	return e.loadUsers()
}

// readAccess takes over the settings, when they may have changed.
func (e *Engine) readAccess() {
	a := &e.access
	a.rules.AllChannels = e.config.ACLPubSubDefault == "allchannels"
	if a.password != e.config.RequirePass {
		a.password = e.config.RequirePass
		a.users.SetPassword(&a.rules, a.password)
		e.guardAll()
	}
	e.publishAccess()
}

// mustAuthenticate reports whether a session has to log in before it may do anything.
func (e *Engine) mustAuthenticate() bool {
	d := e.access.users.Default()
	return !d.NoPass() || !d.Enabled()
}

// authRequired reports whether the session must authenticate first. Redis: authRequired.
func (e *Engine) authRequired(s *Session) bool {
	return !s.authenticated.Load() && e.mustAuthenticate()
}

// welcome makes a session what it is before it logs in: default, who is in already if there is no
// password, and stays in if one is set later.
func (e *Engine) welcome(s *Session) {
	s.user = e.access.users.Default()
	s.authenticated.Store(!e.mustAuthenticate())
	e.guardSession(s)
}

// guardSession finds out whether the commands of a session have to be checked.
func (e *Engine) guardSession(s *Session) {
	s.flags &^= sessionGuarded
	if s.user != nil && (!s.user.Unrestricted() || !s.authenticated.Load()) {
		s.flags |= sessionGuarded
	}
}

// guardAll is guardSession for all sessions.
func (e *Engine) guardAll() {
	for s := e.sessions.first; s != nil; s = s.next {
		e.guardSession(s)
	}
}

// publishAccess tells front ends how strangers are to be treated.
func (e *Engine) publishAccess() {
	e.limits.AuthRequired.Store(e.mustAuthenticate())
	e.limits.Protected.Store(e.config.ProtectedMode && e.access.users.Default().NoPass())
}

// guard is the error with which a command of a guarded session is refused, or "".
func (e *Engine) guard(s *Session, spec *Spec, args [][]byte) reply.Error {
	switch e.aclCheck(s, spec, args) {
	case acl.DeniedCommand:
		return reply.NoPermCommand(spec.fullName)
	case acl.DeniedKey:
		return reply.ErrNoPermKey
	case acl.DeniedChannel:
		return reply.ErrNoPermChannel
	}
	return ""
}

// aclCheck reports whether the user of a session may do something, and notes it in the log if not.
func (e *Engine) aclCheck(s *Session, spec *Spec, args [][]byte) acl.Reason {
	if s.flags&sessionGuarded == 0 || s.user == nil {
		return acl.Allowed
	}
	why, at := e.MayCall(s.user, spec, args)
	if why != acl.Allowed {
		object := spec.fullName
		if why != acl.DeniedCommand {
			object = string(args[at][:min(len(args[at]), loggedBytes)])
		}
		e.noteDenied(s, acl.Entry{Reason: why, Object: object, Username: s.user.Name()})
	}
	return why
}

// MayCall reports whether a user may call a command, and if not, why and on account of which
// argument.
func (e *Engine) MayCall(u *acl.User, spec *Spec, args [][]byte) (why acl.Reason, at int) {
	q := &e.access.request
	e.describeCall(q, u, spec, args)
	why, at = u.Check(e.table.rules, q)
	e.endRequest()
	return why, at
}

// keptKeys is for how many keys of one command room is kept for the next.
const keptKeys = 1024

// endRequest lets go of what was found about a command.
func (e *Engine) endRequest() {
	a := &e.access
	a.request.Args = nil
	if cap(a.keys) > keptKeys {
		a.keys, a.request.Keys = nil, nil
	}
	if cap(a.request.Channels) > keptKeys {
		a.request.Channels = nil
	}
}

// describeCall fills in what a command uses, as far as it matters for the user.
func (e *Engine) describeCall(q *acl.Request, u *acl.User, spec *Spec, args [][]byte) {
	q.Command, q.Args = spec.ruleID, args
	q.Keys, q.Channels = q.Keys[:0], q.Channels[:0]
	if u.NeedsKeys() && spec.HasKeys() {
		e.access.keys, _ = spec.appendKeys(e.access.keys[:0], args)
		for _, k := range e.access.keys {
			q.Keys = append(q.Keys, acl.Key{Index: k.Index, Access: k.Flags.access()})
		}
	}
	if c := spec.channels; c.first > 0 {
		last := min(cmp.Or(c.last, len(args)-1), len(args)-1)
		for i := c.first; i <= last; i++ {
			q.Channels = append(q.Channels, acl.Channel{Index: i, Pattern: c.pattern})
		}
	}
}

// access is what may be seen or changed of the data in a key; nothing, where the command only asks
// for its type or size.
func (f KeyFlags) access() (a acl.Access) {
	if f&Access != 0 {
		a |= acl.Read
	}
	if f&(Insert|Delete|Update) != 0 {
		a |= acl.Write
	}
	return a
}

// channelArgs is where a command has channels that a user must be allowed to use.
type channelArgs struct {
	first, last int // last 0: to the end
	pattern     bool
}

// channelsOf are the channel arguments of a command by its name. To leave a channel needs no
// permission. Redis: commands_with_channels in getChannelsFromCommand.
func channelsOf(fullName string) channelArgs {
	switch fullName {
	case "subscribe", "ssubscribe":
		return channelArgs{first: 1}
	case "psubscribe":
		return channelArgs{first: 1, pattern: true}
	case "publish", "spublish":
		return channelArgs{first: 1, last: 1}
	}
	return channelArgs{}
}

// noteDenied adds an entry to the log, with who asked and where. Redis: addACLLogEntry.
func (e *Engine) noteDenied(s *Session, entry acl.Entry) {
	entry.Context, entry.TimeMs = e.aclContext(s), e.nowMs
	entry.Client = beginning(string(e.AppendClient(nil, s)))
	entry.Object, entry.Username = beginning(entry.Object), beginning(entry.Username)
	e.access.log.Add(entry, e.config.ACLLogMaxLen)
}

// loggedBytes is how much the log keeps of a text. Clients choose keys, names and users to be
// denied, and the log must not hold gigabytes of them.
const loggedBytes = 16 << 10

// beginning is what the log keeps of a text.
func beginning(text string) string {
	if len(text) <= loggedBytes {
		return text
	}
	return strings.Clone(text[:loggedBytes])
}

// aclContext is where a command comes from, as ACL LOG calls it.
func (e *Engine) aclContext(s *Session) string {
	switch {
	case e.runsScript() && s == e.scripts.run.caller:
		return "lua"
	case s.flags&sessionMulti != 0:
		return "multi"
	}
	return "toplevel"
}

// deniedAtExec replies to a queued command that is not allowed any more; false: it is allowed.
func (e *Engine) deniedAtExec(s *Session, spec *Spec, args [][]byte) bool {
	why := ""
	switch e.aclCheck(s, spec, args) {
	case acl.Allowed:
		return false
	case acl.DeniedCommand:
		why = reply.ACLDeniedCommand
	case acl.DeniedKey:
		why = reply.ACLDeniedKey
	default:
		why = reply.ACLDeniedChannel
	}
	denial := reply.ACLRulesChanged(why)
	e.noteError(denial)
	s.w.Error(denial)
	return true
}

// MayReadAllKeys reports whether the user may read every key there is, in a selector that also
// allows the command itself: what SORT needs for BY and GET.
func (c *Ctx) MayReadAllKeys() bool {
	s, e := c.Session, c.Engine
	if s.flags&sessionGuarded == 0 || s.user == nil {
		return true
	}
	q := &e.access.request
	e.describeCall(q, s.user, c.Spec, c.Args)
	defer e.endRequest()
	return s.user.MayAccessAllKeys(e.table.rules, q, acl.Read)
}

// expel ends a session whose user is gone. The one whose command runs ends behind its reply.
// Redis: deauthenticateAndCloseClient.
func (e *Engine) expel(s *Session) {
	s.user = e.access.users.Default()
	s.authenticated.Store(false)
	e.guardSession(s)
	e.Kill(s)
}

// expelUsers ends the sessions of all users that are asked for, but for one.
func (e *Engine) expelUsers(gone func(u *acl.User) bool, but *Session) {
	var next *Session
	for s := e.sessions.first; s != nil; s = next {
		next = s.next // one that is cut off leaves the list
		if s != but && s.user != nil && s.flags&sessionGone == 0 && gone(s.user) {
			e.expel(s)
		}
	}
}

// checkAccess checks I13.
func (e *Engine) checkAccess() {
	for s := e.sessions.first; s != nil; s = s.next {
		u := s.user
		if u == nil {
			continue
		}
		ensure(e.access.users.Lookup(u.Name()) == u, "I13: the user %q is not there", u.Name())
		restricted := !u.Unrestricted() || !s.authenticated.Load()
		ensure(restricted == (s.flags&sessionGuarded != 0), "I13: a session of %q", u.Name())
	}
}
