package resp

import (
	"errors"
	"net"
	"sync/atomic"
	"time"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// wire is what a gate needs of a socket. The epoll listener and the plain one differ in it only.
type wire interface {
	// read reads into the block from a place on and never waits: errAgain means that nothing is
	// there, and that evReadable will be set when something is. A read that does not fill the
	// block has taken all there was.
	read(k *block, from int) (int, error)
	// write writes what it can. errAgain with less than all written means that evWritable will
	// be set after armWrite; the next call must then begin with the bytes that are left.
	write(p []byte) (int, error)
	armWrite()
	// ended reports that the peer has closed its half and nothing is left to read.
	ended() bool
	// direct reports that write writes at once what it can, so that the owner should call it.
	direct() bool
	// interrupt ends a write that is under way. It may be called at any time by anybody.
	interrupt()
	// close closes the socket, once.
	close()
}

// errAgain means that the call would have to wait.
var errAgain = errors.New("resp: would wait")

// gate is one connection, as net.Conn for redcon, as keyspace.Conn for the owner. See doc.go.
//
// Its event word and what says so is safe for concurrent use; everything else belongs to the
// goroutine of the connection, or, while the gate is dormant, to whoever clears stDormant.
type gate struct {
	word
	server  *Server
	wire    wire
	session *keyspace.Session
	out     output

	slot, generation int32 // in the server's table

	parser parser
	query  query
	batch  keyspace.Batch
	writer reply.RESP // the owner's

	inUse bool // the batch has been submitted and its memory not been taken back
	retry bool // unused bytes may hold a whole command
	half  bool // the peer has closed its half
	eof   bool // everything has been read

	remote, local string
	network       string

	// For the owner: how much memory what has been read takes, and how often some was.
	held  atomic.Int64
	reads atomic.Uint64
}

// verdict is how a gate goes on.
type verdict uint8

const (
	goOn verdict = iota
	ended
	resting
)

// serve runs the connection in the calling goroutine until it ends or comes to rest.
func (g *gate) serve() verdict {
	for {
		if v := g.turn(g.wait()); v != goOn {
			return v
		}
	}
}

// turn deals with the events in w.
func (g *gate) turn(w uint32) verdict {
	if w&(evClose|evReset) != 0 {
		return ended
	}
	if w&evHangup != 0 && !g.half {
		g.half = true
		g.server.engine.PeerClosed(g.session)
	}
	if w&(evWritable|stKept) == evWritable|stKept && g.drain() == ended {
		return ended
	}
	switch {
	case w&stInFlight != 0:
		return goOn
	case w&evReadable != 0 || (g.half && !g.eof):
		return g.receive()
	case w&evIdle != 0:
		return g.settle()
	}
	return goOn
}

// receive reads and parses until a batch has been submitted or the socket is empty.
func (g *gate) receive() verdict {
	g.recycle()
	if g.retry {
		g.retry = false
		if g.submit(true) {
			return goOn
		}
	}
	for !g.eof {
		room := len(g.query.room(g.parser.need()))
		n, err := g.wire.read(g.query.cur, g.query.w)
		if n <= 0 {
			return g.nothing(err)
		}
		g.query.filled(n)
		g.reads.Add(1)
		g.held.Store(int64(g.query.size()))
		unused := int64(len(g.query.unused()))
		if unused > g.server.limits.QueryBufferBytes.Load() {
			g.server.log(keyspace.LogWarning, "Closing client that reached max query buffer length")
			return ended
		}
		more := n == room || g.half
		if g.submit(more) || !more {
			return goOn
		}
	}
	return goOn
}

// nothing deals with a read that read nothing: the socket is empty, closed or broken.
func (g *gate) nothing(err error) verdict {
	switch {
	case errors.Is(err, errAgain):
		return goOn
	case err == nil && g.out.close():
		g.eof = true // what is kept is still delivered
		return goOn
	}
	return ended
}

// maxArgBytes bounds an argument whatever proto-max-bulk-len says: more can't be stored anyway.
const maxArgBytes = keyspace.MaxBytes

// submit parses what has been read and hands whole commands over; more says that there is more to
// read. It returns whether a batch is now in flight.
func (g *gate) submit(more bool) bool {
	p := &g.parser
	limits := g.server.limits
	p.maxBulkBytes = min(limits.MaxBulkBytes.Load(), maxArgBytes)
	p.small = limits.AuthRequired.Load() && !g.session.Authenticated()
	used := p.parse(&g.batch, g.query.unused())
	g.query.use(used, len(g.batch.Args) > 0)
	g.batch.Bytes += used
	if g.batch.Len() == 0 && g.batch.Fatal == "" {
		return false
	}
	set := stInFlight
	g.retry = p.small && len(g.query.unused()) > 0
	if more || g.retry {
		set |= evReadable
	}
	g.inUse = true
	g.batch.Spare = g.out.takeSpare()
	g.change(set, 0)
	g.server.engine.Submit(g.session, &g.batch)
	return true
}

// recycle takes back the memory of the batch that has been executed.
func (g *gate) recycle() {
	if g.inUse {
		g.inUse = false
		g.batch.Reset()
		g.query.done()
	}
}

// settle gives up the goroutine if nothing is going on. The bytes of a command that has been
// begun stay, the rest of the memory goes.
func (g *gate) settle() verdict {
	g.recycle()
	if len(g.query.unused()) == 0 && !g.parser.begun() {
		g.query.drop()
		g.batch = keyspace.Batch{}
	}
	g.held.Store(int64(g.query.size()))
	if g.server.rest(g) {
		return resting
	}
	return goOn
}

// finish ends the connection: the descriptor is closed, the session ended, and when the owner has
// let go of the batch its memory is freed.
func (g *gate) finish() {
	g.server.table.remove(g)
	before, _ := g.change(stShut, stWaiting|stDormant)
	if before&stOwner == 0 {
		g.wire.close()
	}
	g.server.engine.Hangup(g.session)
	if g.bits.Load()&stInFlight != 0 {
		g.wait()
	}
	g.recycle()
	g.query.done()
	g.query.drop()
}

// start is called by whoever has cleared stDormant. What needs no goroutine is done here.
func (g *gate) start() {
	w := g.bits.Load()
	if w&(evClose|evReset) != 0 || (w&evHangup != 0 && g.wire.ended()) {
		g.finish()
		return
	}
	g.server.front.hand(g)
}

// Flush passes on output of the owner: see keyspace.Conn. Called by the owner.
func (g *gate) Flush(out []byte, state keyspace.FlushState) (kept bool) {
	var set, clear uint32
	if len(out) > 0 {
		kept, set, clear = g.put(out)
	}
	if state&keyspace.BatchDone != 0 {
		clear |= stInFlight
	}
	if state&keyspace.CloseAfter != 0 && !g.out.close() {
		set |= evClose
	}
	before, dormant := g.change(set, clear)
	if before&clear&stOwner != 0 && before&stShut != 0 {
		g.wire.close()
	}
	if dormant {
		g.start()
	}
	return kept
}

// put writes the owner's output, or keeps it. It returns the bits to change.
func (g *gate) put(out []byte) (kept bool, set, clear uint32) {
	if !g.wire.direct() || !g.server.limits.DirectWrite.Load() || !g.out.empty() {
		return g.out.keep(out), stKept | evWritable, 0
	}
	if !g.enter() {
		return false, 0, 0
	}
	n, err := g.wire.write(out)
	switch {
	case n == len(out):
		return false, 0, stOwner
	case errors.Is(err, errAgain):
		kept = g.out.keep(out[n:])
		g.wire.armWrite()
		return kept, stKept, stOwner
	}
	return false, evReset, stOwner
}

// enter lets the owner use the descriptor, unless it is closed; change(0, stOwner) ends that.
func (g *gate) enter() bool {
	for {
		w := g.bits.Load()
		if w&stShut != 0 {
			return false
		}
		if g.bits.CompareAndSwap(w, w|stOwner) {
			return true
		}
	}
}

// drain writes kept output.
func (g *gate) drain() verdict {
	for {
		p, last := g.out.next(&g.word)
		if len(p) == 0 {
			g.session.Drained()
			if last {
				return ended
			}
			return goOn
		}
		n, err := g.wire.write(p)
		if g.out.wrote(n) {
			g.session.Drained()
		}
		switch {
		case n == len(p):
		case errors.Is(err, errAgain):
			g.wire.armWrite()
			return goOn
		default:
			return ended
		}
	}
}

// Waiting is how many bytes are kept. Called by the owner.
func (g *gate) Waiting() int { return int(g.out.bytes.Load()) }

// QueryBytes is the size of the blocks that hold what has been read. Called by the owner.
func (g *gate) QueryBytes() int { return int(g.held.Load()) }

// Reads is how often something has been read. Called by the owner.
func (g *gate) Reads() uint64 { return g.reads.Load() }

// Busy reports whether so much output is kept that the owner has to wait; less than that may be
// kept, and more be added to it. Called by the owner.
func (g *gate) Busy() bool { return g.out.full() }

// Abort closes the connection at once. Called by the owner.
func (g *gate) Abort() { g.abort() }

// abort makes the connection end. Safe for concurrent use.
func (g *gate) abort() {
	g.wire.interrupt()
	if _, dormant := g.change(evClose, 0); dormant {
		g.start()
	}
}

// ready is the command that redcon is given when there is something to do. It is the only one
// that redcon ever sees.
const ready = "*1\r\n$1\r\n.\r\n"

// The methods of net.Conn, for redcon.

// Read gives redcon the command that calls our handler. A gate is handed to redcon only when it
// has something to do, so there is nothing to wait for.
func (g *gate) Read(p []byte) (int, error) {
	if g.bits.Load()&stShut != 0 {
		return 0, net.ErrClosed
	}
	return copy(p, ready), nil
}

// Write swallows what redcon writes, which is nothing: replies are the owner's.
func (g *gate) Write(p []byte) (int, error) { return len(p), nil }

// Close ends the connection.
func (g *gate) Close() error {
	if g.bits.Load()&stShut == 0 {
		g.abort()
	}
	return nil
}

// LocalAddr and RemoteAddr are the addresses as CLIENT LIST shows them.
func (g *gate) LocalAddr() net.Addr  { return addr{g.network, g.local} }
func (g *gate) RemoteAddr() net.Addr { return addr{g.network, g.remote} }

// SetDeadline and its kind do nothing: nothing waits in Read or Write.
func (g *gate) SetDeadline(time.Time) error      { return nil }
func (g *gate) SetReadDeadline(time.Time) error  { return nil }
func (g *gate) SetWriteDeadline(time.Time) error { return nil }

// addr is an address that has been formatted once.
type addr struct{ network, text string }

func (a addr) Network() string { return a.network }
func (a addr) String() string  { return a.text }
