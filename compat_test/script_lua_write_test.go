package compat_test

import (
	"fmt"
	"strings"
)

// Random programs. A program is built from templates in which @n stands for a number, @s for a
// string, @t for a table, @f for a function, @b for a boolean, @a for any of them, @i for a small
// integer, @p for a pattern, and @N, @S, @T, @F for the name of a variable that should hold one.
// Now and then the type is another one, so that operations fail; pieces run under pcall, so that
// what they say then is compared, and the program goes on.

// luaHelpers precede each program, in one line.
//
//	D   writes values down, a few hundred at most        O   keeps what D says for the reply
//	B   counts steps and ends programs that go on and on  T   cuts a string short
//	F   counts calls, so that nothing gets too deep: what is too deep is a topic of its own
//	K   makes a key that has an order of its own          V   refuses tables that grow without end
//	S   is tostring without addresses
const luaHelpers = `local N,M,C=0,0,0 ` +
	`local function B() N=N+1 if N>1500 then error('budget',0) end end ` +
	`local function F() C=C+1 if C>60 then error('calls',0) end end ` +
	`local D do local function q(v,d) local t=type(v) M=M+1 if M>3000 then return '~' ` +
	`elseif ` + luaShow +
	`local L={} local function O(...) if #L<100 then L[#L+1]=D(...) end end ` +
	`local function T(s) if type(s)=='string' and #s>50 then return s:sub(1,50) end return s end ` +
	`local function S(v) local t=type(v) if t=='number' or t=='string' or t=='boolean' ` +
	`then return tostring(v) end return t end ` +
	`local function K(k) if k==nil or type(k)=='number' or type(k)=='string' then return k end ` +
	`return S(k) end ` +
	`local function V(x) if type(x)~='table' then return x end local c=0 ` +
	`local function w(t,d) c=c+1 if d>5 then c=99 end if c<40 then for _,y in pairs(t) do ` +
	`if type(y)=='table' then w(y,d+1) end end end end w(x,1) if c>=40 then return 'big' end ` +
	`return x end math.randomseed(7) `

// luaWriter writes one program.
type luaWriter struct {
	*gen
	vars    map[byte][]string // the names in scope, by what they should hold
	named   int
	nesting int  // of blocks
	varargs bool // the function has ...
	loops   int  // around this place, within the function
}

// luaNames gives the letter that names begin with, by what they should hold.
var luaNames = map[byte]string{'n': "n", 's': "s", 't': "t", 'f': "f"}

// luaProgramOf is the statements of the program of a seed. They may stand alone, so that a program
// that makes a difference can be made small.
func luaProgramOf(seed uint64) []string {
	w := &luaWriter{
		gen:  newGen(seed, 5),
		vars: map[byte][]string{},
	}
	statements := []string{
		"local n1,n2,n3 = " + w.leaf('n') + ", 2, 3.5", "local s1,s2 = " + w.leaf('s') + ", 'two'",
		"local t1,t2,t3 = {1,2,3}, {x='x',y=5}, {}",
		"local f1,f2 = function(a,b,...) F() return b,a,... end, function() return n1 end",
	}
	for kind, names := range map[byte]string{
		'n': "n1 n2 n3", 's': "s1 s2", 't': "t1 t2 t3", 'f': "f1 f2",
	} {
		w.vars[kind] = strings.Fields(names)
	}
	w.named = 3
	for range 5 + w.IntN(16) {
		statements = append(statements, w.guarded())
	}
	return append(statements, "O(n1,n2,s1,s2,t1,t2,t3)", "O(pcall(cjson.encode,V(t1)))")
}

// guarded is a statement, most often under pcall, so that the program goes on behind an error.
func (w *luaWriter) guarded() string {
	text := w.statement()
	if w.IntN(8) == 0 {
		return text
	}
	declaration, isLocal := strings.CutPrefix(text, "local ")
	names, _, assigns := strings.Cut(declaration, " = ")
	switch {
	case isLocal && assigns && !strings.ContainsAny(names, "(;"):
		return "local " + names + " O(pcall(function() " + declaration + " end))"
	case isLocal:
		return text
	}
	return "O(pcall(function() " + text + " end))"
}

// luaText is the text that EVAL gets.
func luaText(statements []string) string {
	return luaHelpers + "O(pcall(function(...)\n" + strings.Join(statements, "\n") +
		"\nend,1,'two')) return L"
}

// fill replaces the marks of a template.
func (w *luaWriter) fill(template string, depth int) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(template, "@")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteString(w.mark(after[0], depth))
		template = after[1:]
	}
}

func (w *luaWriter) mark(kind byte, depth int) string {
	if w.IntN(60) == 0 && strings.IndexByte("ipNSTF", kind) < 0 {
		kind = "nstfba"[w.IntN(6)] // the wrong type
	}
	switch kind {
	case 'i':
		return w.of("0", "1", "2", "3", "4", "-1", "-2", "5", "10", "1.5")
	case 'p':
		return w.of(luaPatterns...)
	case 'N', 'S', 'T', 'F':
		return w.name(kind | 0x20)
	case 'a':
		kind = "nnnssstttbf"[w.IntN(11)]
	}
	if depth <= 0 || w.IntN(3) == 0 {
		return w.leaf(kind)
	}
	templates := luaExpressions[kind]
	return w.fill(templates[w.IntN(len(templates))], depth-1)
}

// name is a variable's name.
func (w *luaWriter) name(kind byte) string {
	if names := w.vars[kind]; len(names) > 0 {
		return names[w.IntN(len(names))]
	}
	return w.of("t1", "s1", "n1")
}

func (w *luaWriter) leaf(kind byte) string {
	if len(w.vars[kind]) > 0 && w.IntN(2) == 0 {
		return w.name(kind)
	}
	if w.varargs && w.IntN(12) == 0 {
		return "(...)"
	}
	switch kind {
	case 'n':
		return w.of("0", "1", "2", "3", "-1", "7", "10", "0.5", "-2.5", "100", "255", "1e15", "1e16",
			"0.1", "1e300", "2^53", "0x10", "1/3", "-0", "1e-7", "123456789", "2147483648", "'5'", "' 8 '")
	case 's':
		return w.of("''", "'a'", "'b'", "'abc'", "'hello world'", "'10'", "'0x1F'", "'a,b,c'", "'x=1'",
			"'A'", "'\\0'", "'\\255'", "[[l\no]]", "'%d'", "'é'", "12", "'1e2'", "'nil'", "'-'")
	case 't':
		return w.of("{}", "{1,2,3}", "{x=1}", "{'a','b'}", "{1,nil,3}", "{n1,s1}", "{[10]=1}")
	case 'b':
		return w.of("true", "false", "nil", "true")
	case 'f':
		return w.of("type", "math.floor", "string.upper", "tonumber", "function() end",
			"function(...) return ... end", "function(a) F() return a end", "S", "select", "error",
			"string.len", "unpack", "next", "pcall")
	}
	return "nil"
}

// declare adds a variable of a kind to the scope and returns its name, at times one that is there.
func (w *luaWriter) declare(kind byte) string {
	if names := w.vars[kind]; len(names) > 3 && w.IntN(8) == 0 {
		return names[w.IntN(len(names))]
	}
	w.named++
	name := fmt.Sprintf("%s%d", luaNames[kind], w.named)
	w.vars[kind] = append(w.vars[kind], name)
	return name
}

// block is a few statements in a scope of their own.
func (w *luaWriter) block() string {
	scope := map[byte][]string{}
	for kind, names := range w.vars {
		scope[kind] = names[:len(names):len(names)]
	}
	w.nesting++
	statements := w.localCopies()
	for range 1 + w.IntN(3) {
		statements = append(statements, w.statement())
	}
	if w.loops > 0 && w.IntN(6) == 0 {
		statements = append(statements, w.of("break", w.fill("if @b then break end", 1)))
	}
	w.nesting--
	w.vars = scope
	return strings.Join(statements, " ")
}

// localCopies makes locals of names that are most often upvalues: what is assigned to a local is
// computed in another way.
func (w *luaWriter) localCopies() []string {
	if w.IntN(2) == 0 {
		return nil
	}
	var copies []string
	for _, kind := range []byte("nst") {
		if name := w.name(kind); w.IntN(2) == 0 {
			copies = append(copies, name)
		}
	}
	if len(copies) == 0 {
		return nil
	}
	names := strings.Join(copies, ",")
	statement := "local " + names + " = " + names
	for range w.IntN(3) {
		name := copies[w.IntN(len(copies))]
		template := w.of("@n", "@s", "@a", "-#$+#$", "$ and @n or $", "($ or @n)+@n", "@n-$", "-$+@n")
		statement += " " + name + " = " + w.fill(strings.ReplaceAll(template, "$", name), 2)
	}
	return []string{statement}
}

// function is what follows the word function: parameters, a body and what it returns.
func (w *luaWriter) function() string {
	varargs, loops := w.varargs, w.loops
	w.loops, w.varargs = 0, w.IntN(3) == 0
	scope := w.vars
	w.vars = map[byte][]string{}
	for kind, names := range scope {
		w.vars[kind] = names[:len(names):len(names)]
	}
	parameters := w.declare('n') + "," + w.declare('s')
	if w.varargs {
		parameters += ",..."
	}
	result := w.of("return "+w.fill("@a", 2), "return "+w.fill("@a,@a", 1), "",
		"return "+w.fill("@F(@a)", 1))
	if w.varargs {
		result = w.of("return ...", "return select('#',...),...", "return {...}", result)
	}
	text := "(" + parameters + ") F() " + w.block() + " " + result + " end"
	w.vars, w.varargs, w.loops = scope, varargs, loops
	return text
}

func (w *luaWriter) statement() string {
	if w.nesting < 3 && w.IntN(3) == 0 {
		return w.compound()
	}
	switch w.IntN(9) {
	case 0:
		kind := "nsstf"[w.IntN(5)]
		value := w.fill("@"+string(kind), 2)
		return "local " + w.declare(kind) + " = " + value
	case 1:
		values := w.fill(w.of("@n, @s", "@F(@n)", "@n", "@a, @a, @a", "unpack(@T)"), 2)
		return "local " + w.declare('n') + ", " + w.declare('s') + " = " + values
	}
	return w.fill(luaStatements[w.IntN(len(luaStatements))], 3)
}

// loop is a block whose breaks end the loop.
func (w *luaWriter) loop() string {
	w.loops++
	defer func() { w.loops-- }()
	return "B() " + w.block()
}

func (w *luaWriter) compound() string {
	switch w.IntN(13) {
	case 0:
		return w.fill("if @b then ", 2) + w.block() + " end"
	case 1:
		return w.fill("if @b then ", 2) + w.block() + w.fill(" elseif @b then ", 2) + w.block() +
			" else " + w.block() + " end"
	case 2:
		return w.fill("for i=@i,@i do local n1=i ", 1) + w.loop() + " end"
	case 3:
		return w.fill("for i=@i,@i,@i do ", 1) + "B() O(i) " + w.loop() + " end"
	case 4:
		return w.fill(w.of("for k,v in pairs(@T) do ", "for k,v in ipairs(@t) do ",
			"for k,v in next,@t do ", "for k,v in string.gmatch(@s,@p) do "), 1) +
			"O(k,v) " + w.loop() + " end"
	case 5:
		return w.fill("do local c=0 while c<4 and @b do c=c+1 ", 2) + w.loop() + " end end"
	case 6:
		return "do local c=0 repeat local n1=c c=c+1 " + w.loop() + w.fill(" until c>3 or @b end", 2)
	case 7:
		body := w.function()
		return "local function " + w.declare('f') + body
	case 8:
		name := w.declare('f')
		return "local " + name + "; " + name + " = function" + w.function()
	case 9:
		return w.fill("function @T.m", 0) + w.function() + w.fill(" O(pcall(@T.m,@a,@a))", 1)
	case 10:
		name := w.declare('f')
		return "local " + name + " = coroutine.wrap(function" + w.function() + ")"
	case 11:
		return "O(xpcall(function() " + w.apart() + " end, function(e) return e, 'handled' end))"
	}
	return "O(pcall(function() " + w.apart() + " end))"
}

// apart is a block in a function of its own, which has no breaks and no dots.
func (w *luaWriter) apart() string {
	varargs, loops := w.varargs, w.loops
	w.varargs, w.loops = false, 0
	text := w.block()
	w.varargs, w.loops = varargs, loops
	return text
}
