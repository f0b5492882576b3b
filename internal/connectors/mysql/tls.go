package mysql

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"os"
	"slices"
	"strings"

	driver "github.com/go-sql-driver/mysql"

	"github.com/kalends/kalends/internal/fault"
)

const (
	tlsDisable    = "disable"
	tlsPrefer     = defaultTLS // encrypted if the server can
	tlsRequire    = "require"
	tlsVerifyCA   = "verify-ca"   // the server has a certificate of the authority; most have one of no name
	tlsVerifyFull = "verify-full" // and it is of the server's name
)

func tlsModes() []string {
	return []string{tlsDisable, tlsPrefer, tlsRequire, tlsVerifyCA, tlsVerifyFull}
}

// encrypt sets how a connection is encrypted. A socket of this machine is not.
func encrypt(c *driver.Config, v map[string]string, wrong func(name, format string, args ...any) *fault.Error) error {
	mode := cmp.Or(v[fieldTLS], defaultTLS)
	if !slices.Contains(tlsModes(), mode) {
		return wrong(fieldTLS, "there is no TLS mode %q", mode).WithHint("choose from %s", strings.Join(tlsModes(), ", "))
	}
	authorities, err := trusted(v[fieldCA])
	if err != nil {
		return wrong(fieldCA, "the file %s holds no certificates that can be read", v[fieldCA]).WithHint("name a file of certificates in PEM form")
	}
	if mode == tlsDisable || c.Net == "unix" {
		return nil
	}
	c.TLS = &tls.Config{MinVersion: tls.VersionTLS12, ServerName: v[fieldHost], RootCAs: authorities}
	switch mode {
	case tlsPrefer:
		c.TLS.InsecureSkipVerify = true // as it is without encryption
		c.AllowFallbackToPlaintext = true
	case tlsRequire:
		c.TLS.InsecureSkipVerify = true // as the mode is defined: it is for networks that are known
	case tlsVerifyCA:
		c.TLS.InsecureSkipVerify = true // VerifyConnection does
		c.TLS.VerifyConnection = func(s tls.ConnectionState) error { return vouched(s, authorities) }
	}
	return nil
}

// trusted reads a file of authorities; nil are those of the system.
func trusted(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fault.New(fault.Invalid, "no certificate in %s", file)
	}
	return pool, nil
}

// vouched checks all of a server's certificate but its name.
func vouched(s tls.ConnectionState, authorities *x509.CertPool) error {
	options := x509.VerifyOptions{Roots: authorities, Intermediates: x509.NewCertPool()}
	for _, c := range s.PeerCertificates[1:] {
		options.Intermediates.AddCert(c)
	}
	if _, err := s.PeerCertificates[0].Verify(options); err != nil {
		return &tls.CertificateVerificationError{UnverifiedCertificates: s.PeerCertificates, Err: err}
	}
	return nil
}
