package compat_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"net"
	"strconv"
	"testing"
	"time"
)

// The native protocol, as README.md defines it, written here once more so that the
// tests do not share a mistake with the server. Little-endian throughout:
//
//	request  u32 len | u32 nstr | nstr times (u32 len, bytes)
//	reply    u32 len | value
//	value    tag 0 nil | 1 error: u32 code, u32 len, bytes | 2 string: u32 len, bytes
//	         | 3 integer: i64 | 4 double: f64 | 5 array: u32 n, n values
const (
	tagNil = iota
	tagError
	tagString
	tagInteger
	tagDouble
	tagArray
)

// The error codes of tag 1.
const (
	codeUnknown = iota + 1
	codeTooBig
	codeWrongType
	codeBadArgument
	codeOther
)

// nativeValue is a value of the native protocol in terms of RESP's kinds. code belongs to an
// error.
type nativeValue struct {
	value
	code uint32
}

// nativeConn is one connection to the native port.
type nativeConn struct {
	net net.Conn
	in  *bufio.Reader
}

func dialNative(addr string) (*nativeConn, error) {
	c, err := net.DialTimeout("tcp", addr, ioTimeout)
	if err != nil {
		return nil, err
	}
	return &nativeConn{c, bufio.NewReader(c)}, nil
}

func mustDialNative(t *testing.T) *nativeConn {
	t.Helper()
	onlyRinger(t)
	c, err := dialNative(lab.shared.ringer.nativeAddr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.close)
	return c
}

func (c *nativeConn) close() { _ = c.net.Close() }

func (c *nativeConn) do(args ...string) (nativeValue, error) {
	if err := c.write(appendFrame(nil, args)); err != nil {
		return nativeValue{}, err
	}
	return c.read()
}

func (c *nativeConn) write(p []byte) error {
	if err := c.net.SetWriteDeadline(time.Now().Add(ioTimeout)); err != nil {
		return err
	}
	_, err := c.net.Write(p)
	return err
}

// read reads one reply frame, which must hold exactly one value.
func (c *nativeConn) read() (nativeValue, error) {
	if err := c.net.SetReadDeadline(time.Now().Add(ioTimeout)); err != nil {
		return nativeValue{}, err
	}
	var header [4]byte
	if _, err := io.ReadFull(c.in, header[:]); err != nil {
		return nativeValue{}, err
	}
	size := binary.LittleEndian.Uint32(header[:])
	if size > maxReplyLength {
		return nativeValue{}, fmt.Errorf("%w: a frame of %d bytes", errMalformed, size)
	}
	frame := make([]byte, size)
	if _, err := io.ReadFull(c.in, frame); err != nil {
		return nativeValue{}, err
	}
	d := decoder{rest: frame}
	v := d.value(0)
	if d.err == nil && len(d.rest) > 0 {
		d.err = fmt.Errorf("%w: %d bytes after the value", errMalformed, len(d.rest))
	}
	return v, d.err
}

func appendFrame(b []byte, args []string) []byte {
	start := len(b)
	b = append(b, 0, 0, 0, 0)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(args)))
	for _, arg := range args {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(arg)))
		b = append(b, arg...)
	}
	binary.LittleEndian.PutUint32(b[start:], uint32(len(b)-start-4))
	return b
}

// decoder reads values off a frame; after the first error it reads nothing more.
type decoder struct {
	rest []byte
	err  error
}

func (d *decoder) take(n int) []byte {
	if d.err != nil || n < 0 || n > len(d.rest) {
		if d.err == nil {
			d.err = fmt.Errorf("%w: %d bytes wanted, %d are left", errMalformed, n, len(d.rest))
		}
		return make([]byte, min(max(n, 0), 8))
	}
	taken := d.rest[:n]
	d.rest = d.rest[n:]
	return taken
}

func (d *decoder) uint32() uint32 { return binary.LittleEndian.Uint32(d.take(4)) }
func (d *decoder) uint64() uint64 { return binary.LittleEndian.Uint64(d.take(8)) }
func (d *decoder) text() string   { return string(d.take(int(d.uint32()))) }

func (d *decoder) value(depth int) nativeValue {
	switch tag := d.take(1)[0]; tag {
	case tagNil:
		return nativeValue{value: value{kind: '_', null: true}}
	case tagError:
		code := d.uint32()
		return nativeValue{value{kind: '-', text: d.text()}, code}
	case tagString:
		return nativeValue{value: value{kind: '$', text: d.text()}}
	case tagInteger:
		n := int64(d.uint64())
		return nativeValue{value: value{kind: ':', text: strconv.FormatInt(n, 10)}}
	case tagDouble:
		f := math.Float64frombits(d.uint64())
		return nativeValue{value: value{kind: ',', text: strconv.FormatFloat(f, 'g', -1, 64)}}
	case tagArray:
		return d.array(depth)
	default:
		d.fail("tag %d", tag)
		return nativeValue{}
	}
}

func (d *decoder) array(depth int) nativeValue {
	v := nativeValue{value: value{kind: '*'}}
	n := d.uint32()
	if depth == maxReplyDepth || int64(n) > int64(len(d.rest)) {
		d.fail("an array of %d at depth %d", n, depth)
	}
	for i := uint32(0); i < n && d.err == nil; i++ {
		v.elems = append(v.elems, d.value(depth+1).value)
	}
	return v
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("%w: %s", errMalformed, fmt.Sprintf(format, args...))
	}
}

func TestNativeDecoder(t *testing.T) {
	frame := []byte{tagArray, 5, 0, 0, 0,
		tagNil, tagError, 3, 0, 0, 0, 1, 0, 0, 0, 'E', tagString, 2, 0, 0, 0, 'a', 'b',
		tagInteger, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		tagDouble, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f}
	d := decoder{rest: frame}
	got := d.value(0)
	want := value{kind: '*', elems: []value{{kind: '_', null: true}, {kind: '-', text: "E"},
		{kind: '$', text: "ab"}, {kind: ':', text: "-1"}, {kind: ',', text: "1.5"}}}
	if d.err != nil || !identical(got.value, want) || len(d.rest) != 0 {
		t.Errorf("decoded %+v, %v", got, d.err)
	}
	for n := range len(frame) {
		d := decoder{rest: frame[:n]}
		if d.value(0); d.err == nil {
			t.Errorf("the first %d bytes decode without an error", n)
		}
	}
	want2 := []byte{14, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 'a', 1, 0, 0, 0, 'b'}
	if got := appendFrame(nil, []string{"a", "b"}); !bytes.Equal(got, want2) {
		t.Errorf("appendFrame = %v, want %v", got, want2)
	}
}
