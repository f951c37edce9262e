package main

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"strings"
)

// protocol is how requests are framed on the wire.
type protocol string

const (
	protoRESP   protocol = "resp"
	protoNative protocol = "native"
)

// numberWidth is the width of a random number in a request, redis-benchmark's.
const numberWidth = 12

// digitPairs is "00" to "99", so that two digits are written at a time.
const digitPairs = "00010203040506070809" +
	"10111213141516171819" +
	"20212223242526272829" +
	"30313233343536373839" +
	"40414243444546474849" +
	"50515253545556575859" +
	"60616263646566676869" +
	"70717273747576777879" +
	"80818283848586878889" +
	"90919293949596979899"

// template is a request encoded once. Only the digits at slots differ from one
// sending to the next, and they have a fixed width, so no length ever changes.
type template struct {
	wire  []byte
	slots []int
}

// newTemplate encodes w for p with value in place of {v}.
func newTemplate(w workload, p protocol, value []byte) template {
	const mark = "{n}"
	var args [][]byte
	for word := range strings.FieldsSeq(w.args) {
		word = strings.ReplaceAll(word, mark, strings.Repeat("\x00", numberWidth))
		arg := bytes.ReplaceAll([]byte(word), []byte("{v}"), value)
		args = append(args, arg)
	}
	if w.inline && p == protoRESP {
		return template{wire: append(bytes.Join(args, []byte(" ")), "\r\n"...)}
	}
	var t template
	for i, arg := range args {
		if i == 0 {
			t.wire = appendHeader(nil, p, args)
		}
		t.wire = appendArgument(t.wire, p, arg)
		t.markSlots(w, p, arg)
	}
	return t
}

// markSlots remembers where the argument just appended holds a number and fills
// it with zeros. A value of zero bytes is no number, so the workload is asked.
func (t *template) markSlots(w workload, p protocol, arg []byte) {
	if !strings.Contains(w.args, "{n}") {
		return
	}
	start := len(t.wire) - len(arg)
	if p == protoRESP {
		start -= len("\r\n")
	}
	hole := bytes.Repeat([]byte{0}, numberWidth)
	for at := bytes.Index(arg, hole); at >= 0; {
		slot := start + at
		t.slots = append(t.slots, slot)
		copy(t.wire[slot:], "000000000000")
		next := bytes.Index(arg[at+numberWidth:], hole)
		if next < 0 {
			return
		}
		at += numberWidth + next
	}
}

// appendHeader appends what stands before the first argument of a request.
func appendHeader(b []byte, p protocol, args [][]byte) []byte {
	if p == protoRESP {
		b = append(b, '*')
		b = strconv.AppendInt(b, int64(len(args)), 10)
		return append(b, "\r\n"...)
	}
	size := 4
	for _, arg := range args {
		size += 4 + len(arg)
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(size))
	return binary.LittleEndian.AppendUint32(b, uint32(len(args)))
}

// appendArgument appends one argument of a request.
func appendArgument(b []byte, p protocol, arg []byte) []byte {
	if p == protoRESP {
		b = append(b, '$')
		b = strconv.AppendInt(b, int64(len(arg)), 10)
		b = append(b, "\r\n"...)
		b = append(b, arg...)
		return append(b, "\r\n"...)
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(len(arg)))
	return append(b, arg...)
}

// appendRequest appends a whole request. It is the plain encoder, for loading
// data and for single questions; the measured path uses templates.
func appendRequest(b []byte, p protocol, args ...[]byte) []byte {
	b = appendHeader(b, p, args)
	for _, arg := range args {
		b = appendArgument(b, p, arg)
	}
	return b
}

// putNumber writes n into b[:numberWidth] with leading zeros. It stops at the
// last non-zero digit of limit, the largest number that this field ever held,
// since the digits above are zero already.
func putNumber(b []byte, n, limit uint64) {
	b = b[:numberWidth]
	for at := numberWidth - 2; at >= 0; at -= 2 {
		pair := n % 100 * 2
		n /= 100
		b[at], b[at+1] = digitPairs[pair], digitPairs[pair+1]
		limit /= 100
		if limit == 0 {
			return
		}
	}
}
