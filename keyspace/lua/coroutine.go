package lua

// openCoroutine adds the library coroutine. A coroutine is a Thread, which keeps its frames and
// registers while it is suspended; no goroutine stands behind it. It can be suspended only where no
// Go function or metamethod of it is in the middle of something, as in Lua 5.1.
func (s *State) openCoroutine() {
	t := NewTable(0, 6)
	s.register(t, []routine{
		{"create", coroutineCreate}, {"resume", coroutineResume}, {"running", coroutineRunning},
		{"status", coroutineStatus}, {"wrap", coroutineWrap}, {"yield", coroutineYield},
	})
	s.globals.SetString("coroutine", TableValue(t))
}

func (c *Call) checkThread(i int) *Thread {
	t, ok := c.Arg(i).ref.(*Thread)
	if !ok {
		c.ArgError(i, "coroutine expected")
	}
	return t
}

func (c *Call) newThread() *Thread {
	fn := c.Arg(1).AsFunction()
	if fn == nil || fn.proto == nil {
		c.ArgError(1, "Lua function expected")
	}
	return newThread(c.State, fn)
}

func coroutineCreate(c *Call) { c.Return(threadValue(c.newThread())) }

func coroutineRunning(c *Call) {
	if c.thread == c.State.main {
		c.Return(Nil)
		return
	}
	c.Return(threadValue(c.thread))
}

func coroutineStatus(c *Call) { c.Return(String(statusNames[c.checkThread(1).status])) }

func coroutineResume(c *Call) {
	t := c.checkThread(1)
	values, err := c.State.resume(t, c.Args()[1:])
	if err != nil {
		c.Return(Bool(false), err.Value)
		return
	}
	c.Return(Bool(true))
	c.Return(values...)
}

func coroutineWrap(c *Call) {
	t := c.newThread()
	c.Return(FunctionValue(c.State.NewFunction(func(c *Call) {
		values, err := c.State.resume(t, c.Args())
		if err == nil {
			c.Return(values...)
			return
		}
		if s, ok := err.Value.ToString(); ok { // Lua: auxwrap adds where it was called
			c.State.Throw(String(c.State.where(1) + s))
		}
		c.State.Throw(err.Value)
	})))
}

func coroutineYield(c *Call) {
	t := c.thread
	if t == c.State.main || c.State.depth > t.baseDepth {
		c.State.runError("attempt to yield across metamethod/C-call boundary")
	}
	t.status = suspended
	t.passed = append([]Value(nil), c.Args()...)
}

// resume goes on with a coroutine until it yields or ends. The values are the caller's.
func (s *State) resume(t *Thread, args []Value) (values []Value, err *Error) {
	if t.status != suspended {
		return nil, &Error{Value: String("cannot resume " + statusNames[t.status] + " coroutine")}
	}
	if s.depth >= maxDepthGo {
		if t.fn != nil { // Lua: the function is gone from its stack
			t.end()
		}
		return nil, &Error{Value: String("C stack overflow")}
	}
	from, depth := s.running, s.depth
	from.status, t.status = normal, running
	s.running, s.depth, t.baseDepth = t, depth+1, depth+1
	ended := true
	defer func() {
		s.running, s.depth = from, depth
		from.status = running
		if ended {
			t.end()
		}
	}()
	values, err = s.protect(nil, func() []Value {
		out, yielded := s.goOn(t, args)
		if yielded {
			ended, out = false, t.passed
			t.passed = nil
		}
		return out
	})
	return append([]Value(nil), values...), err
}

// goOn gives a coroutine what it has been resumed with: arguments, or the results of its yield.
func (s *State) goOn(t *Thread, args []Value) (values []Value, yielded bool) {
	if fn := t.fn; fn != nil {
		t.fn = nil
		t.enter(fn, args, nil).outermost = true
		return s.execute(t)
	}
	f := t.current()
	s.took(t, f, &f.fn.proto.code[f.pc-1], args)
	return s.execute(t)
}

// end makes a coroutine a dead one, which holds on to nothing.
func (t *Thread) end() {
	*t = Thread{state: t.state, status: dead}
}
