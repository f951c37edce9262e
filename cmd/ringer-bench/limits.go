package main

import "golang.org/x/sys/unix"

// raiseFileLimit makes room for want open files and tells whether there is. A
// child process inherits the limit.
func raiseFileLimit(want int) bool {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return false
	}
	bold := limit // root may raise the hard limit as well
	if setBoth(&bold.Cur, &bold.Max, want); bold == limit {
		return true
	}
	if unix.Setrlimit(unix.RLIMIT_NOFILE, &bold) == nil {
		return true
	}
	enough := setSoft(&limit.Cur, &limit.Max, want)
	return unix.Setrlimit(unix.RLIMIT_NOFILE, &limit) == nil && enough
}

// setBoth raises both limits to want. Their type differs between systems.
func setBoth[T int64 | uint64](soft, hard *T, want int) {
	*soft, *hard = max(*soft, T(want)), max(*hard, T(want))
}

// setSoft raises the soft limit as far as the hard one allows and tells whether
// that is enough.
func setSoft[T int64 | uint64](soft, hard *T, want int) bool {
	*soft = max(*soft, min(T(want), *hard))
	return *soft >= T(want)
}
