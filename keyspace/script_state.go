package keyspace

import (
	"strings"

	"github.com/ringer-kv/ringer/keyspace/lua"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// scriptGlobals are the global variables that scripts and functions have in common. Whatever else
// an interpreter has is taken away; debug, too, but it leaves its place behind. Set in this order,
// next finds them in that in which it finds them in Redis. Redis: redis_api_allow_list,
// lua_builtins_allow_list.
var scriptGlobals = [...]string{
	"_G", "collectgarbage", "error", "gcinfo", "getmetatable", "loadstring", "next", "pcall",
	"rawequal", "rawget", "rawset", "select", "setmetatable", "tonumber", "tostring", "type",
	"load", "unpack", "xpcall", "_VERSION", "ipairs", "pairs", "coroutine", "table", "string",
	"math", "debug", "cjson", "struct", "cmsgpack", "bit", "redis", "assert",
}

// named is a function with its name.
type named struct {
	name string
	run  lua.GoFunc
}

// numbered is a number with its name.
type numbered struct {
	name string
	n    int
}

// newScriptState makes an interpreter with the libraries and the functions of redis that scripts
// and functions have in common. more are those that only one of the two has. Nothing is protected
// yet: see protectGlobals. Redis: luaRegisterRedisAPI.
func (e *Engine) newScriptState(more ...named) *lua.State {
	s := lua.New()
	e.openLibraries(s)
	g := s.Globals()
	g.SetString("redis", lua.TableValue(e.newRedisTable(s, more)))
	g.SetString("pcall", lua.FunctionValue(s.NewFunction(redisPcall)))
	g.SetString("debug", lua.Nil)
	setGlobals(g, takeGlobals(g))
	return s
}

// newRedisTable makes the table redis. It is filled in Redis's order, on which that depends in
// which next walks it.
func (e *Engine) newRedisTable(s *lua.State, more []named) *lua.Table {
	t := lua.NewTable(0, 0)
	functions := func(all ...named) {
		for _, f := range all {
			t.SetString(f.name, lua.FunctionValue(s.NewFunction(f.run)))
		}
	}
	numbers := func(all ...numbered) {
		for _, c := range all {
			t.SetString(c.name, lua.Int(c.n))
		}
	}
	functions(
		named{"call", func(c *lua.Call) { e.redisCall(c, true) }},
		named{"pcall", func(c *lua.Call) { e.redisCall(c, false) }}, named{"log", e.redisLog},
	)
	numbers(
		numbered{"LOG_DEBUG", int(LogDebug)}, numbered{"LOG_VERBOSE", int(LogVerbose)},
		numbered{"LOG_NOTICE", int(LogNotice)}, numbered{"LOG_WARNING", int(LogWarning)},
		numbered{"REDIS_VERSION_NUM", redisVersionNumber},
	)
	t.SetString("REDIS_VERSION", lua.String(RedisVersion))
	functions(
		named{"setresp", e.redisSetResp}, named{"sha1hex", redisSHA1Hex},
		named{"error_reply", redisErrorReply}, named{"status_reply", redisStatusReply},
		named{"set_repl", e.redisSetRepl},
	)
	numbers(
		numbered{"REPL_NONE", 0}, numbered{"REPL_AOF", replicateToLog},
		numbered{"REPL_SLAVE", replicateToReplicas}, numbered{"REPL_REPLICA", replicateToReplicas},
		numbered{"REPL_ALL", replicateAll},
	)
	functions(named{"acl_check_cmd", e.redisACLCheck})
	functions(more...)
	return t
}

// redisVersionNumber is RedisVersion with a byte for each of its numbers.
const redisVersionNumber = 7<<16 | 0<<8 | 15

// What redis.set_repl says: where the writes of a script go.
const (
	replicateToLog = 1 << iota
	replicateToReplicas
	replicateAll = replicateToLog | replicateToReplicas
)

// takeGlobals takes all global variables out of a table, and returns those that are for scripts, in
// the order of scriptGlobals.
func takeGlobals(from *lua.Table) []lua.Value {
	values := make([]lua.Value, len(scriptGlobals))
	for i, name := range scriptGlobals {
		values[i] = from.GetString(name)
	}
	var keys []lua.Value
	for key, _, ok := from.Next(lua.Nil); ok && !key.IsNil(); key, _, ok = from.Next(key) {
		keys = append(keys, key)
	}
	for _, key := range keys {
		from.Set(key, lua.Nil)
	}
	from.Resize(0, 0)
	return values
}

// setGlobals sets the global variables that are for scripts in an empty table. All keys are there
// before the first value is nil.
func setGlobals(to *lua.Table, values []lua.Value) {
	for _, name := range scriptGlobals {
		to.SetString(name, lua.Bool(true))
	}
	for i, name := range scriptGlobals {
		to.SetString(name, values[i])
	}
}

// redisPcall is pcall, where an error that is a table is caught as its field err, if that is a text
// or a number. Redis: luaRedisPcall, which leaves a field that is neither behind the table.
func redisPcall(c *lua.Call) {
	if c.Len() == 0 { // Redis: what it calls then is a value of its own
		c.Return(lua.Bool(false), lua.String("attempt to call a boolean value"))
		return
	}
	results, err := c.PCall(c.Arg(1), c.Args()[1:]...)
	if err == nil {
		c.Return(lua.Bool(true))
		c.Return(results...)
		return
	}
	c.Return(lua.Bool(false))
	if err.Value.AsTable() == nil {
		c.Return(err.Value)
		return
	}
	text := c.Index(err.Value, lua.String("err"))
	if _, ok := text.ToString(); !ok {
		c.Return(err.Value)
	}
	c.Return(text)
}

// protectGlobals makes all tables that scripts find read-only, and it an error to read a global
// variable that is not there. Redis: luaSetErrorMetatable, luaSetTableProtectionRecursively.
func protectGlobals(s *lua.State) {
	meta := lua.NewTable(0, 1)
	meta.SetString("__index", lua.FunctionValue(s.NewFunction(noSuchGlobal)))
	s.Globals().SetMetatable(meta)
	protectTable(s.Globals())
	if strings := stringMetatable(s); strings != nil {
		protectTable(strings)
	}
}

// protectTable makes a table read-only, and all that it leads to.
func protectTable(t *lua.Table) {
	if t.ReadOnly() {
		return
	}
	t.SetReadOnly(true)
	if meta := t.Metatable(); meta != nil {
		protectTable(meta)
	}
	for key, value, ok := t.Next(lua.Nil); ok && !key.IsNil(); key, value, ok = t.Next(key) {
		if inner := value.AsTable(); inner != nil {
			protectTable(inner)
		}
	}
}

// noSuchGlobal is the __index of the global variables. Redis: luaProtectedTableError.
func noSuchGlobal(c *lua.Call) {
	if c.Len() != 2 {
		c.Errorf("Wrong number of arguments to luaProtectedTableError")
	}
	name, ok := c.Arg(2).ToString()
	if !ok {
		c.Errorf("Second argument to luaProtectedTableError must be a string or number")
	}
	c.Errorf("Script attempted to access nonexistent global variable '%s'", cut(name))
}

// cut is a text as C sees it: up to the first zero byte.
func cut(text string) string {
	before, _, _ := strings.Cut(text, "\x00")
	return before
}

// errorTable is an error as scripts see it. Redis: luaPushErrorBuff.
func errorTable(err reply.Error) *lua.Table {
	t := lua.NewTable(0, 0)
	t.SetString("err", lua.String(cut(string(err))))
	return t
}

// countedError is errorTable of an error that the statistics have counted.
func countedError(err reply.Error) *lua.Table {
	t := errorTable(err)
	t.SetString("ignore_error_stats_update", lua.Bool(true))
	return t
}

// errorInfo is what an error table says.
//
// Owned by the keyspace goroutine.
type errorInfo struct {
	text    string
	source  string
	line    string
	counted bool // in the statistics already
}

// readError reads an error table. Redis: luaExtractErrorInformation.
func readError(s *lua.State, t *lua.Table) errorInfo {
	info := errorInfo{text: string(reply.ErrLuaUnknownError)}
	if text, ok := s.Field(t, "err").ToString(); ok {
		info.text = text
	}
	info.source, _ = s.Field(t, "source").ToString()
	info.line, _ = s.Field(t, "line").ToString()
	info.counted, _ = s.Field(t, "ignore_error_stats_update").AsBool()
	return info
}

// placed is the error with the place where it was raised.
func (i *errorInfo) placed(name string) reply.Error {
	if i.source == "" || i.line == "" {
		return reply.Error(cut(i.text))
	}
	return reply.ScriptError(i.text, name, i.source, i.line)
}

// stringMetatable is the metatable of all strings, nil if there is none.
func stringMetatable(s *lua.State) *lua.Table {
	results, err := s.Call(s.Globals().GetString("getmetatable"), lua.String(""))
	if err != nil || len(results) == 0 {
		return nil
	}
	return results[0].AsTable()
}
