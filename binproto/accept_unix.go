//go:build unix && !ringer_plain

package binproto

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
)

// front is the loop with its listeners.
type front struct {
	listeners []int
	loop      *loop
}

func (f *front) listen(s *Server) error {
	bind := s.options.Bind
	if len(bind) == 0 {
		bind = []string{"*"}
	}
	port := s.options.Port
	for _, address := range bind {
		name, optional := strings.CutPrefix(address, "-")
		fd, addr, err := listenOn(name, port, s.options.Backlog)
		if optional && (errors.Is(err, unix.EADDRNOTAVAIL) || errors.Is(err, unix.EAFNOSUPPORT)) {
			continue
		}
		if err != nil {
			f.closeListeners()
			s.addrs = nil
			return fmt.Errorf("listening on %s port %d: %w", name, port, err)
		}
		f.listeners = append(f.listeners, fd)
		s.addrs = append(s.addrs, net.TCPAddrFromAddrPort(addr))
		port = int(addr.Port())
	}
	if len(f.listeners) == 0 {
		return errors.New("none of the addresses to bind to is there")
	}
	l := newLoop(s)
	if err := l.openPoller(f.listeners); err != nil {
		f.closeListeners()
		s.addrs = nil
		return err
	}
	f.loop = l
	return nil
}

func (f *front) serve(*Server) error { return f.loop.run() }

// stop ends the loop, or closes what listen has opened if none runs.
func (f *front) stop(serving bool) {
	switch {
	case f.loop == nil:
	case serving:
		f.loop.closing.Store(true)
		f.loop.poller.wake()
	default:
		f.closeListeners()
		f.loop.poller.close()
	}
}

func (f *front) closeListeners() {
	for _, fd := range f.listeners {
		unix.Close(fd)
	}
	f.listeners = nil
}

// listenOn opens a listening socket. "*" is one IPv6 socket that takes IPv4 as well, or, where
// the system has no IPv6, an IPv4 one.
func listenOn(address string, port, backlog int) (int, netip.AddrPort, error) {
	if address == "*" {
		any6 := netip.AddrPortFrom(netip.IPv6Unspecified(), uint16(port))
		fd, bound, err := listenSocket(any6, true, backlog)
		if err == nil || errors.Is(err, unix.EADDRINUSE) || errors.Is(err, unix.EACCES) {
			return fd, bound, err
		}
		any4 := netip.AddrPortFrom(netip.IPv4Unspecified(), uint16(port))
		return listenSocket(any4, false, backlog)
	}
	if address == "::*" {
		address = "::"
	}
	if ip, err := netip.ParseAddr(address); err == nil {
		return listenSocket(netip.AddrPortFrom(ip, uint16(port)), false, backlog)
	}
	ips, err := net.DefaultResolver.LookupNetIP(context.Background(), "ip", address)
	if err != nil {
		return -1, netip.AddrPort{}, err
	}
	return listenSocket(netip.AddrPortFrom(ips[0].Unmap(), uint16(port)), false, backlog)
}

// listenSocket opens a non-blocking listening socket and returns the address that it got.
func listenSocket(at netip.AddrPort, dual bool, backlog int) (int, netip.AddrPort, error) {
	family := unix.AF_INET
	if at.Addr().Is6() {
		family = unix.AF_INET6
	}
	fd, err := newSocket(family)
	if err != nil {
		return -1, at, err
	}
	err = configure(fd, at, dual, backlog)
	var bound unix.Sockaddr
	if err == nil {
		bound, err = unix.Getsockname(fd)
	}
	if err != nil {
		unix.Close(fd)
		return -1, at, err
	}
	return fd, addrOf(bound), nil
}

func configure(fd int, at netip.AddrPort, dual bool, backlog int) error {
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return err
	}
	var sa unix.Sockaddr
	if at.Addr().Is6() {
		only := 1
		if dual {
			only = 0
		}
		if err := unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, only); err != nil {
			return err
		}
		sa6 := &unix.SockaddrInet6{Port: int(at.Port()), Addr: at.Addr().As16()}
		if zone := at.Addr().Zone(); zone != "" {
			ifi, err := net.InterfaceByName(zone)
			if err != nil {
				return err
			}
			sa6.ZoneId = uint32(ifi.Index)
		}
		sa = sa6
	} else {
		sa = &unix.SockaddrInet4{Port: int(at.Port()), Addr: at.Addr().As4()}
	}
	if err := unix.Bind(fd, sa); err != nil {
		return err
	}
	return unix.Listen(fd, backlog)
}

// addrOf is the address in a socket address; an IPv4 address that came through an IPv6 socket is
// an IPv4 address.
func addrOf(sa unix.Sockaddr) netip.AddrPort {
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port))
	case *unix.SockaddrInet6:
		ip := netip.AddrFrom16(sa.Addr)
		if !ip.IsUnspecified() {
			ip = ip.Unmap()
		}
		return netip.AddrPortFrom(ip, uint16(sa.Port))
	}
	return netip.AddrPort{}
}

// accept takes the connections that wait at a listener.
func (l *loop) accept(listener int) {
	if l.denied {
		return
	}
	for range acceptsPerRound {
		fd, peer, err := acceptSocket(listener)
		switch err {
		case nil:
			l.welcome(fd, addrOf(peer))
		case unix.EAGAIN:
			return
		case unix.EINTR, unix.ECONNABORTED:
		default: // no descriptor or no memory left
			l.server.log("Accepting client connection: " + err.Error())
			l.denied, l.paused = true, time.Now().Add(acceptPause)
			l.listenFor(0)
			return
		}
	}
}

// admitAgain accepts again after a pause: a descriptor has been closed, or the time is over.
func (l *loop) admitAgain() {
	if l.denied {
		l.denied = false
		l.listenFor(unix.POLLIN)
	}
}

// welcome opens the session of a new connection.
func (l *loop) welcome(fd int, peer netip.AddrPort) {
	if limits := l.engine.Limits(); limits.Protected.Load() && !peer.Addr().IsLoopback() {
		limits.Rejected.Add(1)
		refuse(fd, reply.ErrProtectedMode)
		return
	}
	c := &conn{loop: l, fd: fd, slot: notPolled}
	l.setOptions(fd)
	var local netip.AddrPort
	if sa, err := unix.Getsockname(fd); err == nil {
		local = addrOf(sa)
	}
	session, err := l.engine.Open(c, keyspace.ConnInfo{
		RemoteAddr: peer.String(), LocalAddr: local.String(), Native: true,
		Writer: &Writer{}, FD: fd,
	})
	if err != nil {
		refuse(fd, reply.ErrMaxClients)
		return
	}
	c.session = session
	l.register(c)
	if err := l.watch(c); err != nil {
		l.server.log("Watching a client connection: " + err.Error())
		l.close(c)
	}
}

// refuse tells a client why it is not let in, as far as the socket takes it, and closes.
func refuse(fd int, why reply.Error) {
	var w Writer
	w.Begin()
	w.Error(why)
	w.End()
	writeSome(fd, w.Take())
	unix.Close(fd)
}

// setOptions sets what a connection's socket needs. A socket that does not take an option is
// served all the same.
func (l *loop) setOptions(fd int) {
	unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	if seconds := l.server.engine.Limits().KeepAliveSeconds.Load(); seconds > 0 {
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1)
		setKeepAlive(fd, int(seconds))
	}
}

// sleepTime is how long the loop may sleep, negative for ever.
func (l *loop) sleepTime() time.Duration {
	if !l.denied {
		return -1
	}
	return max(time.Until(l.paused), time.Millisecond)
}
