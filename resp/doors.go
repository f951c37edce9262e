package resp

import (
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/ringer-kv/ringer/keyspace"
)

// Addresses say where to listen on TCP.
//
// Nobody changes them. Safe for concurrent use.
type Addresses struct {
	// Bind are the addresses to listen on, as in redis.conf: "*" is all of IPv4, "::*" all of
	// IPv6, and one with a "-" in front may be missing. Empty: all of both.
	Bind []string
	// Port is the TCP port; 0: none, AnyPort: one that is free. TLSPort is the one for TLS.
	Port, TLSPort int
}

// AnyPort asks for a TCP port that is free.
const AnyPort = -1

// place is where one socket listens.
type place struct {
	bind   string // as in redis.conf; of a Unix socket, its path
	port   int
	secure bool // speaks TLS
	unix   bool
}

// door is a socket that listens.
type door struct {
	place
	addr  net.Addr
	start func()
	shut  func()
}

// places are where a server has to listen.
func (a *Addresses) places() (all []place) {
	binds := a.Bind
	if len(binds) == 0 {
		binds = []string{"*", "-::*"}
	}
	for _, port := range []struct {
		number int
		secure bool
	}{{a.Port, false}, {a.TLSPort, true}} {
		for _, bind := range binds {
			if port.number != 0 {
				all = append(all, place{bind: bind, port: port.number, secure: port.secure})
			}
		}
	}
	return all
}

// Listen opens the sockets, all or none. Clients can connect from then on; they are served by
// Serve.
func (s *Server) Listen() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.options.TLSPort != 0 {
		if err := s.reloadTLS(s.options.TLS); err != nil {
			return err
		}
	}
	at := Addresses{Bind: s.options.Bind, Port: s.options.Port, TLSPort: s.options.TLSPort}
	all := at.places()
	if path := s.options.UnixSocket; path != "" {
		all = append(all, place{bind: path, unix: true})
	}
	doors, err := s.open(all)
	s.doors = doors
	return err
}

// Rebind listens where it is told from now on, and reads certificates and keys again if there is a
// port for TLS. Connections stay as they are, and so does what is open already; when something
// can't be done everything is as it was.
func (s *Server) Rebind(a Addresses, t *keyspace.TLSSettings) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrServerClosed
	}
	before := s.tls.Load()
	if a.TLSPort != 0 {
		if err := s.reloadTLS(t); err != nil {
			return err
		}
	}
	err := s.rebind(a.places())
	if err != nil {
		s.tls.Store(before)
	}
	return err
}

func (s *Server) rebind(wanted []place) error {
	var gone []place
	s.doors = slices.DeleteFunc(s.doors, func(d door) bool {
		at := slices.Index(wanted, d.place)
		if at >= 0 {
			wanted = slices.Delete(wanted, at, at+1)
		}
		if at >= 0 || d.unix {
			return false
		}
		d.shut()
		gone = append(gone, d.place)
		return true
	})
	opened, err := s.open(wanted)
	if err != nil {
		back, lost := s.open(gone)
		if lost != nil {
			s.log(keyspace.LogWarning, "Listening again: "+lost.Error())
		}
		opened = back
	}
	for _, d := range opened {
		if s.serving {
			d.start()
		}
	}
	s.doors = append(s.doors, opened...)
	return err
}

// open opens a socket in each place, or none.
func (s *Server) open(all []place) (doors []door, err error) {
	free := make(map[bool]int) // what AnyPort has turned out to be, for TLS and without
	for _, p := range all {
		if p.port == AnyPort && free[p.secure] != 0 {
			p.port = free[p.secure]
		}
		d, err := s.openDoor(p)
		if err != nil && absent(err, strings.HasPrefix(p.bind, "-")) {
			if s.options.PassedOver != nil {
				s.options.PassedOver(err)
			}
			continue
		}
		if err != nil {
			for _, d := range doors {
				d.shut()
			}
			return nil, err
		}
		if p.port == AnyPort {
			free[p.secure] = d.port
		}
		doors = append(doors, d)
	}
	return doors, nil
}

// openDoor opens one socket and has the poller watch it, or a goroutine.
func (s *Server) openDoor(p place) (door, error) {
	if p.unix {
		l, err := s.listenUnix()
		if err != nil {
			return door{}, fmt.Errorf("listening on %s: %w", p.bind, err)
		}
		return s.hang(p, l)
	}
	l, err := listenTCP(p.bind, p.port)
	if err != nil {
		return door{}, fmt.Errorf("listening on %s port %d: %w", p.bind, max(p.port, 0), err)
	}
	p.port = l.Addr().(*net.TCPAddr).Port
	return s.hang(p, l)
}

// hang makes a door of a socket.
func (s *Server) hang(p place, l net.Listener) (door, error) {
	addr := l.Addr()
	if poller := s.pollerOf(p); poller != nil {
		shut, err := poller.add(l)
		if err != nil {
			return door{}, errors.Join(err, l.Close())
		}
		return door{place: p, addr: addr, start: func() {}, shut: func() {
			shut()
			if p.unix {
				_ = os.Remove(p.bind)
			}
		}}, nil
	}
	w := &plain{server: s, from: l, secure: p.secure}
	return door{place: p, addr: addr, start: w.start, shut: w.stop}, nil
}

// pollerOf is the poller for a place, which is made if there is none; nil: do without.
func (s *Server) pollerOf(p place) listener {
	if p.secure || s.options.Plain {
		return nil
	}
	if s.poller != nil {
		return s.poller
	}
	poller, err := newPoller(s)
	if err != nil {
		s.log(keyspace.LogWarning, "No epoll, serving without: "+err.Error())
		s.options.Plain = true
		return nil
	}
	s.poller = poller
	if s.serving {
		poller.start()
	}
	return poller
}

// listenTCP opens a socket for one address of redis.conf's bind.
func listenTCP(bind string, port int) (net.Listener, error) {
	host := strings.TrimPrefix(bind, "-")
	network := "tcp"
	switch host {
	case "*":
		network, host = "tcp4", ""
	case "::*", "::":
		network, host = "tcp6", ""
	}
	return net.Listen(network, net.JoinHostPort(host, strconv.Itoa(max(port, 0))))
}

// listenUnix opens the Unix socket, over one that a dead server has left behind.
func (s *Server) listenUnix() (net.Listener, error) {
	path := s.options.UnixSocket
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil || s.options.UnixSocketPerm == 0 {
		return l, err
	}
	if err := os.Chmod(path, s.options.UnixSocketPerm); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// Addr is the first address that is listened on, nil if there is none.
func (s *Server) Addr() net.Addr {
	if all := s.Addrs(); len(all) > 0 {
		return all[0]
	}
	return nil
}

// Addrs are all addresses that are listened on, those for TLS after the others.
func (s *Server) Addrs() (all []net.Addr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.doors {
		all = append(all, d.addr)
	}
	return all
}
