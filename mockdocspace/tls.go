package mockdocspace

import (
	"bytes"
	"crypto/tls"
	"errors"
	"net/http"
	"os"

	"docspace-oauth/loopback"
	"docspace-oauth/mockdocspace/config"
	"docspace-oauth/mockdocspace/internal/certificate"
)

// tlsConfig is nil where the portal serves plain http.
func tlsConfig(c *config.Config) (*tls.Config, error) {
	if c.TLS == nil {
		return nil, nil
	}
	pair, err := serverCertificate(c)
	if err != nil {
		return nil, err
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}, nil
}

func serverCertificate(c *config.Config) (tls.Certificate, error) {
	if !c.TLS.SelfSigned {
		pair, err := tls.LoadX509KeyPair(c.TLS.Certificate, c.TLS.Key)
		if err != nil {
			return pair, optionError("tls: %v: give a PEM certificate and its private key", err)
		}
		return pair, nil
	}
	hosts := append([]string{"localhost", "127.0.0.1", "::1"}, c.TLS.Hosts...)
	for _, portal := range c.Portals {
		hosts = append(hosts, portal.Hosts...)
	}
	pair, authority, err := certificate.Make(hosts)
	if err != nil {
		return pair, err
	}
	if c.TLS.AuthorityFile != "" {
		if err := os.WriteFile(c.TLS.AuthorityFile, authority, 0o644); err != nil {
			return pair, optionError("tls: authority-file: %v: its folder must exist and be writable", err)
		}
	}
	return pair, nil
}

// ownCertificateOnly is a client that trusts the portal's own certificate, under
// whatever name it is reached, and no other.
func ownCertificateOnly(server *tls.Config) *http.Client {
	own := server.Certificates[0].Certificate[0]
	return &http.Client{Transport: &http.Transport{DialContext: loopback.Dial, TLSClientConfig: &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: true, // VerifyConnection compares the certificate itself
		VerifyConnection: func(state tls.ConnectionState) error {
			if len(state.PeerCertificates) == 0 || !bytes.Equal(state.PeerCertificates[0].Raw, own) {
				return errors.New("another server answers with another certificate")
			}
			return nil
		},
	}}}
}
