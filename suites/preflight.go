package suites

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"docspace-oauth/flows"
	"docspace-oauth/suites/target"
)

// Preflight looks whether the target is there and is a DocSpace, and says in one
// sentence what is wrong if it is not. It sends one GET.
func Preflight(ctx context.Context, t *target.Target, limits Timeouts) error {
	limits = limits.orDefault()
	ctx, cancel := context.WithTimeout(ctx, limits.Preflight)
	defer cancel()
	const path = "/.well-known/oauth-authorization-server"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, t.URL+path, nil)
	if err != nil {
		return fmt.Errorf("%s is not an address: %w", t.URL, err)
	}
	transport, err := t.Transport()
	if err != nil {
		return err
	}
	client := flows.NewHTTPClient(transport)
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err != nil {
		return unreachable(t.URL, err, limits)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	switch {
	case err != nil:
		return unreachable(t.URL, err, limits)
	case resp.StatusCode != http.StatusOK:
		return fmt.Errorf("%s is not a DocSpace portal: %s answers %d", t.URL, path, resp.StatusCode)
	}
	return docSpace(t.URL, path, body)
}

// docSpace recognises a portal by its metadata: the addresses of its endpoints and
// the grant that no other server has (docs/portal/identity.md §3.9). The judge's
// own checks tell what else is wrong with the document, so one missing endpoint
// does not matter here.
func docSpace(base, path string, body []byte) error {
	var metadata map[string]any
	if err := json.Unmarshal(body, &metadata); err != nil {
		return fmt.Errorf("%s is not a DocSpace portal: %s is not a JSON object", base, path)
	}
	for _, member := range []string{"authorization_endpoint", "token_endpoint"} {
		endpoint, _ := metadata[member].(string)
		u, err := url.Parse(endpoint)
		if err == nil && strings.HasSuffix(u.Path, "/oauth2/authorize") || strings.HasSuffix(endpoint, "/oauth2/token") {
			return nil
		}
	}
	return fmt.Errorf("%s is not a DocSpace portal: its metadata names neither /oauth2/authorize nor /oauth2/token", base)
}

func unreachable(base string, err error, limits Timeouts) error {
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.As(err, &dns):
		return fmt.Errorf("%s cannot be reached: the name %s does not resolve", base, dns.Name)
	case errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s does not answer within %s", base, limits.Preflight)
	}
	var inner *url.Error
	if errors.As(err, &inner) {
		err = inner.Err
	}
	return fmt.Errorf("%s cannot be reached: %w", base, err)
}
