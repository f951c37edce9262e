package lua

// Lua 5.1's parser makes code as it goes. So it meets the limits of its machine in the middle of a
// text, with an error that names the token it has come to, and an operation has the line of the
// token that it had consumed when it made the instruction. The parser here makes a tree, but to
// fail where Lua does and to give the same lines it counts what Lua's code would use: registers and
// constants. An operand says what Lua knows about an expression; the methods below are the steps of
// Lua's lcode.c, without the code.

// The limits of a function.
const (
	maxRegisters = 250       // Lua: MAXSTACK
	maxConstants = 1<<18 - 1 // Lua: MAXARG_Bx
	maxKey       = 255       // the last constant that can be an operand. Lua: MAXINDEXRK
	setListEvery = 50        // items of a constructor are stored together. Lua: LFIELDS_PER_FLUSH
	maxLocals    = 200       // at a time. Lua: LUAI_MAXVARS
	maxAllLocals = 1<<15 - 1 // in all its text. Lua: SHRT_MAX
	maxUpvalues  = 60        // Lua: LUAI_MAXUPVALUES
	maxLevels    = 200       // of syntax. Lua: LUAI_MAXCCALLS
)

// operandKind is where the value of an operand is, as of yet.
type operandKind uint8

const (
	isVoid     operandKind = iota // there is no expression
	isNil                         // nil
	isTrue                        // true
	isFalse                       // false
	isConstant                    // constant index
	isNumeral                     // value, a number that may still be folded
	isLocal                       // in the register of a local, place
	isUpvalue                     // in an upvalue
	isGlobal                      // in a global variable
	isIndexed                     // in a table, which is in register place, under key
	isCompared                    // where a jump goes
	isMade                        // in any register, as its last instruction can be changed
	isNegated                     // isMade, and the instruction is not
	isJoined                      // isMade, and the instruction is ..
	isPlaced                      // in register place
	isCall                        // the results of a call, from register place on
	isVararg                      // the values of ...
)

// operand is an expression, and what Lua knows about it.
type operand struct {
	tree      expr
	kind      operandKind
	place     int
	key       int // a register; inConstants: none
	index     int
	value     float64
	whenTrue  bool // an operand of or jumps behind it
	whenFalse bool // an operand of and does
}

// inConstants stands for the register of what is a constant.
const inConstants = -1

func (o *operand) multiple() bool { return o.kind == isCall || o.kind == isVararg }
func (o *operand) jumps() bool    { return o.whenTrue || o.whenFalse }
func (o *operand) numeral() bool  { return o.kind == isNumeral && !o.jumps() }

// constants are those of a function.
type constants struct {
	texts   map[string]int
	numbers map[float64]int
	words   [isFalse + 1]int // of nil, true and false: one more than the index
	count   int
}

func (p *parser) addConstant() int {
	k := &p.fn.constants
	if k.count++; k.count > maxConstants {
		panic(syntaxError{"constant table overflow"})
	}
	return k.count - 1
}

func (p *parser) textConstant(s string) int {
	i, ok := p.fn.constants.texts[s]
	if !ok {
		i = p.addConstant()
		p.fn.constants.texts[s] = i
	}
	return i
}

func (p *parser) numberConstant(f float64) int {
	i, ok := p.fn.constants.numbers[f]
	if !ok {
		if f == 0 {
			p.fn.tree.zero = f
		}
		i = p.addConstant()
		p.fn.constants.numbers[f] = i
	}
	return i
}

func (p *parser) wordConstant(kind operandKind) int {
	word := &p.fn.constants.words[kind]
	if *word == 0 {
		*word = p.addConstant() + 1
	}
	return *word - 1
}

// reserve takes registers. Lua: luaK_reserveregs.
func (p *parser) reserve(n int) {
	p.checkRegisters(n)
	p.fn.free += n
}

// checkRegisters fails if there are not that many registers left. Lua: luaK_checkstack.
func (p *parser) checkRegisters(n int) {
	if most := p.fn.free + n; most > p.fn.most {
		if most >= maxRegisters {
			p.failHere("function or expression too complex")
		}
		p.fn.most = most
	}
}

// release gives back a register, unless it is that of a local. Lua: freereg.
func (p *parser) release(register int) {
	if register >= len(p.fn.active) {
		p.fn.free--
	}
}

func (p *parser) releaseOperand(o *operand) {
	if o.kind == isPlaced {
		p.release(o.place)
	}
}

// fetch has a variable or the first result of a call read: this is where Lua makes the instruction,
// so the line of the last token is that of its errors. Lua: luaK_dischargevars.
func (p *parser) fetch(o *operand) {
	switch o.kind {
	case isLocal, isCall:
		o.kind = isPlaced
	case isUpvalue, isVararg:
		o.kind = isMade
	case isGlobal:
		o.kind = isMade
		o.tree.(*globalExpr).line = p.lastLine
	case isIndexed:
		p.release(o.key)
		p.release(o.place)
		o.kind = isMade
		o.tree.(*indexExpr).line = p.lastLine
	}
}

// put brings a value that does not jump into a register. Lua: discharge2reg.
func (p *parser) put(o *operand, register int) {
	p.fetch(o)
	switch o.kind {
	case isNumeral:
		p.numberConstant(o.value)
	case isVoid, isCompared:
		return
	}
	o.kind, o.place = isPlaced, register
}

// putAnywhere is put into a new register, if it is in none. Lua: discharge2anyreg.
func (p *parser) putAnywhere(o *operand) {
	if o.kind != isPlaced {
		p.reserve(1)
		p.put(o, p.fn.free-1)
	}
}

// land brings a value into a register, wherever it jumps from. Lua: exp2reg.
func (p *parser) land(o *operand, register int) {
	p.put(o, register)
	o.kind, o.place = isPlaced, register
	o.whenTrue, o.whenFalse = false, false
}

// push brings a value into the next register. Lua: luaK_exp2nextreg.
func (p *parser) push(o *operand) {
	p.fetch(o)
	p.releaseOperand(o)
	p.reserve(1)
	p.land(o, p.fn.free-1)
}

// hold brings a value into some register. Lua: luaK_exp2anyreg.
func (p *parser) hold(o *operand) int {
	p.fetch(o)
	if o.kind == isPlaced {
		if !o.jumps() {
			return o.place
		}
		if o.place >= len(p.fn.active) {
			p.land(o, o.place)
			return o.place
		}
	}
	p.push(o)
	return o.place
}

// settle has a value read and its jumps end. Lua: luaK_exp2val.
func (p *parser) settle(o *operand) {
	if o.jumps() {
		p.hold(o)
		return
	}
	p.fetch(o)
}

// operate makes a value an operand of an instruction: a register, or a constant. Lua: luaK_exp2RK.
func (p *parser) operate(o *operand) (register int) {
	p.settle(o)
	switch o.kind {
	case isNumeral, isNil, isTrue, isFalse:
		if p.fn.constants.count > maxKey {
			return p.hold(o)
		}
		if o.kind == isNumeral {
			o.index = p.numberConstant(o.value)
		} else {
			o.index = p.wordConstant(o.kind)
		}
		o.kind = isConstant
		return inConstants
	case isConstant:
		if o.index <= maxKey {
			return inConstants
		}
	}
	return p.hold(o)
}

// store sets a variable. Lua: luaK_storevar.
func (p *parser) store(target, value *operand) {
	switch target.kind {
	case isLocal:
		p.releaseOperand(value)
		p.land(value, target.place)
		return
	case isIndexed:
		p.operate(value)
	default:
		p.hold(value)
	}
	p.releaseOperand(value)
}

// jumpIf makes a value a condition, which jumps if it is the opposite of what it is tested for: the
// result says whether it can. Lua: luaK_goiftrue, luaK_goiffalse and jumponcond.
func (p *parser) jumpIf(o *operand, always ...operandKind) bool {
	p.fetch(o)
	for _, kind := range always {
		if o.kind == kind {
			return false
		}
	}
	if o.kind != isCompared && o.kind != isNegated {
		p.putAnywhere(o)
		p.releaseOperand(o)
	}
	return true
}

// goIfTrue makes a value the condition of what follows. Lua: luaK_goiftrue.
func (p *parser) goIfTrue(o *operand) {
	if p.jumpIf(o, isConstant, isNumeral, isTrue) {
		o.whenFalse = true
	}
	o.whenTrue = false
}

// goIfFalse is the opposite. Lua: luaK_goiffalse.
func (p *parser) goIfFalse(o *operand) {
	if p.jumpIf(o, isNil, isFalse) {
		o.whenTrue = true
	}
	o.whenFalse = false
}

// index makes an operand the item of what it was. Lua: luaK_indexed.
func (p *parser) index(o, key *operand) {
	o.key = p.operate(key)
	o.kind = isIndexed
	o.tree = &indexExpr{
		line: p.lastLine, object: o.tree, key: key.tree, unnamed: o.key != inConstants,
	}
}

// setMultiple takes all values of a call or of ... . Lua: luaK_setmultret.
func (p *parser) setMultiple(o *operand) {
	if o.kind == isVararg {
		p.reserve(1)
	}
}
