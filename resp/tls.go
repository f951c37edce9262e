package resp

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ringer-kv/ringer/keyspace"
)

// This file turns the tls-* parameters, which are OpenSSL's, into the configuration of crypto/tls.
// What crypto/tls can't do is refused rather than passed over.

// TLSError is a line of the log that says why TLS can't be had.
type TLSError string

// Error is the line.
func (e TLSError) Error() string { return string(e) }

// LoadTLS reads certificates and keys and makes the configuration of connections that come to
// tls-port. Its errors are the lines that Redis logs, or of their kind. Redis: tlsConfigure.
func LoadTLS(o *keyspace.TLSSettings) (*tls.Config, error) {
	switch {
	case o.CertFile == "":
		return nil, TLSError("No tls-cert-file configured!")
	case o.KeyFile == "":
		return nil, TLSError("No tls-key-file configured!")
	case o.AuthClients != "no" && o.CAFile == "" && o.CADir == "":
		return nil, TLSError("Either tls-ca-cert-file or tls-ca-cert-dir must be specified when" +
			" tls-cluster, tls-replication or tls-auth-clients are enabled!")
	}
	c := &tls.Config{SessionTicketsDisabled: !o.SessionCaching}
	certificate, err := loadCertificate(o)
	if err != nil {
		return nil, err
	}
	c.Certificates = []tls.Certificate{certificate}
	if o.CAFile != "" || o.CADir != "" {
		if c.ClientCAs, err = loadAuthorities(o); err != nil {
			return nil, err
		}
	}
	switch o.AuthClients {
	case "yes":
		c.ClientAuth = tls.RequireAndVerifyClientCert
	case "optional":
		c.ClientAuth = tls.VerifyClientCertIfGiven
	}
	if err := setProtocols(c, o.Protocols); err != nil {
		return nil, err
	}
	if c.CipherSuites, err = parseCiphers(o.Ciphers); err != nil {
		return nil, err
	}
	return c, checkSuites(o.CipherSuites)
}

// loadCertificate reads the server's certificate and its key.
func loadCertificate(o *keyspace.TLSSettings) (tls.Certificate, error) {
	failed := func(what, path string, err error) (tls.Certificate, error) {
		return tls.Certificate{}, TLSError("Failed to load " + what + ": " + path + ": " +
			keyspace.SystemError(err))
	}
	chain, err := os.ReadFile(o.CertFile)
	if err != nil {
		return failed("certificate", o.CertFile, err)
	}
	if !x509.NewCertPool().AppendCertsFromPEM(chain) {
		return failed("certificate", o.CertFile, errNoCertificate)
	}
	key, err := os.ReadFile(o.KeyFile)
	if err == nil {
		key, err = decryptKey(key, o.KeyPassword)
	}
	var certificate tls.Certificate
	if err == nil {
		certificate, err = tls.X509KeyPair(chain, key)
	}
	if err != nil {
		return failed("private key", o.KeyFile, err)
	}
	return certificate, nil
}

// errNoCertificate means that a file holds no PEM text of a certificate.
var errNoCertificate = errors.New("no certificate found")

// loadAuthorities reads the certificates of those whose signature makes a client's certificate
// good: of a file, and of all files in a folder.
func loadAuthorities(o *keyspace.TLSSettings) (*x509.CertPool, error) {
	pool := x509.NewCertPool()
	failed := func(path string, err error) error {
		return TLSError("Failed to configure CA certificate(s) file/directory: " + path + ": " +
			keyspace.SystemError(err))
	}
	if o.CAFile != "" {
		b, err := os.ReadFile(o.CAFile)
		if err != nil {
			return nil, failed(o.CAFile, err)
		}
		if !pool.AppendCertsFromPEM(b) {
			return nil, failed(o.CAFile, errNoCertificate)
		}
	}
	if o.CADir == "" {
		return pool, nil
	}
	files, err := os.ReadDir(o.CADir)
	if err != nil {
		return nil, failed(o.CADir, err)
	}
	for _, f := range files {
		// What is no certificate is passed over, as OpenSSL looks for names of its own here.
		if b, err := os.ReadFile(filepath.Join(o.CADir, f.Name())); err == nil {
			pool.AppendCertsFromPEM(b)
		}
	}
	return pool, nil
}

// protocolVersions are the versions by the names that tls-protocols has for them.
var protocolVersions = []struct {
	name    string
	version uint16
}{
	{"tlsv1", tls.VersionTLS10}, {"tlsv1.1", tls.VersionTLS11},
	{"tlsv1.2", tls.VersionTLS12}, {"tlsv1.3", tls.VersionTLS13},
}

// setProtocols obeys tls-protocols. crypto/tls knows a range of versions; of a set with a hole in
// it the version is chosen for each connection.
func setProtocols(c *tls.Config, names string) error {
	if names == "" {
		names = "tlsv1.2 tlsv1.3"
	}
	var set []uint16
	for name := range strings.FieldsSeq(strings.ToLower(names)) {
		found := false
		for _, p := range protocolVersions {
			if p.name == name {
				found = true
				set = append(set, p.version)
			}
		}
		if !found {
			return TLSError("Invalid tls-protocols specified. Use a combination of 'TLSv1'," +
				" 'TLSv1.1', 'TLSv1.2' and 'TLSv1.3'.")
		}
	}
	slices.Sort(set)
	set = slices.Compact(set)
	c.MinVersion, c.MaxVersion = set[0], set[len(set)-1]
	if int(c.MaxVersion-c.MinVersion) == len(set)-1 {
		return nil
	}
	c.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		own := c.Clone()
		own.GetConfigForClient = nil
		for _, v := range set {
			if slices.Contains(hello.SupportedVersions, v) {
				own.MinVersion, own.MaxVersion = v, v
			}
		}
		return own, nil
	}
	return nil
}

// checkSuites refuses a choice among TLS 1.3's cipher suites: crypto/tls leaves none.
func checkSuites(names string) error {
	if names == "" {
		return nil
	}
	for _, s := range tls.CipherSuites() {
		if slices.Contains(s.SupportedVersions, uint16(tls.VersionTLS12)) {
			continue
		}
		if !slices.Contains(strings.Split(names, ":"), s.Name) {
			return TLSError("Failed to configure ciphersuites: " + s.Name + " can't be left out")
		}
	}
	return nil
}
