package backend

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"docspace-oauth/mockdocspace/internal/diagnosis"
	"docspace-oauth/mockdocspace/internal/store"
)

// Why the API refuses, in words for the journal: most refusals go out without a body.

// refused notes why the call is refused.
func (c *call) refused(why diagnosis.Cause) { diagnosis.Of(c.Context()).Refused(why) }

// causeFlaw is why a bearer token is not taken.
func (a *api) causeFlaw(c *call, f flaw, t *accessToken) diagnosis.Cause {
	now := a.Clock.Now()
	switch f {
	case flawUnsigned:
		return diagnosis.Because("token.unsigned", `the token is not signed (alg "none")`)
	case flawPortal:
		return diagnosis.Because("token.portal", "the token is for another portal: iss %q, aud %q; this one is %s", t.issuer, strings.Join(t.audience, " "), c.site.Base).
			With("iss", t.issuer).With("aud", t.audience).With("portal", c.site.Base)
	case flawTime:
		switch {
		case t.expires == nil:
			return diagnosis.Because("token.no-expiry", "the token has no exp")
		case now.After(*t.expires):
			return diagnosis.Because("token.expired", "the token expired %s ago", diagnosis.Ago(now.Sub(*t.expires))).With("at", t.expires.UTC().Format(time.RFC3339))
		}
		return diagnosis.Because("token.early", "the token is not valid before %s from now", diagnosis.Ago(t.notBefore.Sub(now)))
	}
	if t.encrypted {
		return diagnosis.Because("token.encrypted", "the token is encrypted, and the portal has no key for that")
	}
	return diagnosis.Because("token.signature", "none of the portal's keys has signed the token; its alg is %q", t.alg).With("alg", t.alg)
}

// causeUser is why a token's user may not act; user is the zero one for nobody.
func causeUser(id string, user store.User) diagnosis.Cause {
	if user.ID == "" {
		return diagnosis.Because("user.unknown", "the token's user %s is not on this portal", id).With("user", id)
	}
	return diagnosis.Because("user.disabled", "the user %s is disabled", user.Email).With("user", id)
}

// causeStatus is why a caller may not use a route.
func (c *call) causeStatus(status int, r *Route, who identity) diagnosis.Cause {
	switch {
	case status == http.StatusUnauthorized && !who.presented:
		return diagnosis.Because("credentials.missing", "the call carries no credentials: send Authorization: Bearer with an access token")
	case status == http.StatusUnauthorized:
		return diagnosis.Because("credentials.bad", "the session or password that the call carries is no good: unknown, ended or expired")
	case c.caller != nil && c.caller.kind == callerToken && r.row != nil:
		return diagnosis.Because("scope", "%s needs scope %s; the token has %s", r.name(), strings.Join(r.row.scopes, " or "), strings.Join(c.caller.scopes, " ")).
			With("needed", slices.Clone(r.row.scopes)).With("granted", slices.Clone(c.caller.scopes))
	case c.caller != nil && c.caller.kind == callerToken:
		return diagnosis.Because("route.session-only", "no scope opens %s: it takes a session of the portal alone", r.name())
	}
	return diagnosis.Because("route.denied", "the caller may not use %s", r.name())
}

// name is the route as people write it.
func (r *Route) name() string {
	return r.Method + " " + strings.Replace(r.Template, "{version:apiVersion}", "2.0", 1)
}

// causeRouting is why no route was found.
func causeRouting(method, path string, allow []string) diagnosis.Cause {
	if len(allow) > 0 {
		return diagnosis.Because("route.method", "%s is not for %s; %s is", path, method, strings.Join(allow, ", "))
	}
	return diagnosis.Because("route.unknown", "the portal has no %s %s", method, path)
}

// causeOf is the cause of an answer that says itself what was wrong.
func causeOf(err error) diagnosis.Cause {
	var v *validationError
	if errors.As(err, &v) {
		var all []string
		for field, texts := range v.fields {
			all = append(all, fmt.Sprintf("%s: %s", field, strings.Join(texts, " ")))
		}
		slices.Sort(all)
		if v.mediaType {
			return diagnosis.Because("input.media-type", "the body's Content-Type is none that the route takes")
		}
		return diagnosis.Because("input", "the input is not valid: %s", strings.Join(all, "; "))
	}
	return diagnosis.Because("api", "%s", err)
}
