//go:build !linux

package main

import "errors"

// bindProcessors can't choose processors here.
func bindProcessors(list string) error {
	if list == "" {
		return nil
	}
	return errors.ErrUnsupported
}
