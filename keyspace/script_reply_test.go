package keyspace

import (
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/keyspace/lua"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// TestRepliesAsLua has replies that become Lua values, and what a script replies that returns them.
// redis-server 7.0.15 replies the same.
func TestRepliesAsLua(t *testing.T) {
	cases := []struct{ name, resp, again string }{
		{"an integer", ":12\r\n", ""},
		{"a negative one", ":-12\r\n", ""},
		{"a text", "$4\r\na\r\nb\r\n", ""},
		{"no text", "$0\r\n\r\n", ""},
		{"a status", "+OK\r\n", ""},
		{"an error", "-WRONGTYPE no\r\n", ""},
		{"an error of one word", "-oops\r\n", "-ERR oops\r\n"},
		{"null of RESP2", "$-1\r\n", "#f\r\n"},
		{"no array", "*-1\r\n", "#f\r\n"},
		{"null of RESP3", "_\r\n", ""},
		{"an array", "*3\r\n:1\r\n*1\r\n:2\r\n*0\r\n", ""},
		{"an array with a hole", "*3\r\n:1\r\n_\r\n:3\r\n", "*1\r\n:1\r\n"},
		{"a map", "%1\r\n$1\r\na\r\n:1\r\n", ""},
		{"a map of maps", "%1\r\n$1\r\na\r\n%1\r\n:1\r\n:2\r\n", ""},
		{"a set", "~1\r\n$1\r\na\r\n", ""},
		{"a double", ",3.1000000000000001\r\n", ""},
		{"an infinity", ",-inf\r\n", ""},
		{"a boolean", "#t\r\n", ""},
		{"another one", "#f\r\n", ""},
		{"a big number", "(12345678901234567890\r\n", ""},
		{"a verbatim text", "=8\r\nmkd:a\r\nb\r\n", ""},
		{"an attribute", "|1\r\n+a\r\n+b\r\n:1\r\n", ":1\r\n"},
	}
	words := newScriptWords()
	e := &Engine{}
	e.info.errors = make(map[string]int64)
	for _, c := range cases {
		if c.again == "" {
			c.again = c.resp
		}
		v, failed := readReply([]byte(c.resp), &words)
		if failed != (c.resp[0] == '-') {
			t.Errorf("%s: failed is %v", c.name, failed)
		}
		out := &reply.RESP{}
		out.SetProto(3)
		w := replyWriter{
			engine: e, state: lua.New(), words: &words, w: out, proto: 3, limit: 1 << 20,
		}
		w.value(v, stackBase)
		if got := string(out.Take()); got != c.again {
			t.Errorf("%s: got %q, want %q", c.name, got, c.again)
		}
	}
}

// TestDeepReplies is how deep a reply may be, as redis-server 7.0.15 counts it.
func TestDeepReplies(t *testing.T) {
	words := newScriptWords()
	wrap := map[string]func(v lua.Value) lua.Value{
		"array": func(v lua.Value) lua.Value {
			t := lua.NewTable(1, 0)
			t.SetInt(1, v)
			return lua.TableValue(t)
		},
		"map": func(v lua.Value) lua.Value {
			t := lua.NewTable(0, 1)
			t.SetString("x", v)
			return field(words.mapping, lua.TableValue(t))
		},
		"set": func(v lua.Value) lua.Value {
			t := lua.NewTable(0, 1)
			t.Set(v, lua.Bool(true))
			return field(words.set, lua.TableValue(t))
		},
	}
	for name, deepest := range map[string]int{"array": 7994, "map": 2664, "set": 2664} {
		for extra := range 2 {
			e := &Engine{}
			e.info.errors = make(map[string]int64)
			v := lua.Int(1)
			for range deepest + extra {
				v = wrap[name](v)
			}
			w := replyWriter{
				engine: e, state: lua.New(), words: &words, w: &reply.RESP{}, proto: 2,
				limit: 1 << 20,
			}
			w.value(v, stackBase)
			if w.failed != (extra > 0) {
				t.Errorf("%s, %d deep: failed is %v", name, deepest+extra, w.failed)
			}
		}
	}
}

// FuzzShebang reads the first lines of scripts.
func FuzzShebang(f *testing.F) {
	for _, body := range []string{
		"", "return 1", "#!lua\nreturn 1", "#!lua flags=no-writes,allow-oom\n", "#!lua flags=\n",
		"#!", "#!\n", "#!lua \"\n", "#!lua name=x\n", "#!lua\x00\n", "#!lua flags=,\n",
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		flags, code, problem := parseShebang(body)
		switch {
		case problem != "":
		case flags&scriptCompat != 0:
			if code != body || strings.HasPrefix(body, "#!") {
				t.Errorf("%q: compatible, with the code %q", body, code)
			}
		case !strings.HasSuffix(body, code) || code[0] != '\n':
			t.Errorf("%q: the code is %q", body, code)
		}
	})
}
