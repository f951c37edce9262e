package keyspace

import (
	"errors"
	"strings"

	"github.com/ringer-kv/ringer/keyspace/lua"
	"github.com/ringer-kv/ringer/keyspace/rdb"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// This file is how libraries go out in Redis's serialization and come in again: their code, that
// is, from which they are made anew.

// DumpLibraries is all libraries as a payload of FUNCTION DUMP. Redis: functionDumpCommand.
func (e *Engine) DumpLibraries() []byte {
	enc := rdb.Encoder{Compress: e.config.RDBCompression}
	e.encodeLibraries(&enc)
	enc.Seal()
	return enc.Buf
}

func (e *Engine) encodeLibraries(enc *rdb.Encoder) {
	for _, lib := range e.functions.libraries.all {
		enc.Function([]byte(lib.Code))
	}
}

// RestorePolicy is what becomes of the libraries that are there when others are restored.
type RestorePolicy uint8

// The policies of FUNCTION RESTORE.
const (
	RestoreAppend  RestorePolicy = iota // they stay, and no new one may have the name of one
	RestoreReplace                      // they stay, but for those whose names new ones have
	RestoreFlush                        // they go
)

// RestoreLibraries adds the libraries in a payload of FUNCTION DUMP, or changes nothing. Redis:
// functionRestoreCommand.
func (e *Engine) RestoreLibraries(payload []byte, policy RestorePolicy) reply.Error {
	open := rdb.Open
	if e.SkipsChecksums() {
		open = rdb.OpenUnsummed
	}
	version, ok := open(payload)
	if !ok {
		return reply.ErrDumpFooter
	}
	var restored libraries
	d := rdb.NewDecoder(payload, version, e.arena, lua.MaxString)
	if problem := e.readLibraries(d, &restored); problem != "" {
		return problem
	}
	if policy == RestoreFlush {
		e.functions.libraries = restored
		return ""
	}
	return e.functions.libraries.join(&restored, policy == RestoreReplace)
}

// readLibraries makes the libraries of a payload, whose names and functions must all be different.
func (e *Engine) readLibraries(d *rdb.Decoder, into *libraries) reply.Error {
	var problem reply.Error
	err := d.EachLibrary(func(code []byte) bool {
		var lib *Library
		if lib, problem = e.makeLibrary(string(code), into, false); problem != "" {
			return false
		}
		into.add(lib)
		return true
	})
	var part rdb.LibraryError
	switch {
	case errors.As(err, &part):
		return reply.FunctionPayload(string(part))
	case err != nil:
		return reply.ErrNotFunction
	}
	return problem
}

// loadLibrary makes a library of a data set that is loaded one of the server's. Redis:
// rdbFunctionLoad.
func (e *Engine) loadLibrary(code []byte, replace bool) error {
	if _, problem := e.LoadLibrary(code, replace); problem != "" {
		text := strings.TrimPrefix(string(problem), "ERR ")
		e.log(LogWarning, "Failed loading library, "+text)
		return ErrBadLibrary
	}
	return nil
}

// join adds other libraries, which may take the places of those that have the same names, or
// changes nothing. Redis: libraryJoin.
func (l *libraries) join(others *libraries, replace bool) reply.Error {
	for _, lib := range others.all {
		if l.byName[lib.Name] != nil && !replace {
			return reply.LibraryCollides(lib.Name)
		}
	}
	gone := func(old *Library) bool { return others.byName[old.Name] != nil }
	for _, lib := range others.all {
		if f := l.collision(lib, gone); f != nil {
			return reply.FunctionExists(f.Name)
		}
	}
	for _, lib := range others.all {
		if old := l.byName[lib.Name]; old != nil {
			l.remove(old)
		}
	}
	for _, lib := range others.all {
		l.add(lib)
	}
	return ""
}
