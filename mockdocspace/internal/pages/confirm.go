package pages

import (
	"net/http"
	"strings"
)

// The outcomes of POST authentication/confirm (§5.6).
const (
	linkGood        = 0
	linkInvalid     = 1
	linkExpired     = 2
	linkTariffLimit = 3
)

// confirmData is what the script of /confirm/Auth works with.
type confirmData struct {
	Email string `json:"email"`
	Key   string `json:"key"`
	Now   int64  `json:"now"` // the portal's time, milliseconds
	// SecondFactorHangs says whether a wanted code is passed over in silence (§3.11).
	SecondFactorHangs bool `json:"secondFactorHangs"`
}

// confirm is /confirm/{kind}. A type that is missing, another one or repeated
// sends the browser to the same page with the right one (§2.2). Only one-time
// sign-in links are built; the other kinds are invalid links here.
func (v *visit) confirm(kind string) {
	query := looseQuery(v.r.URL.RawQuery)
	if types := query.all("type"); len(types) != 1 || types[0] != kind {
		v.redirect(strings.TrimPrefix(v.r.URL.EscapedPath(), "/login") + "?" + query.with("type", kind).encode())
		return
	}
	if kind != "Auth" {
		v.screen(http.StatusInternalServerError, "Invalid link")
		return
	}
	parameters := map[string]string{}
	for _, p := range query {
		if _, there := parameters[p.name]; !there {
			parameters[p.name] = p.value
		}
	}
	var link struct {
		Result int    `json:"result"`
		Email  string `json:"email"`
	}
	if err := v.ask(http.MethodPost, "/api/2.0/authentication/confirm", parameters, &link); err != nil {
		v.Logger.ErrorContext(v.r.Context(), "ask about a one-time link", "error", err)
		v.screen(http.StatusInternalServerError, serverFault)
		return
	}
	switch link.Result {
	case linkGood:
		v.render(http.StatusOK, page{
			Name: "confirm", Title: "Signing in",
			Data: confirmData{link.Email, parameters["key"], v.Clock.Now().UnixMilli(), v.rules.Pages.SecondFactorHangs},
		})
	case linkInvalid:
		v.screen(http.StatusInternalServerError, "Invalid link")
	case linkExpired:
		v.screen(http.StatusInternalServerError, "The link has expired.")
	case linkTariffLimit:
		v.screen(http.StatusInternalServerError, "Error") // its own text is not on record
	default:
		v.notFound()
	}
}
