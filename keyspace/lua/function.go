package lua

// Function is a closure: of Lua code with the variables that it has captured, or of Go.
//
// Owned by the keyspace goroutine.
type Function struct {
	proto *proto // nil: of Go
	cells []*cell
	run   GoFunc
	env   *Table // where its global variables are
}

// cell is a local variable that an inner function has captured.
type cell struct{ v Value }

// proto is the code of a function, shared by all its closures.
type proto struct {
	source    string // the name of the chunk: "@user_script"
	chunk     string // as errors show it: "user_script"
	line      int    // where it begins; 0: a chunk
	code      []instruction
	lines     []int32 // of each instruction
	constants []Value
	protos    []*proto
	captures  []capture
	params    int
	registers int
	vararg    bool
	notes     []note
}

// capture is where a closure finds a cell when it is made.
type capture struct {
	outer bool // among the cells of the function around; else in one of its registers
	index int
}

// note is what an error calls the operand of an instruction: "local 'x'".
type note struct {
	pc   int32
	side uint8 // which operand
	name operandName
}

// operandName is the kind of an expression and its name; "": it has none.
type operandName struct{ kind, name string }
