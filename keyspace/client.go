package keyspace

import (
	"strconv"

	"github.com/ringer-kv/ringer/keyspace/reply"
)

// This file is what CLIENT shows and does of the sessions of others.

// BufferedConn is a Conn that knows how much memory the bytes take that it has read, and how often
// it has read some.
//
// Safe for concurrent use.
type BufferedConn interface {
	Conn
	// QueryBytes is the size of the buffers that hold what has been read.
	QueryBytes() int
	// Reads grows with every read.
	Reads() uint64
}

// sessionBytes is the size of a session with its front end's half, without buffers: measured.
const sessionBytes = 1024

// clientMemory is what a session takes up, as CLIENT LIST shows it.
//
// Owned by the keyspace goroutine.
type clientMemory struct {
	query     int // bytes that have been read and not been executed to the end
	queryFree int // room behind them
	args      int // bytes of the arguments of the command that runs or waits
	queued    int // by MULTI
	output    int // not passed on to the connection yet
	waiting   int // passed on and not written yet
	total     int
}

// memory measures a session. O(arguments of its command).
func (s *Session) memory() clientMemory {
	var m clientMemory
	held := 0
	if c, ok := s.conn.(BufferedConn); ok {
		held = c.QueryBytes()
	}
	if b := s.batch; b != nil {
		m.query = b.Bytes
		if b.pos > 0 {
			for _, arg := range b.command(b.pos - 1) {
				m.args += len(arg)
			}
		}
	}
	m.queued = s.MultiMem()
	m.queryFree = max(0, held-m.query)
	m.output, m.waiting = s.w.Len(), s.conn.Waiting()
	t := s.told()
	m.total = sessionBytes + max(held, m.query) + m.queued + m.output + m.waiting +
		len(t.name) + len(t.libName) + len(t.libVer) + s.subscriptionMem() + s.trackingMem()
	return m
}

// AppendClient appends the line that CLIENT LIST has for the session, without a line end. The
// fields are those of Redis 7.0.15, and lib-name and lib-ver of 7.2. A session has no reply buffer
// of its own, so rbs and rbp are 0. Redis: catClientInfoString.
func (e *Engine) AppendClient(b []byte, s *Session) []byte {
	m := s.memory()
	field := func(name string) { b = append(append(b, ' '), name...) }
	number := func(name string, n int64) {
		field(name)
		b = strconv.AppendInt(b, n, 10)
	}
	text := func(name, value string) {
		field(name)
		b = append(b, value...)
	}
	b = append(b, "id="...)
	b = strconv.AppendInt(b, s.id, 10)
	text("addr=", s.info.RemoteAddr)
	text("laddr=", s.info.LocalAddr)
	number("fd=", int64(s.info.FD))
	text("name=", string(s.told().name))
	number("age=", (e.nowMs-s.createdMs)/1000)
	number("idle=", (e.nowMs-s.lastActiveMs)/1000)
	text("flags=", s.flagLetters())
	number("db=", int64(s.db.id))
	number("sub=", int64(s.Subscriptions(Channel)))
	number("psub=", int64(s.Subscriptions(Pattern)))
	number("ssub=", int64(s.Subscriptions(ShardChannel)))
	number("multi=", int64(s.MultiLen()))
	number("qbuf=", int64(m.query))
	number("qbuf-free=", int64(m.queryFree))
	number("argv-mem=", int64(m.args))
	number("multi-mem=", int64(m.queued))
	number("rbs=", 0)
	number("rbp=", 0)
	number("obl=", int64(m.output))
	number("oll=", int64(min(m.waiting, 1)))
	number("omem=", int64(m.waiting))
	number("tot-mem=", int64(m.total))
	text("events=", map[bool]string{true: "rw", false: "r"}[m.waiting > 0])
	text("cmd=", s.lastCommand())
	text("user=", s.userName())
	number("redir=", s.RedirectID())
	number("resp=", int64(s.w.Proto()))
	text("lib-name=", string(s.told().libName))
	text("lib-ver=", string(s.told().libVer))
	return b
}

// lastCommand is the name of the command that runs or ran last. Redis: NULL if it does not exist.
func (s *Session) lastCommand() string {
	if s.last == nil {
		return "NULL"
	}
	return s.last.fullName
}

// flagLetters is what CLIENT LIST shows under flags.
func (s *Session) flagLetters() string {
	var b []byte
	add := func(is bool, letter byte) {
		if is {
			b = append(b, letter)
		}
	}
	add(s.flags&sessionMonitor != 0, 'O')
	add(s.flags&sessionSubscribed != 0, 'P')
	add(s.flags&sessionMulti != 0, 'x')
	add(s.waiter != nil, 'b')
	add(s.tracker != nil, 't')
	add(s.tracker != nil && s.tracker.broken, 'R')
	add(s.tracker != nil && s.tracker.Broadcast, 'B')
	add(s.flags&sessionDirtyCAS != 0, 'd')
	add(s.flags&sessionCloseSoon != 0, 'c')
	add(s.flags&sessionUnblocked != 0, 'u')
	add(s.info.Unix, 'U')
	add(s.flags&sessionNoEvict != 0, 'e')
	add(s.flags&sessionNoTouch != 0, 'T')
	if len(b) == 0 {
		return "N"
	}
	return string(b)
}

// ClientType is a kind of client, as TYPE names it.
type ClientType uint8

// The kinds of clients. Replicas and masters there are none.
const (
	ClientNormal ClientType = iota
	ClientReplica
	ClientPubSub
	ClientMaster
)

// Type is the kind of client that the session has. A monitor that has not subscribed to anything is
// a normal one. Redis: getClientType.
func (s *Session) Type() ClientType {
	if s.flags&sessionSubscribed != 0 {
		return ClientPubSub
	}
	return ClientNormal
}

// Sessions are all sessions that are open, in the order of their ids. O(sessions).
func (e *Engine) Sessions() []*Session {
	all := make([]*Session, 0, e.sessions.n)
	for s := e.sessions.first; s != nil; s = s.next {
		all = append(all, s)
	}
	return all
}

// SessionByID is the session with an id; nil if there is none. O(sessions).
func (e *Engine) SessionByID(id int64) *Session {
	for s := e.sessions.first; s != nil; s = s.next {
		if s.id == id {
			return s
		}
	}
	return nil
}

// SessionsByID are the sessions with some ids, in the order of these, without those that there are
// none of. O(ids + sessions).
func (e *Engine) SessionsByID(ids []int64) []*Session {
	byID := make(map[int64]*Session, e.sessions.n)
	for s := e.sessions.first; s != nil; s = s.next {
		byID[s.id] = s
	}
	var found []*Session
	for _, id := range ids {
		if s := byID[id]; s != nil {
			found = append(found, s)
		}
	}
	return found
}

// RemoteAddr is the address of the client.
func (s *Session) RemoteAddr() string { return s.info.RemoteAddr }

// LocalAddr is the address that the client has connected to.
func (s *Session) LocalAddr() string { return s.info.LocalAddr }

// UserName is the name of the user that the session has authenticated as.
func (s *Session) UserName() string { return s.userName() }

// Kill closes the connection of a session, at once, or behind the reply if it is the one whose
// command runs. Redis: clientKillCommand.
func (e *Engine) Kill(s *Session) {
	if s == e.running {
		s.flags |= sessionCloseSoon
		return
	}
	e.drop(s)
}

// SetNoEvict has the session never be closed for the sake of maxmemory-clients, or again so.
func (s *Session) SetNoEvict(on bool) { s.setFlag(sessionNoEvict, on) }

// SetNoTouch has reads of the session leave the access clocks as they are, or not.
func (s *Session) SetNoTouch(on bool) {
	s.setFlag(sessionNoTouch, on)
	s.engine.touchAs(s)
}

func (s *Session) setFlag(f sessionFlags, on bool) {
	s.flags &^= f
	if on {
		s.flags |= f
	}
}

// SetReply has the session be replied to, or not. A SKIP before it in the same transaction is for
// the command behind that.
func (s *Session) SetReply(on bool) {
	if on {
		s.flags &^= sessionUnsaid
		return
	}
	s.flags |= sessionReplyOff
}

// SkipReply has the next command not be replied to.
func (s *Session) SkipReply() {
	if s.flags&sessionReplyOff == 0 {
		s.flags |= sessionSkipNext
	}
}

// UnblockClient ends the wait of another session, as if its time were over, or with an error if
// failed says so. It reports whether the session did wait for anything but the end of a pause.
func (e *Engine) UnblockClient(id int64, failed bool) bool {
	s := e.SessionByID(id)
	if s == nil || s.waiter == nil || s.waiter.again {
		return false
	}
	failure := reply.Error("")
	if failed {
		failure = reply.ErrUnblocked
	}
	return e.unblockAmidst(s, failure)
}

// unblockAmidst is Unblock while a command of another session runs, whose context and whose pushes
// to itself are left as they are.
func (e *Engine) unblockAmidst(s *Session, failure reply.Error) bool {
	ctx, running, pushes := e.ctx, e.running, e.afterReply
	e.afterReply = nil
	was := e.Unblock(s, failure)
	e.ctx, e.running, e.afterReply = ctx, running, pushes
	return was
}
