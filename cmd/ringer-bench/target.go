package main

import (
	"fmt"
	"net"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// target is a server to load: where it is and how it is spoken to.
type target struct {
	Name  string   `json:"name"`
	Proto protocol `json:"protocol"`
	Net   string   `json:"network"`
	Addr  string   `json:"address"`
}

const dialTimeout = 5 * time.Second

// parseTarget reads "[name=][proto@]host:port" or "[name=][proto@]/path/of/socket".
func parseTarget(text string, def protocol) (target, error) {
	t := target{Name: text, Proto: def, Net: "tcp", Addr: text}
	if name, rest, ok := strings.Cut(t.Addr, "="); ok {
		t.Name, t.Addr = name, rest
	}
	if proto, rest, ok := strings.Cut(t.Addr, "@"); ok {
		p, err := parseProtocol(proto)
		if err != nil {
			return target{}, err
		}
		t.Proto, t.Addr = p, rest
	}
	if strings.HasPrefix(t.Addr, "/") {
		t.Net = "unix"
		return t, nil
	}
	if _, _, err := net.SplitHostPort(t.Addr); err != nil {
		return target{}, fmt.Errorf("target %q: want [name=][resp|native@]host:port: %w", text, err)
	}
	return t, nil
}

// parseProtocol reads the name of a protocol.
func parseProtocol(text string) (protocol, error) {
	switch p := protocol(text); p {
	case protoRESP, protoNative:
		return p, nil
	}
	return "", fmt.Errorf("unknown protocol %q: want resp or native", text)
}

// dial connects and returns a non-blocking descriptor that the Go runtime does
// not watch. The caller closes it.
func (t target) dial() (int, error) {
	c, err := net.DialTimeout(t.Net, t.Addr, dialTimeout)
	if err != nil {
		return -1, err
	}
	defer c.Close()
	raw, err := c.(syscall.Conn).SyscallConn()
	if err != nil {
		return -1, err
	}
	fd := -1
	var dupErr error
	err = raw.Control(func(own uintptr) {
		fd, dupErr = unix.FcntlInt(own, unix.F_DUPFD_CLOEXEC, 0)
	})
	if err == nil {
		err = dupErr
	}
	if err != nil {
		return -1, fmt.Errorf("duplicate the socket: %w", err)
	}
	return fd, nil
}

// dialAll opens n connections, or none.
func (t target) dialAll(n int) ([]int, error) {
	fds := make([]int, 0, n)
	for range n {
		fd, err := t.dial()
		if err != nil {
			closeAll(fds)
			return nil, fmt.Errorf("connection %d of %d: %w", len(fds)+1, n, err)
		}
		fds = append(fds, fd)
	}
	return fds, nil
}

// closeAll closes descriptors. An error has no consequence for a socket that
// nobody uses any more.
func closeAll(fds []int) {
	for _, fd := range fds {
		_ = unix.Close(fd)
	}
}
