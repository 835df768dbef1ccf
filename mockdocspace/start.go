package mockdocspace

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"docspace-oauth/mockdocspace/control"
	"docspace-oauth/mockdocspace/internal/site"
	"docspace-oauth/mockdocspace/internal/store"
)

// listening is the network side of a started portal.
type listening struct {
	server *http.Server
	scheme string
	secure *tls.Config // nil on plain http
	host   string
	port   string
	cancel context.CancelFunc
	done   sync.WaitGroup
	once   sync.Once
	err    error
}

// Start builds a portal and listens. It ends with ctx or with Close.
func Start(ctx context.Context, o Options) (*Portal, error) {
	p, err := New(o)
	if err != nil {
		return nil, err
	}
	if err := guardListen(p.config); err != nil {
		return nil, errors.Join(err, p.store.Close())
	}
	listeners, err := listen(p.config.Listen)
	if err != nil {
		return nil, errors.Join(err, p.store.Close())
	}
	secure, err := tlsConfig(p.config)
	if err != nil {
		closeAll(listeners)
		return nil, errors.Join(err, p.store.Close())
	}
	ctx, cancel := context.WithCancel(ctx)
	host, port, _ := net.SplitHostPort(listeners[0].Addr().String())
	l := &listening{
		server: &http.Server{
			Handler: p, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
			ErrorLog: slog.NewLogLogger(p.logger.Handler(), slog.LevelDebug),
		},
		scheme: "http", host: host, port: port, cancel: cancel,
	}
	if secure != nil {
		l.scheme, l.secure = "https", secure
		for i := range listeners {
			listeners[i] = tls.NewListener(listeners[i], secure)
		}
	}
	p.listening = l
	l.server.RegisterOnShutdown(p.journal.End) // else those who follow it would hold the portal up
	for _, listener := range listeners {
		l.done.Go(func() {
			if err := l.server.Serve(listener); err != nil && !errors.Is(err, http.ErrServerClosed) {
				p.logger.Error("serve", "address", listener.Addr().String(), "error", err)
			}
		})
	}
	l.done.Go(func() { p.sweepUntil(ctx) })
	context.AfterFunc(ctx, func() { _ = p.Close() })
	return p, nil
}

// listen opens the address and, for a loopback one, its twin of the other family:
// clients resolve localhost to either.
func listen(address string) ([]net.Listener, error) {
	first, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w (another program may use it: choose a port with --listen, or port 0)", address, err)
	}
	listeners := []net.Listener{first}
	addr, ok := first.Addr().(*net.TCPAddr)
	if !ok || !addr.IP.IsLoopback() {
		return listeners, nil
	}
	twin := "[::1]"
	if addr.IP.To4() == nil {
		twin = "127.0.0.1"
	}
	if second, err := net.Listen("tcp", twin+":"+strconv.Itoa(addr.Port)); err == nil {
		listeners = append(listeners, second)
	}
	return listeners, nil
}

func closeAll(listeners []net.Listener) {
	for _, listener := range listeners {
		_ = listener.Close()
	}
}

// sweepUntil removes expired rows now and then.
func (p *Portal) sweepUntil(ctx context.Context) {
	ticker := time.NewTicker(sweepPeriod)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if _, err := p.Sweep(ctx); err != nil && ctx.Err() == nil {
				p.logger.Error("sweep", "error", err)
			}
		}
	}
}

// URL is the first portal's root, e.g. http://127.0.0.1:8092; empty unless started.
func (p *Portal) URL() string {
	if p.config.ExternalURL != "" {
		return p.config.ExternalURL
	}
	if p.listening == nil {
		return ""
	}
	host := p.listening.host
	if ip := net.ParseIP(host); ip != nil && (ip.IsUnspecified() || ip.IsLoopback()) {
		host = "127.0.0.1"
	}
	return p.listening.scheme + "://" + net.JoinHostPort(host, p.listening.port)
}

// Address is where the portal listens, host:port, whatever name clients use; empty
// unless started.
func (p *Portal) Address() string {
	if p.listening == nil {
		return ""
	}
	return net.JoinHostPort(p.listening.host, p.listening.port)
}

// SecondURL is the second portal's root, empty where there is none. Go does not
// resolve *.localhost, so clients dial such names to loopback (flows.Transport does).
func (p *Portal) SecondURL() string {
	if p.listening == nil || len(p.config.Portals) < 2 {
		return ""
	}
	return p.listening.scheme + "://" + net.JoinHostPort(p.config.Portals[1].Hosts[0], p.listening.port)
}

// Control returns a client of this portal's control API.
func (p *Portal) Control() *control.Client {
	var options []control.Option
	if p.config.ControlToken != "" {
		options = append(options, control.WithToken(p.config.ControlToken))
	}
	local := p.URL()
	if p.listening != nil {
		local = p.listening.scheme + "://" + net.JoinHostPort("127.0.0.1", p.listening.port)
	}
	if p.listening != nil && p.listening.secure != nil {
		options = append(options, control.WithHTTPClient(ownCertificateOnly(p.listening.secure)))
	}
	return control.New(local, options...)
}

// Close stops listening, cuts idle connections at once and waits a moment for
// requests under way.
func (p *Portal) Close() error {
	l := p.listening
	if l == nil {
		return p.store.Close()
	}
	l.once.Do(func() {
		l.cancel()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := l.server.Shutdown(ctx); err != nil {
			l.err = l.server.Close()
		}
		l.done.Wait()
		l.err = errors.Join(l.err, p.store.Close())
	})
	return l.err
}

// portalURL is the root of a tenant as the request at hand would name it.
func (p *Portal) portalURL(ctx context.Context, tenant store.Tenant) string {
	here := site.From(ctx)
	if tenant.URL != "" {
		return tenant.URL
	}
	if here.Tenant.ID == tenant.ID && here.Base != "" {
		return here.Base
	}
	base := here.Base
	if base == "" {
		base = p.URL()
	}
	u, err := url.Parse(base)
	if err != nil || len(tenant.Hosts) == 0 {
		return base
	}
	host := tenant.Hosts[0]
	if port := u.Port(); port != "" {
		host = net.JoinHostPort(host, port)
	}
	return strings.ToLower(u.Scheme) + "://" + host
}
