package binproto

import (
	"encoding/binary"
	"math"

	"github.com/ringer-kv/ringer/binproto/frame"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// Writer appends replies as native frames. It implements reply.Writer; see there for what the
// methods mean. The zero value is ready to use.
//
// Owned by the keyspace goroutine.
type Writer struct {
	buf []byte
	// open is the position after the header of the frame that Begin or BeginPush has opened, 0 if
	// none is open.
	open int
	// reply is the open frame of a reply while a push that came in its midst is being written.
	reply int
}

var _ reply.Writer = (*Writer)(nil)

// maxReplyBytes is the largest payload whose length a header, and an int, can hold.
const maxReplyBytes = min(math.MaxUint32, math.MaxInt)

// Proto is 2: the replies have the shapes of RESP2, with doubles as doubles.
func (w *Writer) Proto() int { return 2 }

// SetProto does nothing: the native protocol has no versions.
func (w *Writer) SetProto(int) {}

// Encoding is the native one.
func (w *Writer) Encoding() reply.Encoding { return reply.Native }

// Fresh is an empty writer.
func (w *Writer) Fresh() reply.Writer { return &Writer{} }

// Replying reports whether the open frame of a reply holds anything.
func (w *Writer) Replying() bool { return w.open != 0 && len(w.buf) > w.open }

// Append appends the frames of a push. No frame may be open.
func (w *Writer) Append(push []byte) { w.buf = append(w.buf, push...) }

// Begin opens the frame of a reply.
func (w *Writer) Begin() {
	w.buf = append(w.buf, 0, 0, 0, 0)
	w.open = len(w.buf)
}

// BeginPush opens the frame of a push, an array of n elements. If it stands in the midst of a
// reply the push goes out before that reply.
func (w *Writer) BeginPush(n int) {
	w.reply = w.open
	w.Begin()
	w.Array(n)
}

// End closes the frame. A frame without a value, of a command that replies later or by pushes
// alone, is dropped.
func (w *Writer) End() {
	w.close(maxReplyBytes)
}

// close is End with the limit as a parameter. O(1), but for a push in the midst of a reply
// O(bytes of the two).
func (w *Writer) close(limit int) {
	if w.open == 0 {
		return
	}
	size := len(w.buf) - w.open
	switch {
	case size == 0:
		w.buf = w.buf[:w.open-frame.HeaderBytes]
	case size > limit:
		w.buf = w.buf[:w.open]
		w.Error(reply.ErrReplyTooBig)
		size = len(w.buf) - w.open
		fallthrough
	default:
		binary.LittleEndian.PutUint32(w.buf[w.open-frame.HeaderBytes:], uint32(size))
	}
	push := w.open - frame.HeaderBytes
	w.open, w.reply = w.reply, 0
	if w.open != 0 {
		w.open += moveForward(w.buf, w.open-frame.HeaderBytes, push)
	}
}

// moveForward moves what stands from tail on before what stands from head on, and returns the
// distance that the latter has moved back.
func moveForward(b []byte, head, tail int) int {
	moved := append([]byte(nil), b[tail:]...)
	copy(b[head+len(moved):], b[head:tail])
	copy(b[head:], moved)
	return len(moved)
}

// Status appends a string.
func (w *Writer) Status(s string) { w.BulkString(s) }

// Error appends an error with its code.
func (w *Writer) Error(e reply.Error) {
	w.buf = append(w.buf, byte(frame.Err))
	w.buf = binary.LittleEndian.AppendUint32(w.buf, uint32(e.Code()))
	w.buf = binary.LittleEndian.AppendUint32(w.buf, uint32(len(e)))
	w.buf = append(w.buf, e...)
}

// Int appends an integer.
func (w *Writer) Int(n int64) {
	w.buf = append(w.buf, byte(frame.Int))
	w.buf = binary.LittleEndian.AppendUint64(w.buf, uint64(n))
}

// Double appends a double.
func (w *Writer) Double(f float64) {
	w.buf = append(w.buf, byte(frame.Double))
	w.buf = binary.LittleEndian.AppendUint64(w.buf, math.Float64bits(f))
}

// HumanDouble appends a double; its digits are the client's affair.
func (w *Writer) HumanDouble(f float64) { w.Double(f) }

// Bool appends the integer 1 or 0.
func (w *Writer) Bool(b bool) {
	n := int64(0)
	if b {
		n = 1
	}
	w.Int(n)
}

// BigNumber appends the digits as a string.
func (w *Writer) BigNumber(digits string) { w.BulkString(digits) }

// Verbatim appends the text as a string.
func (w *Writer) Verbatim(_, text string) { w.BulkString(text) }

// Bulk appends a string.
func (w *Writer) Bulk(b []byte) {
	w.header(frame.String, len(b))
	w.buf = append(w.buf, b...)
}

// BulkString appends a string.
func (w *Writer) BulkString(s string) {
	w.header(frame.String, len(s))
	w.buf = append(w.buf, s...)
}

// header appends a tag and a length or count.
func (w *Writer) header(tag frame.Tag, n int) {
	u := uint32(n)
	w.buf = append(w.buf, byte(tag), byte(u), byte(u>>8), byte(u>>16), byte(u>>24))
}

// Null appends nil.
func (w *Writer) Null() { w.buf = append(w.buf, byte(frame.Nil)) }

// NullArray appends nil.
func (w *Writer) NullArray() { w.Null() }

// Array announces n elements.
func (w *Writer) Array(n int) { w.header(frame.Array, n) }

// Set announces n elements, as an array.
func (w *Writer) Set(n int) { w.Array(n) }

// Map announces pairs of key and value, as an array of twice as many elements.
func (w *Writer) Map(pairs int) { w.Array(2 * pairs) }

// DeferArray starts an array of unknown length.
func (w *Writer) DeferArray() reply.Mark { return w.deferred('*') }

// DeferSet starts a set of unknown length.
func (w *Writer) DeferSet() reply.Mark { return w.deferred('~') }

// DeferMap starts a map of unknown length.
func (w *Writer) DeferMap() reply.Mark { return w.deferred('%') }

// deferred leaves room for a header. Its place is counted from the frame's beginning, so that it
// holds when a push moves the frame.
func (w *Writer) deferred(kind byte) reply.Mark {
	at := len(w.buf) - w.open
	w.Array(0)
	return reply.MarkAt(at, kind)
}

// Resolve sets the number of elements (pairs) of a deferred aggregate. O(1).
func (w *Writer) Resolve(m reply.Mark, n int) {
	if m.Kind() == '%' {
		n *= 2
	}
	binary.LittleEndian.PutUint32(w.buf[w.open+m.At()+1:], uint32(n))
}

// Len is the number of bytes appended since the last Take.
func (w *Writer) Len() int { return len(w.buf) }

// Truncate drops what was appended beyond n bytes, an open frame included if it began there.
func (w *Writer) Truncate(n int) {
	w.buf = w.buf[:n]
	if n < w.open {
		w.open, w.reply = 0, 0
	}
}

// Take returns what was appended and leaves the writer without a buffer. No frame may be open.
func (w *Writer) Take() []byte {
	b := w.buf
	w.buf, w.open, w.reply = nil, 0, 0
	return b
}

// Give hands the writer a buffer to append to.
func (w *Writer) Give(buf []byte) { w.buf, w.open, w.reply = buf[:0], 0, 0 }
