//go:build !linux

package resp

import (
	"errors"
	"net"
)

// newPoller has nothing to offer here: the plain listener serves.
func newPoller(*Server, []net.Listener) (listener, error) { return nil, errors.ErrUnsupported }
