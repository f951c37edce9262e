package keyspace

import (
	"github.com/ringer-kv/ringer/keyspace/lua"
	"github.com/ringer-kv/ringer/keyspace/lua/lib"
)

// openLibraries gives an interpreter the libraries of Redis. The random numbers of all interpreters
// are one row. Redis: luaLoadLibraries.
func (e *Engine) openLibraries(s *lua.State) {
	lib.OpenTable(s)
	lib.OpenString(s)
	lib.OpenMath(s, &e.scripts.random)
	lib.OpenJSON(s)
	lib.OpenStruct(s)
	lib.OpenMsgpack(s)
	lib.OpenBit(s)
}
