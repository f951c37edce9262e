//go:build !linux

package compat_test

import "syscall"

// dieWithParent has no equivalent here: a killed test binary may leave its servers behind.
func dieWithParent() *syscall.SysProcAttr { return nil }
