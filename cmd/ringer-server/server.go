package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/ringer-kv/ringer/binproto"
	"github.com/ringer-kv/ringer/cmd/ringer-server/metrics"
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/resp"
)

// gcPercent gives the garbage collector head room: the data lies outside of the Go heap, which is
// a few MiB of connections and buffers, and would be collected again and again. It is not more, as
// a goal of over 1 GiB, three times what 10,000 busy connections hold, makes Go's runtime put its
// own tables into huge pages for good: 4 to 8 MiB.
const gcPercent = 200

// The processors that run goroutines are io-threads, one unless set, as in Redis: connections'
// goroutines and the owner then take turns without waking threads. Measured on 2 cores, GET with 50
// connections: 7.1 us of CPU per request against 9.8 with two processors, at the same throughput.

// server is the engine, its front ends and what ends them.
//
// Owned by the main goroutine, but for stop.
type server struct {
	*logger
	supervisor
	config *keyspace.Config // as it was at the start: the engine's may change
	table  *keyspace.Table
	engine *keyspace.Engine
	resp   *resp.Server
	native *binproto.Server // nil: native-port 0
	http   *metrics.Server  // nil: http-port 0
	oom    oomScore
	// nativeTLS are the terms of TLS on native-tls-port.
	nativeTLS atomic.Pointer[tls.Config]
	inForce   *keyspace.Config // by the last change that was applied
	stop      chan struct{}    // SHUTDOWN
	failed    chan error       // a front end that has ended by itself
}

// run runs a server to its end and returns the exit code.
func (s *server) run() int {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(s.config.IOThreads)
	}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	signal.Ignore(syscall.SIGHUP)
	if !s.start() {
		return 1
	}
	quit := make(chan struct{})
	go returnMemory(quit, s.engine.OpenSessions)
	code := s.wait(signals)
	close(quit)
	return max(code, s.end())
}

// start builds everything and listens; false: it has logged why not.
func (s *server) start() bool {
	s.banner()
	s.role = roleMaster
	if !s.raiseFileLimit() {
		return false
	}
	c := s.config
	if c.ModuleSettings {
		s.warning("Module Configuration detected without loadmodule directive or no ApplyConfig" +
			" call: aborting")
		return false
	}
	for _, name := range c.Ignored() {
		s.notice("The setting of " + name + " is kept and shown, but has no effect.")
	}
	atStart := *c
	s.config, s.inForce = &atStart, &atStart
	s.oom.path = oomScoreFile
	if err := s.oom.apply(c); err != nil {
		s.warning("Unable to write oom_score_adj: " + keyspace.SystemError(err))
	}
	if err := bindProcessors(c.ServerCPUList); err != nil {
		s.warning("Unable to run on the processors of server_cpulist " + c.ServerCPUList + ": " +
			keyspace.SystemError(err))
	}
	engine, err := keyspace.New(keyspace.Options{
		Table: s.table, Config: c, Log: s.line,
		Background: background(c.IOThreads),
		Apply:      s.apply,
		Shutdown:   func() { s.stop <- struct{}{} },
	})
	if err != nil {
		var access *keyspace.AccessError
		if errors.As(err, &access) {
			s.warning(access.Text)
		} else {
			s.warning("Starting: " + err.Error())
		}
		return false
	}
	s.engine = engine
	s.level.Store(engine.Limits())
	if !s.listen() {
		s.closeAll()
		return false
	}
	s.writePIDFile()
	s.serveAll()
	return true
}

// background gives the engine's worker a processor of its own while it has something to do, so
// that its calls of the system, which take milliseconds, keep nobody waiting.
func background(processors int) func(busy bool) {
	if os.Getenv("GOMAXPROCS") != "" {
		return nil
	}
	return func(busy bool) {
		n := processors
		if busy {
			n++
		}
		runtime.GOMAXPROCS(n)
	}
}

// banner says who is starting.
func (s *server) banner() {
	s.warning("oO0OoO0OoO0Oo Ringer is starting oO0OoO0OoO0Oo")
	s.warning(fmt.Sprintf("Ringer version=%s, Redis version=%s, bits=%d, pid=%d, just started",
		keyspace.Version, keyspace.RedisVersion, strconv.IntSize, os.Getpid()))
	if len(os.Args) == 1 {
		s.warning("Warning: no config file specified, using the default config. In order to" +
			" specify a config file use ringer-server /path/to/redis.conf")
		return
	}
	s.warning("Configuration loaded")
}

// listen opens the sockets of both front ends.
func (s *server) listen() bool {
	c := s.config
	at := addresses(c)
	s.resp = resp.NewServer(s.engine, resp.Options{
		Bind: at.Bind, Port: at.Port, TLSPort: at.TLSPort, TLS: &c.TLS,
		UnixSocket: c.UnixSocket, UnixSocketPerm: os.FileMode(c.UnixSocketPerm),
		Backlog: c.TCPBacklog, Log: s.line,
		PassedOver: func(err error) { s.reportListen(err, c.MainPort()) },
	})
	if err := s.resp.Listen(); err != nil {
		s.reportListen(err, c.MainPort())
		var bad resp.TLSError
		if errors.As(err, &bad) {
			s.warning("Failed to configure TLS. Check logs for more info.")
		} else if c.MainPort() != 0 {
			s.warning(fmt.Sprintf("Failed listening on port %d (TCP), aborting.", c.MainPort()))
		}
		return false
	}
	if !s.listenNative() {
		return false
	}
	if len(s.resp.Addrs()) == 0 && s.native == nil {
		s.warning("Configured to not listen anywhere, exiting.")
		return false
	}
	return s.listenHTTP()
}

// listenNative opens the sockets of the native protocol.
func (s *server) listenNative() bool {
	c := s.config
	if c.NativePort == 0 && c.NativeTLSPort == 0 {
		return true
	}
	o := binproto.Options{
		Bind: c.NativeBind, Port: c.NativePort, TLSOnly: c.NativePort == 0,
		MaxFrame: c.NativeMaxFrame, Backlog: c.TCPBacklog, Log: s.warning,
	}
	port := c.NativePort
	if c.NativeTLSPort != 0 {
		terms, err := resp.LoadTLS(&c.TLS)
		if err != nil {
			s.reportListen(err, c.NativeTLSPort)
			s.warning("Failed to configure TLS. Check logs for more info.")
			return false
		}
		s.nativeTLS.Store(terms)
		o.TLS = &binproto.TLSOptions{Port: c.NativeTLSPort, Config: s.nativeTLS.Load}
		if port == 0 {
			port = c.NativeTLSPort
		}
	}
	native := binproto.NewServer(s.engine, o)
	if err := native.Listen(); err != nil {
		s.reportListen(err, port)
		s.warning(fmt.Sprintf("Failed listening on port %d (TCP), aborting.", port))
		return false
	}
	s.native = native
	return true
}

// listenHTTP opens the sockets for those who watch.
func (s *server) listenHTTP() bool {
	c := s.config
	if c.HTTPPort == 0 {
		return true
	}
	http, err := metrics.Listen(s.engine, c.HTTPBind, c.HTTPPort)
	if err != nil {
		s.reportListen(err, c.HTTPPort)
		s.warning(fmt.Sprintf("Failed listening on port %d (HTTP), aborting.", c.HTTPPort))
		return false
	}
	s.http = http
	return true
}

// reportListen logs why a socket can't be opened, or TLS not be had, in Redis's words. The port is
// for errors that tell none.
func (s *server) reportListen(err error, port int) {
	var bad resp.TLSError
	if errors.As(err, &bad) {
		s.warning(bad.Error())
		return
	}
	reason := "bind: " + keyspace.SystemError(err)
	var op *net.OpError
	isOp := errors.As(err, &op)
	if isOp && op.Net == "unix" {
		s.warning("Failed opening Unix socket: " + reason)
		return
	}
	host := "*"
	var dns *net.DNSError
	if errors.As(err, &dns) {
		host, reason = dns.Name, "Name or service not known"
	}
	if tcp, ok := addrOf(op).(*net.TCPAddr); ok {
		port = tcp.Port
		if len(tcp.IP) > 0 {
			host = tcp.IP.String()
		}
	} else if isOp && op.Net == "tcp6" {
		host = "::*"
	}
	s.warning(fmt.Sprintf("Warning: Could not create server TCP listening socket %s:%d: %s",
		host, port, reason))
}

func addrOf(op *net.OpError) net.Addr {
	if op == nil {
		return nil
	}
	return op.Addr
}

// serveAll starts the front ends and tells that the server is ready: scripts wait for that line.
func (s *server) serveAll() {
	c := s.config
	if s.showsLogo() {
		s.raw(keyspace.LogNotice, logo(c.MainPort()))
	} else {
		s.notice("Running mode=standalone, port=" + strconv.Itoa(c.MainPort()) + ".")
	}
	s.warning("Server initialized")
	go func() { s.failed <- s.resp.Serve() }()
	if s.native != nil {
		go func() { s.failed <- s.native.Serve() }()
	}
	if c.NativePort != 0 {
		s.notice("Native protocol on port " + strconv.Itoa(c.NativePort) + ".")
	}
	if c.NativeTLSPort != 0 {
		s.notice("Native protocol with TLS on port " + strconv.Itoa(c.NativeTLSPort) + ".")
	}
	if s.http != nil {
		s.http.Serve()
		s.notice("Metrics and profiles over HTTP on port " + strconv.Itoa(c.HTTPPort) + ".")
	}
	if c.MainPort() != 0 || s.native != nil {
		s.notice("Ready to accept connections")
	}
	if c.UnixSocket != "" {
		s.notice("The server is now ready to accept connections at " + c.UnixSocket)
	}
	s.tell(s.logger, "STATUS=Ready to accept connections\n")
	s.tell(s.logger, "READY=1\n")
}

// wait returns when the server is to end: a signal, SHUTDOWN, or a front end that gave up.
func (s *server) wait(signals chan os.Signal) int {
	select {
	case sig := <-signals:
		s.handled("Received " + signalName(sig) + " scheduling shutdown...")
		s.warning("User requested shutdown...")
	case <-s.stop:
	case err := <-s.failed:
		s.warning("Serving ended: " + err.Error())
		return 1
	}
	go s.insist(signals)
	return 0
}

// insist ends the process at a second Ctrl-C. Another SIGTERM, as supervisors send, changes
// nothing: the server is ending. Redis: sigShutdownHandler.
func (s *server) insist(signals chan os.Signal) {
	for sig := range signals {
		if sig == syscall.SIGINT {
			s.handled("You insist... exiting now.")
			s.flush()
			os.Exit(1)
		}
		s.handled("Received " + signalName(sig) + " scheduling shutdown...")
	}
}

// handled logs as a signal handler of Redis does.
func (s *server) handled(text string) {
	s.raw(keyspace.LogWarning, fmt.Sprintf("%d:signal-handler (%d) %s\n", os.Getpid(),
		time.Now().Unix(), text))
}

func signalName(sig os.Signal) string {
	if sig == syscall.SIGINT {
		return "SIGINT"
	}
	return "SIGTERM"
}

// end closes everything and returns the exit code.
func (s *server) end() int {
	s.tell(s.logger, "STOPPING=1\n")
	s.removePIDFile()
	if s.config.UnixSocket != "" {
		s.notice("Removing the unix socket file.")
	}
	code := s.closeAll()
	s.warning("Ringer is now ready to exit, bye bye...")
	return code
}

// closeAll closes the front ends, which need the engine to say good-bye to sessions, then the
// engine.
func (s *server) closeAll() int {
	var errs []error
	if s.resp != nil {
		errs = append(errs, s.resp.Close())
	}
	if s.native != nil {
		errs = append(errs, s.native.Close())
	}
	if s.http != nil {
		errs = append(errs, s.http.Close())
	}
	errs = append(errs, s.engine.Close())
	if err := errors.Join(errs...); err != nil {
		s.warning("Closing: " + err.Error())
		return 1
	}
	return 0
}

// writePIDFile leaves the process id where pidfile says.
func (s *server) writePIDFile() {
	if s.config.PIDFile == "" {
		return
	}
	pid := strconv.Itoa(os.Getpid()) + "\n"
	if err := os.WriteFile(s.config.PIDFile, []byte(pid), 0o644); err != nil {
		s.warning("Failed to write PID file: " + keyspace.SystemError(err))
		s.config.PIDFile = ""
	}
}

func (s *server) removePIDFile() {
	if s.config.PIDFile == "" {
		return
	}
	s.notice("Removing the pid file.")
	if err := os.Remove(s.config.PIDFile); err != nil {
		s.warning("Removing the pid file: " + keyspace.SystemError(err))
	}
}
