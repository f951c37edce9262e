package lua

import (
	"fmt"
	"strings"
	"testing"
)

// dumper writes a tree in one line: brackets around each operation, a line as @3, the locals of a
// function numbered in the order in which they are met, with a * if they are captured.
type dumper struct {
	strings.Builder
	lines  bool
	locals map[*local]int
}

func dump(fn *function, lines bool) string {
	d := &dumper{lines: lines, locals: make(map[*local]int)}
	d.block(fn.body)
	return strings.TrimSpace(d.String())
}

func (d *dumper) line(n int) string {
	if d.lines {
		return fmt.Sprintf("@%d", n)
	}
	return ""
}

func (d *dumper) local(v *local) string {
	if v == nil {
		return "?"
	}
	n, ok := d.locals[v]
	if !ok {
		n = len(d.locals)
		d.locals[v] = n
	}
	if v.captured {
		return fmt.Sprintf("%s%d*", v.name, n)
	}
	return fmt.Sprintf("%s%d", v.name, n)
}

func (d *dumper) names(vars []*local) string {
	var all []string
	for _, v := range vars {
		all = append(all, d.local(v))
	}
	return strings.Join(all, " ")
}

func (d *dumper) block(b *block) {
	for _, s := range b.stats {
		d.WriteString(d.stat(s) + "; ")
	}
}

func (d *dumper) inner(b *block) string {
	i := &dumper{lines: d.lines, locals: d.locals}
	i.block(b)
	return "{" + strings.TrimSpace(i.String()) + "}"
}

func (d *dumper) exprs(es []expr) string {
	var all []string
	for _, e := range es {
		all = append(all, d.expr(e))
	}
	return strings.Join(all, " ")
}

//tidy:long a case for each statement
func (d *dumper) stat(s stat) string {
	switch s := s.(type) {
	case *localStat:
		values := d.exprs(s.values)
		return fmt.Sprintf("local %s = %s", d.names(s.vars), values)
	case *localFunc:
		return fmt.Sprintf("local %s = %s", d.local(s.v), d.expr(s.fn))
	case *assignStat:
		return fmt.Sprintf("%s =%s %s", d.exprs(s.targets), d.line(s.line), d.exprs(s.values))
	case *callStat:
		return d.expr(s.call)
	case *doStat:
		return "do " + d.inner(s.body)
	case *whileStat:
		return "while " + d.expr(s.cond) + " " + d.inner(s.body)
	case *repeatStat:
		body := d.inner(s.body)
		return "repeat " + body + " " + d.expr(s.cond)
	case *ifStat:
		out := ""
		for i := range s.conds {
			out += "if " + d.expr(s.conds[i]) + " " + d.inner(s.bodies[i]) + " "
		}
		if s.orElse != nil {
			out += "else " + d.inner(s.orElse)
		}
		return strings.TrimSpace(out)
	case *numericFor:
		step := "1"
		if s.step != nil {
			step = d.expr(s.step)
		}
		return fmt.Sprintf("for%s %s %s %s %s %s", d.line(s.line), d.local(s.v),
			d.expr(s.from), d.expr(s.to), step, d.inner(s.body))
	case *genericFor:
		values := d.exprs(s.values)
		return fmt.Sprintf("for%s %s in %s %s", d.line(s.line), d.names(s.vars), values,
			d.inner(s.body))
	case *returnStat:
		return "return " + d.exprs(s.values)
	case *breakStat:
		return "break"
	}
	return "?"
}

var binaryNames = [...]string{
	"+", "-", "*", "/", "%", "^", "..", "==", "~=", "<", "<=", ">", ">=", "and", "or",
}

//tidy:long a case for each expression
func (d *dumper) expr(e expr) string {
	switch e := e.(type) {
	case *nilExpr:
		return "nil"
	case *boolExpr:
		return fmt.Sprint(e.value)
	case *numberExpr:
		return FormatNumber(e.value)
	case *stringExpr:
		return fmt.Sprintf("%q", e.value)
	case *varargExpr:
		return "..."
	case *localExpr:
		return d.local(e.v)
	case *upvalueExpr:
		return fmt.Sprintf("%s^%d", e.name, e.index)
	case *globalExpr:
		return e.name + d.line(e.line)
	case *indexExpr:
		return fmt.Sprintf("%s[%s]%s", d.expr(e.object), d.expr(e.key), d.line(e.line))
	case *callExpr:
		method := ""
		if e.method != "" {
			method = ":" + e.method
		}
		return fmt.Sprintf("%s%s(%s)%s", d.expr(e.fn), method, d.exprs(e.args), d.line(e.line))
	case *funcExpr:
		return d.function(e.fn)
	case *binaryExpr:
		return fmt.Sprintf("<%s %s%s %s>", d.expr(e.left), binaryNames[e.op], d.line(e.line),
			d.expr(e.right))
	case *unaryExpr:
		return fmt.Sprintf("<%s%s %s>", []string{"-", "not", "#"}[e.op], d.line(e.line),
			d.expr(e.operand))
	case *parenExpr:
		return "(" + d.expr(e.inner) + ")"
	case *tableExpr:
		return d.table(e)
	}
	return "?"
}

func (d *dumper) table(e *tableExpr) string {
	var all []string
	for _, item := range e.items {
		s := d.expr(item.value) + d.line(item.line)
		if item.key != nil {
			s = d.expr(item.key) + "=" + s
		}
		all = append(all, s)
	}
	return "{" + strings.Join(all, " ") + "}" + d.line(e.line)
}

func (d *dumper) function(fn *function) string {
	out := "function" + d.line(fn.line) + "(" + d.names(fn.params)
	if fn.vararg {
		out += " ... " + d.local(fn.arg)
		if fn.needsArg {
			out += " needed"
		}
	}
	out += ")"
	for _, u := range fn.upvalues {
		if u.local != nil {
			out += "[" + d.local(u.local) + "]"
		} else {
			out += fmt.Sprintf("[^%d]", u.index)
		}
	}
	return out + d.inner(fn.body) + d.line(fn.endLine)
}

// treeCases are texts and what dump makes of their trees.
var treeCases = []struct{ source, want string }{
	{"return a + 2 * b", "return <a + <2 * b>>;"},
	{"return a - 2 - 3", "return <<a - 2> - 3>;"},
	{"return 2 ^ 3 ^ a", "return <2 ^ <3 ^ a>>;"},
	{"return -x ^ 2", "return <- <x ^ 2>>;"},
	{"return 2 ^ -x", "return <2 ^ <- x>>;"},
	{"return not a == b", "return <<not a> == b>;"},
	{"return #a .. b .. c", "return <<# a> .. <b .. c>>;"},
	{"return a or b and c < d .. e + f * g ^ h",
		"return <a or <b and <c < <d .. <e + <f * <g ^ h>>>>>>>;"},
	{"return a < b == c > d", "return <<<a < b> == c> > d>;"},
	{"return (a + b) * c", "return <<a + b> * c>;"},
	{"return a ~= b, a <= b, a >= b, a % b, a / b",
		"return <a ~= b> <a <= b> <a >= b> <a % b> <a / b>;"},
	{"return (f()), (...), (a), (a.b), ((f()))", `return (f()) (...) a a["b"] (f());`},
	{"return -1, 0x10, 1e2, .5, 1 + 2 * 3, 1 / 0", "return -1 16 100 0.5 7 <1 / 0>;"},
	{"return nil, true, false, 'a\\0b'", `return nil true false "a\x00b";`},
	{"return '\\a\\b\\f\\n\\r\\t\\v\\\\\\'\\q\\65\\1234'", `return "\a\b\f\n\r\t\v\\'qA{4";`},
	{"return [[\r\na\n\rb\rc\n\n]], [==[]]]=]==]", `return "a\nb\nc\n\n" "]]]=";`},
	{"return [[ [[ ]]", `return " [[ ";`},
	{"return 'a\\\r\nb'", `return "a\nb";`},
	{"--[[ x ]] return 1 -- y", "return 1;"},
	{"--[==[\n]] ]==]return 1", "return 1;"},
	{"--[ x\nreturn 1", "return 1;"},
	{"return {}", "return {};"},
	{"return {1, 2; x = 3, [y] = 4, f(), ...}", `return {1 2 "x"=3 y=4 f() ...};`},
	{"return {x, y == z, 'w'}", `return {x <y == z> "w"};`},
	{"f()", "f();"},
	{"f'x'{1}:m[[y]].z()", `f("x")({1}):m("y")["z"]();`},
	{"a.b['c'].d = 1", `a["b"]["c"]["d"] = 1;`},
	{"a, b[1] = f()", "a b[1] = f();"},
	{"(a).b = 1", `a["b"] = 1;`},
	{"f();g()", "f(); g();"},
	{"a = 1; b = 2", "a = 1; b = 2;"},
	{"local x = x", "local x0 = x;"},
	{"local x = 1 local x = x", "local x0 = 1; local x1 = x0;"},
	{"local x, y", "local x0 y1 = ;"},
	{"do local x = 1 end return x", "do {local x0 = 1;}; return x;"},
	{"local function f() return f() end",
		"local f0* = function()[f0*]{return f^0();};"},
	{"local f = function() return f() end", "local f0 = function(){return f();};"},
	{"repeat local x = f() until x", "repeat {local x0 = f();} x0;"},
	{"while a do local a = 1 break end", "while a {local a0 = 1; break;};"},
	{"if a then b() elseif c then d() else e() end", "if a {b();} if c {d();} else {e();};"},
	{"if a then end", "if a {};"},
	{"for i = i, 2 do f(i) end return i", "for i0 i 2 1 {f(i0);}; return i;"},
	{"for i = 1, 2, 3 do break end", "for i0 1 2 3 {break;};"},
	{"for k, v in pairs(k) do f(k, v) end", "for k0 v1 in pairs(k) {f(k0 v1);};"},
	{"for i = 1, 2 do f(function() return i end) end",
		"for i0* 1 2 1 {f(function()[i0*]{return i^0;});};"},
	{"function f(a, b) return a end", "f = function(a0 b1){return a0;};"},
	{"function t.a.b(x) end", `t["a"]["b"] = function(x0){};`},
	{"function t.a:m(x) return self, x end",
		`t["a"]["m"] = function(self0 x1){return self0 x1;};`},
	{"return function(...) end", "return function( ... arg0 needed){};"},
	{"return function(a, ...) return arg, a end",
		"return function(a0 ... arg1 needed){return arg1 a0;};"},
	{"return function(...) return ... end", "return function( ... arg0){return ...;};"},
	{"return function(arg, ...) return arg end",
		"return function(arg0 ... arg1 needed){return arg1;};"},
	{"return function(...) return function() return arg end end",
		"return function( ... arg0* needed){return function()[arg0*]{return arg^0;};};"},
	{"return arg", "return arg;"},
	{"local a, b return function() return b, a, b end",
		"local a0* b1* = ; return function()[b1*][a0*]{return b^0 a^1 b^0;};"},
	{"local a return function() return function() a = 1 end end",
		"local a0* = ; return function()[a0*]{return function()[^0]{a^0 = 1;};};"},
	{"local a return function() local a return function() return a end end",
		"local a0 = ; return function(){local a1* = ; return function()[a1*]{return a^0;};};"},
	{"local a local function f() return a end local a return a",
		"local a0* = ; local f1 = function()[a0*]{return a^0;}; local a2 = ; return a2;"},
	{"return", "return ;"},
	{"do return; end", "do {return ;};"},
}

func TestTrees(t *testing.T) {
	for _, c := range treeCases {
		fn, err := New().parse(c.source, "c", 0)
		if err != nil {
			t.Errorf("%q: %v", c.source, err)
			continue
		}
		if got := dump(fn, false); got != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.source, got, c.want)
		}
	}
}

// The lines are those of the instructions that luac 5.1.5 lists.
func TestLines(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{"return a\n.b\n+ 1", `return <a@1["b"]@3 +@3 1>;`},
		{"local x = \na\n\n + 1", "local x0 = <a@4 +@4 1>;"},
		{"local x = a\n\nf()", "local x0 = a@1; f@3()@3;"},
		{"f(a\n,\nb\n)", "f@1(a@2 b@4)@1;"},
		{"f\n{\na\n}", "f@1({a@4@4}@1)@2;"},
		{"a\n.b\n.c = 1", `a@1["b"]@2["c"]@3 =@3 1;`},
		{"a =\nb\n", "a@1 =@2 b@2;"},
		{"a, b = 1,\n2", "a@1 b@1 =@2 1 2;"},
		{"return -\na\n", "return <-@2 a@2>;"},
		{"return {a,\nb\n, c = d\n,\n[e] = g}",
			`return {a@1@1 b@3@3 "c"=d@3@3 e@5=g@5@5}@1;`},
		{"return {f\n(1)}", "return {f@2(1)@2@2}@1;"},
		{"for i = a,\nb\ndo end", "for@3 i0 a@1 b@2 1 {};"},
		{"for\ni in\na\ndo end", "for@3 i0 in a@3 {};"},
		{"function\nf()\nend", "f@2 =@1 function@1(){}@3;"},
		{"x = function\n(\n)\nend", "x@1 =@4 function@2(){}@4;"},
		{"local function\nf\n(\n)\nend", "local f0 = function@3(){}@5;"},
		{"o:\nm\n{}", "o@2:m({}@2)@3;"},
		{"return (a\n)", "return a@2;"},
		{"return a[b\n]\n", "return a@1[b@1]@2;"},
	} {
		fn, err := New().parse(c.source, "c", 0)
		if err != nil {
			t.Errorf("%q: %v", c.source, err)
			continue
		}
		if got := dump(fn, true); got != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.source, got, c.want)
		}
	}
}
