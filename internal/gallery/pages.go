package gallery

import (
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"docspace-oauth/internal/hand"
	"docspace-oauth/mockdocspace"
)

// Page is one thing to see: a page, or a state of it.
type Page struct {
	Name string
	user string // whose session the browser has; empty: nobody's
	show func(*tour)
}

const (
	console    = "/portal-settings/developer-tools/oauth"
	notesRow   = "Meeting notes_table_row"
	consentsOf = "/profile/authorized-apps"
)

// Pages lists everything there is to see.
func Pages() []Page {
	var all []Page
	for _, part := range [][]Page{loginPages, portalPages, consolePages, dialogPages, demoPages, deskPages} {
		all = append(all, part...)
	}
	return all
}

// authorize opens an authorization request of the demo app for scopes that nobody has granted.
func (t *tour) authorize() {
	app := t.stand.demo
	app.Scopes = []string{"accounts.self:read", "files:write", "rooms:write"}
	t.Open(t.stand.flows.AuthorizeURL(app, t.stand.flows.NewAuthorization(app)))
}

func (t *tour) logIn(email, password string) {
	t.Until(`document.activeElement?.id === "login_username"`)
	t.Write("#login_username", email)
	t.Write("#login_password", password)
	t.Press("#login_submit")
}

// consent waits for the consent page proper, past the bounce (docs/portal/browser-flow.md §5.3).
func (t *tour) consent() {
	t.authorize()
	t.Until(`location.pathname === "/login/consent" && !location.search.includes("error=") && document.body.dataset.ready &&
		/(^|; )client_state=./.test(document.cookie) && document.querySelector('[data-testid="consent_allow_button"]')?.disabled === false`)
}

var loginPages = []Page{
	{"login", "", func(t *tour) { t.open("/login"); t.Shows("#login_submit") }},
	{"login-for-app", "", func(t *tour) { t.authorize(); t.Shows("#login_submit") }},
	{"login-required", "", func(t *tour) {
		t.authorize()
		t.Press("#login_submit")
		t.Until(`document.querySelectorAll('input[data-error]').length === 2`)
	}},
	{"login-refused", "", func(t *tour) {
		t.authorize()
		t.logIn(admin, "wrong")
		t.Until(`document.querySelector("#login_username-error")?.textContent && !document.querySelector("#login_submit").disabled`)
	}},
	{"login-recovery", "", func(t *tour) { t.open("/login"); t.Press("#login_forgot-password-link"); t.Shows("dialog") }},
	{"login-toast", "", func(t *tour) { t.open("/login?authError=true"); t.Shows(".Toastify__toast") }},
	{"tenant-list", "", func(t *tour) {
		t.authorize()
		t.logIn(user, mockdocspace.SeedPassword)
		t.Shows(".items-list .item")
	}},
	{"confirm", "", func(t *tour) {
		t.authorize()
		if t.Err == nil { // the call that the page makes, so that it stays
			_, t.Err = chromedp.Call(t.ctx, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: []*network.BlockPattern{
				{URLPattern: "*://*:*/api/2.0/authentication", Block: true},
			}})
		}
		t.logIn(admin, mockdocspace.SeedPassword)
		t.Until(`location.pathname === "/confirm/Auth" && document.body.dataset.ready`)
	}},
	{"consent", roomAdmin, (*tour).consent}, // a pending consent takes the place of a grant
	{"error", "", func(t *tour) { t.open("/login/error?oauthMessageKey=client_not_found_error"); t.Shows("#header") }},
	{"screen", "", func(t *tour) { t.open("/confirm/Auth?type=Auth&key=spent&encemail=e"); t.Shows("#header") }},
	{"not-found", "", func(t *tour) { t.open("/nowhere"); t.Shows("#header") }},
}

var portalPages = []Page{
	{"home", admin, func(t *tour) { t.open("/"); t.Shows("#sign-out") }},
	{"authorized-apps", admin, func(t *tour) { t.open(consentsOf); t.Shows(hand.ID("auth_row_1")) }},
	{"authorized-apps-none", owner, func(t *tour) { t.open(consentsOf); t.Shows("#empty") }},
	{"authorized-apps-menu", admin, func(t *tour) { t.open(consentsOf); t.option("auth_row_0", ""); t.Shows("#menu") }},
	{"authorized-apps-revoke", admin, func(t *tour) {
		t.open(consentsOf)
		t.option("auth_row_0", "oauth_revoke_option")
		t.Shows("#revoke-dialog")
	}},
}

var consolePages = []Page{
	{"console", admin, func(t *tour) { t.open(console); t.Shows(hand.ID(notesRow)) }},
	{"console-none", roomAdmin, func(t *tour) { t.open("/developer-tools/oauth"); t.Shows("#empty") }},
	{"console-refused", guest, func(t *tour) { t.open("/developer-tools/oauth"); t.Shows("#notice") }},
	{"console-menu", admin, func(t *tour) { t.open(console); t.option(notesRow, ""); t.Shows("#menu") }},
	{"console-selection", admin, func(t *tour) {
		t.open(console)
		t.Press(hand.ID("Meeting notes_checkbox") + " input")
		t.Press(hand.ID("Timesheets_checkbox") + " input")
		t.Shows("#selection")
	}},
	{"console-toast", admin, func(t *tour) {
		t.open(console)
		t.Press(hand.ID("Timesheets_toggle_button") + " input")
		t.Shows(".Toastify__toast--success")
		t.Press(hand.ID("Timesheets_toggle_button") + " input") // and off again, for the others
		t.Press(hand.ID("disable_app_ok_button"))
		t.Until(`document.querySelectorAll(".Toastify__toast--success").length === 2`)
	}},
	{"register", roomAdmin, func(t *tour) { t.open("/developer-tools/oauth/create"); t.Shows(hand.ID("oauth_save_button")) }},
	{"register-required", roomAdmin, func(t *tour) {
		t.open("/developer-tools/oauth/create")
		t.Press(hand.ID("oauth_save_button"))
		t.Until(`document.querySelectorAll(".field-error:not(:empty)").length > 5`)
	}},
	{"register-filled", roomAdmin, func(t *tour) {
		t.open("/developer-tools/oauth/create")
		t.Write(`input[name="name"]`, "My app")
		t.Write(`input[name="website_url"]`, "https://example.com")
		t.Write(`input[name="redirect_uris"]`, "http://localhost:3000/callback\r")
		t.Write(`input[name="redirect_uris"]`, "https://example.com/a/rather/long/path/to/the/callback/of/this/app\r")
		t.Press(hand.ID("files_write_checkbox") + " input")
		t.Write(`input[name="allowed_origins"]`, "http://localhost:3000")
		t.Shows(hand.ID("allowed_origins_add_button"))
	}},
	{"edit", admin, func(t *tour) { t.open(console + "/" + t.stand.ClientID); t.Shows(hand.ID("secret_input_group_input")) }},
	{"edit-unknown", admin, func(t *tour) {
		t.open(console + "/00000000-0000-4000-8000-000000000000")
		t.Shows("#notice")
	}},
}

// dialog is a choice of an app's menu that opens a dialog.
func dialog(name, testid, opened string) Page {
	return Page{name, admin, func(t *tour) { t.open(console); t.option(notesRow, testid); t.Shows(opened) }}
}

var dialogPages = []Page{
	dialog("dialog-disable", "oauth_disable_option", "#disable-dialog"),
	dialog("dialog-delete", "oauth_delete_option", "#delete-dialog"),
	dialog("dialog-info", "oauth_info_option", "#info-dialog"),
	dialog("dialog-generate", "oauth_generate_token_option", "#generate-dialog"),
	dialog("dialog-auth-button", "oauth_auth_option", "#preview-dialog"),
	{"dialog-token", admin, func(t *tour) {
		t.open(console)
		t.option(notesRow, "oauth_generate_token_option")
		t.Press(hand.ID("generate_token_button"))
		t.Shows(hand.ID("generate_token_input"))
	}},
	{"dialog-revoke", admin, func(t *tour) {
		t.open(console)
		t.option(notesRow, "oauth_revoke_token_option")
		t.Write(hand.ID("revoke_token_input"), "nonsense\r")
		t.Until(`document.querySelector("#revoked-token-error").textContent`)
	}},
	{"dialog-reset", admin, func(t *tour) {
		t.open(console + "/" + t.stand.ClientID)
		t.Press(hand.ID("secret_input_group_button"))
		t.Shows("#reset-dialog")
	}},
}

var demoPages = []Page{
	{"demo-app", "", func(t *tour) { t.Open(t.stand.AppURL); t.Shows("#docspace-button") }},
	{"demo-app-signed-in", admin, func(t *tour) {
		t.Open(t.stand.AppURL + "/authenticate")
		t.Shows(hand.ID("user_email"))
	}},
	{"demo-app-denied", owner, func(t *tour) {
		t.Open(t.stand.AppURL + "/authenticate")
		t.Until(`location.pathname === "/login/consent" && !location.search.includes("error=") && document.body.dataset.ready &&
			/(^|; )client_state=./.test(document.cookie)`)
		t.Press(hand.ID("consent_deny_button"))
		t.Until(`location.pathname === "/callback" && document.readyState === "complete"`)
	}},
}

// deskPages are the mock's own pages, for whoever writes an app.
var deskPages = []Page{
	{"desk", "", func(t *tour) { t.open("/mock/"); t.Shows("#portals") }},
	{"desk-problem", "", func(t *tour) { t.open("/mock/?problem=this+does+not+work"); t.Shows(".problem") }},
	{"live", roomAdmin, func(t *tour) { t.consent(); t.open("/mock/flows"); t.Shows(".flow svg") }},
	{"live-unfolded", roomAdmin, func(t *tour) {
		t.consent()
		t.open("/mock/flows")
		t.Press(`[data-key="steps"] > summary`)
		t.Press(`[data-key^="step-"] > summary`)
		t.Shows(`[data-key^="step-"][open] pre`)
	}},
}
