package lua

import "strings"

// The room that Lua has for the name of a chunk. Lua: LUA_IDSIZE, and MAXSRC of its lexer.
const (
	chunkRoom       = 60
	chunkRoomSyntax = 80
)

// chunkDisplay is the name of a chunk as errors of what runs show it: "@file" is file, "=name" is
// name, and anything else is the text itself, of which the first line is shown.
func chunkDisplay(name string) string { return chunkID(name, chunkRoom) }

// chunkDisplaySyntax is the name as errors of the parser show it, who have more room.
func chunkDisplaySyntax(name string) string { return chunkID(name, chunkRoomSyntax) }

// chunkID shows a name in fewer bytes than room. Lua: luaO_chunkid, whose strings end with a zero
// byte.
func chunkID(name string, room int) string {
	name, _, _ = strings.Cut(name, "\x00")
	if file, ok := strings.CutPrefix(name, "="); ok {
		return file[:min(len(file), room-1)]
	}
	if file, ok := strings.CutPrefix(name, "@"); ok {
		if room -= len(" '...' ") + 1; len(file) > room {
			return "..." + file[len(file)-room:]
		}
		return file
	}
	room -= len(` [string "..."] `) + 1
	length := strings.IndexAny(name, "\r\n")
	if length < 0 {
		length = len(name)
	}
	if length = min(length, room); length < len(name) {
		return `[string "` + name[:length] + `..."]`
	}
	return `[string "` + name + `"]`
}
