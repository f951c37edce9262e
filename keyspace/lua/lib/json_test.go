package lib

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/keyspace/lua"
	"github.com/ringer-kv/ringer/types/num"
)

// The golden files hold scripts of one line and what redis-server 7.0.15 makes of them. To ask
// again, or to have the answer to a script that has been added, start one that may lose its data,
// and run: go test ./keyspace/lua/lib -run CodecGolden -codec-oracle <port>
var codecOracle = flag.String("codec-oracle", "", "port of a redis-server that rewrites testdata")

// newCodecState makes an interpreter with the libraries of this file and what the scripts of the
// golden files use besides.
func newCodecState() *lua.State {
	s := lua.New()
	OpenJSON(s)
	OpenMsgpack(s)
	OpenStruct(s)
	OpenBit(s)
	register(s, s.Globals(), []routine{
		{"rep", func(c *lua.Call) {
			c.Return(lua.String(strings.Repeat(c.CheckString(1), c.CheckInt(2))))
		}},
		{"sub", func(c *lua.Call) {
			s := c.CheckString(1)
			c.Return(lua.String(s[c.CheckInt(2)-1 : min(c.CheckInt(3), len(s))]))
		}},
	})
	return s
}

// showCodec is a value as testdata/show.lua shows it.
func showCodec(v lua.Value, depth int) string {
	if s, ok := v.AsString(); ok {
		return quoteCodec(s)
	}
	if f, ok := v.AsNumber(); ok && f != f {
		return "nan"
	} else if ok {
		return string(num.AppendFloat17(nil, f))
	}
	t := v.AsTable()
	switch {
	case v.AsFunction() != nil:
		return "function"
	case t == nil:
		return v.String()
	case depth > 20:
		return "{...}"
	}
	var fields []string
	for key, value, _ := t.Next(lua.Nil); !key.IsNil(); key, value, _ = t.Next(key) {
		fields = append(fields,
			"["+showCodec(key, depth+1)+"]="+showCodec(value, depth+1))
	}
	return "{" + strings.Join(fields, ",") + "}"
}

func quoteCodec(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c > '~' {
			fmt.Fprintf(&b, `\x%02x`, c)
		} else {
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// runCodec runs a script in an interpreter of its own and shows its results or its error.
func runCodec(script string) string {
	s := newCodecState()
	fn, err := s.Load("local rep, sub = rep, sub "+script, "@user_script")
	if err != nil {
		return "compile: " + quoteCodec(err.Error())
	}
	results, err := s.Call(lua.FunctionValue(fn))
	if err != nil {
		return "error: " + quoteCodec(err.Error())
	}
	shown := make([]string, len(results))
	for i, v := range results {
		shown[i] = showCodec(v, 0)
	}
	return strings.Join(shown, " ")
}

// TestCodecGolden has each library give the results, the errors and the order of tables that Redis
// gives.
func TestCodecGolden(t *testing.T) {
	for _, library := range []string{"cjson", "cmsgpack", "struct", "bit"} {
		t.Run(library, func(t *testing.T) {
			path := "testdata/" + library + ".txt"
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if *codecOracle != "" {
				content = askCodecOracle(t, string(content))
				if err := os.WriteFile(path, content, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			checkCodecGolden(t, string(content))
		})
	}
}

func checkCodecGolden(t *testing.T, content string) {
	t.Helper()
	n := 0
	for line := range strings.Lines(content) {
		n++
		script, want, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if got := runCodec(script); got != want {
			t.Errorf("%s\n got %.300s\nwant %.300s", script, got, want)
		}
	}
	if n < 50 {
		t.Fatalf("only %d scripts", n)
	}
}

// askCodecOracle puts behind each script what Redis makes of it.
func askCodecOracle(t *testing.T, content string) []byte {
	t.Helper()
	show, err := os.ReadFile("testdata/show.lua")
	if err != nil {
		t.Fatal(err)
	}
	var answered []byte
	for line := range strings.Lines(content) {
		script, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		out, err := exec.Command("redis-cli", "-p", *codecOracle,
			"eval", string(show), "0", script).Output()
		if err != nil {
			t.Fatal(err)
		}
		answered = fmt.Appendf(answered, "%s\t%s\n", script, strings.TrimSuffix(string(out), "\n"))
	}
	return answered
}
