package compat_test

import (
	"fmt"
	"strings"
	"testing"
)

// Scripts under settings that refuse commands: each case has servers of its own.

// settingCase is options of the servers, and the lines of one client.
type settingCase struct {
	name    string
	options []string
	text    string
}

var settingCases = []settingCase{
	{"too few replicas", []string{"--min-replicas-to-write", "1"}, `
		EVAL "return 1" 0
		EVAL "return redis.call('get','k')" 0
		EVAL "return redis.call('set','k','v')" 0
		EVAL "return redis.pcall('set','k','v')" 0
		EVAL "#!lua\nreturn 1" 0
		EVAL "#!lua\nreturn redis.call('get','k')" 0
		EVAL "#!lua flags=no-writes\nreturn redis.call('get','k')" 0
		EVAL_RO "return redis.call('get','k')" 0
		EVALSHA_RO x 0
		SCRIPT LOAD "#!lua\nreturn 1"
		FUNCTION LOAD "#!lua name=l\nredis.register_function('f',function() return redis.call('set','k',
		+ 'v') end)\nredis.register_function{function_name='r',callback=function() return 1 end,flags={'
		+ no-writes'}}"
		FCALL f 0
		FCALL r 0
		FCALL_RO r 0
		MULTI
		EVAL "return redis.call('set','k','v')" 0
		EVAL "#!lua\nreturn 1" 0
		FCALL r 0
		EXEC`},
	{"no memory", []string{"--maxmemory-policy", "noeviction"}, `
		SET k v
		SCRIPT LOAD "#!lua\nreturn 1"
		FUNCTION LOAD "#!lua name=l\nredis.register_function('f',function() return redis.call('set','k',
		+ 'v') end)\nredis.register_function{function_name='o',callback=function() return redis.call('se
		+ t','k','o') end,flags={'allow-oom'}}\nredis.register_function{function_name='r',callback=funct
		+ ion() return redis.call('get','k') end,flags={'no-writes'}}"
		CONFIG SET maxmemory 1
		EVAL "return 1" 0
		EVAL "return redis.call('get','k')" 0
		EVAL "return redis.call('set','k','w')" 0
		EVAL "return redis.pcall('set','k','w')" 0
		EVAL "return redis.call('del','nokey')" 0
		EVAL "redis.call('del','nokey') return redis.call('set','k','x')" 0
		EVAL "return redis.call('del','k')" 0
		EVAL "redis.call('del','k') return redis.call('set','k','y')" 0
		EVAL "redis.call('get','k') return redis.call('set','k','z')" 0
		EVAL "redis.call('rpop','nokey') redis.call('set','k','z') return redis.call('set','j','z')" 0
		GET k
		EVAL "#!lua\nreturn 1" 0
		EVAL "#!lua flags=allow-oom\nreturn redis.call('set','k','oom')" 0
		EVAL "#!lua flags=no-writes\nreturn redis.call('get','k')" 0
		EVAL "#!lua flags=no-writes\nreturn redis.call('set','k','x')" 0
		EVAL_RO "return redis.call('get','k')" 0
		EVALSHA 1fa00e76656cc152ad327c13fe365858fd7be306 0
		FCALL f 0
		FCALL o 0
		FCALL r 0
		FCALL_RO r 0
		FCALL_RO f 0
		SCRIPT LOAD "return 5"
		FUNCTION LOAD "#!lua name=m\nredis.register_function('g',function() end)"
		FUNCTION RESTORE x
		FUNCTION DELETE l
		MULTI
		EVAL "return redis.call('set','k','w')" 0
		EXEC
		MULTI
		EVAL "#!lua\nreturn 1" 0
		EXEC
		CONFIG SET maxmemory 0
		EVAL "#!lua\nreturn 1" 0`},
	{"renamed commands", []string{"--rename-command", "GET", "FETCH", "--rename-command", "DEL", ""},
		`
		EVAL "return redis.call('get','k')" 0
		EVAL "return redis.call('fetch','k')" 0
		EVAL "return redis.call('del','k')" 0
		EVAL "return redis.acl_check_cmd('get','k')" 0
		EVAL "return redis.acl_check_cmd('fetch','k')" 0
		EVAL "return redis.pcall('FETCH')" 0
		FETCH k`},
	{"EVAL renamed", []string{"--rename-command", "EVAL", "RUN", "--rename-command", "EVALSHA", ""},
		`
		EVAL "return 1" 0
		RUN "return 1" 0
		RUN "return redis.call('run','return 1',0)" 0
		EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0
		RUN
		EVAL_RO "return 1" 0`},
	{"the parameters of scripts", nil, `
		CONFIG GET busy-reply-threshold
		CONFIG GET lua-time-limit
		CONFIG GET *lua*
		CONFIG SET lua-time-limit 100
		CONFIG GET busy-reply-threshold
		CONFIG SET busy-reply-threshold 200
		CONFIG GET lua-time-limit
		CONFIG SET busy-reply-threshold -1
		CONFIG SET busy-reply-threshold x
		CONFIG SET busy-reply-threshold 0
		EVAL "return 1" 0
		CONFIG SET busy-reply-threshold 5000
		CONFIG GET enable-debug-command
		CONFIG GET slave-read-only
		CONFIG GET replica-serve-stale-data`},
	{"what the native protocol says in its own way", nil, `
		EVAL "return {double=0/0}" 0
		EVAL "local z=0 return {double=-(z/z)}" 0
		EVAL "redis.setresp(3) return {double=0/0}" 0`},
	{"the sequence of random numbers", nil, `
		EVAL "return tostring(math.random())" 0
		EVAL "return math.random(1000)" 0
		EVAL "return {math.random(10),math.random(10),math.random(10)}" 0
		EVAL "math.randomseed(5) return math.random(1000)" 0
		EVAL "return math.random(1000)" 0
		FUNCTION LOAD "#!lua name=l\nredis.register_function('f',function() return math.random(1000) end
		+ )"
		FCALL f 0
		EVAL "return math.random(1000)" 0
		SCRIPT FLUSH
		EVAL "return math.random(1000)" 0
		FUNCTION FLUSH
		EVAL "return math.random(1000)" 0`},
	{"settings of cjson stay until the scripts are flushed", nil, `
		EVAL "return cjson.encode(1/3)" 0
		EVAL "cjson.encode_number_precision(3) return cjson.encode(1/3)" 0
		EVAL "return cjson.encode(1/3)" 0
		FUNCTION LOAD "#!lua name=l\nredis.register_function('f',function() return cjson.encode(1/3) end
		+ )"
		FCALL f 0
		EVAL "cjson.encode_sparse_array(true) return cjson.encode({[1000]=1})" 0
		EVAL "return cjson.encode({[1000]=1})" 0
		SCRIPT FLUSH
		EVAL "return cjson.encode(1/3)" 0
		FCALL f 0`},
	{"writes that records would need", []string{"--maxmemory-policy", "allkeys-lru"}, `
		EVAL "for i=1,200 do redis.call('set','key'..i,('x'):rep(100)) end return redis.call('dbsize')
		+ " 0
		CONFIG SET maxmemory 1
		EVAL "return redis.call('get','key1')" 0
		EVAL "return redis.call('set','key1','v')" 0
		DBSIZE
		CONFIG SET maxmemory 0`},
}

// TestScriptSettings compares scripts under settings that refuse commands.
func TestScriptSettings(t *testing.T) {
	for _, c := range settingCases {
		t.Run(c.name, func(t *testing.T) {
			p := newPair(t, c.options...)
			for _, proto := range []string{"2", "3"} {
				compareLines(t, c.run(t, p.redis, proto), c.run(t, p.ringer, proto))
			}
		})
	}
}

// run returns the lines of a case, each with its reply.
func (c settingCase) run(t *testing.T, s *server, proto string) string {
	t.Helper()
	conn := newConn(t, s, proto)
	var said strings.Builder
	for line := range strings.Lines(unfold(c.text)) {
		if line = strings.TrimSpace(line); line != "" {
			conn.send(t, line)
			fmt.Fprintf(&said, "%s => %s\n", line, conn.answer())
		}
	}
	conn.must(t, "FUNCTION FLUSH")
	return said.String()
}

// compareLines reports the lines that differ.
func compareLines(t *testing.T, want, got string) {
	t.Helper()
	wants, gots := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(wants), len(gots)) {
		w, g := "(nothing)", "(nothing)"
		if i < len(wants) {
			w = wants[i]
		}
		if i < len(gots) {
			g = gots[i]
		}
		if w != g {
			t.Errorf("\n  redis:  %s\n  ringer: %s", abridge(w, firstDifference(w, g)),
				abridge(g, firstDifference(w, g)))
		}
	}
}
