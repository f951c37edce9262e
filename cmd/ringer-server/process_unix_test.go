//go:build unix

package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ringer-kv/ringer/keyspace"
)

// datagrams is a socket that takes what a server sends to its supervisor or to the system's log.
func datagrams(t *testing.T) (path string, next func() string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "socket")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return path, func() string {
		t.Helper()
		b := make([]byte, 4096)
		if err := c.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
			t.Fatal(err)
		}
		n, err := c.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		return string(b[:n])
	}
}

// TestSystemd is told in Redis's words that the server loads, is ready, and stops.
func TestSystemd(t *testing.T) {
	for _, mode := range []string{"systemd", "auto"} {
		socket, next := datagrams(t)
		port := freePort(t)
		p := startServer(t, "export NOTIFY_SOCKET="+socket, "--port", port, "--native-port", "0",
			"--supervised", mode, "--daemonize", "yes") // which is passed over
		p.mustReach("* Supervised by systemd. Please make sure you set appropriate values for")
		p.mustReach(ready)
		if got := askAll(t, "127.0.0.1:"+port, "INFO server"); !strings.Contains(got,
			"process_supervised:systemd\r\n") {
			t.Errorf("INFO says\n%s", got)
		}
		p.signal(syscall.SIGTERM)
		for _, want := range []string{
			"STATUS=Ringer is loading...\n", "STATUS=Ready to accept connections\n", "READY=1\n",
			"STOPPING=1\n",
		} {
			if got := next(); got != want {
				t.Errorf("--supervised %s: told %q, want %q", mode, got, want)
			}
		}
		if code := p.exit(); code != 0 {
			t.Errorf("exit code %d", code)
		}
	}
}

// askAll is ask for all lines of a reply.
func askAll(t *testing.T, addr, command string) string {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := fmt.Fprintf(c, "%s\r\nQUIT\r\n", command); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := b.ReadFrom(c); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSupervisorsThatAreNotThere(t *testing.T) {
	for mode, want := range map[string]string{
		"systemd": "# systemd supervision error: NOTIFY_SOCKET not found!",
		"upstart": "# upstart supervision requested, but UPSTART_JOB not found!",
	} {
		p := startServer(t, "unset NOTIFY_SOCKET UPSTART_JOB", "--port", freePort(t),
			"--native-port", "0", "--supervised", mode)
		p.mustReach(want)
		p.mustReach(ready)
	}
}

// TestUpstart: the server stops itself, and is ready when it is told to go on.
func TestUpstart(t *testing.T) {
	p := startServer(t, "export UPSTART_JOB=x", "--port", freePort(t), "--native-port", "0",
		"--supervised", "auto")
	p.mustReach("* supervised by upstart, will stop to signal readiness.")
	var status syscall.WaitStatus
	for !status.Stopped() {
		if _, err := syscall.Wait4(p.cmd.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil {
			t.Fatal(err)
		}
	}
	p.signal(syscall.SIGCONT)
	p.mustReach(ready)
}

// TestDaemonize: the process that was started ends with 0, and the server runs in the background
// with the same configuration, that from standard input and from relative paths included.
func TestDaemonize(t *testing.T) {
	port := freePort(t)
	p := startServer(t, "mkdir sub; echo timeout 77 >conf; echo databases 5 >in; exec <in", "conf",
		"--port", port, "--native-port", "0", "--daemonize", "yes", "--dir", "sub",
		"--logfile", "log", "--pidfile", "pid", "-")
	if code := p.exit(); code != 0 {
		t.Fatalf("exit code %d\n%s", code, &p.seen)
	}
	log := waitForLog(t, filepath.Join(p.cmd.Dir, "sub", "log"), ready)
	text, err := os.ReadFile(filepath.Join(p.cmd.Dir, "sub", "pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || !strings.HasPrefix(log, fmt.Sprintf("%d:C ", pid)) {
		t.Errorf("the pid file holds %q, the log is\n%s", text, log)
	}
	t.Cleanup(func() { _ = syscall.Kill(pid, syscall.SIGKILL) }) // it has ended if all is well
	got := askAll(t, "127.0.0.1:"+port, "CONFIG GET timeout\r\nCONFIG GET databases")
	if !strings.Contains(got, "\r\n77\r\n") || !strings.Contains(got, "\r\n5\r\n") {
		t.Errorf("CONFIG GET: %q", got)
	}
	if session, _ := exec.Command("ps", "-o", "sid=", "-p", strconv.Itoa(pid)).Output(); len(
		session) > 0 && strings.TrimSpace(string(session)) != strconv.Itoa(pid) {
		t.Errorf("process %d is in session %s", pid, session)
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	waitForLog(t, filepath.Join(p.cmd.Dir, "sub", "log"), "bye bye")
}

// waitForLog waits until a log file holds a text, and returns all of it.
func waitForLog(t *testing.T, path, text string) string {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		b, _ := os.ReadFile(path) // it may not be there yet
		if strings.Contains(string(b), text) {
			return string(b)
		}
		time.Sleep(5 * time.Millisecond) // the log can't be waited for
	}
	t.Fatalf("no line %q in %s", text, path)
	return ""
}

// TestLogFileIsBegunAnew after it has been moved away, as those who rotate logs do.
func TestLogFileIsBegunAnew(t *testing.T) {
	p := startServer(t, ":", "--port", freePort(t), "--native-port", "0", "--logfile", "log")
	path := filepath.Join(p.cmd.Dir, "log")
	waitForLog(t, path, ready)
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	p.signal(syscall.SIGTERM)
	p.exit()
	if log := waitForLog(t, path, "bye bye"); strings.Contains(log, ready) {
		t.Errorf("the new log begins with the old one:\n%s", log)
	}
}

// TestSyslog: each line with the priority of its level and the facility, under the name asked for.
func TestSyslog(t *testing.T) {
	socket, next := datagrams(t)
	sys, err := openSyslog(socket, "ident", "local3")
	if err != nil {
		t.Fatal(err)
	}
	l := &logger{out: os.NewFile(0, ""), path: os.DevNull, sys: sys, role: roleMaster}
	l.more.L = &l.mu
	go l.run()
	for level, priority := range map[keyspace.LogLevel]int{
		keyspace.LogDebug: 7, keyspace.LogVerbose: 6, keyspace.LogNotice: 5, keyspace.LogWarning: 4,
	} {
		l.line(level, "some text")
		want := fmt.Sprintf(`^<%d>.* ident\[%d\]: some text\n$`, 19*8+priority, os.Getpid())
		if got := next(); !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("level %d: %q, want %s", level, got, want)
		}
	}
}

// TestLogThatNobodyReads: it does not stop who logs, what is lost is counted, and flush waits for
// the rest.
func TestLogThatNobodyReads(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	l := &logger{out: w, role: roleMaster}
	l.more.L = &l.mu
	go l.run()
	const lines = 5000
	for range lines {
		l.warning(strings.Repeat("x", 1000))
	}
	read := make(chan string)
	go func() {
		var b bytes.Buffer
		_, _ = b.ReadFrom(r) // to the end
		read <- b.String()
	}()
	l.flush()
	l.warning("the last line")
	l.flush()
	_ = w.Close()
	text := <-read
	written := strings.Count(text, "xxx\n")
	lost := 0
	report := regexp.MustCompile(`# (\d+) lines of the log were lost`)
	for _, found := range report.FindAllStringSubmatch(text, -1) {
		n, _ := strconv.Atoi(found[1])
		lost += n
	}
	if lost == 0 || !strings.HasSuffix(text, "the last line\n") {
		t.Fatalf("%d lines written, the end is %q", written, text[max(0, len(text)-200):])
	}
	if lost+written != lines || written < 1000 {
		t.Errorf("%d lines written, %d lost, of %d", written, lost, lines)
	}
}

// TestOOMScore: what is written, and that a refusal changes nothing.
func TestOOMScore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "score")
	if err := os.WriteFile(path, []byte("7\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	o := &oomScore{path: path}
	for _, c := range []struct{ mode, values, want string }{
		{"no", "5 6 7", "7\n"},
		{"relative", "5 6 7", "12"},
		{"yes", "10 6 7", "17"},
		{"absolute", "5 6 7", "5"},
		{"absolute", "-2000 6 7", "-1000"},
		{"no", "5 6 7", "7"},
		{"relative", "5 6 7", "12"},
	} {
		err := o.apply(&keyspace.Config{OOMScoreAdj: c.mode, OOMScoreAdjValues: c.values})
		b, _ := os.ReadFile(path)
		if err != nil || string(b) != c.want {
			t.Errorf("%s %s: %q, %v, want %q", c.mode, c.values, b, err, c.want)
		}
	}
	missing := &oomScore{path: filepath.Join(t.TempDir(), "none")}
	config := &keyspace.Config{OOMScoreAdj: "yes", OOMScoreAdjValues: "1 2 3"}
	if err := missing.apply(config); err == nil {
		t.Error("a file that is not there takes a score")
	}
}

func TestLogo(t *testing.T) {
	port := freePort(t)
	p := startServer(t, ":", "--port", port, "--native-port", "0", "--always-show-logo", "yes")
	p.mustReach("Port: " + port)
	p.mustReach("Server initialized")
	if strings.Contains(p.seen.String(), "Running mode=") {
		t.Error("the mode is there twice")
	}
}
