package resptest

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// pipeBytes is how much may be under way in one direction before a Write waits, as in the buffers
// of a socket.
const pipeBytes = 64 << 10

// newPipe makes an in-memory connection and returns its two ends. Unlike net.Pipe it has buffers,
// so that a client which writes a long pipeline before it reads gets on, as it would over TCP.
// Nothing in it is known to the network: within testing/synctest a Read that waits is durably
// blocked.
func newPipe() (client, server net.Conn) {
	up, down := newHalf(), newHalf()
	return &pipeEnd{in: down, out: up, name: "client"}, &pipeEnd{in: up, out: down, name: "server"}
}

// half is one direction.
//
// Safe for concurrent use.
type half struct {
	mu     sync.Mutex
	change sync.Cond
	buf    []byte
	ended  bool // the writer has closed: io.EOF when the buffer is empty
	broken bool // the reader has closed: writing fails

	reading, writing deadline
}

func newHalf() *half {
	h := new(half)
	h.change.L = &h.mu
	h.reading.half, h.writing.half = h, h
	return h
}

// deadline is when a Read or a Write gives up.
type deadline struct {
	half   *half
	passed bool
	timer  *time.Timer
	round  int // a timer of an earlier round is void
}

// set is called with half.mu held.
func (d *deadline) set(t time.Time) {
	d.round++
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
	d.passed = false
	if t.IsZero() {
		return
	}
	left := time.Until(t)
	if left <= 0 {
		d.passed = true
		d.half.change.Broadcast()
		return
	}
	round := d.round
	d.timer = time.AfterFunc(left, func() {
		d.half.mu.Lock()
		defer d.half.mu.Unlock()
		if round == d.round {
			d.passed = true
			d.half.change.Broadcast()
		}
	})
}

func (h *half) read(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for {
		switch {
		case h.broken:
			return 0, net.ErrClosed
		case h.reading.passed:
			return 0, os.ErrDeadlineExceeded
		case len(h.buf) > 0 || len(p) == 0:
			n := copy(p, h.buf)
			if h.buf = h.buf[n:]; len(h.buf) == 0 {
				h.buf = nil
			}
			h.change.Broadcast()
			return n, nil
		case h.ended:
			return 0, io.EOF
		}
		h.change.Wait()
	}
}

func (h *half) write(p []byte) (written int, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for {
		switch {
		case h.ended:
			return written, net.ErrClosed
		case h.broken:
			return written, io.ErrClosedPipe
		case h.writing.passed:
			return written, os.ErrDeadlineExceeded
		}
		n := min(len(p), pipeBytes-len(h.buf))
		if n > 0 {
			h.buf = append(h.buf, p[:n]...)
			p, written = p[n:], written+n
			h.change.Broadcast()
		}
		if len(p) == 0 {
			return written, nil
		}
		h.change.Wait()
	}
}

// end is the writer's close, breakOff the reader's.
func (h *half) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ended = true
	h.writing.set(time.Time{})
	h.change.Broadcast()
}

func (h *half) breakOff() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.broken, h.buf = true, nil
	h.reading.set(time.Time{})
	h.change.Broadcast()
}

// pipeEnd is one end of a pipe.
//
// Safe for concurrent use.
type pipeEnd struct {
	in, out *half
	name    string
}

// Read, Write and the others are those of net.Conn.
func (e *pipeEnd) Read(p []byte) (int, error) { return e.in.read(p) }

// Write returns when all of p is in the buffer of the other end.
func (e *pipeEnd) Write(p []byte) (int, error) { return e.out.write(p) }

// Close closes both directions. What has been written can still be read.
func (e *pipeEnd) Close() error {
	e.out.end()
	e.in.breakOff()
	return nil
}

// CloseWrite closes the direction from this end to the other, as on a TCP connection.
func (e *pipeEnd) CloseWrite() error {
	e.out.end()
	return nil
}

// LocalAddr names this end, RemoteAddr the other.
func (e *pipeEnd) LocalAddr() net.Addr { return pipeAddr(e.name) }

// RemoteAddr is the address of the other end.
func (e *pipeEnd) RemoteAddr() net.Addr {
	if e.name == "client" {
		return pipeAddr("server")
	}
	return pipeAddr("client")
}

// SetDeadline sets when reading and writing give up.
func (e *pipeEnd) SetDeadline(t time.Time) error {
	return errors.Join(e.SetReadDeadline(t), e.SetWriteDeadline(t))
}

// SetReadDeadline sets when reading gives up.
func (e *pipeEnd) SetReadDeadline(t time.Time) error {
	e.in.mu.Lock()
	defer e.in.mu.Unlock()
	e.in.reading.set(t)
	return nil
}

// SetWriteDeadline sets when writing gives up.
func (e *pipeEnd) SetWriteDeadline(t time.Time) error {
	e.out.mu.Lock()
	defer e.out.mu.Unlock()
	e.out.writing.set(t)
	return nil
}

// pipeAddr is the address of an end.
type pipeAddr string

func (a pipeAddr) Network() string { return "pipe" }
func (a pipeAddr) String() string  { return "resptest-" + string(a) }
