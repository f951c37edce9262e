package keyspace

import (
	"strings"

	"github.com/ringer-kv/ringer/keyspace/lua"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// registerFunction is redis.register_function. Redis: luaRegisterFunction.
func (e *Engine) registerFunction(c *lua.Call) {
	load := e.functions.loading
	if load == nil {
		throw(c, reply.ErrRegisterOutside)
	}
	var f *Function
	var problem reply.Error
	switch c.Len() {
	case 1:
		f, problem = readNamedArgs(c.Arg(1).AsTable())
	case 2:
		f, problem = readPositionalArgs(c.Arg(1), c.Arg(2))
	default:
		problem = reply.ErrRegisterArgs
	}
	if problem == "" {
		problem = load.library.register(f)
	}
	if problem != "" {
		throw(c, problem)
	}
}

// register adds a function to the library. Redis: functionLibCreateFunction.
func (lib *Library) register(f *Function) reply.Error {
	if !validFunctionName(f.Name) {
		return reply.ErrFunctionName
	}
	for _, other := range lib.Functions {
		if other.Name == f.Name {
			return reply.ErrRegisterTwice
		}
	}
	f.library = lib
	lib.Functions = append(lib.Functions, f)
	return ""
}

// readPositionalArgs reads a name and a function. Redis: luaRegisterFunctionReadPositionalArgs.
func readPositionalArgs(name, callback lua.Value) (*Function, reply.Error) {
	f := &Function{fn: callback.AsFunction()}
	var ok bool
	switch f.Name, ok = name.ToString(); {
	case !ok:
		return nil, reply.ErrRegisterFirst
	case f.fn == nil:
		return nil, reply.ErrRegisterSecond
	}
	return f, ""
}

// readNamedArgs reads a table of arguments by their names, nil if there is none. Redis:
// luaRegisterFunctionReadNamedArgs.
func readNamedArgs(args *lua.Table) (*Function, reply.Error) {
	if args == nil {
		return nil, reply.ErrRegisterSingle
	}
	f := &Function{}
	named := false
	for key, v, ok := args.Next(lua.Nil); ok && !key.IsNil(); key, v, ok = args.Next(key) {
		name, isText := key.ToString()
		if !isText {
			return nil, reply.ErrRegisterKey
		}
		if problem := f.setNamedArg(name, v); problem != "" {
			return nil, problem
		}
		named = named || strings.EqualFold(name, nameArg)
	}
	switch {
	case !named:
		return nil, reply.ErrRegisterNoName
	case f.fn == nil:
		return nil, reply.ErrRegisterNoCallback
	}
	return f, ""
}

// nameArg is the argument that must be there, beside the callback.
const nameArg = "function_name"

// setNamedArg takes one argument.
func (f *Function) setNamedArg(name string, v lua.Value) reply.Error {
	ok := false
	switch {
	case strings.EqualFold(name, nameArg):
		if f.Name, ok = v.ToString(); !ok {
			return reply.ErrRegisterName
		}
	case strings.EqualFold(name, "description"):
		if f.Description, f.Described = v.ToString(); !f.Described {
			return reply.ErrRegisterText
		}
	case strings.EqualFold(name, "callback"):
		if f.fn = v.AsFunction(); f.fn == nil {
			return reply.ErrRegisterCallback
		}
	case strings.EqualFold(name, "flags"):
		t := v.AsTable()
		if t == nil {
			return reply.ErrRegisterFlags
		}
		if f.flags, ok = readFunctionFlags(t); !ok {
			return reply.ErrRegisterFlag
		}
	default:
		return reply.ErrRegisterUnknown
	}
	return ""
}

// readFunctionFlags reads a list of names of flags, which ends at the first nil. Redis:
// luaRegisterFunctionReadFlags.
func readFunctionFlags(t *lua.Table) (flags scriptFlags, ok bool) {
	for i := 1; ; i++ {
		v := t.GetInt(i)
		if v.IsNil() {
			return flags, true
		}
		name, _ := v.ToString()
		flag := parseScriptFlag(smallLetters(name))
		if flag == 0 {
			return 0, false
		}
		flags |= flag
	}
}
