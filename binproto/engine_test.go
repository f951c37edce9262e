package binproto_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ringer-kv/ringer/binproto"
	"github.com/ringer-kv/ringer/binproto/client"
	"github.com/ringer-kv/ringer/binproto/frame"
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/command"
)

const patience = 30 * time.Second

// serve starts an engine with all commands and a server of it, until the test ends.
func serve(t testing.TB, direct bool, config *keyspace.Config, o binproto.Options) string {
	t.Helper()
	e, err := keyspace.New(keyspace.Options{
		Commands: command.Table(), Config: config, ArenaBytes: 1 << 30,
	})
	if err != nil {
		t.Fatal(err)
	}
	e.Limits().DirectWrite.Store(direct)
	o.Bind = []string{"127.0.0.1"}
	s := binproto.NewServer(e, o)
	if err := s.Listen(); err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error("closing the server:", err)
		}
		if err := <-served; !errors.Is(err, binproto.ErrClosed) {
			t.Error("serving:", err)
		}
		if err := e.Close(); err != nil {
			t.Error("closing the engine:", err)
		}
	})
	return s.Addr().String()
}

func inBothModes(t *testing.T, test func(t *testing.T, address string)) {
	for _, direct := range []bool{true, false} {
		t.Run(fmt.Sprintf("direct=%t", direct), func(t *testing.T) {
			test(t, serve(t, direct, nil, binproto.Options{MaxFrame: 8 << 20}))
		})
	}
}

func dial(t testing.TB, address string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return c
}

func dialClient(t testing.TB, address string) *client.Conn {
	t.Helper()
	return client.NewConn(dial(t, address), client.Options{})
}

// replies decodes all frames of what a server sent before it closed.
func replies(t testing.TB, b []byte) []string {
	t.Helper()
	list := []string{}
	for len(b) >= frame.HeaderBytes {
		size := frame.HeaderBytes + int(binary.LittleEndian.Uint32(b))
		v, err := frame.ParseReply(b[frame.HeaderBytes:size])
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Err(); err != nil {
			var e *frame.Error
			errors.As(err, &e)
			list = append(list, fmt.Sprintf("%d %s", e.Code, e.Text))
		} else {
			list = append(list, v.String())
		}
		b = b[size:]
	}
	if len(b) > 0 {
		t.Fatalf("%d bytes are left over", len(b))
	}
	return list
}

func request(args ...string) string { return string(frame.AppendRequest(nil, args...)) }

func u32(numbers ...uint32) string {
	var b []byte
	for _, n := range numbers {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	return string(b)
}

// TestHostileBytes lists what must not hurt, with what is replied before the server closes.
func TestHostileBytes(t *testing.T) {
	const (
		tooBig    = "2 ERR Protocol error: too big frame"
		malformed = "4 ERR Protocol error: malformed frame"
		tooMany   = "2 ERR Protocol error: too many strings"
		okSet     = `"OK"`
	)
	set := request("SET", "k", "v")
	cases := []struct {
		name, in string
		want     []string
	}{
		{"nothing", "", nil},
		{"a frame of nothing", u32(0), []string{malformed}},
		{"frames of nothing", strings.Repeat(u32(0), 1000), []string{malformed}},
		{"good requests before a frame of nothing", set + set + u32(0),
			[]string{okSet, okSet, malformed}},
		{"an absurd length", "\xff\xff\xff\xff", []string{tooBig}},
		{"a negative length", "\x00\x00\x00\x80", []string{tooBig}},
		{"a good request before an absurd length", set + "\xff\xff\xff\xff", []string{okSet, tooBig}},
		{"a byte above the limit", u32(8<<20+1, 1), []string{tooBig}},
		{"an absurd count", u32(8, 0xffffffff, 0), []string{malformed}},
		{"a count whose size overflows", u32(8, 0x40000000, 0), []string{malformed}},
		{"more strings than the limit", u32(8<<20, 1<<20+1), []string{tooMany}},
		{"an absurd string", u32(12, 1, 0xffffffff, 0), []string{malformed}},
		{"a string that leaves a byte", u32(9, 1, 0) + "x", []string{malformed}},
		{"garbage", "\x01\x02\x03\x04\x05\x06\x07", []string{tooBig}},
		{"garbage that is a small length", "\x01\x00\x00\x00\xfe\xfd", []string{malformed}},
		{"a truncated frame", set[:len(set)-1], nil},
		{"a truncated header", "\x01\x00", nil},
		{"requests and a truncated frame", set + set[:5], []string{okSet}},
		{"an empty request", u32(4, 0) + set,
			[]string{"1 ERR unknown command '', with args beginning with: ", okSet}},
		{"an empty name", request("") + set,
			[]string{"1 ERR unknown command '', with args beginning with: ", okSet}},
		{"a wrong arity", request("GET") + set,
			[]string{"4 ERR wrong number of arguments for 'get' command", okSet}},
		{"a syntax error", request("SET", "k", "v", "nope"), []string{"4 ERR syntax error"}},
	}
	inBothModes(t, func(t *testing.T, address string) {
		for _, c := range cases {
			for _, slowly := range []bool{false, true} {
				conn := dial(t, address)
				if got := exchange(t, conn, c.in, slowly); fmt.Sprint(got) != fmt.Sprint(c.want) {
					t.Errorf("%s, slowly %t:\n got %q\nwant %q", c.name, slowly, got, c.want)
				}
				conn.Close()
			}
		}
		c := dialClient(t, address) // and the server is as it was
		if v, err := c.Do("GET", "k"); err != nil || v.String() != `"v"` {
			t.Error("afterwards:", v, err)
		}
	})
}

// exchange sends bytes, at once or one by one, closes that half, and returns the replies.
func exchange(t *testing.T, conn net.Conn, in string, slowly bool) []string {
	t.Helper()
	step := len(in)
	if slowly {
		step = 1
		in = in[:min(len(in), 200)]
	}
	for rest := in; len(rest) > 0; {
		n := min(step, len(rest))
		if _, err := conn.Write([]byte(rest[:n])); err != nil {
			break // the server has closed already
		}
		rest = rest[n:]
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Log(err) // the server has closed already
	}
	b, err := io.ReadAll(conn)
	if err != nil && !strings.Contains(err.Error(), "reset") {
		t.Fatal(err)
	}
	return replies(t, b)
}

func TestFramesAtTheLimit(t *testing.T) {
	inBothModes(t, func(t *testing.T, address string) {
		value := strings.Repeat("v", 8<<20-4-3*4-len("SETk"))
		c := dialClient(t, address)
		if _, err := c.Do("SET", "k", value); err != nil {
			t.Fatal("a frame at the limit:", err)
		}
		if v, err := c.Do("GET", "k"); err != nil || string(v.Bytes()) != value {
			t.Errorf("%d bytes came back, %v", len(v.Bytes()), err)
		}
		conn := dial(t, address)
		if _, err := io.WriteString(conn, request("SET", "k", value+"v")[:1<<20]); err != nil {
			t.Log("the server closed while the frame was on its way:", err)
		}
		head := make([]byte, 4+1+4+4)
		if _, err := io.ReadFull(conn, head); err != nil || head[4] != byte(frame.Err) || head[5] != 2 {
			t.Errorf("a frame above the limit: %x, %v", head, err)
		}
	})
}

func TestTextMode(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{"as nc sends it", "SET mykey \"hello world\"\nGET mykey\n", "+OK\r\n$11\r\nhello world\r\n"},
		{"with carriage returns and empty lines", "\r\n\r\nSET n 1\r\nGET n\r\n", "+OK\r\n$1\r\n1\r\n"},
		{"bare KEYS", "FLUSHALL\nSET a 1\nkeys\n", "+OK\r\n+OK\r\n*1\r\n$1\r\na\r\n"},
		{"unbalanced quotes", "SET a 1\nGET \"a\nGET a\n",
			"+OK\r\n-ERR Protocol error: unbalanced quotes in request\r\n"},
		{"a line that is too long", strings.Repeat("x", 65<<10),
			"-ERR Protocol error: too big inline request\r\n"},
		{"a RESP request", "*1\r\n", "-ERR unknown command '*1', with args beginning with: \r\n"},
	}
	inBothModes(t, func(t *testing.T, address string) {
		for _, c := range cases {
			conn := dial(t, address)
			if _, err := io.WriteString(conn, c.in); err != nil {
				t.Fatal(err)
			}
			if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
				t.Log(c.name, err) // the server has closed already
			}
			if b, err := io.ReadAll(conn); string(b) != c.want || err != nil {
				t.Errorf("%s: %q, %v, want %q", c.name, b, err, c.want)
			}
		}
	})
}

// TestAPeerThatDoesNotRead asks for far more than the sockets hold, and reads it all later.
func TestAPeerThatDoesNotRead(t *testing.T) {
	inBothModes(t, func(t *testing.T, address string) {
		const requests, size = 4000, 10_000
		value := strings.Repeat("v", size)
		other := dialClient(t, address)
		if _, err := other.Do("SET", "k", value); err != nil {
			t.Fatal(err)
		}
		conn := dial(t, address)
		sent := make(chan error, 1)
		go func() {
			_, err := conn.Write(bytes.Repeat([]byte(request("GET", "k")), requests))
			sent <- err
		}()
		for range 100 { // others are served meanwhile
			if _, err := other.Do("GET", "k"); err != nil {
				t.Fatal(err)
			}
		}
		slow := client.NewConn(conn, client.Options{})
		for i := range requests {
			v, err := slow.Receive()
			if err != nil || string(v.Bytes()) != value {
				t.Fatalf("reply %d: %d bytes, %v", i, len(v.Bytes()), err)
			}
		}
		if err := <-sent; err != nil {
			t.Error(err)
		}
	})
}

// TestAPeerThatClosesItsHalf gets all that it has asked for, though it is far more than the socket
// takes, unless it comes to a command that waits.
func TestAPeerThatClosesItsHalf(t *testing.T) {
	inBothModes(t, func(t *testing.T, address string) {
		const requests, size = 50, 1 << 20
		other := dialClient(t, address)
		if _, err := other.Do("SET", "k", strings.Repeat("v", size)); err != nil {
			t.Fatal(err)
		}
		conn := dial(t, address)
		batch := strings.Repeat(request("GET", "k"), requests) + request("BLPOP", "none", "0")
		if _, err := io.WriteString(conn, batch+request("PING")); err != nil {
			t.Fatal(err)
		}
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		if _, err := other.Do("PING"); err != nil { // the first replies are there, and unread
			t.Fatal(err)
		}
		slow := client.NewConn(conn, client.Options{})
		for i := range requests {
			if v, err := slow.Receive(); err != nil || len(v.Bytes()) != size {
				t.Fatalf("reply %d: %d bytes, %v", i, len(v.Bytes()), err)
			}
		}
		if v, err := slow.Receive(); err == nil {
			t.Errorf("behind the end: %s", v.String())
		}
	})
}

// TestAPeerThatNeverReads goes away with its replies unread.
func TestAPeerThatNeverReads(t *testing.T) {
	inBothModes(t, func(t *testing.T, address string) {
		other := dialClient(t, address)
		if _, err := other.Do("SET", "k", strings.Repeat("v", 1<<20)); err != nil {
			t.Fatal(err)
		}
		for range 8 {
			conn := dial(t, address)
			if _, err := io.WriteString(conn, strings.Repeat(request("GET", "k"), 20)); err != nil {
				t.Fatal(err)
			}
			conn.Close()
		}
		if _, err := other.Do("GET", "k"); err != nil {
			t.Fatal(err)
		}
	})
}

func TestAuthLimits(t *testing.T) {
	const (
		tooMany = "2 ERR Protocol error: unauthenticated multibulk length"
		tooLong = "2 ERR Protocol error: unauthenticated bulk length"
	)
	config := keyspace.NewConfig()
	config.RequirePass = "secret"
	address := serve(t, true, config, binproto.Options{})
	cases := []struct {
		in   string
		want []string
	}{
		{request("GET", "k"), []string{"5 NOAUTH Authentication required."}},
		{request(make([]string, 11)...), []string{tooMany}},
		{request("GET", strings.Repeat("x", 16<<10+1)), []string{tooLong}},
		{u32(1 << 20), []string{tooLong}},
	}
	for _, c := range cases {
		if got := exchange(t, dial(t, address), c.in, false); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%.20q: %q, want %q", c.in, got, c.want)
		}
	}
}

func TestManyClientsAtOnce(t *testing.T) {
	inBothModes(t, func(t *testing.T, address string) {
		var wg sync.WaitGroup
		for worker := range 16 {
			wg.Go(func() { clientWork(t, address, worker) })
		}
		wg.Wait()
	})
}

// clientWork sets and gets keys of its own in pipelines of all depths.
func clientWork(t *testing.T, address string, worker int) {
	c, err := client.Dial(context.Background(), address)
	if err != nil {
		t.Error(err)
		return
	}
	defer c.Close()
	for depth := 1; depth <= 128; depth *= 2 {
		for i := range depth {
			key := fmt.Sprintf("key:%d:%d", worker, i)
			if c.Send("SET", key, depth) != nil || c.Send("GET", key) != nil {
				t.Error("sending")
			}
		}
		if err := c.Flush(); err != nil {
			t.Error(err)
		}
		for range depth {
			set, err := c.Receive()
			got, err2 := c.Receive()
			n, err3 := got.Int()
			if set.String() != `"OK"` || n != int64(depth) || errors.Join(err, err2, err3) != nil {
				t.Error("received", set, got, err, err2, err3)
				return
			}
		}
	}
}

// BenchmarkRequests is SET and GET in turn over a socket, by the depth of the pipeline.
func BenchmarkRequests(b *testing.B) {
	for _, depth := range []int{1, 16, 64} {
		b.Run(fmt.Sprint(depth), func(b *testing.B) { benchmarkRequests(b, depth) })
	}
}

func benchmarkRequests(b *testing.B, depth int) {
	address := serve(b, true, nil, binproto.Options{})
	conn := dial(b, address)
	if err := conn.SetDeadline(time.Time{}); err != nil {
		b.Fatal(err)
	}
	pipeline := []byte(strings.Repeat(request("SET", "k", "xxxxxxxxxxxxxxxx"), depth))
	reply := make([]byte, depth*(frame.HeaderBytes+1+4+len("OK")))
	r := bufio.NewReaderSize(conn, 64<<10)
	b.ReportAllocs()
	for i := 0; i < b.N; i += depth {
		if _, err := conn.Write(pipeline); err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadFull(r, reply); err != nil {
			b.Fatal(err)
		}
	}
}
