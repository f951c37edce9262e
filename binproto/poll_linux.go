//go:build !ringer_plain

package binproto

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// canPark says that connections can wait in an epoll set while they are idle.
const canPark = true

// pollRDHUP is the event that the peer has closed its half.
const pollRDHUP = unix.POLLRDHUP

// The ids in the epoll set that are not connections; listeners are counted down from the last.
const (
	wakeID          = -1
	firstListenerID = -2
)

// poller is the epoll set of parked connections, in which the listeners and the wake-up
// descriptor are as well, and which itself is what the loop sleeps on and what poll(2) is given
// beside the busy connections.
//
// Owned by the loop goroutine, but for wake.
type poller struct {
	epoll     int
	wakeFD    int
	listeners []int
	file      *os.File // the epoll descriptor, in Go's own poller
	raw       syscall.RawConn
	events    [256]unix.EpollEvent
	n         int // how many events the last collect has found
	tries     int // how often collect has been called
	collect   func(uintptr) bool
}

// openPoller makes the epoll set with the listeners.
func (l *loop) openPoller(listeners []int) error {
	p := &l.poller
	p.epoll, p.wakeFD = -1, -1
	err := p.open(listeners)
	if err != nil {
		p.close()
		return fmt.Errorf("epoll: %w", err)
	}
	l.base = 1
	l.polled = append(l.polled, unix.PollFd{Fd: int32(p.epoll), Events: unix.POLLIN})
	return nil
}

func (p *poller) open(listeners []int) (err error) {
	if p.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return err
	}
	if p.wakeFD, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return err
	}
	if err = p.add(p.wakeFD, wakeID, 0, unix.POLLIN); err != nil {
		return err
	}
	p.listeners = listeners
	for i, fd := range listeners {
		if err = p.add(fd, firstListenerID-int32(i), 0, unix.POLLIN); err != nil {
			return err
		}
	}
	if err = unix.SetNonblock(p.epoll, true); err != nil { // makes os.NewFile use Go's poller
		return err
	}
	p.file = os.NewFile(uintptr(p.epoll), "epoll")
	p.collect = func(uintptr) bool {
		p.tries++
		p.n, _ = unix.EpollWait(p.epoll, p.events[:], 0)
		return p.n > 0
	}
	p.raw, err = p.file.SyscallConn()
	return err
}

// close gives the descriptors back.
func (p *poller) close() {
	if p.file != nil {
		p.file.Close()
	} else if p.epoll >= 0 {
		unix.Close(p.epoll)
	}
	if p.wakeFD >= 0 {
		unix.Close(p.wakeFD)
	}
}

// wake ends the loop's sleep.
//
// Safe for concurrent use.
func (p *poller) wake() {
	one := [8]byte{1}
	unix.Write(p.wakeFD, one[:]) // it fails only when the counter stands at 2^64-2 already
}

func (p *poller) add(fd int, id, gen int32, events int16) error {
	ev := unix.EpollEvent{Events: uint32(uint16(events)), Fd: id, Pad: gen}
	return unix.EpollCtl(p.epoll, unix.EPOLL_CTL_ADD, fd, &ev)
}

func (p *poller) modify(fd int, id, gen int32, events int16) error {
	ev := unix.EpollEvent{Events: uint32(uint16(events)), Fd: id, Pad: gen}
	return unix.EpollCtl(p.epoll, unix.EPOLL_CTL_MOD, fd, &ev)
}

func (p *poller) remove(fd int) error {
	return unix.EpollCtl(p.epoll, unix.EPOLL_CTL_DEL, fd, nil)
}

// sleep handles what is ready in the epoll set, and waits for it if nothing is. It waits in Go's
// own poller, in which the epoll descriptor is, and so leaves the processor to other goroutines.
func (l *loop) sleep() (waited bool, err error) {
	p := &l.poller
	if d := l.sleepTime(); d >= 0 {
		if err := p.file.SetReadDeadline(time.Now().Add(d)); err != nil {
			return true, err
		}
	}
	p.tries = 0
	err = p.raw.Read(p.collect)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		l.admitAgain()
		return true, p.file.SetReadDeadline(time.Time{})
	}
	if err != nil {
		return true, fmt.Errorf("waiting for connections: %w", err)
	}
	l.dispatchParked()
	return p.tries > 1, nil
}

// onBase handles the one descriptor that is in the poll set beside the connections.
func (l *loop) onBase(int) {
	if l.poller.collect(0) {
		l.dispatchParked()
	}
}

// dispatchParked handles the events that collect has found.
func (l *loop) dispatchParked() {
	p := &l.poller
	for i := range p.events[:max(p.n, 0)] {
		ev := &p.events[i]
		switch {
		case ev.Fd >= 0:
			l.onParked(ev)
		case ev.Fd == wakeID:
			var count [8]byte
			unix.Read(p.wakeFD, count[:])
		default:
			l.accept(p.listeners[firstListenerID-ev.Fd])
		}
	}
}

// onParked handles the events of a parked connection, and moves it into the poll set when it is
// busy.
func (l *loop) onParked(ev *unix.EpollEvent) {
	c := l.conns[ev.Fd]
	if c == nil || c.gen != ev.Pad || c.closed || c.slot != notPolled {
		return
	}
	if l.round-c.ready > hotRounds || l.round-l.slept <= hotRounds {
		c.streak = 0
	}
	c.ready = l.round
	if c.streak++; c.streak >= hotStreak {
		c.streak = 0
		if err := l.poller.remove(c.fd); err == nil {
			l.heat(c)
		}
	}
	c.handle(int16(ev.Events))
}

// parkAll moves all connections out of the poll set, since only what is in the epoll set ends the
// loop's sleep.
func (l *loop) parkAll() {
	for _, c := range l.hot {
		if c != nil {
			l.park(c)
		}
	}
	l.closeUp()
}

// parkCold moves the connections out of the poll set that have not been ready for so many rounds.
func (l *loop) parkCold(rounds uint32) {
	for _, c := range l.hot {
		if c != nil && l.round-c.ready >= rounds {
			l.park(c)
		}
	}
}

// park moves a connection from the poll set into the epoll set.
func (l *loop) park(c *conn) {
	l.unheat(c)
	if err := l.poller.add(c.fd, c.id, c.gen, c.armed); err != nil {
		l.close(c)
	}
}

// listenFor sets what the listeners are watched for.
func (l *loop) listenFor(events int16) {
	for i, fd := range l.poller.listeners {
		if err := l.poller.modify(fd, firstListenerID-int32(i), 0, events); err != nil {
			l.server.log("Watching a listener: " + err.Error())
		}
	}
}

func newSocket(family int) (int, error) {
	return unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
}

func acceptSocket(listener int) (int, unix.Sockaddr, error) {
	return unix.Accept4(listener, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
}

// setKeepAlive spreads the probes as Redis does: the first after the interval, then three more
// within it. Redis: anetKeepAlive.
func setKeepAlive(fd, seconds int) {
	unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, seconds)
	unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, max(seconds/3, 1))
	unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_KEEPCNT, 3)
}
