package keyspace

import (
	"sync/atomic"

	"github.com/ringer-kv/ringer/keyspace/acl"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// Batch is a run of whole commands of one session that the front end hands over at once. It lies
// in the connection and is used again for the next run: the front end fills it, submits it, and
// does not touch it or the bytes of its arguments until Conn.Flush has reported BatchDone.
//
// Owned by the keyspace goroutine. Before Submit and after BatchDone it is the front end's.
type Batch struct {
	// Args are the arguments of all commands in one list; Ends[i] is the index after the last
	// argument of command i.
	Args [][]byte
	Ends []int32
	// Fatal, when not empty, is replied after the last command, and the connection is closed: the
	// bytes that followed were not the protocol.
	Fatal reply.Error
	// EOF says that the peer has closed its half: after the replies the connection is closed.
	EOF bool
	// Bytes is how many bytes of the connection the commands were made of.
	Bytes int
	// Writer, when not nil, is what the session is replied by from this batch on.
	Writer reply.Writer
	// Spare is a buffer that Flush had kept and that has been written: the owner may use it again.
	Spare []byte

	ev  event
	pos int // the command to run next
}

// Reset empties the batch for the next run of commands.
func (b *Batch) Reset() {
	clear(b.Args)
	b.Args, b.Ends = b.Args[:0], b.Ends[:0]
	b.Fatal, b.EOF, b.Writer, b.Bytes, b.pos = "", false, nil, 0, 0
}

// Len is the number of commands.
func (b *Batch) Len() int { return len(b.Ends) }

// command is the arguments of command i.
func (b *Batch) command(i int) [][]byte {
	from, to := int32(0), b.Ends[i]
	if i > 0 {
		from = b.Ends[i-1]
	}
	return b.Args[from:to:to]
}

// Append adds a command whose arguments have been appended to Args already.
func (b *Batch) Append() { b.Ends = append(b.Ends, int32(len(b.Args))) }

// FlushState tells a connection what stands behind the bytes that it is given.
type FlushState uint8

const (
	// BatchDone: the batch last submitted has been executed; it and its arguments are free again.
	BatchDone FlushState = 1 << iota
	// CloseAfter: when these bytes are written, close the connection.
	CloseAfter
)

// Conn is the front end's half of a connection as the owner sees it. The owner calls its methods;
// none may block or take a lock that can be held for long.
type Conn interface {
	// Flush passes output on; it may be empty. When kept is true the connection owns the buffer
	// from then on; when it is false, the bytes have been written, copied, or dropped because the
	// connection is dead, and the owner uses the buffer again. Flush(nil, state) only passes on the
	// state, also while Busy, and CloseAfter then holds for what has not been written yet.
	Flush(out []byte, state FlushState) (kept bool)
	// Waiting is how many bytes have been passed on and not been written yet.
	Waiting() int
	// Busy reports whether so much is waiting that the owner may pass on no more. When that ends,
	// the connection calls Session.Drained.
	Busy() bool
	// Abort closes the connection at once, dropping what is unsent.
	Abort()
}

// ConnInfo is what a front end knows of a connection when it opens.
//
// Owned by the keyspace goroutine. Until Open it is the caller's.
type ConnInfo struct {
	RemoteAddr, LocalAddr string // "127.0.0.1:5000", for unix sockets "path:0"
	Native                bool   // speaks the native protocol
	Unix                  bool
	Writer                reply.Writer
	FD                    int // for CLIENT LIST; -1 if there is none
}

// Session is the state of one client. The front end makes it with Engine.Open, feeds it with
// Engine.Submit and ends it with Engine.Hangup, which it must call exactly once.
//
// Owned by the keyspace goroutine. Drained, ID and Authenticated are for others, too.
type Session struct {
	engine *Engine
	conn   Conn
	info   ConnInfo
	id     int64
	w      reply.Writer

	db     *DB
	user   *acl.User // nil: the program itself, which may do everything
	last   *Spec     // of the command that runs, or ran last; nil: there was none, or no such command
	labels *labels   // what it has told of itself; nil: nothing
	flags  sessionFlags

	authenticated atomic.Bool

	batch  *Batch  // being executed or waiting; nil between batches
	waiter *waiter // while the last command that ran waits for a key
	// verdict is what becomes of the next command, which has been delayed; nil: not known.
	verdict *Verdict
	drain   atomic.Int32
	dirty   bool  // stands in the engine's list of sessions to flush
	class   uint8 // of client-output-buffer-limit
	// tx is what MULTI and WATCH have left; nil if nothing.
	tx *transaction
	// subs is what it has subscribed to; nil if nothing.
	subs *subscriber
	// tracker is how it tracks what it reads; nil if it does not.
	tracker *tracker

	softSinceMs int64 // since when the output has been over the soft limit; 0: it is not

	createdMs    int64
	lastActiveMs int64
	traffic      uint64 // of the connection, when it was looked at last

	prev, next *Session // the engine's list of all sessions
}

type sessionFlags uint32

const (
	sessionCloseSoon     sessionFlags = 1 << iota // QUIT, or a fatal error: close after the reply
	sessionGone                                   // hung up, or cut off
	sessionUnblocked                              // has been answered; the rest of the batch is to run
	sessionHalfClosed                             // the peer sends nothing more: it must not wait
	sessionLocal                                  // the program itself: see Call
	sessionMonitor                                // MONITOR
	sessionReplyOff                               // CLIENT REPLY OFF
	sessionReplySkip                              // the running command is not replied to
	sessionSkipNext                               // CLIENT REPLY SKIP: nor will the next one be
	sessionNoEvict                                // CLIENT NO-EVICT
	sessionNoTouch                                // CLIENT NO-TOUCH: its reads leave no trace
	sessionOverLimit                              // its output has gone over the limit already
	sessionMulti                                  // in a transaction
	sessionDirtyExec                              // a command could not be queued
	sessionDirtyCAS                               // a key that it watched has been changed
	sessionGuarded                                // its commands are to be checked: see guard
	sessionSubscribed                             // has subscribed to something
	sessionTracking                               // the keys that it reads are noted
	sessionCaching                                // CLIENT CACHING was just called
	sessionScript                                 // runs what a script calls
	sessionUnrecorded                             // what it writes is not recorded: redis.set_repl
	sessionDebugsScripts                          // SCRIPT DEBUG

	// The router must look at what becomes of a reply.
	sessionMuted = sessionReplyOff | sessionReplySkip | sessionSkipNext
	// The reply of the command that runs is dropped.
	sessionUnsaid = sessionReplyOff | sessionReplySkip
	// It is sent no more messages.
	sessionDeaf = sessionGone | sessionOverLimit | sessionCloseSoon
	// It may not run every command: see restriction.
	sessionRestricted = sessionMonitor | sessionSubscribed
)

// The states of Session.drain: whether the owner waits for kept output to be written.
const (
	drainIdle   int32 = iota
	drainWanted       // the owner waits
	drainQueued       // the event is in the queue
)

// ID is the client id, unique in the life of the server.
func (s *Session) ID() int64 { return s.id }

// Drained is called by the front end after kept output has been written and Busy has become
// false. It costs nothing unless the owner waits for it.
//
// Safe for concurrent use.
func (s *Session) Drained() {
	if s.drain.Load() == drainWanted && s.drain.CompareAndSwap(drainWanted, drainQueued) {
		s.engine.queue.push(&event{kind: eventDrained, s: s})
	}
}
