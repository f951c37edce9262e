package main

import (
	"bufio"
	"fmt"
	"io"
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
)

// asServer makes the test binary be ringer-server.
const asServer = "RINGER_SERVER_TEST"

func TestMain(m *testing.M) {
	if os.Getenv(asServer) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// process is a ringer-server of a test.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	log  *bufio.Scanner
	seen strings.Builder
}

// startServer runs ringer-server with the arguments, in a shell that first runs setUp.
func startServer(t *testing.T, setUp string, args ...string) *process {
	t.Helper()
	script := setUp + `; exec "$0" "$@"`
	args = append([]string{"-c", script, os.Args[0]}, args...)
	p := &process{t: t, cmd: exec.Command("/bin/sh", args...)}
	p.cmd.Env, p.cmd.Dir = append(os.Environ(), asServer+"=1"), t.TempDir()
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stderr = p.cmd.Stdout
	p.log = bufio.NewScanner(out)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // it may have ended
		_ = p.cmd.Wait()
	})
	return p
}

// until reads the log up to a line with the text; "" is the end of the log.
func (p *process) until(text string) bool {
	for p.log.Scan() {
		p.seen.WriteString(p.log.Text() + "\n")
		if text != "" && strings.Contains(p.log.Text(), text) {
			return true
		}
	}
	return text == ""
}

func (p *process) mustReach(text string) {
	p.t.Helper()
	if !p.until(text) {
		p.t.Fatalf("no line %q in\n%s", text, p.seen.String())
	}
}

// exit reads the rest of the log and returns the exit code.
func (p *process) exit() int {
	p.until("")
	_ = p.cmd.Wait() // the code is in ProcessState
	return p.cmd.ProcessState.ExitCode()
}

func (p *process) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

const ready = "Ready to accept connections"

// ask sends one inline command and returns the first line of the reply.
func ask(t *testing.T, network, addr, command string) string {
	t.Helper()
	c, err := net.Dial(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, command+"\r\n"); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(c).ReadString('\n')
	if err != nil {
		t.Fatalf("%s: %q, %v", command, line, err)
	}
	return strings.TrimSpace(line)
}

func TestEndsWithoutServing(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := strconv.Itoa(taken.Addr().(*net.TCPAddr).Port)
	for _, c := range []struct {
		args string
		code int
		want string // in the output
	}{
		{"--version", 0, "Redis server v=7.0.15 "},
		{"-v", 0, "Redis server v=7.0.15 "},
		{"--help", 1, "Usage: ringer-server "},
		{"-h", 1, "Usage: ringer-server "},
		{"--nosuch 1", 1, "\n*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\n" +
			"Reading the configuration file, at line 2\n>>> 'nosuch \"1\"'\n" +
			"Bad directive or wrong number of arguments\n"},
		{"--native-port x", 1, "argument couldn't be parsed into an integer\n"},
		{"nosuch.conf", 1, "# Fatal error, can't open config file '/"},
		{"--logfile /nonexistent/log", 1, "Can't open the log file: No such file or directory\n"},
		{"--port 0 --native-port 0", 1, "# Configured to not listen anywhere, exiting.\n"},
		{"--bind 127.0.0.1 --native-port 0 --port " + port, 1,
			"# Warning: Could not create server TCP listening socket 127.0.0.1:" + port +
				": bind: Address already in use\n"},
		{"--port 0 --native-bind 127.0.0.1 --native-port " + port, 1,
			"# Failed listening on port " + port + " (TCP), aborting.\n"},
		{"--port 0 --native-port 0 --unixsocket /nonexistent/s", 1,
			"# Failed opening Unix socket: bind: No such file or directory\n"},
	} {
		p := startServer(t, ":", strings.Fields(c.args)...)
		if code := p.exit(); code != c.code || !strings.Contains(p.seen.String(), c.want) {
			t.Errorf("%s: exit code %d, want %d and %q in\n%s", c.args, code, c.code, c.want,
				&p.seen)
		}
	}
}

// TestServesAndEnds: every door answers, every line has Redis's form, and SIGTERM leaves nothing
// behind.
func TestServesAndEnds(t *testing.T) {
	port, native := freePort(t), freePort(t)
	p := startServer(t, ":", "--bind", "127.0.0.1", "--port", port, "--native-bind", "127.0.0.1",
		"--native-port", native, "--unixsocket", "s", "--pidfile", "pid", "--save", "60", "1")
	p.mustReach("The server is now ready to accept connections at s")
	for addr, network := range map[string]string{
		"127.0.0.1:" + port: "tcp", "127.0.0.1:" + native: "tcp",
		filepath.Join(p.cmd.Dir, "s"): "unix",
	} {
		if got := ask(t, network, addr, "PING"); got != "+PONG" {
			t.Errorf("%s answers %q", addr, got)
		}
	}
	pid, err := os.ReadFile(filepath.Join(p.cmd.Dir, "pid"))
	if want := fmt.Sprintf("%d\n", p.cmd.Process.Pid); err != nil || string(pid) != want {
		t.Errorf("the pid file holds %q, %v, want %q", pid, err, want)
	}
	p.signal(syscall.SIGTERM)
	if code := p.exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	for _, name := range []string{"s", "pid"} {
		if _, err := os.Stat(filepath.Join(p.cmd.Dir, name)); err == nil {
			t.Errorf("%s is still there", name)
		}
	}
	form := regexp.MustCompile(
		`^\d+:(C|M) \d\d [A-Z][a-z][a-z] \d{4} \d\d:\d\d:\d\d\.\d{3} [.*#-] .+$`)
	for line := range strings.Lines(p.seen.String()) {
		line = strings.TrimSuffix(line, "\n")
		if !form.MatchString(line) && !strings.Contains(line, ":signal-handler (") {
			t.Errorf("a log line has not Redis's form: %s", line)
		}
	}
	order := regexp.MustCompile(`(?s)just started.*Configuration loaded.*setting of save is kept` +
		`.*Running mode=standalone, port=` + port + `\..*Server initialized.*` + ready +
		`.*Received SIGTERM scheduling shutdown.*User requested shutdown.*Removing the pid file` +
		`.*Removing the unix socket file.*bye bye`)
	if !order.MatchString(p.seen.String()) {
		t.Errorf("the log is not %s:\n%s", order, &p.seen)
	}
}

func TestOnePortAlone(t *testing.T) {
	for _, c := range []struct{ on, off string }{
		{"--port", "--native-port"}, {"--native-port", "--port"},
	} {
		port := freePort(t)
		p := startServer(t, ":", c.on, port, c.off, "0")
		p.mustReach(ready)
		if got := ask(t, "tcp", "127.0.0.1:"+port, "PING"); got != "+PONG" {
			t.Errorf("%s %s answers %q", c.on, port, got)
		}
	}
}

func TestShutdownCommandEndsTheProcess(t *testing.T) {
	port := freePort(t)
	p := startServer(t, ":", "--port", port, "--native-port", "0")
	p.mustReach(ready)
	c, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "SHUTDOWN\r\n"); err != nil {
		t.Fatal(err)
	}
	if reply, err := io.ReadAll(c); len(reply) > 0 {
		t.Errorf("SHUTDOWN answers %q, %v", reply, err)
	}
	want := "User requested shutdown..."
	if code := p.exit(); code != 0 || !strings.Contains(p.seen.String(), want) {
		t.Errorf("exit code %d, log\n%s", code, &p.seen)
	}
}

// TestSecondSignalInsists: a server that can't end, as its owner sleeps, ends at once with Ctrl-C,
// but not with another SIGTERM.
func TestSecondSignalInsists(t *testing.T) {
	port := freePort(t)
	p := startServer(t, ":", "--port", port, "--native-port", "0", "--enable-debug-command", "yes")
	p.mustReach(ready)
	c, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "PING\r\nDEBUG SLEEP 100\r\n"); err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond) // nothing tells that the owner sleeps
	for range 2 {
		p.signal(syscall.SIGTERM)
		p.mustReach("Received SIGTERM scheduling shutdown...")
	}
	p.signal(syscall.SIGINT)
	want := "You insist... exiting now."
	if code := p.exit(); code != 1 || !strings.Contains(p.seen.String(), want) {
		t.Errorf("exit code %d, log\n%s", code, &p.seen)
	}
}

func TestFewDescriptors(t *testing.T) {
	if exec.Command("/bin/sh", "-c", "ulimit -n 60; ulimit -Hn 100").Run() == nil {
		t.Skip("this process may raise its limits as it likes")
	}
	p := startServer(t, "ulimit -n 60", "--port", freePort(t), "--native-port", "0")
	p.mustReach(ready)
	for _, want := range []string{
		"# You requested maxclients of 10000 requiring at least 10032 max file descriptors.\n",
		"# Server can't set maximum open files to 10032 because of OS error: ",
		"# Current maximum open files is 60. maxclients has been reduced to 28 to compensate for" +
			" low ulimit. If you need higher maxclients increase 'ulimit -n'.\n",
	} {
		if !strings.Contains(p.seen.String(), want) {
			t.Errorf("no line %q in\n%s", want, &p.seen)
		}
	}
	p = startServer(t, "ulimit -n 30", "--port", freePort(t), "--native-port", "0")
	want := "# Your current 'ulimit -n' of 30 is not enough for the server to start. Please increase" +
		" your open file limit to at least 10032. Exiting.\n"
	if code := p.exit(); code != 1 || !strings.Contains(p.seen.String(), want) {
		t.Errorf("exit code %d, no line %q in\n%s", code, want, &p.seen)
	}
}

func TestLogFileAndLevel(t *testing.T) {
	port := freePort(t)
	p := startServer(t, ":", "--port", port, "--native-port", "0", "--logfile", "log",
		"--loglevel", "warning")
	path := filepath.Join(p.cmd.Dir, "log")
	text := ""
	for !strings.Contains(text, "Server initialized") { // the log can't be waited for
		time.Sleep(10 * time.Millisecond)
		b, _ := os.ReadFile(path)
		text = string(b)
	}
	p.signal(syscall.SIGTERM)
	if code := p.exit(); code != 0 || p.seen.Len() > 0 {
		t.Errorf("exit code %d, standard output %q", code, &p.seen)
	}
	b, err := os.ReadFile(path)
	text = string(b)
	if err != nil || strings.Contains(text, " * ") || !strings.Contains(text, "bye bye") {
		t.Errorf("%v, log at level warning:\n%s", err, text)
	}
}

func TestConfigFromStandardInput(t *testing.T) {
	port := freePort(t)
	p := startServer(t, "echo port "+port+" >in; echo timeout 77 >>in; exec <in", "-",
		"--native-port", "0")
	p.mustReach("# Reading config from stdin")
	p.mustReach(ready)
	if got := ask(t, "tcp", "127.0.0.1:"+port, "CONFIG GET timeout"); got != "*2" {
		t.Errorf("CONFIG GET answers %q", got)
	}
}

func TestHTTP(t *testing.T) {
	port, watch := freePort(t), freePort(t)
	p := startServer(t, ":", "--port", port, "--native-port", "0", "--http-port", watch)
	p.mustReach(ready)
	ask(t, "tcp", "127.0.0.1:"+port, "SET k v")
	got := ask(t, "tcp", "127.0.0.1:"+watch, "GET /metrics HTTP/1.0\r\n")
	if !strings.HasSuffix(got, "200 OK") {
		t.Errorf("/metrics answers %q", got)
	}
	p.signal(syscall.SIGTERM)
	if code := p.exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	p = startServer(t, ":", "--port", "0", "--native-port", port, "--http-port", port,
		"--http-bind", "127.0.0.1")
	if code := p.exit(); code != 1 || !strings.Contains(p.seen.String(), "Address already in use") {
		t.Errorf("a port that is taken: exit code %d\n%s", code, &p.seen)
	}
}
