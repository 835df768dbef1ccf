package desk

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"docspace-oauth/mockdocspace/control"
)

// startView is what the start page shows.
type startView struct {
	Page    string
	Problem string
	About   About
	Portals []portalView
	Apps    []appView
	Curl    string
	Clock   control.ClockState
	Faults  []control.ActiveFault
	Kinds   []faultGroup
}

type portalView struct {
	control.Portal
	Users []control.User
}

// appView is an app with what its samples need.
type appView struct {
	control.App
	Portal string
	Env    []envView
}

// envView is the .env file of some of the official samples.
type envView struct{ Samples, Text string }

type faultGroup struct {
	Where  string
	Faults []control.Fault
}

func (s *server) start(w http.ResponseWriter, r *http.Request) {
	info, err := s.source.Info(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	view := startView{
		Page: "start", Problem: r.URL.Query().Get("problem"), About: s.source.About(), Clock: s.source.Clock(), Faults: s.source.Faults(),
		Kinds: grouped(s.source.Catalogue()),
	}
	urls := map[int64]string{}
	for _, p := range info.Portals {
		urls[p.ID] = p.URL
		portal := portalView{Portal: p}
		for _, u := range info.Users {
			if u.Tenant == p.ID {
				portal.Users = append(portal.Users, u)
			}
		}
		view.Portals = append(view.Portals, portal)
	}
	for _, a := range info.Apps {
		view.Apps = append(view.Apps, appView{App: a, Portal: urls[a.Tenant], Env: envOf(a, urls[a.Tenant])})
	}
	view.Curl = curlLines(info, urls, view.About.NeedsToken)
	s.render(w, r, "start.html", view, slices.Collect(maps.Values(urls))...)
}

// grouped are the faults by where they act.
func grouped(catalogue []control.Fault) []faultGroup {
	var groups []faultGroup
	for _, f := range catalogue {
		i := slices.IndexFunc(groups, func(g faultGroup) bool { return g.Where == f.Where })
		if i < 0 {
			groups, i = append(groups, faultGroup{Where: f.Where}), len(groups)
		}
		groups[i].Faults = append(groups[i].Faults, f)
	}
	slices.SortStableFunc(groups, func(a, b faultGroup) int { return cmp.Compare(a.Where, b.Where) })
	return groups
}

// envOf are the variables of the official samples (docs/portal/clients.md §1.1, §5.1).
func envOf(a control.App, portal string) []envView {
	if len(a.RedirectURIs) == 0 {
		return nil
	}
	redirect := a.RedirectURIs[0]
	port := "3000"
	if u, err := url.Parse(redirect); err == nil && u.Port() != "" {
		port = u.Port()
	}
	file := func(secret bool, scope string) string {
		lines := []string{"PORT=" + port, "API_BASE_URL=" + portal, "API_BASE_PATH=/api/2.0", "CLIENT_ID=" + a.ID}
		if secret {
			lines = append(lines, "CLIENT_SECRET="+a.Secret)
		}
		return strings.Join(append(lines, "CLIENT_SCOPES="+scope, "REDIRECT_URI="+redirect, "RESPONSE_TYPE=code"), "\n")
	}
	var views []envView
	if slices.Contains(a.Scopes, "accounts.self:read") {
		views = append(views, envView{"nodejs, python", file(true, "accounts.self:read")})
		if a.AllowPKCE {
			views = append(views, envView{"nodejs-pkce, python-pkce", file(false, "accounts.self:read")})
		}
	}
	if slices.Contains(a.Scopes, "openid") {
		views = append(views, envView{"nodejs-openid, python-openid", file(true, "openid")})
	}
	if len(views) == 0 && len(a.Scopes) > 0 {
		views = append(views, envView{"nodejs, python", file(true, a.Scopes[0])})
	}
	return views
}

// curlLines get a token for the first app and call the API with it, without a browser.
func curlLines(info control.Info, urls map[int64]string, token bool) string {
	var app control.App
	for _, a := range info.Apps {
		if a.Enabled && len(a.RedirectURIs) > 0 && len(a.Scopes) > 0 {
			app = a
			break
		}
	}
	i := slices.IndexFunc(info.Users, func(u control.User) bool { return u.Tenant == app.Tenant && u.Status == "active" })
	if app.ID == "" || i < 0 {
		return ""
	}
	authorization := ""
	if token {
		authorization = ` -H "Authorization: Bearer $MOCK_TOKEN"`
	}
	scope, call := "accounts.self:read", "/api/2.0/people/@self"
	if !slices.Contains(app.Scopes, scope) {
		scope, call = app.Scopes[0], "/api/2.0/people/@self # needs accounts.self:read, which the app has not"
	}
	return strings.NewReplacer(
		"{P}", quote(urls[app.Tenant]), "{TOKEN}", authorization, "{USER}", quote(`{"user":"`+info.Users[i].Email+`","tenant":`+itoa(app.Tenant)+`}`),
		"{ID}", quote("client_id="+app.ID), "{SECRET}", quote("client_secret="+app.Secret), "{CALLBACK}", quote("redirect_uri="+app.RedirectURIs[0]),
		"{SCOPE}", scope, "{CALL}", call,
	).Replace(`P={P}
APP={ID}
SECRET={SECRET}
CALLBACK={CALLBACK}

# Sign a user in: the answer holds his x-signature.
SIGNATURE=$(curl -s $P/mock/sessions{TOKEN} -H 'Content-Type: application/json' -d {USER} | sed 's/.*"signature":"\([^"]*\)".*/\1/')

# Ask for authorization, and allow; who allowed it before is not asked again.
ASKED=$(curl -s -o /dev/null -D - -G $P/oauth2/authorize -H "x-signature: $SIGNATURE" -d response_type=code \
  --data-urlencode "$APP" --data-urlencode "$CALLBACK" -d scope={SCOPE})
STATE=$(echo "$ASKED" | sed -n 's/.*client_state=\([^;]*\);.*/\1/p')
CODE=$( (echo "$ASKED"; curl -s -o /dev/null -D - $P/oauth2/authorize -H "x-signature: $SIGNATURE" \
  --data-urlencode "$APP" --data-urlencode "state=$STATE" -d scope={SCOPE}) |
  tr -d '\r' | sed -n 's/.*[?&]code=\([^&]*\).*/\1/p' | head -n 1)

# Exchange the code, and call the API with the token.
TOKEN=$(curl -s $P/oauth2/token -d grant_type=authorization_code -d code=$CODE \
  --data-urlencode "$APP" --data-urlencode "$SECRET" --data-urlencode "$CALLBACK" | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
curl -s -H "Authorization: Bearer $TOKEN" $P{CALL}`)
}
