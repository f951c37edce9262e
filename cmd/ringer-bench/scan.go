package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
)

// scanner counts the replies in a stream and looks at nothing else than where
// each ends and whether it is an error. It takes the stream in pieces, cut
// anywhere, and keeps no more than a started header line of it.
type scanner interface {
	// scan takes the next piece and returns how many replies ended in it.
	scan(b []byte) (replies int, err error)
	// failures returns how many of the replies were errors, and the first.
	failures() (count uint64, first string)
}

// newScanner returns the scanner for p.
func newScanner(p protocol) scanner {
	if p == protoNative {
		return &nativeScanner{}
	}
	return &respScanner{}
}

const (
	maxLineBytes  = 64 << 10 // of a status, error or header line
	maxErrorBytes = 512      // of an error's text that are kept
	maxReplyBytes = 1 << 30  // of one bulk string or native frame
)

var (
	errLongLine = errors.New("reply line longer than 64 KiB")
	errFrame    = errors.New("reply frame with an impossible length")
)

// errorTally is the part that both scanners share.
type errorTally struct {
	count uint64
	first string
}

func (t *errorTally) failures() (uint64, string) { return t.count, t.first }

func (t *errorTally) fail(text []byte) {
	if t.count == 0 {
		t.first = string(text[:min(len(text), maxErrorBytes)])
	}
	t.count++
}

// respScanner counts RESP2 replies.
type respScanner struct {
	errorTally
	skip    int    // bytes of a bulk string, its CRLF included, still to pass
	pending int    // values that the reply begun still lacks; 0 between replies
	line    []byte // a header line that the last piece cut off
}

func (s *respScanner) scan(b []byte) (int, error) {
	replies := 0
	for len(b) > 0 {
		if s.skip == 0 && s.pending == 0 && len(s.line) == 0 {
			n, rest := scanPlain(b)
			replies += n
			if b = rest; len(b) == 0 {
				break
			}
		}
		rest, err := s.step(b)
		if err != nil {
			return replies, err
		}
		b = rest
		if s.pending == 0 && s.skip == 0 && len(s.line) == 0 {
			replies++
		}
	}
	return replies, nil
}

// scanPlain is the fast path: it counts the whole top-level replies at the start
// of b that are a status, an integer, a bulk string or nil, and returns the rest.
func scanPlain(b []byte) (replies int, rest []byte) {
	for len(b) >= 4 {
		end := 0
		switch b[0] {
		case '+', ':':
			end = bytes.IndexByte(b, '\n') + 1
		case '$':
			end = bulkEnd(b)
		}
		if end == 0 || b[0] != '$' && end > maxLineBytes {
			return replies, b
		}
		b = b[end:]
		replies++
	}
	return replies, b
}

// bulkEnd returns where the bulk string or nil at the start of b ends, or 0 when
// b does not hold all of it or it is not the plain case.
func bulkEnd(b []byte) int {
	n, at := 0, 1
	for at < len(b) && at < 12 && b[at]-'0' <= 9 {
		n = n*10 + int(b[at]-'0')
		at++
	}
	if at == 1 {
		if len(b) >= 5 && string(b[:5]) == "$-1\r\n" {
			return 5
		}
		return 0
	}
	end := at + n + len("\r\n\r\n")
	if end > len(b) || b[at] != '\r' || b[at+1] != '\n' {
		return 0
	}
	return end
}

// step passes over one bulk body or one header line, or what b has of it.
func (s *respScanner) step(b []byte) (rest []byte, err error) {
	if s.skip > 0 {
		n := min(s.skip, len(b))
		s.skip -= n
		if s.skip == 0 {
			s.pending--
		}
		return b[n:], nil
	}
	end := bytes.IndexByte(b, '\n')
	if end < 0 {
		s.line = append(s.line, b...)
		if len(s.line) > maxLineBytes {
			return nil, errLongLine
		}
		return nil, nil
	}
	line := b[:end]
	if len(s.line) > 0 {
		s.line = append(s.line, line...)
		line = s.line
	}
	if len(line) > maxLineBytes {
		return nil, errLongLine
	}
	err = s.header(bytes.TrimSuffix(line, []byte("\r")))
	s.line = s.line[:0]
	return b[end+1:], err
}

// header takes one header line. pending counts flatly however deep arrays nest:
// an array of n owes n values in place of itself.
func (s *respScanner) header(line []byte) error {
	if len(line) == 0 {
		return errors.New("reply begins with an empty line")
	}
	if s.pending == 0 {
		s.pending = 1
	}
	switch line[0] {
	case '-':
		s.fail(line[1:])
		s.pending--
		return nil
	case '+', ':':
		s.pending--
		return nil
	case '$', '*':
		return s.sized(line)
	}
	return fmt.Errorf("reply begins with %q, which is not RESP2", line[0])
}

// sized takes the header of a bulk string or an array.
func (s *respScanner) sized(line []byte) error {
	n, err := strconv.Atoi(string(line[1:]))
	if err != nil || n < -1 || n > maxReplyBytes {
		return fmt.Errorf("reply with an impossible length %q", line)
	}
	switch {
	case n < 0:
		s.pending--
	case line[0] == '$':
		s.skip = n + len("\r\n")
	default:
		s.pending += n - 1
	}
	return nil
}

// Of a native frame only the length and the tag are looked at, and of an error
// its text.
const (
	nativeLenBytes  = 4
	nativeHeadBytes = nativeLenBytes + 1
	nativeTextAt    = nativeHeadBytes + 4 + 4 // after the code and the text's length
	nativeTagError  = 1
)

// nativeScanner counts native reply frames.
type nativeScanner struct {
	errorTally
	skip int    // bytes of the frame begun still to pass
	head []byte // the start of a frame that the last piece cut off
}

func (s *nativeScanner) scan(b []byte) (int, error) {
	replies := 0
	for s.skip == 0 && len(s.head) == 0 && len(b) >= nativeHeadBytes {
		n := int(binary.LittleEndian.Uint32(b))
		if n < 1 || n > maxReplyBytes {
			return replies, errFrame
		}
		if len(b) < nativeLenBytes+n {
			break
		}
		if b[nativeLenBytes] == nativeTagError {
			s.failFrame(b[:nativeLenBytes+n])
		}
		b = b[nativeLenBytes+n:]
		replies++
	}
	for len(b) > 0 {
		rest, done, err := s.step(b)
		if err != nil {
			return replies, err
		}
		if b = rest; done {
			more, err := s.scan(b)
			return replies + 1 + more, err
		}
	}
	return replies, nil
}

// step is the path for frames cut by the end of a piece. done tells that a frame
// ended.
func (s *nativeScanner) step(b []byte) (rest []byte, done bool, err error) {
	if s.skip > 0 {
		n := min(s.skip, len(b))
		s.skip -= n
		return b[n:], s.skip == 0, nil
	}
	want := nativeHeadBytes
	if len(s.head) >= nativeHeadBytes { // an error: its text is wanted as well
		want = min(frameBytes(s.head), nativeTextAt+maxErrorBytes)
	}
	n := min(want-len(s.head), len(b))
	s.head = append(s.head, b[:n]...)
	b = b[n:]
	if len(s.head) < want {
		return b, false, nil
	}
	total := frameBytes(s.head)
	if total <= nativeLenBytes || total > nativeLenBytes+maxReplyBytes {
		return nil, false, errFrame
	}
	isError := s.head[nativeLenBytes] == nativeTagError
	if isError && len(s.head) < min(total, nativeTextAt+maxErrorBytes) {
		return b, false, nil
	}
	if isError {
		s.failFrame(s.head)
	}
	s.skip = total - len(s.head)
	s.head = s.head[:0]
	return b, s.skip == 0, nil
}

// frameBytes returns the size of a whole frame, its length field included.
func frameBytes(head []byte) int {
	return nativeLenBytes + int(binary.LittleEndian.Uint32(head))
}

// failFrame counts an error frame, or as much of it as is kept.
func (s *nativeScanner) failFrame(frame []byte) {
	s.fail(frame[min(nativeTextAt, len(frame)):])
}
