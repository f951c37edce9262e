package main

import (
	"errors"
	"slices"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/resp"
)

// apply has the RESP front end take up what CONFIG SET changes. See keyspace.Options.Apply.
func (s *server) apply(next *keyspace.Config, names []string) *keyspace.ApplyError {
	listens := func(name string) bool {
		return name == "bind" || name == "port" || name == "tls-port"
	}
	moves := slices.IndexFunc(names, listens)
	if next.TLSPort == 0 && moves < 0 {
		return nil // certificates are read when there is a port for them
	}
	err := s.resp.Rebind(resp.Addresses{
		Bind: next.Bind, Port: next.Port, TLSPort: next.TLSPort,
	}, &next.TLS)
	if err == nil {
		return nil
	}
	s.reportListen(err)
	var bad resp.TLSError
	if errors.As(err, &bad) || moves < 0 {
		return &keyspace.ApplyError{Name: names[0], Reason: reply.ReasonTLS}
	}
	if names[moves] == "bind" {
		s.warning("Failed to bind")
	}
	return &keyspace.ApplyError{Name: names[moves], Reason: reply.ReasonApply(names[moves])}
}
