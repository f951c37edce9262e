package lua

import "errors"

// State is a Lua interpreter: its global variables and what runs in it. Nothing in it is shared
// with another one.
//
// Owned by the keyspace goroutine.
type State struct {
	globals  *Table
	strings  *Table // the metatable of strings; nil: none
	interned map[string]*text
	main     *Thread
	running  *Thread
	depth    int // of Go functions and metamethods inside one another
	fuel     int // steps until the hook is called
	hookEach int
	hook     func() error
	longest  int // string
	words    [metaEvents]*text
	next     *Function
}

// Error is an error that a script has raised, or that ended it.
//
// Owned by the keyspace goroutine.
type Error struct{ Value Value }

// Error is the text of the error, as lua shows it.
func (e *Error) Error() string {
	if s, ok := e.Value.ToString(); ok {
		return s
	}
	return "(error object is a " + e.Value.Kind().String() + " value)"
}

// Stopped is what a run ends with that its hook has ended. No pcall catches it.
//
// Owned by the keyspace goroutine.
type Stopped struct{ Err error }

// Error is the text of the hook's error.
func (s *Stopped) Error() string { return s.Err.Error() }

// Unwrap is the hook's error.
func (s *Stopped) Unwrap() error { return s.Err }

// ErrMemory is the text of the error of a script that makes too much.
var ErrMemory = errors.New("not enough memory")

// MaxString is the length of the longest string, unless SetMaxString says otherwise.
const MaxString = 512 << 20

// StackSlots is how many values a function of Lua's C interface may have on its stack, its
// arguments included: functions fail with more, as there. Lua: LUAI_MAXCSTACK.
const StackSlots = 8000

// New makes an interpreter with the base library and coroutines.
func New() *State {
	s := &State{globals: NewTable(0, 0), interned: make(map[string]*text), longest: MaxString}
	s.main = newThread(s, nil)
	s.main.status = running
	s.running = s.main
	s.SetHook(0, nil)
	for i, w := range metaWords {
		s.words[i] = s.intern(w)
	}
	s.openBase()
	s.openCoroutine()
	return s
}

// Globals is the table of global variables.
func (s *State) Globals() *Table { return s.globals }

// SetMaxString sets the length of the longest string.
func (s *State) SetMaxString(n int) { s.longest = n }

// SetStringMetatable gives all strings a metatable.
func (s *State) SetStringMetatable(meta *Table) { s.strings = meta }

// SetHook has fn be called after about every so many steps; 0: never. An error that it returns
// ends what runs, and no pcall catches it.
func (s *State) SetHook(every int, fn func() error) {
	s.hook, s.hookEach = fn, every
	if fn == nil {
		s.hookEach = 1 << 30
	}
	s.fuel = s.hookEach
}

// Step counts n steps of work in a library, such as comparisons of a long search.
func (s *State) Step(n int) {
	if s.fuel -= n; s.fuel < 0 {
		s.refuel()
	}
}

// pay counts the work that a table has done.
func (s *State) pay(t *Table) {
	if t.owed != 0 {
		s.payOwed(t)
	}
}

func (s *State) payOwed(t *Table) {
	n := t.owed
	t.owed = 0
	s.Step(int(n))
}

// stepLong counts the work of looking at all of a string, if it is a long one.
func (s *State) stepLong(v *Value) {
	if x, ok := v.ref.(*text); ok && len(x.s) > stepBytes {
		s.Step(len(x.s) / stepBytes)
	}
}

// Next is t.Next, whose work it counts.
func (s *State) Next(t *Table, key Value) (next, value Value, ok bool) {
	next, value, ok = t.Next(key)
	s.pay(t)
	return next, value, ok
}

// Length is t.Len, whose work it counts.
func (s *State) Length(t *Table) int {
	n := t.Len()
	s.pay(t)
	return n
}

// refuel calls the hook.
func (s *State) refuel() {
	s.fuel = s.hookEach
	if s.hook == nil {
		return
	}
	if err := s.hook(); err != nil {
		panic(&Stopped{Err: err})
	}
}

// Strings longer than maxInterned bytes are not interned. When there are mostInterned, those of
// scripts that are gone among them, they are forgotten.
const (
	maxInterned  = 40
	mostInterned = 4096
)

// intern is a string with some content, mostly the same one for the same content: names and
// constants are compared often, and two that are the same need no look at their bytes.
func (s *State) intern(content string) *text {
	x := s.interned[content]
	switch {
	case x != nil:
		return x
	case len(content) > maxInterned:
		return &text{s: content}
	case len(s.interned) >= mostInterned:
		clear(s.interned)
	}
	x = &text{s: content}
	s.interned[content] = x
	return x
}

// NewFunction makes a function of Go, whose global variables are those of the State.
func (s *State) NewFunction(run GoFunc) *Function {
	return &Function{run: run, env: s.globals}
}

// routine is a function of a library by its name.
type routine struct {
	name string
	run  GoFunc
}

// register adds the functions of a library to a table, in the order in which Lua does: next shows
// it.
func (s *State) register(t *Table, library []routine) {
	for _, r := range library {
		t.SetString(r.name, FunctionValue(s.NewFunction(r.run)))
	}
}
