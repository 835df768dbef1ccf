package target

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"docspace-oauth/flows"
	"docspace-oauth/suites/requirement"
)

// FeaturePages is what a target may lack apart from whole suites: the login and
// consent pages, and with them every check that drives a browser or asks for them.
const FeaturePages = "pages"

func (k fileChecker) check(f *File) error {
	if f.URL == "" {
		return k.wrong("$.url", "is missing; write https://portal.example, or mock")
	}
	if f.URL == string(KindMock) {
		if f.SignIn != nil || f.SecondUser != nil || f.SecondPortal != nil || len(f.Apps) > 0 {
			return k.wrong("$.url", "a mock brings its own users and apps; leave sign-in, second-user, second-portal and apps out")
		}
	} else if _, err := flows.NewPortal(strings.TrimSuffix(f.URL, "/"), nil); err != nil {
		return k.wrong("$.url", "%v", err)
	}
	if err := k.access("$.sign-in", f.SignIn); err != nil {
		return err
	}
	if err := k.access("$.second-user", f.SecondUser); err != nil {
		return err
	}
	if f.SecondUser != nil && f.SecondUser.User == "" {
		return k.wrong("$.second-user", "needs user: checks compare whom the portal names")
	}
	if p := f.SecondPortal; p != nil {
		if _, err := flows.NewPortal(strings.TrimSuffix(p.URL, "/"), nil); err != nil {
			return k.wrong("$.second-portal.url", "%v", err)
		}
		if p.SignIn == nil {
			return k.wrong("$.second-portal", "has no sign-in")
		}
		if err := k.access("$.second-portal.sign-in", p.SignIn); err != nil {
			return err
		}
	}
	for i, app := range f.Apps {
		at := fmt.Sprintf("$.apps[%d]", i)
		if app.ClientID == "" || app.RedirectURI == "" {
			return k.wrong(at, "needs client-id and redirect-uri")
		}
		if !slices.Contains([]string{"", PostAuth, BasicAuth}, app.ClientAuth) {
			return k.wrong(at+".client-auth", "%q is not known; use post or basic", app.ClientAuth)
		}
		if err := k.secrets(at, map[string]Secret{"client-secret": app.ClientSecret}); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.NotOffered)) {
		if known := append(requirement.Suites(), FeaturePages); !slices.Contains(known, name) {
			return k.wrong("$.not-offered."+name, "is neither a suite nor pages; there are %s", strings.Join(known, ", "))
		}
		if strings.TrimSpace(f.NotOffered[name]) == "" {
			return k.wrong("$.not-offered."+name, "say why, it becomes the reason of every check that is left out")
		}
	}
	if p := f.Pacing; p != nil && (p.PostsPerMinute <= 0 || p.Burst < 0) {
		return k.wrong("$.pacing.posts-per-minute", "must be more than 0")
	}
	if t := f.TLS; t != nil && t.Insecure && t.Authority != "" {
		return k.wrong("$.tls", "insecure believes everybody, so authority is without effect; leave one out")
	}
	return nil
}

func (k fileChecker) access(at string, a *Access) error {
	if a == nil {
		return nil
	}
	ways := map[string]Secret{
		"password": a.Password, "session": a.Session, "signature": a.Signature, "signature-secret": a.SignatureSecret,
	}
	if err := k.secrets(at, ways); err != nil {
		return err
	}
	if err := k.secrets(at, map[string]Secret{"totp": a.TOTP}); err != nil {
		return err
	}
	given := 0
	for _, s := range ways {
		if s != "" {
			given++
		}
	}
	switch {
	case given == 0:
		return k.wrong(at, "gives no way to get in: password, session, signature or signature-secret")
	case given > 1 && (given > 2 || a.Password == ""):
		return k.wrong(at, "gives several ways to get in; a password may be joined by one other, for the login page")
	case !slices.Contains([]Method{"", ByAPI, ByBrowser}, a.Method):
		return k.wrong(at+".method", "%q is not known; use api or browser", a.Method)
	case a.Method != "" && (given > 1 || a.Password == ""):
		return k.wrong(at+".method", "says how a password is used; give user and password and no other way to get in")
	case a.TOTP != "" && a.Method != ByBrowser:
		return k.wrong(at+".totp", "is typed on the login page only; write method: browser beside it")
	case a.Password != "" && a.User == "":
		return k.wrong(at, "has a password and no user")
	case a.SignatureSecret != "" && (a.UserID == "" || a.User == "" || a.PortalID == 0):
		return k.wrong(at, "signing for a user needs user, user-id and portal-id")
	}
	if types := []UserType{"", Owner, Admin, RoomAdmin, Member, Guest}; !slices.Contains(types, a.Type) {
		return k.wrong(at+".type", "%q is not known; use owner, admin, roomadmin, user or guest", a.Type)
	}
	return nil
}

// secrets refuses values in the place of references.
func (k fileChecker) secrets(at string, secrets map[string]Secret) error {
	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		s := string(secrets[name])
		if s != "" && !strings.HasPrefix(s, "env:") && !strings.HasPrefix(s, "file:") {
			return k.wrong(at+"."+name, "a secret stands in the file itself; write env:NAME or file:PATH")
		}
	}
	return nil
}

// resolved is a with its secrets' values.
func (a *Access) resolved() (*Access, error) {
	if a == nil {
		return nil, nil
	}
	out := *a
	for _, s := range []*Secret{&out.Password, &out.TOTP, &out.Session, &out.Signature, &out.SignatureSecret} {
		value, err := s.resolve()
		if err != nil {
			return nil, err
		}
		*s = value
	}
	if out.Type == "" {
		out.Type = Admin
	}
	return &out, nil
}
