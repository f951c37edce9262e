package compat_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// both are the addresses of a server's ports.
func (s *server) both() []string {
	if s.nativeAddr == "" {
		return []string{s.addr}
	}
	return []string{s.addr, s.nativeAddr}
}

// rawDial connects without a protocol.
func rawDial(t *testing.T, addr string) net.Conn {
	t.Helper()
	c, err := net.DialTimeout("tcp", addr, ioTimeout)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// closedWithin reports whether the server closes a connection, whatever it says before.
func closedWithin(c net.Conn, d time.Duration) bool {
	if err := c.SetReadDeadline(time.Now().Add(d)); err != nil {
		return false
	}
	_, err := io.Copy(io.Discard, c)
	var timeout net.Error
	return err == nil || !errors.As(err, &timeout) || !timeout.Timeout()
}

// TestTimeoutOfIdleClients: clients that are silent are closed, on both ports, and nobody else is:
// not who waits for a key, monitors, or sends a command byte by byte.
func TestTimeoutOfIdleClients(t *testing.T) {
	p := newPair(t, "--timeout", "1")
	var idle, kept []net.Conn
	for _, s := range p.each() {
		for i, addr := range s.both() { // the native port takes text
			c := rawDial(t, addr)
			send(t, c, "PING\r\n")
			idle = append(idle, c)
			c = rawDial(t, addr)
			send(t, c, fmt.Sprintf("BLPOP none%d 0\r\n", i))
			kept = append(kept, c)
			c = rawDial(t, addr)
			send(t, c, "MONITOR\r\n")
			kept = append(kept, c)
			c = rawDial(t, addr)
			kept = append(kept, c)
			go func() {
				for range 12 {
					time.Sleep(300 * time.Millisecond)
					_, _ = c.Write([]byte("P"))
				}
			}()
		}
	}
	start := time.Now()
	for _, c := range idle {
		if !closedWithin(c, 10*time.Second) {
			t.Errorf("an idle client of %s is not closed", c.RemoteAddr())
		}
	}
	if d := time.Since(start); d < 900*time.Millisecond {
		t.Errorf("closed after %v", d)
	}
	for i, c := range kept {
		if closedWithin(c, 100*time.Millisecond) {
			t.Errorf("client %d of %s is closed", i, c.RemoteAddr())
		}
	}
}

func send(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if _, err := c.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
}

// TestQueryBufferLimit: what a client has sent of a command that is not complete is bounded, on
// both ports.
func TestQueryBufferLimit(t *testing.T) {
	p := newPair(t, "--client-query-buffer-limit", "2mb")
	const announced = 3 * mib
	for _, s := range p.each() {
		for _, addr := range s.both() {
			head := fmt.Sprintf("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$%d\r\n", announced)
			if addr == s.nativeAddr {
				head = nativeSetHead(announced)
			}
			fits, over := rawDial(t, addr), rawDial(t, addr)
			sendMany(fits, head, mib)
			sendMany(over, head, announced-1)
			if !closedWithin(over, 5*time.Second) {
				t.Errorf("%s: more than the limit may wait on %s", s.name, addr)
			}
			if closedWithin(fits, 50*time.Millisecond) {
				t.Errorf("%s: less than the limit may not wait on %s", s.name, addr)
			}
		}
		s.mustLog(t, "Closing client that reached max query buffer length")
	}
}

// nativeSetHead is a SET of the native protocol up to its value of n bytes.
func nativeSetHead(n int) string {
	u32 := func(n int) string {
		return string([]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)})
	}
	return u32(4+4+3+4+1+4+n) + u32(3) + u32(3) + "SET" + u32(1) + "k" + u32(n)
}

// sendMany sends so many bytes behind a head, as far as they are taken.
func sendMany(c net.Conn, head string, n int) {
	_ = c.SetWriteDeadline(time.Now().Add(ioTimeout))
	if _, err := c.Write([]byte(head)); err != nil {
		return
	}
	_, _ = c.Write(make([]byte, n))
}

// TestMaxmemoryClients: the client that takes most is closed when all together take too much.
func TestMaxmemoryClients(t *testing.T) {
	p := newPair(t, "--maxmemory-clients", "20mb")
	sendPart := func(c net.Conn, n int) { // the servers make room for all that is announced
		sendMany(c, fmt.Sprintf("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$%d\r\n", n+1), n)
	}
	for _, s := range p.each() {
		small, large, exempt := rawDial(t, s.addr), rawDial(t, s.addr), rawDial(t, s.addr)
		send(t, exempt, "CLIENT NO-EVICT ON\r\n")
		sendPart(exempt, 14*mib)
		sendPart(small, mib)
		sendPart(large, 12*mib)
		if !closedWithin(large, 5*time.Second) {
			t.Errorf("%s: the largest client is not closed", s.name)
		}
		c := mustDial(t, s.addr)
		if info := c.must(t, "INFO stats").text; !strings.Contains(info, "evicted_clients:1\r\n") {
			t.Errorf("%s: INFO does not count one evicted client", s.name)
		}
		if closedWithin(small, 50*time.Millisecond) || closedWithin(exempt, 50*time.Millisecond) {
			t.Errorf("%s: another client is closed", s.name)
		}
	}
}
