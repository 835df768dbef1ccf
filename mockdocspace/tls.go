package mockdocspace

import (
	"crypto/tls"
	"os"

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
