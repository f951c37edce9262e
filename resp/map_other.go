//go:build !linux

package resp

import "errors"

// mapBytes has no mapping to offer here; large arguments are allocated.
func mapBytes(int) ([]byte, func([]byte) error, error) { return nil, nil, errors.ErrUnsupported }
