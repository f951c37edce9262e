package lua

// input is a value that an instruction will take: R/K, or a captured variable that is fetched
// from its cell by settle, when the instruction is emitted.
type input struct {
	rk   int
	cell int // the register of the variable; -1: none
}

// settle is the input as R/K.
func (c *compiler) settle(o input) int {
	if o.cell < 0 {
		return o.rk
	}
	reg := c.reserve(1)
	c.emit(instruction{op: opGetCell, a: uint8(reg), b: uint16(o.cell)})
	return reg
}

// input evaluates an expression for an instruction.
func (c *compiler) input(e expr) input {
	if rk, ok := c.constantInput(e); ok {
		return input{rk: rk, cell: -1}
	}
	return c.registerInput(e)
}

// registerInput is input for an instruction that takes no constant.
func (c *compiler) registerInput(e expr) input {
	if v, ok := e.(*localExpr); ok {
		if v.v.captured {
			return input{cell: v.v.reg}
		}
		return input{rk: v.v.reg, cell: -1}
	}
	reg := c.reserve(1)
	c.exprTo(e, reg)
	return input{rk: reg, cell: -1}
}

// constantInput is an expression as a constant among the first ones, if it is one.
func (c *compiler) constantInput(e expr) (rk int, ok bool) {
	const last = 1<<16 - 1 - constantBase
	at := last + 1
	switch e := e.(type) {
	case *stringExpr:
		at = c.textConstant(e.value)
	case *numberExpr:
		at = c.numberConstant(e.value)
	}
	return constantBase + at, at <= last
}

// isOpen reports whether an expression can have several values.
func isOpen(e expr) bool {
	switch e.(type) {
	case *callExpr, *varargExpr:
		return true
	}
	return false
}

// open evaluates an open expression: n values into the registers above, or all of them, which the
// next instruction takes.
func (c *compiler) open(e expr, n int) {
	switch e := e.(type) {
	case *callExpr:
		c.call(e, n)
	case *varargExpr:
		reg := c.free
		if n == multi {
			c.emit(instruction{op: opVarargM})
			return
		}
		c.reserve(max(n, 1))
		c.emit(instruction{op: opVararg, a: uint8(reg), b: uint16(n)})
		c.free = reg
	}
}

// list puts the values of a list into the registers above, n of them, and reports whether more are
// open behind them.
func (c *compiler) list(list []expr) (n int, open bool) {
	for i, e := range list {
		if i == len(list)-1 && isOpen(e) {
			c.open(e, multi)
			return n, true
		}
		c.exprTo(e, c.reserve(1))
		n++
	}
	return n, false
}

// writesLast reports whether exprTo writes its register only when it has read all others, so that
// the register may be that of a variable in the expression.
func writesLast(e expr) bool {
	switch e := e.(type) {
	case *nilExpr, *boolExpr, *numberExpr, *stringExpr, *localExpr, *upvalueExpr, *globalExpr,
		*indexExpr:
		return true
	case *binaryExpr:
		return e.op <= binPow
	case *unaryExpr:
		return true
	}
	return false
}

// exprTo evaluates an expression into a register: the highest one, with nothing in it yet, unless
// writesLast says that it does not matter.
//
//tidy:long a case for each kind of expression
func (c *compiler) exprTo(e expr, reg int) {
	c.enter()
	defer c.leave()
	a := uint8(reg)
	switch e := e.(type) {
	case *nilExpr:
		c.loadNil(reg, 1)
	case *boolExpr:
		c.loadBool(reg, e.value)
	case *numberExpr:
		c.emit(instruction{op: opLoadK, a: a, c: int32(c.numberConstant(e.value))})
	case *stringExpr:
		c.emit(instruction{op: opLoadK, a: a, c: int32(c.textConstant(e.value))})
	case *varargExpr:
		c.emit(instruction{op: opVararg, a: a, b: 1})
	case *localExpr:
		switch {
		case e.v.captured:
			c.emit(instruction{op: opGetCell, a: a, b: uint16(e.v.reg)})
		case e.v.reg != reg:
			c.emit(instruction{op: opMove, a: a, b: uint16(e.v.reg)})
		}
	case *upvalueExpr:
		c.emit(instruction{op: opGetUp, a: a, b: uint16(e.index)})
	case *globalExpr:
		c.line = e.line
		c.emit(instruction{op: opGetGlobal, a: a, c: int32(c.textConstant(e.name))})
	case *indexExpr:
		c.index(e, reg)
	case *callExpr:
		c.callTo(e, reg)
	case *funcExpr:
		c.closure(e, reg)
	case *binaryExpr:
		c.binary(e, reg)
	case *unaryExpr:
		c.unary(e, reg)
	case *parenExpr:
		c.exprTo(e.inner, reg)
	case *tableExpr:
		c.table(e, reg)
	}
}

func (c *compiler) loadBool(reg int, value bool) {
	i := instruction{op: opLoadBool, a: uint8(reg)}
	if value {
		i.b = 1
	}
	c.emit(i)
}

// reuse makes a register, if it is the highest one and that of no variable, the first of those for
// what the value that it is for is made of: so a long chain of operators needs no more of them than
// a short one. It returns what c.free is to be afterwards.
func (c *compiler) reuse(reg int) (free int) {
	free = c.free
	if reg == free-1 && reg >= c.vars {
		c.free = reg
	}
	return free
}

func (c *compiler) index(e *indexExpr, reg int) {
	free := c.reuse(reg)
	object := c.registerInput(e.object)
	key := c.input(e.key)
	b, k := c.settle(object), c.settle(key)
	c.line = e.line
	if _, ok := e.key.(*stringExpr); ok && k >= constantBase {
		c.emit(instruction{
			op: opGetField, a: uint8(reg), b: uint16(b), c: int32(k - constantBase),
		})
	} else {
		c.emit(instruction{op: opGetTable, a: uint8(reg), b: uint16(b), c: int32(k)})
	}
	c.note(0, e.object)
	c.free = free
}

// call calls a function in the registers above, where n values are returned: they are not
// reserved.
func (c *compiler) call(e *callExpr, n int) {
	base, args, open := c.prepareCall(e)
	op := opCall
	if open {
		op = opCallM
	}
	c.emit(instruction{op: op, a: uint8(base), b: uint16(args), c: int32(n)})
	c.noteCall(e)
	c.free = base
	if n > 0 {
		c.reserve(n)
		c.free = base
	}
}

// callTo calls a function for one value. A register that is the highest one is used for the call.
func (c *compiler) callTo(e *callExpr, reg int) {
	free := c.reuse(reg)
	at := c.free
	c.call(e, 1)
	if at != reg {
		c.emit(instruction{op: opMove, a: uint8(reg), b: uint16(at)})
	}
	c.free = free
}

func (c *compiler) tailCall(e *callExpr) {
	base, args, open := c.prepareCall(e)
	op := opTailCall
	if open {
		op = opTailCallM
	}
	c.emit(instruction{op: op, a: uint8(base), b: uint16(args)})
	c.noteCall(e)
}

func (c *compiler) noteCall(e *callExpr) {
	switch {
	case e.unnamed:
		c.noteName(0, operandName{"method", "?"})
	case e.method != "":
		c.noteName(0, operandName{"method", e.method})
	default:
		c.note(0, e.fn)
	}
}

// prepareCall puts a function and its arguments into the registers above.
func (c *compiler) prepareCall(e *callExpr) (base, args int, open bool) {
	base = c.reserve(1)
	first := 0
	if e.method == "" {
		c.exprTo(e.fn, base)
	} else {
		c.reserve(1)
		free := c.free
		object := c.settle(c.registerInput(e.fn))
		c.line = e.methodLine
		c.emit(instruction{
			op: opSelf, a: uint8(base), b: uint16(object), c: int32(c.textConstant(e.method)),
		})
		c.note(0, e.fn)
		c.free = free
		first = 1
	}
	args, open = c.list(e.args)
	c.line = e.line
	return base, first + args, open
}

// closure makes a function.
func (c *compiler) closure(e *funcExpr, reg int) {
	p := c.inner(e.fn).compile()
	for _, u := range e.fn.upvalues {
		if u.local != nil {
			p.captures = append(p.captures, capture{outer: false, index: u.local.reg})
		} else {
			p.captures = append(p.captures, capture{outer: true, index: u.index})
		}
	}
	c.p.protos = append(c.p.protos, p)
	c.line = e.fn.endLine
	c.emit(instruction{op: opClosure, a: uint8(reg), c: int32(len(c.p.protos) - 1)})
}

var binaryOps = [...]opcode{
	binAdd: opAdd, binSub: opSub, binMul: opMul, binDiv: opDiv, binMod: opMod, binPow: opPow,
}

func (c *compiler) binary(e *binaryExpr, reg int) {
	if e.op == binAnd || e.op == binOr {
		c.logic(e, reg)
		return
	}
	free := c.reuse(reg)
	switch e.op {
	case binConcat:
		c.concat(e, reg)
	case binEq, binNe, binLt, binLe, binGt, binGe:
		c.truth(e, reg)
	default:
		left := c.input(e.left)
		right := c.input(e.right)
		l, r := c.settle(left), c.settle(right)
		c.line = e.line
		c.emit(instruction{op: binaryOps[e.op], a: uint8(reg), b: uint16(l), c: int32(r)})
		c.note(0, e.left)
		c.note(1, e.right)
	}
	c.free = free
}

// logic is and, or: the left operand, unless it decides that the right one is the value.
func (c *compiler) logic(e *binaryExpr, reg int) {
	c.exprTo(e.left, reg)
	end := c.test(reg, e.op == binOr)
	c.exprTo(e.right, reg)
	c.here(end)
}

// truth is the value of a comparison or a not.
func (c *compiler) truth(e expr, reg int) {
	yes := c.branch(e, true)
	c.loadBool(reg, false)
	end := c.jump()
	c.here(yes...)
	c.loadBool(reg, true)
	c.here(end)
}

// concat puts all operands of a .. b .. c, which is a .. (b .. c), into registers.
func (c *compiler) concat(e *binaryExpr, reg int) {
	first, line := c.free, e.line
	var operands []expr
	var rest expr = e
	for {
		b, ok := rest.(*binaryExpr)
		if !ok || b.op != binConcat {
			break
		}
		operands = append(operands, b.left)
		rest = b.right
	}
	operands = append(operands, rest)
	for _, o := range operands {
		c.exprTo(o, c.reserve(1))
	}
	c.line = line
	c.emit(instruction{
		op: opConcat, a: uint8(reg), b: uint16(first), c: int32(first + len(operands) - 1),
	})
	for i, o := range operands {
		c.note(uint8(i), o)
	}
}

func (c *compiler) unary(e *unaryExpr, reg int) {
	free := c.reuse(reg)
	o := c.settle(c.input(e.operand))
	c.line = e.line
	op := opNeg
	switch e.op {
	case unNot:
		op = opNot
	case unLen:
		op = opLen
	}
	c.emit(instruction{op: op, a: uint8(reg), b: uint16(o)})
	c.note(0, e.operand)
	c.free = free
}

// listFlush is after how many items of a constructor they are put into the table. Lua:
// LFIELDS_PER_FLUSH.
const listFlush = 50

// table makes a table in a register that nothing else is in.
func (c *compiler) table(e *tableExpr, reg int) {
	free := c.free
	made := c.emit(instruction{op: opNewTable, a: uint8(reg)})
	items, fields, pending := 0, 0, 0
	for i, item := range e.items {
		if pending == listFlush {
			c.setList(reg, pending, items-pending)
			c.free, pending = free, 0
		}
		switch {
		case item.key != nil:
			c.field(reg, item)
			fields++
		case i == len(e.items)-1 && isOpen(item.value):
			c.openList(e, reg, items-pending)
			pending = 0
		default:
			c.exprTo(item.value, c.reserve(1))
			items++
			pending++
		}
	}
	c.line = e.line
	if pending > 0 {
		c.setList(reg, pending, items-pending)
	}
	m := &c.p.code[made]
	m.b, m.c = uint16(encodeSize(items)), int32(encodeSize(fields))
	c.free = free
}

// openList ends a list with an open item. from is how many items are in the table already.
func (c *compiler) openList(e *tableExpr, t, from int) {
	pending := c.free - t - 1
	c.open(e.items[len(e.items)-1].value, multi)
	c.line = e.line
	c.emit(instruction{op: opSetListM, a: uint8(t), b: uint16(pending), c: int32(from)})
}

func (c *compiler) setList(t, n, from int) {
	c.emit(instruction{op: opSetList, a: uint8(t), b: uint16(n), c: int32(from)})
}

func (c *compiler) field(t int, item tableItem) {
	free := c.free
	key := c.input(item.key)
	value := c.input(item.value)
	k, v := c.settle(key), c.settle(value)
	c.line = item.line
	c.emit(instruction{op: opSetTable, a: uint8(t), b: uint16(k), c: int32(v)})
	c.free = free
}

// encodeSize is the size of a table as an instruction of Lua holds it, a floating point number of
// three bits and an exponent, rounded up: the order of keys follows from it. Lua: luaO_int2fb.
func encodeSize(n int) int {
	e := 0
	for n >= 16 {
		n = (n + 1) / 2
		e++
	}
	if n < 8 {
		return n
	}
	return (e+1)<<3 | (n - 8)
}

// decodeSize is the size that encodeSize has encoded.
func decodeSize(code int) int {
	e := code >> 3
	if e == 0 {
		return code
	}
	return (code&7 + 8) << (e - 1)
}

// comparisons are the operations of comparisons; > and >= have their operands exchanged.
var comparisons = [...]struct {
	op       opcode
	when     bool
	exchange bool
}{
	binEq: {opEq, true, false}, binNe: {opEq, false, false},
	binLt: {opLt, true, false}, binLe: {opLe, true, false},
	binGt: {opLt, true, true}, binGe: {opLe, true, true},
}

// branch evaluates a condition and returns the jumps that are done when its truth is as given.
func (c *compiler) branch(e expr, when bool) []int {
	c.enter()
	defer c.leave()
	free := c.free
	defer func() { c.free = free }()
	switch e := e.(type) {
	case *parenExpr:
		return c.branch(e.inner, when)
	case *unaryExpr:
		if e.op == unNot {
			return c.branch(e.operand, !when)
		}
	case *binaryExpr:
		switch e.op {
		case binAnd, binOr:
			return c.branchLogic(e, when)
		case binEq, binNe, binLt, binLe, binGt, binGe:
			return []int{c.compare(e, when)}
		}
	case *boolExpr:
		if e.value == when {
			return []int{c.jump()}
		}
		return nil
	case *nilExpr:
		if !when {
			return []int{c.jump()}
		}
		return nil
	case *numberExpr, *stringExpr:
		if when {
			return []int{c.jump()}
		}
		return nil
	}
	return []int{c.test(c.settle(c.registerInput(e)), when)}
}

// branchLogic is branch for and, or.
func (c *compiler) branchLogic(e *binaryExpr, when bool) []int {
	decides := e.op == binOr // the truth of the left operand that is that of the whole
	if decides == when {
		jumps := c.branch(e.left, when)
		return append(jumps, c.branch(e.right, when)...)
	}
	other := c.branch(e.left, decides)
	jumps := c.branch(e.right, when)
	c.here(other...)
	return jumps
}

func (c *compiler) compare(e *binaryExpr, when bool) int {
	how := comparisons[e.op]
	left := c.input(e.left)
	right := c.input(e.right)
	l, r := c.settle(left), c.settle(right)
	if how.exchange {
		l, r = r, l
	}
	i := instruction{op: how.op, b: uint16(l), c: int32(r)}
	if how.when == when {
		i.a = 1
	}
	c.line = e.line
	c.emit(i)
	return c.jump()
}

// test is the jump that is done when the truth of a register is as given.
func (c *compiler) test(reg int, when bool) int {
	i := instruction{op: opTest, b: uint16(reg)}
	if when {
		i.a = 1
	}
	c.emit(i)
	return c.jump()
}
