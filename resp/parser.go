package resp

import (
	"bytes"
	"math"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/inline"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/num"
)

// The limits of the protocol in Redis 7.0.
const (
	maxLineBytes = 64 << 10 // PROTO_INLINE_MAX_SIZE: a line whose end has not come
	maxArgs      = math.MaxInt32

	// What a client may send before AUTH when a password is set.
	maxSmallArgs      = 10
	maxSmallBulkBytes = 16 << 10
)

// parser turns the bytes of one connection into commands. It does no I/O and keeps no bytes: the
// caller holds them, and calls parse with what parse has not used before and what came since.
//
// Between two calls a parser stands either between commands (left is 0), or in a command whose
// first arguments lie in Args already, as views of bytes that the caller must leave in place.
//
// Owned by the goroutine of its connection.
type parser struct {
	maxBulkBytes int64 // proto-max-bulk-len
	small        bool  // the small limits before AUTH; parse then stops after each command

	left    int   // arguments that the command begun still waits for
	bulk    int64 // length of the argument that is arriving; noBulk while its header is
	scanned int   // bytes of the line that is arriving which hold no end of it
}

const noBulk = -1

func newParser() parser { return parser{bulk: noBulk} }

// begun reports whether arguments of an unfinished command may lie in Args.
func (p *parser) begun() bool { return p.left > 0 }

// need is how many bytes from the first unused one on the argument that is arriving takes, with
// its line end; 0 when that isn't known.
func (p *parser) need() int {
	if p.bulk == noBulk {
		return 0
	}
	return int(p.bulk) + 2
}

// progress is what became of a piece of a command.
type progress uint8

const (
	whole   progress = iota // all of it was there
	partial                 // the rest has yet to come
	broken                  // it is not the protocol: fatal is set
)

// parse appends the commands in the bytes of in to b and returns how many bytes it has used. The
// arguments are views of in. On an error the commands before it are in b, and b.Fatal is set.
//
// When in ends within a command that follows others, that command is left unused as a whole, so
// that the batch can be submitted; else the arguments that have arrived are kept in Args, and the
// next call goes on behind them. So a header is looked at twice at most, an argument once.
func (p *parser) parse(b *keyspace.Batch, in []byte) (used int) {
	pos, start := 0, 0
	for pos < len(in) && (!p.small || b.Len() == 0) {
		var n int
		var got progress
		start = pos
		switch {
		case p.left > 0:
			n, got = p.arguments(b, in[pos:])
		case in[pos] == '*':
			n, got = p.multibulk(b, in[pos:])
		default:
			n, got = p.inline(b, in[pos:])
		}
		pos += n
		if got == whole {
			continue
		}
		if got == partial && b.Len() > 0 {
			pos = start
			p.forget(b)
		}
		if got == broken {
			p.forget(b)
			return len(in)
		}
		break
	}
	return pos
}

// forget gives up the command that has been begun.
func (p *parser) forget(b *keyspace.Batch) {
	end := 0
	if n := b.Len(); n > 0 {
		end = int(b.Ends[n-1])
	}
	b.Args = b.Args[:end]
	p.left, p.bulk, p.scanned = 0, noBulk, 0
}

// multibulk reads a command from its beginning: the number of arguments, then those.
func (p *parser) multibulk(b *keyspace.Batch, in []byte) (used int, got progress) {
	n, width := shortNumber(in[1:])
	if width == 0 || (p.small && n > maxSmallArgs) {
		n, width, got = p.longCount(b, in)
		if got != whole {
			return 0, got
		}
	}
	p.scanned = 0
	used = 1 + width
	if n <= 0 {
		return used, whole // Redis: an empty or a null array is no command
	}
	p.left = n
	more, got := p.arguments(b, in[used:])
	return used + more, got
}

// longCount reads the number of arguments where shortNumber could not.
func (p *parser) longCount(b *keyspace.Batch, in []byte) (n, width int, got progress) {
	end, got := p.header(b, in, "too big mbulk count string")
	if got != whole {
		return 0, 0, got
	}
	count, ok := num.ParseInt(in[1:end])
	switch {
	case !ok || count > maxArgs:
		return 0, 0, fail(b, "invalid multibulk length")
	case p.small && count > maxSmallArgs:
		return 0, 0, fail(b, "unauthenticated multibulk length")
	}
	return int(max(count, 0)), end + 1, whole
}

// arguments reads the arguments that the command begun waits for.
func (p *parser) arguments(b *keyspace.Batch, in []byte) (used int, got progress) {
	for p.left > 0 {
		if p.bulk == noBulk {
			if used == len(in) {
				return used, partial
			}
			n, got := p.bulkHeader(b, in[used:])
			if got != whole {
				return used, got
			}
			used += n
		}
		end := used + int(p.bulk)
		if len(in)-2 < end {
			return used, partial
		}
		b.Args = append(b.Args, in[used:end:end])
		used = end + 2 // Redis: what stands in the place of the line end does not matter
		p.bulk = noBulk
		p.left--
	}
	b.Append()
	return used, whole
}

// bulkHeader reads the length of an argument.
func (p *parser) bulkHeader(b *keyspace.Batch, in []byte) (used int, got progress) {
	if in[0] == '$' {
		n, width := shortNumber(in[1:])
		if width > 0 && int64(n) <= p.maxBulkBytes && !p.small {
			p.bulk, p.scanned = int64(n), 0
			return 1 + width, whole
		}
	}
	end, got := p.header(b, in, "too big bulk count string")
	if got != whole {
		return 0, got
	}
	if in[0] != '$' {
		return 0, fail(b, "expected '$', got '"+string(in[:1])+"'")
	}
	n, ok := num.ParseInt(in[1:end])
	switch {
	case !ok || n < 0 || n > p.maxBulkBytes:
		return 0, fail(b, "invalid bulk length")
	case p.small && n > maxSmallBulkBytes:
		return 0, fail(b, "unauthenticated bulk length")
	}
	p.bulk = n
	return end + 2, whole
}

// shortNumber reads a number of up to nine digits that ends with a line end; width counts that
// too. Width 0 means anything else, errors and missing bytes included.
func shortNumber(in []byte) (n, width int) {
	for i, c := range in {
		if digit := c - '0'; digit <= 9 {
			n = n*10 + int(digit)
			if i < 9 {
				continue
			}
			return 0, 0
		}
		if c != '\r' || i == 0 || i+1 == len(in) || (in[0] == '0' && i > 1) {
			return 0, 0
		}
		return n, i + 2
	}
	return 0, 0
}

// header finds the \r that ends a header; the byte behind it must be there, but may be any.
// (Redis: it is taken for \n unseen.)
func (p *parser) header(b *keyspace.Batch, in []byte, tooBig string) (end int, got progress) {
	end = p.lineEnd(in, '\r')
	switch {
	case end >= 0 && end+1 < len(in):
		p.scanned = 0
		return end, whole
	case end < 0 && len(in) > maxLineBytes:
		return 0, fail(b, tooBig)
	}
	return 0, partial
}

// inline reads a command typed as a line.
func (p *parser) inline(b *keyspace.Batch, in []byte) (used int, got progress) {
	end := p.lineEnd(in, '\n')
	if end < 0 {
		if len(in) > maxLineBytes {
			return 0, fail(b, "too big inline request")
		}
		return 0, partial
	}
	p.scanned = 0
	line := in[:end]
	if end > 0 && line[end-1] == '\r' {
		line = line[:end-1]
	}
	args, err := inline.Split(line, b.Args)
	if err != nil {
		return 0, fail(b, "unbalanced quotes in request")
	}
	if len(args) > len(b.Args) {
		b.Args = args
		b.Append()
	}
	return end + 1, whole
}

// lineEnd finds the first end byte, going on where it stopped before; -1 if it has not come. It
// never comes behind a NUL. (Redis: strchr.)
func (p *parser) lineEnd(in []byte, end byte) int {
	fresh := in[p.scanned:]
	i := bytes.IndexByte(fresh, end)
	before := fresh
	if i >= 0 {
		before = fresh[:i]
	}
	if nul := bytes.IndexByte(before, 0); nul >= 0 {
		p.scanned += nul
		return -1
	}
	p.scanned += len(before)
	if i < 0 {
		return -1
	}
	return p.scanned
}

// fail notes that the bytes are not the protocol.
func fail(b *keyspace.Batch, what string) progress {
	b.Fatal = reply.Protocol(what)
	return broken
}
