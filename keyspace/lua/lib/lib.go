package lib

import (
	"strings"

	"github.com/ringer-kv/ringer/keyspace/lua"
)

// readOnlyText is the error of a function that would change a table that scripts may not change.
const readOnlyText = "Attempt to modify a readonly table"

// routine is a function of a library by its name.
type routine struct {
	name string
	run  lua.GoFunc
}

// register adds the functions of a library to a table, in the order in which Redis does, as this
// shows in what pairs returns.
func register(s *lua.State, t *lua.Table, library []routine) {
	for _, r := range library {
		t.SetString(r.name, lua.FunctionValue(s.NewFunction(r.run)))
	}
}

// open makes the table of a library, with room for its functions, and makes it a global variable.
func open(s *lua.State, name string, library []routine) *lua.Table {
	t := lua.NewTable(0, len(library))
	register(s, t, library)
	s.Globals().SetString(name, lua.TableValue(t))
	return t
}

// throwText raises an error without the place of the caller, as C functions of Lua itself do.
func throwText(c *lua.Call, text string) { c.State.Throw(lua.String(text)) }

// builder is a string that grows, up to the length of the longest one.
//
// Owned by the keyspace goroutine.
type builder struct {
	call *lua.Call
	text strings.Builder
}

// reserve raises an error if the string can't grow by n bytes.
func (b *builder) reserve(n int) { b.call.State.CheckSize(b.text.Len() + n) }

// addString appends a string. O(n), and a step for each KiB.
func (b *builder) addString(s string) {
	b.reserve(len(s))
	b.text.WriteString(s)
	b.call.State.Step(len(s) >> 10)
}

func (b *builder) addByte(c byte) {
	b.reserve(1)
	b.text.WriteByte(c)
}

// value is the string.
func (b *builder) value() lua.Value { return lua.String(b.text.String()) }
