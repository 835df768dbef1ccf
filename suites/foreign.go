package suites

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"docspace-oauth/suites/report"
	"docspace-oauth/suites/requirement"
	"docspace-oauth/suites/target"
)

// foreign makes the target of the run a server that is no portal: known by its
// metadata alone, and with somebody who gets tokens there, if the way in and the app
// that were given make that possible. A portal that merely has strange metadata lets
// its user in, and is judged whole.
func (r *run) foreign(ctx context.Context) error {
	t := r.target
	if t.Mock != nil {
		return nil
	}
	limits := r.options.Timeouts.orDefault()
	reason := fmt.Sprintf("%s %v", t.URL, ErrNotDocSpace)
	if t.Access != nil {
		refusal := letsInWithin(ctx, t, limits)
		if refusal == nil {
			return nil
		}
		reason += fmt.Sprintf(" by its metadata, and %v", refusal)
	}
	client, err := t.Client()
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(ctx, limits.Check)
	defer cancel()
	if t.Foreign, err = target.Discover(ctx, client, t.URL, reason); err != nil {
		return unreachable(t.URL, err, limits)
	}
	for i := range t.Apps {
		if t.Apps[i].AnyScope {
			t.Apps[i].Scopes = nil
			if t.Foreign.OpenID {
				t.Apps[i].Scopes = []string{"openid"}
			}
		}
	}
	t.Second, t.SecondAccess, t.SecondURL = nil, nil, ""
	t.Foreign.NoPerson = r.noPerson(ctx, client.Transport)
	return nil
}

// noPerson says why nobody gets tokens at a foreign server, "" when somebody does.
func (r *run) noPerson(ctx context.Context, transport http.RoundTripper) string {
	t := r.target
	switch {
	case len(t.Apps) == 0:
		return "there is no app there: name one in apps"
	case t.Access == nil:
		return "nobody was named who can sign in there"
	case t.Access.Password == "" && t.Access.Session == "":
		return "signing in there takes a password, or a session (a Cookie header)"
	}
	s := &session{target: t, transport: transport, key: r.key, timeouts: r.options.Timeouts.orDefault()}
	c := s.newCase(ctx, requirement.Requirement{ID: "preflight/tokens"}, t)
	c.perform(func(c *Case) { c.Grant() }, ctx)
	if result := c.result(); result.Verdict != report.Pass {
		return "nobody gets tokens there: " + result.Message
	}
	return ""
}

// needsThere is what a rule takes to be judged at a server that is no portal.
type needsThere struct {
	openID bool // an OpenID provider and an app with the scope openid
	s256   bool // code challenges
	auth   string
	nobody bool // metadata only
}

// foreignRules are the rules that hold for any OAuth server and whose checks, at
// another server, expect no more than the standards say. All others are a portal's, or
// their checks build on what only a portal has.
var foreignRules = map[string]needsThere{
	"rfc8414/3.2/metadata-served":           {nobody: true},
	"rfc8414/3.3/issuer-matches-url":        {nobody: true},
	"rfc8414/2/endpoints-answer":            {nobody: true},
	"oidc-discovery/3/required-members":     {nobody: true},
	"rfc7517/9.2/no-private-key":            {nobody: true},
	"oidc-discovery/3/signing-alg-truthful": {openID: true},
	"rfc6749/4.1.1/code-issued":             {},
	"rfc6749/4.1.1/response-type-required":  {},
	"rfc6749/3.1.1/response-type-unknown":   {},
	"rfc6749/3.1.2.4/redirect-unregistered": {},
	"rfc6749/4.1.2/state-intact":            {},
	"rfc6749/4.1.1/long-state":              {},
	"rfc9207/2/iss-parameter":               {},
	"rfc6749/4.1.3/code-exchanged":          {},
	"rfc6749/5.1/response-members":          {},
	"rfc6749/5.1/no-store":                  {},
	"rfc6749/4.1.2/code-single-use":         {},
	"rfc6749/4.1.2/code-reuse-revokes":      {},
	"rfc6749/4.1.3/code-bound-to-client":    {},
	"rfc6749/2.3.1/secret-post":             {auth: target.PostAuth},
	"rfc6749/2.3.1/secret-basic":            {auth: target.BasicAuth},
	"rfc6749/5.2/wrong-secret":              {},
	"rfc6749/5.2/empty-secret-refused":      {},
	"rfc6749/5.2/unknown-client":            {},
	"rfc6749/2.3.1/secret-not-in-query":     {},
	"rfc6749/3.2/post-only":                 {},
	"rfc6749/3.2/duplicate-code":            {},
	"rfc6749/3.2/duplicate-verifier":        {s256: true},
	"rfc6749/3.2/unknown-parameter":         {},
	"rfc6749/5.2/missing-parameters":        {},
	"rfc6749/5.2/unsupported-grant-type":    {},
	"rfc6749/5.2/error-shape":               {},
	"rfc6749/5.2/error-without-credentials": {},
	"rfc7636/4.6/verifier-compared":         {s256: true},
	"rfc7636/4.5/verifier-required":         {s256: true},
	"rfc6749/6/refresh-works":               {},
	"rfc6749/6/bound-to-client":             {},
	"rfc6749/6/client-authenticated":        {},
	"rfc6749/5.2/refresh-missing":           {},
	"rfc6749/6/only-refresh-tokens":         {},
	"rfc7009/2/refresh-revoked":             {},
	"rfc7009/2/access-revoked":              {},
	"rfc7009/2.1/refresh-kills-access":      {},
	"rfc7009/2.1/client-bound":              {},
	"rfc7009/2.1/client-authenticated":      {},
	"rfc7009/2.2/unknown-token-200":         {},
	"rfc7009/2.1/token-required":            {},
	"rfc7662/2.1/caller-authorized":         {},
	"rfc7662/2.2/inactive-bare":             {},
	"oidc-core/2/required-claims":           {openID: true},
	"oidc-core/3.1.3.7/aud-is-client":       {openID: true},
	"oidc-core/3.1.3.7/nonce-echoed":        {openID: true},
	"oidc-core/3.1.2.1/nonce-optional":      {openID: true},
	"oidc-core/3.1.3.7/signature":           {openID: true},
	"oidc-core/5.3.2/sub-matches":           {openID: true},
	"oidc-core/5.3/get-and-post":            {openID: true},
	"rfc6750/3.1/userinfo-errors":           {openID: true},
}

// leftOutThere says why a check is not run at a server that is no portal, "" when it is.
func leftOutThere(t *target.Target, req requirement.Requirement) string {
	needs, ok := foreignRules[req.ID]
	openID := t.Foreign.OpenID && slices.ContainsFunc(t.Apps, func(a target.ReadyApp) bool { return slices.Contains(a.Scopes, "openid") })
	switch {
	case !ok && (req.Suite == "api" || strings.HasPrefix(req.ID, "docspace/")):
		return "a rule of DocSpace portals: " + t.Foreign.Reason
	case !ok:
		return "its check needs what only DocSpace portals have: " + t.Foreign.Reason
	case req.ID == "oidc-discovery/3/required-members" && !t.Foreign.OpenID:
		return "it is no OpenID provider: " + t.Foreign.Reason
	case needs.nobody:
		return ""
	case t.Foreign.NoPerson != "" && len(t.Apps) > 0 && clientChecks[req.ID] != nil:
		return ""
	case t.Foreign.NoPerson != "":
		return t.Foreign.NoPerson + "; " + t.Foreign.Reason
	case needs.openID && !openID:
		return "it is no OpenID provider, or no app has the scope openid; " + t.Foreign.Reason
	case needs.s256 && !t.Foreign.S256:
		return "its metadata lists no S256 in code_challenge_methods_supported; " + t.Foreign.Reason
	case needs.auth != "" && !slices.ContainsFunc(t.Apps, func(a target.ReadyApp) bool { return a.Auth() == needs.auth }):
		return "no app has client-auth: " + needs.auth + "; " + t.Foreign.Reason
	}
	return ""
}

// Foreign reports whether the target is a server that is no portal, which may do
// whatever the standards leave open.
func (c *Case) Foreign() bool { return c.Target.Foreign != nil }
