//go:build unix

package main

import (
	"io"
	"os"
	"os/exec"
	"syscall"
)

// daemonMark is set for the process that daemonize starts.
const daemonMark = "RINGER_DAEMON"

// isDaemon reports whether this process has been started by daemonize. It is asked once.
func isDaemon() bool {
	mark := os.Getenv(daemonMark)
	_ = os.Unsetenv(daemonMark)
	return mark != ""
}

// daemonize starts this program again, with the same arguments, in a session of its own and without
// a terminal. A Go program has threads from its beginning, and can't fork as Redis does. The new
// process begins where this one did, in folder, and reads the same from standard input.
func daemonize(folder, stdin string) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	child := exec.Command(program, os.Args[1:]...)
	child.Dir, child.Env = folder, append(os.Environ(), daemonMark+"=1")
	child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	input, err := child.StdinPipe()
	if err != nil {
		return err
	}
	if err := child.Start(); err != nil {
		return err
	}
	if _, err := io.WriteString(input, stdin); err != nil {
		return err
	}
	return input.Close()
}

// stopSelf stops this process until it is told to go on.
func stopSelf() error { return syscall.Kill(os.Getpid(), syscall.SIGSTOP) }
