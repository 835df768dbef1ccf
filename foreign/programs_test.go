package foreign

import (
	"strings"
	"testing"

	"docspace-oauth/mockdocspace"
)

// Each client ends its flow (authorization code, API or userinfo, refresh, revoke)
// in both profiles, or fails at the portal's quirk and passes in the profile strict.
func TestForeignClients(t *testing.T) {
	for _, tt := range []struct {
		program, mode string
		quirk         string // what the library says at the portal; none: it passes
	}{
		{"openid-client.mjs", "secret", ""},
		{"openid-client.mjs", "pkce", ""},
		{"openid-client.mjs", "public", ""},
		{"openid-client.mjs", "openid", "OAUTH_JWT_CLAIM_COMPARISON_FAILED unexpected JWT claim value encountered unexpected JWT \"iss\" (issuer) claim value \"\""},
		{"simple-oauth2.mjs", "body", ""},
		{"simple-oauth2.mjs", "pkce", ""},
		{"simple-oauth2.mjs", "header", " Response Error: 401 Unauthorized  {\"error\":\"invalid_client\"}"},
		{"authlib_requests.py", "post", ""},
		{"authlib_requests.py", "pkce", ""},
		{"authlib_requests.py", "basic", "OAuthError invalid_client:"},
		{"authlib_httpx.py", "openid", "InvalidClaimError invalid_claim: Invalid claim: 'aud'"},
		{"requests_oauthlib_flow.py", "post", ""},
		{"requests_oauthlib_flow.py", "pkce", ""},
		{"requests_oauthlib_flow.py", "basic", "InvalidClientError (invalid_client)"},
	} {
		for _, profile := range []string{"docspace", "strict"} {
			t.Run(tt.program+"/"+tt.mode+"/"+profile, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, mockdocspace.Options{Profile: profile})
				want := "done"
				if profile == "docspace" && tt.quirk != "" {
					want = "error " + tt.quirk
				}
				if got := strings.TrimSpace(w.converse(tt.program, tt.mode)); got != want {
					t.Errorf("%s\nwant %s", got, want)
				}
			})
		}
	}
}

// The vendor's own client of the API, of the version that the mock plays, does what
// an integration does.
func TestVendorSDK(t *testing.T) {
	t.Parallel()
	w := newWorld(t, mockdocspace.Options{})
	w.signIn("roomadmin@docspace.test")
	if got := w.converse("docspace_sdk.py", "roomadmin"); got != "done" {
		t.Error(got)
	}
}
