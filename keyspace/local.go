package keyspace

import "github.com/ringer-kv/ringer/keyspace/reply"

// Call executes one command for the program itself, which has every permission, and writes the
// reply to w. The command never waits: one that would have to replies as if its time were over.
// No Interceptor is told. What others wait for is served before Call returns. While a script runs
// for too long the command is refused as that of a client would be.
func (e *Engine) Call(db int, args [][]byte, w reply.Writer) error {
	return e.DoAmidst(func() { e.CallNow(db, args, w) })
}

// CallNow is Call in the owner goroutine, for a function that Do runs: several calls of one such
// function have nothing in between them.
func (e *Engine) CallNow(db int, args [][]byte, w reply.Writer) {
	s := &Session{engine: e, conn: nowhere{}, w: w, db: e.dbs[db], flags: sessionLocal}
	s.authenticated.Store(true)
	s.createdMs, s.lastActiveMs = e.nowMs, e.nowMs
	e.execute(s, e.Lookup(args), args)
	if len(e.afterReply) > 0 {
		e.pushAfterReply()
	}
	if len(e.readyKeys) > 0 {
		e.serveReady()
	}
	e.forget(s) // what it has begun to watch, say
}

// nowhere is the connection of a session that has none.
//
// Safe for concurrent use.
type nowhere struct{}

// Flush drops what it is given; replies are taken from the writer.
func (nowhere) Flush([]byte, FlushState) bool { return false }

// Waiting, Busy and Abort have nothing to tell and nothing to do.
func (nowhere) Waiting() int { return 0 }

// Busy is false: there is nobody to wait for.
func (nowhere) Busy() bool { return false }

// Abort does nothing.
func (nowhere) Abort() {}
