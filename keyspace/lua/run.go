package lua

// This file is how functions are called from Go, and where errors end.

// Load makes a function of a text. The name of the chunk is as Lua wants it: "@file", "=name" or
// the text itself. The error is an *Error with Lua's own text, or *Stopped: the hook is called
// meanwhile, too, as a tree takes much more memory than its text.
func (s *State) Load(source, chunk string) (fn *Function, err error) {
	defer func() {
		if r := recover(); r != nil {
			fn, err = nil, asStopped(r)
		}
	}()
	return s.load(source, chunk)
}

// asStopped is what has been recovered, if the hook has raised it; else it goes on.
func asStopped(recovered any) error {
	stopped, ok := recovered.(*Stopped)
	if !ok {
		panic(recovered)
	}
	return stopped
}

// load is Load for a script, which the hook ends, too.
func (s *State) load(source, chunk string) (*Function, error) {
	tree, err := s.parse(source, chunkDisplaySyntax(chunk), s.depth)
	if err != nil {
		return nil, err
	}
	var p *proto
	_, failed := s.protect(nil, func() []Value {
		p = s.compile(tree, chunk)
		return nil
	})
	if failed != nil {
		return nil, failed
	}
	return &Function{proto: p, env: s.globals}, nil
}

// SetEnv gives a function, and those that it makes from now on, a table of global variables.
func (f *Function) SetEnv(t *Table) { f.env = t }

// Call calls a function. What ends it is an *Error, or *Stopped. The results are the caller's.
func (s *State) Call(fn Value, args ...Value) (results []Value, err error) {
	return s.CallHandled(nil, fn, args...)
}

// CallHandled is Call, where an error is given to handler first, when and where it is raised: what
// that returns is the value of the error.
func (s *State) CallHandled(
	handler func(v Value) Value, fn Value, args ...Value,
) (results []Value, err error) {
	t := s.running
	outermost := t.depth == 0 && t == s.main
	defer func() {
		if r := recover(); r != nil {
			err = asStopped(r)
		}
		if outermost {
			t.release()
		}
	}()
	values, failed := s.protect(handler, func() []Value {
		return s.callValue(fn, args...)
	})
	if failed != nil {
		return nil, failed
	}
	return append([]Value(nil), values...), nil
}

// protect runs something, and returns the error that it raises. Everything is as before then.
func (s *State) protect(
	handler func(v Value) Value, run func() []Value,
) (results []Value, err *Error) {
	t, outer := s.running, s.running.handler
	frames, depth, calls := t.depth, s.depth, t.callTop
	t.handler = handler
	defer func() {
		t.handler = outer
		r := recover()
		if r == nil {
			return
		}
		s.running = t
		t.unwind(frames)
		s.depth, t.callTop = depth, calls
		raised, ok := r.(*Error)
		if !ok {
			panic(r)
		}
		err = raised
	}()
	return run(), nil
}

// Throw raises an error.
func (s *State) Throw(v Value) {
	if h := s.running.handler; h != nil {
		s.running.handler = failAgain
		v = h(v)
	}
	panic(&Error{Value: v})
}

// failAgain is the handler of what a handler raises. Lua: LUA_ERRERR.
func failAgain(Value) Value {
	panic(&Error{Value: String("error in error handling")})
}

// callValue calls a value. The results are valid until something else is called.
func (s *State) callValue(v Value, args ...Value) []Value {
	fn, ok := v.ref.(*Function)
	if !ok {
		fn, args = s.callable(v, args, noSide)
	}
	if s.depth++; s.depth >= maxDepthGo {
		s.overflow()
	}
	s.Step(1)
	t := s.running
	var results []Value
	if fn.run != nil {
		results = s.callGo(t, fn, args).results
	} else {
		t.enter(fn, args, nil).outermost = true
		results, _ = s.execute(t)
	}
	s.depth--
	return results
}

// overflow raises the error for too many calls inside one another. Handlers of errors have room for
// a few more. Lua: luaD_call.
func (s *State) overflow() {
	if s.depth == maxDepthGo {
		s.runError("C stack overflow")
	}
	if s.depth >= maxDepthGo+maxDepthGo/8 {
		panic(&Error{Value: String("error in error handling")})
	}
}

// callGo calls a function of Go. The results are valid until the next call of one.
func (s *State) callGo(t *Thread, fn *Function, args []Value) *Call {
	s.stepArgs(args)
	if t.callTop == len(t.calls) {
		t.calls = append(t.calls, &Call{})
	}
	c := t.calls[t.callTop]
	t.callTop++
	c.State, c.thread, c.args, c.results = s, t, args, c.results[:0]
	t.push(fn)
	fn.run(c)
	t.pop()
	t.callTop--
	s.stepResults(c)
	return c
}

// bytesPerLook is how many bytes a function of Go can look at in a step.
const bytesPerLook = 4 << 10

// stepArgs counts that a function of Go may look at all of its arguments.
func (s *State) stepArgs(args []Value) {
	work := len(args) / valuesPerStep
	for i := range args {
		if x, ok := args[i].ref.(*text); ok {
			work += len(x.s) / bytesPerLook
		}
	}
	if work > 0 {
		s.Step(work)
	}
}

// stepResults counts what a function of Go has returned, and what it has done with tables.
func (s *State) stepResults(c *Call) {
	if len(c.results) >= valuesPerStep {
		s.Step(len(c.results) / valuesPerStep)
	}
	for i := range c.args {
		if t, ok := c.args[i].ref.(*Table); ok {
			s.pay(t)
		}
	}
}

// Call calls a function; an error that it raises passes through. The results are valid until
// something else is called.
func (c *Call) Call(fn Value, args ...Value) []Value {
	return c.State.callValue(fn, args...)
}

// PCall is Call, but for an error that the function raises: that ends here. The results are valid
// until something else is called.
func (c *Call) PCall(fn Value, args ...Value) (results []Value, err *Error) {
	return c.State.protect(nil, func() []Value { return c.State.callValue(fn, args...) })
}

// Field is a field of a table, metatables included; nil if one of them raises an error, or if the
// hook ends it.
func (s *State) Field(t *Table, name string) Value {
	if v := t.GetString(name); !v.IsNil() || t.Metatable() == nil {
		return v
	}
	index := s.NewFunction(func(c *Call) { c.Return(c.Index(c.Arg(1), c.Arg(2))) })
	results, err := s.Call(FunctionValue(index), TableValue(t), String(name))
	if err != nil || len(results) == 0 {
		return Nil
	}
	return results[0]
}

// Index is v[key], metatables included.
func (c *Call) Index(v, key Value) Value { return c.State.index(v, key) }

// SetIndex is v[key] = value, metatables included.
func (c *Call) SetIndex(v, key, value Value) { c.State.setIndex(v, key, value) }

// Less is a < b, metatables included.
func (c *Call) Less(a, b Value) bool { return c.State.less(&a, &b) }

// Equal is a == b, metatables included.
func (c *Call) Equal(a, b Value) bool { return c.State.equal(&a, &b) }
