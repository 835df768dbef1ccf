// Package loopback reaches servers on this machine by name: localhost and every
// *.localhost name is dialled at the loopback addresses (RFC 6761 §6.3). Go itself
// resolves only what the operating system resolves, which is not second.localhost.
package loopback

import (
	"context"
	"net"
	"strings"
	"time"
)

const dialTimeout = 10 * time.Second

// IsName reports whether host is localhost or below it.
func IsName(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// Dial is a DialContext for HTTP transports: loopback names at 127.0.0.1, else at
// [::1]; other names as always.
func Dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := &net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}
	host, port, err := net.SplitHostPort(address)
	if err != nil || !IsName(host) {
		return dialer.DialContext(ctx, network, address)
	}
	conn, err := dialer.DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
	if err == nil {
		return conn, nil
	}
	if other, err6 := dialer.DialContext(ctx, network, net.JoinHostPort("::1", port)); err6 == nil {
		return other, nil
	}
	return nil, err
}
