package lib

import (
	"errors"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/keyspace/lua"
)

// TestCodecLengthLimit is on both sides of the longest string.
func TestCodecLengthLimit(t *testing.T) {
	for script, longest := range map[string]int{
		`return cjson.encode({rep('x', 50), rep('y', 40)})`:      97,
		`return cmsgpack.pack({rep('x', 50), rep('y', 40)})`:     95,
		`return struct.pack('c0c0', rep('x', 50), rep('y', 40))`: 90,
	} {
		s := newCodecState()
		s.SetMaxString(longest)
		if _, err := callScript(t, s, script); err != nil {
			t.Errorf("%s: %v", script, err)
		}
		s.SetMaxString(longest - 1)
		if _, err := callScript(t, s, script); err == nil || err.Error() != lua.ErrMemory.Error() {
			t.Errorf("%s, one byte too long: %v", script, err)
		}
	}
}

// TestHookStopsLongCodecWork ends what would otherwise run for very long.
func TestHookStopsLongCodecWork(t *testing.T) {
	tooLong := errors.New("too long")
	for name, script := range map[string]string{
		"tables that are in one another twice": `
			local t = {} for i = 1, 60 do t = {t, t} end return cjson.encode(t)`,
		"a list of two items": `
			local c = cjson.new() c.encode_sparse_array(false, 0)
			return c.encode({[1] = 1, [2147483647] = 1})`,
		"a map with wide maps as keys": `
			local t = 1 for i = 1, 16 do
				local n = {} for j = 1, 50 do n[{}] = t n[j + .5] = t end t = n
			end return cmsgpack.pack(t)`,
	} {
		t.Run(name, func(t *testing.T) {
			s := newCodecState()
			calls := 0
			s.SetHook(10000, func() error {
				if calls++; calls > 10 {
					return tooLong
				}
				return nil
			})
			fn, err := s.Load(script, "@user_script")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Call(lua.FunctionValue(fn)); !errors.Is(err, tooLong) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// TestJSONSettingsStay sets what the scripts after one another see, and what another State and a
// new table do not.
func TestJSONSettingsStay(t *testing.T) {
	s := newCodecState()
	for _, step := range []struct{ script, want string }{
		{`cjson.encode_number_precision(3) cjson.encode_invalid_numbers("null")`, ``},
		{`return cjson.encode({1.23456, 1/0})`, `"[1.23,null]"`},
		{`return cjson.encode_invalid_numbers()`, `"null"`},
		{`return cjson.new().encode(1.23456)`, `"1.23456"`},
	} {
		fn, err := s.Load(step.script, "@user_script")
		if err != nil {
			t.Fatal(err)
		}
		results, err := s.Call(lua.FunctionValue(fn))
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := canonicalAll(results); got != step.want {
			t.Errorf("%s: %s, want %s", step.script, got, step.want)
		}
	}
	if got := runCodec(`return cjson.encode(1.23456)`); got != `"1.23456"` {
		t.Errorf("another State: %s", got)
	}
}

// TestJSONLongText is a text for which no buffer is kept.
func TestJSONLongText(t *testing.T) {
	s := newCodecState()
	long := strings.Repeat("x/\x01", maxKeptBuffer)
	want := `"` + strings.Repeat(`x\/\u0001`, maxKeptBuffer) + `"`
	for _, text := range []string{long, "", long} {
		encoded, err := callCodec(t, s, "cjson.encode", lua.String(text))
		if err != nil || text != "" && encoded[0].String() != want {
			t.Fatalf("%d bytes: error %v", len(text), err)
		}
		decoded, err := callCodec(t, s, "cjson.decode", encoded...)
		if err != nil || decoded[0].String() != text {
			t.Fatalf("%d bytes: error %v", len(text), err)
		}
	}
}
