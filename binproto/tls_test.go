package binproto_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ringer-kv/ringer/binproto"
	"github.com/ringer-kv/ringer/binproto/client"
	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/command"
)

// terms are a server's and its clients' configurations of TLS.
func terms(t testing.TB) (server, client *tls.Config) {
	t.Helper()
	h := httptest.NewTLSServer(http.NotFoundHandler())
	defer h.Close()
	server = &tls.Config{Certificates: h.TLS.Certificates}
	return server, h.Client().Transport.(*http.Transport).TLSClientConfig
}

// serveTLS starts an engine and a server with both ports, and checks that closing leaves nothing.
func serveTLS(t testing.TB, config *keyspace.Config, o binproto.Options) (e *keyspace.Engine,
	s *binproto.Server,
) {
	t.Helper()
	e, err := keyspace.New(keyspace.Options{
		Commands: command.Table(), Config: config, ArenaBytes: 1 << 30,
	})
	if err != nil {
		t.Fatal(err)
	}
	o.Bind = []string{"127.0.0.1"}
	s = binproto.NewServer(e, o)
	if err := s.Listen(); err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error("closing the server:", err)
		}
		if err := <-served; !errors.Is(err, binproto.ErrClosed) {
			t.Error("serving:", err)
		}
		sessions := 0
		if err := e.Do(func() { sessions = len(e.Sessions()) }); err != nil || sessions != 0 {
			t.Errorf("%d sessions are left, %v", sessions, err)
		}
		if err := e.Close(); err != nil {
			t.Error("closing the engine:", err)
		}
	})
	return e, s
}

// TestTLS: commands, pipelines, large values and text through TLS, beside a port without it.
func TestTLS(t *testing.T) {
	own, theirs := terms(t)
	for _, only := range []bool{false, true} {
		_, s := serveTLS(t, nil, binproto.Options{
			TLSOnly: only, TLS: &binproto.TLSOptions{Config: func() *tls.Config { return own }},
		})
		addrs := s.Addrs()
		if want := map[bool]int{false: 2, true: 1}[only]; len(addrs) != want {
			t.Fatalf("listens on %v", addrs)
		}
		secure := addrs[len(addrs)-1].String()
		c, err := client.DialOptions(t.Context(), secure, client.Options{TLS: theirs})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		big := bytes.Repeat([]byte("v"), 4<<20)
		if _, err := c.Do("SET", "k", big); err != nil {
			t.Fatal(err)
		}
		const replies = 20
		for range replies {
			if err := c.Send("GET", "k"); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.Flush(); err != nil {
			t.Fatal(err)
		}
		for range replies {
			if v, err := c.Receive(); err != nil || !bytes.Equal(v.Bytes(), big) {
				t.Fatalf("%d bytes, %v", len(v.Bytes()), err)
			}
		}
		inText(t, secure, theirs)
	}
}

// inText speaks lines of text through TLS.
func inText(t *testing.T, address string, terms *tls.Config) {
	t.Helper()
	c, err := tls.Dial("tcp", address, terms)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "STRLEN k\r\nPING\r\n"); err != nil {
		t.Fatal(err)
	}
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(c)
	if string(got) != ":4194304\r\n+PONG\r\n" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// TestTLSTermsAreAskedForEachTime: a certificate can be exchanged while the server runs.
func TestTLSTermsAreAskedForEachTime(t *testing.T) {
	own, theirs := terms(t)
	asked := 0
	_, s := serveTLS(t, nil, binproto.Options{TLS: &binproto.TLSOptions{
		Config: func() *tls.Config {
			if asked++; asked == 1 {
				return own
			}
			strict := own.Clone()
			strict.ClientAuth = tls.RequireAnyClientCert
			return strict
		},
	}})
	address := s.Addrs()[1].String()
	for i, want := range []bool{true, false} {
		c, err := client.DialOptions(t.Context(), address, client.Options{TLS: theirs})
		if err == nil {
			_, err = c.Do("PING") // by TLS 1.3 a client hears of a refusal late
			c.Close()
		}
		if (err == nil) != want {
			t.Errorf("connection %d: %v", i, err)
		}
	}
}

// TestTLSPeersThatSayNothing count as clients while they shake hands, and end with the server.
func TestTLSPeersThatSayNothing(t *testing.T) {
	own, theirs := terms(t)
	config := keyspace.NewConfig()
	config.MaxClients = 2
	e, s := serveTLS(t, config, binproto.Options{
		TLS: &binproto.TLSOptions{Config: func() *tls.Config { return own }},
	})
	address := s.Addrs()[1].String()
	silent := []net.Conn{dial(t, address), dial(t, address)}
	for deadline := time.Now().Add(patience); ; {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		_, err := client.DialOptions(ctx, address, client.Options{TLS: theirs})
		cancel()
		if err != nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("a third client is let in beside two that shake hands")
		}
	}
	if e.Limits().Rejected.Load() == 0 {
		t.Error("nobody has been rejected")
	}
	_ = silent[0].Close()
}

// TestTLSPeerThatNeverReads is cut off by the limit of its output, and the owner does not wait.
func TestTLSPeerThatNeverReads(t *testing.T) {
	own, theirs := terms(t)
	config := keyspace.NewConfig()
	config.OutputLimits[keyspace.OutputNormal].HardBytes = 8 << 20
	_, s := serveTLS(t, config, binproto.Options{
		TLS: &binproto.TLSOptions{Config: func() *tls.Config { return own }},
	})
	address := s.Addrs()[1].String()
	deaf, err := tls.Dial("tcp", address, theirs)
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.Close()
	c, err := client.DialOptions(t.Context(), address, client.Options{TLS: theirs, Timeout: patience})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Do("SET", "k", bytes.Repeat([]byte("v"), 32<<20)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(deaf, "GET k\r\n"); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); ; {
		v, err := c.Do("INFO", "clients")
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(v.Bytes()), "connected_clients:1\r\n") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("it is still connected:\n%s", v.Bytes())
		}
	}
}
