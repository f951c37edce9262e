package resp

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ringer-kv/ringer/keyspace"
)

// authority signs certificates in a folder.
type authority struct {
	t    *testing.T
	dir  string
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	n    int64
}

func newAuthority(t *testing.T) *authority {
	a := &authority{t: t, dir: t.TempDir()}
	a.cert, a.key = a.sign("ca", nil, nil)
	return a
}

// sign makes name.crt and name.key. Without a parent the certificate signs itself.
func (a *authority) sign(name string, parent *x509.Certificate, by *ecdsa.PrivateKey) (
	*x509.Certificate, *ecdsa.PrivateKey,
) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	a.n++
	own := &x509.Certificate{
		SerialNumber: big.NewInt(a.n), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, BasicConstraintsValid: true,
		IsCA: parent == nil, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	if parent == nil {
		parent, by = own, key
	}
	der, err := x509.CreateCertificate(rand.Reader, own, parent, &key.PublicKey, by)
	if err != nil {
		a.t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	a.write(name+".crt", "CERTIFICATE", der)
	a.write(name+".key", "PRIVATE KEY", private)
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return cert, key
}

func (a *authority) write(name, kind string, der []byte) {
	a.t.Helper()
	text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	if err := os.WriteFile(a.path(name), text, 0o600); err != nil {
		a.t.Fatal(err)
	}
}

func (a *authority) path(name string) string { return filepath.Join(a.dir, name) }

// settings are those of a server whose certificate is name's.
func (a *authority) settings(name string) *keyspace.TLSSettings {
	return &keyspace.TLSSettings{
		CertFile: a.path(name + ".crt"), KeyFile: a.path(name + ".key"),
		CAFile: a.path("ca.crt"), AuthClients: "yes", SessionCaching: true,
	}
}

// client is the configuration of a client that trusts the authority; name "" has no certificate.
func (a *authority) client(name string) *tls.Config {
	a.t.Helper()
	c := &tls.Config{RootCAs: x509.NewCertPool()}
	c.RootCAs.AddCert(a.cert)
	if name != "" {
		pair, err := tls.LoadX509KeyPair(a.path(name+".crt"), a.path(name+".key"))
		if err != nil {
			a.t.Fatal(err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c
}

// secureServer listens for TLS only.
func secureServer(t *testing.T, e Engine, o *keyspace.TLSSettings, log func(string)) *Server {
	t.Helper()
	return startServer(t, e, Options{
		Bind: []string{"127.0.0.1"}, Port: 0, TLSPort: AnyPort, TLS: o,
		Log: func(_ keyspace.LogLevel, text string) { log(text) },
	})
}

// dialTLS returns the error of the handshake or, as TLS 1.3 tells of a refusal later, of the first
// request.
func dialTLS(t *testing.T, a net.Addr, c *tls.Config) (*client, error) {
	t.Helper()
	conn, err := tls.Dial("tcp", a.String(), c)
	if err != nil {
		return nil, err
	}
	cl := newClient(t, conn)
	if _, err := io.WriteString(conn, "PING\r\n"); err != nil {
		return nil, err
	}
	line, err := cl.r.ReadString('\n')
	if err == nil && line != "+PONG\r\n" {
		err = fmt.Errorf("PING gives %q", line)
	}
	return cl, err
}

// TestTLSAuthClients: who is let in, by tls-auth-clients and the client's certificate.
func TestTLSAuthClients(t *testing.T) {
	a, stranger := newAuthority(t), newAuthority(t)
	a.sign("server", a.cert, a.key)
	a.sign("friend", a.cert, a.key)
	own := stranger.client("ca")
	own.RootCAs = a.client("").RootCAs
	for _, c := range []struct {
		auth                   string
		none, friend, stranger bool // let in?
	}{
		{"yes", false, true, false}, {"optional", true, true, false}, {"no", true, true, true},
	} {
		settings := a.settings("server")
		settings.AuthClients = c.auth
		s := secureServer(t, newFakeEngine(t), settings, func(string) {})
		for who, config := range map[string]*tls.Config{
			"none": a.client(""), "friend": a.client("friend"), "stranger": own,
		} {
			_, err := dialTLS(t, s.Addr(), config)
			want := map[string]bool{"none": c.none, "friend": c.friend, "stranger": c.stranger}[who]
			if (err == nil) != want {
				t.Errorf("tls-auth-clients %s, certificate %s: %v", c.auth, who, err)
			}
		}
	}
}

// TestTLSRequests: what is written and read in one go, in pieces and half closed.
func TestTLSRequests(t *testing.T) {
	a := newAuthority(t)
	a.sign("server", a.cert, a.key)
	settings := a.settings("server")
	settings.AuthClients = "no"
	e := newFakeEngine(t)
	s := secureServer(t, e, settings, func(string) {})
	c, err := dialTLS(t, s.Addr(), a.client(""))
	if err != nil {
		t.Fatal(err)
	}
	e.expect(t, "open")
	for _, b := range []byte("*2\r\n$4\r\nECHO\r\n$5\r\nhello\r\n") {
		c.send(string(b))
	}
	c.expect("$5\r\nhello\r\n")
	c.send("BIG 5000000\r\nPING\r\n")
	c.expect("$5000000\r\n" + strings.Repeat("x", 5000000) + "\r\n+PONG\r\n")
	const n = 10_000
	go c.send(strings.Repeat("PING\r\n", n))
	c.expect(strings.Repeat("+PONG\r\n", n))
	c.send("PING\r\nBLOCK\r\n")
	c.expect("+PONG\r\n")
	e.expect(t, "blocked")
	if err := c.Conn.(*tls.Conn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	c.expectEnd("")
	e.expect(t, "hangup")
}

// TestTLSBadClients: plain text, garbage, silence and a handshake that is broken off are logged,
// and nobody else notices.
func TestTLSBadClients(t *testing.T) {
	a := newAuthority(t)
	a.sign("server", a.cert, a.key)
	settings := a.settings("server")
	settings.AuthClients = "no"
	logged := make(chan string, 100)
	s := secureServer(t, newFakeEngine(t), settings, func(text string) { logged <- text })
	for _, c := range []struct{ name, sends string }{
		{"plain text", "PING\r\n"},
		{"garbage", "\x16\x03\x01\xff\xff" + strings.Repeat("\x00", 70000)},
		{"a part of a handshake", "\x16\x03\x01\x02\x00\x01"},
		{"nothing", ""},
	} {
		conn := dial(t, s.Addr())
		_, _ = io.WriteString(conn, c.sends) // it may be cut off meanwhile
		if c.name == "plain text" || c.name == "garbage" {
			_, _ = io.Copy(io.Discard, conn) // it may be reset
		}
		_ = conn.Close()
		if line := <-logged; !strings.HasPrefix(line, "Error accepting a client connection: ") {
			t.Errorf("%s: logged %q", c.name, line)
		}
	}
	silent := dial(t, s.Addr()) // holds up neither others nor Close
	if _, err := dialTLS(t, s.Addr(), a.client("")); err != nil {
		t.Error(err)
	}
	_ = silent
}

// TestTLSHandshakesAreBounded: as many as there may be clients.
func TestTLSHandshakesAreBounded(t *testing.T) {
	a := newAuthority(t)
	a.sign("server", a.cert, a.key)
	e := newFakeEngine(t)
	e.limits.MaxClients.Store(2)
	s := secureServer(t, e, a.settings("server"), func(string) {})
	for range 2 {
		dial(t, s.Addr())
	}
	until(t, "two handshakes", func() bool { return s.shaking.Load() == 2 })
	dial(t, s.Addr()).expectEnd("")
	if n := e.limits.Rejected.Load(); n != 1 {
		t.Errorf("%d connections rejected", n)
	}
}

// TestRebind moves a server with its connections to other ports and certificates, and leaves it
// where it is when that fails.
func TestRebind(t *testing.T) {
	for _, plain := range []bool{false, true} {
		a := newAuthority(t)
		a.sign("one", a.cert, a.key)
		a.sign("two", a.cert, a.key)
		settings := a.settings("one")
		settings.AuthClients = "no"
		e := newFakeEngine(t)
		bind := []string{"127.0.0.1"}
		s := startServer(t, e, Options{
			Bind: bind, Port: AnyPort, TLSPort: AnyPort, TLS: settings, Plain: plain,
			Log: func(keyspace.LogLevel, string) {},
		})
		old := s.Addrs()
		c := dial(t, old[0])
		c.send("PING\r\n") // once served, it outlives its listener
		c.expect("+PONG\r\n")
		taken := startServer(t, newFakeEngine(t), Options{})
		at := Addresses{Bind: bind, Port: taken.Addr().(*net.TCPAddr).Port, TLSPort: AnyPort}
		settings.CertFile, settings.KeyFile = a.path("two.crt"), a.path("two.key")
		if err := s.Rebind(at, settings); err == nil {
			t.Fatal("listens on a port that is taken")
		}
		if got := nameOf(t, a, s.Addrs()[1]); fmt.Sprint(s.Addrs()) != fmt.Sprint(old) || got != "one" {
			t.Errorf("after a failure: %v and %s, before %v", s.Addrs(), got, old)
		}
		at.Port = AnyPort
		if err := s.Rebind(at, settings); err != nil {
			t.Fatal(err)
		}
		if got := nameOf(t, a, s.Addrs()[1]); s.Addrs()[0].String() == old[0].String() || got != "two" {
			t.Errorf("moved to %v and %s, before %v", s.Addrs(), got, old)
		}
		settings.CertFile = a.path("none.crt")
		if err := s.Rebind(at, settings); err == nil {
			t.Fatal("a certificate that is not there is taken")
		}
		if _, err := net.Dial("tcp", old[0].String()); err == nil {
			t.Error("the old port still answers")
		}
		d := dial(t, s.Addrs()[0])
		for _, each := range []*client{c, d} {
			each.send("PING\r\n")
			each.expect("+PONG\r\n")
		}
		if err := s.Rebind(Addresses{Bind: bind}, settings); err != nil || len(s.Addrs()) > 0 {
			t.Errorf("no port at all: %v, %v", err, s.Addrs())
		}
		d.send("PING\r\n")
		d.expect("+PONG\r\n")
	}
}

// nameOf is the name in the certificate that a server shows.
func nameOf(t *testing.T, a *authority, at net.Addr) string {
	t.Helper()
	c, err := dialTLS(t, at, a.client(""))
	if err != nil {
		t.Fatal(err)
	}
	return c.Conn.(*tls.Conn).ConnectionState().PeerCertificates[0].Subject.CommonName
}

// TestTLSProtocols: which version a client gets that speaks all, and one that speaks an old one.
func TestTLSProtocols(t *testing.T) {
	a := newAuthority(t)
	a.sign("server", a.cert, a.key)
	for _, c := range []struct {
		protocols string
		all, old  uint16 // versions; 0: none
	}{
		{"", tls.VersionTLS13, 0},
		{"TLSv1.2", tls.VersionTLS12, 0},
		{"tlsv1.3", tls.VersionTLS13, 0},
		{"TLSv1.1 TLSv1.2", tls.VersionTLS12, tls.VersionTLS11},
		{"TLSv1.3 TLSv1.1", tls.VersionTLS13, tls.VersionTLS11},
		{"TLSv1", tls.VersionTLS10, tls.VersionTLS10},
	} {
		settings := a.settings("server")
		settings.AuthClients, settings.Protocols = "no", c.protocols
		s := secureServer(t, newFakeEngine(t), settings, func(string) {})
		for _, most := range []uint16{tls.VersionTLS13, tls.VersionTLS11} {
			config := a.client("")
			config.MinVersion, config.MaxVersion = tls.VersionTLS10, most
			got := uint16(0)
			if c, err := dialTLS(t, s.Addr(), config); err == nil {
				got = c.Conn.(*tls.Conn).ConnectionState().Version
			}
			want := c.all
			if most == tls.VersionTLS11 {
				want = c.old
			}
			if got != want {
				t.Errorf("tls-protocols %q, a client up to %x: %x, want %x", c.protocols, most, got, want)
			}
		}
	}
}

// TestLoadTLSRefuses: each with a line that says why.
func TestLoadTLSRefuses(t *testing.T) {
	a := newAuthority(t)
	a.sign("server", a.cert, a.key)
	a.sign("other", a.cert, a.key)
	for _, c := range []struct {
		change func(o *keyspace.TLSSettings)
		want   string // in the error; "": none
	}{
		{func(o *keyspace.TLSSettings) {}, ""},
		{func(o *keyspace.TLSSettings) { o.CertFile = "" }, "No tls-cert-file configured!"},
		{func(o *keyspace.TLSSettings) { o.KeyFile = "" }, "No tls-key-file configured!"},
		{func(o *keyspace.TLSSettings) { o.CAFile = "" }, "Either tls-ca-cert-file or tls-ca-cert-dir"},
		{func(o *keyspace.TLSSettings) { o.CAFile, o.AuthClients = "", "no" }, ""},
		{func(o *keyspace.TLSSettings) { o.CAFile, o.CADir = "", a.dir }, ""},
		{func(o *keyspace.TLSSettings) { o.CADir = "/nonexistent" }, "No such file or directory"},
		{func(o *keyspace.TLSSettings) { o.CAFile = a.path("ca.key") }, "no certificate found"},
		{func(o *keyspace.TLSSettings) { o.CertFile = a.path("x") },
			"Failed to load certificate: " + a.path("x") + ": No such file or directory"},
		{func(o *keyspace.TLSSettings) { o.CertFile = a.path("server.key") },
			"Failed to load certificate"},
		{func(o *keyspace.TLSSettings) { o.KeyFile = a.path("x") }, "Failed to load private key: "},
		{func(o *keyspace.TLSSettings) { o.KeyFile = a.path("other.key") }, "Failed to load private key"},
		{func(o *keyspace.TLSSettings) { o.Protocols = "TLSv1.2 SSLv3" }, "Invalid tls-protocols"},
		{func(o *keyspace.TLSSettings) { o.Ciphers = "RC4:aNULL" }, "Failed to configure ciphers"},
		{func(o *keyspace.TLSSettings) { o.CipherSuites = "TLS_AES_256_GCM_SHA384" },
			"Failed to configure ciphersuites: "},
		{func(o *keyspace.TLSSettings) {
			o.CipherSuites = "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256"
		}, ""},
	} {
		settings := a.settings("server")
		c.change(settings)
		_, err := LoadTLS(settings)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", settings, err, c.want)
		}
	}
}

func opensslNamesOf(ids []uint16) (names []string) {
	for _, s := range opensslNames {
		if slices.Contains(ids, s.id) {
			names = append(names, s.name)
		}
	}
	return names
}

func TestParseCiphers(t *testing.T) {
	for _, c := range []struct {
		list string
		want string // OpenSSL's names, in the order of the table
	}{
		{"", ""},
		{"ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"},
		{"ECDHE+AESGCM:!ECDSA", "ECDHE-RSA-AES128-GCM-SHA256 ECDHE-RSA-AES256-GCM-SHA384"},
		{"HIGH:!aNULL:!MD5:!kRSA:-SHA:-SHA256:!aRSA:@STRENGTH", "ECDHE-ECDSA-AES128-GCM-SHA256" +
			" ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-ECDSA-CHACHA20-POLY1305"},
		{"kRSA+AESGCM,AES128-SHA256", "AES128-SHA256 AES128-GCM-SHA256 AES256-GCM-SHA384"},
		{"3DES", "DES-CBC3-SHA ECDHE-RSA-DES-CBC3-SHA"},
		{"CHACHA20:!CHACHA20:AES128-SHA", "AES128-SHA"},
	} {
		ids, err := parseCiphers(c.list)
		if got := strings.Join(opensslNamesOf(ids), " "); err != nil || got != c.want {
			t.Errorf("%q: %s, %v, want %s", c.list, got, err, c.want)
		}
	}
	defaults, err := parseCiphers("DEFAULT")
	for _, s := range tls.CipherSuites() {
		old := s.SupportedVersions[0] <= tls.VersionTLS12
		if found := strings.Contains(fmt.Sprint(defaults), fmt.Sprint(s.ID)); err != nil || found != old {
			t.Errorf("DEFAULT has %s: %v, %v", s.Name, found, err)
		}
	}
}

// TestDecryptKey opens one key that OpenSSL has encrypted in several ways.
func TestDecryptKey(t *testing.T) {
	plain, err := os.ReadFile("testdata/key-plain.pem")
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(plain)
	want, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"plain", "aes256", "aes128-sha1", "aes192-sha512", "old"} {
		text, err := os.ReadFile("testdata/key-" + name + ".pem")
		if err != nil {
			t.Fatal(err)
		}
		opened, err := decryptKey(text, "secret")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		block, _ := pem.Decode(opened)
		got, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			got, err = x509.ParseECPrivateKey(block.Bytes)
		}
		if err != nil || !want.(*ecdsa.PrivateKey).Equal(got) {
			t.Errorf("%s: another key, %v", name, err)
		}
		if _, err := decryptKey(text, "wrong"); err == nil && name != "plain" {
			t.Errorf("%s opens with a wrong password", name)
		}
	}
	pbes1, err := os.ReadFile("testdata/key-pbes1.pem")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := decryptKey(pbes1, "secret"); err == nil {
		t.Error("PBES1 is said to be opened")
	}
}

// FuzzDecryptKey: whatever a key file holds, it is opened or refused.
func FuzzDecryptKey(f *testing.F) {
	for _, name := range []string{"aes256", "old", "pbes1"} {
		text, err := os.ReadFile("testdata/key-" + name + ".pem")
		if err != nil {
			f.Fatal(err)
		}
		block, _ := pem.Decode(text)
		f.Add(block.Bytes)
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		text := pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: der})
		_, _ = decryptKey(text, "secret") // it may be refused, and must not panic
	})
}
