package rdb

import (
	"errors"
	"fmt"
)

// ErrNotFunction says that a payload of FUNCTION DUMP holds something else than libraries.
var ErrNotFunction = errors.New("rdb: not a function")

// LibraryError says which part of a library could not be read.
type LibraryError string

// Error is the part, with what it is.
func (e LibraryError) Error() string { return "rdb: can't read the " + string(e) }

// EachLibrary calls fn with the code of each library in a payload of FUNCTION DUMP that Open has
// taken, until it returns false. The decoder must be one of the whole payload, as what is read may
// reach into its footer; that is Redis's way, too. The error is ErrNotFunction or a LibraryError.
// Redis: functionRestoreCommand.
func (d *Decoder) EachLibrary(fn func(code []byte) bool) error {
	for d.left() > footerBytes {
		op := d.byte()
		if op != opFunction2 && op != opFunctionOld {
			return ErrNotFunction
		}
		code, missing := d.library(op)
		if d.err != nil {
			return missing
		}
		d.room -= int64(len(code)) // of what the next ones may be decompressed to
		if !fn(code) {
			break
		}
	}
	return nil
}

// library reads the code of a library, and says, if that fails, which part could not be read.
//
// Redis: rdbFunctionLoad. Two release candidates had the name of the library apart from its code,
// and a description that is dropped.
func (d *Decoder) library(op byte) (code []byte, missing LibraryError) {
	if op == opFunction2 {
		return d.bytes(), "library payload"
	}
	name := d.key()
	if d.err != nil {
		return nil, "library name"
	}
	engine := d.key()
	if d.err != nil {
		return nil, "engine name"
	}
	described := d.Length() != 0
	if d.err != nil {
		return nil, "library description indicator"
	}
	if described {
		d.bytes()
	}
	if d.err != nil {
		return nil, "library description"
	}
	return fmt.Appendf(nil, "#!%s name=%s\n%s", engine, name, d.bytes()), "library blob"
}
