package main

import (
	"bytes"
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ringer-kv/ringer/binproto"
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/command"
)

// startRinger serves an engine until the test ends, and returns its port.
func startRinger(t *testing.T) string {
	t.Helper()
	e, err := keyspace.New(keyspace.Options{Commands: command.Table(), ArenaBytes: 1 << 28})
	if err != nil {
		t.Fatal(err)
	}
	s := binproto.NewServer(e, binproto.Options{Bind: []string{"127.0.0.1"}})
	if err := s.Listen(); err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() {
		s.Serve()
		close(served)
	}()
	t.Cleanup(func() {
		s.Close()
		<-served
		e.Close()
	})
	return portOf(s.Addr())
}

func portOf(a net.Addr) string { return strconv.Itoa(a.(*net.TCPAddr).Port) }

// freePort is a port that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return portOf(l.Addr())
}

func noEnv(string) string { return "" }

// cli runs ringer-cli in this process.
func cli(stdin string, args ...string) (stdout, stderr string, code int) {
	var out, errs bytes.Buffer
	code = run(args, noEnv, streams{in: strings.NewReader(stdin), out: &out, err: &errs})
	return out.String(), errs.String(), code
}

// startRedis starts a real redis-server until the test ends, and returns its port.
func startRedis(t *testing.T) string {
	t.Helper()
	for _, tool := range []string{"redis-server", "redis-cli"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("RINGER_REQUIRE_REDIS") != "" {
				t.Fatal(tool, "is required and missing")
			}
			t.Skip(tool, "is missing: scripts/test installs it; NOTHING HAS BEEN COMPARED")
		}
	}
	port := freePort(t)
	server := exec.Command("redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "")
	server.Dir = t.TempDir()
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Process.Kill()
		server.Wait()
	})
	for deadline := time.Now().Add(20 * time.Second); ; {
		c, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			c.Close()
			return port
		}
		if time.Now().After(deadline) {
			t.Fatal("redis-server does not answer:", err)
		}
		time.Sleep(5 * time.Millisecond) // another process's start is no event to wait on
	}
}

// TestPrintsAsRedisCLI runs the same command lines through redis-cli against redis-server and
// through ringer-cli against ringer, in both forms, and compares what they print.
func TestPrintsAsRedisCLI(t *testing.T) {
	redis, ringer := startRedis(t), startRinger(t)
	cases := []struct {
		stdin string
		args  []string
	}{
		{"", []string{"SET", "mykey", "hello world"}},
		{"", []string{"GET", "mykey"}},
		{"", []string{"GET", "nobody"}},
		{"", []string{"SET", "mykey", "new", "GET"}},
		{"", []string{"SET", "mykey", "x", "NX"}},
		{"", []string{"EXISTS", "mykey", "nobody"}},
		{"", []string{"TYPE", "mykey"}},
		{"", []string{"NOPE", "a", "b"}},
		{"", []string{"GET"}},
		{"", []string{"SET", "k", "v", "EX", "nope"}},
		{"", []string{"KEYS", "nobody*"}},
		{"", []string{"KEYS", "my*"}},
		{"", []string{"SCAN", "0"}},
		{"", []string{"SET", "bytes", "a\x01\"\\\n\r\t\a\b\x7f\xff~ b"}},
		{"", []string{"GET", "bytes"}},
		{"", []string{"FLUSHALL"}},
		{"", []string{"-r", "3", "DBSIZE"}},
		{"", []string{"-n", "3", "SET", "three", "3"}},
		{"", []string{"-n", "3", "GET", "three"}},
		{"", []string{"GET", "three"}},
		{"from the input\n", []string{"-x", "SET", "last"}},
		{"", []string{"GET", "last"}},
		{"SET a 1\nGET a\n\n\"x\nNOPE\n2 EXISTS a\nquit\nGET a\n", nil},
		{"SET a \"x y\"\r\nGET a\r\n", nil},
		{"0 GET a\n", nil},
		{"SET unended 1", nil},
	}
	for _, c := range cases {
		for _, form := range []string{"--raw", "--no-raw"} {
			var want bytes.Buffer
			real := exec.Command("redis-cli", append([]string{"-p", redis, form}, c.args...)...)
			real.Stdin, real.Stdout = strings.NewReader(c.stdin), &want
			if err := real.Run(); err != nil {
				t.Fatal(err)
			}
			text := strings.ReplaceAll(want.String(), "redis-cli", "ringer-cli")
			got, errs, _ := cli(c.stdin, append([]string{"-p", ringer, form}, c.args...)...)
			if got != text || errs != "" {
				t.Errorf("%s %q %q:\n got %q %s\nwant %q", form, c.args, c.stdin, got, errs, text)
			}
		}
	}
}

func TestExitCodes(t *testing.T) {
	port, nobody := startRinger(t), freePort(t)
	refused := "Could not connect to ringer at 127.0.0.1:" + nobody + ": Connection refused\n"
	cases := []struct {
		name   string
		stdin  string
		args   []string
		code   int
		stdout string
		stderr string
	}{
		{"a reply", "", []string{"-p", port, "DBSIZE"}, 0, "0\n", ""},
		{"an error reply", "", []string{"-p", port, "GET"}, 1,
			"ERR wrong number of arguments for 'get' command\n\n", ""},
		{"an error reply to a line", "GET\n", []string{"-p", port}, 0,
			"ERR wrong number of arguments for 'get' command\n\n", ""},
		{"nobody listens", "", []string{"-p", nobody, "PING"}, 1, "", refused},
		{"nobody listens to a pipe", "PING\nPING\n", []string{"-p", nobody}, 1, "", refused},
		{"an unknown option", "", []string{"--nope"}, 1, "",
			"Unrecognized option or bad number of args for: '--nope'\n"},
		{"an option without its value", "", []string{"-p"}, 1, "",
			"Unrecognized option or bad number of args for: '-p'\n"},
		{"a port that is none", "", []string{"-p", "70000"}, 1, "", "Invalid server port.\n"},
		{"another scheme", "", []string{"-u", "http://x"}, 1, "", "Invalid URI scheme\n"},
		{"the version", "", []string{"--version"}, 0, "ringer-cli " + version + "\n", ""},
		{"help", "", []string{"--help"}, 0, usage, ""},
		{"a database that is none", "", []string{"-p", port, "-n", "99", "DBSIZE"}, 0, "0\n",
			"SELECT 99 failed: ERR DB index is out of range\n"},
	}
	for _, c := range cases {
		stdout, stderr, code := cli(c.stdin, c.args...)
		if stdout != c.stdout || stderr != c.stderr || code != c.code {
			t.Errorf("%s: %q, %q, %d\nwant %q, %q, %d",
				c.name, stdout, stderr, code, c.stdout, c.stderr, c.code)
		}
	}
}

func TestURI(t *testing.T) {
	cases := []struct {
		uri  string
		want string // host port user password db
	}{
		{"ringer://example.com", "example.com 1234   0"},
		{"ringer://u:p%40@[::1]:77/3", "::1 77 u p@ 3"},
		{"redis://secret@h:1", "h 1  secret 0"},
		{"ringer:///5", "127.0.0.1 1234   5"},
	}
	for _, c := range cases {
		o, err := parseOptions([]string{"-u", c.uri, "PING"}, noEnv, false)
		if err != nil {
			t.Error(c.uri, err)
			continue
		}
		if got := fmt.Sprintln(o.host, o.port, o.user, o.password, o.db); got != c.want+"\n" {
			t.Errorf("%s is %q, want %q", c.uri, got, c.want)
		}
	}
	for _, uri := range []string{"ringer://h:70000", "ringer://h/x", "h", "%"} {
		if _, err := parseOptions([]string{"-u", uri}, noEnv, false); err == nil {
			t.Errorf("%s is taken", uri)
		}
	}
}

// TestReconnects runs commands over a server that goes away and comes back.
func TestReconnects(t *testing.T) {
	e, err := keyspace.New(keyspace.Options{Commands: command.Table(), ArenaBytes: 1 << 28})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	port, err := strconv.Atoi(freePort(t))
	if err != nil {
		t.Fatal(err)
	}
	start := func() (stop func()) {
		s := binproto.NewServer(e, binproto.Options{Bind: []string{"127.0.0.1"}, Port: port})
		if err := s.Listen(); err != nil {
			t.Fatal(err)
		}
		served := make(chan struct{})
		go func() { s.Serve(); close(served) }()
		return func() { s.Close(); <-served }
	}
	stop := start()
	var out, errs bytes.Buffer
	s := &session{
		options: &options{host: "127.0.0.1", port: port, repeat: 1},
		std:     streams{out: &out, err: &errs},
	}
	defer s.close()
	s.runLine("SET a 1")
	stop()
	s.runLine("GET a")
	if s.conn != nil || s.prompt() != "not connected> " {
		t.Errorf("with the server gone the prompt is %q", s.prompt())
	}
	stop = start()
	defer stop()
	s.runLine("GET a")
	want := fmt.Sprintf("127.0.0.1:%d> ", port)
	if out.String() != "OK\n\"1\"\n" || s.prompt() != want {
		t.Errorf("printed %q, the prompt is %q", out.String(), s.prompt())
	}
	if !strings.Contains(errs.String(), "Connection refused") {
		t.Errorf("said %q", errs.String())
	}
}

func TestPromptShowsDatabaseAndTransaction(t *testing.T) {
	port := startRinger(t)
	var out, errs bytes.Buffer
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	s := &session{
		options: &options{host: "127.0.0.1", port: n, db: 2},
		std:     streams{out: &out, err: &errs},
	}
	defer s.close()
	if err := s.connect(); err != nil {
		t.Fatal(err)
	}
	s.inTx = true // as MULTI would have it
	if got, want := s.prompt(), "127.0.0.1:"+port+"[2](TX)> "; got != want {
		t.Errorf("the prompt is %q, want %q", got, want)
	}
	if more := s.runLine("exit"); more {
		t.Error("exit does not leave")
	}
	s.runLine("help")
	s.runLine("clear")
	if got := out.String(); !strings.HasPrefix(got, promptHelp) || !strings.HasSuffix(got, "\x1b[2J") {
		t.Errorf("help and clear print %q", got)
	}
	s.runLine("connect 127.0.0.1 " + freePort(t))
	if s.prompt() != "not connected> " {
		t.Errorf("connected to nobody the prompt is %q", s.prompt())
	}
	if errs.Len() == 0 {
		t.Error("nothing was said of it")
	}
}

func TestHistory(t *testing.T) {
	path := t.TempDir() + "/history"
	h := openHistory(path)
	for _, line := range []string{
		"SET a 1", "SET a 1", "", "AUTH secret", "2 AUTH u secret", "HELLO 3 AUTH u secret",
		"CONFIG SET requirepass secret", "ACL SETUSER u >secret", "MIGRATE h 1 k 0 1 AUTH secret",
		`AUTH "secret`, "CONFIG SET maxmemory 1", "GET a",
	} {
		h.Add(line)
	}
	if err := h.save(); err != nil {
		t.Fatal(err)
	}
	h.Add("PING")
	if err := h.save(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if want := "SET a 1\nCONFIG SET maxmemory 1\nGET a\nPING\n"; string(data) != want || err != nil {
		t.Errorf("the file holds %q, %v, want %q", data, err, want)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Error("the file's mode is", info.Mode(), err)
	}
	again := openHistory(path)
	if again.Len() != 4 || again.At(0) != "PING" || again.At(3) != "SET a 1" {
		t.Errorf("read again the history is %q", again.lines)
	}
	for i := range maxHistory + 10 {
		again.Add(strconv.Itoa(i))
	}
	if again.Len() != maxHistory || again.At(0) != strconv.Itoa(maxHistory+9) {
		t.Errorf("%d lines, the newest %q", again.Len(), again.At(0))
	}
	if nowhere := openHistory(""); nowhere.save() != nil || nowhere.Len() != 0 {
		t.Error("a history without a file")
	}
}

// TestTLS: with an authority, without any, without a check, and with files that are none.
func TestTLS(t *testing.T) {
	h := httptest.NewTLSServer(http.NotFoundHandler())
	defer h.Close()
	own := &tls.Config{Certificates: h.TLS.Certificates}
	e, err := keyspace.New(keyspace.Options{Commands: command.Table(), ArenaBytes: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	s := binproto.NewServer(e, binproto.Options{
		Bind: []string{"127.0.0.1"}, TLSOnly: true,
		TLS: &binproto.TLSOptions{Config: func() *tls.Config { return own }},
	})
	if err := s.Listen(); err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() {
		s.Serve()
		close(served)
	}()
	t.Cleanup(func() {
		s.Close()
		<-served
		e.Close()
	})
	port, dir := portOf(s.Addr()), t.TempDir()
	ca := filepath.Join(dir, "ca.crt")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: h.Certificate().Raw})
	if err := os.WriteFile(ca, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		ok   bool
	}{
		{[]string{"-p", port, "--tls", "--cacert", ca}, true},
		{[]string{"-p", port, "--tls", "--cacertdir", dir, "--sni", "example.com"}, true},
		{[]string{"-u", "ringers://127.0.0.1:" + port, "--insecure"}, true},
		{[]string{"-p", port, "--tls"}, false},
		{[]string{"-p", port, "--tls", "--cacert", ca, "--sni", "other.org"}, false},
		{[]string{"-p", port, "--tls", "--cacert", ca + "x"}, false},
		{[]string{"-p", port, "--tls", "--insecure", "--cert", ca, "--key", ca}, false},
		{[]string{"-p", port}, false},
	} {
		out, errs, code := cli("", append(c.args, "PING")...)
		if (code == 0 && out == "PONG\n") != c.ok || c.ok != (errs == "") {
			t.Errorf("%q: exit %d, %q, %q", c.args, code, out, errs)
		}
	}
}
