package browser

// element names something on the portal's pages.
type element string

const (
	loginEmail    element = "login e-mail"
	loginPassword element = "login password"
	loginSubmit   element = "login submit"
	loginMessage  element = "login message"
	passwordNote  element = "password message"
	captcha       element = "captcha"
	captchaFrame  element = "captcha frame"
	secondFactor  element = "second factor code"
	secondSubmit  element = "second factor submit"
	loader        element = "loader"
	allowButton   element = "allow"
	denyButton    element = "deny"
	appLink       element = "app link"
	consentText   element = "consent text"
	signedInAs    element = "signed in as"
	notYou        element = "not you"
	errorScreen   element = "error screen"
	errorHeading  element = "error heading"
	toast         element = "toast"
)

// locator finds an element: by selector, and by its text if one is given.
type locator struct {
	CSS    string `json:"css"`
	Text   string `json:"text,omitempty"`   // the whole text, trimmed
	Prefix string `json:"prefix,omitempty"` // the beginning of the text
}

// locators are the ways to find each element, the surest first; the first visible
// match wins (docs/portal/browser-flow.md §7). Portals before August 2025 lack the
// test ids of the consent page, hence the texts.
var locators = map[element][]locator{
	loginEmail: {
		{CSS: `#login_username`},
		{CSS: `input[name="login"]`},
		{CSS: `[data-testid="email-input"]`},
		{CSS: `[data-testid="ldap_username_input"]`},
	},
	loginPassword: {
		{CSS: `#login_password`}, {CSS: `input[name="password"]`}, {CSS: `[data-testid="password-input"] input`},
	},
	loginSubmit: {
		{CSS: `#login_submit`}, {CSS: `[data-testid="login_button"]`}, {CSS: `button`, Text: "Sign in"},
	},
	loginMessage: {
		{CSS: `[data-testid="email_field"] .field-body [data-testid="text"]`}, {CSS: `[data-testid="email_field"]`},
	},
	passwordNote: {{CSS: `[data-testid="password_field_container"]`}},
	// The attribute of the container is spelt with hyphens (§4.1).
	captcha:      {{CSS: `[data-test-id="captcha-container"]`}, {CSS: `#login-captcha-widget`}},
	captchaFrame: {{CSS: `iframe[src*="hcaptcha"]`}, {CSS: `iframe[src*="recaptcha"]`}},
	secondFactor: {{CSS: `[data-testid="app_code_input"]`}, {CSS: `#code`}, {CSS: `input[name="code"]`}},
	secondSubmit: {{CSS: `[data-testid="app_code_continue_button"]`}, {CSS: `button`, Text: "Continue"}},
	loader:       {{CSS: `[data-testid="app-loader"]`}},
	allowButton: {
		{CSS: `[data-testid="consent_allow_button"]`}, {CSS: `button[aria-label="Allow"]`}, {CSS: `button`, Text: "Allow"},
	},
	denyButton: {
		{CSS: `[data-testid="consent_deny_button"]`}, {CSS: `button[aria-label="Deny"]`}, {CSS: `button`, Text: "Deny"},
	},
	appLink:      {{CSS: `[data-testid="app_link"]`}, {CSS: `a.login-link[href]`}},
	consentText:  {{CSS: `[data-testid="form-wrapper"]`}},
	signedInAs:   {{CSS: `div, span, p`, Prefix: "Signed in as"}},
	notYou:       {{CSS: `[data-testid="not_you_link"]`}, {CSS: `a, button, span`, Text: "Not you?"}},
	errorScreen:  {{CSS: `[data-testid="ErrorContainer"]`}},
	errorHeading: {{CSS: `[data-testid="ErrorContainer"] #header`}, {CSS: `#header`}, {CSS: `[data-testid="heading"]`}},
	toast:        {{CSS: `.Toastify__toast--error`}, {CSS: `[data-testid="toast"] [role="alert"]`}},
}

// lists are repeated elements; all matches of the first selector that has any.
var lists = map[string][]string{
	"portals": {`.items-list .item`, `[data-testid="portal_name_text"]`},
	"scopes":  {`[data-testid="scope-list"] > div`, `.scope-list > div`},
}

// portalName finds the name inside a row of the list of portals.
const portalName = `[data-testid="portal_name_text"]`
