package mockdocspace_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"

	"docspace-oauth/flows"
	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/control"
)

// wholeFlow signs in, authorizes, exchanges and calls the API as the demo app, and
// returns the secrets of it.
func wholeFlow(t *testing.T, mock *mockdocspace.Portal) []string {
	t.Helper()
	ctx := t.Context()
	portal, err := flows.NewPortal(mock.URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	session, err := portal.SignIn(ctx, onBoth, mockdocspace.SeedPassword)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := portal.Signature(ctx, session)
	if err != nil {
		t.Fatal(err)
	}
	app := flows.App{ID: mockdocspace.DemoClientID, Secret: mockdocspace.DemoClientSecret, RedirectURI: mockdocspace.DemoRedirectURI}
	authorization := portal.NewAuthorization(app)
	callback, err := portal.AuthorizeHeadless(ctx, app, authorization, signature, "accounts.self:read")
	if err != nil {
		t.Fatal(err)
	}
	code := callback.Query().Get("code")
	tokens, err := portal.Exchange(ctx, app, code, authorization)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := flows.NewAPI(mock.URL(), tokens.AccessToken, nil).Self(ctx); err != nil {
		t.Fatal(err)
	}
	return []string{session, signature, app.Secret, code, tokens.AccessToken, tokens.RefreshToken}
}

// A follower sees what is there and what comes, of the app and path that it asked
// for, and is let go when the portal stops.
func TestFollowTheJournal(t *testing.T) {
	mock := startPortal(t, mockdocspace.Options{})
	wholeFlow(t, mock)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var got []string
	for event, err := range mock.Control().Follow(ctx, control.JournalFilter{App: mockdocspace.DemoClientID, Path: "/oauth2/*"}) {
		if err != nil {
			break // the portal has stopped
		}
		got = append(got, fmt.Sprint(event.Exchange.Method, " ", event.Exchange.Status))
		switch len(got) {
		case 3: // what was there has been seen
			wholeFlow(t, mock)
		case 6:
			if err := mock.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	if ctx.Err() != nil {
		t.Error("the stream did not end with the portal")
	}
	if want := "[GET 302 POST 302 POST 200 GET 302 POST 302 POST 200]"; fmt.Sprint(got) != want && len(got) != 6 {
		t.Errorf("followed %v, want %s", got, want)
	}
}

// Where the journal's bounds or a clearing took exchanges away, the follower is told.
func TestFollowerIsToldOfGaps(t *testing.T) {
	mock := startPortal(t, mockdocspace.Options{})
	visit := func() {
		t.Helper()
		response, err := http.Get(mock.URL() + "/.well-known/oauth-authorization-server")
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
	}
	for range 3 {
		visit()
	}
	if err := mock.Control().ClearJournal(t.Context()); err != nil {
		t.Fatal(err)
	}
	visit()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var got []string
	for event, err := range mock.Control().Follow(ctx, control.JournalFilter{After: 1}) {
		switch {
		case err != nil:
			t.Fatal(err)
		case event.Dropped != nil:
			got = append(got, fmt.Sprintf("gap %d-%d", event.Dropped.From, event.Dropped.To))
			continue
		}
		got = append(got, fmt.Sprint(event.Exchange.Seq))
		break
	}
	if fmt.Sprint(got) != "[gap 2-3 4]" {
		t.Errorf("followed %v", got)
	}
}

// A follower whose connection breaks goes on where it was.
func TestFollowerComesBack(t *testing.T) {
	mock := startPortal(t, mockdocspace.Options{})
	breaking := &breakingTransport{after: 700}
	client := control.New(mock.URL(), control.WithHTTPClient(&http.Client{Transport: breaking}))
	for range 5 {
		response, err := http.Get(mock.URL() + "/.well-known/oauth-authorization-server")
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	want := uint64(1)
	for event, err := range client.Follow(ctx, control.JournalFilter{}) {
		if err != nil || event.Exchange == nil || event.Exchange.Seq != want {
			t.Fatalf("event %+v, error %v, want number %d", event, err, want)
		}
		if want++; want > 5 {
			break
		}
	}
	if want != 6 || breaking.broken == 0 {
		t.Errorf("saw %d exchanges over %d broken connections", want-1, breaking.broken)
	}
}

// A header from the run before, when numbers were higher, hides nothing.
func TestResumeBehindTheEnd(t *testing.T) {
	mock := startPortal(t, mockdocspace.Options{})
	wholeFlow(t, mock)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for event, err := range mock.Control().Follow(ctx, control.JournalFilter{After: 99999}) {
		if err != nil || event.Exchange.Seq != 1 {
			t.Errorf("event %+v, error %v", event, err)
		}
		break
	}
}

// breakingTransport cuts every connection after some bytes of the body.
type breakingTransport struct{ after, broken int }

func (b *breakingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := http.DefaultTransport.RoundTrip(r)
	if err == nil {
		response.Body = &cutBody{ReadCloser: response.Body, left: b.after, cut: func() { b.broken++ }}
		b.after += 700
	}
	return response, err
}

type cutBody struct {
	io.ReadCloser
	left int
	cut  func()
}

func (c *cutBody) Read(p []byte) (int, error) {
	if c.left <= 0 {
		c.cut()
		return 0, io.ErrUnexpectedEOF
	}
	n, err := c.ReadCloser.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}
