package reply

import (
	"slices"
	"strconv"

	"github.com/ringer-kv/ringer/types/num"
)

// RESP appends replies as RESP2 or RESP3. The zero value is RESP2 without a buffer.
//
// Owned by the keyspace goroutine.
type RESP struct {
	buf   []byte
	v3    bool
	begun int // where the last reply begins
}

// Proto is 2 or 3.
func (w *RESP) Proto() int {
	if w.v3 {
		return 3
	}
	return 2
}

// SetProto switches the protocol from the next reply on.
func (w *RESP) SetProto(version int) { w.v3 = version >= 3 }

// Encoding is RESP2 or RESP3.
func (w *RESP) Encoding() Encoding {
	if w.v3 {
		return RESP3
	}
	return RESP2
}

// Fresh is an empty writer of the same protocol.
func (w *RESP) Fresh() Writer { return &RESP{v3: w.v3} }

// Begin notes where the reply begins; replies delimit themselves.
func (w *RESP) Begin() { w.begun = len(w.buf) }

// Replying reports whether the reply has begun.
func (w *RESP) Replying() bool { return len(w.buf) > w.begun }

// Append appends an encoded push. The reply begins behind it, if it has not begun.
func (w *RESP) Append(push []byte) {
	replying := w.Replying()
	w.buf = append(w.buf, push...)
	if !replying {
		w.begun = len(w.buf)
	}
}

// End has nothing to do.
func (w *RESP) End() {}

// BeginPush announces an out-of-band message of n elements, an array in RESP2.
func (w *RESP) BeginPush(n int) {
	if w.v3 {
		w.header('>', int64(n))
		return
	}
	w.header('*', int64(n))
}

// Attribute announces pairs about the value that follows them; RESP2 has none.
func (w *RESP) Attribute(pairs int) { w.header('|', int64(pairs)) }

// header appends a type byte, a number and CRLF. Small numbers, nearly all of them, are written
// without a division.
func (w *RESP) header(kind byte, n int64) {
	switch {
	case n >= 0 && n < 10:
		w.buf = append(w.buf, kind, byte('0'+n), '\r', '\n')
	case n >= 10 && n < 100:
		w.buf = append(w.buf, kind, byte('0'+n/10), byte('0'+n%10), '\r', '\n')
	default:
		w.buf = append(w.buf, kind)
		w.buf = strconv.AppendInt(w.buf, n, 10)
		w.buf = append(w.buf, '\r', '\n')
	}
}

// Status appends a simple string.
func (w *RESP) Status(s string) {
	w.buf = append(w.buf, '+')
	w.buf = append(w.buf, s...)
	w.buf = append(w.buf, '\r', '\n')
}

// Error appends an error; line breaks in its text become spaces, as in Redis.
func (w *RESP) Error(e Error) {
	w.buf = append(w.buf, '-')
	from := len(w.buf)
	w.buf = append(w.buf, e...)
	for i := from; i < len(w.buf); i++ {
		if w.buf[i] == '\r' || w.buf[i] == '\n' {
			w.buf[i] = ' '
		}
	}
	w.buf = append(w.buf, '\r', '\n')
}

// Int appends an integer.
func (w *RESP) Int(n int64) { w.header(':', n) }

// Double appends a double, a bulk string in RESP2, with 17 significant digits as Redis 7.0.
func (w *RESP) Double(f float64) {
	var digits [32]byte
	text := num.AppendFloat17(digits[:0], f)
	if !w.v3 {
		w.Bulk(text)
		return
	}
	w.buf = append(w.buf, ',')
	w.buf = append(w.buf, text...)
	w.buf = append(w.buf, '\r', '\n')
}

// HumanDouble appends a double, a bulk string in RESP2, with at most 17 digits behind the point.
// Redis: addReplyHumanLongDouble.
func (w *RESP) HumanDouble(f float64) {
	var digits [32]byte
	text := num.AppendFixed17(digits[:0], f)
	if !w.v3 {
		w.Bulk(text)
		return
	}
	w.buf = append(w.buf, ',')
	w.buf = append(w.buf, text...)
	w.buf = append(w.buf, '\r', '\n')
}

// Bool appends a boolean, 1 or 0 in RESP2.
func (w *RESP) Bool(b bool) {
	switch {
	case w.v3 && b:
		w.buf = append(w.buf, "#t\r\n"...)
	case w.v3:
		w.buf = append(w.buf, "#f\r\n"...)
	case b:
		w.Int(1)
	default:
		w.Int(0)
	}
}

// BigNumber appends an integer of any size given as digits, a bulk string in RESP2.
func (w *RESP) BigNumber(digits string) {
	if !w.v3 {
		w.BulkString(digits)
		return
	}
	w.buf = append(w.buf, '(')
	w.buf = append(w.buf, digits...)
	w.buf = append(w.buf, '\r', '\n')
}

// Verbatim appends a text with its format, a plain bulk string in RESP2.
func (w *RESP) Verbatim(format, text string) {
	if !w.v3 {
		w.BulkString(text)
		return
	}
	w.header('=', int64(len(text)+4))
	w.buf = append(w.buf, format[:3]...)
	w.buf = append(w.buf, ':')
	w.buf = append(w.buf, text...)
	w.buf = append(w.buf, '\r', '\n')
}

// Bulk appends a bulk string.
func (w *RESP) Bulk(b []byte) {
	w.header('$', int64(len(b)))
	w.buf = append(w.buf, b...)
	w.buf = append(w.buf, '\r', '\n')
}

// BulkString appends a bulk string.
func (w *RESP) BulkString(s string) {
	w.header('$', int64(len(s)))
	w.buf = append(w.buf, s...)
	w.buf = append(w.buf, '\r', '\n')
}

// Null appends the null bulk string, in RESP3 the null.
func (w *RESP) Null() {
	if w.v3 {
		w.buf = append(w.buf, "_\r\n"...)
		return
	}
	w.buf = append(w.buf, "$-1\r\n"...)
}

// NullArray appends the null array, in RESP3 the null.
func (w *RESP) NullArray() {
	if w.v3 {
		w.buf = append(w.buf, "_\r\n"...)
		return
	}
	w.buf = append(w.buf, "*-1\r\n"...)
}

// Array announces n elements.
func (w *RESP) Array(n int) { w.header('*', int64(n)) }

// Set announces n elements without order, an array in RESP2.
func (w *RESP) Set(n int) { w.header(w.aggregate('~'), int64(n)) }

// Map announces pairs of key and value, in RESP2 a flat array.
func (w *RESP) Map(pairs int) { w.header(w.aggregate('%'), w.elements('%', pairs)) }

// aggregate is the type byte of an aggregate in the current protocol.
func (w *RESP) aggregate(kind byte) byte {
	if w.v3 {
		return kind
	}
	return '*'
}

// elements is the count to announce: RESP2 counts a map's keys and values.
func (w *RESP) elements(kind byte, n int) int64 {
	if kind == '%' && !w.v3 {
		return int64(n) * 2
	}
	return int64(n)
}

// DeferArray starts an array of unknown length.
func (w *RESP) DeferArray() Mark { return Mark{at: len(w.buf), kind: '*'} }

// DeferSet starts a set of unknown length.
func (w *RESP) DeferSet() Mark { return Mark{at: len(w.buf), kind: '~'} }

// DeferMap starts a map of unknown length.
func (w *RESP) DeferMap() Mark { return Mark{at: len(w.buf), kind: '%'} }

// Resolve inserts the header of a deferred aggregate of n elements (pairs). O(bytes since).
func (w *RESP) Resolve(m Mark, n int) {
	var head [24]byte
	h := append(head[:0], w.aggregate(m.kind))
	h = strconv.AppendInt(h, w.elements(m.kind, n), 10)
	h = append(h, '\r', '\n')
	w.buf = slices.Insert(w.buf, m.at, h...)
}

// Len is the number of bytes appended since the last Take.
func (w *RESP) Len() int { return len(w.buf) }

// Truncate drops what was appended beyond n bytes.
func (w *RESP) Truncate(n int) { w.buf = w.buf[:n] }

// Take returns what was appended and leaves the writer without a buffer.
func (w *RESP) Take() []byte {
	b := w.buf
	w.buf = nil
	return b
}

// Give hands the writer a buffer to append to.
func (w *RESP) Give(buf []byte) { w.buf = buf[:0] }
