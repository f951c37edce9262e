package compat_test

import (
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestLogs has both servers start, deal with clients of several kinds and end, and compares what
// they log.
func TestLogs(t *testing.T) {
	var logs [2][]string
	for i, start := range []func(...string) (*server, error){startRedis, startRinger} {
		s, err := start("--loglevel", "verbose", "--pidfile", "pid", "--unixsocket", "socket",
			"--client-output-buffer-limit", "normal 100kb 0 0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.stop)
		s.mustLogCount(t, "The server is now ready to accept connections at ", 1)
		s.clientsToLog(t)
		if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		s.mustExit(t, 0)
		logs[i] = sharedLines(s.log.String())
	}
	if !slices.Equal(logs[0], logs[1]) {
		t.Errorf("redis:\n%s\nringer:\n%s", strings.Join(logs[0], "\n"),
			strings.Join(logs[1], "\n"))
	}
}

// clientsToLog are clients that leave a line each, one after the other.
func (s *server) clientsToLog(t *testing.T) {
	t.Helper()
	s.mustLogCount(t, "Client closed connection", 1) // the ping of start
	c := mustDial(t, s.addr)
	c.must(t, "SET k x")
	c.must(t, "SETRANGE k 200000 x")
	c.close()
	s.mustLogCount(t, "Client closed connection", 2)
	bad := mustDial(t, s.addr)
	if err := bad.write([]byte("*1\r\n$x\r\n")); err != nil {
		t.Fatal(err)
	}
	s.mustLogCount(t, "Protocol error", 1)
	reader := mustDial(t, s.addr)
	if err := reader.write([]byte(strings.Repeat("GET k\r\n", 100))); err != nil {
		t.Fatal(err)
	}
	s.mustLogCount(t, "overcoming of output buffer limits", 1)
}

// mustLogCount waits until lines with a text are there.
func (s *server) mustLogCount(t *testing.T, text string, count int) {
	t.Helper()
	for deadline := time.Now().Add(logTimeout); time.Now().Before(deadline); {
		if strings.Count(s.log.String(), text) >= count {
			return
		}
		time.Sleep(time.Millisecond) // the log comes through a pipe, and does not tell
	}
	t.Fatalf("%s: %q is not there %d times:\n%s", s.name, text, count, s.log)
}

// What is left out of a log before it is compared: the lines of what only one of the two servers
// has, and what names the product, the process, the moment and the sizes of buffers.
var (
	ownLines = regexp.MustCompile(`monotonic clock|overcommit|^# (Redis|Ringer) version|` +
		`Native protocol|has no effect`)
	product = regexp.MustCompile(`Redis|Ringer`)
	details = regexp.MustCompile(`(\d+:signal-handler \(\d+\))|port=\d+|127\.0\.0\.1:\d+|\b(id|` +
		`laddr|fd|age|idle|qbuf|qbuf-free|argv-mem|rbs|rbp|obl|oll|omem|tot-mem|cmd|events)=\S+|` +
		` lib-name=.*?lib-ver=|\. Query buffer during protocol error.*`)
)

// sharedLines is the lines of a log that both servers have.
func sharedLines(log string) (lines []string) {
	for line := range strings.Lines(maskLog(log)) {
		line = strings.TrimSpace(line)
		if !ownLines.MatchString(line) && line != "" {
			lines = append(lines, product.ReplaceAllString(details.ReplaceAllString(line, ""), "X"))
		}
	}
	return lines
}
