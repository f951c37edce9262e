package keyspace

import (
	"errors"
	"strings"
	"time"

	"github.com/ringer-kv/ringer/keyspace/inline"
	"github.com/ringer-kv/ringer/keyspace/lua"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// This file is how the code of a library becomes functions.
//
// Lua code finds its global variables in one table, which is empty and read-only, and whose
// metatable leads on to another one: while a library is being loaded to one that has nothing but
// a small table redis, with register_function and the log, and otherwise to the one with all the
// libraries of Lua and Redis. So a library can't do anything while it is being loaded but
// compute and register.

// functionVM is the interpreter of functions.
//
// Owned by the keyspace goroutine.
type functionVM struct {
	state *lua.State
	link  *lua.Table // the metatable of the global variables
	run   *lua.Table // the global variables of a function that runs
	load  *lua.Table // those of a library that is being loaded
}

// linkField is the field of functionVM.link that says where global variables are.
const linkField = "__index"

// libraryLoad is a library that is being loaded.
//
// Owned by the keyspace goroutine.
type libraryLoad struct {
	library   *Library
	began     time.Time
	heapBytes int64 // of the Go heap, when it began
}

// The limit of the time that loading a library may take, which is not the server's to set, and how
// often it is looked at. Redis: LOAD_TIMEOUT_MS, luaEngineLoadHook.
const (
	loadTimeout   = 500 * time.Millisecond
	loadHookSteps = 100_000
)

// errLoadTimeout ends the loading of a library that takes too long.
var errLoadTimeout = errors.New("FUNCTION LOAD timeout")

// newFunctionVM makes the interpreter of functions. Redis: luaEngineInitEngine.
func (e *Engine) newFunctionVM() *functionVM {
	s := e.newScriptState()
	protectGlobals(s)
	vm := &functionVM{state: s, link: lua.NewTable(0, 1), run: moveGlobals(s.Globals())}
	vm.load = e.loadGlobals(s, vm.run)
	vm.link.SetReadOnly(true)
	s.Globals().SetMetatable(vm.link)
	vm.linkTo(vm.run)
	return vm
}

// linkTo sets where Lua code finds its global variables.
func (vm *functionVM) linkTo(globals *lua.Table) {
	vm.link.SetString(linkField, lua.TableValue(globals))
}

// moveGlobals makes a read-only table with the global variables and the metatable of another one,
// which is empty then.
func moveGlobals(from *lua.Table) *lua.Table {
	to := lua.NewTable(0, 0)
	setGlobals(to, takeGlobals(from))
	to.SetString("_G", lua.TableValue(to))
	to.SetMetatable(from.Metatable())
	to.SetReadOnly(true)
	return to
}

// loadNames are what a library that is being loaded finds in redis, beside register_function, in
// the order in which Redis sets them.
var loadNames = [...]string{
	"log", "LOG_DEBUG", "LOG_VERBOSE", "LOG_NOTICE", "LOG_WARNING", "REDIS_VERSION_NUM",
	"REDIS_VERSION",
}

// loadGlobals is the global variables of a library that is being loaded, taken from those of a
// function that runs.
func (e *Engine) loadGlobals(s *lua.State, run *lua.Table) *lua.Table {
	redis, globals := lua.NewTable(0, 0), lua.NewTable(0, 1)
	register := s.NewFunction(e.registerFunction)
	redis.SetString("register_function", lua.FunctionValue(register))
	all := run.GetString("redis").AsTable()
	for _, name := range loadNames {
		redis.SetString(name, all.GetString(name))
	}
	globals.SetString("redis", lua.TableValue(redis))
	for _, t := range [...]*lua.Table{redis, globals} {
		t.SetMetatable(run.Metatable()) // which tells of what is missing
		t.SetReadOnly(true)
	}
	return globals
}

// registerFunctions runs the code of a library, which registers its functions with it. Redis:
// luaEngineCreate.
func (e *Engine) registerFunctions(lib *Library, code string) reply.Error {
	if e.functions.vm == nil {
		e.functions.vm = e.newFunctionVM()
	}
	vm := e.functions.vm
	fn, err := e.compile(vm.state, code, "@user_function")
	if err != nil {
		return reply.FunctionCompile(err.Error())
	}
	e.functions.loading = &libraryLoad{library: lib, began: time.Now(), heapBytes: -1}
	vm.linkTo(vm.load)
	vm.state.SetHook(loadHookSteps, e.tendLoad)
	_, err = vm.state.Call(lua.FunctionValue(fn))
	problem := reply.Error("")
	if err != nil { // to read it may call its metatable
		problem = reply.FunctionRegister(loadProblem(vm.state, err))
	}
	vm.state.SetHook(0, nil)
	vm.linkTo(vm.run)
	e.functions.loading = nil
	return problem
}

// tendLoad is called while a library is being loaded. The error that it returns ends that.
func (e *Engine) tendLoad() error {
	load := e.functions.loading
	switch {
	case time.Since(load.began) > loadTimeout, e.closers.Load() > 0:
		return errLoadTimeout
	case e.overgrown(&load.heapBytes):
		return lua.ErrMemory
	}
	return nil
}

// loadProblem is the text of an error that has ended the loading of a library. Redis:
// luaExtractErrorInformation.
func loadProblem(s *lua.State, err error) string {
	var raised *lua.Error
	if errors.As(err, &raised) {
		if t := raised.Value.AsTable(); t != nil {
			return readError(s, t).text
		}
	}
	return string(reply.Failure(err))
}

// parseLibraryMetadata reads the first line of a library: "#!lua name=mylib". body is the code
// behind it; the end of the line stays, so that lines have their numbers. Redis:
// functionExtractLibMetaData.
func parseLibraryMetadata(code string) (name, body string, problem reply.Error) {
	if !strings.HasPrefix(code, "#!") {
		return "", "", reply.ErrLibraryMetadata
	}
	end := strings.IndexAny(code, "\n\x00") // Redis: strchr
	if end < 0 || code[end] == 0 {
		return "", "", reply.ErrBadMetadata
	}
	words, err := inline.Split([]byte(code[:end]), nil)
	if err != nil || len(words) == 0 {
		return "", "", reply.ErrBadMetadata
	}
	named := false
	for _, word := range words[1:] {
		switch is := len(word) >= 5 && strings.EqualFold(string(word[:5]), "name="); {
		case !is:
			return "", "", reply.LibraryMetadata(word)
		case named:
			return "", "", reply.ErrLibraryNameTwice
		}
		name, named = string(word[5:]), true
	}
	engine := words[0][2:]
	switch {
	case !named:
		return "", "", reply.ErrNoLibraryName
	case !validFunctionName(name):
		return "", "", reply.ErrFunctionName
	case !strings.EqualFold(string(engine), FunctionEngine):
		return "", "", reply.LibraryEngine(engine)
	}
	return name, code[end:], ""
}

// validFunctionName reports whether a library or a function may have a name. Redis:
// functionsVerifyName.
func validFunctionName(name string) bool {
	for i := range len(name) {
		c := smallLetter(name[i])
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return name != ""
}
