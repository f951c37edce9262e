//go:build unix && !linux && !ringer_plain

package binproto

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// canPark is false: all connections are given to poll(2).
const canPark = false

// pollRDHUP is the event that the peer has closed its half. There is no portable one: that the
// peer of a blocked connection is gone shows when it has closed both.
const pollRDHUP = 0

// poller is the pipe that wakes the loop, and the listeners. They are in the poll set, before the
// connections.
//
// Owned by the loop goroutine, but for wake.
type poller struct {
	pipe      [2]int
	listeners []int
}

func (l *loop) openPoller(listeners []int) error {
	p := &l.poller
	if err := unix.Pipe(p.pipe[:]); err != nil {
		return fmt.Errorf("pipe: %w", err)
	}
	p.listeners = listeners
	for _, fd := range p.pipe {
		unix.CloseOnExec(fd)
		if err := unix.SetNonblock(fd, true); err != nil {
			p.close()
			return fmt.Errorf("pipe: %w", err)
		}
	}
	l.base = 1 + len(listeners)
	l.polled = append(l.polled, unix.PollFd{Fd: int32(p.pipe[0]), Events: unix.POLLIN})
	for _, fd := range listeners {
		l.polled = append(l.polled, unix.PollFd{Fd: int32(fd), Events: unix.POLLIN})
	}
	return nil
}

func (p *poller) close() {
	unix.Close(p.pipe[0])
	unix.Close(p.pipe[1])
}

// wake ends the loop's sleep.
//
// Safe for concurrent use.
func (p *poller) wake() {
	unix.Write(p.pipe[1], []byte{1}) // it fails when the pipe is full, which wakes as well
}

// onBase handles the pipe, or the listener, at the index of the poll set.
func (l *loop) onBase(i int) {
	if i > 0 {
		l.accept(l.poller.listeners[i-1])
		return
	}
	var bytes [64]byte
	for {
		if n, _ := unix.Read(l.poller.pipe[0], bytes[:]); n < len(bytes) {
			return
		}
	}
}

// sleep waits until something is ready, and handles it.
func (l *loop) sleep() (waited bool, err error) {
	timeoutMs := -1
	if d := l.sleepTime(); d >= 0 {
		timeoutMs = int(d/time.Millisecond) + 1
	}
	n, err := unix.Poll(l.polled, timeoutMs)
	switch {
	case err == unix.EINTR:
		return true, nil
	case err != nil:
		return true, fmt.Errorf("waiting for connections: %w", err)
	case n == 0:
		l.admitAgain()
		return true, nil
	}
	l.dispatch(n)
	return true, nil
}

// listenFor sets what the listeners are watched for.
func (l *loop) listenFor(events int16) {
	for i := range l.poller.listeners {
		l.polled[1+i].Events = events
	}
}

// There is nowhere to park.
func (l *loop) parkAll()               {}
func (l *loop) parkCold(rounds uint32) {}

func (p *poller) add(int, int32, int32, int16) error    { return nil }
func (p *poller) modify(int, int32, int32, int16) error { return nil }

func newSocket(family int) (int, error) {
	fd, err := unix.Socket(family, unix.SOCK_STREAM, 0)
	if err != nil {
		return -1, err
	}
	return fd, prepare(fd)
}

func acceptSocket(listener int) (int, unix.Sockaddr, error) {
	fd, peer, err := unix.Accept(listener)
	if err != nil {
		return -1, nil, err
	}
	return fd, peer, prepare(fd)
}

// prepare makes a socket non-blocking and keeps it from child processes.
func prepare(fd int) error {
	unix.CloseOnExec(fd)
	if err := unix.SetNonblock(fd, true); err != nil {
		unix.Close(fd)
		return err
	}
	return nil
}

// setKeepAlive leaves the interval at the system's.
func setKeepAlive(int, int) {}
