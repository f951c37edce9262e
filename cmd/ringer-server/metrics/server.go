package metrics

import (
	"errors"
	"net"
	"net/http"
	"net/http/pprof"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/ringer-kv/ringer/keyspace"
)

const (
	// scrapeTimeout is how long a scrape may take; Prometheus itself waits ten seconds.
	scrapeTimeout = 10 * time.Second
	// maxScrapes is how many may wait at a time.
	maxScrapes = 8
	// headerTimeout and maxHeaderBytes bound what a client may take to ask.
	headerTimeout  = 10 * time.Second
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 64 << 10
)

// Server serves HTTP for one engine.
//
// Safe for concurrent use.
type Server struct {
	http      http.Server
	listeners []net.Listener
	serving   sync.WaitGroup
}

// Listen opens http-port on the addresses of http-bind. One that begins with "-" may be missing.
func Listen(e *keyspace.Engine, bind []string, port int) (*Server, error) {
	s := &Server{http: http.Server{
		Handler: handler(e), ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout,
		MaxHeaderBytes: maxHeaderBytes,
	}}
	for _, address := range bind {
		host, optional := strings.CutPrefix(address, "-")
		if host == "*" || host == "::*" {
			host = ""
		}
		l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
		switch {
		case err == nil:
			s.listeners = append(s.listeners, l)
		case !optional:
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

// Addrs are the addresses that are listened on.
func (s *Server) Addrs() (all []net.Addr) {
	for _, l := range s.listeners {
		all = append(all, l.Addr())
	}
	return all
}

// Serve serves until Close. It returns at once.
func (s *Server) Serve() {
	for _, l := range s.listeners {
		s.serving.Go(func() { _ = s.http.Serve(l) }) // it ends with Close
	}
}

// Close ends everything; what is being answered is cut off.
func (s *Server) Close() error {
	err := s.http.Close()
	for _, l := range s.listeners {
		_ = l.Close() // if Serve has not taken it over
	}
	s.serving.Wait()
	return err
}

// handler is the pages that there are.
func handler(e *keyspace.Engine) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		&collector{engine: e}, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	mux := http.NewServeMux()
	mux.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		MaxRequestsInFlight: maxScrapes, Timeout: scrapeTimeout,
	}))
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return local(mux)
}

// local refuses requests that a web page has made a browser send here under a name of its own
// (DNS rebinding): at the loopback, only its own names are asked for.
func local(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at, _ := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
		if at != nil && at.IP.IsLoopback() && !isLoopback(r.Host) {
			http.Error(w, "forbidden", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// isLoopback reports whether the host of a request is a name or address of the loopback. No
// browser leaves it out.
func isLoopback(hostPort string) bool {
	if hostPort == "" {
		return true
	}
	host, _, err := net.SplitHostPort(hostPort)
	if err != nil {
		host = strings.Trim(hostPort, "[]")
	}
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
