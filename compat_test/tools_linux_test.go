package compat_test

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// tool is a program that comes with Redis, and what it is told.
type tool struct {
	name  string
	args  []string
	stdin string
}

// runTool runs a tool that comes with Redis against a server and returns what it prints.
func (s *server) runTool(t *testing.T, tool tool) string {
	t.Helper()
	path, err := exec.LookPath(tool.name)
	if err != nil {
		t.Fatalf("%s(%v)", installHint, err)
	}
	cmd := exec.Command(path, append([]string{"-p", s.port()}, tool.args...)...)
	cmd.Stdin = strings.NewReader(tool.stdin)
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out) + cmd.ProcessState.String()
}

func (s *server) port() string { return s.addr[strings.LastIndexByte(s.addr, ':')+1:] }

// TestRedisCliOneShot compares what redis-cli prints, and its exit code.
func TestRedisCliOneShot(t *testing.T) {
	for _, s := range lab.shared.each() {
		mustDial(t, s.addr).must(t, "FLUSHALL")
	}
	for _, c := range []struct{ line, stdin string }{
		{line: "PING"}, {line: "SET k v"}, {line: "GET k"}, {line: "GET none"}, {line: "ZADD z 1 a 2 b"},
		{line: "ZRANGE z 0 -1 WITHSCORES"}, {line: "-3 ZRANGE z 0 -1 WITHSCORES"},
		{line: "-3 ZSCORE z a"},
		{line: "--no-raw ZRANGE z 0 -1"}, {line: "--raw GET k"}, {line: "--csv ZRANGE z 0 -1 WITHSCORES"},
		{line: "--json -3 ZRANGE z 0 -1 WITHSCORES"}, {line: "-3 GET none"}, {line: "-n 3 SET three 3"},
		{line: "-n 3 KEYS *"}, {line: "-n 16 PING"}, {line: "NOSUCH a"},
		{line: "-e NOSUCH a"}, {line: "GET"},
		{line: "-r 3 PING"}, {line: "-x SET piped", stdin: "from stdin"}, {line: "GET piped"},
		{line: "", stdin: "SET a 1\nGET a\nNOSUCH\nSELECT 2\nDBSIZE\n"},
		{line: "--pipe", stdin: "SET p1 1\r\n*3\r\n$3\r\nSET\r\n$2\r\np2\r\n$1\r\n2\r\nPING\r\n"},
		{line: "-n 3 --scan"}, {line: "-n 3 --scan --pattern t*"},
		{line: "-n 3 --scan --pattern x*"},
		{line: "-a wrong PING"}, {line: "--user default -a wrong PING"}, {line: "CONFIG GET save"},
		{line: "DBSIZE"}, {line: "QUIT"}, {line: "COMMAND GETKEYS SET k v"},
	} {
		cli := tool{"redis-cli", strings.Fields(c.line), c.stdin}
		want, got := lab.shared.redis.runTool(t, cli), lab.shared.ringer.runTool(t, cli)
		mask := regexp.MustCompile(`random string|reply: \S{20}|:\d{4,5}`)
		if mask.ReplaceAllString(want, "") != mask.ReplaceAllString(got, "") {
			t.Errorf("redis-cli %s\n  redis:  %q\n  ringer: %q", c.line, want, got)
		}
	}
}

// TestRedisCliInteractive types into redis-cli on a terminal: it loads COMMAND DOCS for its hints
// at the start, and aborts on one that is ill-formed.
func TestRedisCliInteractive(t *testing.T) {
	for _, s := range lab.shared.each() {
		t.Run(s.name, func(t *testing.T) {
			prompt := s.addr + "> "
			term := openTerminal(t, "redis-cli", "-p", s.port())
			term.expect(t, prompt)
			for _, c := range []struct{ line, answer string }{
				{"FLUSHALL", "OK"}, {"SET greeting \"hello world\"", "OK"}, {"GET greeting", "\"hello world\""},
				{"GET none", "(nil)"}, {"ZADD z 1 one 2.5 two", "(integer) 2"},
				{"ZRANGE z 0 -1 WITHSCORES", "4) \"2.5\""}, {"NOSUCH", "(error) ERR unknown command 'NOSUCH'"},
				{"HELLO 3", "3# \"proto\" => (integer) 3"}, {"ZSCORE z two", "(double) 2.5"},
				{"SELECT 16", "(error) ERR DB index is out of range"}, {"help zadd", "\x1b[0m sorted-set"},
			} {
				term.enter(t, c.line)
				term.expect(t, c.answer)
				term.expect(t, prompt)
			}
			term.enter(t, "SELECT 3")
			term.expect(t, s.addr+"[3]> ")
			term.enter(t, "exit")
			if err := term.cmd.Wait(); err != nil {
				t.Errorf("redis-cli ends with %v", err)
			}
		})
	}
}

// TestRedisBenchmark runs the tests that ringer's commands allow and looks for complaints.
func TestRedisBenchmark(t *testing.T) {
	for _, args := range [][]string{
		{"-t", "ping,set,get,zadd", "-n", "10000", "-q"},
		{"-t", "ping,set,get,zadd", "-n", "10000", "-q", "-P", "16", "-r", "1000"},
		{"-t", "set,get", "-n", "10000", "-q", "-3", "--dbnum", "2"},
		{"-n", "1000", "-q", "EXPIRE", "key:__rand_int__", "1000"},
	} {
		out := lab.shared.ringer.runTool(t, tool{name: "redis-benchmark", args: args})
		if !strings.HasSuffix(out, "exit status 0") ||
			!strings.Contains(out, "requests per second") ||
			regexp.MustCompile(`(?i)warning|error|err `).MatchString(out) {
			t.Errorf("redis-benchmark %v prints:\n%s", args, out)
		}
	}
}
