package compat_test

import "testing"

func TestFunctionCommands(t *testing.T) { runScripting(t, functionCases) }

// lib is a library that many cases begin with.
const lib = `FUNCTION LOAD "#!lua name=lib\nredis.register_function('f', function(keys, args) ` +
	`return {#keys,#args,keys[1],args[1]} end)\nredis.register_function{function_name='ro', ` +
	`callback=function(k,a) return redis.call('get',k[1]) end, flags={'no-writes'}, ` +
	`description='reads'}\nredis.register_function('w', function(k,a) return ` +
	`redis.call('set',k[1],a[1]) end)\nredis.register_function('e', function() error('oops') end)"
`

var functionCases = []scripted{
	{"FUNCTION LOAD: the first line", `
		FUNCTION LOAD
		FUNCTION LOAD x
		FUNCTION LOAD ""
		FUNCTION LOAD "#!"
		FUNCTION LOAD "#!lua"
		FUNCTION LOAD "#!lua\n"
		FUNCTION LOAD "#!lua name="
		FUNCTION LOAD "#!lua name=\n"
		FUNCTION LOAD "#!lua name=x"
		FUNCTION LOAD "#!lua name=x\n"
		FUNCTION LOAD "#!lua name=x\nreturn 1"
		FUNCTION LOAD "#!lua nam=x\nreturn 1"
		FUNCTION LOAD "#!lua name=x name=y\nredis.register_function('f',function() end)"
		FUNCTION LOAD "#!lua name=x foo=bar\nredis.register_function('f',function() end)"
		FUNCTION LOAD "#!lua name=x-y\nredis.register_function('f',function() end)"
		FUNCTION LOAD "#!lua name=x.y\nredis.register_function('f',function() end)"
		FUNCTION LOAD "#!lua name=\"x y\"\nredis.register_function('f',function() end)"
		FUNCTION LOAD "#!lua 'name=x y\nredis.register_function('f',function() end)"
		FUNCTION LOAD "#!lua x\nredis.register_function('f',function() end)"
		FUNCTION LOAD "#!lua\tname=x\nredis.register_function('f',function() end)"
		FUNCTION LOAD "#!LUA name=u\nredis.register_function('fu',function() end)"
		FUNCTION LOAD "#!python name=u\nx"
		FUNCTION LOAD "#! lua name=u\nx"
		FUNCTION LOAD " #!lua name=u\nx"
		FUNCTION LOAD "return 1"
		FUNCTION LOAD "#!lua NAME=n\nredis.register_function('fn',function() end)"
		FUNCTION LOAD "#!lua name=a_B_9\nredis.register_function('fab',function() end)"
		FUNCTION LOAD "#!lua name=123\nredis.register_function('f123',function() end)"
		FUNCTION LOAD "#!lua flags=no-writes name=z\nredis.register_function('fz',function() end)"
		FUNCTION LOAD REPLACE
		FUNCTION LOAD NOPE "#!lua name=q\nredis.register_function('q',function() end)"
		FUNCTION LOAD REPLACE REPLACE "#!lua name=q\nredis.register_function('q',function() end)"
		FUNCTION LOAD "#!lua name=q\nredis.register_function('q',function() end)" REPLACE
		FUNCTION LOAD "#!lua name=q\nredis.register_function('q',function() end)"
		FUNCTION LOAD "#!lua name=q\nredis.register_function('q2',function() end)"
		FUNCTION LOAD REPLACE "#!lua name=q\nredis.register_function('q2',function() end)"
		FUNCTION LOAD replace "#!lua name=q\nredis.register_function('q3',function() end)"
		FCALL q 0
		FCALL q3 0
		FUNCTION LOAD "#!lua name=other\nredis.register_function('q3',function() end)"
		FUNCTION LOAD REPLACE "#!lua name=other\nredis.register_function('q3',function() end)"
		FUNCTION LOAD REPLACE "#!lua name=q\nsyntax error"
		FCALL q3 0
		FUNCTION LIST LIBRARYNAME q`},
	{"FUNCTION LOAD: the code", `
		FUNCTION LOAD "#!lua name=x\nsyntax error"
		FUNCTION LOAD "#!lua name=x\n\n\nsyntax error"
		FUNCTION LOAD "#!lua name=x\nerror('at load')"
		FUNCTION LOAD "#!lua name=x\nerror({err='table'})"
		FUNCTION LOAD "#!lua name=x\nlocal a = nil + 1"
		FUNCTION LOAD "#!lua name=x\nx = 1"
		FUNCTION LOAD "#!lua name=x\nlocal y = undefined"
		FUNCTION LOAD "#!lua name=x\nfunction g() end"
		FUNCTION LOAD "#!lua name=x\nreturn redis.call('ping')"
		FUNCTION LOAD "#!lua name=x\nreturn redis.pcall('ping')"
		FUNCTION LOAD "#!lua name=x\nredis.setresp(3)"
		FUNCTION LOAD "#!lua name=x\nredis.log(redis.LOG_DEBUG,'x')"
		FUNCTION LOAD "#!lua name=x\nredis.sha1hex('x')"
		FUNCTION LOAD "#!lua name=x\nredis.acl_check_cmd('get','k')"
		FUNCTION LOAD "#!lua name=x\nlocal k = KEYS"
		FUNCTION LOAD "#!lua name=x\nlocal k = ARGV"
		FUNCTION LOAD "#!lua name=x\nlocal k = redis.nope"
		FUNCTION LOAD "#!lua name=x\nredis.register_function()"
		FUNCTION LOAD "#!lua name=x\nredis.register_function('f')"
		FUNCTION LOAD "#!lua name=x\nredis.register_function('f','g')"
		FUNCTION LOAD "#!lua name=x\nredis.register_function('f',5)"
		FUNCTION LOAD "#!lua name=x\nredis.register_function(5,function() end)"
		FUNCTION LOAD "#!lua name=x\nredis.register_function({},function() end)"
		FUNCTION LOAD "#!lua name=x\nredis.register_function('f',function() end,1)"
		FUNCTION LOAD "#!lua name=x\nredis.register_function('',function() end)"
		FUNCTION LOAD "#!lua name=x\nredis.register_function('a-b',function() end)"
		FUNCTION LOAD "#!lua name=x\nredis.register_function('a b',function() end)"
		FUNCTION LOAD "#!lua name=x\nredis.register_function('f',function() end) redis.register_function
		+ ('f',function() end)"
		FUNCTION LOAD "#!lua name=x\nredis.register_function{}"
		FUNCTION LOAD "#!lua name=x\nredis.register_function{function_name='f'}"
		FUNCTION LOAD "#!lua name=x\nredis.register_function{callback=function() end}"
		FUNCTION LOAD "#!lua name=x\nredis.register_function{function_name=5,callback=function() end}"
		FUNCTION LOAD "#!lua name=x\nredis.register_function{function_name='f',callback=5}"
		FUNCTION LOAD "#!lua name=x\nredis.register_function{function_name='f',callback=redis.call}"
		FUNCTION LOAD "#!lua name=x\nredis.register_function{function_name='f',callback=function() end,f
		+ lags=5}"
		FUNCTION LOAD "#!lua name=x\nredis.register_function{function_name='f',callback=function() end,f
		+ lags='no-writes'}"
		FUNCTION LOAD "#!lua name=x\nredis.register_function{function_name='f',callback=function() end,f
		+ lags={'nope'}}"
		FUNCTION LOAD "#!lua name=x\nredis.register_function{function_name='f',callback=function() end,f
		+ lags={5}}"
		FUNCTION LOAD "#!lua name=x\nredis.register_function{function_name='f',callback=function() end,d
		+ escription=5}"
		FUNCTION LOAD "#!lua name=x\nredis.register_function{function_name='f',callback=function() end,d
		+ escription={}}"
		FUNCTION LOAD "#!lua name=x\nredis.register_function{function_name='f',callback=function() end,n
		+ ope=1}"
		FUNCTION LOAD "#!lua name=x\nredis.register_function{function_name='f',callback=function() end,[
		+ 1]=1}"
		FUNCTION LOAD "#!lua name=x\nredis.register_function(setmetatable({},{__index={function_name='f'
		+ }}))"
		FUNCTION LOAD "#!lua name=x\npcall(redis.register_function,'bad')\nredis.register_function('g1',
		+ function() return 1 end)"
		FCALL g1 0
		FUNCTION LOAD "#!lua name=y\nlocal function helper(x) return x*2 end\nlocal n=0\nredis.register_
		+ function('count',function() n=n+1 return n end)\nredis.register_function('twice',function(k,a
		+ ) return helper(a[1]) end)"
		FCALL count 0
		FCALL count 0
		FCALL twice 0 21
		FUNCTION LOAD "#!lua name=z\nfor i=1,3 do redis.register_function('gen'..i,function() return i e
		+ nd) end"
		FCALL gen1 0
		FCALL gen3 0
		FUNCTION LOAD "#!lua name=again\nredis.register_function('late',function() redis.register_functi
		+ on('inner',function() end) end)"
		FCALL late 0
		FUNCTION LIST`},
	{"FCALL", lib + `
		FCALL
		FCALL f
		FCALL f 0
		FCALL F 0
		FCALL nope 0
		FCALL f x
		FCALL f -1
		FCALL f 1
		FCALL f 2 a
		FCALL f 2 a b c d
		FCALL f 0 a b
		FCALL nope x
		FCALL nope -1
		FCALL nope 5
		FCALL e 0
		FCALL w 1 k v
		FCALL ro 1 k
		FCALL w 0
		FCALL w 1 k
		FCALL_RO
		FCALL_RO ro 1 k
		FCALL_RO f 0
		FCALL_RO w 1 k v
		FCALL_RO e 0
		FCALL_RO nope 0
		FCALL_RO f x
		fcall f 1 a
		MULTI
		FCALL w 1 k w
		FCALL ro 1 k
		FCALL e 0
		FCALL nope 0
		EXEC
		EVAL "return redis.call('fcall','f',0)" 0
		EVAL "return redis.register_function" 0`},
	{"what a function sees", `
		FUNCTION LOAD "#!lua name=x\nredis.register_function('keys',function() return KEYS end)\nredis.r
		+ egister_function('argv',function() return ARGV end)\nredis.register_function('glob',function(
		+ ) y=1 end)\nredis.register_function('getglob',function() return y end)\nredis.register_functio
		+ n('args',function(...) return select('#',...) end)\nredis.register_function('types',function(k
		+ ,a) return {type(k),type(a),type(redis),type(redis.register_function),type(cjson),type(_G)} en
		+ d)\nredis.register_function('mod',function(k,a) k[1]='m' a[1]='n' return {k,a} end)\nredis.reg
		+ ister_function('setcall',function() redis.call=1 end)\nredis.register_function('resp3',functio
		+ n() redis.setresp(3) return {true,{double=1.5}} end)\nredis.register_function('resp',function(
		+ ) return true end)\nredis.register_function('err',function() return redis.error_reply('MY erro
		+ r') end)\nredis.register_function('errtab',function() error({err='MY table'}) end)\nredis.regi
		+ ster_function('callbad',function() return redis.call('incr') end)\nredis.register_function('pc
		+ allbad',function() return redis.pcall('incr') end)\nredis.register_function('nested',function(
		+ k,a) return {1,{2,{3,'x'}},k,a} end)\nredis.register_function('sel',function() return redis.ca
		+ ll('select',3) end)\nredis.register_function('strings',function() string.x=1 end)\nredis.regis
		+ ter_function('repl',function() return redis.set_repl(redis.REPL_ALL) end)\nredis.register_func
		+ tion('ld',function() return loadstring('return 7')() end)\nredis.register_function('brk',funct
		+ ion() return redis.breakpoint end)"
		FCALL keys 1 a
		FCALL argv 1 a b
		FCALL glob 0
		FCALL getglob 0
		FCALL args 1 a b
		FCALL types 0
		FCALL mod 1 a b
		FCALL setcall 0
		FCALL resp3 0
		FCALL resp 0
		FCALL err 0
		FCALL errtab 0
		FCALL callbad 0
		FCALL pcallbad 0
		FCALL nested 1 k v
		FCALL sel 0
		FCALL strings 0
		FCALL repl 0
		FCALL ld 0
		FCALL brk 0
		DBSIZE`},
	{"FUNCTION LIST", lib + `
		FUNCTION LOAD "#!lua name=other\nredis.register_function{function_name='g',callback=function() e
		+ nd,flags={'allow-oom','allow-stale','no-cluster','no-writes','allow-cross-slot-keys'}}"
		FUNCTION LIST LIBRARYNAME lib
		FUNCTION LIST LIBRARYNAME lib WITHCODE
		FUNCTION LIST WITHCODE LIBRARYNAME other
		FUNCTION LIST withcode libraryname other
		FUNCTION LIST LIBRARYNAME LIB
		FUNCTION LIST LIBRARYNAME l*
		FUNCTION LIST LIBRARYNAME *b
		FUNCTION LIST LIBRARYNAME ?ib
		FUNCTION LIST LIBRARYNAME none
		FUNCTION LIST LIBRARYNAME ""
		FUNCTION LIST LIBRARYNAME
		FUNCTION LIST LIBRARYNAME a LIBRARYNAME b
		FUNCTION LIST WITHCODE WITHCODE
		FUNCTION LIST NOPE
		FUNCTION LIST WITHCODE NOPE
		FUNCTION DELETE lib
		FUNCTION LIST
		FUNCTION LIST WITHCODE
		FUNCTION DELETE other
		FUNCTION LIST`},
	{"FUNCTION DELETE, FLUSH, STATS, KILL, HELP", lib + `
		FUNCTION
		FUNCTION NOPE
		FUNCTION HELP
		FUNCTION HELP x
		FUNCTION STATS
		FUNCTION STATS x
		FUNCTION KILL
		FUNCTION KILL x
		FUNCTION DELETE
		FUNCTION DELETE nope
		FUNCTION DELETE lib x
		FUNCTION DELETE LIB
		FUNCTION DELETE lib
		FUNCTION DELETE lib
		FUNCTION STATS
		FCALL f 0
` + lib + `
		FCALL f 0
		FUNCTION FLUSH NOPE
		FUNCTION FLUSH SYNC ASYNC
		FUNCTION FLUSH SYNC
		FUNCTION LIST
` + lib + `
		FUNCTION FLUSH ASYNC
		FCALL f 0
` + lib + `
		FUNCTION FLUSH
		FUNCTION STATS
		FUNCTION FLUSH
` + lib + `
		FLUSHALL
		FLUSHDB
		FCALL f 0
		SCRIPT FLUSH
		FCALL f 0
		SCRIPT KILL
		FUNCTION KILL`},
	{"FUNCTION DUMP and RESTORE", lib + `
		FUNCTION DUMP
		FUNCTION DUMP x
		FUNCTION RESTORE
		FUNCTION RESTORE x
		FUNCTION RESTORE ""
		FUNCTION RESTORE "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		FUNCTION RESTORE x NOPE
		FUNCTION RESTORE x FLUSH APPEND
		FUNCTION FLUSH
		FUNCTION DUMP
		FUNCTION RESTORE "\x0a\x00\xf0\xe7\x9f\x11\xfd\xa0\x7b\xfc"
		FUNCTION LOAD "#!lua name=x\nredis.register_function('f',function() return 1 end)"
		FUNCTION DUMP
		FUNCTION LOAD REPLACE "#!lua name=x\nredis.register_function('f',function() return 'aaaaaaaaaaaa
		+ aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' end)"
		FUNCTION DUMP`},
	{"flags of functions", `
		SET k v
		FUNCTION LOAD "#!lua name=x\nredis.register_function{function_name='nw',callback=function(k) ret
		+ urn redis.call('set',k[1],'x') end,flags={'no-writes'}}\nredis.register_function{function_name
		+ ='nwr',callback=function(k) return redis.call('get',k[1]) end,flags={'no-writes'}}\nredis.regi
		+ ster_function{function_name='nc',callback=function(k) return redis.call('get','other') end,fla
		+ gs={'no-cluster'}}\nredis.register_function{function_name='oom',callback=function(k) return re
		+ dis.call('set',k[1],'x') end,flags={'allow-oom'}}\nredis.register_function{function_name='dup'
		+ ,callback=function(k) return 1 end,flags={'allow-oom','allow-oom'}}\nredis.register_function{f
		+ unction_name='none',callback=function(k) return 1 end,flags={}}"
		FCALL nw 1 k
		FCALL nwr 1 k
		FCALL_RO nwr 1 k
		FCALL_RO nw 1 k
		FCALL_RO none 0
		FCALL nc 0
		FCALL oom 1 k
		FCALL dup 0
		FUNCTION LIST LIBRARYNAME none`},
}
