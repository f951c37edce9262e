package lib

import (
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/keyspace/lua"
)

// callScript runs a script, and gives its results.
func callScript(t *testing.T, s *lua.State, source string) ([]lua.Value, error) {
	t.Helper()
	fn, err := s.Load(source, "@user_script")
	if err != nil {
		t.Fatal(source, err)
	}
	return s.Call(lua.FunctionValue(fn))
}

// TestWhatIsTooLongIsNotMade is on both sides of the longest string.
func TestWhatIsTooLongIsNotMade(t *testing.T) {
	for _, source := range []string{
		`return string.rep('x', 600)`,
		`return string.rep(string.rep('x', 200), 3)`,
		`local s = string.rep('x', 100) return table.concat({s, s, s, s, s, s})`,
		`local s = string.rep('x', 100) return string.format('%s%s%s%s%s%s', s, s, s, s, s, s)`,
		`local s = string.rep('x', 10) return string.gsub(string.rep('a', 60), 'a', s)`,
		`local s = string.rep('x', 100) return s .. s .. s .. s .. s .. s`,
	} {
		s := newScripts()
		s.SetMaxString(600)
		if results, err := callScript(t, s, source); err != nil || results[0].String() !=
			strings.Repeat("x", 600) {
			t.Errorf("%s: %v", source, err)
		}
		s.SetMaxString(599)
		_, err := callScript(t, s, source)
		if err == nil || err.Error() != lua.ErrMemory.Error() {
			t.Errorf("%s, one byte too long: %v", source, err)
		}
	}
	_, err := callScript(t, newScripts(), `return string.rep(string.rep('x', 1024), 2^31-1)`)
	if err == nil || err.Error() != lua.ErrMemory.Error() {
		t.Error(err)
	}
}

// TestWorkIsInterrupted runs what takes for ever, but for a hook that ends it.
func TestWorkIsInterrupted(t *testing.T) {
	ended := errors.New("ended")
	for _, source := range []string{
		`return string.find(string.rep('a', 40), string.rep('a?', 40)..string.rep('a', 41))`,
		`return string.find(string.rep('a', 1e6), '.-.-.-.-b')`,
		`return string.find(string.rep('a', 1e6), '(a*)*%1b')`,
		`return string.match(string.rep('(', 1e6), '.-%b()')`,
		`return string.gsub(string.rep('a', 1e6), 'a*b', '')`,
		`for a in string.gmatch(string.rep('a', 1e6), 'a*b') do end`,
		`table.insert({}, -2^31, 1)`,
		`table.insert({}, 2^31-1, 1) table.insert({}, 1, 1) table.concat({}, '', -2^31, 0)`,
		`local t = {} for i = 1, 1000 do t[i] = i end while true do table.remove(t, 1) t[1000] = 1 end`,
		`local t = {} for i = 1, 1000 do t[i] = i end while true do table.sort(t) end`,
		`local t = {} for i = 1, 1000 do t[i] = i end while true do table.maxn(t) end`,
		`while true do string.rep('x', 1e6) end`,
	} {
		s := newScripts()
		calls := 0
		s.SetHook(100000, func() error {
			if calls++; calls == 20 {
				return ended
			}
			return nil
		})
		_, err := callScript(t, s, source)
		if calls < 20 && err != nil && strings.Contains(err.Error(), "invalid value") {
			continue // the script with concat ends by itself
		}
		if !errors.Is(err, ended) {
			t.Errorf("%s: %v", source, err)
		}
	}
}

// TestDepthOfPatterns: redis-server dies of a pattern with 100,000 items.
func TestDepthOfPatterns(t *testing.T) {
	source := `return pcall(string.find, 'b', string.rep('a*', %d))`
	for _, c := range []struct{ items, text string }{
		{"199999", ""},
		{"200000", "pattern too complex"},
		{"5000000", "pattern too complex"},
	} {
		results, err := callScript(t, newScripts(), strings.Replace(source, "%d", c.items, 1))
		if err != nil || results[0].Truth() != (c.text == "") {
			t.Fatal(c.items, results, err)
		}
		if text, _ := results[1].ToString(); c.text != "" && text != c.text {
			t.Errorf("%s: %q", c.items, text)
		}
	}
}

// TestDumpRefuses: Redis's returns a text in which its own interpreter finds the function again.
func TestDumpRefuses(t *testing.T) {
	_, err := callScript(t, newScripts(), `return string.dump(function() end)`)
	if err == nil || err.Error() != "user_script:1: unable to dump given function" {
		t.Error(err)
	}
}

// TestRandAtStart compares with the first two numbers of a redis-server that was started anew.
func TestRandAtStart(t *testing.T) {
	results, err := callScript(t, newScripts(),
		`return string.format('%.17g %.17g', math.random(), math.random())`)
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := results[0].AsString(); got != "0.39646477363839039 0.84048536971234034" {
		t.Error(got)
	}
}

// FuzzMatch looks at what holds for every match: where it is, and that find, match and gsub agree.
func FuzzMatch(f *testing.F) {
	for _, seed := range [][2]string{
		{"hello world", "(%w+) (%w+)"}, {"f(a(b)c)", "%b()"}, {"THE fox", "%f[%a]%a+"},
		{"a\x00b", "[%z]"}, {"abcabc", "(abc)%1"}, {"x]", "[]]-$"}, {"", "()"}, {"aaa", "^a-a$"},
	} {
		f.Add(seed[0], seed[1])
	}
	errTooLong := errors.New("too long")
	f.Fuzz(func(t *testing.T, subject, pattern string) {
		s := newScripts()
		calls := 0
		s.SetHook(10000, func() error {
			if calls++; calls > 100 {
				return errTooLong
			}
			return nil
		})
		fn, err := s.Load(`local s, p = ...
			if not p:match('^%Z*'):find('[$^*+?.(%[%%-]') then return end -- find takes it plain
			local found = {pcall(string.find, s, p)}
			local matched = {pcall(string.match, s, p)}
			if found[1] ~= matched[1] then return 'one fails' end
			if not found[1] then return found[2] ~= matched[2] and 'errors differ' end
			if not found[2] then return matched[2] ~= nil and 'one matches' end
			local from, to = found[2], found[3]
			if from < 1 or from > #s + 1 or to < from - 1 or to > #s then return 'outside' end
			if #found == 3 and matched[2] ~= s:sub(from, to) then return 'differs' end
			for i = 4, #found do if found[i] ~= matched[i - 2] then return 'captures differ' end end
			local copy, n = s:gsub(p, '%0')
			if copy ~= s or n < 1 then return 'gsub differs' end
			for a in s:gmatch(p) do end`, "@user_script")
		if err != nil {
			t.Fatal(err)
		}
		results, err := s.Call(lua.FunctionValue(fn), lua.String(subject), lua.String(pattern))
		if errors.Is(err, errTooLong) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(results) > 0 && results[0].Truth() {
			t.Fatalf("%q %q: %s", subject, pattern, results[0])
		}
	})
}

// FuzzFormat: no layout makes trouble.
func FuzzFormat(f *testing.F) {
	for _, seed := range []string{"%d", "%5.3g|%-+ #010x", "%q%s%c", "%99.99f", "%%%", "%.0o%.s"} {
		f.Add(seed, "12.5")
		f.Add(seed, "a\x00b")
	}
	f.Fuzz(func(t *testing.T, layout, argument string) {
		s := newScripts()
		fn, err := s.Load(`local f, a = ...
			return pcall(string.format, f, a, a, a, a, a)`, "@user_script")
		if err != nil {
			t.Fatal(err)
		}
		results, err := s.Call(lua.FunctionValue(fn), lua.String(layout), lua.String(argument))
		if err != nil || len(results) != 2 {
			t.Fatal(results, err)
		}
	})
}

// TestShortPartsLetGoOfTheWhole keeps a few bytes of each of many long strings.
func TestShortPartsLetGoOfTheWhole(t *testing.T) {
	for _, part := range []string{
		`s:sub(1, 3)`, `s:match('x+', -3)`, `s:match('^(xxx)')`,
		`(function() local p s:gsub('xxx', function(x) p = x end, 1) return p end)()`,
	} {
		s := newScripts()
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		results, err := callScript(t, s, `local t = {} for i = 1, 100 do
			local s = string.rep('x', 1e5 + i) t[i] = `+part+` end return t`)
		if err != nil {
			t.Fatal(part, err)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		if kept := int64(after.HeapAlloc) - int64(before.HeapAlloc); kept > 2e6 {
			t.Errorf("%s: %d bytes are kept", part, kept)
		}
		runtime.KeepAlive(results)
	}
}
