//go:build !linux

package resp

import (
	"errors"
)

// newPoller has nothing to offer here: the plain listener serves.
func newPoller(*Server) (listener, error) { return nil, errors.ErrUnsupported }
