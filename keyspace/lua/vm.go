package lua

import (
	"math"

	"github.com/ringer-kv/ringer/types/libm"
)

// This file is the machine: execute runs the code of the innermost frame until that frame, and all
// that it has called, have returned. Calls from Lua to Lua push a frame and go on in the same
// loop; Go functions and metamethods that call Lua run another execute inside.

// enter pushes the frame of a Lua function and gives it its arguments.
func (t *Thread) enter(fn *Function, args, more []Value) *frame {
	p := fn.proto
	t.state.fuel -= len(p.code)/instructionsPerStep + len(more)/valuesPerStep
	f := t.push(fn)
	extra := 0
	if p.vararg {
		extra = max(len(args)+len(more)-p.params, 0)
	}
	regs := t.alloc(p.registers + extra)
	f.regs, f.varargs = regs[:p.registers:p.registers], regs[p.registers:]
	f.pc = 0
	n := copy(f.regs[:p.params], args)
	m := copy(f.regs[n:p.params], more)
	clear(f.regs[n+m : p.params])
	if extra > 0 {
		n = copy(f.varargs, args[n:])
		copy(f.varargs[n:], more[m:])
	}
	return f
}

// at is the value of an operand R/K.
func at(regs, constants []Value, rk int) *Value {
	if rk < constantBase {
		return &regs[rk]
	}
	return &constants[rk-constantBase]
}

// numbers reports whether two values are numbers.
func numbers(b, c *Value) bool {
	_, ok := b.ref.(number)
	if !ok {
		return false
	}
	_, ok = c.ref.(number)
	return ok
}

// execute runs the innermost frame, which must be one of Lua, until the outermost one around it
// returns; then it hands over its results, which are valid until the thread runs again. Or it
// reports that the coroutine has yielded.
//
//tidy:long a case for each operation
func (s *State) execute(t *Thread) (results []Value, yielded bool) {
	f := t.current()
	p := f.fn.proto
	code, k, regs := p.code, p.constants, f.regs
	pc := f.pc
	for {
		i := &code[pc]
		pc++
		f.pc = pc
		switch i.op {
		case opMove:
			regs[i.a] = regs[i.b]
		case opLoadK:
			regs[i.a] = k[i.c]
		case opLoadNil:
			clear(regs[i.a : int(i.a)+int(i.b)])
		case opLoadBool:
			regs[i.a] = Bool(i.b != 0)
		case opGetGlobal:
			v := f.fn.env.getText(k[i.c].ref.(*text))
			if s.pay(f.fn.env); v.IsNil() {
				v = s.index(TableValue(f.fn.env), k[i.c])
			}
			regs[i.a] = v
		case opSetGlobal:
			s.setIndex(TableValue(f.fn.env), k[i.c], *at(regs, k, int(i.b)))
		case opGetUp:
			regs[i.a] = f.fn.cells[i.b].v
		case opSetUp:
			f.fn.cells[i.a].v = *at(regs, k, int(i.b))
		case opNewCell:
			regs[i.a] = Value{ref: &cell{v: regs[i.a]}}
		case opGetCell:
			regs[i.a] = regs[i.b].ref.(*cell).v
		case opSetCell:
			regs[i.a].ref.(*cell).v = *at(regs, k, int(i.b))
		case opGetTable:
			regs[i.a] = s.getTable(at(regs, k, int(i.b)), at(regs, k, int(i.c)))
		case opGetField:
			regs[i.a] = s.getField(at(regs, k, int(i.b)), &k[i.c])
		case opSetTable:
			s.setTable(&regs[i.a], at(regs, k, int(i.b)), at(regs, k, int(i.c)))
		case opSelf:
			object := *at(regs, k, int(i.b))
			regs[i.a+1] = object
			regs[i.a] = s.getField(&object, &k[i.c])
		case opNewTable:
			regs[i.a] = TableValue(NewTable(decodeSize(int(i.b)), decodeSize(int(i.c))))
		case opSetList, opSetListM:
			s.setList(f, i)
		case opAdd:
			if b, c := at(regs, k, int(i.b)), at(regs, k, int(i.c)); numbers(b, c) {
				regs[i.a] = Number(b.num + c.num)
			} else {
				regs[i.a] = s.arith(i.op, *b, *c)
			}
		case opSub:
			if b, c := at(regs, k, int(i.b)), at(regs, k, int(i.c)); numbers(b, c) {
				regs[i.a] = Number(b.num - c.num)
			} else {
				regs[i.a] = s.arith(i.op, *b, *c)
			}
		case opMul:
			if b, c := at(regs, k, int(i.b)), at(regs, k, int(i.c)); numbers(b, c) {
				regs[i.a] = Number(b.num * c.num)
			} else {
				regs[i.a] = s.arith(i.op, *b, *c)
			}
		case opDiv, opMod, opPow:
			regs[i.a] = s.arith(i.op, *at(regs, k, int(i.b)), *at(regs, k, int(i.c)))
		case opNeg:
			regs[i.a] = s.negate(*at(regs, k, int(i.b)))
		case opNot:
			regs[i.a] = Bool(!at(regs, k, int(i.b)).Truth())
		case opLen:
			regs[i.a] = s.length(*at(regs, k, int(i.b)))
		case opConcat:
			regs[i.a] = s.concat(regs[i.b : i.c+1])
		case opJump:
			pc = s.jump(pc, int(i.c))
		case opEq:
			if s.equal(at(regs, k, int(i.b)), at(regs, k, int(i.c))) == (i.a != 0) {
				pc = s.jump(pc, int(code[pc].c))
			} else {
				pc++
			}
		case opLt:
			if s.less(at(regs, k, int(i.b)), at(regs, k, int(i.c))) == (i.a != 0) {
				pc = s.jump(pc, int(code[pc].c))
			} else {
				pc++
			}
		case opLe:
			if s.lessEqual(at(regs, k, int(i.b)), at(regs, k, int(i.c))) == (i.a != 0) {
				pc = s.jump(pc, int(code[pc].c))
			} else {
				pc++
			}
		case opTest:
			if regs[i.b].Truth() == (i.a != 0) {
				pc = s.jump(pc, int(code[pc].c))
			} else {
				pc++
			}
		case opForPrep:
			s.forPrep(regs[i.a : i.a+3])
			pc = int(i.c)
		case opForLoop:
			if forLoop(regs[i.a : i.a+4]) {
				pc = s.jump(pc, int(i.c))
			}
		case opTForLoop:
			if s.forEach(regs, i) {
				pc = s.jump(pc, int(i.c))
			}
		case opClosure:
			regs[i.a] = FunctionValue(f.closure(p.protos[i.c]))
		case opVararg:
			n := copy(regs[i.a:int(i.a)+int(i.b)], f.varargs)
			clear(regs[int(i.a)+n : int(i.a)+int(i.b)])
		case opVarargM:
			s.Step(len(f.varargs) / valuesPerStep)
			f.open = append(f.open[:0], f.varargs...)
		case opVarargTable:
			regs[i.a] = f.argTable()
		case opCall, opCallM, opTailCall, opTailCallM:
			if f, yielded = s.doCall(t, f, i); yielded {
				return nil, true
			}
			p, pc = f.fn.proto, f.pc
			code, k, regs = p.code, p.constants, f.regs
		case opReturn, opReturnM:
			values, more := f.returned(i)
			if f.outermost {
				return t.finish(values, more), false
			}
			f = t.deliver(values, more)
			p, pc = f.fn.proto, f.pc
			code, k, regs = p.code, p.constants, f.regs
		}
	}
}

// Work that is only counted when there is much of it.
const (
	instructionsPerStep = 64
	valuesPerStep       = 64
)

// jump is the place to go on at. Jumps back, which make loops, count as steps.
func (s *State) jump(from, to int) int {
	if to < from {
		if s.fuel -= 1 + (from-to)/instructionsPerStep; s.fuel < 0 {
			s.refuel()
		}
	}
	return to
}

// returned are the values that a return instruction returns.
func (f *frame) returned(i *instruction) (values, more []Value) {
	values = f.regs[i.a : int(i.a)+int(i.b)]
	if i.op == opReturnM {
		more = f.open
	}
	return values, more
}

// finish ends the outermost frame.
func (t *Thread) finish(values, more []Value) []Value {
	t.pop()
	if len(more) == 0 {
		return values
	}
	return append(append(make([]Value, 0, len(values)+len(more)), values...), more...)
}

// deliver ends a frame and puts its results where its caller wants them.
func (t *Thread) deliver(values, more []Value) *frame {
	f := t.current()
	ret, want := f.ret, f.want
	t.pop()
	caller := t.current()
	caller.take(values, more, ret, want)
	return caller
}

// take puts the results of a call where they are wanted.
func (f *frame) take(values, more []Value, ret, want int) {
	if want == multi {
		f.open = append(append(f.open[:0], values...), more...)
		return
	}
	to := f.regs[ret : ret+want]
	n := copy(to, values)
	n += copy(to[n:], more)
	clear(to[n:])
}

// doCall does a call instruction. It returns the frame to go on with: a new one, the same, or,
// when a Go function was called in the place of a return, that of the caller.
func (s *State) doCall(t *Thread, f *frame, i *instruction) (next *frame, yielded bool) {
	if s.fuel--; s.fuel < 0 {
		s.refuel()
	}
	fn, ok := f.regs[i.a].ref.(*Function)
	args := f.regs[i.a+1 : int(i.a)+1+int(i.b)]
	var more []Value
	if i.op == opCallM || i.op == opTailCallM {
		more = f.open
	}
	if !ok {
		fn, args = s.callable(f.regs[i.a], args, 0)
	}
	tail := i.op == opTailCall || i.op == opTailCallM
	switch {
	case fn.run != nil:
		return s.callFromLua(t, f, fn, goCall{i: i, args: args, more: more, tail: tail})
	case tail:
		return t.replace(f, fn, args, more), false
	}
	next = t.enter(fn, args, more)
	next.ret, next.want = int(i.a), int(i.c)
	return next, false
}

// goCall is a call of a Go function by an instruction.
type goCall struct {
	i          *instruction
	args, more []Value
	tail       bool
}

// callFromLua calls a Go function for a call instruction.
func (s *State) callFromLua(t *Thread, f *frame, fn *Function, g goCall) (*frame, bool) {
	args := g.args
	if len(g.more) > 0 {
		args = append(append(make([]Value, 0, len(g.args)+len(g.more)), g.args...), g.more...)
	}
	c := s.callGo(t, fn, args)
	if t.status == suspended && t != s.main {
		return f, true
	}
	return s.took(t, f, g.i, c.results), false
}

// took hands the results of a Go function over to the call instruction of a frame, and returns the
// frame to go on with.
func (s *State) took(t *Thread, f *frame, i *instruction, results []Value) *frame {
	if i.op != opTailCall && i.op != opTailCallM {
		f.take(results, nil, int(i.a), int(i.c))
		return f
	}
	// The instruction behind a tail call returns what it has left open.
	f.take(results, nil, 0, multi)
	return f
}

// replace is a tail call: the frame becomes that of the function called.
func (t *Thread) replace(f *frame, fn *Function, args, more []Value) *frame {
	ret, want, outermost, tailCalls := f.ret, f.want, f.outermost, f.tailCalls
	kept := append(append(make([]Value, 0, len(args)+len(more)), args...), more...)
	t.pop()
	next := t.enter(fn, kept, nil)
	next.ret, next.want, next.outermost, next.tailCalls = ret, want, outermost, tailCalls+1
	return next
}

// callable finds the function that is to be called for a value that is none, and is operand side of
// the instruction that runs.
func (s *State) callable(v Value, args []Value, side uint8) (*Function, []Value) {
	fn := s.metamethod(v, metaCall).AsFunction()
	if fn == nil {
		s.typeError(v, "call", side)
	}
	return fn, append([]Value{v}, args...)
}

// forPrep checks what a numeric for is given, and goes one step back. Lua: OP_FORPREP.
func (s *State) forPrep(regs []Value) {
	for i, what := range [...]string{"initial value", "limit", "step"} {
		s.stepLong(&regs[i])
		n, ok := regs[i].ToNumber()
		if !ok {
			s.runError("'for' " + what + " must be a number")
		}
		regs[i] = Number(n)
	}
	regs[0].num -= regs[2].num
}

// forLoop does a step, and reports whether the loop goes on.
func forLoop(regs []Value) bool {
	step := regs[2].num
	n := regs[0].num + step
	if step > 0 && n <= regs[1].num || !(step > 0) && regs[1].num <= n {
		regs[0].num = n
		regs[3] = Number(n)
		return true
	}
	return false
}

// forEach calls the iterator of a for, and reports whether the loop goes on.
func (s *State) forEach(regs []Value, i *instruction) bool {
	control := regs[i.a : i.a+3]
	vars := regs[i.a+3 : int(i.a)+3+int(i.b)]
	fn, ok := control[0].ref.(*Function)
	if t := control[1].AsTable(); ok && fn == s.next && t != nil && s.depth+1 < maxDepthGo {
		key, value, found := s.Next(t, control[2])
		if !found {
			s.Throw(String("invalid key to 'next'")) // raised in next, where there is no line
		}
		vars[0] = key
		if len(vars) > 1 {
			vars[1] = value
			clear(vars[2:])
		}
	} else {
		results := s.callValue(control[0], control[1], control[2])
		n := copy(vars, results)
		clear(vars[n:])
	}
	control[2] = vars[0]
	return !vars[0].IsNil()
}

// closure makes a closure of a function inside.
func (f *frame) closure(p *proto) *Function {
	fn := &Function{proto: p, env: f.fn.env}
	if len(p.captures) > 0 {
		fn.cells = make([]*cell, len(p.captures))
	}
	for i, c := range p.captures {
		if c.outer {
			fn.cells[i] = f.fn.cells[c.index]
		} else {
			fn.cells[i] = f.regs[c.index].ref.(*cell)
		}
	}
	return fn
}

// argTable is the table arg of Lua 5.0.
func (f *frame) argTable() Value {
	t := NewTable(len(f.varargs), 1)
	for i, v := range f.varargs {
		t.SetInt(i+1, v)
	}
	t.SetString("n", Int(len(f.varargs)))
	return TableValue(t)
}

// setList puts items into the table of a constructor.
func (s *State) setList(f *frame, i *instruction) {
	t := f.regs[i.a].AsTable()
	items := f.regs[i.a+1 : int(i.a)+1+int(i.b)]
	var more []Value
	if i.op == opSetListM {
		more = f.open
	}
	s.Step(len(more) / valuesPerStep)
	n := int(i.c)
	if last := n + len(items) + len(more); last > len(t.array) {
		t.growArray(last)
	}
	for _, v := range items {
		n++
		t.SetInt(n, v)
	}
	for _, v := range more {
		n++
		t.SetInt(n, v)
	}
	s.pay(t)
}

// arithmetic is an operation on numbers.
func arithmetic(op opcode, b, c float64) float64 {
	switch op {
	case opAdd:
		return b + c
	case opSub:
		return b - c
	case opMul:
		return b * c
	case opDiv:
		return b / c
	case opMod:
		return b - math.Floor(b/c)*c
	}
	return libm.Pow(b, c)
}
