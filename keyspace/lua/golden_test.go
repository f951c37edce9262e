package lua_test

import (
	"flag"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/keyspace/lua"
	"github.com/ringer-kv/ringer/keyspace/lua/lib"
)

// The files testdata/*.lua are programs, and those with .txt what redis-server 7.0.15 makes them
// print. To ask again, start one and run: go test ./keyspace/lua -run Golden -lua-oracle <port>
var oracle = flag.String("lua-oracle", "", "port of a redis-server that rewrites testdata")

// prelude gives a program a print whose lines the program returns, without addresses.
const prelude = `local lines = {} local function print(...) local line = {...}
for i = 1, select('#', ...) do line[i] = tostring(line[i]):gsub('0x%x+', '0x') end
lines[#lines + 1] = table.concat(line, '\t') end `

const postlude = "\nreturn table.concat(lines, '\\n') .. '\\n'"

func newState() *lua.State {
	s := lua.New()
	lib.OpenString(s)
	lib.OpenTable(s)
	lib.OpenMath(s, &lib.Rand{})
	return s
}

func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.lua")
	if err != nil || len(files) == 0 {
		t.Fatal("no programs", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			program := prelude + string(text) + postlude
			golden := strings.TrimSuffix(file, ".lua") + ".txt"
			if *oracle != "" {
				if err := os.WriteFile(golden, ask(t, program), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			compareLines(t, run(t, program), string(want))
		})
	}
}

// run runs a program and returns what it prints.
func run(t *testing.T, program string) string {
	t.Helper()
	s := newState()
	fn, err := s.Load(program, "@user_script")
	if err != nil {
		t.Fatal(err)
	}
	results, err := s.Call(lua.FunctionValue(fn))
	if err != nil {
		t.Fatal(err)
	}
	out, _ := results[0].AsString()
	return out
}

// ask has a redis-server run a program.
func ask(t *testing.T, program string) []byte {
	t.Helper()
	c, err := net.Dial("tcp", "127.0.0.1:"+*oracle)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := writeEval(c, program); err != nil {
		t.Fatal(err)
	}
	return readBulk(t, c)
}

func compareLines(t *testing.T, got, want string) {
	t.Helper()
	if got == want {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		if i >= len(g) || i >= len(w) || g[i] != w[i] {
			t.Fatalf("line %d of the output:\n got %q\nwant %q", i+1, at(g, i), at(w, i))
		}
	}
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(nothing)"
}
