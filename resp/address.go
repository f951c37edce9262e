package resp

import "reflect"

// address is where b lies, for system calls that are made without telling the scheduler. The
// bytes are on the heap (reflect makes them escape), where nothing moves; the caller keeps b
// alive until the call is over.
func address[T any](b []T) uintptr { return reflect.ValueOf(&b[0]).Pointer() }
