package lua

// This file is the syntax tree: what the parser makes of a text and the compiler turns into code.
// The parser has resolved every name already: a local variable is a *local, shared by all places
// that use it, which know from it whether a function inside has captured it.

// local is a local variable, a parameter or a variable of a for.
type local struct {
	name     string
	captured bool // an inner function uses it: it lives in a cell
	reg      int  // the compiler's: where it is
}

// upvalue is a local variable of a function around, as a function sees it.
type upvalue struct {
	name  string
	local *local // of the function directly around; nil: that has it as an upvalue itself
	index int    // among the upvalues of the function around, if local is nil
}

// function is the body of a function.
type function struct {
	line     int // of the keyword; 0 for a chunk
	endLine  int
	params   []*local // self among them
	vararg   bool
	zero     float64 // what 0 and -0 are, which Lua takes for one constant: the first of them
	arg      *local  // of a vararg function that is no chunk: the table of 5.0, a parameter
	needsArg bool    // it is made: the body does not use ...
	upvalues []upvalue
	body     *block
}

// block is statements with a scope of their own.
type block struct{ stats []stat }

// stat is a statement.
type stat interface{ stat() }

// expr is an expression.
type expr interface{ expr() }

type (
	// localStat is local a, b = 1, 2.
	localStat struct {
		line   int
		vars   []*local
		values []expr
	}
	// localFunc is local function f; the variable is in scope in the body.
	localFunc struct {
		line int
		v    *local
		fn   *funcExpr
	}
	// assignStat is a, t.b = 1, 2, and function t.f() as well.
	assignStat struct {
		line    int    // of the last token of the statement: the one that the assignments are done on
		targets []expr // localExpr, upvalueExpr, globalExpr, indexExpr
		values  []expr
	}
	// callStat is a call for its effects.
	callStat struct{ call expr }
	// doStat is do ... end.
	doStat struct{ body *block }
	// whileStat is while cond do ... end.
	whileStat struct {
		line int
		cond expr
		body *block
	}
	// repeatStat is repeat ... until cond; cond sees the locals of the body.
	repeatStat struct {
		line int
		body *block
		cond expr
	}
	// ifStat is if ... elseif ... else ... end.
	ifStat struct {
		line   int
		conds  []expr
		bodies []*block
		orElse *block // nil: none
	}
	// numericFor is for v = from, to, step do ... end.
	numericFor struct {
		line           int
		v              *local
		from, to, step expr // step nil: 1
		body           *block
	}
	// genericFor is for a, b in values do ... end.
	genericFor struct {
		line   int
		vars   []*local
		values []expr
		body   *block
	}
	// returnStat is return a, b.
	returnStat struct {
		line   int
		values []expr
	}
	// breakStat is break.
	breakStat struct{ line int }
)

func (*localStat) stat()  {}
func (*localFunc) stat()  {}
func (*assignStat) stat() {}
func (*callStat) stat()   {}
func (*doStat) stat()     {}
func (*whileStat) stat()  {}
func (*repeatStat) stat() {}
func (*ifStat) stat()     {}
func (*numericFor) stat() {}
func (*genericFor) stat() {}
func (*returnStat) stat() {}
func (*breakStat) stat()  {}

type (
	nilExpr    struct{}
	boolExpr   struct{ value bool }
	numberExpr struct{ value float64 }
	stringExpr struct{ value string }
	varargExpr struct{}
	localExpr  struct{ v *local }
	// upvalueExpr is upvalue index of the function that it stands in.
	upvalueExpr struct {
		name  string
		index int
	}
	// globalExpr is a global variable; line is where Lua would read it: that of the token behind.
	globalExpr struct {
		line int
		name string
	}
	// indexExpr is object[key], and object.name as well.
	indexExpr struct {
		line        int // where Lua would read it: of the token behind
		object, key expr
		unnamed     bool // behind so many constants that errors do not know the name
	}
	// callExpr is a call, of a method if that is not "". line is that of the ( or the argument.
	callExpr struct {
		line       int
		fn         expr // the object of a method
		method     string
		methodLine int
		unnamed    bool // the method, as in indexExpr
		args       []expr
	}
	funcExpr struct{ fn *function }
	// binaryExpr is left op right; line is that of its last token.
	binaryExpr struct {
		line        int
		op          binaryOp
		left, right expr
	}
	// unaryExpr is op operand; line is that of its last token.
	unaryExpr struct {
		line    int
		op      unaryOp
		operand expr
	}
	// parenExpr is (e): one value, whatever e has.
	parenExpr struct{ inner expr }
	// tableExpr is { items }. A nil key is an item of the list.
	tableExpr struct {
		line  int
		items []tableItem
	}
	tableItem struct {
		line       int
		key, value expr
	}
)

func (*nilExpr) expr()     {}
func (*boolExpr) expr()    {}
func (*numberExpr) expr()  {}
func (*stringExpr) expr()  {}
func (*varargExpr) expr()  {}
func (*localExpr) expr()   {}
func (*upvalueExpr) expr() {}
func (*globalExpr) expr()  {}
func (*indexExpr) expr()   {}
func (*callExpr) expr()    {}
func (*funcExpr) expr()    {}
func (*binaryExpr) expr()  {}
func (*unaryExpr) expr()   {}
func (*parenExpr) expr()   {}
func (*tableExpr) expr()   {}

type binaryOp uint8

const (
	binAdd binaryOp = iota
	binSub
	binMul
	binDiv
	binMod
	binPow
	binConcat
	binEq
	binNe
	binLt
	binLe
	binGt
	binGe
	binAnd
	binOr
)

type unaryOp uint8

const (
	unNeg unaryOp = iota
	unNot
	unLen
)
