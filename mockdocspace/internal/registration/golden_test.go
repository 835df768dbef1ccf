package registration

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/suites/replay"
)

// recordings are those whose every step is registration's.
var recordings = []string{
	"cors-registration", "reg-anonymous", "reg-create-admin", "reg-delete-own", "reg-list-paging", "reg-malformed-body",
	"reg-roles-denied", "reg-scopes", "reg-signature-invalid", "reg-validation-*", "reg-wrong-routes",
}

func TestRecordedExchanges(t *testing.T) {
	for _, build := range []rules.Build{rules.BuildServer, rules.BuildMinified} {
		t.Run(string(build), func(t *testing.T) {
			p := newPortal(t, func(r *rules.Rules) { r.Build = build })
			p.clock.Resume()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/oauth2/token" { // by which a replay tells the builds apart
					w.Header().Set("Location", "/login?type=oauth2&client_id=error")
					w.WriteHeader(map[rules.Build]int{rules.BuildServer: 302, rules.BuildMinified: 403}[build])
					return
				}
				r.URL.Path = strings.Replace(r.URL.Path, "/api/2.0/oauth2/", "/api/2.0/", 1)
				p.ServeHTTP(w, r)
			}))
			defer server.Close()
			var report strings.Builder
			summary, err := replay.Run(t.Context(), replay.Options{
				Dir: "../../../testdata/golden", Files: recordings, BaseURL: server.URL, Out: &report,
				Advance: func(_ context.Context, d time.Duration) error { p.clock.Advance(d); return nil },
			})
			if err != nil {
				t.Fatal(err)
			}
			if summary.Exchanges < 80 || summary.Identical != summary.Exchanges {
				t.Errorf("%d of %d exchanges identical\n%s", summary.Identical, summary.Exchanges, &report)
			}
		})
	}
}
