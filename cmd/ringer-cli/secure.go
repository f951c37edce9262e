package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
)

// secureOptions are those of TLS, under redis-cli's names.
type secureOptions struct {
	on, insecure      bool
	sni               string
	caFile, caDir     string
	certFile, keyFile string
}

// set sets an option with a value.
func (o *secureOptions) set(name, value string) error {
	field, known := map[string]*string{
		"--sni": &o.sni, "--cacert": &o.caFile, "--cacertdir": &o.caDir,
		"--cert": &o.certFile, "--key": &o.keyFile,
	}[name]
	if !known {
		return badOption(name)
	}
	*field = value
	return nil
}

// config reads the files; nil: no TLS.
func (o *secureOptions) config() (*tls.Config, error) {
	if !o.on {
		return nil, nil
	}
	c := &tls.Config{ServerName: o.sni, InsecureSkipVerify: o.insecure}
	var err error
	if o.caFile != "" || o.caDir != "" {
		if c.RootCAs, err = o.authorities(); err != nil {
			return nil, err
		}
	}
	if o.certFile == "" && o.keyFile == "" {
		return c, nil
	}
	pair, err := tls.LoadX509KeyPair(o.certFile, o.keyFile)
	if err != nil {
		return nil, errors.New("Invalid client certificate or key: " + err.Error())
	}
	c.Certificates = []tls.Certificate{pair}
	return c, nil
}

// authorities are those whose signature makes the server's certificate good.
func (o *secureOptions) authorities() (*x509.CertPool, error) {
	pool, paths := x509.NewCertPool(), []string{}
	if o.caFile != "" {
		paths = append(paths, o.caFile)
	}
	if o.caDir != "" {
		files, err := os.ReadDir(o.caDir)
		if err != nil {
			return nil, errors.New("Invalid CA Certificate File/Directory: " + err.Error())
		}
		for _, f := range files {
			paths = append(paths, filepath.Join(o.caDir, f.Name()))
		}
	}
	found := false
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil && path == o.caFile {
			return nil, errors.New("Invalid CA Certificate File/Directory: " + err.Error())
		}
		found = pool.AppendCertsFromPEM(b) || found
	}
	if !found {
		//lint:ignore ST1005 redis-cli prints these words, which callers look for
		return nil, errors.New("Invalid CA Certificate File/Directory: no certificate found")
	}
	return pool, nil
}
