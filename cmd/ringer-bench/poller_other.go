//go:build !linux

package main

import (
	"time"

	"golang.org/x/sys/unix"
)

// newPoller returns the best poller of this system.
func newPoller() (poller, error) { return newPollPoller(), nil }

// threadCPU stands in with the time of the whole process where there is no count
// for a thread.
func threadCPU() time.Duration { return cpuTime(unix.RUSAGE_SELF) }
