package keyspace

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/dict"
	"github.com/ringer-kv/ringer/types/hash"
	"github.com/ringer-kv/ringer/types/list"
	"github.com/ringer-kv/ringer/types/set"
	"github.com/ringer-kv/ringer/types/zset"
)

// MaxBytes is all the data that an engine can hold.
const MaxBytes = arena.MaxBytes

// ErrMaxClients means that as many clients are connected as maxclients allows.
var ErrMaxClients = errors.New("max number of clients reached")

// ErrClosed means that the engine has been closed.
var ErrClosed = errors.New("keyspace: engine closed")

// Options configure an Engine. The zero value of each field but Commands, or Table in its place,
// is a good default.
//
// Owned by the keyspace goroutine. Until New it is the caller's.
type Options struct {
	Commands []*Spec
	Table    *Table  // Commands, compiled; nil: the engine compiles them
	Config   *Config // owned by the engine from New on; nil: the defaults
	Clock    Clock   // nil: the system's
	Seed     uint64  // of the random numbers and hashes, for tests; 0: a random one
	// ArenaBytes is the address space to reserve for data; 0: all that can be addressed.
	ArenaBytes int64
	// ScriptHeapBytes is how much a script may let the Go heap grow; 0: a gigabyte.
	ScriptHeapBytes int64
	Recorders       []Recorder
	Observers       []Observer
	// Prompt has a deadline pass when the clock shows it, and not in the millisecond after it, as
	// in Redis: on a clock that a test moves, that would be one step too late.
	Prompt bool
	// Cluster has INFO and HELLO say that the server is a node of a cluster. What that means is for
	// the Interceptor to see to.
	Cluster bool
	// Interceptor sees each command of a client first; nil in a server that is no test's.
	Interceptor Interceptor
	// Log takes the server's log lines; nil drops them.
	Log func(level LogLevel, text string)
	// Background is called by the worker before it begins a job, with true, and after the last one
	// that there is: a server that runs on one processor may give it a second one meanwhile.
	Background func(busy bool)
	// Apply is called by the worker when CONFIG SET changes parameters that a front end has to take
	// up: listening addresses, certificates. It does so, or changes nothing and says why not; next
	// is the configuration to come. nil: such parameters can't be changed.
	Apply func(next *Config, names []string) *ApplyError
	// Shutdown is called, once, in a goroutine of its own, when a client asks for SHUTDOWN.
	Shutdown func()
}

// LogLevel is the level of a log line, as in redis.conf's loglevel.
type LogLevel uint8

// The log levels, from the least important one.
const (
	LogDebug LogLevel = iota
	LogVerbose
	LogNotice
	LogWarning
)

// Engine owns the data of one server: the goroutine that it starts is the only one that touches
// databases, sessions and configuration. Its exported methods are the door to that goroutine.
//
// Safe for concurrent use.
type Engine struct {
	queue  *queue
	limits Limits
	lastID atomic.Int64
	open   atomic.Int64 // sessions that are open or being opened
	closed atomic.Bool
	done   chan struct{} // closed when the owner has ended
	// closers are the front ends that wait for their batches to end: see Closing.
	closers atomic.Int32

	// What follows is the owner's.
	round     *event // the rest of the round
	options   Options
	config    *Config
	clock     Clock
	timer     Timer
	timerAtMs int64       // when the timer will go off; 0: not set
	pacer     *time.Timer // ends a pause in idle work, on the system's clock
	rang      atomic.Bool // the timer has gone off; set by the timer
	nowMs     int64
	dueMs     int64 // deadlines before it have passed
	promptMs  int64 // 1 if Options.Prompt
	lruClock  uint32
	touch     touchMode

	freshClock uint32 // the access clock of a new key
	evict      evictor
	clients    clientsState
	peaks      clientPeaks

	rand      *rand.Rand
	seed      dict.Seed
	arena     *arena.Arena // of space
	space     *space
	retired   int // spaces that are not unmapped yet
	dbs       []*DB
	table     *Table
	commands  map[string]*Spec // by the names that clients use: see rename
	specs     []*Spec          // those that can be called
	counts    []CommandStats   // by Spec.id
	access    access
	names     [nameCacheSize]cachedName
	ahead     window
	ctx       Ctx
	scratch   []byte // the output buffer that is passed from session to session
	sessions  sessionList
	dirtyList []*Session // sessions with output outside of a batch
	blocked   int        // sessions that wait for keys
	timeouts  timeouts   // those with a deadline
	readyKeys []*waitQueue
	unblocked []*Session // to go on with their batches

	serving       *Session // whose batch runs
	running       *Session // whose command runs
	afterReply    []func() // pushes to running
	elementAt     int      // where the reply of the running command of a transaction begins
	saidTo        int      // where what a transaction sends ends, in spite of CLIENT REPLY
	unit          unit     // of the transaction that runs
	queuedBytes   int64    // in the transactions of all sessions
	watches       int      // of all sessions
	interest      interest // who is to be told of changes
	topics        [topicKinds]topics
	tracking      tracking
	encoders      [reply.Encodings]reply.Writer // of messages
	channelName   []byte                        // of the event that is being published
	cutOff        []*Session                    // to be cut off at the end of the round
	dirty         int64                         // changes since the start
	stats         Stats
	info          infoState
	shutdownAsked bool
	httpWarnedMs  int64 // when an attack was logged last
	interceptor   Interceptor
	observers     []Observer
	recorders     []Recorder
	recordArgs    [][]byte // of Ctx.Record
	digits        []byte   // of Ctx.Digits
	longestName   int      // of a command, if any has been renamed
	watch         stopwatch
	lastMark      int64 // the last boundary between commands; see timing.go
	expireFrom    int64 // when expiry has found something to do, if it has
	expiring      bool
	tracksTimes   bool  // latency-tracking
	slowNs        int64 // what takes as long goes to the slow log or the latency monitor
	slowLog       slowLog
	latency       latencyMonitor
	monitors      []*Session
	pause         pause
	worker        *worker
	image         []byte // what DEBUG RELOAD has saved
	scripts       scriptState
	functions     functionState
	stopping      bool
	startMs       int64
	runID         string
}

// New makes an engine and starts its owner goroutine, which ends with Close.
func New(o Options) (*Engine, error) {
	if o.Clock == nil {
		o.Clock = systemClock{}
	}
	if o.Background == nil {
		o.Background = func(bool) {}
	}
	if o.Config == nil {
		o.Config = NewConfig()
	}
	e := &Engine{
		queue: newQueue(), done: make(chan struct{}), options: o, config: o.Config,
		clock: o.Clock, seed: hashSeed(o.Seed),
		rand:      newRand(o.Seed),
		observers: o.Observers, recorders: o.Recorders, interceptor: o.Interceptor,
		watch: newStopwatch(o.Clock),
	}
	e.ctx.Engine, e.ctx.Rand = e, e.rand
	var err error
	if e.table = o.Table; e.table == nil {
		if e.table, err = NewTable(o.Commands); err != nil {
			return nil, err
		}
	}
	e.counts = make([]CommandStats, e.table.size)
	if err = e.rename(); err != nil {
		return nil, err
	}
	if err = e.setUpAccess(); err != nil {
		return nil, err
	}
	if e.space, err = e.newSpace(); err != nil {
		return nil, fmt.Errorf("keyspace: %w", err)
	}
	e.arena = e.space.arena
	e.runID = e.randomHex(40)
	e.dbs = make([]*DB, e.config.Databases)
	for i := range e.dbs {
		e.dbs[i] = newDB(e, i)
	}
	if o.Prompt {
		e.promptMs = 1
	}
	e.setInterest(interestObserved, len(e.observers) > 0)
	e.worker = newWorker(e)
	e.applyLimits()
	e.readClock()
	e.watch.calibrate()
	e.startMs = e.nowMs
	e.startInfo()
	go e.run()
	return e, nil
}

// newRand is the source of the engine's random numbers.
func newRand(seed uint64) *rand.Rand {
	if seed == 0 {
		return rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	}
	return rand.New(rand.NewPCG(seed, seed))
}

// goldenRatio is 2^64 divided by it: a factor that spreads low bits over the high ones. Knuth,
// volume 3, 6.4.
const goldenRatio = 0x9E3779B97F4A7C15

// hashSeed is the seed of the tables. With a seed given, the hash is one that comes out the same
// in every process, so that a test sees the same order of keys; it is not safe against floods.
func hashSeed(seed uint64) dict.Seed {
	if seed == 0 {
		return dict.MakeSeed()
	}
	return dict.SeedFunc(func(key []byte) uint32 {
		h := fnv.New64a()
		var s [8]byte
		binary.LittleEndian.PutUint64(s[:], seed)
		h.Write(s[:])
		h.Write(key)
		sum := h.Sum64()
		return uint32(sum * goldenRatio >> 32) // FNV alone leaves the high bits poor
	})
}

// Close ends the owner goroutine, which gives the memory back. Connections must be closed before,
// by the front ends; what is still submitted after it is never executed.
func (e *Engine) Close() error {
	if e.closed.Swap(true) {
		return ErrClosed
	}
	e.Closing(true)
	e.queue.push(&event{kind: eventNow, run: func() { e.stopping = true }})
	<-e.done
	return nil
}

// Do runs fn in the owner goroutine and returns when it has run. fn may use everything that is
// owned by the keyspace goroutine. While a script runs it waits.
func (e *Engine) Do(fn func()) error { return e.do(eventRun, fn) }

// DoAmidst is Do that does not wait for the end of a script that takes too long: fn may run between
// the commands of one. It must change no data then, which Call takes care of.
func (e *Engine) DoAmidst(fn func()) error { return e.do(eventNow, fn) }

func (e *Engine) do(kind eventKind, fn func()) error {
	ran := make(chan struct{})
	e.queue.push(&event{kind: kind, run: func() { fn(); close(ran) }})
	select {
	case <-ran:
		return nil
	case <-e.done:
		return ErrClosed
	}
}

// Open makes the session of a new connection.
func (e *Engine) Open(c Conn, info ConnInfo) (*Session, error) {
	if e.closed.Load() {
		return nil, ErrClosed
	}
	if e.open.Add(1) > e.limits.MaxClients.Load() {
		e.open.Add(-1)
		e.limits.Rejected.Add(1)
		return nil, ErrMaxClients
	}
	s := &Session{engine: e, conn: c, info: info, id: e.lastID.Add(1), w: info.Writer}
	e.queue.push(&event{kind: eventOpen, s: s})
	return s, nil
}

// Submit hands a batch of the session over to the owner. It does not block.
func (e *Engine) Submit(s *Session, b *Batch) {
	b.ev = event{kind: eventBatch, s: s, b: b}
	e.queue.push(&b.ev)
}

// Submission is one batch of many that are handed over together.
//
// Owned by the keyspace goroutine. Until Round it is the caller's.
type Submission struct {
	Session *Session
	Batch   *Batch
}

// Fence is a place in the queue that a front end waits for, again and again.
//
// Safe for concurrent use. One Round at a time may wait for it.
type Fence struct {
	ev     event
	passed chan struct{}
}

// NewFence makes a fence.
func NewFence() *Fence {
	f := &Fence{passed: make(chan struct{}, 1)}
	f.ev = event{kind: eventNow, run: func() { f.passed <- struct{}{} }}
	return f
}

// Round hands batches of several sessions over with one push, and returns when the owner has
// executed and flushed all of them that do not block and whose output has not met a full socket.
func (e *Engine) Round(all []Submission, f *Fence) error {
	newest := &f.ev
	var older *event
	for _, sub := range all {
		sub.Batch.ev = event{kind: eventBatch, s: sub.Session, b: sub.Batch, next: older}
		older = &sub.Batch.ev
	}
	oldest := newest
	if len(all) > 0 {
		newest.next, oldest = older, &all[0].Batch.ev
	}
	e.queue.pushChain(newest, oldest)
	select {
	case <-f.passed:
		return nil
	case <-e.done:
		return ErrClosed
	}
}

// Hangup tells that the connection of the session is gone. It must be called exactly once for
// each session; a batch in flight is still reported done.
func (e *Engine) Hangup(s *Session) {
	e.open.Add(-1) // its place is free from now on
	e.queue.push(&event{kind: eventHangup, s: s})
}

// OpenSessions is how many sessions are open or being opened, as it is compared with maxclients.
func (e *Engine) OpenSessions() int64 { return e.open.Load() }

// PeerClosed tells that the peer of a session has closed its half of the connection: it sends
// nothing more, but may still read. What it has sent is executed and replied; a command that
// waits, or comes to wait, for a key ends the session, as nobody could tell a client that waits
// from one that is gone. It may be called again, and not after Hangup.
func (e *Engine) PeerClosed(s *Session) {
	e.queue.push(&event{kind: eventPeerClosed, s: s})
}

// run is the owner goroutine.
func (e *Engine) run() {
	defer close(e.done)
	for !e.stopping {
		if e.round == nil {
			e.round = e.queue.take()
		}
		if e.round == nil {
			e.wait()
			e.readClock()
			e.endRound()
			continue
		}
		e.readClock()
		for e.round != nil {
			ev := e.round
			e.round = ev.next // the event may be queued again as soon as it has been handled
			e.handle(ev)
		}
		e.endRound()
	}
	e.shutDown()
}

// endRound does what is due by the clock, or was left until all events have been dealt with.
func (e *Engine) endRound() {
	e.endWaits()
	e.endPause()
	e.tendClients()
	e.resume()
	e.expire()
	e.sendPushes()
	if ready := e.arena.Ahead(); ready != nil {
		e.worker.do(ready)
	}
}

// readClock reads the clock for the commands of a round.
func (e *Engine) readClock() {
	e.nowMs = e.clock.Now().UnixMilli()
	e.dueMs = e.nowMs + e.promptMs
	e.tickClock()
	e.tickEviction()
	e.sampleRates()
}

// idleYields is how often the owner lets others run before it goes to sleep: the goroutines that
// have just been made ready fill the queue meanwhile, which makes batches of rounds. Measured.
const idleYields = 2

// wait returns when there may be something to do.
func (e *Engine) wait() {
	for range idleYields {
		runtime.Gosched()
		if !e.queue.empty() {
			return
		}
	}
	more := e.idleWork()
	if more {
		e.pace()
	} else if e.armTimer() {
		return
	}
	q := e.queue
	q.asleep.Store(true)
	if (!q.empty() || e.timerFired()) && q.asleep.CompareAndSwap(true, false) {
		return
	}
	<-q.wake
}

// pace sets the pacer, so that idle work goes on after a pause.
func (e *Engine) pace() {
	if e.rang.Swap(false) {
		e.timerAtMs = 0
	}
	if e.pacer == nil {
		e.pacer = time.AfterFunc(idlePause, e.ring)
		return
	}
	e.pacer.Reset(idlePause)
}

// timerFired reports whether the timer has gone off, or may have since the clock was read, when the
// owner did not sleep yet and was not roused by it.
func (e *Engine) timerFired() bool {
	return e.rang.Load() ||
		e.timerAtMs > e.nowMs && e.clock.Now().UnixMilli() >= e.timerAtMs
}

// ring is what the timer calls.
func (e *Engine) ring() {
	e.rang.Store(true)
	e.queue.rouse()
}

// longestSleepMs bounds the time that the timer is set to: what is due may be further away than a
// time.Duration reaches.
const longestSleepMs = 24 * 3600 * 1000

// armTimer makes sure that the owner wakes for what is due by the clock. It reports whether
// something is due already. A timer that has gone off is set again, whatever the clock says: the
// two need not agree, as the clock may be set back, or slowed down.
func (e *Engine) armTimer() bool {
	if e.rang.Swap(false) {
		e.timerAtMs = 0
	}
	due := e.nextDueMs()
	if due == 0 || (e.timerAtMs > e.nowMs && e.timerAtMs <= due) {
		return false
	}
	if due <= e.nowMs {
		return true
	}
	due = min(due, e.nowMs+longestSleepMs)
	e.timerAtMs = due
	for {
		now := e.clock.Now().UnixMilli()
		if due <= now {
			return true
		}
		e.setTimer(time.Duration(due-now) * time.Millisecond)
		if e.clock.Now().UnixMilli() == now { // else a clock that a test moves may have moved
			return false
		}
	}
}

// setTimer has the timer go off after d.
func (e *Engine) setTimer(d time.Duration) {
	if e.timer == nil {
		e.timer = e.clock.AfterFunc(d, e.ring)
		return
	}
	e.timer.Reset(d)
}

// handle deals with one event.
func (e *Engine) handle(ev *event) {
	switch ev.kind {
	case eventBatch:
		e.startBatch(ev.s, ev.b)
	case eventOpen:
		e.openSession(ev.s)
	case eventDrained:
		e.drained(ev.s)
	case eventHangup:
		e.hangup(ev.s)
	case eventPeerClosed:
		e.peerClosed(ev.s)
	case eventRun, eventNow:
		ev.run()
	}
}

// shutDown gives back what the engine holds.
func (e *Engine) shutDown() {
	if e.timer != nil {
		e.timer.Stop()
	}
	if e.pacer != nil {
		e.pacer.Stop()
	}
	e.worker.stop()
	for _, ev := range [...]*event{e.round, e.queue.take()} {
		for ; ev != nil; ev = ev.next {
			if ev.kind == eventRun { // what the worker has brought back
				ev.run()
			}
		}
	}
	if err := e.arena.Close(); err != nil {
		e.log(LogWarning, "Unmapping the data: "+err.Error())
	}
}

// Log writes a line to the server's log.
func (e *Engine) Log(level LogLevel, text string) { e.log(level, text) }

func (e *Engine) log(level LogLevel, text string) {
	if e.options.Log != nil {
		e.options.Log(level, text)
	}
}

// randomHex is a random string of hexadecimal digits.
func (e *Engine) randomHex(digits int) string {
	b := make([]byte, digits)
	for i := range b {
		b[i] = "0123456789abcdef"[e.rand.IntN(16)]
	}
	return string(b)
}

// Limits are the settings that front ends read without asking the owner.
//
// Safe for concurrent use.
type Limits struct {
	MaxBulkBytes     atomic.Int64 // proto-max-bulk-len
	QueryBufferBytes atomic.Int64 // client-query-buffer-limit
	MaxClients       atomic.Int64
	KeepAliveSeconds atomic.Int64 // tcp-keepalive; 0: off
	AuthRequired     atomic.Bool  // default has a password or is off: small limits before AUTH
	Protected        atomic.Bool  // protected-mode is in force: default has no password
	DirectWrite      atomic.Bool  // the owner writes replies itself
	Rejected         atomic.Int64
	LogLevel         atomic.Int32 // lines below it are not logged
}

// Limits is the settings that front ends read.
func (e *Engine) Limits() *Limits { return &e.limits }

// applyLimits publishes the settings that front ends and value types read.
func (e *Engine) applyLimits() {
	c := e.config
	e.setInterest(interestEvents, c.NotifyEvents&(notifyKeyspace|notifyKeyevent) != 0)
	e.limits.MaxBulkBytes.Store(c.ProtoMaxBulkLen)
	e.limits.QueryBufferBytes.Store(c.ClientQueryBufferLimit)
	e.limits.MaxClients.Store(int64(c.MaxClients))
	e.readAccess()
	e.space.zset.Limits = zset.Limits{
		MaxEntries: c.ZsetMaxListpackEntries, MaxValueBytes: c.ZsetMaxListpackValue,
	}
	e.space.list.Limits = list.Limits{
		Fill: c.ListMaxListpackSize, PlainBytes: c.PackedThreshold,
	}
	e.space.set.Limits = set.Limits{MaxIntsetEntries: c.SetMaxIntsetEntries}
	e.space.hash.Limits = hash.Limits{
		MaxEntries: c.HashMaxListpackEntries, MaxValueBytes: c.HashMaxListpackValue,
	}
	e.slowNs, e.tracksTimes = slowThreshold(c), c.LatencyTracking
	e.slowLog.trim(c.SlowlogMaxLen)
	e.applyTouch()
	e.applyEviction()
	e.space.stream.Limits = c.streamLimits()
	e.applyClients()
	e.limits.KeepAliveSeconds.Store(int64(c.TCPKeepAlive))
	e.limits.LogLevel.Store(int32(c.LogLevel))
	e.limits.DirectWrite.Store(runtime.GOMAXPROCS(0) <= directWriteCores)
}

// directWriteCores is the number of cores up to which the owner writes replies itself: waking the
// connection's goroutine for it costs more than the write. Measured on 2 cores.
const directWriteCores = 3

// Authenticated reports whether the session may use more than the small limits before AUTH.
//
// Safe for concurrent use.
func (s *Session) Authenticated() bool { return s.authenticated.Load() }

// UsedBytes is what the data takes up: the live blocks of the arena and the expiry heaps.
func (e *Engine) UsedBytes() int64 {
	used := int64(0)
	e.Do(func() { used = e.usedBytes() })
	return used
}

func (e *Engine) usedBytes() int64 {
	return e.arena.UsedBytes() + e.indexBytes()
}

// indexBytes is what the heaps of deadlines take.
func (e *Engine) indexBytes() int64 {
	n := 0
	for _, db := range e.dbs {
		n += db.expires.BytesUsed() + db.fields.BytesUsed()
	}
	return int64(n)
}
