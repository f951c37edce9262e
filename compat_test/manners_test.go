package compat_test

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestWrongFlagsAndFiles starts both servers with what they can't use. They print the same
// message, the time, the process id and the product's name left out, and end with the same code.
func TestWrongFlagsAndFiles(t *testing.T) {
	for _, c := range []struct {
		name, stdin string
		args        []string
	}{
		{name: "an unknown option", args: []string{"--nosuch", "1"}},
		{name: "an option without its value", args: []string{"--port"}},
		{name: "an option with two values", args: []string{"--port", "1", "2"}},
		{name: "a port that is no number", args: []string{"--port", "x"}},
		{name: "a port that is too large", args: []string{"--port", "65536"}},
		{name: "a negative port", args: []string{"--port", "-1"}},
		{name: "a yes/no option with a third answer", args: []string{"--protected-mode", "maybe"}},
		{name: "an unknown log level", args: []string{"--loglevel", "loud"}},
		{name: "memory in an unknown unit", args: []string{"--maxmemory", "1zb"}},
		{name: "no databases", args: []string{"--databases", "0"}},
		{name: "a missing file", args: []string{"/nonexistent/redis.conf"}},
		{name: "an unknown directive", stdin: "port 1\nbogus line here\n", args: []string{"-"}},
		{name: "unbalanced quotes", stdin: "# comment\n\nport \"a\n", args: []string{"-"}},
		{name: "a wrong line after good ones", stdin: "timeout 5\nmaxclients 0\n", args: []string{"-"}},
		{name: "a wrong option after a good file", stdin: "timeout 5\n",
			args: []string{"-", "--timeout", "x"}},
		{name: "a wrong include", stdin: "include /nonexistent.conf\n", args: []string{"-"}},
		{name: "save points that are none", args: []string{"--save", "abc"}},
		{name: "a file name that is a path", stdin: "dbfilename a/b\n", args: []string{"-"}},
		{name: "an append file that is a path", stdin: "appendfilename a/b\n", args: []string{"-"}},
		{name: "an append folder that is a path", stdin: "appenddirname a/b\n", args: []string{"-"}},
		{name: "an append file without a name", stdin: "appendfilename \"\"\n", args: []string{"-"}},
		{name: "an unknown word in a title", args: []string{"--proc-title-template", "{x}"}},
		{name: "an open brace in a title", args: []string{"--proc-title-template", "{title"}},
		{name: "an empty title", stdin: "proc-title-template \"\"\n", args: []string{"-"}},
		{name: "an option as the value of another", args: []string{"--port", "--port", "7"}},
		{name: "a second file", stdin: "", args: []string{"-", "second.conf"}},
		{name: "a module's parameter without a value", stdin: "a.b\n", args: []string{"-"}},
		{name: "both ways to end", args: []string{"--shutdown-on-sigterm", "save", "nosave"}},
		{name: "defragmentation", args: []string{"--activedefrag", "yes"}},
		{name: "an empty master", stdin: "replicaof \"\"\n", args: []string{"-"}},
		{name: "an empty folder", stdin: "dir \"\"\n", args: []string{"-"}},
		{name: "an empty limit", stdin: "client-output-buffer-limit \"\"\n", args: []string{"-"}},
		{name: "no permissions, then a wrong line", stdin: "unixsocketperm \"\"\nx\n",
			args: []string{"-"}},
		{name: "two scores", stdin: "oom-score-adj-values \"1  2\"\nx\n", args: []string{"-"}},
		{name: "words in one, then a wrong line",
			stdin: "save \"60  1 '30' 2 \"\nbind \" a b\"\nx\n", args: []string{"-"}},
		{name: "a zero byte, then a wrong line", stdin: "maxmemory \"1kb\\x00\"\nx\n",
			args: []string{"-"}},
		{name: "no shutdown flags", stdin: "shutdown-on-sigterm\n", args: []string{"-"}},
	} {
		want := runServer(t, lab.redisPath, c.stdin, c.args...)
		got := runServer(t, lab.subjectPath, c.stdin, c.args...)
		if want.code != got.code || maskLog(want.output) != maskLog(got.output) {
			t.Errorf("%s\n  redis:  exit %d %q\n  ringer: exit %d %q", c.name,
				want.code, maskLog(want.output), got.code, maskLog(got.output))
		}
	}
}

type result struct {
	output string
	code   int
}

// runServer runs a server that is expected to end by itself.
func runServer(t *testing.T, path, stdin string, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), ioTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir, cmd.Stdin = t.TempDir(), strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil || ctx.Err() != nil {
		t.Fatalf("%s %q: %v\n%s", path, args, err, out)
	}
	return result{string(out), cmd.ProcessState.ExitCode()}
}

// maskLog leaves out what names the product, its version, the process and the moment.
func maskLog(output string) string {
	output = regexp.MustCompile(`\d+:[CMS] \d\d \w{3} \d{4} \d\d:\d\d:\d\d\.\d{3} `).
		ReplaceAllString(output, "")
	return regexp.MustCompile(`(?i)\((Redis|ringer) [^)]*\)`).ReplaceAllString(output, "(version)")
}

// TestVersionAndHelp: one line and 0; a usage and 1.
func TestVersionAndHelp(t *testing.T) {
	for _, flag := range []string{"--version", "-v"} {
		want := runServer(t, lab.redisPath, "", flag, "x")
		got := runServer(t, lab.subjectPath, "", flag, "x") // what follows does not count
		if want.code != 0 || got.code != 0 || strings.Count(got.output, "\n") != 1 {
			t.Errorf("%s\n  redis:  exit %d %q\n  ringer: exit %d %q", flag,
				want.code, want.output, got.code, got.output)
		}
		if !regexp.MustCompile(`\bv=\S+ .*\bbits=64\b`).MatchString(got.output) {
			t.Errorf("%s prints %q, which names no version as scripts read it", flag, got.output)
		}
	}
	for _, flag := range []string{"--help", "-h"} {
		want := runServer(t, lab.redisPath, "", flag)
		got := runServer(t, lab.subjectPath, "", flag)
		if got.code != want.code || !strings.HasPrefix(got.output, "Usage: ") {
			t.Errorf("%s: exit %d, want %d; prints %q", flag, got.code, want.code, got.output)
		}
	}
}

// TestPortInUse: the second server on a port says so and ends with 1.
func TestPortInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	args := []string{"--port", port, "--bind", "127.0.0.1", "--save", ""}
	want := runServer(t, lab.redisPath, "", args...)
	if !lab.subjectIsRedis {
		args = append(args, "--native-port", "0")
	}
	got := runServer(t, lab.subjectPath, "", args...)
	if got.code != want.code {
		t.Errorf("exit %d, want %d:\n%s", got.code, want.code, got.output)
	}
	for line := range strings.Lines(maskLog(want.output)) {
		complains := strings.Contains(line, "bind") || strings.Contains(line, "Failed listening")
		if complains && !strings.Contains(maskLog(got.output), line) {
			t.Errorf("lacks the line %q:\n%s", line, got.output)
		}
	}
	if !lab.subjectIsRedis {
		got = runServer(t, lab.subjectPath, "", "--port", "0", "--native-port", port)
		if got.code != 1 || !strings.Contains(got.output, "Address already in use") {
			t.Errorf("native port in use: exit %d\n%s", got.code, got.output)
		}
	}
}

// TestIncludedFiles: lines are counted through all files that a pattern stands for.
func TestIncludedFiles(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.conf": "timeout 1\n", "b.conf": "timeout 2", "c.conf": "5\n\nhz x\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, pattern := range []string{"*.conf", "[ac].conf", "c.conf", "d*.conf"} {
		stdin := "include " + filepath.Join(dir, pattern) + "\nbogus\n"
		want := runServer(t, lab.redisPath, stdin, "-")
		got := runServer(t, lab.subjectPath, stdin, "-")
		if want.code != got.code || maskLog(want.output) != maskLog(got.output) {
			t.Errorf("%s\n  redis:  exit %d %q\n  ringer: exit %d %q", pattern,
				want.code, maskLog(want.output), got.code, maskLog(got.output))
		}
	}
}

// TestNowhereToListen: both servers complain of the same addresses, and end with 1.
func TestNowhereToListen(t *testing.T) {
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"--bind", "-192.0.2.77"}, {"--bind", "192.0.2.77"}, {"--bind", "nosuchhost.invalid"},
		{"--bind", "-nosuchhost.invalid"}, {"--bind", ""}, {"--port", "0"},
		{"--bind", "127.0.0.1", "192.0.2.77"}, {"--a.b", "1"},
	} {
		args = append([]string{"--port", port, "--save", ""}, args...)
		want := runServer(t, lab.redisPath, "", args...)
		if !lab.subjectIsRedis {
			args = append(args, "--native-port", "0")
		}
		got := runServer(t, lab.subjectPath, "", args...)
		if got.code != want.code {
			t.Errorf("%q: exit %d, want %d:\n%s", args, got.code, want.code, got.output)
		}
		for line := range strings.Lines(maskLog(want.output)) {
			complains := strings.Contains(line, "listen") || strings.Contains(line, "aborting")
			if complains && !strings.Contains(maskLog(got.output), line) {
				t.Errorf("%q: lacks the line %q:\n%s", args, line, got.output)
			}
		}
	}
}

// TestConfigFromFileAndStdin: the file first, then standard input, then the options.
func TestConfigFromFileAndStdin(t *testing.T) {
	for _, path := range []string{lab.redisPath, lab.subjectPath} {
		s := &server{name: filepath.Base(path)}
		file := filepath.Join(t.TempDir(), "redis.conf")
		text := "# from the file\ntimeout 1\ntcp-keepalive 11\nmaxclients 111\n" +
			"save \"\"\nbind 127.0.0.1\n"
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		port, err := freePort()
		if err != nil {
			t.Fatal(err)
		}
		s.addr, s.stdin = "127.0.0.1:"+port, "tcp-keepalive 22\nmaxclients 222\n"
		args := []string{file, "--maxclients", "333", "--port", port}
		if !isRedis(path) {
			args = append(args, "--native-port", "0")
		}
		if err := s.launch(path, append(args, "-")); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.stop)
		c := mustDial(t, s.addr)
		for line, want := range map[string]string{
			"CONFIG GET timeout": "1", "CONFIG GET tcp-keepalive": "22", "CONFIG GET maxclients": "333",
		} {
			if got := elem(c.must(t, line), 1).text; got != want {
				t.Errorf("%s: %s is %q, want %q", path, line, got, want)
			}
		}
		resolved, err := filepath.EvalSymlinks(file)
		if got := infoLines(c.must(t, "INFO server").text)["config_file"]; err != nil || got != resolved {
			t.Errorf("%s: config_file is %q, want %q", path, got, resolved)
		}
	}
}

// TestSignals: SIGTERM and SIGINT end the server with code 0; clients see the connection close.
func TestSignals(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		p := newPair(t)
		for _, s := range p.each() {
			c := mustDial(t, s.addr)
			c.must(t, "SET k v")
			if err := s.cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			if a := c.answer(); a.gone != "connection closed" {
				t.Errorf("%s after %v: %s", s.name, signal, a)
			}
			s.mustExit(t, 0)
			s.mustLog(t, "Received "+signalName(signal)+" scheduling shutdown",
				"User requested shutdown", "bye bye")
		}
	}
}

// logTimeout is how long a line of a log may take to come.
const logTimeout = 2 * time.Second

func (s *server) mustLog(t *testing.T, lines ...string) {
	t.Helper()
	for _, line := range lines {
		for deadline := time.Now().Add(logTimeout); time.Now().Before(deadline); {
			if strings.Contains(s.log.String(), line) {
				break
			}
			time.Sleep(time.Millisecond) // the log comes through a pipe, and does not tell
		}
		if !strings.Contains(s.log.String(), line) {
			t.Errorf("%s: no line %q in its log:\n%s", s.name, line, s.log)
		}
	}
}

func signalName(s syscall.Signal) string {
	if s == syscall.SIGINT {
		return "SIGINT"
	}
	return "SIGTERM"
}

// TestShutdown: the command ends the process without a reply.
func TestShutdown(t *testing.T) {
	for _, line := range []string{"SHUTDOWN", "shutdown nosave", "SHUTDOWN NOSAVE NOW FORCE"} {
		p := newPair(t)
		for _, s := range p.each() {
			args, _ := split(line)
			r, err := mustDial(t, s.addr).do(args...)
			if goneBecause(err) != "connection closed" || len(r.raw) > 0 {
				t.Errorf("%s: %s replies %q, %v", s.name, line, r.raw, err)
			}
			s.mustExit(t, 0)
		}
	}
}

func (s *server) mustExit(t *testing.T, code int) {
	t.Helper()
	select {
	case <-s.exited:
		if got := s.cmd.ProcessState.ExitCode(); got != code {
			t.Errorf("%s ends with %d, want %d\n%s", s.name, got, code, s.log)
		}
	case <-time.After(stopTimeout):
		t.Fatalf("%s does not end\n%s", s.name, s.log)
	}
}

// TestPidFileAndUnixSocket are made at the start and gone at the end.
func TestPidFileAndUnixSocket(t *testing.T) {
	dir := t.TempDir()
	for _, start := range []func(...string) (*server, error){startRedis, startRinger} {
		socket, pidfile := filepath.Join(dir, "s.sock"), filepath.Join(dir, "s.pid")
		s, err := start("--unixsocket", socket, "--unixsocketperm", "700", "--pidfile", pidfile)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.stop)
		c, err := net.Dial("unix", socket)
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		buf := make([]byte, 64)
		if _, err := c.Write([]byte("PING\r\n")); err != nil {
			t.Fatal(err)
		}
		if n, err := c.Read(buf); err != nil || string(buf[:n]) != "+PONG\r\n" {
			t.Errorf("%s over its socket: %q, %v", s.name, buf[:n], err)
		}
		c.Close()
		if info, err := os.Stat(socket); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: the socket is %v, %v", s.name, info, err)
		}
		s.stop()
		for _, file := range []string{socket, pidfile} {
			if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("%s left %s behind (%v)", s.name, file, err)
			}
		}
	}
}
