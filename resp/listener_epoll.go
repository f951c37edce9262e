//go:build linux

package resp

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/ringer-kv/ringer/keyspace"
)

const (
	// harvestEvents is how many events one look at the epoll set takes.
	harvestEvents = 256
	// harvestYields is how often the harvester lets the connections run and looks again before
	// it parks, which costs a wake-up through the runtime's poller. Measured: with one processor
	// none, one, two and four of them took the same CPU for each request.
	harvestYields = 2
	// acceptsPerLook lets the clients that are there run in between. (Redis:
	// MAX_ACCEPTS_PER_CALL.)
	acceptsPerLook = 1000
	// acceptRetry is the pause after the system has refused another descriptor.
	acceptRetry = 100 * time.Millisecond

	socketEvents = unix.EPOLLIN | unix.EPOLLRDHUP | unix.EPOLLET
)

// poller owns one edge-triggered epoll set with all sockets of a server, those that listen too,
// and the harvester, the goroutine that takes events from it and passes them on.
//
// Safe for concurrent use.
type poller struct {
	server *Server
	set    int // the epoll descriptor
	file   *os.File
	raw    syscall.RawConn // the same descriptor, known to the runtime's poller
	quit   chan struct{}   // closed to end the sweeper; nil before start
	ended  sync.WaitGroup  // harvester and sweeper

	mu   sync.Mutex // held while one accepts
	ears []int      // the sockets that listen; -1: shut
	// The local address of the latest connection: most have the same, and so the same text.
	local     netip.AddrPort
	localText string

	// The harvester's.
	events     []unix.EpollEvent
	eventsAddr uintptr
	found      int // events that the last look took
	due        []*gate
}

// newPoller makes a poller that watches nothing yet.
func newPoller(s *Server) (listener, error) {
	set, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	// The runtime takes the descriptor for pollable when it does not block.
	if err := unix.SetNonblock(set, true); err != nil {
		return nil, errors.Join(err, unix.Close(set))
	}
	p := &poller{
		server: s, set: set, file: os.NewFile(uintptr(set), "epoll"),
		events: make([]unix.EpollEvent, harvestEvents),
	}
	p.eventsAddr = address(p.events)
	if p.raw, err = p.file.SyscallConn(); err == nil {
		// Only a descriptor in the runtime's poller knows deadlines.
		err = p.file.SetReadDeadline(time.Time{})
	}
	if err != nil {
		return nil, errors.Join(err, p.file.Close())
	}
	return p, nil
}

// add puts a duplicate of a listening socket into the set.
func (p *poller) add(l net.Listener) (shut func(), err error) {
	file, err := l.(interface{ File() (*os.File, error) }).File()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	fd, err := unix.FcntlInt(file.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	if err := p.addEar(fd); err != nil {
		return nil, errors.Join(err, unix.Close(fd))
	}
	if u, ok := l.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false)
	}
	_ = l.Close() // the duplicate stays
	i := len(p.ears) - 1
	return func() { p.shut(i) }, nil
}

// addEar watches a socket that listens.
func (p *poller) addEar(fd int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := unix.SetNonblock(fd, true); err != nil {
		return os.NewSyscallError("fcntl", err)
	}
	if n := p.server.options.Backlog; n > 0 {
		if err := unix.Listen(fd, n); err != nil {
			return os.NewSyscallError("listen", err)
		}
	}
	if err := p.control(unix.EPOLL_CTL_ADD, fd, p.earEvent(len(p.ears))); err != nil {
		return err
	}
	p.ears = append(p.ears, fd)
	return nil
}

// shut closes a socket that listens. Its place in the list is not used again, as an event of it
// may be on its way.
func (p *poller) shut(i int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = unix.Close(p.ears[i])
	p.ears[i] = -1
}

// earEvent is the registration of a listening socket; a negative token tells it apart.
func (p *poller) earEvent(i int) *unix.EpollEvent {
	return &unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLET, Fd: int32(-1 - i)}
}

func (p *poller) control(op, fd int, ev *unix.EpollEvent) error {
	return os.NewSyscallError("epoll_ctl", unix.EpollCtl(p.set, op, fd, ev))
}

func (p *poller) start() {
	p.quit = make(chan struct{})
	p.ended.Go(p.harvest)
	p.ended.Go(p.sweep)
}

// close ends the harvester, when no connection is left.
func (p *poller) close() {
	_ = p.file.Close()
	if p.quit != nil {
		close(p.quit)
		p.ended.Wait()
	}
}

// sweep looks for connections that have come to rest.
func (p *poller) sweep() {
	ticker := time.NewTicker(p.server.options.IdleAfter)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			p.server.table.each(func(g *gate) { g.sweep() })
		case <-p.quit:
			return
		}
	}
}

// harvest passes events on until the set is closed.
func (p *poller) harvest() {
	look := func(uintptr) bool { return p.look() > 0 }
	for {
		p.look()
		for i := 0; i < harvestYields && p.found == 0; i++ {
			runtime.Gosched()
			p.look()
		}
		if p.found == 0 && p.raw.Read(look) != nil {
			return
		}
		p.pass(p.events[:p.found])
		runtime.Gosched()
	}
}

// look takes events without waiting.
func (p *poller) look() int {
	n, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(p.set), p.eventsAddr,
		harvestEvents, 0, 0, 0)
	if errno != 0 {
		n = 0
	}
	p.found = int(n)
	return p.found
}

// pass sets the bits of the gates that the events are of, and starts those that were dormant. The
// first event goes last: the scheduler runs next who was woken last, and then the others in order,
// so that a command which came before another on another connection is executed before it.
func (p *poller) pass(events []unix.EpollEvent) {
	t := &p.server.table
	t.mu.Lock()
	for i := range events {
		ev := &events[(i+1)%len(events)]
		if ev.Fd < 0 || t.slots[ev.Fd].generation != ev.Pad {
			continue
		}
		g := t.slots[ev.Fd].gate
		if g == nil {
			continue
		}
		if _, dormant := g.change(bitsOf(ev.Events), 0); dormant {
			p.due = append(p.due, g)
		}
	}
	t.mu.Unlock()
	for i, g := range p.due {
		g.start()
		p.due[i] = nil
	}
	p.due = p.due[:0]
	for i := range events {
		if ear := events[i].Fd; ear < 0 {
			p.accept(int(-1 - ear))
		}
	}
}

// bitsOf translates events. A socket that has been closed or reset by its peer may still hold
// bytes, so that is for the one who reads to find out.
func bitsOf(ev uint32) (bits uint32) {
	if ev&unix.EPOLLIN != 0 {
		bits |= evReadable
	}
	if ev&unix.EPOLLOUT != 0 {
		bits |= evWritable
	}
	if ev&(unix.EPOLLRDHUP|unix.EPOLLHUP|unix.EPOLLERR) != 0 {
		bits |= evReadable | evHangup
	}
	return bits
}

// accept lets in who waits at a listening socket.
func (p *poller) accept(i int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for range acceptsPerLook {
		if p.ears[i] < 0 {
			return
		}
		fd, sa, err := unix.Accept4(p.ears[i], unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
		switch err {
		case nil:
			p.admit(fd, sa)
		case unix.EAGAIN:
			return
		case unix.EINTR, unix.ECONNABORTED:
		default:
			p.server.log(keyspace.LogWarning, "Accepting client connection: accept: "+err.Error())
			time.AfterFunc(acceptRetry, func() { p.rearm(i) })
			return
		}
	}
	p.rearmLocked(i)
}

// rearm makes the set report a listening socket again if somebody waits there.
func (p *poller) rearm(i int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rearmLocked(i)
}

func (p *poller) rearmLocked(i int) {
	if p.ears[i] >= 0 {
		_ = p.control(unix.EPOLL_CTL_MOD, p.ears[i], p.earEvent(i))
	}
}

// admit makes the gate of a new connection. It stays dormant until the first bytes are there.
func (p *poller) admit(fd int, sa unix.Sockaddr) {
	s := p.server
	w := &socket{poller: p, fd: fd}
	g, refusal := s.newGate(p.peerOf(fd, sa), w)
	if g == nil {
		_, _ = w.write([]byte(refusal))
		w.close()
		return
	}
	w.event = unix.EpollEvent{Events: socketEvents, Fd: g.slot, Pad: g.generation}
	if err := p.control(unix.EPOLL_CTL_ADD, fd, &w.event); err != nil {
		s.log(keyspace.LogWarning, "Registering client file event: "+err.Error())
		g.finish()
		return
	}
	if !g.rest() {
		g.start()
	}
}

// peerOf sets the options of a new socket and formats its addresses.
func (p *poller) peerOf(fd int, sa unix.Sockaddr) peer {
	if _, ok := sa.(*unix.SockaddrUnix); ok {
		name := p.server.options.UnixSocket + ":0"
		return peer{remote: name, local: name, network: "unix", fd: fd}
	}
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	if ka := p.server.keepAlive(); ka.Enable {
		seconds := func(d time.Duration) int { return int(d / time.Second) }
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1)
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, seconds(ka.Idle))
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, seconds(ka.Interval))
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_KEEPCNT, ka.Count)
	}
	remote := addrPort(sa)
	local := ""
	if own, err := unix.Getsockname(fd); err == nil {
		if at := addrPort(own); at != p.local {
			p.local, p.localText = at, at.String()
		}
		local = p.localText
	}
	return peer{
		remote: remote.String(), local: local, network: "tcp", fd: fd,
		strange: !remote.Addr().Unmap().IsLoopback(),
	}
}

func addrPort(sa unix.Sockaddr) netip.AddrPort {
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port))
	case *unix.SockaddrInet6:
		ip := netip.AddrFrom16(sa.Addr)
		if sa.ZoneId != 0 {
			ip = ip.WithZone(strconv.Itoa(int(sa.ZoneId)))
		}
		return netip.AddrPortFrom(ip, uint16(sa.Port))
	}
	return netip.AddrPort{}
}

// socket is the wire of a connection in the epoll set. Its calls never wait, so they are made
// without telling the scheduler, which saves about a tenth of a microsecond each.
//
// Its methods may be called by one goroutine at a time; see stOwner.
type socket struct {
	poller *poller
	fd     int
	event  unix.EpollEvent // as registered at first; not changed
}

func (s *socket) read(k *block, from int) (int, error) {
	for {
		n, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(s.fd), k.addr+uintptr(from),
			uintptr(len(k.b)-from), 0, 0, 0)
		runtime.KeepAlive(k)
		switch errno {
		case 0:
			return int(n), nil
		case unix.EINTR:
			continue
		case unix.EAGAIN:
			return 0, errAgain
		}
		return 0, errno
	}
}

func (s *socket) write(p []byte) (written int, err error) {
	for written < len(p) {
		rest := p[written:]
		n, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(s.fd), address(rest),
			uintptr(len(rest)), unix.MSG_NOSIGNAL, 0, 0)
		runtime.KeepAlive(p)
		switch errno {
		case 0:
			written += int(n)
		case unix.EINTR:
		case unix.EAGAIN:
			return written, errAgain
		default:
			return written, errno
		}
	}
	return written, nil
}

// armWrite asks for writability to be reported, from now on: also when it is there already. The
// registration stays, as a socket that was slow once is likely to be so again.
func (s *socket) armWrite() {
	event := s.event // a copy: the owner and the connection's goroutine may both be here
	event.Events |= unix.EPOLLOUT
	_ = s.poller.control(unix.EPOLL_CTL_MOD, s.fd, &event)
}

func (s *socket) ended() bool {
	var b [1]byte
	n, _, err := unix.Recvfrom(s.fd, b[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
	return n == 0 && err == nil || err != nil && err != unix.EAGAIN && err != unix.EINTR
}

func (s *socket) direct() bool { return true }
func (s *socket) interrupt()   {}
func (s *socket) close()       { _ = unix.Close(s.fd) }
