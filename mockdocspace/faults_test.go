package mockdocspace_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"docspace-oauth/flows"
	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/config"
	"docspace-oauth/mockdocspace/control"
)

// heard is what a client hears of one request.
type heard struct {
	status int
	header http.Header
	body   string
	err    error
	waited time.Duration // until the headers were there
	lasted time.Duration // until all was
}

func ask(t *testing.T, method, address string, form url.Values, header http.Header) heard {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = header.Clone()
	if request.Header == nil {
		request.Header = http.Header{}
	}
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true}, // a connection that is cut must not be tried again
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	began := time.Now()
	response, err := client.Do(request)
	if err != nil {
		return heard{err: err}
	}
	waited := time.Since(began)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return heard{response.StatusCode, response.Header, string(body), err, waited, time.Since(began)}
}

func startMock(t *testing.T, o mockdocspace.Options) *mockdocspace.Portal {
	t.Helper()
	mock, err := mockdocspace.Start(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mock.Close() })
	return mock
}

const metadataPath = "/.well-known/oauth-authorization-server"

// demoRefused is a token request of the built-in app that the portal refuses.
func demoRefused(client string) url.Values {
	return url.Values{"grant_type": {"refresh_token"}, "client_id": {client}, "client_secret": {"wrong"}, "refresh_token": {"x"}}
}

const demoApp = "11111111-1111-4111-8111-111111111111"

func TestAnswersOfOneAppAreSpoiled(t *testing.T) {
	t.Parallel()
	mock := startMock(t, mockdocspace.Options{})
	if _, err := mock.Control().AddFault(t.Context(), control.FaultRequest{Name: "answer.token.503", App: demoApp}); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, http.MethodPost, mock.URL()+"/oauth2/token", demoRefused(demoApp), nil); got.status != 503 {
		t.Errorf("the app hears %d", got.status)
	}
	if got := ask(t, http.MethodPost, mock.URL()+"/oauth2/token", demoRefused("22222222-2222-4222-8222-222222222222"), nil); got.status != 401 {
		t.Errorf("another app hears %d", got.status)
	}
}

func TestLiteralAnswers(t *testing.T) {
	t.Parallel()
	mock := startMock(t, mockdocspace.Options{})
	for _, body := range []string{"first", "second"} {
		if _, err := mock.Control().AddFault(t.Context(), control.FaultRequest{Answer: &control.LiteralAnswer{
			Method: http.MethodPost, Path: "/oauth2/token", Status: 418, Header: map[string]string{"X-Kind": "teapot"}, Body: body,
		}}); err != nil {
			t.Fatal(err)
		}
	}
	if got := ask(t, http.MethodGet, mock.URL()+"/oauth2/token", nil, nil); got.status == 418 {
		t.Error("another method got the answer")
	}
	for _, want := range []string{"first", "second"} {
		got := ask(t, http.MethodPost, mock.URL()+"/oauth2/token", demoRefused(demoApp), nil)
		if got.status != 418 || got.body != want || got.header.Get("X-Kind") != "teapot" {
			t.Errorf("%d %q %v instead of %q", got.status, got.body, got.header, want)
		}
	}
	if got := ask(t, http.MethodPost, mock.URL()+"/oauth2/token", demoRefused(demoApp), nil); got.status != 401 {
		t.Errorf("a third request hears %d", got.status)
	}
	for _, wrong := range []control.FaultRequest{
		{Answer: &control.LiteralAnswer{Path: "token", Status: 200}},
		{Name: "token.any-secret", Answer: &control.LiteralAnswer{Path: "/", Status: 200}},
		{Name: "token.any-secret", Probability: 2},
		{Name: "token.any-secret", Uses: -1},
	} {
		if _, err := mock.Control().AddFault(t.Context(), wrong); err == nil {
			t.Errorf("%+v was accepted", wrong)
		}
	}
}

// Moments are told by the portal's clock.
func TestFaultBetweenTwoMoments(t *testing.T) {
	t.Parallel()
	mock := startMock(t, mockdocspace.Options{})
	from := time.Now().Add(time.Hour)
	until := from.Add(time.Hour)
	added, err := mock.Control().AddFault(t.Context(), control.FaultRequest{Name: "answer.discovery.500", From: &from, Until: &until})
	if err != nil || added.From == nil || !added.From.Equal(from) {
		t.Fatalf("%+v, %v", added, err)
	}
	for _, want := range []int{200, 500, 200} {
		if got := ask(t, http.MethodGet, mock.URL()+metadataPath, nil, nil); got.status != want {
			t.Errorf("%d instead of %d", got.status, want)
		}
		if _, err := mock.Control().Advance(t.Context(), 61*time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	list, err := mock.Control().Faults(t.Context())
	if err != nil || len(list) != 1 || list[0].Uses != 1 {
		t.Errorf("%+v, %v", list, err)
	}
}

// A fault for one portal leaves the other alone.
func TestFaultOfOnePortal(t *testing.T) {
	t.Parallel()
	mock := startMock(t, mockdocspace.Options{})
	if _, err := mock.Control().AddFault(t.Context(), control.FaultRequest{Name: "answer.discovery.500", Tenant: 2}); err != nil {
		t.Fatal(err)
	}
	at := func(host string) int {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+host+metadataPath, nil)
		answer := httptest.NewRecorder()
		mock.ServeHTTP(answer, request)
		return answer.Code
	}
	if first, second := at("127.0.0.1"), at("second.localhost"); first != 200 || second != 500 {
		t.Errorf("the first answers %d, the second %d", first, second)
	}
}

// Chance repeats with its seed, and the seed of the draw is told.
func TestFaultByChance(t *testing.T) {
	t.Parallel()
	mock := startMock(t, mockdocspace.Options{})
	sequence := func(seed uint64) (string, uint64) {
		active, err := mock.Control().AddFault(t.Context(), control.FaultRequest{Name: "answer.discovery.500", Probability: 0.5, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		var heard strings.Builder
		for range 40 {
			heard.WriteByte("25"[min(1, ask(t, http.MethodGet, mock.URL()+metadataPath, nil, nil).status/500)])
		}
		list, err := mock.Control().Faults(t.Context())
		if err != nil || len(list) != 1 || int(list[0].Uses) != strings.Count(heard.String(), "5") {
			t.Errorf("%s is listed as %+v, %v", heard.String(), list, err)
		}
		if err := mock.Control().ClearFaults(t.Context()); err != nil {
			t.Fatal(err)
		}
		return heard.String(), active.Seed
	}
	drawn, seed := sequence(0)
	if seed == 0 || !strings.Contains(drawn, "2") || !strings.Contains(drawn, "5") {
		t.Errorf("seed %d: %s", seed, drawn)
	}
	if again, _ := sequence(seed); again != drawn {
		t.Errorf("seed %d: %s, and again %s", seed, drawn, again)
	}
}

// What a value means depends on the fault; one that makes no sense is refused by name.
func TestFaultValues(t *testing.T) {
	t.Parallel()
	mock := startMock(t, mockdocspace.Options{})
	for value, want := range map[string]string{"": "1", "90s": "90", "1500ms": "2"} {
		active, err := mock.Control().AddFault(t.Context(), control.FaultRequest{Name: "answer.token.429-retry-after", Value: value})
		if err != nil || active.Value != value {
			t.Fatalf("%+v, %v", active, err)
		}
		if got := ask(t, http.MethodPost, mock.URL()+"/oauth2/token", demoRefused(demoApp), nil); got.status != 429 || got.header.Get("Retry-After") != want {
			t.Errorf("value %q: %d, Retry-After %q instead of %q", value, got.status, got.header.Get("Retry-After"), want)
		}
		if err := mock.Control().ClearFaults(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, wrong := range []control.FaultRequest{
		{Name: "answer.token.slow", Value: "soon"},
		{Name: "answer.token.slow", Value: "-3s"},
		{Name: "answer.token.500", Value: "3s"},
		{Name: "answer.callback.wrong-iss", Value: "here"},
		{Answer: &control.LiteralAnswer{Path: "/", Status: 200}, Value: "3s"},
	} {
		if _, err := mock.Control().AddFault(t.Context(), wrong); err == nil || !strings.Contains(err.Error(), wrong.Value) {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
}

// The portal's clock is off for everybody who looks, and right for itself.
func TestFaultOfTheClock(t *testing.T) {
	t.Parallel()
	p := startAPI(t, mockdocspace.Options{})
	_, err := p.Control().AddFault(t.Context(), control.FaultRequest{Name: "clock.behind", Value: "48h"})
	p.must(err)
	token := p.token(onBoth, "accounts.self:read")
	got := ask(t, http.MethodGet, p.URL()+"/api/2.0/people/@self", nil, http.Header{"Authorization": {"Bearer " + token}})
	told, err := http.ParseTime(got.header.Get("Date"))
	if off := time.Since(told).Hours(); got.status != 200 || err != nil || off < 47 || off > 49 {
		t.Errorf("its own token: %d, Date %s (%v)", got.status, got.header.Get("Date"), err)
	}
	claims, err := portalOf(t, p).VerifyAccessToken(t.Context(), flows.App{}, token)
	if err == nil {
		t.Errorf("a client took a token that expired by its clock: %+v", claims)
	}
}

func TestFaultHeader(t *testing.T) {
	t.Parallel()
	header := http.Header{"X-Mock-Fault": {"answer.discovery.502"}}
	off := startMock(t, mockdocspace.Options{})
	if got := ask(t, http.MethodGet, off.URL()+metadataPath, nil, header); got.status != 200 {
		t.Errorf("the header works although nobody allowed it: %d", got.status)
	}
	on := startMock(t, mockdocspace.Options{Config: &config.Config{FaultHeader: true}})
	if got := ask(t, http.MethodGet, on.URL()+metadataPath, nil, header); got.status != 502 {
		t.Errorf("with the header %d", got.status)
	}
	if got := ask(t, http.MethodGet, on.URL()+metadataPath, nil, nil); got.status != 200 {
		t.Errorf("the request after it %d", got.status)
	}
	value := http.Header{"X-Mock-Fault": {"answer.discovery.503=90s"}}
	if got := ask(t, http.MethodGet, on.URL()+metadataPath, nil, value); got.status != 503 || got.header.Get("Retry-After") != "90" {
		t.Errorf("with a value %d %v", got.status, got.header)
	}
	if got := ask(t, http.MethodGet, on.URL()+metadataPath, nil, http.Header{"X-Mock-Fault": {"no.such"}}); got.status != 400 || !strings.Contains(got.body, "no.such") {
		t.Errorf("an unknown fault: %d %s", got.status, got.body)
	}
}

func TestConfiguredFaults(t *testing.T) {
	t.Parallel()
	parsed, err := config.Parse("mock.yaml", []byte("faults:\n  - name: answer.discovery.500\n    uses: 2\n    probability: 1\n    seed: 7\n    until: 2999-01-01T00:00:00Z\n  - {name: answer.token.503, value: 90s}\n"))
	if err != nil {
		t.Fatal(err)
	}
	mock := startMock(t, mockdocspace.Options{Config: parsed})
	for _, want := range []int{500, 500, 200} {
		if got := ask(t, http.MethodGet, mock.URL()+metadataPath, nil, nil); got.status != want {
			t.Errorf("%d instead of %d", got.status, want)
		}
	}
	if got := ask(t, http.MethodPost, mock.URL()+"/oauth2/token", demoRefused(demoApp), nil); got.header.Get("Retry-After") != "90" {
		t.Errorf("the configured value is not kept: %v", got.header)
	}
	for _, wrong := range []string{"uses: -1", "probability: 1.5", "from: yesterday", "from: 2030-01-01T00:00:00Z\n    until: 2029-01-01T00:00:00Z"} {
		if _, err := config.Parse("mock.yaml", []byte("faults:\n  - name: token.any-secret\n    "+wrong+"\n")); err == nil || !strings.Contains(err.Error(), "mock.yaml:3") && !strings.Contains(err.Error(), "mock.yaml:4") {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}
