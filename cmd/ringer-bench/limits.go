package main

import "golang.org/x/sys/unix"

// raiseFileLimit makes room for want open files and tells whether there is. A
// child process inherits the limit.
func raiseFileLimit(want int) bool {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return false
	}
	need := uint64(want)
	if uint64(limit.Cur) >= need {
		return true
	}
	limit.Cur = min(need, limit.Max)
	enough := limit.Cur == need
	if limit.Max < need { // root may raise the hard limit as well
		bold := unix.Rlimit{Cur: need, Max: need}
		if unix.Setrlimit(unix.RLIMIT_NOFILE, &bold) == nil {
			return true
		}
	}
	return unix.Setrlimit(unix.RLIMIT_NOFILE, &limit) == nil && enough
}
