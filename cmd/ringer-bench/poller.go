package main

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// event says what a connection is ready for. A hang-up counts as readable, so
// that the read reports it.
type event struct {
	conn     int
	readable bool
	writable bool
	hangup   bool // the peer has closed, perhaps behind data
}

// poller watches the sockets of one loop.
type poller interface {
	// add starts to watch fd, whose events will carry conn.
	add(fd, conn int) error
	// wantWrite tells whether conn waits for room to write. Where readiness is
	// reported by edges there is nothing to do.
	wantWrite(conn int, want bool)
	// wait returns what is ready now or within timeout. The slice is valid until
	// the next wait. A timeout below a millisecond is honoured where the system
	// can; an interrupted wait returns nothing.
	wait(timeout time.Duration) ([]event, error)
	close() error
}

// pollPoller is the portable poller, over poll(2).
type pollPoller struct {
	fds    []unix.PollFd
	conns  []int
	slotOf map[int]int
	events []event
}

func newPollPoller() *pollPoller { return &pollPoller{slotOf: map[int]int{}} }

func (p *pollPoller) add(fd, conn int) error {
	p.slotOf[conn] = len(p.fds)
	p.fds = append(p.fds, unix.PollFd{Fd: int32(fd), Events: unix.POLLIN})
	p.conns = append(p.conns, conn)
	return nil
}

func (p *pollPoller) wantWrite(conn int, want bool) {
	fd := &p.fds[p.slotOf[conn]]
	fd.Events = unix.POLLIN
	if want {
		fd.Events |= unix.POLLOUT
	}
}

func (p *pollPoller) wait(timeout time.Duration) ([]event, error) {
	p.events = p.events[:0]
	n, err := unix.Poll(p.fds, int(timeout/time.Millisecond))
	if errors.Is(err, unix.EINTR) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for i := 0; n > 0 && i < len(p.fds); i++ {
		got := p.fds[i].Revents
		if got == 0 {
			continue
		}
		n--
		p.events = append(p.events, event{
			conn:     p.conns[i],
			readable: got&^unix.POLLOUT != 0,
			writable: got&unix.POLLOUT != 0,
			hangup:   got&(unix.POLLHUP|unix.POLLERR) != 0,
		})
	}
	return p.events, nil
}

func (p *pollPoller) close() error { return nil }

// cpuTime returns the user and system time of who, one of unix.RUSAGE_*.
func cpuTime(who int) time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(who, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
