package suites_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"docspace-oauth/flows"
	"docspace-oauth/suites"
	"docspace-oauth/suites/report"
	"docspace-oauth/suites/target"
)

// Preflight says in one sentence what is wrong, and what to do.
func TestPreflightNamesTheTrouble(t *testing.T) {
	mock, err := target.OpenMock(t.Context(), target.MockOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer mock.Close()
	const demoApp = "11111111-1111-4111-8111-111111111111"
	admin := &target.Access{User: "admin@docspace.test", Password: "docspace", Type: target.Admin}
	app := func(id, uri string, scopes ...string) []target.ReadyApp {
		return []target.ReadyApp{{ClientID: id, RedirectURI: uri, Scopes: scopes, AllowPKCE: true}}
	}
	confidential := app(demoApp, "http://localhost:3001/callback")
	confidential[0].AllowPKCE = false
	off, err := target.OpenMock(t.Context(), target.MockOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer off.Close()
	if err := switchOff(t.Context(), off.URL, demoApp); err != nil {
		t.Fatal(err)
	}
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Ratelimit-Reset", "5811000000")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer slow.Close()
	late := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
		fmt.Fprint(w, fakeMetadata("http://"+r.Host))
	}))
	defer late.Close()
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, strings.TrimSuffix(fakeMetadata("http://"+r.Host), "}"))
	}))
	defer broken.Close()
	unknown := httptest.NewTLSServer(http.NotFoundHandler())
	defer unknown.Close()
	authority := pemFile(t, unknown.Certificate().Raw)
	old := expired(t)
	defer old.Close()
	oldAuthority := pemFile(t, old.TLS.Certificates[0].Certificate[0])
	for name, c := range map[string]struct {
		target target.Descriptor
		want   string
	}{
		"name":         {target.Descriptor{URL: "http://no-such-host.invalid"}, "the name no-such-host.invalid does not resolve"},
		"certificate":  {target.Descriptor{URL: unknown.URL}, "a certificate that is not believed"},
		"another name": {target.Descriptor{URL: strings.Replace(unknown.URL, "127.0.0.1", "localhost", 1), TLS: &target.TLS{Authority: authority}}, "shows a certificate for another name"},
		"expired":      {target.Descriptor{URL: old.URL, TLS: &target.TLS{Authority: oldAuthority}}, "shows a certificate that is not valid now"},
		"TLS":          {target.Descriptor{URL: strings.Replace(unknown.URL, "https:", "http:", 1)}, "speaks TLS: try https://"},
		"no TLS":       {target.Descriptor{URL: strings.Replace(mock.URL, "http:", "https:", 1)}, "does not speak TLS"},
		"no portal":    {target.Descriptor{URL: strings.Replace(unknown.URL, "127.0.0.1", "localhost", 1), TLS: &target.TLS{Insecure: true}}, "is not a DocSpace portal: /.well-known/oauth-authorization-server answers 404"},
		"metadata":     {target.Descriptor{URL: broken.URL}, "is broken, or it is not a DocSpace portal: /.well-known/oauth-authorization-server cannot be read (unexpected end"},
		"rate limit":   {target.Descriptor{URL: slow.URL}, "refuses for its rate limit: wait 6s"},
		"clock":        {target.Descriptor{URL: late.URL, Access: admin}, "is 1h0m"},
		"password":     {target.Descriptor{URL: mock.URL, Access: &target.Access{User: "admin@docspace.test", Password: "wrong"}}, "user or password is wrong"},
		"app":          {target.Descriptor{URL: mock.URL, Access: admin, Apps: app("22222222-2222-4222-8222-222222222222", "x")}, "knows no app 2222"},
		"redirect URI": {target.Descriptor{URL: mock.URL, Access: admin, Apps: app(demoApp, "http://localhost:3001/kallback")}, "http://localhost:3001/[k]allback of the app " + demoApp + " is not registered; the nearest is http://localhost:3001/[c]allback"},
		"scope":        {target.Descriptor{URL: mock.URL, Access: admin, Apps: app(demoApp, "http://localhost:3001/callback", "openid", "files:erase")}, "not registered for the scope files:erase"},
		"allow-pkce":   {target.Descriptor{URL: mock.URL, Access: admin, Apps: confidential}, "is registered with allow_pkce true: say allow-pkce: true in the target"},
		"all right":    {target.Descriptor{URL: mock.URL, Access: admin, Apps: app(demoApp, "http://localhost:3001/callback", "openid")}, ""},
		"switched off": {target.Descriptor{URL: off.URL, Access: admin, Apps: app(demoApp, "http://localhost:3001/callback")}, "the app " + demoApp + " is switched off at the portal"},
	} {
		c.target.Kind = target.KindURL
		err := suites.Preflight(t.Context(), &target.Target{Descriptor: c.target}, suites.Timeouts{})
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n")):
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// With Force a server that is no DocSpace is judged all the same.
func TestForceJudgesAnotherServer(t *testing.T) {
	// Its keys are at another host, which is no fault.
	keys := http.NewServeMux()
	keys.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"keys":[{"kty":"EC","crv":"P-256","kid":"one","x":"x","y":"y"}]}`)
	})
	elsewhere := httptest.NewServer(keys)
	defer elsewhere.Close()
	another := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/.well-known/") {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"issuer":"http://%s","jwks_uri":"%s/keys"}`, r.Host, elsewhere.URL)
	}))
	defer another.Close()
	outcome := judge(t, another.URL, suites.Options{
		Force: true, Standard: true, IDs: []string{"issuer-matches-url", "endpoints-answer", "no-private-key", "code-issued", "no-token"},
	})
	if outcome.Lost != "" || outcome.Counts[report.Pass] != 3 || outcome.Counts[report.Skip] != 2 {
		t.Errorf("%s: %v", outcome.Outcome, outcome.Counts)
	}
	if outcome := judge(t, another.URL, suites.Options{}); outcome.ExitCode != report.ExitUnreachable {
		t.Errorf("without Force: exit code %d, %s", outcome.ExitCode, outcome.Outcome)
	}
}

// Three orders, one list of verdicts.
func TestVerdictsDoNotDependOnTheOrder(t *testing.T) {
	var lists []string
	for seed := int64(1); seed <= 3; seed++ {
		tested, err := target.OpenMock(t.Context(), target.MockOptions{})
		if err != nil {
			t.Fatal(err)
		}
		outcome, err := suites.Run(t.Context(), tested, suites.Options{Suites: []string{"pkce", "revoke"}, Seed: seed})
		if closed := tested.Close(); err != nil || closed != nil {
			t.Fatal(err, closed)
		}
		var list strings.Builder
		for _, r := range outcome.Results {
			fmt.Fprintf(&list, "%s %s\n", r.Verdict, r.ID)
		}
		lists = append(lists, list.String())
		if outcome.Seed != seed {
			t.Errorf("the report names the seed %d instead of %d", outcome.Seed, seed)
		}
	}
	if lists[0] != lists[1] || lists[0] != lists[2] || !strings.Contains(lists[0], "pass ") {
		t.Errorf("verdicts differ:\n%s", strings.Join(lists, "\n"))
	}
}

// A run at a portal that is no mock leaves no app behind, and a plan says how many
// it makes.
func TestRunLeavesNothingBehind(t *testing.T) {
	mock, err := target.OpenMock(t.Context(), target.MockOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer mock.Close()
	tested := &target.Target{Descriptor: target.Descriptor{
		Kind: target.KindURL, URL: mock.URL,
		Access: &target.Access{User: "admin@docspace.test", Password: "docspace", Type: target.Admin},
	}}
	options := suites.Options{IDs: []string{"code-single-use", "verifier-compared"}, Jobs: 1}
	plan, err := suites.NewPlan(tested, options)
	if err != nil || len(plan.Checks) != 2 || plan.Apps == 0 || plan.Posts == 0 {
		t.Errorf("plan %+v, %v", plan, err)
	}
	outcome, err := suites.Run(t.Context(), tested, options)
	if err != nil || outcome.ExitCode != report.ExitExpected || outcome.LeftBehind != "" {
		t.Errorf("%v, %s %s", err, outcome.Outcome, outcome.LeftBehind)
	}
	apps, err := tested.LeftOvers(t.Context(), "")
	if err != nil || len(apps) > 0 {
		t.Errorf("left behind: %v, %v", apps, err)
	}
}

// switchOff switches an app of a mock off, as the administrator does.
func switchOff(ctx context.Context, base, app string) error {
	portal := &flows.Portal{BaseURL: base, HTTP: flows.NewHTTPClient(nil)}
	session, err := portal.SignIn(ctx, "admin@docspace.test", "docspace")
	if err != nil {
		return err
	}
	signature, err := portal.Signature(ctx, session)
	if err != nil {
		return err
	}
	return portal.SetEnabled(ctx, signature, app, false)
}

// expired is a server whose certificate is of yesterday.
func expired(t *testing.T) *httptest.Server {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(-24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: key}}}
	server.StartTLS()
	return server
}

func pemFile(t *testing.T, certificate []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "authority.pem")
	if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// A plan counts what is going to be sent: hardly anything where nobody signs in, and no
// registration where apps are ready-made.
func TestPlanCountsWhatIsSent(t *testing.T) {
	someone := &target.Access{User: "admin@docspace.test", Password: "docspace"}
	plan := func(d target.Descriptor) suites.Plan {
		d.Kind, d.URL = target.KindURL, "http://portal.test"
		p, err := suites.NewPlan(&target.Target{Descriptor: d}, suites.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	nobody := plan(target.Descriptor{})
	whole := plan(target.Descriptor{Access: someone})
	ready := plan(target.Descriptor{Access: someone, Apps: []target.ReadyApp{{ClientID: "one"}}})
	if nobody.Apps != 0 || nobody.Changes != 0 || nobody.Posts == 0 || nobody.Posts > 20 {
		t.Errorf("nobody signs in: %d apps, %d POSTs, %d changes", nobody.Apps, nobody.Posts, nobody.Changes)
	}
	if whole.Apps < 200 || whole.Posts < 2000 || whole.Changes < whole.Apps {
		t.Errorf("with a user: %d apps, %d POSTs, %d changes", whole.Apps, whole.Posts, whole.Changes)
	}
	if ready.Apps != 0 || ready.Posts >= whole.Posts || ready.Changes == 0 || ready.Changes >= whole.Changes {
		t.Errorf("ready-made apps: %d apps, %d POSTs, %d changes", ready.Apps, ready.Posts, ready.Changes)
	}
}
