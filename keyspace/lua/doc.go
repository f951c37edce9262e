// Package lua is Lua 5.1 for scripts that run inside the server: the language, the base library
// and coroutines. Package lib has the other libraries that scripts find.
//
// # What it is, and for whom
//
// A script of Redis sees Lua 5.1.5, and more of it than one would think: the order in which pairs
// walks a table decides what cjson writes, and error texts, with the names of variables and the
// numbers of lines in them, are what clients are replied. So this is not a language like Lua, but
// that one, down to the order of keys and the words of errors; and it is made for a server: it can
// be interrupted, it fails instead of eating all memory, and nothing that a script does ends the
// process.
//
// # The picture
//
//	text --lex.go--> tokens --parse.go--> tree (ast.go) --compile.go--> code (code.go)
//	                                                                      |
//	 State                                                                v
//	+-----------------------------+       Thread                   execute (vm.go)
//	| globals, strings' metatable |      +--------------------------------------+
//	| main Thread, the running one|----->| frames:  fn, pc, registers, open     |
//	| fuel, hook                  |      | chunks:  the registers of all frames |
//	+-----------------------------+      +--------------------------------------+
//	     index, arith, compare (meta.go)     Go functions (call.go, run.go, base.go)
//
// # Terminology
//
//   - chunk: a text that is compiled as a whole, and its name in errors.
//   - proto: the code of a function; closure: a proto with the variables that it has captured.
//   - register: a place for a value in the frame of a function. R/K: a register or a constant.
//   - cell: what a variable that has been captured lives in.
//   - open values: those of a call or ... that the next instruction takes, however many.
//   - metamethod: a function in a metatable. handler: what is shown an error before it unwinds.
//   - step: what fuel is counted in: a call, a jump back, a piece of work of a table or a library,
//     a KiB of a string that is looked at. Tables owe steps to who asks them: see owe and pay.
//
// # Invariants
//
//	I1  a key of a table is in the array part if it is an integer from 1 to its length, and else
//	    in the hash part, on the chain that begins at its main position; a node whose key is not
//	    in its main position is on the chain of another one, whose main position it is not
//	I2  a slice of registers does not move while its frame is on the stack
//	I3  a register is written before it is read: nothing has to be cleared for a call
//	I4  the register of a captured variable holds a cell from its declaration on, a new one each
//	    time
//	I5  depth counts the Go functions and metamethods that are in the middle of calling Lua; a
//	    coroutine yields only if there are none in it
//	I6  after an error has been caught, frames, depth and the running Thread are what they were
//	    when the call was protected
//
// (*Table).check tests I1; a test runs programs that cannot come out right without the others.
//
// # How the hard parts work
//
// Tables are those of Lua 5.1, with its hashes and sizes, which see: Table.
//
// Calls between functions of Lua stay in one loop. A metamethod, pcall or sort runs another loop
// inside, as Lua's own C functions do, and may do so 200 times inside one another, like there.
//
// Errors are panics with an *Error, raised by Throw and caught by protect, and by nothing else.
// What the hook says ends everything: *Stopped passes through every pcall.
//
// Lines and limits. Lua's parser makes code as it reads, so that the line of an operation, and the
// token at which a function turns out to be too complex, follow from how far it has come. The
// parser here makes a tree, and keeps an account of what Lua would have made: parse_count.go.
//
// Names in errors. The compiler notes, beside an instruction that may fail, what the text called
// its operands; Lua finds that out again from the code when it needs it.
//
// # Complexity
//
// An instruction takes some nanoseconds. Values are three words; numbers and booleans are not
// allocated. A call of a Lua function allocates nothing, but for a tail call with arguments; a
// closure, a table and a new string do.
//
// # Limits
//
// Those of Lua 5.1 (200 local variables, 60 upvalues, 250 registers, 200 levels of syntax and of
// calls of C, 16384 calls, 8000 values returned by unpack) and two more: a string has 512 MiB at
// most, and a tree is 20,000 levels deep, which long chains of one operator can reach.
//
// What the garbage collector does can't be seen or steered: weak tables hold on to what is in them,
// and collectgarbage only answers. string.dump, and so binary chunks, do not exist.
//
// # Sources
//
// The Lua 5.1 reference manual; the behaviour of the interpreter in Redis 7.0.15, which is Lua
// 5.1.5. Different by design: a tree between parser and compiler, cells for captured variables in
// place of a list of open ones, registers that do not move, frames without C's stack, fuel that is
// counted by work and not by instructions.
package lua
