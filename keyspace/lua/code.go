package lua

// instruction is one step of the virtual machine: an operation with a register and two operands. An
// operand that may be a register or a constant, R/K below, is the register, or constantBase and the
// index of the constant.
type instruction struct {
	op opcode
	a  uint8
	b  uint16
	c  int32
}

const (
	constantBase = 256
	multi        = -1 // as many values as there are
)

type opcode uint8

// The operations. R[x] is register x, K[x] constant x, RK[x] one of the two. The values that an
// instruction leaves open are the values of a call or of ... that are taken by the next one.
const (
	opMove      opcode = iota // R[a] = R[b]
	opLoadK                   // R[a] = K[c]
	opLoadNil                 // R[a..a+b-1] = nil
	opLoadBool                // R[a] = b != 0
	opGetGlobal               // R[a] = globals[K[c]]
	opSetGlobal               // globals[K[c]] = RK[b]
	opGetUp                   // R[a] = cells[b]
	opSetUp                   // cells[a] = RK[b]
	opNewCell                 // R[a] becomes a cell that holds R[a]
	opGetCell                 // R[a] = cell R[b]
	opSetCell                 // cell R[a] = RK[b]
	opGetTable                // R[a] = RK[b][RK[c]]
	opGetField                // R[a] = RK[b][K[c]], a string
	opSetTable                // R[a][RK[b]] = RK[c]
	opSelf                    // R[a+1] = RK[b]; R[a] = RK[b][K[c]], a string
	opNewTable                // R[a] = {} with room for a list of b items and c fields
	opSetList                 // R[a][c+1..c+b] = R[a+1..a+b]
	opSetListM                // the same, and the open values behind them
	opAdd                     // R[a] = RK[b] + RK[c]
	opSub
	opMul
	opDiv
	opMod
	opPow
	opNeg         // R[a] = -RK[b]
	opNot         // R[a] = not RK[b]
	opLen         // R[a] = #RK[b]
	opConcat      // R[a] = R[b] .. ... .. R[c]
	opJump        // go to c
	opEq          // if (RK[b] == RK[c]) == (a != 0): the jump that follows is done, else skipped
	opLt          // the same for <
	opLe          // the same for <=
	opTest        // the same for the truth of RK[b]
	opCall        // R[a..a+c-1] = R[a](R[a+1..a+b]); c multi: the values are open
	opCallM       // the same, with the open values as further arguments
	opTailCall    // return R[a](R[a+1..a+b])
	opTailCallM   // the same, with the open values
	opReturn      // return R[a..a+b-1]
	opReturnM     // the same, and the open values
	opForPrep     // check R[a..a+2]; R[a] -= R[a+2]; go to c
	opForLoop     // R[a] += R[a+2]; if it is not past R[a+1]: R[a+3] = R[a]; go to c
	opTForLoop    // R[a+3..a+2+b] = R[a](R[a+1], R[a+2]); R[a+3] nil: go to c; R[a+2] = R[a+3]
	opClosure     // R[a] = closure of protos[c]
	opVararg      // R[a..a+b-1] = ...
	opVarargM     // the values of ... are open
	opVarargTable // R[a] = {n = select("#", ...), ...}
)
