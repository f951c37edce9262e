package binproto

import (
	"bytes"
	"errors"

	"github.com/ringer-kv/ringer/binproto/frame"
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/inline"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// dialect is what a connection has turned out to speak.
type dialect uint8

const (
	undecided dialect = iota // too few bytes have come
	native
	text
)

// Limits of what is read.
const (
	// maxLineBytes is how long a line may be that has not ended. Redis: PROTO_INLINE_MAX_SIZE.
	maxLineBytes = 64 << 10
	// Before AUTH, where a password is set, a request has at most so many strings of at most so
	// many bytes. Redis: processMultibulkBuffer.
	unauthStrings     = 10
	unauthStringBytes = 16 << 10
	unauthFrameBytes  = frame.HeaderBytes + unauthStrings*(frame.HeaderBytes+unauthStringBytes)
)

// unauthLimits bound the requests of a session that has yet to authenticate.
var unauthLimits = frame.Limits{
	FrameBytes: unauthFrameBytes, StringBytes: unauthStringBytes, Strings: unauthStrings,
}

// input holds what a connection has sent and turns it into batches.
//
// Owned by the front end; between Submit and BatchDone the bytes that have been parsed are also
// read by the keyspace goroutine, and then nothing here moves them.
type input struct {
	buf     []byte // from the pool; nil when nothing is unparsed
	start   int    // buf[start:end] has not been parsed
	end     int
	need    int // bytes from start on that the request under way takes at least
	scanned int // text: so many bytes from start on hold no line end
	speaks  dialect
	class   uint8 // the size of the buffer to take next, see pool
	traffic traffic
}

// reserve returns the room to read into, at least a byte. It may move what is unparsed. O(1)
// amortized over the bytes that are read.
func (in *input) reserve(p *pool) []byte {
	if in.buf == nil {
		in.buf = p.get(in.class)
		in.start, in.end = 0, 0
	}
	if in.end == len(in.buf) {
		in.makeRoom(p)
	}
	return in.buf[in.end:]
}

// makeRoom makes room in a full buffer: by moving what is unparsed to its front, and if it takes
// the most of it, by moving to one of twice the size at most. Thus memory follows what has been
// sent and not what was announced.
func (in *input) makeRoom(p *pool) {
	held := in.end - in.start
	to := in.buf
	if held > len(in.buf)/2 {
		size := 2 * len(in.buf)
		if in.need > len(in.buf) {
			size = min(size, in.need)
		}
		to = make([]byte, size)
	}
	copy(to, in.buf[in.start:in.end])
	if len(to) > len(in.buf) {
		p.put(in.buf)
		in.buf = to
	}
	in.start, in.end = 0, held
}

// filled says that n bytes of the room have been read into. A buffer that one read fills is
// followed by a larger one, a buffer that stays nearly empty by a smaller one.
func (in *input) filled(n int) {
	in.end += n
	in.traffic.reads.Add(1)
	in.traffic.held.Store(int64(len(in.buf)))
	switch {
	case in.end == len(in.buf) && in.class < largestClass:
		in.class++
	case in.class > 0 && in.end-in.start < len(in.buf)/8:
		in.class--
	}
}

// release gives the buffer back if all of it has been parsed. No batch may be in flight.
func (in *input) release(p *pool) {
	if in.buf != nil && in.start == in.end {
		p.put(in.buf)
		in.buf = nil
		in.traffic.held.Store(0)
	}
}

// drop gives the buffer back whatever is in it. No batch may be in flight.
func (in *input) drop(p *pool) {
	in.start, in.end = 0, 0
	in.release(p)
}

// parse appends every whole request to the batch. When the bytes are not the protocol it sets
// b.Fatal, after which it must not be called again. eof says that nothing more will come.
func (in *input) parse(b *keyspace.Batch, lim *frame.Limits, eof bool) {
	from := in.start
	if in.speaks == undecided {
		in.speaks = decide(in.buf[in.start:in.end], lim.FrameBytes, eof)
	}
	switch in.speaks {
	case native:
		in.parseFrames(b, lim)
	case text:
		in.parseLines(b)
	}
	b.Bytes += in.start - from
}

// decide tells from the first bytes of a connection what it speaks. They are the length of a
// frame, unless they make one that is too large: then they are text, or else a frame that is
// refused. The verdict falls with the byte that makes the length too large, so that it does not
// depend on how many bytes have come together; fewer than four that end the stream are text if
// they can be.
func decide(b []byte, maxFrameBytes int64, eof bool) dialect {
	size := int64(0)
	n := min(len(b), frame.HeaderBytes)
	for i, c := range b[:n] {
		size |= int64(c) << (8 * i)
		if size > maxFrameBytes {
			return textOrNative(b[:i+1])
		}
	}
	switch {
	case n == frame.HeaderBytes:
		return native
	case eof:
		return textOrNative(b)
	}
	return undecided
}

// textOrNative is text if the bytes are printable or white space.
func textOrNative(b []byte) dialect {
	for _, c := range b {
		if (c < ' ' || c > '~') && c != '\t' && c != '\r' && c != '\n' {
			return native
		}
	}
	return text
}

// allKeys is the pattern that bare KEYS stands for on this port.
var allKeys = []byte("*")

// parseFrames parses native requests.
func (in *input) parseFrames(b *keyspace.Batch, lim *frame.Limits) {
	in.need = 0
	for in.start < in.end {
		from := len(b.Args)
		args, size, err := frame.ParseRequest(in.buf[in.start:in.end], lim, b.Args)
		if err != nil {
			b.Args = args[:from]
			b.Fatal = frameError(err, lim)
			return
		}
		b.Args = args
		if size > in.end-in.start {
			in.need = size
			return
		}
		in.start += size
		if len(args) == from+1 && isKeys(args[from]) {
			b.Args = append(b.Args, allKeys)
		}
		b.Append()
	}
}

// isKeys reports whether the name is KEYS in any case.
func isKeys(name []byte) bool {
	return len(name) == 4 && name[0]|0x20 == 'k' && bytes.EqualFold(name, []byte("keys"))
}

// frameError is the reply to a frame that is refused.
func frameError(err error, lim *frame.Limits) reply.Error {
	unauthenticated := lim == &unauthLimits
	switch {
	case errors.Is(err, frame.ErrTooManyStrings) && unauthenticated:
		return reply.Protocol("unauthenticated multibulk length")
	case errors.Is(err, frame.ErrMalformed):
		return reply.ErrFrameMalformed
	case unauthenticated:
		return reply.Protocol("unauthenticated bulk length")
	case errors.Is(err, frame.ErrStringTooBig):
		return reply.ErrStringTooBig
	case errors.Is(err, frame.ErrTooManyStrings):
		return reply.ErrTooManyStrings
	}
	return reply.ErrFrameTooBig
}

// parseLines parses inline commands. Redis: processInlineBuffer.
func (in *input) parseLines(b *keyspace.Batch) {
	for in.start < in.end {
		rest := in.buf[in.start:in.end]
		n := bytes.IndexByte(rest[in.scanned:], '\n')
		if n < 0 {
			in.scanned = len(rest)
			if len(rest) > maxLineBytes {
				b.Fatal = reply.Protocol("too big inline request")
			}
			return
		}
		n += in.scanned
		in.scanned = 0
		in.start += n + 1
		line := bytes.TrimSuffix(rest[:n], []byte("\r"))
		from := len(b.Args)
		args, err := inline.Split(line, b.Args)
		if err != nil {
			b.Fatal = reply.Protocol("unbalanced quotes in request")
			return
		}
		b.Args = args
		if len(args) == from {
			continue
		}
		if len(args) == from+1 && isKeys(args[from]) {
			b.Args = append(b.Args, allKeys)
		}
		b.Append()
	}
}

// The sizes of pooled buffers: 4 KiB take a pipeline of 64 small commands; 64 KiB amortize the
// system call over what a loopback socket delivers at once.
const (
	smallestBuffer = 4 << 10
	largestClass   = 4 // 64 KiB
)

// pool keeps buffers that no connection needs, so that an idle connection holds none.
//
// Owned by the front end's loop. Thus it is never used by two at once.
type pool struct {
	free [largestClass + 1][][]byte
}

// pooledPerClass is how many free buffers of a size are kept: enough for the connections that
// are busy at a time, and 4 MiB at most for the largest.
const pooledPerClass = 64

// get returns a buffer of smallestBuffer << class bytes.
func (p *pool) get(class uint8) []byte {
	list := p.free[class]
	if len(list) == 0 {
		return make([]byte, smallestBuffer<<class)
	}
	b := list[len(list)-1]
	p.free[class] = list[:len(list)-1]
	return b
}

// put takes a buffer back; one of another size than get's is left to the garbage collector.
func (p *pool) put(b []byte) {
	for class := range p.free {
		if len(b) == smallestBuffer<<class && len(p.free[class]) < pooledPerClass {
			p.free[class] = append(p.free[class], b)
		}
	}
}
