package compat_test

import (
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestTCPKeepAlive looks at the timers of the servers' sockets: tcp-keepalive holds for connections
// to come, on both ports.
func TestTCPKeepAlive(t *testing.T) {
	p := newPair(t)
	for _, seconds := range []int{300, 100, 0} {
		for _, s := range p.each() {
			mustDial(t, s.addr).must(t, fmt.Sprintf("CONFIG SET tcp-keepalive %d", seconds))
			testKeepAlive(t, s, seconds)
		}
	}
}

func testKeepAlive(t *testing.T, s *server, seconds int) {
	t.Helper()
	for _, addr := range s.both() {
		c := rawDial(t, addr)
		send(t, c, "PING\r\n")
		if _, err := io.ReadFull(c, make([]byte, len("+PONG\r\n"))); err != nil {
			t.Fatal(err)
		}
		if got := keepAliveOf(t, c); got < seconds-10 || got > seconds {
			t.Errorf("%s: a probe of %s comes after %d s, want %d", s.name, addr, got, seconds)
		}
	}
}

// keepAliveOf is when the server's end of a connection will send a probe, 0 if never.
func keepAliveOf(t *testing.T, c net.Conn) (seconds int) {
	t.Helper()
	local := fmt.Sprintf(":%04X", c.RemoteAddr().(*net.TCPAddr).Port)
	remote := fmt.Sprintf(":%04X", c.LocalAddr().(*net.TCPAddr).Port)
	for deadline := time.Now().Add(ioTimeout); time.Now().Before(deadline); {
		kind, ticks := timerOf(local, remote)
		switch kind {
		case "02": // the timer of keep-alive
			return (ticks + 50) / 100
		case "00":
			return 0
		}
		time.Sleep(10 * time.Millisecond) // another timer: data is on its way
	}
	t.Fatal("the connection is not in /proc/net/tcp")
	return 0
}

// timerOf is the kind of timer that a socket has, and when it goes off.
func timerOf(local, remote string) (kind string, ticks int) {
	for _, file := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		table, _ := os.ReadFile(file) // none: no such sockets
		for line := range strings.Lines(string(table)) {
			f := strings.Fields(line) // sl local remote st tx:rx tr:when ...
			if len(f) < 6 || !strings.HasSuffix(f[1], local) || !strings.HasSuffix(f[2], remote) {
				continue
			}
			kind, when, _ := strings.Cut(f[5], ":")
			n, _ := strconv.ParseInt(when, 16, 64)
			return kind, int(n)
		}
	}
	return "", 0
}
