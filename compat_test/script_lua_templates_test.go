package compat_test

// The templates of random programs: see luaWriter.

var luaPatterns = []string{
	"'.'", "'a'", "'%a+'", "'(%w)(.*)'", "'^%s*(.-)%s*$'", "'()'", "''", "'[a-c]'", "'[^,]*'",
	"'%d+'",
	"'.-'", "'b$'", "'%bab'", "'l+'", "'(a)%1'", "'%'", "'('", "'[a'", "'%f[%w]%w+'", "'.*o'",
	"'x?y'",
}

var luaExpressions = map[byte][]string{
	'n': {
		"(@n + @n)", "(@n - @n)", "(@n * @n)", "(@n / @n)", "(@n % @n)", "(@i ^ @i)", "(- @n)",
		"#(@s)", "#(@t)", "#@T", "math.floor(@n)", "math.ceil(@n)", "math.max(@n,@n)",
		"math.min(@n,@n,@n)",
		"math.abs(@n)", "math.fmod(@n,@n)", "math.sqrt(@n)", "tonumber(@s)", "tonumber(@s,@i)",
		"string.byte(@s,@i)", "select('#',@a,@a)", "select(@i,@a,@n)", "(@b and @n or @n)", "@F(@n)",
		"string.len(@s)", "(string.find(@s,@p))", "(string.find(@s,@s,@i,true))", "@T[@i]", "@T.x",
		"@T[K(@a)]",
		"table.getn(@t)", "table.maxn(@t)", "math.random(@i)", "math.random(9)", "bit.band(@n,@n)",
		"bit.bxor(@n,@i)", "bit.lshift(@n,@i)", "(@n + @n * @n)", "(@n - @n - @n)", "(math.modf(@n))",
		"(@s + @n)", "(@N + 1)", "(@n * 2)", "@F(@n,@s)", "@T:m(@n)", "@T.x.y", "math.huge", "(0/0)",
		"(math.frexp(@n))", "(select(2,string.gsub(@s,@p,@s)))", "cjson.decode(S(@n))",
		"struct.unpack('>i4',struct.pack('>i4',@n))", "(function(a,...) F() return a end)(@n,@a)",
	},
	's': {
		"(@s .. @s)", "(@s .. @n)", "(@n .. @s .. @n)", "string.sub(@s,@i)", "string.sub(@s,@i,@i)",
		"string.upper(@s)", "(@s):lower()", "@S:reverse()", "string.rep(@s,@i)", "S(@a)", "type(@a)",
		"table.concat(@t,@s)", "table.concat(@T)", "(string.gsub(@s,@p,@s))", "(string.gsub(@s,@p,@f))",
		"(string.gsub(@s,@p,@t,@i))", "string.match(@s,@p)", "string.char(65+@i)", "(@S .. @S)",
		"string.format('%s|%5s|%-5s|%.2s',@s,@s,@s,@s)", "string.format('%d',@n)",
		"string.format('%g',@n)",
		"string.format('%5.2f',@n)", "string.format('%x',@n)", "string.format('%q',@s)",
		"string.format(@s,@n)",
		"(@b and @s or @s)", "redis.sha1hex(@s)", "T(cjson.encode(V(@a)))", "cmsgpack.pack(V(@a))",
		"bit.tohex(@n)", "struct.pack('>I2s',@i,@s)", "@S:sub(@i,@i)", "@S:nope()", "@T.name", "@F(@s)",
		"S(select(@i,@a,@a,@a))", "D(@a)", "S(@n)", "(@s .. (@b and @s or 'z'))",
		"S(cmsgpack.unpack(@s))",
		"T(cjson.encode(@t))", "string.format('%.14g',@n)", "string.format('%c',65+@i)", "(nil .. @s)",
	},
	't': {
		"{@a,@a}", "{V(@a),V(@a),x=@s}", "{[K(@a)]=@n,[K(@a)]=V(@a)}", "{@n,@n,@n,@n}",
		"{x=@n,y=@s,@s}",
		"{@F(@a)}", "{@F(@n),@F(@n)}", "{unpack(@t)}", "(@b and @t or @t)", "{string.byte(@s,1,-1)}",
		"{string.find(@s,@p)}", "{pcall(@f,@a,@a)}", "cjson.decode('{\"x\":'..S(@n)..',\"y\":[1,2]}')",
		"{cmsgpack.unpack(cmsgpack.pack(V(@a),@n))}", "{(@F(@a))}", "{n=@n,name=@s,m=@f}", "@T",
		"setmetatable(@t,{__index=@t})", "setmetatable(@t,{__index=function(t,k) F() return k end})",
		"setmetatable({},{__add=function(a,b) F() return @n end,__concat=function(a,b) F() return @s " +
			"end})",
		"setmetatable({},{__call=function(self,a) F() return a end,__unm=function(a) return @a end})",
		"setmetatable({x=@n},{__lt=function(a,b) F() return @b end,__le=function(a,b) return @b end})",
		"setmetatable(@t,{__newindex=function(t,k,v) F() rawset(t,k,V(v)) end,__mode='k'})",
		"setmetatable({},{__eq=function(a,b) F() return @b end,__sub=function(a,b) return @a end})",
		"{redis.pcall('echo',@s)}", "redis.pcall('nosuch')", "{select(@i,@a,@n,@s)}", "{math.modf(@n)}",
	},
	'b': {
		"(@n < @n)", "(@n <= @n)", "(@n > @n)", "(@s < @s)", "(@s >= @s)", "(@a == @a)", "(@a ~= @a)",
		"not @a", "(@b and @b)", "(@b or @a)", "(@n == @n)", "(@s == @s)", "(@a < @a)", "(@t == @T)",
		"rawequal(@a,@a)", "(@t < @t)", "(next(@t) == nil)", "(pcall(@f,@a))", "(@a and @a)",
		"(type(@a) == 'table')", "(@T.x == @T.y)", "@T[K(@a)]", "(@N % 2 == 0)", "(@a ~= nil)",
	},
	'f': {
		"@F", "function(a,b) F() return @a end", "function(...) return select('#',...),(...) end",
		"function() N1=1 end", "function(a) F() O(a) return @a,@a end", "@T.m", "string[@s]",
		"(@b and @F or type)", "function(a) F() return coroutine.yield(a) end",
		"loadstring('return '..S(@n))",
		"setmetatable({},{__call=function(self,...) F() return ... end})",
		"coroutine.wrap(function(a) F() " +
			"local b=coroutine.yield(@a) O(b) coroutine.yield(@a) return 'end' end)",
		"(function() local c=@n return function() F() c=c+1 return c end end)()",
		"function(a) F() if @b then return @n end return @F(@a) end", "function() F() error(@a) end",
		"function(a,b) F() error(@s,@i) end",
	},
}

var luaStatements = []string{
	"@N = @n", "@S = T(@s)", "@T = @t", "@F = @f", "@T.x = V(@a)", "@T[K(@a)] = V(@a)",
	"@T[K(@a)] = nil",
	"@T[#@T+1] = V(@a)", "@N, @N = @n, @N", "@T.x.y = V(@a)", "@S, @N = T(@s), @n", "@T[@i] = V(@a)",
	"@T[@i], @T[@i] = @T[@i], V(@a)", "@T.x, @T.y, @T.z = @F(@a)", "O(@a,@a)", "O(@a)",
	"O(@n,@s,@b)",
	"O(pcall(@f,@a,@a))", "O(pcall(@F,@a))", "O(pcall(function() return @a,@a end))",
	"O(pcall(function() local x = @a return x.y end))", "O(pcall(function() return @n + @a end))",
	"O(pcall(function() return @s .. @a end))", "O(pcall(function() return @a < @a end))",
	"table.insert(@T,V(@a))", "table.insert(@T,@i,V(@a))", "O(table.remove(@T))",
	"O(table.remove(@T,@i))",
	"table.sort(@T)", "table.sort(@T,function(a,b) B() return S(a)<S(b) end)",
	"O(pcall(table.sort,@T,function(a,b) B() return @b end))", "@F(@a)", "@F(@a,@a)", "@T:m(@a)",
	"O(pcall(error,@a,@i))", "O(pcall(function() error(@a,@i) end))", "O(@T,#@T)", "O(next(@T))",
	"setmetatable(@T,{__index=@T,__newindex=@T})", "setmetatable(@T,nil)", "O(getmetatable(@T))",
	"O(coroutine.resume(coroutine.create(@f),@a,@a))", "O(pcall(coroutine.wrap(@f),@a))",
	"do local c=coroutine.create(@f) O(coroutine.resume(c,@a)) O(coroutine.status(c)) " +
		"O(coroutine.resume(c,@a)) end", "N1 = @n", "O(N1)", "@T = {@T}", "@T.m = @f",
	"for i=#@T,1,-1 do B() @T[i]=nil end", "for i=1,20 do @T[i*@i]=i end",
	"for i=1,12 do @T['k'..i]=i end",
	"O(pcall(cjson.encode,V(@T)))", "O(pcall(cjson.decode,@s))", "O(pcall(cmsgpack.unpack,@s))",
	"O(pcall(unpack,@T,@i,@i))", "O(string.find(@s,@p,@i))", "O(pcall(string.gsub,@s,@p,@a,@i))",
	"O(pcall(string.format,@s,@a))", "O(pcall(string.rep,@s,@i))", "O(math.floor(@n),math.ceil(@n))",
	"O(pcall(rawset,@T,K(@a),@n))", "O(rawget(@T,K(@a)))", "O(tonumber(@s),tonumber(@n),S(@n))",
	"O(pcall(redis.call,@s,@s))", "O(redis.pcall('set',@s,@a))", "O(redis.pcall('get',@s))",
	"O(redis.pcall('rpush','l',@a,@n))", "O(redis.call('lrange','l',@i,-1))",
	"O(pcall(loadstring,@s))",
}
