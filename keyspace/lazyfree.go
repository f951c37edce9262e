package keyspace

import (
	"runtime"

	"github.com/ringer-kv/ringer/types/arena"
	"github.com/ringer-kv/ringer/types/dict"
	"github.com/ringer-kv/ringer/types/hash"
	"github.com/ringer-kv/ringer/types/list"
	"github.com/ringer-kv/ringer/types/set"
	"github.com/ringer-kv/ringer/types/stream"
	"github.com/ringer-kv/ringer/types/zset"
)

// lazyFreeElements is the size from which a value is freed in the background. Redis:
// LAZYFREE_THRESHOLD.
const lazyFreeElements = 64

// lazyFreeBytes is the size from which the block of a string or listpack is: giving its pages
// back to the system takes time.
const lazyFreeBytes = 256 << 10

// worker frees large objects that the owner has let go of, and closes arenas. It starts with the
// first job and ends with the engine.
//
// Safe for concurrent use.
type worker struct {
	engine  *Engine
	jobs    *queue
	started bool
	done    chan struct{}
	ended   bool
	stopped bool // the owner's: the goroutine is gone
}

func newWorker(e *Engine) *worker {
	return &worker{engine: e, jobs: newQueue(), done: make(chan struct{})}
}

// do runs job in the background.
func (w *worker) do(job func()) {
	if w.stopped {
		job()
		return
	}
	if !w.started {
		w.started = true
		go w.run()
	}
	w.jobs.push(&event{run: job})
}

func (w *worker) run() {
	defer close(w.done)
	background := w.engine.options.Background
	for !w.ended {
		if ev := w.jobs.take(); ev != nil {
			background(true)
			for ; ev != nil; ev = ev.next {
				ev.run()
			}
			background(false)
		}
		w.jobs.asleep.Store(true)
		if !w.jobs.empty() && w.jobs.asleep.CompareAndSwap(true, false) {
			continue
		}
		if !w.ended {
			<-w.jobs.wake
		}
	}
}

// stop ends the worker after the jobs that it has.
func (w *worker) stop() {
	if w.started {
		w.do(func() { w.ended = true })
		<-w.done
	}
	w.stopped = true
}

// space is an arena with what the worker still holds of it.
//
// Owned by the keyspace goroutine.
type space struct {
	arena   *arena.Arena
	zset    zset.Env
	list    list.Env
	set     set.Env
	hash    hash.Env
	stream  stream.Env
	pending int  // chains that have not come back
	retired bool // by FLUSHALL: to be closed when the last chain is back

	pendingBytes   int64 // what these chains will give back, as far as it is known
	pendingFlushes int   // those of which it is not known: whole databases
}

// newSpace makes the data's memory, empty.
func (e *Engine) newSpace() (*space, error) {
	a, err := arena.New(arena.Options{ReserveBytes: e.options.ArenaBytes})
	if err != nil {
		return nil, err
	}
	return &space{
		arena:  a,
		zset:   zset.Env{Arena: a, Seed: e.seed},
		set:    set.Env{Arena: a, Seed: e.seed},
		hash:   hash.Env{Arena: a, Seed: e.seed},
		list:   list.Env{Arena: a},
		stream: stream.Env{Arena: a},
	}, nil
}

// free frees what walk passes to the chain, in the background: so many bytes, 0 if that is not
// known. walk must touch nothing but memory that nobody can reach any more.
func (e *Engine) free(sizeBytes int, walk func(c *arena.Chain)) {
	sp := e.space
	sp.pending++
	sp.pendingBytes += int64(sizeBytes)
	if sizeBytes == 0 {
		sp.pendingFlushes++
	}
	chain := sp.arena.NewChain()
	chain.PauseWith(runtime.Gosched)
	e.worker.do(func() {
		walk(chain)
		e.queue.push(&event{kind: eventRun, run: func() {
			sp.arena.Splice(chain)
			sp.pending--
			sp.pendingBytes -= int64(sizeBytes)
			if sizeBytes == 0 {
				sp.pendingFlushes--
			}
			e.stats.LazyFreed++
			e.closeIfRetired(sp)
		}})
	})
}

// maxRetired is how many spaces may wait to be unmapped. Each takes 32 GiB of addresses, of which a
// process has 128 TiB, so clients that flush faster than the worker unmaps could use them up.
const maxRetired = 8

// closeIfRetired unmaps a space that nobody uses any more, in the background.
func (e *Engine) closeIfRetired(sp *space) {
	if !sp.retired || sp.pending > 0 {
		return
	}
	e.worker.do(func() {
		err := sp.arena.Close()
		e.queue.push(&event{kind: eventRun, run: func() {
			e.retired--
			if err != nil {
				e.log(LogWarning, "Unmapping flushed data: "+err.Error())
			}
		}})
	})
}

// release frees an entry that is in no table any more, a large value in the background.
func (e *Engine) release(en Entry) {
	if en.Type() == TypeString {
		if en.Encoding() == EncRawBlob {
			e.releaseBlock(en.blobBlock())
		}
	} else {
		e.releaseObject(en)
	}
	e.arena.Free(en.ref, en.bytes())
}

// blobBlock is the block of a large string.
func (e Entry) blobBlock() (arena.Ref, int) {
	ref, _, room := e.blob()
	return ref, room
}

// releaseBlock frees one block.
func (e *Engine) releaseBlock(ref arena.Ref, size int) {
	if size < lazyFreeBytes {
		e.arena.Free(ref, size)
		return
	}
	e.free(arena.ClassSize(size), func(c *arena.Chain) { c.Free(ref, size) })
}

// Flush empties the database; its memory comes back in the background. O(1), but for the keys that
// are watched.
func (db *DB) Flush() {
	db.touchAll(nil)
	db.engine.tellFlushed()
	db.flush()
}

// flush is Flush without a word to anybody.
func (db *DB) flush() {
	e := db.engine
	if db.table.Len() == 0 {
		return
	}
	e.dirty += int64(db.table.Len())
	table, sp := db.table, e.space
	db.table = dict.Table{}
	db.expires.Reset()
	db.resetFields()
	db.signalAll()
	e.free(0, func(c *arena.Chain) { freeTable(sp, &table, c) })
}

// freeTable frees all entries of a detached table, their values and the table itself.
func freeTable(sp *space, t *dict.Table, c *arena.Chain) {
	a := sp.arena
	db := &DB{arena: a}
	t.Each(a, func(r arena.Ref) bool {
		en := db.at(r)
		if en.Type() == TypeString {
			if en.Encoding() == EncRawBlob {
				c.Free(en.blobBlock())
			}
		} else {
			en.freeObject(sp, c)
		}
		c.Free(r, en.bytes())
		return true
	})
	t.FreeTo(c.Free)
}

// FlushAll empties all databases at once: the data moves to a new arena, and the old one is
// unmapped in the background. While enough old ones wait for that, the tables are taken apart in
// the background instead. O(databases).
func (e *Engine) FlushAll() error {
	e.dropShadows() // they lie in the old arena
	for _, db := range e.dbs {
		db.touchAll(nil)
	}
	e.tellFlushed()
	if e.retired >= maxRetired {
		for _, db := range e.dbs {
			db.flush()
		}
		return nil
	}
	fresh, err := e.newSpace()
	if err != nil {
		return err
	}
	old := e.space
	e.space, e.arena = fresh, fresh.arena
	e.applyLimits()
	for _, db := range e.dbs {
		e.dirty += int64(db.table.Len())
		db.table, db.arena = dict.Table{}, e.arena
		db.expires.Reset()
		db.resetFields()
		db.signalAll()
	}
	old.retired = true
	e.retired++
	e.closeIfRetired(old)
	return nil
}
