package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

const (
	readBufferBytes = 256 << 10
	// housekeeping is how often a loop without events looks at its deadlines.
	housekeeping = 20 * time.Millisecond
	// stallLimit is how long requests may stay unanswered before a run fails.
	stallLimit = 30 * time.Second
)

// plan is the load that one loop is to make.
type plan struct {
	target   target
	fds      []int // the connections
	pipeline int
	count    uint64        // requests after the warm-up; 0: until duration ends
	duration time.Duration // after the warm-up; 0: until count is reached
	warmup   time.Duration
	rate     float64 // requests/s; 0: closed loop
	source   source
	done     *atomic.Uint64 // replies so far, for the progress line
	stop     *atomic.Bool   // set by another goroutine to end early; may be nil
}

// outcome is what a run, or one loop of it, has seen after its warm-up.
type outcome struct {
	replies    uint64
	errorCount uint64
	firstError string
	elapsed    time.Duration
	latency    histogram
	clientBusy float64 // CPU time of the loop per second
	unsent     uint64  // due under a fixed rate, but not sent when the run ended
}

// conn is one connection. It has at most one batch on its way.
type conn struct {
	fd       int
	batch    []byte // as the source's last fill made it
	unsent   []byte // the end of batch that the socket has not taken yet
	inflight int    // replies still to come
	sentNs   int64  // when the batch on its way was sent, or was meant to be
	due      int    // fixed rate: batches whose time has come and that still wait
	firstDue int64  // fixed rate: the number of the first of them
	index    int
	blocked  bool // unsent waits for room
	scanner  scanner
}

// loop drives its connections from one goroutine, locked to its thread.
type loop struct {
	plan
	poller  poller
	conns   []conn
	buf     []byte
	started time.Time

	nowNs      int64
	measuring  bool
	measureNs  int64 // when the measured part began
	endNs      int64 // when to stop issuing
	lastNs     int64 // the last reply
	aliveNs    int64 // the last reply or sending
	issued     uint64
	limit      uint64 // issued never passes it
	inflight   uint64
	ticks      int64   // fixed rate: batches whose time has come so far
	intervalNs float64 // fixed rate: between two of them
	errorsAt   uint64  // errors before the measured part
	cpuAt      time.Duration
	out        outcome
}

// runLoop makes the load of p and returns what it saw.
func runLoop(p plan) (*outcome, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	poller, err := newPoller()
	if err != nil {
		return nil, fmt.Errorf("poller: %w", err)
	}
	defer poller.close()
	l, err := newLoop(p, poller)
	if err != nil {
		return nil, err
	}
	if err := l.run(); err != nil {
		return nil, err
	}
	return l.finish(), nil
}

// newLoop gets the connections of p ready.
func newLoop(p plan, poller poller) (*loop, error) {
	l := &loop{
		plan: p, poller: poller,
		conns: make([]conn, len(p.fds)), buf: make([]byte, readBufferBytes),
		started: time.Now(), endNs: math.MaxInt64, limit: math.MaxUint64,
	}
	for i, fd := range p.fds {
		l.conns[i] = conn{fd: fd, index: i, scanner: newScanner(p.target.Proto)}
		if err := poller.add(fd, i); err != nil {
			return nil, fmt.Errorf("watch a connection: %w", err)
		}
	}
	if p.rate > 0 {
		l.intervalNs = float64(p.pipeline) / p.rate * 1e9
	}
	return l, nil
}

// clock reads the time, in ns since the loop started.
func (l *loop) clock() int64 { return int64(time.Since(l.started)) }

// run issues until the plan is fulfilled and every reply has come.
func (l *loop) run() error {
	if l.warmup == 0 {
		l.beginMeasuring()
	}
	if l.rate == 0 {
		if err := l.sendAll(); err != nil {
			return err
		}
	}
	for !l.finished() {
		events, err := l.poller.wait(l.timeout())
		if err != nil {
			return fmt.Errorf("wait for readiness: %w", err)
		}
		l.nowNs = l.clock()
		for i := range events {
			if err := l.serve(&events[i]); err != nil {
				return err
			}
		}
		if err := l.housekeep(len(events) == 0); err != nil {
			return err
		}
	}
	return nil
}

// finished tells whether nothing is left to send or to wait for. What a fixed
// rate owes but could not send is reported, not sent after the end.
func (l *loop) finished() bool {
	return l.inflight == 0 && l.measuring && l.over()
}

// over tells whether the time to issue requests has passed.
func (l *loop) over() bool { return l.nowNs >= l.endNs || l.issued >= l.limit }

// timeout returns how long the next wait may last: until the next batch is due.
func (l *loop) timeout() time.Duration {
	if l.rate == 0 || l.over() {
		return housekeeping
	}
	wait := l.dueNs(l.ticks) - l.clock()
	return min(max(time.Duration(wait), 0), housekeeping)
}

// housekeep does what depends on time alone, once per wait.
func (l *loop) housekeep(idle bool) error {
	if idle && l.nowNs-l.aliveNs > int64(stallLimit) && l.inflight > 0 {
		return fmt.Errorf("%d requests not answered for %v", l.inflight, stallLimit)
	}
	if !l.measuring && l.nowNs >= int64(l.warmup) {
		l.beginMeasuring()
	}
	if l.stop != nil && l.stop.Load() {
		l.endNs = min(l.endNs, l.nowNs)
	}
	if l.rate == 0 {
		return nil
	}
	return l.tick()
}

// beginMeasuring forgets the warm-up and sets where the measured part ends.
func (l *loop) beginMeasuring() {
	l.measuring, l.measureNs = true, l.nowNs
	l.cpuAt = threadCPU()
	l.out.latency.reset()
	l.errorsAt, _ = l.failures()
	if l.duration > 0 {
		l.endNs = l.nowNs + int64(l.duration)
	}
	if l.count > 0 {
		l.limit = l.issued - l.inflight + l.count // what is on its way counts
	}
}

// owed returns how many requests a fixed rate has called for so far.
func (l *loop) owed() uint64 { return uint64(l.ticks) * uint64(l.pipeline) }

// dueNs returns when batch number k of a fixed rate is to be sent.
func (l *loop) dueNs(k int64) int64 { return int64(float64(k) * l.intervalNs) }

// tick hands the batches whose time has come to their connections, in turn.
func (l *loop) tick() error {
	for !l.over() && l.owed() < l.limit && l.dueNs(l.ticks) <= l.nowNs {
		c := &l.conns[l.ticks%int64(len(l.conns))]
		if c.due == 0 {
			c.firstDue = l.ticks
		}
		c.due++
		l.ticks++
		if err := l.send(c); err != nil {
			return err
		}
	}
	return nil
}

func (l *loop) sendAll() error {
	for i := range l.conns {
		l.nowNs = l.clock()
		if err := l.send(&l.conns[i]); err != nil {
			return err
		}
	}
	return nil
}

// send puts the next batch of c on its way, if c is free and one is owed. Under
// a fixed rate its time of sending is the one that was meant, however late it is.
func (l *loop) send(c *conn) error {
	if c.inflight > 0 || l.over() {
		return nil
	}
	c.sentNs = l.nowNs
	if l.rate > 0 {
		if c.due == 0 {
			return nil
		}
		c.sentNs = l.dueNs(c.firstDue)
		c.firstDue += int64(len(l.conns))
		c.due--
	}
	n := int(min(uint64(l.pipeline), l.limit-l.issued))
	l.issued += uint64(n)
	l.inflight += uint64(n)
	c.inflight = n
	c.batch = l.source.fill(c.batch, n)
	c.unsent = c.batch
	l.aliveNs = l.nowNs
	return l.flush(c)
}

// flush writes until the socket takes no more.
func (l *loop) flush(c *conn) error {
	for len(c.unsent) > 0 {
		n, err := unix.Write(c.fd, c.unsent)
		if errors.Is(err, unix.EAGAIN) {
			break
		}
		if err != nil && !errors.Is(err, unix.EINTR) {
			return fmt.Errorf("write: %w", err)
		}
		c.unsent = c.unsent[max(n, 0):]
	}
	if blocked := len(c.unsent) > 0; blocked != c.blocked {
		c.blocked = blocked
		l.poller.wantWrite(c.index, blocked)
	}
	return nil
}

// serve handles the readiness of one connection.
func (l *loop) serve(e *event) error {
	c := &l.conns[e.conn]
	if e.writable && c.blocked {
		if err := l.flush(c); err != nil {
			return err
		}
	}
	if !e.readable {
		return nil
	}
	l.nowNs = l.clock()
	if err := l.receive(c, e.hangup); err != nil {
		return err
	}
	return l.send(c)
}

// receive reads until the socket is drained and counts the replies, which all
// take the time of this readiness. A short read tells that it is drained, except
// after a hang-up, whose end of file no further event would report.
func (l *loop) receive(c *conn, hangup bool) error {
	for {
		n, err := unix.Read(c.fd, l.buf)
		switch {
		case errors.Is(err, unix.EAGAIN):
			return nil
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return fmt.Errorf("read: %w", err)
		case n == 0:
			return fmt.Errorf("the server closed the connection: %w", io.ErrUnexpectedEOF)
		}
		replies, err := c.scanner.scan(l.buf[:n])
		if err != nil {
			return fmt.Errorf("reply stream: %w", err)
		}
		if err := l.account(c, replies); err != nil {
			return err
		}
		if n < len(l.buf) && !hangup {
			return nil
		}
	}
}

// account books replies that have come on c.
func (l *loop) account(c *conn, replies int) error {
	if replies == 0 {
		return nil
	}
	if replies > c.inflight {
		return fmt.Errorf("%d replies to %d requests", replies, c.inflight)
	}
	c.inflight -= replies
	l.inflight -= uint64(replies)
	l.lastNs, l.aliveNs = l.nowNs, l.nowNs
	if l.measuring {
		l.out.replies += uint64(replies)
		l.out.latency.recordN(l.nowNs-c.sentNs, uint64(replies))
	}
	if l.done != nil {
		l.done.Add(uint64(replies))
	}
	return nil
}

// failures sums the error replies over all connections.
func (l *loop) failures() (count uint64, first string) {
	for i := range l.conns {
		n, text := l.conns[i].scanner.failures()
		if count == 0 {
			first = text
		}
		count += n
	}
	return count, first
}

// finish closes the books. A request that a fixed rate owed and that was never
// sent has waited from its time until now, so it counts with that much: leaving
// it out would be the very omission that the fixed rate is there to avoid. A
// count that was reached leaves nothing owed: what fell due behind it, while a
// backlog of the warm-up went first, is no part of the plan.
func (l *loop) finish() *outcome {
	for i := range l.conns {
		c := &l.conns[i]
		for l.issued < l.limit && c.due > 0 {
			c.due--
			l.out.latency.recordN(l.nowNs-l.dueNs(c.firstDue), uint64(l.pipeline))
			l.out.unsent += uint64(l.pipeline)
			c.firstDue += int64(len(l.conns))
		}
	}
	count, first := l.failures()
	l.out.errorCount, l.out.firstError = count-l.errorsAt, first
	l.out.elapsed = time.Duration(max(l.lastNs-l.measureNs, 1))
	l.out.clientBusy = (threadCPU() - l.cpuAt).Seconds() / l.out.elapsed.Seconds()
	return &l.out
}
