package lua

import "fmt"

// The parser reads a text once, from left to right, with a method for each rule of the grammar, and
// resolves names on the way. Its errors are those of Lua 5.1: the first one in the text, with the
// token that Lua had come to. Recursion is bounded by the levels that Lua counts.

// parser makes the tree of a chunk.
type parser struct {
	lexer
	fn    *scope // the function that is being parsed
	level int
}

// scope is what the parser knows about a function that it is in.
type scope struct {
	tree      *function
	outer     *scope   // of the function around; nil: this is the chunk
	active    []*local // the variables in scope, by their registers; nil: a hidden one of a for
	declared  int      // all variables so far
	functions int      // directly in this one
	loops     int      // that are open
	free      int      // the first register that nobody uses
	most      int      // the largest free so far
	constants constants
}

// parse makes the tree of a chunk, whose name is as errors show it: chunkDisplaySyntax. Of the
// levels of syntax it has those that the calls inside one another leave: a script that parses
// another one is a level itself. The error is an *Error with Lua's own text.
//
// Each token is a step.
func (s *State) parse(source, chunk string, level int) (fn *function, err error) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(syntaxError)
			if !ok {
				panic(r)
			}
			fn, err = nil, &Error{Value: String(e.text)}
		}
	}()
	p := &parser{level: level}
	p.step = s.Step
	p.source, p.chunk, p.line, p.lastLine = source, chunk, 1, 1
	p.ahead.kind = tokEOF
	fn = &function{vararg: true}
	p.open(fn)
	p.next()
	fn.body = p.chunkBody()
	p.check(tokEOF)
	fn.endLine = p.line
	return fn, nil
}

// open begins a function.
func (p *parser) open(fn *function) {
	p.fn = &scope{tree: fn, outer: p.fn, constants: constants{
		texts: make(map[string]int), numbers: make(map[float64]int),
	}}
}

// close ends it.
func (p *parser) close() { p.fn = p.fn.outer }

// enter counts a level of syntax, which leave ends. Lua: enterlevel.
func (p *parser) enter() {
	if p.level++; p.level > maxLevels {
		p.fail("chunk has too many syntax levels")
	}
}

func (p *parser) leave() { p.level-- }

// check fails unless the current token is the given one.
func (p *parser) check(k tokenKind) {
	if p.tok.kind != k {
		p.failHere("'" + k.String() + "' expected")
	}
}

// want reads a token that must be there.
func (p *parser) want(k tokenKind) {
	p.check(k)
	p.next()
}

// accept reads a token if it is there.
func (p *parser) accept(k tokenKind) bool {
	if p.tok.kind != k {
		return false
	}
	p.next()
	return true
}

// match reads the token that ends what another one has begun.
func (p *parser) match(end, begin tokenKind, line int) {
	if p.tok.kind != end && line != p.line {
		p.failHere(fmt.Sprintf("'%s' expected (to close '%s' at line %d)", end, begin, line))
	}
	p.want(end)
}

// name reads a name.
func (p *parser) name() string {
	p.check(tokName)
	name := p.tok.text
	p.next()
	return name
}

// limit fails if there are more of something than a function can have. Lua: errorlimit.
func (p *parser) limit(f *scope, count, most int, what string) {
	if count <= most {
		return
	}
	where := "main function"
	if f.tree.line != 0 {
		where = fmt.Sprintf("function at line %d", f.tree.line)
	}
	p.fail(fmt.Sprintf("%s has more than %d %s", where, most, what))
}

// declare makes a variable, which is not in scope yet, nor are the given number before it. Lua:
// new_localvar.
func (p *parser) declare(name string, before int) *local {
	p.limit(p.fn, len(p.fn.active)+before+1, maxLocals, "local variables")
	if p.fn.declared++; p.fn.declared > maxAllLocals {
		panic(syntaxError{"too many local variables"})
	}
	return &local{name: name}
}

// activate brings variables into scope.
func (p *parser) activate(vars ...*local) { p.fn.active = append(p.fn.active, vars...) }

// deactivate ends the scope of all variables but the first n, and of all that is being computed.
func (p *parser) deactivate(n int) {
	clear(p.fn.active[n:])
	p.fn.active = p.fn.active[:n]
	p.fn.free = n
}

// variable parses a name that stands for a variable.
func (p *parser) variable() operand {
	name := p.name()
	if o, ok := p.resolve(p.fn, name); ok {
		return o
	}
	return operand{
		kind: isGlobal, index: p.textConstant(name), tree: &globalExpr{line: p.lastLine, name: name},
	}
}

// resolve finds a local variable of a function or of those around it. Lua: singlevaraux.
func (p *parser) resolve(f *scope, name string) (o operand, ok bool) {
	if f == nil {
		return operand{}, false
	}
	for i := len(f.active) - 1; i >= 0; i-- {
		if v := f.active[i]; v != nil && v.name == name {
			return operand{kind: isLocal, place: i, tree: &localExpr{v}}, true
		}
	}
	o, ok = p.resolve(f.outer, name)
	if !ok {
		return operand{}, false
	}
	up := upvalue{name: name}
	switch x := o.tree.(type) {
	case *localExpr:
		x.v.captured = true
		up.local = x.v
	case *upvalueExpr:
		up.index = x.index
	}
	index := p.capture(f, up)
	return operand{kind: isUpvalue, tree: &upvalueExpr{name: name, index: index}}, true
}

// capture is the index of an upvalue of a function, which gets it if it does not have it.
func (p *parser) capture(f *scope, up upvalue) int {
	for i, u := range f.tree.upvalues {
		if u.local == up.local && u.index == up.index {
			return i
		}
	}
	p.limit(f, len(f.tree.upvalues)+1, maxUpvalues, "upvalues")
	f.tree.upvalues = append(f.tree.upvalues, up)
	return len(f.tree.upvalues) - 1
}

// function parses a function from its parameters on. Lua: body.
func (p *parser) function(line int, method bool) operand {
	fn := &function{line: line}
	p.open(fn)
	p.want('(')
	if method {
		self := p.declare("self", 0)
		fn.params = append(fn.params, self)
		p.activate(self)
	}
	p.parameters()
	p.want(')')
	fn.body = p.chunkBody()
	fn.endLine = p.line
	p.match(tokEnd, tokFunction, line)
	p.close()
	if p.fn.functions++; p.fn.functions > maxConstants {
		panic(syntaxError{"constant table overflow"})
	}
	return operand{kind: isMade, tree: &funcExpr{fn}}
}

// parameters parses those of a function. Lua: parlist.
func (p *parser) parameters() {
	fn := p.fn.tree
	var params []*local
	for more := p.tok.kind != ')'; more; {
		switch p.tok.kind {
		case tokName:
			params = append(params, p.declare(p.name(), len(params)))
			more = p.accept(',')
		case tokDots:
			p.next()
			fn.arg = p.declare("arg", len(params))
			fn.vararg, fn.needsArg, more = true, true, false
		default:
			p.failHere("<name> or '...' expected")
		}
	}
	fn.params = append(fn.params, params...)
	p.activate(params...)
	if fn.vararg {
		p.activate(fn.arg)
	}
	p.reserve(len(p.fn.active))
}
