package compat_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// The scripts that go-redis's users run.
var (
	compareAndDelete = redis.NewScript(`if redis.call("GET", KEYS[1]) == ARGV[1] then
	return redis.call("DEL", KEYS[1])
else
	return 0
end`)
	compareAndExtend = redis.NewScript(`if redis.call("GET", KEYS[1]) == ARGV[1] then
	return redis.call("PEXPIRE", KEYS[1], ARGV[2])
else
	return 0
end`)
	slidingWindow = redis.NewScript(`local now, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local limit = tonumber(ARGV[3])
redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", now - window)
local used = redis.call("ZCARD", KEYS[1])
if used >= limit then
	local oldest = redis.call("ZRANGE", KEYS[1], 0, 0, "WITHSCORES")
	return {0, limit - used, tostring(tonumber(oldest[2]) + window - now)}
end
redis.call("ZADD", KEYS[1], now, now .. ":" .. used)
redis.call("PEXPIRE", KEYS[1], window)
return {1, limit - used - 1, "0"}`)
)

func TestGoRedisScripts(t *testing.T) {
	runCalls(t, lockScripts)
	runCalls(t, otherScripts)
}

const noScript = "error: NOSCRIPT No matching script. Please use EVAL."

var (
	lockScripts = []call{
		{"ScriptFlush", func(r client) any { return returned(r.ScriptFlush(bg).Result()) }, "OK"},
		{"EvalSha of nothing", func(r client) any {
			return returned(compareAndDelete.EvalSha(bg, r, []string{"lock"}, "a").Result())
		}, noScript},
		{"Run falls back on EVAL", func(r client) any {
			r.Set(bg, "lock", "token", time.Minute)
			return returned(compareAndDelete.Run(bg, r, []string{"lock"}, "other").Int())
		}, 0},
		{"Exists", func(r client) any {
			return returned(compareAndDelete.Exists(bg, r).Result())
		}, []bool{true}},
		{"Run again", func(r client) any {
			return returned(compareAndDelete.Run(bg, r, []string{"lock"}, "token").Int())
		}, 1},
		{"Load", func(r client) any {
			return returned(compareAndExtend.Load(bg, r).Result()) == compareAndExtend.Hash()
		}, true},
		{"a lock that is gone", func(r client) any {
			return returned(compareAndExtend.EvalSha(bg, r, []string{"lock"}, "token", 1000).Int())
		}, 0},
		{"a lock of one's own", func(r client) any {
			r.SetNX(bg, "lock", "token", time.Minute)
			n := returned(compareAndExtend.Run(bg, r, []string{"lock"}, "token", 3600_000).Int())
			return fmt.Sprint(n, r.PTTL(bg, "lock").Val() > 50*time.Minute)
		}, "1 true"},
		{"a pipeline of EvalSha", func(r client) any {
			_, err := r.Pipelined(bg, func(p redis.Pipeliner) error {
				for range 3 {
					compareAndExtend.EvalSha(bg, p, []string{"lock"}, "token", 60_000)
				}
				p.EvalSha(bg, strings.Repeat("f", 40), nil)
				return nil
			})
			return fmt.Sprint(err)
		}, "NOSCRIPT No matching script. Please use EVAL."},
		{"limits a rate", func(r client) any {
			var text []string
			for now := range 5 {
				v, err := slidingWindow.Run(bg, r, []string{"rate"}, 1000+now*10, 25, 2).Slice()
				text = append(text, fmt.Sprint(v, err))
			}
			return strings.Join(text, " ")
		}, "[1 1 0] <nil> [1 0 0] <nil> [0 0 5] <nil> [1 0 0] <nil> [1 0 0] <nil>"},
	}
	otherScripts = []call{
		{"RunRO", func(r client) any {
			return returned(redis.NewScript("return redis.call('GET', KEYS[1])").
				RunRO(bg, r, []string{"none"}).Text())
		}, "redis.Nil"},
		{"EvalRO that writes", func(r client) any {
			text := fmt.Sprint(r.EvalRO(bg, "return redis.call('SET', KEYS[1], 1)", []string{"k"}).Err())
			return strings.HasPrefix(text, "ERR Write commands are not allowed from read-only scripts.")
		}, true},
		{"nil", func(r client) any {
			return returned(r.Eval(bg, "return nil", nil).Result())
		}, "redis.Nil"},
		{"true", func(r client) any {
			return returned(r.Eval(bg, "return true", nil).Result())
		}, int64(1)},
		{"a table", func(r client) any {
			return fmt.Sprint(returned(r.Eval(bg, "return {1,'a',{2,false,3.9},{ok='x'}}", nil).Result()))
		}, "[1 a [2 <nil> 3] x]"},
		{"a map of RESP3 or not", func(r client) any {
			r.HSet(bg, "h", "f", "v")
			v := r.Eval(bg, "return redis.call('HGETALL', KEYS[1])", []string{"h"}).Val()
			return fmt.Sprint(v)
		}, "[f v]"},
		{"ScriptKill", func(r client) any { return returned(r.ScriptKill(bg).Result()) },
			"error: NOTBUSY No scripts in execution right now."},
	}
)

const goLibrary = `#!lua name=golib
local function get(keys) return redis.call('GET', keys[1]) end
redis.register_function('setit', function(keys, args)
	redis.call('SET', keys[1], args[1])
	return redis.call('STRLEN', keys[1])
end)
redis.register_function{function_name='getit', callback=get, flags={'no-writes'},
	description='returns a value'}`

func TestGoRedisFunctions(t *testing.T) {
	runCalls(t, []call{
		{"FunctionFlush", func(r client) any { return returned(r.FunctionFlush(bg).Result()) }, "OK"},
		{"FunctionLoad", func(r client) any {
			return returned(r.FunctionLoad(bg, goLibrary).Result())
		}, "golib"},
		{"FunctionLoad again", func(r client) any {
			return returned(r.FunctionLoad(bg, goLibrary).Result())
		}, "error: ERR Library 'golib' already exists"},
		{"FunctionLoadReplace", func(r client) any {
			return returned(r.FunctionLoadReplace(bg, goLibrary).Result())
		}, "golib"},
		{"FCall", func(r client) any {
			return returned(r.FCall(bg, "setit", []string{"k"}, "value").Int())
		}, 5},
		{"FCallRO", func(r client) any {
			return returned(r.FCallRO(bg, "getit", []string{"k"}).Text())
		}, "value"},
		{"FCallRO of what may write", func(r client) any {
			return returned(r.FCallRO(bg, "setit", []string{"k"}, "w").Result())
		}, "error: ERR Can not execute a script with write flag using *_ro command."},
		{"FCall of nothing", func(r client) any { return returned(r.FCall(bg, "none", nil).Result()) },
			"error: ERR Function not found"},
		{"FunctionList", func(r client) any {
			libraries, err := r.FunctionList(bg, redis.FunctionListQuery{
				LibraryNamePattern: "go*", WithCode: true,
			}).Result()
			if err != nil || len(libraries) != 1 || len(libraries[0].Functions) != 2 {
				return fmt.Sprint(libraries, err)
			}
			for _, f := range libraries[0].Functions {
				if f.Name == "getit" {
					return fmt.Sprint(libraries[0].Name, f.Description, f.Flags, libraries[0].Code == goLibrary)
				}
			}
			return "no getit"
		}, "golibreturns a value[no-writes] true"},
		{"FunctionStats", func(r client) any {
			stats, err := r.FunctionStats(bg).Result()
			return fmt.Sprint(stats.Running(), stats.Engines, err)
		}, "false [{LUA 1 2}] <nil>"},
		{"FunctionDump and Restore", func(r client) any {
			dump := r.FunctionDump(bg).Val()
			r.FunctionFlush(bg)
			restored := returned(r.FunctionRestore(bg, dump).Result())
			return fmt.Sprint(restored, r.FCall(bg, "getit", []string{"k"}).Val())
		}, "OKvalue"},
		{"FunctionDelete", func(r client) any {
			return returned(r.FunctionDelete(bg, "golib").Result())
		}, "OK"},
		{"FunctionDelete again", func(r client) any {
			return returned(r.FunctionDelete(bg, "golib").Result())
		}, "error: ERR Library not found"},
		{"FunctionKill", func(r client) any { return returned(r.FunctionKill(bg).Result()) },
			"error: NOTBUSY No scripts in execution right now."},
	})
}

// TestFunctionsCross carries a dump of libraries from each server to the other.
func TestFunctionsCross(t *testing.T) {
	redis, ringer := mustDial(t, lab.shared.redis.addr), mustDial(t, lab.shared.ringer.addr)
	libraries := []string{
		goLibrary, "#!lua name=x\nredis.register_function('one', function() return 1 end)",
		"#!lua name=long\n--" + strings.Repeat("a comment that compresses ", 200) +
			"\nredis.register_function('two', function(k, a) return {#k, #a} end)",
	}
	for _, way := range [][2]*conn{{redis, ringer}, {ringer, redis}} {
		from, to := way[0], way[1]
		from.must(t, "FUNCTION FLUSH")
		for _, code := range libraries {
			if v := from.ask(t, "FUNCTION", "LOAD", code); v.kind == '-' {
				t.Fatal(v.text)
			}
		}
		dump := from.must(t, "FUNCTION DUMP").text
		for _, policy := range []string{"FLUSH", "REPLACE", "APPEND"} {
			v := to.ask(t, "FUNCTION", "RESTORE", dump, policy)
			if (v.kind == '-') != (policy == "APPEND") {
				t.Errorf("%s: %q", policy, v.text)
			}
		}
		want, got := from.must(t, "FUNCTION LIST WITHCODE"), to.must(t, "FUNCTION LIST WITHCODE")
		if !equalLibraries(want, got, identical) {
			t.Errorf("%s became %s", describe(want), describe(got))
		}
		if v := to.must(t, "FCALL two 1 a b c"); describe(v) != `[:"1" :"2"]` {
			t.Errorf("FCALL two: %s", describe(v))
		}
		for _, damage := range []int{0, 1, 5, len(dump) / 2, len(dump) - 1} {
			bad := []byte(dump)
			bad[damage] ^= 0x40
			want, got := from.ask(t, "FUNCTION", "RESTORE", string(bad), "REPLACE"),
				to.ask(t, "FUNCTION", "RESTORE", string(bad), "REPLACE")
			if describe(want) != describe(got) {
				t.Errorf("byte %d damaged: %s and %s", damage, describe(want), describe(got))
			}
		}
	}
	redis.must(t, "FUNCTION FLUSH")
	ringer.must(t, "FUNCTION FLUSH")
}

// TestGoRedisKillsFunction sees a function run through FunctionStats, and ends it.
func TestGoRedisKillsFunction(t *testing.T) {
	p := newPair(t, "--busy-reply-threshold", "20")
	for _, s := range p.each() {
		for _, protocol := range []int{2, 3} {
			t.Run(fmt.Sprintf("%s RESP%d", s.name, protocol), func(t *testing.T) {
				killFunction(t, newClient(t, s, &redis.Options{Protocol: protocol}))
			})
		}
	}
}

func killFunction(t *testing.T, r client) {
	r.FunctionLoadReplace(bg, "#!lua name=spin\nredis.register_function('spin',"+
		"function() while true do end end)")
	ended := make(chan error, 1)
	go func() { ended <- r.FCall(bg, "spin", []string{"a", "b"}, "c").Err() }()
	waitUntil(t, func() bool {
		stats, err := r.FunctionStats(bg).Result()
		return err == nil && stats.Running()
	})
	waitUntil(t, func() bool {
		return strings.HasPrefix(fmt.Sprint(r.Get(bg, "k").Err()), "BUSY ")
	})
	stats := r.FunctionStats(bg).Val()
	running, _ := stats.RunningScript()
	if running.Name != "spin" || fmt.Sprint(running.Command) != "[fcall spin 2 a b c]" ||
		running.Duration <= 0 {
		t.Errorf("RunningScript: %+v", running)
	}
	if err := r.FunctionKill(bg).Err(); err != nil {
		t.Error(err)
	}
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "Script killed by user") {
		t.Errorf("FCall ends with %v", err)
	}
}
