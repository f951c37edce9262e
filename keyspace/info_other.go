//go:build !linux

package keyspace

import (
	"runtime"
	"time"
)

// multiplexer is how the front ends wait for their sockets.
const multiplexer = "go"

// systemName is the operating system and the machine.
func systemName() string { return runtime.GOOS + " " + runtime.GOARCH }

// residentBytes is the memory that the process has from the system: what is in RAM is not known.
func residentBytes() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.Sys)
}

// systemMemory is not known here.
func systemMemory() int64 { return 0 }

// cpuTime is not known here.
func cpuTime() (user, system time.Duration) { return 0, 0 }

// cyclesSteady is not known here.
func cyclesSteady() bool { return false }
