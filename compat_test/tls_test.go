package compat_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	native "github.com/ringer-kv/ringer/binproto/client"
)

// certificates are files that openssl could have made: an authority, and what it has signed for a
// server and a client.
type certificates struct{ dir string }

func newCertificates(t *testing.T) certificates {
	t.Helper()
	c := certificates{t.TempDir()}
	ca, caKey := c.sign(t, "ca", nil, nil)
	c.sign(t, "server", ca, caKey)
	c.sign(t, "client", ca, caKey)
	return c
}

func (c certificates) path(name string) string { return filepath.Join(c.dir, name) }

func (c certificates) sign(t *testing.T, name string, parent *x509.Certificate,
	by *ecdsa.PrivateKey,
) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	own := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, BasicConstraintsValid: true,
		IsCA: parent == nil, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	if parent == nil {
		parent, by = own, key
	}
	der, err := x509.CreateCertificate(rand.Reader, own, parent, &key.PublicKey, by)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{
		name + ".crt": {Type: "CERTIFICATE", Bytes: der},
		name + ".key": {Type: "PRIVATE KEY", Bytes: private},
	} {
		if err := os.WriteFile(c.path(file), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert, key
}

// options are those of a server that speaks TLS too, with further ones.
func (c certificates) options(t *testing.T, more ...string) (options []string, port string) {
	t.Helper()
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	return append([]string{
		"--tls-port", port, "--tls-cert-file", c.path("server.crt"),
		"--tls-key-file", c.path("server.key"), "--tls-ca-cert-file", c.path("ca.crt"),
	}, more...), port
}

// TestTLSClients: go-redis and redis-cli over TLS, with a client's certificate and without.
func TestTLSClients(t *testing.T) {
	files := newCertificates(t)
	ca, err := os.ReadFile(files.path("ca.crt"))
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(files.path("client.crt"), files.path("client.key"))
	if err != nil {
		t.Fatal(err)
	}
	for _, start := range []func(...string) (*server, error){startRedis, startRinger} {
		options, port := files.options(t)
		s, err := start(options...)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.stop)
		config := &tls.Config{RootCAs: x509.NewCertPool()}
		config.RootCAs.AppendCertsFromPEM(ca)
		if err := setAndGet(t.Context(), "127.0.0.1:"+port, config); err == nil {
			t.Errorf("%s: a client without a certificate was let in", s.name)
		}
		s.mustLog(t, "# Error accepting a client connection: ")
		config.Certificates = []tls.Certificate{pair}
		if err := setAndGet(t.Context(), "127.0.0.1:"+port, config); err != nil {
			t.Errorf("%s: %v", s.name, err)
		}
		cli := []string{"-p", port, "--tls", "--cacert", files.path("ca.crt")}
		if out := redisCLI(t, append(cli, "GET", "k")...); !strings.HasPrefix(out, "Error: ") {
			t.Errorf("%s: redis-cli without a certificate: %q", s.name, out)
		}
		cli = append(cli, "--cert", files.path("client.crt"), "--key", files.path("client.key"))
		if out := redisCLI(t, append(cli, "GET", "k")...); len(out) != 1<<20+1 {
			t.Errorf("%s: redis-cli gets %d bytes", s.name, len(out))
		}
	}
}

// setAndGet is what a client does first: a handshake, a large value there and back.
func setAndGet(ctx context.Context, addr string, config *tls.Config) error {
	c := redis.NewClient(&redis.Options{Addr: addr, TLSConfig: config, MaxRetries: -1})
	defer c.Close()
	value := strings.Repeat("v", 1<<20)
	if err := c.Set(ctx, "k", value, 0).Err(); err != nil {
		return err
	}
	_, err := c.Pipelined(ctx, func(p redis.Pipeliner) error {
		for range 100 {
			p.Get(ctx, "k")
		}
		return nil
	})
	return err
}

func redisCLI(t *testing.T, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), ioTimeout)
	defer cancel()
	out, _ := exec.CommandContext(ctx, "redis-cli", args...).CombinedOutput() // it prints what fails
	return string(out)
}

// TestTLSSettings changes tls-* parameters, and addresses, of both servers while they run.
func TestTLSSettings(t *testing.T) {
	files := newCertificates(t)
	options, _ := files.options(t)
	p := newPair(t, options[2:]...) // no port for TLS yet
	free, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		`CONFIG SET tls-auth-clients no
		CONFIG SET tls-cert-file /nonexistent
		CONFIG GET tls-cert-file
		CONFIG SET tls-port ` + free + `
		CONFIG GET tls-port
		CONFIG SET tls-cert-file ` + files.path("server.crt") + `
		CONFIG SET tls-port 0 tls-port 1`,
		`CONFIG SET bind 192.0.2.77
		CONFIG GET bind
		CONFIG SET bind "127.0.0.1 -192.0.2.77 -::1"
		CONFIG GET bind
		CONFIG SET bind "127.0.0.1" timeout x
		CONFIG GET bind
		CONFIG SET port 70000
		CONFIG SET port x
		CONFIG SET bind 127.0.0.1
		INFO nosuch`,
	} {
		s, err := parseScript("settings", text)
		if err != nil {
			t.Fatal(err)
		}
		p.compare(t, s)
	}
	for _, s := range p.each() {
		s.settingsOverTLS(t, files)
	}
}

// settingsOverTLS opens the server's port for TLS, and sets there what can and can't be.
func (s *server) settingsOverTLS(t *testing.T, files certificates) {
	t.Helper()
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	if v := mustDial(t, s.addr).must(t, "CONFIG SET tls-port "+port); v.text != "OK" {
		t.Fatalf("%s: %v", s.name, v)
	}
	cli := []string{"-p", port, "--tls", "--cacert", files.path("ca.crt")}
	const no = "ERR CONFIG SET failed (possibly related to argument 'X') - " +
		"Unable to update TLS configuration. Check server logs.\n\n"
	for _, c := range []struct{ name, value, want string }{
		{"tls-cert-file", files.path("none.crt"), no},
		{"tls-key-file", files.path("client.key"), no},
		{"tls-protocols", "TLSv9", no},
		{"tls-ciphers", "NOSUCH", no},
		{"tls-protocols", "TLSv1.3", "OK\n"},
		{"tls-cert-file", files.path("server.crt"), "OK\n"},
		{"tls-auth-clients", "yes", "OK\n"},
		{"tls-auth-clients", "no", "Error: Server closed the connection\n"},
	} {
		got := redisCLI(t, append(cli, "CONFIG", "SET", c.name, c.value)...)
		// What the closing of a connection looks like depends on which packet comes first.
		got = strings.Replace(got, "Connection reset by peer", "Server closed the connection", 1)
		if want := strings.Replace(c.want, "X", c.name, 1); got != want {
			t.Errorf("%s: %s %s: %q, want %q", s.name, c.name, c.value, got, want)
		}
	}
}

// TestTLSDoesNotStart: what is missing is logged in the same words, and the exit code is 1.
func TestTLSDoesNotStart(t *testing.T) {
	files := newCertificates(t)
	cert := []string{"--tls-cert-file", files.path("server.crt")}
	key := append(cert, "--tls-key-file", files.path("server.key"))
	for _, args := range [][]string{
		nil, cert, key, append(key, "--tls-auth-clients", "no", "--tls-protocols", "x"),
		append(key, "--tls-auth-clients", "no", "--tls-ciphers", "x"),
	} {
		args = append([]string{"--port", "0", "--tls-port", "1", "--save", ""}, args...)
		want := runServer(t, lab.redisPath, "", args...)
		if !lab.subjectIsRedis {
			args = append(args, "--native-port", "0")
		}
		got := runServer(t, lab.subjectPath, "", args...)
		if got.code != want.code {
			t.Errorf("%q: exit %d, want %d", args, got.code, want.code)
		}
		for line := range strings.Lines(maskLog(want.output)) {
			said := strings.Contains(maskLog(got.output), line)
			if !said && (strings.Contains(line, "onfigure") || strings.Contains(line, "tls-")) {
				t.Errorf("%q: lacks %q in\n%s", args, line, got.output)
			}
		}
	}
}

// TestNativeTLS: the native protocol through TLS, with clients' certificates asked for, and other
// terms from the next connection on when CONFIG SET changes them.
func TestNativeTLS(t *testing.T) {
	onlyRinger(t)
	files := newCertificates(t)
	options, _ := files.options(t)
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	s, err := startRinger(append(options[2:], "--native-tls-port", port)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	ca, err := os.ReadFile(files.path("ca.crt"))
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(files.path("client.crt"), files.path("client.key"))
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{RootCAs: x509.NewCertPool()}
	config.RootCAs.AppendCertsFromPEM(ca)
	ping := func(c *tls.Config) error {
		conn, err := native.DialOptions(t.Context(), "127.0.0.1:"+port, native.Options{TLS: c})
		if err != nil {
			return err
		}
		defer conn.Close()
		_, err = conn.Do("PING")
		return err
	}
	if err := ping(config); err == nil {
		t.Error("a client without a certificate was let in")
	}
	s.mustLog(t, "# Error accepting a client connection: ")
	known := config.Clone()
	known.Certificates = []tls.Certificate{pair}
	if err := ping(known); err != nil {
		t.Error(err)
	}
	c := mustDial(t, s.addr)
	for command, want := range map[string]string{
		"CONFIG SET tls-cert-file /nonexistent": "ERR CONFIG SET failed (possibly related to" +
			" argument 'tls-cert-file') - Unable to update TLS configuration. Check server logs.",
		"CONFIG SET tls-auth-clients no": "OK",
	} {
		r, err := c.do(strings.Fields(command)...)
		if err != nil || r.value.text != want {
			t.Errorf("%s: %q, %v", command, r.value.text, err)
		}
	}
	if err := ping(config); err != nil {
		t.Errorf("without a certificate, which is not asked for any more: %v", err)
	}
}
