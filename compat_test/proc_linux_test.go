package compat_test

import "syscall"

// dieWithParent makes a server end with the test binary, even when that is killed.
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
