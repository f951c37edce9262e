package compat_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// TestNativeReplies: the tags and the error codes of the native protocol.
func TestNativeReplies(t *testing.T) {
	c := mustDialNative(t)
	for _, step := range []struct {
		line, want string
		code       uint32
	}{
		{"FLUSHALL", `$"OK"`, 0},
		{"PING", `$"PONG"`, 0},
		{"GET k", "nil", 0},
		{"SET k v", `$"OK"`, 0},
		{"GET k", `$"v"`, 0},
		{`SET "" ""`, `$"OK"`, 0},
		{`GET ""`, `$""`, 0},
		{"DEL k none", `:"1"`, 0},
		{"TTL none", `:"-2"`, 0},
		{"ZADD z 1.5 a 2 b", `:"2"`, 0},
		{"ZSCORE z a", `,"1.5"`, 0},
		{"ZADD z INCR 0.5 a", `,"2"`, 0},
		{"ZADD z inf i", `:"1"`, 0},
		{"ZSCORE z i", `,"+Inf"`, 0},
		{"ZRANGE z 0 0 WITHSCORES", `[$"a" ,"2"]`, 0},
		{"ZRANGE z 5 6", "[]", 0},
		{"ZRANK z b", `:"1"`, 0},
		{"KEYS z*", `[$"z"]`, 0},
		{"ZREM z i", `:"1"`, 0},
		{"DEL z", `:"1"`, 0},
		{"KEYS", `[$""]`, 0},
		{"keys", `[$""]`, 0},
		{"NOSUCH a", `-"ERR unknown command 'NOSUCH', with args beginning with: 'a' "`, codeUnknown},
		{"GET", `-"ERR wrong number of arguments for 'get' command"`, codeBadArgument},
		{`ZADD "" 1 a`, wrongType, codeWrongType},
		{"EXPIRE k x", notInt, codeBadArgument},
		{"SET k v FOO", syntax, codeBadArgument},
		{"SELECT 99", `-"ERR DB index is out of range"`, codeBadArgument},
	} {
		args, err := split(step.line)
		if err != nil {
			t.Fatal(err)
		}
		v, err := c.do(args...)
		if err != nil || describe(v.value) != step.want || v.code != step.code {
			t.Errorf("%s = %s (code %d), %v; want %s (code %d)", step.line,
				describe(v.value), v.code, err, step.want, step.code)
		}
	}
}

// nativeInput is what a client writes to the native port. want is the values that come back, in
// order; closed says whether the server ends the connection then.
type nativeInput struct {
	name   string
	bytes  []byte
	want   []string
	closed bool
}

func u32(numbers ...uint32) []byte {
	var b []byte
	for _, n := range numbers {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	return b
}

func nativeBadInput() []nativeInput {
	ping := appendFrame(nil, []string{"PING"})
	pong, anError := `$"PONG"`, "-"
	join := func(parts ...[]byte) []byte {
		var all []byte
		for _, part := range parts {
			all = append(all, part...)
		}
		return all
	}
	return []nativeInput{
		{"one request", ping, []string{pong}, false},
		{"a hundred at once", []byte(strings.Repeat(string(ping), 100)),
			strings.Split(strings.Repeat(pong+" ", 99)+pong, " "), false},
		{"half a header", u32(8)[:2], nil, false},
		{"a header and no body", u32(8), nil, false},
		{"a frame of 4 GiB", u32(0xffffffff), []string{anError}, true},
		{"a frame of 2 GiB", u32(0x80000000), []string{anError}, true},
		{"a frame over 64 MiB", u32(64<<20 + 1), []string{anError}, true},
		{"a frame too short for its count", u32(0), []string{anError}, true},
		{"a count cut short", append(u32(3), 1, 0, 0), []string{anError}, true},
		{"no strings, an empty name", join(u32(4, 0), ping), []string{anError, pong}, false},
		{"a count of 4 G", u32(4, 0xffffffff), []string{anError}, true},
		{"a count of 2 G", u32(8, 0x80000000, 0), []string{anError}, true},
		{"a count larger than the frame", u32(8, 2, 0), []string{anError}, true},
		{"a string of 4 GiB", u32(8, 1, 0xffffffff), []string{anError}, true},
		{"a string longer than the frame", append(u32(12, 1, 5), "PING"...), []string{anError}, true},
		{"bytes after the last string", append(u32(13, 1, 4), "PINGx"...), []string{anError}, true},
		{"good requests before a bad one", join(ping, ping, u32(0xffffffff)),
			[]string{pong, pong, anError}, true},
		{"good requests after a bad one are not served", join(ping, u32(4, 0xffffffff), ping),
			[]string{pong, anError}, true},
		{"an unknown command does not end it", join(appendFrame(nil, []string{"nosuch"}), ping),
			[]string{anError, pong}, false},
		{"an empty name", join(appendFrame(nil, []string{""}), ping), []string{anError, pong}, false},
		{"nothing after QUIT", join(appendFrame(nil, []string{"QUIT"}), ping), []string{`$"OK"`}, true},
	}
}

func TestNativeBadInput(t *testing.T) {
	for _, c := range nativeBadInput() {
		for _, size := range []int{len(c.bytes), 1} {
			if size == 1 && len(c.bytes) > 100 {
				continue
			}
			name := fmt.Sprintf("%s, %d bytes a write", c.name, size)
			conn := mustDialNative(t)
			for rest := c.bytes; len(rest) > 0; rest = rest[min(size, len(rest)):] {
				_ = conn.write(rest[:min(size, len(rest))]) // fails once the server has closed
			}
			conn.expect(t, name, c)
			conn.close()
		}
	}
	lab.shared.ringer.alive(t)
}

func (c *nativeConn) expect(t *testing.T, name string, input nativeInput) {
	t.Helper()
	for i, want := range input.want {
		v, err := c.read()
		got := describe(v.value)
		if err != nil || got != want && !(want == "-" && v.kind == '-') {
			t.Errorf("%s: reply %d is %s, %v; want %s", name, i, got, err, want)
			return
		}
	}
	if input.closed {
		if v, err := c.read(); goneBecause(err) != "connection closed" {
			t.Errorf("%s: want a close, have %s, %v", name, describe(v.value), err)
		}
		return
	}
	if err := c.net.SetReadDeadline(time.Now().Add(quiet / 4)); err != nil {
		t.Fatal(err)
	}
	if b, err := c.in.ReadByte(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%s: want silence, have byte %d, %v", name, b, err)
	}
}

// TestNativeCut cuts a pipeline of frames at every byte.
func TestNativeCut(t *testing.T) {
	var frames []byte
	for _, args := range [][]string{{"PING"}, {"SET", "cut", "a\r\nb"}, {"GET", "cut"}, {"ECHO", ""}} {
		frames = appendFrame(frames, args)
	}
	want := []string{`$"PONG"`, `$"OK"`, `$"a\r\nb"`, `$""`}
	witness := mustDialNative(t)
	for i := 1; i < len(frames); i++ {
		c := mustDialNative(t)
		_ = c.write(frames[:i])
		if _, err := witness.do("PING"); err != nil {
			t.Fatal(err)
		}
		_ = c.write(frames[i:])
		c.expect(t, fmt.Sprintf("cut at %d", i), nativeInput{want: want})
		c.close()
	}
}

// TestNativeText: a connection that begins with text gets inline commands and RESP replies.
func TestNativeText(t *testing.T) {
	onlyRinger(t)
	for _, c := range []struct{ send, want string }{
		{"PING\r\n", "+PONG\r\n"},
		{"ping\n", "+PONG\r\n"},
		{"SET mykey \"hello world\"\nGET mykey\n", "+OK\r\n$11\r\nhello world\r\n"},
		{"GET \"a\n", "-ERR Protocol error: unbalanced quotes in request\r\n"},
		{"NOSUCH\n", "-ERR unknown command 'NOSUCH', with args beginning with: \r\n"},
		{"QUIT\nPING\n", "+OK\r\n"},
	} {
		conn := mustDial(t, lab.shared.ringer.nativeAddr)
		if err := conn.write([]byte(c.send)); err != nil {
			t.Fatal(err)
		}
		got, err := conn.collect(&outcome{bytes: []byte(c.want)})
		if err != nil || string(got.bytes) != c.want {
			t.Errorf("%q answers %q, %v; want %q", c.send, got.bytes, err, c.want)
		}
	}
}

// TestNativeDualStack: one socket for IPv4 and IPv6.
func TestNativeDualStack(t *testing.T) {
	onlyRinger(t)
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	s, err := startRinger("--native-port", port)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	for _, host := range []string{"127.0.0.1", "[::1]"} {
		c, err := dialNative(host + ":" + port)
		if err != nil {
			t.Errorf("%s: %v", host, err)
			continue
		}
		if v, err := c.do("PING"); err != nil || v.text != "PONG" {
			t.Errorf("%s answers %s, %v", host, describe(v.value), err)
		}
		c.close()
	}
}

// TestBothPortsShareTheData, and each other's sessions not.
func TestBothPortsShareTheData(t *testing.T) {
	native := mustDialNative(t)
	resp := mustDial(t, lab.shared.ringer.addr)
	resp.must(t, "FLUSHALL")
	resp.must(t, "SET shared 1")
	resp.must(t, "SELECT 3")
	if v, err := native.do("GET", "shared"); err != nil || v.text != "1" {
		t.Errorf("native GET = %s, %v", describe(v.value), err)
	}
	if v, err := native.do("ZADD", "three", "1.5", "a"); err != nil || v.text != "1" {
		t.Errorf("native ZADD = %s, %v", describe(v.value), err)
	}
	if got := describe(resp.must(t, "DBSIZE")); got != `:"0"` {
		t.Errorf("database 3 has %s keys", got)
	}
	resp.must(t, "SELECT 0")
	if got := describe(resp.must(t, "ZSCORE three a")); got != `$"1.5"` {
		t.Errorf("ZSCORE = %s", got)
	}
}
