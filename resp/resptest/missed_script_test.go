package resptest_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/ringer-kv/ringer/resp/resptest"
)

func testLuaLibraries(t *testing.T) {
	rdb := client(t, resptest.Start(t))
	for script, want := range map[string]string{
		`return cjson.encode({id = 7, t = {"a", "b"}})`:                 `{"id":7,"t":["a","b"]}`,
		`return cjson.decode('{"user": {"name": "ann"}}').user.name`:    "ann",
		`return cmsgpack.unpack(cmsgpack.pack({1, "two"}))[2]`:          "two",
		`return struct.pack(">I2", 258)`:                                "\x01\x02",
		`return bit.tohex(bit.bxor(0xff, 0x0f))`:                        "000000f0",
		`return string.format("%05.1f|%s", 3.14159, ("x"):rep(3))`:      "003.1|xxx",
		`return (string.gsub("hello world", "(%w+)", "<%1>"))`:          "<hello> <world>",
		`local t = {3, 1, 2} table.sort(t) return table.concat(t, ",")`: "1,2,3",
		`return coroutine.wrap(function() coroutine.yield("y") end)()`:  "y",
		`return redis.sha1hex(""):sub(1, 8)`:                            "da39a3ee",
	} {
		got, err := rdb.Eval(t.Context(), script, nil).Text()
		if err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", script, got, err, want)
		}
	}
}

func testLuaErrors(t *testing.T) {
	srv := resptest.Start(t)
	rdb := client(t, srv)
	rdb.Set(t.Context(), "text", "x", 0)
	for script, want := range map[string]string{
		"return redis.call('incr', 'text')": "ERR value is not an integer or out of range script: ",
		"local t\nreturn t.field": "ERR user_script:2: attempt to index local 't'" +
			" (a nil value)",
		"return undefined": "ERR user_script:1: Script attempted to access nonexistent" +
			" global variable 'undefined'",
		"return 1 +": "ERR Error compiling script (new function): user_script:1:" +
			" unexpected symbol near '<eof>'",
	} {
		err := rdb.Eval(t.Context(), script, nil).Err()
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", script, err, want)
		}
	}
	err := rdb.EvalSha(t.Context(), strings.Repeat("0", 40), nil).Err()
	if !redis.HasErrorPrefix(err, "NOSCRIPT") {
		t.Errorf("EVALSHA of no script: %v", err)
	}
}

func testFunctions(t *testing.T) {
	srv := resptest.Start(t)
	rdb := client(t, srv)
	const library = `#!lua name=counters
redis.register_function('raise', function(keys, args)
	return redis.call('HINCRBY', keys[1], 'n', args[1])
end)
redis.register_function{function_name = 'look', flags = {'no-writes'}, callback = function(keys)
	return redis.call('HGET', keys[1], 'n')
end}`
	if name, err := rdb.FunctionLoad(t.Context(), library).Result(); err != nil || name != "counters" {
		t.Fatal(name, err)
	}
	if n, err := rdb.FCall(t.Context(), "raise", []string{"c"}, 5).Int(); err != nil || n != 5 {
		t.Error(n, err)
	}
	if n, err := rdb.FCallRo(t.Context(), "look", []string{"c"}).Text(); err != nil || n != "5" {
		t.Error(n, err)
	}
	list, err := rdb.FunctionList(t.Context(), redis.FunctionListQuery{WithCode: true}).Result()
	if err != nil || len(list) != 1 || list[0].Code != library || len(list[0].Functions) != 2 {
		t.Errorf("%v, %v", list, err)
	}
	dump := rdb.FunctionDump(t.Context()).Val()
	if err := rdb.FunctionFlush(t.Context()).Err(); err != nil {
		t.Error(err)
	}
	other := client(t, resptest.Start(t))
	if err := other.FunctionRestore(t.Context(), dump).Err(); err != nil {
		t.Error(err)
	}
	if n, err := other.FCall(t.Context(), "raise", []string{"c"}, 2).Int(); err != nil || n != 2 {
		t.Error(n, err)
	}
}

// A rate limiter in Lua, as there are many: a test moves the clock in place of waiting.
func testScriptsAndClock(t *testing.T) {
	srv := resptest.Start(t, resptest.WithClock(resptest.NewClock(time.Unix(1_700_000_000, 0))))
	rdb := client(t, srv)
	limit := redis.NewScript(`
		local n = redis.call('INCR', KEYS[1])
		if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
		local now = redis.call('TIME')
		return {n <= tonumber(ARGV[1]) and 1 or 0, tonumber(now[1])}`)
	try := func() []int64 {
		got, err := limit.Run(t.Context(), rdb, []string{"limit:ann"}, 2, 60_000).Int64Slice()
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	try()
	try()
	if got := try(); got[0] != 0 || got[1] != 1_700_000_000 {
		t.Errorf("the third one within a minute: %v", got)
	}
	srv.Clock().Advance(time.Minute)
	if got := try(); got[0] != 1 || got[1] != 1_700_000_060 {
		t.Errorf("a minute later: %v", got)
	}
}

func testEndlessScript(t *testing.T) {
	srv := resptest.Start(t, resptest.WithConfig("busy-reply-threshold", "10"))
	rdb := client(t, srv)
	done := make(chan error)
	go func() { done <- rdb.Eval(context.Background(), "while true do end", nil).Err() }()
	var err error
	for begin := time.Now(); !redis.HasErrorPrefix(err, "BUSY"); {
		if time.Since(begin) > 10*time.Second {
			t.Fatalf("GET while a script runs: %v", err)
		}
		err = rdb.Get(t.Context(), "k").Err()
	}
	if err := rdb.ScriptKill(t.Context()).Err(); err != nil {
		t.Error(err)
	}
	if err := <-done; err == nil || !strings.Contains(err.Error(), "Script killed by user") {
		t.Errorf("the script ended with %v", err)
	}
	if err := rdb.Set(t.Context(), "k", "v", 0).Err(); err != nil {
		t.Error(err)
	}
}

func testCloseInScript(t *testing.T) {
	srv, err := resptest.New()
	if err != nil {
		t.Fatal(err)
	}
	rdb := client(t, srv)
	done := make(chan error)
	go func() {
		done <- rdb.Eval(context.Background(), "redis.call('SET', 'k', 1) while true do end", nil).Err()
	}()
	for len(srv.Commands()) == 0 {
		time.Sleep(time.Millisecond)
	}
	srv.Close()
	if err := <-done; err == nil {
		t.Error("the script has ended well")
	}
}

func testScriptsInCluster(t *testing.T) {
	c := resptest.StartCluster(t, 3)
	rdb := clusterClient(t, c)
	script := redis.NewScript(`return redis.call('SET', KEYS[1], ARGV[1])`)
	for _, key := range []string{"a", "b", "c", "d", "e"} {
		if err := script.Run(t.Context(), rdb, []string{key}, "v").Err(); err != nil {
			t.Errorf("a script on the node of %s: %v", key, err)
		}
		if got := rdb.Get(t.Context(), key).Val(); got != "v" {
			t.Errorf("%s is %q", key, got)
		}
	}
	err := script.Run(t.Context(), rdb, []string{"a", "b"}, "v").Err()
	if !redis.HasErrorPrefix(err, "CROSSSLOT") {
		t.Errorf("a script with keys of two slots: %v", err)
	}
	err = rdb.Eval(t.Context(), `return redis.call('GET', 'b')`, []string{"a"}).Err()
	if err == nil || !strings.Contains(err.Error(), "attempted to access a non local key") {
		t.Errorf("a script that uses a key of another node: %v", err)
	}
}
