package compat_test

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	readyLine    = "Ready to accept connections"
	startTimeout = 20 * time.Second
	stopTimeout  = 10 * time.Second
)

// server is one running server process.
type server struct {
	name       string // "redis" or "ringer", for reports
	addr       string
	nativeAddr string // empty for redis
	cmd        *exec.Cmd
	log        *logBuffer
	exited     chan struct{} // closed once the process has been waited for
	dir        string
	stdin      string
}

// pair is the real server and the one under test.
type pair struct{ redis, ringer *server }

func (p pair) stop() {
	p.redis.stop()
	p.ringer.stop()
}

func (p pair) each() []*server { return []*server{p.redis, p.ringer} }

// startPair starts both servers with the same extra options.
func startPair(options ...string) (pair, error) {
	redis, err := startRedis(options...)
	if err != nil {
		return pair{}, err
	}
	ringer, err := startRinger(options...)
	if err != nil {
		redis.stop()
		return pair{}, err
	}
	return pair{redis, ringer}, nil
}

// newPair starts a pair of its own for a test that changes its servers' settings.
func newPair(t *testing.T, options ...string) pair {
	t.Helper()
	p, err := startPair(options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.stop)
	return p
}

func startRedis(options ...string) (*server, error) {
	return startWithRetry("redis", lab.redisPath, options)
}

func startRinger(options ...string) (*server, error) {
	return startWithRetry("ringer", lab.subjectPath, options)
}

// startWithRetry tries again on another port when a stranger took the free one that was found.
func startWithRetry(name, path string, options []string) (*server, error) {
	var err error
	for range 3 {
		var s *server
		if s, err = start(name, path, options); err == nil {
			return s, nil
		}
		if !strings.Contains(err.Error(), "Address already in use") {
			break
		}
	}
	return nil, err
}

func start(name, path string, options []string) (*server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	args := []string{"--port", port, "--bind", "127.0.0.1", "--save", "",
		"--enable-debug-command", "yes"}
	s := &server{name: name, addr: "127.0.0.1:" + port}
	if isRedis(path) {
		args = append(args, "--appendonly", "no")
	} else {
		nativePort, err := freePort()
		if err != nil {
			return nil, err
		}
		args = append(args, "--native-port", nativePort)
		s.nativeAddr = "127.0.0.1:" + nativePort
	}
	if err := s.launch(path, append(args, options...)); err != nil {
		return nil, err
	}
	return s, nil
}

func isRedis(path string) bool { return filepath.Base(path) == "redis-server" }

// launch runs the process in a folder of its own and waits until it answers.
func (s *server) launch(path string, args []string) error {
	dir, err := os.MkdirTemp("", "ringer-compat-"+s.name+"-")
	if err != nil {
		return err
	}
	s.dir, s.log, s.exited = dir, newLogBuffer(), make(chan struct{})
	s.cmd = exec.Command(path, args...)
	s.cmd.Dir, s.cmd.Stdout, s.cmd.Stderr = dir, s.log, s.log
	s.cmd.Stdin, s.cmd.SysProcAttr = strings.NewReader(s.stdin), dieWithParent()
	if err := s.cmd.Start(); err != nil {
		os.RemoveAll(dir)
		return err
	}
	go func() {
		_ = s.cmd.Wait() // the exit code is read from ProcessState
		close(s.exited)
	}()
	select {
	case <-s.log.ready:
	case <-s.exited:
		err = fmt.Errorf("%s ended at once: %s\n%s", path, s.cmd.ProcessState, s.log)
	case <-time.After(startTimeout):
		err = fmt.Errorf("%s: no line %q in %v\n%s", path, readyLine, startTimeout, s.log)
	}
	if err == nil {
		err = s.ping()
	}
	if err != nil {
		s.stop()
	}
	return err
}

// ping says whether the server serves a new client, even if only to ask for the password.
func (s *server) ping() error {
	c, err := dial(s.addr)
	if err != nil {
		return err
	}
	defer c.close()
	r, err := c.do("PING")
	if err == nil && r.value.text != "PONG" && !strings.HasPrefix(r.value.text, "NOAUTH ") {
		err = fmt.Errorf("%s answers PING with %q", s.name, r.raw)
	}
	return err
}

// stop ends the process: politely, then not. It may be called more than once.
func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // an error means that it has ended already
	select {
	case <-s.exited:
	case <-time.After(stopTimeout):
		_ = s.cmd.Process.Kill()
		<-s.exited
	}
	os.RemoveAll(s.dir)
}

// alive fails the test when the process has ended, with the end of its log.
func (s *server) alive(t *testing.T) {
	t.Helper()
	select {
	case <-s.exited:
		t.Fatalf("%s ended: %s\n%s", s.name, s.cmd.ProcessState, s.log)
	default:
	}
}

// freePort finds a port on the loopback that nobody listens on now.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port), nil
}

// rssBytes is the resident memory of the process, from /proc.
func (s *server) rssBytes(t *testing.T) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if text, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.ParseInt(strings.Fields(text)[0], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return kib << 10
		}
	}
	t.Fatal(errors.New("no VmRSS in /proc/pid/status"))
	return 0
}

// logBuffer keeps what a server prints and tells when it is ready. Safe for concurrent use.
type logBuffer struct {
	mu    sync.Mutex
	text  bytes.Buffer
	once  sync.Once
	ready chan struct{}
}

func newLogBuffer() *logBuffer { return &logBuffer{ready: make(chan struct{})} }

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text.Write(p)
	if bytes.Contains(b.text.Bytes(), []byte(readyLine)) {
		b.once.Do(func() { close(b.ready) })
	}
	return len(p), nil
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
