//go:build !unix

package main

import (
	"errors"
)

func openSyslog(_, _, _ string) (sysLog, error) { return nil, errors.ErrUnsupported }

func daemonize(string, string) error { return errors.ErrUnsupported }

func isDaemon() bool { return false }

func stopSelf() error { return errors.ErrUnsupported }
