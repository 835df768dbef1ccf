package target

import (
	"slices"
	"testing"

	"docspace-oauth/flows"
)

// asURL is a mock as the judge sees a portal that is none: a password, no control.
func asURL(t *testing.T) *Target {
	t.Helper()
	mock, err := OpenMock(t.Context(), MockOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mock.Close() })
	return &Target{Descriptor: Descriptor{
		Kind: KindURL, URL: mock.URL, RunID: "abc",
		Access: &Access{User: "admin@docspace.test", Password: "docspace", Type: Admin},
	}}
}

// Clean removes the apps of one run, or of all, and nobody else's.
func TestCleanRemovesTheJudgesAppsOnly(t *testing.T) {
	tested := asURL(t)
	session, err := tested.registrarSession(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	register := func(name string) string {
		app, err := tested.NewApp(t.Context(), session.portal.HTTP, session.signature, flows.NewRegistration(name, "https://app.example.test/callback", "openid"))
		if err != nil {
			t.Fatal(err)
		}
		return app.ClientID
	}
	ours := register(tested.AppName("rfc6749/x"))
	tested.RunID = "other"
	others := register(tested.AppName("rfc6749/x"))
	foreign := register("docspace-oauth checklist")
	var gone []string
	told := func(app LeftOver) { gone = append(gone, app.ID) }
	if err := tested.Clean(t.Context(), "abc", told); err != nil || !slices.Equal(gone, []string{ours}) {
		t.Errorf("%v, %v", gone, err)
	}
	if err := tested.Clean(t.Context(), "", told); err != nil || !slices.Equal(gone, []string{ours, others}) {
		t.Errorf("%v, %v", gone, err)
	}
	if _, err := session.portal.Registration(t.Context(), session.signature, foreign); err != nil {
		t.Errorf("an app of somebody else: %v", err)
	}
}

// Each way to get in ends in a signature that the portal takes.
func TestWaysToGetIn(t *testing.T) {
	tested := asURL(t)
	client := flows.NewHTTPClient(nil)
	owner := tested.Access.at(tested.URL)
	session, err := tested.SignIn(t.Context(), client, owner)
	if err != nil {
		t.Fatal(err)
	}
	token, err := tested.Signature(t.Context(), client, owner)
	if err != nil {
		t.Fatal(err)
	}
	for name, access := range map[string]*Access{
		"session":   {Session: Secret(session), Type: Admin},
		"signature": {Signature: Secret(token), Type: Admin},
		"secret": {
			SignatureSecret: "1123askdasjklasbnd", User: "admin@docspace.test", PortalID: 1, Type: Admin,
			UserID: "00000000-0000-4000-8000-000000000001",
		},
	} {
		tested.Access = access
		if _, err := tested.LeftOvers(t.Context(), ""); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	tested.Access = &Access{User: "admin@docspace.test", Password: "wrong"}
	if _, err := tested.LeftOvers(t.Context(), ""); err == nil {
		t.Error("a wrong password gets in")
	}
}
