package resp

import (
	"context"
	"crypto/tls"
	"net"
	"time"

	"github.com/ringer-kv/ringer/keyspace"
)

// handshakeTimeout is how long a client may take to agree on the terms of TLS. One that is not
// done by then holds a place and is none.
const handshakeTimeout = 10 * time.Second

// reloadTLS reads certificates and keys, for connections to come. On an error, a TLSError,
// everything is as it was.
func (s *Server) reloadTLS(o *keyspace.TLSSettings) error {
	config, err := LoadTLS(o)
	if err != nil {
		return err
	}
	s.tls.Store(config)
	return nil
}

// secure agrees with a new client on the terms of TLS, in a goroutine of its own, and lets it in.
// As many at a time as there may be clients; Redis: one beyond maxclients is dropped, unheard.
func (s *Server) secure(c net.Conn) {
	if s.shaking.Add(1) > s.limits.MaxClients.Load() {
		s.shaking.Add(-1)
		s.limits.Rejected.Add(1)
		_ = c.Close()
		return
	}
	s.running.Go(func() {
		defer s.shaking.Add(-1)
		t := tls.Server(c, s.tls.Load())
		ctx, cancel := context.WithTimeout(s.life, handshakeTimeout)
		defer cancel()
		if err := t.HandshakeContext(ctx); err != nil {
			s.log(keyspace.LogWarning, "Error accepting a client connection: "+err.Error()+
				" (addr="+c.RemoteAddr().String()+" laddr="+c.LocalAddr().String()+")")
			_ = c.Close()
			return
		}
		_ = s.adopt(t, true)
	})
}
