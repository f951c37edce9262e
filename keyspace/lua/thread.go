package lua

// Thread is a coroutine, or the main thread of a State: a stack of calls and the registers of
// their functions.
//
// Registers lie in chunks that never move: a call gets a slice of a chunk, and a new chunk is begun
// when it does not fit. So a frame, a Go function and a coroutine can hold on to theirs whatever
// else is called meanwhile.
//
// Owned by the keyspace goroutine.
type Thread struct {
	state   *State
	fn      *Function // of a coroutine that has not begun
	frames  []*frame  // those beyond depth are kept to be used again
	depth   int       // of the frames in use
	chunks  [][]Value
	chunk   int // the one in use
	top     int // in it
	high    int // the highest top since release, in whichever chunk
	calls   []*Call
	callTop int
	handler func(v Value) Value // of the innermost protected call

	overflown bool // the error for too many calls has been raised, and is being handled

	status    threadStatus
	baseDepth int     // of State.depth, when it was resumed
	passed    []Value // what yield and resume hand over
}

type threadStatus uint8

const (
	suspended threadStatus = iota
	running
	normal // has resumed another one
	dead
)

var statusNames = [...]string{"suspended", "running", "normal", "dead"}

// frame is one call.
type frame struct {
	fn        *Function
	regs      []Value
	varargs   []Value
	open      []Value // the values of the last call or ..., for the instruction behind it
	pc        int
	ret       int // where the caller wants the results, and how many of them
	want      int
	tailCalls int  // functions that have been replaced by it
	outermost bool // execute returns with it
	chunk     int  // the stack before it
	top       int
}

// Sizes of chunks in registers: the first one of the main thread, which is kept from one run to the
// next, that of a coroutine, of which there may be many, and the largest. Each is twice the one
// before. Lua's own stack begins with 45 and doubles.
const (
	mainChunk      = 256
	coroutineChunk = 32
	largestChunk   = 16 << 10
)

// maxCalls is how deep calls may be. Lua: LUAI_MAXCALLS, which is compared with the size of an
// array that doubles.
const maxCalls = 16384

// maxDepthGo is how deep Go functions, metamethods and coroutines may call Lua inside one another.
// Lua: LUAI_MAXCCALLS.
const maxDepthGo = 200

func newThread(s *State, fn *Function) *Thread { return &Thread{state: s, fn: fn} }

// alloc takes n registers. They may hold anything.
func (t *Thread) alloc(n int) []Value {
	if t.chunk < len(t.chunks) && t.top+n <= len(t.chunks[t.chunk]) {
		regs := t.chunks[t.chunk][t.top : t.top+n : t.top+n]
		t.top += n
		t.high = max(t.high, t.top)
		return regs
	}
	return t.allocNext(n)
}

// allocNext is alloc in the next chunk.
func (t *Thread) allocNext(n int) []Value {
	size := coroutineChunk
	switch {
	case len(t.chunks) > 0:
		size = min(2*len(t.chunks[t.chunk]), largestChunk)
		t.chunk++
	case t == t.state.main:
		size = mainChunk
	}
	if t.chunk < len(t.chunks) && len(t.chunks[t.chunk]) < n {
		t.chunks = t.chunks[:t.chunk]
	}
	if t.chunk == len(t.chunks) {
		t.chunks = append(t.chunks, make([]Value, max(size, n)))
	}
	t.top = n
	t.high = max(t.high, t.top)
	return t.chunks[t.chunk][:n:n]
}

// push begins a call.
func (t *Thread) push(fn *Function) *frame {
	if t.depth >= maxCalls {
		t.overflow()
	}
	if t.depth == len(t.frames) {
		t.frames = append(t.frames, &frame{})
	}
	f := t.frames[t.depth]
	t.depth++
	f.fn, f.chunk, f.top, f.tailCalls, f.outermost = fn, t.chunk, t.top, 0, false
	return f
}

// overflow raises the error for too many calls. The handler of that error may call as many again.
// Lua: growCI.
func (t *Thread) overflow() {
	switch {
	case !t.overflown:
		t.overflown = true
		t.state.runError("stack overflow")
	case t.depth >= 2*maxCalls:
		panic(&Error{Value: String("error in error handling")})
	}
}

// pop ends the innermost call.
func (t *Thread) pop() {
	t.depth--
	f := t.frames[t.depth]
	t.chunk, t.top = f.chunk, f.top
}

// unwind ends the calls beyond a depth.
func (t *Thread) unwind(depth int) {
	for t.depth > depth {
		t.pop()
	}
	t.overflown = t.overflown && t.depth >= maxCalls
}

// current is the innermost frame, nil if nothing runs.
func (t *Thread) current() *frame {
	if t.depth == 0 {
		return nil
	}
	return t.frames[t.depth-1]
}

// release lets go of what a run has left in the registers and frames.
func (t *Thread) release() {
	if len(t.frames) > keptFrames {
		t.frames = nil
	}
	if len(t.chunks) > 1 || len(t.chunks) > 0 && len(t.chunks[0]) > 2*mainChunk {
		t.chunks = nil
	}
	for _, chunk := range t.chunks {
		clear(chunk[:t.high])
	}
	for _, f := range t.frames {
		*f = frame{open: f.open[:0]}
		if cap(f.open) > keptFrames {
			f.open = nil
		}
		clear(f.open[:cap(f.open)])
	}
	t.chunk, t.top, t.high = 0, 0, 0
	for _, c := range t.calls {
		clear(c.results[:cap(c.results)])
		c.args, c.results = nil, c.results[:0]
		if cap(c.results) > keptFrames {
			c.results = nil
		}
	}
}

// keptFrames is how many frames, or values in one, are kept from one run to the next.
const keptFrames = 32
