package lua

import (
	"fmt"
	"strings"
)

// This file and compile_expr.go turn the syntax tree of a function into code for the machine.
//
// Registers. A local variable has one from its declaration to the end of its block; what is being
// computed takes the ones above, like a stack. c.free is the first that nobody uses.
//
// Captured variables. The parser knows which locals an inner function uses. The register of such a
// variable holds a cell with the value in it, made anew each time that the declaration is executed:
// so closures need no list of open variables, and nothing has to be closed at the end of a block.
//
// When an operand is read. Lua 5.1 reads a local operand in the register of the variable when the
// instruction runs, not when the operand is evaluated: in a + f() the a is read behind the call.
// That can be seen if f changes a, so a captured operand is fetched from its cell late as well: see
// input.

// compiler makes the code of one function.
type compiler struct {
	state   *State
	source  string
	chunk   string
	fn      *function
	p       *proto
	free    int
	vars    int // the first register behind those of variables
	line    int
	depth   *int // of the tree, for all functions of the chunk
	texts   map[string]int
	numbers map[float64]int
	loops   [][]int // for each loop around: the jumps of its breaks
}

// maxDepth bounds the depth of a tree: long chains of operators are deep to the left.
const maxDepth = 20_000

// compile makes the code of a chunk with a name.
func (s *State) compile(fn *function, source string) *proto {
	outermost := &compiler{
		state: s, source: source, chunk: chunkDisplay(source), depth: new(int),
	}
	return outermost.inner(fn).compile()
}

// inner is the compiler of a function inside.
func (c *compiler) inner(fn *function) *compiler {
	return &compiler{
		state: c.state, source: c.source, chunk: c.chunk, fn: fn, depth: c.depth, line: fn.line,
		p: &proto{
			source: c.source, chunk: c.chunk, line: fn.line, vararg: fn.vararg,
			params: len(fn.params), registers: 2,
		},
		texts: make(map[string]int), numbers: make(map[float64]int),
	}
}

// compile makes the code of the function.
func (c *compiler) compile() *proto {
	for _, v := range c.fn.params {
		c.declare(v, c.reserve(1))
	}
	if v := c.fn.arg; v != nil {
		reg := c.reserve(1)
		if c.fn.needsArg {
			c.emit(instruction{op: opVarargTable, a: uint8(reg)})
		} else {
			c.loadNil(reg, 1)
		}
		c.declare(v, reg)
	}
	c.block(c.fn.body)
	c.line = c.fn.endLine
	c.emit(instruction{op: opReturn})
	return c.p
}

// fail ends the compilation with an error of the parser's kind.
func (c *compiler) fail(problem string) {
	c.state.Throw(String(fmt.Sprintf("%s:%d: %s", c.chunk, c.line, problem)))
}

// enter counts a level of the tree, which leave ends.
func (c *compiler) enter() {
	c.state.Step(1)
	if *c.depth++; *c.depth > maxDepth {
		c.fail("chunk has too many syntax levels")
	}
}

func (c *compiler) leave() { *c.depth-- }

func (c *compiler) emit(i instruction) int {
	c.p.code = append(c.p.code, i)
	c.p.lines = append(c.p.lines, int32(c.line))
	return len(c.p.code) - 1
}

// jump emits a jump to a place that is not known yet.
func (c *compiler) jump() int { return c.emit(instruction{op: opJump}) }

// here has jumps go to the next instruction.
func (c *compiler) here(jumps ...int) { c.target(len(c.p.code), jumps) }

// target has jumps go to a place.
func (c *compiler) target(place int, jumps []int) {
	for _, at := range jumps {
		c.p.code[at].c = int32(place)
	}
}

// note has the last instruction call an operand by the name of an expression, in errors.
func (c *compiler) note(side uint8, e expr) {
	name := describe(e)
	if name.kind != "" {
		c.noteName(side, name)
	}
}

func (c *compiler) noteName(side uint8, name operandName) {
	c.p.notes = append(c.p.notes, note{pc: int32(len(c.p.code) - 1), side: side, name: name})
}

// describe is what an error calls an expression. Lua: getobjname.
func describe(e expr) operandName {
	switch e := e.(type) {
	case *localExpr:
		return operandName{"local", e.v.name}
	case *upvalueExpr:
		return operandName{"upvalue", e.name}
	case *globalExpr:
		return operandName{"global", e.name}
	case *indexExpr:
		if key, ok := e.key.(*stringExpr); ok && !e.unnamed {
			name, _, _ := strings.Cut(key.value, "\x00") // C's strings end there
			return operandName{"field", name}
		}
		return operandName{"field", "?"}
	case *binaryExpr:
		if e.op == binAnd || e.op == binOr {
			return describeLogic(e)
		}
	}
	return operandName{}
}

// mostRegisters is how many an instruction can name, and some behind them. The parser has counted
// what Lua's own code would need, which is hardly ever less: see maxRegisters.
const mostRegisters = 252

// describeLogic is what an error calls a and b, a or b. Lua looks for the instruction that has set
// the register, takes every jump on its way to be done, and takes a test for such an instruction.
// So there is a name only if the way leads to the right operand.
func describeLogic(e *binaryExpr) operandName {
	if decides := e.op == binOr; truthOnTheWay(e.left, decides) != decides {
		return describe(e.right)
	}
	return operandName{}
}

// truthOnTheWay is the truth of an operand of and, or by which Lua leaves it when it takes every
// jump to be done; jumps is the truth that the last one is done for.
func truthOnTheWay(e expr, jumps bool) bool {
	switch e := e.(type) {
	case *nilExpr:
		return false
	case *boolExpr:
		return e.value
	case *numberExpr, *stringExpr:
		return true
	case *unaryExpr:
		if e.op == unNot {
			return !truthOnTheWay(e.operand, !jumps)
		}
	case *binaryExpr:
		if e.op != binAnd && e.op != binOr {
			return jumps
		}
		decides := e.op == binOr
		if truthOnTheWay(e.left, decides) == decides {
			return decides
		}
		return truthOnTheWay(e.right, jumps)
	}
	return jumps
}

// reserve takes n registers above those in use.
func (c *compiler) reserve(n int) int {
	reg := c.free
	c.free += n
	if c.free > mostRegisters {
		c.fail("function or expression too complex")
	}
	c.p.registers = max(c.p.registers, c.free)
	return reg
}

func (c *compiler) textConstant(s string) int {
	at, ok := c.texts[s]
	if !ok {
		at = c.constant(textValue(c.state.intern(s)))
		c.texts[s] = at
	}
	return at
}

// numberConstant is the place of a number. Lua: addk.
func (c *compiler) numberConstant(f float64) int {
	if f == 0 {
		f = c.fn.zero
	}
	at, ok := c.numbers[f]
	if !ok {
		at = c.constant(Number(f))
		c.numbers[f] = at
	}
	return at
}

func (c *compiler) constant(v Value) int {
	if len(c.p.constants) > maxConstants {
		c.fail("constant table overflow")
	}
	c.p.constants = append(c.p.constants, v)
	return len(c.p.constants) - 1
}

// declare makes a variable out of the value in a register.
func (c *compiler) declare(v *local, reg int) {
	v.reg, c.vars = reg, reg+1
	if v.captured {
		c.emit(instruction{op: opNewCell, a: uint8(reg)})
	}
}

// block compiles statements; their variables end with it.
func (c *compiler) block(b *block) {
	free, vars := c.free, c.vars
	c.stats(b)
	c.free, c.vars = free, vars
}

func (c *compiler) stats(b *block) {
	for _, s := range b.stats {
		c.stat(s)
	}
}

//tidy:long a case for each kind of statement
func (c *compiler) stat(s stat) {
	c.enter()
	defer c.leave()
	switch s := s.(type) {
	case *localStat:
		c.line = s.line
		c.localStat(s)
	case *localFunc:
		c.line = s.line
		c.localFunc(s)
	case *assignStat:
		c.line = s.line
		c.assign(s)
	case *callStat:
		free := c.free
		c.call(s.call.(*callExpr), 0)
		c.free = free
	case *doStat:
		c.block(s.body)
	case *whileStat:
		c.line = s.line
		c.whileStat(s)
	case *repeatStat:
		c.repeatStat(s)
	case *ifStat:
		c.line = s.line
		c.ifStat(s)
	case *numericFor:
		c.line = s.line
		c.numericFor(s)
	case *genericFor:
		c.line = s.line
		c.genericFor(s)
	case *returnStat:
		c.line = s.line
		c.returnStat(s)
	case *breakStat:
		c.line = s.line
		last := len(c.loops) - 1
		c.loops[last] = append(c.loops[last], c.jump())
	}
}

func (c *compiler) localStat(s *localStat) {
	base := c.free
	c.values(s.values, len(s.vars))
	for i, v := range s.vars {
		c.declare(v, base+i)
	}
}

// values puts n values into the registers above those in use, which are theirs then. Lua:
// adjust_assign.
func (c *compiler) values(list []expr, n int) {
	base := c.free
	for i, e := range list {
		switch {
		case i == len(list)-1 && isOpen(e) && n > i:
			c.open(e, n-i)
			c.free = base
			c.reserve(n)
			return
		case i < n:
			c.exprTo(e, c.reserve(1))
		default: // for its effects
			free := c.free
			c.exprTo(e, c.reserve(1))
			c.free = free
		}
	}
	if missing := n - len(list); missing > 0 {
		c.loadNil(c.reserve(missing), missing)
	}
}

func (c *compiler) loadNil(reg, n int) {
	c.emit(instruction{op: opLoadNil, a: uint8(reg), b: uint16(n)})
}

// localFunc is a function that sees itself.
func (c *compiler) localFunc(s *localFunc) {
	reg := c.reserve(1)
	if !s.v.captured {
		c.declare(s.v, reg)
		c.exprTo(s.fn, reg)
		return
	}
	c.loadNil(reg, 1)
	c.declare(s.v, reg)
	free := c.free
	value := c.reserve(1)
	c.exprTo(s.fn, value)
	c.emit(instruction{op: opSetCell, a: uint8(reg), b: uint16(value)})
	c.free = free
}

// target is where an assignment puts its value: the parts of t[k] have been evaluated.
type target struct {
	e           expr
	object, key input
}

// assign evaluates what the targets consist of, then the values, and assigns from the last to the
// first. Lua: assignment.
func (c *compiler) assign(s *assignStat) {
	free := c.free
	if len(s.targets) == 1 && len(s.values) == 1 {
		c.assignOne(s)
		c.free = free
		return
	}
	targets := make([]target, len(s.targets))
	for i, e := range s.targets {
		targets[i] = c.prepare(e, true)
	}
	base := c.free
	c.values(s.values, len(targets))
	c.line = s.line
	for i := len(targets) - 1; i >= 0; i-- {
		c.store(targets[i], base+i)
	}
	c.free = free
}

func (c *compiler) assignOne(s *assignStat) {
	to, value := s.targets[0], s.values[0]
	if v, ok := to.(*localExpr); ok && !v.v.captured {
		if writesLast(value) {
			c.exprTo(value, v.v.reg)
			return
		}
		from := c.reserve(1)
		c.exprTo(value, from)
		c.emit(instruction{op: opMove, a: uint8(v.v.reg), b: uint16(from)})
		return
	}
	t := c.prepare(to, false)
	v := c.input(value)
	c.line = s.line
	c.store(t, c.settle(v))
}

// prepare evaluates what a target consists of; apart says that it must not see what the values or
// the other targets change.
func (c *compiler) prepare(e expr, apart bool) target {
	index, ok := e.(*indexExpr)
	if !ok {
		return target{e: e}
	}
	t := target{e: e}
	if apart {
		reg := c.reserve(1)
		c.exprTo(index.object, reg)
		t.object = input{rk: reg, cell: -1}
		t.key = input{rk: c.apartKey(index.key), cell: -1}
		return t
	}
	t.object = c.registerInput(index.object)
	t.key = c.input(index.key)
	return t
}

// apartKey evaluates a key so that a variable is copied.
func (c *compiler) apartKey(key expr) int {
	if rk, ok := c.constantInput(key); ok {
		return rk
	}
	reg := c.reserve(1)
	c.exprTo(key, reg)
	return reg
}

// store assigns an operand.
func (c *compiler) store(t target, value int) {
	free := c.free
	switch e := t.e.(type) {
	case *localExpr:
		if e.v.captured {
			c.emit(instruction{op: opSetCell, a: uint8(e.v.reg), b: uint16(value)})
		} else {
			c.emit(instruction{op: opMove, a: uint8(e.v.reg), b: uint16(value)})
		}
	case *upvalueExpr:
		c.emit(instruction{op: opSetUp, a: uint8(e.index), b: uint16(value)})
	case *globalExpr:
		c.emit(instruction{
			op: opSetGlobal, b: uint16(value), c: int32(c.textConstant(e.name)),
		})
	case *indexExpr:
		object, key := c.settle(t.object), c.settle(t.key)
		c.emit(instruction{op: opSetTable, a: uint8(object), b: uint16(key), c: int32(value)})
		c.note(0, e.object)
	}
	c.free = free
}

// beginLoop and endLoop stand around the body of a loop; breaks go behind the loop.
func (c *compiler) beginLoop() { c.loops = append(c.loops, nil) }

func (c *compiler) endLoop() {
	last := len(c.loops) - 1
	c.here(c.loops[last]...)
	c.loops = c.loops[:last]
}

func (c *compiler) whileStat(s *whileStat) {
	top := len(c.p.code)
	out := c.branch(s.cond, false)
	c.beginLoop()
	c.block(s.body)
	c.target(top, []int{c.jump()})
	c.here(out...)
	c.endLoop()
}

func (c *compiler) repeatStat(s *repeatStat) {
	free, vars, top := c.free, c.vars, len(c.p.code)
	c.beginLoop()
	c.stats(s.body)
	c.line = s.line
	c.target(top, c.branch(s.cond, false))
	c.free, c.vars = free, vars
	c.endLoop()
}

func (c *compiler) ifStat(s *ifStat) {
	var ends []int
	for i, cond := range s.conds {
		next := c.branch(cond, false)
		c.block(s.bodies[i])
		if i < len(s.conds)-1 || s.orElse != nil {
			ends = append(ends, c.jump())
		}
		c.here(next...)
	}
	if s.orElse != nil {
		c.block(s.orElse)
	}
	c.here(ends...)
}

func (c *compiler) numericFor(s *numericFor) {
	base, outer := c.free, c.vars
	c.exprTo(s.from, c.reserve(1))
	c.exprTo(s.to, c.reserve(1))
	step := s.step
	if step == nil {
		step = &numberExpr{value: 1}
	}
	c.exprTo(step, c.reserve(1))
	c.line = s.line
	prepare := c.emit(instruction{op: opForPrep, a: uint8(base)})
	body := len(c.p.code)
	c.beginLoop()
	c.declare(s.v, c.reserve(1))
	c.block(s.body)
	c.here(prepare)
	c.line = s.line
	c.emit(instruction{op: opForLoop, a: uint8(base), c: int32(body)})
	c.endLoop()
	c.free, c.vars = base, outer
}

func (c *compiler) genericFor(s *genericFor) {
	base, outer := c.free, c.vars
	c.values(s.values, 3)
	c.line = s.line
	start := c.jump()
	body := len(c.p.code)
	c.beginLoop()
	vars := c.reserve(len(s.vars))
	for i, v := range s.vars {
		c.declare(v, vars+i)
	}
	c.block(s.body)
	c.here(start)
	c.line = s.line
	c.emit(instruction{op: opTForLoop, a: uint8(base), b: uint16(len(s.vars)), c: int32(body)})
	c.endLoop()
	c.free, c.vars = base, outer
}

func (c *compiler) returnStat(s *returnStat) {
	free := c.free
	if len(s.values) == 1 {
		if call, ok := s.values[0].(*callExpr); ok {
			c.tailCall(call)
			c.emit(instruction{op: opReturnM, a: uint8(free)}) // of what a Go function returned
			c.free = free
			return
		}
		if v, ok := s.values[0].(*localExpr); ok && !v.v.captured {
			c.emit(instruction{op: opReturn, a: uint8(v.v.reg), b: 1})
			return
		}
	}
	n, open := c.list(s.values)
	c.line = s.line
	op := opReturn
	if open {
		op = opReturnM
	}
	c.emit(instruction{op: op, a: uint8(free), b: uint16(n)})
	c.free = free
}
