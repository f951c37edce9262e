package lua_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/keyspace/lua"
	"github.com/ringer-kv/ringer/keyspace/lua/lib"
)

var errEnough = errors.New("enough")

// FuzzRun runs programs, for a while and with short strings. Whatever a program is, it ends with
// results, an error of its own or that of the hook, and leaves an interpreter that works.
func FuzzRun(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.lua")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			f.Add(line)
		}
	}
	f.Fuzz(func(t *testing.T, program string) {
		s := newState()
		lib.OpenJSON(s)
		lib.OpenMsgpack(s)
		lib.OpenStruct(s)
		lib.OpenBit(s)
		s.SetMaxString(1 << 16)
		calls := 0
		s.SetHook(1000, func() error {
			if calls++; calls > 20 {
				return errEnough
			}
			return nil
		})
		fn, err := s.Load(prelude+program, "@user_script")
		if err != nil {
			if e := (*lua.Error)(nil); !errors.As(err, &e) {
				t.Fatalf("Load failed with %v", err)
			}
			return
		}
		_, err = s.Call(lua.FunctionValue(fn))
		if e := (*lua.Error)(nil); err != nil && !errors.As(err, &e) && !errors.Is(err, errEnough) {
			t.Fatalf("Call failed with %v", err)
		}
		s.SetHook(0, nil)
		fn, err = s.Load("local function f(n) return n == 0 and 1 or n * f(n - 1) end return f(20)", "=f")
		if err != nil {
			t.Fatal(err)
		}
		results, err := s.Call(lua.FunctionValue(fn))
		if err != nil || results[0].String() != "2.4329020081766e+18" {
			t.Fatalf("afterwards 20! is %v, %v", results, err)
		}
	})
}
