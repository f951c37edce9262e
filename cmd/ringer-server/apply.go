package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/resp"
)

// apply has the process and the front ends take up what CONFIG SET changes. See
// keyspace.Options.Apply.
func (s *server) apply(next *keyspace.Config, names []string) *keyspace.ApplyError {
	if name := first(names, isOOM); name != "" {
		if err := s.oom.apply(next); err != nil {
			s.warning("Unable to write oom_score_adj: " + keyspace.SystemError(err))
			return &keyspace.ApplyError{Name: name, Reason: reply.ReasonOOMScore}
		}
	}
	if failed := s.listenAnew(next, names); failed != nil {
		if err := s.oom.apply(s.inForce); err != nil {
			s.warning("Unable to write oom_score_adj: " + keyspace.SystemError(err))
		}
		return failed
	}
	s.inForce = next
	return nil
}

// listenAnew changes addresses and certificates.
func (s *server) listenAnew(next *keyspace.Config, names []string) *keyspace.ApplyError {
	moved, certified := first(names, isAddress), first(names, isTLS)
	if moved == "" && (certified == "" || next.TLSPort == 0 && next.NativeTLSPort == 0) {
		return nil // certificates are read when there is a port for them
	}
	terms, err := s.nativeTLS.Load(), error(nil)
	if certified != "" && next.NativeTLSPort != 0 {
		terms, err = resp.LoadTLS(&next.TLS)
	}
	if err == nil {
		err = s.resp.Rebind(addresses(next), &next.TLS)
	}
	if err == nil {
		s.nativeTLS.Store(terms)
		return nil
	}
	s.reportListen(err, next.MainPort())
	var bad resp.TLSError
	if errors.As(err, &bad) {
		name := certified
		if name == "" {
			name = moved
		}
		return &keyspace.ApplyError{Name: name, Reason: reply.ReasonTLS}
	}
	if moved == "bind" {
		s.warning("Failed to bind")
	}
	return &keyspace.ApplyError{Name: moved, Reason: reply.ReasonApply(moved)}
}

// addresses are where the RESP front end listens. An empty bind is no address at all.
func addresses(c *keyspace.Config) resp.Addresses {
	if len(c.Bind) == 0 {
		return resp.Addresses{}
	}
	return resp.Addresses{Bind: c.Bind, Port: c.Port, TLSPort: c.TLSPort}
}

func first(names []string, is func(string) bool) string {
	if i := slices.IndexFunc(names, is); i >= 0 {
		return names[i]
	}
	return ""
}

func isOOM(name string) bool     { return strings.HasPrefix(name, "oom-") }
func isTLS(name string) bool     { return strings.HasPrefix(name, "tls-") && name != "tls-port" }
func isAddress(name string) bool { return name == "bind" || name == "port" || name == "tls-port" }
