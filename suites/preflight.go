package suites

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"docspace-oauth/flows"
	"docspace-oauth/flows/browser"
	"docspace-oauth/suites/target"
)

// ErrNotDocSpace is wrapped when something answers that is no DocSpace portal.
var ErrNotDocSpace = errors.New("is not a DocSpace portal")

// Preflight looks whether the target is there, is a DocSpace and lets the given user
// in, and says in one sentence what is wrong if not. It sends one GET, and where a
// user was given, what signs them in; of each ready-made app it asks what is registered.
// What is wrong on a page is a *PageError.
func Preflight(ctx context.Context, t *target.Target, limits Timeouts) error {
	limits = limits.orDefault()
	whole := ctx
	ctx, cancel := context.WithTimeout(whole, limits.Preflight)
	defer cancel()
	const path = "/.well-known/oauth-authorization-server"
	client, err := t.Client()
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	answer, err := target.ReadDocument(ctx, client, t.URL+path)
	switch {
	case err != nil:
		return unreachable(t.URL, err, limits)
	case answer.Status == http.StatusTooManyRequests:
		return rateUsedUp(t.URL, answer.Header)
	case answer.Status == http.StatusBadRequest && strings.HasPrefix(t.URL, "http://") && bytes.Contains(answer.Body, []byte("HTTPS")):
		return fmt.Errorf("%s speaks TLS: try https://", t.URL) // so say servers in Go, nginx and Apache
	case answer.Status != http.StatusOK:
		return fmt.Errorf("%s %w: %s answers %d", t.URL, ErrNotDocSpace, path, answer.Status)
	}
	if err := docSpace(t.URL, path, answer.Body); err != nil {
		return err
	}
	if t.Mock != nil || t.Access == nil {
		return nil
	}
	if err := clockSkew(t, answer.Header, time.Now()); err != nil {
		return err
	}
	return letsInWithin(whole, t, limits)
}

// docSpace recognises a portal by its metadata: the addresses of its endpoints and
// the grant that no other server has (docs/portal/identity.md §3.9). The judge's
// own checks tell what else is wrong with the document, so one missing endpoint
// does not matter here.
func docSpace(base, path string, body []byte) error {
	var metadata map[string]any
	if err := json.Unmarshal(body, &metadata); err != nil && strings.HasPrefix(strings.TrimSpace(string(body)), "{") {
		return fmt.Errorf("the metadata of %s is broken, or it %w: %s cannot be read (%w)", base, ErrNotDocSpace, path, err)
	} else if err != nil {
		return fmt.Errorf("%s %w: %s is not a JSON object", base, ErrNotDocSpace, path)
	}
	for _, member := range []string{"authorization_endpoint", "token_endpoint"} {
		endpoint, _ := metadata[member].(string)
		u, err := url.Parse(endpoint)
		if err == nil && strings.HasSuffix(u.Path, "/oauth2/authorize") || strings.HasSuffix(endpoint, "/oauth2/token") {
			return nil
		}
	}
	return fmt.Errorf("%s %w: its metadata names neither /oauth2/authorize nor /oauth2/token", base, ErrNotDocSpace)
}

// longestSkew is how far two clocks may be apart before times in tokens and
// signatures, which live five minutes, mean nothing any more.
const longestSkew = 2 * time.Minute

func clockSkew(t *target.Target, h http.Header, now time.Time) error {
	said, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return nil // not every proxy sends one
	}
	if skew := said.Sub(now).Round(time.Second); skew.Abs() > longestSkew {
		return fmt.Errorf("the clock of %s is %s apart from the one here (%s there, %s here): set one of them right",
			t.URL, skew.Abs(), said.UTC().Format(time.TimeOnly), now.UTC().Format(time.TimeOnly))
	}
	return nil
}

func rateUsedUp(base string, h http.Header) error {
	if wait, said := target.WaitFor(h, time.Now()); said {
		return fmt.Errorf("%s refuses for its rate limit: wait %s, and give the target a pacing", base, wait.Round(time.Second))
	}
	return fmt.Errorf("%s refuses for its rate limit: wait a minute, and give the target a pacing", base)
}

// letsInWithin is letsIn with a connection and a time limit of its own.
func letsInWithin(ctx context.Context, t *target.Target, limits Timeouts) error {
	patience := limits.Preflight
	if t.Access.Method == target.ByBrowser {
		patience += limits.Browser
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	client, err := t.Client()
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	return letsIn(ctx, t, client)
}

// letsIn signs the given user in and looks at the ready-made apps.
func letsIn(ctx context.Context, t *target.Target, client *http.Client) error {
	user, err := t.Registrar(ctx)
	if err != nil {
		return err
	}
	token, err := t.Signature(ctx, client, user)
	var refused *flows.SignInError
	var stuck *browser.Stuck
	switch {
	case errors.As(err, &stuck) && stuck.Reason == browser.WrongCredentials:
		return fmt.Errorf("%s does not let %s in: user or password is wrong (its login page says so)", t.URL, user.Email)
	case errors.As(err, &stuck):
		return stuckAt(t, stuck)
	case errors.As(err, &refused) && refused.Status == http.StatusTooManyRequests:
		return rateUsedUp(t.URL, nil)
	case errors.As(err, &refused) && refused.SecondFactor:
		return fmt.Errorf("%s wants a second factor of %s: name a user without one, or sign in with a session", t.URL, user.Email)
	case errors.As(err, &refused):
		return fmt.Errorf("%s does not let %s in: user or password is wrong (it answers %d)", t.URL, user.Email, refused.Status)
	case err != nil:
		return fmt.Errorf("%s does not let %s in: %w", t.URL, user.Email, err)
	}
	if err := t.Access.KnowUser(token); err != nil {
		return fmt.Errorf("%s gives no signature that names its user: %w", t.URL, err)
	}
	portal := &flows.Portal{BaseURL: t.URL, HTTP: client}
	for _, app := range t.Apps {
		registered, err := portal.Registration(ctx, token, app.ClientID)
		var refusal *flows.RegistrationError
		switch {
		case errors.As(err, &refusal) && refusal.Status == http.StatusNotFound:
			return fmt.Errorf("%s knows no app %s, or does not show it to %s", t.URL, app.ClientID, user.Email)
		case errors.As(err, &refusal) && refusal.Empty:
			return fmt.Errorf("%s does not take the signature of %s", t.URL, user.Email)
		case err != nil:
			return fmt.Errorf("look the app %s up: %w", app.ClientID, err)
		}
		if err := fits(app, registered); err != nil {
			return err
		}
	}
	return nil
}

// fits compares what a target file says of an app with what is registered.
func fits(app target.ReadyApp, registered *flows.Registered) error {
	if !slices.Contains(registered.RedirectURIs, app.RedirectURI) {
		nearest, at := "", -1
		for _, uri := range registered.RedirectURIs {
			if n := commonPrefix(uri, app.RedirectURI); n > at {
				nearest, at = uri, n
			}
		}
		return fmt.Errorf("the redirect URI %s of the app %s is not registered; the nearest is %s",
			marked(app.RedirectURI, at), app.ClientID, marked(nearest, at))
	}
	if !registered.Enabled {
		return fmt.Errorf("the app %s is switched off at the portal", app.ClientID)
	}
	if public := slices.Contains(registered.AuthenticationMethods, "none"); public != app.AllowPKCE {
		return fmt.Errorf("the app %s is registered with allow_pkce %v: say allow-pkce: %v in the target", app.ClientID, public, public)
	}
	for _, scope := range app.Scopes {
		if !slices.Contains(registered.Scopes, scope) {
			return fmt.Errorf("the app %s is not registered for the scope %s, only for %s", app.ClientID, scope, strings.Join(registered.Scopes, " "))
		}
	}
	return nil
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// marked shows where two addresses begin to differ: http://host/[c]allback.
func marked(address string, at int) string {
	if at < 0 || at >= len(address) {
		return address + "[]"
	}
	return address[:at] + "[" + address[at:at+1] + "]" + address[at+1:]
}

func unreachable(base string, err error, limits Timeouts) error {
	var dns *net.DNSError
	var timeout net.Error
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &dns):
		return fmt.Errorf("%s cannot be reached: the name %s does not resolve", base, dns.Name)
	case errors.As(err, &host):
		return fmt.Errorf("%s shows a certificate for another name (%w): name the portal as the certificate does, or let the target's tls be insecure", base, host)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return fmt.Errorf("%s shows a certificate that is not valid now (%w): renew it, or let the target's tls be insecure", base, invalid)
	case errors.As(err, &certificate):
		return fmt.Errorf("%s shows a certificate that is not believed (%w): name its authority in the target's tls", base, certificate.Err)
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return fmt.Errorf("%s does not speak TLS: try http://", base)
	case errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s does not answer within %s", base, limits.Preflight)
	}
	var inner *url.Error
	if errors.As(err, &inner) {
		err = inner.Err
	}
	return fmt.Errorf("%s cannot be reached: %w", base, err)
}
