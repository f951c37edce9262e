//go:build unix && !ringer_plain

package binproto

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/ringer-kv/ringer/binproto/frame"
	"github.com/ringer-kv/ringer/keyspace"
)

// loop is the goroutine that serves all connections: it waits for readiness, reads and parses
// what has come, has the owner execute all of it as one round, and begins anew.
//
// Owned by the loop goroutine, but for post, which the keyspace goroutine calls.
type loop struct {
	server *Server
	engine Engine
	limits frame.Limits
	pool   pool
	fence  *keyspace.Fence

	poller  poller
	polled  []unix.PollFd // what poll(2) is given: base descriptors, then those of hot
	base    int
	hot     []*conn // the connections in the poll set; nil where one has been closed
	holes   int     // how many are nil
	conns   []*conn // all connections by their id; nil where an id is free
	freeIDs []int32
	open    int
	gen     int32

	round   uint32 // rounds in which something was ready
	slept   uint32 // the round in which the loop last slept
	idle    int    // polls in a row that found nothing
	subs    []keyspace.Submission
	running []*conn // whose batches are subs
	doomed  []*conn // closed in this round; their descriptors are closed at its end
	paused  time.Time
	denied  bool // accepting is paused until then: the system has no descriptor left

	direct  atomic.Bool // the owner writes itself
	closing atomic.Bool
	asleep  atomic.Bool

	mu     sync.Mutex
	posted []*conn
	taken  []*conn // the other buffer of posted
}

// The policy of the poll set, in rounds. Measured, see doc.go.
const (
	// idleYields is how many polls find nothing before the connections in the poll set are parked
	// and the loop sleeps; others run in between.
	idleYields = 1
	// hotStreak is how often in a row a parked connection must have been ready again within
	// hotRounds rounds, none of them slept before, to be watched by poll(2).
	hotStreak = 4
	hotRounds = 4
	// coldRounds without being ready park a connection.
	coldRounds = 64
	// acceptsPerRound bounds how long new connections keep the others waiting.
	acceptsPerRound = 64
	// acceptPause is how long accepting rests when the system is out of descriptors.
	acceptPause = 100 * time.Millisecond
)

func newLoop(s *Server) *loop {
	return &loop{server: s, engine: s.engine, fence: keyspace.NewFence()}
}

// run serves until the server is closed.
func (l *loop) run() error {
	defer l.shutDown()
	for !l.closing.Load() {
		l.direct.Store(l.engine.Limits().DirectWrite.Load())
		if l.harvest() {
			l.round++
			l.idle = 0
		} else if err := l.rest(); err != nil {
			return err
		}
		if err := l.exchange(); err != nil {
			return err
		}
		l.settle()
		l.sweep()
	}
	return nil
}

// harvest polls once, without waiting, and reports whether anything was ready. With no connection
// in the poll set sleep does as much, and waits if nothing is.
func (l *loop) harvest() bool {
	if len(l.hot) == 0 {
		return false
	}
	n, err := unix.Poll(l.polled, 0)
	if err != nil || n <= 0 {
		return false
	}
	l.dispatch(n)
	return true
}

// dispatch handles the n descriptors that poll(2) has found ready. A connection that is closed
// meanwhile leaves a hole, and a new one is added behind those that were polled, so that no event
// meets another connection than the one it was for.
func (l *loop) dispatch(n int) {
	polled := len(l.polled)
	for i := 0; i < l.base && n > 0; i++ {
		if l.polled[i].Revents != 0 {
			n--
			l.onBase(i)
		}
	}
	for i := l.base; i < polled && n > 0; i++ {
		events := l.polled[i].Revents
		if events == 0 {
			continue
		}
		n--
		if c := l.hot[i-l.base]; c != nil {
			c.ready = l.round
			c.handle(events)
		}
	}
}

// rest lets others run, and sleeps when nothing has been ready for a while.
func (l *loop) rest() error {
	if l.idle++; l.idle <= idleYields && len(l.hot) > 0 {
		runtime.Gosched()
		return nil
	}
	l.parkAll()
	l.asleep.Store(true)
	if l.pending() || l.closing.Load() {
		l.asleep.Store(false)
		return nil
	}
	waited, err := l.sleep()
	l.asleep.Store(false)
	l.round++
	if waited {
		l.slept = l.round
	}
	l.idle = 0
	return err
}

// pending reports whether the owner has posted connections.
func (l *loop) pending() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.posted) > 0
}

// post tells the loop that the owner has something for the connection.
//
// Safe for concurrent use.
func (l *loop) post(c *conn) {
	l.mu.Lock()
	l.posted = append(l.posted, c)
	l.mu.Unlock()
	if l.asleep.Load() && l.asleep.CompareAndSwap(true, false) {
		l.poller.wake()
	}
}

// exchange has the owner execute the round. When it returns the owner has executed, and flushed,
// every batch that does not block and whose output has not met a full socket.
func (l *loop) exchange() error {
	if len(l.subs) == 0 {
		return nil
	}
	err := l.engine.Round(l.subs, l.fence)
	clear(l.subs)
	l.subs = l.subs[:0]
	return err
}

// settle deals with what the owner has posted, and with the batches of the round that it has not
// finished.
func (l *loop) settle() {
	l.mu.Lock()
	l.posted, l.taken = l.taken[:0], l.posted
	l.mu.Unlock()
	for i, c := range l.taken {
		c.settle()
		l.taken[i] = nil
	}
	for i, c := range l.running {
		if c.inFlight && !c.closed {
			l.rearm(c)
		}
		l.running[i] = nil
	}
	l.running = l.running[:0]
}

// watch begins to watch a new connection.
func (l *loop) watch(c *conn) error {
	c.armed = c.interest()
	if !canPark {
		l.heat(c)
		return nil
	}
	return l.poller.add(c.fd, c.id, c.gen, c.armed)
}

// rearm brings up to date what a connection is watched for.
func (l *loop) rearm(c *conn) {
	events := c.interest()
	if events == c.armed {
		return
	}
	c.armed = events
	if c.slot != notPolled {
		l.polled[l.base+c.slot].Events = events
		return
	}
	if err := l.poller.modify(c.fd, c.id, c.gen, events); err != nil {
		l.close(c)
	}
}

// heat moves a connection into the poll set.
func (l *loop) heat(c *conn) {
	c.slot = len(l.hot)
	c.ready = l.round
	l.hot = append(l.hot, c)
	l.polled = append(l.polled, unix.PollFd{Fd: int32(c.fd), Events: c.armed})
}

// unheat takes a connection out of the poll set, which keeps a hole until the end of the round.
func (l *loop) unheat(c *conn) {
	l.hot[c.slot] = nil
	l.polled[l.base+c.slot].Fd = -1
	l.holes++
	c.slot = notPolled
}

// close ends a connection. The descriptor is closed at the end of the round, so that its number
// is not used again within it.
func (l *loop) close(c *conn) {
	if c.closed {
		return
	}
	c.closed = true
	c.mu.Lock()
	c.gone = true
	c.mu.Unlock()
	l.engine.Hangup(c.session)
	if c.slot != notPolled {
		l.unheat(c)
	}
	l.doomed = append(l.doomed, c)
	if !c.inFlight {
		c.in.drop(&l.pool)
	}
}

// sweep ends the round: descriptors of closed connections are closed, and the poll set is closed
// up and rid of connections that have gone cold.
func (l *loop) sweep() {
	if len(l.doomed) > 0 {
		for i, c := range l.doomed {
			l.bury(c)
			l.doomed[i] = nil
		}
		l.doomed = l.doomed[:0]
		l.admitAgain()
	}
	if canPark && l.round%coldRounds == 0 && l.idle == 0 {
		l.parkCold(coldRounds)
	}
	if l.holes > 0 {
		l.closeUp()
	}
}

// lingerReads bounds what is read and dropped before a connection that sent nonsense is closed.
const lingerReads = 16

// bury closes the descriptor. A connection that ends with an error has what it sent beyond read
// first: closing on unread input resets it, and the peer might miss the error.
func (l *loop) bury(c *conn) {
	if c.fatal {
		unix.Shutdown(c.fd, unix.SHUT_WR)
		b := l.pool.get(largestClass)
		for range lingerReads {
			if n, _ := unix.Read(c.fd, b); n <= 0 {
				break
			}
		}
		l.pool.put(b)
	}
	unix.Close(c.fd)
	l.conns[c.id] = nil
	l.freeIDs = append(l.freeIDs, c.id)
	l.open--
}

// closeUp removes the holes from the poll set. O(connections in it).
func (l *loop) closeUp() {
	to := 0
	for i, c := range l.hot {
		if c == nil {
			continue
		}
		c.slot = to
		l.hot[to] = c
		l.polled[l.base+to] = l.polled[l.base+i]
		to++
	}
	clear(l.hot[to:])
	l.hot, l.polled, l.holes = l.hot[:to], l.polled[:l.base+to], 0
}

// register gives a connection its id.
func (l *loop) register(c *conn) {
	l.gen++
	c.gen = l.gen
	l.open++
	if n := len(l.freeIDs); n > 0 {
		c.id = l.freeIDs[n-1]
		l.freeIDs = l.freeIDs[:n-1]
		l.conns[c.id] = c
		return
	}
	c.id = int32(len(l.conns))
	l.conns = append(l.conns, c)
}

// shutDown closes everything. Behind the last exchange the owner knows no connection any more.
func (l *loop) shutDown() {
	for _, c := range slices.Clone(l.conns) {
		if c != nil {
			l.close(c)
		}
	}
	l.engine.Round(nil, l.fence) // an engine that is closed makes no calls either
	l.settle()
	l.sweep()
	l.server.mu.Lock()
	defer l.server.mu.Unlock()
	l.server.front.closeListeners()
	l.poller.close()
	l.server.front.loop = nil
}
