package resp

import (
	"sync"
	"sync/atomic"
)

// maxKeptBytes is how much output a connection keeps before the owner has to wait for the peer. A
// client may well send a pipeline of a million commands before it reads the first reply; if we
// stopped reading it then, both would wait for ever. So it must be generous: that pipeline of
// SETs is answered with 5 MB.
const maxKeptBytes = 16 << 20

// output is what the owner has passed on and the socket has not taken.
//
// Safe for concurrent use, but for next, wrote and takeSpare, which are for the goroutine.
type output struct {
	bytes atomic.Int64 // kept in all

	mu     sync.Mutex
	queued []byte // by the owner
	last   bool   // close when everything is written

	// The goroutine's.
	writing []byte
	sent    int
	spare   []byte
}

func (o *output) empty() bool { return o.bytes.Load() == 0 }
func (o *output) full() bool  { return o.bytes.Load() > maxKeptBytes }

// keep takes output over. It returns whether it keeps the buffer itself.
func (o *output) keep(p []byte) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.bytes.Add(int64(len(p)))
	if len(o.queued) == 0 {
		o.queued = p
		return true
	}
	o.queued = append(o.queued, p...)
	return false
}

// close says that nothing follows: the connection ends when everything is written. It returns
// false when that is the case already.
func (o *output) close() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.empty() {
		return false
	}
	o.last = true
	return true
}

// next is what is to be written next. When there is nothing, stKept is cleared, and last says
// whether the connection ends now.
func (o *output) next(w *word) (p []byte, last bool) {
	if o.sent < len(o.writing) {
		return o.writing[o.sent:], false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if cap(o.writing) > cap(o.spare) && cap(o.writing) <= maxSpareBytes {
		o.spare = o.writing[:0]
	}
	o.writing, o.queued, o.sent = o.queued, nil, 0
	if len(o.writing) == 0 {
		o.writing = nil
		w.change(0, stKept)
	}
	return o.writing, o.last
}

// maxSpareBytes is the largest buffer that goes back to the owner.
const maxSpareBytes = 1 << 20

// wrote notes that n bytes have been written. It returns whether the output was full, and is not
// any more.
func (o *output) wrote(n int) bool {
	if n <= 0 {
		return false
	}
	o.sent += n
	left := o.bytes.Add(-int64(n))
	return left <= maxKeptBytes && left+int64(n) > maxKeptBytes
}

// takeSpare returns a buffer that has been written, for the owner to use again.
func (o *output) takeSpare() []byte {
	spare := o.spare
	o.spare = nil
	return spare
}
