package lua

import "fmt"

// noSide is the side of an operand that no instruction names.
const noSide = 255

// runError raises an error of the machine, with the place in front of it. Lua: luaG_runerror.
func (s *State) runError(problem string) {
	s.Throw(String(s.where(0) + problem))
}

// typeError raises the error for a value of a wrong type, which is operand side of the instruction
// that runs. Lua: luaG_typerror.
func (s *State) typeError(v Value, what string, side uint8) {
	kind := v.Kind().String()
	var name operandName
	if f := s.running.current(); f != nil && f.fn.proto != nil && side != noSide {
		name = f.noteAt(f.pc-1, side)
	}
	if name.kind == "" {
		s.runError(fmt.Sprintf("attempt to %s a %s value", what, kind))
	}
	s.runError(fmt.Sprintf("attempt to %s %s '%s' (a %s value)", what, name.kind, name.name, kind))
}

// orderError raises the error for values that can't be compared. Lua: luaG_ordererror, which tells
// types apart by their third letters.
func (s *State) orderError(b, c Value) {
	x, y := b.Kind().String(), c.Kind().String()
	if x[2] == y[2] {
		s.runError("attempt to compare two " + x + " values")
	}
	s.runError("attempt to compare " + x + " with " + y)
}

// noteAt is what the instruction at pc calls an operand.
func (f *frame) noteAt(pc int, side uint8) operandName {
	notes := f.fn.proto.notes
	low, high := 0, len(notes)
	for low < high {
		if m := (low + high) / 2; int(notes[m].pc) < pc {
			low = m + 1
		} else {
			high = m
		}
	}
	for ; low < len(notes) && int(notes[low].pc) == pc; low++ {
		if notes[low].side == side {
			return notes[low].name
		}
	}
	return operandName{}
}

// calledAs is what the caller calls the function of Go that runs. Lua: getfuncname.
func (s *State) calledAs() operandName {
	t := s.running
	if t.depth < 2 {
		return operandName{}
	}
	f := t.frames[t.depth-2]
	if f.fn.proto == nil {
		return operandName{}
	}
	switch f.fn.proto.code[f.pc-1].op {
	case opCall, opCallM, opTailCall, opTailCallM:
		return f.noteAt(f.pc-1, 0)
	case opTForLoop:
		return operandName{"local", "(for generator)"}
	}
	return operandName{}
}

// frameAt is the call at a level: 0 is what runs, 1 its caller. nil: there is none, or it has been
// replaced by a tail call. Lua: lua_getstack.
func (s *State) frameAt(level int) *frame {
	t := s.running
	for i := t.depth - 1; i >= 0; i-- {
		f := t.frames[i]
		if level == 0 {
			return f
		}
		if level--; level < f.tailCalls {
			return nil
		}
		level -= f.tailCalls
	}
	return nil
}

// Position is where the function at a level of calls is: 0 is what runs, 1 its caller. The source
// is the name that the chunk was loaded by; functions of Go are at line -1 of "=[C]". It is false
// where there is no call. Lua: lua_getinfo.
func (s *State) Position(level int) (source string, line int, ok bool) {
	f := s.frameAt(level)
	switch {
	case f == nil:
		return "", 0, false
	case f.fn.proto == nil:
		return "=[C]", -1, true
	}
	return f.fn.proto.source, f.line(), true
}

// line is the line that a frame of Lua is at.
func (f *frame) line() int { return int(f.fn.proto.lines[f.pc-1]) }

// where is the position as it stands in front of an error; "" if there is none. Lua: luaL_where.
func (s *State) where(level int) string {
	f := s.frameAt(level)
	if f == nil || f.fn.proto == nil {
		return ""
	}
	return fmt.Sprintf("%s:%d: ", f.fn.proto.chunk, f.line())
}
