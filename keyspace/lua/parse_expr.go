package lua

import (
	"math"

	"github.com/ringer-kv/ringer/types/libm"
)

// binaryPriority is how strongly an operator binds to its left and to its right operand. Those that
// bind more strongly to the left associate to the right.
//
//tidy:table read only
var binaryPriority = [...]struct{ left, right int }{
	binAdd: {6, 6}, binSub: {6, 6}, binMul: {7, 7}, binDiv: {7, 7}, binMod: {7, 7},
	binPow: {10, 9}, binConcat: {5, 4},
	binEq: {3, 3}, binNe: {3, 3}, binLt: {3, 3}, binLe: {3, 3}, binGt: {3, 3}, binGe: {3, 3},
	binAnd: {2, 2}, binOr: {1, 1},
}

// unaryPriority is how strongly an operator of one operand binds.
const unaryPriority = 8

// binaryOf is the operator that a token is.
func binaryOf(k tokenKind) (op binaryOp, ok bool) {
	switch k {
	case '+':
		return binAdd, true
	case '-':
		return binSub, true
	case '*':
		return binMul, true
	case '/':
		return binDiv, true
	case '%':
		return binMod, true
	case '^':
		return binPow, true
	case tokConcat:
		return binConcat, true
	case tokEq:
		return binEq, true
	case tokNe:
		return binNe, true
	case '<':
		return binLt, true
	case tokLe:
		return binLe, true
	case '>':
		return binGt, true
	case tokGe:
		return binGe, true
	case tokAnd:
		return binAnd, true
	case tokOr:
		return binOr, true
	}
	return 0, false
}

// unaryOf is the operator of one operand that a token is.
func unaryOf(k tokenKind) (op unaryOp, ok bool) {
	switch k {
	case '-':
		return unNeg, true
	case tokNot:
		return unNot, true
	case '#':
		return unLen, true
	}
	return 0, false
}

// expr parses an expression.
func (p *parser) expr() operand { return p.operators(0) }

// operators parses an expression as far as its operators bind more strongly to their left operand
// than limit. Lua: subexpr.
func (p *parser) operators(limit int) operand {
	p.enter()
	var o operand
	if op, ok := unaryOf(p.tok.kind); ok {
		p.next()
		o = p.operators(unaryPriority)
		p.unary(op, &o)
	} else {
		o = p.simple()
	}
	for {
		op, ok := binaryOf(p.tok.kind)
		if !ok || binaryPriority[op].left <= limit {
			break
		}
		p.next()
		p.leftOperand(op, &o)
		right := p.operators(binaryPriority[op].right)
		p.binary(op, &o, &right)
	}
	p.leave()
	return o
}

// unary applies an operator. Lua: luaK_prefix.
func (p *parser) unary(op unaryOp, o *operand) {
	switch {
	case op == unNot:
		p.not(o)
	case op == unNeg && o.numeral():
		o.value = -o.value
		o.tree = &numberExpr{value: o.value}
		return
	default:
		p.hold(o)
		p.releaseOperand(o)
		o.kind = isMade
	}
	o.tree = &unaryExpr{line: p.lastLine, op: op, operand: o.tree}
}

// not counts what not takes. Lua: codenot.
func (p *parser) not(o *operand) {
	p.fetch(o)
	switch o.kind {
	case isNil, isFalse:
		o.kind = isTrue
	case isConstant, isNumeral, isTrue:
		o.kind = isFalse
	case isCompared:
	default:
		p.putAnywhere(o)
		p.releaseOperand(o)
		o.kind = isNegated
	}
	o.whenTrue, o.whenFalse = o.whenFalse, o.whenTrue
}

// leftOperand prepares the left operand of an operator that has been read. Lua: luaK_infix.
func (p *parser) leftOperand(op binaryOp, o *operand) {
	switch {
	case op == binAnd:
		p.goIfTrue(o)
	case op == binOr:
		p.goIfFalse(o)
	case op == binConcat:
		p.push(o)
	case op <= binPow && o.numeral(): // it may be folded
	default:
		p.operate(o)
	}
}

// binary makes o the result of an operator. Lua: luaK_posfix.
func (p *parser) binary(op binaryOp, o, right *operand) {
	tree := &binaryExpr{op: op, left: o.tree}
	switch {
	case op == binAnd || op == binOr:
		p.fetch(right)
		right.whenTrue = right.whenTrue || o.whenTrue
		right.whenFalse = right.whenFalse || o.whenFalse
		*o = *right
	case op == binConcat:
		p.concat(o, right)
	case op > binConcat:
		p.operate(o)
		p.operate(right)
		p.releaseOperand(right)
		p.releaseOperand(o)
		o.kind = isCompared
	case fold(op, o, right):
		o.tree = &numberExpr{value: o.value}
		return
	default:
		p.operate(right)
		p.operate(o)
		p.releaseOperand(right)
		p.releaseOperand(o)
		o.kind = isMade
	}
	tree.line, tree.right = p.lastLine, right.tree
	o.tree = tree
}

// concat counts what .. takes: a chain of them is one instruction.
func (p *parser) concat(o, right *operand) {
	p.settle(right)
	if right.kind != isJoined {
		p.push(right)
		p.releaseOperand(right)
	}
	p.releaseOperand(o)
	o.kind = isJoined
}

// fold makes o the result if Lua calculates it while it parses. Lua: constfolding.
func fold(op binaryOp, o, right *operand) bool {
	if !o.numeral() || !right.numeral() {
		return false
	}
	a, b := o.value, right.value
	switch op {
	case binAdd:
		a += b
	case binSub:
		a -= b
	case binMul:
		a *= b
	case binDiv:
		a /= b
	case binMod:
		a -= math.Floor(a/b) * b
	default:
		a = libm.Pow(a, b)
	}
	if b == 0 && (op == binDiv || op == binMod) || math.IsNaN(a) {
		return false
	}
	o.value = a
	return true
}

// simple parses an operand that has no operators outside of brackets. Lua: simpleexp.
func (p *parser) simple() operand {
	var o operand
	switch p.tok.kind {
	case tokNumber:
		o = operand{kind: isNumeral, value: p.tok.value, tree: &numberExpr{p.tok.value}}
	case tokString:
		return p.text()
	case tokNil:
		o = operand{kind: isNil, tree: &nilExpr{}}
	case tokTrue:
		o = operand{kind: isTrue, tree: &boolExpr{true}}
	case tokFalse:
		o = operand{kind: isFalse, tree: &boolExpr{false}}
	case tokDots:
		if !p.fn.tree.vararg {
			p.failHere("cannot use '...' outside a vararg function")
		}
		p.fn.tree.needsArg = false
		o = operand{kind: isVararg, tree: &varargExpr{}}
	case '{':
		return p.constructor()
	case tokFunction:
		p.next()
		// Lua: the line is that of the token behind the keyword.
		return p.function(p.line, false)
	default:
		return p.primary()
	}
	p.next()
	return o
}

// text parses a string.
func (p *parser) text() operand {
	o := p.textOperand(p.tok.text)
	p.next()
	return o
}

func (p *parser) textOperand(s string) operand {
	return operand{kind: isConstant, index: p.textConstant(s), tree: &stringExpr{s}}
}

// prefix parses what can stand at the beginning of a variable or call. Lua: prefixexp.
func (p *parser) prefix() operand {
	switch p.tok.kind {
	case tokName:
		return p.variable()
	case '(':
		line := p.line
		p.next()
		o := p.expr()
		p.match(')', '(', line)
		if o.multiple() {
			o.tree = &parenExpr{o.tree}
		}
		p.fetch(&o)
		return o
	}
	p.failHere("unexpected symbol")
	return operand{}
}

// primary parses a variable or call, or what is in parentheses. Lua: primaryexp.
func (p *parser) primary() operand {
	o := p.prefix()
	for {
		switch p.tok.kind {
		case '.':
			p.field(&o)
		case '[':
			p.hold(&o)
			key := p.key()
			p.index(&o, &key)
		case ':':
			p.method(&o)
		case '(', tokString, '{':
			p.push(&o)
			p.arguments(&o, "")
		default:
			return o
		}
	}
}

// field parses .name or :name. Lua: field.
func (p *parser) field(o *operand) {
	p.hold(o)
	p.next()
	key := p.textOperand(p.name())
	p.index(o, &key)
}

// key parses [key]. Lua: yindex.
func (p *parser) key() operand {
	p.next()
	key := p.expr()
	p.settle(&key)
	p.want(']')
	return key
}

// method parses :name and the arguments. Lua: luaK_self.
func (p *parser) method(o *operand) {
	p.next()
	name := p.name()
	key := p.textOperand(name)
	p.hold(o)
	p.releaseOperand(o)
	o.place = p.fn.free
	p.reserve(2)
	unnamed := p.operate(&key) != inConstants
	p.releaseOperand(&key)
	p.arguments(o, name)
	o.tree.(*callExpr).unnamed = unnamed
}

// arguments parses those of a call of o, which is where the function is, or a method of it. Lua:
// funcargs.
func (p *parser) arguments(o *operand, method string) {
	call := &callExpr{line: p.line, fn: o.tree, method: method, methodLine: p.lastLine}
	var last operand
	switch p.tok.kind {
	case '(':
		if p.line != p.lastLine {
			p.failHere("ambiguous syntax (function call x new statement)")
		}
		p.next()
		if p.tok.kind != ')' {
			call.args, last = p.exprs()
			p.setMultiple(&last)
		}
		p.match(')', '(', call.line)
	case '{':
		last = p.constructor()
		call.args = []expr{last.tree}
	case tokString:
		last = p.text()
		call.args = []expr{last.tree}
	default:
		p.failHere("function arguments expected")
	}
	if !last.multiple() && last.kind != isVoid {
		p.push(&last)
	}
	p.fn.free = o.place + 1
	o.kind, o.tree = isCall, call
}

// exprs parses expressions with commas between them. The last one is left as it is. Lua: explist1.
func (p *parser) exprs() (trees []expr, last operand) {
	for {
		o := p.expr()
		trees = append(trees, o.tree)
		if p.tok.kind != ',' {
			return trees, o
		}
		p.next()
		p.push(&o)
	}
}

// constructor parses { items }.
func (p *parser) constructor() operand {
	line := p.line
	table := &tableExpr{line: p.lastLine}
	o := operand{kind: isMade, tree: table}
	p.push(&o)
	p.want('{')
	var item operand // an item of the list that is not in its register yet
	waiting := 0     // such items, and those that are not in the table yet
	for p.tok.kind != '}' {
		if item.kind != isVoid {
			p.push(&item)
			item.kind = isVoid
			if waiting == setListEvery {
				p.fn.free, waiting = o.place+1, 0
			}
		}
		if p.tok.kind == '[' || p.tok.kind == tokName && p.lookAhead() == '=' {
			table.items = append(table.items, p.keyedItem())
		} else {
			item = p.expr()
			waiting++
			table.items = append(table.items, tableItem{line: p.lastLine, value: item.tree})
		}
		if !p.accept(',') && !p.accept(';') {
			break
		}
	}
	p.match('}', '{', line)
	if waiting > 0 {
		if item.multiple() {
			p.setMultiple(&item)
		} else if item.kind != isVoid {
			p.push(&item)
		}
		p.fn.free = o.place + 1
	}
	return o
}

// keyedItem parses name = value or [key] = value. Lua: recfield.
func (p *parser) keyedItem() tableItem {
	free := p.fn.free
	var key operand
	if p.tok.kind == tokName {
		key = p.textOperand(p.name())
	} else {
		key = p.key()
	}
	p.want('=')
	p.operate(&key)
	value := p.expr()
	p.operate(&value)
	p.fn.free = free
	return tableItem{line: p.lastLine, key: key.tree, value: value.tree}
}
