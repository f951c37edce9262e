package keyspace

import (
	"slices"
	"time"

	"github.com/ringer-kv/ringer/keyspace/lua"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/num"
)

// This file is functions: Lua code that stays in the server, in libraries, and is called by name.
//
//	FUNCTION LOAD                          FCALL name
//	     |                                      |
//	  the first line: engine and name        libraries.function
//	     |                                      |
//	  the code runs, once, and calls           runScript, in the one interpreter
//	  redis.register_function                   that all functions share
//	     |
//	  libraries, if all of it went well
//
// All libraries share one interpreter, and find nothing of each other in it, as they can't set
// global variables; what a library keeps it has in local ones, which its functions capture.
//
// A change of libraries is all or nothing: it is made on the side, and taken over when nothing can
// go wrong any more.

// functionState is the functions of a server.
//
// Owned by the keyspace goroutine.
type functionState struct {
	libraries libraries
	vm        *functionVM  // nil until the first library is loaded
	loading   *libraryLoad // nil: none
}

// Library is code that has registered functions.
//
// Owned by the keyspace goroutine.
type Library struct {
	Name      string
	Code      string // with its first line
	Functions []*Function
}

// Function is a function of a library.
//
// Owned by the keyspace goroutine.
type Function struct {
	Name        string
	Description string
	Described   bool // has a description, be it an empty one

	flags   scriptFlags
	fn      *lua.Function
	library *Library
}

// Flags are the names of what the function says of itself.
func (f *Function) Flags() []string { return f.flags.names() }

// FunctionEngine is the name of the only engine there is.
const FunctionEngine = "LUA"

// libraries are libraries whose functions are told apart by their names, whatever the case. The
// zero value is an empty one.
//
// Owned by the keyspace goroutine.
type libraries struct {
	all       []*Library // in the order in which they came
	byName    map[string]*Library
	functions map[string]*Function // by their names in small letters
}

// add adds a library, which must not collide with another one.
//
// Redis: two functions of one library whose names differ in case only can both be registered, but
// there is one of them that can be called.
func (l *libraries) add(lib *Library) {
	if l.byName == nil {
		l.byName, l.functions = make(map[string]*Library), make(map[string]*Function)
	}
	l.all = append(l.all, lib)
	l.byName[lib.Name] = lib
	for _, f := range lib.Functions {
		name := smallLetters(f.Name)
		if l.functions[name] == nil {
			l.functions[name] = f
		}
	}
}

// remove removes a library. O(libraries).
func (l *libraries) remove(lib *Library) {
	at := slices.Index(l.all, lib)
	l.all = slices.Delete(l.all, at, at+1)
	delete(l.byName, lib.Name)
	for _, f := range lib.Functions {
		delete(l.functions, smallLetters(f.Name))
	}
}

// check panics if a library or a function is not found by its name.
func (l *libraries) check() {
	ensure(len(l.byName) == len(l.all), "I15: %d libraries, %d names", len(l.all), len(l.byName))
	for _, lib := range l.all {
		ensure(l.byName[lib.Name] == lib, "I15: library %q is not found", lib.Name)
		ensure(len(lib.Functions) > 0, "I15: library %q has no functions", lib.Name)
	}
	for name, f := range l.functions {
		ensure(smallLetters(f.Name) == name, "I15: function %q is called %q", f.Name, name)
		ensure(l.byName[f.library.Name] == f.library, "I15: function %q is of no library", name)
	}
}

// collision is a function of lib that another library has, other than those of which gone says
// that they are to be removed; nil: none.
func (l *libraries) collision(lib *Library, gone func(*Library) bool) *Function {
	for _, f := range lib.Functions {
		if old := l.functions[smallLetters(f.Name)]; old != nil && !gone(old.library) {
			return f
		}
	}
	return nil
}

// function finds a function by its name, whatever its case.
func (l *libraries) function(name []byte) *Function {
	var small [maxNameBytes]byte
	if len(name) > len(small) {
		return l.functions[smallLetters(string(name))]
	}
	for i, c := range name {
		small[i] = smallLetter(c)
	}
	return l.functions[string(small[:len(name)])]
}

// smallLetters is a name in small letters. Unlike strings.ToLower it leaves bytes alone that are
// no ASCII.
func smallLetters(name string) string {
	b := []byte(name)
	for i, c := range b {
		b[i] = smallLetter(c)
	}
	return string(b)
}

func smallLetter(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// CallFunction is FCALL and, if it is readOnly, FCALL_RO. Redis: fcallCommandGeneric.
func (c *Ctx) CallFunction(readOnly bool) {
	e := c.Engine
	if len(e.monitors) > 0 { // Redis: before what the function calls
		e.showMonitors(c.Session, c.Spec, c.Args)
	}
	f := e.functions.libraries.function(c.Args[1])
	if f == nil {
		c.Error(reply.ErrNoSuchFunction)
		return
	}
	n, ok := num.ParseInt(c.Args[2])
	rest := c.Args[3:]
	switch {
	case !ok:
		c.Error(reply.ErrFunctionKeys)
	case n > int64(len(rest)):
		c.Error(reply.ErrNumKeysArgs)
	case n < 0:
		c.Error(reply.ErrNumKeysNegative)
	default:
		e.runScript(c, scriptCall{
			state: e.functions.vm.state, fn: f.fn, name: f.Name, function: true,
			keys: rest[:n], args: rest[n:], flags: f.flags, readOnly: readOnly,
		})
	}
}

// FunctionFlags are the flags of a call of FCALL or FCALL_RO, as the function says. Redis:
// fcallGetCommandFlags.
func (e *Engine) FunctionFlags(spec *Spec, args [][]byte) Flags {
	if f := e.functions.libraries.function(args[1]); f != nil {
		return f.flags.commandFlags(spec.Flags)
	}
	return spec.Flags
}

// LoadLibrary makes a library of code, which may take the place of the one that has the same name,
// and returns its name. Code whose loading fails changes nothing. Redis: functionLoadCommand.
func (e *Engine) LoadLibrary(code []byte, replace bool) (name string, problem reply.Error) {
	l := &e.functions.libraries
	lib, problem := e.makeLibrary(string(code), l, replace)
	if problem != "" {
		return "", problem
	}
	if old := l.byName[lib.Name]; old != nil {
		l.remove(old)
	}
	l.add(lib)
	return lib.Name, ""
}

// makeLibrary makes a library of code that is to be one of l, in the place of another one if need
// be and replace says so. Redis: functionsCreateWithLibraryCtx.
func (e *Engine) makeLibrary(code string, l *libraries, replace bool) (*Library, reply.Error) {
	name, body, problem := parseLibraryMetadata(code)
	if problem != "" {
		return nil, problem
	}
	old := l.byName[name]
	if old != nil && !replace {
		return nil, reply.LibraryExists(name)
	}
	lib := &Library{Name: name, Code: code}
	if problem := e.registerFunctions(lib, body); problem != "" {
		return nil, problem
	}
	if len(lib.Functions) == 0 {
		return nil, reply.ErrNoFunctions
	}
	f := l.collision(lib, func(other *Library) bool { return other == old })
	if f != nil {
		return nil, reply.FunctionExists(f.Name)
	}
	return lib, ""
}

// DeleteLibrary removes a library; false if there is none of that name.
func (e *Engine) DeleteLibrary(name []byte) bool {
	l := &e.functions.libraries
	lib := l.byName[string(name)]
	if lib == nil {
		return false
	}
	l.remove(lib)
	return true
}

// FlushLibraries removes all libraries, and the interpreter with what they have left in it.
func (e *Engine) FlushLibraries() { e.functions = functionState{} }

// Libraries are all libraries. They must not be changed.
func (e *Engine) Libraries() []*Library { return e.functions.libraries.all }

// FunctionCount is how many functions the libraries have registered.
func (e *Engine) FunctionCount() int {
	n := 0
	for _, lib := range e.functions.libraries.all {
		n += len(lib.Functions)
	}
	return n
}

// RunningFunction is a function that runs.
//
// Owned by the keyspace goroutine.
type RunningFunction struct {
	Name       string
	Args       [][]byte // of the command that has called it
	DurationMs int64
}

// RunningFunction is the function that runs, nil if none does.
func (e *Engine) RunningFunction() *RunningFunction {
	run := e.scripts.run
	if run == nil || !run.function {
		return nil
	}
	return &RunningFunction{
		Name: run.name, Args: run.callerArgs, DurationMs: time.Since(run.begin).Milliseconds(),
	}
}

// measure counts libraries and functions, and what they and their interpreter take up, about.
func (f *functionState) measure(m *scriptMemory) {
	m.libraryCount, m.functionCount = len(f.libraries.all), len(f.libraries.functions)
	for _, lib := range f.libraries.all {
		m.functions += lib.bytes()
	}
	if f.vm != nil {
		m.vmFunctions = int64(f.vm.state.HeapBytes()) + m.functions
	}
}

// What a library and a function take up beside their texts, about.
const (
	libraryOverheadBytes  = 256
	functionOverheadBytes = 256
)

// bytes is what a library takes up, about. Redis: libraryMallocSize.
func (lib *Library) bytes() int64 {
	n := libraryOverheadBytes + len(lib.Name) + len(lib.Code)
	for _, f := range lib.Functions {
		n += functionOverheadBytes + len(f.Name) + len(f.Description)
	}
	return int64(n)
}
