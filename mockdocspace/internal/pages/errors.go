package pages

import (
	"net/http"
	"strconv"
)

// oauthHeadings are the headings of /login/error by oauthMessageKey (§5.5).
var oauthHeadings = map[string]string{
	"client_not_found_error":         "Application could not be found",
	"client_disabled_error":          "This application is disabled",
	"client_permission_denied_error": "Access denied",
	"missing_client_id_error":        "Client ID could not be found",
	"asc_retrieval_error":            "Something went wrong.",
	"something_went_wrong_error":     "Unknown error",
}

// messageHeadings are the headings by messageKey (§5.5); those that the
// reference does not spell out are shown as Error.
var messageHeadings = map[int]string{
	0: "Unknown error", 1: "Error", 6: "Incorrect email", 7: "Authorization temporarily blocked",
	8: "Invalid Recaptcha", 10: "Invalid username or password", 21: "Invalid link",
}

// errorHeading says what went wrong. Codes without a heading of their own,
// OAuth's included, are just an Error.
func errorHeading(oauthKey, messageKey string) string {
	var heading string
	switch number, err := strconv.Atoi(messageKey); {
	case oauthKey != "":
		heading = oauthHeadings[oauthKey]
	case messageKey == "":
		return "Expired link"
	case err == nil:
		heading = messageHeadings[number]
	}
	if heading == "" {
		return "Error"
	}
	return heading
}

// errorPage is /login/error, which leads to the login form after ten seconds (§5.5).
func (v *visit) errorPage() {
	v.render(http.StatusOK, page{
		Name: "error", Plain: true, Title: "Error",
		View: struct{ Heading string }{errorHeading(v.first("oauthMessageKey"), v.first("messageKey"))},
	})
}

// serverFault is what the error screen says when the login application's own
// server failed; the portal adds a paragraph about its build (§2.2).
const serverFault = "An error occurred in the Server Components render."

// screenView is an error screen: a heading and what there is to say.
type screenView struct{ Heading, Text string }

// screen is the screen for what nobody handled. It stays (§2.2, §5.6).
func (v *visit) screen(status int, text string) {
	v.render(status, page{Name: "screen", Static: true, Plain: true, Title: "Error", View: screenView{"Something went wrong.", text}})
}

// notFound is the answer to paths that lead nowhere.
func (v *visit) notFound() {
	v.render(http.StatusNotFound, page{Name: "screen", Static: true, Plain: true, Title: "Not found", View: screenView{"404", "There is no such page on this portal."}})
}

// tenantList is the choice of a portal. Loaded as a document it is answered
// with 500: its server has no list, which lies in the browser's session
// storage. The script shows it all the same. The router of the pages, which
// asks with the header RSC, gets 200 (§5.1).
func (v *visit) tenantList() {
	status := http.StatusInternalServerError
	if v.r.Header.Get("RSC") != "" {
		status = http.StatusOK
	}
	v.render(status, page{
		Name: "tenant-list", Title: "Choose your portal",
		View: struct{ Portal string }{v.greeting()},
		Data: struct {
			ClientID string      `json:"clientId"`
			Rules    tenantRules `json:"rules"`
		}{v.first("clientId"), tenantRules{v.rules.Pages.WrongPortal, v.rules.Pages.BackForgetsApp, v.resumeRules()}},
	})
}

type tenantRules struct {
	WrongPortal    bool `json:"wrongPortal"`
	BackForgetsApp bool `json:"backForgetsApp"`
	resumeRules
}
