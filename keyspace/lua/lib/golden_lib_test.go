package lib

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/keyspace/lua"
)

// The files in testdata hold scripts, one a line, and behind each what redis-server 7.0.15 made of
// it: its results by tostring with their types, or its error. To ask again, start one that may lose
// its data, and run: go test ./keyspace/lua/lib -run Golden -libraries <port>
var librariesPort = flag.String("libraries", "", "port of a redis-server that rewrites testdata")

// goldenWrapper runs a script and makes lines of its results. It is one line, so that errors name
// line 1.
const goldenWrapper = `local function lines(...) local t = {} ` +
	`for i = 1, select('#', ...) do local v = select(i, ...) t[i] = type(v)..' '..tostring(v) end ` +
	`return t end local function script() %s end return lines(pcall(script))`

// newScripts makes an interpreter with the libraries.
func newScripts() *lua.State {
	s := lua.New()
	OpenString(s)
	OpenTable(s)
	OpenMath(s, &Rand{})
	for _, name := range []string{"string", "table", "math"} {
		s.Globals().GetString(name).AsTable().SetReadOnly(true)
	}
	return s
}

// runScript is what the wrapper makes of a script in ringer.
func runScript(t *testing.T, source string) []string {
	t.Helper()
	s := newScripts()
	fn, err := s.Load(fmt.Sprintf(goldenWrapper, source), "@user_script")
	if err != nil {
		return []string{err.Error()}
	}
	results, err := s.Call(lua.FunctionValue(fn))
	if err != nil {
		return []string{err.Error()}
	}
	list := results[0].AsTable()
	lines := make([]string, list.Len())
	for i := range lines {
		lines[i], _ = list.GetInt(i + 1).AsString()
	}
	return lines
}

// askServer is what the wrapper makes of a script in redis-server.
func askServer(t *testing.T, source string) []string {
	t.Helper()
	out, err := exec.Command("redis-cli", "-p", *librariesPort, "--no-raw", "eval",
		fmt.Sprintf(goldenWrapper, source), "0").Output()
	if err != nil {
		t.Fatal(source, err)
	}
	var lines []string
	for line := range strings.Lines(strings.TrimSuffix(string(out), "\n")) {
		_, quoted, found := strings.Cut(line, ") \"")
		if !found {
			return []string{line}
		}
		// redis-cli quotes as Go does.
		text, err := strconv.Unquote(`"` + strings.TrimSuffix(quoted, "\n"))
		if err != nil {
			t.Fatal(source, line, err)
		}
		lines = append(lines, text)
	}
	return lines
}

// golden compares all scripts of a file.
func golden(t *testing.T, path string) {
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var rewritten strings.Builder
	script, expected := "", []string(nil)
	check := func() {
		if script == "" {
			return
		}
		if *librariesPort != "" {
			expected = askServer(t, script)
		}
		fmt.Fprintln(&rewritten, script)
		for _, line := range expected {
			fmt.Fprintf(&rewritten, "\t%q\n", line)
		}
		if got := runScript(t, script); strings.Join(got, "\n") != strings.Join(expected, "\n") {
			t.Errorf("%s\n got %q\nwant %q", script, got, expected)
		}
	}
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSuffix(line, "\n")
		if quoted, found := strings.CutPrefix(line, "\t"); found {
			text, err := strconv.Unquote(quoted)
			if err != nil {
				t.Fatal(line, err)
			}
			expected = append(expected, text)
			continue
		}
		check()
		script, expected = line, nil
	}
	check()
	if *librariesPort != "" {
		if err := os.WriteFile(path, []byte(rewritten.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestGoldenString(t *testing.T) { golden(t, "testdata/string.txt") }
func TestGoldenMatch(t *testing.T)  { golden(t, "testdata/match.txt") }
func TestGoldenFormat(t *testing.T) { golden(t, "testdata/format.txt") }
func TestGoldenTable(t *testing.T)  { golden(t, "testdata/table.txt") }
func TestGoldenMath(t *testing.T)   { golden(t, "testdata/math.txt") }
