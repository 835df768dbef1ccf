package mockdocspace_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/control"
)

// The journal says what the portal did not tell the app.
func TestJournalSaysWhyTheAPIRefused(t *testing.T) {
	mock := startPortal(t, mockdocspace.Options{})
	ctl := mock.Control()
	secrets := wholeFlow(t, mock)
	access := secrets[4]
	call := func(path, authorization string) {
		t.Helper()
		r, err := http.NewRequest(http.MethodGet, mock.URL()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if authorization != "" {
			r.Header.Set("Authorization", authorization)
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
	}
	for _, tt := range []struct {
		name       string
		act        func()
		kind, text string
	}{
		{
			"scope", func() { call("/api/2.0/files/@my", "Bearer "+access) }, "scope",
			"GET api/2.0/files/@my needs scope files:read or files:write; the token has accounts.self:read openid",
		},
		{
			"no credentials", func() { call("/api/2.0/files/@my", "") }, "credentials.missing",
			"the call carries no credentials: send Authorization: Bearer with an access token",
		},
		{
			"dead session", func() { call("/api/2.0/files/@my", "nothing-that-was-issued") }, "credentials.bad",
			"the session or password that the call carries is no good: unknown, ended or expired",
		},
		{
			"no scope opens it", func() { call("/api/2.0/security/oauth2/token", "Bearer "+access) }, "route.session-only",
			"no scope opens GET api/2.0/security/oauth2/token: it takes a session of the portal alone",
		},
		{"unknown route", func() { call("/api/2.0/nothing", "Bearer "+access) }, "route.unknown", "the portal has no GET /api/2.0/nothing"},
		{
			"tampered", func() { call("/api/2.0/people/@self", "Bearer "+access[:len(access)-20]+strings.Repeat("A", 20)) }, "token.signature",
			`none of the portal's keys has signed the token; its alg is "ES256"`,
		},
		{"superseded", func() {
			wholeFlow(t, mock)
			call("/api/2.0/people/@self", "Bearer "+access)
		}, "token.superseded", "a newer token of the same user and app superseded this one"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.act()
			wantCause(t, ctl, tt.kind, tt.text)
		})
	}
	t.Run("expired", func(t *testing.T) {
		if _, err := ctl.Freeze(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := ctl.Advance(t.Context(), time.Hour+5*time.Minute); err != nil {
			t.Fatal(err)
		}
		call("/api/2.0/people/@self", "Bearer "+access)
		last := lastExchange(t, ctl)
		if last.Cause == nil || last.Cause.Kind != "token.expired" || !strings.HasPrefix(last.Cause.Text, "the token expired ") || last.App != mockdocspace.DemoClientID {
			t.Errorf("cause %+v, app %s", last.Cause, last.App)
		}
		if _, err := ctl.Resume(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

func lastExchange(t *testing.T, ctl *control.Client) control.Exchange {
	t.Helper()
	page, err := ctl.Journal(t.Context(), control.JournalFilter{Limit: 1})
	if err != nil || len(page.Exchanges) != 1 {
		t.Fatalf("journal %+v, %v", page, err)
	}
	return page.Exchanges[0]
}

func wantCause(t *testing.T, ctl *control.Client, kind, text string) {
	t.Helper()
	if c := lastExchange(t, ctl).Cause; c == nil || c.Kind != kind || c.Text != text {
		t.Errorf("cause %+v, want %s: %s", c, kind, text)
	}
}
