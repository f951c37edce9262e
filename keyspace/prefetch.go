package keyspace

// windowCommands is how many commands of a batch are looked at ahead. Twice as many gain nothing:
// a core has only so many loads in flight.
const windowCommands = 16

// window is a look ahead at the next commands of the batch that is being executed. In a large
// database nearly the whole time of a command is two waits for memory, the bucket of its key and
// the entry. The commands of a window wait for theirs at the same time: first all keys are hashed,
// then all buckets are read, and then all entries, before the first command runs.
//
// What is found is a hint only: a command may change anything that the next ones will use, and
// they look again, at memory that is now in the cache. Only the hashes are taken over.
//
// Owned by the keyspace goroutine.
type window struct {
	first  int // the first command of the window in its batch
	n      int
	specs  [windowCommands]*Spec
	hashes [windowCommands]uint32
	keys   [windowCommands]*byte // the first byte of the key that was hashed, nil if there is none
	sizes  [windowCommands]int
	at     int    // the command that runs
	sink   uint32 // keeps the compiler from dropping the reads
}

// reset forgets the window, whose keys lie in the buffer of a connection that may go.
func (w *window) reset() {
	clear(w.keys[:w.n])
	w.n, w.at = 0, 0
}

// hashOf is the hash of the key of the running command, if it has been computed.
func (w *window) hashOf(key []byte) (uint32, bool) {
	if w.n == 0 || len(key) == 0 || &key[0] != w.keys[w.at] || len(key) != w.sizes[w.at] {
		return 0, false
	}
	return w.hashes[w.at], true
}

// lookAhead returns the Spec of the next command of the batch, and fills the window when that
// command is the first one behind it.
func (e *Engine) lookAhead(s *Session, b *Batch) *Spec {
	w := &e.ahead
	if b.pos >= w.first && b.pos < w.first+w.n {
		w.at = b.pos - w.first
		return w.specs[w.at]
	}
	left := len(b.Ends) - b.pos
	if left == 1 {
		w.reset()
		return e.Lookup(b.command(b.pos))
	}
	w.first, w.n, w.at = b.pos, min(left, windowCommands), 0
	for i := range w.n {
		e.hashAhead(i, b.command(b.pos+i))
	}
	e.touchAhead(s.db)
	return w.specs[0]
}

// hashAhead finds the Spec of a command and hashes its first key.
func (e *Engine) hashAhead(i int, args [][]byte) {
	w := &e.ahead
	spec := e.Lookup(args)
	w.specs[i], w.keys[i] = spec, nil
	if spec == nil || spec.firstKey == 0 || spec.firstKey >= len(args) {
		return
	}
	if key := args[spec.firstKey]; len(key) > 0 {
		w.keys[i], w.sizes[i] = &key[0], len(key)
		w.hashes[i] = e.seed.Hash(key)
	}
}

// touchAhead reads the buckets of the keys of the window, and then the entries they lead to.
func (e *Engine) touchAhead(db *DB) {
	w := &e.ahead
	var known [windowCommands]uint32
	hashes := known[:0]
	for i := range w.n {
		if w.keys[i] != nil {
			hashes = append(hashes, w.hashes[i])
		}
	}
	w.sink += db.table.TouchAll(e.arena, hashes)
}
