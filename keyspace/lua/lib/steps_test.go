package lib

import (
	"testing"

	"github.com/ringer-kv/ringer/keyspace/lua"
)

// xs are two long strings that differ in their last byte.
const xs = `local a, b = ('x'):rep(1e6)..'y', ('x'):rep(1e6)..'z' `

// hardPrograms do much with few calls and few jumps back.
var hardPrograms = []string{
	// strings that are compared, hashed, and taken for numbers
	xs + `for i = 1, 50 do local x = a == b end`,
	xs + `for i = 1, 50 do local x = a < b end`,
	xs + `local t = {[a] = 1} for i = 1, 20 do local x = t[b] end`,
	xs + `local t = {[a] = 1} for i = 1, 20 do t[a:sub(1, -2) .. 'y'] = 2 end`,
	xs + `local t = {} for i = 1, 20 do local x = rawget(t, a:sub(i)) end`,
	xs + `local t = {} for i = 1, 20 do local x = t[a:sub(i)] end`,
	`local s = (' '):rep(1e6)..'1' for i = 1, 50 do local x = s + 1 end`,
	`local s = (' '):rep(1e6)..'1' for i = 1, 50 do local x = -s end`,
	`local s = (' '):rep(1e6)..'1' for i = 1, 50 do tonumber(s) end`,
	`local s = (' '):rep(1e6)..'1' for i = 1, 50 do for i = s, 0 do end end`,
	// patterns and formats
	`local p = ('x'):rep(1e6) for i = 1, 20 do string.find('', p) end`,
	`local p = '['..('x'):rep(1e6)..']' for i = 1, 20 do string.find('', p) end`,
	`local f = ('%'):rep(1e6) for i = 1, 4 do string.format(f) end`,
	`local r = ('%1'):rep(5e5) for i = 1, 4 do string.gsub('x', '(y?)', r, 1) end`,
	`local s = ('\0'):rep(1e6) for i = 1, 8 do string.format('%q', s) end`,
	`local s = ('x'):rep(1e6) for i = 1, 50 do string.format('%.1s', s) end`,
	`local s = '"'..('x'):rep(1e6) for i = 1, 20 do pcall(cjson.decode, s) end`,
	`local s = ('?'):rep(1e6) for i = 1, 50 do pcall(struct.size, s) end`,
	`local s = 'c'..('0'):rep(1e6)..'1' for i = 1, 20 do pcall(struct.size, s) end`,
	`local s = '--'..('x'):rep(1e6) for i = 1, 20 do loadstring(s) end`,
	// tables that are walked, filled and made anew
	`local t = {} for i = 1, 2e5 do t[i] = 1 end for i = 1, 2e5 do t[i] = nil end
	 for i = 1, 40 do next(t) end`,
	`local t = {} for i = 1, 2e5 do t[i] = 1 end for i = 1, 2e5 do t[i] = nil end
	 for i = 1, 40 do for k in pairs(t) do end end`,
	`local t = {} for i = 1, 2e5 do t[i] = 1 end for i = 1, 2e5 do t[i] = nil end
	 for i = 1, 20 do cjson.encode(t) end`,
	`local t = {} for i = 1, 2e5 do t[i] = 1 end for i = 1, 2e5 do t[i] = nil end
	 for i = 1, 20 do cmsgpack.pack(t) end`,
	`local t = {} for i = 1, 2^17 do t[i] = 1 end for i = 18, 31 do t[2^i] = 1 end
	 for i = 1, 40 do local n = #t end`,
	`local t = {} for i = 1, 2^17 do t[i] = 1 end for i = 18, 31 do t[2^i] = 1 end
	 for i = 1, 40 do table.getn(t) end`,
	`local t = {} for i = 1, 2^13 do t['k'..i] = 1 end
	 for i = 1, 40 do t['k'..i] = nil t['l'..i] = 1 end`,
	`local t = {} for i = 1, 3000 do t[1.5 - i * 2^-20 + i * 2^-52] = 1 end -- they collide
	 for i = 1, 100 do local x = t[1.5] end`,
	// values that are copied
	`local t = {} for i = 1, 7000 do t[i] = i end local function f(...) ` +
		`local a = {...} a = {...} a = {...} a = {...} end for i = 1, 500 do f(unpack(t)) end`,
	`local t = {} for i = 1, 7000 do t[i] = i end for i = 1, 2000 do unpack(t) end`,
	`local s = ('x'):rep(7000) for i = 1, 2000 do s:byte(1, -1) end`,
	// functions of Go that call one another
	`local t = {} for i = 1, 2e5 do t[i] = 1 end table.foreachi(t, type)`,
	`local n = 0 local t = setmetatable({}, {__index = math.abs}) ` +
		`load(function() n = n + 1 if n < 1e5 then return ' ' end end)`,
	// code without jumps
	`local f = loadstring('local x, y = 1, 2 ' .. ('x = y y = x '):rep(20000)) ` +
		`for i = 1, 50 do f() end`,
	`local f = loadstring('local x, y = 1, 2 for i = 1, 50 do ' .. ` +
		`('x = y y = x '):rep(20000) .. 'end') f()`,
	`loadstring(('x = y '):rep(20000))`,
	`local t = {} for i = 1, 90 do t = setmetatable({}, {__index = t}) end ` +
		`for i = 1, 2000 do local x = t.x end`,
}

// TestWorkIsCounted runs programs whose work is not where Lua's own hook would see it. It is
// counted all the same, so that the hook is called.
func TestWorkIsCounted(t *testing.T) {
	for _, program := range hardPrograms {
		s := newScripts()
		OpenJSON(s)
		OpenMsgpack(s)
		OpenStruct(s)
		fn, err := s.Load(program, "@user_script")
		if err != nil {
			t.Fatal(err)
		}
		calls := 0
		s.SetHook(100, func() error { calls++; return nil })
		if _, err := s.Call(lua.FunctionValue(fn)); err != nil {
			t.Errorf("%s: %v", program, err)
		}
		if calls < 15 {
			t.Errorf("%s: %d calls of the hook", program, calls)
		}
	}
}
