package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"docspace-oauth/mockdocspace/internal/diagnosis"
	"docspace-oauth/mockdocspace/internal/store"
)

// Why the authorization server refuses, in words for the journal. What the client
// gets to hear stands in oauth_error.go.

// refused notes why the request at hand is refused.
func refused(ctx context.Context, c diagnosis.Cause) { diagnosis.Of(ctx).Refused(c) }

// causesByCode are for refusals whose code says enough.
var causesByCode = map[string]string{
	codeMissingClientID:         "the request has no client_id",
	codeMissingSignature:        "nobody is signed in: the request carries no x-signature",
	codeInvalidRequest:          "a parameter is missing, repeated or of a wrong form",
	codeInvalidClient:           "the client did not prove who it is",
	codeUnauthorizedClient:      "the portal gives this client no such grant",
	codeUnsupportedGrantType:    "the portal knows no such grant_type",
	codeUnsupportedResponseType: "the portal knows no response_type but code",
	codeAccessDenied:            "the user denied",
	codeConsentRequired:         "the user has not consented yet, and prompt=none forbids to ask",
	codeLoginRequired:           "nobody is signed in, and prompt=none forbids to ask",
	codeInvalidDPoPProof:        "the DPoP proof does not fit this request",
	codePersistence:             "the portal could not store its answer",
	codeSomethingWentWrong:      "the portal failed on the request",
	codeInvalidScope:            "a scope is not granted",
	codeInvalidGrant:            "the grant is no good",
	codeInvalidToken:            "the token is no good",
}

// causeOf is the cause that follows from what the client is told.
func causeOf(e *oauthError) diagnosis.Cause {
	switch _, parameter, named := strings.Cut(e.Description, "Parameter: "); {
	case e.errorPage:
		return diagnosis.Because("error-page", "the portal fails on such a request and shows its error page")
	case named:
		return diagnosis.Because("parameter", "the parameter %s is missing, repeated or not usable", parameter).With("parameter", parameter)
	case e.Description != "":
		return diagnosis.Because(e.Code, "%s", e.Description)
	}
	return causeOfCode(e.Code)
}

func causeOfCode(code string) diagnosis.Cause {
	text := causesByCode[code]
	if text == "" {
		text = code
	}
	return diagnosis.Because(code, "%s", text)
}

func causeSignature(err error) diagnosis.Cause {
	_, detail, _ := strings.Cut(err.Error(), ": ")
	return diagnosis.Because("signature.invalid", "the x-signature is not taken: %s", detail)
}

func causeUnknownClient(id string) diagnosis.Cause {
	return diagnosis.Because("client.unknown", "no app has the client_id %q", id).With("client_id", id)
}

func causeDisabledClient(app store.App) diagnosis.Cause {
	return diagnosis.Because("client.disabled", "the app %q is disabled", app.Name).With("client_id", app.ID)
}

// causeClient is why an app could not be taken.
func causeClient(id string, app store.App, err error) diagnosis.Cause {
	switch {
	case err == nil:
		return diagnosis.Because("client.fragment", "one of the app's redirect URIs has a fragment, so the portal cannot load the app")
	case errors.Is(err, errDisabled):
		return causeDisabledClient(app)
	}
	return causeUnknownClient(id)
}

func causeRedirectMissing(a *authorization) diagnosis.Cause {
	if len(a.app.RedirectURIs) != 1 {
		return diagnosis.Because("redirect.missing", "redirect_uri is missing, and the app has registered %d", len(a.app.RedirectURIs))
	}
	return diagnosis.Because("redirect.missing", "redirect_uri is missing, and a request for openid must have one")
}

// causeRedirect says where the redirect URI sent leaves the registered one that it
// is most like.
func causeRedirect(a *authorization) diagnosis.Cause {
	if blank(a.redirectSent) {
		return causeRedirectMissing(a)
	}
	best, at := "", 0
	for _, uri := range a.app.RedirectURIs {
		if n := differsAt(uri, a.redirectSent); n > at {
			best, at = uri, n
		}
	}
	if best == "" {
		return diagnosis.Because("redirect.unregistered", "the app has registered no redirect URI").With("redirect_uri", a.redirectSent)
	}
	if best == a.redirectSent || strings.Contains(a.redirectSent, "#") {
		return diagnosis.Because("redirect.unregistered", "redirect_uri has a fragment or a line break").With("redirect_uri", a.redirectSent)
	}
	return causeDifference("redirect.unregistered", "redirect_uri", "the registered "+best, best, a.redirectSent, at)
}

func causeRedirectChanged(authorized, sent string) diagnosis.Cause {
	if sent == "" {
		return diagnosis.Because("redirect.changed", "redirect_uri is missing; the authorization request had one").With("expected", authorized)
	}
	return causeDifference("redirect.changed", "redirect_uri", "that of the authorization request", authorized, sent, differsAt(authorized, sent))
}

func causeDifference(kind, what, than, expected, sent string, at int) diagnosis.Cause {
	return diagnosis.Because(kind, "%s differs from %s at character %d: %s", what, than, at, around(sent, at)).
		With("expected", expected).With("sent", sent).With("character", at)
}

// differsAt is the first character, counted from 1, in which two texts differ.
func differsAt(a, b string) int {
	x, y := []rune(a), []rune(b)
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return i + 1
		}
	}
	return min(len(x), len(y)) + 1
}

// around quotes what stands at a character of a text.
func around(text string, at int) string {
	runes := []rune(text)
	if at > len(runes) {
		return fmt.Sprintf("%q ends there", text)
	}
	rest := string(runes[at-1 : min(len(runes), at+15)])
	if at+15 < len(runes) {
		rest += "…"
	}
	return fmt.Sprintf("there stands %q", rest)
}

func causeScope(wanted, have []string, where string) diagnosis.Cause {
	var missing []string
	for _, scope := range wanted {
		if !containsAll(have, []string{scope}) {
			missing = append(missing, scope)
		}
	}
	verb := "is"
	if len(missing) > 1 {
		verb = "are"
	}
	return diagnosis.Because("scope", "scope %s %s not %s", quoted(missing), verb, where).With("scopes", missing)
}

func quoted(texts []string) string {
	marked := make([]string, len(texts))
	for i, text := range texts {
		marked[i] = fmt.Sprintf("%q", text)
	}
	return strings.Join(marked, ", ")
}

func causeChallengeMethod(method string) diagnosis.Cause {
	if method == "" {
		return diagnosis.Because("pkce.method", "code_challenge comes without code_challenge_method, and the portal takes S256 alone")
	}
	return diagnosis.Because("pkce.method", "code_challenge_method is %q, and the portal takes S256 alone", method).With("method", method)
}

func causeVerifier(grant store.Grant, verifier string) diagnosis.Cause {
	switch {
	case blank(grant.CodeChallenge):
		return diagnosis.Because("pkce.unexpected", "a code_verifier comes with a code that was asked for without code_challenge")
	case blank(verifier):
		return diagnosis.Because("pkce.missing", "the code was asked for with a code_challenge, so the exchange needs its code_verifier")
	}
	return diagnosis.Because("pkce.mismatch", "the code_verifier does not match the code_challenge: BASE64URL(SHA256(verifier)) is another text").
		With("verifier_length", len(verifier))
}

// causeConsentState is why the answer of a consent page is not taken.
func causeConsentState(a authorization, grant store.Grant, err error) diagnosis.Cause {
	switch {
	case err != nil:
		return diagnosis.Because("consent.unknown", "no consent waits under this state: it was answered, or a newer authorization request replaced it")
	case grant.AppID != a.app.ID:
		return diagnosis.Because("consent.foreign-app", "the consent that waits under this state is for another app")
	}
	return diagnosis.Because("consent.foreign-user", "the consent that waits under this state is another user's")
}

// since is a cause that tells how long ago something happened.
func (s *Server) since(kind, format string, at time.Time) diagnosis.Cause {
	return diagnosis.Because(kind, format, diagnosis.Ago(s.Clock.Now().Sub(at))).With("at", at.UTC().Format(time.RFC3339Nano))
}

// causeCode is why a code is not taken; the grant is the zero one where the code is
// in no row.
func (s *Server) causeCode(ctx context.Context, grant store.Grant, code string) diagnosis.Cause {
	now, known := s.Clock.Now(), s.fates.of(code)
	switch known.kind {
	case fateUsed:
		return s.since("code.used", "the code was already used %s ago", known.at)
	case fateBurned:
		return s.since("code.burned", "another app tried the code %s ago, which ended it", known.at)
	}
	switch {
	case grant.Code == nil || grant.Code.Value != code:
		if known.kind == fateIssued {
			return s.since("code.superseded", "the code, issued %s ago, was replaced by a newer authorization of the same user and app, or withdrawn", known.at)
		}
		return diagnosis.Because("code.unknown", "the portal has issued no such code, or has long forgotten it")
	case grant.Code.Invalidated:
		return diagnosis.Because("code.used", "the code was already used")
	case !now.Before(grant.Code.ExpiresAt):
		return s.since("code.expired", "the code expired %s ago", grant.Code.ExpiresAt)
	}
	if !s.alive(ctx, grant) {
		return causeAppGone()
	}
	return diagnosis.Because("code.raced", "another exchange of the same code won")
}

func causeForeignCode(app string) diagnosis.Cause {
	return diagnosis.Because("code.foreign", "the code was issued to another app; trying it has ended it").With("client_id", app)
}

// causeRefresh is why a refresh token is not taken; token is nil where it is in no row.
func (s *Server) causeRefresh(token *store.Token, value string) diagnosis.Cause {
	now, known := s.Clock.Now(), s.fates.of(value)
	switch {
	case known.kind == fateRotated:
		return s.since("refresh.superseded", "the refresh token was superseded: it was used %s ago, and a new one issued", known.at)
	case known.kind == fateRevoked:
		return s.since("refresh.revoked", "the refresh token was revoked %s ago", known.at)
	case token == nil && known.kind == fateIssued:
		return s.since("refresh.superseded", "the refresh token, issued %s ago, was superseded by a newer authorization of the same user and app, or withdrawn", known.at)
	case token == nil && strings.Count(value, ".") == 2:
		return diagnosis.Because("refresh.wrong-kind", "what was sent as refresh_token is a JWT; the portal's refresh tokens are none")
	case token == nil:
		return diagnosis.Because("refresh.unknown", "the portal has issued no such refresh token, or has long forgotten it")
	case token.Invalidated:
		return diagnosis.Because("refresh.revoked", "the refresh token was revoked or used")
	case !now.Before(token.ExpiresAt):
		return s.since("refresh.expired", "the refresh token expired %s ago", token.ExpiresAt)
	}
	return diagnosis.Because("refresh.raced", "another refresh with the same token won")
}

func causeForeignRefresh(app string) diagnosis.Cause {
	return diagnosis.Because("refresh.foreign", "the refresh token was issued to another app").With("client_id", app)
}

func causeAppGone() diagnosis.Cause {
	return diagnosis.Because("client.gone", "the app that it was issued to is disabled or deleted")
}

// causeAccess is why an access token is not live.
func (s *Server) causeAccess(ctx context.Context, value string, grant store.Grant, token store.Token) diagnosis.Cause {
	now := s.Clock.Now()
	if token.Value != "" {
		switch {
		case !now.Before(token.ExpiresAt):
			return s.since("token.expired", "the token expired %s ago", token.ExpiresAt)
		case token.Invalidated:
			return diagnosis.Because("token.revoked", "the token was revoked")
		}
		return causeAppGone()
	}
	claims, err := unverifiedClaims(value)
	if err != nil || claims.ClientID == "" {
		return diagnosis.Because("token.unknown", "the portal has issued no such token")
	}
	if expires := time.Unix(claims.Expires, 0); !now.Before(expires) {
		return s.since("token.expired", "the token expired %s ago", expires)
	}
	if known := s.fates.of(value); known.kind == fateRevoked {
		return s.since("token.revoked", "the token was revoked %s ago", known.at)
	}
	if _, err := s.Store.Grant(ctx, store.GrantKey{UserID: claims.Subject, AppID: claims.ClientID, Type: store.GrantCode}); err == nil {
		return diagnosis.Because("token.superseded", "a newer token of the same user and app superseded this one")
	}
	return diagnosis.Because("token.withdrawn", "the user withdrew the app's access, or denied it since")
}
