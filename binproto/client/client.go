package client

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ringer-kv/ringer/binproto/frame"
)

// Value is a reply. See frame.Value for its accessors.
type Value = frame.Value

// Error is an error reply; errors.As finds it in what Do returns.
type Error = frame.Error

// ErrClosed is what a connection returns after Close, and after an error that has left it in the
// midst of a frame.
var ErrClosed = errors.New("client: connection closed")

// ErrReplyTooBig means that a reply is longer than Options.MaxReplyBytes.
var ErrReplyTooBig = errors.New("client: reply longer than the limit")

// DefaultMaxReplyBytes is the largest reply that is taken unless the options say otherwise.
const DefaultMaxReplyBytes = 1 << 30

// bufferBytes is the size of the read and of the write buffer: a pipeline of some hundred small
// commands in one system call.
const bufferBytes = 16 << 10

// Options configure a connection. The zero value is a good default.
//
// Safe for concurrent use. Nothing changes them.
type Options struct {
	// Timeout bounds each Do, Flush and Receive; 0 is no bound. A deadline of a context that
	// comes earlier prevails.
	Timeout time.Duration
	// Username and Password are sent by AUTH if there is a password.
	Username, Password string
	// DB is selected if it is not 0.
	DB int
	// MaxReplyBytes is the largest reply that is taken.
	MaxReplyBytes int64
	// TLS has DialOptions speak TLS, as with native-tls-port; nil: not. Without a ServerName the
	// certificate must be that of the host in the address.
	TLS *tls.Config
}

// Conn is a connection to a server.
//
// Safe for concurrent use. Do is one unit; of Send, Flush and Receive each is, so that goroutines
// which share a connection for pipelines must agree on whose reply comes next: one that sends and
// one that receives is the usual way.
type Conn struct {
	conn    net.Conn
	options Options

	writing sync.Mutex // held by Send and Flush
	w       *bufio.Writer
	frame   []byte // of the request being written

	reading sync.Mutex // held by Receive
	r       *bufio.Reader

	unread atomic.Int64 // replies that have not been received, which Do skips
	err    atomic.Pointer[error]
}

// Dial connects to a server at "host:port".
func Dial(ctx context.Context, address string) (*Conn, error) {
	return DialOptions(ctx, address, Options{})
}

// dialer opens sockets.
type dialer interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// DialOptions connects to a server at "host:port", authenticates and selects the database.
func DialOptions(ctx context.Context, address string, o Options) (*Conn, error) {
	var d dialer = &net.Dialer{}
	if o.TLS != nil {
		d = &tls.Dialer{Config: o.TLS}
	}
	nc, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	c := NewConn(nc, o)
	if err := c.greet(ctx); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// NewConn makes a connection of an open socket. It sends nothing by itself.
func NewConn(nc net.Conn, o Options) *Conn {
	if o.MaxReplyBytes <= 0 {
		o.MaxReplyBytes = DefaultMaxReplyBytes
	}
	return &Conn{
		conn: nc, options: o,
		r: bufio.NewReaderSize(nc, bufferBytes), w: bufio.NewWriterSize(nc, bufferBytes),
	}
}

// greet authenticates and selects the database.
func (c *Conn) greet(ctx context.Context) error {
	o := &c.options
	if o.Password != "" {
		auth := []any{"AUTH", o.Password}
		if o.Username != "" {
			auth = []any{"AUTH", o.Username, o.Password}
		}
		if _, err := c.DoContext(ctx, auth...); err != nil {
			return err
		}
	}
	if o.DB != 0 {
		if _, err := c.DoContext(ctx, "SELECT", o.DB); err != nil {
			return err
		}
	}
	return nil
}

// NetConn is the connection underneath.
func (c *Conn) NetConn() net.Conn { return c.conn }

// Close closes the connection. A call that waits for a reply returns with an error.
func (c *Conn) Close() error { return c.conn.Close() }

// Do sends a command and returns its reply. Arguments are strings, byte slices, integers, floats
// and booleans. An error reply is returned as both the value and an *Error; after any other error
// the connection is of no use. What has been sent by Send is flushed, and the replies to it that
// have not been received are dropped.
func (c *Conn) Do(args ...any) (Value, error) { return c.DoContext(context.Background(), args...) }

// DoContext is Do that gives up when the context is done.
func (c *Conn) DoContext(ctx context.Context, args ...any) (Value, error) {
	c.writing.Lock()
	defer c.writing.Unlock()
	c.reading.Lock()
	defer c.reading.Unlock()
	if err := c.send(args); err != nil {
		return Value{}, err
	}
	if err := ctx.Err(); err != nil {
		return Value{}, c.fail(err)
	}
	stop := c.bound(ctx)
	v, err := c.roundTrip()
	stop()
	if err != nil {
		return Value{}, c.fail(cause(ctx, err))
	}
	return v, v.Err()
}

// cause is the context's error if it was the context that broke a call off.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if deadline, has := ctx.Deadline(); has && !time.Now().Before(deadline) {
		return context.DeadlineExceeded // which ctx is about to say
	}
	return err
}

// roundTrip flushes and receives the reply to the last command that has been sent.
func (c *Conn) roundTrip() (v Value, err error) {
	if err = c.w.Flush(); err != nil {
		return Value{}, err
	}
	for c.unread.Load() > 0 {
		c.unread.Add(-1)
		if v, err = c.receive(); err != nil {
			return Value{}, err
		}
	}
	return v, nil
}

// bound sets the deadline of the options or of the context, and has the context's end break off
// what waits. The function that it returns undoes the latter.
func (c *Conn) bound(ctx context.Context) (stop func()) {
	deadline, has := ctx.Deadline()
	if c.options.Timeout > 0 {
		if own := time.Now().Add(c.options.Timeout); !has || own.Before(deadline) {
			deadline, has = own, true
		}
	}
	if has {
		c.conn.SetDeadline(deadline)
	}
	if ctx.Done() == nil {
		return func() {}
	}
	cancel := context.AfterFunc(ctx, func() { c.conn.SetDeadline(time.Unix(1, 0)) })
	return func() {
		if cancel() && has {
			c.conn.SetDeadline(time.Time{})
		}
	}
}

// Send appends a command to the write buffer, which goes out when it is full, and by Flush or Do.
func (c *Conn) Send(args ...any) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	return c.send(args)
}

func (c *Conn) send(args []any) error {
	if err := c.failed(); err != nil {
		return err
	}
	if len(args) == 0 {
		return errors.New("client: a command has a name")
	}
	b, err := appendCommand(c.frame[:0], args)
	if err != nil {
		return err
	}
	return c.write(b)
}

// SendStrings is Send for arguments that are strings already; it allocates nothing.
func (c *Conn) SendStrings(args ...string) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	if err := c.failed(); err != nil {
		return err
	}
	return c.write(frame.AppendRequest(c.frame[:0], args...))
}

// write appends a request to the write buffer, and keeps its own if that is not a large one.
func (c *Conn) write(request []byte) error {
	if cap(request) <= bufferBytes {
		c.frame = request
	}
	c.unread.Add(1)
	if _, err := c.w.Write(request); err != nil {
		return c.fail(err)
	}
	return nil
}

// Flush sends what is in the write buffer.
func (c *Conn) Flush() error {
	c.writing.Lock()
	defer c.writing.Unlock()
	if err := c.failed(); err != nil {
		return err
	}
	if c.options.Timeout > 0 {
		c.conn.SetWriteDeadline(time.Now().Add(c.options.Timeout))
	}
	if err := c.w.Flush(); err != nil {
		return c.fail(err)
	}
	return nil
}

// Receive returns the next frame that the server sends: the replies to what has been sent, in
// that order, and to a connection that has subscribed also pushes, which Push tells apart. An
// error reply is a value here, so that err tells of the connection alone.
func (c *Conn) Receive() (Value, error) {
	c.reading.Lock()
	defer c.reading.Unlock()
	if err := c.failed(); err != nil {
		return Value{}, err
	}
	if c.options.Timeout > 0 {
		c.conn.SetReadDeadline(time.Now().Add(c.options.Timeout))
	}
	v, err := c.receive()
	if err != nil {
		return Value{}, c.fail(err)
	}
	if c.unread.Load() > 0 {
		c.unread.Add(-1)
	}
	return v, nil
}

// receive reads and decodes one frame.
func (c *Conn) receive() (Value, error) {
	head, err := c.r.Peek(frame.HeaderBytes)
	if err != nil {
		if len(head) > 0 && errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return Value{}, err
	}
	size := int64(binary.LittleEndian.Uint32(head))
	if size > c.options.MaxReplyBytes {
		return Value{}, ErrReplyTooBig
	}
	if _, err := c.r.Discard(frame.HeaderBytes); err != nil {
		return Value{}, err
	}
	payload, err := c.payload(size)
	if err != nil {
		return Value{}, err
	}
	return frame.ParseReply(payload)
}

// payload reads the payload of a frame. A large one is read in pieces that grow, so that memory
// follows what has been sent and not what was announced.
func (c *Conn) payload(size int64) ([]byte, error) {
	const firstBytes = 1 << 20
	b := make([]byte, min(size, firstBytes))
	for read := int64(0); ; {
		n, err := io.ReadFull(c.r, b[read:])
		if err != nil {
			return nil, noEOF(err)
		}
		read += int64(n)
		if read == size {
			return b, nil
		}
		b = append(b, make([]byte, min(size-read, read))...)
	}
}

// noEOF says that the end has come in the midst of a frame.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// fail closes the connection for good.
func (c *Conn) fail(err error) error {
	closed := fmt.Errorf("%w: %w", ErrClosed, err)
	c.err.CompareAndSwap(nil, &closed)
	c.conn.Close()
	return err
}

// failed is why the connection is of no use any more, or nil.
func (c *Conn) failed() error {
	if err := c.err.Load(); err != nil {
		return *err
	}
	return nil
}

// pushKinds are the first elements of pushes.
var pushKinds = map[string]bool{
	"message": true, "pmessage": true, "smessage": true, "subscribe": true, "psubscribe": true,
	"ssubscribe": true, "unsubscribe": true, "punsubscribe": true, "sunsubscribe": true,
	"invalidate": true,
}

// Push returns the kind of a push ("message", "subscribe", ...), or "" if the value cannot be one.
// A frame does not say whether it is a push, but for a connection that has subscribed no reply
// but that of a script looks like one.
func Push(v Value) string {
	elems, err := v.Array()
	if err != nil || len(elems) < 2 || elems[0].Kind() != frame.String {
		return ""
	}
	if kind := string(elems[0].Bytes()); pushKinds[kind] {
		return kind
	}
	return ""
}

// appendCommand appends the frame of a command.
func appendCommand(b []byte, args []any) ([]byte, error) {
	b = append(b, 0, 0, 0, 0)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(args)))
	for i, arg := range args {
		at := len(b)
		b = append(b, 0, 0, 0, 0)
		var ok bool
		if b, ok = appendArg(b, arg); !ok {
			return nil, fmt.Errorf("client: argument %d is a %T", i, arg)
		}
		n := int64(len(b) - at - frame.HeaderBytes)
		if n > frame.MaxStringBytes {
			return nil, fmt.Errorf("client: argument %d: %w", i, frame.ErrStringTooBig)
		}
		binary.LittleEndian.PutUint32(b[at:], uint32(n))
	}
	n := int64(len(b) - frame.HeaderBytes)
	if n > frame.MaxStringBytes {
		return nil, fmt.Errorf("client: %w", frame.ErrTooBig)
	}
	binary.LittleEndian.PutUint32(b, uint32(n))
	return b, nil
}

// appendArg appends the text of an argument.
func appendArg(b []byte, arg any) ([]byte, bool) {
	switch a := arg.(type) {
	case string:
		return append(b, a...), true
	case []byte:
		return append(b, a...), true
	case int:
		return strconv.AppendInt(b, int64(a), 10), true
	case int32:
		return strconv.AppendInt(b, int64(a), 10), true
	case int64:
		return strconv.AppendInt(b, a, 10), true
	case uint32:
		return strconv.AppendUint(b, uint64(a), 10), true
	case uint64:
		return strconv.AppendUint(b, a, 10), true
	case float32:
		return strconv.AppendFloat(b, float64(a), 'g', -1, 32), true
	case float64:
		return strconv.AppendFloat(b, a, 'g', -1, 64), true
	case bool:
		if a {
			return append(b, '1'), true
		}
		return append(b, '0'), true
	}
	return b, false
}
