package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	startLimit = 10 * time.Second
	stopLimit  = 10 * time.Second
	pollEvery  = 10 * time.Millisecond

	// clockTicks is USER_HZ, the unit of the times in /proc/PID/stat, which is
	// 100 on every architecture that Go supports.
	clockTicks = 100

	// suiteMaxClients leaves room beside 10,000 idle connections.
	suiteMaxClients = 12_000
)

// program is a server to measure: redis-server or ringer-server.
type program struct {
	name   string
	path   string
	native bool // has the native protocol
}

// server is a running program on free loopback ports.
type server struct {
	program
	cmd        *exec.Cmd
	port       int
	nativePort int
	dir        string
	exited     chan error
}

// commandLine returns the arguments: the same for both programs, except for the
// native protocol's port, which one of them does not have.
func (p program) commandLine(port, nativePort string) []string {
	args := []string{
		"--port", port, "--bind", "127.0.0.1",
		"--save", "", "--appendonly", "no",
		"--maxclients", strconv.Itoa(suiteMaxClients),
	}
	if p.native {
		args = append(args, "--native-port", nativePort,
			"--native-bind", "127.0.0.1")
	}
	return args
}

// start runs p in a directory of its own under dir and waits until it answers.
func (p program) start(ctx context.Context, dir string) (*server, error) {
	own, err := os.MkdirTemp(dir, p.name+"-")
	if err != nil {
		return nil, err
	}
	s := &server{program: p, dir: own, exited: make(chan error, 1)}
	if s.port, err = freePort(); err == nil {
		s.nativePort, err = freePort()
	}
	if err != nil {
		return nil, err
	}
	log, err := os.Create(s.logPath())
	if err != nil {
		return nil, err
	}
	defer log.Close()
	s.cmd = exec.CommandContext(ctx, p.path, p.commandLine(
		strconv.Itoa(s.port), strconv.Itoa(s.nativePort))...)
	s.cmd.Dir, s.cmd.Stdout, s.cmd.Stderr = own, log, log
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { s.exited <- s.cmd.Wait() }()
	if err := s.awaitReady(); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

func (s *server) logPath() string { return filepath.Join(s.dir, "log") }

// awaitReady waits until PING is answered on the RESP port, or the server ends.
func (s *server) awaitReady() error {
	for deadline := time.Now().Add(startLimit); time.Now().Before(deadline); {
		if reply, err := s.ask("PING"); err == nil && reply == "PONG" {
			return nil
		}
		select {
		case err := <-s.exited:
			s.exited <- err
			return fmt.Errorf("%s ended (%v):\n%s", s.name, err, s.logTail())
		case <-time.After(pollEvery):
		}
	}
	return fmt.Errorf("%s does not answer:\n%s", s.name, s.logTail())
}

// logTail returns the last lines that the server has printed.
func (s *server) logTail() string {
	const lines = 5
	text, err := os.ReadFile(s.logPath())
	if err != nil {
		return err.Error()
	}
	all := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	return string(bytes.Join(all[max(0, len(all)-lines):], []byte("\n")))
}

// stop ends the server, by force if it does not go.
func (s *server) stop() {
	// An error means that it has ended already.
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.exited:
	case <-time.After(stopLimit):
		_ = s.cmd.Process.Kill()
		<-s.exited
	}
}

// target returns where s is reached over p.
func (s *server) target(p protocol) target {
	port := s.port
	if p == protoNative {
		port = s.nativePort
	}
	return target{Name: s.name, Proto: p, Net: "tcp", Addr: loopback(port)}
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// freePort returns a port of the loopback interface that nobody listens on.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// errReply is an error reply to a single question.
type errReply string

func (e errReply) Error() string { return string(e) }

// ask sends one command over RESP and returns its reply, a scalar, as text.
func (s *server) ask(args ...string) (string, error) {
	c, err := net.DialTimeout("tcp", loopback(s.port), dialTimeout)
	if err != nil {
		return "", err
	}
	defer c.Close()
	words := make([][]byte, len(args))
	for i, arg := range args {
		words[i] = []byte(arg)
	}
	if _, err := c.Write(appendRequest(nil, protoRESP, words...)); err != nil {
		return "", err
	}
	return readScalar(bufio.NewReader(c))
}

// readScalar reads a status, error, integer or bulk string.
func readScalar(r *bufio.Reader) (string, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return "", err
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return "", io.ErrUnexpectedEOF
	}
	switch kind, text := line[0], line[1:]; kind {
	case '+', ':':
		return text, nil
	case '-':
		return "", errReply(text)
	case '$':
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return "", fmt.Errorf("bulk reply of length %q", text)
		}
		body := make([]byte, n)
		_, err = io.ReadFull(r, body)
		return string(body), err
	}
	return "", fmt.Errorf("unexpected reply %q", line)
}

// knows tells whether the server has a command. A wrong number of arguments is an
// answer that only a known command gives.
func (s *server) knows(command string) (bool, error) {
	_, err := s.ask(command)
	var reply errReply
	if errors.As(err, &reply) {
		return !strings.HasPrefix(string(reply), "ERR unknown command"), nil
	}
	return err == nil, err
}

// cpu returns the user and system time that the server has used so far.
func (s *server) cpu() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	return parseStatCPU(string(text))
}

// parseStatCPU reads utime and stime, fields 14 and 15 of /proc/PID/stat. The
// second field is the program's name in brackets and may hold anything.
func parseStatCPU(text string) (time.Duration, error) {
	const utime, stime = 14 - 3, 15 - 3
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	if len(fields) <= stime {
		return 0, fmt.Errorf("/proc/PID/stat with %d fields", len(fields))
	}
	user, err := strconv.ParseInt(fields[utime], 10, 64)
	if err != nil {
		return 0, err
	}
	sys, err := strconv.ParseInt(fields[stime], 10, 64)
	if err != nil {
		return 0, err
	}
	return time.Duration(user+sys) * time.Second / clockTicks, nil
}

// residentBytes returns VmRSS of /proc/PID/status.
func (s *server) residentBytes() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	return parseVmRSS(string(text))
}

func parseVmRSS(text string) (int64, error) {
	for line := range strings.Lines(text) {
		rest, found := strings.CutPrefix(line, "VmRSS:")
		if !found {
			continue
		}
		kb, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
		return kb << 10, err
	}
	return 0, errors.New("/proc/PID/status has no VmRSS")
}

const (
	settleStep  = 250 * time.Millisecond
	settleLimit = 6 * time.Second
	settleShare = 0.002 // growth or shrinkage that counts as standing still
)

// settledBytes waits at least atLeast, then until the resident memory stands
// still: servers give buffers back and finish rehashing some time after the load.
func (s *server) settledBytes(atLeast time.Duration) (int64, error) {
	time.Sleep(atLeast)
	last, err := s.residentBytes()
	for spent := time.Duration(0); err == nil && spent < settleLimit; spent += settleStep {
		time.Sleep(settleStep)
		var now int64
		now, err = s.residentBytes()
		change := float64(now-last) / float64(max(last, 1))
		last = now
		if -settleShare < change && change < settleShare {
			break
		}
	}
	return last, err
}
