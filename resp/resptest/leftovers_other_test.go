//go:build !linux

package resptest_test

import (
	"runtime"
	"testing"
)

// remains are what a server might leave behind.
type remains struct{ goroutines, descriptors, mappings int }

// leftovers counts goroutines; the rest can't be asked for here.
func leftovers(*testing.T) remains { return remains{goroutines: runtime.NumGoroutine()} }
