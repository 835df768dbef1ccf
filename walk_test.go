package docspaceoauth

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"docspace-oauth/flows"
	"docspace-oauth/flows/webapp"
	"docspace-oauth/internal/hand"
	"docspace-oauth/mockdocspace"
)

// picture is a PNG of one pixel.
const picture = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="

// The steps of the README's "A portal for local development", done by hand in a browser.
func TestTheWalkOfTheREADME(t *testing.T) {
	if testing.Short() {
		t.Skip("drives a browser")
	}
	portal := startPortal(t)
	app := startDemoApp(t, portal)
	icon := filepath.Join(t.TempDir(), "icon.png")
	png, err := base64.StdEncoding.DecodeString(picture)
	if err == nil {
		err = os.WriteFile(icon, png, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	var id, secret string
	hand.InTab(t, func(ctx context.Context) error {
		h := hand.On(ctx)

		// Step 1: sign in and allow.
		h.Open(app)
		signIn(h)
		h.Press(hand.ID("consent_allow_button"))
		h.Reads(hand.ID("user_email"), "user@docspace.test")
		h.Reads(hand.ID("user_name"), "Ursula User")

		// Step 2: revoke, and deny.
		h.Open(portal.URL() + "/profile/authorized-apps")
		h.Reads(hand.ID("auth_row_0")+" .client-name", "Demo App")
		h.Press(hand.ID("auth_row_0") + " .dots")
		h.Press(hand.ID("oauth_revoke_option"))
		h.Press(hand.ID("dialog_revoke_consent_button"))
		h.Shows("#empty")
		h.Open(app)
		signIn(h)
		h.Press(hand.ID("consent_deny_button"))
		h.Reads("h1", "You did not allow it")

		// Step 3: an app of one's own.
		h.Open(portal.URL() + "/developer-tools/oauth")
		h.Press(hand.ID("register_new_app_button"))
		h.Write(`input[name="name"]`, "Own app")
		h.Attach("#customFileInput", icon)
		h.Until(`document.querySelector("#icon-preview").src`)
		h.Write(`input[name="redirect_uris"]`, "http://localhost:3001/callback\r")
		h.Write(`input[name="allowed_origins"]`, "https://example.com\r")
		for _, name := range []string{"website_url", "policy_url", "terms_url"} {
			h.Write(`input[name="`+name+`"]`, "https://example.com")
		}
		h.Press(hand.ID("profiles_read_checkbox") + " input")
		h.Press(hand.ID("oauth_save_button"))
		h.Press(hand.ID("Own app_table_row") + " .client-name")
		h.Until(`document.querySelector('[data-testid="secret_input_group_input"]')?.value`)
		id = h.Value(`document.querySelector('[data-testid="id_input_group_input"]').value`)
		secret = h.Value(`document.querySelector('[data-testid="secret_input_group_input"]').value`)
		return h.Err
	})

	script := strings.NewReplacer(mockdocspace.DemoClientID, id, mockdocspace.DemoClientSecret, secret).
		Replace(snippet(t, "README.md", "curl"))
	if out := shell(t, portal, script); !strings.Contains(out, `"email":"user@docspace.test"`) {
		t.Errorf("with the app registered by hand the last answer is %s", out)
	}
}

// signIn follows the app's link to the portal and stops at the consent page.
func signIn(h *hand.Hand) {
	h.Press("#docspace-button")
	h.Until(`document.activeElement?.id === "login_username"`)
	h.Write("#login_username", "user@docspace.test")
	h.Write("#login_password", mockdocspace.SeedPassword)
	h.Press("#login_submit")
	h.Press(".items-list .item")
	h.Until(`location.pathname === "/login/consent" && !location.search.includes("error=") && document.body.dataset.ready`)
}

// startDemoApp serves the reference app as mockserver does with --demo-app, and
// returns its address.
func startDemoApp(t *testing.T, portal *mockdocspace.Portal) string {
	t.Helper()
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	root := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	app, err := webapp.New(webapp.Config{
		PortalURL: portal.URL(), Trusted: []string{portal.SecondURL()},
		App: flows.App{
			ID: mockdocspace.DemoClientID, Secret: mockdocspace.DemoClientSecret, RedirectURI: root + "/callback",
			Scopes: []string{"accounts.self:read", "files:read", "rooms:read"},
		},
	})
	if err == nil {
		err = portal.AllowRedirectURI(mockdocspace.DemoClientID, root+"/callback")
	}
	if err != nil {
		t.Fatal(err)
	}
	handler = app
	return root
}
