package frame

import (
	"encoding/binary"
	"errors"
)

// HeaderBytes is the size of a frame's length.
const HeaderBytes = 4

// countBytes is the size of a request's number of strings, and of a string's length.
const countBytes = 4

// DefaultMaxFrameBytes is the largest payload that a server takes unless it is told otherwise.
const DefaultMaxFrameBytes = 64 << 20

// MaxStrings is the largest number of strings in a request. Redis: the limit of a multibulk
// request, 1024*1024, that was in force until 7.0. It bounds the memory of the argument list, 24
// bytes for each four bytes that a hostile peer sends.
const MaxStrings = 1 << 20

// MaxStringBytes is the largest string that the protocol can carry at all.
const MaxStringBytes = 1<<32 - 1

// The ways in which a request can be wrong.
var (
	// ErrTooBig means that the frame is longer than the limit.
	ErrTooBig = errors.New("frame: longer than the limit")
	// ErrStringTooBig means that one of the strings is longer than the limit.
	ErrStringTooBig = errors.New("frame: string longer than the limit")
	// ErrTooManyStrings means that there are more strings than the limit allows.
	ErrTooManyStrings = errors.New("frame: more strings than the limit")
	// ErrMalformed means that the lengths in the frame contradict each other.
	ErrMalformed = errors.New("frame: malformed")
)

// Limits bound a request. All are inclusive.
//
// Safe for concurrent use. The parser changes nothing.
type Limits struct {
	FrameBytes  int64 // payload of the frame
	StringBytes int64
	Strings     int64
}

// ParseRequest parses the request at the beginning of b.
//
// If it is whole, its strings have been appended to args as views of b, and size is the number of
// bytes that it takes. If size is larger than len(b) more must be read: at least size bytes are
// needed, and args is as it was. O(1) until the request is whole, then O(strings).
//
// The error is one of those above; args may then have been appended to.
func ParseRequest(b []byte, lim *Limits, args [][]byte) (_ [][]byte, size int, err error) {
	if len(b) < HeaderBytes {
		return args, HeaderBytes + countBytes, nil
	}
	payload := int64(binary.LittleEndian.Uint32(b))
	switch {
	case payload > lim.FrameBytes:
		return args, 0, ErrTooBig
	case payload < countBytes:
		return args, 0, ErrMalformed
	}
	size = HeaderBytes + int(payload)
	if len(b) < HeaderBytes+countBytes {
		return args, size, nil
	}
	count := int64(binary.LittleEndian.Uint32(b[HeaderBytes:]))
	switch {
	case count > (payload-countBytes)/countBytes:
		return args, 0, ErrMalformed
	case count > lim.Strings:
		return args, 0, ErrTooManyStrings
	case size > len(b):
		return args, size, nil
	}
	args, err = parseStrings(b[HeaderBytes+countBytes:size], int(count), lim, args)
	return args, size, err
}

// parseStrings appends the strings of a whole request, which must fill body exactly.
func parseStrings(body []byte, count int, lim *Limits, args [][]byte) ([][]byte, error) {
	if count == 0 {
		args = append(args, body[:0:0])
	}
	for range count {
		if len(body) < countBytes {
			return args, ErrMalformed
		}
		n := int64(binary.LittleEndian.Uint32(body))
		body = body[countBytes:]
		switch {
		case n > int64(len(body)):
			return args, ErrMalformed
		case n > lim.StringBytes:
			return args, ErrStringTooBig
		}
		args = append(args, body[:n:n])
		body = body[n:]
	}
	if len(body) != 0 {
		return args, ErrMalformed
	}
	return args, nil
}

// AppendRequest appends the request of the strings to b. The strings must fit a frame, that is
// all of them and four bytes for each into MaxStringBytes.
func AppendRequest[S ~string | ~[]byte](b []byte, strings ...S) []byte {
	at := len(b)
	b = append(b, 0, 0, 0, 0)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(strings)))
	for _, s := range strings {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	binary.LittleEndian.PutUint32(b[at:], uint32(len(b)-at-HeaderBytes))
	return b
}
