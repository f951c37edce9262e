package keyspace

import (
	"math/rand/v2"
	"strconv"

	"github.com/ringer-kv/ringer/keyspace/reply"
)

// Ctx is what a command runs in: its arguments, its database, its session and the writer of its
// reply, and the only time and randomness that it may use. It is valid until Run returns.
//
// Owned by the keyspace goroutine.
type Ctx struct {
	Engine  *Engine
	Session *Session
	Spec    *Spec
	DB      *DB
	// Args are the words of the command, Args[0] its name as it was sent. They lie in the
	// connection's buffer: what is kept must be copied.
	Args [][]byte
	// Reply takes the reply: exactly one value.
	Reply reply.Writer
	// NowMs is the wall clock in milliseconds since 1970, one reading for a whole batch, or for one
	// command of a script, which may run for long. No key expires in the midst of either.
	NowMs int64
	Rand  *rand.Rand

	// DenyBlocking says that the command must not wait: it is part of a transaction or a script.
	DenyBlocking bool

	recorded bool // Record was called: Args are not to be recorded
}

// begin makes c that of another command. Engine and Rand stay. The fields are set one by one: a
// literal would be put together elsewhere first and then copied, which takes longer.
func (c *Ctx) begin(s *Session, spec *Spec, db *DB, args [][]byte) {
	c.Session, c.Spec, c.DB, c.Args, c.Reply = s, spec, db, args, s.w
	c.DenyBlocking = s.flags&(sessionLocal|sessionMulti|sessionScript) != 0
	c.NowMs, c.recorded = c.Engine.nowMs, false
	if s.flags&sessionScript != 0 { // Redis: only for what has expired does the time stand still
		c.NowMs = c.Engine.clock.Now().UnixMilli()
	}
}

// Error replies with an error.
func (c *Ctx) Error(e reply.Error) {
	c.Engine.countsOf(c.Spec).Failed++
	c.Engine.noteError(e)
	c.Reply.Error(e)
}

// OK replies OK.
func (c *Ctx) OK() { c.Reply.Status("OK") }

// Changed tells the rest of the server that the command has changed a key: it counts towards the
// changes since the last save, marks the key for those who watch it and publishes the event.
// Redis: signalModifiedKey, notifyKeyspaceEvent and server.dirty in one.
func (c *Ctx) Changed(class NotifyClass, event string, key []byte) {
	c.Engine.dirty++
	if c.Engine.interest != 0 {
		c.Engine.tell(c.Session, keyEvent{class, event, key, c.DB})
	}
}

// Event is Changed for what is no change to those who watch the key or track it: that a stream has
// a new consumer group, say. Redis: notifyKeyspaceEvent and server.dirty without signalModifiedKey.
func (c *Ctx) Event(class NotifyClass, event string, key []byte) {
	c.Engine.dirty++
	if c.Engine.interest != 0 {
		c.Engine.announce(keyEvent{class, event, key, c.DB})
	}
}

// Notify publishes a further event of a change that Changed has told of (the expire of a SET EX).
func (c *Ctx) Notify(class NotifyClass, event string, key []byte) {
	if c.Engine.interest != 0 {
		c.Engine.tell(c.Session, keyEvent{class, event, key, c.DB})
	}
}

// Dirty counts changes that are of no one key (FLUSHALL), or more of them than one.
func (c *Ctx) Dirty(n int) { c.Engine.dirty += int64(n) }

// Record replaces what the log of writes will hold for this command by a form that gives the same
// result wherever and whenever it is executed: EXPIRE as PEXPIREAT, SPOP as SREM. It may be called
// several times, for several writes; the arguments are read before the command returns.
func (c *Ctx) Record(args ...[]byte) {
	c.recorded = true
	e := c.Engine
	if !c.Recording() {
		return
	}
	e.recordArgs = append(e.recordArgs[:0], args...) // so that a caller's args need no heap
	e.record(c.DB, e.recordArgs)
	clear(e.recordArgs)
}

// Recording reports whether anybody takes what is recorded: a command that has much to do for it
// asks before. A script may keep to itself what it does.
func (c *Ctx) Recording() bool {
	return len(c.Engine.recorders) > 0 && c.Session.flags&sessionUnrecorded == 0
}

// RecordNothing says that what Record has been given, be it nothing, is all there is to record.
func (c *Ctx) RecordNothing() { c.recorded = true }

// Digits is n as text, for Record. It is valid until the next call.
func (c *Ctx) Digits(n int64) []byte {
	c.Engine.digits = strconv.AppendInt(c.Engine.digits[:0], n, 10)
	return c.Engine.digits
}

// CloseAfterReply closes the connection when the reply is written (QUIT).
func (c *Ctx) CloseAfterReply() { c.Session.flags |= sessionCloseSoon }

// Select changes the session's database. The index must be valid.
func (c *Ctx) Select(index int) {
	c.Session.db = c.Engine.dbs[index]
	c.DB = c.Session.db
}
