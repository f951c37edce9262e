package lua

// endsBlock reports whether a token can stand behind a block.
func endsBlock(k tokenKind) bool {
	switch k {
	case tokElse, tokElseif, tokEnd, tokUntil, tokEOF:
		return true
	}
	return false
}

// chunkBody parses statements, whose variables stay in scope. Lua: chunk.
func (p *parser) chunkBody() *block {
	p.enter()
	b := &block{}
	for last := false; !last && !endsBlock(p.tok.kind); {
		last = p.tok.kind == tokReturn || p.tok.kind == tokBreak
		b.stats = append(b.stats, p.statement())
		p.accept(';')
		p.fn.free = len(p.fn.active)
	}
	p.leave()
	return b
}

// block parses statements with a scope of their own.
func (p *parser) block() *block {
	outside := len(p.fn.active)
	b := p.chunkBody()
	p.deactivate(outside)
	return b
}

// loopBlock is block for one that a break leaves.
func (p *parser) loopBlock() *block {
	p.fn.loops++
	b := p.block()
	p.fn.loops--
	return b
}

// statement parses a statement.
func (p *parser) statement() stat {
	line := p.line
	switch p.tok.kind {
	case tokIf:
		return p.ifStatement(line)
	case tokWhile:
		return p.whileStatement(line)
	case tokDo:
		p.next()
		body := p.block()
		p.match(tokEnd, tokDo, line)
		return &doStat{body}
	case tokFor:
		return p.forStatement(line)
	case tokRepeat:
		return p.repeatStatement(line)
	case tokFunction:
		return p.functionStatement(line)
	case tokLocal:
		p.next()
		if p.accept(tokFunction) {
			return p.localFunction()
		}
		return p.localStatement()
	case tokReturn:
		return p.returnStatement()
	case tokBreak:
		p.next()
		if p.fn.loops == 0 {
			p.failHere("no loop to break")
		}
		return &breakStat{line}
	}
	return p.expressionStatement()
}

// condition parses one. Lua: cond.
func (p *parser) condition() expr {
	o := p.expr()
	if o.kind == isNil {
		o.kind = isFalse
	}
	p.goIfTrue(&o)
	return o.tree
}

// ifStatement parses if ... end.
func (p *parser) ifStatement(line int) stat {
	s := &ifStat{line: line}
	for len(s.conds) == 0 || p.tok.kind == tokElseif {
		p.next()
		s.conds = append(s.conds, p.condition())
		p.want(tokThen)
		s.bodies = append(s.bodies, p.block())
	}
	if p.accept(tokElse) {
		s.orElse = p.block()
	}
	p.match(tokEnd, tokIf, line)
	return s
}

// whileStatement parses while ... end.
func (p *parser) whileStatement(line int) stat {
	p.next()
	s := &whileStat{line: line, cond: p.condition()}
	p.want(tokDo)
	s.body = p.loopBlock()
	p.match(tokEnd, tokWhile, line)
	return s
}

// repeatStatement parses repeat ... until cond, which is in the scope of the body.
func (p *parser) repeatStatement(line int) stat {
	s := &repeatStat{line: line}
	outside := len(p.fn.active)
	p.fn.loops++
	p.next()
	s.body = p.chunkBody()
	p.match(tokUntil, tokRepeat, line)
	s.cond = p.condition()
	p.fn.loops--
	p.deactivate(outside)
	return s
}

// forStatement parses for ... end.
func (p *parser) forStatement(line int) stat {
	outside := len(p.fn.active)
	p.next()
	name := p.name()
	var s stat
	switch p.tok.kind {
	case '=':
		s = p.numericFor(name)
	case ',', tokIn:
		s = p.genericFor(name)
	default:
		p.failHere("'=' or 'in' expected")
	}
	p.match(tokEnd, tokFor, line)
	p.deactivate(outside)
	return s
}

// hiddenOfFor is how many variables a for has that no name stands for.
const hiddenOfFor = 3

func (p *parser) declareHidden() {
	for i := range hiddenOfFor {
		p.declare("", i)
	}
}

// numericFor parses = from, to, step do ... .
func (p *parser) numericFor(name string) stat {
	p.declareHidden()
	s := &numericFor{v: p.declare(name, hiddenOfFor)}
	p.want('=')
	s.from = p.pushed()
	p.want(',')
	s.to = p.pushed()
	if p.accept(',') {
		s.step = p.pushed()
	} else {
		p.numberConstant(1)
		p.reserve(1)
	}
	s.body = p.forBody(&s.line, s.v)
	return s
}

// pushed parses an expression whose value goes into the next register. Lua: exp1.
func (p *parser) pushed() expr {
	o := p.expr()
	p.push(&o)
	return o.tree
}

// genericFor parses , names in values do ... .
func (p *parser) genericFor(name string) stat {
	p.declareHidden()
	s := &genericFor{vars: []*local{p.declare(name, hiddenOfFor)}}
	for p.accept(',') {
		s.vars = append(s.vars, p.declare(p.name(), hiddenOfFor+len(s.vars)))
	}
	p.want(tokIn)
	// Lua: the line of the call of the iterator is that of the token behind in.
	s.line = p.line
	values, last := p.exprs()
	s.values = values
	p.adjust(hiddenOfFor, len(values), &last)
	p.checkRegisters(hiddenOfFor)
	var unused int
	s.body = p.forBody(&unused, s.vars...)
	return s
}

// forBody parses do and the block, and says which line do is on: there Lua checks the values of a
// numeric for.
func (p *parser) forBody(line *int, vars ...*local) *block {
	p.activate(make([]*local, hiddenOfFor)...)
	outside := len(p.fn.active)
	p.want(tokDo)
	*line = p.lastLine
	p.activate(vars...)
	p.reserve(len(vars))
	body := p.loopBlock()
	p.deactivate(outside)
	return body
}

// functionStatement parses function a.b:c() ... end.
func (p *parser) functionStatement(line int) stat {
	p.next()
	target := p.variable()
	for p.tok.kind == '.' {
		p.field(&target)
	}
	method := p.tok.kind == ':'
	if method {
		p.field(&target)
	}
	value := p.function(line, method)
	p.store(&target, &value)
	// Lua: funcstat gives the assignment the line on which the statement begins.
	return &assignStat{line: line, targets: []expr{target.tree}, values: []expr{value.tree}}
}

// localFunction parses the rest of local function f() ... end; f is in scope in the body.
func (p *parser) localFunction() stat {
	v := p.declare(p.name(), 0)
	p.reserve(1)
	p.activate(v)
	// Lua: the line is that of the token behind the name.
	value := p.function(p.line, false)
	p.store(&operand{kind: isLocal, place: len(p.fn.active) - 1}, &value)
	return &localFunc{line: p.lastLine, v: v, fn: value.tree.(*funcExpr)}
}

// localStatement parses the rest of local names = values; the names are not in scope in these.
func (p *parser) localStatement() stat {
	s := &localStat{}
	for more := true; more; more = p.accept(',') {
		s.vars = append(s.vars, p.declare(p.name(), len(s.vars)))
	}
	var last operand
	if p.accept('=') {
		s.values, last = p.exprs()
	}
	p.adjust(len(s.vars), len(s.values), &last)
	p.activate(s.vars...)
	s.line = p.lastLine
	return s
}

// adjust makes as many values as there are variables. Lua: adjust_assign.
func (p *parser) adjust(vars, values int, last *operand) {
	extra := vars - values
	if last.multiple() {
		p.setMultiple(last)
	} else if last.kind != isVoid {
		p.push(last)
	}
	if extra > 0 {
		p.reserve(extra)
	}
}

// returnStatement parses return values.
func (p *parser) returnStatement() stat {
	p.next()
	s := &returnStat{line: p.lastLine}
	if endsBlock(p.tok.kind) || p.tok.kind == ';' {
		return s
	}
	values, last := p.exprs()
	s.values = values
	switch {
	case last.multiple():
		p.setMultiple(&last)
	case len(values) == 1:
		p.hold(&last)
	default:
		p.push(&last)
	}
	s.line = p.lastLine
	return s
}

// expressionStatement parses a call or an assignment.
func (p *parser) expressionStatement() stat {
	o := p.primary()
	if o.kind == isCall {
		return &callStat{o.tree}
	}
	return p.assignment(o)
}

// assignment parses the rest of a, b = values, of which the first target has been read.
func (p *parser) assignment(target operand) stat {
	targets := []operand{}
	for {
		if target.kind < isLocal || target.kind > isIndexed {
			p.failHere("syntax error")
		}
		targets = append(targets, target)
		if !p.accept(',') {
			break
		}
		target = p.primary()
		if target.kind == isLocal {
			p.keepLocal(targets, target.place)
		}
		p.limit(p.fn, len(targets), maxLevels-p.level, "variables in assignment")
	}
	p.want('=')
	s := &assignStat{}
	values, value := p.exprs()
	s.values = values
	for i := len(targets) - 1; i >= 0; i-- {
		if i == len(targets)-1 && len(values) == len(targets) {
			p.fetch(&value)
		} else if i == len(targets)-1 {
			p.adjust(len(targets), len(values), &value)
			p.fn.free -= max(len(values)-len(targets), 0)
			value = operand{kind: isPlaced, place: p.fn.free - 1}
		} else {
			value = operand{kind: isPlaced, place: p.fn.free - 1}
		}
		p.store(&targets[i], &value)
	}
	for i := range targets {
		s.targets = append(s.targets, targets[i].tree)
	}
	s.line = p.lastLine
	return s
}

// keepLocal copies a local that is a target if one before is an item of it or under it as a key.
// Lua: check_conflict.
func (p *parser) keepLocal(targets []operand, place int) {
	extra, conflict := p.fn.free, false
	for i := range targets {
		t := &targets[i]
		if t.kind != isIndexed {
			continue
		}
		if t.place == place {
			t.place, conflict = extra, true
		}
		if t.key == place {
			t.key, conflict = extra, true
		}
	}
	if conflict {
		p.reserve(1)
	}
}
