package mockdocspace_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"golang.org/x/oauth2"

	"docspace-oauth/flows"
	"docspace-oauth/flows/browser"
	"docspace-oauth/internal/hand"
	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/config"
)

const (
	roomAdmin = "roomadmin@docspace.test"
	guestUser = "guest@docspace.test"

	consoleOfUsers  = "/developer-tools/oauth"
	consoleOfAdmins = "/portal-settings/developer-tools/oauth"
)

// desk is a signed-in person at the developer console, and the same person's
// signature for calls beside it.
type desk struct {
	*hand.Hand
	t         *testing.T
	portal    *mockdocspace.Portal
	flows     *flows.Portal
	signature string
}

// atDesk signs a person in, without the login page.
func atDesk(t *testing.T, chromium *browser.Browser, portal *mockdocspace.Portal, email string) *desk {
	t.Helper()
	p := newProfile(t, chromium)
	signedIn, err := portal.Control().SignIn(t.Context(), email, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(p.ctx, network.SetCookie, network.SetCookieParams{
		URL: portal.URL(), Name: "asc_auth_key", Value: signedIn.Session,
	}); err != nil {
		t.Fatal(err)
	}
	client, err := flows.NewPortal(portal.URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return &desk{hand.On(p.ctx), t, portal, client, signedIn.Signature}
}

func (d *desk) goTo(path string) { d.Open(d.portal.URL() + path) }

// choose takes an entry of an app's menu.
func (d *desk) choose(app, testid string) {
	d.Press(hand.ID(app+"_table_row") + " .dots")
	d.Press(hand.ID(testid))
}

func (d *desk) toasts(text string) {
	d.Until(`[...document.querySelectorAll(".Toastify__toast")].some((e) => e.textContent === "` + text + `")`)
}

// says waits for the message at a field of the form.
func (d *desk) says(field, text string) {
	d.Reads(`[data-field="`+field+`"] .field-error`, text)
}

// check fails the test if a step has failed.
func (d *desk) check() {
	d.t.Helper()
	if d.Err != nil {
		d.t.Fatal(d.Err)
	}
}

// register makes an app beside the browser.
func (d *desk) register(name, redirect string) *flows.Registered {
	d.t.Helper()
	registration := flows.NewRegistration(name, redirect, "accounts.self:read", "files:read")
	registration.AllowPKCE = true
	app, err := d.flows.Register(d.t.Context(), d.signature, registration)
	if err != nil {
		d.t.Fatal(err)
	}
	return app
}

func (d *desk) read(clientID string) *flows.Registered {
	d.t.Helper()
	app, err := d.flows.Registration(d.t.Context(), d.signature, clientID)
	if err != nil {
		d.t.Fatal(err)
	}
	return app
}

func TestTheFormOfANewApp(t *testing.T) {
	chromium := hand.Chromium(t, browser.Options{})
	icon := filepath.Join(t.TempDir(), "icon.svg")
	if err := os.WriteFile(icon, []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), 0o600); err != nil {
		t.Fatal(err)
	}
	const quirk = "pages.console-keeps-scopes"
	for on, scopes := range map[bool]string{
		true:  "accounts.self:read files:read files:write", // un-ticked, and there all the same
		false: "accounts.self:read",
	} {
		t.Run(fmt.Sprintf("%s %v", quirk, on), func(t *testing.T) {
			portal := startPortal(t, mockdocspace.Options{Config: &config.Config{Quirks: map[string]bool{quirk: on}}})
			d := atDesk(t, chromium, portal, roomAdmin)
			d.goTo(consoleOfUsers)
			d.Reads("#empty", "No OAuth applications")
			d.Press(hand.ID("register_new_app_button"))

			// Nothing is sent before the page is content.
			d.Press(hand.ID("oauth_save_button"))
			for _, field := range []string{"name", "website_url", "logo", "redirect_uris", "allowed_origins", "policy_url", "terms_url"} {
				d.says(field, "This is a required field")
			}
			d.says("scopes", "This section is required")
			d.Write(`input[name="name"]`, "ab")
			d.Write(`input[name="website_url"]`, "no address")
			d.Write(`input[name="redirect_uris"]`, "https://example.com/callback?with=query\r")
			d.says("name", "Minimal name length: 3")
			d.says("website_url", "URL not valid, example: "+d.portal.URL())
			d.says("redirect_uris", "URL not valid, example: "+d.portal.URL())

			// What the API refuses stands at the field, and in a toast as at the portal.
			d.Write(`input[name="name"]`, "Own app")
			d.Write(`input[name="website_url"]`, "http://localhost:3000")
			d.Attach("#customFileInput", icon)
			d.Until(`document.querySelector("#icon-preview").src.startsWith("data:image/svg+xml")`)
			d.Write(`input[name="redirect_uris"]`, "http://localhost:3000/callback")
			d.Reads(hand.ID("redirect_uris_add_button"), "http://localhost:3000/callback Add")
			d.Press(hand.ID("redirect_uris_add_button"))
			d.Write(`input[name="redirect_uris"]`, "claude://callback")
			d.Press(hand.ID("redirect_uris_selector_add_button"))
			d.Reads(hand.ID("redirect_uris_selected_item_1")+" span", "claude://callback")
			d.Write(`input[name="allowed_origins"]`, "https://example.com\r")
			d.Write(`input[name="policy_url"]`, "https://example.com/privacy")
			d.Write(`input[name="terms_url"]`, "https://example.com/terms")
			d.Press(hand.ID("profiles_read_checkbox") + " input")
			d.Press(hand.ID("files_write_checkbox") + " input")
			d.Until(`document.querySelector('input[value="files:read"]').checked && document.querySelector('input[value="files:read"]').disabled`)
			d.Press(hand.ID("files_write_checkbox") + " input")
			d.Until(`!document.querySelector('input[value="files:read"]').checked && !document.querySelector('input[value="files:read"]').disabled`)
			d.Press(hand.ID("oauth_save_button"))
			d.says("website_url", "website url is expected to be passed as url")
			d.toasts("Validation failed")
			d.Until(`document.activeElement.name === "website_url"`)

			d.Write(`input[name="website_url"]`, "https://example.com")
			d.Press(hand.ID("oauth_save_button"))
			d.Press(hand.ID("Own app_table_row") + " .client-name")
			d.Until(`document.querySelector('[data-testid="secret_input_group_input"]')?.value`)
			app := d.read(d.Value(`document.querySelector('[data-testid="id_input_group_input"]').value`))
			if secret := d.Value(`document.querySelector('[data-testid="secret_input_group_input"]').value`); secret != app.ClientSecret {
				t.Errorf("the page shows the secret %q, the API %q", secret, app.ClientSecret)
			}
			d.check()
			if got := sorted(app.Scopes); got != scopes {
				t.Errorf("registered with the scopes %q instead of %q", got, scopes)
			}
			if got := sorted(app.RedirectURIs); got != "claude://callback http://localhost:3000/callback" {
				t.Errorf("registered with the redirect URIs %q", got)
			}
		})
	}
}

func TestAnAppIsEdited(t *testing.T) {
	chromium := hand.Chromium(t, browser.Options{})
	d := atDesk(t, chromium, startPortal(t, mockdocspace.Options{}), roomAdmin)
	app := d.register("First name", "https://example.com/callback")
	icon := filepath.Join(t.TempDir(), "icon.png")
	png, err := base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")
	if err == nil {
		err = os.WriteFile(icon, png, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	d.goTo(consoleOfUsers)
	d.choose("First name", "oauth_edit_option")
	d.Until(`location.pathname === "` + consoleOfUsers + "/" + app.ClientID + `"`)

	// Only a change can be saved, and only some fields can be changed.
	d.Shows(hand.ID("oauth_save_button") + ":disabled")
	for _, fixed := range []string{"website_url", "policy_url", "terms_url"} {
		d.Until(`document.querySelector('input[name="` + fixed + `"]').readOnly`)
	}
	d.Until(`[...document.querySelectorAll('input[name="scope"]')].every((box) => box.disabled) && !document.querySelector('input[name="redirect_uris"]')`)
	d.Until(`document.querySelector('[data-testid="allow_pkce_checkbox"] input').checked`)
	d.Write(`input[name="name"]`, "Second name")
	d.Attach("#customFileInput", icon)
	d.Until(`document.querySelector("#icon-preview").src.startsWith("data:image/png")`)
	d.Write(`textarea[name="description"]`, "Described anew")
	d.Press(hand.ID("allow_pkce_checkbox") + " input")
	d.Write(`input[name="allowed_origins"]`, "https://other.example.com\r")
	d.Press(hand.ID("allowed_origins_selected_item_0") + " button")
	d.Press(hand.ID("oauth_save_button") + ":enabled")
	d.Shows(hand.ID("Second name_table_row"))
	d.check()
	changed := d.read(app.ClientID)
	if changed.Name != "Second name" || changed.Description != "Described anew" || sorted(changed.AllowedOrigins) != "https://other.example.com" ||
		sorted(changed.AuthenticationMethods) != "client_secret_post" || sorted(changed.RedirectURIs) != "https://example.com/callback" {
		t.Errorf("the app is now %+v", changed)
	}

	// The new secret takes the place of the old one, on the page and at the portal.
	d.goTo(consoleOfUsers + "/" + app.ClientID)
	d.Press(hand.ID("secret_input_group_button"))
	d.Press("#reset-dialog [data-answer='']")
	d.Press(hand.ID("secret_input_group_button"))
	d.Press(hand.ID("reset_dialog_ok_button"))
	d.toasts("Client secret reset successfully")
	shown := d.Value(`document.querySelector('[data-testid="secret_input_group_input"]').value`)
	d.check()
	if now := d.read(app.ClientID).ClientSecret; shown != now || now == app.ClientSecret {
		t.Errorf("the page shows %q, the API %q, before it was %q", shown, now, app.ClientSecret)
	}
}

func TestAnAppIsDisabledEnabledAndDeleted(t *testing.T) {
	chromium := hand.Chromium(t, browser.Options{})
	d := atDesk(t, chromium, startPortal(t, mockdocspace.Options{}), roomAdmin)
	callback := app(t)
	one, two := d.register("One", callback), d.register("Two", callback)
	d.goTo(consoleOfUsers)
	d.Until(`document.querySelector('[data-testid="One_toggle_button"] input').checked`)

	d.choose("One", "oauth_disable_option")
	d.Press(hand.ID("disable_app_cancel_button"))
	d.Press(hand.ID("One_toggle_button") + " input")
	d.Press(hand.ID("disable_app_ok_button"))
	d.toasts("Application disabled successfully")
	d.Until(`!document.querySelector('[data-testid="One_toggle_button"] input').checked`)
	d.check()
	if d.read(one.ClientID).Enabled {
		t.Error("the app is still enabled")
	}
	// A disabled app has no button to show.
	d.Press(hand.ID("One_table_row") + " .dots")
	d.Shows(hand.ID("oauth_auth_option") + `[aria-disabled="true"]`)
	d.Press(`#menu [data-action="enable"]`)
	d.toasts("Application enabled successfully")
	d.check()
	if !d.read(one.ClientID).Enabled {
		t.Error("the app is still disabled")
	}

	// Several at a time, chosen by their boxes.
	d.Press(hand.ID("One_checkbox") + " input")
	d.Press(hand.ID("Two_checkbox") + " input")
	d.Reads("#selection-count", "2 selected")
	d.Press(`#selection [data-action="delete"]`)
	d.Press(hand.ID("delete_app_ok_button"))
	d.toasts("Application deleted successfully")
	d.Reads("#empty", "No OAuth applications")
	d.check()
	for _, gone := range []*flows.Registered{one, two} {
		if _, err := d.flows.Registration(t.Context(), d.signature, gone.ClientID); err == nil {
			t.Errorf("%s is still there", gone.Name)
		}
	}
}

func TestAPersonalTokenIsMadeAndRevoked(t *testing.T) {
	chromium := hand.Chromium(t, browser.Options{})
	for _, profile := range []string{"docspace", "strict"} {
		t.Run(profile, func(t *testing.T) {
			d := atDesk(t, chromium, startPortal(t, mockdocspace.Options{Profile: profile}), roomAdmin)
			d.register("Notes", "https://example.com/callback")
			d.goTo(consoleOfUsers)
			generate := func() string {
				d.choose("Notes", "oauth_generate_token_option")
				d.Press(hand.ID("generate_token_button"))
				d.Shows(hand.ID("generate_token_input"))
				return d.Value(`document.querySelector('[data-testid="generate_token_input"]').value`)
			}
			status := func(token string) int {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.portal.URL()+"/api/2.0/people/@self", nil)
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("Authorization", "Bearer "+token)
				answer, err := http.DefaultClient.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				_ = answer.Body.Close()
				return answer.StatusCode
			}

			token := generate()
			d.Press(hand.ID("copy_generate_token_button"))
			d.toasts("Developer token successfully copied to clipboard")
			d.check()
			if got := status(token); got != http.StatusOK {
				t.Fatalf("the API answers the token with %d", got)
			}
			d.choose("Notes", "oauth_revoke_token_option")
			d.Write(hand.ID("revoke_token_input"), "nonsense\r")
			d.Reads("#revoked-token-error", "Invalid token")
			d.Write(hand.ID("revoke_token_input"), token)
			d.Press("#revoke-dialog " + hand.ID("revoke_token_button"))
			d.toasts("Token revoked successfully")
			d.check()
			if got := status(token); got != http.StatusUnauthorized {
				t.Errorf("the API answers the revoked token with %d", got)
			}

			token = generate()
			d.Press("#generate-dialog " + hand.ID("revoke_token_button"))
			d.Until(`!document.querySelector("dialog[open]")`)
			d.check()
			if got := status(token); got != http.StatusUnauthorized {
				t.Errorf("the API answers the token revoked at once with %d", got)
			}
		})
	}
}

// The link of the preview is as the portal writes it: redirect URI not encoded, no
// state, the challenge behind scope (docs/portal/browser-flow.md §6.3).
func TestTheSignInButtonIsPreviewed(t *testing.T) {
	chromium := hand.Chromium(t, browser.Options{})
	d := atDesk(t, chromium, startPortal(t, mockdocspace.Options{}), roomAdmin)
	app := d.register("Notes", "https://example.com/callback?a=b")
	d.goTo(consoleOfUsers)
	d.choose("Notes", "oauth_auth_option")
	link := d.Value(`document.querySelector('[data-testid="authorize_link_textarea"]').value`)
	verifier := d.Value(`document.querySelector('[data-testid="code_verifier_textarea"]').value`)
	script := d.Value(`document.querySelector('[data-testid="script_block_textarea"]').value`)
	d.check()
	want := d.portal.URL() + "/oauth2/authorize?response_type=code&client_id=" + app.ClientID + "&redirect_uri=https://example.com/callback?a=b" +
		"&scope=" + strings.Join(app.Scopes, "%20") + "&code_challenge_method=S256&code_challenge=" + oauth2.S256ChallengeFromVerifier(verifier)
	if link != want {
		t.Errorf("the link is\n%s\ninstead of\n%s", link, want)
	}
	if len(verifier) != 72 || strings.Trim(verifier, "0123456789abcdef") != "" {
		t.Errorf("the verifier is %q", verifier)
	}
	if !strings.Contains(script, `window.open("`+link+`"`) {
		t.Errorf("the script does not open the link:\n%s", script)
	}
}

// Guests manage no apps, nor do users where the portal limits the developer tools
// (docs/portal/identity.md §2.1, §2.2); what they have let in they see all the same.
func TestWhoMayManageApps(t *testing.T) {
	chromium := hand.Chromium(t, browser.Options{})
	open := startPortal(t, mockdocspace.Options{})
	limited := startPortal(t, mockdocspace.Options{Config: limitedPortal(t)})
	for _, c := range []struct {
		name, user string
		portal     *mockdocspace.Portal
		home       string // of the console, as the portal's frame leads to it; empty: not at all
	}{
		{"administrator", admin, open, consoleOfAdmins},
		{"room administrator", roomAdmin, open, consoleOfUsers},
		{"user", onBoth, open, consoleOfUsers},
		{"guest", guestUser, open, ""},
		{"administrator of a limited portal", "boss@limited.test", limited, consoleOfAdmins},
		{"user of a limited portal", "user@limited.test", limited, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := atDesk(t, chromium, c.portal, c.user)
			d.goTo(consoleOfAdmins) // who isn't an administrator is led to the other home
			if c.home == "" {
				d.Until(`document.querySelector("#notice").textContent.startsWith("You may not manage applications")`)
				d.Until(`location.pathname === "` + consoleOfUsers + `" && document.querySelector("#toolbar").hidden`)
				d.Until(`![...document.querySelectorAll(".portal-tabs a")].some((e) => e.textContent === "Developer Tools")`)
				d.goTo(consoleOfUsers + "/create") // the form is there, and the portal refuses it
				d.Shows(hand.ID("oauth_save_button"))
			} else {
				d.Shows(hand.ID("register_new_app_button"))
				d.Until(`document.querySelector(".portal-tabs [aria-current]").getAttribute("href") === "` + c.home + `" && location.pathname === "` + c.home + `"`)
			}
			d.goTo("/profile/authorized-apps")
			d.Reads("#empty", "No authorized apps")
			d.check()
		})
	}
}

// sorted joins values in order.
func sorted(values []string) string {
	return strings.Join(slices.Sorted(slices.Values(values)), " ")
}

func limitedPortal(t *testing.T) *config.Config {
	t.Helper()
	c, err := config.Parse("limited.yaml", []byte(`
portals:
  - id: 1
    name: Limited
    hosts: [127.0.0.1]
    limit-developer-tools: true
    users:
      - {email: boss@limited.test, password: p, type: owner, first-name: B, last-name: B}
      - {email: user@limited.test, password: p, type: user, first-name: U, last-name: U}
`))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A session that ended while the page was open leads to the login form, and a
// visitor without one back to the page after the sign-in.
func TestTheConsoleWantsASession(t *testing.T) {
	chromium := hand.Chromium(t, browser.Options{})
	portal := startPortal(t, mockdocspace.Options{})
	p := newProfile(t, chromium)
	p.open(portal.URL() + consoleOfUsers)
	p.signIn(roomAdmin, mockdocspace.SeedPassword)
	p.until(`location.pathname === "` + consoleOfUsers + `" && !document.querySelector("#toolbar").hidden`)

	d := atDesk(t, chromium, portal, roomAdmin)
	d.goTo("/")
	d.Press("#sign-out")
	d.Until(`location.pathname === "/login"`)
	d.goTo("/profile/authorized-apps")
	d.Until(`location.href.includes("/login?referenceUrl=%2Fprofile%2Fauthorized-apps")`)
	d.check()
}
