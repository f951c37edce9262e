package compat_test

import (
	"regexp"
	"slices"
	"testing"
)

// runScripting is runTable for cases that leave scripts and libraries behind, which no FLUSHALL
// takes away.
func runScripting(t *testing.T, cases []scripted) {
	t.Helper()
	cases = unfolded(cases)
	for i := range cases {
		cases[i].text = "SCRIPT FLUSH\nFUNCTION FLUSH\n" + cases[i].text
	}
	runTable(t, cases)
}

func unfolded(cases []scripted) []scripted {
	cases = slices.Clone(cases)
	for i := range cases {
		cases[i].text = unfold(cases[i].text)
	}
	return cases
}

// unfold joins lines that are too long for a page: one that begins with a plus and a space goes on
// with the line before.
func unfold(text string) string { return foldedLine.ReplaceAllString(text, "") }

var foldedLine = regexp.MustCompile(`\n\s*\+ `)

func TestScriptCommands(t *testing.T) {
	runScripting(t, slices.Concat(scriptEval, scriptReplies, scriptCalls, scriptShebang))
}

var scriptEval = []scripted{
	{"EVAL: arguments", `
		EVAL
		EVAL "return 1"
		EVAL "return 1" 0
		EVAL "return 1" x
		EVAL "return 1" -1
		EVAL "return 1" 1
		EVAL "return 1" 2 a
		EVAL "return 1" 0x0
		EVAL "return 1" 1.5
		EVAL "return 1" 99999999999999999999
		EVAL "return 1" 9223372036854775807
		EVAL "return 1" 9223372036854775808
		EVAL "return 1" 2147483648
		EVAL "return 1" " 0"
		EVAL "return 1" +0
		EVAL "return 1" ""
		EVAL "return 1" -9223372036854775808
		EVAL "" 0
		EVAL " " 0
		EVAL "return" 0
		EVAL "return {KEYS[1],KEYS[2],ARGV[1],ARGV[2],#KEYS,#ARGV}" 2 a b c d
		EVAL "return {#KEYS,#ARGV,KEYS[1],ARGV[1]}" 0 x
		EVAL "return {#KEYS,#ARGV,KEYS[1],ARGV[1]}" 1 x
		EVAL "return {KEYS[0],ARGV[0],KEYS[2],ARGV[2]}" 1 x y
		EVAL "return ARGV" 0 1 2 3
		EVAL "return KEYS" 3 1 2 3
		EVAL "return ARGV[1]" 0 "a\x00\r\n\xff"
		EVAL "return ARGV[1]..ARGV[2]" 0 a b
		EVAL "return type(ARGV[1])" 0 1
		EVAL "return ARGV[1]+1" 0 41
		EVAL "return syntax error" 0
		EVAL "x" 0
		EVAL "return [[\n\n]]" 0
		eval "return 'lower'" 0
		EVAL "#!" 0
		EVAL "\x1bLua" 0
		EVAL "return 1\x00return 2" 0
		EVAL "return '\x00'" 0`},
	{"EVALSHA", `
		EVALSHA
		EVALSHA x
		EVALSHA x 0
		EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0
		EVAL "return 1" 0
		EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0
		EVALSHA E0E1F9FABFC9D4800C877A703B823AC0578FF8DB 0
		EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8d 0
		EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8dbb 0
		EVALSHA zze1f9fabfc9d4800c877a703b823ac0578ff8db 0
		EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db x
		EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db -1
		EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 1
		EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 1 a b
		EVALSHA x 1
		EVALSHA x -1
		EVALSHA_RO e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0
		EVALSHA_RO x 0
		SCRIPT FLUSH
		EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0
		EVAL_RO "return 1" 0
		EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0
		EVAL "return redis.call('get',KEYS[1])" 1 k
		EVALSHA 4e6d8fc8bb01276962cce5371fa795a7763657ae 1 k
		EVAL "syntax error" 0
		EVALSHA 0a0ae33da1ee8b1c1a0c8a6c6a2b3a8b8a2a1f7d 0
		SCRIPT EXISTS e0e1f9fabfc9d4800c877a703b823ac0578ff8db`},
	{"EVAL_RO", `
		SET k v
		EVAL_RO
		EVAL_RO "return 1"
		EVAL_RO "return redis.call('get',KEYS[1])" 1 k
		EVAL_RO "return redis.call('set',KEYS[1],'w')" 1 k
		EVAL_RO "return redis.pcall('set',KEYS[1],'w')" 1 k
		EVAL_RO "return pcall(redis.call,'set',KEYS[1],'w')" 1 k
		EVAL_RO "return {pcall(redis.call,'del',KEYS[1])}" 1 k
		EVAL_RO "return redis.call('ping')" 0
		EVAL_RO "return redis.call('publish','a','b')" 0
		EVAL_RO "return redis.call('expire',KEYS[1],100)" 1 k
		EVAL_RO "return redis.call('getex',KEYS[1])" 1 k
		EVAL_RO "return redis.call('sort',KEYS[1])" 1 k
		EVAL_RO "return redis.call('sort_ro',KEYS[1])" 1 l
		EVAL_RO "return redis.call('pfcount',KEYS[1])" 1 p
		EVAL_RO "return redis.call('georadius',KEYS[1],0,0,1,'m')" 1 p
		EVAL_RO "return redis.call('flushall')" 0
		EVAL_RO "return redis.call('spublish','a','b')" 0
		EVAL_RO "return redis.call('select',1)" 0
		EVAL_RO "return redis.call('config','get','maxmemory')" 0
		EVAL_RO "#!lua\nreturn redis.call('set',KEYS[1],'w')" 1 k
		EVAL_RO "#!lua flags=allow-oom\nreturn redis.call('get',KEYS[1])" 1 k
		EVAL_RO "#!lua flags=no-writes\nreturn redis.call('get',KEYS[1])" 1 k
		GET k`},
	{"SCRIPT", `
		SCRIPT
		SCRIPT NOPE
		SCRIPT HELP
		SCRIPT HELP x
		SCRIPT LOAD
		SCRIPT LOAD "return 1"
		SCRIPT LOAD "return 1" x
		script load "return 'x'"
		SCRIPT LOAD ""
		SCRIPT LOAD "syntax error here"
		SCRIPT LOAD "return [[unfinished"
		SCRIPT LOAD "#!lua\nreturn 1"
		SCRIPT LOAD "#!lua flags=nope\nreturn 1"
		SCRIPT LOAD "#!nope\nreturn 1"
		SCRIPT LOAD "#!lua"
		SCRIPT LOAD "return undefined_at_load"
		SCRIPT EXISTS
		SCRIPT EXISTS x
		SCRIPT EXISTS e0e1f9fabfc9d4800c877a703b823ac0578ff8db x e0e1f9fabfc9d4800c877a703b823ac0578ff8d
		+ b
		SCRIPT EXISTS E0E1F9FABFC9D4800C877A703B823AC0578FF8DB
		EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0
		SCRIPT FLUSH
		SCRIPT EXISTS e0e1f9fabfc9d4800c877a703b823ac0578ff8db
		SCRIPT LOAD "return 1"
		SCRIPT FLUSH SYNC
		SCRIPT EXISTS e0e1f9fabfc9d4800c877a703b823ac0578ff8db
		SCRIPT LOAD "return 1"
		SCRIPT FLUSH ASYNC
		SCRIPT EXISTS e0e1f9fabfc9d4800c877a703b823ac0578ff8db
		SCRIPT FLUSH NOPE
		SCRIPT FLUSH SYNC ASYNC
		SCRIPT FLUSH async
		SCRIPT KILL
		SCRIPT KILL x
		SCRIPT DEBUG
		SCRIPT DEBUG NO
		SCRIPT DEBUG NOPE
		SCRIPT DEBUG NO x
		SCRIPT SHOW x
		SCRIPT LOAD "return 1"
		FLUSHALL
		SCRIPT EXISTS e0e1f9fabfc9d4800c877a703b823ac0578ff8db
		FUNCTION FLUSH
		SCRIPT EXISTS e0e1f9fabfc9d4800c877a703b823ac0578ff8db`},
	{"COMMAND GETKEYS and arity of scripting", `
		COMMAND GETKEYS EVAL "return 1" 2 a b c
		COMMAND GETKEYS EVAL "return 1" 0
		COMMAND GETKEYS EVAL "return 1" 5 a
		COMMAND GETKEYS EVAL "return 1" x a
		COMMAND GETKEYS EVAL "return 1" -1 a
		COMMAND GETKEYS EVALSHA x 1 a
		COMMAND GETKEYS EVAL_RO x 1 a
		COMMAND GETKEYS EVALSHA_RO x 1 a
		COMMAND GETKEYS FCALL f 1 a b
		COMMAND GETKEYS FCALL_RO f 1 a b
		COMMAND GETKEYSANDFLAGS EVAL "return 1" 2 a b c
		COMMAND GETKEYSANDFLAGS EVAL_RO "return 1" 1 a
		COMMAND GETKEYSANDFLAGS FCALL_RO f 1 a b
		COMMAND GETKEYS SCRIPT LOAD x
		COMMAND INFO eval evalsha eval_ro evalsha_ro fcall fcall_ro
		COMMAND INFO script|load script|flush script|exists script|kill script|debug script|help
		COMMAND INFO function|load function|delete function|list function|stats function|dump
		COMMAND INFO function|restore function|flush function|kill function|help
		COMMAND DOCS eval evalsha eval_ro evalsha_ro fcall fcall_ro
		~sorted COMMAND LIST FILTERBY PATTERN *eval*
		COMMAND COUNT x`},
}

var scriptReplies = []scripted{
	{"from Lua to RESP", `
		EVAL "return 1" 0
		EVAL "return -1" 0
		EVAL "return 3.99" 0
		EVAL "return -3.99" 0
		EVAL "return 0.5" 0
		EVAL "return 1e15" 0
		EVAL "return 2^53" 0
		EVAL "return 2^62" 0
		EVAL "return 2^63" 0
		EVAL "return -2^63" 0
		EVAL "return 2^64" 0
		EVAL "return -2^64" 0
		EVAL "return 1e300" 0
		EVAL "return 1/0" 0
		EVAL "return -1/0" 0
		EVAL "return 0/0" 0
		EVAL "return -0" 0
		EVAL "return '3.99'" 0
		EVAL "return ''" 0
		EVAL "return 'a\x00b\r\n'" 0
		EVAL "return true" 0
		EVAL "return false" 0
		EVAL "return nil" 0
		EVAL "return" 0
		EVAL "return {}" 0
		EVAL "return {1,2,3}" 0
		EVAL "return {1,nil,3}" 0
		EVAL "return {nil}" 0
		EVAL "return {nil,1}" 0
		EVAL "return {1,2,nil}" 0
		EVAL "return {1,false,3}" 0
		EVAL "return {true,false}" 0
		EVAL "return {1,'a',{2,'b',{3,'c'}},4.9}" 0
		EVAL "return {a=1}" 0
		EVAL "return {1,a=1}" 0
		EVAL "return {{},{{}},{{{}}}}" 0
		EVAL "return {[1]='a',[2]='b',[4]='d'}" 0
		EVAL "return {[0]='z','a'}" 0
		EVAL "return {[1.0]='a'}" 0
		EVAL "return function() end" 0
		EVAL "return {function() end,1}" 0
		EVAL "return coroutine.create(function() end)" 0
		EVAL "return cjson.null" 0
		EVAL "return {cjson.null,1}" 0
		EVAL "return 1,2,3" 0
		EVAL "return setmetatable({},{__index={1,2,3}})" 0
		EVAL "return setmetatable({1},{__index=function(t,i) if i<4 then return i end end})" 0
		EVAL "local t={} for i=1,1000 do t[i]=i end return t" 0
		EVAL "local t={} for i=1,20 do t={t} end return t" 0
		EVAL "return string.rep('x',100000)" 0`},
	{"status and error replies", `
		EVAL "return {ok='fine'}" 0
		EVAL "return {ok='a\r\nb'}" 0
		EVAL "return {ok=''}" 0
		EVAL "return {ok=5}" 0
		EVAL "return {ok=true}" 0
		EVAL "return {ok={}}" 0
		EVAL "return {ok='x',1,2}" 0
		EVAL "return {err='bad'}" 0
		EVAL "return {err='CODE bad'}" 0
		EVAL "return {err='-CODE bad'}" 0
		EVAL "return {err='a\r\nb'}" 0
		EVAL "return {err=''}" 0
		EVAL "return {err=5}" 0
		EVAL "return {err={}}" 0
		EVAL "return {err=true}" 0
		EVAL "return {err='e',ok='o'}" 0
		EVAL "return {err='e',1}" 0
		EVAL "return {1,{err='inner'},{ok='in'}}" 0
		EVAL "return redis.error_reply('CODE text')" 0
		EVAL "return redis.error_reply('text')" 0
		EVAL "return redis.error_reply('text only here')" 0
		EVAL "return redis.error_reply('-text')" 0
		EVAL "return redis.error_reply('')" 0
		EVAL "return redis.error_reply('-')" 0
		EVAL "return redis.error_reply()" 0
		EVAL "return redis.error_reply({})" 0
		EVAL "return redis.error_reply(1)" 0
		EVAL "return redis.error_reply('a','b')" 0
		EVAL "return redis.error_reply('a\r\nb')" 0
		EVAL "return redis.status_reply('OK')" 0
		EVAL "return redis.status_reply('')" 0
		EVAL "return redis.status_reply()" 0
		EVAL "return redis.status_reply({})" 0
		EVAL "return redis.status_reply(7)" 0
		EVAL "return {redis.status_reply('a'),redis.error_reply('b')}" 0
		EVAL "return redis.error_reply('a').err" 0
		EVAL "return redis.error_reply('-a').err" 0
		EVAL "return redis.status_reply('a').ok" 0
		EVAL "local e=redis.error_reply('X y') e.extra=1 return e" 0
		EVAL "return {err='WRONGTYPE mine',ignore_error_stats_update=true}" 0`},
	{"RESP3 types", `
		EVAL "return {double=3.5}" 0
		EVAL "return {double=3}" 0
		EVAL "return {double=1/0}" 0
		EVAL "return {double=-1/0}" 0
		EVAL "return {double=0.1}" 0
		EVAL "return {double=1e20}" 0
		EVAL "return {double=1e-10}" 0
		EVAL "return {double='3'}" 0
		EVAL "return {double='x'}" 0
		EVAL "return {map={a=1}}" 0
		EVAL "return {map={}}" 0
		EVAL "return {map={[1]='x'}}" 0
		EVAL "return {map={a={map={b=2}}}}" 0
		EVAL "return {map=5}" 0
		EVAL "return {set={a=true}}" 0
		EVAL "return {set={}}" 0
		EVAL "return {set={[5]=false}}" 0
		EVAL "return {set='x'}" 0
		EVAL "return {big_number='123456789012345678901234567890'}" 0
		EVAL "return {big_number='a\r\nb'}" 0
		EVAL "return {big_number=5}" 0
		EVAL "return {big_number={}}" 0
		EVAL "return {verbatim_string={format='txt',string='hello'}}" 0
		EVAL "return {verbatim_string={format='mkd',string='a\r\nb'}}" 0
		EVAL "return {verbatim_string={string='hello'}}" 0
		EVAL "return {verbatim_string={format='txt'}}" 0
		EVAL "return {verbatim_string={format='long',string='hello'}}" 0
		EVAL "return {verbatim_string={format='x',string='hello'}}" 0
		EVAL "return {verbatim_string='x'}" 0
		EVAL "redis.setresp(3) return {double=3.5}" 0
		EVAL "redis.setresp(3) return {map={a=1}}" 0
		EVAL "redis.setresp(3) return {set={a=true}}" 0
		EVAL "redis.setresp(3) return true" 0
		EVAL "redis.setresp(3) return false" 0
		EVAL "redis.setresp(3) return nil" 0
		EVAL "redis.setresp(3) return {true,false,nil,1}" 0
		EVAL "redis.setresp(2) return true" 0
		EVAL "redis.setresp(2) return false" 0
		EVAL "redis.setresp(2) return {true,false}" 0
		EVAL "redis.setresp(3) redis.setresp(2) return true" 0`},
	{"setresp and what calls return", `
		HSET h a 1
		SADD s x
		ZADD z 1.5 m
		SET str v
		EVAL "redis.setresp(3) return redis.call('hgetall','h')" 0
		EVAL "redis.setresp(3) return cjson.encode(redis.call('hgetall','h'))" 0
		EVAL "redis.setresp(3) return cjson.encode(redis.call('smembers','s'))" 0
		EVAL "redis.setresp(3) return cjson.encode(redis.call('zscore','z','m'))" 0
		EVAL "redis.setresp(3) return cjson.encode(redis.call('zrange','z',0,-1,'withscores'))" 0
		EVAL "redis.setresp(3) return cjson.encode(redis.call('config','get','maxmemory'))" 0
		EVAL "redis.setresp(3) return type(redis.call('get','none'))" 0
		EVAL "redis.setresp(3) return redis.call('get','none')" 0
		EVAL "redis.setresp(3) return tostring(redis.call('get','none'))" 0
		EVAL "redis.setresp(3) return redis.call('smembers','s')" 0
		EVAL "redis.setresp(3) return redis.call('zscore','z','m')" 0
		EVAL "redis.setresp(3) return redis.call('zrange','z',0,-1,'withscores')" 0
		EVAL "redis.setresp(3) return {redis.call('hgetall','h'),redis.call('zscore','z','m')}" 0
		EVAL "redis.setresp(3) return redis.call('debug','protocol','bignum')" 0
		EVAL "redis.setresp(3) return cjson.encode(redis.call('debug','protocol','bignum'))" 0
		EVAL "redis.setresp(3) return redis.call('debug','protocol','verbatim')" 0
		EVAL "redis.setresp(3) return cjson.encode(redis.call('debug','protocol','verbatim'))" 0
		EVAL "redis.setresp(3) return redis.call('debug','protocol','true')" 0
		EVAL "redis.setresp(3) return redis.call('debug','protocol','false')" 0
		EVAL "redis.setresp(3) return redis.call('debug','protocol','null')" 0
		EVAL "redis.setresp(3) return redis.call('debug','protocol','double')" 0
		EVAL "redis.setresp(3) return redis.call('debug','protocol','map')" 0
		EVAL "redis.setresp(3) return cjson.encode(redis.call('debug','protocol','map'))" 0
		EVAL "redis.setresp(3) return redis.call('debug','protocol','set')" 0
		EVAL "redis.setresp(3) return redis.call('debug','protocol','attrib')" 0
		EVAL "redis.setresp(3) return cjson.encode(redis.call('debug','protocol','attrib'))" 0
		EVAL "return redis.call('debug','protocol','bignum')" 0
		EVAL "return redis.call('debug','protocol','verbatim')" 0
		EVAL "return redis.call('debug','protocol','true')" 0
		EVAL "return redis.call('debug','protocol','false')" 0
		EVAL "return redis.call('debug','protocol','null')" 0
		EVAL "return redis.call('debug','protocol','double')" 0
		EVAL "return redis.call('debug','protocol','map')" 0
		EVAL "return redis.call('debug','protocol','set')" 0
		EVAL "return redis.call('debug','protocol','array')" 0
		EVAL "return redis.call('debug','protocol','string')" 0
		EVAL "return redis.call('debug','protocol','integer')" 0
		EVAL "return redis.call('debug','protocol','push')" 0
		EVAL "return redis.call('hgetall','h')" 0
		EVAL "return redis.call('zscore','z','m')" 0
		EVAL "return redis.call('smembers','s')" 0
		EVAL "return cjson.encode(redis.call('hgetall','h'))" 0
		EVAL "return {type(redis.call('get','none')),tostring(redis.call('get','none'))}" 0
		EVAL "return cjson.encode(redis.call('mget','str','none','str'))" 0
		EVAL "return cjson.encode(redis.call('set','str','w'))" 0
		EVAL "return redis.call('set','str','w').ok" 0
		EVAL "return redis.call('lrange','none',0,-1)" 0
		EVAL "return redis.call('blpop','none',0)" 0
		EVAL "return tostring(redis.call('blpop','none',0))" 0
		EVAL "redis.setresp(3) return tostring(redis.call('blpop','none',0))" 0
		EVAL "return redis.call('zrange','z',0,-1,'withscores')" 0
		EVAL "return redis.call('incr','n')" 0
		EVAL "return redis.call('incrby','n','9007199254740993')" 0
		EVAL "return redis.call('incrby','n','9223372036854775000')" 0
		EVAL "return redis.call('decrby','n','9223372036854775000')" 0
		GET n
		EVAL "return redis.call('geopos','z','m')" 0
		EVAL "return redis.call('object','help')" 0
		EVAL "return redis.call('ping')" 0
		EVAL "return redis.call('time')[3]" 0
		EVAL "redis.setresp(3) redis.call('ping') return redis.call('hgetall','h')" 0
		EVAL "return redis.call('hgetall','h')" 0`},
}

var scriptCalls = []scripted{
	{"redis.call that fails", `
		RPUSH l a
		SET s x
		EVAL "return redis.call('get','l')" 0
		EVAL "return redis.pcall('get','l')" 0
		EVAL "local e=redis.pcall('get','l') return e" 0
		EVAL "local e=redis.pcall('get','l') return e.err" 0
		EVAL "local e=redis.pcall('get','l') return {e.err,e.source,e.line,tostring(e.ignore_error_stats
		+ _update)}" 0
		EVAL "local e=redis.pcall('get','l') local r={} for k,v in pairs(e) do r[#r+1]=k..'='..tostring(
		+ v) end table.sort(r) return r" 0
		EVAL "local ok,e=pcall(redis.call,'get','l') return {tostring(ok),type(e),e.err}" 0
		EVAL "local ok,e=pcall(redis.call,'get','l') return e" 0
		EVAL "local ok,e=pcall(redis.call,'get','l') local r={} for k,v in pairs(e) do r[#r+1]=k..'='..t
		+ ostring(v) end table.sort(r) return r" 0
		EVAL "local ok,e=pcall(redis.call,'get','l') error(e)" 0
		EVAL "local ok,e=pcall(redis.call,'get','l') error(e.err)" 0
		EVAL "local e=redis.pcall('get','l') error(e)" 0
		EVAL "\n\nreturn redis.call('get','l')" 0
		EVAL "local function f()\n return redis.call('get','l') end\nlocal x = f() return x" 0
		EVAL "return redis.call('nosuch')" 0
		EVAL "return redis.pcall('nosuch')" 0
		EVAL "return redis.call('nosuch','a','b')" 0
		EVAL "return redis.call('get')" 0
		EVAL "return redis.pcall('get')" 0
		EVAL "return redis.call('get','a','b')" 0
		EVAL "return redis.call('')" 0
		EVAL "return redis.call()" 0
		EVAL "return redis.pcall()" 0
		EVAL "return redis.call({})" 0
		EVAL "return redis.call('get',{})" 0
		EVAL "return redis.call('get',nil)" 0
		EVAL "return redis.call('get',true)" 0
		EVAL "return redis.call('set','a',1.5)" 0
		EVAL "return redis.call('get','a')" 0
		EVAL "return redis.call('set','a',1e20)" 0
		GET a
		EVAL "return redis.call('set','a',0.1)" 0
		GET a
		EVAL "return redis.call('set','a',12345678901234567)" 0
		GET a
		EVAL "return redis.call('set','a',-0)" 0
		GET a
		EVAL "return redis.call('set','a',1/0)" 0
		GET a
		EVAL "return redis.call('set','a',100)" 0
		GET a
		EVAL "return redis.call('incr','s')" 0
		EVAL "return redis.call('incrby','a','x')" 0
		EVAL "return redis.call('lset','l',9,'x')" 0
		EVAL "return redis.call('zadd','z','x','m')" 0
		EVAL "return redis.call('config','set','nope','1')" 0
		EVAL "return redis.call('config','nope')" 0
		EVAL "return redis.call('config')" 0
		EVAL "return redis.call('object','nope')" 0
		EVAL "return redis.call('xadd','x','0-0','f','v')" 0
		EVAL "redis.call('set','k','1') redis.call('get','l')" 0
		GET k
		EVAL "pcall(redis.call,'get','l') redis.call('set','k','2') return redis.call('get','k')" 0
		EVAL "redis.pcall('get','l') return 'on'" 0
		EVAL "return {redis.pcall('get','l'),redis.pcall('get','s')}" 0
		EVAL "return {err=redis.pcall('get','l').err}" 0
		EVAL "local x = redis.call('get','l') + 1" 0
		EVAL "return tostring(redis.call('set','k','v'))==nil" 0
		EVAL "return redis.call('echo',('x'):rep(100000)):len()" 0
		EVAL "return redis.call('GET','s')" 0
		EVAL "return redis.call('gEt','s')" 0`},
	{"commands that scripts may not run", `
		EVAL "return redis.call('eval','return 1',0)" 0
		EVAL "return redis.call('evalsha','x',0)" 0
		EVAL "return redis.call('eval_ro','return 1',0)" 0
		EVAL "return redis.call('fcall','f',0)" 0
		EVAL "return redis.call('script','load','return 1')" 0
		EVAL "return redis.call('script','flush')" 0
		EVAL "return redis.call('script','exists','x')" 0
		EVAL "return redis.call('script')" 0
		EVAL "return redis.call('function','list')" 0
		EVAL "return redis.call('function','load','x')" 0
		EVAL "return redis.call('multi')" 0
		EVAL "return redis.call('exec')" 0
		EVAL "return redis.call('discard')" 0
		EVAL "return redis.call('watch','k')" 0
		EVAL "return redis.call('unwatch')" 0
		EVAL "return redis.call('subscribe','c')" 0
		EVAL "return redis.call('unsubscribe')" 0
		EVAL "return redis.call('psubscribe','c')" 0
		EVAL "return redis.call('ssubscribe','c')" 0
		EVAL "return redis.call('monitor')" 0
		EVAL "return redis.call('auth','x')" 0
		EVAL "return redis.call('hello','3')" 0
		EVAL "return redis.call('hello')" 0
		EVAL "return redis.call('reset')" 0
		EVAL "return redis.call('quit')" 0
		EVAL "return redis.call('client','id')" 0
		EVAL "return redis.call('client','list')" 0
		EVAL "return redis.call('client','getname')" 0
		EVAL "return redis.call('client','setname','x')" 0
		EVAL "return redis.call('client','reply','off')" 0
		EVAL "return redis.call('client','tracking','on')" 0
		EVAL "return redis.call('client','pause','0')" 0
		EVAL "return redis.call('client')" 0
		EVAL "return redis.call('shutdown')" 0
		EVAL "return redis.call('replicaof','no','one')" 0
		EVAL "return redis.call('sync')" 0
		EVAL "return redis.call('psync','?','-1')" 0
		EVAL "return redis.call('replconf')" 0
		EVAL "return redis.call('debug','sleep','0')" 0
		EVAL "return redis.call('debug','jmap')" 0
		EVAL "return redis.call('acl','whoami')" 0
		EVAL "return redis.call('acl','setuser','x')" 0
		EVAL "return redis.call('acl','cat')[1] ~= nil" 0
		EVAL "return redis.call('acl','list')" 0
		EVAL "return redis.call('wait','0','0')" 0
		EVAL "return redis.call('asking')" 0
		EVAL "return redis.call('readonly')" 0
		EVAL "return redis.call('cluster','info')" 0
		EVAL "return redis.call('failover')" 0
		EVAL "return redis.call('module','list')" 0
		EVAL "return redis.call('latency','latest')" 0
		EVAL "return redis.call('role')" 0
		EVAL "return redis.call('info','server'):sub(1,8)" 0
		EVAL "return redis.call('lolwut','version','1'):sub(-5)" 0
		EVAL "return redis.call('command','count')>200" 0
		EVAL "return redis.call('swapdb','0','1')" 0
		EVAL "return redis.call('flushall')" 0
		EVAL "return redis.call('flushdb')" 0
		EVAL "return redis.call('config','get','port')[1]" 0
		EVAL "return redis.call('config','set','maxmemory','0')" 0
		EVAL "return redis.call('config','rewrite')" 0
		EVAL "return redis.call('config','resetstat')" 0
		EVAL "return redis.call('keys','*')" 0
		EVAL "return redis.call('scan','0')" 0
		EVAL "return redis.call('dbsize')" 0
		EVAL "return redis.call('lastsave')>0" 0
		EVAL "return redis.call('publish','c','m')" 0
		EVAL "return redis.call('pubsub','channels')" 0
		EVAL "return redis.call('select','1')" 0
		EVAL "return redis.call('move','k','1')" 0
		EVAL "return redis.call('host:')" 0
		EVAL "return redis.call('post')" 0`},
	{"blocking commands do not wait", `
		EVAL "return redis.call('blpop','k','0')" 0
		EVAL "return redis.call('brpop','k','j','0')" 0
		EVAL "return redis.call('blmove','k','j','left','left','0')" 0
		EVAL "return redis.call('brpoplpush','k','j','0')" 0
		EVAL "return redis.call('blmpop','0','1','k','left')" 0
		EVAL "return redis.call('bzpopmin','k','0')" 0
		EVAL "return redis.call('bzmpop','0','1','k','min')" 0
		EVAL "return redis.call('xread','block','0','streams','x','$')" 0
		EVAL "return redis.call('xread','block','0','streams','x','0')" 0
		XGROUP CREATE x g $ MKSTREAM
		EVAL "return redis.call('xreadgroup','group','g','c','block','0','streams','x','>')" 0
		EVAL "redis.call('rpush','k','a') return redis.call('blpop','k','0')" 0
		EVAL "return redis.call('blpop','k','x')" 0
		EVAL "return redis.call('blpop','k','-1')" 0
		EVAL "return redis.call('wait','1','0')" 0`},
	{"SELECT in a script", `
		SET k zero
		EVAL "redis.call('select',5) redis.call('set','k','five') return redis.call('get','k')" 0
		GET k
		SELECT 5
		GET k
		SELECT 0
		EVAL "redis.call('select',16)" 0
		EVAL "redis.call('select','x')" 0
		EVAL "return redis.call('select',5).ok..redis.call('dbsize')" 0
		DBSIZE
		MULTI
		EVAL "redis.call('select',7) return redis.call('set','q','7')" 0
		SET r 0
		EXEC
		KEYS *
		SELECT 7
		KEYS *
		EVAL "redis.call('select',3) error('x')" 0
		SET here 7
		EVAL "return #redis.call('keys','*')" 0`},
	{"MULTI, EXEC and scripts", `
		MULTI
		EVAL "return redis.call('set','k',ARGV[1])" 0 v
		EVAL "return redis.call('get','k')" 0
		EVAL "return redis.call('incr','k')" 0
		EVAL "syntax error" 0
		EVAL "return {1,redis.call('get','k')}" 0
		EVALSHA x 0
		SCRIPT LOAD "return 1"
		SCRIPT EXISTS x
		SCRIPT FLUSH
		FUNCTION LIST
		EXEC
		MULTI
		EVAL "return 1"
		EXEC
		MULTI
		EVAL "return 1" x
		EXEC
		WATCH k
		EVAL "return redis.call('get','k')" 0
		MULTI
		PING
		EXEC
		WATCH k
		EVAL "return redis.call('set','k','w')" 0
		MULTI
		PING
		EXEC
		WATCH k
		EVAL "return redis.call('select',1).ok..redis.call('set','k','w').ok" 0
		MULTI
		PING
		EXEC`},
	{"time does not pass within a script", `
		EVAL "local a=redis.call('time') for i=1,100000 do end local b=redis.call('time') return a[1]==b
		+ [1] and a[2]==b[2]" 0
		EVAL "redis.call('set','k','v','px',1) local n=0 for i=1,3000000 do n=n+1 end return redis.call(
		+ 'get','k')" 0
		EVAL "redis.call('set','k','v','px',50) local t=redis.call('pttl','k') return t>0 and t<=50" 0
		EVAL "redis.call('set','k','v','px',1) for i=1,3000000 do end return {redis.call('exists','k'),r
		+ edis.call('pttl','k')}" 0
		EVAL "redis.call('set','k','v') return redis.call('pexpire','k',-1)" 0
		EXISTS k
		EVAL "return redis.call('set','k','v','ex',100).ok" 0
		TTL k
		EVAL "return redis.call('expire','k',5)" 0
		TTL k`},
	{"globals and what is protected", `
		EVAL "x=1" 0
		EVAL "return x" 0
		EVAL "local t=_G t.x=1" 0
		EVAL "rawset(_G,'x',1) return x" 0
		EVAL "return rawget(_G,'x')" 0
		EVAL "setmetatable(_G,nil) x=1" 0
		EVAL "getmetatable(_G).__newindex=nil" 0
		EVAL "function f() end" 0
		EVAL "redis=nil" 0
		EVAL "redis.call=nil" 0
		EVAL "string.len=nil" 0
		EVAL "KEYS=nil return KEYS" 0
		EVAL "KEYS={'q'} return KEYS" 1 a
		EVAL "return KEYS" 1 a
		EVAL "ARGV[1]='changed' return ARGV" 0 a
		EVAL "return ARGV" 0 a
		EVAL "KEYS.x=1 return KEYS.x" 0
		EVAL "return tostring(KEYS.x)" 0
		EVAL "_G.KEYS=5 return KEYS" 0
		EVAL "loadstring('y=1')()" 0
		EVAL "loadstring('return y')()" 0
		EVAL "return loadstring('return 5')()" 0
		EVAL "return loadstring('return KEYS')()" 1 k
		EVAL "local s=getmetatable('') s.__index=nil" 0
		EVAL "return getmetatable('').__index==string" 0
		EVAL "return getmetatable(redis)==nil" 0
		EVAL "return _G==getmetatable(_G)" 0
		EVAL "for k in pairs(_G) do if k=='print' or k=='dofile' or k=='require' then return k end end
		+ " 0
		EVAL "return redis.REDIS_VERSION..redis.REDIS_VERSION_NUM" 0
		EVAL "return _VERSION" 0
		EVAL "return type(__redis__err__handler)" 0
		EVAL "return type(__redis__compare_helper)" 0
		EVAL "return type(f_e0e1f9fabfc9d4800c877a703b823ac0578ff8db)" 0`},
	{"redis.log, replication and other helpers", `
		EVAL "return redis.log(redis.LOG_NOTICE,'hello','two',3)" 0
		EVAL "redis.log(redis.LOG_NOTICE)" 0
		EVAL "redis.log('x','y')" 0
		EVAL "redis.log(7,'y')" 0
		EVAL "redis.log(redis.LOG_DEBUG,{})" 0
		EVAL "redis.log(redis.LOG_DEBUG,nil)" 0
		EVAL "return redis.set_repl(redis.REPL_NONE)" 0
		EVAL "return redis.set_repl(redis.REPL_AOF)" 0
		EVAL "return redis.set_repl(8)" 0
		EVAL "return redis.set_repl()" 0
		EVAL "return redis.replicate_commands()" 0
		EVAL "return redis.breakpoint()" 0
		EVAL "return redis.debug('x')" 0
		EVAL "return redis.sha1hex('abc')" 0
		EVAL "return redis.acl_check_cmd('set','a','b')" 0
		EVAL "return redis.acl_check_cmd('nosuch')" 0
		EVAL "return redis.acl_check_cmd()" 0
		EVAL "return redis.acl_check_cmd('get')" 0
		EVAL "return redis.register_function" 0
		EVAL "return redis.setresp(5)" 0
		EVAL "return redis.setresp()" 0
		EVAL "return redis.setresp('2')" 0`},
}

var scriptShebang = []scripted{
	{"the line with the flags", `
		SET k v
		EVAL "#!lua\nreturn 1" 0
		EVAL "#!lua \nreturn 1" 0
		EVAL "#!lua" 0
		EVAL "#!lua\n" 0
		EVAL "#!LUA\nreturn 1" 0
		EVAL "#! lua\nreturn 1" 0
		EVAL "#!\nreturn 1" 0
		EVAL "#!python\nreturn 1" 0
		EVAL " #!lua\nreturn 1" 0
		EVAL "#lua\nreturn 1" 0
		EVAL "#!lua flags\nreturn 1" 0
		EVAL "#!lua flags=\nreturn 1" 0
		EVAL "#!lua flags=,\nreturn 1" 0
		EVAL "#!lua flags=nope\nreturn 1" 0
		EVAL "#!lua flags=no-writes,nope\nreturn 1" 0
		EVAL "#!lua flags=no-writes\nreturn 1" 0
		EVAL "#!lua flags=no-writes,allow-oom,allow-stale,no-cluster,allow-cross-slot-keys\nreturn 1" 0
		EVAL "#!lua flags=no-writes no-cluster\nreturn 1" 0
		EVAL "#!lua flags=no-writes flags=allow-oom\nreturn 1" 0
		EVAL "#!lua flags=no-writes, allow-oom\nreturn 1" 0
		EVAL "#!lua name=x\nreturn 1" 0
		EVAL "#!lua name=x flags=no-writes\nreturn 1" 0
		EVAL "#!lua foo=bar\nreturn 1" 0
		EVAL "#!lua FLAGS=no-writes\nreturn 1" 0
		EVAL "#!lua flags=NO-WRITES\nreturn 1" 0
		EVAL "#!lua   flags=no-writes  \nreturn 1" 0
		EVAL "#!lua\tflags=no-writes\nreturn 1" 0
		EVAL "#!lua flags=no-writes\r\nreturn 1" 0
		EVAL "#!lua \"flags=no-writes\"\nreturn 1" 0
		EVAL "#!lua 'flags=no-writes\nreturn 1" 0
		EVAL "#!lua\nerror('line two')" 0
		EVAL "#!lua\n\nerror('line three')" 0
		EVAL "#!lua\nsyntax error" 0
		EVAL "#!lua flags=no-writes\nreturn redis.call('get',KEYS[1])" 1 k
		EVAL "#!lua flags=no-writes\nreturn redis.call('set',KEYS[1],'w')" 1 k
		EVAL "#!lua flags=no-writes\nreturn redis.pcall('set',KEYS[1],'w')" 1 k
		EVAL "#!lua\nreturn redis.call('set',KEYS[1],'w')" 1 k
		EVAL "#!lua\nreturn redis.call('set','undeclared','w')" 0
		EVAL "#!lua flags=no-cluster\nreturn redis.call('set','undeclared','w')" 0
		EVAL_RO "#!lua\nreturn 1" 0
		EVAL_RO "#!lua flags=no-writes\nreturn 1" 0
		EVAL_RO "#!lua\nreturn redis.call('get',KEYS[1])" 1 k
		EVALSHA_RO 9f9b5e5d1b6b0c5bd5d5c5e5e5e5e5e5e5e5e5e5 0
		SCRIPT LOAD "#!lua flags=no-writes\nreturn 5"
		EVALSHA ea1f5d8d2f7e2f5e8f4dfe7b17d6bbbcf5cb3b4c 0`},
}
