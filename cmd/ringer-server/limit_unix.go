//go:build unix

package main

import (
	"fmt"
	"syscall"

	"github.com/ringer-kv/ringer/keyspace"
)

// raise lifts one of the two limits, which are signed on FreeBSD; it never lowers it.
func raise[T int64 | uint64](limit *T, want uint64) { *limit = max(*limit, T(want)) }

// raiseFileLimit makes room for maxclients, or maxclients smaller; false: not even for one.
// Redis: adjustOpenFilesLimit.
func (s *server) raiseFileLimit() bool {
	c := s.config
	want := uint64(c.MaxClients + keyspace.ReservedFDs)
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		s.warning(fmt.Sprintf("Unable to obtain the current NOFILE limit (%s), assuming 1024",
			keyspace.SystemError(err)))
		limit.Cur, limit.Max = 1024, 1024
	}
	before := uint64(limit.Cur)
	var refused error
	if before < want {
		raise(&limit.Cur, want)
		raise(&limit.Max, want)
		if refused = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); refused == nil {
			s.notice(fmt.Sprintf("Increased maximum number of open files to %d (it was originally"+
				" set to %d).", want, before))
			before = want
		}
	}
	c.FDLimit = int(min(before, 1<<30))
	if before >= want {
		return true
	}
	if before <= keyspace.ReservedFDs {
		s.warning(fmt.Sprintf("Your current 'ulimit -n' of %d is not enough for the server to"+
			" start. Please increase your open file limit to at least %d. Exiting.", before, want))
		return false
	}
	asked := c.MaxClients
	c.MaxClients = int(before) - keyspace.ReservedFDs
	s.warning(fmt.Sprintf("You requested maxclients of %d requiring at least %d max file"+
		" descriptors.", asked, want))
	s.warning(fmt.Sprintf("Server can't set maximum open files to %d because of OS error: %s.",
		want, keyspace.SystemError(refused)))
	s.warning(fmt.Sprintf("Current maximum open files is %d. maxclients has been reduced to %d to"+
		" compensate for low ulimit. If you need higher maxclients increase 'ulimit -n'.",
		before, c.MaxClients))
	return true
}
