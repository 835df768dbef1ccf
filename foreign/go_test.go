package foreign

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"docspace-oauth/mockdocspace"
)

// config is the world's app as x/oauth2 sees it.
func (w *world) config(scopes ...string) *oauth2.Config {
	return &oauth2.Config{
		ClientID: w.app.ID, ClientSecret: w.app.Secret, RedirectURL: callback, Scopes: scopes,
		Endpoint: oauth2.Endpoint{
			AuthURL: w.portal.URL() + "/oauth2/authorize", TokenURL: w.portal.URL() + "/oauth2/token", AuthStyle: oauth2.AuthStyleInParams,
		},
	}
}

// code is what the person's browser brings back.
func (w *world) code(address, state string) string {
	w.t.Helper()
	arrived, err := w.allow(address)
	if err != nil {
		w.t.Fatal(err)
	}
	u, err := url.Parse(arrived)
	if err != nil || u.Query().Get("state") != state || u.Query().Get("code") == "" {
		w.t.Fatalf("arrived at %s (%v)", arrived, err)
	}
	return u.Query().Get("code")
}

func self(t *testing.T, client *http.Client, portal string) (int, string) {
	t.Helper()
	answer, err := client.Get(portal + "/api/2.0/people/@self")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// golang.org/x/oauth2, with and without PKCE; it looks for the way to send the
// secret by itself, and finds it.
func TestXOAuth2(t *testing.T) {
	for _, profile := range []string{"docspace", "strict"} {
		for _, style := range []oauth2.AuthStyle{oauth2.AuthStyleInParams, oauth2.AuthStyleAutoDetect} {
			for _, pkce := range []bool{false, true} {
				w := newWorld(t, mockdocspace.Options{Profile: profile})
				config := w.config("accounts.self:read")
				config.Endpoint.AuthStyle = style
				ctx, portal := t.Context(), w.portal.URL()
				var ask, prove []oauth2.AuthCodeOption
				if pkce {
					verifier := oauth2.GenerateVerifier()
					ask, prove = append(ask, oauth2.S256ChallengeOption(verifier)), append(prove, oauth2.VerifierOption(verifier))
				}
				token, err := config.Exchange(ctx, w.code(config.AuthCodeURL("s-1", ask...), "s-1"), prove...)
				if err != nil {
					t.Fatalf("%s, style %d, PKCE %v: %v", profile, style, pkce, err)
				}
				if code, body := self(t, config.Client(ctx, token), portal); code != 200 || !strings.Contains(body, "user@docspace.test") {
					t.Errorf("API: %d %s", code, body)
				}
				fresh, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
				if err != nil || fresh.RefreshToken == token.RefreshToken {
					t.Fatalf("refresh: %v", err)
				}
				if code, _ := self(t, config.Client(ctx, &oauth2.Token{AccessToken: token.AccessToken}), portal); code != 401 {
					t.Errorf("the old access token: %d", code)
				}
				revoke(t, w, fresh.AccessToken)
				if code, _ := self(t, config.Client(ctx, &oauth2.Token{AccessToken: fresh.AccessToken}), portal); code != 401 {
					t.Errorf("after the revocation: %d", code)
				}
			}
		}
	}
}

// revoke is what x/oauth2 leaves to its users (RFC 7009 §2.1).
func revoke(t *testing.T, w *world, token string) {
	t.Helper()
	answer, err := plain.PostForm(w.portal.URL()+"/oauth2/revoke", url.Values{
		"client_id": {w.app.ID}, "client_secret": {w.app.Secret}, "token": {token}, "token_type_hint": {"access_token"},
	})
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != 200 {
		t.Errorf("revocation: %s", answer.Status)
	}
}

// In the header alone the secret is refused at the portal, with an empty body.
func TestXOAuth2_secretInHeader(t *testing.T) {
	for profile, want := range map[string]string{"docspace": "invalid_client", "strict": ""} {
		w := newWorld(t, mockdocspace.Options{Profile: profile})
		config := w.config("accounts.self:read")
		config.Endpoint.AuthStyle = oauth2.AuthStyleInHeader
		_, err := config.Exchange(t.Context(), w.code(config.AuthCodeURL("s"), "s"))
		var refused *oauth2.RetrieveError
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", profile, err)
		case want != "" && (!errors.As(err, &refused) || refused.ErrorCode != want || refused.Response.StatusCode != 401):
			t.Errorf("%s: %v", profile, err)
		}
	}
}

// coreos/go-oidc: the portal's id_token names its own address as audience and an
// issuer that its metadata do not; in the profile strict all is as it expects.
func TestGoOIDC(t *testing.T) {
	for _, profile := range []string{"docspace", "strict"} {
		w := newWorld(t, mockdocspace.Options{Profile: profile})
		ctx := oidc.ClientContext(t.Context(), &http.Client{})
		provider, err := oidc.NewProvider(ctx, w.portal.URL())
		if err != nil {
			t.Fatal(err)
		}
		config := w.config(oidc.ScopeOpenID, "accounts.self:read")
		config.Endpoint.AuthURL, config.Endpoint.TokenURL = provider.Endpoint().AuthURL, provider.Endpoint().TokenURL
		token, err := config.Exchange(ctx, w.code(config.AuthCodeURL("s", oidc.Nonce("n-1")), "s"))
		if err != nil {
			t.Fatal(err)
		}
		info, err := provider.UserInfo(ctx, config.TokenSource(ctx, token))
		if err != nil || info.Subject != w.signed.UserID {
			t.Errorf("userinfo %+v, %v", info, err)
		}
		raw, _ := token.Extra("id_token").(string)
		verify := func(c oidc.Config, v func(*oidc.Config) *oidc.IDTokenVerifier) error {
			c.SupportedSigningAlgs = []string{oidc.ES256} // the portal announces RS256
			verified, err := v(&c).Verify(ctx, raw)
			if err == nil && (verified.Subject != info.Subject || verified.Nonce != "n-1") {
				t.Errorf("id_token of %s with nonce %q", verified.Subject, verified.Nonce)
			}
			return err
		}
		stock := verify(oidc.Config{ClientID: w.app.ID}, provider.Verifier)
		if profile == "strict" {
			if stock != nil {
				t.Errorf("strict: %v", stock)
			}
			continue
		}
		if stock == nil || !strings.Contains(stock.Error(), "oidc: id token issued by a different provider, expected \""+w.portal.URL()+"\" got \""+w.portal.URL()+"/oauth2\"") {
			t.Errorf("the stock verifier says %v", stock)
		}
		ofPortal := func(c *oidc.Config) *oidc.IDTokenVerifier {
			return oidc.NewVerifier(w.portal.URL()+"/oauth2", oidc.NewRemoteKeySet(ctx, w.portal.URL()+"/oauth2/jwks"), c)
		}
		if err := verify(oidc.Config{ClientID: w.app.ID}, ofPortal); err == nil || !strings.Contains(err.Error(), `oidc: expected audience "`+w.app.ID+`" got ["`+w.portal.URL()+`"]`) {
			t.Errorf("with the portal's issuer: %v", err)
		}
		if err := verify(oidc.Config{ClientID: w.portal.URL()}, ofPortal); err != nil {
			t.Errorf("with the portal's issuer and audience: %v", err)
		}
	}
}
